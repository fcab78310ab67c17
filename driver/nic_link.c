/* The link, as the PHY tells it through its management registers (IEEE 802.3
 * clause 22.2.4): asked every LAN_NIC_LINK_POLL_MS, one register at a time, and
 * never waited for. */
#include "nic.h"

enum { /* registers, and the bits that are read (clauses 22.2.4, 28.2.4.1) */
       BMCR = 0,
       BMCR_FAST = 1 << 13,
       BMCR_FULL_DUPLEX = 1 << 8,
       BMSR = 1,
       BMSR_NEGOTIATED = 1 << 5,
       BMSR_LINK = 1 << 2,
       ANLPAR = 5,
       ANLPAR_10_FULL = 1 << 6,
       ANLPAR_100 = 1 << 7,
       ANLPAR_100_FULL = 1 << 8,
};

enum step {
    QUIET,
    ASK_LATCHED, /* BMSR's link bit keeps a loss until it has been read... */
    ASK_NOW,     /* ...so that a second reading tells how it is */
    ASK_MODE,    /* BMCR, when nothing was negotiated */
    ASK_PARTNER, /* ANLPAR */
};

static void ask(struct lan_nic *nic, enum step step, uint32_t phy_register)
{
    nic->phy_step = (uint8_t)step;
    nic->deadline_us = nic->now_us + LAN_NIC_LINK_POLL_MS * 1000u;
    nic_write(nic, NIC_MDIO,
              NIC_MDIO_START | (uint32_t)nic->config.phy_address << NIC_MDIO_PHY_LSB |
                  phy_register << NIC_MDIO_REGISTER_LSB);
}

void nic_link_start(struct lan_nic *nic)
{
    nic->phy_step = QUIET;
    if (nic->config.follow_phy) {
        nic->deadline_us = nic->now_us;
        nic_enable(nic, NIC_ENABLE_MDIO_DONE, true);
    } else {
        nic->deadline_us = NIC_NEVER;
        nic_set_link(nic, true);
    }
}

void nic_link_poll(struct lan_nic *nic)
{
    if (nic->phy_step == QUIET)
        ask(nic, ASK_LATCHED, BMSR);
    else
        nic_lose(nic); /* a transfer takes 26 us, not a whole period */
}

/* The best that both sides can, in the order of Annex 28B.3; our PHY is one that
 * offers all four. */
static void set_mode_by_partner(struct lan_nic *nic, uint32_t partner)
{
    bool fast = partner & (ANLPAR_100 | ANLPAR_100_FULL);
    nic_set_mode(nic, fast, partner & (fast ? ANLPAR_100_FULL : ANLPAR_10_FULL));
}

static void bring_link_up(struct lan_nic *nic)
{
    nic->phy_step = QUIET;
    nic_set_link(nic, true);
}

static void take_status(struct lan_nic *nic, uint32_t status)
{
    bool latched = nic->phy_step == ASK_LATCHED;
    bool link = (status & BMSR_LINK) && status != 0xFFFF; /* all ones: no PHY there */
    nic->phy_step = QUIET;
    if (!link) {
        nic_set_link(nic, false);
        if (latched)
            ask(nic, ASK_NOW, BMSR);
    } else if (!nic->adapter.status.link_up) {
        bool negotiated = status & BMSR_NEGOTIATED;
        ask(nic, negotiated ? ASK_PARTNER : ASK_MODE, negotiated ? ANLPAR : BMCR);
    }
}

void nic_link_answer(struct lan_nic *nic)
{
    uint32_t mdio = nic_read(nic, NIC_MDIO);
    uint32_t data = (mdio & NIC_MDIO_DATA) >> NIC_MDIO_DATA_LSB;
    if (mdio & NIC_MDIO_START) {
        nic_lose(nic); /* it said that it was done */
        return;
    }
    switch ((enum step)nic->phy_step) {
    case QUIET:
        break;
    case ASK_LATCHED:
    case ASK_NOW:
        take_status(nic, data);
        break;
    case ASK_MODE:
        nic_set_mode(nic, data & BMCR_FAST, data & BMCR_FULL_DUPLEX);
        bring_link_up(nic);
        break;
    case ASK_PARTNER:
        set_mode_by_partner(nic, data);
        bring_link_up(nic);
        break;
    }
}
