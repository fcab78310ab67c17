/* What the interrupt told. The causes are cleared first, then each is acted upon:
 * an event after the clearing sets its cause again, so none is lost. Causes and
 * enables share one register, so one access clears the ones and sets the others.
 *
 * Received frames are not looked for here: their cause is cleared where the ring
 * is looked at (nic_receive.c), so the caller may call in any order. */
#include "nic.h"

enum { ENABLE_LSB = NIC_INTERRUPT_RX_FRAME_ENABLE_LSB, CAUSES = 0xFF };
enum {
    COALESCE_UNIT_NS = 5120,
    COALESCE_FRAMES_MAX = NIC_COALESCE_FRAMES >> NIC_COALESCE_FRAMES_LSB,
    COALESCE_UNITS_MAX = NIC_COALESCE_TIME >> NIC_COALESCE_TIME_LSB,
};

void nic_acknowledge(struct lan_nic *nic, uint32_t causes, uint32_t enabled)
{
    nic->enabled = enabled;
    nic_write(nic, NIC_INTERRUPT, causes | enabled << ENABLE_LSB);
}

/* One unit more than the time asked for: the adapter's may be up to one less. */
bool lan_nic_coalesce(struct lan_nic *nic, uint8_t frames, uint32_t time_us)
{
    uint64_t units = (uint64_t)time_us * 1000 / COALESCE_UNIT_NS + 1;
    if (frames == 0 || time_us == 0)
        frames = 0, units = 0;
    if (frames > COALESCE_FRAMES_MAX)
        frames = COALESCE_FRAMES_MAX;
    if (units > COALESCE_UNITS_MAX)
        units = COALESCE_UNITS_MAX;
    nic->coalesce = (uint32_t)frames << NIC_COALESCE_FRAMES_LSB | (uint32_t)units
                                                                      << NIC_COALESCE_TIME_LSB;
    if (nic->state == NIC_RUNNING)
        nic_coalesce_write(nic);
    return nic_has(nic, NIC_CAPABILITY_COALESCING);
}

void nic_coalesce_write(struct lan_nic *nic)
{
    if (nic_has(nic, NIC_CAPABILITY_COALESCING))
        nic_write(nic, NIC_COALESCE, nic->coalesce);
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
    uint32_t cause = nic_read(nic, NIC_INTERRUPT);
    /* A bus without an adapter; or it was reset, and enables nothing. */
    if (cause == UINT32_MAX || (cause >> ENABLE_LSB & CAUSES) != nic->enabled) {
        nic_lose(nic);
        return;
    }
    cause &= CAUSES & nic->enabled & ~NIC_INTERRUPT_RX_FRAME;
    uint32_t enabled = nic->enabled;
    /* After an error the ring is empty, and no frame will leave it: room, too. */
    if (cause & (NIC_INTERRUPT_TX_FRAME | NIC_INTERRUPT_TX_ERROR))
        enabled &= ~NIC_INTERRUPT_TX_FRAME;
    if (cause)
        nic_acknowledge(nic, cause, enabled);
    if (cause & NIC_INTERRUPT_TX_STAMP)
        nic_take_sent_time(nic);
    if (cause & NIC_INTERRUPT_LINK)
        nic_link_changed(nic);
    if (nic->state == NIC_RUNNING && (cause & NIC_INTERRUPT_MDIO_DONE))
        nic_link_answered(nic);
    if (nic->state == NIC_RUNNING && now_us >= nic->deadline_us)
        nic_link_late(nic);
}

uint64_t nic_deadline_us(const struct lan_adapter *adapter)
{
    return ((const struct lan_nic *)adapter)->deadline_us;
}
