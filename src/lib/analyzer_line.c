/* What a run does with a line: its place and kind, the input it counts for, the transcript it may
 * be part of. Trust: lines are written by anybody; what is shown of one is cleaned. */
#include "lib/analyzer.h"

#include "base/utf8.h"
#include "logfmt/transcript_secret.h"

#define OUTPUT_MAXIMUM ((size_t)64 * 1024 * 1024)

void analyzer_add_knowledge(struct smtplog_analyzer *a, struct event *event)
{
    judge_event(a->judge, event);
}

bool analyzer_is_beyond(const struct smtplog_analyzer *a, const struct event *event)
{
    return (a->has_since && instant_compare(&event->time, &a->since) < 0) ||
           (a->has_until && instant_compare(&event->time, &a->until) >= 0);
}

static inline void note_input(struct input_figures *input, const struct event *event)
{
    input->lines++;
    if (event->has_time) {
        if (!input->has_period) {
            input->first = event->time;
        }
        input->last = event->time;
        input->has_period = true;
    }
    if (event->mta != MTA_NONE) {
        input->mail_lines++;
        input->mta = event->mta;
    }
}

/* Remembers the place and head of the first line of a kind that was not understood. */
static enum smtplog_status note_first(struct smtplog_analyzer *a, struct span *first,
                                      const struct stream_line *line, const struct event *event)
{
    struct strbuf text;
    if (first->n > 0) {
        return SMTPLOG_OK;
    }
    strbuf_init(&text, 65536);
    strbuf_addf(&text, "%s:%llu: ", a->plan.files[line->file].path,
                (unsigned long long)line->line->number);
    size_t n = line->line->text.n < 160 ? line->line->text.n : 160;
    struct strbuf shown; /* it may be a line of a log-in */
    struct strbuf said;
    strbuf_init(&shown, 4096);
    strbuf_init(&said, 65536);
    secret_add_hidden(&shown, NULL, span_of(line->line->text.p, n), true);
    redaction_line(a, event, strbuf_span(&shown), &said);
    utf8_add_clean(&text, strbuf_span(&said));
    bool whole = strbuf_status(&shown) == SMTPLOG_OK && strbuf_status(&said) == SMTPLOG_OK &&
                 strbuf_status(&text) == SMTPLOG_OK;
    bool kept = whole && arena_copy(&a->arena, strbuf_span(&text), first);
    strbuf_free(&shown);
    strbuf_free(&said);
    strbuf_free(&text);
    return kept ? SMTPLOG_OK : SMTPLOG_NO_MEMORY;
}

/* A reply of a transcript: a record like any other. */
static enum smtplog_status take_reply(struct smtplog_analyzer *a, size_t file,
                                      const struct event *reply)
{
    struct event event = *reply;
    bool outside = analyzer_is_outside(a, &event);
    event.file = (uint32_t)file;
    analyzer_add_knowledge(a, &event);
    return analyzer_take_event(a, file, &event, !outside);
}

/* Counts the lines of an input whose part in a transcript is known by now. */
static enum smtplog_status take_transcript(struct smtplog_analyzer *a, size_t file)
{
    struct transcript_result result;
    struct input_figures *input = &a->inputs[file];
    enum line_bin bin = BIN_FOREIGN;
    while (transcript_feed_next(a->transcripts, file, &result, &bin)) {
        struct event when = {.has_time = result.has_time, .time = result.time};
        if (bin == BIN_MALFORMED) {
            input->texts++;
            continue;
        }
        a->summary->bin[analyzer_is_outside(a, &when) ? BIN_OUTSIDE : bin]++;
        if (bin != BIN_FOREIGN && input->mta == MTA_NONE) {
            input->mta = MTA_TRANSCRIPT;
        }
        input->mail_lines += bin != BIN_FOREIGN && !result.has_time;
        if (result.event != NULL) {
            TRY(take_reply(a, file, result.event));
        }
    }
    return SMTPLOG_OK;
}

enum smtplog_status analyzer_finish_transcript(struct smtplog_analyzer *a, size_t file)
{
    struct input_figures *input = &a->inputs[file];
    TRY(transcript_feed_flush(a->transcripts, file));
    TRY(take_transcript(a, file));
    bool found = transcript_feed_found(a->transcripts, file);
    a->summary->bin[found ? BIN_FOREIGN : BIN_MALFORMED] += input->texts;
    if (!found && input->texts > 0 && a->first_malformed.n == 0) {
        a->first_malformed = input->first_text;
    }
    input->texts = 0;
    return SMTPLOG_OK;
}

/* Gives a line to the transcript of its input. *taken: it is counted there. */
static enum smtplog_status feed_transcript(struct smtplog_analyzer *a,
                                           const struct stream_line *line,
                                           const struct event *event, enum line_bin bin,
                                           bool *taken)
{
    if (a->last_file != line->file && a->last_is_text) {
        TRY(analyzer_finish_transcript(a, a->last_file));
    }
    a->last_file = line->file;
    TRY(transcript_feed_line(a->transcripts, line->file, line->line, event, bin, taken));
    a->last_is_text = *taken && !event->has_time;
    if (*taken && bin == BIN_MALFORMED) {
        TRY(note_first(a, &a->inputs[line->file].first_text, line, event));
    }
    return *taken ? take_transcript(a, line->file) : SMTPLOG_OK;
}

