/* What socket calls say in the cases that programs stumble over, one line each. Run on
 * the kernel's sockets and under `lantern exec` it prints the same (tests/net/test_exec.py,
 * which is the peer, too).
 *
 *   calls ADDRESS PORT CLOSED-PORT OWN-PORT [icmp]
 *
 * The peer at PORT takes one letter: e echoes, h counts until the end and tells, r resets
 * after a byte, d sends 5000 bytes before that, q is quiet, c asks to be connected to (at
 * OWN-PORT). Its datagrams are echoed; with `icmp' the network tells that nobody takes them. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000, BULK = 300000 };

static struct sockaddr_in peer, closed;
static uint16_t own_port;

/* --- saying ------------------------------------------------------------------------------------
 */

static void tell(const char *what, long result)
{
    printf("%s: %ld%s%s\n", what, result, result < 0 ? " " : "",
           result < 0 ? strerrorname_np(errno) : "");
}

static short poll_of(int fd, short events, int timeout_ms)
{
    struct pollfd one = {fd, events, 0};
    return poll(&one, 1, timeout_ms) > 0 ? one.revents : 0;
}

static void tell_poll(const char *what, int fd, short events)
{
    short got = poll_of(fd, events, 0);
    printf("%s:%s%s%s%s%s\n", what, got & POLLIN ? " in" : "", got & POLLOUT ? " out" : "",
           got & POLLERR ? " err" : "", got & POLLHUP ? " hup" : "",
           got & POLLRDHUP ? " rdhup" : "");
}

static int int_option(int fd, int level, int option)
{
    int value = -1;
    socklen_t size = sizeof value;
    return getsockopt(fd, level, option, &value, &size) < 0 ? -errno : value;
}

static const char *pending(int fd)
{
    int error = int_option(fd, SOL_SOCKET, SO_ERROR);
    return error ? strerrorname_np(error) : "none";
}

static int to(int fd, const struct sockaddr_in *address)
{
    return connect(fd, (const struct sockaddr *)address, sizeof *address);
}

static int stream(int flags)
{
    return socket(AF_INET, SOCK_STREAM | flags, 0);
}

/* A connection that has said what it wants of the peer. */
static int ask(char what)
{
    int fd = stream(0);
    if (to(fd, &peer) < 0 || write(fd, &what, 1) != 1)
        tell("ask", -1);
    return fd;
}

/* --- before there is a connection ----------------------------------------------------------------
 */

static void unconnected(void)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    char byte = 0;
    int fd = stream(SOCK_NONBLOCK);
    tell("getpeername unconnected", getpeername(fd, (struct sockaddr *)&address, &size));
    tell("getsockname unconnected", getsockname(fd, (struct sockaddr *)&address, &size));
    printf("name unbound: %d %s:%u\n", address.sin_family, inet_ntoa(address.sin_addr),
           ntohs(address.sin_port));
    tell("recv unconnected", recv(fd, &byte, 1, 0));
    tell("read unconnected", read(fd, &byte, 1));
    tell("send unconnected", send(fd, &byte, 1, MSG_NOSIGNAL));
    tell("shutdown unconnected", shutdown(fd, SHUT_WR));
    tell("accept unconnected", accept(fd, NULL, NULL));
    tell_poll("poll unconnected", fd, POLLIN | POLLOUT);
    printf("type %d domain %d protocol %d listens %d error %s\n",
           int_option(fd, SOL_SOCKET, SO_TYPE), int_option(fd, SOL_SOCKET, SO_DOMAIN),
           int_option(fd, SOL_SOCKET, SO_PROTOCOL), int_option(fd, SOL_SOCKET, SO_ACCEPTCONN),
           pending(fd));
    tell("connect with a short address", connect(fd, (struct sockaddr *)&peer, 4));
    close(fd);
    tell("a stream of UDP", socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
    tell("read closed", read(fd, &byte, 1));
}

