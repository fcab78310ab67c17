/* One line on the terminal that tells how the simulation is doing, rewritten in
 * place whenever it is shown. In a pipe there is none. */
#ifndef LANTERN_STATUS_LINE_H
#define LANTERN_STATUS_LINE_H

#include <stdbool.h>
#include <stdint.h>

/* Counts since the start. */
struct status {
    uint64_t wall_ns, simulated_ps;
    uint64_t frames, bytes; /* both directions, without FCS */
    uint64_t cycles;        /* of the adapter that were truly run */
    uint64_t done, whole;   /* bytes of a page that comes; whole 0: not known */
};

/* On, if standard error is a terminal. */
void status_line_begin(void);
void status_line_show(const struct status *status);
/* Takes the line away, so that another can be written. */
void status_line_clear(void);

#endif
