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
    /* The ring cannot be read, and who sums what he builds reads it. */
    nic->tx_map = nic_has(nic, NIC_CAPABILITY_CHECKSUM) ? lan_bus_map(nic->bus, NIC_TX_RING) : NULL;
}

static uint32_t record_size(uint32_t frame_size)
{
    return nic_record_size(NIC_TX_RING_FRAME_OFFSET, frame_size);
}

static bool has_room(const struct lan_nic *nic, uint32_t size)
{
    return record_size(size) <=
           nic->tx_size - nic_distance(nic->tx_tail, nic->tx_head, nic->tx_size);
}

/* Looks how far the adapter is. It can only come nearer to our head. */
static bool look_for_room(struct lan_nic *nic, uint32_t size)
{
    uint32_t tail = nic_read(nic, NIC_TX_POSITION) >> NIC_TX_POSITION_TAIL_LSB;
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
 * loses nothing: the old cause is cleared first (and its interrupt enabled by the
 * same access), then we look once more. What left before the look is seen by it;
 * what leaves after it sets the cause again. */
static bool wait_for_room(struct lan_nic *nic, uint32_t size)
{
    if (nic->state != NIC_RUNNING || (nic->enabled & NIC_INTERRUPT_TX_FRAME))
        return false;
    nic_acknowledge(nic, NIC_INTERRUPT_TX_FRAME, nic->enabled | NIC_INTERRUPT_TX_FRAME);
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
    adapter->send_sum = (struct lan_checksum){0};
    uint8_t *record = nic->tx_map ? nic->tx_map + (nic->tx_head & (nic->tx_size - 1))
                                  : (uint8_t *)nic->tx_staging;
    return record + NIC_TX_RING_FRAME_OFFSET;
}

/* The header word, and the frame where it does not lie in the ring already. The
 * bytes that fill up the last word are in the adapter's sum: zeros. */
static void write_record(struct lan_nic *nic, uint32_t size)
{
    uint32_t address = NIC_TX_RING + (nic->tx_head & (nic->tx_size - 1));
    uint32_t header = size << NIC_TX_RECORD_LENGTH_LSB | nic_sum_fields(&nic->adapter.send_sum) |
                      nic_stamp_field(nic);
    uint8_t *record =
        nic->tx_map ? nic->tx_map + (address - NIC_TX_RING) : (uint8_t *)nic->tx_staging;
    for (uint32_t at = NIC_TX_RING_FRAME_OFFSET + size; at < record_size(size); at++)
        record[at] = 0;
    if (nic->tx_map) {
        nic_write(nic, address, header);
        return;
    }
    /* In memory the low byte is the first, on any processor. */
    const uint8_t bytes[NIC_TX_RING_FRAME_OFFSET] = {
        (uint8_t)header, (uint8_t)(header >> 8), (uint8_t)(header >> 16), (uint8_t)(header >> 24)};
    memcpy(nic->tx_staging, bytes, sizeof bytes);
    lan_bus_write_words(nic->bus, address, nic->tx_staging, record_size(size) / 4);
}

void nic_send_end(struct lan_adapter *adapter, size_t size)
{
    struct lan_nic *nic = nic_of(adapter);
    uint32_t lent = nic->tx_lent;
    nic->tx_lent = 0;
    if (nic->state != NIC_RUNNING || size < NIC_FRAME_MIN || size > lent)
        return;
    write_record(nic, (uint32_t)size);
    nic->tx_head = (nic->tx_head + record_size((uint32_t)size)) & (2 * nic->tx_size - 1);
    nic_write(nic, NIC_TX_POSITION, nic->tx_head << NIC_TX_POSITION_HEAD_LSB);
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
