// An interpreter of flat netlists with the face of the bench's Verilated models: a
// netlist a flipped bit, without a compiler run for each. The file that NETLIST names
// has a line a cell (tests/bitstream/flip writes it), a signal being a name, ~name, 0 or 1:
//
//   L out table a b c d        a look-up table, bit d*8 + c*4 + b*2 + a of the table
//   R out clock enable reset start asynchronous data
//   M widths modes reset-mode, then the pins of a DP16KD (fpga/recover/ecp5_cells.v)
//   I port      O port signal
//
// A netlist that does not settle has a loop that swings: a difference, too (status 3).
#ifndef TESTS_BITSTREAM_FLAT_VCHIP_H
#define TESTS_BITSTREAM_FLAT_VCHIP_H

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

class VerilatedContext;

class Vchip
{
  public:
    uint8_t clk = 0, rst = 0, wb_cyc = 0, wb_stb = 0, wb_we = 0, wb_sel = 0;
    uint16_t wb_adr = 0;
    uint32_t wb_wdata = 0, wb_rdata = 0;
    uint8_t wb_ack = 0, irq = 0, idle = 0, rmii_txd = 0, rmii_tx_en = 0, rmii_rxd = 0;
    uint8_t rmii_crs_dv = 0, rmii_rx_er = 0, mdc = 0, mdio_out = 0, mdio_drive = 0, mdio_in = 0;

    explicit Vchip(VerilatedContext *)
    {
        const char *path = getenv("NETLIST");
        std::ifstream file(path ? path : "");
        for (std::string line; std::getline(file, line);)
            read(line);
        order();
        settle();
        signal clock = 2 * index("clk[0]");
        for (const table &t : tables)
            plain &= std::find(t.in, t.in + 4, clock) == t.in + 4;
        for (const flip_flop &f : flip_flops)
            plain &= f.clock == clock && !f.asynchronous && f.data != clock;
        for (const memory &m : memories)
            plain &= m.pins[0][0] == clock && m.pins[1][0] == clock;
    }

    // Tables settle once a cycle: what an edge changed is looked at when the clock falls,
    // unless there are clocks and resets beside the pin's.
    void eval()
    {
        bool rises = take_inputs();
        if (unsettled || !plain)
            settle();
        if (plain) {
            if (rises)
                edges(true);
        } else {
            for (int again = 0; again < 8 && edges(false); again++)
                settle();
        }
        give_outputs();
    }

  private:
    using signal = uint32_t; // twice a value's index, odd: inverted

    struct table {
        uint32_t out;
        uint16_t bits;
        signal in[4];
    };
    struct flip_flop {
        uint32_t out;
        signal clock, enable, reset, data;
        uint8_t start, asynchronous, was, next;
    };
    struct memory {
        int width[2];
        char mode[2]; // N, R or W
        bool synchronous, was[2] = {false, false}, rises[2] = {false, false};
        signal pins[2][4 + 14 + 18]; // CLK CE WE RST, AD, DI
        int64_t out[2][18];          // -1: open
        uint64_t rows[512] = {}, read[2] = {0, 0};
    };
    struct pin {
        int port;
        unsigned bit;
        uint32_t id;
    };

    std::vector<uint8_t> value{0};
    std::map<std::string, uint32_t> names;
    std::vector<table> tables;
    std::vector<flip_flop> flip_flops;
    std::vector<memory> memories;
    std::vector<pin> inputs, outputs;
    bool loops = false, plain = true, unsettled = true;

    uint8_t at(signal s) const
    {
        return value[s >> 1] ^ (s & 1);
    }
    uint32_t index(const std::string &name)
    {
        auto found = names.emplace(name, (uint32_t)value.size());
        if (found.second)
            value.push_back(0);
        return found.first->second;
    }
    signal parse(const std::string &text)
    {
        if (text == "0" || text == "1")
            return text == "1";
        return text[0] == '~' ? 2 * index(text.substr(1)) + 1 : 2 * index(text);
    }
    void read(const std::string &line)
    {
        std::istringstream words(line);
        std::string kind, word;
        words >> kind >> word;
        auto next = [&] {
            std::string text;
            words >> text;
            return text;
        };
        if (kind == "L") {
            table t{index(word), (uint16_t)std::stoul(next(), nullptr, 16), {}};
            for (signal &in : t.in)
                in = parse(next());
            tables.push_back(t);
        } else if (kind == "R") {
            flip_flop f{};
            f.out = index(word);
            f.clock = parse(next());
            f.enable = parse(next());
            f.reset = parse(next());
            f.start = next() == "1";
            f.asynchronous = next() == "1";
            f.data = parse(next());
            value[f.out] = f.start;
            flip_flops.push_back(f);
        } else if (kind == "M") {
            read_memory(std::stoi(word), next);
        } else if (kind == "I" || kind == "O") {
            size_t bracket = word.find('[');
            unsigned bit = (unsigned)std::stoul(word.substr(bracket + 1));
            std::string port = word.substr(0, bracket);
            if (kind == "I")
                inputs.push_back({field_of(port), bit, index(word)});
            else
                outputs.push_back({field_of(port), bit, parse(next())});
        }
    }
    template <class Next> void read_memory(int width_a, Next next)
    {
        memory m{};
        m.width[0] = width_a;
        m.width[1] = std::stoi(next());
        m.mode[0] = next()[0];
        m.mode[1] = next()[0];
        m.synchronous = next() == "SYNC";
        for (auto &side : m.pins)
            for (int i = 0; i < 4; i++)
                side[i] = parse(next());
        for (int side = 0; side < 2; side++) {
            for (int i = 4; i < 4 + 14 + 18; i++)
                m.pins[side][i] = parse(next());
            for (int i = 0; i < 18; i++) {
                std::string name = next();
                m.out[side][i] = name == "-" ? -1 : (int64_t)index(name);
            }
        }
        memories.push_back(m);
    }

