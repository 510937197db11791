/* The writer of transcripts: each delivery attempt as the session that a person or a program saved,
 * one after the other in one file: swaks (in the clear and under TLS), Python's smtplib with its
 * debug output, and C:/S: as in tickets. Between them stands other text. Counts lines and codes;
 * there are no messages and recipients in such a file. */
#include "generate.h"

#define PART_LIMIT 8
#define TEXT_LIMIT 2048

enum dialect {
    SWAKS,
    SWAKS_TLS,
    SMTPLIB,
    LETTERS,
};

struct session {
    struct world *world;
    const struct message *message;
    const struct recipient *recipient;
    enum dialect dialect;
    bool encrypted;
};

/* --- lines --- */

static void line_write(struct world *world, char *at, bool event)
{
    line_end(world, at, event ? &world->truth.line_event : &world->truth.line_context);
}

static char *put_bytes(char *at, const char *bytes, size_t length)
{
    memcpy(at, bytes, length);
    return at + length;
}

/* What Python writes around a byte string. */
static char quote_of(const char *text, size_t length)
{
    return memchr(text, '\'', length) != NULL ? '"' : '\'';
}

static void server_line(struct session *session, const char *text, size_t length, bool first)
{
    struct world *world = session->world;
    char *at = world->at;
    bool refused = text[0] >= '4';
    char quote = quote_of(text, length);
    switch (session->dialect) {
    case SMTPLIB:
        at = PUT(at, "reply: b");
        *at++ = quote;
        at = PUT(put_bytes(at, text, length), "\\r\\n");
        *at++ = quote;
        break;
    case LETTERS:
        at = put_bytes(PUT(at, "S: "), text, length);
        break;
    default:
        at = session->encrypted ? (refused ? PUT(at, "<~* ") : PUT(at, "<~  "))
                                : (refused ? PUT(at, "<** ") : PUT(at, "<-  "));
        at = put_bytes(at, text, length);
    }
    line_write(world, at, first);
}

/* smtplib prints a reply once more, taken apart. */
static void server_again(struct session *session, const struct text *part, uint32_t count)
{
    char *at = put_bytes(PUT(session->world->at, "reply: retcode ("), part[0].at, 3);
    const char *end = part[count - 1].at + part[count - 1].length;
    char quote = quote_of(part[0].at, (size_t)(end - part[0].at));
    at = PUT(at, "); Msg: b");
    *at++ = quote;
    for (uint32_t i = 0; i < count; i++) {
        at = i != 0 ? PUT(at, "\\n") : at;
        at = part[i].length > 4 ? put_bytes(at, part[i].at + 4, part[i].length - 4) : at;
    }
    *at++ = quote;
    line_write(session->world, at, false);
}

static void reply_count(struct world *world, const char *text)
{
    uint32_t digit = (uint32_t)(text[0] - '0');
    uint32_t rest = (uint32_t)(text[1] - '0') * 10 + (uint32_t)(text[2] - '0');
    code_count(world, digit * 100 + rest, OUTBOUND);
    world->truth.word[digit < 4 ? 0 : digit - 3]++;
}

/* A reply; its lines are run together: `250-a 250-b 250 c`. */
static void server_says(struct session *session, const char *text, size_t length)
{
    struct text part[PART_LIMIT];
    uint32_t count = 0;
    const char *end = text + length;
    while (text < end) {
        const char *next = text + 4;
        while (next < end && (memcmp(next - 1, " ", 1) != 0 || text[3] != '-' ||
                              memcmp(next, text, 3) != 0 || count + 1 == PART_LIMIT)) {
            next++;
        }
        next = next < end ? next : end + 1;
        part[count++] = (struct text){text, (uint32_t)(next - 1 - text)};
        text = next;
    }
    for (uint32_t i = 0; i < count; i++) {
        server_line(session, part[i].at, part[i].length, i == 0);
    }
    if (session->dialect == SMTPLIB) {
        server_again(session, part, count);
    }
    reply_count(session->world, part[0].at);
}

static void server_template(struct session *session, const char *template)
{
    char text[TEXT_LIMIT];
    const struct message *message = session->message;
    char *end = put_template(session->world, text, template, message, &message->sender,
                             &session->recipient->address);
    server_says(session, text, (size_t)(end - text));
}

