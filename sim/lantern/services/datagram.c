#include "datagram.h"

static uint64_t step(void *context, uint64_t now_us)
{
    (void)now_us;
    struct datagram_server *server = context;
    struct lan_address source;
    for (;;) {
        long size =
            lan_recvfrom(server->host, server->fd, server->bytes, DATAGRAM_SIZE, 0, &source);
        if (size == -LAN_EAGAIN)
            return LAN_NEVER;
        if (size < 0)
            continue; /* an ICMP error about an earlier answer */
        long answer = server->answer(server->context, &source, server->bytes, (size_t)size);
        if (answer != DATAGRAM_SILENCE) /* what cannot be sent is lost, as datagrams are */
            lan_sendto(server->host, server->fd, server->bytes, (size_t)answer, 0, &source);
    }
}

static unsigned poll(void *context, struct lan_pollfd *fds)
{
    struct datagram_server *server = context;
    fds[0] = (struct lan_pollfd){server->fd, LAN_POLLIN, 0};
    return 1;
}

static void close(void *context)
{
    struct datagram_server *server = context;
    lan_close(server->host, server->fd);
}

int datagram_server_open(struct datagram_server *server, struct lan_host *host, uint16_t port)
{
    server->host = host;
    server->fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
    if (server->fd < 0)
        return server->fd;
    int result = lan_bind(host, server->fd, &(struct lan_address){0, port});
    if (result < 0)
        lan_close(host, server->fd);
    return result;
}

struct service datagram_service(struct datagram_server *server)
{
    return (struct service){server, poll, step, close};
}
