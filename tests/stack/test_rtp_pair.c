/* RTP from one host to another over sockets, in virtual time (pair.h): the near host
 * sends, the far one plays. */
#include <string.h>

#include "lan_rtp.h"
#include "pair.h"
#include "test.h"

enum { RATE = 44100, FRAMES = 441, CHANNELS = 1, SLOTS = 32, PORT = 5004, SOUND = RATE * 4 };

static struct lan_rtp_sender sender;
static struct lan_rtp_receiver receiver;
static struct lan_rtp_slot slots[SLOTS];
static const struct lan_rtp_format format = {RATE, CHANNELS, LAN_RTP_L16_MONO, FRAMES};
static int16_t heard[SOUND + RATE];
static unsigned pulled, heard_count;

static int16_t sample(unsigned frame)
{
    return (int16_t)(1 + frame % 30000);
}

static int pull(void *context, int16_t *samples, unsigned frames)
{
    (void)context;
    if (pulled >= SOUND)
        return LAN_RTP_END;
    if (frames > SOUND - pulled)
        frames = SOUND - pulled;
    for (unsigned i = 0; i < frames; i++)
        samples[i] = sample(pulled++);
    return (int)frames;
}

static void begin(struct pair *pair)
{
    const struct lan_rtp_sender_config to = {
        .target = {FAR_IP, PORT}, .format = format, .pull = pull};
    const struct lan_rtp_receiver_config from = {
        .local = {.port = PORT}, .format = format, .delay_ms = 60};
    pulled = heard_count = 0;
    ck_assert_int_eq(lan_rtp_sender_open(&sender, pair_near(pair), &to), 0);
    ck_assert_int_eq(lan_rtp_receiver_open(&receiver, pair_far(pair), &from, slots, SLOTS), 0);
}

/* The player asks each 10 ms, the sender sends when it says. */
static void run(struct pair *pair)
{
    uint64_t next_us = pair->now_us, play_us = pair->now_us;
    while (next_us != LAN_NEVER || heard_count < SOUND + RATE / 4) {
        uint64_t until = next_us < play_us ? next_us : play_us;
        if (until > pair->now_us)
            pair_run(pair, until - pair->now_us);
        lan_rtp_receiver_step(&receiver, pair->now_us);
        if (pair->now_us >= next_us)
            next_us = lan_rtp_sender_step(&sender, pair->now_us);
        if (pair->now_us >= play_us) {
            lan_rtp_receiver_play(&receiver, heard + heard_count, FRAMES);
            heard_count += FRAMES;
            play_us += 10000;
        }
    }
}

static void end(struct pair *pair)
{
    lan_rtp_sender_close(&sender);
    lan_rtp_receiver_close(&receiver);
    pair_free(pair);
}

/* Where the sound's first frame is heard, or would be, had it not been lost. */
static unsigned first_heard(void)
{
    unsigned at = 0;
    while (heard[at] == 0)
        at++;
    return at - ((unsigned)heard[at] - 1);
}

START_TEST(test_sound_goes_over_the_network_bit_for_bit)
{
    struct pair *pair = pair_new(test_seed(1));
    begin(pair);
    run(pair);
    unsigned at = first_heard();
    for (unsigned i = 0; i < SOUND; i++)
        ck_assert_int_eq(heard[at + i], sample(i));
    ck_assert_uint_eq(sender.sent, SOUND / FRAMES);
    ck_assert_uint_eq(sender.octets, SOUND * 2);
    ck_assert_uint_eq(sender.refused, 0);
    ck_assert_uint_eq(receiver.counters.rtp_received, sender.sent);
    ck_assert_uint_eq(receiver.counters.rtp_gaps, 0);
    end(pair);
}
END_TEST

