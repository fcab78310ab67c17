/* Every state of RFC 9293 section 3.3.2 against every kind of event: user calls,
 * segments good and bad, time. Section numbers without a name are RFC 9293's. */
#include "tcp_bench.h"
#include "test.h"

static struct bench bench;
static struct seen seen;
static char text[256];

/* --- CLOSED (3.10.7.1) ----------------------------------------------------------- */

START_TEST(test_closed_syn_is_answered_with_reset)
{
    bench_start(&bench, NULL);
    GIVE(&bench, .flags = TCP_SYN, .sequence = 7);
    bench_expect(&bench, TCP_RST | TCP_ACK, 0, 8, 0);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_no_port"), 1);
}
END_TEST

START_TEST(test_closed_ack_is_answered_with_reset_of_its_number)
{
    bench_start(&bench, NULL);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 7, .acknowledgment = 77, .data = "abc");
    ck_assert(bench_take(&bench, &seen));
    ck_assert_int_eq(seen.flags, TCP_RST);
    ck_assert_uint_eq(seen.sequence, 77);
}
END_TEST

START_TEST(test_closed_reset_is_not_answered)
{
    bench_start(&bench, NULL);
    GIVE(&bench, .flags = TCP_RST, .sequence = 7);
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_closed_read_and_write_say_not_connected)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = tcp_open(bench.tcp);
    ck_assert_int_eq(tcp_read(tcb, text, sizeof text, 0), -LAN_ENOTCONN);
    ck_assert_int_eq(tcp_write(tcb, text, 1), -LAN_ENOTCONN);
    ck_assert_int_eq(tcp_shutdown(tcb, LAN_SHUT_WR), -LAN_ENOTCONN);
    ck_assert_int_eq(tcp_shutdown(tcb, 9), -LAN_EINVAL);
    ck_assert_ptr_null(tcp_accept(tcb));
    tcp_close(tcb);
    ck_assert_uint_eq(bench_blocks_used(&bench), 0);
}
END_TEST

START_TEST(test_closed_bind_of_a_bound_port_says_address_in_use)
{
    const struct lan_address any = {.port = BENCH_LOCAL_PORT};
    const struct lan_address one = {.ip = BENCH_LOCAL_IP, .port = BENCH_LOCAL_PORT};
    bench_start(&bench, NULL);
    bench_listen(&bench);
    struct tcb *tcb = tcp_open(bench.tcp);
    ck_assert_int_eq(tcp_bind(tcb, &any), -LAN_EADDRINUSE);
    ck_assert_int_eq(tcp_bind(tcb, &one), -LAN_EADDRINUSE);
    tcp_close(bench.listener);
    ck_assert_int_eq(tcp_bind(tcb, &one), 0);
    ck_assert_int_eq(tcp_bind(tcb, &one), -LAN_EINVAL);
}
END_TEST

START_TEST(test_closed_connect_without_route_says_unreachable)
{
    const struct lan_address peer = {.ip = BENCH_PEER_IP, .port = 1};
    const struct lan_address group = {.ip = LAN_IP4(224, 0, 0, 1), .port = 1};
    bench_start(&bench, NULL);
    struct tcb *tcb = tcp_open(bench.tcp);
    ck_assert_int_eq(tcp_connect(tcb, &group), -LAN_ENETUNREACH);
    bench.ip.no_route = true;
    ck_assert_int_eq(tcp_connect(tcb, &peer), -LAN_ENETUNREACH);
}
END_TEST

/* --- LISTEN (3.10.7.2) ----------------------------------------------------------- */

START_TEST(test_listen_syn_is_answered_with_syn_ack)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_syn_received(&bench);
    ASSERT_STATE(tcb, "SYN-RECEIVED");
    ck_assert_ptr_null(tcp_accept(bench.listener));
    ck_assert_int_eq(tcp_events(bench.listener), 0);
}
END_TEST

START_TEST(test_listen_ack_is_answered_with_reset)
{
    bench_start(&bench, NULL);
    bench_listen(&bench);
    GIVE(&bench, .flags = TCP_ACK, .acknowledgment = 5);
    ck_assert(bench_take(&bench, &seen));
    ck_assert_int_eq(seen.flags, TCP_RST);
    ck_assert_uint_eq(seen.sequence, 5);
}
END_TEST

START_TEST(test_listen_reset_and_data_are_dropped)
{
    bench_start(&bench, NULL);
    bench_listen(&bench);
    GIVE(&bench, .flags = TCP_RST);
    GIVE(&bench, .flags = 0, .data = "x");
    GIVE(&bench, .flags = TCP_FIN);
    bench_step(&bench);
    bench_expect_nothing(&bench);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_reset"), 1);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_state"), 2);
}
END_TEST

START_TEST(test_listen_syn_beyond_the_backlog_gets_a_cookie)
{
    bench_start(&bench, NULL); /* RFC 4987 section 3.6 */
    bench_listen(&bench);
    for (unsigned i = 0; i < 4; i++)
        GIVE(&bench, .flags = TCP_SYN, .source_port = (uint16_t)(5000 + i));
    ck_assert_uint_eq(bench_counter(&bench, "tcp_cookies_sent"), 1);
    ck_assert_uint_eq(bench_blocks_used(&bench), 4);
    bench_step(&bench);
    for (unsigned i = 0; i < 4; i++)
        ck_assert(bench_take(&bench, &seen));
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_listen_close_resets_what_was_not_accepted)
{
    bench_start(&bench, NULL);
    bench_syn_received(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1);
    GIVE(&bench, .flags = TCP_SYN, .source_port = 5000);
    tcp_close(bench.listener);
    ck_assert(bench_take(&bench, &seen) && (seen.flags & TCP_RST));
    ck_assert(bench_take(&bench, &seen) && (seen.flags & TCP_RST));
    ck_assert_uint_eq(bench_blocks_used(&bench), 0);
}
END_TEST

