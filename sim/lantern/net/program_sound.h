/* What speak and listen share. */
#ifndef LANTERN_PROGRAM_SOUND_H
#define LANTERN_PROGRAM_SOUND_H

#include "lan_rtp.h"
#include "topology.h"

/* RFC 3551 section 6: two have a payload type of their own. */
static inline struct lan_rtp_format sound_format(const struct topology_program *wanted)
{
    bool known = wanted->rate_hz == 44100 && wanted->channels <= 2;
    return (struct lan_rtp_format){
        .rate_hz = wanted->rate_hz,
        .channels = (uint8_t)wanted->channels,
        .payload_type = !known                  ? LAN_RTP_DYNAMIC
                        : wanted->channels == 1 ? LAN_RTP_L16_MONO
                                                : LAN_RTP_L16_STEREO,
        .packet_frames = (uint16_t)(wanted->packet_us * wanted->rate_hz / 1000000),
    };
}

#endif
