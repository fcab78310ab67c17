// crc32 against zlib.
#include "Vcrc32.h"
#include "bench.hpp"

static uint32_t crc_by_module(bench<Vcrc32> &b, const bytes &data)
{
    b.dut.clear = 1;
    b.tick();
    b.dut.clear = 0;
    b.dut.step = 1;
    for (uint8_t octet : data) {
        b.dut.data = octet;
        b.tick();
    }
    b.dut.step = 0;
    b.tick();
    return b.dut.crc;
}

START_TEST(test_every_single_byte_gives_zlibs_crc)
{
    bench<Vcrc32> b;
    for (unsigned value = 0; value < 256; value++) {
        bytes data{(uint8_t)value};
        ck_assert_uint_eq(~crc_by_module(b, data), crc_of(data));
    }
}
END_TEST

START_TEST(test_random_frames_give_zlibs_crc)
{
    bench<Vcrc32> b;
    random_source random;
    for (int i = 0; i < 2000; i++) {
        bytes data = random.octets(random.below(1518) + 1);
        ck_assert_uint_eq(~crc_by_module(b, data), crc_of(data));
    }
}
END_TEST

START_TEST(test_frame_with_its_fcs_leaves_the_residue)
{
    bench<Vcrc32> b;
    random_source random;
    for (size_t size = 0; size < 200; size++)
        ck_assert_uint_eq(crc_by_module(b, with_fcs(random.octets(size))), 0xdebb20e3);
}
END_TEST

START_TEST(test_without_step_the_register_holds)
{
    bench<Vcrc32> b;
    uint32_t crc = crc_by_module(b, {1, 2, 3});
    for (int i = 0; i < 10; i++) {
        b.dut.data = (uint8_t)i;
        b.tick();
        ck_assert_uint_eq(b.dut.crc, crc);
    }
}
END_TEST

TEST_MAIN("crc32", test_every_single_byte_gives_zlibs_crc, test_random_frames_give_zlibs_crc,
          test_frame_with_its_fcs_leaves_the_residue, test_without_step_the_register_holds)
