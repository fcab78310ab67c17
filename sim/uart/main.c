/* `lantern serve|host|get --adapter uart:DEVICE`: the same driver and stack on this machine,
 * in real time, with an adapter on a board (fpga/host_link) at a serial line. A program of
 * its own beside `lantern`, which has the simulated bus where this one has the line. */
#define _GNU_SOURCE
#include <argp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "bus_uart.h"
#include "fetch.h"
#include "interrupt.h"
#include "lan_dhcp.h"
#include "lan_nic.h"
#include "options_value.h"
#include "say.h"
#include "services/chargen.h"
#include "services/discard.h"
#include "services/echo.h"
#include "web.h"

enum {
    ARENA_SIZE = 16 << 20,
    POLL_MS = 2,     /* how often the board is asked whether it interrupts */
    RATE = 1000000,  /* of the line */
    NETWORK_S = 30,  /* for the link and an address, before one gives up */
    PREFIX_SIZE = 5, /* of "uart:" */
};

struct program {
    const char *command, *device, *url, *output;
    unsigned rate;
    lan_ip4 address, gateway, dns_server;
    unsigned prefix;
    uint8_t mac[LAN_MAC_SIZE];
    bool stats;

    struct lan_bus bus;
    struct lan_nic nic;
    struct lan_host *host;
    struct lan_dhcp dhcp;
    struct web web;
    struct stream_server echo, discard, chargen;
    struct fetch fetch;
};

/* --- The command line ------------------------------------------------------------------------ */

enum { KEY_ADAPTER = 256, KEY_BAUD, KEY_ADDRESS, KEY_GATEWAY, KEY_DNS, KEY_MAC, KEY_STATS };

__attribute__((noreturn)) static void wrong(const char *what, const char *value, const char *wanted)
{
    say("uart: %s %s: %s", what, value, wanted);
    exit(EXIT_USAGE);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct program *program = state->input;
    uint64_t number = 0;
    switch (key) {
    case KEY_ADAPTER:
        if (strncmp(text, "uart:", PREFIX_SIZE) != 0 || !text[PREFIX_SIZE])
            wrong("--adapter", text, "it looks like uart:/dev/ttyUSB1");
        program->device = text + PREFIX_SIZE;
        return 0;
    case KEY_BAUD:
        if (!value_number(text, &number) || number > UINT32_MAX)
            wrong("--baud", text, "it is a number, as 1000000");
        program->rate = (unsigned)number;
        return 0;
    case KEY_ADDRESS:
        if (!value_network(text, &program->address, &program->prefix))
            wrong("--address", text, "it looks like 10.0.0.2/24");
        return 0;
    case KEY_GATEWAY:
        if (!value_ip4(text, &program->gateway))
            wrong("--gateway", text, "it looks like 10.0.0.1");
        return 0;
    case KEY_DNS:
        if (!value_ip4(text, &program->dns_server))
            wrong("--dns", text, "it looks like 10.0.0.1");
        return 0;
    case KEY_MAC:
        if (!value_mac(text, program->mac))
            wrong("--mac", text, "it looks like 02:4c:41:4e:00:01 and is no group's");
        return 0;
    case KEY_STATS:
        program->stats = true;
        return 0;
    case 'o':
        program->output = text;
        return 0;
    case ARGP_KEY_ARG:
        if (program->url || strcmp(program->command, "get") != 0)
            wrong("unexpected argument", text, "only get takes one, a URL");
        program->url = text;
        return 0;
    case ARGP_KEY_END:
        if (strcmp(program->command, "get") == 0 && !program->url)
            wrong("URL", "missing",
                  "as in `lantern get --adapter uart:/dev/ttyUSB1 http://10.0.0.1/'");
        return 0;
    case ARGP_KEY_ERROR:
        wrong("unknown option, or one without its value:",
              state->next > 0 ? state->argv[state->next - 1] : "",
              "with --adapter uart: there are --address, --gateway, --dns, --mac, --baud, --stats, "
              "-o");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"adapter", KEY_ADAPTER, "uart:DEVICE", 0, "The board's serial line", 0},
    {"baud", KEY_BAUD, "N", 0, "Its rate (default 1000000)", 0},
    {"address", KEY_ADDRESS, "A.B.C.D/N", 0, "Our address (default: by DHCP)", 0},
    {"gateway", KEY_GATEWAY, "A.B.C.D", 0, "The router to everywhere else", 0},
    {"dns", KEY_DNS, "A.B.C.D", 0, "The name server", 0},
    {"mac", KEY_MAC, "M", 0, "The adapter's address (default 02:4c:41:4e:00:01)", 0},
    {"stats", KEY_STATS, NULL, 0, "Print every counter at the end", 0},
    {"output", 'o', "FILE", 0, "get: write the page there", 0},
    {0},
};
static const struct argp argp = {option_list, parse, NULL, NULL, NULL, NULL, NULL};

