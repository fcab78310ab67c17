/* IP as the host, icmp and socket see it: interfaces, routes, packets that wait,
 * and what is received. Its callers tcp and udp need only ip.h.
 *
 * A host with forwarding on is a router (RFC 1812). Deliberately absent: routing
 * protocols, forwarding of groups, and of directed broadcasts (RFC 2644). */
#ifndef STACK_IP_INSTANCE_H
#define STACK_IP_INSTANCE_H

#include "arp/arp.h"
#include "ip/ip.h"

#define IP_COUNTERS(X)                                                                             \
    X(ip_packets_received)                                                                         \
    X(ip_packets_sent)                                                                             \
    X(ip_packets_forwarded)                                                                        \
    X(ip_packets_waited) /* for ARP */                                                             \
    X(ip_packets_looped) /* to ourselves */                                                        \
    X(ip_packets_split)  /* sent in fragments */                                                   \
    X(ip_fragments_sent)                                                                           \
    X(ip_drop_header) /* too short, version, lengths */                                            \
    X(ip_drop_checksum)                                                                            \
    X(ip_drop_options)        /* do not parse: the sender is told */                               \
    X(ip_drop_source_route)   /* wants to choose the way (RFC 7126 section 4.3) */                 \
    X(ip_drop_source)         /* from a group, nobody, or ourselves */                             \
    X(ip_drop_other)          /* to another host, while there is no forwarding */                  \
    X(ip_drop_group)          /* to a group that nobody here has joined */                         \
    X(ip_drop_unicast_to_all) /* ours, in a MAC broadcast (RFC 1122 section 3.3.6) */              \
    X(ip_drop_broadcast)      /* to all of a network behind another adapter (RFC 2644) */          \
    X(ip_drop_martian)        /* no router passes these on (RFC 1812 section 5.3.7) */             \
    X(ip_drop_ttl)            /* has passed too many routers: the sender is told */                \
    X(ip_drop_no_way)         /* of others, to a network we do not know: told */                   \
    X(ip_drop_no_neighbour)   /* of others, to one that does not answer ARP: told */               \
    X(ip_drop_not_split)      /* of others, larger than the link and not to be split: told */      \
    X(ip_drop_congestion)     /* of others, while there was no room */                             \
    X(ip_fragments_received)                                                                       \
    X(ip_fragments_repeated)                                                                       \
    X(ip_packets_reassembled)                                                                      \
    X(ip_drop_fragment)    /* of no size, or ends behind what fits */                              \
    X(ip_drop_overlap)     /* with it a datagram: two fragments claim the same bytes */            \
    X(ip_drop_pieces)      /* with it a datagram: too many holes */                                \
    X(ip_drop_refused)     /* of a datagram given up, or there is no pool */                       \
    X(ip_drop_displaced)   /* datagrams given up for newer ones */                                 \
    X(ip_drop_incomplete)  /* datagrams of which a part did not come in time */                    \
    X(ip_drop_protocol)    /* neither ICMP, UDP nor TCP */                                         \
    X(ip_drop_no_route)    /* ours, to a network we do not know */                                 \
    X(ip_drop_unreachable) /* ours, to a neighbour that does not answer ARP */                     \
    X(ip_drop_too_big)     /* ours, larger than the link carries and not to be split */            \
    X(ip_drop_waiting)     /* displaced by later ones while ARP asked */

struct ip_interface {
    struct ether ether;
    struct arp arp;
    lan_ip4 address; /* 0: none yet */
    unsigned prefix;
    unsigned mtu;
    uint32_t link_changes;     /* as of the last announcement */
    uint64_t igmp_v1_until_us; /* a router of that version was heard */
};

struct ip_route {
    lan_ip4 network;
    uint8_t prefix;
    uint16_t metric;
    lan_ip4 gateway; /* 0: the target itself */
    struct ip_interface *interface;
};

