/* Plays what comes by RTP into a WAV file, as much as there is time, from the first packet
 * until the sound ends. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"
#include "program_sound.h"
#include "sound.h"

enum { SLOTS = 256 };

struct listening {
    struct lan_rtp_receiver receiver;
    struct wav wav;
    bool open, playing;
    uint64_t begun_us, played; /* frames since then */
    int16_t samples[LAN_RTP_SAMPLES_MAX];
    struct lan_rtp_slot slots[SLOTS];
};

static void close(void *context)
{
    struct program *program = context;
    struct listening *listening = program->own;
    if (listening->open)
        lan_rtp_receiver_close(&listening->receiver);
    if (listening->wav.file && !wav_close(&listening->wav))
        program_end(program, program->result.ended_us, "the WAV file is not complete");
    listening->open = false;
}

static void end(struct program *program, uint64_t now_us, const char *error)
{
    program_end(program, now_us, error);
    close(program);
}

/* NULL, or why not. */
static const char *begin(struct program *program)
{
    struct listening *listening = program->own;
    const struct topology_program *wanted = program->wanted;
    const struct lan_rtp_receiver_config config = {
        .local = wanted->target,
        .format = sound_format(wanted),
        .delay_ms = (uint32_t)(wanted->delay_us / 1000),
        .delay_max_ms = (uint32_t)(wanted->delay_max_us / 1000),
        .rtcp = true,
    };
    int result = lan_rtp_receiver_open(&listening->receiver, program->host, &config,
                                       listening->slots, SLOTS);
    if (result < 0)
        return lan_error_text(result);
    listening->open = true;
    if (wanted->path[0] &&
        !wav_open(&listening->wav, wanted->path, wanted->rate_hz, wanted->channels))
        return strerror(errno);
    return NULL;
}

static uint64_t due_us(const struct listening *listening, const struct topology_program *wanted)
{
    return listening->begun_us + listening->played * 1000000 / wanted->rate_hz;
}

/* A packet's time of sound. false: it cannot be kept. */
static bool play(struct program *program)
{
    struct listening *listening = program->own;
    unsigned frames = listening->receiver.format.packet_frames;
    lan_rtp_receiver_play(&listening->receiver, listening->samples, frames);
    listening->played += frames;
    return !listening->wav.file || wav_write(&listening->wav, listening->samples, frames);
}

static void tell(struct program *program)
{
    const struct listening *listening = program->own;
    const struct lan_rtp_counters *counters = &listening->receiver.counters;
    uint64_t rate = program->wanted->rate_hz;
    program->result.gaps = counters->rtp_gaps;
    program->result.gap_us = (counters->rtp_concealed + counters->rtp_silent) * 1000000 / rate;
    program->result.longest_us = counters->rtp_longest_gap * 1000000 / rate;
    program->result.late = counters->rtp_late;
}

static uint64_t step(void *context, uint64_t now_us)
{
    struct program *program = context;
    struct listening *listening = program->own;
    if (program->result.done)
        return LAN_NEVER;
    if (!listening->open) {
        const char *error = begin(program);
        if (error) {
            end(program, now_us, error);
            return LAN_NEVER;
        }
    }
    lan_rtp_receiver_step(&listening->receiver, now_us);
    if (!listening->playing && lan_rtp_receiver_plays(&listening->receiver)) {
        listening->playing = true;
        listening->begun_us = program->result.begun_us = now_us;
    }
    bool kept = true;
    while (listening->playing && kept && due_us(listening, program->wanted) <= now_us)
        kept = play(program);
    tell(program);
    bool over = listening->playing && !lan_rtp_receiver_plays(&listening->receiver);
    if (over || !kept) {
        end(program, now_us, kept ? NULL : strerror(errno));
        return LAN_NEVER;
    }
    return listening->playing ? due_us(listening, program->wanted) : LAN_NEVER;
}

static unsigned poll(void *context, struct lan_pollfd *fds)
{
    struct listening *listening = ((struct program *)context)->own;
    if (!listening->open)
        return 0;
    fds[0] = (struct lan_pollfd){listening->receiver.fd, LAN_POLLIN, 0};
    fds[1] = (struct lan_pollfd){listening->receiver.rtcp.fd, LAN_POLLIN, 0};
    return 2;
}

const char *program_listen_counter(const struct program *program, unsigned index, uint64_t *value)
{
    const struct listening *listening = program->own;
    return lan_rtp_receiver_counter(&listening->receiver, index, value);
}

bool program_listen_open(struct program *program, struct service *service)
{
    program->own = calloc(1, sizeof(struct listening));
    *service = (struct service){program, poll, step, close};
    return program->own != NULL;
}
