/* The program that `lantern exec` runs. */
#ifndef EXEC_CHILD_H
#define EXEC_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { CHILD_PATH_SIZE = 4096, CHILD_NOT_FOUND = 127, CHILD_NOT_RUN = 126 };

struct child {
    char *const *words; /* its name and its arguments, NULL behind the last */
    char path[CHILD_PATH_SIZE];
    char library[CHILD_PATH_SIZE];
    pid_t pid; /* 0: it does not run */
    int event; /* readable: it may have ended */
    bool ended;
    int status; /* the exit status, as a shell says it */
};

/* Finds it and sees whether a library can be preloaded into it. 0, or the exit status;
 * said why then. */
int child_find(struct child *child, char *const *words);
/* From now on Ctrl-C is the program's own affair, and signals to us are handed to it. */
bool child_watch(struct child *child);
/* Starts it in this session. false: not possible, and said why. */
bool child_start(struct child *child, const char *session);
/* Has it ended? */
bool child_has_ended(struct child *child);
/* It ends now, if it still runs. */
void child_end(struct child *child);

#endif
