/* IP addresses and networks. Trust: text from anybody. */
#include "base/ip_address.h"

#include <arpa/inet.h>

#define TEXT_MAXIMUM 64

static struct span without_dress(struct span text)
{
    if (text.n >= 2 && text.p[0] == '[' && text.p[text.n - 1] == ']') {
        text = span_of(text.p + 1, text.n - 2);
    }
    if (text.n > 5 && span_equal_nocase(span_of(text.p, 5), SPAN_LITERAL("IPv6:"))) {
        text = span_from(text, 5);
    }
    return text;
}

bool ip_read(struct span text, struct ip_network *address)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    char copy[TEXT_MAXIMUM];
    text = without_dress(text);
    if (text.n == 0 || text.n >= sizeof copy || memchr(text.p, '\0', text.n) != NULL) {
        return false;
    }
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    *address = (struct ip_network){.size = 4, .bits = 32};
    if (inet_pton(AF_INET, copy, address->bytes) == 1) {
        return true;
    }
    *address = (struct ip_network){.size = 16, .bits = 128};
    if (inet_pton(AF_INET6, copy, address->bytes) != 1) {
        return false;
    }
    if (memcmp(address->bytes, mapped, sizeof mapped) == 0) {
        memmove(address->bytes, address->bytes + sizeof mapped, 4);
        address->size = 4;
        address->bits = 32;
    }
    return true;
}

bool ip_read_network(struct span text, struct ip_network *network)
{
    uint64_t bits = 0;
    struct span rest = text;
    struct span address;
    if (!span_next_piece(&rest, '/', &address) || !ip_read(address, network)) {
        return false;
    }
    if (rest.p == NULL) {
        return true;
    }
    if (!span_to_u64(rest, 8 * network->size, &bits)) {
        return false;
    }
    network->bits = (unsigned)bits;
    return true;
}

bool ip_is_within(const struct ip_network *address, const struct ip_network *network)
{
    unsigned whole = network->bits / 8;
    unsigned rest = network->bits % 8;
    if (address->size != network->size || memcmp(address->bytes, network->bytes, whole) != 0) {
        return false;
    }
    unsigned mask = 0xffu << (8 - rest) & 0xffu;
    return rest == 0 || ((address->bytes[whole] ^ network->bytes[whole]) & mask) == 0;
}
