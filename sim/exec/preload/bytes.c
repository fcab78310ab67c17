/* See preload.h. The calls that carry bytes. The kernel does the work on the AF_UNIX
 * socket; what is added is that a connection's error is told as such (an AF_UNIX socket
 * knows only its end), and that datagrams say from whom and to whom. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include "preload.h"

enum { PIECES_MAX = 1024 }; /* IOV_MAX */

#define LOOPBACK_BYTE 127

/* --- receiving ----------------------------------------------------------------------------- */

/* What the program is told of this result of the kernel's. */
static ssize_t received(int fd, ssize_t got, size_t wanted)
{
    struct mine mine;
    int error = errno;
    if (got > 0 || (got == 0 && wanted == 0))
        return got;
    if (got < 0 && error != EINVAL && error != ECONNRESET)
        return got;
    if (!preload_find(fd, &mine))
        return got;
    if (got < 0 && preload_is_stream(&mine) && !mine.connected)
        return preload_result(-ENOTCONN);
    int pending = preload_take_error(&mine);
    errno = pending ? pending : error;
    return pending ? -1 : got;
}

EXPORT ssize_t read(int fd, void *memory, size_t size)
{
    return received(fd, REAL(read)(fd, memory, size), size);
}

EXPORT ssize_t readv(int fd, const struct iovec *pieces, int count)
{
    return received(fd, REAL(readv)(fd, pieces, count), 1);
}

EXPORT ssize_t recv(int fd, void *memory, size_t size, int flags)
{
    struct mine mine;
    if (flags & MSG_OOB && preload_find(fd, &mine))
        return preload_result(-EINVAL); /* there is no urgent data */
    return received(fd, REAL(recv)(fd, memory, size, flags), size);
}

EXPORT ssize_t recvfrom(int fd, void *__restrict memory, size_t size, int flags,
                        __SOCKADDR_ARG address, socklen_t *__restrict address_size)
{
    struct sockaddr_storage source = {0};
    socklen_t source_size = sizeof source;
    if (!address.__sockaddr__)
        return recv(fd, memory, size, flags);
    ssize_t got = REAL(recvfrom)(fd, memory, size, flags, (struct sockaddr *)&source, &source_size);
    if (got >= 0)
        preload_give_source(&source, source_size, false, address.__sockaddr__, address_size);
    return received(fd, got, size);
}

EXPORT ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    struct sockaddr_storage source = {0};
    void *address = message->msg_name;
    socklen_t address_size = message->msg_namelen;
    if (address) {
        message->msg_name = &source;
        message->msg_namelen = sizeof source;
    }
    ssize_t got = REAL(recvmsg)(fd, message, flags);
    if (address) {
        if (got >= 0)
            preload_give_source(&source, message->msg_namelen, false, address, &address_size);
        message->msg_name = address;
        message->msg_namelen = address_size;
    }
    return received(fd, got, 1);
}

/* The first may wait, the others do not: as the kernel's with MSG_WAITFORONE. */
EXPORT int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags,
                    struct timespec *timeout)
{
    struct mine mine;
    if (!preload_find(fd, &mine))
        return REAL(recvmmsg)(fd, messages, count, flags, timeout);
    for (unsigned i = 0; i < count; i++) {
        ssize_t got = recvmsg(fd, &messages[i].msg_hdr,
                              (flags & ~MSG_WAITFORONE) | (i > 0 ? MSG_DONTWAIT : 0));
        if (got < 0)
            return i > 0 ? (int)i : -1;
        messages[i].msg_len = (unsigned)got;
    }
    return (int)count;
}

/* --- sending ------------------------------------------------------------------------------- */

static ssize_t broken_pipe(int flags)
{
    if (!(flags & MSG_NOSIGNAL))
        pthread_kill(pthread_self(), SIGPIPE);
    return preload_result(-EPIPE);
}

static ssize_t sent(int fd, ssize_t put, int flags)
{
    struct mine mine;
    int error = errno;
    if (put >= 0 ||
        (error != EPIPE && error != ENOTCONN && error != ECONNRESET && error != ECONNREFUSED))
        return put;
    if (!preload_find(fd, &mine)) {
        if (error == EPIPE)
            return broken_pipe(flags);
        return put;
    }
    if (!preload_is_stream(&mine))
        return preload_result(error == ENOTCONN ? -EDESTADDRREQ : -ECONNREFUSED);
    int pending = preload_take_error(&mine);
    return pending ? preload_result(-pending) : broken_pipe(flags);
}

/* With the signal that the kernel has sent already, where there was one. */
EXPORT ssize_t write(int fd, const void *memory, size_t size)
{
    ssize_t put = REAL(write)(fd, memory, size);
    return sent(fd, put, put < 0 && errno == EPIPE ? MSG_NOSIGNAL : 0);
}

EXPORT ssize_t writev(int fd, const struct iovec *pieces, int count)
{
    ssize_t put = REAL(writev)(fd, pieces, count);
    return sent(fd, put, put < 0 && errno == EPIPE ? MSG_NOSIGNAL : 0);
}

