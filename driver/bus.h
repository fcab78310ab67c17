/* The bus between the driver and the adapter: the driver's seam.
 *
 * Several bodies, one chosen at link time: driver/bus_mmio.c (memory-mapped, on
 * a processor), sim/bus_model.c (the Verilated adapter, cycle by cycle),
 * tests/driver/bus_fake.c (an adapter in C for the driver's tests).
 *
 * Addresses are bytes within the adapter, multiples of 4. `struct lan_bus`
 * belongs to the body; the driver only carries the pointer. */
#ifndef LAN_BUS_H
#define LAN_BUS_H

#include <stddef.h>
#include <stdint.h>

struct lan_bus;

uint32_t lan_bus_read(struct lan_bus *bus, uint32_t address);
void lan_bus_write(struct lan_bus *bus, uint32_t address, uint32_t value);

/* Whole words between memory and consecutive addresses of the adapter;
 * `memory` is 4-byte aligned, the first byte in memory is the low byte of the
 * first word. */
void lan_bus_read_words(struct lan_bus *bus, uint32_t address, void *memory, size_t word_count);
void lan_bus_write_words(struct lan_bus *bus, uint32_t address, const void *memory,
                         size_t word_count);

/* Where `address` lies in the processor's memory, so that frames are built and
 * read in place; NULL when the adapter is not memory-mapped, and the driver
 * then copies. The transmit ring cannot be read: a stack does not read what it builds
 * where the adapter sums, and else what it sums is still in memory. */
void *lan_bus_map(struct lan_bus *bus, uint32_t address);

#endif
