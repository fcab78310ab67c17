/* A whole host on a fake adapter, in virtual time, with the words that a test of
 * one layer speaks: give a frame, take the answer, which counters rose.
 *
 * The host is 10.0.0.1/24 with the gateway 10.0.0.254; the peer, which the test
 * plays, is 10.0.0.2. */
#ifndef BENCH_H
#define BENCH_H

#include "fake_adapter.h"
#include "lan_dns.h"

#define HOST_IP    LAN_IP4(10, 0, 0, 1)
#define PEER_IP    LAN_IP4(10, 0, 0, 2)
#define GATEWAY_IP LAN_IP4(10, 0, 0, 254)
#define OUTER_IP   LAN_IP4(93, 184, 216, 34)

extern const uint8_t HOST_MAC[6], PEER_MAC[6], BROADCAST_MAC[6];

struct bench {
    struct fake_adapter adapter;
    struct lan_host *host;
    uint64_t now_us, deadline_us;
    uint64_t random;
    void *arena;
};

/* The port's random of all benches; `context` is the bench. */
uint32_t bench_random(void *context);

/* With the announcement already taken. */
struct bench *bench_new(void);
struct bench *bench_new_without_route(void);
void bench_free(struct bench *bench);

void bench_step(struct bench *bench);
/* Steps at every deadline on the way. */
void bench_pass_time(struct bench *bench, uint64_t us);

/* Gives a frame and steps. */
void bench_give(struct bench *bench, const uint8_t *frame, size_t size);

/* The next frame sent must be there, and be so. It is without padding. */
const uint8_t *bench_take(struct bench *bench, size_t *size);
void bench_expect_silence(struct bench *bench);

/* The peer answers the request for its (or the gateway's) address that must be
 * there. */
void bench_answer_arp(struct bench *bench, lan_ip4 address, const uint8_t mac[6]);
/* The host knows the peer's MAC address, by a datagram to its port 9. */
void bench_meet_peer(struct bench *bench);

uint64_t bench_counter(const struct bench *bench, const char *name);

/* Every counter with `_drop_` in its name is 0, but those named here, each
 * followed by its value (an int), then NULL. */
void bench_expect_drops(const struct bench *bench, ...);

/* --- frames: each writes one and gives its size ---------------------------------- */

struct frame_ip {
    lan_ip4 source, target;
    uint8_t protocol;
    const uint8_t *target_mac; /* NULL: the host's */
};

size_t frame_arp(uint8_t *frame, uint16_t operation, const uint8_t sender_mac[6], lan_ip4 sender,
                 lan_ip4 target);
size_t frame_ip(uint8_t *frame, const struct frame_ip *ip, const void *payload, size_t size);
/* Between ports, from the peer to the host. */
size_t frame_udp(uint8_t *frame, uint16_t source_port, uint16_t target_port, const void *payload,
                 size_t size);
size_t frame_icmp(uint8_t *frame, uint8_t type, uint8_t code, uint32_t rest, const void *payload,
                  size_t size);
/* After bytes of the IP header were changed. */
void frame_fix_ip_checksum(uint8_t *frame);

#endif
