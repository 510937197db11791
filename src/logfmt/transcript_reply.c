/* One SMTP session as a transcript shows it: the replies, and which command each belongs to. */
#include <stdio.h>

#include "event/reply.h"
#include "logfmt/transcript_dialogue_part.h"

bool dialogue_continues(const struct dialogue *session, struct span line)
{
    int code = 0;
    if (!session->reply_open || !reply_code(line, &code)) {
        return false;
    }
    /* Servers do change the last digits inside one reply (450-... 451 ...), but not the first. */
    return code / 100 == session->reply_code / 100 && !(code == 220 && session->reply_code != 220);
}

/* PHPMailer glues the lines of a reply: "250-mx250-SIZE 1000250 HELP" is complete. */
static bool is_glued(struct span line)
{
    char last[4] = {line.p[0], line.p[1], line.p[2], ' '};
    char more[4] = {line.p[0], line.p[1], line.p[2], '-'};
    struct span rest = span_from(line, 4);
    return span_find(rest, span_of(more, 4)) != SIZE_MAX &&
           span_find(rest, span_of(last, 4)) != SIZE_MAX;
}

static void note_extension(struct dialogue *session, struct span text)
{
    struct span rest = text;
    struct span keyword = SPAN_EMPTY;
    if (!span_next_word(&rest, &keyword) || session->extension_count == DIALOGUE_EXTENSIONS) {
        return;
    }
    session->extensions[session->extension_count] = dialogue_keep(session, text);
    session->extension_count += session->extensions[session->extension_count].n > 0;
    if (span_equal_nocase(keyword, SPAN_LITERAL("STARTTLS"))) {
        session->starttls_offered = true;
    }
    bool old_form = keyword.n > 5 &&
                    span_equal_nocase(span_of(keyword.p, 5), SPAN_LITERAL("AUTH="));
    if (old_form) {
        rest = span_from(text, 5);
    }
    if (old_form || span_equal_nocase(keyword, SPAN_LITERAL("AUTH"))) {
        session->auth_mechanisms = dialogue_keep(session, span_trim(rest));
        session->auth_offered_in_clear = session->auth_offered_in_clear || !session->tls;
    }
}

static enum event_stage head_stage(const struct dialogue *session)
{
    const struct dialogue_pending *head = dialogue_head(session);
    return head != NULL ? head->stage : STAGE_NONE;
}

static void begin_reply(struct dialogue *session, int code, struct span rest, uint64_t number)
{
    session->reply_open = true;
    session->reply_code = code;
    session->reply_line = number;
    strbuf_clear(&session->reply_text);
    size_t length = reply_enhanced_length(rest);
    snprintf(session->reply_enhanced, sizeof session->reply_enhanced, "%.*s",
             (int)(length < sizeof session->reply_enhanced ? length : 0), rest.p);
}

bool dialogue_server(struct dialogue *session, struct span line, uint64_t number)
{
    int code = 0;
    if (!reply_code(line, &code)) {
        return false;
    }
    bool last = line.n <= 3 || line.p[3] != '-' || is_glued(line);
    struct span rest = span_trim(span_from(line, line.n > 3 ? 4 : 3));
    bool first = !session->reply_open;
    if (first) {
        begin_reply(session, code, rest, number);
    }
    size_t length = reply_enhanced_length(rest);
    if (length > 0 && span_equal(span_of(rest.p, length), span_cstr(session->reply_enhanced))) {
        rest = span_trim(span_from(rest, length));
    }
    dialogue_server_more(session, rest, number);
    if (!first && code == 250 && head_stage(session) == STAGE_EHLO) {
        note_extension(session, rest);
    }
    return last;
}

void dialogue_server_more(struct dialogue *session, struct span text, uint64_t number)
{
    session->reply_last = number;
    session->last_line = number;
    if (session->reply_text.length > 0 && text.n > 0) {
        strbuf_add_byte(&session->reply_text, ' ');
    }
    strbuf_add_span(&session->reply_text, text);
    if (strbuf_status(&session->reply_text) == SMTPLOG_NO_MEMORY) {
        session->status = SMTPLOG_NO_MEMORY;
    }
}

bool dialogue_expects(const struct dialogue *session)
{
    return session->pending_count > 0;
}

