/* IPv4 and ICMP, seen from the wire of a whole host. */
#include <string.h>

#include "base/bytes.h"
#include "bench.h"
#include "lan_socket.h"
#include "limits.h"
#include "test.h"

/* An echo request of `size` bytes of data in `frame`. */
static size_t echo(uint8_t *frame, size_t size)
{
    uint8_t data[1472];
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)(i * 3);
    return frame_icmp(frame, 8, 0, 0x12340001, data, size);
}

static void expect_ip(const uint8_t *frame, size_t size, uint8_t protocol, lan_ip4 source,
                      lan_ip4 target)
{
    uint8_t copy[64];
    ck_assert_uint_eq(get16(frame + 12), 0x0800);
    ck_assert_uint_eq(frame[14], 0x45);
    ck_assert_uint_eq(get16(frame + 16), size - 14);
    ck_assert_uint_eq(get16(frame + 20) & 0x3fff, 0);
    ck_assert_uint_eq(frame[22], target >> 28 == 14 ? 1 : 64); /* RFC 1112 section 6.1 */
    ck_assert_uint_eq(frame[23], protocol);
    ck_assert_uint_eq(get32(frame + 26), source);
    ck_assert_uint_eq(get32(frame + 30), target);
    memcpy(copy, frame, 34);
    frame_fix_ip_checksum(copy);
    ck_assert_mem_eq(copy, frame, 34);
}

/* --- echo ------------------------------------------------------------------------------ */

START_TEST(test_echo_of_every_size_is_answered_in_kind)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    uint8_t frame[1514], wanted[1514];
    size_t got;
    for (size_t size = 0; size <= 1472; size++) {
        bench_give(bench, frame, echo(frame, size));
        const uint8_t *reply = bench_take(bench, &got);
        ck_assert_uint_eq(got, 42 + size);
        expect_ip(reply, got, 1, HOST_IP, PEER_IP);
        frame_icmp(wanted, 0, 0, 0x12340001, frame + 42, size);
        ck_assert_mem_eq(reply + 34, wanted + 34, 8 + size);
    }
    bench_expect_silence(bench);
    bench_expect_drops(bench, NULL);
    ck_assert_uint_eq(bench_counter(bench, "icmp_echoes_answered"), 1473);
    bench_free(bench);
}
END_TEST

START_TEST(test_echo_to_all_is_not_answered)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    uint8_t frame[128], message[16];
    size_t size = echo(frame, 8);
    memcpy(message, frame + 34, 16);
    const struct frame_ip all = {PEER_IP, LAN_IP4(10, 0, 0, 255), 1, BROADCAST_MAC};
    const struct frame_ip group = {PEER_IP, LAN_IP4(224, 0, 0, 1), 1, NULL};
    size = frame_ip(frame, &all, message, 16);
    bench_give(bench, frame, size);
    size = frame_ip(frame, &group, message, 16);
    bench_give(bench, frame, size);
    bench_expect_silence(bench);
    bench_expect_drops(bench, "icmp_drop_group", 2, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_echo_to_a_full_adapter_is_dropped)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    uint8_t frame[128];
    bench->adapter.room = 0;
    bench_give(bench, frame, echo(frame, 8));
    bench_expect_drops(bench, "icmp_drop_no_room", 1, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_icmp_that_is_short_wrong_or_strange_is_dropped)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    uint8_t frame[128];
    const struct frame_ip to_host = {PEER_IP, HOST_IP, 1, NULL};
    bench_give(bench, frame, frame_ip(frame, &to_host, "\x08\0\xf7\xff\0\0\0", 7));
    size_t size = echo(frame, 8);
    frame[45] ^= 1;
    bench_give(bench, frame, size);
    bench_give(bench, frame, frame_icmp(frame, 13, 0, 0, "timestamp   ", 12));
    bench_give(bench, frame, frame_icmp(frame, 5, 1, GATEWAY_IP, frame, 28));
    bench_expect_silence(bench);
    bench_expect_drops(bench, "icmp_drop_short", 1, "icmp_drop_checksum", 1, "icmp_drop_type", 2,
                       NULL);
    bench_free(bench);
}
END_TEST

/* --- the IP header ----------------------------------------------------------------------- */

