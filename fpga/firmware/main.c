/* The board's program: a page, echo, discard, chargen, iperf3's server, and a console. */
#include "board.h"
#include "firmware.h"
#include "iperf.h"
#include "page.h"
#include "services/chargen.h"
#include "services/discard.h"
#include "services/echo.h"

/* For 256 KiB of memory in all. */
enum { ARENA_BYTES = 90 * 1024 };

static const struct lan_host_config config = {
    .socket_count = 24,
    .connection_count = 16,
    .buffer_count = 8, /* two for a connection that has data */
    .buffer_bytes = 8192,
    .datagram_socket_count = 6,
    .datagram_queue_bytes = 2048,
    .adapter_count = 1,
    .neighbour_count = 16,
    .packet_count = 4,
    .packet_bytes = 1500, /* nothing in fragments */
    .reassembly_count = 1,
    .name = "board",
};

static _Alignas(8) uint8_t arena[ARENA_BYTES];
static struct page page;
static struct iperf iperf;
static struct stream_server echo, discard, chargen;
static struct datagram_server echo_datagrams, discard_datagrams, chargen_datagrams;
static uint64_t chargen_position;
static struct service services[8];
static unsigned service_count;

static void add(struct service service)
{
    services[service_count++] = service;
}

static void open_pair(struct lan_host *host, uint16_t port, struct stream_server *streams,
                      stream_step *step, struct datagram_server *datagrams)
{
    if (stream_server_open(streams, host, port, step) == 0)
        add(stream_service(streams));
    if (datagram_server_open(datagrams, host, port) == 0)
        add(datagram_service(datagrams));
}

int main(void)
{
    struct firmware *firmware = firmware_start(&config, arena, sizeof arena);
    if (!firmware || !firmware_ask_for_address(firmware))
        return 1;
    echo_datagrams.answer = echo_datagram;
    discard_datagrams.answer = discard_datagram;
    chargen_datagrams.answer = chargen_datagram;
    chargen_datagrams.context = &chargen_position;
    open_pair(firmware->host, ECHO_PORT, &echo, echo_stream, &echo_datagrams);
    open_pair(firmware->host, DISCARD_PORT, &discard, discard_stream, &discard_datagrams);
    open_pair(firmware->host, CHARGEN_PORT, &chargen, chargen_stream, &chargen_datagrams);
    if (page_open(&page, firmware) == 0)
        add(page_service(&page));
    if (iperf_open(&iperf, firmware->host) == 0)
        add(iperf_service(&iperf));
    firmware_run(firmware, services, service_count);
    return 1;
}
