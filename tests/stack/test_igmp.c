/* Groups: IGMP version 2 (RFC 2236), the adapter's filter, and datagrams to several
 * sockets at once. */
#include <string.h>

#include "base/bytes.h"
#include "bench.h"
#include "lan_socket.h"
#include "limits.h"
#include "test.h"

#define GROUP_IP    LAN_IP4(239, 1, 2, 3)
#define TWIN_IP     LAN_IP4(224, 129, 2, 3) /* the same MAC address */
#define ALL_SYSTEMS LAN_IP4(224, 0, 0, 1)
#define ALL_ROUTERS LAN_IP4(224, 0, 0, 2)

static const uint8_t GROUP_MAC[6] = {1, 0, 0x5e, 1, 2, 3}, SYSTEMS_MAC[6] = {1, 0, 0x5e, 0, 0, 1};

enum { PORT = 7000, SECOND_US = 1000000 };

static int open_port(struct bench *bench, lan_ip4 ip)
{
    const struct lan_address own = {ip, PORT};
    int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
    ck_assert_int_eq(lan_setsockopt(bench->host, fd, LAN_SOL_SOCKET, LAN_SO_REUSEADDR, 1), 0);
    ck_assert_int_eq(lan_bind(bench->host, fd, &own), 0);
    return fd;
}

/* The IGMP message that the host must send next, with its router alert. */
static void expect_message(struct bench *bench, uint8_t type, lan_ip4 target, lan_ip4 group)
{
    size_t size;
    const uint8_t *frame = bench_take(bench, &size);
    uint8_t copy[64];
    ck_assert_uint_eq(size, 14 + 24 + 8);
    ck_assert_uint_eq(get32(frame + 2), 0x5e000000 | (target & 0x7fffff));
    ck_assert_uint_eq(frame[14], 0x46);
    ck_assert_uint_eq(get16(frame + 16), 32);
    ck_assert_uint_eq(frame[22], 1);
    ck_assert_uint_eq(frame[23], 2);
    ck_assert_uint_eq(get32(frame + 26), HOST_IP);
    ck_assert_uint_eq(get32(frame + 30), target);
    ck_assert_uint_eq(get32(frame + 34), 0x94040000);
    memcpy(copy, frame, size);
    frame_fix_ip_checksum(copy);
    ck_assert_mem_eq(copy, frame, size);
    ck_assert_uint_eq(frame[38], type);
    ck_assert_uint_eq(frame[39], 0);
    ck_assert_uint_eq(get32(frame + 42), group);
    uint32_t sum = 0;
    for (int i = 38; i < 46; i += 2)
        sum += get16(frame + i);
    ck_assert_uint_eq((sum & 0xffff) + (sum >> 16), 0xffff);
}

static size_t message(uint8_t *frame, uint8_t type, uint8_t tenths, lan_ip4 target, lan_ip4 group)
{
    uint8_t payload[8] = {type, tenths};
    const struct frame_ip ip = {GATEWAY_IP, target, 2, SYSTEMS_MAC};
    put32(payload + 4, group);
    uint32_t sum = (uint32_t)get16(payload) + get16(payload + 4) + get16(payload + 6);
    put16(payload + 2, (uint16_t) ~((sum & 0xffff) + (sum >> 16)));
    size_t size = frame_ip(frame, &ip, payload, 8);
    frame[22] = 1;
    frame_fix_ip_checksum(frame);
    return size;
}

static void give(struct bench *bench, uint8_t type, uint8_t tenths, lan_ip4 target, lan_ip4 group)
{
    uint8_t frame[64];
    bench_give(bench, frame, message(frame, type, tenths, target, group));
}

/* Joined, and both reports sent. */
static int join(struct bench *bench, lan_ip4 group)
{
    int fd = open_port(bench, 0);
    size_t size;
    ck_assert_int_eq(lan_join_group(bench->host, fd, group, -1), 0);
    bench_pass_time(bench, 11 * SECOND_US);
    bench_take(bench, &size);
    bench_take(bench, &size);
    bench_expect_silence(bench);
    return fd;
}

