/* Which frames the adapter takes: four unicast addresses, and groups by 64 bins that
 * a hash of the address chooses. Several groups may share a bin, so each bin counts
 * its own. An adapter without the hash takes all groups as soon as one is wanted. */
#include "nic.h"

#include <string.h>

_Static_assert(NIC_FILTER_5 == NIC_FILTER_0 + 20, "octets in order");
_Static_assert(NIC_HASH_7 == NIC_HASH_0 + 28, "rows in order");

enum { ROWS = 8, ROW_BINS = LAN_NIC_HASH_BINS / ROWS };

/* The n-th octet of all four stands in one word. */
static void write_addresses(struct lan_nic *nic)
{
    for (unsigned i = 0; i < LAN_MAC_SIZE; i++) {
        uint32_t octets = 0;
        for (unsigned k = 0; k < LAN_NIC_ADDRESSES; k++)
            octets |= (uint32_t)nic->macs[k][i] << 8 * k;
        nic_write(nic, NIC_FILTER_0 + 4 * i, octets);
    }
}

bool lan_nic_set_address(struct lan_nic *nic, unsigned index, const uint8_t *mac)
{
    if (index == 0 || index >= LAN_NIC_ADDRESSES || (mac && !nic_is_station(mac)) ||
        nic->state == NIC_STOPPED || !nic_has(nic, NIC_CAPABILITY_FILTER))
        return false;
    memcpy(nic->macs[index], mac ? mac : nic->macs[0], LAN_MAC_SIZE);
    if (nic->state == NIC_RUNNING)
        write_addresses(nic);
    return true;
}

/* The adapter's hash: the top six bits of the CRC-32 register (IEEE 802.3 clause
 * 3.2.9, before it is complemented) after the six octets, low bits first. */
static uint32_t bin_of(const uint8_t group[LAN_MAC_SIZE])
{
    uint32_t crc = UINT32_MAX;
    for (unsigned i = 0; i < 8 * LAN_MAC_SIZE; i++) {
        uint32_t bit = crc >> 31 ^ ((uint32_t)group[i / 8] >> i % 8 & 1);
        crc = crc << 1 ^ (bit ? 0x04C11DB7u : 0);
    }
    return crc >> 26;
}

static uint32_t row_of_bins(const struct lan_nic *nic, unsigned row)
{
    uint32_t bins = 0;
    for (unsigned bin = 0; bin < ROW_BINS; bin++)
        bins |= (uint32_t)(nic->hash_uses[row * ROW_BINS + bin] != 0) << bin;
    return bins;
}

void nic_filter_write(struct lan_nic *nic)
{
    bool hashes = nic_has(nic, NIC_CAPABILITY_FILTER), any = false;
    for (unsigned row = 0; row < ROWS; row++) {
        uint32_t bins = row_of_bins(nic, row);
        any |= bins != 0;
        if (hashes)
            nic_write(nic, NIC_HASH_0 + 4 * row, bins);
    }
    nic_control(nic, NIC_CONTROL_ALL_MULTICAST,
                (nic->config.listen & LAN_NIC_ALL_MULTICAST) || (any && !hashes));
}

void nic_filter_start(struct lan_nic *nic)
{
    write_addresses(nic);
    nic_filter_write(nic);
}

void nic_join(struct lan_adapter *adapter, const uint8_t group[LAN_MAC_SIZE], bool wanted)
{
    struct lan_nic *nic = nic_of(adapter);
    uint8_t *uses = &nic->hash_uses[bin_of(group)];
    if (*uses == UINT8_MAX || (!wanted && *uses == 0))
        return; /* no longer counted: the bin stays open; or never joined */
    *uses = (uint8_t)(wanted ? *uses + 1 : *uses - 1);
    if (nic->state == NIC_RUNNING)
        nic_filter_write(nic);
}

void lan_nic_listen(struct lan_nic *nic, uint8_t what)
{
    nic->config.listen = what;
    if (nic->state != NIC_RUNNING)
        return;
    nic_control(nic, NIC_CONTROL_PROMISCUOUS, what & LAN_NIC_PROMISCUOUS);
    nic_control(nic, NIC_CONTROL_ERRORS, what & LAN_NIC_ERRORS);
    nic_filter_write(nic);
}
