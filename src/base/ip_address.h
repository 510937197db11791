/* IP addresses and networks as text from logs and command lines. Input may be anything. */
#ifndef BASE_IP_ADDRESS_H
#define BASE_IP_ADDRESS_H

#include "base/span.h"

/* An address or, with fewer bits than it has, a network. */
struct ip_network {
    unsigned char bytes[16];
    unsigned size; /* bytes in use: 4 or 16 */
    unsigned bits; /* that count: 0 to 8 * size */
};

/* Reads an address: `192.0.2.1`, `2001:db8::1`, also as `IPv6:2001:db8::1` and in square brackets.
 * An IPv4 address inside IPv6 (`::ffff:192.0.2.1`) is that IPv4 address. False when it is none. */
bool ip_read(struct span text, struct ip_network *address);

/* Reads an address or a network (`192.0.2.0/24`); bits behind the length are passed over. */
bool ip_read_network(struct span text, struct ip_network *network);

bool ip_is_within(const struct ip_network *address, const struct ip_network *network);

#endif
