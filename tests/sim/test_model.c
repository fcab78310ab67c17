/* The Verilated adapter behind C, and its station: the line, jumps, snapshots and
 * waves. The driver of these tests is a few register accesses of their own. */
#define _POSIX_C_SOURCE 200809L /* mkstemp */
#include <string.h>
#include <unistd.h>

#include "nic_registers.h"
#include "station.h"
#include "test.h"

enum { FRAMES_MAX = 8 };

enum counter_address { /* of each counter, by its name */
#define ADDRESS(name, address) COUNTER_##name = address,
                       NIC_COUNTERS(ADDRESS)
#undef ADDRESS
};

/* Keeps what the station sends. */
struct taken {
    unsigned count;
    struct wire_frame frames[FRAMES_MAX];
    uint8_t bytes[FRAMES_MAX][WIRE_FRAME_SIZE_MAX];
};

static void take(void *context, const struct wire_frame *frame)
{
    struct taken *taken = context;
    ck_assert_uint_lt(taken->count, FRAMES_MAX);
    taken->frames[taken->count] = *frame;
    memcpy(taken->bytes[taken->count++], frame->bytes, frame->size);
}

struct bench {
    struct taken taken;
    struct wire_end end;
    struct station *station;
    uint32_t head; /* of the transmit ring */
};

static void begin(struct bench *bench, unsigned rate_mbps)
{
    memset(bench, 0, sizeof *bench);
    bench->end = (struct wire_end){&bench->taken, take};
    bench->station = station_new(rate_mbps, &bench->end);
    ck_assert_ptr_nonnull(bench->station);
    station_write(bench->station, NIC_CONTROL,
                  NIC_CONTROL_TX_ENABLE | NIC_CONTROL_RX_ENABLE | NIC_CONTROL_PROMISCUOUS |
                      NIC_CONTROL_FULL_DUPLEX | (rate_mbps == 100 ? NIC_CONTROL_FAST : 0));
    station_write(bench->station, NIC_INTERRUPT, NIC_INTERRUPT_RX_FRAME_ENABLE);
}

static uint8_t byte_at(size_t at)
{
    return (uint8_t)(at * 13 + 5);
}

/* Sends a frame of `size` bytes, none of which is FCS. */
static void send(struct bench *bench, size_t size)
{
    uint32_t place = NIC_TX_RING + bench->head;
    uint8_t record[1524] = {(uint8_t)size, (uint8_t)(size >> 8)};
    for (size_t i = 0; i < size; i++)
        record[NIC_TX_RING_FRAME_OFFSET + i] = byte_at(i);
    uint32_t record_size = (uint32_t)(NIC_TX_RING_FRAME_OFFSET + size + 3) & ~3u;
    for (uint32_t i = 0; i < record_size; i += 4)
        station_write(bench->station, place + i,
                      (uint32_t)record[i] | (uint32_t)record[i + 1] << 8 |
                          (uint32_t)record[i + 2] << 16 | (uint32_t)record[i + 3] << 24);
    bench->head += record_size;
    station_write(bench->station, NIC_TX_POSITION, bench->head);
}

static void receive(struct bench *bench, size_t size, bool fcs_wrong, bool alignment_wrong,
                    bool symbol_wrong)
{
    uint8_t bytes[WIRE_FRAME_SIZE_MAX];
    for (size_t i = 0; i < size; i++)
        bytes[i] = byte_at(i);
    wire_fcs_append(bytes, size);
    bytes[size] ^= fcs_wrong;
    struct wire_frame frame = {.bytes = bytes,
                               .size = size + WIRE_FCS_SIZE,
                               .fcs_wrong = fcs_wrong,
                               .alignment_wrong = alignment_wrong,
                               .symbol_wrong = symbol_wrong};
    ck_assert(station_receive(bench->station, &frame));
}

static void run(struct bench *bench, uint64_t cycles)
{
    station_run(bench->station, station_cycle(bench->station) + cycles, 0);
}

/* --- The line ---------------------------------------------------------------------------- */

static void check_sent(unsigned rate_mbps, size_t size)
{
    static struct bench bench;
    begin(&bench, rate_mbps);
    send(&bench, size);
    run(&bench, 150000);
    const struct wire_frame *frame = &bench.taken.frames[0];
    ck_assert_uint_eq(bench.taken.count, 1);
    ck_assert_uint_eq(frame->size, (size < 60 ? 60 : size) + WIRE_FCS_SIZE);
    ck_assert(!frame->fcs_wrong && !frame->alignment_wrong);
    ck_assert_uint_eq(frame->end_ps - frame->start_ps, wire_duration_ps(frame->size, rate_mbps));
    for (size_t i = 0; i < size; i++)
        ck_assert_uint_eq(bench.taken.bytes[0][i], byte_at(i));
    station_free(bench.station);
}

START_TEST(test_sent_symbols_become_the_frame_at_both_rates)
{
    check_sent(100, 14);
    check_sent(100, 1514);
    check_sent(10, 61);
    check_sent(10, 1514);
}
END_TEST

