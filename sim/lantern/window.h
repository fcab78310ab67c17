/* The waveform of one adapter, of the whole run or of a window of it. */
#ifndef LANTERN_WINDOW_H
#define LANTERN_WINDOW_H

#include "node.h"
#include "options.h"

struct window {
    const struct options *options;
    struct node *node;
    bool is_open;
    int error; /* errno; 0: none */
};

/* Opens it now, or sees to it that it is opened when its time comes. false: it cannot be;
 * window_end says why. */
bool window_begin(struct window *window, const struct options *options, struct node *node);
/* Closes it, before the node is freed. false: it could not be written, or its time never
 * came, and said so. */
bool window_end(struct window *window);

#endif
