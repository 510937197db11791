/* Lines whose answer waits, and the records that come of replies. */
#include <stdlib.h>

#include "base/hashmap.h"
#include "event/reply.h"
#include "logfmt/transcript_reader.h"

#define RECENT_LINES 200 /* a notification's blocks stand this near to the dialogue they repeat */

/* ---- held lines ---------------------------------------------------------------------------- */

struct held_line *reader_held(struct transcript *t, size_t place)
{
    return &t->held[(t->held_first + place) % HELD_LINES];
}

struct held_line *reader_find_held(struct transcript *t, uint64_t number)
{
    for (size_t i = t->held_count; i > 0; i--) {
        struct held_line *line = reader_held(t, i - 1);
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
    struct held_line *line = reader_find_held(t, t->number);
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
    struct held_line *line = reader_find_held(t, number);
    if (line != NULL && line->verdict != TRANSCRIPT_REPLY) {
        line->verdict = TRANSCRIPT_PART;
        line->owner = o;
        line->state = o->proved ? HELD_DONE : HELD_FOR_PROOF;
    }
}

/* A reply begins on a line, or may; its record comes when the reply is complete. */
void reader_hold_for_reply(struct transcript *t, const struct open_session *o, uint64_t number)
{
    struct held_line *line = reader_find_held(t, number);
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
        struct held_line *line = reader_held(t, i);
        if (line->owner == o && line->state == HELD_FOR_PROOF) {
            line->state = HELD_DONE;
        }
    }
}

/* No line held points at this place any more. */
void reader_disown(struct transcript *t, const struct open_session *o, bool nothing)
{
    for (size_t i = 0; i < t->held_count; i++) {
        struct held_line *line = reader_held(t, i);
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
static struct event *make_event(const struct field_text *fields, size_t count,
                                struct span domain_of)
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
    struct held_line *line = reader_find_held(t, number);
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
    t->recent[t->recent_count++ % RECENT] = (struct recent_reply){code, reply_hash(text),
                                                                  t->number};
}

static bool was_shown(const struct transcript *t, int code, struct span text)
{
    uint64_t hash = reply_hash(text);
    size_t count = t->recent_count < RECENT ? t->recent_count : RECENT;
    for (size_t i = 0; i < count; i++) {
        if (t->recent[i].code == code && t->recent[i].hash == hash &&
            t->recent[i].line + RECENT_LINES > t->number) {
            return true;
        }
    }
    return false;
}

/* Exim and sendmail greet a client on the same terminal by its user: `250-mx1 Hello root at
 * client.example`. Then the replies are ours, and those that wait are put right. */
static void notice_local_server(struct transcript *t, struct open_session *o,
                                const struct dialogue_reply *reply)
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
        struct held_line *line = reader_held(t, i);
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

void reader_close_reply(struct transcript *t, struct open_session *o, bool unfinished)
{
    struct dialogue *s = o->session;
    struct dialogue_reply reply;
    o->complete = false;
    if (!dialogue_close_reply(s, unfinished, &reply)) {
        return;
    }
    notice_local_server(t, o, &reply);
    const struct field_text fields[] = {
        {EVENT_HOST, origin_text(&o->host)},
        {EVENT_SERVICE, origin_text(&o->service)},
        {EVENT_DAEMON, origin_text(&o->daemon)},
        {EVENT_PID, origin_text(&o->pid)},
        {EVENT_ENHANCED, reply.enhanced},
        {EVENT_TEXT, reply.text},
        {EVENT_SENDER, reply.sender},
        {EVENT_RECIPIENT, reply.recipient},
        {EVENT_PEER, s->peer},
        {EVENT_PEER_IP, s->peer_ip},
        {EVENT_PEER_PORT, s->peer_port},
        {EVENT_HELO, s->helo},
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
    if (o->dialect->in_mail) {
        remember_reply(t, reply.code, reply.text);
    }
    o->last_code = reply.code;
    o->again_possible = true;
    o->body_other = 0;
    give_event(t, reply.line, event, o->proved);
}

void reader_finish_notice(struct transcript *t, const struct notice_reply *block)
{
    struct reply reply;
    struct held_line *line = reader_find_held(t, block->line);
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
