/* The plain POSIX names for firmware that was written for them: include it instead of
 * the system's socket headers, behind all others.
 *
 * Above: such a program. Below: lan_socket.h, one host.
 *
 * POSIX knows neither the host nor an errno in the library, so the program has both:
 *
 *     struct lan_host *lan_posix_host;   set before the first call
 *     int lan_posix_errno;               _Thread_local where there are threads, and then
 *                                        with -DLAN_POSIX_THREAD_LOCAL=_Thread_local
 *
 * Functions and structs are macros that put lan_posix_ before the name, so that a C
 * library's own read, close or timeval are not touched; error numbers are LAN_E's.
 *
 * Absent: IPv6, local sockets, sendmsg and recvmsg, names of hosts (lan_resolve), and
 * descriptors of anything but sockets. */
#ifndef LAN_POSIX_H
#define LAN_POSIX_H

#include "lan_posix_calls.h"

/* --- errors ---------------------------------------------------------------------------- */

#undef errno
#undef EACCES
#undef EADDRINUSE
#undef EADDRNOTAVAIL
#undef EAFNOSUPPORT
#undef EAGAIN
#undef EALREADY
#undef EBADF
#undef ECONNABORTED
#undef ECONNREFUSED
#undef ECONNRESET
#undef EDESTADDRREQ
#undef EDOM
#undef EFAULT
#undef EHOSTUNREACH
#undef EINPROGRESS
#undef EINTR
#undef EINVAL
#undef EISCONN
#undef EMFILE
#undef EMSGSIZE
#undef ENETDOWN
#undef ENETUNREACH
#undef ENOBUFS
#undef ENODEV
#undef ENOENT
#undef ENOMEM
#undef ENOPROTOOPT
#undef ENOTCONN
#undef ENOTSOCK
#undef EOPNOTSUPP
#undef EPIPE
#undef EPROTONOSUPPORT
#undef ETIMEDOUT
#undef EWOULDBLOCK
#define errno           lan_posix_errno
#define EACCES          LAN_EACCES
#define EADDRINUSE      LAN_EADDRINUSE
#define EADDRNOTAVAIL   LAN_EADDRNOTAVAIL
#define EAFNOSUPPORT    LAN_EAFNOSUPPORT
#define EAGAIN          LAN_EAGAIN
#define EALREADY        LAN_EALREADY
#define EBADF           LAN_EBADF
#define ECONNABORTED    LAN_ECONNABORTED
#define ECONNREFUSED    LAN_ECONNREFUSED
#define ECONNRESET      LAN_ECONNRESET
#define EDESTADDRREQ    LAN_EDESTADDRREQ
#define EDOM            LAN_EDOM
#define EFAULT          LAN_EFAULT
#define EHOSTUNREACH    LAN_EHOSTUNREACH
#define EINPROGRESS     LAN_EINPROGRESS
#define EINTR           LAN_EINTR
#define EINVAL          LAN_EINVAL
#define EISCONN         LAN_EISCONN
#define EMFILE          LAN_EMFILE
#define EMSGSIZE        LAN_EMSGSIZE
#define ENETDOWN        LAN_ENETDOWN
#define ENETUNREACH     LAN_ENETUNREACH
#define ENOBUFS         LAN_ENOBUFS
#define ENODEV          LAN_ENODEV
#define ENOENT          LAN_ENOENT
#define ENOMEM          LAN_ENOMEM
#define ENOPROTOOPT     LAN_ENOPROTOOPT
#define ENOTCONN        LAN_ENOTCONN
#define ENOTSOCK        LAN_ENOTSOCK
#define EOPNOTSUPP      LAN_EOPNOTSUPP
#define EPIPE           LAN_EPIPE
#define EPROTONOSUPPORT LAN_EPROTONOSUPPORT
#define ETIMEDOUT       LAN_ETIMEDOUT
#define EWOULDBLOCK     LAN_EAGAIN

/* --- the plain names ------------------------------------------------------------------- */

