/* A host that forwards: a router between 10.0.0.0/24, where the peer is, and
 * 192.168.7.0/24 (RFC 1812). */
#include <string.h>

#include "base/bytes.h"
#include "bench.h"
#include "lan_socket.h"
#include "limits.h"
#include "test.h"

#define FAR_OWN_IP LAN_IP4(192, 168, 7, 1)
#define FAR_IP     LAN_IP4(192, 168, 7, 9)

static const uint8_t FAR_OWN_MAC[6] = {2, 0, 0, 0, 0, 9}, FAR_MAC[6] = {2, 0, 0, 0, 0, 19};

struct router {
    struct bench *bench;
    struct fake_adapter far;
};

static struct router *router_new(void)
{
    struct router *router = calloc(1, sizeof *router);
    size_t size;
    router->bench = bench_new();
    fake_adapter_init(&router->far, FAR_OWN_MAC[5]);
    ck_assert_int_eq(lan_host_add_adapter(router->bench->host, &router->far.base, FAR_OWN_IP, 24),
                     1);
    lan_host_set_forwarding(router->bench->host, true);
    bench_step(router->bench);
    fake_adapter_take(&router->far, &size);
    bench_meet_peer(router->bench);
    return router;
}

static void router_free(struct router *router)
{
    bench_free(router->bench);
    free(router);
}

static const uint8_t *take_far(struct router *router, size_t *size)
{
    const uint8_t *frame = fake_adapter_take(&router->far, size);
    ck_assert_msg(frame != NULL, "nothing was sent to the far network");
    return frame;
}

static void expect_far_silence(struct router *router)
{
    size_t size;
    ck_assert_ptr_null(fake_adapter_take(&router->far, &size));
}

static void answer_far_arp(struct router *router, lan_ip4 address)
{
    uint8_t answer[64];
    size_t size;
    const uint8_t *request = take_far(router, &size);
    ck_assert_uint_eq(get16(request + 12), 0x0806);
    ck_assert_uint_eq(get32(request + 38), address);
    frame_arp(answer, 2, FAR_MAC, address, FAR_OWN_IP);
    memcpy(answer, FAR_OWN_MAC, 6);
    fake_adapter_give(&router->far, answer, 60);
    bench_step(router->bench);
}

/* A datagram of `size` bytes from the peer. */
static size_t datagram(uint8_t *frame, lan_ip4 target, size_t size)
{
    uint8_t payload[1480] = {0x13, 0x88, 0, 9};
    const struct frame_ip ip = {PEER_IP, target, 17, NULL};
    for (size_t i = 8; i < size; i++)
        payload[i] = (uint8_t)(i * 7);
    put16(payload + 4, (uint16_t)size);
    return frame_ip(frame, &ip, payload, size);
}

/* The far host's address is known. */
static void meet_far(struct router *router)
{
    uint8_t frame[128];
    size_t size;
    bench_give(router->bench, frame, datagram(frame, FAR_IP, 20));
    answer_far_arp(router, FAR_IP);
    take_far(router, &size);
}

/* The error about `frame` that the peer must get; its second word. */
static uint32_t expect_error(struct router *router, const uint8_t *frame, uint16_t type_and_code)
{
    size_t size;
    const uint8_t *error = bench_take(router->bench, &size);
    uint8_t copy[34];
    ck_assert_mem_eq(error, PEER_MAC, 6);
    ck_assert_uint_eq(error[23], 1);
    ck_assert_uint_eq(get32(error + 26), HOST_IP); /* RFC 1812 section 4.3.2.4 */
    ck_assert_uint_eq(get32(error + 30), PEER_IP);
    ck_assert_uint_eq(get16(error + 34), type_and_code);
    ck_assert_mem_eq(error + 42 + 12, frame + 26, 8);
    memcpy(copy, error, 34);
    frame_fix_ip_checksum(copy);
    ck_assert_mem_eq(copy, error, 34);
    return get32(error + 38);
}

