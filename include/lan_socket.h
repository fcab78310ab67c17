/* Sockets: POSIX names and meanings with the prefix lan_, the host first.
 *
 * A result below 0 is a negated LAN_E number; there is no errno, as there are no
 * globals. A descriptor is a small index, reused after close as in POSIX.
 * lan_posix.h has the plain names for firmware that was written for them.
 *
 * Threads: with the port's lock (struct lan_port) every function here and
 * lan_host_step may be called from any thread at any time. There is one lock for a
 * host; a call holds it from its first line to its last and gives it up only while
 * it waits. A call that waits on a socket which another thread closes ends with
 * -LAN_EBADF. */
#ifndef LAN_SOCKET_H
#define LAN_SOCKET_H

#include "lan_host.h"

/* Errors carry errno's names (and Linux' numbers). */
enum lan_error {
    LAN_ENOENT = 2, /* of lan_resolve: there is no such name */
    LAN_EINTR = 4,
    LAN_EIO = 5, /* of lan_resolve: the servers failed */
    LAN_EBADF = 9,
    LAN_EAGAIN = 11,
    LAN_ENOMEM = 12,
    LAN_EACCES = 13,
    LAN_EFAULT = 14,
    LAN_ENODEV = 19,
    LAN_EINVAL = 22,
    LAN_EMFILE = 24,
    LAN_EPIPE = 32,
    LAN_EDOM = 33,
    LAN_ENOTSOCK = 88,
    LAN_EDESTADDRREQ = 89,
    LAN_EMSGSIZE = 90,
    LAN_ENOPROTOOPT = 92,
    LAN_EPROTONOSUPPORT = 93,
    LAN_EOPNOTSUPP = 95,
    LAN_EAFNOSUPPORT = 97,
    LAN_EADDRINUSE = 98,
    LAN_EADDRNOTAVAIL = 99,
    LAN_ENETDOWN = 100,
    LAN_ENETUNREACH = 101,
    LAN_ECONNABORTED = 103,
    LAN_ECONNRESET = 104,
    LAN_ENOBUFS = 105,
    LAN_EISCONN = 106,
    LAN_ENOTCONN = 107,
    LAN_ETIMEDOUT = 110,
    LAN_ECONNREFUSED = 111,
    LAN_EHOSTUNREACH = 113,
    LAN_EALREADY = 114,
    LAN_EINPROGRESS = 115,
};

enum { LAN_AF_INET = 2 };
enum { LAN_SOCK_STREAM = 1, LAN_SOCK_DGRAM = 2, LAN_SOCK_NONBLOCK = 1 << 11 };
enum { LAN_SHUT_RD, LAN_SHUT_WR, LAN_SHUT_RDWR };
/* Any other flag is refused (-LAN_EOPNOTSUPP). */
enum {
    LAN_MSG_PEEK = 1 << 1, /* what is received stays to be received */
    LAN_MSG_DONTWAIT = 1 << 6,
    LAN_MSG_WAITALL =
        1 << 8, /* of a stream, without PEEK: all that was asked for, unless it ends */
    LAN_MSG_NOSIGNAL = 1 << 14, /* of sending; there are no signals */
};

struct lan_address {
    lan_ip4 ip; /* 0: any */
    uint16_t port;
};

enum {
    LAN_POLLIN = 1,
    LAN_POLLOUT = 4,
    LAN_POLLERR = 8,
    LAN_POLLHUP = 16,
    LAN_POLLNVAL = 32,
};
struct lan_pollfd {
    int fd; /* negative: skipped */
    short events, revents;
};

/* lan_select's sets: bits of descriptors below LAN_FD_SETSIZE. */
enum { LAN_FD_SETSIZE = 1024 };
struct lan_fd_set {
    uint32_t bits[LAN_FD_SETSIZE / 32];
};

static inline void lan_fd_zero(struct lan_fd_set *set)
{
    *set = (struct lan_fd_set){{0}};
}