START_TEST(test_listen_established_connections_come_out_in_order)
{
    bench_start(&bench, NULL);
    bench_listen(&bench);
    for (uint16_t i = 0; i < 3; i++) {
        bench.local_known = false;
        GIVE(&bench, .flags = TCP_SYN, .source_port = (uint16_t)(5000 + i));
        bench_step(&bench);
        ck_assert(bench_take(&bench, &seen));
        GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1,
             .source_port = (uint16_t)(5000 + i));
    }
    ck_assert_int_eq(tcp_events(bench.listener), LAN_POLLIN);
    for (uint16_t i = 0; i < 3; i++) {
        struct lan_address local, peer;
        tcp_names(tcp_accept(bench.listener), &local, &peer);
        ck_assert_uint_eq(peer.port, 5000 + i);
        ck_assert_uint_eq(local.ip, BENCH_LOCAL_IP);
    }
    ck_assert_ptr_null(tcp_accept(bench.listener));
}
END_TEST

/* --- SYN-SENT (3.10.7.3) --------------------------------------------------------- */

START_TEST(test_syn_sent_syn_ack_establishes)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    ck_assert_str_eq(bench.states, "SYN-SENT ESTABLISHED");
    ck_assert_int_eq(tcp_events(tcb), LAN_POLLOUT);
    ck_assert_int_eq(tcp_take_error(tcb), 0);
}
END_TEST

START_TEST(test_syn_sent_syn_ack_with_data_and_fin_keeps_them)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_syn_sent(&bench);
    GIVE(&bench, .flags = TCP_SYN | TCP_ACK | TCP_FIN, .acknowledgment = 1, .data = "early");
    bench_step(&bench);
    bench_expect(&bench, TCP_ACK, 1, 7, 0);
    ASSERT_STATE(tcb, "CLOSE-WAIT");
    ck_assert_int_eq(tcp_read(tcb, text, sizeof text, 0), 5);
    ck_assert_int_eq(tcp_read(tcb, text, sizeof text, 0), 0);
}
END_TEST

START_TEST(test_syn_sent_syn_opens_simultaneously)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_syn_sent(&bench);
    GIVE(&bench, .flags = TCP_SYN);
    bench_step(&bench);
    bench_expect(&bench, TCP_SYN | TCP_ACK, 0, 1, 0);
    ASSERT_STATE(tcb, "SYN-RECEIVED");
    GIVE(&bench, .flags = TCP_SYN | TCP_ACK, .acknowledgment = 1); /* figure 7, line 6 */
    ASSERT_STATE(tcb, "ESTABLISHED");
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "hi");
    ck_assert_int_eq(tcp_read(tcb, text, sizeof text, 0), 2);
}
END_TEST

START_TEST(test_syn_sent_wrong_ack_is_answered_with_reset)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_syn_sent(&bench);
    GIVE(&bench, .flags = TCP_SYN | TCP_ACK, .acknowledgment = 2);
    ck_assert(bench_take(&bench, &seen));
    ck_assert_int_eq(seen.flags, TCP_RST);
    ck_assert_uint_eq(seen.sequence, 2);
    GIVE(&bench, .flags = TCP_RST | TCP_ACK, .acknowledgment = 0);
    bench_expect_nothing(&bench);
    ASSERT_STATE(tcb, "SYN-SENT");
}
END_TEST

START_TEST(test_syn_sent_reset_with_ack_refuses)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_syn_sent(&bench);
    GIVE(&bench, .flags = TCP_RST | TCP_ACK, .acknowledgment = 1);
    ASSERT_STATE(tcb, "CLOSED");
    ck_assert_int_eq(tcp_events(tcb), LAN_POLLIN | LAN_POLLOUT | LAN_POLLERR | LAN_POLLHUP);
    ck_assert_int_eq(tcp_take_error(tcb), LAN_ECONNREFUSED);
    ck_assert_int_eq(tcp_take_error(tcb), 0);
    tcp_close(tcb);
    ck_assert_uint_eq(bench_blocks_used(&bench), 0);
}
END_TEST

START_TEST(test_syn_sent_reset_without_ack_is_dropped)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_syn_sent(&bench);
    GIVE(&bench, .flags = TCP_RST);
    ASSERT_STATE(tcb, "SYN-SENT");
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_reset"), 1);
}
END_TEST

