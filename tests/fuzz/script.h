/* A fuzzer's input as a script: segments of the peer that are nearly right, time
 * that passes, calls of the application. */
#ifndef FUZZ_SCRIPT_H
#define FUZZ_SCRIPT_H

#include "rig.h"

/* States to begin with, each reached as RFC 9293's figure 5 has it. */
enum script_state {
    SCRIPT_LISTEN,
    SCRIPT_SYN_SENT,
    SCRIPT_SYN_RECEIVED,
    SCRIPT_ESTABLISHED,
    SCRIPT_FIN_WAIT_1,
    SCRIPT_FIN_WAIT_2,
    SCRIPT_CLOSE_WAIT,
    SCRIPT_CLOSING,
    SCRIPT_LAST_ACK,
    SCRIPT_TIME_WAIT,
    SCRIPT_STATES,
};

struct script {
    struct rig rig;
    int listener, fd; /* -1: none */
};

/* `with`: bit 0 timestamps, bit 1 SACK, bit 2 window scale in the handshake. */
void script_begin(struct script *script, enum script_state state, unsigned with);
void script_segment(struct script *script, struct input *input);
void script_time(struct script *script, struct input *input);
void script_call(struct script *script, struct input *input);
void script_icmp(struct script *script, struct input *input);

#endif
