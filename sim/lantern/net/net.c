#define _GNU_SOURCE
#include "net.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "interrupt.h"
#include "network.h"
#include "report.h"
#include "say.h"
#include "station.h"
#include "status_line.h"
#include "teller.h"

#define STEP_PS   UINT64_C(1000000000) /* 1 ms: without this machine's clock, time goes so */
#define LOOK_NS   UINT64_C(20000000)   /* and this often somebody may press Ctrl-C */
#define TICK_NS   UINT64_C(250000000)
#define ACCESS_PS UINT64_C(100000)     /* 100 ns */
#define LAST_PS   UINT64_C(5000000000) /* 5 ms: the last frames leave, and come */

struct net {
    const struct options *options;
    struct topology topology;
    struct network network;
    struct world *world;
    uint64_t seed;
    struct pcapng *pcap;
    struct timeline *timeline;
    struct teller teller; /* of explain */
    struct story *story;
    struct record *record;
    uint64_t started_ns;
    uint64_t hash, end_ps; /* what it came to */
    bool ending, broken_off, failed;
};

static void complain_of_file(const char *path, int error)
{
    say("%s: %s (%s)", path, strerror(error),
        error == ENOSPC ? "make room, or choose another place" : "choose another file");
}

/* --- The end of a run ------------------------------------------------------------------------- */

static void stop_world(void *context, uint64_t now_ps)
{
    struct net *net = context;
    for (unsigned i = 0; i < net->topology.host_count; i++)
        if (node_is_in_access(net->network.hosts[i].node)) {
            world_at(net->world, now_ps + ACCESS_PS, stop_world, net);
            return; /* the last look at its counters is still to come */
        }
    world_stop(net->world);
}

static void end(struct net *net, uint64_t after_ps)
{
    if (net->ending)
        return;
    net->ending = true;
    world_at(net->world, world_now(net->world) + after_ps, stop_world, net);
}

/* Each simulated millisecond: have all programs ended? */
static void look(void *context, uint64_t now_ps)
{
    struct net *net = context;
    bool alone = net->topology.outside_count == 0;
    if (net->network.failed || (alone && network_unfinished(&net->network) == 0))
        return end(net, net->topology.linger_ps + LAST_PS);
    if (alone && now_ps >= net->topology.limit_ps) {
        net->network.late = true;
        return end(net, 0);
    }
    if (net->options->for_ps && now_ps >= net->options->for_ps) {
        net->broken_off = true;
        return end(net, 0);
    }
    if (!net->ending)
        world_at(net->world, now_ps + STEP_PS, look, net);
}

/* --- While it runs -----------------------------------------------------------------------------
 */

static uint64_t cycles_run(const struct net *net)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < net->topology.host_count; i++) {
        struct node *node = net->network.hosts[i].node;
        for (unsigned j = 0; node && j < node_adapter_count(node); j++) {
            struct station *station = node_station(node, j);
            sum += station ? station_counters(station)->cycles_run : 0;
        }
    }
    return sum;
}

static bool tick(void *context, uint64_t wall_ns)
{
    struct net *net = context;
    status_line_show(&(struct status){
        .wall_ns = wall_ns - net->started_ns,
        .simulated_ps = world_now(net->world),
        .frames = net->network.frames,
        .bytes = net->network.bytes,
        .cycles = cycles_run(net),
    });
    int error = net->pcap ? pcapng_error(net->pcap) : 0;
    if (error)
        complain_of_file(net->options->pcap, error);
    return error == 0;
}

static void end_wanted(void *context, bool failed)
{
    struct net *net = context;
    net->failed |= failed;
    net->broken_off = true;
    network_stop(&net->network);
    end(net, LAST_PS);
}

/* The world_pace of a network without this machine: as fast as it goes. */
static uint64_t go_on(void *context, uint64_t wanted_ps)
{
    static uint64_t looked_ns, ticked_ns;
    struct net *net = context;
    uint64_t wall_ns = outside_wall_ns();
    if (wall_ns - looked_ns >= LOOK_NS) {
        looked_ns = wall_ns;
        if (wall_ns - ticked_ns >= TICK_NS) {
            ticked_ns = wall_ns;
            net->failed |= !tick(net, wall_ns);
        }
        if (!net->broken_off && (interrupt_came() || net->failed))
            end_wanted(net, net->failed);
    }
    return wanted_ps > WORLD_NEVER - STEP_PS ? WORLD_NEVER : wanted_ps + STEP_PS;
}

/* --- Files --------------------------------------------------------------------------------------
 */

