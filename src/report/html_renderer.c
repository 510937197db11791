/* A document as one web page: the frame of the page, its sections and paragraphs. */
#include "report/html_renderer.h"

#include <stdio.h>

#include "data/embedded.h"
#include "report/escape.h"
#include "report/html_part.h"

#define CELL_LENGTH 8192

void html_text(struct html *html, struct span text)
{
    escape_html(html->out, text);
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

/* ---- head and frame ---------------------------------------------------------------------------
 */

static void open_page(struct html *html, const struct html_style *style)
{
    const struct embedded_file *css = page_file("page.css");
    const struct embedded_file *script = page_file("page.js");
    strbuf_addf(html->out,
                "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=utf-8>\n"
                "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
                "style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; "
                "form-action 'none'\">\n"
                "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=color-scheme content=\"light dark\">\n"
                "<meta name=referrer content=no-referrer>\n"
                "<meta name=robots content=noindex>\n<title>",
                style->language, css->sha256, script->sha256);
    html_text(html, span_cstr(style->title));
    strbuf_add_cstr(html->out, "</title>\n");
    add_file(html, "style", css);
    strbuf_add_cstr(html->out, "</head>\n<body>\n");
}

static void add_navigation(struct html *html, const struct document *document)
{
    strbuf_add_cstr(html->out, "<nav aria-label=\"Sections\"><ul>\n");
    size_t number = 0;
    for (const struct section *s = document->first; s != NULL; s = s->next, number++) {
        if (s->title.n > 0) {
            strbuf_addf(html->out, "<li><a href=\"#s%zu\">", number);
            html_text(html, s->title);
            strbuf_add_cstr(html->out, "</a>\n");
        }
    }
    strbuf_add_cstr(html->out, "</ul></nav>\n");
}

/* ---- sections ---------------------------------------------------------------------------------
 */

static void add_strip(struct html *html, const struct table *table)
{
    strbuf_add_cstr(html->out, "<dl class=strip>\n");
    for (size_t row = 0; row < table->row_count; row++) {
        const struct cell *cells = &table->cells[row * table->column_count];
        strbuf_add_cstr(html->out, "<div><dt>");
        html_cell(html, &cells[0]);
        strbuf_add_cstr(html->out, "<dd>");
        html_cell(html, &cells[1]);
        strbuf_add_cstr(html->out, "</div>\n");
    }
    strbuf_add_cstr(html->out, "</dl>\n");
}

static void add_paragraph(struct html *html, struct span text, const char *class)
{
    strbuf_addf(html->out, class[0] != '\0' ? "<p class=%s>" : "<p%s>", class);
    html_text(html, text);
    strbuf_add_cstr(html->out, "</p>\n");
}

/* Charts of one kind that follow each other stand side by side where there is room. */
static void add_blocks(struct html *html, const struct section *section, bool head)
{
    bool first = true;
    bool charts = false;
    for (const struct block *block = section->first; block != NULL; block = block->next) {
        if (charts != (block->kind == BLOCK_CHART)) {
            charts = !charts;
            strbuf_add_cstr(html->out, charts ? "<div class=charts>\n" : "</div>\n");
        }
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
    strbuf_add_cstr(html->out, charts ? "</div>\n" : "");
}

static void add_section(struct html *html, const struct section *section, size_t number)
{
    strbuf_addf(html->out, "<section id=s%zu aria-labelledby=h%zu>\n<h2 id=h%zu>", number, number,
                number);
    html_text(html, section->title);
    strbuf_add_cstr(html->out, "</h2>\n");
    if (section->aside.n > 0) {
        add_paragraph(html, section->aside, "aside");
    }
    add_blocks(html, section, false);
    strbuf_add_cstr(html->out, "</section>\n");
}

static void add_footer(struct html *html, const struct html_style *style)
{
    strbuf_add_cstr(html->out, "<footer><p>smtplog");
    if (style->generated.seconds != 0) {
        strbuf_clear(&html->cell);
        format_instant(&html->cell, &style->generated, FORMAT_YEAR);
        strbuf_add_cstr(html->out, ", ");
        html_text(html, strbuf_span(&html->cell));
    }
    strbuf_add_cstr(html->out, "</p></footer>\n");
}

enum smtplog_status html_render(const struct document *document, const struct html_style *style,
                                struct strbuf *out)
{
    struct html html = {.out = out};
    if (document->status != SMTPLOG_OK) {
        return document->status;
    }
    strbuf_init(&html.cell, CELL_LENGTH);
    open_page(&html, style);
    strbuf_add_cstr(out, "<a class=skip href=\"#report\">Skip to the tables</a>\n<header>\n<h1>");
    html_text(&html, span_cstr(style->title));
    strbuf_add_cstr(out, "</h1>\n");
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
    for (; section != NULL; section = section->next) {
        add_section(&html, section, number++);
    }
    strbuf_add_cstr(out, "</main>\n");
    add_footer(&html, style);
    add_file(&html, "script", page_file("page.js"));
    strbuf_add_cstr(out, "</body>\n</html>\n");
    strbuf_free(&html.cell);
    return strbuf_status(out);
}
