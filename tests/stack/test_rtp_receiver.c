/* The RTP receiver and its jitter buffer, packet by packet: the test hands it datagrams
 * and plays, 10 frames for each packet and 1 kHz, so a packet is 10 ms. */
#include <string.h>

#include "base/bytes.h"
#include "lan_rtp.h"
#include "pair.h"
#include "test.h"

enum { FRAMES = 10, RATE = 1000, PACKET_US = 10000, SLOTS = 64, SSRC = 0x1a2b3c4d, DELAY_MS = 30 };

static struct pair *pair;
static struct lan_rtp_receiver receiver;
static struct lan_rtp_slot slots[SLOTS];
static int16_t heard[200000]; /* what was played since the beginning */
static unsigned heard_count;
static uint32_t first_timestamp, ssrc;
static uint16_t first_sequence;

static void begin_with(unsigned slot_count, uint32_t delay_max_ms)
{
    pair = pair_new(1);
    const struct lan_rtp_receiver_config config = {
        .local = {.port = 5004},
        .format = {RATE, 1, LAN_RTP_DYNAMIC, FRAMES},
        .delay_ms = DELAY_MS,
        .delay_max_ms = delay_max_ms,
    };
    ck_assert_int_eq(lan_rtp_receiver_open(&receiver, pair_near(pair), &config, slots, slot_count),
                     0);
    heard_count = 0;
    /* Both are about to wrap. */
    first_timestamp = UINT32_MAX - 5 * FRAMES;
    first_sequence = 65530;
    ssrc = SSRC;
}

static void begin(void)
{
    begin_with(SLOTS, 0);
}

static void end(void)
{
    lan_rtp_receiver_close(&receiver);
    pair_free(pair);
}

/* The sound: never 0, and no frame in it like another near. */
static int16_t sample(uint32_t frame)
{
    return (int16_t)(1000 + frame % 20000);
}

static void give_as(uint16_t sequence, uint32_t frame, unsigned frames, uint64_t now_us)
{
    uint8_t payload[LAN_RTP_PAYLOAD_MAX], bytes[LAN_RTP_DATAGRAM_MAX];
    for (unsigned i = 0; i < frames; i++)
        put16(payload + 2 * i, (uint16_t)sample(frame + i));
    const struct lan_rtp_packet packet = {.payload_type = LAN_RTP_DYNAMIC,
                                          .sequence = (uint16_t)(first_sequence + sequence),
                                          .timestamp = first_timestamp + frame,
                                          .ssrc = ssrc,
                                          .payload = payload,
                                          .payload_size = 2 * frames};
    size_t size = lan_rtp_build(&packet, bytes, sizeof bytes);
    lan_rtp_receiver_take(&receiver, bytes, size, now_us);
}

/* The sound's packet of this number comes at its time. */
static void give(unsigned number)
{
    give_as((uint16_t)number, number * FRAMES, FRAMES, 1000000 + number * (uint64_t)PACKET_US);
}

static void play(unsigned frames)
{
    lan_rtp_receiver_play(&receiver, heard + heard_count, frames);
    heard_count += frames;
}

/* Where the sound's frame is heard when nothing is lost. */
static unsigned place(uint32_t frame)
{
    return DELAY_MS * RATE / 1000 + frame;
}

static void check_heard(uint32_t frame, unsigned frames)
{
    for (unsigned i = 0; i < frames; i++)
        ck_assert_msg(heard[place(frame + i)] == sample(frame + i), "frame %u: %d, not %d",
                      frame + i, heard[place(frame + i)], sample(frame + i));
}

/* Packets 0 to count - 1, but for `lost`, with a play after each; then what is left. */
static void pass(unsigned count, unsigned lost)
{
    for (unsigned i = 0; i < count; i++) {
        if (i != lost)
            give(i);
        play(FRAMES);
    }
    for (unsigned i = 0; i < DELAY_MS * RATE / 1000 / FRAMES; i++)
        play(FRAMES);
}

