/* One SMTP session as a transcript shows it: what the client says. Replies are in
 * transcript_reply.c. */
#include "logfmt/transcript_dialogue_part.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum smtplog_status dialogue_new(struct dialogue **session)
{
    struct dialogue *made = malloc(sizeof *made);
    struct dialogue_pending *pending = malloc(DIALOGUE_PENDING * sizeof *pending);
    if (made == NULL || pending == NULL) {
        free(made);
        free(pending);
        return SMTPLOG_NO_MEMORY;
    }
    memset(made, 0, offsetof(struct dialogue, exchanges));
    made->pending = pending;
    arena_init(&made->arena);
    strbuf_init(&made->reply_text, DIALOGUE_REPLY);
    *session = made;
    return SMTPLOG_OK;
}

void dialogue_free(struct dialogue *session)
{
    if (session == NULL) {
        return;
    }
    while (session->pending_count > 0) {
        dialogue_pop(session);
    }
    free(session->pending);
    strbuf_free(&session->reply_text);
    arena_free(&session->arena);
    free(session);
}

/* A copy in the session's memory, at most DIALOGUE_KEPT bytes; empty once the memory is used up. */
struct span dialogue_keep(struct dialogue *session, struct span text)
{
    struct span copy = SPAN_EMPTY;
    if (text.n > DIALOGUE_KEPT) {
        text.n = DIALOGUE_KEPT;
    }
    if (text.n == 0 || session->arena.total + text.n > DIALOGUE_MEMORY) {
        return SPAN_EMPTY;
    }
    if (!arena_copy(&session->arena, text, &copy)) {
        session->status = SMTPLOG_NO_MEMORY;
        return SPAN_EMPTY;
    }
    return copy;
}

struct span dialogue_keep_hidden(struct dialogue *session, struct span text, bool guess)
{
    struct strbuf hidden;
    strbuf_init(&hidden, DIALOGUE_REPLY);
    secret_add_hidden(&hidden, &session->secrets, text, guess);
    if (strbuf_status(&hidden) == SMTPLOG_NO_MEMORY) {
        session->status = SMTPLOG_NO_MEMORY;
    }
    struct span kept = dialogue_keep(session, strbuf_span(&hidden));
    strbuf_free(&hidden);
    return kept;
}

/* ---- whom with ---------------------------------------------------------------------------- */

bool dialogue_is_address(struct span text)
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

void dialogue_set_peer(struct dialogue *session, struct span peer, struct span ip, struct span port)
{
    while (peer.n > 0 && (peer.p[peer.n - 1] == '.' || peer.p[peer.n - 1] == ']')) {
        peer.n--;
    }
    while (peer.n > 0 && peer.p[0] == '[') {
        peer = span_from(peer, 1);
    }
    if (dialogue_is_address(peer)) {
        ip = ip.n > 0 ? ip : peer;
        peer = SPAN_EMPTY;
    }
    if (peer.n > 0 && !span_equal(peer, session->peer)) {
        session->peer = dialogue_keep(session, peer);
    }
    if (ip.n > 0 && !span_equal(ip, session->peer_ip)) {
        session->peer_ip = dialogue_keep(session, ip);
    }
    if (port.n > 0 && byte_is_digit(port.p[0]) && !span_equal(port, session->peer_port)) {
        session->peer_port = dialogue_keep(session, port);
    }
}

void dialogue_set_tls(struct dialogue *session, struct span version)
{
    session->tls = true;
    if (version.n > 0) {
        session->tls_version = dialogue_keep(session, version);
    }
}

/* ---- commands ------------------------------------------------------------------------------ */

struct command_word {
    const char *word;
    enum event_stage stage;
};

static const struct command_word command_words[] = {
    {"EHLO", STAGE_EHLO}, {"HELO", STAGE_HELO}, {"LHLO", STAGE_EHLO}, {"STARTTLS", STAGE_STARTTLS},
    {"AUTH", STAGE_AUTH}, {"MAIL", STAGE_MAIL}, {"SEND", STAGE_MAIL}, {"SOML", STAGE_MAIL},
    {"SAML", STAGE_MAIL}, {"RCPT", STAGE_RCPT}, {"DATA", STAGE_DATA}, {"BDAT", STAGE_BDAT},
    {"RSET", STAGE_RSET}, {"VRFY", STAGE_VRFY}, {"EXPN", STAGE_EXPN}, {"ETRN", STAGE_ETRN},
    {"NOOP", STAGE_NOOP}, {"QUIT", STAGE_QUIT},
};

enum event_stage dialogue_command(struct span line, struct span *argument)
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

struct dialogue_exchange *dialogue_add_exchange(struct dialogue *session, size_t *index)
{
    *index = SIZE_MAX;
    if (session->exchange_count == DIALOGUE_EXCHANGES) {
        session->exchanges_dropped++;
        return NULL;
    }
    *index = session->exchange_count++;
    return &session->exchanges[*index];
}

static struct dialogue_pending *pending_at(const struct dialogue *session, size_t place)
{
    return &session->pending[(session->pending_first + place) % DIALOGUE_PENDING];
}

struct dialogue_pending *dialogue_head(const struct dialogue *session)
{
    return session->pending_count > 0 ? pending_at(session, 0) : NULL;
}

void dialogue_pop(struct dialogue *session)
{
    struct dialogue_pending *head = pending_at(session, 0);
    free(head->address);
    *head = (struct dialogue_pending){.stage = STAGE_NONE};
    session->pending_first = (session->pending_first + 1) % DIALOGUE_PENDING;
    session->pending_count--;
}

