#include "service.h"

#include <assert.h>
#include <limits.h>

int service_timeout_ms(uint64_t now_us, uint64_t deadline_us)
{
    if (deadline_us == LAN_NEVER)
        return -1;
    if (deadline_us <= now_us)
        return 0;
    uint64_t ms = (deadline_us - now_us + 999) / 1000;
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

/* When a service is stepped next: at its time, or when one of these has an event. */
struct turn {
    uint64_t deadline_us;
    unsigned first, count;
};

static bool is_due(const struct turn *turn, const struct lan_pollfd *fds, uint64_t now_us)
{
    if (turn->deadline_us <= now_us)
        return true;
    for (unsigned i = turn->first; i < turn->first + turn->count; i++)
        if (fds[i].revents)
            return true;
    return false;
}

int services_run(struct lan_host *host, const struct service *services, unsigned count)
{
    struct lan_pollfd fds[SERVICES_POLL_MAX];
    struct turn turns[SERVICES_MAX] = {0}; /* all at once, at first */
    int ready;
    assert(count <= SERVICES_MAX);
    do {
        uint64_t deadline_us = LAN_NEVER;
        unsigned fd_count = 0;
        for (unsigned i = 0; i < count; i++) {
            uint64_t now_us = lan_host_now(host);
            if (is_due(&turns[i], fds, now_us))
                turns[i].deadline_us = services[i].step(services[i].context, now_us);
            if (turns[i].deadline_us < deadline_us)
                deadline_us = turns[i].deadline_us;
        }
        for (unsigned i = 0; i < count; i++) {
            turns[i].first = fd_count;
            turns[i].count = services[i].poll(services[i].context, fds + fd_count);
            fd_count += turns[i].count;
        }
        assert(fd_count <= SERVICES_POLL_MAX);
        ready = lan_poll(host, fds, fd_count, service_timeout_ms(lan_host_now(host), deadline_us));
    } while (ready >= 0);
    for (unsigned i = 0; i < count; i++)
        services[i].close(services[i].context);
    return ready == -LAN_EINTR ? 0 : ready;
}
