/* NAME:WRECK (Forescout and JSOF, 2021) and what of Ripple20 and AMNESIA:33 is DNS:
 * compressed names, sizes and counts that lie, answers nobody asked for. After each
 * the client still takes the right answer. */
#include "dns_answer.h"
#include "test.h"

static const uint8_t right[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 192, 0, 2, 7};
static const lan_ip4 right_address = LAN_IP4(192, 0, 2, 7);

struct client {
    struct rig rig;
    struct lan_dns_query query;
    lan_ip4 address;
};

static void ask(struct client *client)
{
    rig_begin(&client->rig);
    client->address = 0;
    ck_assert_int_eq(lan_dns_begin(&client->query, client->rig.host, "www.example.org", 0), 0);
    ck_assert_int_eq(lan_dns_step(&client->query, client->rig.now_us, &client->address),
                     -LAN_EAGAIN);
    rig_step(&client->rig);
}

static int step(struct client *client)
{
    return lan_dns_step(&client->query, client->rig.now_us, &client->address);
}

/* The bytes after the question make no address; a server that is broken in this way
 * is asked again, and then its right answer counts. */
static void assert_refused(const uint8_t *bytes, size_t size, int count)
{
    struct client client;
    ask(&client);
    dns_answer(&client.rig, &client.query, count, bytes, size);
    int result = step(&client);
    ck_assert_int_ne(result, 0);
    if (result == -LAN_EAGAIN) {
        rig_step(&client.rig);
        dns_answer(&client.rig, &client.query, 1, right, sizeof right);
        ck_assert_int_eq(step(&client), 0);
        ck_assert_uint_eq(client.address, right_address);
    }
    rig_end(&client.rig);
}

#define REFUSED(count, ...)                                                                        \
    assert_refused((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}), count)

/* The name after the question lies at 12 + 17 + 4 = 33. */
enum { AFTER = 33 };

START_TEST(test_name_wreck_right_answer_is_taken)
{
    struct client client;
    ask(&client);
    dns_answer(&client.rig, &client.query, 1, right, sizeof right);
    ck_assert_int_eq(step(&client), 0);
    ck_assert_uint_eq(client.address, right_address);
    rig_end(&client.rig);
}
END_TEST

/* RFC 9267 section 2: pointers to themselves, to each other, forward, beyond. */
START_TEST(test_name_wreck_pointer_that_does_not_lead_back_is_refused)
{
    for (unsigned to = AFTER; to < 0x4000; to += to < 80 ? 1 : 251)
        REFUSED(1, (uint8_t)(0xc0 | to >> 8), (uint8_t)to, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3,
                4);
    /* A label, then the pointer back to that label. */
    REFUSED(1, 1, 'a', 0xc0, AFTER, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3, 4);
    /* Two that point to each other, in a CNAME's data. */
    REFUSED(1, 0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 1, 0, 4, 0xc0, AFTER + 14, 0xc0, AFTER + 12);
}
END_TEST

/* RFC 9267 section 3: a name longer than 255 octets, from labels that are well formed
 * (CVE-2020-27009, CVE-2016-20009: the copy's size was the message's to choose). */
START_TEST(test_name_wreck_name_over_255_octets_is_refused)
{
    uint8_t bytes[400];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = i % 64 == 0 ? 63 : 'a';
    assert_refused(bytes, sizeof bytes, 1);
    for (unsigned size = 240; size < 260; size++) {
        bytes[192] = (uint8_t)(size - 193);
        bytes[size] = 0;
        memcpy(bytes + size + 1, right + 2, sizeof right - 2);
        assert_refused(bytes, size + sizeof right - 1, 1);
        bytes[192] = 63;
        memset(bytes + size, 'a', 40);
        for (unsigned i = size & ~63u; i < sizeof bytes; i += 64)
            bytes[i] = 63;
    }
}
END_TEST

/* CVE-2020-24338, -24339, -25110: a label that says more than the message has. */
START_TEST(test_amnesia33_label_beyond_the_message_is_refused)
{
    for (unsigned size = 1; size < 256; size++)
        REFUSED(1, (uint8_t)size, 'a');
    REFUSED(1, 0x40, 'a', 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3, 4); /* reserved kinds */
    REFUSED(1, 0x80, 'a', 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3, 4);
    REFUSED(1, 0xc0);
}
END_TEST

