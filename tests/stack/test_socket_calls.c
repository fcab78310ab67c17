/* Calls on sockets in their finer points: select, shutdown and disconnect of
 * datagrams, names in every state, connecting again, flags, what ICMP tells. */
#include <string.h>

#include "lan_socket.h"
#include "pair.h"
#include "test.h"

enum { PORT = 7, SECOND_US = 1000000 };

static const struct lan_address FAR_PORT = {FAR_IP, PORT};

static int opened(struct lan_host *host, int type)
{
    int fd = lan_socket(host, LAN_AF_INET, type, 0);
    ck_assert_int_ge(fd, 0);
    return fd;
}

static int bound(struct lan_host *host, int type, uint16_t port)
{
    const struct lan_address any = {0, port};
    int fd = opened(host, type);
    ck_assert_int_eq(lan_bind(host, fd, &any), 0);
    return fd;
}

static int far_listener(struct pair *pair)
{
    int fd = bound(pair_far(pair), LAN_SOCK_STREAM, PORT);
    ck_assert_int_eq(lan_listen(pair_far(pair), fd, 4), 0);
    return fd;
}

/* A connection: the near descriptor; the far one in `accepted`. */
static int connected(struct pair *pair, int listener, int *accepted)
{
    int fd = opened(pair_near(pair), LAN_SOCK_STREAM);
    ck_assert_int_eq(lan_connect(pair_near(pair), fd, &FAR_PORT), 0);
    pair_run(pair, 1000);
    *accepted = lan_accept(pair_far(pair), listener, NULL);
    ck_assert_int_ge(*accepted, 0);
    return fd;
}

/* --- select ---------------------------------------------------------------------------------- */

START_TEST(test_select_answers_for_each_set)
{
    struct pair *pair = pair_new(1);
    struct lan_host *host = pair_near(pair);
    int accepted, far = far_listener(pair), fd = connected(pair, far, &accepted);
    int quiet = bound(host, LAN_SOCK_DGRAM, 9);
    struct lan_fd_set read, write, except;
    lan_fd_zero(&read);
    lan_fd_zero(&write);
    lan_fd_zero(&except);
    lan_fd_set(fd, &read);
    lan_fd_set(quiet, &read);
    lan_fd_set(fd, &write);
    lan_fd_set(fd, &except);
    ck_assert_int_eq(lan_select(host, quiet + 1, &read, &write, &except, 1000), 1);
    ck_assert(!lan_fd_is_set(fd, &read) && !lan_fd_is_set(quiet, &read));
    ck_assert(lan_fd_is_set(fd, &write));
    ck_assert(!lan_fd_is_set(fd, &except));

    ck_assert_int_eq(lan_write(pair_far(pair), accepted, "x", 1), 1);
    lan_fd_set(fd, &read);
    lan_fd_set(quiet, &read);
    lan_fd_clear(fd, &write);
    ck_assert_int_eq(lan_select(host, quiet + 1, &read, &write, NULL, -1), 1);
    ck_assert(lan_fd_is_set(fd, &read) && !lan_fd_is_set(quiet, &read));
    pair_free(pair);
}
END_TEST

START_TEST(test_select_without_an_event_waits_for_its_time)
{
    struct pair *pair = pair_new(2);
    struct lan_host *host = pair_near(pair);
    int fd = bound(host, LAN_SOCK_DGRAM, 9);
    struct lan_fd_set read;
    lan_fd_zero(&read);
    lan_fd_set(fd, &read);
    uint64_t before = pair->now_us;
    ck_assert_int_eq(lan_select(host, fd + 1, &read, NULL, NULL, 300), 0);
    ck_assert_uint_eq(pair->now_us - before, 300000);
    ck_assert(!lan_fd_is_set(fd, &read));
    ck_assert_int_eq(lan_select(host, 0, NULL, NULL, NULL, 200), 0); /* select as a sleep */
    ck_assert_uint_eq(pair->now_us - before, 500000);
    pair->interrupt_after = 1;
    ck_assert_int_eq(lan_select(host, 0, NULL, NULL, NULL, -1), -LAN_EINTR);
    pair_free(pair);
}
END_TEST

