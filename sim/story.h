/* The story of a run: one HTML page that needs nothing else, with the network and its frames
 * moving, each frame's bytes by layer, and for each TCP connection its sequence diagram and
 * plots. sim/story/story.html is the page, d3 (Debian's libjs-d3) what it draws with. */
#ifndef SIM_STORY_H
#define SIM_STORY_H

#include "frame.h"

enum { STORY_FRAMES_MAX = 20000 }; /* more are left out, and counted */

struct story;

/* NULL: errno says why. All texts are borrowed for the call; `record` may be NULL. */
struct story *story_open(const char *path, const char *title, const char *about, uint64_t seed,
                         const char *record);
/* Nodes first, then channels, then frames. `kind`: host, outside, switch, hub, bus, cable,
 * link; `detail` and `mac` (6 octets) may be NULL. */
void story_add_node(struct story *story, const char *name, const char *kind, const char *detail,
                    unsigned mac_count, const uint8_t (*macs)[6]);
/* A wire between two nodes, or where `node` is not NULL a medium of that name, with its
 * ends. Its index. */
unsigned story_add_channel(struct story *story, const char *name, const char *kind,
                           const char *node, unsigned end_count, const char *const *ends);
void story_add_frame(struct story *story, unsigned channel, unsigned side,
                     const struct wire_frame *frame);
/* 0, or the errno of the first write that failed. */
int story_close(struct story *story);

#endif
