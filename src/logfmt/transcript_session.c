/* One SMTP session as a transcript shows it. */
#include "logfmt/transcript_session.h"

#include <stdio.h>
#include <stdlib.h>

#include "event/reply.h"

/* A command whose reply has not come. */
struct session_pending {
    enum event_stage stage;
    size_t exchange; /* SIZE_MAX: not kept */
    size_t replies;  /* still to come: more than one for LMTP and PRDR */
    size_t next;     /* recipient that the next of them is about */
    bool per_recipient;
    bool final; /* BDAT LAST or the dot */
    bool again; /* a 334 was answered: not a new command */
    char *address; /* owned: of MAIL FROM and RCPT TO; NULL for none */
    size_t address_length;
};

enum smtplog_status session_new(struct session **session)
{
    struct session *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->pending = calloc(SESSION_PENDING, sizeof *made->pending);
    if (made->pending == NULL) {
        free(made);
        return SMTPLOG_NO_MEMORY;
    }
    arena_init(&made->arena);
    strbuf_init(&made->reply_text, SESSION_REPLY);
    *session = made;
    return SMTPLOG_OK;
}

void session_free(struct session *session)
{
    if (session == NULL) {
        return;
    }
    for (size_t i = 0; i < SESSION_PENDING; i++) {
        free(session->pending[i].address);
    }
    free(session->pending);
    strbuf_free(&session->reply_text);
    arena_free(&session->arena);
    free(session);
}

/* A copy in the session's memory, at most SESSION_KEPT bytes; empty once the memory is used up. */
static struct span keep(struct session *session, struct span text)
{
    struct span copy = SPAN_EMPTY;
    if (text.n > SESSION_KEPT) {
        text.n = SESSION_KEPT;
    }
    if (text.n == 0 || session->arena.total + text.n > SESSION_MEMORY) {
        return SPAN_EMPTY;
    }
    if (!arena_copy(&session->arena, text, &copy)) {
        session->status = SMTPLOG_NO_MEMORY;
        return SPAN_EMPTY;
    }
    return copy;
}

static struct span keep_hidden(struct session *session, struct span text, bool guess)
{
    struct strbuf hidden;
    strbuf_init(&hidden, SESSION_REPLY);
    secret_add_hidden(&hidden, &session->secrets, text, guess);
    if (strbuf_status(&hidden) == SMTPLOG_NO_MEMORY) {
        session->status = SMTPLOG_NO_MEMORY;
    }
    struct span kept = keep(session, strbuf_span(&hidden));
    strbuf_free(&hidden);
    return kept;
}

/* ---- whom with ---------------------------------------------------------------------------- */

static bool is_address(struct span text)
{
    size_t dots = 0;
    size_t colons = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = byte_lower(text.p[i]);
        dots += c == '.';
        colons += c == ':';
        if (!byte_is_digit(c) && c != '.' && c != ':' && !(c >= 'a' && c <= 'f')) {
            return false;
        }
    }
    return colons >= 2 || (dots == 3 && text.n <= 15 && byte_is_digit(text.p[text.n - 1]));
}

void session_set_peer(struct session *session, struct span peer, struct span ip, struct span port)
{
    while (peer.n > 0 && (peer.p[peer.n - 1] == '.' || peer.p[peer.n - 1] == ']')) {
        peer.n--;
    }
    while (peer.n > 0 && peer.p[0] == '[') {
        peer = span_from(peer, 1);
    }
    if (is_address(peer)) {
        ip = ip.n > 0 ? ip : peer;
        peer = SPAN_EMPTY;
    }
    if (peer.n > 0 && !span_equal(peer, session->peer)) {
        session->peer = keep(session, peer);
    }
    if (ip.n > 0 && !span_equal(ip, session->peer_ip)) {
        session->peer_ip = keep(session, ip);
    }
    if (port.n > 0 && byte_is_digit(port.p[0]) && !span_equal(port, session->peer_port)) {
        session->peer_port = keep(session, port);
    }
}

void session_set_tls(struct session *session, struct span version)
{
    session->tls = true;
    if (version.n > 0) {
        session->tls_version = keep(session, version);
    }
}

/* ---- commands ------------------------------------------------------------------------------ */

struct command_word {
    const char *word;
    enum event_stage stage;
};

