// See soc_model.h. SOC_WITHOUT_PROCESSOR: the same pins of fpga/host_link. Verilator's own eval()
// twice a cycle: the processor is most of the work.
#include "soc_model.h"

#include <cerrno>
#include <cstring>
#include <new>

#include "Vsoc.h"
#include "Vsoc___024root.h"
#include "verilated_fst_c.h"

#ifndef SOC_UART_CLOCKS
#define SOC_UART_CLOCKS 50 /* as soc.sv's parameter of that name */
#endif
enum {
    RAM_BASE = 0x40000000,
    UART_CLOCKS = SOC_UART_CLOCKS,
    UART_BITS = 10,
    CLOCKS_PER_US = 50,
    RESET_CYCLES = 16
};

// One direction of the console: a byte as start bit, eight bits, stop bit.
struct uart_line {
    unsigned left = 0, count = 0; // bits to come, clocks until the next
    unsigned shift = 0;
};

struct tracing_context : VerilatedContext {
    tracing_context()
    {
        traceEverOn(true);
    } // has to be said before the model is made
};

struct soc_model {
    tracing_context context;
    Vsoc soc{&context, "soc"};
    VerilatedFstC *wave = nullptr;
    uint64_t wave_ps = 0;
    nic_model_phy *phy = nullptr;
    void *phy_context = nullptr;
    bool mdc = false;
    uint8_t symbol = 0;
    uart_line from_soc, to_soc;
    void (*heard)(void *, uint8_t) = nullptr;
    void *heard_context = nullptr;
    soc_count *counts = nullptr;
};

namespace
{

void listen(soc_model *m)
{
    uart_line &line = m->from_soc;
    if (line.left == 0) {
        if (m->soc.uart_tx)
            return;
        line.left = UART_BITS;
        line.count = UART_CLOCKS / 2;
    } else if (--line.count == 0) {
        line.count = UART_CLOCKS;
        line.shift = line.shift >> 1 | (unsigned)m->soc.uart_tx << (UART_BITS - 1);
        if (--line.left == 0 && m->heard)
            m->heard(m->heard_context, (uint8_t)(line.shift >> 1));
    }
}

void speak(soc_model *m)
{
    uart_line &line = m->to_soc;
    if (line.left == 0 || --line.count != 0)
        return;
    line.count = UART_CLOCKS;
    line.shift >>= 1;
    line.left--;
    m->soc.uart_rx = line.left == 0 || (line.shift & 1);
}

#ifndef SOC_WITHOUT_PROCESSOR
void count_cycle(soc_model *m)
{
    const Vsoc___024root *root = m->soc.rootp;
    uint32_t at = root->soc__DOT__processor__DOT__lastStagePc - RAM_BASE;
    if (at >= soc_model_ram_size())
        return;
    m->counts[at / 2].cycles++;
    m->counts[at / 2].ends += root->soc__DOT__processor__DOT__lastStageIsFiring;
}
#endif

void ask_phy(soc_model *m)
{
    m->mdc = m->soc.mdc;
    m->soc.mdio_in =
        m->phy ? m->phy(m->phy_context, m->soc.mdc, m->soc.mdio_out, m->soc.mdio_drive) : true;
}

void cycle(soc_model *m, uint8_t symbol)
{
    if (symbol != m->symbol) {
        m->symbol = symbol;
        m->soc.rmii_rxd = symbol & RMII_DATA;
        m->soc.rmii_crs_dv = (symbol & RMII_VALID) != 0;
        m->soc.rmii_rx_er = (symbol & RMII_ERROR) != 0;
    }
    m->soc.clk = 0;
    m->soc.eval();
    if (m->wave)
        m->wave->dump(m->wave_ps + NIC_CYCLE_PS / 2);
    m->soc.clk = 1;
    m->soc.eval();
    m->wave_ps += NIC_CYCLE_PS;
    if (m->wave)
        m->wave->dump(m->wave_ps);
    if (m->soc.mdc != m->mdc)
        ask_phy(m);
    listen(m);
    speak(m);
#ifndef SOC_WITHOUT_PROCESSOR
    if (m->counts)
        count_cycle(m);
#endif
}

} // namespace

