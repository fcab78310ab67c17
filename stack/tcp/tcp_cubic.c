/* CUBIC's window (RFC 9438): after a loss at W_max it falls to 0.7 of it, climbs
 * back along a cubic whose plateau, K later, is W_max, and goes on beyond. Where
 * Reno would be faster, as on short paths, it grows as Reno does (section 4.3).
 *
 * An epoch begins with the first growth after a loss. Integers only, and nothing is
 * divided in 64 bits: windows in bytes, times in milliseconds. */
#include "tcp/tcb.h"

/* C in segments for each 2^20 ms^3, times 2^26. */
#define C_SCALED ((uint32_t)(((uint64_t)TCP_CUBIC_C_PERCENT << 46) / (100 * 1000000000ull)))

/* How far the curve is from its plateau so long before or after it: C t^3, in bytes. */
static uint32_t distance(const struct tcb *tcb, uint32_t ms)
{
    ms = min_u32(ms, UINT16_MAX);
    uint64_t cube = (uint64_t)(ms * ms) * ms;
    return (uint32_t)((uint64_t)((uint32_t)(cube >> 20) * (uint64_t)tcb->mss) * C_SCALED >> 26);
}

/* K (figure 2) is as long as the curve takes to W_max from the window. */
static void begin_epoch(struct tcb *tcb)
{
    uint32_t window = tcb->congestion_window, plateau_ms = 0;
    if (tcb->window_before < window)
        tcb->window_before = window;
    for (uint32_t bit = 1u << 15; bit > 0; bit >>= 1)
        if (distance(tcb, plateau_ms + bit) <= tcb->window_before - window)
            plateau_ms += bit;
    tcb->plateau_ms = (uint16_t)max_u32(1, plateau_ms);
    tcb->epoch_tick = tcb->tcp->now_tick;
    tcb->window_friendly = window;
}

/* W_cubic(t) = C (t - K)^3 + W_max (figure 1), at `ms` into the epoch. */
static uint32_t cubic_window(const struct tcb *tcb, uint32_t ms)
{
    if (ms >= tcb->plateau_ms)
        return tcb->window_before + distance(tcb, ms - tcb->plateau_ms);
    uint32_t below = distance(tcb, tcb->plateau_ms - ms);
    return tcb->window_before - min_u32(below, tcb->window_before);
}

/* Section 4.3: Reno's average with beta 0.7, 3 (1 - beta) / (1 + beta) a round. */
static void grow_friendly(struct tcb *tcb, uint32_t acked)
{
    uint32_t step = tcb->mss * acked / tcb->congestion_window;
    if (tcb->window_friendly < tcb->window_before)
        step = step * 3 * (100 - TCP_CUBIC_BETA_PERCENT) / (100 + TCP_CUBIC_BETA_PERCENT);
    tcb->window_friendly += step;
}

/* `acked` is at most two segments. */
void tcp_cubic_grow(struct tcb *tcb, uint32_t acked)
{
    if (tcb->plateau_ms == 0)
        begin_epoch(tcb);
    uint32_t window = tcb->congestion_window;
    uint32_t ms = (tcb->tcp->now_tick - tcb->epoch_tick) * TCP_TICK_US / 1000;
    grow_friendly(tcb, acked);
    if (cubic_window(tcb, ms) < tcb->window_friendly) {
        tcb->congestion_window = max_u32(window, tcb->window_friendly);
        return;
    }
    /* Section 4.4: towards where the cubic is a round trip from now, by the share that
     * `acked` is of the window. */
    uint32_t target = cubic_window(tcb, ms + tcb->srtt_us8 / 8000);
    target = min_u32(max_u32(target, window), window + window / 2);
    uint32_t share = (acked << 18) / window;
    tcb->congestion_window += (uint32_t)((uint64_t)(target - window) * share >> 18);
}

/* Sections 4.6 and 4.7: who loses before it is back where it was gives way. */
uint32_t tcp_cubic_reduce(struct tcb *tcb, uint32_t flight)
{
    uint32_t window = min_u32(tcb->congestion_window, flight);
    bool gives_way = window < tcb->window_before;
    tcb->plateau_ms = 0;
    tcb->window_before =
        gives_way ? window - window / 200 * (100 - TCP_CUBIC_BETA_PERCENT) : window;
    return window / 100 * TCP_CUBIC_BETA_PERCENT;
}
