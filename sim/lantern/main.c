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

/* Programs of their own beside this one: sim/soc, which needs more to be built, and
 * sim/uart, which has another bus. Comes back only when there is none. */
static int run_beside(const char *suffix, char **argv)
{
    char path[PATH_SIZE];
    size_t suffix_size = strlen(suffix) + 1;
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - suffix_size);
    if (size > 0) {
        memcpy(path + size, suffix, suffix_size);
        execv(path, argv);
    }
    say("this part of lantern is not built yet; run: make %s",
        strcmp(suffix, "-soc") == 0 ? "soc" : "lantern");
    return EXIT_USAGE;
}

/* --adapter uart:DEVICE, or with an equals sign. */
static bool wants_uart(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *value = strncmp(argv[i], "--adapter=", 10) == 0             ? argv[i] + 10
                            : strcmp(argv[i], "--adapter") == 0 && i + 1 < argc ? argv[i + 1]
                                                                                : "";
        if (strncmp(value, "uart:", 5) == 0)
            return true;
    }
    return false;
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
        return run_beside("-soc", argv);
    if (wants_uart(argc, argv))
        return run_beside("-uart", argv);
    options_parse(&options, argc, argv);
    return run_command(&options);
}
