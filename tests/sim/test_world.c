/* The clock, its events and runners, fibers, wires and ports, without any adapter. */
#include <string.h>

#include "fiber.h"
#include "phy.h"
#include "test.h"
#include "wire.h"

enum { LOG_MAX = 64 };

static struct {
    unsigned count;
    char letters[LOG_MAX];
    uint64_t times[LOG_MAX];
} seen;

static void see(char letter, uint64_t time_ps)
{
    ck_assert_uint_lt(seen.count, LOG_MAX);
    seen.letters[seen.count] = letter;
    seen.times[seen.count++] = time_ps;
}

static void note(void *context, uint64_t now_ps)
{
    see(*(const char *)context, now_ps);
}

/* --- Events -------------------------------------------------------------------------- */

START_TEST(test_events_happen_by_time_then_in_the_order_made)
{
    struct world *world = world_new(1);
    world_at(world, 30, note, "d");
    world_at(world, 10, note, "a");
    world_at(world, 20, note, "b");
    world_at(world, 20, note, "c");
    world_at(world, 40, note, "e");
    ck_assert(world_run(world, 30));
    ck_assert_mem_eq(seen.letters, "abcd", 4);
    ck_assert_uint_eq(seen.count, 4);
    ck_assert_uint_eq(world_now(world), 30);
    ck_assert(world_run(world, WORLD_NEVER));
    ck_assert_uint_eq(seen.times[4], 40);
    world_free(world);
}
END_TEST

START_TEST(test_random_events_happen_in_order)
{
    struct world *world = world_new(test_seed(7));
    for (unsigned i = 0; i < LOG_MAX; i++)
        world_at(world, world_random(world, "times") % 1000, note, "x");
    world_run(world, WORLD_NEVER);
    ck_assert_uint_eq(seen.count, LOG_MAX);
    for (unsigned i = 1; i < LOG_MAX; i++)
        ck_assert_uint_le(seen.times[i - 1], seen.times[i]);
    world_free(world);
}
END_TEST

START_TEST(test_random_streams_are_independent_and_repeat_with_the_seed)
{
    struct world *one = world_new(5), *two = world_new(5), *other = world_new(6);
    uint32_t first = world_random(one, "host a");
    world_random(two, "host b"); /* one more stream changes nothing */
    ck_assert_uint_eq(world_random(two, "host a"), first);
    ck_assert_uint_ne(world_random(one, "host a"), first);
    ck_assert_uint_ne(world_random(other, "host a"), first);
    world_free(one);
    world_free(two);
    world_free(other);
}
END_TEST

static void stop(void *context, uint64_t now_ps)
{
    world_stop(context);
    (void)now_ps;
}

START_TEST(test_stopped_world_comes_back_and_goes_on)
{
    struct world *world = world_new(1);
    world_at(world, 10, stop, world);
    world_at(world, 20, note, "a");
    ck_assert(!world_run(world, 100));
    ck_assert_uint_eq(seen.count, 0);
    ck_assert(world_run(world, 100));
    ck_assert_uint_eq(seen.times[0], 20);
    world_free(world);
}
END_TEST

/* --- Runners -------------------------------------------------------------------------- */

struct stepper {
    struct world *world;
    struct world_runner runner;
    uint64_t step_ps;
    char letter;
    uint64_t longest_ps; /* it ran at once */
};

static void run_steps(void *context)
{
    struct stepper *stepper = context;
    uint64_t start_ps = stepper->runner.time_ps;
    while (stepper->runner.time_ps < world_horizon(stepper->world))
        stepper->runner.time_ps += stepper->step_ps;
    if (stepper->runner.time_ps - start_ps > stepper->longest_ps)
        stepper->longest_ps = stepper->runner.time_ps - start_ps;
}

static void begin_stepper(struct stepper *stepper, struct world *world, uint64_t step_ps)
{
    *stepper = (struct stepper){.world = world, .step_ps = step_ps};
    stepper->runner.context = stepper;
    stepper->runner.run = run_steps;
    world_add_runner(world, &stepper->runner);
}

START_TEST(test_runners_stay_together_within_the_lookahead)
{
    struct world *world = world_new(1);
    struct stepper one, two;
    world_limit_lookahead(world, 100);
    begin_stepper(&one, world, 3);
    begin_stepper(&two, world, 7);
    ck_assert(world_run(world, 10000));
    ck_assert_uint_ge(one.runner.time_ps, 10000);
    ck_assert_uint_lt(one.runner.time_ps, 10003);
    ck_assert_uint_ge(two.runner.time_ps, 10000);
    ck_assert_uint_le(one.longest_ps, 2 * 100 + 14);
    world_free(world);
}
END_TEST

static void check_runner_was_there(void *context, uint64_t now_ps)
{
    struct stepper *stepper = context;
    ck_assert_uint_ge(stepper->runner.time_ps, now_ps);
    ck_assert_uint_lt(stepper->runner.time_ps, now_ps + stepper->step_ps);
    see('e', now_ps);
}

