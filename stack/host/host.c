/* The host: its memory, laid out once in the arena, and its step. */
#include "host/host.h"

#include <assert.h>
#include <string.h>

_Static_assert(offsetof(struct lan_host, sockets) == 0, "sockets_of takes the host for them");

/* --- configuration and arena ---------------------------------------------------------- */

static uint32_t or_default(uint32_t value, uint32_t normal)
{
    return value ? value : normal;
}

static struct lan_host_config with_defaults(const struct lan_host_config *config)
{
    struct lan_host_config full = *config;
    full.socket_count = (uint16_t)or_default(config->socket_count, HOST_SOCKETS);
    full.connection_count = (uint16_t)or_default(config->connection_count, HOST_CONNECTIONS);
    full.buffer_count = (uint16_t)or_default(config->buffer_count, HOST_BUFFERS);
    full.buffer_bytes = or_default(config->buffer_bytes, HOST_BUFFER_BYTES);
    full.datagram_socket_count =
        (uint16_t)or_default(config->datagram_socket_count, HOST_DATAGRAM_SOCKETS);
    full.datagram_queue_bytes = or_default(config->datagram_queue_bytes, HOST_DATAGRAM_QUEUE_BYTES);
    full.adapter_count = (uint16_t)or_default(config->adapter_count, HOST_ADAPTERS);
    full.neighbour_count = (uint16_t)or_default(config->neighbour_count, HOST_NEIGHBOURS);
    full.packet_count = (uint16_t)or_default(config->packet_count, HOST_PACKETS);
    full.reassembly_count = (uint16_t)or_default(config->reassembly_count, HOST_REASSEMBLIES);
    full.packet_bytes = or_default(config->packet_bytes, HOST_PACKET_BYTES);
    return full;
}

static bool is_power_of_two(uint32_t value)
{
    return (value & (value - 1)) == 0;
}

static bool is_valid(const struct lan_host_config *full)
{
    return full->connection_count <= TCP_CONNECTIONS_MAX && is_power_of_two(full->buffer_bytes) &&
           full->buffer_bytes >= TCP_BUFFER_BYTES_MIN &&
           full->buffer_bytes <= TCP_BUFFER_BYTES_MAX &&
           is_power_of_two(full->datagram_queue_bytes) && full->packet_count <= UINT8_MAX &&
           full->packet_bytes <= HOST_PACKET_BYTES && is_power_of_two(full->neighbour_count) &&
           full->neighbour_count >= ARP_WAYS;
}

static struct ip_config ip_part(const struct lan_host_config *full)
{
    const bool fragments = full->packet_bytes > ETHER_MTU;
    return (struct ip_config){
        .interface_count = full->adapter_count,
        .neighbour_count = full->neighbour_count,
        .packet_count = full->packet_count,
        .packet_bytes = fragments ? (full->packet_bytes + 7) & ~7u : 0,
        .reassembly_count = fragments ? full->reassembly_count : 0,
    };
}

static struct tcp_config tcp_part(const struct lan_host_config *full)
{
    return (struct tcp_config){
        .trace = full->trace,
        .connection_count = full->connection_count,
        .buffer_count = full->buffer_count,
        .buffer_bytes = full->buffer_bytes,
    };
}

