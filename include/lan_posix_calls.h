/* What the macros of lan_posix.h stand for: the plain calls, with POSIX's structs, over
 * lan_socket.h. Include lan_posix.h. */
#ifndef LAN_POSIX_CALLS_H
#define LAN_POSIX_CALLS_H

#include <string.h>

#include "lan_socket.h"

#ifndef LAN_POSIX_THREAD_LOCAL
#define LAN_POSIX_THREAD_LOCAL
#endif

extern struct lan_host *lan_posix_host;
extern LAN_POSIX_THREAD_LOCAL int lan_posix_errno;

/* --- errors ---------------------------------------------------------------------------- */

/* -1 with errno set for a result below 0. */
static inline long lan_posix_result(long result)
{
    if (result >= 0)
        return result;
    lan_posix_errno = (int)-result;
    return -1;
}

/* --- addresses ------------------------------------------------------------------------- */

typedef uint32_t lan_posix_in_addr_t; /* in the network's byte order */
struct lan_posix_in_addr {
    lan_posix_in_addr_t s_addr;
};
struct lan_posix_sockaddr {
    uint16_t sa_family;
    uint8_t sa_data[14];
};
struct lan_posix_sockaddr_in {
    uint16_t sin_family;
    uint16_t sin_port;
    struct lan_posix_in_addr sin_addr;
    uint8_t sin_zero[8];
};
typedef uint32_t lan_posix_socklen_t;

static inline uint32_t lan_posix_htonl(uint32_t value)
{
    const uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                              (uint8_t)value};
    uint32_t swapped;
    memcpy(&swapped, bytes, sizeof swapped);
    return swapped;
}

static inline uint16_t lan_posix_htons(uint16_t value)
{
    const uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    uint16_t swapped;
    memcpy(&swapped, bytes, sizeof swapped);
    return swapped;
}

/* 0, -LAN_EFAULT, -LAN_EINVAL (too short) or -LAN_EAFNOSUPPORT. */
static inline int lan_posix_take_address(const void *from, lan_posix_socklen_t size,
                                         struct lan_address *address)
{
    struct lan_posix_sockaddr_in in;
    if (!from)
        return -LAN_EFAULT;
    if (size < sizeof in)
        return -LAN_EINVAL;
    memcpy(&in, from, sizeof in);
    if (in.sin_family != LAN_AF_INET)
        return -LAN_EAFNOSUPPORT;
    *address =
        (struct lan_address){lan_posix_htonl(in.sin_addr.s_addr), lan_posix_htons(in.sin_port)};
    return 0;
}

/* Cut to *size, which becomes the whole size (POSIX accept, getsockname, recvfrom). */
static inline void lan_posix_give_address(const struct lan_address *address, void *to,
                                          lan_posix_socklen_t *size)
{
    const struct lan_posix_sockaddr_in in = {
        .sin_family = LAN_AF_INET,
        .sin_port = lan_posix_htons(address->port),
        .sin_addr = {lan_posix_htonl(address->ip)},
    };
    if (!to || !size)
        return;
    memcpy(to, &in, *size < sizeof in ? *size : sizeof in);
    *size = sizeof in;
}

/* "10.0.0.1" and nothing else; 1 or, when it is no address, 0. */
static inline int lan_posix_inet_pton(int family, const char *text, void *to)
{
    uint32_t ip = 0;
    if (family != LAN_AF_INET)
        return (int)lan_posix_result(-LAN_EAFNOSUPPORT);
    for (int part = 0; part < 4; part++) {
        unsigned value = 0;
        int digits = 0;
        for (; *text >= '0' && *text <= '9' && digits < 3; text++, digits++)
            value = value * 10 + (unsigned)(*text - '0');
        if (digits == 0 || value > 255 || *text != (part < 3 ? '.' : '\0'))
            return 0;
        text += part < 3;
        ip = ip << 8 | value;
    }
    ip = lan_posix_htonl(ip);
    memcpy(to, &ip, sizeof ip);
    return 1;
}

