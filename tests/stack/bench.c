/* A whole host on a fake adapter: see bench.h. */
#include "bench.h"

#include <check.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "lan_socket.h"

const uint8_t HOST_MAC[6] = {2, 0, 0, 0, 0, 1}, PEER_MAC[6] = {2, 0, 0, 0, 0, 2};
const uint8_t BROADCAST_MAC[6] = {255, 255, 255, 255, 255, 255};

uint32_t bench_random(void *context)
{
    struct bench *bench = context;
    bench->random = bench->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(bench->random >> 32);
}

struct bench *bench_new_without_route(void)
{
    const struct lan_host_config config = {
        .socket_count = 8,
        .connection_count = 8,
        .buffer_count = 8,
        .buffer_bytes = 4096,
        .datagram_socket_count = 4,
        .datagram_queue_bytes = 4096,
        .packet_count = 6,
        .packet_bytes = 9000,
        .reassembly_count = 3,
        .adapter_count = 4,
    };
    struct bench *bench = calloc(1, sizeof *bench);
    bench->now_us = 1000000;
    bench->random = 42;
    fake_adapter_init(&bench->adapter, HOST_MAC[5]);
    size_t size = lan_host_size(&config);
    bench->arena = malloc(size);
    const struct lan_port port = {.context = bench, .random = bench_random};
    bench->host = lan_host_init(bench->arena, size, &config, &port, bench->now_us);
    ck_assert_ptr_nonnull(bench->host);
    ck_assert_int_eq(lan_host_add_adapter(bench->host, &bench->adapter.base, HOST_IP, 24), 0);
    bench_step(bench);
    size_t announcement;
    ck_assert_ptr_nonnull(fake_adapter_take(&bench->adapter, &announcement));
    return bench;
}

struct bench *bench_new(void)
{
    struct bench *bench = bench_new_without_route();
    ck_assert_int_eq(lan_host_add_route(bench->host, 0, 0, GATEWAY_IP, 0), 0);
    return bench;
}

void bench_free(struct bench *bench)
{
    ck_assert_uint_eq(bench->adapter.lent_size, 0);
    ck_assert(!bench->adapter.reading);
    free(bench->arena);
    free(bench);
}

void bench_step(struct bench *bench)
{
    bench->deadline_us = lan_host_step(bench->host, bench->now_us);
}

void bench_pass_time(struct bench *bench, uint64_t us)
{
    uint64_t end = bench->now_us + us;
    bench_step(bench);
    while (bench->deadline_us < end) {
        ck_assert_uint_gt(bench->deadline_us, bench->now_us);
        bench->now_us = bench->deadline_us;
        bench_step(bench);
    }
    bench->now_us = end;
    bench_step(bench);
}

void bench_give(struct bench *bench, const uint8_t *frame, size_t size)
{
    fake_adapter_give(&bench->adapter, frame, size);
    bench_step(bench);
}

const uint8_t *bench_take(struct bench *bench, size_t *size)
{
    const uint8_t *frame = fake_adapter_take(&bench->adapter, size);
    ck_assert_msg(frame != NULL, "the host sent nothing");
    return frame;
}

void bench_expect_silence(struct bench *bench)
{
    size_t size;
    ck_assert_msg(fake_adapter_take(&bench->adapter, &size) == NULL, "the host sent a frame");
}

void bench_answer_arp(struct bench *bench, lan_ip4 address, const uint8_t mac[6])
{
    size_t size;
    uint8_t answer[64];
    const uint8_t *request = bench_take(bench, &size);
    ck_assert_uint_eq(size, 42);
    ck_assert_uint_eq(get16(request + 12), 0x0806);
    ck_assert_uint_eq(get16(request + 20), 1);
    ck_assert_uint_eq(get32(request + 38), address);
    bench_give(bench, answer, frame_arp(answer, 2, mac, address, HOST_IP));
}

void bench_meet_peer(struct bench *bench)
{
    const struct lan_address peer = {PEER_IP, 9};
    size_t size;
    int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    ck_assert_int_eq(lan_sendto(bench->host, fd, "x", 1, 0, &peer), 1);
    bench_answer_arp(bench, PEER_IP, PEER_MAC);
    bench_take(bench, &size);
    ck_assert_int_eq(lan_close(bench->host, fd), 0);
    bench_expect_silence(bench);
}

/* --- counters ------------------------------------------------------------------------ */

