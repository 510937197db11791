/* Events as records: NDJSON, one object a line; TSV with a header line; text, one line to read
 * each, a hyphen for what is absent. Columns are those of records, in their order. */
#ifndef REPORT_EVENT_WRITER_H
#define REPORT_EVENT_WRITER_H

#include "base/strbuf.h"
#include "event/event.h"

struct event_writer;

enum event_format {
    EVENT_NDJSON,
    EVENT_TSV,
    EVENT_LINES
};

/* joined: records have the columns that other lines of their message fill. fields: comma separated
 * record keys to show, or empty for all. SMTPLOG_USAGE with *unknown set when one does not exist.
 * Free with event_writer_free. */
MUST_USE enum smtplog_status event_writer_new(enum event_format format, bool joined,
                                              struct span fields, struct event_writer **writer,
                                              struct span *unknown);
void event_writer_free(struct event_writer *writer);

/* The header line of TSV; nothing for the others. */
void event_writer_header(const struct event_writer *writer, struct strbuf *out);

/* One record. file is the input's name. */
void event_writer_add(struct event_writer *writer, const struct event *event, struct span file,
                      struct strbuf *out);

#endif
