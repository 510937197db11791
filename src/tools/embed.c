/* Build-host tool: writes the files named on its command line as a C table for data/embedded.h,
 * with the SHA-256 of each as a Content-Security-Policy names it. usage: embed FUNCTION PREFIX
 * FILE... > table.c   (PREFIX is cut from the paths kept in the table) Runs at build only; input is
 * the project's own files. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- SHA-256 (FIPS 180-4) -------------------------------------------------------------------- */

struct sha256 {
    uint32_t state[8];
    unsigned char block[64];
    uint64_t length; /* bytes so far */
};

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t round_constant[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t turn(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static void sha256_block(struct sha256 *h)
{
    uint32_t w[64];
    uint32_t s[8];
    memcpy(s, h->state, sizeof s);
    for (int i = 0; i < 16; i++) {
        const unsigned char *p = h->block + 4 * i;
        w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
    for (int i = 16; i < 64; i++) {
        uint32_t a = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t b = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + a + w[i - 7] + b;
    }
    for (int i = 0; i < 64; i++) {
        uint32_t e = turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25);
        uint32_t a = turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22);
        uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
        uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
        uint32_t t = s[7] + e + choice + round_constant[i] + w[i];
        memmove(s + 1, s, 7 * sizeof s[0]);
        s[4] += t;
        s[0] = t + a + majority;
    }
    for (int i = 0; i < 8; i++) {
        h->state[i] += s[i];
    }
}

static void sha256_byte(struct sha256 *h, int byte)
{
    h->block[h->length++ % 64] = (unsigned char)byte;
    if (h->length % 64 == 0) {
        sha256_block(h);
    }
}

static void sha256_end(struct sha256 *h, unsigned char digest[32])
{
    uint64_t bits = h->length * 8;
    sha256_byte(h, 0x80);
    while (h->length % 64 != 56) {
        sha256_byte(h, 0);
    }
    for (int i = 0; i < 8; i++) {
        sha256_byte(h, (int)(bits >> (56 - 8 * i) & 0xff));
    }
    for (int i = 0; i < 32; i++) {
        digest[i] = (unsigned char)(h->state[i / 4] >> (24 - 8 * (i % 4)));
    }
}

static void base64(const unsigned char digest[32], char text[45])
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < 11; i++) {
        unsigned third = i < 10 ? digest[3 * i + 2] : 0;
        unsigned group = (unsigned)digest[3 * i] << 16 | (unsigned)digest[3 * i + 1] << 8 | third;
        for (int k = 0; k < 4; k++) {
            text[4 * i + k] = letters[group >> (18 - 6 * k) & 63];
        }
    }
    text[43] = '=';
    text[44] = '\0';
}

/* ---- the table ------------------------------------------------------------------------------- */

static int embed_bytes(const char *path, int index, char hash[45])
{
    struct sha256 h = {.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                                 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
    unsigned char digest[32];
    FILE *in = fopen(path, "rb");
    if (in == NULL) {
        perror(path);
        return 1;
    }
    printf("static const unsigned char bytes_%d[] = {", index);
    for (int c = getc(in); c != EOF; c = getc(in)) {
        printf("%s%d,", h.length % 24 == 0 ? "\n" : "", c);
        sha256_byte(&h, c);
    }
    printf("0};\n");
    sha256_end(&h, digest);
    base64(digest, hash);
    int failed = ferror(in);
    fclose(in);
    return failed;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: embed FUNCTION PREFIX FILE...\n");
        return 2;
    }
    size_t prefix = strlen(argv[2]);
    char(*hash)[45] = calloc((size_t)argc, sizeof *hash);
    if (hash == NULL) {
        return 1;
    }
    printf("#include \"data/embedded.h\"\n");
    for (int i = 3; i < argc; i++) {
        if (embed_bytes(argv[i], i, hash[i]) != 0) {
            free(hash);
            return 1;
        }
    }
    printf("static const struct embedded_file files[] = {\n");
    for (int i = 3; i < argc; i++) {
        const char *name = strncmp(argv[i], argv[2], prefix) == 0 ? argv[i] + prefix : argv[i];
        printf("    {\"%s\", bytes_%d, sizeof bytes_%d - 1, \"%s\"},\n", name, i, i, hash[i]);
    }
    printf("};\nconst struct embedded_file *%s(size_t *count)\n{\n"
           "    *count = sizeof files / sizeof files[0];\n    return files;\n}\n",
           argv[1]);
    free(hash);
    return fflush(stdout) == 0 ? 0 : 1;
}
