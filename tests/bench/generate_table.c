/* The replies the generator writes and how often. Texts are templates (put_template): %r recipient,
 * %s sender, %d recipient's domain, %c client's address, %h its helo, %n number, %q queue id, %x
 * sixteen hex digits. Several are traps: numbers that look like codes, a 5yz that speaks of
 * greylisting, multi-line replies, a reply without text. */
#include "generate.h"

#define COUNT(table) (uint32_t)(sizeof(table) / sizeof((table)[0]))
#define RCPT         "RCPT TO command"
#define MAIL         "MAIL FROM command"
#define DOT          "end of DATA command"

#define SENT(dsn, code, text)                                             \
    {                                                                     \
        FORM_SENT, STATUS_DELIVERED, code, WORDING_OTHER, dsn, text, NULL \
    }
#define GREY(dsn, code, text)                                                  \
    {                                                                          \
        FORM_SAID, STATUS_DEFERRED, code, WORDING_GREYLISTING, dsn, text, RCPT \
    }
#define POSSIBLE(dsn, code, text)                                          \
    {                                                                      \
        FORM_SAID, STATUS_DEFERRED, code, WORDING_POSSIBLE, dsn, text, DOT \
    }
#define DEFER(dsn, code, text, phrase)                                     \
    {                                                                      \
        FORM_SAID, STATUS_DEFERRED, code, WORDING_OTHER, dsn, text, phrase \
    }
#define HARD(dsn, code, text, phrase)                                     \
    {                                                                     \
        FORM_SAID, STATUS_BOUNCED, code, WORDING_OTHER, dsn, text, phrase \
    }
#define REFUSED(dsn, code, text)                                            \
    {                                                                       \
        FORM_REFUSED, STATUS_DEFERRED, code, WORDING_OTHER, dsn, text, NULL \
    }
#define WITHOUT(form, status, dsn, text)                \
    {                                                   \
        form, status, 0, WORDING_OTHER, dsn, text, NULL \
    }

