/* A peer that is not there: in a replay it stands for the one that was. */
#ifndef LANTERN_SILENT_H
#define LANTERN_SILENT_H

#include "peer.h"

struct peer *silent_peer_new(void); /* NULL: no memory, and said so */

#endif
