/* IPv4: the header of any packet, and options of any size and content. */
#include "base/bytes.h"

#include "ip/ip_receive.c"

int main(void)
{
    static uint8_t bytes[1500];
    struct ether_frame frame = {.payload = bytes,
                                .payload_size = (size_t)Frama_C_interval(0, sizeof bytes)};
    static struct ip_packet packet;
    static struct ip ip;
    struct ip_report report;
    uint16_t fragment;
    uint32_t sum;
    if (ip_parse(&frame, &packet, &fragment, &sum))
        check_options(&ip, &packet, &report);
    return 0;
}
