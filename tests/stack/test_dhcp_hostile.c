/* What a DHCP server, or somebody who plays one, may not say: each is refused under a
 * counter, and the client goes on. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "dhcp/dhcp_message.h"
#include "dhcp_server.h"
#include "test.h"

/* A client that waits for an offer. */
static struct bench *selecting(struct lan_dhcp *client, struct dhcp_heard *heard)
{
    struct bench *bench = dhcp_bench(client, NULL);
    *heard = dhcp_expect(bench, DHCP_DISCOVER);
    return bench;
}

/* The sum of all that is refused. */
static uint32_t drops_of(const struct lan_dhcp *client)
{
    uint32_t sum = 0;
    uint64_t value;
    const char *name;
    for (unsigned i = 0; (name = lan_dhcp_counter(client, i, &value)); i++)
        if (strstr(name, "_drop_"))
            sum += (uint32_t)value;
    return sum;
}

/* Of just its size, so that a byte read too far is seen. */
static enum dhcp_verdict read_exactly(const uint8_t *message, size_t size)
{
    struct dhcp_answer answer;
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, message, size);
    enum dhcp_verdict verdict = dhcp_read(copy, size, HOST_MAC, &answer);
    free(copy);
    return verdict;
}

START_TEST(test_message_from_another_port_is_dropped)
{
    struct lan_dhcp client;
    struct dhcp_heard heard;
    struct bench *bench = selecting(&client, &heard);
    struct dhcp_said said = dhcp_answer_to(&heard, DHCP_OFFER);
    said.port = 6767;
    dhcp_say(bench, &said);
    ck_assert_uint_eq(client.counters.dhcp_drop_port, 1);
    ck_assert_uint_eq(drops_of(&client), 1);
    ck_assert_int_eq(client.state, LAN_DHCP_SELECTING);
    bench_free(bench);
}
END_TEST

/* RFC 2131 section 4.1: who does not know the number was not asked. */
START_TEST(test_answer_with_another_number_or_to_another_client_is_dropped)
{
    struct lan_dhcp client;
    struct dhcp_heard heard;
    struct bench *bench = selecting(&client, &heard);
    struct dhcp_said said = dhcp_answer_to(&heard, DHCP_OFFER);
    said.xid++;
    dhcp_say(bench, &said);
    said.xid--;
    said.mac[5]++;
    dhcp_say(bench, &said);
    ck_assert_uint_eq(client.counters.dhcp_drop_other, 2);
    ck_assert_uint_eq(drops_of(&client), 2);
    bench_free(bench);
}
END_TEST

/* RFC 2131 figure 5. */
START_TEST(test_answer_that_does_not_belong_to_the_state_is_dropped)
{
    struct lan_dhcp client;
    struct dhcp_heard heard;
    struct bench *bench = selecting(&client, &heard);
    struct dhcp_said ack = dhcp_answer_to(&heard, DHCP_ACK);
    struct dhcp_said nak = dhcp_answer_to(&heard, DHCP_NAK);
    struct dhcp_said offer = dhcp_answer_to(&heard, DHCP_OFFER);
    dhcp_say(bench, &ack);
    dhcp_say(bench, &nak);
    dhcp_say(bench, &offer);
    dhcp_say(bench, &offer); /* another server's, late */
    ck_assert_uint_eq(client.counters.dhcp_drop_state, 3);
    dhcp_say(bench, &ack);
    bench_pass_time(bench, 8 * SECOND_US);
    ck_assert_int_eq(client.state, LAN_DHCP_BOUND);
    dhcp_say(bench, &nak); /* nothing was asked */
    dhcp_say(bench, &ack);
    ck_assert_uint_eq(client.counters.dhcp_drop_state, 5);
    ck_assert_uint_eq(drops_of(&client), 5);
    ck_assert(client.has_lease);
    bench_free(bench);
}
END_TEST

