/* Why a reply was given. Most rules name words of which one must occur (`need`); one pass over the
 * text finds all words of all rules, so that only a few expressions are tried. */
#include "catalog/classifier.h"

#include <stdlib.h>

#include "catalog/catalog_pattern.h"
#include "catalog/condition.h"
#include "catalog/named_host.h"
#include "event/reply.h"

#define REASONS_MAXIMUM 1024
#define WORDS_MAXIMUM   4096
#define WORD_TABLE      4096            /* slots by the first three letters */
#define TEXT_JUDGED     2048            /* bytes of a text that are looked at */
#define TEXT_HIDDEN     ((size_t)65536) /* bytes of it with names of hosts hidden */
#define CODES           1000
#define SET_WORDS       (REASONS_MAXIMUM / 64)

enum evidence {
    EVIDENCE_PROVIDER,
    EVIDENCE_WORDING,
    EVIDENCE_ENHANCED,
    EVIDENCE_BASIC,
    EVIDENCES
};
static const char *const evidence_names[] = {"provider", "wording", "enhanced", "basic"};

/* A set of reasons, a bit each. */
struct reason_set {
    uint64_t bits[SET_WORDS];
};

struct reason {
    const struct catalog_entry *entry;
    struct span class_name;
    bool possible;
    enum evidence evidence;
    struct span codes;
    struct span enhanced;
    struct span provider;
    struct pattern *pattern; /* owned; NULL: no wording asked */
};

struct reason_word {
    struct span word; /* lower case, three bytes at least */
    uint16_t reason;
    uint16_t next; /* in the same slot; 0: end (index + 1) */
};

struct classifier {
    const struct catalog *catalog;
    const struct diagnostic *diagnostic;
    struct pattern_engine *engine;
    struct arena arena;
    struct reason reasons[REASONS_MAXIMUM]; /* in order of evidence */
    size_t count;
    enum evidence adding;            /* evidence of the reasons that are taken in now */
    struct reason_set possible;      /* those that tell of possible greylisting */
    struct reason_set wordless;      /* those without words: always tried */
    struct reason_set stage[STAGES]; /* those that fit a stage */
    struct reason_set *code[CODES];  /* those that fit a code; in the arena, made when needed */
    struct reason_word words[WORDS_MAXIMUM];
    size_t word_count;
    uint16_t slot[WORD_TABLE];
    struct reason *loading; /* the reason that samples belong to */
    enum smtplog_status status;
    bool compile_all;
};

static unsigned word_slot(const char *p)
{
    return ((unsigned char)p[0] * 31u * 31u + (unsigned char)p[1] * 31u + (unsigned char)p[2]) %
           WORD_TABLE;
}

static void complain(struct classifier *classifier, const struct catalog_entry *entry,
                     const char *what, struct span detail)
{
    classifier->status = record_complain(entry->file, entry->record->line, classifier->diagnostic,
                                         what, detail);
}

static void set_add(struct reason_set *set, size_t reason)
{
    set->bits[reason / 64] |= (uint64_t)1 << reason % 64;
}

static void add_words(struct classifier *classifier, struct reason *reason)
{
    struct span list = catalog_text(reason->entry, "need");
    struct span rest = list;
    struct span word;
    bool always = list.n == 0;
    while (!always && span_next_piece(&rest, '|', &word)) {
        always = word.n < 3; /* too short to look up */
    }
    if (always) {
        set_add(&classifier->wordless, (size_t)(reason - classifier->reasons));
        return;
    }
    rest = list;
    while (span_next_piece(&rest, '|', &word)) {
        if (classifier->word_count == WORDS_MAXIMUM) {
            complain(classifier, reason->entry, N_("too many words in all"), word);
            return;
        }
        struct reason_word *added = &classifier->words[classifier->word_count++];
        unsigned slot = word_slot(word.p);
        *added = (struct reason_word){word, (uint16_t)(reason - classifier->reasons),
                                      classifier->slot[slot]};
        classifier->slot[slot] = (uint16_t)classifier->word_count;
    }
}

static enum evidence evidence_of(struct classifier *classifier, const struct catalog_entry *entry)
{
    struct span word = catalog_text(entry, "evidence");
    for (size_t i = 0; i < EVIDENCES; i++) {
        if (span_is(word, evidence_names[i])) {
            return (enum evidence)i;
        }
    }
    if (classifier->adding == EVIDENCE_PROVIDER) {
        complain(classifier, entry, N_("evidence is provider, wording, enhanced or basic"), word);
    }
    return EVIDENCE_PROVIDER;
}

