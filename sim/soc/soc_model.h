/* The Verilated system-on-chip (fpga/soc) behind plain C: pins in, pins out, cycle by
 * cycle; its memory, and what the processor does, for whoever looks.
 *
 * Above: soc_host.h, which gives it a line and a place in time. The RMII side is that of
 * nic_model.h: one symbol a cycle. */
#ifndef SIM_SOC_MODEL_H
#define SIM_SOC_MODEL_H

#include "nic_model.h"

#ifdef __cplusplus
extern "C" {
#endif

struct soc_model;

struct soc_model *soc_model_new(void); /* held in reset; NULL: no memory */
void soc_model_free(struct soc_model *model);

/* Words of the memory, which begins at soc_model_ram_base. The processor has caches: what
 * it runs is written before the start. */
uint32_t *soc_model_ram(struct soc_model *model);
uint32_t soc_model_ram_base(void);
uint32_t soc_model_ram_size(void); /* bytes */

/* The reset ends, the processor begins at the memory's first word. */
void soc_model_start(struct soc_model *model);

/* Runs up to `count` cycles, ending after one in which TX_EN rose or fell; how many. rx
 * holds one symbol a cycle (NULL: the line is quiet), tx takes one. */
size_t soc_model_run(struct soc_model *model, size_t count, const uint8_t *rx, uint8_t *tx);

/* The processor waits and nothing else moves: for so many microseconds nothing happens
 * unless it comes from outside; 0: it is busy. */
uint32_t soc_model_quiet_us(const struct soc_model *model);
/* Passes them, at most those, in one step; leaves what running them would have left, but
 * for the processor's own mcycle. */
void soc_model_jump(struct soc_model *model, uint32_t us);

/* The management pins of the PHY, as nic_model_set_phy. */
void soc_model_set_phy(struct soc_model *model, nic_model_phy *phy, void *context);

/* The console: `heard` gets each byte the firmware sends; soc_model_say gives it one, and
 * false: the one before is still on its way. */
void soc_model_set_console(struct soc_model *model, void (*heard)(void *context, uint8_t byte),
                           void *context);
bool soc_model_say(struct soc_model *model, uint8_t byte);

/* Of the instruction at a halfword of the memory. */
struct soc_count {
    uint64_t cycles, ends; /* in which it was in the last stage; and how often it ended */
};
/* soc_model_ram_size / 2 of them are counted up from now on. NULL: nobody counts. */
void soc_model_count_cycles(struct soc_model *model, struct soc_count *counts);

uint8_t soc_model_leds(const struct soc_model *model);

/* An FST wave of every cycle from here on, until closed. 0 or errno. */
int soc_model_wave_open(struct soc_model *model, const char *path);
void soc_model_wave_close(struct soc_model *model);

#ifdef __cplusplus
}
#endif
#endif
