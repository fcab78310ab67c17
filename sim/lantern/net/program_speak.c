/* Sends a tune by RTP, each packet at its time. */
#include <stdlib.h>

#include "program.h"
#include "program_sound.h"
#include "sound.h"

struct speaking {
    struct lan_rtp_sender sender;
    bool open;
    uint64_t frame, frames; /* given, and in all */
};

static int pull(void *context, int16_t *samples, unsigned frames)
{
    struct program *program = context;
    struct speaking *speaking = program->own;
    const struct topology_program *wanted = program->wanted;
    if (speaking->frame >= speaking->frames)
        return LAN_RTP_END;
    if (frames > speaking->frames - speaking->frame)
        frames = (unsigned)(speaking->frames - speaking->frame);
    sound_fill(wanted->rate_hz, wanted->channels, speaking->frame, samples, frames);
    speaking->frame += frames;
    return (int)frames;
}

static void close(void *context)
{
    struct program *program = context;
    struct speaking *speaking = program->own;
    if (speaking->open)
        lan_rtp_sender_close(&speaking->sender);
    speaking->open = false;
}

static uint64_t step(void *context, uint64_t now_us)
{
    struct program *program = context;
    struct speaking *speaking = program->own;
    if (program->result.done)
        return LAN_NEVER;
    if (now_us < program->wanted->start_us)
        return program->wanted->start_us;
    if (!speaking->open) {
        const struct lan_rtp_sender_config config = {.target = program->wanted->target,
                                                     .format = sound_format(program->wanted),
                                                     .pull = pull,
                                                     .context = program,
                                                     .rtcp = true};
        int result = lan_rtp_sender_open(&speaking->sender, program->host, &config);
        if (result < 0) {
            program_fail(program, now_us, result);
            return LAN_NEVER;
        }
        program->result.begun_us = now_us;
        speaking->open = true;
    }
    uint64_t next_us = lan_rtp_sender_step(&speaking->sender, now_us);
    program->result.bytes = speaking->sender.octets;
    program->result.heard_of = speaking->sender.report;
    if (next_us == LAN_NEVER) {
        close(program);
        program_end(program, now_us, NULL);
    }
    return next_us;
}

/* What the listener tells. */
static unsigned poll(void *context, struct lan_pollfd *fds)
{
    struct speaking *speaking = ((struct program *)context)->own;
    if (speaking->open)
        *fds = (struct lan_pollfd){speaking->sender.rtcp.fd, LAN_POLLIN, 0};
    return speaking->open;
}

bool program_speak_open(struct program *program, struct service *service)
{
    struct speaking *speaking = calloc(1, sizeof *speaking);
    program->own = speaking;
    if (!speaking)
        return false;
    speaking->frames = program->wanted->duration_us * program->wanted->rate_hz / 1000000;
    *service = (struct service){program, poll, step, close};
    return true;
}
