/* DHCP messages (RFC 2131 section 2, RFC 2132): a client's is written, a server's
 * parsed. Bytes in, numbers out; nothing here sends. */
#ifndef STACK_DHCP_MESSAGE_H
#define STACK_DHCP_MESSAGE_H

#include "lan_dhcp.h"

enum {
    DHCP_SERVER_PORT = 67,
    DHCP_CLIENT_PORT = 68,
    DHCP_MESSAGE_SIZE = 300, /* sent; RFC 1542 section 2.1: relays drop what is shorter */
    /* Received: the 576 bytes of a packet that every host takes (option 57). */
    DHCP_MESSAGE_SIZE_MAX = 548,
};

enum dhcp_kind {
    DHCP_DISCOVER = 1,
    DHCP_OFFER,
    DHCP_REQUEST,
    DHCP_DECLINE,
    DHCP_ACK,
    DHCP_NAK,
    DHCP_RELEASE,
};

struct dhcp_question {
    enum dhcp_kind kind;
    uint32_t xid;
    uint16_t seconds;          /* since we began to look for an address */
    const uint8_t *mac;        /* also the client identifier */
    lan_ip4 own;               /* 0: none yet, and the answer must be broadcast */
    lan_ip4 requested, server; /* 0: without the option */
};

void dhcp_write(uint8_t memory[DHCP_MESSAGE_SIZE], const struct dhcp_question *question);

struct dhcp_answer {
    enum dhcp_kind kind;
    uint32_t xid;
    struct lan_dhcp_lease lease;
};

enum dhcp_verdict {
    DHCP_FINE,
    DHCP_MALFORMED,
    DHCP_OTHER,     /* to another client */
    DHCP_SENSELESS, /* parses, but no host can have what it gives */
};

enum dhcp_verdict dhcp_read(const uint8_t *message, size_t size, const uint8_t mac[LAN_MAC_SIZE],
                            struct dhcp_answer *answer);

#endif
