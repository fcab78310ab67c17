/* The bench of tcp_bench.h: segments by hand. The checksum is computed here byte
 * by byte, as an oracle for the stack's. */
#include "tcp_bench.h"

#include "base/bytes.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t give_random(void *context)
{
    struct bench *bench = context;
    return bench->random = bench->random * 1664525u + 1013904223u;
}

static void note_state(void *context, int descriptor, const char *from, const char *to)
{
    struct bench *bench = context;
    (void)descriptor;
    ck_assert_str_ne(from, to);
    size_t used = strlen(bench->states);
    snprintf(bench->states + used, sizeof bench->states - used, "%s%s", used ? " " : "", to);
}

void bench_start(struct bench *bench, const struct tcp_config *config)
{
    struct tcp_config usual = {.connection_count = 8, .buffer_count = 6, .buffer_bytes = 1 << 16};
    memset(bench, 0, sizeof *bench);
    if (config)
        usual = *config;
    fake_ip_init(&bench->ip, BENCH_LOCAL_IP);
    bench->random = 12345;
    bench->now_us = 1000000;
    bench->peer_isn = 0xFFFFFF00u; /* every stream wraps soon */
    bench->local_port = BENCH_LOCAL_PORT;
    bench->port = (struct lan_port){.context = bench, .random = give_random};
    bench->trace = (struct lan_trace){.context = bench, .state = note_state};
    usual.ip = &bench->ip;
    usual.port = &bench->port;
    usual.trace = &bench->trace;
    ck_assert_uint_le(tcp_memory_size(&usual), sizeof bench->memory);
    bench->tcp = tcp_init(bench->memory, &usual, bench->now_us);
}

static uint16_t oracle_checksum(lan_ip4 source, lan_ip4 target, const uint8_t *bytes, size_t size)
{
    uint64_t sum = (source >> 16) + (source & 0xFFFF) + (target >> 16) + (target & 0xFFFF) +
                   IP_PROTOCOL_TCP + size;
    for (size_t i = 0; i < size; i++)
        sum += i & 1 ? bytes[i] : (uint64_t)bytes[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)~sum;
}

static void receive(struct bench *bench, const uint8_t *bytes, size_t size, bool to_group,
                    bool checked)
{
    /* A block of its own size, so that ASan sees any read beyond it. */
    uint8_t *copy = malloc(size ? size : 1);
    if (size)
        memcpy(copy, bytes, size);
    const struct ip_packet packet = {
        .source = BENCH_PEER_IP,
        .target = BENCH_LOCAL_IP,
        .protocol = IP_PROTOCOL_TCP,
        .to_group = to_group,
        .payload = copy,
        .payload_size = size,
        .checksum_checked = checked,
    };
    tcp_set_time(bench->tcp, bench->now_us);
    tcp_receive(bench->tcp, &packet);
    free(copy);
}

void bench_give_raw(struct bench *bench, const uint8_t *bytes, size_t size)
{
    uint8_t copy[2048];
    ck_assert_uint_le(size, sizeof copy);
    memcpy(copy, bytes, size);
    if (size >= TCP_HEADER_SIZE) {
        put16(copy + 16, 0);
        put16(copy + 16, oracle_checksum(BENCH_PEER_IP, BENCH_LOCAL_IP, copy, size));
    }
    receive(bench, copy, size, false, false);
}

/* Timestamps and SACK as Linux lays them out; behind the options that are there. */
static size_t write_modern_options(const struct bench *bench, const struct given *given,
                                   uint8_t *at)
{
    uint8_t *begin = at;
    if (given->timestamp) {
        put32(at, 0x0101080A);
        put32(at + 4, given->timestamp);
        put32(at + 8, given->timestamp_echo ? given->timestamp_echo : bench->timestamp_seen);
        at += 12;
    }
    unsigned blocks = 0;
    while (blocks < 4 && given->sack[blocks].begin != given->sack[blocks].end)
        blocks++;
    if (blocks > 0) {
        put16(at, 0x0101);
        at[2] = 5;
        at[3] = (uint8_t)(2 + 8 * blocks);
        at += 4;
    }
    for (unsigned i = 0; i < blocks; i++, at += 8) {
        put32(at, bench->local_isn + given->sack[i].begin);
        put32(at + 4, bench->local_isn + given->sack[i].end);
    }
    return (size_t)(at - begin);
}

