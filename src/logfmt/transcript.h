/* SMTP sessions in text: what tools, libraries and servers print of a dialogue, several in one
 * file, among other text. Lines go in, and come out again in the same order with what they turned
 * out to be: a reply may be complete only some lines later, and bare numbers count only once a
 * session is proved, so a line's answer may wait for later ones. Gives `reply` records only. Trust:
 * anybody's bytes; what is held is bounded. */
#ifndef LOGFMT_TRANSCRIPT_H
#define LOGFMT_TRANSCRIPT_H

#include "event/event.h"
#include "logfmt/transcript_dialect.h"
#include "logfmt/transcript_dialogue.h"

#define TRANSCRIPT_SESSIONS 64 /* kept for the annotated dialogue */

/* What a line turned out to be. */
enum transcript_verdict {
    TRANSCRIPT_NOTHING, /* no part of a dialogue */
    TRANSCRIPT_PART,    /* part of one, no record */
    TRANSCRIPT_REPLY    /* a reply begins here: a record */
};

/* What the header in front of a line said, for transcripts inside a log. */
struct transcript_origin {
    struct span host, service, daemon, pid;
    bool has_time;
    struct instant time;
};

struct transcript_result {
    uint64_t line;
    int tag;       /* as given */
    bool has_time; /* of the line, from its origin */
    struct instant time;
    enum transcript_verdict verdict;
    const struct event
        *event; /* for TRANSCRIPT_REPLY; valid until the next call. event->file is 0 */
};

struct transcript;

/* dialects is borrowed and must outlive the transcript. One transcript an input. Free with
 * transcript_free. */
MUST_USE enum smtplog_status transcript_new(struct transcript_dialects *dialects,
                                            struct transcript **transcript);
void transcript_free(struct transcript *transcript);

/* Gives the next line. Numbers rise. tag comes back with the result. origin is NULL for a line
 * without a header; with one, text is the message behind it, and only Postfix's debug_peer lines
 * are looked for when the daemon is one of Postfix's. SMTPLOG_NO_MEMORY is the only failure. */
MUST_USE enum smtplog_status transcript_line(struct transcript *transcript, struct span text,
                                             uint64_t number, int tag,
                                             const struct transcript_origin *origin);

/* The input has ended: unfinished replies are counted, sessions that were never proved are dropped.
 */
MUST_USE enum smtplog_status transcript_flush(struct transcript *transcript);

/* The next line whose answer is known, in the order they were given. False when there is none
 * (yet). */
bool transcript_next(struct transcript *transcript, struct transcript_result *result);

/* True when a line with a syslog header may belong to a transcript, by its first bytes. */
bool transcript_wants_message(struct span daemon, struct span message);

/* Finished sessions in the order they ended; all of them after transcript_flush. */
size_t transcript_session_count(const struct transcript *transcript);
const struct dialogue *transcript_session(const struct transcript *transcript, size_t index);
/* Sessions beyond TRANSCRIPT_SESSIONS, counted but not kept. */
uint64_t transcript_sessions_dropped(const struct transcript *transcript);

#endif
