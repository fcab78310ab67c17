// rx_class: exactly one class for each frame (RFC 2819, RFC 3635).
#include "Vrx_class.h"
#include "bench.hpp"

#include "counters.hpp"

namespace
{

struct frame {
    size_t octets;
    bool right = true, whole = true, error = false, accept = true, room = true, tag = false,
         pause = false;
};

unsigned class_of(const frame &f)
{
    bench<Vrx_class> b;
    b.dut.start = 1;
    b.tick();
    b.dut.start = 0;
    b.dut.valid = 1;
    for (size_t i = 0; i < f.octets; i++) {
        b.dut.data = f.tag && i == 12 ? 0x81 : f.tag && i == 13 ? 0x00 : 0x08;
        b.tick();
    }
    b.dut.valid = 0;
    b.dut.right = f.right;
    b.dut.whole = f.whole;
    b.dut.error = f.error;
    b.dut.accept = f.accept;
    b.dut.room = f.room;
    b.dut.is_pause = f.pause;
    b.dut.finish = 1;
    b.tick();
    ck_assert(b.dut.verdict);
    ck_assert_uint_eq(b.dut.delivered, b.dut.class_index == RX_DELIVERED);
    ck_assert_uint_eq(b.dut.keep, b.dut.class_index == RX_DELIVERED);
    return b.dut.class_index;
}

} // namespace

START_TEST(test_length_decides_first)
{
    for (size_t octets : {0, 1, 5, 63}) {
        ck_assert_uint_eq(class_of({octets}), RX_UNDERSIZE);
        ck_assert_uint_eq(class_of({octets, false}), RX_FRAGMENTS);
        ck_assert_uint_eq(class_of({octets, false, false}), RX_FRAGMENTS);
    }
    for (size_t octets : {1519, 1522, 2047, 3000, 5000}) {
        ck_assert_uint_eq(class_of({octets}), RX_OVERSIZE);
        ck_assert_uint_eq(class_of({octets, false}), RX_JABBER);
    }
    for (size_t octets : {64, 65, 1517, 1518})
        ck_assert_uint_eq(class_of({octets}), RX_DELIVERED);
}
END_TEST

START_TEST(test_tagged_frame_may_have_1522_octets)
{
    frame f{1522};
    f.tag = true;
    ck_assert_uint_eq(class_of(f), RX_DELIVERED);
    f.octets = 1523;
    ck_assert_uint_eq(class_of(f), RX_OVERSIZE);
}
END_TEST

START_TEST(test_every_combination_has_the_one_class_of_the_first_cause)
{
    for (int bits = 0; bits < 64; bits++) {
        frame f{64};
        f.error = bits & 1;
        f.right = bits & 2;
        f.whole = bits & 4;
        f.accept = bits & 8;
        f.room = bits & 16;
        f.pause = bits & 32;
        unsigned expected = f.error                ? RX_SYMBOL_ERRORS
                            : !f.right && f.whole  ? RX_FCS_ERRORS
                            : !f.right && !f.whole ? RX_ALIGNMENT_ERRORS
                            : f.pause              ? RX_PAUSE
                            : !f.accept            ? RX_FILTERED
                            : !f.room              ? RX_RING_FULL
                                                   : RX_DELIVERED;
        ck_assert_uint_eq(class_of(f), expected);
    }
}
END_TEST

START_TEST(test_dribble_with_right_fcs_is_delivered)
{
    frame f{64};
    f.whole = false;
    ck_assert_uint_eq(class_of(f), RX_DELIVERED);
}
END_TEST

START_TEST(test_errors_on_request_are_kept_and_marked_from_18_to_2046_octets)
{
    for (size_t octets : {17, 18, 63, 64, 1518, 1519, 2046, 2047, 3000})
        for (int bits = 0; bits < 8; bits++) {
            bench<Vrx_class> b;
            b.dut.start = 1;
            b.tick();
            b.dut.start = 0;
            b.dut.valid = 1;
            for (size_t i = 0; i < octets; i++)
                b.tick();
            b.dut.valid = 0;
            b.dut.finish = b.dut.whole = b.dut.want_errors = 1;
            b.dut.accept = false; /* does not matter then */
            b.dut.error = bits & 1;
            b.dut.right = (bits & 2) != 0;
            b.dut.room = (bits & 4) != 0;
            b.tick();
            bool length = octets < 64 || octets > 1518;
            bool wrong = length || (bits & 1) || !(bits & 2);
            ck_assert_uint_eq(b.dut.keep, wrong && (bits & 4) && octets >= 18 && octets <= 2046);
            ck_assert_uint_eq(b.dut.bad_length, length);
            ck_assert_uint_eq(b.dut.bad_symbol, bits & 1);
            ck_assert_uint_eq(b.dut.bad_fcs, !(bits & 2));
            ck_assert(!b.dut.delivered);
        }
}
END_TEST

TEST_MAIN("rx_class", test_length_decides_first, test_tagged_frame_may_have_1522_octets,
          test_every_combination_has_the_one_class_of_the_first_cause,
          test_dribble_with_right_fcs_is_delivered,
          test_errors_on_request_are_kept_and_marked_from_18_to_2046_octets)
