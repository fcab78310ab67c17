// An adapter with a line in other clocks than its own: a host on the bus, and a
// clock for each side that rises at its own times.
#ifndef TESTS_RTL_LINES_HPP
#define TESTS_RTL_LINES_HPP

#include <deque>
#include <functional>

#include "bench.hpp"
#include "nic_registers.h"

const bytes OWN = {0x02, 0x4C, 0x41, 0x4E, 0x54, 0x01};

struct side {
    CData *clock;
    uint64_t period_ps, next_ps;
    std::function<void()> before; // sets the inputs that this edge samples
};

template <class Module> struct adapter_on_lines {
    enum { TX_RING = 4096, RX_RING = 8192 };
    VerilatedContext context;
    Module dut{&context};
    std::vector<side> sides; // the first is the adapter's own
    uint32_t tx_head = 0, rx_tail = 0;

    // One edge: whichever side is next.
    side &edge()
    {
        side *first = &sides[0];
        for (side &s : sides)
            if (s.next_ps < first->next_ps)
                first = &s;
        if (first->before)
            first->before();
        dut.eval();
        *first->clock = 1;
        dut.eval();
        *first->clock = 0;
        dut.eval();
        first->next_ps += first->period_ps;
        return *first;
    }
    void tick() // of the adapter's clock
    {
        while (&edge() != &sides[0]) {
        }
    }
    uint32_t access(uint32_t address, bool we, uint32_t data)
    {
        dut.wb_cyc = dut.wb_stb = 1;
        dut.wb_we = we;
        dut.wb_sel = 15;
        dut.wb_adr = (uint16_t)(address >> 2);
        dut.wb_wdata = data;
        for (int wait = 0; !dut.wb_ack; wait++) {
            must(wait < 200);
            tick();
        }
        uint32_t value = dut.wb_rdata;
        dut.wb_cyc = dut.wb_stb = 0;
        tick();
        return value;
    }
    void start()
    {
        for (int i = 0; i < 4; i++)
            tick();
        for (uint32_t i = 0; i < 6; i++)
            access(NIC_FILTER_0 + 4 * i, true, 0x01010101U * OWN[i]);
        access(NIC_CONTROL, true,
               NIC_CONTROL_TX_ENABLE | NIC_CONTROL_RX_ENABLE | NIC_CONTROL_FULL_DUPLEX);
    }
    static uint32_t record_size(size_t length)
    {
        return (uint32_t)(6 + length + 3) & ~3U;
    }
    bool send(const bytes &frame)
    {
        uint32_t tail = access(NIC_TX_POSITION, false, 0) >> NIC_TX_POSITION_TAIL_LSB;
        if (TX_RING - ((tx_head - tail) & (2 * TX_RING - 1)) < record_size(frame.size()))
            return false;
        bytes record(6);
        record[0] = (uint8_t)frame.size();
        record[1] = (uint8_t)(frame.size() >> 8);
        record.insert(record.end(), frame.begin(), frame.end());
        record.resize(record_size(frame.size()), 0);
        for (uint32_t at = 0; at < record.size(); at += 4) {
            uint32_t word;
            memcpy(&word, &record[at], 4);
            access(NIC_TX_RING + (tx_head & (TX_RING - 1)) + at, true, word);
        }
        tx_head = (tx_head + (uint32_t)record.size()) & (2 * TX_RING - 1);
        access(NIC_TX_POSITION, true, tx_head);
        return true;
    }
    bytes receive()
    {
        if (access(NIC_RX_POSITION, false, 0) >> NIC_RX_POSITION_HEAD_LSB == rx_tail)
            return {};
        uint32_t place = NIC_RX_RING + (rx_tail & (RX_RING - 1));
        uint32_t length = access(place, false, 0) & NIC_RX_RECORD_LENGTH;
        bytes record;
        for (uint32_t i = 4; i < 6 + length; i += 4) {
            uint32_t word = access(place + i, false, 0);
            for (int k = 0; k < 4; k++)
                record.push_back((uint8_t)(word >> 8 * k));
        }
        rx_tail = (rx_tail + record_size(length)) & (2 * RX_RING - 1);
        access(NIC_RX_POSITION, true, rx_tail);
        return bytes(record.begin() + 2, record.begin() + 2 + length);
    }
};

// Frames both ways at once: what is sent stands on the line as it must, with a gap
// of twelve bytes or more; what arrives is delivered. `sent` and `arriving` are the
// line's two directions, byte by byte.
template <class Adapter>
void both_ways(Adapter &a, std::vector<bytes> &sent, std::deque<int> &arriving, unsigned count)
{
    random_source random;
    std::deque<bytes> in, out;
    size_t got = 0, seen = 0;
    for (unsigned i = 0, k = 0; got < count || seen < count;) {
        if (i < count) {
            bytes frame = random.octets(60 + random.below(i % 3 ? 60 : 1455));
            if (a.send(frame)) {
                out.push_back(frame);
                i++;
            }
        }
        if (k < count && arriving.size() < 100) {
            bytes frame = random.octets(60 + random.below(k % 3 ? 60 : 1455));
            memcpy(frame.data(), OWN.data(), 6);
            frame[12] = 0x08;
            in.push_back(frame);
            for (uint8_t octet : on_the_line(frame))
                arriving.push_back(octet);
            arriving.insert(arriving.end(), 12 + random.below(200), -1);
            k++;
        }
        bytes frame = a.receive();
        if (!frame.empty()) {
            ck_assert_bytes_eq(frame, in.front());
            in.pop_front();
            got++;
        }
        for (; seen < sent.size(); seen++, out.pop_front())
            ck_assert_bytes_eq(sent[seen], on_the_line(out.front()));
    }
}

#endif
