// tx_fcs against zlib: IEEE 802.3 clause 3.2.9.
#include "Vtx_fcs.h"
#include "stream.hpp"

START_TEST(test_random_frames_get_zlibs_crc_low_byte_first)
{
    bench<Vtx_fcs> b;
    b.reset();
    random_source random;
    for (int i = 0; i < 1000; i++) {
        bytes frame = random.octets(random.below(1514) + 1);
        ck_assert_bytes_eq(through(b, frame, i % 5 == 0 ? 4 : 1), with_fcs(frame));
    }
}
END_TEST

START_TEST(test_second_frame_owes_nothing_to_the_first)
{
    bench<Vtx_fcs> b;
    b.reset();
    bytes ones(64, 0xFF), zeros(64, 0);
    ck_assert_bytes_eq(through(b, ones, 1), with_fcs(ones));
    ck_assert_bytes_eq(through(b, zeros, 1), with_fcs(zeros));
    ck_assert_bytes_eq(through(b, ones, 1), with_fcs(ones));
}
END_TEST

START_TEST(test_reset_amid_a_frame_starts_the_sum_anew)
{
    bench<Vtx_fcs> b;
    b.reset();
    b.dut.in_valid = b.dut.out_ready = 1;
    b.dut.in_data = 0x5A;
    for (int i = 0; i < 7; i++)
        b.tick();
    b.reset();
    bytes frame(60, 0x11);
    ck_assert_bytes_eq(through(b, frame, 1), with_fcs(frame));
}
END_TEST

START_TEST(test_jam_is_four_octets_that_are_never_the_fcs_of_what_was_sent)
{
    random_source random;
    for (unsigned sent = 0; sent <= 70; sent++) {
        bench<Vtx_fcs> b;
        b.reset();
        bytes frame = random.octets(100), out;
        b.dut.in_valid = b.dut.out_ready = 1;
        for (unsigned i = 0; i < sent; i++) {
            b.dut.in_data = frame[i];
            b.settle();
            out.push_back(b.dut.out_data);
            b.tick();
        }
        b.dut.out_ready = 0;
        b.dut.jam = 1;
        b.tick();
        b.dut.jam = 0;
        b.dut.out_ready = 1;
        bytes jam;
        for (bool last = false; !last;) {
            b.settle();
            ck_assert(!b.dut.in_ready);
            jam.push_back(b.dut.out_data);
            last = b.dut.out_last;
            b.tick();
        }
        ck_assert_uint_eq(jam.size(), 4);
        bytes right = with_fcs(out);
        ck_assert(bytes(right.end() - 4, right.end()) != jam);
        b.dut.in_valid = 0;
        b.tick();
        ck_assert_bytes_eq(through(b, frame, 1), with_fcs(frame)); /* and the next is right */
    }
}
END_TEST

TEST_MAIN("tx_fcs", test_random_frames_get_zlibs_crc_low_byte_first,
          test_second_frame_owes_nothing_to_the_first, test_reset_amid_a_frame_starts_the_sum_anew,
          test_jam_is_four_octets_that_are_never_the_fcs_of_what_was_sent)
