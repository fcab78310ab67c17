/* See soc_host.h. Cycles are run in batches; while the processor waits for something to do
 * and the line is quiet, they are jumped over. */
#include "soc_host.h"

#include <string.h>

#define CYCLES_PER_US UINT64_C(50)

static void hear(struct soc_host *host, uint64_t cycle, uint8_t symbol)
{
    struct wire_frame frame;
    bool was_sending = host->decoder.sending;
    bool whole = rmii_decode(&host->decoder, cycle, symbol, &frame);
    if (host->decoder.sending != was_sending) {
        line_carrier(&host->line, cycle, !was_sending);
        host->quiet_until = cycle;
    }
    if (whole && !line_take_pause(&host->line, &frame) && host->sent)
        host->sent->receive(host->sent->context, &frame);
}

/* The symbols of the next cycles, or NULL; limits *count to how long that holds. */
static const uint8_t *look_at_line(struct soc_host *host, size_t *count)
{
    if (host->shown_at == host->shown_count && host->cycle >= host->quiet_until) {
        uint64_t quiet = 0;
        host->shown_at = 0;
        host->shown_count = line_show(&host->line, host->cycle, host->shown, SOC_BATCH, &quiet);
        host->quiet_until = host->cycle + quiet;
    }
    bool shows = host->shown_at < host->shown_count;
    uint64_t holds = shows ? host->shown_count - host->shown_at : host->quiet_until - host->cycle;
    if (*count > holds)
        *count = (size_t)holds;
    return shows ? host->shown + host->shown_at : NULL;
}

static void type_next(struct soc_host *host)
{
    if (host->typed_here == 0 || !soc_model_say(host->model, host->typed[0]))
        return;
    memmove(host->typed, host->typed + 1, --host->typed_count);
    host->typed_here--;
}

/* Whole microseconds of quiet, up to `end`. */
static bool jump(struct soc_host *host, uint64_t end)
{
    if (host->decoder.sending || host->typed_here || host->all_cycles)
        return false;
    uint64_t quiet_us = soc_model_quiet_us(host->model);
    uint64_t until = end < host->quiet_until ? end : host->quiet_until;
    uint64_t left_us = until > host->cycle ? (until - host->cycle) / CYCLES_PER_US : 0;
    uint64_t us = quiet_us < left_us ? quiet_us : left_us;
    soc_model_jump(host->model, (uint32_t)us);
    host->cycle += us * CYCLES_PER_US;
    host->jumped += us * CYCLES_PER_US;
    return us > 0;
}

/* Some cycles, up to `end`. */
static void advance(struct soc_host *host, uint64_t end)
{
    size_t count = end - host->cycle < SOC_BATCH ? (size_t)(end - host->cycle) : SOC_BATCH;
    const uint8_t *shown = look_at_line(host, &count);
    if (!shown && jump(host, end))
        return;
    type_next(host);
    size_t done = soc_model_run(host->model, count, shown, host->sends);
    if (shown)
        host->shown_at += done;
    uint64_t first = host->cycle;
    host->cycle += done;
    for (size_t i = 0; i < done; i++)
        if (host->decoder.sending || host->sends[i] & RMII_VALID)
            hear(host, first + i, host->sends[i]);
}

static uint64_t cycle_at(uint64_t time_ps)
{
    return time_ps / NIC_CYCLE_PS + (time_ps % NIC_CYCLE_PS != 0);
}

/* Ahead of what it has computed when it knows to be quiet. */
static uint64_t quiet_until_ps(const struct soc_host *host)
{
    bool busy = host->decoder.sending || host->typed_here || host->shown_at < host->shown_count;
    uint64_t until = busy ? 0 : host->cycle + soc_model_quiet_us(host->model) * CYCLES_PER_US;
    if (until > host->quiet_until)
        until = host->quiet_until;
    return (until > host->cycle ? until : host->cycle) * NIC_CYCLE_PS;
}

/* What it sends may bring the horizon nearer. */
static void run(void *context)
{
    struct soc_host *host = context;
    while (host->cycle < cycle_at(world_horizon(host->world)))
        advance(host, cycle_at(world_horizon(host->world)));
    host->runner.time_ps = quiet_until_ps(host);
}

/* Something comes from outside: it comes up to the present. */
static void catch_up(struct soc_host *host)
{
    uint64_t end = cycle_at(world_now(host->world));
    while (host->cycle < end)
        advance(host, end);
    host->runner.time_ps = host->cycle * NIC_CYCLE_PS;
}

static void take(void *context, const struct wire_frame *frame)
{
    struct soc_host *host = context;
    catch_up(host);
    if (!line_put(&host->line, frame))
        host->dropped++;
    host->quiet_until = host->cycle;
}

static void typed_comes(void *context, uint64_t now_ps)
{
    struct soc_host *host = context;
    (void)now_ps;
    catch_up(host);
    host->typed_here = host->typed_count;
}

size_t soc_host_type(struct soc_host *host, uint64_t when_ps, const uint8_t *bytes, size_t size)
{
    size_t room = SOC_TYPED_SIZE - host->typed_count;
    uint64_t now_ps = world_now(host->world);
    if (size > room)
        size = room;
    memcpy(host->typed + host->typed_count, bytes, size);
    host->typed_count += size;
    world_at(host->world, when_ps > now_ps ? when_ps : now_ps, typed_comes, host);
    return size;
}

bool soc_host_open(struct soc_host *host, struct world *world)
{
    *host = (struct soc_host){.world = world, .model = soc_model_new()};
    if (!host->model)
        return false;
    host->in = (struct wire_end){host, take};
    phy_init(&host->phy, 100, true);
    soc_model_set_phy(host->model, phy_pins, &host->phy);
    line_set_rate(&host->line, 100);
    line_set_full_duplex(&host->line, host->phy.pause);
    rmii_decoder_init(&host->decoder, 100);
    return true;
}

void soc_host_start(struct soc_host *host)
{
    soc_model_start(host->model);
    host->runner = (struct world_runner){.context = host, .run = run};
    world_add_runner(host->world, &host->runner);
}

void soc_host_close(struct soc_host *host)
{
    if (host->runner.run)
        world_remove_runner(host->world, &host->runner);
    soc_model_free(host->model);
    host->model = NULL;
}
