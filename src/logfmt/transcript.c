/* The transcript reader: which lines belong to which session, and the records that come of them. */
#include "logfmt/transcript.h"

#include <stdlib.h>

#include "base/civil_time.h"
#include "base/hashmap.h"
#include "event/reply.h"
#include "logfmt/header.h"
#include "logfmt/transcript_reader.h"

#define WORDS_MAXIMUM ((size_t)64 * 1024)
#define SHADOW        400 /* lines that a dialogue shown twice lies behind */

enum smtplog_status transcript_new(struct transcript_dialects *dialects,
                                   struct transcript **transcript)
{
    struct transcript *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->dialects = dialects;
    made->raw = transcript_dialect_find(dialects, "raw");
    notice_init(&made->notice);
    strbuf_init(&made->scratch, WORDS_MAXIMUM);
    strbuf_init(&made->words, WORDS_MAXIMUM);
    for (size_t i = 0; i < OPEN_SESSIONS; i++) {
        strbuf_init(&made->open[i].piece, WORDS_MAXIMUM);
    }
    *transcript = made;
    return SMTPLOG_OK;
}

void transcript_free(struct transcript *transcript)
{
    if (transcript == NULL) {
        return;
    }
    for (size_t i = 0; i < OPEN_SESSIONS; i++) {
        session_free(transcript->open[i].session);
        strbuf_free(&transcript->open[i].piece);
    }
    for (size_t i = 0; i < transcript->finished_count; i++) {
        session_free(transcript->finished[i]);
    }
    for (size_t i = 0; i < HELD_LINES; i++) {
        free(transcript->held[i].event);
    }
    free(transcript->handed_out);
    notice_free(&transcript->notice);
    strbuf_free(&transcript->scratch);
    strbuf_free(&transcript->words);
    free(transcript);
}

/* ---- held lines ---------------------------------------------------------------------------- */

static struct held_line *held_at(struct transcript *t, size_t place)
{
    return &t->held[(t->held_first + place) % HELD_LINES];
}

static struct held_line *held_find(struct transcript *t, uint64_t number)
{
    for (size_t i = t->held_count; i > 0; i--) {
        struct held_line *line = held_at(t, i - 1);
        if (line->number == number) {
            return line;
        }
        if (line->number < number) {
            break;
        }
    }
    return NULL;
}

/* The line being looked at is part of a session's dialogue. */
void reader_hold_part(struct transcript *t, const struct open_session *o)
{
    struct held_line *line = held_find(t, t->number);
    if (line == NULL || line->verdict == TRANSCRIPT_REPLY) {
        return;
    }
    line->verdict = TRANSCRIPT_PART;
    line->owner = o;
    if (line->state == HELD_DONE) {
        line->state = o->proved ? HELD_DONE : HELD_FOR_PROOF;
    }
}

/* The same for a line given before, which waited because it might begin a reply. */
void reader_release(struct transcript *t, const struct open_session *o, uint64_t number)
{
    struct held_line *line = held_find(t, number);
    if (line != NULL && line->verdict != TRANSCRIPT_REPLY) {
        line->verdict = TRANSCRIPT_PART;
        line->owner = o;
        line->state = o->proved ? HELD_DONE : HELD_FOR_PROOF;
    }
}

/* A reply begins on a line, or may; its record comes when the reply is complete. */
void reader_hold_for_reply(struct transcript *t, const struct open_session *o, uint64_t number)
{
    struct held_line *line = held_find(t, number);
    if (line != NULL) {
        line->verdict = TRANSCRIPT_PART;
        line->owner = o;
        line->state = HELD_FOR_REPLY;
    }
}

void reader_prove(struct transcript *t, struct open_session *o)
{
    if (o->proved) {
        return;
    }
    o->proved = true;
    for (size_t i = 0; i < t->held_count; i++) {
        struct held_line *line = held_at(t, i);
        if (line->owner == o && line->state == HELD_FOR_PROOF) {
            line->state = HELD_DONE;
        }
    }
}