static const struct outcome sent[] = {
    SENT("2.0.0", 250, "250 2.0.0 Ok: queued as %q"),
    SENT("2.0.0", 250, "250 2.0.0 Ok: queued as %q"),
    SENT("2.0.0", 250, "250 2.0.0 OK  16%n %x-20020a05.450 - gsmtp"),
    SENT("2.0.0", 250, "250 OK id=1vM%n-00000000001-0001"),
    SENT("2.6.0", 250,
         "250 2.6.0 <%x@%d> [InternalId=45%n, Hostname=mx5.%d] 550%n bytes in 0.2, 45 KB/sec "
         "Queued mail for delivery"),
    SENT("2.1.5", 250, "250 2.1.5 Ok"),
};
static const struct outcome greylisted[] = {
    GREY("4.2.0", 450,
         "450 4.2.0 <%r>: Recipient address rejected: Greylisted, see "
         "http://postgrey.example/help/%d.html"),
    GREY("4.7.1", 450, "450 4.7.1 <%r>: Recipient address rejected: Greylisted for 300 seconds"),
    GREY("4.7.1", 451, "451 4.7.1 Greylisting in action, please come back in 00:04:59"),
    GREY("4.7.1", 451,
         "451-4.7.1 Your host is not known here yet. 451-4.7.1 It has been greylisted. 451 4.7.1 "
         "Try again in 5 minutes"),
    GREY("4.2.0", 450,
         "450 4.2.0 <%r>: Recipient address rejected: Graylisted, retry in 550 seconds"),
    GREY("4.0.0", 421, "421 Greylisted, please try again later"),
    GREY("4.7.1", 450,
         "450 4.7.1 <%r>: Recipient address rejected: Policy Rejection- Greylisting in effect, "
         "please come back later."),
};
static const struct outcome possible[] = {
    POSSIBLE("4.7.1", 451, "451 4.7.1 Try again later"),
};
static const struct outcome deferred[] = {
    DEFER("4.7.0", 421, "421 4.7.0 mx1.%d Error: too many connections from your address", MAIL),
    DEFER("4.2.2", 452, "452 4.2.2 <%r>: Mailbox over quota, 550 MB used", RCPT),
    DEFER("4.3.1", 452, "452 4.3.1 Insufficient system storage", MAIL),
    DEFER("4.3.0", 451, "451 4.3.0 <%r>: Temporary lookup failure", RCPT),
    DEFER("4.1.8", 450, "450 4.1.8 <%s>: Sender address rejected: Domain not found", RCPT),
    DEFER("4.7.25", 450, "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]",
          RCPT),
    DEFER("4.7.0", 421,
          "421-4.7.0 Our system has detected an unusual rate of mail 421-4.7.0 from your address. "
          "421 4.7.0 Slow down",
          DOT),
    REFUSED("4.0.0", 554,
            "554 5.7.1 Service unavailable; client [192.0.2.1] blocked using bl.example"),
    REFUSED("4.3.2", 421, "421 4.3.2 mx1.%d Service shutting down"),
    WITHOUT(FORM_CONNECT, STATUS_DEFERRED, "4.4.1", "Connection timed out"),
    WITHOUT(FORM_CONNECT, STATUS_DEFERRED, "4.4.1", "Connection refused"),
    WITHOUT(FORM_CONNECT, STATUS_DEFERRED, "4.4.1", "No route to host"),
    WITHOUT(FORM_LOST, STATUS_DEFERRED, "4.4.2", "while receiving the initial server greeting"),
};
static const struct outcome deferred_code[] = {
    DEFER("4.2.2", 452, "452 4.2.2 <%r>: Mailbox over quota", RCPT),
    DEFER("4.3.0", 451, "451 4.3.0 Internal error while processing RCPT", RCPT),
};
static const struct outcome deferred_host[] = {
    REFUSED("4.3.2", 421, "421 4.3.2 mx1.%d Service shutting down"),
    REFUSED("4.0.0", 554, "554 5.7.1 No SMTP service here"),
    WITHOUT(FORM_CONNECT, STATUS_DEFERRED, "4.4.1", "Connection timed out"),
    WITHOUT(FORM_CONNECT, STATUS_DEFERRED, "4.4.1", "Connection refused"),
};
static const struct outcome other_mx[] = {
    DEFER("4.3.2", 421, "421 4.3.2 Too many concurrent sessions", MAIL),
    DEFER("4.3.0", 451, "451 4.3.0 Error: queue file write error", RCPT),
};
static const struct outcome hard[] = {
    HARD("5.1.1", 550,
         "550 5.1.1 <%r>: Recipient address rejected: User unknown in virtual mailbox table", RCPT),
    HARD("5.1.1", 550,
         "550 5.1.1 <%r>: Recipient address rejected: User unknown in local recipient table", RCPT),
    HARD("5.1.1", 550,
         "550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 "
         "double-checking the recipient's address for typos or 550-5.1.1 unnecessary spaces. 550 "
         "5.1.1 %x.450 - gsmtp",
         RCPT),
    HARD("5.0.0", 550, "550", RCPT),
    HARD("5.7.1", 550, "550 5.7.1 Greylisting in effect, sending server blacklisted", RCPT),
    HARD("5.7.1", 554, "554 5.7.1 Spam message rejected; ticket 450-%n", DOT),
    HARD("5.2.2", 552, "552 5.2.2 <%r> Quota exceeded (mailbox for user is full)", DOT),
    HARD("5.1.3", 553, "553 5.1.3 <%r>: Invalid address syntax", RCPT),
    HARD("5.7.26", 550,
         "550 5.7.26 This mail has been blocked because the sender is unauthenticated; status=sent "
         "(250 2.0.0 Ok) 450 4.2.0",
         DOT),
    HARD("5.0.0", 550, "550 No such user here", RCPT),
    HARD("5.4.1", 550,
         "550 5.4.1 Recipient address rejected: Access denied. [%q.prod.outlook.example "
         "2026-11-21T06:00:01.450Z 08DE%n]",
         RCPT),
};
static const struct outcome no_host[] = {
    WITHOUT(FORM_NO_HOST, STATUS_BOUNCED, "5.4.4",
            "Host or domain name not found. Name service error for name=%d type=A: Host not found"),
};
static const struct outcome lmtp[] = {
    SENT("2.0.0", 250, "250 2.0.0 <%r> %x Saved"),
};
static const struct outcome lmtp_deferred[] = {
    DEFER("4.2.2", 452, "452 4.2.2 <%r> Quota exceeded (mailbox for user is full)", DOT),
    DEFER("4.3.0", 451, "451 4.3.0 <%r> Temporary internal error", DOT),
};
static const struct outcome lmtp_hard[] = {
    HARD("5.2.2", 552, "552 5.2.2 <%r> Quota exceeded (mailbox for user is full)", DOT),
};
static const struct outcome stored[] = {
    WITHOUT(FORM_VIRTUAL, STATUS_DELIVERED, "2.0.0", "delivered to maildir"),
};
static const struct outcome local[] = {
    WITHOUT(FORM_LOCAL, STATUS_DELIVERED, "2.0.0", "delivered to mailbox"),
    WITHOUT(FORM_LOCAL, STATUS_DELIVERED, "2.0.0",
            "delivered to command: /usr/bin/procmail -a 450"),
};
static const struct outcome unknown_user[] = {
    WITHOUT(FORM_UNKNOWN_USER, STATUS_BOUNCED, "5.1.1", "unknown user: \"%r\""),
};
static const struct outcome piped[] = {
    WITHOUT(FORM_PIPE, STATUS_DELIVERED, "2.0.0", "delivered via mailman service"),
};
static const struct outcome forwarded[] = {
    WITHOUT(FORM_FORWARD, STATUS_FORWARDED, "2.0.0", "forwarded as "),
};
static const struct outcome discarded[] = {
    WITHOUT(FORM_DISCARD, STATUS_DISCARDED, "2.0.0", "%d"),
};

