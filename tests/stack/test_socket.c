/* Sockets between two hosts, in virtual time: blocking calls on the near one, a
 * program that never blocks on the far one. */
#include <string.h>

#include "lan_socket.h"
#include "pair.h"
#include "test.h"

enum { ECHO_PORT = 7, SECOND_US = 1000000 };

/* --- the far programs ------------------------------------------------------------------- */

static int listener, peers[8], datagrams;
static unsigned peer_count;
static uint8_t pending[8][4096];
static long pending_size[8];

static void open_far(struct pair *pair)
{
    const struct lan_address address = {0, ECHO_PORT};
    peer_count = 0;
    memset(pending_size, 0, sizeof pending_size);
    listener = lan_socket(pair_far(pair), LAN_AF_INET, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK, 0);
    ck_assert_int_eq(lan_bind(pair_far(pair), listener, &address), 0);
    ck_assert_int_eq(lan_listen(pair_far(pair), listener, 4), 0);
    datagrams = lan_socket(pair_far(pair), LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
    ck_assert_int_eq(lan_bind(pair_far(pair), datagrams, &address), 0);
}

/* Echoes on one connection; false: it is over. */
static bool echo_one(struct lan_host *host, unsigned i)
{
    for (;;) {
        if (pending_size[i] == 0) {
            long got = lan_read(host, peers[i], pending[i], sizeof pending[i]);
            if (got <= 0)
                return got == -LAN_EAGAIN;
            pending_size[i] = got;
        }
        long put = lan_write(host, peers[i], pending[i], (size_t)pending_size[i]);
        if (put < 0)
            return put == -LAN_EAGAIN;
        memmove(pending[i], pending[i] + put, (size_t)(pending_size[i] - put));
        pending_size[i] -= put;
    }
}

static void echo(struct pair *pair)
{
    struct lan_host *host = pair_far(pair);
    struct lan_address source;
    uint8_t memory[1500];
    long size;
    while ((size = lan_recvfrom(host, datagrams, memory, sizeof memory, 0, &source)) >= 0)
        lan_sendto(host, datagrams, memory, (size_t)size, 0, &source);
    int fd;
    while (peer_count < 8 && (fd = lan_accept(host, listener, NULL)) >= 0) {
        lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_NONBLOCK, 1);
        peers[peer_count++] = fd;
    }
    for (unsigned i = 0; i < peer_count; i++)
        if (peers[i] >= 0 && !echo_one(host, i)) {
            lan_close(host, peers[i]);
            peers[i] = -1;
        }
}

static struct pair *new_pair_with_echo(uint64_t seed)
{
    struct pair *pair = pair_new(seed);
    open_far(pair);
    pair->sides[FAR].program = echo;
    return pair;
}