/* --- The port: time, chance, waiting -----------------------------------------------------------
 */

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static uint32_t random_bits(void *context)
{
    uint32_t bits = 0;
    (void)context;
    if (getrandom(&bits, sizeof bits, 0) != (ssize_t)sizeof bits)
        bits = (uint32_t)now_us() * 2654435761u;
    return bits;
}

/* Sleeps until the board interrupts, that time, or the end is wanted. */
static void sleep_until(struct program *program, uint64_t until_us)
{
    while (!interrupt_came() && now_us() < until_us) {
        struct pollfd end = {.fd = interrupt_fd(), .events = POLLIN};
        if (poll(&end, 1, POLL_MS) != 0)
            return;
        lan_bus_read(&program->bus, 0); /* any: each answer tells of the interrupt */
        if (program->bus.irq || program->bus.lost)
            return;
    }
}

static bool wait(void *context, uint64_t until_us)
{
    struct program *program = context;
    uint64_t deadline_us = lan_host_step(program->host, now_us());
    if (deadline_us > until_us)
        deadline_us = until_us;
    if (!program->bus.irq)
        sleep_until(program, deadline_us);
    lan_host_step(program->host, now_us());
    return !interrupt_came() && !program->bus.lost;
}

/* --- What runs -----------------------------------------------------------------------------------
 */

static bool start(struct program *program)
{
    static uint64_t arena[ARENA_SIZE / sizeof(uint64_t)];
    static struct lan_port port = {.random = random_bits, .wait = wait};
    const struct lan_host_config config = {.name = "host"};
    struct lan_nic_config nic = {
        .fast = true, .full_duplex = true, .pause = true, .follow_phy = true, .phy_address = 1};
    memcpy(nic.mac, program->mac, LAN_MAC_SIZE);
    port.context = program;
    const char *error = bus_uart_open(&program->bus, program->device, program->rate);
    if (error) {
        say("uart: %s: %s", program->device, error);
        return false;
    }
    enum lan_nic_result result = lan_nic_start(&program->nic, &program->bus, &nic, now_us());
    if (result != LAN_NIC_OK) {
        say("uart: %s: %s (is the board's image host_link, the rate right, --baud?)",
            program->device, lan_nic_result_text(result));
        return false;
    }
    program->host = lan_host_init(arena, sizeof arena, &config, &port, now_us());
    int interface = program->host ? lan_host_add_adapter(program->host, &program->nic.adapter,
                                                         program->address, program->prefix)
                                  : -1;
    if (interface < 0 ||
        (program->gateway && lan_host_add_route(program->host, 0, 0, program->gateway, 0) < 0) ||
        (program->dns_server && lan_host_add_dns_server(program->host, program->dns_server) < 0)) {
        say("uart: the host could not be made as asked");
        return false;
    }
    return program->address ||
           lan_dhcp_start(&program->dhcp, program->host, 0, &(struct lan_dhcp_config){0}) == 0;
}

/* The link, then an address. false: there is none, and said so. */
static bool await_network(struct program *program)
{
    uint64_t end_us = now_us() + NETWORK_S * UINT64_C(1000000);
    const struct lan_adapter *adapter = &program->nic.adapter;
    unsigned prefix;
    while ((!adapter->status.link_up ||
            (lan_host_address(program->host, 0, &program->address, &prefix) &&
             program->address == 0)) &&
           now_us() < end_us)
        if (!wait(program, end_us))
            return false;
    if (!adapter->status.link_up)
        say("uart: there is no link (is the cable plugged in?)");
    else if (program->address == 0)
        say("uart: no DHCP server answers (--address A.B.C.D/N says our address)");
    return adapter->status.link_up && program->address != 0;
}

static const char *nic_counter(const void *context, unsigned index, uint64_t *value)
{
    return lan_nic_counter(context, index, value);
}

