/* See network.h. Whole frames go by wires between a switch, a link and whoever stands at
 * them; on a segment stand adapters by their pins and, for all others, stations of
 * software. */
#include "network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "silent.h"
#include "slirp.h"
#include "tap.h"

/* --- What is captured ------------------------------------------------------------------------ */

static void watch(void *context, unsigned side, const struct wire_frame *frame)
{
    struct network_watch *watch = context;
    struct network *network = watch->network;
    struct wire_frame seen = *frame;
    uint64_t late_ps = world_now(network->world) - frame->end_ps;
    seen.start_ps += late_ps; /* all media in one order: that of arrival */
    seen.end_ps += late_ps;
    network->frames++;
    if (network->options->packet_ps && network->frames == network->options->packet)
        *network->options->packet_ps = seen.start_ps;
    network->bytes += frame->size;
    if (network->story)
        story_add_frame(network->story, watch->channel, side, &seen);
    if (network->pcap)
        pcapng_write(network->pcap, watch->interface, PCAPNG_UNKNOWN, &seen, NULL);
}

static struct network_watch *add_watch(struct network *network, unsigned rate_mbps,
                                       const char *name, const char *other)
{
    struct network_watch *added = &network->watches[network->watch_count++];
    added->network = network;
    added->ends[0] = name;
    added->ends[1] = other;
    snprintf(added->name, sizeof added->name, "%s%s%s", name, other ? "-" : "", other ? other : "");
    if (network->pcap)
        added->interface = pcapng_add_interface(network->pcap, added->name, rate_mbps);
    return added;
}

static struct network_watch *add_watch_of(struct network *network,
                                          const struct network_medium *medium, unsigned rate_mbps)
{
    struct network_watch *added = add_watch(network, rate_mbps, medium->wanted->name, NULL);
    added->medium = medium;
    return added;
}

/* --- Ends of media ---------------------------------------------------------------------------- */

static bool no_memory(void)
{
    say("net: no memory");
    return false;
}

/* A new wire; NULL: no memory, or there are too many. */
static struct wire *add_wire(struct network *network)
{
    if (network->wire_count == NETWORK_WIRES_MAX)
        return NULL;
    struct wire *wire = wire_new(network->world, WIRE_DELAY_PS);
    if (wire)
        network->wires[network->wire_count++] = wire;
    return wire;
}

/* The same, captured, between these two. */
static struct wire *add_watched_wire(struct network *network, unsigned rate_mbps, const char *name,
                                     const char *other)
{
    struct wire *wire = add_wire(network);
    if (wire)
        wire_add_watcher(wire, watch, add_watch(network, rate_mbps, name, other));
    return wire;
}

/* Where the next one stands on a segment. */
static unsigned metres_of(struct network_medium *medium)
{
    const struct topology_medium *wanted = medium->wanted;
    unsigned before = medium->taps++;
    if (wanted->kind == MEDIUM_BUS)
        return wanted->metres * before;
    return wanted->kind == MEDIUM_CABLE && before == 0 ? 0 : wanted->metres;
}

/* Somebody with whole frames takes part in a medium: `end` gets what comes. What he sends
 * into; NULL: no memory. */
static struct wire_end *join(struct network *network, unsigned index, const char *name,
                             struct wire_end *end)
{
    struct network_medium *medium = &network->media[index];
    const struct topology_medium *wanted = medium->wanted;
    if (!medium->bridge)
        medium->ends[medium->end_count++] = name;
    if (medium->link) {
        unsigned side = medium->link_ends++;
        link_connect(medium->link, side, end);
        return link_entry(medium->link, side);
    }
    /* What a segment carries is captured there. */
    struct wire *wire = medium->bridge
                            ? add_watched_wire(network, wanted->rate_mbps, name, wanted->name)
                            : add_wire(network);
    if (!wire)
        return NULL;
    wire_connect(wire, 0, end);
    if (medium->bridge) {
        int port = bridge_add_port(medium->bridge, wire_entry(wire, 1), wanted->rate_mbps);
        if (port < 0)
            return NULL;
        wire_connect(wire, 1, bridge_end(medium->bridge, (unsigned)port));
        return wire_entry(wire, 0);
    }
    struct csma *csma = network->csma_count < NETWORK_CSMAS_MAX
                            ? csma_new(medium->segment, name, metres_of(medium))
                            : NULL;
    if (!csma)
        return NULL;
    network->csmas[network->csma_count++] = csma;
    csma_connect(csma, wire_entry(wire, 1));
    wire_connect(wire, 1, csma_entry(csma));
    return wire_entry(wire, 0);
}