/* --- IGMP ------------------------------------------------------------------------------------ */

/* RFC 2236 section 3. */
START_TEST(test_join_is_reported_at_once_and_again_within_10_s)
{
    struct bench *bench = bench_new();
    int fd = open_port(bench, 0);
    ck_assert(!fake_adapter_hears(&bench->adapter, GROUP_MAC));
    ck_assert_int_eq(lan_join_group(bench->host, fd, GROUP_IP, 0), 0);
    ck_assert(fake_adapter_hears(&bench->adapter, GROUP_MAC));
    bench_step(bench);
    expect_message(bench, 0x16, GROUP_IP, GROUP_IP);
    bench_expect_silence(bench);
    bench_pass_time(bench, 10 * SECOND_US);
    expect_message(bench, 0x16, GROUP_IP, GROUP_IP);
    bench_pass_time(bench, 100 * (uint64_t)SECOND_US);
    bench_expect_silence(bench);
    ck_assert_uint_eq(bench->deadline_us, LAN_NEVER);
    bench_expect_drops(bench, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_query_is_answered_once_within_its_time)
{
    struct bench *bench = bench_new();
    join(bench, GROUP_IP);
    for (int i = 0; i < 20; i++) {
        give(bench, 0x11, 30, ALL_SYSTEMS, 0);
        give(bench, 0x11, 10, GROUP_IP, GROUP_IP);  /* sooner: RFC 2236 section 3 */
        give(bench, 0x11, 1, ALL_SYSTEMS, TWIN_IP); /* of another group */
        bench_pass_time(bench, SECOND_US);
        expect_message(bench, 0x16, GROUP_IP, GROUP_IP);
        bench_pass_time(bench, 3 * SECOND_US);
        bench_expect_silence(bench);
    }
    bench_expect_drops(bench, NULL);
    bench_free(bench);
}
END_TEST

/* RFC 2236 section 3: the last reporter says when he leaves. */
START_TEST(test_leave_is_told_to_the_routers)
{
    struct bench *bench = bench_new();
    int fd = join(bench, GROUP_IP);
    ck_assert_int_eq(lan_leave_group(bench->host, fd, GROUP_IP, -1), 0);
    ck_assert(!fake_adapter_hears(&bench->adapter, GROUP_MAC));
    bench_step(bench);
    expect_message(bench, 0x17, ALL_ROUTERS, GROUP_IP);
    bench_pass_time(bench, 100 * (uint64_t)SECOND_US);
    bench_expect_silence(bench);
    ck_assert_int_eq(lan_leave_group(bench->host, fd, GROUP_IP, -1), -LAN_EADDRNOTAVAIL);
    bench_free(bench);
}
END_TEST

START_TEST(test_who_heard_another_report_first_saves_his_and_leaves_in_silence)
{
    struct bench *bench = bench_new();
    int fd = join(bench, GROUP_IP);
    give(bench, 0x11, 100, ALL_SYSTEMS, 0);
    give(bench, 0x16, 0, GROUP_IP, GROUP_IP);
    bench_pass_time(bench, 11 * SECOND_US);
    bench_expect_silence(bench);
    ck_assert_uint_eq(bench_counter(bench, "igmp_reports_saved"), 1);
    give(bench, 0x16, 0, GROUP_IP, GROUP_IP); /* nothing to save */
    ck_assert_int_eq(lan_close(bench->host, fd), 0);
    bench_step(bench);
    bench_expect_silence(bench);
    bench_expect_drops(bench, NULL);
    bench_free(bench);
}
END_TEST

/* RFC 2236 section 4. */
START_TEST(test_where_a_version_1_router_was_heard_version_1_is_spoken)
{
    struct bench *bench = bench_new();
    int fd = join(bench, GROUP_IP);
    give(bench, 0x11, 0, ALL_SYSTEMS, 0);
    bench_pass_time(bench, 10 * SECOND_US);
    expect_message(bench, 0x12, GROUP_IP, GROUP_IP);
    ck_assert_int_eq(lan_leave_group(bench->host, fd, GROUP_IP, 0), 0);
    bench_step(bench);
    bench_expect_silence(bench);
    ck_assert_int_eq(lan_join_group(bench->host, fd, GROUP_IP, 0), 0);
    bench_step(bench);
    expect_message(bench, 0x12, GROUP_IP, GROUP_IP);
    give(bench, 0x12, 0, GROUP_IP, GROUP_IP);
    bench_pass_time(bench, 400 * (uint64_t)SECOND_US);
    bench_expect_silence(bench);
    give(bench, 0x11, 10, ALL_SYSTEMS, 0);
    bench_pass_time(bench, SECOND_US);
    expect_message(bench, 0x16, GROUP_IP, GROUP_IP);
    bench_free(bench);
}
END_TEST

START_TEST(test_message_that_is_short_far_wrong_or_strange_is_dropped)
{
    struct bench *bench = bench_new();
    join(bench, GROUP_IP);
    uint8_t frame[64];
    const struct frame_ip ip = {GATEWAY_IP, ALL_SYSTEMS, 2, SYSTEMS_MAC};
    size_t size = frame_ip(frame, &ip, "\x11\x10\xee\xef\0\0\0", 7);
    bench_give(bench, frame, size);
    size = message(frame, 0x11, 10, ALL_SYSTEMS, 0);
    frame[22] = 2;
    frame_fix_ip_checksum(frame);
    bench_give(bench, frame, size);
    size = message(frame, 0x11, 10, ALL_SYSTEMS, 0);
    frame[35]++;
    bench_give(bench, frame, size);
    give(bench, 0x13, 0, ALL_SYSTEMS, 0);
    bench_pass_time(bench, 20 * SECOND_US);
    bench_expect_silence(bench);
    bench_expect_drops(bench, "igmp_drop_malformed", 2, "igmp_drop_checksum", 1, "igmp_drop_type",
                       1, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_report_to_a_full_adapter_is_said_again)
{
    struct bench *bench = bench_new();
    int fd = open_port(bench, 0);
    bench->adapter.room = 0;
    ck_assert_int_eq(lan_join_group(bench->host, fd, GROUP_IP, -1), 0);
    bench_step(bench);
    bench_expect_drops(bench, "igmp_drop_no_room", 1, NULL);
    bench->adapter.room = 5;
    bench_pass_time(bench, 10 * SECOND_US);
    expect_message(bench, 0x16, GROUP_IP, GROUP_IP);
    bench_free(bench);
}
END_TEST

/* --- membership --------------------------------------------------------------------------- */

START_TEST(test_filter_stays_while_a_group_with_the_same_mac_needs_it)
{
    struct bench *bench = bench_new();
    int a = open_port(bench, 0), b = open_port(bench, 0);
    ck_assert(fake_adapter_hears(&bench->adapter, SYSTEMS_MAC));
    ck_assert_int_eq(lan_join_group(bench->host, a, GROUP_IP, 0), 0);
    ck_assert_int_eq(lan_join_group(bench->host, b, GROUP_IP, 0), 0);
    ck_assert_int_eq(lan_join_group(bench->host, b, TWIN_IP, 0), 0);
    ck_assert_int_eq(lan_close(bench->host, a), 0);
    ck_assert_int_eq(lan_leave_group(bench->host, b, GROUP_IP, 0), 0);
    ck_assert(fake_adapter_hears(&bench->adapter, GROUP_MAC));
    ck_assert_int_eq(lan_close(bench->host, b), 0);
    ck_assert(!fake_adapter_hears(&bench->adapter, GROUP_MAC));
    ck_assert(fake_adapter_hears(&bench->adapter, SYSTEMS_MAC));
    bench_free(bench);
}
END_TEST

START_TEST(test_senseless_joins_are_refused)
{
    struct bench *bench = bench_new();
    int fd = open_port(bench, 0);
    int stream = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    ck_assert_int_eq(lan_join_group(bench->host, fd, PEER_IP, 0), -LAN_EINVAL);
    ck_assert_int_eq(lan_join_group(bench->host, fd, GROUP_IP, 1), -LAN_ENODEV);
    ck_assert_int_eq(lan_join_group(bench->host, 99, GROUP_IP, 0), -LAN_EBADF);
    ck_assert_int_eq(lan_join_group(bench->host, stream, GROUP_IP, 0), -LAN_EOPNOTSUPP);
    ck_assert_int_eq(lan_join_group(bench->host, fd, GROUP_IP, 0), 0);
    ck_assert_int_eq(lan_join_group(bench->host, fd, GROUP_IP, 0), -LAN_EADDRINUSE);
    for (lan_ip4 i = 1; i < IP_GROUPS; i++)
        ck_assert_int_eq(lan_join_group(bench->host, fd, GROUP_IP + i, 0), 0);
    ck_assert_int_eq(lan_join_group(bench->host, fd, GROUP_IP + IP_GROUPS, 0), -LAN_ENOBUFS);
    bench_free(bench);
}
END_TEST

/* --- to several sockets ---------------------------------------------------------------------- */

static void give_datagram(struct bench *bench, lan_ip4 target, const uint8_t *mac)
{
    uint8_t frame[64], datagram[9] = {0, 9, PORT >> 8, PORT & 255, 0, 9, 0, 0, 'x'};
    const struct frame_ip ip = {PEER_IP, target, 17, mac};
    bench_give(bench, frame, frame_ip(frame, &ip, datagram, 9));
}

static bool has_got(struct bench *bench, int fd)
{
    char c;
    return lan_read(bench->host, fd, &c, 1) == 1;
}

START_TEST(test_datagram_to_a_group_goes_to_every_member)
{
    struct bench *bench = bench_new();
    int a = open_port(bench, 0), b = open_port(bench, GROUP_IP), c = open_port(bench, 0);
    ck_assert_int_eq(lan_join_group(bench->host, a, GROUP_IP, 0), 0);
    ck_assert_int_eq(lan_join_group(bench->host, b, GROUP_IP, 0), 0);
    ck_assert_int_eq(lan_join_group(bench->host, b, TWIN_IP, 0), 0);
    give_datagram(bench, GROUP_IP, GROUP_MAC);
    ck_assert(has_got(bench, a));
    ck_assert(has_got(bench, b));
    ck_assert(!has_got(bench, c));
    give_datagram(bench, TWIN_IP, GROUP_MAC); /* b joined it, but has the other's name */
    ck_assert(!has_got(bench, a));
    ck_assert(!has_got(bench, b));
    ck_assert_uint_eq(bench_counter(bench, "ip_drop_group"), 0);
    give_datagram(bench, GROUP_IP + (1u << 23), GROUP_MAC);
    ck_assert_uint_eq(bench_counter(bench, "ip_drop_group"), 1);
    bench_free(bench);
}
END_TEST

START_TEST(test_broadcast_goes_to_every_socket_on_its_port)
{
    struct bench *bench = bench_new();
    int a = open_port(bench, 0), b = open_port(bench, HOST_IP), c = open_port(bench, GROUP_IP);
    int d = open_port(bench, LAN_IP4(10, 0, 0, 255));
    static const lan_ip4 all[] = {UINT32_MAX, LAN_IP4(10, 0, 0, 255)};
    for (int i = 0; i < 2; i++) {
        give_datagram(bench, all[i], BROADCAST_MAC);
        ck_assert(has_got(bench, a));
        ck_assert(has_got(bench, b));
        ck_assert(!has_got(bench, c));
        ck_assert(has_got(bench, d));
    }
    bench_expect_drops(bench, NULL);
    bench_free(bench);
}
END_TEST

START_TEST(test_what_is_sent_to_a_group_comes_to_members_here_unless_unwanted)
{
    struct bench *bench = bench_new();
    const struct lan_address group = {GROUP_IP, PORT};
    struct lan_address source;
    char c;
    size_t size;
    int a = join(bench, GROUP_IP);
    ck_assert_int_eq(lan_sendto(bench->host, a, "x", 1, 0, &group), 1);
    ck_assert_uint_eq(bench_take(bench, &size)[22], 1);
    ck_assert_int_eq(lan_recvfrom(bench->host, a, &c, 1, 0, &source), 1);
    ck_assert_uint_eq(source.ip, HOST_IP);
    ck_assert_uint_eq(source.port, PORT);
    ck_assert_int_eq(lan_setsockopt(bench->host, a, LAN_IPPROTO_IP, LAN_IP_MULTICAST_LOOP, 0), 0);
    ck_assert_int_eq(lan_setsockopt(bench->host, a, LAN_IPPROTO_IP, LAN_IP_MULTICAST_TTL, 7), 0);
    ck_assert_int_eq(lan_sendto(bench->host, a, "x", 1, 0, &group), 1);
    ck_assert_uint_eq(bench_take(bench, &size)[22], 7);
    ck_assert(!has_got(bench, a));
    bench_free(bench);
}
END_TEST

START_TEST(test_ports_are_shared_only_by_those_who_share)
{
    struct bench *bench = bench_new();
    const struct lan_address own = {0, PORT};
    open_port(bench, 0);
    int fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    ck_assert_int_eq(lan_bind(bench->host, fd, &own), -LAN_EADDRINUSE);
    ck_assert_int_eq(lan_setsockopt(bench->host, fd, LAN_SOL_SOCKET, LAN_SO_REUSEADDR, 1), 0);
    ck_assert_int_eq(lan_bind(bench->host, fd, &own), 0);
    bench_free(bench);
}
END_TEST

START_TEST(test_datagram_options_are_set_and_told)
{
    struct bench *bench = bench_new();
    bench_meet_peer(bench);
    static const struct {
        int level, option, before, after;
    } options[] = {
        {LAN_IPPROTO_IP, LAN_IP_TOS, 0, 0x10},        {LAN_IPPROTO_IP, LAN_IP_TTL, 64, 5},
        {LAN_IPPROTO_IP, LAN_IP_MULTICAST_TTL, 1, 3}, {LAN_IPPROTO_IP, LAN_IP_MULTICAST_LOOP, 1, 0},
        {LAN_IPPROTO_IP, LAN_IP_MULTICAST_IF, -1, 0}, {LAN_SOL_SOCKET, LAN_SO_REUSEADDR, 0, 1},
        {LAN_SOL_SOCKET, LAN_SO_BINDTODEVICE, -1, 0}};
    const struct lan_address peer = {PEER_IP, 9};
    size_t size;
    int value, fd = lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        int level = options[i].level, option = options[i].option;
        ck_assert_int_eq(lan_getsockopt(bench->host, fd, level, option, &value), 0);
        ck_assert_int_eq(value, options[i].before);
        ck_assert_int_eq(lan_setsockopt(bench->host, fd, level, option, options[i].after), 0);
        ck_assert_int_eq(lan_getsockopt(bench->host, fd, level, option, &value), 0);
        ck_assert_int_eq(value, options[i].after);
    }
    ck_assert_int_eq(lan_setsockopt(bench->host, fd, LAN_IPPROTO_IP, LAN_IP_TTL, 0), -LAN_EINVAL);
    ck_assert_int_eq(lan_setsockopt(bench->host, fd, LAN_IPPROTO_IP, LAN_IP_TOS, 256), -LAN_EINVAL);
    ck_assert_int_eq(lan_setsockopt(bench->host, fd, LAN_IPPROTO_IP, LAN_IP_MULTICAST_IF, 1),
                     -LAN_ENODEV);
    ck_assert_int_eq(lan_setsockopt(bench->host, fd, LAN_IPPROTO_IP, 99, 1), -LAN_ENOPROTOOPT);
    ck_assert_int_eq(lan_getsockopt(bench->host, fd, LAN_IPPROTO_IP, 99, &value), -LAN_ENOPROTOOPT);
    ck_assert_int_eq(lan_sendto(bench->host, fd, "x", 1, 0, &peer), 1);
    const uint8_t *frame = bench_take(bench, &size);
    ck_assert_uint_eq(frame[15], 0x10);
    ck_assert_uint_eq(frame[22], 5);
    bench_free(bench);
}
END_TEST

/* As a DHCP client does before there is an address (RFC 2131 section 4.1). */
START_TEST(test_adapter_without_an_address_sends_and_hears_broadcasts)
{
    struct bench *bench = bench_new();
    struct fake_adapter *second = calloc(1, sizeof *second);
    const struct lan_address all = {UINT32_MAX, 67};
    size_t size;
    fake_adapter_init(second, 9);
    ck_assert_int_eq(lan_host_add_adapter(bench->host, &second->base, 0, 0), 1);
    bench_step(bench);
    ck_assert_ptr_null(fake_adapter_take(second, &size)); /* nothing to announce */
    int fd = open_port(bench, 0);
    ck_assert_int_eq(lan_setsockopt(bench->host, fd, LAN_SOL_SOCKET, LAN_SO_BINDTODEVICE, 1), 0);
    ck_assert_int_eq(lan_setsockopt(bench->host, fd, LAN_SOL_SOCKET, LAN_SO_BROADCAST, 1), 0);
    ck_assert_int_eq(lan_sendto(bench->host, fd, "x", 1, 0, &all), 1);
    bench_expect_silence(bench);
    const uint8_t *frame = fake_adapter_take(second, &size);
    ck_assert_ptr_nonnull(frame);
    ck_assert_uint_eq(get32(frame + 26), 0);
    ck_assert_uint_eq(get32(frame + 30), UINT32_MAX);

    give_datagram(bench, UINT32_MAX, BROADCAST_MAC); /* by the other adapter */
    ck_assert(!has_got(bench, fd));
    uint8_t answer[64], datagram[9] = {0, 67, PORT >> 8, PORT & 255, 0, 9, 0, 0, 'x'};
    const struct frame_ip ip = {GATEWAY_IP, UINT32_MAX, 17, BROADCAST_MAC};
    fake_adapter_give(second, answer, frame_ip(answer, &ip, datagram, 9));
    bench_step(bench);
    ck_assert(has_got(bench, fd));
    bench_free(bench);
    free(second);
}
END_TEST

TEST_MAIN("igmp", test_join_is_reported_at_once_and_again_within_10_s,
          test_query_is_answered_once_within_its_time, test_leave_is_told_to_the_routers,
          test_who_heard_another_report_first_saves_his_and_leaves_in_silence,
          test_where_a_version_1_router_was_heard_version_1_is_spoken,
          test_message_that_is_short_far_wrong_or_strange_is_dropped,
          test_report_to_a_full_adapter_is_said_again,
          test_filter_stays_while_a_group_with_the_same_mac_needs_it,
          test_senseless_joins_are_refused, test_datagram_to_a_group_goes_to_every_member,
          test_broadcast_goes_to_every_socket_on_its_port,
          test_what_is_sent_to_a_group_comes_to_members_here_unless_unwanted,
          test_ports_are_shared_only_by_those_who_share, test_datagram_options_are_set_and_told,
          test_adapter_without_an_address_sends_and_hears_broadcasts)
