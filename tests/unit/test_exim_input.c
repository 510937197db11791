/* Lines of Exim in files and in syslog: fronts, records in pieces, continuations, lines that two
 * logs hold, and lines that are somebody else's. Each case is a small log; a letter in front of a
 * line says from which input it comes (a, b, ...), ~ stands for a NUL. What is expected stands
 * beside each line:
 *
 *   E code/implied/line/id   an event
 *   C                        context
 *   D                        context, counted in another log
 *   F                        foreign
 *   U                        unknown
 *   M                        malformed */
#include "lib/knowledge.h"
#include "tap.h"

#define ID "1vMPaa-00000000001-0001"
#define REJECT                                                                               \
    "H=(h.example) [198.51.100.8] F=<s@y.example> rejected RCPT <b@x.example>: Unrouteable " \
    "address"
#define SYSLOG "Nov 21 06:00:01 mx1 exim[12]: "

struct case_line {
    const char *text; /* input letter, blank, line */
    const char *expected;
};

struct test_case {
    const char *name;
    struct case_line lines[12];
};

static const struct test_case cases[] = {
    {"stamps and process ids of Exim's own files",
     {{"a 2026-11-21 06:00:01 " ID " Completed", "C"},
      {"a 2026-11-21 06:00:01.123 " ID " ** d@z.example: Unrouteable address", "E 0/0/2/" ID},
      {"a 2026-11-21 06:00:01 +0100 [123] " ID " ** d@z.example: x", "E 0/0/3/" ID},
      {"a 2026-11-21 06:00:01.123 +0100 [123] 1xV5CS-00000t-0P ** d@z.example: x",
       "E 0/0/4/1xV5CS-00000t-0P"},
      {"a 2026-11-21 06:00:01 " REJECT, "E 0/550/5/"},
      {"a 2026-11-21 06:00:01 H=[198.51.101.7] rejected connection in \"connect\" ACL: x",
       "E 0/550/6/"}}},
    {"what is no stamp, behind one and another that is none",
     {{"a 2026-11-21 06:00:01 " ID " Completed", "C"},
      {"b 2026-13-21 06:00:01 " ID " Completed", "M"},
      {"b ~026-11-21 06:00:01 " ID " Completed", "M"},
      {"a 2026-11-21 06:00:01 " ID " Completed", "C"}}},
    {"codes only where a reply stands",
     {{"a 2026-11-21 06:00:01 250zzz-450zzz-55 <= a@b.example H=550 (421) [192.0.2.1]:450 P=esmtp "
       "S=550",
       "C"},
      {"a 2026-11-21 06:00:01 cwd=/450 550 args: 421 550", "C"},
      {"a 2026-11-21 06:00:01 " ID " => d@z.example R=r T=t H=mx [192.0.2.1]:550 C=\"250 450 550\"",
       "E 250/0/3/" ID},
      {"a 2026-11-21 06:00:01 " ID " Malformed", "U"},
      {"a 2026-11-21 06:00:01 " ID
       " H=mx.z.example [192.0.2.50]: Malformed SMTP reply in response to "
       "RCPT TO:<d@z.example>: 450_x",
       "E 0/0/5/" ID}}},
    {"lines without a stamp belong to the line before",
     {{"a 2026-11-21 06:00:01 " ID
       " plain authenticator failed H=mx.z.example [192.0.2.50] 535-5.7.8 a",
       "E 535/0/1/" ID},
      {"a 535 5.7.8 b", "C"},
      {"b 535 5.7.8 b", "M"},
      {"a 2026-11-21 06:00:02 " ID " " REJECT, "E 0/550/3/" ID},
      {"a Envelope-from: <s@y.example>", "C"},
      {"a P Received: from [192.0.2.1]", "C"},
      {"a \tby mx.x.example with esmtp id 550", "C"},
      {"a   Subject: 550 no", "C"},
      {"a Nov 21 06:00:02 mx1 kernel: x", "F"},
      {"a   Subject: 550 no", "M"}}},
    {"records in pieces",
     {{"a " SYSLOG "[1/3] 2026-11-21 06:00:01 [12] " ID " ** d@z.example R=r T=t H=mx.z.example "
       "[192.0.2.50]: SMTP error from remote mail server after RC",
       "C"},
      {"a Nov 21 06:00:01 mx1 exim[13]: [1/2] " ID " ** e@z.example: Unroute", "C"},
      {"a " SYSLOG "[2/3] PT TO:<d@z.example>: 55", "C"},
      {"a Nov 21 06:00:01 mx1 exim[13]: [2/2] able address", "E 0/0/2/" ID},
      {"a " SYSLOG "[3/3] 0 5.1.1 no such user", "E 550/0/1/" ID},
      {"a " SYSLOG "[2/2] the beginning of this is not here", "C"},
      {"a " SYSLOG "[1\\3] 1vMPaa-00000000001-0002 " REJECT, "E 0/550/7/1vMPaa-00000000001-0002"},
      {"a " SYSLOG "[2\\3] Envelope-from: <s@y.example>", "C"},
      {"a " SYSLOG "[3/3]   Subject: 550 no", "C"}}},
    {"a line in mainlog and rejectlog",
     {{"a 2026-11-21 06:00:01 " ID " Completed", "C"},
      {"a 2026-11-21 06:00:01 " REJECT, "E 0/550/2/"},
      {"a 2026-11-21 06:00:01 " REJECT, "E 0/550/3/"},
      {"b 2026-11-21 06:00:01 " REJECT, "D"},
      {"b 2026-11-21 06:00:01 " REJECT, "D"},
      {"b 2026-11-21 06:00:01 " REJECT, "E 0/550/3/"},
      {"b 2026-11-21 06:00:02 " REJECT, "E 0/550/4/"},
      {"a 2026-11-21 06:00:02 " REJECT, "D"}}},
    {"the same line in the mainlogs of two hosts",
     {{"a 2026-11-21 06:00:01 " ID " Completed", "C"},
      {"b 2026-11-21 06:00:01 " ID " Completed", "C"},
      {"a 2026-11-21 06:00:01 " REJECT, "E 0/550/2/"},
      {"b 2026-11-21 06:00:01 " REJECT, "E 0/550/2/"}}},
    {"syslog's two copies of one line",
     {{"a " SYSLOG REJECT, "E 0/550/1/"},
      {"a " SYSLOG REJECT, "D"},
      {"a " SYSLOG REJECT, "E 0/550/3/"},
      {"a " SYSLOG REJECT, "D"},
      {"a Nov 21 06:00:01 mx1 exim[13]: " REJECT, "E 0/550/5/"},
      {"a Nov 21 06:00:01 mx1 exim[13]: [1\\2] " REJECT, "D"},
      {"a Nov 21 06:00:01 mx1 exim[13]: [2/2] Envelope-from: <s@y.example>", "C"},
      {"a Nov 21 06:00:09 mx1 exim[13]: " REJECT, "E 0/550/8/"}}},
    {"others' lines",
     {{"a 2026-11-21 06:00:01 mx1 dovecot: imap-login: Disconnected 550", "F"},
      {"a 2026-11-21 06:00:01 mxhost-europe-10 postfix/smtpd[1]: connect from h.example[192.0.2.1]",
       "C"},
      {"a 2026-11-21 06:00:01 something with 450 in it", "F"},
      {"a 2026-11-21 06:00:01 error in line 550 of nothing", "F"},
      {"a 2026-11-21 06:00:01 mx1 kernel: Warning: 550", "F"},
      {"a 2026-11-21 06:00:01 " ID " no rule knows this", "U"},
      {"a 2026-11-21 06:00:01 error in line 550 of nothing", "C"}}},
};