static bool open_files(struct net *net)
{
    const struct options *options = net->options;
    if (options->record &&
        !(net->record = record_create(options->record, options->word_count, options->words,
                                      net->seed, options->topology))) {
        complain_of_file(options->record, errno);
        return false;
    }
    if (options->pcap && !(net->pcap = pcapng_open(options->pcap, "lantern"))) {
        complain_of_file(options->pcap, errno);
        return false;
    }
    if (options->story &&
        !(net->story = story_open(options->story, options->topology, net->topology.about, net->seed,
                                  options->record))) {
        complain_of_file(options->story, errno);
        return false;
    }
    if (options->command == COMMAND_EXPLAIN) {
        net->teller = (struct teller){.out = stdout, .wanted = options->explained};
        net->timeline = timeline_open_words(&net->teller);
        if (!net->timeline)
            say("net: no memory");
        return net->timeline != NULL;
    }
    if (options->timeline && !(net->timeline = timeline_open(options->timeline))) {
        complain_of_file(options->timeline, errno);
        return false;
    }
    return true;
}

static void close_files(struct net *net)
{
    int error = net->pcap ? pcapng_close(net->pcap) : 0;
    if (error)
        complain_of_file(net->options->pcap, error);
    net->failed |= error != 0;
    error = net->timeline ? timeline_close(net->timeline) : 0;
    if (error)
        complain_of_file(net->options->timeline, error);
    net->failed |= error != 0;
    error = net->story ? story_close(net->story) : 0;
    if (error)
        complain_of_file(net->options->story, error);
    net->failed |= error != 0;
    error = net->record ? record_close(net->record, net->hash, net->end_ps) : 0;
    if (error)
        complain_of_file(net->options->record, error);
    net->failed |= error != 0;
}

/* --- The command --------------------------------------------------------------------------------
 */

static void print_head(const struct net *net)
{
    printf("%s%s%s (seed %" PRIu64 ")\n", net->options->topology,
           net->topology.about[0] ? ": " : "", net->topology.about, net->seed);
}

static bool run(struct net *net)
{
    status_line_begin();
    net->network.outside.tick = tick;
    net->network.outside.end_wanted = end_wanted;
    net->network.outside.context = net;
    net->network.outside.record = net->record;
    net->network.outside.replay = net->options->replay;
    if (net->topology.outside_count == 0)
        world_set_pace(net->world, go_on, net);
    world_at(net->world, STEP_PS, look, net);
    world_run(net->world, WORLD_NEVER);
    status_line_clear();
    net->hash = network_hash(&net->network);
    net->end_ps = world_now(net->world);
    if (net->options->command == COMMAND_EXPLAIN && !net->teller.seen) {
        say("explain: there was no write %" PRIu64, net->options->explained);
        return false;
    }
    report_print(&net->network);
    if (net->options->stats)
        report_print_stats(&net->network);
    bool right = net->broken_off ? !net->failed : report_judge(&net->network);
    if (net->network.late)
        say("%s: not done after %.3f s (`limit:' sets it)", net->options->topology,
            (double)net->topology.limit_ps * 1e-12);
    if (!right && !net->broken_off)
        say("replay it with: lantern net --seed %" PRIu64 " %s", net->seed, net->options->topology);
    printf("%s: %.6f s simulated, %" PRIu64 " frames, hash %016" PRIx64 "\n",
           right ? "done" : "FAILED", (double)net->end_ps * 1e-12, net->network.frames, net->hash);
    if (net->options->replay && !replay_judge(net->options->replay, net->hash, net->end_ps))
        return false;
    return right;
}

static bool run_topology(struct net *net)
{
    const struct options *options = net->options;
    net->seed = options->seed_given ? options->seed : net->topology.seed;
    if (!options->seed_given && !net->topology.seed_given &&
        getrandom(&net->seed, sizeof net->seed, 0) < 0)
        net->seed = outside_wall_ns();
    net->world = world_new(net->seed);
    if (!net->world) {
        say("net: no memory");
        return false;
    }
    print_head(net);
    net->started_ns = outside_wall_ns();
    bool right = open_files(net) &&
                 network_open(&net->network, net->world, &net->topology, options, net->pcap,
                              net->timeline, net->story) &&
                 run(net);
    right &= network_close(&net->network);
    world_free(net->world);
    close_files(net);
    return right && !net->failed;
}

int net_main(const struct options *options)
{
    struct net *net = calloc(1, sizeof *net);
    if (!net) {
        say("net: no memory");
        return EXIT_FAILED;
    }
    setvbuf(stdout, NULL, _IOLBF, 0); /* in order with standard error */
    net->options = options;
    net->network.topology = &net->topology;
    int status = EXIT_USAGE;
    if (topology_read(&net->topology, options->topology, options->rate_mbps))
        status = interrupt_install() && run_topology(net) ? EXIT_DONE : EXIT_FAILED;
    free(net);
    return status;
}
