/* The lines of all inputs in order of time. One input at a time while they do not overlap; merged
 * line by line where they do. When the end of one input is the beginning of the next, or one is a
 * part of another (two lines or more the same, as after a rotation that copies), those lines are
 * given once more marked as duplicates; so are those that another input has at the same time
 * (line_copy.h). */
#ifndef LIB_LINE_STREAM_H
#define LIB_LINE_STREAM_H

#include "input/line_reader.h"
#include "lib/parse_ahead.h"
#include "lib/plan.h"
#include "logfmt/clock.h"

struct line_stream;

/* What is known of the input a line came from. */
struct stream_line {
    const struct line *line;  /* valid until the next call, as its texts are */
    size_t file;              /* index into the plan */
    struct clock *clock;      /* of that input */
    bool duplicate;           /* read already at the end of another input */
    struct ahead_line *ahead; /* the line with what it says by itself; NULL: not read yet */
};

MUST_USE enum smtplog_status line_stream_new(struct plan *plan, struct zone *zone,
                                             const struct diagnostic *diagnostic,
                                             struct line_stream **stream);
void line_stream_free(struct line_stream *stream);

/* Lines of long inputs are read ahead by threads, which are borrowed and must outlive the stream.
 */
void line_stream_set_ahead(struct line_stream *stream, struct parse_ahead *ahead);

/* The next line. SMTPLOG_END when all inputs are used up. */
MUST_USE enum smtplog_status line_stream_next(struct line_stream *stream, struct stream_line *line);

/* To be told the instant of each line as it is parsed. When it shows that another input begins
 * before it, the line is taken back: true is returned, and line_stream_next gives it again in its
 * turn. */
bool line_stream_take_back(struct line_stream *stream, const struct instant *instant);

/* Damage of an input met so far, NULL for none; and whether reading it failed. */
const char *line_stream_damage(const struct line_stream *stream, size_t file);

/* True when it could not be told whether another input holds the same lines. */
/* Its damage may be gone when it is read again. */
bool line_stream_failed(const struct line_stream *stream, size_t file);
bool line_stream_is_unsure(const struct line_stream *stream, size_t file);

/* Stored bytes consumed so far. */
uint64_t line_stream_bytes_done(const struct line_stream *stream);

#endif
