/* `lantern replay`: a recorded run again. */
#ifndef LANTERN_REPLAY_H
#define LANTERN_REPLAY_H

#include "options.h"

/* The exit status of the command that `options` asks for (main.c). */
int run_command(const struct options *options);

/* The exit status; `argv` begins with the program's name and `replay`. */
int replay_main(int argc, char **argv);

/* Runs the record at `path` with these words added to its command line. `change` may set
 * options before; NULL: none. */
int replay_run(const char *path, int count, char **words,
               void (*change)(struct options *options, void *context), void *context);

#endif