START_TEST(test_syn_sent_no_answer_tries_for_three_minutes_then_times_out)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_syn_sent(&bench);
    bench_pass(&bench, 179 * 1000); /* 3.8.3: R2 of a SYN is at least 3 minutes */
    ASSERT_STATE(tcb, "SYN-SENT");
    bench_pass(&bench, 10 * 1000);
    ASSERT_STATE(tcb, "CLOSED");
    ck_assert_int_eq(tcp_read(tcb, text, 1, 0), -LAN_ETIMEDOUT);
    for (unsigned i = 0; i < TCP_SYN_RETRIES; i++)
        bench_expect(&bench, TCP_SYN, 0, 0, 0);
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_syn_sent_port_unreachable_refuses_host_unreachable_waits)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_syn_sent(&bench);
    uint8_t quoted[8] = {(uint8_t)(bench.local_port >> 8),
                         (uint8_t)bench.local_port,
                         BENCH_PEER_PORT >> 8,
                         BENCH_PEER_PORT & 0xFF,
                         (uint8_t)(bench.local_isn >> 24),
                         (uint8_t)(bench.local_isn >> 16),
                         (uint8_t)(bench.local_isn >> 8),
                         (uint8_t)bench.local_isn};
    tcp_receive_error(bench.tcp, BENCH_LOCAL_IP, BENCH_PEER_IP, quoted, 3, 1, 0);
    ASSERT_STATE(tcb, "SYN-SENT");
    quoted[7] ^= 1; /* RFC 5927 section 4.1: a number that is not in flight */
    tcp_receive_error(bench.tcp, BENCH_LOCAL_IP, BENCH_PEER_IP, quoted, 3, 3, 0);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_icmp"), 1);
    ASSERT_STATE(tcb, "SYN-SENT");
    quoted[7] ^= 1;
    tcp_receive_error(bench.tcp, BENCH_LOCAL_IP, BENCH_PEER_IP, quoted, 3, 3, 0);
    ck_assert_int_eq(tcp_take_error(tcb), LAN_ECONNREFUSED);
}
END_TEST

START_TEST(test_syn_sent_host_unreachable_is_the_reason_when_time_is_up)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_syn_sent(&bench);
    tcb->soft_error = LAN_EHOSTUNREACH;
    bench_pass(&bench, 200 * 1000);
    ck_assert_int_eq(tcp_take_error(tcb), LAN_EHOSTUNREACH);
}
END_TEST

START_TEST(test_syn_sent_unreachable_neighbour_fails_at_once)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_syn_sent(&bench);
    bench.ip.refusal = IP_UNREACHABLE;
    bench_pass(&bench, 2000);
    ASSERT_STATE(tcb, "CLOSED");
    ck_assert_int_eq(tcp_write(tcb, "x", 1), -LAN_EHOSTUNREACH);
}
END_TEST

START_TEST(test_syn_sent_close_frees_the_block)
{
    bench_start(&bench, NULL);
    tcp_close(bench_syn_sent(&bench));
    ck_assert_uint_eq(bench_blocks_used(&bench), 0);
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_syn_sent_second_connect_says_already)
{
    const struct lan_address peer = {.ip = BENCH_PEER_IP, .port = 1};
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_syn_sent(&bench);
    ck_assert_int_eq(tcp_connect(tcb, &peer), -LAN_EALREADY);
    ck_assert_int_eq(tcp_read(tcb, text, 1, 0), -LAN_EAGAIN);
    ck_assert_int_eq(tcp_write(tcb, text, 1), -LAN_EAGAIN);
    ck_assert_int_eq(tcp_events(tcb), 0);
    ck_assert_int_eq(tcp_listen(tcb, 1), -LAN_EINVAL);
}
END_TEST

/* --- SYN-RECEIVED ---------------------------------------------------------------- */

START_TEST(test_syn_received_ack_establishes)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_accepted(&bench);
    ASSERT_STATE(tcb, "ESTABLISHED");
    ck_assert_uint_eq(bench_counter(&bench, "tcp_connections_accepted"), 1);
}
END_TEST

START_TEST(test_syn_received_ack_with_data_keeps_it)
{
    bench_start(&bench, NULL);
    bench_syn_received(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "GET");
    ck_assert_int_eq(tcp_read(tcp_accept(bench.listener), text, sizeof text, 0), 3);
}
END_TEST

START_TEST(test_syn_received_wrong_ack_is_answered_with_reset)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_syn_received(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 2);
    ck_assert(bench_take(&bench, &seen));
    ck_assert_int_eq(seen.flags, TCP_RST);
    ck_assert_uint_eq(seen.sequence, 2);
    ASSERT_STATE(tcb, "SYN-RECEIVED");
}
END_TEST

START_TEST(test_syn_received_same_syn_is_answered_again)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_syn_received(&bench);
    GIVE(&bench, .flags = TCP_SYN);
    bench_step(&bench);
    bench_expect(&bench, TCP_SYN | TCP_ACK, 0, 1, 0);
    bench_expect_nothing(&bench);
    ASSERT_STATE(tcb, "SYN-RECEIVED");
}
END_TEST

START_TEST(test_syn_received_reset_forgets_it)
{
    bench_start(&bench, NULL);
    bench_syn_received(&bench);
    GIVE(&bench, .flags = TCP_RST, .sequence = 1);
    ck_assert_uint_eq(bench_blocks_used(&bench), 1);
    for (unsigned i = 0; i < 3; i++) /* its place in the backlog is free again */
        GIVE(&bench, .flags = TCP_SYN, .source_port = (uint16_t)(5000 + i));
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_backlog"), 0);
}
END_TEST

