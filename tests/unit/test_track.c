/* Tests of track/message: the states of recipients and messages, reused ids, content filters, what
 * is given up when there is too much. */
#include "track/message.h"

#include "tap.h"

/* What was told, as text: recipients "r:state,attempts[,flags]", messages
 * "m:state,recipients,delivered". */
static enum smtplog_status tell_recipient(void *context, const struct recipient_story *story)
{
    strbuf_addf(context, "r:%s,%u%s%s%s%s%s", recipient_state_name(story->state), story->attempts,
                story->greylisted ? ",greylisted" : "", story->greylisted_450 ? ",450" : "",
                story->possible_first ? ",possible" : "", story->refused ? ",refused" : "",
                story->null_sender ? ",null" : "");
    if (story->bounce_code > 0) {
        strbuf_addf(context, ",code %d", story->bounce_code);
    }
    if (story->wait > 0) {
        strbuf_addf(context, ",wait %g", story->wait);
    }
    if (story->retried) {
        strbuf_addf(context, ",retry %g", story->retry);
    }
    if (story->asked > 0) {
        strbuf_addf(context, ",asked %g", story->asked);
    }
    if (story->asked_retry) {
        strbuf_addf(context, ",gap %g", story->asked_gap);
    }
    strbuf_add_byte(context, ' ');
    return SMTPLOG_OK;
}

static enum smtplog_status tell_message(void *context, const struct message_story *story)
{
    strbuf_addf(context, "m:%s,%llu,%llu%s%s%s ", recipient_state_name(story->state),
                (unsigned long long)story->recipients, (unsigned long long)story->delivered,
                story->null_sender ? ",null" : "", story->notice != NOTICE_NONE ? "," : "",
                story->notice != NOTICE_NONE ? track_notice_name(story->notice) : "");
    return SMTPLOG_OK;
}

static enum smtplog_status tell_cause(void *context, enum track_notice notice,
                                      struct span class_name)
{
    strbuf_addf(context, "c:%s,%.*s ", track_notice_name(notice), SPAN_ARGS(class_name));
    return SMTPLOG_OK;
}

/* What the words of a context event say: "arrival Q ip", "queued Q sender nrcpt", "requeued Q2 Q",
 * "failure Q Q2" and "delay Q Q2" (notices). */
static void set_context(struct event *event, int fact, const struct span word[5])
{
    event_set_value(event, EVENT_FACT, fact);
    if (fact == FACT_QUEUED) {
        event_set_text(event, EVENT_SENDER, word[2]);
        event_set_text(event, EVENT_NRCPT, word[3]);
    } else if (fact == FACT_NOTIFICATION) {
        bool delay = span_is(word[0], "delay");
        event_set_text(event, EVENT_LINKED_ID, word[2]);
        event_set_text(event, EVENT_TEXT,
                       delay ? SPAN_LITERAL("sender delay notification: B")
                             : SPAN_LITERAL("sender non-delivery notification: B"));
    } else if (span_is(word[0], "requeued")) {
        event_set_text(event, EVENT_ORIG_QUEUE_ID, word[2]);
    } else if (fact == FACT_ARRIVAL) {
        event_set_text(event, EVENT_PEER_IP, word[2]);
    }
}

/* The code that a delivery shows, by its first word and the number behind the recipient. */
static int code_of(struct span kind, int number)
{
    if (span_is(kind, "asked")) {
        return 450; /* the number is the time that is asked for */
    }
    bool grey = span_is(kind, "grey");
    return number > 0 ? number : grey ? 450 : span_is(kind, "maybe") ? 451 : 0;
}

/* What those of a delivery say. */
static void set_delivery(struct event *event, int outcome, const struct span word[5])
{
    uint64_t number = 0;
    (void)span_to_u64(word[3], 599, &number);
    bool asked = span_is(word[0], "asked");
    int code = code_of(word[0], (int)number);
    event_set_value(event, EVENT_KIND, KIND_DELIVERY);
    event_set_value(event, EVENT_DIRECTION, DIRECTION_OUTBOUND);
    event_set_value(event, EVENT_STAGE, STAGE_RCPT);
    event_set_value(event, EVENT_STATUS, outcome);
    event_set_text(event, EVENT_RECIPIENT, word[2]);
    event->asked_wait = asked ? (double)number : 0;
    event->possible_greylisting = span_is(word[0], "maybe");
    if (asked || span_is(word[0], "grey")) {
        event->reason_class = SPAN_LITERAL("greylisting");
    } else if (span_is(word[0], "bounce") && code > 0) {
        event->reason_class = SPAN_LITERAL("user-unknown");
    } else if (span_is(word[0], "alias")) {
        event_set_text(event, EVENT_ORIG_RECIPIENT, word[3]);
    } else if (span_is(word[0], "stale")) {
        event_set_value(event, EVENT_STALE, 1);
    } else if (span_is(word[0], "filter")) {
        event_set_text(event, EVENT_LINKED_ID, word[3]);
        event_set_text(event, EVENT_PEER_IP, SPAN_LITERAL("127.0.0.1"));
    }
    if (code > 0) {
        event_set_value(event, EVENT_CODE, code);
    }
}

