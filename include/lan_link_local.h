/* Link-local addresses (RFC 3927): one of 169.254/16 that nobody else has, where no
 * server gives addresses.
 *
 * Above: the application, or the DHCP client (lan_dhcp.h), which falls back to it.
 * Below: lan_host.h; the host steps it. The addresses tried follow from the MAC
 * address, so that a host has the same one again after it was off. */
#ifndef LAN_LINK_LOCAL_H
#define LAN_LINK_LOCAL_H

#include "lan_host.h"

enum lan_link_local_state {
    LAN_LINK_LOCAL_STOPPED,
    LAN_LINK_LOCAL_WAITING, /* after too many conflicts */
    LAN_LINK_LOCAL_PROBING,
    LAN_LINK_LOCAL_CLAIMED, /* the interface has it */
};

struct lan_link_local {
    enum lan_link_local_state state;
    lan_ip4 address;    /* probed or claimed */
    uint32_t conflicts; /* since the last that was claimed */

    /* The rest is its own. */
    struct lan_service service;
    struct lan_host *host;
    int interface;
    uint64_t random, deadline_us;
};

/* Finds an address and gives it to the interface, and another one if that is lost.
 * The memory is the host's until lan_link_local_stop. 0, or -LAN_ENODEV. */
int lan_link_local_start(struct lan_link_local *local, struct lan_host *host, int interface);

/* The interface has no address then, if it had this one. */
void lan_link_local_stop(struct lan_link_local *local);

#endif
