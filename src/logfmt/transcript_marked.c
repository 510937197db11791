/* Transcript lines that carry a marker: what each role does to its session. */
#include "base/civil_time.h"
#include "event/reply.h"
#include "logfmt/header.h"
#include "logfmt/transcript_reader.h"

/* Other lines after which a line of the tool is another session's: while a command waits, and else.
 */
#define GAP_WAITING 1000
#define GAP_IDLE    200

/* ---- quoted words --------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    return byte_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One escape of Python or Ruby behind the backslash at text[at]; returns the bytes it takes up. */
static size_t add_escape(struct strbuf *out, struct span text, size_t at)
{
    static const char names[] = "nrt0abfv";
    static const char bytes[] = "\n\r\t\0\a\b\f\v";
    char c = text.p[at];
    if (c == 'x' && at + 2 < text.n && hex_digit(text.p[at + 1]) >= 0 &&
        hex_digit(text.p[at + 2]) >= 0) {
        strbuf_add_byte(out, (char)(hex_digit(text.p[at + 1]) * 16 + hex_digit(text.p[at + 2])));
        return 3;
    }
    const char *name = memchr(names, c, sizeof names - 1);
    strbuf_add_byte(out, name != NULL ? bytes[name - names] : c);
    return 1;
}

/* The text of `b'250 ok\r\n'`, `"250 ok"`; what is no quoted string stays as it is. */
static struct span unquote(struct transcript *t, struct span text)
{
    struct strbuf *out = &t->scratch;
    strbuf_clear(out);
    if (text.n > 1 && (text.p[0] == 'b' || text.p[0] == 'u')) {
        text = span_from(text, 1);
    }
    if (text.n == 0 || (text.p[0] != '\'' && text.p[0] != '"')) {
        return text;
    }
    char quote = text.p[0];
    for (size_t at = 1; at < text.n && text.p[at] != quote;) {
        if (text.p[at] == '\\' && at + 1 < text.n) {
            at += 1 + add_escape(out, text, at + 1);
        } else {
            strbuf_add_byte(out, text.p[at++]);
        }
    }
    if (strbuf_status(out) == SMTPLOG_NO_MEMORY) {
        t->status = SMTPLOG_NO_MEMORY;
    }
    return strbuf_span(out);
}

static struct span without_line_end(struct span text)
{
    while (text.n > 0 && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r')) {
        text.n--;
    }
    return text;
}

/* Web pages show PHPMailer's lines with their <br>. */
static struct span without_break(struct span text)
{
    static const char *const breaks[] = {"<br>", "<br />", "<br/>"};
    for (size_t i = 0; i < COUNT_OF(breaks); i++) {
        struct span tail = span_cstr(breaks[i]);
        if (text.n > tail.n && span_equal(span_from(text, text.n - tail.n), tail)) {
            text.n -= tail.n;
        }
    }
    return text;
}

/* ---- which session -------------------------------------------------------------------------- */

/* Dialogues inside a log belong to a process of a host. */
static struct span dialogue_key(struct transcript *t, const struct transcript_found *found)
{
    if (t->origin == NULL) {
        return found_text(found, CAPTURE_KEY);
    }
    strbuf_clear(&t->words);
    strbuf_add_span(&t->words, t->origin->host);
    strbuf_add_byte(&t->words, '/');
    strbuf_add_span(&t->words, t->origin->pid);
    return strbuf_span(&t->words);
}

static void take_time(struct transcript *t, const struct transcript_found *found)
{
    struct span text = found_text(found, CAPTURE_STAMP);
    struct stamp stamp;
    size_t length = 0;
    if (!found->dialect->utc || text.n == 0 || !stamp_parse(text, &stamp, &length) ||
        stamp.year == 0) {
        return;
    }
    t->has_time = true;
    t->time = (struct instant){
        .seconds = civil_days(stamp.year, stamp.month, stamp.day) * CIVIL_DAY + stamp.second_of_day,
        .nanosecond = stamp.nanosecond,
        .digits = stamp.digits};
}

static void take_peer(struct open_session *o, const struct transcript_found *found)
{
    dialogue_set_peer(o->session, found_text(found, CAPTURE_PEER),
                      found_text(found, CAPTURE_PEER_IP), found_text(found, CAPTURE_PEER_PORT));
}

/* ---- roles ---------------------------------------------------------------------------------- */

/* A server's line while the message is sent. Where the message's lines stand in the same frame it
 * may be one of them; elsewhere the markers tell, and the dot was not shown. True when it is a line
 * of the message. */
