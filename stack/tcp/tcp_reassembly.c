/* Steps 7 and 8 of RFC 9293 section 3.10.7.4: the data and the FIN.
 *
 * Data goes into the receive ring where it belongs, also ahead of its time; what
 * is there behind a gap is remembered as a few ranges, apart from each other, in the
 * ring's notes. The one that grew last stands first: so SACK tells them (RFC 2018
 * section 4). There is no queue of segments that a peer could fill. */
#include "tcp/tcb.h"

static unsigned held_max(const struct tcb *tcb)
{
    return min_u32(TCP_HELD_RANGES, tcb->tcp->note_mask + 1u);
}

static void remove_held(struct tcb *tcb, union tcp_note *notes, unsigned index)
{
    tcb->held_count--;
    memmove(&notes[index], &notes[index + 1], (tcb->held_count - index) * sizeof *notes);
}

/* Remembers [begin, end), joined with the ranges it meets. False: no place. */
static bool hold(struct tcb *tcb, uint32_t begin, uint32_t end)
{
    union tcp_note *notes = tcp_notes(tcb->tcp, tcb->receive_buffer);
    struct tcp_range joined = {begin, end};
    for (unsigned i = 0; i < tcb->held_count;) {
        struct tcp_range held = notes[i].held;
        if (sequence_compare(held.end, begin) < 0 || sequence_compare(end, held.begin) < 0) {
            i++;
            continue;
        }
        if (sequence_compare(held.begin, begin) <= 0 && sequence_compare(end, held.end) <= 0)
            tcp_sack_duplicate(tcb, begin, end);
        if (sequence_compare(held.begin, joined.begin) < 0)
            joined.begin = held.begin;
        if (sequence_compare(held.end, joined.end) > 0)
            joined.end = held.end;
        remove_held(tcb, notes, i);
    }
    if (tcb->held_count == held_max(tcb))
        return false;
    memmove(&notes[1], &notes[0], tcb->held_count * sizeof *notes);
    notes[0].held = joined;
    tcb->held_count++;
    return true;
}

/* What was held and now follows without a gap. Ranges are apart from each other, so
 * that at most one does; older ones may lie within what came. */
static void absorb(struct tcb *tcb)
{
    union tcp_note *notes = tcp_notes(tcb->tcp, tcb->receive_buffer);
    for (unsigned i = 0; i < tcb->held_count;) {
        struct tcp_range held = notes[i].held;
        if (sequence_compare(held.begin, tcb->receive_next) > 0) {
            i++;
            continue;
        }
        if (sequence_compare(held.end, tcb->receive_next) > 0)
            tcb->receive_next = held.end;
        remove_held(tcb, notes, i);
    }
}

static void acknowledge_now(struct tcb *tcb)
{
    tcb->ack = TCP_ACK_NOW;
    tcp_want_output(tcb);
}

/* RFC 5681 section 4.2: every second segment, and what fills a gap, at once. */
void tcp_receive_in_order(struct tcb *tcb, const struct segment *segment)
{
    bool gap = tcb->held_count > 0;
    if (!segment->placed)
        tcp_ring_put(tcb->tcp, tcb->receive_buffer, segment->sequence, segment->data,
                     segment->size);
    tcb->receive_next += segment->size;
    if (gap)
        absorb(tcb);
    if (tcb->flags & TCB_READ_SHUT)
        tcb->read_next = tcb->receive_next;

    if (gap || tcb->ack != TCP_ACK_NONE)
        acknowledge_now(tcb);
    else
        tcp_delay_ack(tcb);
}

/* Behind a gap. The peer counts the duplicate ACKs, so each leaves by itself. */
static void receive_ahead(struct tcb *tcb, const struct segment *segment)
{
    if (hold(tcb, segment->sequence, segment->sequence + segment->size)) {
        tcb->tcp->counters.tcp_held_segments++;
        tcp_ring_put(tcb->tcp, tcb->receive_buffer, segment->sequence, segment->data,
                     segment->size);
    } else {
        tcb->tcp->counters.tcp_drop_held++;
    }
    tcp_send_ack(tcb);
}

static bool fin_is_next(const struct tcb *tcb)
{
    return tcb->flags & TCB_FIN_HELD && tcb->receive_next == tcb->fin_sequence;
}

static void receive_fin(struct tcb *tcb)
{
    tcb->receive_next++;
    tcb->held_count = 0;
    tcb->flags = (tcb->flags & ~(uint32_t)TCB_FIN_HELD) | TCB_PEER_CLOSED;
    if (tcb->flags & TCB_READ_SHUT)
        tcb->read_next = tcb->receive_next - 1;
    acknowledge_now(tcb);

    if (tcb->state == TCP_ESTABLISHED)
        tcp_set_state(tcb, TCP_CLOSE_WAIT);
    else if (tcb->state == TCP_FIN_WAIT_1)
        tcp_set_state(tcb, TCP_CLOSING);
    else
        tcp_enter_time_wait(tcb);
}

/* Leaves what is new and in the window. */
static void trim(struct tcb *tcb, struct segment *segment)
{
    int32_t old = sequence_compare(tcb->receive_next, segment->sequence);
    if (old > 0) {
        uint32_t cut = min_u32((uint32_t)old, segment->size);
        tcp_sack_duplicate(tcb, segment->sequence, segment->sequence + cut);
        segment->sequence += cut;
        segment->data += cut;
        segment->size -= cut;
    }
    uint32_t room = tcb->receive_edge - segment->sequence;
    if (segment->size >= room) {
        segment->size = room;
        segment->flags &= (uint8_t)~TCP_FIN; /* it would stand beyond the edge */
    }
}

void tcp_receive_data(struct tcb *tcb, struct segment *segment)
{
    if (segment_length(segment) == 0)
        return;
    if (!tcb_can_receive(tcb)) {
        tcb->tcp->counters.tcp_drop_state++; /* behind the peer's FIN */
        return;
    }

    trim(tcb, segment);
    if (segment->size > 0 && tcb->receive_buffer == TCP_NONE) {
        tcp_send_reset(tcb); /* nobody will read it (RFC 9293 section 3.6.1) */
        tcp_end(tcb, 0);
        return;
    }
    if (segment->flags & TCP_FIN) {
        tcb->flags |= TCB_FIN_HELD;
        tcb->fin_sequence = segment->sequence + segment->size;
    }

    if (segment->size > 0 && segment->sequence == tcb->receive_next)
        tcp_receive_in_order(tcb, segment);
    else if (segment->size > 0)
        receive_ahead(tcb, segment);
    else if (!fin_is_next(tcb))
        tcp_send_ack(tcb); /* a FIN ahead of its time */

    if (fin_is_next(tcb))
        receive_fin(tcb);
}