    // The tables so that each stands behind those that it reads, but for loops.
    void order()
    {
        std::vector<int> driver(value.size(), -1);
        for (size_t i = 0; i < tables.size(); i++)
            driver[tables[i].out] = (int)i;
        std::vector<table> sorted;
        std::vector<uint8_t> state(tables.size(), 0);
        std::vector<std::pair<int, int>> path;
        for (size_t root = 0; root < tables.size(); root++) {
            if (state[root])
                continue;
            path.push_back({(int)root, 0});
            state[root] = 1;
            while (!path.empty()) {
                auto &[node, input] = path.back();
                if (input == 4) {
                    state[node] = 2;
                    sorted.push_back(tables[node]);
                    path.pop_back();
                    continue;
                }
                int before = driver[tables[node].in[input++] >> 1];
                if (before < 0)
                    continue;
                if (state[before] == 1)
                    loops = true;
                else if (!state[before]) {
                    state[before] = 1;
                    path.push_back({before, 0});
                }
            }
        }
        tables = sorted;
    }
    void settle()
    {
        unsettled = false;
        for (int pass = 0; pass < 100; pass++) {
            uint8_t changed = 0;
            for (const table &t : tables) {
                unsigned place =
                    at(t.in[0]) | at(t.in[1]) << 1 | at(t.in[2]) << 2 | at(t.in[3]) << 3;
                uint8_t now = t.bits >> place & 1;
                changed |= value[t.out] ^ now;
                value[t.out] = now;
            }
            if (!loops || !changed)
                return;
        }
        printf("swings\n");
        exit(3);
    }

    // Whatever has a rising clock takes what stands before it; whether anything had.
    bool edges(bool all)
    {
        bool any = false;
        unsettled = true;
        for (flip_flop &f : flip_flops) {
            uint8_t now = at(f.clock);
            bool rises = all || (now && !f.was);
            f.was = now;
            f.next = value[f.out];
            if ((rises || f.asynchronous) && at(f.reset))
                f.next = f.start;
            else if (rises && at(f.enable))
                f.next = at(f.data);
            any |= f.next != value[f.out];
        }
        for (memory &m : memories)
            for (int side = 0; side < 2; side++) {
                bool now = at(m.pins[side][0]);
                m.rises[side] = all || (now && !m.was[side]);
                m.was[side] = now;
                any |= m.rises[side];
            }
        for (memory &m : memories)
            memory_edge(m);
        for (const flip_flop &f : flip_flops)
            value[f.out] = f.next;
        for (const memory &m : memories)
            show(m);
        return any;
    }

