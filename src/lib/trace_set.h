/* A set of texts, copied; bounded. For the queue ids, message ids and processes that a trace
 * follows. */
#ifndef LIB_TRACE_SET_H
#define LIB_TRACE_SET_H

#include "base/arena.h"
#include "base/hashmap.h"

#define TRACE_SET_MARKS 65536

struct trace_member {
    struct span text;
    unsigned uses; /* counted by the caller */
};

struct trace_set {
    struct hashmap map; /* of struct trace_member */
    struct arena arena;
    uint64_t seed;
    size_t maximum;
    bool overflown;                       /* a text was left out */
    uint64_t marks[TRACE_SET_MARKS / 64]; /* bits of some bytes of members: sorts out most texts */
};

void trace_set_init(struct trace_set *set, size_t maximum);
void trace_set_free(struct trace_set *set);

bool trace_set_has(const struct trace_set *set, struct span text);

/* The member, or NULL. */
struct trace_member *trace_set_find(const struct trace_set *set, struct span text);

/* Adds a text; *grew is set when it was not there before. Empty texts are left out. */
MUST_USE enum smtplog_status trace_set_add(struct trace_set *set, struct span text, bool *grew);

/* The key of a process on a host in such a set, in a buffer of the caller. */
#define TRACE_PROCESS_MAXIMUM 320
struct span trace_process_key(struct span host, struct span process,
                              char buffer[TRACE_PROCESS_MAXIMUM]);

#endif
