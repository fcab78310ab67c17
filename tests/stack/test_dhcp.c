/* The DHCP client (RFC 2131) against a server that the test plays: its states, its
 * times, what the host has of a lease. What a server may not say: test_dhcp_hostile.c. */
#include <string.h>

#include "base/bytes.h"
#include "dhcp/dhcp_message.h"
#include "dhcp_server.h"
#include "lan_socket.h"
#include "limits.h"
#include "test.h"

static void expect_address(struct bench *bench, lan_ip4 wanted, unsigned wanted_prefix)
{
    lan_ip4 address;
    unsigned prefix;
    ck_assert(lan_host_address(bench->host, 0, &address, &prefix));
    ck_assert_uint_eq(address, wanted);
    ck_assert_uint_eq(prefix, wanted_prefix);
}

static bool has_default_route(struct bench *bench, lan_ip4 gateway)
{
    struct lan_route route;
    for (unsigned i = 0; lan_host_route(bench->host, i, &route); i++)
        if (route.prefix == 0 && route.gateway == gateway)
            return true;
    return false;
}

static void expect_nothing_configured(struct bench *bench)
{
    struct lan_route route;
    expect_address(bench, 0, 0);
    ck_assert(!lan_host_route(bench->host, 0, &route));
    ck_assert_uint_eq(lan_host_dns_server(bench->host, 0), 0);
}

static void answer(struct bench *bench, const struct dhcp_heard *heard, uint8_t kind)
{
    const struct dhcp_said said = dhcp_answer_to(heard, kind);
    dhcp_say(bench, &said);
}

/* The client asks for the address that it was offered. */
static struct dhcp_heard request_of(struct bench *bench)
{
    struct dhcp_heard heard = dhcp_expect(bench, DHCP_DISCOVER);
    answer(bench, &heard, DHCP_OFFER);
    return dhcp_expect(bench, DHCP_REQUEST);
}

/* The time of the next message from the client, in seconds from `since_us`. */
static double seconds_until(struct bench *bench, uint64_t since_us, uint8_t kind)
{
    dhcp_expect(bench, kind);
    return (double)(bench->now_us - since_us) / SECOND_US;
}

/* RFC 2131 sections 3.1 and 4.4.1, tables 4 and 5. */
START_TEST(test_client_discovers_requests_probes_and_has_address_route_and_names)
{
    struct lan_dhcp client;
    struct bench *bench = dhcp_bench(&client, NULL);
    struct dhcp_heard heard = dhcp_expect(bench, DHCP_DISCOVER);
    ck_assert_uint_eq(heard.source, 0);
    ck_assert_uint_eq(heard.target, UINT32_MAX);
    ck_assert_uint_eq(heard.own, 0);
    ck_assert_uint_eq(heard.flags, 0x8000);
    ck_assert_uint_eq(heard.requested | heard.server, 0);
    uint32_t xid = heard.xid;
    answer(bench, &heard, DHCP_OFFER);
    heard = dhcp_expect(bench, DHCP_REQUEST);
    ck_assert_uint_eq(heard.xid, xid);
    ck_assert_uint_eq(heard.source, 0);
    ck_assert_uint_eq(heard.target, UINT32_MAX);
    ck_assert_uint_eq(heard.own, 0);
    ck_assert_uint_eq(heard.requested, OFFERED_IP);
    ck_assert_uint_eq(heard.server, SERVER_IP);
    answer(bench, &heard, DHCP_ACK);

    /* RFC 5227: three probes and silence, before it is used. */
    expect_nothing_configured(bench);
    ck_assert_int_eq(client.state, LAN_DHCP_PROBING);
    bench_pass_time(bench, 8 * SECOND_US);
    ck_assert_int_eq(client.state, LAN_DHCP_BOUND);
    expect_address(bench, OFFERED_IP, 24);
    ck_assert(has_default_route(bench, GATEWAY_IP));
    ck_assert_uint_eq(lan_host_dns_server(bench->host, 0), NAMES_IP);
    ck_assert_uint_eq(client.counters.dhcp_bound, 1);
    ck_assert_uint_eq(client.counters.dhcp_sent, 2);
    ck_assert_uint_eq(client.counters.dhcp_received, 2);
    bench_expect_drops(bench, NULL);
    bench_free(bench);
}
END_TEST

