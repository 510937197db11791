/* Tests of aggregate/traffic, flow, matrix and topk's filter: what the recorded and hand-made logs
 * do not reach. */
#include "aggregate/summary.h"
#include "aggregate/traffic_total.h"

#include "tap.h"

static void test_microseconds(void)
{
    static const struct {
        const char *text;
        long long wanted;
    } cases[] = {{"0", 0},
                 {"1", 1000000},
                 {"0.31", 310000},
                 {"3601", 3601000000},
                 {"12.5", 12500000},
                 {"0.0000001", 0},
                 {"", -1},
                 {"1.2.3", -1},
                 {"-1", -1},
                 {"1s", -1},
                 {"99999999999999999999", -1}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        long long got = traffic_microseconds(span_cstr(cases[i].text));
        tap_ok(got == cases[i].wanted, "\"%s\" is %lld us, got %lld", cases[i].text,
               cases[i].wanted, got);
    }
}

/* A few keys that come often among very many that come once: the few keep exact rows with small
 * errors, and nothing takes more than the table's rows. */
static void test_filter(void)
{
    enum {
        ROWS = 64,
        OFTEN = 10,
        ROUNDS = 20000
    };
    struct topk table;
    struct topk_row **rows = NULL;
    size_t count = 0;
    uint64_t total = 0;
    topk_init(&table, ROWS, sizeof(uint64_t), NULL);
    for (unsigned i = 0; i < ROUNDS; i++) {
        char text[32];
        struct topk_row *row = NULL;
        int n = i % 4 == 0 ? snprintf(text, sizeof text, "often%u", i / 4 % OFTEN)
                           : snprintf(text, sizeof text, "once%u", i);
        TAP_MUST(topk_add(&table, span_of(text, (size_t)n), 1, &row));
        total++;
    }
    TAP_MUST(topk_sorted(&table, OFTEN, &rows, &count));
    unsigned found = 0;
    unsigned wrong = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t real = ROUNDS / 4 / OFTEN;
        found += span_starts(rows[i]->key, SPAN_LITERAL("often"));
        wrong += rows[i]->count < real || rows[i]->count - rows[i]->error > real;
    }
    tap_ok(count == OFTEN && found == OFTEN && wrong == 0,
           "keys that come often keep their rows: %u of %d, %u wrong", found, OFTEN, wrong);
    tap_ok(table.count == ROWS && table.replaced > 0 && topk_error(&table) <= total / ROWS,
           "rows are bounded and the error is told (%llu)", (unsigned long long)topk_error(&table));
    free(rows);
    topk_free(&table);
}

static void add_code(struct matrix *matrix, int code, const char *enhanced, int stage, int outcome)
{
    struct event event = {.repeat = 1, .reason_class = SPAN_EMPTY};
    event_set_value(&event, EVENT_KIND, KIND_DELIVERY);
    event_set_value(&event, EVENT_CODE, code);
    event_set_value(&event, EVENT_STAGE, stage);
    event_set_value(&event, EVENT_STATUS, outcome);
    event_set_text(&event, EVENT_TEXT, SPAN_LITERAL("text"));
    if (enhanced[0] != '\0') {
        event_set_text(&event, EVENT_ENHANCED, span_cstr(enhanced));
    }
    matrix_add(matrix, &event);
}

static void test_matrix(void)
{
    static struct matrix matrix;
    uint64_t flagged = 0;
    add_code(&matrix, 550, "5.1.1", STAGE_RCPT, OUTCOME_BOUNCED);
    add_code(&matrix, 450, "", STAGE_RCPT, OUTCOME_DEFERRED);
    add_code(&matrix, 450, "4.2.0", STAGE_RCPT, OUTCOME_EXPIRED);
    add_code(&matrix, 250, "2.0.0", STAGE_EOD, OUTCOME_DELIVERED);
    add_code(&matrix, 0, "", STAGE_NONE, OUTCOME_DEFERRED);
    for (int c = 0; c < CONTRADICTIONS; c++) {
        flagged += matrix.contradictions[c].count;
    }
    tap_ok(flagged == 0, "what fits together is not flagged (%llu)", (unsigned long long)flagged);
    tap_ok(matrix.cell[550][ENHANCED_5][OUTCOME_BOUNCED] == 1 &&
               matrix.cell[450][ENHANCED_NONE][OUTCOME_DEFERRED] == 1 &&
               matrix.cell[0][ENHANCED_NONE][OUTCOME_DEFERRED] == 0,
           "cells are counted, deliveries without a code are not");
    struct event stale = {.repeat = 1, .reason_class = SPAN_EMPTY};
    event_set_value(&stale, EVENT_KIND, KIND_DELIVERY);
    event_set_value(&stale, EVENT_CODE, 554);
    event_set_value(&stale, EVENT_STALE, 1);
    event_set_value(&stale, EVENT_STATUS, OUTCOME_DEFERRED);
    matrix_add(&matrix, &stale);
    tap_ok(matrix.cell[554][ENHANCED_NONE][OUTCOME_DEFERRED] == 0,
           "an old failure told again is not");
}