static int connected(struct pair *pair, uint16_t port)
{
    const struct lan_address peer = {FAR_IP, port};
    int fd = lan_socket(pair_near(pair), LAN_AF_INET, LAN_SOCK_STREAM, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(lan_connect(pair_near(pair), fd, &peer), 0);
    return fd;
}

static uint64_t near_counter(struct pair *pair, const char *name)
{
    const char *other;
    uint64_t value;
    for (unsigned i = 0; (other = lan_host_counter(pair_near(pair), i, &value)); i++)
        if (strcmp(other, name) == 0)
            return value;
    ck_abort_msg("no counter %s", name);
    return 0;
}

/* --- streams ------------------------------------------------------------------------------ */

START_TEST(test_blocking_connect_write_read_close)
{
    struct pair *pair = new_pair_with_echo(1);
    struct lan_host *host = pair_near(pair);
    char memory[32] = "";
    int fd = connected(pair, ECHO_PORT);
    ck_assert_int_eq(lan_write(host, fd, "hello", 5), 5);
    ck_assert_int_eq(lan_read(host, fd, memory, sizeof memory), 5);
    ck_assert_str_eq(memory, "hello");
    ck_assert_int_eq(lan_shutdown(host, fd, LAN_SHUT_WR), 0);
    ck_assert_int_eq(lan_read(host, fd, memory, sizeof memory), 0);
    ck_assert_int_eq(lan_close(host, fd), 0);
    pair_run(pair, 61 * SECOND_US); /* TIME_WAIT too */
    struct lan_socket_info info;
    ck_assert(!lan_host_socket(host, 0, &info));
    pair_free(pair);
}
END_TEST

/* Writes all and reads all back; the write blocks while the echo is read in
 * between by turns. */
static void exchange(struct pair *pair, int fd, size_t total)
{
    struct lan_host *host = pair_near(pair);
    uint8_t out[3000], in[3000];
    size_t written = 0, got = 0;
    while (got < total) {
        struct lan_pollfd entry = {.fd = fd, .events = LAN_POLLIN};
        if (written < total)
            entry.events |= LAN_POLLOUT;
        ck_assert_int_eq(lan_poll(host, &entry, 1, 200000), 1);
        if (entry.revents & LAN_POLLOUT && written < total) {
            size_t size = 1 + pair_random(pair) % sizeof out;
            if (size > total - written)
                size = total - written;
            for (size_t i = 0; i < size; i++)
                out[i] = (uint8_t)((written + i) * 7 + (written + i) / 251);
            long put = lan_sendto(host, fd, out, size, LAN_MSG_DONTWAIT, NULL);
            ck_assert_int_gt(put, 0);
            written += (size_t)put;
        }
        if (entry.revents & LAN_POLLIN) {
            long size = lan_read(host, fd, in, sizeof in);
            ck_assert_int_gt(size, 0);
            bool same = true;
            for (size_t i = 0; i < (size_t)size; i++)
                same &= in[i] == (uint8_t)((got + i) * 7 + (got + i) / 251);
            ck_assert_msg(same, "changed within %zu bytes from %zu on", (size_t)size, got);
            got += (size_t)size;
        }
    }
}

START_TEST(test_stream_of_a_megabyte_comes_back_byte_exact)
{
    struct pair *pair = new_pair_with_echo(2);
    int fd = connected(pair, ECHO_PORT);
    exchange(pair, fd, 1000000);
    ck_assert_uint_eq(near_counter(pair, "tcp_resends"), 0);
    lan_close(pair_near(pair), fd);
    pair_free(pair);
}
END_TEST

START_TEST(test_stream_over_a_bad_link_comes_back_byte_exact)
{
    for (uint64_t seed = test_seed(1), i = 0; i < 10; i++, seed++) {
        struct pair *pair = new_pair_with_echo(seed);
        pair->delay_us = 5000;
        int fd = connected(pair, ECHO_PORT);
        pair->loss_permille = 30;
        pair->double_permille = 20;
        pair->late_permille = 30;
        exchange(pair, fd, 100000);
        ck_assert_msg(near_counter(pair, "tcp_resends") > 0, "seed %d", (int)seed);
        lan_close(pair_near(pair), fd);
        pair_run(pair, 200 * (uint64_t)SECOND_US);
        struct lan_socket_info info;
        ck_assert_msg(!lan_host_socket(pair_near(pair), 0, &info), "seed %d: %s", (int)seed,
                      info.state);
        pair_free(pair);
    }
}
END_TEST

START_TEST(test_blocking_write_larger_than_all_buffers_waits_for_the_reader)
{
    struct pair *pair = new_pair_with_echo(3);
    static uint8_t big[20000];
    int fd = connected(pair, ECHO_PORT);
    /* The echo stops when our receive buffer is full: 16 KiB here, as there, and
     * 20,000 go through without being read. */
    ck_assert_int_eq(lan_write(pair_near(pair), fd, big, sizeof big), sizeof big);
    long got = 0;
    while (got < (long)sizeof big) {
        long size = lan_read(pair_near(pair), fd, big, sizeof big);
        ck_assert_int_gt(size, 0);
        got += size;
    }
    pair_free(pair);
}
END_TEST

START_TEST(test_several_connections_at_once)
{
    struct pair *pair = new_pair_with_echo(4);
    int fds[6];
    for (unsigned i = 0; i < 6; i++)
        fds[i] = connected(pair, ECHO_PORT);
    for (unsigned i = 0; i < 6; i++)
        exchange(pair, fds[i], 20000 + i);
    pair_free(pair);
}
END_TEST

START_TEST(test_connect_to_a_closed_port_is_refused)
{
    struct pair *pair = pair_new(5);
    const struct lan_address peer = {FAR_IP, 81};
    int fd = lan_socket(pair_near(pair), LAN_AF_INET, LAN_SOCK_STREAM, 0);
    ck_assert_int_eq(lan_connect(pair_near(pair), fd, &peer), -LAN_ECONNREFUSED);
    ck_assert_int_eq(lan_close(pair_near(pair), fd), 0);
    pair_free(pair);
}
END_TEST

START_TEST(test_connect_to_nobody_fails_in_the_end)
{
    struct pair *pair = pair_new(6);
    const struct lan_address peer = {LAN_IP4(10, 0, 0, 77), 81}, nowhere = {LAN_IP4(9, 9, 9, 9), 1};
    struct lan_host *host = pair_near(pair);
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    int result = lan_connect(host, fd, &peer);
    ck_assert(result == -LAN_EHOSTUNREACH || result == -LAN_ETIMEDOUT);
    ck_assert_uint_lt(pair->now_us, 300 * (uint64_t)SECOND_US);
    int other = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    ck_assert_int_eq(lan_connect(host, other, &nowhere), -LAN_ENETUNREACH);
    pair_free(pair);
}
END_TEST

START_TEST(test_nonblocking_connect_tells_by_poll)
{
    struct pair *pair = new_pair_with_echo(7);
    struct lan_host *host = pair_near(pair);
    const struct lan_address good = {FAR_IP, ECHO_PORT}, bad = {FAR_IP, 81};
    int error = -1;
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK, 0);
    ck_assert_int_eq(lan_connect(host, fd, &good), -LAN_EINPROGRESS);
    ck_assert_int_eq(lan_connect(host, fd, &good), -LAN_EALREADY);
    struct lan_pollfd entry = {.fd = fd, .events = LAN_POLLOUT};
    ck_assert_int_eq(lan_poll(host, &entry, 1, 0), 0);
    ck_assert_int_eq(lan_poll(host, &entry, 1, 1000), 1);
    ck_assert_int_eq(entry.revents, LAN_POLLOUT);
    ck_assert_int_eq(lan_getsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_ERROR, &error), 0);
    ck_assert_int_eq(error, 0);

    entry.fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK, 0);
    ck_assert_int_eq(lan_connect(host, entry.fd, &bad), -LAN_EINPROGRESS);
    ck_assert_int_eq(lan_poll(host, &entry, 1, 1000), 1);
    ck_assert(entry.revents & LAN_POLLERR);
    ck_assert_int_eq(lan_getsockopt(host, entry.fd, LAN_SOL_SOCKET, LAN_SO_ERROR, &error), 0);
    ck_assert_int_eq(error, LAN_ECONNREFUSED);
    pair_free(pair);
}
END_TEST

