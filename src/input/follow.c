/* Following a growing file by its name. */
#include "input/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"

#define BLOCK ((size_t)256 * 1024)
/* Seconds that a renamed file is read on: logrotate's postrotate has told its writer by then. */
#define LINGER 60.0

/* One open file. */
struct stream {
    int fd; /* -1: none */
    dev_t device;
    ino_t inode;
    uint64_t offset; /* of the next byte to read from the file */
    char *block;     /* owned; BLOCK bytes */
    size_t begin, end;
    struct strbuf cut; /* a line that began in an earlier block */
    uint64_t cut_length;
    bool cut_given; /* the line put together was handed out: forget it at the next call */
    uint64_t lines;
    char fingerprint[FOLLOW_FINGERPRINT]; /* the last bytes read */
    size_t fingerprint_length;
};

struct follow {
    char *path; /* owned */
    bool is_stdin, ended, gone;
    struct stream current;
    struct stream former; /* renamed away, still read */
    double former_until;
};

/* ---- one file -------------------------------------------------------------------------------- */

static void stream_init(struct stream *stream)
{
    memset(stream, 0, sizeof *stream);
    stream->fd = -1;
    strbuf_init(&stream->cut, LINE_KEPT + BLOCK);
}

static void stream_close(struct stream *stream)
{
    if (stream->fd > STDIN_FILENO) {
        close(stream->fd);
    }
    free(stream->block);
    strbuf_free(&stream->cut);
    stream_init(stream);
}

