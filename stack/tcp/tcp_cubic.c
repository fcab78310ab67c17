/* CUBIC's window (RFC 9438): after a loss at W_max it falls to 0.7 of it, climbs
 * back along a cubic whose plateau, K later, is W_max, and goes on beyond. Where
 * Reno would be faster, as on short paths, it grows as Reno does (section 4.3).
 *
 * An epoch begins with the first growth after a loss. Integers only: windows in
 * bytes, times in milliseconds. */
#include "tcp/tcb.h"

/* The largest x with x^3 <= value; value < 2^48. */
static uint32_t cube_root(uint64_t value)
{
    uint32_t root = 0;
    for (uint32_t bit = 1u << 15; bit > 0; bit >>= 1) {
        uint64_t larger = root + bit;
        if (larger * larger * larger <= value)
            root += bit;
    }
    return root;
}

/* K = cbrt((W_max - cwnd) / C) (figure 2), both in segments: in milliseconds
 * 10^9 under the root. */
static void begin_epoch(struct tcb *tcb)
{
    uint32_t window = tcb->congestion_window;
    if (tcb->window_before < window)
        tcb->window_before = window;
    uint64_t climb = tcb->window_before - window;
    uint64_t cube = climb * 100 / TCP_CUBIC_C_PERCENT * 1000000000ull / tcb->mss;
    tcb->plateau_ms = (uint16_t)max_u32(1, cube_root(cube));
    tcb->epoch_tick = tcb->tcp->now_tick;
    tcb->window_friendly = window;
}

/* W_cubic(t) = C (t - K)^3 + W_max (figure 1), at `ms` into the epoch. */
static int64_t cubic_window(const struct tcb *tcb, uint32_t ms)
{
    int64_t t = (int64_t)min_u32(ms, UINT16_MAX) - tcb->plateau_ms;
    int64_t segments_e9 = t * t * t / 100 * TCP_CUBIC_C_PERCENT;
    return segments_e9 / 1000000 * tcb->mss / 1000 + tcb->window_before;
}

/* Section 4.3: Reno's average with beta 0.7, 3 (1 - beta) / (1 + beta) a round. */
static void grow_friendly(struct tcb *tcb, uint32_t acked)
{
    uint64_t step = (uint64_t)tcb->mss * acked / tcb->congestion_window;
    if (tcb->window_friendly < tcb->window_before)
        step = step * 3 * (100 - TCP_CUBIC_BETA_PERCENT) / (100 + TCP_CUBIC_BETA_PERCENT);
    tcb->window_friendly += (uint32_t)step;
}

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
    /* Section 4.4: towards where the cubic is a round trip from now. */
    int64_t target = cubic_window(tcb, ms + tcb->srtt_us8 / 8000);
    uint64_t most = (uint64_t)window * 3 / 2;
    uint64_t goal = target < (int64_t)window ? window : (uint64_t)target;
    goal = goal < most ? goal : most;
    tcb->congestion_window += (uint32_t)((goal - window) * acked / window);
}

/* Sections 4.6 and 4.7: who loses before it is back where it was gives way. */
uint32_t tcp_cubic_reduce(struct tcb *tcb, uint32_t flight)
{
    uint32_t window = min_u32(tcb->congestion_window, flight);
    bool gives_way = window < tcb->window_before;
    tcb->plateau_ms = 0;
    tcb->window_before = gives_way ? window * (100 + TCP_CUBIC_BETA_PERCENT) / 200 : window;
    return window / 100 * TCP_CUBIC_BETA_PERCENT;
}