START_TEST(test_nonblocking_calls_say_again)
{
    struct pair *pair = new_pair_with_echo(8);
    struct lan_host *host = pair_near(pair);
    char c;
    int fd = connected(pair, ECHO_PORT);
    ck_assert_int_eq(lan_recvfrom(host, fd, &c, 1, LAN_MSG_DONTWAIT, NULL), -LAN_EAGAIN);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_NONBLOCK, 1), 0);
    ck_assert_int_eq(lan_read(host, fd, &c, 1), -LAN_EAGAIN);
    int value = 0;
    ck_assert_int_eq(lan_getsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_NONBLOCK, &value), 0);
    ck_assert_int_eq(value, 1);
    ck_assert_int_eq(lan_accept(pair_far(pair), listener, NULL), -LAN_EAGAIN);
    pair_free(pair);
}
END_TEST

START_TEST(test_peek_leaves_the_bytes)
{
    struct pair *pair = new_pair_with_echo(9);
    struct lan_host *host = pair_near(pair);
    char memory[8];
    int fd = connected(pair, ECHO_PORT);
    lan_write(host, fd, "abc", 3);
    ck_assert_int_eq(lan_recvfrom(host, fd, memory, 8, LAN_MSG_PEEK, NULL), 3);
    ck_assert_int_eq(lan_read(host, fd, memory, 8), 3);
    pair_free(pair);
}
END_TEST