/* Whatever a C library has defined gives way. */
#undef sockaddr
#undef sockaddr_in
#undef in_addr
#undef timeval
#undef linger
#undef ip_mreq
#undef socklen_t
#undef in_addr_t
#undef fd_set
#undef pollfd
#undef nfds_t
#undef ssize_t
#undef AF_UNSPEC
#undef AF_INET
#undef INADDR_ANY
#undef INADDR_BROADCAST
#undef INADDR_LOOPBACK
#undef IPPROTO_IP
#undef IPPROTO_TCP
#undef IPPROTO_UDP
#undef O_NONBLOCK
#undef F_GETFL
#undef F_SETFL
#undef IP_ADD_MEMBERSHIP
#undef IP_DROP_MEMBERSHIP
#undef FD_SETSIZE
#undef SOL_SOCKET
#undef SOCK_STREAM
#undef SOCK_DGRAM
#undef SOCK_NONBLOCK
#undef SHUT_RD
#undef SHUT_WR
#undef SHUT_RDWR
#undef MSG_PEEK
#undef MSG_DONTWAIT
#undef MSG_WAITALL
#undef MSG_NOSIGNAL
#undef POLLIN
#undef POLLOUT
#undef POLLERR
#undef POLLHUP
#undef POLLNVAL
#undef SO_REUSEADDR
#undef SO_TYPE
#undef SO_ERROR
#undef SO_BROADCAST
#undef SO_SNDBUF
#undef SO_RCVBUF
#undef SO_KEEPALIVE
#undef SO_LINGER
#undef SO_RCVTIMEO
#undef SO_SNDTIMEO
#undef SO_ACCEPTCONN
#undef IP_TOS
#undef IP_TTL
#undef IP_MULTICAST_IF
#undef IP_MULTICAST_TTL
#undef IP_MULTICAST_LOOP
#undef TCP_NODELAY
#undef TCP_MAXSEG
#undef TCP_KEEPIDLE
#undef TCP_KEEPINTVL
#undef TCP_KEEPCNT
#undef TCP_CONGESTION
#undef TCP_USER_TIMEOUT
#undef FD_ZERO
#undef FD_SET
#undef FD_CLR
#undef FD_ISSET
#undef htonl
#undef htons
#undef inet_pton
#undef socket
#undef bind
#undef listen
#undef accept
#undef connect
#undef shutdown
#undef close
#undef getsockname
#undef getpeername
#undef fcntl
#undef recvfrom
#undef sendto
#undef select
#undef poll
#undef setsockopt
#undef getsockopt
#undef ntohl
#undef ntohs
#undef recv
#undef send
#undef read
#undef write

