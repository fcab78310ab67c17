/* UDP (RFC 768): datagrams between ports, without a connection. socket and host
 * call it; it calls ip.
 *
 * The upper side speaks of a control block, which is the socket. Each has a queue
 * of whole datagrams for what was received and not yet read; one that does not
 * fit is dropped and counted, as UDP may. A broadcast goes to every socket on its
 * port, a group's datagram to every one that joined. */
#ifndef STACK_UDP_H
#define STACK_UDP_H

#include "ip/ip_instance.h"
#include "lan_socket.h"

#define UDP_COUNTERS(X)                                                                            \
    X(udp_received)                                                                                \
    X(udp_sent)                                                                                    \
    X(udp_drop_header) /* too short, or a wrong length */                                          \
    X(udp_drop_checksum)                                                                           \
    X(udp_drop_no_port) /* nobody there: the sender is told by ICMP */                             \
    X(udp_drop_full)    /* the reader was too slow */                                              \
    X(udp_drop_icmp)    /* an error about no socket of ours */

enum { UDP_HEADER_SIZE = 8 };

struct udp;

/* One socket. */
struct udp_block {
    struct udp *udp;
    struct lan_address local, peer; /* peer.port 0: not connected */
    uint8_t *queue;                 /* a ring of datagrams: see udp_queue.c */
    uint32_t head, tail;            /* bytes ever read and written */
    int error;                      /* by ICMP, pending */
    int descriptor;                 /* for lists; -1: free block */
    /* Only by this adapter, both ways (SO_BINDTODEVICE); where groups are sent
     * (IP_MULTICAST_IF). NULL: any, as the routes say. */
    struct ip_interface *bound_interface, *group_interface;
    uint32_t groups;        /* joined: bits of places in ip->groups */
    uint8_t ttl, group_ttl; /* 0: the default */
    uint8_t tos;
    bool shared;               /* others that share may have the port too (SO_REUSEADDR) */
    bool bound_ip, bound_port; /* by the user, not by connect or the first datagram */
    bool no_loop;              /* what it sends to a group does not come back to this host */
};

/* A datagram that came, without its header. */
struct udp_arrival {
    struct lan_address local, peer;
    const struct ip_interface *interface; /* NULL: from ourselves */
    const uint8_t *bytes;
    size_t size;
};

struct udp {
    struct ip *ip;
    const struct lan_port *port;
    struct udp_block *blocks;
    uint16_t block_count;
    uint32_t queue_bytes;
    struct udp_counters {
        UDP_COUNTERS(COUNTER_FIELD)
    } counters;
};

/* --- from below: host calls these ----------------------------------------------- */

/* Bytes for the blocks and their queues, a multiple of 8. */
size_t udp_memory_size(uint16_t block_count, uint32_t queue_bytes);

/* `queue_bytes` must be a power of two. */
void udp_init(struct udp *udp, void *memory, uint16_t block_count, uint32_t queue_bytes,
              struct ip *ip, const struct lan_port *port);

/* false: nobody has this port, and the sender is to be told. */
bool udp_receive(struct udp *udp, const struct ip_packet *packet);

/* An ICMP error about a datagram of ours, as tcp_receive_error. */
void udp_receive_error(struct udp *udp, lan_ip4 source, lan_ip4 target, const uint8_t *quoted,
                       uint8_t type, uint8_t code);

/* --- from above: socket calls these --------------------------------------------- */

/* NULL: none free. */
struct udp_block *udp_open(struct udp *udp, int descriptor);
void udp_close(struct udp_block *block);

/* Port 0 chooses one. 0, -LAN_EADDRINUSE, -LAN_EINVAL (bound already). */
int udp_bind(struct udp_block *block, const struct lan_address *local);

/* Only datagrams of this peer are received from now on. 0, -LAN_ENETUNREACH,
 * -LAN_EADDRINUSE (no port left), -LAN_EINVAL. */
int udp_connect(struct udp_block *block, const struct lan_address *peer);

/* Back to any peer; what connect has chosen of the own address is undone. */
void udp_disconnect(struct udp_block *block);

/* `target` NULL: the connected peer. The size, or -LAN_EDESTADDRREQ,
 * -LAN_EMSGSIZE, -LAN_EAGAIN (no room below), -LAN_EHOSTUNREACH,
 * -LAN_ENETUNREACH, -LAN_EADDRINUSE, or the pending error. */
long udp_send(struct udp_block *block, const struct lan_address *target, const void *memory,
              size_t size);

/* The oldest datagram, cut to `size`; how much was stored, -LAN_EAGAIN, or the
 * pending error. `flags`: LAN_MSG_PEEK. */
long udp_read(struct udp_block *block, void *memory, size_t size, int flags,
              struct lan_address *source);

/* By one adapter only, both ways: by an interface's index; below 0: by any. 0 or
 * -LAN_ENODEV. An adapter without an address sends broadcasts from 0.0.0.0. */
int udp_set_interface(struct udp_block *block, int interface);
/* The same for what is sent to groups. */
int udp_set_group_interface(struct udp_block *block, int interface);

/* Receives what is sent to the group by that interface (below 0: as the routes
 * say). 0, -LAN_EINVAL (no group), -LAN_ENODEV, -LAN_ENOBUFS, -LAN_EADDRINUSE (has
 * joined). udp_close leaves all. */
int udp_join(struct udp_block *block, lan_ip4 group, int interface);
/* 0 or -LAN_EADDRNOTAVAIL (has not joined). */
int udp_leave(struct udp_block *block, lan_ip4 group, int interface);

/* LAN_POLL... bits that hold now. */
short udp_events(const struct udp_block *block);
int udp_take_error(struct udp_block *block);

/* --- between the files of udp ------------------------------------------------------ */

void udp_leave_all(struct udp_block *block);

/* The socket for a datagram to one host: a connected one before one that is bound
 * to the address before one that takes any; NULL: none. `interface` NULL: by any. */
struct udp_block *udp_find(struct udp *udp, const struct lan_address *local,
                           const struct lan_address *peer, const struct ip_interface *interface);

/* To every socket that it is for; false: none. */
bool udp_deliver_to_all(struct udp *udp, const struct udp_arrival *arrival);

/* false: it does not fit. */
bool udp_queue_put(struct udp_block *block, const struct lan_address *source,
                   const uint8_t *datagram, size_t size);
bool udp_queue_is_empty(const struct udp_block *block);
/* As udp_read; the queue is not empty. */
long udp_queue_get(struct udp_block *block, void *memory, size_t size, bool peek,
                   struct lan_address *source);

#endif