START_TEST(test_receive_timeout_ends_a_read)
{
    struct pair *pair = new_pair_with_echo(10);
    struct lan_host *host = pair_near(pair);
    char c;
    int fd = connected(pair, ECHO_PORT), value;
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_RCVTIMEO, 250), 0);
    ck_assert_int_eq(lan_getsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_RCVTIMEO, &value), 0);
    ck_assert_int_eq(value, 250);
    uint64_t before = pair->now_us;
    ck_assert_int_eq(lan_read(host, fd, &c, 1), -LAN_EAGAIN);
    ck_assert_uint_eq(pair->now_us - before, 250000);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_RCVTIMEO, -1), -LAN_EDOM);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_RCVTIMEO, 0), 0);
    pair_free(pair);
}
END_TEST

START_TEST(test_wait_broken_off_ends_the_call)
{
    struct pair *pair = new_pair_with_echo(11);
    struct lan_host *host = pair_near(pair);
    char c;
    int fd = connected(pair, ECHO_PORT);
    struct lan_pollfd entry = {.fd = fd, .events = LAN_POLLIN};
    pair->interrupt_after = 1;
    ck_assert_int_eq(lan_read(host, fd, &c, 1), -LAN_EINTR);
    pair->interrupt_after = 1;
    ck_assert_int_eq(lan_poll(host, &entry, 1, -1), -LAN_EINTR);
    pair_free(pair);
}
END_TEST

START_TEST(test_host_without_wait_never_blocks)
{
    struct pair *pair = pair_new(12);
    struct lan_host *host = pair_far(pair);
    const struct lan_address peer = {NEAR_IP, 7};
    struct lan_pollfd entry = {.events = LAN_POLLIN};
    char c;
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    ck_assert_int_eq(lan_connect(host, fd, &peer), -LAN_EINPROGRESS);
    entry.fd = fd;
    ck_assert_int_eq(lan_read(host, fd, &c, 1), -LAN_EAGAIN);
    ck_assert_int_eq(lan_poll(host, &entry, 1, -1), 0);
    pair_free(pair);
}
END_TEST

/* --- names, descriptors, errors of the caller ----------------------------------------------- */

START_TEST(test_names_of_a_connection)
{
    struct pair *pair = new_pair_with_echo(13);
    struct lan_host *host = pair_near(pair);
    struct lan_address near, far, name;
    int fd = connected(pair, ECHO_PORT);
    ck_assert_int_eq(lan_getsockname(host, fd, &near), 0);
    ck_assert_int_eq(lan_getpeername(host, fd, &far), 0);
    ck_assert_uint_eq(near.ip, NEAR_IP);
    ck_assert_uint_ge(near.port, 49152);
    ck_assert_uint_eq(far.ip, FAR_IP);
    ck_assert_uint_eq(far.port, ECHO_PORT);
    lan_write(host, fd, "x", 1);
    char c;
    lan_read(host, fd, &c, 1);
    ck_assert_int_eq(lan_getpeername(pair_far(pair), peers[0], &name), 0);
    ck_assert_uint_eq(name.ip, near.ip);
    ck_assert_uint_eq(name.port, near.port);
    ck_assert_int_eq(lan_getpeername(pair_far(pair), listener, &name), -LAN_ENOTCONN);
    pair_free(pair);
}
END_TEST