/* RFC 2131 section 4.1: 4, 8, 16, 32, 64 s, each a second more or less. */
START_TEST(test_unanswered_discover_is_repeated_after_4_to_64_s_give_or_take_one)
{
    struct lan_dhcp client;
    struct bench *bench = dhcp_bench(&client, NULL);
    dhcp_expect(bench, DHCP_DISCOVER);
    static const unsigned waits[] = {4, 8, 16, 32, 64, 64};
    bool differs = false;
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        double waited = seconds_until(bench, bench->now_us, DHCP_DISCOVER);
        ck_assert_double_ge(waited, waits[i] - 1.0);
        ck_assert_double_le(waited, waits[i] + 1.0);
        differs |= waited != waits[i];
    }
    ck_assert(differs);
    bench_free(bench);
}
END_TEST

/* RFC 2131 section 4.1: xid is random; secs is the time since it began. */
START_TEST(test_number_is_random_and_seconds_count_from_the_first_discover)
{
    struct lan_dhcp client, other;
    struct bench *bench = dhcp_bench(&client, NULL);
    struct dhcp_heard first = dhcp_expect(bench, DHCP_DISCOVER);
    uint64_t begun_us = bench->now_us;
    dhcp_expect(bench, DHCP_DISCOVER);
    struct dhcp_heard third = dhcp_expect(bench, DHCP_DISCOVER);
    ck_assert_uint_eq(first.seconds, 0);
    ck_assert_uint_eq(third.seconds, (bench->now_us - begun_us) / SECOND_US);
    lan_dhcp_stop(&client);
    ck_assert_int_eq(lan_dhcp_start(&other, bench->host, 0, &(struct lan_dhcp_config){0}), 0);
    ck_assert_uint_ne(dhcp_expect(bench, DHCP_DISCOVER).xid, first.xid);
    bench_free(bench);
}
END_TEST

/* RFC 2131 section 3.1.5. */
START_TEST(test_request_without_an_answer_is_repeated_four_times_then_all_begins_again)
{
    struct lan_dhcp client;
    struct bench *bench = dhcp_bench(&client, NULL);
    request_of(bench);
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(dhcp_expect(bench, DHCP_REQUEST).requested, OFFERED_IP);
    ck_assert_uint_eq(dhcp_expect(bench, DHCP_DISCOVER).server, 0);
    bench_free(bench);
}
END_TEST

/* RFC 2131 section 3.1.5: DHCPNAK, and it begins again. */
START_TEST(test_refused_request_begins_again)
{
    struct lan_dhcp client;
    struct bench *bench = dhcp_bench(&client, NULL);
    struct dhcp_heard heard = request_of(bench);
    answer(bench, &heard, DHCP_NAK);
    ck_assert_int_eq(client.state, LAN_DHCP_INIT);
    ck_assert_uint_eq(dhcp_expect(bench, DHCP_DISCOVER).requested, 0);
    ck_assert_uint_eq(client.counters.dhcp_refused, 1);
    bench_free(bench);
}
END_TEST

/* RFC 2131 sections 3.1.5 and 4.4.4, RFC 5227 section 2.1.1. */
START_TEST(test_address_that_somebody_has_is_declined_and_10_s_later_it_begins_again)
{
    struct lan_dhcp client;
    struct bench *bench = dhcp_bench(&client, NULL);
    struct dhcp_heard heard = request_of(bench);
    answer(bench, &heard, DHCP_ACK);
    bench_pass_time(bench, 1 * SECOND_US);
    uint8_t frame[64];
    bench_give(bench, frame, frame_arp(frame, 2, PEER_MAC, OFFERED_IP, OFFERED_IP));
    heard = dhcp_expect(bench, DHCP_DECLINE);
    ck_assert_uint_eq(heard.source, 0);
    ck_assert_uint_eq(heard.target, UINT32_MAX);
    ck_assert_uint_eq(heard.requested, OFFERED_IP);
    ck_assert_uint_eq(heard.server, SERVER_IP);
    expect_nothing_configured(bench);
    ck_assert_uint_eq(client.counters.dhcp_declined, 1);
    ck_assert_double_ge(seconds_until(bench, bench->now_us, DHCP_DISCOVER), 10.0);
    bench_free(bench);
}
END_TEST

/* RFC 5227 section 2.4: somebody insists on the address while we use it. */
START_TEST(test_address_lost_to_another_is_declined)
{
    struct lan_dhcp client;
    struct bench *bench = dhcp_bench(&client, NULL);
    dhcp_bind(bench, &client);
    uint8_t frame[64];
    for (int i = 0; i < 2; i++)
        bench_give(bench, frame, frame_arp(frame, 2, PEER_MAC, OFFERED_IP, OFFERED_IP));
    ck_assert_uint_eq(dhcp_expect(bench, DHCP_DECLINE).requested, OFFERED_IP);
    expect_nothing_configured(bench);
    bench_free(bench);
}
END_TEST

