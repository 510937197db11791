/* Lines without markers: telnet, netcat, openssl s_client, JavaMail, sendmail -v, exim -bh, a raw
 * stream. A number in front of a line is a reply only where the dialogue waits for one. */
#include "event/reply.h"
#include "logfmt/transcript_reader.h"

#define GAP_UNPROVED 3  /* other lines that a session may hold before it is proved */
#define GAP_PLAIN    12 /* other lines in a stream or on a terminal */
#define GAP_TALKING \
    400 /* other lines where a tool is known to say much: stack traces, certificates */

static bool is_reply(struct span text)
{
    int code = 0;
    return reply_code(text, &code);
}

static bool holds_nocase(struct span text, const char *lower)
{
    struct span word = span_cstr(lower);
    for (size_t i = 0; i + word.n <= text.n; i++) {
        if (span_equal_nocase(span_of(text.p + i, word.n), word)) {
            return true;
        }
    }
    return false;
}

/* A host name as a greeting has it: with a dot, or in brackets. */
static bool is_host(struct span word)
{
    const char *dot = word.n > 0 ? memchr(word.p, '.', word.n) : NULL;
    bool bracketed = word.n > 4 && word.p[0] == '[' && word.p[word.n - 1] == ']';
    return bracketed || (dot != NULL && dot > word.p && dot + 2 < word.p + word.n &&
                         byte_is_alpha(word.p[word.n - 1]) && memchr(word.p, '/', word.n) == NULL &&
                         memchr(word.p, '@', word.n) == NULL);
}

/* `220 mx.example.org ESMTP`: a greeting that may begin a session. */
static bool is_greeting(struct span text)
{
    int code = 0;
    struct span rest = span_from(text, text.n > 3 ? 4 : 3);
    struct span word;
    return reply_code(text, &code) && code == 220 && span_next_word(&rest, &word) &&
           (is_host(word) || holds_nocase(text, "smtp"));
}

/* A command as it stands alone on a line. Prose may begin with "data" or "help" too. */
static bool is_command(struct span text)
{
    static const char *const alone[] = {"DATA", "RSET", "QUIT", "STARTTLS", "NOOP", "HELP",
                                        "TURN", "VERB", "EHLO", "HELO",     "LHLO"};
    static const char *const with[] = {"AUTH", "BDAT", "VRFY",    "EXPN",
                                       "ETRN", "HELP", "XCLIENT", "XFORWARD"};
    struct span rest = text;
    struct span word = SPAN_EMPTY;
    if (reader_opens_session(text)) {
        return true;
    }
    (void)span_next_word(&rest, &word);
    rest = span_trim(rest);
    for (size_t i = 0; i < COUNT_OF(alone); i++) {
        if (rest.n == 0 && span_equal_nocase(word, span_cstr(alone[i]))) {
            return true;
        }
    }
    for (size_t i = 0; i < COUNT_OF(with); i++) {
        struct span argument = SPAN_EMPTY;
        struct span more = rest;
        if (span_equal_nocase(word, span_cstr(with[i])) && span_next_word(&more, &argument)) {
            struct span third = SPAN_EMPTY;
            (void)span_next_word(&more, &third);
            return span_trim(more).n == 0;
        }
    }
    return false;
}

/* Commands typed while the reply was being printed: `QUIT250 2.1.0 Ok`. Splits the line. */
static bool split_typed_ahead(struct span text, struct span *command, struct span *reply)
{
    for (size_t at = 4; at + 3 < text.n; at++) {
        bool behind_word = byte_is_alpha(text.p[at - 1]) || text.p[at - 1] == '>';
        struct span rest = span_from(text, at);
        if (behind_word && is_reply(rest) && is_command(span_of(text.p, at))) {
            *command = span_of(text.p, at);
            *reply = rest;
            return true;
        }
    }
    return false;
}

