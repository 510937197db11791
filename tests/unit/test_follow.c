/* Tests of input/follow: a growing file through everything that rotation and accidents do to it. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input/follow.h"

#include "tap.h"

static char directory[] = "/tmp/smtplog-follow-XXXXXX";
static char path[64], moved[64];

static void append(const char *name, const char *text)
{
    FILE *file = fopen(name, "ab");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        printf("Bail out! cannot write %s\n", name);
        exit(1);
    }
}

/* The lines there are now, each followed by "|". */
static struct span drain(struct follow *follow, struct strbuf *out)
{
    struct line line;
    strbuf_clear(out);
    while (follow_next(follow, &line) == SMTPLOG_OK) {
        strbuf_add_span(out, line.text);
        strbuf_add_byte(out, '|');
    }
    return strbuf_span(out);
}

static enum follow_change check(struct follow *follow, double now)
{
    enum follow_change change = FOLLOW_SAME;
    TAP_MUST(follow_check(follow, now, &change));
    return change;
}

static void begin(struct follow **follow, const char *text)
{
    unlink(path);
    unlink(moved);
    append(path, text);
    TAP_MUST(follow_new(path, follow));
}

static void test_growth(struct strbuf *out)
{
    struct follow *follow = NULL;
    begin(&follow, "one\ntwo\r\nthr");
    tap_span("one|two|", drain(follow, out), "whole lines only, CR dropped");
    append(path, "ee");
    tap_span("", drain(follow, out), "a line waits for its end");
    append(path, "\nfour\n\n");
    tap_span("three|four||", drain(follow, out), "a line that came in three pieces");
    tap_number(FOLLOW_SAME, check(follow, 1), "nothing happened to the file");
    tap_number(0, (long long)follow_behind(follow), "nothing is left unread");
    append(path, "five\n");
    tap_number(5, (long long)follow_behind(follow), "five bytes are left unread");
    follow_free(follow);
}

static void test_rename(struct strbuf *out)
{
    struct follow *follow = NULL;
    begin(&follow, "one\n");
    drain(follow, out);
    rename(path, moved);
    append(moved, "two\n");
    tap_span("two|", drain(follow, out), "renamed: what its writer still writes is read");
    tap_number(FOLLOW_GONE, check(follow, 1), "renamed: no file of the name");
    tap_number(FOLLOW_SAME, check(follow, 2), "... said once");
    append(path, "four\n");
    tap_number(FOLLOW_NEW_FILE, check(follow, 3), "a new file has the name");
    append(moved, "three\n");
    tap_span("three|four|", drain(follow, out), "the rest of the old one first, then the new one");
    unlink(moved);
    append(path, "five\n");
    tap_span("five|", drain(follow, out), "the old one compressed away: the new one goes on");
    tap_number(FOLLOW_SAME, check(follow, 200), "later the old one is let go");
    append(path, "six\n");
    tap_span("six|", drain(follow, out), "and the new one goes on");
    follow_free(follow);
}

static void test_truncation(struct strbuf *out)
{
    struct follow *follow = NULL;
    begin(&follow, "one\ntwo\ncut off");
    drain(follow, out);
    if (truncate(path, 0) != 0) {
        printf("Bail out! truncate\n");
        exit(1);
    }
    tap_number(FOLLOW_TRUNCATED, check(follow, 1), "copied and truncated");
    append(path, "three\n");
    tap_span("three|", drain(follow, out), "read from the beginning, the cut line forgotten");
    follow_free(follow);
}

/* Truncated and grown past the old place before anybody looked. */
static void test_overgrown(struct strbuf *out)
{
    struct follow *follow = NULL;
    begin(&follow, "one\n");
    drain(follow, out);
    FILE *file = fopen(path, "wb"); /* same inode */
    fputs("another first line\nand a second\n", file);
    fclose(file);
    tap_number(FOLLOW_TRUNCATED, check(follow, 1), "other bytes stand where we have read");
    tap_span("another first line|and a second|", drain(follow, out), "all of them are read");
    follow_free(follow);
}

static void test_deleted(struct strbuf *out)
{
    struct follow *follow = NULL;
    begin(&follow, "one\n");
    drain(follow, out);
    unlink(path);
    tap_number(FOLLOW_GONE, check(follow, 1), "deleted");
    append(path, "two\n");
    enum follow_change change = check(follow, 2);
    tap_ok(change == FOLLOW_NEW_FILE, "made again");
    tap_span("two|", drain(follow, out), "read from its beginning");
    follow_free(follow);
    unlink(path);
    TAP_MUST(follow_new(path, &follow));
    tap_ok(!follow_is_open(follow), "a file that is not there yet can be followed");
    tap_span("", drain(follow, out), "it has no lines");
    append(path, "late\n");
    tap_number(FOLLOW_BACK, check(follow, 3), "it has come");
    tap_span("late|", drain(follow, out), "it is read");
    follow_free(follow);
}

static void test_start(struct strbuf *out)
{
    static const struct {
        uint64_t offset;
        const char *lines;
    } cases[] = {{0, "one|two|three|"}, {1, "two|three|"}, {4, "two|three|"}, {5, "three|"},
                 {8, "three|"},         {13, ""},          {14, ""}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct follow *follow = NULL;
        begin(&follow, "one\ntwo\nthree\n");
        TAP_MUST(follow_start_at(follow, cases[i].offset));
        tap_span(cases[i].lines, drain(follow, out), "start at %llu",
                 (unsigned long long)cases[i].offset);
        follow_free(follow);
    }
}

static void test_long_lines(struct strbuf *out)
{
    struct follow *follow = NULL;
    struct line line;
    char *text = malloc(3000001);
    memset(text, 'x', 3000000);
    text[3000000] = '\0';
    begin(&follow, text);
    append(path, "\nshort\n");
    TAP_MUST(follow_next(follow, &line));
    tap_number((long long)LINE_KEPT, (long long)line.text.n, "of a long line the head is kept");
    tap_ok(line.overlong && line.length == 3000000, "and its length");
    tap_span("short|", drain(follow, out), "the next line is whole");
    follow_free(follow);
    free(text);
}

static void test_refused(void)
{
    struct follow *follow = NULL;
    tap_number(SMTPLOG_IO, follow_new(directory, &follow), "a directory");
    unlink(path);
    append(path, "\x1f\x8b\x08 and so on");
    tap_number(SMTPLOG_FORMAT, follow_new(path, &follow), "a compressed file does not grow");
}

int main(void)
{
    struct strbuf out;
    strbuf_init(&out, 1 << 20);
    if (mkdtemp(directory) == NULL) {
        return 1;
    }
    snprintf(path, sizeof path, "%s/mail.log", directory);
    snprintf(moved, sizeof moved, "%s/mail.log.1", directory);
    test_growth(&out);
    test_rename(&out);
    test_truncation(&out);
    test_overgrown(&out);
    test_deleted(&out);
    test_start(&out);
    test_long_lines(&out);
    test_refused();
    unlink(path);
    unlink(moved);
    rmdir(directory);
    strbuf_free(&out);
    return tap_end();
}
