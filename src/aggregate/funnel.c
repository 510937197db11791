/* How far sessions get. */
#include "aggregate/funnel.h"

#include "track/session.h"

const int funnel_codes[FUNNEL_OUTCOMES] = {235, 334, 454, 530, 534, 535};

void funnel_init(struct funnel *funnel)
{
    *funnel = (struct funnel){0};
    topk_init(&funnel->clients, FUNNEL_NAMES, sizeof(struct login_row), NULL);
    topk_init(&funnel->users, FUNNEL_NAMES, sizeof(struct login_row), NULL);
}

void funnel_free(struct funnel *funnel)
{
    topk_free(&funnel->clients);
    topk_free(&funnel->users);
}

/* ---- sessions of others with us -------------------------------------------------------------- */

/* A verb of Postfix's counters and the stage it stands for. */
struct verb_stage {
    struct span verb;
    enum event_stage stage;
};

/* No two of them begin alike. */
static const struct verb_stage verbs[] = {
    {{"mail", 4}, STAGE_MAIL}, {{"rcpt", 4}, STAGE_RCPT}, {{"data", 4}, STAGE_DATA},
    {{"ehlo", 4}, STAGE_EHLO}, {{"auth", 4}, STAGE_AUTH}, {{"starttls", 8}, STAGE_STARTTLS},
    {{"bdat", 4}, STAGE_DATA}, {{"helo", 4}, STAGE_EHLO},
};

/* The stage of a verb; STAGE_NONE for one that is no stage. */
static enum event_stage stage_of(struct span verb)
{
    size_t i = 0;
    while (i < COUNT_OF(verbs) && (verb.n == 0 || verbs[i].verb.p[0] != verb.p[0])) {
        i++;
    }
    return i < COUNT_OF(verbs) && span_equal(verb, verbs[i].verb) ? verbs[i].stage : STAGE_NONE;
}

/* Reads counters. False when they name more verbs than there is room for. */
static bool read_counters(struct span counters, struct funnel_memo *memo)
{
    struct session_count count;
    memo->verb_count = 0;
    while (session_next_count(&counters, &count)) {
        enum event_stage stage = count.valid && count.tries > 0 ? stage_of(count.verb) : STAGE_NONE;
        if (stage == STAGE_NONE) {
            continue;
        }
        if (memo->verb_count == FUNNEL_VERBS) {
            return false;
        }
        size_t i = memo->verb_count++;
        memo->verbs[i].stage = (uint32_t)stage;
        memo->verbs[i].tries = (uint32_t)count.tries;
        memo->verbs[i].failed = (uint32_t)count.failed;
    }
    return true;
}

static struct funnel_memo *find_memo(struct funnel *funnel, struct span counters)
{
    uint64_t tail = counters.n >= 8 ? bytes_read8(counters.p + counters.n - 8) : 0;
    uint64_t hash = (tail ^ counters.n << 32) * 0x9e3779b97f4a7c15u;
    struct funnel_memo *memo = &funnel->memos[hash >> 58];
    if (memo->length == counters.n && bytes_equal(memo->counters, counters.p, counters.n)) {
        return memo;
    }
    memo->length = 0;
    if (counters.n > sizeof memo->counters || !read_counters(counters, memo)) {
        return NULL;
    }
    memo->length = (uint8_t)counters.n;
    memcpy(memo->counters, counters.p, counters.n);
    return memo;
}

/* Stages that a session came to, and those of which it had a command accepted: a bit each. */
struct stages {
    uint32_t reached, passed;
};

/* Adds what a part of a session's counters says; a stage may have several verbs. */
static struct stages add_verbs(struct funnel *funnel, const struct funnel_memo *memo,
                               uint64_t weight)
{
    struct stages stages = {0, 0};
    for (size_t i = 0; i < memo->verb_count; i++) {
        uint32_t stage = memo->verbs[i].stage;
        funnel->commands[stage] += memo->verbs[i].tries * weight;
        funnel->refused[stage] += memo->verbs[i].failed * weight;
        stages.reached |= 1u << stage;
        stages.passed |= memo->verbs[i].tries > memo->verbs[i].failed ? 1u << stage : 0;
    }
    return stages;
}

/* Counters that no memo has room for: word by word. */
static struct stages add_words(struct funnel *funnel, struct span counters, uint64_t weight)
{
    struct funnel_memo part;
    struct stages all = {0, 0};
    while (counters.n > 0) {
        struct span word;
        (void)span_next_word(&counters, &word);
        (void)read_counters(word, &part);
        struct stages more = add_verbs(funnel, &part, weight);
        all.reached |= more.reached;
        all.passed |= more.passed;
    }
    return all;
}

