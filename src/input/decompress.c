/* Streams of compressed bytes. */
#include "input/decompress.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#ifdef HAVE_LIBZSTD
#include <zstd.h>
#endif
#ifdef HAVE_LIBLZMA
#include <lzma.h>
#endif
#ifdef HAVE_BZIP2
#include <bzlib.h>
#endif

#define GZIP_WINDOW     (15 + 16) /* largest window, gzip wrapper only */
#define ZSTD_WINDOW_LOG 27        /* 128 MiB, as the zstd program allows unasked */

struct compression {
    const char *name;
    const char *magic;
    size_t magic_length;
    bool (*open)(struct decompressor *d);
    void (*close)(struct decompressor *d);
    enum decompress_result (*run)(struct decompressor *d, struct span *in, char **out,
                                  size_t *room);
};

struct decompressor {
    const struct compression *kind;
    bool ready;
    z_stream gzip;
#ifdef HAVE_LIBZSTD
    ZSTD_DStream *zstd;
    size_t zstd_next; /* bytes that it would like to have next */
    bool zstd_full;   /* it may keep more than there was room for */
    char *zstd_begun; /* owned: the beginning of a block whose rest has not been read */
    size_t zstd_begun_size;
#endif
#ifdef HAVE_LIBLZMA
    lzma_stream xz;
#endif
#ifdef HAVE_BZIP2
    bz_stream bzip2;
#endif
};

/* Libraries count what is left in types of their own. */
static unsigned short_of(size_t n)
{
    return n < UINT_MAX ? (unsigned)n : UINT_MAX;
}

static void moved(struct span *in, size_t used, char **out, size_t *room, size_t written)
{
    *in = span_from(*in, used);
    *out += written;
    *room -= written;
}

/* ---- gzip: RFC 1952 -------------------------------------------------------------------------- */

static bool gzip_open(struct decompressor *d)
{
    return d->ready ? inflateReset(&d->gzip) == Z_OK : inflateInit2(&d->gzip, GZIP_WINDOW) == Z_OK;
}

static void gzip_close(struct decompressor *d)
{
    inflateEnd(&d->gzip);
}

static enum decompress_result gzip_run(struct decompressor *d, struct span *in, char **out,
                                       size_t *room)
{
    unsigned input = short_of(in->n);
    unsigned output = short_of(*room);
    d->gzip.next_in = (Bytef *)in->p; /* not written to: zlib.h allows programs older than const */
    d->gzip.avail_in = input;
    d->gzip.next_out = (Bytef *)*out;
    d->gzip.avail_out = output;
    int result = inflate(&d->gzip, Z_NO_FLUSH);
    moved(in, input - d->gzip.avail_in, out, room, output - d->gzip.avail_out);
    if (result == Z_STREAM_END) {
        return DECOMPRESS_END;
    }
    if (result == Z_MEM_ERROR) {
        return DECOMPRESS_NO_MEMORY;
    }
    return result == Z_OK || result == Z_BUF_ERROR ? DECOMPRESS_MORE : DECOMPRESS_CORRUPT;
}

/* ---- zstd: RFC 8878 -------------------------------------------------------------------------- */

#ifdef HAVE_LIBZSTD
static void zstd_close(struct decompressor *d)
{
    ZSTD_freeDStream(d->zstd);
    free(d->zstd_begun);
    d->zstd = NULL;
    d->zstd_begun = NULL;
}

static bool zstd_open(struct decompressor *d)
{
    if (d->zstd == NULL) {
        d->zstd = ZSTD_createDStream();
        d->zstd_begun = malloc(ZSTD_DStreamInSize());
    }
    d->zstd_next = d->zstd != NULL ? ZSTD_initDStream(d->zstd) : 0;
    d->zstd_full = false;
    d->zstd_begun_size = 0;
    bool fine = d->zstd != NULL && d->zstd_begun != NULL && !ZSTD_isError(d->zstd_next) &&
                !ZSTD_isError(
                    ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG));
    if (!fine) {
        zstd_close(d);
    }
    return fine;
}

/* A call that fails gives nothing, not even what stood before the damage. So each is given exactly
 * the bytes that the library names, which are a block at most, and none as long as bytes of the one
 * before are kept: what is read of a damaged file does not depend on where reads were cut. */
