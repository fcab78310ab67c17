/* Two hosts on a virtual link: see pair.h. */
#include "pair.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lan_socket.h"

uint32_t pair_random(struct pair *pair)
{
    pair->random = pair->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(pair->random >> 32);
}

static uint32_t side_random(void *context)
{
    return pair_random(((struct pair_side *)context)->pair);
}

static bool near_wait(void *context, uint64_t until_us)
{
    struct pair *pair = ((struct pair_side *)context)->pair;
    if (pair->interrupt_after && --pair->interrupt_after == 0)
        return false;
    pair_advance(pair, until_us);
    return true;
}

static void init_side(struct pair *pair, unsigned index, const struct lan_host_config *config)
{
    struct pair_side *side = &pair->sides[index];
    side->pair = pair;
    fake_adapter_init(&side->adapter, (uint8_t)(index + 1));
    size_t size = lan_host_size(config);
    side->arena = malloc(size);
    const struct lan_port port = {
        .context = side, .random = side_random, .wait = index == NEAR ? near_wait : NULL};
    side->host = lan_host_init(side->arena, size, config, &port, pair->now_us);
    ck_assert_ptr_nonnull(side->host);
    ck_assert_int_eq(lan_host_add_adapter(side->host, &side->adapter.base, NEAR_IP + index, 24), 0);
    side->deadline_us = pair->now_us;
}

struct pair *pair_new_with(uint64_t seed, const struct lan_host_config *config)
{
    struct pair *pair = calloc(1, sizeof *pair);
    pair->now_us = 1000000;
    pair->random = seed;
    pair->delay_us = 100;
    for (unsigned i = 0; i < PAIR_FLIGHT; i++)
        pair->order[i] = (uint16_t)i;
    init_side(pair, NEAR, config);
    init_side(pair, FAR, config);
    return pair;
}

struct pair *pair_new(uint64_t seed)
{
    const struct lan_host_config config = {
        .socket_count = 16,
        .connection_count = 16,
        .buffer_count = 16,
        .buffer_bytes = 16384,
        .datagram_socket_count = 4,
        .datagram_queue_bytes = 8192,
        .packet_count = 8,
    };
    return pair_new_with(seed, &config);
}

void pair_free(struct pair *pair)
{
    free(pair->sides[NEAR].arena);
    free(pair->sides[FAR].arena);
    free(pair);
}

/* --- the link ---------------------------------------------------------------------------- */

static void launch(struct pair *pair, unsigned to, const uint8_t *bytes, size_t size)
{
    ck_assert_uint_lt(pair->in_flight, PAIR_FLIGHT);
    unsigned place = pair->in_flight++;
    uint16_t index = pair->order[place];
    struct pair_frame *frame = &pair->flight[index];
    frame->arrives_us = pair->now_us + pair->delay_us;
    if (pair_random(pair) % 1000 < pair->late_permille)
        frame->arrives_us += 3 * pair->delay_us;
    frame->to = to;
    frame->size = size;
    memcpy(frame->bytes, bytes, size);
    for (; place > 0 && pair->flight[pair->order[place - 1]].arrives_us > frame->arrives_us;
         place--)
        pair->order[place] = pair->order[place - 1];
    pair->order[place] = index;
}

static void collect(struct pair *pair, unsigned from)
{
    const uint8_t *bytes;
    size_t size;
    while ((bytes = fake_adapter_take(&pair->sides[from].adapter, &size))) {
        pair->frames++;
        if (pair_random(pair) % 1000 < pair->loss_permille)
            continue;
        launch(pair, !from, bytes, size);
        if (pair_random(pair) % 1000 < pair->double_permille)
            launch(pair, !from, bytes, size);
    }
}

static uint64_t next_arrival(const struct pair *pair)
{
    return pair->in_flight ? pair->flight[pair->order[0]].arrives_us : LAN_NEVER;
}

static void deliver(struct pair *pair)
{
    while (next_arrival(pair) <= pair->now_us) {
        uint16_t index = pair->order[0];
        struct pair_frame *frame = &pair->flight[index];
        fake_adapter_give(&pair->sides[frame->to].adapter, frame->bytes, frame->size);
        memmove(pair->order, pair->order + 1, --pair->in_flight * sizeof *pair->order);
        pair->order[pair->in_flight] = index;
    }
}

/* --- time -------------------------------------------------------------------------------- */

static void step(struct pair *pair, unsigned index)
{
    struct pair_side *side = &pair->sides[index];
    lan_host_step(side->host, pair->now_us);
    if (side->program)
        side->program(pair);
    side->deadline_us = lan_host_step(side->host, pair->now_us);
    collect(pair, index);
}

static uint64_t min_time(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

void pair_advance(struct pair *pair, uint64_t until_us)
{
    collect(pair, NEAR); /* what its program has written since */
    uint64_t next = min_time(next_arrival(pair), until_us);
    next = min_time(next, pair->sides[NEAR].deadline_us);
    next = min_time(next, pair->sides[FAR].deadline_us);
    ck_assert_msg(next != LAN_NEVER, "all wait for ever");
    if (next > pair->now_us)
        pair->now_us = next;
    deliver(pair);
    step(pair, NEAR);
    step(pair, FAR);
}

void pair_run(struct pair *pair, uint64_t us)
{
    uint64_t end = pair->now_us + us;
    step(pair, NEAR);
    step(pair, FAR);
    while (pair->now_us < end)
        pair_advance(pair, end);
}