/* XCLIENT is answered by another greeting (Postfix). */
static bool greets_anew(const struct dialogue *session)
{
    const struct dialogue_pending *head = dialogue_head(session);
    return head != NULL && head->exchange < session->exchange_count &&
           span_starts(session->exchanges[head->exchange].command, SPAN_LITERAL("XCLIENT"));
}

bool dialogue_is_over(const struct dialogue *session, int code)
{
    if (session->end == DIALOGUE_QUIT || session->end == DIALOGUE_CLOSED) {
        return true;
    }
    bool begun = session->greeted || session->replies > 0;
    enum event_stage head = head_stage(session);
    return code == 220 && begun && head != STAGE_STARTTLS && !greets_anew(session) &&
           !(session->replies == 0 && session->pending_count > 0);
}

bool dialogue_is_extension(struct span text)
{
    static const char *const keywords[] = {
        "PIPELINING", "SIZE",       "8BITMIME",     "ENHANCEDSTATUSCODES",
        "CHUNKING",   "SMTPUTF8",   "DSN",          "STARTTLS",
        "AUTH",       "VRFY",       "ETRN",         "HELP",
        "PRDR",       "REQUIRETLS", "PIPE_CONNECT", "PIPECONNECT",
        "LIMITS",     "BINARYMIME"};
    struct span word = SPAN_EMPTY;
    struct span rest = text;
    (void)span_next_word(&rest, &word);
    for (size_t i = 0; i < COUNT_OF(keywords); i++) {
        if (span_is(word, keywords[i])) {
            return true;
        }
    }
    return false;
}

struct code_stage {
    int code;
    enum event_stage stage;
};

/* The stage of a reply when the commands are not shown, from its code, words, and the stage before.
 */
static enum event_stage guess_stage(const struct dialogue *session)
{
    static const struct code_stage sure[] = {
        {221, STAGE_QUIT}, {235, STAGE_AUTH}, {334, STAGE_AUTH}, {354, STAGE_DATA},
        {535, STAGE_AUTH}, {534, STAGE_AUTH}, {252, STAGE_VRFY}, {214, STAGE_OTHER}};
    for (size_t i = 0; i < COUNT_OF(sure); i++) {
        if (session->reply_code == sure[i].code) {
            return sure[i].stage;
        }
    }
    if (session->reply_code == 220) {
        return session->greeted ? STAGE_STARTTLS : STAGE_CONNECT;
    }
    struct span text = strbuf_span(&session->reply_text);
    if (session->reply_code == 250 &&
        (dialogue_is_extension(text) || session->reply_last > session->reply_line)) {
        return STAGE_EHLO;
    }
    switch (session->guessed) {
    case STAGE_NONE:
        return session->reply_code == 250 ? STAGE_OTHER : STAGE_CONNECT;
    case STAGE_DATA:
        return STAGE_EOD;
    case STAGE_CONNECT:
        return STAGE_EHLO;
    case STAGE_EHLO:
    case STAGE_AUTH:
    case STAGE_EOD:
        return STAGE_MAIL;
    case STAGE_MAIL:
    case STAGE_RCPT:
        return STAGE_RCPT;
    default:
        return STAGE_OTHER;
    }
}

/* The stage of the reply being closed when no command waits for it. */
static enum event_stage stage_without_command(const struct dialogue *session)
{
    if (!session->client_seen) {
        return guess_stage(session);
    }
    return session->greeted || session->replies > 0 ? STAGE_OTHER : STAGE_CONNECT;
}

static void clear_transaction(struct dialogue *session)
{
    session->has_sender = false;
    session->sender = SPAN_EMPTY;
    session->recipient_count = 0;
}

/* The host name that a greeting begins with: who the other side says it is. */
static void note_greeting(struct dialogue *session)
{
    struct span rest = strbuf_span(&session->reply_text);
    struct span host = SPAN_EMPTY;
    session->greeted = true;
    if (session->peer.n > 0 || session->direction != DIRECTION_OUTBOUND ||
        !span_next_word(&rest, &host)) {
        return;
    }
    const char *dot = memchr(host.p, '.', host.n);
    if (dot != NULL && dot > host.p && dot + 2 < host.p + host.n && !dialogue_is_address(host) &&
        (byte_is_alpha(host.p[0]) || byte_is_digit(host.p[0])) &&
        byte_is_alpha(host.p[host.n - 1]) && memchr(host.p, '/', host.n) == NULL) {
        session->peer = dialogue_keep(session, host);
    }
}

