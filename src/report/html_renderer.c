/* A document as one web page: the frame of the page, its sections and paragraphs. */
#include "report/html_renderer.h"

#include <stdio.h>

#include "data/embedded.h"
#include "report/escape.h"
#include "report/html_part.h"

#define SMALL_WIDTH 64 /* columns of text in half a page */
#define CELL_LENGTH 8192

void html_text(struct html *html, struct span text)
{
    escape_html(html->out, text);
}

void html_label(struct html *html, struct span name)
{
    strbuf_clear(&html->cell);
    format_label(&html->cell, html->figures, name);
    strbuf_inherit(html->out, &html->cell);
    html_text(html, strbuf_span(&html->cell));
}

void html_number(struct html *html, double number)
{
    char text[64];
    int n = snprintf(text, sizeof text, "%.2f", number);
    size_t length = n > 0 && (size_t)n < sizeof text ? (size_t)n : 0;
    while (length > 1 && text[length - 1] == '0') {
        length--;
    }
    length -= length > 1 && text[length - 1] == '.';
    strbuf_add(html->out, text, length);
}

static const struct embedded_file *page_file(const char *path)
{
    size_t count = 0;
    const struct embedded_file *files = embedded_pages(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(files[i].path, path) == 0) {
            return &files[i];
        }
    }
    return NULL;
}

static void add_file(struct html *html, const char *element, const struct embedded_file *file)
{
    strbuf_addf(html->out, "<%s>", element);
    strbuf_add(html->out, (const char *)file->bytes, file->length);
    strbuf_addf(html->out, "</%s>\n", element);
}

/* ---- head and frame -------------------------------------------------------------------------- */

static void open_page(struct html *html, const struct html_style *style)
{
    const struct embedded_file *css = page_file("page.css");
    const struct embedded_file *script = page_file("page.js");
    strbuf_addf(html->out,
                "<!doctype html>\n<html lang=\"%.*s\" dir=%.*s>\n<head>\n<meta charset=utf-8>\n"
                "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
                "style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; "
                "form-action 'none'\">\n"
                "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=color-scheme content=\"light dark\">\n"
                "<meta name=referrer content=no-referrer>\n"
                "<meta name=robots content=noindex>\n<title>",
                SPAN_ARGS(style->language), SPAN_ARGS(style->direction), css->sha256,
                script->sha256);
    html_text(html, style->heading);
    strbuf_add_cstr(html->out, "</title>\n");
    add_file(html, "style", css);
    strbuf_add_cstr(html->out, "</head>\n<body data-filter=\"");
    html_text(html, style->filter);
    strbuf_add_cstr(html->out, "\" data-rows=\"");
    html_text(html, style->rows);
    strbuf_add_cstr(html->out, "\">\n<a class=skip href=\"#report\">");
    html_text(html, style->skip);
    strbuf_add_cstr(html->out, "</a>\n<header>\n<h1>");
    html_text(html, style->title);
    strbuf_add_cstr(html->out, "</h1>\n");
}

static void add_navigation(struct html *html, const struct document *document)
{
    size_t number = 0;
    size_t titled = 0;
    for (const struct section *s = document->first; s != NULL; s = s->next) {
        titled += s->title.n > 0;
    }
    if (titled < 3) {
        return;
    }
    strbuf_add_cstr(html->out, "<nav aria-label=\"");
    html_text(html, html->style->sections);
    strbuf_add_cstr(html->out, "\"><ul>\n");
    for (const struct section *s = document->first; s != NULL; s = s->next, number++) {
        if (s->title.n > 0) {
            strbuf_addf(html->out, "<li><a href=\"#s%zu\">", number);
            html_text(html, s->title);
            strbuf_add_cstr(html->out, "</a>\n");
        }
    }
    strbuf_add_cstr(html->out, "</ul></nav>\n");
}

/* ---- sections -------------------------------------------------------------------------------- */

static void add_strip(struct html *html, const struct table *table)
{
    for (size_t row = 0; row < table->row_count; row++) {
        const struct cell *cells = &table->cells[row * table->column_count];
        strbuf_add_cstr(html->out, "<div><dt>");
        html_cell(html, &cells[0]);
        strbuf_add_cstr(html->out, "<dd>");
        html_cell(html, &cells[1]);
        strbuf_add_cstr(html->out, "</div>\n");
    }
}

