/* What stands in front of a syslog message: time stamp, host, program, process id. Reads every
 * shape of the syslog family that mail logs come in:
 *
 *   Nov 21 06:00:01 mx1 postfix/smtp[12]: MSG               traditional; `Nov  1`, `Nov 01`, .123
 *   2026 Nov 21 06:00:01 mx1 postfix/smtp[12]: MSG          a year in front
 *   2026-11-21T06:00:01.123+01:00 mx1 postfix/smtp[12]: MSG RFC 3339; `Z`, `+0100`, a blank for T
 *   <22>Nov 21 06:00:01 mx1 postfix/smtp[12]: MSG           RFC 3164
 *   <22>1 2026-11-21T06:00:01Z mx1 postfix/smtp 12 - - MSG  RFC 5424
 *   Sat 2026-11-21 06:00:01 CET mx1 postfix/smtp[12]: MSG   journalctl -o short-full
 *   postfix-1  | Nov 21 06:00:01 ...                        written by a container
 *   2026-11-21T06:00:01Z stdout F Nov 21 06:00:01 ...       and kept by its runtime
 *
 * with or without a host, `[ID 1 mail.info]` (Solaris), a level word (syslog-ng, FreeBSD). Not a
 * matcher of messages. Trust: lines written by anybody; nothing is copied or changed. */
#ifndef LOGFMT_HEADER_H
#define LOGFMT_HEADER_H

#include "base/span.h"

enum stamp_zone {
    STAMP_LOCAL,
    STAMP_OFFSET,
    STAMP_ABBREVIATION
};

/* A time stamp as written. */
struct stamp {
    int year; /* 0: the stamp has none */
    int month;
    int day;
    int32_t second_of_day;
    int32_t nanosecond;
    uint8_t digits; /* of the fraction */
    enum stamp_zone zone;
    int32_t offset;           /* STAMP_OFFSET: seconds east of UTC */
    struct span abbreviation; /* STAMP_ABBREVIATION: "CET" */
};

struct header {
    struct stamp stamp;
    struct span host; /* may be empty */
    struct span tag;  /* program, such as "postfix/smtp"; may be empty */
    struct span pid;  /* may be empty */
    struct span message;
    struct header_name *name; /* the tag as remembered from lines before, or NULL */
    bool rfc5424;             /* the tag may have lost what stood behind a slash */
    unsigned repeated;        /* N of "last message repeated N times", else 0 */
};

/* Makes all but the stamp empty. */
static inline void header_clear(struct header *header)
{
    header->host = header->tag = header->pid = header->message = SPAN_EMPTY;
    header->name = NULL;
    header->rfc5424 = false;
    header->repeated = 0;
}

/* False when the line has no time stamp of a known shape. */
bool header_parse(struct span line, struct header *header);

/* The same for what stands behind a stamp that was read already; header->stamp is not set, unless
 * there is another one. */
void header_parse_behind(struct span text, struct header *header);

#define HEADER_REMEMBERED 160
#define HEADER_NAME       32
#define HEADER_NAMES      64
#define HEADER_NAME_SHIFT (64 - 6) /* bits of a hash for one of them */

/* A program that lines before had. */
struct header_name {
    char text[HEADER_NAME];
    size_t length;       /* 0: nothing is remembered here */
    const void *meaning; /* whatever the reader of headers puts here; NULL when it is new */
};

/* What the line before had up to its host: `Nov 21 06:00:01 mx1 `. Most lines have the same but for
 * the time of day. Zeroed at first. */
struct header_memory {
    char text[HEADER_REMEMBERED];
    size_t length;              /* with the blank behind the host; 0: nothing is remembered */
    size_t clock_at, clock_end; /* the time of day, with its fraction */
    size_t host_at;
    struct stamp stamp;
    struct header_name names[HEADER_NAMES]; /* of lines before */
};

/* As header_parse, with the same result, but quick when the line is like the one before. */
bool header_parse_next(struct header_memory *memory, struct span line, struct header *header);

/* Reads a stamp at the front of text; *length is what it takes up, with the blank behind it. */
bool stamp_parse(struct span text, struct stamp *stamp, size_t *length);

#endif