/* --- opening and closing --------------------------------------------------------------- */

static inline int lan_posix_socket(int domain, int type, int protocol)
{
    return (int)lan_posix_result(lan_socket(lan_posix_host, domain, type, protocol));
}

static inline int lan_posix_bind(int fd, const void *address, lan_posix_socklen_t size)
{
    struct lan_address own;
    int result = lan_posix_take_address(address, size, &own);
    return (int)lan_posix_result(result < 0 ? result : lan_bind(lan_posix_host, fd, &own));
}

static inline int lan_posix_listen(int fd, int backlog)
{
    return (int)lan_posix_result(lan_listen(lan_posix_host, fd, backlog));
}

static inline int lan_posix_accept(int fd, void *address, lan_posix_socklen_t *size)
{
    struct lan_address peer = {0, 0};
    int result = lan_accept(lan_posix_host, fd, &peer);
    if (result >= 0)
        lan_posix_give_address(&peer, address, size);
    return (int)lan_posix_result(result);
}

/* AF_UNSPEC dissolves the connection of datagrams. */
static inline int lan_posix_connect(int fd, const void *address, lan_posix_socklen_t size)
{
    struct lan_address peer;
    uint16_t family = LAN_AF_INET;
    if (address && size >= sizeof family)
        memcpy(&family, address, sizeof family);
    if (family == 0)
        return (int)lan_posix_result(lan_disconnect(lan_posix_host, fd));
    int result = lan_posix_take_address(address, size, &peer);
    return (int)lan_posix_result(result < 0 ? result : lan_connect(lan_posix_host, fd, &peer));
}

static inline int lan_posix_shutdown(int fd, int how)
{
    return (int)lan_posix_result(lan_shutdown(lan_posix_host, fd, how));
}

static inline int lan_posix_close(int fd)
{
    return (int)lan_posix_result(lan_close(lan_posix_host, fd));
}

static inline int lan_posix_getsockname(int fd, void *address, lan_posix_socklen_t *size)
{
    struct lan_address own;
    int result = lan_getsockname(lan_posix_host, fd, &own);
    if (result == 0)
        lan_posix_give_address(&own, address, size);
    return (int)lan_posix_result(result);
}

static inline int lan_posix_getpeername(int fd, void *address, lan_posix_socklen_t *size)
{
    struct lan_address peer;
    int result = lan_getpeername(lan_posix_host, fd, &peer);
    if (result == 0)
        lan_posix_give_address(&peer, address, size);
    return (int)lan_posix_result(result);
}

enum { LAN_POSIX_F_GETFL = 3, LAN_POSIX_F_SETFL = 4 };

/* O_NONBLOCK and nothing else. */
static inline int lan_posix_fcntl(int fd, int command, int flags)
{
    int on = 0;
    if (command == LAN_POSIX_F_SETFL)
        return (int)lan_posix_result(lan_setsockopt(
            lan_posix_host, fd, LAN_SOL_SOCKET, LAN_SO_NONBLOCK, (flags & LAN_SOCK_NONBLOCK) != 0));
    if (command != LAN_POSIX_F_GETFL)
        return (int)lan_posix_result(-LAN_EINVAL);
    int result = lan_getsockopt(lan_posix_host, fd, LAN_SOL_SOCKET, LAN_SO_NONBLOCK, &on);
    return (int)lan_posix_result(result < 0 ? result : on ? (int)LAN_SOCK_NONBLOCK : 0);
}

/* --- data ------------------------------------------------------------------------------ */

static inline long lan_posix_recvfrom(int fd, void *memory, size_t size, int flags, void *address,
                                      lan_posix_socklen_t *address_size)
{
    struct lan_address source = {0, 0};
    long result = lan_recvfrom(lan_posix_host, fd, memory, size, flags, &source);
    if (result >= 0)
        lan_posix_give_address(&source, address, address_size);
    return lan_posix_result(result);
}

