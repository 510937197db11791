/* The lines of all inputs in order of time. */
#include "lib/line_stream.h"

#include <stdlib.h>

#include "lib/line_copy.h"
#include "logfmt/header_reader.h"

#define AHEAD_AFTER 4096 /* lines of an input until threads are worth their start */

/* An input that is being read. */
struct channel {
    size_t file;
    struct source *source;
    struct line_reader *reader;
    struct clock clock;
    struct line line;           /* what the reader gave last */
    const struct line *pending; /* when has_line */
    bool has_line;
    bool untouched;           /* no line given yet */
    struct instant time;      /* of the pending line; the line before's when it has none */
    uint64_t duplicates;      /* lines still to be given as duplicates */
    uint64_t copied;          /* given as duplicates since another input had them as well */
    bool is_ahead;            /* lines come from threads */
    struct ahead_line *ahead; /* the pending line, then */
};

struct line_stream {
    struct plan *plan;
    struct zone *zone;
    const struct diagnostic *diagnostic;
    struct header_reader reader; /* for the times of pending lines */
    struct channel **active;     /* owned array; in reading order of the plan */
    size_t active_count;
    size_t next_file;            /* first of the plan not yet opened */
    bool merging;                /* more than one input may have the next line */
    struct channel *given;       /* whose line was given last */
    const char **damage;         /* owned; by file */
    bool *failed;                /* owned; by file: read again, it may hold more */
    bool *twice;                 /* owned; by file: its lines may be counted twice */
    uint64_t bytes_done;         /* of inputs that are closed */
    struct line_copies *copies;  /* owned; NULL before inputs overlap */
    struct parse_ahead *threads; /* borrowed; NULL: none */
};

enum smtplog_status line_stream_new(struct plan *plan, struct zone *zone,
                                    const struct diagnostic *diagnostic,
                                    struct line_stream **stream)
{
    struct line_stream *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    header_reader_init(&made->reader);
    made->plan = plan;
    made->zone = zone;
    made->diagnostic = diagnostic;
    made->active = calloc(plan->count + 1, sizeof(struct channel *));
    made->damage = calloc(plan->count + 1, sizeof(const char *));
    made->failed = calloc(plan->count + 1, sizeof(bool));
    made->twice = calloc(plan->count + 1, sizeof *made->twice);
    if (made->active == NULL || made->damage == NULL || made->failed == NULL ||
        made->twice == NULL) {
        line_stream_free(made);
        return SMTPLOG_NO_MEMORY;
    }
    *stream = made;
    return SMTPLOG_OK;
}

void line_stream_set_ahead(struct line_stream *stream, struct parse_ahead *ahead)
{
    stream->threads = ahead;
}

static void channel_free(struct channel *channel)
{
    if (channel == NULL) {
        return;
    }
    line_reader_free(channel->reader);
    source_close(channel->source);
    free(channel);
}

void line_stream_free(struct line_stream *stream)
{
    if (stream == NULL) {
        return;
    }
    for (size_t i = 0; stream->active != NULL && i < stream->active_count; i++) {
        if (stream->active[i] != NULL && stream->active[i]->is_ahead) {
            parse_ahead_detach(stream->threads);
        }
        channel_free(stream->active[i]);
    }
    header_reader_free(&stream->reader);
    line_copies_free(stream->copies);
    free(stream->active);
    free(stream->damage);
    free(stream->failed);
    free(stream->twice);
    free(stream);
}

const char *line_stream_damage(const struct line_stream *stream, size_t file)
{
    return stream->damage[file];
}

bool line_stream_failed(const struct line_stream *stream, size_t file)
{
    return stream->failed[file];
}

bool line_stream_is_unsure(const struct line_stream *stream, size_t file)
{
    return stream->twice[file];
}

uint64_t line_stream_bytes_done(const struct line_stream *stream)
{
    uint64_t done = stream->bytes_done;
    for (size_t i = 0; i < stream->active_count; i++) {
        const struct channel *channel = stream->active[i];
        done += channel->is_ahead ? parse_ahead_stored_done(stream->threads)
                                  : source_stored_done(channel->source);
    }
    return done;
}

/* ---- inputs ---------------------------------------------------------------------------------- */

APART static enum smtplog_status read_ahead(struct line_stream *stream, struct channel *channel)
{
    enum smtplog_status status = parse_ahead_next(stream->threads, &channel->ahead);
    if (status == SMTPLOG_OK) {
        channel->pending = &channel->ahead->line;
    } else {
        channel->is_ahead = false;
        channel->ahead = NULL;
        channel->pending = &channel->line;
    }
    return status;
}

