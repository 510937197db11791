/* Tests of track/: the states of recipients and messages, reused ids, content filters, what is
 * given up when there is too much; keys of refusals we gave; log-in failures by session. */
#include "track/inbound.h"
#include "track/message.h"
#include "track/session.h"

#include "tap.h"

/* ---- recipients ------------------------------------------------------------------------------ */

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

/* One event in short: "arrival Q ip", "queued Q sender nrcpt", "sent Q rcpt", "grey Q rcpt",
 * "refuse Q rcpt code", "fail Q rcpt", "bounce Q rcpt code", "discard Q rcpt", "forward Q rcpt",
 * "stale Q rcpt", "filter Q rcpt Q2", "expired Q", "removed Q", "alias Q rcpt original", "asked Q
 * rcpt seconds", "requeued Q2 Q", "failure Q Q2" and "delay Q Q2" (notices). A dash is an empty
 * text. */
static void make_event(const char *text, int64_t second, struct event *event)
{
    struct span rest = span_cstr(text);
    struct span word[5] = {SPAN_EMPTY, SPAN_EMPTY, SPAN_EMPTY, SPAN_EMPTY, SPAN_EMPTY};
    for (size_t i = 0; i < 5 && span_next_word(&rest, &word[i]); i++) {
        word[i] = span_is(word[i], "-") ? SPAN_EMPTY : word[i];
    }
    *event = (struct event){.repeat = 1, .has_time = true, .mta = MTA_POSTFIX};
    event->time.seconds = second;
    event_set_text(event, EVENT_HOST, SPAN_LITERAL("mx1"));
    event_set_text(event, EVENT_QUEUE_ID, word[1]);
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
    uint64_t code = 0;
    (void)span_to_u64(word[3], 599, &code);
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (!span_is(word[0], kinds[i].word)) {
            continue;
        }
        if (kinds[i].fact != 0) {
            event_set_value(event, EVENT_FACT, kinds[i].fact);
            if (kinds[i].fact == FACT_QUEUED) {
                event_set_text(event, EVENT_SENDER, word[2]);
                event_set_text(event, EVENT_NRCPT, word[3]);
            } else if (kinds[i].fact == FACT_NOTIFICATION) {
                bool delay = span_is(word[0], "delay");
                event_set_text(event, EVENT_LINKED_ID, word[2]);
                event_set_text(event, EVENT_TEXT,
                               delay ? SPAN_LITERAL("sender delay notification: B")
                                     : SPAN_LITERAL("sender non-delivery notification: B"));
            } else if (span_is(word[0], "requeued")) {
                event_set_text(event, EVENT_ORIG_QUEUE_ID, word[2]);
            } else if (kinds[i].fact == FACT_ARRIVAL) {
                event_set_text(event, EVENT_PEER_IP, word[2]);
            }
            return;
        }
        event_set_value(event, EVENT_KIND, KIND_DELIVERY);
        event_set_value(event, EVENT_DIRECTION, DIRECTION_OUTBOUND);
        event_set_value(event, EVENT_STAGE, STAGE_RCPT);
        event_set_value(event, EVENT_STATUS, kinds[i].outcome);
        event_set_text(event, EVENT_RECIPIENT, word[2]);
        if (span_is(word[0], "grey")) {
            event->reason_class = SPAN_LITERAL("greylisting");
            code = code == 0 ? 450 : code;
        }
        if (span_is(word[0], "asked")) {
            event->reason_class = SPAN_LITERAL("greylisting");
            event->asked_wait = (double)code;
            code = 450;
        }
        if (span_is(word[0], "bounce") && code > 0) {
            event->reason_class = SPAN_LITERAL("user-unknown");
        }
        if (span_is(word[0], "alias")) {
            event_set_text(event, EVENT_ORIG_RECIPIENT, word[3]);
        }
        event->possible_greylisting = span_is(word[0], "maybe");
        code = code == 0 && event->possible_greylisting ? 451 : code;
        if (code > 0) {
            event_set_value(event, EVENT_CODE, (int)code);
        }
        if (span_is(word[0], "stale")) {
            event_set_value(event, EVENT_STALE, 1);
        }
        if (span_is(word[0], "filter")) {
            event_set_text(event, EVENT_LINKED_ID, word[3]);
            event_set_text(event, EVENT_PEER_IP, SPAN_LITERAL("127.0.0.1"));
        }
        return;
    }
    printf("Bail out! no such event: %s\n", text);
    exit(1);
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

