/* Tests of data/record_file: what is read, and every mistake with its line. */
#include "data/record_file.h"

#include "tap.h"

#define HEAD "[file]\nformat = 1\nname = a/b\nversion = 3\n"

/* A file that is read, and what was said of it. */
struct reading {
    struct arena arena;
    struct strbuf said;
    struct record_file file;
    enum smtplog_status status;
};

static void read_file(struct reading *reading, struct span text, bool keep_samples)
{
    arena_init(&reading->arena);
    strbuf_init(&reading->said, 1000000);
    struct diagnostic to = tap_diagnostic(&reading->said);
    reading->status = record_file_parse(SPAN_LITERAL("f.pat"), text, keep_samples, &reading->arena,
                                        &to, &reading->file);
}

static void reading_end(struct reading *reading)
{
    strbuf_free(&reading->said);
    arena_free(&reading->arena);
}

static const struct {
    const char *name, *text;
    const char *said; /* NULL: none */
} mistakes[] = {
    {"a file alone", HEAD, NULL},
    {"no line end at the end", HEAD "[define X]\nregex = a", NULL},
    {"nothing", "", "f.pat:1: the first record must be [file]\n"},
    {"only comments", "# x\n\n# y\n", "f.pat:1: the first record must be [file]\n"},
    {"another record first", "[define X]\nregex = a\n" HEAD,
     "f.pat:1: the first record must be [file]\n"},
    {"another format", "[file]\nformat = 2\nname = a\nversion = 1\n",
     "f.pat:1: unknown format, this program reads format = 1: 2\n"},
    {"no version", "[file]\nformat = 1\nname = a\n",
     "f.pat:1: [file] needs format, name and version\n"},
    {"a key first", "name = x\n" HEAD, "f.pat:1: a key stands before the first record: name = x\n"},
    {"no equals sign", HEAD "[define X]\nregex\n",
     "f.pat:6: neither a comment, a [record] nor key = value: regex\n"},
    {"a comment that is indented", HEAD "[define X]\nregex = a\n # b\n", NULL},
    {"an open header", HEAD "[define X\n", "f.pat:5: a record header must end with ]: [define X\n"},
    {"an empty header", HEAD "[]\n", "f.pat:5: a record header needs a type: []\n"},
    {"a blank header", HEAD "[ ]\n", "f.pat:5: a record header needs a type: [ ]\n"},
    {"a blank at the end", HEAD "[define X]\nregex = a \n",
     "f.pat:6: blanks at the end of the line: write [ ] or \\x20\n"},
    {"a tab at the end", HEAD "[define X]\nregex = a\t\n",
     "f.pat:6: blanks at the end of the line: write [ ] or \\x20\n"},
    {"a carriage return", HEAD "[define X]\r\n",
     "f.pat:5: blanks at the end of the line: write [ ] or \\x20\n"},
    {"a line of blanks", HEAD "  \n",
     "f.pat:5: blanks at the end of the line: write [ ] or \\x20\n"},
    {"a stray continuation", HEAD "[define X]\n  a\n",
     "f.pat:6: a continued line without a key above\n"},
    {"a continuation before all", "  a\n" HEAD, "f.pat:1: a continued line without a key above\n"},
    {"a key twice", HEAD "[define X]\nregex = a\nregex = b\n",
     "f.pat:7: the key stands twice in this record: regex\n"},
    {"a record twice", HEAD "[define X]\nregex = a\n[define X]\nregex = b\n",
     "f.pat:7: this record stands twice: X\n"},
    {"the same name for another type", HEAD "[define X]\nregex = a\n[event X]\nregex = b\n", NULL},
    {"samples may share a name", HEAD "[sample x]\nline = a\n[sample x]\nline = b\n", NULL},
    {"two files", HEAD HEAD, "f.pat:5: this record stands twice\n"},
    {"all mistakes, not the first", HEAD "x\n[define X\ny\n",
     "f.pat:5: neither a comment, a [record] nor key = value: x\n"
     "f.pat:6: a record header must end with ]: [define X\n"
     "f.pat:7: neither a comment, a [record] nor key = value: y\n"},
    {"control characters are not passed on", HEAD "\x1b[31m\n",
     "f.pat:5: neither a comment, a [record] nor key = value: \xef\xbf\xbd[31m\n"},
};

static void test_mistakes(void)
{
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        struct reading reading;
        const char *said = mistakes[i].said;
        read_file(&reading, span_cstr(mistakes[i].text), true);
        tap_number(said == NULL ? SMTPLOG_OK : SMTPLOG_FORMAT, reading.status, "%s",
                   mistakes[i].name);
        tap_span(said == NULL ? "" : said, strbuf_span(&reading.said), "%s: what is said",
                 mistakes[i].name);
        reading_end(&reading);
    }
}