static void add_paragraph(struct html *html, struct span text, const char *class)
{
    strbuf_addf(html->out, class[0] != '\0' ? "<p class=%s>" : "<p%s>", class);
    html_text(html, text);
    strbuf_add_cstr(html->out, "</p>\n");
}

/* Charts that follow each other stand side by side where there is room; strips make one list. */
static void change_frame(struct html *html, enum block_kind *frame, enum block_kind kind)
{
    static const char *const opening[] = {
        [BLOCK_CHART] = "<div class=charts>\n", [BLOCK_STRIP] = "<dl class=strip>\n"};
    static const char *const closing[] = {[BLOCK_CHART] = "</div>\n", [BLOCK_STRIP] = "</dl>\n"};
    bool framed = *frame == BLOCK_CHART || *frame == BLOCK_STRIP;
    if (*frame == kind) {
        return;
    }
    strbuf_add_cstr(html->out, framed ? closing[*frame] : "");
    *frame = kind;
    framed = kind == BLOCK_CHART || kind == BLOCK_STRIP;
    strbuf_add_cstr(html->out, framed ? opening[kind] : "");
}

static void add_blocks(struct html *html, const struct section *section, bool head)
{
    bool first = true;
    enum block_kind frame = BLOCK_PARAGRAPH;
    for (const struct block *block = section->first; block != NULL; block = block->next) {
        change_frame(html, &frame, block->kind);
        switch (block->kind) {
        case BLOCK_PARAGRAPH:
            add_paragraph(html, block->text, head && first ? "verdict" : "");
            first = false;
            break;
        case BLOCK_TABLE:
            html_table(html, section, block->table);
            break;
        case BLOCK_CHART:
            html_chart(html, block->chart);
            break;
        case BLOCK_STRIP:
            add_strip(html, block->table);
            break;
        }
    }
    change_frame(html, &frame, BLOCK_PARAGRAPH);
}

/* Does a section need half the width of a page only? */
static bool is_small(const struct section *section)
{
    bool small = section != NULL;
    for (const struct block *block = small ? section->first : NULL; block != NULL;
         block = block->next) {
        small = small && block->kind != BLOCK_CHART &&
                (block->kind != BLOCK_TABLE || html_table_width(block->table) <= SMALL_WIDTH);
    }
    return small;
}

static void add_section(struct html *html, const struct section *section, size_t number, bool half)
{
    strbuf_addf(html->out, "<section id=s%zu aria-labelledby=h%zu%s>\n<h2 id=h%zu>", number, number,
                half ? " class=half" : "", number);
    html_text(html, section->title);
    strbuf_add_cstr(html->out, "</h2>\n");
    if (section->aside.n > 0) {
        add_paragraph(html, section->aside, "aside");
    }
    add_blocks(html, section, false);
    strbuf_add_cstr(html->out, "</section>\n");
}

/* Small sections stand side by side, two and two. */
static void add_sections(struct html *html, const struct section *section, size_t number)
{
    bool second = false;
    for (; section != NULL; section = section->next) {
        bool first = !second && is_small(section) && is_small(section->next);
        add_section(html, section, number++, first || second);
        second = first;
    }
}

enum smtplog_status html_render(const struct document *document, const struct html_style *style,
                                struct strbuf *out)
{
    struct html html = {.style = style, .figures = document->figures, .out = out};
    if (document->status != SMTPLOG_OK) {
        return document->status;
    }
    strbuf_init(&html.cell, CELL_LENGTH);
    open_page(&html, style);
    const struct section *section = document->first;
    size_t number = 0;
    if (section != NULL && section->title.n == 0) {
        add_blocks(&html, section, true);
        section = section->next;
        number++;
    }
    strbuf_add_cstr(out, "</header>\n");
    add_navigation(&html, document);
    strbuf_add_cstr(out, "<main id=report tabindex=-1>\n");
    add_sections(&html, section, number);
    strbuf_add_cstr(out, "</main>\n<footer>");
    add_paragraph(&html, style->made, "");
    strbuf_add_cstr(out, "</footer>\n");
    add_file(&html, "script", page_file("page.js"));
    strbuf_add_cstr(out, "</body>\n</html>\n");
    strbuf_free(&html.cell);
    return strbuf_status(out);
}