/* No line held points at this place any more. */
static void disown(struct transcript *t, const struct open_session *o, bool nothing)
{
    for (size_t i = 0; i < t->held_count; i++) {
        struct held_line *line = held_at(t, i);
        if (line->owner != o) {
            continue;
        }
        line->owner = NULL;
        line->state = HELD_DONE;
        if (nothing) {
            line->verdict = TRANSCRIPT_NOTHING;
            free(line->event);
            line->event = NULL;
        }
    }
}

/* ---- records ------------------------------------------------------------------------------- */

/* Copies a text behind the event and makes it a field. */
static void put_text(struct event *event, char **at, enum event_field field, struct span text)
{
    if (text.n > 0) {
        memcpy(*at, text.p, text.n);
        event_set_text(event, field, span_of(*at, text.n));
        *at += text.n;
    }
}

struct field_text {
    enum event_field field;
    struct span text;
};

/* Lower-case part behind the last @. */
static void put_domain(struct event *event, char **at, struct span address)
{
    size_t start = address.n;
    while (start > 0 && address.p[start - 1] != '@') {
        start--;
    }
    event->domain = SPAN_EMPTY;
    if (start == 0 || start == address.n || address.n - start > 255) {
        return;
    }
    for (size_t i = start; i < address.n; i++) {
        (*at)[i - start] = byte_lower(address.p[i]);
    }
    event->domain = span_of(*at, address.n - start);
    *at += address.n - start;
}

/* One block of memory: the event, then its texts. */
static struct event *make_event(const struct field_text *fields, size_t count, struct span domain_of)
{
    size_t size = sizeof(struct event) + domain_of.n;
    for (size_t i = 0; i < count; i++) {
        size += fields[i].text.n;
    }
    struct event *event = calloc(1, size);
    if (event == NULL) {
        return NULL;
    }
    event->repeat = 1;
    event->mta = MTA_TRANSCRIPT;
    event->rule = event->reason_class = event->reason = SPAN_EMPTY;
    event->provider = event->domain = SPAN_EMPTY;
    char *at = (char *)(event + 1);
    for (size_t i = 0; i < count; i++) {
        put_text(event, &at, fields[i].field, fields[i].text);
    }
    put_domain(event, &at, domain_of);
    event_set_value(event, EVENT_KIND, KIND_REPLY);
    return event;
}

static void give_event(struct transcript *t, uint64_t number, struct event *event, bool proved)
{
    struct held_line *line = held_find(t, number);
    if (event == NULL) {
        t->status = SMTPLOG_NO_MEMORY;
        return;
    }
    if (line == NULL) {
        free(event);
        return;
    }
    free(line->event);
    line->event = event;
    line->verdict = TRANSCRIPT_REPLY;
    line->state = proved ? HELD_DONE : HELD_FOR_PROOF;
}

/* Words of a reply without blanks, so that folding does not hide that two are the same. */
static uint64_t reply_hash(struct span text)
{
    uint64_t hash = 1;
    struct span word;
    while (span_next_word(&text, &word)) {
        hash = hash_mix(hash, hash_span(7, word));
    }
    return hash;
}

static void remember_reply(struct transcript *t, int code, struct span text)
{
    t->recent[t->recent_count++ % RECENT] = (struct recent_reply){code, reply_hash(text)};
}

static bool was_shown(const struct transcript *t, int code, struct span text)
{
    uint64_t hash = reply_hash(text);
    size_t count = t->recent_count < RECENT ? t->recent_count : RECENT;
    for (size_t i = 0; i < count; i++) {
        if (t->recent[i].code == code && t->recent[i].hash == hash) {
            return true;
        }
    }
    return false;
}

/* Exim and sendmail greet a client on the same terminal by its user: `250-mx1 Hello root at client.example`. Then
 * the replies are ours, and those that wait are put right. */
