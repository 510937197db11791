/* Listing pattern sets and running the samples inside pattern and catalogue files. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/knowledge.h"
#include "logfmt/vocabulary.h"

#define STRETCHED_LENGTH 2000 /* where Postfix cuts a line; a reply may be as long */

struct pattern_run {
    struct knowledge knowledge;
    struct parser *parser;
    struct pattern_set *set; /* the one at hand, and who reads its messages */
    bool (*parse)(struct parser *parser, struct span daemon, struct span message,
                  struct event *event);
    smtplog_writer writer;
    void *context;
    uint64_t passed, failed;
    bool stopped;
    const char *const *paths; /* the files asked for; all when there are none */
    size_t path_count;
};

/* Rules of files that were not asked for are loaded, for their defines, but not tested. */
static bool file_is_tested(const struct pattern_run *run, const struct record_file *file)
{
    for (size_t i = 0; i < run->path_count; i++) {
        if (span_is(file->label, run->paths[i])) {
            return true;
        }
    }
    return run->path_count == 0;
}

static void run_say(struct pattern_run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void run_say(struct pattern_run *run, const char *format, ...)
{
    char text[4096];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    run->stopped = run->stopped || run->writer(run->context, text, length) != 0;
}

static void sample_fails(struct pattern_run *run, const struct pattern_rule *rule,
                         const struct pattern_sample *sample, const char *what, struct span detail)
{
    run->failed++;
    run_say(run, "%.*s:%u: [%.*s] sample \"%.*s\": %s%s%.*s\n", SPAN_ARGS(rule->file->label),
            sample->record->line, SPAN_ARGS(rule->name), SPAN_ARGS(sample->name), what,
            detail.n > 0 ? ": " : "", (int)(detail.n > 300 ? 300 : detail.n), detail.p);
}

/* ---- comparing ------------------------------------------------------------------------------- */

/* Fields that a sample does not name: they follow from the rule alone. */
static bool field_is_compared(enum event_field field)
{
    return field != EVENT_KIND && field != EVENT_HOST && field != EVENT_SERVICE &&
           field != EVENT_DAEMON && field != EVENT_PID;
}

static struct span field_as_text(const struct event *event, enum event_field field, char digits[24])
{
    if (field < EVENT_TEXTS) {
        return event_text(event, field);
    }
    const char *word = event_value_name(field, event_value(event, field));
    if (word != NULL) {
        return span_cstr(word);
    }
    int n = snprintf(digits, 24, "%d", event_value(event, field));
    return event_value(event, field) == 0 ? SPAN_EMPTY : span_of(digits, (size_t)n);
}

static bool fields_agree(struct pattern_run *run, const struct pattern_rule *rule,
                         const struct pattern_sample *sample, const struct event *event)
{
    bool agree = true;
    for (int f = 0; f < EVENT_FIELDS; f++) {
        enum event_field field = (enum event_field)f;
        char key[64];
        char digits[24];
        char detail[640];
        struct span got = field_is_compared(field) ? field_as_text(event, field, digits)
                                                   : SPAN_EMPTY;
        snprintf(key, sizeof key, "want %s", event_field_name(field));
        struct span want = record_value(sample->record, key);
        if (!field_is_compared(field) || span_equal(got, want)) {
            continue;
        }
        int n = snprintf(detail, sizeof detail, "%s is \"%.*s\", wanted \"%.*s\"",
                         event_field_name(field), (int)(got.n > 250 ? 250 : got.n), got.p,
                         (int)(want.n > 250 ? 250 : want.n), want.p);
        sample_fails(run, rule, sample, "other fields",
                     span_of(detail, n < (int)sizeof detail ? (size_t)n : sizeof detail - 1));
        agree = false;
    }
    return agree;
}

static bool rule_matched(const struct event *event, const struct pattern_rule *rule)
{
    return span_equal(event->rule, rule->name);
}

static struct span sample_daemon(const struct pattern_rule *rule,
                                 const struct pattern_sample *sample)
{
    struct span daemons = rule->daemons;
    struct span daemon = SPAN_EMPTY;
    if (sample->daemon.n > 0) {
        return sample->daemon;
    }
    (void)span_next_word(&daemons, &daemon);
    return span_is(daemon, "*") ? SPAN_EMPTY : daemon;
}

/* The same line with its text blown up must still be understood: a limit or a greedy rule would
 * lose it. */
static void test_stretched(struct pattern_run *run, const struct pattern_rule *rule,
                           const struct pattern_sample *sample, const struct event *event)
{
    struct span text = event_text(event, EVENT_TEXT);
    const char *line = sample->line.p;
    bool inside = text.n > 0 && text.p >= line && text.p < line + sample->line.n;
    if (!inside || sample->line.n >= STRETCHED_LENGTH) {
        return;
    }
    char long_line[STRETCHED_LENGTH + 1];
    size_t head = (size_t)(text.p - line) + text.n;
    size_t filler = STRETCHED_LENGTH - sample->line.n;
    memcpy(long_line, line, head);
    for (size_t i = 0; i < filler; i++) {
        long_line[head + i] = "word; x=<y> "[i % 12];
    }
    long_line[head] = ' ';
    long_line[head + filler - 1] = 'w';
    memcpy(long_line + head + filler, line + head, sample->line.n - head);
    struct event longer = {0};
    bool matched = run->parse(run->parser, sample_daemon(rule, sample),
                              span_of(long_line, STRETCHED_LENGTH), &longer);
    if (!matched || !rule_matched(&longer, rule)) {
        sample_fails(run, rule, sample, "no match any more with a text of 2,000 bytes", SPAN_EMPTY);
    }
}

static void test_sample(struct pattern_run *run, const struct pattern_rule *rule,
                        const struct pattern_sample *sample)
{
    struct event event = {0};
    bool matched = run->parse(run->parser, sample_daemon(rule, sample), sample->line, &event);
    bool this_rule = matched && rule_matched(&event, rule);
    uint64_t failed = run->failed;
    if (!sample->must_match) {
        if (this_rule) {
            sample_fails(run, rule, sample, "matches, but must not", SPAN_EMPTY);
        }
    } else if (!matched) {
        sample_fails(run, rule, sample, "no rule matches", SPAN_EMPTY);
    } else if (!this_rule) {
        sample_fails(run, rule, sample, "another rule matches first", event.rule);
    } else if (fields_agree(run, rule, sample, &event)) {
        test_stretched(run, rule, sample, &event);
    }
    run->passed += run->failed == failed;
}

static void test_rules(struct pattern_run *run)
{
    size_t count = 0;
    const struct pattern_rule *const *rules = pattern_set_rules(run->set, &count);
    for (size_t i = 0; i < count; i++) {
        bool shown = false;
        if (!file_is_tested(run, rules[i]->file)) {
            continue;
        }
        for (size_t s = 0; s < rules[i]->sample_count; s++) {
            test_sample(run, rules[i], &rules[i]->samples[s]);
            shown = shown || rules[i]->samples[s].must_match;
        }
        if (!shown) {
            run->failed++;
            run_say(run, "%.*s:%u: [%.*s] has no sample\n", SPAN_ARGS(rules[i]->file->label),
                    rules[i]->line, SPAN_ARGS(rules[i]->name));
        }
    }
}

/* Every refinement must have been reached by some sample. */
static void test_refines(struct pattern_run *run)
{
    size_t count = 0;
    const struct pattern_refine *const *groups = pattern_set_refines(run->set, &count);
    for (size_t g = 0; g < count; g++) {
        for (size_t i = 0; i < groups[g]->count; i++) {
            const struct pattern_rule *rule = groups[g]->rules[i];
            if (!rule->used && file_is_tested(run, rule->file)) {
                run->failed++;
                run_say(run, "%.*s:%u: no sample reaches refine [%.*s]\n",
                        SPAN_ARGS(rule->file->label), rule->line, SPAN_ARGS(rule->name));
            }
        }
    }
}

static void test_set(struct pattern_run *run, struct pattern_set *set,
                     bool (*parse)(struct parser *, struct span, struct span, struct event *))
{
    run->set = set;
    run->parse = parse;
    test_rules(run);
    test_refines(run);
}

/* True when a file for this mail server, or with mta NULL a catalogue, is among those tested. */
static bool kind_is_tested(const struct pattern_run *run, const char *mta)
{
    for (size_t i = 0; i < run->knowledge.file_count; i++) {
        const struct record_file *file = &run->knowledge.files[i];
        struct span found = record_value(&file->records[0], "mta");
        if (span_is(found, mta != NULL ? mta : "") && file_is_tested(run, file)) {
            return true;
        }
    }
    return false;
}

/* The samples of dialects and of catalogue files. */
static enum smtplog_status test_other_files(struct pattern_run *run, const struct diagnostic *to)
{
    if (kind_is_tested(run, "transcript")) {
        transcript_dialects_test(run->knowledge.dialects, to, &run->passed, &run->failed);
    }
    if (!kind_is_tested(run, NULL)) {
        return SMTPLOG_OK;
    }
    other_servers_test(run->knowledge.other_servers, to, &run->passed, &run->failed);
    asked_waits_test(run->knowledge.asked_waits, to, &run->passed, &run->failed);
    return classifier_test(run->knowledge.classifier, to, &run->passed, &run->failed);
}

enum smtplog_status smtplog_patterns_test(const char *const *files, size_t count,
                                          smtplog_writer writer, void *context,
                                          smtplog_diagnostic diagnostic, void *diagnostic_context,
                                          uint64_t *passed, uint64_t *failed)
{
    struct pattern_run run = {
        .writer = writer, .context = context, .paths = files, .path_count = count};
    struct diagnostic to = {.function = diagnostic, .context = diagnostic_context};
    struct knowledge_source source = {
        .built_in = true, .samples = true, .paths = files, .path_count = count, .check = true};
    enum smtplog_status status = knowledge_load(&run.knowledge, &source, &to);
    if (status == SMTPLOG_OK) {
        status = parser_new(run.knowledge.postfix, 0, &run.parser);
    }
    if (status == SMTPLOG_OK) {
        status = parser_set_exim(run.parser, run.knowledge.exim);
        parser_set_greylister(run.parser, run.knowledge.greylister);
    }
    if (status == SMTPLOG_OK) {
        test_set(&run, run.knowledge.postfix, parser_postfix_message);
        test_set(&run, run.knowledge.exim, parser_exim_message);
        test_set(&run, run.knowledge.greylister, parser_greylister_message);
        status = test_other_files(&run, &to);
    }
    parser_free(run.parser);
    knowledge_free(&run.knowledge);
    *passed = run.passed;
    *failed = run.failed;
    return status == SMTPLOG_OK && run.stopped ? SMTPLOG_STOPPED : status;
}

/* The rules of a set that stand in a file. */
static void list_rules(struct pattern_run *run, const struct pattern_set *set,
                       const struct record_file *file)
{
    size_t count = 0;
    const struct pattern_rule *const *rules = pattern_set_rules(set, &count);
    for (size_t i = 0; i < count; i++) {
        if (rules[i]->file == file) {
            run_say(run, "    %-10.*s %-36.*s %.*s\n",
                    SPAN_ARGS(rules[i]->kind.n > 0 ? rules[i]->kind : SPAN_LITERAL("context")),
                    SPAN_ARGS(rules[i]->name), SPAN_ARGS(rules[i]->daemons));
        }
    }
}

enum smtplog_status smtplog_patterns_list(const char *directory, int with_rules,
                                          smtplog_writer writer, void *context,
                                          smtplog_diagnostic diagnostic, void *diagnostic_context)
{
    struct pattern_run run = {.writer = writer, .context = context};
    struct diagnostic to = {.function = diagnostic, .context = diagnostic_context};
    struct knowledge_source source = {
        .built_in = true, .samples = true, .system = true, .directory = directory};
    enum smtplog_status status = knowledge_load(&run.knowledge, &source, &to);
    for (size_t f = 0; status == SMTPLOG_OK && f < run.knowledge.file_count; f++) {
        const struct record_file *file = &run.knowledge.files[f];
        run_say(&run, "%-24.*s version %-4.*s %5zu records  %.*s\n", SPAN_ARGS(file->name),
                SPAN_ARGS(file->version), file->record_count - 1, SPAN_ARGS(file->label));
        if (with_rules != 0) {
            list_rules(&run, run.knowledge.postfix, file);
            list_rules(&run, run.knowledge.exim, file);
            list_rules(&run, run.knowledge.greylister, file);
        }
    }
    knowledge_free(&run.knowledge);
    return status == SMTPLOG_OK && run.stopped ? SMTPLOG_STOPPED : status;
}

enum smtplog_status smtplog_patterns_texts(smtplog_writer writer, void *context,
                                           smtplog_diagnostic diagnostic, void *diagnostic_context)
{
    struct knowledge knowledge;
    struct strbuf out;
    struct diagnostic to = {.function = diagnostic, .context = diagnostic_context};
    struct knowledge_source source = {.built_in = true};
    strbuf_init(&out, (size_t)16 * 1024 * 1024);
    enum smtplog_status status = knowledge_load(&knowledge, &source, &to);
    if (status == SMTPLOG_OK) {
        status = catalog_template(knowledge.catalog, &out);
    }
    if (status == SMTPLOG_OK && writer(context, strbuf_cstr(&out), out.length) != 0) {
        status = SMTPLOG_STOPPED;
    }
    knowledge_free(&knowledge);
    strbuf_free(&out);
    return status;
}