static char *client_begin(struct session *session)
{
    char *at = session->world->at;
    switch (session->dialect) {
    case SMTPLIB:
        return PUT(at, "send: '");
    case LETTERS:
        return PUT(at, "C: ");
    default:
        return session->encrypted ? PUT(at, " ~> ") : PUT(at, " -> ");
    }
}

static void client_end(struct session *session, char *at)
{
    at = session->dialect == SMTPLIB ? PUT(at, "\\r\\n'") : at;
    line_write(session->world, at, false);
}

static void client_says(struct session *session, const char *text)
{
    client_end(session, put_string(client_begin(session), text));
}

static void remark(struct session *session, const char *before, bool name, const char *after)
{
    char *at = put_string(session->world->at, before);
    at = name ? put_domain(session->world, at, session->recipient->address.domain) : at;
    line_write(session->world, put_string(at, after), false);
}

/* --- the session --- */

static void session_begin(struct session *session)
{
    switch (session->dialect) {
    case SMTPLIB:
        remark(session, "connect: to ('mx1.", true, "', 25) None");
        break;
    case LETTERS:
        remark(session, "Connected to smtp://mx1.", true, ":25/?starttls=when-available");
        break;
    default:
        remark(session, "=== Trying mx1.", true, ":25...");
        remark(session, "=== Connected to mx1.", true, ".");
    }
}

static void session_quit(struct session *session)
{
    client_says(session, session->dialect == SMTPLIB ? "quit" : "QUIT");
    server_template(session, "221 2.0.0 Bye");
    if (session->dialect <= SWAKS_TLS) {
        remark(session, "=== Connection closed with remote host.", false, "");
    }
}

static void session_greet(struct session *session)
{
    server_template(session, "220 mx1.%d ESMTP, 450 messages waiting");
    client_says(session, "EHLO mx.example.org");
    server_template(session,
                    "250-mx1.%d 250-PIPELINING 250-SIZE 55000000 250-STARTTLS 250 8BITMIME");
    if (session->dialect == SWAKS_TLS) {
        client_says(session, "STARTTLS");
        server_template(session, "220 2.0.0 Ready to start TLS");
        remark(session, "=== TLS started with cipher TLSv1.3:TLS_AES_256_GCM_SHA384:256", false,
               "");
        session->encrypted = true;
        client_says(session, "EHLO mx.example.org");
        server_template(session, "250-mx1.%d 250 8BITMIME");
    }
}

/* The message; a line of it looks like a reply. */
static void session_data(struct session *session)
{
    client_says(session, "DATA");
    server_template(session, "354 End data with <CR><LF>.<CR><LF>");
    if (session->dialect == SMTPLIB) {
        remark(session, "data: (354, b'End data with <CR><LF>.<CR><LF>')", false, "");
        client_says(session, "Subject: 450\\r\\n\\r\\n550 5.1.1 is what they said\\r\\n.");
        return;
    }
    client_says(session, "Subject: 450");
    client_says(session, "");
    client_says(session, "550 5.1.1 is what they said");
    client_says(session, ".");
}

/* Up to the command that the outcome answers. */
static void session_mail(struct session *session, const struct outcome *outcome)
{
    struct world *world = session->world;
    const struct message *message = session->message;
    char *at = PUT(client_begin(session), "MAIL FROM:<");
    at = message->null_sender ? at : put_address(world, at, message->sender);
    client_end(session, PUT(at, ">"));
    if (outcome->phrase != NULL && outcome->phrase[0] == 'M') {
        server_template(session, outcome->text);
        return;
    }
    server_template(session, "250 2.1.0 Ok");
    at = PUT(client_begin(session), "RCPT TO:<");
    client_end(session, PUT(put_address(world, at, session->recipient->address), ">"));
    if (outcome->phrase != NULL && outcome->phrase[0] == 'R') {
        server_template(session, outcome->text);
        return;
    }
    server_template(session, "250 2.1.5 Ok");
    session_data(session);
    server_template(session, outcome->text);
}

