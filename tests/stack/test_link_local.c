/* Link-local addresses (RFC 3927): chosen, probed, announced, defended, given up; and
 * as what the DHCP client falls back to. */
#include <string.h>

#include "base/bytes.h"
#include "dhcp/dhcp_message.h"
#include "dhcp_server.h"
#include "lan_socket.h"
#include "limits.h"
#include "test.h"

#define NETWORK LAN_IP4(169, 254, 0, 0)

static const uint8_t NOBODY[6];

/* A host without an address whose MAC address ends so. */
static struct bench *bench_of(uint8_t last, struct lan_link_local *local)
{
    struct bench *bench = bench_new_without_route();
    bench->adapter.base.mac[5] = last;
    ck_assert_int_eq(lan_host_set_address(bench->host, 0, 0, 0), 0);
    bench_step(bench);
    ck_assert_int_eq(lan_link_local_start(local, bench->host, 0), 0);
    return bench;
}

static lan_ip4 address_of(struct bench *bench)
{
    lan_ip4 address;
    unsigned prefix;
    ck_assert(lan_host_address(bench->host, 0, &address, &prefix));
    ck_assert_uint_eq(prefix, address ? 16 : 0);
    return address;
}

static void bench_drain(struct bench *bench)
{
    size_t size;
    while (fake_adapter_take(&bench->adapter, &size))
        ;
}

static void claim(struct bench *bench, struct lan_link_local *local)
{
    bench_pass_time(bench, 10 * SECOND_US);
    ck_assert_int_eq(local->state, LAN_LINK_LOCAL_CLAIMED);
    ck_assert_uint_eq(address_of(bench), local->address);
    bench_drain(bench);
}

/* Somebody else says that he has it. */
static void give_conflict(struct bench *bench, lan_ip4 address)
{
    uint8_t frame[64];
    bench_give(bench, frame, frame_arp(frame, 2, PEER_MAC, address, address));
}

static void expect_in_range(lan_ip4 address)
{
    ck_assert_uint_ge(address, NETWORK + 0x100); /* the first and last 256 are kept back */
    ck_assert_uint_lt(address, NETWORK + 0xff00);
}

/* RFC 3927 section 2.1. */
START_TEST(test_addresses_follow_from_the_mac_address_and_differ)
{
    lan_ip4 seen[64];
    for (unsigned i = 0; i < 64; i++) {
        struct lan_link_local local, again;
        struct bench *bench = bench_of((uint8_t)(i + 1), &local);
        expect_in_range(local.address);
        seen[i] = local.address;
        for (unsigned j = 0; j < i; j++)
            ck_assert_uint_ne(seen[i], seen[j]);
        bench_free(bench);
        bench = bench_of((uint8_t)(i + 1), &again);
        ck_assert_uint_eq(again.address, seen[i]);
        bench_free(bench);
    }
}
END_TEST

/* RFC 3927 sections 2.2 and 2.4: three probes, then it is claimed and announced twice. */
START_TEST(test_address_is_probed_three_times_then_claimed_and_announced_twice)
{
    struct lan_link_local local;
    struct bench *bench = bench_of(1, &local);
    bench_pass_time(bench, 20 * SECOND_US);
    for (int i = 0; i < 5; i++) {
        size_t size;
        const uint8_t *frame = bench_take(bench, &size);
        ck_assert_mem_eq(frame, BROADCAST_MAC, 6);
        ck_assert_uint_eq(get16(frame + 12), 0x0806);
        ck_assert_uint_eq(get16(frame + 20), 1);
        ck_assert_uint_eq(get32(frame + 28), i < 3 ? 0 : local.address);
        ck_assert_mem_eq(frame + 32, NOBODY, 6);
        ck_assert_uint_eq(get32(frame + 38), local.address);
    }
    bench_expect_silence(bench);
    ck_assert_uint_eq(address_of(bench), local.address);
    struct lan_route route;
    ck_assert(lan_host_route(bench->host, 0, &route)); /* the link, and nothing behind it */
    ck_assert_uint_eq(route.network, NETWORK);
    ck_assert_uint_eq(route.gateway, 0);
    ck_assert(!lan_host_route(bench->host, 1, &route));
    bench_free(bench);
}
END_TEST

/* RFC 3927 section 2.2.1. */
START_TEST(test_address_that_somebody_has_gives_way_to_another)
{
    struct lan_link_local local;
    struct bench *bench = bench_of(1, &local);
    lan_ip4 first = local.address;
    bench_pass_time(bench, 2 * SECOND_US);
    give_conflict(bench, first);
    ck_assert_uint_ne(local.address, first);
    expect_in_range(local.address);
    ck_assert_uint_eq(local.conflicts, 1);
    claim(bench, &local);
    ck_assert_uint_eq(local.conflicts, 0);
    bench_free(bench);
}
END_TEST

/* RFC 3927 section 2.2.1: MAX_CONFLICTS, then RATE_LIMIT_INTERVAL. */
START_TEST(test_after_ten_conflicts_one_address_a_minute_is_tried)
{
    struct lan_link_local local;
    struct bench *bench = bench_of(1, &local);
    for (unsigned i = 0; i < 12; i++) {
        while (local.state != LAN_LINK_LOCAL_PROBING)
            bench_pass_time(bench, 1 * SECOND_US);
        uint64_t begun_us = bench->now_us;
        give_conflict(bench, local.address);
        ck_assert_uint_eq(local.conflicts, i + 1);
        bool waits = local.state == LAN_LINK_LOCAL_WAITING;
        ck_assert_int_eq(waits, i + 1 >= LINK_LOCAL_CONFLICTS);
        if (!waits)
            continue;
        bench_drain(bench);
        bench_pass_time(bench, 59 * SECOND_US);
        bench_expect_silence(bench);
        ck_assert_int_eq(local.state, LAN_LINK_LOCAL_WAITING);
        ck_assert_uint_ge(bench->now_us - begun_us, 59 * (uint64_t)SECOND_US);
    }
    bench_free(bench);
}
END_TEST

