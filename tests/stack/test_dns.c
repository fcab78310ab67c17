/* DNS: messages alone, then the client against servers that the test plays. */
#include "dns/dns_message.h"

#include <string.h>

#include "base/bytes.h"
#include "bench.h"
#include "limits.h"
#include "pair.h"
#include "test.h"

enum { ID = 0x1234, SECOND_US = 1000000 };

#define SERVER_IP PEER_IP
#define ANSWER_IP LAN_IP4(93, 184, 216, 34)

/* --- answers, built by hand ------------------------------------------------------------- */

struct writer {
    uint8_t bytes[600];
    size_t size;
    unsigned records;
};

static void add(struct writer *writer, const void *bytes, size_t size)
{
    memcpy(writer->bytes + writer->size, bytes, size);
    writer->size += size;
}

static void add16(struct writer *writer, unsigned value)
{
    uint8_t bytes[2];
    put16(bytes, (uint16_t)value);
    add(writer, bytes, 2);
}

/* "3www7example3org" as it is on the wire, from dots. */
static void add_name(struct writer *writer, const char *text)
{
    while (*text) {
        size_t size = strcspn(text, ".");
        uint8_t head = (uint8_t)size;
        add(writer, &head, 1);
        add(writer, text, size);
        text += size + (text[size] == '.');
    }
    add(writer, "", 1);
}

static void begin(struct writer *writer, unsigned flags, const char *question)
{
    memset(writer, 0, sizeof *writer);
    add16(writer, ID);
    add16(writer, flags);
    add16(writer, 1);
    add(writer, "\0\0\0\0\0\0", 6);
    add_name(writer, question);
    add16(writer, 1);
    add16(writer, 1);
}

/* The owner is the question's name when `owner` is NULL. */
static void begin_record(struct writer *writer, const char *owner, unsigned type, unsigned size)
{
    put16(writer->bytes + 6, (uint16_t)++writer->records);
    if (owner)
        add_name(writer, owner);
    else
        add16(writer, 0xc00c);
    add16(writer, type);
    add16(writer, 1);
    add(writer, "\0\0\0\x3c", 4);
    add16(writer, size);
}

static void add_address(struct writer *writer, const char *owner, lan_ip4 address)
{
    uint8_t bytes[4];
    put32(bytes, address);
    begin_record(writer, owner, 1, 4);
    add(writer, bytes, 4);
}

static void add_alias(struct writer *writer, const char *owner, const char *target)
{
    begin_record(writer, owner, 5, (unsigned)strlen(target) + 2);
    add_name(writer, target);
}

static enum dns_answer read_with_ttl(const struct writer *writer, const char *name,
                                     lan_ip4 *address, uint32_t *ttl_s)
{
    struct dns_name wanted;
    ck_assert(dns_name_from_text(&wanted, name));
    /* Of just this size, so that a byte read too far is seen. */
    uint8_t *copy = malloc(writer->size ? writer->size : 1);
    memcpy(copy, writer->bytes, writer->size);
    enum dns_answer answer = dns_read_answer(copy, writer->size, ID, &wanted, address, ttl_s);
    free(copy);
    return answer;
}

static enum dns_answer read_for(const struct writer *writer, const char *name, lan_ip4 *address)
{
    uint32_t ttl_s;
    return read_with_ttl(writer, name, address, &ttl_s);
}

/* --- names --------------------------------------------------------------------------------- */

START_TEST(test_name_becomes_labels_in_lower_case)
{
    struct dns_name name;
    ck_assert(dns_name_from_text(&name, "WWW.Example.org"));
    ck_assert_uint_eq(name.size, 17);
    ck_assert_mem_eq(name.bytes, "\3www\7example\3org", 17);
    ck_assert(dns_name_from_text(&name, "localhost."));
    ck_assert_mem_eq(name.bytes, "\11localhost", 11);
}
END_TEST

