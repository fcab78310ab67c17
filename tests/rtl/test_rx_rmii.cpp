// rx_rmii: what CRS_DV and RXD say (RMII specification 1.2).
#include "Vrx_rmii.h"
#include "bench.hpp"

namespace
{

struct pin {
    int dibit;
    bool valid;
    bool error;
};

struct line {
    bench<Vrx_rmii> b;
    std::vector<int> dibits; // dibit | error << 2
    unsigned frames = 0;     // times that carrier ended

    explicit line(bool fast)
    {
        b.dut.fast = fast;
        b.reset();
    }
    void run(const std::vector<pin> &pins)
    {
        unsigned clocks = b.dut.fast ? 1 : 10;
        for (const pin &p : pins)
            for (unsigned i = 0; i < clocks; i++) {
                b.dut.rmii_rxd = p.dibit;
                b.dut.rmii_crs_dv = p.valid;
                b.dut.rmii_rx_er = p.error;
                b.settle();
                bool carrier = b.dut.out_carrier;
                if (b.dut.out_valid)
                    dibits.push_back(b.dut.out_dibit | b.dut.out_error << 2);
                b.tick();
                frames += carrier && !b.dut.out_carrier;
            }
    }
    void quiet(unsigned dibit_times)
    {
        run(std::vector<pin>(dibit_times, pin{0, false, false}));
    }
};

std::vector<pin> pins_of(const std::vector<int> &data)
{
    std::vector<pin> pins;
    for (int dibit : data)
        pins.push_back({dibit, true, false});
    return pins;
}

std::vector<int> some_dibits(size_t count)
{
    random_source random;
    std::vector<int> data;
    for (size_t i = 0; i < count; i++)
        data.push_back((int)random.below(4));
    return data;
}

} // namespace

START_TEST(test_plain_frame_gives_its_dibits_and_ends)
{
    for (bool fast : {true, false}) {
        line l(fast);
        std::vector<int> data = some_dibits(101);
        l.run(pins_of(data));
        l.quiet(3);
        ck_assert(l.dibits == data);
        ck_assert_uint_eq(l.frames, 1);
        ck_assert(l.b.dut.quiet);
    }
}
END_TEST

/* Carrier ends while the PHY still holds `held` dibits: low on the first dibit of
 * each nibble, high on the second. */
START_TEST(test_dibits_held_after_carrier_are_received_in_every_phase)
{
    for (bool fast : {true, false})
        for (size_t held = 0; held <= 16; held += 2) {
            line l(fast);
            std::vector<int> data = some_dibits(64);
            std::vector<pin> pins = pins_of(data);
            for (size_t i = data.size() - held; i < data.size(); i++)
                pins[i].valid = (i & 1) != 0;
            l.run(pins);
            l.quiet(3);
            ck_assert(l.dibits == data);
            ck_assert_uint_eq(l.frames, 1);
        }
}
END_TEST

START_TEST(test_two_lows_in_a_row_end_the_frame)
{
    line l(true);
    l.run(pins_of({1, 1, 3}));
    l.quiet(2);
    l.run(pins_of({1, 2}));
    l.quiet(3);
    ck_assert_uint_eq(l.frames, 2);
    ck_assert(l.dibits == (std::vector<int>{1, 1, 3, 1, 2}));
}
END_TEST

START_TEST(test_error_goes_with_its_dibit)
{
    line l(true);
    l.run({{1, true, false}, {2, true, true}, {3, true, false}});
    l.quiet(3);
    ck_assert(l.dibits == (std::vector<int>{1, 2 | 4, 3}));
}
END_TEST

START_TEST(test_error_without_carrier_is_nothing)
{
    line l(true);
    l.run({{2, false, true}, {1, false, true}, {0, false, false}});
    ck_assert(l.dibits.empty());
    ck_assert_uint_eq(l.frames, 0);
}
END_TEST

TEST_MAIN("rx_rmii", test_plain_frame_gives_its_dibits_and_ends,
          test_dibits_held_after_carrier_are_received_in_every_phase,
          test_two_lows_in_a_row_end_the_frame, test_error_goes_with_its_dibit,
          test_error_without_carrier_is_nothing)