static void after_mail(struct dialogue *session, const struct dialogue_pending *head, int code)
{
    clear_transaction(session);
    if (code / 100 == 2 && head->address != NULL) {
        session->sender = dialogue_keep(session, span_of(head->address, head->address_length));
        session->has_sender = true;
    }
}

static void after_rcpt(struct dialogue *session, const struct dialogue_pending *head, int code)
{
    if (code / 100 == 2 && session->recipient_count < DIALOGUE_RECIPIENTS) {
        session->recipients[session->recipient_count++] = head->address != NULL
                                                              ? dialogue_keep(
                                                                    session,
                                                                    span_of(head->address,
                                                                            head->address_length))
                                                              : SPAN_EMPTY;
    }
}

static void after_auth(struct dialogue *session, struct dialogue_pending *head, int code)
{
    session->auth_tried = true;
    if (code == 334) {
        session->auth_open = true;
        head->again = true;
        head->replies = 2;
    } else {
        session->auth_open = false;
        session->auth_ok = session->auth_ok || code == 235;
    }
}

/* 353 announces a reply for each recipient and a last one for the message (PRDR). */
static void after_final(struct dialogue *session, struct dialogue_pending *head, int code)
{
    if (code == 353 && !head->per_recipient) {
        head->per_recipient = true;
        head->replies = session->recipient_count + 2;
        head->next = 0;
    } else if (head->per_recipient) {
        head->next++;
    }
    session->message_accepted = session->message_accepted || (code / 100 == 2);
    if (head->replies <= 1) {
        clear_transaction(session);
    }
}

static void after_starttls(struct dialogue *session, int code)
{
    if (code == 220) {
        session->tls = true;
        session->extension_count = 0;
        session->auth_mechanisms = SPAN_EMPTY;
    }
}

/* What a reply changes for what follows. */
static void apply_reply(struct dialogue *session, struct dialogue_pending *head, int code)
{
    switch (head->stage) {
    case STAGE_STARTTLS:
        after_starttls(session, code);
        break;
    case STAGE_AUTH:
        after_auth(session, head, code);
        break;
    case STAGE_MAIL:
        after_mail(session, head, code);
        break;
    case STAGE_RCPT:
        after_rcpt(session, head, code);
        break;
    case STAGE_DATA:
        session->in_data = code / 100 == 3;
        break;
    case STAGE_BDAT:
        session->bdat_left = 0;
        if (head->final) {
            after_final(session, head, code);
        }
        break;
    case STAGE_EOD:
        after_final(session, head, code);
        break;
    case STAGE_RSET:
    case STAGE_EHLO:
    case STAGE_HELO:
        clear_transaction(session);
        break;
    case STAGE_QUIT:
        session->end = DIALOGUE_QUIT;
        break;
    default:
        break;
    }
}

/* Whose mail a reply is about. */
static void describe_addresses(const struct dialogue *session, const struct dialogue_pending *head,
                               struct dialogue_reply *reply)
{
    bool of_message = reply->stage == STAGE_RCPT || reply->stage == STAGE_DATA ||
                      reply->stage == STAGE_BDAT || reply->stage == STAGE_EOD;
    if (reply->stage == STAGE_MAIL && head->address != NULL) {
        reply->has_sender = true;
        reply->sender = span_of(head->address, head->address_length);
    } else if (of_message && session->has_sender) {
        reply->has_sender = true;
        reply->sender = session->sender;
    }
    size_t about = SIZE_MAX;
    if (reply->stage == STAGE_RCPT && head->address != NULL) {
        reply->has_recipient = true;
        reply->recipient = span_of(head->address, head->address_length);
        return;
    }
    if (head->per_recipient && head->next < session->recipient_count) {
        about = head->next;
    } else if (reply->stage != STAGE_RCPT && of_message && session->recipient_count == 1) {
        about = 0;
    }
    if (about != SIZE_MAX) {
        reply->has_recipient = true;
        reply->recipient = session->recipients[about];
    }
}