static void notice_local_server(struct transcript *t, struct open_session *o,
                                const struct session_reply *reply)
{
    struct span hello = SPAN_LITERAL(" Hello ");
    size_t at = span_find(reply->text, hello);
    struct span rest = at == SIZE_MAX ? SPAN_EMPTY : span_from(reply->text, at + hello.n);
    struct span user = SPAN_EMPTY;
    struct span next = SPAN_EMPTY;
    (void)span_next_word(&rest, &user);
    (void)span_next_word(&rest, &next);
    bool local = span_is(next, "at") || span_starts(user, SPAN_LITERAL("root@localhost"));
    if (o->proved || o->dialect != t->raw || reply->stage != STAGE_EHLO || !local) {
        return;
    }
    o->session->direction = DIRECTION_INBOUND;
    o->session->peer = SPAN_EMPTY;
    for (size_t i = 0; i < t->held_count; i++) {
        struct held_line *line = held_at(t, i);
        if (line->owner == o && line->event != NULL) {
            event_set_value(line->event, EVENT_DIRECTION, DIRECTION_INBOUND);
            event_clear_field(line->event, EVENT_PEER);
        }
    }
}

static struct span origin_text(const struct origin_word *word)
{
    return span_of(word->bytes, word->length);
}

static void keep_origin(struct origin_word *word, struct span text)
{
    word->length = text.n < sizeof word->bytes ? text.n : sizeof word->bytes;
    memcpy(word->bytes, text.p, word->length);
}

void reader_close_reply(struct transcript *t, struct open_session *o, bool unfinished)
{
    struct session *s = o->session;
    struct session_reply reply;
    o->complete = false;
    if (!session_close_reply(s, unfinished, &reply)) {
        return;
    }
    notice_local_server(t, o, &reply);
    const struct field_text fields[] = {
        {EVENT_HOST, origin_text(&o->host)},     {EVENT_SERVICE, origin_text(&o->service)},
        {EVENT_DAEMON, origin_text(&o->daemon)}, {EVENT_PID, origin_text(&o->pid)},
        {EVENT_ENHANCED, reply.enhanced}, {EVENT_TEXT, reply.text},
        {EVENT_SENDER, reply.sender},     {EVENT_RECIPIENT, reply.recipient},
        {EVENT_PEER, s->peer},            {EVENT_PEER_IP, s->peer_ip},
        {EVENT_PEER_PORT, s->peer_port},  {EVENT_HELO, s->helo},
        {EVENT_TLS, s->tls_version},
    };
    struct span domain_of = s->direction == DIRECTION_INBOUND ? reply.sender : reply.recipient;
    struct event *event = make_event(fields, COUNT_OF(fields), domain_of);
    if (event != NULL) {
        event->mta = o->dialect->daemons.n > 0 ? MTA_POSTFIX : MTA_TRANSCRIPT;
        event->has_time = o->has_time;
        event->time = o->time;
        event->rule = o->dialect->name;
        if (reply.has_sender && !event_has(event, EVENT_SENDER)) {
            event_set_text(event, EVENT_SENDER, SPAN_EMPTY); /* MAIL FROM:<> */
        }
        event_set_value(event, EVENT_DIRECTION, (int)s->direction);
        event_set_value(event, EVENT_STAGE, (int)reply.stage);
        event_set_value(event, EVENT_CODE, reply.code);
        event->line = reply.line;
        event->line_end = reply.line_end;
    }
    remember_reply(t, reply.code, reply.text);
    o->last_code = reply.code;
    o->again_possible = true;
    o->body_other = 0;
    give_event(t, reply.line, event, o->proved);
}

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
    disown(t, o, true);
    session_free(o->session);
    o->session = NULL;
}

/* A connection that failed before a word was said is a session too, when it was surely meant for mail. */
static bool is_silent_session(const struct open_session *o)
{
    static const char *const ports[] = {"25", "465", "587", "2525", "24"};
    bool mail_port = false;
    for (size_t i = 0; i < COUNT_OF(ports); i++) {
        mail_port = mail_port || span_is(o->session->peer_port, ports[i]);
    }
    return o->begun && o->session->exchange_count == 0 && o->session->end != SESSION_OPEN &&
           (o->dialect->proof || mail_port);
}

