/* The tables of a document as comma separated values. A table with a name is one file; sections
 * that have the same table several times (sessions of transcripts) give one with all rows. */
#include "report/csv_renderer.h"

#include "report/cell.h"
#include "report/escape.h"

static void add_header(struct strbuf *out, const struct table *table, const size_t *places,
                       size_t count)
{
    for (size_t c = 0; c < count; c++) {
        strbuf_add_cstr(out, c > 0 ? "," : "");
        strbuf_add_cstr(out, table->columns[places[c]].key);
    }
    strbuf_add_byte(out, '\n');
}

static void add_rows(struct strbuf *out, const struct table *table, const size_t *places,
                     size_t count)
{
    for (size_t row = 0; row < table->row_count; row++) {
        for (size_t c = 0; c < count; c++) {
            const struct cell *cell = table_cell(table, row, places[c]);
            strbuf_add_cstr(out, c > 0 ? "," : "");
            if (cell_is_text(cell)) {
                escape_csv(out, cell->text);
            } else {
                cell_add_value(out, cell);
            }
        }
        strbuf_add_byte(out, '\n');
    }
}

static bool is_data(const struct block *block)
{
    return block->kind == BLOCK_TABLE && block->table->key != NULL &&
           block->table->audience != COLUMN_PEOPLE;
}

/* The next block with a table of data behind a place in the document. */
struct place {
    const struct section *section;
    const struct block *block;
};

static const struct table *next_table(struct place *place)
{
    while (place->section != NULL) {
        place->block = place->block != NULL ? place->block->next : place->section->first;
        if (place->block == NULL) {
            place->section = place->section->next;
        } else if (is_data(place->block)) {
            return place->block->table;
        }
    }
    return NULL;
}

/* True when an earlier table of the document has the same name. */
static bool is_repeated(const struct document *document, const struct table *table)
{
    struct place place = {document->first, NULL};
    const struct table *earlier = next_table(&place);
    while (earlier != table && strcmp(earlier->key, table->key) != 0) {
        earlier = next_table(&place);
    }
    return earlier != table;
}

static bool add_table(const struct document *document, struct span name, struct strbuf *out)
{
    struct place place = {document->first, NULL};
    const struct table *table = NULL;
    bool found = false;
    while ((table = next_table(&place)) != NULL) {
        size_t places[TABLE_COLUMNS];
        if (span_is(name, table->key)) {
            size_t count = table_columns(table, COLUMN_DATA, places);
            if (!found) {
                add_header(out, table, places, count);
            }
            add_rows(out, table, places, count);
            found = true;
        }
    }
    return found;
}

enum smtplog_status csv_render(const struct document *document, struct span name,
                               struct strbuf *out)
{
    struct place place = {document->first, NULL};
    const struct table *table = NULL;
    bool any = false;
    if (name.n > 0) {
        bool found = add_table(document, name, out);
        TRY(document->status);
        return found ? strbuf_status(out) : SMTPLOG_USAGE;
    }
    while ((table = next_table(&place)) != NULL) {
        if (!is_repeated(document, table)) {
            strbuf_addf(out, "%s# table: %s\n", any ? "\n" : "", table->key);
            add_table(document, span_cstr(table->key), out);
            any = true;
        }
    }
    return document->status != SMTPLOG_OK ? document->status : strbuf_status(out);
}

enum smtplog_status csv_table_names(const struct document *document, struct strbuf *out)
{
    struct place place = {document->first, NULL};
    const struct table *table = NULL;
    while ((table = next_table(&place)) != NULL) {
        if (!is_repeated(document, table)) {
            strbuf_addf(out, "%s\n", table->key);
        }
    }
    return document->status != SMTPLOG_OK ? document->status : strbuf_status(out);
}