/* RFC 2131 section 4.4.5: by unicast to the server at T1. */
START_TEST(test_lease_is_renewed_at_half_its_time_by_unicast)
{
    struct lan_dhcp client;
    struct bench *bench = dhcp_bench(&client, NULL);
    dhcp_bind(bench, &client);
    for (int i = 0; i < 3; i++) {
        bench_pass_time(bench, client.asked_us + 1799 * (uint64_t)SECOND_US - bench->now_us);
        bench_expect_silence(bench);
        bench_pass_time(bench, 1 * SECOND_US);
        bench_answer_arp(bench, SERVER_IP, PEER_MAC);
        struct dhcp_heard heard = dhcp_expect(bench, DHCP_REQUEST);
        ck_assert_int_eq(client.state, LAN_DHCP_RENEWING);
        ck_assert_uint_eq(heard.source, OFFERED_IP);
        ck_assert_uint_eq(heard.target, SERVER_IP);
        ck_assert_uint_eq(heard.own, OFFERED_IP);
        ck_assert_uint_eq(heard.flags, 0);
        ck_assert_uint_eq(heard.requested | heard.server, 0);
        answer(bench, &heard, DHCP_ACK);
        ck_assert_int_eq(client.state, LAN_DHCP_BOUND);
        expect_address(bench, OFFERED_IP, 24);
        bench_expect_silence(bench); /* nothing to announce */
    }
    ck_assert_uint_eq(client.counters.dhcp_renewed, 3);
    ck_assert_uint_eq(lan_host_dns_server(bench->host, 1), 0);
    bench_free(bench);
}
END_TEST

/* RFC 2131 section 4.4.5: half of what is left, at least 60 s; broadcast from T2 on;
 * at the end the address is given up. */
START_TEST(test_lease_nobody_extends_is_rebound_by_broadcast_then_expires)
{
    struct lan_dhcp client;
    struct bench *bench = dhcp_bench(&client, NULL);
    dhcp_bind(bench, &client);
    uint64_t leased_us = client.asked_us;
    struct dhcp_heard heard;
    unsigned unicast = 0, broadcast = 0;
    while (dhcp_hear_within(bench, LEASE_S, &heard) && heard.kind == DHCP_REQUEST) {
        uint64_t second = (bench->now_us - leased_us) / SECOND_US;
        bool early = second < 3150;
        ck_assert_uint_eq(heard.target, early ? SERVER_IP : UINT32_MAX);
        ck_assert_uint_eq(heard.own, OFFERED_IP);
        early ? unicast++ : broadcast++;
        expect_address(bench, OFFERED_IP, 24);
    }
    /* Without an answer to ARP nothing goes to the server: see the next test. */
    ck_assert_uint_eq(unicast, 0);
    /* At 3150, 3375, 3487, 3547 s. */
    ck_assert_uint_eq(broadcast, 4);
    ck_assert_uint_eq(heard.kind, DHCP_DISCOVER);
    ck_assert_uint_eq(heard.requested, OFFERED_IP); /* would like it again */
    ck_assert_uint_eq((bench->now_us - leased_us) / SECOND_US, LEASE_S);
    expect_nothing_configured(bench);
    ck_assert_uint_eq(client.counters.dhcp_expired, 1);
    bench_free(bench);
}
END_TEST

/* RFC 2131 section 4.4.5: at REBINDING any server may extend it. */
START_TEST(test_another_server_extends_the_lease_when_rebinding)
{
    struct lan_dhcp client;
    struct bench *bench = dhcp_bench(&client, NULL);
    dhcp_bind(bench, &client);
    struct dhcp_heard heard;
    ck_assert(dhcp_hear_within(bench, LEASE_S, &heard));
    ck_assert_int_eq(client.state, LAN_DHCP_REBINDING);
    struct dhcp_said said = dhcp_answer_to(&heard, DHCP_ACK);
    said.server = LAN_IP4(10, 0, 0, 3);
    said.router = LAN_IP4(10, 0, 0, 253);
    dhcp_say(bench, &said);
    ck_assert_int_eq(client.state, LAN_DHCP_BOUND);
    ck_assert_uint_eq(client.lease.server, LAN_IP4(10, 0, 0, 3));
    ck_assert(has_default_route(bench, LAN_IP4(10, 0, 0, 253)));
    ck_assert(!has_default_route(bench, GATEWAY_IP));
    bench_free(bench);
}
END_TEST

