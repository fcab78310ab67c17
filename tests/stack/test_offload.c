/* Checksums left to the adapter (lan_adapter.h): the peer, which sums by itself, sees
 * the same stream; and what the adapter verified is not summed again. */
#include <string.h>

#include "base/bytes.h"
#include "bench.h"
#include "lan_socket.h"
#include "pair.h"
#include "test.h"

enum { STREAM = 200000, PORT = 5000 };

static uint64_t far_counter(struct pair *pair, const char *name)
{
    uint64_t value;
    for (unsigned i = 0;; i++) {
        const char *is = lan_host_counter(pair_far(pair), i, &value);
        ck_assert_ptr_nonnull(is);
        if (strcmp(is, name) == 0)
            return value;
    }
}

static uint8_t octet(size_t at)
{
    return (uint8_t)(at * 7 + (at >> 8) * 31);
}

static struct {
    int listener, connection, datagrams;
    size_t received;
    unsigned echoed;
} far;

static void far_program(struct pair *pair)
{
    uint8_t bytes[2048];
    long got;
    struct lan_address from;
    if (far.connection < 0)
        far.connection = lan_accept(pair_far(pair), far.listener, NULL);
    while (far.connection >= 0 &&
           (got = lan_read(pair_far(pair), far.connection, bytes, sizeof bytes)) > 0)
        for (long i = 0; i < got; i++, far.received++)
            ck_assert_uint_eq(bytes[i], octet(far.received));
    while ((got = lan_recvfrom(pair_far(pair), far.datagrams, bytes, sizeof bytes, LAN_MSG_DONTWAIT,
                               &from)) >= 0)
        far.echoed++;
}

static int open_far(struct pair *pair, int kind)
{
    int socket = lan_socket(pair_far(pair), LAN_AF_INET, kind | LAN_SOCK_NONBLOCK, 0);
    ck_assert_int_ge(socket, 0);
    ck_assert_int_eq(lan_bind(pair_far(pair), socket, &(struct lan_address){FAR_IP, PORT}), 0);
    return socket;
}

/* A lossy link, so that segments of all sizes are sent again. */
static void stream(uint32_t capabilities)
{
    struct pair *pair = pair_new(test_seed(3));
    struct lan_host *near = pair_near(pair);
    static uint8_t bytes[1000];
    pair->sides[NEAR].adapter.base.capabilities = capabilities;
    pair->loss_permille = 10;
    far.listener = open_far(pair, LAN_SOCK_STREAM);
    ck_assert_int_eq(lan_listen(pair_far(pair), far.listener, 1), 0);
    far.datagrams = open_far(pair, LAN_SOCK_DGRAM);
    far.connection = -1;
    far.received = far.echoed = 0;
    pair->sides[FAR].program = far_program;

    int socket = lan_socket(near, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    ck_assert_int_eq(lan_connect(near, socket, &(struct lan_address){FAR_IP, PORT}), 0);
    for (size_t sent = 0; sent < STREAM;) {
        size_t size = 1 + pair_random(pair) % sizeof bytes;
        for (size_t i = 0; i < size; i++)
            bytes[i] = octet(sent + i);
        long took = lan_write(near, socket, bytes, size);
        ck_assert_int_gt(took, 0);
        sent += (size_t)took;
        if (sent >= STREAM)
            break;
    }
    int datagrams = lan_socket(near, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    for (long size = 0; size < 200; size++) {
        ck_assert_int_eq(lan_sendto(near, datagrams, bytes, (size_t)size, 0,
                                    &(struct lan_address){FAR_IP, PORT}),
                         size);
        pair_run(pair, 1000);
    }
    pair_run(pair, 60000000);
    ck_assert_uint_ge(far.received, STREAM);
    ck_assert_uint_gt(far.echoed, 150);
    ck_assert_uint_eq(far_counter(pair, "tcp_drop_checksum"), 0);
    ck_assert_uint_eq(far_counter(pair, "udp_drop_checksum"), 0);
    if (capabilities)
        ck_assert_uint_gt(pair->sides[NEAR].adapter.inserted, 300);
    else
        ck_assert_uint_eq(pair->sides[NEAR].adapter.inserted, 0);
    pair_free(pair);
}

START_TEST(test_stream_and_datagrams_with_inserted_checksums_arrive_as_written)
{
    stream(LAN_ADAPTER_SENDS_CHECKSUM);
}
END_TEST

START_TEST(test_stream_and_datagrams_without_arrive_as_written)
{
    stream(0);
}
END_TEST

/* What the adapter has verified is believed; what it has not is summed, and counted
 * when it is wrong. */
START_TEST(test_wrong_datagram_is_dropped_unless_the_adapter_verified_it)
{
    for (int verified = 0; verified < 2; verified++) {
        struct bench *bench = bench_new();
        uint8_t frame[200];
        int socket = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
        ck_assert_int_eq(lan_bind(bench->host, socket, &(struct lan_address){0, 7}), 0);
        size_t size = frame_udp(frame, 9, 7, "lantern", 7);
        put16(frame + 40, 0x1234); /* its checksum: wrong */
        bench->adapter.base.capabilities = LAN_ADAPTER_RECEIVES_CHECKSUM;
        bench->adapter.base.receive_verified = verified;
        bench_give(bench, frame, size);
        ck_assert_int_eq(
            lan_recvfrom(bench->host, socket, frame, sizeof frame, LAN_MSG_DONTWAIT, NULL),
            verified ? 7 : -LAN_EAGAIN);
        ck_assert_uint_eq(bench_counter(bench, "udp_drop_checksum"), !verified);
        bench_free(bench);
    }
}
END_TEST

TEST_MAIN("offload", test_stream_and_datagrams_with_inserted_checksums_arrive_as_written,
          test_stream_and_datagrams_without_arrive_as_written,
          test_wrong_datagram_is_dropped_unless_the_adapter_verified_it)
