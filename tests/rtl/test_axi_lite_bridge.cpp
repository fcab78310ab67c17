// axi_lite_bridge between a host that offers and takes when it likes, and a memory that answers
// when it likes: what AXI4-Lite (ARM IHI 0022, A3.2 and B1) and Wishbone B4 ask of both sides.
#include "Vaxi_lite_bridge.h"
#include "bench.hpp"

#include <deque>

namespace
{

enum { WORDS = 64 };

struct write_access {
    uint32_t word, data;
    uint8_t lanes;
};

uint32_t merged(uint32_t old, const write_access &access)
{
    uint32_t mask = 0;
    for (unsigned lane = 0; lane < 4; lane++)
        mask |= access.lanes >> lane & 1 ? 0xffu << 8 * lane : 0;
    return (old & ~mask) | (access.data & mask);
}

// A memory on Wishbone behind the bridge, and the host's five channels before it. Each `_odds`
// is how many cycles of ten the host offers or takes in.
struct host : bench<Vaxi_lite_bridge> {
    random_source random;
    uint32_t memory[WORDS] = {}, expected[WORDS] = {};
    std::deque<write_access> addresses, data; // not yet taken by the bridge
    std::deque<uint32_t> reads;               // words
    unsigned writes_out = 0, reads_out = 0, written = 0, read = 0;
    unsigned offer_odds = 10, take_odds = 10, answer_odds = 10;
    unsigned accesses = 0;
    uint32_t wanted = 0; // what the read that is out must bring

    host()
    {
        reset();
    }
    bool lucky(unsigned odds)
    {
        return random.below(10) < odds;
    }
    void write(uint32_t word, uint32_t value, uint8_t lanes)
    {
        addresses.push_back({word, value, lanes});
        data.push_back({word, value, lanes});
    }
    // What was offered stays offered, unchanged, until it is taken.
    void offer()
    {
        dut.s_awvalid = dut.s_awvalid || (!addresses.empty() && lucky(offer_odds));
        dut.s_wvalid = dut.s_wvalid || (!data.empty() && lucky(offer_odds));
        dut.s_arvalid = dut.s_arvalid || (!reads.empty() && lucky(offer_odds));
        if (dut.s_awvalid)
            dut.s_awaddr = (uint16_t)(addresses.front().word * 4);
        if (dut.s_wvalid) {
            dut.s_wdata = data.front().data;
            dut.s_wstrb = data.front().lanes;
        }
        if (dut.s_arvalid)
            dut.s_araddr = (uint16_t)(reads.front() * 4);
        dut.s_bready = lucky(take_odds);
        dut.s_rready = lucky(take_odds);
    }
    void serve()
    {
        dut.wb_ack = dut.wb_cyc && dut.wb_stb && lucky(answer_odds);
        must(dut.wb_cyc == dut.wb_stb);
        if (!dut.wb_ack)
            return;
        accesses++;
        dut.wb_rdata = memory[dut.wb_adr % WORDS];
        if (dut.wb_we)
            memory[dut.wb_adr % WORDS] =
                merged(memory[dut.wb_adr % WORDS], {dut.wb_adr, dut.wb_wdata, dut.wb_sel});
    }
    void cycle()
    {
        offer();
        settle();
        serve();
        settle();
        bool b = dut.s_bvalid && dut.s_bready, r = dut.s_rvalid && dut.s_rready;
        if (r) {
            must(reads_out == 1 && dut.s_rresp == 0 && dut.s_rdata == wanted);
            reads_out--;
            read++;
        }
        if (b) {
            must(writes_out == 1 && dut.s_bresp == 0);
            writes_out--;
            written++;
        }
        bool aw = dut.s_awvalid && dut.s_awready, w = dut.s_wvalid && dut.s_wready;
        bool ar = dut.s_arvalid && dut.s_arready;
        must(aw == w);
        if (aw) {
            expected[addresses.front().word] =
                merged(expected[addresses.front().word], addresses.front());
            addresses.pop_front();
            data.pop_front();
            writes_out++;
        }
        if (ar) {
            wanted = expected[reads.front()];
            reads.pop_front();
            reads_out++;
        }
        bool held_r = dut.s_rvalid && !r, held_b = dut.s_bvalid && !b;
        uint32_t held = dut.s_rdata;
        tick();
        must(!held_r || (dut.s_rvalid && dut.s_rdata == held));
        must(!held_b || dut.s_bvalid);
        dut.s_awvalid = dut.s_awvalid && !aw;
        dut.s_wvalid = dut.s_wvalid && !w;
        dut.s_arvalid = dut.s_arvalid && !ar;
    }
};

} // namespace

START_TEST(test_every_access_happens_once_and_is_answered_whoever_waits)
{
    static const unsigned ODDS[][3] = {
        {10, 10, 10}, {3, 10, 10}, {10, 3, 10}, {10, 10, 3}, {5, 5, 5}};
    host h;
    h.offer_odds = ODDS[_i][0];
    h.take_odds = ODDS[_i][1];
    h.answer_odds = ODDS[_i][2];
    unsigned asked_writes = 0, asked_reads = 0;
    for (int i = 0; i < 20000; i++) {
        if (h.random.below(8) == 0) {
            h.write(h.random.below(WORDS), (uint32_t)h.random.engine(),
                    (uint8_t)h.random.below(16));
            asked_writes++;
        }
        if (h.random.below(8) == 0) {
            h.reads.push_back(h.random.below(WORDS));
            asked_reads++;
        }
        h.cycle();
    }
    for (int i = 0; i < 100000 && h.written + h.read < asked_writes + asked_reads; i++)
        h.cycle();
    ck_assert_uint_eq(h.written, asked_writes);
    ck_assert_uint_eq(h.read, asked_reads);
    ck_assert_uint_eq(h.accesses, asked_writes + asked_reads);
    ck_assert_mem_eq(h.memory, h.expected, sizeof h.memory);
}
END_TEST

START_TEST(test_read_and_write_that_both_wait_take_turns)
{
    host h;
    for (uint32_t i = 0; i < 100; i++) {
        h.write(i % WORDS, i, 15);
        h.reads.push_back(i % WORDS);
    }
    for (int i = 0; i < 2000; i++) {
        h.cycle();
        unsigned ahead = h.written > h.read ? h.written - h.read : h.read - h.written;
        ck_assert_uint_le(ahead, 1);
    }
    ck_assert_uint_eq(h.written + h.read, 200);
}
END_TEST

START_TEST(test_reset_in_an_access_leaves_nothing_of_it)
{
    host h;
    h.answer_odds = 0;
    h.reads.push_back(1);
    for (int i = 0; i < 5; i++)
        h.cycle();
    ck_assert_uint_eq(h.dut.wb_cyc, 1);
    h.reset();
    ck_assert_uint_eq(h.dut.wb_cyc | h.dut.s_rvalid | h.dut.s_bvalid, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("axi_lite_bridge");
    TCase *test_case = tcase_create("axi_lite_bridge");
    tcase_set_timeout(test_case, 60);
    tcase_add_loop_test(test_case, test_every_access_happens_once_and_is_answered_whoever_waits, 0,
                        5);
    tcase_add_test(test_case, test_read_and_write_that_both_wait_take_turns);
    tcase_add_test(test_case, test_reset_in_an_access_leaves_nothing_of_it);
    suite_add_tcase(suite, test_case);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
