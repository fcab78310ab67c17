/* Loss against what is heard: a minute of sound over a link of 20 ms by RTP and by TCP
 * (tests/cosim/journey.h), at several rates of loss, with several seeds.
 *
 *   audio FOLDER    there: table.tsv, a line for each run, and the first seed's sound as
 *                   rtp-5%.wav, tcp-5%.wav, ... On stdout: the means. */
#include <stdio.h>
#include <stdlib.h>

#include "journey.h"
#include "sound.h"

enum { SECONDS = 60, SEEDS = 5 };
static const double losses_percent[] = {0, 0.1, 1, 2, 5, 10};
static const uint32_t delays_ms[] = {60, 200};

struct sum {
    double lost, gaps, gap_ms, silent_ms, longest_ms, lag_ms;
};

static double ms(uint64_t frames)
{
    return (double)frames * 1000 / JOURNEY_RATE_HZ;
}

static bool save(const char *folder, const char *kind, double loss_percent,
                 const struct journey_result *result)
{
    char path[512];
    struct wav wav;
    snprintf(path, sizeof path, "%s/%s-%g%%.wav", folder, kind, loss_percent);
    return wav_open(&wav, path, JOURNEY_RATE_HZ, 1) &&
           wav_write(&wav, result->heard, result->heard_frames) && wav_close(&wav);
}

/* One cell of the table: every seed. */
static bool measure(const char *folder, FILE *table, bool tcp, uint32_t delay_ms,
                    double loss_percent)
{
    const char *kind = tcp ? "tcp" : "rtp";
    struct sum sum = {0};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        const struct journey_config config = {.tcp = tcp,
                                              .seconds = SECONDS,
                                              .delay_ms = delay_ms,
                                              .loss = loss_percent / 100,
                                              .seed = seed};
        struct journey_result result;
        const char *error = journey_run(&config, &result);
        if (!error && seed == 1 && delay_ms == delays_ms[0] &&
            !save(folder, kind, loss_percent, &result))
            error = "a WAV file cannot be written";
        free(result.heard);
        if (error) {
            fprintf(stderr, "audio: %s at %g %% loss, seed %u: %s\n", kind, loss_percent,
                    (unsigned)seed, error);
            return false;
        }
        fprintf(table, "%s\t%u\t%g\t%u\t%u\t%u\t%.1f\t%.1f\t%.1f\t%.1f\n", kind, delay_ms,
                loss_percent, (unsigned)seed, (unsigned)result.lost, (unsigned)result.gaps,
                ms(result.gap_frames), ms(result.silent_frames), ms(result.longest_gap_frames),
                ms(result.lag_frames));
        sum.lost += (double)result.lost / SEEDS;
        sum.gaps += (double)result.gaps / SEEDS;
        sum.gap_ms += ms(result.gap_frames) / SEEDS;
        sum.silent_ms += ms(result.silent_frames) / SEEDS;
        sum.lag_ms += ms(result.lag_frames) / SEEDS;
        if (sum.longest_ms < ms(result.longest_gap_frames))
            sum.longest_ms = ms(result.longest_gap_frames);
    }
    printf("| %s, %3u ms | %4g %% | %6.1f | %5.1f | %6.0f | %5.0f | %5.0f | %5.0f |\n", kind,
           delay_ms, loss_percent, sum.lost, sum.gaps, sum.gap_ms, sum.silent_ms, sum.longest_ms,
           sum.lag_ms);
    return true;
}

int main(int count, char **arguments)
{
    char path[512];
    if (count != 2) {
        fprintf(stderr, "usage: audio FOLDER\n");
        return 2;
    }
    snprintf(path, sizeof path, "%s/table.tsv", arguments[1]);
    FILE *table = fopen(path, "w");
    if (!table) {
        perror(path);
        return 1;
    }
    fprintf(
        table,
        "kind\tdelay_ms\tloss_percent\tseed\tlost\tgaps\tgap_ms\tsilent_ms\tlongest_ms\tlag_ms\n");
    printf(
        "| player's delay | loss | frames lost | gaps | ms in gaps | of these silent | longest, ms "
        "| lag at the end, ms |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    bool right = true;
    for (unsigned tcp = 0; tcp < 2; tcp++)
        for (unsigned d = 0; d < sizeof delays_ms / sizeof *delays_ms; d++)
            for (unsigned i = 0; i < sizeof losses_percent / sizeof *losses_percent; i++)
                right &= measure(arguments[1], table, tcp, delays_ms[d], losses_percent[i]);
    return fclose(table) != 0 || !right;
}
