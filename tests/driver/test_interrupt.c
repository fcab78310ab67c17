/* Nothing is lost between interrupt and rings: events are injected before and
 * after every single access of the driver, alone and in pairs.
 *
 * The host of these tests acts on interrupts alone. Whenever irq is 0 and it has
 * nothing to go on with, no received frame may lie in the ring, and a frame that
 * waits for room must be woken when there is some. */
#include <string.h>

#include "bus_fake.h"

enum event { FRAME_ARRIVES, FRAME_LEAVES, EVENT_KINDS };
enum {
    EVENTS = 2,
    LENGTH = 1018,
    RECORD = 1024,
    TX_RING = 4096
}; /* records of 1024 bytes: four fill the ring */

/* How a host may go about a step. */
enum order { SERVICE_THEN_DRAIN, DRAIN_THEN_SERVICE, ONE_FRAME_A_STEP, ORDERS };

struct scene {
    struct bench bench;
    enum order order;
    enum event events[EVENTS];
    uint64_t at[EVENTS]; /* accesses since the scene began */
    unsigned next;       /* event */
    uint64_t begun;
    unsigned arrived, received; /* frames */
    unsigned to_send, handed_over;
};

static void happen(struct scene *scene)
{
    uint8_t frame[LENGTH];
    switch (scene->events[scene->next++]) {
    case FRAME_ARRIVES:
        fill_frame(frame, LENGTH, scene->arrived);
        if (fake_receive(scene->bench.bus, frame, LENGTH))
            scene->arrived++;
        break;
    default:
        fake_send(scene->bench.bus);
        break;
    }
}

static void before_access(struct lan_bus *bus, uint64_t access)
{
    struct scene *scene = bus->context;
    while (scene->next < EVENTS && access - scene->begun >= scene->at[scene->next])
        happen(scene);
}

/* Up to `limit` frames; whether there may be more. */
static bool drain(struct scene *scene, unsigned limit)
{
    struct lan_adapter *adapter = &scene->bench.nic.adapter;
    for (unsigned i = 0; i < limit; i++) {
        size_t size;
        const uint8_t *frame = adapter->functions->receive_begin(adapter, &size);
        if (!frame)
            return false;
        expect_frame(frame, size, LENGTH, scene->received++);
        adapter->functions->receive_end(adapter);
    }
    return true;
}

static bool step(struct scene *scene)
{
    struct lan_adapter *adapter = &scene->bench.nic.adapter;
    bool more;
    if (scene->order == DRAIN_THEN_SERVICE) {
        more = drain(scene, UINT32_MAX);
        adapter->functions->service(adapter, 0);
    } else {
        adapter->functions->service(adapter, 0);
        more = drain(scene, scene->order == ONE_FRAME_A_STEP ? 1 : UINT32_MAX);
    }
    uint8_t frame[LENGTH];
    while (scene->handed_over < scene->to_send) {
        fill_frame(frame, LENGTH, scene->handed_over);
        if (!lan_nic_send(&scene->bench.nic, frame, LENGTH))
            break;
        scene->handed_over++;
    }
    return more;
}

static bool has_room(const struct lan_bus *bus)
{
    return ((bus->tx_head - bus->tx_tail) & (2 * TX_RING - 1)) + RECORD <= TX_RING;
}

/* Acts until there is no interrupt and nothing to go on with, not even when the time
 * has passed after which frames are told of at the latest. */
static void act(struct scene *scene)
{
    unsigned steps = 0;
    bool more = false;
    while (fake_irq(scene->bench.bus) || more || fake_wait(scene->bench.bus)) {
        more = step(scene);
        MUST(++steps < 50, "the interrupt does not end");
    }
    MUST(scene->received == scene->arrived,
         "a frame lies in the ring without an interrupt (events at %llu, %llu)",
         (unsigned long long)scene->at[0], (unsigned long long)scene->at[1]);
    MUST(scene->handed_over == scene->to_send || !has_room(scene->bench.bus),
         "there is room without an interrupt (events at %llu, %llu)",
         (unsigned long long)scene->at[0], (unsigned long long)scene->at[1]);
}

/* `waiting`: the transmit ring is full and three more frames want to go. Gives
 * how many accesses it took. */
