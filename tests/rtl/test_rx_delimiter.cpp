// rx_delimiter: IEEE 802.3 clauses 3.2.2 and 4.2.4.1.
#include "Vrx_delimiter.h"
#include "bench.hpp"

namespace
{

struct receiver {
    bench<Vrx_delimiter> b;
    bytes data;
    unsigned starts = 0, ends = 0, false_carriers = 0;
    bool whole = false, error = false;

    receiver()
    {
        b.reset();
        b.dut.enable = 1;
    }
    void tick()
    {
        b.settle();
        starts += b.dut.out_start;
        false_carriers += b.dut.false_carrier;
        if (b.dut.out_valid)
            data.push_back(b.dut.out_data);
        if (b.dut.out_end) {
            ends++;
            whole = b.dut.out_whole;
            error = b.dut.out_error;
        }
        b.tick();
    }
    // Carrier with these dibits, then silence.
    void frame(const std::vector<int> &dibits, int error_at = -1, unsigned pause = 1)
    {
        data.clear();
        b.dut.in_carrier = 1;
        for (size_t i = 0; i < dibits.size(); i++)
            for (unsigned clock = 0; clock < pause; clock++) {
                b.dut.in_valid = clock + 1 == pause;
                b.dut.in_symbol = dibits[i];
                b.dut.in_error = (int)i == error_at;
                tick();
            }
        b.dut.in_carrier = b.dut.in_valid = b.dut.in_error = 0;
        for (int i = 0; i < 4; i++)
            tick();
    }
};

void append(std::vector<int> &dibits, const bytes &data)
{
    for (uint8_t octet : data)
        for (int i = 0; i < 4; i++)
            dibits.push_back(octet >> 2 * i & 3);
}

// `preamble` dibits 01, the delimiter's last two dibits 01 11, then data.
std::vector<int> line_of(size_t preamble, const bytes &data, size_t zeros = 0)
{
    std::vector<int> dibits(zeros, 0);
    dibits.insert(dibits.end(), preamble, 1);
    dibits.push_back(3);
    append(dibits, data);
    return dibits;
}

} // namespace

START_TEST(test_any_length_of_preamble_will_do)
{
    random_source random;
    for (size_t preamble = 2; preamble <= 90; preamble++) {
        receiver r;
        bytes data = random.octets(64);
        r.frame(line_of(preamble, data));
        ck_assert_bytes_eq(r.data, data);
        ck_assert_uint_eq(r.starts, 1);
        ck_assert_uint_eq(r.ends, 1);
        ck_assert(r.whole && !r.error);
    }
}
END_TEST

START_TEST(test_zeros_before_the_preamble_are_passed_over)
{
    random_source random;
    for (size_t zeros = 0; zeros < 10; zeros++) {
        receiver r;
        bytes data = random.octets(64);
        r.frame(line_of(31, data, zeros), -1, zeros % 2 ? 10 : 1);
        ck_assert_bytes_eq(r.data, data);
    }
}
END_TEST

START_TEST(test_carrier_without_delimiter_is_false_carrier_and_no_frame)
{
    for (int dibit = 0; dibit < 4; dibit++) {
        receiver r;
        r.frame(std::vector<int>(40, dibit));
        ck_assert_uint_eq(r.starts + r.ends, 0);
        ck_assert_uint_eq(r.false_carriers, 1);
        ck_assert(r.data.empty());
    }
}
END_TEST

START_TEST(test_dribble_dibits_are_cut_off_and_told)
{
    random_source random;
    for (size_t extra = 1; extra <= 3; extra++) {
        receiver r;
        bytes data = random.octets(64);
        std::vector<int> dibits = line_of(31, data);
        dibits.insert(dibits.end(), extra, 2);
        r.frame(dibits);
        ck_assert_bytes_eq(r.data, data);
        ck_assert(!r.whole);
        r.frame(line_of(31, data)); /* the next owes nothing to it */
        ck_assert_bytes_eq(r.data, data);
        ck_assert(r.whole);
    }
}
END_TEST

START_TEST(test_error_within_the_frame_is_told_and_forgotten)
{
    receiver r;
    bytes data(64, 0x5A);
    r.frame(line_of(31, data), 40);
    ck_assert(r.error);
    r.frame(line_of(31, data), 5); /* in the preamble: no matter */
    ck_assert(!r.error);
    ck_assert_uint_eq(r.ends, 2);
}
END_TEST

START_TEST(test_enable_is_looked_at_when_carrier_comes)
{
    receiver r;
    bytes data(64, 1);
    r.b.dut.enable = 0;
    std::vector<int> dibits = line_of(31, data);
    r.b.dut.in_carrier = r.b.dut.in_valid = 1;
    for (size_t i = 0; i < dibits.size(); i++) {
        r.b.dut.in_symbol = dibits[i];
        r.b.dut.enable = i > 10; /* too late for this one */
        r.tick();
    }
    r.b.dut.in_carrier = r.b.dut.in_valid = 0;
    r.tick();
    r.tick();
    ck_assert_uint_eq(r.starts + r.ends + r.false_carriers, 0);
    r.frame(dibits);
    ck_assert_bytes_eq(r.data, data);
}
END_TEST

TEST_MAIN("rx_delimiter", test_any_length_of_preamble_will_do,
          test_zeros_before_the_preamble_are_passed_over,
          test_carrier_without_delimiter_is_false_carrier_and_no_frame,
          test_dribble_dibits_are_cut_off_and_told,
          test_error_within_the_frame_is_told_and_forgotten,
          test_enable_is_looked_at_when_carrier_comes)
