/* The terminal at the system-on-chip's UART: what the firmware prints goes to standard
 * output, what is typed here goes to it. As a peer (lantern/peer.h) around the network's
 * own, so that the one loop that waits for the outside waits for the keyboard, too. */
#ifndef SIM_SOC_CONSOLE_H
#define SIM_SOC_CONSOLE_H

#include "peer.h"
#include "soc_host.h"

/* Takes the network's peer, also on failure (NULL: no memory). */
struct peer *console_peer_new(struct peer *network, struct soc_host *host);

#endif
