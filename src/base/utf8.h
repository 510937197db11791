/* UTF-8: checking, and making strange bytes harmless. Input may be anything. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/span.h"
#include "base/strbuf.h"

/* Reads one character at the front of text (text.n > 0). Returns its length in bytes and sets
 * *character, or returns 0 when the bytes are no valid UTF-8 (RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF). */
size_t utf8_read(struct span text, uint32_t *character);

/* True for C0 and C1 controls, DEL, and the characters that turn the direction of text (U+061C,
 * U+200E, U+200F, U+202A..U+202E, U+2066..U+2069) or separate lines (U+2028, U+2029): things that
 * change how a terminal or a page shows its neighbours. */
bool utf8_is_unsafe(uint32_t character);

/* Number of leading bytes that are plain printable ASCII (0x20 to 0x7e). */
size_t utf8_plain_run(struct span text);

/* Appends text with every invalid byte and every unsafe character as U+FFFD. */
void utf8_add_clean(struct strbuf *out, struct span text);

/* Columns a terminal uses for one character: 0 for combining ones, 2 for East Asian wide ones,
 * else 1. */
unsigned utf8_columns(uint32_t character);

/* True for the letters of scripts that are written from right to left, such as Hebrew and Arabic.
 */
bool utf8_is_right_to_left(uint32_t character);

/* Columns of a whole text that is valid UTF-8. */
size_t utf8_text_columns(struct span text);

/* The longest head of text that fits into columns. */
struct span utf8_fit(struct span text, size_t columns);

#endif
