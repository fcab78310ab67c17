/* Receives: reads records from the receive ring, in place where the bus maps it,
 * else in a staging buffer that comes over the bus in one call.
 *
 * What lies from our tail to the adapter's head is whole frames, ours until the
 * tail is written. The head is read once for all frames that lie there. */
#include "nic.h"

#include <string.h>

enum { ERRORS = NIC_RX_RECORD_BAD_FCS | NIC_RX_RECORD_BAD_SYMBOL | NIC_RX_RECORD_BAD_LENGTH };

_Static_assert((int)LAN_NIC_RX_RECORD_SIZE >=
                   (int)NIC_RX_RING_FRAME_OFFSET + NIC_STAMP_SIZE + NIC_MARKED_MAX,
               "the longest record");

void nic_receive_start(struct lan_nic *nic)
{
    nic->rx_head = 0;
    nic->rx_tail = 0;
    nic->rx_lent = 0;
    nic->rx_offset = NIC_RX_RING_FRAME_OFFSET + (nic->config.receive_stamps ? NIC_STAMP_SIZE : 0);
    nic->rx_map = lan_bus_map(nic->bus, NIC_RX_RING);
}

/* No frame is left of those we knew of: clears the cause, then looks.
 *
 * The race: a frame may come between any two of our accesses. Were the cause
 * cleared after the look, a frame that came between the two would lie in the ring
 * without an interrupt, until the next one comes. Cleared before the look, a
 * frame that came earlier is seen by the look, and one that comes later sets the
 * cause again. At worst an interrupt finds nothing to do.
 *
 * Coalescing does not change that: it only puts off the cause, and what it put off
 * is either seen by the look or still waits with its time running, which the look
 * does not stop; so a frame that came later raises the cause at the latest when
 * that time is over. */
static bool look_for_frames(struct lan_nic *nic)
{
    nic_acknowledge(nic, NIC_INTERRUPT_RX_FRAME, nic->enabled);
    uint32_t head = nic_read(nic, NIC_RX_POSITION) >> NIC_RX_POSITION_HEAD_LSB;
    if (!nic_is_position(head, nic->rx_size) ||
        nic_distance(nic->rx_tail, head, nic->rx_size) > nic->rx_size) {
        nic_lose(nic);
        return false;
    }
    nic->rx_head = head;
    return head != nic->rx_tail;
}

static uint32_t lent_record_size(const struct lan_nic *nic)
{
    return nic_record_size(nic->rx_offset, nic->rx_lent);
}

/* The header word of the record at the tail; false: that is no record. */
static bool read_header(struct lan_nic *nic, uint32_t address)
{
    uint32_t header = nic_read(nic, address);
    uint32_t length = (header & NIC_RX_RECORD_LENGTH) >> NIC_RX_RECORD_LENGTH_LSB;
    bool marked = header & ERRORS;
    nic->rx_header = header;
    nic->rx_lent = length;
    if (length < (marked ? NIC_FRAME_MIN : NIC_RX_FRAME_MIN) ||
        length > (marked ? NIC_MARKED_MAX : NIC_RX_FRAME_MAX) ||
        lent_record_size(nic) > nic_distance(nic->rx_tail, nic->rx_head, nic->rx_size)) {
        nic->rx_lent = 0;
        nic_lose(nic);
        return false;
    }
    return true;
}

static const uint8_t *lent_record(const struct lan_nic *nic)
{
    return nic->rx_map ? nic->rx_map + (nic->rx_tail & (nic->rx_size - 1))
                       : (const uint8_t *)nic->rx_staging;
}

/* The oldest frame, with errors or not; the same until it is given back. */
static const uint8_t *borrow(struct lan_nic *nic)
{
    if (nic->state != NIC_RUNNING)
        return NULL;
    uint32_t address = NIC_RX_RING + (nic->rx_tail & (nic->rx_size - 1));
    if (nic->rx_lent == 0) {
        if ((nic->rx_tail == nic->rx_head && !look_for_frames(nic)) || !read_header(nic, address))
            return NULL;
        if (!nic->rx_map)
            lan_bus_read_words(nic->bus, address + 4, nic->rx_staging + 1,
                               lent_record_size(nic) / 4 - 1);
        const uint8_t *frame = lent_record(nic) + nic->rx_offset;
        nic->adapter.receive_verified =
            (nic->adapter.capabilities & LAN_ADAPTER_RECEIVES_CHECKSUM) &&
            !(nic->rx_header & ERRORS) &&
            nic_sum_is_right(frame, nic->rx_lent, nic->rx_header >> NIC_RX_RECORD_SUM_LSB);
    }
    return lent_record(nic) + nic->rx_offset;
}

static void give_back(struct lan_nic *nic)
{
    nic->rx_tail = (nic->rx_tail + lent_record_size(nic)) & (2 * nic->rx_size - 1);
    nic->rx_lent = 0;
    nic_write(nic, NIC_RX_POSITION, nic->rx_tail << NIC_RX_POSITION_TAIL_LSB);
}

/* A frame with errors is not for the stack. Those that came after our look have set
 * their cause again, so it may end without another. */
const uint8_t *nic_receive_begin(struct lan_adapter *adapter, size_t *size)
{
    struct lan_nic *nic = nic_of(adapter);
    const uint8_t *frame = borrow(nic);
    while (frame && (nic->rx_header & ERRORS)) {
        give_back(nic);
        frame = nic->rx_tail != nic->rx_head ? borrow(nic) : NULL;
    }
    *size = nic->rx_lent;
    return frame;
}

void nic_receive_end(struct lan_adapter *adapter)
{
    struct lan_nic *nic = nic_of(adapter);
    if (nic->state == NIC_RUNNING && nic->rx_lent != 0)
        give_back(nic);
}

size_t lan_nic_receive(struct lan_nic *nic, void *frame, size_t room)
{
    size_t size;
    const uint8_t *lent = nic_receive_begin(&nic->adapter, &size);
    if (!lent)
        return 0;
    memcpy(frame, lent, size < room ? size : room);
    give_back(nic);
    return size;
}

/* Between the header word and the frame, low word first. */
static uint64_t read_stamp(const uint8_t *at)
{
    uint64_t time_ns = 0;
    for (unsigned i = NIC_STAMP_SIZE; i-- > 0;)
        time_ns = time_ns << 8 | at[i];
    return time_ns;
}

size_t lan_nic_receive_marked(struct lan_nic *nic, void *frame, size_t room,
                              struct lan_nic_marks *marks)
{
    const uint8_t *lent = borrow(nic);
    if (!lent)
        return 0;
    size_t size = nic->rx_lent;
    memcpy(frame, lent, size < room ? size : room);
    *marks = (struct lan_nic_marks){
        .time_ns = nic->config.receive_stamps ? read_stamp(lent_record(nic) + 4) : 0,
        .bad_fcs = nic->rx_header & NIC_RX_RECORD_BAD_FCS,
        .bad_symbol = nic->rx_header & NIC_RX_RECORD_BAD_SYMBOL,
        .bad_length = nic->rx_header & NIC_RX_RECORD_BAD_LENGTH,
    };
    give_back(nic);
    return size;
}
