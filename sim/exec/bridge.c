/* See bridge.h. Its life, the table of sockets, and who is gone.
 *
 * That a stream's end is closed its other end sees. For listeners and datagrams nobody
 * says so when a process just ends, but their names are gone from /proc/net/unix. */
#define _GNU_SOURCE
#include "bridge.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "say.h"

enum {
    COLLECT_US = 1000000,
    RETRY_US = 1000,
    BACKLOG = 4096,
    LINE_SIZE = 256,
};

/* --- the table ------------------------------------------------------------------------------- */

struct bridge_socket *bridge_add(struct bridge *bridge, char kind, uint32_t id, int lan)
{
    for (unsigned i = 0; i < BRIDGE_SOCKETS; i++) {
        struct bridge_socket *socket = &bridge->sockets[i];
        if (socket->state != BRIDGE_FREE)
            continue;
        *socket = (struct bridge_socket){
            .state = BRIDGE_IDLE, .kind = kind, .id = id, .lan = lan, .end = -1};
        if (i >= bridge->socket_count)
            bridge->socket_count = i + 1;
        return socket;
    }
    return NULL;
}

struct bridge_socket *bridge_find(struct bridge *bridge, uint32_t id)
{
    for (unsigned i = 0; i < bridge->socket_count; i++)
        if (bridge->sockets[i].state != BRIDGE_FREE && bridge->sockets[i].id == id)
            return &bridge->sockets[i];
    return NULL;
}

void bridge_remove(struct bridge *bridge, struct bridge_socket *socket)
{
    if (socket->error) {
        unsigned place = bridge->error_count++ % BRIDGE_ERRORS;
        bridge->errors[place].id = socket->id;
        bridge->errors[place].error = socket->error;
    }
    if (socket->lan >= 0)
        lan_close(bridge->host, socket->lan);
    if (socket->end >= 0)
        close(socket->end);
    *socket = (struct bridge_socket){.state = BRIDGE_FREE, .lan = -1, .end = -1};
}

int bridge_take_error(struct bridge *bridge, uint32_t id)
{
    struct bridge_socket *socket = bridge_find(bridge, id);
    int error = 0;
    if (socket) {
        error = socket->error;
        socket->error = 0;
        return error;
    }
    for (unsigned i = 0; i < BRIDGE_ERRORS; i++)
        if (bridge->errors[i].id == id && bridge->errors[i].error) {
            error = bridge->errors[i].error;
            bridge->errors[i].error = 0;
        }
    return error;
}

/* --- who is gone ----------------------------------------------------------------------------- */

/* Is its name the only sign of its life? */
static bool lives_by_name(const struct bridge_socket *socket)
{
    return socket->state == BRIDGE_IDLE || socket->state == BRIDGE_LISTENS ||
           socket->state == BRIDGE_FAILED || socket->state == BRIDGE_DATAGRAMS;
}

void bridge_collect(struct bridge *bridge)
{
    bool alive[BRIDGE_SOCKETS] = {false};
    char line[LINE_SIZE];
    struct exec_name name;
    FILE *list = fopen("/proc/net/unix", "re");
    bridge->collect_us = lan_host_now(bridge->host) + COLLECT_US;
    if (!list)
        return;
    while (fgets(line, sizeof line, list)) {
        const char *at = strchr(line, '@');
        struct bridge_socket *socket = NULL;
        if (at && exec_name_parse(at + 1, bridge->session, &name))
            socket = bridge_find(bridge, name.id);
        if (socket)
            alive[socket - bridge->sockets] = true;
    }
    fclose(list);
    for (unsigned i = 0; i < bridge->socket_count; i++)
        if (lives_by_name(&bridge->sockets[i]) && !alive[i])
            bridge_remove(bridge, &bridge->sockets[i]);
}

static bool has_some_by_name(const struct bridge *bridge)
{
    for (unsigned i = 0; i < bridge->socket_count; i++)
        if (lives_by_name(&bridge->sockets[i]))
            return true;
    return false;
}

/* --- names ------------------------------------------------------------------------------------ */

int bridge_open_named(const struct bridge *bridge, int type, const struct exec_name *name)
{
    struct sockaddr_un address;
    socklen_t size = exec_name_write(&address, bridge->session, name);
    int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) == 0)
        return fd < 0 ? -errno : fd;
    int error = errno;
    close(fd);
    return -error;
}

int bridge_connect_named(const struct bridge *bridge, int fd, const struct exec_name *name)
{
    struct sockaddr_un address;
    socklen_t size = exec_name_write(&address, bridge->session, name);
    return connect(fd, (struct sockaddr *)&address, size) < 0 ? -errno : 0;
}

/* --- life --------------------------------------------------------------------------------------
 */

bool bridge_open(struct bridge *bridge)
{
    uint64_t number;
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        number = (uint64_t)getpid();
    snprintf(bridge->session, sizeof bridge->session, "%016llx", (unsigned long long)number);
    for (unsigned i = 0; i < BRIDGE_QUESTIONS; i++)
        bridge->questions[i].fd = -1;
    for (unsigned i = 0; i < BRIDGE_SOURCES; i++)
        bridge->sources[i].fd = -1;
    bridge->questions_fd =
        bridge_open_named(bridge, SOCK_SEQPACKET, &(struct exec_name){.kind = 'q'});
    bridge->streams_fd = bridge_open_named(bridge, SOCK_STREAM, &(struct exec_name){.kind = 'l'});
    bridge->targets_fd = bridge_open_named(bridge, SOCK_DGRAM, &(struct exec_name){.kind = 't'});
    if (bridge->questions_fd >= 0 && bridge->streams_fd >= 0 && bridge->targets_fd >= 0 &&
        listen(bridge->questions_fd, BACKLOG) == 0 && listen(bridge->streams_fd, BACKLOG) == 0)
        return true;
    say("exec: no sockets for the program: %s", strerror(errno));
    return false;
}