static void test_values(void)
{
    static const char text[] = "# head\n" HEAD "[event two words, and more]\n"
                               "regex = ^a\\d \"#;=[x]$\n"
                               "want code = 550\n"
                               "empty =\n"
                               "tight=x = y\n"
                               "long = one\n"
                               "    two\n"
                               "\tthree\n"
                               "[sample x]\n";
    struct reading reading;
    struct span joined;
    read_file(&reading, span_cstr(text), true);
    const struct record_file *file = &reading.file;
    TAP_MUST(reading.status);
    tap_span("a/b", file->name, "the file's name");
    tap_span("3", file->version, "the file's version");
    tap_number(3, (long long)file->record_count, "records");
    const struct record *record = &file->records[1];
    tap_span("event", record->type, "type");
    tap_span("two words, and more", record->name, "a name with blanks and a comma");
    tap_number(6, record->line, "line of the record");
    tap_span("^a\\d \"#;=[x]$", record_value(record, "regex"), "a value is verbatim");
    tap_span("550", record_value(record, "want code"), "a key of two words");
    tap_span("", record_value(record, "empty"), "an empty value");
    tap_ok(record_find(record, "empty") != NULL && record_find(record, "absent") == NULL,
           "empty is not absent");
    tap_span("x = y", record_value(record, "tight"), "the first equals sign divides");
    TAP_MUST(record_regex(&reading.arena, record_value(record, "long"), &joined));
    tap_span("onetwothree", joined, "a regex is joined with nothing");
    TAP_MUST(record_prose(&reading.arena, record_value(record, "long"), &joined));
    tap_span("one two three", joined, "prose is joined with one blank");
    tap_number(11, record_find(record, "long")->line, "line of a key");
    tap_number(0, (long long)file->records[2].pair_count, "a record without keys");
    reading_end(&reading);
}

/* Without samples the rest is the same, the lines' numbers too. */
static void test_samples(void)
{
    static const char text[] = HEAD "[event one]\n"
                                    "regex = a\n"
                                    "  b\n"
                                    "  c\n"
                                    "[sample x]\n"
                                    "line = 1\n"
                                    "  2\n"
                                    "[nomatch y]\n"
                                    "line = 3\n"
                                    "[event two]\n"
                                    "also = d\n"
                                    "  e\n"
                                    "[samples z]\n";
    struct reading reading;
    read_file(&reading, span_cstr(text), false);
    const struct record_file *file = &reading.file;
    TAP_MUST(reading.status);
    tap_number(4, (long long)file->record_count, "samples are passed over, with their lines");
    tap_span("two", file->records[2].name, "the record behind them");
    tap_span("samples", file->records[3].type, "a type that begins with the word is another");
    tap_span("a\nb\nc", record_value(&file->records[1], "regex"), "a value of three lines");
    struct record_pair *also = file->records[2].pairs;
    record_make_prose(also);
    tap_span("d e", record_value(&file->records[2], "also"), "made prose in its place");
    record_make_prose(also);
    tap_span("d e", also->value, "and again");
    reading_end(&reading);
}

/* A value of many lines outgrows the memory that it began in, several times. */
static void test_long_value(void)
{
    enum {
        LINES = 5000
    };
    struct reading reading;
    struct strbuf text;
    strbuf_init(&text, 1000000);
    strbuf_add_cstr(&text, HEAD "[event one]\nlong = line 0\n");
    for (int i = 1; i < LINES; i++) {
        strbuf_addf(&text, "    line %d\n", i);
    }
    read_file(&reading, strbuf_span(&text), true);
    TAP_MUST(reading.status);
    struct span rest = record_value(&reading.file.records[1], "long");
    struct span line;
    int right = 0;
    for (int i = 0; span_next_piece(&rest, '\n', &line); i++) {
        char wanted[32];
        snprintf(wanted, sizeof wanted, "line %d", i);
        right += span_is(line, wanted);
    }
    tap_number(LINES, right, "all lines of a long value");
    strbuf_free(&text);
    reading_end(&reading);
}

/* Any bytes: no crash, and either records or a message. */
static void test_garbage(void)
{
    static const char alphabet[] = "[]=# \tab\n\n\n\r\x1b\0\xff";
    unsigned silent = 0;
    uint64_t state = 42;
    for (int trial = 0; trial < 3000; trial++) {
        char text[200];
        size_t n = 0;
        while (n < sizeof text - 1) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            text[n++] = alphabet[(state >> 33) % (sizeof alphabet - 1)];
            if ((state >> 60) == 0) {
                break;
            }
        }
        struct reading reading;
        read_file(&reading, span_of(text, n), true);
        silent += reading.status != SMTPLOG_OK && reading.said.length == 0;
        reading_end(&reading);
    }
    tap_number(0, silent, "3,000 files of garbage: each refusal is said");
}

int main(void)
{
    test_mistakes();
    test_values();
    test_samples();
    test_long_value();
    test_garbage();
    return tap_end();
}
