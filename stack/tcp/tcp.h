/* TCP (RFC 9293). socket calls it; it calls ip.
 *
 * The upper side speaks of a connection's control block (struct tcb), which is
 * the socket; buffers come from the host's pool at connect and accept. */
#ifndef STACK_TCP_H
#define STACK_TCP_H

#include "ip/ip.h"
#include "lan_socket.h"

struct tcp;
struct tcb;

/* --- from below: host calls these --------------------------------------- */

void tcp_receive(struct tcp *tcp, const struct ip_packet *packet);
/* An ICMP error about a segment of ours: `quoted` is the start of that segment
 * (at least 8 bytes), `type` and `code` as in RFC 792. */
void tcp_receive_error(struct tcp *tcp, lan_ip4 source, lan_ip4 target, const uint8_t *quoted,
                       uint8_t type, uint8_t code, uint16_t mtu);
/* Runs timers and sends what can be sent (also what IP_AGAIN had held back);
 * gives the next deadline in microseconds, LAN_NEVER for none. */
uint64_t tcp_step(struct tcp *tcp, uint64_t now_us);

/* --- from above: socket calls these -------------------------------------- */

struct tcb *tcp_open(struct tcp *tcp);                                   /* NULL: none free */
int tcp_bind(struct tcb *tcb, const struct lan_address *local);          /* 0 or -LAN_E... */
int tcp_listen(struct tcb *tcb, int backlog);
struct tcb *tcp_accept(struct tcb *listener);                            /* NULL: none yet */
int tcp_connect(struct tcb *tcb, const struct lan_address *peer);        /* -LAN_EINPROGRESS */
long tcp_read(struct tcb *tcb, void *memory, size_t size, int flags);    /* -LAN_EAGAIN: none yet; 0: end */
long tcp_write(struct tcb *tcb, const void *memory, size_t size);        /* may take fewer */
int tcp_shutdown(struct tcb *tcb, int how);
/* Gives the block back to TCP, which finishes the closing by itself. */
void tcp_close(struct tcb *tcb);
/* LAN_POLL... bits that hold now. */
short tcp_events(const struct tcb *tcb);
/* The pending error (LAN_E number or 0), cleared by taking it (SO_ERROR). */
int tcp_take_error(struct tcb *tcb);
int tcp_set_option(struct tcb *tcb, int level, int option, int value);
int tcp_get_option(struct tcb *tcb, int level, int option, int *value);
void tcp_names(const struct tcb *tcb, struct lan_address *local, struct lan_address *peer);
void tcp_info(const struct tcb *tcb, struct lan_socket_info *info);

#endif
