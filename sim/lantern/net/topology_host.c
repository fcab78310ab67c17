/* A host of a topology file, and what runs on it. See topology.h. */
#include <stdio.h>
#include <string.h>

#include "lan_rtp.h"
#include "options.h"
#include "options_value.h"
#include "topology_inside.h"

/* --- Adapters and routes -------------------------------------------------------------------- */

static void read_adapter(struct yaml_file *file, struct topology *topology, const yaml_node_t *node,
                         struct topology_host *host)
{
    if (host->adapter_count == NODE_ADAPTERS_MAX) {
        yaml_complain(file, node, "a host has at most %d adapters", NODE_ADAPTERS_MAX);
        return;
    }
    struct topology_adapter *adapter = &host->adapters[host->adapter_count++];
    unsigned host_number = (unsigned)(host - topology->hosts) + 1;
    const uint8_t mac[LAN_MAC_SIZE] = {
        0x02, 0x4C, 0x41, 0x4E, (uint8_t)host_number, (uint8_t)host->adapter_count};
    memcpy(adapter->mac, mac, sizeof mac);
    const yaml_node_t *on = yaml_get(file, node, "on");
    int medium = on ? topology_medium_named(file, topology, on) : -1;
    if (!on)
        yaml_complain(file, node, "`on' is missing: the medium that the adapter is joined to");
    adapter->medium = medium >= 0 ? (unsigned)medium : 0;
    char text[24] = "";
    const yaml_node_t *address = yaml_get(file, node, "address");
    if (!address)
        yaml_complain(file, node, "`address' is missing (10.0.0.1/24)");
    else if (yaml_get_text(file, node, "address", text, sizeof text) &&
             !value_network(text, &adapter->address, &adapter->prefix))
        yaml_complain(file, address, "`%s' is no host's address (10.0.0.1/24)", text);
    if (yaml_get_text(file, node, "mac", text, sizeof text) && !value_mac(text, adapter->mac))
        yaml_complain(file, yaml_get(file, node, "mac"), "`%s' is no station's MAC address", text);
    uint64_t mtu;
    if (yaml_get_number(file, node, "mtu", 68, 1500, &mtu))
        adapter->mtu = (unsigned)mtu;
}

static bool read_ip4(struct yaml_file *file, const yaml_node_t *node, const char *key,
                     lan_ip4 *address)
{
    const yaml_node_t *value = yaml_get(file, node, key);
    const char *text = value ? yaml_text(file, value) : NULL;
    bool right = text && value_ip4(text, address);
    if (text && !right)
        yaml_complain(file, value, "%s: `%s' is no address (10.0.0.1)", key, text);
    return right;
}

static void read_route(struct yaml_file *file, const yaml_node_t *node, struct topology_host *host)
{
    char text[24] = "";
    if (!yaml_check_keys(file, node, "to via metric"))
        return;
    if (host->route_count == TOPOLOGY_ROUTES_MAX) {
        yaml_complain(file, node, "a host has at most %d routes", TOPOLOGY_ROUTES_MAX);
        return;
    }
    struct lan_route *route = &host->routes[host->route_count++];
    uint64_t metric;
    unsigned parts[5];
    char rest;
    if (!yaml_get_text(file, node, "to", text, sizeof text) ||
        sscanf(text, "%u.%u.%u.%u/%u%c", &parts[0], &parts[1], &parts[2], &parts[3], &parts[4],
               &rest) != 5 ||
        parts[0] > 255 || parts[1] > 255 || parts[2] > 255 || parts[3] > 255 || parts[4] > 32) {
        yaml_complain(file, node, "`to' is a network: 10.2.0.0/16");
        return;
    }
    route->network = LAN_IP4(parts[0], parts[1], parts[2], parts[3]);
    route->prefix = parts[4];
    if (!read_ip4(file, node, "via", &route->gateway) && !yaml_get(file, node, "via"))
        yaml_complain(file, node, "`via' is missing: the next router's address");
    if (yaml_get_number(file, node, "metric", 0, UINT16_MAX, &metric))
        route->metric = (uint16_t)metric;
    for (unsigned i = 0; i < host->adapter_count; i++) {
        const struct topology_adapter *adapter = &host->adapters[i];
        unsigned shift = 32 - adapter->prefix;
        if (shift < 32 && (route->gateway ^ adapter->address) >> shift == 0) {
            route->interface = (int)i;
            return;
        }
    }
    yaml_complain(file, node, "via: no adapter of this host is on that router's network");
}

