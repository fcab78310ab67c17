/* Every option of a socket: what it begins with, that it can be set and asked, what is
 * refused and under which name, and for each what it does on the wire. */
#include <string.h>

#include "lan_socket.h"
#include "pair.h"
#include "test.h"

enum { PORT = 7, SECOND_US = 1000000, IP_AT = 14 };

static int option_of(struct lan_host *host, int fd, int level, int option)
{
    int value = -12345;
    int result = lan_getsockopt(host, fd, level, option, &value);
    return result < 0 ? result : value;
}

static int opened(struct pair *pair, int type)
{
    int fd = lan_socket(pair_near(pair), LAN_AF_INET, type, 0);
    ck_assert_int_ge(fd, 0);
    return fd;
}

static int far_listener(struct pair *pair)
{
    const struct lan_address any = {0, PORT};
    int fd = lan_socket(pair_far(pair), LAN_AF_INET, LAN_SOCK_STREAM, 0);
    ck_assert_int_eq(lan_bind(pair_far(pair), fd, &any), 0);
    ck_assert_int_eq(lan_listen(pair_far(pair), fd, 4), 0);
    return fd;
}

static void connect_to_far(struct pair *pair, int fd)
{
    const struct lan_address peer = {FAR_IP, PORT};
    ck_assert_int_eq(lan_connect(pair_near(pair), fd, &peer), 0);
    pair_run(pair, 1000); /* the far side hears of it */
}

/* --- the table of all ------------------------------------------------------------------------ */

struct option_case {
    const char *name;
    int level, option;
    int begins;          /* what a new socket tells */
    int good, tells;     /* a value that is taken, and what get tells then */
    int bad, bad_result; /* a value that is refused */
};

#define NO_BAD 77777777

static const struct option_case STREAM_OPTIONS[] = {
    {"SO_REUSEADDR", LAN_SOL_SOCKET, LAN_SO_REUSEADDR, 1, 1, 1, NO_BAD, 0},
    {"SO_KEEPALIVE", LAN_SOL_SOCKET, LAN_SO_KEEPALIVE, 0, 1, 1, NO_BAD, 0},
    {"SO_LINGER", LAN_SOL_SOCKET, LAN_SO_LINGER, -1, 3, 3, 65536, -LAN_EINVAL},
    {"SO_RCVBUF", LAN_SOL_SOCKET, LAN_SO_RCVBUF, 16384, 1000, 16384, 0, -LAN_EINVAL},
    {"SO_SNDBUF", LAN_SOL_SOCKET, LAN_SO_SNDBUF, 16384, 1000, 16384, -1, -LAN_EINVAL},
    {"SO_RCVTIMEO", LAN_SOL_SOCKET, LAN_SO_RCVTIMEO, 0, 20, 20, -1, -LAN_EDOM},
    {"SO_SNDTIMEO", LAN_SOL_SOCKET, LAN_SO_SNDTIMEO, 0, 30, 30, -1, -LAN_EDOM},
    {"O_NONBLOCK", LAN_SOL_SOCKET, LAN_SO_NONBLOCK, 0, 1, 1, NO_BAD, 0},
    {"IP_TTL", LAN_IPPROTO_IP, LAN_IP_TTL, 64, 9, 9, 0, -LAN_EINVAL},
    {"IP_TTL", LAN_IPPROTO_IP, LAN_IP_TTL, 9, 255, 255, 256, -LAN_EINVAL},
    {"IP_TOS", LAN_IPPROTO_IP, LAN_IP_TOS, 0, 16, 16, 256, -LAN_EINVAL},
    {"TCP_NODELAY", LAN_IPPROTO_TCP, LAN_TCP_NODELAY, 0, 1, 1, NO_BAD, 0},
    {"TCP_MAXSEG", LAN_IPPROTO_TCP, LAN_TCP_MAXSEG, 536, 700, 700, 63, -LAN_EINVAL},
    {"TCP_MAXSEG", LAN_IPPROTO_TCP, LAN_TCP_MAXSEG, 700, 1460, 1460, 1461, -LAN_EINVAL},
    {"TCP_KEEPIDLE", LAN_IPPROTO_TCP, LAN_TCP_KEEPIDLE, 7200, 10, 10, 0, -LAN_EINVAL},
    {"TCP_KEEPINTVL", LAN_IPPROTO_TCP, LAN_TCP_KEEPINTVL, 75, 2, 2, 256, -LAN_EINVAL},
    {"TCP_KEEPCNT", LAN_IPPROTO_TCP, LAN_TCP_KEEPCNT, 9, 3, 3, 0, -LAN_EINVAL},
    {"TCP_CONGESTION", LAN_IPPROTO_TCP, LAN_TCP_CONGESTION, LAN_TCP_CUBIC, LAN_TCP_NEW_RENO,
     LAN_TCP_NEW_RENO, 2, -LAN_ENOENT},
    /* RFC 5482's resolution is ours to choose: 65.536 ms, rounded up. */
    {"TCP_USER_TIMEOUT", LAN_IPPROTO_TCP, LAN_TCP_USER_TIMEOUT, 0, 1000, 1048, -1, -LAN_EINVAL},
};

