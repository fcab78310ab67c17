/* See station.h. Everything goes through `advance`: some cycles of the model, with
 * symbols only where there are any. */
#include "station.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "station_line.h"

enum { BATCH = 512 }; /* cycles of symbols prepared at once */

struct station {
    struct nic_model *model;
    struct wire_end *sent;
    uint64_t cycle, horizon;
    void (*wait)(void *context);
    void *wait_context;
    bool jumps;

    /* The receive pins: what the source said, and how long it holds. */
    station_source *source;
    void *source_context;
    uint8_t shown[BATCH];
    size_t shown_at, shown_count;
    uint64_t quiet_until;

    station_listener *listener;
    void *listener_context;

    struct station_line line;
    struct rmii_decoder decoder;
    bool collided; /* what it sends now has met what it was shown */
    uint8_t sends[BATCH];

    bool irq; /* as last seen */
    uint64_t accesses, hash;
    struct station_counters counters;
};

/* --- The line to the adapter ------------------------------------------------------------- */

bool station_receive(struct station *station, const struct wire_frame *frame)
{
    if (!line_put(&station->line, frame)) {
        station->counters.dropped++;
        return false;
    }
    station_look(station);
    return true;
}

void station_look(struct station *station)
{
    station->quiet_until = station->cycle;
}

void station_set_source(struct station *station, station_source *source, void *context)
{
    station->source = source ? source : line_show;
    station->source_context = source ? context : &station->line;
    station_look(station);
}

void station_set_listener(struct station *station, station_listener *listener, void *context)
{
    station->listener = listener;
    station->listener_context = context;
}

/* The next symbols, or NULL while the line is quiet; limits *count to how long
 * that holds. */
static const uint8_t *look_at_line(struct station *station, size_t *count)
{
    if (station->shown_at == station->shown_count && station->cycle >= station->quiet_until) {
        uint64_t quiet = 0;
        station->shown_at = 0;
        station->shown_count =
            station->source(station->source_context, station->cycle, station->shown, BATCH, &quiet);
        station->quiet_until = station->cycle + quiet;
    }
    bool shows = station->shown_at < station->shown_count;
    uint64_t holds =
        shows ? station->shown_count - station->shown_at : station->quiet_until - station->cycle;
    if (*count > holds)
        *count = (size_t)holds;
    return shows ? station->shown + station->shown_at : NULL;
}

/* --- What comes out of the adapter ---------------------------------------------------------- */

static void mix(struct station *station, uint64_t what, uint64_t cycle)
{
    uint64_t hash = (station->hash ^ what ^ cycle << 8) * 0x9E3779B97F4A7C15u;
    station->hash = hash ^ hash >> 29;
}

enum { MIX_DIBIT = 0, MIX_IRQ = 16, MIX_READ = 32 }; /* beside a symbol's four bits */

static void take_symbol(struct station *station, uint64_t cycle, uint8_t symbol)
{
    struct wire_frame frame;
    bool was_sending = station->decoder.sending;
    mix(station, MIX_DIBIT | symbol, cycle);
    if (station->listener)
        station->listener(station->listener_context, cycle, symbol);
    bool whole = rmii_decode(&station->decoder, cycle, symbol, &frame);
    if (station->decoder.sending == was_sending)
        return;
    line_carrier(&station->line, cycle, !was_sending);
    bool collided = station->collided;
    station->collided = false;
    if (whole && !collided && !line_take_pause(&station->line, &frame) && station->sent)
        station->sent->receive(station->sent->context, &frame);
    station_look(station);
}

static void see_irq(struct station *station)
{
    bool irq = nic_model_irq(station->model);
    if (irq != station->irq) {
        station->irq = irq;
        mix(station, MIX_IRQ | irq, station->cycle);
    }
}

/* --- Time ------------------------------------------------------------------------------------- */

static bool is_idle(const struct station *station)
{
    return !station->decoder.sending && station->shown_at == station->shown_count &&
           nic_model_idle(station->model);
}

uint64_t station_quiet_until(const struct station *station)
{
    if (!station->jumps || !is_idle(station))
        return station->cycle;
    uint64_t count = nic_model_idle_count(station->model);
    uint64_t end = count < UINT64_MAX - station->cycle ? station->cycle + count : UINT64_MAX;
    return end < station->quiet_until ? end : station->quiet_until;
}

/* Up to `count` cycles; how many. */
static size_t advance(struct station *station, size_t count, unsigned stop)
{
    const uint8_t *shown = look_at_line(station, &count);
    if (count > BATCH)
        count = BATCH;
    bool sending = station->decoder.sending;
    if (shown && sending && station->line.half_duplex)
        station->collided = true;
    uint8_t *sends = sending ? station->sends : NULL;
    if (shown || sending)
        stop &= ~(unsigned)NIC_STOP_IDLE; /* between two symbols it may look idle */
    size_t done = nic_model_run(station->model, count, shown, sends, stop | NIC_STOP_TX_EDGE);
    uint64_t first = station->cycle;
    station->cycle += done;
    station->counters.cycles_run += done;
    if (shown)
        station->shown_at += done;
    if (sending) {
        for (size_t i = 0; i < done; i++)
            take_symbol(station, first + i, sends[i]);
    } else {
        uint8_t symbol = nic_model_symbol(station->model);
        if (symbol & RMII_VALID)
            take_symbol(station, station->cycle - 1, symbol);
    }
    return done;
}