static void options(void)
{
    int fd = stream(0);
    struct linger linger = {1, 5};
    socklen_t size = sizeof linger;
    const char *const names[] = {"nodelay", "keepalive", "reuseaddr", "ttl", "tos", "keepidle"};
    const int levels[] = {IPPROTO_TCP, SOL_SOCKET, SOL_SOCKET, IPPROTO_IP, IPPROTO_IP, IPPROTO_TCP};
    const int numbers[] = {TCP_NODELAY, SO_KEEPALIVE, SO_REUSEADDR, IP_TTL, IP_TOS, TCP_KEEPIDLE};
    const int values[] = {1, 1, 1, 33, 16, 60};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        int result = setsockopt(fd, levels[i], numbers[i], &values[i], sizeof(int));
        printf("%s: %d, then %d\n", names[i], result, int_option(fd, levels[i], numbers[i]));
    }
    tell("linger set", setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    linger.l_linger = 0;
    getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size);
    printf("linger: %d %d\n", linger.l_onoff, linger.l_linger);
    tell("option that nobody knows", setsockopt(fd, IPPROTO_TCP, 999, &(int){1}, sizeof(int)));
    tell("option cut short", setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, "", 1));
    close(fd);
}

/* --- connecting
 * ------------------------------------------------------------------------------------ */

static void refused(void)
{
    char byte;
    int fd = stream(0);
    tell("connect refused", to(fd, &closed));
    printf("error after it was told: %s\n", pending(fd));
    tell("connect again to one who listens", to(fd, &peer));
    close(fd);
    fd = stream(SOCK_NONBLOCK);
    tell("connect without waiting", to(fd, &closed));
    short got = poll_of(fd, POLLOUT, PATIENCE_MS);
    printf("refused in poll: out %d err %d hup %d\n", !!(got & POLLOUT), !!(got & POLLERR),
           !!(got & POLLHUP));
    printf("refused: %s, then %s\n", pending(fd), pending(fd));
    close(fd);
    fd = stream(SOCK_NONBLOCK);
    to(fd, &closed);
    poll_of(fd, POLLOUT, PATIENCE_MS);
    tell("recv of what was refused", recv(fd, &byte, 1, 0));
    close(fd);
    fd = stream(SOCK_NONBLOCK);
    to(fd, &closed);
    poll_of(fd, POLLOUT, PATIENCE_MS);
    tell("connect after what was refused", to(fd, &closed));
    close(fd);
}

static void connected(void)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET};
    int epoll = epoll_create1(0);
    int fd = stream(SOCK_NONBLOCK);
    tell("connect", to(fd, &peer));
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    tell("epoll", epoll_wait(epoll, &event, 1, PATIENCE_MS));
    printf("epoll: in %d out %d err %d; error %s\n", !!(event.events & EPOLLIN),
           !!(event.events & EPOLLOUT), !!(event.events & EPOLLERR), pending(fd));
    tell("connect when connected", to(fd, &peer));
    tell("connect once more", to(fd, &peer));
    tell("getpeername", getpeername(fd, (struct sockaddr *)&address, &size));
    printf("peer: %d %u, size %u\n", address.sin_family, address.sin_port == peer.sin_port, size);
    size = 4;
    tell("getpeername into little", getpeername(fd, (struct sockaddr *)&address, &size));
    printf("size %u\n", size);
    tell("listen when connected", listen(fd, 1));
    close(epoll);
    close(fd);
}

/* --- bytes
 * -------------------------------------------------------------------------------------------- */

