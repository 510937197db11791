/* A document as text. Knows sections, paragraphs, tables and cells, no figures. */
#include "report/text_renderer.h"

#include "base/utf8.h"
#include "report/escape.h"
#include "report/text_part.h"

/* True when a line must not end at this blank: a number and its unit, "95 %", "1.2 GB". */
static bool binds(struct span text, size_t blank)
{
    size_t end = blank + 1;
    while (end < text.n && text.p[end] != ' ') {
        end++;
    }
    return blank > 0 && byte_is_digit(text.p[blank - 1]) && end > blank + 1 &&
           utf8_text_columns(span_of(text.p + blank + 1, end - blank - 1)) <= 3 &&
           !byte_is_digit(text.p[blank + 1]);
}

struct span text_take_line(struct span *text, size_t width)
{
    struct span fits = utf8_fit(*text, width);
    bool between = fits.n >= text->n || (text->p[fits.n] == ' ' && !binds(*text, fits.n));
    if (!between) {
        size_t cut = fits.n;
        while (cut > 0 && (text->p[cut - 1] != ' ' || binds(*text, cut - 1))) {
            cut--;
        }
        fits.n = cut > 0 ? cut : fits.n;
    }
    if (fits.n == 0 && text->n > 0) {
        uint32_t character = 0;
        size_t length = utf8_read(*text, &character);
        fits.n = length > 0 ? length : 1; /* a column too narrow for a wide character */
    }
    *text = span_from(*text, fits.n);
    while (text->n > 0 && text->p[0] == ' ') {
        *text = span_from(*text, 1);
    }
    return span_trim(fits);
}

void text_set_color(struct text_renderer *r, const char *code)
{
    if (r->style->color) {
        strbuf_addf(r->out, "\033[%sm", code);
    }
}

static void add_wrapped(struct text_renderer *r, struct span raw, size_t indent)
{
    strbuf_clear(&r->cell);
    escape_terminal(&r->cell, raw);
    strbuf_inherit(r->out, &r->cell);
    struct span text = strbuf_span(&r->cell);
    size_t width = r->style->width > indent + TEXT_NARROWEST ? r->style->width - indent
                                                             : TEXT_NARROWEST;
    while (text.n > 0) {
        strbuf_add_repeat(r->out, " ", indent);
        strbuf_add_span(r->out, text_take_line(&text, width));
        strbuf_add_byte(r->out, '\n');
    }
}

/* ---- sections -------------------------------------------------------------------------------- */

static void add_heading(struct text_renderer *r, const struct section *section)
{
    if (section->title.n == 0) {
        return;
    }
    size_t used = utf8_text_columns(section->title);
    text_set_color(r, "1");
    if (used > r->style->width) {
        add_wrapped(r, section->title, 0);
        text_set_color(r, "0");
        if (section->aside.n > 0) {
            add_wrapped(r, section->aside, TEXT_INDENT);
        }
        return;
    }
    strbuf_add_span(r->out, section->title);
    text_set_color(r, "0");
    size_t aside = utf8_text_columns(section->aside);
    if (aside > 0 && used + aside + TEXT_GAP <= r->style->width) {
        strbuf_add_repeat(r->out, " ", r->style->width - used - aside);
        strbuf_add_span(r->out, section->aside);
    } else if (aside > 0) {
        strbuf_add_cstr(r->out, "\n");
        add_wrapped(r, section->aside, TEXT_INDENT);
        return;
    }
    strbuf_add_byte(r->out, '\n');
}

enum smtplog_status text_render(const struct document *document, const struct text_style *style,
                                struct strbuf *out)
{
    struct text_renderer r = {.style = style, .figures = document->figures, .out = out};
    strbuf_init(&r.cell, TEXT_CELL);
    strbuf_init(&r.row, (size_t)TEXT_CELL * TABLE_COLUMNS);
    for (const struct section *s = document->first; s != NULL; s = s->next) {
        if (s != document->first) {
            strbuf_add_byte(out, '\n');
        }
        add_heading(&r, s);
        for (const struct block *block = s->first; block != NULL; block = block->next) {
            if (block->kind == BLOCK_TABLE) {
                text_table(&r, block->table);
            } else if (block->kind != BLOCK_CHART) {
                add_wrapped(&r, block->text, s->title.n > 0 ? TEXT_INDENT : 0);
            }
        }
    }
    strbuf_free(&r.cell);
    strbuf_free(&r.row);
    return document->status != SMTPLOG_OK ? document->status : strbuf_status(out);
}
