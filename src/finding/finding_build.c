/* From figures to findings: every rule over what it looks at, worst first. */
#include "finding/finding_build.h"

#include <stdlib.h>

#include "finding/evidence.h"
#include "finding/sentence.h"

#define FINDINGS_PER_RULE 5
#define SENTENCE_MAXIMUM  4096
#define EARLY             ((int64_t)900) /* seconds after the first line that count as its beginning */

/* A finding with what decides its order. */
struct candidate {
    struct finding finding;
    const struct finding_rule *rule;
    struct span place;
};

struct builder {
    const struct finding_rules *rules;
    struct summary *summary;
    struct finding_list *list;
    struct candidate *candidates; /* owned */
    size_t count, capacity;
};

/* What the names of a condition are looked up in. */
struct scope {
    const struct builder *builder;
    const struct evidence *evidence;
};

static bool value_of(void *context, struct span name, bool baseline, double *value)
{
    const struct scope *scope = context;
    return !baseline && (evidence_value(scope->evidence, scope->builder->summary, name, value) ||
                         finding_threshold(scope->builder->rules, name, value));
}

static bool condition_holds(const struct builder *b, const struct finding_rule *rule,
                            const struct evidence *evidence)
{
    struct scope scope = {b, evidence};
    return rule_weigh(&rule->when, value_of, &scope) == RULE_HOLDS;
}

/* ---- one finding ---------------------------------------------------------------------------- */

/* Sentences of the rule with their names filled in, kept by the list. */
static enum smtplog_status fill(struct builder *b, const struct evidence *evidence,
                                const struct span *sentences, size_t count, struct span *text)
{
    struct strbuf out;
    strbuf_init(&out, SENTENCE_MAXIMUM);
    for (size_t i = 0; i < count; i++) {
        if (sentences[i].n > 0 && strbuf_span(&out).n > 0) {
            strbuf_add_byte(&out, ' ');
        }
        sentence_add(&out, sentences[i], evidence, b->summary, b->rules->catalog);
    }
    enum smtplog_status status = arena_copy(&b->list->arena, strbuf_span(&out), text)
                                     ? SMTPLOG_OK
                                     : SMTPLOG_NO_MEMORY;
    strbuf_free(&out);
    return status;
}

static enum smtplog_status fill_key(struct builder *b, const struct evidence *evidence,
                                    const struct finding_rule *rule, const char *key,
                                    struct span *text)
{
    struct span sentence = catalog_text(rule->entry, key);
    return fill(b, evidence, &sentence, 1, text);
}

/* The rule's second sentence, unless the number it is about is 0: nothing is said of nothing. */
static struct span second_sentence(const struct builder *b, const struct finding_rule *rule,
                                   const struct evidence *evidence)
{
    struct span also = catalog_text(rule->entry, "also");
    size_t begin = span_find(also, SPAN_LITERAL("{"));
    double value = 0;
    if (begin == SIZE_MAX) {
        return also;
    }
    struct span name = span_from(also, begin + 1);
    size_t end = span_find(name, SPAN_LITERAL("}"));
    name = end != SIZE_MAX ? span_of(name.p, end) : SPAN_EMPTY;
    return evidence_value(evidence, b->summary, name, &value) && value > 0 ? also : SPAN_EMPTY;
}

/* The sentence that says since when. */
static struct span period_of(const struct builder *b, const struct evidence *e)
{
    const char *name = "seen";
    if (!e->has_time) {
        return SPAN_EMPTY;
    }
    if (e->began) {
        name = e->change.ended ? "ended" : "began";
    } else if (e->first.seconds - b->summary->first.seconds < EARLY) {
        name = "always";
    }
    return catalog_phrase(b->rules->catalog, "finding", span_cstr(name));
}

static void set_time(struct finding *finding, const struct evidence *e)
{
    finding->has_since = e->has_time;
    finding->since = e->first;
    if (e->began) {
        finding->since = (struct instant){.seconds = e->change.since, .offset = e->first.offset};
        finding->has_until = e->change.ended;
        finding->until = (struct instant){.seconds = e->change.until, .offset = e->last.offset};
    }
}