static size_t round_up(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

size_t lan_host_size(const struct lan_host_config *config)
{
    const struct lan_host_config full = with_defaults(config);
    if (!is_valid(&full))
        return 0;
    const struct ip_config ip = ip_part(&full);
    const struct tcp_config tcp = tcp_part(&full);
    return round_up(sizeof(struct lan_host)) + round_up(full.socket_count * sizeof(struct socket)) +
           ip_memory_size(&ip) +
           udp_memory_size(full.datagram_socket_count, full.datagram_queue_bytes) +
           tcp_memory_size(&tcp);
}

struct lan_host *lan_host_init(void *arena, size_t size, const struct lan_host_config *config,
                               const struct lan_port *port, uint64_t now_us)
{
    const struct lan_host_config full = with_defaults(config);
    assert((uintptr_t)arena % 8 == 0);
    if (!is_valid(&full) || size < lan_host_size(&full))
        return NULL;

    struct lan_host *host = arena;
    uint8_t *at = (uint8_t *)arena + round_up(sizeof *host);
    memset(host, 0, sizeof *host);
    host->sockets = (struct sockets){
        .ip = &host->ip,
        .udp = &host->udp,
        .port = *port,
        .trace = full.trace,
        .table = (struct socket *)(void *)at,
        .count = full.socket_count,
        .now_us = now_us,
    };
    memset(at, 0, full.socket_count * sizeof(struct socket));
    at += round_up(full.socket_count * sizeof(struct socket));

    port = &host->sockets.port;
    const struct ip_config ip = ip_part(&full);
    ip_init(&host->ip, at, &ip, port->random(port->context), now_us);
    at += ip_memory_size(&ip);
    icmp_init(&host->icmp, &host->ip, port);
    igmp_init(&host->igmp, &host->ip, port);
    udp_init(&host->udp, at, full.datagram_socket_count, full.datagram_queue_bytes, &host->ip,
             port);
    at += udp_memory_size(full.datagram_socket_count, full.datagram_queue_bytes);

    struct tcp_config tcp = tcp_part(&full);
    tcp.ip = &host->ip;
    tcp.port = port;
    host->tcp = host->sockets.tcp = tcp_init(at, &tcp, now_us);
    return host;
}

int lan_host_add_adapter(struct lan_host *host, struct lan_adapter *adapter, lan_ip4 address,
                         unsigned prefix)
{
    return ip_add_interface(&host->ip, adapter, address, prefix);
}

int lan_host_add_route(struct lan_host *host, lan_ip4 network, unsigned prefix, lan_ip4 gateway,
                       int interface)
{
    const struct lan_route route = {network, prefix, gateway, interface, 0};
    return ip_add_route(&host->ip, &route);
}

int lan_host_put_route(struct lan_host *host, const struct lan_route *route)
{
    return ip_add_route(&host->ip, route);
}

int lan_host_remove_route(struct lan_host *host, const struct lan_route *route)
{
    return ip_remove_route(&host->ip, route);
}

void lan_host_set_forwarding(struct lan_host *host, bool forwarding)
{
    host->ip.forwarding = forwarding;
}

/* --- a step -------------------------------------------------------------------------------- */

/* How many frames one adapter has received; at the limit there may be more. */
static unsigned receive_frames(struct lan_host *host, struct ip_interface *interface)
{
    struct lan_adapter *adapter = interface->ether.adapter;
    unsigned count = 0;
    for (; count < HOST_FRAMES_PER_STEP; count++) {
        size_t size;
        const uint8_t *bytes = adapter->functions->receive_begin(adapter, &size);
        if (!bytes)
            break;
        host_receive(host, interface, bytes, size);
        adapter->functions->receive_end(adapter);
    }
    return count;
}

/* What we sent to ourselves before this step, not what it adds to that. */
static bool receive_looped(struct lan_host *host)
{
    struct ip_packet packet;
    bool any = false;
    for (unsigned left = host->ip.waiting_count + 1; left > 0 && ip_loop_begin(&host->ip, &packet);
         left--) {
        host_receive_packet(host, &packet);
        ip_loop_end(&host->ip);
        any = true;
    }
    return any;
}

/* What waited, could not leave, and is another host's. */
static void report_failed(struct lan_host *host)
{
    struct ip_packet packet;
    struct ip_report report;
    while (ip_report_begin(&host->ip, &packet, &report)) {
        icmp_send_error(&host->icmp, &packet, &report);
        ip_report_end(&host->ip);
    }
}

static uint64_t min_time(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t host_step(struct lan_host *host, uint64_t now_us)
{
    if (now_us < host->sockets.now_us)
        now_us = host->sockets.now_us;
    host->sockets.now_us = host->ip.now_us = now_us;
    tcp_set_time(host->tcp, now_us);

    bool more = false, any = false;
    for (unsigned i = 0; i < host->ip.interface_count; i++) {
        struct lan_adapter *adapter = host->ip.interfaces[i].ether.adapter;
        adapter->functions->service(adapter, now_us);
        unsigned count = receive_frames(host, &host->ip.interfaces[i]);
        more |= count == HOST_FRAMES_PER_STEP;
        any |= count > 0;
    }
    any |= receive_looped(host);
    if (any)
        socket_wake(&host->sockets);

    /* What waited for ARP leaves before what tcp adds to it. */
    ip_step(&host->ip, now_us);
    report_failed(host);
    uint64_t deadline = host_step_services(host);
    deadline = min_time(deadline, tcp_step(host->tcp, now_us));
    deadline = min_time(deadline, igmp_step(&host->igmp));
    deadline = min_time(deadline, ip_deadline(&host->ip));
    for (unsigned i = 0; i < host->ip.interface_count; i++) {
        const struct lan_adapter *adapter = host->ip.interfaces[i].ether.adapter;
        deadline = min_time(deadline, adapter->functions->deadline_us(adapter));
    }
    return more || deadline < now_us ? now_us : deadline;
}

uint64_t lan_host_step(struct lan_host *host, uint64_t now_us)
{
    const struct sockets *sockets = socket_enter(host);
    uint64_t deadline = host_step(host, now_us);
    socket_unlock(sockets);
    return deadline;
}
