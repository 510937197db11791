/* What became of the recipients, and how many attempts it took. */
#include "report/section.h"

/* How the delivered got there. */
static struct span delivered_how(struct report_builder *b)
{
    const struct delivery_counts *all = &b->summary->delivered;
    const struct delivery_counts *bounces = &b->summary->null_delivered;
    uint64_t greylisted = all->after_greylisting - bounces->after_greylisting;
    uint64_t deferred = all->after_deferral - bounces->after_deferral;
    struct span how = WORDS(b, "outcome/first-try",
                            phrase_count("count", all->first_try - bounces->first_try));
    if (greylisted > 0) {
        how = builder_join(
            b, how, WORDS(b, "outcome/after-greylisting", phrase_count("count", greylisted)));
    }
    if (deferred > 0) {
        how = builder_join(b, how,
                           WORDS(b, "outcome/after-deferral", phrase_count("count", deferred)));
    }
    return how;
}

static void add_attempts(struct report_builder *b, struct section *section)
{
    static const struct {
        const char *key;
        enum event_outcome outcome;
    } parts[] = {{"attempts/delivered", OUTCOME_DELIVERED},
                 {"attempts/deferred", OUTCOME_DEFERRED},
                 {"attempts/bounced", OUTCOME_BOUNCED}};
    const struct summary *s = b->summary;
    uint64_t rest = s->attempts_total;
    struct span list = SPAN_EMPTY;
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        uint64_t count = s->attempts[parts[i].outcome];
        list = builder_join(b, list, WORDS(b, parts[i].key, phrase_count("count", count)));
        rest -= count;
    }
    if (rest > 0) {
        list = builder_join(b, list, WORDS(b, "attempts/other", phrase_count("count", rest)));
    }
    SAY(b, "outcome/attempts", phrase_count("attempts", s->attempts_total),
        phrase_words("parts", list));
    builder_paragraph(b, section);
}

static void add_states(struct report_builder *b, struct section *section, uint64_t all)
{
    static const struct column columns[] = {{.key = "state", .audience = COLUMN_DATA},
                                            {.audience = COLUMN_PEOPLE},
                                            {.key = "recipients", .right = true},
                                            {.key = "share", .right = true},
                                            {.audience = COLUMN_PEOPLE, .wraps = true}};
    static const struct {
        enum recipient_state state;
        const char *label, *meaning;
    } rows[] = {{RECIPIENT_DELIVERED, "state/delivered", NULL},
                {RECIPIENT_BOUNCED, "state/bounced", "state/bounced-means"},
                {RECIPIENT_EXPIRED, "state/expired", "state/expired-means"},
                {RECIPIENT_DEFERRED, "state/deferred", "state/deferred-means"},
                {RECIPIENT_FORWARDED, "state/forwarded", "state/forwarded-means"},
                {RECIPIENT_DISCARDED, "state/discarded", "state/discarded-means"},
                {RECIPIENT_UNKNOWN, "state/unknown", "state/unknown-means"}};
    const struct summary *s = b->summary;
    struct table *table = TABLE(b, section, "outcome", columns);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint64_t count = s->recipients.by_state[rows[i].state] -
                         s->null_recipients.by_state[rows[i].state];
        struct cell *cells = builder_filled(b, count) ? table_row(b->document, table) : NULL;
        if (cells != NULL) {
            cells[0] = cell_words(recipient_state_name(rows[i].state));
            cells[1] = cell_text(CELL_WORDS, builder_words(b, rows[i].label));
            cells[2] = cell_count(count);
            cells[3] = cell_share(count, all);
            cells[4] = cell_text(CELL_WORDS, rows[i].meaning != NULL
                                                 ? builder_words(b, rows[i].meaning)
                                                 : delivered_how(b));
        }
    }
}

void build_outcome(struct report_builder *b)
{
    const struct summary *s = b->summary;
    uint64_t all = s->recipients.total - s->null_recipients.total;
    if (!builder_filled(b, s->recipients.total)) {
        return;
    }
    struct span aside = s->null_recipients.total > 0
                            ? WORDS(b, "aside/recipients-and-bounces",
                                    phrase_count("recipients", all),
                                    phrase_count("bounces", s->null_recipients.total))
                            : WORDS(b, "aside/recipients", phrase_count("recipients", all));
    struct section *section = builder_section(b, "outcome", aside);
    add_states(b, section, all);
    add_attempts(b, section);
}
