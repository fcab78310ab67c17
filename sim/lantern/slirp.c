/* libslirp 4.7 as a peer. What it wants of us:
 * - Its clock starts at 0, so a round of fill and poll comes before the first input.
 * - It hands frames out while it is given one: the sink only queues.
 * - It knows no back-pressure: while the queue is nearly full it is not polled, so
 *   that its sockets wait, and TCP through them.
 * - It asks by ARP for every guest, so for one behind a router the router is asked.
 * - Its listener has a backlog of one, and the port that 0 became is not told: both
 *   are put right on the listening descriptor, found among those to poll. */
#define _GNU_SOURCE
#include "slirp.h"

#include <errno.h>
#include <slirp/libslirp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "say.h"

enum {
    MILLISECOND_US = 1000,
    ROOM_MIN = 64, /* frames that one round of slirp may bring */
    BACKLOG = 128,
};

struct slirp_peer {
    struct peer peer;
    Slirp *slirp;
    struct poll_set *filling;
    const struct poll_set *filled;
    bool listening_wanted; /* look for the listener while filling */
    int listener;
    uint64_t waits;
    uint64_t mistakes;
    bool polled;    /* a fill waits for its poll */
    lan_ip4 routed; /* a guest behind SLIRP_GUEST; 0: none */
};

static struct slirp_peer *slirp_of(struct peer *peer)
{
    return (struct slirp_peer *)peer; /* its first member */
}

/* --- what libslirp calls --------------------------------------------------------------- */

static lan_ip4 ip_at(const uint8_t *at)
{
    return LAN_IP4(at[0], at[1], at[2], at[3]);
}

static void put_ip(uint8_t *at, lan_ip4 ip)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(ip >> (24 - 8 * i));
}

/* ARP (RFC 826) within Ethernet. */
enum { ARP_OPERATION = 21, ARP_SENDER_IP = 28, ARP_TARGET_IP = 38, ARP_SIZE = 42, ARP_REPLY = 2 };

static bool is_arp(const uint8_t *frame, size_t size)
{
    return size >= ARP_SIZE && frame[12] == 0x08 && frame[13] == 0x06;
}

static ssize_t take_frame(const void *bytes, size_t size, void *context)
{
    struct slirp_peer *self = context;
    const uint8_t *frame = bytes;
    uint8_t request[ARP_SIZE];
    if (self->routed && is_arp(frame, size) && ip_at(frame + ARP_TARGET_IP) == self->routed) {
        memcpy(request, frame, ARP_SIZE);
        put_ip(request + ARP_TARGET_IP, SLIRP_GUEST);
        self->peer.sink.frame(self->peer.sink.context, request, ARP_SIZE);
    } else {
        self->peer.sink.frame(self->peer.sink.context, bytes, size);
    }
    return (ssize_t)size;
}

static void count_mistake(const char *text, void *context)
{
    (void)text;
    ((struct slirp_peer *)context)->mistakes++;
}

static int64_t clock_ns(void *context)
{
    (void)context;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Timers serve IPv6 only, which is off; descriptors are asked for each round. */
static void *make_timer(SlirpTimerCb callback, void *callback_context, void *context)
{
    (void)callback, (void)callback_context;
    return context;
}
static void free_timer(void *timer, void *context)
{
    (void)timer, (void)context;
}
static void set_timer(void *timer, int64_t when_ms, void *context)
{
    (void)timer, (void)when_ms, (void)context;
}
static void watch(int fd, void *context)
{
    (void)fd, (void)context;
}
static void notify(void *context)
{
    (void)context;
}

static int add_poll(int fd, int events, void *context)
{
    struct slirp_peer *self = context;
    if (self->listening_wanted && self->listener < 0) { /* the newest comes first */
        int listens = 0;
        if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &(socklen_t){sizeof listens}) ==
                0 &&
            listens)
            self->listener = fd;
    }
    short wanted =
        (short)((events & SLIRP_POLL_IN ? POLLIN : 0) | (events & SLIRP_POLL_OUT ? POLLOUT : 0) |
                (events & SLIRP_POLL_PRI ? POLLPRI : 0));
    return (int)poll_set_add(self->filling, fd, wanted);
}

static int get_events(int index, void *context)
{
    const struct slirp_peer *self = context;
    if (index < 0)
        return 0;
    short events = self->filled->fds[index].revents;
    return (events & POLLIN ? SLIRP_POLL_IN : 0) | (events & POLLOUT ? SLIRP_POLL_OUT : 0) |
           (events & POLLPRI ? SLIRP_POLL_PRI : 0) | (events & POLLERR ? SLIRP_POLL_ERR : 0) |
           (events & POLLHUP ? SLIRP_POLL_HUP : 0);
}

static const SlirpCb callbacks = {
    .send_packet = take_frame,
    .guest_error = count_mistake,
    .clock_get_ns = clock_ns,
    .timer_new = make_timer,
    .timer_free = free_timer,
    .timer_mod = set_timer,
    .register_poll_fd = watch,
    .unregister_poll_fd = watch,
    .notify = notify,
};

/* --- what outside.c calls ----------------------------------------------------------------- */

static void slirp_send(struct peer *peer, const uint8_t *frame, size_t size)
{
    struct slirp_peer *self = slirp_of(peer);
    uint8_t reply[ARP_SIZE];
    slirp_input(self->slirp, frame, (int)size);
    if (!self->routed || !is_arp(frame, size) || frame[ARP_OPERATION] != ARP_REPLY ||
        ip_at(frame + ARP_SENDER_IP) != SLIRP_GUEST)
        return;
    memcpy(reply, frame, ARP_SIZE);
    put_ip(reply + ARP_SENDER_IP, self->routed);
    slirp_input(self->slirp, reply, ARP_SIZE);
}

