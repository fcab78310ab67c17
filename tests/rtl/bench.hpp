// What the benches of Verilated modules share: a clock, random bytes by seed,
// frames with zlib's CRC as the oracle, and libcheck's main().
//
// A bench sets the inputs, then calls tick(): the clock rises once. Outputs are
// read before the tick that acts on them, as a register in the design would.
#ifndef TESTS_RTL_BENCH_HPP
#define TESTS_RTL_BENCH_HPP

#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <vector>
#include <zlib.h>

#include "test.h"
#include "verilated.h"

using bytes = std::vector<uint8_t>;

template <class Module> struct bench {
    VerilatedContext context;
    Module dut{&context};

    void settle()
    {
        dut.clk = 0;
        dut.eval();
    }
    void tick()
    {
        settle();
        dut.clk = 1;
        dut.eval();
        settle();
    }
    void reset()
    {
        dut.rst = 1;
        tick();
        tick();
        dut.rst = 0;
        settle();
    }
};

struct random_source {
    uint64_t seed = test_seed(1);
    std::mt19937_64 engine{seed};

    uint32_t below(uint32_t limit)
    {
        return (uint32_t)(engine() % limit);
    }
    bytes octets(size_t count)
    {
        bytes result(count);
        for (uint8_t &octet : result)
            octet = (uint8_t)engine();
        return result;
    }
};

inline uint32_t crc_of(const bytes &data)
{
    return (uint32_t)crc32(0, data.data(), (uInt)data.size());
}

// The frame check sequence, low byte first.
inline bytes with_fcs(bytes frame)
{
    uint32_t crc = crc_of(frame);
    for (int i = 0; i < 4; i++)
        frame.push_back((uint8_t)(crc >> 8 * i));
    return frame;
}

inline bytes padded(bytes frame)
{
    if (frame.size() < 60)
        frame.resize(60, 0);
    return frame;
}

// As it leaves: seven octets of preamble, the delimiter, the frame, its FCS.
inline bytes on_the_line(const bytes &frame)
{
    bytes line(7, 0x55);
    line.push_back(0xd5);
    bytes rest = with_fcs(padded(frame));
    line.insert(line.end(), rest.begin(), rest.end());
    return line;
}

// For what is checked every clock: ck_assert tells libcheck's parent each time it
// passes, which is slower than the simulation.
#define must(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            ck_abort_msg("not so: %s", #condition);                                                \
    } while (0)

#define ck_assert_bytes_eq(got, expected)                                                          \
    do {                                                                                           \
        const bytes &g = (got), &e = (expected);                                                   \
        size_t at = 0;                                                                             \
        while (at < g.size() && at < e.size() && g[at] == e[at])                                   \
            at++;                                                                                  \
        ck_assert_msg(g == e, "%zu bytes, expected %zu; differ at %zu", g.size(), e.size(), at);   \
    } while (0)

#endif
