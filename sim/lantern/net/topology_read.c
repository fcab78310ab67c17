/* See topology.h. Names are known once all media and hosts are there, so what refers to
 * them is read after them, wherever it stands. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "options_value.h"
#include "topology.h"
#include "topology_inside.h"

static const char *const medium_kinds[] = {"cable", "bus", "hub", "switch", "link"};
static const char *const medium_keys[] = {
    [MEDIUM_CABLE] = "kind rate length errors",
    [MEDIUM_BUS] = "kind rate spacing errors",
    [MEDIUM_HUB] = "kind rate length errors",
    [MEDIUM_SWITCH] = "kind rate queue ageing pause joins",
    [MEDIUM_LINK] =
        ("kind rate delay jitter lose duplicate reorder corrupt mangle reorder-by queue "
         "script"),
};
static const char *const fault_names[] = {"lose", "duplicate", "reorder", "corrupt", "mangle"};

static int index_of(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, words[i]) == 0)
            return (int)i;
    return -1;
}

struct topology_place topology_place_of(const yaml_node_t *node)
{
    return (struct topology_place){(unsigned)node->start_mark.line + 1,
                                   (unsigned)node->start_mark.column + 1};
}

int topology_find_medium(const struct topology *topology, const char *name)
{
    for (unsigned i = 0; i < topology->medium_count; i++)
        if (strcmp(topology->media[i].name, name) == 0)
            return (int)i;
    return -1;
}

int topology_find_host(const struct topology *topology, const char *name)
{
    for (unsigned i = 0; i < topology->host_count; i++)
        if (strcmp(topology->hosts[i].name, name) == 0)
            return (int)i;
    return -1;
}

static bool read_name(struct yaml_file *file, const struct topology *topology,
                      const yaml_node_t *node, char name[TOPOLOGY_NAME_SIZE])
{
    const char *text = yaml_text(file, node);
    if (!text)
        return false;
    if (*text == '\0' || strlen(text) >= TOPOLOGY_NAME_SIZE || strpbrk(text, ". \t/")) {
        yaml_complain(file, node, "`%s': a name has 1 to %d characters, no space, dot or slash",
                      text, TOPOLOGY_NAME_SIZE - 1);
        return false;
    }
    if (topology_find_medium(topology, text) >= 0 || topology_find_host(topology, text) >= 0) {
        yaml_complain(file, node, "`%s' is the name of something else already", text);
        return false;
    }
    strcpy(name, text);
    return true;
}

int topology_medium_named(struct yaml_file *file, const struct topology *topology,
                          const yaml_node_t *node)
{
    const char *text = yaml_text(file, node);
    int index = text ? topology_find_medium(topology, text) : -1;
    if (text && index < 0)
        yaml_complain(file, node, "there is no medium `%s'", text);
    return index;
}

/* --- Media ---------------------------------------------------------------------------------- */

/* "0:7 lose": the seventh frame from side 0. */
static void read_script_line(struct yaml_file *file, const yaml_node_t *node,
                             struct link_config *link)
{
    const char *text = yaml_text(file, node);
    unsigned side = 0;
    unsigned long long number = 0;
    char word[16] = "";
    if (!text)
        return;
    int fault = sscanf(text, "%u:%llu %15s", &side, &number, word) == 3 && side < 2 && number > 0
                    ? index_of(word, fault_names, LINK_FAULTS)
                    : -1;
    if (fault < 0)
        yaml_complain(file, node, "`%s': it looks like `0:7 lose', side 0's 7th frame", text);
    else if (link->script_count == LINK_SCRIPT_MAX)
        yaml_complain(file, node, "a script has at most %d lines", LINK_SCRIPT_MAX);
    else
        link->script[link->script_count++] =
            (struct link_script){side, number, (enum link_fault)fault};
}