static const struct option_case DATAGRAM_OPTIONS[] = {
    {"SO_REUSEADDR", LAN_SOL_SOCKET, LAN_SO_REUSEADDR, 0, 1, 1, NO_BAD, 0},
    {"SO_BROADCAST", LAN_SOL_SOCKET, LAN_SO_BROADCAST, 0, 1, 1, NO_BAD, 0},
    {"SO_RCVBUF", LAN_SOL_SOCKET, LAN_SO_RCVBUF, 8192, 1000, 8192, 0, -LAN_EINVAL},
    {"SO_SNDBUF", LAN_SOL_SOCKET, LAN_SO_SNDBUF, 65535, 1000, 65535, 0, -LAN_EINVAL},
    {"SO_RCVTIMEO", LAN_SOL_SOCKET, LAN_SO_RCVTIMEO, 0, 20, 20, -1, -LAN_EDOM},
    {"SO_SNDTIMEO", LAN_SOL_SOCKET, LAN_SO_SNDTIMEO, 0, 30, 30, -1, -LAN_EDOM},
    {"SO_BINDTODEVICE", LAN_SOL_SOCKET, LAN_SO_BINDTODEVICE, -1, 0, 0, 7, -LAN_ENODEV},
    {"IP_TTL", LAN_IPPROTO_IP, LAN_IP_TTL, 64, 9, 9, 0, -LAN_EINVAL},
    {"IP_TOS", LAN_IPPROTO_IP, LAN_IP_TOS, 0, 16, 16, -1, -LAN_EINVAL},
    {"IP_MULTICAST_TTL", LAN_IPPROTO_IP, LAN_IP_MULTICAST_TTL, 1, 5, 5, 256, -LAN_EINVAL},
    {"IP_MULTICAST_LOOP", LAN_IPPROTO_IP, LAN_IP_MULTICAST_LOOP, 1, 0, 0, NO_BAD, 0},
    {"IP_MULTICAST_IF", LAN_IPPROTO_IP, LAN_IP_MULTICAST_IF, -1, 0, 0, 7, -LAN_ENODEV},
};

static void walk(struct lan_host *host, int fd, const struct option_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct option_case *at = &cases[i];
        int begins = option_of(host, fd, at->level, at->option);
        ck_assert_msg(begins == at->begins, "%s begins with %d", at->name, begins);
        int set = lan_setsockopt(host, fd, at->level, at->option, at->good);
        ck_assert_msg(set == 0, "%s=%d: %d", at->name, at->good, set);
        int tells = option_of(host, fd, at->level, at->option);
        ck_assert_msg(tells == at->tells, "%s tells %d", at->name, tells);
        if (at->bad == NO_BAD)
            continue;
        int refused = lan_setsockopt(host, fd, at->level, at->option, at->bad);
        ck_assert_msg(refused == at->bad_result, "%s=%d: %d", at->name, at->bad, refused);
        ck_assert_int_eq(option_of(host, fd, at->level, at->option), at->tells);
    }
}