/* ---- keys of refusals we gave ---------------------------------------------------------------- */

static bool hide_rejects; /* what follows is outside the range asked for */
static double wait_told;  /* of a recovery that a reject showed */

static unsigned note(struct inbound *inbound, const char *ip, const char *from, const char *to,
                     int code, bool grey, int64_t second)
{
    struct event event = {.repeat = 1, .has_time = true};
    unsigned fresh = 0;
    event.time.seconds = second;
    event_set_value(&event, EVENT_KIND, KIND_REJECT);
    event_set_value(&event, EVENT_CODE, code);
    event_set_text(&event, EVENT_PEER_IP, span_cstr(ip));
    if (from != NULL) {
        event_set_text(&event, EVENT_SENDER, span_cstr(from));
    }
    if (to != NULL) {
        event_set_text(&event, EVENT_RECIPIENT, span_cstr(to));
    }
    event.reason_class = grey ? SPAN_LITERAL("greylisting") : SPAN_EMPTY;
    struct inbound_return back;
    TAP_MUST(inbound_note(inbound, &event, !hide_rejects, 7, &fresh, &back));
    wait_told = back.wait;
    return fresh;
}

static double accept_mail(struct inbound *inbound, const char *ip, const char *from, const char *to,
                          int64_t second)
{
    struct instant time = {.seconds = second};
    struct inbound_return back;
    TAP_MUST(inbound_accept(inbound, span_cstr(ip), span_cstr(from), span_cstr(to), &time, &back));
    return back.recovered && back.tag == 7 ? back.wait : -1;
}

