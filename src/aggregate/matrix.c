/* The three axes: reply code, enhanced code, outcome. */
#include "aggregate/matrix.h"

const char *contradiction_name(enum contradiction contradiction)
{
    static const char *const names[CONTRADICTIONS] = {
        "permanent-code-temporary-enhanced", "temporary-code-permanent-enhanced",
        "success-code-failure-enhanced",     "permanent-greeting-deferred",
        "permanent-login-deferred",          "permanent-reply-deferred",
        "temporary-reply-bounced",           "unknown-user-temporary"};
    return names[contradiction];
}

static enum matrix_enhanced enhanced_digit(struct span enhanced)
{
    switch (enhanced.n > 0 ? enhanced.p[0] : '\0') {
    case '2':
        return ENHANCED_2;
    case '4':
        return ENHANCED_4;
    case '5':
        return ENHANCED_5;
    default:
        return ENHANCED_NONE;
    }
}

/* "CODE ENHANCED text", cut. */
static void keep_sample(struct contradiction_row *row, const struct event *event)
{
    char text[MATRIX_SAMPLE * 2];
    struct strbuf head;
    struct span enhanced = event_text(event, EVENT_ENHANCED);
    struct span words = event_text(event, EVENT_TEXT);
    strbuf_init(&head, sizeof text);
    strbuf_addf(&head, "%d %.*s%s", event_value(event, EVENT_CODE), SPAN_ARGS(enhanced),
                enhanced.n > 0 ? " " : "");
    strbuf_add(&head, words.p, words.n < MATRIX_SAMPLE ? words.n : MATRIX_SAMPLE);
    size_t n = head.length < MATRIX_SAMPLE - 1 ? head.length : MATRIX_SAMPLE - 1;
    memcpy(row->sample, strbuf_cstr(&head), n);
    row->sample[n] = '\0';
    row->first = event->time;
    strbuf_free(&head);
}

static void flag(struct matrix *matrix, enum contradiction contradiction, const struct event *event)
{
    struct contradiction_row *row = &matrix->contradictions[contradiction];
    if (row->count == 0 || instant_compare(&event->time, &row->first) < 0) {
        keep_sample(row, event);
    }
    row->count += event->repeat;
}

static void flag_codes(struct matrix *matrix, const struct event *event, int code,
                       enum matrix_enhanced enhanced)
{
    if (code >= 500 && enhanced == ENHANCED_4) {
        flag(matrix, CONTRADICTION_PERMANENT_CODE_TEMPORARY_ENHANCED, event);
    } else if (code >= 400 && code < 500 && enhanced == ENHANCED_5) {
        flag(matrix, CONTRADICTION_TEMPORARY_CODE_PERMANENT_ENHANCED, event);
    } else if (code < 300 && (enhanced == ENHANCED_4 || enhanced == ENHANCED_5)) {
        flag(matrix, CONTRADICTION_SUCCESS_CODE_FAILURE_ENHANCED, event);
    }
}

static void flag_outcome(struct matrix *matrix, const struct event *event, int code, int outcome)
{
    int stage = event_value(event, EVENT_STAGE);
    if (code >= 500 && outcome == OUTCOME_DEFERRED) {
        flag(matrix,
             stage == STAGE_CONNECT ? CONTRADICTION_PERMANENT_GREETING_DEFERRED
             : stage == STAGE_AUTH  ? CONTRADICTION_PERMANENT_LOGIN_DEFERRED
                                    : CONTRADICTION_PERMANENT_REPLY_DEFERRED,
             event);
    } else if (code >= 400 && code < 500 && outcome == OUTCOME_BOUNCED) {
        flag(matrix, CONTRADICTION_TEMPORARY_REPLY_BOUNCED, event);
    } else if (code >= 400 && code < 500 && outcome == OUTCOME_REJECTED &&
               span_is(event->reason_class, "user-unknown")) {
        flag(matrix, CONTRADICTION_UNKNOWN_USER_TEMPORARY, event);
    }
}

void matrix_add(struct matrix *matrix, const struct event *event)
{
    int kind = event_value(event, EVENT_KIND);
    int code = event_value(event, EVENT_CODE);
    int outcome = event_value(event, EVENT_STATUS);
    if ((kind != KIND_DELIVERY && kind != KIND_REJECT) || code <= 0 || code >= MATRIX_CODES ||
        event_value(event, EVENT_STALE) != 0) {
        return;
    }
    enum matrix_enhanced enhanced = enhanced_digit(event_text(event, EVENT_ENHANCED));
    matrix->cell[code][enhanced][outcome] += event->repeat;
    flag_codes(matrix, event, code, enhanced);
    flag_outcome(matrix, event, code, outcome);
}
