/* Receives: reads records from the receive ring, in place where the bus maps it,
 * else in a staging buffer that comes over the bus in one call.
 *
 * What lies from our tail to the adapter's head is whole frames, ours until the
 * tail is written. The head is read once for all frames that lie there. */
#include "nic.h"

#include <string.h>

void nic_receive_start(struct lan_nic *nic)
{
    nic->rx_head = 0;
    nic->rx_tail = 0;
    nic->rx_lent = 0;
    nic->rx_map = lan_bus_map(nic->bus, NIC_RX_RING);
}

/* No frame is left of those we knew of: clears the cause, then looks.
 *
 * The race: a frame may come between any two of our accesses. Were the cause
 * cleared after the look, a frame that came between the two would lie in the ring
 * without an interrupt, until the next one comes. Cleared before the look, a
 * frame that came earlier is seen by the look, and one that comes later sets the
 * cause again. At worst an interrupt finds nothing to do. */
static bool look_for_frames(struct lan_nic *nic)
{
    nic_write(nic, NIC_CAUSE, NIC_CAUSE_RX_FRAME);
    uint32_t head = nic_read(nic, NIC_RX_HEAD);
    if (!nic_is_position(head, nic->rx_size) ||
        nic_distance(nic->rx_tail, head, nic->rx_size) > nic->rx_size) {
        nic_lose(nic);
        return false;
    }
    nic->rx_head = head;
    return head != nic->rx_tail;
}

/* The length of the frame at the tail; 0: that is no record. */
static uint32_t read_length(struct lan_nic *nic, uint32_t address)
{
    uint32_t header = nic_read(nic, address);
    uint32_t length = (header & NIC_RX_RECORD_LENGTH) >> NIC_RX_RECORD_LENGTH_LSB;
    if (length < NIC_RX_FRAME_MIN || length > NIC_RX_FRAME_MAX ||
        nic_record_size(length) > nic_distance(nic->rx_tail, nic->rx_head, nic->rx_size)) {
        nic_lose(nic);
        return 0;
    }
    return length;
}

const uint8_t *nic_receive_begin(struct lan_adapter *adapter, size_t *size)
{
    struct lan_nic *nic = nic_of(adapter);
    if (nic->state != NIC_RUNNING)
        return NULL;
    uint32_t offset = nic->rx_tail & (nic->rx_size - 1);
    if (nic->rx_lent == 0) {
        if (nic->rx_tail == nic->rx_head && !look_for_frames(nic))
            return NULL;
        nic->rx_lent = read_length(nic, NIC_RX_RING + offset);
        if (nic->rx_lent == 0)
            return NULL;
        if (!nic->rx_map)
            lan_bus_read_words(nic->bus, NIC_RX_RING + offset + 4, nic->rx_staging + 1,
                               nic_record_size(nic->rx_lent) / 4 - 1);
    }
    *size = nic->rx_lent;
    const uint8_t *record = nic->rx_map ? nic->rx_map + offset : (const uint8_t *)nic->rx_staging;
    return record + NIC_RX_RING_FRAME_OFFSET;
}

void nic_receive_end(struct lan_adapter *adapter)
{
    struct lan_nic *nic = nic_of(adapter);
    if (nic->state != NIC_RUNNING || nic->rx_lent == 0)
        return;
    nic->rx_tail = (nic->rx_tail + nic_record_size(nic->rx_lent)) & (2 * nic->rx_size - 1);
    nic->rx_lent = 0;
    nic_write(nic, NIC_RX_TAIL, nic->rx_tail);
}

size_t lan_nic_receive(struct lan_nic *nic, void *frame, size_t room)
{
    size_t size;
    const uint8_t *lent = nic_receive_begin(&nic->adapter, &size);
    if (!lent)
        return 0;
    memcpy(frame, lent, size < room ? size : room);
    nic_receive_end(&nic->adapter);
    return size;
}
