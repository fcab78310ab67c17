/* Resolved names that are kept: for their time, in a fixed number of places. */
#include <string.h>

#include "bench.h"
#include "dns/dns_cache.h"
#include "test.h"

enum { SECOND_US = 1000000, PLACES = 3 };

#define SOME_IP LAN_IP4(93, 184, 216, 34)

struct kept {
    struct bench *bench;
    struct lan_dns_entry entries[PLACES];
    struct lan_dns_cache cache;
};

static struct kept *kept_new(unsigned places)
{
    struct kept *kept = malloc(sizeof *kept);
    memset(kept, 0xa5, sizeof *kept); /* nothing rests on what was there before */
    kept->bench = bench_new();
    kept->cache = (struct lan_dns_cache){.entries = kept->entries, .count = places};
    lan_dns_use_cache(kept->bench->host, &kept->cache);
    return kept;
}

static void kept_free(struct kept *kept)
{
    bench_free(kept->bench);
    free(kept);
}

static void put(struct kept *kept, const char *text, lan_ip4 address, uint32_t ttl_s)
{
    struct dns_name name;
    ck_assert(dns_name_from_text(&name, text));
    dns_cache_put(&kept->cache, &name, kept->bench->now_us, address, ttl_s);
}

/* As an application asks: what the query's first step says, without any server. */
static int find(struct kept *kept, const char *text, lan_ip4 *address)
{
    struct lan_dns_query query;
    int result = lan_dns_begin(&query, kept->bench->host, text, 0);
    return result < 0 ? result : lan_dns_step(&query, kept->bench->now_us, address);
}

/* RFC 1035 section 7.4. */
START_TEST(test_name_is_known_for_its_time_in_any_case_of_letters)
{
    struct kept *kept = kept_new(PLACES);
    lan_ip4 address = 0;
    ck_assert_int_eq(find(kept, "a.org", &address), -LAN_ENETUNREACH);
    put(kept, "a.org", SOME_IP, 60);
    ck_assert_int_eq(find(kept, "A.Org.", &address), 0);
    ck_assert_uint_eq(address, SOME_IP);
    bench_pass_time(kept->bench, 60 * SECOND_US - 1);
    ck_assert_int_eq(find(kept, "a.org", &address), 0);
    bench_pass_time(kept->bench, 1);
    ck_assert_int_eq(find(kept, "a.org", &address), -LAN_ENETUNREACH);
    ck_assert_uint_eq(kept->cache.hits, 2);
    ck_assert_uint_eq(kept->cache.misses, 2);
    bench_expect_silence(kept->bench);
    kept_free(kept);
}
END_TEST

/* RFC 2308. */
START_TEST(test_that_there_is_no_such_name_is_known_too)
{
    struct kept *kept = kept_new(PLACES);
    lan_ip4 address = 0;
    put(kept, "none.org", 0, 30);
    ck_assert_int_eq(find(kept, "none.org", &address), -LAN_ENOENT);
    bench_pass_time(kept->bench, 30 * SECOND_US);
    ck_assert_int_eq(find(kept, "none.org", &address), -LAN_ENETUNREACH);
    kept_free(kept);
}
END_TEST

START_TEST(test_newer_answer_takes_the_place_of_the_older_and_time_0_forgets_it)
{
    struct kept *kept = kept_new(PLACES);
    lan_ip4 address = 0;
    put(kept, "a.org", SOME_IP, 60);
    put(kept, "a.org", SOME_IP + 1, 60);
    ck_assert_int_eq(find(kept, "a.org", &address), 0);
    ck_assert_uint_eq(address, SOME_IP + 1);
    put(kept, "a.org", SOME_IP, 0);
    ck_assert_int_eq(find(kept, "a.org", &address), -LAN_ENETUNREACH);
    put(kept, "b.org", SOME_IP, 0);
    ck_assert_int_eq(find(kept, "b.org", &address), -LAN_ENETUNREACH);
    kept_free(kept);
}
END_TEST

START_TEST(test_full_cache_gives_up_what_goes_first)
{
    struct kept *kept = kept_new(PLACES);
    lan_ip4 address = 0;
    put(kept, "a.org", SOME_IP, 60);
    put(kept, "b.org", SOME_IP, 20);
    put(kept, "c.org", SOME_IP, 40);
    put(kept, "d.org", SOME_IP, 50);
    ck_assert_int_eq(find(kept, "b.org", &address), -LAN_ENETUNREACH);
    ck_assert_int_eq(find(kept, "a.org", &address), 0);
    ck_assert_int_eq(find(kept, "c.org", &address), 0);
    ck_assert_int_eq(find(kept, "d.org", &address), 0);
    kept_free(kept);
}
END_TEST

START_TEST(test_cache_without_places_or_none_at_all_keeps_nothing)
{
    struct kept *kept = kept_new(0);
    lan_ip4 address = 0;
    put(kept, "a.org", SOME_IP, 60);
    ck_assert_int_eq(find(kept, "a.org", &address), -LAN_ENETUNREACH);
    lan_dns_use_cache(kept->bench->host, NULL);
    ck_assert_int_eq(find(kept, "a.org", &address), -LAN_ENETUNREACH);
    kept_free(kept);
}
END_TEST

/* What a server said that the caller chose must not answer for the host's own. */
START_TEST(test_query_to_a_named_server_leaves_the_cache_alone)
{
    struct kept *kept = kept_new(PLACES);
    struct lan_dns_query query;
    lan_ip4 address = 0;
    put(kept, "a.org", SOME_IP, 60);
    ck_assert_int_eq(lan_dns_begin(&query, kept->bench->host, "a.org", PEER_IP), 0);
    ck_assert_int_eq(lan_dns_step(&query, kept->bench->now_us, &address), -LAN_EAGAIN);
    lan_dns_cancel(&query);
    ck_assert_uint_eq(kept->cache.hits + kept->cache.misses, 0);
    kept_free(kept);
}
END_TEST

TEST_MAIN("dns_cache", test_name_is_known_for_its_time_in_any_case_of_letters,
          test_that_there_is_no_such_name_is_known_too,
          test_newer_answer_takes_the_place_of_the_older_and_time_0_forgets_it,
          test_full_cache_gives_up_what_goes_first,
          test_cache_without_places_or_none_at_all_keeps_nothing,
          test_query_to_a_named_server_leaves_the_cache_alone)