#define TABLE(outcomes)           \
    {                             \
        outcomes, COUNT(outcomes) \
    }
const struct group_table group_tables[GROUP_COUNT] = {
    [GROUP_SENT] = TABLE(sent),
    [GROUP_GREYLISTED] = TABLE(greylisted),
    [GROUP_POSSIBLE] = TABLE(possible),
    [GROUP_DEFERRED] = TABLE(deferred),
    [GROUP_DEFERRED_CODE] = TABLE(deferred_code),
    [GROUP_DEFERRED_HOST] = TABLE(deferred_host),
    [GROUP_OTHER_MX] = TABLE(other_mx),
    [GROUP_HARD] = TABLE(hard),
    [GROUP_NO_HOST] = TABLE(no_host),
    [GROUP_LMTP] = TABLE(lmtp),
    [GROUP_LMTP_DEFERRED] = TABLE(lmtp_deferred),
    [GROUP_LMTP_HARD] = TABLE(lmtp_hard),
    [GROUP_VIRTUAL] = TABLE(stored),
    [GROUP_LOCAL] = TABLE(local),
    [GROUP_UNKNOWN_USER] = TABLE(unknown_user),
    [GROUP_PIPE] = TABLE(piped),
    [GROUP_FORWARD] = TABLE(forwarded),
    [GROUP_DISCARD] = TABLE(discarded),
};

/* The weights of each table add up to 1000. */
static const struct plan remote_plans[] = {
    {784, GROUP_NONE, 0, 0, GROUP_SENT, false, false},
    {85, GROUP_GREYLISTED, 1, 3, GROUP_SENT, false, false},
    {42, GROUP_NONE, 0, 0, GROUP_HARD, false, false},
    {30, GROUP_DEFERRED, 1, 4, GROUP_SENT, false, false},
    {15, GROUP_OTHER_MX, 0, 0, GROUP_SENT, false, true},
    {6, GROUP_NONE, 0, 0, GROUP_NO_HOST, false, false},
    {6, GROUP_GREYLISTED, 255, 255, GROUP_SENT, false, false},
    {5, GROUP_GREYLISTED, 1, 2, GROUP_HARD, false, false},
    {3, GROUP_GREYLISTED, 1, 2, GROUP_DEFERRED_CODE, false, false},
    {6, GROUP_POSSIBLE, 1, 2, GROUP_SENT, false, false},
    {2, GROUP_POSSIBLE, 255, 255, GROUP_SENT, false, false},
    {8, GROUP_DEFERRED_HOST, 2, 3, GROUP_SENT, true, false},
    {6, GROUP_DEFERRED, 255, 255, GROUP_SENT, false, false},
    {2, GROUP_NONE, 0, 0, GROUP_DISCARD, false, false},
};
static const struct plan local_plans[] = {
    {760, GROUP_NONE, 0, 0, GROUP_LMTP, false, false},
    {110, GROUP_NONE, 0, 0, GROUP_VIRTUAL, false, false},
    {60, GROUP_NONE, 0, 0, GROUP_LOCAL, false, false},
    {30, GROUP_NONE, 0, 0, GROUP_PIPE, false, false},
    {8, GROUP_LMTP_DEFERRED, 1, 3, GROUP_LMTP, false, false},
    {3, GROUP_LMTP_DEFERRED, 255, 255, GROUP_LMTP, false, false},
    {6, GROUP_NONE, 0, 0, GROUP_LMTP_HARD, false, false},
    {3, GROUP_NONE, 0, 0, GROUP_UNKNOWN_USER, false, false},
    {20, GROUP_NONE, 0, 0, GROUP_FORWARD, false, false},
};

