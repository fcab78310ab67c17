/* Starts and stops the adapter, and starts it anew when it was lost. See nic.h. */
#include "nic.h"

#include <string.h>

/* In code and not in a table: a table of pointers is data wherever a program is
 * moved when it is loaded. */
static void set_functions(struct lan_nic *nic)
{
    struct lan_adapter_functions *functions = &nic->functions;
    functions->send_begin = nic_send_begin;
    functions->send_end = nic_send_end;
    functions->receive_begin = nic_receive_begin;
    functions->receive_end = nic_receive_end;
    functions->join = nic_join;
    functions->service = nic_service;
    functions->deadline_us = nic_deadline_us;
    nic->adapter.functions = functions;
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
        return "the MAC address is not that of one station";
    }
    return "unknown result";
}

static bool is_station(const uint8_t mac[LAN_MAC_SIZE])
{
    static const uint8_t none[LAN_MAC_SIZE];
    return !(mac[0] & 1) && memcmp(mac, none, LAN_MAC_SIZE) != 0;
}

/* A frame across the end of its ring is contiguous only where the ring repeats:
 * it fills half its window at most. */
static bool read_ring_sizes(struct lan_nic *nic)
{
    uint32_t capability = nic_read(nic, NIC_CAPABILITY);
    uint32_t tx = (capability & NIC_CAPABILITY_TX_RING_LOG2) >> NIC_CAPABILITY_TX_RING_LOG2_LSB;
    uint32_t rx = (capability & NIC_CAPABILITY_RX_RING_LOG2) >> NIC_CAPABILITY_RX_RING_LOG2_LSB;
    nic->tx_size = 1u << tx;
    nic->rx_size = 1u << rx;
    return nic->tx_size >= LAN_NIC_RECORD_SIZE && nic->rx_size >= LAN_NIC_RECORD_SIZE &&
           2 * nic->tx_size <= NIC_TX_RING_WINDOW && 2 * nic->rx_size <= NIC_RX_RING_WINDOW;
}

static void write_mac(const struct lan_nic *nic)
{
    const uint8_t *mac = nic->config.mac;
    nic_write(nic, NIC_ADDRESS_LOW,
              (uint32_t)mac[0] | (uint32_t)mac[1] << 8 | (uint32_t)mac[2] << 16 |
                  (uint32_t)mac[3] << 24);
    nic_write(nic, NIC_ADDRESS_HIGH, (uint32_t)mac[4] | (uint32_t)mac[5] << 8);
}

enum lan_nic_result nic_bring_up(struct lan_nic *nic)
{
    if (nic_read(nic, NIC_ID) != NIC_ID_VALUE_RESET)
        return LAN_NIC_ABSENT;
    nic_write(nic, NIC_CONTROL, NIC_CONTROL_RESET);
    if (nic_read(nic, NIC_TX_TAIL) != 0 || nic_read(nic, NIC_RX_HEAD) != 0 ||
        nic_read(nic, NIC_CAUSE) != 0)
        return LAN_NIC_ABSENT; /* it does not obey */
    if (!read_ring_sizes(nic))
        return LAN_NIC_UNSUPPORTED;
    memset(nic->counted, 0, sizeof nic->counted);
    nic_send_start(nic);
    nic_receive_start(nic);
    write_mac(nic);
    nic_filter_write(nic);
    nic->enabled = 0;
    nic_enable(nic, NIC_ENABLE_RX_FRAME | NIC_ENABLE_TX_ERROR, true);
    nic->control = NIC_CONTROL_TX_ENABLE | NIC_CONTROL_RX_ENABLE | NIC_CONTROL_BROADCAST |
                   (nic->config.promiscuous ? NIC_CONTROL_PROMISCUOUS : 0);
    nic->state = NIC_RUNNING;
    nic_set_mode(nic, nic->config.fast, nic->config.full_duplex);
    nic_link_start(nic);
    return LAN_NIC_OK;
}

enum lan_nic_result lan_nic_start(struct lan_nic *nic, struct lan_bus *bus,
                                  const struct lan_nic_config *config, uint64_t now_us)
{
    memset(nic, 0, sizeof *nic);
    set_functions(nic);
    memcpy(nic->adapter.mac, config->mac, LAN_MAC_SIZE);
    nic->bus = bus;
    nic->config = *config;
    nic->now_us = now_us;
    nic->deadline_us = NIC_NEVER;
    if (!is_station(config->mac))
        return LAN_NIC_BAD_MAC;
    if (!config->full_duplex)
        return LAN_NIC_UNSUPPORTED;
    return nic_bring_up(nic);
}

void lan_nic_stop(struct lan_nic *nic)
{
    if (nic->state == NIC_RUNNING) {
        nic_enable(nic, nic->enabled, false);
        nic_write(nic, NIC_CONTROL,
                  nic->control & ~(NIC_CONTROL_TX_ENABLE | NIC_CONTROL_RX_ENABLE));
    }
    nic->state = NIC_STOPPED;
    nic->deadline_us = NIC_NEVER;
    nic_set_link(nic, false);
}

void nic_lose(struct lan_nic *nic)
{
    nic_count(nic, NIC_COUNTED_driver_faults);
    nic->state = NIC_LOST;
    nic->deadline_us = nic->now_us + LAN_NIC_RETRY_MS * 1000u;
    nic_set_link(nic, false);
}

void nic_set_link(struct lan_nic *nic, bool up)
{
    if (nic->adapter.status.link_up == up)
        return;
    nic->adapter.status.link_up = up;
    nic->adapter.status.link_changes++;
    nic_count(nic, NIC_COUNTED_driver_link_changes);
}

void nic_set_mode(struct lan_nic *nic, bool fast, bool full_duplex)
{
    nic->adapter.status.rate_mbps = fast ? 100 : 10;
    nic->adapter.status.full_duplex = full_duplex;
    nic->control &= ~(NIC_CONTROL_FAST | NIC_CONTROL_FULL_DUPLEX);
    nic->control |= (fast ? NIC_CONTROL_FAST : 0) | (full_duplex ? NIC_CONTROL_FULL_DUPLEX : 0);
    nic_write(nic, NIC_CONTROL, nic->control);
}