/* --- Programs ------------------------------------------------------------------------------- */

static bool read_services(struct yaml_file *file, const yaml_node_t *node,
                          struct topology_program *program)
{
    char text[64];
    program->kind = PROGRAM_SERVE;
    if (node->type == YAML_SCALAR_NODE)
        snprintf(text, sizeof text, "%s", (const char *)node->data.scalar.value);
    else if (!yaml_is_sequence(file, node))
        return false;
    for (size_t i = 0, size = 0;
         node->type == YAML_SEQUENCE_NODE && yaml_item(file, node, i) && size < sizeof text; i++) {
        const char *word = yaml_text(file, yaml_item(file, node, i));
        size += (size_t)snprintf(text + size, sizeof text - size, "%s%s", i ? "," : "",
                                 word ? word : "");
    }
    if (!value_services(text, &program->services))
        yaml_complain(file, node, "`%s': services are echo, discard, chargen and http", text);
    return true;
}

static bool read_names(struct yaml_file *file, const yaml_node_t *node,
                       struct topology_program *program)
{
    yaml_node_t *key, *value;
    program->kind = PROGRAM_NAMES;
    if (!yaml_is_mapping(file, node))
        return false;
    for (size_t i = 0; yaml_pair(file, node, i, &key, &value); i++) {
        const char *name = yaml_text(file, key), *text = yaml_text(file, value);
        struct topology_name *entry = &program->names[program->name_count];
        if (!name || !text)
            continue;
        if (program->name_count == TOPOLOGY_NAMES_MAX) {
            yaml_complain(file, key, "there can be %d names", TOPOLOGY_NAMES_MAX);
            return false;
        }
        if (strlen(name) >= TOPOLOGY_TEXT_SIZE || !value_ip4(text, &entry->address)) {
            yaml_complain(file, value, "`%s' is no address (10.0.0.1)", text);
            continue;
        }
        strcpy(entry->name, name);
        program->name_count++;
    }
    return true;
}

static bool read_target(struct yaml_file *file, const yaml_node_t *node, const char *key,
                        uint16_t port, struct lan_address *target)
{
    const yaml_node_t *value = yaml_get(file, node, key);
    const char *text = value ? yaml_text(file, value) : NULL;
    if (!text)
        return false;
    target->port = port;
    if (!value_ip4_port(text, &target->ip, &target->port) && !value_ip4(text, &target->ip))
        yaml_complain(file, value, "%s: `%s' is no address (10.0.0.1 or 10.0.0.1:7)", key, text);
    return true;
}

enum { ECHO = 7, RTP = 5004 };

/* What speak and listen have in common. */
static void read_sound(struct yaml_file *file, const yaml_node_t *node,
                       struct topology_program *program)
{
    uint64_t number;
    program->rate_hz = 44100;
    program->channels = 1;
    program->packet_us = 10000;
    program->duration_us = 10000000;
    program->delay_us = 60000;
    if (yaml_get_number(file, node, "rate", 1000, 192000, &number))
        program->rate_hz = (unsigned)number;
    if (yaml_get_number(file, node, "channels", 1, 8, &number))
        program->channels = (unsigned)number;
    if (yaml_get_time(file, node, "packet", &number))
        program->packet_us = number / 1000000;
    if (yaml_get_time(file, node, "for", &number))
        program->duration_us = number / 1000000;
    if (yaml_get_time(file, node, "delay", &number))
        program->delay_us = number / 1000000;
    if (yaml_get_time(file, node, "delay-max", &number))
        program->delay_max_us = number / 1000000;
    yaml_get_text(file, node, "keep", program->path, sizeof program->path);
    uint64_t frames = program->packet_us * program->rate_hz / 1000000;
    if (frames == 0 || frames * program->channels * 2 > LAN_RTP_PAYLOAD_MAX)
        yaml_complain(file, node, "%llu frames of sound do not fit a packet: 1 to %d bytes",
                      (unsigned long long)frames, LAN_RTP_PAYLOAD_MAX);
}

