#define _GNU_SOURCE
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "lease.h"
#include "say.h"
#include "slirp.h"
#include "station.h"

/* After the application's end: its last frames leave, and the peer's come. */
#define LAST_FRAMES_PS UINT64_C(5000000000) /* 5 ms */

#define ACCESS_PS UINT64_C(100000) /* 100 ns */

enum { SIDE_HOST, SIDE_OUTSIDE };

/* --- what records ------------------------------------------------------------------------- */

static void complain_of_file(const char *path, int error)
{
    say("%s: %s (%s)", path, strerror(error),
        error == ENOSPC ? "make room, or choose another place" : "choose another file");
}

static void watch_frame(void *context, unsigned side, const struct wire_frame *frame)
{
    struct session *session = context;
    bool sent = side == SIDE_HOST;
    if (session->options->packet_ps && session->frames->count + 1 == session->options->packet)
        *session->options->packet_ps = frame->start_ps;
    site_frames_note(session->frames, frame->end_ps / 1000, sent, frame->bytes,
                     frame->size - WIRE_FCS_SIZE);
    if (session->pcap)
        pcapng_write(session->pcap, session->pcap_interface,
                     sent ? PCAPNG_OUTBOUND : PCAPNG_INBOUND, frame, NULL);
    if (session->story)
        story_add_frame(session->story, 0, side, frame);
}

static bool open_story(struct session *session, const char *path)
{
    const struct options *options = session->options;
    static const char *const ends[] = {"host", "outside"};
    session->story =
        story_open(path, "one host", options->tap ? "on a TAP" : "in the user-mode network",
                   session->seed, options->record);
    if (!session->story) {
        complain_of_file(path, errno);
        return false;
    }
    story_add_node(session->story, "host", "host", "", 1, &options->mac);
    story_add_node(session->story, "outside", "outside", "this machine", 0, NULL);
    story_add_channel(session->story, "lan0", "wire", NULL, 2, ends);
    return true;
}

static bool open_capture(struct session *session, const char *path)
{
    session->pcap = pcapng_open(path, "lantern");
    if (!session->pcap) {
        complain_of_file(path, errno);
        return false;
    }
    session->pcap_interface =
        pcapng_add_interface(session->pcap, "lan0", session->options->rate_mbps);
    pcapng_flush(session->pcap);
    if (pcapng_error(session->pcap))
        complain_of_file(path, pcapng_error(session->pcap));
    return !pcapng_error(session->pcap);
}

static bool open_record(struct session *session, const char *path)
{
    const struct options *options = session->options;
    session->outside.record =
        record_create(path, options->word_count, options->words, session->seed, NULL);
    if (!session->outside.record)
        complain_of_file(path, errno);
    return session->outside.record != NULL;
}

static bool open_timeline(struct session *session, const char *path)
{
    session->timeline = timeline_open(path);
    if (!session->timeline)
        complain_of_file(path, errno);
    return session->timeline != NULL;
}

/* A file that could not be written to its end is a failure, told once. */
static void close_files(struct session *session)
{
    const struct options *options = session->options;
    int error = session->pcap ? pcapng_close(session->pcap) : 0;
    if (error && !session->failed)
        complain_of_file(options->pcap, error);
    session->failed |= error != 0;
    error = session->timeline ? timeline_close(session->timeline) : 0;
    if (error && !session->failed)
        complain_of_file(options->timeline, error);
    session->failed |= error != 0;
    error = session->outside.record
                ? record_close(session->outside.record, session->hash, world_now(session->world))
                : 0;
    if (error && !session->failed)
        complain_of_file(options->record, error);
    session->failed |= error != 0;
    error = session->story ? story_close(session->story) : 0;
    if (error && !session->failed)
        complain_of_file(options->story, error);
    session->failed |= error != 0;
}

/* --- what outside.c calls ----------------------------------------------------------------------
 */

static uint64_t cycles_run(struct session *session)
{
    struct station *station = node_station(session->node, 0);
    return station ? station_counters(station)->cycles_run : 0;
}

