/* TCP (RFC 9293). socket and host call it; it calls ip.
 *
 * The upper side speaks of a connection's control block (struct tcb), which is
 * the socket; buffers come from TCP's pool at connect and when a connection that
 * was listened for is established.
 *
 * Nothing waits in here and nothing calls up: tcp_events says what a socket can
 * do now. Urgent data is delivered in line (RFC 6093); nothing is sent as urgent. */
#ifndef STACK_TCP_H
#define STACK_TCP_H

#include "ip/ip.h"
#include "lan_socket.h"

struct tcp;
struct tcb;

struct tcp_config {
    struct ip *ip;                 /* borrowed */
    const struct lan_port *port;   /* borrowed; its random() is asked */
    const struct lan_trace *trace; /* borrowed; may be NULL */
    uint16_t connection_count;     /* control blocks, TIME_WAIT included */
    uint16_t buffer_count;         /* two for a connection */
    uint32_t buffer_bytes;         /* of one buffer: a power of two, 512 to 1 MiB */
};

/* Bytes that tcp_init needs, a multiple of 8. */
size_t tcp_memory_size(const struct tcp_config *config);

/* Makes TCP in `memory` (8-byte aligned, tcp_memory_size bytes, kept by the
 * caller). The configuration is copied. */
struct tcp *tcp_init(void *memory, const struct tcp_config *config, uint64_t now_us);

/* --- from below: host calls these ------------------------------------------------ */

/* The time from here on; host calls it before it hands up received packets, so
 * that round trips are measured by the time of arrival. Never goes back. */
void tcp_set_time(struct tcp *tcp, uint64_t now_us);

/* Takes in a segment. ACKs that it asks for, and data that it lets go, leave with
 * the next tcp_step: a batch of segments is taken in before one ACK is sent
 * (RFC 9293 MUST-58, MUST-59). */
void tcp_receive(struct tcp *tcp, const struct ip_packet *packet);

/* An ICMP error about a segment of ours, which went from `source` (us) to
 * `target`: `quoted` is the start of that segment (at least 8 bytes), `type` and
 * `code` as in RFC 792; `mtu`: RFC 1191's, else 0. */
void tcp_receive_error(struct tcp *tcp, lan_ip4 source, lan_ip4 target, const uint8_t *quoted,
                       uint8_t type, uint8_t code, uint16_t mtu);

/* Sets the time, runs timers and sends what can be sent (also what IP_AGAIN had
 * held back); gives the next deadline in microseconds, LAN_NEVER for none. Calls
 * from above can bring the deadline forward: step again after them. */
uint64_t tcp_step(struct tcp *tcp, uint64_t now_us);

/* Every counter by name; NULL past the last. */
const char *tcp_counter(const struct tcp *tcp, unsigned index, uint64_t *value);

/* For lists of connections, those in TIME_WAIT included: the control block at
 * `index`, or NULL in `tcb` when that one is free; false past the last. */
bool tcp_connection(const struct tcp *tcp, unsigned index, const struct tcb **tcb);

/* --- from above: socket calls these ---------------------------------------------- */

/* A new control block, closed and unbound; NULL: none free. */
struct tcb *tcp_open(struct tcp *tcp);

/* The descriptor that traces and tcp_info show for it; -1 until it is said. */
void tcp_set_descriptor(struct tcb *tcb, int descriptor);

/* Port 0 chooses one. The address is not checked: socket knows the interfaces.
 * As with SO_REUSEADDR, only bound and listening sockets are in the way.
 * 0, -LAN_EADDRINUSE or -LAN_EINVAL (bound already). */
int tcp_bind(struct tcb *tcb, const struct lan_address *local);

/* Also changes the backlog of one that listens. 0, -LAN_EINVAL (connected) or
 * -LAN_EADDRINUSE (no port left). */
int tcp_listen(struct tcb *tcb, int backlog);

/* The oldest established connection, NULL: none yet. */
struct tcb *tcp_accept(struct tcb *listener);

/* -LAN_EINPROGRESS: the SYN is on its way and tcp_events will tell. Else
 * -LAN_EISCONN, -LAN_EALREADY, -LAN_EOPNOTSUPP (listens), -LAN_EADDRINUSE,
 * -LAN_EADDRNOTAVAIL (no port left), -LAN_ENETUNREACH, -LAN_ENOBUFS, -LAN_EINVAL, or
 * the pending error of an attempt before, after which there may be another. */
int tcp_connect(struct tcb *tcb, const struct lan_address *peer);

/* Bytes read; 0 at the end; -LAN_EAGAIN: none yet; -LAN_ENOTCONN or the pending
 * error. `flags`: LAN_MSG_PEEK. */
long tcp_read(struct tcb *tcb, void *memory, size_t size, int flags);

/* Bytes taken, perhaps fewer than `size`; -LAN_EAGAIN: no room or not connected
 * yet; -LAN_EPIPE, -LAN_ENOTCONN or the pending error. */
