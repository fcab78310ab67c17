/* An ip for TCP alone: it has one address, keeps what is sent or hands it to a
 * link, and can refuse. */
#ifndef TESTS_TCP_FAKE_IP_H
#define TESTS_TCP_FAKE_IP_H

#include "ip/ip.h"

enum { FAKE_IP_SIZE_MAX = 1480, FAKE_IP_SENT_MAX = 512 };

struct fake_packet {
    lan_ip4 source, target;
    uint8_t payload[FAKE_IP_SIZE_MAX];
    size_t size;
};

struct ip {
    lan_ip4 address;
    size_t payload_max; /* of a route to anywhere */
    bool no_route;
    enum ip_result refusal; /* IP_OK: none */
    unsigned refuse_after;  /* packets that are taken before the refusal */
    void (*deliver)(void *context, const struct fake_packet *packet); /* NULL: kept */
    void *context;
    struct fake_packet packet; /* being built */
    size_t asked;
    bool building;
    struct ip_header last_header; /* as asked for */
    struct fake_packet sent[FAKE_IP_SENT_MAX];
    unsigned first, count;
};

void fake_ip_init(struct ip *ip, lan_ip4 address);

/* The oldest packet kept, taken off; NULL: none. */
const struct fake_packet *fake_ip_take(struct ip *ip);

#endif