START_TEST(test_text_that_is_no_name_is_refused)
{
    struct dns_name name;
    char label[65], text[300];
    memset(label, 'a', 64);
    label[64] = '\0';
    static const char *const wrong[] = {"", ".", ".org", "a..b", "a.."};
    for (size_t i = 0; i < 5; i++)
        ck_assert(!dns_name_from_text(&name, wrong[i]));
    ck_assert(!dns_name_from_text(&name, label));
    ck_assert(dns_name_from_text(&name, label + 1));
    /* 63.63.63.61 letters make 255 octets, one more is too many. */
    snprintf(text, sizeof text, "%s.%s.%s.%s", label + 1, label + 1, label + 1, label + 3);
    ck_assert(dns_name_from_text(&name, text));
    ck_assert_uint_eq(name.size, 255);
    snprintf(text, sizeof text, "%s.%s.%s.%s", label + 1, label + 1, label + 1, label + 2);
    ck_assert(!dns_name_from_text(&name, text));
}
END_TEST

START_TEST(test_text_of_an_address_is_one)
{
    lan_ip4 address;
    ck_assert(dns_address_from_text(&address, "10.0.2.15"));
    ck_assert_uint_eq(address, 0x0a00020f);
    ck_assert(dns_address_from_text(&address, "255.255.255.255"));
    ck_assert(dns_address_from_text(&address, "199.9.0.90"));
    ck_assert_uint_eq(address, LAN_IP4(199, 9, 0, 90));
    static const char *const wrong[] = {"",          "10",         "10.0.2",   "10.0.2.256",
                                        "1.2.3.4.5", "1.2.3.4 ",   "1..2.3",   "a.b.c.d",
                                        "1.2.3.4.",  "0001.2.3.4", "1.2.3.-4", "1.2.3.4000"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(!dns_address_from_text(&address, wrong[i]), "%s", wrong[i]);
}
END_TEST

START_TEST(test_question_is_as_rfc_1035_says)
{
    struct dns_name name;
    uint8_t memory[DNS_MESSAGE_SIZE_MAX];
    dns_name_from_text(&name, "a.org");
    ck_assert_uint_eq(dns_write_question(memory, ID, &name), 23);
    ck_assert_mem_eq(memory, "\x12\x34\1\0\0\1\0\0\0\0\0\0\1a\3org\0\0\1\0\1", 23);
}
END_TEST

/* --- answers ---------------------------------------------------------------------------------- */

START_TEST(test_answer_gives_the_address)
{
    struct writer writer;
    lan_ip4 address;
    begin(&writer, 0x8180, "www.example.org");
    add_address(&writer, NULL, ANSWER_IP);
    ck_assert_int_eq(read_for(&writer, "www.example.org", &address), DNS_ADDRESS);
    ck_assert_uint_eq(address, ANSWER_IP);
    ck_assert_int_eq(read_for(&writer, "WWW.EXAMPLE.ORG.", &address), DNS_ADDRESS);
}
END_TEST

START_TEST(test_chain_of_aliases_is_followed_in_any_order)
{
    struct writer writer;
    lan_ip4 address;
    begin(&writer, 0x8180, "a.org");
    add_address(&writer, "c.net", ANSWER_IP);
    add_alias(&writer, "b.org", "c.net");
    add_address(&writer, "other.net", 1);
    add_alias(&writer, NULL, "b.org");
    ck_assert_int_eq(read_for(&writer, "a.org", &address), DNS_ADDRESS);
    ck_assert_uint_eq(address, ANSWER_IP);
}
END_TEST

/* The shortest time of the chain, RFC 2181 section 8. */
START_TEST(test_answer_holds_as_long_as_the_shortest_record_on_the_way)
{
    static const struct {
        uint32_t alias, address, wanted;
    } cases[] = {{60, 60, 60}, {5, 60, 5},           {60, 5, 5},
                 {60, 0, 0},   {0x80000000u, 60, 0}, {900000, 800000, 86400}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct writer writer;
        lan_ip4 address;
        uint32_t ttl_s;
        begin(&writer, 0x8180, "a.org");
        add_address(&writer, "other.org", 1); /* another's time is not asked for */
        put32(writer.bytes + writer.size - 10, 1);
        add_alias(&writer, NULL, "b.org");
        put32(writer.bytes + writer.size - 13, cases[i].alias);
        add_address(&writer, "b.org", ANSWER_IP);
        put32(writer.bytes + writer.size - 10, cases[i].address);
        ck_assert_int_eq(read_with_ttl(&writer, "a.org", &address, &ttl_s), DNS_ADDRESS);
        ck_assert_uint_eq(ttl_s, cases[i].wanted);
    }
}
END_TEST

/* RFC 2308 sections 3 and 5: the lesser of the SOA's own time and its last field. */
START_TEST(test_that_there_is_nothing_holds_as_the_zone_says_but_a_minute_at_most)
{
    static const struct {
        unsigned flags;
        uint32_t ttl, minimum, wanted;
    } cases[] = {{0x8183, 30, 20, 20},
                 {0x8183, 10, 20, 10},
                 {0x8180, 30, 20, 20},
                 {0x8183, 7200, 7200, 60},
                 {0x8183, 0, 30, 0}};
    struct writer writer;
    lan_ip4 address;
    uint32_t ttl_s;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(&writer, cases[i].flags, "a.org");
        begin_record(&writer, "org", 6, 22);
        put16(writer.bytes + 6, 0); /* no answer but an authority */
        put16(writer.bytes + 8, 1);
        put32(writer.bytes + writer.size - 6, cases[i].ttl);
        add(&writer, "\0\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4", 18);
        add16(&writer, 0);
        add16(&writer, cases[i].minimum);
        ck_assert_int_eq(read_with_ttl(&writer, "a.org", &address, &ttl_s), DNS_NO_ADDRESS);
        ck_assert_uint_eq(ttl_s, cases[i].wanted);
    }
    begin(&writer, 0x8183, "a.org"); /* without an SOA it is not to be kept */
    ck_assert_int_eq(read_with_ttl(&writer, "a.org", &address, &ttl_s), DNS_NO_ADDRESS);
    ck_assert_uint_eq(ttl_s, 0);
}
END_TEST

