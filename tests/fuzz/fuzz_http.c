/* HTTP over a real connection: the peer's bytes come in the pieces that the input
 * says, and it may close or break off at any point. */
#include "rig.h"
#include "script.h"
#include "targets.h"

#include "lan_http.h"

enum { CONNECTIONS = 2 };

static const struct lan_http_file page = {"text/plain", "hello, world", 12};

static long pull(void *context, uint64_t offset, void *memory, size_t size)
{
    (void)context;
    uint64_t left = 3000 - offset;
    if (size > left)
        size = (size_t)left;
    memset(memory, 'x', size);
    return (long)size;
}

static int stream(void *context, const struct lan_http_request *request,
                  struct lan_http_answer *answer)
{
    (void)context;
    *answer = (struct lan_http_answer){.type = "text/plain",
                                       .size = request->query[0] ? 3000 : LAN_HTTP_SIZE_UNKNOWN,
                                       .pull = pull};
    return 200;
}

/* The next bytes of the input as data of the peer, its window small or wide. */
static void send_piece(struct rig *rig, struct input *input)
{
    uint8_t data[256];
    uint8_t how = input_8(input);
    size_t size = input_bytes(input, data, how < 0xf0 ? how : 0);
    uint8_t flags = (uint8_t)(RIG_ACK | RIG_PSH | (how == 0xff ? RIG_FIN : 0));
    uint16_t window = how == 0xf1 ? 0 : how == 0xf2 ? 10 : 8192;
    rig_segment(
        rig, &(struct rig_segment){.flags = flags, .window = window, .data = data, .size = size});
    if (how == 0xf3)
        rig_pass(rig, (uint64_t)input_8(input) << 18);
}

void fuzz_http_server(const uint8_t *bytes, size_t size)
{
    static struct lan_http_connection connections[CONNECTIONS];
    static const struct lan_http_route routes[] = {
        {"/stream", stream, NULL},
        {"/file*", lan_http_handle_file, (void *)(uintptr_t)&page},
        {"/", lan_http_handle_file, (void *)(uintptr_t)&page},
    };
    struct lan_http_server server;
    struct rig rig;
    struct input input = {bytes, size};
    rig_begin(&rig);
    const struct lan_address any = {.port = 80};
    lan_http_server_open(&server, rig.host, &any, routes, 3, connections, CONNECTIONS);
    rig.peer.local_port = 80;
    rig_flags(&rig, RIG_SYN);
    rig_flags(&rig, RIG_ACK);
    for (;;) {
        for (unsigned i = 0; i < 50 && lan_http_server_step(&server, rig.now_us) <= rig.now_us; i++)
            rig_step(&rig);
        rig_step(&rig);
        if (input.left == 0)
            break;
        send_piece(&rig, &input);
    }
    lan_http_server_close(&server);
    rig_end(&rig);
}

static bool take(void *context, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    uint32_t *sum = context;
    for (size_t i = 0; i < size; i++)
        *sum += at[i];
    return *sum % 251 != 7;
}

void fuzz_http_client(const uint8_t *bytes, size_t size)
{
    struct lan_http_client client;
    struct rig rig;
    struct input input = {bytes, size};
    uint32_t sum = 0;
    rig_begin(&rig);
    rig.peer.port = 80;
    lan_http_client_open(&client, rig.host, "http://a.example/b?c", RIG_PEER_IP, take, &sum,
                         rig.now_us);
    rig_step(&rig);
    rig_flags(&rig, RIG_SYN | RIG_ACK);
    while (input.left > 0 && lan_http_client_step(&client, rig.now_us) == LAN_HTTP_RUNNING) {
        rig_step(&rig);
        send_piece(&rig, &input);
    }
    lan_http_client_close(&client);
    rig_end(&rig);
}