static inline long lan_posix_sendto(int fd, const void *memory, size_t size, int flags,
                                    const void *address, lan_posix_socklen_t address_size)
{
    struct lan_address target;
    int result = address ? lan_posix_take_address(address, address_size, &target) : 0;
    if (result < 0)
        return lan_posix_result(result);
    return lan_posix_result(
        lan_sendto(lan_posix_host, fd, memory, size, flags, address ? &target : NULL));
}

/* --- many at once ---------------------------------------------------------------------- */

struct lan_posix_timeval {
    long tv_sec, tv_usec;
};

/* Rounded up to milliseconds, so that nothing ends early; -1: for ever. */
static inline int lan_posix_timeout_ms(const struct lan_posix_timeval *time)
{
    if (!time)
        return -1;
    if (time->tv_sec >= 2147483)
        return 2147483647;
    return (int)(time->tv_sec * 1000 + (time->tv_usec + 999) / 1000);
}

static inline int lan_posix_select(int count, struct lan_fd_set *read, struct lan_fd_set *write,
                                   struct lan_fd_set *except, const struct lan_posix_timeval *time)
{
    if (time && (time->tv_sec < 0 || time->tv_usec < 0))
        return (int)lan_posix_result(-LAN_EINVAL);
    return (int)lan_posix_result(
        lan_select(lan_posix_host, count, read, write, except, lan_posix_timeout_ms(time)));
}

static inline int lan_posix_poll(struct lan_pollfd *fds, unsigned long count, int timeout_ms)
{
    return (int)lan_posix_result(lan_poll(lan_posix_host, fds, (unsigned)count, timeout_ms));
}

/* --- options --------------------------------------------------------------------------- */

struct lan_posix_linger {
    int l_onoff, l_linger;
};
struct lan_posix_ip_mreq {
    struct lan_posix_in_addr imr_multiaddr, imr_interface;
};
enum { LAN_POSIX_ADD_MEMBERSHIP = 35, LAN_POSIX_DROP_MEMBERSHIP = 36 };

/* The interface with that address (network's order); any (0): -1; none: -2. */
static inline int lan_posix_interface(lan_posix_in_addr_t address)
{
    lan_ip4 own;
    unsigned prefix;
    if (address == 0)
        return -1;
    for (int i = 0; lan_host_address(lan_posix_host, i, &own, &prefix); i++)
        if (own == lan_posix_htonl(address))
            return i;
    return -2;
}

/* Values that POSIX does not keep in an int become lan_setsockopt's int. */
static inline int lan_posix_take_value(int level, int option, const void *from, size_t size,
                                       int *value)
{
    struct lan_posix_timeval time;
    struct lan_posix_linger linger;
    lan_posix_in_addr_t address;
    size_t wanted = sizeof *value;
    bool is_time =
        level == LAN_SOL_SOCKET && (option == LAN_SO_RCVTIMEO || option == LAN_SO_SNDTIMEO);
    if (!from)
        return -LAN_EFAULT;
    if (level == LAN_IPPROTO_TCP && option == LAN_TCP_CONGESTION) {
        bool is_cubic = size >= 5 && memcmp(from, "cubic", 5) == 0;
        bool is_reno = size >= 4 && memcmp(from, "reno", 4) == 0;
        *value = is_cubic ? LAN_TCP_CUBIC : LAN_TCP_NEW_RENO;
        return is_cubic || is_reno ? 0 : -LAN_ENOENT;
    }
    if (is_time)
        wanted = sizeof time;
    else if (level == LAN_SOL_SOCKET && option == LAN_SO_LINGER)
        wanted = sizeof linger;
    if (size < wanted)
        return -LAN_EINVAL;
    if (is_time) {
        memcpy(&time, from, sizeof time);
        if (time.tv_usec < 0 || time.tv_usec >= 1000000)
            return -LAN_EDOM;
        *value = time.tv_sec < 0 ? -1 : lan_posix_timeout_ms(&time);
    } else if (level == LAN_SOL_SOCKET && option == LAN_SO_LINGER) {
        memcpy(&linger, from, sizeof linger);
        *value = linger.l_onoff ? linger.l_linger & 0x7fffffff : -1;
    } else if (level == LAN_IPPROTO_IP && option == LAN_IP_MULTICAST_IF) {
        memcpy(&address, from, sizeof address);
        *value = lan_posix_interface(address);
        return *value == -2 ? -LAN_EADDRNOTAVAIL : 0;
    } else {
        memcpy(value, from, sizeof *value);
    }
    return 0;
}