/* --- on its way ----------------------------------------------------------------------------- */

/* RFC 1812 section 5.3.1. */
START_TEST(test_packet_goes_on_with_one_hop_less)
{
    struct router *router = router_new();
    uint8_t frame[1514], wanted[1514];
    size_t got;
    meet_far(router);
    for (size_t size = 8; size <= 1480; size += 92) {
        size_t total = datagram(frame, FAR_IP, size);
        bench_give(router->bench, frame, total);
        const uint8_t *sent = take_far(router, &got);
        ck_assert_uint_eq(got, 34 + size);
        memcpy(wanted, frame, total);
        memcpy(wanted, FAR_MAC, 6);
        memcpy(wanted + 6, FAR_OWN_MAC, 6);
        wanted[22] = 63;
        frame_fix_ip_checksum(wanted);
        ck_assert_mem_eq(sent, wanted, got);
    }
    bench_expect_silence(router->bench);
    bench_expect_drops(router->bench, NULL);
    ck_assert_uint_eq(bench_counter(router->bench, "ip_packets_forwarded"), 1 + 17);
    router_free(router);
}
END_TEST

START_TEST(test_checksum_stays_right_for_every_time_to_live)
{
    struct router *router = router_new();
    uint8_t frame[128], copy[34];
    size_t size;
    meet_far(router);
    for (unsigned i = 0; i < 65536; i += 13) { /* all sums are met, 0xffff too */
        size = datagram(frame, FAR_IP, 20);
        frame[22] = (uint8_t)(2 + i % 254);
        put16(frame + 18, (uint16_t)i);
        frame_fix_ip_checksum(frame);
        bench_give(router->bench, frame, size);
        const uint8_t *sent = take_far(router, &size);
        uint32_t sum = 0;
        for (unsigned j = 14; j < 34; j += 2)
            sum += get16(sent + j);
        ck_assert_uint_eq((sum & 0xffff) + (sum >> 16), 0xffff);
        memcpy(copy, sent, 34);
        ck_assert_uint_eq(copy[22], frame[22] - 1);
    }
    router_free(router);
}
END_TEST

START_TEST(test_host_that_does_not_forward_drops_it)
{
    struct router *router = router_new();
    uint8_t frame[128];
    lan_host_set_forwarding(router->bench->host, false);
    bench_give(router->bench, frame, datagram(frame, FAR_IP, 20));
    expect_far_silence(router);
    bench_expect_silence(router->bench);
    bench_expect_drops(router->bench, "ip_drop_other", 1, NULL);
    router_free(router);
}
END_TEST

START_TEST(test_gateway_of_the_route_is_the_next_hop)
{
    struct router *router = router_new();
    uint8_t frame[128];
    size_t size;
    const lan_ip4 gateway = LAN_IP4(192, 168, 7, 254);
    ck_assert_int_eq(
        lan_host_add_route(router->bench->host, LAN_IP4(172, 16, 0, 0), 12, gateway, 1), 0);
    bench_give(router->bench, frame, datagram(frame, LAN_IP4(172, 20, 1, 1), 20));
    answer_far_arp(router, gateway);
    const uint8_t *sent = take_far(router, &size);
    ck_assert_mem_eq(sent, FAR_MAC, 6);
    ck_assert_uint_eq(get32(sent + 30), LAN_IP4(172, 20, 1, 1));
    ck_assert_uint_eq(sent[22], 63);
    bench_expect_drops(router->bench, NULL);
    router_free(router);
}
END_TEST

START_TEST(test_packets_to_the_router_itself_do_not_go_on)
{
    struct router *router = router_new();
    uint8_t frame[128], message[16] = {8, 0, 0xf7, 0xff};
    const struct frame_ip ip = {PEER_IP, FAR_OWN_IP, 1, NULL};
    size_t size;
    bench_give(router->bench, frame, frame_ip(frame, &ip, message, 8));
    const uint8_t *reply = bench_take(router->bench, &size);
    ck_assert_uint_eq(get32(reply + 26), FAR_OWN_IP);
    expect_far_silence(router);
    router_free(router);
}
END_TEST