static void slirp_prepare(struct peer *peer, struct poll_set *set)
{
    struct slirp_peer *self = slirp_of(peer);
    self->polled = peer->sink.room(peer->sink.context) >= ROOM_MIN;
    if (!self->polled) {
        self->waits++;
        return;
    }
    uint32_t timeout_ms = UINT32_MAX;
    self->filling = set;
    slirp_pollfds_fill(self->slirp, &timeout_ms, add_poll, self);
    if (timeout_ms != UINT32_MAX && timeout_ms * UINT64_C(1000) < set->timeout_us)
        set->timeout_us = timeout_ms * (uint64_t)MILLISECOND_US;
}

static bool slirp_handle(struct peer *peer, const struct poll_set *set)
{
    struct slirp_peer *self = slirp_of(peer);
    if (self->polled) {
        self->filled = set;
        slirp_pollfds_poll(self->slirp, 0, get_events, self);
        self->polled = false;
    }
    return true;
}

static void slirp_free(struct peer *peer)
{
    slirp_cleanup(slirp_of(peer)->slirp);
    free(peer);
}

static const char *slirp_counter(const struct peer *peer, unsigned index, uint64_t *value)
{
    const struct slirp_peer *self = (const struct slirp_peer *)peer;
    switch (index) {
    case 0:
        *value = self->waits;
        return "slirp_waits_for_room";
    case 1:
        *value = self->mistakes;
        return "slirp_frames_not_understood";
    default:
        return NULL;
    }
}

static const struct peer_functions functions = {slirp_send, slirp_prepare, slirp_handle, slirp_free,
                                                slirp_counter};

/* --- making it -------------------------------------------------------------------------- */

/* A round of fill and poll: sets its clock, and finds the listener. */
static void settle(struct slirp_peer *self)
{
    struct poll_set set = {.timeout_us = 0};
    self->filling = &set;
    uint32_t timeout_ms = 0;
    slirp_pollfds_fill(self->slirp, &timeout_ms, add_poll, self);
    self->filled = &set;
    slirp_pollfds_poll(self->slirp, 0, get_events, self);
    free(set.fds);
}

struct peer *slirp_peer_new(void)
{
    struct slirp_peer *self = calloc(1, sizeof *self);
    SlirpConfig config = {
        .version = 4,
        .in_enabled = true,
        .vnetwork.s_addr = htonl(LAN_IP4(10, 0, 2, 0)),
        .vnetmask.s_addr = htonl(LAN_IP4(255, 255, 255, 0)),
        .vhost.s_addr = htonl(SLIRP_ROUTER),
        .vnameserver.s_addr = htonl(SLIRP_NAME_SERVER),
        .vhostname = "lantern",
        .vdhcp_start.s_addr = htonl(SLIRP_GUEST),
    };
    if (self)
        self->slirp = slirp_new(&config, &callbacks, self);
    if (!self || !self->slirp) {
        say("no memory for the user-mode network");
        free(self);
        return NULL;
    }
    self->peer.functions = &functions;
    settle(self);
    return &self->peer;
}

static bool complain_of_forward(lan_ip4 address, uint16_t port)
{
    char text[INET_ADDRSTRLEN];
    const char *fix =
        errno == EADDRINUSE ? " (another program has it; --listen 127.0.0.1:0 takes a free one)"
        : errno == EACCES   ? " (ports below 1024 are root's; try --listen 127.0.0.1:8080)"
        : errno == EADDRNOTAVAIL ? " (not an address of this machine; try --listen 127.0.0.1:8080)"
                                 : "";
    inet_ntop(AF_INET, &(struct in_addr){htonl(address)}, text, sizeof text);
    say("cannot listen on %s:%u: %s%s", text, port, strerror(errno), fix);
    return false;
}

bool slirp_peer_forward_datagrams(struct peer *peer, lan_ip4 address, uint16_t port,
                                  lan_ip4 guest_address, uint16_t guest_port)
{
    struct in_addr here = {htonl(address)}, guest = {htonl(guest_address)};
    errno = 0;
    return slirp_add_hostfwd(slirp_of(peer)->slirp, 1, here, port, guest, guest_port) == 0 ||
           complain_of_forward(address, port);
}

bool slirp_peer_forward(struct peer *peer, lan_ip4 address, uint16_t *port, lan_ip4 guest_address,
                        uint16_t guest_port)
{
    struct slirp_peer *self = slirp_of(peer);
    struct in_addr here = {htonl(address)}, guest = {htonl(guest_address)};
    char text[INET_ADDRSTRLEN];
    self->routed = guest_address == SLIRP_GUEST ? 0 : guest_address;
    inet_ntop(AF_INET, &here, text, sizeof text);
    errno = 0;
    if (slirp_add_hostfwd(self->slirp, 0, here, *port, guest, guest_port) < 0)
        return complain_of_forward(address, *port);
    self->listening_wanted = true;
    self->listener = -1;
    settle(self);
    self->listening_wanted = false;
    struct sockaddr_in bound;
    if (self->listener < 0 || listen(self->listener, BACKLOG) < 0 ||
        getsockname(self->listener, (struct sockaddr *)&bound, &(socklen_t){sizeof bound}) < 0) {
        say("cannot listen on %s:%u: the user-mode network shows no listener", text, *port);
        return false;
    }
    *port = ntohs(bound.sin_port);
    return true;
}