EXPORT ssize_t send(int fd, const void *memory, size_t size, int flags)
{
    struct mine mine;
    if (flags & MSG_OOB && preload_find(fd, &mine))
        return preload_result(-EOPNOTSUPP);
    return sent(fd, REAL(send)(fd, memory, size, flags | MSG_NOSIGNAL), flags);
}

/* By lantern's socket for that, the target before the bytes. */
static ssize_t send_to_target(int fd, const struct msghdr *message, int flags)
{
    struct sockaddr_in in;
    struct sockaddr_un through;
    struct iovec pieces[PIECES_MAX + 1];
    size_t count = message->msg_iovlen, size = 0;
    if (message->msg_namelen < sizeof in || count > PIECES_MAX)
        return preload_result(-EINVAL);
    memcpy(&in, message->msg_name, sizeof in);
    if (in.sin_family != AF_INET)
        return preload_result(-EAFNOSUPPORT);
    for (size_t i = 0; i < count; i++) {
        pieces[i + 1] = message->msg_iov[i];
        size += pieces[i + 1].iov_len;
    }
    if (size > EXEC_DATAGRAM_MAX)
        return preload_result(-EMSGSIZE);
    struct exec_target target = {ntohl(in.sin_addr.s_addr), ntohs(in.sin_port), 0};
    pieces[0] = (struct iovec){&target, sizeof target};
    struct msghdr whole = {.msg_name = &through, .msg_iov = pieces, .msg_iovlen = count + 1};
    whole.msg_namelen =
        exec_name_write(&through, preload_session(), &(struct exec_name){.kind = 't'});
    ssize_t put = REAL(sendmsg)(fd, &whole, flags | MSG_NOSIGNAL);
    return put < 0 ? put : (ssize_t)size;
}

static bool is_loopback(const struct msghdr *message)
{
    struct sockaddr_in in = {0};
    if (message->msg_namelen >= sizeof in)
        memcpy(&in, message->msg_name, sizeof in);
    return in.sin_family == AF_INET && ntohl(in.sin_addr.s_addr) >> 24 == LOOPBACK_BYTE;
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    struct mine mine;
    if (!preload_find(fd, &mine))
        return REAL(sendmsg)(fd, message, flags);
    if (flags & MSG_OOB)
        return preload_result(-EOPNOTSUPP);
    if (message->msg_name && !preload_is_stream(&mine)) {
        if (!is_loopback(message))
            return send_to_target(fd, message, flags);
        return preload_give_to_kernel(fd, &mine) ? REAL(sendmsg)(fd, message, flags) : -1;
    }
    struct msghdr bare = {.msg_iov = message->msg_iov, .msg_iovlen = message->msg_iovlen};
    return sent(fd, REAL(sendmsg)(fd, &bare, flags | MSG_NOSIGNAL), flags);
}

EXPORT ssize_t sendto(int fd, const void *memory, size_t size, int flags,
                      __CONST_SOCKADDR_ARG address, socklen_t address_size)
{
    struct mine mine;
    if (!address.__sockaddr__)
        return send(fd, memory, size, flags);
    if (!preload_find(fd, &mine))
        return REAL(sendto)(fd, memory, size, flags, address, address_size);
    struct iovec piece = {(void *)(uintptr_t)memory, size};
    struct msghdr message = {.msg_name = (void *)(uintptr_t)address.__sockaddr__,
                             .msg_namelen = address_size,
                             .msg_iov = &piece,
                             .msg_iovlen = 1};
    return sendmsg(fd, &message, flags);
}

EXPORT int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    struct mine mine;
    if (!preload_find(fd, &mine))
        return REAL(sendmmsg)(fd, messages, count, flags);
    for (unsigned i = 0; i < count; i++) {
        ssize_t put = sendmsg(fd, &messages[i].msg_hdr, flags);
        if (put < 0)
            return i > 0 ? (int)i : -1;
        messages[i].msg_len = (unsigned)put;
    }
    return (int)count;
}

/* --- what programs call that were compiled with _FORTIFY_SOURCE ------------------------------ */

ssize_t __read_chk(int fd, void *memory, size_t size, size_t room);
ssize_t __recv_chk(int fd, void *memory, size_t size, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *memory, size_t size, size_t room, int flags,
                       struct sockaddr *address, socklen_t *address_size);

EXPORT ssize_t __read_chk(int fd, void *memory, size_t size, size_t room)
{
    if (size > room)
        abort();
    return read(fd, memory, size);
}

EXPORT ssize_t __recv_chk(int fd, void *memory, size_t size, size_t room, int flags)
{
    if (size > room)
        abort();
    return recv(fd, memory, size, flags);
}

EXPORT ssize_t __recvfrom_chk(int fd, void *memory, size_t size, size_t room, int flags,
                              struct sockaddr *address, socklen_t *address_size)
{
    if (size > room)
        abort();
    return recvfrom(fd, memory, size, flags, address, address_size);
}
