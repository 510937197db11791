/* Tests of logfmt/header: every shape of the syslog family, cut and hostile ones. */
#include "logfmt/header.h"

#include "tap.h"

struct shape {
    const char *line;
    const char *host, *tag, *pid, *message;
    int year, month, day;
    int second; /* of the day */
    int digits;
    enum stamp_zone zone;
    int offset; /* minutes */
};

#define SIX   21600
#define LOCAL STAMP_LOCAL, 0
#define UTC   STAMP_OFFSET, 0
#define PLUS1 STAMP_OFFSET, 60

static const struct shape shapes[] = {
    {"Nov 21 06:00:01 mx1 postfix/smtp[12]: MSG: x", "mx1", "postfix/smtp", "12", "MSG: x", 0, 11,
     21, SIX + 1, 0, LOCAL},
    {"Nov  1 06:00:01 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 0, 11, 1,
     SIX + 1, 0, LOCAL},
    {"Nov 01 06:00:01 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 0, 11, 1,
     SIX + 1, 0, LOCAL},
    {"Nov 1 06:00:01 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 0, 11, 1,
     SIX + 1, 0, LOCAL},
    {"nov 21 06:00:01 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 0, 11, 21,
     SIX + 1, 0, LOCAL},
    {"Feb 29 06:00:01 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 0, 2, 29,
     SIX + 1, 0, LOCAL},
    {"Dec 31 23:59:60 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 0, 12, 31,
     86400, 0, LOCAL},
    {"Nov 21 06:00:01.123456 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 0, 11,
     21, SIX + 1, 6, LOCAL},
    {"2026 Nov 21 06:00:01 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 2026, 11,
     21, SIX + 1, 0, LOCAL},
    {"2026 Nov  1 06:00:01 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 2026, 11,
     1, SIX + 1, 0, LOCAL},
    {"2026-11-21T06:00:01.123456+01:00 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12",
     "MSG", 2026, 11, 21, SIX + 1, 6, PLUS1},
    {"2026-11-21T06:00:01Z mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 2026, 11,
     21, SIX + 1, 0, UTC},
    {"2026-11-21T06:00:01+0100 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 2026,
     11, 21, SIX + 1, 0, PLUS1},
    {"2026-11-21T06:00:01+01 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 2026,
     11, 21, SIX + 1, 0, PLUS1},
    {"2026-11-21T06:00:01-03:30 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG",
     2026, 11, 21, SIX + 1, 0, STAMP_OFFSET, -210},
    {"2026-11-21T06:00:01.123456789123Z mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12",
     "MSG", 2026, 11, 21, SIX + 1, 9, UTC},
    {"2026-11-21T06:00:01,5Z mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 2026,
     11, 21, SIX + 1, 1, UTC},
    {"2026-11-21 06:00:01 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 2026, 11,
     21, SIX + 1, 0, LOCAL},
    {"2026-11-21 06:00:01.140 +0100 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG",
     2026, 11, 21, SIX + 1, 3, PLUS1},
    {"<22>Nov 21 06:00:01 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 0, 11, 21,
     SIX + 1, 0, LOCAL},
    {"<22>2026-11-21T06:00:01Z mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 2026,
     11, 21, SIX + 1, 0, UTC},
    {"<22>1 2026-11-21T06:00:01Z mx1 postfix/smtpd 101 - - MSG", "mx1", "postfix/smtpd", "101",
     "MSG", 2026, 11, 21, SIX + 1, 0, UTC},
    {"<22>1 2026-11-21T06:00:01Z mx1 postfix 269 - -  QID: x", "mx1", "postfix", "269", "QID: x",
     2026, 11, 21, SIX + 1, 0, UTC},
    {"<22>1 2026-11-21T06:00:01Z - postfix/smtpd - - - MSG", "", "postfix/smtpd", "", "MSG", 2026,
     11, 21, SIX + 1, 0, UTC},
    {"<22>1 2026-11-21T06:00:01Z mx1 postfix/smtpd 1 ID47 [a@1 k=\"v \\\"] \\\\\"][b@2] "
     "\xef\xbb\xbfMSG",
     "mx1", "postfix/smtpd", "1", "MSG", 2026, 11, 21, SIX + 1, 0, UTC},
    {"<22>1 2026-11-21T06:00:01Z mx1 postfix/smtpd 1 - [meta sequenceId=\"7\"] MSG", "mx1",
     "postfix/smtpd", "1", "MSG", 2026, 11, 21, SIX + 1, 0, UTC},
    {"<22>1 2026-11-21T06:00:01Z mx1 postfix/smtpd 1 - -", "mx1", "postfix/smtpd", "1", "", 2026,
     11, 21, SIX + 1, 0, UTC},
    {"Nov 21 06:00:01 postfix/smtp[12]: MSG", "", "postfix/smtp", "12", "MSG", 0, 11, 21, SIX + 1,
     0, LOCAL},
    {"Nov 21 06:00:01 mx1 postfix/smtp[12]: [ID 197553 mail.info] MSG", "mx1", "postfix/smtp", "12",
     "MSG", 0, 11, 21, SIX + 1, 0, LOCAL},
    {"2026-11-21T06:00:01+01:00 mx1 info postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG",
     2026, 11, 21, SIX + 1, 0, PLUS1},
    {"Nov 21 06:00:01 mx1 mail.info postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 0,
     11, 21, SIX + 1, 0, LOCAL},
    {"Nov 21 06:00:01 <mail.info> mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG", 0,
     11, 21, SIX + 1, 0, LOCAL},
    {"postfix-1  | Nov 21 06:00:01 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG",
     0, 11, 21, SIX + 1, 0, LOCAL},
    {"mail_1 | 2026-11-21T06:00:01Z mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG",
     2026, 11, 21, SIX + 1, 0, UTC},
    {"2026-11-21T07:00:02.5Z stdout F Nov 21 06:00:01 mx1 postfix/smtp[12]: MSG", "mx1",
     "postfix/smtp", "12", "MSG", 0, 11, 21, SIX + 1, 0, LOCAL},
    {"2026-11-21T07:00:02.5Z stderr P <22>Nov 21 06:00:01 mx1 postfix/smtp[12]: MSG", "mx1",
     "postfix/smtp", "12", "MSG", 0, 11, 21, SIX + 1, 0, LOCAL},
    {"2026-11-21T06:00:01Z Nov 21 06:00:01 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12",
     "MSG", 0, 11, 21, SIX + 1, 0, LOCAL},
    {"Sat 2026-11-21 06:00:01 CET mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG",
     2026, 11, 21, SIX + 1, 0, STAMP_ABBREVIATION, 0},
    {"Sat 2026-11-21 06:00:01 +01 mx1 postfix/smtp[12]: MSG", "mx1", "postfix/smtp", "12", "MSG",
     2026, 11, 21, SIX + 1, 0, PLUS1},
    {"Nov 21 06:00:01 mx1 postfix/submission/smtpd[12]: MSG", "mx1", "postfix/submission/smtpd",
     "12", "MSG", 0, 11, 21, SIX + 1, 0, LOCAL},
    {"Nov 21 06:00:01 mx1 10.0.0.1/smtpd[12]: MSG", "mx1", "10.0.0.1/smtpd", "12", "MSG", 0, 11, 21,
     SIX + 1, 0, LOCAL},
    {"Nov 21 06:00:01 2001:db8::1 postfix/smtpd[12]: MSG", "2001:db8::1", "postfix/smtpd", "12",
     "MSG", 0, 11, 21, SIX + 1, 0, LOCAL},
    {"Nov 21 06:00:01 mx1 postfix/smtpd[12]:", "mx1", "postfix/smtpd", "12", "", 0, 11, 21, SIX + 1,
     0, LOCAL},
    {"Nov 21 06:00:01 mx1 postfix/smtpd[12] MSG", "mx1", "postfix/smtpd", "12", "MSG", 0, 11, 21,
     SIX + 1, 0, LOCAL},
    {"Nov 21 06:00:01 mx1 postfix-script: starting", "mx1", "postfix-script", "", "starting", 0, 11,
     21, SIX + 1, 0, LOCAL},
    {"Nov 21 06:00:01 mx1", "mx1", "", "", "", 0, 11, 21, SIX + 1, 0, LOCAL},
    {"Nov 21 06:00:01 mx1 last message repeated 3 times", "mx1", "", "",
     "last message repeated 3 times", 0, 11, 21, SIX + 1, 0, LOCAL},
    {"Nov 21 06:00:01 mx1 no program here", "mx1", "", "", "no program here", 0, 11, 21, SIX + 1, 0,
     LOCAL},
    {"Nov 21 06:00:01 ", "", "", "", "", 0, 11, 21, SIX + 1, 0, LOCAL},
    {"Nov 21 06:00:01", "", "", "", "", 0, 11, 21, SIX + 1, 0, LOCAL},
};

