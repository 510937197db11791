/* Tests of base/byte_scan: every length and place, in memory of the exact size. */
#include "base/byte_scan.h"

#include "tap.h"

#define LONGEST 70

static size_t plain_scan(struct span text, char a, char b, char c)
{
    size_t i = 0;
    while (i < text.n && text.p[i] != a && text.p[i] != b && text.p[i] != c) {
        i++;
    }
    return i;
}

static size_t plain_back(struct span text, char c)
{
    size_t n = text.n;
    while (n > 0 && text.p[n - 1] != c) {
        n--;
    }
    return n;
}

static void test_scan(void)
{
    unsigned wrong = 0;
    for (size_t n = 0; n <= LONGEST; n++) {
        char *bytes = malloc(n + (n == 0));
        struct span text = span_of(bytes, n);
        for (size_t first = 0; first <= n; first++) {
            for (size_t second = first; second <= n; second++) {
                memset(bytes, '.', n);
                if (first < n) {
                    bytes[first] = "@:["[first % 3];
                }
                if (second < n) {
                    bytes[second] = '@';
                }
                wrong += byte_scan(text, '@', ':', '[') != plain_scan(text, '@', ':', '[');
                wrong += byte_scan_back(text, '@') != plain_back(text, '@');
            }
        }
        free(bytes);
    }
    tap_number(0, wrong, "one of three bytes, and the last of one, at any place of any length");
}

#ifdef BYTE_SCAN_WIDE
static void test_masks(void)
{
    unsigned wrong = 0;
    for (unsigned byte = 0; byte < 256; byte++) {
        char bytes[BYTE_SCAN_WIDE];
        memset(bytes, '.', sizeof bytes);
        unsigned at = byte % BYTE_SCAN_WIDE;
        bytes[at] = (char)byte;
        __m128i x = bytes_load16(bytes);
        bool digit = byte >= '0' && byte <= '9';
        wrong += bytes_mask_between(x, '0', '9') != (digit ? 1u << at : 0);
        wrong += byte != '.' && bytes_mask_of(x, (char)byte) != 1u << at;
        wrong += byte != '.' && bytes_mask_of_two(x, 'x', (char)byte) != 1u << at;
    }
    tap_number(0, wrong, "bits for bytes and ranges of bytes");
}
#endif

int main(void)
{
    test_scan();
#ifdef BYTE_SCAN_WIDE
    test_masks();
#endif
    return tap_end();
}