/* RFC 2132 sections 9.11 and 9.12; RFC 2131 section 3.3: 0xffffffff never ends. */
START_TEST(test_times_are_the_servers_where_they_can_be)
{
    static const struct {
        uint32_t lease, renew, rebind, wanted_renew, wanted_rebind;
    } cases[] = {
        {1000, 0, 0, 500, 875},
        {1000, 100, 200, 100, 200},
        {1000, 900, 200, 100, 200},
        {1000, 600, 1000, 600, 875},
        {1000, 990, 2000, 500, 875},
        {1000, 0, 400, 200, 400},
        {4294967294, 0, 0, 2147483647, 3758096383u},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dhcp_heard heard = {.xid = 1};
        struct dhcp_said said = dhcp_answer_to(&heard, DHCP_ACK);
        said.lease_s = cases[i].lease;
        said.renew_s = cases[i].renew;
        said.rebind_s = cases[i].rebind;
        uint8_t message[600];
        struct dhcp_answer read;
        size_t size = dhcp_message(message, &said);
        ck_assert_int_eq(dhcp_read(message, size, HOST_MAC, &read), DHCP_FINE);
        ck_assert_uint_eq(read.lease.renew_s, cases[i].wanted_renew);
        ck_assert_uint_eq(read.lease.rebind_s, cases[i].wanted_rebind);
    }
}
END_TEST

START_TEST(test_lease_for_ever_is_never_renewed)
{
    struct lan_dhcp client;
    struct bench *bench = dhcp_bench(&client, NULL);
    struct dhcp_heard heard = request_of(bench);
    struct dhcp_said said = dhcp_answer_to(&heard, DHCP_ACK);
    said.lease_s = LAN_DHCP_FOR_EVER;
    dhcp_say(bench, &said);
    bench_pass_time(bench, 20 * SECOND_US);
    ck_assert_int_eq(client.state, LAN_DHCP_BOUND);
    ck_assert_uint_eq(bench->deadline_us, LAN_NEVER);
    bench_free(bench);
}
END_TEST

/* RFC 2131 sections 3.2 and 4.3.2: INIT-REBOOT. */
START_TEST(test_known_address_is_asked_for_at_once_and_refused_or_given)
{
    const struct lan_dhcp_config config = {.known_address = OFFERED_IP};
    for (int refused = 0; refused < 2; refused++) {
        struct lan_dhcp client;
        struct bench *bench = dhcp_bench(&client, &config);
        struct dhcp_heard heard = dhcp_expect(bench, DHCP_REQUEST);
        ck_assert_int_eq(client.state, LAN_DHCP_REBOOTING);
        ck_assert_uint_eq(heard.requested, OFFERED_IP);
        ck_assert_uint_eq(heard.server | heard.own, 0);
        answer(bench, &heard, refused ? DHCP_NAK : DHCP_ACK);
        if (refused) {
            ck_assert_uint_eq(dhcp_expect(bench, DHCP_DISCOVER).requested, 0);
        } else {
            bench_pass_time(bench, 8 * SECOND_US);
            expect_address(bench, OFFERED_IP, 24);
        }
        bench_free(bench);
    }
}
END_TEST

/* RFC 2131 section 3.2.4. */
START_TEST(test_known_address_nobody_answers_for_is_looked_for_anew)
{
    const struct lan_dhcp_config config = {.known_address = OFFERED_IP};
    struct lan_dhcp client;
    struct bench *bench = dhcp_bench(&client, &config);
    dhcp_expect(bench, DHCP_REQUEST);
    dhcp_expect(bench, DHCP_REQUEST);
    ck_assert_uint_eq(dhcp_expect(bench, DHCP_DISCOVER).requested, OFFERED_IP);
    bench_free(bench);
}
END_TEST

