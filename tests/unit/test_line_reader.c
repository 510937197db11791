/* Tests of input/: source and line_reader. The same lines whatever the size of the pieces they come
 * in; long lines; gzip in all states. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "input/line_reader.h"

#include "tap.h"

static char path[] = "/tmp/smtplog-unit-XXXXXX";

static void write_file(const void *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, n, file) != n || fclose(file) != 0) {
        printf("Bail out! cannot write %s\n", path);
        exit(1);
    }
}

/* Everything a reader says about an input, as text: length and content of each line, its flags. */
static void describe(struct source *source, struct strbuf *out)
{
    struct line_reader *reader = NULL;
    struct line line;
    uint64_t number = 0;
    uint64_t offset = 0;
    TAP_MUST(line_reader_new(source, &reader));
    while (line_reader_next(reader, &line) == SMTPLOG_OK) {
        strbuf_addf(out, "%llu:%zu/%llu%s%s:%.*s|", (unsigned long long)line.number, line.text.n,
                    (unsigned long long)line.length, line.overlong ? " overlong" : "",
                    line.unterminated ? " unterminated" : "",
                    (int)(line.text.n > 40 ? 40 : line.text.n), line.text.p);
        if (line.number != ++number || line.offset != offset) {
            strbuf_addf(out, "WRONG PLACE %llu ", (unsigned long long)line.offset);
        }
        offset += line.length + 1;
    }
    const char *damage = source_damage(source);
    strbuf_add_cstr(out, damage != NULL ? damage : "whole");
    line_reader_free(reader);
}

static void describe_file(struct strbuf *out)
{
    struct source *source = NULL;
    const char *why = NULL;
    TAP_MUST(source_open(path, &source, &why));
    describe(source, out);
    source_close(source);
}

/* The same through a named pipe, written in pieces. */
static void describe_pipe(const char *bytes, size_t n, size_t piece, struct strbuf *out)
{
    char fifo[64];
    struct source *source = NULL;
    const char *why = NULL;
    snprintf(fifo, sizeof fifo, "%s.fifo", path);
    if (mkfifo(fifo, 0600) != 0) {
        printf("Bail out! mkfifo\n");
        exit(1);
    }
    pid_t child = fork();
    if (child == 0) {
        int fd = open(fifo, O_WRONLY);
        for (size_t at = 0; at < n; at += piece) {
            size_t left = n - at < piece ? n - at : piece;
            if (write(fd, bytes + at, left) != (ssize_t)left) {
                _exit(1);
            }
        }
        _exit(0);
    }
    TAP_MUST(source_open(fifo, &source, &why));
    describe(source, out);
    source_close(source);
    waitpid(child, NULL, 0);
    unlink(fifo);
}

static void test_lines(void)
{
    static const struct {
        const char *name, *text;
        size_t n; /* 0: strlen */
        const char *lines;
    } cases[] = {
        {"nothing", "", 0, "whole"},
        {"one line", "abc\n", 0, "1:3/3:abc|whole"},
        {"no line end", "abc", 0, "1:3/3 unterminated:abc|whole"},
        {"CR LF", "abc\r\nd\r\n", 0, "1:3/4:abc|2:1/2:d|whole"},
        {"CR inside stays", "a\rb\n\r\n", 0, "1:3/3:a\rb|2:0/1:|whole"},
        {"CR at the end without LF", "abc\r", 0, "1:3/4 unterminated:abc|whole"},
        {"empty lines", "\n\na\n\n", 0, "1:0/0:|2:0/0:|3:1/1:a|4:0/0:|whole"},
        {"two magic bytes apart", "\x1f\n\x8b\n", 0, "1:1/1:\x1f|2:1/1:\x8b|whole"},
        {"one byte", "\x1f", 0, "1:1/1 unterminated:\x1f|whole"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf out;
        size_t n = cases[i].n > 0 ? cases[i].n : strlen(cases[i].text);
        strbuf_init(&out, 10000);
        write_file(cases[i].text, n);
        describe_file(&out);
        tap_span(cases[i].lines, strbuf_span(&out), "lines: %s", cases[i].name);
        for (size_t piece = 1; piece < 4; piece++) {
            strbuf_clear(&out);
            describe_pipe(cases[i].text, n, piece, &out);
            tap_span(cases[i].lines, strbuf_span(&out), "lines: %s, %zu byte(s) at a time",
                     cases[i].name, piece);
        }
        strbuf_free(&out);
    }
}

/* A text with lines of many lengths; the same description from a file and from pipes. */
static void test_pieces(void)
{
    struct strbuf text, whole, piped;
    strbuf_init(&text, 1 << 22);
    strbuf_init(&whole, 1 << 22);
    strbuf_init(&piped, 1 << 22);
    for (unsigned i = 0; i < 400; i++) {
        strbuf_addf(&text, "line %u ", i);
        strbuf_add_repeat(&text, "xy", i * i % 997);
        strbuf_add_cstr(&text, i % 5 == 0 ? "\r\n" : "\n");
    }
    strbuf_add_cstr(&text, "the end");
    write_file(text.bytes, text.length);
    describe_file(&whole);
    static const size_t pieces[] = {1, 7, 4096, 65536};
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        strbuf_clear(&piped);
        describe_pipe(text.bytes, text.length, pieces[i], &piped);
        tap_ok(span_equal(strbuf_span(&whole), strbuf_span(&piped)) && whole.length > 1000,
               "%zu bytes in pieces of %zu: the same lines", text.length, pieces[i]);
    }
    strbuf_free(&text);
    strbuf_free(&whole);
    strbuf_free(&piped);
}