static bool is_message_line(struct open_session *o, uint64_t number)
{
    if (!o->session->in_data) {
        return false;
    }
    bool framed = o->dialect->body_framed || o->body_other > 0;
    if (!framed) {
        dialogue_end_data(o->session, number);
    }
    return framed;
}

static bool take_server(struct transcript *t, struct open_session *o,
                        const struct transcript_found *found)
{
    struct span line = found_text(found, CAPTURE_LINE);
    if (found->dialect->quoted) {
        line = without_line_end(unquote(t, line));
    }
    line = without_break(line);
    if (is_message_line(o, t->number)) {
        reader_hold_part(t, o);
        return true;
    }
    take_peer(o, found);
    reader_server(t, &o, line, t->number);
    return true;
}

/* smtplib and Ruby show the message as strings, the dot at the end of the last. */
static void take_quoted_message(struct transcript *t, struct open_session *o, struct span words)
{
    struct span dot = SPAN_LITERAL("\r\n.\r\n");
    bool ends = span_is(without_line_end(words), ".") ||
                (words.n >= dot.n && span_equal(span_from(words, words.n - dot.n), dot));
    if (ends) {
        dialogue_end_data(o->session, t->number);
    }
    reader_hold_part(t, o);
}

/* `> EHLO x` and then `> 250 mx`: no commands of curl, but a bare session that a mail quotes. It is
 * taken up where it stands. */
static bool was_quoted(struct transcript *t, struct open_session *o, struct span line)
{
    struct dialogue *s = o->session;
    int code = 0;
    bool quoting = span_is(o->dialect->name, "curl") && o->level == 0 && s->replies == 0 &&
                   !s->reply_open && s->exchange_count == 1 && !o->begun &&
                   reply_code(line, &code) && t->raw != NULL;
    if (!quoting) {
        return false;
    }
    char words[DIALOGUE_KEPT];
    size_t length = s->exchanges[0].command.n;
    uint64_t number = s->exchanges[0].command_line;
    memcpy(words, s->exchanges[0].command.p, length);
    reader_reject(t, o);
    struct open_session *quoted = reader_open(t, t->raw, SPAN_EMPTY, 1);
    if (quoted != NULL) {
        dialogue_client(quoted->session, span_of(words, length), number);
    }
    return true;
}

static bool take_client(struct transcript *t, struct open_session *o,
                        const struct transcript_found *found)
{
    struct span line = found_text(found, CAPTURE_LINE);
    if (found->dialect->quoted) {
        line = unquote(t, line);
        if (o->session->in_data) {
            take_quoted_message(t, o, line);
            return true;
        }
    }
    line = without_line_end(line);
    take_peer(o, found);
    if (was_quoted(t, o, line)) {
        return false;
    }
    bool free_words = o->session->in_data || o->session->auth_open || o->proved;
    if (!free_words && !reader_opens_session(line)) {
        struct span argument;
        if (dialogue_command(line, &argument) == STAGE_OTHER) {
            reader_reject(t, o); /* FTP, HTTP, prose */
            return false;
        }
    }
    reader_client(t, o, line, t->number);
    return true;
}

/* `reply: retcode (550); Msg: ..`: the same once more, unless the first showing is not there. */
static bool take_repeat(struct transcript *t, struct open_session *o,
                        const struct transcript_found *found)
{
    struct span code = found_text(found, CAPTURE_CODE);
    uint64_t value = 0;
    bool known = o->again_possible && span_to_u64(code, 999, &value) && (int)value == o->last_code;
    if (known || !found_has(found, CAPTURE_TEXT)) {
        reader_hold_part(t, o);
        return true;
    }
    struct strbuf line;
    strbuf_init(&line, DIALOGUE_REPLY);
    strbuf_add_span(&line, code);
    strbuf_add_byte(&line, ' ');
    strbuf_add_span(&line, without_line_end(unquote(t, found_text(found, CAPTURE_TEXT))));
    dialogue_end_data(o->session, t->number);
    reader_server(t, &o, strbuf_span(&line), t->number);
    strbuf_free(&line);
    return true;
}

/* A line of the message, or a remark, in the dialect's frame. */
static bool take_frame(struct transcript *t, struct open_session *o,
                       const struct transcript_found *found)
{
    if (o->session->in_data) {
        reader_client(t, o, found_text(found, CAPTURE_LINE), t->number);
    } else {
        reader_hold_part(t, o);
    }
    return true;
}