/* One event in short: those of set_context; "expired Q", "removed Q"; "sent Q rcpt", "grey Q rcpt",
 * "refuse Q rcpt code", "fail Q rcpt", "bounce Q rcpt code", "discard Q rcpt", "forward Q rcpt",
 * "stale Q rcpt", "filter Q rcpt Q2", "alias Q rcpt original", "asked Q rcpt seconds". A dash is an
 * empty text. */
static void make_event(const char *text, int64_t second, struct event *event)
{
    static const struct {
        const char *word;
        int fact, outcome;
    } kinds[] = {
        {"arrival", FACT_ARRIVAL, 0},      {"queued", FACT_QUEUED, 0},
        {"removed", FACT_REMOVED, 0},      {"expired", FACT_EXPIRED, 0},
        {"sent", 0, OUTCOME_DELIVERED},    {"grey", 0, OUTCOME_DEFERRED},
        {"maybe", 0, OUTCOME_DEFERRED},    {"refuse", 0, OUTCOME_DEFERRED},
        {"fail", 0, OUTCOME_DEFERRED},     {"bounce", 0, OUTCOME_BOUNCED},
        {"discard", 0, OUTCOME_DISCARDED}, {"forward", 0, OUTCOME_FORWARDED},
        {"stale", 0, OUTCOME_DEFERRED},    {"filter", 0, OUTCOME_DELIVERED},
        {"alias", 0, OUTCOME_DELIVERED},   {"asked", 0, OUTCOME_DEFERRED},
        {"requeued", FACT_ARRIVAL, 0},     {"failure", FACT_NOTIFICATION, 0},
        {"delay", FACT_NOTIFICATION, 0},
    };
    struct span rest = span_cstr(text);
    struct span word[5] = {SPAN_EMPTY, SPAN_EMPTY, SPAN_EMPTY, SPAN_EMPTY, SPAN_EMPTY};
    size_t kind = 0;
    for (size_t i = 0; i < 5 && span_next_word(&rest, &word[i]); i++) {
        word[i] = span_is(word[i], "-") ? SPAN_EMPTY : word[i];
    }
    while (kind < COUNT_OF(kinds) && !span_is(word[0], kinds[kind].word)) {
        kind++;
    }
    if (kind == COUNT_OF(kinds)) {
        printf("Bail out! no such event: %s\n", text);
        exit(1);
    }
    *event = (struct event){.repeat = 1, .has_time = true, .mta = MTA_POSTFIX};
    event->time.seconds = second;
    event_set_text(event, EVENT_HOST, SPAN_LITERAL("mx1"));
    event_set_text(event, EVENT_QUEUE_ID, word[1]);
    if (kinds[kind].fact != 0) {
        set_context(event, kinds[kind].fact, word);
    } else {
        set_delivery(event, kinds[kind].outcome, word);
    }
}

struct story_case {
    const char *name;
    const char *events[16]; /* one every ten seconds */
    const char *told;
};