static void looking(void)
{
    char bytes[32] = "";
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int waiting = -1;
    int fd = ask('e');
    tell("recv of nothing", recv(fd, bytes, 1, MSG_DONTWAIT));
    struct timeval limit = {0, 50000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    tell("recv until a timeout", recv(fd, bytes, 1, 0));
    limit.tv_usec = 0;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    tell("send", send(fd, "0123456789", 10, 0));
    poll_of(fd, POLLIN, PATIENCE_MS);
    tell("peek", recv(fd, bytes, 4, MSG_PEEK));
    tell("peek all", recv(fd, bytes, 10, MSG_PEEK | MSG_WAITALL));
    ioctl(fd, FIONREAD, &waiting);
    printf("waiting: %d, %.10s\n", waiting, bytes);
    tell_poll("poll with data", fd, POLLIN | POLLOUT);
    tell("recvfrom of a stream", recvfrom(fd, bytes, 2, 0, (struct sockaddr *)&address, &size));
    printf("address size %u\n", size);
    struct iovec pieces[2] = {{bytes, 3}, {bytes + 16, 5}};
    tell("readv", readv(fd, pieces, 2));
    printf("%.3s %.5s\n", bytes, bytes + 16);
    struct iovec out[2] = {{(char[]){"ab"}, 2}, {(char[]){"cdef"}, 4}};
    struct msghdr message = {.msg_iov = out, .msg_iovlen = 2};
    tell("sendmsg", sendmsg(fd, &message, 0));
    tell("sendto of a stream", sendto(fd, "gh", 2, 0, (struct sockaddr *)&closed, sizeof closed));
    message = (struct msghdr){.msg_iov = pieces, .msg_iovlen = 2};
    tell("recvmsg", recvmsg(fd, &message, MSG_WAITALL));
    printf("%.3s %.5s flags %d\n", bytes, bytes + 16, message.msg_flags);
    close(fd);
}

static void in_bulk(void)
{
    static unsigned char out[BULK], in[BULK];
    size_t sent = 0, received = 0;
    int fd = ask('e');
    fcntl(fd, F_SETFL, O_NONBLOCK);
    for (size_t i = 0; i < BULK; i++)
        out[i] = (unsigned char)(i * 7 + i / 251);
    while (received < BULK) {
        struct pollfd one = {fd, (short)(POLLIN | (sent < BULK ? POLLOUT : 0)), 0};
        if (poll(&one, 1, PATIENCE_MS) <= 0)
            break;
        if (one.revents & POLLOUT) {
            ssize_t put = write(fd, out + sent, BULK - sent);
            sent += put > 0 ? (size_t)put : 0;
        }
        if (one.revents & POLLIN) {
            ssize_t got = read(fd, in + received, BULK - received);
            if (got <= 0)
                break;
            received += (size_t)got;
        }
    }
    printf("bulk: %zu, %s\n", received, memcmp(in, out, BULK) == 0 ? "the same" : "different");
    close(fd);
}

static void half_closed(void)
{
    char bytes[32] = "";
    int fd = ask('h');
    tell("write", write(fd, "12345", 5));
    tell("shutdown", shutdown(fd, SHUT_WR));
    tell("send after shutdown", send(fd, "x", 1, MSG_NOSIGNAL));
    tell("answer", recv(fd, bytes, 1, MSG_WAITALL));
    printf("%s\n", bytes);
    poll_of(fd, POLLHUP, PATIENCE_MS); /* its end comes, too */
    tell_poll("poll at both ends", fd, POLLIN | POLLOUT | POLLRDHUP);
    tell("recv at the end", recv(fd, bytes, 1, 0));
    tell("recv there again", recv(fd, bytes, 1, 0));
    close(fd);
}

static void reset(void)
{
    char bytes[4];
    int fd = ask('r');
    poll_of(fd, POLLRDHUP, PATIENCE_MS);
    ssize_t got = recv(fd, bytes, sizeof bytes, 0);
    if (got > 0) /* what came before it may be lost or not */
        got = recv(fd, bytes, sizeof bytes, 0);
    tell("recv of a reset connection", got);
    tell("recv there again", recv(fd, bytes, 1, 0));
    tell("send there", send(fd, bytes, 1, MSG_NOSIGNAL));
    close(fd);
}

static void reset_behind_data(void)
{
    char bytes[6000];
    int fd = ask('d');
    for (int waiting = 0; waiting < 5000;) {
        poll_of(fd, POLLIN, PATIENCE_MS);
        ioctl(fd, FIONREAD, &waiting);
    }
    tell("send", send(fd, "x", 1, 0));
    poll_of(fd, POLLHUP, PATIENCE_MS);
    tell("recv of what came before the reset", recv(fd, bytes, sizeof bytes, MSG_WAITALL));
    tell("recv of the reset", recv(fd, bytes, 1, 0));
    close(fd);
}

static void signalled(int number)
{
    (void)number;
    printf("SIGPIPE\n");
}

static void pipe_signal(void)
{
    signal(SIGPIPE, signalled);
    int fd = ask('h');
    shutdown(fd, SHUT_WR);
    tell("write after shutdown", write(fd, "x", 1));
    tell("send after shutdown", send(fd, "x", 1, 0));
    close(fd);
}

static void many(void)
{
    int quiet = ask('q'), echo = ask('e');
    fd_set set;
    FD_ZERO(&set);
    FD_SET(quiet, &set);
    FD_SET(echo, &set);
    tell("send", send(echo, "x", 1, 0));
    struct timeval limit = {PATIENCE_MS / 1000, 0};
    tell("select", select((quiet > echo ? quiet : echo) + 1, &set, NULL, NULL, &limit));
    printf("quiet %d echo %d\n", FD_ISSET(quiet, &set), FD_ISSET(echo, &set));
    close(quiet);
    close(echo);
}

static void shared(void)
{
    char bytes[8] = "";
    int fd = ask('e'), other = dup(fd);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        _exit(write(fd, "child", 5) == 5 && close(fd) == 0 ? 0 : 1);
    int status = -1;
    waitpid(child, &status, 0);
    close(fd);
    tell("read of what the child wrote", recv(other, bytes, 5, MSG_WAITALL));
    printf("%s, status %d\n", bytes, status);
    close(other);
}

/* --- listening
 * ----------------------------------------------------------------------------------------- */

static void listening(void)
{
    struct sockaddr_in address = {AF_INET, htons(own_port), {0}, {0}};
    socklen_t size = sizeof address;
    char byte = 0;
    int fd = stream(SOCK_NONBLOCK), other = stream(0);
    tell("reuse", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)));
    tell("bind", bind(fd, (struct sockaddr *)&address, sizeof address));
    tell("bind again", bind(fd, (struct sockaddr *)&address, sizeof address));
    tell("listen", listen(fd, 5));
    tell("bind to a port that is taken", bind(other, (struct sockaddr *)&address, sizeof address));
    tell("accept of nobody", accept4(fd, NULL, NULL, 0));
    tell_poll("poll of nobody", fd, POLLIN | POLLOUT);
    tell("getsockname", getsockname(fd, (struct sockaddr *)&address, &size));
    printf("port %d, listens %d\n", ntohs(address.sin_port) == own_port,
           int_option(fd, SOL_SOCKET, SO_ACCEPTCONN));
    int asking = ask('c');
    tell("poll of somebody", poll_of(fd, POLLIN, PATIENCE_MS));
    size = sizeof address;
    int got = accept4(fd, (struct sockaddr *)&address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    printf("accept4: %d, family %d, size %u, port %d\n", got >= 0, address.sin_family, size,
           address.sin_port != 0);
    printf("not blocking %d, closed in exec %d\n", !!(fcntl(got, F_GETFL) & O_NONBLOCK),
           !!(fcntl(got, F_GETFD) & FD_CLOEXEC));
    tell("connect of an accepted one", to(got, &peer));
    getsockname(got, (struct sockaddr *)&address, &size);
    printf("its port %d\n", ntohs(address.sin_port) == own_port);
    poll_of(got, POLLIN, PATIENCE_MS);
    tell("read", read(got, &byte, 1));
    printf("%c\n", byte);
    close(got);
    close(asking);
    close(fd);
    tell("bind when it is free",
         bind(other, (struct sockaddr *)&address, size) < 0
             ? setsockopt(other, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int))
             : 0);
    close(other);
}

