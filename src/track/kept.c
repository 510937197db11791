/* Events kept while a log is read. Trust: texts in them come from logs. */
#include "track/kept.h"

#include <stdlib.h>

#define YOUNG_BLOCK ((size_t)64 * 1024) /* all of them hold what ended messages are kept for */
#define OLD_STEP    ((size_t)128 * 1024)
#define OLD_MEMORY  ((size_t)256 * 1024) /* where there is a file */
#define FILE_BLOCK  ((size_t)128 * 1024)
#define FILE_SLACK  ((uint64_t)32 * 1024 * 1024) /* of events that nobody wants any more */

enum smtplog_status kept_log_init(struct kept_log *log, kept_alive alive, const void *context)
{
    *log = (struct kept_log){.alive = alive, .context = context, .file = {.descriptor = -1}};
    log->young[0] = malloc(YOUNG_BLOCK);
    return log->young[0] != NULL ? SMTPLOG_OK : SMTPLOG_NO_MEMORY;
}

void kept_log_free(struct kept_log *log)
{
    for (size_t i = 0; i < KEPT_BLOCKS; i++) {
        free(log->young[i]);
    }
    free(log->old);
    kept_file_close(&log->file);
    *log = (struct kept_log){.file = {.descriptor = -1}};
}

void kept_log_allow_file(struct kept_log *log, const char *directory)
{
    log->directory = directory;
}

bool kept_log_has_place(const struct kept_log *log)
{
    return log->directory != NULL && !log->file.failed;
}

/* With what fills up to where the next one may begin. */
static size_t whole_size(size_t size)
{
    return (sizeof(struct kept) + size + 7) / 8 * 8;
}

static bool is_alive(const struct kept_log *log, const struct kept *kept)
{
    return log->alive(log->context, kept->owner, kept->life);
}

static const struct kept *kept_at(const char *block, size_t at)
{
    return (const void *)(block + at); /* blocks and sizes are multiples of 8 */
}

/* ---- the file -------------------------------------------------------------------------------- */

void kept_cursor_free(struct kept_cursor *cursor)
{
    free(cursor->block);
    *cursor = (struct kept_cursor){.at = 0};
}

