/* A growing log file, followed by its name: what is appended comes out as lines, whatever is done
 * to the file meanwhile. It may be renamed and made anew (the old one is read on for a while, since
 * its writer may not have noticed), copied and truncated, cut, deleted and come back, or not be
 * there yet. Polled; no thread and no waiting inside. Trust: contents are anybody's; of a line
 * over LINE_KEPT bytes the first so many are kept. */
#ifndef INPUT_FOLLOW_H
#define INPUT_FOLLOW_H

#include "input/line_reader.h"

struct follow;

/* What follow_check found. */
enum follow_change {
    FOLLOW_SAME,
    FOLLOW_NEW_FILE,  /* another file has the name now: it is read from its beginning */
    FOLLOW_TRUNCATED, /* shorter than what was read, or other bytes in its place: what was between
                         may be lost; read from the beginning */
    FOLLOW_GONE,      /* no file has the name; the one that had it is still read */
    FOLLOW_BACK,      /* there is a file again (or for the first time) */
    FOLLOW_UNREADABLE /* there is one, but it may not be read */
};

/* Bytes are compared with what was read before this many bytes ahead of the place reached. */
#define FOLLOW_FINGERPRINT ((size_t)64)

/* path "-" is standard input, which only grows. The file need not be there. SMTPLOG_FORMAT: it is
 * compressed and so not one that grows; SMTPLOG_IO: it is a directory. Free with follow_free. */
MUST_USE enum smtplog_status follow_new(const char *path, struct follow **follow);
void follow_free(struct follow *follow);

/* Whether a file is open, and how many bytes of it there are beyond the place reached (0 for
 * standard input). */
bool follow_is_open(const struct follow *follow);
uint64_t follow_behind(const struct follow *follow);

/* Size of the open file now; 0 when there is none. */
uint64_t follow_size(const struct follow *follow);

/* Reads up to capacity bytes at an offset without moving. *got may be less. */
MUST_USE enum smtplog_status follow_read_at(const struct follow *follow, uint64_t offset,
                                            char *bytes, size_t capacity, size_t *got);

/* Moves to the first line that begins at or behind an offset. To be called before the first
 * follow_next. */
MUST_USE enum smtplog_status follow_start_at(struct follow *follow, uint64_t offset);

/* The next whole line. SMTPLOG_END when there is none now; a line without its end waits for it.
 * line.text lives until the next call. Numbers count from the place reading began. */
MUST_USE enum smtplog_status follow_next(struct follow *follow, struct line *line);

/* Looks what became of the file, to be called when follow_next gave SMTPLOG_END. now: seconds of a
 * clock that only goes forward. */
MUST_USE enum smtplog_status follow_check(struct follow *follow, double now,
                                          enum follow_change *change);

/* True when standard input has ended. */
bool follow_ended(const struct follow *follow);

#endif
