/* A tune from one host to another over a slow, lossy link, by RTP or by TCP, in
 * simulated time: what is heard there, and when.
 *
 *   speaker -> link, 20 ms each way, loses frames at random -> listener
 *
 * The tune is live: each packet's samples are there at their time and not before. The
 * player starts so long after the first of them came, and asks for 10 ms of sound each
 * 10 ms. By TCP the same bytes go into a connection as they come; when the player asks
 * and they are not there it waits, that is, it plays silence and goes on as soon as
 * they are, later than they were meant to be heard. */
#ifndef TESTS_COSIM_JOURNEY_H
#define TESTS_COSIM_JOURNEY_H

#include "node.h"

enum {
    JOURNEY_RATE_HZ = 44100,
    JOURNEY_FRAMES = 441, /* a packet: 10 ms of one channel */
    JOURNEY_LINK_MS = 20,
};

struct journey_config {
    bool tcp, rtl; /* rtl: the Verilated adapter on both hosts */
    unsigned seconds;
    uint32_t delay_ms;    /* the player's */
    double loss;          /* probability, for each frame either way */
    unsigned lost_packet; /* of the speaker's frames this one (from 1 on) is lost; 0: none */
    uint64_t seed;
};

struct journey_result {
    uint64_t packets, lost;    /* sent, by RTP; frames lost on the link, by TCP */
    uint64_t gaps, gap_frames; /* where not the sound was heard that should be */
    uint64_t silent_frames;    /* of these, not filled by repetition */
    uint64_t longest_gap_frames;
    uint64_t lag_frames;   /* at the end, behind when it was meant to be heard */
    uint64_t right_frames; /* heard as they were sent, each in its place */
    int16_t *heard;        /* from the first packet on; the caller frees it */
    unsigned heard_frames;
};

/* NULL, or why it failed, as one line. */
const char *journey_run(const struct journey_config *config, struct journey_result *result);

#endif