static void read_stages(struct classifier *classifier, const struct reason *reason)
{
    struct span list = catalog_text(reason->entry, "stage");
    size_t index = (size_t)(reason - classifier->reasons);
    struct span word;
    for (int stage = 0; stage < STAGES && list.n == 0; stage++) {
        set_add(&classifier->stage[stage], index);
    }
    while (span_next_word(&list, &word)) {
        int stage = event_value_find(EVENT_STAGE, word);
        if (stage < 0) {
            complain(classifier, reason->entry, N_("no such stage"), word);
        } else {
            set_add(&classifier->stage[stage], index);
        }
    }
}

static enum smtplog_status add_reason(void *context, const struct catalog_entry *entry)
{
    struct classifier *classifier = context;
    if (evidence_of(classifier, entry) != classifier->adding) {
        return SMTPLOG_OK;
    }
    if (classifier->count == REASONS_MAXIMUM) {
        complain(classifier, entry, N_("too many reasons"), entry->name);
        return SMTPLOG_LIMIT;
    }
    struct reason *reason = &classifier->reasons[classifier->count++];
    struct span possible = catalog_text(entry, "possible");
    reason->entry = entry;
    reason->class_name = catalog_text(entry, "class");
    reason->possible = possible.n > 0;
    reason->codes = catalog_text(entry, "code");
    reason->enhanced = catalog_text(entry, "enhanced");
    reason->provider = catalog_text(entry, "provider");
    if ((reason->class_name.n == 0 && !reason->possible) ||
        (reason->possible && !span_is(possible, "greylisting"))) {
        complain(classifier, entry, N_("a reason needs class, or possible = greylisting"),
                 possible);
    }
    reason->evidence = classifier->adding;
    if (reason->possible) {
        set_add(&classifier->possible, classifier->count - 1);
    }
    read_stages(classifier, reason);
    enum smtplog_status status = catalog_pattern(entry, "regex", &classifier->arena,
                                                 classifier->compile_all, classifier->diagnostic,
                                                 &reason->pattern);
    if (status != SMTPLOG_OK) {
        classifier->status = status;
    }
    add_words(classifier, reason);
    return classifier->status == SMTPLOG_NO_MEMORY ? SMTPLOG_NO_MEMORY : SMTPLOG_OK;
}

enum smtplog_status classifier_new(const struct catalog *catalog, bool compile_all,
                                   const struct diagnostic *diagnostic,
                                   struct classifier **classifier)
{
    struct classifier *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->catalog = catalog;
    made->diagnostic = diagnostic;
    made->compile_all = compile_all;
    arena_init(&made->arena);
    made->status = pattern_engine_new(&made->engine);
    for (int evidence = 0; evidence < EVIDENCES && made->status == SMTPLOG_OK; evidence++) {
        made->adding = (enum evidence)evidence;
        enum smtplog_status status = catalog_each(catalog, "reason", add_reason, made);
        made->status = made->status != SMTPLOG_OK ? made->status : status;
    }
    if (made->status != SMTPLOG_OK) {
        enum smtplog_status status = made->status;
        classifier_free(made);
        return status;
    }
    *classifier = made;
    return SMTPLOG_OK;
}

enum smtplog_status classifier_status(const struct classifier *classifier)
{
    return pattern_engine_status(classifier->engine);
}

void classifier_free(struct classifier *classifier)
{
    if (classifier != NULL) {
        for (size_t i = 0; i < classifier->count; i++) {
            pattern_free(classifier->reasons[i].pattern);
        }
        pattern_engine_free(classifier->engine);
        arena_free(&classifier->arena);
        free(classifier);
    }
}

/* ---- conditions --------------------------------------------------------------------------- */

/* Whether a reason holds, given that its words, code and stage fit. */
static bool reason_holds(struct classifier *classifier, struct reason *reason,
                         const struct classifier_input *input)
{
    if (!condition_enhanced(reason->enhanced, input->enhanced)) {
        return false;
    }
    if (reason->provider.n > 0 && !span_equal(reason->provider, input->provider)) {
        return false;
    }
    if (reason->pattern == NULL) {
        return true;
    }
    return pattern_recognizes(reason->pattern, classifier->engine, input->text);
}

