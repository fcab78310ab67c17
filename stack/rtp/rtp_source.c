/* One source's sequence numbers (RFC 3550 appendix A.1) and the jitter of its arrivals
 * (A.8).
 *
 * A source is believed after RTP_MIN_SEQUENTIAL packets whose numbers are near each other,
 * so that a stray datagram makes no sound. (The appendix wants them in a row; then a sound
 * that begins with a loss or out of order is heard later.) Beyond the appendix, the last 64
 * numbers are remembered, so that a packet counts once however often it comes. */
#include "rtp/rtp.h"

enum { SEQUENCES = 65536 };

static void restart(struct lan_rtp_source *source, uint16_t sequence)
{
    /* A turn above 0, for what was sent before the first that came. */
    source->base = source->highest = SEQUENCES + (uint64_t)sequence;
    source->bad = UINT32_MAX; /* no sequence number */
    source->seen = 1;
    source->received = 1;
    source->timed = false;
}

void rtp_source_begin(struct lan_rtp_source *source, uint32_t ssrc, uint16_t sequence)
{
    *source =
        (struct lan_rtp_source){.known = true, .ssrc = ssrc, .probation = RTP_MIN_SEQUENTIAL - 1};
    restart(source, sequence);
}

static enum rtp_order take_next(struct lan_rtp_source *source, uint16_t ahead)
{
    source->highest += ahead;
    source->seen = (ahead < 64 ? source->seen << ahead : 0) | 1;
    source->received++;
    source->bad = UINT32_MAX;
    return RTP_NEXT;
}

static enum rtp_order take_earlier(struct lan_rtp_source *source, uint16_t behind)
{
    if (behind >= 64 || source->seen >> behind & 1)
        return RTP_DUPLICATE;
    source->seen |= 1ull << behind;
    source->received++;
    /* Before the very first, which overtook it: it is expected from now on. */
    if (source->base > source->highest - behind)
        source->base = source->highest - behind;
    return RTP_EARLIER;
}

enum rtp_order rtp_source_update(struct lan_rtp_source *source, uint16_t sequence)
{
    uint16_t ahead = (uint16_t)(sequence - source->highest), behind = (uint16_t)(0 - ahead);
    if (source->probation > 0) {
        if (ahead >= RTP_NEAR && behind >= RTP_NEAR) {
            source->probation = RTP_MIN_SEQUENTIAL - 1;
            restart(source, sequence);
            return RTP_NOWHERE;
        }
        source->probation -= ahead != 0;
    }
    if (ahead > 0 && ahead < RTP_MAX_DROPOUT)
        return take_next(source, ahead);
    if (behind < RTP_MAX_MISORDER)
        return take_earlier(source, behind);
    if (sequence == source->bad) {
        restart(source, sequence);
        return RTP_RESTART;
    }
    source->bad = (uint16_t)(sequence + 1);
    return RTP_NOWHERE;
}

uint32_t rtp_source_highest(const struct lan_rtp_source *source)
{
    return (uint32_t)(source->highest - SEQUENCES);
}

void rtp_source_time(struct lan_rtp_source *source, uint32_t timestamp, uint32_t arrived)
{
    uint32_t transit = arrived - timestamp;
    int32_t change = (int32_t)(transit - source->transit);
    source->transit = transit;
    if (!source->timed) {
        source->timed = true;
        return;
    }
    uint32_t size = change < 0 ? 0u - (uint32_t)change : (uint32_t)change;
    source->jitter_x16 += size - ((source->jitter_x16 + 8) >> 4);
}
