/* How fast the firmware is on the simulated system-on-chip: TCP each way by its iperf3
 * server, small datagrams that it counts. The other end is a host of ours straight on the
 * wire, which takes no time; all is deterministic.
 *
 *     throughput FIRMWARE.elf send|receive|datagrams [MILLISECONDS] [PROFILE]
 *
 * One line: what, payload in Mb/s (or datagrams a second), cycles for each 1460 bytes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "direct_link.h"
#include "node.h"
#include "soc/elf_file.h"
#include "soc/profile.h"
#include "soc/soc_host.h"

enum {
    SIDE_SOC,
    SIDE_NODE,
    IPERF_PORT = 5201,
    COOKIE_SIZE = 37,
    BLOCK = 65536,
    WARM_UP_MS = 20,
    SMALL = 18,
    BATCH = 16,
    ECHO_EVERY = 64
};

#define BOARD  LAN_IP4(10, 0, 0, 2)
#define MYSELF LAN_IP4(10, 0, 0, 1)
#define PS_MS  UINT64_C(1000000000)

static struct {
    struct world *world;
    struct soc_host soc;
    const char *what;
    uint64_t measure_ms, begun_ps, ended_ps, bytes, cycles, frames;
    struct soc_count *counts;
    char said[8192]; /* by the console */
    size_t said_size;
    bool failed;
} bench;

static uint8_t block[BLOCK];

static void stop(struct node *node, const char *why)
{
    if (why) {
        fprintf(stderr, "throughput: %s\n", why);
        bench.failed = true;
    }
    (void)node;
    world_stop(bench.world);
}

static void count_frames(void *context, unsigned side, const struct wire_frame *frame)
{
    (void)context, (void)side, (void)frame;
    bench.frames++;
}

/* --- The client's side of iperf3 ------------------------------------------------------------ */

static bool expect(struct lan_host *host, int fd, uint8_t state)
{
    uint8_t byte = 0;
    return lan_read(host, fd, &byte, 1) == 1 && byte == state;
}

static int join(struct lan_host *host, const uint8_t *cookie)
{
    struct lan_address board = {BOARD, IPERF_PORT};
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    if (fd < 0 || lan_connect(host, fd, &board) < 0 ||
        lan_write(host, fd, cookie, COOKIE_SIZE) != COOKIE_SIZE)
        return -1;
    return fd;
}

static int begin_test(struct lan_host *host, bool reverse)
{
    static const uint8_t cookie[COOKIE_SIZE] = "the same every time";
    char text[128];
    int size = snprintf(text + 4, sizeof text - 4, "{\"tcp\":true,\"parallel\":1%s}",
                        reverse ? ",\"reverse\":true" : "");
    memcpy(text, (const char[]){0, 0, 0, (char)size}, 4);
    int control = join(host, cookie);
    if (control < 0 || !expect(host, control, 9) ||
        lan_write(host, control, text, (size_t)size + 4) != size + 4 || !expect(host, control, 10))
        return -1;
    int stream = join(host, cookie);
    return stream >= 0 && expect(host, control, 1) && expect(host, control, 2) ? stream : -1;
}

/* From here on it is measured. */
static void mark(struct node *node)
{
    bench.begun_ps = node_now_ps(node);
    bench.cycles = bench.soc.cycle - bench.soc.jumped;
    bench.frames = bench.bytes = 0;
    if (bench.counts)
        soc_model_count_cycles(bench.soc.model, bench.counts);
}

static void move(struct node *node, int fd, bool reverse)
{
    struct lan_host *host = node_host(node);
    uint64_t warm_ps = node_now_ps(node) + WARM_UP_MS * PS_MS, end_ps = UINT64_MAX;
    while (node_now_ps(node) < end_ps) {
        if (end_ps == UINT64_MAX && node_now_ps(node) >= warm_ps) {
            mark(node);
            end_ps = bench.begun_ps + bench.measure_ms * PS_MS;
        }
        long size = reverse ? lan_read(host, fd, block, BLOCK) : lan_write(host, fd, block, 1460);
        if (size <= 0)
            return stop(node, "the stream broke");
        bench.bytes += (uint64_t)size;
    }
    bench.ended_ps = node_now_ps(node);
    stop(node, NULL);
}

/* --- Small datagrams -------------------------------------------------------------------------- */

/* What the board's console said of a counter; those that are 0 it leaves out. */
static unsigned long counter(const char *name)
{
    char wanted[64];
    snprintf(wanted, sizeof wanted, "\n%s ", name);
    const char *at = strstr(bench.said, wanted);
    return at ? strtoul(at + strlen(wanted), NULL, 10) : 0;
}

/* Frames of 64 bytes, nearly as fast as the line takes them, to the discard port; what came
 * of them the board tells by its counters. */