START_TEST(test_header_that_is_wrong_is_dropped)
{
    struct bench *bench = bench_new();
    uint8_t frame[128], whole[128];
    size_t size = echo(whole, 8);
    int drops = 0;
    for (size_t cut = 14; cut < 14 + 36; cut++, drops++) /* total length is 36 */
        bench_give(bench, whole, cut);
    static const struct {
        uint8_t place, value;
    } wrong[] = {{14, 0x55}, {14, 0x65}, {14, 0x44}, {14, 0x40}, {14, 0x4f}, {16, 1}, {17, 19}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++, drops++) {
        memcpy(frame, whole, size);
        frame[wrong[i].place] = wrong[i].value;
        frame_fix_ip_checksum(frame);
        bench_give(bench, frame, size);
    }
    bench_expect_silence(bench);
    bench_expect_drops(bench, "ip_drop_header", drops, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_any_bit_flipped_in_the_header_is_dropped)
{
    struct bench *bench = bench_new();
    uint8_t frame[128];
    for (size_t bit = 0; bit < 20 * 8; bit++) {
        size_t size = echo(frame, 8);
        frame[14 + bit / 8] ^= (uint8_t)(1 << bit % 8);
        bench_give(bench, frame, size);
    }
    bench_expect_silence(bench);
    ck_assert_uint_eq(
        bench_counter(bench, "ip_drop_header") + bench_counter(bench, "ip_drop_checksum"), 160);
    bench_free(bench);
}
END_TEST

/* Puts options between header and payload of an echo request. */
static size_t echo_with_options(uint8_t *frame, const void *options, size_t options_size)
{
    uint8_t plain[128];
    size_t size = 14 + 36;
    echo(plain, 8);
    memcpy(frame, plain, 34);
    memcpy(frame + 34, options, options_size);
    memcpy(frame + 34 + options_size, plain + 34, 16);
    frame[14] = (uint8_t)(0x45 + options_size / 4);
    put16(frame + 16, (uint16_t)(36 + options_size));
    frame_fix_ip_checksum(frame);
    return size + options_size;
}

START_TEST(test_options_are_skipped)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    uint8_t frame[128];
    size_t size;
    static const char *const fine[] = {"\1\1\1\0", "\0\xff\xff\xff", "\x94\4\0\0", "\7\4\4\1",
                                       "\1\x94\3\0"};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        bench_give(bench, frame, echo_with_options(frame, fine[i], 4));
        expect_ip(bench_take(bench, &size), 50, 1, HOST_IP, PEER_IP);
    }
    bench_expect_drops(bench, NULL);
    bench_free(bench);
}
END_TEST

/* RFC 7126 section 4.3. */
START_TEST(test_source_route_is_dropped_in_silence)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    uint8_t frame[128];
    static const char *const routes[] = {"\x83\3\4\0", "\x89\3\4\0", "\1\1\1\x83"};
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        bench_give(bench, frame, echo_with_options(frame, routes[i], 4));
    bench_expect_silence(bench);
    bench_expect_drops(bench, "ip_drop_source_route", 3, NULL);
    bench_free(bench);
}
END_TEST