START_TEST(test_each_option_of_a_stream_is_set_asked_and_refused)
{
    struct pair *pair = pair_new(1);
    walk(pair_near(pair), opened(pair, LAN_SOCK_STREAM), STREAM_OPTIONS,
         sizeof STREAM_OPTIONS / sizeof *STREAM_OPTIONS);
    pair_free(pair);
}
END_TEST

START_TEST(test_each_option_of_datagrams_is_set_asked_and_refused)
{
    struct pair *pair = pair_new(2);
    walk(pair_near(pair), opened(pair, LAN_SOCK_DGRAM), DATAGRAM_OPTIONS,
         sizeof DATAGRAM_OPTIONS / sizeof *DATAGRAM_OPTIONS);
    pair_free(pair);
}
END_TEST

START_TEST(test_option_of_another_kind_level_or_name_is_no_option)
{
    struct pair *pair = pair_new(3);
    struct lan_host *host = pair_near(pair);
    int stream = opened(pair, LAN_SOCK_STREAM), datagrams = opened(pair, LAN_SOCK_DGRAM);
    const struct {
        int fd, level, option;
    } wrong[] = {
        {stream, LAN_SOL_SOCKET, LAN_SO_BROADCAST},
        {stream, LAN_IPPROTO_IP, LAN_IP_MULTICAST_TTL},
        {stream, LAN_IPPROTO_IP, LAN_IP_MULTICAST_LOOP},
        {stream, LAN_IPPROTO_IP, LAN_IP_MULTICAST_IF},
        {stream, LAN_IPPROTO_IP, 999},
        {stream, LAN_IPPROTO_TCP, 999},
        {stream, LAN_SOL_SOCKET, 999},
        {stream, 17, 1},
        {stream, -1, 1},
        {datagrams, LAN_SOL_SOCKET, LAN_SO_KEEPALIVE},
        {datagrams, LAN_IPPROTO_TCP, LAN_TCP_NODELAY},
        {datagrams, LAN_IPPROTO_TCP, LAN_TCP_MAXSEG},
        {datagrams, LAN_IPPROTO_IP, 999},
        {datagrams, LAN_SOL_SOCKET, 999},
        {datagrams, 17, 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int value = 0;
        ck_assert_msg(lan_setsockopt(host, wrong[i].fd, wrong[i].level, wrong[i].option, 1) ==
                          -LAN_ENOPROTOOPT,
                      "case %zu", i);
        ck_assert_msg(lan_getsockopt(host, wrong[i].fd, wrong[i].level, wrong[i].option, &value) ==
                          -LAN_ENOPROTOOPT,
                      "case %zu", i);
    }
    pair_free(pair);
}
END_TEST

START_TEST(test_what_can_only_be_asked_is_not_set)
{
    struct pair *pair = pair_new(4);
    struct lan_host *host = pair_near(pair);
    int stream = opened(pair, LAN_SOCK_STREAM), datagrams = opened(pair, LAN_SOCK_DGRAM);
    static const int only_asked[] = {LAN_SO_TYPE, LAN_SO_ERROR, LAN_SO_ACCEPTCONN};
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(lan_setsockopt(host, stream, LAN_SOL_SOCKET, only_asked[i], 1),
                         -LAN_ENOPROTOOPT);
        ck_assert_int_eq(lan_setsockopt(host, datagrams, LAN_SOL_SOCKET, only_asked[i], 1),
                         -LAN_ENOPROTOOPT);
    }
    ck_assert_int_eq(option_of(host, stream, LAN_SOL_SOCKET, LAN_SO_TYPE), LAN_SOCK_STREAM);
    ck_assert_int_eq(option_of(host, datagrams, LAN_SOL_SOCKET, LAN_SO_TYPE), LAN_SOCK_DGRAM);
    ck_assert_int_eq(option_of(host, stream, LAN_SOL_SOCKET, LAN_SO_ERROR), 0);
    ck_assert_int_eq(option_of(host, datagrams, LAN_SOL_SOCKET, LAN_SO_ERROR), 0);
    ck_assert_int_eq(option_of(host, stream, LAN_SOL_SOCKET, LAN_SO_ACCEPTCONN), 0);
    ck_assert_int_eq(lan_listen(host, stream, 1), 0);
    ck_assert_int_eq(option_of(host, stream, LAN_SOL_SOCKET, LAN_SO_ACCEPTCONN), 1);
    pair_free(pair);
}
END_TEST

