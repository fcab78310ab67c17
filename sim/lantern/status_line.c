#define _GNU_SOURCE
#include "status_line.h"

#include <stdio.h>
#include <unistd.h>

enum { PERIOD_NS = 250000000 };

static bool on, shown;
static uint64_t due_ns;
static struct status last;

void status_line_begin(void)
{
    on = isatty(STDERR_FILENO);
}

uint64_t status_line_due_ns(void)
{
    return on ? due_ns : UINT64_MAX;
}

/* `amount` a second, in millions. */
static double millions(uint64_t amount, double seconds)
{
    return seconds > 0 ? (double)amount / seconds / 1e6 : 0;
}

void status_line_show(const struct status *status)
{
    if (!on || status->wall_ns < due_ns)
        return;
    double wall = (double)(status->wall_ns - last.wall_ns) * 1e-9;
    double simulated = (double)(status->simulated_ps - last.simulated_ps) * 1e-12;
    uint64_t bits = (status->bytes - last.bytes) * 8;
    fprintf(stderr, "\r\033[K%.3f s simulated, %llu frames, %.1f Mb/s (%.1f in real time)",
            (double)status->simulated_ps * 1e-12, (unsigned long long)status->frames,
            millions(bits, simulated), millions(bits, wall));
    if (status->cycles > 0)
        fprintf(stderr, ", %.1f M cycles/s", millions(status->cycles - last.cycles, wall));
    fflush(stderr);
    shown = true;
    last = *status;
    due_ns = status->wall_ns + PERIOD_NS;
}

void status_line_clear(void)
{
    if (shown)
        fputs("\r\033[K", stderr);
    shown = false;
}
