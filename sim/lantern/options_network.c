/* The command line of those who join a network: where it is, and our place in it. */
#include <string.h>

#include "options_inside.h"
#include "options_value.h"

enum { KEY_TAP = 768, KEY_ADDRESS, KEY_GATEWAY, KEY_DNS, KEY_DHCP, KEY_MAC };

static error_t parse_network(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case KEY_TAP:
        if (!*text || strlen(text) > VALUE_INTERFACE_SIZE)
            options_wrong(state, "--tap", text, "an interface's name has 1 to 15 characters");
        options->tap = text;
        return 0;
    case KEY_ADDRESS:
        if (!value_network(text, &options->address, &options->prefix))
            options_wrong(state, "--address", text, "it looks like 10.0.0.2/24");
        return 0;
    case KEY_GATEWAY:
        if (!value_ip4(text, &options->gateway))
            options_wrong(state, "--gateway", text, "it looks like 10.0.0.1");
        return 0;
    case KEY_DNS:
        if (!value_ip4(text, &options->dns_server))
            options_wrong(state, "--dns", text, "it looks like 10.0.0.1");
        return 0;
    case KEY_DHCP:
        options->dhcp = true;
        return 0;
    case KEY_MAC:
        if (!value_mac(text, options->mac))
            options_wrong(state, "--mac", text,
                          "it looks like 02:4c:41:4e:00:01 and is no group's");
        return 0;
    case ARGP_KEY_END:
        if (options->command == COMMAND_HOST && !options->tap)
            options_wrong(state, "--tap", "IF", "needed: the TAP interface to join");
        if (options->dhcp && (options->address || options->gateway || options->dns_server))
            options_wrong(state, "--address, --gateway, --dns:", "--dhcp", "the server tells them");
        if (options->tap && !options->address && !options->dhcp)
            options_wrong(state, "--address", "A.B.C.D/N",
                          "needed with --tap: our own address there (or --dhcp)");
        if (!options->tap && (options->address || options->gateway || options->dns_server))
            options_wrong(state, "--address, --gateway, --dns:", "no --tap",
                          "the user-mode network has its own");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option network_options[] = {
    {"tap", KEY_TAP, "IF", 0, "Join this Linux TAP interface", 0},
    {"address", KEY_ADDRESS, "A.B.C.D/N", 0, "Our own address there", 0},
    {"gateway", KEY_GATEWAY, "A.B.C.D", 0, "The router to everywhere else", 0},
    {"dns", KEY_DNS, "A.B.C.D", 0, "The name server", 0},
    {"dhcp", KEY_DHCP, NULL, 0, OPTIONS_DHCP_HELP, 0},
    {"mac", KEY_MAC, "M", 0, "The adapter's address (default 02:4c:41:4e:00:01)", 0},
    {0},
};
const struct argp options_network = {network_options, parse_network, NULL, NULL, NULL, NULL, NULL};
