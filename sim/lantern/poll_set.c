#include <stdlib.h>

#include "peer.h"

unsigned poll_set_add(struct poll_set *set, int fd, short events)
{
    if (set->count == set->room) {
        unsigned room = set->room ? set->room * 2 : 64;
        struct pollfd *fds = realloc(set->fds, room * sizeof *fds);
        if (!fds)
            abort(); /* a few hundred bytes: nothing works any more */
        set->fds = fds;
        set->room = room;
    }
    set->fds[set->count] = (struct pollfd){.fd = fd, .events = events};
    return set->count++;
}
