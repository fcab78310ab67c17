/* DNS: a label is added to a name, each of any size; the name keeps room for its end. */
#include "dns/dns_message.c"

int main(void)
{
    static uint8_t label[UINT8_MAX];
    static struct dns_name name;
    Frama_C_make_unknown((char *)label, sizeof label);
    name.size = (uint8_t)Frama_C_interval(0, LAN_DNS_NAME_SIZE - 1);
    size_t size = (size_t)Frama_C_interval(0, sizeof label);
    //@ split size;
    if (add_label(&name, label + sizeof label - size, size))
        name.bytes[name.size++] = 0;
    return 0;
}