/* RFC 2131 section 4.4.1: the request named one server. */
START_TEST(test_answer_of_a_server_that_was_not_chosen_is_dropped)
{
    struct lan_dhcp client;
    struct dhcp_heard heard;
    struct bench *bench = selecting(&client, &heard);
    struct dhcp_said said = dhcp_answer_to(&heard, DHCP_OFFER);
    dhcp_say(bench, &said);
    static const uint8_t kinds[] = {DHCP_ACK, DHCP_NAK};
    for (int i = 0; i < 2; i++) {
        said = dhcp_answer_to(&heard, kinds[i]);
        said.server = LAN_IP4(10, 0, 0, 66);
        dhcp_say(bench, &said);
    }
    ck_assert_uint_eq(client.counters.dhcp_drop_server, 2);
    ck_assert_uint_eq(drops_of(&client), 2);
    ck_assert_int_eq(client.state, LAN_DHCP_REQUESTING);
    bench_free(bench);
}
END_TEST

START_TEST(test_acknowledged_address_that_was_not_asked_for_is_dropped)
{
    struct lan_dhcp client;
    struct dhcp_heard heard;
    struct bench *bench = selecting(&client, &heard);
    struct dhcp_said said = dhcp_answer_to(&heard, DHCP_OFFER);
    dhcp_say(bench, &said);
    said = dhcp_answer_to(&heard, DHCP_ACK);
    said.address++;
    dhcp_say(bench, &said);
    ck_assert_uint_eq(client.counters.dhcp_drop_lease, 1);
    ck_assert_int_eq(client.state, LAN_DHCP_REQUESTING);
    bench_free(bench);
}
END_TEST

START_TEST(test_lease_no_host_can_have_is_dropped)
{
    static const struct {
        lan_ip4 address, mask, server;
        uint32_t lease_s;
    } cases[] = {
        {0, 0xffffff00, SERVER_IP, 100},
        {UINT32_MAX, 0xffffff00, SERVER_IP, 100},
        {LAN_IP4(127, 0, 0, 1), 0xff000000, SERVER_IP, 100},
        {LAN_IP4(224, 0, 0, 1), 0xffffff00, SERVER_IP, 100},
        {LAN_IP4(240, 0, 0, 1), 0xffffff00, SERVER_IP, 100},
        {LAN_IP4(10, 0, 0, 0), 0xffffff00, SERVER_IP, 100},   /* the network */
        {LAN_IP4(10, 0, 0, 255), 0xffffff00, SERVER_IP, 100}, /* its broadcast */
        {OFFERED_IP, 0xff00ff00, SERVER_IP, 100},             /* no mask */
        {OFFERED_IP, 0x000000ff, SERVER_IP, 100},
        {OFFERED_IP, 0xffffff00, 0, 100}, /* RFC 2131 table 3: MUST */
        {OFFERED_IP, 0xffffff00, LAN_IP4(224, 0, 0, 1), 100},
        {OFFERED_IP, 0xffffff00, SERVER_IP, 0},
        {OFFERED_IP, 0xffffff00, SERVER_IP, 9},
    };
    enum { COUNT = sizeof cases / sizeof *cases };
    struct lan_dhcp client;
    struct dhcp_heard heard;
    struct bench *bench = selecting(&client, &heard);
    for (size_t i = 0; i < COUNT; i++) {
        struct dhcp_said said = dhcp_answer_to(&heard, DHCP_OFFER);
        said.address = cases[i].address;
        said.mask = cases[i].mask;
        said.server = cases[i].server;
        said.lease_s = cases[i].lease_s;
        dhcp_say(bench, &said);
        ck_assert_uint_eq(client.counters.dhcp_drop_lease, i + 1);
    }
    ck_assert_uint_eq(drops_of(&client), COUNT);
    ck_assert_int_eq(client.state, LAN_DHCP_SELECTING);
    bench_free(bench);
}
END_TEST

