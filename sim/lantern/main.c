/* `lantern`: the simulated adapter among real programs. See options.c for the
 * command line, server.c and get.c for what the commands do. */
#include <string.h>
#include <sys/prctl.h>

#include "get.h"
#include "net/net.h"
#include "options.h"
#include "replay.h"
#include "server.h"
#include "wave.h"

enum { TIMER_SLACK_NS = 1000 }; /* a wait for the wall clock ends when it should */

int run_command(const struct options *options)
{
    switch (options->command) {
    case COMMAND_GET:
        return get_main(options);
    case COMMAND_NET:
    case COMMAND_EXPLAIN:
        return net_main(options);
    default:
        return server_main(options);
    }
}

int main(int argc, char **argv)
{
    struct options options;
    prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
    if (argc > 1 && strcmp(argv[1], "replay") == 0)
        return replay_main(argc, argv);
    if (argc > 1 && strcmp(argv[1], "wave") == 0)
        return wave_main(argc, argv);
    options_parse(&options, argc, argv);
    return run_command(&options);
}