void bench_give(struct bench *bench, const struct given *given)
{
    uint8_t bytes[2048] = {0};
    size_t size = given->size || !given->data ? given->size : strlen(given->data);
    size_t header_size = TCP_HEADER_SIZE + given->options_size;
    header_size += write_modern_options(bench, given, bytes + header_size);
    put16(bytes, given->source_port ? given->source_port : BENCH_PEER_PORT);
    put16(bytes + 2, bench->local_port);
    put32(bytes + 4, bench->peer_isn + given->sequence);
    if (given->flags & TCP_ACK)
        put32(bytes + 8, bench->local_isn + given->acknowledgment);
    bytes[12] = (uint8_t)(header_size << 2);
    bytes[13] = given->flags;
    put16(bytes + 14, (uint16_t)(given->window < 0    ? 0
                                 : given->window == 0 ? BENCH_WINDOW
                                                      : given->window));
    if (given->options_size)
        memcpy(bytes + TCP_HEADER_SIZE, given->options, given->options_size);
    for (size_t i = 0; i < size; i++)
        bytes[header_size + i] = given->data ? (uint8_t)given->data[i] : (uint8_t)i;
    put16(bytes + 16, oracle_checksum(BENCH_PEER_IP, BENCH_LOCAL_IP, bytes, header_size + size));
    if (given->bad_checksum)
        bytes[17] ^= 0x10;
    receive(bench, bytes, header_size + size, given->to_group, given->checksum_checked);
}

void bench_step(struct bench *bench)
{
    bench->deadline_us = tcp_step(bench->tcp, bench->now_us);
    ck_assert_uint_gt(bench->deadline_us, bench->now_us);
}

void bench_pass(struct bench *bench, uint64_t ms)
{
    uint64_t end_us = bench->now_us + ms * 1000;
    bench_step(bench);
    while (bench->deadline_us <= end_us) {
        bench->now_us = bench->deadline_us;
        bench_step(bench);
    }
    bench->now_us = end_us;
    bench_step(bench);
}

bool bench_take(struct bench *bench, struct seen *seen)
{
    const struct fake_packet *packet = fake_ip_take(&bench->ip);
    memset(seen, 0, sizeof *seen);
    if (!packet)
        return false;
    const uint8_t *at = packet->payload;
    ck_assert_uint_ge(packet->size, TCP_HEADER_SIZE);
    size_t header_size = (at[12] >> 4) * 4u;
    ck_assert_uint_eq(packet->source, BENCH_LOCAL_IP);
    ck_assert_uint_eq(packet->target, BENCH_PEER_IP);
    ck_assert_uint_eq(oracle_checksum(packet->source, packet->target, at, packet->size), 0);
    ck_assert(
        tcp_parse_options(at + TCP_HEADER_SIZE, header_size - TCP_HEADER_SIZE, &seen->options));

    seen->flags = at[13];
    seen->source_port = get16(at);
    seen->target_port = get16(at + 2);
    seen->raw_sequence = get32(at + 4);
    seen->window = get16(at + 14);
    seen->size = packet->size - header_size;
    memcpy(seen->data, at + header_size, seen->size);
    if (seen->flags & TCP_SYN && !bench->local_known) {
        bench->local_isn = seen->raw_sequence;
        bench->local_port = seen->source_port;
        bench->local_known = true;
    }
    if (seen->options.has_timestamps)
        bench->timestamp_seen = seen->options.timestamp;
    seen->sequence = seen->raw_sequence - bench->local_isn;
    seen->acknowledgment = seen->flags & TCP_ACK ? get32(at + 8) - bench->peer_isn : get32(at + 8);
    return true;
}

struct seen bench_expect(struct bench *bench, uint8_t flags, uint32_t sequence,
                         uint32_t acknowledgment, size_t size)
{
    struct seen seen;
    ck_assert_msg(bench_take(bench, &seen), "nothing was sent");
    ck_assert_msg((seen.flags & ~TCP_PSH) == flags, "flags 0x%x, not 0x%x", seen.flags, flags);
    ck_assert_msg(seen.sequence == sequence, "sequence %u, not %u", seen.sequence, sequence);
    ck_assert_msg(seen.acknowledgment == acknowledgment, "acknowledgment %u, not %u",
                  seen.acknowledgment, acknowledgment);
    ck_assert_msg(seen.size == size, "size %zu, not %zu", seen.size, size);
    return seen;
}

void bench_expect_nothing(struct bench *bench)
{
    struct seen seen;
    ck_assert_msg(!bench_take(bench, &seen), "sent: flags 0x%x sequence %u ack %u size %zu",
                  seen.flags, seen.sequence, seen.acknowledgment, seen.size);
}

/* --- a block in every state ------------------------------------------------------ */

struct tcb *bench_listen(struct bench *bench)
{
    const struct lan_address local = {.ip = 0, .port = BENCH_LOCAL_PORT};
    struct tcb *tcb = tcp_open(bench->tcp);
    ck_assert_int_eq(tcp_bind(tcb, &local), 0);
    ck_assert_int_eq(tcp_listen(tcb, 3), 0);
    return bench->listener = tcb;
}

static struct tcb *connection(struct bench *bench)
{
    return tcp_find_connection(bench->tcp, BENCH_LOCAL_IP, bench->local_port, BENCH_PEER_IP,
                               BENCH_PEER_PORT);
}