START_TEST(test_descriptor_closed_is_used_again_lowest_first)
{
    struct pair *pair = pair_new(14);
    struct lan_host *host = pair_near(pair);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0), i);
    ck_assert_int_eq(lan_close(host, 1), 0);
    ck_assert_int_eq(lan_close(host, 0), 0);
    ck_assert_int_eq(lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM, 17), 0);
    ck_assert_int_eq(lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 6), 1);
    pair_free(pair);
}
END_TEST

START_TEST(test_accepted_connection_may_have_descriptor_0)
{
    struct pair *pair = pair_new(26);
    struct lan_host *host = pair_near(pair);
    const struct lan_address any = {0, 80}, own = {NEAR_IP, 80};
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0), i);
    ck_assert_int_eq(lan_bind(host, 1, &any), 0);
    ck_assert_int_eq(lan_listen(host, 1, 1), 0);
    ck_assert_int_eq(lan_connect(host, 2, &own), 0);
    ck_assert_int_eq(lan_close(host, 0), 0);
    ck_assert_int_eq(lan_accept(host, 1, NULL), 0);
    pair_free(pair);
}
END_TEST

START_TEST(test_too_many_sockets_are_refused)
{
    struct pair *pair = pair_new(15);
    struct lan_host *host = pair_near(pair);
    for (int i = 0; i < 4; i++)
        ck_assert_int_ge(lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM, 0), 0);
    ck_assert_int_eq(lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM, 0), -LAN_ENOBUFS);
    for (int i = 4; i < 16; i++)
        ck_assert_int_ge(lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0), 0);
    ck_assert_int_eq(lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0), -LAN_EMFILE);
    pair_free(pair);
}
END_TEST

START_TEST(test_senseless_sockets_are_refused)
{
    struct pair *pair = pair_new(16);
    struct lan_host *host = pair_near(pair);
    ck_assert_int_eq(lan_socket(host, 10, LAN_SOCK_STREAM, 0), -LAN_EAFNOSUPPORT);
    ck_assert_int_eq(lan_socket(host, LAN_AF_INET, 3, 0), -LAN_EINVAL);
    ck_assert_int_eq(lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 17), -LAN_EPROTONOSUPPORT);
    ck_assert_int_eq(lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM, 6), -LAN_EPROTONOSUPPORT);
    pair_free(pair);
}
END_TEST

START_TEST(test_descriptor_that_is_not_open_is_refused_by_every_call)
{
    struct pair *pair = pair_new(17);
    struct lan_host *host = pair_near(pair);
    static const int bad[] = {-1, 0, 15, 16, 1000000};
    struct lan_address address = {0, 80};
    char c;
    int value;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int fd = bad[i];
        ck_assert_int_eq(lan_bind(host, fd, &address), -LAN_EBADF);
        ck_assert_int_eq(lan_listen(host, fd, 1), -LAN_EBADF);
        ck_assert_int_eq(lan_accept(host, fd, NULL), -LAN_EBADF);
        ck_assert_int_eq(lan_connect(host, fd, &address), -LAN_EBADF);
        ck_assert_int_eq(lan_read(host, fd, &c, 1), -LAN_EBADF);
        ck_assert_int_eq(lan_write(host, fd, &c, 1), -LAN_EBADF);
        ck_assert_int_eq(lan_shutdown(host, fd, LAN_SHUT_WR), -LAN_EBADF);
        ck_assert_int_eq(lan_close(host, fd), -LAN_EBADF);
        ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_NONBLOCK, 1), -LAN_EBADF);
        ck_assert_int_eq(lan_getsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_ERROR, &value),
                         -LAN_EBADF);
        ck_assert_int_eq(lan_getsockname(host, fd, &address), -LAN_EBADF);
        ck_assert_int_eq(lan_getpeername(host, fd, &address), -LAN_EBADF);
    }
    struct lan_pollfd entries[] = {{.fd = 5, .events = LAN_POLLIN}, {.fd = -1, .revents = 99}};
    ck_assert_int_eq(lan_poll(host, entries, 2, -1), 1);
    ck_assert_int_eq(entries[0].revents, LAN_POLLNVAL);
    ck_assert_int_eq(entries[1].revents, 0);
    pair_free(pair);
}
END_TEST