START_TEST(test_chain_of_aliases_that_goes_round_is_given_up)
{
    struct writer writer;
    lan_ip4 address;
    begin(&writer, 0x8180, "a.org");
    add_alias(&writer, NULL, "b.org");
    add_alias(&writer, "b.org", "a.org");
    ck_assert_int_eq(read_for(&writer, "a.org", &address), DNS_FAILED);
}
END_TEST

START_TEST(test_chain_without_an_address_has_none)
{
    struct writer writer;
    lan_ip4 address;
    begin(&writer, 0x8180, "a.org");
    add_alias(&writer, NULL, "b.org");
    ck_assert_int_eq(read_for(&writer, "a.org", &address), DNS_NO_ADDRESS);
    begin(&writer, 0x8180, "a.org");
    ck_assert_int_eq(read_for(&writer, "a.org", &address), DNS_NO_ADDRESS);
}
END_TEST

START_TEST(test_codes_of_the_server)
{
    struct writer writer;
    lan_ip4 address;
    begin(&writer, 0x8183, "a.org");
    ck_assert_int_eq(read_for(&writer, "a.org", &address), DNS_NO_ADDRESS);
    begin(&writer, 0x8182, "a.org");
    ck_assert_int_eq(read_for(&writer, "a.org", &address), DNS_FAILED);
    begin(&writer, 0x8185, "a.org");
    ck_assert_int_eq(read_for(&writer, "a.org", &address), DNS_FAILED);
}
END_TEST