static const struct story_case stories[] = {
    {"delivered",
     {"arrival A 192.0.2.1", "queued A ann 1", "sent A bob", "removed A"},
     "r:delivered,1 m:delivered,1,1 "},
    {"greylisted and recovered",
     {"queued A ann 1", "grey A bob", "sent A bob", "removed A"},
     "r:delivered,2,greylisted,450,refused,wait 10,retry 10 m:delivered,1,1 "},
    {"greylisted with 451",
     {"grey A bob 451", "sent A bob", "removed A"},
     "r:delivered,2,greylisted,refused,wait 10,retry 10 m:delivered,1,1 "},
    {"greylisted twice: the wait counts from the first",
     {"grey A bob", "grey A bob", "sent A bob", "removed A"},
     "r:delivered,3,greylisted,450,refused,wait 20,retry 10 m:delivered,1,1 "},
    {"possible and delivered",
     {"maybe A bob", "sent A bob", "removed A"},
     "r:delivered,2,possible,refused,wait 10 m:delivered,1,1 "},
    {"possible but not first",
     {"refuse A bob 452", "maybe A bob", "sent A bob", "removed A"},
     "r:delivered,3,refused,wait 10 m:delivered,1,1 "},
    {"bounced",
     {"queued A ann 1", "bounce A bob 550", "removed A"},
     "r:bounced,1,refused,code 550 m:bounced,1,0 "},
    {"bounced without a reply", {"bounce A bob", "removed A"}, "r:bounced,1 m:bounced,1,0 "},
    {"greylisted, then refused",
     {"grey A bob", "bounce A bob 550", "removed A"},
     "r:bounced,2,greylisted,450,refused,code 550,retry 10 m:bounced,1,0 "},
    {"a 554 that was only deferred",
     {"refuse A bob 554", "sent A bob", "removed A"},
     "r:delivered,2,refused m:delivered,1,1 "},
    {"deferred when the log ends",
     {"grey A bob"},
     "r:deferred,1,greylisted,450,refused m:deferred,1,0 "},
    {"removed while deferred", {"fail A bob", "removed A"}, "r:unknown,1 m:unknown,1,0 "},
    {"expired",
     {"grey A bob", "sent A eve", "expired A", "removed A"},
     "r:delivered,1 r:expired,1,greylisted,450,refused m:expired,2,1 "},
    {"stale is no attempt and no refusal",
     {"stale A bob 450", "removed A"},
     "r:unknown,0 m:unknown,1,0 "},
    {"discarded and forwarded",
     {"discard A bob", "forward A eve", "removed A"},
     "r:forwarded,1 r:discarded,1 m:discarded,2,0 "},
    {"recipients that were never seen",
     {"queued A ann 3", "sent A bob", "removed A"},
     "r:delivered,1 r:unknown,0 r:unknown,0 m:unknown,3,1 "},
    {"queued twice counts once",
     {"queued A ann 1", "fail A bob", "queued A ann 1", "sent A bob", "removed A"},
     "r:delivered,2 m:delivered,1,1 "},
    {"the empty sender",
     {"queued A - 1", "bounce A ann 552", "removed A"},
     "r:bounced,1,refused,null,code 552 m:bounced,1,0,null "},
    {"an id used again",
     {"sent A bob", "removed A", "bounce A bob 550", "removed A"},
     "r:delivered,1 m:delivered,1,1 r:bounced,1,refused,code 550 m:bounced,1,0 "},
    {"removed without anything before", {"removed A"}, ""},
    {"two messages",
     {"grey A bob", "grey B bob", "sent B bob", "removed B", "bounce A bob 550", "removed A"},
     "r:delivered,2,greylisted,450,refused,wait 10,retry 10 m:delivered,1,1 "
     "r:bounced,2,greylisted,450,refused,code 550,retry 40 m:bounced,1,0 "},
    {"through a content filter",
     {"arrival A 192.0.2.1", "arrival B 127.0.0.1", "filter A bob B", "removed A", "sent B bob",
      "removed B"},
     "m:delivered,0,0 r:delivered,1 m:delivered,1,1 "},
    {"greylisted behind a filter",
     {"arrival B 127.0.0.1", "filter A bob B", "removed A", "grey B bob", "sent B bob",
      "removed B"},
     "m:delivered,0,0 r:delivered,2,greylisted,450,refused,wait 10,retry 10 m:delivered,1,1 "},
    {"the filter's message never came",
     {"filter A bob B", "removed A"},
     "r:delivered,1 m:delivered,1,1 "},
    {"a relay is no filter",
     {"arrival B 192.0.2.9", "filter A bob B", "removed A", "sent B bob", "removed B"},
     "r:delivered,1 m:delivered,1,1 r:delivered,1 m:delivered,1,1 "},
    {"the filter's message had ended before the first one said so",
     {"arrival A 192.0.2.1", "arrival B 127.0.0.1", "sent B bob", "removed B", "filter A bob B",
      "removed A"},
     "r:delivered,1 m:delivered,1,1 m:delivered,0,0 "},
    {"an alias that is applied behind the filter",
     {"arrival A 192.0.2.1", "arrival B 127.0.0.1", "queued B ann 2", "filter A info B",
      "removed A", "alias B bob info", "alias B eve info", "removed B"},
     "m:delivered,0,0 r:delivered,1 r:delivered,1 m:delivered,2,2 "},
    {"the same, the filter's message first",
     {"arrival B 127.0.0.1", "alias B bob info", "alias B eve info", "filter A info B", "removed A",
      "removed B"},
     "m:delivered,0,0 r:delivered,1 r:delivered,1 m:delivered,2,2 "},
    {"an id used again, the end of the first not logged",
     {"arrival A 192.0.2.1", "queued A ann 1", "grey A bob", "arrival A 192.0.2.2",
      "queued A eve 1", "sent A bob", "removed A"},
     "r:unknown,1,greylisted,450,refused m:unknown,1,0 r:delivered,1 m:delivered,1,1 "},
    {"put back into the queue under another id",
     {"queued A ann 2", "sent A eve", "grey A bob", "requeued B A", "queued B ann 1", "sent B bob",
      "removed B"},
     "r:delivered,1 m:delivered,1,1 "
     "r:delivered,2,greylisted,450,refused,wait 30,retry 30 m:delivered,1,1 "},
    {"how long we were asked to wait, and how long we did",
     {"grey A bob", "asked A bob 15", "stale A bob", "fail A bob", "sent A bob", "removed A"},
     "r:delivered,4,greylisted,450,refused,wait 40,retry 10,asked 15,gap 20 m:delivered,1,1 "},
    {"asked to wait and never tried again",
     {"asked A bob 300", "stale A bob", "expired A", "removed A"},
     "r:expired,1,greylisted,450,refused,asked 300 m:expired,1,0 "},
    {"notices and what they are about",
     {"queued A ann 3", "fail A bob", "delay A C", "bounce A eve 550", "sent A kim", "fail A bob",
      "failure A B", "expired A", "failure A D", "removed A", "queued B - 1", "sent B ann",
      "removed B"},
     "c:delay, c:non_delivery,user-unknown c:non_delivery, "
     "r:delivered,1 r:bounced,1,refused,code 550 r:expired,2 m:bounced,3,1 "
     "r:delivered,1,null m:delivered,1,1,null,non_delivery "},
    {"bounced is worse than expired",
     {"bounce A bob 550", "grey A eve", "expired A", "removed A"},
     "r:expired,1,greylisted,450,refused r:bounced,1,refused,code 550 m:bounced,2,0 "},
};

