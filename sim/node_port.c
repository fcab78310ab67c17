/* See node_port.h. */
#include "node_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- Frames ------------------------------------------------------------------------- */

static void transmit(void *context, const struct wire_frame *frame)
{
    struct node_port *port = context;
    if (port->segment && port->station)
        segment_note_frame(port->segment, port->segment_port, frame);
    node_sends(port->node, frame, port->entry);
}

static void take(void *context, const struct wire_frame *frame)
{
    struct node_port *port = context;
    node_takes(port->node, frame);
    if (port->station)
        station_receive(port->station, frame);
    else
        direct_link_receive(port->direct, frame);
}

static void interrupt(void *context)
{
    struct node_port *port = context;
    node_interrupt(port->node);
}

/* --- On a segment --------------------------------------------------------------------- */

static void send_symbol(void *context, uint64_t cycle, uint8_t symbol)
{
    struct node_port *port = context;
    if (segment_send(port->segment, port->segment_port, cycle, symbol))
        node_limit(port->node);
}

static size_t hear_symbols(void *context, uint64_t cycle, uint8_t *symbols, size_t count,
                           uint64_t *quiet)
{
    struct node_port *port = context;
    return segment_hear(port->segment, port->segment_port, cycle, symbols, count, quiet);
}

static void hear_frame(void *context, const struct wire_frame *frame)
{
    struct node_port *port = context;
    node_hears(port->node, frame);
}

static void wake(void *context, uint64_t now_ps)
{
    struct node_port *port = context;
    (void)now_ps;
    node_catch_up(port->node);
    station_look(port->station);
}

bool node_port_join(struct node_port *port, struct segment *segment, unsigned metres,
                    const char *name)
{
    port->segment = segment;
    if (port->direct) {
        port->csma = csma_new(segment, name, metres);
        if (!port->csma)
            return false;
        port->entry = csma_entry(port->csma);
        csma_connect(port->csma, &port->in);
        return true;
    }
    int index = segment_add_port(segment, metres, wake, port);
    if (index < 0)
        return false;
    port->segment_port = (unsigned)index;
    station_set_source(port->station, hear_symbols, port);
    station_set_listener(port->station, send_symbol, port);
    port->heard = (struct wire_end){port, hear_frame};
    segment_set_hearer(segment, port->segment_port, &port->heard);
    return true;
}

/* --- Making ------------------------------------------------------------------------- */

static const char *make_direct(struct node_port *port, struct world *world,
                               const struct node_adapter_config *config)
{
    port->direct = malloc(sizeof *port->direct);
    if (!port->direct)
        return "no memory";
    if (!direct_link_init(port->direct, world, config->rate_mbps, config->mac, &port->out)) {
        free(port->direct);
        port->direct = NULL;
        return "no memory";
    }
    port->direct->promiscuous = config->promiscuous;
    port->direct->interrupt = interrupt;
    port->direct->context = port;
    port->adapter = &port->direct->adapter;
    return NULL;
}

static const char *make_rtl(struct node_port *port, struct world *world, const char *name,
                            const struct node_adapter_config *config, uint64_t now_us)
{
    port->station = station_new(config->rate_mbps, &port->out);
    if (!port->station)
        return "no memory";
    station_run(port->station, cycle_at(world_now(world)), 0);
    phy_init(&port->phy, config->rate_mbps, !config->half_duplex);
    if (config->half_duplex) {
        uint64_t high = world_random(world, name);
        line_set_half_duplex(station_line(port->station), high << 32 | world_random(world, name));
    } else {
        line_set_full_duplex(station_line(port->station), port->phy.pause);
    }
    nic_model_set_phy(station_model(port->station), phy_pins, &port->phy);
    port->bus = bus_model_of(port->station);
    port->adapter = &port->nic.adapter;
    return node_port_start(port, config, now_us);
}

const char *node_port_start(struct node_port *port, const struct node_adapter_config *config,
                            uint64_t now_us)
{
    struct lan_nic_config nic = {.listen = config->promiscuous ? LAN_NIC_PROMISCUOUS : 0,
                                 .fast = config->rate_mbps == 100,
                                 .full_duplex = !config->half_duplex,
                                 .pause = true,
                                 .follow_phy = !config->fixed_line,
                                 .phy_address = PHY_ADDRESS};
    memcpy(nic.mac, config->mac, LAN_MAC_SIZE);
    enum lan_nic_result result = lan_nic_start(&port->nic, &port->bus, &nic, now_us);
    return result == LAN_NIC_OK ? NULL : lan_nic_result_text(result);
}

const char *node_port_open(struct node_port *port, struct world *world,
                           const struct node_config *config, uint64_t now_us)
{
    const struct node_adapter_config *adapter = &config->adapters[port->index];
    port->in = (struct wire_end){port, take};
    port->out = (struct wire_end){port, transmit};
    return config->rtl ? make_rtl(port, world, config->name, adapter, now_us)
                       : make_direct(port, world, adapter);
}

void node_port_reboot(struct node_port *port, const struct node_adapter_config *config)
{
    if (!port->station) {
        direct_link_forget(port->direct);
        return;
    }
    bool link_up = port->phy.link_up;
    station_reset(port->station);
    phy_init(&port->phy, config->rate_mbps, !config->half_duplex);
    phy_set_link(&port->phy, link_up);
}

void node_port_close(struct node_port *port)
{
    csma_free(port->csma);
    station_free(port->station);
    if (port->direct) {
        direct_link_deinit(port->direct);
        free(port->direct);
    }
}