START_TEST(test_calls_that_make_no_sense_for_the_socket_are_refused)
{
    struct pair *pair = pair_new(18);
    struct lan_host *host = pair_near(pair);
    const struct lan_address strange = {LAN_IP4(10, 0, 0, 9), 80}, own = {NEAR_IP, 80},
                             all = {UINT32_MAX, 80};
    int value;
    int tcp = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
    int udp = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    ck_assert_int_eq(lan_bind(host, tcp, &strange), -LAN_EADDRNOTAVAIL);
    ck_assert_int_eq(lan_bind(host, tcp, &all), -LAN_EADDRNOTAVAIL);
    ck_assert_int_eq(lan_bind(host, udp, &strange), -LAN_EADDRNOTAVAIL);
    ck_assert_int_eq(lan_bind(host, udp, &all), 0);
    ck_assert_int_eq(lan_bind(host, tcp, NULL), -LAN_EFAULT);
    ck_assert_int_eq(lan_connect(host, tcp, NULL), -LAN_EFAULT);
    ck_assert_int_eq(lan_write(host, tcp, NULL, 1), -LAN_EFAULT);
    ck_assert_int_eq(lan_read(host, tcp, NULL, 1), -LAN_EFAULT);
    ck_assert_int_eq(lan_poll(host, NULL, 1, 0), -LAN_EFAULT);
    ck_assert_int_eq(lan_accept(host, tcp, NULL), -LAN_EINVAL);
    ck_assert_int_eq(lan_accept(host, udp, NULL), -LAN_EOPNOTSUPP);
    ck_assert_int_eq(lan_listen(host, udp, 1), -LAN_EOPNOTSUPP);
    ck_assert_int_eq(lan_shutdown(host, udp, LAN_SHUT_WR), -LAN_ENOTCONN);
    ck_assert_int_eq(lan_sendto(host, tcp, "x", 1, 0, &own), -LAN_EISCONN);
    ck_assert_int_eq(lan_write(host, tcp, "x", 1), -LAN_ENOTCONN);
    ck_assert_int_eq(lan_setsockopt(host, udp, LAN_IPPROTO_TCP, LAN_TCP_NODELAY, 1),
                     -LAN_ENOPROTOOPT);
    ck_assert_int_eq(lan_getsockopt(host, udp, LAN_SOL_SOCKET, 999, &value), -LAN_ENOPROTOOPT);
    ck_assert_int_eq(lan_getsockopt(host, udp, LAN_SOL_SOCKET, LAN_SO_RCVBUF, &value), 0);
    ck_assert_int_eq(value, 8192);
    ck_assert_int_eq(lan_getsockopt(host, tcp, LAN_SOL_SOCKET, LAN_SO_ERROR, NULL), -LAN_EFAULT);
    ck_assert_int_eq(lan_setsockopt(host, tcp, LAN_SOL_SOCKET, LAN_SO_SNDTIMEO, 5), 0);
    ck_assert_int_eq(lan_getsockopt(host, tcp, LAN_SOL_SOCKET, LAN_SO_SNDTIMEO, &value), 0);
    ck_assert_int_eq(value, 5);
    pair_free(pair);
}
END_TEST

