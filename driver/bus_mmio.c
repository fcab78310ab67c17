/* The bus as a processor sees it: the adapter's 64 KiB at one address. The
 * pointer that the driver carries is that address.
 *
 * For a little-endian processor whose accesses to the adapter are uncached and in
 * order. The compiler must be kept in order, too: what is read or built in a ring
 * in place is plain memory to it. */
#include "bus.h"
#include "nic_registers.h"

#include <stdatomic.h>

static volatile uint32_t *word_at(struct lan_bus *bus, uint32_t address)
{
    return (volatile uint32_t *)((uintptr_t)bus + address);
}

uint32_t lan_bus_read(struct lan_bus *bus, uint32_t address)
{
    uint32_t value = *word_at(bus, address);
    atomic_signal_fence(memory_order_seq_cst);
    return value;
}

void lan_bus_write(struct lan_bus *bus, uint32_t address, uint32_t value)
{
    atomic_signal_fence(memory_order_seq_cst);
    *word_at(bus, address) = value;
}

void lan_bus_read_words(struct lan_bus *bus, uint32_t address, void *memory, size_t word_count)
{
    uint32_t *to = memory;
    volatile uint32_t *from = word_at(bus, address);
    for (; word_count >= 4; word_count -= 4, to += 4, from += 4) {
        uint32_t a = from[0], b = from[1], c = from[2], d = from[3];
        to[0] = a, to[1] = b, to[2] = c, to[3] = d;
    }
    for (size_t i = 0; i < word_count; i++)
        to[i] = from[i];
}

void lan_bus_write_words(struct lan_bus *bus, uint32_t address, const void *memory,
                         size_t word_count)
{
    const uint32_t *from = memory;
    volatile uint32_t *to = word_at(bus, address);
    for (; word_count >= 4; word_count -= 4, to += 4, from += 4) {
        uint32_t a = from[0], b = from[1], c = from[2], d = from[3];
        to[0] = a, to[1] = b, to[2] = c, to[3] = d;
    }
    for (size_t i = 0; i < word_count; i++)
        to[i] = from[i];
}

void *lan_bus_map(struct lan_bus *bus, uint32_t address)
{
    return (uint8_t *)bus + address;
}