void reader_finish(struct transcript *t, struct open_session *o)
{
    reader_end_piece(t, o);
    reader_close_reply(t, o, !o->complete);
    if (o->likely || is_silent_session(o)) {
        reader_prove(t, o);
    }
    if (!o->proved) {
        reader_reject(t, o);
        return;
    }
    disown(t, o, false);
    if (o->session->exchange_count == 0 && !is_silent_session(o)) {
        session_free(o->session);
    } else if (t->finished_count < TRANSCRIPT_SESSIONS) {
        t->finished[t->finished_count++] = o->session;
    } else {
        t->dropped++;
        session_free(o->session);
    }
    o->session = NULL;
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
    *o = (struct open_session){.dialect = dialect, .level = level, .proved = dialect->proof,
                               .piece = piece, .used = ++t->clock};
    o->key_length = key.n < KEY_MAXIMUM ? key.n : KEY_MAXIMUM;
    memcpy(o->key, key.p, o->key_length);
    enum smtplog_status status = session_new(&o->session);
    if (status != SMTPLOG_OK) {
        t->status = status;
        o->session = NULL;
        return NULL;
    }
    o->session->direction = dialect->direction;
    o->session->dialect = dialect->name;
    o->session->first_line = t->number;
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
    enum event_stage stage = session_command(line, &argument);
    if (stage == STAGE_EHLO || stage == STAGE_HELO) {
        struct span word;
        struct span rest = argument;
        return span_next_word(&rest, &word) && span_trim(rest).n == 0;
    }
    struct span wanted = stage == STAGE_MAIL ? SPAN_LITERAL("FROM:") : SPAN_LITERAL("TO:");
    return (stage == STAGE_MAIL || stage == STAGE_RCPT) && argument.n > wanted.n &&
           span_equal_nocase(span_of(argument.p, wanted.n), wanted);
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

/* A greeting that names the protocol, or an enhanced code right behind a connection, proves a session. */
static bool proves(const struct open_session *o, struct span line)
{
    int code = 0;
    if (!reply_code(line, &code)) {
        return false;
    }
    struct span rest = span_trim(span_from(line, line.n > 3 ? 4 : 3));
    bool greeting = o->session->replies == 0 && !o->session->client_seen;
    if (greeting && (code == 220 || code / 100 >= 4) && holds_nocase(rest, SPAN_LITERAL("smtp"))) {
        return true;
    }
    return o->begun && reply_enhanced_length(rest) > 0;
}

void reader_server(struct transcript *t, struct open_session **open, struct span line,
                   uint64_t number)
{
    struct open_session *o = *open;
    int code = 0;
    if (!reply_code(line, &code)) {
        return;
    }
    if (o->session->reply_open && (o->complete || !session_continues(o->session, line))) {
        reader_close_reply(t, o, !o->complete);
    }
    if (!o->session->reply_open && session_is_over(o->session, code)) {
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
    bool proof = !o->proved && proves(o, line);
    bool first = !o->session->reply_open;
    bool last = session_server(o->session, line, number);
    if (first) {
        reader_hold_for_reply(t, o, number);
        o->has_time = t->has_time;
        o->time = t->time;
    } else {
        reader_release(t, o, number);
    }
    if (proof && o->dialect->bare == BARE_BOTH) {
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
    session_client(o->session, line, number);
    o->gap = 0;
    reader_hold_part(t, o);
    if (proof) {
        reader_prove(t, o);
    }
}

/* ---- one line ------------------------------------------------------------------------------ */

/* Makes room: the oldest line held gets its answer from what is known. */
static void force_oldest(struct transcript *t)
{
    struct held_line *line = held_at(t, 0);
    struct open_session *o = NULL;
    for (size_t i = 0; i < OPEN_SESSIONS && line->owner != NULL; i++) {
        if (&t->open[i] == line->owner && t->open[i].session != NULL) {
            o = &t->open[i];
        }
    }
    if (o != NULL && line->state == HELD_FOR_REPLY) {
        reader_close_reply(t, o, true);
    }
    if (o != NULL && line->state == HELD_FOR_PROOF && o->likely) {
        reader_prove(t, o);
    } else if (o != NULL && line->state == HELD_FOR_PROOF) {
        reader_reject(t, o);
    }
    line->state = HELD_DONE;
}

static void hold_line(struct transcript *t, uint64_t number)
{
    if (t->held_count == HELD_LINES) {
        if (held_at(t, 0)->state != HELD_DONE) {
            force_oldest(t);
        }
        /* The caller did not take what is known: drop the oldest. */
        free(held_at(t, 0)->event);
        held_at(t, 0)->event = NULL;
        t->held_first = (t->held_first + 1) % HELD_LINES;
        t->held_count--;
    }
    *held_at(t, t->held_count++) = (struct held_line){.number = number};
}

/* Replies that are complete, but for a folded line that this one is not. */
static void settle(struct transcript *t, const struct transcript_found *found)
{
    for (size_t i = 0; i < OPEN_SESSIONS; i++) {
        struct open_session *o = &t->open[i];
        bool folds = found != NULL && found->role == ROLE_FOLD && o->dialect == found->dialect;
        if (o->session != NULL && o->complete && !folds) {
            reader_close_reply(t, o, false);
        }
    }
}

static void finish_notice(struct transcript *t, const struct notice_reply *block)
{
    struct reply reply;
    struct held_line *line = held_find(t, block->line);
    if (line == NULL || !reply_parse(block->reply, &t->scratch, &reply)) {
        return;
    }
    if (was_shown(t, reply.code, reply.text)) {
        line->state = HELD_DONE;
        return;
    }
    strbuf_clear(&t->words);
    secret_add_hidden(&t->words, NULL, reply.text, false);
    const struct field_text fields[] = {{EVENT_ENHANCED, reply.enhanced},
                                        {EVENT_TEXT, strbuf_span(&t->words)},
                                        {EVENT_DSN, block->status},
                                        {EVENT_RECIPIENT, block->recipient},
                                        {EVENT_PEER, block->remote}};
    struct event *event = make_event(fields, COUNT_OF(fields), block->recipient);
    if (event != NULL) {
        event_set_value(event, EVENT_DIRECTION, DIRECTION_OUTBOUND);
        if (block->stage != STAGE_NONE) {
            event_set_value(event, EVENT_STAGE, (int)block->stage);
        }
        event_set_value(event, EVENT_CODE, reply.code);
        event->rule = SPAN_LITERAL("notification");
        event->line = block->line;
        event->line_end = block->line_end;
    }
    give_event(t, block->line, event, true);
}

/* Fields of a delivery status notification. True when the line was one. */
static bool look_for_notice(struct transcript *t, struct span text)
{
    struct notice_reply block;
    bool taken = false;
    bool starts = false;
    while (notice_line(&t->notice, text, t->number, &taken, &starts, &block)) {
        finish_notice(t, &block);
    }
    struct held_line *line = held_find(t, t->number);
    if (taken && line != NULL) {
        line->verdict = TRANSCRIPT_PART;
        line->state = starts ? HELD_FOR_REPLY : HELD_DONE;
    }
    return taken;
}

/* True when a session without markers is in the middle of a message: whatever comes is the message. */
static bool in_bare_message(struct transcript *t, size_t level)
{
    struct open_session *o = reader_find_bare(t, level);
    return o != NULL && o->dialect->bare == BARE_BOTH && o->proved && o->session->client_seen &&
           (o->session->in_data || o->session->bdat_left > 0);
}

static bool look_at_text(struct transcript *t, struct span text, size_t level)
{
    struct transcript_found found;
    if (in_bare_message(t, level)) {
        return reader_bare(t, text, level);
    }
    struct open_session *bare = reader_find_bare(t, level);
    if (bare != NULL && transcript_recognise_as(t->dialects, bare->dialect, text, &found)) {
        settle(t, &found);
        if (reader_marked(t, &found, level)) {
            return true;
        }
    }
    if (transcript_recognise(t->dialects, t->current, SPAN_EMPTY, text, &found)) {
        settle(t, &found);
        if (reader_marked(t, &found, level)) {
            t->current = found.dialect;
            return true;
        }
    }
    settle(t, NULL);
    return reader_bare(t, text, level);
}

/* Takes one `>` with its blank off the front. */
static bool take_quote(struct span *text)
{
    if (text->n == 0 || text->p[0] != '>') {
        return false;
    }
    *text = span_from(*text, text->n > 1 && text->p[1] == ' ' ? 2 : 1);
    return true;
}

static struct span skip_margin(struct span text)
{
    while (text.n > 0 && byte_is_blank(text.p[0])) {
        text = span_from(text, 1);
    }
    return text;
}

static bool message_in_progress(struct transcript *t)
{
    for (size_t level = 0; level < QUOTE_LEVELS; level++) {
        if (in_bare_message(t, level)) {
            return true;
        }
    }
    return false;
}

/* A line without a header: as it is, then without quoting, then without its margin. */
static void look_at_line(struct transcript *t, struct span text)
{
    struct span inner = text;
    if (look_at_text(t, text, 0)) {
        return;
    }
    for (size_t level = 1; level < QUOTE_LEVELS && take_quote(&inner); level++) {
        if (look_at_text(t, inner, level)) {
            return;
        }
    }
    inner = skip_margin(text);
    struct transcript_found found;
    if (inner.n < text.n && inner.n > 0 && !message_in_progress(t) &&
        transcript_recognise(t->dialects, t->current, SPAN_EMPTY, inner, &found) &&
        reader_marked(t, &found, 0)) {
        t->current = found.dialect;
        return;
    }
    (void)look_for_notice(t, text);
}

/* A line of a mail program's log: only its own dialects. */
static void look_at_message(struct transcript *t, struct span text)
{
    struct transcript_found found;
    bool known =
        transcript_recognise(t->dialects, NULL, t->origin->daemon, text, &found);
    settle(t, known ? &found : NULL);
    if (known) {
        (void)reader_marked(t, &found, 0);
    }
}

enum smtplog_status transcript_line(struct transcript *transcript, struct span text,
                                    uint64_t number, const struct transcript_origin *origin)
{
    struct transcript *t = transcript;
    while (text.n > 0 && text.p[text.n - 1] == '\r') {
        text.n--;
    }
    t->number = number;
    t->origin = origin;
    t->has_time = origin != NULL && origin->has_time;
    if (t->has_time) {
        t->time = origin->time;
    }
    hold_line(t, number);
    if (origin != NULL) {
        look_at_message(t, text);
    } else {
        look_at_line(t, text);
    }
    t->origin = NULL;
    for (size_t i = 0; i < OPEN_SESSIONS && t->status == SMTPLOG_OK; i++) {
        if (t->open[i].session != NULL) {
            t->status = t->open[i].session->status;
        }
    }
    return t->status;
}

enum smtplog_status transcript_flush(struct transcript *transcript)
{
    struct notice_reply block;
    if (notice_end(&transcript->notice, &block)) {
        finish_notice(transcript, &block);
    }
    for (;;) {
        struct open_session *next = NULL;
        for (size_t i = 0; i < OPEN_SESSIONS; i++) {
            struct open_session *o = &transcript->open[i];
            if (o->session != NULL &&
                (next == NULL || o->session->first_line < next->session->first_line)) {
                next = o;
            }
        }
        if (next == NULL) {
            break;
        }
        reader_finish(transcript, next);
    }
    for (size_t i = 0; i < transcript->held_count; i++) {
        held_at(transcript, i)->state = HELD_DONE;
    }
    return transcript->status;
}

bool transcript_next(struct transcript *transcript, struct transcript_result *result)
{
    struct transcript *t = transcript;
    free(t->handed_out);
    t->handed_out = NULL;
    if (t->held_count == 0 || held_at(t, 0)->state != HELD_DONE) {
        return false;
    }
    struct held_line *line = held_at(t, 0);
    *result = (struct transcript_result){line->number, line->verdict, line->event};
    t->handed_out = line->event;
    line->event = NULL;
    t->held_first = (t->held_first + 1) % HELD_LINES;
    t->held_count--;
    return true;
}

bool transcript_wants_message(struct span daemon, struct span message)
{
    bool speaks = span_is(daemon, "smtp") || span_is(daemon, "smtpd") || span_is(daemon, "lmtp");
    return speaks && message.n > 2 && (message.p[0] == '<' || message.p[0] == '>') &&
           message.p[1] == ' ';
}

size_t transcript_session_count(const struct transcript *transcript)
{
    return transcript->finished_count;
}

const struct session *transcript_session(const struct transcript *transcript, size_t index)
{
    return transcript->finished[index];
}

uint64_t transcript_sessions_dropped(const struct transcript *transcript)
{
    return transcript->dropped;
}
