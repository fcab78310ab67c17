/* A tune of known samples, and WAV files of 16-bit PCM: for who sends sound and for who
 * keeps what arrived. */
#ifndef SIM_SOUND_H
#define SIM_SOUND_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The frame of the tune, which goes on for ever: the same number on any machine. */
int16_t sound_tune(uint32_t rate_hz, uint64_t frame);
/* `count` frames from there on, the same in each channel. */
void sound_fill(uint32_t rate_hz, unsigned channels, uint64_t frame, int16_t *samples,
                unsigned count);

struct wav {
    FILE *file;
    uint32_t rate_hz, data_size;
    unsigned channels;
};

/* false: it cannot be written, as errno says. */
bool wav_open(struct wav *wav, const char *path, uint32_t rate_hz, unsigned channels);
bool wav_write(struct wav *wav, const int16_t *samples, unsigned frames);
/* Completes the file. false: it is not complete. */
bool wav_close(struct wav *wav);

#endif