/* A switch takes part in another medium. */
static bool join_switch(struct network *network, struct network_medium *medium, unsigned other)
{
    const struct network_medium *joined = &network->media[other];
    unsigned rate_mbps = joined->segment ? 0 : medium->wanted->rate_mbps;
    struct wire *wire = add_wire(network);
    int port = wire ? bridge_add_port(medium->bridge, wire_entry(wire, 0), rate_mbps) : -1;
    if (port < 0)
        return no_memory();
    wire_connect(wire, 0, bridge_end(medium->bridge, (unsigned)port));
    struct wire_end *entry = join(network, other, medium->wanted->name, wire_entry(wire, 1));
    if (!entry)
        return no_memory();
    wire_connect(wire, 1, entry);
    return true;
}

static bool make_media(struct network *network)
{
    const struct topology *topology = network->topology;
    for (unsigned i = 0; i < topology->medium_count; i++) {
        struct network_medium *medium = &network->media[i];
        const struct topology_medium *wanted = &topology->media[i];
        struct segment_config segment = {SEGMENT_CABLE, wanted->name, wanted->rate_mbps,
                                         wanted->bit_error_rate};
        medium->wanted = wanted;
        if (wanted->kind == MEDIUM_SWITCH) {
            medium->bridge = bridge_new(network->world, &wanted->bridge);
        } else if (wanted->kind == MEDIUM_LINK) {
            medium->link = link_new(network->world, &wanted->link);
            if (medium->link)
                link_set_watcher(medium->link, watch, add_watch_of(network, medium, 100));
        } else {
            segment.kind = wanted->kind == MEDIUM_BUS   ? SEGMENT_BUS
                           : wanted->kind == MEDIUM_HUB ? SEGMENT_HUB
                                                        : SEGMENT_CABLE;
            medium->segment = segment_new(network->world, &segment);
            if (medium->segment)
                segment_set_watcher(medium->segment, watch,
                                    add_watch_of(network, medium, wanted->rate_mbps));
        }
        if (!medium->bridge && !medium->link && !medium->segment)
            return no_memory();
    }
    return true;
}

static bool join_switches(struct network *network)
{
    for (unsigned i = 0; i < network->topology->medium_count; i++)
        for (unsigned j = 0; j < network->media[i].wanted->join_count; j++)
            if (!join_switch(network, &network->media[i], network->media[i].wanted->joins[j]))
                return false;
    return true;
}

/* --- Hosts ----------------------------------------------------------------------------------- */

static void look(void *context, struct site_view *view)
{
    struct network_host *host = context;
    view->time_ns = node_now_ps(host->node) / 1000;
}

static void fail(struct network_host *host, const char *what, int error)
{
    say("net: %s: %s: %s", host->wanted->name, what, lan_error_text(error));
    host->network->failed = true;
}

static bool configure(struct network_host *host)
{
    struct lan_host *stack = node_host(host->node);
    const struct topology_host *wanted = host->wanted;
    int result = 0;
    for (unsigned i = 0; i < wanted->adapter_count && result == 0; i++)
        if (wanted->adapters[i].mtu)
            result = lan_host_set_mtu(stack, (int)i, wanted->adapters[i].mtu);
    for (unsigned i = 0; i < wanted->route_count && result == 0; i++)
        result = lan_host_put_route(stack, &wanted->routes[i]);
    if (result == 0 && wanted->gateway)
        result = lan_host_add_route(stack, 0, 0, wanted->gateway, 0);
    if (result == 0 && wanted->name_server)
        result = lan_host_add_dns_server(stack, wanted->name_server);
    if (result == 0)
        lan_host_set_forwarding(stack, wanted->forwarding);
    else
        fail(host, "its routes", result);
    return result == 0;
}

