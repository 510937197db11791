/* What is known about things, as labelled rows: building, document, JSON. */
#include "report/fact_sheet.h"

#include "report/json_writer.h"

#define LABEL_MAXIMUM ((size_t)64 * 1024)
#define FIRST_ROWS    ((size_t)16)

void fact_book_init(struct fact_book *book, const struct catalog *catalog)
{
    *book = (struct fact_book){.phrases = {catalog}};
    document_init(&book->document);
    book->document.figures = catalog_figures(catalog);
}

struct span fact_book_plain(const struct fact_book *book, const char *phrase)
{
    return phrase_text(&book->phrases, phrase, PHRASE_MANY);
}

struct span fact_book_label(struct fact_book *book, struct span name, struct span value)
{
    struct strbuf text;
    strbuf_init(&text, LABEL_MAXIMUM);
    format_label(&text, book->document.figures, name);
    strbuf_add_span(&text, value);
    return document_take(&book->document, &text);
}

struct span fact_book_say(struct fact_book *book, const char *phrase,
                          const struct phrase_value *values, size_t count)
{
    struct strbuf out;
    strbuf_init(&out, 16384);
    phrase_add(&book->phrases, &out, phrase, values, count);
    return document_take(&book->document, &out);
}

void fact_book_free(struct fact_book *book)
{
    document_free(&book->document);
    book->first = book->last = NULL;
}

static void *book_alloc(struct fact_book *book, size_t size)
{
    void *piece = arena_alloc(&book->document.arena, size);
    if (piece == NULL) {
        book->document.status = SMTPLOG_NO_MEMORY;
    }
    return piece;
}

/* Room behind so many items, all of one size: doubled when it is full. NULL when memory is short.
 */
static void *make_room(struct fact_book *book, void *items, size_t count, size_t size)
{
    if (count == 0) {
        return book_alloc(book, FIRST_ROWS * size);
    }
    if (count < FIRST_ROWS || (count & (count - 1)) != 0) {
        return items;
    }
    void *grown = arena_grow(&book->document.arena, items, count * size, 2 * count * size);
    if (grown == NULL) {
        book->document.status = SMTPLOG_NO_MEMORY;
    }
    return grown;
}

struct fact_sheet *fact_book_sheet(struct fact_book *book, const char *kind)
{
    struct fact_sheet *sheet = book_alloc(book, sizeof *sheet);
    if (sheet == NULL) {
        return NULL;
    }
    sheet->book = book;
    sheet->kind = kind;
    sheet->columns = 1;
    if (book->last != NULL) {
        book->last->next = sheet;
    } else {
        book->first = sheet;
    }
    book->last = sheet;
    return sheet;
}

static struct fact_row *new_row(struct fact_sheet *sheet, const char *key, struct span label)
{
    struct fact_row *rows = sheet != NULL ? make_room(sheet->book, sheet->rows, sheet->row_count,
                                                      sizeof *rows)
                                          : NULL;
    if (rows == NULL) {
        return NULL;
    }
    struct fact_row *row = &rows[sheet->row_count++];
    sheet->rows = rows;
    *row = (struct fact_row){.key = key, .label = label};
    for (size_t i = 0; i < SHEET_COLUMNS; i++) {
        row->text[i] = row->value[i] = SPAN_EMPTY;
    }
    return row;
}

struct fact_row *fact_sheet_row(struct fact_sheet *sheet, const char *key, const char *label)
{
    return sheet != NULL ? new_row(sheet, key, fact_book_plain(sheet->book, label)) : NULL;
}

void fact_sheet_add_named(struct fact_sheet *sheet, const char *key, struct span label,
                          struct span text)
{
    struct fact_row *row = text.n > 0 ? new_row(sheet, key, label) : NULL;
    if (row != NULL) {
        row->text[0] = text;
    }
}

void fact_sheet_add(struct fact_sheet *sheet, const char *key, const char *label, struct span text)
{
    if (sheet != NULL) {
        fact_sheet_add_named(sheet, key, fact_book_plain(sheet->book, label), text);
    }
}

struct fact_list *fact_sheet_list(struct fact_book *book, struct fact_sheet *sheet, const char *key,
                                  const char *heading)
{
    struct fact_list *list = sheet != NULL ? book_alloc(book, sizeof *list) : NULL;
    if (list == NULL) {
        return NULL;
    }
    list->book = book;
    list->key = key;
    list->heading = fact_book_plain(book, heading);
    if (sheet->last_list != NULL) {
        sheet->last_list->next = list;
    } else {
        sheet->first_list = list;
    }
    sheet->last_list = list;
    return list;
}

void fact_list_add(struct fact_list *list, struct span text)
{
    struct span *texts = list != NULL && text.n > 0
                             ? make_room(list->book, list->text, list->count, sizeof *texts)
                             : NULL;
    if (texts != NULL) {
        texts[list->count++] = text;
        list->text = texts;
    }
}