static size_t zstd_wanted(const struct decompressor *d)
{
    const size_t block_header = 3; /* wished for behind the block itself */
    size_t wanted = d->zstd_next > block_header ? d->zstd_next - block_header : d->zstd_next;
    size_t most = ZSTD_DStreamInSize();
    return d->zstd_full ? 0 : wanted < most ? wanted : most;
}

/* Adds to a block that has begun. True when it is whole, or when there is no more of it. */
static bool zstd_gather(struct decompressor *d, struct span *in, size_t wanted)
{
    size_t lacking = wanted > d->zstd_begun_size ? wanted - d->zstd_begun_size : 0;
    size_t added = lacking < in->n ? lacking : in->n;
    bool ended = in->n == 0;
    if (added > 0) {
        memcpy(d->zstd_begun + d->zstd_begun_size, in->p, added);
    }
    d->zstd_begun_size += added;
    *in = span_from(*in, added);
    return ended || added == lacking;
}

static size_t zstd_decode(struct decompressor *d, struct span piece, char **out, size_t *room,
                          size_t *used)
{
    ZSTD_inBuffer input = {piece.p, piece.n, 0};
    ZSTD_outBuffer output = {*out, *room, 0};
    size_t result = ZSTD_decompressStream(d->zstd, &output, &input);
    struct span rest = piece;
    moved(&rest, input.pos, out, room, output.pos);
    *used = input.pos;
    return result;
}

static enum decompress_result zstd_run(struct decompressor *d, struct span *in, char **out,
                                       size_t *room)
{
    size_t wanted = zstd_wanted(d);
    size_t used = 0;
    size_t result = 0;
    if (d->zstd_begun_size == 0 && in->n >= wanted) {
        result = zstd_decode(d, span_of(in->p, wanted), out, room, &used);
        *in = span_from(*in, used);
    } else if (!zstd_gather(d, in, wanted)) {
        return DECOMPRESS_MORE;
    } else {
        size_t size = d->zstd_begun_size < wanted ? d->zstd_begun_size : wanted;
        result = zstd_decode(d, span_of(d->zstd_begun, size), out, room, &used);
        d->zstd_begun_size -= used;
        memmove(d->zstd_begun, d->zstd_begun + used, d->zstd_begun_size);
    }
    d->zstd_full = *room == 0;
    if (!ZSTD_isError(result)) {
        d->zstd_next = result;
        return result == 0 ? DECOMPRESS_END : DECOMPRESS_MORE;
    }
    /* The library names its errors in text only, as far as its API is stable. */
    const char *name = ZSTD_getErrorName(result);
    return strstr(name, "too much memory") != NULL ? DECOMPRESS_TOO_LARGE : DECOMPRESS_CORRUPT;
}
#endif

/* ---- xz -------------------------------------------------------------------------------------- */

#ifdef HAVE_LIBLZMA
static bool xz_open(struct decompressor *d)
{
    return lzma_stream_decoder(&d->xz, DECOMPRESS_MEMORY, 0) == LZMA_OK;
}

static void xz_close(struct decompressor *d)
{
    lzma_end(&d->xz);
}

static enum decompress_result xz_run(struct decompressor *d, struct span *in, char **out,
                                     size_t *room)
{
    size_t input = in->n;
    size_t output = *room;
    d->xz.next_in = (const uint8_t *)in->p;
    d->xz.avail_in = input;
    d->xz.next_out = (uint8_t *)*out;
    d->xz.avail_out = output;
    lzma_ret result = lzma_code(&d->xz, LZMA_RUN);
    moved(in, input - d->xz.avail_in, out, room, output - d->xz.avail_out);
    switch (result) {
    case LZMA_OK:
    case LZMA_BUF_ERROR:
        return DECOMPRESS_MORE;
    case LZMA_STREAM_END:
        return DECOMPRESS_END;
    case LZMA_MEMLIMIT_ERROR:
        return DECOMPRESS_TOO_LARGE;
    case LZMA_MEM_ERROR:
        return DECOMPRESS_NO_MEMORY;
    default:
        return DECOMPRESS_CORRUPT;
    }
}
#endif

/* ---- bzip2 ----------------------------------------------------------------------------------- */

#ifdef HAVE_BZIP2
static bool bzip2_open(struct decompressor *d)
{
    if (d->ready) {
        BZ2_bzDecompressEnd(&d->bzip2);
        memset(&d->bzip2, 0, sizeof d->bzip2);
    }
    return BZ2_bzDecompressInit(&d->bzip2, 0, 0) == BZ_OK;
}