/* RFC 1122 section 3.2.2.5. */
START_TEST(test_option_that_does_not_parse_is_dropped_and_its_place_told)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    uint8_t frame[128];
    size_t size;
    static const struct {
        const char *options;
        uint8_t place;
    } wrong[] = {{"\x94\0\0\0", 20},
                 {"\x94\1\0\0", 20},
                 {"\x94\5\0\0", 20},
                 {"\1\1\1\x94", 23},
                 {"\1\1\x94\3", 22}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        bench_give(bench, frame, echo_with_options(frame, wrong[i].options, 4));
        const uint8_t *error = bench_take(bench, &size);
        ck_assert_uint_eq(get16(error + 34), 0x0c00);
        ck_assert_uint_eq(get32(error + 38), (uint32_t)wrong[i].place << 24);
        ck_assert_mem_eq(error + 42, frame + 14, 40);
    }
    bench_expect_drops(bench, "ip_drop_options", 5, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_source_that_is_no_host_is_dropped)
{
    struct bench *bench = bench_new();
    uint8_t frame[128];
    static const lan_ip4 wrong[] = {0,          UINT32_MAX, LAN_IP4(127, 0, 0, 1),
                                    0xe0000001, 0xf0000001, LAN_IP4(10, 0, 0, 255),
                                    HOST_IP};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const struct frame_ip ip = {wrong[i], HOST_IP, 17, NULL};
        bench_give(bench, frame, frame_ip(frame, &ip, "datagram", 8));
    }
    bench_expect_silence(bench);
    bench_expect_drops(bench, "ip_drop_source", 7, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_packet_for_another_host_is_dropped)
{
    struct bench *bench = bench_new();
    uint8_t frame[128];
    static const lan_ip4 others[] = {GATEWAY_IP, OUTER_IP, LAN_IP4(127, 0, 0, 1),
                                     LAN_IP4(224, 0, 0, 251), 0};
    for (size_t i = 0; i < 5; i++) {
        const struct frame_ip ip = {PEER_IP, others[i], 17, NULL};
        bench_give(bench, frame, frame_ip(frame, &ip, "datagram", 8));
    }
    bench_expect_silence(bench);
    bench_expect_drops(bench, "ip_drop_other", 4, "ip_drop_group", 1, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_unicast_in_a_broadcast_frame_is_dropped)
{
    struct bench *bench = bench_new();
    uint8_t frame[128];
    const struct frame_ip ip = {PEER_IP, HOST_IP, 17, BROADCAST_MAC};
    bench_give(bench, frame, frame_ip(frame, &ip, "datagram", 8));
    bench_expect_silence(bench);
    bench_expect_drops(bench, "ip_drop_unicast_to_all", 1, NULL);
    bench_free(bench);
}
END_TEST

/* --- errors that we send --------------------------------------------------------------------- */

START_TEST(test_unknown_protocol_is_told_unreachable)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    uint8_t frame[128];
    size_t size;
    const struct frame_ip ip = {PEER_IP, HOST_IP, 132, NULL};
    bench_give(bench, frame, frame_ip(frame, &ip, "0123456789", 10));
    const uint8_t *error = bench_take(bench, &size);
    ck_assert_uint_eq(size, 14 + 20 + 8 + 30);
    expect_ip(error, size, 1, HOST_IP, PEER_IP);
    ck_assert_uint_eq(get16(error + 34), 0x0302);
    ck_assert_mem_eq(error + 42, frame + 14, 30);
    bench_expect_drops(bench, "ip_drop_protocol", 1, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_errors_are_limited_and_the_limit_is_not_to_be_foreseen)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    uint8_t frame[128];
    size_t size;
    unsigned sent[4], different = 0;
    for (unsigned period = 0; period < 4; period++) {
        sent[period] = 0;
        for (int i = 0; i < 100; i++) {
            bench_give(bench, frame, frame_udp(frame, 5000, 5001, "x", 1));
            while (fake_adapter_take(&bench->adapter, &size))
                sent[period]++;
        }
        ck_assert_uint_ge(sent[period], ICMP_ERRORS);
        ck_assert_uint_lt(sent[period], 2 * ICMP_ERRORS);
        different += period > 0 && sent[period] != sent[0];
        bench_pass_time(bench, ICMP_ERRORS_PERIOD_US);
    }
    ck_assert_uint_gt(different, 0);
    ck_assert_uint_eq(bench_counter(bench, "icmp_drop_limit"),
                      400 - sent[0] - sent[1] - sent[2] - sent[3]);
    bench_free(bench);
}
END_TEST

START_TEST(test_nothing_is_told_about_a_broadcast)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    uint8_t frame[128];
    const struct frame_ip ip = {PEER_IP, UINT32_MAX, 132, BROADCAST_MAC};
    bench_give(bench, frame, frame_ip(frame, &ip, "0123456789", 10));
    bench_expect_silence(bench);
    bench_expect_drops(bench, "ip_drop_protocol", 1, NULL);
    ck_assert_uint_eq(bench_counter(bench, "icmp_errors_withheld"), 1);
    bench_free(bench);
}
END_TEST

