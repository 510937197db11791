/* Conditions of filters, against an event that is made from the input too. Each line of the input
 * but the last is a kind and a list of conditions; the last one gives the event its texts. */
#include "support.h"

#include "filter/condition_text.h"
#include "filter/filter.h"

static void make_event(struct span text, struct event *event)
{
    struct feed feed = {text};
    event->repeat = 1;
    event_set_value(event, EVENT_CODE, 200 + (int)(feed_byte(&feed) * 2 % 400));
    event_set_value(event, EVENT_STAGE, (int)feed_below(&feed, STAGES));
    event_set_value(event, EVENT_DIRECTION, (int)feed_below(&feed, DIRECTIONS));
    event_set_value(event, EVENT_KIND, 1 + (int)feed_below(&feed, KIND_CONNECTION));
    event_set_value(event, EVENT_STATUS, (int)feed_below(&feed, OUTCOMES));
    for (int f = 0; f < EVENT_TEXTS; f++) {
        event_set_text(event, (enum event_field)f, feed.rest);
    }
    event->domain = event->provider = event->reason_class = feed.rest;
}

static void check(struct filter *filter, struct span last)
{
    struct event event = {0};
    struct strbuf out;
    strbuf_init(&out, 1 << 22);
    make_event(last, &event);
    const struct filter_message message = {.has_sender = true, .sender = last, .client = last};
    bool shown = filter_event(filter, &event, &message);
    FUZZ_REQUIRE(shown == filter_event(filter, &event, &message));
    (void)filter_event(filter, &event, NULL);
    (void)filter_line(filter, &event);
    FUZZ_REQUIRE(filter_seen(filter) == 3 && filter_shown(filter) <= 3);
    filter_describe(filter, &out);
    FUZZ_REQUIRE(filter_is_set(filter) == (out.length > 0));
    filter_explain_nothing(filter, &out);
    strbuf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct feed feed = feed_of(bytes, size);
    struct filter *filter = NULL;
    struct strbuf problem;
    struct span line = SPAN_EMPTY;
    bool usable = true;
    if (size > 4096) {
        return 0;
    }
    strbuf_init(&problem, 1 << 20);
    FUZZ_REQUIRE(filter_new(&filter) == SMTPLOG_OK);
    while (usable && feed_line(&feed, &line)) {
        struct feed parts = {line};
        enum filter_kind kind = (enum filter_kind)feed_below(&parts, FILTERS);
        strbuf_clear(&problem);
        enum smtplog_status status = filter_add(filter, kind, parts.rest, NULL, 0, &problem);
        FUZZ_REQUIRE(status == SMTPLOG_OK || status == SMTPLOG_USAGE);
        FUZZ_REQUIRE((status == SMTPLOG_USAGE) == (problem.length > 0));
        FUZZ_REQUIRE(filter_find(span_cstr(filter_name(kind))) == kind);
        usable = status == SMTPLOG_OK;
    }
    if (usable) {
        check(filter, line);
    }
    FUZZ_REQUIRE(glob_matches(SPAN_LITERAL("*"), line, true));
    filter_free(filter);
    strbuf_free(&problem);
    return 0;
}
