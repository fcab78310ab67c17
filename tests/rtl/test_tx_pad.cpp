// tx_pad: IEEE 802.3 clause 4.2.3.3.
#include "Vtx_pad.h"
#include "stream.hpp"

START_TEST(test_frame_of_59_bytes_is_padded_to_60)
{
    bench<Vtx_pad> b;
    b.reset();
    random_source random;
    bytes frame = random.octets(59), expected = frame;
    expected.push_back(0);
    ck_assert_bytes_eq(through(b, frame, 1), expected);
}
END_TEST

START_TEST(test_every_length_leaves_padded_with_zeros_whatever_the_pace)
{
    bench<Vtx_pad> b;
    b.reset();
    random_source random;
    auto restart = [&] {
        b.dut.restart = 1;
        b.tick();
        b.dut.restart = 0;
    };
    for (unsigned period : {1U, 4U})
        for (size_t size = 1; size <= 1518; size += size < 130 ? 1 : 97) {
            bytes frame = random.octets(size);
            ck_assert_bytes_eq(through(b, frame, period), padded(frame));
            restart();
        }
}
END_TEST

START_TEST(test_restart_amid_padding_forgets_the_frame)
{
    bench<Vtx_pad> b;
    b.reset();
    b.dut.in_valid = b.dut.in_last = b.dut.out_ready = 1;
    b.tick();
    b.dut.in_valid = 0;
    b.settle();
    ck_assert(b.dut.out_valid); /* padding */
    b.dut.restart = 1;
    b.tick();
    b.dut.restart = 0;
    b.settle();
    ck_assert(!b.dut.out_valid);
    random_source random;
    bytes frame = random.octets(61);
    ck_assert_bytes_eq(through(b, frame, 1), frame);
}
END_TEST

TEST_MAIN("tx_pad", test_frame_of_59_bytes_is_padded_to_60,
          test_every_length_leaves_padded_with_zeros_whatever_the_pace,
          test_restart_amid_padding_forgets_the_frame)
