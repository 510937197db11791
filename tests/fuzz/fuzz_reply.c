/* One reply: taken apart, classified, masked, redacted of nothing, asked for its wait, escaped for
 * every format. */
#include "support.h"

#include "aggregate/template.h"
#include "event/reply.h"
#include "report/escape.h"

static void check_reply(struct span text)
{
    struct strbuf scratch;
    struct reply reply;
    int code = 0;
    strbuf_init(&scratch, 1 << 20);
    bool is_reply = reply_code(text, &code);
    FUZZ_REQUIRE(!is_reply || (code >= 200 && code <= 599));
    FUZZ_REQUIRE(reply_enhanced_length(text) <= text.n);
    bool parsed = reply_parse(text, &scratch, &reply);
    FUZZ_REQUIRE(parsed == is_reply);
    FUZZ_REQUIRE(!parsed || reply.code == code);
    FUZZ_REQUIRE(!parsed || (fuzz_inside(text, reply.enhanced) ||
                             fuzz_inside(strbuf_span(&scratch), reply.enhanced)));
    FUZZ_REQUIRE(!parsed ||
                 (fuzz_inside(text, reply.text) || fuzz_inside(strbuf_span(&scratch), reply.text)));
    if (reply_parse_enhanced(text, &reply)) {
        FUZZ_REQUIRE(reply.enhanced.n >= 5 && reply.enhanced.n <= 9);
    }
    strbuf_free(&scratch);
}

static void check_class(struct span text, enum event_stage stage)
{
    struct knowledge *knowledge = fuzz_knowledge();
    struct strbuf scratch;
    struct reply reply = {.code = 0, .text = text};
    struct classifier_verdict verdict, again;
    strbuf_init(&scratch, 1 << 20);
    (void)reply_parse(text, &scratch, &reply);
    const struct classifier_input input = {reply.code, reply.enhanced, stage, SPAN_EMPTY,
                                           reply.text};
    classifier_judge(knowledge->classifier, &input, &verdict);
    classifier_judge(knowledge->classifier, &input, &again);
    FUZZ_REQUIRE(verdict.class_name.n > 0 && span_equal(verdict.class_name, again.class_name));
    FUZZ_REQUIRE(catalog_class(knowledge->catalog, verdict.class_name) != NULL);
    double wait = asked_waits_find(knowledge->asked_waits, text);
    FUZZ_REQUIRE(wait >= 0 && wait <= ASKED_WAIT_MAXIMUM);
    strbuf_free(&scratch);
}

static void check_escapes(struct span text)
{
    static void (*const escapes[])(struct strbuf *, struct span) = {
        escape_json,     escape_tsv,           escape_terminal,   escape_html,  escape_csv,
        escape_markdown, escape_markdown_code, escape_prometheus, escape_header};
    struct strbuf out;
    strbuf_init(&out, 1 << 24);
    for (size_t i = 0; i < COUNT_OF(escapes); i++) {
        strbuf_clear(&out);
        escapes[i](&out, text);
        FUZZ_REQUIRE(strbuf_status(&out) == SMTPLOG_OK);
        struct span escaped = strbuf_span(&out);
        FUZZ_REQUIRE(fuzz_is_clean(escaped));
        FUZZ_REQUIRE(escapes[i] == escape_header || escaped.n == 0 ||
                     memchr(escaped.p, '\n', escaped.n) == NULL);
        FUZZ_REQUIRE(escapes[i] != escape_html || escaped.n == 0 ||
                     (memchr(escaped.p, '<', escaped.n) == NULL &&
                      memchr(escaped.p, '"', escaped.n) == NULL));
    }
    strbuf_clear(&out);
    template_make(text, &out);
    FUZZ_REQUIRE(out.length <= TEMPLATE_MAXIMUM + 16);
    strbuf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct feed feed = feed_of(bytes, size);
    enum event_stage stage = (enum event_stage)feed_below(&feed, STAGES);
    struct span text = feed.rest.n > 65536 ? span_of(feed.rest.p, 65536) : feed.rest;
    check_reply(text);
    check_class(text, stage);
    check_escapes(text);
    return 0;
}
