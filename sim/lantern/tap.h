/* A Linux TAP interface: frames go to and come from the kernel's network. */
#ifndef LANTERN_TAP_H
#define LANTERN_TAP_H

#include "peer.h"

/* Joins the interface, which must be there. NULL: not possible, and said why. */
struct peer *tap_peer_new(const char *interface);

#endif