static void test_shapes(void)
{
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        const struct shape *s = &shapes[i];
        struct header h = {0};
        if (!tap_ok(header_parse(span_cstr(s->line), &h), "a header: %s", s->line)) {
            continue;
        }
        tap_ok(h.stamp.year == s->year && h.stamp.month == s->month && h.stamp.day == s->day &&
                   h.stamp.second_of_day == s->second && h.stamp.digits == s->digits,
               "its stamp: %d-%d-%d %d s, %d digits", h.stamp.year, h.stamp.month, h.stamp.day,
               h.stamp.second_of_day, h.stamp.digits);
        tap_ok(h.stamp.zone == s->zone &&
                   (s->zone != STAMP_OFFSET || h.stamp.offset == s->offset * 60),
               "its zone");
        tap_span(s->host, h.host, "its host");
        tap_span(s->tag, h.tag, "its program");
        tap_span(s->pid, h.pid, "its process id");
        tap_span(s->message, h.message, "its message");
    }
}

static void test_no_headers(void)
{
    static const char *const lines[] = {
        "",
        " ",
        "x",
        "Nov",
        "Nov 21",
        "Nov 21 06:00",
        "Nov 21 06:00:0",
        "Nov 32 06:00:01 mx1 a[1]: b",
        "Nov  0 06:00:01 mx1 a[1]: b",
        "Xov 21 06:00:01 mx1 a[1]: b",
        "Nov 21 24:00:01 mx1 a[1]: b",
        "Nov 21 06:60:01 mx1 a[1]: b",
        "Nov 21 06:00:61 mx1 a[1]: b",
        "Nov 21 6:00:01 mx1 a[1]: b",
        "Feb 30 06:00:01 mx1 a[1]: b",
        "Nov 31 06:00:01 mx1 a[1]: b",
        "2026-02-29T06:00:01Z mx1 a[1]: b",
        "2026-13-01T06:00:01Z mx1 a[1]: b",
        "2026-11-21T06:00:01X mx1 a[1]: b",
        "2026-11-21T06:00:01+99:00 mx1 a[1]: b",
        "0000-11-21T06:00:01Z mx1 a[1]: b",
        "2026-11-21",
        "2026-11-21T",
        "<22>",
        "<22>1 ",
        "<22>1 - mx1 a 1 - - b",
        "<22>1 2026-11-21T06:00:01Z mx1",
        "<999999>Nov 21 06:00:01 mx1 a[1]: b",
        "{\"MESSAGE\":\"x\"}",
        "250 2.0.0 Ok",
        "-- Journal begins --",
        "mail | mail | mail | mail | Nov 21 06:00:01 mx1 a[1]: b",
        "a b c d e f g h i j k l m n",
        "Nov 21 06:00:01x mx1 a[1]: b",
        "\xff\xfe\xfd Nov 21 06:00:01",
        "Nov\t21 06:00:01 mx1 a[1]: b",
    };
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct header h = {0};
        tap_ok(!header_parse(span_cstr(lines[i]), &h), "no header: \"%s\"", lines[i]);
    }
}

