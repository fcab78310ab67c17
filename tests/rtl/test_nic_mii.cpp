// The adapter with MII: nibbles with the PHY's clocks (IEEE 802.3 clause 22.2).
#include <deque>

#include "Vnic_mii.h"
#include "lines.hpp"

namespace
{

struct mii : adapter_on_lines<Vnic_mii> {
    std::vector<bytes> sent;
    std::deque<int> arriving; // bytes, -1 for silence
    bytes now;
    unsigned nibbles = 0, low = 0, silence = 100, half = 0;

    mii(uint64_t clk_ps, uint64_t tx_ps, uint64_t rx_ps)
    {
        sides.push_back({&dut.clk, clk_ps, 0, nullptr});
        sides.push_back({&dut.mii_tx_clk, tx_ps, 7, [this] { sample(); }});
        sides.push_back({&dut.mii_rx_clk, rx_ps, 13, [this] { offer(); }});
        dut.rst = dut.rst_tx = dut.rst_rx = 1;
        for (int i = 0; i < 12; i++)
            edge();
        dut.rst = dut.rst_tx = dut.rst_rx = 0;
        start();
    }
    // What the PHY sees at TX_CLK's edge.
    void sample()
    {
        if (!dut.mii_tx_en) {
            must(dut.mii_txd == 0);
            silence++;
            if (nibbles != 0) {
                must(nibbles % 2 == 0);
                sent.push_back(now);
                now.clear();
                nibbles = 0;
                silence = 1;
            }
            return;
        }
        if (nibbles == 0)
            must(silence >= 24);
        if (nibbles++ % 2 == 0)
            low = dut.mii_txd;
        else
            now.push_back((uint8_t)(low | dut.mii_txd << 4));
    }
    void offer()
    {
        dut.mii_rx_dv = !arriving.empty() && arriving.front() >= 0;
        dut.mii_rxd = dut.mii_rx_dv ? arriving.front() >> 4 * half & 15 : 0;
        half ^= !arriving.empty();
        if (half == 0 && !arriving.empty())
            arriving.pop_front();
    }
};

} // namespace

START_TEST(test_frames_go_both_ways_whatever_the_clocks)
{
    const uint64_t CLOCKS[][3] = {
        {20000, 40000, 40000}, {20000, 40004, 39996}, {20000, 39996, 40004},
        {33000, 40000, 39996}, {8000, 40001, 40002},  {20000, 400000, 400040},
    };
    for (auto &c : CLOCKS) {
        mii m(c[0], c[1], c[2]);
        both_ways(m, m.sent, m.arriving, c[1] > 100000 ? 10 : 60);
    }
}
END_TEST

TEST_MAIN("nic_mii", test_frames_go_both_ways_whatever_the_clocks)