static void add_session(struct funnel *funnel, const struct event *event)
{
    struct span counters = event_text(event, EVENT_COUNTERS);
    if (counters.n == 0) {
        return;
    }
    funnel->sessions += event->repeat;
    const struct funnel_memo *memo = find_memo(funnel, counters);
    struct stages stages = memo != NULL ? add_verbs(funnel, memo, event->repeat)
                                        : add_words(funnel, counters, event->repeat);
    for (uint32_t left = stages.reached; left != 0; left &= left - 1) {
        int stage = __builtin_ctz(left);
        funnel->reached[stage] += event->repeat;
        funnel->passed[stage] += (stages.passed >> stage & 1) != 0 ? event->repeat : 0;
    }
}

/* ---- our attempts ---------------------------------------------------------------------------- */

static void add_attempt(struct funnel *funnel, const struct event *event)
{
    enum event_stage stage = (enum event_stage)event_value(event, EVENT_STAGE);
    funnel->attempts += event->repeat;
    if (event_value(event, EVENT_STATUS) == OUTCOME_DELIVERED) {
        funnel->delivered += event->repeat;
        return;
    }
    /* Without a host there was no connection. */
    bool nobody = event_text(event, EVENT_PEER).n == 0 && event_text(event, EVENT_PEER_IP).n == 0;
    stage = stage == STAGE_NONE && nobody ? STAGE_CONNECT
            : stage == STAGE_HELO         ? STAGE_EHLO
            : stage == STAGE_BDAT         ? STAGE_DATA
                                          : stage;
    funnel->lost[stage] += event->repeat;
}

uint64_t funnel_outbound_reached(const struct funnel *funnel, enum event_stage stage)
{
    uint64_t lost = 0;
    for (int s = STAGE_CONNECT; s < (int)stage; s++) {
        lost += funnel->lost[s];
    }
    return funnel->attempts > lost ? funnel->attempts - lost : 0;
}

/* ---- log-ins --------------------------------------------------------------------------------- */

static enum smtplog_status note_login(struct topk *table, struct span name,
                                      const struct event *event, bool ok, bool failed)
{
    struct topk_row *row = NULL;
    if (name.n == 0) {
        return SMTPLOG_OK;
    }
    TRY(topk_add(table, name, event->repeat, &row));
    struct login_row *login = row->value;
    login->ok += ok ? event->repeat : 0;
    login->failed += failed ? event->repeat : 0;
    for (size_t i = 0; i < FUNNEL_OUTCOMES; i++) {
        login->code[i] += event_any_code(event) == funnel_codes[i] ? event->repeat : 0;
    }
    return SMTPLOG_OK;
}

static enum smtplog_status add_login(struct funnel *funnel, const struct event *event, bool ok,
                                     bool failed)
{
    TRY(note_login(&funnel->clients, event_text(event, EVENT_PEER_IP), event, ok, failed));
    return note_login(&funnel->users, event_text(event, EVENT_SASL_USER), event, ok, failed);
}

enum smtplog_status funnel_add_unseen_auth(struct funnel *funnel, const struct event *event,
                                           uint64_t count)
{
    if (count == 0) {
        return SMTPLOG_OK;
    }
    struct event failed = *event;
    failed.repeat = (uint32_t)count;
    return add_login(funnel, &failed, false, true);
}

enum smtplog_status funnel_add(struct funnel *funnel, const struct event *event)
{
    int fact = event_value(event, EVENT_FACT);
    int kind = event_value(event, EVENT_KIND);
    int code = event_value(event, EVENT_CODE);
    bool outbound = event_value(event, EVENT_DIRECTION) == DIRECTION_OUTBOUND;
    if (event_value(event, EVENT_STAGE) == STAGE_AUTH && code > 0 && code < FUNNEL_CODES) {
        funnel->auth_code[code] += event->repeat;
    }
    if (fact == FACT_DISCONNECT) {
        add_session(funnel, event);
    }
    if (kind == KIND_DELIVERY && outbound && event_is_attempt(event)) {
        add_attempt(funnel, event);
    }
    if (kind == KIND_AUTH && !outbound) {
        return add_login(funnel, event, false, true);
    }
    bool logged_in = event_text(event, EVENT_SASL_USER).n > 0 ||
                     event_text(event, EVENT_METHOD).n > 0;
    if (fact == FACT_ARRIVAL && logged_in && event_text(event, EVENT_QUEUE_ID).n > 0) {
        return add_login(funnel, event, true, false);
    }
    return SMTPLOG_OK;
}
