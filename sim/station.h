/* An adapter's model with its line and its place in time.
 *
 * Frames to the adapter become symbols on its receive pins, and symbols on its
 * transmit pins become frames, unless they collided. Quiet stretches run without symbols, idle ones
 * in one step. Above: node.h, or a test. Below: nic_model.h, rmii.h. */
#ifndef SIM_STATION_H
#define SIM_STATION_H

#include "frame.h"
#include "nic_model.h"
#include "station_line.h"

struct station;

/* What the receive pins show: the symbols of the cycles from `cycle` on, at most
 * `count`, and how many they are; or 0 and in *quiet for how many cycles (at least
 * 1) nothing is shown. Cycles are asked for in order, each once; a quiet stretch
 * again when station_look was called. */
typedef size_t station_source(void *context, uint64_t cycle, uint8_t *symbols, size_t count,
                              uint64_t *quiet);

struct station_counters {
    uint64_t cycles_run;    /* that were truly computed */
    uint64_t cycles_jumped; /* that were passed while idle */
    uint64_t dropped;       /* frames for which the line's queue had no room */
};

/* Its cycle 0 is at 0 ps. NULL: no memory. `sent` gets what it sends; may be NULL. */
struct station *station_new(unsigned rate_mbps, struct wire_end *sent);
void station_free(struct station *station);

struct nic_model *station_model(struct station *station);
uint64_t station_cycle(const struct station *station);
uint64_t station_now_ps(const struct station *station);
const struct station_counters *station_counters(const struct station *station);

/* The line's far side: duplex and pause are set there, before frames go. */
struct station_line *station_line(struct station *station);
/* The rate of the line, from the next frame on. */
void station_set_rate(struct station *station, unsigned rate_mbps);

/* Shows the frame on the receive pins as soon as the line is free (with the
 * minimal gap). false: the queue is full, counted. */
bool station_receive(struct station *station, const struct wire_frame *frame);
/* Another source of what the pins show than station_receive; NULL: that again. */
void station_set_source(struct station *station, station_source *source, void *context);
/* The source has something new to show. */
void station_look(struct station *station);

/* Hears each symbol that it sends, with its cycle, in order. NULL: nobody. */
typedef void station_listener(void *context, uint64_t cycle, uint8_t symbol);
void station_set_listener(struct station *station, station_listener *listener, void *context);

/* --- Time --------------------------------------------------------------------------- */

/* It never runs past the horizon. A bus access that would calls `wait`, which
 * comes back when the horizon is further. Without a horizon (NULL) it is free. */
void station_set_horizon(struct station *station, uint64_t cycle);
void station_set_wait(struct station *station, void (*wait)(void *context), void *context);

/* Runs up to `cycle` or the horizon, and gives 0; or the one of these that stopped
 * it, when asked: NIC_STOP_IRQ, irq is 1; NIC_STOP_IDLE, it is quiet to that end. */
unsigned station_run(struct station *station, uint64_t cycle, unsigned stop);
/* Nothing will happen before that cycle unless something comes from outside;
 * UINT64_MAX: never. */
uint64_t station_quiet_until(const struct station *station);

/* Off: idle cycles are run one by one, with the same result. */
void station_set_jumps(struct station *station, bool jumps);

/* --- The bus -------------------------------------------------------------------------- */

uint32_t station_read(struct station *station, uint32_t address);
void station_write(struct station *station, uint32_t address, uint32_t data);
/* The adapter's reset pin: what it was sending breaks off, what it is shown goes on. */
void station_reset(struct station *station);
uint64_t station_accesses(const struct station *station);

/* A hash over every transmitted dibit, interrupt edge and register read, each
 * with its cycle, since the start. */
uint64_t station_hash(const struct station *station);

#endif
