/* See phy.h. A transfer is 32 ones, then start (01), operation (10 read, 01 write),
 * five bits of PHY, five of register, two of turnaround, sixteen of data; all
 * sampled where MDC rises. */
#include "phy.h"

enum {
    BMCR = 0,
    BMSR = 1,
    ID_HIGH = 2,
    ID_LOW = 3,
    ANAR = 4,
    ANLPAR = 5,

    BMCR_RESET = 1 << 15,
    BMCR_FAST = 1 << 13,
    BMCR_NEGOTIATE = 1 << 12,
    BMCR_NEGOTIATE_AGAIN = 1 << 9,
    BMCR_FULL_DUPLEX = 1 << 8,
    BMSR_CAN = 0x7809, /* 10 and 100 Mb/s, both duplexes, negotiation, extended registers */
    BMSR_NEGOTIATED = 1 << 5,
    BMSR_LINK = 1 << 2,
    ABILITY_ALL = 0x01E1,
    ABILITY_802_3 = 1,
    ABILITY_PAUSE = 1 << 10,
    ABILITY_ASYMMETRIC = 1 << 11,
    ABILITY_ACKNOWLEDGE = 1 << 14,

    PREAMBLE_BITS = 32,
    ADDRESS_BITS = 14, /* start to register: then it is known what is asked */
    FRAME_BITS = 32,
};

void phy_init(struct phy *phy, unsigned rate_mbps, bool full_duplex)
{
    *phy = (struct phy){.link_up = true,
                        .rate_mbps = rate_mbps,
                        .full_duplex = full_duplex,
                        .pause = full_duplex,
                        .offer = ABILITY_ALL,
                        .written_bmcr = BMCR_FAST | BMCR_NEGOTIATE | BMCR_FULL_DUPLEX};
}

void phy_set_link(struct phy *phy, bool up)
{
    phy->loss_latched |= phy->link_up && !up;
    phy->link_up = up;
}

static uint16_t partner_ability(const struct phy *phy)
{
    unsigned lowest = phy->rate_mbps == 100 ? 7 : 5; /* 10 half, 10 full, 100 half, 100 full */
    return (uint16_t)(ABILITY_802_3 | ABILITY_ACKNOWLEDGE |
                      (phy->pause ? ABILITY_PAUSE | ABILITY_ASYMMETRIC : 0) |
                      1u << (lowest + (phy->full_duplex ? 1 : 0)));
}

static uint16_t read_register(struct phy *phy, unsigned index)
{
    bool up = phy->link_up && !phy->loss_latched;
    switch (index) {
    case BMCR:
        return phy->written_bmcr;
    case BMSR:
        phy->loss_latched = false;
        return (uint16_t)(BMSR_CAN | (up ? BMSR_LINK | BMSR_NEGOTIATED : 0));
    case ID_HIGH:
        return 0x0007; /* as a LAN8720 */
    case ID_LOW:
        return 0xC0F1;
    case ANAR:
        return phy->offer;
    case ANLPAR:
        return phy->link_up ? partner_ability(phy) : 0;
    default:
        return 0;
    }
}

static void begin_answer(struct phy *phy)
{
    unsigned operation = phy->shift >> 10 & 3;
    bool ours = (phy->shift >> 5 & 31) == PHY_ADDRESS;
    phy->reading = ours && operation == 2;
    if (phy->reading)
        phy->answer = read_register(phy, phy->shift & 31);
}

/* To negotiate again takes the link away for a moment, and no time. */
static void write_register(struct phy *phy, unsigned index, uint16_t value)
{
    if (index == ANAR)
        phy->offer = value;
    if (index != BMCR)
        return;
    if (value & BMCR_NEGOTIATE_AGAIN)
        phy->loss_latched |= phy->link_up;
    phy->written_bmcr =
        value & (uint16_t) ~(BMCR_RESET | BMCR_NEGOTIATE_AGAIN); /* clear themselves */
}

static void end_frame(struct phy *phy)
{
    bool ours = (phy->shift >> 23 & 31) == PHY_ADDRESS;
    bool write = (phy->shift >> 28 & 3) == 1;
    if (ours && write)
        write_register(phy, phy->shift >> 18 & 31, (uint16_t)phy->shift);
    phy->in_frame = phy->reading = false;
    phy->bits = 0;
}

static void take_bit(struct phy *phy, bool bit)
{
    if (!phy->in_frame) {
        if (bit) {
            phy->bits++;
        } else {
            phy->in_frame = phy->bits >= PREAMBLE_BITS;
            phy->bits = phy->in_frame ? 1 : 0; /* this is the start's first */
            phy->shift = 0;
        }
        return;
    }
    phy->shift = phy->shift << 1 | bit;
    phy->bits++;
    if (phy->bits == ADDRESS_BITS)
        begin_answer(phy);
    else if (phy->bits == FRAME_BITS)
        end_frame(phy);
}

bool phy_pins(void *context, bool mdc, bool mdio, bool drive)
{
    struct phy *phy = context;
    bool rises = mdc && !phy->mdc;
    phy->mdc = mdc;
    if (rises)
        take_bit(phy, drive ? mdio : true);
    /* The answer: a zero in the second half of the turnaround, then 16 bits. */
    if (!phy->reading || phy->bits < ADDRESS_BITS + 1)
        return true;
    if (phy->bits == ADDRESS_BITS + 1)
        return false;
    unsigned left = FRAME_BITS - phy->bits;
    return phy->answer >> (left - 1) & 1;
}