/* RFC 1122 section 3.3.1.1: a router is on the network, and is not us. */
START_TEST(test_router_that_cannot_be_reached_is_left_out)
{
    static const lan_ip4 routers[] = {LAN_IP4(10, 1, 0, 1), OFFERED_IP, UINT32_MAX,
                                      LAN_IP4(127, 0, 0, 1)};
    for (size_t i = 0; i < sizeof routers / sizeof *routers; i++) {
        const struct dhcp_heard heard = {.xid = 1};
        struct dhcp_said said = dhcp_answer_to(&heard, DHCP_ACK);
        struct dhcp_answer answer;
        uint8_t message[600];
        said.router = routers[i];
        ck_assert_int_eq(dhcp_read(message, dhcp_message(message, &said), HOST_MAC, &answer),
                         DHCP_FINE);
        ck_assert_uint_eq(answer.lease.router, 0);
    }
}
END_TEST

/* RFC 2132 section 2: each option's size is what it must be, and inside the message. */
START_TEST(test_option_of_a_wrong_size_is_refused)
{
    static const uint8_t cases[][8] = {
        {1, 3, 255, 255, 255},
        {1, 5, 255, 255, 255, 0, 0},
        {1, 0},
        {3, 0},
        {3, 3, 10, 0, 0},
        {3, 5, 10, 0, 0, 1, 1},
        {6, 2, 10, 0},
        {51, 2, 1, 1},
        {54, 1, 1},
        {58, 6, 0, 0, 0, 1, 0, 0},
        {59, 1, 1},
        {53, 0},
        {53, 2, 2, 2},
        {52, 0},
        {52, 2, 1, 1},
        {6, 0},
    };
    struct lan_dhcp client;
    struct dhcp_heard heard;
    struct bench *bench = selecting(&client, &heard);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dhcp_said said = dhcp_answer_to(&heard, DHCP_OFFER);
        said.options = cases[i];
        said.options_size = 2u + cases[i][1];
        dhcp_say(bench, &said);
        ck_assert_msg(client.counters.dhcp_drop_malformed == i + 1, "case %zu", i);
    }
    bench_free(bench);
}
END_TEST

START_TEST(test_message_cut_anywhere_is_refused_or_whole)
{
    const struct dhcp_heard heard = {.xid = 1};
    const struct dhcp_said said = dhcp_answer_to(&heard, DHCP_ACK);
    uint8_t message[600];
    size_t size = dhcp_message(message, &said);
    ck_assert_int_eq(read_exactly(message, size), DHCP_FINE);
    for (size_t cut = 0; cut < 240; cut++)
        ck_assert_int_eq(read_exactly(message, cut), DHCP_MALFORMED);
    for (size_t cut = 240; cut < size; cut++) /* without a server or a lease, or half an option */
        ck_assert(read_exactly(message, cut) != DHCP_FINE || cut > size - 7);
}
END_TEST

START_TEST(test_message_that_is_no_reply_over_ethernet_is_refused)
{
    static const struct {
        size_t at;
        uint8_t value;
    } cases[] = {{0, 1},   {0, 0},   {1, 6},   {2, 16},  {236, 0},
                 {242, 1}, {242, 3}, {242, 8}, {240, 12}};
    const struct dhcp_heard heard = {.xid = 1};
    const struct dhcp_said said = dhcp_answer_to(&heard, DHCP_ACK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t message[600];
        size_t size = dhcp_message(message, &said);
        message[cases[i].at] = cases[i].value;
        ck_assert_int_eq(read_exactly(message, size), DHCP_MALFORMED);
    }
}
END_TEST

/* RFC 2132 section 9.3: options go on in the file's field, then in the server name's. */
START_TEST(test_overloaded_fields_hold_options)
{
    static const uint8_t overload[] = {52, 1, 3};
    const struct dhcp_heard heard = {.xid = 1};
    struct dhcp_said said = dhcp_answer_to(&heard, DHCP_ACK);
    struct dhcp_answer answer;
    uint8_t message[600];
    said.options = overload;
    said.options_size = 3;
    said.mask = said.router = 0;
    size_t size = dhcp_message(message, &said);
    memcpy(message + 108, (const uint8_t[]){0, 1, 4, 255, 255, 0, 0, 255}, 8);
    memcpy(message + 44, (const uint8_t[]){3, 4, 10, 0, 9, 9, 255}, 7);
    ck_assert_int_eq(dhcp_read(message, size, HOST_MAC, &answer), DHCP_FINE);
    ck_assert_uint_eq(answer.lease.prefix, 16);
    ck_assert_uint_eq(answer.lease.router, LAN_IP4(10, 0, 9, 9));
    message[44 + 1] = 63; /* beyond the field, though not beyond the message */
    ck_assert_int_eq(read_exactly(message, size), DHCP_MALFORMED);
}
END_TEST

