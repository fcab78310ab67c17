/* The link: what the PHY's registers say (IEEE 802.3 clause 22.2.4), asked for at
 * an interval. Each transfer takes some 26 us; the driver starts it and goes on,
 * the interrupt brings it back. */
#include "nic.h"

enum { POLL_INTERVAL_US = 250000 };

/* Registers and bits of IEEE 802.3 clauses 22.2.4 and 28.2.4. */
enum { PHY_STATUS = 1, PHY_PARTNER = 5 };
enum { STATUS_LINK = 1 << 2, STATUS_NEGOTIATED = 1 << 5 };
enum { PARTNER_10_FULL = 1 << 6, PARTNER_100_HALF = 1 << 7, PARTNER_100_FULL = 1 << 8 };

enum { STEP_STATUS, STEP_PARTNER };

static void begin_read(struct lan_nic *nic, uint32_t phy_register)
{
    lan_bus_write(nic->bus, NIC_MDIO,
                  NIC_MDIO_START | (uint32_t)nic->config.phy_address << NIC_MDIO_PHY_LSB |
                      phy_register << NIC_MDIO_REGISTER_LSB);
    nic->phy_busy = true;
}

static void set_link(struct lan_nic *nic, bool up)
{
    if (nic->adapter.status.link_up == up)
        return;
    nic->adapter.status.link_up = up;
    nic->adapter.status.link_changes++;
    nic->totals[NIC_COUNTER_driver_link_changes]++;
}

void nic_link_start(struct lan_nic *nic, uint64_t now_us)
{
    nic->phy_due_us = UINT64_MAX;
    if (nic->config.follow_phy) {
        nic->phy_due_us = now_us;
        return;
    }
    nic->adapter.status.link_up = true;
}

static void use_answer(struct lan_nic *nic, uint32_t data)
{
    if (nic->phy_step == STEP_STATUS) {
        /* All ones: no PHY at this address. */
        bool up = (data & STATUS_LINK) && (data & STATUS_NEGOTIATED) && data != 0xFFFF;
        if (up && !nic->adapter.status.link_up) {
            nic->phy_step = STEP_PARTNER;
            begin_read(nic, PHY_PARTNER);
        } else if (!up)
            set_link(nic, false);
        return;
    }
    bool fast = data & (PARTNER_100_HALF | PARTNER_100_FULL);
    nic_set_line(nic, fast, data & (fast ? PARTNER_100_FULL : PARTNER_10_FULL));
    set_link(nic, true);
    nic->phy_step = STEP_STATUS;
}

void nic_link_service(struct lan_nic *nic, uint32_t cause, uint64_t now_us)
{
    if (nic->phy_busy && cause & NIC_CAUSE_MDIO_DONE) {
        nic->phy_busy = false;
        use_answer(nic, (lan_bus_read(nic->bus, NIC_MDIO) & NIC_MDIO_DATA) >> NIC_MDIO_DATA_LSB);
    }
    if (now_us >= nic->phy_due_us) {
        nic->phy_due_us = now_us + POLL_INTERVAL_US;
        if (!nic->phy_busy) {
            nic->phy_step = STEP_STATUS;
            begin_read(nic, PHY_STATUS);
        }
    }
}
