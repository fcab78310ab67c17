/* The bad wire of tcp_link.h. */
#include "tcp_link.h"

#include <check.h>
#include <stdlib.h>

uint32_t link_random(struct link *link)
{
    link->random ^= link->random << 13;
    link->random ^= link->random >> 7;
    link->random ^= link->random << 17;
    return (uint32_t)(link->random >> 16);
}

static bool chance(struct link *link, unsigned permille)
{
    return permille > 0 && link_random(link) % 1000 < permille;
}

static uint32_t give_random(void *context)
{
    struct link_end *end = context;
    return end->random = end->random * 1664525u + 1013904223u;
}

/* --- the wire -------------------------------------------------------------------- */

static void put_on_wire(struct link_end *to, const struct fake_packet *packet, uint64_t due_us)
{
    ck_assert_msg(to->in_count < LINK_PACKETS_MAX, "more packets on the wire than there is room");
    to->in[to->in_count++] =
        (struct link_packet){.due_us = due_us, .order = to->link->order++, .packet = *packet};
}

static void transmit(void *context, const struct fake_packet *packet)
{
    struct link_end *from = context;
    struct link *link = from->link;
    const struct link_wire *wire = &link->wire;
    uint64_t leaves_us = link->now_us;
    link->sent_packets++;
    if (wire->rate_kbps) {
        uint64_t time_us = (packet->size + 58) * 8000 / wire->rate_kbps;
        if (from->wire_free_us < link->now_us)
            from->wire_free_us = link->now_us;
        if (wire->queue_packets &&
            from->wire_free_us - link->now_us > wire->queue_packets * time_us) {
            link->lost_packets++;
            return;
        }
        from->wire_free_us += time_us;
        leaves_us = from->wire_free_us;
    }
    if (chance(link, wire->loss_permille)) {
        link->lost_packets++;
        link->lost_segments += packet->size > 100;
        return;
    }
    struct fake_packet copy = *packet;
    if (chance(link, wire->corrupt_permille))
        copy.payload[link_random(link) % copy.size] ^= (uint8_t)(1u << link_random(link) % 8);
    unsigned copies = chance(link, wire->duplicate_permille) ? 2 : 1;
    for (unsigned i = 0; i < copies; i++) {
        uint64_t jitter_us = wire->jitter_us ? link_random(link) % wire->jitter_us : 0;
        put_on_wire(from->other, &copy, leaves_us + wire->delay_us + jitter_us);
    }
}

static struct link_packet *next_packet(struct link_end *end)
{
    struct link_packet *next = NULL;
    for (unsigned i = 0; i < end->in_count; i++)
        if (!next || end->in[i].due_us < next->due_us ||
            (end->in[i].due_us == next->due_us && end->in[i].order < next->order))
            next = &end->in[i];
    return next;
}

static void take_in(struct link_end *end)
{
    struct link_packet *next;
    while ((next = next_packet(end)) != NULL && next->due_us <= end->link->now_us) {
        struct fake_packet packet = next->packet;
        *next = end->in[--end->in_count];
        const struct ip_packet received = {
            .source = packet.source,
            .target = packet.target,
            .protocol = IP_PROTOCOL_TCP,
            .payload = packet.payload,
            .payload_size = packet.size,
        };
        tcp_receive(end->tcp, &received);
    }
}

/* --- the applications ------------------------------------------------------------ */

static uint8_t stream_byte(uint64_t seed, unsigned index, uint64_t offset)
{
    uint64_t hash = (offset + seed + index * 77u) * 0x9E3779B97F4A7C15u;
    return (uint8_t)(hash >> 56);
}

static void write_some(struct link_end *end, unsigned index)
{
    struct link_stream *stream = &end->stream;
    uint8_t bytes[4000];
    while (stream->sent < stream->to_send) {
        uint64_t size = 1 + link_random(end->link) % sizeof bytes;
        if (size > stream->to_send - stream->sent)
            size = stream->to_send - stream->sent;
        for (uint64_t i = 0; i < size; i++)
            bytes[i] = stream_byte(end->link->wire.seed, index, stream->sent + i);
        long written = tcp_write(stream->tcb, bytes, size);
        if (written == -LAN_EAGAIN)
            return;
        if (written < 0) {
            stream->failed = true;
            return;
        }
        stream->sent += (uint64_t)written;
    }
    if (stream->tcb->state >= TCP_ESTABLISHED && (!stream->linger || stream->ended))
        tcp_shutdown(stream->tcb, LAN_SHUT_WR);
}

static void read_some(struct link_end *end, unsigned index)
{
    struct link_stream *stream = &end->stream;
    uint8_t bytes[5000];
    if (end->link->now_us < stream->next_read_us)
        return;
    for (;;) {
        size_t size = 1 + link_random(end->link) % sizeof bytes;
        long got = tcp_read(stream->tcb, bytes, size, 0);
        if (got == -LAN_EAGAIN)
            return;
        if (got < 0)
            stream->failed = true;
        if (got <= 0) {
            stream->ended = true;
            return;
        }
        for (long i = 0; i < got; i++)
            stream->wrong += bytes[i] != stream_byte(end->link->wire.seed, !index,
                                                     stream->received + (uint64_t)i);
        stream->received += (uint64_t)got;
        uint64_t pause_us = stream->last_read_us ? end->link->now_us - stream->last_read_us : 0;
        if (pause_us > stream->longest_stall_us)
            stream->longest_stall_us = pause_us;
        stream->last_read_us = end->link->now_us;
        if (stream->read_pause_us) {
            stream->next_read_us = end->link->now_us + stream->read_pause_us;
            return;
        }
    }
}

