/* The driver of the Lantern adapter: start it, then use it as a lan_adapter.
 * No heap, no globals; one struct lan_nic for each adapter, in the caller's
 * memory. It knows registers and rings, no protocol. */
#ifndef LAN_NIC_H
#define LAN_NIC_H

#include "lan_adapter.h"

struct lan_bus; /* driver/bus.h: where the adapter is */

struct lan_nic_config {
    uint8_t mac[LAN_MAC_SIZE]; /* own address; a group address is refused */
    bool promiscuous;
    bool fast;        /* 100 Mb/s, else 10 */
    bool full_duplex;
    /* true: follow the PHY at this MDIO address (link events, rate, duplex);
     * false: the line is as said above and always up. */
    bool follow_phy;
    uint8_t phy_address;
};

/* What the adapter counted since the start, 64 bits wide: the driver carries
 * the 32-bit registers on. One member for each counter of rtl/nic.rdl. */
struct lan_nic_statistics; /* generated: driver/nic_registers.h */

enum lan_nic_result {
    LAN_NIC_OK,
    LAN_NIC_ABSENT,      /* no Lantern adapter answers on this bus */
    LAN_NIC_UNSUPPORTED, /* this build of the adapter cannot do what was asked */
    LAN_NIC_BAD_MAC,
};
