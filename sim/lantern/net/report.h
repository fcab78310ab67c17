/* What a run of a network came to, on standard output; and whether it is what the topology
 * file expects. */
#ifndef LANTERN_REPORT_H
#define LANTERN_REPORT_H

#include "network.h"

/* Each program's result and each medium's counters, a line each. */
void report_print(struct network *network);
/* Every counter of every host. */
void report_print_stats(struct network *network);
/* false: a program failed or has not ended, or an expectation is not met; each is said. */
bool report_judge(struct network *network);

#endif
