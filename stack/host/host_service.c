/* What is added to a host while it runs: its DNS servers, and the services that it
 * steps with itself. */
#include "host/host.h"

/* --- DNS servers ------------------------------------------------------------------------ */

int lan_host_add_dns_server(struct lan_host *host, lan_ip4 server)
{
    if (server == 0)
        return -LAN_EINVAL;
    if (host->dns_server_count == HOST_DNS_SERVERS)
        return -LAN_ENOBUFS;
    host->dns_servers[host->dns_server_count++] = server;
    return 0;
}

int lan_host_remove_dns_server(struct lan_host *host, lan_ip4 server)
{
    unsigned place = 0;
    while (place < host->dns_server_count && host->dns_servers[place] != server)
        place++;
    if (place == host->dns_server_count)
        return -LAN_EINVAL;
    host->dns_server_count--;
    for (; place < host->dns_server_count; place++)
        host->dns_servers[place] = host->dns_servers[place + 1];
    return 0;
}

void lan_host_set_dns_cache(struct lan_host *host, struct lan_dns_cache *cache)
{
    host->dns_cache = cache;
}

struct lan_dns_cache *lan_host_dns_cache(const struct lan_host *host)
{
    return host->dns_cache;
}

/* --- services --------------------------------------------------------------------------- */

void lan_host_add_service(struct lan_host *host, struct lan_service *service)
{
    service->next = host->services;
    host->services = service;
}

void lan_host_remove_service(struct lan_host *host, struct lan_service *service)
{
    for (struct lan_service **at = &host->services; *at; at = &(*at)->next)
        if (*at == service) {
            *at = service->next;
            return;
        }
}

uint64_t host_step_services(struct lan_host *host)
{
    uint64_t deadline = LAN_NEVER;
    struct lan_service *next;
    for (struct lan_service *service = host->services; service; service = next) {
        next = service->next; /* it may leave */
        uint64_t wanted = service->step(service, host->sockets.now_us);
        if (wanted < deadline)
            deadline = wanted;
    }
    return deadline;
}
