/* All escaping of output, in one place. */
#include "report/escape.h"

#include "base/utf8.h"

void escape_json(struct strbuf *out, struct span text)
{
    strbuf_add_byte(out, '"');
    while (text.n > 0) {
        size_t plain = utf8_plain_run(text);
        size_t safe = 0;
        while (safe < plain && text.p[safe] != '"' && text.p[safe] != '\\') {
            safe++;
        }
        strbuf_add(out, text.p, safe);
        text = span_from(text, safe);
        if (text.n == 0) {
            break;
        }
        if (text.p[0] == '"' || text.p[0] == '\\') {
            strbuf_add_byte(out, '\\');
            strbuf_add_byte(out, text.p[0]);
            text = span_from(text, 1);
        } else {
            uint32_t character = 0;
            size_t length = utf8_read(text, &character);
            length = length == 0 ? 1 : length;
            utf8_add_clean(out, span_of(text.p, length));
            text = span_from(text, length);
        }
    }
    strbuf_add_byte(out, '"');
}

void escape_tsv(struct strbuf *out, struct span text)
{
    utf8_add_clean(out, text);
}

void escape_terminal(struct strbuf *out, struct span text)
{
    utf8_add_clean(out, text);
}
