/* `lantern soc FIRMWARE.elf`: a RISC-V processor, memory and the adapter run together,
 * cycle by cycle, with their console on the terminal and their line in the user-mode
 * network or on a TAP. A program of its own, so that who has no RISC-V compiler and no
 * processor's Verilog has all the rest of `lantern`. */
#define _GNU_SOURCE
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "elf_file.h"
#include "interrupt.h"
#include "options_value.h"
#include "outside.h"
#include "pcapng.h"
#include "profile.h"
#include "say.h"
#include "slirp.h"
#include "status_line.h"
#include "tap.h"
#include "wire.h"

enum { SIDE_SOC, SIDE_OUTSIDE, WEB_PORT = 80, SOC_FORWARDS_MAX = 8 };

struct soc_forward {
    lan_ip4 address;
    uint16_t port, guest_port;
};

struct soc_options {
    const char *firmware, *tap, *pcap, *wave, *profile;
    struct soc_forward forwards[SOC_FORWARDS_MAX];
    unsigned forward_count;
    lan_ip4 address, gateway;
    unsigned prefix;
    uint64_t for_ps;
    enum pace pace;
    bool all_cycles, stats;
};

/* As fpga/firmware/board.h has it, behind the symbol firmware_config. */
enum { CONFIG_PREFIX = 15, CONFIG_ADDRESS = 16, CONFIG_GATEWAY = 20, CONFIG_SIZE = 24 };

struct soc_run {
    const struct soc_options *options;
    struct elf_file elf;
    struct world *world;
    struct wire *wire;
    struct soc_host soc;
    struct outside outside;
    struct pcapng *pcap;
    struct soc_count *counts;
    uint64_t frames, bytes, started_ns;
    bool failed;
};

/* --- The command line ----------------------------------------------------------------------- */

enum {
    KEY_LISTEN = 256,
    KEY_FORWARD,
    KEY_TAP,
    KEY_ADDRESS,
    KEY_GATEWAY,
    KEY_PCAP,
    KEY_WAVE,
    KEY_PROFILE,
    KEY_FOR,
    KEY_PACE,
    KEY_STATS,
    KEY_NO_JUMPS
};

__attribute__((noreturn)) static void wrong(const char *what, const char *value, const char *wanted)
{
    say("soc: %s %s: %s (try `lantern soc --help')", what, value, wanted);
    exit(EXIT_USAGE);
}

static void add_forward(struct soc_options *options, const char *name, char *text)
{
    struct soc_forward *forward = &options->forwards[options->forward_count];
    uint64_t guest = WEB_PORT;
    char *last = strrchr(text, ':');
    if (options->forward_count == SOC_FORWARDS_MAX)
        wrong(name, text, "there are eight at most");
    if (strcmp(name, "--forward") == 0 && last) {
        *last = '\0';
        if (!value_number(last + 1, &guest) || guest == 0 || guest > UINT16_MAX)
            wrong(name, text, "it looks like 127.0.0.1:5201:5201");
    }
    if (!value_ip4_port(text, &forward->address, &forward->port))
        wrong(name, text, "it looks like 127.0.0.1:8080 (--forward: and another :PORT)");
    forward->guest_port = (uint16_t)guest;
    options->forward_count++;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct soc_options *options = state->input;
    switch (key) {
    case KEY_LISTEN:
        add_forward(options, "--listen", text);
        return 0;
    case KEY_FORWARD:
        add_forward(options, "--forward", text);
        return 0;
    case KEY_TAP:
        options->tap = text;
        return 0;
    case KEY_ADDRESS:
        if (!value_network(text, &options->address, &options->prefix))
            wrong("--address", text, "it looks like 10.0.2.15/24");
        return 0;
    case KEY_GATEWAY:
        if (!value_ip4(text, &options->gateway))
            wrong("--gateway", text, "it looks like 10.0.2.2");
        return 0;
    case KEY_PCAP:
        options->pcap = text;
        return 0;
    case KEY_WAVE:
        options->wave = text;
        return 0;
    case KEY_PROFILE:
        options->profile = text;
        return 0;
    case KEY_FOR:
        if (!value_time(text, &options->for_ps) || options->for_ps == 0)
            wrong("--for", text, "it is a time, as 20ms or 1.5s");
        return 0;
    case KEY_PACE:
        if (strcmp(text, "wall") != 0 && strcmp(text, "max") != 0)
            wrong("--pace", text, "it is wall or max");
        options->pace = strcmp(text, "max") == 0 ? PACE_MAX : PACE_WALL;
        return 0;
    case KEY_STATS:
        options->stats = true;
        return 0;
    case KEY_NO_JUMPS:
        options->all_cycles = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->firmware)
            wrong("unexpected argument", text, "soc runs one firmware");
        options->firmware = text;
        return 0;
    case ARGP_KEY_END:
        if (!options->firmware)
            wrong("FIRMWARE.elf", "missing", "as in `lantern soc build/soc/firmware.elf'");
        if (options->tap && options->forward_count)
            wrong("--listen, --forward:", "--tap", "there the board has an address of its own");
        return 0;
    case ARGP_KEY_ERROR:
        wrong("unknown option, or one without its value:",
              state->next > 0 ? state->argv[state->next - 1] : "", "see the list");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"listen", KEY_LISTEN, "IP:PORT", 0,
     "Where this machine's browsers connect to (default 127.0.0.1:8080)", 0},
    {"forward", KEY_FORWARD, "IP:PORT:PORT", 0,
     "Connections there reach this port of the board; may be said again", 0},
    {"tap", KEY_TAP, "IF", 0, "Join this Linux TAP interface instead", 0},
    {"address", KEY_ADDRESS, "A.B.C.D/N", 0,
     "The board's address, instead of the one that the image has (0: by DHCP)", 0},
    {"gateway", KEY_GATEWAY, "A.B.C.D", 0, "With it, its router", 0},
    {"pcap", KEY_PCAP, "FILE.pcapng", 0, "Capture every frame of the link", 0},
    {"wave", KEY_WAVE, "FILE.fst", 0, "Record every signal (slow, large)", 0},
    {"profile", KEY_PROFILE, "FILE", 0, "Write where the processor's cycles went; -: at the end",
     0},
    {"for", KEY_FOR, "TIME", 0, "End after so much simulated time (20ms, 1.5s)", 0},
    {"pace", KEY_PACE, "wall|max", 0,
     "Quiet time passes as by the wall clock (default), or not beyond a millisecond", 0},
    {"no-jumps", KEY_NO_JUMPS, NULL, 0,
     "Run every cycle of quiet time, too: slower, with the same result", 0},
    {"stats", KEY_STATS, NULL, 0, "Print what ran at the end", 0},
    {0},
};
static const struct argp argp = {
    option_list,
    parse,
    "FIRMWARE.elf",
    "Runs a firmware on the simulated system-on-chip (fpga/soc): processor, memory and adapter, "
    "cycle by cycle.\vThe console is the terminal. Ctrl-C ends it.",
    NULL,
    NULL,
    NULL};

