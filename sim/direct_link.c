#include "direct_link.h"

#include <string.h>

enum { OFFSET = 2, FRAME_MIN = 14 };

static struct direct_link *link_of(struct lan_adapter *adapter)
{
    return (struct direct_link *)adapter; /* its first member */
}

/* --- Down ------------------------------------------------------------------------------------ */

static uint8_t *send_begin(struct lan_adapter *adapter, size_t size)
{
    struct direct_link *link = link_of(adapter);
    if (size > LAN_FRAME_SIZE_MAX)
        return NULL;
    if (wire_port_waiting(link->port) == DIRECT_SEND_COUNT) {
        link->waits_for_room = true;
        return NULL;
    }
    return link->sends.memory + OFFSET;
}

static void send_end(struct lan_adapter *adapter, size_t size)
{
    struct direct_link *link = link_of(adapter);
    if (size >= FRAME_MIN)
        wire_port_send(link->port, link->sends.memory + OFFSET, size, world_now(link->world));
}

static void frame_has_left(void *context, uint64_t now_ps)
{
    struct direct_link *link = context;
    (void)now_ps;
    if (!link->waits_for_room)
        return;
    link->waits_for_room = false;
    link->interrupt(link->context);
}

/* --- Up ----------------------------------------------------------------------------------------
 */

static bool is_wanted(const struct direct_link *link, const uint8_t *target)
{
    static const uint8_t broadcast[LAN_MAC_SIZE] = {255, 255, 255, 255, 255, 255};
    if (link->promiscuous || memcmp(target, link->adapter.mac, LAN_MAC_SIZE) == 0 ||
        memcmp(target, broadcast, LAN_MAC_SIZE) == 0)
        return true;
    for (unsigned i = 0; i < link->group_count; i++)
        if (memcmp(target, link->groups[i], LAN_MAC_SIZE) == 0)
            return true;
    return false;
}

/* As the adapter's own receive path would judge it. */
void direct_link_receive(struct direct_link *link, const struct wire_frame *frame)
{
    if (frame->fcs_wrong || frame->alignment_wrong || frame->symbol_wrong ||
        frame->size < WIRE_FRAME_SIZE_MIN || frame->size > LAN_FRAME_SIZE_MAX + WIRE_FCS_SIZE) {
        link->wrong++;
    } else if (!is_wanted(link, frame->bytes)) {
        link->filtered++;
    } else if (link->count == DIRECT_RECEIVE_COUNT) {
        link->dropped++;
    } else {
        struct direct_frame *last =
            &link->received[(link->head + link->count++) % DIRECT_RECEIVE_COUNT];
        last->size = frame->size - WIRE_FCS_SIZE;
        memcpy(last->memory + OFFSET, frame->bytes, last->size);
        link->delivered++;
        link->interrupt(link->context);
    }
}

static const uint8_t *receive_begin(struct lan_adapter *adapter, size_t *size)
{
    struct direct_link *link = link_of(adapter);
    if (link->count == 0)
        return NULL;
    *size = link->received[link->head].size;
    return link->received[link->head].memory + OFFSET;
}

static void receive_end(struct lan_adapter *adapter)
{
    struct direct_link *link = link_of(adapter);
    link->head = (link->head + 1) % DIRECT_RECEIVE_COUNT;
    link->count--;
}

static void join(struct lan_adapter *adapter, const uint8_t group[LAN_MAC_SIZE], bool wanted)
{
    struct direct_link *link = link_of(adapter);
    unsigned i = 0;
    while (i < link->group_count && memcmp(link->groups[i], group, LAN_MAC_SIZE) != 0)
        i++;
    if (wanted && i == link->group_count && i < DIRECT_GROUPS_MAX)
        memcpy(link->groups[link->group_count++], group, LAN_MAC_SIZE);
    else if (!wanted && i < link->group_count)
        memcpy(link->groups[i], link->groups[--link->group_count], LAN_MAC_SIZE);
}

static void service(struct lan_adapter *adapter, uint64_t now_us)
{
    (void)adapter;
    (void)now_us;
}

static uint64_t deadline_us(const struct lan_adapter *adapter)
{
    (void)adapter;
    return UINT64_MAX;
}

static const struct lan_adapter_functions functions = {
    .send_begin = send_begin,
    .send_end = send_end,
    .receive_begin = receive_begin,
    .receive_end = receive_end,
    .join = join,
    .service = service,
    .deadline_us = deadline_us,
};

bool direct_link_init(struct direct_link *link, struct world *world, unsigned rate_mbps,
                      const uint8_t mac[LAN_MAC_SIZE], struct wire_end *entry)
{
    memset(link, 0, sizeof *link);
    link->adapter.functions = &functions;
    memcpy(link->adapter.mac, mac, LAN_MAC_SIZE);
    link->adapter.status =
        (struct lan_adapter_status){.link_up = true, .full_duplex = true, .rate_mbps = rate_mbps};
    link->world = world;
    link->port = wire_port_new(world, rate_mbps, DIRECT_SEND_COUNT, entry);
    if (!link->port)
        return false;
    wire_port_set_done(link->port, frame_has_left, link);
    return true;
}

void direct_link_forget(struct direct_link *link)
{
    link->head = link->count = link->group_count = 0;
    link->waits_for_room = false;
}

void direct_link_deinit(struct direct_link *link)
{
    wire_port_free(link->port);
}

const char *direct_link_counter(const struct direct_link *link, unsigned index, uint64_t *value)
{
    const struct {
        const char *name;
        uint64_t value;
    } counters[] = {
        {"tx_frames", wire_port_counters(link->port)->frames},
        {"rx_delivered", link->delivered},
        {"rx_filtered", link->filtered},
        {"rx_ring_full", link->dropped},
        {"rx_wrong", link->wrong},
    };
    if (index >= sizeof counters / sizeof *counters)
        return NULL;
    *value = counters[index].value;
    return counters[index].name;
}
