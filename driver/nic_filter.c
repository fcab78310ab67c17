/* Which group addresses the adapter listens to: 64 bins, chosen by a hash of the
 * address. Several groups may share a bin, so each bin counts its own. */
#include "nic.h"

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

void nic_filter_write(struct lan_nic *nic)
{
    uint32_t hash[2] = {0, 0};
    for (unsigned bin = 0; bin < LAN_NIC_HASH_BINS; bin++)
        if (nic->hash_uses[bin])
            hash[bin / 32] |= 1u << bin % 32;
    nic_write(nic, NIC_HASH_LOW, hash[0]);
    nic_write(nic, NIC_HASH_HIGH, hash[1]);
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