START_TEST(test_select_that_makes_no_sense_is_refused)
{
    struct pair *pair = pair_new(3);
    struct lan_host *host = pair_near(pair);
    struct lan_fd_set read;
    lan_fd_zero(&read);
    ck_assert_int_eq(lan_select(host, -1, &read, NULL, NULL, 0), -LAN_EINVAL);
    ck_assert_int_eq(lan_select(host, LAN_FD_SETSIZE + 1, &read, NULL, NULL, 0), -LAN_EINVAL);
    ck_assert_int_eq(lan_select(host, LAN_FD_SETSIZE, &read, NULL, NULL, 0), 0);
    lan_fd_set(LAN_FD_SETSIZE - 1, &read);
    ck_assert_int_eq(lan_select(host, LAN_FD_SETSIZE, &read, NULL, NULL, 0), -LAN_EBADF);
    ck_assert(lan_fd_is_set(LAN_FD_SETSIZE - 1, &read)); /* untouched */
    pair_free(pair);
}
END_TEST

START_TEST(test_select_tells_of_a_connection_that_came_and_one_that_failed)
{
    struct pair *pair = pair_new(4);
    struct lan_host *host = pair_near(pair);
    const struct lan_address closed = {FAR_IP, 81};
    struct lan_fd_set read, write;
    far_listener(pair);
    int good = opened(host, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK);
    int bad = opened(host, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK);
    pair->delay_us = 1000;
    ck_assert_int_eq(lan_connect(host, good, &FAR_PORT), -LAN_EINPROGRESS);
    ck_assert_int_eq(lan_connect(host, bad, &closed), -LAN_EINPROGRESS);
    lan_fd_zero(&write);
    lan_fd_set(good, &write);
    lan_fd_set(bad, &write);
    ck_assert_int_eq(lan_select(host, bad + 1, NULL, &write, NULL, 0), 0);
    pair_run(pair, SECOND_US);
    lan_fd_zero(&read);
    lan_fd_set(bad, &read);
    lan_fd_set(good, &write);
    lan_fd_set(bad, &write);
    ck_assert_int_eq(lan_select(host, bad + 1, &read, &write, NULL, 0), 3);
    pair_free(pair);
}
END_TEST

/* --- datagrams ---------------------------------------------------------------------------------
 */

START_TEST(test_shutdown_of_datagrams_ends_reading_and_writing)
{
    struct pair *pair = pair_new(5);
    struct lan_host *host = pair_near(pair);
    int fd = opened(host, LAN_SOCK_DGRAM);
    struct lan_pollfd entry = {.fd = fd, .events = LAN_POLLIN};
    char c;
    ck_assert_int_eq(lan_shutdown(host, fd, LAN_SHUT_RD), -LAN_ENOTCONN);
    ck_assert_int_eq(lan_connect(host, fd, &FAR_PORT), 0);
    ck_assert_int_eq(lan_shutdown(host, fd, 3), -LAN_EINVAL);
    ck_assert_int_eq(lan_shutdown(host, fd, LAN_SHUT_WR), 0);
    ck_assert_int_eq(lan_write(host, fd, "x", 1), -LAN_EPIPE);
    ck_assert_int_eq(lan_poll(host, &entry, 1, 0), 0);
    ck_assert_int_eq(lan_shutdown(host, fd, LAN_SHUT_RD), 0);
    ck_assert_int_eq(lan_read(host, fd, &c, 1), 0); /* does not wait */
    ck_assert_int_eq(lan_poll(host, &entry, 1, 0), 1);
    ck_assert_int_eq(entry.revents, LAN_POLLIN | LAN_POLLHUP);
    pair_free(pair);
}
END_TEST

