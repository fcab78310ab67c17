/* `lantern`: the simulated adapter among real programs. See options.c for the
 * command line, server.c and get.c for what the commands do. */
#include <string.h>
#include <sys/prctl.h>

#include "get.h"
#include "net/net.h"
#include "options.h"
#include "record.h"
#include "say.h"
#include "server.h"

enum { ARGUMENTS_MAX = 32 };
enum { TIMER_SLACK_NS = 1000 }; /* a wait for the wall clock ends when it should */

static int run(const struct options *options)
{
    switch (options->command) {
    case COMMAND_GET:
        return get_main(options);
    case COMMAND_NET:
        return net_main(options);
    default:
        return server_main(options);
    }
}

/* `lantern replay FILE [OPTION...]`: the command line of then, and what is new. */
static int replay_main(int argc, char **argv)
{
    struct options options;
    char *words[REPLAY_WORDS_MAX + ARGUMENTS_MAX + 1] = {argv[0]};
    if (argc < 3 || argc > ARGUMENTS_MAX || argv[2][0] == '-') {
        say("replay: FILE missing: as in `lantern replay FILE [OPTION...]'; --record makes one, "
            "the "
            "options (--pcap, --wave, --stats) are those of the command that is replayed");
        return EXIT_USAGE;
    }
    struct replay *replay = replay_open(argv[2]);
    if (!replay)
        return EXIT_USAGE;
    int count = 1 + replay_words(replay, words + 1);
    for (int i = 3; i < argc; i++)
        words[count++] = argv[i];
    options_parse(&options, count, words);
    options.record = NULL;
    options.replay = replay;
    options.seed = replay_seed(replay);
    options.seed_given = true;
    int status = run(&options);
    replay_free(replay);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
    if (argc > 1 && strcmp(argv[1], "replay") == 0)
        return replay_main(argc, argv);
    options_parse(&options, argc, argv);
    return run(&options);
}
