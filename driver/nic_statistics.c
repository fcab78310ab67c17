/* The adapter's counters are 32 bits wide and never cleared; the driver carries
 * them on in 64 bits by adding what has passed since it last looked. */
#include "nic.h"

#include <string.h>

_Static_assert((int)NIC_COUNTED_ALL <= (int)LAN_NIC_COUNTERS_MAX, "raise LAN_NIC_COUNTERS_MAX");

static const struct {
    char name[24];    /* no pointer: see set_functions in nic.c */
    uint16_t address; /* 0: the driver's own */
} counters[NIC_COUNTED_ALL] = {
#define ROW(name, address) {#name, address},
    NIC_COUNTERS(ROW)
#undef ROW
#define ROW(name) {#name, 0},
        DRIVER_COUNTERS(ROW)
#undef ROW
};

void lan_nic_count(struct lan_nic *nic)
{
    uint32_t now[NIC_COUNTER_COUNT];
    if (nic->state == NIC_LOST || !nic_has(nic, NIC_CAPABILITY_COUNTERS))
        return;
    for (unsigned i = 0; i < NIC_COUNTER_COUNT; i++)
        now[i] = nic_read(nic, counters[i].address);
    if (nic_read(nic, NIC_ID) != NIC_ID_VALUE_RESET) { /* no adapter counted those */
        if (nic->state == NIC_RUNNING)
            nic_lose(nic);
        return;
    }
    for (unsigned i = 0; i < NIC_COUNTER_COUNT; i++)
        nic->totals[i] += now[i] - nic->counted[i];
    memcpy(nic->counted, now, sizeof now);
}

const char *lan_nic_counter(const struct lan_nic *nic, unsigned index, uint64_t *value)
{
    if (index >= NIC_COUNTED_ALL)
        return NULL;
    *value = nic->totals[index];
    return counters[index].name;
}
