/* TCP: options of any size and content. */
#include "tcp/tcp_options.c"

int main(void)
{
    static uint8_t bytes[1500];
    struct tcp_options options;
    tcp_parse_options(bytes, (size_t)Frama_C_interval(0, sizeof bytes), &options);
    return 0;
}
