/* Tests of logfmt/header: a line read behind others has the header it has by itself, whatever the
 * lines before were. */
#include "logfmt/header.h"

#include "tap.h"

static const char *const lines[] = {
    "Nov 21 06:00:01 mx1 postfix/smtp[12]: 3F2A1B0C9D: removed, as is everything else here",
    "Nov 21 06:00:01 mx1 postfix/submission/smtpd[1234567]: connect from a.example[192.0.2.1]",
    "Nov 21 06:00:02 mx1 postfix/smtp[12]: MSG",
    "Nov 21 06:00:02 mx1 postfix/qmgr[9]:  two blanks in front of all the words of a message",
    "Nov 21 06:00:02 mx1 postfix/qmgr[]: a process without a number, which is rather unlikely",
    "Nov 21 06:00:02 mx1 postfix/qmgr[1 2]: a process with a blank, which is rather unlikely",
    "Nov 21 06:00:02 mx1 postfix/qmgr[12]; no colon behind it, which is rather unlikely too, yes",
    "Nov 21 06:00:02 mx1 postfix/qmgr[123456789012345678901234567890]: a long number, and words",
    "Nov 21 06:00:02 mx1 sshd[12]: [ID 197553 mail.info] a number of Solaris in front of words",
    "Nov 21 06:00:02 mx1 kernel: a program without a number [but a bracket] behind it: words",
    "Nov 21 06:00:02 mx1 a/name/of/a/program/that/is/very/long/indeed[12]: words behind it all",
    "Nov 21 06:00:02 mx1 a/name/with/31/letters/in/all/of[12]: words behind it all, and some",
    "Nov 21 06:00:02 mx1 info postfix/smtp[12]: a level in front of a program, and some words",
    "Nov 21 06:00:02 mx1 last message repeated 3 times",
    "Nov 21 06:00:02 mx2 postfix/smtp[12]: another host than that of lines before, and words",
    "Nov 21 06:00:03 last postfix/smtp[12]: a host with a name of words that are known, and words",
    "Nov 21 06:00:03 stdout F[12]: a host with a name of words that are known, and more words",
    "Nov 21 06:00:03 stderr F Nov 21 06:00:03 mx1 postfix/smtp[12]: a container's, and some words",
    "Nov 21 06:00:03 nov 21 06:00:03 mx1 postfix/smtp[12]: a header behind a stamp, and words",
    "Nov 21 06:00:03 novel postfix/smtp[12]: a host that begins like a month, and some words",
    "Nov 21 06:00:03 2001:db8::1 postfix/smtp[12]: a host that is an address, and some words",
    "Nov 21 06:00:03 <mail.info> mx1 postfix/smtp[12]: a level in front of a host, and words",
    "Nov 21 06:00:03 postfix/smtp[12]: no host in front of the name of a program, and words",
    "Nov 21 06:00:02.123 mx1 postfix/smtp[12]: a fraction of a second that was not there",
    "Nov 22 06:00:02 mx1 postfix/smtp[12]: another day than that of lines before, and words",
    "Nov  2 06:00:02 mx1 postfix/smtp[12]: a day of one digit",
    "2026-11-21T06:00:02.123456+01:00 mx1 postfix/smtp[12]: 3F2A1B0C9D: removed, like others",
    "2026-11-21T06:00:02.123457+01:00 mx1 postfix/smtp[12]: 3F2A1B0C9D: removed, like others",
    "2026-11-21T06:00:02.1234+01:00 mx1 postfix/qmgr[12]: 3F2A1B0C9D: removed, like all others",
    "2026-11-21T06:00:02+01:00 mx1 postfix/qmgr[12]: 3F2A1B0C9D: removed, like all the others",
    "2026-11-21T06:00:02.1234567890123+01:00 mx2 postfix/qmgr[12]: 3F2A1B0C9D: removed, like all",
    "2026-11-21T06:00:02,5+01:00 mx2 postfix/qmgr[12]: 3F2A1B0C9D: removed, like all the others",
    "2026-11-21T06:00:02.123456Z mx2 postfix/qmgr[12]: 3F2A1B0C9D: removed, like all the others",
    "2026-11-21T06:00:03.123456-03:30 mx1 postfix/qmgr[12]: 3F2A1B0C9D: removed, like all others",
    "2026-11-21 06:00:02 1xV5CS-00000t-0P Completed",
    "<22>1 2026-11-21T06:00:02Z mx1 postfix/smtp 12 - - 3F2A1B0C9D: removed",
    "<22>Nov 21 06:00:02 mx1 postfix/smtp[12]: 3F2A1B0C9D: removed, as is everything else here",
    "Sat 2026-11-21 06:00:02 CET mx1 postfix/smtp[12]: 3F2A1B0C9D: removed",
    "postfix-1 | Nov 21 06:00:02 mx1 postfix/smtp[12]: 3F2A1B0C9D: removed",
    "no header at all",
    "",
};

