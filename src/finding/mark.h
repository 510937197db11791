/* What a day is known by beside its figures: its findings, and the templates of its reply texts.
 * Kept in snapshots, so that days can be compared without opening them. Trust: texts of remote
 * servers; bytes to read come from files that anybody may have damaged. */
#ifndef FINDING_MARK_H
#define FINDING_MARK_H

#include "aggregate/summary.h"
#include "base/pack.h"
#include "finding/finding.h"

#define MARKS_WITH_TEXT 256 /* reply texts that a packed list keeps in words; of others a hash */

enum mark_kind {
    MARK_FINDING,
    MARK_TEXT
};

struct mark {
    enum mark_kind kind;
    uint64_t hash;    /* of kind, name and place: the same on every day */
    struct span name; /* id of the finding; template */
    struct span place;
    struct span class_name; /* of texts */
    int code;
    uint64_t count;
    struct instant first;
    bool has_first;
};

struct mark_list {
    struct arena arena;
    struct mark *items; /* in the arena: findings as they come, then texts, most frequent first */
    size_t count;
    uint64_t *hashes; /* in the arena; of all, ascending: more than there are items, once read */
    size_t hash_count;
    bool texts_lost; /* there were more reply texts than a table holds */
};

void mark_list_init(struct mark_list *list);
void mark_list_free(struct mark_list *list);

/* Fills an empty list. */
MUST_USE enum smtplog_status mark_list_build(struct mark_list *list, const struct summary *summary,
                                             const struct finding_list *findings);

bool mark_list_has(const struct mark_list *list, uint64_t hash);

/* As bytes, and back into an empty list. */
void mark_list_pack(const struct mark_list *list, struct strbuf *out);
MUST_USE enum smtplog_status mark_list_unpack(struct unpacker *in, struct mark_list *list);

#endif