static void test_stories(void)
{
    for (size_t i = 0; i < COUNT_OF(stories); i++) {
        struct strbuf told;
        struct tracker *tracker = NULL;
        strbuf_init(&told, 10000);
        struct track_listener listener = {tell_recipient, tell_message, tell_cause, &told};
        TAP_MUST(tracker_new(&listener, 0, &tracker));
        for (size_t k = 0; stories[i].events[k] != NULL; k++) {
            struct event event;
            struct track_context context;
            make_event(stories[i].events[k], 1000 + 10 * (int64_t)k, &event);
            TAP_MUST(tracker_add(tracker, &event, true, &context));
        }
        TAP_MUST(tracker_finish(tracker));
        tap_span(stories[i].told, strbuf_span(&told), "story: %s", stories[i].name);
        tracker_free(tracker);
        strbuf_free(&told);
    }
}

/* Recipients without a shown record are not told; what was seen before gives sender and first
 * refusal. */
static void test_ranges(void)
{
    struct strbuf told;
    struct tracker *tracker = NULL;
    struct event event;
    struct track_context context;
    strbuf_init(&told, 10000);
    struct track_listener listener = {tell_recipient, tell_message, NULL, &told};
    TAP_MUST(tracker_new(&listener, 0, &tracker));
    static const char *const events[] = {"arrival A 192.0.2.1", "queued A ann 2", "grey A bob",
                                         "sent A eve", "sent A bob"};
    for (size_t k = 0; k < COUNT_OF(events); k++) {
        make_event(events[k], 1000 + 10 * (int64_t)k, &event);
        TAP_MUST(tracker_add(tracker, &event, k == 4, &context));
    }
    tap_ok(context.has_sender && span_is(context.sender, "ann") &&
               span_is(context.client_ip, "192.0.2.1") && !context.first_record &&
               context.arrival.seconds == 1000,
           "the context of a record: sender, client, arrival");
    TAP_MUST(tracker_finish(tracker));
    tap_span("r:delivered,2,greylisted,450,refused,wait 20,retry 20 m:delivered,1,1 ",
             strbuf_span(&told), "only recipients with a shown record are told");
    tracker_free(tracker);
    strbuf_free(&told);
}