void bridge_begin(struct bridge *bridge, struct node *node)
{
    bridge->node = node;
    bridge->host = node_host(node);
    bridge->port_count = lan_host_random(bridge->host);
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

void bridge_close(struct bridge *bridge)
{
    for (unsigned i = 0; i < bridge->socket_count; i++)
        if (bridge->sockets[i].state != BRIDGE_FREE)
            close_fd(bridge->sockets[i].end); /* the stack is gone with its host */
    for (unsigned i = 0; i < BRIDGE_QUESTIONS; i++)
        close_fd(bridge->questions[i].fd);
    for (unsigned i = 0; i < BRIDGE_SOURCES; i++)
        close_fd(bridge->sources[i].fd);
    close_fd(bridge->questions_fd);
    close_fd(bridge->streams_fd);
    close_fd(bridge->targets_fd);
}

/* --- work ----------------------------------------------------------------------------------------
 */

/* What the stack says of all that somebody waits for there. */
static void look_there(struct bridge *bridge)
{
    struct lan_pollfd fds[BRIDGE_SOCKETS];
    for (unsigned i = 0; i < bridge->socket_count; i++) {
        const struct bridge_socket *socket = &bridge->sockets[i];
        bool waits = socket->state != BRIDGE_FREE && socket->waits_there;
        fds[i] = (struct lan_pollfd){waits ? socket->lan : -1, socket->waits_there, 0};
    }
    if (lan_poll(bridge->host, fds, bridge->socket_count, 0) < 0)
        return;
    for (unsigned i = 0; i < bridge->socket_count; i++)
        bridge->sockets[i].ready_there = fds[i].fd >= 0 ? fds[i].revents : 0;
}

static bool step_sockets(struct bridge *bridge)
{
    bool done = false;
    for (unsigned i = 0; i < bridge->socket_count; i++) {
        struct bridge_socket *socket = &bridge->sockets[i];
        bool ready = socket->ready_here || socket->ready_there;
        if (socket->state == BRIDGE_FREE ||
            (!ready && socket->state != BRIDGE_OFFERED && !bridge->must_retry))
            continue;
        done |= socket->state == BRIDGE_DATAGRAMS ? bridge_step_datagrams(bridge, socket)
                                                  : bridge_step_stream(bridge, socket);
        socket->ready_here = socket->ready_there = 0;
    }
    return done;
}

bool bridge_step(struct bridge *bridge)
{
    bool retried = bridge->must_retry;
    bridge->step_count++;
    bridge->ready = false;
    bool done = bridge_answer_questions(bridge);
    look_there(bridge);
    done |= step_sockets(bridge);
    if (retried)
        bridge->must_retry = false;
    done |= bridge_take_targets(bridge);
    if (has_some_by_name(bridge) && lan_host_now(bridge->host) >= bridge->collect_us)
        bridge_collect(bridge);
    while (bridge->socket_count && bridge->sockets[bridge->socket_count - 1].state == BRIDGE_FREE)
        bridge->socket_count--;
    return done;
}

uint64_t bridge_due_us(const struct bridge *bridge)
{
    uint64_t now_us = lan_host_now(bridge->host);
    uint64_t due_us = has_some_by_name(bridge) ? bridge->collect_us : LAN_NEVER;
    if (bridge->must_retry && now_us + RETRY_US < due_us)
        due_us = now_us + RETRY_US;
    for (unsigned i = 0; i < BRIDGE_QUESTIONS; i++) {
        const struct bridge_question *question = &bridge->questions[i];
        if (question->fd >= 0 && question->resolves && question->query.deadline_us < due_us)
            due_us = question->query.deadline_us;
    }
    return due_us;
}

bool bridge_has_drained(struct bridge *bridge)
{
    struct lan_socket_info info;
    for (unsigned i = 0; i < bridge->socket_count; i++)
        if (bridge->sockets[i].state == BRIDGE_FLOWS)
            return false;
    for (unsigned i = 0; lan_host_socket(bridge->host, i, &info); i++)
        if (info.send_queued > 0 || strcmp(info.state, "FIN-WAIT-1") == 0 ||
            strcmp(info.state, "LAST-ACK") == 0 || strcmp(info.state, "CLOSING") == 0)
            return false;
    return true;
}

const char *bridge_counter(const void *context, unsigned index, uint64_t *value)
{
    const struct bridge *bridge = context;
    const struct {
        const char *name;
        uint64_t value;
    } counters[] = {
        {"program_connections", bridge->streams},
        {"program_bytes_sent", bridge->bytes_up},
        {"program_bytes_received", bridge->bytes_down},
        {"program_datagrams_sent", bridge->datagrams_up},
        {"program_datagrams_received", bridge->datagrams_down},
    };
    if (index >= sizeof counters / sizeof *counters)
        return NULL;
    *value = counters[index].value;
    return counters[index].name;
}
