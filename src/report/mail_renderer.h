/* A report as a complete mail, for sendmail -t: text and web page as alternatives (RFC 2046). */
#ifndef REPORT_MAIL_RENDERER_H
#define REPORT_MAIL_RENDERER_H

#include "base/civil_time.h"
#include "base/strbuf.h"

struct mail {
    struct span to;       /* addresses, comma separated */
    struct span subject;  /* any text */
    struct span language; /* "en", "pt-BR" */
    struct instant date;
    struct span text, html; /* UTF-8, lines of any length */
};

/* True for one or more addresses that can stand in a header as they are: no blanks but behind
 * commas, no control characters, each with one @ between other characters. */
bool mail_address_is_good(struct span to);

void mail_render(const struct mail *mail, struct strbuf *out);

#endif