/* --- datagrams
 * -------------------------------------------------------------------------------------------- */

static void datagrams(void)
{
    char bytes[64] = "";
    static char large[65508];
    struct sockaddr_in from = {0};
    socklen_t size = sizeof from;
    int waiting = -1, fd = socket(AF_INET, SOCK_DGRAM, 0);
    tell("send to nobody", send(fd, "x", 1, 0));
    tell("write to nobody", write(fd, "x", 1));
    tell("listen of datagrams", listen(fd, 1));
    tell("recvfrom of nothing", recvfrom(fd, bytes, 8, MSG_DONTWAIT, NULL, NULL));
    tell("sendto", sendto(fd, "datagram", 8, 0, (struct sockaddr *)&peer, sizeof peer));
    tell("too large", sendto(fd, large, sizeof large, 0, (struct sockaddr *)&peer, sizeof peer));
    poll_of(fd, POLLIN, PATIENCE_MS);
    ioctl(fd, FIONREAD, &waiting);
    tell("waiting", waiting);
    tell("recvfrom", recvfrom(fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &size));
    printf("%s from the peer %d, size %u\n", bytes,
           from.sin_family == AF_INET && from.sin_port == peer.sin_port &&
               from.sin_addr.s_addr == peer.sin_addr.s_addr,
           size);
    tell("connect", to(fd, &peer));
    tell("write", write(fd, "second", 6));
    poll_of(fd, POLLIN, PATIENCE_MS);
    tell("recv cut short", recv(fd, bytes, 3, MSG_TRUNC));
    tell("send nothing", send(fd, "", 0, 0));
    poll_of(fd, POLLIN, PATIENCE_MS);
    tell("recv of nothing", recv(fd, bytes, 3, 0));
    struct iovec piece = {bytes, sizeof bytes};
    struct msghdr message = {
        .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &piece, .msg_iovlen = 1};
    tell("send", send(fd, "third", 5, 0));
    tell("recvmsg", recvmsg(fd, &message, 0));
    printf("%.5s, name of %u, family %d\n", bytes, message.msg_namelen, from.sin_family);
    tell("connect to nobody", connect(fd, &(struct sockaddr){AF_UNSPEC, {0}}, sizeof from));
    tell("send to nobody", send(fd, "x", 1, 0));
    close(fd);
}

static void datagrams_to_nobody(void)
{
    char byte;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    tell("connect to who is not there", to(fd, &closed));
    tell("send there", send(fd, "x", 1, 0));
    poll_of(fd, POLLIN, PATIENCE_MS);
    tell("recv from there", recv(fd, &byte, 1, 0));
    tell("send there", send(fd, "x", 1, 0));
    poll_of(fd, POLLIN, PATIENCE_MS);
    printf("error %s, then %s\n", pending(fd), pending(fd));
    close(fd);
}

int main(int count, char **words)
{
    if (count < 5)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    peer = closed = (struct sockaddr_in){.sin_family = AF_INET};
    inet_aton(words[1], &peer.sin_addr);
    inet_aton(words[1], &closed.sin_addr);
    peer.sin_port = htons((uint16_t)atoi(words[2]));
    closed.sin_port = htons((uint16_t)atoi(words[3]));
    own_port = (uint16_t)atoi(words[4]);
    unconnected();
    options();
    refused();
    connected();
    looking();
    in_bulk();
    half_closed();
    reset();
    reset_behind_data();
    pipe_signal();
    many();
    shared();
    listening();
    datagrams();
    if (count > 5)
        datagrams_to_nobody();
    return 0;
}
