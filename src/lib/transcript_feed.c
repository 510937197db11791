/* Which lines of the inputs may belong to a transcript. */
#include "lib/transcript_feed.h"

#include <stdlib.h>

#include "logfmt/header.h"

#define STAMPED_HEAD 64 /* bytes in which PHPMailer's marker stands behind its stamp */

struct feed_input {
    struct transcript *transcript; /* owned; NULL until needed */
    bool found;
};

struct transcript_feed {
    struct transcript_dialects *dialects;
    struct feed_input *inputs; /* owned */
    size_t count;
};

enum smtplog_status transcript_feed_new(struct transcript_dialects *dialects, size_t file_count,
                                        struct transcript_feed **feed)
{
    struct transcript_feed *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->dialects = dialects;
    made->count = file_count;
    made->inputs = calloc(file_count + 1, sizeof *made->inputs);
    if (made->inputs == NULL) {
        free(made);
        return SMTPLOG_NO_MEMORY;
    }
    *feed = made;
    return SMTPLOG_OK;
}

void transcript_feed_free(struct transcript_feed *feed)
{
    if (feed != NULL) {
        for (size_t i = 0; i < feed->count; i++) {
            transcript_free(feed->inputs[i].transcript);
        }
        free(feed->inputs);
        free(feed);
    }
}

/* PHPMailer puts a stamp in front that looks like a log's, but no program behind it. */
static bool is_stamped_dialogue(struct span text)
{
    struct span head = span_of(text.p, text.n < STAMPED_HEAD ? text.n : STAMPED_HEAD);
    if (head.n == 0 || memchr(head.p, '>', head.n) == NULL) {
        return false; /* no arrow: nearly all */
    }
    return span_find(head, SPAN_LITERAL("SERVER -> CLIENT:")) != SIZE_MAX ||
           span_find(head, SPAN_LITERAL("CLIENT -> SERVER:")) != SIZE_MAX;
}

/* The header of a line of Postfix's clients and server that shows a dialogue. */
static bool shows_dialogue(const struct event *parsed, struct span text, struct header *header)
{
    struct span daemon = event_text(parsed, EVENT_DAEMON);
    return parsed->mta == MTA_POSTFIX && parsed->is_bracketed &&
           transcript_wants_message(daemon, SPAN_LITERAL("< x")) &&
           (span_find(text, SPAN_LITERAL(": < ")) != SIZE_MAX ||
            span_find(text, SPAN_LITERAL(": > ")) != SIZE_MAX) &&
           header_parse(text, header) && transcript_wants_message(daemon, header->message);
}

enum smtplog_status transcript_feed_line(struct transcript_feed *feed, size_t file,
                                         const struct line *line, const struct event *parsed,
                                         enum line_bin bin, bool *taken)
{
    struct feed_input *input = &feed->inputs[file];
    struct header header;
    bool bare = bin == BIN_MALFORMED || (bin == BIN_FOREIGN && is_stamped_dialogue(line->text));
    bool debug = !bare && shows_dialogue(parsed, line->text, &header);
    *taken = bare || debug;
    if (!*taken) {
        return SMTPLOG_OK;
    }
    if (input->transcript == NULL) {
        TRY(transcript_new(feed->dialects, &input->transcript));
    }
    if (bare) {
        return transcript_line(input->transcript, line->text, line->number, (int)bin, NULL);
    }
    struct transcript_origin origin = {.host = event_text(parsed, EVENT_HOST),
                                       .service = event_text(parsed, EVENT_SERVICE),
                                       .daemon = event_text(parsed, EVENT_DAEMON),
                                       .pid = event_text(parsed, EVENT_PID),
                                       .has_time = parsed->has_time,
                                       .time = parsed->time};
    return transcript_line(input->transcript, header.message, line->number, BIN_CONTEXT, &origin);
}

enum smtplog_status transcript_feed_flush(struct transcript_feed *feed, size_t file)
{
    struct transcript *transcript = feed->inputs[file].transcript;
    return transcript != NULL ? transcript_flush(transcript) : SMTPLOG_OK;
}

bool transcript_feed_next(struct transcript_feed *feed, size_t file,
                          struct transcript_result *result, enum line_bin *bin)
{
    struct feed_input *input = &feed->inputs[file];
    if (input->transcript == NULL || !transcript_next(input->transcript, result)) {
        return false;
    }
    *bin = result->verdict == TRANSCRIPT_REPLY  ? BIN_EVENT
           : result->verdict == TRANSCRIPT_PART ? BIN_CONTEXT
                                                : (enum line_bin)result->tag;
    input->found = input->found || result->verdict != TRANSCRIPT_NOTHING;
    return true;
}

bool transcript_feed_found(const struct transcript_feed *feed, size_t file)
{
    return feed->inputs[file].found;
}

const struct transcript *transcript_feed_transcript(const struct transcript_feed *feed, size_t file)
{
    return feed->inputs[file].transcript;
}