START_TEST(test_syn_received_no_ack_is_forgotten_after_a_minute)
{
    bench_start(&bench, NULL);
    bench_syn_received(&bench);
    bench_pass(&bench, 62 * 1000);
    ck_assert_uint_eq(bench_blocks_used(&bench), 2);
    bench_pass(&bench, 2 * 1000);
    ck_assert_uint_eq(bench_blocks_used(&bench), 1);
    for (unsigned i = 0; i < TCP_SYN_RECEIVED_RETRIES; i++)
        bench_expect(&bench, TCP_SYN | TCP_ACK, 0, 1, 0);
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_syn_received_close_sends_fin_after_the_handshake)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_syn_sent(&bench);
    GIVE(&bench, .flags = TCP_SYN);
    bench_step(&bench);
    bench_expect(&bench, TCP_SYN | TCP_ACK, 0, 1, 0);
    tcp_close(tcb);
    bench_expect_nothing(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1);
    bench_step(&bench);
    bench_expect(&bench, TCP_FIN | TCP_ACK, 1, 1, 0);
    ASSERT_STATE(tcb, "FIN-WAIT-1");
}
END_TEST

START_TEST(test_syn_received_of_connect_reset_refuses)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_syn_sent(&bench);
    GIVE(&bench, .flags = TCP_SYN);
    GIVE(&bench, .flags = TCP_RST, .sequence = 1);
    ck_assert_int_eq(tcp_take_error(tcb), LAN_ECONNREFUSED);
}
END_TEST

/* --- ESTABLISHED (3.10.7.4) ------------------------------------------------------ */

START_TEST(test_established_data_is_read_and_acknowledged_late)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "hello");
    bench_step(&bench);
    bench_expect_nothing(&bench);
    ck_assert_int_eq(tcp_events(tcb), LAN_POLLIN | LAN_POLLOUT);
    ck_assert_int_eq(tcp_read(tcb, text, sizeof text, LAN_MSG_PEEK), 5);
    ck_assert_int_eq(tcp_read(tcb, text, 3, 0), 3);
    ck_assert_mem_eq(text, "hel", 3);
    ck_assert_int_eq(tcp_read(tcb, text, sizeof text, 0), 2);
    ck_assert_int_eq(tcp_read(tcb, text, sizeof text, 0), -LAN_EAGAIN);
    bench_pass(&bench, TCP_DELAYED_ACK_MS + 2);
    bench_expect(&bench, TCP_ACK, 1, 6, 0);
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_established_fin_enters_close_wait)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_close_wait(&bench);
    ASSERT_STATE(tcb, "CLOSE-WAIT");
    ck_assert_int_eq(tcp_read(tcb, text, 1, 0), 0);
    ck_assert_int_eq(tcp_events(tcb), LAN_POLLIN | LAN_POLLOUT);
}
END_TEST

START_TEST(test_established_exact_reset_resets)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "lost");
    GIVE(&bench, .flags = TCP_RST, .sequence = 5);
    ASSERT_STATE(tcb, "CLOSED");
    ck_assert_int_eq(tcp_read(tcb, text, 1, 0), -LAN_ECONNRESET);
    ck_assert_int_eq(tcp_read(tcb, text, 1, 0), -LAN_ENOTCONN);
    ck_assert_int_eq(tcp_write(tcb, text, 1), -LAN_EPIPE);
    bench_step(&bench);
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_established_reset_in_the_window_is_challenged)
{
    bench_start(&bench, NULL); /* RFC 5961 section 3.2 */
    struct tcb *tcb = bench_established(&bench);
    GIVE(&bench, .flags = TCP_RST, .sequence = 2);
    bench_expect(&bench, TCP_ACK, 1, 1, 0);
    ASSERT_STATE(tcb, "ESTABLISHED");
}
END_TEST

START_TEST(test_established_reset_outside_the_window_is_dropped)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    GIVE(&bench, .flags = TCP_RST, .sequence = 0);
    GIVE(&bench, .flags = TCP_RST, .sequence = 100000);
    bench_expect_nothing(&bench);
    ASSERT_STATE(tcb, "ESTABLISHED");
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_outside"), 2);
}
END_TEST

START_TEST(test_established_syn_is_challenged)
{
    bench_start(&bench, NULL); /* RFC 5961 section 4.2 */
    struct tcb *tcb = bench_established(&bench);
    GIVE(&bench, .flags = TCP_SYN, .sequence = 10);
    bench_expect(&bench, TCP_ACK, 1, 1, 0);
    GIVE(&bench, .flags = TCP_SYN | TCP_ACK, .sequence = 0, .acknowledgment = 1);
    bench_expect(&bench, TCP_ACK, 1, 1, 0); /* our ACK of the handshake was lost */
    ASSERT_STATE(tcb, "ESTABLISHED");
}
END_TEST

START_TEST(test_established_challenges_are_limited)
{
    bench_start(&bench, NULL); /* RFC 5961 section 7 */
    bench_established(&bench);
    for (unsigned i = 0; i < 100; i++)
        GIVE(&bench, .flags = TCP_SYN, .sequence = 10);
    for (unsigned i = 0; i < TCP_CHALLENGE_ACKS; i++)
        bench_expect(&bench, TCP_ACK, 1, 1, 0);
    bench_expect_nothing(&bench);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_challenge"), 100 - TCP_CHALLENGE_ACKS);
    bench_pass(&bench, TCP_CHALLENGE_PERIOD_MS + 2);
    GIVE(&bench, .flags = TCP_SYN, .sequence = 10);
    bench_expect(&bench, TCP_ACK, 1, 1, 0);
}
END_TEST