static const struct command_word command_words[] = {
    {"EHLO", STAGE_EHLO},         {"HELO", STAGE_HELO}, {"LHLO", STAGE_EHLO},
    {"STARTTLS", STAGE_STARTTLS}, {"AUTH", STAGE_AUTH}, {"MAIL", STAGE_MAIL},
    {"SEND", STAGE_MAIL},         {"SOML", STAGE_MAIL}, {"SAML", STAGE_MAIL},
    {"RCPT", STAGE_RCPT},         {"DATA", STAGE_DATA}, {"BDAT", STAGE_BDAT},
    {"RSET", STAGE_RSET},         {"VRFY", STAGE_VRFY}, {"EXPN", STAGE_EXPN},
    {"ETRN", STAGE_ETRN},         {"NOOP", STAGE_NOOP}, {"QUIT", STAGE_QUIT},
};

enum event_stage session_command(struct span line, struct span *argument)
{
    struct span rest = line;
    struct span word = SPAN_EMPTY;
    (void)span_next_word(&rest, &word);
    *argument = span_trim(rest);
    for (size_t i = 0; i < COUNT_OF(command_words); i++) {
        if (span_equal_nocase(word, span_cstr(command_words[i].word))) {
            return command_words[i].stage;
        }
    }
    return STAGE_OTHER;
}

/* The address of `FROM:<a@b> SIZE=1` or `TO: a@b`. False when there is none. */
static bool command_address(struct span argument, struct span *address)
{
    const char *colon = argument.n > 0 ? memchr(argument.p, ':', argument.n) : NULL;
    if (colon == NULL) {
        return false;
    }
    struct span rest = span_trim(span_from(argument, (size_t)(colon - argument.p) + 1));
    if (rest.n > 0 && rest.p[0] == '<') {
        bool quoted = false;
        for (size_t i = 1; i < rest.n; i++) {
            if (rest.p[i] == '\\') {
                i++;
            } else if (rest.p[i] == '"') {
                quoted = !quoted;
            } else if (rest.p[i] == '>' && !quoted) {
                *address = span_of(rest.p + 1, i - 1);
                return true;
            }
        }
        return false;
    }
    return span_next_word(&rest, address);
}

static struct session_exchange *add_exchange(struct session *session, size_t *index)
{
    *index = SIZE_MAX;
    if (session->exchange_count == SESSION_EXCHANGES) {
        session->exchanges_dropped++;
        return NULL;
    }
    *index = session->exchange_count++;
    return &session->exchanges[*index];
}

static struct session_pending *pending_at(const struct session *session, size_t place)
{
    return &session->pending[(session->pending_first + place) % SESSION_PENDING];
}

static struct session_pending *pending_head(const struct session *session)
{
    return session->pending_count > 0 ? pending_at(session, 0) : NULL;
}

static void pending_pop(struct session *session)
{
    struct session_pending *head = pending_at(session, 0);
    free(head->address);
    *head = (struct session_pending){.stage = STAGE_NONE};
    session->pending_first = (session->pending_first + 1) % SESSION_PENDING;
    session->pending_count--;
}

static struct session_pending *pending_push(struct session *session, enum event_stage stage,
                                            size_t exchange)
{
    if (session->pending_count == SESSION_PENDING) {
        pending_pop(session);
    }
    struct session_pending *added = pending_at(session, session->pending_count++);
    *added = (struct session_pending){.stage = stage, .exchange = exchange, .replies = 1};
    return added;
}

static void pending_set_address(struct session *session, struct session_pending *pending,
                                struct span argument)
{
    struct span address;
    if (!command_address(argument, &address)) {
        return;
    }
    if (address.n > SESSION_KEPT) {
        address.n = SESSION_KEPT;
    }
    pending->address = malloc(address.n + 1);
    if (pending->address == NULL) {
        session->status = SMTPLOG_NO_MEMORY;
        return;
    }
    memcpy(pending->address, address.p, address.n);
    pending->address_length = address.n;
}

/* The last dot, or BDAT LAST: LMTP answers it once for each accepted recipient. */
static void expect_final(struct session *session, struct session_pending *pending)
{
    pending->final = true;
    if (session->lmtp && session->recipient_count > 0) {
        pending->per_recipient = true;
        pending->replies = session->recipient_count;
    }
}

