/* Flow control by pause frames (IEEE 802.3 annex 31B): the frame that the adapter
 * sends, and what the two ends agree on (annex 28B). */
#include "nic.h"

enum { /* bits of the PHY's registers 4 and 5 (clause 28.2.4.1, annex 28B.2) */
       PAUSE = 1 << 10,
       ASYMMETRIC = 1 << 11,
};

/* The frame of annex 31B.2 without the own address, which the filter's table holds:
 * to the group of annex 31B.1, of type 0x8808, opcode 1, for the longest time. */
void nic_pause_write(const struct lan_nic *nic)
{
    static const uint8_t octets[12] = {0x01, 0x80, 0xC2, 0x00, 0x00, 0x01,
                                       0x88, 0x08, 0x00, 0x01, 0xFF, 0xFF};
    if (!nic_has(nic, NIC_CAPABILITY_PAUSE))
        return;
    for (unsigned i = 0; i < 6; i++) {
        nic_write(nic, NIC_PAUSE_0 + 4 * i, octets[i]);
        nic_write(nic, NIC_PAUSE_12 + 4 * i, octets[6 + i]);
    }
}
_Static_assert(NIC_PAUSE_5 == NIC_PAUSE_0 + 20 && NIC_PAUSE_17 == NIC_PAUSE_12 + 20,
               "octets in order");

uint32_t nic_pause_offer(const struct lan_nic *nic)
{
    bool can = nic->config.pause && nic_has(nic, NIC_CAPABILITY_PAUSE);
    return can ? PAUSE | ASYMMETRIC : 0; /* both ways, or either alone */
}

/* Table 28B-3. */
struct nic_pause nic_pause_resolve(uint32_t offered, uint32_t partner)
{
    uint32_t both = offered & partner;
    struct nic_pause pause = {.obeys = both & PAUSE, .sends = both & PAUSE};
    if (!(both & PAUSE) && (both & ASYMMETRIC)) {
        pause.obeys = offered & PAUSE;
        pause.sends = partner & PAUSE;
    }
    return pause;
}

bool lan_nic_pause_peer(struct lan_nic *nic, bool hold)
{
    if (nic->state != NIC_RUNNING || !(nic->control & NIC_CONTROL_PAUSE_AUTO))
        return false;
    nic_write(nic, NIC_CONTROL,
              nic->control | (hold ? NIC_CONTROL_PAUSE_SEND : NIC_CONTROL_PAUSE_END));
    return true;
}