START_TEST(test_disconnected_datagrams_have_any_peer_again)
{
    struct pair *pair = pair_new(6);
    struct lan_host *host = pair_near(pair);
    struct lan_address name;
    int fd = opened(host, LAN_SOCK_DGRAM);
    ck_assert_int_eq(lan_connect(host, fd, &FAR_PORT), 0);
    ck_assert_int_eq(lan_getsockname(host, fd, &name), 0);
    ck_assert_uint_eq(name.ip, NEAR_IP);
    ck_assert_uint_ne(name.port, 0);
    ck_assert_int_eq(lan_disconnect(host, fd), 0);
    ck_assert_int_eq(lan_getpeername(host, fd, &name), -LAN_ENOTCONN);
    ck_assert_int_eq(lan_write(host, fd, "x", 1), -LAN_EDESTADDRREQ);
    ck_assert_int_eq(lan_getsockname(host, fd, &name), 0); /* what connect chose is undone */
    ck_assert_uint_eq(name.ip, 0);
    ck_assert_uint_eq(name.port, 0);

    int own = bound(host, LAN_SOCK_DGRAM, 99);
    ck_assert_int_eq(lan_connect(host, own, &FAR_PORT), 0);
    ck_assert_int_eq(lan_disconnect(host, own), 0);
    ck_assert_int_eq(lan_getsockname(host, own, &name), 0);
    ck_assert_uint_eq(name.ip, 0);
    ck_assert_uint_eq(name.port, 99);
    ck_assert_int_eq(lan_disconnect(host, opened(host, LAN_SOCK_STREAM)), -LAN_EOPNOTSUPP);
    ck_assert_int_eq(lan_disconnect(host, 15), -LAN_EBADF);
    pair_free(pair);
}
END_TEST

START_TEST(test_connected_datagrams_change_their_peer)
{
    struct pair *pair = pair_new(7);
    struct lan_host *host = pair_near(pair), *far = pair_far(pair);
    const struct lan_address other = {FAR_IP, 8};
    struct lan_address source = {0, 0}, name;
    char c;
    int first = bound(far, LAN_SOCK_DGRAM, PORT), second = bound(far, LAN_SOCK_DGRAM, 8);
    int fd = opened(host, LAN_SOCK_DGRAM);
    ck_assert_int_eq(lan_connect(host, fd, &FAR_PORT), 0);
    ck_assert_int_eq(lan_connect(host, fd, &other), 0);
    ck_assert_int_eq(lan_getpeername(host, fd, &name), 0);
    ck_assert_uint_eq(name.port, 8);
    ck_assert_int_eq(lan_write(host, fd, "x", 1), 1);
    pair_run(pair, 1000);
    ck_assert_int_eq(lan_recvfrom(far, second, &c, 1, 0, &source), 1);
    ck_assert_int_eq(lan_sendto(far, first, "no", 2, 0, &source), 2);
    ck_assert_int_eq(lan_sendto(far, second, "y", 1, 0, &source), 1);
    ck_assert_int_eq(lan_read(host, fd, &c, 1), 1); /* and nothing of the first */
    ck_assert_int_eq(c, 'y');
    pair_free(pair);
}
END_TEST