/* --- what cannot go on ---------------------------------------------------------------------------
 */

/* RFC 1812 section 5.3.1, RFC 792. */
START_TEST(test_last_hop_is_told_time_exceeded)
{
    struct router *router = router_new();
    uint8_t frame[128];
    for (uint8_t ttl = 0; ttl < 2; ttl++) {
        size_t size = datagram(frame, FAR_IP, 20);
        frame[22] = ttl;
        frame_fix_ip_checksum(frame);
        bench_give(router->bench, frame, size);
        expect_error(router, frame, 0x0b00);
    }
    expect_far_silence(router);
    bench_expect_drops(router->bench, "ip_drop_ttl", 2, NULL);
    router_free(router);
}
END_TEST

/* RFC 1812 section 5.2.7.1. */
START_TEST(test_unknown_network_is_told)
{
    struct router *router = router_new();
    uint8_t frame[128];
    const struct lan_route route = {.gateway = GATEWAY_IP};
    ck_assert_int_eq(lan_host_remove_route(router->bench->host, &route), 0);
    bench_give(router->bench, frame, datagram(frame, OUTER_IP, 20));
    expect_error(router, frame, 0x0300);
    bench_expect_drops(router->bench, "ip_drop_no_way", 1, NULL);
    router_free(router);
}
END_TEST

/* RFC 1812 section 5.2.7.1. */
START_TEST(test_host_that_does_not_answer_arp_is_told_unreachable)
{
    struct router *router = router_new();
    uint8_t frame[128];
    bench_give(router->bench, frame, datagram(frame, FAR_IP, 20));
    bench_expect_silence(router->bench);
    bench_pass_time(router->bench, ARP_TRIES * ARP_RETRY_MS * 1000);
    expect_error(router, frame, 0x0301);
    bench_give(router->bench, frame, datagram(frame, FAR_IP, 20)); /* remembered */
    expect_error(router, frame, 0x0301);
    bench_expect_silence(router->bench);
    bench_expect_drops(router->bench, "ip_drop_no_neighbour", 2, NULL);
    router_free(router);
}
END_TEST

/* RFC 1812 section 5.3.7, RFC 2644, RFC 1812 section 5.3.4. */
START_TEST(test_what_no_router_passes_on_is_dropped_in_silence)
{
    struct router *router = router_new();
    uint8_t frame[128];
    static const struct {
        lan_ip4 source, target;
        const uint8_t *mac;
    } wrong[] = {
        {PEER_IP, LAN_IP4(127, 0, 0, 1), NULL},  {PEER_IP, LAN_IP4(0, 0, 0, 5), NULL},
        {PEER_IP, LAN_IP4(240, 0, 0, 1), NULL},  {PEER_IP, LAN_IP4(239, 1, 1, 1), NULL},
        {LAN_IP4(0, 1, 2, 3), FAR_IP, NULL},     {PEER_IP, FAR_IP, BROADCAST_MAC},
        {LAN_IP4(169, 254, 1, 2), FAR_IP, NULL}, {PEER_IP, LAN_IP4(169, 254, 1, 2), NULL},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const struct frame_ip ip = {wrong[i].source, wrong[i].target, 17, wrong[i].mac};
        bench_give(router->bench, frame, frame_ip(frame, &ip, "datagram", 8));
    }
    const struct frame_ip directed = {PEER_IP, LAN_IP4(192, 168, 7, 255), 17, NULL};
    bench_give(router->bench, frame, frame_ip(frame, &directed, "datagram", 8));
    bench_expect_silence(router->bench);
    expect_far_silence(router);
    bench_expect_drops(router->bench, "ip_drop_martian", 7, "ip_drop_group", 1, "ip_drop_broadcast",
                       1, NULL);
    router_free(router);
}
END_TEST