START_TEST(test_answer_to_something_else_is_strange)
{
    struct writer writer;
    lan_ip4 address;
    /* Another number, a question, an opcode, no question, two of them. */
    static const struct {
        unsigned place, value;
    } wrong[] = {{0, 0x1235}, {2, 0x0100}, {2, 0xa180}, {4, 0}, {4, 2}, {20, 28}, {22, 3}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        begin(&writer, 0x8180, "ab.org");
        add_address(&writer, NULL, ANSWER_IP);
        put16(writer.bytes + wrong[i].place, (uint16_t)wrong[i].value);
        ck_assert_int_eq(read_for(&writer, "ab.org", &address), DNS_STRANGE);
    }
    begin(&writer, 0x8180, "ac.org");
    add_address(&writer, NULL, ANSWER_IP);
    ck_assert_int_eq(read_for(&writer, "ab.org", &address), DNS_STRANGE);
}
END_TEST

/* NAME:WRECK: pointers to themselves, to each other, forward, out of the message. */
START_TEST(test_pointers_that_do_not_lead_to_the_front_are_refused)
{
    struct writer writer;
    lan_ip4 address;
    static const unsigned targets[] = {0x17, 0x18, 0x40, 0x3fff};
    for (size_t i = 0; i < 4; i++) {
        begin(&writer, 0x8180, "a.org"); /* the record begins at 0x17 */
        add_address(&writer, NULL, ANSWER_IP);
        put16(writer.bytes + 0x17, (uint16_t)(0xc000 | targets[i]));
        ck_assert_int_eq(read_for(&writer, "a.org", &address), DNS_FAILED);
    }
    /* A label that leads back onto itself: each turn adds a letter. */
    begin(&writer, 0x8180, "a.org");
    put16(writer.bytes + 6, 1);
    add(&writer, "\1x\xc0\x17\0\1\0\1\0\0\0\0\0\4abcd", 18);
    ck_assert_int_eq(read_for(&writer, "a.org", &address), DNS_FAILED);
}
END_TEST

START_TEST(test_labels_of_reserved_kinds_and_long_names_are_refused)
{
    struct writer writer;
    lan_ip4 address;
    begin(&writer, 0x8180, "a.org");
    put16(writer.bytes + 6, 1);
    for (int i = 0; i < 5; i++) { /* 5 x 60 octets */
        add(&writer, "\73", 1);
        for (int j = 0; j < 59; j++)
            add(&writer, "x", 1);
    }
    add(&writer, "\0\0\1\0\1\0\0\0\0\0\4abcd", 15);
    ck_assert_int_eq(read_for(&writer, "a.org", &address), DNS_FAILED);
    begin(&writer, 0x8180, "a.org");
    put16(writer.bytes + 6, 1);
    add(&writer, "\x41x\0\0\1\0\1\0\0\0\0\0\4abcd", 17);
    ck_assert_int_eq(read_for(&writer, "a.org", &address), DNS_FAILED);
}
END_TEST

START_TEST(test_answer_cut_anywhere_gives_no_address)
{
    struct writer writer;
    lan_ip4 address;
    begin(&writer, 0x8180, "www.example.org");
    add_alias(&writer, NULL, "b.org");
    add_address(&writer, "b.org", ANSWER_IP);
    while (writer.size > 0) {
        writer.size--;
        enum dns_answer answer = read_for(&writer, "www.example.org", &address);
        ck_assert_int_eq(answer, writer.size < 33 ? DNS_STRANGE : DNS_FAILED);
    }
}
END_TEST

START_TEST(test_random_messages_are_survived)
{
    uint64_t random = test_seed(1);
    lan_ip4 address;
    for (int i = 0; i < 200000; i++) {
        struct writer writer;
        begin(&writer, 0x8180, "ab.org");
        add_alias(&writer, NULL, "b.org");
        add_address(&writer, "b.org", ANSWER_IP);
        for (int change = 0; change < 4; change++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            size_t place = 12 + (random >> 33) % (writer.size - 12);
            writer.bytes[place] = (uint8_t)((random >> 24) & 1 ? 0xc0 : random >> 56);
        }
        read_for(&writer, "ab.org", &address);
    }
}
END_TEST

