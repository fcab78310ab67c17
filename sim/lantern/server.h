/* `lantern serve` and `lantern host`: services on the simulated host until Ctrl-C. */
#ifndef LANTERN_SERVER_H
#define LANTERN_SERVER_H

#include "options.h"

/* The exit status. */
int server_main(const struct options *options);

#endif