/* RFC 1122 section 4.1.3.3, for connected sockets as POSIX has it. */
START_TEST(test_icmp_error_is_told_by_poll_by_so_error_and_once)
{
    struct pair *pair = pair_new(8);
    struct lan_host *host = pair_near(pair);
    const struct lan_address closed = {FAR_IP, 81};
    struct lan_pollfd entry = {.fd = opened(host, LAN_SOCK_DGRAM), .events = LAN_POLLIN};
    int error = -1, stranger = opened(host, LAN_SOCK_DGRAM);
    ck_assert_int_eq(lan_connect(host, entry.fd, &closed), 0);
    ck_assert_int_eq(lan_write(host, entry.fd, "x", 1), 1);
    ck_assert_int_eq(lan_poll(host, &entry, 1, 1000), 1);
    ck_assert_int_eq(entry.revents, LAN_POLLERR);
    ck_assert_int_eq(lan_getsockopt(host, entry.fd, LAN_SOL_SOCKET, LAN_SO_ERROR, &error), 0);
    ck_assert_int_eq(error, LAN_ECONNREFUSED);
    ck_assert_int_eq(lan_getsockopt(host, entry.fd, LAN_SOL_SOCKET, LAN_SO_ERROR, &error), 0);
    ck_assert_int_eq(error, 0);

    ck_assert_int_eq(lan_write(host, entry.fd, "x", 1), 1);
    pair_run(pair, 1000);
    ck_assert_int_eq(lan_write(host, entry.fd, "x", 1), -LAN_ECONNREFUSED);
    /* Who has no peer cannot tell whom it is about, and hears nothing. */
    ck_assert_int_eq(lan_sendto(host, stranger, "x", 1, 0, &closed), 1);
    pair_run(pair, 1000);
    ck_assert_int_eq(lan_getsockopt(host, stranger, LAN_SOL_SOCKET, LAN_SO_ERROR, &error), 0);
    ck_assert_int_eq(error, 0);
    pair_free(pair);
}
END_TEST

/* --- names ---------------------------------------------------------------------------------------
 */

static void expect_names(struct lan_host *host, int fd, lan_ip4 ip, uint16_t port, int peer_result)
{
    struct lan_address name;
    ck_assert_int_eq(lan_getsockname(host, fd, &name), 0);
    ck_assert_uint_eq(name.ip, ip);
    if (port != 1) /* 1: whichever was chosen */
        ck_assert_uint_eq(name.port, port);
    ck_assert_int_eq(lan_getpeername(host, fd, &name), peer_result);
}

START_TEST(test_names_of_a_stream_in_every_state)
{
    struct pair *pair = pair_new(9);
    struct lan_host *host = pair_near(pair), *far = pair_far(pair);
    int listener = far_listener(pair), accepted;
    expect_names(far, listener, 0, PORT, -LAN_ENOTCONN); /* LISTEN */
    int fd = opened(host, LAN_SOCK_STREAM);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_NONBLOCK, 1), 0);
    expect_names(host, fd, 0, 0, -LAN_ENOTCONN); /* CLOSED */
    const struct lan_address own = {NEAR_IP, 1234};
    ck_assert_int_eq(lan_bind(host, fd, &own), 0);
    expect_names(host, fd, NEAR_IP, 1234, -LAN_ENOTCONN);
    ck_assert_int_eq(lan_connect(host, fd, &FAR_PORT), -LAN_EINPROGRESS);
    expect_names(host, fd, NEAR_IP, 1234, -LAN_ENOTCONN); /* SYN_SENT */
    pair_run(pair, 1000);
    expect_names(host, fd, NEAR_IP, 1234, 0); /* ESTABLISHED */
    accepted = lan_accept(far, listener, NULL);
    expect_names(far, accepted, FAR_IP, PORT, 0);
    ck_assert_int_eq(lan_shutdown(host, fd, LAN_SHUT_WR), 0);
    expect_names(host, fd, NEAR_IP, 1234, 0); /* FIN_WAIT_1 */
    pair_run(pair, 1000);
    expect_names(host, fd, NEAR_IP, 1234, 0);     /* FIN_WAIT_2 */
    expect_names(far, accepted, FAR_IP, PORT, 0); /* CLOSE_WAIT */
    ck_assert_int_eq(lan_shutdown(far, accepted, LAN_SHUT_WR), 0);
    expect_names(far, accepted, FAR_IP, PORT, 0); /* LAST_ACK */
    pair_run(pair, 1000);
    expect_names(host, fd, NEAR_IP, 1234, 0);                 /* TIME_WAIT */
    expect_names(far, accepted, FAR_IP, PORT, -LAN_ENOTCONN); /* CLOSED */
    ck_assert_int_eq(lan_getsockname(host, fd, NULL), -LAN_EFAULT);
    ck_assert_int_eq(lan_getpeername(host, fd, NULL), -LAN_EFAULT);
    pair_free(pair);
}
END_TEST

