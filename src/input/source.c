/* One input as a stream of bytes. Reads with read(2) into a fixed block; compressed ones go through
 * a streaming decompressor, so that any expansion runs in constant memory. */
#include "input/source.h"

#include "base/diagnostic.h"
#include "input/decompress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOURCE_BLOCK        ((size_t)256 * 1024)
#define SOURCE_PEEK_MAXIMUM ((size_t)16 * 1024 * 1024)
#define SOURCE_PEEK_FIRST   ((size_t)64 * 1024)

struct source {
    struct journal *journal; /* owned; NULL: read from fd */
    int fd;
    bool own_fd;
    struct source_info info;
    const char *damage;
    uint64_t stored_done;
    bool stored_end; /* read(2) said end or failed */
    bool read_failed;
    bool ended; /* no decompressed bytes will follow */
    /* stored bytes, for compressed inputs and for the look at the first ones */
    char *block;
    size_t block_at, block_end;
    struct decompressor *decompressor; /* owned; NULL: not compressed */
    bool member_open;
    /* bytes made visible by source_peek and not yet read */
    char *peeked;
    size_t peeked_at, peeked_end, peeked_capacity;
};

const struct source_info *source_info(const struct source *source)
{
    return &source->info;
}

const char *source_damage(const struct source *source)
{
    return source->damage;
}

bool source_read_failed(const struct source *source)
{
    return source->read_failed;
}

uint64_t source_stored_done(const struct source *source)
{
    return source->stored_done;
}

void source_close(struct source *source)
{
    if (source == NULL) {
        return;
    }
    journal_close(source->journal);
    decompressor_free(source->decompressor);
    if (source->own_fd && source->fd >= 0) {
        close(source->fd);
    }
    free(source->block);
    free(source->peeked);
    free(source);
}

/* read(2) until something, the end, or an error that is noted as damage. */
static size_t source_read_stored(struct source *source, char *bytes, size_t capacity)
{
    while (!source->stored_end) {
        ssize_t got = read(source->fd, bytes, capacity);
        if (got > 0) {
            source->stored_done += (uint64_t)got;
            return (size_t)got;
        }
        if (got < 0 && errno == EINTR) {
            continue;
        }
        source->stored_end = true;
        if (got < 0) {
            source->read_failed = true;
            source->damage = N_("read error");
        }
    }
    return 0;
}

/* Fills the stored block; false at the end. */
static bool source_fill(struct source *source)
{
    source->block_at = 0;
    source->block_end = source_read_stored(source, source->block, SOURCE_BLOCK);
    return source->block_end > 0;
}

