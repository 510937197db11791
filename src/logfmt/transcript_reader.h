/* Inside the transcript reader: sessions being read, lines being held. For transcript*.c only. */
#ifndef LOGFMT_TRANSCRIPT_READER_H
#define LOGFMT_TRANSCRIPT_READER_H

#include "logfmt/transcript.h"
#include "logfmt/transcript_notice.h"

#define OPEN_SESSIONS 16   /* at the same time, in one input */
#define HELD_LINES    2048 /* lines whose answer may wait */
#define QUOTE_LEVELS  4    /* `> > ` in front of a quoted line */
#define KEY_MAXIMUM   160
#define RECENT        64 /* replies remembered to know them again in a notification */

enum held_state {
    HELD_DONE,
    HELD_FOR_REPLY,
    HELD_FOR_PROOF
};

struct open_session;

struct origin_word {
    char bytes[80];
    size_t length;
};

struct held_line {
    uint64_t number;
    int tag;
    bool has_time;
    struct instant time;
    enum transcript_verdict verdict;
    enum held_state state;
    const struct open_session *owner; /* NULL: none */
    struct event *event;              /* owned, with its texts behind it */
};

/* A session being read. */
struct open_session {
    struct dialogue *session; /* NULL: free place */
    const struct transcript_dialect *dialect;
    char key[KEY_MAXIMUM];
    size_t key_length;
    size_t level; /* depth of quoting */
    bool proved;
    bool likely;           /* a greeting that names the protocol, in a session without markers */
    bool proved_by_answer; /* the next reply proves it */
    bool begun;            /* a remark said that a connection was made */
    bool complete;         /* the reply being read has its last line, but may be folded */
    bool again_possible;   /* nothing was sent since the last reply: it may be shown once more */
    int last_code;
    uint64_t used;       /* clock of last use */
    uint64_t body_other; /* lines without marker since 354 */
    /* bare lines */
    size_t margin;
    unsigned gap;    /* lines since the last one of the dialogue */
    char other[128]; /* the last line that was none, in case it was a command */
    size_t other_length;
    uint64_t other_line;
    /* pieces */
    enum transcript_role chunk;
    uint64_t chunk_size, piece_end;
    uint64_t piece_line;
    struct strbuf piece;
    /* what stood in front of the lines */
    struct instant time; /* of the reply being read */
    bool has_time;
    struct origin_word host, service, daemon, pid;
};

struct recent_reply {
    int code;
    uint64_t hash;
    uint64_t line;
};

struct transcript {
    struct transcript_dialects *dialects;
    enum smtplog_status status;
    struct open_session open[OPEN_SESSIONS];
    const struct transcript_dialect *current; /* of the last line understood */
    const struct transcript_dialect *ended;   /* of the session that a remark ended last */
    uint64_t ended_line;                      /* where, remarks behind it included */
    uint64_t clock;
    struct held_line held[HELD_LINES]; /* ring */
    size_t held_first, held_count;
    struct event *handed_out; /* owned: the one the last result points to */
    struct notice notice;
    struct recent_reply recent[RECENT];
    size_t recent_count;
    struct strbuf scratch, words;
    struct dialogue *finished[TRANSCRIPT_SESSIONS]; /* owned */
    size_t finished_count;
    uint64_t dropped;
    /* the line being looked at */
    uint64_t number;
    const struct transcript_origin *origin;
    struct instant time;
    bool has_time;
    const struct transcript_dialect *raw;
};

/* ---- held lines and records (transcript_record.c) ---- */

/* The line held at a place, 0 the oldest; the one of that number, or NULL. */
struct held_line *reader_held(struct transcript *t, size_t place);
struct held_line *reader_find_held(struct transcript *t, uint64_t number);
/* No line points at the session any more; nothing: and none was part of a dialogue. */
void reader_disown(struct transcript *t, const struct open_session *o, bool nothing);
/* The record of a notification's block. */
void reader_finish_notice(struct transcript *t, const struct notice_reply *block);

/* ---- held lines and sessions (transcript_open.c) ---- */

/* The line being looked at belongs to a session. */
void reader_hold_part(struct transcript *t, const struct open_session *o);
/* A line begins a reply, or may: it waits. */
void reader_hold_for_reply(struct transcript *t, const struct open_session *o, uint64_t number);
/* A line that waited begins none. */
void reader_release(struct transcript *t, const struct open_session *o, uint64_t number);
struct open_session *reader_open(struct transcript *t, const struct transcript_dialect *dialect,
                                 struct span key, size_t level);
/* The open session of a dialect with that key (or, without one, used last), or NULL. */
struct open_session *reader_find(struct transcript *t, const struct transcript_dialect *dialect,
                                 struct span key, size_t level);
/* The open session with bare lines at a level, or NULL. */
struct open_session *reader_find_bare(struct transcript *t, size_t level);
/* True when a session is open whose dialogue stands bare beside its own lines. */
bool reader_is_shadowed(const struct transcript *t, size_t level);
void reader_finish(struct transcript *t, struct open_session *o);
void reader_reject(struct transcript *t, struct open_session *o);
void reader_prove(struct transcript *t, struct open_session *o);

/* The dialogue's own lines, whatever their markers were. */
void reader_server(struct transcript *t, struct open_session **o, struct span line,
                   uint64_t number);
void reader_client(struct transcript *t, struct open_session *o, struct span line, uint64_t number);
void reader_close_reply(struct transcript *t, struct open_session *o, bool unfinished);

/* True for EHLO, HELO, LHLO, MAIL FROM: and RCPT TO: as they stand on the wire. */
bool reader_opens_session(struct span line);

/* ---- lines with markers (transcript_marked.c) ---- */

/* True when the line was part of a dialogue. */
bool reader_marked(struct transcript *t, const struct transcript_found *found, size_t level);
/* Ends pieces that wait for more. */
void reader_end_piece(struct transcript *t, struct open_session *o);

/* ---- bare lines (transcript_bare.c) ---- */

bool reader_bare(struct transcript *t, struct span text, size_t level);

#endif
