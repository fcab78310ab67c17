/* Ethernet (IEEE 802.3 clause 3): puts the MAC header before a payload and takes
 * it off. ip and arp call it; it calls the adapter. */
#ifndef STACK_ETHER_H
#define STACK_ETHER_H

#include "base/counters.h"
#include "lan_adapter.h"

enum { ETHER_TYPE_IP = 0x0800, ETHER_TYPE_ARP = 0x0806 };

enum {
    ETHER_HEADER_SIZE = 14,
    ETHER_MTU = LAN_FRAME_SIZE_MAX - ETHER_HEADER_SIZE, /* octets of payload */
    ETHER_TYPE_MIN = 0x0600,                            /* below it is a length (clause 3.2.6) */
};

#define ETHER_COUNTERS(X)                                                                          \
    X(ether_frames_received)                                                                       \
    X(ether_frames_sent)                                                                           \
    X(ether_drop_short)  /* no whole header */                                                     \
    X(ether_drop_source) /* sent by a group */                                                     \
    X(ether_drop_other)  /* to another host: the adapter hears all */                              \
    X(ether_drop_length) /* IEEE 802.2, not Ethernet II */                                         \
    X(ether_drop_type)   /* neither ARP nor IPv4 */

struct ether {
    struct lan_adapter *adapter;
    struct ether_counters {
        ETHER_COUNTERS(COUNTER_FIELD)
    } counters;
};

/* A received frame, borrowed from the adapter. */
struct ether_frame {
    const uint8_t *source;
    uint16_t type;
    bool to_group; /* broadcast or multicast */
    const uint8_t *payload;
    size_t payload_size; /* padding included */
};

extern const uint8_t ether_broadcast[LAN_MAC_SIZE];

static inline bool ether_is_group(const uint8_t mac[LAN_MAC_SIZE])
{
    return mac[0] & 1;
}

/* Room for a payload in the adapter's memory, header written; NULL: no room. Then
 * ether_end must be called. */
uint8_t *ether_begin(struct ether *ether, const uint8_t target[LAN_MAC_SIZE], uint16_t type,
                     size_t payload_size);

/* Sends it with `payload_size` bytes; 0 sends nothing. */
void ether_end(struct ether *ether, size_t payload_size);

/* Before ether_end: has the adapter, if it can, insert the checksum of the payload
 * from `from` on at `at`; see lan_adapter.h. */
void ether_insert_checksum(struct ether *ether, size_t from, size_t at);

/* Parses; false: the frame was dropped and counted. */
bool ether_receive(struct ether *ether, const uint8_t *bytes, size_t size,
                   struct ether_frame *frame);

#endif
