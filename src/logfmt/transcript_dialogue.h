/* One SMTP session as a transcript shows it: which reply belongs to which command (interface rule
 * 7: pipelining is first in, first out; 334 keeps AUTH open; LMTP and PRDR answer the final dot
 * once per accepted recipient), and what both sides said, kept for the annotated dialogue. Gets the
 * words on the wire line by line; knows nothing of markers, files or events. Everything kept is
 * bounded and owned by the session; credentials are replaced before they are kept. Trust: anybody's
 * bytes. */
#ifndef LOGFMT_TRANSCRIPT_DIALOGUE_H
#define LOGFMT_TRANSCRIPT_DIALOGUE_H

#include "base/arena.h"
#include "event/event.h"
#include "logfmt/transcript_secret.h"

#define DIALOGUE_EXCHANGES  200
#define DIALOGUE_EXTENSIONS 40
#define DIALOGUE_PENDING    512
#define DIALOGUE_RECIPIENTS 1024
#define DIALOGUE_REPLY      ((size_t)16384) /* bytes of a reply's text in an event */
#define DIALOGUE_KEPT       ((size_t)512)   /* bytes of a command or reply kept for the dialogue */
#define DIALOGUE_MEMORY     ((size_t)256 * 1024)

/* A command with its reply. The greeting has no command; a command cut off has no code. */
struct dialogue_exchange {
    struct span command;
    enum event_stage stage;
    uint64_t command_line; /* 0: none */
    int code;              /* 0: no reply was seen */
    struct span enhanced;
    struct span text;
    uint64_t line, line_end;
    bool unfinished; /* the reply's last line never came */
    bool after_421;  /* the command was sent after the server had said 421 */
};

/* The parts of a finished reply that a record needs. */
struct dialogue_reply {
    int code;
    struct span enhanced;
    struct span text; /* in session memory, valid until the next reply begins */
    uint64_t line, line_end;
    enum event_stage stage;
    bool has_sender;
    struct span sender;
    bool has_recipient;
    struct span recipient;
    bool unfinished;
};

enum dialogue_end {
    DIALOGUE_OPEN,   /* nothing says that it ended: cut */
    DIALOGUE_QUIT,   /* 221 to QUIT */
    DIALOGUE_CLOSED, /* the tool said that the connection was closed */
    DIALOGUE_BROKEN  /* the tool said that it broke */
};

struct dialogue_pending;

struct dialogue {
    struct arena arena;
    enum smtplog_status status; /* SMTPLOG_NO_MEMORY sticks */
    /* whom with */
    enum event_direction direction;
    struct span dialect;
    struct span peer, peer_ip, peer_port, helo, tls_version;
    /* where it stands */
    bool greeted, client_seen, lmtp, in_data, auth_open, said_421;
    enum dialogue_end end;
    uint32_t replies;
    uint64_t first_line, last_line;
    uint64_t bdat_left;               /* bytes of a BDAT chunk still to come in a bare stream */
    struct dialogue_pending *pending; /* owned ring of DIALOGUE_PENDING */
    size_t pending_first, pending_count;
    struct span sender;
    bool has_sender;
    size_t recipient_count;
    enum event_stage guessed; /* last stage where commands are not shown */
    /* the reply being read */
    bool reply_open;
    int reply_code;
    uint64_t reply_line, reply_last;
    char reply_enhanced[16];
    struct strbuf reply_text;
    struct secrets secrets;
    /* what was learned, for the diagnosis */
    bool starttls_offered, tls, auth_tried, auth_ok, connect_tried;
    bool auth_offered_in_clear, message_accepted;
    struct span auth_mechanisms;
    struct span extensions[DIALOGUE_EXTENSIONS]; /* of the last EHLO */
    size_t extension_count;
    size_t exchange_count;
    uint64_t exchanges_dropped; /* beyond DIALOGUE_EXCHANGES */
    /* last, as they are large and only what is counted above is ever set */
    struct dialogue_exchange exchanges[DIALOGUE_EXCHANGES];
    struct span recipients[DIALOGUE_RECIPIENTS]; /* accepted ones of this transaction */
};

MUST_USE enum smtplog_status dialogue_new(struct dialogue **session);
void dialogue_free(struct dialogue *session);

/* A line that the client sent: a command, an answer to 334, a line of the message. */
void dialogue_client(struct dialogue *session, struct span line, uint64_t number);

/* The rest of a folded command. */
void dialogue_client_more(struct dialogue *session, struct span text, uint64_t number);

/* The message ends here although no lone dot was shown. Nothing when none is being sent. */
void dialogue_end_data(struct dialogue *session, uint64_t number);

/* True when a line `NNN-...` or `NNN ...` goes on with the reply being read. */
bool dialogue_continues(const struct dialogue *session, struct span line);

/* Adds a line to the reply being read, or begins one; the line must begin with a reply code. True
 * when it was the last one. */
bool dialogue_server(struct dialogue *session, struct span line, uint64_t number);

/* Text that belongs to the reply being read, without a code (a folded line). */
void dialogue_server_more(struct dialogue *session, struct span text, uint64_t number);

/* Ends the reply being read, pairs it with its command, and describes it. False when none is being
 * read. */
bool dialogue_close_reply(struct dialogue *session, bool unfinished, struct dialogue_reply *reply);

/* How the next reply, with this code, would be taken. */
bool dialogue_expects(const struct dialogue *session);
/* True when the reply begins a session of its own rather than going on with this one. */
bool dialogue_is_over(const struct dialogue *session, int code);

/* Whom with: a host name or an address, empty for unknown. */
void dialogue_set_peer(struct dialogue *session, struct span peer, struct span ip,
                       struct span port);
void dialogue_set_tls(struct dialogue *session, struct span version);

/* True when text begins with a word that only the answer to EHLO has, such as PIPELINING. */
bool dialogue_is_extension(struct span text);

/* Stage that a command opens: STAGE_OTHER for one that is none. *argument is what follows the verb.
 */
enum event_stage dialogue_command(struct span line, struct span *argument);

#endif
