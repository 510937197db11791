/* Tests of event/reply: codes only where a reply's code stands, enhanced codes, lines that a log
 * ran together; of the words that name stages and outcomes; of queue ids. */
#include "event/reply.h"

#include "event/event.h"
#include "logfmt/postfix.h"
#include "tap.h"

static void test_code(void)
{
    static const struct {
        const char *text;
        int code;
    } cases[] = {
        {"250 Ok", 250},
        {"250-PIPELINING", 250},
        {"450", 450},
        {"550\ttab", 550},
        {"599 odd", 599},
        {"200 x", 200},
        {"354 go", 354},
        {"199 x", 0},
        {"600 x", 0},
        {"123 x", 0},
        {"850 x", 0},
        {"25", 0},
        {"", 0},
        {"2500 x", 0},
        {"250BB9015F0", 0},
        {"250.1", 0},
        {" 250 x", 0},
        {"450/60s", 0},
        {"25x y", 0},
        {"550:", 0},
        {"450,", 0},
        {"(250", 0},
        {"-250", 0},
        {"2 50", 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int code = 0;
        bool is = reply_code(span_cstr(cases[i].text), &code);
        tap_number(cases[i].code, is ? code : 0, "code of \"%s\"", cases[i].text);
    }
}

static void test_enhanced(void)
{
    static const struct {
        const char *text;
        const char *enhanced;
    } cases[] = {
        {"5.1.1 x", "5.1.1"},  {"5.1.1", "5.1.1"},
        {"5.1.1:", "5.1.1"},   {"4.7.28 x", "4.7.28"},
        {"2.0.0 Ok", "2.0.0"}, {"5.123.456 x", "5.123.456"},
        {"5.1.1, x", "5.1.1"}, {"5.7.1<x>", "5.7.1"},
        {"2.0.0.1 x", ""},     {"3.1.1 x", ""},
        {"6.1.1 x", ""},       {"1.2.3 x", ""},
        {"5.1234.1 x", ""},    {"5.1.1234 x", ""},
        {"5.1 x", ""},         {"5..1 x", ""},
        {"5.1. x", ""},        {"55.1.1 x", ""},
        {"5,1,1 x", ""},       {"", ""},
        {"5.1.1.", "5.1.1"},   {"4.4.8.8 is an address", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct span text = span_cstr(cases[i].text);
        size_t n = reply_enhanced_length(text);
        tap_span(cases[i].enhanced, span_of(text.p, n), "enhanced code of \"%s\"", cases[i].text);
    }
}

static void test_parse(void)
{
    static const struct {
        const char *given;
        int code;
        const char *enhanced, *text;
    } cases[] = {
        {"450 4.2.0 <b@x.example>: Greylisted", 450, "4.2.0", "<b@x.example>: Greylisted"},
        {"550", 550, "", ""},
        {"550 ", 550, "", ""},
        {"550-", 550, "", ""},
        {"550 5.1.1", 550, "5.1.1", ""},
        {"550 5.1.1: User unknown", 550, "5.1.1", ": User unknown"},
        {"250 2.0.0.1 odd", 250, "", "2.0.0.1 odd"},
        {"250   2.0.0   Ok  ", 250, "2.0.0", "Ok"},
        {"550-5.7.1 one 550-5.7.1 two 550 5.7.1 three", 550, "5.7.1", "one two three"},
        {"550-5.7.1 one 550 5.7.1 two 550 more", 550, "5.7.1", "one two 550 more"},
        {"550-5.1.1 one 550 5.1.2 other", 550, "5.1.1", "one 5.1.2 other"},
        {"550-one 550-two 550 three", 550, "", "one two three"},
        {"550-5.7.1 one 550 5.7.1", 550, "5.7.1", "one"},
        {"550-5.7.1 one 550", 550, "5.7.1", "one"},
        {"550 5.7.1 says 550 5.7.1 again", 550, "5.7.1", "says 550 5.7.1 again"},
        {"250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as B1", 250, "2.0.0",
         "from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as B1"},
        {"220-mx.example ESMTP 220 no spam", 220, "", "mx.example ESMTP no spam"},
        {"450-only a first line", 450, "", "only a first line"},
        {"550-5.7.1 cut in the midd", 550, "5.7.1", "cut in the midd"},
        {"550-5.7.1 5500 is no code 550 5.7.1 end", 550, "5.7.1", "5500 is no code end"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf scratch;
        struct reply reply = {0};
        strbuf_init(&scratch, 65536);
        bool good = reply_parse(span_cstr(cases[i].given), &scratch, &reply);
        tap_ok(good && reply.code == cases[i].code, "reply \"%s\"", cases[i].given);
        tap_span(cases[i].enhanced, good ? reply.enhanced : SPAN_EMPTY, "its enhanced code");
        tap_span(cases[i].text, good ? reply.text : SPAN_EMPTY, "its text");
        strbuf_free(&scratch);
    }
    struct strbuf scratch;
    struct reply reply;
    strbuf_init(&scratch, 65536);
    tap_ok(!reply_parse(SPAN_LITERAL("Ok 250"), &scratch, &reply),
           "text that does not begin with a code is no reply");
    tap_ok(reply_parse_enhanced(SPAN_LITERAL("5.7.1 Spam"), &reply) && reply.code == 0 &&
               span_is(reply.enhanced, "5.7.1") && span_is(reply.text, "Spam"),
           "an enhanced code alone gives no basic code");
    tap_ok(!reply_parse_enhanced(SPAN_LITERAL("Spam 5.7.1"), &reply), "and must stand in front");
    strbuf_free(&scratch);
}

static void test_words(void)
{
    static const struct {
        const char *words;
        enum event_stage stage;
    } cases[] = {
        {"RCPT TO", STAGE_RCPT},
        {"rcpt", STAGE_RCPT},
        {"MAIL FROM", STAGE_MAIL},
        {"DATA", STAGE_DATA},
        {"end of DATA", STAGE_EOD},
        {"END-OF-MESSAGE", STAGE_EOD},
        {"EHLO", STAGE_EHLO},
        {"LHLO", STAGE_EHLO},
        {"HELO", STAGE_HELO},
        {"CONNECT", STAGE_CONNECT},
        {"initial server greeting", STAGE_CONNECT},
        {"STARTTLS", STAGE_STARTTLS},
        {"AUTH", STAGE_AUTH},
        {"BDAT", STAGE_BDAT},
        {"message body", STAGE_EOD},
        {"sending end of data -- message may be sent more than once", STAGE_EOD},
        {"QUIT", STAGE_QUIT},
        {"RSET", STAGE_RSET},
        {"VRFY", STAGE_VRFY},
        {"EXPN", STAGE_EXPN},
        {"ETRN", STAGE_ETRN},
        {"NOOP", STAGE_NOOP},
        {"XFORWARD", STAGE_OTHER},
        {"", STAGE_OTHER},
        {"UNKNOWN", STAGE_OTHER},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        tap_number(cases[i].stage, event_stage_from_words(span_cstr(cases[i].words)),
                   "stage \"%s\"", cases[i].words);
    }
    static const struct {
        const char *word;
        enum event_outcome outcome;
    } outcomes[] = {
        {"sent", OUTCOME_DELIVERED},      {"deferred", OUTCOME_DEFERRED},
        {"bounced", OUTCOME_BOUNCED},     {"expired", OUTCOME_EXPIRED},
        {"SOFTBOUNCE", OUTCOME_DEFERRED}, {"undeliverable", OUTCOME_NONE},
        {"deliverable", OUTCOME_NONE},    {"", OUTCOME_NONE},
    };
    for (size_t i = 0; i < COUNT_OF(outcomes); i++) {
        tap_number(outcomes[i].outcome, event_outcome_from_word(span_cstr(outcomes[i].word)),
                   "status=%s", outcomes[i].word);
    }
    /* Every word leads back to its value. */
    unsigned wrong = 0;
    unsigned words = 0;
    for (int f = EVENT_TEXTS; f < EVENT_FIELDS; f++) {
        for (int v = 1; v < 40; v++) {
            const char *word = event_value_name((enum event_field)f, v);
            words += word != NULL;
            wrong += word != NULL && event_value_find((enum event_field)f, span_cstr(word)) != v;
        }
    }
    for (int f = 0; f < EVENT_FIELDS; f++) {
        const char *name = event_field_name((enum event_field)f);
        wrong += name == NULL || event_field_find(span_cstr(name)) != (enum event_field)f;
    }
    tap_ok(words > 40 && wrong == 0, "every word and field name leads back to its value");
}

static void test_queue_id(void)
{
    static const struct {
        const char *message, *id, *rest;
    } cases[] = {
        {"3F2A1B0C9D: to=<a>", "3F2A1B0C9D", "to=<a>"},
        {"250BB9015F0: removed", "250BB9015F0", "removed"},
        {"4A1B2: removed", "4A1B2", "removed"},
        {"4fDT9L5p3Xz2Qc2: from=<>", "4fDT9L5p3Xz2Qc2", "from=<>"},
        {"NOQUEUE: reject: x", "", "reject: x"},
        {"warning: x", "", "warning: x"},
        {"connect from x", "", "connect from x"},
        {"disconnect: x", "", "disconnect: x"},
        {"4A1B: removed", "", "4A1B: removed"},
        {"450: x", "", "450: x"},
        {"3F2A1B0C9D:no blank", "", "3F2A1B0C9D:no blank"},
        {"3F2A1B0C9D", "", "3F2A1B0C9D"},
        {"3f2a1b0c9d: lower hex", "", "3f2a1b0c9d: lower hex"},
        {"statistics: max", "", "statistics: max"},
        {"DEADBEEFDEADBEEFDEADBEEFDEADBEEF: too long", "",
         "DEADBEEFDEADBEEFDEADBEEFDEADBEEF: too long"},
        {"", "", ""},
        {": x", "", ": x"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct span message = span_cstr(cases[i].message);
        struct span id;
        bool has = postfix_take_queue_id(&message, &id);
        tap_ok(has == (cases[i].id[0] != '\0') && span_is(id, cases[i].id), "queue id of \"%s\"",
               cases[i].message);
        tap_span(cases[i].rest, message, "what follows it");
    }
    static const struct {
        const char *message;
        unsigned times;
        const char *rest;
    } repeats[] = {
        {"message repeated 4 times: [ NOQUEUE: x]", 4, "NOQUEUE: x"},
        {"message repeated 4 times: [NOQUEUE: x [1.2.3.4]]", 4, "NOQUEUE: x [1.2.3.4]"},
        {"message repeated 4 times: [ cut", 4, "cut"},
        {"message repeated 1000000 times: [ x]", 1000000, "x"},
        {"message repeated 1000001 times: [ x]", 0, NULL},
        {"message repeated 99999999999999999999 times: [ x]", 0, NULL},
        {"message repeated 0 times: [ x]", 0, NULL},
        {"message repeated x times: [ x]", 0, NULL},
        {"message repeated 4 times", 0, NULL},
        {"message repeated 4 times: [", 4, ""},
    };
    for (size_t i = 0; i < COUNT_OF(repeats); i++) {
        struct span message = span_cstr(repeats[i].message);
        uint32_t times = 0;
        bool is = syslog_take_repeated(&message, &times);
        tap_number(repeats[i].times, is ? times : 0, "repeat of \"%s\"", repeats[i].message);
        tap_span(repeats[i].rest != NULL ? repeats[i].rest : repeats[i].message, message,
                 "its message");
    }
}

int main(void)
{
    test_code();
    test_enhanced();
    test_parse();
    test_words();
    test_queue_id();
    return tap_end();
}