static bool tick(void *context, uint64_t wall_ns)
{
    struct session *session = context;
    struct status status = {
        .wall_ns = wall_ns - session->started_ns,
        .simulated_ps = world_now(session->world),
        .frames = session->frames->count,
        .bytes = session->frames->sent_bytes + session->frames->received_bytes,
        .cycles = cycles_run(session),
    };
    if (session->tell)
        session->tell(session->context, &status);
    status_line_show(&status);
    if (session->pcap) {
        pcapng_flush(session->pcap);
        if (pcapng_error(session->pcap)) {
            complain_of_file(session->options->pcap, pcapng_error(session->pcap));
            return false;
        }
    }
    if (session->timeline && timeline_error(session->timeline)) {
        complain_of_file(session->options->timeline, timeline_error(session->timeline));
        return false;
    }
    return true;
}

static void end_wanted(void *context, bool failed)
{
    struct session *session = context;
    session->failed |= failed;
    node_stop(session->node);
}

/* --- the host --------------------------------------------------------------------------------- */

static void stop_world(void *context, uint64_t now_ps)
{
    struct session *session = context;
    if (node_is_in_access(session->node)) /* the last look at its counters is still to come */
        world_at(session->world, now_ps + ACCESS_PS, stop_world, session);
    else
        world_stop(session->world);
}

/* The fiber: the command's application, then the end. */
static void run_application(struct node *node, void *context)
{
    struct session *session = context;
    if (!session->options->dhcp || lease_take(session))
        session->application(node, session->context);
    if (session->options->dhcp)
        lease_give_back(session);
    world_at(session->world, node_now_ps(node) + LAST_FRAMES_PS, stop_world, session);
}

static bool add_routes(struct session *session)
{
    const struct options *options = session->options;
    struct lan_host *host = node_host(session->node);
    if (options->dhcp)
        return true;
    lan_ip4 gateway = options->tap ? options->gateway : SLIRP_ROUTER;
    lan_ip4 dns_server = options->tap ? options->dns_server : SLIRP_NAME_SERVER;
    int result = gateway ? lan_host_add_route(host, 0, 0, gateway, 0) : 0;
    if (result == 0 && dns_server)
        result = lan_host_add_dns_server(host, dns_server);
    if (result < 0)
        say("--gateway or --dns: %s", lan_error_text(result));
    return result == 0;
}

static bool make_host(struct session *session)
{
    const struct options *options = session->options;
    struct node_config config = {
        .name = "host",
        .rtl = options->rtl,
        .host = options->host,
        .adapter_count = 1,
        .adapters = {{
            .rate_mbps = options->rate_mbps,
            .half_duplex = !options->full_duplex,
            .address = session->address,
            .prefix = options->dhcp  ? 0
                      : options->tap ? options->prefix
                                     : SLIRP_PREFIX,
        }},
        .timeline = session->timeline,
        .application = run_application,
        .context = session,
    };
    memcpy(config.adapters[0].mac, options->mac, sizeof config.adapters[0].mac);
    const char *error = NULL;
    session->node = node_new(session->world, &config, &error);
    if (!session->node) {
        say("the host could not be made: %s", error);
        return false;
    }
    node_connect(session->node, 0, wire_entry(session->wire, SIDE_HOST));
    wire_connect(session->wire, SIDE_HOST, node_end(session->node, 0));
    session->dns_cache = (struct lan_dns_cache){session->dns_entries, SESSION_NAMES, 0, 0};
    lan_dns_use_cache(node_host(session->node), &session->dns_cache);
    return add_routes(session);
}

/* --- life ----------------------------------------------------------------------------------------
 */

static bool make_world(struct session *session, struct peer *peer)
{
    const struct options *options = session->options;
    session->seed = options->seed;
    if (!options->seed_given && getrandom(&session->seed, sizeof session->seed, 0) < 0)
        session->seed = outside_wall_ns();
    session->world = world_new(session->seed);
    session->wire = session->world ? wire_new(session->world, WIRE_DELAY_PS) : NULL;
    if (!session->wire) {
        say("no memory for the simulation");
        peer->functions->free(peer);
        return false;
    }
    outside_open(&session->outside, session->world, options->pace);
    struct wire_end *end = outside_add(&session->outside, peer,
                                       wire_entry(session->wire, SIDE_OUTSIDE), options->rate_mbps);
    if (!end) {
        say("no memory for the simulation");
        return false;
    }
    wire_connect(session->wire, SIDE_OUTSIDE, end);
    session->outside.tick = tick;
    session->outside.end_wanted = end_wanted;
    session->outside.context = session;
    session->outside.replay = options->replay;
    wire_add_watcher(session->wire, watch_frame, session);
    return true;
}

