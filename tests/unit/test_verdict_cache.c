/* The verdict cache gives what the classifier gives: for replies that differ in what the cache leaves out, and for those
 * that differ in what it must not. Further replies are read from files named as arguments: a reply a line, or
 * `stage TAB provider TAB reply` (as smtplog events writes them). */
#include "base/hashmap.h"
#include "event/reply.h"
#include "lib/knowledge.h"
#include "lib/verdict_cache.h"
#include "tap.h"

#include <stdlib.h>

struct pair {
    const char *a, *b;
    bool same_verdict, same_text; /* whether the keys are the same */
};

static const struct pair pairs[] = {
    {"550 5.1.1 <a@x.example>: Unknown", "550 5.1.1 <bob@y.example>: Unknown", true, true},
    {"550 5.1.1 <a@x.example>: Unknown", "550 5.1.1 <a@x.example>: Known", false, false},
    {"554 5.7.1 [192.0.2.1] listed", "554 5.7.1 [198.51.100.77] listed", true, true},
    {"554 5.7.1 [192.0.2.1] listed.", "554 5.7.1 [192.0.2.1]. listed", false, false},
    {"554 5.7.1 [127.0.0.2] listed", "554 5.7.1 [127.0.0.10] listed", false, false},
    {"554 5.7.1 [2001:db8::1] listed", "554 5.7.1 [2001:db8:7:8::ab] listed", true, true},
    {"421 4.7.0 deferred - 4.16.55.1", "421 4.7.0 deferred - 4.16.56.1", false, false},
    {"554 see https://bl.example/192.0.2.1", "554 see https://bl.example/198.2.0.9", true, true},
    {"554 see https://a.example/192.0.2.1", "554 see https://b.example/192.0.2.1", false, false},
    {"550 not RFC 2822 compliant", "550 not RFC 5322 compliant", false, false},
    {"450 wait 300 seconds", "450 wait 120 seconds", true, false},
    {"450 wait 300 seconds", "450 wait 30 seconds", false, false},
    {"550 SC-001 refused", "550 SC-002 refused", false, false},
    {"550 id 4F2A9C1D0B3E88 refused", "550 id ABCDEF0123456 refused", true, true},
    {"550 user_77_abcdefgh is full", "550 user_78_abcdefgh is full", false, false},
};

struct run {
    struct classifier *classifier;
    struct verdict_cache *cache;
    size_t judged, differing;
};

static struct classifier_input input_of(struct span line, struct strbuf *scratch)
{
    struct span stage = SPAN_EMPTY;
    struct span provider = SPAN_EMPTY;
    struct span rest = line;
    struct span first;
    struct span second;
    if (span_next_piece(&rest, '\t', &first) && rest.p != NULL &&
        span_next_piece(&rest, '\t', &second) && rest.p != NULL) {
        stage = first;
        provider = second;
        line = rest;
    }
    struct reply reply = {.enhanced = SPAN_EMPTY, .text = line};
    if (!reply_parse(line, scratch, &reply)) {
        reply = (struct reply){.enhanced = SPAN_EMPTY, .text = line};
    }
    int value = event_value_find(EVENT_STAGE, stage);
    return (struct classifier_input){reply.code, reply.enhanced,
                                     value > 0 ? (enum event_stage)value : STAGE_NONE, provider,
                                     reply.text};
}

static bool verdicts_agree(const struct classifier_verdict *a, const struct classifier_verdict *b)
{
    return span_equal(a->class_name, b->class_name) && span_equal(a->reason, b->reason) &&
           a->possible_greylisting == b->possible_greylisting;
}

static void judge_both(struct run *run, struct span line)
{
    struct strbuf scratch;
    struct classifier_verdict cached;
    struct classifier_verdict fresh;
    uint64_t key = 0;
    strbuf_init(&scratch, 65536);
    struct classifier_input input = input_of(line, &scratch);
    verdict_cache_judge(run->cache, run->classifier, &input, &cached, &key);
    classifier_judge(run->classifier, &input, &fresh);
    run->judged++;
    if (!verdicts_agree(&cached, &fresh)) {
        run->differing++;
        printf("# %.*s: %.*s with the cache, %.*s without\n", SPAN_ARGS(line),
               SPAN_ARGS(cached.reason), SPAN_ARGS(fresh.reason));
    }
    strbuf_free(&scratch);
}

static void judge_file(struct run *run, const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;
    ssize_t n = 0;
    while (file != NULL && (n = getline(&line, &size, file)) > 0) {
        judge_both(run, span_trim(span_of(line, (size_t)n)));
    }
    tap_ok(file != NULL && run->differing == 0, "%s: %zu replies judged alike", path, run->judged);
    free(line);
    if (file != NULL) {
        fclose(file);
    }
}

static void check_pair(struct run *run, const struct pair *pair)
{
    struct strbuf scratch;
    strbuf_init(&scratch, 65536);
    struct classifier_input a = input_of(span_cstr(pair->a), &scratch);
    struct classifier_input b = input_of(span_cstr(pair->b), &scratch);
    struct verdict_keys x = verdict_keys_of(7, &a);
    struct verdict_keys y = verdict_keys_of(7, &b);
    tap_ok((x.verdict == y.verdict) == pair->same_verdict && (x.text == y.text) == pair->same_text,
              "keys of \"%s\" and \"%s\"", pair->a, pair->b);
    judge_both(run, span_cstr(pair->a));
    judge_both(run, span_cstr(pair->b));
    strbuf_free(&scratch);
}

int main(int argc, char **argv)
{
    static struct knowledge knowledge;
    struct knowledge_source source = {.built_in = true};
    struct diagnostic silent = {NULL, NULL};
    if (!tap_ok(knowledge_load(&knowledge, &source, &silent) == SMTPLOG_OK, "knowledge loads")) {
        return tap_end();
    }
    struct run run = {knowledge.classifier, calloc(1, sizeof(struct verdict_cache)), 0, 0};
    if (tap_ok(run.cache != NULL, "there is memory")) {
        for (size_t i = 0; i < COUNT_OF(pairs); i++) {
            check_pair(&run, &pairs[i]);
        }
        tap_ok(run.differing == 0, "%zu replies judged alike", run.judged);
        for (int i = 1; i < argc; i++) {
            judge_file(&run, argv[i]);
        }
    }
    free(run.cache);
    knowledge_free(&knowledge);
    return tap_end();
}
