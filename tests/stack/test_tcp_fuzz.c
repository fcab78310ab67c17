/* Random segments into every state, by seed: nothing crashes, nothing answers for
 * ever, the invariants of a control block hold, and memory stays whole. */
#include "base/bytes.h"
#include "tcp_bench.h"
#include "test.h"

static struct bench bench;

static uint64_t state;

static uint32_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16);
}

static struct tcb *listener_alone(struct bench *b)
{
    return bench_listen(b);
}

static struct tcb *sacking(struct bench *b)
{
    return bench_established_modern(b, 0);
}

static struct tcb *with_timestamps(struct bench *b)
{
    struct tcb *tcb = bench_established_modern(b, 1000);
    tcb->srtt_us8 = 8 * 20000;
    return tcb;
}

static struct tcb *kept_alive(struct bench *b)
{
    const struct tcp_keepalive often = {.on = true, .idle_s = 1, .interval_s = 1, .count = 3};
    struct tcb *tcb = bench_established_modern(b, 0);
    tcp_set_keepalive(tcb, &often);
    tcp_set_user_timeout(tcb, 3000);
    tcp_set_congestion(tcb, TCP_NEW_RENO);
    return tcb;
}

static struct tcb *(*const constructors[])(struct bench *) = {
    listener_alone,   bench_syn_sent,   bench_syn_received, bench_established, bench_accepted,
    bench_close_wait, bench_fin_wait_1, bench_fin_wait_2,   bench_closing,     bench_last_ack,
    bench_time_wait,  sacking,          with_timestamps,    kept_alive,
};

/* A number near something that matters, or anywhere. */
static uint32_t near(uint32_t base)
{
    switch (draw() % 6) {
    case 0:
        return draw();
    case 1:
        return base + draw() % 70000;
    case 2:
        return base - draw() % 70000;
    default:
        return base + draw() % 4;
    }
}

/* Timestamps, and SACK blocks whose edges are often those of segments in flight. */
static size_t write_likely_options(const struct tcb *tcb, uint8_t *at)
{
    size_t size = 0;
    if (tcb->flags & TCB_TIMESTAMPS || draw() % 8 == 0) {
        put32(at, TCP_TIMESTAMPS_LAYOUT);
        put32(at + 4, draw() % 16 ? tcb->timestamp_recent + draw() % 3 : near(1000));
        put32(at + 8, near(tcp_timestamp(tcb)));
        size = TCP_TIMESTAMPS_SIZE;
    }
    unsigned blocks = draw() % 4;
    if (blocks == 0)
        return size;
    put32(at + size, 0x01010500 | (2 + 8 * blocks));
    size += 4;
    for (unsigned edge = 0; edge < 2 * blocks; edge++, size += 4) {
        uint32_t number = near(tcb->send_unacked);
        if (tcb->sent_count > 0 && draw() % 8)
            number = tcp_sent_begin(tcb, draw() % tcb->sent_count) + (draw() % 16 == 0);
        put32(at + size, number);
    }
    return size;
}

/* ICMP's "fragmentation needed" and others, about what is in flight or near it. */
static void give_random_error(const struct tcb *tcb)
{
    uint8_t quoted[8];
    put16(quoted, bench.local_port);
    put16(quoted + 2, BENCH_PEER_PORT);
    put32(quoted + 4, near(tcb->send_unacked));
    tcp_receive_error(bench.tcp, BENCH_LOCAL_IP, BENCH_PEER_IP, quoted, draw() % 8 ? 3 : 11,
                      (uint8_t)(draw() % 2 ? 4 : draw() % 16), (uint16_t)(draw() % 1600));
}

