/* Pseudonyms in everything that leaves a run. Trust: texts from logs; the key file is the user's.
 */
#include "lib/redaction.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

#include "lib/analyzer.h"
#include "lib/option.h"

#define KEY_FILE_MINIMUM 16
#define KEY_FILE_MAXIMUM ((size_t)65536)
#define TEXT_MAXIMUM     ((size_t)8 * 1024 * 1024)

/* ---- options --------------------------------------------------------------------------------- */

static enum smtplog_status read_key(const struct smtplog_analyzer *a, const char *path,
                                    struct siphash_key *key)
{
    char bytes[KEY_FILE_MAXIMUM];
    FILE *file = fopen(path, "rb");
    int error = file == NULL ? errno : 0;
    size_t n = file != NULL ? fread(bytes, 1, sizeof bytes, file) : 0;
    bool fine = file != NULL && ferror(file) == 0 && n >= KEY_FILE_MINIMUM;
    if (file != NULL) {
        (void)fclose(file);
    }
    if (file == NULL && error == ENOMEM) {
        return SMTPLOG_NO_MEMORY;
    }
    if (!fine) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR,
                       "--redact-key: %s: %s; make one with: head -c 32 /dev/urandom > %s", path,
                       diagnostic_text(&a->diagnostic, file == NULL
                                                           ? N_("cannot be read")
                                                           : N_("is shorter than 16 bytes")),
                       path);
        return SMTPLOG_USAGE;
    }
    *key = redactor_key(span_of(bytes, n));
    return SMTPLOG_OK;
}

enum smtplog_status redaction_prepare(struct smtplog_analyzer *a)
{
    const char *how = a->option[OPTION_REDACT];
    const char *path = a->option[OPTION_REDACT_KEY];
    struct siphash_key key;
    if (how == NULL && path == NULL) {
        return SMTPLOG_OK;
    }
    bool keep = how != NULL && strcmp(how, "keep-domains") == 0;
    if (how != NULL && !keep && strcmp(how, "yes") != 0) {
        return option_refuse(a, OPTION_REDACT, "keep-domains");
    }
    if (path != NULL) {
        TRY(read_key(a, path, &key));
    } else if (getrandom(&key, sizeof key, 0) != (ssize_t)sizeof key) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "--redact: there is no random key");
        return SMTPLOG_IO;
    }
    return redactor_new(&key, keep, &a->redactor);
}

/* ---- stories --------------------------------------------------------------------------------- */

/* Texts of one story: kept apart until all are there, since the buffer may move. */
struct story_texts {
    struct strbuf text;
    size_t begin[4], end[4];
    size_t count;
};

static void add_part(struct redactor *redactor, struct story_texts *texts, struct span part,
                     void (*redact)(struct redactor *, struct span, struct strbuf *))
{
    texts->begin[texts->count] = texts->text.length;
    redact(redactor, part, &texts->text);
    texts->end[texts->count++] = texts->text.length;
}

static struct span part_of(const struct story_texts *texts, size_t which)
{
    size_t n = texts->end[which] - texts->begin[which];
    return n > 0 ? span_of(texts->text.bytes + texts->begin[which], n) : SPAN_EMPTY;
}

static enum smtplog_status take_recipient(void *context, const struct recipient_story *story)
{
    struct smtplog_analyzer *a = context;
    struct recipient_story said = *story;
    struct story_texts texts = {.count = 0};
    if (a->redactor == NULL || story->domain.n == 0) {
        return summary_add_recipient(a->summary, story);
    }
    strbuf_init(&texts.text, TEXT_MAXIMUM);
    add_part(a->redactor, &texts, story->domain, redact_domain);
    said.domain = part_of(&texts, 0);
    enum smtplog_status status = strbuf_status(&texts.text);
    status = status == SMTPLOG_OK ? summary_add_recipient(a->summary, &said) : status;
    strbuf_free(&texts.text);
    return status;
}

static enum smtplog_status take_message(void *context, const struct message_story *story)
{
    struct smtplog_analyzer *a = context;
    struct message_story said = *story;
    struct story_texts texts = {.count = 0};
    if (a->redactor == NULL) {
        return summary_add_message(a->summary, story);
    }
    strbuf_init(&texts.text, TEXT_MAXIMUM);
    add_part(a->redactor, &texts, story->sender, redact_address);
    add_part(a->redactor, &texts, story->client_ip, redact_peer);
    add_part(a->redactor, &texts, story->client_name,
             story->client_ip.n > 0 ? redact_peer : redact_user);
    said.sender = part_of(&texts, 0);
    said.client_ip = part_of(&texts, 1);
    said.client_name = part_of(&texts, 2);
    enum smtplog_status status = strbuf_status(&texts.text);
    status = status == SMTPLOG_OK ? summary_add_message(a->summary, &said) : status;
    strbuf_free(&texts.text);
    return status;
}

static enum smtplog_status take_cause(void *context, enum track_notice notice,
                                      struct span class_name)
{
    struct smtplog_analyzer *a = context;
    return summary_add_cause(a->summary, notice, class_name);
}

