/* One line on the terminal that tells how the simulation is doing, rewritten in
 * place a few times a second. In a pipe there is none. */
#ifndef LANTERN_STATUS_LINE_H
#define LANTERN_STATUS_LINE_H

#include <stdbool.h>
#include <stdint.h>

/* Counts since the start. */
struct status {
    uint64_t wall_ns, simulated_ps;
    uint64_t frames, bytes; /* both directions, without FCS */
    uint64_t cycles;        /* of the adapter that were truly run */
};

/* On, if standard error is a terminal. */
void status_line_begin(void);
/* When the next line is due, in the clock of wall_ns; UINT64_MAX: never. */
uint64_t status_line_due_ns(void);
/* Tells, if it is due. */
void status_line_show(const struct status *status);
/* Takes the line away, so that another can be written. */
void status_line_clear(void);

#endif