static void give_random_segment(const struct tcb *tcb)
{
    uint8_t bytes[TCP_HEADER_SIZE_MAX + 200];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)draw();
    size_t header_size = draw() % 3 ? TCP_HEADER_SIZE : TCP_HEADER_SIZE + draw() % 11 * 4;
    if (draw() % 4)
        header_size = TCP_HEADER_SIZE + write_likely_options(tcb, bytes + TCP_HEADER_SIZE);
    put16(bytes, BENCH_PEER_PORT);
    put16(bytes + 2, bench.local_port);
    put32(bytes + 4, near(tcb->state == TCP_LISTEN ? bench.peer_isn : tcb->receive_next));
    uint32_t ours = draw() % 2 ? tcb->send_max : tcb->send_unacked;
    put32(bytes + 8, near(tcb->state == TCP_LISTEN ? 0 : ours));
    bytes[12] = (uint8_t)(header_size << 2);
    if (draw() % 50 == 0)
        bytes[12] = (uint8_t)draw();
    static const uint8_t likely[] = {TCP_ACK, TCP_ACK | TCP_PSH, TCP_ACK | TCP_FIN,
                                     TCP_SYN, TCP_SYN | TCP_ACK, TCP_RST,
                                     TCP_ACK};
    if (draw() % 4)
        bytes[13] = likely[draw() % sizeof likely];
    if (draw() % 4 == 0)
        put16(bytes + 14, 0);
    size_t size = header_size + (draw() % 2 ? draw() % 200 : 0);
    if (draw() % 50 == 0)
        size = draw() % TCP_HEADER_SIZE_MAX;
    bench_give_raw(&bench, bytes, size);
}

static void use_randomly(struct tcb *tcb)
{
    uint8_t bytes[3000] = {0};
    switch (draw() % 8) {
    case 0:
        (void)tcp_write(tcb, bytes, draw() % sizeof bytes);
        break;
    case 1:
        (void)tcp_read(tcb, bytes, draw() % sizeof bytes, draw() % 2 ? LAN_MSG_PEEK : 0);
        break;
    case 2:
        if (draw() % 30 == 0)
            (void)tcp_shutdown(tcb, (int)(draw() % 3));
        break;
    default:
        break;
    }
}

/* Ranges ahead of their time: each within the window, apart from all others. */
static void check_held(const struct tcb *tcb)
{
    const union tcp_note *notes = tcp_notes(tcb->tcp, tcb->receive_buffer);
    for (unsigned i = 0; i < tcb->held_count; i++) {
        struct tcp_range a = notes[i].held;
        ck_assert_int_gt(sequence_compare(a.begin, tcb->receive_next), 0);
        ck_assert_int_gt(sequence_compare(a.end, a.begin), 0);
        ck_assert_int_le(sequence_compare(a.end, tcb->receive_edge), 0);
        for (unsigned j = 0; j < i; j++) {
            struct tcp_range b = notes[j].held;
            ck_assert(sequence_compare(a.end, b.begin) < 0 || sequence_compare(b.end, a.begin) < 0);
        }
    }
}

/* Segments in flight: without gaps from SND.UNA to SND.NXT. */
static void check_sent(const struct tcb *tcb)
{
    unsigned small = 0;
    uint32_t begin = tcb->send_unacked;
    for (unsigned i = 0; i < tcb->sent_count; i++) {
        const struct sent *sent = tcp_sent_at(tcb, i);
        ck_assert_int_gt(sequence_compare(sent->end, begin), 0);
        ck_assert(!(sent->sacked && sent->lost));
        ck_assert((tcb->flags & TCB_MARKED) || (!sent->sacked && !sent->lost));
        begin = sent->end;
        small += sent->small;
    }
    ck_assert_uint_eq(begin, tcb->send_next);
    ck_assert_uint_eq(small, tcb->small_count);
}

