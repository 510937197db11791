/* Records that Exim cut into pieces for syslog: `[1/3] text`, also within a word. Only the piece
 * that completes the record tells its message; the others are kept until then. Bounded. */
#ifndef LIB_TRACE_CUT_H
#define LIB_TRACE_CUT_H

#include "base/strbuf.h"
#include "lib/trace_set.h"
#include "track/trail.h"

#define TRACE_CUT_RECORDS 16 /* under way at a time, one a process */
#define TRACE_CUT_PIECES  32 /* of one record; more are left out */

struct trace_cut_record {
    char key[TRACE_PROCESS_MAXIMUM]; /* of the process; length 0: free */
    size_t key_length;
    uint64_t age;
    struct strbuf text; /* of the pieces so far, in one */
    struct trail_line *lines[TRACE_CUT_PIECES];
    size_t count;
    struct trail_node *node; /* known once the record is complete */
};

struct trace_cut {
    struct trace_cut_record records[TRACE_CUT_RECORDS];
    uint64_t age;
};

/* Whether a line is a piece, and of what: the text behind its number. */
bool trace_cut_is_piece(const struct header *header, unsigned *number, struct span *text);

void trace_cut_init(struct trace_cut *cut);

/* Gives back pieces that no record claimed. */
void trace_cut_clear(struct trace_cut *cut, struct trail *trail);
void trace_cut_free(struct trace_cut *cut);

/* The record that a piece belongs to; its text grows by it. NULL when its beginning was not seen.
 */
struct trace_cut_record *trace_cut_piece(struct trace_cut *cut, struct trail *trail,
                                         struct span process, unsigned number, struct span text);

#endif
