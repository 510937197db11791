/* The transcript reader: each line as it is, behind quoting, and without its margin. */
#include "logfmt/transcript.h"

#include <stdlib.h>

#include "logfmt/transcript_reader.h"

#define WORDS_MAXIMUM ((size_t)64 * 1024)

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
        dialogue_free(transcript->open[i].session);
        strbuf_free(&transcript->open[i].piece);
    }
    for (size_t i = 0; i < transcript->finished_count; i++) {
        dialogue_free(transcript->finished[i]);
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

/* ---- one line ------------------------------------------------------------------------------ */

/* Makes room: the oldest line held gets its answer from what is known. */
static void force_oldest(struct transcript *t)
{
    struct held_line *line = reader_held(t, 0);
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

static void hold_line(struct transcript *t, uint64_t number, int tag)
{
    if (t->held_count == HELD_LINES) {
        if (reader_held(t, 0)->state != HELD_DONE) {
            force_oldest(t);
        }
        /* The caller did not take what is known: drop the oldest. */
        free(reader_held(t, 0)->event);
        reader_held(t, 0)->event = NULL;
        t->held_first = (t->held_first + 1) % HELD_LINES;
        t->held_count--;
    }
    *reader_held(t, t->held_count++) = (struct held_line){
        .number = number, .tag = tag, .has_time = t->has_time, .time = t->time};
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

/* Fields of a delivery status notification. True when the line was one. */
static bool look_for_notice(struct transcript *t, struct span text)
{
    struct notice_reply block;
    bool taken = false;
    bool starts = false;
    while (notice_line(&t->notice, text, t->number, &taken, &starts, &block)) {
        reader_finish_notice(t, &block);
    }
    struct held_line *line = reader_find_held(t, t->number);
    if (taken && line != NULL) {
        line->verdict = TRANSCRIPT_PART;
        line->state = starts ? HELD_FOR_REPLY : HELD_DONE;
    }
    return taken;
}

/* True when a session without markers is in the middle of a message: whatever comes is the message.
 */
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

/* Looks behind each `>` in front of a line, at levels where a bare session is open or at all; inner
 * is what is left without any. */
static bool look_behind_quotes(struct transcript *t, struct span text, bool open_only,
                               struct span *inner)
{
    *inner = text;
    for (size_t level = 1; level < QUOTE_LEVELS && take_quote(inner); level++) {
        bool wanted = !open_only || reader_find_bare(t, level) != NULL;
        if (wanted && look_at_text(t, *inner, level)) {
            return true;
        }
    }
    return false;
}

static bool look_behind_margin(struct transcript *t, struct span text)
{
    struct transcript_found found;
    struct span inner = skip_margin(text);
    if (inner.n == text.n || inner.n == 0 || message_in_progress(t)) {
        return false;
    }
    if (transcript_recognise(t->dialects, t->current, SPAN_EMPTY, inner, &found) &&
        reader_marked(t, &found, 0)) {
        t->current = found.dialect;
        return true;
    }
    return inner.p[0] == '>' && look_behind_quotes(t, inner, false, &inner);
}

/* A line without a header: as it is, then without quoting, then without its margin. */
static void look_at_line(struct transcript *t, struct span text)
{
    struct span inner = text;
    bool found = look_behind_quotes(t, text, true, &inner) || look_at_text(t, text, 0) ||
                 look_behind_quotes(t, text, false, &inner) || look_behind_margin(t, text);
    if (!found) {
        (void)look_for_notice(t, inner);
    }
}

/* A line of a mail program's log: only its own dialects. */
static void look_at_message(struct transcript *t, struct span text)
{
    struct transcript_found found;
    bool known = transcript_recognise(t->dialects, NULL, t->origin->daemon, text, &found);
    settle(t, known ? &found : NULL);
    if (known) {
        (void)reader_marked(t, &found, 0);
    }
}

enum smtplog_status transcript_line(struct transcript *transcript, struct span text,
                                    uint64_t number, int tag,
                                    const struct transcript_origin *origin)
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
    hold_line(t, number, tag);
    if (origin != NULL) {
        look_at_message(t, text);
    } else {
        look_at_line(t, text);
    }
    t->origin = NULL;
    if (t->held_count + 1 >= HELD_LINES && reader_held(t, 0)->state != HELD_DONE) {
        force_oldest(t);
    }
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
        reader_finish_notice(transcript, &block);
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
        reader_held(transcript, i)->state = HELD_DONE;
    }
    return transcript->status;
}

bool transcript_next(struct transcript *transcript, struct transcript_result *result)
{
    struct transcript *t = transcript;
    free(t->handed_out);
    t->handed_out = NULL;
    if (t->held_count == 0 || reader_held(t, 0)->state != HELD_DONE) {
        return false;
    }
    struct held_line *line = reader_held(t, 0);
    *result = (struct transcript_result){.line = line->number,
                                         .tag = line->tag,
                                         .has_time = line->has_time,
                                         .time = line->time,
                                         .verdict = line->verdict,
                                         .event = line->event};
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

const struct dialogue *transcript_session(const struct transcript *transcript, size_t index)
{
    return transcript->finished[index];
}

uint64_t transcript_sessions_dropped(const struct transcript *transcript)
{
    return transcript->dropped;
}
