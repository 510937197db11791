/* Events as bytes, to be taken up again when the lines before or after them are known. Only what
 * the line itself says is kept: reason, provider and the like are worked out anew. Numbers of
 * fields and words change from version to version, so a list of names goes with the bytes. */
#ifndef TRACK_EVENT_PACK_H
#define TRACK_EVENT_PACK_H

#include "base/arena.h"
#include "base/pack.h"
#include "event/event.h"

/* What an event is kept for. */
enum kept_use {
    KEPT_MESSAGE = 1, /* its message is not known from beginning to end */
    KEPT_SESSION,     /* nor is its session: counts for log-ins only */
    KEPT_REFUSAL,     /* the first of its kind of an inbound key, which stands as the recipient */
    KEPT_ACCEPT,      /* a mail of an inbound key was let in */
    KEPT_TRIPLET,     /* the same of a greylister's own lines */
    KEPT_TRIPLET_PASS,
    KEPT_USES
};

/* Writes an event that has a time; returns how many bytes it took, 0 when they did not fit before
 * the end. event_pack_room bytes are enough. */
size_t event_pack_room(const struct event *event);
size_t event_pack(enum kept_use use, const struct event *event, char *room, const char *end);

/* Names of fields and words as this version numbers them. */
void event_pack_names(struct strbuf *out);

/* What the numbers of another version stand for here. */
struct event_names {
    uint8_t field[EVENT_FIELDS + 64]; /* EVENT_FIELDS: not known */
    size_t field_count;
    uint8_t *words[EVENT_FIELDS - EVENT_TEXTS]; /* in the arena; by field as numbered here */
    size_t word_count[EVENT_FIELDS - EVENT_TEXTS];
};

MUST_USE enum smtplog_status event_unpack_names(struct unpacker *in, struct arena *arena,
                                                struct event_names *names);

/* Spans borrow from what is read. SMTPLOG_FORMAT when the bytes are damaged. */
MUST_USE enum smtplog_status event_unpack(struct unpacker *in, const struct event_names *names,
                                          enum kept_use *use, struct event *event);

#endif