static void test_long_lines(void)
{
    static const struct {
        const char *name;
        size_t before, length; /* of the line before, of the long one */
        bool end, overlong;
    } cases[] = {
        {"one less", 3, LINE_MAXIMUM - 1, true, false},
        {"the limit", 3, LINE_MAXIMUM, true, false},
        {"one more", 3, LINE_MAXIMUM + 1, true, true},
        {"at the start", 0, LINE_MAXIMUM + 1, true, true},
        {"no end", 3, LINE_MAXIMUM + 1, false, true},
        {"no end, at the limit", 3, LINE_MAXIMUM, false, false},
        {"five mebibytes", 200000, 5 * LINE_MAXIMUM, true, true},
        {"a block more", 3, LINE_MAXIMUM + 131072, true, true},
        {"two long ones", LINE_MAXIMUM + 5, LINE_MAXIMUM + 77, true, true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t n = cases[i].before + 1 + cases[i].length + 7;
        char *text = malloc(n);
        struct source *source = NULL;
        struct line_reader *reader = NULL;
        struct line line;
        const char *why = NULL;
        memset(text, 'x', n);
        text[cases[i].before] = '\n';
        memcpy(text + cases[i].before + 1 + cases[i].length, cases[i].end ? "\nafter\n" : "xxxxxxx",
               7);
        write_file(text, cases[i].end ? n : n - 7);
        TAP_MUST(source_open(path, &source, &why));
        TAP_MUST(line_reader_new(source, &reader));
        TAP_MUST(line_reader_next(reader, &line));
        tap_number((long long)cases[i].before, (long long)line.length, "%s: the line before",
                   cases[i].name);
        TAP_MUST(line_reader_next(reader, &line));
        tap_ok(line.overlong == cases[i].overlong && line.length == cases[i].length &&
                   line.text.n == (cases[i].overlong ? LINE_KEPT : cases[i].length) &&
                   line.number == 2 && line.offset == cases[i].before + 1 &&
                   line.unterminated == !cases[i].end,
               "%s: overlong %d, %zu bytes kept of %llu", cases[i].name, line.overlong, line.text.n,
               (unsigned long long)line.length);
        if (cases[i].end) {
            TAP_MUST(line_reader_next(reader, &line));
            tap_ok(span_is(line.text, "after") && line.number == 3 && line.offset == n - 6,
                   "%s: the line after", cases[i].name);
        }
        tap_number(SMTPLOG_END, line_reader_next(reader, &line), "%s: the end", cases[i].name);
        line_reader_free(reader);
        source_close(source);
        free(text);
    }
}

static void test_previous(void)
{
    struct source *source = NULL;
    struct line_reader *reader = NULL;
    struct line line;
    const char *why = NULL;
    static const char text[] = "one\ntwo\r\n\nfour\n";
    static const char *const previous[] = {"", "one", "two", ""};
    write_file(text, sizeof text - 1);
    TAP_MUST(source_open(path, &source, &why));
    TAP_MUST(line_reader_new(source, &reader));
    for (size_t i = 0; i < COUNT_OF(previous); i++) {
        TAP_MUST(line_reader_next(reader, &line));
        tap_span(previous[i], line.previous, "the line before line %zu", i + 1);
    }
    line_reader_free(reader);
    source_close(source);
}

static size_t gzip(const char *text, size_t n, unsigned char *out, size_t room)
{
    z_stream z = {0};
    if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        printf("Bail out! deflateInit2\n");
        exit(1);
    }
    z.next_in = (Bytef *)text;
    z.avail_in = (uInt)n;
    z.next_out = out;
    z.avail_out = (uInt)room;
    (void)deflate(&z, Z_FINISH);
    deflateEnd(&z);
    return room - z.avail_out;
}

