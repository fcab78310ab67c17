// Plays a host, a line and a PHY to the pins of nic_pins, by seed, and hashes
// every output pin in every cycle.
//
//   bench CYCLES [SEED [--record FILE | --against FILE]]
//
// The same bench runs against the RTL, the synthesised netlist, the post-route
// netlist and the Verilog recovered from the bitstream: all must print the same
// line. What the host does next depends on what it read, so that models that
// differ once soon differ in everything. --record keeps the pins of each cycle;
// --against compares with a record and stops at the first difference.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <vector>
#include <zlib.h>

#include "Vchip.h"
#include "nic_registers.h"
#include "phy.hpp"
#include "verilated.h"

using bytes = std::vector<uint8_t>;

namespace
{

struct dice {
    uint64_t state;

    uint64_t next()
    {
        state += 0x9E3779B97F4A7C15U; // splitmix64
        uint64_t z = state;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
        z = (z ^ z >> 27) * 0x94D049BB133111EBU;
        return z ^ z >> 31;
    }
    uint32_t below(uint32_t limit)
    {
        return (uint32_t)(next() % limit);
    }
    bool one_in(uint32_t n)
    {
        return below(n) == 0;
    }
};

struct finished {
};

enum { ACK = 32, IRQ = 33, TX_EN = 37 }; // their places among the pins

// The clock, the pins, and what is written down of them.
struct board {
    VerilatedContext context;
    Vchip chip{&context};
    uint64_t cycle = 0, cycles = 0, hash = 0xCBF29CE484222325U;
    FILE *record = nullptr, *against = nullptr;
    uint64_t sent_dibits = 0, interrupts = 0, answers = 0;

    uint64_t seen = 0; // the outputs before the last edge

    uint64_t pins()
    {
        return (uint64_t)chip.wb_rdata | (uint64_t)chip.wb_ack << ACK | (uint64_t)chip.irq << IRQ |
               (uint64_t)chip.idle << 34 | (uint64_t)chip.rmii_txd << 35 |
               (uint64_t)chip.rmii_tx_en << TX_EN | (uint64_t)chip.mdc << 38 |
               (uint64_t)chip.mdio_out << 39 | (uint64_t)chip.mdio_drive << 40;
    }
    // The outputs as they stand before the edge, then the edge.
    void tick()
    {
        chip.clk = 0;
        chip.eval();
        uint64_t was, before = seen;
        seen = pins();
        hash = (hash ^ seen) * 0x100000001B3U;
        hash ^= hash >> 29;
        if (record)
            fwrite(&seen, sizeof seen, 1, record);
        if (against && (fread(&was, sizeof was, 1, against) != 1 || was != seen)) {
            printf("differs at cycle %" PRIu64 "\n", cycle);
            exit(1);
        }
        sent_dibits += seen >> TX_EN & 1;
        answers += seen >> ACK & 1;
        interrupts += (seen & ~before) >> IRQ & 1;
        chip.clk = 1;
        chip.eval();
        if (++cycle == cycles)
            throw finished();
    }
};

struct dibit {
    uint8_t rxd;
    bool crs_dv, rx_er;
};

const bytes OWN = {0x02, 0x4C, 0x41, 0x4E, 0x54, 0x01};
const bytes PAUSE_GROUP = {0x01, 0x80, 0xC2, 0x00, 0x00, 0x01};

struct bench {
    board b;
    dice host_dice, line_dice;
    phy transceiver;
    std::deque<dibit> line;
    bool fast = true, full_duplex = true;
    uint32_t stamps = 0; // the bit of the control register
    uint32_t tx_ring = 0, rx_ring = 0, tx_head = 0, rx_tail = 0;
    uint64_t frames_arrived = 0, frames_read = 0, frames_queued = 0, resets = 0;

    explicit bench(uint64_t seed) : host_dice{seed}, line_dice{seed ^ 0x5EED}
    {
    }

