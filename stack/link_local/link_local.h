/* Link-local addresses, for the DHCP client, which steps its own: see
 * lan_link_local.h. */
#ifndef STACK_LINK_LOCAL_H
#define STACK_LINK_LOCAL_H

#include "lan_link_local.h"

/* As lan_link_local_start and lan_link_local_stop, but that the caller steps it. The
 * interface is there. */
void link_local_begin(struct lan_link_local *local, struct lan_host *host, int interface);
void link_local_end(struct lan_link_local *local);

/* After ip's step; its next deadline. */
uint64_t link_local_step(struct lan_link_local *local, uint64_t now_us);

#endif
