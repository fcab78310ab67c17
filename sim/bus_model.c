#include "bus_model.h"

#include <string.h>

struct lan_bus bus_model_of(struct station *station)
{
    return (struct lan_bus){.station = station};
}

uint32_t lan_bus_read(struct lan_bus *bus, uint32_t address)
{
    uint32_t value = station_read(bus->station, address);
    if (bus->passed)
        bus->passed(bus->context);
    return value;
}

void lan_bus_write(struct lan_bus *bus, uint32_t address, uint32_t value)
{
    station_write(bus->station, address, value);
    if (bus->passed)
        bus->passed(bus->context);
}

void lan_bus_read_words(struct lan_bus *bus, uint32_t address, void *memory, size_t word_count)
{
    uint8_t *at = memory;
    for (size_t i = 0; i < word_count; i++, at += 4) {
        uint32_t word = lan_bus_read(bus, address + 4 * (uint32_t)i);
        const uint8_t bytes[4] = {(uint8_t)word, (uint8_t)(word >> 8), (uint8_t)(word >> 16),
                                  (uint8_t)(word >> 24)};
        memcpy(at, bytes, 4);
    }
}

void lan_bus_write_words(struct lan_bus *bus, uint32_t address, const void *memory,
                         size_t word_count)
{
    const uint8_t *at = memory;
    for (size_t i = 0; i < word_count; i++, at += 4)
        lan_bus_write(bus, address + 4 * (uint32_t)i,
                      (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
                          (uint32_t)at[3] << 24);
}

/* The rings lie behind the bus, not in this process' memory. */
void *lan_bus_map(struct lan_bus *bus, uint32_t address)
{
    (void)bus;
    (void)address;
    return NULL;
}