    // --- the line ---
    void put(uint8_t rxd, bool crs_dv = true, bool rx_er = false)
    {
        line.insert(line.end(), fast ? 1 : 10, dibit{rxd, crs_dv, rx_er});
    }
    void put_octets(const bytes &octets, size_t symbol_error_at)
    {
        for (size_t i = 0; i < octets.size() * 4; i++)
            put(octets[i / 4] >> 2 * (i % 4) & 3, true, i == symbol_error_at);
    }
    bytes some_frame()
    {
        static const unsigned shortest[] = {60, 60, 60, 14, 1500};
        bytes frame(fast ? shortest[line_dice.below(5)] +
                               line_dice.below(line_dice.one_in(4) ? 1400 : 90)
                         : 50 + line_dice.below(60));
        for (uint8_t &octet : frame)
            octet = (uint8_t)line_dice.next();
        switch (line_dice.below(8)) {
        case 0:
            memset(frame.data(), 0xFF, 6);
            break;
        case 1:
            frame[0] |= 1;
            break;
        case 2:
            break;
        case 3: // a pause, short enough to see its end
            frame.resize(60);
            memcpy(frame.data(), PAUSE_GROUP.data(), 6);
            frame[12] = 0x88, frame[13] = 0x08, frame[14] = 0, frame[15] = 1;
            frame[16] = 0, frame[17] = (uint8_t)line_dice.below(12);
            break;
        default:
            memcpy(frame.data(), OWN.data(), 6);
        }
        if (line_dice.one_in(3) && frame.size() > 40) // IPv4, for the sums
            frame[12] = 0x08, frame[13] = 0x00, frame[14] = 0x45;
        return frame;
    }
    void something_arrives()
    {
        frames_arrived++;
        if (line_dice.one_in(12)) { // carrier without a frame
            for (unsigned i = 1 + line_dice.below(100); i > 0; i--)
                put(2);
            return;
        }
        bytes frame = some_frame();
        uint32_t fcs = (uint32_t)crc32(0, frame.data(), (uInt)frame.size());
        for (int i = 0; i < 4; i++)
            frame.push_back((uint8_t)(fcs >> 8 * i));
        if (line_dice.one_in(6))
            frame[line_dice.below((uint32_t)frame.size())] ^= (uint8_t)(1 << line_dice.below(8));
        size_t wrong =
            line_dice.one_in(10) ? line_dice.below((uint32_t)frame.size() * 4) : ~(size_t)0;
        for (unsigned i = 8 + line_dice.below(28); i > 0; i--)
            put(1);
        put_octets({0xD5}, ~(size_t)0);
        put_octets(frame, wrong);
        for (unsigned i = line_dice.one_in(6) ? line_dice.below(4) : 0; i > 0; i--)
            put((uint8_t)line_dice.below(4));
    }
    void next_on_the_line()
    {
        if (b.chip.rmii_tx_en && (full_duplex ? line_dice.one_in(2) : !line_dice.one_in(400)))
            return; // in half duplex somebody now and then does not wait
        if (!line_dice.one_in(3))
            something_arrives();
        for (unsigned i = line_dice.one_in(5) ? line_dice.below(900) : 20 + line_dice.below(80);
             i > 0; i--)
            put(0, false);
    }

    void tick()
    {
        if (line.empty())
            next_on_the_line();
        dibit d{0, false, false};
        if (!line.empty()) {
            d = line.front();
            line.pop_front();
        }
        b.chip.rmii_rxd = d.rxd;
        b.chip.rmii_crs_dv = d.crs_dv;
        b.chip.rmii_rx_er = d.rx_er;
        b.chip.mdio_in = transceiver.step(b.chip.mdc, b.chip.mdio_drive ? b.chip.mdio_out : true);
        b.tick();
    }

    // --- the host ---
    uint32_t access(uint32_t address, bool we, uint32_t data, unsigned sel = 15)
    {
        b.chip.wb_cyc = b.chip.wb_stb = 1;
        b.chip.wb_we = we;
        b.chip.wb_sel = sel & 15;
        b.chip.wb_adr = address >> 2 & 0x3FFF;
        b.chip.wb_wdata = data;
        bool answered = false;
        for (int wait = 0; !answered && wait < 100; wait++) {
            tick();
            answered = b.seen >> ACK & 1;
        }
        uint32_t value = (uint32_t)b.seen;
        b.chip.wb_cyc = b.chip.wb_stb = 0;
        for (unsigned i = host_dice.one_in(4) ? host_dice.below(6) : 0; i > 0; i--)
            tick();
        return value;
    }
    uint32_t read(uint32_t address)
    {
        return access(address, false, host_dice.below(16));
    }
    void write(uint32_t address, uint32_t data)
    {
        access(address, true, data);
    }

