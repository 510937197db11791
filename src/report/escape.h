/* All escaping of output, in one place: every format that is written has its function here, and
 * text that came out of a log or a file name reaches the output through it alone. Input may be
 * anything a stranger wrote into a log; what comes out is valid UTF-8, and in all of it control
 * characters (C0, DEL, C1), characters that turn the direction of text and bytes that are no UTF-8
 * have become U+FFFD. */
#ifndef REPORT_ESCAPE_H
#define REPORT_ESCAPE_H

#include "base/strbuf.h"

/* A JSON string with its quotes (RFC 8259). */
void escape_json(struct strbuf *out, struct span text);

/* A cell of tab separated values: neither quotes nor backslashes. */
void escape_tsv(struct strbuf *out, struct span text);

/* For what writes much: the same two, without quotes, at a place with room for ESCAPE_GROWTH times
 * the text. They return the end of what is written. */
#define ESCAPE_GROWTH 3 /* a byte that is no UTF-8 becomes U+FFFD */
char *escape_json_put(char *to, struct span text);
char *escape_tsv_put(char *to, struct span text);

/* Text for a terminal. */
void escape_terminal(struct strbuf *out, struct span text);

/* Text of an HTML element, or the value of an attribute in double or single quotes. No place for it
 * is a script, a style sheet, or an attribute that holds a URL or a script. */
void escape_html(struct strbuf *out, struct span text);

/* A cell of comma separated values (RFC 4180), quoted where it must be. Spreadsheets run cells that
 * begin with = + - @ as formulas: those get a ' before them, which spreadsheets do not show. For
 * text; numbers need none of this. */
void escape_csv(struct strbuf *out, struct span text);

/* Running text or a table cell of Markdown (CommonMark and GitHub's tables): shown as it is, no
 * mark-up, no HTML, no links of its own. */
void escape_markdown(struct strbuf *out, struct span text);

/* The same as a code span, which is the better home for addresses and replies: there, sites that
 * host tickets do not turn @name into a message to somebody nor #1 into a link. A pipe is escaped
 * as inside a table cell needs it. Nothing for empty text. */
void escape_markdown_code(struct strbuf *out, struct span text);

/* Value of a label of the Prometheus text format, without its quotes. */
void escape_prometheus(struct strbuf *out, struct span text);

/* Unstructured value of a mail header field (RFC 5322; no addresses): one line of ASCII as it is,
 * anything else as encoded words (RFC 2047) folded by a line feed and a blank. */
void escape_header(struct strbuf *out, struct span text);

#endif