/* --- the client ----------------------------------------------------------------------------------
 */

struct client {
    struct bench *bench;
    struct lan_dns_query query;
    uint16_t port; /* of the last question */
    lan_ip4 asked; /* whom it went to */
};

static void begin_query(struct client *client, unsigned servers)
{
    client->bench = bench_new();
    for (unsigned i = 0; i < servers; i++)
        ck_assert_int_eq(lan_host_add_dns_server(client->bench->host, SERVER_IP + i), 0);
    ck_assert_int_eq(lan_dns_begin(&client->query, client->bench->host, "ab.org", 0), 0);
}

static int step(struct client *client, lan_ip4 *address)
{
    bench_step(client->bench);
    return lan_dns_step(&client->query, client->bench->now_us, address);
}

/* Takes the question, answering ARP before it if it is asked. */
static void take_question(struct client *client)
{
    size_t size;
    const uint8_t *frame = bench_take(client->bench, &size);
    if (get16(frame + 12) == 0x0806) {
        uint8_t answer[64];
        bench_give(client->bench, answer,
                   frame_arp(answer, 2, PEER_MAC, get32(frame + 38), HOST_IP));
        frame = bench_take(client->bench, &size);
    }
    ck_assert_uint_eq(size, 42 + 24);
    client->asked = get32(frame + 30);
    client->port = get16(frame + 34);
    ck_assert_uint_eq(get16(frame + 36), 53);
    ck_assert_mem_eq(frame + 44, "\1\0\0\1\0\0\0\0\0\0\2ab\3org\0\0\1\0\1", 22);
    bench_expect_silence(client->bench);
}

static void answer_with(struct client *client, struct writer *writer, uint16_t id)
{
    uint8_t frame[1514], datagram[700];
    const struct frame_ip ip = {client->asked, HOST_IP, 17, NULL};
    put16(writer->bytes, id);
    put16(datagram, 53);
    put16(datagram + 2, client->port);
    put16(datagram + 4, (uint16_t)(8 + writer->size));
    put16(datagram + 6, 0);
    memcpy(datagram + 8, writer->bytes, writer->size);
    bench_give(client->bench, frame, frame_ip(frame, &ip, datagram, 8 + writer->size));
}

static void answer_address(struct client *client, uint16_t id)
{
    struct writer writer;
    begin(&writer, 0x8180, "ab.org");
    add_address(&writer, NULL, ANSWER_IP);
    answer_with(client, &writer, id);
}

static void expect_closed(struct client *client)
{
    struct lan_socket_info info;
    ck_assert(!lan_host_socket(client->bench->host, 0, &info));
    bench_free(client->bench);
}

START_TEST(test_query_is_answered)
{
    struct client client;
    lan_ip4 address;
    begin_query(&client, 1);
    ck_assert_int_eq(step(&client, &address), -LAN_EAGAIN);
    take_question(&client);
    ck_assert_int_eq(step(&client, &address), -LAN_EAGAIN);
    answer_address(&client, client.query.id);
    ck_assert_int_eq(step(&client, &address), 0);
    ck_assert_uint_eq(address, ANSWER_IP);
    expect_closed(&client);
}
END_TEST

