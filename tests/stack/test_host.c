/* The whole host: its arena, its step, and garbage of every kind thrown at it. */
#include <string.h>

#include "base/bytes.h"
#include "bench.h"
#include "lan_socket.h"
#include "limits.h"
#include "test.h"

static uint32_t zero(void *context)
{
    (void)context;
    return 0;
}

static const struct lan_port PORT = {.random = zero};

/* --- the arena -------------------------------------------------------------------------- */

START_TEST(test_configuration_of_zeros_takes_the_defaults)
{
    const struct lan_host_config config = {0};
    size_t size = lan_host_size(&config);
    ck_assert_uint_gt(size, (size_t)HOST_BUFFERS * HOST_BUFFER_BYTES);
    ck_assert_uint_lt(size, 10 << 20);
    void *arena = malloc(size);
    ck_assert_ptr_nonnull(lan_host_init(arena, size, &config, &PORT, 0));
    free(arena);
}
END_TEST

START_TEST(test_smallest_configuration_fits_a_small_board)
{
    const struct lan_host_config config = {.socket_count = 2,
                                           .connection_count = 1,
                                           .buffer_count = 2,
                                           .buffer_bytes = 512,
                                           .datagram_socket_count = 1,
                                           .datagram_queue_bytes = 512,
                                           .adapter_count = 1,
                                           .neighbour_count = 4,
                                           .packet_count = 1,
                                           .packet_bytes = 1500};
    size_t size = lan_host_size(&config);
    ck_assert_uint_le(size, 6000);
    void *arena = malloc(size);
    ck_assert_ptr_nonnull(lan_host_init(arena, size, &config, &PORT, 0));
    free(arena);
}
END_TEST

START_TEST(test_arena_a_byte_too_small_is_refused)
{
    const struct lan_host_config config = {.buffer_count = 2, .buffer_bytes = 1024};
    size_t size = lan_host_size(&config);
    void *arena = malloc(size);
    ck_assert_ptr_null(lan_host_init(arena, size - 1, &config, &PORT, 0));
    free(arena);
}
END_TEST

START_TEST(test_senseless_configurations_are_refused)
{
    static const struct lan_host_config wrong[] = {
        {.buffer_bytes = 1000},    {.buffer_bytes = 256},
        {.buffer_bytes = 1 << 21}, {.datagram_queue_bytes = 5000},
        {.packet_count = 256},     {.neighbour_count = 2},
        {.neighbour_count = 48},   {.connection_count = TCP_CONNECTIONS_MAX + 1},
        {.packet_bytes = 65537}};
    static _Alignas(8) uint8_t arena[64];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck_assert_uint_eq(lan_host_size(&wrong[i]), 0);
        ck_assert_ptr_null(lan_host_init(arena, sizeof arena, &wrong[i], &PORT, 0));
    }
}
END_TEST

START_TEST(test_host_without_an_adapter_reaches_only_itself)
{
    const struct lan_host_config config = {.buffer_count = 2, .buffer_bytes = 1024};
    size_t size = lan_host_size(&config);
    void *arena = malloc(size);
    struct lan_host *host = lan_host_init(arena, size, &config, &PORT, 0);
    const struct lan_address all = {UINT32_MAX, 9}, group = {LAN_IP4(224, 1, 1, 1), 9},
                             own = {LAN_IP4(127, 0, 0, 1), 9};
    char c;
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    ck_assert_int_eq(lan_bind(host, fd, &own), 0);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_BROADCAST, 1), 0);
    ck_assert_int_eq(lan_sendto(host, fd, "x", 1, 0, &all), -LAN_ENETUNREACH);
    ck_assert_int_eq(lan_sendto(host, fd, "x", 1, 0, &group), -LAN_ENETUNREACH);
    ck_assert_int_eq(lan_sendto(host, fd, "x", 1, 0, &own), 1);
    ck_assert_uint_eq(lan_host_step(host, 1), LAN_NEVER);
    ck_assert_int_eq(lan_read(host, fd, &c, 1), 1);
    free(arena);
}
END_TEST