START_TEST(test_established_ack_of_the_future_is_challenged)
{
    bench_start(&bench, NULL); /* RFC 5961 section 5.2 */
    struct tcb *tcb = bench_established(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 2, .data = "forged");
    bench_expect(&bench, TCP_ACK, 1, 1, 0);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1u - 70000, .data = "forged");
    bench_expect(&bench, TCP_ACK, 1, 1, 0);
    ck_assert_int_eq(tcp_read(tcb, text, 1, 0), -LAN_EAGAIN);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1u - 60000, .data = "old");
    ck_assert_int_eq(tcp_read(tcb, text, sizeof text, 0), 3);
}
END_TEST

START_TEST(test_established_segment_without_ack_is_dropped)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    GIVE(&bench, .flags = TCP_PSH, .sequence = 1, .data = "x");
    bench_step(&bench);
    bench_expect_nothing(&bench);
    ck_assert_int_eq(tcp_read(tcb, text, 1, 0), -LAN_EAGAIN);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_acknowledges"), 1);
}
END_TEST

START_TEST(test_established_old_data_is_acknowledged_again)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "abc");
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "abc");
    bench_expect(&bench, TCP_ACK, 1, 4, 0);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "abcDEF");
    ck_assert_int_eq(tcp_read(tcb, text, sizeof text, 0), 6);
    ck_assert_mem_eq(text, "abcDEF", 6);
}
END_TEST

START_TEST(test_established_urgent_data_is_read_in_line)
{
    bench_start(&bench, NULL); /* RFC 6093 */
    struct tcb *tcb = bench_established(&bench);
    GIVE(&bench, .flags = TCP_ACK | TCP_URG, .sequence = 1, .acknowledgment = 1, .data = "!");
    ck_assert_int_eq(tcp_read(tcb, text, sizeof text, 0), 1);
}
END_TEST

START_TEST(test_established_icmp_error_is_advice)
{
    bench_start(&bench, NULL); /* RFC 5927 section 5.2: never a reset */
    struct tcb *tcb = bench_established(&bench);
    ck_assert_int_eq(tcp_write(tcb, "x", 1), 1);
    uint32_t sequence = bench.local_isn + 1;
    const uint8_t quoted[8] = {
        (uint8_t)(bench.local_port >> 8), (uint8_t)bench.local_port, BENCH_PEER_PORT >> 8,
        BENCH_PEER_PORT & 0xFF,           (uint8_t)(sequence >> 24), (uint8_t)(sequence >> 16),
        (uint8_t)(sequence >> 8),         (uint8_t)sequence};
    tcp_receive_error(bench.tcp, BENCH_LOCAL_IP, BENCH_PEER_IP, quoted, 3, 3, 0);
    tcp_receive_error(bench.tcp, BENCH_LOCAL_IP, BENCH_PEER_IP, quoted, 4, 0, 0);
    ASSERT_STATE(tcb, "ESTABLISHED");
    ck_assert_int_eq(tcb->soft_error, LAN_ECONNREFUSED);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_icmp"), 1); /* source quench */
}
END_TEST

START_TEST(test_established_silent_peer_times_out_after_r2)
{
    bench_start(&bench, NULL); /* 3.8.3: at least 100 s */
    struct tcb *tcb = bench_established(&bench);
    ck_assert_int_eq(tcp_write(tcb, "x", 1), 1);
    bench_pass(&bench, 100 * 1000);
    ASSERT_STATE(tcb, "ESTABLISHED");
    bench_pass(&bench, 300 * 1000);
    ASSERT_STATE(tcb, "CLOSED");
    ck_assert_int_eq(tcp_take_error(tcb), LAN_ETIMEDOUT);
    for (unsigned i = 0; i <= TCP_RETRIES; i++)
        bench_expect(&bench, TCP_ACK, 1, 1, 1);
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_established_close_with_unread_data_resets)
{
    bench_start(&bench, NULL); /* RFC 2525 section 2.17 */
    struct tcb *tcb = bench_established(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "unread");
    tcp_close(tcb);
    bench_expect(&bench, TCP_RST | TCP_ACK, 1, 7, 0);
    ck_assert_uint_eq(bench_blocks_used(&bench), 0);
}
END_TEST

START_TEST(test_established_shutdown_of_reading_discards_and_acknowledges)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1, .data = "gone");
    ck_assert_int_eq(tcp_shutdown(tcb, LAN_SHUT_RD), 0);
    ck_assert_int_eq(tcp_read(tcb, text, 1, 0), 0);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 5, .acknowledgment = 1, .data = "more");
    bench_step(&bench);
    seen = bench_expect(&bench, TCP_ACK, 1, 9, 0);
    ck_assert_uint_gt(seen.window, 65535 - BENCH_MSS); /* not closed by what is discarded */
    ck_assert_int_eq(tcp_read(tcb, text, 1, 0), 0);
    tcp_close(tcb);
    bench_expect(&bench, TCP_FIN | TCP_ACK, 1, 9, 0);
}
END_TEST

START_TEST(test_established_connect_says_connected)
{
    const struct lan_address peer = {.ip = BENCH_PEER_IP, .port = 1};
    bench_start(&bench, NULL);
    ck_assert_int_eq(tcp_connect(bench_established(&bench), &peer), -LAN_EISCONN);
}
END_TEST