void session_end_data(struct session *session, uint64_t number)
{
    if (!session->in_data) {
        return;
    }
    size_t index = 0;
    session->in_data = false;
    struct session_exchange *exchange = add_exchange(session, &index);
    if (exchange != NULL) {
        *exchange = (struct session_exchange){
            .command = SPAN_LITERAL("."), .stage = STAGE_EOD, .command_line = number,
            .enhanced = SPAN_EMPTY, .text = SPAN_EMPTY};
    }
    expect_final(session, pending_push(session, STAGE_EOD, index));
}

/* An answer to 334: kept as a step of the dialogue, never as words. */
static void take_credentials(struct session *session, struct span line, uint64_t number)
{
    struct session_pending *head = pending_head(session);
    session->auth_open = false;
    secrets_add(&session->secrets, line);
    size_t index = 0;
    struct session_exchange *exchange = add_exchange(session, &index);
    if (exchange != NULL) {
        *exchange = (struct session_exchange){
            .command = SPAN_LITERAL(SECRET_HIDDEN), .stage = STAGE_AUTH, .command_line = number,
            .enhanced = SPAN_EMPTY, .text = SPAN_EMPTY, .after_421 = session->said_421};
    }
    if (head != NULL) {
        head->exchange = index;
        head->again = false;
    }
}

/* The words of a command as they may be kept. */
static struct span shown_command(struct session *session, enum event_stage stage, struct span line,
                                 struct span argument)
{
    if (stage != STAGE_AUTH) {
        return keep_hidden(session, line, false);
    }
    char shown[128];
    struct span mechanism = SPAN_EMPTY;
    struct span response = SPAN_EMPTY;
    session->auth_tried = true;
    (void)span_next_word(&argument, &mechanism);
    if (mechanism.n > 32) {
        mechanism.n = 32;
    }
    bool has_response = span_next_word(&argument, &response) && !span_is(response, "=");
    if (has_response) {
        secrets_add(&session->secrets, response);
    }
    snprintf(shown, sizeof shown, "AUTH %.*s%s", SPAN_ARGS(mechanism),
             has_response ? " " SECRET_HIDDEN : "");
    return keep(session, span_cstr(shown));
}

static void take_bdat(struct session *session, struct session_pending *pending,
                      struct span argument)
{
    struct span size;
    struct span last;
    uint64_t bytes = 0;
    if (span_next_word(&argument, &size) && span_to_u64(size, (uint64_t)1 << 40, &bytes)) {
        session->bdat_left = bytes;
    }
    if (span_next_word(&argument, &last) && span_equal_nocase(last, SPAN_LITERAL("LAST"))) {
        expect_final(session, pending);
    }
}

static void take_command(struct session *session, struct span line, uint64_t number)
{
    struct span argument;
    enum event_stage stage = session_command(line, &argument);
    struct span shown = shown_command(session, stage, line, argument);
    size_t index = 0;
    struct session_exchange *exchange = add_exchange(session, &index);
    if (exchange != NULL) {
        *exchange = (struct session_exchange){
            .command = shown, .stage = stage, .command_line = number, .enhanced = SPAN_EMPTY,
            .text = SPAN_EMPTY, .after_421 = session->said_421};
    }
    struct session_pending *pending = pending_push(session, stage, index);
    if (stage == STAGE_MAIL || stage == STAGE_RCPT) {
        pending_set_address(session, pending, argument);
    } else if (stage == STAGE_BDAT) {
        take_bdat(session, pending, argument);
    } else if (stage == STAGE_EHLO || stage == STAGE_HELO) {
        session->lmtp = byte_lower(line.p[0]) == 'l';
        if (argument.n > 0 && !span_equal(argument, session->helo)) {
            session->helo = keep(session, argument);
        }
    }
}

void session_client(struct session *session, struct span line, uint64_t number)
{
    session->client_seen = true;
    session->last_line = number;
    if (session->in_data) {
        if (span_is(line, ".")) {
            session_end_data(session, number);
        }
        return;
    }
    line = span_trim(line);
    if (session->auth_open) {
        take_credentials(session, line, number);
    } else if (line.n > 0 && !span_is(line, ".")) {
        take_command(session, line, number);
    }
}

/* ---- replies ------------------------------------------------------------------------------- */