START_TEST(test_sound_is_heard_after_the_delay_bit_for_bit)
{
    begin();
    pass(20, 99);
    for (unsigned i = 0; i < place(0); i++)
        ck_assert_int_eq(heard[i], 0);
    check_heard(0, 20 * FRAMES);
    ck_assert_uint_eq(receiver.counters.rtp_received, 20);
    ck_assert_uint_eq(receiver.counters.rtp_gaps, 0);
    ck_assert_uint_eq(lan_rtp_receiver_lost(&receiver), 0);
    ck_assert_uint_eq(lan_rtp_receiver_jitter_us(&receiver), 0);
    end();
}
END_TEST

START_TEST(test_player_may_ask_for_any_amount_at_any_time)
{
    begin();
    unsigned given = 0;
    while (given < 200) {
        while (given < 200 && given * FRAMES < heard_count + FRAMES)
            give(given++);
        play(1 + (given * 7) % 13);
    }
    ck_assert_uint_eq(receiver.counters.rtp_gaps, 0);
    check_heard(0, heard_count - place(0));
    end();
}
END_TEST

START_TEST(test_lost_packet_is_concealed_and_nothing_else_is_touched)
{
    begin();
    pass(20, 7);
    check_heard(0, 7 * FRAMES);
    check_heard(8 * FRAMES, 12 * FRAMES);
    /* What was before it, in a mirror, fading out. */
    for (unsigned i = 0; i < FRAMES; i++) {
        int16_t played = heard[place(7 * FRAMES + i)], mirrored = sample(7 * FRAMES - 1 - i);
        ck_assert_int_le(played, mirrored);
        ck_assert_int_gt(played, mirrored / 2);
    }
    ck_assert_uint_eq(receiver.counters.rtp_gaps, 1);
    ck_assert_uint_eq(receiver.counters.rtp_concealed, FRAMES);
    ck_assert_uint_eq(receiver.counters.rtp_silent, 0);
    ck_assert_uint_eq(receiver.counters.rtp_longest_gap, FRAMES);
    ck_assert_uint_eq(lan_rtp_receiver_lost(&receiver), 1);
    end();
}
END_TEST

START_TEST(test_long_loss_fades_to_silence_and_is_one_gap)
{
    begin();
    for (unsigned i = 0; i < 30; i++) {
        if (i < 10 || i >= 20)
            give(i);
        play(FRAMES);
    }
    play(DELAY_MS * RATE / 1000);
    check_heard(0, 10 * FRAMES);
    check_heard(20 * FRAMES, 10 * FRAMES);
    for (unsigned i = 41; i < 10 * FRAMES; i++)
        ck_assert_int_eq(heard[place(10 * FRAMES + i)], 0);
    ck_assert_uint_eq(receiver.counters.rtp_gaps, 1);
    ck_assert_uint_eq(receiver.counters.rtp_concealed, 41);
    ck_assert_uint_eq(receiver.counters.rtp_silent, 59);
    ck_assert_uint_eq(receiver.counters.rtp_longest_gap, 100);
    end();
}
END_TEST

START_TEST(test_packets_that_overtake_each_other_are_played_in_order)
{
    begin();
    static const unsigned order[] = {0, 1, 4, 3, 2, 5, 7, 6, 9, 8};
    for (unsigned i = 0; i < 10; i++) {
        give(order[i]);
        play(FRAMES);
    }
    play(FRAMES);
    check_heard(0, 8 * FRAMES);
    ck_assert_uint_eq(receiver.counters.rtp_gaps, 0);
    ck_assert_uint_gt(receiver.counters.rtp_reordered, 3);
    ck_assert_uint_eq(lan_rtp_receiver_lost(&receiver), 0);
    end();
}
END_TEST