struct track_listener redaction_listener(struct smtplog_analyzer *a)
{
    return (struct track_listener){take_recipient, take_message, take_cause, a};
}

/* ---- texts ----------------------------------------------------------------------------------- */

typedef void (*redaction)(struct redactor *redactor, struct span text, struct strbuf *out);

static void note_status(struct smtplog_analyzer *a, enum smtplog_status status)
{
    a->redaction_starved = a->redaction_starved || status == SMTPLOG_NO_MEMORY;
}

static struct span redacted(struct smtplog_analyzer *a, struct span text, redaction redact)
{
    struct strbuf out;
    struct span copy = SPAN_EMPTY;
    if (a->redactor == NULL) {
        return text;
    }
    strbuf_init(&out, TEXT_MAXIMUM);
    redact(a->redactor, text, &out);
    enum smtplog_status status = strbuf_status(&out);
    if (status == SMTPLOG_OK && !arena_copy(&a->arena, strbuf_span(&out), &copy)) {
        status = SMTPLOG_NO_MEMORY;
    }
    note_status(a, status);
    strbuf_free(&out);
    return status == SMTPLOG_OK ? copy : SPAN_EMPTY;
}

enum smtplog_status redaction_status(const struct smtplog_analyzer *a)
{
    return a->redaction_starved ? SMTPLOG_NO_MEMORY : SMTPLOG_OK;
}

struct span redaction_text(struct smtplog_analyzer *a, struct span text)
{
    return redacted(a, text, redact_text);
}

struct span redaction_path(struct smtplog_analyzer *a, const char *path)
{
    return redacted(a, span_cstr(path), redact_path);
}

void redaction_line(struct smtplog_analyzer *a, const struct event *event, struct span line,
                    struct strbuf *out)
{
    struct event learned = *event;
    if (a->redactor == NULL) {
        strbuf_add_span(out, line);
        return;
    }
    enum smtplog_status status = redact_event(a->redactor, &learned);
    note_status(a, status);
    if (status == SMTPLOG_OK) {
        redact_text(a->redactor, line, out);
    }
}

void redaction_transcript(struct smtplog_analyzer *a, const struct transcript *transcript)
{
    size_t count = a->redactor != NULL && transcript != NULL ? transcript_session_count(transcript)
                                                             : 0;
    for (size_t i = 0; i < count; i++) {
        /* The transcript is the analyzer's own and complete: nobody reads these texts but reports.
         */
        struct dialogue *session = (struct dialogue *)transcript_session(transcript, i);
        session->peer = redacted(a, session->peer, redact_peer);
        session->peer_ip = redacted(a, session->peer_ip, redact_peer);
        session->helo = redacted(a, session->helo, redact_peer);
        for (size_t k = 0; k < session->exchange_count; k++) {
            struct dialogue_exchange *exchange = &session->exchanges[k];
            exchange->command = redaction_text(a, exchange->command);
            exchange->text = redaction_text(a, exchange->text);
        }
        for (size_t k = 0; k < session->extension_count; k++) {
            session->extensions[k] = redaction_text(a, session->extensions[k]);
        }
    }
}

/* ---- traces ---------------------------------------------------------------------------------- */

static enum smtplog_status redact_line(struct smtplog_analyzer *a, struct trail_line *line)
{
    struct event event = line->event;
    struct strbuf raw;
    if (line->redacted) {
        return SMTPLOG_OK;
    }
    strbuf_init(&raw, TEXT_MAXIMUM);
    redaction_line(a, &event, line->raw, &raw);
    enum smtplog_status status = strbuf_status(&raw);
    if (status == SMTPLOG_OK && !arena_copy(&a->arena, strbuf_span(&raw), &line->raw)) {
        status = SMTPLOG_NO_MEMORY;
    }
    strbuf_free(&raw);
    TRY(status);
    TRY(redact_event(a->redactor, &event));
    for (int f = 0; f < EVENT_TEXTS; f++) {
        bool set = event_has(&event, (enum event_field)f);
        if (set && !arena_copy(&a->arena, event.text[f], &event.text[f])) {
            return SMTPLOG_NO_MEMORY;
        }
    }
    if (!arena_copy(&a->arena, event.domain, &event.domain)) {
        return SMTPLOG_NO_MEMORY;
    }
    line->event = event;
    line->file = redacted(a, line->file, redact_path);
    line->redacted = true;
    return SMTPLOG_OK;
}

enum smtplog_status redaction_trail(struct smtplog_analyzer *a, struct trail *trail)
{
    for (size_t i = 0; a->redactor != NULL && i < trail->node_count; i++) {
        struct trail_node *node = trail->nodes[i];
        for (size_t k = 0; k < node->count; k++) {
            TRY(redact_line(a, node->lines[k]));
        }
        node->host = redacted(a, node->host, redact_name);
        node->name = redacted(a, node->name, node->kind == TRAIL_MESSAGE ? redact_id : redact_text);
        node->message_id = redacted(a, node->message_id, redact_text);
    }
    for (size_t i = 0; a->redactor != NULL && i < trail->link_count; i++) {
        trail->links[i].id = redacted(a, trail->links[i].id, redact_id);
    }
    return redaction_status(a);
}
