/* Physical lines of a source: 128 KiB blocks, the cut last line carried to the front. */
#include "input/line_reader.h"

#include <stdlib.h>

#define READER_BLOCK ((size_t)128 * 1024) /* what one thread does while others wait for it */

struct line_reader {
    struct source *source;
    char *bytes; /* owned */
    size_t capacity;
    size_t previous; /* start of the line given last */
    size_t kept;     /* bytes it was given with */
    size_t at;       /* start of the next line */
    size_t scanned;  /* no LF between at and here */
    size_t end;
    uint64_t number;
    uint64_t offset; /* of the next line in the input */
    bool ended;
};

enum smtplog_status line_reader_new(struct source *source, struct line_reader **reader)
{
    struct line_reader *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->source = source;
    made->capacity = READER_BLOCK + LINE_KEPT;
    made->bytes = malloc(made->capacity);
    if (made->bytes == NULL) {
        free(made);
        return SMTPLOG_NO_MEMORY;
    }
    *reader = made;
    return SMTPLOG_OK;
}

void line_reader_free(struct line_reader *reader)
{
    if (reader != NULL) {
        free(reader->bytes);
        free(reader);
    }
}

/* Moves the last line given and the cut one behind it to the front and reads behind them. */
static enum smtplog_status reader_fill(struct line_reader *reader)
{
    size_t front = reader->previous;
    size_t carried = reader->end - front;
    if (front > 0 && carried > 0) {
        memmove(reader->bytes, reader->bytes + front, carried);
    }
    reader->scanned -= front;
    reader->at -= front;
    reader->previous = 0;
    reader->end = carried;
    if (reader->capacity - carried < READER_BLOCK) {
        size_t capacity = reader->capacity * 2;
        char *bytes = realloc(reader->bytes, capacity);
        if (bytes == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        reader->bytes = bytes;
        reader->capacity = capacity;
    }
    size_t got = 0;
    enum smtplog_status status = source_read(reader->source, reader->bytes + carried, READER_BLOCK,
                                             &got);
    if (status == SMTPLOG_OK) {
        reader->end += got;
        return SMTPLOG_OK;
    }
    reader->ended = true;
    return status == SMTPLOG_IO ? SMTPLOG_END : status;
}

static inline void reader_give(struct line_reader *reader, size_t length, struct line *line)
{
    line->previous = span_of(reader->bytes + reader->previous, reader->kept);
    reader->previous = reader->at;
    line->text = span_of(reader->bytes + reader->at, length);
    line->length = length;
    line->offset = reader->offset;
    line->number = ++reader->number;
    line->overlong = length > LINE_MAXIMUM;
    if (line->overlong) {
        line->text.n = LINE_KEPT;
        line->previous = SPAN_EMPTY; /* as when it does not fit: see reader_skip_overlong */
    } else if (length > 0 && line->text.p[length - 1] == '\r') {
        line->text.n--;
    }
    reader->kept = line->text.n;
}

/* Keeps the head of an over-long line and drops bytes until its end. */
static enum smtplog_status reader_skip_overlong(struct line_reader *reader, struct line *line)
{
    uint64_t length = reader->end - reader->at;
    if (reader->at > 0) {
        memmove(reader->bytes, reader->bytes + reader->at, LINE_KEPT);
    }
    const char *newline = NULL;
    size_t got = 0;
    while (newline == NULL && !reader->ended) {
        enum smtplog_status status = source_read(reader->source, reader->bytes + LINE_KEPT,
                                                 READER_BLOCK, &got);
        if (status != SMTPLOG_OK) {
            reader->ended = true;
            got = 0;
            if (status == SMTPLOG_NO_MEMORY) {
                return status;
            }
            break;
        }
        newline = memchr(reader->bytes + LINE_KEPT, '\n', got);
        length += newline == NULL ? got : (size_t)(newline - reader->bytes) - LINE_KEPT;
    }
    line->text = span_of(reader->bytes, LINE_KEPT);
    line->previous = SPAN_EMPTY;
    line->length = length;
    line->offset = reader->offset;
    reader->offset += length + (newline != NULL);
    line->number = ++reader->number;
    line->overlong = true;
    line->unterminated = newline == NULL;
    reader->previous = 0;
    reader->kept = LINE_KEPT;
    reader->at = newline == NULL ? LINE_KEPT : (size_t)(newline - reader->bytes) + 1;
    reader->end = LINE_KEPT + got;
    reader->scanned = reader->at;
    return SMTPLOG_OK;
}

/* The next line when its end has been read. */
static inline bool take_line(struct line_reader *reader, struct line *line)
{
    const char *newline = reader->scanned < reader->end
                              ? memchr(reader->bytes + reader->scanned, '\n',
                                       reader->end - reader->scanned)
                              : NULL;
    if (newline == NULL) {
        return false;
    }
    size_t length = (size_t)(newline - reader->bytes) - reader->at;
    reader_give(reader, length, line);
    line->unterminated = false;
    reader->offset += length + 1;
    reader->at += length + 1;
    reader->scanned = reader->at;
    return true;
}

/* Reads on until there is a line. Apart from line_reader_next, which it would make dearer for all
 * lines that are there. */
APART static enum smtplog_status read_line(struct line_reader *reader, struct line *line)
{
    do {
        reader->scanned = reader->end;
        if (reader->end - reader->at > LINE_MAXIMUM) {
            return reader_skip_overlong(reader, line);
        }
        enum smtplog_status status = reader->ended ? SMTPLOG_END : reader_fill(reader);
        if (status == SMTPLOG_END) {
            if (reader->end == reader->at) {
                return SMTPLOG_END;
            }
            reader_give(reader, reader->end - reader->at, line);
            line->unterminated = true;
            reader->at = reader->end;
            return SMTPLOG_OK;
        }
        TRY(status);
    } while (!take_line(reader, line));
    return SMTPLOG_OK;
}

enum smtplog_status line_reader_next(struct line_reader *reader, struct line *line)
{
    return take_line(reader, line) ? SMTPLOG_OK : read_line(reader, line);
}