START_TEST(test_every_error_has_its_words)
{
    static const int errors[] = {2,   4,   5,   9,   11,  12,  13,  14,  22,  24,  32,
                                 33,  88,  89,  90,  92,  93,  95,  97,  98,  99,  100,
                                 101, 103, 104, 105, 106, 107, 110, 111, 113, 114, 115};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        ck_assert_str_ne(lan_error_text(errors[i]), "unknown error");
        ck_assert_str_eq(lan_error_text(errors[i]), lan_error_text(-errors[i]));
    }
    ck_assert_str_eq(lan_error_text(-LAN_ECONNREFUSED), "connection refused");
    ck_assert_str_eq(lan_error_text(7777), "unknown error");
}
END_TEST

/* --- datagrams ---------------------------------------------------------------------------------
 */

START_TEST(test_datagram_is_echoed_to_a_blocking_reader)
{
    struct pair *pair = new_pair_with_echo(20);
    struct lan_host *host = pair_near(pair);
    const struct lan_address peer = {FAR_IP, ECHO_PORT};
    struct lan_address source;
    char memory[16] = "";
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    ck_assert_int_eq(lan_sendto(host, fd, "hello", 5, 0, &peer), 5);
    ck_assert_int_eq(lan_recvfrom(host, fd, memory, sizeof memory, 0, &source), 5);
    ck_assert_str_eq(memory, "hello");
    ck_assert_uint_eq(source.ip, FAR_IP);
    ck_assert_uint_eq(source.port, ECHO_PORT);
    pair_free(pair);
}
END_TEST

START_TEST(test_datagram_to_a_closed_port_tells_a_connected_socket)
{
    struct pair *pair = pair_new(21);
    struct lan_host *host = pair_near(pair);
    const struct lan_address peer = {FAR_IP, 81};
    char c;
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    ck_assert_int_eq(lan_connect(host, fd, &peer), 0);
    ck_assert_int_eq(lan_write(host, fd, "x", 1), 1);
    ck_assert_int_eq(lan_read(host, fd, &c, 1), -LAN_ECONNREFUSED);
    ck_assert_int_eq(lan_recvfrom(host, fd, &c, 1, LAN_MSG_DONTWAIT, NULL), -LAN_EAGAIN);
    pair_free(pair);
}
END_TEST

START_TEST(test_blocking_datagram_waits_for_room_in_the_adapter)
{
    struct pair *pair = new_pair_with_echo(22);
    struct lan_host *host = pair_near(pair);
    const struct lan_address peer = {FAR_IP, ECHO_PORT};
    char c;
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    ck_assert_int_eq(lan_sendto(host, fd, "x", 1, 0, &peer), 1);
    ck_assert_int_eq(lan_read(host, fd, &c, 1), 1); /* ARP is done */
    pair->sides[NEAR].adapter.room = 1;
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(lan_sendto(host, fd, "x", 1, 0, &peer), 1);
    ck_assert_int_eq(lan_sendto(host, fd, "x", 1, LAN_MSG_DONTWAIT, &peer), -LAN_EAGAIN);
    pair_free(pair);
}
END_TEST

/* --- to ourselves ------------------------------------------------------------------------------
 */

START_TEST(test_host_talks_to_itself)
{
    struct pair *pair = pair_new(23);
    struct lan_host *host = pair_near(pair);
    static const lan_ip4 ways[] = {NEAR_IP, LAN_IP4(127, 0, 0, 1)};
    unsigned frames = pair->frames;
    for (unsigned i = 0; i < 2; i++) {
        const struct lan_address any = {0, (uint16_t)(80 + i)}, own = {ways[i], (uint16_t)(80 + i)};
        char memory[8] = "";
        int server = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
        ck_assert_int_eq(lan_bind(host, server, &any), 0);
        ck_assert_int_eq(lan_listen(host, server, 1), 0);
        int client = lan_socket(host, LAN_AF_INET, LAN_SOCK_STREAM, 0);
        ck_assert_int_eq(lan_connect(host, client, &own), 0);
        int accepted = lan_accept(host, server, NULL);
        ck_assert_int_ge(accepted, 0);
        ck_assert_int_eq(lan_write(host, client, "self", 4), 4);
        ck_assert_int_eq(lan_read(host, accepted, memory, sizeof memory), 4);
        ck_assert_str_eq(memory, "self");
    }
    /* Nothing of it went out but the announcement. */
    ck_assert_uint_le(pair->frames, frames + 2);
    ck_assert_uint_gt(near_counter(pair, "ip_packets_looped"), 0);
    pair_free(pair);
}
END_TEST

