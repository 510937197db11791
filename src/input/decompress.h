/* Compressed inputs as streams, whatever compressed them: gzip (zlib, always), and where the build
 * found their libraries zstd, xz and bzip2. Told by the first bytes, never by the name. Constant
 * memory for any expansion: what asks for more than DECOMPRESS_MEMORY is refused. Trust: anybody's
 * bytes. */
#ifndef INPUT_DECOMPRESS_H
#define INPUT_DECOMPRESS_H

#include "base/span.h"
#include "base/status.h"

#define DECOMPRESS_MAGIC  6 /* bytes that tell every kind */
#define DECOMPRESS_MEMORY ((uint64_t)128 * 1024 * 1024)

/* A kind of compression; static. */
struct compression;

/* NULL when the bytes begin no compressed data of a known kind. */
const struct compression *compression_of(struct span first);

/* "gzip", "zstd", "xz", "bzip2" */
const char *compression_name(const struct compression *compression);

/* Whether this build can read it. */
bool compression_is_supported(const struct compression *compression);

/* The name, "" for none, in bits 0, 3 and 4 of a snapshot's flags, and back. */
unsigned compression_bits(const char *name);
const char *compression_of_bits(uint64_t bits);

struct decompressor;

/* NULL when memory is short. Free with decompressor_free. */
struct decompressor *decompressor_new(const struct compression *compression);
void decompressor_free(struct decompressor *decompressor);

enum decompress_result {
    DECOMPRESS_MORE,      /* goes on: with more input, or with more room */
    DECOMPRESS_END,       /* the end of a member, stream or frame; another may follow */
    DECOMPRESS_CORRUPT,   /* the input is damaged */
    DECOMPRESS_TOO_LARGE, /* reading it would take more memory than allowed */
    DECOMPRESS_NO_MEMORY
};

/* Moves *in forward over what was used and *out over what was written. */
enum decompress_result decompressor_run(struct decompressor *decompressor, struct span *in,
                                        char **out, size_t *room);

/* Whether the byte may begin another member; and makes ready for one. */
bool decompressor_follows(const struct decompressor *decompressor, char first);
MUST_USE bool decompressor_reset(struct decompressor *decompressor);

#endif
