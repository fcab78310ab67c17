/* What the parts of the driver share. */
#ifndef DRIVER_NIC_H
#define DRIVER_NIC_H

#include "bus.h"
#include "lan_nic.h"
#include "nic_registers.h"

/* Bytes of a frame as the adapter takes and gives them. */
enum { NIC_FRAME_SIZE_MIN = 14, NIC_FRAME_SIZE_MAX = 1518 };

/* The driver's own counters stand behind the registers'. */
#define DRIVER_COUNTERS(X)                                                                         \
    X(driver_no_room)       /* a frame had to wait for the transmit ring */                        \
    X(driver_tx_impossible) /* Transmit tail was nowhere in the ring */                            \
    X(driver_rx_impossible) /* Receive head or a record was impossible: the ring was emptied */    \
    X(driver_link_changes)

enum nic_counter {
#define NAME(name, address) NIC_COUNTER_##name,
    NIC_COUNTERS(NAME)
#undef NAME
        NIC_REGISTER_COUNTERS,
    NIC_BEFORE_OWN = NIC_REGISTER_COUNTERS - 1,
#define NAME(name) NIC_COUNTER_##name,
    DRIVER_COUNTERS(NAME)
#undef NAME
        NIC_COUNTERS_ALL
};

static inline struct lan_nic *nic_of(struct lan_adapter *adapter)
{
    return (struct lan_nic *)adapter; /* its first member */
}

/* Bytes of the ring that a frame of `size` takes. */
static inline uint32_t nic_record_size(size_t size)
{
    return (uint32_t)(NIC_RX_RING_FRAME_OFFSET + size + 3) & ~3U;
}

/* How far `head` is ahead of `tail` in a ring of `size` bytes. */
static inline uint32_t nic_distance(uint32_t head, uint32_t tail, uint32_t size)
{
    return (head - tail) & (2 * size - 1);
}

uint8_t *nic_send_begin(struct lan_adapter *adapter, size_t size);
void nic_send_end(struct lan_adapter *adapter, size_t size);
const uint8_t *nic_receive_begin(struct lan_adapter *adapter, size_t *size);
void nic_receive_end(struct lan_adapter *adapter);
void nic_join(struct lan_adapter *adapter, const uint8_t group[LAN_MAC_SIZE], bool wanted);
void nic_service(struct lan_adapter *adapter, uint64_t now_us);
uint64_t nic_deadline_us(const struct lan_adapter *adapter);
void nic_link_start(struct lan_nic *nic, uint64_t now_us);
void nic_link_service(struct lan_nic *nic, uint32_t cause, uint64_t now_us);
void nic_set_line(struct lan_nic *nic, bool fast, bool full_duplex);

#endif
