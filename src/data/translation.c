/* Reading .mo files (GNU gettext manual, "The Format of GNU MO Files"). */
#include "data/translation.h"

#include "base/strbuf.h"

#define MO_MAGIC    0x950412deu
#define MO_HEADER   28
#define KEY_LIMIT   ((size_t)16 * 1024)
#define CONTEXT_END '\4'

/* ---- numbers and entries --------------------------------------------------------------------- */

static bool read_u32(const struct translation *t, size_t offset, uint32_t *value)
{
    if (offset + 4 < offset || offset + 4 > t->bytes.n) {
        return false;
    }
    uint32_t v = 0;
    for (size_t i = 0; i < 4; i++) {
        uint32_t byte = (unsigned char)t->bytes.p[offset + i];
        v |= byte << (t->swapped ? 24 - 8 * i : 8 * i);
    }
    *value = v;
    return true;
}

/* The text an entry of one of the two tables points to; false when it lies outside. */
static bool entry_text(const struct translation *t, uint32_t table, uint32_t index,
                       struct span *text)
{
    uint32_t length = 0;
    uint32_t offset = 0;
    size_t at = (size_t)table + 8 * (size_t)index;
    if (!read_u32(t, at, &length) || !read_u32(t, at + 4, &offset) ||
        (size_t)offset + length >= t->bytes.n || t->bytes.p[(size_t)offset + length] != '\0') {
        return false;
    }
    *text = span_of(t->bytes.p + offset, length);
    return true;
}

/* Compares a key, in up to three pieces, with the original of an entry up to its NUL: a plural
 * follows behind that. */
static int compare_key(struct span key, struct span original)
{
    const char *nul = original.n > 0 ? memchr(original.p, '\0', original.n) : NULL;
    size_t n = nul != NULL ? (size_t)(nul - original.p) : original.n;
    size_t both = key.n < n ? key.n : n;
    int order = both > 0 ? memcmp(key.p, original.p, both) : 0;
    return order != 0 ? order : key.n < n ? -1 : key.n > n;
}

/* The translated text of a key: originals are sorted by their bytes. */
static bool find_text(const struct translation *t, struct span key, struct span *text)
{
    uint32_t low = 0;
    uint32_t high = t->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct span original;
        if (!entry_text(t, t->originals, middle, &original)) {
            return false;
        }
        int order = compare_key(key, original);
        if (order == 0) {
            return entry_text(t, t->translated, middle, text);
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return false;
}

/* The form-th of the texts that NULs separate; the last there is when there are fewer. */
static struct span take_form(struct span text, unsigned form)
{
    struct span rest = text;
    struct span piece = text;
    for (unsigned i = 0; i <= form; i++) {
        const char *nul = rest.n > 0 ? memchr(rest.p, '\0', rest.n) : NULL;
        piece = nul != NULL ? span_of(rest.p, (size_t)(nul - rest.p)) : rest;
        if (nul == NULL) {
            break;
        }
        rest = span_from(rest, piece.n + 1);
    }
    return piece;
}

struct span translation_find(const struct translation *t, struct span context, struct span msgid,
                             uint64_t n)
{
    char key[KEY_LIMIT];
    struct span text = SPAN_EMPTY;
    size_t n_key = 0;
    if (t == NULL || context.n + msgid.n + 1 > KEY_LIMIT) {
        return SPAN_EMPTY;
    }
    if (context.n > 0) {
        memcpy(key, context.p, context.n);
        key[context.n] = CONTEXT_END;
        n_key = context.n + 1;
    }
    if (msgid.n > 0) {
        memcpy(key + n_key, msgid.p, msgid.n);
    }
    bool found = find_text(t, span_of(key, n_key + msgid.n), &text);
    return found ? take_form(text, plural_form(&t->plural, n)) : SPAN_EMPTY;
}

struct span translation_header(const struct translation *t, const char *name)
{
    struct span header;
    struct span line;
    struct span wanted = span_cstr(name);
    if (t == NULL || !find_text(t, SPAN_EMPTY, &header)) {
        return SPAN_EMPTY;
    }
    while (span_next_piece(&header, '\n', &line)) {
        if (line.n > wanted.n + 1 && span_starts(line, wanted) && line.p[wanted.n] == ':') {
            line = span_from(line, wanted.n + 1);
            while (line.n > 0 && line.p[0] == ' ') {
                line = span_from(line, 1);
            }
            return line;
        }
    }
    return SPAN_EMPTY;
}

enum smtplog_status translation_open(struct span bytes, struct translation *t)
{
    uint32_t magic = 0;
    uint32_t revision = 0;
    *t = (struct translation){.bytes = bytes, .plural = {.forms = 1}};
    if (!read_u32(t, 0, &magic)) {
        return SMTPLOG_FORMAT;
    }
    if (magic != MO_MAGIC) {
        t->swapped = true;
        if (!read_u32(t, 0, &magic) || magic != MO_MAGIC) {
            return SMTPLOG_FORMAT;
        }
    }
    if (!read_u32(t, 4, &revision) || revision >> 16 > 1 || !read_u32(t, 8, &t->count) ||
        !read_u32(t, 12, &t->originals) || !read_u32(t, 16, &t->translated) ||
        bytes.n < MO_HEADER || t->count > bytes.n / 16) {
        return SMTPLOG_FORMAT;
    }
    struct span plural = translation_header(t, "Plural-Forms");
    if (plural.n > 0 && !plural_parse(plural, &t->plural)) {
        return SMTPLOG_FORMAT;
    }
    return SMTPLOG_OK;
}
