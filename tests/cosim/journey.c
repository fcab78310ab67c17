/* A tune over a link: see journey.h. */
#include "journey.h"

#include <stdlib.h>
#include <string.h>

#include "lan_rtp.h"
#include "link.h"
#include "sound.h"

enum { PORT = 5004, SLOTS = 64, TICK_US = 10000 };
#define MS_PS            UINT64_C(1000000000)
#define SPEAKER_ADDRESS  LAN_IP4(10, 0, 0, 1)
#define LISTENER_ADDRESS LAN_IP4(10, 0, 0, 2)

struct journey {
    const struct journey_config *config;
    struct journey_result *result;
    const char *error;
    unsigned total, delay; /* frames */
    /* The speaker. */
    struct lan_rtp_sender sender;
    uint64_t pulled;
    uint16_t first_sequence;
    /* The listener. */
    struct lan_rtp_receiver receiver;
    struct lan_rtp_slot slots[SLOTS];
    unsigned room;
    uint64_t arrived; /* bytes, by TCP */
    uint64_t played, gap;
    uint8_t *bytes;
    bool ended;
};

static const struct lan_rtp_format format = {JOURNEY_RATE_HZ, 1, LAN_RTP_L16_MONO, JOURNEY_FRAMES};

static uint64_t now_us(struct node *node)
{
    return node_now_ps(node) / 1000000;
}

/* --- the speaker ---------------------------------------------------------------------------- */

static int pull(void *context, int16_t *samples, unsigned frames)
{
    struct journey *journey = context;
    if (journey->pulled >= journey->total)
        return LAN_RTP_END;
    sound_fill(JOURNEY_RATE_HZ, 1, journey->pulled, samples, frames);
    journey->pulled += frames;
    return (int)frames;
}

static void speak_rtp(struct node *node, void *context)
{
    struct journey *journey = context;
    const struct lan_rtp_sender_config config = {
        .target = {LISTENER_ADDRESS, PORT}, .format = format, .pull = pull, .context = journey};
    if (lan_rtp_sender_open(&journey->sender, node_host(node), &config) != 0) {
        journey->error = "the sender does not open";
        return;
    }
    journey->first_sequence = journey->sender.sequence;
    uint64_t next_us;
    while ((next_us = lan_rtp_sender_step(&journey->sender, now_us(node))) != LAN_NEVER)
        if (!node_sleep(node, next_us))
            break;
    journey->result->packets = journey->sender.sent;
    lan_rtp_sender_close(&journey->sender);
}

static void speak_tcp(struct node *node, void *context)
{
    struct journey *journey = context;
    struct lan_host *host = node_host(node);
    const struct lan_address target = {LISTENER_ADDRESS, PORT};
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    lan_setsockopt(host, fd, LAN_IPPROTO_TCP, LAN_TCP_NODELAY, 1);
    if (lan_connect(host, fd, &target) != 0) {
        journey->error = "no connection";
        return;
    }
    uint64_t start_us = now_us(node);
    for (unsigned packet = 0; journey->pulled < journey->total; packet++) {
        int16_t samples[JOURNEY_FRAMES];
        uint64_t due_us = start_us + (uint64_t)packet * TICK_US;
        if (due_us > now_us(node) && !node_sleep(node, due_us))
            break;
        pull(journey, samples, JOURNEY_FRAMES);
        for (size_t sent = 0; sent < sizeof samples;) {
            long put = lan_write(host, fd, (uint8_t *)samples + sent, sizeof samples - sent);
            if (put < 0) {
                journey->error = "the connection broke";
                return;
            }
            sent += (size_t)put;
        }
    }
    lan_close(host, fd);
}

/* --- the listener --------------------------------------------------------------------------- */

/* Sleeps until then, or until something comes. */
static void wait_for(struct node *node, int fd, uint64_t until_us)
{
    struct lan_pollfd poll = {.fd = fd, .events = LAN_POLLIN};
    uint64_t now = now_us(node);
    int ms = until_us == LAN_NEVER ? -1 : (int)((until_us > now ? until_us - now : 0) / 1000);
    if (ms != 0 && fd >= 0)
        lan_poll(node_host(node), &poll, 1, ms);
    else if (until_us > now)
        node_sleep(node, until_us);
}