static bool row_is_empty(const struct fact_sheet *sheet, const struct fact_row *row)
{
    for (size_t i = 0; i < sheet->columns; i++) {
        if (row->text[i].n > 0) {
            return false;
        }
    }
    return true;
}

/* ---- document -------------------------------------------------------------------------------- */

static void add_rows(struct fact_book *book, const struct fact_sheet *sheet,
                     struct section *section)
{
    struct document *document = &book->document;
    struct column *columns = book_alloc(book, (sheet->columns + 1) * sizeof *columns);
    if (columns == NULL || sheet->row_count == 0) {
        return;
    }
    columns[0] = (struct column){.title = SPAN_EMPTY};
    for (size_t i = 0; i < sheet->columns; i++) {
        columns[i + 1] = (struct column){.title = sheet->heads[i], .wraps = true};
    }
    struct table *table = section_table(document, section, columns, sheet->columns + 1);
    for (size_t i = 0; i < sheet->row_count; i++) {
        struct cell *cells = row_is_empty(sheet, &sheet->rows[i]) ? NULL
                                                                  : table_row(document, table);
        for (size_t c = 0; cells != NULL && c < sheet->columns; c++) {
            cells[0] = cell_text(CELL_WORDS, sheet->rows[i].label);
            cells[c + 1] = cell_text(CELL_WORDS, sheet->rows[i].text[c]);
        }
    }
}

static void add_list(struct fact_book *book, const struct fact_list *list)
{
    static const struct column columns[] = {{.wraps = false}, {.wraps = true}};
    struct document *document = &book->document;
    struct section *section = list->count > 0
                                  ? document_section(document, list->key, list->heading, SPAN_EMPTY)
                                  : NULL;
    struct table *table = section_table(document, section, columns, COUNT_OF(columns));
    if (table != NULL) {
        table->list = true;
    }
    for (size_t i = 0; i < list->count; i++) {
        struct cell *cells = table_row(document, table);
        if (cells != NULL) {
            cells[0] = cell_words("-");
            cells[1] = cell_text(CELL_WORDS, list->text[i]);
        }
    }
}

struct document *fact_book_document(struct fact_book *book)
{
    struct document *document = &book->document;
    const struct fact_sheet *sheet = document->first == NULL ? book->first : NULL;
    for (; sheet != NULL; sheet = sheet->next) {
        struct section *section = document_section(document, sheet->kind, sheet->title,
                                                   sheet->aside);
        if (sheet->summary.n > 0) {
            section_paragraph(document, section, sheet->summary);
        }
        add_rows(book, sheet, section);
        for (const struct fact_list *list = sheet->first_list; list != NULL; list = list->next) {
            add_list(book, list);
        }
    }
    return document;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_row(struct json_writer *json, const struct fact_sheet *sheet,
                     const struct fact_row *row)
{
    if (sheet->columns == 1) {
        json_text(json, row->key, row->value[0].n > 0 ? row->value[0] : row->text[0]);
        return;
    }
    json_array(json, row->key);
    for (size_t i = 0; i < sheet->columns; i++) {
        json_text(json, NULL, row->value[i].n > 0 ? row->value[i] : row->text[i]);
    }
    json_end(json, ']');
}

static void json_sheet(struct json_writer *json, const struct fact_sheet *sheet)
{
    json_object(json, NULL);
    json_text(json, "kind", span_cstr(sheet->kind));
    json_text(json, "title", sheet->title);
    if (sheet->summary.n > 0) {
        json_text(json, "summary", sheet->summary);
    }
    if (sheet->columns > 1) {
        json_array(json, "of");
        for (size_t i = 0; i < sheet->columns; i++) {
            json_text(json, NULL, sheet->heads[i]);
        }
        json_end(json, ']');
    }
    for (size_t i = 0; i < sheet->row_count; i++) {
        if (!row_is_empty(sheet, &sheet->rows[i])) {
            json_row(json, sheet, &sheet->rows[i]);
        }
    }
    for (const struct fact_list *list = sheet->first_list; list != NULL; list = list->next) {
        json_array(json, list->key);
        for (size_t i = 0; i < list->count; i++) {
            json_text(json, NULL, list->text[i]);
        }
        json_end(json, ']');
    }
    json_end(json, '}');
}

enum smtplog_status fact_book_json(struct fact_book *book, struct strbuf *out)
{
    struct json_writer json;
    json_begin(&json, out, true);
    json_array(&json, NULL);
    for (const struct fact_sheet *sheet = book->first; sheet != NULL; sheet = sheet->next) {
        json_sheet(&json, sheet);
    }
    json_end(&json, ']');
    strbuf_add_byte(out, '\n');
    return book->document.status != SMTPLOG_OK ? book->document.status : strbuf_status(out);
}
