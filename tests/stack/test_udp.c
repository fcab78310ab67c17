/* UDP, seen from the wire of a whole host and through its sockets. */
#include <string.h>

#include "base/bytes.h"
#include "bench.h"
#include "lan_socket.h"
#include "test.h"

enum { PORT = 5000, PEER_PORT = 6000 };

static int bound(struct bench *bench, uint16_t port)
{
    const struct lan_address address = {0, port};
    int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
    ck_assert_int_eq(lan_bind(bench->host, fd, &address), 0);
    return fd;
}

static void give(struct bench *bench, const void *payload, size_t size)
{
    uint8_t frame[1514];
    bench_give(bench, frame, frame_udp(frame, PEER_PORT, PORT, payload, size));
}

/* --- on the wire ------------------------------------------------------------------------ */

START_TEST(test_datagram_of_every_size_leaves_as_it_should)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    const struct lan_address peer = {PEER_IP, PEER_PORT};
    int fd = bound(bench, PORT);
    uint8_t payload[1472], wanted[1514];
    size_t got;
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (uint8_t)(i * 5 + 1);
    for (size_t size = 0; size <= sizeof payload; size++) {
        ck_assert_int_eq(lan_sendto(bench->host, fd, payload, size, 0, &peer), (long)size);
        const uint8_t *frame = bench_take(bench, &got);
        ck_assert_uint_eq(got, 42 + size);
        /* The pseudo header's sum is the same both ways. */
        frame_udp(wanted, PORT, PEER_PORT, payload, size);
        ck_assert_mem_eq(frame + 34, wanted + 34, 8 + size);
    }
    static const uint8_t large[9001]; /* the host's buffer for fragments: 9000 */
    ck_assert_int_eq(lan_sendto(bench->host, fd, large, 9000 - 7, 0, &peer), -LAN_EMSGSIZE);
    bench_expect_drops(bench, "ip_drop_too_big", 1, NULL);
    ck_assert_int_eq(lan_sendto(bench->host, fd, payload, SIZE_MAX, 0, &peer), -LAN_EMSGSIZE);
    bench_expect_silence(bench);
    bench_free(bench);
}
END_TEST

START_TEST(test_checksum_that_comes_out_0_is_sent_as_ffff)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    const struct lan_address peer = {PEER_IP, PEER_PORT};
    int fd = bound(bench, PORT);
    size_t size;
    bool seen = false;
    for (unsigned value = 0; value < 0x10000; value++) {
        uint8_t payload[2];
        put16(payload, (uint16_t)value);
        lan_sendto(bench->host, fd, payload, 2, 0, &peer);
        uint16_t checksum = get16(bench_take(bench, &size) + 40);
        if (checksum == 0)
            ck_abort_msg("sent without a checksum");
        seen |= checksum == 0xffff;
    }
    ck_assert(seen);
    bench_free(bench);
}
END_TEST

