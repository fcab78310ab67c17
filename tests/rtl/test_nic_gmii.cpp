// The adapter with GMII: a byte each clock of 125 MHz (IEEE 802.3 clause 35.2).
#include <deque>

#include "Vnic_gmii.h"
#include "lines.hpp"

namespace
{

struct gmii : adapter_on_lines<Vnic_gmii> {
    std::vector<bytes> sent;
    std::deque<int> arriving; // bytes, -1 for silence
    bytes now;
    unsigned silence = 100;

    explicit gmii(uint64_t rx_ps)
    {
        sides.push_back({&dut.clk, 8000000, 0, [this] { sample(); }}); /* femtoseconds here */
        sides.push_back({&dut.gmii_rx_clk, rx_ps, 1300, [this] { offer(); }});
        dut.rst = dut.rst_rx = 1;
        for (int i = 0; i < 12; i++)
            edge();
        dut.rst = dut.rst_rx = 0;
        start();
    }
    void sample()
    {
        if (dut.gmii_tx_en) {
            if (now.empty())
                must(silence >= 12);
            now.push_back(dut.gmii_txd);
            silence = 0;
            return;
        }
        must(dut.gmii_txd == 0);
        silence++;
        if (!now.empty())
            sent.push_back(now);
        now.clear();
    }
    void offer()
    {
        dut.gmii_rx_dv = !arriving.empty() && arriving.front() >= 0;
        dut.gmii_rxd = dut.gmii_rx_dv ? (uint8_t)arriving.front() : 0;
        if (!arriving.empty())
            arriving.pop_front();
    }
};

} // namespace

START_TEST(test_frames_go_both_ways_with_clocks_apart_by_100_ppm_each)
{
    for (uint64_t rx : {8000000, 7998400, 8001600}) {
        gmii g(rx);
        both_ways(g, g.sent, g.arriving, 60);
    }
}
END_TEST

TEST_MAIN("nic_gmii", test_frames_go_both_ways_with_clocks_apart_by_100_ppm_each)
