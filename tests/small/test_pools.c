/* The smallest host that can be configured, built with the smallest limits (mk/small.mk):
 * what is used up is refused with the error that says so, comes back, and nothing that
 * was there before is disturbed. */
#include "../stack/pair.h"
#include "lan_dns.h"
#include "test.h"

enum { SERVICE = 7 };

static const struct lan_host_config smallest = {
    .socket_count = 2,
    .connection_count = 2,
    .buffer_count = 2,
    .buffer_bytes = 512,
    .datagram_socket_count = 1,
    .datagram_queue_bytes = 64,
    .adapter_count = 1,
    .neighbour_count = 4,
    .packet_count = 1,
};

static int new_socket(struct lan_host *host, int type)
{
    return lan_socket(host, LAN_AF_INET, type | LAN_SOCK_NONBLOCK, 0);
}

static int listen_at(struct lan_host *host, uint16_t port)
{
    const struct lan_address any = {.port = port};
    int fd = new_socket(host, LAN_SOCK_STREAM);
    ck_assert_int_eq(lan_bind(host, fd, &any), 0);
    ck_assert_int_eq(lan_listen(host, fd, 1), 0);
    return fd;
}

static int connect_to(struct pair *pair, uint16_t port)
{
    const struct lan_address there = {FAR_IP, port};
    int fd = new_socket(pair_near(pair), LAN_SOCK_STREAM);
    ck_assert_int_ge(fd, 0);
    int result = lan_connect(pair_near(pair), fd, &there);
    ck_assert(result == 0 || result == -LAN_EINPROGRESS);
    return fd;
}

static uint8_t byte_at(size_t offset)
{
    return (uint8_t)(offset * 31 >> 3);
}

/* Moves `total` bytes from near to far; what arrives is compared. */
static void transfer(struct pair *pair, int from, int to, size_t total)
{
    size_t sent = 0, received = 0;
    for (unsigned turn = 0; received < total; turn++) {
        uint8_t bytes[300];
        ck_assert_msg(turn < 40000, "LANTERN_SEED=%llu: %zu of %zu bytes came",
                      (unsigned long long)test_seed(1), received, total);
        size_t size = total - sent < sizeof bytes ? total - sent : sizeof bytes;
        for (size_t i = 0; i < size; i++)
            bytes[i] = byte_at(sent + i);
        long taken = size > 0 ? lan_write(pair_near(pair), from, bytes, size) : 0;
        ck_assert(taken >= 0 || taken == -LAN_EAGAIN);
        sent += taken > 0 ? (size_t)taken : 0;
        long got = lan_read(pair_far(pair), to, bytes, sizeof bytes);
        ck_assert(got > 0 || got == -LAN_EAGAIN);
        for (long i = 0; i < got; i++, received++)
            ck_assert_uint_eq(bytes[i], byte_at(received));
        pair_run(pair, 5000);
    }
}

START_TEST(test_stream_passes_through_the_smallest_pools_on_a_bad_wire)
{
    struct pair *pair = pair_new_with(test_seed(1), &smallest);
    int listener = listen_at(pair_far(pair), SERVICE);
    int near = connect_to(pair, SERVICE);
    pair_run(pair, 100000);
    int far = lan_accept(pair_far(pair), listener, NULL);
    ck_assert_int_ge(far, 0);
    pair->loss_permille = 30;
    pair->double_permille = 20;
    pair->late_permille = 50;
    transfer(pair, near, far, 20000);
    pair_free(pair);
}
END_TEST

/* More often than there are blocks: TIME_WAIT gives way. */
START_TEST(test_fifty_connections_one_after_the_other_find_their_two_blocks)
{
    struct pair *pair = pair_new_with(test_seed(1), &smallest);
    int listener = listen_at(pair_far(pair), SERVICE);
    for (unsigned i = 0; i < 50; i++) {
        int near = connect_to(pair, SERVICE);
        pair_run(pair, 20000);
        int far = lan_accept(pair_far(pair), listener, NULL);
        ck_assert_msg(far >= 0, "connection %u", i);
        transfer(pair, near, far, 700);
        ck_assert_int_eq(lan_close(pair_near(pair), near), 0);
        pair_run(pair, 20000);
        ck_assert_int_eq(lan_close(pair_far(pair), far), 0);
        pair_run(pair, 20000);
    }
    pair_free(pair);
}
END_TEST

START_TEST(test_pools_used_up_are_refused_with_their_error_and_come_back)
{
    struct pair *pair = pair_new_with(test_seed(1), &smallest);
    struct lan_host *host = pair_near(pair);
    for (unsigned round = 0; round < 20; round++) {
        int first = new_socket(host, LAN_SOCK_STREAM), second = new_socket(host, LAN_SOCK_DGRAM);
        ck_assert_int_ge(first, 0);
        ck_assert_int_ge(second, 0);
        ck_assert_int_eq(new_socket(host, LAN_SOCK_STREAM), -LAN_EMFILE);
        lan_close(host, first);
        ck_assert_int_lt(new_socket(host, LAN_SOCK_DGRAM), 0); /* one datagram block */
        lan_close(host, second);
    }
    pair_free(pair);
}
END_TEST

/* One connection holds both buffers: another is refused at once, and harms nothing. */
START_TEST(test_connect_without_buffers_is_refused_and_leaves_the_other_alone)
{
    struct pair *pair = pair_new_with(test_seed(1), &smallest);
    const struct lan_address there = {FAR_IP, SERVICE};
    int listener = listen_at(pair_far(pair), SERVICE);
    int near = connect_to(pair, SERVICE);
    pair_run(pair, 100000);
    int far = lan_accept(pair_far(pair), listener, NULL);
    ck_assert_int_ge(far, 0);
    for (unsigned i = 0; i < 10; i++) {
        int other = new_socket(pair_near(pair), LAN_SOCK_STREAM);
        ck_assert_int_ge(other, 0);
        ck_assert_int_eq(lan_connect(pair_near(pair), other, &there), -LAN_ENOBUFS);
        pair_run(pair, 100000);
        ck_assert_int_eq(lan_close(pair_near(pair), other), 0);
        transfer(pair, near, far, 1000);
    }
    pair_free(pair);
}
END_TEST

START_TEST(test_datagrams_beyond_the_queue_are_dropped_and_the_next_are_taken)
{
    struct pair *pair = pair_new_with(test_seed(1), &smallest);
    const struct lan_address any = {.port = SERVICE}, there = {FAR_IP, SERVICE};
    int near = new_socket(pair_near(pair), LAN_SOCK_DGRAM);
    int far = new_socket(pair_far(pair), LAN_SOCK_DGRAM);
    ck_assert_int_eq(lan_bind(pair_far(pair), far, &any), 0);
    for (unsigned round = 0; round < 10; round++) {
        char bytes[40] = "";
        for (unsigned i = 0; i < 5; i++) {
            (void)lan_sendto(pair_near(pair), near, bytes, 30, 0, &there);
            pair_run(pair, 1000);
        }
        unsigned got = 0;
        while (lan_recvfrom(pair_far(pair), far, bytes, sizeof bytes, 0, NULL) == 30)
            got++;
        ck_assert_uint_eq(got, 1);
    }
    pair_free(pair);
}
END_TEST

TEST_MAIN("pools", test_stream_passes_through_the_smallest_pools_on_a_bad_wire,
          test_fifty_connections_one_after_the_other_find_their_two_blocks,
          test_pools_used_up_are_refused_with_their_error_and_come_back,
          test_connect_without_buffers_is_refused_and_leaves_the_other_alone,
          test_datagrams_beyond_the_queue_are_dropped_and_the_next_are_taken)