START_TEST(test_packet_that_comes_twice_counts_once)
{
    begin();
    for (unsigned i = 0; i < 10; i++) {
        give(i);
        give(i);
        if (i > 2)
            give(i - 2);
        play(FRAMES);
    }
    ck_assert_uint_eq(receiver.counters.rtp_received, 10);
    ck_assert_uint_eq(receiver.counters.rtp_duplicate, 10 + 7);
    ck_assert_uint_eq(lan_rtp_receiver_lost(&receiver), 0);
    ck_assert_uint_eq(receiver.counters.rtp_gaps, 0);
    end();
}
END_TEST

START_TEST(test_packet_after_its_time_is_dropped_as_late_but_not_lost)
{
    begin();
    for (unsigned i = 0; i < 20; i++) {
        if (i != 5)
            give(i);
        if (i == 9)
            give(5);
        play(FRAMES);
    }
    ck_assert_uint_eq(receiver.counters.rtp_late, 1);
    ck_assert_uint_eq(receiver.counters.rtp_gaps, 1);
    ck_assert_uint_eq(lan_rtp_receiver_lost(&receiver), 0);
    check_heard(6 * FRAMES, 10 * FRAMES);
    end();
}
END_TEST

/* RFC 3551 section 4.1: nothing is sent, and timestamps go on. */
START_TEST(test_silence_of_the_sender_is_no_gap)
{
    begin();
    for (unsigned i = 0; i < 40; i++) {
        if (i < 10)
            give(i);
        else if (i >= 20)
            give_as((uint16_t)(i - 10), i * FRAMES, FRAMES, 1000000 + i * (uint64_t)PACKET_US);
        play(FRAMES);
    }
    /* Nobody can know before the next packet comes; it fades out as a loss would. */
    check_heard(20 * FRAMES, 15 * FRAMES);
    ck_assert_uint_eq(lan_rtp_receiver_lost(&receiver), 0);
    ck_assert_uint_eq(receiver.counters.rtp_gaps, 0);
    ck_assert_uint_eq(receiver.counters.rtp_concealed, 0);
    end();
}
END_TEST

START_TEST(test_short_silence_of_the_sender_is_heard_as_silence)
{
    begin();
    for (unsigned i = 0; i < 20; i++) {
        if (i != 10 && i != 11)
            give_as((uint16_t)(i > 10 ? i - 2 : i), i * FRAMES, FRAMES,
                    1000000 + i * (uint64_t)PACKET_US);
        play(FRAMES);
    }
    for (unsigned i = 0; i < 2 * FRAMES; i++)
        ck_assert_int_eq(heard[place(10 * FRAMES + i)], 0);
    check_heard(12 * FRAMES, 4 * FRAMES);
    ck_assert_uint_eq(receiver.counters.rtp_gaps, 0);
    end();
}
END_TEST

START_TEST(test_stray_packet_before_the_sound_is_not_heard)
{
    begin();
    give_as(30000, 500000, FRAMES, 1000000);
    play(10 * FRAMES);
    for (unsigned i = 0; i < heard_count; i++)
        ck_assert_int_eq(heard[i], 0);
    heard_count = 0;
    pass(10, 99);
    check_heard(0, 10 * FRAMES);
    ck_assert_uint_eq(receiver.counters.rtp_out_of_range, 1);
    end();
}
END_TEST

START_TEST(test_stray_packet_of_another_source_before_the_sound_is_not_heard)
{
    begin();
    ssrc = 1;
    give_as(30000, 500000, FRAMES, 1000000);
    ssrc = SSRC;
    pass(10, 99);
    /* The first shows that there is another, the second that it is no stray. */
    check_heard(FRAMES, 9 * FRAMES);
    ck_assert_uint_eq(receiver.counters.rtp_other_source, 1);
    ck_assert_uint_eq(receiver.counters.rtp_source_changes, 0);
    end();
}
END_TEST

