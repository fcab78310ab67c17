// A PHY's management side, from IEEE 802.3 clause 22.2.4.
#ifndef TESTS_RTL_PHY_HPP
#define TESTS_RTL_PHY_HPP

#include <cstdint>

// Samples MDIO at each rising edge of MDC, answers reads after the turnaround.
struct phy {
    uint16_t registers[32] = {};
    unsigned address = 3, ones = 0, bits = 0;
    uint32_t frame = 0;
    bool in_frame = false, out = true, mdc = false;

    bool step(bool clock, bool level)
    {
        bool rising = clock && !mdc;
        mdc = clock;
        if (!rising)
            return out;
        if (!in_frame) {
            if (!level && ones >= 32) {
                in_frame = true;
                bits = 1;
                frame = 0;
            }
            ones = level ? ones + 1 : 0;
            return out;
        }
        frame = frame << 1 | level;
        bits++;
        unsigned op = frame >> (bits - 4) & 3, target = bits >= 9 ? frame >> (bits - 9) & 31 : 99;
        bool mine = bits >= 14 && target == address;
        unsigned index = bits >= 14 ? frame >> (bits - 14) & 31 : 0;
        out = true;
        if (mine && op == 2 && bits >= 15 && bits < 32) /* the bit for the next edge */
            out = bits == 15 ? false : registers[index] >> (31 - bits) & 1;
        if (bits == 32) {
            if (mine && op == 1)
                registers[index] = (uint16_t)frame;
            in_frame = false;
            ones = 0;
        }
        return out;
    }
};

#endif