static void bzip2_close(struct decompressor *d)
{
    BZ2_bzDecompressEnd(&d->bzip2);
}

static enum decompress_result bzip2_run(struct decompressor *d, struct span *in, char **out,
                                        size_t *room)
{
    unsigned input = short_of(in->n);
    unsigned output = short_of(*room);
    d->bzip2.next_in = (char *)in->p; /* not written to: bzlib.h predates const */
    d->bzip2.avail_in = input;
    d->bzip2.next_out = *out;
    d->bzip2.avail_out = output;
    int result = BZ2_bzDecompress(&d->bzip2);
    moved(in, input - d->bzip2.avail_in, out, room, output - d->bzip2.avail_out);
    if (result == BZ_STREAM_END) {
        return DECOMPRESS_END;
    }
    if (result == BZ_MEM_ERROR) {
        return DECOMPRESS_NO_MEMORY;
    }
    return result == BZ_OK ? DECOMPRESS_MORE : DECOMPRESS_CORRUPT;
}
#endif

/* ---- kinds ----------------------------------------------------------------------------------- */

#ifndef HAVE_LIBZSTD
#define zstd_open  NULL
#define zstd_close NULL
#define zstd_run   NULL
#endif
#ifndef HAVE_LIBLZMA
#define xz_open  NULL
#define xz_close NULL
#define xz_run   NULL
#endif
#ifndef HAVE_BZIP2
#define bzip2_open  NULL
#define bzip2_close NULL
#define bzip2_run   NULL
#endif

static const struct compression kinds[] = {
    {"gzip", "\x1f\x8b", 2, gzip_open, gzip_close, gzip_run},
    {"zstd", "\x28\xb5\x2f\xfd", 4, zstd_open, zstd_close, zstd_run},
    {"xz",
     "\xfd"
     "7zXZ",
     6, xz_open, xz_close, xz_run}, /* with the NUL behind it */
    {"bzip2", "BZh", 3, bzip2_open, bzip2_close, bzip2_run},
};

const struct compression *compression_of(struct span first)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        size_t n = kinds[i].magic_length;
        /* A log may begin with the letters `BZh`; behind them stand the size of a block and its
         * mark, or that of the end. */
        bool sized = strcmp(kinds[i].name, "bzip2") != 0 ||
                     (first.n > 4 && first.p[3] >= '1' && first.p[3] <= '9' &&
                      (first.p[4] == '1' || first.p[4] == '\x17'));
        if (first.n >= n && memcmp(first.p, kinds[i].magic, n) == 0 && sized) {
            return &kinds[i];
        }
    }
    return NULL;
}

const char *compression_name(const struct compression *compression)
{
    return compression->name;
}

/* Bit 0 is gzip; bits 3 and 4 count the other kinds. */
static const char *const in_bits[] = {"", "zstd", "xz", "bzip2"};

unsigned compression_bits(const char *name)
{
    unsigned kind = COUNT_OF(in_bits) - 1;
    while (kind > 0 && strcmp(name, in_bits[kind]) != 0) {
        kind--;
    }
    return kind << 3 | (strcmp(name, "gzip") == 0 ? 1U : 0U);
}

const char *compression_of_bits(uint64_t bits)
{
    return (bits & 1) != 0 ? "gzip" : in_bits[bits >> 3 & 3];
}

bool compression_is_supported(const struct compression *compression)
{
    return compression->open != NULL;
}

struct decompressor *decompressor_new(const struct compression *compression)
{
    struct decompressor *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    made->kind = compression;
    made->ready = compression->open(made);
    if (!made->ready) {
        decompressor_free(made);
        return NULL;
    }
    return made;
}

void decompressor_free(struct decompressor *decompressor)
{
    if (decompressor != NULL) {
        if (decompressor->ready) {
            decompressor->kind->close(decompressor);
        }
        free(decompressor);
    }
}

enum decompress_result decompressor_run(struct decompressor *decompressor, struct span *in,
                                        char **out, size_t *room)
{
    return decompressor->kind->run(decompressor, in, out, room);
}

bool decompressor_follows(const struct decompressor *decompressor, char first)
{
    return first == decompressor->kind->magic[0];
}

bool decompressor_reset(struct decompressor *decompressor)
{
    return decompressor->kind->open(decompressor);
}