/* Every cut of every shape, and every byte changed: no read behind the end (memory of the exact
 * size). */
static void test_cuts(void)
{
    unsigned parsed = 0;
    unsigned outside = 0;
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        size_t n = strlen(shapes[i].line);
        for (size_t cut = 0; cut <= n; cut++) {
            char *copy = malloc(cut + (cut == 0));
            struct header h = {0};
            memcpy(copy, shapes[i].line, cut);
            parsed += header_parse(span_of(copy, cut), &h);
            outside += h.message.n > 0 &&
                       (h.message.p < copy || h.message.p + h.message.n > copy + cut);
            for (size_t k = 0; k < cut; k++) {
                char kept = copy[k];
                static const char bytes[] = {' ', ':', '[', ']', '"', '\\', '<', '\0', '9', '-'};
                for (size_t b = 0; cut == n && b < sizeof bytes; b++) {
                    copy[k] = bytes[b];
                    parsed += header_parse(span_of(copy, cut), &h);
                }
                copy[k] = kept;
            }
            free(copy);
        }
    }
    tap_ok(parsed > 1000 && outside == 0,
           "cut anywhere, changed anywhere: nothing behind the end (%u headers)", parsed);
}

static void test_repeated(void)
{
    static const struct {
        const char *words;
        unsigned times;
    } cases[] = {
        {"last message repeated 3 times", 3},
        {"last message repeated 0 times", 0},
        {"last message repeated 1000000 times", 1000000},
        {"last message repeated 1000001 times", 0},
        {"last message repeated x times", 0},
        {"last message", 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char line[100];
        struct header h = {0};
        snprintf(line, sizeof line, "Nov 21 06:00:01 mx1 %s", cases[i].words);
        (void)header_parse(span_cstr(line), &h);
        tap_number(cases[i].times, h.repeated, "%s", cases[i].words);
    }
}

int main(void)
{
    test_shapes();
    test_no_headers();
    test_cuts();
    test_repeated();
    return tap_end();
}
