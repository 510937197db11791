/* What the summary consists of, field by field: one table from which merging and snapshots walk. A
 * field that is not described here would be lost by both, so a test compares the table with the
 * structures, byte by byte. Names are those of the JSON where it has the figure; they stand in
 * snapshots, so a name once used keeps its meaning. */
#ifndef AGGREGATE_SUMMARY_FIELD_H
#define AGGREGATE_SUMMARY_FIELD_H

#include "aggregate/summary.h"

/* How a field is merged, and so what it is. */
enum field_kind {
    FIELD_COUNT,     /* uint64_t: added */
    FIELD_COUNTS,    /* array of uint64_t: added one by one */
    FIELD_MOST,      /* uint64_t: the larger one */
    FIELD_FLAG,      /* bool: either */
    FIELD_FIRST,     /* struct instant: the earlier one */
    FIELD_LAST,      /* struct instant: the later one */
    FIELD_HISTOGRAM, /* struct histogram */
    FIELD_TIMELINE,  /* struct timeline */
    FIELD_SERIES,    /* struct series; never taken out: events that are kept stay in it */
    FIELD_BITS,      /* array of uint64_t: either */
    FIELD_LAST_FLAG, /* bool: of the later one that counts something in the two uint64_t at `guard`
                      */
    FIELD_TABLE,     /* struct topk; its values are records of `type` (NULL: none) */
    FIELD_WORDS,     /* array of struct word_count, as many in use as the size_t at `guard` says */
    FIELD_RECORD,    /* a structure of `type` in place, or an array of `count` of them */
    FIELD_RECORDS,   /* pointer to an array of `count` structures of `type` */
    /* of whichever record is the earlier one by its FIELD_FIRST: */
    FIELD_SAMPLE_TEXT,   /* array of char, terminated */
    FIELD_SAMPLE_STRING, /* const char *, owned unless empty */
    FIELD_SAMPLE_NUMBER, /* int, uint32_t or uint64_t */
    FIELD_SAMPLE_FILE,   /* uint32_t: index of an input */
    /* never merged or kept: */
    FIELD_WORK,  /* memory of a run */
    FIELD_GUARD, /* says whether another field is in use */
    FIELD_FINISH /* worked out at the end of a run, from what else is kept */
};

struct record_type;

struct record_field {
    const char *name; /* NULL: FIELD_WORK and the like */
    enum field_kind kind;
    size_t offset, size;            /* in the structure */
    size_t count;                   /* elements of an array; rows a table has room for */
    const struct record_type *type; /* of FIELD_TABLE, FIELD_RECORD, FIELD_RECORDS */
    size_t guard;                   /* offset of a bool that says the field is in use, 0: always */
};

struct record_type {
    const char *name;
    size_t size;
    const struct record_field *fields;
    size_t field_count;
};

extern const struct record_type summary_type;
extern const struct record_type signal_set_type;
extern const struct record_type greylist_figures_type; /* of a part of it */

/* Writes a row of a table: `structure` and `member` name the field, the rest as above. */
#define RECORD_SIZE(structure, member) sizeof(((structure *)0)->member)
#define RECORD_FIELD(name, kind, structure, member)                                         \
    {                                                                                       \
        name, kind, offsetof(structure, member), RECORD_SIZE(structure, member), 1, NULL, 0 \
    }
#define RECORD_COUNTS(name, structure, member)                                           \
    {                                                                                    \
        name, FIELD_COUNTS, offsetof(structure, member), RECORD_SIZE(structure, member), \
            RECORD_SIZE(structure, member) / sizeof(uint64_t), NULL, 0                   \
    }
#define RECORD_TABLE(name, structure, member, rows, type)                                     \
    {                                                                                         \
        name, FIELD_TABLE, offsetof(structure, member), RECORD_SIZE(structure, member), rows, \
            type, 0                                                                           \
    }
#define RECORD_TYPE(name, structure, fields)              \
    {                                                     \
        name, sizeof(structure), fields, COUNT_OF(fields) \
    }

/* Adds the figures of one summary to another, which had none or those of other lines. What is
 * exact stays exact, and the order does not matter to it: samples belong to the earlier of two
 * instants, to `into` when these are equal. file_shift: number of inputs that the summary had
 * before these. */
MUST_USE enum smtplog_status summary_merge(struct summary *into, const struct summary *from,
                                           uint32_t file_shift);

/* The same where the other summary is wanted no more: its tables go as they are added, so that the
 * memory of one is the next one's. It may only be freed then. */
MUST_USE enum smtplog_status summary_take(struct summary *into, struct summary *from,
                                          uint32_t file_shift);

/* Takes out figures that were added before, so that they can be added in another way. Instants and
 * samples stay, also in rows that are left with nothing: those of what is taken out come back with
 * it. */
MUST_USE enum smtplog_status summary_subtract(struct summary *from, const struct summary *part);

/* Removes rows that count nothing once all has come back. */
void summary_tidy(struct summary *summary);

#endif