/* RFC 2131 section 3.7: a cable that was out may be in another network's hub. */
START_TEST(test_link_that_comes_back_asks_whether_the_address_still_holds)
{
    for (int refused = 0; refused < 3; refused++) {
        struct lan_dhcp client;
        struct bench *bench = dhcp_bench(&client, NULL);
        dhcp_bind(bench, &client);
        bench->adapter.base.status.link_changes += 2;
        struct dhcp_heard heard = dhcp_expect(bench, DHCP_REQUEST);
        ck_assert_int_eq(client.state, LAN_DHCP_REBOOTING);
        ck_assert_uint_eq(heard.requested, OFFERED_IP);
        ck_assert_uint_eq(heard.server | heard.own, 0);
        if (refused == 2) { /* nobody answers: it is used on */
            bench_pass_time(bench, 16 * SECOND_US);
            ck_assert_int_eq(client.state, LAN_DHCP_BOUND);
        } else {
            answer(bench, &heard, refused ? DHCP_NAK : DHCP_ACK);
            ck_assert_int_eq(client.state, refused ? LAN_DHCP_INIT : LAN_DHCP_BOUND);
        }
        expect_address(bench, refused == 1 ? 0 : OFFERED_IP, refused == 1 ? 0 : 24);
        bench_free(bench);
    }
}
END_TEST

START_TEST(test_link_that_comes_up_late_is_asked_by_at_once)
{
    struct lan_dhcp client;
    struct bench *bench = dhcp_bench(&client, NULL);
    struct dhcp_heard heard;
    bench->adapter.base.status.link_up = false;
    bench->adapter.base.status.link_changes++;
    while (dhcp_hear_within(bench, 200, &heard) && bench->now_us < 100 * (uint64_t)SECOND_US)
        ;
    bench->adapter.base.status.link_up = true;
    bench->adapter.base.status.link_changes++;
    uint64_t up_us = bench->now_us;
    ck_assert_double_le(seconds_until(bench, up_us, DHCP_DISCOVER), 0.001);
    bench_free(bench);
}
END_TEST

/* RFC 2131 section 4.4.6. */
START_TEST(test_released_address_is_told_to_the_server_and_gone)
{
    struct lan_dhcp client;
    struct bench *bench = dhcp_bench(&client, NULL);
    dhcp_bind(bench, &client);
    lan_dhcp_release(&client);
    bench_answer_arp(bench, SERVER_IP, PEER_MAC);
    struct dhcp_heard heard = dhcp_expect(bench, DHCP_RELEASE);
    ck_assert_uint_eq(heard.target, SERVER_IP);
    ck_assert_uint_eq(heard.own, OFFERED_IP);
    ck_assert_uint_eq(heard.server, SERVER_IP);
    ck_assert_uint_eq(heard.requested, 0);
    bench_pass_time(bench, 1 * SECOND_US);
    ck_assert_int_eq(client.state, LAN_DHCP_STOPPED);
    expect_nothing_configured(bench);
    bench_pass_time(bench, 3600 * (uint64_t)SECOND_US);
    bench_expect_silence(bench);
    bench_free(bench);
}
END_TEST

START_TEST(test_client_on_no_interface_or_without_a_socket_is_refused)
{
    struct lan_dhcp client;
    const struct lan_dhcp_config config = {0};
    struct bench *bench = bench_new_without_route();
    ck_assert_int_eq(lan_dhcp_start(&client, bench->host, 1, &config), -LAN_ENODEV);
    for (int i = 0; i < 4; i++)
        ck_assert_int_ge(lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0), 0);
    ck_assert_int_eq(lan_dhcp_start(&client, bench->host, 0, &config), -LAN_ENOBUFS);
    bench_free(bench);
}
END_TEST

TEST_MAIN("dhcp", test_client_discovers_requests_probes_and_has_address_route_and_names,
          test_unanswered_discover_is_repeated_after_4_to_64_s_give_or_take_one,
          test_number_is_random_and_seconds_count_from_the_first_discover,
          test_request_without_an_answer_is_repeated_four_times_then_all_begins_again,
          test_refused_request_begins_again,
          test_address_that_somebody_has_is_declined_and_10_s_later_it_begins_again,
          test_address_lost_to_another_is_declined,
          test_lease_is_renewed_at_half_its_time_by_unicast,
          test_lease_nobody_extends_is_rebound_by_broadcast_then_expires,
          test_another_server_extends_the_lease_when_rebinding,
          test_times_are_the_servers_where_they_can_be, test_lease_for_ever_is_never_renewed,
          test_known_address_is_asked_for_at_once_and_refused_or_given,
          test_known_address_nobody_answers_for_is_looked_for_anew,
          test_link_that_comes_back_asks_whether_the_address_still_holds,
          test_link_that_comes_up_late_is_asked_by_at_once,
          test_released_address_is_told_to_the_server_and_gone,
          test_client_on_no_interface_or_without_a_socket_is_refused)
