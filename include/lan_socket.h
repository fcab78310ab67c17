/* Sockets: POSIX names and meanings with the prefix lan_, the host first.
 *
 * A result below 0 is a negated LAN_E number; there is no errno, as there are no
 * globals. A descriptor is a small index, reused after close as in POSIX. */
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
    LAN_EFAULT = 14,
    LAN_ENODEV = 19,
    LAN_EINVAL = 22,
    LAN_EMFILE = 24,
    LAN_EPIPE = 32,
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
enum { LAN_MSG_DONTWAIT = 1 << 0, LAN_MSG_PEEK = 1 << 1 };

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

enum lan_level { LAN_IPPROTO_IP = 0, LAN_SOL_SOCKET = 1, LAN_IPPROTO_TCP = 6 };
enum lan_option {
    LAN_SO_REUSEADDR = 2,
    LAN_SO_ERROR = 4,
    LAN_SO_SNDBUF = 7,
    LAN_SO_RCVBUF = 8,
    LAN_SO_RCVTIMEO = 20, /* value: milliseconds; 0 waits for ever */
    LAN_SO_SNDTIMEO = 21,
    LAN_SO_BINDTODEVICE = 25, /* datagrams by this interface only (its index); -1: by any */
    LAN_SO_NONBLOCK = 1000,   /* as fcntl's O_NONBLOCK */
    /* Of level LAN_IPPROTO_IP, for datagrams. */
    LAN_IP_TOS = 1,
    LAN_IP_TTL = 2,
    LAN_IP_MULTICAST_IF = 32,   /* an interface's index; -1: as the routes say */
    LAN_IP_MULTICAST_TTL = 33,  /* 1 unless set (RFC 1112 section 6.1) */
    LAN_IP_MULTICAST_LOOP = 34, /* what is sent comes to members on this host; 1 unless set */
    LAN_TCP_NODELAY = 1,
};

int lan_socket(struct lan_host *host, int domain, int type, int protocol);
int lan_bind(struct lan_host *host, int fd, const struct lan_address *address);
int lan_listen(struct lan_host *host, int fd, int backlog);
int lan_accept(struct lan_host *host, int fd, struct lan_address *peer); /* peer may be NULL */
int lan_connect(struct lan_host *host, int fd, const struct lan_address *peer);
long lan_read(struct lan_host *host, int fd, void *memory, size_t size);
long lan_write(struct lan_host *host, int fd, const void *memory, size_t size);
long lan_recvfrom(struct lan_host *host, int fd, void *memory, size_t size, int flags,
                  struct lan_address *source); /* source may be NULL */
long lan_sendto(struct lan_host *host, int fd, const void *memory, size_t size, int flags,
                const struct lan_address *target); /* NULL: the connected peer */
/* timeout_ms below 0 waits for ever. The number of descriptors with events. */
int lan_poll(struct lan_host *host, struct lan_pollfd *fds, unsigned count, int timeout_ms);
int lan_shutdown(struct lan_host *host, int fd, int how);
int lan_close(struct lan_host *host, int fd);
int lan_setsockopt(struct lan_host *host, int fd, int level, int option, int value);
int lan_getsockopt(struct lan_host *host, int fd, int level, int option, int *value);
int lan_getsockname(struct lan_host *host, int fd, struct lan_address *address);
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