long tcp_write(struct tcb *tcb, const void *memory, size_t size);

/* Lends what tcp_read would read, as far as it lies in one piece: its size, 0 at the
 * end, or tcp_read's errors. The bytes stay where they are until tcp_receive_done takes
 * the first `size` of them as read; tcp_close takes all back. */
long tcp_receive_span(struct tcb *tcb, const uint8_t **bytes);
/* 0, -LAN_EINVAL (nothing lent, or too much) or why the connection is over. */
int tcp_receive_done(struct tcb *tcb, size_t size);

/* Lends room for what is to be written next, in one piece: its size, or tcp_write's
 * errors. tcp_send_done sends the first `size` bytes. */
long tcp_send_span(struct tcb *tcb, uint8_t **bytes);
/* As tcp_receive_done, or -LAN_EPIPE. */
int tcp_send_done(struct tcb *tcb, size_t size);

/* `how`: LAN_SHUT_RD, LAN_SHUT_WR, LAN_SHUT_RDWR. 0, -LAN_EINVAL, -LAN_ENOTCONN. */
int tcp_shutdown(struct tcb *tcb, int how);

/* Gives the block back to TCP, which finishes the closing by itself. Unread data
 * makes it a reset (RFC 2525 section 2.17). */
void tcp_close(struct tcb *tcb);

/* Gives the block back; a reset tells the peer, nothing more is delivered (RFC 9293
 * section 3.10.5). */
void tcp_abort(struct tcb *tcb);

/* Nothing that was written, nor our FIN, waits for the peer's acknowledgment. */
bool tcp_has_delivered(const struct tcb *tcb);

/* LAN_POLL... bits that hold now. */
short tcp_events(const struct tcb *tcb);

/* The pending error (LAN_E number or 0), cleared by taking it (SO_ERROR). */
int tcp_take_error(struct tcb *tcb);

/* How the window answers to losses; a new block uses CUBIC (RFC 9438). */
enum tcp_congestion { TCP_CUBIC, TCP_NEW_RENO };
void tcp_set_congestion(struct tcb *tcb, enum tcp_congestion congestion);
enum tcp_congestion tcp_get_congestion(const struct tcb *tcb);

/* Asks an idle peer whether it lives, and ends with LAN_ETIMEDOUT when it does not
 * say so (RFC 1122 section 4.2.3.6): off in a new block, then after 2 hours, 9
 * times, 75 s apart. A listener's settings are those of what it accepts. */
struct tcp_keepalive {
    bool on;
    uint16_t idle_s;    /* 1 to 65535 */
    uint8_t interval_s; /* 1 to 255 */
    uint8_t count;      /* 1 to 255 */
};
/* 0 or -LAN_EINVAL (a zero). */
int tcp_set_keepalive(struct tcb *tcb, const struct tcp_keepalive *keepalive);
struct tcp_keepalive tcp_get_keepalive(const struct tcb *tcb);

/* Ends the connection with LAN_ETIMEDOUT when what was sent, or a probe, gets no
 * answer for so long (RFC 5482); 0: the usual retries. Rounded up to 65.536 ms; at
 * most 71 minutes. */
void tcp_set_user_timeout(struct tcb *tcb, uint32_t timeout_ms);
uint32_t tcp_get_user_timeout(const struct tcb *tcb);

/* What its packets begin with as TTL (RFC 9293 MUST-49); 0: IP's default. */
void tcp_set_ttl(struct tcb *tcb, uint8_t ttl);
uint8_t tcp_get_ttl(const struct tcb *tcb);

/* Its packets' type of service, Diffserv field and ECN bits (MUST-48). */
void tcp_set_tos(struct tcb *tcb, uint8_t tos);
uint8_t tcp_get_tos(const struct tcb *tcb);

/* The most data of a segment, both ways (MUST-16, TCP_MAXSEG): asked for before there
 * is a connection, and told of it. 0, -LAN_EINVAL (below 64 or above 1460) or
 * -LAN_EISCONN. */
int tcp_set_mss(struct tcb *tcb, int mss);
uint16_t tcp_get_mss(const struct tcb *tcb);

/* There is a peer, and the connection with it is not over. */
bool tcp_is_connected(const struct tcb *tcb);

/* LAN_TCP_NODELAY; SO_REUSEADDR is always on; SO_SNDBUF, SO_RCVBUF and SO_ERROR
 * can be asked. 0 or -LAN_ENOPROTOOPT. */
int tcp_set_option(struct tcb *tcb, int level, int option, int value);
int tcp_get_option(struct tcb *tcb, int level, int option, int *value);

/* Either may be NULL. */
void tcp_names(const struct tcb *tcb, struct lan_address *local, struct lan_address *peer);
void tcp_info(const struct tcb *tcb, struct lan_socket_info *info);

#endif
