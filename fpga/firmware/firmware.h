/* What a program on the board begins with: the host and its adapter, up and running, and
 * the loop that serves. An example of a program of one's own: example.c. */
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include "lan_dhcp.h"
#include "lan_nic.h"
#include "lan_socket.h"
#include "services/service.h"

struct firmware {
    struct lan_host *host;
    struct lan_nic nic;
    struct lan_dhcp dhcp; /* stopped where the image has an address */
};

/* Starts the adapter and the stack, in `arena` (8-byte aligned, kept for ever), with the
 * address that the image has, if it has one; says on the console how that went. NULL: it
 * cannot work. */
struct firmware *firmware_start(const struct lan_host_config *config, void *arena,
                                size_t arena_size);

/* Where the image has no address: asks a DHCP server, and takes a link-local one while none
 * answers. */
bool firmware_ask_for_address(struct firmware *firmware);

/* Serves for ever. */
void firmware_run(struct firmware *firmware, const struct service *services, unsigned count);

/* A command typed on the console; see console.c. */
void console_step(struct firmware *firmware);

#endif
