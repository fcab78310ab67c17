/* See preload.h. getsockopt and setsockopt: what concerns the connection is the stack's,
 * what concerns the descriptor (buffers, timeouts) is the kernel's. */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/tcp.h>

#include "preload.h"

enum { LAN_CUBIC, LAN_NEW_RENO, PATH_MTU = 1500 };

enum kind {
    KIND_KERNEL, /* of the AF_UNIX socket */
    KIND_INT,    /* of the stack, with the same number */
    KIND_HINT,   /* may be set, and changes nothing */
    KIND_UNKNOWN,
    KIND_LINGER,
    KIND_CONGESTION,
    KIND_GROUP,
};

static enum kind kind_of_socket(int option)
{
    switch (option) {
    case SO_REUSEADDR:
    case SO_BROADCAST:
    case SO_KEEPALIVE:
        return KIND_INT;
    case SO_LINGER:
        return KIND_LINGER;
    case SO_REUSEPORT:
        return KIND_HINT;
    case SO_BINDTODEVICE:
        return KIND_UNKNOWN;
    default:
        return KIND_KERNEL;
    }
}

static enum kind kind_of_tcp(int option)
{
    switch (option) {
    case TCP_NODELAY:
    case TCP_MAXSEG:
    case TCP_KEEPIDLE:
    case TCP_KEEPINTVL:
    case TCP_KEEPCNT:
    case TCP_USER_TIMEOUT:
        return KIND_INT;
    case TCP_CONGESTION:
        return KIND_CONGESTION;
    case TCP_CORK:
    case TCP_QUICKACK:
        return KIND_HINT;
    default:
        return KIND_UNKNOWN;
    }
}

static enum kind kind_of_ip(int option)
{
    switch (option) {
    case IP_TOS:
    case IP_TTL:
    case IP_MULTICAST_TTL:
    case IP_MULTICAST_LOOP:
        return KIND_INT;
    case IP_ADD_MEMBERSHIP:
    case IP_DROP_MEMBERSHIP:
        return KIND_GROUP;
    case IP_RECVERR:
    case IP_MTU_DISCOVER:
    case IP_BIND_ADDRESS_NO_PORT:
    case IP_MULTICAST_IF: /* there is one interface */
        return KIND_HINT;
    default:
        return KIND_UNKNOWN;
    }
}

static enum kind kind_of(int level, int option)
{
    return level == SOL_SOCKET    ? kind_of_socket(option)
           : level == IPPROTO_TCP ? kind_of_tcp(option)
           : level == IPPROTO_IP  ? kind_of_ip(option)
                                  : KIND_UNKNOWN;
}

/* --- set ------------------------------------------------------------------------------------ */

static int set_int(const struct mine *mine, int level, int option, int value)
{
    struct exec_answer answer;
    struct exec_request request = {
        .question = EXEC_SET, .id = mine->id, .level = level, .option = option, .value = value};
    return preload_ask(&request, &answer);
}

static int set_group(const struct mine *mine, int option, const void *value, socklen_t size)
{
    struct exec_answer answer;
    struct ip_mreq group;
    if (size < sizeof group)
        return -EINVAL;
    memcpy(&group, value, sizeof group);
    struct exec_request request = {.question = option == IP_ADD_MEMBERSHIP ? EXEC_JOIN : EXEC_LEAVE,
                                   .id = mine->id,
                                   .ip = ntohl(group.imr_multiaddr.s_addr)};
    return preload_ask(&request, &answer);
}

static int set_linger(const struct mine *mine, const void *value, socklen_t size)
{
    struct linger linger;
    if (size < sizeof linger)
        return -EINVAL;
    memcpy(&linger, value, sizeof linger);
    return set_int(mine, SOL_SOCKET, SO_LINGER, linger.l_onoff ? linger.l_linger : -1);
}

static int set_congestion(const struct mine *mine, const char *name, socklen_t size)
{
    if (size >= 4 && strncmp(name, "reno", size) == 0)
        return set_int(mine, IPPROTO_TCP, TCP_CONGESTION, LAN_NEW_RENO);
    if (size >= 5 && strncmp(name, "cubic", size) == 0)
        return set_int(mine, IPPROTO_TCP, TCP_CONGESTION, LAN_CUBIC);
    return -ENOENT;
}

/* IP's options may be one byte, too. */
static int set_number(const struct mine *mine, int level, int option, const void *value,
                      socklen_t size)
{
    int number = 0;
    if (size >= sizeof number)
        memcpy(&number, value, sizeof number);
    else if (level == IPPROTO_IP && size >= 1)
        number = *(const unsigned char *)value;
    else
        return -EINVAL;
    return set_int(mine, level, option, number);
}

