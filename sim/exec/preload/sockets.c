/* See preload.h. The calls of a socket's life: socket, bind, listen, accept, connect,
 * shutdown, close, and its names. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "preload.h"

enum { FILLS_MAX = 8, TYPE_FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC };

#define LOOPBACK_NETWORK 0x7f000000u
#define LOOPBACK_MASK    0xff000000u

/* This machine's own programs among themselves, which is the kernel's. */
static bool is_loopback(uint32_t ip)
{
    return (ip & LOOPBACK_MASK) == LOOPBACK_NETWORK;
}

/* 0 or a negative errno. */
static int read_address(const struct sockaddr *address, socklen_t size, uint32_t *ip,
                        uint16_t *port)
{
    struct sockaddr_in in;
    if (size < sizeof in)
        return -EINVAL;
    memcpy(&in, address, sizeof in);
    *ip = ntohl(in.sin_addr.s_addr);
    *port = ntohs(in.sin_port);
    return in.sin_family == AF_INET ? 0 : -EAFNOSUPPORT;
}

/* --- socket, close ------------------------------------------------------------------------ */

static int open_named(const char *session, int type, char kind, uint32_t *id)
{
    int fd = REAL(socket)(AF_UNIX, type, 0);
    for (int tries = 0; fd >= 0 && tries < 8; tries++) {
        struct sockaddr_un address;
        if (getrandom(id, sizeof *id, 0) != sizeof *id)
            break;
        const struct exec_name name = {.kind = kind, .id = *id};
        socklen_t size = exec_name_write(&address, session, &name);
        if (REAL(bind)(fd, (struct sockaddr *)&address, size) == 0)
            return fd;
    }
    if (fd >= 0)
        REAL(close)(fd);
    return -1;
}

static int open_mine(const char *session, int type)
{
    char kind = (type & ~TYPE_FLAGS) == SOCK_STREAM ? 's' : 'd';
    struct exec_request request = {.question = EXEC_OPEN, .kind = kind};
    struct exec_answer answer;
    int fd = open_named(session, type, kind, &request.id);
    if (fd >= 0 && preload_ask(&request, &answer) < 0) {
        REAL(close)(fd);
        return preload_result(answer.result);
    }
    return fd;
}

EXPORT int socket(int domain, int type, int protocol)
{
    const char *session = preload_session();
    int kind = type & ~TYPE_FLAGS;
    if (!session || (domain != AF_INET && domain != AF_INET6))
        return REAL(socket)(domain, type, protocol);
    if (domain == AF_INET6) /* programs go on with AF_INET then */
        return preload_result(-EAFNOSUPPORT);
    if ((kind == SOCK_STREAM && (protocol == 0 || protocol == IPPROTO_TCP)) ||
        (kind == SOCK_DGRAM && (protocol == 0 || protocol == IPPROTO_UDP)))
        return open_mine(session, type);
    return preload_result(kind == SOCK_STREAM || kind == SOCK_DGRAM ? -EPROTONOSUPPORT
                                                                    : -ESOCKTNOSUPPORT);
}

EXPORT int close(int fd)
{
    struct mine mine;
    struct exec_answer answer;
    bool tells = preload_find(fd, &mine) && !mine.connected; /* else lantern sees its end */
    int result = REAL(close)(fd);
    if (tells)
        preload_ask_of(&mine, EXEC_CLOSED, &answer);
    return result;
}

EXPORT int shutdown(int fd, int how)
{
    struct mine mine;
    int accepting = 0;
    if (!preload_find(fd, &mine))
        return REAL(shutdown)(fd, how);
    REAL(getsockopt)(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepting, &(socklen_t){sizeof accepting});
    if (preload_is_stream(&mine) && !mine.connected && !accepting)
        return preload_result(-ENOTCONN);
    return REAL(shutdown)(fd, how);
}

/* --- bind, listen, accept ------------------------------------------------------------------ */

EXPORT int bind(int fd, __CONST_SOCKADDR_ARG address, socklen_t size)
{
    struct mine mine;
    struct exec_answer answer;
    if (!preload_find(fd, &mine))
        return REAL(bind)(fd, address, size);
    struct exec_request request = {.question = EXEC_BIND, .id = mine.id};
    int result = read_address(address.__sockaddr__, size, &request.ip, &request.port);
    if (result < 0)
        return preload_result(result);
    if (is_loopback(request.ip))
        return preload_give_to_kernel(fd, &mine) ? REAL(bind)(fd, address, size) : -1;
    return preload_result(preload_ask(&request, &answer));
}

EXPORT int listen(int fd, int backlog)
{
    struct mine mine;
    struct exec_answer answer;
    if (!preload_find(fd, &mine))
        return REAL(listen)(fd, backlog);
    if (!preload_is_stream(&mine))
        return preload_result(-EOPNOTSUPP);
    if (mine.connected)
        return preload_result(-EINVAL);
    struct exec_request request = {.question = EXEC_LISTEN, .id = mine.id, .value = backlog};
    if (REAL(listen)(fd, backlog) < 0)
        return -1;
    return preload_result(preload_ask(&request, &answer));
}

EXPORT int accept4(int fd, __SOCKADDR_ARG address, socklen_t *__restrict size, int flags)
{
    struct sockaddr_storage source;
    socklen_t source_size = sizeof source;
    int result = REAL(accept4)(fd, (struct sockaddr *)&source, &source_size, flags);
    if (result >= 0)
        preload_give_source(&source, source_size, true, address.__sockaddr__, size);
    return result;
}

