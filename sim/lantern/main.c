/* `lantern`: the simulated adapter among real programs. See options.c for the
 * command line, server.c and get.c for what the commands do. */
#include <sys/prctl.h>

#include "get.h"
#include "net/net.h"
#include "options.h"
#include "server.h"

enum { TIMER_SLACK_NS = 1000 }; /* a wait for the wall clock ends when it should */

int main(int argc, char **argv)
{
    struct options options;
    options_parse(&options, argc, argv);
    prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
    switch (options.command) {
    case COMMAND_GET:
        return get_main(&options);
    case COMMAND_NET:
        return net_main(&options);
    default:
        return server_main(&options);
    }
}