static void options_read(struct soc_options *options, int argc, char **argv)
{
    static char name[] = "lantern soc";
    if (argc > 1 && strcmp(argv[1], "soc") == 0) { /* as `lantern' hands it on */
        argv++;
        argc--;
    }
    argv[0] = name;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-?") == 0) {
            argp_help(&argp, stdout, ARGP_HELP_STD_HELP, name);
            exit(EXIT_DONE);
        }
    if (argp_parse(&argp, argc, argv, ARGP_NO_ERRS, NULL, options) != 0)
        exit(EXIT_USAGE);
    if (!options->tap && options->forward_count == 0)
        options->forwards[options->forward_count++] =
            (struct soc_forward){LAN_IP4(127, 0, 0, 1), 8080, WEB_PORT};
}

/* --- While it runs -------------------------------------------------------------------------- */

static void watch(void *context, unsigned side, const struct wire_frame *frame)
{
    struct soc_run *run = context;
    run->frames++;
    run->bytes += frame->size - WIRE_FCS_SIZE;
    if (run->pcap)
        pcapng_write(run->pcap, 0, side == SIDE_SOC ? PCAPNG_OUTBOUND : PCAPNG_INBOUND, frame,
                     NULL);
}

static bool tick(void *context, uint64_t wall_ns)
{
    struct soc_run *run = context;
    (void)wall_ns;
    if (run->pcap)
        pcapng_flush(run->pcap);
    return true;
}

static void end_wanted(void *context, bool failed)
{
    struct soc_run *run = context;
    run->failed |= failed;
    world_stop(run->world);
}

static void time_over(void *context, uint64_t now_ps)
{
    (void)now_ps;
    end_wanted(context, false);
}

/* --- Making it ------------------------------------------------------------------------------ */