/* --- the step ------------------------------------------------------------------------------ */

START_TEST(test_quiet_host_sleeps_for_ever)
{
    struct bench *bench = bench_new();
    ck_assert_uint_eq(bench->deadline_us, LAN_NEVER);
    bench_free(bench);
}
END_TEST

START_TEST(test_adapters_deadline_is_the_hosts)
{
    struct bench *bench = bench_new();
    bench->adapter.deadline_us = bench->now_us + 500;
    bench_step(bench);
    ck_assert_uint_eq(bench->deadline_us, bench->now_us + 500);
    unsigned services = bench->adapter.services;
    bench_step(bench);
    ck_assert_uint_eq(bench->adapter.services, services + 1);
    bench->adapter.deadline_us = 5; /* long ago */
    bench_step(bench);
    ck_assert_uint_eq(bench->deadline_us, bench->now_us);
    bench_free(bench);
}
END_TEST

START_TEST(test_step_takes_a_limited_number_of_frames_and_asks_to_be_called)
{
    struct bench *bench = bench_new();
    uint8_t frame[64];
    size_t size = frame_arp(frame, 1, PEER_MAC, PEER_IP, OUTER_IP);
    for (int i = 0; i < HOST_FRAMES_PER_STEP + 3; i++)
        fake_adapter_give(&bench->adapter, frame, size);
    bench_step(bench);
    ck_assert_uint_eq(bench_counter(bench, "arp_drop_other"), HOST_FRAMES_PER_STEP);
    ck_assert_uint_eq(bench->deadline_us, bench->now_us);
    bench_step(bench);
    ck_assert_uint_eq(bench_counter(bench, "arp_drop_other"), HOST_FRAMES_PER_STEP + 3);
    ck_assert_uint_eq(bench->deadline_us, LAN_NEVER);
    bench_free(bench);
}
END_TEST

START_TEST(test_time_never_goes_back)
{
    struct bench *bench = bench_new();
    bench_pass_time(bench, 1000);
    uint64_t now = bench->now_us;
    lan_host_step(bench->host, now - 500);
    ck_assert_uint_eq(lan_host_now(bench->host), now);
    bench_free(bench);
}
END_TEST

START_TEST(test_counters_have_names_of_their_own)
{
    struct bench *bench = bench_new();
    const char *names[200];
    uint64_t value;
    unsigned count = 0;
    while ((names[count] = lan_host_counter(bench->host, count, &value))) {
        ck_assert_uint_gt(strlen(names[count]), 4);
        for (unsigned i = 0; i < count; i++)
            ck_assert_str_ne(names[i], names[count]);
        ck_assert_uint_lt(++count, 200);
    }
    ck_assert_uint_gt(count, 60);
    ck_assert_ptr_null(lan_host_counter(bench->host, count + 1, &value));
    bench_free(bench);
}
END_TEST

/* The peer asks for us, is asked, sends a datagram, an echo, a datagram to nobody,
 * and answers ours with an error. */