uint64_t bench_counter(const struct bench *bench, const char *name)
{
    const char *other;
    uint64_t value;
    for (unsigned i = 0; (other = lan_host_counter(bench->host, i, &value)); i++)
        if (strcmp(name, other) == 0)
            return value;
    ck_abort_msg("no counter %s", name);
    return 0;
}

static int expected(const char *name, va_list list)
{
    const char *other;
    while ((other = va_arg(list, const char *))) {
        int value = va_arg(list, int);
        if (strcmp(name, other) == 0)
            return value;
    }
    return 0;
}

void bench_expect_drops(const struct bench *bench, ...)
{
    const char *name;
    uint64_t value;
    for (unsigned i = 0; (name = lan_host_counter(bench->host, i, &value)); i++) {
        if (!strstr(name, "_drop_"))
            continue;
        va_list list;
        va_start(list, bench);
        int wanted = expected(name, list);
        va_end(list);
        ck_assert_msg(value == (uint64_t)wanted, "%s is %d, not %d", name, (int)value, wanted);
    }
}

/* --- frames ----------------------------------------------------------------------------- */

/* Independent of base/checksum.c. */
static uint16_t sum_of(uint32_t sum, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

static uint8_t *write_mac_header(uint8_t *frame, const uint8_t target[6], const uint8_t source[6],
                                 uint16_t type)
{
    memcpy(frame, target, 6);
    memcpy(frame + 6, source, 6);
    put16(frame + 12, type);
    return frame + 14;
}

size_t frame_arp(uint8_t *frame, uint16_t operation, const uint8_t sender_mac[6], lan_ip4 sender,
                 lan_ip4 target)
{
    uint8_t *at =
        write_mac_header(frame, operation == 1 ? BROADCAST_MAC : HOST_MAC, sender_mac, 0x0806);
    memset(at, 0, 46);
    put16(at, 1);
    put16(at + 2, 0x0800);
    at[4] = 6;
    at[5] = 4;
    put16(at + 6, operation);
    memcpy(at + 8, sender_mac, 6);
    put32(at + 14, sender);
    put32(at + 24, target);
    return 60;
}

void frame_fix_ip_checksum(uint8_t *frame)
{
    put16(frame + 24, 0);
    put16(frame + 24, (uint16_t)~sum_of(0, frame + 14, (frame[14] & 15u) * 4u));
}

size_t frame_ip(uint8_t *frame, const struct frame_ip *ip, const void *payload, size_t size)
{
    uint8_t *at =
        write_mac_header(frame, ip->target_mac ? ip->target_mac : HOST_MAC, PEER_MAC, 0x0800);
    memset(at, 0, 20);
    at[0] = 0x45;
    put16(at + 2, (uint16_t)(20 + size));
    at[8] = 64;
    at[9] = ip->protocol;
    put32(at + 12, ip->source);
    put32(at + 16, ip->target);
    frame_fix_ip_checksum(frame);
    if (size > 0)
        memcpy(at + 20, payload, size);
    size_t total = 34 + size;
    while (total < 60)
        frame[total++] = 0;
    return total;
}

size_t frame_udp(uint8_t *frame, uint16_t source_port, uint16_t target_port, const void *payload,
                 size_t size)
{
    const struct frame_ip ip = {PEER_IP, HOST_IP, 17, NULL};
    uint8_t datagram[1480];
    put16(datagram, source_port);
    put16(datagram + 2, target_port);
    put16(datagram + 4, (uint16_t)(8 + size));
    put16(datagram + 6, 0);
    if (size > 0)
        memcpy(datagram + 8, payload, size);
    uint32_t pseudo = (PEER_IP >> 16) + (PEER_IP & 0xffff) + (HOST_IP >> 16) + (HOST_IP & 0xffff) +
                      17 + 8 + (uint32_t)size;
    uint16_t checksum = (uint16_t)~sum_of(pseudo, datagram, 8 + size);
    put16(datagram + 6, checksum ? checksum : 0xffff);
    return frame_ip(frame, &ip, datagram, 8 + size);
}

size_t frame_icmp(uint8_t *frame, uint8_t type, uint8_t code, uint32_t rest, const void *payload,
                  size_t size)
{
    const struct frame_ip ip = {PEER_IP, HOST_IP, 1, NULL};
    uint8_t message[1480];
    put32(message, (uint32_t)type << 24 | (uint32_t)code << 16);
    put32(message + 4, rest);
    if (size > 0)
        memcpy(message + 8, payload, size);
    put16(message + 2, (uint16_t)~sum_of(0, message, 8 + size));
    return frame_ip(frame, &ip, message, 8 + size);
}