static inline int lan_posix_change_group(int fd, int option, const void *from, size_t size)
{
    struct lan_posix_ip_mreq request;
    if (!from)
        return -LAN_EFAULT;
    if (size < sizeof request)
        return -LAN_EINVAL;
    memcpy(&request, from, sizeof request);
    lan_ip4 group = lan_posix_htonl(request.imr_multiaddr.s_addr);
    int interface = lan_posix_interface(request.imr_interface.s_addr);
    if (interface == -2)
        return -LAN_ENODEV;
    return option == LAN_POSIX_ADD_MEMBERSHIP
               ? lan_join_group(lan_posix_host, fd, group, interface)
               : lan_leave_group(lan_posix_host, fd, group, interface);
}

static inline int lan_posix_setsockopt(int fd, int level, int option, const void *from,
                                       lan_posix_socklen_t size)
{
    int value = 0;
    if (level == LAN_IPPROTO_IP &&
        (option == LAN_POSIX_ADD_MEMBERSHIP || option == LAN_POSIX_DROP_MEMBERSHIP))
        return (int)lan_posix_result(lan_posix_change_group(fd, option, from, size));
    int result = lan_posix_take_value(level, option, from, size, &value);
    if (result == 0)
        result = lan_setsockopt(lan_posix_host, fd, level, option, value);
    return (int)lan_posix_result(result);
}

/* Cut to *size, which becomes what was stored. */
static inline void lan_posix_give(const void *value, lan_posix_socklen_t size, void *to,
                                  lan_posix_socklen_t *room)
{
    if (*room > size)
        *room = size;
    memcpy(to, value, *room);
}

static inline int lan_posix_getsockopt(int fd, int level, int option, void *to,
                                       lan_posix_socklen_t *size)
{
    int value = 0;
    int result =
        to && size ? lan_getsockopt(lan_posix_host, fd, level, option, &value) : -LAN_EFAULT;
    if (result < 0)
        return (int)lan_posix_result(result);
    const struct lan_posix_timeval time = {value / 1000, value % 1000 * 1000};
    const struct lan_posix_linger linger = {value >= 0, value < 0 ? 0 : value};
    lan_ip4 own = 0;
    unsigned prefix;
    if (level == LAN_SOL_SOCKET && (option == LAN_SO_RCVTIMEO || option == LAN_SO_SNDTIMEO)) {
        lan_posix_give(&time, sizeof time, to, size);
    } else if (level == LAN_SOL_SOCKET && option == LAN_SO_LINGER) {
        lan_posix_give(&linger, sizeof linger, to, size);
    } else if (level == LAN_IPPROTO_IP && option == LAN_IP_MULTICAST_IF) {
        if (value >= 0)
            lan_host_address(lan_posix_host, value, &own, &prefix);
        own = lan_posix_htonl(own);
        lan_posix_give(&own, sizeof own, to, size);
    } else if (level == LAN_IPPROTO_TCP && option == LAN_TCP_CONGESTION) {
        lan_posix_give(value == LAN_TCP_CUBIC ? "cubic" : "reno", value == LAN_TCP_CUBIC ? 6 : 5,
                       to, size);
    } else {
        lan_posix_give(&value, sizeof value, to, size);
    }
    return 0;
}

#endif