/* Idle and nothing shown: one step to where either ends. */
static void jump(struct station *station, uint64_t cycle, uint64_t quiet_until)
{
    uint64_t end = cycle < quiet_until ? cycle : quiet_until;
    nic_model_jump(station->model, end - station->cycle);
    station->counters.cycles_jumped += end - station->cycle;
    station->cycle = end;
}

unsigned station_run(struct station *station, uint64_t cycle, unsigned stop)
{
    unsigned early = (stop & NIC_STOP_IRQ) | (station->jumps ? NIC_STOP_IDLE : 0);
    for (;;) {
        if ((stop & NIC_STOP_IRQ) && nic_model_irq(station->model)) {
            see_irq(station);
            return NIC_STOP_IRQ;
        }
        uint64_t end = cycle < station->horizon ? cycle : station->horizon;
        if (station->cycle >= end)
            return 0;
        size_t count = end - station->cycle < BATCH ? (size_t)(end - station->cycle) : BATCH;
        bool shows = look_at_line(station, &count) != NULL;
        uint64_t quiet_until = shows ? station->cycle : station_quiet_until(station);
        if ((stop & NIC_STOP_IDLE) && quiet_until >= end)
            return NIC_STOP_IDLE;
        if (quiet_until > station->cycle)
            jump(station, end, quiet_until);
        else
            advance(station, count, early);
    }
}

void station_set_horizon(struct station *station, uint64_t cycle)
{
    station->horizon = cycle;
}

void station_set_wait(struct station *station, void (*wait)(void *context), void *context)
{
    station->wait = wait;
    station->wait_context = context;
}

void station_set_jumps(struct station *station, bool jumps)
{
    station->jumps = jumps;
}

/* --- The bus ------------------------------------------------------------------------ */

static uint32_t access_bus(struct station *station, uint32_t address, bool write, uint32_t data)
{
    station->accesses++;
    nic_model_bus_begin(station->model, address, write, data);
    while (nic_model_on_bus(station->model)) {
        if (station->cycle >= station->horizon) {
            assert(station->wait);
            station->wait(station->wait_context);
            continue; /* a reset may have ended it */
        }
        uint64_t left = station->horizon - station->cycle;
        advance(station, left < BATCH ? (size_t)left : BATCH, NIC_STOP_ACK);
    }
    see_irq(station);
    return nic_model_bus_data(station->model);
}

uint32_t station_read(struct station *station, uint32_t address)
{
    uint32_t data = access_bus(station, address, false, 0);
    mix(station, MIX_READ | (uint64_t)address << 8 | (uint64_t)data << 24, station->cycle);
    return data;
}

void station_write(struct station *station, uint32_t address, uint32_t data)
{
    access_bus(station, address, true, data);
}

void station_reset(struct station *station)
{
    nic_model_reset(station->model);
    if (station->decoder.sending)
        take_symbol(station, station->cycle, nic_model_symbol(station->model));
    see_irq(station);
    station_look(station);
}

/* --- Making, and looking at it ------------------------------------------------------ */

struct station *station_new(unsigned rate_mbps, struct wire_end *sent)
{
    struct station *station = calloc(1, sizeof *station);
    if (!station)
        return NULL;
    station->model = nic_model_new();
    if (!station->model) {
        free(station);
        return NULL;
    }
    station->sent = sent;
    station->horizon = UINT64_MAX;
    station->jumps = true;
    station_set_rate(station, rate_mbps);
    station_set_source(station, NULL, NULL);
    return station;
}

void station_free(struct station *station)
{
    if (!station)
        return;
    nic_model_free(station->model);
    free(station);
}

void station_set_rate(struct station *station, unsigned rate_mbps)
{
    assert(!station->decoder.sending);
    line_set_rate(&station->line, rate_mbps);
    rmii_decoder_init(&station->decoder, rate_mbps);
}

struct station_line *station_line(struct station *station)
{
    return &station->line;
}

struct nic_model *station_model(struct station *station)
{
    return station->model;
}

uint64_t station_cycle(const struct station *station)
{
    return station->cycle;
}

uint64_t station_now_ps(const struct station *station)
{
    return station->cycle * NIC_CYCLE_PS;
}

uint64_t station_accesses(const struct station *station)
{
    return station->accesses;
}

uint64_t station_hash(const struct station *station)
{
    return station->hash;
}

const struct station_counters *station_counters(const struct station *station)
{
    return &station->counters;
}
