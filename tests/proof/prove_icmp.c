/* ICMP: the packet that an error quotes. */
#include "base/bytes.h"

#include "icmp/icmp.c"

bool ip_is_own(const struct ip *ip, lan_ip4 address)
{
    (void)ip, (void)address;
    return Frama_C_interval(0, 1);
}

int main(void)
{
    static uint8_t bytes[1500];
    static struct ip ip;
    static struct icmp icmp = {.ip = &ip};
    struct icmp_error error = {.type = (uint8_t)Frama_C_interval(0, 255)};
    parse_error(&icmp, cursor_of(bytes, (size_t)Frama_C_interval(0, sizeof bytes)), &error);
    return 0;
}
