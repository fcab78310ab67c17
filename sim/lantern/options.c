/* The command line, by argp: `lantern COMMAND [OPTION...]`.
 *
 * Each command has an argp of its own with the common options as its child. A
 * mistake is one line that names it and where to read on, so argp's own
 * messages are off (ARGP_NO_ERRS). */
#include "options.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options_inside.h"
#include "options_value.h"
#include "say.h"

const char *argp_program_version = "lantern 0.1";

enum {
    KEY_ADAPTER = 256,
    KEY_RATE,
    KEY_DUPLEX,
    KEY_SEED,
    KEY_PACE,
    KEY_PCAP,
    KEY_WAVE,
    KEY_TIMELINE,
    KEY_STATS,
    KEY_RECORD,
    KEY_STORY,
    KEY_LISTEN,
    KEY_ROOT,
    KEY_DHCP,
    KEY_SERVICES,
    KEY_CONTROL,
    KEY_NO_JUMPS,
    KEY_FOR,
    KEY_WRITE,
};

void options_wrong(const struct argp_state *state, const char *what, const char *value,
                   const char *wanted)
{
    say("%s: %s %s: %s (try `%s --help')", strchr(state->name, ' ') + 1, what, value, wanted,
        state->name);
    exit(EXIT_USAGE);
}