START_TEST(test_event_finds_every_runner_at_its_time)
{
    struct world *world = world_new(1);
    struct stepper one;
    begin_stepper(&one, world, 20);
    for (uint64_t time_ps = 15; time_ps < 1000; time_ps += 45)
        world_at(world, time_ps, check_runner_was_there, &one);
    ck_assert(world_run(world, 1000));
    ck_assert_uint_eq(seen.count, 22);
    world_free(world);
}
END_TEST

/* --- Pace -------------------------------------------------------------------------------- */

struct pacer {
    struct world *world;
    unsigned asked;
};

/* Grants 50 at a time; at the third asking something comes from outside. */
static uint64_t pace(void *context, uint64_t wanted_ps)
{
    struct pacer *pacer = context;
    uint64_t granted_ps = world_granted(pacer->world);
    ck_assert_uint_ge(wanted_ps, granted_ps);
    if (++pacer->asked == 3) {
        world_at(pacer->world, granted_ps + 10, note, "o");
        return granted_ps + 10;
    }
    return wanted_ps < granted_ps + 50 ? wanted_ps + 1 : granted_ps + 50;
}

START_TEST(test_pace_holds_events_back_and_lets_others_in)
{
    struct world *world = world_new(1);
    struct pacer pacer = {world, 0};
    world_set_pace(world, pace, &pacer);
    world_at(world, 400, note, "a");
    ck_assert(world_run(world, 500));
    ck_assert_uint_eq(seen.count, 2);
    ck_assert_mem_eq(seen.letters, "oa", 2);
    ck_assert_uint_eq(seen.times[0], 110);
    ck_assert_uint_ge(pacer.asked, 9);
    world_free(world);
}
END_TEST

/* --- Fibers ------------------------------------------------------------------------------- */

static struct fiber *fibers[2];

static void alternate(void *context)
{
    unsigned index = *(unsigned *)context;
    volatile uint8_t much[100000]; /* of its own stack */
    double number = 1.5 + index;
    for (unsigned i = 0; i < 3; i++) {
        much[i * 40000] = (uint8_t)i;
        see((char)('a' + index), i);
        fiber_yield(fibers[index]);
        number *= 2;
        ck_assert_uint_eq(much[i * 40000], i);
    }
    ck_assert(number > 11);
}

START_TEST(test_fibers_keep_their_place_and_their_stack)
{
    unsigned indexes[2] = {0, 1};
    for (unsigned i = 0; i < 2; i++)
        fibers[i] = fiber_new(alternate, &indexes[i]);
    for (unsigned round = 0; round < 4; round++)
        for (unsigned i = 0; i < 2; i++)
            fiber_resume(fibers[i]);
    ck_assert_mem_eq(seen.letters, "ababab", 6);
    ck_assert(fiber_has_ended(fibers[0]) && fiber_has_ended(fibers[1]));
    fiber_free(fibers[0]);
    fiber_free(fibers[1]);
}
END_TEST

/* --- Wires ----------------------------------------------------------------------------------- */

static struct world *the_world;
static struct wire_frame arrived;
static uint8_t arrived_bytes[WIRE_FRAME_SIZE_MAX];

static void arrive(void *context, const struct wire_frame *frame)
{
    arrived = *frame;
    memcpy(arrived_bytes, frame->bytes, frame->size);
    see(*(const char *)context, world_now(the_world));
}

static void watch(void *context, unsigned side, const struct wire_frame *frame)
{
    (void)context;
    (void)frame;
    see((char)('0' + side), world_now(the_world));
}

START_TEST(test_ports_frames_arrive_padded_in_turn_and_in_time)
{
    the_world = world_new(1);
    struct wire *wire = wire_new(the_world, 1000);
    struct wire_end end = {"r", arrive};
    struct wire_port *port = wire_port_new(the_world, 100, 2, wire_entry(wire, 0));
    wire_connect(wire, 1, &end);
    wire_add_watcher(wire, watch, NULL);
    ck_assert(wire_port_send(port, "abc", 3, 5000));
    ck_assert(wire_port_send(port, "defg", 4, 5000));
    ck_assert(!wire_port_send(port, "h", 1, 5000));
    ck_assert_uint_eq(wire_port_counters(port)->dropped, 1);
    world_run(the_world, WORLD_NEVER);
    uint64_t duration_ps = wire_duration_ps(64, 100), gap_ps = wire_bytes_ps(WIRE_GAP_SIZE, 100);
    ck_assert_uint_eq(duration_ps, 5760000);
    ck_assert_mem_eq(seen.letters, "0r0r", 4);
    ck_assert_uint_eq(seen.times[1], 5000 + duration_ps + 1000);
    ck_assert_uint_eq(seen.times[3], seen.times[1] + gap_ps + duration_ps);
    ck_assert_uint_eq(arrived.size, 64);
    ck_assert_mem_eq(arrived_bytes, "defg\0\0", 6);
    ck_assert(wire_fcs_is_right(arrived_bytes, 64));
    arrived_bytes[7] ^= 1;
    ck_assert(!wire_fcs_is_right(arrived_bytes, 64));
    wire_port_free(port);
    wire_free(wire);
    world_free(the_world);
}
END_TEST

