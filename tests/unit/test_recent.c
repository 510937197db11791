/* Tests of aggregate/recent: windows at their edges, jumps of the clock, rings that wrap, a full
 * table. */
#include "aggregate/recent.h"

#include "tap.h"

#define NOON (INT64_C(1795348800)) /* a whole hour, so that minutes and seconds begin together */

/* An attempt to deliver that ended in an outcome and a reply. */
static struct event delivery(int64_t seconds, int outcome, int code, const char *domain)
{
    struct event event = {.has_time = true, .repeat = 1};
    event.time.seconds = seconds;
    event.domain = span_cstr(domain);
    event_set_value(&event, EVENT_KIND, KIND_DELIVERY);
    event_set_value(&event, EVENT_STATUS, outcome);
    event_set_value(&event, EVENT_DIRECTION, DIRECTION_OUTBOUND);
    if (code > 0) {
        event_set_value(&event, EVENT_CODE, code);
    }
    return event;
}

static void add(struct recent *recent, int64_t seconds, int outcome, int code, const char *domain)
{
    struct event event = delivery(seconds, outcome, code, domain);
    TAP_MUST(recent_add(recent, &event));
}

/* The row of a key. */
static const struct recent_row *row_of(const struct recent *recent, enum recent_table table,
                                       const char *key)
{
    for (size_t i = 0; i < recent->table[table].count; i++) {
        if (span_is(recent->table[table].rows[i]->key, key)) {
            return recent->table[table].rows[i]->value;
        }
    }
    return NULL;
}

static long long window(const struct recent *recent, const char *domain, int64_t now, int minutes)
{
    const struct recent_row *row = row_of(recent, RECENT_DOMAIN, domain);
    return row != NULL ? (long long)recent_row_sum(row, now, minutes).all : -1;
}

static long long bounced(const struct recent *recent, int64_t until, int64_t seconds)
{
    return (long long)recent_series_sum(recent, TIMELINE_BOUNCED, until, seconds);
}

/* ---- windows at their edges ------------------------------------------------------------------ */

static void test_series_edges(void)
{
    static const struct {
        int64_t until, seconds;
        long long wanted;
    } cases[] = {
        {NOON, 1, 1},           {NOON - 1, 1, 0},    {NOON + 1, 1, 0},       {NOON + 1, 2, 1},
        {NOON + 59, 60, 1},     {NOON + 60, 60, 1},  {NOON + 60, 61, 2},     {NOON + 120, 60, 0},
        {NOON + 60, 9999, 2},   {NOON + 3600, 1, 0}, {NOON + 3659, 3600, 1}, {NOON + 9999, 60, 0},
        {NOON - 9999, 9999, 0}, {NOON + 60, 0, 0},
    };
    struct recent *recent = NULL;
    TAP_MUST(recent_new(&recent));
    tap_number(0, bounced(recent, NOON, 60), "nothing yet: no sum");
    add(recent, NOON, OUTCOME_BOUNCED, 550, "a.example");
    add(recent, NOON + 60, OUTCOME_BOUNCED, 550, "a.example");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        tap_number(cases[i].wanted, bounced(recent, cases[i].until, cases[i].seconds),
                   "%d seconds up to second %d", (int)cases[i].seconds,
                   (int)(cases[i].until - NOON));
    }
    recent_free(recent);
}

static void test_row_edges(void)
{
    static const struct {
        int64_t now;
        int minutes;
        long long wanted;
    } cases[] = {
        {NOON, 1, 1},         {NOON + 59, 1, 1},    {NOON + 60, 1, 1},   {NOON + 60, 2, 2},
        {NOON + 120, 1, 0},   {NOON + 120, 2, 1},   {NOON + 120, 60, 2}, {NOON + 3599, 60, 2},
        {NOON + 3600, 60, 1}, {NOON + 3660, 60, 0}, {NOON - 60, 60, 0},
    };
    struct recent *recent = NULL;
    TAP_MUST(recent_new(&recent));
    add(recent, NOON + 59, OUTCOME_BOUNCED, 550, "a.example");
    add(recent, NOON + 60, OUTCOME_DELIVERED, 250, "a.example");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        tap_number(cases[i].wanted, window(recent, "a.example", cases[i].now, cases[i].minutes),
                   "%d minutes at second %d", cases[i].minutes, (int)(cases[i].now - NOON));
    }
    const struct recent_row *row = row_of(recent, RECENT_DOMAIN, "a.example");
    tap_number(1, (long long)recent_row_sum(row, NOON + 60, 2).refused, "one of them refused");
    tap_number(1, (long long)row->refused_total, "one refused ever");
    recent_free(recent);
}