START_TEST(test_names_of_datagrams_in_every_state)
{
    struct pair *pair = pair_new(10);
    struct lan_host *host = pair_near(pair);
    int fd = opened(host, LAN_SOCK_DGRAM);
    expect_names(host, fd, 0, 0, -LAN_ENOTCONN);
    ck_assert_int_eq(lan_sendto(host, fd, "x", 1, 0, &FAR_PORT), 1);
    expect_names(host, fd, 0, 1, -LAN_ENOTCONN);
    ck_assert_int_eq(lan_connect(host, fd, &FAR_PORT), 0);
    expect_names(host, fd, NEAR_IP, 1, 0);
    pair_free(pair);
}
END_TEST

/* --- connect again
 * --------------------------------------------------------------------------------- */

START_TEST(test_connect_after_a_refused_one_succeeds)
{
    struct pair *pair = pair_new(11);
    struct lan_host *host = pair_near(pair);
    char c;
    int fd = opened(host, LAN_SOCK_STREAM), value = 0;
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_IPPROTO_TCP, LAN_TCP_NODELAY, 1), 0);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_IPPROTO_TCP, LAN_TCP_KEEPIDLE, 77), 0);
    for (int i = 0; i < 20; i++) /* more often than there are buffers */
        ck_assert_int_eq(lan_connect(host, fd, &FAR_PORT), -LAN_ECONNREFUSED);
    int listener = far_listener(pair);
    ck_assert_int_eq(lan_connect(host, fd, &FAR_PORT), 0);
    ck_assert_int_eq(lan_connect(host, fd, &FAR_PORT), -LAN_EISCONN);
    pair_run(pair, 1000);
    int accepted = lan_accept(pair_far(pair), listener, NULL);
    ck_assert_int_eq(lan_write(pair_far(pair), accepted, "x", 1), 1);
    ck_assert_int_eq(lan_read(host, fd, &c, 1), 1);
    /* What the user has set stays. */
    ck_assert_int_eq(lan_getsockopt(host, fd, LAN_IPPROTO_TCP, LAN_TCP_NODELAY, &value), 0);
    ck_assert_int_eq(value, 1);
    ck_assert_int_eq(lan_getsockopt(host, fd, LAN_IPPROTO_TCP, LAN_TCP_KEEPIDLE, &value), 0);
    ck_assert_int_eq(value, 77);
    pair_free(pair);
}
END_TEST

START_TEST(test_connect_after_a_failed_one_that_did_not_block_tells_the_error_first)
{
    struct pair *pair = pair_new(12);
    struct lan_host *host = pair_near(pair);
    const struct lan_address own = {0, 4321};
    struct lan_address name;
    int fd = opened(host, LAN_SOCK_STREAM | LAN_SOCK_NONBLOCK);
    ck_assert_int_eq(lan_bind(host, fd, &own), 0);
    ck_assert_int_eq(lan_connect(host, fd, &FAR_PORT), -LAN_EINPROGRESS);
    pair_run(pair, 1000);
    ck_assert_int_eq(lan_connect(host, fd, &FAR_PORT), -LAN_ECONNREFUSED);
    far_listener(pair);
    ck_assert_int_eq(lan_connect(host, fd, &FAR_PORT), -LAN_EINPROGRESS);
    pair_run(pair, 1000);
    ck_assert_int_eq(lan_getpeername(host, fd, &name), 0);
    ck_assert_int_eq(lan_getsockname(host, fd, &name), 0);
    ck_assert_uint_eq(name.port, 4321); /* bound as before */
    pair_free(pair);
}
END_TEST