START_TEST(test_cut_wire_delivers_nothing)
{
    the_world = world_new(1);
    struct wire *wire = wire_new(the_world, 1000);
    struct wire_end end = {"r", arrive};
    struct wire_port *port = wire_port_new(the_world, 100, 2, wire_entry(wire, 1));
    wire_connect(wire, 0, &end);
    wire_cut(wire, true);
    wire_port_send(port, "abc", 3, 0);
    world_run(the_world, WORLD_NEVER);
    wire_cut(wire, false);
    ck_assert_uint_eq(seen.count, 0);
    wire_port_send(port, "abc", 3, world_now(the_world));
    world_run(the_world, WORLD_NEVER);
    ck_assert_uint_eq(seen.count, 1);
    wire_port_free(port);
    wire_free(wire);
    world_free(the_world);
}
END_TEST

/* --- The PHY ---------------------------------------------------------------------------------- */

/* One bit, as a master sends it; what it sees at MDC's rising edge. */
static unsigned clock_bit(struct phy *phy, bool bit, bool drive)
{
    static bool line = true;
    bool before = line;
    phy_pins(phy, true, bit, drive);
    line = phy_pins(phy, false, bit, drive);
    return before;
}

static void send_bits(struct phy *phy, uint32_t bits, unsigned count)
{
    while (count-- > 0)
        clock_bit(phy, bits >> count & 1, true);
}

static unsigned read_phy(struct phy *phy, unsigned address, unsigned index)
{
    unsigned value = 0;
    send_bits(phy, UINT32_MAX, 32);
    send_bits(phy, 6u << 10 | address << 5 | index, 14);
    clock_bit(phy, true, false);
    bool turned = clock_bit(phy, true, false);
    for (unsigned i = 0; i < 16; i++)
        value = value << 1 | clock_bit(phy, true, false);
    ck_assert_int_eq(turned, address != PHY_ADDRESS); /* it pulls the line low */
    return value;
}

static void write_phy(struct phy *phy, unsigned index, unsigned value)
{
    send_bits(phy, UINT32_MAX, 32);
    send_bits(phy, 5u << 28 | PHY_ADDRESS << 23 | index << 18 | 2u << 16 | value, 32);
}

START_TEST(test_phy_tells_its_identity_and_what_was_negotiated)
{
    struct phy phy;
    phy_init(&phy, 100, true);
    ck_assert_uint_eq(read_phy(&phy, PHY_ADDRESS, 2), 0x0007);
    ck_assert_uint_eq(read_phy(&phy, PHY_ADDRESS, 3), 0xC0F1);
    ck_assert_uint_eq(read_phy(&phy, PHY_ADDRESS, 1) & 0x24, 0x24);
    ck_assert_uint_eq(read_phy(&phy, PHY_ADDRESS, 5) & 0x01E0, 0x0100); /* 100 full alone */
    phy_init(&phy, 10, true);
    ck_assert_uint_eq(read_phy(&phy, PHY_ADDRESS, 5) & 0x01E0, 0x0040);
    ck_assert_uint_eq(read_phy(&phy, PHY_ADDRESS + 1, 2), 0xFFFF);
}
END_TEST

START_TEST(test_lost_link_is_told_once_even_when_it_is_back)
{
    struct phy phy;
    phy_init(&phy, 100, true);
    phy_set_link(&phy, false);
    phy_set_link(&phy, true);
    ck_assert_uint_eq(read_phy(&phy, PHY_ADDRESS, 1) & 4, 0);
    ck_assert_uint_eq(read_phy(&phy, PHY_ADDRESS, 1) & 4, 4);
    phy_set_link(&phy, false);
    ck_assert_uint_eq(read_phy(&phy, PHY_ADDRESS, 1) & 4, 0);
    ck_assert_uint_eq(read_phy(&phy, PHY_ADDRESS, 1) & 4, 0);
}
END_TEST

START_TEST(test_written_control_register_is_read_back)
{
    struct phy phy;
    phy_init(&phy, 100, true);
    write_phy(&phy, 0, 0x2100);
    ck_assert_uint_eq(read_phy(&phy, PHY_ADDRESS, 0), 0x2100);
    write_phy(&phy, 3, 0x1234); /* read only */
    ck_assert_uint_eq(read_phy(&phy, PHY_ADDRESS, 3), 0xC0F1);
}
END_TEST

TEST_MAIN("world", test_events_happen_by_time_then_in_the_order_made,
          test_random_events_happen_in_order,
          test_random_streams_are_independent_and_repeat_with_the_seed,
          test_stopped_world_comes_back_and_goes_on,
          test_runners_stay_together_within_the_lookahead,
          test_event_finds_every_runner_at_its_time, test_pace_holds_events_back_and_lets_others_in,
          test_fibers_keep_their_place_and_their_stack,
          test_ports_frames_arrive_padded_in_turn_and_in_time, test_cut_wire_delivers_nothing,
          test_phy_tells_its_identity_and_what_was_negotiated,
          test_lost_link_is_told_once_even_when_it_is_back,
          test_written_control_register_is_read_back)
