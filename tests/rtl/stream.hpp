// A byte stream of the transmit path: feeds in_*, takes out_* with a ready that
// comes and goes.
#ifndef TESTS_RTL_STREAM_HPP
#define TESTS_RTL_STREAM_HPP

#include "bench.hpp"

// Tells a module that wants to know the number of the byte that it offers.
template <class Module>
auto tell_index(Module &dut, size_t index, int) -> decltype((void)(dut.index = (uint16_t)index))
{
    dut.index = (uint16_t)index;
}
template <class Module> void tell_index(Module &, size_t, long)
{
}

// Sends `frame` through the module and gives what leaves it, to out_last.
// ready comes once in `period` clocks, as the line asks for bytes.
template <class Module> bytes through(bench<Module> &b, const bytes &frame, unsigned period)
{
    bytes out;
    size_t at = 0;
    for (unsigned clock = 0; clock < 40000; clock++) {
        tell_index(b.dut, out.size(), 0);
        b.dut.in_valid = at < frame.size();
        b.dut.in_data = at < frame.size() ? frame[at] : 0xEE;
        b.dut.in_last = at + 1 == frame.size();
        b.dut.out_ready = clock % period == 0;
        b.settle();
        bool taken = b.dut.in_valid && b.dut.in_ready, given = b.dut.out_valid && b.dut.out_ready;
        bool last = b.dut.out_last;
        if (given)
            out.push_back(b.dut.out_data);
        b.tick();
        at += taken;
        if (given && last)
            break;
    }
    b.dut.in_valid = 0;
    b.dut.out_ready = 0;
    b.settle();
    return out;
}

#endif
