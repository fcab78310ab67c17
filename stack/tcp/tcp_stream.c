/* The upper side of TCP, the calls that move bytes and say what can be done now (RFC
 * 9293 sections 3.10.2 and 3.10.3). */
#include "tcp/tcb.h"

static bool can_send(const struct tcb *tcb)
{
    return tcb->state == TCP_ESTABLISHED || tcb->state == TCP_CLOSE_WAIT;
}

static bool is_opening(const struct tcb *tcb)
{
    return tcb->state == TCP_SYN_SENT || tcb->state == TCP_SYN_RECEIVED;
}

static uint32_t send_room(const struct tcb *tcb)
{
    return tcb->tcp->config.buffer_bytes - (tcb->send_end - tcb->send_unacked);
}

/* Nothing is there to read: the end, the pending error or -LAN_EAGAIN. */
static long nothing_to_read(struct tcb *tcb)
{
    if (tcb->flags & (TCB_PEER_CLOSED | TCB_READ_SHUT))
        return 0;
    if (tcb->error)
        return -tcp_take_error(tcb);
    return tcb_can_receive(tcb) || is_opening(tcb) ? -LAN_EAGAIN : -LAN_ENOTCONN;
}

static void take_as_read(struct tcb *tcb, uint32_t size)
{
    tcb->read_next += size;
    if (tcb_can_receive(tcb) && tcp_window_is_worth_telling(tcb))
        tcp_send_ack(tcb);
}

long tcp_read(struct tcb *tcb, void *memory, size_t size, int flags)
{
    uint32_t unread = tcb_unread(tcb);
    if (unread == 0)
        return nothing_to_read(tcb);
    uint32_t taken = size < unread ? (uint32_t)size : unread;
    tcp_ring_get(tcb->tcp, tcb->receive_buffer, tcb->read_next, memory, taken);
    if (!(flags & LAN_MSG_PEEK))
        take_as_read(tcb, taken);
    return (long)taken;
}

/* Room to write into; 0: none just now. Below 0: there will be none. */
static long room_to_write(struct tcb *tcb)
{
    if (tcb->error)
        return -tcp_take_error(tcb);
    if (is_opening(tcb))
        return tcb->flags & TCB_CLOSE_EARLY ? -LAN_EPIPE : 0;
    if (!can_send(tcb))
        return tcb->peer_port ? -LAN_EPIPE : -LAN_ENOTCONN;
    return (long)send_room(tcb);
}

long tcp_write(struct tcb *tcb, const void *memory, size_t size)
{
    long room = room_to_write(tcb);
    if (room < 0)
        return room;
    if (room == 0 && (size > 0 || is_opening(tcb)))
        return -LAN_EAGAIN;
    uint32_t taken = size < (size_t)room ? (uint32_t)size : (uint32_t)room;
    tcp_ring_put(tcb->tcp, tcb->send_buffer, tcb->send_end, memory, taken);
    tcb->send_end += taken;
    tcp_output(tcb);
    return (long)taken;
}

/* --- in place ---------------------------------------------------------------------- */

long tcp_receive_span(struct tcb *tcb, const uint8_t **bytes)
{
    uint32_t unread = tcb_unread(tcb), size;
    if (unread == 0)
        return nothing_to_read(tcb);
    *bytes = tcp_ring_span(tcb->tcp, tcb->receive_buffer, tcb->read_next, &size);
    tcb->flags |= TCB_RECEIVE_LENT;
    return (long)min_u32(size, unread);
}

/* Why nothing more can be done with it. */
static int over(struct tcb *tcb)
{
    return tcb->error ? -tcp_take_error(tcb) : -LAN_ENOTCONN;
}

int tcp_receive_done(struct tcb *tcb, size_t size)
{
    uint32_t unread = tcb_unread(tcb), to_edge;
    if (!(tcb->flags & TCB_RECEIVE_LENT))
        return -LAN_EINVAL;
    tcp_ring_span(tcb->tcp, tcb->receive_buffer, tcb->read_next, &to_edge);
    if (size > min_u32(to_edge, unread) && (tcb->state != TCP_CLOSED || unread > 0))
        return -LAN_EINVAL;
    tcb->flags &= ~(uint32_t)TCB_RECEIVE_LENT;
    if (size <= unread)
        take_as_read(tcb, (uint32_t)size);
    if (tcb->state == TCP_CLOSED && tcb_unread(tcb) == 0)
        tcp_free_receive_buffer(tcb);
    return size <= unread ? 0 : over(tcb);
}

long tcp_send_span(struct tcb *tcb, uint8_t **bytes)
{
    long room = room_to_write(tcb);
    uint32_t size;
    if (room <= 0)
        return room < 0 ? room : -LAN_EAGAIN;
    *bytes = tcp_ring_span(tcb->tcp, tcb->send_buffer, tcb->send_end, &size);
    tcb->flags |= TCB_SEND_LENT;
    return (long)min_u32(size, (uint32_t)room);
}

int tcp_send_done(struct tcb *tcb, size_t size)
{
    uint32_t to_edge;
    if (!(tcb->flags & TCB_SEND_LENT))
        return -LAN_EINVAL;
    tcp_ring_span(tcb->tcp, tcb->send_buffer, tcb->send_end, &to_edge);
    if (can_send(tcb) && size > min_u32(to_edge, send_room(tcb)))
        return -LAN_EINVAL;
    tcb->flags &= ~(uint32_t)TCB_SEND_LENT;
    if (can_send(tcb)) {
        tcb->send_end += (uint32_t)size;
        tcp_output(tcb);
        return 0;
    }
    if (tcp_has_delivered(tcb))
        tcp_free_send_buffer(tcb);
    return tcb->state == TCP_CLOSED ? over(tcb) : -LAN_EPIPE;
}

short tcp_events(const struct tcb *tcb)
{
    int events = 0;
    if (tcb->state == TCP_LISTEN)
        return tcb->listen.first != TCP_NONE ? LAN_POLLIN : 0;
    if (is_opening(tcb))
        return 0;
    if (tcb->error)
        events |= LAN_POLLERR;
    if (tcb->state == TCP_CLOSED)
        events |= LAN_POLLHUP | LAN_POLLOUT | (tcb->peer_port ? LAN_POLLIN : 0);
    if (tcb_unread(tcb) > 0 || (tcb->flags & (TCB_PEER_CLOSED | TCB_READ_SHUT)))
        events |= LAN_POLLIN;
    if (tcb->flags & TCB_PEER_CLOSED && tcb->state >= TCP_FIN_WAIT_1)
        events |= LAN_POLLHUP;
    /* A writer is called when a quarter is free, not for every byte; one whose
     * write can only fail is called at once. */
    if (!can_send(tcb) || send_room(tcb) >= tcb->tcp->config.buffer_bytes / 4)
        events |= LAN_POLLOUT;
    return (short)events;
}

int tcp_take_error(struct tcb *tcb)
{
    int error = tcb->error;
    tcb->error = 0;
    return error;
}
