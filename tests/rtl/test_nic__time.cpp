// The clock of the time stamps, the stamps both ways, and interrupt coalescing.
#include "adapter.hpp"

using namespace counter_address;

namespace
{

uint64_t now(adapter &a)
{
    uint32_t low = a.read(NIC_TIME_LOW);
    return (uint64_t)a.read(NIC_TIME_HIGH) << 32 | low;
}

void set(adapter &a, uint64_t ns)
{
    a.write(NIC_TIME_HIGH, (uint32_t)(ns >> 32));
    a.write(NIC_TIME_LOW, (uint32_t)ns);
}

uint64_t tx_stamp(adapter &a)
{
    return (uint64_t)a.read(NIC_TX_STAMP_HIGH) << 32 | a.read(NIC_TX_STAMP_LOW);
}

} // namespace

START_TEST(test_time_goes_20_ns_a_clock_and_can_be_set_and_stepped)
{
    adapter a;
    auto passes = [&a](auto what, uint64_t more) { // `what` makes the time jump by `more`
        uint64_t clocks = a.clocks, then = now(a);
        what();
        clocks = a.clocks - clocks;
        ck_assert_uint_eq(now(a) - then, clocks * 20 + more);
    };
    passes([&] { a.ticks(1000); }, 0);
    set(a, 0x123456789ABCDEF0);
    ck_assert_uint_lt(now(a) - 0x123456789ABCDEF0, 20 * 10);
    passes([&] { a.write(NIC_TIME_STEP, 1000000); }, 1000000);
    passes([&] { a.write(NIC_TIME_STEP, (uint32_t)-1000000); }, (uint64_t)-1000000);
}
END_TEST

START_TEST(test_time_is_read_without_tearing_when_the_low_word_wraps)
{
    for (unsigned i = 0; i < 12; i++) {
        adapter a;
        set(a, 0x4FFFFFFFF - 20 * i);
        for (uint64_t last = 0; last < 0x500000100;) {
            uint64_t this_time = now(a);
            ck_assert_uint_gt(this_time, last);
            ck_assert_uint_lt(this_time, 0x500001000);
            last = this_time;
        }
    }
}
END_TEST

START_TEST(test_rate_steers_the_clock_by_parts_of_a_nanosecond)
{
    adapter a;
    for (uint32_t rate : {0x14000000U, 0x14000001U, 0x13FFF000U, 0x28000000U, 0U}) {
        a.write(NIC_TIME_RATE, rate);
        uint64_t then = now(a), clocks = a.clocks;
        a.ticks(100000);
        uint64_t gone = now(a) - then, right = (a.clocks - clocks) * (uint64_t)rate >> 24;
        ck_assert_msg(gone - right + 1 <= 2, "%lu ns, not %lu", gone, right);
    }
}
END_TEST

START_TEST(test_received_frames_carry_the_time_of_their_delimiter)
{
    for (bool fast : {true, false}) {
        adapter a(fast, NIC_CONTROL_STAMPS);
        random_source random;
        uint64_t before = 0, clock_before = 0;
        set(a, 0xFFFFFF00); // the low word wraps on the way
        for (int i = 0; i < 40; i++) {
            bytes frame = to_own(random, 60 + random.below(200));
            a.silence(random.below(50));
            uint64_t delimiter = a.clocks + a.line.size() + 32 * (fast ? 1 : 10);
            a.arrive(frame);
            a.drain();
            ck_assert_bytes_eq(a.receive(), frame);
            ck_assert_uint_eq(a.header & NIC_RX_RECORD_LENGTH, frame.size());
            if (i > 0)
                ck_assert_uint_eq(a.stamp - before, (delimiter - clock_before) * 20);
            before = a.stamp;
            clock_before = delimiter;
        }
    }
}
END_TEST

START_TEST(test_ring_with_stamps_wraps_fills_and_recovers)
{
    adapter a(true, NIC_CONTROL_STAMPS);
    random_source random;
    std::deque<bytes> in;
    uint32_t delivered = 0, octets = 0, count = 600;
    for (uint32_t i = 0; i < count; i++) {
        in.push_back(to_own(random, 60 + random.below(300)));
        a.arrive(in.back(), 20);
        a.drain();
        if (i % 100 < 60)
            continue; // the driver is away, the ring fills
        for (bytes frame; !(frame = a.receive()).empty();) {
            while (in.front() != frame)
                in.pop_front();
            in.pop_front();
            delivered++;
            octets += (uint32_t)frame.size() + 4;
        }
    }
    ck_assert_uint_lt(delivered, count);
    a.expect(rx_delivered, delivered);
    a.expect(rx_octets, octets);
    a.expect(rx_ring_full, count - delivered);
    a.check_counters();
}
END_TEST