/* RFC 3927 section 2.5 (b). */
START_TEST(test_claimed_address_is_defended_once_then_given_up_for_another)
{
    struct lan_link_local local;
    struct bench *bench = bench_of(1, &local);
    claim(bench, &local);
    lan_ip4 first = local.address;
    size_t size;
    give_conflict(bench, first);
    const uint8_t *frame = bench_take(bench, &size); /* told so */
    ck_assert_uint_eq(get32(frame + 28), first);
    ck_assert_uint_eq(address_of(bench), first);
    give_conflict(bench, first);
    ck_assert_uint_eq(address_of(bench), 0);
    claim(bench, &local);
    ck_assert_uint_ne(local.address, first);
    bench_free(bench);
}
END_TEST

/* RFC 3927 section 2.5: so that everybody hears of a conflict. */
START_TEST(test_arp_replies_from_a_link_local_address_are_broadcast)
{
    struct lan_link_local local;
    struct bench *bench = bench_of(1, &local);
    claim(bench, &local);
    uint8_t request[64];
    size_t size;
    bench_give(bench, request,
               frame_arp(request, 1, PEER_MAC, LAN_IP4(169, 254, 9, 9), local.address));
    const uint8_t *frame = bench_take(bench, &size);
    ck_assert_uint_eq(get16(frame + 20), 2);
    ck_assert_mem_eq(frame, BROADCAST_MAC, 6);
    ck_assert_mem_eq(frame + 32, PEER_MAC, 6);
    bench_free(bench);
}
END_TEST

START_TEST(test_stopped_address_is_gone_and_no_interface_is_refused)
{
    struct lan_link_local local;
    struct bench *bench = bench_of(1, &local);
    claim(bench, &local);
    lan_link_local_stop(&local);
    ck_assert_uint_eq(address_of(bench), 0);
    bench_pass_time(bench, 100 * SECOND_US);
    bench_expect_silence(bench);
    ck_assert_uint_eq(bench->deadline_us, LAN_NEVER);
    ck_assert_int_eq(lan_link_local_start(&local, bench->host, 7), -LAN_ENODEV);
    bench_free(bench);
}
END_TEST

/* RFC 3927 section 2.11: DHCP goes on meanwhile, and its address takes the place. */
START_TEST(test_dhcp_without_an_answer_falls_back_and_takes_over_when_one_comes)
{
    const struct lan_dhcp_config config = {.link_local = true};
    struct lan_dhcp client;
    struct bench *bench = dhcp_bench(&client, &config);
    for (int i = 0; i < 2; i++) {
        dhcp_expect(bench, DHCP_DISCOVER);
        ck_assert_int_eq(client.link_local.state, LAN_LINK_LOCAL_STOPPED);
    }
    dhcp_expect(bench, DHCP_DISCOVER);
    ck_assert_int_eq(client.link_local.state, LAN_LINK_LOCAL_PROBING);
    bench_pass_time(bench, 8 * SECOND_US);
    ck_assert_uint_eq(address_of(bench), client.link_local.address);
    ck_assert_int_eq(client.state, LAN_DHCP_SELECTING);

    struct dhcp_heard heard = dhcp_expect(bench, DHCP_DISCOVER);
    struct dhcp_said said = dhcp_answer_to(&heard, DHCP_OFFER);
    dhcp_say(bench, &said);
    heard = dhcp_expect(bench, DHCP_REQUEST);
    said = dhcp_answer_to(&heard, DHCP_ACK);
    dhcp_say(bench, &said);
    bench_pass_time(bench, 8 * SECOND_US);
    lan_ip4 address;
    unsigned prefix;
    lan_host_address(bench->host, 0, &address, &prefix);
    ck_assert_uint_eq(address, OFFERED_IP);
    ck_assert_uint_eq(prefix, 24);
    ck_assert_int_eq(client.link_local.state, LAN_LINK_LOCAL_STOPPED);
    bench_free(bench);
}
END_TEST

/* The offer comes while the link-local address is still being probed. */
START_TEST(test_offer_during_the_fall_backs_probe_is_taken)
{
    const struct lan_dhcp_config config = {.link_local = true};
    struct lan_dhcp client;
    struct bench *bench = dhcp_bench(&client, &config);
    dhcp_expect(bench, DHCP_DISCOVER);
    dhcp_expect(bench, DHCP_DISCOVER);
    dhcp_bind(bench, &client);
    ck_assert_int_eq(client.link_local.state, LAN_LINK_LOCAL_STOPPED);
    ck_assert_uint_eq(client.lease.address, OFFERED_IP);
    bench_free(bench);
}
END_TEST

TEST_MAIN("link_local", test_addresses_follow_from_the_mac_address_and_differ,
          test_address_is_probed_three_times_then_claimed_and_announced_twice,
          test_address_that_somebody_has_gives_way_to_another,
          test_after_ten_conflicts_one_address_a_minute_is_tried,
          test_claimed_address_is_defended_once_then_given_up_for_another,
          test_arp_replies_from_a_link_local_address_are_broadcast,
          test_stopped_address_is_gone_and_no_interface_is_refused,
          test_dhcp_without_an_answer_falls_back_and_takes_over_when_one_comes,
          test_offer_during_the_fall_backs_probe_is_taken)
