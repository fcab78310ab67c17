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

long tcp_read(struct tcb *tcb, void *memory, size_t size, int flags)
{
    uint32_t unread = tcb_unread(tcb);
    if (unread > 0) {
        uint32_t taken = size < unread ? (uint32_t)size : unread;
        tcp_ring_get(tcb->tcp, tcb->receive_buffer, tcb->read_next, memory, taken);
        if (flags & LAN_MSG_PEEK)
            return (long)taken;
        tcb->read_next += taken;
        if (tcb_can_receive(tcb) && tcp_window_is_worth_telling(tcb))
            tcp_send_ack(tcb);
        return (long)taken;
    }
    if (tcb->flags & (TCB_PEER_CLOSED | TCB_READ_SHUT))
        return 0;
    if (tcb->error)
        return -tcp_take_error(tcb);
    return tcb_can_receive(tcb) || is_opening(tcb) ? -LAN_EAGAIN : -LAN_ENOTCONN;
}

long tcp_write(struct tcb *tcb, const void *memory, size_t size)
{
    if (tcb->error)
        return -tcp_take_error(tcb);
    if (is_opening(tcb))
        return tcb->flags & TCB_CLOSE_EARLY ? -LAN_EPIPE : -LAN_EAGAIN;
    if (!can_send(tcb))
        return tcb->peer_port ? -LAN_EPIPE : -LAN_ENOTCONN;
    uint32_t room = send_room(tcb);
    if (room == 0 && size > 0)
        return -LAN_EAGAIN;
    uint32_t taken = size < room ? (uint32_t)size : room;
    tcp_ring_put(tcb->tcp, tcb->send_buffer, tcb->send_end, memory, taken);
    tcb->send_end += taken;
    tcp_output(tcb);
    return (long)taken;
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
