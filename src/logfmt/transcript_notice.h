/* Replies quoted in delivery status notifications (RFC 3464): one for each recipient block with a
 * `Diagnostic-Code: smtp; 550 ...`. Also remembers what the words above the blocks say about the
 * stage
 * (`(in reply to RCPT TO command)`, Exim's `after RCPT TO:<a@b>:`), for the blocks do not. Trust:
 * anybody's bytes. */
#ifndef LOGFMT_TRANSCRIPT_NOTICE_H
#define LOGFMT_TRANSCRIPT_NOTICE_H

#include "base/strbuf.h"
#include "event/event.h"

#define NOTICE_HINTS 32
#define NOTICE_FIELD 512

struct notice_field {
    char bytes[NOTICE_FIELD];
    size_t length;
};

struct notice {
    /* the block being read */
    bool in_block;
    uint64_t last_line;
    struct notice_field recipient, status, remote;
    bool has_diagnostic, diagnostic_open;
    uint64_t line, line_end;
    struct strbuf diagnostic;
    /* what was said above */
    struct {
        int code; /* 0: not known */
        enum event_stage stage;
        uint64_t line;
    } hints[NOTICE_HINTS];
    size_t hint_count;
    struct notice_field before; /* the line before, for words that are folded */
    int said_code;              /* of the `said: 550` whose `(in reply to` has not come */
};

/* A finished block: spans live until the next line is given. */
struct notice_reply {
    struct span reply; /* `550 5.1.1 text`, folded lines joined */
    struct span recipient;
    struct span status; /* "5.1.1" */
    struct span remote; /* host name */
    enum event_stage stage;
    uint64_t line, line_end;
};

void notice_init(struct notice *notice);
void notice_free(struct notice *notice);

/* Gives a line. taken: it is part of a block; starts: a reply begins on it, which a later call
 * describes. True when a block ended before this line: reply describes it, and the line is to be
 * given again. */
bool notice_line(struct notice *notice, struct span line, uint64_t number, bool *taken,
                 bool *starts, struct notice_reply *reply);

/* Ends the block being read. True when reply describes it. */
bool notice_end(struct notice *notice, struct notice_reply *reply);

#endif