/* ---- jumps of the clock ---------------------------------------------------------------------- */

static void test_forward(void)
{
    struct recent *recent = NULL;
    TAP_MUST(recent_new(&recent));
    add(recent, NOON, OUTCOME_BOUNCED, 550, "a.example");
    add(recent, NOON + RECENT_SECONDS - 1, OUTCOME_BOUNCED, 550, "a.example");
    tap_number(2, bounced(recent, NOON + RECENT_SECONDS - 1, RECENT_SECONDS),
               "the ring holds an hour, its first second too");
    add(recent, NOON + RECENT_SECONDS, OUTCOME_BOUNCED, 550, "a.example");
    tap_number(2, bounced(recent, NOON + RECENT_SECONDS, RECENT_SECONDS),
               "a second on, the first is gone");
    tap_number(0, bounced(recent, NOON, 1), "and nothing is told of it");
    add(recent, NOON + 10 * RECENT_SECONDS, OUTCOME_BOUNCED, 550, "a.example");
    tap_number(1, bounced(recent, NOON + 10 * RECENT_SECONDS, RECENT_SECONDS),
               "a jump of hours empties the ring of seconds");
    tap_number(1, window(recent, "a.example", NOON + 10 * RECENT_SECONDS, 60),
               "and that of minutes");
    tap_number(4, (long long)recent->table[RECENT_DOMAIN].rows[0]->count, "the total stays");
    for (int hour = 20; hour < 24; hour++) {
        add(recent, NOON + hour * RECENT_SECONDS / 2, OUTCOME_BOUNCED, 550, "b.example");
    }
    tap_number(1, window(recent, "b.example", NOON + 23 * RECENT_SECONDS / 2, 1),
               "a minute counts anew after an hour");
    recent_free(recent);
}

static void test_back(void)
{
    struct recent *recent = NULL;
    TAP_MUST(recent_new(&recent));
    add(recent, NOON, OUTCOME_BOUNCED, 550, "a.example");
    add(recent, NOON - 120, OUTCOME_BOUNCED, 550, "a.example");
    tap_number(1, bounced(recent, NOON - 120, 1), "a late line counts in its own second");
    tap_number(1, window(recent, "a.example", NOON - 120, 1), "and in its own minute");
    tap_number(2, window(recent, "a.example", NOON, 3), "the window up to now holds both");
    add(recent, NOON - RECENT_SECONDS + 1, OUTCOME_BOUNCED, 550, "a.example");
    tap_number(3, bounced(recent, NOON, RECENT_SECONDS), "the oldest second that there is");
    add(recent, NOON - RECENT_SECONDS, OUTCOME_BOUNCED, 550, "a.example");
    tap_number(3, bounced(recent, NOON, RECENT_SECONDS), "one that is gone: no second of another");
    tap_number(1, bounced(recent, NOON, 1), "nor the newest, whose place it would have");
    tap_number(2, window(recent, "a.example", NOON, 60), "sixty minutes, this one too");
    tap_number(4, (long long)row_of(recent, RECENT_DOMAIN, "a.example")->refused_total,
               "in the total it counts");
    recent_free(recent);
}

/* A clock that was never set, or a log that says so. */
static void test_before_1970(void)
{
    static const int64_t times[] = {-1, -60, -100, -3599, -3600, -30000000, INT64_C(-60000000000)};
    struct recent *recent = NULL;
    TAP_MUST(recent_new(&recent));
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        add(recent, times[i], OUTCOME_BOUNCED, 550, "a.example");
    }
    add(recent, NOON, OUTCOME_BOUNCED, 550, "a.example");
    add(recent, -1, OUTCOME_BOUNCED, 550, "a.example");
    tap_number(1, bounced(recent, NOON, RECENT_SECONDS), "times before 1970 are in no ring");
    tap_number(1, window(recent, "a.example", NOON, 60), "nor in the tables'");
    tap_number((long long)COUNT_OF(times) + 2,
               (long long)row_of(recent, RECENT_DOMAIN, "a.example")->refused_total,
               "in the total they count");
    tap_number((long long)COUNT_OF(times) + 2, (long long)recent->event_count, "and are told");
    tap_number(0, bounced(recent, -1, 60), "no sum before 1970");
    recent_free(recent);
}

/* ---- refusals -------------------------------------------------------------------------------- */

