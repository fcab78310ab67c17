/* The driver of the Lantern adapter: start it, then use it as a lan_adapter.
 * No heap, no globals; one struct lan_nic for each adapter, in the caller's
 * memory. It knows registers and rings, no protocol. One thread at a time: an
 * interrupt handler only wakes the one that steps. */
#ifndef LAN_NIC_H
#define LAN_NIC_H

#include "lan_adapter.h"

struct lan_bus; /* driver/bus.h: where the adapter is */

/* Which frames are wanted beside those to an own address, a joined group, or all. */
enum {
    LAN_NIC_PROMISCUOUS = 1 << 0,
    LAN_NIC_ALL_MULTICAST = 1 << 1,
    /* Frames with errors, for lan_nic_receive_marked; a stack never gets them. */
    LAN_NIC_ERRORS = 1 << 2,
};

struct lan_nic_config {
    uint8_t mac[LAN_MAC_SIZE]; /* own address; a group address is refused */
    uint8_t listen;            /* LAN_NIC_PROMISCUOUS and the like */
    bool fast;                 /* 100 Mb/s, else 10 */
    bool full_duplex;
    /* Pause frames (IEEE 802.3 annex 31B), if the adapter has them: offered to the
     * PHY's partner; without a PHY, used in full duplex. */
    bool pause;
    /* true: follow the PHY at this MDIO address (link, rate, duplex, pause);
     * false: the line is as said above and always up. */
    bool follow_phy;
    uint8_t phy_address;
    bool receive_stamps; /* received frames carry their time; needs lan_nic_time */
};

enum lan_nic_result {
    LAN_NIC_OK,
    LAN_NIC_ABSENT,      /* no Lantern adapter answers on this bus */
    LAN_NIC_UNSUPPORTED, /* this build of the adapter cannot do what was asked */
    LAN_NIC_BAD_MAC,
};

enum {
    LAN_NIC_HASH_BINS = 64,
    LAN_NIC_ADDRESSES = 4,         /* unicast addresses, the own one among them */
    LAN_NIC_TX_RECORD_SIZE = 1524, /* of the longest frame to be sent: 1518 with a VLAN tag */
    LAN_NIC_RX_RECORD_SIZE = 2056, /* of the longest frame with errors, with its time */
    LAN_NIC_COUNTERS_MAX = 40,
    LAN_NIC_COALESCE_FRAMES = 8, /* as long as nobody says otherwise */
    LAN_NIC_COALESCE_US = 50,
    LAN_NIC_ANSWER_MS = 250, /* a PHY that was asked has answered by then */
    LAN_NIC_POLL_MS = 400,   /* the adapter has polled it by then */
    LAN_NIC_RETRY_MS = 1000, /* before a lost adapter is started anew, or an absent PHY asked */
};

/* What the adapter says of a received frame beside its octets. */
struct lan_nic_marks {
    uint64_t time_ns;                     /* of its start delimiter, with config.receive_stamps */
    bool bad_fcs, bad_symbol, bad_length; /* only with LAN_NIC_ERRORS */
};

/* Everything here belongs to the driver. */
struct lan_nic {
    struct lan_adapter adapter; /* give this to lan_host_add_adapter */
    struct lan_adapter_functions functions;
    struct lan_bus *bus;
    struct lan_nic_config config;
    uint8_t state;
    uint32_t capability;       /* as read at the start */
    uint32_t control, enabled; /* as last written */
    uint32_t coalesce;         /* what the register holds */
    uint64_t now_us;           /* of the last service */
    uint64_t deadline_us;      /* of the PHY's answer, or of starting anew */

    /* Rings: sizes in bytes; positions modulo twice the size. */
    uint32_t tx_size, tx_head, tx_tail;
    uint32_t rx_size, rx_head, rx_tail;
    uint8_t *tx_map; /* the rings' windows in memory, or NULL: copy */
    const uint8_t *rx_map;
    uint32_t tx_lent, rx_lent; /* bytes of the frames that are lent; 0: none */
    uint32_t rx_offset;        /* of a frame in its record */
    uint32_t rx_header;        /* the lent record's first word */

    uint8_t macs[LAN_NIC_ADDRESSES][LAN_MAC_SIZE]; /* one not needed repeats the first */
    uint8_t hash_uses[LAN_NIC_HASH_BINS];          /* how many groups share a bin */
    uint8_t phy_step;                              /* which answer is awaited */
    bool phy_fixed;                                /* it does not negotiate */
    bool phy_early;   /* its link was found up before the adapter's poll saw that */
    bool phy_changed; /* the link did, since it was asked */

    uint8_t sent_time; /* none, asked for, on its way, or there */
    uint64_t sent_time_ns;

    uint32_t counted[LAN_NIC_COUNTERS_MAX]; /* registers as last read */
    uint64_t totals[LAN_NIC_COUNTERS_MAX];

    uint32_t tx_staging[LAN_NIC_TX_RECORD_SIZE / 4]; /* records as in the rings */
    uint32_t rx_staging[LAN_NIC_RX_RECORD_SIZE / 4];
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
/* The same, frames with errors too, and what the adapter says of it. */
size_t lan_nic_receive_marked(struct lan_nic *nic, void *frame, size_t room,
                              struct lan_nic_marks *marks);

/* Which frames are wanted from now on: LAN_NIC_PROMISCUOUS and the like. */
void lan_nic_listen(struct lan_nic *nic, uint8_t what);
/* A further unicast address, index 1 to 3; NULL: none (any more). While it changes,
 * addresses made of old and new octets may pass. false: this build has none, or that
 * is no station's address. */
bool lan_nic_set_address(struct lan_nic *nic, unsigned index, const uint8_t *mac);
/* One interrupt for so many received frames, but at most so long after the first of
 * them (5 to 322 us, rounded up); more than the adapter can (15) is the most it can;
 * 0 in either: one for each. false: this build does not coalesce. */
bool lan_nic_coalesce(struct lan_nic *nic, uint8_t frames, uint32_t time_us);
/* Holds the peer's transmitter by a pause frame, or lets it go, when that was agreed
 * on; beside it the adapter does so by itself when its ring fills. */
bool lan_nic_pause_peer(struct lan_nic *nic, bool hold);

/* --- The adapter's clock, in nanoseconds. All false: this build has none ------------ */

bool lan_nic_time(struct lan_nic *nic, uint64_t *ns);
bool lan_nic_set_time(struct lan_nic *nic, uint64_t ns);
/* Moves it by so much at once. */
bool lan_nic_step_time(struct lan_nic *nic, int32_t ns);
/* Lets it go faster (or slower, below 0) than its crystal by so many billionths, up
 * to a tenth, in steps of 3. */
bool lan_nic_set_time_rate(struct lan_nic *nic, int32_t billionths);
/* Asks for the time of the next frame that is sent, of its start delimiter on the
 * line; then lan_nic_sent_time gives it once it is there (after a service). */
bool lan_nic_ask_sent_time(struct lan_nic *nic);
bool lan_nic_sent_time(struct lan_nic *nic, uint64_t *ns);

/* Brings the adapter's 32-bit counters into the driver's 64-bit ones. Call it at
 * least every five minutes: at 100 Mb/s the octets pass 2^32 in 343 s. */
void lan_nic_count(struct lan_nic *nic);
/* The index-th counter's name, and its value as of the last lan_nic_count; NULL
 * past the last. Names as in docs/registers.md, and the driver's own. */
const char *lan_nic_counter(const struct lan_nic *nic, unsigned index, uint64_t *value);

#endif
