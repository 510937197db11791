/* The report as a document: sections with paragraphs and tables of typed cells. Built once; a
 * renderer knows cells and sections and nothing of figures. Everything lives in the document's
 * arena. */
#ifndef REPORT_DOCUMENT_H
#define REPORT_DOCUMENT_H

#include "base/arena.h"
#include "base/figure.h"
#include "base/strbuf.h"
#include "report/chart.h"

enum cell_kind {
    CELL_NONE,
    CELL_WORDS, /* the program's own words */
    CELL_LOG,   /* text from a log: shown in quotes, escaped */
    CELL_NAME,  /* a name from a log (domain, host, address): escaped, not quoted */
    CELL_CODE,  /* a reply code: a number that is no amount */
    CELL_COUNT,
    CELL_NUMBER, /* of no unit, with decimals */
    CELL_SHARE,  /* 0..1 */
    CELL_SECONDS,
    CELL_BYTES, /* count; number too where it is no whole one: a mean */
    CELL_INSTANT,
    CELL_BAR /* 0..1 of the column's width; a repetition for the eye, of no column of data */
};

struct cell {
    enum cell_kind kind;
    struct span text;
    uint64_t count;
    double number;
    struct instant instant;
    bool quiet;      /* a zero that people are not shown */
    unsigned indent; /* levels that the words stand in under those above */
};

enum column_audience {
    COLUMN_BOTH,
    COLUMN_PEOPLE, /* text, HTML, Markdown: bars, labels that repeat a name in words */
    COLUMN_DATA    /* CSV: names that are stable where people see words */
};

struct column {
    const char *key;   /* stable name, for CSV headers; NULL for COLUMN_PEOPLE */
    const char *label; /* phrase of the title, NULL for none; resolved by builder_table */
    struct span title; /* may be empty */
    size_t width;      /* fixed columns, 0: as wide as its widest cell */
    enum column_audience audience;
    bool right; /* numbers stand at the right */
    bool wraps; /* takes the width that is left, on several lines if needed */
};

struct table {
    bool list;       /* no table to the eye: items, a mark and the words in each row */
    bool is_metric;  /* a row a figure for monitoring: its path, its value */
    const char *key; /* stable name, NULL for a table that is not data */
    enum column_audience audience; /* of all of it */
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
    const struct figure_style *figures; /* how the language writes them; NULL: English */
    struct span verdict;                /* the report in one sentence */
    enum smtplog_status status;         /* first failure */
};

void document_init(struct document *document);
void document_free(struct document *document);

/* Every function below does nothing once the document has failed. */
struct section *document_section(struct document *document, const char *key, struct span title,
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

/* The places of the columns that an audience gets, in order; returns how many. People get no column
 * that is empty all the way down; data has every column that has a key, always. */
#define TABLE_COLUMNS 24
size_t table_columns(const struct table *table, enum column_audience audience,
                     size_t places[TABLE_COLUMNS]);

static inline const struct cell *table_cell(const struct table *table, size_t row, size_t column)
{
    return &table->cells[row * table->column_count + column];
}

/* A copy of text that lives as long as the document. */
struct span document_text(struct document *document, struct span text);

/* The same of what was put together in a buffer, which is emptied; or freed. */
struct span document_keep(struct document *document, struct strbuf *text);
struct span document_take(struct document *document, struct strbuf *text);
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

static inline struct cell cell_bytes(uint64_t bytes)
{
    return (struct cell){.kind = CELL_BYTES, .count = bytes};
}

static inline struct cell cell_number(enum cell_kind kind, double number)
{
    return (struct cell){.kind = kind, .number = number};
}

/* NULL: empty. */
static inline struct cell cell_instant(const struct instant *instant)
{
    struct cell cell = {.kind = CELL_NONE};
    if (instant != NULL) {
        cell.kind = CELL_INSTANT;
        cell.instant = *instant;
    }
    return cell;
}

static inline struct cell cell_share(uint64_t part, uint64_t whole)
{
    return cell_number(CELL_SHARE, whole > 0 ? (double)part / (double)whole : 0);
}

#endif
