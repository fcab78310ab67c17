/* TCP options of a SYN (RFC 9293 section 3.1, RFC 7323 section 2): maximum segment
 * size and window scale. Others are stepped over by their length. */
#include "tcp/tcb.h"

#include "base/bytes.h"

enum { OPTION_END = 0, OPTION_NOP = 1, OPTION_MSS = 2, OPTION_SCALE = 3 };
enum { OPTION_MSS_SIZE = 4, OPTION_SCALE_SIZE = 3 };

enum { SCALE_MAX = 14 }; /* RFC 7323 section 2.3: a larger one counts as 14 */

bool tcp_parse_options(const uint8_t *bytes, size_t size, struct tcp_options *options)
{
    struct cursor cursor = cursor_of(bytes, size);
    *options = (struct tcp_options){.mss = 0, .scale = TCP_NO_SCALE};

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
        if (!cursor_take(&cursor, value.left))
            return false;

        if (kind == OPTION_MSS && length == OPTION_MSS_SIZE) {
            options->mss = cursor_take16(&value);
        } else if (kind == OPTION_SCALE && length == OPTION_SCALE_SIZE) {
            uint8_t scale = cursor_take8(&value);
            options->scale = scale > SCALE_MAX ? SCALE_MAX : scale;
        } else if (kind == OPTION_MSS || kind == OPTION_SCALE) {
            return false;
        }
    }
    return !cursor.failed;
}

size_t tcp_write_options(uint8_t *at, uint16_t mss, uint8_t scale)
{
    at[0] = OPTION_MSS;
    at[1] = OPTION_MSS_SIZE;
    put16(at + 2, mss);
    if (scale == TCP_NO_SCALE)
        return OPTION_MSS_SIZE;
    at[4] = OPTION_NOP;
    at[5] = OPTION_SCALE;
    at[6] = OPTION_SCALE_SIZE;
    at[7] = scale;
    return TCP_SYN_OPTIONS_SIZE;
}

uint8_t tcp_receive_scale(const struct tcp *tcp)
{
    uint8_t scale = 0;
    while (tcp->config.buffer_bytes >> scale > UINT16_MAX)
        scale++;
    return scale;
}

void tcp_learn_options(struct tcb *tcb, const struct tcp_options *options, size_t payload_max)
{
    uint32_t mss = options->mss ? options->mss : TCP_MSS_DEFAULT;
    mss = max_u32(mss, TCP_MSS_MIN);
    tcb->mss = (uint16_t)min_u32(mss, (uint32_t)payload_max - TCP_HEADER_SIZE);
    if (options->scale == TCP_NO_SCALE)
        return;
    tcb->flags |= TCB_SCALING;
    tcb->send_scale = options->scale;
    tcb->receive_scale = tcp_receive_scale(tcb->tcp);
}