EXPORT int setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
    struct mine mine;
    enum kind kind = kind_of(level, option);
    if ((level == SOL_SOCKET && kind == KIND_KERNEL) || !preload_find(fd, &mine))
        return REAL(setsockopt)(fd, level, option, value, size);
    switch (kind) {
    case KIND_INT:
        return preload_result(set_number(&mine, level, option, value, size));
    case KIND_LINGER:
        return preload_result(set_linger(&mine, value, size));
    case KIND_CONGESTION:
        return preload_result(set_congestion(&mine, value, size));
    case KIND_GROUP:
        return preload_result(set_group(&mine, option, value, size));
    case KIND_HINT:
        return 0;
    default:
        return preload_result(-ENOPROTOOPT);
    }
}

/* --- get ------------------------------------------------------------------------------------ */

static int give(const void *from, size_t from_size, void *value, socklen_t *size)
{
    if (*size > from_size)
        *size = (socklen_t)from_size;
    memcpy(value, from, *size);
    return 0;
}

static int get_int(const struct mine *mine, int level, int option, int *number)
{
    struct exec_answer answer;
    struct exec_request request = {
        .question = EXEC_GET, .id = mine->id, .level = level, .option = option};
    int result = preload_ask(&request, &answer);
    *number = answer.value;
    return result;
}

static int get_linger(const struct mine *mine, void *value, socklen_t *size)
{
    int seconds;
    int result = get_int(mine, SOL_SOCKET, SO_LINGER, &seconds);
    struct linger linger = {seconds >= 0, seconds >= 0 ? seconds : 0};
    return result < 0 ? result : give(&linger, sizeof linger, value, size);
}

static int get_congestion(const struct mine *mine, void *value, socklen_t *size)
{
    int which;
    int result = get_int(mine, IPPROTO_TCP, TCP_CONGESTION, &which);
    const char *name = which == LAN_CUBIC ? "cubic" : "reno";
    return result < 0 ? result : give(name, strlen(name) + 1, value, size);
}

/* What programs look at to see how a connection does; the rest is 0. */
static int get_info(const struct mine *mine, void *value, socklen_t *size)
{
    struct tcp_info info = {.tcpi_state = mine->connected ? TCP_ESTABLISHED : TCP_CLOSE,
                            .tcpi_pmtu = PATH_MTU};
    struct exec_answer answer;
    int mss;
    if (get_int(mine, IPPROTO_TCP, TCP_MAXSEG, &mss) == 0 && mss > 0 &&
        preload_ask_of(mine, EXEC_INFO, &answer) == 0) {
        info.tcpi_snd_mss = info.tcpi_rcv_mss = (uint32_t)mss;
        info.tcpi_snd_cwnd = answer.window / (uint32_t)mss;
        info.tcpi_rtt = (uint32_t)answer.value;
    }
    return give(&info, sizeof info, value, size);
}

static int get_number(const struct mine *mine, int level, int option, void *value, socklen_t *size)
{
    int number = 0, result = 0;
    if (level == SOL_SOCKET && option == SO_ERROR)
        number = preload_take_error(mine);
    else if (level == SOL_SOCKET && option == SO_DOMAIN)
        number = AF_INET;
    else if (level == SOL_SOCKET && option == SO_PROTOCOL)
        number = preload_is_stream(mine) ? IPPROTO_TCP : IPPROTO_UDP;
    else if (level == IPPROTO_IP && option == IP_MTU)
        number = PATH_MTU;
    else
        result = get_int(mine, level, option, &number);
    return result < 0 ? result : give(&number, sizeof number, value, size);
}

EXPORT int getsockopt(int fd, int level, int option, void *__restrict value,
                      socklen_t *__restrict size)
{
    struct mine mine;
    enum kind kind = kind_of(level, option);
    bool number =
        level == SOL_SOCKET && (option == SO_ERROR || option == SO_DOMAIN || option == SO_PROTOCOL);
    if ((level == SOL_SOCKET && kind == KIND_KERNEL && !number) || !preload_find(fd, &mine))
        return REAL(getsockopt)(fd, level, option, value, size);
    if (kind == KIND_LINGER)
        return preload_result(get_linger(&mine, value, size));
    if (kind == KIND_CONGESTION)
        return preload_result(get_congestion(&mine, value, size));
    if (level == IPPROTO_TCP && option == TCP_INFO && preload_is_stream(&mine))
        return preload_result(get_info(&mine, value, size));
    if (kind == KIND_HINT)
        return preload_result(give(&(int){0}, sizeof(int), value, size));
    if (number || kind == KIND_INT || (level == IPPROTO_IP && option == IP_MTU))
        return preload_result(get_number(&mine, level, option, value, size));
    return preload_result(-ENOPROTOOPT);
}
