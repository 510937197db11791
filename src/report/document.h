/* The report as a document: sections with paragraphs and tables of typed cells. Built once; a
 * renderer knows cells and sections and nothing of figures. Everything lives in the document's
 * arena. */
#ifndef REPORT_DOCUMENT_H
#define REPORT_DOCUMENT_H

#include "base/arena.h"
#include "base/civil_time.h"
#include "base/strbuf.h"
#include "report/chart.h"

enum cell_kind {
    CELL_NONE,
    CELL_WORDS, /* the program's own words */
    CELL_LOG,   /* text from a log: shown in quotes, escaped */
    CELL_NAME,  /* a name from a log (domain, host, address): escaped, not quoted */
    CELL_COUNT,
    CELL_SHARE, /* 0..1 */
    CELL_SECONDS,
    CELL_INSTANT,
    CELL_BAR /* 0..1 of the column's width */
};

struct cell {
    enum cell_kind kind;
    struct span text;
    uint64_t count;
    double number;
    struct instant instant;
};

struct column {
    const char *title; /* may be "" */
    bool right;        /* numbers stand at the right */
    bool wraps;        /* takes the width that is left, on several lines if needed */
    size_t width;      /* fixed columns, 0: as wide as its widest cell */
};

struct table {
    const struct column *columns;
    size_t column_count;
    struct cell *cells; /* row by row */
    size_t row_count, row_capacity;
    struct table *next;
};

enum block_kind {
    BLOCK_PARAGRAPH,
    BLOCK_TABLE,
    BLOCK_CHART, /* a renderer that cannot draw leaves it out: its figures stand elsewhere too */
    BLOCK_STRIP  /* what a report is about, at a glance: text is the form for a line of words, table
                    the same as pairs of label and figure */
};

struct block {
    enum block_kind kind;
    struct span text;
    struct table *table;
    struct chart *chart;
    struct block *next;
};

struct section {
    const char *key;   /* stable name */
    struct span title; /* empty for the head */
    struct span aside; /* unit and denominator, beside the title */
    struct block *first, *last;
    struct section *next;
};

struct document {
    struct arena arena;
    struct section *first, *last;
    enum smtplog_status status; /* first failure */
};

void document_init(struct document *document);
void document_free(struct document *document);

/* Every function below does nothing once the document has failed. */
struct section *document_section(struct document *document, const char *key, const char *title,
                                 struct span aside);
void section_paragraph(struct document *document, struct section *section, struct span text);
struct table *section_table(struct document *document, struct section *section,
                            const struct column *columns, size_t column_count);
/* A chart with room for its points and series, all else zero; NULL when the document has failed or
 * there would be nothing in it. */
struct chart *section_chart(struct document *document, struct section *section,
                            enum chart_kind kind, size_t point_count, size_t series_count);
/* The table is of two columns, label and figure. */
struct table *section_strip(struct document *document, struct section *section, struct span text);
/* A new row, all cells empty; NULL when the document has failed. */
struct cell *table_row(struct document *document, struct table *table);

/* A copy of text that lives as long as the document. */
struct span document_text(struct document *document, struct span text);
struct span document_printf(struct document *document, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline struct cell cell_words(const char *words)
{
    return (struct cell){.kind = CELL_WORDS, .text = span_cstr(words)};
}

static inline struct cell cell_text(enum cell_kind kind, struct span text)
{
    return (struct cell){.kind = kind, .text = text};
}

static inline struct cell cell_count(uint64_t count)
{
    return (struct cell){.kind = CELL_COUNT, .count = count};
}

static inline struct cell cell_number(enum cell_kind kind, double number)
{
    return (struct cell){.kind = kind, .number = number};
}

static inline struct cell cell_share(uint64_t part, uint64_t whole)
{
    return cell_number(CELL_SHARE, whole > 0 ? (double)part / (double)whole : 0);
}

/* How figures are written: "12,113", "36.1 %", "5 min 12 s", "21 Nov 14:05". */
void format_count(struct strbuf *out, uint64_t count);
void format_share(struct strbuf *out, double share);
void format_seconds(struct strbuf *out, double seconds);
void format_bytes(struct strbuf *out, uint64_t bytes);
enum instant_format {
    FORMAT_TIME,
    FORMAT_DAY,
    FORMAT_YEAR
};
void format_instant(struct strbuf *out, const struct instant *instant, enum instant_format format);

#endif
