/* Ctrl-C and SIGTERM: the first asks for a clean end, the second ends at once. */
#ifndef LANTERN_INTERRUPT_H
#define LANTERN_INTERRUPT_H

#include <stdbool.h>

/* false: the system refused, and said why. */
bool interrupt_install(void);
bool interrupt_came(void);
/* Readable once it came, so that a poll() ends. */
int interrupt_fd(void);

#endif
