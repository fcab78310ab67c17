/* The interrupt.
 *
 * Causes are cleared first, then the rings are looked at. Were it the other way
 * round, a frame that arrives between the look and the clear would be forgotten;
 * so it leaves its cause set and interrupts again, at worst for nothing. The
 * adapter lets an event win over a clear in the same cycle. */
#include "nic.h"

/* All ones is what a bus without an adapter reads: nothing happened. */
enum { ABSENT = -1 };

void nic_service(struct lan_adapter *adapter, uint64_t now_us)
{
    struct lan_nic *nic = nic_of(adapter);
    uint32_t cause = lan_bus_read(nic->bus, NIC_CAUSE);
    if (cause == (uint32_t)ABSENT)
        cause = 0;
    if (cause != 0)
        lan_bus_write(nic->bus, NIC_CAUSE, cause);
    if (cause & NIC_CAUSE_TX_FRAME && nic->enable & NIC_ENABLE_TX_FRAME) {
        nic->enable &= ~NIC_ENABLE_TX_FRAME;
        lan_bus_write(nic->bus, NIC_ENABLE, nic->enable);
    }
    if (cause & NIC_CAUSE_TX_ERROR) /* the adapter emptied the ring up to head */
        nic->tx_tail = nic->tx_head;
    nic_link_service(nic, cause, now_us);
}

uint64_t nic_deadline_us(const struct lan_adapter *adapter)
{
    const struct lan_nic *nic = (const struct lan_nic *)adapter;
    return nic->phy_due_us;
}