EXPORT int accept(int fd, __SOCKADDR_ARG address, socklen_t *__restrict size)
{
    return accept4(fd, address, size, 0);
}

/* --- connect ------------------------------------------------------------------------------- */

/* Until it is not writable: from now on that says that it is connected. */
static void fill(int fd)
{
    static const char zeros[EXEC_FILLER_SIZE];
    static const char last = EXEC_FILLER_END;
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
    for (int i = 0; i < FILLS_MAX && poll(&poll_fd, 1, 0) > 0; i++)
        if (REAL(send)(fd, zeros, sizeof zeros, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
            break;
    REAL(send)(fd, &last, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Waits as long as SO_SNDTIMEO says; 0 or a negative errno. */
static int await_connection(int fd, const struct mine *mine)
{
    struct timeval limit = {0, 0};
    REAL(getsockopt)(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, &(socklen_t){sizeof limit});
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
    struct timespec timeout = {limit.tv_sec, limit.tv_usec * 1000};
    int ready = ppoll(&poll_fd, 1, limit.tv_sec || limit.tv_usec ? &timeout : NULL, NULL);
    if (ready <= 0)
        return ready < 0 ? -errno : -EINPROGRESS;
    return -preload_take_error(mine);
}

/* The last attempt has failed: the descriptor gets a new socket for the next one. */
static int renew(int fd)
{
    int type_flags = fcntl(fd, F_GETFL) & O_NONBLOCK ? SOCK_NONBLOCK : 0;
    int fd_flags = fcntl(fd, F_GETFD);
    int other = open_mine(preload_session(), SOCK_STREAM | type_flags);
    if (other < 0)
        return -errno;
    int result = dup3(other, fd, fd_flags & FD_CLOEXEC ? O_CLOEXEC : 0) < 0 ? -errno : 0;
    REAL(close)(other);
    return result;
}

static int connect_stream(int fd, struct mine *mine, struct exec_request *request)
{
    struct exec_answer answer;
    struct sockaddr_un address;
    socklen_t size = exec_name_write(&address, preload_session(), &(struct exec_name){.kind = 'l'});
    request->id = mine->id;
    if (mine->connected) { /* again */
        int result = preload_ask(request, &answer);
        if (result != EXEC_ANEW)
            return result;
        result = renew(fd);
        if (result < 0 || !preload_find(fd, mine))
            return result < 0 ? result : -EBADF;
        request->id = mine->id;
    }
    if (REAL(connect)(fd, (struct sockaddr *)&address, size) < 0)
        return errno == ECONNREFUSED ? -ENETDOWN : -errno;
    fill(fd);
    bool waits = !(fcntl(fd, F_GETFL) & O_NONBLOCK);
    request->value = waits;
    int result = preload_ask(request, &answer);
    if (result == -EINPROGRESS && waits)
        result = await_connection(fd, mine);
    return result;
}

static int connect_datagrams(int fd, const struct mine *mine, struct exec_request *request)
{
    struct exec_answer answer;
    struct sockaddr_un address;
    const struct exec_name name = {.kind = 'u', .id = mine->id, request->ip, request->port};
    int result = preload_ask(request, &answer);
    if (result < 0)
        return result;
    socklen_t size = exec_name_write(&address, preload_session(), &name);
    return REAL(connect)(fd, (struct sockaddr *)&address, size) < 0 ? -errno : 0;
}

static int disconnect(int fd, const struct mine *mine, const struct sockaddr *address)
{
    struct exec_answer answer;
    int result = preload_ask_of(mine, EXEC_DISCONNECT, &answer);
    if (result == 0 && REAL(connect)(fd, address, sizeof *address) < 0)
        result = -errno;
    return result;
}

EXPORT int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t size)
{
    struct mine mine;
    if (!preload_find(fd, &mine))
        return REAL(connect)(fd, address, size);
    if (size >= sizeof(sa_family_t) && address.__sockaddr__->sa_family == AF_UNSPEC)
        return preload_result(disconnect(fd, &mine, address.__sockaddr__));
    struct exec_request request = {.question = EXEC_CONNECT, .id = mine.id, .kind = mine.kind};
    int result = read_address(address.__sockaddr__, size, &request.ip, &request.port);
    if (result < 0)
        return preload_result(result);
    if ((is_loopback(request.ip) || request.ip == 0) && !mine.connected)
        return preload_give_to_kernel(fd, &mine) ? REAL(connect)(fd, address, size) : -1;
    if (mine.kind == 'c')
        return preload_result(-EISCONN);
    return preload_result(preload_is_stream(&mine) ? connect_stream(fd, &mine, &request)
                                                   : connect_datagrams(fd, &mine, &request));
}

/* --- names --------------------------------------------------------------------------------- */

static int give_name(const struct mine *mine, enum exec_question question, struct sockaddr *address,
                     socklen_t *size)
{
    struct exec_answer answer;
    int result = preload_ask_of(mine, question, &answer);
    if (result == 0)
        preload_give_address(answer.ip, answer.port, address, size);
    return preload_result(result);
}

EXPORT int getsockname(int fd, __SOCKADDR_ARG address, socklen_t *__restrict size)
{
    struct mine mine;
    if (!preload_find(fd, &mine))
        return REAL(getsockname)(fd, address, size);
    return give_name(&mine, EXEC_LOCAL, address.__sockaddr__, size);
}

EXPORT int getpeername(int fd, __SOCKADDR_ARG address, socklen_t *__restrict size)
{
    struct mine mine;
    if (!preload_find(fd, &mine))
        return REAL(getpeername)(fd, address, size);
    return give_name(&mine, EXEC_PEER, address.__sockaddr__, size);
}
