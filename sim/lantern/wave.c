/* The run is replayed, twice where a packet is asked for: to find its time, and to record
 * what the adapter did around it. */
#include "wave.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "options_value.h"
#include "replay.h"
#include "say.h"

#define AROUND_PS UINT64_C(100000000) /* 100 us */

enum { KEY_PACKET = 256, KEY_AT, KEY_AROUND, KEY_HOST };

struct wave {
    const char *run, *host, *output;
    uint64_t packet; /* counted from 1 as in the capture; 0: at_ps it is */
    uint64_t at_ps, around_ps;
    bool at_given;
};

__attribute__((noreturn)) static void wrong(const char *what, const char *value, const char *wanted)
{
    say("wave: %s %s: %s (try `lantern wave --help')", what, value, wanted);
    exit(EXIT_USAGE);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct wave *wave = state->input;
    switch (key) {
    case KEY_PACKET:
        if (!value_number(text, &wave->packet) || wave->packet == 0)
            wrong("--packet", text, "it is a packet's number in the capture, from 1 on");
        return 0;
    case KEY_AT:
        wave->at_given = value_time(text, &wave->at_ps);
        if (!wave->at_given)
            wrong("--at", text, "it is a time, as 3.2s");
        return 0;
    case KEY_AROUND:
        if (!value_time(text, &wave->around_ps) || wave->around_ps == 0)
            wrong("--around", text, "it is a time, as 50us");
        return 0;
    case KEY_HOST:
        wave->host = text;
        return 0;
    case 'o':
        wave->output = text;
        return 0;
    case ARGP_KEY_ARG:
        if (wave->run)
            wrong("unexpected argument", text, "one run");
        wave->run = text;
        return 0;
    case ARGP_KEY_END:
        if (!wave->run)
            wrong("RUN", "missing", "a file that --record made");
        if (wave->at_given == (wave->packet > 0))
            wrong("--packet or --at", "missing", "one of them says where to look");
        return 0;
    case ARGP_KEY_ERROR:
        wrong("unknown option, or one without its value:",
              state->next > 0 ? state->argv[state->next - 1] : "", "see the list");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option list[] = {
    {"packet", KEY_PACKET, "N", 0, "Around the start of the N-th frame of the capture", 0},
    {"at", KEY_AT, "TIME", 0, "Around this simulated time, as 3.2s", 0},
    {"around", KEY_AROUND, "TIME", 0, "How much, half of it before (default 100us)", 0},
    {"host", KEY_HOST, "NAME", 0, "Of a network: whose adapter (default: the first host's)", 0},
    {"output", 'o', "FILE.fst", 0, "Where to (default wave.fst)", 0},
    {0},
};
static const struct argp argp = {
    list,
    parse,
    "RUN",
    "The waveform of a window of a recorded run, made afterwards: the run comes again without "
    "its peers, bit for bit.\vRUN is what --record wrote.",
    NULL,
    NULL,
    NULL};

/* Nothing is written but the wave. */
static void look_only(struct options *options)
{
    options->pcap = options->wave = options->timeline = options->story = NULL;
    options->stats = false;
    options->output = "/dev/null";
}

static void find_packet(struct options *options, void *context)
{
    struct wave *wave = context;
    look_only(options);
    options->packet = wave->packet;
    options->packet_ps = &wave->at_ps;
}

static void record_window(struct options *options, void *context)
{
    const struct wave *wave = context;
    look_only(options);
    options->wave = wave->output;
    options->wave_host = wave->host;
    options->wave_from_ps =
        wave->at_ps > wave->around_ps / 2 ? wave->at_ps - wave->around_ps / 2 : 0;
    options->wave_to_ps = options->wave_from_ps + wave->around_ps;
}

int wave_main(int argc, char **argv)
{
    static char name[] = "lantern wave";
    struct wave wave = {.output = "wave.fst", .around_ps = AROUND_PS};
    argv[1] = name;
    for (int i = 2; i < argc; i++)
        if (argv[i][0] == '-' && (argv[i][1] == '?' || __builtin_strcmp(argv[i], "--help") == 0)) {
            argp_help(&argp, stdout, ARGP_HELP_STD_HELP, name);
            return EXIT_DONE;
        }
    if (argp_parse(&argp, argc - 1, argv + 1, ARGP_NO_ERRS, NULL, &wave) != 0)
        return EXIT_USAGE;
    if (!freopen("/dev/null", "w", stdout))
        return EXIT_FAILED;
    if (wave.packet) {
        int status = replay_run(wave.run, 0, NULL, find_packet, &wave);
        if (status == EXIT_USAGE)
            return status;
        if (wave.at_ps == 0) {
            say("wave: %s has no packet %llu", wave.run, (unsigned long long)wave.packet);
            return EXIT_FAILED;
        }
    }
    int status = replay_run(wave.run, 0, NULL, record_window, &wave);
    if (status != EXIT_USAGE)
        say("%s: %.9f s to %.9f s", wave.output,
            (double)(wave.at_ps > wave.around_ps / 2 ? wave.at_ps - wave.around_ps / 2 : 0) * 1e-12,
            (double)(wave.at_ps + wave.around_ps / 2) * 1e-12);
    return status;
}
