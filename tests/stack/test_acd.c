/* Address conflict detection (RFC 5227): probes, announcements, defence. */
#include <string.h>

#include "base/bytes.h"
#include "bench.h"
#include "lan_socket.h"
#include "limits.h"
#include "test.h"

#define WANTED_IP LAN_IP4(10, 0, 0, 77)

static const uint8_t NOBODY[6];

/* The request that the host must send next. */
static void expect_request(struct bench *bench, lan_ip4 sender, lan_ip4 target)
{
    size_t size;
    const uint8_t *frame = bench_take(bench, &size);
    ck_assert_mem_eq(frame, BROADCAST_MAC, 6);
    ck_assert_uint_eq(get16(frame + 12), 0x0806);
    ck_assert_uint_eq(get16(frame + 20), 1);
    ck_assert_mem_eq(frame + 22, HOST_MAC, 6);
    ck_assert_uint_eq(get32(frame + 28), sender);
    ck_assert_mem_eq(frame + 32, NOBODY, 6);
    ck_assert_uint_eq(get32(frame + 38), target);
}

/* A host whose adapter has no address yet. */
static struct bench *bench_without_address(void)
{
    struct bench *bench = bench_new_without_route();
    ck_assert_int_eq(lan_host_set_address(bench->host, 0, 0, 0), 0);
    bench_step(bench);
    bench_expect_silence(bench);
    return bench;
}

static void give_arp(struct bench *bench, uint16_t operation, const uint8_t mac[6], lan_ip4 sender,
                     lan_ip4 target)
{
    uint8_t frame[64];
    bench_give(bench, frame, frame_arp(frame, operation, mac, sender, target));
}

/* RFC 5227 section 2.1.1: three probes, 1 to 2 s apart, then 2 s of silence. */
START_TEST(test_address_that_nobody_has_is_probed_three_times_and_unused)
{
    struct bench *bench = bench_without_address();
    uint64_t times[3];
    ck_assert_int_eq(lan_host_probed(bench->host, 0), LAN_PROBE_NONE);
    uint64_t start = bench->now_us;
    ck_assert_int_eq(lan_host_probe(bench->host, 0, WANTED_IP), 0);
    ck_assert_int_eq(lan_host_probed(bench->host, 0), LAN_PROBE_RUNNING);
    for (int i = 0; i < 3; i++) {
        while (bench->adapter.outgoing.head == bench->adapter.outgoing.tail)
            bench_pass_time(bench, 1000);
        expect_request(bench, 0, WANTED_IP);
        times[i] = bench->now_us;
    }
    ck_assert_uint_le(times[0] - start, 1001000);
    for (int i = 1; i < 3; i++) {
        ck_assert_uint_ge(times[i] - times[i - 1], 999000);
        ck_assert_uint_le(times[i] - times[i - 1], 2001000);
    }
    bench_pass_time(bench, 1990000);
    ck_assert_int_eq(lan_host_probed(bench->host, 0), LAN_PROBE_RUNNING);
    bench_pass_time(bench, 11000);
    ck_assert_int_eq(lan_host_probed(bench->host, 0), LAN_PROBE_UNUSED);
    bench_expect_silence(bench);

    /* Section 2.3: announced twice, 2 s apart. */
    ck_assert_int_eq(lan_host_set_address(bench->host, 0, WANTED_IP, 24), 0);
    bench_step(bench);
    expect_request(bench, WANTED_IP, WANTED_IP);
    bench_pass_time(bench, 1999000);
    bench_expect_silence(bench);
    bench_pass_time(bench, 1000);
    expect_request(bench, WANTED_IP, WANTED_IP);
    bench_pass_time(bench, 60000000);
    bench_expect_silence(bench);
    ck_assert_uint_eq(bench->deadline_us, LAN_NEVER);
    bench_free(bench);
}
END_TEST

