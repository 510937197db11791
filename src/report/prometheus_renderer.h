/* The figures of a document in Prometheus' text format, for the textfile collector of its node
 * exporter. Labels are bounded: reply codes, reasons, stages; no name from a log ever is one. */
#ifndef REPORT_PROMETHEUS_RENDERER_H
#define REPORT_PROMETHEUS_RENDERER_H

#include "catalog/phrase.h"
#include "report/document.h"

MUST_USE enum smtplog_status prometheus_render(const struct document *document,
                                               const struct phrases *phrases, struct strbuf *out);

#endif