struct logs {
    struct parser *parser;
    struct zone *zone;
    struct clock clock[4];
    uint64_t lines[4];
};

static void describe(const struct event *event, enum line_bin bin, char out[128])
{
    static const char letters[] = "ECFUMO";
    if (bin != BIN_EVENT) {
        snprintf(out, 128, "%c", event->duplicate ? 'D' : letters[bin]);
        return;
    }
    struct span id = event_text(event, EVENT_QUEUE_ID);
    snprintf(out, 128, "E %d/%d/%llu/%.*s", event_value(event, EVENT_CODE),
             event_value(event, EVENT_IMPLIED_CODE), (unsigned long long)event->line,
             SPAN_ARGS(id));
}

/* Parses a line, twice when asked: an input may be put back, and the second answer must be the
 * first. */
static bool line_holds(struct logs *logs, const struct case_line *wanted, int times)
{
    size_t input = (size_t)(wanted->text[0] - 'a');
    char text[512];
    size_t length = strlen(wanted->text + 2);
    for (size_t i = 0; i < length; i++) {
        text[i] = wanted->text[i + 2];
        text[i] = (char)(text[i] == '~' ? '\0' : text[i]);
    }
    struct line line = {.text = span_of(text, length), .number = ++logs->lines[input]};
    char got[128] = "";
    bool holds = true;
    for (int i = 0; i < times; i++) {
        struct event event = {0};
        struct parse_note note;
        if (parser_line(logs->parser, &logs->clock[input], &line, &event, &note) != SMTPLOG_OK) {
            return false;
        }
        describe(&event, note.bin, got);
        if (strcmp(got, wanted->expected) != 0) {
            printf("# %s\n#   expected %s, got %s\n", wanted->text, wanted->expected, got);
            holds = false;
        }
    }
    return holds;
}

static bool case_holds(const struct knowledge *knowledge, const struct test_case *test, int times)
{
    struct logs logs = {.lines = {0}};
    bool holds = true;
    if (zone_load("UTC", &logs.zone) != SMTPLOG_OK ||
        parser_new(knowledge->postfix, 0, &logs.parser) != SMTPLOG_OK ||
        parser_set_exim(logs.parser, knowledge->exim) != SMTPLOG_OK) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(logs.clock); i++) {
        clock_init(&logs.clock[i], logs.zone, 2026);
    }
    for (size_t i = 0; i < COUNT_OF(test->lines) && test->lines[i].text != NULL; i++) {
        holds &= line_holds(&logs, &test->lines[i], times);
    }
    parser_free(logs.parser);
    zone_free(logs.zone);
    return holds;
}

int main(void)
{
    static struct knowledge knowledge;
    const struct knowledge_source source = {.built_in = true};
    const struct diagnostic silent = {.function = NULL, .context = NULL};
    if (!tap_ok(knowledge_load(&knowledge, &source, &silent) == SMTPLOG_OK,
                "the built-in patterns load")) {
        return tap_end();
    }
    for (int times = 1; times <= 2; times++) {
        for (size_t i = 0; i < COUNT_OF(cases); i++) {
            tap_ok(case_holds(&knowledge, &cases[i], times), "%s%s", cases[i].name,
                   times > 1 ? ", each line read twice" : "");
        }
    }
    knowledge_free(&knowledge);
    return tap_end();
}
