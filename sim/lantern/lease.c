#include "lease.h"

#include <arpa/inet.h>

#include "say.h"

/* A server answers within a second, and the probe takes 4 to 7; a link-local address
 * is there after 20. */
#define PATIENCE_US UINT64_C(60000000)
#define LOOK_US     UINT64_C(20000)

static bool has_address(struct session *session)
{
    unsigned prefix;
    return lan_host_address(node_host(session->node), 0, &session->address, &prefix) &&
           session->address != 0;
}

static void tell_address(struct session *session)
{
    char text[INET_ADDRSTRLEN], server[INET_ADDRSTRLEN];
    const struct lan_dhcp_lease *lease = &session->dhcp.lease;
    inet_ntop(AF_INET, &(struct in_addr){htonl(session->address)}, text, sizeof text);
    inet_ntop(AF_INET, &(struct in_addr){htonl(lease->server)}, server, sizeof server);
    if (session->dhcp.has_lease)
        say("%s/%u by DHCP from %s for %lu s", text, lease->prefix, server,
            (unsigned long)lease->lease_s);
    else
        say("no DHCP server answers; %s is a link-local address", text);
}

bool lease_take(struct session *session)
{
    struct lan_host *host = node_host(session->node);
    const struct lan_dhcp_config config = {.link_local = session->options->tap != NULL};
    int result = lan_dhcp_start(&session->dhcp, host, 0, &config);
    uint64_t end_us = lan_host_now(host) + PATIENCE_US;
    bool alive = result == 0;
    while (alive && !has_address(session) && lan_host_now(host) < end_us)
        alive = node_sleep(session->node, lan_host_now(host) + LOOK_US);
    if (alive && session->address != 0) {
        tell_address(session);
        return true;
    }
    session->failed |= alive || result < 0; /* else Ctrl-C: no failure */
    if (result < 0)
        say("--dhcp: %s", lan_error_text(result));
    else if (alive)
        say("--dhcp: no server gave an address (is there one? else try --address)");
    return false;
}

void lease_give_back(struct session *session)
{
    lan_dhcp_release(&session->dhcp);
}