extern "C" {

struct soc_model *soc_model_new(void)
{
    soc_model *m = new (std::nothrow) soc_model;
    if (!m)
        return nullptr;
    m->soc.tick_count = 1;
    m->soc.mdio_in = 1;
    m->soc.uart_rx = 1;
    m->soc.rst = 1;
    return m;
}

void soc_model_free(struct soc_model *m)
{
    if (m)
        soc_model_wave_close(m);
    delete m;
}

#ifndef SOC_WITHOUT_PROCESSOR
uint32_t *soc_model_ram(struct soc_model *m)
{
    return &m->soc.rootp->soc__DOT__ram__DOT__words[0];
}

uint32_t soc_model_ram_base(void)
{
    return RAM_BASE;
}

uint32_t soc_model_ram_size(void)
{
    return sizeof Vsoc___024root::soc__DOT__ram__DOT__words;
}
#endif

void soc_model_start(struct soc_model *m)
{
    m->soc.rst = 1;
    for (int i = 0; i < RESET_CYCLES; i++)
        cycle(m, 0);
    m->soc.rst = 0;
}

size_t soc_model_run(struct soc_model *m, size_t count, const uint8_t *rx, uint8_t *tx)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t was_sending = m->soc.rmii_tx_en;
        cycle(m, rx ? rx[i] : 0);
        tx[i] = (uint8_t)(m->soc.rmii_txd | (m->soc.rmii_tx_en ? RMII_VALID : 0));
        if (m->soc.rmii_tx_en != was_sending)
            return i + 1;
    }
    return count;
}

uint32_t soc_model_quiet_us(const struct soc_model *m)
{
    if (!m->soc.idle || m->to_soc.left || m->from_soc.left)
        return 0;
    uint32_t adapter_us = m->soc.idle_count / CLOCKS_PER_US;
    uint32_t quiet_us = adapter_us < m->soc.wait_us ? adapter_us : m->soc.wait_us;
    // The tick before it is over is run, and a jump counts its cycles in 32 bits.
    const uint32_t AT_MOST_US = 50000000;
    return quiet_us < 2 ? 0 : quiet_us - 1 < AT_MOST_US ? quiet_us - 1 : AT_MOST_US;
}

void soc_model_jump(struct soc_model *m, uint32_t us)
{
    if (us == 0)
        return;
    m->soc.tick_count = us * CLOCKS_PER_US;
    m->soc.tick_us = us;
    cycle(m, 0);
    m->wave_ps += ((uint64_t)us * CLOCKS_PER_US - 1) * NIC_CYCLE_PS;
    m->soc.tick_count = 1;
    m->soc.tick_us = 0;
}

void soc_model_set_phy(struct soc_model *m, nic_model_phy *phy, void *context)
{
    m->phy = phy;
    m->phy_context = context;
    ask_phy(m);
}

void soc_model_set_console(struct soc_model *m, void (*heard)(void *context, uint8_t byte),
                           void *context)
{
    m->heard = heard;
    m->heard_context = context;
}

bool soc_model_say(struct soc_model *m, uint8_t byte)
{
    uart_line &line = m->to_soc;
    if (line.left)
        return false;
    line.shift = 3u << 9 | (unsigned)byte << 1;
    line.left = UART_BITS + 1; // and a bit of pause
    line.count = UART_CLOCKS;
    m->soc.uart_rx = 0;
    return true;
}

void soc_model_count_cycles(struct soc_model *m, struct soc_count *counts)
{
    m->counts = counts;
}

uint8_t soc_model_leds(const struct soc_model *m)
{
    return m->soc.leds;
}

int soc_model_wave_open(struct soc_model *m, const char *path)
{
    errno = 0;
    m->wave = new VerilatedFstC;
    m->soc.trace(m->wave, 99);
    m->wave->open(path);
    if (m->wave->isOpen())
        return 0;
    delete m->wave;
    m->wave = nullptr;
    return errno ? errno : EIO;
}

void soc_model_wave_close(struct soc_model *m)
{
    if (!m->wave)
        return;
    m->wave->close();
    delete m->wave;
    m->wave = nullptr;
}

} // extern "C"
