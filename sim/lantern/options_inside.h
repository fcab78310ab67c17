/* What the files of the command line share. */
#ifndef LANTERN_OPTIONS_INSIDE_H
#define LANTERN_OPTIONS_INSIDE_H

#include <argp.h>

#include "options.h"

/* One line that names the mistake, and the end. */
__attribute__((noreturn)) void options_wrong(const struct argp_state *state, const char *what,
                                             const char *value, const char *wanted);
/* The same of what argp itself does not know. */
void options_wrong_option(const struct argp_state *state);

#define OPTIONS_DHCP_HELP "Ask a DHCP server for address, gateway and name server"

/* options_network.c: a child of the commands that join one. */
extern const struct argp options_network;

/* options_exec.c */
error_t options_parse_exec(int key, char *text, struct argp_state *state);
extern const struct argp_option options_of_exec[];

#endif