static bool take_note(struct transcript *t, struct open_session *o,
                      const struct transcript_found *found)
{
    struct dialogue *s = o->session;
    take_peer(o, found);
    s->last_line = t->number;
    reader_hold_part(t, o);
    switch (found->effect) {
    case EFFECT_TLS:
        dialogue_set_tls(s, found_text(found, CAPTURE_TLS));
        break;
    case EFFECT_AUTH:
        s->auth_tried = true;
        break;
    case EFFECT_END:
    case EFFECT_BROKEN:
        reader_close_reply(t, o, !o->complete);
        if (s->end == DIALOGUE_OPEN) {
            s->end = found->effect == EFFECT_END ? DIALOGUE_CLOSED : DIALOGUE_BROKEN;
        }
        reader_finish(t, o);
        t->ended = o->proved ? found->dialect : NULL;
        t->ended_line = t->number;
        break;
    default:
        break;
    }
    return true;
}

/* A remark right behind the one that ended the session: why there was no connection. */
static bool take_afterword(struct transcript *t, const struct transcript_found *found)
{
    struct held_line *line = reader_find_held(t, t->number);
    bool behind = t->ended == found->dialect && t->ended_line + 1 == t->number;
    if (!behind || line == NULL || line->verdict == TRANSCRIPT_REPLY) {
        return false;
    }
    line->verdict = TRANSCRIPT_PART;
    t->ended_line = t->number;
    return true;
}

/* ---- pieces --------------------------------------------------------------------------------- */

/* The line that the pieces made is complete. */
void reader_end_piece(struct transcript *t, struct open_session *o)
{
    if (o->piece.length == 0 || o->session == NULL) {
        return;
    }
    /* Moved away first: what follows may end this session, and so come here again. */
    struct strbuf piece = o->piece;
    strbuf_init(&o->piece, piece.maximum);
    struct span line = without_line_end(strbuf_span(&piece));
    int code = 0;
    if (o->chunk == ROLE_CHUNK_SERVER && !reply_code(line, &code)) {
        reader_release(t, o, o->piece_line);
    } else if (o->chunk == ROLE_CHUNK_SERVER) {
        dialogue_end_data(o->session, o->piece_line);
        struct open_session *same = o;
        reader_server(t, &same, line, o->piece_line);
    } else if (o->chunk == ROLE_CHUNK_CLIENT) {
        reader_client(t, o, line, o->piece_line);
    }
    strbuf_free(&piece);
}

/* The same, for lines that go on: the session may be another one then. */
static struct open_session *end_piece_of(struct transcript *t, struct open_session *o,
                                         const struct transcript_found *found)
{
    size_t level = o->level;
    reader_end_piece(t, o);
    return o->session != NULL ? o : reader_find(t, found->dialect, SPAN_EMPTY, level);
}

static void add_hex(struct strbuf *out, struct span text)
{
    struct span word;
    while (span_next_word(&text, &word)) {
        strbuf_add_byte(out, (char)(hex_digit(word.p[0]) * 16 + hex_digit(word.p[1])));
    }
}

static uint64_t hex_value(struct span text)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.n; i++) {
        value = value * 16 + (uint64_t)hex_digit(text.p[i]);
    }
    return value;
}

static bool take_piece(struct transcript *t, struct open_session *o,
                       const struct transcript_found *found)
{
    if (o->chunk == ROLE_NONE) {
        return false;
    }
    uint64_t offset = hex_value(found_text(found, CAPTURE_OFFSET));
    reader_hold_part(t, o);
    if (o->chunk == ROLE_CHUNK_BODY) {
        return true;
    }
    if (o->piece.length > 0 && offset != o->piece_end) {
        o = end_piece_of(t, o, found);
        if (o == NULL || o->chunk == ROLE_NONE) {
            return false;
        }
    }
    if (o->piece.length == 0) {
        o->piece_line = t->number;
        if (o->chunk == ROLE_CHUNK_SERVER) {
            reader_hold_for_reply(t, o, t->number);
        }
    }
    size_t before = o->piece.length;
    bool hex = found_has(found, CAPTURE_TEXT);
    if (hex) {
        add_hex(&o->piece, found_text(found, CAPTURE_TEXT));
    } else {
        strbuf_add_span(&o->piece, found_text(found, CAPTURE_LINE));
    }
    o->piece_end = offset + (o->piece.length - before);
    uint64_t line_end = hex ? 0 : 2; /* the text form does not show it */
    if (o->piece_end + line_end >= o->chunk_size) {
        reader_end_piece(t, o);
    }
    return true;
}