static void hear_rtp(struct journey *journey, int16_t *samples)
{
    lan_rtp_receiver_play(&journey->receiver, samples, JOURNEY_FRAMES);
}

static void end_gap(struct journey *journey)
{
    struct journey_result *result = journey->result;
    result->gaps += journey->gap > 0;
    result->gap_frames += journey->gap;
    if (result->longest_gap_frames < journey->gap)
        result->longest_gap_frames = journey->gap;
    journey->gap = 0;
}

/* What has come and is due; where that is not enough, it waits. */
static void hear_tcp(struct journey *journey, int16_t *samples)
{
    for (unsigned i = 0; i < JOURNEY_FRAMES; i++) {
        bool before = journey->result->heard_frames + i < journey->delay;
        samples[i] = 0;
        if (before || journey->played == journey->total)
            continue;
        if ((journey->played + 1) * 2 > journey->arrived) {
            journey->gap++;
            continue;
        }
        end_gap(journey);
        memcpy(&samples[i], journey->bytes + journey->played * 2, 2);
        journey->played++;
    }
}

/* Asks for a tick's sound each tick; what it must take in meanwhile is `step`. */
static void play(struct node *node, struct journey *journey, int fd,
                 void (*step)(struct journey *, struct node *, int),
                 void (*hear)(struct journey *, int16_t *))
{
    wait_for(node, fd, LAN_NEVER);
    step(journey, node, fd);
    uint64_t next_us = now_us(node);
    while (journey->result->heard_frames + JOURNEY_FRAMES <= journey->room && !journey->ended) {
        while (now_us(node) < next_us) {
            wait_for(node, fd, next_us);
            step(journey, node, fd);
            if (journey->arrived == journey->total * 2ull)
                fd = -1; /* nothing comes any more but its end */
        }
        hear(journey, journey->result->heard + journey->result->heard_frames);
        journey->result->heard_frames += JOURNEY_FRAMES;
        next_us += TICK_US;
        journey->ended = journey->config->tcp
                             ? journey->played == journey->total
                             : journey->result->heard_frames >= journey->delay + journey->total;
    }
}

static void step_rtp(struct journey *journey, struct node *node, int fd)
{
    (void)fd;
    lan_rtp_receiver_step(&journey->receiver, now_us(node));
}

static void listen_rtp(struct node *node, void *context)
{
    struct journey *journey = context;
    struct journey_result *result = journey->result;
    const struct lan_rtp_receiver_config config = {
        .local = {.port = PORT}, .format = format, .delay_ms = journey->config->delay_ms};
    if (lan_rtp_receiver_open(&journey->receiver, node_host(node), &config, journey->slots,
                              SLOTS) != 0) {
        journey->error = "the receiver does not open";
        return;
    }
    play(node, journey, journey->receiver.fd, step_rtp, hear_rtp);
    const struct lan_rtp_counters *counters = &journey->receiver.counters;
    result->gaps = counters->rtp_gaps;
    result->gap_frames = counters->rtp_concealed + counters->rtp_silent;
    result->silent_frames = counters->rtp_silent;
    result->longest_gap_frames = counters->rtp_longest_gap;
    lan_rtp_receiver_close(&journey->receiver);
}

static void step_tcp(struct journey *journey, struct node *node, int fd)
{
    uint64_t size = journey->total * 2ull;
    long got;
    while (journey->arrived < size &&
           (got = lan_recvfrom(node_host(node), fd, journey->bytes + journey->arrived,
                               size - journey->arrived, LAN_MSG_DONTWAIT, NULL)) > 0)
        journey->arrived += (uint64_t)got;
}

static void listen_tcp(struct node *node, void *context)
{
    struct journey *journey = context;
    struct lan_host *host = node_host(node);
    const struct lan_address local = {.port = PORT};
    int listener = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0), fd = -1;
    if (lan_bind(host, listener, &local) == 0 && lan_listen(host, listener, 1) == 0)
        fd = lan_accept(host, listener, NULL);
    if (fd < 0) {
        journey->error = "nobody connected";
        return;
    }
    play(node, journey, fd, step_tcp, hear_tcp);
    end_gap(journey);
    lan_close(host, fd);
}

