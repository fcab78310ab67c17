/* What the command tells people: one line on standard error each. */
#ifndef LANTERN_SAY_H
#define LANTERN_SAY_H

/* "lantern: " and the line. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Exit statuses. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

#endif
