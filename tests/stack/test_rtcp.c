/* RTCP (RFC 3550 section 6): its packets, then a sender and a receiver that tell each
 * other, over a link in virtual time (pair.h). */
#include <string.h>

#include "pair.h"
#include "rtp/rtp.h"
#include "test.h"

enum { RATE = 8000, FRAMES = 80, SLOTS = 32, PORT = 5004, SECOND_US = 1000000, DELAY_MS = 60 };
#define NAME "0123456789abcdef01234567"

/* --- packets -------------------------------------------------------------------------------- */

static const struct rtcp_message both = {
    .ssrc = 0x01020304,
    .is_sender = true,
    .ntp = 0x1112131415161718,
    .rtp_timestamp = 0x21222324,
    .packets = 5,
    .octets = 6,
    .has_block = true,
    .block = {0x31323334, 0x80, -2, 0x00020003, 7, 0x13141516, 8},
    .bye = true,
    .cname = NAME,
};

START_TEST(test_report_is_built_as_section_6_4_draws_it)
{
    uint8_t bytes[RTCP_SIZE_MAX];
    size_t size = rtcp_build(&both, bytes);
    static const uint8_t report[] = "\x81\xc8\x00\x0c\1\2\3\4\x11\x12\x13\x14\x15\x16\x17\x18"
                                    "\x21\x22\x23\x24\0\0\0\5\0\0\0\6"
                                    "\x31\x32\x33\x34\x80\xff\xff\xfe\0\2\0\3\0\0\0\7"
                                    "\x13\x14\x15\x16\0\0\0\x8"
                                    "\x81\xca\x00\x08\1\2\3\4\1\x18" NAME "\0\0"
                                    "\x81\xcb\x00\x01\1\2\3\4";
    ck_assert_uint_eq(size, sizeof report - 1);
    ck_assert_mem_eq(bytes, report, size);
}
END_TEST

START_TEST(test_report_that_was_built_is_read_by_whom_it_concerns)
{
    uint8_t bytes[RTCP_SIZE_MAX];
    struct rtcp_message read;
    size_t size = rtcp_build(&both, bytes);
    ck_assert(rtcp_parse(bytes, size, 0x31323334, &read));
    ck_assert_uint_eq(read.ssrc, both.ssrc);
    ck_assert(read.is_sender && read.has_block && read.bye);
    ck_assert(read.ntp == both.ntp);
    ck_assert_uint_eq(read.rtp_timestamp, both.rtp_timestamp);
    ck_assert_uint_eq(read.octets, 6);
    ck_assert_int_eq(read.block.lost, -2);
    ck_assert_uint_eq(read.block.fraction_lost, 0x80);
    ck_assert_uint_eq(read.block.delay_since_sr, 8);
    ck_assert(rtcp_parse(bytes, size, 1, &read));
    ck_assert(!read.has_block);
}
END_TEST

/* Appendix A.2. */
START_TEST(test_control_packet_that_does_not_add_up_is_none)
{
    static const struct {
        const char *bytes;
        size_t size;
    } wrong[] = {
        {"", 0},
        {"\x80\xc9\0", 3},
        {"\x40\xc9\0\1\1\2\3\4", 8},                          /* version 1 */
        {"\x80\xc9\0\2\1\2\3\4", 8},                          /* longer than it is */
        {"\x80\xca\0\1\1\2\3\4", 8},                          /* SDES comes first */
        {"\x80\xc9\0\0", 4},                                  /* no SSRC */
        {"\x80\xc8\0\1\1\2\3\4", 8},                          /* a sender without its numbers */
        {"\x81\xc9\0\1\1\2\3\4", 8},                          /* a block that is not there */
        {"\xa0\xc9\0\1\1\2\3\4", 8},                          /* the first is padded */
        {"\x80\xc9\0\1\1\2\3\4\x82\xcb\0\1\1\2\3\4", 16},     /* BYE of two, there is one */
        {"\x80\xc9\0\1\1\2\3\4\xa0\xcc\0\0\x80\xcc\0\0", 16}, /* padded, and not the last */
    };
    struct rtcp_message read;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(!rtcp_parse((const uint8_t *)wrong[i].bytes, wrong[i].size, 0, &read), "%zu",
                      i);
    /* An APP of somebody, padded, behind a report. */
    ck_assert(
        rtcp_parse((const uint8_t *)"\x80\xc9\0\1\1\2\3\4\xa0\xcc\0\1\0\0\0\4", 16, 0, &read));
}
END_TEST