/* --- what they do ----------------------------------------------------------------------------- */

/* The frame on its way to the far side that left last. */
static const struct pair_frame *last_to_far(struct pair *pair)
{
    for (unsigned i = pair->in_flight; i-- > 0;)
        if (pair->flight[pair->order[i]].to == FAR)
            return &pair->flight[pair->order[i]];
    ck_abort_msg("nothing is on its way");
    return NULL;
}

/* RFC 9293 MUST-14, MUST-16: what the SYN tells, and what both then send. */
START_TEST(test_maxseg_limits_what_the_syn_tells_and_what_is_sent)
{
    struct pair *pair = pair_new(5);
    struct lan_host *host = pair_near(pair);
    int listener = far_listener(pair), fd = opened(pair, LAN_SOCK_STREAM);
    static uint8_t memory[5000];
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_IPPROTO_TCP, LAN_TCP_MAXSEG, 400), 0);
    connect_to_far(pair, fd);
    int accepted = lan_accept(pair_far(pair), listener, NULL);
    ck_assert_int_ge(accepted, 0);
    /* RFC 6691 section 2: timestamps come out of it. */
    ck_assert_int_eq(option_of(host, fd, LAN_IPPROTO_TCP, LAN_TCP_MAXSEG), 400 - 12);
    ck_assert_int_eq(option_of(pair_far(pair), accepted, LAN_IPPROTO_TCP, LAN_TCP_MAXSEG),
                     400 - 12);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_IPPROTO_TCP, LAN_TCP_MAXSEG, 300), -LAN_EISCONN);
    pair->delay_us = 1000;
    ck_assert_int_eq(lan_write(host, fd, memory, sizeof memory), sizeof memory);
    pair_advance(pair, pair->now_us);
    ck_assert_uint_le(last_to_far(pair)->size, 14 + 20 + 20 + 400);
    pair_free(pair);
}
END_TEST

START_TEST(test_listeners_options_are_those_of_what_it_accepts)
{
    struct pair *pair = pair_new(6);
    struct lan_host *far = pair_far(pair);
    int listener = far_listener(pair), fd = opened(pair, LAN_SOCK_STREAM);
    static const struct {
        int level, option, value;
    } set[] = {
        {LAN_SOL_SOCKET, LAN_SO_KEEPALIVE, 1},
        {LAN_IPPROTO_TCP, LAN_TCP_KEEPIDLE, 11},
        {LAN_IPPROTO_TCP, LAN_TCP_KEEPINTVL, 12},
        {LAN_IPPROTO_TCP, LAN_TCP_KEEPCNT, 13},
        {LAN_IPPROTO_TCP, LAN_TCP_NODELAY, 1},
        {LAN_IPPROTO_TCP, LAN_TCP_CONGESTION, LAN_TCP_NEW_RENO},
        {LAN_IPPROTO_IP, LAN_IP_TTL, 33},
        {LAN_IPPROTO_IP, LAN_IP_TOS, 8},
    };
    for (size_t i = 0; i < sizeof set / sizeof *set; i++)
        ck_assert_int_eq(lan_setsockopt(far, listener, set[i].level, set[i].option, set[i].value),
                         0);
    ck_assert_int_eq(lan_setsockopt(far, listener, LAN_IPPROTO_TCP, LAN_TCP_MAXSEG, 500), 0);
    connect_to_far(pair, fd);
    int accepted = lan_accept(far, listener, NULL);
    for (size_t i = 0; i < sizeof set / sizeof *set; i++)
        ck_assert_int_eq(option_of(far, accepted, set[i].level, set[i].option), set[i].value);
    ck_assert_int_eq(option_of(far, accepted, LAN_IPPROTO_TCP, LAN_TCP_MAXSEG), 500 - 12);
    ck_assert_int_eq(option_of(far, accepted, LAN_SOL_SOCKET, LAN_SO_LINGER), -1);
    ck_assert_int_eq(option_of(far, accepted, LAN_SOL_SOCKET, LAN_SO_ACCEPTCONN), 0);
    pair_free(pair);
}
END_TEST