START_TEST(test_another_source_is_not_heard_while_one_plays)
{
    begin();
    for (unsigned i = 0; i < 20; i++) {
        give(i);
        ssrc = SSRC + 1;
        give_as((uint16_t)(500 + i), (500 + i) * FRAMES, FRAMES, 1000000 + i * (uint64_t)PACKET_US);
        ssrc = SSRC;
        play(FRAMES);
    }
    check_heard(0, 17 * FRAMES);
    ck_assert_uint_eq(receiver.counters.rtp_other_source, 20);
    ck_assert_uint_eq(receiver.counters.rtp_source_changes, 0);
    end();
}
END_TEST

START_TEST(test_sender_that_begins_anew_is_heard_after_a_while)
{
    begin();
    pass(10, 99);
    ssrc = SSRC + 1;
    heard_count = 0;
    for (unsigned i = 100; i < 120; i++) {
        give(i);
        play(FRAMES);
    }
    /* Packet 100 made it known, 101 made it believed and is the first. */
    ck_assert_uint_eq(receiver.counters.rtp_source_changes, 1);
    for (unsigned i = 0; i < 10 * FRAMES; i++)
        ck_assert_int_eq(heard[FRAMES + DELAY_MS + i], sample(101 * FRAMES + i));
    ck_assert_uint_eq(lan_rtp_receiver_lost(&receiver), 0);
    end();
}
END_TEST

START_TEST(test_sound_that_begins_with_a_loss_and_out_of_order_is_heard_from_the_first_on)
{
    begin();
    static const unsigned order[] = {3, 1, 0, 4, 5, 6, 7, 8};
    for (unsigned i = 0; i < 8; i++) {
        give(order[i]);
        play(FRAMES);
    }
    /* Its place is that of the packet that came first: 3, at the beginning. */
    for (unsigned i = 0; i < FRAMES; i++) {
        ck_assert_int_eq(heard[FRAMES + i], sample(FRAMES + i));
        ck_assert_int_eq(heard[DELAY_MS + i], sample(3 * FRAMES + i));
    }
    ck_assert_uint_eq(receiver.counters.rtp_out_of_range, 0);
    ck_assert_uint_eq(lan_rtp_receiver_lost(&receiver), 1);
    end();
}
END_TEST

/* RFC 3550 appendix A.1: one number from nowhere is dropped, two in a row are believed. */
START_TEST(test_sequence_numbers_that_jump_are_followed_when_they_go_on)
{
    begin();
    pass(10, 99);
    give_as(30000, 10 * FRAMES, FRAMES, 1100000);
    ck_assert_uint_eq(receiver.counters.rtp_out_of_range, 1);
    ck_assert_uint_eq(receiver.counters.rtp_received, 10);
    give_as(30001, 11 * FRAMES, FRAMES, 1110000);
    ck_assert_uint_eq(receiver.counters.rtp_restarts, 1);
    ck_assert_uint_eq(receiver.counters.rtp_received, 11);
    ck_assert_uint_eq(lan_rtp_receiver_lost(&receiver), 0);
    end();
}
END_TEST

START_TEST(test_timestamps_that_jump_begin_a_new_sound)
{
    begin();
    pass(10, 99);
    give_as(10, 100000, FRAMES, 1100000);
    ck_assert_uint_eq(receiver.counters.rtp_restarts, 1);
    heard_count = 0;
    play(DELAY_MS + FRAMES);
    ck_assert_int_eq(heard[DELAY_MS], sample(100000));
    end();
}
END_TEST

START_TEST(test_what_is_no_sound_is_dropped_by_its_name)
{
    begin();
    static const char cut[] = "\x80\x60\0\1\0\0\0\1\0\0\0\1\0\1\0";
    lan_rtp_receiver_take(&receiver, (const uint8_t *)cut, 11, 0); /* no header */
    lan_rtp_receiver_take(&receiver, (const uint8_t *)cut, 12, 0); /* no payload */
    lan_rtp_receiver_take(&receiver, (const uint8_t *)cut, 15, 0); /* one frame and a half */
    ck_assert_uint_eq(receiver.counters.rtp_malformed, 3);
    lan_rtp_receiver_take(&receiver, (const uint8_t *)"\x80\x0b\0\1\0\0\0\1\0\0\0\1\0\1", 14, 0);
    ck_assert_uint_eq(receiver.counters.rtp_other_type, 1);
    ck_assert_uint_eq(receiver.counters.rtp_received, 0);
    end();
}
END_TEST

