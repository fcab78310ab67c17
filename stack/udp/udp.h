/* UDP (RFC 768): datagrams between ports, without a connection. socket and host
 * call it; it calls ip.
 *
 * The upper side speaks of a control block, which is the socket. Each has a queue
 * of whole datagrams for what was received and not yet read; one that does not
 * fit is dropped and counted, as UDP may. Deliberately absent as yet: multicast
 * groups, several sockets on one port. */
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

struct udp;

/* One socket. */
struct udp_block {
    struct udp *udp;
    struct lan_address local, peer; /* peer.port 0: not connected */
    uint8_t *queue;                 /* a ring of datagrams: see udp_queue.c */
    uint32_t head, tail;            /* bytes ever read and written */
    int error;                      /* by ICMP, pending */
    int descriptor;                 /* for lists; -1: free block */
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

/* `target` NULL: the connected peer. The size, or -LAN_EDESTADDRREQ,
 * -LAN_EMSGSIZE, -LAN_EAGAIN (no room below), -LAN_EHOSTUNREACH,
 * -LAN_ENETUNREACH, -LAN_EADDRINUSE, or the pending error. */
long udp_send(struct udp_block *block, const struct lan_address *target, const void *memory,
              size_t size);

/* The oldest datagram, cut to `size`; how much was stored, -LAN_EAGAIN, or the
 * pending error. `flags`: LAN_MSG_PEEK. */
long udp_read(struct udp_block *block, void *memory, size_t size, int flags,
              struct lan_address *source);

/* LAN_POLL... bits that hold now. */
short udp_events(const struct udp_block *block);
int udp_take_error(struct udp_block *block);

/* --- between the files of udp ------------------------------------------------------ */

/* false: it does not fit. */
bool udp_queue_put(struct udp_block *block, const struct lan_address *source,
                   const uint8_t *datagram, size_t size);
bool udp_queue_is_empty(const struct udp_block *block);
/* As udp_read; the queue is not empty. */
long udp_queue_get(struct udp_block *block, void *memory, size_t size, bool peek,
                   struct lan_address *source);

#endif
