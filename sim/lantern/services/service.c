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

int services_run(struct lan_host *host, const struct service *services, unsigned count)
{
    struct lan_pollfd fds[SERVICES_POLL_MAX];
    int ready;
    do {
        uint64_t deadline_us = LAN_NEVER;
        unsigned fd_count = 0;
        for (unsigned i = 0; i < count; i++) {
            uint64_t when_us = services[i].step(services[i].context, lan_host_now(host));
            deadline_us = when_us < deadline_us ? when_us : deadline_us;
            fd_count += services[i].poll(services[i].context, fds + fd_count);
        }
        assert(fd_count <= SERVICES_POLL_MAX);
        ready = lan_poll(host, fds, fd_count, service_timeout_ms(lan_host_now(host), deadline_us));
    } while (ready >= 0);
    for (unsigned i = 0; i < count; i++)
        services[i].close(services[i].context);
    return ready == -LAN_EINTR ? 0 : ready;
}