START_TEST(test_query_without_an_answer_asks_again_ever_later_then_gives_up)
{
    struct client client;
    lan_ip4 address;
    begin_query(&client, 1);
    uint64_t start = client.bench->now_us;
    for (unsigned round = 0; round < DNS_ROUNDS; round++) {
        ck_assert_int_eq(step(&client, &address), -LAN_EAGAIN);
        take_question(&client);
        ck_assert_uint_eq(client.query.deadline_us - client.bench->now_us,
                          (uint64_t)(DNS_WAIT_MS * 1000) << round);
        bench_pass_time(client.bench, client.query.deadline_us - client.bench->now_us);
    }
    ck_assert_int_eq(step(&client, &address), -LAN_ETIMEDOUT);
    ck_assert_uint_eq(client.bench->now_us - start, 15 * SECOND_US);
    bench_expect_silence(client.bench);
    expect_closed(&client);
}
END_TEST

/* RFC 5452 section 9.2: each time another port and another number. */
START_TEST(test_every_question_has_a_port_and_a_number_of_its_own)
{
    struct client client;
    lan_ip4 address;
    begin_query(&client, 1);
    uint16_t ports[DNS_ROUNDS], ids[DNS_ROUNDS];
    for (unsigned i = 0; i < DNS_ROUNDS; i++) {
        step(&client, &address);
        take_question(&client);
        ports[i] = client.port;
        ids[i] = client.query.id;
        for (unsigned j = 0; j < i; j++)
            ck_assert(ports[i] != ports[j] && ids[i] != ids[j]);
        bench_pass_time(client.bench, client.query.deadline_us - client.bench->now_us);
    }
    lan_dns_cancel(&client.query);
    expect_closed(&client);
}
END_TEST

START_TEST(test_second_question_is_answered)
{
    struct client client;
    lan_ip4 address;
    begin_query(&client, 1);
    step(&client, &address);
    take_question(&client);
    bench_pass_time(client.bench, DNS_WAIT_MS * 1000);
    ck_assert_int_eq(step(&client, &address), -LAN_EAGAIN);
    take_question(&client);
    answer_address(&client, client.query.id);
    ck_assert_int_eq(step(&client, &address), 0);
    expect_closed(&client);
}
END_TEST

START_TEST(test_servers_are_asked_in_turn_each_from_its_own_port_with_its_own_number)
{
    struct client client;
    lan_ip4 address;
    begin_query(&client, 2);
    uint16_t ports[3], ids[3];
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_int_eq(step(&client, &address), -LAN_EAGAIN);
        take_question(&client);
        ck_assert_uint_eq(client.asked, SERVER_IP + i % 2);
        ports[i] = client.port;
        ids[i] = client.query.id;
        bench_pass_time(client.bench, client.query.deadline_us - client.bench->now_us);
    }
    ck_assert(ports[0] != ports[1] && ports[1] != ports[2]);
    ck_assert(ids[0] != ids[1] && ids[1] != ids[2]);
    lan_dns_cancel(&client.query);
    expect_closed(&client);
}
END_TEST

START_TEST(test_server_that_fails_hands_over_to_the_next_at_once)
{
    struct client client;
    lan_ip4 address;
    struct writer writer;
    begin_query(&client, 2);
    step(&client, &address);
    take_question(&client);
    begin(&writer, 0x8182, "ab.org");
    answer_with(&client, &writer, client.query.id);
    ck_assert_int_eq(step(&client, &address), -LAN_EAGAIN);
    take_question(&client);
    ck_assert_uint_eq(client.asked, SERVER_IP + 1);
    answer_address(&client, client.query.id);
    ck_assert_int_eq(step(&client, &address), 0);
    expect_closed(&client);
}
END_TEST

START_TEST(test_all_servers_failing_say_so)
{
    struct client client;
    lan_ip4 address;
    struct writer writer;
    begin_query(&client, 1);
    for (unsigned i = 0; i < DNS_ROUNDS; i++) {
        ck_assert_int_eq(step(&client, &address), -LAN_EAGAIN);
        take_question(&client);
        begin(&writer, 0x8185, "ab.org");
        answer_with(&client, &writer, client.query.id);
    }
    ck_assert_int_eq(step(&client, &address), -LAN_EIO);
    expect_closed(&client);
}
END_TEST