START_TEST(test_ttl_and_tos_stand_in_each_packet_of_the_socket)
{
    struct pair *pair = pair_new(7);
    struct lan_host *host = pair_near(pair);
    far_listener(pair);
    int stream = opened(pair, LAN_SOCK_STREAM), datagrams = opened(pair, LAN_SOCK_DGRAM);
    const struct lan_address peer = {FAR_IP, 9};
    connect_to_far(pair, stream);
    pair->delay_us = 1000;
    for (int i = 0; i < 2; i++) {
        int fd = i ? datagrams : stream;
        ck_assert_int_eq(lan_setsockopt(host, fd, LAN_IPPROTO_IP, LAN_IP_TTL, 17 + i), 0);
        ck_assert_int_eq(lan_setsockopt(host, fd, LAN_IPPROTO_IP, LAN_IP_TOS, 8 + i * 8), 0);
        ck_assert_int_eq(lan_sendto(host, fd, "x", 1, 0, i ? &peer : NULL), 1);
        pair_advance(pair, pair->now_us);
        const struct pair_frame *frame = last_to_far(pair);
        ck_assert_int_eq(frame->bytes[IP_AT + 8], 17 + i);
        ck_assert_int_eq(frame->bytes[IP_AT + 1], 8 + i * 8);
    }
    pair_free(pair);
}
END_TEST

/* RFC 1122 section 4.2.3.6: idle 10 s, then 3 probes 2 s apart. */
START_TEST(test_keepalive_ends_a_connection_whose_peer_is_gone)
{
    struct pair *pair = pair_new(8);
    struct lan_host *host = pair_near(pair);
    far_listener(pair);
    int fd = opened(pair, LAN_SOCK_STREAM);
    char c;
    connect_to_far(pair, fd);
    pair_run(pair, SECOND_US);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_IPPROTO_TCP, LAN_TCP_KEEPIDLE, 10), 0);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_IPPROTO_TCP, LAN_TCP_KEEPINTVL, 2), 0);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_IPPROTO_TCP, LAN_TCP_KEEPCNT, 3), 0);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_KEEPALIVE, 1), 0);
    uint64_t before = pair->now_us;
    pair->loss_permille = 1000;
    ck_assert_int_eq(lan_read(host, fd, &c, 1), -LAN_ETIMEDOUT);
    uint64_t took_s = (pair->now_us - before + SECOND_US / 2) / SECOND_US;
    ck_assert_uint_eq(took_s, 10 + 3 * 2);
    pair_free(pair);
}
END_TEST