static uint64_t play(struct scene *scene, bool waiting)
{
    struct lan_bus *bus = scene->bench.bus;
    struct lan_nic_config config = test_config();
    bus->before = NULL;
    bus->sent_count = 0;
    MUST(lan_nic_start(&scene->bench.nic, bus, &config, 0) == LAN_NIC_OK, "no start");
    scene->next = scene->arrived = scene->received = scene->handed_over = 0;
    scene->to_send = waiting ? 7 : 0;
    uint8_t frame[LENGTH];
    for (unsigned i = 0; i < 2; i++) {
        fill_frame(frame, LENGTH, scene->arrived++);
        MUST(fake_receive(bus, frame, LENGTH), "no room");
    }
    bus->context = scene;
    bus->before = before_access;
    scene->begun = bus->accesses;
    act(scene);
    uint64_t taken = bus->accesses - scene->begun;
    while (scene->next < EVENTS) { /* those that no access was left for */
        happen(scene);
        act(scene);
    }
    while (fake_send(bus))
        act(scene);
    MUST(scene->handed_over == scene->to_send, "a frame waits for room for ever");
    MUST(bus->sent_count == scene->to_send, "%u frames sent", bus->sent_count);
    for (unsigned i = 0; i < bus->sent_count; i++)
        expect_frame(bus->sent[i].bytes, bus->sent[i].size, LENGTH, i);
    bus->before = NULL;
    uint64_t no_room; /* how often it asked depends on the events */
    (void)lan_nic_counter(&scene->bench.nic, NIC_COUNTED_driver_no_room, &no_room);
    MUST(waiting || no_room == 0, "it asked for room");
    EXPECT_COUNTERS(&scene->bench.nic, .rx_delivered = scene->arrived,
                    .rx_octets = (uint64_t)scene->arrived * (LENGTH + 4),
                    .tx_frames = scene->to_send,
                    .tx_octets = (uint64_t)scene->to_send * (LENGTH + 4), .driver_no_room = no_room,
                    .driver_link_changes = 1);
    return taken;
}

static void play_all(enum order order, bool waiting, bool mapped)
{
    static struct scene scene;
    memset(&scene, 0, sizeof scene);
    scene.bench.bus = fake_new(12, 13, mapped);
    scene.order = order;
    scene.at[0] = scene.at[1] = UINT64_MAX;
    uint64_t accesses = play(&scene, waiting);
    ck_assert_uint_ge(accesses, 9);
    uint64_t stride = mapped ? 1 : 97; /* copying, most accesses are a frame's words */
    for (unsigned pair = 0; pair < EVENT_KINDS * EVENT_KINDS; pair++)
        for (uint64_t first = 0; first <= accesses + 20; first += stride)
            for (uint64_t second = first; second <= accesses + 40; second += stride) {
                scene.events[0] = (enum event)(pair % EVENT_KINDS);
                scene.events[1] = (enum event)(pair / EVENT_KINDS);
                scene.at[0] = first;
                scene.at[1] = second;
                play(&scene, waiting);
            }
    fake_free(scene.bench.bus);
}

START_TEST(test_frames_arriving_at_any_access_are_all_received)
{
    for (int order = 0; order < ORDERS; order++)
        play_all((enum order)order, false, true);
}
END_TEST

START_TEST(test_frames_leaving_at_any_access_wake_who_waits_for_room)
{
    for (int order = 0; order < ORDERS; order++)
        play_all((enum order)order, true, true);
}
END_TEST

START_TEST(test_events_between_the_words_of_a_copy_are_not_lost)
{
    for (int order = 0; order < ORDERS; order++)
        play_all((enum order)order, true, false);
}
END_TEST

START_TEST(test_service_without_an_event_reads_one_register)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    uint8_t frame[60];
    fill_frame(frame, 60, 0);
    ck_assert(lan_nic_send(&bench.nic, frame, 60));
    ck_assert(fake_send(bench.bus)); /* causes that nobody asked for */
    uint64_t accesses = bench.bus->accesses;
    bench.nic.adapter.functions->service(&bench.nic.adapter, 1000);
    ck_assert_uint_eq(bench.bus->accesses, accesses + 1);
    EXPECT_COUNTERS(&bench.nic, .tx_frames = 1, .tx_octets = 64, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

START_TEST(test_frames_that_leave_do_not_interrupt_who_has_room)
{
    struct bench bench;
    bench_open(&bench, 12, 13, false);
    uint8_t frame[60];
    fill_frame(frame, 60, 0);
    for (unsigned i = 0; i < 20; i++) {
        ck_assert(lan_nic_send(&bench.nic, frame, 60));
        ck_assert(fake_send(bench.bus));
        ck_assert(!fake_irq(bench.bus));
    }
    EXPECT_COUNTERS(&bench.nic, .tx_frames = 20, .tx_octets = 1280, .driver_link_changes = 1);
    bench_close(&bench);
}
END_TEST

TEST_MAIN("driver interrupt", test_frames_arriving_at_any_access_are_all_received,
          test_frames_leaving_at_any_access_wake_who_waits_for_room,
          test_events_between_the_words_of_a_copy_are_not_lost,
          test_service_without_an_event_reads_one_register,
          test_frames_that_leave_do_not_interrupt_who_has_room)