/* Whether a number here is a reply, in a session without markers. */
static bool expects(struct transcript *t, struct open_session *o, struct span text)
{
    struct dialogue *s = o->session;
    int code = 0;
    (void)reply_code(text, &code);
    if (reader_is_shadowed(t, o->level)) {
        return false;
    }
    if (s->reply_open && dialogue_continues(s, text)) {
        return o->gap == 0;
    }
    if (s->end != DIALOGUE_OPEN) {
        return false;
    }
    if (dialogue_expects(s)) {
        return true;
    }
    bool first = s->replies == 0 && !s->client_seen && !s->reply_open;
    if (first || (!s->client_seen && o->gap == 0)) {
        return true;
    }
    bool late = code == 421 || (code / 100 >= 4 &&
                                (holds_nocase(text, "timeout") || holds_nocase(text, "timed out")));
    bool fresh = is_greeting(text) && holds_nocase(text, "smtp");
    bool refused_words = o->other_length > 0 && o->other_line + 1 == t->number &&
                         ((code >= 500 && code <= 504) || code == 530 || code == 421);
    if (refused_words && s->client_seen) {
        struct span words = span_of(o->other, o->other_length);
        dialogue_client(s, words, o->other_line);
        o->other_length = 0;
        return true;
    }
    return late || fresh;
}

static void take_reply(struct transcript *t, struct open_session *o, struct span text)
{
    if (o->session->in_data) {
        dialogue_end_data(o->session, t->number);
    }
    bool answered = o->session->client_seen && o->proved_by_answer;
    struct open_session *now = o;
    reader_server(t, &now, text, t->number);
    if (answered && now == o && !o->proved && o->session->replies > 0 && !o->session->reply_open) {
        reader_prove(t, o);
    }
}

/* Another line between those of the dialogue. True when it was an answer to 334 or a line of the
 * message. */
static bool take_other(struct transcript *t, struct open_session *o, struct span text)
{
    struct span words = span_trim(text);
    if (words.n == 0) {
        return false;
    }
    struct span rest = words;
    struct span first;
    if (o->session->auth_open && o->dialect->bare == BARE_BOTH && span_next_word(&rest, &first) &&
        span_trim(rest).n == 0) {
        reader_client(t, o, words, t->number);
        return true;
    }
    unsigned most = !o->proved                                                    ? GAP_UNPROVED
                    : o->dialect == t->raw || span_is(o->dialect->name, "telnet") ? GAP_PLAIN
                                                                                  : GAP_TALKING;
    o->other_length = words.n < sizeof o->other ? words.n : 0;
    memcpy(o->other, words.p, o->other_length);
    o->other_line = t->number;
    if (o->begun && o->session->exchange_count == 0) {
        most = GAP_TALKING; /* nothing said yet: the tool's own words */
    }
    if (++o->gap > most) {
        reader_finish(t, o);
    }
    return false;
}

/* A line of the message, or of a BDAT chunk. */
static bool take_message_line(struct transcript *t, struct open_session *o, struct span text)
{
    struct dialogue *s = o->session;
    if (s->bdat_left > 0) {
        uint64_t length = text.n + 2;
        s->bdat_left -= s->bdat_left < length ? s->bdat_left : length;
        reader_hold_part(t, o);
        return true;
    }
    struct span line = text;
    for (size_t i = 0; i < o->margin && line.n > 0 && byte_is_blank(line.p[0]); i++) {
        line = span_from(line, 1);
    }
    while (line.n > 1 && byte_is_blank(line.p[line.n - 1])) {
        line.n--;
    }
    reader_client(t, o, line, t->number);
    return true;
}

static struct span skip_margin(struct span text, size_t most, size_t *margin)
{
    *margin = 0;
    while (text.n > 0 && *margin < most && byte_is_blank(text.p[0])) {
        text = span_from(text, 1);
        ++*margin;
    }
    return text;
}