/* A mail daemon's line that no rule understood, as it may be shown. */
static enum smtplog_status add_unknown(struct smtplog_analyzer *a, const struct event *event,
                                       struct span line)
{
    struct strbuf said;
    if (a->redactor == NULL) {
        return summary_add_unknown(a->summary, event, line);
    }
    strbuf_init(&said, OUTPUT_MAXIMUM);
    redaction_line(a, event, line, &said);
    enum smtplog_status status = strbuf_status(&said);
    status = status == SMTPLOG_OK ? summary_add_unknown(a->summary, event, strbuf_span(&said))
                                  : status;
    strbuf_free(&said);
    return status;
}

/* A line of a mail daemon that no rule understood, or one without a header. */
APART static enum smtplog_status take_stray(struct smtplog_analyzer *a,
                                            const struct stream_line *line,
                                            const struct event *event, enum line_bin bin,
                                            bool outside)
{
    if (bin == BIN_MALFORMED) {
        return note_first(a, &a->first_malformed, line, event);
    }
    if (outside) {
        return SMTPLOG_OK;
    }
    if (a->event_writer == NULL && selection_shows_line(&a->selection, event)) {
        TRY(add_unknown(a, event, line->line->text));
    } else if (a->event_writer == NULL) {
        summary_note_period(a->summary, event);
    }
    return note_first(a, &a->first_unknown, line, event);
}

/* A line that is no part of a transcript, in the bin it is counted in. */
static inline enum smtplog_status take_line(struct smtplog_analyzer *a,
                                            const struct stream_line *line, struct event *event,
                                            enum line_bin bin, bool outside)
{
    a->summary->bin[outside ? BIN_OUTSIDE : bin]++;
    if (bin == BIN_EVENT && line->ahead == NULL) {
        analyzer_add_knowledge(a, event);
    }
    if (bin == BIN_EVENT || bin == BIN_CONTEXT) {
        return analyzer_take_event(a, line->file, event, !outside);
    }
    return bin == BIN_FOREIGN ? SMTPLOG_OK : take_stray(a, line, event, bin, outside);
}

/* A line that may be part of a transcript, or ends one. */
APART static enum smtplog_status take_beside_transcript(struct smtplog_analyzer *a,
                                                        const struct stream_line *line,
                                                        struct event *event, enum line_bin bin,
                                                        bool outside)
{
    bool taken = false;
    TRY(feed_transcript(a, line, event, bin, &taken));
    return taken ? SMTPLOG_OK : take_line(a, line, event, bin, outside);
}

enum smtplog_status analyzer_process(struct smtplog_analyzer *a, const struct stream_line *line,
                                     struct event *event, enum line_bin bin)
{
    struct summary *summary = a->summary;
    struct input_figures *input = &a->inputs[line->file];
    bool outside = analyzer_is_outside(a, event);
    event->file = (uint32_t)line->file;
    summary->lines_read++;
    summary->overlong += line->line->overlong;
    summary->duplicate += line->duplicate || event->duplicate;
    note_input(input, event);
    if (bin == BIN_MALFORMED || input->mail_lines == 0) {
        other_log_note(&input->other, a->knowledge.other_servers, line->line);
    }
    if (line->duplicate) {
        summary->bin[outside ? BIN_OUTSIDE : BIN_CONTEXT]++;
        return SMTPLOG_OK;
    }
    if (a->last_is_text || transcript_feed_wants(event, bin)) {
        return take_beside_transcript(a, line, event, bin, outside);
    }
    return take_line(a, line, event, bin, outside);
}

/* --input: what is of another kind than asked for is another program's; all lines may be a
 * transcript's. */
static void apply_kind(const struct smtplog_analyzer *a, struct event *event, enum line_bin *bin)
{
    bool other = a->kind != MTA_NONE && event->mta != MTA_NONE && event->mta != a->kind;
    if (other || a->kind == MTA_TRANSCRIPT) {
        event->set = 0;
        event->mta = MTA_NONE;
        *bin = a->kind == MTA_TRANSCRIPT ? BIN_MALFORMED : BIN_FOREIGN;
    }
}

/* By the one thread, or the rest of what other threads began. */
static enum smtplog_status parse_line(struct smtplog_analyzer *a, const struct stream_line *line,
                                      struct ahead_line *read)
{
    if (line->ahead != NULL) {
        TRY(parser_place(a->parser, line->clock, line->line, &read->event, &read->note));
        if (read->note.changed && read->note.bin == BIN_EVENT) {
            analyzer_add_knowledge(a, &read->event);
        }
        return SMTPLOG_OK;
    }
    return parser_line(a->parser, line->clock, line->line, &read->event, &read->note);
}

enum smtplog_status analyzer_parse(struct smtplog_analyzer *a, const struct stream_line *line,
                                   struct event **event, enum line_bin *bin)
{
    struct ahead_line *read = line->ahead != NULL ? line->ahead : &a->line;
    TRY(parse_line(a, line, read));
    a->limits_hit += read->note.limits_hit;
    *event = &read->event;
    *bin = read->note.bin;
    if (a->kind != MTA_NONE) {
        apply_kind(a, *event, bin);
    }
    return SMTPLOG_OK;
}
