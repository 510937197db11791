/* Physical lines of a source. A line ends with LF (a CR before it is dropped) or with the input.
 * Trust: anybody's bytes; a line over LINE_MAXIMUM is cut to its first LINE_KEPT bytes, so memory
 * stays bounded. */
#ifndef INPUT_LINE_READER_H
#define INPUT_LINE_READER_H

#include "input/source.h"

#define LINE_MAXIMUM ((size_t)1024 * 1024)
#define LINE_KEPT    ((size_t)64 * 1024)

struct line {
    struct span text; /* without the line end; valid until the next call */
    uint64_t number;  /* 1-based */
    uint64_t offset;  /* of its first byte in the decompressed input */
    uint64_t length;  /* bytes of the whole line, more than text.n when overlong */
    bool overlong;
    bool unterminated;    /* the input ended without a line end */
    struct span previous; /* the line before, for "last message repeated"; same lifetime */
};

struct line_reader;

/* Reads from source, which the caller keeps and closes after the reader. Free with
 * line_reader_free. */
MUST_USE enum smtplog_status line_reader_new(struct source *source, struct line_reader **reader);
void line_reader_free(struct line_reader *reader);

/* The next line. SMTPLOG_END at the end of input (ask source_damage whether it was the whole
 * input). */
MUST_USE enum smtplog_status line_reader_next(struct line_reader *reader, struct line *line);

#endif
