/* `lantern get`: one page, fetched by the simulated host. */
#ifndef LANTERN_GET_H
#define LANTERN_GET_H

#include "options.h"

/* The exit status. */
int get_main(const struct options *options);

#endif