START_TEST(test_no_such_name_ends_the_query)
{
    struct client client;
    lan_ip4 address;
    struct writer writer;
    begin_query(&client, 2);
    step(&client, &address);
    take_question(&client);
    begin(&writer, 0x8183, "ab.org");
    answer_with(&client, &writer, client.query.id);
    ck_assert_int_eq(step(&client, &address), -LAN_ENOENT);
    expect_closed(&client);
}
END_TEST

START_TEST(test_strange_answers_are_counted_and_waited_through)
{
    struct client client;
    lan_ip4 address;
    begin_query(&client, 1);
    step(&client, &address);
    take_question(&client);
    answer_address(&client, (uint16_t)(client.query.id + 1));
    client.asked = SERVER_IP + 5; /* a stranger, who knows port and number */
    answer_address(&client, client.query.id);
    ck_assert_int_eq(step(&client, &address), -LAN_EAGAIN);
    ck_assert_uint_eq(client.query.strange_answers, 1); /* udp dropped the other */
    ck_assert_uint_eq(bench_counter(client.bench, "udp_drop_no_port"), 1);
    client.asked = SERVER_IP;
    answer_address(&client, client.query.id);
    ck_assert_int_eq(step(&client, &address), 0);
    expect_closed(&client);
}
END_TEST

START_TEST(test_server_named_by_the_caller_is_the_only_one)
{
    struct client client;
    lan_ip4 address;
    begin_query(&client, 2);
    ck_assert_int_eq(lan_dns_begin(&client.query, client.bench->host, "ab.org", SERVER_IP + 7), 0);
    for (unsigned i = 0; i < 2; i++) {
        step(&client, &address);
        take_question(&client);
        ck_assert_uint_eq(client.asked, SERVER_IP + 7);
        bench_pass_time(client.bench, client.query.deadline_us - client.bench->now_us);
    }
    lan_dns_cancel(&client.query);
    expect_closed(&client);
}
END_TEST

START_TEST(test_query_that_cannot_begin_says_why)
{
    struct bench *bench = bench_new();
    struct lan_dns_query query;
    lan_ip4 address = 0;
    ck_assert_int_eq(lan_dns_begin(&query, bench->host, "a..b", 0), -LAN_EINVAL);
    ck_assert_int_eq(lan_dns_begin(&query, bench->host, "a.b", 0), -LAN_ENETUNREACH);
    ck_assert_int_eq(lan_dns_begin(&query, bench->host, "10.1.2.3", 0), 0);
    ck_assert_int_eq(lan_dns_step(&query, 0, &address), 0);
    ck_assert_uint_eq(address, LAN_IP4(10, 1, 2, 3));
    for (unsigned i = 0; i < HOST_DNS_SERVERS; i++)
        ck_assert_int_eq(lan_host_add_dns_server(bench->host, SERVER_IP), 0);
    ck_assert_int_eq(lan_host_add_dns_server(bench->host, SERVER_IP), -LAN_ENOBUFS);
    ck_assert_int_eq(lan_host_add_dns_server(bench->host, 0), -LAN_EINVAL);

    while (lan_socket(bench->host, LAN_AF_INET, LAN_SOCK_DGRAM, 0) >= 0)
        ;
    ck_assert_int_eq(lan_dns_begin(&query, bench->host, "a.b", 0), 0);
    ck_assert_int_eq(lan_dns_step(&query, bench->now_us, &address), -LAN_EMFILE);
    ck_assert_int_eq(lan_resolve(bench->host, "a.b", &address), -LAN_EMFILE);
    ck_assert_int_eq(lan_close(bench->host, 0), 0);
    ck_assert_int_eq(lan_resolve(bench->host, "a.b", &address), -LAN_EAGAIN); /* cannot wait */
    bench_free(bench);
}
END_TEST

/* --- lan_resolve ---------------------------------------------------------------------------------
 */

static int server;
static unsigned questions;

