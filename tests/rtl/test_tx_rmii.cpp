// tx_rmii: dibits low one first, one or ten clocks each (RMII specification 1.2).
#include "Vtx_rmii.h"
#include "bench.hpp"

// Sends `data`, and gives each clock's {TX_EN, TXD} as TX_EN << 2 | TXD.
static std::vector<int> send(const bytes &data, bool fast)
{
    bench<Vtx_rmii> b;
    b.dut.fast = fast;
    b.reset();
    std::vector<int> pins;
    size_t at = 0;
    b.dut.run = 1;
    for (size_t clock = 0; clock < (data.size() + 3) * (fast ? 4 : 40); clock++) {
        b.dut.in_valid = at < data.size();
        b.dut.in_data = at < data.size() ? data[at] : 0xEE;
        b.settle();
        bool taken = b.dut.in_valid && b.dut.in_ready;
        b.tick();
        at += taken;
        pins.push_back(b.dut.rmii_tx_en << 2 | b.dut.rmii_txd);
    }
    return pins;
}

static void check(bool fast)
{
    random_source random;
    bytes data = random.octets(100);
    std::vector<int> pins = send(data, fast), expected;
    for (uint8_t octet : data)
        for (int dibit = 0; dibit < 4; dibit++)
            expected.insert(expected.end(), fast ? 1 : 10, 4 | (octet >> 2 * dibit & 3));
    expected.resize(pins.size(), 0); /* then TX_EN low and TXD 00 */
    ck_assert(pins == expected);
}

START_TEST(test_at_100_a_dibit_takes_one_clock)
{
    check(true);
}
END_TEST

START_TEST(test_at_10_a_dibit_takes_ten_clocks)
{
    check(false);
}
END_TEST

START_TEST(test_reset_amid_a_byte_lowers_tx_en_at_once)
{
    bench<Vtx_rmii> b;
    b.dut.fast = 1;
    b.reset();
    b.dut.run = b.dut.in_valid = 1;
    b.dut.in_data = 0xFF;
    b.tick();
    b.tick();
    ck_assert(b.dut.rmii_tx_en);
    b.dut.rst = 1;
    b.tick();
    ck_assert(!b.dut.rmii_tx_en);
    ck_assert_uint_eq(b.dut.rmii_txd, 0);
}
END_TEST

TEST_MAIN("tx_rmii", test_at_100_a_dibit_takes_one_clock, test_at_10_a_dibit_takes_ten_clocks,
          test_reset_amid_a_byte_lowers_tx_en_at_once)
