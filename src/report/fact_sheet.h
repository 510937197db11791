/* What is known about one thing (a code, a reply, a class, a provider), or about several side by
 * side, as labelled rows: built once, a document for renderers, or JSON. */
#ifndef REPORT_FACT_SHEET_H
#define REPORT_FACT_SHEET_H

#include "catalog/phrase.h"
#include "report/document.h"

#define SHEET_COLUMNS 6 /* things side by side */

struct fact_row {
    const char *key;   /* stable, for JSON */
    struct span label; /* for people */
    struct span text[SHEET_COLUMNS];
    struct span value[SHEET_COLUMNS]; /* for JSON, where it is not the text: the same everywhere */
};

struct fact_book;

/* A list of sentences under a heading. */
struct fact_list {
    struct fact_book *book;
    const char *key;
    struct span heading;
    struct span *text; /* in the book's arena */
    size_t count;
    struct fact_list *next;
};

struct fact_sheet {
    struct fact_book *book;
    const char *kind; /* "code", "enhanced", "reply", "class", "provider", "compare", "list" */
    struct span title;
    struct span aside;
    struct span summary;
    size_t columns; /* 1 unless things stand side by side */
    struct span heads[SHEET_COLUMNS];
    struct fact_row *rows; /* in the book's arena */
    size_t row_count;
    struct fact_list *first_list, *last_list;
    struct fact_sheet *next;
};

/* The sheets of one answer; texts live in the document's arena or in the catalogue. */
struct fact_book {
    struct phrases phrases;   /* labels and headings are its phrases */
    struct document document; /* arena and status; sections are made by fact_book_document */
    struct fact_sheet *first, *last;
};

void fact_book_init(struct fact_book *book, const struct catalog *catalog);
void fact_book_free(struct fact_book *book);

/* A new empty sheet of one column; NULL when memory is short (the book is then failed). */
struct fact_sheet *fact_book_sheet(struct fact_book *book, const char *kind);

/* A name with what is said of it: "450: ...". */
struct span fact_book_label(struct fact_book *book, struct span name, struct span value);

/* A phrase with its placeholders filled, and one without any. */
struct span fact_book_say(struct fact_book *book, const char *phrase,
                          const struct phrase_value *values, size_t count);
struct span fact_book_plain(const struct fact_book *book, const char *phrase);
#define fact_book_words(book, phrase, ...)                                \
    fact_book_say((book), (phrase), (struct phrase_value[]){__VA_ARGS__}, \
                  sizeof((struct phrase_value[]){__VA_ARGS__}) / sizeof(struct phrase_value))

/* Adds a row whose label is a phrase; nothing happens for an empty text or a NULL sheet. The second
 * takes the label itself. */
void fact_sheet_add(struct fact_sheet *sheet, const char *key, const char *label, struct span text);
void fact_sheet_add_named(struct fact_sheet *sheet, const char *key, struct span label,
                          struct span text);
/* A row for several columns; left out when all are empty. Returns it for filling, before the next
 * is added, or NULL. */
struct fact_row *fact_sheet_row(struct fact_sheet *sheet, const char *key, const char *label);
/* A list under a heading, to be filled with fact_list_add. */
struct fact_list *fact_sheet_list(struct fact_book *book, struct fact_sheet *sheet, const char *key,
                                  const char *heading);
void fact_list_add(struct fact_list *list, struct span text);

/* The sheets as a document of the book's own, made once, for any renderer. */
struct document *fact_book_document(struct fact_book *book);
MUST_USE enum smtplog_status fact_book_json(struct fact_book *book, struct strbuf *out);

#endif
