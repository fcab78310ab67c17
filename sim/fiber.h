/* A second flow of C code in the same thread, that runs when it is resumed and
 * gives control back when it yields: a host beside the world (docs/decisions/0003). */
#ifndef SIM_FIBER_H
#define SIM_FIBER_H

#include <stdbool.h>

struct fiber;

/* NULL: no memory. */
struct fiber *fiber_new(void (*function)(void *context), void *context);
/* The fiber has ended, or is never resumed again. */
void fiber_free(struct fiber *fiber);

/* Runs it until it yields or its function returns. */
void fiber_resume(struct fiber *fiber);
/* Within the fiber: back to who resumed it. */
void fiber_yield(struct fiber *fiber);
bool fiber_has_ended(const struct fiber *fiber);

#endif
