/* Snapshots: the figures of a log in a file, with what is needed to put those of several logs
 * (days, hosts) together as if they had been read at once. A file holds one or several parts; a
 * part is what one run read. Putting files together keeps the parts apart and works the figures out
 * from all of them, in an order of its own: so the result does not depend on the order or the
 * grouping, and a part that comes twice counts once. Trust: files may be anybody's. */
#ifndef LIB_SNAPSHOT_H
#define LIB_SNAPSHOT_H

#include "lib/analyzer.h"

#define SNAPSHOT_VERSION 4 /* 1 had no figures, 2 no columns, 3 no shapes of keys */
#define SNAPSHOT_PARTS   4096
#define SNAPSHOT_FILE    ((size_t)512 * 1024 * 1024) /* bytes of a file */
#define SNAPSHOT_PART    ((size_t)128 * 1024 * 1024) /* of a part, unpacked */
#define SNAPSHOT_FIGURES ((size_t)4 * 1024 * 1024)   /* of its figures, unpacked */

/* What one run read. */
struct snapshot_part {
    uint64_t id;        /* of its contents */
    char *packed;       /* owned: as it stands in files; NULL: not in one yet */
    size_t packed_size; /* bytes of it */
    size_t size;        /* unpacked */
    char *named; /* owned, packed: the named figures of the run, its findings and reply texts,
                    so that days can be compared without opening them; NULL: of version 1 */
    size_t named_packed_size, named_size;
    struct strbuf bytes; /* owned: unpacked, as long as it is needed */
    struct strbuf apart; /* owned: its events, when the rest is not needed any more */
    size_t head_size;    /* of host and inputs, the beginning of it */
    struct event_names names;
    struct arena arena; /* of names */
    struct span events;
    uint64_t event_count;
    uint64_t given_up;
    struct report_input *inputs; /* in the arena */
    size_t input_count;
    bool has_period;
    struct instant first, last;
    struct span host; /* the one host it is of; empty: several, or none named */
    bool context;     /* tells what was before only */
};

struct snapshot_set {
    struct snapshot_part *parts; /* owned; in order once opened */
    size_t count;
    struct arena arena;
};

void snapshot_set_free(struct snapshot_set *set);

/* The set of an analyzer, made on first use; NULL when memory is short. */
struct snapshot_set *snapshot_set_of(struct smtplog_analyzer *analyzer);

/* After a run that kept events: makes its part. last: the run is not reported, its tables and
 * figures are used up. */
MUST_USE enum smtplog_status snapshot_make(struct smtplog_analyzer *analyzer, bool last);

/* Its bytes, uncompressed. */
MUST_USE enum smtplog_status snapshot_pack_part(struct smtplog_analyzer *analyzer, bool last,
                                                struct strbuf *out);

/* Tables that are gone leave holes, which what comes next would not fit into. */
void snapshot_give_back_memory(void);

/* Its events and figures, these unless they are NULL. What it is of must be known. */
MUST_USE enum smtplog_status snapshot_part_open(struct snapshot_part *part,
                                                struct summary *figures);

/* True when it is opened not before its events are needed: there are no figures to be had of it. */
bool snapshot_part_waits(const struct snapshot_part *part);

/* Gives the parts of one analyzer to another, as if they had been read from a file there. */
MUST_USE enum smtplog_status snapshot_move(struct smtplog_analyzer *to,
                                           struct smtplog_analyzer *from);

/* The file with all parts of a finished analyzer but those that tell what was before. */
MUST_USE enum smtplog_status snapshot_write(struct smtplog_analyzer *analyzer, struct strbuf *out);

/* Adds the parts of a file that are not there yet. SMTPLOG_FORMAT with *why when it is none, or
 * damaged. context: they tell what was before only. */
MUST_USE enum smtplog_status snapshot_read(struct snapshot_set *set, struct span file, bool context,
                                           const char **why);

/* The named figures of a set that holds one part only, and its findings and reply texts, into empty
 * lists; *known and *has_marks are false when they are not kept. */
struct figure_list;
struct mark_list;
MUST_USE enum smtplog_status snapshot_figures(const struct smtplog_analyzer *analyzer,
                                              struct figure_list *list, bool *known,
                                              struct mark_list *marks, bool *has_marks);

/* Works out the figures of all parts into the analyzer, which is prepared and has none. */
MUST_USE enum smtplog_status snapshot_merge(struct smtplog_analyzer *analyzer);

/* The inputs of all parts. */
MUST_USE enum smtplog_status snapshot_inputs(struct smtplog_analyzer *analyzer,
                                             struct report_input **inputs, size_t *count);

#endif
