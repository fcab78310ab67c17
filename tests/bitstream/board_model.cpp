// sim/soc/soc_model.h over the pins of a board's chip as its bitstream has it: with this
// body `lantern soc` runs the Verilog recovered from a bitstream, and the firmware is the
// one in the image's block RAM. What is written to soc_model_ram goes nowhere; no time is
// jumped over; no wave and no profile, for the chip has no names inside.
#include <cerrno>
#include <new>

#include "Vchip.h"
#include "soc_model.h"
#include "verilated.h"

enum { RAM_BASE = 0x40000000, RAM_WORDS = 65536, UART_CLOCKS = 50, UART_BITS = 10 };

// One direction of the console: a byte as start bit, eight bits, stop bit.
struct uart_line {
    unsigned left = 0, count = 0; // bits to come, clocks until the next
    unsigned shift = 0;
};

struct soc_model {
    VerilatedContext context;
    Vchip chip{&context};
    uint32_t ram[RAM_WORDS] = {};
    nic_model_phy *phy = nullptr;
    void *phy_context = nullptr;
    bool mdc = false;
    uart_line from_chip, to_chip;
    void (*heard)(void *, uint8_t) = nullptr;
    void *heard_context = nullptr;
};

namespace
{

void listen(soc_model *m)
{
    uart_line &line = m->from_chip;
    if (line.left == 0) {
        if (m->chip.uart_tx)
            return;
        line.left = UART_BITS;
        line.count = UART_CLOCKS / 2;
    } else if (--line.count == 0) {
        line.count = UART_CLOCKS;
        line.shift = line.shift >> 1 | (unsigned)m->chip.uart_tx << (UART_BITS - 1);
        if (--line.left == 0 && m->heard)
            m->heard(m->heard_context, (uint8_t)(line.shift >> 1));
    }
}

void speak(soc_model *m)
{
    uart_line &line = m->to_chip;
    if (line.left == 0 || --line.count != 0)
        return;
    line.count = UART_CLOCKS;
    line.shift >>= 1;
    line.left--;
    m->chip.uart_rx = line.left == 0 || (line.shift & 1);
}

void ask_phy(soc_model *m)
{
    m->mdc = m->chip.mdc;
    bool level =
        m->phy ? m->phy(m->phy_context, m->chip.mdc, m->chip.mdio_out, m->chip.mdio_drive) : true;
    m->chip.mdio_in = m->chip.mdio_drive ? m->chip.mdio_out : level;
}

void cycle(soc_model *m, uint8_t symbol)
{
    m->chip.rmii_rxd = symbol & RMII_DATA;
    m->chip.rmii_crs_dv = (symbol & RMII_VALID) != 0;
    m->chip.rmii_ref_clk = 0;
    m->chip.eval();
    m->chip.rmii_ref_clk = 1;
    m->chip.eval();
    if (m->chip.mdc != m->mdc)
        ask_phy(m);
    listen(m);
    speak(m);
}

} // namespace

extern "C" {

struct soc_model *soc_model_new(void)
{
    soc_model *m = new (std::nothrow) soc_model;
    if (!m)
        return nullptr;
    m->chip.button_n = 1;
    m->chip.mdio_in = 1;
    m->chip.uart_rx = 1;
    return m;
}

void soc_model_free(struct soc_model *m)
{
    delete m;
}

uint32_t *soc_model_ram(struct soc_model *m)
{
    return m->ram;
}

uint32_t soc_model_ram_base(void)
{
    return RAM_BASE;
}

uint32_t soc_model_ram_size(void)
{
    return sizeof soc_model::ram;
}

// The chip holds itself in reset after its configuration.
void soc_model_start(struct soc_model *m)
{
    (void)m;
}

size_t soc_model_run(struct soc_model *m, size_t count, const uint8_t *rx, uint8_t *tx)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t was_sending = m->chip.rmii_tx_en;
        cycle(m, rx ? rx[i] : 0);
        tx[i] = (uint8_t)(m->chip.rmii_txd | (m->chip.rmii_tx_en ? RMII_VALID : 0));
        if (m->chip.rmii_tx_en != was_sending)
            return i + 1;
    }
    return count;
}

uint32_t soc_model_quiet_us(const struct soc_model *m)
{
    (void)m;
    return 0;
}

void soc_model_jump(struct soc_model *m, uint32_t us)
{
    (void)m;
    (void)us;
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
    uart_line &line = m->to_chip;
    if (line.left)
        return false;
    line.shift = 1u << 9 | (unsigned)byte << 1;
    line.left = UART_BITS + 1; // and a bit of pause
    line.count = UART_CLOCKS;
    m->chip.uart_rx = 0;
    return true;
}

void soc_model_count_cycles(struct soc_model *m, struct soc_count *counts)
{
    (void)m;
    (void)counts;
}

uint8_t soc_model_leds(const struct soc_model *m)
{
    return m->chip.led;
}

int soc_model_wave_open(struct soc_model *m, const char *path)
{
    (void)m;
    (void)path;
    return ENOTSUP;
}

void soc_model_wave_close(struct soc_model *m)
{
    (void)m;
}

} // extern "C"