    void hard_reset()
    {
        resets++;
        b.chip.rst = 1;
        for (unsigned i = 2 + host_dice.below(3); i > 0; i--)
            tick();
        b.chip.rst = 0;
    }
    void configure()
    {
        if (host_dice.one_in(3))
            hard_reset();
        uint32_t capability = read(NIC_CAPABILITY);
        tx_ring =
            1U << ((capability & NIC_CAPABILITY_TX_RING_LOG2) >> NIC_CAPABILITY_TX_RING_LOG2_LSB);
        rx_ring =
            1U << ((capability & NIC_CAPABILITY_RX_RING_LOG2) >> NIC_CAPABILITY_RX_RING_LOG2_LSB);
        write(NIC_CONTROL, NIC_CONTROL_RESET);
        for (unsigned i = 0; i < 400; i++)
            tick();
        tx_head = rx_tail = 0;
        fast = !host_dice.one_in(8);
        stamps = host_dice.one_in(3) ? NIC_CONTROL_STAMPS : 0;
        full_duplex = !host_dice.one_in(3);
        for (uint32_t i = 0; i < 6; i++)
            write(NIC_FILTER_0 + 4 * i, 0x01010101U * OWN[i] ^ (i == 5 ? 0x03020100U : 0));
        for (uint32_t i = 0; i < 6; i++)
            write(NIC_PAUSE_0 + 4 * i, PAUSE_GROUP[i]);
        for (uint32_t i = 12; i < 18; i++)
            write(NIC_PAUSE_12 + 4 * (i - 12), host_dice.below(256));
        for (uint32_t i = 0; i < 8; i++)
            write(NIC_HASH_0 + 4 * i, host_dice.below(256));
        write(NIC_COALESCE, (uint32_t)host_dice.next() & (NIC_COALESCE_FRAMES | NIC_COALESCE_TIME));
        write(NIC_INTERRUPT, (uint32_t)host_dice.next() & 0x00FF0000U);
        control(host_dice.one_in(8) ? 0 : NIC_CONTROL_TX_ENABLE | NIC_CONTROL_RX_ENABLE);
    }
    void control(uint32_t enables)
    {
        static const uint32_t optional[] = {NIC_CONTROL_PROMISCUOUS,   NIC_CONTROL_BROADCAST,
                                            NIC_CONTROL_ALL_MULTICAST, NIC_CONTROL_ERRORS,
                                            NIC_CONTROL_PAUSE_OBEY,    NIC_CONTROL_PAUSE_AUTO,
                                            NIC_CONTROL_PAUSE_SEND,    NIC_CONTROL_PAUSE_END};
        uint32_t value = enables | stamps | (fast ? NIC_CONTROL_FAST : 0) |
                         (full_duplex ? NIC_CONTROL_FULL_DUPLEX : 0);
        for (uint32_t option : optional)
            if (host_dice.one_in(3))
                value |= option;
        write(NIC_CONTROL, value);
    }