START_TEST(test_conversation_counts_every_step)
{
    static const struct {
        const char *name;
        int value;
    } wanted[] = {
        {"ether_frames_received", 6},
        {"ether_frames_sent", 6},
        {"arp_requests_received", 1},
        {"arp_replies_sent", 1},
        {"arp_requests_sent", 2},
        {"arp_replies_received", 1},
        {"ip_packets_received", 4},
        {"ip_packets_sent", 3},
        {"ip_packets_waited", 1},
        {"icmp_received", 2},
        {"icmp_sent", 2},
        {"icmp_echoes_answered", 1},
        {"icmp_errors_received", 1},
        {"icmp_errors_sent", 1},
        {"udp_received", 2},
        {"udp_sent", 1},
        {"udp_drop_no_port", 1},
    };
    struct bench *bench = bench_new(); /* announced */
    const struct lan_address own = {0, 5000}, peer = {PEER_IP, 6000};
    uint8_t frame[128], quoted[28];
    size_t size;
    int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    lan_bind(bench->host, fd, &own);
    lan_connect(bench->host, fd, &peer);
    bench_give(bench, frame, frame_arp(frame, 1, PEER_MAC, PEER_IP, HOST_IP));
    bench_take(bench, &size);
    lan_write(bench->host, fd, "x", 1);
    bench_answer_arp(bench, PEER_IP, PEER_MAC);
    memcpy(quoted, bench_take(bench, &size) + 14, 28);
    bench_give(bench, frame, frame_udp(frame, 6000, 5000, "y", 1));
    bench_give(bench, frame, frame_icmp(frame, 8, 0, 1, "echo", 4));
    bench_give(bench, frame, frame_udp(frame, 6000, 5001, "z", 1));
    bench_give(bench, frame, frame_icmp(frame, 3, 3, 0, quoted, 28));
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        ck_assert_msg(bench_counter(bench, wanted[i].name) == (uint64_t)wanted[i].value,
                      "%s is not %d", wanted[i].name, wanted[i].value);
    bench_free(bench);
}
END_TEST

/* --- garbage -------------------------------------------------------------------------------- */

static uint64_t state;

static uint32_t draw(uint32_t below)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

/* A frame that is right, of some kind. */
static size_t right_frame(uint8_t *frame)
{
    uint8_t payload[600] = {0};
    size_t size = draw(sizeof payload);
    for (size_t i = 0; i < size; i++)
        payload[i] = (uint8_t)draw(256);
    switch (draw(6)) {
    case 0:
        return frame_arp(frame, (uint16_t)(1 + draw(2)), PEER_MAC, PEER_IP, HOST_IP);
    case 1:
        return frame_udp(frame, (uint16_t)draw(65536), draw(2) ? 53 : 5000, payload, size);
    case 2:
        return frame_icmp(frame, draw(2) ? 8 : 3, (uint8_t)draw(5), 0, payload, size);
    case 3: { /* an error that quotes something of ours */
        struct frame_ip quoted = {HOST_IP, PEER_IP, draw(2) ? 6 : 17, NULL};
        frame_ip(frame, &quoted, payload, size);
        memcpy(payload, frame + 14, 28);
        return frame_icmp(frame, 3, (uint8_t)draw(5), 0, payload, 28);
    }
    default: {
        struct frame_ip ip = {PEER_IP, HOST_IP, draw(4) ? 6 : (uint8_t)draw(256), NULL};
        put16(payload, (uint16_t)(draw(2) ? 80 : draw(65536)));
        put16(payload + 2, 80);
        payload[12] = 0x50;
        return frame_ip(frame, &ip, payload, size < 20 ? 20 : size);
    }
    }
}

/* Changes some bytes, cuts it or makes it longer. */
static size_t spoil(uint8_t *frame, size_t size)
{
    for (uint32_t changes = draw(4); changes > 0; changes--)
        frame[draw((uint32_t)size)] = (uint8_t)draw(256);
    if (draw(3) == 0)
        frame_fix_ip_checksum(frame);
    if (draw(8) == 0)
        return draw((uint32_t)size + 1);
    return size;
}

