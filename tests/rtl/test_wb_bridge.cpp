// wb_bridge between clocks of every relation: edges come in random order, so each
// crossing is sampled a clock earlier or later, as metastability would have it.
#include "Vwb_bridge.h"
#include "bench.hpp"

namespace
{

struct bus_access {
    bool write;
    uint32_t address, data;
};

struct crossing {
    VerilatedContext context;
    Vwb_bridge dut{&context};
    random_source random;
    unsigned host_weight, nic_weight;
    std::vector<bus_access> seen; // what the adapter's side did
    uint32_t memory[64] = {};
    unsigned wait_states = 0;

    crossing(unsigned host, unsigned nic) : host_weight(host), nic_weight(nic)
    {
        dut.rst_host = dut.rst_nic = 1;
        for (int i = 0; i < 40; i++)
            edge();
        dut.rst_host = dut.rst_nic = 0;
    }
    // The adapter's side of the bus: a memory that answers when it likes.
    void serve()
    {
        dut.ack_nic = 0;
        if (!dut.cyc_nic || !dut.stb_nic)
            return;
        if (random.below(wait_states + 1))
            return;
        uint32_t index = dut.adr_nic % 64;
        dut.ack_nic = 1;
        dut.rdata_nic = memory[index];
    }
    bool edge() // true: it was the host's
    {
        bool host = random.below(host_weight + nic_weight) < host_weight;
        if (host) {
            dut.clk_host = 1;
            dut.eval();
            dut.clk_host = 0;
        } else {
            serve();
            dut.eval();
            if (dut.cyc_nic && dut.ack_nic) {
                seen.push_back({(bool)dut.we_nic, dut.adr_nic % 64U, dut.wdata_nic});
                if (dut.we_nic)
                    memory[dut.adr_nic % 64] = dut.wdata_nic;
            }
            dut.clk_nic = 1;
            dut.eval();
            dut.clk_nic = 0;
        }
        dut.eval();
        return host;
    }
    void host_edge()
    {
        for (unsigned i = 0; !edge(); i++)
            must(i < 100000);
    }
    uint32_t go(const bus_access &a)
    {
        dut.cyc_host = dut.stb_host = 1;
        dut.we_host = a.write;
        dut.sel_host = 15;
        dut.adr_host = (uint16_t)a.address;
        dut.wdata_host = a.data;
        for (unsigned i = 0; !dut.ack_host; i++) {
            must(i < 100000);
            host_edge();
        }
        uint32_t data = dut.rdata_host;
        host_edge();
        must(!dut.ack_host); /* one answer for one bus_access */
        dut.cyc_host = dut.stb_host = 0;
        return data;
    }
};

const unsigned RELATIONS[][2] = {{1, 1}, {1, 2}, {2, 1}, {1, 20}, {20, 1}, {7, 5}};

} // namespace

START_TEST(test_every_access_happens_once_in_order_and_gets_its_answer)
{
    crossing c(RELATIONS[_i][0], RELATIONS[_i][1]);
    uint32_t expected[64] = {};
    std::vector<bus_access> asked;
    for (int i = 0; i < 5000; i++) {
        c.wait_states = c.random.below(5);
        bus_access a{(bool)c.random.below(2), c.random.below(64), (uint32_t)c.random.engine()};
        asked.push_back(a);
        uint32_t got = c.go(a);
        if (a.write)
            expected[a.address] = a.data;
        else
            must(got == expected[a.address]);
        for (uint32_t pause = c.random.below(4); pause; pause--)
            c.host_edge();
    }
    ck_assert_uint_eq(c.seen.size(), asked.size());
    for (size_t i = 0; i < asked.size(); i++) {
        must(c.seen[i].write == asked[i].write && c.seen[i].address == asked[i].address);
        must(!asked[i].write || c.seen[i].data == asked[i].data);
    }
}
END_TEST

START_TEST(test_access_given_up_is_never_answered_and_the_next_gets_its_own_answer)
{
    crossing c(RELATIONS[_i][0], RELATIONS[_i][1]);
    for (uint32_t i = 0; i < 64; i++)
        c.memory[i] = 1000 + i;
    for (int i = 0; i < 2000; i++) {
        c.wait_states = c.random.below(9);
        c.dut.cyc_host = c.dut.stb_host = 1;
        c.dut.we_host = 0;
        c.dut.adr_host = 5;
        for (uint32_t held = 1 + c.random.below(3); held && !c.dut.ack_host; held--)
            c.host_edge();
        if (c.dut.ack_host)
            c.host_edge();
        c.dut.cyc_host = c.dut.stb_host = 0;
        c.host_edge();
        must(!c.dut.ack_host);
        uint32_t address = 6 + c.random.below(50);
        must(c.go({false, address, 0}) == 1000 + address);
    }
}
END_TEST

START_TEST(test_interrupt_reaches_the_host_and_goes)
{
    crossing c(RELATIONS[_i][0], RELATIONS[_i][1]);
    for (int level : {1, 0, 1, 0}) {
        c.dut.irq_nic = level;
        for (int i = 0; i < 3; i++)
            c.host_edge();
        ck_assert_uint_eq(c.dut.irq_host, level);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wb_bridge");
    for (const TTest *test :
         {test_every_access_happens_once_in_order_and_gets_its_answer,
          test_access_given_up_is_never_answered_and_the_next_gets_its_own_answer,
          test_interrupt_reaches_the_host_and_goes}) {
        TCase *test_case = tcase_create(test->name);
        tcase_set_timeout(test_case, 60);
        tcase_add_loop_test(test_case, test, 0, sizeof RELATIONS / sizeof *RELATIONS);
        suite_add_tcase(suite, test_case);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
