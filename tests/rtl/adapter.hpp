// The whole adapter on a bench: a Wishbone host and the RMII pins. The two rings
// are used as docs/registers.md says.
#ifndef TESTS_RTL_ADAPTER_HPP
#define TESTS_RTL_ADAPTER_HPP

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <functional>

#ifndef ADAPTER_MODEL
#include "Vnic.h"
#define ADAPTER_MODEL Vnic
#endif
#include "bench.hpp"
#include "counters.hpp"
#include "nic_registers.h"

enum { TX_RING = 4096, RX_RING = 8192 };

const bytes OWN = {0x02, 0x4C, 0x41, 0x4E, 0x54, 0x01};

// What the RMII pins carry in one clock, to the adapter.
struct pins {
    uint8_t rxd;
    bool crs_dv;
    bool rx_er;
};

struct adapter {
    bench<ADAPTER_MODEL> b;
    std::deque<pins> line;      // to be received, one entry a clock
    std::vector<bytes> sent;    // whole transmissions, preamble included
    std::vector<unsigned> gaps; // clocks of silence before each but the first
    bool fast = true;
    bool watching = true; // off: transmissions may be cut
    uint32_t tx_head = 0, rx_tail = 0;
    uint64_t clocks = 0;
    uint32_t control = 0; // as last configured
    // What the counters must say in the end, by address; the rest must be 0.
    std::vector<std::pair<uint32_t, uint32_t>> expected;

    explicit adapter(bool at_100 = true, uint32_t more_control = 0, uint32_t less_control = 0)
    {
        b.dut.tick_count = 1;
        b.dut.mdio_in = 1;
        b.reset();
        fast = at_100;
        configure(more_control, less_control);
    }

    // What a driver does after a reset.
    void configure(uint32_t more_control = 0, uint32_t less_control = 0)
    {
        tx_head = rx_tail = 0;
        listen_to({OWN, OWN, OWN, OWN});
        control = (NIC_CONTROL_TX_ENABLE | NIC_CONTROL_RX_ENABLE | NIC_CONTROL_BROADCAST |
                   NIC_CONTROL_FULL_DUPLEX | (fast ? NIC_CONTROL_FAST : 0) | more_control) &
                  ~less_control;
        write(NIC_CONTROL, control);
    }

    void listen_to(const std::vector<bytes> &four)
    {
        for (uint32_t i = 0; i < 6; i++)
            write(NIC_FILTER_0 + 4 * i, (uint32_t)four[3][i] << 24 | (uint32_t)four[2][i] << 16 |
                                            (uint32_t)four[1][i] << 8 | four[0][i]);
    }

    // A group joined by its bin: the top six bits of the CRC-32 register after its
    // six octets (docs/registers.md).
    static unsigned bin_of(const bytes &address)
    {
        uint32_t crc = 0xFFFFFFFF;
        for (size_t i = 0; i < 6; i++)
            for (int bit = 0; bit < 8; bit++)
                crc = crc << 1 ^ ((crc >> 31 ^ (address[i] >> bit & 1)) ? 0x04C11DB7 : 0);
        return crc >> 26;
    }
    void set_bin(unsigned bin)
    {
        write(NIC_HASH_0 + 4 * (bin / 8), 1U << bin % 8);
    }

    std::function<void()> before_tick;

    void tick()
    {
        if (before_tick)
            before_tick();
        pins p{0, false, false};
        if (!line.empty()) {
            p = line.front();
            line.pop_front();
        }
        b.dut.rmii_rxd = p.rxd;
        b.dut.rmii_crs_dv = p.crs_dv;
        b.dut.rmii_rx_er = p.rx_er;
        b.tick();
        clocks++;
        if (watching)
            watch();
    }
    void ticks(unsigned count)
    {
        while (count--)
            tick();
    }

    // --- host ---
    uint32_t access(uint32_t address, bool we, uint32_t data, unsigned sel = 15)
    {
        b.dut.wb_cyc = b.dut.wb_stb = 1;
        b.dut.wb_we = we;
        b.dut.wb_sel = sel;
        b.dut.wb_adr = (uint16_t)(address >> 2);
        b.dut.wb_wdata = data;
        for (int wait = 0;; wait++) {
            if (wait == 200)
                ck_abort_msg("no answer at 0x%x", address);
            bool ack = b.dut.wb_ack;
            uint32_t value = b.dut.wb_rdata;
            tick();
            if (ack) {
                b.dut.wb_cyc = b.dut.wb_stb = 0;
                b.settle();
                return value;
            }
        }
    }
    uint32_t read(uint32_t address)
    {
        return access(address, false, 0);
    }
    void write(uint32_t address, uint32_t data)
    {
        access(address, true, data);
    }