/* Reads the first bytes and looks for what compressed them. */
static enum smtplog_status source_begin(struct source *source, const char **why)
{
    *why = N_("out of memory");
    source->block = malloc(SOURCE_BLOCK);
    if (source->block == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    size_t n = 0;
    while (n < DECOMPRESS_MAGIC) {
        size_t got = source_read_stored(source, source->block + n, SOURCE_BLOCK - n);
        if (got == 0) {
            break;
        }
        n += got;
    }
    source->block_end = n;
    const struct compression *compression = compression_of(span_of(source->block, n));
    if (compression == NULL) {
        return SMTPLOG_OK;
    }
    source->info.compression = compression_name(compression);
    if (!compression_is_supported(compression)) {
        *why = N_("compressed in a way that this build does not read (zstd, xz or bzip2): "
                  "decompress it into a pipe");
        return SMTPLOG_IO;
    }
    source->decompressor = decompressor_new(compression);
    source->member_open = true;
    return source->decompressor != NULL ? SMTPLOG_OK : SMTPLOG_NO_MEMORY;
}

static enum smtplog_status source_stat(struct source *source, const char **why)
{
    struct stat st;
    if (fstat(source->fd, &st) != 0) {
        *why = diagnostic_error(errno);
        return SMTPLOG_IO;
    }
    if (S_ISDIR(st.st_mode)) {
        *why = N_("is a directory");
        return SMTPLOG_IO;
    }
    source->info.is_regular = S_ISREG(st.st_mode) && !source->info.is_stdin;
    if (S_ISREG(st.st_mode)) {
        source->info.mtime = (int64_t)st.st_mtime;
        source->info.stored_size = (uint64_t)st.st_size;
    }
    source->info.device = (uint64_t)st.st_dev;
    source->info.inode = (uint64_t)st.st_ino;
    return SMTPLOG_OK;
}

/* The rest of opening, once there is a descriptor. The source is closed on failure. */
static enum smtplog_status source_open_descriptor(struct source *made, struct source **source,
                                                  const char **why)
{
    if (made->fd < 0) {
        *why = diagnostic_error(errno);
        source_close(made);
        return SMTPLOG_IO;
    }
    enum smtplog_status status = source_stat(made, why);
    if (status == SMTPLOG_OK) {
        status = source_begin(made, why);
    }
    if (status == SMTPLOG_OK && made->read_failed && made->block_end == 0) {
        *why = N_("cannot be read");
        status = SMTPLOG_IO;
    }
    if (status != SMTPLOG_OK) {
        source_close(made);
        return status;
    }
    *source = made;
    return SMTPLOG_OK;
}

enum smtplog_status source_open(const char *path, struct source **source, const char **why)
{
    struct source *made = calloc(1, sizeof *made);
    if (made == NULL) {
        *why = N_("out of memory");
        return SMTPLOG_NO_MEMORY;
    }
    made->info.is_stdin = strcmp(path, "-") == 0;
    made->own_fd = !made->info.is_stdin;
    made->fd = made->info.is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    return source_open_descriptor(made, source, why);
}

enum smtplog_status source_open_again(int descriptor, uint64_t offset, struct source **source,
                                      const char **why)
{
    struct source *made = calloc(1, sizeof *made);
    if (made == NULL) {
        *why = N_("out of memory");
        return SMTPLOG_NO_MEMORY;
    }
    made->info.is_stdin = true;
    made->fd = lseek(descriptor, (off_t)offset, SEEK_SET) < 0 ? -1 : descriptor;
    return source_open_descriptor(made, source, why);
}

enum smtplog_status source_open_journal(const struct journal_range *range, struct source **source,
                                        const char **why)
{
    struct source *made = calloc(1, sizeof *made);
    if (made == NULL) {
        *why = N_("out of memory");
        return SMTPLOG_NO_MEMORY;
    }
    made->fd = -1;
    made->info.is_journal = true;
    enum smtplog_status status = journal_open(range, &made->journal, why);
    if (status != SMTPLOG_OK) {
        source_close(made);
        return status;
    }
    *source = made;
    return SMTPLOG_OK;
}

/* After the end of a member: another member, padding with zero bytes (as tapes and block devices
 * leave it), or bytes of something else. True when another member begins. */
static bool source_next_member(struct source *source)
{
    while (source->block_at < source->block_end || source_fill(source)) {
        char first = source->block[source->block_at];
        if (first == 0) {
            source->block_at++;
            continue;
        }
        if (!decompressor_follows(source->decompressor, first)) {
            source->damage = strcmp(source->info.compression, "gzip") == 0
                                 ? N_("bytes behind the compressed data are not gzip")
                                 : N_("the compressed data is corrupt");
            return false;
        }
        return decompressor_reset(source->decompressor);
    }
    return false;
}

static void note_result(struct source *source, enum decompress_result result)
{
    static const char *const damages[] = {
        [DECOMPRESS_CORRUPT] = N_("the compressed data is corrupt"),
        [DECOMPRESS_TOO_LARGE] = N_("decompressing it would take too much memory"),
        [DECOMPRESS_NO_MEMORY] = N_("out of memory"),
    };
    if (result == DECOMPRESS_END) {
        source->member_open = false;
    } else if (result != DECOMPRESS_MORE) {
        source->damage = damages[result];
        source->ended = true;
    }
}

static size_t source_decompress(struct source *source, char *bytes, size_t capacity)
{
    size_t room = capacity;
    bool written = true; /* or taken: the decompressor may keep more, as behind a full buffer */
    while (room > 0 && !source->ended) {
        if (!source->member_open) {
            source->member_open = source_next_member(source);
            source->ended = !source->member_open;
            continue;
        }
        bool empty = source->block_at == source->block_end && !source_fill(source);
        if (empty && !written) {
            source->ended = true;
            if (source->damage == NULL) {
                source->damage = N_("the compressed data is cut short");
            }
            break;
        }
        size_t before = room;
        size_t stored = source->block_end - source->block_at;
        struct span in = span_of(source->block + source->block_at, stored);
        note_result(source, decompressor_run(source->decompressor, &in, &bytes, &room));
        source->block_at = source->block_end - in.n;
        written = room < before || in.n < stored;
    }
    return capacity - room;
}

static size_t source_read_journal(struct source *source, char *bytes, size_t capacity)
{
    size_t got = journal_read(source->journal, bytes, capacity, &source->damage);
    source->stored_done += got;
    source->ended = got == 0;
    source->read_failed = source->damage != NULL;
    return got;
}

/* Decompressed bytes straight from the stream, behind what was peeked. */
static size_t source_stream(struct source *source, char *bytes, size_t capacity)
{
    if (source->ended) {
        return 0;
    }
    if (source->journal != NULL) {
        return source_read_journal(source, bytes, capacity);
    }
    if (source->decompressor != NULL) {
        return source_decompress(source, bytes, capacity);
    }
    size_t waiting = source->block_end - source->block_at;
    if (waiting > 0) {
        size_t n = waiting < capacity ? waiting : capacity;
        memcpy(bytes, source->block + source->block_at, n);
        source->block_at += n;
        return n;
    }
    free(source->block); /* from here on bytes go where they are wanted */
    source->block = NULL;
    source->block_at = source->block_end = 0;
    size_t got = source_read_stored(source, bytes, capacity);
    source->ended = got == 0;
    return got;
}

enum smtplog_status source_read(struct source *source, char *bytes, size_t capacity, size_t *got)
{
    size_t waiting = source->peeked_end - source->peeked_at;
    if (waiting > 0) {
        *got = waiting < capacity ? waiting : capacity;
        memcpy(bytes, source->peeked + source->peeked_at, *got);
        source->peeked_at += *got;
        return SMTPLOG_OK;
    }
    if (source->peeked != NULL) {
        free(source->peeked);
        source->peeked = NULL;
        source->peeked_at = source->peeked_end = source->peeked_capacity = 0;
    }
    *got = source_stream(source, bytes, capacity);
    if (*got > 0) {
        return SMTPLOG_OK;
    }
    return source->read_failed ? SMTPLOG_IO : SMTPLOG_END;
}

static enum smtplog_status source_peek_room(struct source *source, size_t wanted)
{
    size_t capacity = source->peeked_capacity > 0 ? source->peeked_capacity : SOURCE_PEEK_FIRST;
    while (capacity < source->peeked_at + wanted) {
        capacity *= 2;
    }
    if (capacity == source->peeked_capacity) {
        return SMTPLOG_OK;
    }
    char *bytes = realloc(source->peeked, capacity);
    if (bytes == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    source->peeked = bytes;
    source->peeked_capacity = capacity;
    return SMTPLOG_OK;
}

enum smtplog_status source_peek(struct source *source, size_t wanted, struct span *bytes,
                                bool *ended)
{
    if (wanted > SOURCE_PEEK_MAXIMUM) {
        return SMTPLOG_LIMIT;
    }
    TRY(source_peek_room(source, wanted));
    *ended = false;
    while (source->peeked_end - source->peeked_at < wanted && !*ended) {
        size_t room = source->peeked_capacity - source->peeked_end;
        size_t got = source_stream(source, source->peeked + source->peeked_end, room);
        source->peeked_end += got;
        *ended = got == 0;
    }
    *bytes = span_of(source->peeked + source->peeked_at, source->peeked_end - source->peeked_at);
    return SMTPLOG_OK;
}

enum smtplog_status source_skip(struct source *source, uint64_t offset)
{
    if (source->info.is_regular && source->decompressor == NULL && source->peeked == NULL) {
        source->block_at = source->block_end = 0;
        return lseek(source->fd, (off_t)offset, SEEK_SET) < 0 ? SMTPLOG_IO : SMTPLOG_OK;
    }
    char *bytes = malloc(SOURCE_BLOCK);
    enum smtplog_status status = bytes == NULL ? SMTPLOG_NO_MEMORY : SMTPLOG_OK;
    while (offset > 0 && status == SMTPLOG_OK) {
        size_t got = 0;
        size_t wanted = offset < SOURCE_BLOCK ? (size_t)offset : SOURCE_BLOCK;
        status = source_read(source, bytes, wanted, &got);
        offset -= status == SMTPLOG_OK ? got : 0;
    }
    free(bytes);
    return status;
}

enum smtplog_status source_read_at(const struct source *source, uint64_t offset, char *bytes,
                                   size_t capacity, size_t *got)
{
    if (!source->info.is_regular || source->decompressor != NULL) {
        return SMTPLOG_USAGE;
    }
    ssize_t n;
    do {
        n = pread(source->fd, bytes, capacity, (off_t)offset);
    } while (n < 0 && errno == EINTR);
    *got = n > 0 ? (size_t)n : 0;
    return n < 0 ? SMTPLOG_IO : SMTPLOG_OK;
}
