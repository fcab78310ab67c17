/* What is to be seen of a network: counters by name, and the hash of its adapters. See
 * network.h. */
#include <stdio.h>
#include <string.h>

#include "network.h"
#include "station.h"

struct named {
    const char *name;
    uint64_t value;
};

static const char *pick(const struct named *counters, unsigned count, unsigned index,
                        uint64_t *value)
{
    if (index >= count)
        return NULL;
    *value = counters[index].value;
    return counters[index].name;
}

const char *network_medium_counter(const struct network_medium *medium, unsigned index,
                                   uint64_t *value)
{
    if (medium->segment) {
        const struct segment_counters *c = segment_counters(medium->segment);
        const struct named named[] = {
            {"bursts", c->bursts}, {"collisions", c->collisions}, {"bit_errors", c->bit_errors}};
        return pick(named, sizeof named / sizeof *named, index, value);
    }
    if (medium->bridge) {
        const struct bridge_counters *c = bridge_counters(medium->bridge);
        const struct named named[] = {{"forwarded", c->forwarded}, {"flooded", c->flooded},
                                      {"filtered", c->filtered},   {"wrong", c->wrong},
                                      {"dropped", c->dropped},     {"pauses", c->pauses},
                                      {"learned", c->learned}};
        return pick(named, sizeof named / sizeof *named, index, value);
    }
    const struct link_counters *c = link_counters(medium->link);
    const struct named named[] = {{"frames", c->frames},
                                  {"delivered", c->delivered},
                                  {"queue_full", c->queue_full},
                                  {"cut", c->cut},
                                  {"lost", c->faults[LINK_LOSE]},
                                  {"duplicated", c->faults[LINK_DUPLICATE]},
                                  {"reordered", c->faults[LINK_REORDER]},
                                  {"corrupted", c->faults[LINK_CORRUPT]},
                                  {"mangled", c->faults[LINK_MANGLE]}};
    return pick(named, sizeof named / sizeof *named, index, value);
}

/* What the far side of an adapter's line showed it; of a segment nothing is told. */
static const char *line_counter(struct network_host *host, unsigned adapter, unsigned *index,
                                uint64_t *value)
{
    struct station *station = node_station(host->node, adapter);
    if (!station || host->network->media[host->wanted->adapters[adapter].medium].segment)
        return NULL;
    const struct named named[] = {{"line_frames_shown", station_line(station)->shown},
                                  {"line_frames_waiting", station_line(station)->queue_count},
                                  {"line_frames_dropped", station_counters(station)->dropped}};
    const unsigned count = sizeof named / sizeof *named;
    const char *name = pick(named, count, *index, value);
    *index -= name ? 0 : count;
    return name;
}

const char *network_host_counter(struct network_host *host, unsigned index, uint64_t *value)
{
    for (unsigned i = 0; i < host->wanted->adapter_count; i++) {
        unsigned count = 0;
        uint64_t unused;
        while (node_counter(host->node, i, count, &unused))
            count++;
        if (index < count)
            return node_counter(host->node, i, index, value);
        index -= count;
        const char *name = line_counter(host, i, &index, value);
        if (name)
            return name;
    }
    const char *name = lan_host_counter(node_host(host->node), index, value);
    if (name)
        return name;
    uint64_t unused;
    for (unsigned i = 0; lan_host_counter(node_host(host->node), i, &unused); i++)
        index--;
    for (unsigned i = 0; i < host->program_count; i++) {
        if ((name = program_counter(&host->programs[i], index, value)))
            return name;
        for (unsigned j = 0; program_counter(&host->programs[i], j, &unused); j++)
            index--;
    }
    return NULL;
}

uint64_t network_hash(const struct network *network)
{
    uint64_t hash = 0xCBF29CE484222325u; /* FNV-1a */
    for (unsigned i = 0; i < network->topology->host_count; i++) {
        struct node *node = network->hosts[i].node;
        for (unsigned j = 0; j < node_adapter_count(node); j++) {
            struct station *station = node_station(node, j);
            hash = (hash ^ (station ? station_hash(station) : 0)) * 0x100000001B3u;
        }
    }
    return hash;
}

void network_introduce(struct network *network)
{
    static const char *const kinds[] = {"cable", "bus", "hub", "switch", "link"};
    const struct topology *topology = network->topology;
    for (unsigned i = 0; i < topology->host_count; i++) {
        const struct topology_host *host = &topology->hosts[i];
        uint8_t macs[NODE_ADAPTERS_MAX][6];
        char text[32];
        lan_ip4 ip = host->adapters[0].address;
        snprintf(text, sizeof text, "%u.%u.%u.%u%s", ip >> 24, ip >> 16 & 255, ip >> 8 & 255,
                 ip & 255, host->adapter_count > 1 ? ".." : "");
        for (unsigned j = 0; j < host->adapter_count; j++)
            memcpy(macs[j], host->adapters[j].mac, sizeof macs[j]);
        story_add_node(network->story, host->name, "host", text, host->adapter_count, macs);
    }
    for (unsigned i = 0; i < topology->medium_count; i++)
        story_add_node(network->story, topology->media[i].name, kinds[topology->media[i].kind],
                       NULL, 0, NULL);
    for (unsigned i = 0; i < topology->outside_count; i++)
        story_add_node(network->story, topology->outsides[i].name, "outside", "this machine", 0,
                       NULL);
    for (unsigned i = 0; i < network->watch_count; i++) {
        struct network_watch *watch = &network->watches[i];
        const struct network_medium *medium = watch->medium;
        watch->channel =
            medium ? story_add_channel(network->story, watch->name, kinds[medium->wanted->kind],
                                       watch->name, medium->end_count, medium->ends)
                   : story_add_channel(network->story, watch->name, "wire", NULL, 2, watch->ends);
    }
}
