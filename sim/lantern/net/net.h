/* `lantern net`: runs the network that a topology file describes. */
#ifndef LANTERN_NET_H
#define LANTERN_NET_H

#include "options.h"

/* The exit status. */
int net_main(const struct options *options);

#endif
