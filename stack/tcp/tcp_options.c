/* TCP options (RFC 9293 section 3.1): maximum segment size, window scale and
 * timestamps (RFC 7323), SACK (RFC 2018). Others are stepped over by their length
 * (MUST-6). */
#include "tcp/tcb.h"

#include "base/bytes.h"

enum {
    OPTION_END = 0,
    OPTION_NOP = 1,
    OPTION_MSS = 2,
    OPTION_SCALE = 3,
    OPTION_SACK_PERMITTED = 4,
    OPTION_SACK = 5,
    OPTION_TIMESTAMPS = 8,
};
enum {
    OPTION_MSS_SIZE = 4,
    OPTION_SCALE_SIZE = 3,
    OPTION_SACK_PERMITTED_SIZE = 2,
    OPTION_TIMESTAMPS_SIZE = 10,
};

enum { SCALE_MAX = 14 }; /* RFC 7323 section 2.3: a larger one counts as 14 */

/* One option's value behind kind and length. False: the length is wrong. */
static bool parse_one(uint8_t kind, struct cursor value, struct tcp_options *options)
{
    size_t length = value.left + 2;
    switch (kind) {
    case OPTION_MSS:
        options->mss = cursor_take16(&value);
        return length == OPTION_MSS_SIZE;
    case OPTION_SCALE:
        options->scale = cursor_take8(&value);
        if (options->scale > SCALE_MAX)
            options->scale = SCALE_MAX;
        return length == OPTION_SCALE_SIZE;
    case OPTION_SACK_PERMITTED:
        options->sack_permitted = true;
        return length == OPTION_SACK_PERMITTED_SIZE;
    case OPTION_SACK:
        options->sack = value.at;
        options->sack_count = (uint8_t)(value.left / TCP_SACK_BLOCK_SIZE);
        return options->sack_count > 0 && value.left % TCP_SACK_BLOCK_SIZE == 0;
    case OPTION_TIMESTAMPS:
        options->has_timestamps = true;
        options->timestamp = cursor_take32(&value);
        options->timestamp_echo = cursor_take32(&value);
        return length == OPTION_TIMESTAMPS_SIZE;
    default:
        return true;
    }
}

bool tcp_parse_options(const uint8_t *bytes, size_t size, struct tcp_options *options)
{
    struct cursor cursor = cursor_of(bytes, size);
    *options = (struct tcp_options){.scale = TCP_NO_SCALE};

    /* Nearly every segment has just these. */
    if (size == TCP_TIMESTAMPS_SIZE && get32(bytes) == TCP_TIMESTAMPS_LAYOUT) {
        options->has_timestamps = true;
        options->timestamp = get32(bytes + 4);
        options->timestamp_echo = get32(bytes + 8);
        return true;
    }
    while (cursor.left > 0 && !cursor.failed) {
        uint8_t kind = cursor_take8(&cursor);
        if (kind == OPTION_END)
            return true;
        if (kind == OPTION_NOP)
            continue;

        uint8_t length = cursor_take8(&cursor);
        if (length < 2)
            return false;
        struct cursor value = cursor_of(cursor.at, length - 2u);
        if (!cursor_take(&cursor, value.left) || !parse_one(kind, value, options))
            return false;
    }
    return !cursor.failed;
}

size_t tcp_write_syn_options(uint8_t *at, const struct tcp_options *tell)
{
    size_t size = OPTION_MSS_SIZE;
    at[0] = OPTION_MSS;
    at[1] = OPTION_MSS_SIZE;
    put16(at + 2, tell->mss);
    if (tell->scale != TCP_NO_SCALE) {
        at[size] = OPTION_NOP;
        at[size + 1] = OPTION_SCALE;
        at[size + 2] = OPTION_SCALE_SIZE;
        at[size + 3] = tell->scale;
        size += 4;
    }
    if (tell->sack_permitted) {
        at[size] = OPTION_NOP;
        at[size + 1] = OPTION_NOP;
        at[size + 2] = OPTION_SACK_PERMITTED;
        at[size + 3] = OPTION_SACK_PERMITTED_SIZE;
        size += 4;
    }
    if (tell->has_timestamps) {
        put32(at + size, TCP_TIMESTAMPS_LAYOUT);
        put32(at + size + 4, tell->timestamp);
        put32(at + size + 8, tell->timestamp_echo);
        size += TCP_TIMESTAMPS_SIZE;
    }
    return size;
}

void tcp_learn_options(struct tcb *tcb, const struct tcp_options *options, size_t payload_max)
{
    uint32_t mss = options->mss ? options->mss : TCP_MSS_DEFAULT;
    mss = max_u32(mss, TCP_MSS_MIN);
    mss = min_u32(mss, (uint32_t)payload_max - TCP_HEADER_SIZE);
    if (options->scale != TCP_NO_SCALE) {
        tcb->flags |= TCB_SCALING;
        tcb->send_scale = options->scale;
    }
    if (options->sack_permitted)
        tcb->flags |= TCB_SACK;
    if (options->has_timestamps) {
        tcb->flags |= TCB_TIMESTAMPS;
        tcb->timestamp_recent = options->timestamp;
        tcb->timestamp_tick = tcb->tcp->now_tick;
        mss = max_u32(mss - TCP_TIMESTAMPS_SIZE, TCP_MSS_MIN); /* RFC 6691 section 2 */
    }
    tcb->mss = (uint16_t)mss;
}
