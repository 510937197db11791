/* Tests of parser_want: whoever wants records only gets the same records, and is told the same rule
 * of every other line. */
#include "lib/knowledge.h"
#include "logfmt/parser.h"
#include "tap.h"

typedef bool (*reader)(struct parser *parser, struct span daemon, struct span message,
                       struct event *event);

struct readers {
    struct parser *all, *records;
    reader read;
    unsigned lines, record_count, different, told;
};

static void make_parser(struct knowledge *knowledge, enum parser_wish wish, struct parser **parser)
{
    struct knowledge_source source = {.built_in = true, .samples = true};
    const struct diagnostic silent = {.function = NULL};
    TAP_MUST(knowledge_load(knowledge, &source, &silent));
    TAP_MUST(parser_new(knowledge->postfix, 0, parser));
    TAP_MUST(parser_set_exim(*parser, knowledge->exim));
    parser_set_greylister(*parser, knowledge->greylister);
    parser_want(*parser, wish);
}

static bool same_fields(const struct event *a, const struct event *b)
{
    bool same = a->set == b->set && span_equal(a->domain, b->domain);
    for (int field = 0; field < EVENT_FIELDS; field++) {
        same &= field < EVENT_TEXTS ? span_equal(event_text(a, (enum event_field)field),
                                                 event_text(b, (enum event_field)field))
                                    : event_value(a, (enum event_field)field) ==
                                          event_value(b, (enum event_field)field);
    }
    return same;
}

static void compare(struct readers *r, struct span daemon, struct span line)
{
    struct event all = {.set = 0};
    struct event records = {.set = 0};
    bool matched = r->read(r->all, daemon, line, &all);
    bool is_record = event_value(&all, EVENT_KIND) != KIND_CONTEXT;
    bool same = matched == r->read(r->records, daemon, line, &records) &&
                span_equal(all.rule, records.rule);
    if (is_record) {
        same &= same_fields(&all, &records);
    } else {
        r->told += (records.set & ~((uint64_t)1 << EVENT_QUEUE_ID)) != 0;
    }
    r->lines++;
    r->record_count += is_record;
    r->different += !same;
    if (!same) {
        tap_show("differs", line);
    }
}

/* The samples of each rule, whole and cut, as each of its daemons writes them. */
static void compare_rule(struct readers *r, const struct pattern_rule *rule)
{
    struct span daemons = rule->daemons;
    struct span daemon = SPAN_EMPTY;
    while (span_next_word(&daemons, &daemon)) {
        daemon = span_is(daemon, "*") ? SPAN_LITERAL("smtpd") : daemon;
        for (size_t i = 0; i < rule->sample_count; i++) {
            struct span line = rule->samples[i].line;
            compare(r, daemon, line);
            compare(r, daemon, span_of(line.p, line.n - line.n / 4));
        }
    }
}

static void compare_set(struct readers *r, const struct pattern_set *set, const char *name)
{
    size_t count = 0;
    const struct pattern_rule *const *rules = pattern_set_rules(set, &count);
    r->lines = r->record_count = r->different = r->told = 0;
    for (size_t i = 0; i < count; i++) {
        compare_rule(r, rules[i]);
    }
    tap_number(0, r->different, "%s: %u lines, %u of them records, are the same to both", name,
               r->lines, r->record_count);
}

int main(void)
{
    static struct knowledge knowledge[2];
    struct readers r = {.read = parser_postfix_message};
    make_parser(&knowledge[0], PARSER_WANTS_ALL, &r.all);
    make_parser(&knowledge[1], PARSER_WANTS_RECORDS, &r.records);
    tap_number(PARSER_WANTS_RECORDS, parser_wanted(r.records), "a parser knows what is wanted");
    compare_set(&r, knowledge[0].postfix, "Postfix");
    tap_ok(r.lines > 1000 && r.record_count > 300, "which were many");
    tap_number(0, r.told, "what is no record tells nothing more");
    r.read = parser_greylister_message;
    compare_set(&r, knowledge[0].greylister, "greylisters");
    tap_number(0, r.told, "what is no record tells nothing more");
    r.read = parser_exim_message;
    compare_set(&r, knowledge[0].exim, "Exim");
    parser_want(r.records, PARSER_WANTS_ALL);
    r.read = parser_postfix_message;
    compare_set(&r, knowledge[0].postfix, "Postfix, once all is wanted again");
    tap_ok(r.told > 100, "then other lines tell what they know");
    for (size_t i = 0; i < COUNT_OF(knowledge); i++) {
        parser_free(i == 0 ? r.all : r.records);
        knowledge_free(&knowledge[i]);
    }
    return tap_end();
}
