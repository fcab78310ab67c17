/* Start and stop, the address filter, and the functions that the stack calls.
 *
 * Above: include/lan_adapter.h. Below: bus.h, and docs/registers.md behind it. */
#include "nic.h"

#include <string.h>

static const struct lan_adapter_functions functions = {
    .send_begin = nic_send_begin,
    .send_end = nic_send_end,
    .receive_begin = nic_receive_begin,
    .receive_end = nic_receive_end,
    .join = nic_join,
    .service = nic_service,
    .deadline_us = nic_deadline_us,
};

static uint32_t field(uint32_t value, uint32_t mask, uint32_t lsb)
{
    return (value & mask) >> lsb;
}

/* Ring sizes as the adapter says; false when they cannot be. */
static bool read_capabilities(struct lan_nic *nic)
{
    uint32_t capability = lan_bus_read(nic->bus, NIC_CAPABILITY);
    uint32_t tx = field(capability, NIC_CAPABILITY_TX_RING_LOG2, NIC_CAPABILITY_TX_RING_LOG2_LSB);
    uint32_t rx = field(capability, NIC_CAPABILITY_RX_RING_LOG2, NIC_CAPABILITY_RX_RING_LOG2_LSB);
    nic->tx_size = 1U << tx;
    nic->rx_size = 1U << rx;
    /* A record that begins at the ring's last word still lies in the window. */
    return nic->tx_size >= LAN_NIC_STAGING_SIZE && 2 * nic->tx_size <= NIC_TX_RING_WINDOW &&
           nic->rx_size >= LAN_NIC_STAGING_SIZE && 2 * nic->rx_size <= NIC_RX_RING_WINDOW;
}

static void write_mac(struct lan_nic *nic)
{
    const uint8_t *mac = nic->config.mac;
    lan_bus_write(nic->bus, NIC_ADDRESS_LOW,
                  (uint32_t)mac[3] << 24 | (uint32_t)mac[2] << 16 | (uint32_t)mac[1] << 8 | mac[0]);
    lan_bus_write(nic->bus, NIC_ADDRESS_HIGH, (uint32_t)mac[5] << 8 | mac[4]);
}

void nic_set_line(struct lan_nic *nic, bool fast, bool full_duplex)
{
    nic->control &= ~(NIC_CONTROL_FAST | NIC_CONTROL_FULL_DUPLEX);
    nic->control |= (fast ? NIC_CONTROL_FAST : 0) | (full_duplex ? NIC_CONTROL_FULL_DUPLEX : 0);
    lan_bus_write(nic->bus, NIC_CONTROL, nic->control);
    nic->adapter.status.rate_mbps = fast ? 100 : 10;
    nic->adapter.status.full_duplex = full_duplex;
}

enum lan_nic_result lan_nic_start(struct lan_nic *nic, struct lan_bus *bus,
                                  const struct lan_nic_config *config, uint64_t now_us)
{
    memset(nic, 0, sizeof *nic);
    nic->bus = bus;
    nic->config = *config;
    nic->adapter.functions = &functions;
    memcpy(nic->adapter.mac, config->mac, LAN_MAC_SIZE);
    if (config->mac[0] & 1)
        return LAN_NIC_BAD_MAC;
    if (lan_bus_read(bus, NIC_ID) != NIC_ID_VALUE_RESET)
        return LAN_NIC_ABSENT;
    lan_bus_write(bus, NIC_CONTROL, NIC_CONTROL_RESET);
    if (!read_capabilities(nic))
        return LAN_NIC_UNSUPPORTED;
    if (!config->full_duplex)
        return LAN_NIC_UNSUPPORTED;
    nic->tx_map = lan_bus_map(bus, NIC_TX_RING);
    nic->rx_map = lan_bus_map(bus, NIC_RX_RING);
    write_mac(nic);
    nic->control = NIC_CONTROL_TX_ENABLE | NIC_CONTROL_RX_ENABLE | NIC_CONTROL_BROADCAST |
                   (config->promiscuous ? NIC_CONTROL_PROMISCUOUS : 0);
    nic_set_line(nic, config->fast, config->full_duplex);
    nic->enable = NIC_ENABLE_RX_FRAME | NIC_ENABLE_TX_ERROR | NIC_ENABLE_MDIO_DONE;
    lan_bus_write(bus, NIC_ENABLE, nic->enable);
    nic_link_start(nic, now_us);
    return LAN_NIC_OK;
}

void lan_nic_stop(struct lan_nic *nic)
{
    lan_bus_write(nic->bus, NIC_CONTROL, NIC_CONTROL_RESET);
    nic->adapter.status.link_up = false;
}

const char *lan_nic_result_text(enum lan_nic_result result)
{
    switch (result) {
    case LAN_NIC_OK:
        return "the adapter runs";
    case LAN_NIC_ABSENT:
        return "no Lantern adapter answers on this bus";
    case LAN_NIC_UNSUPPORTED:
        return "this build of the adapter cannot do that";
    case LAN_NIC_BAD_MAC:
        return "a group address cannot be an adapter's own";
    }
    return "unknown result";
}

/* The bin of a group address: the top six bits of the CRC-32 register after its
 * octets, bits entering as on the wire (docs/registers.md, hash_low). */
static unsigned hash_bin(const uint8_t group[LAN_MAC_SIZE])
{
    uint32_t crc = 0xFFFFFFFF;
    for (unsigned i = 0; i < LAN_MAC_SIZE; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            uint32_t feedback = (crc >> 31) ^ (group[i] >> bit & 1U);
            crc = crc << 1 ^ (feedback ? 0x04C11DB7 : 0);
        }
    return crc >> 26;
}

void nic_join(struct lan_adapter *adapter, const uint8_t group[LAN_MAC_SIZE], bool wanted)
{
    struct lan_nic *nic = nic_of(adapter);
    unsigned bin = hash_bin(group);
    if (wanted ? nic->hash_uses[bin] == UINT8_MAX : nic->hash_uses[bin] == 0)
        return;
    nic->hash_uses[bin] = (uint8_t)(nic->hash_uses[bin] + (wanted ? 1 : -1));
    uint32_t half = 0;
    for (unsigned i = 0; i < 32; i++)
        half |= (nic->hash_uses[(bin & 32) + i] ? 1U : 0U) << i;
    lan_bus_write(nic->bus, bin & 32 ? NIC_HASH_HIGH : NIC_HASH_LOW, half);
}
