/* See bridge.h. What the program's library asks (enum exec_question), and the answers. */
#define _GNU_SOURCE
#include <errno.h>
#include <unistd.h>

#include "bridge.h"

enum { BACKLOG_MIN = 64 };

static struct lan_address address_of(const struct exec_request *request)
{
    return (struct lan_address){request->ip, request->port};
}

/* --- the answers --------------------------------------------------------------------------------
 */

static int open_socket(struct bridge *bridge, const struct exec_request *request)
{
    int type = request->kind == 's' ? LAN_SOCK_STREAM : LAN_SOCK_DGRAM;
    int lan = lan_socket(bridge->host, LAN_AF_INET, type | LAN_SOCK_NONBLOCK, 0);
    if (lan == -LAN_EMFILE || lan == -LAN_ENOBUFS) {
        bridge_collect(bridge); /* somebody may be gone */
        lan = lan_socket(bridge->host, LAN_AF_INET, type | LAN_SOCK_NONBLOCK, 0);
    }
    struct bridge_socket *socket =
        lan < 0 ? NULL : bridge_add(bridge, request->kind, request->id, lan);
    if (!socket) {
        if (lan >= 0)
            lan_close(bridge->host, lan);
        return lan < 0 ? lan : -LAN_EMFILE;
    }
    if (request->kind == 'd') {
        socket->state = BRIDGE_DATAGRAMS;
        socket->waits_there = LAN_POLLIN;
    }
    return 0;
}

static int bind_socket(struct bridge *bridge, const struct bridge_socket *socket,
                       const struct exec_request *request)
{
    const struct lan_address address = address_of(request);
    int result = lan_bind(bridge->host, socket->lan, &address);
    if (result == -LAN_EADDRINUSE) {
        bridge_collect(bridge);
        result = lan_bind(bridge->host, socket->lan, &address);
    }
    return result;
}

/* How many connections wait is the program's own (AF_UNIX) queue's affair; those who come at
 * once, before the bridge has its turn, wait in the stack. */
static int listen_socket(struct bridge *bridge, struct bridge_socket *socket, int backlog)
{
    int result =
        lan_listen(bridge->host, socket->lan, backlog > BACKLOG_MIN ? backlog : BACKLOG_MIN);
    if (result < 0)
        return result;
    socket->state = BRIDGE_LISTENS;
    socket->waits_there = LAN_POLLIN;
    return 0;
}

static int connect_socket(struct bridge *bridge, struct bridge_socket *socket,
                          const struct exec_request *request)
{
    const struct lan_address peer = address_of(request);
    if (socket->kind == 'd')
        return bridge_connect_datagrams(bridge, socket, &peer);
    bridge_accept_ends(bridge);
    return bridge_connect_stream(bridge, socket, &peer, request->value != 0);
}

static int disconnect_socket(struct bridge *bridge, struct bridge_socket *socket)
{
    int result = lan_disconnect(bridge->host, socket->lan);
    if (result == 0 && socket->end >= 0) {
        close(socket->end);
        socket->end = -1;
        socket->waits_here = 0;
        socket->peer = (struct lan_address){0, 0};
    }
    return result;
}

static int tell_address(struct bridge *bridge, const struct bridge_socket *socket, bool peer,
                        struct exec_answer *answer)
{
    struct lan_address address = {0, 0};
    int result = peer ? lan_getpeername(bridge->host, socket->lan, &address)
                      : lan_getsockname(bridge->host, socket->lan, &address);
    answer->ip = address.ip;
    answer->port = address.port;
    return result;
}

static int tell_info(struct bridge *bridge, const struct bridge_socket *socket,
                     struct exec_answer *answer)
{
    struct lan_socket_info info;
    for (unsigned i = 0; lan_host_socket(bridge->host, i, &info); i++) {
        if (info.descriptor != socket->lan)
            continue;
        answer->value = (int32_t)info.rtt_us;
        answer->window = info.congestion_window;
        return 0;
    }
    return -LAN_ENOTCONN;
}

static int answer_of(struct bridge *bridge, struct bridge_socket *socket,
                     const struct exec_request *request, struct exec_answer *answer)
{
    struct lan_host *host = bridge->host;
    int value = 0, result;
    switch (request->question) {
    case EXEC_BIND:
        return bind_socket(bridge, socket, request);
    case EXEC_LISTEN:
        return listen_socket(bridge, socket, request->value);
    case EXEC_CONNECT:
        return connect_socket(bridge, socket, request);
    case EXEC_DISCONNECT:
        return disconnect_socket(bridge, socket);
    case EXEC_LOCAL:
    case EXEC_PEER:
        return tell_address(bridge, socket, request->question == EXEC_PEER, answer);
    case EXEC_SET:
        return lan_setsockopt(host, socket->lan, request->level, request->option, request->value);
    case EXEC_GET:
        result = lan_getsockopt(host, socket->lan, request->level, request->option, &value);
        answer->value = value;
        return result;
    case EXEC_INFO:
        return tell_info(bridge, socket, answer);
    case EXEC_JOIN:
        return lan_join_group(host, socket->lan, request->ip, -1);
    case EXEC_LEAVE:
        return lan_leave_group(host, socket->lan, request->ip, -1);
    default:
        return -LAN_EINVAL;
    }
}

