/* An adapter without adapter: the stack's frames straight onto the wire, whole,
 * with the time they take. For work on the stack alone (--adapter direct). */
#ifndef SIM_DIRECT_LINK_H
#define SIM_DIRECT_LINK_H

#include "lan_adapter.h"
#include "wire.h"

enum {
    DIRECT_SEND_COUNT = 8,      /* frames on the way to the wire */
    DIRECT_RECEIVE_COUNT = 128, /* frames that wait for the host */
    DIRECT_GROUPS_MAX = 16,
};

struct direct_frame {
    size_t size;                                         /* without FCS */
    _Alignas(4) uint8_t memory[2 + WIRE_FRAME_SIZE_MAX]; /* the frame begins two bytes in */
};

struct direct_link {
    struct lan_adapter adapter; /* give this to lan_host_add_adapter */
    struct world *world;
    struct wire_port *port;
    bool promiscuous;
    bool waits_for_room;
    struct direct_frame sends;
    struct direct_frame received[DIRECT_RECEIVE_COUNT];
    unsigned head, count;
    uint8_t groups[DIRECT_GROUPS_MAX][LAN_MAC_SIZE];
    unsigned group_count;
    uint64_t delivered, filtered, dropped, wrong;
    /* There is something for the host: a frame, or room again. */
    void (*interrupt)(void *context);
    void *context;
};

/* false: no memory. */
bool direct_link_init(struct direct_link *link, struct world *world, unsigned rate_mbps,
                      const uint8_t mac[LAN_MAC_SIZE], struct wire_end *entry);
/* Its host begins anew: what waited for it is gone, and the groups that it joined. */
void direct_link_forget(struct direct_link *link);
void direct_link_deinit(struct direct_link *link);
/* The last bit of a frame on the wire. */
void direct_link_receive(struct direct_link *link, const struct wire_frame *frame);
const char *direct_link_counter(const struct direct_link *link, unsigned index, uint64_t *value);

#endif
