/* Sockets: the table of descriptors behind lan_socket.h. The control block of tcp
 * or udp is the socket; a descriptor is a place in this table that points to it.
 *
 * Above: the application. Below: tcp and udp; ip for the check of an address.
 *
 * With several threads each call holds the port's one lock from socket_enter to
 * socket_leave, and gives it up only where it waits. After a wait nothing that was
 * looked up before may be used unless the socket is still the same: its serial. */
#ifndef STACK_SOCKET_H
#define STACK_SOCKET_H

#include "tcp/tcp.h"
#include "udp/udp.h"

enum socket_kind { SOCKET_FREE, SOCKET_STREAM, SOCKET_DATAGRAM };

struct socket {
    uint8_t kind;
    bool nonblocking;
    bool listening;
    bool broadcast;             /* datagrams to all are allowed */
    bool read_shut, write_shut; /* of datagrams; tcp knows its own */
    bool lingers;
    uint16_t linger_s;
    uint32_t serial;                              /* no other socket of the host ever has it */
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
    uint32_t next_serial;
    uint64_t now_us; /* of the last step */
};

static inline struct sockets *sockets_of(struct lan_host *host)
{
    return (struct sockets *)(void *)host;
}

/* --- the one lock -------------------------------------------------------------------- */

static inline void socket_lock(const struct sockets *sockets)
{
    if (sockets->port.lock)
        sockets->port.lock(sockets->port.context);
}

static inline struct sockets *socket_enter(struct lan_host *host)
{
    struct sockets *sockets = sockets_of(host);
    socket_lock(sockets);
    return sockets;
}

static inline void socket_unlock(const struct sockets *sockets)
{
    if (sockets->port.unlock)
        sockets->port.unlock(sockets->port.context);
}

/* Threads that wait look again: something may have come for them. */
static inline void socket_wake(const struct sockets *sockets)
{
    if (sockets->port.wake)
        sockets->port.wake(sockets->port.context);
}

/* Ends a call that may have changed something: tells the trace, wakes, unlocks and
 * gives back `result`. */
long socket_leave(const struct sockets *sockets, const char *name, int fd, long result);

/* --- from above, to the host --------------------------------------------------------- */

/* lan_host_step for one that holds the lock. The host is above: its way up and its
 * timers run below a call that waits. */
uint64_t host_step(struct lan_host *host, uint64_t now_us);

/* --- between the files of socket ---------------------------------------------------- */

/* NULL: not open. */
struct socket *socket_of(struct sockets *sockets, int fd);

/* What a wait for the peer's acknowledgment of all that was sent asks for. */
enum { SOCKET_DELIVERED = 1 << 14 };

/* LAN_POLL... bits that hold now, and SOCKET_DELIVERED. */
int socket_events(const struct socket *socket);

enum { SOCKET_NO_WAIT = 0 };

/* Until when a call may wait: SOCKET_NO_WAIT for a socket, flags or a host that do
 * not block. `timeout_ms` 0: for ever. */
uint64_t socket_wait_limit(const struct sockets *sockets, const struct socket *socket,
                           uint32_t timeout_ms, int flags);

/* Waits for one of `events`, an error or the end of the connection; with events 0,
 * until anything has happened. 0, -LAN_EAGAIN (the time is over), -LAN_EINTR, or
 * -LAN_EBADF (closed meanwhile by another thread). */
int socket_wait(struct lan_host *host, const struct socket *socket, int events, uint64_t until_us);

/* Options of each kind of socket: as lan_setsockopt and lan_getsockopt. */
int socket_set_stream_option(struct tcb *tcb, int level, int option, int value);
int socket_get_stream_option(struct tcb *tcb, int level, int option, int *value);
int socket_set_datagram_option(struct socket *socket, int level, int option, int value);
int socket_get_datagram_option(struct socket *socket, int level, int option, int *value);

#endif
