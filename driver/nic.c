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

/* A frame across the end of its ring is contiguous only where the ring repeats:
 * it fills half its window at most. */
static bool read_ring_sizes(struct lan_nic *nic)
{
    uint32_t capability = nic->capability;
    uint32_t tx = (capability & NIC_CAPABILITY_TX_RING_LOG2) >> NIC_CAPABILITY_TX_RING_LOG2_LSB;
    uint32_t rx = (capability & NIC_CAPABILITY_RX_RING_LOG2) >> NIC_CAPABILITY_RX_RING_LOG2_LSB;
    nic->tx_size = 1u << tx;
    nic->rx_size = 1u << rx;
    return nic->tx_size >= LAN_NIC_TX_RECORD_SIZE && nic->rx_size >= LAN_NIC_TX_RECORD_SIZE &&
           2 * nic->tx_size <= NIC_TX_RING_WINDOW && 2 * nic->rx_size <= NIC_RX_RING_WINDOW;
}

/* Whether this build of the adapter can do what the configuration wants. */
static bool can(const struct lan_nic *nic)
{
    const struct lan_nic_config *config = &nic->config;
    return (config->follow_phy ? nic_has(nic, NIC_CAPABILITY_MDIO)
                               : config->full_duplex || nic_has(nic, NIC_CAPABILITY_HALF_DUPLEX)) &&
           (!config->receive_stamps || nic_has(nic, NIC_CAPABILITY_TIME_STAMPS));
}

static bool obeys_reset(struct lan_nic *nic)
{
    nic_write(nic, NIC_CONTROL, NIC_CONTROL_RESET);
    return nic_read(nic, NIC_TX_POSITION) == 0 && nic_read(nic, NIC_RX_POSITION) == 0 &&
           nic_read(nic, NIC_INTERRUPT) == 0;
}

static void write_all(struct lan_nic *nic)
{
    const struct lan_nic_config *config = &nic->config;
    const uint8_t listen = config->listen;
    memset(nic->counted, 0, sizeof nic->counted);
    nic_send_start(nic);
    nic_receive_start(nic);
    nic_pause_write(nic);
    nic_coalesce_write(nic);
    nic_acknowledge(nic, 0, NIC_INTERRUPT_RX_FRAME | NIC_INTERRUPT_TX_ERROR);
    nic->control = NIC_CONTROL_TX_ENABLE | NIC_CONTROL_RX_ENABLE | NIC_CONTROL_BROADCAST |
                   (listen & LAN_NIC_PROMISCUOUS ? NIC_CONTROL_PROMISCUOUS : 0) |
                   (listen & LAN_NIC_ERRORS ? NIC_CONTROL_ERRORS : 0) |
                   (config->receive_stamps ? NIC_CONTROL_STAMPS : 0);
    nic_filter_start(nic);
    /* Without a PHY to say otherwise the peer is believed to be like us. */
    bool pause = config->pause && config->full_duplex && nic_has(nic, NIC_CAPABILITY_PAUSE);
    nic_set_mode(nic, config->fast, config->full_duplex,
                 (struct nic_pause){.obeys = pause && !config->follow_phy,
                                    .sends = pause && !config->follow_phy});
}

static void set_capabilities(struct lan_nic *nic)
{
    if (nic_has(nic, NIC_CAPABILITY_CHECKSUM))
        nic->adapter.capabilities = LAN_ADAPTER_SENDS_CHECKSUM | LAN_ADAPTER_RECEIVES_CHECKSUM;
}

enum lan_nic_result nic_bring_up(struct lan_nic *nic)
{
    if (nic_read(nic, NIC_ID) != NIC_ID_VALUE_RESET || !obeys_reset(nic))
        return LAN_NIC_ABSENT;
    nic->capability = nic_read(nic, NIC_CAPABILITY);
    if (!read_ring_sizes(nic) || !can(nic))
        return LAN_NIC_UNSUPPORTED;
    set_capabilities(nic);
    write_all(nic);
    nic->state = NIC_RUNNING;
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
    for (unsigned i = 0; i < LAN_NIC_ADDRESSES; i++)
        memcpy(nic->macs[i], config->mac, LAN_MAC_SIZE);
    if (!nic_is_station(config->mac))
        return LAN_NIC_BAD_MAC;
    lan_nic_coalesce(nic, LAN_NIC_COALESCE_FRAMES, LAN_NIC_COALESCE_US);
    return nic_bring_up(nic);
}

void lan_nic_stop(struct lan_nic *nic)
{
    if (nic->state == NIC_RUNNING) {
        nic_acknowledge(nic, 0, 0);
        nic_control(nic, NIC_CONTROL_TX_ENABLE | NIC_CONTROL_RX_ENABLE, false);
        if (nic->config.follow_phy)
            nic_write(nic, NIC_MDIO, 0); /* no more polls */
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

void nic_control(struct lan_nic *nic, uint32_t bits, bool wanted)
{
    nic->control = wanted ? nic->control | bits : nic->control & ~bits;
    nic_write(nic, NIC_CONTROL, nic->control);
}

bool nic_set_mode(struct lan_nic *nic, bool fast, bool full_duplex, struct nic_pause pause)
{
    if (!full_duplex && !nic_has(nic, NIC_CAPABILITY_HALF_DUPLEX))
        return false;
    nic->adapter.status.rate_mbps = fast ? 100 : 10;
    nic->adapter.status.full_duplex = full_duplex;
    nic->control &= ~(NIC_CONTROL_FAST | NIC_CONTROL_FULL_DUPLEX | NIC_CONTROL_PAUSE_OBEY |
                      NIC_CONTROL_PAUSE_AUTO);
    nic_control(nic,
                (fast ? NIC_CONTROL_FAST : 0) | (full_duplex ? NIC_CONTROL_FULL_DUPLEX : 0) |
                    (full_duplex && pause.obeys ? NIC_CONTROL_PAUSE_OBEY : 0) |
                    (full_duplex && pause.sends ? NIC_CONTROL_PAUSE_AUTO : 0),
                true);
    return true;
}