static inline void lan_fd_set(int fd, struct lan_fd_set *set)
{
    set->bits[fd / 32] |= 1u << fd % 32;
}

static inline void lan_fd_clear(int fd, struct lan_fd_set *set)
{
    set->bits[fd / 32] &= ~(1u << fd % 32);
}

static inline bool lan_fd_is_set(int fd, const struct lan_fd_set *set)
{
    return set->bits[fd / 32] >> fd % 32 & 1;
}

/* Options: numbers as in Linux, values always one int. What a kind of socket does
 * not have, what can only be asked (get) and what nobody knows is -LAN_ENOPROTOOPT;
 * a value out of its range -LAN_EINVAL. What a listener accepts begins with its
 * options, but for those marked (*), which are the descriptor's. */
enum lan_level { LAN_IPPROTO_IP = 0, LAN_SOL_SOCKET = 1, LAN_IPPROTO_TCP = 6 };
enum lan_option {
    /* Of level LAN_SOL_SOCKET. */
    LAN_SO_REUSEADDR = 2, /* of datagrams: others with it may have the port; streams: always 1 */
    LAN_SO_TYPE = 3,      /* get: LAN_SOCK_STREAM or LAN_SOCK_DGRAM */
    LAN_SO_ERROR = 4,     /* get: the pending error, which is none from then on */
    LAN_SO_BROADCAST = 6, /* of datagrams: else sending to all is -LAN_EACCES */
    LAN_SO_SNDBUF = 7,    /* set is a wish: get tells what the host's configuration gave */
    LAN_SO_RCVBUF = 8,    /* the same */
    LAN_SO_KEEPALIVE = 9, /* of streams */
    LAN_SO_LINGER = 13,   /* (*) seconds that close waits for the peer's ACK of all; 0: a
                           * reset and no delivery; -1, as at first: it goes on alone */
    LAN_SO_RCVTIMEO = 20, /* (*) milliseconds; 0 waits for ever; below it -LAN_EDOM */
    LAN_SO_SNDTIMEO = 21, /* (*) the same, of connect too */
    LAN_SO_BINDTODEVICE = 25, /* datagrams by this interface only (its index); -1: by any */
    LAN_SO_ACCEPTCONN = 30,   /* get: it listens */
    LAN_SO_NONBLOCK = 1000,   /* (*) as fcntl's O_NONBLOCK */
    /* Of level LAN_IPPROTO_IP. */
    LAN_IP_TOS = 1,
    LAN_IP_TTL = 2,
    /* The same, of datagrams. */
    LAN_IP_MULTICAST_IF = 32,   /* an interface's index; -1: as the routes say */
    LAN_IP_MULTICAST_TTL = 33,  /* 1 unless set (RFC 1112 section 6.1) */
    LAN_IP_MULTICAST_LOOP = 34, /* what is sent comes to members on this host; 1 unless set */
    /* Of level LAN_IPPROTO_TCP. */
    LAN_TCP_NODELAY = 1,
    LAN_TCP_MAXSEG = 2,        /* 64 to 1460, before there is a connection, else -LAN_EISCONN */
    LAN_TCP_KEEPIDLE = 4,      /* seconds, 1 to 65535; 7200 unless set */
    LAN_TCP_KEEPINTVL = 5,     /* seconds, 1 to 255; 75 */
    LAN_TCP_KEEPCNT = 6,       /* 1 to 255; 9 */
    LAN_TCP_CONGESTION = 13,   /* enum lan_congestion; another is -LAN_ENOENT */
    LAN_TCP_USER_TIMEOUT = 18, /* milliseconds, rounded up to 66 (RFC 5482); 0: the usual */
};
enum lan_congestion { LAN_TCP_CUBIC, LAN_TCP_NEW_RENO };

