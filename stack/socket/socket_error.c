/* Words for errors. */
#include "lan_socket.h"

const char *lan_error_text(int error)
{
    switch (error < 0 ? -error : error) {
    case 0:
        return "no error";
    case LAN_ENOENT:
        return "no such name";
    case LAN_EINTR:
        return "interrupted";
    case LAN_EIO:
        return "server failed";
    case LAN_EBADF:
        return "bad descriptor";
    case LAN_EAGAIN:
        return "not now, try again";
    case LAN_ENOMEM:
        return "out of memory";
    case LAN_EACCES:
        return "permission denied";
    case LAN_EFAULT:
        return "bad pointer";
    case LAN_ENODEV:
        return "no such interface";
    case LAN_EDOM:
        return "out of range";
    case LAN_EINVAL:
        return "invalid argument";
    case LAN_EMFILE:
        return "too many sockets";
    case LAN_EPIPE:
        return "broken pipe";
    case LAN_ENOTSOCK:
        return "not a socket";
    case LAN_EDESTADDRREQ:
        return "target address required";
    case LAN_EMSGSIZE:
        return "message too long";
    case LAN_ENOPROTOOPT:
        return "no such option";
    case LAN_EPROTONOSUPPORT:
        return "protocol not supported";
    case LAN_EOPNOTSUPP:
        return "operation not supported";
    case LAN_EAFNOSUPPORT:
        return "address family not supported";
    case LAN_EADDRINUSE:
        return "address in use";
    case LAN_EADDRNOTAVAIL:
        return "address not available";
    case LAN_ENETDOWN:
        return "network is down";
    case LAN_ENETUNREACH:
        return "network unreachable";
    case LAN_ECONNABORTED:
        return "connection aborted";
    case LAN_ECONNRESET:
        return "connection reset by peer";
    case LAN_ENOBUFS:
        return "no buffer space";
    case LAN_EISCONN:
        return "already connected";
    case LAN_ENOTCONN:
        return "not connected";
    case LAN_ETIMEDOUT:
        return "timed out";
    case LAN_ECONNREFUSED:
        return "connection refused";
    case LAN_EHOSTUNREACH:
        return "host unreachable";
    case LAN_EALREADY:
        return "already in progress";
    case LAN_EINPROGRESS:
        return "in progress";
    default:
        return "unknown error";
    }
}
