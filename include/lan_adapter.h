/* The lower side of the stack: an adapter, as a few functions.
 *
 * Above: the stack (stack/ether calls these and nothing else of the hardware).
 * Below: the driver of the Lantern adapter (driver/nic.c), the simulation's
 * direct link, or a user's own.
 *
 * Frames are built and read where they lie: the adapter lends memory, the stack
 * writes or reads it in place, and gives it back. A frame is target address to
 * payload, without preamble and FCS, and begins two bytes after a 4-byte
 * boundary, so that the IP header behind the 14-byte MAC header is aligned. */
#ifndef LAN_ADAPTER_H
#define LAN_ADAPTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LAN_MAC_SIZE = 6,          /* octets of a MAC address */
    LAN_FRAME_SIZE_MAX = 1514, /* IEEE 802.3 clause 3.2.7: 14 + 1500, without FCS */
};

/* What the adapter computes, so that the stack need not (capabilities). */
enum {
    LAN_ADAPTER_SENDS_CHECKSUM = 1 << 0,    /* inserts Internet checksums: send_sum */
    LAN_ADAPTER_RECEIVES_CHECKSUM = 1 << 1, /* hands verified frames: receive_verified */
};

/* A checksum (RFC 1071) that the adapter is to insert: of the octets from `from` to
 * the frame's end, stored at `at`; both in bytes from the frame's start. There stands
 * the folded sum of the pseudo-header before, or 0, not complemented. `from` - 14 is
 * a multiple of 4, at most 104; `at` is even, at most 248. `at` 0: none. */
struct lan_checksum {
    uint16_t from, at;
};

struct lan_adapter_status {
    bool link_up;
    bool full_duplex;
    uint32_t rate_mbps;
    /* Changes whenever link_up does, so that a flap between two looks is seen. */
    uint32_t link_changes;
};

struct lan_adapter;

struct lan_adapter_functions {
    /* Lends memory for one frame of up to `size` bytes, or NULL while there is
     * no room (ask again after the next step) or `size` can never be sent. One
     * frame is lent at a time. */
    uint8_t *(*send_begin)(struct lan_adapter *adapter, size_t size);
    /* Takes the lent frame back and sends its first `size` bytes; 0 sends
     * nothing. Shorter frames than 60 bytes are padded below. */
    void (*send_end)(struct lan_adapter *adapter, size_t size);
    /* Lends the oldest received frame and stores its size, or NULL when there
     * is none. Only after NULL will an interrupt tell of the next. */
    const uint8_t *(*receive_begin)(struct lan_adapter *adapter, size_t *size);
    /* Takes the lent frame back; its memory is free. */
    void (*receive_end)(struct lan_adapter *adapter);
    /* Frames to this group address are wanted (or no more). */
    void (*join)(struct lan_adapter *adapter, const uint8_t group[LAN_MAC_SIZE], bool wanted);
    /* Handles what the interrupt told (errors, link); cheap when nothing was. */
    void (*service)(struct lan_adapter *adapter, uint64_t now_us);
    /* When `service` wants to be called even without an interrupt (the link's
     * poll), in the same clock; UINT64_MAX for never. */
    uint64_t (*deadline_us)(const struct lan_adapter *adapter);
};

/* The head of every adapter; a driver's own struct begins with it. */
struct lan_adapter {
    const struct lan_adapter_functions *functions;
    uint8_t mac[LAN_MAC_SIZE];
    uint32_t capabilities; /* whoever does not want one clears it */
    struct lan_adapter_status status;
    /* Of the frame that is lent for sending: set between send_begin, which clears it,
     * and send_end; only with LAN_ADAPTER_SENDS_CHECKSUM. */
    struct lan_checksum send_sum;
    /* Of the frame that receive_begin lent: it is an unfragmented IPv4 packet whose
     * TCP, UDP or ICMP checksum is right if that of its IP header is. */
    bool receive_verified;
};

#endif
