/* TCP in each state, and a whole host with all at once: frames in any order, at
 * any time, and an application that calls anything. */
#include "script.h"
#include "targets.h"

#include "lan_dns.h"

void fuzz_tcp(const uint8_t *bytes, size_t size)
{
    struct script script;
    struct input input = {bytes, size};
    uint8_t first = input_8(&input);
    script_begin(&script, first % SCRIPT_STATES, first / SCRIPT_STATES % 8u);
    while (input.left > 0) {
        switch (input_8(&input) % 8) {
        case 0:
            script_time(&script, &input);
            break;
        case 1:
            script_call(&script, &input);
            break;
        case 2:
            script_icmp(&script, &input);
            break;
        default:
            script_segment(&script, &input);
        }
    }
    rig_end(&script.rig);
}

static void raw_frame(struct script *script, struct input *input)
{
    uint8_t frame[LAN_FRAME_SIZE_MAX];
    uint8_t how = input_8(input);
    size_t size = input_bytes(input, frame, input_16(input) % (LAN_FRAME_SIZE_MAX + 1u));
    if (size >= 34 && how & 1) {
        memcpy(frame, script->rig.adapter.mac, 6);
        if (how & 2)
            memcpy(frame + 12, "\x08\x00", 2);
        rig_seal(frame + 14, size - 14);
    }
    rig_receive(&script->rig, frame, size);
}

static void ask_name(struct script *script, struct lan_dns_query *query, bool *asking,
                     struct input *input)
{
    lan_ip4 address;
    if (!*asking) {
        char name[32] = "";
        input_bytes(input, (uint8_t *)name, input_8(input) % sizeof name);
        *asking = lan_dns_begin(query, script->rig.host, name, 0) == 0;
    } else if (lan_dns_step(query, script->rig.now_us, &address) != -LAN_EAGAIN) {
        *asking = false;
    }
    rig_step(&script->rig);
}

void fuzz_host(const uint8_t *bytes, size_t size)
{
    struct script script;
    struct lan_dns_query query;
    bool asking = false;
    struct input input = {bytes, size};
    script_begin(&script, SCRIPT_ESTABLISHED, 7);
    while (input.left > 0) {
        switch (input_8(&input) % 8) {
        case 0:
            script_time(&script, &input);
            break;
        case 1:
        case 2:
            script_call(&script, &input);
            break;
        case 3:
            script_icmp(&script, &input);
            break;
        case 4:
            raw_frame(&script, &input);
            break;
        case 5:
            ask_name(&script, &query, &asking, &input);
            break;
        default:
            script_segment(&script, &input);
        }
    }
    if (asking)
        lan_dns_cancel(&query);
    rig_end(&script.rig);
}
