/* Ethernet's header and ARP, seen from the wire of a whole host. */
#include <string.h>

#include "base/bytes.h"
#include "bench.h"
#include "lan_socket.h"
#include "limits.h"
#include "test.h"

enum { SECOND_US = 1000000, SETS = HOST_NEIGHBOURS / ARP_WAYS };

static int open_udp(struct bench *bench)
{
    return lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
}

static long send_to(struct bench *bench, int fd, lan_ip4 target)
{
    const struct lan_address address = {target, 9};
    return lan_sendto(bench->host, fd, "x", 1, 0, &address);
}

static void expect_request(struct bench *bench, const uint8_t to[6], lan_ip4 address)
{
    size_t size;
    const uint8_t *frame = bench_take(bench, &size);
    ck_assert_uint_eq(size, 42);
    ck_assert_mem_eq(frame, to, 6);
    ck_assert_mem_eq(frame + 6, HOST_MAC, 6);
    ck_assert_uint_eq(get16(frame + 12), 0x0806);
    ck_assert_uint_eq(get16(frame + 20), 1);
    ck_assert_mem_eq(frame + 22, HOST_MAC, 6);
    ck_assert_uint_eq(get32(frame + 28), HOST_IP);
    ck_assert_uint_eq(get32(frame + 38), address);
}

/* A datagram to this MAC address. */
static void expect_datagram(struct bench *bench, const uint8_t to[6])
{
    size_t size;
    const uint8_t *frame = bench_take(bench, &size);
    ck_assert_uint_eq(get16(frame + 12), 0x0800);
    ck_assert_mem_eq(frame, to, 6);
}

/* --- Ethernet ------------------------------------------------------------------------ */

