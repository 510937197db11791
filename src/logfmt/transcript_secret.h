/* Keeps credentials out of everything that is shown: base64 of user and password in AUTH commands,
 * in the lines that answer 334, and where a server repeats them. Only hashes of what was seen are
 * kept. */
#ifndef LOGFMT_TRANSCRIPT_SECRET_H
#define LOGFMT_TRANSCRIPT_SECRET_H

#include "base/strbuf.h"

#define SECRETS_KEPT 16

#define SECRET_HIDDEN "[credentials hidden]"

struct secrets {
    struct {
        uint64_t hash;
        size_t length;
    } kept[SECRETS_KEPT];
    size_t count; /* seen so far; the newest SECRETS_KEPT are kept */
};

/* Remembers one credential, to find it again in later text. */
void secrets_add(struct secrets *secrets, struct span text);

/* True when text looks like base64 of something other than a well-known prompt ("Username:"). */
bool secret_is_likely(struct span text);

/* Appends a line of text with every remembered credential, and what follows AUTH and its mechanism,
 * replaced. guess: words that look like base64 are replaced too. secrets may be NULL. */
void secret_add_hidden(struct strbuf *out, const struct secrets *secrets, struct span text,
                       bool guess);

#endif
