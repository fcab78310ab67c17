// rx_fcs against zlib, and the multicast bin against a bitwise CRC of its own.
#include "Vrx_fcs.h"
#include "bench.hpp"

static void feed(bench<Vrx_fcs> &b, const bytes &data)
{
    b.dut.start = 1;
    b.tick();
    b.dut.start = 0;
    b.dut.valid = 1;
    for (uint8_t octet : data) {
        b.dut.data = octet;
        b.tick();
    }
    b.dut.valid = 0;
    b.settle();
}

START_TEST(test_right_fcs_is_right_for_every_length)
{
    bench<Vrx_fcs> b;
    random_source random;
    for (size_t size = 1; size <= 1518; size++) {
        feed(b, with_fcs(random.octets(size)));
        ck_assert(b.dut.right);
    }
}
END_TEST

START_TEST(test_every_single_bit_error_of_a_64_byte_frame_is_seen)
{
    bench<Vrx_fcs> b;
    random_source random;
    bytes frame = with_fcs(random.octets(60));
    for (size_t bit = 0; bit < 8 * frame.size(); bit++) {
        bytes bad = frame;
        bad[bit / 8] ^= (uint8_t)(1 << bit % 8);
        feed(b, bad);
        ck_assert(!b.dut.right);
    }
}
END_TEST

START_TEST(test_bursts_up_to_32_bits_are_seen)
{
    bench<Vrx_fcs> b;
    random_source random;
    bytes frame = with_fcs(random.octets(60));
    for (int i = 0; i < 20000; i++) {
        bytes bad = frame;
        unsigned width = random.below(32) + 1, at = random.below(512 - width);
        for (unsigned bit = 0; bit < width; bit++) /* the ends are always wrong */
            if (bit == 0 || bit == width - 1 || random.below(2))
                bad[(at + bit) / 8] ^= (uint8_t)(1 << (at + bit) % 8);
        feed(b, bad);
        ck_assert_msg(!b.dut.right, "burst of %u bits at %u", width, at);
    }
}
END_TEST

START_TEST(test_bin_is_the_top_of_the_unreflected_register)
{
    bench<Vrx_fcs> b;
    random_source random;
    for (int i = 0; i < 1000; i++) {
        bytes address = random.octets(6);
        uint32_t crc = 0xFFFFFFFF; /* bit by bit, as the clause is written */
        for (uint8_t octet : address)
            for (int bit = 0; bit < 8; bit++)
                crc = crc << 1 ^ ((crc >> 31 ^ (octet >> bit & 1)) ? 0x04C11DB7 : 0);
        feed(b, address);
        ck_assert_uint_eq(b.dut.bin, crc >> 26);
    }
}
END_TEST

TEST_MAIN("rx_fcs", test_right_fcs_is_right_for_every_length,
          test_every_single_bit_error_of_a_64_byte_frame_is_seen,
          test_bursts_up_to_32_bits_are_seen, test_bin_is_the_top_of_the_unreflected_register)
