/* What the fuzz targets share. A target is a file fuzz_NAME.c with LLVMFuzzerTestOneInput: linked
 * with libFuzzer by `make fuzz`, with replay.c by `make check`. An input is a small program where
 * that reaches deeper than bytes alone: the feed below takes it apart. Whatever a target finds
 * wrong ends the process, as a crash does. */
#ifndef FUZZ_SUPPORT_H
#define FUZZ_SUPPORT_H

#include <stdlib.h>

#include "event/event.h"
#include "lib/knowledge.h"

/* For what must hold whatever the input is. */
#define FUZZ_REQUIRE(condition)                        \
    do {                                               \
        if (!(condition)) {                            \
            fuzz_fail(__FILE__, __LINE__, #condition); \
        }                                              \
    } while (0)

_Noreturn void fuzz_fail(const char *file, int line, const char *what);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* ---- taking an input apart ----------------------------------------------------------------- */

struct feed {
    struct span rest;
};

struct feed feed_of(const uint8_t *bytes, size_t size);
/* The next byte, 0 at the end. */
unsigned feed_byte(struct feed *feed);
/* The next number from 0 to below - 1. */
size_t feed_below(struct feed *feed, size_t below);
/* Bytes to the next line feed, which is taken too; false at the end. */
bool feed_line(struct feed *feed, struct span *line);

/* ---- what targets need --------------------------------------------------------------------- */

/* The built-in patterns and catalogue, loaded once. */
struct knowledge *fuzz_knowledge(void);

/* A descriptor of a file in memory that holds bytes; and the path that opens it. */
int fuzz_file(struct span bytes);
void fuzz_path(int descriptor, char path[32]);

/* From now on read(2) gives pieces of odd sizes that follow from a seed; 0: as the kernel does. */
void fuzz_cut_reads(unsigned seed);

/* A parser with all rules that knows its zone, and the clock for one input. */
struct fuzz_parser {
    struct parser *parser;
    struct zone *zone;
    struct clock clock;
};

/* seed: of another parser, to read lines for it; 0: one of its own. */
void fuzz_parser_new(struct fuzz_parser *parser, uint64_t seed);
void fuzz_parser_free(struct fuzz_parser *parser);

/* Parses a line and appends all that came of it: bin and every field of the event. */
void fuzz_parse(struct fuzz_parser *parser, struct span text, struct span previous, uint64_t number,
                struct strbuf *out);

/* The same in two steps, of which another parser takes the first, as another thread may. *own is
 * for the reader's next line; false at first. */
void fuzz_parse_apart(struct fuzz_parser *reader, struct fuzz_parser *parser, bool *own,
                      struct span text, struct span previous, uint64_t number, struct strbuf *out);

/* Every value of an event is one that exists. */
void fuzz_check_event(const struct event *event, enum line_bin bin);
void fuzz_describe_event(const struct event *event, struct strbuf *out);

/* True when part lies inside whole, or is empty. */
bool fuzz_inside(struct span whole, struct span part);

/* Valid UTF-8 without anything that a terminal or a page would obey. */
bool fuzz_is_clean(struct span text);

/* The same for text in columns: there a cell that runs from right to left is isolated (U+2068 and
 * U+2069), begun and ended on one line, and never inside another. */
bool fuzz_is_laid_out(struct span text);

/* A writer of the library's that adds to a strbuf. */
int fuzz_write(void *strbuf, const char *bytes, size_t length);

#endif