    static uint32_t record_size(size_t length)
    {
        return (uint32_t)(6 + length + 3) & ~3U;
    }
    uint32_t tx_tail()
    {
        return read(NIC_TX_POSITION) >> NIC_TX_POSITION_TAIL_LSB;
    }
    uint32_t tx_room()
    {
        return TX_RING - ((tx_head - tx_tail()) & (2 * TX_RING - 1));
    }
    // `options`: further fields of the record's header word.
    void send(const bytes &frame, uint32_t options = 0)
    {
        write_record(frame, options);
        write(NIC_TX_POSITION, tx_head);
    }
    void write_record(const bytes &frame, uint32_t options = 0)
    {
        while (tx_room() < record_size(frame.size()))
            tick();
        bytes record(6);
        record[0] = (uint8_t)frame.size();
        record[1] = (uint8_t)(frame.size() >> 8 | options >> 8);
        record[2] = (uint8_t)(options >> 16);
        record.insert(record.end(), frame.begin(), frame.end());
        record.resize(record_size(frame.size()), 0);
        for (uint32_t at = 0; at < record.size(); at += 4) {
            uint32_t word;
            memcpy(&word, &record[at], 4);
            write(NIC_TX_RING + (tx_head & (TX_RING - 1)) + at, word);
        }
        tx_head = (tx_head + (uint32_t)record.size()) & (2 * TX_RING - 1);
    }
    // The oldest received frame; empty when there is none.
    bytes receive()
    {
        if (read(NIC_RX_POSITION) >> NIC_RX_POSITION_HEAD_LSB == rx_tail)
            return {};
        uint32_t place = NIC_RX_RING + (rx_tail & (RX_RING - 1));
        uint32_t stamps = control & NIC_CONTROL_STAMPS ? 8 : 0;
        header = read(place);
        uint32_t length = header & NIC_RX_RECORD_LENGTH;
        if (stamps)
            stamp = read(place + 4) | (uint64_t)read(place + 8) << 32;
        bytes record;
        for (uint32_t i = 4 + stamps; i < 6 + stamps + length; i += 4) {
            uint32_t word = read(place + i);
            for (int k = 0; k < 4; k++)
                record.push_back((uint8_t)(word >> 8 * k));
        }
        rx_tail = (rx_tail + record_size(length) + stamps) & (2 * RX_RING - 1);
        write(NIC_RX_POSITION, rx_tail);
        return bytes(record.begin() + 2, record.begin() + 2 + length);
    }
    // Of the last received frame.
    uint32_t header = 0;
    uint64_t stamp = 0;

    // --- line ---
    void dibit(uint8_t value, bool crs_dv = true, bool rx_er = false)
    {
        line.insert(line.end(), fast ? 1 : 10, pins{value, crs_dv, rx_er});
    }
    void octets(const bytes &data)
    {
        for (uint8_t octet : data)
            for (int i = 0; i < 4; i++)
                dibit(octet >> 2 * i & 3);
    }
    void silence(unsigned dibits)
    {
        for (unsigned i = 0; i < dibits; i++)
            dibit(0, false);
    }
    // A frame with preamble, FCS and the least gap behind it.
    void arrive(const bytes &frame, unsigned gap_dibits = 48)
    {
        octets(on_the_line(frame));
        silence(gap_dibits);
    }
    void drain()
    {
        while (!line.empty())
            tick();
        ticks(fast ? 60 : 600);
    }
    void until_idle()
    {
        for (unsigned i = 0; !b.dut.idle; i++) {
            must(i < 300000);
            tick();
        }
    }

    // --- counters ---
    void expect(uint32_t address, uint32_t count)
    {
        expected.emplace_back(address, count);
    }
    void check_counters()
    {
        until_idle();
#define CHECK(name, address)                                                                       \
    {                                                                                              \
        uint32_t wanted = 0;                                                                       \
        for (auto &e : expected)                                                                   \
            if (e.first == address)                                                                \
                wanted = e.second;                                                                 \
        uint32_t got = read(address);                                                              \
        ck_assert_msg(got == wanted, #name " is %u, not %u", got, wanted);                         \
    }
        NIC_COUNTERS(CHECK)
#undef CHECK
    }

  private:
    std::vector<uint8_t> dibits;
    unsigned quiet = 0;

    void watch()
    {
        if (b.dut.rmii_tx_en) {
            if (dibits.empty() && !sent.empty())
                gaps.push_back(quiet);
            quiet = 0;
            dibits.push_back(b.dut.rmii_txd);
            return;
        }
        must(b.dut.rmii_txd == 0);
        quiet++;
        if (dibits.empty())
            return;
        unsigned step = fast ? 1 : 10;
        ck_assert_uint_eq(dibits.size() % (4 * step), 0);
        bytes octets;
        for (size_t i = 0; i < dibits.size(); i += 4 * step) {
            for (size_t k = 0; k < 4 * step; k++) /* stable for its whole time */
                must(dibits[i + k] == dibits[i + k / step * step]);
            octets.push_back((uint8_t)(dibits[i] | dibits[i + step] << 2 |
                                       dibits[i + 2 * step] << 4 | dibits[i + 3 * step] << 6));
        }
        sent.push_back(octets);
        dibits.clear();
    }
};

// A frame to this station, random behind its target address.
inline bytes to_own(random_source &random, size_t size)
{
    bytes frame = random.octets(size);
    memcpy(frame.data(), OWN.data(), 6);
    frame[12] = 0x08; /* no VLAN tag by chance */
    return frame;
}

#endif