/* RFC 2131 section 4.1 has no mask as a must: then the class says (RFC 950). */
START_TEST(test_lease_without_a_mask_has_its_class)
{
    static const struct {
        lan_ip4 address;
        uint8_t prefix;
    } cases[] = {
        {LAN_IP4(10, 0, 0, 77), 8}, {LAN_IP4(172, 16, 0, 5), 16}, {LAN_IP4(192, 168, 0, 5), 24}};
    for (size_t i = 0; i < 3; i++) {
        const struct dhcp_heard heard = {.xid = 1};
        struct dhcp_said said = dhcp_answer_to(&heard, DHCP_ACK);
        struct dhcp_answer answer;
        uint8_t message[600];
        said.address = cases[i].address;
        said.mask = 0;
        ck_assert_int_eq(dhcp_read(message, dhcp_message(message, &said), HOST_MAC, &answer),
                         DHCP_FINE);
        ck_assert_uint_eq(answer.lease.prefix, cases[i].prefix);
    }
}
END_TEST

START_TEST(test_full_adapter_costs_a_try_and_is_counted)
{
    struct lan_dhcp client;
    struct bench *bench = dhcp_bench(&client, NULL);
    bench->adapter.room = 0;
    bench_pass_time(bench, 2 * SECOND_US);
    ck_assert_uint_eq(client.counters.dhcp_drop_no_room, 1);
    ck_assert_uint_eq(client.counters.dhcp_sent, 0);
    bench->adapter.room = FAKE_QUEUE;
    dhcp_expect(bench, DHCP_DISCOVER);
    bench_free(bench);
}
END_TEST

/* Any bytes at all: nothing breaks, and what is not taken is counted. */
START_TEST(test_damaged_messages_do_no_harm)
{
    uint64_t seed = test_seed(1);
    uint32_t random = (uint32_t)seed;
    struct lan_dhcp client;
    struct dhcp_heard heard;
    struct bench *bench = selecting(&client, &heard);
    for (unsigned i = 0; i < 20000; i++) {
        const struct dhcp_said said = dhcp_answer_to(&heard, (uint8_t)(DHCP_OFFER + i % 6));
        uint8_t message[600];
        size_t size = dhcp_message(message, &said);
        for (unsigned bytes = 0; bytes < 3; bytes++) {
            random = random * 1664525u + 1013904223u;
            message[236 + (random >> 8) % (size - 236)] = (uint8_t)random;
        }
        dhcp_say_bytes(bench, 67, message, size - (random >> 16) % 4);
        if (client.state != LAN_DHCP_SELECTING)
            heard.xid = client.xid;
        ck_assert_msg(client.counters.dhcp_received == i + 1, "LANTERN_SEED=%llu",
                      (unsigned long long)seed);
    }
    bench_free(bench);
}
END_TEST

TEST_MAIN("dhcp_hostile", test_message_from_another_port_is_dropped,
          test_answer_with_another_number_or_to_another_client_is_dropped,
          test_answer_that_does_not_belong_to_the_state_is_dropped,
          test_answer_of_a_server_that_was_not_chosen_is_dropped,
          test_acknowledged_address_that_was_not_asked_for_is_dropped,
          test_lease_no_host_can_have_is_dropped, test_router_that_cannot_be_reached_is_left_out,
          test_option_of_a_wrong_size_is_refused, test_message_cut_anywhere_is_refused_or_whole,
          test_message_that_is_no_reply_over_ethernet_is_refused,
          test_overloaded_fields_hold_options, test_lease_without_a_mask_has_its_class,
          test_full_adapter_costs_a_try_and_is_counted, test_damaged_messages_do_no_harm)
