#include "stream.h"

static struct stream *free_stream(struct stream_server *server)
{
    for (unsigned i = 0; i < STREAM_COUNT; i++)
        if (server->streams[i].fd < 0)
            return &server->streams[i];
    return NULL;
}

bool stream_server_adopt(struct stream_server *server, int fd)
{
    struct stream *stream = free_stream(server);
    if (!stream) {
        lan_close(server->host, fd);
        return false;
    }
    stream->fd = fd;
    stream->events = LAN_POLLIN | LAN_POLLOUT;
    stream->position = stream->head = stream->size = 0;
    return true;
}

static void accept_waiting(struct stream_server *server)
{
    while (server->listener >= 0 && free_stream(server)) {
        int fd = lan_accept(server->host, server->listener, NULL);
        if (fd < 0)
            return;
        lan_setsockopt(server->host, fd, LAN_SOL_SOCKET, LAN_SO_NONBLOCK, 1);
        stream_server_adopt(server, fd);
    }
}

static uint64_t step_all(void *context, uint64_t now_us)
{
    (void)now_us;
    struct stream_server *server = context;
    accept_waiting(server);
    for (struct stream *stream = server->streams; stream < server->streams + STREAM_COUNT;
         stream++) {
        if (stream->fd < 0 || server->step(server->host, stream))
            continue;
        lan_close(server->host, stream->fd);
        stream->fd = -1;
    }
    return LAN_NEVER;
}

static unsigned poll_all(void *context, struct lan_pollfd *fds)
{
    struct stream_server *server = context;
    unsigned count = 0;
    for (unsigned i = 0; i < STREAM_COUNT; i++)
        if (server->streams[i].fd >= 0)
            fds[count++] = (struct lan_pollfd){server->streams[i].fd, server->streams[i].events, 0};
    if (server->listener >= 0 && count < STREAM_COUNT)
        fds[count++] = (struct lan_pollfd){server->listener, LAN_POLLIN, 0};
    return count;
}

static void close_all(void *context)
{
    struct stream_server *server = context;
    for (unsigned i = 0; i < STREAM_COUNT; i++)
        if (server->streams[i].fd >= 0)
            lan_close(server->host, server->streams[i].fd);
    if (server->listener >= 0)
        lan_close(server->host, server->listener);
}

int stream_server_open(struct stream_server *server, struct lan_host *host, uint16_t port,
                       stream_step *step)
{
    server->host = host;
    server->step = step;
    server->listener = -1;
    for (unsigned i = 0; i < STREAM_COUNT; i++)
        server->streams[i].fd = -1;
    if (port == 0)
        return 0;
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fd;
    int result = lan_bind(host, fd, &(struct lan_address){0, port});
    if (result == 0)
        result = lan_listen(host, fd, STREAM_COUNT);
    if (result < 0) {
        lan_close(host, fd);
        return result;
    }
    server->listener = fd;
    return 0;
}

struct service stream_service(struct stream_server *server)
{
    return (struct service){server, poll_all, step_all, close_all};
}
