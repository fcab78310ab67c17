#include "report.h"

#include <stdio.h>
#include <string.h>

#include "say.h"

enum { COLUMN = 12 };

static double seconds(const struct program_result *result)
{
    return (double)(result->ended_us - result->begun_us) * 1e-6;
}

static void print_bytes(const struct program_result *result)
{
    printf("%llu bytes in %.3f ms, %.2f Mb/s", (unsigned long long)result->bytes,
           seconds(result) * 1e3,
           seconds(result) > 0 ? (double)result->bytes * 8e-6 / seconds(result) : 0);
    if (result->heard_of.count)
        printf("; as told, %d packets lost, round trip %.1f ms", result->heard_of.lost,
               (double)result->heard_of.round_trip_us * 1e-3);
    printf("\n");
}

static void print_program(const struct network_host *host, const struct program *program)
{
    const struct topology_program *wanted = program->wanted;
    const struct program_result *result = &program->result;
    char what[TOPOLOGY_TEXT_SIZE + 32];
    lan_ip4 ip = wanted->target.ip;
    if (wanted->kind == PROGRAM_GET)
        snprintf(what, sizeof what, "get %s", wanted->url);
    else if (wanted->kind == PROGRAM_LISTEN)
        snprintf(what, sizeof what, "listen %u", wanted->target.port);
    else
        snprintf(what, sizeof what, "%s %u.%u.%u.%u:%u",
                 wanted->kind == PROGRAM_STREAM  ? "stream"
                 : wanted->kind == PROGRAM_SPEAK ? "speak"
                                                 : "ask",
                 ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255, wanted->target.port);
    printf("  %-*s %-36s ", COLUMN, host->wanted->name, what);
    if (!result->done)
        printf("has not ended\n");
    else if (result->failed)
        printf("failed: %s\n", result->error);
    else if (wanted->kind == PROGRAM_ASK)
        printf("%u of %u answers, %.3f/%.3f/%.3f ms\n", result->answered, result->count,
               (double)result->least_us * 1e-3,
               result->answered ? (double)result->sum_us * 1e-3 / result->answered : 0,
               (double)result->most_us * 1e-3);
    else if (wanted->kind == PROGRAM_LISTEN)
        printf("%.3f s heard, %llu gaps of %.1f ms in all, the longest %.1f ms, %llu late\n",
               seconds(result), (unsigned long long)result->gaps, (double)result->gap_us * 1e-3,
               (double)result->longest_us * 1e-3, (unsigned long long)result->late);
    else
        print_bytes(result);
}

static void print_medium(const struct network_medium *medium)
{
    const char *name;
    uint64_t value;
    bool first = true;
    printf("  %-*s ", COLUMN, medium->wanted->name);
    for (unsigned i = 0; (name = network_medium_counter(medium, i, &value)); i++) {
        if (value)
            printf("%s%s %llu", first ? "" : ", ", name, (unsigned long long)value);
        first &= value == 0;
    }
    printf("%s\n", first ? "nothing passed" : "");
}

void report_print(struct network *network)
{
    for (unsigned i = 0; i < network->topology->host_count; i++)
        for (unsigned j = 0; j < network->hosts[i].program_count; j++)
            if (network->hosts[i].programs[j].result.finite)
                print_program(&network->hosts[i], &network->hosts[i].programs[j]);
    for (unsigned i = 0; i < network->topology->medium_count; i++)
        print_medium(&network->media[i]);
}

void report_print_stats(struct network *network)
{
    for (unsigned i = 0; i < network->topology->host_count; i++) {
        uint64_t value;
        const char *name;
        for (unsigned j = 0; (name = network_host_counter(&network->hosts[i], j, &value)); j++)
            fprintf(stderr, "%-*s %-36s %llu\n", COLUMN, network->hosts[i].wanted->name, name,
                    (unsigned long long)value);
    }
}

/* --- Judging ------------------------------------------------------------------------------- */

/* The sum over all counters of this name. */
static bool find_counter(struct network *network, const struct topology_expectation *expected,
                         uint64_t *value)
{
    const char *name;
    uint64_t one;
    bool found = false;
    *value = 0;
    for (unsigned i = 0; i < network->topology->medium_count; i++) {
        const struct network_medium *medium = &network->media[i];
        if (strcmp(medium->wanted->name, expected->owner) != 0)
            continue;
        for (unsigned j = 0; (name = network_medium_counter(medium, j, &one)); j++)
            if (strcmp(name, expected->counter) == 0) {
                *value += one;
                found = true;
            }
    }
    for (unsigned i = 0; i < network->topology->host_count; i++) {
        struct network_host *host = &network->hosts[i];
        if (strcmp(host->wanted->name, expected->owner) != 0)
            continue;
        for (unsigned j = 0; (name = network_host_counter(host, j, &one)); j++)
            if (strcmp(name, expected->counter) == 0) {
                *value += one;
                found = true;
            }
    }
    return found;
}

static bool is_met(const struct topology_expectation *expected, uint64_t value)
{
    switch (expected->operator[0]) {
    case '>':
        return value > expected->value || (expected->operator[1] && value == expected->value);
    case '<':
        return value < expected->value || (expected->operator[1] && value == expected->value);
    default:
        return value == expected->value;
    }
}

static bool judge_expectation(struct network *network, const struct topology_expectation *expected)
{
    const char *path = network->options->topology;
    uint64_t value;
    if (!find_counter(network, expected, &value)) {
        say("%s:%u:%u: there is no counter %s.%s (--stats lists them)", path, expected->place.line,
            expected->place.column, expected->owner, expected->counter);
        return false;
    }
    bool met = is_met(expected, value);
    printf("  %-*s %s %s %llu: %s%llu\n", COLUMN, expected->owner, expected->counter,
           expected->operator,(unsigned long long) expected->value, met ? "it is " : "NO, it is ",
           (unsigned long long)value);
    if (!met)
        say("%s:%u:%u: %s.%s is %llu", path, expected->place.line, expected->place.column,
            expected->owner, expected->counter, (unsigned long long)value);
    return met;
}

bool report_judge(struct network *network)
{
    bool right = !network->failed;
    for (unsigned i = 0; i < network->topology->host_count; i++)
        for (unsigned j = 0; j < network->hosts[i].program_count; j++) {
            const struct program_result *result = &network->hosts[i].programs[j].result;
            right &= !result->finite || (result->done && !result->failed);
        }
    for (unsigned i = 0; i < network->topology->expectation_count; i++)
        right &= judge_expectation(network, &network->topology->expectations[i]);
    return right;
}