static int answer(struct bridge *bridge, const struct exec_request *request,
                  struct exec_answer *answer)
{
    if (request->question == EXEC_OPEN)
        return open_socket(bridge, request);
    if (request->question == EXEC_ERROR) {
        answer->value = bridge_take_error(bridge, request->id);
        return 0;
    }
    if (request->question == EXEC_CLOSED) {
        bridge_collect(bridge);
        return 0;
    }
    struct bridge_socket *socket = bridge_find(bridge, request->id);
    if (socket)
        return answer_of(bridge, socket, request, answer);
    if (request->question == EXEC_CONNECT)
        return EXEC_ANEW;
    return -LAN_ENOTCONN; /* its connection is over */
}

/* --- the questions -------------------------------------------------------------------------------
 */

static void end_question(struct bridge_question *question, const struct exec_answer *answer)
{
    if (send(question->fd, answer, sizeof *answer, MSG_NOSIGNAL) < 0) {
        /* Who asked is gone. */
    }
    close(question->fd);
    question->fd = -1;
    question->resolves = false;
}

static bool step_query(struct bridge *bridge, struct bridge_question *question)
{
    struct exec_answer found = {0};
    found.result = lan_dns_step(&question->query, lan_host_now(bridge->host), &found.ip);
    if (found.result == -LAN_EAGAIN)
        return false;
    end_question(question, &found);
    return true;
}

static bool read_question(struct bridge *bridge, struct bridge_question *question)
{
    struct exec_request request;
    struct exec_answer found = {0};
    ssize_t got = recv(question->fd, &request, sizeof request, 0);
    if (got < 0 && errno == EAGAIN)
        return false;
    if (got != sizeof request) {
        close(question->fd);
        question->fd = -1;
        return true;
    }
    if (request.question == EXEC_RESOLVE) {
        request.name[EXEC_NAME_SIZE] = '\0';
        found.result = lan_dns_begin(&question->query, bridge->host, request.name, 0);
        question->resolves = found.result == 0;
        if (question->resolves)
            return step_query(bridge, question) || true;
    } else {
        found.result = answer(bridge, &request, &found);
    }
    end_question(question, &found);
    return true;
}

/* Only the user who runs lantern may ask. */
static bool may_ask(int fd)
{
    struct ucred who;
    socklen_t size = sizeof who;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 && who.uid == getuid();
}

static bool accept_questions(struct bridge *bridge)
{
    bool done = false;
    for (unsigned i = 0; i < BRIDGE_QUESTIONS; i++) {
        struct bridge_question *question = &bridge->questions[i];
        if (question->fd >= 0)
            continue;
        question->fd = accept4(bridge->questions_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (question->fd < 0)
            return done;
        done = true;
        if (!may_ask(question->fd)) {
            close(question->fd);
            question->fd = -1;
        }
    }
    return done;
}

bool bridge_answer_questions(struct bridge *bridge)
{
    bool done = accept_questions(bridge);
    for (unsigned i = 0; i < BRIDGE_QUESTIONS; i++) {
        struct bridge_question *question = &bridge->questions[i];
        if (question->fd >= 0)
            done |=
                question->resolves ? step_query(bridge, question) : read_question(bridge, question);
    }
    return done;
}

unsigned bridge_prepare_questions(struct bridge *bridge, struct poll_set *set)
{
    unsigned used = 0;
    for (unsigned i = 0; i < BRIDGE_QUESTIONS; i++) {
        struct bridge_question *question = &bridge->questions[i];
        bool waits = question->fd >= 0 && !question->resolves;
        used += question->fd >= 0;
        question->place = poll_set_add(set, waits ? question->fd : -1, POLLIN);
    }
    int listener = used < BRIDGE_QUESTIONS ? bridge->questions_fd : -1;
    bridge->questions_place = poll_set_add(set, listener, POLLIN);
    return used;
}

bool bridge_see_questions(struct bridge *bridge, const struct poll_set *set)
{
    bool ready = set->fds[bridge->questions_place].revents != 0;
    for (unsigned i = 0; i < BRIDGE_QUESTIONS; i++)
        ready |= set->fds[bridge->questions[i].place].revents != 0;
    return ready;
}
