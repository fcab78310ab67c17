/* The inside of the driver: what its files share.
 *
 *   nic.c             start, stop, lost and found
 *   nic_send.c        the transmit ring
 *   nic_receive.c     the receive ring
 *   nic_checksum.c    checksums that the adapter computes
 *   nic_interrupt.c   what happened, and how often it is told
 *   nic_link.c        what the PHY says
 *   nic_pause.c       flow control
 *   nic_filter.c      which addresses are listened to
 *   nic_time.c        the adapter's clock
 *   nic_statistics.c  counters of 32 bits carried on to 64
 *
 * Above: lan_adapter.h. Below: bus.h. Every register is read as if the adapter
 * might be gone: positions and lengths are checked before they are used, no loop
 * waits for it. */
#ifndef DRIVER_NIC_H
#define DRIVER_NIC_H

#include "bus.h"
#include "lan_nic.h"
#include "nic_registers.h"

/* What the two ends agreed on (IEEE 802.3 annex 28B). */
struct nic_pause {
    bool obeys; /* the peer's pause frames */
    bool sends; /* its own, which the peer obeys */
};

enum nic_state {
    NIC_STOPPED,
    NIC_RUNNING,
    NIC_LOST, /* it answered nonsense; tried again at the deadline */
};

enum {
    NIC_FRAME_MIN = 14,      /* a MAC header */
    NIC_MARKED_MAX = 2042,   /* 2046 octets on the line, less the FCS */
    NIC_STAMP_SIZE = 8,      /* between a record's header word and its frame */
    NIC_RX_FRAME_MIN = 60,   /* 64 octets on the line, less the FCS */
    NIC_RX_FRAME_MAX = 1518, /* 1522 with a VLAN tag, less the FCS */
};

#define NIC_NEVER UINT64_MAX

/* The driver's own counters stand behind the registers'. */
#define DRIVER_COUNTERS(X)                                                                         \
    X(driver_no_room) /* a frame had to wait for the transmit ring */                              \
    X(driver_faults)  /* the adapter answered what it cannot, and was lost */                      \
    X(driver_link_changes)

enum nic_counter {
#define NAME(name, address) NIC_COUNTED_##name,
    NIC_COUNTERS(NAME)
#undef NAME
#define NAME(name) NIC_COUNTED_##name,
        DRIVER_COUNTERS(NAME)
#undef NAME
            NIC_COUNTED_ALL
};

static inline uint32_t nic_read(const struct lan_nic *nic, uint32_t address)
{
    return lan_bus_read(nic->bus, address);
}

static inline void nic_write(const struct lan_nic *nic, uint32_t address, uint32_t value)
{
    lan_bus_write(nic->bus, address, value);
}

static inline void nic_count(struct lan_nic *nic, enum nic_counter counter)
{
    nic->totals[counter]++;
}

static inline struct lan_nic *nic_of(struct lan_adapter *adapter)
{
    return (struct lan_nic *)adapter; /* its first member */
}

/* The distance from one ring position to a later one: modulo twice the ring. */
static inline uint32_t nic_distance(uint32_t from, uint32_t to, uint32_t ring_size)
{
    return (to - from) & (2 * ring_size - 1);
}

/* The bytes that a frame takes in a ring: the record, to a multiple of 4. */
static inline uint32_t nic_record_size(uint32_t frame_offset, uint32_t frame_size)
{
    return (frame_offset + frame_size + 3) & ~3u;
}

/* What this build of the adapter holds: NIC_CAPABILITY_... */
static inline bool nic_has(const struct lan_nic *nic, uint32_t capability)
{
    return nic->capability & capability;
}

static inline bool nic_is_station(const uint8_t mac[LAN_MAC_SIZE])
{
    return !(mac[0] & 1) && (mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]);
}

static inline bool nic_is_position(uint32_t position, uint32_t ring_size)
{
    return position < 2 * ring_size && position % 4 == 0;
}

/* The adapter answered what it cannot: nothing is believed until it has been
 * started anew. */
void nic_lose(struct lan_nic *nic);

/* Resets the adapter and writes all that `nic` says into it. */
enum lan_nic_result nic_bring_up(struct lan_nic *nic);

/* Tells the stack when something changes. */
void nic_set_link(struct lan_nic *nic, bool up);
/* Rate, duplex and pause, for the stack and for the adapter; false: the adapter
 * cannot do that. */
bool nic_set_mode(struct lan_nic *nic, bool fast, bool full_duplex, struct nic_pause pause);
/* Bits of Control, set or cleared. */
void nic_control(struct lan_nic *nic, uint32_t bits, bool wanted);

/* Clears causes, and has interrupts for `enabled` of them from now on. */
void nic_acknowledge(struct lan_nic *nic, uint32_t causes, uint32_t enabled);
void nic_coalesce_write(struct lan_nic *nic);

void nic_send_start(struct lan_nic *nic);
uint8_t *nic_send_begin(struct lan_adapter *adapter, size_t size);
void nic_send_end(struct lan_adapter *adapter, size_t size);

void nic_receive_start(struct lan_nic *nic);
const uint8_t *nic_receive_begin(struct lan_adapter *adapter, size_t *size);
void nic_receive_end(struct lan_adapter *adapter);

/* Whether the received frame is an IPv4 packet that its octets' sum shows right. */
bool nic_sum_is_right(const uint8_t *frame, size_t size, uint32_t sum);
/* The header word's fields for the checksum that is to be inserted. */
uint32_t nic_sum_fields(const struct lan_checksum *sum);

void nic_pause_write(const struct lan_nic *nic);
/* Bits 10 and 11 of the PHY's registers 4 (ours) and 5 (the partner's). */
uint32_t nic_pause_offer(const struct lan_nic *nic);
struct nic_pause nic_pause_resolve(uint32_t offered, uint32_t partner);

/* The interrupt told that a frame's time is there. */
void nic_take_sent_time(struct lan_nic *nic);
/* The header word's bit, when the next frame's time was asked for. */
uint32_t nic_stamp_field(struct lan_nic *nic);

void nic_filter_start(struct lan_nic *nic);
void nic_filter_write(struct lan_nic *nic);
void nic_join(struct lan_adapter *adapter, const uint8_t group[LAN_MAC_SIZE], bool wanted);

void nic_service(struct lan_adapter *adapter, uint64_t now_us);
uint64_t nic_deadline_us(const struct lan_adapter *adapter);

/* The PHY: asked at the start, and again when its link changes. */
void nic_link_start(struct lan_nic *nic);
void nic_link_changed(struct lan_nic *nic);
void nic_link_answered(struct lan_nic *nic);
/* The deadline has passed. */
void nic_link_late(struct lan_nic *nic);

#endif
