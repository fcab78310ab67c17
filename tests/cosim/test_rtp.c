/* Sound from application to wire and back: RTP over UDP, IP, driver and the
 * cycle-accurate adapter on both hosts, with a link of 20 ms between them. */
#include <string.h>

#include "journey.h"
#include "sound.h"
#include "test.h"

enum { SECONDS = 2, TOTAL = SECONDS * JOURNEY_RATE_HZ, DELAY_MS = 60, LOST = 77 };
enum { FIRST_HEARD = DELAY_MS * JOURNEY_RATE_HZ / 1000, FADE = JOURNEY_RATE_HZ / 25 + 1 };

static struct journey_result result;

static void run(unsigned lost_frame)
{
    const struct journey_config config = {.rtl = true,
                                          .seconds = SECONDS,
                                          .delay_ms = DELAY_MS,
                                          .lost_packet = lost_frame,
                                          .seed = test_seed(1)};
    const char *error = journey_run(&config, &result);
    ck_assert_msg(error == NULL, "%s", error);
    ck_assert_uint_eq(result.heard_frames, FIRST_HEARD + TOTAL);
}

/* Where the samples differ from those that were sent: how many, and the first of them. */
static unsigned count_wrong(unsigned *first)
{
    static int16_t sent[TOTAL];
    unsigned wrong = 0;
    sound_fill(JOURNEY_RATE_HZ, 1, 0, sent, TOTAL);
    for (unsigned i = TOTAL; i-- > 0;) {
        if (result.heard[FIRST_HEARD + i] == sent[i])
            continue;
        wrong++;
        *first = i;
    }
    return wrong;
}

START_TEST(test_sound_over_the_adapter_is_heard_bit_for_bit)
{
    unsigned first = 0;
    run(0);
    ck_assert_uint_eq(count_wrong(&first), 0);
    ck_assert_uint_eq(result.packets, TOTAL / JOURNEY_FRAMES);
    ck_assert_uint_eq(result.lost, 0);
    ck_assert_uint_eq(result.gaps, 0);
    for (unsigned i = 0; i < FIRST_HEARD; i++)
        ck_assert_int_eq(result.heard[i], 0);
    free(result.heard);
}
END_TEST

START_TEST(test_frame_lost_on_the_wire_is_one_packet_concealed_and_nothing_else)
{
    unsigned first = 0;
    run(LOST);
    ck_assert_uint_eq(result.lost, 1);
    ck_assert_uint_eq(result.gaps, 1);
    ck_assert_uint_eq(result.gap_frames, JOURNEY_FRAMES);
    ck_assert_uint_eq(result.silent_frames, 0);
    unsigned wrong = count_wrong(&first);
    /* What went before the sound, ARP, was counted among the frames. */
    unsigned lost = first / JOURNEY_FRAMES * JOURNEY_FRAMES;
    ck_assert_uint_ge(first, (LOST - 5) * JOURNEY_FRAMES);
    ck_assert_uint_lt(first, lost + 20);
    ck_assert_uint_le(wrong, JOURNEY_FRAMES);
    ck_assert_uint_gt(wrong, JOURNEY_FRAMES * 9 / 10);
    /* What was heard before it, in a mirror, fading. */
    const int16_t *heard = result.heard + FIRST_HEARD + lost;
    for (int i = 0; i < JOURNEY_FRAMES; i++)
        ck_assert_int_eq(heard[i], heard[-1 - i] * (FADE - i) / FADE);
    free(result.heard);
}
END_TEST

TEST_MAIN("cosim: rtp", test_sound_over_the_adapter_is_heard_bit_for_bit,
          test_frame_lost_on_the_wire_is_one_packet_concealed_and_nothing_else)
