// See nic_model.h. One clock cycle of the Verilated adapter is: the inputs settle
// (eval_ico, only when one changed), then the clock rises (eval_nba), for each part of
// the adapter that says it moves (rtl/nic_parts). eval() with all clocks would do the
// same and look for more; tests/sim compares the two. While a wave is recorded it is
// eval(), which also notes for the trace that something has changed.
#include "nic_model.h"

#include <cerrno>
#include <cstring>
#include <new>

#include "Vnic.h"
#include "Vnic___024root.h"
#include "verilated_fst_c.h"

#ifndef NIC_MODEL_PLAIN
void Vnic___024root___eval_ico(Vnic___024root *);
void Vnic___024root___eval_nba(Vnic___024root *);
#endif

struct tracing_context : VerilatedContext {
    tracing_context()
    {
        traceEverOn(true);
    } // has to be said before the model is made
};

// The clocks' places among Verilator's triggers; mk/model.mk looks whether they are so.
enum { RESET_CYCLES = 4 };
enum trigger { CLK = 0, CLK_HOST = 1, CLK_RX = 2, CLK_TX = 3 };

// What the host side remembers of the pins.
struct pins {
    bool changed = true; // an input, since they last settled
    bool on_bus = false;
    bool mdc = false;
    uint8_t symbol = 0;
    uint32_t bus_data = 0;
};

struct nic_model : pins {
    tracing_context context;
    Vnic nic{&context, "nic"};
    VerilatedFstC *wave = nullptr;
    uint64_t wave_ps = 0;
    bool plain = false;
    nic_model_phy *phy = nullptr;
    void *phy_context = nullptr;
};

namespace
{

void set_clocks(nic_model *m, bool high)
{
    m->nic.clk = m->nic.clk_host = m->nic.clk_rx = m->nic.clk_tx = high;
}

bool is_plain(const nic_model *m)
{
    return m->plain || m->wave;
}

void settle(nic_model *m)
{
#ifndef NIC_MODEL_PLAIN
    if (!is_plain(m)) {
        m->nic.rootp->__VicoTriggered.at(0) = 1;
        Vnic___024root___eval_ico(m->nic.rootp);
        m->changed = false;
        return;
    }
#endif
    set_clocks(m, false);
    m->nic.eval();
    m->changed = false;
}

void clock_edge(nic_model *m)
{
    if (m->changed)
        settle(m);
#ifndef NIC_MODEL_PLAIN
    if (!is_plain(m)) {
        auto &triggered = m->nic.rootp->__VnbaTriggered;
        triggered.at(CLK) = 1;
        triggered.at(CLK_HOST) = m->nic.host_moves;
        triggered.at(CLK_RX) = m->nic.rx_moves;
        triggered.at(CLK_TX) = m->nic.tx_moves;
        Vnic___024root___eval_nba(m->nic.rootp);
    } else
#endif
    {
        set_clocks(m, false);
        m->nic.eval();
        set_clocks(m, true);
        m->nic.eval();
    }
}

void dump(nic_model *m)
{
    m->wave->dump(m->wave_ps);
    set_clocks(m, false);
    m->nic.eval();
    m->wave->dump(m->wave_ps + NIC_CYCLE_PS / 2);
    m->wave_ps += NIC_CYCLE_PS;
}

void ask_phy(nic_model *m)
{
    m->mdc = m->nic.mdc;
    bool mdio =
        m->phy ? m->phy(m->phy_context, m->nic.mdc, m->nic.mdio_out, m->nic.mdio_drive) : true;
    if (m->nic.mdio_in != mdio) {
        m->nic.mdio_in = mdio;
        m->changed = true;
    }
}

void end_access(nic_model *m, uint32_t data)
{
    m->bus_data = data;
    m->nic.wb_cyc = m->nic.wb_stb = 0;
    m->on_bus = false;
    m->changed = true;
}

void cycle(nic_model *m, uint8_t symbol)
{
    if (symbol != m->symbol) {
        m->symbol = symbol;
        m->nic.rmii_rxd = symbol & RMII_DATA;
        m->nic.rmii_crs_dv = (symbol & RMII_VALID) != 0;
        m->nic.rmii_rx_er = (symbol & RMII_ERROR) != 0;
        m->changed = true;
    }
    clock_edge(m);
    if (m->nic.mdc != m->mdc)
        ask_phy(m);
    if (m->wave)
        dump(m);
}

} // namespace