/* The text without credentials, in the reply's own buffer. */
static void hide_text(struct dialogue *session, enum event_stage stage)
{
    struct strbuf hidden;
    strbuf_init(&hidden, DIALOGUE_REPLY);
    struct span text = strbuf_span(&session->reply_text);
    if (session->reply_code == 334 && secret_is_likely(text)) {
        strbuf_add_cstr(&hidden, SECRET_HIDDEN);
    } else {
        secret_add_hidden(&hidden, &session->secrets, text, stage == STAGE_AUTH);
    }
    if (strbuf_status(&hidden) == SMTPLOG_NO_MEMORY) {
        session->status = SMTPLOG_NO_MEMORY;
    }
    strbuf_free(&session->reply_text);
    session->reply_text = hidden;
}

static void keep_exchange(struct dialogue *session, size_t index,
                          const struct dialogue_reply *reply)
{
    struct dialogue_exchange *exchange = NULL;
    if (index == SIZE_MAX || index >= session->exchange_count ||
        session->exchanges[index].code != 0) {
        exchange = dialogue_add_exchange(session, &index);
        if (exchange == NULL) {
            return;
        }
        *exchange = (struct dialogue_exchange){.command = SPAN_EMPTY, .stage = reply->stage};
    }
    exchange = &session->exchanges[index];
    exchange->code = reply->code;
    exchange->enhanced = dialogue_keep(session, reply->enhanced);
    exchange->text = dialogue_keep(session, reply->text);
    exchange->line = reply->line;
    exchange->line_end = reply->line_end;
    exchange->unfinished = reply->unfinished;
}

/* True when the reply is the greeting: nothing was answered before, and either no command waits or
 * the code is one that only a greeting has. */
static bool is_greeting(const struct dialogue *session)
{
    if (session->greeted || session->replies > 0) {
        return false;
    }
    bool first_words = session->pending_count == 0 &&
                       (session->reply_code / 100 != 2 || session->reply_code == 220);
    return first_words || (session->reply_code == 220 && head_stage(session) != STAGE_STARTTLS);
}

bool dialogue_close_reply(struct dialogue *session, bool unfinished, struct dialogue_reply *reply)
{
    if (!session->reply_open) {
        return false;
    }
    session->reply_open = false;
    struct dialogue_pending none = {.stage = STAGE_NONE, .exchange = SIZE_MAX, .replies = 1};
    bool greeting = is_greeting(session);
    struct dialogue_pending *head = greeting ? NULL : dialogue_head(session);
    struct dialogue_pending *command = head != NULL ? head : &none;
    *reply = (struct dialogue_reply){.code = session->reply_code,
                                     .line = session->reply_line,
                                     .line_end = session->reply_last,
                                     .unfinished = unfinished,
                                     .sender = SPAN_EMPTY,
                                     .recipient = SPAN_EMPTY};
    reply->stage = greeting       ? STAGE_CONNECT
                   : head != NULL ? head->stage
                                  : stage_without_command(session);
    session->guessed = reply->stage;
    if (reply->stage == STAGE_CONNECT) {
        note_greeting(session);
    }
    hide_text(session, reply->stage);
    reply->enhanced = span_cstr(session->reply_enhanced);
    reply->text = strbuf_span(&session->reply_text);
    describe_addresses(session, command, reply);
    keep_exchange(session, command->exchange, reply);
    session->replies++;
    session->said_421 = session->said_421 || reply->code == 421;
    if (head == NULL) {
        if (reply->code == 221 && !session->client_seen) {
            session->end = DIALOGUE_QUIT;
        }
        session->message_accepted = session->message_accepted ||
                                    (reply->stage == STAGE_EOD && reply->code / 100 == 2);
        return true;
    }
    if (reply->has_sender && reply->stage == STAGE_MAIL) {
        reply->sender = dialogue_keep(session, reply->sender);
    }
    if (reply->has_recipient && reply->stage == STAGE_RCPT) {
        reply->recipient = dialogue_keep(session, reply->recipient);
    }
    apply_reply(session, head, reply->code);
    head->replies--;
    if (head->replies == 0) {
        dialogue_pop(session);
    } else if (!head->again) {
        head->exchange = SIZE_MAX;
    }
    return true;
}