static void read_link(struct yaml_file *file, const yaml_node_t *node, struct link_config *link)
{
    link->delay_ps = WIRE_DELAY_PS;
    yaml_get_time(file, node, "delay", &link->delay_ps);
    if (link->delay_ps == 0)
        link->delay_ps = 1;
    yaml_get_time(file, node, "jitter", &link->jitter_ps);
    yaml_get_time(file, node, "reorder-by", &link->reorder_ps);
    yaml_get_rate(file, node, "rate", &link->rate_bps);
    for (unsigned i = 0; i < LINK_FAULTS; i++)
        yaml_get_share(file, node, fault_names[i], &link->probability[i]);
    uint64_t queue = 0;
    if (yaml_get_number(file, node, "queue", 1, 100000, &queue))
        link->queue_count = (unsigned)queue;
    const yaml_node_t *script = yaml_get(file, node, "script");
    if (script && yaml_is_sequence(file, script))
        for (size_t i = 0; yaml_item(file, script, i); i++)
            read_script_line(file, yaml_item(file, script, i), link);
}

static void read_medium(struct yaml_file *file, const yaml_node_t *node,
                        struct topology_medium *medium)
{
    char kind[16] = "";
    uint64_t number;
    if (!yaml_is_mapping(file, node))
        return;
    medium->place = topology_place_of(node);
    if (!yaml_get_text(file, node, "kind", kind, sizeof kind)) {
        yaml_complain(file, node, "`kind' is missing: cable, bus, hub, switch or link");
        return;
    }
    int index = index_of(kind, medium_kinds, sizeof medium_kinds / sizeof *medium_kinds);
    if (index < 0) {
        yaml_complain(file, yaml_get(file, node, "kind"),
                      "`%s' is no kind of medium: cable, bus, hub, switch or link", kind);
        return;
    }
    medium->kind = (enum medium_kind)index;
    if (!yaml_check_keys(file, node, medium_keys[index]))
        return;
    if (medium->kind == MEDIUM_BUS)
        medium->rate_mbps = 10;
    if (medium->kind == MEDIUM_LINK)
        return read_link(file, node, &medium->link);
    if (yaml_get_number(file, node, "rate", 10, 100, &number)) {
        if (number != 10 && number != 100)
            yaml_complain(file, yaml_get(file, node, "rate"), "rate: it is 10 or 100");
        medium->rate_mbps = (unsigned)number;
    }
    medium->metres = medium->kind == MEDIUM_BUS ? 25 : 10;
    if (yaml_get_number(file, node, medium->kind == MEDIUM_BUS ? "spacing" : "length", 0, 10000,
                        &number))
        medium->metres = (unsigned)number;
    yaml_get_share(file, node, "errors", &medium->bit_error_rate);
    if (yaml_get_number(file, node, "queue", 4, 4096, &number))
        medium->bridge.queue_count = (unsigned)number;
    if (yaml_get_number(file, node, "ageing", 1, 1000000, &number))
        medium->bridge.ageing_s = (unsigned)number;
    yaml_get_bool(file, node, "pause", &medium->bridge.pauses);
}

static void read_media(struct yaml_file *file, struct topology *topology, const yaml_node_t *media)
{
    yaml_node_t *key, *value;
    for (size_t i = 0; media && yaml_pair(file, media, i, &key, &value); i++) {
        if (topology->medium_count == TOPOLOGY_MEDIA_MAX) {
            yaml_complain(file, key, "there can be %d media", TOPOLOGY_MEDIA_MAX);
            return;
        }
        struct topology_medium *medium = &topology->media[topology->medium_count];
        if (!read_name(file, topology, key, medium->name))
            continue;
        medium->link.name = medium->name;
        topology->medium_count++;
        read_medium(file, value, medium);
    }
}

/* `joins` of the switches, once all media have names. */
static void read_joins(struct yaml_file *file, struct topology *topology, const yaml_node_t *media)
{
    yaml_node_t *key, *value;
    for (size_t i = 0; media && yaml_pair(file, media, i, &key, &value); i++) {
        int own = key->type == YAML_SCALAR_NODE
                      ? topology_find_medium(topology, (const char *)key->data.scalar.value)
                      : -1;
        const yaml_node_t *joins =
            value->type == YAML_MAPPING_NODE ? yaml_get(file, value, "joins") : NULL;
        if (own < 0 || !joins || !yaml_is_sequence(file, joins))
            continue;
        struct topology_medium *medium = &topology->media[own];
        for (size_t j = 0; yaml_item(file, joins, j); j++) {
            int other = topology_medium_named(file, topology, yaml_item(file, joins, j));
            if (other == own)
                yaml_complain(file, yaml_item(file, joins, j), "a switch does not join itself");
            else if (medium->join_count == TOPOLOGY_JOINS_MAX)
                yaml_complain(file, joins, "a switch joins at most %d media", TOPOLOGY_JOINS_MAX);
            else if (other >= 0)
                medium->joins[medium->join_count++] = (unsigned)other;
        }
    }
}

