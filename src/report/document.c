/* The report as a document: building. */
#include "report/document.h"

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

struct span document_keep(struct document *document, struct strbuf *text)
{
    if (strbuf_status(text) == SMTPLOG_NO_MEMORY && document->status == SMTPLOG_OK) {
        document->status = SMTPLOG_NO_MEMORY;
    }
    struct span kept = document_text(document, strbuf_span(text));
    strbuf_clear(text);
    return kept;
}

struct span document_take(struct document *document, struct strbuf *text)
{
    struct span kept = document_keep(document, text);
    strbuf_free(text);
    return kept;
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

struct section *document_section(struct document *document, const char *key, struct span title,
                                 struct span aside)
{
    struct section *section = document_alloc(document, sizeof *section);
    if (section == NULL) {
        return NULL;
    }
    *section = (struct section){.key = key, .title = title, .aside = aside};
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
    static const struct column columns[] = {{.wraps = false}, {.wraps = false}};
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

static bool column_is_empty(const struct table *table, size_t column)
{
    for (size_t row = 0; row < table->row_count; row++) {
        const struct cell *cell = table_cell(table, row, column);
        bool is_text = cell->kind == CELL_WORDS || cell->kind == CELL_NAME;
        bool is_quiet = cell->kind == CELL_COUNT && cell->quiet && cell->count == 0;
        if (cell->kind != CELL_NONE && !is_quiet && !(is_text && cell->text.n == 0)) {
            return false;
        }
    }
    return true;
}

size_t table_columns(const struct table *table, enum column_audience audience,
                     size_t places[TABLE_COLUMNS])
{
    size_t count = 0;
    bool all = table->audience == COLUMN_BOTH || table->audience == audience;
    for (size_t c = 0; all && c < table->column_count && count < TABLE_COLUMNS; c++) {
        const struct column *column = &table->columns[c];
        bool meant = column->audience == COLUMN_BOTH || column->audience == audience;
        bool good = audience == COLUMN_DATA ? column->key != NULL : !column_is_empty(table, c);
        if (meant && good) {
            places[count++] = c;
        }
    }
    return count;
}