/* So many bytes of the file from the cursor on. */
static enum smtplog_status look_at_file(const struct kept_log *log, struct kept_cursor *cursor,
                                        size_t wanted)
{
    size_t there = cursor->length - cursor->used;
    if (wanted <= there) {
        return SMTPLOG_OK;
    }
    if (wanted > cursor->room) {
        size_t room = wanted > FILE_BLOCK ? wanted : FILE_BLOCK;
        char *block = realloc(cursor->block, room);
        if (block == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        cursor->block = block;
        cursor->room = room;
    }
    memmove(cursor->block, cursor->block + cursor->used, there);
    uint64_t left = log->file.length - cursor->at - there;
    size_t more = left < cursor->room - there ? (size_t)left : cursor->room - there;
    TRY(kept_file_read(&log->file, cursor->at + there, cursor->block + there, more));
    cursor->length = there + more;
    cursor->used = 0;
    return wanted <= cursor->length ? SMTPLOG_OK : SMTPLOG_IO;
}

static enum smtplog_status next_of_file(const struct kept_log *log, struct kept_cursor *cursor,
                                        const struct kept **kept)
{
    *kept = NULL;
    while (cursor->at < log->file.length && *kept == NULL) {
        TRY(look_at_file(log, cursor, sizeof **kept));
        size_t size = whole_size(kept_at(cursor->block, cursor->used)->size);
        TRY(look_at_file(log, cursor, size));
        const struct kept *found = kept_at(cursor->block, cursor->used);
        cursor->used += size;
        cursor->at += size;
        *kept = is_alive(log, found) ? found : NULL;
    }
    return SMTPLOG_OK;
}

/* ---- the old ones ---------------------------------------------------------------------------- */

static void clear_up_old(struct kept_log *log)
{
    size_t to = 0;
    for (size_t at = 0; at < log->old_length;) {
        const struct kept *kept = kept_at(log->old, at);
        size_t size = whole_size(kept->size);
        if (is_alive(log, kept)) {
            memmove(log->old + to, log->old + at, size);
            to += size;
        }
        at += size;
    }
    log->old_length = to;
}

static enum smtplog_status clear_up_file(struct kept_log *log)
{
    struct kept_cursor cursor = {.at = 0};
    struct strbuf wanted;
    const struct kept *kept = NULL;
    uint64_t to = 0;
    strbuf_init(&wanted, FILE_BLOCK * 64);
    enum smtplog_status status = next_of_file(log, &cursor, &kept);
    while (status == SMTPLOG_OK && kept != NULL) {
        strbuf_add(&wanted, (const char *)kept, whole_size(kept->size));
        if (wanted.length >= FILE_BLOCK) { /* still before what is read next */
            status = kept_file_write(&log->file, to, strbuf_span(&wanted));
            to += wanted.length;
            strbuf_clear(&wanted);
        }
        status = status == SMTPLOG_OK ? next_of_file(log, &cursor, &kept) : status;
    }
    status = status == SMTPLOG_OK ? strbuf_status(&wanted) : status;
    if (status == SMTPLOG_OK) {
        status = kept_file_write(&log->file, to, strbuf_span(&wanted));
        log->file.length = to + wanted.length;
    }
    kept_cursor_free(&cursor);
    strbuf_free(&wanted);
    return status;
}

/* How much of the old ones is to go: some stay, since most do not get much older. */
static size_t size_to_move(const struct kept_log *log)
{
    size_t at = 0;
    while (log->old_length - at > OLD_MEMORY / 2) {
        at += whole_size(kept_at(log->old, at)->size);
    }
    return at;
}

/* The oldest into the file, if that can take them. */
static enum smtplog_status move_old(struct kept_log *log, size_t live)
{
    size_t size = size_to_move(log);
    if (log->file.descriptor < 0 && kept_log_has_place(log)) {
        kept_file_open(&log->file, log->directory);
    }
    if (kept_log_has_place(log) && kept_file_add(&log->file, span_of(log->old, size))) {
        memmove(log->old, log->old + size, log->old_length - size);
        log->old_length -= size;
    }
    bool much = log->file.length > FILE_SLACK && log->file.length / 4 > live;
    return much ? clear_up_file(log) : SMTPLOG_OK;
}

static enum smtplog_status make_old_room(struct kept_log *log, size_t size, size_t live)
{
    if (size <= log->old_room - log->old_length) {
        return SMTPLOG_OK;
    }
    bool full = kept_log_has_place(log) && log->old_room >= OLD_MEMORY;
    if (full || log->old_length > live + live / 4) {
        clear_up_old(log);
    }
    if (full && log->old_length > OLD_MEMORY / 4 * 3) {
        TRY(move_old(log, live));
    }
    if (size <= log->old_room - log->old_length) {
        return SMTPLOG_OK;
    }
    size_t room = (log->old_length + size + OLD_STEP) / OLD_STEP * OLD_STEP;
    char *old = realloc(log->old, room);
    if (old == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    log->old = old;
    log->old_room = room;
    return SMTPLOG_OK;
}

/* Moves what is still wanted of a block to the old ones. */
static enum smtplog_status move_young(struct kept_log *log, size_t block, size_t live)
{
    for (size_t at = 0; at < log->young_length[block];) {
        const struct kept *kept = kept_at(log->young[block], at);
        size_t size = whole_size(kept->size);
        at += size;
        if (!is_alive(log, kept)) {
            continue;
        }
        TRY(make_old_room(log, size, live));
        memcpy(log->old + log->old_length, kept, size);
        log->old_length += size;
    }
    log->young_length[block] = 0;
    return SMTPLOG_OK;
}

/* ---- adding ---------------------------------------------------------------------------------- */

/* So many blocks after the current one, which is before it in time; 0: itself. */
static size_t block_after(const struct kept_log *log, size_t steps)
{
    return (log->current + steps) % KEPT_BLOCKS;
}

static enum smtplog_status turn_blocks(struct kept_log *log, size_t live)
{
    size_t oldest = block_after(log, 1);
    TRY(move_young(log, oldest, live));
    if (log->young[oldest] == NULL) {
        log->young[oldest] = malloc(YOUNG_BLOCK);
    }
    log->current = log->young[oldest] != NULL ? oldest : log->current;
    return log->young[oldest] != NULL ? SMTPLOG_OK : SMTPLOG_NO_MEMORY;
}

/* Writes an event with what stands in front of it, and sets eight bytes behind it, of which some
 * fill it up. Returns its whole size, 0 when there is no room. */
static size_t put_event(char *to, const char *end, const struct kept *head, enum kept_use use,
                        const struct event *event)
{
    const uint64_t nothing = 0;
    struct kept kept = *head;
    if ((size_t)(end - to) < sizeof kept + sizeof nothing) {
        return 0;
    }
    size_t size = event_pack(use, event, to + sizeof kept, end - sizeof nothing);
    if (size == 0) {
        return 0;
    }
    kept.size = (uint32_t)size;
    memcpy(to, &kept, sizeof kept);
    memcpy(to + sizeof kept + size, &nothing, sizeof nothing);
    return whole_size(size);
}

/* What would fill half a block goes to the old ones at once, and all that came before it. */
static enum smtplog_status add_large(struct kept_log *log, const struct kept *head,
                                     enum kept_use use, const struct event *event, size_t live,
                                     size_t *size)
{
    for (size_t i = 1; i <= KEPT_BLOCKS; i++) {
        TRY(move_young(log, block_after(log, i), live));
    }
    TRY(make_old_room(log, whole_size(event_pack_room(event)) + sizeof(uint64_t), live));
    *size = put_event(log->old + log->old_length, log->old + log->old_room, head, use, event);
    log->old_length += *size;
    return SMTPLOG_OK;
}

/* 0: there is no room. */
static size_t add_young(struct kept_log *log, const struct kept *head, enum kept_use use,
                        const struct event *event)
{
    size_t length = log->young_length[log->current];
    char *block = log->young[log->current];
    size_t size = put_event(block + length, block + YOUNG_BLOCK, head, use, event);
    log->young_length[log->current] += size;
    return size;
}

enum smtplog_status kept_log_add(struct kept_log *log, const struct kept *head, enum kept_use use,
                                 const struct event *event, size_t live, size_t *size)
{
    *size = add_young(log, head, use, event);
    if (*size > 0) {
        return SMTPLOG_OK;
    }
    if (event_pack_room(event) > YOUNG_BLOCK / 2) {
        return add_large(log, head, use, event, live, size);
    }
    TRY(turn_blocks(log, live));
    *size = add_young(log, head, use, event);
    return SMTPLOG_OK;
}

/* ---- reading --------------------------------------------------------------------------------- */

enum smtplog_status kept_log_next(const struct kept_log *log, struct kept_cursor *cursor,
                                  const struct kept **kept)
{
    uint64_t before = log->file.length;
    TRY(next_of_file(log, cursor, kept));
    for (size_t b = 0; b <= KEPT_BLOCKS && *kept == NULL; b++) {
        const char *block = b == 0 ? log->old : log->young[block_after(log, b)];
        size_t length = b == 0 ? log->old_length : log->young_length[block_after(log, b)];
        while (cursor->at - before < length && *kept == NULL) {
            const struct kept *found = kept_at(block, (size_t)(cursor->at - before));
            cursor->at += whole_size(found->size);
            *kept = is_alive(log, found) ? found : NULL;
        }
        before += length;
    }
    return SMTPLOG_OK;
}