START_TEST(test_full_adapter_drops_what_was_to_go_on)
{
    struct router *router = router_new();
    uint8_t frame[128];
    meet_far(router);
    router->far.room = 0;
    bench_give(router->bench, frame, datagram(frame, FAR_IP, 20));
    bench_expect_silence(router->bench);
    bench_expect_drops(router->bench, "ip_drop_congestion", 1, NULL);
    router_free(router);
}
END_TEST

/* RFC 1122 section 3.2.2: never about a later fragment. */
START_TEST(test_later_fragment_that_cannot_go_on_is_dropped_in_silence)
{
    struct router *router = router_new();
    uint8_t frame[128];
    for (uint16_t offset = 0; offset < 2; offset++) {
        size_t size = datagram(frame, FAR_IP, 20);
        frame[22] = 1;
        put16(frame + 20, 0x2000 | offset);
        frame_fix_ip_checksum(frame);
        bench_give(router->bench, frame, size);
    }
    expect_error(router, frame, 0x0b00); /* about the first */
    bench_expect_silence(router->bench);
    ck_assert_uint_eq(bench_counter(router->bench, "icmp_errors_withheld"), 1);
    bench_expect_drops(router->bench, "ip_drop_ttl", 2, NULL);
    router_free(router);
}
END_TEST

/* --- redirect ------------------------------------------------------------------------------------
 */

/* RFC 1812 section 5.2.7.2. */
START_TEST(test_sender_with_a_shorter_way_is_redirected_and_served)
{
    struct router *router = router_new();
    uint8_t frame[128];
    size_t size;
    bench_give(router->bench, frame, datagram(frame, OUTER_IP, 20));
    bench_answer_arp(router->bench, GATEWAY_IP, FAR_MAC);
    /* The first waited for ARP; the redirect went ahead of it. */
    bench_pass_time(router->bench, 1);
    const uint8_t *sent = bench_take(router->bench, &size);
    ck_assert_uint_eq(sent[23], 1);
    ck_assert_uint_eq(get16(sent + 34), 0x0501);
    ck_assert_uint_eq(get32(sent + 38), GATEWAY_IP);
    sent = bench_take(router->bench, &size);
    ck_assert_mem_eq(sent, FAR_MAC, 6);
    ck_assert_uint_eq(get32(sent + 30), OUTER_IP);
    bench_expect_drops(router->bench, NULL);
    router_free(router);
}
END_TEST

START_TEST(test_sender_from_elsewhere_is_not_redirected)
{
    struct router *router = router_new();
    uint8_t frame[128];
    size_t size;
    const struct frame_ip ip = {LAN_IP4(172, 16, 1, 1), OUTER_IP, 17, NULL};
    bench_give(router->bench, frame, frame_ip(frame, &ip, "datagram", 8));
    bench_answer_arp(router->bench, GATEWAY_IP, FAR_MAC);
    ck_assert_uint_eq(get32(bench_take(router->bench, &size) + 30), OUTER_IP);
    bench_expect_silence(router->bench);
    router_free(router);
}
END_TEST

/* --- larger than the next link -----------------------------------------------------------------
 */

/* RFC 1191 section 4: the error carries the MTU. */
START_TEST(test_packet_not_to_be_split_is_told_the_mtu)
{
    struct router *router = router_new();
    uint8_t frame[1514];
    ck_assert_int_eq(lan_host_set_mtu(router->bench->host, 1, 600), 0);
    size_t size = datagram(frame, FAR_IP, 581);
    put16(frame + 20, 0x4000);
    frame_fix_ip_checksum(frame);
    bench_give(router->bench, frame, size);
    ck_assert_uint_eq(expect_error(router, frame, 0x0304), 600);
    expect_far_silence(router);
    bench_expect_drops(router->bench, "ip_drop_not_split", 1, NULL);
    router_free(router);
}
END_TEST

