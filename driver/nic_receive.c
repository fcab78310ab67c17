/* Receiving: records lie from Receive tail to Receive head; the driver takes them
 * one by one and moves tail past each. Head is read once for a batch.
 *
 * A frame is read in the ring itself where the bus maps it into memory, else it
 * comes over the bus into the driver's staging buffer in one call. */
#include "nic.h"

#include <string.h>

/* What the adapter says cannot be: everything in the ring is given up, so that
 * the places agree again. */
static void empty_ring(struct lan_nic *nic, uint32_t head)
{
    nic->totals[NIC_COUNTER_driver_rx_impossible]++;
    nic->rx_head = nic->rx_tail = head & ~3U & (2 * nic->rx_size - 1);
    lan_bus_write(nic->bus, NIC_RX_TAIL, nic->rx_tail);
}

/* Whether there is a record at rx_tail. */
static bool look(struct lan_nic *nic)
{
    if (nic->rx_tail != nic->rx_head)
        return true;
    uint32_t head = lan_bus_read(nic->bus, NIC_RX_HEAD);
    if ((head & 3) != 0 || head >= 2 * nic->rx_size ||
        nic_distance(head, nic->rx_tail, nic->rx_size) > nic->rx_size) {
        empty_ring(nic, head);
        return false;
    }
    nic->rx_head = head;
    return nic->rx_tail != head;
}

const uint8_t *nic_receive_begin(struct lan_adapter *adapter, size_t *size)
{
    struct lan_nic *nic = nic_of(adapter);
    if (!look(nic))
        return NULL;
    uint32_t place = nic->rx_tail & (nic->rx_size - 1);
    uint32_t header = lan_bus_read(nic->bus, NIC_RX_RING + place);
    uint32_t length = (header & NIC_RX_RECORD_LENGTH) >> NIC_RX_RECORD_LENGTH_LSB;
    uint32_t record = nic_record_size(length);
    if (length < NIC_FRAME_SIZE_MIN || length > NIC_FRAME_SIZE_MAX ||
        record > nic_distance(nic->rx_head, nic->rx_tail, nic->rx_size)) {
        empty_ring(nic, nic->rx_head);
        return NULL;
    }
    nic->lent_size = record;
    *size = length;
    if (nic->rx_map)
        return nic->rx_map + place + NIC_RX_RING_FRAME_OFFSET;
    lan_bus_read_words(nic->bus, NIC_RX_RING + place + 4, nic->receive_staging, record / 4 - 1);
    return nic->receive_staging + NIC_RX_RING_FRAME_OFFSET - 4;
}

void nic_receive_end(struct lan_adapter *adapter)
{
    struct lan_nic *nic = nic_of(adapter);
    nic->rx_tail = (nic->rx_tail + nic->lent_size) & (2 * nic->rx_size - 1);
    nic->lent_size = 0;
    lan_bus_write(nic->bus, NIC_RX_TAIL, nic->rx_tail);
}

size_t lan_nic_receive(struct lan_nic *nic, uint8_t *frame, size_t room)
{
    size_t size;
    const uint8_t *lent = nic_receive_begin(&nic->adapter, &size);
    if (lent == NULL)
        return 0;
    memcpy(frame, lent, size < room ? size : room);
    nic_receive_end(&nic->adapter);
    return size;
}