#define sockaddr                       lan_posix_sockaddr
#define sockaddr_in                    lan_posix_sockaddr_in
#define in_addr                        lan_posix_in_addr
#define timeval                        lan_posix_timeval
#define linger                         lan_posix_linger
#define ip_mreq                        lan_posix_ip_mreq
#define socklen_t                      lan_posix_socklen_t
#define in_addr_t                      lan_posix_in_addr_t
#define fd_set                         struct lan_fd_set
#define pollfd                         lan_pollfd
#define nfds_t                         unsigned long
#define ssize_t                        long
#define AF_UNSPEC                      0
#define AF_INET                        LAN_AF_INET
#define INADDR_ANY                     ((lan_posix_in_addr_t)0)
#define INADDR_BROADCAST               ((lan_posix_in_addr_t)0xffffffff)
#define INADDR_LOOPBACK                ((lan_posix_in_addr_t)0x7f000001)
#define IPPROTO_IP                     LAN_IPPROTO_IP
#define IPPROTO_TCP                    LAN_IPPROTO_TCP
#define IPPROTO_UDP                    17
#define O_NONBLOCK                     LAN_SOCK_NONBLOCK
#define F_GETFL                        LAN_POSIX_F_GETFL
#define F_SETFL                        LAN_POSIX_F_SETFL
#define IP_ADD_MEMBERSHIP              LAN_POSIX_ADD_MEMBERSHIP
#define IP_DROP_MEMBERSHIP             LAN_POSIX_DROP_MEMBERSHIP
#define FD_SETSIZE                     LAN_FD_SETSIZE
#define SOL_SOCKET                     LAN_SOL_SOCKET
#define SOCK_STREAM                    LAN_SOCK_STREAM
#define SOCK_DGRAM                     LAN_SOCK_DGRAM
#define SOCK_NONBLOCK                  LAN_SOCK_NONBLOCK
#define SHUT_RD                        LAN_SHUT_RD
#define SHUT_WR                        LAN_SHUT_WR
#define SHUT_RDWR                      LAN_SHUT_RDWR
#define MSG_PEEK                       LAN_MSG_PEEK
#define MSG_DONTWAIT                   LAN_MSG_DONTWAIT
#define MSG_WAITALL                    LAN_MSG_WAITALL
#define MSG_NOSIGNAL                   LAN_MSG_NOSIGNAL
#define POLLIN                         LAN_POLLIN
#define POLLOUT                        LAN_POLLOUT
#define POLLERR                        LAN_POLLERR
#define POLLHUP                        LAN_POLLHUP
#define POLLNVAL                       LAN_POLLNVAL
#define SO_REUSEADDR                   LAN_SO_REUSEADDR
#define SO_TYPE                        LAN_SO_TYPE
#define SO_ERROR                       LAN_SO_ERROR
#define SO_BROADCAST                   LAN_SO_BROADCAST
#define SO_SNDBUF                      LAN_SO_SNDBUF
#define SO_RCVBUF                      LAN_SO_RCVBUF
#define SO_KEEPALIVE                   LAN_SO_KEEPALIVE
#define SO_LINGER                      LAN_SO_LINGER
#define SO_RCVTIMEO                    LAN_SO_RCVTIMEO
#define SO_SNDTIMEO                    LAN_SO_SNDTIMEO
#define SO_ACCEPTCONN                  LAN_SO_ACCEPTCONN
#define IP_TOS                         LAN_IP_TOS
#define IP_TTL                         LAN_IP_TTL
#define IP_MULTICAST_IF                LAN_IP_MULTICAST_IF
#define IP_MULTICAST_TTL               LAN_IP_MULTICAST_TTL
#define IP_MULTICAST_LOOP              LAN_IP_MULTICAST_LOOP
#define TCP_NODELAY                    LAN_TCP_NODELAY
#define TCP_MAXSEG                     LAN_TCP_MAXSEG
#define TCP_KEEPIDLE                   LAN_TCP_KEEPIDLE
#define TCP_KEEPINTVL                  LAN_TCP_KEEPINTVL
#define TCP_KEEPCNT                    LAN_TCP_KEEPCNT
#define TCP_CONGESTION                 LAN_TCP_CONGESTION
#define TCP_USER_TIMEOUT               LAN_TCP_USER_TIMEOUT
#define FD_ZERO(set)                   lan_fd_zero(set)
#define FD_SET(fd, set)                lan_fd_set(fd, set)
#define FD_CLR(fd, set)                lan_fd_clear(fd, set)
#define FD_ISSET(fd, set)              lan_fd_is_set(fd, set)
#define htonl(value)                   lan_posix_htonl(value)
#define htons(value)                   lan_posix_htons(value)
#define inet_pton(family, text, to)    lan_posix_inet_pton(family, text, to)
#define socket(domain, type, protocol) lan_posix_socket(domain, type, protocol)
#define bind(fd, address, size)        lan_posix_bind(fd, address, size)
#define listen(fd, backlog)            lan_posix_listen(fd, backlog)
#define accept(fd, address, size)      lan_posix_accept(fd, address, size)
#define connect(fd, address, size)     lan_posix_connect(fd, address, size)
#define shutdown(fd, how)              lan_posix_shutdown(fd, how)
#define close(fd)                      lan_posix_close(fd)
#define getsockname(fd, address, size) lan_posix_getsockname(fd, address, size)
#define getpeername(fd, address, size) lan_posix_getpeername(fd, address, size)
#define fcntl(fd, command, flags)      lan_posix_fcntl(fd, command, flags)
#define recvfrom(fd, memory, size, flags, address, address_size)                                   \
    lan_posix_recvfrom(fd, memory, size, flags, address, address_size)
#define sendto(fd, memory, size, flags, address, address_size)                                     \
    lan_posix_sendto(fd, memory, size, flags, address, address_size)
#define select(count, read, write, except, time) lan_posix_select(count, read, write, except, time)
#define poll(fds, count, timeout_ms)             lan_posix_poll(fds, count, timeout_ms)
#define setsockopt(fd, level, option, value, size)                                                 \
    lan_posix_setsockopt(fd, level, option, value, size)
#define getsockopt(fd, level, option, value, size)                                                 \
    lan_posix_getsockopt(fd, level, option, value, size)
#define ntohl(value)                  lan_posix_htonl(value)
#define ntohs(value)                  lan_posix_htons(value)
#define recv(fd, memory, size, flags) lan_posix_recvfrom(fd, memory, size, flags, NULL, NULL)
#define send(fd, memory, size, flags) lan_posix_sendto(fd, memory, size, flags, NULL, 0)
#define read(fd, memory, size)        lan_posix_recvfrom(fd, memory, size, 0, NULL, NULL)
#define write(fd, memory, size)       lan_posix_sendto(fd, memory, size, 0, NULL, 0)

#endif
