/* Sessions being read: finding, opening, proving and ending them, and what both sides say in them.
 */
#include "event/reply.h"
#include "logfmt/transcript_reader.h"

#define REPLY_GAP \
    40 /* lines between those of one reply, but in logs, where others write in between */
#define SHADOW 400 /* lines that a dialogue shown twice lies behind */

/* ---- sessions ------------------------------------------------------------------------------ */

static bool same_key(const struct open_session *o, struct span key)
{
    return span_equal(span_of(o->key, o->key_length), key);
}

struct open_session *reader_find(struct transcript *t, const struct transcript_dialect *dialect,
                                 struct span key, size_t level)
{
    struct open_session *best = NULL;
    for (size_t i = 0; i < OPEN_SESSIONS; i++) {
        struct open_session *o = &t->open[i];
        bool fits = o->session != NULL && o->dialect == dialect && o->level == level &&
                    (key.n == 0 || same_key(o, key));
        if (fits && (best == NULL || o->used > best->used)) {
            best = o;
        }
    }
    return best;
}

struct open_session *reader_find_bare(struct transcript *t, size_t level)
{
    struct open_session *best = NULL;
    for (size_t i = 0; i < OPEN_SESSIONS; i++) {
        struct open_session *o = &t->open[i];
        if (o->session != NULL && o->dialect->bare != BARE_NO && o->level == level &&
            (best == NULL || o->used > best->used)) {
            best = o;
        }
    }
    return best;
}

bool reader_is_shadowed(const struct transcript *t, size_t level)
{
    for (size_t i = 0; i < OPEN_SESSIONS; i++) {
        const struct open_session *o = &t->open[i];
        if (o->session != NULL && o->dialect->alone && o->level == level &&
            o->session->last_line + SHADOW >= t->number) {
            return true;
        }
    }
    return false;
}

void reader_reject(struct transcript *t, struct open_session *o)
{
    reader_disown(t, o, true);
    dialogue_free(o->session);
    o->session = NULL;
}

/* A connection that failed before a word was said is a session too, when it was surely meant for
 * mail. */
static bool is_silent_session(const struct open_session *o)
{
    static const char *const ports[] = {"25", "465", "587", "2525", "24"};
    bool mail_port = false;
    for (size_t i = 0; i < COUNT_OF(ports); i++) {
        mail_port = mail_port || span_is(o->session->peer_port, ports[i]);
    }
    return o->begun && o->session->exchange_count == 0 && o->session->end != DIALOGUE_OPEN &&
           (o->dialect->proof || mail_port);
}

void reader_finish(struct transcript *t, struct open_session *o)
{
    const struct dialogue *ending = o->session;
    reader_end_piece(t, o);
    if (o->session != ending) {
        return; /* the last piece was another session's greeting: this one has ended with it */
    }
    reader_close_reply(t, o, !o->complete);
    if (o->likely || is_silent_session(o)) {
        reader_prove(t, o);
    }
    if (!o->proved) {
        reader_reject(t, o);
        return;
    }
    reader_disown(t, o, false);
    if (o->session->exchange_count == 0 && !is_silent_session(o)) {
        dialogue_free(o->session);
    } else if (t->finished_count < TRANSCRIPT_SESSIONS) {
        t->finished[t->finished_count++] = o->session;
    } else {
        t->dropped++;
        dialogue_free(o->session);
    }
    o->session = NULL;
}

static void keep_origin(struct origin_word *word, struct span text)
{
    word->length = text.n < sizeof word->bytes ? text.n : sizeof word->bytes;
    memcpy(word->bytes, text.p, word->length);
}

/* A free place; the session unused for longest makes room. */
static struct open_session *free_place(struct transcript *t)
{
    struct open_session *oldest = &t->open[0];
    for (size_t i = 0; i < OPEN_SESSIONS; i++) {
        if (t->open[i].session == NULL) {
            return &t->open[i];
        }
        if (t->open[i].used < oldest->used) {
            oldest = &t->open[i];
        }
    }
    reader_finish(t, oldest);
    return oldest;
}

struct open_session *reader_open(struct transcript *t, const struct transcript_dialect *dialect,
                                 struct span key, size_t level)
{
    struct open_session *o = free_place(t);
    struct strbuf piece = o->piece;
    *o = (struct open_session){.dialect = dialect,
                               .level = level,
                               .proved = dialect->proof,
                               .piece = piece,
                               .used = ++t->clock};
    o->key_length = key.n < KEY_MAXIMUM ? key.n : KEY_MAXIMUM;
    memcpy(o->key, key.p, o->key_length);
    enum smtplog_status status = dialogue_new(&o->session);
    if (status != SMTPLOG_OK) {
        t->status = status;
        o->session = NULL;
        return NULL;
    }
    o->session->direction = dialect->direction;
    o->session->dialect = dialect->name;
    o->session->first_line = o->session->last_line = t->number;
    if (t->origin != NULL) {
        keep_origin(&o->host, t->origin->host);
        keep_origin(&o->service, t->origin->service);
        keep_origin(&o->daemon, t->origin->daemon);
        keep_origin(&o->pid, t->origin->pid);
    }
    return o;
}