static struct dialogue_pending *pending_push(struct dialogue *session, enum event_stage stage,
                                             size_t exchange)
{
    if (session->pending_count == DIALOGUE_PENDING) {
        dialogue_pop(session);
    }
    struct dialogue_pending *added = pending_at(session, session->pending_count++);
    *added = (struct dialogue_pending){.stage = stage, .exchange = exchange, .replies = 1};
    return added;
}

static void pending_set_address(struct dialogue *session, struct dialogue_pending *pending,
                                struct span argument)
{
    struct span address;
    if (!command_address(argument, &address)) {
        return;
    }
    if (address.n > DIALOGUE_KEPT) {
        address.n = DIALOGUE_KEPT;
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
static void expect_final(struct dialogue *session, struct dialogue_pending *pending)
{
    pending->final = true;
    if (session->lmtp && session->recipient_count > 0) {
        pending->per_recipient = true;
        pending->replies = session->recipient_count;
    }
}

void dialogue_end_data(struct dialogue *session, uint64_t number)
{
    if (!session->in_data) {
        return;
    }
    size_t index = 0;
    session->in_data = false;
    struct dialogue_exchange *exchange = dialogue_add_exchange(session, &index);
    if (exchange != NULL) {
        *exchange = (struct dialogue_exchange){.command = SPAN_LITERAL("."),
                                               .stage = STAGE_EOD,
                                               .command_line = number,
                                               .enhanced = SPAN_EMPTY,
                                               .text = SPAN_EMPTY};
    }
    expect_final(session, pending_push(session, STAGE_EOD, index));
}

/* An answer to 334: kept as a step of the dialogue, never as words. */
static void take_credentials(struct dialogue *session, struct span line, uint64_t number)
{
    struct dialogue_pending *head = dialogue_head(session);
    session->auth_open = false;
    secrets_add(&session->secrets, line);
    size_t index = 0;
    struct dialogue_exchange *exchange = dialogue_add_exchange(session, &index);
    if (exchange != NULL) {
        *exchange = (struct dialogue_exchange){.command = SPAN_LITERAL(SECRET_HIDDEN),
                                               .stage = STAGE_AUTH,
                                               .command_line = number,
                                               .enhanced = SPAN_EMPTY,
                                               .text = SPAN_EMPTY,
                                               .after_421 = session->said_421};
    }
    if (head != NULL) {
        head->exchange = index;
        head->again = false;
    }
}

/* The words of a command as they may be kept. */
static struct span shown_command(struct dialogue *session, enum event_stage stage, struct span line,
                                 struct span argument)
{
    if (stage != STAGE_AUTH) {
        return dialogue_keep_hidden(session, line, false);
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
    return dialogue_keep(session, span_cstr(shown));
}

static void take_bdat(struct dialogue *session, struct dialogue_pending *pending,
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

static void take_command(struct dialogue *session, struct span line, uint64_t number)
{
    struct span argument;
    enum event_stage stage = dialogue_command(line, &argument);
    struct span shown = shown_command(session, stage, line, argument);
    size_t index = 0;
    struct dialogue_exchange *exchange = dialogue_add_exchange(session, &index);
    if (exchange != NULL) {
        *exchange = (struct dialogue_exchange){.command = shown,
                                               .stage = stage,
                                               .command_line = number,
                                               .enhanced = SPAN_EMPTY,
                                               .text = SPAN_EMPTY,
                                               .after_421 = session->said_421};
    }
    struct dialogue_pending *pending = pending_push(session, stage, index);
    if (stage == STAGE_MAIL || stage == STAGE_RCPT) {
        pending_set_address(session, pending, argument);
    } else if (stage == STAGE_BDAT) {
        take_bdat(session, pending, argument);
    } else if (stage == STAGE_EHLO || stage == STAGE_HELO) {
        session->lmtp = byte_lower(line.p[0]) == 'l';
        if (argument.n > 0 && !span_equal(argument, session->helo)) {
            session->helo = dialogue_keep(session, argument);
        }
    }
}

void dialogue_client(struct dialogue *session, struct span line, uint64_t number)
{
    session->client_seen = true;
    session->last_line = number;
    if (session->in_data) {
        if (span_is(line, ".")) {
            dialogue_end_data(session, number);
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

void dialogue_client_more(struct dialogue *session, struct span text, uint64_t number)
{
    session->last_line = number;
    if (session->pending_count == 0 || session->in_data) {
        return;
    }
    struct dialogue_pending *pending = pending_at(session, session->pending_count - 1);
    if (pending->exchange >= session->exchange_count || pending->stage == STAGE_AUTH) {
        return;
    }
    struct strbuf joined;
    struct dialogue_exchange *exchange = &session->exchanges[pending->exchange];
    strbuf_init(&joined, 4 * DIALOGUE_KEPT);
    strbuf_add_span(&joined, exchange->command);
    strbuf_add_byte(&joined, ' ');
    strbuf_add_span(&joined, span_trim(text));
    exchange->command = dialogue_keep_hidden(session, strbuf_span(&joined), false);
    struct span argument;
    (void)dialogue_command(strbuf_span(&joined), &argument);
    if (pending->stage == STAGE_MAIL || pending->stage == STAGE_RCPT) {
        free(pending->address);
        pending->address = NULL;
        pending_set_address(session, pending, argument);
    }
    if (strbuf_status(&joined) == SMTPLOG_NO_MEMORY) {
        session->status = SMTPLOG_NO_MEMORY;
    }
    strbuf_free(&joined);
}