START_TEST(test_two_sent_frames_keep_the_gap)
{
    static struct bench bench;
    begin(&bench, 100);
    send(&bench, 60);
    send(&bench, 60);
    run(&bench, 2000);
    ck_assert_uint_eq(bench.taken.count, 2);
    ck_assert_uint_eq(bench.taken.frames[1].start_ps - bench.taken.frames[0].end_ps,
                      wire_bytes_ps(WIRE_GAP_SIZE, 100));
    station_free(bench.station);
}
END_TEST

static void check_received(unsigned rate_mbps, size_t size)
{
    static struct bench bench;
    begin(&bench, rate_mbps);
    receive(&bench, size, false, false, false);
    unsigned why = station_run(bench.station, 200000, NIC_STOP_IRQ);
    ck_assert_uint_eq(why, NIC_STOP_IRQ);
    uint64_t took = (station_cycle(bench.station)) * NIC_CYCLE_PS;
    ck_assert_uint_ge(took, wire_duration_ps(size + WIRE_FCS_SIZE, rate_mbps));
    ck_assert_uint_lt(took, wire_duration_ps(size + WIRE_FCS_SIZE, rate_mbps) + 3000000);
    ck_assert_uint_eq(station_read(bench.station, NIC_RX_RING) & NIC_RX_RECORD_LENGTH, size);
    uint32_t word = station_read(bench.station, NIC_RX_RING + 8); /* bytes 2 to 5 */
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(word >> 8 * i & 255, byte_at(2 + i));
    station_free(bench.station);
}

START_TEST(test_received_frame_is_shown_at_both_rates)
{
    check_received(100, 60);
    check_received(100, 1514);
    check_received(10, 60);
    check_received(10, 700);
}
END_TEST

START_TEST(test_received_frames_with_errors_are_counted_by_their_class)
{
    static struct bench bench;
    begin(&bench, 100);
    receive(&bench, 100, true, false, false);
    receive(&bench, 100, true, true, false);
    receive(&bench, 100, false, false, true);
    receive(&bench, 100, false, false, false);
    run(&bench, 4000);
    ck_assert_uint_eq(station_read(bench.station, COUNTER_rx_fcs_errors), 1);
    ck_assert_uint_eq(station_read(bench.station, COUNTER_rx_alignment_errors), 1);
    ck_assert_uint_eq(station_read(bench.station, COUNTER_rx_symbol_errors), 1);
    ck_assert_uint_eq(station_read(bench.station, COUNTER_rx_delivered), 1);
    station_free(bench.station);
}
END_TEST

START_TEST(test_full_queue_of_the_line_drops_and_counts)
{
    static struct bench bench;
    begin(&bench, 100);
    for (unsigned i = 0; i < STATION_QUEUE_COUNT; i++)
        receive(&bench, 60, false, false, false);
    uint8_t bytes[64] = {0};
    struct wire_frame frame = {.bytes = bytes, .size = sizeof bytes};
    ck_assert(!station_receive(bench.station, &frame));
    ck_assert_uint_eq(station_counters(bench.station)->dropped, 1);
    station_free(bench.station);
}
END_TEST

/* A source of its own: one dibit of carrier each thousand cycles. */
static size_t show_pulses(void *context, uint64_t cycle, uint8_t *symbols, size_t count,
                          uint64_t *quiet)
{
    (void)context;
    (void)count;
    *quiet = 1000 - cycle % 1000;
    if (cycle % 1000 != 0)
        return 0;
    symbols[0] = RMII_VALID | 1;
    return 1;
}

START_TEST(test_other_source_of_symbols_is_shown)
{
    static struct bench bench;
    begin(&bench, 100);
    station_set_source(bench.station, show_pulses, NULL);
    run(&bench, 10500);
    ck_assert_uint_eq(station_read(bench.station, COUNTER_rx_false_carrier), 10);
    station_free(bench.station);
}
END_TEST

/* --- Ways of passing the time ---------------------------------------------------------------- */

/* Sends and receives now and then, for 12 ms. */
static uint64_t scenario(bool jumps, bool plain, size_t slice)
{
    static struct bench bench;
    begin(&bench, 100);
    /* The adapter's timers run, too: frames are told of late, the PHY is polled. */
    station_write(bench.station, NIC_COALESCE, 8 | 7 << NIC_COALESCE_TIME_LSB);
    station_write(bench.station, NIC_MDIO, NIC_MDIO_POLL | 1 << NIC_MDIO_PHY_LSB);
    station_set_jumps(bench.station, jumps);
    nic_model_set_plain(station_model(bench.station), plain);
    for (unsigned round = 0; round < 60; round++) {
        receive(&bench, 60 + round * 20, round % 5 == 3, false, false);
        if (round % 3 == 0)
            send(&bench, 60 + round);
        bench.taken.count = 0;
        uint64_t end = station_cycle(bench.station) + 10000;
        for (uint64_t at = station_cycle(bench.station); at < end; at += slice)
            station_run(bench.station, at + slice < end ? at + slice : end, 0);
        station_write(bench.station, NIC_RX_POSITION,
                      station_read(bench.station, NIC_RX_POSITION) >> NIC_RX_POSITION_HEAD_LSB);
        station_write(bench.station, NIC_INTERRUPT, station_read(bench.station, NIC_INTERRUPT));
        station_read(bench.station, NIC_CLOCK);
    }
    const struct station_counters *counters = station_counters(bench.station);
    ck_assert_uint_eq(counters->cycles_run + counters->cycles_jumped, station_cycle(bench.station));
    ck_assert_int_eq(jumps, counters->cycles_jumped > 0);
    uint64_t hash = station_hash(bench.station);
    station_free(bench.station);
    return hash;
}

