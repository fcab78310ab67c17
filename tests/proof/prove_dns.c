/* DNS: any message as the answer to a question with any name. */
#include "base/bytes.h"
#include "dns/dns_message.h"

/* What prove_dns_label.c has proved: a name of at most 254 octets stays one. */
bool add_label_as_proved(struct dns_name *name, const uint8_t *label, size_t size)
{
    //@ assert size == 0 || \valid_read(label + (0 .. size - 1));
    //@ assert size <= 255 && name->size <= 254;
    name->size = (uint8_t)Frama_C_interval(name->size, LAN_DNS_NAME_SIZE - 1);
    return Frama_C_interval(0, 1);
}

#include "dns/dns_message.c"

int main(void)
{
    static uint8_t message[1500];
    static struct dns_name name;
    lan_ip4 address;
    uint32_t ttl_s;
    name.size = (uint8_t)Frama_C_interval(1, LAN_DNS_NAME_SIZE);
    Frama_C_make_unknown((char *)name.bytes, sizeof name.bytes);
    dns_read_answer(message, (size_t)Frama_C_interval(0, sizeof message),
                    (uint16_t)Frama_C_interval(0, 65535), &name, &address, &ttl_s);
    return 0;
}