/* --- This machine ---------------------------------------------------------------------------- */

static bool read_ip4_port(struct yaml_file *file, const yaml_node_t *node, const char *key,
                          struct lan_address *address)
{
    const yaml_node_t *value = yaml_get(file, node, key);
    const char *text = value ? yaml_text(file, value) : NULL;
    bool right = text && value_ip4_port(text, &address->ip, &address->port);
    if (text && !right)
        yaml_complain(file, value, "%s: `%s' is no address with a port (10.0.0.1:80)", key, text);
    return right;
}

static void read_outside(struct yaml_file *file, struct topology *topology, const yaml_node_t *node,
                         struct topology_outside *outside)
{
    if (!yaml_check_keys(file, node, "on tap listen forward"))
        return;
    outside->place = topology_place_of(node);
    const yaml_node_t *on = yaml_get(file, node, "on");
    int medium = on ? topology_medium_named(file, topology, on) : -1;
    if (!on)
        yaml_complain(file, node, "`on' is missing: the medium that this machine is joined to");
    outside->medium = medium >= 0 ? (unsigned)medium : 0;
    yaml_get_text(file, node, "tap", outside->tap, sizeof outside->tap);
    bool listens = read_ip4_port(file, node, "listen", &outside->listen);
    bool forwards = read_ip4_port(file, node, "forward", &outside->forward);
    if (listens != forwards)
        yaml_complain(file, node, "`listen' and `forward' go together");
    if (outside->tap[0] && listens)
        yaml_complain(file, node, "a TAP does not listen; Linux has its addresses");
}

static void read_outsides(struct yaml_file *file, struct topology *topology,
                          const yaml_node_t *outsides)
{
    yaml_node_t *key, *value;
    for (size_t i = 0; outsides && yaml_pair(file, outsides, i, &key, &value); i++) {
        if (topology->outside_count == TOPOLOGY_OUTSIDES_MAX) {
            yaml_complain(file, key, "there can be %d of these", TOPOLOGY_OUTSIDES_MAX);
            return;
        }
        struct topology_outside *outside = &topology->outsides[topology->outside_count];
        if (read_name(file, topology, key, outside->name)) {
            topology->outside_count++;
            read_outside(file, topology, value, outside);
        }
    }
}

/* --- Faults and expectations ------------------------------------------------------------------ */

static void read_event(struct yaml_file *file, struct topology *topology, const yaml_node_t *node)
{
    static const char *const actions[] = {"cut",  "mend",  "unplug", "plug",
                                          "lose", "reset", "reboot"};
    if (!yaml_check_keys(file, node, "at cut mend unplug plug lose by reset reboot"))
        return;
    if (topology->event_count == TOPOLOGY_EVENTS_MAX) {
        yaml_complain(file, node, "there can be %d faults", TOPOLOGY_EVENTS_MAX);
        return;
    }
    struct topology_event *event = &topology->events[topology->event_count];
    bool found = false;
    for (unsigned i = 0; i < sizeof actions / sizeof *actions && !found; i++) {
        const yaml_node_t *value = yaml_get(file, node, actions[i]);
        const char *name = value ? yaml_text(file, value) : NULL;
        if (!name)
            continue;
        bool of_host = i != ACTION_CUT && i != ACTION_MEND && i != ACTION_LOSE;
        int target =
            of_host ? topology_find_host(topology, name) : topology_find_medium(topology, name);
        found = true;
        event->action = (enum topology_action)i;
        event->target = target >= 0 ? (unsigned)target : 0;
        if (target < 0)
            yaml_complain(file, value, "there is no %s `%s'", of_host ? "host" : "medium", name);
        else if (!of_host && topology->media[target].kind == MEDIUM_SWITCH)
            yaml_complain(file, value, "a switch cannot be cut; cut a link to it");
        else if (i == ACTION_LOSE && topology->media[target].kind != MEDIUM_LINK)
            yaml_complain(file, value, "`%s' is no link", name);
    }
    if (!found)
        yaml_complain(file, node,
                      "what happens is missing: cut, mend, unplug, plug, lose, "
                      "reset or reboot");
    if (!yaml_get_time(file, node, "at", &event->when_ps))
        yaml_complain(file, node, "`at' is missing: the time, as 1.5s");
    yaml_get_share(file, node, "by", &event->probability);
    topology->event_count++;
}

