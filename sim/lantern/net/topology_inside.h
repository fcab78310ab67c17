/* What the files that read a topology share. */
#ifndef LANTERN_TOPOLOGY_INSIDE_H
#define LANTERN_TOPOLOGY_INSIDE_H

#include "topology.h"
#include "yaml_file.h"

struct topology_place topology_place_of(const yaml_node_t *node);
int topology_find_medium(const struct topology *topology, const char *name); /* -1: none */
int topology_find_host(const struct topology *topology, const char *name);
/* The same of a text in the file; complains when there is none. */
int topology_medium_named(struct yaml_file *file, const struct topology *topology,
                          const yaml_node_t *node);

/* topology_host.c: a host and what it does. */
void topology_read_host(struct yaml_file *file, struct topology *topology, const yaml_node_t *node,
                        struct topology_host *host);
/* topology_check.c: whether it can be built. */
void topology_check(struct yaml_file *file, const struct topology *topology);

#endif