static void put_le32(uint8_t *to, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

static bool set_address(struct soc_run *run, uint8_t *ram)
{
    const struct soc_options *options = run->options;
    uint32_t at = elf_symbol(&run->elf, "firmware_config") - soc_model_ram_base();
    if (at > soc_model_ram_size() - CONFIG_SIZE || memcmp(ram + at, "LANTERN1", 8) != 0) {
        say("soc: --address: this firmware has no place for it (firmware_config of start.S)");
        return false;
    }
    ram[at + CONFIG_PREFIX] = (uint8_t)options->prefix;
    put_le32(ram + at + CONFIG_ADDRESS, options->address);
    put_le32(ram + at + CONFIG_GATEWAY, options->gateway);
    return true;
}

static bool load(struct soc_run *run)
{
    uint8_t *ram = (uint8_t *)soc_model_ram(run->soc.model);
    const char *error = elf_load(&run->elf, soc_model_ram_base(), ram, soc_model_ram_size());
    if (error)
        say("soc: %s: %s", run->options->firmware, error);
    return !error && (!run->options->address || set_address(run, ram));
}

static struct peer *open_network(const struct soc_options *options)
{
    if (options->tap)
        return tap_peer_new(options->tap);
    struct peer *peer = slirp_peer_new();
    for (unsigned i = 0; peer && i < options->forward_count; i++) {
        struct soc_forward forward = options->forwards[i];
        if (!slirp_peer_forward(peer, forward.address, &forward.port, SLIRP_GUEST,
                                forward.guest_port)) {
            peer->functions->free(peer);
            return NULL;
        }
        say("port %u of this machine is the board's port %u; Ctrl-C ends it", forward.port,
            forward.guest_port);
    }
    return peer;
}

static bool open_outside(struct soc_run *run)
{
    outside_open(&run->outside, run->world, run->options->pace);
    run->outside.tick = tick;
    run->outside.end_wanted = end_wanted;
    run->outside.context = run;
    struct peer *peer = open_network(run->options);
    peer = peer ? console_peer_new(peer, &run->soc) : NULL;
    struct wire_end *end =
        peer ? outside_add(&run->outside, peer, wire_entry(run->wire, SIDE_OUTSIDE), 100) : NULL;
    if (end)
        wire_connect(run->wire, SIDE_OUTSIDE, end);
    return end != NULL;
}

static bool open_files(struct soc_run *run)
{
    const struct soc_options *options = run->options;
    const char *bad = NULL;
    int error = 0;
    if (options->pcap && !(run->pcap = pcapng_open(options->pcap, "lantern"))) {
        bad = options->pcap;
        error = errno;
    } else if (options->wave && (error = soc_model_wave_open(run->soc.model, options->wave))) {
        bad = options->wave;
    }
    if (bad)
        say("%s: %s (choose another file)", bad, strerror(error));
    if (run->pcap)
        pcapng_add_interface(run->pcap, "lan0", 100);
    if (options->profile) {
        run->counts = calloc(soc_model_ram_size() / 2, sizeof *run->counts);
        soc_model_count_cycles(run->soc.model, run->counts);
    }
    return !bad;
}

static bool make(struct soc_run *run)
{
    run->world = world_new(1);
    run->wire = run->world ? wire_new(run->world, WIRE_DELAY_PS) : NULL;
    if (!run->wire || !soc_host_open(&run->soc, run->world)) {
        say("soc: no memory");
        return false;
    }
    run->soc.all_cycles = run->options->all_cycles;
    run->soc.sent = wire_entry(run->wire, SIDE_SOC);
    wire_connect(run->wire, SIDE_SOC, &run->soc.in);
    wire_add_watcher(run->wire, watch, run);
    return load(run) && open_outside(run) && open_files(run);
}

/* --- The end --------------------------------------------------------------------------------- */

static void write_profile(struct soc_run *run)
{
    const char *path = run->options->profile;
    FILE *out = strcmp(path, "-") == 0 ? stderr : fopen(path, "w");
    if (!out) {
        say("%s: %s (choose another file)", path, strerror(errno));
        run->failed = true;
        return;
    }
    profile_print(out, &run->elf, run->counts, soc_model_ram_base(), soc_model_ram_size(),
                  run->frames);
    if (out != stderr)
        fclose(out);
}

static void tell(const struct soc_run *run)
{
    double wall_s = (double)(outside_wall_ns() - run->started_ns) * 1e-9;
    uint64_t ran = run->soc.cycle - run->soc.jumped;
    say("soc: %.6f s simulated, %" PRIu64 " cycles run (%.2f M a second), %" PRIu64
        " jumped, %" PRIu64 " frames, %" PRIu64 " lost before the adapter",
        (double)world_now(run->world) * 1e-12, ran, (double)ran / wall_s * 1e-6, run->soc.jumped,
        run->frames, run->soc.dropped);
}

static void release(struct soc_run *run)
{
    int error = run->pcap ? pcapng_close(run->pcap) : 0;
    if (error)
        say("%s: %s", run->options->pcap, strerror(error));
    run->failed |= error != 0;
    if (run->world)
        outside_close(&run->outside);
    soc_host_close(&run->soc);
    wire_free(run->wire);
    world_free(run->world);
    free(run->counts);
    elf_close(&run->elf);
}

int main(int argc, char **argv)
{
    static struct soc_options options;
    static struct soc_run run;
    options_read(&options, argc, argv);
    run.options = &options;
    run.started_ns = outside_wall_ns();
    const char *error = elf_open(&run.elf, options.firmware);
    if (error) {
        say("soc: %s: %s", options.firmware, error);
        return EXIT_USAGE;
    }
    bool made = interrupt_install() && make(&run);
    if (made) {
        soc_host_start(&run.soc);
        if (options.for_ps)
            world_at(run.world, options.for_ps, time_over, &run);
        world_run(run.world, WORLD_NEVER);
        if (options.stats)
            tell(&run);
        if (run.counts)
            write_profile(&run);
    }
    release(&run);
    return made && !run.failed ? EXIT_DONE : EXIT_FAILED;
}