/* What was wrong with an input that has ended. One that is cut while it is read, as rotation by
 * copy and truncate does, has lost lines, of which nothing in it tells. */
static const char *damage_of(const struct line_stream *stream, const struct channel *channel,
                             bool *failed)
{
    const struct source_info *planned = &stream->plan->files[channel->file].info;
    bool plain = planned->is_regular && planned->compression == NULL;
    const char *damage = source_damage(channel->source);
    bool shrunk = plain && source_stored_done(channel->source) < planned->stored_size;
    *failed = shrunk || source_read_failed(channel->source);
    return damage == NULL && shrunk ? N_("it became shorter while it was read") : damage;
}

/* What a failure to read the next line means: at the end of an input its damage is noted. */
APART static enum smtplog_status note_end(struct line_stream *stream, struct channel *channel,
                                          enum smtplog_status status)
{
    if (status == SMTPLOG_END) {
        stream->damage[channel->file] = damage_of(stream, channel, &stream->failed[channel->file]);
        return SMTPLOG_OK;
    }
    return status;
}

/* Reads the next pending line; there is none at the end of the channel's input. */
static inline enum smtplog_status channel_advance(struct line_stream *stream,
                                                  struct channel *channel)
{
    enum smtplog_status status = channel->is_ahead
                                     ? read_ahead(stream, channel)
                                     : line_reader_next(channel->reader, &channel->line);
    channel->has_line = status == SMTPLOG_OK;
    return status == SMTPLOG_OK ? SMTPLOG_OK : note_end(stream, channel, status);
}

/* Time of the pending line, for choosing between inputs. */
static void channel_time(struct line_stream *stream, struct channel *channel)
{
    struct header header;
    if (channel->has_line && header_reader_read(&stream->reader, channel->pending->text, &header)) {
        clock_resolve(&channel->clock, &header.stamp, &channel->time);
    }
}

static void close_channel(struct line_stream *stream, size_t index)
{
    struct channel *channel = stream->active[index];
    if (channel->copied > 0) {
        diagnostic_say(stream->diagnostic, SMTPLOG_INFO,
                       "%s: lines that stand in another input too, counted once: %llu",
                       stream->plan->files[channel->file].path,
                       (unsigned long long)channel->copied);
    }
    stream->bytes_done += source_stored_done(channel->source);
    if (stream->given == channel) {
        stream->given = NULL;
    }
    channel_free(channel);
    for (size_t i = index; i + 1 < stream->active_count; i++) {
        stream->active[i] = stream->active[i + 1];
    }
    stream->active_count--;
}

