/* Sends: writes records into the transmit ring, in place where the bus maps it,
 * else in a staging buffer that goes over the bus in one call.
 *
 * The adapter owns what lies from its tail to our head. Our copy of the tail is
 * never ahead of it, so it is read only when there seems to be too little room. */
#include "nic.h"

#include <string.h>

void nic_send_start(struct lan_nic *nic)
{
    nic->tx_head = 0;
    nic->tx_tail = 0;
    nic->tx_lent = 0;
    nic->tx_map = lan_bus_map(nic->bus, NIC_TX_RING);
}

static bool has_room(const struct lan_nic *nic, uint32_t size)
{
    return nic_record_size(size) <=
           nic->tx_size - nic_distance(nic->tx_tail, nic->tx_head, nic->tx_size);
}

/* Looks how far the adapter is. It can only come nearer to our head. */
static bool look_for_room(struct lan_nic *nic, uint32_t size)
{
    uint32_t tail = nic_read(nic, NIC_TX_TAIL);
    if (!nic_is_position(tail, nic->tx_size) ||
        nic_distance(tail, nic->tx_head, nic->tx_size) >
            nic_distance(nic->tx_tail, nic->tx_head, nic->tx_size)) {
        nic_lose(nic);
        return false;
    }
    nic->tx_tail = tail;
    return has_room(nic, size);
}

/* Nobody asks when a frame has left, except who lacks room. The order is what
 * loses nothing: the old cause is cleared first, then we look once more. What left
 * before the look is seen by it; what leaves after it sets the cause again. */
static bool wait_for_room(struct lan_nic *nic, uint32_t size)
{
    if (nic->state != NIC_RUNNING || (nic->enabled & NIC_ENABLE_TX_FRAME))
        return false;
    nic_write(nic, NIC_CAUSE, NIC_CAUSE_TX_FRAME);
    nic_enable(nic, NIC_ENABLE_TX_FRAME, true);
    return look_for_room(nic, size);
}

uint8_t *nic_send_begin(struct lan_adapter *adapter, size_t size)
{
    struct lan_nic *nic = nic_of(adapter);
    if (nic->state != NIC_RUNNING || !adapter->status.link_up || size < NIC_FRAME_MIN ||
        size > LAN_FRAME_SIZE_MAX)
        return NULL;
    uint32_t lent = (uint32_t)size;
    if (!has_room(nic, lent) && !look_for_room(nic, lent) && !wait_for_room(nic, lent)) {
        nic_count(nic, NIC_COUNTED_driver_no_room);
        return NULL;
    }
    nic->tx_lent = lent;
    uint8_t *record = nic->tx_map ? nic->tx_map + (nic->tx_head & (nic->tx_size - 1))
                                  : (uint8_t *)nic->tx_staging;
    return record + NIC_TX_RING_FRAME_OFFSET;
}

/* The header word, and the frame where it does not lie in the ring already. */
static void write_record(struct lan_nic *nic, uint32_t size)
{
    uint32_t address = NIC_TX_RING + (nic->tx_head & (nic->tx_size - 1));
    if (nic->tx_map) {
        nic_write(nic, address, size << NIC_TX_RECORD_LENGTH_LSB);
        return;
    }
    /* In memory the low byte is the first, on any processor. */
    _Static_assert(NIC_TX_RECORD_LENGTH_LSB == 0, "the header word is its length");
    const uint8_t header[NIC_TX_RING_FRAME_OFFSET] = {(uint8_t)size, (uint8_t)(size >> 8)};
    memcpy(nic->tx_staging, header, sizeof header);
    lan_bus_write_words(nic->bus, address, nic->tx_staging, nic_record_size(size) / 4);
}

void nic_send_end(struct lan_adapter *adapter, size_t size)
{
    struct lan_nic *nic = nic_of(adapter);
    uint32_t lent = nic->tx_lent;
    nic->tx_lent = 0;
    if (nic->state != NIC_RUNNING || size < NIC_FRAME_MIN || size > lent)
        return;
    write_record(nic, (uint32_t)size);
    nic->tx_head = (nic->tx_head + nic_record_size((uint32_t)size)) & (2 * nic->tx_size - 1);
    nic_write(nic, NIC_TX_HEAD, nic->tx_head);
}

bool lan_nic_send(struct lan_nic *nic, const void *frame, size_t size)
{
    uint8_t *lent = nic_send_begin(&nic->adapter, size);
    if (!lent)
        return false;
    memcpy(lent, frame, size);
    nic_send_end(&nic->adapter, size);
    return true;
}
