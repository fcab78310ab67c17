/* The way up, from a frame to a socket's buffer: Ethernet, then ARP or IP, then
 * ICMP, UDP or TCP. Each step drops and counts what does not belong to the next. */
#include "host/host.h"

void host_receive(struct lan_host *host, struct ip_interface *interface, const uint8_t *bytes,
                  size_t size)
{
    struct ether_frame frame;
    if (!ether_receive(&interface->ether, bytes, size, &frame))
        return;
    struct ip_packet packet;
    struct ip_report report;
    switch (frame.type) {
    case ETHER_TYPE_ARP:
        arp_receive(&interface->arp, &frame, host->ip.now_us);
        break;
    case ETHER_TYPE_IP:
        switch (ip_receive(&host->ip, interface, &frame, &packet, &report)) {
        case IP_DELIVER:
            host_receive_packet(host, &packet);
            break;
        case IP_TELL:
            icmp_send_error(&host->icmp, &packet, &report);
            break;
        case IP_DONE:
            break;
        }
        break;
    default:
        interface->ether.counters.ether_drop_type++;
    }
}

/* An ICMP error goes to the protocol that sent what it is about. */
static void receive_error(struct lan_host *host, const struct icmp_error *error)
{
    if (error->protocol == IP_PROTOCOL_TCP)
        tcp_receive_error(host->tcp, error->source, error->target, error->quoted, error->type,
                          error->code, error->mtu);
    else if (error->protocol == IP_PROTOCOL_UDP)
        udp_receive_error(&host->udp, error->source, error->target, error->quoted, error->type,
                          error->code);
    else
        host->icmp.counters.icmp_drop_quote++;
}

void host_receive_packet(struct lan_host *host, const struct ip_packet *packet)
{
    struct icmp_error error;
    switch (packet->protocol) {
    case IP_PROTOCOL_ICMP:
        if (icmp_receive(&host->icmp, packet, &error))
            receive_error(host, &error);
        break;
    case IP_PROTOCOL_IGMP:
        igmp_receive(&host->igmp, packet);
        break;
    case IP_PROTOCOL_UDP:
        if (!udp_receive(&host->udp, packet))
            icmp_send_error(&host->icmp, packet, &(struct ip_report){IP_FAULT_PORT, 0});
        break;
    case IP_PROTOCOL_TCP:
        tcp_receive(host->tcp, packet);
        break;
    default:
        host->ip.counters.ip_drop_protocol++;
        icmp_send_error(&host->icmp, packet, &(struct ip_report){IP_FAULT_PROTOCOL, 0});
    }
}
