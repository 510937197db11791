/* Sentences of findings. Trust: names of places come from logs and are escaped on their way out. */
#include "finding/sentence.h"

#include <math.h>

#include "base/figure.h"

/* "14:05", with the day when the log covers more than one. */
static void add_time(struct strbuf *out, int64_t seconds, int32_t offset,
                     const struct summary *summary, const struct figure_style *style)
{
    struct instant instant = {.seconds = seconds, .offset = offset};
    int64_t first = summary->first.seconds + summary->first.offset;
    int64_t last = summary->last.seconds + summary->last.offset;
    format_instant(out, style, &instant,
                   first / CIVIL_DAY != last / CIVIL_DAY ? FORMAT_MINUTE : FORMAT_CLOCK);
}

/* "Google" for google; a domain or an address as it is. */
static void add_place(struct strbuf *out, struct span place, const struct catalog *catalog)
{
    struct span name = catalog_text(catalog_find(catalog, "provider", place), "name");
    size_t bracket = span_find(name, SPAN_LITERAL(" ("));
    name = bracket != SIZE_MAX ? span_of(name.p, bracket) : name;
    strbuf_add_span(out, name.n > 0 ? name : place);
}

static bool is_share(struct span name)
{
    return span_is(name, "share") || span_is(name, "before") || span_is(name, "during") ||
           (name.n > 6 && span_is(span_from(name, name.n - 6), "_share"));
}

static bool add_name(struct strbuf *out, struct span name, const struct evidence *e,
                     const struct summary *summary, const struct catalog *catalog)
{
    double value = 0;
    const struct figure_style *style = catalog_figures(catalog);
    if (span_is(name, "place")) {
        add_place(out, e->place, catalog);
    } else if (span_is(name, "since")) {
        add_time(out, e->began ? e->change.since : e->first.seconds, e->first.offset, summary,
                 style);
    } else if (span_is(name, "until")) {
        add_time(out, e->change.until, e->last.offset, summary, style);
    } else if (span_is(name, "first")) {
        add_time(out, e->first.seconds, e->first.offset, summary, style);
    } else if (span_is(name, "last")) {
        add_time(out, e->last.seconds, e->last.offset, summary, style);
    } else if (!evidence_value(e, summary, name, &value)) {
        return false;
    } else if (is_share(name)) {
        format_rough_share(out, style, value);
    } else {
        format_count(out, style, (uint64_t)llround(value));
    }
    return true;
}

void sentence_add(struct strbuf *out, struct span text, const struct evidence *evidence,
                  const struct summary *summary, const struct catalog *catalog)
{
    for (size_t i = 0; i < text.n; i++) {
        struct span rest = span_from(text, i + 1);
        size_t end = text.p[i] == '{' ? span_find(rest, SPAN_LITERAL("}")) : SIZE_MAX;
        if (end != SIZE_MAX && add_name(out, span_of(rest.p, end), evidence, summary, catalog)) {
            i += end + 1;
        } else {
            strbuf_add_byte(out, text.p[i]);
        }
    }
}