/* RFC 5482 section 3. */
START_TEST(test_user_timeout_ends_a_connection_that_gets_no_answer)
{
    struct pair *pair = pair_new(9);
    struct lan_host *host = pair_near(pair);
    far_listener(pair);
    int fd = opened(pair, LAN_SOCK_STREAM);
    char c;
    connect_to_far(pair, fd);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_IPPROTO_TCP, LAN_TCP_USER_TIMEOUT, 3000), 0);
    pair->loss_permille = 1000;
    uint64_t before = pair->now_us;
    ck_assert_int_eq(lan_write(host, fd, "x", 1), 1);
    ck_assert_int_eq(lan_read(host, fd, &c, 1), -LAN_ETIMEDOUT);
    ck_assert_uint_ge(pair->now_us - before, 3 * SECOND_US);
    ck_assert_uint_le(pair->now_us - before, 3 * SECOND_US + 300000);
    pair_free(pair);
}
END_TEST

START_TEST(test_datagram_to_all_wants_the_broadcast_option)
{
    struct pair *pair = pair_new(10);
    struct lan_host *host = pair_near(pair);
    static const lan_ip4 everybody[] = {UINT32_MAX, LAN_IP4(10, 0, 0, 255)};
    for (size_t i = 0; i < 2; i++) {
        const struct lan_address all = {everybody[i], 9};
        int fd = opened(pair, LAN_SOCK_DGRAM);
        ck_assert_int_eq(lan_sendto(host, fd, "x", 1, 0, &all), -LAN_EACCES);
        ck_assert_int_eq(lan_connect(host, fd, &all), -LAN_EACCES);
        ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_BROADCAST, 1), 0);
        ck_assert_int_eq(lan_sendto(host, fd, "x", 1, 0, &all), 1);
        lan_close(host, fd);
    }
    pair_free(pair);
}
END_TEST

START_TEST(test_reuseaddr_lets_two_datagram_sockets_have_one_port)
{
    struct pair *pair = pair_new(11);
    struct lan_host *host = pair_near(pair);
    const struct lan_address any = {0, 5353};
    int first = opened(pair, LAN_SOCK_DGRAM), second = opened(pair, LAN_SOCK_DGRAM);
    ck_assert_int_eq(lan_setsockopt(host, first, LAN_SOL_SOCKET, LAN_SO_REUSEADDR, 1), 0);
    ck_assert_int_eq(lan_bind(host, first, &any), 0);
    ck_assert_int_eq(lan_bind(host, second, &any), -LAN_EADDRINUSE);
    ck_assert_int_eq(lan_setsockopt(host, second, LAN_SOL_SOCKET, LAN_SO_REUSEADDR, 1), 0);
    ck_assert_int_eq(lan_bind(host, second, &any), 0);
    pair_free(pair);
}
END_TEST

START_TEST(test_send_timeout_ends_a_write_and_a_connect)
{
    struct pair *pair = pair_new(12);
    struct lan_host *host = pair_near(pair);
    far_listener(pair);
    static uint8_t memory[100000];
    const struct lan_address nobody = {LAN_IP4(10, 0, 0, 77), 1};
    int fd = opened(pair, LAN_SOCK_STREAM), other = opened(pair, LAN_SOCK_STREAM);
    connect_to_far(pair, fd);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_SNDTIMEO, 500), 0);
    uint64_t before = pair->now_us;
    long written = lan_write(host, fd, memory, sizeof memory); /* nobody reads there */
    ck_assert_int_gt(written, 16384);
    ck_assert_int_lt(written, sizeof memory);
    ck_assert_uint_ge(pair->now_us - before, 500000);
    while (written > 0) /* what the far side's last ACKs made room for */
        written = lan_write(host, fd, memory, sizeof memory);
    ck_assert_int_eq(written, -LAN_EAGAIN);
    ck_assert_int_eq(lan_setsockopt(host, other, LAN_SOL_SOCKET, LAN_SO_SNDTIMEO, 500), 0);
    ck_assert_int_eq(lan_connect(host, other, &nobody), -LAN_EINPROGRESS);
    pair_free(pair);
}
END_TEST

/* --- linger -------------------------------------------------------------------------------------
 */

