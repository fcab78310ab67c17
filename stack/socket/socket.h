/* Sockets: the table of descriptors behind lan_socket.h. The control block of tcp
 * or udp is the socket; a descriptor is a place in this table that points to it.
 *
 * Above: the application. Below: tcp and udp; ip for the check of an address. */
#ifndef STACK_SOCKET_H
#define STACK_SOCKET_H

#include "tcp/tcp.h"
#include "udp/udp.h"

enum socket_kind { SOCKET_FREE, SOCKET_STREAM, SOCKET_DATAGRAM };

struct socket {
    uint8_t kind;
    bool nonblocking;
    bool listening;
    uint32_t receive_timeout_ms, send_timeout_ms; /* 0: never */
    union {
        struct tcb *tcb;
        struct udp_block *block;
    };
};

/* The first member of struct lan_host, so that each lan_ function finds it. */
struct sockets {
    struct ip *ip;
    struct tcp *tcp;
    struct udp *udp;
    struct lan_port port;
    const struct lan_trace *trace; /* may be NULL */
    struct socket *table;
    uint16_t count;
    uint64_t now_us; /* of the last step */
};

static inline struct sockets *sockets_of(struct lan_host *host)
{
    return (struct sockets *)(void *)host;
}

/* --- between the files of socket ---------------------------------------------------- */

/* NULL: not open. */
struct socket *socket_of(struct sockets *sockets, int fd);

/* LAN_POLL... bits that hold now. */
short socket_events(const struct socket *socket);

enum { SOCKET_NO_WAIT = 0 };

/* Until when a call may wait: SOCKET_NO_WAIT for a socket, flags or a host that do
 * not block. `timeout_ms` 0: for ever. */
uint64_t socket_wait_limit(const struct sockets *sockets, const struct socket *socket,
                           uint32_t timeout_ms, int flags);

/* Waits for one of `events`, an error or the end of the connection; with events 0,
 * until anything has happened. 0, -LAN_EAGAIN (the time is over) or -LAN_EINTR. */
int socket_wait(struct lan_host *host, const struct socket *socket, int events, uint64_t until_us);

/* Options of datagram sockets: as lan_setsockopt and lan_getsockopt. */
int socket_set_datagram_option(struct udp_block *block, int level, int option, int value);
int socket_get_datagram_option(struct udp_block *block, int level, int option, int *value);

/* Tells the trace of a call that ends with `result`, and gives that back. */
long socket_traced(const struct sockets *sockets, const char *name, int fd, long result);

#endif