bool session_continues(const struct session *session, struct span line)
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

static void note_extension(struct session *session, struct span text)
{
    struct span rest = text;
    struct span keyword = SPAN_EMPTY;
    if (!span_next_word(&rest, &keyword) || session->extension_count == SESSION_EXTENSIONS) {
        return;
    }
    session->extensions[session->extension_count] = keep(session, text);
    session->extension_count += session->extensions[session->extension_count].n > 0;
    if (span_equal_nocase(keyword, SPAN_LITERAL("STARTTLS"))) {
        session->starttls_offered = true;
    }
    bool old_form = keyword.n > 5 && span_equal_nocase(span_of(keyword.p, 5), SPAN_LITERAL("AUTH="));
    if (old_form) {
        rest = span_from(text, 5);
    }
    if (old_form || span_equal_nocase(keyword, SPAN_LITERAL("AUTH"))) {
        session->auth_mechanisms = keep(session, span_trim(rest));
        session->auth_offered_in_clear = session->auth_offered_in_clear || !session->tls;
    }
}

static enum event_stage head_stage(const struct session *session)
{
    const struct session_pending *head = pending_head(session);
    return head != NULL ? head->stage : STAGE_NONE;
}

static void begin_reply(struct session *session, int code, struct span rest, uint64_t number)
{
    session->reply_open = true;
    session->reply_code = code;
    session->reply_line = number;
    strbuf_clear(&session->reply_text);
    size_t length = reply_enhanced_length(rest);
    snprintf(session->reply_enhanced, sizeof session->reply_enhanced, "%.*s",
             (int)(length < sizeof session->reply_enhanced ? length : 0), rest.p);
}

bool session_server(struct session *session, struct span line, uint64_t number)
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
    session_server_more(session, rest, number);
    if (!first && code == 250 && head_stage(session) == STAGE_EHLO) {
        note_extension(session, rest);
    }
    return last;
}

void session_server_more(struct session *session, struct span text, uint64_t number)
{
    session->reply_last = number;
    session->last_line = number;
    if (session->reply_text.length > 0 && text.n > 0) {
        strbuf_add_byte(&session->reply_text, ' ');
    }
    strbuf_add_span(&session->reply_text, text);
}

bool session_expects(const struct session *session)
{
    return session->pending_count > 0;
}

bool session_is_over(const struct session *session, int code)
{
    if (session->end == SESSION_QUIT || session->end == SESSION_CLOSED) {
        return true;
    }
    bool begun = session->greeted || session->replies > 0;
    enum event_stage head = head_stage(session);
    return code == 220 && begun && head != STAGE_STARTTLS && head != STAGE_OTHER &&
           !(session->replies == 0 && session->pending_count > 0);
}

/* Words that only the answer to EHLO holds. */
static bool is_extension(struct span text)
{
    static const char *const keywords[] = {
        "PIPELINING", "SIZE",     "8BITMIME", "ENHANCEDSTATUSCODES", "CHUNKING", "SMTPUTF8",
        "DSN",        "STARTTLS", "AUTH",     "VRFY",                "ETRN",     "HELP",
        "PRDR",       "REQUIRETLS", "PIPE_CONNECT", "PIPECONNECT", "LIMITS", "BINARYMIME"};
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

/* The stage of a reply when the commands are not shown, from its code, words, and the stage before. */
static enum event_stage guess_stage(const struct session *session)
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
        (is_extension(text) || session->reply_last > session->reply_line)) {
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
static enum event_stage stage_without_command(const struct session *session)
{
    if (!session->client_seen) {
        return guess_stage(session);
    }
    return session->greeted || session->replies > 0 ? STAGE_OTHER : STAGE_CONNECT;
}

static void clear_transaction(struct session *session)
{
    session->has_sender = false;
    session->sender = SPAN_EMPTY;
    session->recipient_count = 0;
}

/* The host name that a greeting begins with: who the other side says it is. */
static void note_greeting(struct session *session)
{
    struct span rest = strbuf_span(&session->reply_text);
    struct span host = SPAN_EMPTY;
    session->greeted = true;
    if (session->peer.n > 0 || session->direction != DIRECTION_OUTBOUND ||
        !span_next_word(&rest, &host)) {
        return;
    }
    const char *dot = memchr(host.p, '.', host.n);
    if (dot != NULL && dot > host.p && dot + 2 < host.p + host.n && !is_address(host) &&
        (byte_is_alpha(host.p[0]) || byte_is_digit(host.p[0])) &&
        byte_is_alpha(host.p[host.n - 1]) && memchr(host.p, '/', host.n) == NULL) {
        session->peer = keep(session, host);
    }
}

static void after_mail(struct session *session, const struct session_pending *head, int code)
{
    clear_transaction(session);
    if (code / 100 == 2 && head->address != NULL) {
        session->sender = keep(session, span_of(head->address, head->address_length));
        session->has_sender = true;
    }
}

static void after_rcpt(struct session *session, const struct session_pending *head, int code)
{
    if (code / 100 == 2 && session->recipient_count < SESSION_RECIPIENTS) {
        session->recipients[session->recipient_count++] =
            head->address != NULL ? keep(session, span_of(head->address, head->address_length))
                                  : SPAN_EMPTY;
    }
}

static void after_auth(struct session *session, struct session_pending *head, int code)
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
static void after_final(struct session *session, struct session_pending *head, int code)
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

static void after_starttls(struct session *session, int code)
{
    if (code == 220) {
        session->tls = true;
        session->extension_count = 0;
        session->auth_mechanisms = SPAN_EMPTY;
    }
}

/* What a reply changes for what follows. */
static void apply_reply(struct session *session, struct session_pending *head, int code)
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
        session->end = SESSION_QUIT;
        break;
    default:
        break;
    }
}

