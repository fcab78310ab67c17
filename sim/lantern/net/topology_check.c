/* Whether a topology can be built: how many ends each medium has, and what may be joined
 * to what. See topology.h. */
#include "segment.h"
#include "topology_inside.h"

static unsigned ends_of(const struct topology *topology, unsigned medium)
{
    unsigned count = 0;
    for (unsigned i = 0; i < topology->host_count; i++)
        for (unsigned j = 0; j < topology->hosts[i].adapter_count; j++)
            count += topology->hosts[i].adapters[j].medium == medium;
    for (unsigned i = 0; i < topology->medium_count; i++)
        for (unsigned j = 0; j < topology->media[i].join_count; j++)
            count += topology->media[i].joins[j] == medium;
    for (unsigned i = 0; i < topology->outside_count; i++)
        count += topology->outsides[i].medium == medium;
    return count + topology->media[medium].join_count;
}

void topology_check(struct yaml_file *file, const struct topology *topology)
{
    for (unsigned i = 0; i < topology->medium_count; i++) {
        const struct topology_medium *medium = &topology->media[i];
        unsigned ends = ends_of(topology, i);
        bool two = medium->kind == MEDIUM_CABLE || medium->kind == MEDIUM_LINK;
        if (two && ends != 2)
            yaml_complain_at(file, medium->place.line, medium->place.column,
                             "`%s' joins two, here it is %u", medium->name, ends);
        else if (ends > SEGMENT_PORTS_MAX)
            yaml_complain_at(file, medium->place.line, medium->place.column,
                             "`%s' has at most %d ports, here it is %u", medium->name,
                             SEGMENT_PORTS_MAX, ends);
    }
    for (unsigned i = 0; i < topology->host_count; i++) {
        const struct topology_host *host = &topology->hosts[i];
        for (unsigned j = 0; j < host->program_count; j++)
            if (host->programs[j].kind == PROGRAM_GET && host->programs[j].url[0] == '\0')
                yaml_complain_at(file, host->place.line, host->place.column, "get: no URL");
    }
}
