/* The inside of the driver: what its files share.
 *
 *   nic.c             start, stop, lost and found
 *   nic_send.c        the transmit ring
 *   nic_receive.c     the receive ring
 *   nic_interrupt.c   what happened
 *   nic_link.c        what the PHY says
 *   nic_filter.c      which group addresses are listened to
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

enum nic_state {
    NIC_STOPPED,
    NIC_RUNNING,
    NIC_LOST, /* it answered nonsense; tried again at the deadline */
};

enum {
    NIC_FRAME_MIN = 14,      /* a MAC header */
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
static inline uint32_t nic_record_size(uint32_t frame_size)
{
    return (NIC_TX_RING_FRAME_OFFSET + frame_size + 3) & ~3u;
}
_Static_assert(NIC_TX_RING_FRAME_OFFSET == NIC_RX_RING_FRAME_OFFSET, "one shape of record");

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
/* Rate and duplex, for the stack and for the adapter. */
void nic_set_mode(struct lan_nic *nic, bool fast, bool full_duplex);

/* Has an interrupt for these causes, or no more. */
void nic_enable(struct lan_nic *nic, uint32_t causes, bool wanted);

void nic_send_start(struct lan_nic *nic);
uint8_t *nic_send_begin(struct lan_adapter *adapter, size_t size);
void nic_send_end(struct lan_adapter *adapter, size_t size);

void nic_receive_start(struct lan_nic *nic);
const uint8_t *nic_receive_begin(struct lan_adapter *adapter, size_t *size);
void nic_receive_end(struct lan_adapter *adapter);

void nic_filter_write(struct lan_nic *nic);
void nic_join(struct lan_adapter *adapter, const uint8_t group[LAN_MAC_SIZE], bool wanted);

void nic_service(struct lan_adapter *adapter, uint64_t now_us);
uint64_t nic_deadline_us(const struct lan_adapter *adapter);

/* The link's poll: begins at its deadline, goes on when the PHY has answered. */
void nic_link_start(struct lan_nic *nic);
void nic_link_poll(struct lan_nic *nic);
void nic_link_answer(struct lan_nic *nic);

#endif
