/* The tune is Beethoven's Ode to Joy over a bass, as plucked strings: each note a sine
 * and its octave that die away. All is integers. */
#include "sound.h"

#include <string.h>

enum { NOTE_MS = 300, ATTACK_MS = 5, BASS_NOTES = 4, TURN = 1 << 16 };

/* In hundredths of a hertz, a note each NOTE_MS. */
enum { C4 = 26163, D4 = 29366, E4 = 32963, F4 = 34923, G4 = 39200, C3 = 13081, G3 = 19600 };
static const uint16_t melody[] = {E4, E4, F4, G4, G4, F4, E4, D4, C4, C4, D4, E4, E4, D4, D4, D4,
                                  E4, E4, F4, G4, G4, F4, E4, D4, C4, C4, D4, E4, D4, C4, C4, C4};
static const uint16_t bass[] = {C3, G3, C3, G3, C3, G3, G3, C3};

/* Of 2^16 of a turn, +-32767, by Bhaskara's fraction: off by at most 0.2 %. */
static int32_t sine(uint32_t phase)
{
    int64_t x = phase % (TURN / 2), y = x * (TURN / 2 - x);
    int64_t half = 16 * y * 32767 / (5 * (int64_t)TURN * TURN / 4 - 4 * y);
    return (int32_t)(phase % TURN < TURN / 2 ? half : -half);
}

/* A string plucked `frame` frames ago, which lasts for `length`. */
static int32_t pluck(uint32_t rate_hz, uint64_t pitch, uint64_t frame, uint64_t length)
{
    uint32_t phase = (uint32_t)(frame * pitch * TURN / (rate_hz * 100ull));
    int64_t attack = (int64_t)rate_hz * ATTACK_MS / 1000, left = (int64_t)(length - frame);
    int64_t gain = left * left / (int64_t)length;
    if ((int64_t)frame < attack)
        gain = gain * (int64_t)frame / attack;
    return (int32_t)((sine(phase) * 3 + sine(2 * phase)) * gain / (4 * (int64_t)length));
}

int16_t sound_tune(uint32_t rate_hz, uint64_t frame)
{
    uint64_t length = (uint64_t)rate_hz * NOTE_MS / 1000, note = frame / length;
    uint64_t bass_length = BASS_NOTES * length;
    int32_t high =
        pluck(rate_hz, melody[note % (sizeof melody / sizeof *melody)], frame % length, length);
    int32_t low = pluck(rate_hz, bass[frame / bass_length % (sizeof bass / sizeof *bass)],
                        frame % bass_length, bass_length);
    return (int16_t)((high + low) * 2 / 5);
}

void sound_fill(uint32_t rate_hz, unsigned channels, uint64_t frame, int16_t *samples,
                unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        int16_t sample = sound_tune(rate_hz, frame + i);
        for (unsigned c = 0; c < channels; c++)
            *samples++ = sample;
    }
}

/* --- WAV: RIFF, little-endian -------------------------------------------------------------- */

enum { HEADER_SIZE = 44 };

static void put_little(uint8_t *at, uint32_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static bool put_header(struct wav *wav)
{
    uint8_t header[HEADER_SIZE] = "RIFF....WAVEfmt ";
    memcpy(header + 36, "data", 4);
    put_little(header + 4, wav->data_size + HEADER_SIZE - 8, 4);
    put_little(header + 16, 16, 4);
    put_little(header + 20, 1, 2); /* PCM */
    put_little(header + 22, wav->channels, 2);
    put_little(header + 24, wav->rate_hz, 4);
    put_little(header + 28, wav->rate_hz * wav->channels * 2, 4);
    put_little(header + 32, wav->channels * 2, 2);
    put_little(header + 34, 16, 2);
    put_little(header + 40, wav->data_size, 4);
    return fwrite(header, sizeof header, 1, wav->file) == 1;
}

bool wav_open(struct wav *wav, const char *path, uint32_t rate_hz, unsigned channels)
{
    *wav = (struct wav){.file = fopen(path, "wb"), .rate_hz = rate_hz, .channels = channels};
    return wav->file && put_header(wav);
}

bool wav_write(struct wav *wav, const int16_t *samples, unsigned frames)
{
    for (unsigned i = 0; i < frames * wav->channels; i++) {
        uint8_t bytes[2];
        put_little(bytes, (uint16_t)samples[i], 2);
        if (fwrite(bytes, sizeof bytes, 1, wav->file) != 1)
            return false;
        wav->data_size += 2;
    }
    return true;
}

bool wav_close(struct wav *wav)
{
    bool complete = fseek(wav->file, 0, SEEK_SET) == 0 && put_header(wav);
    complete &= fclose(wav->file) == 0;
    wav->file = NULL;
    return complete;
}
