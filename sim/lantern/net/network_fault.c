/* What goes wrong in a network, at its time: cables, links, adapters, whole hosts. See
 * network.h. */
#include "network.h"
#include "phy.h"

static void set_cut(struct network_medium *medium, bool cut)
{
    if (medium->link)
        link_cut(medium->link, cut);
    else if (medium->segment)
        segment_cut(medium->segment, cut);
}

static void set_link(struct network_host *host, bool up)
{
    struct phy *phy = node_phy(host->node, 0);
    if (phy)
        phy_set_link(phy, up);
}

/* What its programs were at is lost; what came of those that had ended is not. */
static void reboot(struct network_host *host)
{
    node_reboot(host->node);
    for (unsigned i = 0; i < host->program_count; i++) {
        struct program *program = &host->programs[i];
        if (program->result.done)
            continue;
        program_free(program);
        *program = (struct program){.wanted = program->wanted};
    }
}

static void happen(void *context, uint64_t now_ps)
{
    struct network_fault *fault = context;
    const struct topology_event *event = fault->event;
    struct network_medium *medium = &fault->network->media[event->target];
    struct network_host *host = &fault->network->hosts[event->target];
    (void)now_ps;
    switch (event->action) {
    case ACTION_CUT:
    case ACTION_MEND:
        set_cut(medium, event->action == ACTION_CUT);
        break;
    case ACTION_UNPLUG:
    case ACTION_PLUG:
        set_link(host, event->action == ACTION_PLUG);
        break;
    case ACTION_LOSE:
        link_set_probability(medium->link, LINK_LOSE, event->probability);
        break;
    case ACTION_RESET:
        node_reset_adapters(host->node);
        break;
    case ACTION_REBOOT:
        reboot(host);
        break;
    }
}

void network_plan_faults(struct network *network)
{
    for (unsigned i = 0; i < network->topology->event_count; i++) {
        struct network_fault *fault = &network->faults[i];
        *fault = (struct network_fault){network, &network->topology->events[i]};
        world_at(network->world, fault->event->when_ps, happen, fault);
    }
}
