/* The DHCP server that a test plays, against a client on the bench: takes what the
 * client says apart, and answers it, rightly or not. */
#ifndef TESTS_DHCP_SERVER_H
#define TESTS_DHCP_SERVER_H

#include "bench.h"
#include "lan_dhcp.h"

enum { SECOND_US = 1000000, LEASE_S = 3600 };

#define SERVER_IP  PEER_IP
#define OFFERED_IP LAN_IP4(10, 0, 0, 77)
#define NAMES_IP   LAN_IP4(10, 0, 0, 53)

/* What a client said. */
struct dhcp_heard {
    uint8_t kind;
    uint32_t xid;
    uint16_t seconds, flags;
    lan_ip4 own, requested, server; /* of the header; options 50 and 54, 0: absent */
    lan_ip4 source, target;         /* of the IP packet */
    bool has_client;                /* the identifier */
};

/* What the server answers. The options in `options`, kind excepted, are sent as they
 * are; size 0: none but what `lease_s` and `server` say. */
struct dhcp_said {
    uint8_t kind;
    uint32_t xid;
    lan_ip4 address, server, mask, router;
    uint32_t lease_s, renew_s, rebind_s;
    const uint8_t *options;
    size_t options_size;
    uint16_t port; /* of the server */
    uint8_t mac[6];
};

/* A host without an address, and a client that asks. */
struct bench *dhcp_bench(struct lan_dhcp *client, const struct lan_dhcp_config *config);

/* Lets time pass until the client says something, at most so many seconds. false: it
 * said nothing. ARP requests are stepped over. */
bool dhcp_hear_within(struct bench *bench, unsigned seconds, struct dhcp_heard *heard);

/* The same, and it must be of this kind. */
struct dhcp_heard dhcp_expect(struct bench *bench, uint8_t kind);

/* A right answer to what was heard. */
struct dhcp_said dhcp_answer_to(const struct dhcp_heard *heard, uint8_t kind);

/* The payload of an answer, at most 600 bytes; its size. */
size_t dhcp_message(uint8_t *message, const struct dhcp_said *said);

/* Sent to the host in a broadcast, and stepped. */
void dhcp_say(struct bench *bench, const struct dhcp_said *said);
void dhcp_say_bytes(struct bench *bench, uint16_t port, const uint8_t *message, size_t size);

/* From nothing to an address. */
void dhcp_bind(struct bench *bench, struct lan_dhcp *client);

#endif