/* --- CLOSE-WAIT, LAST-ACK -------------------------------------------------------- */

START_TEST(test_close_wait_write_still_sends)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_close_wait(&bench);
    ck_assert_int_eq(tcp_write(tcb, "answer", 6), 6);
    bench_expect(&bench, TCP_ACK, 1, 2, 6);
}
END_TEST

START_TEST(test_close_wait_data_behind_the_fin_is_dropped)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_close_wait(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 2, .acknowledgment = 1, .data = "late");
    ck_assert_int_eq(tcp_read(tcb, text, sizeof text, 0), 0);
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_state"), 1);
}
END_TEST

START_TEST(test_close_wait_fin_again_is_acknowledged)
{
    bench_start(&bench, NULL);
    bench_close_wait(&bench);
    GIVE(&bench, .flags = TCP_FIN | TCP_ACK, .sequence = 1, .acknowledgment = 1);
    bench_expect(&bench, TCP_ACK, 1, 2, 0);
}
END_TEST

START_TEST(test_close_wait_close_enters_last_ack)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_last_ack(&bench);
    ASSERT_STATE(tcb, "LAST-ACK");
    ck_assert_int_eq(tcp_write(tcb, "x", 1), -LAN_EPIPE);
}
END_TEST

START_TEST(test_close_wait_reset_resets)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_close_wait(&bench);
    GIVE(&bench, .flags = TCP_RST, .sequence = 2);
    ck_assert_int_eq(tcp_take_error(tcb), LAN_ECONNRESET);
}
END_TEST

START_TEST(test_last_ack_ack_closes)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_last_ack(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 2, .acknowledgment = 2);
    ASSERT_STATE(tcb, "CLOSED");
    ck_assert_int_eq(tcp_take_error(tcb), 0);
    ck_assert_int_eq(tcp_read(tcb, text, 1, 0), 0);
    ck_assert_str_eq(bench.states, "SYN-SENT ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED");
    tcp_close(tcb);
    ck_assert_uint_eq(bench_blocks_used(&bench), 0);
}
END_TEST

START_TEST(test_last_ack_lost_fin_is_sent_again)
{
    bench_start(&bench, NULL);
    bench_last_ack(&bench);
    bench_pass(&bench, 300);
    bench_expect(&bench, TCP_FIN | TCP_ACK, 1, 2, 0);
}
END_TEST

START_TEST(test_last_ack_reset_closes)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_last_ack(&bench);
    GIVE(&bench, .flags = TCP_RST, .sequence = 2);
    ASSERT_STATE(tcb, "CLOSED");
    ck_assert_int_eq(tcp_take_error(tcb), 0);
}
END_TEST

/* --- FIN-WAIT-1, FIN-WAIT-2, CLOSING --------------------------------------------- */

START_TEST(test_fin_wait_1_ack_of_fin_enters_fin_wait_2)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_fin_wait_2(&bench);
    ASSERT_STATE(tcb, "FIN-WAIT-2");
    bench_pass(&bench, 600 * 1000); /* half closed as long as the user likes */
    ASSERT_STATE(tcb, "FIN-WAIT-2");
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_fin_wait_1_fin_enters_closing)
{
    bench_start(&bench, NULL);
    ASSERT_STATE(bench_closing(&bench), "CLOSING");
}
END_TEST

START_TEST(test_fin_wait_1_fin_with_ack_of_ours_enters_time_wait)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_fin_wait_1(&bench);
    GIVE(&bench, .flags = TCP_FIN | TCP_ACK, .sequence = 1, .acknowledgment = 2, .data = "bye");
    bench_step(&bench);
    bench_expect(&bench, TCP_ACK, 2, 5, 0);
    ASSERT_STATE(tcb, "TIME-WAIT");
    ck_assert_int_eq(tcp_read(tcb, text, sizeof text, 0), 3);
    ck_assert_int_eq(tcp_read(tcb, text, sizeof text, 0), 0);
}
END_TEST

START_TEST(test_fin_wait_1_unsent_data_goes_before_the_fin)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_established(&bench);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_int_eq(tcp_write(tcb, "abc", 3), 3);
    tcp_close(tcb);
    bench_expect(&bench, TCP_ACK, 1, 1, 3);
    bench_expect(&bench, TCP_FIN | TCP_ACK, 4, 1, 6);
}
END_TEST

START_TEST(test_fin_wait_1_reset_resets)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_fin_wait_1(&bench);
    GIVE(&bench, .flags = TCP_RST, .sequence = 1);
    ck_assert_int_eq(tcp_take_error(tcb), LAN_ECONNRESET);
}
END_TEST

START_TEST(test_fin_wait_2_data_is_still_received)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_fin_wait_2(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 2, .data = "still here");
    ck_assert_int_eq(tcp_read(tcb, text, sizeof text, 0), 10);
    ck_assert_int_eq(tcp_write(tcb, text, 1), -LAN_EPIPE);
}
END_TEST

START_TEST(test_fin_wait_2_data_after_close_is_answered_with_reset)
{
    bench_start(&bench, NULL); /* RFC 1122 section 4.2.2.13 */
    struct tcb *tcb = bench_fin_wait_2(&bench);
    tcp_close(tcb);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 2, .data = "nobody reads");
    bench_expect(&bench, TCP_RST | TCP_ACK, 2, 1, 0);
    ck_assert_uint_eq(bench_blocks_used(&bench), 0);
}
END_TEST