/* CVE-2020-24334, -24336, -25108: counts and data sizes are not believed. */
START_TEST(test_amnesia33_counts_and_sizes_that_lie_are_refused)
{
    REFUSED(0xffff, 3, 'c', 'o', 'm', 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3, 4);
    for (unsigned size = 0; size < 0x10000; size += size < 16 ? 1 : 4093)
        if (size != 4)
            REFUSED(1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, (uint8_t)(size >> 8), (uint8_t)size, 1, 2,
                    3, 4);
    for (unsigned cut = 1; cut < sizeof right; cut++)
        assert_refused(right, sizeof right - cut, 1);
}
END_TEST

/* Ripple20's CVE-2020-11901: a CNAME whose data size differs from its name's. */
START_TEST(test_ripple20_alias_without_end_is_refused)
{
    uint8_t bytes[14 * 40];
    for (unsigned i = 0; i < 40; i++) { /* the question's name is an alias of itself */
        static const uint8_t alias[] = {0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 1, 0, 2, 0xc0, 12};
        memcpy(bytes + sizeof alias * i, alias, sizeof alias);
    }
    assert_refused(bytes, sizeof bytes, 40);
    REFUSED(1, 0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 1, 0, 1, 0xc0, 12);
    REFUSED(2, 0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 1, 0, 0xff, 3, 'w', 'w', 'w', 0);
}
END_TEST

/* CVE-2020-17439, -24383: an answer to another question, or with another number. */
START_TEST(test_amnesia33_answer_to_another_question_is_waited_through)
{
    struct client client;
    ask(&client);
    struct lan_dns_query other = client.query;
    for (unsigned bit = 0; bit < 16; bit++) {
        other.id = (uint16_t)(client.query.id ^ 1u << bit);
        dns_answer(&client.rig, &other, 1, right, sizeof right);
        ck_assert_int_eq(step(&client), -LAN_EAGAIN);
    }
    other = client.query;
    other.name[1] = 'x';
    dns_answer(&client.rig, &other, 1, right, sizeof right);
    ck_assert_int_eq(step(&client), -LAN_EAGAIN);
    ck_assert_uint_eq(client.query.strange_answers, 17);
    dns_answer(&client.rig, &client.query, 1, right, sizeof right);
    ck_assert_int_eq(step(&client), 0);
    rig_end(&client.rig);
}
END_TEST

/* AMNESIA:33's CVE-2020-17470 and RFC 5452: number and port are not to be foretold. */
START_TEST(test_amnesia33_query_numbers_and_ports_are_random)
{
    enum { COUNT = 32 };
    uint16_t ids[COUNT], ports[COUNT];
    struct client client;
    unsigned steady = 0;
    rig_begin(&client.rig);
    for (unsigned i = 0; i < COUNT; i++) {
        struct lan_address here;
        ck_assert_int_eq(lan_dns_begin(&client.query, client.rig.host, "a", 0), 0);
        ck_assert_int_eq(step(&client), -LAN_EAGAIN);
        lan_getsockname(client.rig.host, client.query.fd, &here);
        ids[i] = client.query.id;
        ports[i] = here.port;
        lan_dns_cancel(&client.query);
        for (unsigned k = 1; k < i; k++) {
            steady += ids[i] - ids[i - 1] == ids[k] - ids[k - 1];
            steady += ports[i] - ports[i - 1] == ports[k] - ports[k - 1];
        }
    }
    ck_assert_uint_le(steady, 2); /* of 930 pairs, by chance */
    rig_end(&client.rig);
}
END_TEST

TEST_MAIN("attack_dns", test_name_wreck_right_answer_is_taken,
          test_name_wreck_pointer_that_does_not_lead_back_is_refused,
          test_name_wreck_name_over_255_octets_is_refused,
          test_amnesia33_label_beyond_the_message_is_refused,
          test_amnesia33_counts_and_sizes_that_lie_are_refused,
          test_ripple20_alias_without_end_is_refused,
          test_amnesia33_answer_to_another_question_is_waited_through,
          test_amnesia33_query_numbers_and_ports_are_random)
