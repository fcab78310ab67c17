/* The DNS client: see lan_dns.h. It is an application of the sockets, and asks
 * again when no answer comes: the n-th time the n-th server, round after round. */
#include "dns/dns_cache.h"

#include <string.h>

#include "limits.h"

static lan_ip4 server_of(const struct lan_dns_query *query, unsigned index)
{
    if (query->only_server)
        return index == 0 ? query->only_server : 0;
    return lan_host_dns_server(query->host, index);
}

static unsigned server_count(const struct lan_dns_query *query)
{
    unsigned count = 0;
    while (server_of(query, count))
        count++;
    return count;
}

/* What a server that the caller named says is for him alone. */
static struct lan_dns_cache *cache_of(const struct lan_dns_query *query)
{
    return query->only_server ? NULL : lan_host_dns_cache(query->host);
}

static struct dns_name name_of(const struct lan_dns_query *query)
{
    struct dns_name name = {.size = query->name_size};
    memcpy(name.bytes, query->name, query->name_size);
    return name;
}

int lan_dns_begin(struct lan_dns_query *query, struct lan_host *host, const char *name,
                  lan_ip4 server)
{
    *query = (struct lan_dns_query){
        .fd = -1,
        .deadline_us = lan_host_now(host),
        .host = host,
        .only_server = server,
        .error = LAN_ETIMEDOUT,
    };
    if (dns_address_from_text(&query->address, name))
        return 0;
    struct dns_name parsed;
    if (!dns_name_from_text(&parsed, name))
        return -LAN_EINVAL;
    query->known = dns_cache_find(cache_of(query), &parsed, query->deadline_us, &query->address);
    if (query->known != -LAN_EAGAIN)
        return 0;
    if (server_count(query) == 0)
        return -LAN_ENETUNREACH;
    query->name_size = parsed.size;
    memcpy(query->name, parsed.bytes, parsed.size);
    return 0;
}

void lan_dns_cancel(struct lan_dns_query *query)
{
    if (query->fd >= 0)
        lan_close(query->host, query->fd);
    query->fd = -1;
}

/* --- asking ----------------------------------------------------------------------------- */

/* A socket of its own for each question: connected, so that only this server answers,
 * with a port and a number that strangers must guess anew (RFC 5452 section 9.2). */
static void turn_to(struct lan_dns_query *query, lan_ip4 server)
{
    const struct lan_address peer = {server, DNS_PORT};
    lan_dns_cancel(query);
    int fd = lan_socket(query->host, LAN_AF_INET, LAN_SOCK_DGRAM | LAN_SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    query->fd = fd;
    query->id = (uint16_t)lan_host_random(query->host);
    lan_connect(query->host, fd, &peer);
}

/* Asks the next one in turn. 0: asked, or there is no way to this server now: the
 * next is asked when the wait is over. -LAN_EMFILE: no socket. */
static int ask(struct lan_dns_query *query, uint64_t now_us)
{
    unsigned count = server_count(query), round = query->asked / count;
    lan_ip4 server = server_of(query, query->asked % count);
    query->asked++;
    query->deadline_us = now_us + ((uint64_t)DNS_WAIT_MS * 1000u << round);
    turn_to(query, server);
    if (query->fd < 0)
        return -LAN_EMFILE;
    uint8_t message[DNS_MESSAGE_SIZE_MAX];
    const struct dns_name name = name_of(query);
    size_t size = dns_write_question(message, query->id, &name);
    lan_sendto(query->host, query->fd, message, size, LAN_MSG_DONTWAIT, NULL);
    return 0;
}

/* --- answers ------------------------------------------------------------------------------ */

/* 0: the address is there. -LAN_EAGAIN: nothing more to read. Else what the
 * server told: -LAN_ENOENT for all of them, -LAN_EIO for this one. */
static int read_answers(struct lan_dns_query *query, uint64_t now_us, lan_ip4 *address)
{
    uint32_t ttl_s;
    const struct dns_name name = name_of(query);
    uint8_t message[DNS_MESSAGE_SIZE_MAX];
    for (;;) {
        long size =
            lan_recvfrom(query->host, query->fd, message, sizeof message, LAN_MSG_DONTWAIT, NULL);
        if (size == -LAN_EAGAIN)
            return -LAN_EAGAIN;
        if (size < 0)
            return -LAN_EIO; /* nobody at this port, by ICMP */
        switch (dns_read_answer(message, (size_t)size, query->id, &name, address, &ttl_s)) {
        case DNS_ADDRESS:
            dns_cache_put(cache_of(query), &name, now_us, *address, ttl_s);
            return 0;
        case DNS_NO_ADDRESS:
            dns_cache_put(cache_of(query), &name, now_us, 0, ttl_s);
            return -LAN_ENOENT;
        case DNS_FAILED:
            return -LAN_EIO;
        case DNS_STRANGE:
            query->strange_answers++;
        }
    }
}

static int step(struct lan_dns_query *query, uint64_t now_us, lan_ip4 *address)
{
    if (query->name_size == 0) {
        *address = query->address;
        return query->known;
    }
    bool ask_now = now_us >= query->deadline_us;
    if (query->fd >= 0) {
        int answer = read_answers(query, now_us, address);
        if (answer == 0 || answer == -LAN_ENOENT)
            return answer;
        if (answer == -LAN_EIO) {
            query->error = LAN_EIO;
            ask_now = true;
        }
    }
    if (!ask_now)
        return -LAN_EAGAIN;
    if (query->asked == DNS_ROUNDS * server_count(query))
        return -query->error;
    int asked = ask(query, now_us);
    return asked < 0 ? asked : -LAN_EAGAIN;
}

int lan_dns_step(struct lan_dns_query *query, uint64_t now_us, lan_ip4 *address)
{
    int result = step(query, now_us, address);
    if (result != -LAN_EAGAIN)
        lan_dns_cancel(query);
    return result;
}

/* --- the loop around it ----------------------------------------------------------------------- */

int lan_resolve(struct lan_host *host, const char *name, lan_ip4 *address)
{
    struct lan_dns_query query;
    int result = lan_dns_begin(&query, host, name, 0);
    if (result < 0)
        return result;
    for (;;) {
        uint64_t now_us = lan_host_now(host);
        result = lan_dns_step(&query, now_us, address);
        if (result != -LAN_EAGAIN)
            return result;
        struct lan_pollfd entry = {.fd = query.fd, .events = LAN_POLLIN};
        int ready = lan_poll(host, &entry, 1, (int)((query.deadline_us - now_us + 999) / 1000));
        if (ready == 0 && lan_host_now(host) < query.deadline_us)
            result = -LAN_EAGAIN; /* this host cannot wait */
        else if (ready < 0)
            result = ready;
        else
            continue;
        lan_dns_cancel(&query);
        return result;
    }
}