START_TEST(test_sent_frame_leaves_the_time_of_its_delimiter_when_asked)
{
    for (bool fast : {true, false}) {
        adapter a(fast);
        uint64_t before = 0, clock_before = 0;
        a.write(NIC_INTERRUPT, NIC_INTERRUPT_TX_STAMP_ENABLE);
        for (uint32_t i = 0; i < 10; i++) {
            a.ticks(37 * i);
            a.send(bytes(60, 1)); // asks for none
            a.until_idle();
            ck_assert(!a.b.dut.irq);
            a.send(bytes(60 + i, 2), NIC_TX_RECORD_STAMP);
            while (!a.b.dut.rmii_tx_en)
                a.tick();
            uint64_t clock = a.clocks;
            a.until_idle();
            a.ticks(2);
            ck_assert(a.b.dut.irq);
            a.write(NIC_INTERRUPT, NIC_INTERRUPT_TX_STAMP | NIC_INTERRUPT_TX_STAMP_ENABLE);
            uint64_t stamp = tx_stamp(a);
            if (i > 0)
                ck_assert_uint_eq(stamp - before, (clock - clock_before) * 20);
            before = stamp;
            clock_before = clock;
        }
    }
}
END_TEST

START_TEST(test_interrupt_comes_with_the_frame_that_completes_the_count)
{
    adapter a;
    random_source random;
    a.write(NIC_COALESCE, 8U << NIC_COALESCE_FRAMES_LSB | 63U << NIC_COALESCE_TIME_LSB);
    a.write(NIC_INTERRUPT, NIC_INTERRUPT_RX_FRAME_ENABLE);
    for (int i = 1; i <= 8; i++) {
        ck_assert(!a.b.dut.irq);
        a.arrive(to_own(random, 60));
        a.drain();
    }
    ck_assert(a.b.dut.irq);
}
END_TEST

START_TEST(test_interrupt_comes_in_time_when_the_count_is_not_reached)
{
    random_source random;
    for (unsigned units : {1U, 2U, 9U, 63U}) {
        adapter a;
        a.ticks(random.below(256));
        a.write(NIC_COALESCE, 15U << NIC_COALESCE_FRAMES_LSB | units << NIC_COALESCE_TIME_LSB);
        a.write(NIC_INTERRUPT, NIC_INTERRUPT_RX_FRAME_ENABLE);
        a.arrive(to_own(random, 60), 0);
        while (!a.line.empty())
            a.tick();
        uint64_t from = a.clocks;
        while (!a.b.dut.irq) {
            must(a.clocks - from < units * 256 + 100);
            a.tick();
        }
        ck_assert_uint_ge(a.clocks - from, (units - 1) * 256);
    }
}
END_TEST

START_TEST(test_ring_emptied_before_the_time_needs_no_interrupt)
{
    adapter a;
    random_source random;
    a.write(NIC_COALESCE, 4U << NIC_COALESCE_FRAMES_LSB | 8U << NIC_COALESCE_TIME_LSB);
    a.write(NIC_INTERRUPT, NIC_INTERRUPT_RX_FRAME_ENABLE);
    for (int i = 0; i < 3; i++)
        a.arrive(to_own(random, 60));
    a.drain();
    while (!a.receive().empty())
        ;
    a.ticks(5000);
    ck_assert(!a.b.dut.irq);
    for (int i = 0; i < 3; i++)
        a.arrive(to_own(random, 60));
    a.drain();
    ck_assert(!a.b.dut.irq); // counted from the empty ring on
}
END_TEST

START_TEST(test_line_rate_raises_at_most_one_interrupt_for_eight_frames)
{
    adapter a;
    random_source random;
    a.write(NIC_COALESCE, 8U << NIC_COALESCE_FRAMES_LSB | 20U << NIC_COALESCE_TIME_LSB);
    a.write(NIC_INTERRUPT, NIC_INTERRUPT_RX_FRAME_ENABLE);
    const uint32_t count = 800;
    uint32_t interrupts = 0, received = 0;
    for (uint32_t i = 0; i < count; i++)
        a.arrive(to_own(random, 60));
    while (received < count) {
        a.tick();
        if (!a.b.dut.irq)
            continue;
        interrupts++;
        a.write(NIC_INTERRUPT, NIC_INTERRUPT_RX_FRAME | NIC_INTERRUPT_RX_FRAME_ENABLE);
        a.ticks(2);
        while (!a.receive().empty())
            received++;
    }
    ck_assert_uint_le(interrupts, count / 8);
}
END_TEST

TEST_MAIN("nic: time", test_time_goes_20_ns_a_clock_and_can_be_set_and_stepped,
          test_time_is_read_without_tearing_when_the_low_word_wraps,
          test_rate_steers_the_clock_by_parts_of_a_nanosecond,
          test_received_frames_carry_the_time_of_their_delimiter,
          test_ring_with_stamps_wraps_fills_and_recovers,
          test_sent_frame_leaves_the_time_of_its_delimiter_when_asked,
          test_interrupt_comes_with_the_frame_that_completes_the_count,
          test_interrupt_comes_in_time_when_the_count_is_not_reached,
          test_ring_emptied_before_the_time_needs_no_interrupt,
          test_line_rate_raises_at_most_one_interrupt_for_eight_frames)
