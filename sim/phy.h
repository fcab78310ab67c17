/* The management side of a PHY (IEEE 802.3 clause 22.2.4): its registers behind
 * MDC and MDIO, and the link that they tell of. */
#ifndef SIM_PHY_H
#define SIM_PHY_H

#include <stdbool.h>
#include <stdint.h>

enum { PHY_ADDRESS = 1 };

struct phy {
    bool link_up, full_duplex;
    bool pause; /* the partner obeys and sends pause frames, in full duplex */
    unsigned rate_mbps;

    bool loss_latched;            /* BMSR's link bit stays 0 after a loss until it was read */
    uint16_t written_bmcr, offer; /* registers 0 and 4 */
    bool mdc;
    unsigned bits; /* ones of the preamble so far, then bits of the frame */
    bool in_frame;
    uint32_t shift;
    uint16_t answer;
    bool reading;
};

void phy_init(struct phy *phy, unsigned rate_mbps, bool full_duplex);
/* What the other side of the cable does. */
void phy_set_link(struct phy *phy, bool up);

/* A nic_model_phy: the pins, each time that MDC changes; gives MDIO back. */
bool phy_pins(void *context, bool mdc, bool mdio, bool drive);

#endif
