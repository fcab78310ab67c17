/* A simulated board for tests of `--adapter uart:`: fpga/host_link in Verilator, its serial
 * line at a pseudo-terminal, its RMII pins in the user-mode network.
 *
 *     board [--break N] [--listen PORT]
 *
 * Prints the pseudo-terminal's name, then runs until it is ended. --break: every N-th byte
 * on the line, either way, has a bit turned. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "interrupt.h"
#include "outside.h"
#include "slirp.h"
#include "soc/soc_host.h"
#include "wire.h"

enum { SIDE_BOARD, SIDE_OUTSIDE };

static struct {
    struct world *world;
    struct soc_host board;
    struct outside outside;
    struct peer peer;
    struct peer *network;
    int line;
    unsigned place;
    uint64_t passed, breaks;
} test;

static uint8_t passes(uint8_t byte)
{
    test.passed++;
    return test.breaks && test.passed % test.breaks == 0 ? byte ^ 0x10 : byte;
}

static void heard(void *context, uint8_t byte)
{
    (void)context;
    byte = passes(byte);
    if (write(test.line, &byte, 1) != 1)
        return; /* nobody has it open */
}

static void send_frame(struct peer *peer, const uint8_t *frame, size_t size)
{
    test.network->sink = peer->sink;
    test.network->functions->send(test.network, frame, size);
}

static void prepare(struct peer *peer, struct poll_set *set)
{
    test.network->sink = peer->sink;
    test.network->functions->prepare(test.network, set);
    bool room = test.board.typed_count < SOC_TYPED_SIZE;
    test.place = poll_set_add(set, room ? test.line : -1, POLLIN);
}

static bool handle(struct peer *peer, const struct poll_set *set)
{
    uint8_t bytes[SOC_TYPED_SIZE];
    (void)peer;
    if (set->fds[test.place].revents & POLLIN) {
        ssize_t size = read(test.line, bytes, SOC_TYPED_SIZE - test.board.typed_count);
        for (ssize_t i = 0; i < size; i++)
            bytes[i] = passes(bytes[i]);
        if (size > 0)
            soc_host_type(&test.board, test.outside.entry_ps, bytes, (size_t)size);
    }
    return test.network->functions->handle(test.network, set);
}

static void release(struct peer *peer)
{
    (void)peer;
    test.network->functions->free(test.network);
}

static const char *counter(const struct peer *peer, unsigned index, uint64_t *value)
{
    (void)peer;
    return test.network->functions->counter(test.network, index, value);
}

static bool tick(void *context, uint64_t wall_ns)
{
    (void)context, (void)wall_ns;
    return true;
}

static void end_wanted(void *context, bool failed)
{
    (void)context, (void)failed;
    world_stop(test.world);
}

static bool open_line(void)
{
    struct termios settings;
    test.line = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (test.line < 0 || grantpt(test.line) < 0 || unlockpt(test.line) < 0)
        return false;
    /* Kept open on the other side, too, or it hangs up between two programs. */
    int other = open(ptsname(test.line), O_RDWR | O_NOCTTY);
    if (other < 0 || tcgetattr(other, &settings) < 0)
        return false;
    cfmakeraw(&settings);
    return tcsetattr(other, TCSANOW, &settings) == 0;
}

int main(int argc, char **argv)
{
    static const struct peer_functions functions = {send_frame, prepare, handle, release, counter};
    uint16_t port = 0;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--break") == 0)
            test.breaks = strtoull(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--listen") == 0)
            port = (uint16_t)strtoul(argv[i + 1], NULL, 10);
    }
    test.world = world_new(1);
    struct wire *wire = wire_new(test.world, WIRE_DELAY_PS);
    test.network = slirp_peer_new();
    if (!wire || !test.network || !soc_host_open(&test.board, test.world) || !open_line() ||
        !interrupt_install() ||
        (port && !slirp_peer_forward(test.network, LAN_IP4(127, 0, 0, 1), &port, SLIRP_GUEST, 80)))
        return 1;
    test.peer.functions = &functions;
    soc_model_set_console(test.board.model, heard, NULL);
    test.board.sent = wire_entry(wire, SIDE_BOARD);
    wire_connect(wire, SIDE_BOARD, &test.board.in);
    outside_open(&test.outside, test.world, PACE_MAX);
    test.outside.tick = tick;
    test.outside.end_wanted = end_wanted;
    struct wire_end *end =
        outside_add(&test.outside, &test.peer, wire_entry(wire, SIDE_OUTSIDE), 100);
    if (!end)
        return 1;
    wire_connect(wire, SIDE_OUTSIDE, end);
    puts(ptsname(test.line));
    fflush(stdout);
    soc_host_start(&test.board);
    world_run(test.world, WORLD_NEVER);
    outside_close(&test.outside);
    soc_host_close(&test.board);
    wire_free(wire);
    world_free(test.world);
    return 0;
}
