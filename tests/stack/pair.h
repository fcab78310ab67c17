/* Two hosts on a virtual link, in virtual time: near (10.0.0.1), whose program the
 * test is and may block, and far (10.0.0.2), whose program is a function that is
 * called after each of its steps and must not block.
 *
 * The link delays, and drops, doubles and reorders by seed. */
#ifndef PAIR_H
#define PAIR_H

#include "fake_adapter.h"
#include "lan_dns.h"

#define NEAR_IP LAN_IP4(10, 0, 0, 1)
#define FAR_IP  LAN_IP4(10, 0, 0, 2)

enum { NEAR, FAR, PAIR_FLIGHT = 2048 };

struct pair;

struct pair_side {
    struct pair *pair;
    struct fake_adapter adapter;
    struct lan_host *host;
    void *arena;
    uint64_t deadline_us;
    void (*program)(struct pair *pair); /* may be NULL */
};

struct pair_frame {
    uint64_t arrives_us;
    unsigned to;
    size_t size;
    uint8_t bytes[LAN_FRAME_SIZE_MAX];
};

struct pair {
    struct pair_side sides[2];
    struct pair_frame flight[PAIR_FLIGHT];
    uint16_t order[PAIR_FLIGHT]; /* indices: those in flight by arrival, then the free */
    unsigned in_flight;
    uint64_t now_us, random;
    uint64_t delay_us;
    unsigned loss_permille, double_permille, late_permille;
    unsigned interrupt_after; /* waits, then one is broken off; 0: never */
    unsigned frames;          /* ever sent */
};

struct pair *pair_new(uint64_t seed);
struct pair *pair_new_with(uint64_t seed, const struct lan_host_config *config);
void pair_free(struct pair *pair);

static inline struct lan_host *pair_near(struct pair *pair)
{
    return pair->sides[NEAR].host;
}

static inline struct lan_host *pair_far(struct pair *pair)
{
    return pair->sides[FAR].host;
}

uint32_t pair_random(struct pair *pair);

/* Lets time pass up to `until_us`, or to the first thing that happens. */
void pair_advance(struct pair *pair, uint64_t until_us);
/* Lets so much time pass. */
void pair_run(struct pair *pair, uint64_t us);

#endif
