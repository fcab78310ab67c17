/* What a host tells about itself: time, counters, sockets. */
#include "host/host.h"

#include <string.h>

uint64_t lan_host_now(const struct lan_host *host)
{
    const struct sockets *sockets = &host->sockets;
    socket_lock(sockets);
    uint64_t now_us = sockets->now_us;
    socket_unlock(sockets);
    return now_us;
}

bool lan_host_route(const struct lan_host *host, unsigned index, struct lan_route *route)
{
    return ip_get_route(&host->ip, index, route);
}

uint32_t lan_host_random(struct lan_host *host)
{
    const struct sockets *sockets = socket_enter(host);
    uint32_t value = sockets->port.random(sockets->port.context);
    socket_unlock(sockets);
    return value;
}

lan_ip4 lan_host_dns_server(const struct lan_host *host, unsigned index)
{
    return index < host->dns_server_count ? host->dns_servers[index] : 0;
}

/* --- counters -------------------------------------------------------------------------- */

/* Those of ether and arp are kept by each interface and told as sums. */
static uint64_t sum(const struct lan_host *host, size_t offset)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < host->ip.interface_count; i++) {
        uint32_t value;
        memcpy(&value, (const uint8_t *)&host->ip.interfaces[i] + offset, sizeof value);
        total += value;
    }
    return total;
}

static const char *counter_at(const struct lan_host *host, unsigned index, uint64_t *value)
{
#define NAME(name) #name,
    static const char names[][28] = {ETHER_COUNTERS(NAME) ARP_COUNTERS(NAME) IP_COUNTERS(
        NAME) ICMP_COUNTERS(NAME) IGMP_COUNTERS(NAME) UDP_COUNTERS(NAME)};
#undef NAME
#define ETHER_VALUE(name) sum(host, offsetof(struct ip_interface, ether.counters.name)),
#define ARP_VALUE(name)   sum(host, offsetof(struct ip_interface, arp.counters.name)),
#define IP_VALUE(name)    host->ip.counters.name,
#define ICMP_VALUE(name)  host->icmp.counters.name,
#define IGMP_VALUE(name)  host->igmp.counters.name,
#define UDP_VALUE(name)   host->udp.counters.name,
    const uint64_t values[] = {ETHER_COUNTERS(ETHER_VALUE) ARP_COUNTERS(ARP_VALUE) IP_COUNTERS(
        IP_VALUE) ICMP_COUNTERS(ICMP_VALUE) IGMP_COUNTERS(IGMP_VALUE) UDP_COUNTERS(UDP_VALUE)};
    enum { COUNT = sizeof names / sizeof *names };
    if (index >= COUNT)
        return tcp_counter(host->tcp, index - COUNT, value);
    *value = values[index];
    return names[index];
}

const char *lan_host_counter(const struct lan_host *host, unsigned index, uint64_t *value)
{
    socket_lock(&host->sockets);
    const char *name = counter_at(host, index, value);
    socket_unlock(&host->sockets);
    return name;
}

/* --- sockets -------------------------------------------------------------------------------- */

static void datagram_info(const struct udp_block *block, struct lan_socket_info *info)
{
    *info = (struct lan_socket_info){
        .descriptor = block->descriptor,
        .kind = "udp",
        .state = "",
        .local_address = block->local.ip,
        .peer_address = block->peer.ip,
        .local_port = block->local.port,
        .peer_port = block->peer.port,
        .receive_queued = block->tail - block->head,
    };
}

static bool socket_at(const struct lan_host *host, unsigned index, struct lan_socket_info *info)
{
    for (unsigned i = 0; i < host->udp.block_count; i++) {
        if (host->udp.blocks[i].descriptor >= 0 && index-- == 0) {
            datagram_info(&host->udp.blocks[i], info);
            return true;
        }
    }
    const struct tcb *tcb;
    for (unsigned i = 0; tcp_connection(host->tcp, i, &tcb); i++) {
        if (tcb && index-- == 0) {
            tcp_info(tcb, info);
            return true;
        }
    }
    return false;
}

bool lan_host_socket(const struct lan_host *host, unsigned index, struct lan_socket_info *info)
{
    socket_lock(&host->sockets);
    bool found = socket_at(host, index, info);
    socket_unlock(&host->sockets);
    return found;
}