static enum smtplog_status add_candidate(struct builder *b, const struct finding_rule *rule,
                                         const struct evidence *e)
{
    if (b->count == b->capacity) {
        size_t capacity = b->capacity > 0 ? b->capacity * 2 : 16;
        struct candidate *grown = realloc(b->candidates, capacity * sizeof *grown);
        if (grown == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        b->candidates = grown;
        b->capacity = capacity;
    }
    struct candidate *candidate = &b->candidates[b->count++];
    struct finding *finding = &candidate->finding;
    double share = 0;
    (void)evidence_value(e, b->summary, SPAN_LITERAL("share"), &share);
    *candidate = (struct candidate){.rule = rule};
    *finding = (struct finding){
        .id = rule->entry->name,
        .severity = rule->severity,
        .who = catalog_text(rule->entry, "who"),
        .count = e->count,
        .share = share,
    };
    set_time(finding, e);
    if (!arena_copy(&b->list->arena, e->sample, &finding->sample) ||
        !arena_copy(&b->list->arena, e->place, &candidate->place)) {
        return SMTPLOG_NO_MEMORY;
    }
    if (rule->per == FINDING_PER_PLACE) {
        finding->place = candidate->place;
    }
    struct span told[] = {catalog_text(rule->entry, "evidence"), second_sentence(b, rule, e),
                          period_of(b, e)};
    TRY(fill_key(b, e, rule, "title", &finding->title));
    TRY(fill(b, e, told, COUNT_OF(told), &finding->evidence));
    return fill_key(b, e, rule, "fix", &finding->fix);
}

static enum smtplog_status apply_rule(struct builder *b, const struct finding_rule *rule)
{
    struct evidence_list evidence;
    size_t found = 0;
    enum smtplog_status status = evidence_gather(b->rules, rule, b->summary, &evidence);
    for (size_t i = 0; i < evidence.count && status == SMTPLOG_OK && found < FINDINGS_PER_RULE;
         i++) {
        const struct evidence *item = &evidence.items[i];
        if (condition_holds(b, rule, item)) {
            found++;
            status = add_candidate(b, rule, item);
        }
    }
    evidence_free(&evidence);
    return status;
}

/* ---- all of them ---------------------------------------------------------------------------- */

/* A finding that another one explains: `covered by` names it, of the same place or of the log. */
static bool is_covered(const struct builder *b, const struct candidate *candidate)
{
    struct span others = catalog_text(candidate->rule->entry, "covered by");
    for (size_t i = 0; i < b->count && others.n > 0; i++) {
        const struct candidate *other = &b->candidates[i];
        bool same = other->place.n == 0 || candidate->place.n == 0 ||
                    span_equal(other->place, candidate->place);
        if (same && finding_has_word(others, other->finding.id)) {
            return true;
        }
    }
    return false;
}

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *x = a;
    const struct candidate *y = b;
    if (x->finding.severity != y->finding.severity) {
        return x->finding.severity > y->finding.severity ? -1 : 1;
    }
    if (x->rule->rank < y->rule->rank || x->rule->rank > y->rule->rank) {
        return x->rule->rank > y->rule->rank ? -1 : 1;
    }
    if (x->finding.count != y->finding.count) {
        return x->finding.count > y->finding.count ? -1 : 1;
    }
    size_t n = x->place.n < y->place.n ? x->place.n : y->place.n;
    int order = n > 0 ? memcmp(x->place.p, y->place.p, n) : 0;
    return order != 0 ? order : (x->place.n > y->place.n) - (x->place.n < y->place.n);
}

static enum smtplog_status take_over(struct builder *b)
{
    struct finding_list *list = b->list;
    if (b->count == 0) {
        return SMTPLOG_OK;
    }
    qsort(b->candidates, b->count, sizeof *b->candidates, compare_candidates);
    list->items = arena_alloc(&list->arena, b->count * sizeof *list->items);
    if (list->items == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 0; i < b->count; i++) {
        if (!is_covered(b, &b->candidates[i])) {
            list->items[list->count++] = b->candidates[i].finding;
        }
    }
    return SMTPLOG_OK;
}

enum smtplog_status finding_build(const struct finding_rules *rules, struct summary *summary,
                                  struct finding_list *list)
{
    struct builder b = {.rules = rules, .summary = summary, .list = list};
    enum smtplog_status status = SMTPLOG_OK;
    finding_list_init(list);
    signal_finish(summary->signals, &summary->last);
    for (size_t i = 0; i < rules->count && status == SMTPLOG_OK; i++) {
        status = apply_rule(&b, &rules->rules[i]);
    }
    status = status == SMTPLOG_OK ? take_over(&b) : status;
    free(b.candidates);
    return status;
}
