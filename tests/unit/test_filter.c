/* Tests of filter/ and of the addresses and near misses it stands on. */
#include "filter/filter.h"

#include "base/ip_address.h"
#include "base/spelling.h"
#include "filter/condition_text.h"

#include "tap.h"

static void test_networks(void)
{
    static const struct {
        const char *network, *address;
        bool within;
    } cases[] = {
        {"192.0.2.0/24", "192.0.2.255", true},
        {"192.0.2.0/24", "192.0.3.0", false},
        {"192.0.2.77/24", "192.0.2.1", true},
        {"192.0.2.0/25", "192.0.2.127", true},
        {"192.0.2.0/25", "192.0.2.128", false},
        {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7", "192.0.2.8", false},
        {"0.0.0.0/0", "203.0.113.9", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"2001:db8::/32", "2001:db8:ffff::1", true},
        {"2001:db8::/32", "2001:db9::1", false},
        {"2001:db8::/31", "2001:db9::1", true},
        {"2001:db8::1", "2001:DB8:0:0::1", true},
        {"::/0", "2001:db8::1", true},
        {"::/0", "192.0.2.1", false},
        {"192.0.2.0/24", "::ffff:192.0.2.9", true},
        {"192.0.2.0/24", "IPv6:::ffff:192.0.2.9", true},
        {"2001:db8::/32", "[IPv6:2001:db8::5]", true},
        {"[192.0.2.1]", "192.0.2.1", true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct ip_network network, address;
        bool read = ip_read_network(span_cstr(cases[i].network), &network) &&
                    ip_read(span_cstr(cases[i].address), &address);
        tap_ok(read && ip_is_within(&address, &network) == cases[i].within, "%s %s %s",
               cases[i].address, cases[i].within ? "is in" : "is not in", cases[i].network);
    }
    static const char *const bad[] = {"",
                                      "192.0.2",
                                      "192.0.2.256",
                                      "192.0.2.1/33",
                                      "192.0.2.1/",
                                      "192.0.2.1/x",
                                      "2001:db8::/129",
                                      "2001:db8:::1",
                                      "mx.example.org",
                                      "192.0.2.1/24/8"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct ip_network network;
        tap_ok(!ip_read_network(span_cstr(bad[i]), &network), "\"%s\" is no network", bad[i]);
    }
}

static void test_texts(void)
{
    static const struct {
        const char *condition, *text;
        bool glob, name, address;
    } cases[] = {
        {"example.org", "example.org", true, true, true},
        {"example.org", "EXAMPLE.org", true, true, true},
        {"example.org", "a.example.org", false, false, false},
        {"example.org", "example.org.", false, true, false},
        {"*.example.org", "a.example.org", true, true, true},
        {"*.example.org", "example.org", false, false, false},
        {".example.org", "a.b.example.org", false, true, false},
        {".example.org", "example.org", false, true, false},
        {".example.org", "badexample.org", false, false, false},
        {"@example.org", "ann@example.org", false, false, true},
        {"@example.org", "ann@a.example.org", false, false, false},
        {"@.example.org", "ann@a.example.org", false, false, true},
        {"@*", "ann@a.example.org", false, false, true},
        {"@*", "ann", false, false, false},
        {"ann@*", "Ann@example.org", true, true, true},
        {"<>", "", false, false, true},
        {"<>", "ann@example.org", false, false, false},
        {"*", "", true, true, true},
        {"?nn", "ann", true, true, true},
        {"?nn", "nn", false, false, false},
        {"a*b*c", "aXbXbXc", true, true, true},
        {"a*b*c", "aXbXbX", false, false, false},
        {"**", "x", true, true, true},
        {"", "x", false, false, false},
        {"*ab*b", "xaabxab", true, true, true},
        {"*ab*b", "xabbx", false, false, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct span condition = span_cstr(cases[i].condition);
        struct span text = span_cstr(cases[i].text);
        tap_ok(glob_matches(condition, text, true) == cases[i].glob &&
                   name_matches(condition, text) == cases[i].name &&
                   address_matches(condition, text) == cases[i].address,
               "\"%s\" against \"%s\" as glob, name, address", cases[i].condition, cases[i].text);
    }
    tap_ok(!glob_matches(SPAN_LITERAL("4aBc"), SPAN_LITERAL("4AbC"), false), "case of ids matters");
    struct strbuf stars;
    strbuf_init(&stars, 100000);
    strbuf_add_repeat(&stars, "a*", 200);
    strbuf_add_cstr(&stars, "b");
    char text[4000];
    memset(text, 'a', sizeof text);
    tap_ok(!glob_matches(strbuf_span(&stars), span_of(text, sizeof text), true),
           "many stars end in reasonable time");
    strbuf_free(&stars);
}

static void test_codes(void)
{
    static const struct {
        const char *condition;
        int code;
        bool valid, matches;
    } cases[] = {
        {"450", 450, true, true},      {"450", 451, true, false},    {"45x", 459, true, true},
        {"45x", 460, true, false},     {"4xx", 499, true, true},     {"4yz", 421, true, true},
        {"5??", 550, true, true},      {"4x1", 421, true, true},     {"4x1", 450, true, false},
        {"400-459", 400, true, true},  {"400-459", 459, true, true}, {"400-459", 460, true, false},
        {"400-459", 399, true, false}, {"*", 250, true, true},       {"459-400", 0, false, false},
        {"1xx", 0, false, false},      {"650", 0, false, false},     {"45", 0, false, false},
        {"4500", 0, false, false},     {"4x0-459", 0, false, false}, {"abc", 0, false, false},
        {"", 0, false, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct span condition = span_cstr(cases[i].condition);
        bool valid = code_condition_is_valid(condition);
        tap_ok(valid == cases[i].valid &&
                   (!valid || code_matches(condition, cases[i].code) == cases[i].matches),
               "code %d against \"%s\"", cases[i].code, cases[i].condition);
    }
}

static void test_spelling(void)
{
    struct strbuf list;
    strbuf_init(&list, 1000);
    tap_ok(spelling_is_near(SPAN_LITERAL("greylistng"), SPAN_LITERAL("greylisting")), "one letter");
    tap_ok(spelling_is_near(SPAN_LITERAL("RCTP"), SPAN_LITERAL("rcpt")) == false, "two of four");
    tap_ok(spelling_is_near(SPAN_LITERAL("list"), SPAN_LITERAL("greylisting")), "a part");
    tap_ok(!spelling_is_near(SPAN_LITERAL("banana"), SPAN_LITERAL("greylisting")), "not near");
    spelling_suggest(&list, SPAN_LITERAL("rcp"), SPAN_LITERAL("rcpt"));
    spelling_suggest(&list, SPAN_LITERAL("rcp"), SPAN_LITERAL("data"));
    spelling_suggest(&list, SPAN_LITERAL("rcp"), SPAN_LITERAL("rcpts"));
    tap_span("rcpt, rcpts", strbuf_span(&list), "a list of near ones");
    strbuf_free(&list);
}

/* A delivery with the fields that the cases below ask for. */
static struct event sample_event(void)
{
    struct event event = {.repeat = 2, .mta = MTA_POSTFIX};
    event_set_value(&event, EVENT_KIND, KIND_DELIVERY);
    event_set_value(&event, EVENT_DIRECTION, DIRECTION_OUTBOUND);
    event_set_value(&event, EVENT_STAGE, STAGE_RCPT);
    event_set_value(&event, EVENT_CODE, 450);
    event_set_value(&event, EVENT_STATUS, OUTCOME_DEFERRED);
    event_set_text(&event, EVENT_RECIPIENT, SPAN_LITERAL("bob@z.example"));
    event_set_text(&event, EVENT_ORIG_RECIPIENT, SPAN_LITERAL("office@a.example"));
    event_set_text(&event, EVENT_PEER, SPAN_LITERAL("mx.z.example"));
    event_set_text(&event, EVENT_PEER_IP, SPAN_LITERAL("192.0.2.50"));
    event_set_text(&event, EVENT_HOST, SPAN_LITERAL("mx1"));
    event_set_text(&event, EVENT_QUEUE_ID, SPAN_LITERAL("3F2A1B0C9D"));
    event.reason_class = SPAN_LITERAL("greylisting");
    event.domain = SPAN_LITERAL("z.example");
    event.provider = event.reason = SPAN_EMPTY;
    return event;
}

struct filter_option {
    const char *name, *list;
};

/* Whether the event passes the options, -1 when one is refused. */
static int passes(const struct filter_option *options, size_t count,
                  const struct filter_message *message)
{
    struct filter *filter = NULL;
    struct strbuf problem;
    struct event event = sample_event();
    enum smtplog_status status = SMTPLOG_OK;
    strbuf_init(&problem, 4096);
    TAP_MUST(filter_new(&filter));
    for (size_t i = 0; i < count && options[i].name != NULL && status == SMTPLOG_OK; i++) {
        status = filter_add(filter, filter_find(span_cstr(options[i].name)),
                            span_cstr(options[i].list), NULL, 0, &problem);
    }
    int result = status == SMTPLOG_OK ? filter_event(filter, &event, message) : -1;
    if ((status == SMTPLOG_OK) != (problem.length == 0) ||
        (result >= 0 && filter_shown(filter) != (result ? 2u : 0u))) {
        result = -2;
    }
    filter_free(filter);
    strbuf_free(&problem);
    return result;
}

static void test_filter(void)
{
    static const struct {
        struct filter_option options[3];
        int passes;
    } cases[] = {
        {{{"code", "450"}}, 1},
        {{{"code", "550"}}, 0},
        {{{"code", "550,450"}}, 1},
        {{{"code", "550"}, {"code", "450"}}, 1},
        {{{"code", "450"}, {"class", "user-unknown"}}, 0},
        {{{"code", "450"}, {"class", "grey*"}}, 1},
        {{{"code", "!450"}}, 0},
        {{{"code", "!550"}}, 1},
        {{{"code", "4xx,!450"}}, 0},
        {{{"code", "4xx"}, {"code", " ! 450 "}}, 0},
        {{{"enhanced", "4.*"}}, 0},
        {{{"enhanced", "!*"}}, 1},
        {{{"domain", "z.example"}}, 1},
        {{{"domain", "!z.example"}}, 0},
        {{{"recipient", "office@a.example"}}, 1},
        {{{"recipient", "<bob@z.example>"}}, 1},
        {{{"peer", "192.0.2.0/24"}}, 1},
        {{{"peer", "mx.z.example"}}, 1},
        {{{"peer", "192.0.2.*"}}, 1},
        {{{"peer", "!192.0.2.0/24"}}, 0},
        {{{"peer", "192.0.2.300"}}, -1},
        {{{"stage", "rcpt"}, {"direction", "outbound"}, {"status", "deferred"}}, 1},
        {{{"stage", "rcptt"}}, -1},
        {{{"kind", "deliver*"}}, 1},
        {{{"queue-id", "3f2a1b0c9d"}}, 0},
        {{{"queue-id", "3F2A*"}}, 1},
        {{{"mta", "postfix"}}, 1},
        {{{"mta", "postfixx"}}, -1},
        {{{"code", ""}}, -1},
        {{{"code", "450,"}}, -1},
        {{{"sender", "!"}}, -1},
        {{{"sender", "ann@a.example"}}, 0},
        {{{"client", "192.0.2.0/24"}}, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        tap_number(cases[i].passes, passes(cases[i].options, 3, NULL), "filter %zu: --%s %s", i,
                   cases[i].options[0].name, cases[i].options[0].list);
    }
    const struct filter_message message = {true,
                                           SPAN_LITERAL("ann@a.example"),
                                           SPAN_LITERAL("<1@a.example>"),
                                           SPAN_LITERAL("desk.a.example"),
                                           SPAN_LITERAL("198.51.100.4"),
                                           SPAN_LITERAL("ann")};
    static const struct filter_option joined[] = {{"sender", "@a.example"},
                                                  {"message-id", "1@a.example"},
                                                  {"client", "198.51.100.0/24"},
                                                  {"client", ".a.example"},
                                                  {"sasl-user", "ANN"}};
    for (size_t i = 0; i < COUNT_OF(joined); i++) {
        tap_number(1, passes(&joined[i], 1, &message), "of its message: --%s %s", joined[i].name,
                   joined[i].list);
        tap_number(0, passes(&joined[i], 1, NULL), "and without: --%s", joined[i].name);
    }
}

static void test_words(void)
{
    struct filter *filter = NULL;
    struct strbuf text;
    struct event event = sample_event();
    strbuf_init(&text, 4096);
    TAP_MUST(filter_new(&filter));
    tap_ok(!filter_is_set(filter) && filter_line(filter, &event), "an empty filter hides nothing");
    TAP_MUST(filter_add(filter, FILTER_CODE, SPAN_LITERAL("550, !551"), NULL, 0, &text));
    tap_ok(filter_is_set(filter) && !filter_needs_message(filter), "set; needs no other line");
    tap_ok(!filter_line(filter, &event), "a line without a record is hidden by a code");
    struct filter *other = NULL;
    TAP_MUST(filter_new(&other));
    TAP_MUST(filter_add(other, FILTER_CODE, SPAN_LITERAL("450"), NULL, 0, &text));
    tap_ok(!filter_line(other, &event), "also by one that it would match");
    filter_free(other);
    TAP_MUST(filter_add(filter, FILTER_DOMAIN, SPAN_LITERAL("z.example"), NULL, 0, &text));
    filter_describe(filter, &text);
    tap_span("--code 550,!551 --domain z.example", strbuf_span(&text), "described as options");
    strbuf_clear(&text);
    filter_explain_nothing(filter, &text);
    tap_span("", strbuf_span(&text), "nothing seen, nothing to explain");
    (void)filter_event(filter, &event, NULL);
    filter_explain_nothing(filter, &text);
    tap_span("none of the 2 events is shown: nothing matches --code 550,!551", strbuf_span(&text),
             "the filter that hides everything is named");
    strbuf_clear(&text);
    TAP_MUST(filter_add(filter, FILTER_HOST, SPAN_LITERAL("mx9"), NULL, 0, &text));
    TAP_MUST(filter_new(&other));
    TAP_MUST(filter_add(other, FILTER_CODE, SPAN_LITERAL("550"), NULL, 0, &text));
    TAP_MUST(filter_add(other, FILTER_HOST, SPAN_LITERAL("mx9"), NULL, 0, &text));
    (void)filter_event(other, &event, NULL);
    filter_explain_nothing(other, &text);
    tap_span("none of the 2 events is shown: nothing matches --code 550, --host mx9",
             strbuf_span(&text), "two that hide everything");
    filter_free(other);
    filter_free(filter);
    strbuf_clear(&text);
    TAP_MUST(filter_new(&filter));
    TAP_MUST(filter_add(filter, FILTER_HOST, SPAN_LITERAL("mx1"), NULL, 0, &text));
    tap_ok(filter_line(filter, &event), "a line without a record passes by its host");
    TAP_MUST(filter_add(filter, FILTER_SENDER, SPAN_LITERAL("<>"), NULL, 0, &text));
    tap_ok(filter_needs_message(filter), "a sender stands on another line");
    const struct span known[] = {SPAN_LITERAL("greylisting"), SPAN_LITERAL("rate-limit")};
    tap_number(SMTPLOG_USAGE,
               filter_add(filter, FILTER_CLASS, SPAN_LITERAL("ratelimit"), known, 2, &text),
               "a class that does not exist");
    tap_span("--class: there is no \"ratelimit\"; did you mean rate-limit?", strbuf_span(&text),
             "what it may have been");
    strbuf_clear(&text);
    tap_number(SMTPLOG_USAGE,
               filter_add(filter, FILTER_KIND, SPAN_LITERAL("bounce"), NULL, 0, &text),
               "a kind that does not exist");
    tap_span("--kind: there is no \"bounce\"; there are delivery, reject, auth, reply, "
             "connection",
             strbuf_span(&text), "which there are");
    filter_free(filter);
    strbuf_free(&text);
}

int main(void)
{
    test_networks();
    test_texts();
    test_codes();
    test_spelling();
    test_filter();
    test_words();
    return tap_end();
}
