/* The dialects of SMTP transcripts as data: how a tool marks the lines of server and client, and
 * what it notes beside them. Reads records of the types [dialect NAME]        what holds for all
 * lines of one tool [line NAME/WHAT]      one shape of line: role, regex, effect [sample ..]
 * [nomatch ..]  belong to the nearest line above from pattern files with `mta = transcript`. Knows
 * nothing of sessions. Trust: the files are the administrator's, the lines anybody's. One set a
 * thread. */
#ifndef LOGFMT_TRANSCRIPT_DIALECT_H
#define LOGFMT_TRANSCRIPT_DIALECT_H

#include "data/record_file.h"
#include "event/event.h"

/* What a line is to the dialogue. */
enum transcript_role {
    ROLE_NONE,
    ROLE_SERVER,       /* a line of a reply */
    ROLE_CLIENT,       /* a command, or a line of the message */
    ROLE_MORE,         /* the next line of a reply, without a marker of its own */
    ROLE_FOLD,         /* the rest of the line before */
    ROLE_REPEAT,       /* a reply shown once more */
    ROLE_FRAME,        /* other text in the dialect's frame: a line of the message, or a remark */
    ROLE_NOTE,         /* a remark of the tool */
    ROLE_CHUNK_SERVER, /* pieces of what the server said follow */
    ROLE_CHUNK_CLIENT,
    ROLE_CHUNK_BODY,
    ROLE_PIECE,
    ROLES
};

/* What a remark changes. */
enum transcript_effect {
    EFFECT_NONE,
    EFFECT_BEGIN,  /* a connection is attempted or made */
    EFFECT_END,    /* it was closed */
    EFFECT_BROKEN, /* it broke */
    EFFECT_TLS,    /* from here on under TLS */
    EFFECT_AUTH,   /* a login whose lines are not shown */
    EFFECT_BODY,   /* the message was sent, its lines are not shown */
    EFFECTS
};

/* Whether lines without a marker belong to the dialogue. */
enum transcript_bare {
    BARE_NO,      /* every line of either side has its marker */
    BARE_REPLIES, /* replies have none */
    BARE_BOTH     /* neither side has one */
};

enum transcript_capture {
    CAPTURE_LINE, /* the words on the wire */
    CAPTURE_STAMP,
    CAPTURE_KEY, /* tells one session from another: a process or session id */
    CAPTURE_PEER,
    CAPTURE_PEER_IP,
    CAPTURE_PEER_PORT,
    CAPTURE_TLS,
    CAPTURE_CODE,
    CAPTURE_TEXT,
    CAPTURE_OFFSET,
    CAPTURE_SIZE,
    CAPTURES
};

struct transcript_dialect {
    struct span name;
    enum event_direction direction;
    enum transcript_bare bare;
    bool proof;       /* the markers alone prove a session; else the dialogue must */
    bool body_framed; /* lines of the message stand in the frame, no reply before the lone dot */
    bool alone;       /* bare lines beside it are the same dialogue once more */
    bool in_mail;     /* stands in returned mail, whose status blocks repeat the replies */
    bool utc;         /* stamps without zone are UTC */
    bool folds;       /* long lines go on in the next one */
    bool quoted;      /* the words are a quoted string of Python or Ruby */
    struct span
        daemons; /* lines of these Postfix programs only; empty: lines without a syslog header */
};

struct transcript_found {
    const struct transcript_dialect *dialect;
    enum transcript_role role;
    enum transcript_effect effect;
    uint32_t captured; /* bit per capture */
    struct span capture[CAPTURES];
};

static inline bool found_has(const struct transcript_found *found, enum transcript_capture which)
{
    return (found->captured >> which & 1) != 0;
}

static inline struct span found_text(const struct transcript_found *found,
                                     enum transcript_capture which)
{
    return found_has(found, which) ? found->capture[which] : SPAN_EMPTY;
}

struct transcript_dialects;

/* Reads the files that say `mta = transcript`; they must outlive the set. check compiles every
 * expression now and refuses slow ones, as for files from outside. Mistakes are said;
 * SMTPLOG_FORMAT. */
MUST_USE enum smtplog_status transcript_dialects_new(const struct record_file *files, size_t count,
                                                     bool check,
                                                     const struct diagnostic *diagnostic,
                                                     struct transcript_dialects **set);
void transcript_dialects_free(struct transcript_dialects *set);

/* SMTPLOG_NO_MEMORY once a line may have been taken for another for want of it. */
MUST_USE enum smtplog_status transcript_dialects_status(const struct transcript_dialects *set);

/* The dialect of that name, or NULL. */
const struct transcript_dialect *transcript_dialect_find(const struct transcript_dialects *set,
                                                         const char *name);

/* What a line is. preferred (or NULL) is tried first, then all others in file order. daemon is
 * empty for a line without a syslog header. bare: only lines of dialects with bare lines, only
 * remarks. False when no dialect knows the line. */
bool transcript_recognise(struct transcript_dialects *set,
                          const struct transcript_dialect *preferred, struct span daemon,
                          struct span line, struct transcript_found *found);

/* Tries a line against one dialect alone. */
bool transcript_recognise_as(struct transcript_dialects *set,
                             const struct transcript_dialect *dialect, struct span line,
                             struct transcript_found *found);

/* Runs the samples inside the files; failures are said. */
void transcript_dialects_test(struct transcript_dialects *set, const struct diagnostic *diagnostic,
                              uint64_t *passed, uint64_t *failed);

#endif
