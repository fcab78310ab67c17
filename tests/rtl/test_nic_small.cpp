// The adapter with every option left out: what remains works as in the whole one.
#include "Vnic_small.h"
#define ADAPTER_MODEL Vnic_small
#include "adapter.hpp"

START_TEST(test_capabilities_tell_of_no_option)
{
    adapter a;
    ck_assert_uint_eq(a.read(NIC_CAPABILITY) & 0x00FF0000, 0);
}
END_TEST

START_TEST(test_frames_of_every_length_go_both_ways_without_any_option)
{
    adapter a;
    random_source random;
    for (size_t size = 60; size <= 1514; size += size < 130 ? 1 : 31) {
        bytes in = to_own(random, size), out = random.octets(size - 46);
        a.arrive(in);
        a.send(out);
        a.drain();
        a.until_idle();
        ck_assert_bytes_eq(a.receive(), in);
        ck_assert_uint_eq(a.sent.size(), 1);
        ck_assert_bytes_eq(a.sent[0], on_the_line(out));
        a.sent.clear();
    }
}
END_TEST

START_TEST(test_own_address_and_broadcast_are_heard_and_nothing_else)
{
    adapter a;
    random_source random;
    for (unsigned bit = 0; bit <= 48; bit++) {
        bytes frame = to_own(random, 60);
        if (bit < 48)
            frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
        a.arrive(frame);
        a.drain();
        ck_assert(a.receive().empty() == (bit < 48));
    }
    bytes all = to_own(random, 60);
    std::fill(all.begin(), all.begin() + 6, 0xFF);
    a.arrive(all);
    a.drain();
    ck_assert_bytes_eq(a.receive(), all);
}
END_TEST

START_TEST(test_errors_are_never_delivered_without_counters)
{
    adapter a;
    random_source random;
    for (int i = 0; i < 100; i++) {
        bytes line = on_the_line(to_own(random, 60 + random.below(100)));
        line[8 + random.below((uint32_t)line.size() - 8)] ^= (uint8_t)(1 << random.below(8));
        a.octets(line);
        a.silence(20);
    }
    bytes good = to_own(random, 60);
    a.arrive(good);
    a.drain();
    ck_assert_bytes_eq(a.receive(), good);
    ck_assert(a.receive().empty());
}
END_TEST

START_TEST(test_each_frame_interrupts_without_coalescing)
{
    adapter a;
    random_source random;
    a.write(NIC_COALESCE, 8U << NIC_COALESCE_FRAMES_LSB | 63U << NIC_COALESCE_TIME_LSB);
    a.write(NIC_INTERRUPT, NIC_INTERRUPT_RX_FRAME_ENABLE);
    for (int i = 0; i < 20; i++) {
        a.arrive(to_own(random, 60));
        a.drain();
        ck_assert(a.b.dut.irq);
        a.write(NIC_INTERRUPT, NIC_INTERRUPT_RX_FRAME | NIC_INTERRUPT_RX_FRAME_ENABLE);
        a.ticks(2);
        ck_assert(!a.b.dut.irq);
    }
}
END_TEST

START_TEST(test_gaps_are_96_bit_times_without_any_option)
{
    adapter a;
    for (int i = 0; i < 30; i++)
        a.send(bytes(60, (uint8_t)i));
    a.until_idle();
    ck_assert_uint_eq(a.sent.size(), 30);
    for (unsigned gap : a.gaps)
        ck_assert_uint_eq(gap, 48);
}
END_TEST

TEST_MAIN("nic: small", test_capabilities_tell_of_no_option,
          test_frames_of_every_length_go_both_ways_without_any_option,
          test_own_address_and_broadcast_are_heard_and_nothing_else,
          test_errors_are_never_delivered_without_counters,
          test_each_frame_interrupts_without_coalescing,
          test_gaps_are_96_bit_times_without_any_option)
