/* A log line that is one JSON object, in the two shapes that mail logs come in:
 *
 *   {"MESSAGE":"3F2A1B0C9D:
 * removed","SYSLOG_IDENTIFIER":"postfix/qmgr","_PID":"12","_HOSTNAME":"mx1",
 *    "__REALTIME_TIMESTAMP":"1795327201123456"}                       journalctl -o json: fields of
 * an entry
 *   {"log":"Nov 21 06:00:01 mx1 postfix/qmgr[12]: 3F2A1B0C9D: removed\n","stream":"stdout",
 *    "time":"2026-11-21T06:00:01.123456789Z"}                         docker: a line that a
 * container wrote
 *
 * Reads through jansson; a build without it takes every such line for damaged. Not for lines of
 * other shapes: header_reader.h is the entrance for any line. Trust: lines written by anybody; size
 * and nesting are limited. */
#ifndef LOGFMT_JSON_LINE_H
#define LOGFMT_JSON_LINE_H

#include "base/strbuf.h"
#include "logfmt/header.h"

#define JSON_LINE_MAXIMUM ((size_t)256 * 1024)
#define JSON_LINE_NESTING 4

/* What a line was read into; what was handed out borrows from here until the next line. */
struct json_line {
    void *document;     /* owned; the parsed object */
    struct strbuf text; /* a message that was not there in one piece */
    char pid[24];
    struct span inner; /* the line that a container wrote, empty for an entry of the journal */
    enum smtplog_status status; /* SMTPLOG_NO_MEMORY when that is why the line was not read */
};

void json_line_init(struct json_line *json);
void json_line_free(struct json_line *json);

/* Whether this build reads such lines. */
bool json_line_is_supported(void);

/* Whether a line looks like a JSON object. */
static inline bool json_line_begins(struct span line)
{
    return line.n > 0 && line.p[0] == '{';
}

/* False when the line is no such object or shows no time. */
bool json_line_read(struct json_line *json, struct span line, struct header *header);

#endif
