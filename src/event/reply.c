/* One SMTP reply as text. */
#include "event/reply.h"

bool reply_code(struct span text, int *code)
{
    if (text.n < 3 || text.p[0] < '2' || text.p[0] > '5' || !byte_is_digit(text.p[1]) ||
        !byte_is_digit(text.p[2])) {
        return false;
    }
    if (text.n > 3 && text.p[3] != ' ' && text.p[3] != '-' && text.p[3] != '\t') {
        return false;
    }
    *code = (text.p[0] - '0') * 100 + (text.p[1] - '0') * 10 + (text.p[2] - '0');
    return true;
}

static size_t digits_at(struct span text, size_t at)
{
    size_t n = 0;
    while (at + n < text.n && n < 4 && byte_is_digit(text.p[at + n])) {
        n++;
    }
    return n;
}

size_t reply_enhanced_length(struct span text)
{
    if (text.n < 5 || (text.p[0] != '2' && text.p[0] != '4' && text.p[0] != '5') ||
        text.p[1] != '.') {
        return 0;
    }
    size_t subject = digits_at(text, 2);
    size_t at = 2 + subject;
    if (subject < 1 || subject > 3 || at >= text.n || text.p[at] != '.') {
        return 0;
    }
    size_t detail = digits_at(text, at + 1);
    size_t end = at + 1 + detail;
    if (detail < 1 || detail > 3 ||
        (end < text.n && text.p[end] == '.' && end + 1 < text.n &&
         byte_is_digit(text.p[end + 1]))) {
        return 0;
    }
    return end;
}

static struct span skip_blanks(struct span text)
{
    while (text.n > 0 && byte_is_blank(text.p[0])) {
        text = span_from(text, 1);
    }
    return text;
}

/* Offset of the next ` NNN-` or ` NNN ` with the same code, or text.n. */
static size_t find_repeat(struct span text, const char *code)
{
    for (size_t at = 0; at + 4 <= text.n;) {
        const char *blank = memchr(text.p + at, ' ', text.n - at);
        if (blank == NULL) {
            break;
        }
        at = (size_t)(blank - text.p);
        if (at + 4 <= text.n && memcmp(blank + 1, code, 3) == 0 &&
            (at + 4 == text.n || blank[4] == '-' || blank[4] == ' ')) {
            return at;
        }
        at++;
    }
    return text.n;
}

/* Joins the lines of a reply that were run together. text begins behind the first code and hyphen.
 */
static struct span join_lines(struct span text, const char *code, struct span enhanced,
                              struct strbuf *scratch)
{
    strbuf_clear(scratch);
    bool last = false;
    while (text.n > 0) {
        size_t at = last ? text.n : find_repeat(text, code);
        struct span line = span_trim(span_of(text.p, at));
        if (scratch->length > 0 && line.n > 0) {
            strbuf_add_byte(scratch, ' ');
        }
        strbuf_add_span(scratch, line);
        if (at == text.n) {
            break;
        }
        last = at + 4 >= text.n || text.p[at + 4] == ' ';
        text = skip_blanks(span_from(text, at + 5));
        size_t length = reply_enhanced_length(text);
        if (length > 0 && span_equal(span_of(text.p, length), enhanced)) {
            text = skip_blanks(span_from(text, length));
        }
    }
    return strbuf_span(scratch);
}

bool reply_parse(struct span text, struct strbuf *scratch, struct reply *reply)
{
    if (!reply_code(text, &reply->code)) {
        return false;
    }
    bool more_lines = text.n > 3 && text.p[3] == '-';
    struct span rest = span_from(text, text.n > 3 ? 4 : 3);
    rest = skip_blanks(rest);
    size_t length = reply_enhanced_length(rest);
    reply->enhanced = length > 0 ? span_of(rest.p, length) : SPAN_EMPTY;
    rest = skip_blanks(span_from(rest, length));
    if (more_lines && find_repeat(rest, text.p) < rest.n) {
        rest = join_lines(rest, text.p, reply->enhanced, scratch);
    }
    reply->text = span_trim(rest);
    return true;
}

bool reply_parse_enhanced(struct span text, struct reply *reply)
{
    size_t length = reply_enhanced_length(text);
    if (length == 0) {
        return false;
    }
    reply->code = 0;
    reply->enhanced = span_of(text.p, length);
    reply->text = span_trim(span_from(text, length));
    return true;
}