extern "C" {

struct nic_model *nic_model_new(void)
{
    nic_model *m = new (std::nothrow) nic_model;
    if (!m)
        return nullptr;
    m->nic.tick_count = 1;
    m->nic.mdio_in = 1;
    m->nic.eval();
    nic_model_reset(m);
    return m;
}

void nic_model_reset(struct nic_model *m)
{
    uint8_t symbol = m->symbol;
    if (m->on_bus)
        end_access(m, 0);
    m->nic.rst = 1;
    for (int i = 0; i < RESET_CYCLES; i++) {
        m->changed = true;
        cycle(m, symbol);
    }
    m->nic.rst = 0;
    m->changed = true;
    cycle(m, symbol);
}

void nic_model_free(struct nic_model *m)
{
    if (m)
        nic_model_wave_close(m);
    delete m;
}

size_t nic_model_run(struct nic_model *m, size_t count, const uint8_t *rx, uint8_t *tx,
                     unsigned stop)
{
    for (size_t i = 0; i < count; i++) {
        // The master sees the answer at the clock edge that ends the cycle.
        bool acknowledged = m->on_bus && m->nic.wb_ack;
        uint8_t was_sending = m->nic.rmii_tx_en;
        uint32_t data = m->nic.wb_rdata;
        cycle(m, rx ? rx[i] : 0);
        if (tx)
            tx[i] = nic_model_symbol(m);
        if (acknowledged)
            end_access(m, data);
        if (stop && ((stop & NIC_STOP_ACK && acknowledged) || (stop & NIC_STOP_IRQ && m->nic.irq) ||
                     (stop & NIC_STOP_TX_EDGE && m->nic.rmii_tx_en != was_sending) ||
                     (stop & NIC_STOP_IDLE && m->nic.idle)))
            return i + 1;
    }
    return count;
}

void nic_model_bus_begin(struct nic_model *m, uint32_t address, bool write, uint32_t data)
{
    m->nic.wb_cyc = m->nic.wb_stb = 1;
    m->nic.wb_we = write;
    m->nic.wb_sel = 0xF;
    m->nic.wb_adr = (uint16_t)(address >> 2);
    m->nic.wb_wdata = data;
    m->on_bus = true;
    m->changed = true;
}

bool nic_model_on_bus(const struct nic_model *m)
{
    return m->on_bus;
}

uint8_t nic_model_symbol(const struct nic_model *m)
{
    return (uint8_t)(m->nic.rmii_txd | (m->nic.rmii_tx_en ? RMII_VALID : 0));
}

uint32_t nic_model_bus_data(const struct nic_model *m)
{
    return m->bus_data;
}

bool nic_model_irq(const struct nic_model *m)
{
    return m->nic.irq;
}

bool nic_model_idle(const struct nic_model *m)
{
    return m->nic.idle && !m->on_bus;
}

uint64_t nic_model_idle_count(const struct nic_model *m)
{
    return m->nic.idle_count == UINT32_MAX ? UINT64_MAX : m->nic.idle_count;
}

void nic_model_jump(struct nic_model *m, uint64_t cycles)
{
    while (cycles > 0) {
        uint32_t part = cycles > UINT32_MAX ? UINT32_MAX : (uint32_t)cycles;
        m->nic.tick_count = part;
        m->changed = true;
        cycle(m, 0);
        if (m->wave)
            m->wave_ps += (uint64_t)(part - 1) * NIC_CYCLE_PS;
        cycles -= part;
    }
    m->nic.tick_count = 1;
    m->changed = true;
}

void nic_model_set_phy(struct nic_model *m, nic_model_phy *phy, void *context)
{
    m->phy = phy;
    m->phy_context = context;
    ask_phy(m);
}

void nic_model_set_plain(struct nic_model *m, bool plain)
{
    m->plain = plain;
    m->changed = true;
}

size_t nic_model_state_size(const struct nic_model *)
{
    return sizeof(pins) + sizeof(Vnic___024root);
}

// The generated struct is flat; its few pointers are those of this same model.
void nic_model_save(const struct nic_model *m, void *state)
{
    memcpy(state, static_cast<const pins *>(m), sizeof(pins));
    memcpy((char *)state + sizeof(pins), (const void *)m->nic.rootp, sizeof(Vnic___024root));
}

void nic_model_restore(struct nic_model *m, const void *state)
{
    memcpy(static_cast<pins *>(m), state, sizeof(pins));
    memcpy((void *)m->nic.rootp, (const char *)state + sizeof(pins), sizeof(Vnic___024root));
}

int nic_model_wave_open(struct nic_model *m, const char *path, uint64_t now_ps)
{
    errno = 0;
    m->wave = new VerilatedFstC;
    m->nic.trace(m->wave, 99);
    m->wave->open(path);
    if (!m->wave->isOpen()) {
        delete m->wave;
        m->wave = nullptr;
        return errno ? errno : EIO;
    }
    m->wave_ps = now_ps;
    m->changed = true;
    return 0;
}

void nic_model_wave_close(struct nic_model *m)
{
    if (!m->wave)
        return;
    m->wave->close();
    delete m->wave;
    m->wave = nullptr;
    m->changed = true;
}

} // extern "C"