/* A line that may begin a raw session. */
static bool open_raw(struct transcript *t, struct span text, size_t level)
{
    size_t margin = 0;
    struct span line = skip_margin(text, text.n, &margin);
    bool greeting = is_greeting(line);
    if (t->raw == NULL || reader_is_shadowed(t, level) ||
        (!greeting && !reader_opens_session(line))) {
        return false;
    }
    struct open_session *o = reader_open(t, t->raw, SPAN_EMPTY, level);
    if (o == NULL) {
        return false;
    }
    o->margin = margin;
    if (greeting) {
        take_reply(t, o, line);
        return true;
    }
    dialogue_client(o->session, line, t->number);
    reader_hold_part(t, o);
    return true;
}

/* A command. The words of SMTP after a greeting prove a session, once they are answered. */
static void take_command(struct transcript *t, struct open_session *o, struct span line)
{
    reader_close_reply(t, o, !o->complete);
    bool proof = reader_opens_session(line) && (o->session->greeted || o->session->replies > 0);
    o->proved_by_answer = o->proved_by_answer || proof;
    o->again_possible = false;
    dialogue_client(o->session, line, t->number);
    o->gap = 0;
    o->other_length = 0;
    reader_hold_part(t, o);
}

/* True when a line is what a server says to EHLO or HELO: `250 mx.example.org`, `250 Ok`,
 * `250 2.0.0 ..`. */
static bool is_answer_to_hello(struct span line, int code)
{
    struct span rest = span_trim(span_from(line, line.n > 3 ? 4 : 3));
    struct span words = rest;
    struct span first = SPAN_EMPTY;
    (void)span_next_word(&words, &first);
    return code != 250 || is_host(first) || reply_enhanced_length(rest) > 0 ||
           holds_nocase(rest, "hello") || holds_nocase(rest, "ok") ||
           holds_nocase(rest, "pleased") || (line.n > 3 && line.p[3] == '-');
}

/* The server's answer to the first words proves a session that began with the client. */
static void prove_by_answer(struct open_session *o, struct span line)
{
    int code = 0;
    struct dialogue *s = o->session;
    bool answered = s->client_seen && s->replies == 0 && !s->reply_open && o->gap == 0 &&
                    reply_code(line, &code) && span_trim(span_from(line, 3)).n > 0;
    bool hello = s->exchange_count > 0 &&
                 (s->exchanges[0].stage == STAGE_EHLO || s->exchanges[0].stage == STAGE_HELO);
    if (answered && (!hello || is_answer_to_hello(line, code))) {
        o->proved_by_answer = true;
    }
}

bool reader_bare(struct transcript *t, struct span text, size_t level)
{
    struct open_session *o = reader_find_bare(t, level);
    if (o == NULL) {
        return open_raw(t, text, level);
    }
    bool server_alone = !o->session->client_seen;
    if ((o->session->in_data && !server_alone) || o->session->bdat_left > 0) {
        return take_message_line(t, o, text);
    }
    if (o->begun && o->session->exchange_count == 0 && !o->session->reply_open) {
        (void)skip_margin(text, text.n, &o->margin);
    }
    size_t margin = 0;
    struct span line = skip_margin(text, o->margin, &margin);
    if (o->session->end != DIALOGUE_OPEN && is_greeting(line)) {
        reader_finish(t, o); /* whatever tool it was */
        return open_raw(t, text, level);
    }
    if (is_reply(line) && o->dialect->bare != BARE_NO && expects(t, o, line)) {
        o->used = ++t->clock;
        prove_by_answer(o, line);
        take_reply(t, o, line);
        return true;
    }
    struct span command = line;
    struct span reply = SPAN_EMPTY;
    bool both = o->dialect->bare == BARE_BOTH && o->session->end == DIALOGUE_OPEN;
    if (both && !o->session->auth_open &&
        (is_command(line) || split_typed_ahead(line, &command, &reply))) {
        o->used = ++t->clock;
        take_command(t, o, command);
        if (reply.n > 0) {
            take_reply(t, o, reply);
        }
        return true;
    }
    if (o->session->end != DIALOGUE_OPEN || (server_alone && o->proved && span_trim(text).n > 0 &&
                                             o->dialect == t->raw && o->session->in_data)) {
        reader_finish(t, o);
        return open_raw(t, text, level);
    }
    return take_other(t, o, line);
}