START_TEST(test_connect_after_a_reset_makes_a_new_connection)
{
    struct pair *pair = pair_new(13);
    struct lan_host *host = pair_near(pair), *far = pair_far(pair);
    int accepted, listener = far_listener(pair), fd = connected(pair, listener, &accepted);
    char c;
    ck_assert_int_eq(lan_setsockopt(far, accepted, LAN_SOL_SOCKET, LAN_SO_LINGER, 0), 0);
    ck_assert_int_eq(lan_close(far, accepted), 0);
    ck_assert_int_eq(lan_read(host, fd, &c, 1), -LAN_ECONNRESET);
    ck_assert_int_eq(lan_read(host, fd, &c, 1), -LAN_ENOTCONN);
    ck_assert_int_eq(lan_connect(host, fd, &FAR_PORT), 0);
    pair_run(pair, 1000);
    accepted = lan_accept(far, listener, NULL);
    ck_assert_int_eq(lan_write(far, accepted, "x", 1), 1);
    ck_assert_int_eq(lan_read(host, fd, &c, 1), 1);
    pair_free(pair);
}
END_TEST

/* --- flags
 * ----------------------------------------------------------------------------------------- */

static long trickled;
static int trickle_fd;

/* Writes ten bytes each time it is called, 50 in all, then closes. */
static void trickle(struct pair *pair)
{
    if (trickled > 50)
        return;
    if (trickled == 50)
        lan_close(pair_far(pair), trickle_fd);
    else
        ck_assert_int_eq(lan_write(pair_far(pair), trickle_fd, "0123456789", 10), 10);
    trickled += 10;
}

START_TEST(test_waitall_reads_what_was_asked_for_or_up_to_the_end)
{
    struct pair *pair = pair_new(14);
    struct lan_host *host = pair_near(pair);
    char memory[100];
    int fd = connected(pair, far_listener(pair), &trickle_fd);
    trickled = 0;
    pair->delay_us = 1000;
    pair->sides[FAR].program = trickle;
    ck_assert_int_eq(lan_recvfrom(host, fd, memory, 35, LAN_MSG_WAITALL, NULL), 35);
    ck_assert_mem_eq(memory, "01234567890123456789012345678901234", 35);
    ck_assert_int_eq(lan_recvfrom(host, fd, memory, 100, LAN_MSG_WAITALL, NULL), 15);
    ck_assert_int_eq(lan_recvfrom(host, fd, memory, 100, LAN_MSG_WAITALL, NULL), 0);
    pair_free(pair);
}
END_TEST

START_TEST(test_waitall_gives_what_it_has_when_the_time_is_over)
{
    struct pair *pair = pair_new(15);
    struct lan_host *host = pair_near(pair);
    char memory[8];
    int accepted, fd = connected(pair, far_listener(pair), &accepted);
    ck_assert_int_eq(lan_setsockopt(host, fd, LAN_SOL_SOCKET, LAN_SO_RCVTIMEO, 100), 0);
    ck_assert_int_eq(lan_write(pair_far(pair), accepted, "abc", 3), 3);
    pair_run(pair, 1000);
    ck_assert_int_eq(lan_recvfrom(host, fd, memory, 8, LAN_MSG_WAITALL, NULL), 3);
    ck_assert_int_eq(lan_recvfrom(host, fd, memory, 8, LAN_MSG_WAITALL, NULL), -LAN_EAGAIN);
    ck_assert_int_eq(lan_recvfrom(host, fd, memory, 8, LAN_MSG_WAITALL | LAN_MSG_DONTWAIT, NULL),
                     -LAN_EAGAIN);
    pair_free(pair);
}
END_TEST

