/* See http_fake_socket.h. A descriptor is the stream's index. */
#include "http_fake_socket.h"

#include <assert.h>
#include <stdlib.h>

/* All but the megabyte of what was sent is set anew; of that, what was used. */
static void clear(struct fake_stream *stream)
{
    memset(stream->sent, 0, stream->sent_size);
    memset(stream, 0, offsetof(struct fake_stream, sent));
    stream->sent_size = 0;
    stream->write_room = stream->write_piece = FAKE_SENT_MAX;
}

void fake_begin(struct lan_host *host)
{
    for (unsigned i = 0; i < FAKE_STREAMS; i++)
        clear(&host->streams[i]);
    host->listens = host->connecting = false;
    host->connect_result = host->connect_error = host->accept_error = 0;
}

struct fake_stream *fake_knock(struct lan_host *host, const char *input, size_t size)
{
    for (unsigned i = 0; i < FAKE_STREAMS; i++) {
        struct fake_stream *stream = &host->streams[i];
        if (stream->open || stream->waits)
            continue;
        clear(stream);
        stream->waits = true;
        stream->input = input;
        stream->input_size = size;
        return stream;
    }
    abort(); /* the test has more peers than there are streams */
}

void fake_arrive(struct fake_stream *stream, size_t size)
{
    size_t left = stream->input_size - stream->arrived;
    stream->arrived += size < left ? size : left;
}

static struct fake_stream *stream_of(struct lan_host *host, int fd)
{
    assert(fd >= 0 && fd < FAKE_STREAMS && host->streams[fd].open);
    return &host->streams[fd];
}

int lan_socket(struct lan_host *host, int domain, int type, int protocol)
{
    assert(domain == LAN_AF_INET && type == (LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK) && !protocol);
    if (host->accept_error)
        return -host->accept_error;
    return FAKE_LISTENER;
}

int lan_bind(struct lan_host *host, int fd, const struct lan_address *address)
{
    (void)host;
    assert(fd == FAKE_LISTENER && address->port);
    return 0;
}

int lan_listen(struct lan_host *host, int fd, int backlog)
{
    assert(fd == FAKE_LISTENER && backlog > 0);
    host->listens = true;
    return 0;
}

int lan_accept(struct lan_host *host, int fd, struct lan_address *peer)
{
    assert(fd == FAKE_LISTENER && !peer);
    if (host->accept_error)
        return -host->accept_error;
    for (int i = 0; i < FAKE_STREAMS; i++) {
        if (!host->streams[i].waits)
            continue;
        host->streams[i].waits = false;
        host->streams[i].open = true;
        return i;
    }
    return -LAN_EAGAIN;
}

/* A client's socket: it becomes stream 0, whose peer is the test's server. */
int lan_connect(struct lan_host *host, int fd, const struct lan_address *peer)
{
    assert(fd == FAKE_LISTENER && peer->ip && peer->port);
    host->streams[0].open = true;
    return host->connect_result;
}

long lan_read(struct lan_host *host, int fd, void *memory, size_t size)
{
    struct fake_stream *stream = stream_of(host, fd == FAKE_LISTENER ? 0 : fd);
    if (stream->lost)
        return -stream->lost;
    size_t ready = stream->arrived - stream->taken;
    size_t given = ready < size ? ready : size;
    assert(size > 0);
    if (given == 0)
        return stream->finished && stream->taken == stream->input_size ? 0 : -LAN_EAGAIN;
    memcpy(memory, stream->input + stream->taken, given);
    stream->taken += given;
    return (long)given;
}

long lan_write(struct lan_host *host, int fd, const void *memory, size_t size)
{
    struct fake_stream *stream = stream_of(host, fd == FAKE_LISTENER ? 0 : fd);
    if (stream->lost)
        return -stream->lost;
    assert(!stream->shut && size > 0);
    size_t taken = size < stream->write_room ? size : stream->write_room;
    taken = taken < stream->write_piece ? taken : stream->write_piece;
    if (taken == 0)
        return -LAN_EAGAIN;
    assert(stream->sent_size + taken <= sizeof stream->sent);
    memcpy(stream->sent + stream->sent_size, memory, taken);
    stream->sent_size += taken;
    stream->write_room -= taken;
    stream->nodelay_at_end = stream->nodelay;
    return (long)taken;
}

int lan_poll(struct lan_host *host, struct lan_pollfd *fds, unsigned count, int timeout_ms)
{
    assert(count == 1 && timeout_ms == 0);
    bool ready = !host->connecting;
    if (fds[0].events == LAN_POLLIN) { /* the listener */
        ready = false;
        for (unsigned i = 0; i < FAKE_STREAMS; i++)
            ready |= host->streams[i].waits;
    }
    fds[0].revents = ready ? fds[0].events : 0;
    return ready;
}

int lan_shutdown(struct lan_host *host, int fd, int how)
{
    assert(how == LAN_SHUT_WR);
    stream_of(host, fd)->shut = true;
    return 0;
}

int lan_close(struct lan_host *host, int fd)
{
    if (fd == FAKE_LISTENER && host->listens)
        host->listens = false;
    else
        stream_of(host, fd == FAKE_LISTENER ? 0 : fd)->open = false;
    return 0;
}

int lan_setsockopt(struct lan_host *host, int fd, int level, int option, int value)
{
    if (level == LAN_IPPROTO_TCP && option == LAN_TCP_NODELAY)
        stream_of(host, fd)->nodelay = value;
    return 0;
}

int lan_getsockopt(struct lan_host *host, int fd, int level, int option, int *value)
{
    (void)fd;
    assert(level == LAN_SOL_SOCKET && option == LAN_SO_ERROR);
    *value = host->connect_error;
    return 0;
}
