/* IPv4 (RFC 791): carries a payload to an address. tcp, udp and icmp call it; it
 * calls arp and ether. Nothing here knows what the payload means.
 *
 * A packet is built in place: ip_begin finds the route, the source and the next
 * hop's MAC address, borrows memory from the adapter (or, while ARP asks, from a
 * small pool) and writes both headers; the caller writes its header and payload
 * straight into that memory; ip_end sends. So a payload is copied once between
 * the socket's buffer and the adapter. A packet larger than the link carries is
 * built in one buffer of the host and leaves in fragments. */
#ifndef STACK_IP_H
#define STACK_IP_H

#include "lan_host.h"

enum { IP_PROTOCOL_ICMP = 1, IP_PROTOCOL_IGMP = 2, IP_PROTOCOL_TCP = 6, IP_PROTOCOL_UDP = 17 };

enum { IP_HEADER_SIZE = 20 };

struct ip;
struct ip_interface;

/* What a caller says of a packet to be sent. */
struct ip_header {
    lan_ip4 source; /* 0: chosen by the route */
    lan_ip4 target;
    uint8_t protocol;
    uint8_t ttl; /* 0: the default, 64 */
    uint8_t tos;
    bool dont_fragment;
    bool router_alert; /* RFC 2113: routers look at it */
    /* To a group or to all of a network: by this one; NULL: by that of the source, else
     * as the routes say. With no address of its own yet, 0.0.0.0 is the source. */
    struct ip_interface *interface;
};

enum ip_result {
    IP_OK,
    IP_AGAIN,       /* no room in the adapter or the pool: try at the next step */
    IP_UNREACHABLE, /* no route, no such interface, or ARP found nobody */
    IP_TOO_BIG,     /* not to be fragmented, or larger than the host's buffer for it */
};

/* A packet being built. */
struct ip_out {
    uint8_t *payload; /* room for what ip_begin was asked for; 4-byte aligned */
    lan_ip4 source;   /* as chosen */
    struct ip_interface *interface;
    uint8_t header_size;
    uint32_t header_sum; /* private to ip: all of the header but its total length */
    void *waiting;       /* the same: what holds it until later, or NULL */
    /* The adapter can insert the transport's checksum. Whoever wants that puts the
     * pseudo header's sum where the checksum goes, and here how far into the payload
     * that is. */
    bool can_insert;
    uint16_t insert_at; /* 0: nothing is inserted */
};

/* Starts a packet with up to `payload_size` bytes behind the IP header. After
 * IP_OK the caller must call ip_end; nothing is held after any other result. */
enum ip_result ip_begin(struct ip *ip, const struct ip_header *header, size_t payload_size,
                        struct ip_out *out);

/* Sends the packet with `payload_size` bytes; 0 drops it. */
void ip_end(struct ip *ip, struct ip_out *out, size_t payload_size);

/* The source address a packet to `target` would carry, and the largest payload
 * behind the IP header that goes there in one piece; false: no route. */
bool ip_route_to(struct ip *ip, lan_ip4 target, lan_ip4 *source, size_t *payload_max);

/* A received packet, parsed and checked, whole, for this host. Borrowed from the
 * adapter: nothing may point into it after the receiver returns. */
struct ip_packet {
    lan_ip4 source;
    lan_ip4 target;
    uint8_t protocol;
    uint8_t ttl;
    uint8_t tos;
    bool to_group; /* sent to a broadcast or multicast address (IP or MAC) */
    const uint8_t *payload;
    size_t payload_size;
    const uint8_t *header; /* the IP header as received, for ICMP errors */
    size_t header_size;
    struct ip_interface *interface;
    bool checksum_checked; /* the adapter did the transport checksum: it is right */
};

#endif