/* Why a sender is to be told that a packet cannot go on. icmp has the numbers. */
enum ip_fault {
    IP_FAULT_NO_WAY,       /* no route */
    IP_FAULT_NO_NEIGHBOUR, /* the next hop does not answer */
    IP_FAULT_PROTOCOL,     /* nobody here speaks it */
    IP_FAULT_PORT,         /* nobody here listens */
    IP_FAULT_NOT_SPLIT,    /* `detail`: the MTU of the next hop */
    IP_FAULT_TTL,
    IP_FAULT_REASSEMBLY, /* some fragments did not come in time */
    IP_FAULT_OPTION,     /* `detail`: where in the header */
    IP_FAULT_REDIRECT,   /* `detail`: the better gateway; the packet went on */
};

struct ip_report {
    enum ip_fault fault;
    uint32_t detail;
};

/* What became of a received packet. */
enum ip_verdict {
    IP_DONE,    /* dropped and counted, kept as a fragment, or forwarded */
    IP_DELIVER, /* it is whole and for this host */
    IP_TELL,    /* its sender is to be told: see the report */
};

/* A packet that cannot leave yet. */
enum ip_waiting_state {
    IP_WAITING_FOR_ARP,
    IP_WAITING_LOOPED, /* to ourselves: waits to be taken in */
    IP_WAITING_FAILED, /* of another host: its sender waits to be told */
};

struct ip_waiting {
    struct ip_interface *interface; /* NULL: to ourselves */
    lan_ip4 next_hop;
    uint32_t size;
    uint8_t state;
    struct ip_interface *from; /* the packet is another host's; else NULL */
    _Alignas(8) uint8_t packet[ETHER_MTU + 4];
};

/* A multicast group on one interface. users 0 and not left: a free place. */
struct ip_group {
    struct ip_interface *interface;
    lan_ip4 group;
    uint16_t users;
    bool joined, left;     /* igmp is to tell */
    bool is_last_reporter; /* igmp's, as report_us */
    uint64_t report_us;
};

static const lan_ip4 IP_ALL_SYSTEMS = LAN_IP4(224, 0, 0, 1); /* every host is a member */

enum { IP_HEADER_SIZE_MAX = 60 };

/* A packet larger than a frame: room for the header, which ends where the payload
 * begins, so that both are in one piece. */
struct ip_large {
    uint8_t *payload;
    uint32_t capacity; /* of the payload */
    uint32_t size, header_size;
};

/* The one packet that leaves in fragments, as the adapter has room. */
enum ip_split_state { IP_SPLIT_FREE, IP_SPLIT_BUILT, IP_SPLIT_LEAVING, IP_SPLIT_LOOPED };

struct ip_split {
    struct ip_large large;
    uint8_t state;
    struct ip_interface *interface;
    lan_ip4 next_hop;
    bool to_all;
    uint32_t sent;     /* bytes of the payload */
    uint16_t fragment; /* the header's field of that name, before */
};

/* A datagram that comes in fragments: see ip_reassembly.c. */
enum ip_reassembly_state {
    IP_REASSEMBLY_FREE,
    IP_REASSEMBLY_OPEN,
    IP_REASSEMBLY_REFUSED, /* given up: what still comes is dropped */
    IP_REASSEMBLY_EXPIRED, /* its sender waits to be told */
};

struct ip_reassembly {
    struct ip_large large; /* size 0: its end has not come; header_size 0: nor its beginning */
    uint8_t state;
    uint8_t protocol;
    bool to_group;
    uint16_t identification;
    uint16_t first_hole, hole_count;
    lan_ip4 source, target;
    struct ip_interface *interface;
    uint64_t deadline_us;
};

/* Where a packet goes next. */
struct ip_way {
    struct ip_interface *interface; /* NULL: to ourselves */
    lan_ip4 next_hop;
    lan_ip4 source;
    bool to_all; /* broadcast or multicast: no ARP */
};

/* What held for the packet before mostly holds for the next, so it is looked up once;
 * ip_forget when a route or an address changes. 0: nothing is remembered. */
struct ip_memory {
    lan_ip4 target, wished; /* the way's; the source that was asked for */
    struct ip_way way;
    lan_ip4 peer; /* may send to us, as far as routes and addresses say */
};

