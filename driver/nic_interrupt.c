/* What the interrupt told. The causes are cleared first, then each is acted upon:
 * an event after the clearing sets its cause again, so none is lost.
 *
 * Received frames are not looked for here: their cause is cleared where the ring
 * is looked at (nic_receive.c), so the caller may call in any order. */
#include "nic.h"

void nic_enable(struct lan_nic *nic, uint32_t causes, bool wanted)
{
    nic->enabled = wanted ? nic->enabled | causes : nic->enabled & ~causes;
    nic_write(nic, NIC_ENABLE, nic->enabled);
}

static void find_again(struct lan_nic *nic)
{
    if (nic->now_us >= nic->deadline_us && nic_bring_up(nic) != LAN_NIC_OK)
        nic->deadline_us = nic->now_us + LAN_NIC_RETRY_MS * 1000u;
}

void nic_service(struct lan_adapter *adapter, uint64_t now_us)
{
    struct lan_nic *nic = nic_of(adapter);
    nic->now_us = now_us;
    if (nic->state == NIC_LOST)
        find_again(nic);
    if (nic->state != NIC_RUNNING)
        return;
    uint32_t cause = nic_read(nic, NIC_CAUSE);
    if (cause == UINT32_MAX) { /* a bus without an adapter */
        nic_lose(nic);
        return;
    }
    cause &= nic->enabled & ~NIC_CAUSE_RX_FRAME;
    if (cause)
        nic_write(nic, NIC_CAUSE, cause);
    /* After an error the ring is empty, and no frame will leave it: room, too. */
    if ((cause & (NIC_CAUSE_TX_FRAME | NIC_CAUSE_TX_ERROR)) && (nic->enabled & NIC_ENABLE_TX_FRAME))
        nic_enable(nic, NIC_ENABLE_TX_FRAME, false);
    if (cause & NIC_CAUSE_MDIO_DONE)
        nic_link_answer(nic);
    if (nic->state == NIC_RUNNING && now_us >= nic->deadline_us)
        nic_link_poll(nic);
}

uint64_t nic_deadline_us(const struct lan_adapter *adapter)
{
    return ((const struct lan_nic *)adapter)->deadline_us;
}
