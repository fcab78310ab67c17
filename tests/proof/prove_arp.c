/* ARP: whatever comes in a frame. */
#include "base/bytes.h"

#include "arp/arp.c"

int main(void)
{
    static uint8_t bytes[1500];
    struct ether_frame frame = {.payload = bytes,
                                .payload_size = (size_t)Frama_C_interval(0, sizeof bytes)};
    struct arp_packet packet;
    parse(&frame, &packet);
    return 0;
}
