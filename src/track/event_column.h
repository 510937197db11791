/* Packed events laid out in columns, for files: what repeats from event to event stands together,
 * so that it packs to next to nothing, and the keys of inbound mail, which are as good as random,
 * take eight bytes each. */
#ifndef TRACK_EVENT_COLUMN_H
#define TRACK_EVENT_COLUMN_H

#include "base/pack.h"
#include "track/event_pack.h"

/* Appends the columns of packed events, one behind the other in `events`. */
MUST_USE enum smtplog_status event_column_pack(struct span events, uint64_t count,
                                               struct strbuf *out);

/* True when bytes are columns; packed events never begin like them. */
bool event_column_is(struct span bytes);

/* Appends the packed events that columns stand for. SMTPLOG_FORMAT when they are damaged. */
MUST_USE enum smtplog_status event_column_unpack(struct span bytes, uint64_t count,
                                                 struct strbuf *events);

#endif