/* RFC 1122 section 3.2.2. */
START_TEST(test_nothing_is_told_about_an_error)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    uint8_t frame[128], whole[128];
    static const uint8_t types[] = {3, 4, 5, 11, 12, 200};
    for (size_t i = 0; i < sizeof types; i++) {
        size_t size = frame_icmp(whole, types[i], 0, 0, "what it is about", 16);
        memcpy(frame, whole, 34);
        memcpy(frame + 34, "\x94\5\0\0", 4);
        memcpy(frame + 38, whole + 34, size - 34);
        frame[14] = 0x46;
        put16(frame + 16, (uint16_t)(get16(frame + 16) + 4));
        frame_fix_ip_checksum(frame);
        bench_give(bench, frame, size + 4);
    }
    bench_expect_silence(bench);
    bench_expect_drops(bench, "ip_drop_options", 6, NULL);
    ck_assert_uint_eq(bench_counter(bench, "icmp_errors_withheld"), 6);
    bench_free(bench);
}
END_TEST

/* RFC 1812 section 4.3.2.3. */
START_TEST(test_error_quotes_as_much_as_576_bytes_hold)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    uint8_t frame[1514], payload[1400] = {1, 2, 3};
    size_t size;
    bench_give(bench, frame, frame_udp(frame, 5000, 5001, payload, sizeof payload));
    const uint8_t *error = bench_take(bench, &size);
    ck_assert_uint_eq(size, 14 + 576);
    ck_assert_mem_eq(error + 42, frame + 14, 548);
    ck_assert_uint_eq(error[15], 0xc0);
    bench_expect_drops(bench, "udp_drop_no_port", 1, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_error_to_a_full_adapter_is_dropped)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    uint8_t frame[128];
    bench->adapter.room = 0;
    bench_give(bench, frame, frame_udp(frame, 5000, 5001, "x", 1));
    bench_expect_drops(bench, "icmp_drop_no_room", 1, "udp_drop_no_port", 1, NULL);
    bench_free(bench);
}
END_TEST

/* --- errors that we receive ------------------------------------------------------------------- */

/* The IP header and first bytes of a datagram of ours. */
static void quote(uint8_t *at, uint8_t protocol, lan_ip4 source, lan_ip4 target)
{
    uint8_t frame[64];
    const struct frame_ip ip = {source, target, protocol, NULL};
    frame_ip(frame, &ip, "\x13\x88\x13\x89\0\x09\0\0", 8);
    memcpy(at, frame + 14, 28);
}

