#include "network.h"

#include <check.h>
#include <string.h>

void network_begin(struct network *network, uint64_t seed, const bool rtl[2],
                   node_application *const applications[2], void *const contexts[2])
{
    static const char *const names[2] = {"one", "two"};
    network->world = world_new(seed);
    network->wire = wire_new(network->world, WIRE_DELAY_PS);
    for (unsigned i = 0; i < 2; i++) {
        struct node_config config = {
            .name = names[i],
            .rtl = rtl[i],
            .adapter_count = 1,
            .adapters = {{
                .rate_mbps = 100,
                .mac = {0x02, 0, 0, 0, 0, (uint8_t)(1 + i)},
                .address = NETWORK_ADDRESS(i),
                .prefix = 24,
            }},
            .application = applications[i],
            .context = contexts[i],
        };
        const char *error;
        network->nodes[i] = node_new(network->world, &config, &error);
        ck_assert_msg(network->nodes[i] != NULL, "%s", error);
        node_connect(network->nodes[i], 0, wire_entry(network->wire, i));
        wire_connect(network->wire, i, node_end(network->nodes[i], 0));
    }
}

void network_end(struct network *network)
{
    for (unsigned i = 0; i < 2; i++)
        node_free(network->nodes[i]);
    wire_free(network->wire);
    world_free(network->world);
}

uint64_t network_counter(struct node *node, const char *name)
{
    uint64_t value;
    const char *found;
    for (unsigned i = 0; (found = node_counter(node, 0, i, &value)); i++)
        if (strcmp(found, name) == 0)
            return value;
    ck_abort_msg("no counter is called %s", name);
    return 0;
}
