/* The Verilated adapter behind plain C: pins in, pins out, cycle by cycle.
 *
 * Above: station.h, which gives it a line and a place in time.
 * The only C++ of the simulation is nic_model.cpp behind this header. */
#ifndef SIM_NIC_MODEL_H
#define SIM_NIC_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { NIC_CYCLE_PS = 20000 }; /* 50 MHz */

/* One side of the RMII pins in one cycle, as a byte. */
enum {
    RMII_DATA = 0x03,  /* RXD or TXD, one dibit */
    RMII_VALID = 0x04, /* CRS_DV or TX_EN */
    RMII_ERROR = 0x08, /* RX_ER; to the adapter only */
};

/* Why nic_model_run came back before `count` cycles. */
enum {
    NIC_STOP_IRQ = 1 << 0,     /* irq is 1 after this cycle */
    NIC_STOP_ACK = 1 << 1,     /* the bus access was acknowledged in this cycle */
    NIC_STOP_TX_EDGE = 1 << 2, /* TX_EN rose or fell in this cycle */
    NIC_STOP_IDLE = 1 << 3,    /* the adapter is idle after this cycle */
};

struct nic_model;

struct nic_model *nic_model_new(void); /* reset and ready; NULL: no memory */
void nic_model_free(struct nic_model *model);
/* Its reset pin is pulled, which takes no time here; an access on the bus is over and read 0. */
void nic_model_reset(struct nic_model *model);

/* Runs up to `count` cycles and gives how many. rx holds one symbol a cycle
 * (NULL: the line is quiet); tx takes one a cycle (NULL: not wanted). Ends early,
 * after the cycle in question, for the reasons in `stop`. */
size_t nic_model_run(struct nic_model *model, size_t count, const uint8_t *rx, uint8_t *tx,
                     unsigned stop);

/* Puts an access on the bus; it is over when nic_model_run stops for
 * NIC_STOP_ACK, and nic_model_bus_data gives what was read. */
void nic_model_bus_begin(struct nic_model *model, uint32_t address, bool write, uint32_t data);
bool nic_model_on_bus(const struct nic_model *model); /* the access is not over yet */
uint32_t nic_model_bus_data(const struct nic_model *model);

/* What the transmit pins show after the last cycle. */
uint8_t nic_model_symbol(const struct nic_model *model);

bool nic_model_irq(const struct nic_model *model);
/* Nothing changes until an input does, or for nic_model_idle_count cycles (proved:
 * tests/formal). */
bool nic_model_idle(const struct nic_model *model);
/* UINT64_MAX: none of the adapter's timers runs. */
uint64_t nic_model_idle_count(const struct nic_model *model);
/* Passes `cycles` quiet cycles, at most those, in one step; only while idle. Leaves exactly the
 * state that running them would have left. */
void nic_model_jump(struct nic_model *model, uint64_t cycles);

/* The management pins of the PHY at this adapter, sampled each cycle that MDC
 * changes; `phy` gives MDIO back. NULL: no PHY answers, MDIO reads 1. */
typedef bool nic_model_phy(void *context, bool mdc, bool mdio, bool drive);
void nic_model_set_phy(struct nic_model *model, nic_model_phy *phy, void *context);

/* Uses Verilator's eval() for every cycle, for comparison: slower, same result. */
void nic_model_set_plain(struct nic_model *model, bool plain);

/* The whole state as bytes: save, and go back to it, in the same model. The PHY is
 * not part of it. */
size_t nic_model_state_size(const struct nic_model *model);
void nic_model_save(const struct nic_model *model, void *state);
void nic_model_restore(struct nic_model *model, const void *state);

/* An FST wave of every cycle from here on, until closed. 0 or errno. */
int nic_model_wave_open(struct nic_model *model, const char *path, uint64_t now_ps);
void nic_model_wave_close(struct nic_model *model);

#ifdef __cplusplus
}
#endif
#endif