START_TEST(test_error_that_quotes_nothing_of_ours_is_dropped)
{
    struct bench *bench = bench_new();
    uint8_t frame[128], quoted[28];
    quote(quoted, 17, HOST_IP, PEER_IP);
    for (size_t size = 0; size < 28; size++)
        bench_give(bench, frame, frame_icmp(frame, 3, 3, 0, quoted, size));
    quoted[0] = 0x46;
    bench_give(bench, frame, frame_icmp(frame, 3, 3, 0, quoted, 28));
    quoted[0] = 0x44;
    bench_give(bench, frame, frame_icmp(frame, 3, 3, 0, quoted, 28));
    quote(quoted, 17, GATEWAY_IP, PEER_IP);
    bench_give(bench, frame, frame_icmp(frame, 11, 0, 0, quoted, 28));
    quote(quoted, 132, HOST_IP, PEER_IP);
    bench_give(bench, frame, frame_icmp(frame, 12, 0, 0, quoted, 28));
    bench_expect_silence(bench);
    bench_expect_drops(bench, "icmp_drop_quote", 28 + 4, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_error_about_no_socket_is_dropped)
{
    struct bench *bench = bench_new();
    uint8_t frame[128], quoted[28];
    quote(quoted, 17, HOST_IP, PEER_IP);
    bench_give(bench, frame, frame_icmp(frame, 3, 3, 0, quoted, 28));
    quote(quoted, 6, HOST_IP, PEER_IP);
    bench_give(bench, frame, frame_icmp(frame, 3, 3, 0, quoted, 28));
    bench_expect_silence(bench);
    bench_expect_drops(bench, "udp_drop_icmp", 1, "tcp_drop_icmp", 1, NULL);
    bench_free(bench);
}
END_TEST

/* --- routes ------------------------------------------------------------------------------------
 */

static void expect_asked_for(struct bench *bench, int fd, lan_ip4 target, lan_ip4 next_hop)
{
    const struct lan_address address = {target, 9};
    size_t size;
    ck_assert_int_eq(lan_sendto(bench->host, fd, "x", 1, 0, &address), 1);
    const uint8_t *request = bench_take(bench, &size);
    ck_assert_uint_eq(get16(request + 12), 0x0806);
    ck_assert_uint_eq(get32(request + 38), next_hop);
}

START_TEST(test_longest_prefix_is_taken)
{
    struct bench *bench = bench_new();
    int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    const lan_ip4 a = LAN_IP4(10, 0, 0, 11), b = LAN_IP4(10, 0, 0, 12), c = LAN_IP4(10, 0, 0, 13);
    ck_assert_int_eq(lan_host_add_route(bench->host, LAN_IP4(172, 16, 0, 0), 12, a, 0), 0);
    ck_assert_int_eq(lan_host_add_route(bench->host, LAN_IP4(172, 16, 5, 5), 32, c, 0), 0);
    ck_assert_int_eq(lan_host_add_route(bench->host, LAN_IP4(172, 16, 5, 0), 24, b, 0), 0);
    expect_asked_for(bench, fd, LAN_IP4(172, 31, 0, 1), a);
    expect_asked_for(bench, fd, LAN_IP4(172, 16, 5, 4), b);
    expect_asked_for(bench, fd, LAN_IP4(172, 16, 5, 5), c);
    expect_asked_for(bench, fd, LAN_IP4(172, 32, 0, 1), GATEWAY_IP);
    expect_asked_for(bench, fd, PEER_IP, PEER_IP);
    bench_free(bench);
}
END_TEST

START_TEST(test_no_route_is_unreachable)
{
    struct bench *bench = bench_new_without_route();
    const struct lan_address far = {OUTER_IP, 9};
    int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    ck_assert_int_eq(lan_sendto(bench->host, fd, "x", 1, 0, &far), -LAN_ENETUNREACH);
    ck_assert_int_eq(lan_connect(bench->host, fd, &far), -LAN_ENETUNREACH);
    bench_expect_silence(bench);
    bench_expect_drops(bench, "ip_drop_no_route", 1, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_senseless_routes_and_adapters_are_refused)
{
    struct bench *bench = bench_new();
    struct lan_host *host = bench->host;
    struct lan_adapter *adapter = &bench->adapter.base;
    ck_assert_int_eq(lan_host_add_route(host, LAN_IP4(172, 16, 0, 1), 24, PEER_IP, 0), -LAN_EINVAL);
    ck_assert_int_eq(lan_host_add_route(host, 0, 33, PEER_IP, 0), -LAN_EINVAL);
    ck_assert_int_eq(lan_host_add_route(host, 0, 0, UINT32_MAX, 0), -LAN_EINVAL);
    ck_assert_int_eq(lan_host_add_route(host, 0, 0, PEER_IP, 1), -LAN_EINVAL);
    ck_assert_int_eq(lan_host_add_route(host, 0, 0, PEER_IP, -1), -LAN_EINVAL);
    for (int i = 2; i < IP_ROUTES; i++)
        ck_assert_int_eq(lan_host_add_route(host, 0, 0, PEER_IP, 0), 0);
    ck_assert_int_eq(lan_host_add_route(host, 0, 0, PEER_IP, 0), -LAN_ENOBUFS);

    ck_assert_int_eq(lan_host_add_adapter(host, adapter, 0, 24), -LAN_EINVAL);
    ck_assert_int_eq(lan_host_add_adapter(host, adapter, 0xe0000001, 24), -LAN_EINVAL);
    ck_assert_int_eq(lan_host_add_adapter(host, adapter, PEER_IP, 33), -LAN_EINVAL);
    ck_assert_int_eq(lan_host_add_adapter(host, adapter, PEER_IP, 24), -LAN_ENOBUFS);
    bench_free(bench);

    bench = bench_new(); /* it has room for four */
    adapter = &bench->adapter.base;
    for (int i = 1; i < HOST_ADAPTERS; i++)
        ck_assert_int_eq(lan_host_add_adapter(bench->host, adapter, PEER_IP, 24), i);
    ck_assert_int_eq(lan_host_add_adapter(bench->host, adapter, PEER_IP, 24), -LAN_ENOBUFS);
    bench_free(bench);
}
END_TEST

START_TEST(test_broadcast_and_multicast_need_no_arp)
{
    struct bench *bench = bench_new();
    int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    ck_assert_int_eq(lan_setsockopt(bench->host, fd, LAN_SOL_SOCKET, LAN_SO_BROADCAST, 1), 0);
    static const uint8_t group[6] = {1, 0, 0x5e, 0x7f, 0, 0xfb};
    static const struct {
        lan_ip4 target;
        const uint8_t *mac;
    } cases[] = {{UINT32_MAX, BROADCAST_MAC},
                 {LAN_IP4(10, 0, 0, 255), BROADCAST_MAC},
                 {LAN_IP4(224, 255, 0, 251), group}};
    for (size_t i = 0; i < 3; i++) {
        const struct lan_address address = {cases[i].target, 9};
        size_t size;
        ck_assert_int_eq(lan_sendto(bench->host, fd, "x", 1, 0, &address), 1);
        const uint8_t *frame = bench_take(bench, &size);
        ck_assert_mem_eq(frame, cases[i].mac, 6);
        expect_ip(frame, size, 17, HOST_IP, cases[i].target);
    }
    bench_free(bench);
}
END_TEST

/* --- several adapters
 * ----------------------------------------------------------------------------- */

START_TEST(test_each_adapter_carries_its_network_with_its_address)
{
    struct bench *bench = bench_new();
    struct fake_adapter *second = calloc(1, sizeof *second);
    const lan_ip4 own = LAN_IP4(192, 168, 7, 1), other = LAN_IP4(192, 168, 7, 9);
    const struct lan_address address = {other, 9};
    uint8_t frame[64];
    size_t size;
    fake_adapter_init(second, 9);
    ck_assert_int_eq(lan_host_add_adapter(bench->host, &second->base, own, 16), 1);
    bench_step(bench);
    const uint8_t *announcement = fake_adapter_take(second, &size);
    ck_assert_ptr_nonnull(announcement);
    ck_assert_uint_eq(get32(announcement + 28), own);

    int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    ck_assert_int_eq(lan_sendto(bench->host, fd, "x", 1, 0, &address), 1);
    bench_expect_silence(bench);
    const uint8_t *request = fake_adapter_take(second, &size);
    ck_assert_ptr_nonnull(request);
    ck_assert_uint_eq(get32(request + 28), own);
    ck_assert_uint_eq(get32(request + 38), other);
    bench_step(bench);
    ck_assert_uint_eq(bench->deadline_us, bench->now_us + ARP_RETRY_MS * 1000);
    frame_arp(frame, 2, PEER_MAC, other, own);
    memcpy(frame, second->base.mac, 6);
    fake_adapter_give(second, frame, 60);
    bench_step(bench);
    const uint8_t *datagram = fake_adapter_take(second, &size);
    ck_assert_ptr_nonnull(datagram);
    expect_ip(datagram, size, 17, own, other);
    bench_expect_silence(bench);

    /* To its address and to all of its network, by its wire. */
    const lan_ip4 targets[] = {own, LAN_IP4(192, 168, 255, 255)};
    for (unsigned i = 0; i < 2; i++) {
        const struct frame_ip ip = {other, targets[i], 132, i ? BROADCAST_MAC : second->base.mac};
        fake_adapter_give(second, frame, frame_ip(frame, &ip, "x", 1));
        bench_step(bench);
    }
    bench_expect_drops(bench, "ip_drop_protocol", 2, NULL);

    uint64_t received = bench_counter(bench, "ether_frames_received");
    ck_assert_uint_eq(received, 3); /* the sum of both */
    bench_free(bench);
    free(second);
}
END_TEST

START_TEST(test_group_goes_where_its_route_or_its_source_says)
{
    struct bench *bench = bench_new();
    struct fake_adapter *second = calloc(1, sizeof *second);
    const struct lan_address own = {LAN_IP4(192, 168, 7, 1), 7000};
    const struct lan_address group = {LAN_IP4(239, 1, 2, 3), 9}, all = {UINT32_MAX, 9};
    size_t size;
    fake_adapter_init(second, 9);
    ck_assert_int_eq(lan_host_add_adapter(bench->host, &second->base, own.ip, 16), 1);
    bench_step(bench);
    fake_adapter_take(second, &size);
    ck_assert_int_eq(lan_host_add_route(bench->host, LAN_IP4(224, 0, 0, 0), 4, 0, 1), 0);
    int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    ck_assert_int_eq(lan_sendto(bench->host, fd, "x", 1, 0, &group), 1);
    const uint8_t *frame = fake_adapter_take(second, &size);
    ck_assert_ptr_nonnull(frame);
    expect_ip(frame, size, 17, own.ip, group.ip);
    ck_assert_int_eq(lan_setsockopt(bench->host, fd, LAN_SOL_SOCKET, LAN_SO_BROADCAST, 1), 0);
    ck_assert_int_eq(lan_sendto(bench->host, fd, "x", 1, 0, &all), 1);
    expect_ip(bench_take(bench, &size), 43, 17, HOST_IP, all.ip);
    int bound = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    ck_assert_int_eq(lan_bind(bench->host, bound, &own), 0);
    ck_assert_int_eq(lan_setsockopt(bench->host, bound, LAN_SOL_SOCKET, LAN_SO_BROADCAST, 1), 0);
    ck_assert_int_eq(lan_sendto(bench->host, bound, "x", 1, 0, &all), 1);
    frame = fake_adapter_take(second, &size);
    ck_assert_ptr_nonnull(frame);
    expect_ip(frame, size, 17, own.ip, all.ip);
    bench_expect_silence(bench);
    bench_free(bench);
    free(second);
}
END_TEST

START_TEST(test_packet_to_ourselves_passes_one_that_waits)
{
    struct bench *bench = bench_new();
    const struct lan_address own = {HOST_IP, 5000}, peer = {PEER_IP, 9};
    char memory[4];
    int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
    ck_assert_int_eq(lan_bind(bench->host, fd, &own), 0);
    ck_assert_int_eq(lan_sendto(bench->host, fd, "wait", 4, 0, &peer), 4);
    ck_assert_int_eq(lan_sendto(bench->host, fd, "self", 4, 0, &own), 4);
    bench_step(bench);
    ck_assert_int_eq(lan_read(bench->host, fd, memory, 4), 4);
    ck_assert_mem_eq(memory, "self", 4);
    bench_answer_arp(bench, PEER_IP, PEER_MAC);
    size_t size;
    ck_assert_mem_eq(bench_take(bench, &size) + 42, "wait", 4);
    bench_expect_drops(bench, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_identification_of_packets_differs)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    uint8_t frame[64];
    size_t size;
    uint16_t last = 0;
    for (int i = 0; i < 10; i++) {
        bench_give(bench, frame, echo(frame, 1));
        uint16_t identification = get16(bench_take(bench, &size) + 18);
        ck_assert(i == 0 || identification != last);
        last = identification;
    }
    bench_free(bench);
}
END_TEST

TEST_MAIN("ip", test_echo_of_every_size_is_answered_in_kind, test_echo_to_all_is_not_answered,
          test_echo_to_a_full_adapter_is_dropped,
          test_icmp_that_is_short_wrong_or_strange_is_dropped, test_header_that_is_wrong_is_dropped,
          test_any_bit_flipped_in_the_header_is_dropped, test_options_are_skipped,
          test_source_route_is_dropped_in_silence,
          test_option_that_does_not_parse_is_dropped_and_its_place_told,
          test_source_that_is_no_host_is_dropped, test_packet_for_another_host_is_dropped,
          test_unicast_in_a_broadcast_frame_is_dropped, test_unknown_protocol_is_told_unreachable,
          test_errors_are_limited_and_the_limit_is_not_to_be_foreseen,
          test_nothing_is_told_about_a_broadcast, test_nothing_is_told_about_an_error,
          test_error_quotes_as_much_as_576_bytes_hold, test_error_to_a_full_adapter_is_dropped,
          test_error_that_quotes_nothing_of_ours_is_dropped, test_error_about_no_socket_is_dropped,
          test_longest_prefix_is_taken, test_no_route_is_unreachable,
          test_senseless_routes_and_adapters_are_refused, test_broadcast_and_multicast_need_no_arp,
          test_each_adapter_carries_its_network_with_its_address,
          test_group_goes_where_its_route_or_its_source_says,
          test_packet_to_ourselves_passes_one_that_waits, test_identification_of_packets_differs)