START_TEST(test_sound_over_a_bad_network_is_on_time_and_missing_only_where_it_was_lost)
{
    uint64_t seed = test_seed(7);
    struct pair *pair = pair_new(seed);
    pair->delay_us = 5000;
    pair->loss_permille = 50;
    pair->double_permille = 20;
    pair->late_permille = 100; /* 15 ms more: a packet or two overtake it */
    begin(pair);
    run(pair);
    unsigned at = first_heard(), wrong = 0;
    for (unsigned i = 0; i < SOUND; i++)
        wrong += heard[at + i] != sample(i);
    uint64_t lost = sender.sent - receiver.counters.rtp_received;
    ck_assert_uint_gt(lost, 5);
    ck_assert_uint_gt(receiver.counters.rtp_reordered, 5);
    ck_assert_uint_gt(receiver.counters.rtp_duplicate, 0);
    ck_assert_uint_eq(receiver.counters.rtp_late, 0);
    /* The gap at the very end, if there is one, is not known as one. */
    ck_assert_msg(wrong <= lost * FRAMES, "%u frames; LANTERN_SEED=%llu", wrong,
                  (unsigned long long)seed);
    ck_assert_uint_le(receiver.counters.rtp_concealed + receiver.counters.rtp_silent,
                      lost * FRAMES);
    ck_assert_uint_ge(receiver.counters.rtp_concealed + receiver.counters.rtp_silent + 3 * FRAMES,
                      lost * FRAMES);
    end(pair);
}
END_TEST

START_TEST(test_sender_to_nobody_goes_on)
{
    struct pair *pair = pair_new(1);
    begin(pair);
    lan_rtp_receiver_close(&receiver); /* its host answers: port unreachable */
    uint64_t next_us = pair->now_us;
    while (next_us != LAN_NEVER) {
        if (next_us > pair->now_us)
            pair_run(pair, next_us - pair->now_us);
        next_us = lan_rtp_sender_step(&sender, pair->now_us);
    }
    ck_assert_uint_eq(sender.sent + sender.refused, SOUND / FRAMES);
    ck_assert_uint_gt(sender.refused, 0);
    end(pair);
}
END_TEST

START_TEST(test_two_senders_begin_with_different_numbers)
{
    struct pair *pair = pair_new(1);
    begin(pair);
    uint32_t ssrc = sender.ssrc, timestamp = sender.timestamp;
    uint16_t sequence = sender.sequence;
    lan_rtp_sender_close(&sender);
    lan_rtp_receiver_close(&receiver);
    begin(pair);
    ck_assert_uint_ne(sender.ssrc, ssrc);
    ck_assert_uint_ne(sender.timestamp, timestamp);
    ck_assert_uint_ne(sender.sequence, sequence);
    end(pair);
}
END_TEST

START_TEST(test_receiver_with_a_peer_hears_nobody_else)
{
    struct pair *pair = pair_new(1);
    begin(pair);
    lan_rtp_receiver_close(&receiver);
    const struct lan_rtp_receiver_config from = {
        .local = {.port = PORT}, .peer = {NEAR_IP, 4}, .format = format, .delay_ms = 60};
    ck_assert_int_eq(lan_rtp_receiver_open(&receiver, pair_far(pair), &from, slots, SLOTS), 0);
    run(pair);
    ck_assert_uint_eq(receiver.counters.rtp_received, 0);
    ck_assert_uint_eq(lan_rtp_receiver_lost(&receiver), 0);
    end(pair);
}
END_TEST

static int pull_with_pause(void *context, int16_t *samples, unsigned frames)
{
    unsigned packet = pulled / FRAMES;
    if (packet < 100 || packet >= 150)
        return pull(context, samples, frames);
    pulled += frames;
    return LAN_RTP_QUIET;
}

START_TEST(test_quiet_sender_sends_nothing_and_its_time_goes_on)
{
    struct pair *pair = pair_new(1);
    begin(pair);
    sender.config.pull = pull_with_pause;
    run(pair);
    unsigned at = first_heard();
    ck_assert_uint_eq(sender.sent, SOUND / FRAMES - 50);
    for (unsigned i = 0; i < SOUND; i++)
        if (i < 100 * FRAMES || i >= 150 * FRAMES)
            ck_assert_int_eq(heard[at + i], sample(i));
    ck_assert_uint_eq(lan_rtp_receiver_lost(&receiver), 0);
    end(pair);
}
END_TEST

TEST_MAIN("rtp pair", test_sound_goes_over_the_network_bit_for_bit,
          test_sound_over_a_bad_network_is_on_time_and_missing_only_where_it_was_lost,
          test_sender_to_nobody_goes_on, test_two_senders_begin_with_different_numbers,
          test_receiver_with_a_peer_hears_nobody_else,
          test_quiet_sender_sends_nothing_and_its_time_goes_on)