/* --- both ends ------------------------------------------------------------------------------ */

static struct pair *pair;
static struct lan_rtp_sender sender;
static struct lan_rtp_receiver receiver;
static struct lan_rtp_slot slots[SLOTS];
static unsigned pulled, sound;
static uint64_t next_us, play_us, silent_from_us;

static int pull(void *context, int16_t *samples, unsigned frames)
{
    (void)context;
    if (pulled >= sound)
        return LAN_RTP_END;
    for (unsigned i = 0; i < frames; i++, pulled++)
        samples[i] = 1000;
    return (int)frames;
}

static void open_sender(void)
{
    const struct lan_rtp_sender_config to = {.target = {FAR_IP, PORT},
                                             .format = {RATE, 1, LAN_RTP_DYNAMIC, FRAMES},
                                             .pull = pull,
                                             .rtcp = true};
    pulled = 0;
    next_us = pair->now_us;
    ck_assert_int_eq(lan_rtp_sender_open(&sender, pair_near(pair), &to), 0);
}

static void begin(unsigned seconds)
{
    const struct lan_rtp_receiver_config from = {.local = {.port = PORT},
                                                 .format = {RATE, 1, LAN_RTP_DYNAMIC, FRAMES},
                                                 .delay_ms = DELAY_MS,
                                                 .rtcp = true};
    pair = pair_new(test_seed(1));
    pair->delay_us = 20000;
    sound = seconds * RATE;
    play_us = pair->now_us;
    silent_from_us = 0;
    open_sender();
    ck_assert_int_eq(lan_rtp_receiver_open(&receiver, pair_far(pair), &from, slots, SLOTS), 0);
}

static void run(unsigned ms)
{
    uint64_t until_us = pair->now_us + ms * UINT64_C(1000);
    while (pair->now_us < until_us) {
        int16_t samples[FRAMES];
        pair_run(pair, 1000);
        lan_rtp_receiver_step(&receiver, pair->now_us);
        if (pair->now_us >= next_us)
            next_us = lan_rtp_sender_step(&sender, pair->now_us);
        for (; pair->now_us >= play_us; play_us += 10000) {
            lan_rtp_receiver_play(&receiver, samples, FRAMES);
            if (samples[FRAMES - 1] != 0)
                silent_from_us = play_us + 10000;
        }
    }
}

static void end(void)
{
    lan_rtp_sender_close(&sender);
    lan_rtp_receiver_close(&receiver);
    pair_free(pair);
}

START_TEST(test_sender_is_told_what_the_receiver_misses_and_how_far_it_is)
{
    begin(60);
    pair->loss_permille = 100;
    run(50000);
    const struct lan_rtp_report *report = &sender.report;
    ck_assert_uint_ge(report->count, 3);
    ck_assert_uint_le(report->count, 20);
    ck_assert_int_gt(report->lost, 100);
    ck_assert_uint_le((uint64_t)report->lost, lan_rtp_receiver_lost(&receiver));
    ck_assert_uint_gt(report->fraction_lost, 256 * 4 / 100);
    ck_assert_uint_lt(report->fraction_lost, 256 * 20 / 100);
    /* Two ways of 20 ms, and each looks once in 10 or 1 ms. */
    ck_assert_uint_ge(report->round_trip_us, 40000 - 100);
    ck_assert_uint_le(report->round_trip_us, 53000);
    ck_assert_uint_le(report->jitter_us, 2000);
    end();
}
END_TEST

START_TEST(test_without_loss_reports_say_so_and_are_few)
{
    begin(70);
    run(60000);
    ck_assert_int_eq(sender.report.lost, 0);
    ck_assert_uint_eq(sender.report.fraction_lost, 0);
    /* Each 2.5 to 7.5 s (section 6.2). */
    ck_assert_uint_ge(sender.rtcp.sent, 60 / 8);
    ck_assert_uint_le(sender.rtcp.sent, 60 * 2 / 5 + 1);
    ck_assert_uint_le(receiver.rtcp.sent, 60 * 2 / 5 + 1);
    ck_assert_uint_eq(receiver.rtcp.sent, sender.report.count);
    ck_assert_uint_eq(receiver.rtcp.refused, 0);
    end();
}
END_TEST

