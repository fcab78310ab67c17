/* The link, as the PHY tells it through its management registers (IEEE 802.3 clauses
 * 22.2.4, 28). The adapter polls the PHY by itself and interrupts when the link
 * changes; the driver asks for the rest, one register at a time, and never waits.
 *
 *   start: BMCR -> ANAR, if we offer what we cannot (or not what we can): written, and
 *          negotiated anew -> BMSR, so as not to wait for the first poll
 *   the link came: ANLPAR -> rate, duplex, pause
 *
 * The PHY's link bit keeps a loss until it was read, and after the start only the
 * adapter's poll reads it: so a flap between two polls is two interrupts, down and up;
 * and one that the driver came too late for is seen by the interrupt of a link that is
 * up already. A link found up at the start is "early" until a poll has seen it, too:
 * that poll's interrupt is no flap; and if none comes, the link went before it. */
#include "nic.h"

enum { /* registers, and their bits (clauses 22.2.4, 28.2.4.1) */
       BMCR = 0,
       BMCR_FAST = 1 << 13,
       BMCR_NEGOTIATE = 1 << 12,
       BMCR_AGAIN = 1 << 9,
       BMCR_FULL_DUPLEX = 1 << 8,
       BMSR = 1,
       BMSR_LINK = 1 << 2,
       ANAR = 4,
       ANLPAR = 5,
       SELECTOR_802_3 = 1,
       OFFER_10 = 1 << 5,
       OFFER_10_FULL = 1 << 6,
       OFFER_100 = 1 << 7,
       OFFER_100_FULL = 1 << 8,
       OFFER_OURS = 0xFFF, /* of ANAR: selector, modes, pause */
       NO_PHY = 0xFFFF,    /* nobody drives the wire */
};

enum step {
    QUIET,
    ASK_CONTROL, /* BMCR: does it negotiate */
    ASK_OFFER,   /* ANAR: what it offers */
    SAY_OFFER,   /* ANAR written */
    SAY_AGAIN,   /* BMCR written */
    ASK_LATCHED, /* BMSR, which may tell of a loss that is over... */
    ASK_NOW,     /* ...so again: how it is */
    ASK_PARTNER, /* ANLPAR */
};

static void transfer(struct lan_nic *nic, enum step step, uint32_t phy_register, uint32_t what)
{
    bool polls = step >= ASK_LATCHED; /* from here on */
    nic->phy_step = (uint8_t)step;
    nic->deadline_us = nic->now_us + LAN_NIC_ANSWER_MS * 1000u;
    nic_write(nic, NIC_MDIO,
              NIC_MDIO_START | (polls ? NIC_MDIO_POLL : 0) | what |
                  (uint32_t)nic->config.phy_address << NIC_MDIO_PHY_LSB |
                  phy_register << NIC_MDIO_REGISTER_LSB);
}

static void ask(struct lan_nic *nic, enum step step, uint32_t phy_register)
{
    transfer(nic, step, phy_register, 0);
}

static void say(struct lan_nic *nic, enum step step, uint32_t phy_register, uint32_t data)
{
    transfer(nic, step, phy_register, NIC_MDIO_WRITE | data << NIC_MDIO_DATA_LSB);
}

void nic_link_start(struct lan_nic *nic)
{
    nic->phy_step = QUIET;
    nic->phy_changed = nic->phy_early = false;
    nic->deadline_us = NIC_NEVER;
    if (!nic->config.follow_phy) {
        nic_set_link(nic, true);
        return;
    }
    nic_acknowledge(nic, 0, nic->enabled | NIC_INTERRUPT_MDIO_DONE | NIC_INTERRUPT_LINK);
    ask(nic, ASK_CONTROL, BMCR);
}

static void rest(struct lan_nic *nic)
{
    nic->phy_step = QUIET;
    nic->deadline_us = nic->phy_early ? nic->now_us + LAN_NIC_POLL_MS * 1000u : NIC_NEVER;
}

void nic_link_late(struct lan_nic *nic)
{
    if (nic->phy_step != QUIET) {
        nic_lose(nic); /* a transfer takes 26 us, not a quarter of a second */
    } else if (nic->phy_early) {
        nic->phy_early = false;
        rest(nic);
        if (!(nic_read(nic, NIC_CONTROL) & NIC_CONTROL_LINK))
            nic_set_link(nic, false);
    } else {
        ask(nic, ASK_CONTROL, BMCR); /* perhaps there is a PHY now */
    }
}

