/* Packed events in columns: back they are the same events, whatever they hold; damage is told. */
#include "track/event_column.h"

#include "tap.h"

#define EVENTS 7

struct sample {
    enum kept_use use;
    int64_t second;
    uint32_t nanosecond;
    const char *recipient;
    uint64_t line;
};

static const struct sample samples[EVENTS] = {
    {KEPT_REFUSAL, 1000, 0, "0123456789abcdef", 0},
    {KEPT_ACCEPT, 999, 999999999, "ffffffffffffffff", 0},
    {KEPT_MESSAGE, -5, 0, "0123456789abcdef", 8},         /* looks like a key, is none */
    {KEPT_TRIPLET, 2000000000, 1, "0123456789abcdeF", 9}, /* nor is this */
    {KEPT_TRIPLET_PASS, 2000000001, 0, "", 10},
    {KEPT_SESSION, 2000000001, 0, "bob@example.org", 300},
    {KEPT_REFUSAL, 2000000002, 5, "ffffffffffffffff", 0}, /* of the shape of the first */
};

static struct event event_of(const struct sample *sample)
{
    struct event event = {.time = {.seconds = sample->second,
                                   .nanosecond = (int32_t)sample->nanosecond,
                                   .offset = 3600},
                          .has_time = true,
                          .line = sample->line,
                          .repeat = 1,
                          .mta = MTA_POSTFIX,
                          .domain = SPAN_LITERAL("example.org"),
                          .reason_class = SPAN_LITERAL("greylisting")};
    event_set_text(&event, EVENT_SENDER, SPAN_LITERAL("s"));
    event_set_text(&event, EVENT_RECIPIENT, span_cstr(sample->recipient));
    event_set_value(&event, EVENT_CODE, 450);
    return event;
}

static bool same_event(const struct sample *sample, enum kept_use use, const struct event *event)
{
    return use == sample->use && event->time.seconds == sample->second &&
           (uint32_t)event->time.nanosecond == sample->nanosecond && event->time.offset == 3600 &&
           event->line == sample->line && event->mta == MTA_POSTFIX &&
           span_is(event_text(event, EVENT_RECIPIENT), sample->recipient) &&
           span_is(event_text(event, EVENT_SENDER), "s") && span_is(event->domain, "example.org") &&
           event_value(event, EVENT_CODE) == 450;
}

static void add(struct event_columns *columns, const struct sample *sample)
{
    char room[4096];
    struct event_shape shape;
    struct event event = event_of(sample);
    size_t most = event_pack_room(&event);
    size_t size = event_pack(sample->use, &event, room, room + sizeof room);
    tap_ok(size > 0 && size <= most && most < sizeof room, "an event is packed");
    char small[4096];
    size_t fits = size;
    while (fits > 0 && event_pack(sample->use, &event, small, small + fits - 1) > 0) {
        fits--;
    }
    tap_ok(event_pack(sample->use, &event, small, small) == 0 && fits > 0,
           "and not without room for it");
    if (event_shape_of(span_of(room, size), &shape)) {
        tap_ok(sample->line == 0, "an event of a key has a shape");
        event_columns_add_shape(columns, &shape);
        uint64_t key = sample->recipient[0] == '0' ? 0x0123456789abcdefu : UINT64_MAX;
        event_columns_add_key(columns, sample->use, sample->second, sample->nanosecond, key,
                              columns->shape_count - 1);
    } else {
        tap_ok(sample->line != 0, "another event has none");
        tap_ok(event_columns_add(columns, span_of(room, size)) == SMTPLOG_OK, "and stands whole");
    }
}

/* How many of the samples come back. */
static size_t read_back(struct span bytes, size_t wanted, enum smtplog_status *status)
{
    struct strbuf names;
    struct arena arena;
    struct event_names read;
    struct event_reader reader;
    size_t same = 0;
    strbuf_init(&names, 65536);
    arena_init(&arena);
    event_pack_names(&names);
    struct unpacker in = {strbuf_span(&names), false};
    tap_ok(event_unpack_names(&in, &arena, &read) == SMTPLOG_OK, "names of fields are read");
    *status = event_reader_open(&reader, bytes, &arena);
    for (size_t i = 0; i < wanted && *status == SMTPLOG_OK; i++) {
        enum kept_use use = KEPT_USES;
        struct event event;
        *status = event_reader_next(&reader, &read, &use, &event);
        same += *status == SMTPLOG_OK && i < EVENTS && same_event(&samples[i], use, &event);
    }
    event_reader_close(&reader);
    arena_free(&arena);
    strbuf_free(&names);
    return same;
}

int main(void)
{
    struct strbuf out;
    struct span events = SPAN_EMPTY;
    struct event_columns columns;
    enum smtplog_status status = SMTPLOG_OK;
    strbuf_init(&out, 65536);
    event_columns_init(&columns, 65536);
    for (size_t i = 0; i < EVENTS; i++) {
        add(&columns, &samples[i]);
    }
    tap_ok(columns.count == EVENTS && columns.shape_count == 3, "all are counted");
    tap_ok(event_columns_write(&columns, &out, &events) == SMTPLOG_OK, "columns are written");
    event_columns_free(&columns);
    struct unpacker in = {strbuf_span(&out), false};
    tap_ok(span_equal(unpack_text(&in), events) && in.rest.n == 0, "as one text");
    tap_ok(read_back(events, EVENTS, &status) == EVENTS && status == SMTPLOG_OK,
           "back they are the same events");
    size_t refused = 0;
    for (size_t n = 1; n < events.n; n++) {
        (void)read_back(span_of(events.p, n), EVENTS, &status);
        refused += status == SMTPLOG_FORMAT;
    }
    tap_ok(refused == events.n - 1, "columns that are cut are refused");
    (void)read_back(events, EVENTS + 1, &status);
    tap_ok(status == SMTPLOG_FORMAT, "more events than there are, too");
    strbuf_clear(&out);
    event_columns_init(&columns, 65536);
    tap_ok(event_columns_write(&columns, &out, &events) == SMTPLOG_OK, "no event at all");
    event_columns_free(&columns);
    tap_ok(read_back(events, 0, &status) == 0 && status == SMTPLOG_OK, "is no event again");
    strbuf_free(&out);
    return tap_end();
}
