/* How fast the adapter's model runs, idle and with frames of 1518 octets at line
 * rate both ways, and how fast quiet time passes by jumps.
 *
 *   model [idle|line|quiet [CYCLES]]
 *
 * Times are noisy; instructions per cycle (tests/bench/run asks callgrind) are
 * not. The figures beside are FACTS.md's: a smaller MAC, on a quiet machine. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nic_registers.h"
#include "station.h"

enum {
    SIZE = 1514,
    RECORD_SIZE = 1520,
    TX_RING_SIZE = 4096,
    SYMBOLS = 6160, /* a frame with preamble, FCS and gap takes 6152 */
};

enum counter_address { /* of each counter, by its name */
#define ADDRESS(name, address) COUNTER_##name = address,
                       NIC_COUNTERS(ADDRESS)
#undef ADDRESS
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct station *begin(bool plain, bool jumps)
{
    struct station *station = station_new(100, NULL);
    if (!station)
        exit(1);
    nic_model_set_plain(station_model(station), plain);
    station_set_jumps(station, jumps);
    station_write(station, NIC_CONTROL,
                  NIC_CONTROL_TX_ENABLE | NIC_CONTROL_RX_ENABLE | NIC_CONTROL_PROMISCUOUS |
                      NIC_CONTROL_FULL_DUPLEX | NIC_CONTROL_FAST);
    return station;
}

static void idle(struct station *station, uint64_t cycles)
{
    nic_model_run(station_model(station), cycles, NULL, NULL, 0);
}

/* Sends whatever lies in the ring behind a header word, so that one frame always
 * waits; what comes in is given back unread. */
static void line(struct station *station, uint64_t cycles)
{
    uint8_t bytes[SIZE + WIRE_FCS_SIZE] = {2, 0, 0, 0, 0, 1};
    struct wire_frame frame = {.bytes = bytes, .size = sizeof bytes};
    uint64_t end = station_cycle(station) + cycles;
    uint32_t head = 0;
    wire_fcs_append(bytes, SIZE);
    for (uint32_t i = 0; i < TX_RING_SIZE; i += 4)
        station_write(station, NIC_TX_RING + i, i * 0x01234567u);
    while (station_cycle(station) < end) {
        uint32_t tail = station_read(station, NIC_TX_POSITION) >> NIC_TX_POSITION_TAIL_LSB;
        if (((head - tail) & (2 * TX_RING_SIZE - 1)) <= RECORD_SIZE) {
            station_write(station, NIC_TX_RING + (head & (TX_RING_SIZE - 1)), SIZE);
            head = (head + RECORD_SIZE) & (2 * TX_RING_SIZE - 1);
            station_write(station, NIC_TX_POSITION, head);
        }
        station_receive(station, &frame);
        station_run(station, station_cycle(station) + SYMBOLS, 0);
        station_write(station, NIC_RX_POSITION,
                      station_read(station, NIC_RX_POSITION) >> NIC_RX_POSITION_HEAD_LSB);
    }
    uint64_t frames = cycles / SYMBOLS * 99 / 100; /* the bus accesses take their cycles, too */
    if (station_read(station, COUNTER_tx_frames) + 1 < frames ||
        station_read(station, COUNTER_rx_delivered) + 1 < frames) {
        fputs("bench: the line was not full\n", stderr);
        exit(1);
    }
}

/* One frame a second to the adapter. */
static void quiet(struct station *station, uint64_t seconds)
{
    uint8_t bytes[64] = {2, 0, 0, 0, 0, 1};
    struct wire_frame frame = {.bytes = bytes, .size = sizeof bytes};
    wire_fcs_append(bytes, 60);
    for (uint64_t second = 0; second < seconds; second++) {
        station_receive(station, &frame);
        station_run(station, station_cycle(station) + 50000000, 0);
        station_write(station, NIC_RX_POSITION,
                      station_read(station, NIC_RX_POSITION) >> NIC_RX_POSITION_HEAD_LSB);
    }
}

static double measure(void (*what)(struct station *, uint64_t), bool plain, bool jumps,
                      uint64_t amount)
{
    struct station *station = begin(plain, jumps);
    double start_s = now_s();
    what(station, amount);
    double took_s = now_s() - start_s;
    station_free(station);
    return (double)amount / took_s;
}

/* For callgrind: one of them alone. */
static void run_one(const char *name, uint64_t cycles)
{
    struct station *station = begin(false, true);
    if (strcmp(name, "line") == 0)
        line(station, cycles);
    else if (strcmp(name, "quiet") == 0)
        quiet(station, cycles);
    else
        idle(station, cycles);
    station_free(station);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        run_one(argv[1], argc > 2 ? strtoull(argv[2], NULL, 10) : 100000);
        return 0;
    }
    const uint64_t cycles = 20000000;
    printf("the adapter's model, M cycles/s               here   FACTS.md\n");
    printf("  idle, one evaluation a cycle             %7.1f       38.4\n",
           measure(idle, false, true, cycles) / 1e6);
    printf("  idle, plain eval()                       %7.1f       24.0\n",
           measure(idle, true, true, cycles / 2) / 1e6);
    printf("  line rate both ways, one evaluation      %7.1f       29.9\n",
           measure(line, false, true, cycles) / 1e6);
    printf("  line rate both ways, plain eval()        %7.1f       21.7\n",
           measure(line, true, true, cycles / 2) / 1e6);
    printf("quiet, one frame a second, x real time     %7.0f       2411\n",
           measure(quiet, false, true, 20000));
    return 0;
}
