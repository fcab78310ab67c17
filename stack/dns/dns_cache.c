/* Resolved names: see dns_cache.h. They are few, so all are looked at. */
#include "dns/dns_cache.h"

#include <string.h>

static struct lan_dns_entry *find(const struct lan_dns_cache *cache, const struct dns_name *name)
{
    for (unsigned i = 0; i < cache->count; i++) {
        struct lan_dns_entry *entry = &cache->entries[i];
        if (entry->name_size == name->size && memcmp(entry->name, name->bytes, name->size) == 0)
            return entry;
    }
    return NULL;
}

/* An empty one, else the one that goes first. NULL: the cache has none at all. */
static struct lan_dns_entry *make_room(const struct lan_dns_cache *cache)
{
    struct lan_dns_entry *first = NULL;
    for (unsigned i = 0; i < cache->count; i++)
        if (!first || cache->entries[i].until_us < first->until_us)
            first = &cache->entries[i];
    return first;
}

int dns_cache_find(struct lan_dns_cache *cache, const struct dns_name *name, uint64_t now_us,
                   lan_ip4 *address)
{
    if (!cache)
        return -LAN_EAGAIN;
    const struct lan_dns_entry *entry = find(cache, name);
    if (!entry || now_us >= entry->until_us) {
        cache->misses++;
        return -LAN_EAGAIN;
    }
    cache->hits++;
    *address = entry->address;
    return entry->address ? 0 : -LAN_ENOENT;
}

void dns_cache_put(struct lan_dns_cache *cache, const struct dns_name *name, uint64_t now_us,
                   lan_ip4 address, uint32_t ttl_s)
{
    if (!cache)
        return;
    struct lan_dns_entry *entry = find(cache, name);
    if (!entry && ttl_s > 0)
        entry = make_room(cache);
    if (!entry)
        return;
    entry->until_us = now_us + ttl_s * (uint64_t)1000000;
    entry->address = address;
    entry->name_size = name->size;
    memcpy(entry->name, name->bytes, name->size);
}

void lan_dns_use_cache(struct lan_host *host, struct lan_dns_cache *cache)
{
    if (cache && cache->count > 0)
        memset(cache->entries, 0, cache->count * sizeof *cache->entries);
    lan_host_set_dns_cache(host, cache);
}
