/* Tests of track/inbound: what makes a key of a refusal we gave, what it met, how it recovered, and
 * which are given up. */
#include "track/inbound.h"

#include "tap.h"

#define GREY (INBOUND_REFUSED | INBOUND_GREYLISTED | INBOUND_GREYLISTED_450)

static bool hide_rejects; /* what follows is outside the range asked for */
static double wait_told;  /* of a recovery that a reject showed */

/* A reject, by the client's address, sender and recipient (NULL: not told). Returns what its key
 * met for the first time. */
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

/* A mail that is let in. Returns how long it had to wait; -1: it was no recovery. */
static double accept_mail(struct inbound *inbound, const char *ip, const char *from, const char *to,
                          int64_t second)
{
    struct instant time = {.seconds = second};
    struct inbound_return back;
    TAP_MUST(inbound_accept(inbound, span_cstr(ip), span_cstr(from), span_cstr(to), &time, &back));
    return back.recovered && back.tag == 7 ? back.wait : -1;
}

static const struct {
    const char *ip, *from, *to;
    int code;
    bool grey;
    int64_t second;
    unsigned fresh;
    const char *name;
} rejects[] = {
    {"198.51.100.7", "s@y.example", "b@x.example", 450, true, 1000, GREY, "a first refusal"},
    {"198.51.100.7", "s@y.example", "b@x.example", 450, true, 1010, 0,
     "the same again is nothing new"},
    {"198.51.100.250", "s@y.example", "b@x.example", 450, true, 1020, 0, "from the same /24"},
    {"198.51.100.7", "S@Y.example", "B@X.EXAMPLE", 450, true, 1030, 0, "in other letters"},
    {"198.51.101.7", "s@y.example", "b@x.example", 450, true, 1040, GREY,
     "another /24 is another key"},
    {"2001:db8:0:1::7", "s@y.example", "b@x.example", 450, true, 1050, GREY, "an IPv6 client"},
    {"2001:db8:0:1:ffff::1", "s@y.example", "b@x.example", 450, true, 1060, 0, "from the same /64"},
    {"2001:db8:0:2::7", "s@y.example", "b@x.example", 450, true, 1070, GREY, "another /64"},
    {"198.51.100.7", "", "b@x.example", 450, true, 1080, GREY, "the empty sender is a sender"},
    {"198.51.100.7", NULL, "b@x.example", 450, true, 1090, 0, "no sender, no key"},
    {"198.51.100.7", "s@y.example", NULL, 450, true, 1100, 0, "no recipient, no key"},
    {"198.51.100.7", "s@y.example", "b@x.example", 550, false, 1110, INBOUND_REJECTED_550,
     "the same key later met a 550"},
    {"198.51.100.7", "t@y.example", "b@x.example", 451, true, 1120,
     INBOUND_REFUSED | INBOUND_GREYLISTED, "greylisted with 451"},
};

static void test_keys(void)
{
    struct inbound *inbound = NULL;
    struct inbound_ends ends;
    TAP_MUST(inbound_new(&inbound));
    for (size_t i = 0; i < COUNT_OF(rejects); i++) {
        tap_number(rejects[i].fresh,
                   note(inbound, rejects[i].ip, rejects[i].from, rejects[i].to, rejects[i].code,
                        rejects[i].grey, rejects[i].second),
                   "%s", rejects[i].name);
    }
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
}

/* A key is shown with all that it met as soon as one of its rejects is. */
static void test_hidden(void)
{
    struct inbound *inbound = NULL;
    struct inbound_ends ends;
    TAP_MUST(inbound_new(&inbound));
    hide_rejects = true;
    tap_number(0, note(inbound, "192.0.2.1", "s@y.example", "b@x.example", 450, true, 1000),
               "a reject that is not shown shows no key");
    tap_number(0, note(inbound, "192.0.2.1", "s@y.example", "c@x.example", 450, true, 1000),
               "nor does another");
    tap_near(-1, accept_mail(inbound, "192.0.2.1", "s@y.example", "c@x.example", 1100), 0,
             "nor its recovery");
    hide_rejects = false;
    tap_number(GREY | INBOUND_REJECTED_550,
               note(inbound, "192.0.2.1", "s@y.example", "b@x.example", 550, false, 1500),
               "one that is shown shows what the key met before");
    tap_number(GREY | INBOUND_RECOVERED,
               note(inbound, "192.0.2.1", "s@y.example", "c@x.example", 450, true, 2000),
               "and that it had recovered");
    tap_near(100, wait_told, 1e-9, "after how long");
    inbound_finish(inbound, 3000, &ends);
    tap_ok(ends.waiting == 1 && ends.never_returned == 0, "one waits");
    tap_near(600, accept_mail(inbound, "192.0.2.1", "s@y.example", "b@x.example", 1600), 0,
             "the wait counts from the first refusal, shown or not");
    inbound_free(inbound);
}

static void test_eviction(void)
{
    struct inbound *inbound = NULL;
    struct inbound_ends ends;
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

int main(void)
{
    test_keys();
    test_hidden();
    test_eviction();
    return tap_end();
}