static void test_inbound(void)
{
    struct inbound *inbound = NULL;
    struct inbound_ends ends;
    const unsigned grey = INBOUND_REFUSED | INBOUND_GREYLISTED | INBOUND_GREYLISTED_450;
    TAP_MUST(inbound_new(&inbound));
    tap_number(grey, note(inbound, "198.51.100.7", "s@y.example", "b@x.example", 450, true, 1000),
               "a first refusal");
    tap_number(0, note(inbound, "198.51.100.7", "s@y.example", "b@x.example", 450, true, 1010),
               "the same again is nothing new");
    tap_number(0, note(inbound, "198.51.100.250", "s@y.example", "b@x.example", 450, true, 1020),
               "from the same /24");
    tap_number(0, note(inbound, "198.51.100.7", "S@Y.example", "B@X.EXAMPLE", 450, true, 1030),
               "in other letters");
    tap_number(grey, note(inbound, "198.51.101.7", "s@y.example", "b@x.example", 450, true, 1040),
               "another /24 is another key");
    tap_number(grey,
               note(inbound, "2001:db8:0:1::7", "s@y.example", "b@x.example", 450, true, 1050),
               "an IPv6 client");
    tap_number(0,
               note(inbound, "2001:db8:0:1:ffff::1", "s@y.example", "b@x.example", 450, true, 1060),
               "from the same /64");
    tap_number(grey,
               note(inbound, "2001:db8:0:2::7", "s@y.example", "b@x.example", 450, true, 1070),
               "another /64");
    tap_number(grey, note(inbound, "198.51.100.7", "", "b@x.example", 450, true, 1080),
               "the empty sender is a sender");
    tap_number(0, note(inbound, "198.51.100.7", NULL, "b@x.example", 450, true, 1090),
               "no sender, no key");
    tap_number(0, note(inbound, "198.51.100.7", "s@y.example", NULL, 450, true, 1100),
               "no recipient, no key");
    tap_number(INBOUND_REJECTED_550,
               note(inbound, "198.51.100.7", "s@y.example", "b@x.example", 550, false, 1110),
               "the same key later met a 550");
    tap_number(INBOUND_REFUSED | INBOUND_GREYLISTED,
               note(inbound, "198.51.100.7", "t@y.example", "b@x.example", 451, true, 1120),
               "greylisted with 451");

    tap_near(-1, accept_mail(inbound, "198.51.100.7", "s@y.example", "b@x.example", 999), 0,
             "let in before the refusal: no recovery");
    tap_near(300, accept_mail(inbound, "198.51.100.9", "s@y.example", "b@x.example", 1300), 0,
             "let in later, from the same network: recovered");
    tap_near(-1, accept_mail(inbound, "198.51.100.9", "s@y.example", "b@x.example", 1400), 0,
             "once");
    tap_near(-1, accept_mail(inbound, "198.51.101.7", "s@y.example", "b@x.example", 1040 + 86400),
             0, "after 24 hours it is no recovery");
    tap_near(-1, accept_mail(inbound, "203.0.113.1", "s@y.example", "b@x.example", 2000), 0,
             "a key never refused");
    tap_near(86399,
             accept_mail(inbound, "2001:db8:0:1::9", "s@y.example", "b@x.example", 1050 + 86399), 0,
             "just in time");
    inbound_finish(inbound, 1080 + 86399, &ends);
    tap_ok(ends.waiting == 2 && ends.never_returned == 2,
           "the rest waits or never returned: %llu, %llu", (unsigned long long)ends.waiting,
           (unsigned long long)ends.never_returned);
    inbound_free(inbound);
    inbound_free(NULL);

    TAP_MUST(inbound_new(&inbound));
    hide_rejects = true;
    tap_number(0, note(inbound, "192.0.2.1", "s@y.example", "b@x.example", 450, true, 1000),
               "a reject that is not shown shows no key");
    tap_number(0, note(inbound, "192.0.2.1", "s@y.example", "c@x.example", 450, true, 1000),
               "nor does another");
    tap_near(-1, accept_mail(inbound, "192.0.2.1", "s@y.example", "c@x.example", 1100), 0,
             "nor its recovery");
    hide_rejects = false;
    tap_number(grey | INBOUND_REJECTED_550,
               note(inbound, "192.0.2.1", "s@y.example", "b@x.example", 550, false, 1500),
               "one that is shown shows what the key met before");
    tap_number(grey | INBOUND_RECOVERED,
               note(inbound, "192.0.2.1", "s@y.example", "c@x.example", 450, true, 2000),
               "and that it had recovered");
    tap_near(100, wait_told, 1e-9, "after how long");
    inbound_finish(inbound, 3000, &ends);
    tap_ok(ends.waiting == 1 && ends.never_returned == 0, "one waits");
    tap_near(600, accept_mail(inbound, "192.0.2.1", "s@y.example", "b@x.example", 1600), 0,
             "the wait counts from the first refusal, shown or not");
    inbound_free(inbound);

    TAP_MUST(inbound_new(&inbound));
    unsigned fresh = 0;
    for (int i = 0; i < 2 * INBOUND_KEYS; i++) {
        char to[40];
        snprintf(to, sizeof to, "u%d@x.example", i);
        fresh += (note(inbound, "198.51.100.7", "s@y.example", to, 450, true, 1000 + i / 1000) &
                  INBOUND_GREYLISTED) != 0;
    }
    inbound_finish(inbound, 2000, &ends);
    tap_number(2 * INBOUND_KEYS, fresh, "more keys than there is room for: each is new once");
    tap_ok(inbound_evicted(inbound) > 0 &&
               inbound_evicted(inbound) <= 2 * INBOUND_KEYS - INBOUND_KEYS / 2,
           "the oldest are given up and counted (%llu)",
           (unsigned long long)inbound_evicted(inbound));
    tap_number(2 * INBOUND_KEYS, (long long)(ends.waiting + ends.never_returned),
               "the ends still add up");
    inbound_free(inbound);
}

