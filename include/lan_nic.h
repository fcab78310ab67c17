/* The driver of the Lantern adapter: start it, then use it as a lan_adapter.
 * No heap, no globals; one struct lan_nic for each adapter, in the caller's
 * memory. It knows registers and rings, no protocol. One thread at a time: an
 * interrupt handler only wakes the one that steps. */
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
    LAN_NIC_RECORD_SIZE = 1524, /* of the longest frame in a ring: 1518 with a VLAN tag */
    LAN_NIC_COUNTERS_MAX = 40,
    LAN_NIC_LINK_POLL_MS = 250, /* how often the PHY is asked */
    LAN_NIC_RETRY_MS = 1000,    /* before a lost adapter is started anew */
};

/* Everything here belongs to the driver. */
struct lan_nic {
    struct lan_adapter adapter; /* give this to lan_host_add_adapter */
    struct lan_adapter_functions functions;
    struct lan_bus *bus;
    struct lan_nic_config config;
    uint8_t state;
    uint32_t control, enabled; /* as last written */
    uint64_t now_us;           /* of the last service */
    uint64_t deadline_us;      /* of the PHY's poll, or of starting anew */

    /* Rings: sizes in bytes; positions modulo twice the size. */
    uint32_t tx_size, tx_head, tx_tail;
    uint32_t rx_size, rx_head, rx_tail;
    uint8_t *tx_map; /* the rings' windows in memory, or NULL: copy */
    const uint8_t *rx_map;
    uint32_t tx_lent, rx_lent; /* bytes of the frames that are lent; 0: none */

    uint8_t hash_uses[LAN_NIC_HASH_BINS]; /* how many groups share a bin */
    uint8_t phy_step;                     /* which answer is awaited */

    uint32_t counted[LAN_NIC_COUNTERS_MAX]; /* registers as last read */
    uint64_t totals[LAN_NIC_COUNTERS_MAX];

    uint32_t tx_staging[LAN_NIC_RECORD_SIZE / 4]; /* records as in the rings */
    uint32_t rx_staging[LAN_NIC_RECORD_SIZE / 4];
};

/* Resets the adapter and starts it; `bus` is borrowed until lan_nic_stop. Groups
 * and counters begin at none. Unless LAN_NIC_OK, nothing runs.
 *
 * An adapter that later answers what it cannot (unplugged, reset behind our back)
 * is lost: the link is down, a counter tells, and it is started anew, joined
 * groups and counts kept, every LAN_NIC_RETRY_MS. */
enum lan_nic_result lan_nic_start(struct lan_nic *nic, struct lan_bus *bus,
                                  const struct lan_nic_config *config, uint64_t now_us);
/* Leaves the adapter quiet: it finishes the frame that is on the line, then sends,
 * receives and interrupts no more. What it counted can still be read. */
void lan_nic_stop(struct lan_nic *nic);

const char *lan_nic_result_text(enum lan_nic_result result);

/* Sends a copy of a whole frame; false: no room now, or no frame's size. */
bool lan_nic_send(struct lan_nic *nic, const void *frame, size_t size);
/* Copies the oldest received frame out, at most `room` bytes, and gives its
 * size; 0: there is none. */
size_t lan_nic_receive(struct lan_nic *nic, void *frame, size_t room);

/* Brings the adapter's 32-bit counters into the driver's 64-bit ones. Call it at
 * least every five minutes: at 100 Mb/s the octets pass 2^32 in 343 s. */
void lan_nic_count(struct lan_nic *nic);
/* The index-th counter's name, and its value as of the last lan_nic_count; NULL
 * past the last. Names as in docs/registers.md, and the driver's own. */
const char *lan_nic_counter(const struct lan_nic *nic, unsigned index, uint64_t *value);

#endif
