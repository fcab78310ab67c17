/* A stream's bytes read and written where TCP keeps them: lan_receive_span and
 * lan_send_span, and what becomes of a span whose connection ends. */
#include <string.h>

#include "lan_socket.h"
#include "pair.h"
#include "test.h"

enum { PORT = 7, SECOND_US = 1000000 };

static const struct lan_address FAR_PORT = {FAR_IP, PORT};

/* A connection: the near descriptor; the far one, which does not block, in `accepted`. */
static int connected(struct pair *pair, int *accepted)
{
    const struct lan_address any = {0, PORT};
    struct lan_host *far = pair_far(pair);
    int listener = lan_socket(far, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    ck_assert_int_eq(lan_bind(far, listener, &any), 0);
    ck_assert_int_eq(lan_listen(far, listener, 4), 0);
    int fd = lan_socket(pair_near(pair), LAN_AF_INET, LAN_SOCK_STREAM, 0);
    ck_assert_int_eq(lan_connect(pair_near(pair), fd, &FAR_PORT), 0);
    pair_run(pair, 1000);
    *accepted = lan_accept(far, listener, NULL);
    ck_assert_int_ge(*accepted, 0);
    return fd;
}

static uint8_t byte_at(size_t place)
{
    return (uint8_t)(place * 7 + place / 251);
}

/* Writes in place what fits, by pieces of random size. */
static size_t fill(struct pair *pair, int fd, size_t done, size_t total)
{
    void *room;
    long size = lan_send_span(pair_near(pair), fd, &room);
    ck_assert_int_gt(size, 0);
    size_t piece = 1 + pair_random(pair) % (size_t)size;
    if (piece > total - done)
        piece = total - done;
    for (size_t i = 0; i < piece; i++)
        ((uint8_t *)room)[i] = byte_at(done + i);
    ck_assert_int_eq(lan_send_done(pair_near(pair), fd, piece), 0);
    return piece;
}

/* Reads in place what has come, and gives back a part of it. */
static size_t drain(struct pair *pair, int fd, size_t done)
{
    const void *bytes;
    long size = lan_receive_span(pair_far(pair), fd, &bytes);
    if (size == -LAN_EAGAIN)
        return 0;
    ck_assert_int_gt(size, 0);
    for (size_t i = 0; i < (size_t)size; i++)
        ck_assert_msg(((const uint8_t *)bytes)[i] == byte_at(done + i), "changed at %zu", done + i);
    size_t taken = pair_random(pair) % ((size_t)size + 1);
    ck_assert_int_eq(lan_receive_done(pair_far(pair), fd, taken), 0);
    return taken;
}

START_TEST(test_stream_in_spans_of_any_size_arrives_byte_exact)
{
    for (uint64_t seed = test_seed(1), i = 0; i < 5; i++, seed++) {
        struct pair *pair = pair_new(seed);
        enum { TOTAL = 300000 };
        int accepted, fd = connected(pair, &accepted);
        size_t written = 0, got = 0;
        pair->delay_us = 1000;
        pair->loss_permille = 10;
        while (got < TOTAL) {
            struct lan_pollfd entry = {.fd = fd, .events = LAN_POLLOUT};
            if (written < TOTAL && lan_poll(pair_near(pair), &entry, 1, 0) == 1)
                written += fill(pair, fd, written, TOTAL);
            pair_run(pair, 500);
            got += drain(pair, accepted, got);
        }
        ck_assert_msg(got == TOTAL, "seed %d", (int)seed);
        pair_free(pair);
    }
}
END_TEST

START_TEST(test_spans_block_as_read_and_write_do)
{
    struct pair *pair = pair_new(2);
    struct lan_host *host = pair_near(pair), *far = pair_far(pair);
    const void *bytes;
    void *room;
    int accepted, fd = connected(pair, &accepted);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_RCVTIMEO, 100), 0);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_SNDTIMEO, 100), 0);
    uint64_t before = pair->now_us;
    ck_assert_int_eq(lan_receive_span(host, fd, &bytes), -LAN_EAGAIN);
    ck_assert_uint_eq(pair->now_us - before, 100000);
    ck_assert_int_eq(lan_write(far, accepted, "abc", 3), 3);
    pair_run(pair, 1000);
    ck_assert_int_eq(lan_receive_span(host, fd, &bytes), 3);
    ck_assert_mem_eq(bytes, "abc", 3);
    ck_assert_int_eq(lan_receive_done(host, fd, 3), 0);
    long size; /* until both buffers are full, as nobody reads there */
    while ((size = lan_send_span(host, fd, &room)) > 0)
        ck_assert_int_eq(lan_send_done(host, fd, (size_t)size), 0);
    ck_assert_int_eq(size, -LAN_EAGAIN);
    ck_assert_int_eq(lan_shutdown(far, accepted, LAN_SHUT_WR), 0);
    pair_run(pair, 1000);
    ck_assert_int_eq(lan_receive_span(host, fd, &bytes), 0);
    pair_free(pair);
}
END_TEST