START_TEST(test_waitall_tells_a_reset_after_the_bytes_before_it)
{
    struct pair *pair = pair_new(16);
    struct lan_host *host = pair_near(pair), *far = pair_far(pair);
    char memory[8];
    int accepted, fd = connected(pair, far_listener(pair), &accepted);
    ck_assert_int_eq(lan_write(far, accepted, "abc", 3), 3);
    ck_assert_int_eq(lan_recvfrom(host, fd, memory, 1, LAN_MSG_WAITALL, NULL), 1);
    ck_assert_int_eq(lan_setsockopt(far, accepted, LAN_SOL_SOCKET, LAN_SO_LINGER, 0), 0);
    pair->delay_us = 1000;
    ck_assert_int_eq(lan_close(far, accepted), 0);
    ck_assert_int_eq(lan_recvfrom(host, fd, memory, 8, LAN_MSG_WAITALL, NULL), 2);
    ck_assert_int_eq(lan_recvfrom(host, fd, memory, 8, LAN_MSG_WAITALL, NULL), -LAN_ECONNRESET);
    pair_free(pair);
}
END_TEST

START_TEST(test_peek_of_datagrams_leaves_them)
{
    struct pair *pair = pair_new(17);
    struct lan_host *host = pair_near(pair);
    const struct lan_address near = {NEAR_IP, 9};
    char memory[8];
    int fd = bound(host, LAN_SOCK_DGRAM, 9), from = opened(pair_far(pair), LAN_SOCK_DGRAM);
    ck_assert_int_eq(lan_sendto(pair_far(pair), from, "abc", 3, 0, &near), 3);
    ck_assert_int_eq(lan_recvfrom(host, fd, memory, 8, LAN_MSG_PEEK, NULL), 3);
    ck_assert_int_eq(lan_recvfrom(host, fd, memory, 8, LAN_MSG_DONTWAIT, NULL), 3);
    ck_assert_int_eq(lan_recvfrom(host, fd, memory, 8, LAN_MSG_DONTWAIT, NULL), -LAN_EAGAIN);
    pair_free(pair);
}
END_TEST

START_TEST(test_flag_that_there_is_not_is_refused)
{
    struct pair *pair = pair_new(18);
    struct lan_host *host = pair_near(pair);
    char c;
    int accepted, fd = connected(pair, far_listener(pair), &accepted);
    ck_assert_int_eq(lan_recvfrom(host, fd, &c, 1, 1, NULL), -LAN_EOPNOTSUPP); /* MSG_OOB */
    ck_assert_int_eq(lan_sendto(host, fd, &c, 1, 1, NULL), -LAN_EOPNOTSUPP);
    ck_assert_int_eq(lan_sendto(host, fd, &c, 1, LAN_MSG_PEEK, NULL), -LAN_EOPNOTSUPP);
    ck_assert_int_eq(lan_sendto(host, fd, &c, 1, LAN_MSG_NOSIGNAL, NULL), 1);
    pair_free(pair);
}
END_TEST

TEST_MAIN("socket_calls", test_select_answers_for_each_set,
          test_select_without_an_event_waits_for_its_time,
          test_select_that_makes_no_sense_is_refused,
          test_select_tells_of_a_connection_that_came_and_one_that_failed,
          test_shutdown_of_datagrams_ends_reading_and_writing,
          test_disconnected_datagrams_have_any_peer_again,
          test_connected_datagrams_change_their_peer,
          test_icmp_error_is_told_by_poll_by_so_error_and_once,
          test_names_of_a_stream_in_every_state, test_names_of_datagrams_in_every_state,
          test_connect_after_a_refused_one_succeeds,
          test_connect_after_a_failed_one_that_did_not_block_tells_the_error_first,
          test_connect_after_a_reset_makes_a_new_connection,
          test_waitall_reads_what_was_asked_for_or_up_to_the_end,
          test_waitall_gives_what_it_has_when_the_time_is_over,
          test_waitall_tells_a_reset_after_the_bytes_before_it, test_peek_of_datagrams_leaves_them,
          test_flag_that_there_is_not_is_refused)