START_TEST(test_received_datagram_is_read_with_its_source)
{
    struct bench *bench = bench_new();
    int fd = bound(bench, PORT);
    struct lan_address source;
    char memory[16] = "";
    ck_assert_int_eq(lan_recvfrom(bench->host, fd, memory, 16, 0, &source), -LAN_EAGAIN);
    give(bench, "hello", 5);
    ck_assert_int_eq(lan_recvfrom(bench->host, fd, memory, 16, LAN_MSG_PEEK, &source), 5);
    ck_assert_int_eq(lan_recvfrom(bench->host, fd, memory, 16, 0, &source), 5);
    ck_assert_str_eq(memory, "hello");
    ck_assert_uint_eq(source.ip, PEER_IP);
    ck_assert_uint_eq(source.port, PEER_PORT);
    ck_assert_int_eq(lan_read(bench->host, fd, memory, 16), -LAN_EAGAIN);
    bench_expect_silence(bench);
    bench_expect_drops(bench, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_datagram_larger_than_the_readers_memory_is_cut)
{
    struct bench *bench = bench_new();
    int fd = bound(bench, PORT);
    char memory[4] = "";
    give(bench, "abcdef", 6);
    give(bench, "xyz", 3);
    ck_assert_int_eq(lan_read(bench->host, fd, memory, 2), 2);
    ck_assert_int_eq(lan_read(bench->host, fd, memory, 3), 3);
    ck_assert_str_eq(memory, "xyz");
    bench_free(bench);
}
END_TEST

START_TEST(test_empty_datagram_is_one)
{
    struct bench *bench = bench_new();
    int fd = bound(bench, PORT);
    char c;
    struct lan_pollfd entry = {.fd = fd, .events = LAN_POLLIN};
    give(bench, NULL, 0);
    ck_assert_int_eq(lan_poll(bench->host, &entry, 1, 0), 1);
    ck_assert_int_eq(lan_read(bench->host, fd, &c, 1), 0);
    ck_assert_int_eq(lan_read(bench->host, fd, &c, 1), -LAN_EAGAIN);
    bench_free(bench);
}
END_TEST

START_TEST(test_datagram_without_checksum_is_taken)
{
    struct bench *bench = bench_new();
    int fd = bound(bench, PORT);
    uint8_t frame[128];
    char memory[4];
    size_t size = frame_udp(frame, PEER_PORT, PORT, "abc", 3);
    put16(frame + 40, 0);
    bench_give(bench, frame, size);
    ck_assert_int_eq(lan_read(bench->host, fd, memory, 4), 3);
    bench_free(bench);
}
END_TEST

START_TEST(test_any_bit_flipped_is_dropped)
{
    struct bench *bench = bench_new();
    int fd = bound(bench, PORT);
    uint8_t frame[128];
    char c;
    for (size_t bit = 0; bit < (8 + 5) * 8; bit++) {
        size_t size = frame_udp(frame, PEER_PORT, PORT, "hello", 5);
        frame[34 + bit / 8] ^= (uint8_t)(1 << bit % 8);
        bench_give(bench, frame, size);
    }
    ck_assert_int_eq(lan_read(bench->host, fd, &c, 1), -LAN_EAGAIN);
    bench_expect_silence(bench);
    ck_assert_uint_eq(bench_counter(bench, "udp_drop_checksum") +
                          bench_counter(bench, "udp_drop_header"),
                      13 * 8);
    bench_free(bench);
}
END_TEST

START_TEST(test_header_that_is_wrong_is_dropped)
{
    struct bench *bench = bench_new();
    bound(bench, PORT);
    uint8_t frame[128];
    int drops = 0;
    const struct frame_ip ip = {PEER_IP, HOST_IP, 17, NULL};
    for (size_t size = 0; size < 8; size++, drops++)
        bench_give(bench, frame, frame_ip(frame, &ip, "\x17\x70\x13\x88\0\x08\0", size));
    static const uint16_t lengths[] = {0, 7, 12, 0xffff};
    for (size_t i = 0; i < 4; i++, drops++) {
        size_t size = frame_udp(frame, PEER_PORT, PORT, "abc", 3);
        put16(frame + 38, lengths[i]);
        put16(frame + 40, 0);
        bench_give(bench, frame, size);
    }
    bench_give(bench, frame, frame_udp(frame, PEER_PORT, 0, "abc", 3));
    bench_expect_silence(bench);
    bench_expect_drops(bench, "udp_drop_header", drops + 1, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_bytes_behind_the_udp_length_are_ignored)
{
    struct bench *bench = bench_new();
    int fd = bound(bench, PORT);
    uint8_t frame[128];
    char memory[8];
    size_t size = frame_udp(frame, PEER_PORT, PORT, "abcdef", 6);
    put16(frame + 38, 8 + 2);
    put16(frame + 40, 0);
    bench_give(bench, frame, size);
    ck_assert_int_eq(lan_read(bench->host, fd, memory, 8), 2);
    bench_free(bench);
}
END_TEST

START_TEST(test_closed_port_is_told_with_the_head_of_the_datagram)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    uint8_t frame[128];
    size_t size;
    bench_give(bench, frame, frame_udp(frame, PEER_PORT, PORT, "hello", 5));
    const uint8_t *error = bench_take(bench, &size);
    ck_assert_uint_eq(size, 14 + 20 + 8 + 33);
    ck_assert_uint_eq(get16(error + 34), 0x0303);
    ck_assert_mem_eq(error + 42, frame + 14, 28);
    bench_expect_drops(bench, "udp_drop_no_port", 1, NULL);
    bench_free(bench);
}
END_TEST

/* --- the queue ----------------------------------------------------------------------------- */

START_TEST(test_queue_takes_what_fits_to_the_last_byte)
{
    struct bench *bench = bench_new();
    int fd = bound(bench, PORT);
    uint8_t payload[1000] = {0}, memory[1000];
    for (unsigned i = 0; i < 4; i++)
        give(bench, payload, sizeof payload);
    give(bench, payload, 4096 - 4 * 1012 - 12);
    bench_expect_drops(bench, NULL);
    give(bench, payload, 0);
    bench_expect_drops(bench, "udp_drop_full", 1, NULL);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_int_eq(lan_read(bench->host, fd, memory, sizeof memory), 1000);
    ck_assert_int_eq(lan_read(bench->host, fd, memory, sizeof memory), 36);
    bench_free(bench);
}
END_TEST

START_TEST(test_queue_full_drops_the_latest_and_keeps_the_order)
{
    struct bench *bench = bench_new(); /* 4096 bytes, 12 for each datagram's head */
    int fd = bound(bench, PORT);
    uint8_t payload[1000], memory[1000];
    for (unsigned i = 0; i < 7; i++) {
        memset(payload, (int)i, sizeof payload);
        give(bench, payload, sizeof payload);
    }
    bench_expect_drops(bench, "udp_drop_full", 3, NULL);
    for (unsigned round = 0; round < 40; round++) {
        for (unsigned i = 0; i < 4; i++) {
            ck_assert_int_eq(lan_read(bench->host, fd, memory, sizeof memory), 1000);
            ck_assert_uint_eq(memory[0], i);
            ck_assert_uint_eq(memory[999], i);
        }
        ck_assert_int_eq(lan_read(bench->host, fd, memory, 1), -LAN_EAGAIN);
        for (unsigned i = 0; i < 4; i++) {
            memset(payload, (int)i, sizeof payload);
            give(bench, payload, 1000);
        }
    }
    bench_expect_drops(bench, "udp_drop_full", 3, NULL);
    bench_free(bench);
}
END_TEST

/* --- ports ------------------------------------------------------------------------------------ */

START_TEST(test_port_in_use_is_refused)
{
    struct bench *bench = bench_new();
    const struct lan_address any = {0, PORT}, own = {HOST_IP, PORT}, other = {HOST_IP, PORT + 1};
    int first = bound(bench, PORT);
    int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    ck_assert_int_eq(lan_bind(bench->host, fd, &any), -LAN_EADDRINUSE);
    ck_assert_int_eq(lan_bind(bench->host, fd, &own), -LAN_EADDRINUSE);
    ck_assert_int_eq(lan_bind(bench->host, fd, &other), 0);
    ck_assert_int_eq(lan_bind(bench->host, fd, &any), -LAN_EINVAL);
    ck_assert_int_eq(lan_close(bench->host, first), 0);
    fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    ck_assert_int_eq(lan_bind(bench->host, fd, &own), 0);
    bench_free(bench);
}
END_TEST

START_TEST(test_ports_that_are_chosen_are_dynamic_and_scattered)
{
    struct bench *bench = bench_new();
    struct lan_address name, last = {0, 0};
    unsigned neighbours = 0;
    for (int i = 0; i < 50; i++) {
        const struct lan_address any = {0, 0};
        int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
        ck_assert_int_eq(lan_bind(bench->host, fd, &any), 0);
        ck_assert_int_eq(lan_getsockname(bench->host, fd, &name), 0);
        ck_assert_uint_ge(name.port, 49152);
        neighbours += name.port == last.port + 1;
        last = name;
        lan_close(bench->host, fd);
    }
    ck_assert_uint_lt(neighbours, 3);
    bench_free(bench);
}
END_TEST

START_TEST(test_connected_socket_hears_only_its_peer)
{
    struct bench *bench = bench_new();
    int fd = bound(bench, PORT);
    const struct lan_address peer = {PEER_IP, PEER_PORT};
    uint8_t frame[128];
    struct lan_address name;
    char c;
    ck_assert_int_eq(lan_getpeername(bench->host, fd, &name), -LAN_ENOTCONN);
    ck_assert_int_eq(lan_write(bench->host, fd, "x", 1), -LAN_EDESTADDRREQ);
    ck_assert_int_eq(lan_connect(bench->host, fd, &peer), 0);
    ck_assert_int_eq(lan_getsockname(bench->host, fd, &name), 0);
    ck_assert_uint_eq(name.ip, HOST_IP);
    ck_assert_int_eq(lan_getpeername(bench->host, fd, &name), 0);
    ck_assert_uint_eq(name.port, PEER_PORT);
    bench_give(bench, frame, frame_udp(frame, PEER_PORT + 1, PORT, "x", 1));
    ck_assert_int_eq(lan_read(bench->host, fd, &c, 1), -LAN_EAGAIN);
    bench_expect_drops(bench, "udp_drop_no_port", 1, NULL);
    give(bench, "x", 1);
    ck_assert_int_eq(lan_read(bench->host, fd, &c, 1), 1);
    bench_free(bench);
}
END_TEST

START_TEST(test_broadcast_reaches_a_socket_bound_to_our_address)
{
    struct bench *bench = bench_new();
    const struct lan_address own = {HOST_IP, PORT};
    int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
    ck_assert_int_eq(lan_bind(bench->host, fd, &own), 0);
    const struct frame_ip all = {PEER_IP, LAN_IP4(10, 0, 0, 255), 17, BROADCAST_MAC};
    uint8_t frame[128], datagram[9];
    char c;
    frame_udp(frame, PEER_PORT, PORT, "x", 1);
    memcpy(datagram, frame + 34, 9);
    put16(datagram + 6, 0);
    bench_give(bench, frame, frame_ip(frame, &all, datagram, 9));
    ck_assert_int_eq(lan_read(bench->host, fd, &c, 1), 1);
    bench_free(bench);
}
END_TEST

/* --- errors by ICMP ------------------------------------------------------------------------------
 */

static void give_error(struct bench *bench, uint8_t type, uint8_t code)
{
    uint8_t frame[128], quoted[28];
    const struct frame_ip ip = {HOST_IP, PEER_IP, 17, NULL};
    uint8_t head[8];
    put16(head, PORT);
    put16(head + 2, PEER_PORT);
    put32(head + 4, 0x00090000);
    frame_ip(frame, &ip, head, 8);
    memcpy(quoted, frame + 14, 28);
    bench_give(bench, frame, frame_icmp(frame, type, code, 0, quoted, 28));
}

START_TEST(test_errors_are_told_once_to_the_connected_socket)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    const struct lan_address peer = {PEER_IP, PEER_PORT};
    int fd = bound(bench, PORT), error;
    char c;
    give_error(bench, 3, 3); /* not connected: nobody is told */
    bench_expect_drops(bench, "udp_drop_icmp", 1, NULL);
    ck_assert_int_eq(lan_connect(bench->host, fd, &peer), 0);
    static const struct {
        uint8_t type, code;
        int error;
    } cases[] = {{3, 3, LAN_ECONNREFUSED},
                 {3, 2, LAN_ECONNREFUSED},
                 {3, 0, LAN_ENETUNREACH},
                 {3, 1, LAN_EHOSTUNREACH},
                 {11, 0, LAN_EHOSTUNREACH}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lan_pollfd entry = {.fd = fd};
        give_error(bench, cases[i].type, cases[i].code);
        ck_assert_int_eq(lan_poll(bench->host, &entry, 1, 0), 1);
        ck_assert_int_eq(entry.revents, LAN_POLLERR);
        ck_assert_int_eq(lan_read(bench->host, fd, &c, 1), -cases[i].error);
        ck_assert_int_eq(lan_read(bench->host, fd, &c, 1), -LAN_EAGAIN);
    }
    give_error(bench, 3, 3);
    ck_assert_int_eq(lan_write(bench->host, fd, "x", 1), -LAN_ECONNREFUSED);
    give_error(bench, 3, 3);
    ck_assert_int_eq(lan_getsockopt(bench->host, fd, LAN_SOL_SOCKET, LAN_SO_ERROR, &error), 0);
    ck_assert_int_eq(error, LAN_ECONNREFUSED);
    ck_assert_int_eq(lan_write(bench->host, fd, "x", 1), 1);
    give_error(bench, 3, 4); /* too big: not ours yet */
    bench_expect_drops(bench, "udp_drop_icmp", 2, NULL);
    bench_free(bench);
}
END_TEST

TEST_MAIN("udp", test_datagram_of_every_size_leaves_as_it_should,
          test_checksum_that_comes_out_0_is_sent_as_ffff,
          test_received_datagram_is_read_with_its_source,
          test_datagram_larger_than_the_readers_memory_is_cut, test_empty_datagram_is_one,
          test_datagram_without_checksum_is_taken, test_any_bit_flipped_is_dropped,
          test_header_that_is_wrong_is_dropped, test_bytes_behind_the_udp_length_are_ignored,
          test_closed_port_is_told_with_the_head_of_the_datagram,
          test_queue_takes_what_fits_to_the_last_byte,
          test_queue_full_drops_the_latest_and_keeps_the_order, test_port_in_use_is_refused,
          test_ports_that_are_chosen_are_dynamic_and_scattered,
          test_connected_socket_hears_only_its_peer,
          test_broadcast_reaches_a_socket_bound_to_our_address,
          test_errors_are_told_once_to_the_connected_socket)