START_TEST(test_fin_wait_2_after_close_is_forgotten_after_a_minute)
{
    bench_start(&bench, NULL);
    tcp_close(bench_fin_wait_2(&bench));
    bench_pass(&bench, TCP_FIN_WAIT_2_MS - 10);
    ck_assert_uint_eq(bench_blocks_used(&bench), 1);
    bench_pass(&bench, 20);
    ck_assert_uint_eq(bench_blocks_used(&bench), 0);
    bench_expect_nothing(&bench);
}
END_TEST

START_TEST(test_fin_wait_2_fin_enters_time_wait)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_time_wait(&bench);
    ASSERT_STATE(tcb, "TIME-WAIT");
    ck_assert_str_eq(bench.states, "SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT");
    ck_assert_int_eq(tcp_events(tcb), LAN_POLLIN | LAN_POLLOUT | LAN_POLLHUP);
}
END_TEST

START_TEST(test_closing_ack_enters_time_wait)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_closing(&bench);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 2, .acknowledgment = 2);
    ASSERT_STATE(tcb, "TIME-WAIT");
}
END_TEST

START_TEST(test_closing_reset_closes)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_closing(&bench);
    GIVE(&bench, .flags = TCP_RST, .sequence = 2);
    ASSERT_STATE(tcb, "CLOSED");
    ck_assert_int_eq(tcp_take_error(tcb), 0);
}
END_TEST

/* --- TIME-WAIT ------------------------------------------------------------------- */

START_TEST(test_time_wait_ends_after_two_msl)
{
    bench_start(&bench, NULL);
    tcp_close(bench_time_wait(&bench));
    bench_pass(&bench, TCP_TIME_WAIT_MS - 10);
    ck_assert_uint_eq(bench_blocks_used(&bench), 1);
    bench_pass(&bench, 20);
    ck_assert_uint_eq(bench_blocks_used(&bench), 0);
    ck_assert_uint_eq(bench.deadline_us, LAN_NEVER);
}
END_TEST

START_TEST(test_time_wait_fin_again_is_acknowledged_and_starts_anew)
{
    bench_start(&bench, NULL);
    tcp_close(bench_time_wait(&bench));
    bench_pass(&bench, TCP_TIME_WAIT_MS / 2);
    GIVE(&bench, .flags = TCP_FIN | TCP_ACK, .sequence = 1, .acknowledgment = 2);
    bench_expect(&bench, TCP_ACK, 2, 2, 0);
    bench_pass(&bench, TCP_TIME_WAIT_MS - 10);
    ck_assert_uint_eq(bench_blocks_used(&bench), 1);
    bench_pass(&bench, 20);
    ck_assert_uint_eq(bench_blocks_used(&bench), 0);
}
END_TEST

START_TEST(test_time_wait_reset_is_ignored)
{
    bench_start(&bench, NULL); /* RFC 1337 */
    struct tcb *tcb = bench_time_wait(&bench);
    GIVE(&bench, .flags = TCP_RST, .sequence = 2);
    ASSERT_STATE(tcb, "TIME-WAIT");
    ck_assert_uint_eq(bench_counter(&bench, "tcp_drop_reset"), 1);
}
END_TEST

/* A listener's connection, closed by us first. */
static struct tcb *time_wait_of_listener(void)
{
    struct tcb *tcb = bench_accepted(&bench);
    tcp_close(tcb);
    bench_expect(&bench, TCP_FIN | TCP_ACK, 1, 1, 0);
    GIVE(&bench, .flags = TCP_FIN | TCP_ACK, .sequence = 1, .acknowledgment = 2);
    bench_step(&bench);
    bench_expect(&bench, TCP_ACK, 2, 2, 0);
    ASSERT_STATE(tcb, "TIME-WAIT");
    return tcb;
}

START_TEST(test_time_wait_syn_with_higher_number_opens_anew)
{
    bench_start(&bench, NULL); /* RFC 1122 section 4.2.2.13, RFC 6191 */
    time_wait_of_listener();
    uint32_t old_isn = bench.local_isn;
    bench.peer_isn += 1000;
    bench.local_known = false;
    GIVE(&bench, .flags = TCP_SYN);
    bench_step(&bench);
    bench_expect(&bench, TCP_SYN | TCP_ACK, 0, 1, 0);
    ck_assert_int_gt((int32_t)(bench.local_isn - old_isn), 2);
    GIVE(&bench, .flags = TCP_ACK, .sequence = 1, .acknowledgment = 1);
    ck_assert_ptr_nonnull(tcp_accept(bench.listener));
    ck_assert_uint_eq(bench_counter(&bench, "tcp_time_wait_reused"), 1);
    ck_assert_uint_eq(bench_blocks_used(&bench), 2);
}
END_TEST

START_TEST(test_time_wait_old_syn_is_only_acknowledged)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = time_wait_of_listener();
    GIVE(&bench, .flags = TCP_SYN, .sequence = 0);
    bench_step(&bench);
    bench_expect(&bench, TCP_ACK, 2, 2, 0);
    bench_expect_nothing(&bench);
    ASSERT_STATE(tcb, "TIME-WAIT");
}
END_TEST