/* ---- sessions -------------------------------------------------------------------------------- */

static void test_counters(void)
{
    static const struct {
        const char *counters, *verb;
        bool there;
        unsigned failed, tries;
    } cases[] = {
        {"ehlo=1 auth=1/3 quit=1 commands=3/5", "auth", true, 2, 3},
        {"auth=0/3", "auth", true, 3, 3},
        {"auth=3", "auth", true, 0, 3},
        {"ehlo=1 quit=1", "auth", false, 0, 0},
        {"xauth=0/3", "auth", false, 0, 0},
        {"auth=", "auth", false, 0, 0},
        {"auth=x/3", "auth", false, 0, 0},
        {"auth=1/x", "auth", false, 0, 0},
        {"auth=99999999999/3", "auth", false, 0, 0},
        {"", "auth", false, 0, 0},
        {"authx=0/9 auth=0/1", "auth", true, 1, 1},
        {"commands=3/5", "commands", true, 2, 5},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t failed = 0;
        uint64_t tries = 0;
        bool there = session_counter(span_cstr(cases[i].counters), cases[i].verb, &failed, &tries);
        tap_ok(there == cases[i].there &&
                   (!there || (failed == cases[i].failed && tries == cases[i].tries)),
               "%s of \"%s\"", cases[i].verb, cases[i].counters);
    }
    uint64_t failed = 0;
    uint64_t tries = 0;
    bool there = session_counter(SPAN_LITERAL("auth=5/3"), "auth", &failed, &tries);
    tap_ok(!there || failed <= tries,
           "more successes than tries do not turn into a huge number (%llu)",
           (unsigned long long)failed);
}

static void test_sessions(void)
{
    static const struct {
        const char *name;
        const char *steps; /* f: a failure line, a letter of the session in front; d: disconnect
                              with auth=... */
        unsigned unseen;
    } cases[] = {
        {"no lines, three failures", "Ad0/3", 3},
        {"all have lines", "Af Af Ad0/2", 0},
        {"one has a line", "Af Ad0/3", 2},
        {"more lines than the counter", "Af Af Af Ad0/2", 0},
        {"no failure", "Ad3", 0},
        {"two sessions", "Af Bf Ad0/2 Bd0/3", 3},
        {"a process serves again", "Af Ad0/1 Ad0/1", 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct session_table *table = NULL;
        uint64_t total = 0;
        struct span rest = span_cstr(cases[i].steps);
        struct span step;
        TAP_MUST(session_table_new(&table));
        while (span_next_word(&rest, &step)) {
            struct event event = {.repeat = 1};
            char counters[60];
            uint64_t unseen = 0;
            event_set_text(&event, EVENT_HOST, SPAN_LITERAL("mx1"));
            event_set_text(&event, EVENT_SERVICE, SPAN_LITERAL("postfix"));
            event_set_text(&event, EVENT_DAEMON, SPAN_LITERAL("smtpd"));
            event_set_text(&event, EVENT_PID, span_of(step.p, 1));
            if (step.p[1] == 'f') {
                event_set_value(&event, EVENT_KIND, KIND_AUTH);
                event_set_value(&event, EVENT_DIRECTION, DIRECTION_INBOUND);
            } else {
                snprintf(counters, sizeof counters, "ehlo=1 auth=%.*s quit=1", (int)step.n - 2,
                         step.p + 2);
                event_set_value(&event, EVENT_FACT, FACT_DISCONNECT);
                event_set_text(&event, EVENT_COUNTERS, span_cstr(counters));
            }
            TAP_MUST(session_note(table, &event, &unseen));
            total += unseen;
        }
        tap_number(cases[i].unseen, (long long)total, "failed log-ins without a line: %s",
                   cases[i].name);
        session_table_free(table);
    }
    session_table_free(NULL);
}

int main(void)
{
    test_stories();
    test_ranges();
    test_eviction();
    test_many_recipients();
    test_inbound();
    test_counters();
    test_sessions();
    return tap_end();
}