START_TEST(test_span_that_was_not_lent_is_refused)
{
    struct pair *pair = pair_new(3);
    struct lan_host *host = pair_near(pair);
    const void *bytes;
    void *room;
    int accepted, fd = connected(pair, &accepted);
    int datagrams = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    int closed = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    ck_assert_int_eq(lan_receive_done(host, fd, 0), -LAN_EINVAL);
    ck_assert_int_eq(lan_send_done(host, fd, 0), -LAN_EINVAL);
    long size = lan_send_span(host, fd, &room);
    ck_assert_int_gt(size, 0);
    ck_assert_int_eq(lan_send_done(host, fd, (size_t)size + 1), -LAN_EINVAL);
    ck_assert_int_eq(lan_send_done(host, fd, 0), 0);
    ck_assert_int_eq(lan_receive_span(host, datagrams, &bytes), -LAN_EOPNOTSUPP);
    ck_assert_int_eq(lan_send_span(host, datagrams, &room), -LAN_EOPNOTSUPP);
    ck_assert_int_eq(lan_receive_done(host, datagrams, 0), -LAN_EOPNOTSUPP);
    ck_assert_int_eq(lan_send_done(host, datagrams, 0), -LAN_EOPNOTSUPP);
    ck_assert_int_eq(lan_send_span(host, closed, &room), -LAN_ENOTCONN);
    ck_assert_int_eq(lan_receive_span(host, closed, &bytes), -LAN_ENOTCONN);
    ck_assert_int_eq(lan_receive_span(host, 15, &bytes), -LAN_EBADF);
    ck_assert_int_eq(lan_send_done(host, 15, 0), -LAN_EBADF);
    pair_free(pair);
}
END_TEST

/* A reset from the far side while both spans are lent. */
static void reset_under_spans(struct pair *pair, int fd, int accepted)
{
    struct lan_host *host = pair_near(pair), *far = pair_far(pair);
    const void *bytes;
    void *room;
    ck_assert_int_eq(lan_write(far, accepted, "abc", 3), 3);
    pair_run(pair, 1000);
    ck_assert_int_eq(lan_receive_span(host, fd, &bytes), 3);
    long size = lan_send_span(host, fd, &room);
    ck_assert_int_gt(size, 0);
    ck_assert_int_eq(lan_setsockopt(far, accepted, LAN_SOL_SOCKET, LAN_SO_LINGER, 0), 0);
    ck_assert_int_eq(lan_close(far, accepted), 0);
    pair_run(pair, 1000);
    /* Nobody else has the memory: what is written there harms nobody. */
    ck_assert_mem_eq(bytes, "abc", 3);
    memset(room, 0xff, (size_t)size);
}

START_TEST(test_reset_leaves_the_spans_until_they_are_given_back)
{
    struct pair *pair = pair_new(4);
    struct lan_host *host = pair_near(pair);
    for (int i = 0; i < 30; i++) { /* more often than there are buffers */
        int accepted, fd = connected(pair, &accepted);
        reset_under_spans(pair, fd, accepted);
        if (i % 3 == 0) {
            ck_assert_int_eq(lan_send_done(host, fd, 10), -LAN_ECONNRESET);
            ck_assert_int_eq(lan_receive_done(host, fd, 3), -LAN_ENOTCONN);
        } else if (i % 3 == 1) {
            ck_assert_int_eq(lan_connect(host, fd, &FAR_PORT), -LAN_ECONNRESET);
            ck_assert_int_eq(lan_connect(host, fd, &FAR_PORT), 0); /* takes them back */
            ck_assert_int_eq(lan_send_done(host, fd, 10), -LAN_EINVAL);
        }
        ck_assert_int_eq(lan_close(host, fd), 0);
        for (int other = 0; other < 16; other++)
            lan_close(pair_far(pair), other);
        pair_run(pair, SECOND_US);
    }
    pair_free(pair);
}
END_TEST

START_TEST(test_span_lent_over_a_shutdown_is_not_sent)
{
    struct pair *pair = pair_new(5);
    struct lan_host *host = pair_near(pair);
    void *room;
    char c;
    int accepted, fd = connected(pair, &accepted);
    ck_assert_int_gt(lan_send_span(host, fd, &room), 0);
    ck_assert_int_eq(lan_shutdown(host, fd, LAN_SHUT_WR), 0);
    pair_run(pair, 1000);
    ck_assert_int_eq(lan_send_done(host, fd, 5), -LAN_EPIPE);
    ck_assert_int_eq(lan_read(pair_far(pair), accepted, &c, 1), 0);
    pair_free(pair);
}
END_TEST

TEST_MAIN("socket_span", test_stream_in_spans_of_any_size_arrives_byte_exact,
          test_spans_block_as_read_and_write_do, test_span_that_was_not_lent_is_refused,
          test_reset_leaves_the_spans_until_they_are_given_back,
          test_span_lent_over_a_shutdown_is_not_sent)