struct ip_config {
    uint16_t interface_count;
    uint16_t neighbour_count; /* of each interface: a power of two, at least ARP_WAYS */
    uint16_t packet_count;    /* that can wait: at most 255 */
    uint32_t packet_bytes;    /* of the largest payload in fragments: a multiple of 8; 0: none */
    uint16_t reassembly_count;
};

/* What is used most stands first: see struct tcb. */
struct ip {
    struct ip_interface *interfaces;
    unsigned interface_count;
    uint64_t now_us;
    struct ip_memory memory;
    struct ip_counters {
        IP_COUNTERS(COUNTER_FIELD)
    } counters;
    unsigned waiting_count;
    struct ip_waiting *waiting;
    uint8_t *waiting_order; /* indices: those that wait, oldest first, then the free */
    bool forwarding;
    bool groups_changed; /* igmp has something to tell */
    bool to_tell;        /* ip_report_begin has something */
    bool no_room;        /* an adapter had none for one that waits */
    struct ip_split split;
    struct ip_reassembly *reassemblies;
    uint64_t reassembly_deadline_us;
    struct arp_entry *neighbours; /* of all interfaces, one behind the other */
    unsigned route_count;
    struct ip_route routes[IP_ROUTES]; /* longest prefix first, then lowest metric */
    struct ip_group groups[IP_GROUPS];
    uint32_t secret; /* see ip_identification.c */
    uint16_t identifications[IP_IDENTIFICATIONS];
    struct ip_config config;
};

/* Bytes that ip_init needs, a multiple of 8. */
size_t ip_memory_size(const struct ip_config *config);

/* `secret`: unpredictable. */
void ip_init(struct ip *ip, void *memory, const struct ip_config *config, uint32_t secret,
             uint64_t now_us);

/* --- interfaces and routes -------------------------------------------------------------- */

/* 0 or more: its index. Address and prefix 0: none yet. -LAN_EINVAL: no host's
 * address; -LAN_ENOBUFS: no room. */
int ip_add_interface(struct ip *ip, struct lan_adapter *adapter, lan_ip4 address, unsigned prefix);

/* Another address, or (0, 0) none; its network's route follows, all other routes
 * stay. 0, -LAN_EINVAL or -LAN_ENOBUFS. */
int ip_set_address(struct ip *ip, int interface, lan_ip4 address, unsigned prefix);

/* 0 or -LAN_EINVAL (below 68, RFC 791, or more than Ethernet carries). */
int ip_set_mtu(struct ip *ip, int interface, unsigned mtu);

/* 0, -LAN_EINVAL or -LAN_ENOBUFS. */
int ip_add_route(struct ip *ip, const struct lan_route *route);

/* 0, or -LAN_ENOENT: there is none like it. */
int ip_remove_route(struct ip *ip, const struct lan_route *route);

/* The index-th route, in the order in which they are tried; false: past the last. */
bool ip_get_route(const struct ip *ip, unsigned index, struct lan_route *route);

/* The best route there, or NULL. */
const struct ip_route *ip_find_route(const struct ip *ip, lan_ip4 target);

/* One that a host can have. */
bool ip_is_host_address(lan_ip4 address);

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

static inline bool ip_is_on_network(const struct ip_interface *interface, lan_ip4 address)
{
    return ((address ^ interface->address) & ip_mask(interface->prefix)) == 0;
}

/* --- groups ------------------------------------------------------------------------------- */

/* A place in ip->groups, for one more user. `interface` below 0: as the routes say.
 * -LAN_EINVAL: no group; -LAN_ENODEV: no such interface; -LAN_ENOBUFS: no room. */
int ip_group_join(struct ip *ip, lan_ip4 group, int interface);
void ip_group_leave(struct ip *ip, int index);

/* The place, or -1: not a member. */
int ip_group_find(const struct ip *ip, const struct ip_interface *interface, lan_ip4 group);

/* --- what is received ---------------------------------------------------------------------- */