/* ---- the dialogue -------------------------------------------------------------------------- */

bool reader_opens_session(struct span line)
{
    struct span argument;
    enum event_stage stage = dialogue_command(line, &argument);
    if (stage == STAGE_EHLO || stage == STAGE_HELO) {
        struct span word;
        struct span rest = argument;
        return span_next_word(&rest, &word) && span_trim(rest).n == 0;
    }
    struct span wanted = stage == STAGE_MAIL ? SPAN_LITERAL("FROM:") : SPAN_LITERAL("TO:");
    if ((stage != STAGE_MAIL && stage != STAGE_RCPT) || argument.n <= wanted.n ||
        !span_equal_nocase(span_of(argument.p, wanted.n), wanted)) {
        return false;
    }
    struct span address = span_trim(span_from(argument, wanted.n));
    return address.n > 0 && (address.p[0] == '<' || memchr(address.p, '@', address.n) != NULL);
}

static bool holds_nocase(struct span text, struct span lower)
{
    for (size_t i = 0; i + lower.n <= text.n; i++) {
        if (span_equal_nocase(span_of(text.p + i, lower.n), lower)) {
            return true;
        }
    }
    return false;
}

/* A greeting that names the protocol proves a session, and behind a connection an enhanced code or
 * a word that only the answer to EHLO has. */
static bool proves(const struct open_session *o, struct span line)
{
    int code = 0;
    if (!reply_code(line, &code)) {
        return false;
    }
    struct span rest = span_trim(span_from(line, line.n > 3 ? 4 : 3));
    bool greeting = o->session->replies == 0 && !o->session->client_seen;
    bool named = holds_nocase(rest, SPAN_LITERAL("smtp")) ||
                 holds_nocase(rest, SPAN_LITERAL("lmtp"));
    if (greeting && named && (code == 220 || code / 100 >= 4)) {
        return true;
    }
    return o->begun && (reply_enhanced_length(rest) > 0 || dialogue_is_extension(rest));
}

void reader_server(struct transcript *t, struct open_session **open, struct span line,
                   uint64_t number)
{
    struct open_session *o = *open;
    int code = 0;
    if (!reply_code(line, &code)) {
        return;
    }
    bool far = t->origin == NULL && number > o->session->reply_last + REPLY_GAP;
    if (o->session->reply_open && (o->complete || far || !dialogue_continues(o->session, line))) {
        reader_close_reply(t, o, !o->complete);
    }
    if (!o->session->reply_open && dialogue_is_over(o->session, code)) {
        const struct transcript_dialect *dialect = o->dialect;
        char key[KEY_MAXIMUM];
        size_t length = o->key_length;
        size_t level = o->level;
        memcpy(key, o->key, length);
        reader_finish(t, o);
        o = *open = reader_open(t, dialect, span_of(key, length), level);
        if (o == NULL) {
            return;
        }
    }
    bool bare = o->dialect->bare == BARE_BOTH;
    bool proof = !o->proved && (proves(o, line) || (!bare && o->proved_by_answer));
    bool first = !o->session->reply_open;
    bool last = dialogue_server(o->session, line, number);
    if (first) {
        reader_hold_for_reply(t, o, number);
        o->has_time = t->has_time;
        o->time = t->time;
    } else {
        reader_release(t, o, number);
    }
    if (proof && bare) {
        o->likely = true; /* who speaks is known after EHLO */
    } else if (proof) {
        reader_prove(t, o);
    }
    o->complete = last;
    o->gap = 0;
    if (last && !o->dialect->folds) {
        reader_close_reply(t, o, false);
    }
}

void reader_client(struct transcript *t, struct open_session *o, struct span line, uint64_t number)
{
    reader_close_reply(t, o, !o->complete);
    if (!o->session->in_data) {
        o->again_possible = false;
    }
    bool proof = !o->session->in_data && !o->session->auth_open && reader_opens_session(line);
    dialogue_client(o->session, line, number);
    o->gap = 0;
    if (number == t->number) {
        reader_hold_part(t, o); /* a line put together from pieces was given before */
    }
    if (proof && (o->begun || o->session->replies > 0)) {
        reader_prove(t, o);
    }
    o->proved_by_answer = o->proved_by_answer || proof;
}
