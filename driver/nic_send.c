/* Sending: a record is written behind Transmit head, then head is moved past it.
 *
 * The frame is built in the ring itself where the bus maps it into memory, else
 * in the driver's staging buffer, which goes over the bus in one call. */
#include "nic.h"

#include <string.h>

/* Bytes of the ring that are free. Transmit tail is read only when the tail last
 * seen leaves too few. */
static bool has_room(struct lan_nic *nic, uint32_t needed)
{
    if (nic->tx_size - nic_distance(nic->tx_head, nic->tx_tail, nic->tx_size) >= needed)
        return true;
    uint32_t tail = lan_bus_read(nic->bus, NIC_TX_TAIL);
    uint32_t unsent = nic_distance(nic->tx_head, nic->tx_tail, nic->tx_size);
    if ((tail & 3) != 0 || tail >= 2 * nic->tx_size ||
        nic_distance(nic->tx_head, tail, nic->tx_size) > unsent) {
        nic->totals[NIC_COUNTER_driver_tx_impossible]++;
        return false;
    }
    nic->tx_tail = tail;
    return nic->tx_size - nic_distance(nic->tx_head, tail, nic->tx_size) >= needed;
}

uint8_t *nic_send_begin(struct lan_adapter *adapter, size_t size)
{
    struct lan_nic *nic = nic_of(adapter);
    if (size > LAN_FRAME_SIZE_MAX || !adapter->status.link_up)
        return NULL;
    if (!has_room(nic, nic_record_size(size))) {
        nic->totals[NIC_COUNTER_driver_no_room]++;
        /* The next frame that leaves will wake the host. One that left since
         * the tail was read has set its cause already, so it wakes it too. */
        if (!(nic->enable & NIC_ENABLE_TX_FRAME)) {
            nic->enable |= NIC_ENABLE_TX_FRAME;
            lan_bus_write(nic->bus, NIC_ENABLE, nic->enable);
        }
        return NULL;
    }
    if (nic->tx_map)
        return nic->tx_map + (nic->tx_head & (nic->tx_size - 1)) + NIC_TX_RING_FRAME_OFFSET;
    return nic->send_staging + NIC_TX_RING_FRAME_OFFSET - 4;
}

void nic_send_end(struct lan_adapter *adapter, size_t size)
{
    struct lan_nic *nic = nic_of(adapter);
    if (size < NIC_FRAME_SIZE_MIN)
        return;
    uint32_t record = nic_record_size(size);
    uint32_t address = NIC_TX_RING + (nic->tx_head & (nic->tx_size - 1));
    lan_bus_write(nic->bus, address, (uint32_t)size << NIC_TX_RECORD_LENGTH_LSB);
    if (!nic->tx_map)
        lan_bus_write_words(nic->bus, address + 4, nic->send_staging, record / 4 - 1);
    nic->tx_head = (nic->tx_head + record) & (2 * nic->tx_size - 1);
    lan_bus_write(nic->bus, NIC_TX_HEAD, nic->tx_head);
}

bool lan_nic_send(struct lan_nic *nic, const uint8_t *frame, size_t size)
{
    uint8_t *lent = size < NIC_FRAME_SIZE_MIN ? NULL : nic_send_begin(&nic->adapter, size);
    if (lent == NULL)
        return false;
    memcpy(lent, frame, size);
    nic_send_end(&nic->adapter, size);
    return true;
}