static void test_gzip(void)
{
    unsigned char a[200];
    unsigned char b[200];
    unsigned char all[1000];
    size_t na = gzip("one\ntw", 6, a, sizeof a);
    size_t nb = gzip("o\nthree\n", 8, b, sizeof b);
    static const char joined[] = "1:3/3:one|2:3/3:two|3:5/5:three|whole";
    struct strbuf out;
    strbuf_init(&out, 10000);
    struct {
        const char *name;
        const void *middle, *tail;
        size_t middle_n, tail_n, cut;
        const char *lines;
    } cases[] = {
        {"two members, a line across", "", "", 0, 0, 0, joined},
        {"zeros between members", "\0\0\0", "", 3, 0, 0, joined},
        {"zeros behind", "", "\0\0\0\0\0\0\0\0", 0, 8, 0, joined},
        {"garbage behind", "", "junk", 0, 4, 0,
         "1:3/3:one|2:3/3:two|3:5/5:three|bytes behind the compressed data are not gzip"},
        {"garbage between", "junk", "", 4, 0, 0,
         "1:3/3:one|2:2/2 unterminated:tw|bytes behind the compressed data are not gzip"},
        {"a head alone behind", "", "\x1f\x8b\x08\0\0\0\0\0\0\x03", 0, 10, 0,
         "1:3/3:one|2:3/3:two|3:5/5:three|the compressed data is cut short"},
        {"a wrong head behind", "", "\x1f\x8b\x09\0\0\0\0\0\0\x03", 0, 10, 0,
         "1:3/3:one|2:3/3:two|3:5/5:three|the compressed data is corrupt"},
        {"the sum cut off", "", "", 0, 0, 8,
         "1:3/3:one|2:3/3:two|3:5/5:three|the compressed data is cut short"},
        {"one byte cut off", "", "", 0, 0, 1,
         "1:3/3:one|2:3/3:two|3:5/5:three|the compressed data is cut short"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t n = 0;
        memcpy(all, a, na);
        n += na;
        memcpy(all + n, cases[i].middle, cases[i].middle_n);
        n += cases[i].middle_n;
        memcpy(all + n, b, nb);
        n += nb;
        memcpy(all + n, cases[i].tail, cases[i].tail_n);
        n += cases[i].tail_n;
        write_file(all, n - cases[i].cut);
        strbuf_clear(&out);
        describe_file(&out);
        tap_span(cases[i].lines, strbuf_span(&out), "gzip: %s", cases[i].name);
        for (size_t piece = 1; piece < 20; piece += 9) {
            strbuf_clear(&out);
            describe_pipe((const char *)all, n - cases[i].cut, piece, &out);
            tap_span(cases[i].lines, strbuf_span(&out), "gzip: %s, %zu byte(s) at a time",
                     cases[i].name, piece);
        }
    }
    /* Cut anywhere: said, and never more than there was. */
    unsigned wrong = 0;
    for (size_t n = 2; n < na; n++) {
        write_file(a, n);
        strbuf_clear(&out);
        describe_file(&out);
        wrong += span_find(strbuf_span(&out), SPAN_LITERAL("cut short")) == SIZE_MAX;
    }
    tap_number(0, wrong, "gzip cut at every byte: each is said");
    strbuf_free(&out);
}

static void test_source(void)
{
    struct source *source = NULL;
    const char *why = NULL;
    struct span seen;
    bool ended = false;
    char bytes[20];
    size_t got = 0;
    tap_ok(source_open("/nonexistent/x", &source, &why) == SMTPLOG_IO &&
               strcmp(why, "No such file or directory") == 0,
           "a missing file");
    tap_ok(source_open("/tmp", &source, &why) == SMTPLOG_IO && strcmp(why, "is a directory") == 0,
           "a directory");
    write_file("0123456789", 10);
    TAP_MUST(source_open(path, &source, &why));
    tap_ok(source_info(source)->is_regular && source_info(source)->stored_size == 10 &&
               source_info(source)->compression == NULL && source_info(source)->mtime > 0,
           "what is known of a file");
    TAP_MUST(source_peek(source, 4, &seen, &ended));
    tap_ok(seen.n >= 4 && memcmp(seen.p, "0123", 4) == 0, "peeking shows the beginning");
    TAP_MUST(source_peek(source, 100, &seen, &ended));
    tap_ok(seen.n == 10 && ended, "peeking further shows all, and the end");
    TAP_MUST(source_read(source, bytes, 3, &got));
    tap_ok(got == 3 && memcmp(bytes, "012", 3) == 0,
           "reading begins at the beginning all the same");
    TAP_MUST(source_read_at(source, 8, bytes, 5, &got));
    tap_ok(got == 2 && memcmp(bytes, "89", 2) == 0, "reading at an offset");
    TAP_MUST(source_read(source, bytes, 20, &got));
    tap_ok(got == 7 && memcmp(bytes, "3456789", 7) == 0, "does not move the stream");
    tap_number(SMTPLOG_END, source_read(source, bytes, 20, &got), "the end");
    tap_number(10, (long long)source_stored_done(source), "bytes done");
    source_close(source);
    TAP_MUST(source_open(path, &source, &why));
    TAP_MUST(source_skip(source, 7));
    TAP_MUST(source_read(source, bytes, 20, &got));
    tap_ok(got == 3 && memcmp(bytes, "789", 3) == 0, "skipping");
    source_close(source);
    source_close(NULL);
}

int main(void)
{
    int fd = mkstemp(path);
    if (fd < 0) {
        printf("Bail out! mkstemp\n");
        return 1;
    }
    close(fd);
    fflush(stdout);
    setvbuf(stdout, NULL, _IOLBF, 0); /* so that a child does not print it again */
    test_lines();
    test_pieces();
    test_long_lines();
    test_previous();
    test_gzip();
    test_source();
    unlink(path);
    return tap_end();
}