/* RFC 791 section 3.2, with options: the one that is to be copied is. */
START_TEST(test_packet_to_be_split_leaves_in_fragments)
{
    struct router *router = router_new();
    struct bench *bench = router->bench;
    uint8_t plain[1514], frame[1514], payload[1400];
    size_t size;
    meet_far(router);
    ck_assert_int_eq(lan_host_set_mtu(bench->host, 1, 576), 0);
    datagram(plain, FAR_IP, 1400);
    memcpy(frame, plain, 34);
    memcpy(frame + 34, "\x44\4\5\0\x94\4\0\0", 8); /* a time stamp; router alert */
    memcpy(frame + 42, plain + 34, 1400);
    frame[14] = 0x47;
    put16(frame + 16, 28 + 1400);
    put16(frame + 18, 0x1234);
    put16(frame + 20, 0x2010); /* itself a fragment, at 128 */
    frame_fix_ip_checksum(frame);
    bench_give(bench, frame, 14 + 28 + 1400);

    static const struct {
        size_t header_size, size;
        uint16_t fragment;
    } wanted[] = {{28, 544, 0x2010}, {24, 552, 0x2010 + 68}, {24, 304, 0x2010 + 137}};
    size_t at = 0;
    for (int i = 0; i < 3; i++) {
        const uint8_t *sent = take_far(router, &size);
        uint8_t copy[64];
        ck_assert_uint_eq(sent[14], 0x40 | wanted[i].header_size / 4);
        ck_assert_uint_eq(get16(sent + 18), 0x1234);
        ck_assert_uint_eq(get16(sent + 20), wanted[i].fragment);
        ck_assert_uint_eq(sent[22], 63);
        ck_assert_uint_eq(size, 14 + wanted[i].header_size + wanted[i].size);
        ck_assert_uint_eq(get16(sent + 16), size - 14);
        memcpy(copy, sent, 64);
        frame_fix_ip_checksum(copy);
        ck_assert_mem_eq(copy, sent, 64);
        if (i > 0)
            ck_assert_mem_eq(sent + 34, "\x94\4\0\0", 4);
        memcpy(payload + at, sent + 14 + wanted[i].header_size, wanted[i].size);
        at += wanted[i].size;
    }
    ck_assert_uint_eq(at, 1400);
    ck_assert_mem_eq(payload, frame + 42, 1400);
    expect_far_silence(router);
    bench_expect_drops(bench, NULL);
    ck_assert_uint_eq(bench_counter(bench, "ip_packets_split"), 1);
    router_free(router);
}
END_TEST

/* --- routes ---------------------------------------------------------------------------------- */

START_TEST(test_of_equal_prefixes_the_lowest_metric_whose_link_is_up_is_taken)
{
    struct router *router = router_new();
    struct bench *bench = router->bench;
    uint8_t frame[128];
    size_t size;
    const struct lan_route worse = {LAN_IP4(172, 16, 0, 0), 12, PEER_IP, 0, 20};
    const struct lan_route better = {LAN_IP4(172, 16, 0, 0), 12, FAR_IP, 1, 10};
    meet_far(router);
    ck_assert_int_eq(lan_host_put_route(bench->host, &worse), 0);
    ck_assert_int_eq(lan_host_put_route(bench->host, &better), 0);
    bench_give(bench, frame, datagram(frame, LAN_IP4(172, 16, 1, 1), 20));
    take_far(router, &size);
    bench_expect_silence(bench);

    const struct lan_address target = {LAN_IP4(172, 16, 1, 1), 9};
    int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    router->far.base.status.link_up = false;
    ck_assert_int_eq(lan_sendto(bench->host, fd, "x", 1, 0, &target), 1);
    ck_assert_uint_eq(get32(bench_take(bench, &size) + 26), HOST_IP);
    bench->adapter.base.status.link_up = false; /* none: the first, as ever */
    ck_assert_int_eq(lan_sendto(bench->host, fd, "x", 1, 0, &target), 1);
    ck_assert_uint_eq(get32(take_far(router, &size) + 26), FAR_OWN_IP);
    router_free(router);
}
END_TEST