/* Parses, checks and, when it is not for us, forwards what came by `interface`
 * (NULL: from ourselves). IP_TELL: `report` says what; `packet` is borrowed. */
enum ip_verdict ip_receive(struct ip *ip, struct ip_interface *interface,
                           const struct ether_frame *frame, struct ip_packet *packet,
                           struct ip_report *report);

/* The oldest packet to ourselves, as ip_receive gives it; false: none. It is
 * borrowed until ip_loop_end, which must be called. */
bool ip_loop_begin(struct ip *ip, struct ip_packet *packet);
void ip_loop_end(struct ip *ip);

/* The next packet that waited and whose sender is to be told; false: none. It is
 * borrowed until ip_report_end, which must be called. */
bool ip_report_begin(struct ip *ip, struct ip_packet *packet, struct ip_report *report);
void ip_report_end(struct ip *ip);

/* --- time ------------------------------------------------------------------------------------ */

/* Announces addresses on links that came up, asks by ARP again, sends what it
 * found and what waits for room. */
void ip_step(struct ip *ip, uint64_t now_us);

/* The next time at which ip_step, or ip_loop_begin, has something to do. */
uint64_t ip_deadline(const struct ip *ip);

/* --- between the files of ip ---------------------------------------------------------- */

/* The fields of the header's third word (RFC 791 section 3.1). */
enum { IP_FRAGMENT_OFFSET = 0x1fff, IP_MORE_FRAGMENTS = 0x2000, IP_DONT_FRAGMENT = 0x4000 };

enum { IP_OPTION_END = 0, IP_OPTION_NOTHING = 1, IP_OPTION_COPIED = 0x80 };

/* Before a route or an address changes. */
static inline void ip_forget(struct ip *ip)
{
    ip->memory = (struct ip_memory){0};
}

/* The MAC address of a group (written to `mac`), or that of all. */
const uint8_t *ip_group_mac(lan_ip4 group, uint8_t mac[LAN_MAC_SIZE]);
void ip_group_hear_all_systems(struct ip_interface *interface);

/* ARP_FOUND: `mac` is the next hop's; a group's is written to `group`. */
enum arp_result ip_find_mac(struct ip *ip, const struct ip_way *way, uint8_t group[LAN_MAC_SIZE],
                            const uint8_t **mac);

/* Identification for a packet that may be split (RFC 6864 section 4.3). */
uint16_t ip_identify(struct ip *ip, lan_ip4 source, lan_ip4 target, uint8_t protocol);

/* Fixed header and lengths; `fragment`: the field of that name; `sum`: of the fixed
 * header's numbers. */
bool ip_parse(const struct ether_frame *frame, struct ip_packet *packet, uint16_t *fragment,
              uint32_t *sum);

/* Takes in a fragment; true: `packet` is now the whole, in memory that stays until
 * the next fragment. */
bool ip_reassemble(struct ip *ip, struct ip_packet *packet, uint16_t fragment);
void ip_reassembly_step(struct ip *ip);
/* One whose sender is to be told, or NULL. */
struct ip_reassembly *ip_reassembly_expired(struct ip *ip);

/* Sends another host's packet on its way. */
enum ip_verdict ip_forward(struct ip *ip, const struct ip_packet *packet, uint16_t fragment,
                           struct ip_report *report);

/* A free packet, or NULL; not yet waiting. */
struct ip_waiting *ip_waiting_take(struct ip *ip, struct ip_interface *interface, lan_ip4 next_hop);
/* It waits from now on. */
void ip_waiting_put(struct ip *ip, struct ip_waiting *waiting, size_t size);

/* The buffer for a packet that leaves in fragments. IP_AGAIN: it is in use. */
enum ip_result ip_split_begin(struct ip *ip, const struct ip_way *way, size_t payload_size);
/* Header and payload are written. Sends what the adapter takes. */
void ip_split_end(struct ip *ip);
/* Sends on; true: the adapter has no room. */
bool ip_split_step(struct ip *ip);

#endif
