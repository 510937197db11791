/* The lines of a trace for other programs: one record a line of the log, with the keys of events
 * (event_writer.h) and `chain`, `asked`, `raw`. Raw lines are escaped for the format. */
#ifndef REPORT_TRACE_WRITER_H
#define REPORT_TRACE_WRITER_H

#include "report/event_writer.h"
#include "track/trail.h"

/* The header line of TSV; nothing for NDJSON. */
void trace_writer_header(const struct event_writer *writer, enum event_format format,
                         struct strbuf *out);

/* All lines of one chain; number counts from 1. */
void trace_writer_add(struct event_writer *writer, enum event_format format,
                      const struct trail_chain *chain, uint64_t number, struct strbuf *out);

#endif