START_TEST(test_routes_are_listed_and_removed)
{
    struct router *router = router_new();
    struct lan_host *host = router->bench->host;
    const struct lan_route route = {LAN_IP4(172, 16, 0, 0), 12, FAR_IP, 1, 10};
    struct lan_route other = route, found;
    ck_assert_int_eq(lan_host_put_route(host, &route), 0);
    other.metric = 11;
    ck_assert_int_eq(lan_host_remove_route(host, &other), -LAN_ENOENT);
    static const unsigned prefixes[] = {24, 24, 12, 0};
    for (unsigned i = 0; i < 4; i++) {
        ck_assert(lan_host_route(host, i, &found));
        ck_assert_uint_eq(found.prefix, prefixes[i]);
    }
    ck_assert(!lan_host_route(host, 4, &found));
    ck_assert_int_eq(lan_host_remove_route(host, &route), 0);
    ck_assert(!lan_host_route(host, 3, &found));
    router_free(router);
}
END_TEST

START_TEST(test_address_can_change_and_its_route_follows)
{
    struct router *router = router_new();
    struct lan_host *host = router->bench->host;
    struct lan_route found;
    lan_ip4 address;
    unsigned prefix;
    size_t size;
    ck_assert_int_eq(lan_host_set_address(host, 1, LAN_IP4(172, 17, 3, 4), 16), 0);
    ck_assert(lan_host_address(host, 1, &address, &prefix));
    ck_assert_uint_eq(address, LAN_IP4(172, 17, 3, 4));
    ck_assert_uint_eq(prefix, 16);
    bench_step(router->bench);
    ck_assert_uint_eq(get32(take_far(router, &size) + 28), address); /* announced */
    ck_assert(lan_host_route(host, 1, &found));
    ck_assert_uint_eq(found.network, LAN_IP4(172, 17, 0, 0));
    ck_assert_int_eq(lan_host_set_address(host, 1, 0, 0), 0);
    ck_assert(!lan_host_route(host, 2, &found));
    bench_step(router->bench);
    expect_far_silence(router);

    ck_assert_int_eq(lan_host_set_address(host, 2, PEER_IP, 24), -LAN_EINVAL);
    ck_assert_int_eq(lan_host_set_address(host, 1, 0, 24), -LAN_EINVAL);
    ck_assert(!lan_host_address(host, 2, &address, &prefix));
    ck_assert_int_eq(lan_host_set_mtu(host, 2, 1000), -LAN_EINVAL);
    ck_assert_int_eq(lan_host_set_mtu(host, 1, IP_MTU_MIN - 1), -LAN_EINVAL);
    ck_assert_int_eq(lan_host_set_mtu(host, 1, 1501), -LAN_EINVAL);
    router_free(router);
}
END_TEST

TEST_MAIN("forward", test_packet_goes_on_with_one_hop_less,
          test_checksum_stays_right_for_every_time_to_live,
          test_host_that_does_not_forward_drops_it, test_gateway_of_the_route_is_the_next_hop,
          test_packets_to_the_router_itself_do_not_go_on, test_last_hop_is_told_time_exceeded,
          test_unknown_network_is_told, test_host_that_does_not_answer_arp_is_told_unreachable,
          test_what_no_router_passes_on_is_dropped_in_silence,
          test_full_adapter_drops_what_was_to_go_on,
          test_later_fragment_that_cannot_go_on_is_dropped_in_silence,
          test_sender_with_a_shorter_way_is_redirected_and_served,
          test_sender_from_elsewhere_is_not_redirected, test_packet_not_to_be_split_is_told_the_mtu,
          test_packet_to_be_split_leaves_in_fragments,
          test_of_equal_prefixes_the_lowest_metric_whose_link_is_up_is_taken,
          test_routes_are_listed_and_removed, test_address_can_change_and_its_route_follows)