static void test_ring(void)
{
    struct recent *recent = NULL;
    TAP_MUST(recent_new(&recent));
    tap_ok(recent_event_at(recent, 0) == NULL, "no refusal yet");
    for (int i = 1; i <= RECENT_EVENTS + 3; i++) {
        add(recent, NOON + i, OUTCOME_BOUNCED, 550, "a.example");
        add(recent, NOON + i, OUTCOME_DELIVERED, 250, "a.example");
    }
    tap_number(RECENT_EVENTS + 3, (long long)recent_event_at(recent, 0)->number,
               "the newest refusal; deliveries are none");
    tap_number(4, (long long)recent_event_at(recent, RECENT_EVENTS - 1)->number,
               "the oldest that is kept");
    tap_number(NOON + 4, recent_event_at(recent, RECENT_EVENTS - 1)->time.seconds, "is that one");
    tap_ok(recent_event_at(recent, RECENT_EVENTS) == NULL, "none beyond");
    recent_free(recent);
}

static void test_texts(void)
{
    char large[2 * RECENT_TEXT];
    struct recent *recent = NULL;
    struct event event = delivery(NOON, OUTCOME_DEFERRED, 0, "");
    memset(large, 'x', sizeof large);
    TAP_MUST(recent_new(&recent));
    event_set_text(&event, EVENT_TEXT, span_of(large, sizeof large));
    event_set_text(&event, EVENT_QUEUE_ID, span_of(large, sizeof large));
    event_set_value(&event, EVENT_IMPLIED_CODE, 451);
    TAP_MUST(recent_add(recent, &event));
    const struct recent_event *kept = recent_event_at(recent, 0);
    tap_number(RECENT_TEXT - 1, (long long)strlen(kept->text), "a long text is cut");
    tap_number(39, (long long)strlen(kept->queue_id), "a long queue id too");
    tap_ok(kept->implied && kept->code == 451, "a code that the log does not show is marked");
    tap_number(0, (long long)recent->table[RECENT_DOMAIN].count, "an empty key has no row");
    event.has_time = false;
    TAP_MUST(recent_add(recent, &event));
    tap_number(1, (long long)recent->event_count, "a line without a time is left out");
    recent_free(recent);
}

/* ---- weights and full tables ----------------------------------------------------------------- */

static void test_repeat(void)
{
    struct recent *recent = NULL;
    struct event event = delivery(NOON, OUTCOME_BOUNCED, 550, "a.example");
    TAP_MUST(recent_new(&recent));
    event.repeat = 7;
    TAP_MUST(recent_add(recent, &event));
    tap_number(7, bounced(recent, NOON, 1), "a line repeated counts as often");
    tap_number(7, window(recent, "a.example", NOON, 1), "in the tables too");
    event_set_value(&event, EVENT_STALE, 1);
    TAP_MUST(recent_add(recent, &event));
    tap_number(7, bounced(recent, NOON, 1), "an old failure told again is no attempt");
    recent_free(recent);
}

static void test_full(void)
{
    struct recent *recent = NULL;
    char domain[40];
    TAP_MUST(recent_new(&recent));
    for (int i = 0; i < 20 * RECENT_ROWS; i++) {
        snprintf(domain, sizeof domain, "d%d.example", i);
        add(recent, NOON + i / 100, OUTCOME_DELIVERED, 250, domain);
        add(recent, NOON + i / 100, OUTCOME_BOUNCED, 550, "often.example");
    }
    int64_t now = NOON + 20 * RECENT_ROWS / 100;
    tap_number(RECENT_ROWS, (long long)recent->table[RECENT_DOMAIN].count, "a full table stays so");
    tap_number(20 * RECENT_ROWS, window(recent, "often.example", now, 60),
               "what is frequent keeps its figures");
    long long rest = 0;
    for (size_t i = 0; i < recent->table[RECENT_DOMAIN].count; i++) {
        const struct topk_row *row = recent->table[RECENT_DOMAIN].rows[i];
        rest += span_is(row->key, "often.example")
                    ? 0
                    : (long long)recent_row_sum(row->value, now, 60).all;
    }
    tap_ok(rest > 0 && rest <= 20 * RECENT_ROWS, "rows taken over bring no counts of others: %lld",
           rest);
    recent_free(recent);
}

int main(void)
{
    test_series_edges();
    test_row_edges();
    test_forward();
    test_back();
    test_before_1970();
    test_ring();
    test_texts();
    test_repeat();
    test_full();
    return tap_end();
}