static unsigned long long told_deferred, told_delivered;

static enum smtplog_status count_recipient(void *context, const struct recipient_story *story)
{
    (void)context;
    told_deferred += story->state == RECIPIENT_DEFERRED;
    told_delivered += story->state == RECIPIENT_DELIVERED;
    return SMTPLOG_OK;
}

static enum smtplog_status ignore_message(void *context, const struct message_story *story)
{
    (void)context;
    (void)story;
    return SMTPLOG_OK;
}

/* More open messages than there is room for: the oldest are told and counted as given up. */
static void test_eviction(void)
{
    enum {
        MESSAGES = 60000,
        MEMORY = 1024 * 1024
    };
    struct tracker *tracker = NULL;
    struct event event;
    struct track_context context;
    struct track_listener listener = {count_recipient, ignore_message, NULL, NULL};
    TAP_MUST(tracker_new(&listener, MEMORY, &tracker));
    for (int i = 0; i < MESSAGES; i++) {
        char text[60];
        snprintf(text, sizeof text, i % 2 == 0 ? "fail %08X bob" : "sent %08X bob", i);
        make_event(text, i, &event);
        TAP_MUST(tracker_add(tracker, &event, true, &context));
        make_event("fail 00000000 bob", i, &event); /* seen again and again: stays */
        TAP_MUST(tracker_add(tracker, &event, true, &context));
    }
    uint64_t evicted = tracker_evicted(tracker);
    tap_ok(evicted > MESSAGES / 2 - MEMORY / 100 && evicted < MESSAGES / 2,
           "messages given up while waiting are counted (%llu)", (unsigned long long)evicted);
    TAP_MUST(tracker_finish(tracker));
    tap_number(MESSAGES / 2, (long long)told_delivered, "every delivered recipient is told once");
    tap_number(MESSAGES / 2, (long long)told_deferred,
               "every deferred one too; one that is seen again and again is kept");
    tracker_free(tracker);
    tracker_free(NULL);
}

/* A mailing list in one message: each recipient is told once, also when there are more than fit. */
static void test_many_recipients(void)
{
    enum {
        RECIPIENTS = 30000
    };
    static const struct {
        size_t memory;
        bool all_fit;
    } cases[] = {{(size_t)64 << 20, true}, {(size_t)1 << 20, false}};
    for (size_t c = 0; c < COUNT_OF(cases); c++) {
        struct tracker *tracker = NULL;
        struct event event;
        struct track_context context;
        struct track_listener listener = {count_recipient, ignore_message, NULL, NULL};
        char text[60];
        told_deferred = told_delivered = 0;
        TAP_MUST(tracker_new(&listener, cases[c].memory, &tracker));
        for (int i = 0; i < 2 * RECIPIENTS; i++) {
            int who = i % RECIPIENTS;
            snprintf(text, sizeof text, i < RECIPIENTS ? "sent A u%d" : "fail A v%d", who);
            make_event(text, i, &event);
            TAP_MUST(tracker_add(tracker, &event, true, &context));
        }
        for (int i = 0; i < RECIPIENTS && cases[c].all_fit; i++) {
            snprintf(text, sizeof text, "sent A v%d", i);
            make_event(text, i, &event);
            TAP_MUST(tracker_add(tracker, &event, true, &context));
        }
        TAP_MUST(tracker_finish(tracker));
        tap_number(cases[c].all_fit ? 2 * RECIPIENTS : RECIPIENTS, (long long)told_delivered,
                   "many recipients of one message: told once each, memory %zu", cases[c].memory);
        tap_number(cases[c].all_fit ? 0 : RECIPIENTS, (long long)told_deferred,
                   "and those that wait");
        tap_ok(cases[c].all_fit == (tracker_evicted(tracker) == 0),
               "what was given up is counted (%llu)", (unsigned long long)tracker_evicted(tracker));
        tracker_free(tracker);
    }
}

int main(void)
{
    test_stories();
    test_ranges();
    test_eviction();
    test_many_recipients();
    return tap_end();
}
