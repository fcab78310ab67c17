/* `lantern exec`: a Linux program with its sockets on the simulated host. */
#ifndef LANTERN_EXEC_H
#define LANTERN_EXEC_H

#include "options.h"

/* The exit status: the program's, or what a shell gives for one that cannot be run. */
int exec_main(const struct options *options);

#endif