static void look(void *context, struct site_view *view)
{
    struct program *program = context;
    view->time_ns = now_us() * 1000;
    view->wall_us = now_us();
    lan_nic_count(&program->nic);
}

static int serve(struct program *program, bool all)
{
    struct service services[4];
    unsigned count = 0;
    struct lan_host *host = program->host;
    program->web.root = -1;
    program->web.site.adapter_kind = "board";
    program->web.site.host = host;
    program->web.site.adapter = &program->nic.adapter;
    program->web.site.address = program->address;
    program->web.site.look = look;
    program->web.site.look_context = program;
    program->web.site.groups[0] = (struct site_group){"adapter", nic_counter, &program->nic};
    int result = web_open(&program->web, host);
    services[count++] = web_service(&program->web);
    if (all && result == 0 &&
        (result = stream_server_open(&program->echo, host, ECHO_PORT, echo_stream)) == 0)
        services[count++] = stream_service(&program->echo);
    if (all && result == 0 &&
        (result = stream_server_open(&program->discard, host, DISCARD_PORT, discard_stream)) == 0)
        services[count++] = stream_service(&program->discard);
    if (all && result == 0 &&
        (result = stream_server_open(&program->chargen, host, CHARGEN_PORT, chargen_stream)) == 0)
        services[count++] = stream_service(&program->chargen);
    lan_ip4 ip = program->address;
    if (result == 0) {
        say("http://%u.%u.%u.%u/ is ready, by the adapter at %s; Ctrl-C ends it", ip >> 24,
            ip >> 16 & 255, ip >> 8 & 255, ip & 255, program->device);
        result = services_run(host, services, count);
    }
    if (result < 0)
        say("the services ended: %s", lan_error_text(result));
    return result < 0 ? EXIT_FAILED : EXIT_DONE;
}

static void print_stats(struct program *program)
{
    const char *name;
    uint64_t value;
    lan_nic_count(&program->nic);
    for (unsigned i = 0; (name = lan_nic_counter(&program->nic, i, &value)); i++)
        fprintf(stderr, "%-8s %-36s %llu\n", "adapter", name, (unsigned long long)value);
    for (unsigned i = 0; (name = lan_host_counter(program->host, i, &value)); i++)
        fprintf(stderr, "%-8s %-36s %llu\n", "host", name, (unsigned long long)value);
    fprintf(stderr, "%-8s %-36s %llu\n", "line", "requests",
            (unsigned long long)program->bus.requests);
    fprintf(stderr, "%-8s %-36s %llu\n", "line", "requests_again",
            (unsigned long long)program->bus.again);
    fprintf(stderr, "%-8s %-36s %llu\n", "line", "answers_broken",
            (unsigned long long)program->bus.broken);
}

static int run(struct program *program)
{
    if (!start(program) || !await_network(program))
        return EXIT_FAILED;
    int status;
    if (strcmp(program->command, "get") == 0) {
        program->fetch.url = program->url;
        program->fetch.output = program->output;
        status = fetch_run(&program->fetch, program->host);
    } else {
        status = serve(program, strcmp(program->command, "host") == 0);
    }
    if (program->stats)
        print_stats(program);
    if (program->bus.lost) {
        say("uart: %s: the board does not answer any more", program->device);
        status = EXIT_FAILED;
    }
    lan_nic_stop(&program->nic);
    return status;
}

int main(int argc, char **argv)
{
    static const struct program defaults = {.rate = RATE,
                                            .mac = {0x02, 0x4c, 0x41, 0x4e, 0x00, 0x01}};
    struct program *program = malloc(sizeof *program);
    if (!program)
        return EXIT_FAILED;
    *program = defaults;
    program->command = argc > 1 ? argv[1] : "";
    if (strcmp(program->command, "serve") != 0 && strcmp(program->command, "host") != 0 &&
        strcmp(program->command, "get") != 0)
        wrong("command", program->command, "a board at a line can serve, host or get");
    if (argp_parse(&argp, argc - 1, argv + 1, ARGP_NO_ERRS, NULL, program) != 0)
        return EXIT_USAGE;
    if (!program->device)
        wrong("--adapter", "missing", "it looks like uart:/dev/ttyUSB1");
    if (program->url && !fetch_check(program->url))
        return EXIT_USAGE;
    int status = interrupt_install() ? run(program) : EXIT_FAILED;
    bus_uart_close(&program->bus);
    free(program);
    return status;
}
