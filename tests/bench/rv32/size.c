/* A firmware that uses all of the sockets, TCP and UDP, for the size of what the
 * linker then keeps; it is linked and never run. */
#include "config.h"
#include "lan_socket.h"

enum { ARENA_SIZE = 96 * 1024 };

extern struct lan_adapter adapter;
uint32_t random_bits(void *context);
bool wait_until(void *context, uint64_t until_us);

static uint64_t arena[ARENA_SIZE / 8];

static void use_stream(struct lan_host *host, struct lan_address *there)
{
    char bytes[64];
    int value;
    int listener = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    lan_setsockopt(host, listener, LAN_SOL_SOCKET, LAN_SO_REUSEADDR, 1);
    lan_bind(host, listener, there);
    lan_listen(host, listener, 4);
    int fd = lan_accept(host, listener, there);
    struct lan_pollfd poll = {.fd = fd, .events = LAN_POLLIN};
    lan_poll(host, &poll, 1, 1000);
    lan_write(host, fd, bytes, (size_t)lan_read(host, fd, bytes, sizeof bytes));
    lan_getsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_ERROR, &value);
    lan_getsockname(host, fd, there);
    lan_getpeername(host, fd, there);
    lan_shutdown(host, fd, LAN_SHUT_WR);
    lan_close(host, fd);
    fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    lan_connect(host, fd, there);
}

static void use_datagram(struct lan_host *host, struct lan_address *there)
{
    char bytes[64];
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    lan_bind(host, fd, there);
    long size = lan_recvfrom(host, fd, bytes, sizeof bytes, 0, there);
    lan_sendto(host, fd, bytes, (size_t)size, 0, there);
}

int main(void)
{
    const struct lan_port port = {.random = random_bits, .wait = wait_until};
    struct lan_host *host = lan_host_init(arena, sizeof arena, &size_config, &port, 0);
    lan_host_add_adapter(host, &adapter, LAN_IP4(10, 0, 0, 1), 24);
    lan_host_add_route(host, 0, 0, LAN_IP4(10, 0, 0, 254), 0);
    struct lan_address there = {LAN_IP4(10, 0, 0, 2), 7};
    for (;;) {
        lan_host_step(host, 0);
        use_stream(host, &there);
        use_datagram(host, &there);
    }
}
