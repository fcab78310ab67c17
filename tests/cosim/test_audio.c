/* A tune over a link of 20 ms that loses frames: by RTP it is on time, with gaps only
 * where packets were lost; by TCP nothing is missing, and the player has to wait. */
#include "journey.h"
#include "test.h"

enum { SECONDS = 10, TOTAL = SECONDS * JOURNEY_RATE_HZ, DELAY_MS = 60 };

static struct journey_result result;

static void run(bool tcp, double loss)
{
    struct journey_config config = {
        .tcp = tcp, .seconds = SECONDS, .delay_ms = DELAY_MS, .loss = loss, .seed = test_seed(3)};
    const char *error = journey_run(&config, &result);
    ck_assert_msg(error == NULL, "%s", error);
    free(result.heard);
}

START_TEST(test_without_loss_both_are_heard_bit_for_bit_and_on_time)
{
    for (int tcp = 0; tcp < 2; tcp++) {
        run(tcp, 0);
        ck_assert_uint_eq(result.lost, 0);
        ck_assert_uint_eq(result.gaps, 0);
        ck_assert_uint_eq(result.lag_frames, 0);
        ck_assert_uint_eq(result.right_frames, TOTAL);
    }
}
END_TEST

START_TEST(test_rtp_at_5_percent_loss_is_on_time_and_has_gaps_only_where_packets_were_lost)
{
    run(false, 0.05);
    ck_assert_uint_gt(result.lost, 20);
    ck_assert_uint_eq(result.lag_frames, 0);
    ck_assert_uint_ge(result.right_frames, TOTAL - result.lost * JOURNEY_FRAMES);
    ck_assert_uint_le(result.gaps, result.lost);
    ck_assert_uint_le(result.gap_frames, result.lost * JOURNEY_FRAMES);
    ck_assert_uint_le(result.longest_gap_frames, 5 * JOURNEY_FRAMES);
}
END_TEST

START_TEST(test_tcp_at_5_percent_loss_loses_nothing_and_stalls)
{
    run(true, 0.05);
    ck_assert_uint_gt(result.lost, 20);
    ck_assert_uint_gt(result.gaps, 0);
    ck_assert_uint_gt(result.longest_gap_frames, JOURNEY_FRAMES);
    ck_assert_uint_gt(result.lag_frames, 5 * JOURNEY_FRAMES);
}
END_TEST

TEST_MAIN("audio", test_without_loss_both_are_heard_bit_for_bit_and_on_time,
          test_rtp_at_5_percent_loss_is_on_time_and_has_gaps_only_where_packets_were_lost,
          test_tcp_at_5_percent_loss_loses_nothing_and_stalls)
