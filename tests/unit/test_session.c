/* Tests of track/session: counters of a session, and log-in failures that only they tell. */
#include "track/session.h"

#include "tap.h"

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
    test_counters();
    test_sessions();
    return tap_end();
}