START_TEST(test_garbage_is_survived_in_every_kind)
{
    static uint8_t frame[LAN_FRAME_SIZE_MAX + 64];
    struct bench *bench = bench_new();
    const struct lan_address http = {0, 80}, udp = {0, 5000}, peer = {PEER_IP, 80};
    struct lan_host *host = bench->host;
    char memory[64];
    state = test_seed(7);
    int listener = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    lan_bind(host, listener, &http);
    lan_listen(host, listener, 3);
    int datagrams = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    lan_bind(host, datagrams, &udp);
    int client = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK, 0);
    lan_connect(host, client, &peer);
    for (int i = 0; i < 100000; i++) {
        size_t size;
        memset(frame, 0, 64);
        bench_give(bench, frame, spoil(frame, right_frame(frame)));
        bench->now_us += draw(1000);
        bench->adapter.room = draw(8) ? FAKE_QUEUE - 1 : 0;
        while (fake_adapter_take(&bench->adapter, &size))
            ck_assert_uint_le(size, LAN_FRAME_SIZE_MAX);
        if (draw(16) == 0) {
            lan_read(host, datagrams, memory, sizeof memory);
            int fd = lan_accept(host, listener, NULL);
            if (fd >= 0)
                lan_close(host, fd);
        }
    }
    /* It still answers. */
    bench->adapter.room = FAKE_QUEUE - 1;
    size_t size;
    bench_pass_time(bench, 10000000);
    while (fake_adapter_take(&bench->adapter, &size))
        ;
    bench_give(bench, frame, frame_arp(frame, 1, PEER_MAC, PEER_IP, HOST_IP));
    ck_assert_uint_eq(get16(bench_take(bench, &size) + 20), 2);
    bench_free(bench);
}
END_TEST

START_TEST(test_random_bytes_are_survived)
{
    static uint8_t frame[LAN_FRAME_SIZE_MAX];
    struct bench *bench = bench_new();
    state = test_seed(8);
    for (int i = 0; i < 20000; i++) {
        size_t size = draw(LAN_FRAME_SIZE_MAX + 1);
        for (size_t k = 0; k < size; k++)
            frame[k] = (uint8_t)draw(256);
        if (size > 34 && draw(2)) { /* at least it gets past Ethernet */
            memcpy(frame, HOST_MAC, 6);
            frame[6] = 2;
            put16(frame + 12, draw(2) ? 0x0800 : 0x0806);
        }
        bench_give(bench, frame, size);
        while (fake_adapter_take(&bench->adapter, &size))
            ;
    }
    ck_assert_uint_eq(bench_counter(bench, "ether_frames_received"), 20000);
    bench_free(bench);
}
END_TEST

/* --- the same inputs give the same frames -------------------------------------------------------
 */

static uint64_t hash_of_run(void)
{
    static uint8_t frame[LAN_FRAME_SIZE_MAX];
    struct bench *bench = bench_new();
    const struct lan_address peer = {PEER_IP, 80};
    uint64_t hash = 14695981039346656037u;
    int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK, 0);
    lan_connect(bench->host, fd, &peer);
    state = 9;
    for (int i = 0; i < 2000; i++) {
        const uint8_t *sent;
        size_t size;
        bench_give(bench, frame, spoil(frame, right_frame(frame)));
        bench->now_us += draw(10000);
        while ((sent = fake_adapter_take(&bench->adapter, &size)))
            for (size_t k = 0; k < size; k++)
                hash = (hash ^ sent[k]) * 1099511628211u;
    }
    bench_free(bench);
    return hash;
}

START_TEST(test_same_inputs_give_the_same_frames)
{
    ck_assert_uint_eq(hash_of_run(), hash_of_run());
}
END_TEST

TEST_MAIN("host", test_configuration_of_zeros_takes_the_defaults,
          test_smallest_configuration_fits_a_small_board, test_arena_a_byte_too_small_is_refused,
          test_senseless_configurations_are_refused,
          test_host_without_an_adapter_reaches_only_itself, test_quiet_host_sleeps_for_ever,
          test_adapters_deadline_is_the_hosts,
          test_step_takes_a_limited_number_of_frames_and_asks_to_be_called,
          test_time_never_goes_back, test_counters_have_names_of_their_own,
          test_conversation_counts_every_step, test_garbage_is_survived_in_every_kind,
          test_random_bytes_are_survived, test_same_inputs_give_the_same_frames)
