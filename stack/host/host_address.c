/* The host's addresses: changed, probed (RFC 5227), lost. */
#include "host/host.h"

static struct ip_interface *interface_at(const struct lan_host *host, int index)
{
    if (index < 0 || (unsigned)index >= host->ip.interface_count)
        return NULL;
    return &host->ip.interfaces[index];
}

int lan_host_set_address(struct lan_host *host, int interface, lan_ip4 address, unsigned prefix)
{
    return ip_set_address(&host->ip, interface, address, prefix);
}

bool lan_host_address(const struct lan_host *host, int interface, lan_ip4 *address,
                      unsigned *prefix)
{
    const struct ip_interface *of = interface_at(host, interface);
    if (!of)
        return false;
    *address = of->address;
    *prefix = of->prefix;
    return true;
}

const struct lan_adapter *lan_host_adapter(const struct lan_host *host, int interface)
{
    const struct ip_interface *of = interface_at(host, interface);
    return of ? of->ether.adapter : NULL;
}

int lan_host_set_mtu(struct lan_host *host, int interface, unsigned mtu)
{
    return ip_set_mtu(&host->ip, interface, mtu);
}

int lan_host_probe(struct lan_host *host, int interface, lan_ip4 address)
{
    struct ip_interface *of = interface_at(host, interface);
    if (!of || !ip_is_host_address(address))
        return -LAN_EINVAL;
    const struct lan_port *port = &host->sockets.port;
    acd_probe(&of->arp, address, port->random(port->context), host->ip.now_us);
    return 0;
}

enum lan_probe lan_host_probed(const struct lan_host *host, int interface)
{
    const struct ip_interface *of = interface_at(host, interface);
    switch (of ? of->arp.acd.state : (uint8_t)ACD_IDLE) {
    case ACD_PROBING:
        return LAN_PROBE_RUNNING;
    case ACD_UNUSED:
        return LAN_PROBE_UNUSED;
    case ACD_TAKEN:
        return LAN_PROBE_TAKEN;
    default:
        return LAN_PROBE_NONE;
    }
}

bool lan_host_address_lost(const struct lan_host *host, int interface)
{
    const struct ip_interface *of = interface_at(host, interface);
    return of && of->arp.acd.is_lost;
}