/* Adds the reasons of which a word occurs in text. */
static void find_words(const struct classifier *classifier, struct span text,
                       struct reason_set *found)
{
    char lower[TEXT_JUDGED];
    bytes_lower(lower, text.p, text.n);
    for (size_t i = 0; i + 3 <= text.n; i++) {
        for (uint16_t w = classifier->slot[word_slot(lower + i)]; w != 0;) {
            const struct reason_word *word = &classifier->words[w - 1];
            if (word->word.n <= text.n - i && memcmp(lower + i, word->word.p, word->word.n) == 0) {
                set_add(found, word->reason);
            }
            w = word->next;
        }
    }
}

/* The reasons that fit a code, remembered by code. NULL when memory is short. */
static const struct reason_set *fitting_code(struct classifier *classifier, int code)
{
    struct reason_set **set = &classifier->code[code > 0 && code < CODES ? code : 0];
    if (*set == NULL) {
        *set = arena_alloc(&classifier->arena, sizeof **set);
        for (size_t i = 0; *set != NULL && i < classifier->count; i++) {
            if (condition_code(classifier->reasons[i].codes, code)) {
                set_add(*set, i);
            }
        }
    }
    return *set;
}

/* The reasons that are worth a closer look, in order of evidence. */
static void find_candidates(struct classifier *classifier, const struct classifier_input *input,
                            struct reason_set *candidates)
{
    const struct reason_set *code = fitting_code(classifier, input->code);
    memset(candidates, 0, sizeof *candidates);
    find_words(classifier, input->text, candidates);
    for (size_t i = 0; i < SET_WORDS; i++) {
        candidates->bits[i] |= classifier->wordless.bits[i];
        candidates->bits[i] &= classifier->stage[input->stage].bits[i];
        candidates->bits[i] &= code != NULL ? code->bits[i] : 0;
    }
}

/* Takes the first reason at or behind *from that is in the set; false when there is none. */
static bool next_candidate(const struct reason_set *set, size_t *from)
{
    for (size_t i = *from; i < REASONS_MAXIMUM; i = (i / 64 + 1) * 64) {
        uint64_t bits = set->bits[i / 64] >> i % 64;
        if (bits != 0) {
            *from = i + (size_t)__builtin_ctzll(bits);
            return true;
        }
    }
    return false;
}

static void judge(struct classifier *classifier, struct classifier_input cut,
                  struct classifier_verdict *verdict)
{
    struct reason_set candidates;
    if (cut.code == 0 && cut.enhanced.n > 0 && byte_is_digit(cut.enhanced.p[0])) {
        cut.code = (cut.enhanced.p[0] - '0') * 100;
    }
    find_candidates(classifier, &cut, &candidates);
    *verdict = (struct classifier_verdict){SPAN_LITERAL("unknown"), SPAN_EMPTY, false};
    for (size_t i = 0; next_candidate(&candidates, &i); i++) {
        struct reason *reason = &classifier->reasons[i];
        bool decided = verdict->reason.n > 0;
        if ((decided && !reason->possible) || !reason_holds(classifier, reason, &cut)) {
            continue;
        }
        verdict->possible_greylisting |= reason->possible;
        if (!decided && reason->class_name.n > 0) {
            verdict->class_name = reason->class_name;
            verdict->reason = reason->entry->name;
            for (size_t k = 0; k < SET_WORDS; k++) {
                candidates.bits[k] &= classifier->possible.bits[k];
            }
        }
    }
    /* Named greylisting is not merely possible. */
    if (span_is(verdict->class_name, "greylisting")) {
        verdict->possible_greylisting = false;
    }
}

void classifier_judge(struct classifier *classifier, const struct classifier_input *input,
                      struct classifier_verdict *verdict)
{
    struct classifier_input cut = *input;
    struct strbuf text;
    strbuf_init(&text, TEXT_HIDDEN);
    cut.text.n = cut.text.n > TEXT_JUDGED ? TEXT_JUDGED : cut.text.n;
    named_host_hide(cut.text, &text);
    if (strbuf_status(&text) == SMTPLOG_OK) {
        cut.text = strbuf_span(&text);
        cut.text.n = cut.text.n > TEXT_JUDGED ? TEXT_JUDGED : cut.text.n;
    }
    judge(classifier, cut, verdict);
    strbuf_free(&text);
}

/* ---- samples ------------------------------------------------------------------------------ */

