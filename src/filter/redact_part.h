/* What the files of the redactor share. */
#ifndef FILTER_REDACT_PART_H
#define FILTER_REDACT_PART_H

#include "filter/redact.h"

#define REDACT_LEARNED 16384 /* names kept to be found in free text, by hash */
#define REDACT_OWN     16    /* of one event */

enum redact_kind {
    REDACT_NONE,
    REDACT_USER,
    REDACT_HOST,
    REDACT_DOMAIN,
    REDACT_IP4,
    REDACT_IP6,
    REDACT_ID,
    REDACT_SUBJECT,
    REDACT_PATH,
    REDACT_SERVICE,
    REDACT_KINDS
};

struct redactor {
    struct siphash_key key;
    bool keep_domains;
    struct strbuf texts; /* of the event redacted last */
    struct strbuf own;   /* texts of its words */
    struct {
        size_t at, length; /* in `own` */
        enum redact_kind kind;
    } words[REDACT_OWN];
    size_t word_count;
    struct {
        uint64_t hash; /* 0: free */
        enum redact_kind kind;
    } learned[2 * REDACT_LEARNED];
    size_t learned_count;
};

/* "user-27k3xq5a" */
void redact_add_pseudonym(struct redactor *redactor, enum redact_kind kind, struct span text,
                          bool lower, struct strbuf *out);

/* True when text was an IP address or network, which is then written. */
bool redact_add_ip(struct redactor *redactor, struct span text, struct strbuf *out);

/* What a word that stands alone is known to be. */
enum redact_kind redact_known(const struct redactor *redactor, struct span word);

/* A host or domain name by its looks: labels between dots, the last one letters. */
bool redact_is_name(struct span text);

/* Words that say nothing about anybody though they may be somebody's name. */
bool redact_is_common(struct span word);

#endif
