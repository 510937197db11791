/* From figures to a document: what the builders of sections share. A section is a row of the
 * table in section.h and a function that adds it; one without anything to say adds nothing. */
#ifndef REPORT_REPORT_BUILD_H
#define REPORT_REPORT_BUILD_H

#include "catalog/phrase.h"
#include "report/document.h"
#include "report/report.h"

struct report_builder {
    const struct report *report;
    struct summary *summary; /* quantiles sort what is kept */
    struct document *document;
    struct phrases phrases;
    struct strbuf text; /* the paragraph being put together */
};

/* Builds the whole report: sections of the table whose detail fits, or those asked for. Free with
 * document_free. */
void report_build(const struct report *report, struct document *document);

/* ---- words ---- */

/* A phrase without placeholders; lives as long as the catalogue. */
struct span builder_words(struct report_builder *b, const char *key);

/* A phrase with its values, kept in the document. */
struct span builder_phrase(struct report_builder *b, const char *key,
                           const struct phrase_value *values, size_t count);
#define WORDS(b, key, ...)                                           \
    builder_phrase((b), (key), (struct phrase_value[]){__VA_ARGS__}, \
                   sizeof((struct phrase_value[]){__VA_ARGS__}) / sizeof(struct phrase_value))

/* Puts a sentence behind those of the paragraph so far. */
void builder_say(struct report_builder *b, const char *key, const struct phrase_value *values,
                 size_t count);
#define SAY(b, key, ...)                                          \
    builder_say((b), (key), (struct phrase_value[]){__VA_ARGS__}, \
                sizeof((struct phrase_value[]){__VA_ARGS__}) / sizeof(struct phrase_value))
void builder_say_plain(struct report_builder *b, const char *key);

/* A copy of the paragraph so far, kept in the document. */
struct span builder_sentences(struct report_builder *b);

/* Ends the paragraph: into the section when there is one and something was said. */
void builder_paragraph(struct report_builder *b, struct section *section);

/* head, item; as the language joins them. Either may be empty. */
struct span builder_join(struct report_builder *b, struct span head, struct span item);

/* ---- sections and tables ---- */

/* A section titled by the phrase section/KEY. */
struct section *builder_section(struct report_builder *b, const char *key, struct span aside);

/* A table called key (stable: the name of its CSV); columns are titled by their labels. */
struct table *builder_table(struct report_builder *b, struct section *section, const char *key,
                            const struct column *columns, size_t count);
#define TABLE(b, section, key, columns) builder_table(b, section, key, columns, COUNT_OF(columns))

/* The unit beside a title, and "shown of all" when rows were left out. */
struct span builder_aside(struct report_builder *b, const char *unit_key, size_t shown, size_t all);

/* A section of rows, "shown of all" beside its title; NULL when it is not worth adding. */
struct section *builder_list(struct report_builder *b, const char *key, const char *unit_key,
                             size_t shown, size_t all);

/* Rows as many as --top allows, most first; the array is the caller's to free. */
struct topk_row **builder_rows(struct report_builder *b, const struct topk *table, size_t *count);

/* True when a section is worth adding: it has rows, or machines want its columns all the same. */
bool builder_filled(const struct report_builder *b, size_t count);

/* How many of count rows --top lets through. */
size_t builder_top(const struct report_builder *b, size_t count);

/* A row of a figure: its stable name and its label, a bar, the count, the share. Zeros are for
 * machines. */
struct table *builder_bars(struct report_builder *b, struct section *section, const char *key);
void builder_bar(struct report_builder *b, struct table *table, const char *figure, unsigned indent,
                 uint64_t count, uint64_t whole);

/* A count whose zero people need not see. */
static inline struct cell count_or_nothing(uint64_t count)
{
    struct cell cell = cell_count(count);
    cell.quiet = true;
    return cell;
}

#endif