static enum encryption encryption_after(struct event *event)
{
    struct flow flow = {.opened = 0};
    enum encryption found = ENCRYPTION_UNKNOWN;
    flow_init(&flow);
    event->repeat = 1;
    event_set_value(event, EVENT_STATUS, OUTCOME_DELIVERED);
    event_set_value(event, EVENT_DIRECTION, DIRECTION_OUTBOUND);
    TAP_MUST(flow_add_delivery(&flow, event));
    for (int e = 0; e < ENCRYPTIONS; e++) {
        found = flow.deliveries[e] > 0 ? (enum encryption)e : found;
    }
    flow_free(&flow);
    return found;
}

static void test_encryption(void)
{
    static const struct {
        enum event_mta mta;
        const char *tls, *level;
        enum encryption wanted;
    } cases[] = {
        {MTA_POSTFIX, "", "", ENCRYPTION_UNKNOWN},  {MTA_POSTFIX, "", "may", ENCRYPTION_TLS},
        {MTA_POSTFIX, "", "none", ENCRYPTION_NONE}, {MTA_POSTFIX, "", "may:none", ENCRYPTION_NONE},
        {MTA_POSTFIX, "", "dane", ENCRYPTION_TLS},  {MTA_EXIM, "TLSv1.3", "", ENCRYPTION_TLS},
        {MTA_EXIM, "", "", ENCRYPTION_NONE}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct event event = {.mta = cases[i].mta};
        if (cases[i].tls[0] != '\0') {
            event_set_text(&event, EVENT_TLS, span_cstr(cases[i].tls));
        }
        if (cases[i].level[0] != '\0') {
            event_set_text(&event, EVENT_LEVEL, span_cstr(cases[i].level));
        }
        tap_number(cases[i].wanted, encryption_after(&event), "mta %d, X= \"%s\", tls= \"%s\"",
                   (int)cases[i].mta, cases[i].tls, cases[i].level);
    }
}

/* A bin ends before its bound, as eximstats has it. */
static void test_queue_time(void)
{
    static const struct {
        int64_t seconds;
        size_t bin;
    } cases[] = {{0, 0}, {59, 0}, {60, 1}, {299, 1}, {300, 2}, {86399, 8}, {86400, 9}, {900000, 9}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct flow flow = {.opened = 0};
        struct message_story story = {.arrival_seen = true,
                                      .ended = true,
                                      .arrival = {.seconds = 1000},
                                      .end = {.seconds = 1000 + cases[i].seconds},
                                      .sender = SPAN_EMPTY,
                                      .client_ip = SPAN_EMPTY,
                                      .client_name = SPAN_EMPTY};
        flow_init(&flow);
        TAP_MUST(flow_add_message(&flow, &story));
        tap_ok(flow.queue.bin[cases[i].bin] == 1 && flow.queue_remote.bin[cases[i].bin] == 0,
               "%lld s lie in bin %zu", (long long)cases[i].seconds, cases[i].bin);
        story.delivered_remote = true;
        story.canceled = true;
        TAP_MUST(flow_add_message(&flow, &story));
        tap_ok(flow.queue.spread.histogram.count == 1 && flow.canceled == 1,
               "a message taken back spent no time in the queue");
        flow_free(&flow);
    }
}

/* Days by the log's own clock, also when it is set back over midnight. */
static void test_days(void)
{
    struct timeline timeline;
    struct period_row *days = NULL;
    struct period_row hours[HOURS_OF_DAY];
    size_t count = 0;
    const int64_t midnight = 20000 * CIVIL_DAY;
    const struct instant times[] = {{.seconds = midnight - 3600, .offset = 0},
                                    {.seconds = midnight + 60, .offset = 0},
                                    {.seconds = midnight + 7200, .offset = -10800},
                                    {.seconds = midnight + 40000, .offset = 0}};
    timeline_init(&timeline);
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        TAP_MUST(timeline_add(&timeline, &times[i], TIMELINE_RECEIVED, 1));
    }
    TAP_MUST(timeline_days(&timeline, &days, &count));
    tap_ok(count == 2, "two days");
    tap_ok(days[0].start == midnight - CIVIL_DAY && days[0].count[TIMELINE_RECEIVED] == 2,
           "the clock three hours behind is of the day before");
    tap_ok(days[1].start == midnight && days[1].count[TIMELINE_RECEIVED] == 2, "the other day");
    tap_ok(timeline_hours(&timeline, hours) && hours[23].count[TIMELINE_RECEIVED] == 2 &&
               hours[0].count[TIMELINE_RECEIVED] == 1 && hours[11].count[TIMELINE_RECEIVED] == 1,
           "hours of the day");
    free(days);
    timeline_free(&timeline);
}

int main(void)
{
    test_microseconds();
    test_filter();
    test_matrix();
    test_encryption();
    test_queue_time();
    test_days();
    return tap_end();
}