static uint32_t our_offer(const struct lan_nic *nic)
{
    uint32_t half = nic_has(nic, NIC_CAPABILITY_HALF_DUPLEX) ? OFFER_10 | OFFER_100 : 0;
    return SELECTOR_802_3 | OFFER_10_FULL | OFFER_100_FULL | half | nic_pause_offer(nic);
}

/* The link came, or went and came. */
static void link_is_there(struct lan_nic *nic)
{
    if (!nic->phy_fixed) {
        ask(nic, ASK_PARTNER, ANLPAR);
        return;
    }
    rest(nic);
    nic_set_link(nic, true);
}

void nic_link_changed(struct lan_nic *nic)
{
    if (nic->phy_step != QUIET) {
        nic->phy_changed = true; /* what the PHY says now may be of before */
        return;
    }
    if (!nic->phy_early)
        nic_set_link(nic, false);
    nic->phy_early = false;
    if (nic_read(nic, NIC_CONTROL) & NIC_CONTROL_LINK) {
        link_is_there(nic);
    } else {
        rest(nic);
        nic_set_link(nic, false);
    }
}

static void take_status(struct lan_nic *nic, uint32_t status)
{
    if ((status & BMSR_LINK) && status != NO_PHY) {
        nic->phy_early = true;
        link_is_there(nic);
    } else if (nic->phy_step == ASK_LATCHED) {
        ask(nic, ASK_NOW, BMSR);
    } else {
        rest(nic);
    }
}

/* The best that both sides can, in the order of annex 28B.3. */
static void take_partner(struct lan_nic *nic, uint32_t partner)
{
    uint32_t both = our_offer(nic) & partner;
    bool fast = both & (OFFER_100 | OFFER_100_FULL);
    bool full = both & (fast ? OFFER_100_FULL : OFFER_10_FULL);
    const struct lan_adapter_status *status = &nic->adapter.status;
    rest(nic);
    if (status->rate_mbps != (fast ? 100 : 10) || status->full_duplex != full)
        nic_set_link(nic, false); /* it was another partner */
    if (partner != NO_PHY &&
        nic_set_mode(nic, fast, full, nic_pause_resolve(our_offer(nic), partner)))
        nic_set_link(nic, true);
}

static void take_control(struct lan_nic *nic, uint32_t control)
{
    if (control == NO_PHY) {
        nic->phy_step = QUIET;
        nic->deadline_us = nic->now_us + LAN_NIC_RETRY_MS * 1000u;
        return;
    }
    nic->phy_fixed = !(control & BMCR_NEGOTIATE);
    if (!nic->phy_fixed)
        ask(nic, ASK_OFFER, ANAR);
    else if (nic_set_mode(nic, control & BMCR_FAST, control & BMCR_FULL_DUPLEX,
                          (struct nic_pause){0}))
        ask(nic, ASK_LATCHED, BMSR);
    else
        rest(nic); /* half duplex, which this build cannot: no link */
}

static void take_answer(struct lan_nic *nic, uint32_t data)
{
    switch ((enum step)nic->phy_step) {
    case QUIET:
        break;
    case ASK_CONTROL:
        take_control(nic, data);
        break;
    case ASK_OFFER:
        if ((data & OFFER_OURS) == our_offer(nic))
            ask(nic, ASK_LATCHED, BMSR);
        else
            say(nic, SAY_OFFER, ANAR, our_offer(nic));
        break;
    case SAY_OFFER:
        say(nic, SAY_AGAIN, BMCR, BMCR_FAST | BMCR_NEGOTIATE | BMCR_AGAIN | BMCR_FULL_DUPLEX);
        break;
    case SAY_AGAIN:
        ask(nic, ASK_LATCHED, BMSR);
        break;
    case ASK_LATCHED:
    case ASK_NOW:
        take_status(nic, data);
        break;
    case ASK_PARTNER:
        take_partner(nic, data);
        break;
    }
}

void nic_link_answered(struct lan_nic *nic)
{
    uint32_t mdio = nic_read(nic, NIC_MDIO);
    if (mdio & NIC_MDIO_START) {
        nic_lose(nic); /* it said that it was done */
    } else if (nic->phy_changed) {
        nic->phy_changed = false;
        nic->phy_step = QUIET;
        nic_link_changed(nic);
    } else {
        take_answer(nic, (mdio & NIC_MDIO_DATA) >> NIC_MDIO_DATA_LSB);
    }
}