struct tcb *bench_syn_sent(struct bench *bench)
{
    const struct lan_address peer = {.ip = BENCH_PEER_IP, .port = BENCH_PEER_PORT};
    struct tcb *tcb = tcp_open(bench->tcp);
    bench->local_known = false;
    ck_assert_int_eq(tcp_connect(tcb, &peer), -LAN_EINPROGRESS);
    bench_expect(bench, TCP_SYN, 0, 0, 0);
    return tcb;
}

static const uint8_t mss_1460[] = {2, 4, BENCH_MSS >> 8, BENCH_MSS & 0xFF};

struct tcb *bench_syn_received(struct bench *bench)
{
    if (!bench->listener)
        bench_listen(bench);
    bench->local_known = false;
    GIVE(bench, .flags = TCP_SYN, .options = mss_1460, .options_size = sizeof mss_1460);
    bench_step(bench);
    bench_expect(bench, TCP_SYN | TCP_ACK, 0, 1, 0);
    return connection(bench);
}

struct tcb *bench_established(struct bench *bench)
{
    struct tcb *tcb = bench_syn_sent(bench);
    GIVE(bench, .flags = TCP_SYN | TCP_ACK, .acknowledgment = 1, .options = mss_1460,
         .options_size = sizeof mss_1460);
    bench_step(bench);
    bench_expect(bench, TCP_ACK, 1, 1, 0);
    bench_expect_nothing(bench);
    ASSERT_STATE(tcb, "ESTABLISHED");
    return tcb;
}

struct tcb *bench_established_modern(struct bench *bench, uint32_t timestamp)
{
    static const uint8_t options[] = {2, 4, BENCH_MSS >> 8, BENCH_MSS & 0xFF, 1, 1, 4, 2};
    struct tcb *tcb = bench_syn_sent(bench);
    GIVE(bench, .flags = TCP_SYN | TCP_ACK, .acknowledgment = 1, .options = options,
         .options_size = sizeof options, .timestamp = timestamp);
    bench_step(bench);
    bench_expect(bench, TCP_ACK, 1, 1, 0);
    ASSERT_STATE(tcb, "ESTABLISHED");
    return tcb;
}

struct tcb *bench_accepted(struct bench *bench)
{
    struct tcb *tcb = bench_syn_received(bench);
    GIVE(bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1);
    bench_step(bench);
    bench_expect_nothing(bench);
    ck_assert_ptr_eq(tcp_accept(bench->listener), tcb);
    return tcb;
}

struct tcb *bench_close_wait(struct bench *bench)
{
    struct tcb *tcb = bench_established(bench);
    GIVE(bench, .flags = TCP_FIN | TCP_ACK, .sequence = 1, .acknowledgment = 1);
    bench_step(bench);
    bench_expect(bench, TCP_ACK, 1, 2, 0);
    return tcb;
}

struct tcb *bench_fin_wait_1(struct bench *bench)
{
    struct tcb *tcb = bench_established(bench);
    ck_assert_int_eq(tcp_shutdown(tcb, LAN_SHUT_WR), 0);
    bench_expect(bench, TCP_FIN | TCP_ACK, 1, 1, 0);
    return tcb;
}

struct tcb *bench_fin_wait_2(struct bench *bench)
{
    struct tcb *tcb = bench_fin_wait_1(bench);
    GIVE(bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 2);
    bench_step(bench);
    bench_expect_nothing(bench);
    return tcb;
}

struct tcb *bench_closing(struct bench *bench)
{
    struct tcb *tcb = bench_fin_wait_1(bench);
    GIVE(bench, .flags = TCP_FIN | TCP_ACK, .sequence = 1, .acknowledgment = 1);
    bench_step(bench);
    bench_expect(bench, TCP_ACK, 2, 2, 0);
    return tcb;
}

struct tcb *bench_last_ack(struct bench *bench)
{
    struct tcb *tcb = bench_close_wait(bench);
    ck_assert_int_eq(tcp_shutdown(tcb, LAN_SHUT_WR), 0);
    bench_expect(bench, TCP_FIN | TCP_ACK, 1, 2, 0);
    return tcb;
}

struct tcb *bench_time_wait(struct bench *bench)
{
    struct tcb *tcb = bench_fin_wait_2(bench);
    GIVE(bench, .flags = TCP_FIN | TCP_ACK, .sequence = 1, .acknowledgment = 2);
    bench_step(bench);
    bench_expect(bench, TCP_ACK, 2, 2, 0);
    return tcb;
}

uint64_t bench_counter(const struct bench *bench, const char *name)
{
    uint64_t value;
    const char *have;
    for (unsigned i = 0; (have = tcp_counter(bench->tcp, i, &value)) != NULL; i++)
        if (strcmp(have, name) == 0)
            return value;
    ck_abort_msg("no counter %s", name);
    return 0;
}

unsigned bench_blocks_used(const struct bench *bench)
{
    unsigned used = 0;
    const struct tcb *tcb;
    for (unsigned i = 0; tcp_connection(bench->tcp, i, &tcb); i++)
        used += tcb != NULL;
    return used;
}
