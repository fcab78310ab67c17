/* `lantern`: the simulated adapter among real programs. See options.c for the
 * command line, server.c and get.c for what the commands do. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "exec.h"
#include "get.h"
#include "net/net.h"
#include "options.h"
#include "replay.h"
#include "say.h"
#include "server.h"
#include "wave.h"

enum {
    PATH_SIZE = 4096,
    TIMER_SLACK_NS = 1000
}; /* a wait for the wall clock ends when it should */

int run_command(const struct options *options)
{
    switch (options->command) {
    case COMMAND_GET:
        return get_main(options);
    case COMMAND_EXEC:
        return exec_main(options);
    case COMMAND_NET:
    case COMMAND_EXPLAIN:
        return net_main(options);
    default:
        return server_main(options);
    }
}

/* A program of its own beside this one (sim/soc), which needs more to be built. */
static int soc_main(char **argv)
{
    char path[PATH_SIZE];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - sizeof "-soc");
    if (size > 0) {
        memcpy(path + size, "-soc", sizeof "-soc");
        execv(path, argv);
    }
    say("soc: its simulation is not built yet; run: make soc");
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    struct options options;
    prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
    if (argc > 1 && strcmp(argv[1], "replay") == 0)
        return replay_main(argc, argv);
    if (argc > 1 && strcmp(argv[1], "wave") == 0)
        return wave_main(argc, argv);
    if (argc > 1 && strcmp(argv[1], "soc") == 0)
        return soc_main(argv);
    options_parse(&options, argc, argv);
    return run_command(&options);
}