/* RFC 5227 section 2.1.1. */
START_TEST(test_any_packet_of_another_with_the_probed_address_says_that_it_is_taken)
{
    static const struct {
        uint16_t operation;
        lan_ip4 sender, target;
    } cases[] = {{2, WANTED_IP, 0},
                 {2, WANTED_IP, WANTED_IP},
                 {1, WANTED_IP, PEER_IP},
                 {1, 0, WANTED_IP}}; /* probes it at the same time */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench *bench = bench_without_address();
        ck_assert_int_eq(lan_host_probe(bench->host, 0, WANTED_IP), 0);
        bench_pass_time(bench, 1000000);
        expect_request(bench, 0, WANTED_IP);
        give_arp(bench, 1, HOST_MAC, 0, WANTED_IP); /* our own, come back */
        give_arp(bench, 1, PEER_MAC, PEER_IP, WANTED_IP);
        ck_assert_int_eq(lan_host_probed(bench->host, 0), LAN_PROBE_RUNNING);
        give_arp(bench, cases[i].operation, PEER_MAC, cases[i].sender, cases[i].target);
        ck_assert_int_eq(lan_host_probed(bench->host, 0), LAN_PROBE_TAKEN);
        ck_assert_uint_eq(bench_counter(bench, "arp_probes_answered"), 1);
        bench_pass_time(bench, 60000000);
        bench_expect_silence(bench);
        bench_free(bench);
    }
}
END_TEST

/* RFC 5227 section 2.4 (b). */
START_TEST(test_address_is_defended_once_in_10_s_then_lost)
{
    struct bench *bench = bench_new();
    give_arp(bench, 1, PEER_MAC, HOST_IP, HOST_IP);
    expect_request(bench, HOST_IP, HOST_IP);
    bench_pass_time(bench, 10000000);
    give_arp(bench, 2, PEER_MAC, HOST_IP, PEER_IP);
    expect_request(bench, HOST_IP, HOST_IP);
    ck_assert(!lan_host_address_lost(bench->host, 0));
    bench_pass_time(bench, 9999000);
    give_arp(bench, 2, PEER_MAC, HOST_IP, PEER_IP);
    bench_expect_silence(bench);
    ck_assert(lan_host_address_lost(bench->host, 0));
    ck_assert_uint_eq(bench_counter(bench, "arp_conflicts"), 3);
    ck_assert_uint_eq(bench_counter(bench, "arp_defended"), 2);
    ck_assert_int_eq(lan_host_set_address(bench->host, 0, WANTED_IP, 24), 0);
    ck_assert(!lan_host_address_lost(bench->host, 0));
    bench_free(bench);
}
END_TEST

/* RFC 5227 section 2.1.1: a probe for our address is answered as any request. */
START_TEST(test_probe_of_another_for_our_address_is_answered)
{
    struct bench *bench = bench_new();
    size_t size;
    give_arp(bench, 1, PEER_MAC, 0, HOST_IP);
    const uint8_t *reply = bench_take(bench, &size);
    ck_assert_uint_eq(get16(reply + 20), 2);
    ck_assert_mem_eq(reply, PEER_MAC, 6);
    ck_assert_uint_eq(get32(reply + 28), HOST_IP);
    bench_expect_silence(bench);
    bench_free(bench);
}
END_TEST

START_TEST(test_adapter_without_an_address_answers_no_request)
{
    struct bench *bench = bench_without_address();
    give_arp(bench, 1, PEER_MAC, PEER_IP, 0);
    give_arp(bench, 1, PEER_MAC, 0, 0);
    bench_expect_silence(bench);
    bench_expect_drops(bench, "arp_drop_other", 2, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_senseless_probes_are_refused)
{
    struct bench *bench = bench_new();
    ck_assert_int_eq(lan_host_probe(bench->host, 1, WANTED_IP), -LAN_EINVAL);
    ck_assert_int_eq(lan_host_probe(bench->host, 0, UINT32_MAX), -LAN_EINVAL);
    ck_assert_int_eq(lan_host_probe(bench->host, 0, 0), -LAN_EINVAL);
    ck_assert_int_eq(lan_host_probed(bench->host, 1), LAN_PROBE_NONE);
    ck_assert(!lan_host_address_lost(bench->host, 1));
    bench_free(bench);
}
END_TEST

TEST_MAIN("acd", test_address_that_nobody_has_is_probed_three_times_and_unused,
          test_any_packet_of_another_with_the_probed_address_says_that_it_is_taken,
          test_address_is_defended_once_in_10_s_then_lost,
          test_probe_of_another_for_our_address_is_answered,
          test_adapter_without_an_address_answers_no_request, test_senseless_probes_are_refused)