START_TEST(test_frame_without_a_whole_header_is_dropped)
{
    struct bench *bench = bench_new();
    uint8_t frame[64];
    frame_arp(frame, 1, PEER_MAC, PEER_IP, HOST_IP);
    for (size_t size = 0; size < 14; size++)
        bench_give(bench, frame, size);
    bench_expect_silence(bench);
    bench_expect_drops(bench, "ether_drop_short", 14, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_frame_from_a_group_is_dropped)
{
    struct bench *bench = bench_new();
    uint8_t frame[64];
    size_t size = frame_arp(frame, 1, PEER_MAC, PEER_IP, HOST_IP);
    frame[6] |= 1;
    bench_give(bench, frame, size);
    bench_expect_silence(bench);
    bench_expect_drops(bench, "ether_drop_source", 1, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_frame_to_another_host_is_dropped)
{
    struct bench *bench = bench_new();
    uint8_t frame[64];
    size_t size = frame_arp(frame, 1, PEER_MAC, PEER_IP, HOST_IP);
    memcpy(frame, PEER_MAC, 6);
    bench_give(bench, frame, size);
    bench_expect_silence(bench);
    bench_expect_drops(bench, "ether_drop_other", 1, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_frame_with_a_length_or_an_unknown_type_is_dropped)
{
    struct bench *bench = bench_new();
    uint8_t frame[64];
    size_t size = frame_arp(frame, 1, PEER_MAC, PEER_IP, HOST_IP);
    put16(frame + 12, 46);
    bench_give(bench, frame, size);
    put16(frame + 12, 0x05ff);
    bench_give(bench, frame, size);
    put16(frame + 12, 0x0600);
    bench_give(bench, frame, size);
    put16(frame + 12, 0x86dd);
    bench_give(bench, frame, size);
    bench_expect_silence(bench);
    bench_expect_drops(bench, "ether_drop_length", 2, "ether_drop_type", 2, NULL);
    bench_free(bench);
}
END_TEST

/* --- ARP answers ------------------------------------------------------------------------ */

START_TEST(test_adapter_added_announces_its_address_once)
{
    struct bench *bench = bench_new(); /* took one */
    ck_assert_uint_eq(bench_counter(bench, "arp_requests_sent"), 1);
    bench_pass_time(bench, 10 * SECOND_US);
    bench_expect_silence(bench);
    bench_free(bench);
}
END_TEST

START_TEST(test_link_that_comes_back_announces_the_address)
{
    struct bench *bench = bench_new();
    bench->adapter.base.status.link_up = false;
    bench->adapter.base.status.link_changes++;
    bench_step(bench);
    bench_expect_silence(bench);
    bench->adapter.base.status.link_up = true;
    bench->adapter.base.status.link_changes++;
    bench_step(bench);
    expect_request(bench, BROADCAST_MAC, HOST_IP);
    bench_free(bench);
}
END_TEST

START_TEST(test_request_for_our_address_is_answered)
{
    struct bench *bench = bench_new();
    uint8_t frame[64];
    size_t size;
    bench_give(bench, frame, frame_arp(frame, 1, PEER_MAC, PEER_IP, HOST_IP));
    const uint8_t *reply = bench_take(bench, &size);
    ck_assert_uint_eq(size, 42);
    ck_assert_mem_eq(reply, PEER_MAC, 6);
    ck_assert_uint_eq(get16(reply + 20), 2);
    ck_assert_mem_eq(reply + 22, HOST_MAC, 6);
    ck_assert_uint_eq(get32(reply + 28), HOST_IP);
    ck_assert_mem_eq(reply + 32, PEER_MAC, 6);
    ck_assert_uint_eq(get32(reply + 38), PEER_IP);
    bench_expect_drops(bench, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_request_for_another_address_is_not_answered)
{
    struct bench *bench = bench_new();
    uint8_t frame[64];
    bench_give(bench, frame, frame_arp(frame, 1, PEER_MAC, PEER_IP, GATEWAY_IP));
    bench_expect_silence(bench);
    bench_expect_drops(bench, "arp_drop_other", 1, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_answer_without_room_in_the_adapter_is_dropped)
{
    struct bench *bench = bench_new();
    uint8_t frame[64];
    bench->adapter.room = 0;
    bench_give(bench, frame, frame_arp(frame, 1, PEER_MAC, PEER_IP, HOST_IP));
    bench_expect_drops(bench, "arp_drop_no_room", 1, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_malformed_arp_is_dropped)
{
    /* Place and value of a byte that makes it wrong. */
    static const uint8_t wrong[][2] = {{14, 9},  {15, 2}, {16, 9}, {17, 1}, {18, 8},
                                       {19, 16}, {20, 1}, {21, 3}, {22, 3}};
    struct bench *bench = bench_new();
    uint8_t frame[64];
    int drops = 0;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++, drops++) {
        size_t size = frame_arp(frame, 1, PEER_MAC, PEER_IP, HOST_IP);
        frame[wrong[i][0]] = wrong[i][1];
        bench_give(bench, frame, size);
    }
    for (size_t size = 14; size < 42; size++, drops++) {
        frame_arp(frame, 1, PEER_MAC, PEER_IP, HOST_IP);
        bench_give(bench, frame, size);
    }
    bench_expect_silence(bench);
    bench_expect_drops(bench, "arp_drop_malformed", drops, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_other_host_with_our_address_is_counted_and_not_answered)
{
    struct bench *bench = bench_new();
    uint8_t frame[64];
    bench_give(bench, frame, frame_arp(frame, 1, PEER_MAC, HOST_IP, HOST_IP));
    size_t size;
    ck_assert_uint_eq(get32(bench_take(bench, &size) + 38), HOST_IP); /* defended: test_acd.c */
    bench_expect_silence(bench);
    ck_assert_uint_eq(bench_counter(bench, "arp_conflicts"), 1);
    bench_free(bench);
}
END_TEST

/* --- ARP asks ------------------------------------------------------------------------------ */

START_TEST(test_first_datagram_waits_for_the_answer)
{
    struct bench *bench = bench_new();
    uint8_t frame[64];
    int fd = open_udp(bench);
    ck_assert_int_eq(send_to(bench, fd, PEER_IP), 1);
    expect_request(bench, BROADCAST_MAC, PEER_IP);
    bench_expect_silence(bench);
    bench_give(bench, frame, frame_arp(frame, 2, PEER_MAC, PEER_IP, HOST_IP));
    expect_datagram(bench, PEER_MAC);
    ck_assert_int_eq(send_to(bench, fd, PEER_IP), 1);
    expect_datagram(bench, PEER_MAC);
    bench_expect_silence(bench);
    bench_expect_drops(bench, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_far_target_asks_for_the_gateway)
{
    struct bench *bench = bench_new();
    int fd = open_udp(bench);
    ck_assert_int_eq(send_to(bench, fd, OUTER_IP), 1);
    expect_request(bench, BROADCAST_MAC, GATEWAY_IP);
    bench_free(bench);
}
END_TEST

START_TEST(test_answers_keep_the_order_of_what_waited)
{
    struct bench *bench = bench_new();
    int fd = open_udp(bench);
    const struct lan_address peer = {PEER_IP, 9};
    size_t size;
    for (char c = 'a'; c < 'd'; c++)
        ck_assert_int_eq(lan_sendto(bench->host, fd, &c, 1, 0, &peer), 1);
    bench_answer_arp(bench, PEER_IP, PEER_MAC);
    for (char c = 'a'; c < 'd'; c++)
        ck_assert_int_eq(bench_take(bench, &size)[42], c);
    bench_free(bench);
}
END_TEST

START_TEST(test_more_than_four_that_wait_for_one_displace_the_oldest)
{
    struct bench *bench = bench_new();
    int fd = open_udp(bench);
    const struct lan_address peer = {PEER_IP, 9};
    size_t size;
    for (char c = 'a'; c < 'g'; c++)
        ck_assert_int_eq(lan_sendto(bench->host, fd, &c, 1, 0, &peer), 1);
    bench_answer_arp(bench, PEER_IP, PEER_MAC);
    for (char c = 'c'; c < 'g'; c++)
        ck_assert_int_eq(bench_take(bench, &size)[42], c);
    bench_expect_silence(bench);
    bench_expect_drops(bench, "ip_drop_waiting", 2, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_pool_of_waiting_packets_full_says_again)
{
    struct bench *bench = bench_new(); /* it has six */
    int fd = open_udp(bench);
    for (unsigned i = 0; i < 6; i++)
        ck_assert_int_eq(send_to(bench, fd, PEER_IP + i), 1);
    ck_assert_int_eq(send_to(bench, fd, PEER_IP + 6), -LAN_EAGAIN);
    bench_free(bench);
}
END_TEST

START_TEST(test_no_answer_asks_three_times_a_second_apart_then_is_unreachable)
{
    struct bench *bench = bench_new();
    int fd = open_udp(bench);
    ck_assert_int_eq(send_to(bench, fd, PEER_IP), 1);
    for (int i = 0; i < ARP_TRIES; i++) {
        expect_request(bench, BROADCAST_MAC, PEER_IP);
        bench_pass_time(bench, ARP_RETRY_MS * 1000 - 1);
        bench_expect_silence(bench);
        bench_pass_time(bench, 1);
    }
    bench_expect_silence(bench);
    ck_assert_uint_eq(bench_counter(bench, "arp_failed"), 1);
    bench_expect_drops(bench, "ip_drop_unreachable", 1, NULL); /* it waited */
    ck_assert_int_eq(send_to(bench, fd, PEER_IP), -LAN_EHOSTUNREACH);
    bench_expect_silence(bench);

    bench_pass_time(bench, ARP_UNREACHABLE_MS * 1000);
    ck_assert_int_eq(send_to(bench, fd, PEER_IP), 1); /* and is asked again */
    expect_request(bench, BROADCAST_MAC, PEER_IP);
    bench_free(bench);
}
END_TEST

START_TEST(test_answer_nobody_asked_for_makes_no_entry)
{
    struct bench *bench = bench_new();
    uint8_t frame[64];
    int fd = open_udp(bench);
    bench_give(bench, frame, frame_arp(frame, 2, PEER_MAC, PEER_IP, HOST_IP));
    bench_expect_drops(bench, "arp_drop_unasked", 1, NULL);
    ck_assert_int_eq(send_to(bench, fd, PEER_IP), 1);
    expect_request(bench, BROADCAST_MAC, PEER_IP);
    bench_free(bench);
}
END_TEST

START_TEST(test_neighbour_that_moved_updates_its_entry)
{
    static const uint8_t moved[6] = {2, 0, 0, 0, 0, 77};
    struct bench *bench = bench_new();
    uint8_t frame[64];
    int fd = open_udp(bench);
    bench_meet_peer(bench);
    bench_give(bench, frame, frame_arp(frame, 1, moved, PEER_IP, PEER_IP)); /* gratuitous */
    bench_expect_silence(bench);
    ck_assert_int_eq(send_to(bench, fd, PEER_IP), 1);
    expect_datagram(bench, moved);
    bench_free(bench);
}
END_TEST

START_TEST(test_entry_that_grew_old_is_used_while_its_owner_is_asked)
{
    struct bench *bench = bench_new();
    uint8_t frame[64];
    int fd = open_udp(bench);
    bench_meet_peer(bench);
    bench_pass_time(bench, ARP_KNOWN_MS * 1000);
    bench_expect_silence(bench); /* nobody needs it */
    ck_assert_int_eq(send_to(bench, fd, PEER_IP), 1);
    expect_request(bench, PEER_MAC, PEER_IP);
    expect_datagram(bench, PEER_MAC);
    bench_give(bench, frame, frame_arp(frame, 2, PEER_MAC, PEER_IP, HOST_IP));
    bench_pass_time(bench, 10 * SECOND_US);
    bench_expect_silence(bench);
    bench_free(bench);
}
END_TEST

START_TEST(test_owner_that_is_gone_is_asked_three_times_then_by_broadcast)
{
    struct bench *bench = bench_new();
    int fd = open_udp(bench);
    bench_meet_peer(bench);
    bench_pass_time(bench, ARP_KNOWN_MS * 1000);
    ck_assert_int_eq(send_to(bench, fd, PEER_IP), 1);
    expect_request(bench, PEER_MAC, PEER_IP);
    expect_datagram(bench, PEER_MAC);
    bench_pass_time(bench, 3 * SECOND_US);
    expect_request(bench, PEER_MAC, PEER_IP);
    expect_request(bench, PEER_MAC, PEER_IP);
    bench_expect_silence(bench);
    ck_assert_int_eq(send_to(bench, fd, PEER_IP), -LAN_EHOSTUNREACH);
    bench_pass_time(bench, ARP_UNREACHABLE_MS * 1000);
    ck_assert_int_eq(send_to(bench, fd, PEER_IP), 1);
    expect_request(bench, BROADCAST_MAC, PEER_IP);
    bench_free(bench);
}
END_TEST

START_TEST(test_cache_set_full_displaces_the_one_heard_longest_ago)
{
    struct bench *bench = bench_new();
    int fd = open_udp(bench);
    size_t size;
    for (unsigned i = 0; i <= ARP_WAYS; i++) { /* all in one set */
        lan_ip4 address = PEER_IP + i * SETS;
        ck_assert_int_eq(send_to(bench, fd, address), 1);
        bench_answer_arp(bench, address, PEER_MAC);
        bench_take(bench, &size);
        bench_pass_time(bench, 1000);
    }
    ck_assert_int_eq(send_to(bench, fd, PEER_IP + SETS), 1);
    expect_datagram(bench, PEER_MAC); /* the second is still there */
    ck_assert_int_eq(send_to(bench, fd, PEER_IP), 1);
    expect_request(bench, BROADCAST_MAC, PEER_IP); /* the first is not */
    bench_free(bench);
}
END_TEST

START_TEST(test_cache_set_full_of_questions_lets_the_packet_wait)
{
    struct bench *bench = bench_new();
    int fd = open_udp(bench);
    for (unsigned i = 0; i < ARP_WAYS; i++) {
        ck_assert_int_eq(send_to(bench, fd, PEER_IP + i * SETS), 1);
        expect_request(bench, BROADCAST_MAC, PEER_IP + i * SETS);
    }
    lan_ip4 late = PEER_IP + ARP_WAYS * SETS;
    ck_assert_int_eq(send_to(bench, fd, late), 1);
    bench_expect_silence(bench);
    uint8_t frame[64];
    bench_give(bench, frame, frame_arp(frame, 2, PEER_MAC, PEER_IP, HOST_IP));
    expect_datagram(bench, PEER_MAC);
    expect_request(bench, BROADCAST_MAC, late); /* a place is free */
    bench_free(bench);
}
END_TEST

START_TEST(test_packet_that_waited_stays_while_the_adapter_is_full)
{
    struct bench *bench = bench_new();
    int fd = open_udp(bench);
    uint8_t frame[64];
    ck_assert_int_eq(send_to(bench, fd, PEER_IP), 1);
    expect_request(bench, BROADCAST_MAC, PEER_IP);
    bench->adapter.room = 0;
    bench_give(bench, frame, frame_arp(frame, 2, PEER_MAC, PEER_IP, HOST_IP));
    ck_assert_uint_le(bench->deadline_us, bench->now_us + IP_RETRY_US);
    bench->adapter.room = 4;
    bench_step(bench);
    expect_datagram(bench, PEER_MAC);
    bench_expect_drops(bench, NULL);
    bench_free(bench);
}
END_TEST

TEST_MAIN("ether_arp", test_frame_without_a_whole_header_is_dropped,
          test_frame_from_a_group_is_dropped, test_frame_to_another_host_is_dropped,
          test_frame_with_a_length_or_an_unknown_type_is_dropped,
          test_adapter_added_announces_its_address_once,
          test_link_that_comes_back_announces_the_address, test_request_for_our_address_is_answered,
          test_request_for_another_address_is_not_answered,
          test_answer_without_room_in_the_adapter_is_dropped, test_malformed_arp_is_dropped,
          test_other_host_with_our_address_is_counted_and_not_answered,
          test_first_datagram_waits_for_the_answer, test_far_target_asks_for_the_gateway,
          test_answers_keep_the_order_of_what_waited,
          test_more_than_four_that_wait_for_one_displace_the_oldest,
          test_pool_of_waiting_packets_full_says_again,
          test_no_answer_asks_three_times_a_second_apart_then_is_unreachable,
          test_answer_nobody_asked_for_makes_no_entry, test_neighbour_that_moved_updates_its_entry,
          test_entry_that_grew_old_is_used_while_its_owner_is_asked,
          test_owner_that_is_gone_is_asked_three_times_then_by_broadcast,
          test_cache_set_full_displaces_the_one_heard_longest_ago,
          test_cache_set_full_of_questions_lets_the_packet_wait,
          test_packet_that_waited_stays_while_the_adapter_is_full)
