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
    bool fast; /* 100 Mb/s, else 10 */
    bool full_duplex;
    /* true: follow the PHY at this MDIO address (link, rate, duplex);
     * false: the line is as said above and always up. */
    bool follow_phy;
    uint8_t phy_address;
};

enum lan_nic_result {
    LAN_NIC_OK,
    LAN_NIC_ABSENT,      /* no Lantern adapter answers on this bus */
    LAN_NIC_UNSUPPORTED, /* this build of the adapter cannot do what was asked */
    LAN_NIC_BAD_MAC,
};

enum {
    LAN_NIC_HASH_BINS = 64,
    LAN_NIC_STAGING_SIZE = 1536, /* a record of the longest frame, behind its header word */
    LAN_NIC_COUNTERS_MAX = 40,
};

/* Everything here belongs to the driver. */
struct lan_nic {
    struct lan_adapter adapter; /* give this to lan_host_add_adapter */
    struct lan_bus *bus;
    struct lan_nic_config config;
    uint32_t control; /* as last written */
    uint32_t enable;

    /* Rings: sizes in bytes; positions modulo twice the size. */
    uint32_t tx_size, tx_head, tx_tail;
    uint32_t rx_size, rx_head, rx_tail;
    uint8_t *tx_map, *rx_map; /* the rings' windows in memory, or NULL: copy */
    uint32_t lent_size;       /* of the received frame that is lent; 0: none */

    uint8_t hash_uses[LAN_NIC_HASH_BINS]; /* how many groups share a bin */

    uint8_t phy_step; /* what the management interface is doing */
    bool phy_busy;
    uint64_t phy_due_us;

    uint32_t counted[LAN_NIC_COUNTERS_MAX]; /* registers as last read */
    uint64_t totals[LAN_NIC_COUNTERS_MAX];

    _Alignas(4) uint8_t send_staging[LAN_NIC_STAGING_SIZE];
    _Alignas(4) uint8_t receive_staging[LAN_NIC_STAGING_SIZE];
};

/* Resets the adapter and starts it. Until LAN_NIC_OK nothing else may be called. */
enum lan_nic_result lan_nic_start(struct lan_nic *nic, struct lan_bus *bus,
                                  const struct lan_nic_config *config, uint64_t now_us);
/* Leaves the adapter quiet: it sends, receives and interrupts no more. */
void lan_nic_stop(struct lan_nic *nic);

const char *lan_nic_result_text(enum lan_nic_result result);

/* Sends a copy of a whole frame; false: no room now, or no frame's size. */
bool lan_nic_send(struct lan_nic *nic, const uint8_t *frame, size_t size);
/* Copies the oldest received frame out, at most `room` bytes, and gives its
 * size; 0: there is none. */
size_t lan_nic_receive(struct lan_nic *nic, uint8_t *frame, size_t room);

/* Brings the adapter's 32-bit counters into the driver's 64-bit ones. Call it at
 * least once an hour: at line rate the fastest wraps after six. */
void lan_nic_count(struct lan_nic *nic);
/* The index-th counter's name, and its value as of the last lan_nic_count; NULL
 * past the last. Names as in docs/registers.md, and the driver's own. */
const char *lan_nic_counter(const struct lan_nic *nic, unsigned index, uint64_t *value);

#endif