/* Whose mail a reply is about. */
static void describe_addresses(const struct session *session, const struct session_pending *head,
                               struct session_reply *reply)
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
static void hide_text(struct session *session, enum event_stage stage)
{
    struct strbuf hidden;
    strbuf_init(&hidden, SESSION_REPLY);
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

static void keep_exchange(struct session *session, size_t index, const struct session_reply *reply)
{
    struct session_exchange *exchange = NULL;
    if (index == SIZE_MAX || index >= session->exchange_count ||
        session->exchanges[index].code != 0) {
        exchange = add_exchange(session, &index);
        if (exchange == NULL) {
            return;
        }
        *exchange = (struct session_exchange){.command = SPAN_EMPTY, .stage = reply->stage};
    }
    exchange = &session->exchanges[index];
    exchange->code = reply->code;
    exchange->enhanced = keep(session, reply->enhanced);
    exchange->text = keep(session, reply->text);
    exchange->line = reply->line;
    exchange->line_end = reply->line_end;
    exchange->unfinished = reply->unfinished;
}

/* True when the reply is the greeting: nothing was answered before, and either no command waits or the code
 * is one that only a greeting has. */
static bool is_greeting(const struct session *session)
{
    if (session->greeted || session->replies > 0) {
        return false;
    }
    bool first_words = session->pending_count == 0 && (session->reply_code / 100 != 2 ||
                                                       session->reply_code == 220);
    return first_words || (session->reply_code == 220 && head_stage(session) != STAGE_STARTTLS);
}

bool session_close_reply(struct session *session, bool unfinished, struct session_reply *reply)
{
    if (!session->reply_open) {
        return false;
    }
    session->reply_open = false;
    struct session_pending none = {.stage = STAGE_NONE, .exchange = SIZE_MAX, .replies = 1};
    bool greeting = is_greeting(session);
    struct session_pending *head = greeting ? NULL : pending_head(session);
    struct session_pending *command = head != NULL ? head : &none;
    *reply = (struct session_reply){
        .code = session->reply_code, .line = session->reply_line, .line_end = session->reply_last,
        .unfinished = unfinished, .sender = SPAN_EMPTY, .recipient = SPAN_EMPTY};
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
            session->end = SESSION_QUIT;
        }
        return true;
    }
    if (reply->has_sender && reply->stage == STAGE_MAIL) {
        reply->sender = keep(session, reply->sender);
    }
    if (reply->has_recipient && reply->stage == STAGE_RCPT) {
        reply->recipient = keep(session, reply->recipient);
    }
    apply_reply(session, head, reply->code);
    head->replies--;
    if (head->replies == 0) {
        pending_pop(session);
    } else if (!head->again) {
        head->exchange = SIZE_MAX;
    }
    return true;
}