int lan_socket(struct lan_host *host, int domain, int type, int protocol);
int lan_bind(struct lan_host *host, int fd, const struct lan_address *address);
int lan_listen(struct lan_host *host, int fd, int backlog);
int lan_accept(struct lan_host *host, int fd, struct lan_address *peer); /* peer may be NULL */
/* After one that failed there may be another; the pending error of one that did not
 * block is told first. Datagrams: only this peer is heard, its ICMP errors are told. */
int lan_connect(struct lan_host *host, int fd, const struct lan_address *peer);
/* Of datagrams: as connect with AF_UNSPEC. 0 or -LAN_EOPNOTSUPP (a stream). */
int lan_disconnect(struct lan_host *host, int fd);
long lan_read(struct lan_host *host, int fd, void *memory, size_t size);
long lan_write(struct lan_host *host, int fd, const void *memory, size_t size);
long lan_recvfrom(struct lan_host *host, int fd, void *memory, size_t size, int flags,
                  struct lan_address *source); /* source may be NULL */
long lan_sendto(struct lan_host *host, int fd, const void *memory, size_t size, int flags,
                const struct lan_address *target); /* NULL: the connected peer */
/* Reading and writing of streams in place, one span each way at a time; datagrams are
 * -LAN_EOPNOTSUPP. lan_receive_span lends received bytes where they lie: how many lie in
 * one piece, 0 at the end, or as lan_read, also in waiting. They stay until
 * lan_receive_done takes the first `size` as read; not reading the rest lends it again.
 * lan_send_span lends room for what is sent next, as lan_write waits; lan_send_done sends
 * the first `size` bytes of it. A connection that ends meanwhile leaves the memory until
 * then; lan_close takes it back. Both of the done: 0, -LAN_EINVAL (nothing lent, or more
 * than was) or why the connection is over. */
long lan_receive_span(struct lan_host *host, int fd, const void **bytes);
int lan_receive_done(struct lan_host *host, int fd, size_t size);
long lan_send_span(struct lan_host *host, int fd, void **bytes);
int lan_send_done(struct lan_host *host, int fd, size_t size);
/* timeout_ms below 0 waits for ever. The number of descriptors with events. */
int lan_poll(struct lan_host *host, struct lan_pollfd *fds, unsigned count, int timeout_ms);
/* Of descriptors below `count`, as POSIX: each set may be NULL and is changed to what
 * is ready; nothing is ever exceptional. How many bits are set in all; -LAN_EBADF,
 * -LAN_EINVAL (count), -LAN_EINTR. */
int lan_select(struct lan_host *host, int count, struct lan_fd_set *read, struct lan_fd_set *write,
               struct lan_fd_set *except, int timeout_ms);
/* Of datagrams too: -LAN_ENOTCONN without a peer; then reads end, writes are
 * -LAN_EPIPE. */
int lan_shutdown(struct lan_host *host, int fd, int how);
int lan_close(struct lan_host *host, int fd);
int lan_setsockopt(struct lan_host *host, int fd, int level, int option, int value);
int lan_getsockopt(struct lan_host *host, int fd, int level, int option, int *value);
int lan_getsockname(struct lan_host *host, int fd, struct lan_address *address);
/* -LAN_ENOTCONN before the peer has answered, and when the connection is over. */
int lan_getpeername(struct lan_host *host, int fd, struct lan_address *address);

/* The socket receives what is sent to the group on that interface's network (an
 * index; -1: as the routes say), until it leaves or is closed. 0, -LAN_EINVAL (no
 * group), -LAN_ENODEV, -LAN_ENOBUFS, -LAN_EADDRINUSE (has joined). */
int lan_join_group(struct lan_host *host, int fd, lan_ip4 group, int interface);
/* 0 or -LAN_EADDRNOTAVAIL (has not joined). */
int lan_leave_group(struct lan_host *host, int fd, lan_ip4 group, int interface);

/* Words for a LAN_E number, positive or negated: "connection refused". */
const char *lan_error_text(int error);

#endif
