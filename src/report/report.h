/* The report of a run: from figures to a document, and to JSON. Writes into a buffer, never to a
 * file. Trust: texts from logs are escaped on their way out (escape.h). */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "aggregate/summary.h"
#include "catalog/classifier.h"
#include "finding/finding.h"

struct transcript;
struct json_listener;
struct against;

/* One input as the report shows it. */
struct report_input {
    struct span path;
    struct span mta;
    uint64_t bytes; /* stored; 0 when unknown */
    uint64_t lines;
    const char *compression; /* "gzip", "zstd", "xz", "bzip2"; "": none */
    bool readable;
    struct span damage; /* empty when whole */
    bool has_period;
    struct instant first, last;
    const struct transcript *transcript; /* sessions found in it, NULL for none */
};

enum report_detail {
    REPORT_BRIEF,
    REPORT_NORMAL,
    REPORT_FULL
};

/* How much of the catalogue stands beside a code or a reason. */
enum report_explain {
    REPORT_EXPLAIN_NONE,
    REPORT_EXPLAIN_SHORT,
    REPORT_EXPLAIN_FULL
};

struct report {
    struct summary *summary;
    const struct catalog *catalog;
    struct classifier *classifier; /* for the refusals in dialogues */
    const struct report_input *inputs;
    size_t input_count;
    struct span filter; /* the filters as options, empty when all events are shown */
    uint64_t events_seen, events_shown;  /* by the filters */
    const struct finding_list *findings; /* worst first; NULL for none */
    const struct against *against;       /* the day beside others; NULL: not known */
    struct instant generated;
    size_t top;   /* rows of a table, 0 for all */
    size_t width; /* columns of text */
    bool color;   /* escape sequences allowed */
    bool bars;    /* block characters allowed */
    enum report_detail detail;
    enum report_explain explain;
    struct span sections; /* names asked for, comma separated; empty: as detail says */
    struct span table;    /* of CSV: the one asked for; empty: all */
    struct span mail_to;  /* of mail: addresses, comma separated */
    bool data;            /* for machines: every section and table, empty ones too */
    bool calm;            /* for reading: without tables when there is nothing to act on */
};

/* A format that a report can be written in. */
struct report_format {
    const char *name;
    bool data; /* for machines */
    bool calm; /* for reading line by line */
    enum smtplog_status (*write)(const struct report *report, struct strbuf *out);
};

/* NULL when there is none of that name. */
const struct report_format *report_format_find(const char *name);
/* "text, json, ..." */
void report_format_add_names(struct strbuf *out);

MUST_USE enum smtplog_status report_write(const struct report *report,
                                          const struct report_format *format, struct strbuf *out);

/* The report as one web page. */
MUST_USE enum smtplog_status report_write_html(const struct report *report, struct strbuf *out);

/* The summary as one JSON object with the keys of interface, section 4. */
MUST_USE enum smtplog_status report_write_json(const struct report *report, struct strbuf *out);

/* The same, for somebody who only listens (report/json_writer.h). */
MUST_USE enum smtplog_status report_tell_json(const struct report *report,
                                              const struct json_listener *listener);

/* Names of sections: section.h. */
bool report_has_section(struct span name);
void report_add_section_names(struct strbuf *out, const char *between);

#endif