START_TEST(test_more_packets_than_slots_are_dropped)
{
    begin_with(4, 0);
    for (unsigned i = 0; i < 6; i++)
        give(i);
    ck_assert_uint_eq(receiver.counters.rtp_no_room, 2);
    play(DELAY_MS + 4 * FRAMES);
    check_heard(0, 4 * FRAMES);
    end();
}
END_TEST

START_TEST(test_end_of_the_sound_is_no_gap)
{
    begin();
    ck_assert(!lan_rtp_receiver_plays(&receiver));
    pass(10, 99);
    ck_assert(lan_rtp_receiver_plays(&receiver));
    play(3 * RATE);
    ck_assert(!lan_rtp_receiver_plays(&receiver));
    ck_assert_uint_eq(receiver.counters.rtp_gaps, 0);
    ck_assert_uint_eq(receiver.counters.rtp_silent, 0);
    heard_count = 0;
    for (unsigned i = 500; i < 510; i++) { /* 490 packets later: another begins */
        give(i);
        play(FRAMES);
    }
    ck_assert_int_eq(heard[DELAY_MS], sample(500 * FRAMES));
    ck_assert_uint_eq(receiver.counters.rtp_gaps, 0);
    end();
}
END_TEST

/* RFC 3550 appendix A.8, by hand: transits of 0, 4, 0, 4 ... frames go to 4. */
START_TEST(test_jitter_is_that_of_appendix_a_8)
{
    begin();
    for (unsigned i = 0; i < 200; i++)
        give_as((uint16_t)i, i * FRAMES, FRAMES,
                1000000 + i * (uint64_t)PACKET_US + (i % 2 ? 4000 : 0));
    uint32_t jitter_us = lan_rtp_receiver_jitter_us(&receiver);
    ck_assert_uint_ge(jitter_us, 3000);
    ck_assert_uint_le(jitter_us, 4000);
    end();
}
END_TEST

START_TEST(test_adaptive_delay_grows_once_for_packets_that_come_later)
{
    begin_with(SLOTS, 500);
    /* From packet 20 on the way takes 60 ms more: 30 too late for the delay. */
    for (unsigned i = 0; i < 200; i++) {
        if (i < 20)
            give(i);
        if (i >= 26)
            give_as((uint16_t)(i - 6), (i - 6) * FRAMES, FRAMES, 1000000 + i * (uint64_t)PACKET_US);
        play(FRAMES);
    }
    ck_assert_uint_eq(receiver.counters.rtp_gaps, 1);
    ck_assert_uint_le(receiver.counters.rtp_late, 3);
    ck_assert_uint_ge(receiver.counters.rtp_added, 20);
    ck_assert_uint_le(receiver.counters.rtp_added, 60);
    ck_assert_uint_eq(lan_rtp_receiver_lost(&receiver), 0);
    end();
}
END_TEST

START_TEST(test_adaptive_delay_shrinks_when_nobody_needs_it)
{
    begin_with(SLOTS, 500);
    /* 30 packets at once, 300 ms ahead of their time, and the next as early. */
    for (unsigned i = 0; i < 30; i++)
        give(i);
    for (unsigned i = 30; i < 3000; i++) {
        give(i);
        play(FRAMES);
    }
    ck_assert_uint_gt(receiver.counters.rtp_skipped, 250);
    ck_assert_uint_lt(receiver.counters.rtp_skipped, 330);
    ck_assert_uint_eq(receiver.counters.rtp_gaps, 0);
    ck_assert_uint_eq(receiver.counters.rtp_late, 0);
    end();
}
END_TEST

