/* A whole host under a fuzzer's hands: its adapter is the fuzzer's, time is an
 * argument, pools are small so that they run out, and each frame lies in memory
 * of exactly its size, so that AddressSanitizer sees a step beyond it.
 *
 * The network around it: 10.0.0.0/24, where 10.0.0.2 answers ARP. A misuse of the
 * adapter, a host that never rests or answers without end, aborts. */
#ifndef FUZZ_RIG_H
#define FUZZ_RIG_H

#include "input.h"
#include "lan_socket.h"

#define RIG_IP      LAN_IP4(10, 0, 0, 1)
#define RIG_PEER_IP LAN_IP4(10, 0, 0, 2)

enum { RIG_QUEUE = 16, RIG_PEER_PORT = 40000 };
enum { RIG_FIN = 1, RIG_SYN = 2, RIG_RST = 4, RIG_PSH = 8, RIG_ACK = 16, RIG_URG = 32 };

/* What the peer of a TCP connection knows. */
struct rig_peer {
    uint16_t port, local_port;
    uint32_t next; /* the sequence number that it sends next */
    uint32_t ack;  /* that it has seen from us */
    bool timestamps;
    uint32_t timestamp, echo;
};

struct rig_frame {
    uint8_t *memory; /* of `size` bytes behind 2 of padding */
    size_t size;
};

struct rig {
    struct lan_adapter adapter; /* first: the stack's view of it */
    struct lan_host *host;
    void *arena;
    uint64_t now_us, random;
    struct rig_frame arriving[RIG_QUEUE], lent;
    unsigned head, tail;
    unsigned frames_sent, sent_in_step;
    uint32_t resets_sent;
    bool reading, full; /* full: the adapter has no room */
    struct rig_peer peer;
    uint8_t last_sent[LAN_FRAME_SIZE_MAX];
    size_t last_sent_size;
};

void rig_begin(struct rig *rig);
/* With other randomness: another host. */
void rig_begin_seeded(struct rig *rig, uint64_t seed);
/* Closes every descriptor, lets all timers run out, and sees that nothing is left. */
void rig_end(struct rig *rig);

/* A frame arrives, and the host takes a step. */
void rig_receive(struct rig *rig, const uint8_t *bytes, size_t size);
/* The same for an IPv4 packet from the peer, in an Ethernet frame. */
void rig_receive_ip(struct rig *rig, const uint8_t *packet, size_t size);
void rig_step(struct rig *rig);
/* So much time passes, and all that is due in it happens. */
void rig_pass(struct rig *rig, uint64_t us);

/* Writes the header checksum and those of TCP, UDP and ICMP into an IPv4 packet,
 * as far as it is one. */
void rig_seal(uint8_t *packet, size_t size);
/* An IPv4 header without options from the peer to us; its size. */
size_t rig_ip_header(uint8_t *packet, uint8_t protocol, size_t payload_size);

/* A segment of the peer; sequence and acknowledgment relative to what is right.
 * Options are padded; with timestamps on, one is put before them. */
struct rig_segment {
    int32_t sequence_off, acknowledgment_off;
    uint8_t flags;
    uint16_t window, urgent;
    const uint8_t *options;
    size_t options_size;
    const uint8_t *data;
    size_t size;
};
/* Sends it; what is in its place moves peer.next on. */
void rig_segment(struct rig *rig, const struct rig_segment *segment);
void rig_flags(struct rig *rig, uint8_t flags);

#endif