static bool take_chunk(struct transcript *t, struct open_session *o,
                       const struct transcript_found *found)
{
    uint64_t size = 0;
    o = end_piece_of(t, o, found);
    if (o == NULL) {
        return false;
    }
    o->chunk = found->role;
    (void)span_to_u64(found_text(found, CAPTURE_SIZE), (uint64_t)1 << 40, &size);
    o->chunk_size = size;
    o->piece_end = 0;
    reader_hold_part(t, o);
    return true;
}

/* ---- dispatch ------------------------------------------------------------------------------- */

typedef bool (*role_action)(struct transcript *t, struct open_session *o,
                            const struct transcript_found *found);

static const role_action actions[ROLES] = {
    [ROLE_SERVER] = take_server,      [ROLE_CLIENT] = take_client,
    [ROLE_MORE] = take_server,        [ROLE_REPEAT] = take_repeat,
    [ROLE_FRAME] = take_frame,        [ROLE_NOTE] = take_note,
    [ROLE_CHUNK_SERVER] = take_chunk, [ROLE_CHUNK_CLIENT] = take_chunk,
    [ROLE_CHUNK_BODY] = take_chunk,   [ROLE_PIECE] = take_piece};

/* A folded line goes on with what stood right above it. */
static bool take_fold(struct transcript *t, const struct transcript_found *found, size_t level)
{
    struct open_session *o = reader_find(t, found->dialect, SPAN_EMPTY, level);
    if (o == NULL || o->session->last_line + 1 != t->number) {
        return false;
    }
    if (o->session->reply_open) {
        dialogue_server_more(o->session, found_text(found, CAPTURE_LINE), t->number);
    } else {
        dialogue_client_more(o->session, found_text(found, CAPTURE_LINE), t->number);
    }
    reader_hold_part(t, o);
    return true;
}

/* Whether a line may begin a session: a reply, a chunk of curl, or a command that only SMTP has. */
static bool may_open(struct transcript *t, const struct transcript_found *found)
{
    if (found->role == ROLE_CLIENT) {
        struct span line = found_text(found, CAPTURE_LINE);
        if (found->dialect->quoted) {
            line = without_line_end(unquote(t, line));
        }
        return reader_opens_session(line);
    }
    return found->role == ROLE_SERVER || found->role == ROLE_CHUNK_SERVER ||
           (found->role == ROLE_REPEAT && found_has(found, CAPTURE_TEXT)) ||
           found->effect == EFFECT_BEGIN;
}

static struct open_session *begin(struct transcript *t, const struct transcript_found *found,
                                  struct open_session *o, struct span key, size_t level)
{
    if (o == NULL && found->dialect->bare != BARE_NO) {
        o = reader_find_bare(t, level); /* its place is taken by the new one */
    }
    bool used = o != NULL && (o->session->exchange_count > 0 || o->dialect != found->dialect);
    if (used) {
        reader_finish(t, o);
        o = NULL;
    }
    if (o == NULL) {
        o = reader_open(t, found->dialect, key, level);
    }
    if (o != NULL) {
        o->begun = true;
        o->session->connect_tried = true;
    }
    return o;
}

bool reader_marked(struct transcript *t, const struct transcript_found *found, size_t level)
{
    if (found->role == ROLE_FOLD) {
        return take_fold(t, found, level);
    }
    struct span key = dialogue_key(t, found);
    struct open_session *o = reader_find(t, found->dialect, key, level);
    bool continues = found->role == ROLE_MORE;
    if (continues && (o == NULL || !o->session->reply_open || o->complete)) {
        return false;
    }
    uint64_t gap = o != NULL && dialogue_expects(o->session) ? GAP_WAITING : GAP_IDLE;
    if (o != NULL && t->origin == NULL && t->number > o->session->last_line + gap) {
        reader_finish(t, o);
        o = NULL;
    }
    /* Where the message stands in the same frame, anything may be a line of it. */
    bool begins = found->effect == EFFECT_BEGIN && (o == NULL || !o->session->in_data);
    if (begins) {
        o = begin(t, found, o, key, level);
    } else if (o == NULL && may_open(t, found)) {
        if (found->role == ROLE_SERVER && found->dialect->bare != BARE_NO) {
            return false;
        }
        o = reader_open(t, found->dialect, key, level);
    }
    if (o == NULL && found->role == ROLE_NOTE) {
        return take_afterword(t, found);
    }
    if (o == NULL || actions[found->role] == NULL) {
        return false;
    }
    o->used = ++t->clock;
    o->gap = 0;
    take_time(t, found);
    return actions[found->role](t, o, found);
}