/* Opens the next input of the plan. One that cannot be opened any more is said and passed over. */
static enum smtplog_status open_next(struct line_stream *stream)
{
    size_t index = stream->next_file++;
    struct plan_file *file = &stream->plan->files[index];
    if (!file->readable) {
        return SMTPLOG_OK;
    }
    struct channel *channel = calloc(1, sizeof *channel);
    if (channel == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    const char *why = NULL;
    enum smtplog_status status = SMTPLOG_OK;
    channel->file = index;
    channel->pending = &channel->line;
    channel->untouched = true;
    channel->source = file->source;
    channel->time = file->first;
    file->source = NULL;
    clock_init(&channel->clock, stream->zone, file->first_year);
    if (channel->source == NULL) {
        status = source_open(file->path, &channel->source, &why);
    }
    if (status == SMTPLOG_OK) {
        status = line_reader_new(channel->source, &channel->reader);
    }
    if (status == SMTPLOG_OK) {
        status = channel_advance(stream, channel);
    }
    if (status == SMTPLOG_OK) {
        stream->active[stream->active_count++] = channel;
        return SMTPLOG_OK;
    }
    channel_free(channel);
    if (status != SMTPLOG_NO_MEMORY) {
        diagnostic_say(
            stream->diagnostic, SMTPLOG_ERROR, "%s: %s", file->path,
            diagnostic_text(stream->diagnostic, why != NULL ? why : N_("cannot be read")));
        file->readable = false;
        return SMTPLOG_OK;
    }
    return status;
}

/* ---- overlaps -------------------------------------------------------------------------------- */

/* A second look at an input from a line on. */
struct second_look {
    struct source *source;
    struct line_reader *reader;
};

static void say_unsure(const struct line_stream *stream, const struct channel *channel,
                       const char *why)
{
    diagnostic_say(stream->diagnostic, SMTPLOG_ERROR, "%s: %s",
                   stream->plan->files[channel->file].path,
                   diagnostic_text(stream->diagnostic, why != NULL ? why : N_("cannot be read")));
    stream->twice[channel->file] = true;
}

static enum smtplog_status look_again(const struct line_stream *stream,
                                      const struct channel *channel, struct second_look *look)
{
    const char *why = NULL;
    const struct plan_file *file = &stream->plan->files[channel->file];
    *look = (struct second_look){NULL, NULL};
    if (!file->info.is_regular) {
        return SMTPLOG_END;
    }
    enum smtplog_status status = source_open(file->path, &look->source, &why);
    if (status == SMTPLOG_OK) {
        status = source_skip(look->source, channel->pending->offset);
    }
    if (status == SMTPLOG_OK) {
        status = line_reader_new(look->source, &look->reader);
    }
    if (status == SMTPLOG_IO) {
        say_unsure(stream, channel, why);
    }
    return status;
}

static void second_look_end(struct second_look *look)
{
    line_reader_free(look->reader);
    source_close(look->source);
}

/* Lines that `newer` begins with and `older` has from its pending one on: all of them up to the end
 * of one of the two, which may be part of the other; else 0. */
static enum smtplog_status overlap_of(const struct line_stream *stream, const struct channel *older,
                                      const struct channel *newer, uint64_t *lines)
{
    struct second_look a, b;
    uint64_t same = 0;
    enum smtplog_status status = look_again(stream, older, &a);
    enum smtplog_status other = look_again(stream, newer, &b);
    status = status != SMTPLOG_NO_MEMORY && other != SMTPLOG_OK ? other : status;
    bool fine = status == SMTPLOG_OK;
    while (fine) {
        struct line x, y;
        if (line_reader_next(a.reader, &x) != SMTPLOG_OK) {
            break;
        }
        if (line_reader_next(b.reader, &y) != SMTPLOG_OK) {
            break;
        }
        fine = span_equal(x.text, y.text);
        same += fine;
    }
    if (fine && source_read_failed(a.source)) {
        say_unsure(stream, older, source_damage(a.source));
    }
    if (fine && source_read_failed(b.source)) {
        say_unsure(stream, newer, source_damage(b.source));
    }
    second_look_end(&a);
    second_look_end(&b);
    *lines = fine ? same : 0;
    return status == SMTPLOG_NO_MEMORY ? status : SMTPLOG_OK;
}

/* Whether an input that has not been touched yet begins with the rest of this one. */
static enum smtplog_status find_overlaps(struct line_stream *stream, struct channel *older)
{
    for (size_t i = 0; i < stream->active_count; i++) {
        struct channel *newer = stream->active[i];
        uint64_t lines = 0;
        if (newer == older || !newer->untouched || !newer->has_line || newer->duplicates > 0 ||
            !span_equal(older->pending->text, newer->pending->text)) {
            continue;
        }
        TRY(overlap_of(stream, older, newer, &lines));
        if (lines >= 2) {
            newer->duplicates = lines;
            diagnostic_say(stream->diagnostic, SMTPLOG_INFO,
                           "%s: its first %llu lines stand in %s too; they are counted once",
                           stream->plan->files[newer->file].path, (unsigned long long)lines,
                           stream->plan->files[older->file].path);
        }
    }
    return SMTPLOG_OK;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static bool has_next_file(const struct line_stream *stream)
{
    return stream->next_file < stream->plan->count;
}

/* Opens every input that begins no later than the instant. */
static enum smtplog_status open_until(struct line_stream *stream, const struct instant *instant)
{
    while (has_next_file(stream)) {
        const struct plan_file *file = &stream->plan->files[stream->next_file];
        if (file->readable && (!file->has_stamp || instant_compare(&file->first, instant) > 0)) {
            break;
        }
        TRY(open_next(stream));
    }
    return SMTPLOG_OK;
}

/* The input with the earliest pending line; the earlier of the plan at equal times. */
static struct channel *earliest(struct line_stream *stream)
{
    struct channel *best = NULL;
    for (size_t i = 0; i < stream->active_count; i++) {
        struct channel *channel = stream->active[i];
        if (best == NULL || instant_compare(&channel->time, &best->time) < 0) {
            best = channel;
        }
    }
    return best;
}

/* An input that is alone and long goes to the threads; its last line was given and is done with. */
static inline void consider_threads(struct line_stream *stream, struct channel *channel)
{
    if (stream->threads != NULL && !channel->is_ahead && channel->pending->number >= AHEAD_AFTER &&
        !source_info(channel->source)->is_journal) {
        channel->is_ahead = parse_ahead_attach(stream->threads, channel->source, channel->reader);
    }
}

static bool is_read(const struct line_stream *stream, size_t file)
{
    for (size_t i = 0; i < stream->active_count; i++) {
        if (stream->active[i]->file == file) {
            return true;
        }
    }
    return false;
}

/* Whether the pending line is one that another input gave. The first such line may be chance at the
 * border of two rotated files: then the input it would be part of has ended. */
static enum smtplog_status note_copy(struct line_stream *stream, struct channel *channel)
{
    size_t whole = 0;
    if (stream->copies == NULL) {
        TRY(line_copies_new(stream->plan->count, &stream->copies));
    }
    if (line_copies_note(stream->copies, channel->file, &channel->time, channel->pending->text,
                         &whole) &&
        (channel->copied > 0 || is_read(stream, whole))) {
        channel->copied++;
        channel->duplicates = 1;
    }
    return SMTPLOG_OK;
}

static inline void give(struct line_stream *stream, struct channel *channel,
                        struct stream_line *line)
{
    line->line = channel->pending;
    line->file = channel->file;
    line->clock = &channel->clock;
    line->ahead = channel->ahead;
    line->duplicate = channel->duplicates > 0;
    channel->duplicates -= line->duplicate;
    channel->untouched = false;
    stream->given = channel;
}

static void drop_ended(struct line_stream *stream)
{
    for (size_t i = stream->active_count; i > 0; i--) {
        if (!stream->active[i - 1]->has_line) {
            close_channel(stream, i - 1);
        }
    }
}

static enum smtplog_status next_merged(struct line_stream *stream, struct stream_line *line)
{
    struct channel *channel = earliest(stream);
    TRY(open_until(stream, &channel->time));
    drop_ended(stream);
    channel = earliest(stream);
    if (stream->active_count > 1) {
        TRY(find_overlaps(stream, channel));
    }
    if (channel->duplicates == 0 && (stream->active_count > 1 || stream->merging)) {
        TRY(note_copy(stream, channel));
    }
    give(stream, channel, line);
    return SMTPLOG_OK;
}

/* Moves the input of the line given last to its next one. */
static enum smtplog_status pass_given(struct line_stream *stream)
{
    struct channel *given = stream->given;
    if (given == NULL) {
        return SMTPLOG_OK;
    }
    stream->given = NULL;
    TRY(channel_advance(stream, given));
    if (stream->merging) {
        channel_time(stream, given);
    }
    if (!given->has_line) {
        drop_ended(stream);
    }
    return SMTPLOG_OK;
}

/* The next line when inputs begin, end, or lie beside each other. */
APART static enum smtplog_status next_of_several(struct line_stream *stream,
                                                 struct stream_line *line)
{
    TRY(pass_given(stream));
    while (stream->active_count == 0) {
        if (!has_next_file(stream)) {
            return SMTPLOG_END;
        }
        TRY(open_next(stream));
        drop_ended(stream);
        stream->merging = false;
    }
    if (stream->active_count > 1 || stream->merging) {
        TRY(next_merged(stream, line));
        stream->merging = stream->active_count > 1;
        return SMTPLOG_OK;
    }
    give(stream, stream->active[0], line);
    return SMTPLOG_OK;
}

enum smtplog_status line_stream_next(struct line_stream *stream, struct stream_line *line)
{
    struct channel *given = stream->given;
    if (given == NULL || stream->active_count != 1 || stream->merging) {
        return next_of_several(stream, line);
    }
    /* One input and no other beside it: nearly every line. */
    consider_threads(stream, given);
    TRY(channel_advance(stream, given));
    if (!given->has_line) {
        stream->given = NULL;
        drop_ended(stream);
        return next_of_several(stream, line);
    }
    give(stream, given, line);
    return SMTPLOG_OK;
}

bool line_stream_take_back(struct line_stream *stream, const struct instant *instant)
{
    if (stream->merging || !has_next_file(stream) || stream->given == NULL) {
        return false;
    }
    const struct plan_file *file = &stream->plan->files[stream->next_file];
    if (!file->has_stamp || !file->readable || instant_compare(&file->first, instant) > 0) {
        return false;
    }
    stream->given->time = *instant;
    stream->given->untouched = stream->given->pending->number == 1;
    stream->given = NULL;
    stream->merging = true;
    return true;
}