static void send_datagrams(struct node *node)
{
    struct lan_host *host = node_host(node);
    struct lan_address discard = {BOARD, 9};
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    mark(node);
    while (node_now_ps(node) < bench.begun_ps + bench.measure_ms * PS_MS) {
        for (int i = 0; i < BATCH; i++)
            if (lan_sendto(host, fd, block, SMALL, 0, &discard) == SMALL)
                bench.bytes++;
        node_sleep(node, node_now_ps(node) / 1000000 + BATCH * 84 * 8 / 100); /* 84 bytes each */
    }
    bench.ended_ps = node_now_ps(node);
    node_sleep(node, node_now_ps(node) / 1000000 + 20000);
    soc_host_type(&bench.soc, 0, (const uint8_t *)"counters\n", 9);
    node_sleep(node, node_now_ps(node) / 1000000 + 60000);
    stop(node, NULL);
}

static void application(struct node *node, void *context)
{
    (void)context;
    node_sleep(node, 100000); /* the board is up, its link too */
    if (strcmp(bench.what, "datagrams") == 0)
        return send_datagrams(node);
    bool reverse = strcmp(bench.what, "send") == 0;
    int fd = begin_test(node_host(node), reverse);
    if (fd < 0)
        return stop(node, "the firmware's iperf3 server does not answer");
    move(node, fd, reverse);
}

/* --- Making it -----------------------------------------------------------------------------------
 */

static void put_le32(uint8_t *to, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

static const char *load(struct elf_file *elf, const char *path)
{
    const char *error = elf_open(elf, path);
    uint8_t *ram = (uint8_t *)soc_model_ram(bench.soc.model);
    if (!error)
        error = elf_load(elf, soc_model_ram_base(), ram, soc_model_ram_size());
    uint32_t at = error ? 0 : elf_symbol(elf, "firmware_config") - soc_model_ram_base();
    if (error || at > soc_model_ram_size() - 24)
        return error ? error : "no firmware_config";
    ram[at + 15] = 24;
    put_le32(ram + at + 16, BOARD);
    return NULL;
}

static struct node *make(struct wire *wire)
{
    const struct node_config config = {
        .name = "node",
        .adapter_count = 1,
        .adapters =
            {{.rate_mbps = 100, .mac = {2, 0, 0, 0, 0, 1}, .address = MYSELF, .prefix = 24}},
        .application = application,
    };
    const char *error = NULL;
    struct node *node = node_new(bench.world, &config, &error);
    if (!node)
        return NULL;
    node_connect(node, 0, wire_entry(wire, SIDE_NODE));
    wire_connect(wire, SIDE_NODE, node_end(node, 0));
    bench.soc.sent = wire_entry(wire, SIDE_SOC);
    wire_connect(wire, SIDE_SOC, &bench.soc.in);
    wire_add_watcher(wire, count_frames, NULL);
    return node;
}

static void print(void)
{
    double seconds = (double)(bench.ended_ps - bench.begun_ps) * 1e-12;
    uint64_t cycles = bench.soc.cycle - bench.soc.jumped - bench.cycles;
    if (strcmp(bench.what, "datagrams") == 0)
        printf("%s %.0f received of %.0f sent a second; of %" PRIu64 ": %lu received, %" PRIu64
               " lost while the board's pause held them back, %lu in its ring, %lu in its socket\n",
               bench.what, (double)counter("udp_received") / seconds, (double)bench.bytes / seconds,
               bench.bytes, counter("udp_received"), bench.soc.dropped, counter("rx_ring_full"),
               counter("udp_drop_full"));
    else
        printf("%s %.2f Mb/s, %.0f cycles for 1460 bytes\n", bench.what,
               (double)bench.bytes * 8e-6 / seconds, (double)cycles * 1460 / (double)bench.bytes);
}

static void heard(void *context, uint8_t byte)
{
    (void)context;
    if (bench.said_size < sizeof bench.said - 1 && byte != '\r')
        bench.said[bench.said_size++] = (char)byte;
    fputc(byte, stderr);
}

int main(int argc, char **argv)
{
    struct elf_file elf;
    if (argc < 3) {
        fprintf(stderr, "usage: throughput FIRMWARE.elf send|receive|datagrams [MS] [PROFILE]\n");
        return 2;
    }
    bench.what = argv[2];
    bench.measure_ms = argc > 3 ? strtoull(argv[3], NULL, 10) : 100;
    bench.world = world_new(1);
    struct wire *wire = wire_new(bench.world, WIRE_DELAY_PS);
    const char *error = soc_host_open(&bench.soc, bench.world) ? load(&elf, argv[1]) : "no memory";
    struct node *node = error ? NULL : make(wire);
    if (!node) {
        fprintf(stderr, "throughput: %s: %s\n", argv[1], error ? error : "no node");
        return 1;
    }
    if (argc > 4)
        bench.counts = calloc(soc_model_ram_size() / 2, sizeof *bench.counts);
    soc_model_set_console(bench.soc.model, heard, NULL);
    soc_host_start(&bench.soc);
    world_run(bench.world, WORLD_NEVER);
    print();
    if (bench.counts) {
        FILE *out = fopen(argv[4], "w");
        if (out)
            profile_print(out, &elf, bench.counts, soc_model_ram_base(), soc_model_ram_size(),
                          bench.frames);
        if (out)
            fclose(out);
    }
    node_free(node);
    soc_host_close(&bench.soc);
    wire_free(wire);
    world_free(bench.world);
    elf_close(&elf);
    return bench.failed;
}
