/* The report as a document: building, and how figures are written. */
#include "report/document.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void document_init(struct document *document)
{
    *document = (struct document){.first = NULL};
    arena_init(&document->arena);
}

void document_free(struct document *document)
{
    arena_free(&document->arena);
    *document = (struct document){.first = NULL};
}

static void *document_alloc(struct document *document, size_t size)
{
    void *piece = document->status == SMTPLOG_OK ? arena_alloc(&document->arena, size) : NULL;
    if (piece == NULL && document->status == SMTPLOG_OK) {
        document->status = SMTPLOG_NO_MEMORY;
    }
    return piece;
}

struct span document_text(struct document *document, struct span text)
{
    char *bytes = document_alloc(document, text.n + 1);
    if (bytes == NULL) {
        return SPAN_EMPTY;
    }
    if (text.n > 0) {
        memcpy(bytes, text.p, text.n);
    }
    return span_of(bytes, text.n);
}

struct span document_printf(struct document *document, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    return document_text(document, span_of(text, length));
}

struct section *document_section(struct document *document, const char *key, const char *title,
                                 struct span aside)
{
    struct section *section = document_alloc(document, sizeof *section);
    if (section == NULL) {
        return NULL;
    }
    *section = (struct section){.key = key, .title = span_cstr(title), .aside = aside};
    if (document->last != NULL) {
        document->last->next = section;
    } else {
        document->first = section;
    }
    document->last = section;
    return section;
}

static struct block *section_block(struct document *document, struct section *section,
                                   enum block_kind kind)
{
    struct block *block = section != NULL ? document_alloc(document, sizeof *block) : NULL;
    if (block == NULL) {
        return NULL;
    }
    block->kind = kind;
    if (section->last != NULL) {
        section->last->next = block;
    } else {
        section->first = block;
    }
    section->last = block;
    return block;
}

void section_paragraph(struct document *document, struct section *section, struct span text)
{
    struct block *block = section_block(document, section, BLOCK_PARAGRAPH);
    if (block != NULL) {
        block->text = document_text(document, text);
    }
}

struct table *section_table(struct document *document, struct section *section,
                            const struct column *columns, size_t column_count)
{
    struct block *block = section_block(document, section, BLOCK_TABLE);
    struct table *table = block != NULL ? document_alloc(document, sizeof *table) : NULL;
    if (table == NULL) {
        return NULL;
    }
    table->columns = columns;
    table->column_count = column_count;
    block->table = table;
    return table;
}

struct table *section_strip(struct document *document, struct section *section, struct span text)
{
    static const struct column columns[] = {{.title = ""}, {.title = ""}};
    struct table *table = section_table(document, section, columns, COUNT_OF(columns));
    if (table != NULL) {
        section->last->kind = BLOCK_STRIP;
        section->last->text = document_text(document, text);
    }
    return table;
}

struct chart *section_chart(struct document *document, struct section *section,
                            enum chart_kind kind, size_t point_count, size_t series_count)
{
    if (point_count == 0 || series_count == 0 || series_count > CHART_SERIES) {
        return NULL;
    }
    struct block *block = section_block(document, section, BLOCK_CHART);
    struct chart *chart = block != NULL ? document_alloc(document, sizeof *chart) : NULL;
    if (chart == NULL) {
        return NULL;
    }
    *chart = (struct chart){.kind = kind, .point_count = point_count, .series_count = series_count};
    chart->points = document_alloc(document, point_count * sizeof *chart->points);
    for (size_t i = 0; i < series_count; i++) {
        chart->series[i].values = document_alloc(document, point_count * sizeof(double));
    }
    if (document->status != SMTPLOG_OK) {
        return NULL;
    }
    block->chart = chart;
    return chart;
}

struct cell *table_row(struct document *document, struct table *table)
{
    if (table == NULL) {
        return NULL;
    }
    if (table->row_count == table->row_capacity) {
        size_t capacity = table->row_capacity > 0 ? table->row_capacity * 2 : 16;
        struct cell *cells = document_alloc(document,
                                            capacity * table->column_count * sizeof *cells);
        if (cells == NULL) {
            return NULL;
        }
        if (table->row_count > 0) {
            memcpy(cells, table->cells, table->row_count * table->column_count * sizeof *cells);
        }
        table->cells = cells;
        table->row_capacity = capacity;
    }
    return &table->cells[table->row_count++ * table->column_count];
}

/* ---- figures -------------------------------------------------------------------------------- */

void format_count(struct strbuf *out, uint64_t count)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0) {
            strbuf_add_byte(out, ',');
        }
        strbuf_add_byte(out, digits[i]);
    }
}

void format_share(struct strbuf *out, double share)
{
    double percent = share * 100;
    /* Never "0.0 %" for something that is there, nor "100.0 %" for less than all. */
    if (percent > 0 && percent < 0.05) {
        strbuf_add_cstr(out, "<0.1 %");
    } else if (percent < 100 && percent >= 99.95) {
        strbuf_add_cstr(out, ">99.9 %");
    } else {
        strbuf_addf(out, "%.1f %%", percent);
    }
}

void format_seconds(struct strbuf *out, double seconds)
{
    unsigned long long s = (unsigned long long)(seconds + 0.5);
    if (seconds < 10 && seconds != floor(seconds)) {
        strbuf_addf(out, seconds < 1 ? "%.2f s" : "%.1f s", seconds);
    } else if (s < 120) {
        strbuf_addf(out, "%llu s", s);
    } else if (s < 7200) {
        strbuf_addf(out, "%llu min", s / 60);
        if (s % 60 != 0) {
            strbuf_addf(out, " %llu s", s % 60);
        }
    } else if (s < 2 * 86400) {
        strbuf_addf(out, "%llu h", s / 3600);
        if (s % 3600 / 60 != 0) {
            strbuf_addf(out, " %llu min", s % 3600 / 60);
        }
    } else {
        strbuf_addf(out, "%llu d %llu h", s / 86400, s % 86400 / 3600);
    }
}

void format_bytes(struct strbuf *out, uint64_t bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 999.5 && unit + 1 < COUNT_OF(units)) {
        value /= 1000;
        unit++;
    }
    strbuf_addf(out, unit > 0 && value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

void format_instant(struct strbuf *out, const struct instant *instant, enum instant_format format)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c;
    civil_from_seconds(instant->seconds + instant->offset, &c);
    if (format != FORMAT_TIME) {
        strbuf_addf(out, "%d %s ", c.day, months[c.month - 1]);
    }
    if (format == FORMAT_YEAR) {
        strbuf_addf(out, "%d ", c.year);
    }
    strbuf_addf(out, "%02d:%02d:%02d", c.hour, c.minute, c.second);
}
