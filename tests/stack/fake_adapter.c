/* An adapter for tests: see fake_adapter.h. */
#include "fake_adapter.h"

#include <check.h>
#include <string.h>

static struct fake_adapter *of(struct lan_adapter *adapter)
{
    return (struct fake_adapter *)(void *)adapter;
}

static struct fake_frame *frame_at(struct fake_queue *queue, unsigned place)
{
    return &queue->frames[place % FAKE_QUEUE];
}

static uint8_t *send_begin(struct lan_adapter *base, size_t size)
{
    struct fake_adapter *adapter = of(base);
    ck_assert_uint_eq(adapter->lent_size, 0);
    ck_assert_uint_le(size, LAN_FRAME_SIZE_MAX);
    ck_assert_uint_gt(size, 0);
    if (adapter->outgoing.tail - adapter->outgoing.head >= adapter->room)
        return NULL;
    struct fake_frame *frame = frame_at(&adapter->outgoing, adapter->outgoing.tail);
    memset(frame->memory, 0xa5, sizeof frame->memory);
    adapter->lent_size = size;
    base->send_sum = (struct lan_checksum){0};
    return frame->memory + 2;
}

/* RFC 1071, as simple as it can be said. */
static void insert_checksum(struct fake_adapter *adapter, uint8_t *frame, size_t size)
{
    const struct lan_checksum sum_at = adapter->base.send_sum;
    uint32_t sum = 0;
    ck_assert(adapter->base.capabilities & LAN_ADAPTER_SENDS_CHECKSUM);
    ck_assert_uint_ge(sum_at.from, 14);
    ck_assert_uint_eq(sum_at.from % 4, 2);
    ck_assert(sum_at.at >= sum_at.from && sum_at.at % 2 == 0 && sum_at.at + 2u <= size);
    for (size_t i = sum_at.from; i < size; i++)
        sum += i % 2 ? frame[i] : (uint32_t)frame[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    sum = sum == 0xffff ? 0xffff : ~sum;
    frame[sum_at.at] = (uint8_t)(sum >> 8);
    frame[sum_at.at + 1] = (uint8_t)sum;
    adapter->inserted++;
}

static void send_end(struct lan_adapter *base, size_t size)
{
    struct fake_adapter *adapter = of(base);
    ck_assert_uint_gt(adapter->lent_size, 0);
    ck_assert_uint_le(size, adapter->lent_size);
    struct fake_frame *frame = frame_at(&adapter->outgoing, adapter->outgoing.tail);
    bool intact = true;
    for (size_t i = adapter->lent_size; i < LAN_FRAME_SIZE_MAX; i++)
        intact &= frame->memory[2 + i] == 0xa5;
    ck_assert_msg(intact, "written behind the lent memory");
    adapter->lent_size = 0;
    if (size == 0)
        return;
    if (base->send_sum.at)
        insert_checksum(adapter, frame->memory + 2, size);
    frame->size = size;
    adapter->outgoing.tail++;
}

static const uint8_t *receive_begin(struct lan_adapter *base, size_t *size)
{
    struct fake_adapter *adapter = of(base);
    ck_assert(!adapter->reading);
    if (adapter->incoming.head == adapter->incoming.tail)
        return NULL;
    adapter->reading = true;
    struct fake_frame *frame = frame_at(&adapter->incoming, adapter->incoming.head);
    *size = frame->size;
    return frame->memory + 2;
}

static void receive_end(struct lan_adapter *base)
{
    struct fake_adapter *adapter = of(base);
    ck_assert(adapter->reading);
    adapter->reading = false;
    /* Nothing may look at it any more. */
    memset(frame_at(&adapter->incoming, adapter->incoming.head)->memory, 0x5a,
           2 + LAN_FRAME_SIZE_MAX);
    adapter->incoming.head++;
}

static void join(struct lan_adapter *base, const uint8_t group[LAN_MAC_SIZE], bool wanted)
{
    struct fake_adapter *adapter = of(base);
    unsigned place = FAKE_GROUPS;
    for (unsigned i = FAKE_GROUPS; i-- > 0;)
        if (!adapter->groups[i].wanted)
            place = i;
    for (unsigned i = 0; i < FAKE_GROUPS; i++)
        if (adapter->groups[i].wanted && memcmp(adapter->groups[i].mac, group, 6) == 0)
            place = i;
    ck_assert_uint_lt(place, FAKE_GROUPS);
    ck_assert(wanted || adapter->groups[place].wanted);
    memcpy(adapter->groups[place].mac, group, 6);
    adapter->groups[place].wanted = wanted;
}

bool fake_adapter_hears(const struct fake_adapter *adapter, const uint8_t group[6])
{
    for (unsigned i = 0; i < FAKE_GROUPS; i++)
        if (adapter->groups[i].wanted && memcmp(adapter->groups[i].mac, group, 6) == 0)
            return true;
    return false;
}

static void service(struct lan_adapter *base, uint64_t now_us)
{
    (void)now_us;
    of(base)->services++;
}

static uint64_t deadline_us(const struct lan_adapter *base)
{
    return ((const struct fake_adapter *)(const void *)base)->deadline_us;
}

static const struct lan_adapter_functions functions = {
    .send_begin = send_begin,
    .send_end = send_end,
    .receive_begin = receive_begin,
    .receive_end = receive_end,
    .join = join,
    .service = service,
    .deadline_us = deadline_us,
};

void fake_adapter_init(struct fake_adapter *adapter, uint8_t last)
{
    memset(adapter, 0, sizeof *adapter);
    adapter->base.functions = &functions;
    adapter->base.mac[0] = 2;
    adapter->base.mac[5] = last;
    adapter->base.status = (struct lan_adapter_status){
        .link_up = true, .full_duplex = true, .rate_mbps = 100, .link_changes = 1};
    adapter->room = FAKE_QUEUE - 1;
    adapter->deadline_us = UINT64_MAX;
}

void fake_adapter_give(struct fake_adapter *adapter, const uint8_t *bytes, size_t size)
{
    struct fake_queue *queue = &adapter->incoming;
    ck_assert_uint_lt(queue->tail - queue->head, FAKE_QUEUE);
    ck_assert_uint_le(size, LAN_FRAME_SIZE_MAX);
    struct fake_frame *frame = frame_at(queue, queue->tail++);
    if (size > 0)
        memcpy(frame->memory + 2, bytes, size);
    frame->size = size;
}

const uint8_t *fake_adapter_take(struct fake_adapter *adapter, size_t *size)
{
    struct fake_queue *queue = &adapter->outgoing;
    if (queue->head == queue->tail)
        return NULL;
    struct fake_frame *frame = frame_at(queue, queue->head++);
    *size = frame->size;
    return frame->memory + 2;
}
