/* The header of any log line, whatever its dress: a line of the syslog family (header.h) or a JSON
 * object (json_line.h). Owns what the next line needs from this one and what a header borrows from;
 * one reader for each place that reads lines. Trust: lines written by anybody. */
#ifndef LOGFMT_HEADER_READER_H
#define LOGFMT_HEADER_READER_H

#include "logfmt/json_line.h"

struct header_reader {
    struct header_memory memory;
    struct json_line json;
};

static inline void header_reader_init(struct header_reader *reader)
{
    memset(&reader->memory, 0, sizeof reader->memory);
    json_line_init(&reader->json);
}

static inline void header_reader_free(struct header_reader *reader)
{
    json_line_free(&reader->json);
}

/* False when the line has no header (or memory was short: header_reader_status). What header points
 * to lives as long as the line and until the next call. */
static inline bool header_reader_read(struct header_reader *reader, struct span line,
                                      struct header *header)
{
    if (json_line_begins(line)) {
        return json_line_read(&reader->json, line, header);
    }
    return header_parse_next(&reader->memory, line, header);
}

MUST_USE static inline enum smtplog_status header_reader_status(const struct header_reader *reader)
{
    return reader->json.status;
}

#endif