/* The host's fiber. */
static void live(struct node *node, void *context)
{
    struct network_host *host = context;
    if (node_reboots(node) > 0 && !configure(host))
        return;
    struct service services[TOPOLOGY_PROGRAMS_MAX * PROGRAM_SERVICES_MAX];
    unsigned count = 0;
    for (unsigned i = 0; i < host->wanted->program_count; i++) {
        host->program_count = i + 1;
        if (host->programs[i].result.done)
            continue; /* before the host was booted again */
        int opened = program_open(&host->programs[i], node_host(node), &host->wanted->programs[i],
                                  &host->site, services + count);
        if (opened < 0)
            return fail(host, "a program cannot run", opened);
        count += (unsigned)opened;
    }
    int result = services_run(node_host(node), services, count);
    if (result < 0)
        fail(host, "its programs ended", result);
}

static bool join_host(struct network_host *host, unsigned adapter)
{
    struct network *network = host->network;
    unsigned index = host->wanted->adapters[adapter].medium;
    struct network_medium *medium = &network->media[index];
    if (medium->segment) {
        medium->ends[medium->end_count++] = host->wanted->name;
        if (node_join(host->node, adapter, medium->segment, metres_of(medium)))
            return true;
        return no_memory();
    }
    struct wire_end *entry =
        join(network, index, host->wanted->name, node_end(host->node, adapter));
    if (!entry)
        return no_memory();
    node_connect(host->node, adapter, entry);
    return true;
}

static bool make_host(struct network *network, unsigned index)
{
    struct network_host *host = &network->hosts[index];
    const struct topology_host *wanted = &network->topology->hosts[index];
    host->network = network;
    host->wanted = wanted;
    struct node_config config = {
        .name = wanted->name,
        .rtl = network->options->rtl && !wanted->direct,
        .drift_ppm = wanted->drift_ppm,
        .adapter_count = wanted->adapter_count,
        .timeline = network->timeline,
        .application = live,
        .context = host,
    };
    for (unsigned i = 0; i < wanted->adapter_count; i++) {
        const struct topology_adapter *adapter = &wanted->adapters[i];
        const struct topology_medium *medium = &network->topology->media[adapter->medium];
        struct node_adapter_config *own = &config.adapters[i];
        own->rate_mbps = medium->rate_mbps;
        own->half_duplex = medium->kind == MEDIUM_BUS || medium->kind == MEDIUM_HUB;
        own->address = adapter->address;
        own->prefix = adapter->prefix;
        memcpy(own->mac, adapter->mac, sizeof own->mac);
    }
    const char *error = NULL;
    host->node = node_new(network->world, &config, &error);
    if (!host->node) {
        say("net: %s could not be made: %s", wanted->name, error);
        return false;
    }
    node_set_jumps(host->node, network->options->jumps);
    host->site.adapter_kind = config.rtl ? "rtl" : "direct";
    host->site.host = node_host(host->node);
    host->site.adapter = node_adapter(host->node, 0);
    host->site.address = wanted->adapters[0].address;
    host->site.look = look;
    host->site.look_context = host;
    for (unsigned i = 0; i < wanted->adapter_count; i++)
        if (!join_host(host, i))
            return false;
    return configure(host);
}

/* --- This machine ------------------------------------------------------------------------------
 */