/* The sender's clock is 1 % too slow: every 100 packets one is missing. */
START_TEST(test_adaptive_delay_follows_a_slow_clock)
{
    begin_with(SLOTS, 500);
    for (unsigned i = 0, given = 0; i < 10000; i++) {
        if (i % 100 != 99)
            give(given++);
        play(FRAMES);
    }
    uint64_t added = receiver.counters.rtp_added - receiver.counters.rtp_skipped;
    ck_assert_uint_ge(added, 900);
    ck_assert_uint_le(added, 1100);
    ck_assert_uint_le(receiver.counters.rtp_late, 100);
    ck_assert_uint_eq(receiver.counters.rtp_restarts, 0);
    end();
}
END_TEST

START_TEST(test_format_that_does_not_fit_a_packet_is_refused)
{
    begin();
    static const struct lan_rtp_format wrong[] = {
        {0, 1, 96, 10},     {200000, 1, 96, 10}, {48000, 0, 96, 10}, {48000, 9, 96, 10},
        {48000, 1, 128, 1}, {48000, 1, 96, 0},   {48000, 2, 96, 366}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        static struct lan_rtp_sender sender;
        static struct lan_rtp_receiver other;
        const struct lan_rtp_sender_config to = {.format = wrong[i]};
        const struct lan_rtp_receiver_config from = {.format = wrong[i]};
        ck_assert_int_eq(lan_rtp_sender_open(&sender, pair_near(pair), &to), -LAN_EINVAL);
        ck_assert_int_eq(lan_rtp_receiver_open(&other, pair_near(pair), &from, slots, 1),
                         -LAN_EINVAL);
    }
    end();
}
END_TEST

START_TEST(test_counters_have_names)
{
    begin();
    pass(20, 7);
    uint64_t value;
    unsigned i = 0, found = 0;
    for (const char *name; (name = lan_rtp_receiver_counter(&receiver, i, &value)); i++) {
        if (strcmp(name, "rtp_received") == 0)
            found += value == 19;
        if (strcmp(name, "rtp_concealed") == 0)
            found += value == FRAMES;
    }
    ck_assert_uint_eq(found, 2);
    ck_assert_uint_eq(i, sizeof receiver.counters / sizeof(uint64_t));
    end();
}
END_TEST

TEST_MAIN("rtp receiver", test_sound_is_heard_after_the_delay_bit_for_bit,
          test_player_may_ask_for_any_amount_at_any_time,
          test_lost_packet_is_concealed_and_nothing_else_is_touched,
          test_long_loss_fades_to_silence_and_is_one_gap,
          test_packets_that_overtake_each_other_are_played_in_order,
          test_packet_that_comes_twice_counts_once,
          test_packet_after_its_time_is_dropped_as_late_but_not_lost,
          test_silence_of_the_sender_is_no_gap,
          test_short_silence_of_the_sender_is_heard_as_silence,
          test_stray_packet_before_the_sound_is_not_heard,
          test_stray_packet_of_another_source_before_the_sound_is_not_heard,
          test_another_source_is_not_heard_while_one_plays,
          test_sender_that_begins_anew_is_heard_after_a_while,
          test_sound_that_begins_with_a_loss_and_out_of_order_is_heard_from_the_first_on,
          test_sequence_numbers_that_jump_are_followed_when_they_go_on,
          test_timestamps_that_jump_begin_a_new_sound, test_what_is_no_sound_is_dropped_by_its_name,
          test_more_packets_than_slots_are_dropped, test_end_of_the_sound_is_no_gap,
          test_jitter_is_that_of_appendix_a_8,
          test_adaptive_delay_grows_once_for_packets_that_come_later,
          test_adaptive_delay_shrinks_when_nobody_needs_it,
          test_adaptive_delay_follows_a_slow_clock,
          test_format_that_does_not_fit_a_packet_is_refused, test_counters_have_names)
