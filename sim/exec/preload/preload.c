/* See preload.h. Which sockets are ours, and the questions to lantern. */
#define _GNU_SOURCE
#include "preload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

const char *preload_session(void)
{
    const char *session = getenv(EXEC_VARIABLE);
    return session && strlen(session) == EXEC_SESSION_SIZE ? session : NULL;
}

bool preload_is_stream(const struct mine *mine)
{
    return mine->kind != 'd';
}

static bool find(int fd, struct mine *mine)
{
    const char *session = preload_session();
    struct sockaddr_un address;
    struct exec_name name, peer;
    socklen_t size = sizeof address;
    if (!session || REAL(getsockname)(fd, (struct sockaddr *)&address, &size) < 0 ||
        !exec_name_read(&address, size, session, &name) || (name.kind != 's' && name.kind != 'd'))
        return false;
    *mine = (struct mine){.kind = name.kind, .id = name.id};
    size = sizeof address;
    if (name.kind == 's' && REAL(getpeername)(fd, (struct sockaddr *)&address, &size) == 0) {
        mine->connected = true;
        if (exec_name_read(&address, size, session, &peer) && peer.kind == 'c') {
            mine->kind = 'c';
            mine->id = peer.id;
        }
    }
    return true;
}

bool preload_find(int fd, struct mine *mine)
{
    int error = errno;
    bool found = find(fd, mine);
    errno = error;
    return found;
}

/* A connection for one question; negative: errno. */
static int open_question(const char *session)
{
    struct sockaddr_un address;
    socklen_t size = exec_name_write(&address, session, &(struct exec_name){.kind = 'q'});
    int fd = REAL(socket)(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd >= 0 && REAL(connect)(fd, (struct sockaddr *)&address, size) < 0) {
        REAL(close)(fd);
        errno = ENETDOWN; /* lantern is gone */
        return -1;
    }
    return fd;
}

int preload_ask(struct exec_request *request, struct exec_answer *answer)
{
    int error = errno;
    *answer = (struct exec_answer){0};
    int fd = open_question(preload_session());
    if (fd < 0) {
        answer->result = -errno;
        errno = error;
        return answer->result;
    }
    ssize_t got;
    if (REAL(send)(fd, request, sizeof *request, MSG_NOSIGNAL) < 0) {
        got = -1;
    } else {
        do
            got = REAL(recv)(fd, answer, sizeof *answer, 0);
        while (got < 0 && errno == EINTR);
    }
    if (got != sizeof *answer)
        *answer = (struct exec_answer){.result = -ENETDOWN};
    REAL(close)(fd);
    errno = error;
    return answer->result;
}

int preload_ask_of(const struct mine *mine, enum exec_question question, struct exec_answer *answer)
{
    struct exec_request request = {.question = question, .id = mine->id, .kind = mine->kind};
    return preload_ask(&request, answer);
}

int preload_take_error(const struct mine *mine)
{
    struct exec_answer answer;
    return preload_ask_of(mine, EXEC_ERROR, &answer) < 0 ? -answer.result : answer.value;
}

int preload_result(int result)
{
    if (result >= 0)
        return result;
    errno = -result;
    return -1;
}

static void give(const void *from, socklen_t from_size, struct sockaddr *address, socklen_t *size)
{
    memcpy(address, from, *size < from_size ? *size : from_size);
    *size = from_size;
}

void preload_give_address(uint32_t ip, uint16_t port, struct sockaddr *address, socklen_t *size)
{
    const struct sockaddr_in in = {AF_INET, htons(port), {htonl(ip)}, {0}};
    if (address && size)
        give(&in, sizeof in, address, size);
}

void preload_give_source(const struct sockaddr_storage *source, socklen_t source_size, bool streams,
                         struct sockaddr *address, socklen_t *size)
{
    const char *session = preload_session();
    struct exec_name name;
    if (!address || !size)
        return;
    if (!session ||
        !exec_name_read((const struct sockaddr_un *)source, source_size, session, &name))
        give(source, source_size, address, size);
    else if (name.kind == 'u' || name.kind == 'f' || (name.kind == 'c' && streams))
        preload_give_address(name.ip, name.port, address, size);
    else
        *size = 0;
}

/* A socket of the kernel's that begins as `mine` is. */
static int open_likewise(const struct mine *mine)
{
    struct exec_answer local;
    int fd = REAL(socket)(AF_INET, preload_is_stream(mine) ? SOCK_STREAM : SOCK_DGRAM, 0);
    REAL(setsockopt)(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (fd >= 0 && preload_ask_of(mine, EXEC_LOCAL, &local) == 0 && local.port) {
        const struct sockaddr_in in = {AF_INET, htons(local.port), {0}, {0}};
        if (REAL(bind)(fd, (const struct sockaddr *)&in, sizeof in) < 0) {
            REAL(close)(fd);
            return -1;
        }
    }
    return fd;
}

bool preload_give_to_kernel(int fd, const struct mine *mine)
{
    struct exec_answer answer;
    int flags = fcntl(fd, F_GETFL), fd_flags = fcntl(fd, F_GETFD);
    int other = open_likewise(mine);
    if (other < 0)
        return false;
    fcntl(other, F_SETFL, flags);
    bool done = dup3(other, fd, fd_flags & FD_CLOEXEC ? O_CLOEXEC : 0) >= 0;
    REAL(close)(other);
    preload_ask_of(mine, EXEC_CLOSED, &answer);
    return done;
}