/* --- what the host tells ------------------------------------------------------------------------
 */

static char calls[256];

static void note_call(void *context, const char *name, int descriptor, long result)
{
    (void)context;
    size_t used = strlen(calls);
    snprintf(calls + used, sizeof calls - used, "%s(%d)=%ld ", name, descriptor, result);
}

START_TEST(test_trace_sees_every_call_with_its_result)
{
    const struct lan_trace trace = {.call = note_call};
    const struct lan_host_config config = {
        .connection_count = 4, .buffer_count = 4, .buffer_bytes = 2048, .trace = &trace};
    calls[0] = '\0';
    struct pair *pair = pair_new_with(24, &config);
    struct lan_host *host = pair_near(pair);
    const struct lan_address any = {0, 80};
    int fd = lan_socket(host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
    lan_bind(host, fd, &any);
    lan_read(host, fd, calls, 0);
    lan_poll(host, NULL, 0, 0);
    lan_close(host, fd);
    ck_assert_str_eq(calls, "socket(0)=0 bind(0)=0 read(0)=-11 poll(-1)=0 close(0)=0 ");
    pair_free(pair);
}
END_TEST

START_TEST(test_list_of_sockets_shows_each_with_its_state)
{
    struct pair *pair = new_pair_with_echo(25);
    struct lan_socket_info info;
    int fd = connected(pair, ECHO_PORT);
    ck_assert(lan_host_socket(pair_near(pair), 0, &info));
    ck_assert_str_eq(info.kind, "tcp");
    ck_assert_str_eq(info.state, "ESTABLISHED");
    ck_assert_int_eq(info.descriptor, fd);
    ck_assert_uint_eq(info.peer_port, ECHO_PORT);
    ck_assert(!lan_host_socket(pair_near(pair), 1, &info));

    ck_assert(lan_host_socket(pair_far(pair), 0, &info));
    ck_assert_str_eq(info.kind, "udp");
    ck_assert_uint_eq(info.local_port, ECHO_PORT);
    ck_assert(lan_host_socket(pair_far(pair), 1, &info));
    ck_assert_str_eq(info.state, "LISTEN");
    pair_free(pair);
}
END_TEST

TEST_MAIN("socket", test_blocking_connect_write_read_close,
          test_stream_of_a_megabyte_comes_back_byte_exact,
          test_stream_over_a_bad_link_comes_back_byte_exact,
          test_blocking_write_larger_than_all_buffers_waits_for_the_reader,
          test_several_connections_at_once, test_connect_to_a_closed_port_is_refused,
          test_connect_to_nobody_fails_in_the_end, test_nonblocking_connect_tells_by_poll,
          test_nonblocking_calls_say_again, test_peek_leaves_the_bytes,
          test_receive_timeout_ends_a_read, test_wait_broken_off_ends_the_call,
          test_host_without_wait_never_blocks, test_names_of_a_connection,
          test_descriptor_closed_is_used_again_lowest_first,
          test_accepted_connection_may_have_descriptor_0, test_too_many_sockets_are_refused,
          test_senseless_sockets_are_refused,
          test_descriptor_that_is_not_open_is_refused_by_every_call,
          test_calls_that_make_no_sense_for_the_socket_are_refused, test_every_error_has_its_words,
          test_datagram_is_echoed_to_a_blocking_reader,
          test_datagram_to_a_closed_port_tells_a_connected_socket,
          test_blocking_datagram_waits_for_room_in_the_adapter, test_host_talks_to_itself,
          test_trace_sees_every_call_with_its_result,
          test_list_of_sockets_shows_each_with_its_state)