/* "hub.collisions > 0" */
static void read_expectation(struct yaml_file *file, struct topology *topology,
                             const yaml_node_t *node)
{
    const char *text = yaml_text(file, node);
    if (!text)
        return;
    struct topology_expectation *expected = &topology->expectations[topology->expectation_count];
    unsigned long long value;
    if (topology->expectation_count == TOPOLOGY_EXPECTATIONS_MAX) {
        yaml_complain(file, node, "there can be %d expectations", TOPOLOGY_EXPECTATIONS_MAX);
    } else if (sscanf(text, "%31[^. ].%63s %2[<>=] %llu", expected->owner, expected->counter,
                      expected->operator, & value) != 4 ||
               !strstr("> < = >= <=", expected->operator)) {
        yaml_complain(file, node, "`%s': it looks like `hub.collisions > 0'", text);
    } else {
        expected->value = value;
        expected->place = topology_place_of(node);
        topology->expectation_count++;
    }
}

/* --- The file ------------------------------------------------------------------------------- */

static const yaml_node_t *section(struct yaml_file *file, const yaml_node_t *root, const char *key,
                                  bool mapping)
{
    const yaml_node_t *node = yaml_get(file, root, key);
    if (!node)
        return NULL;
    return (mapping ? yaml_is_mapping(file, node) : yaml_is_sequence(file, node)) ? node : NULL;
}

static void read_all(struct yaml_file *file, struct topology *topology, const yaml_node_t *root)
{
    topology->limit_ps = UINT64_C(60000000000000); /* a minute */
    yaml_get_text(file, root, "about", topology->about, sizeof topology->about);
    topology->seed_given = yaml_get_number(file, root, "seed", 0, UINT64_MAX, &topology->seed);
    yaml_get_time(file, root, "limit", &topology->limit_ps);
    yaml_get_time(file, root, "linger", &topology->linger_ps);
    const yaml_node_t *media = section(file, root, "media", true);
    read_media(file, topology, media);
    read_joins(file, topology, media);
    const yaml_node_t *hosts = section(file, root, "hosts", true);
    yaml_node_t *key, *value;
    for (size_t i = 0; hosts && yaml_pair(file, hosts, i, &key, &value); i++) {
        if (topology->host_count == TOPOLOGY_HOSTS_MAX) {
            yaml_complain(file, key, "there can be %d hosts", TOPOLOGY_HOSTS_MAX);
            break;
        }
        struct topology_host *host = &topology->hosts[topology->host_count];
        if (read_name(file, topology, key, host->name)) {
            topology->host_count++;
            topology_read_host(file, topology, value, host);
        }
    }
    read_outsides(file, topology, section(file, root, "outside", true));
    const yaml_node_t *list = section(file, root, "faults", false);
    for (size_t i = 0; list && yaml_item(file, list, i); i++)
        read_event(file, topology, yaml_item(file, list, i));
    list = section(file, root, "expect", false);
    for (size_t i = 0; list && yaml_item(file, list, i); i++)
        read_expectation(file, topology, yaml_item(file, list, i));
    if (topology->host_count == 0)
        yaml_complain(file, root, "there are no hosts");
}

bool topology_read(struct topology *topology, const char *path, unsigned rate_mbps)
{
    struct yaml_file file;
    memset(topology, 0, sizeof *topology);
    for (unsigned i = 0; i < TOPOLOGY_MEDIA_MAX; i++)
        topology->media[i].rate_mbps = rate_mbps;
    if (!yaml_file_open(&file, path))
        return false;
    const yaml_node_t *root = yaml_root(&file);
    if (yaml_check_keys(&file, root, "about seed limit linger media hosts outside faults expect"))
        read_all(&file, topology, root);
    if (file.mistakes == 0)
        topology_check(&file, topology);
    yaml_file_close(&file);
    return file.mistakes == 0;
}
