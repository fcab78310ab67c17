/* ICMP errors about our segments (RFC 1122 section 4.2.3.9, RFC 5461, RFC 5927).
 *
 * Anyone can send one, so it must quote a number that is in flight. Only while a
 * connection opens does a hard error end it; later it is advice, told when the
 * connection gives up by itself. */
#include "tcp/tcb.h"

#include "base/bytes.h"

enum { ICMP_UNREACHABLE = 3, ICMP_TIME_EXCEEDED = 11, ICMP_PARAMETER = 12 };
enum { CODE_NETWORK = 0, CODE_PROTOCOL = 2, CODE_PORT = 3, CODE_TOO_BIG = 4, CODE_NO_NETWORK = 6 };

/* The LAN_E number that a user sees, 0 for what TCP takes no notice of. */
static int error_of(uint8_t type, uint8_t code)
{
    if (type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETER)
        return LAN_EHOSTUNREACH;
    if (type != ICMP_UNREACHABLE || code == CODE_TOO_BIG)
        return 0; /* source quench: RFC 6633 */
    if (code == CODE_PROTOCOL || code == CODE_PORT)
        return LAN_ECONNREFUSED;
    return code == CODE_NETWORK || code == CODE_NO_NETWORK ? LAN_ENETUNREACH : LAN_EHOSTUNREACH;
}

void tcp_receive_error(struct tcp *tcp, lan_ip4 source, lan_ip4 target, const uint8_t *quoted,
                       uint8_t type, uint8_t code, uint16_t mtu)
{
    struct tcb *tcb = tcp_find_connection(tcp, source, get16(quoted), target, get16(quoted + 2));
    uint32_t sequence = get32(quoted + 4);
    bool too_big = type == ICMP_UNREACHABLE && code == CODE_TOO_BIG;
    int error = error_of(type, code);
    if (!tcb || (!error && !too_big) || sequence_compare(sequence, tcb->send_unacked) < 0 ||
        sequence_compare(sequence, tcb->send_max) >= 0) {
        tcp->counters.tcp_drop_icmp++;
        return;
    }
    if (too_big)
        tcp_path_mtu_told(tcb, mtu);
    else if (error == LAN_ECONNREFUSED && tcb->state == TCP_SYN_SENT)
        tcp_end(tcb, error);
    else
        tcb->soft_error = (uint8_t)error;
}