bool session_open(struct session *session, const struct options *options, struct peer *peer,
                  node_application *application, void *context)
{
    *session = (struct session){
        .options = options,
        .address = options->tap || options->dhcp ? options->address : SLIRP_GUEST,
        .application = application,
        .context = context,
        .started_ns = outside_wall_ns(),
    };
    session->frames = &session->own_frames;
    if (!make_world(session, peer)) {
        wire_free(session->wire);
        world_free(session->world);
        return false;
    }
    if ((!options->pcap || open_capture(session, options->pcap)) &&
        (!options->timeline || open_timeline(session, options->timeline)) &&
        (!options->story || open_story(session, options->story)) &&
        (!options->record || open_record(session, options->record)) && make_host(session) &&
        (!options->wave || window_begin(&session->window, options, session->node)))
        return true;
    session->failed = true; /* and said why */
    session_close(session);
    return false;
}

void session_run(struct session *session)
{
    if (!session->quiet)
        status_line_begin();
    world_run(session->world, WORLD_NEVER);
    session->wall_ns = outside_wall_ns() - session->started_ns;
    status_line_clear();
    struct station *station = node_station(session->node, 0);
    session->hash = station ? station_hash(station) : 0;
    if (session->options->replay &&
        !replay_judge(session->options->replay, session->hash, world_now(session->world)))
        session->failed = true;
}

bool session_close(struct session *session)
{
    if (!window_end(&session->window))
        session->failed = true;
    node_free(session->node);
    close_files(session);
    outside_close(&session->outside);
    wire_free(session->wire);
    world_free(session->world);
    return !session->failed;
}

/* --- telling -------------------------------------------------------------------------------------
 */

void session_look(struct session *session, struct site_view *view)
{
    view->time_ns = node_now_ps(session->node) / 1000;
    view->wall_us = outside_wall_us(&session->outside);
    view->cycles = cycles_run(session);
    const struct lan_nic *nic = node_nic(session->node, 0);
    if (!nic)
        return;
    view->tx_ring_size = nic->tx_size;
    view->tx_ring_used = (nic->tx_head - nic->tx_tail) & (2 * nic->tx_size - 1);
    view->rx_ring_size = nic->rx_size;
    view->rx_ring_used = (nic->rx_head - nic->rx_tail) & (2 * nic->rx_size - 1);
}

void session_print_counters(const char *group, session_counter *counter, const void *context)
{
    uint64_t value;
    const char *name;
    for (unsigned i = 0; (name = counter(context, i, &value)); i++)
        fprintf(stderr, "%-8s %-36s %llu\n", group, name, (unsigned long long)value);
}

static const char *adapter_counter(const void *node, unsigned index, uint64_t *value)
{
    return node_counter((struct node *)(uintptr_t)node, 0, index, value);
}

static const char *host_counter(const void *host, unsigned index, uint64_t *value)
{
    return lan_host_counter(host, index, value);
}

static const char *dhcp_counter(const void *client, unsigned index, uint64_t *value)
{
    return lan_dhcp_counter(client, index, value);
}

static const char *outside_counter_of(const void *outside, unsigned index, uint64_t *value)
{
    return outside_counter(outside, index, value);
}

static const char *run_counter(const void *context, unsigned index, uint64_t *value)
{
    const struct session *session = context;
    struct station *station = node_station(session->node, 0);
    switch (index) {
    case 0:
        *value = session->seed;
        return "seed";
    case 1:
        *value = world_now(session->world) / 1000000;
        return "simulated_us";
    case 2:
        *value = session->wall_ns / 1000;
        return "wall_us";
    case 3:
        *value = station ? station_counters(station)->cycles_run : 0;
        return station ? "cycles_run" : NULL;
    case 4:
        *value = station ? station_counters(station)->cycles_jumped : 0;
        return station ? "cycles_jumped" : NULL;
    case 5:
        *value = station ? station_counters(station)->dropped : 0;
        return station ? "line_frames_dropped" : NULL;
    default:
        return NULL;
    }
}

void session_print_stats(struct session *session)
{
    if (!session->options->stats)
        return;
    session_print_counters("run", run_counter, session);
    session_print_counters("adapter", adapter_counter, session->node);
    session_print_counters("host", host_counter, node_host(session->node));
    if (session->options->dhcp)
        session_print_counters("dhcp", dhcp_counter, &session->dhcp);
    session_print_counters("outside", outside_counter_of, &session->outside);
}
