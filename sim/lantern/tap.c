/* A TAP interface as a peer. Back-pressure is the kernel's: frames that find no
 * room in our queue are not read, and wait (and are dropped, and counted) there. */
#define _GNU_SOURCE
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "say.h"

enum {
    FRAME_ROOM = 2048,
    RUNNING_TRIES = 2000,
    RUNNING_TRY_NS = 1000000,
};

struct tap_peer {
    struct peer peer;
    int fd;
    unsigned place; /* in the poll set */
    bool polled;
    char interface[IFNAMSIZ];
    uint64_t refused; /* frames that the kernel did not take */
};

static struct tap_peer *tap_of(struct peer *peer)
{
    return (struct tap_peer *)peer; /* its first member */
}

static void tap_send(struct peer *peer, const uint8_t *frame, size_t size)
{
    /* It refuses while the interface is down: as if the cable were out. */
    if (write(tap_of(peer)->fd, frame, size) < 0)
        tap_of(peer)->refused++;
}

static void tap_prepare(struct peer *peer, struct poll_set *set)
{
    struct tap_peer *self = tap_of(peer);
    self->polled = peer->sink.room(peer->sink.context) > 0;
    if (self->polled)
        self->place = poll_set_add(set, self->fd, POLLIN);
}

static bool tap_handle(struct peer *peer, const struct poll_set *set)
{
    struct tap_peer *self = tap_of(peer);
    uint8_t frame[FRAME_ROOM];
    if (!self->polled || set->fds[self->place].revents == 0)
        return true;
    while (peer->sink.room(peer->sink.context) > 0) {
        ssize_t size = read(self->fd, frame, sizeof frame);
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
            return true;
        if (size < 0) {
            say("%s: the interface is gone: %s", self->interface, strerror(errno));
            return false;
        }
        peer->sink.frame(peer->sink.context, frame, (size_t)size);
    }
    return true;
}

static void tap_free(struct peer *peer)
{
    close(tap_of(peer)->fd);
    free(peer);
}

static const char *tap_counter(const struct peer *peer, unsigned index, uint64_t *value)
{
    if (index > 0)
        return NULL;
    *value = ((const struct tap_peer *)peer)->refused;
    return "tap_frames_refused";
}

static const struct peer_functions functions = {tap_send, tap_prepare, tap_handle, tap_free,
                                                tap_counter};

/* --- opening it, with the fix in each complaint --------------------------------------------- */

static void complain_of_device(int error)
{
    const char *fix = error == ENOENT ? "load it with `modprobe tun'"
                                      : "run as root, or let this user read and write it";
    say("/dev/net/tun: %s (%s)", strerror(error), fix);
}

static void complain_of_interface(const char *interface, int error)
{
    switch (error) {
    case EBUSY:
        say("%s: another program has joined it (end that one, or make another interface)",
            interface);
        break;
    case EPERM:
        say("%s: not yours to join (as root: `ip tuntap add %s mode tap user NAME', or run as "
            "root)",
            interface, interface);
        break;
    case EINVAL:
        say("%s: not a TAP interface (as root: `ip tuntap add tap0 mode tap')", interface);
        break;
    default:
        say("%s: %s", interface, strerror(error));
    }
}

/* A joined interface carries frames once the kernel has noticed its carrier, a
 * moment later; what is sent to us before is lost there. One that is down has time
 * until somebody puts it up. */
static void wait_until_running(const char *interface, struct ifreq *request)
{
    int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (any < 0)
        return;
    for (int tries = 0; tries < RUNNING_TRIES; tries++) {
        if (ioctl(any, SIOCGIFFLAGS, request) < 0 || request->ifr_flags & IFF_RUNNING)
            break;
        if (!(request->ifr_flags & IFF_UP)) {
            say("%s: the interface is down (as root: `ip link set %s up')", interface, interface);
            break;
        }
        nanosleep(&(struct timespec){.tv_nsec = RUNNING_TRY_NS}, NULL);
    }
    close(any);
}

struct peer *tap_peer_new(const char *interface)
{
    struct ifreq request = {.ifr_flags = 0};
    strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
    if (if_nametoindex(interface) == 0) {
        say("%s: no such interface (as root: `ip tuntap add %s mode tap; ip link set %s up')",
            interface, interface, interface);
        return NULL;
    }
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        complain_of_device(errno);
        return NULL;
    }
    request.ifr_flags = (short)(IFF_TAP | IFF_NO_PI);
    if (ioctl(fd, TUNSETIFF, &request) < 0) {
        complain_of_interface(interface, errno);
        close(fd);
        return NULL;
    }
    wait_until_running(interface, &request);
    struct tap_peer *self = calloc(1, sizeof *self);
    if (!self) {
        say("no memory");
        close(fd);
        return NULL;
    }
    self->peer.functions = &functions;
    self->fd = fd;
    strcpy(self->interface, request.ifr_name);
    return &self->peer;
}