START_TEST(test_time_wait_held_by_a_socket_lets_the_new_syn_in)
{
    bench_start(&bench, NULL);
    struct tcb *tcb = bench_accepted(&bench);
    tcp_shutdown(tcb, LAN_SHUT_WR);
    GIVE(&bench, .flags = TCP_FIN | TCP_ACK, .sequence = 1, .acknowledgment = 2);
    ASSERT_STATE(tcb, "TIME-WAIT");
    GIVE(&bench, .flags = TCP_SYN, .sequence = 500);
    ASSERT_STATE(tcb, "CLOSED");
    ck_assert_int_eq(tcp_read(tcb, text, 1, 0), 0);
    tcp_close(tcb);
    ck_assert_uint_eq(bench_blocks_used(&bench), 2); /* the listener and the new one */
}
END_TEST

START_TEST(test_time_wait_is_recycled_when_blocks_run_out)
{
    bench_start(&bench, NULL);
    struct tcb *oldest = bench_time_wait(&bench);
    tcp_close(oldest);
    for (unsigned i = 0; i < 8; i++)
        ck_assert_ptr_nonnull(tcp_open(bench.tcp));
    ck_assert_ptr_null(tcp_open(bench.tcp));
    ck_assert_uint_eq(bench_counter(&bench, "tcp_time_wait_recycled"), 1);
}
END_TEST

TEST_MAIN(
    "tcp_states", test_closed_syn_is_answered_with_reset,
    test_closed_ack_is_answered_with_reset_of_its_number, test_closed_reset_is_not_answered,
    test_closed_read_and_write_say_not_connected,
    test_closed_bind_of_a_bound_port_says_address_in_use,
    test_closed_connect_without_route_says_unreachable, test_listen_syn_is_answered_with_syn_ack,
    test_listen_ack_is_answered_with_reset, test_listen_reset_and_data_are_dropped,
    test_listen_syn_beyond_the_backlog_gets_a_cookie,
    test_listen_close_resets_what_was_not_accepted,
    test_listen_established_connections_come_out_in_order, test_syn_sent_syn_ack_establishes,
    test_syn_sent_syn_ack_with_data_and_fin_keeps_them, test_syn_sent_syn_opens_simultaneously,
    test_syn_sent_wrong_ack_is_answered_with_reset, test_syn_sent_reset_with_ack_refuses,
    test_syn_sent_reset_without_ack_is_dropped,
    test_syn_sent_no_answer_tries_for_three_minutes_then_times_out,
    test_syn_sent_port_unreachable_refuses_host_unreachable_waits,
    test_syn_sent_host_unreachable_is_the_reason_when_time_is_up,
    test_syn_sent_unreachable_neighbour_fails_at_once, test_syn_sent_close_frees_the_block,
    test_syn_sent_second_connect_says_already, test_syn_received_ack_establishes,
    test_syn_received_ack_with_data_keeps_it, test_syn_received_wrong_ack_is_answered_with_reset,
    test_syn_received_same_syn_is_answered_again, test_syn_received_reset_forgets_it,
    test_syn_received_no_ack_is_forgotten_after_a_minute,
    test_syn_received_close_sends_fin_after_the_handshake,
    test_syn_received_of_connect_reset_refuses, test_established_data_is_read_and_acknowledged_late,
    test_established_fin_enters_close_wait, test_established_exact_reset_resets,
    test_established_reset_in_the_window_is_challenged,
    test_established_reset_outside_the_window_is_dropped, test_established_syn_is_challenged,
    test_established_challenges_are_limited, test_established_ack_of_the_future_is_challenged,
    test_established_segment_without_ack_is_dropped,
    test_established_old_data_is_acknowledged_again, test_established_urgent_data_is_read_in_line,
    test_established_icmp_error_is_advice, test_established_silent_peer_times_out_after_r2,
    test_established_close_with_unread_data_resets,
    test_established_shutdown_of_reading_discards_and_acknowledges,
    test_established_connect_says_connected, test_close_wait_write_still_sends,
    test_close_wait_data_behind_the_fin_is_dropped, test_close_wait_fin_again_is_acknowledged,
    test_close_wait_close_enters_last_ack, test_close_wait_reset_resets, test_last_ack_ack_closes,
    test_last_ack_lost_fin_is_sent_again, test_last_ack_reset_closes,
    test_fin_wait_1_ack_of_fin_enters_fin_wait_2, test_fin_wait_1_fin_enters_closing,
    test_fin_wait_1_fin_with_ack_of_ours_enters_time_wait,
    test_fin_wait_1_unsent_data_goes_before_the_fin, test_fin_wait_1_reset_resets,
    test_fin_wait_2_data_is_still_received, test_fin_wait_2_data_after_close_is_answered_with_reset,
    test_fin_wait_2_after_close_is_forgotten_after_a_minute, test_fin_wait_2_fin_enters_time_wait,
    test_closing_ack_enters_time_wait, test_closing_reset_closes, test_time_wait_ends_after_two_msl,
    test_time_wait_fin_again_is_acknowledged_and_starts_anew, test_time_wait_reset_is_ignored,
    test_time_wait_syn_with_higher_number_opens_anew, test_time_wait_old_syn_is_only_acknowledged,
    test_time_wait_held_by_a_socket_lets_the_new_syn_in,
    test_time_wait_is_recycled_when_blocks_run_out)
