/* Packed events laid out in columns, for files: what repeats from event to event stands together,
 * so that it packs to next to nothing; the keys of inbound mail, which are as good as random, take
 * eight bytes each, and what else is in their events, which is much the same in all, a number.
 * Read back one by one, from these columns, from those of older files, or without any. */
#ifndef TRACK_EVENT_COLUMN_H
#define TRACK_EVENT_COLUMN_H

#include "base/pack.h"
#include "track/event_pack.h"

/* A packed event of a key without its time and the 16 digits of its key: what stands before and
 * behind these. */
struct event_shape {
    struct span before, behind;
};

/* False when a packed event of this use has no key. */
bool event_shape_of(struct span packed, struct event_shape *shape);

enum event_column_number {
    EVENT_COLUMN_USE,
    EVENT_COLUMN_SECOND, /* less that of the event before */
    EVENT_COLUMN_PART,   /* of a second, of those with a key */
    EVENT_COLUMN_KEY,
    EVENT_COLUMN_SHAPE,  /* number of it */
    EVENT_COLUMN_LENGTH, /* of those without a key, behind the second */
    EVENT_COLUMN_OTHER,
    EVENT_COLUMNS
};

struct event_columns {
    struct strbuf column[EVENT_COLUMNS];
    struct strbuf shapes;
    uint64_t shape_count;
    uint64_t count;
    int64_t before; /* second of the last event */
};

void event_columns_init(struct event_columns *columns, size_t maximum);
void event_columns_free(struct event_columns *columns);

/* Shapes have the numbers in which they come. */
void event_columns_add_shape(struct event_columns *columns, const struct event_shape *shape);
void event_columns_add_key(struct event_columns *columns, enum kept_use use, int64_t second,
                           uint32_t nanosecond, uint64_t key, uint64_t shape);
MUST_USE enum smtplog_status event_columns_add(struct event_columns *columns, struct span packed);

/* Appends all as one text, and frees each column when it is written. *events: what was appended. */
MUST_USE enum smtplog_status event_columns_write(struct event_columns *columns, struct strbuf *out,
                                                 struct span *events);

/* Reads events one by one. */
struct event_reader {
    char mark;
    struct unpacker column[EVENT_COLUMNS];
    const struct event_shape *shapes; /* in the arena */
    size_t shape_count;
    int64_t second;
    struct strbuf event;           /* owned: the one read last */
    struct event_of_shape *recent; /* owned: events of shapes met before */
    char key[16];
};

/* The bytes must stay. SMTPLOG_FORMAT when they are damaged. */
MUST_USE enum smtplog_status event_reader_open(struct event_reader *reader, struct span bytes,
                                               struct arena *arena);
void event_reader_close(struct event_reader *reader);

/* Spans borrow until the next call. SMTPLOG_FORMAT behind the last one, or when it is damaged. */
MUST_USE enum smtplog_status event_reader_next(struct event_reader *reader,
                                               const struct event_names *names, enum kept_use *use,
                                               struct event *event);

#endif
