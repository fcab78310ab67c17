/* The console: what changed by itself is said, and a few commands are understood. */
#include "board.h"
#include "firmware.h"

#include <string.h>

enum { LINE_SIZE = 16 };

static char line[LINE_SIZE];
static unsigned line_size;
static lan_ip4 said_address;
static bool said_link;

static void print_counters(const char *(*counter)(const void *, unsigned, uint64_t *),
                           const void *context)
{
    const char *name;
    uint64_t value;
    for (unsigned i = 0; (name = counter(context, i, &value)); i++) {
        if (value == 0)
            continue;
        board_print(name);
        board_print(" ");
        board_print_number((uint32_t)value);
        board_print("\n");
    }
}

static const char *host_counter(const void *host, unsigned index, uint64_t *value)
{
    return lan_host_counter(host, index, value);
}

static const char *nic_counter(const void *nic, unsigned index, uint64_t *value)
{
    return lan_nic_counter(nic, index, value);
}

static void print_end(lan_ip4 address, uint16_t port)
{
    board_print(" ");
    board_print_address(address);
    board_print(":");
    board_print_number(port);
}

static void print_sockets(const struct lan_host *host)
{
    struct lan_socket_info info;
    for (unsigned i = 0; lan_host_socket(host, i, &info); i++) {
        board_print(info.kind);
        print_end(info.local_address, info.local_port);
        print_end(info.peer_address, info.peer_port);
        board_print(" ");
        board_print(info.state);
        board_print("\n");
    }
}

static void print_routes(const struct lan_host *host)
{
    struct lan_route route;
    for (unsigned i = 0; lan_host_route(host, i, &route); i++) {
        board_print_address(route.network);
        board_print("/");
        board_print_number(route.prefix);
        board_print(" by ");
        board_print_address(route.gateway);
        board_print("\n");
    }
}

static void obey(struct firmware *firmware)
{
    if (strcmp(line, "counters") == 0) {
        lan_nic_count(&firmware->nic);
        print_counters(nic_counter, &firmware->nic);
        print_counters(host_counter, firmware->host);
    } else if (strcmp(line, "sockets") == 0) {
        print_sockets(firmware->host);
    } else if (strcmp(line, "routes") == 0) {
        print_routes(firmware->host);
    } else if (line[0]) {
        board_print("counters (those that are not 0), sockets, routes\n");
    }
    board_print("> ");
}

static void say_changes(struct firmware *firmware)
{
    lan_ip4 address = 0;
    unsigned prefix;
    bool link = firmware->nic.adapter.status.link_up;
    if (link != said_link)
        board_print(link ? "the link is up\n" : "the link is down\n");
    said_link = link;
    if (lan_host_address(firmware->host, 0, &address, &prefix) && address != said_address) {
        board_print("address ");
        board_print_address(address);
        board_print("/");
        board_print_number(prefix);
        board_print("\n> ");
        said_address = address;
    }
    board_set_lights((uint8_t)((link ? 1 : 0) | (address ? 2 : 0) |
                               (lan_host_now(firmware->host) >> 19 & 1) << 7));
}

void console_step(struct firmware *firmware)
{
    int byte;
    say_changes(firmware);
    while ((byte = board_typed()) >= 0) {
        if (byte == '\r' || byte == '\n') {
            line[line_size] = '\0';
            line_size = 0;
            board_print("\n");
            obey(firmware);
        } else if ((byte == '\b' || byte == 127) && line_size > 0) {
            line_size--;
            board_print("\b \b");
        } else if (byte >= ' ' && line_size < LINE_SIZE - 1) {
            line[line_size++] = (char)byte;
            board_print((const char[]){(char)byte, '\0'});
        }
    }
}
