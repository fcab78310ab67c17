/* IP as the host, icmp and socket see it: interfaces, routes, packets that wait,
 * and what is received. Its callers tcp and udp need only ip.h.
 *
 * Deliberately absent as yet: forwarding and reassembly. Their places are marked
 * in ip_receive.c, where a packet for another host and a fragment are dropped and
 * counted. */
#ifndef STACK_IP_INSTANCE_H
#define STACK_IP_INSTANCE_H

#include "arp/arp.h"
#include "ip/ip.h"

#define IP_COUNTERS(X)                                                                             \
    X(ip_packets_received)                                                                         \
    X(ip_packets_sent)                                                                             \
    X(ip_packets_waited) /* for ARP */                                                             \
    X(ip_packets_looped) /* to ourselves */                                                        \
    X(ip_drop_header)    /* too short, version, lengths */                                         \
    X(ip_drop_checksum)                                                                            \
    X(ip_drop_options)        /* do not parse, or a source route */                                \
    X(ip_drop_source)         /* from a group, nobody, or ourselves */                             \
    X(ip_drop_other)          /* to another host: there is no forwarding */                        \
    X(ip_drop_unicast_to_all) /* ours, in a MAC broadcast (RFC 1122 section 3.3.6) */              \
    X(ip_drop_fragment)       /* there is no reassembly */                                         \
    X(ip_drop_protocol)       /* neither ICMP, UDP nor TCP */                                      \
    X(ip_drop_no_route)       /* ours, to a network we do not know */                              \
    X(ip_drop_unreachable)    /* ours, to a neighbour that does not answer ARP */                  \
    X(ip_drop_too_big)        /* ours, larger than the link carries */                             \
    X(ip_drop_waiting)        /* ours, displaced by later ones while ARP asked */

struct ip_interface {
    struct ether ether;
    struct arp arp;
    lan_ip4 address;
    unsigned prefix;
    uint32_t link_changes; /* as of the last announcement */
};

struct ip_route {
    lan_ip4 network;
    unsigned prefix;
    lan_ip4 gateway; /* 0: the target itself */
    struct ip_interface *interface;
};

/* A packet of ours that cannot leave yet: ARP is asking for its next hop, or it
 * is to ourselves (no interface) and waits to be taken in. */
struct ip_waiting {
    struct ip_interface *interface;
    lan_ip4 next_hop;
    uint32_t size;
    _Alignas(8) uint8_t packet[ETHER_MTU + 4];
};

struct ip_config {
    uint16_t interface_count;
    uint16_t neighbour_count; /* of each interface: a power of two, at least ARP_WAYS */
    uint16_t packet_count;    /* that can wait: at most 255 */
};

struct ip {
    struct ip_config config;
    struct ip_interface *interfaces;
    unsigned interface_count;
    struct arp_entry *neighbours;      /* of all interfaces, one behind the other */
    struct ip_route routes[IP_ROUTES]; /* longest prefix first */
    unsigned route_count;
    struct ip_waiting *waiting;
    uint8_t *waiting_order; /* indices: those that wait, oldest first, then the free */
    unsigned waiting_count;
    bool no_room; /* an adapter had none for one that waits */
    uint64_t now_us;
    uint16_t identification;
    struct ip_counters {
        IP_COUNTERS(COUNTER_FIELD)
    } counters;
};

/* Bytes that ip_init needs, a multiple of 8. */
size_t ip_memory_size(const struct ip_config *config);

void ip_init(struct ip *ip, void *memory, const struct ip_config *config, uint16_t identification,
             uint64_t now_us);

/* 0 or more: its index. -LAN_EINVAL: no host's address; -LAN_ENOBUFS: no room. */
int ip_add_interface(struct ip *ip, struct lan_adapter *adapter, lan_ip4 address, unsigned prefix);

/* 0, -LAN_EINVAL or -LAN_ENOBUFS. */
int ip_add_route(struct ip *ip, lan_ip4 network, unsigned prefix, lan_ip4 gateway, int interface);

/* The best route there, or NULL. */
const struct ip_route *ip_find_route(const struct ip *ip, lan_ip4 target);

bool ip_is_own(const struct ip *ip, lan_ip4 address);

/* All hosts of a network of ours, or all that hear. */
bool ip_is_broadcast(const struct ip *ip, lan_ip4 address);

static inline bool ip_is_multicast(lan_ip4 address)
{
    return address >> 28 == 14;
}

static inline bool ip_is_loopback(lan_ip4 address)
{
    return address >> 24 == 127;
}

static inline lan_ip4 ip_mask(unsigned prefix)
{
    return prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
}

/* Parses and checks what came by `interface`; false: dropped and counted. */
bool ip_receive(struct ip *ip, struct ip_interface *interface, const struct ether_frame *frame,
                struct ip_packet *packet);

/* The oldest packet to ourselves, as ip_receive gives it; false: none. It is
 * borrowed until ip_loop_end, which must be called. */
bool ip_loop_begin(struct ip *ip, struct ip_packet *packet);
void ip_loop_end(struct ip *ip);

/* Announces addresses on links that came up, asks by ARP again, sends what it
 * found. */
void ip_step(struct ip *ip, uint64_t now_us);

/* The next time at which ip_step, or ip_loop_begin, has something to do. */
uint64_t ip_deadline(const struct ip *ip);

/* --- between the files of ip ---------------------------------------------------------- */

/* A free packet, or NULL; not yet waiting. */
struct ip_waiting *ip_waiting_take(struct ip *ip, struct ip_interface *interface, lan_ip4 next_hop);
/* It waits from now on. */
void ip_waiting_put(struct ip *ip, struct ip_waiting *waiting, size_t size);

#endif