static void check_block(const struct tcb *tcb)
{
    uint32_t capacity = tcb->tcp->config.buffer_bytes;
    ck_assert_int_le(tcb->state, TCP_TIME_WAIT);
    if (tcb->state < TCP_SYN_SENT)
        return;
    ck_assert_int_ge(sequence_compare(tcb->send_next, tcb->send_unacked), 0);
    ck_assert_int_ge(sequence_compare(tcb->send_max, tcb->send_next), 0);
    ck_assert_int_ge(sequence_compare(tcb->send_end + 1, tcb->send_max), 0);
    ck_assert_uint_le(tcb->held_count, TCP_HELD_RANGES);
    if (tcb->state < TCP_ESTABLISHED)
        return;
    ck_assert_uint_le(tcb_unread(tcb), capacity);
    ck_assert_int_ge(sequence_compare(tcb->receive_edge, tcb->receive_next), 0);
    ck_assert_int_le(sequence_compare(tcb->receive_edge, tcb->read_next + capacity), 0);
    if (tcb->receive_buffer != TCP_NONE)
        check_held(tcb);
    if (tcb->send_buffer != TCP_NONE)
        check_sent(tcb);
    ck_assert_uint_ge(tcb->mss, TCP_MSS_MIN);
    ck_assert_uint_ge(tcb->congestion_window, tcb->mss);
}

static void drop_what_was_sent(void)
{
    unsigned count = 0;
    while (fake_ip_take(&bench.ip))
        count++;
    ck_assert_uint_le(count, 200);
}

static void torment(uint64_t seed, unsigned constructor)
{
    const struct tcp_config config = {
        .connection_count = 6, .buffer_count = 4 + seed % 4, .buffer_bytes = 512u << seed % 7};
    state = seed * 0x9E3779B97F4A7C15u + constructor + 1;
    bench_start(&bench, &config);
    struct tcb *tcb = constructors[constructor](&bench);
    bool held = tcb->state == TCP_LISTEN || (tcb->flags & TCB_ATTACHED);
    for (unsigned i = 0; i < 300; i++) {
        give_random_segment(tcb);
        if (draw() % 16 == 0)
            give_random_error(tcb);
        check_block(tcb);
        if (held && tcb->state != TCP_LISTEN)
            use_randomly(tcb);
        bench.ip.refusal = draw() % 10 ? IP_OK : (enum ip_result)(draw() % 4);
        bench_step(&bench);
        bench.ip.refusal = IP_OK;
        drop_what_was_sent();
        if (draw() % 8 == 0) {
            bench_pass(&bench, draw() % 2000);
            drop_what_was_sent();
        }
        struct tcb *accepted = bench.listener ? tcp_accept(bench.listener) : NULL;
        if (accepted && accepted != tcb)
            tcp_close(accepted);
        else if (accepted)
            held = true;
        drop_what_was_sent();
    }
    if (held)
        tcp_close(tcb);
    if (bench.listener && bench.listener != tcb)
        tcp_close(bench.listener);
    /* All that is left ends by itself: half an hour is longer than any timer. */
    for (unsigned i = 0; i < 180; i++) {
        bench_pass(&bench, 10000);
        drop_what_was_sent();
    }
    ck_assert_msg(bench_blocks_used(&bench) == 0, "seed %lu: a block is left", seed);
}

START_TEST(test_random_segments_into_every_state_break_nothing)
{
    uint64_t first = test_seed(1);
    unsigned count = getenv("LANTERN_SEED") ? 1 : 30;
    for (uint64_t seed = first; seed < first + count; seed++)
        for (unsigned i = 0; i < sizeof constructors / sizeof *constructors; i++)
            torment(seed, i);
}
END_TEST

START_TEST(test_pure_noise_is_dropped_and_counted)
{
    uint64_t dropped;
    bench_start(&bench, NULL);
    bench_listen(&bench);
    state = test_seed(7);
    for (unsigned i = 0; i < 5000; i++) {
        uint8_t bytes[80];
        for (size_t j = 0; j < sizeof bytes; j++)
            bytes[j] = (uint8_t)draw();
        put16(bytes, (uint16_t)(draw() | 1));
        put16(bytes + 2, (uint16_t)(draw() | 0x8000)); /* not the listener's */
        bench_give_raw(&bench, bytes, draw() % sizeof bytes);
        drop_what_was_sent();
    }
    dropped = bench_counter(&bench, "tcp_drop_header") + bench_counter(&bench, "tcp_drop_no_port");
    ck_assert_uint_eq(dropped, 5000);
}
END_TEST

TEST_MAIN("tcp_fuzz", test_random_segments_into_every_state_break_nothing,
          test_pure_noise_is_dropped_and_counted)