struct sample_run {
    struct classifier *classifier;
    const struct diagnostic *diagnostic;
    uint64_t *passed, *failed;
};

static void judge_sample(struct sample_run *run, const struct catalog_entry *entry,
                         struct classifier_input *input, struct classifier_verdict *verdict,
                         struct strbuf *scratch)
{
    struct reply reply = {.text = catalog_text(entry, "reply")};
    if (!reply_parse(catalog_text(entry, "reply"), scratch, &reply)) {
        reply.enhanced = SPAN_EMPTY;
    }
    int stage = event_value_find(EVENT_STAGE, catalog_text(entry, "stage"));
    *input = (struct classifier_input){reply.code, reply.enhanced,
                                       stage > 0 ? (enum event_stage)stage : STAGE_NONE,
                                       catalog_text(entry, "provider"), reply.text};
    classifier_judge(run->classifier, input, verdict);
}

static void count_sample(struct sample_run *run, const struct catalog_entry *entry, bool held,
                         const char *what, struct span got)
{
    *run->passed += held;
    *run->failed += !held;
    if (!held) {
        (void)record_complain(entry->file, entry->record->line, run->diagnostic, what, got);
    }
}

static enum smtplog_status run_sample(void *context, const struct catalog_entry *entry)
{
    struct sample_run *run = context;
    struct strbuf scratch;
    strbuf_init(&scratch, 65536);
    struct classifier_input input;
    struct classifier_verdict verdict;
    judge_sample(run, entry, &input, &verdict, &scratch);
    struct span want = catalog_text(entry, "want class");
    bool possible = catalog_text(entry, "want possible").n > 0;
    count_sample(run, entry,
                 (want.n == 0 || span_equal(want, verdict.class_name)) &&
                     possible == verdict.possible_greylisting,
                 "sample gives another class", verdict.class_name);
    strbuf_free(&scratch);
    return SMTPLOG_OK;
}

/* Whether a reason holds, words aside. */
static bool reason_matches(struct classifier *classifier, struct reason *reason,
                           const struct classifier_input *input)
{
    size_t index = (size_t)(reason - classifier->reasons);
    return condition_code(reason->codes, input->code) &&
           (classifier->stage[input->stage].bits[index / 64] >> index % 64 & 1) != 0 &&
           reason_holds(classifier, reason, input);
}

/* The reason that stands nearest above a line of the same file. */
static struct reason *reason_above(struct classifier *classifier, const struct catalog_entry *entry)
{
    struct reason *nearest = NULL;
    for (size_t i = 0; i < classifier->count; i++) {
        const struct catalog_entry *reason = classifier->reasons[i].entry;
        if (reason->file == entry->file && reason->record->line < entry->record->line &&
            (nearest == NULL || reason->record->line > nearest->entry->record->line)) {
            nearest = &classifier->reasons[i];
        }
    }
    return nearest;
}

/* False when every reason of a file was replaced by another file's: its samples then have nothing
 * to test. */
static bool file_has_reasons(const struct classifier *classifier, const struct record_file *file)
{
    for (size_t i = 0; i < classifier->count; i++) {
        if (classifier->reasons[i].entry->file == file) {
            return true;
        }
    }
    return false;
}

static enum smtplog_status run_nomatch(void *context, const struct catalog_entry *entry)
{
    struct sample_run *run = context;
    if (!file_has_reasons(run->classifier, entry->file)) {
        return SMTPLOG_OK;
    }
    struct strbuf scratch;
    strbuf_init(&scratch, 65536);
    struct classifier_input input;
    struct classifier_verdict verdict;
    judge_sample(run, entry, &input, &verdict, &scratch);
    struct reason *reason = reason_above(run->classifier, entry);
    bool held = reason != NULL && !reason_matches(run->classifier, reason, &input);
    count_sample(run, entry, held, "the reason above must not match this",
                 catalog_text(entry, "reply"));
    strbuf_free(&scratch);
    return SMTPLOG_OK;
}

enum smtplog_status classifier_test(struct classifier *classifier,
                                    const struct diagnostic *diagnostic, uint64_t *passed,
                                    uint64_t *failed)
{
    struct sample_run run = {classifier, diagnostic, passed, failed};
    TRY(catalog_each(classifier->catalog, "sample", run_sample, &run));
    TRY(catalog_each(classifier->catalog, "nomatch", run_nomatch, &run));
    return SMTPLOG_OK;
}
