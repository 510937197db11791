/* One input as a stream of bytes: a plain file, a compressed one (told by its first bytes, any
 * number of members), a pipe, standard input or the systemd journal. Knows nothing of lines. Trust:
 * contents and names are anybody's; damaged compressed data gives what can be read before the
 * damage. */
#ifndef INPUT_SOURCE_H
#define INPUT_SOURCE_H

#include "base/span.h"
#include "base/status.h"
#include "input/journal.h"

struct source;

/* What is known of an input once it is open. */
struct source_info {
    bool is_regular; /* can be opened again and read at an offset */
    bool is_stdin;
    bool is_journal;
    const char *compression; /* "gzip", "zstd", "xz", "bzip2"; NULL: none */
    int64_t mtime;           /* seconds since 1970; 0 when unknown */
    uint64_t stored_size;    /* bytes on disk; 0 when unknown */
    uint64_t device, inode;
};

/* Opens path, or standard input for "-". On failure *why is static or errno text for a person: "No
 * such file or directory", "is a directory". Free with source_close. */
MUST_USE enum smtplog_status source_open(const char *path, struct source **source,
                                         const char **why);
/* Standard input from an offset of a descriptor, which the caller keeps: it can be opened so more
 * than once. */
MUST_USE enum smtplog_status source_open_again(int descriptor, uint64_t offset,
                                               struct source **source, const char **why);
/* The same for the systemd journal, which gives lines of text and can be read once. */
MUST_USE enum smtplog_status source_open_journal(const struct journal_range *range,
                                                 struct source **source, const char **why);
void source_close(struct source *source);

const struct source_info *source_info(const struct source *source);

/* Reads up to capacity decompressed bytes; *got is at least 1 with SMTPLOG_OK. SMTPLOG_END at the
 * end, also after damage: ask source_damage. SMTPLOG_IO after a read error, likewise with damage
 * set. */
MUST_USE enum smtplog_status source_read(struct source *source, char *bytes, size_t capacity,
                                         size_t *got);

/* Makes at least wanted decompressed bytes visible without consuming them, fewer at the end of
 * input, more when they came in the same read. *ended tells whether these are all there are. Valid
 * until the next call on this source. */
MUST_USE enum smtplog_status source_peek(struct source *source, size_t wanted, struct span *bytes,
                                         bool *ended);

/* Reads stored bytes at an offset of a plain regular file, without moving the stream. *got may be
 * less than capacity. */
MUST_USE enum smtplog_status source_read_at(const struct source *source, uint64_t offset,
                                            char *bytes, size_t capacity, size_t *got);

/* Consumes bytes up to an offset of the decompressed input. To be called before the first read. */
MUST_USE enum smtplog_status source_skip(struct source *source, uint64_t offset);

/* What was wrong with the contents so far, or NULL: "cut short", "corrupt compressed data", ... */
const char *source_damage(const struct source *source);

/* Whether read(2) has failed, which may be another time's luck; damaged contents stay so. */
bool source_read_failed(const struct source *source);

/* Stored bytes consumed so far. */
uint64_t source_stored_done(const struct source *source);

#endif