static bool same_place(struct span a, struct span b)
{
    return a.n == b.n && (a.n == 0 || a.p == b.p);
}

static bool same_stamp(const struct stamp *a, const struct stamp *b)
{
    return a->year == b->year && a->month == b->month && a->day == b->day &&
           a->second_of_day == b->second_of_day && a->nanosecond == b->nanosecond &&
           a->digits == b->digits && a->zone == b->zone &&
           (a->zone != STAMP_OFFSET || a->offset == b->offset) &&
           (a->zone != STAMP_ABBREVIATION || same_place(a->abbreviation, b->abbreviation));
}

/* A name that is remembered is that of the line, and what was put beside it as well. */
static bool names_fit(const struct header *header)
{
    struct header_name *name = header->name;
    if (name == NULL) {
        return true;
    }
    uintptr_t meaning = 1;
    for (size_t i = 0; i < header->tag.n; i++) {
        meaning = meaning * 31 + (unsigned char)header->tag.p[i];
    }
    if (name->meaning == NULL) {
        name->meaning = (const void *)meaning;
    }
    return name->meaning == (const void *)meaning &&
           span_equal(span_of(name->text, name->length), header->tag);
}

/* The same line by itself and behind what memory knows. */
static bool reads_the_same(struct header_memory *memory, struct span line)
{
    struct header next = {0};
    struct header alone = {0};
    bool found = header_parse_next(memory, line, &next);
    if (found != header_parse(line, &alone)) {
        return false;
    }
    return !found || (same_stamp(&next.stamp, &alone.stamp) && same_place(next.host, alone.host) &&
                      same_place(next.tag, alone.tag) && same_place(next.pid, alone.pid) &&
                      same_place(next.message, alone.message) && next.rfc5424 == alone.rfc5424 &&
                      next.repeated == alone.repeated && names_fit(&next));
}

static bool copy_reads_the_same(struct header_memory *memory, struct span line)
{
    char *copy = malloc(line.n + (line.n == 0)); /* of the exact size */
    memcpy(copy, line.p, line.n);
    bool same = reads_the_same(memory, span_of(copy, line.n));
    free(copy);
    return same;
}

static struct header_memory memory;

static void test_pairs(void)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        for (size_t k = 0; k < COUNT_OF(lines); k++) {
            wrong += !copy_reads_the_same(&memory, span_cstr(lines[i]));
            wrong += !copy_reads_the_same(&memory, span_cstr(lines[i]));
            wrong += !copy_reads_the_same(&memory, span_cstr(lines[k]));
        }
    }
    tap_number(0, wrong, "any line behind any other");
}

/* Cut anywhere and changed anywhere, behind the line as it was. */
static void test_changes(void)
{
    static const char bytes[] = " :[]<0Z";
    unsigned wrong = 0;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct span line = span_cstr(lines[i]);
        char changed[200];
        for (size_t at = 0; at < line.n; at++) {
            wrong += !copy_reads_the_same(&memory, line);
            wrong += !copy_reads_the_same(&memory, span_of(line.p, at));
            for (size_t b = 0; b < sizeof bytes; b++) {
                memcpy(changed, line.p, line.n);
                changed[at] = bytes[b];
                wrong += !copy_reads_the_same(&memory, span_of(changed, line.n));
                wrong += !copy_reads_the_same(&memory, line);
            }
        }
    }
    tap_number(0, wrong, "lines that are cut or changed behind those that are not");
}

/* Programs of any length, more of them than are remembered. */
static void test_names(void)
{
    unsigned wrong = 0;
    for (unsigned round = 0; round < 2000; round++) {
        char line[200];
        unsigned n = 1 + round * 7 % 45;
        int at = snprintf(line, sizeof line, "Nov 21 06:00:%02u mx1 ", round / 100);
        for (unsigned i = 0; i < n; i++) {
            line[at++] = (char)('a' + (round * 13 + i * i) % 26);
        }
        at += snprintf(line + at, sizeof line - (size_t)at, "[%u]: and the words of a message",
                       round);
        wrong += !copy_reads_the_same(&memory, span_of(line, (size_t)at));
        wrong += !copy_reads_the_same(&memory, span_of(line, (size_t)at));
    }
    tap_number(0, wrong, "names of any length, remembered and forgotten");
}

int main(void)
{
    test_pairs();
    test_changes();
    test_names();
    return tap_end();
}
