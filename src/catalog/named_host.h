/* Names of hosts that a log puts into its texts by itself: mx1.example.org[192.0.2.1] names a
 * client or server, <mx1.example.org> what a client called itself. They are names, whatever words
 * they are made of: no reason looks at them. Trust: written by strangers. */
#ifndef CATALOG_NAMED_HOST_H
#define CATALOG_NAMED_HOST_H

#include "base/strbuf.h"

enum named_host {
    NAMED_HOST_NONE,
    NAMED_HOST_WITH_ADDRESS,
    NAMED_HOST_IN_BRACKETS
};

/* What the word from `at` to `end` of text is. Words end at blanks, brackets, quotes, commas and
 * semicolons. */
enum named_host named_host(struct span text, size_t at, size_t end);

/* Adds text with every such name replaced by one and the same. */
void named_host_hide(struct span text, struct strbuf *out);

#endif