/* --- the network ---------------------------------------------------------------------------- */

static struct node *node_of(struct journey *journey, struct world *world, struct link *link,
                            unsigned side)
{
    static const char *const names[2] = {"speaker", "listener"};
    bool tcp = journey->config->tcp;
    struct node_config config = {
        .name = names[side],
        .rtl = journey->config->rtl,
        .adapter_count = 1,
        .adapters = {{.rate_mbps = 100,
                      .fixed_line = true,
                      .mac = {0x02, 0x4C, 0x41, 0x4E, 0, (uint8_t)(1 + side)},
                      .address = SPEAKER_ADDRESS + side,
                      .prefix = 24}},
        .application = side == 0 ? (tcp ? speak_tcp : speak_rtp) : (tcp ? listen_tcp : listen_rtp),
        .context = journey,
    };
    struct node *node = node_new(world, &config, &journey->error);
    if (node) {
        node_connect(node, 0, link_entry(link, side));
        link_connect(link, side, node_end(node, 0));
    }
    return node;
}

/* Each frame that was heard, in the place where it belongs: by RTP where its timestamp
 * says, by TCP where it would be had the player never waited. */
static void judge(struct journey *journey)
{
    struct journey_result *result = journey->result;
    uint64_t first = 0;
    if (!journey->config->tcp) {
        first =
            (uint16_t)(journey->receiver.source.base - journey->first_sequence) * JOURNEY_FRAMES;
        result->lost = result->packets - journey->receiver.counters.rtp_received;
    } else {
        result->lag_frames = result->silent_frames = result->gap_frames;
    }
    for (uint64_t i = first; i < journey->total; i++) {
        uint64_t at = journey->delay + i - first;
        if (at < result->heard_frames && result->heard[at] == sound_tune(JOURNEY_RATE_HZ, i))
            result->right_frames++;
    }
}

static void run(struct journey *journey)
{
    const struct journey_config *config = journey->config;
    struct world *world = world_new(config->seed);
    struct link_config lossy = {
        .name = "link", .delay_ps = JOURNEY_LINK_MS * MS_PS, .probability = {config->loss}};
    if (config->lost_packet) {
        lossy.script[0] = (struct link_script){0, config->lost_packet, LINK_LOSE};
        lossy.script_count = 1;
    }
    struct link *link = link_new(world, &lossy);
    struct node *speaker = node_of(journey, world, link, 0);
    struct node *listener = speaker ? node_of(journey, world, link, 1) : NULL;
    uint64_t limit_ps = 1000 * MS_PS * (3ull * config->seconds + 120);
    while (listener && !journey->error && world_now(world) < limit_ps &&
           !(node_has_ended(speaker) && node_has_ended(listener)))
        world_run(world, world_now(world) + 500 * MS_PS);
    if (!journey->error && !journey->ended)
        journey->error = "the sound did not end";
    if (config->tcp)
        journey->result->lost = link_counters(link)->faults[LINK_LOSE];
    node_free(speaker);
    node_free(listener);
    link_free(link);
    world_free(world);
}

const char *journey_run(const struct journey_config *config, struct journey_result *result)
{
    struct journey *journey = calloc(1, sizeof *journey);
    memset(result, 0, sizeof *result);
    journey->config = config;
    journey->result = result;
    journey->total = config->seconds * JOURNEY_RATE_HZ;
    journey->delay = config->delay_ms * JOURNEY_RATE_HZ / 1000;
    journey->room = journey->delay + 2 * journey->total + 120 * JOURNEY_RATE_HZ;
    journey->bytes = malloc(journey->total * 2ull);
    result->heard = calloc(journey->room, sizeof *result->heard);
    run(journey);
    if (!journey->error)
        judge(journey);
    const char *error = journey->error;
    free(journey->bytes);
    free(journey);
    return error;
}
