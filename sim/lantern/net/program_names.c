/* A DNS server (RFC 1035) for the few names of a topology: A records, and "no such name"
 * for all others. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "program.h"
#include "services/datagram.h"

enum {
    DNS_PORT = 53,
    HEADER_SIZE = 12,
    QUESTION_REST = 4, /* type and class, behind the name */
    TYPE_A = 1,
    CLASS_IN = 1,
    TTL_S = 60,
    ANSWER_SIZE = 16,
    FLAGS_ANSWER = 0x84, /* an answer, with authority */
    NO_SUCH_NAME = 3,
};

struct naming {
    struct datagram_server server;
    const struct topology_program *wanted;
};

/* The name of the question as text; the octets that it takes, or 0: it is none. */
static size_t read_name(const uint8_t *bytes, size_t size, char text[TOPOLOGY_TEXT_SIZE])
{
    size_t at = 0, length = 0;
    while (at < size && bytes[at] != 0) {
        size_t label = bytes[at++];
        if (label > 63 || at + label >= size || length + label + 2 > TOPOLOGY_TEXT_SIZE)
            return 0;
        if (length > 0)
            text[length++] = '.';
        memcpy(text + length, bytes + at, label);
        length += label;
        at += label;
    }
    text[length] = '\0';
    return at < size ? at + 1 : 0;
}

static const struct topology_name *find(const struct naming *naming, const char *text)
{
    for (unsigned i = 0; i < naming->wanted->name_count; i++)
        if (strcasecmp(naming->wanted->names[i].name, text) == 0)
            return &naming->wanted->names[i];
    return NULL;
}

static void put_answer(uint8_t *at, lan_ip4 address)
{
    const uint8_t answer[ANSWER_SIZE] = {0xC0,
                                         HEADER_SIZE, /* the name: that of the question */
                                         0,
                                         TYPE_A,
                                         0,
                                         CLASS_IN,
                                         0,
                                         0,
                                         0,
                                         TTL_S,
                                         0,
                                         4,
                                         (uint8_t)(address >> 24),
                                         (uint8_t)(address >> 16),
                                         (uint8_t)(address >> 8),
                                         (uint8_t)address};
    memcpy(at, answer, sizeof answer);
}

static long answer(void *context, const struct lan_address *source, uint8_t *bytes, size_t size)
{
    struct naming *naming = context;
    char text[TOPOLOGY_TEXT_SIZE];
    (void)source;
    bool asks_one = size > HEADER_SIZE && !(bytes[2] & 0xF8) && bytes[4] == 0 && bytes[5] == 1;
    size_t name = asks_one ? read_name(bytes + HEADER_SIZE, size - HEADER_SIZE, text) : 0;
    size_t end = HEADER_SIZE + name + QUESTION_REST;
    if (name == 0 || end > size)
        return DATAGRAM_SILENCE;
    const struct topology_name *found = find(naming, text);
    const uint8_t *type = bytes + HEADER_SIZE + name;
    bool gives = found && type[0] == 0 && type[1] == TYPE_A && type[2] == 0 && type[3] == CLASS_IN;
    bytes[2] = (uint8_t)(FLAGS_ANSWER | (bytes[2] & 1)); /* recursion desired comes back */
    bytes[3] = found ? 0 : NO_SUCH_NAME;
    memset(bytes + 6, 0, 6);
    bytes[7] = gives;
    if (gives)
        put_answer(bytes + end, found->address);
    return (long)(end + (gives ? ANSWER_SIZE : 0));
}

int program_names_open(struct program *program, struct service *service)
{
    struct naming *naming = calloc(1, sizeof *naming);
    program->own = naming;
    if (!naming)
        return -LAN_ENOMEM;
    naming->wanted = program->wanted;
    naming->server.answer = answer;
    naming->server.context = naming;
    int result = datagram_server_open(&naming->server, program->host, DNS_PORT);
    *service = datagram_service(&naming->server);
    return result < 0 ? result : 1;
}
