/* The same for 80 KiB of memory (ULX3S 12F and 25F): iperf3's server, echo and discard of
 * datagrams, a console; an address from the image only. */
#include "board.h"
#include "firmware.h"
#include "iperf.h"
#include "services/datagram.h"
#include "services/discard.h"
#include "services/echo.h"

enum { ARENA_BYTES = 22 * 1024 };

static const struct lan_host_config config = {
    .socket_count = 8,
    .connection_count = 4,
    .buffer_count = 4, /* iperf3's control connection and its stream */
    .buffer_bytes = 4096,
    .datagram_socket_count = 3,
    .datagram_queue_bytes = 1024,
    .adapter_count = 1,
    .neighbour_count = 4,
    .packet_count = 1,
    .packet_bytes = 1500,
    .reassembly_count = 1,
    .name = "board",
};

static _Alignas(8) uint8_t arena[ARENA_BYTES];
static struct iperf iperf;
static struct datagram_server echo, discard;

int main(void)
{
    struct firmware *firmware = firmware_start(&config, arena, sizeof arena);
    struct service services[3];
    unsigned count = 0;
    if (!firmware)
        return 1;
    echo.answer = echo_datagram;
    discard.answer = discard_datagram;
    if (datagram_server_open(&echo, firmware->host, ECHO_PORT) == 0)
        services[count++] = datagram_service(&echo);
    if (datagram_server_open(&discard, firmware->host, DISCARD_PORT) == 0)
        services[count++] = datagram_service(&discard);
    if (iperf_open(&iperf, firmware->host) == 0)
        services[count++] = iperf_service(&iperf);
    firmware_run(firmware, services, count);
    return 1;
}