static void session_write(struct world *world, const struct message *message,
                          const struct recipient *recipient, const struct outcome *outcome)
{
    static const enum dialect dialects[4] = {SWAKS, SWAKS_TLS, SMTPLIB, LETTERS};
    struct session session = {.world = world,
                              .message = message,
                              .recipient = recipient,
                              .dialect = dialects[message->variant >> 3 & 3]};
    switch (outcome->form) {
    case FORM_CONNECT:
        session.dialect = SWAKS;
        remark(&session, "=== Trying mx1.", true, ":25...");
        remark(&session, "*** Error connecting to mx1.", true, ":25:");
        remark(&session, "*** \tIO::Socket::INET6: connect: ", false, outcome->text);
        break;
    case FORM_LOST:
        session.dialect = SWAKS;
        session_begin(&session);
        remark(&session, "*** Remote host closed connection unexpectedly.", false, "");
        break;
    case FORM_REFUSED:
        session_begin(&session);
        server_template(&session, outcome->text);
        session_quit(&session);
        break;
    case FORM_SENT:
    case FORM_SAID:
        session_begin(&session);
        session_greet(&session);
        session_mail(&session, outcome);
        session_quit(&session);
        break;
    default: /* no session */
        return;
    }
}

/* --- what happens in the world --- */

static void transcript_tried(struct world *world, struct message *message,
                             struct recipient *recipient, const struct outcome *outcome)
{
    session_write(world, message, recipient, outcome);
}

static void transcript_deliver(struct world *world, struct message *message,
                               struct recipient *recipient, const struct outcome *outcome,
                               bool stale, struct message *next)
{
    (void)next;
    if (!stale) {
        session_write(world, message, recipient, outcome);
    }
}

static void transcript_noise(struct world *world)
{
    static const char *const texts[] = {"$ swaks --to %r --server mx1.%d",
                                        "The ticket %n says that 450 means to wait.",
                                        "Retrying in 450 seconds (%n)."};
    struct message stranger = {0};
    struct address address = {chance_skewed(world, world->names.user_count),
                              chance_skewed(world, world->names.domain_count)};
    const char *text = texts[chance(world) % (sizeof texts / sizeof texts[0])];
    char *at = put_template(world, world->at, text, &stranger, &address, &address);
    line_end(world, at, &world->truth.line_foreign);
}

/* A server that answers with 4 KB or 60 KB. */
static void transcript_hostile(struct world *world)
{
    struct session session = {.world = world, .dialect = SWAKS};
    size_t length = (chance(world) & 15) == 0 ? 60000 : 4000;
    line_write(world, PUT(world->at, "=== Trying mx1.a.example:25..."), false);
    char *at = PUT(world->at, "<** 554 5.7.1 ");
    for (const char *end = at + length; at < end;) {
        at = PUT(at, "250-a; from=<a");
    }
    reply_count(world, "554");
    line_write(world, at, true);
    world->truth.hostile++;
    client_says(&session, "QUIT");
    server_says(&session, "221 Bye", 7);
}

static void no_session(struct world *world, struct message *message)
{
    (void)world, (void)message;
}

static void no_screen(struct world *world, struct message *message, const struct refusal *refusal)
{
    (void)world, (void)message, (void)refusal;
}

static void no_refusal(struct world *world, struct message *message, const struct refusal *refusal,
                       const struct address *sender, const struct address *recipient)
{
    (void)world, (void)message, (void)refusal, (void)sender, (void)recipient;
}

static void no_end(struct world *world, struct message *message, uint32_t logins_failed)
{
    (void)world, (void)message, (void)logins_failed;
}

static void no_notice(struct world *world, struct message *message, struct message *notice)
{
    (void)world, (void)message, (void)notice;
}

const struct writer writer_transcript = {
    .name = "transcript",
    .dialogues_only = true,
    .noise = transcript_noise,
    .screen = no_screen,
    .connect = no_session,
    .refuse = no_refusal,
    .login_failed = no_session,
    .lost = no_session,
    .disconnect = no_end,
    .accept = no_session,
    .enqueue = no_session,
    .activate = no_session,
    .tried = transcript_tried,
    .deliver = transcript_deliver,
    .expire = no_session,
    .notify = no_notice,
    .remove = no_session,
    .queue_id = no_session,
    .hostile = transcript_hostile,
};
