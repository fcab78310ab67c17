/* Two hosts on one wire, for the tests of the simulation. */
#ifndef TESTS_SIM_NETWORK_H
#define TESTS_SIM_NETWORK_H

#include "node.h"

enum { NETWORK_PORT = 7 };

struct network {
    struct world *world;
    struct wire *wire;
    struct node *nodes[2];
};

#define NETWORK_ADDRESS(index) LAN_IP4(10, 0, 0, 1 + (index))

/* Node i has NETWORK_ADDRESS(i) and stands at side i of the wire. */
void network_begin(struct network *network, uint64_t seed, const bool rtl[2],
                   node_application *const applications[2], void *const contexts[2]);
void network_end(struct network *network);

/* The counter's value; fails the test when there is none of this name. */
uint64_t network_counter(struct node *node, const char *name);

#endif