    // A record into the transmit ring when there is room: its length is seldom one
    // that must be refused.
    void queue_frame()
    {
        uint32_t length = host_dice.one_in(30)
                              ? host_dice.below(2048)
                              : 14 + host_dice.below(host_dice.one_in(4) ? 1500 : 120);
        uint32_t size = (6 + length + 3) & ~3U;
        uint32_t tail = read(NIC_TX_POSITION) >> NIC_TX_POSITION_TAIL_LSB;
        if (tx_ring - ((tx_head - tail) & (2 * tx_ring - 1)) < size)
            return;
        uint32_t header = length;
        if (host_dice.one_in(2))
            header |= (uint32_t)host_dice.next() &
                      (NIC_TX_RECORD_SUM_FROM | NIC_TX_RECORD_SUM_AT | NIC_TX_RECORD_STAMP);
        for (uint32_t at = 0; at < size; at += 4) {
            uint32_t word =
                at == 0 ? header | host_dice.below(256) << 24 : (uint32_t)host_dice.next();
            write(NIC_TX_RING + ((tx_head + at) & (tx_ring - 1)), word);
        }
        tx_head = (tx_head + size) & (2 * tx_ring - 1);
        if (!host_dice.one_in(3))
            write(NIC_TX_POSITION, tx_head);
        frames_queued++;
    }
    void take_frames()
    {
        uint32_t head = read(NIC_RX_POSITION) >> NIC_RX_POSITION_HEAD_LSB;
        for (int limit = 0; head != rx_tail && limit < 40; limit++) {
            uint32_t length = read(NIC_RX_RING + (rx_tail & (rx_ring - 1))) & NIC_RX_RECORD_LENGTH;
            uint32_t size = ((6 + length + 3) & ~3U) + (stamps ? 8 : 0);
            if (size > ((head - rx_tail) & (2 * rx_ring - 1)))
                break;
            for (uint32_t at = 4; at < size; at += 4)
                read(NIC_RX_RING + ((rx_tail + at) & (rx_ring - 1)));
            rx_tail = (rx_tail + size) & (2 * rx_ring - 1);
            frames_read++;
            write(NIC_RX_POSITION, rx_tail);
        }
    }
    void read_statistics()
    {
#define READ(name, address) read(address);
        NIC_COUNTERS(READ)
#undef READ
    }
    void manage_transceiver()
    {
        if (read(NIC_MDIO) & NIC_MDIO_START && !host_dice.one_in(20))
            return;
        uint32_t value = (uint32_t)host_dice.next() & ~NIC_MDIO_PHY;
        write(NIC_MDIO, value | 3U << NIC_MDIO_PHY_LSB | NIC_MDIO_START);
    }
    void do_something()
    {
        switch (host_dice.below(16)) {
        case 0:
        case 1:
        case 2:
        case 3:
            return queue_frame();
        case 4:
        case 5:
        case 6:
            return take_frames();
        case 7:
            return read_statistics();
        case 8:
            return manage_transceiver();
        case 9:
            return write(NIC_INTERRUPT, (uint32_t)host_dice.next() & 0x00FF00FFU);
        case 10:
            read(host_dice.below(0x10000) & ~3U);
            return;
        case 11: // a register of the first page, or one of the tables, by octets
            access(host_dice.one_in(2) ? NIC_COALESCE : 0x180 + 4 * host_dice.below(32),
                   host_dice.one_in(4), (uint32_t)host_dice.next(), host_dice.below(16));
            return;
        case 12:
            return control(NIC_CONTROL_TX_ENABLE | NIC_CONTROL_RX_ENABLE);
        case 13:
            read(host_dice.below(16) * 4);
            return;
        default:
            for (unsigned i = host_dice.below(host_dice.one_in(10) ? 12000 : 900); i > 0; i--)
                tick();
        }
    }
    void play()
    {
        b.chip.mdio_in = 1;
        for (uint16_t i = 0; i < 32; i++)
            transceiver.registers[i] = (uint16_t)(0x1234 * i ^ 0x782D);
        hard_reset();
        for (;;) {
            configure();
            for (unsigned i = 20 + host_dice.below(150); i > 0; i--)
                do_something();
        }
    }
};

} // namespace

int main(int argc, char **argv)
{
    uint64_t cycles = argc > 1 ? strtoull(argv[1], nullptr, 0) : 1000000;
    bench bench(argc > 2 ? strtoull(argv[2], nullptr, 0) : 1);
    bench.b.cycles = cycles;
    for (int i = 3; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--record"))
            bench.b.record = fopen(argv[i + 1], "wb");
        else if (!strcmp(argv[i], "--against"))
            bench.b.against = fopen(argv[i + 1], "rb");
    }
    try {
        bench.play();
    } catch (const finished &) {
    }
    printf("%" PRIu64 " cycles, hash %016" PRIx64 "\n", bench.b.cycle, bench.b.hash);
    fprintf(stderr,
            "  %" PRIu64 " frames arrived, %" PRIu64 " read; %" PRIu64 " queued, %" PRIu64
            " dibits sent; %" PRIu64 " bus answers, %" PRIu64 " interrupts, %" PRIu64 " resets\n",
            bench.frames_arrived, bench.frames_read, bench.frames_queued, bench.b.sent_dibits,
            bench.b.answers, bench.b.interrupts, bench.resets);
    if (bench.b.record)
        fclose(bench.b.record);
    return 0;
}
