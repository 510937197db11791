/* Compressed inputs. The first byte says how: raw bytes behind gzip's magic number; members that
 * are made here from the rest, whole, cut or damaged at a place; or a deflated block of a stated
 * length. What is read is always a beginning of what was packed, and all of it when nothing was
 * done to it. */
#include "support.h"

#include <unistd.h>
#include <zlib.h>

#include "input/deflate.h"
#include "input/source.h"

#define PACKED_MOST ((size_t)4 * 1024 * 1024)

static void add_member(struct span text, int level, struct strbuf *out)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)text.p, .avail_in = (uInt)text.n};
    char packed[4096];
    int result = Z_OK;
    FUZZ_REQUIRE(deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    while (result != Z_STREAM_END) {
        z.next_out = (Bytef *)packed;
        z.avail_out = sizeof packed;
        result = deflate(&z, Z_FINISH);
        strbuf_add(out, packed, sizeof packed - z.avail_out);
    }
    deflateEnd(&z);
}

/* Everything that can be read; damage says whether something was wrong. */
static void read_all(struct span stored, unsigned seed, size_t piece, struct strbuf *out,
                     const char **damage)
{
    struct source *source = NULL;
    const char *why = NULL;
    char bytes[5000];
    size_t got = 0;
    int descriptor = fuzz_file(stored);
    fuzz_cut_reads(seed);
    FUZZ_REQUIRE(source_open_again(descriptor, 0, &source, &why) == SMTPLOG_OK);
    if (piece % 3 == 0) {
        struct span seen = SPAN_EMPTY;
        bool ended = false;
        FUZZ_REQUIRE(source_peek(source, piece * 50, &seen, &ended) == SMTPLOG_OK);
        FUZZ_REQUIRE(ended || seen.n >= piece * 50);
    }
    while (source_read(source, bytes, 1 + piece % sizeof bytes, &got) == SMTPLOG_OK) {
        FUZZ_REQUIRE(got > 0 && got <= 1 + piece % sizeof bytes);
        strbuf_add(out, bytes, got);
        if (out->length > PACKED_MOST) {
            break;
        }
    }
    *damage = source_damage(source);
    FUZZ_REQUIRE(source_stored_done(source) <= stored.n);
    source_close(source);
    close(descriptor);
    fuzz_cut_reads(0);
}

/* The same bytes and the same damage, however they are read. */
static void read_twice(struct span stored, unsigned seed, struct strbuf *out, const char **damage)
{
    struct strbuf again;
    const char *damage_again = NULL;
    strbuf_init(&again, PACKED_MOST * 2);
    read_all(stored, 0, 4096, out, damage);
    read_all(stored, seed * 31 + 1, seed * 13, &again, &damage_again);
    if (out->length <= PACKED_MOST && again.length <= PACKED_MOST) {
        FUZZ_REQUIRE(span_equal(strbuf_span(out), strbuf_span(&again)));
        FUZZ_REQUIRE((*damage == NULL) == (damage_again == NULL));
    }
    strbuf_free(&again);
}

static void try_members(struct feed *feed)
{
    struct strbuf stored, wanted, got;
    const char *damage = NULL;
    strbuf_init(&stored, PACKED_MOST);
    strbuf_init(&wanted, PACKED_MOST);
    strbuf_init(&got, PACKED_MOST * 2);
    unsigned seed = feed_byte(feed);
    unsigned what = feed_byte(feed) % 4;
    size_t place = feed_byte(feed) << 8;
    place |= feed_byte(feed);
    unsigned with = feed_byte(feed);
    struct span line;
    while (feed_line(feed, &line)) {
        strbuf_add_span(&wanted, line);
        add_member(line, (int)(line.n % 10), &stored);
    }
    if (stored.length > 0 && what == 1) {
        stored.length = place % stored.length;
    } else if (stored.length > 0 && what == 2) {
        stored.bytes[place % stored.length] ^= (char)with;
    } else if (what == 3) {
        strbuf_add_repeat(&stored, "\0", place % 700); /* as on tapes */
    }
    read_twice(strbuf_span(&stored), seed, &got, &damage);
    if (what == 0 || what == 3) {
        FUZZ_REQUIRE(damage == NULL || (what == 3 && wanted.length == 0));
        FUZZ_REQUIRE(stored.length == 0 || span_equal(strbuf_span(&got), strbuf_span(&wanted)));
    } else if (what == 1 && stored.length >= 2) {
        FUZZ_REQUIRE(got.length <= wanted.length &&
                     (got.length == 0 || memcmp(got.bytes, wanted.bytes, got.length) == 0));
    }
    strbuf_free(&stored);
    strbuf_free(&wanted);
    strbuf_free(&got);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct feed feed = feed_of(bytes, size);
    struct strbuf out;
    const char *damage = NULL;
    strbuf_init(&out, PACKED_MOST * 2);
    switch (feed_byte(&feed) % 3) {
    case 0:
        try_members(&feed);
        break;
    case 1:
        read_twice(feed.rest, (unsigned)size, &out, &damage);
        break;
    default: {
        size_t length = feed_byte(&feed) * 256;
        length += feed_byte(&feed);
        enum smtplog_status status = deflate_unpack(feed.rest, length, &out);
        FUZZ_REQUIRE(status != SMTPLOG_OK || out.length == length);
        FUZZ_REQUIRE(status == SMTPLOG_OK || status == SMTPLOG_FORMAT);
    }
    }
    strbuf_free(&out);
    return 0;
}