/* Is silent to the first question. */
static void serve(struct pair *pair)
{
    struct writer writer;
    struct lan_address source;
    uint8_t memory[512];
    struct lan_host *host = pair_far(pair);
    while (lan_recvfrom(host, server, memory, sizeof memory, 0, &source) > 0) {
        if (++questions == 1)
            continue;
        begin(&writer, 0x8180, "ab.org");
        add_address(&writer, NULL, ANSWER_IP);
        memcpy(writer.bytes, memory, 2);
        lan_sendto(host, server, writer.bytes, writer.size, 0, &source);
    }
}

START_TEST(test_resolve_waits_and_asks_again)
{
    struct pair *pair = pair_new(1);
    const struct lan_address address = {0, DNS_PORT};
    lan_ip4 found = 0;
    questions = 0;
    server = lan_socket(pair_far(pair), LAN_AF_INET, LAN_SOCK_DGRAM, 0);
    ck_assert_int_eq(lan_bind(pair_far(pair), server, &address), 0);
    pair->sides[FAR].program = serve;
    lan_host_add_dns_server(pair_near(pair), NEAR_IP + 1);
    uint64_t before = pair->now_us;
    ck_assert_int_eq(lan_resolve(pair_near(pair), "ab.org", &found), 0);
    ck_assert_uint_eq(found, ANSWER_IP);
    ck_assert_uint_eq(questions, 2);
    ck_assert_uint_ge(pair->now_us - before, DNS_WAIT_MS * 1000);

    pair->interrupt_after = 1;
    ck_assert_int_eq(lan_resolve(pair_near(pair), "ab.org", &found), -LAN_EINTR);
    struct lan_socket_info info;
    ck_assert(!lan_host_socket(pair_near(pair), 0, &info));
    pair_free(pair);
}
END_TEST

START_TEST(test_resolve_at_a_closed_port_gives_up_at_once)
{
    struct pair *pair = pair_new(2);
    lan_ip4 found;
    lan_host_add_dns_server(pair_near(pair), NEAR_IP + 1);
    uint64_t before = pair->now_us;
    ck_assert_int_eq(lan_resolve(pair_near(pair), "ab.org", &found), -LAN_EIO);
    ck_assert_uint_lt(pair->now_us - before, SECOND_US);
    pair_free(pair);
}
END_TEST

TEST_MAIN("dns", test_name_becomes_labels_in_lower_case, test_text_that_is_no_name_is_refused,
          test_text_of_an_address_is_one, test_question_is_as_rfc_1035_says,
          test_answer_gives_the_address, test_chain_of_aliases_is_followed_in_any_order,
          test_chain_of_aliases_that_goes_round_is_given_up, test_chain_without_an_address_has_none,
          test_codes_of_the_server, test_answer_to_something_else_is_strange,
          test_pointers_that_do_not_lead_to_the_front_are_refused,
          test_labels_of_reserved_kinds_and_long_names_are_refused,
          test_answer_cut_anywhere_gives_no_address, test_random_messages_are_survived,
          test_query_is_answered, test_query_without_an_answer_asks_again_ever_later_then_gives_up,
          test_second_question_is_answered,
          test_servers_are_asked_in_turn_each_from_its_own_port_with_its_own_number,
          test_every_question_has_a_port_and_a_number_of_its_own,
          test_answer_holds_as_long_as_the_shortest_record_on_the_way,
          test_that_there_is_nothing_holds_as_the_zone_says_but_a_minute_at_most,
          test_server_that_fails_hands_over_to_the_next_at_once, test_all_servers_failing_say_so,
          test_no_such_name_ends_the_query, test_strange_answers_are_counted_and_waited_through,
          test_server_named_by_the_caller_is_the_only_one, test_query_that_cannot_begin_says_why,
          test_resolve_waits_and_asks_again, test_resolve_at_a_closed_port_gives_up_at_once)
