#define _GNU_SOURCE
#include "status_line.h"

#include <stdio.h>
#include <unistd.h>

static bool on, shown;
static struct status last;

void status_line_begin(void)
{
    on = isatty(STDERR_FILENO);
}

/* `amount` a second, in millions. */
static double millions(uint64_t amount, double seconds)
{
    return seconds > 0 ? (double)amount / seconds / 1e6 : 0;
}

void status_line_show(const struct status *status)
{
    if (!on)
        return;
    double wall = (double)(status->wall_ns - last.wall_ns) * 1e-9;
    double simulated = (double)(status->simulated_ps - last.simulated_ps) * 1e-12;
    uint64_t bits = (status->bytes - last.bytes) * 8;
    fprintf(stderr, "\r\033[K%.3f s simulated, %llu frames, %.1f Mb/s (%.1f in real time)",
            (double)status->simulated_ps * 1e-12, (unsigned long long)status->frames,
            millions(bits, simulated), millions(bits, wall));
    if (status->cycles > 0)
        fprintf(stderr, ", %.1f M cycles/s", millions(status->cycles - last.cycles, wall));
    if (status->whole > 0)
        fprintf(stderr, ", %.0f %% of the page",
                100 * (double)status->done / (double)status->whole);
    fflush(stderr);
    shown = true;
    last = *status;
}

void status_line_clear(void)
{
    if (shown)
        fputs("\r\033[K", stderr);
    shown = false;
}
