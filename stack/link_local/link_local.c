/* Link-local addresses: see lan_link_local.h. Probes, announcements and defence are
 * those of RFC 5227, in arp; here is which address, and when. */
#include "link_local/link_local.h"

#include "lan_socket.h"
#include "limits.h"

/* RFC 3927 section 2.1: the first and the last 256 are kept back. */
enum { NETWORK_PREFIX = 16, ADDRESS_COUNT = 65536 - 512 };

static const lan_ip4 FIRST_ADDRESS = LAN_IP4(169, 254, 1, 0);

/* Its bits follow from the MAC address alone (RFC 3927 section 2.1), so that hosts
 * differ and each tries the same again. */
static uint32_t next_random(struct lan_link_local *local)
{
    local->random = local->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(local->random >> 32);
}

static void probe_next(struct lan_link_local *local)
{
    local->address = FIRST_ADDRESS + (lan_ip4)((uint64_t)next_random(local) * ADDRESS_COUNT >> 32);
    local->state = LAN_LINK_LOCAL_PROBING;
    local->deadline_us = LAN_NEVER; /* arp's */
    lan_host_probe(local->host, local->interface, local->address);
}

/* RFC 3927 section 2.2.1: after so many, once a minute. */
static void conflict(struct lan_link_local *local, uint64_t now_us)
{
    local->conflicts++;
    if (local->conflicts < LINK_LOCAL_CONFLICTS) {
        probe_next(local);
        return;
    }
    local->state = LAN_LINK_LOCAL_WAITING;
    local->deadline_us = now_us + LINK_LOCAL_WAIT_S * 1000000u;
}

static void claim(struct lan_link_local *local)
{
    local->state = LAN_LINK_LOCAL_CLAIMED;
    local->conflicts = 0;
    lan_host_set_address(local->host, local->interface, local->address, NETWORK_PREFIX);
}

static void give_up_address(struct lan_link_local *local)
{
    lan_ip4 address;
    unsigned prefix;
    lan_host_address(local->host, local->interface, &address, &prefix);
    if (local->state == LAN_LINK_LOCAL_CLAIMED && address == local->address)
        lan_host_set_address(local->host, local->interface, 0, 0);
}

uint64_t link_local_step(struct lan_link_local *local, uint64_t now_us)
{
    enum lan_probe probed = lan_host_probed(local->host, local->interface);
    switch (local->state) {
    case LAN_LINK_LOCAL_WAITING:
        if (now_us >= local->deadline_us)
            probe_next(local);
        break;
    case LAN_LINK_LOCAL_PROBING:
        if (probed == LAN_PROBE_UNUSED)
            claim(local);
        else if (probed == LAN_PROBE_TAKEN)
            conflict(local, now_us);
        break;
    case LAN_LINK_LOCAL_CLAIMED: /* RFC 3927 section 2.5 (b) */
        if (!lan_host_address_lost(local->host, local->interface))
            break;
        give_up_address(local);
        conflict(local, now_us);
        break;
    case LAN_LINK_LOCAL_STOPPED:
        break;
    }
    return local->deadline_us;
}

void link_local_begin(struct lan_link_local *local, struct lan_host *host, int interface)
{
    *local = (struct lan_link_local){.host = host, .interface = interface};
    const struct lan_adapter *adapter = lan_host_adapter(host, interface);
    for (unsigned i = 0; i < LAN_MAC_SIZE; i++)
        local->random = local->random << 8 | adapter->mac[i];
    next_random(local); /* bits of the MAC's end reach the upper half */
    probe_next(local);
}

void link_local_end(struct lan_link_local *local)
{
    if (local->state == LAN_LINK_LOCAL_STOPPED)
        return;
    give_up_address(local);
    local->state = LAN_LINK_LOCAL_STOPPED;
    local->deadline_us = LAN_NEVER;
}

/* --- by itself ---------------------------------------------------------------------------- */

static uint64_t step(struct lan_service *service, uint64_t now_us)
{
    uint8_t *of = (uint8_t *)service - offsetof(struct lan_link_local, service);
    return link_local_step((struct lan_link_local *)(void *)of, now_us);
}

int lan_link_local_start(struct lan_link_local *local, struct lan_host *host, int interface)
{
    if (!lan_host_adapter(host, interface))
        return -LAN_ENODEV;
    link_local_begin(local, host, interface);
    local->service.step = step;
    lan_host_add_service(host, &local->service);
    return 0;
}

void lan_link_local_stop(struct lan_link_local *local)
{
    link_local_end(local);
    lan_host_remove_service(local->host, &local->service);
}
