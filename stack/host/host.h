/* The host: every layer of one stack, put together. See lan_host.h.
 *
 * The layers do not know each other upward; host_receive is the way up and reads
 * like the packet. */
#ifndef STACK_HOST_H
#define STACK_HOST_H

#include "icmp/icmp.h"
#include "igmp/igmp.h"
#include "socket/socket.h"

struct lan_host {
    struct sockets sockets; /* first: see sockets_of */
    struct ip ip;
    struct icmp icmp;
    struct igmp igmp;
    struct udp udp;
    struct tcp *tcp;
    lan_ip4 dns_servers[HOST_DNS_SERVERS];
    unsigned dns_server_count;
    struct lan_dns_cache *dns_cache; /* NULL: none */
    struct lan_service *services;
};

/* Takes in one frame, borrowed. */
void host_receive(struct lan_host *host, struct ip_interface *interface, const uint8_t *bytes,
                  size_t size);

/* Every service; the earliest of their deadlines. */
uint64_t host_step_services(struct lan_host *host);

/* Takes in one packet, whole and for this host, borrowed. */
void host_receive_packet(struct lan_host *host, const struct ip_packet *packet);

#endif