static void read_program(struct yaml_file *file, const yaml_node_t *node,
                         struct topology_host *host)
{
    if (!yaml_check_keys(
            file, node,
            "at serve names get times tries stream bytes ask count size interval speak listen "
            "for rate channels packet delay delay-max keep"))
        return;
    if (host->program_count == TOPOLOGY_PROGRAMS_MAX) {
        yaml_complain(file, node, "a host runs at most %d programs", TOPOLOGY_PROGRAMS_MAX);
        return;
    }
    struct topology_program *program = &host->programs[host->program_count++];
    const yaml_node_t *serve = yaml_get(file, node, "serve");
    const yaml_node_t *names = yaml_get(file, node, "names");
    uint64_t number;
    *program = (struct topology_program){
        .times = 1, .tries = 1, .bytes = 100000, .count = 10, .size = 56, .interval_us = 100000};
    if (yaml_get_time(file, node, "at", &number))
        program->start_us = number / 1000000;
    if (yaml_get_time(file, node, "interval", &number))
        program->interval_us = number / 1000000;
    if (yaml_get_number(file, node, "times", 1, 1000000, &number))
        program->times = (unsigned)number;
    if (yaml_get_number(file, node, "tries", 1, 1000, &number))
        program->tries = (unsigned)number;
    yaml_get_number(file, node, "bytes", 1, UINT64_C(1) << 40, &program->bytes);
    if (yaml_get_number(file, node, "count", 1, 1000000, &number))
        program->count = (unsigned)number;
    if (yaml_get_number(file, node, "size", 8, 16384, &number))
        program->size = (unsigned)number;
    if (serve) {
        read_services(file, serve, program);
    } else if (names) {
        read_names(file, names, program);
    } else if (yaml_get_text(file, node, "get", program->url, sizeof program->url)) {
        program->kind = PROGRAM_GET;
    } else if (read_target(file, node, "stream", ECHO, &program->target)) {
        program->kind = PROGRAM_STREAM;
    } else if (read_target(file, node, "ask", ECHO, &program->target)) {
        program->kind = PROGRAM_ASK;
    } else if (read_target(file, node, "speak", RTP, &program->target)) {
        program->kind = PROGRAM_SPEAK;
        read_sound(file, node, program);
    } else if (yaml_get_number(file, node, "listen", 1, UINT16_MAX, &number)) {
        program->kind = PROGRAM_LISTEN;
        program->target.port = (uint16_t)number;
        read_sound(file, node, program);
    } else {
        yaml_complain(file, node,
                      "what runs is missing: serve, names, get, stream, ask, speak or listen");
    }
}

/* --- The host ------------------------------------------------------------------------------- */

static const yaml_node_t *list_of(struct yaml_file *file, const yaml_node_t *node, const char *key)
{
    const yaml_node_t *list = yaml_get(file, node, key);
    return list && yaml_is_sequence(file, list) ? list : NULL;
}

void topology_read_host(struct yaml_file *file, struct topology *topology, const yaml_node_t *node,
                        struct topology_host *host)
{
    if (!yaml_check_keys(
            file, node,
            "on address mac mtu adapters forwarding adapter gateway dns routes drift runs"))
        return;
    host->place = topology_place_of(node);
    const yaml_node_t *list = list_of(file, node, "adapters");
    if (!list)
        read_adapter(file, topology, node, host);
    for (size_t i = 0; list && yaml_item(file, list, i); i++)
        if (yaml_check_keys(file, yaml_item(file, list, i), "on address mac mtu"))
            read_adapter(file, topology, yaml_item(file, list, i), host);
    yaml_get_bool(file, node, "forwarding", &host->forwarding);
    read_ip4(file, node, "gateway", &host->gateway);
    read_ip4(file, node, "dns", &host->name_server);
    const yaml_node_t *drift = yaml_get(file, node, "drift");
    if (drift && !value_ppm(yaml_text(file, drift), &host->drift_ppm))
        yaml_complain(file, drift, "drift: it looks like -50ppm; at most 1000");
    char kind[8] = "rtl";
    if (yaml_get_text(file, node, "adapter", kind, sizeof kind) && strcmp(kind, "rtl") != 0 &&
        strcmp(kind, "direct") != 0)
        yaml_complain(file, yaml_get(file, node, "adapter"), "adapter: it is rtl or direct");
    host->direct = strcmp(kind, "direct") == 0;
    list = list_of(file, node, "routes");
    for (size_t i = 0; list && yaml_item(file, list, i); i++)
        read_route(file, yaml_item(file, list, i), host);
    list = list_of(file, node, "runs");
    for (size_t i = 0; list && yaml_item(file, list, i); i++)
        read_program(file, yaml_item(file, list, i), host);
}
