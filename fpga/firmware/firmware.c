#include "firmware.h"

#include "board.h"

static struct firmware firmware;

/* Blocking calls, and the loop of services, wait here. */
static bool wait(void *context, uint64_t until_us)
{
    struct firmware *self = context;
    uint64_t now_us = board_now_us();
    uint64_t deadline_us = lan_host_step(self->host, now_us);
    if (deadline_us > until_us)
        deadline_us = until_us;
    board_wait(deadline_us);
    console_step(self);
    lan_host_step(self->host, board_now_us());
    return true;
}

static bool add_adapter(struct firmware *self)
{
    const struct firmware_config *image = &firmware_config;
    int interface = lan_host_add_adapter(self->host, &self->nic.adapter, image->address,
                                         image->address ? image->prefix : 0);
    if (interface < 0)
        return false;
    return image->address == 0 || image->gateway == 0 ||
           lan_host_add_route(self->host, 0, 0, image->gateway, interface) == 0;
}

bool firmware_ask_for_address(struct firmware *self)
{
    return firmware_config.address != 0 ||
           lan_dhcp_start(&self->dhcp, self->host, 0,
                          &(struct lan_dhcp_config){.link_local = true}) == 0;
}

struct firmware *firmware_start(const struct lan_host_config *config, void *arena,
                                size_t arena_size)
{
    struct firmware *self = &firmware;
    static const struct lan_port port = {
        .context = &firmware, .random = board_random, .wait = wait};
    struct lan_nic_config nic = {.fast = true,
                                 .full_duplex = true,
                                 .pause = true,
                                 .follow_phy = true,
                                 .phy_address = firmware_config.phy_address};
    for (unsigned i = 0; i < LAN_MAC_SIZE; i++)
        nic.mac[i] = firmware_config.mac[i];
    board_print("\nLantern: ");
    self->host = lan_host_init(arena, arena_size, config, &port, board_now_us());
    if (!self->host) {
        board_print("the arena is too small, it takes ");
        board_print_number((uint32_t)lan_host_size(config));
        board_print(" bytes\n");
        return NULL;
    }
    enum lan_nic_result result = lan_nic_start(&self->nic, board_bus(), &nic, board_now_us());
    board_print(lan_nic_result_text(result));
    board_print("\n");
    return result == LAN_NIC_OK && add_adapter(self) ? self : NULL;
}

void firmware_run(struct firmware *self, const struct service *services, unsigned count)
{
    int result = services_run(self->host, services, count);
    board_print("the services ended: ");
    board_print(lan_error_text(result));
    board_print("\n");
}
