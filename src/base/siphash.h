/* SipHash-2-4 (Aumasson, Bernstein: a keyed hash of 64 bits): who does not have the key can neither
 * compute it nor find its input by trying. */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_KEY 16

struct siphash_key {
    unsigned char bytes[SIPHASH_KEY];
};

uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t length);

#endif