    uint64_t word(const memory &m, int side, int first, int count) const
    {
        uint64_t result = 0;
        for (int i = 0; i < count; i++)
            result |= (uint64_t)at(m.pins[side][first + i]) << i;
        return result;
    }
    static unsigned first_bit(int width, unsigned address)
    {
        unsigned group = 9 * (address >> 3 & 3);
        switch (width) {
        case 36:
            return 0;
        case 18:
            return address & 16 ? 18 : 0;
        case 9:
            return group;
        case 4:
            return group + 4 * (address >> 2 & 1);
        case 2:
            return group + 2 * (address >> 1 & 3);
        default:
            return group + (address & 7);
        }
    }
    static uint64_t ones(int width, unsigned address)
    {
        if (width < 18)
            return ((uint64_t)1 << width) - 1;
        uint64_t result = 0;
        for (int lane = 0; lane < width / 9; lane++)
            if (address >> lane & 1)
                result |= (uint64_t)0x1FF << 9 * lane;
        return result;
    }
    void memory_edge(memory &m)
    {
        const uint64_t ROW = ((uint64_t)1 << 36) - 1;
        bool wide = m.width[0] == 36 || m.width[1] == 36;
        uint64_t data[2] = {word(m, 0, 18, 18) | word(m, 1, 18, 18) << 18, word(m, 1, 18, 18)};
        uint64_t old[2], fresh[2];
        unsigned row[2], from[2];
        bool writes[2];
        for (int side = 0; side < 2; side++) {
            unsigned address = (unsigned)word(m, side, 4, 14);
            row[side] = address >> 5;
            from[side] = first_bit(m.width[side], address);
            uint64_t mask = ones(m.width[side], address) << from[side] & ROW;
            old[side] = m.rows[row[side]];
            fresh[side] = (old[side] & ~mask) | (data[side] << from[side] & mask);
            writes[side] =
                m.rises[side] && at(m.pins[side][1]) && at(m.pins[side][2]) && !(side && wide);
        }
        for (int side = 0; side < 2; side++) {
            if (!m.rises[side])
                continue;
            if (m.synchronous && at(m.pins[side][3]))
                m.read[side] = 0;
            else if (!at(m.pins[side][1]))
                continue;
            else if (!at(m.pins[side][2]) || (side && wide) || m.mode[side] == 'R')
                m.read[side] = old[side] >> from[side];
            else if (m.mode[side] == 'W')
                m.read[side] = fresh[side] >> from[side];
        }
        for (int side = 0; side < 2; side++)
            if (writes[side])
                m.rows[row[side]] = fresh[side];
    }
    void show(const memory &m)
    {
        bool wide = m.width[0] == 36 || m.width[1] == 36;
        uint64_t a = wide ? m.read[1] : m.read[0],
                 b = m.width[1] == 36 ? m.read[1] >> 18 : m.read[1];
        for (int i = 0; i < 18; i++) {
            if (m.out[0][i] >= 0)
                value[(size_t)m.out[0][i]] = a >> i & 1;
            if (m.out[1][i] >= 0)
                value[(size_t)m.out[1][i]] = b >> i & 1;
        }
    }

    enum field {
        CLK,
        RST,
        WB_CYC,
        WB_STB,
        WB_WE,
        WB_SEL,
        WB_ADR,
        WB_WDATA,
        RMII_RXD,
        RMII_CRS_DV,
        RMII_RX_ER,
        MDIO_IN,
        WB_RDATA,
        WB_ACK,
        IRQ,
        IDLE,
        RMII_TXD,
        RMII_TX_EN,
        MDC,
        MDIO_OUT,
        MDIO_DRIVE,
        FIELDS
    };
    static field field_of(const std::string &port)
    {
        static const char *const known[] = {
            "clk",      "rst",      "wb_cyc",    "wb_stb",      "wb_we",      "wb_sel",
            "wb_adr",   "wb_wdata", "rmii_rxd",  "rmii_crs_dv", "rmii_rx_er", "mdio_in",
            "wb_rdata", "wb_ack",   "irq",       "idle",        "rmii_txd",   "rmii_tx_en",
            "mdc",      "mdio_out", "mdio_drive"};
        for (int i = 0; i < FIELDS; i++)
            if (port == known[i])
                return (field)i;
        fprintf(stderr, "flat: port %s\n", port.c_str());
        exit(2);
    }
    // Whether the clock rises.
    bool take_inputs()
    {
        const uint32_t levels[] = {clk,    rst,      wb_cyc,   wb_stb,      wb_we,      wb_sel,
                                   wb_adr, wb_wdata, rmii_rxd, rmii_crs_dv, rmii_rx_er, mdio_in};
        bool rises = false;
        for (const auto &[port, bit, id] : inputs) {
            uint8_t now = levels[port] >> bit & 1;
            if (port == CLK)
                rises = now && !value[id];
            else
                unsettled |= now != value[id];
            value[id] = now;
        }
        return rises;
    }
    void give_outputs()
    {
        uint32_t levels[FIELDS] = {};
        for (const auto &[port, bit, signal] : outputs)
            levels[port] |= (uint32_t)at(signal) << bit;
        wb_rdata = levels[WB_RDATA];
        wb_ack = (uint8_t)levels[WB_ACK];
        irq = (uint8_t)levels[IRQ];
        idle = (uint8_t)levels[IDLE];
        rmii_txd = (uint8_t)levels[RMII_TXD];
        rmii_tx_en = (uint8_t)levels[RMII_TX_EN];
        mdc = (uint8_t)levels[MDC];
        mdio_out = (uint8_t)levels[MDIO_OUT];
        mdio_drive = (uint8_t)levels[MDIO_DRIVE];
    }
};

#endif