START_TEST(test_sound_whose_sender_says_that_it_ends_is_over_with_its_last_packet)
{
    begin(1);
    uint64_t start_us = pair->now_us;
    run(1300);
    ck_assert_uint_eq(sender.rtcp.sent, 1);
    ck_assert(!lan_rtp_receiver_plays(&receiver));
    ck_assert_uint_eq(receiver.counters.rtp_gaps, 0);
    /* A second, the way of ARP and of the sound, the delay. */
    ck_assert_uint_le(silent_from_us - start_us, SECOND_US + 3 * 20000 + DELAY_MS * 1000 + 20000);
    end();
}
END_TEST

START_TEST(test_next_sound_is_heard_at_once_when_the_one_before_said_that_it_ended)
{
    begin(1);
    run(1200);
    lan_rtp_sender_close(&sender);
    open_sender();
    run(1300);
    ck_assert_uint_eq(receiver.counters.rtp_source_changes, 1);
    ck_assert_uint_eq(receiver.counters.rtp_other_source, 1);
    ck_assert_uint_eq(receiver.counters.rtp_received, 2 * RATE / FRAMES - 1);
    end();
}
END_TEST

/* After it has ended nothing of it is played (section 6.6). */
START_TEST(test_packet_after_the_end_is_not_heard)
{
    begin(1);
    run(1300);
    sender.ended = false;
    sound = 2 * RATE;
    next_us = pair->now_us;
    run(300);
    ck_assert(!lan_rtp_receiver_plays(&receiver));
    ck_assert_uint_gt(receiver.counters.rtp_other_source, 10);
    end();
}
END_TEST

START_TEST(test_control_of_strangers_is_refused)
{
    begin(10);
    run(500);
    const struct lan_address control = {FAR_IP, PORT + 1};
    int fd = lan_socket(pair_near(pair), LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    /* One that is nothing, one that says of another source that it ends. */
    uint8_t bytes[RTCP_SIZE_MAX];
    struct rtcp_message message = both;
    lan_sendto(pair_near(pair), fd, "nonsense", 8, 0, &control);
    lan_sendto(pair_near(pair), fd, bytes, rtcp_build(&message, bytes), 0, &control);
    run(500);
    ck_assert_uint_eq(receiver.rtcp.refused, 1);
    ck_assert(lan_rtp_receiver_plays(&receiver));
    ck_assert(!receiver.source.ended);
    end();
}
END_TEST

START_TEST(test_port_that_is_taken_for_control_fails_and_leaves_nothing_open)
{
    begin(1);
    static struct lan_rtp_receiver second;
    struct lan_socket_info info;
    unsigned before = 0, after = 0;
    while (lan_host_socket(pair_far(pair), before, &info))
        before++;
    const struct lan_rtp_receiver_config from = {
        .local = {.port = PORT - 1}, .format = {RATE, 1, LAN_RTP_DYNAMIC, FRAMES}, .rtcp = true};
    ck_assert_int_eq(lan_rtp_receiver_open(&second, pair_far(pair), &from, slots, SLOTS),
                     -LAN_EADDRINUSE);
    while (lan_host_socket(pair_far(pair), after, &info))
        after++;
    ck_assert_uint_eq(after, before);
    end();
}
END_TEST

TEST_MAIN("rtcp", test_report_is_built_as_section_6_4_draws_it,
          test_report_that_was_built_is_read_by_whom_it_concerns,
          test_control_packet_that_does_not_add_up_is_none,
          test_sender_is_told_what_the_receiver_misses_and_how_far_it_is,
          test_without_loss_reports_say_so_and_are_few,
          test_sound_whose_sender_says_that_it_ends_is_over_with_its_last_packet,
          test_next_sound_is_heard_at_once_when_the_one_before_said_that_it_ended,
          test_packet_after_the_end_is_not_heard, test_control_of_strangers_is_refused,
          test_port_that_is_taken_for_control_fails_and_leaves_nothing_open)
