/* RTP packets of any kind, with plays between them: the input says which. Whatever
 * comes, each play fills what it was asked for and no more, and the counters agree. */
#include <stdlib.h>

#include "base/bytes.h"
#include "input.h"
#include "lan_rtp.h"
#include "rig.h"
#include "rtp/rtp.h"
#include "targets.h"

enum { SLOTS = 8, SSRC = 0x01020304, PLAY_MAX = 255 * 4 };

struct fuzz_rtp {
    struct lan_rtp_receiver receiver;
    struct lan_rtp_slot slots[SLOTS];
    uint64_t now_us, played;
    uint16_t sequence;
    uint32_t timestamp;
    uint8_t channels;
};

/* What was parsed is built again, and that says the same. */
static void build_again(const uint8_t *bytes, size_t size)
{
    struct lan_rtp_packet packet, again;
    uint8_t built[LAN_RTP_DATAGRAM_MAX];
    if (!lan_rtp_parse(bytes, size, &packet))
        return;
    if (lan_rtp_build(&packet, built, sizeof built) != size || !lan_rtp_parse(built, size, &again))
        abort();
    if (again.payload_size != packet.payload_size || again.timestamp != packet.timestamp ||
        (packet.payload_size && memcmp(again.payload, packet.payload, packet.payload_size) != 0))
        abort();
}

/* As RTCP it says something or nothing; what it says is built again. */
static void read_control(const uint8_t *bytes, size_t size)
{
    struct rtcp_message message, again;
    uint8_t built[RTCP_SIZE_MAX];
    if (!rtcp_parse(bytes, size, SSRC, &message))
        return;
    message.cname = "0123456789abcdef01234567";
    size_t built_size = rtcp_build(&message, built);
    if (built_size > sizeof built || !rtcp_parse(built, built_size, SSRC, &again))
        abort();
    if (again.ssrc != message.ssrc || again.bye != message.bye || again.ntp != message.ntp ||
        again.has_block != message.has_block || again.block.lost != message.block.lost)
        abort();
}

/* In memory of its own size. */
static void take(struct fuzz_rtp *fuzz, const uint8_t *bytes, size_t size)
{
    uint8_t *datagram = malloc(size ? size : 1);
    if (size)
        memcpy(datagram, bytes, size);
    build_again(datagram, size);
    read_control(datagram, size);
    lan_rtp_receiver_take(&fuzz->receiver, datagram, size, fuzz->now_us);
    free(datagram);
}

static void take_raw(struct fuzz_rtp *fuzz, struct input *input)
{
    uint8_t bytes[256];
    size_t size = input_bytes(input, bytes, input_8(input));
    take(fuzz, bytes, size);
}

/* One whose numbers are near those before, or anywhere. */
static void take_made(struct fuzz_rtp *fuzz, struct input *input, bool anywhere)
{
    uint8_t bytes[LAN_RTP_DATAGRAM_MAX] = {0}, payload[LAN_RTP_PAYLOAD_MAX];
    fuzz->sequence = (uint16_t)(fuzz->sequence + (anywhere ? input_16(input) : 1));
    fuzz->timestamp += anywhere ? (uint32_t)input_16(input) << 16 | input_16(input) : 80;
    memset(payload, input_8(input), sizeof payload);
    const struct lan_rtp_packet packet = {.payload_type = LAN_RTP_DYNAMIC,
                                          .sequence = fuzz->sequence,
                                          .timestamp = fuzz->timestamp,
                                          .ssrc = SSRC + (input_8(input) == 0xff),
                                          .payload = payload,
                                          .payload_size = 2u * fuzz->channels * input_8(input)};
    take(fuzz, bytes, lan_rtp_build(&packet, bytes, sizeof bytes));
}

static void play(struct fuzz_rtp *fuzz, unsigned frames)
{
    size_t size = frames * fuzz->channels * sizeof(int16_t);
    int16_t *samples = malloc(size ? size : 1);
    memset(samples, 0xa5, size);
    lan_rtp_receiver_play(&fuzz->receiver, samples, frames);
    fuzz->played += frames;
    fuzz->now_us += frames * 125u;
    free(samples);
    const struct lan_rtp_counters *counters = &fuzz->receiver.counters;
    if (counters->rtp_concealed + counters->rtp_silent > fuzz->played ||
        counters->rtp_longest_gap > counters->rtp_concealed + counters->rtp_silent ||
        counters->rtp_added > fuzz->played)
        abort();
}

void fuzz_rtp(const uint8_t *bytes, size_t size)
{
    static struct fuzz_rtp fuzz;
    struct input input = {bytes, size};
    struct rig rig;
    memset(&fuzz, 0, sizeof fuzz);
    uint8_t how = input_8(&input);
    fuzz.channels = (uint8_t)(1 + (how >> 1 & 1));
    fuzz.now_us = 1000000;
    rig_begin(&rig);
    const struct lan_rtp_receiver_config config = {
        .local = {.port = 5004},
        .format = {8000, fuzz.channels, LAN_RTP_DYNAMIC, 80},
        .delay_ms = 30,
        .delay_max_ms = how & 1 ? 200 : 0,
    };
    if (lan_rtp_receiver_open(&fuzz.receiver, rig.host, &config, fuzz.slots, SLOTS) != 0)
        abort();
    while (input.left > 0) {
        uint8_t what = input_8(&input);
        if (what < 0x60)
            play(&fuzz, what < 0x50 ? what * 4u : 80);
        else if (what < 0xd0)
            take_made(&fuzz, &input, what >= 0xb0);
        else
            take_raw(&fuzz, &input);
    }
    uint64_t lost = lan_rtp_receiver_lost(&fuzz.receiver);
    if (lost > (uint64_t)UINT32_MAX << 16)
        abort();
    lan_rtp_receiver_close(&fuzz.receiver);
    rig_end(&rig);
}
