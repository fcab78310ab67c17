/* What the host has of a lease: address and network, default route, DNS servers. */
#include "dhcp/dhcp.h"

static struct lan_route default_route(const struct lan_dhcp *client)
{
    return (struct lan_route){.gateway = client->lease.router, .interface = client->interface};
}

static void remove_rest(struct lan_dhcp *client)
{
    const struct lan_route route = default_route(client);
    if (client->lease.router)
        lan_host_remove_route(client->host, &route);
    for (unsigned i = 0; i < client->lease.dns_server_count; i++)
        lan_host_remove_dns_server(client->host, client->lease.dns_servers[i]);
}

/* The address is set anew only if it changes, so that a renewal announces nothing. A
 * full table leaves out what does not fit. */
void dhcp_configure(struct lan_dhcp *client, const struct lan_dhcp_lease *lease)
{
    bool is_same = client->has_lease && client->lease.address == lease->address &&
                   client->lease.prefix == lease->prefix;
    if (client->has_lease)
        remove_rest(client);
    client->lease = *lease;
    client->has_lease = true;
    client->leased_us = client->asked_us;
    if (!is_same)
        lan_host_set_address(client->host, client->interface, lease->address, lease->prefix);
    const struct lan_route route = default_route(client);
    if (lease->router)
        lan_host_put_route(client->host, &route);
    for (unsigned i = 0; i < lease->dns_server_count; i++)
        lan_host_add_dns_server(client->host, lease->dns_servers[i]);
}

void dhcp_unconfigure(struct lan_dhcp *client)
{
    if (!client->has_lease)
        return;
    remove_rest(client);
    client->has_lease = false;
    lan_host_set_address(client->host, client->interface, 0, 0);
}

uint64_t dhcp_lease_time(const struct lan_dhcp *client, uint32_t seconds)
{
    if (client->lease.lease_s == LAN_DHCP_FOR_EVER)
        return LAN_NEVER;
    return client->leased_us + seconds * (uint64_t)1000000;
}