static void run_application(struct link_end *end, unsigned index)
{
    struct link_stream *stream = &end->stream;
    if (index == 1 && !stream->tcb && !stream->closed)
        stream->tcb = tcp_accept(end->link->listener);
    if (!stream->tcb)
        return;
    if (!stream->ended)
        read_some(end, index);
    if (!stream->failed)
        write_some(end, index);
    if (stream->failed || (stream->ended && stream->sent == stream->to_send)) {
        tcp_close(stream->tcb);
        stream->tcb = NULL;
        stream->closed = true;
    }
}

/* --- time ------------------------------------------------------------------------ */

void link_start(struct link *link, const struct link_wire *wire)
{
    memset(link, 0, sizeof *link);
    link->wire = *wire;
    link->random = wire->seed * 0x9E3779B97F4A7C15u + 1;
    link->now_us = 5000000;
    for (unsigned i = 0; i < 2; i++) {
        struct link_end *end = &link->ends[i];
        fake_ip_init(&end->ip, LAN_IP4(10, 0, 0, 1 + i));
        if (wire->mss)
            end->ip.payload_max = wire->mss + TCP_HEADER_SIZE;
        end->ip.deliver = transmit;
        end->ip.context = end;
        end->link = link;
        end->other = &link->ends[!i];
        end->random = link_random(link);
        end->port = (struct lan_port){.context = end, .random = give_random};
        const struct tcp_config config = {.ip = &end->ip,
                                          .port = &end->port,
                                          .connection_count = 8,
                                          .buffer_count = 8,
                                          .buffer_bytes = wire->buffer_bytes};
        ck_assert_uint_le(tcp_memory_size(&config), sizeof end->memory);
        end->tcp = tcp_init(end->memory, &config, link->now_us);
        end->deadline_us = link->now_us;
    }
}

void link_connect(struct link *link, uint64_t bytes_0, uint64_t bytes_1)
{
    const struct lan_address at = {.ip = link->ends[1].ip.address, .port = 7};
    link->listener = tcp_open(link->ends[1].tcp);
    ck_assert_int_eq(tcp_bind(link->listener, &at), 0);
    ck_assert_int_eq(tcp_listen(link->listener, 4), 0);
    link->ends[0].stream = (struct link_stream){.to_send = bytes_0};
    link->ends[1].stream = (struct link_stream){.to_send = bytes_1};
    link->ends[0].stream.tcb = tcp_open(link->ends[0].tcp);
    ck_assert_int_eq(tcp_connect(link->ends[0].stream.tcb, &at), -LAN_EINPROGRESS);
}

static uint64_t next_event(struct link *link)
{
    uint64_t next_us = LAN_NEVER;
    for (unsigned i = 0; i < 2; i++) {
        struct link_end *end = &link->ends[i];
        const struct link_packet *packet = next_packet(end);
        if (packet && packet->due_us < next_us)
            next_us = packet->due_us;
        if (end->deadline_us < next_us)
            next_us = end->deadline_us;
        if (end->stream.tcb && end->stream.next_read_us > link->now_us &&
            end->stream.next_read_us < next_us)
            next_us = end->stream.next_read_us;
    }
    return next_us;
}

static void step(struct link *link)
{
    for (unsigned i = 0; i < 2; i++) {
        struct link_end *end = &link->ends[i];
        end->ip.refusal = chance(link, link->wire.no_room_permille) ? IP_AGAIN : IP_OK;
        end->ip.refuse_after = end->ip.refusal == IP_OK ? 0 : link_random(link) % 3;
        tcp_set_time(end->tcp, link->now_us);
        take_in(end);
        run_application(end, i);
        end->deadline_us = tcp_step(end->tcp, link->now_us);
    }
}

static bool run(struct link *link, uint64_t us, bool (*is_done)(const struct link *link))
{
    uint64_t end_us = link->now_us + us;
    step(link);
    while (!is_done(link)) {
        uint64_t next_us = next_event(link);
        if (next_us > end_us)
            return false;
        if (next_us > link->now_us)
            link->now_us = next_us;
        step(link);
    }
    return true;
}

static bool both_closed(const struct link *link)
{
    return link->ends[0].stream.closed && link->ends[1].stream.closed;
}

unsigned link_blocks_used(const struct link_end *end)
{
    unsigned used = 0;
    const struct tcb *tcb;
    for (unsigned i = 0; tcp_connection(end->tcp, i, &tcb); i++)
        used += tcb != NULL && tcb->state != TCP_LISTEN;
    return used;
}

static bool nothing_left(const struct link *link)
{
    return link_blocks_used(&link->ends[0]) == 0 && link_blocks_used(&link->ends[1]) == 0;
}

bool link_run(struct link *link, uint64_t us)
{
    return run(link, us, both_closed);
}

bool link_run_out(struct link *link, uint64_t us)
{
    return run(link, us, nothing_left);
}