static enum smtplog_status stream_open(struct stream *stream, const char *path)
{
    struct stat st;
    /* O_NONBLOCK: a FIFO without a writer must not stop us. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return SMTPLOG_IO;
    }
    if (fstat(fd, &st) != 0 || S_ISDIR(st.st_mode)) {
        close(fd);
        return SMTPLOG_IO;
    }
    stream_close(stream);
    stream->block = malloc(BLOCK);
    if (stream->block == NULL) {
        close(fd);
        return SMTPLOG_NO_MEMORY;
    }
    stream->fd = fd;
    stream->device = st.st_dev;
    stream->inode = st.st_ino;
    return SMTPLOG_OK;
}

static void stream_remember(struct stream *stream, const char *bytes, size_t length)
{
    size_t keep = length < FOLLOW_FINGERPRINT ? length : FOLLOW_FINGERPRINT;
    size_t old = FOLLOW_FINGERPRINT - keep;
    old = old < stream->fingerprint_length ? old : stream->fingerprint_length;
    memmove(stream->fingerprint, stream->fingerprint + stream->fingerprint_length - old, old);
    memcpy(stream->fingerprint + old, bytes + length - keep, keep);
    stream->fingerprint_length = old + keep;
}

/* More bytes into the empty block. SMTPLOG_END when there are none now. */
static enum smtplog_status stream_fill(struct stream *stream, bool is_pipe, bool *ended)
{
    struct pollfd waiting = {.fd = stream->fd, .events = POLLIN};
    if (stream->fd < 0 || (is_pipe && poll(&waiting, 1, 0) <= 0)) {
        return SMTPLOG_END;
    }
    ssize_t got = read(stream->fd, stream->block, BLOCK);
    if (got <= 0) {
        bool again = got < 0 && (errno == EINTR || errno == EAGAIN);
        *ended = is_pipe && !again;
        return SMTPLOG_END;
    }
    stream->begin = 0;
    stream->end = (size_t)got;
    stream->offset += (uint64_t)got;
    stream_remember(stream, stream->block, (size_t)got);
    return SMTPLOG_OK;
}

static void forget_piece(struct stream *stream)
{
    strbuf_clear(&stream->cut);
    stream->cut_length = 0;
    stream->cut_given = false;
}

/* Keeps a piece of a line whose end has not come yet. */
static enum smtplog_status keep_piece(struct stream *stream, const char *piece, size_t length)
{
    size_t room = stream->cut.length < LINE_KEPT ? LINE_KEPT - stream->cut.length : 0;
    stream->cut_length += length;
    strbuf_add(&stream->cut, piece, length < room ? length : room);
    return strbuf_status(&stream->cut);
}

static void give_line(struct stream *stream, struct span text, uint64_t length, struct line *line)
{
    if (text.n > 0 && text.n == length && text.p[text.n - 1] == '\r') {
        text.n--;
    }
    *line = (struct line){
        .text = text, .number = ++stream->lines, .length = length, .overlong = length > LINE_KEPT};
}

static enum smtplog_status stream_next(struct stream *stream, bool is_pipe, bool *ended,
                                       struct line *line)
{
    if (stream->fd < 0) {
        return SMTPLOG_END;
    }
    if (stream->cut_given) {
        forget_piece(stream);
    }
    for (;;) {
        if (stream->begin == stream->end) {
            TRY(stream_fill(stream, is_pipe, ended));
        }
        const char *from = stream->block + stream->begin;
        size_t there = stream->end - stream->begin;
        const char *end = memchr(from, '\n', there);
        size_t length = end != NULL ? (size_t)(end - from) : there;
        stream->begin += end != NULL ? length + 1 : length;
        if (end == NULL || stream->cut_length > 0) {
            TRY(keep_piece(stream, from, length));
        }
        if (end != NULL && stream->cut_length > 0) {
            give_line(stream, strbuf_span(&stream->cut), stream->cut_length, line);
            stream->cut_given = true;
            return SMTPLOG_OK;
        }
        if (end != NULL) {
            size_t kept = length < LINE_KEPT ? length : LINE_KEPT;
            give_line(stream, span_of(from, kept), length, line);
            return SMTPLOG_OK;
        }
    }
}

/* ---- the file of a name ---------------------------------------------------------------------- */

static bool is_compressed(const struct follow *follow)
{
    char magic[6] = {0};
    size_t got = 0;
    if (follow_read_at(follow, 0, magic, sizeof magic, &got) != SMTPLOG_OK) {
        return false;
    }
    return (got >= 2 && memcmp(magic, "\x1f\x8b", 2) == 0) ||
           (got >= 3 && memcmp(magic, "BZh", 3) == 0) ||
           (got >= 4 && memcmp(magic, "\x28\xb5\x2f\xfd", 4) == 0) ||
           (got >= 6 && memcmp(magic, "\xfd\x37zXZ", 6) == 0);
}

static enum smtplog_status open_first(struct follow *follow)
{
    struct stat st;
    if (follow->is_stdin) {
        follow->current.fd = STDIN_FILENO;
        follow->current.block = malloc(BLOCK);
        return follow->current.block != NULL ? SMTPLOG_OK : SMTPLOG_NO_MEMORY;
    }
    if (stat(follow->path, &st) == 0 && S_ISDIR(st.st_mode)) {
        return SMTPLOG_IO;
    }
    enum smtplog_status status = stream_open(&follow->current, follow->path);
    if (status == SMTPLOG_NO_MEMORY) {
        return status;
    }
    follow->gone = status != SMTPLOG_OK;
    return is_compressed(follow) ? SMTPLOG_FORMAT : SMTPLOG_OK;
}

enum smtplog_status follow_new(const char *path, struct follow **follow)
{
    struct follow *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    stream_init(&made->current);
    stream_init(&made->former);
    made->path = strdup(path);
    made->is_stdin = strcmp(path, "-") == 0;
    enum smtplog_status status = made->path != NULL ? open_first(made) : SMTPLOG_NO_MEMORY;
    if (status != SMTPLOG_OK) {
        follow_free(made);
        return status;
    }
    *follow = made;
    return SMTPLOG_OK;
}

void follow_free(struct follow *follow)
{
    if (follow == NULL) {
        return;
    }
    stream_close(&follow->current);
    stream_close(&follow->former);
    free(follow->path);
    free(follow);
}

bool follow_is_open(const struct follow *follow)
{
    return follow->current.fd >= 0;
}

bool follow_ended(const struct follow *follow)
{
    return follow->ended;
}

uint64_t follow_size(const struct follow *follow)
{
    struct stat st;
    bool regular = follow->current.fd >= 0 && fstat(follow->current.fd, &st) == 0 &&
                   S_ISREG(st.st_mode);
    return regular && st.st_size > 0 ? (uint64_t)st.st_size : 0;
}

uint64_t follow_behind(const struct follow *follow)
{
    uint64_t size = follow_size(follow);
    uint64_t done = follow->current.offset - (follow->current.end - follow->current.begin);
    return size > done ? size - done : 0;
}

enum smtplog_status follow_read_at(const struct follow *follow, uint64_t offset, char *bytes,
                                   size_t capacity, size_t *got)
{
    *got = 0;
    if (follow->current.fd < 0 || follow->is_stdin) {
        return SMTPLOG_IO;
    }
    ssize_t n = pread(follow->current.fd, bytes, capacity, (off_t)offset);
    if (n < 0) {
        return SMTPLOG_IO;
    }
    *got = (size_t)n;
    return SMTPLOG_OK;
}

enum smtplog_status follow_start_at(struct follow *follow, uint64_t offset)
{
    struct line rest;
    struct stream *stream = &follow->current;
    if (offset == 0 || follow->is_stdin || stream->fd < 0) {
        return SMTPLOG_OK;
    }
    /* From the byte before: when that ends a line, a line begins at the offset itself. */
    if (lseek(stream->fd, (off_t)(offset - 1), SEEK_SET) < 0) {
        return SMTPLOG_IO;
    }
    stream->offset = offset - 1;
    enum smtplog_status status = follow_next(follow, &rest);
    stream->lines = 0;
    return status == SMTPLOG_END ? SMTPLOG_OK : status;
}

enum smtplog_status follow_next(struct follow *follow, struct line *line)
{
    bool ended = false;
    if (follow->former.fd >= 0) {
        enum smtplog_status status = stream_next(&follow->former, false, &ended, line);
        if (status != SMTPLOG_END) {
            return status;
        }
    }
    enum smtplog_status status = stream_next(&follow->current, follow->is_stdin, &ended, line);
    follow->ended = follow->ended || ended;
    return status;
}

/* ---- what became of it ----------------------------------------------------------------------- */

/* Shorter than what was read, or not the bytes that were read. */
static bool was_cut(const struct follow *follow)
{
    const struct stream *stream = &follow->current;
    char now[FOLLOW_FINGERPRINT];
    size_t got = 0;
    struct stat st;
    if (fstat(stream->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        return false;
    }
    if ((uint64_t)st.st_size < stream->offset) {
        return true;
    }
    if ((uint64_t)st.st_size == stream->offset || stream->fingerprint_length == 0) {
        return false;
    }
    size_t length = stream->fingerprint_length;
    return follow_read_at(follow, stream->offset - length, now, length, &got) == SMTPLOG_OK &&
           (got < length || memcmp(now, stream->fingerprint, length) != 0);
}

static enum smtplog_status begin_anew(struct follow *follow)
{
    struct stream *stream = &follow->current;
    if (lseek(stream->fd, 0, SEEK_SET) < 0) {
        return SMTPLOG_IO;
    }
    forget_piece(stream);
    stream->begin = stream->end = 0;
    stream->offset = 0;
    stream->fingerprint_length = 0;
    return SMTPLOG_OK;
}

/* Another file has the name: the one before is read on for a while. */
static enum smtplog_status change_file(struct follow *follow, double now,
                                       enum follow_change *change)
{
    struct stream next;
    stream_init(&next);
    enum smtplog_status status = stream_open(&next, follow->path);
    if (status == SMTPLOG_NO_MEMORY) {
        return status;
    }
    if (status != SMTPLOG_OK) {
        *change = follow->gone ? FOLLOW_SAME : FOLLOW_UNREADABLE;
        follow->gone = true;
        return SMTPLOG_OK;
    }
    *change = follow->current.fd < 0 ? FOLLOW_BACK : FOLLOW_NEW_FILE;
    stream_close(&follow->former);
    follow->former = follow->current;
    follow->former_until = now + LINGER;
    follow->current = next;
    follow->gone = false;
    return SMTPLOG_OK;
}

enum smtplog_status follow_check(struct follow *follow, double now, enum follow_change *change)
{
    struct stat st;
    *change = FOLLOW_SAME;
    if (follow->is_stdin) {
        return SMTPLOG_OK;
    }
    if (follow->former.fd >= 0 && now >= follow->former_until) {
        stream_close(&follow->former);
    }
    if (stat(follow->path, &st) != 0) {
        *change = follow->gone ? FOLLOW_SAME : FOLLOW_GONE;
        follow->gone = true;
        return SMTPLOG_OK;
    }
    bool same = follow->current.fd >= 0 && st.st_dev == follow->current.device &&
                st.st_ino == follow->current.inode;
    if (!same) {
        return change_file(follow, now, change);
    }
    follow->gone = false;
    if (was_cut(follow)) {
        *change = FOLLOW_TRUNCATED;
        return begin_anew(follow);
    }
    return SMTPLOG_OK;
}
