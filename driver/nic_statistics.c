/* The adapter's counters are 32 bits wide and never cleared; the driver carries
 * them on in 64 bits by adding what has passed since it last looked. */
#include "nic.h"

_Static_assert((int)NIC_COUNTERS_ALL <= (int)LAN_NIC_COUNTERS_MAX, "raise LAN_NIC_COUNTERS_MAX");

static const struct {
    const char *name;
    uint32_t address; /* 0: the driver's own */
} counters[NIC_COUNTERS_ALL] = {
#define ROW(name, address) {#name, address},
    NIC_COUNTERS(ROW)
#undef ROW
#define ROW(name) {#name, 0},
        DRIVER_COUNTERS(ROW)
#undef ROW
};

void lan_nic_count(struct lan_nic *nic)
{
    for (unsigned i = 0; i < NIC_REGISTER_COUNTERS; i++) {
        uint32_t now = lan_bus_read(nic->bus, counters[i].address);
        nic->totals[i] += now - nic->counted[i];
        nic->counted[i] = now;
    }
}

const char *lan_nic_counter(const struct lan_nic *nic, unsigned index, uint64_t *value)
{
    if (index >= NIC_COUNTERS_ALL)
        return NULL;
    *value = nic->totals[index];
    return counters[index].name;
}