/* Its frames enter a medium whose end is known only then. */
static bool add_outside(struct network *network, const struct topology_outside *wanted)
{
    bool again = network->options->replay != NULL;
    struct peer *peer = again            ? silent_peer_new()
                        : wanted->tap[0] ? tap_peer_new(wanted->tap)
                                         : slirp_peer_new();
    if (!peer)
        return false;
    struct lan_address listen = wanted->listen;
    if (wanted->forward.ip && !again &&
        !slirp_peer_forward(peer, listen.ip, &listen.port, wanted->forward.ip,
                            wanted->forward.port)) {
        peer->functions->free(peer);
        return false;
    }
    struct wire *wire = add_wire(network);
    if (!wire) {
        peer->functions->free(peer);
        return no_memory();
    }
    struct wire_end *end = outside_add(&network->outside, peer, wire_entry(wire, 0), 100);
    struct wire_end *entry =
        end ? join(network, wanted->medium, wanted->name, wire_entry(wire, 1)) : NULL;
    if (!entry)
        return no_memory();
    wire_connect(wire, 0, end);
    wire_connect(wire, 1, entry);
    if (wanted->forward.ip && !again)
        say("http://%u.%u.%u.%u:%u/ is ready: %s; Ctrl-C ends it", listen.ip >> 24,
            listen.ip >> 16 & 255, listen.ip >> 8 & 255, listen.ip & 255, listen.port,
            wanted->name);
    return true;
}

/* --- The waveform of one adapter ----------------------------------------------------------------
 */

static bool open_window(struct network *network)
{
    const struct options *options = network->options;
    if (!options->wave)
        return true;
    for (unsigned i = 0; i < network->topology->host_count; i++) {
        struct network_host *host = &network->hosts[i];
        if (options->wave_host && strcmp(options->wave_host, host->wanted->name) != 0)
            continue;
        if (node_station(host->node, 0))
            return window_begin(&network->window, options, host->node);
        say("net: %s has no Verilated adapter to record", host->wanted->name);
        return false;
    }
    say("net: there is no host %s to record", options->wave_host);
    return false;
}

/* --- Life ----------------------------------------------------------------------------------------
 */

bool network_open(struct network *network, struct world *world, const struct topology *topology,
                  const struct options *options, struct pcapng *pcap, struct timeline *timeline,
                  struct story *story)
{
    *network = (struct network){.topology = topology,
                                .options = options,
                                .world = world,
                                .pcap = pcap,
                                .timeline = timeline,
                                .story = story};
    if (topology->outside_count > 0)
        outside_open(&network->outside, world, options->pace);
    if (!make_media(network) || !join_switches(network))
        return false;
    for (unsigned i = 0; i < topology->host_count; i++)
        if (!make_host(network, i))
            return false;
    for (unsigned i = 0; i < topology->outside_count; i++)
        if (!add_outside(network, &topology->outsides[i]))
            return false;
    if (story)
        network_introduce(network);
    network_plan_faults(network);
    return open_window(network);
}

unsigned network_unfinished(const struct network *network)
{
    unsigned count = 0;
    for (unsigned i = 0; i < network->topology->host_count; i++) {
        const struct network_host *host = &network->hosts[i];
        for (unsigned j = 0; j < host->wanted->program_count; j++) {
            enum program_kind kind = host->wanted->programs[j].kind;
            bool ended = j < host->program_count && host->programs[j].result.done;
            count += kind != PROGRAM_SERVE && kind != PROGRAM_NAMES && !ended;
        }
    }
    return count;
}

void network_stop(struct network *network)
{
    for (unsigned i = 0; i < network->topology->host_count; i++)
        if (network->hosts[i].node)
            node_stop(network->hosts[i].node);
}

bool network_close(struct network *network)
{
    bool recorded = window_end(&network->window);
    for (unsigned i = 0; i < network->topology->host_count; i++) {
        struct network_host *host = &network->hosts[i];
        node_free(host->node);
        for (unsigned j = 0; j < host->program_count; j++)
            program_free(&host->programs[j]);
    }
    outside_close(&network->outside);
    for (unsigned i = 0; i < network->csma_count; i++)
        csma_free(network->csmas[i]);
    for (unsigned i = 0; i < network->wire_count; i++)
        wire_free(network->wires[i]);
    for (unsigned i = 0; i < network->topology->medium_count; i++) {
        segment_free(network->media[i].segment);
        bridge_free(network->media[i].bridge);
        link_free(network->media[i].link);
    }
    return recorded;
}