static const struct plan *plan_pick(const struct plan *plan, uint32_t draw)
{
    while (draw >= plan->weight) {
        draw -= plan->weight;
        plan++;
    }
    return plan;
}

/* `draw` is below 1000. */
const struct plan *plan_remote(uint32_t draw)
{
    return plan_pick(remote_plans, draw);
}

const struct plan *plan_local(uint32_t draw)
{
    return plan_pick(local_plans, draw);
}

const struct refusal refusals_greylisting[2] = {
    {450, STAGE_RCPT,
     "450 4.2.0 <%r>: Recipient address rejected: Greylisted, see "
     "http://postgrey.example/help/example.org.html",
     0, 451, "greylisted."},
    {450, STAGE_RCPT,
     "450 4.2.0 <%r>: Recipient address rejected: Greylisted, see "
     "http://postgrey.example/help/example.org.html",
     450, 0, "450 4.2.0 Greylisted, please try again in 300 seconds"}};
const struct refusal refusal_second_recipient = {
    550,
    STAGE_RCPT,
    "550 5.1.1 <%r>: Recipient address rejected: User unknown in virtual mailbox table",
    0,
    550,
    "Unrouteable address"};

static const struct refusal session_refusals[] = {
    {550, STAGE_RCPT,
     "550 5.1.1 <%r>: Recipient address rejected: User unknown in virtual mailbox table", 0, 550,
     "Unrouteable address"},
    {550, STAGE_RCPT,
     "550 5.1.1 <%r>: Recipient address rejected: User unknown in virtual mailbox table", 550, 0,
     "550 5.1.1 No such user here"},
    {554, STAGE_RCPT,
     "554 5.7.1 Service unavailable; Client host [%c] blocked using zen.bl.example; "
     "https://bl.example/query/ip/%c",
     554, 0, "554 5.7.1 %c is listed at zen.bl.example: https://bl.example/query/ip/%c"},
    {554, STAGE_RCPT,
     "554 5.7.1 Service unavailable; Client host [%c] blocked using zen.bl.example; "
     "https://bl.example/query/ip/%c",
     0, 550, "found in zen.bl.example: 127.0.0.4"},
    {554, STAGE_RCPT, "554 5.7.1 <%r>: Relay access denied", 0, 550, "relay not permitted"},
    {454, STAGE_RCPT, "454 4.7.1 <%r>: Relay access denied", 454, 0,
     "454 4.7.1 relay not permitted"},
    {550, STAGE_RCPT, "550 5.7.1 <%s>: Sender address rejected: not accepted here, ticket 450", 0,
     550, "sender not accepted here, ticket 450"},
    {450, STAGE_RCPT, "450 4.1.8 <%s>: Sender address rejected: Domain not found", 0, 451,
     "Could not complete sender verify"},
    {450, STAGE_RCPT, "450 4.7.25 Client host rejected: cannot find your hostname, [%c]", 450, 0,
     "450 4.7.25 Client host rejected: cannot find your hostname, [%c]"},
    {504, STAGE_RCPT, "504 5.5.2 <%h>: Helo command rejected: need fully-qualified hostname", 504,
     0, "504 5.5.2 %h: need fully-qualified hostname"},
    {552, STAGE_MAIL, "552 5.3.4 Message size exceeds fixed limit", 0, 552,
     "message too big: size=%n max=450"},
    {554, STAGE_CONNECT, "554 5.7.1 <unknown[%c]>: Client host rejected: Access denied", 0, 550,
     "host is on our own list since 450 days"},
};
static const struct refusal screen_refusals[] = {
    {550, STAGE_RCPT, "550 5.7.1 Service unavailable; client [%c] blocked using zen.bl.example",
     550, 0, "550 5.7.1 client [%c] blocked using zen.bl.example"},
    {550, STAGE_RCPT, "550 5.7.1 Service unavailable; client [%c] blocked using zen.bl.example", 0,
     550, "client [%c] blocked using zen.bl.example"},
    {450, STAGE_RCPT, "450 4.3.2 Service currently unavailable", 0, 451,
     "Temporary local problem - please try later"},
};

const struct refusal *refusal_of_session(uint32_t draw)
{
    return &session_refusals[draw % COUNT(session_refusals)];
}

const struct refusal *refusal_of_screen(uint32_t draw)
{
    return &screen_refusals[draw % COUNT(screen_refusals)];
}