START_TEST(test_jumps_slices_and_plain_evaluation_leave_the_same_hash)
{
    uint64_t hash = scenario(true, false, 10000);
    ck_assert_uint_eq(hash, scenario(false, false, 10000));
    ck_assert_uint_eq(hash, scenario(true, false, 7));
    ck_assert_uint_eq(hash, scenario(false, true, 10000));
    ck_assert_uint_eq(hash, scenario(true, true, 333));
}
END_TEST

START_TEST(test_jump_advances_the_adapters_clock)
{
    static struct bench bench;
    begin(&bench, 100);
    uint32_t before = station_read(bench.station, NIC_CLOCK);
    uint64_t cycle = station_cycle(bench.station);
    run(&bench, 7 * UINT64_C(1000000000)); /* more than 2^32 */
    uint32_t after = station_read(bench.station, NIC_CLOCK);
    ck_assert_uint_eq(after - before, (uint32_t)(station_cycle(bench.station) - cycle));
    ck_assert_uint_lt(station_counters(bench.station)->cycles_run, 200);
    station_free(bench.station);
}
END_TEST

static void run_model(struct nic_model *model, uint8_t *sent, size_t count)
{
    nic_model_run(model, count, NULL, sent, 0);
}

START_TEST(test_restored_model_goes_the_same_way_again)
{
    enum { CYCLES = 600 };
    static struct bench bench;
    static uint8_t first[CYCLES], second[CYCLES];
    begin(&bench, 100);
    struct nic_model *model = station_model(bench.station);
    send(&bench, 100);
    nic_model_run(model, 100, NULL, NULL, 0); /* within the frame */
    nic_model_bus_begin(model, NIC_CLOCK, false, 0);
    void *state = malloc(nic_model_state_size(model));
    nic_model_save(model, state);
    run_model(model, first, CYCLES);
    uint32_t clock = nic_model_bus_data(model);
    run_model(model, second, CYCLES);
    ck_assert_mem_ne(first, second, CYCLES);
    nic_model_restore(model, state);
    run_model(model, second, CYCLES);
    ck_assert_mem_eq(first, second, CYCLES);
    ck_assert_uint_eq(nic_model_bus_data(model), clock);
    free(state);
    station_free(bench.station);
}
END_TEST

/* --- Waves --------------------------------------------------------------------------------------
 */

/* Of GTKWave's reader, which comes with Verilator. */
void *fstReaderOpen(const char *path);
uint64_t fstReaderGetVarCount(void *wave);
signed char fstReaderGetTimescale(void *wave);
uint64_t fstReaderGetEndTime(void *wave);
void fstReaderClose(void *wave);

START_TEST(test_wave_holds_the_signals_and_changes_nothing)
{
    static struct bench bench;
    char path[] = "/tmp/lantern-wave-XXXXXX";
    close(mkstemp(path));
    begin(&bench, 100);
    ck_assert_int_eq(nic_model_wave_open(station_model(bench.station), path, 0), 0);
    send(&bench, 60);
    run(&bench, 5000);
    ck_assert_uint_eq(bench.taken.count, 1);
    nic_model_wave_close(station_model(bench.station));
    void *wave = fstReaderOpen(path);
    ck_assert_ptr_nonnull(wave);
    ck_assert_uint_gt(fstReaderGetVarCount(wave), 200);
    ck_assert_int_eq(fstReaderGetTimescale(wave), -12);
    ck_assert_uint_ge(fstReaderGetEndTime(wave), bench.taken.frames[0].end_ps);
    fstReaderClose(wave);
    unlink(path);
    station_free(bench.station);
}
END_TEST

START_TEST(test_wave_in_no_directory_says_why)
{
    struct nic_model *model = nic_model_new();
    ck_assert_int_gt(nic_model_wave_open(model, "/no/such/directory/wave.fst", 0), 0);
    nic_model_free(model);
}
END_TEST

TEST_MAIN("model", test_sent_symbols_become_the_frame_at_both_rates,
          test_two_sent_frames_keep_the_gap, test_received_frame_is_shown_at_both_rates,
          test_received_frames_with_errors_are_counted_by_their_class,
          test_full_queue_of_the_line_drops_and_counts, test_other_source_of_symbols_is_shown,
          test_jumps_slices_and_plain_evaluation_leave_the_same_hash,
          test_jump_advances_the_adapters_clock, test_restored_model_goes_the_same_way_again,
          test_wave_holds_the_signals_and_changes_nothing, test_wave_in_no_directory_says_why)
