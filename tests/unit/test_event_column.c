/* Packed events in columns: back they are the same bytes, whatever they hold; damage is told. */
#include "track/event_column.h"

#include "tap.h"

static void add(struct strbuf *events, enum kept_use use, int64_t second, const char *recipient,
                uint64_t line)
{
    char room[4096];
    struct event event = {.time = {.seconds = second, .offset = 3600, .digits = 0},
                          .has_time = true,
                          .line = line,
                          .repeat = 1,
                          .mta = MTA_POSTFIX,
                          .domain = SPAN_LITERAL("example.org"),
                          .reason_class = SPAN_LITERAL("greylisting")};
    event_set_text(&event, EVENT_SENDER, SPAN_LITERAL("s"));
    event_set_text(&event, EVENT_RECIPIENT, span_cstr(recipient));
    event_set_value(&event, EVENT_CODE, 450);
    tap_ok(event_pack_room(&event) < sizeof room, "there is room");
    strbuf_add(events, room, event_pack(use, &event, room));
}

int main(void)
{
    struct strbuf events, columns, back;
    strbuf_init(&events, 65536);
    strbuf_init(&columns, 65536);
    strbuf_init(&back, 65536);
    add(&events, KEPT_REFUSAL, 1000, "0123456789abcdef", 7);
    add(&events, KEPT_ACCEPT, 999, "ffffffffffffffff", 0);
    add(&events, KEPT_MESSAGE, -5, "0123456789abcdef", 8);         /* looks like a key, is none */
    add(&events, KEPT_TRIPLET, 2000000000, "0123456789abcdeF", 9); /* nor is this */
    add(&events, KEPT_TRIPLET_PASS, 2000000001, "", 10);
    add(&events, KEPT_SESSION, 2000000001, "bob@example.org", 300);
    tap_ok(!event_column_is(strbuf_span(&events)), "packed events are no columns");
    tap_ok(event_column_pack(strbuf_span(&events), 6, &columns) == SMTPLOG_OK, "columns are made");
    tap_ok(event_column_is(strbuf_span(&columns)), "and known");
    tap_ok(event_column_unpack(strbuf_span(&columns), 6, &back) == SMTPLOG_OK &&
               span_equal(strbuf_span(&back), strbuf_span(&events)),
           "back they are the same bytes");
    struct strbuf none;
    strbuf_init(&none, 65536);
    tap_ok(event_column_pack(span_of(events.bytes, events.length - 1), 6, &none) == SMTPLOG_FORMAT,
           "events that are cut are refused");
    strbuf_free(&none);
    size_t refused = 0;
    for (size_t n = 0; n < columns.length; n++) {
        strbuf_init(&none, 65536);
        refused += event_column_unpack(span_of(columns.bytes, n), 6, &none) == SMTPLOG_FORMAT;
        strbuf_free(&none);
    }
    tap_ok(refused == columns.length, "columns that are cut are refused");
    strbuf_init(&none, 65536);
    tap_ok(event_column_unpack(strbuf_span(&columns), 7, &none) == SMTPLOG_FORMAT,
           "more events than there are, too");
    strbuf_free(&none);
    strbuf_clear(&columns);
    tap_ok(event_column_pack(SPAN_EMPTY, 0, &columns) == SMTPLOG_OK, "no event at all");
    strbuf_clear(&back);
    tap_ok(event_column_unpack(strbuf_span(&columns), 0, &back) == SMTPLOG_OK && back.length == 0,
           "is no event again");
    strbuf_free(&events);
    strbuf_free(&columns);
    strbuf_free(&back);
    return tap_end();
}