/* RFC 9293 section 3.10.5: ABORT. */
START_TEST(test_close_with_linger_0_resets_the_connection)
{
    struct pair *pair = pair_new(13);
    struct lan_host *host = pair_near(pair);
    int listener = far_listener(pair), fd = opened(pair, LAN_SOCK_STREAM);
    char c;
    connect_to_far(pair, fd);
    int accepted = lan_accept(pair_far(pair), listener, NULL);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_LINGER, 0), 0);
    ck_assert_int_eq(lan_close(host, fd), 0);
    struct lan_socket_info info;
    ck_assert(!lan_host_socket(host, 0, &info)); /* not even TIME_WAIT */
    pair_run(pair, 1000);
    ck_assert_int_eq(lan_read(pair_far(pair), accepted, &c, 1), -LAN_ECONNRESET);
    pair_free(pair);
}
END_TEST

START_TEST(test_close_with_linger_waits_until_all_is_acknowledged)
{
    struct pair *pair = pair_new(14);
    struct lan_host *host = pair_near(pair);
    static uint8_t memory[8000];
    int listener = far_listener(pair), fd = opened(pair, LAN_SOCK_STREAM);
    connect_to_far(pair, fd);
    int accepted = lan_accept(pair_far(pair), listener, NULL);
    pair->delay_us = 50000;
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_LINGER, 5), 0);
    ck_assert_int_eq(lan_write(host, fd, memory, sizeof memory), sizeof memory);
    uint64_t before = pair->now_us;
    ck_assert_int_eq(lan_close(host, fd), 0);
    ck_assert_uint_ge(pair->now_us - before, 2 * 50000);
    ck_assert_uint_lt(pair->now_us - before, SECOND_US);
    long got = lan_recvfrom(pair_far(pair), accepted, memory, sizeof memory, LAN_MSG_WAITALL, NULL);
    ck_assert_int_eq(got, sizeof memory);
    ck_assert_int_eq(lan_close(host, fd), -LAN_EBADF);
    pair_free(pair);
}
END_TEST

START_TEST(test_close_with_linger_gives_up_when_the_time_is_over)
{
    struct pair *pair = pair_new(15);
    struct lan_host *host = pair_near(pair);
    far_listener(pair);
    for (int nonblocking = 0; nonblocking < 2; nonblocking++) {
        pair->loss_permille = 0;
        int fd = opened(pair, LAN_SOCK_STREAM);
        connect_to_far(pair, fd);
        ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_LINGER, 2), 0);
        ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_NONBLOCK, nonblocking), 0);
        ck_assert_int_eq(lan_write(host, fd, "x", 1), 1);
        pair->loss_permille = 1000;
        uint64_t before = pair->now_us;
        ck_assert_int_eq(lan_close(host, fd), 0);
        ck_assert_uint_eq(pair->now_us - before, nonblocking ? 0 : 2 * SECOND_US);
    }
    pair_free(pair);
}
END_TEST

TEST_MAIN("socket_option", test_each_option_of_a_stream_is_set_asked_and_refused,
          test_each_option_of_datagrams_is_set_asked_and_refused,
          test_option_of_another_kind_level_or_name_is_no_option,
          test_what_can_only_be_asked_is_not_set,
          test_maxseg_limits_what_the_syn_tells_and_what_is_sent,
          test_listeners_options_are_those_of_what_it_accepts,
          test_ttl_and_tos_stand_in_each_packet_of_the_socket,
          test_keepalive_ends_a_connection_whose_peer_is_gone,
          test_user_timeout_ends_a_connection_that_gets_no_answer,
          test_datagram_to_all_wants_the_broadcast_option,
          test_reuseaddr_lets_two_datagram_sockets_have_one_port,
          test_send_timeout_ends_a_write_and_a_connect,
          test_close_with_linger_0_resets_the_connection,
          test_close_with_linger_waits_until_all_is_acknowledged,
          test_close_with_linger_gives_up_when_the_time_is_over)