static error_t parse_common(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    uint64_t number = 0;
    switch (key) {
    case KEY_ADAPTER:
        if (strcmp(text, "rtl") != 0 && strcmp(text, "direct") != 0)
            options_wrong(state, "--adapter", text, "it is rtl or direct");
        options->rtl = strcmp(text, "rtl") == 0;
        return 0;
    case KEY_RATE:
        if (!value_number(text, &number) || (number != 10 && number != 100))
            options_wrong(state, "--rate", text, "it is 10 or 100");
        options->rate_mbps = (unsigned)number;
        return 0;
    case KEY_DUPLEX:
        if (strcmp(text, "half") != 0 && strcmp(text, "full") != 0)
            options_wrong(state, "--duplex", text, "it is half or full");
        options->full_duplex = strcmp(text, "full") == 0;
        return 0;
    case KEY_SEED:
        if (!value_number(text, &options->seed))
            options_wrong(state, "--seed", text, "it is a number below 2^64");
        options->seed_given = true;
        return 0;
    case KEY_PACE:
        if (strcmp(text, "wall") != 0 && strcmp(text, "max") != 0)
            options_wrong(state, "--pace", text, "it is wall or max");
        options->pace = strcmp(text, "max") == 0 ? PACE_MAX : PACE_WALL;
        return 0;
    case KEY_PCAP:
        options->pcap = text;
        return 0;
    case KEY_WAVE:
        options->wave = text;
        return 0;
    case KEY_TIMELINE:
        options->timeline = text;
        return 0;
    case KEY_STORY:
        options->story = text;
        return 0;
    case KEY_RECORD:
        options->record = text;
        return 0;
    case KEY_STATS:
        options->stats = true;
        return 0;
    case ARGP_KEY_END:
        if (options->wave && !options->rtl)
            options_wrong(state, "--wave", options->wave,
                          "only --adapter rtl has signals to record");
        if (!options->full_duplex && !options->rtl)
            options_wrong(state, "--duplex", "half", "only --adapter rtl has a line to share");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option common_options[] = {
    {"adapter", KEY_ADAPTER, "rtl|direct", 0,
     "The Verilated adapter (default), or the stack straight on the link; serve, host and get "
     "also: uart:DEVICE, an adapter on a board at a serial line (fpga/README.md)",
     0},
    {"rate", KEY_RATE, "10|100", 0, "Mb/s of the link (default 100)", 0},
    {"duplex", KEY_DUPLEX, "half|full", 0, "Default full", 0},
    {"seed", KEY_SEED, "N", 0, "Of all random numbers (default: a new one each time)", 0},
    {"pace", KEY_PACE, "wall|max", 0,
     "Simulated time stays behind the wall clock (default), or runs ahead of it while frames move",
     0},
    {"pcap", KEY_PCAP, "FILE.pcapng", 0, "Capture every frame of the link", 0},
    {"wave", KEY_WAVE, "FILE.fst", 0, "Record every signal of the adapter (slow, large)", 0},
    {"timeline", KEY_TIMELINE, "FILE.json", 0,
     "Record frames, interrupts, socket calls and TCP states for ui.perfetto.dev", 0},
    {"story", KEY_STORY, "FILE.html", 0,
     "Write the run as one page: the network with its frames moving, each frame's bytes, each "
     "connection's sequence and plots",
     0},
    {"record", KEY_RECORD, "FILE", 0,
     "Record what comes from outside, so that `lantern replay FILE' has the run again", 0},
    {"stats", KEY_STATS, NULL, 0, "Print every counter at the end", 0},
    {0},
};
static const struct argp common = {common_options, parse_common, NULL, NULL, NULL, NULL, NULL};

/* A mistake that argp found itself. */
void options_wrong_option(const struct argp_state *state)
{
    const char *word = state->next > 0 ? state->argv[state->next - 1] : "";
    options_wrong(state, "unknown option, or one without its value:", word, "see the list");
}

static error_t parse_serve(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = options;
        return 0;
    case KEY_LISTEN:
        if (!value_ip4_port(text, &options->listen_address, &options->listen_port))
            options_wrong(state, "--listen", text,
                          "it looks like 127.0.0.1:8080 (port 0: any free one)");
        return 0;
    case KEY_ROOT:
        options->root = text;
        return 0;
    case KEY_DHCP:
        options->dhcp = true;
        return 0;
    case ARGP_KEY_ARG:
        options_wrong(state, "unexpected argument", text, "serve takes options only");
    case ARGP_KEY_ERROR:
        options_wrong_option(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char ROOT_HELP[] = "Serve the files of this directory beside the adapter's page";

static const struct argp_option serve_options[] = {
    {"listen", KEY_LISTEN, "IP:PORT", 0, "Where programs connect to (default 127.0.0.1:8080)", 0},
    {"root", KEY_ROOT, "DIR", 0, ROOT_HELP, 0},
    {"dhcp", KEY_DHCP, NULL, 0, OPTIONS_DHCP_HELP, 0},
    {NULL, 0, NULL, 0, "Of all commands:", 10},
    {0},
};

static error_t parse_get(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = state->child_inputs[1] = options;
        return 0;
    case 'o':
        options->output = strcmp(text, "-") == 0 ? NULL : text;
        return 0;
    case ARGP_KEY_ARG:
        if (options->url)
            options_wrong(state, "unexpected argument", text, "get fetches one URL");
        options->url = text;
        return 0;
    case ARGP_KEY_END:
        if (!options->url)
            options_wrong(state, "URL", "missing", "as in `lantern get http://10.0.2.2:8000/'");
        return 0;
    case ARGP_KEY_ERROR:
        options_wrong_option(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option get_options[] = {
    {"output", 'o', "FILE", 0, "Write the page there instead of to standard output", 0},
    {0},
};

static error_t parse_host(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    uint64_t number = 0;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = state->child_inputs[1] = options;
        return 0;
    case KEY_SERVICES:
        if (!value_services(text, &options->services))
            options_wrong(state, "--services", text,
                          "a list of echo, discard, chargen, http, or none");
        return 0;
    case KEY_ROOT:
        options->root = text;
        return 0;
    case KEY_CONTROL:
        if (!value_number(text, &number) || number == 0 || number > UINT16_MAX)
            options_wrong(state, "--control", text, "it is a port, 1 to 65535");
        options->control_port = (uint16_t)number;
        return 0;
    case ARGP_KEY_ARG:
        options_wrong(state, "unexpected argument", text, "host takes options only");
    case ARGP_KEY_ERROR:
        options_wrong_option(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option host_options[] = {
    {"services", KEY_SERVICES, "LIST", 0, "echo,discard,chargen,http (default: all), or none", 0},
    {"root", KEY_ROOT, "DIR", 0, ROOT_HELP, 0},
    {"control", KEY_CONTROL, "PORT", 0,
     "A UDP port for test programs: `C IP PORT' connects there and echoes, `D SERVER NAME' "
     "resolves",
     0},
    {0},
};

static error_t parse_net(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = options;
        return 0;
    case KEY_NO_JUMPS:
        options->jumps = false;
        return 0;
    case KEY_WRITE:
        if (!value_number(text, &options->explained) || options->explained == 0)
            options_wrong(state, "--write", text, "it is the write's number, from 1 on");
        return 0;
    case KEY_FOR:
        if (!value_time(text, &options->for_ps) || options->for_ps == 0)
            options_wrong(state, "--for", text, "it is a time, as 20ms or 1.5s");
        return 0;
    case ARGP_KEY_ARG:
        if (options->topology)
            options_wrong(state, "unexpected argument", text, "net runs one topology file");
        options->topology = text;
        return 0;
    case ARGP_KEY_END:
        if (!options->topology)
            options_wrong(state, "TOPOLOGY-FILE", "missing",
                          "as in `lantern net sim/topologies/two-on-a-bus.yaml'");
        if (!options->full_duplex)
            options_wrong(state, "--duplex", "half",
                          "in a network the media decide (bus and hub are)");
        return 0;
    case ARGP_KEY_ERROR:
        options_wrong_option(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option net_options[] = {
    {"for", KEY_FOR, "TIME", 0,
     "End after so much simulated time (20ms, 1.5s), done or not; nothing is judged then", 0},
    {"no-jumps", KEY_NO_JUMPS, NULL, 0,
     "Run every cycle of quiet time, too: slower, with the same result bit for bit", 0},
    {0},
};

static const struct argp_option explain_options[] = {
    {"write", KEY_WRITE, "N", 0, "The N-th write of the run (default 1)", 0},
    {0},
};

static const struct argp_child of_serve[] = {{&common, 0, NULL, 10}, {0}};
static const struct argp_child of_network[] = {
    {&options_network, 0, "The network:", 5},
    {&common, 0, "Of all commands:", 10},
    {0},
};

static const struct argp commands[] = {
    [COMMAND_SERVE] = {serve_options, parse_serve, NULL,
                       "An HTTP server on the simulated adapter, reachable from this machine "
                       "without privileges.\vThere is the adapter's live page at /, its state at "
                       "/status.json, and N made-up bytes at /bytes/N. Ctrl-C ends it.",
                       of_serve, NULL, NULL},
    [COMMAND_GET] = {get_options, parse_get, "URL",
                     "A web client on the simulated adapter: DNS over UDP, connect, request, "
                     "answer.\vWithout --tap this machine is 10.0.2.2 and names are asked at "
                     "10.0.2.3.",
                     of_network, NULL, NULL},
    [COMMAND_HOST] = {host_options, parse_host, NULL,
                      "Joins a Linux TAP interface as one more host: TCP and UDP echo 7, discard "
                      "9, chargen 19; HTTP 80.\vMake the interface as root: `ip tuntap add tap0 "
                      "mode tap user NAME; ip address add 10.0.0.1/24 dev tap0; ip link set tap0 "
                      "up'. Ctrl-C ends the host.",
                      of_network, NULL, NULL},
    [COMMAND_NET] = {net_options, parse_net, "TOPOLOGY-FILE",
                     "Hosts, adapters, buses, hubs, switches, routers, lossy and slow links, as a "
                     "file describes them.\vdocs/topology.md describes the file; examples are in "
                     "sim/topologies. The run ends when all programs have ended; the exit status "
                     "is 0 if they did what they should and every expectation is met.",
                     of_serve, NULL, NULL},
    [COMMAND_EXPLAIN] = {explain_options, parse_net, "TOPOLOGY-FILE",
                         "Runs a network and tells the trip of one write in words, from the socket "
                         "call to the peer's read, with what prepares it and what ends it.",
                         of_serve, NULL, NULL},
    [COMMAND_EXEC] = {options_of_exec, options_parse_exec, "-- PROGRAM [ARGUMENT...]",
                      "Runs a Linux program with its sockets on the simulated adapter and stack.\v"
                      "The program is dynamically linked: a library takes over its AF_INET calls. "
                      "Without --tap this machine is 10.0.2.2; 127.0.0.1 stays the kernel's. The "
                      "exit status is the program's. docs/exec.md tells more.",
                      of_network, NULL, NULL},
};
static const char *const names[] = {"lantern serve", "lantern get",     "lantern host",
                                    "lantern net",   "lantern explain", "lantern exec"};

static const char HELP[] =
    "Usage: lantern COMMAND [OPTION...]\n"
    "An Ethernet adapter in Verilog, its driver and a TCP/IP stack, simulated cycle by\n"
    "cycle and talking to real programs.\n"
    "\n"
    "  serve   an HTTP server on the simulated adapter, for this machine's browsers\n"
    "  get     fetch a URL through the simulated adapter\n"
    "  host    join a Linux TAP interface as one more host\n"
    "  exec    run a Linux program with its sockets on the simulated adapter\n"
    "  net     whole networks, as a file describes them\n"
    "  explain the trip of one write through such a network, in words\n"
    "  replay  a run again, without its peers, from what --record kept of it\n"
    "  wave    the waveform of a window of such a run, made afterwards\n"
    "  soc     a firmware on a RISC-V processor beside the adapter, all of it simulated\n"
    "\n"
    "`lantern COMMAND --help' lists the options; `lantern --version' says which it is.\n";

/* With ARGP_NO_ERRS argp is silent about help, too; so it is asked for here. */
static void help_if_asked(const struct argp *argp, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        bool help = strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-?") == 0;
        if (!help && strcmp(argv[i], "--usage") != 0)
            continue;
        argp_help(argp, stdout, help ? ARGP_HELP_STD_HELP : ARGP_HELP_USAGE, argv[0]);
        exit(EXIT_DONE);
    }
}

static bool is_command(const char *word)
{
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(word, strchr(names[i], ' ') + 1) == 0)
            return true;
    return false;
}

void options_parse(struct options *options, int argc, char **argv)
{
    *options = (struct options){
        .rtl = true,
        .jumps = true,
        .explained = 1,
        .rate_mbps = 100,
        .full_duplex = true,
        .listen_address = LAN_IP4(127, 0, 0, 1),
        .listen_port = 8080,
        .words = argv + 1,
        .word_count = argc - 1,
        .services = SERVICE_ALL,
        .mac = {0x02, 0x4c, 0x41, 0x4e, 0x00, 0x01},
    };
    const char *word = argc > 1 ? argv[1] : "";
    if (argc > 2 && strcmp(word, "help") == 0 && is_command(argv[2])) { /* `help exec' */
        static char help[] = "--help";
        argv[1] = argv[2];
        argv[2] = help;
        word = argv[1];
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-?") == 0 || strcmp(word, "help") == 0) {
        fputs(HELP, stdout);
        exit(EXIT_DONE);
    }
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        puts(argp_program_version);
        exit(EXIT_DONE);
    }
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(word, strchr(names[i], ' ') + 1) != 0)
            continue;
        options->command = (enum command)i;
        argv[1] = (char *)(uintptr_t)names[i]; /* argp takes the program's name from here */
        help_if_asked(&commands[i], argc - 1, argv + 1);
        unsigned flags = ARGP_NO_ERRS | (i == COMMAND_EXEC ? ARGP_IN_ORDER : 0);
        if (argp_parse(&commands[i], argc - 1, argv + 1, flags, NULL, options) != 0)
            exit(EXIT_USAGE);
        argv[1] = strchr(argv[1], ' ') + 1; /* again as it was given */
        return;
    }
    say("%s%s: the commands are serve, get, host, exec, net, explain, replay, wave and soc (try "
        "`lantern --help')",
        *word ? "unknown command " : "no command", word);
    exit(EXIT_USAGE);
}
