/* A program of one's own: whoever connects to port 1234 is greeted. `make program
 * PROGRAM=fpga/firmware/example.c` builds it, `lantern soc build/soc/example.elf` runs it. */
#include "firmware.h"

static _Alignas(8) uint8_t arena[64 * 1024];
static const struct lan_host_config config = {4, 4, 4,    2048, 2,         512, 1,
                                              4, 2, 1500, 1,    "example", NULL};

int main(void)
{
    struct firmware *firmware = firmware_start(&config, arena, sizeof arena);
    if (!firmware || !firmware_ask_for_address(firmware))
        return 1;
    struct lan_host *host = firmware->host;
    int listener = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0), fd;
    lan_bind(host, listener, &(struct lan_address){0, 1234});
    lan_listen(host, listener, 2);
    while ((fd = lan_accept(host, listener, NULL)) >= 0) {
        lan_write(host, fd, "Hello from the board.\n", 22);
        lan_close(host, fd);
    }
    return 1;
}
