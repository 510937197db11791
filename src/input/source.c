/* One input as a stream of bytes. Reads with read(2) into a fixed block; gzip goes through zlib's
 * streaming inflate, so that any expansion runs in constant memory. */
#include "input/source.h"
#include "base/diagnostic.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define SOURCE_BLOCK        ((size_t)256 * 1024)
#define SOURCE_PEEK_MAXIMUM ((size_t)16 * 1024 * 1024)
#define SOURCE_PEEK_FIRST   ((size_t)64 * 1024)
#define GZIP_WINDOW         (15 + 16) /* largest window, gzip wrapper only */

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
    /* stored bytes, for gzip and for the look at the first two */
    char *block;
    size_t block_at, block_end;
    z_stream z;
    bool z_ready, z_member_open;
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
    if (source->z_ready) {
        inflateEnd(&source->z);
    }
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

/* Reads the first bytes and looks for gzip's magic number (RFC 1952, 2.3.1). */
static enum smtplog_status source_begin(struct source *source)
{
    source->block = malloc(SOURCE_BLOCK);
    if (source->block == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    size_t n = 0;
    while (n < 2) {
        size_t got = source_read_stored(source, source->block + n, SOURCE_BLOCK - n);
        if (got == 0) {
            break;
        }
        n += got;
    }
    source->block_end = n;
    source->info.is_gzip = n >= 2 && (unsigned char)source->block[0] == 0x1f &&
                           (unsigned char)source->block[1] == 0x8b;
    if (!source->info.is_gzip) {
        return SMTPLOG_OK;
    }
    if (inflateInit2(&source->z, GZIP_WINDOW) != Z_OK) {
        return SMTPLOG_NO_MEMORY;
    }
    source->z_ready = true;
    source->z_member_open = true;
    return SMTPLOG_OK;
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
        status = source_begin(made);
        *why = status == SMTPLOG_OK ? NULL : N_("out of memory");
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
 * leave it), or bytes that are no gzip. True when another member begins. */
static bool source_next_member(struct source *source)
{
    while (source->block_at < source->block_end || source_fill(source)) {
        unsigned char first = (unsigned char)source->block[source->block_at];
        if (first == 0) {
            source->block_at++;
            continue;
        }
        if (first != 0x1f) {
            source->damage = N_("bytes behind the compressed data are not gzip");
            return false;
        }
        return inflateReset(&source->z) == Z_OK;
    }
    return false;
}

static size_t source_inflate(struct source *source, char *bytes, size_t capacity)
{
    z_stream *z = &source->z;
    z->next_out = (Bytef *)bytes;
    z->avail_out = (uInt)capacity;
    while (z->avail_out > 0 && !source->ended) {
        if (!source->z_member_open) {
            source->z_member_open = source_next_member(source);
            source->ended = !source->z_member_open;
            continue;
        }
        if (source->block_at == source->block_end && !source_fill(source)) {
            source->ended = true;
            if (source->damage == NULL) {
                source->damage = N_("the compressed data is cut short");
            }
            break;
        }
        z->next_in = (Bytef *)(source->block + source->block_at);
        z->avail_in = (uInt)(source->block_end - source->block_at);
        int result = inflate(z, Z_NO_FLUSH);
        source->block_at = source->block_end - z->avail_in;
        if (result == Z_STREAM_END) {
            source->z_member_open = false;
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            source->damage = N_("the compressed data is corrupt");
            source->ended = true;
        }
    }
    return capacity - z->avail_out;
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
    if (source->info.is_gzip) {
        return source_inflate(source, bytes, capacity);
    }
    size_t waiting = source->block_end - source->block_at;
    if (waiting > 0) {
        size_t n = waiting < capacity ? waiting : capacity;
        memcpy(bytes, source->block + source->block_at, n);
        source->block_at += n;
        return n;
    }
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
    if (source->info.is_regular && !source->info.is_gzip && source->peeked == NULL) {
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
    if (!source->info.is_regular || source->info.is_gzip) {
        return SMTPLOG_USAGE;
    }
    ssize_t n;
    do {
        n = pread(source->fd, bytes, capacity, (off_t)offset);
    } while (n < 0 && errno == EINTR);
    *got = n > 0 ? (size_t)n : 0;
    return n < 0 ? SMTPLOG_IO : SMTPLOG_OK;
}
