/* The report of a run: from figures to a document, and to JSON. Writes into a buffer, never to a
 * file. Trust: texts from logs are escaped on their way out (escape.h). */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "aggregate/summary.h"
#include "catalog/classifier.h"
#include "finding/finding.h"

struct transcript;

/* One input as the report shows it. */
struct report_input {
    struct span path;
    struct span mta;
    uint64_t bytes; /* stored; 0 when unknown */
    uint64_t lines;
    bool gzip, readable;
    struct span damage; /* empty when whole */
    bool has_period;
    struct instant first, last;
    const struct transcript *transcript; /* sessions found in it, NULL for none */
};

struct report {
    struct summary *summary;
    const struct catalog *catalog;
    struct classifier *classifier; /* for the refusals in dialogues */
    const struct report_input *inputs;
    size_t input_count;
    const struct finding_list *findings; /* worst first; NULL for none */
    struct instant generated;
    size_t top;   /* rows of a table, 0 for all */
    size_t width; /* columns of text */
    bool color;   /* escape sequences allowed */
    bool bars;    /* block characters allowed */
};

/* The summary as one JSON object with the keys of interface, section 4. */
MUST_USE enum smtplog_status report_write_json(const struct report *report, struct strbuf *out);

/* The report for people: as text, and as a web page. */
MUST_USE enum smtplog_status report_write_text(const struct report *report, struct strbuf *out);
MUST_USE enum smtplog_status report_write_html(const struct report *report, struct strbuf *out);

#endif
