/* Ethernet: see ether.h. Padding and the frame check sequence are the adapter's. */
#include "ether/ether.h"

#include "base/bytes.h"

const uint8_t ether_broadcast[LAN_MAC_SIZE] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

uint8_t *ether_begin(struct ether *ether, const uint8_t target[LAN_MAC_SIZE], uint16_t type,
                     size_t payload_size)
{
    struct lan_adapter *adapter = ether->adapter;
    uint8_t *at = adapter->functions->send_begin(adapter, ETHER_HEADER_SIZE + payload_size);
    if (!at)
        return NULL;
    memcpy(at, target, LAN_MAC_SIZE);
    memcpy(at + LAN_MAC_SIZE, adapter->mac, LAN_MAC_SIZE);
    put16(at + 2 * LAN_MAC_SIZE, type);
    return at + ETHER_HEADER_SIZE;
}

void ether_end(struct ether *ether, size_t payload_size)
{
    struct lan_adapter *adapter = ether->adapter;
    if (payload_size > 0)
        ether->counters.ether_frames_sent++;
    adapter->functions->send_end(adapter, payload_size > 0 ? ETHER_HEADER_SIZE + payload_size : 0);
}

void ether_insert_checksum(struct ether *ether, size_t from, size_t at)
{
    ether->adapter->send_sum = (struct lan_checksum){.from = (uint16_t)(ETHER_HEADER_SIZE + from),
                                                     .at = (uint16_t)(ETHER_HEADER_SIZE + at)};
}

bool ether_receive(struct ether *ether, const uint8_t *bytes, size_t size,
                   struct ether_frame *frame)
{
    ether->counters.ether_frames_received++;
    if (size < ETHER_HEADER_SIZE) {
        ether->counters.ether_drop_short++;
        return false;
    }
    const uint8_t *target = bytes;
    frame->source = bytes + LAN_MAC_SIZE;
    frame->type = get16(bytes + 2 * LAN_MAC_SIZE);
    if (ether_is_group(frame->source)) {
        ether->counters.ether_drop_source++;
        return false;
    }
    frame->to_group = ether_is_group(target);
    if (!frame->to_group && memcmp(target, ether->adapter->mac, LAN_MAC_SIZE) != 0) {
        ether->counters.ether_drop_other++;
        return false;
    }
    if (frame->type < ETHER_TYPE_MIN) {
        ether->counters.ether_drop_length++;
        return false;
    }
    frame->payload = bytes + ETHER_HEADER_SIZE;
    frame->payload_size = size - ETHER_HEADER_SIZE;
    return true;
}
