/* The report's words: look-up, and filling of placeholders. */
#include "catalog/phrase.h"

#include <math.h>
#include <stdio.h>

#define PHRASE_KEY 96

/* The form of a text with a singular that another language has for a count. */
static struct span plural_text(const struct phrases *phrases, const char *name, struct span one,
                               uint64_t count)
{
    char context[PHRASE_KEY + 16];
    int n = snprintf(context, sizeof context, "phrase %s/text", name);
    return translation_find(catalog_translation(phrases->catalog), span_of(context, (size_t)n), one,
                            count);
}

struct span phrase_text(const struct phrases *phrases, const char *key, uint64_t count)
{
    char name[PHRASE_KEY];
    int n = snprintf(name, sizeof name, "report/%s", key);
    if (n < 0 || (size_t)n >= sizeof name) {
        return SPAN_EMPTY;
    }
    const struct catalog_entry *entry = catalog_find(phrases->catalog, "phrase",
                                                     span_of(name, (size_t)n));
    struct span one = catalog_text(entry, "one");
    struct span said = one.n > 0 ? plural_text(phrases, name, one, count) : SPAN_EMPTY;
    if (said.n > 0) {
        return said;
    }
    return one.n > 0 && count == 1 ? one : catalog_text(entry, "text");
}

/* The count that decides the form. */
static uint64_t first_count(const struct phrase_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (values[i].kind == PHRASE_COUNT) {
            return values[i].count;
        }
    }
    return PHRASE_MANY;
}

static void add_value(const struct phrases *phrases, struct strbuf *out,
                      const struct phrase_value *value)
{
    const struct figure_style *style = catalog_figures(phrases->catalog);
    switch (value->kind) {
    case PHRASE_COUNT:
        format_count(out, style, value->count);
        break;
    case PHRASE_PERCENT:
        format_percent(out, style, floor(100.0 * value->number + 0.5), 0);
        break;
    case PHRASE_SHARE:
        format_share(out, style, value->number);
        break;
    case PHRASE_SECONDS:
        format_seconds(out, style, value->number);
        break;
    case PHRASE_BYTES:
        format_bytes(out, style, value->count);
        break;
    case PHRASE_INSTANT:
        format_instant(out, style, &value->instant, value->format);
        break;
    case PHRASE_WORDS:
        strbuf_add_span(out, value->text);
        break;
    case PHRASE_LOG:
        strbuf_add_byte(out, '"');
        strbuf_add_span(out, value->text);
        strbuf_add_byte(out, '"');
        break;
    }
}

static const struct phrase_value *find_value(const struct phrase_value *values, size_t count,
                                             struct span name)
{
    for (size_t i = 0; i < count; i++) {
        if (span_is(name, values[i].name)) {
            return &values[i];
        }
    }
    return NULL;
}

void phrase_add(const struct phrases *phrases, struct strbuf *out, const char *key,
                const struct phrase_value *values, size_t count)
{
    struct span text = phrase_text(phrases, key, first_count(values, count));
    if (text.n == 0) {
        strbuf_addf(out, "[%s]", key);
        return;
    }
    while (text.n > 0) {
        const char *open = memchr(text.p, '{', text.n);
        size_t plain = open != NULL ? (size_t)(open - text.p) : text.n;
        strbuf_add(out, text.p, plain);
        text = span_from(text, plain);
        const char *close = text.n > 0 ? memchr(text.p, '}', text.n) : NULL;
        const struct phrase_value *value = NULL;
        if (close != NULL) {
            value = find_value(values, count, span_of(text.p + 1, (size_t)(close - text.p) - 1));
        }
        if (value != NULL) {
            add_value(phrases, out, value);
            text = span_from(text, (size_t)(close - text.p) + 1);
        } else if (text.n > 0) {
            strbuf_add_byte(out, text.p[0]);
            text = span_from(text, 1);
        }
    }
}
