/* A program for POSIX sockets that talks to itself over 127.0.0.1, and writes down what
 * it saw. The same source is compiled against the system's headers
 * (test_socket_posix_system.c) and against lan_posix.h (test_socket_posix.c), which is
 * included before this; both must write SAMPLE_EXPECTED. */
#ifndef POSIX_SAMPLE_H
#define POSIX_SAMPLE_H

static const char SAMPLE_EXPECTED[] = "connected to itself: yes\n"
                                      "read 5 hello\n"
                                      "ready 1 read 1 write 0\n"
                                      "poll 1 in 1\n"
                                      "waitall 6 abcdef\n"
                                      "nonblocking again: yes\n"
                                      "end 0\n"
                                      "timeout 1 s 500000 us, linger 1 7, nodelay on\n"
                                      "type stream 1 datagram 1\n"
                                      "short value: EINVAL 1\n"
                                      "no such option: ENOPROTOOPT 1\n"
                                      "no such descriptor: EBADF 1\n"
                                      "datagram 4 ping from itself: yes\n"
                                      "peer ENOTCONN 1\n"
                                      "refused ECONNREFUSED 1\n"
                                      "connected again: yes\n"
                                      "broadcast EACCES 1\n"
                                      "congestion reno\n";

struct sample {
    char text[2048];
    int used;
};

#define SAY(sample, ...)                                                                           \
    ((sample)->used += snprintf((sample)->text + (sample)->used,                                   \
                                sizeof(sample)->text - (size_t)(sample)->used, __VA_ARGS__))

static struct sockaddr_in sample_loopback(uint16_t port)
{
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    return address;
}

/* Bound to a port of the system's choice; its whole name in `address`. */
static int sample_bound(int type, struct sockaddr_in *address)
{
    socklen_t size = sizeof *address;
    int fd = socket(AF_INET, type, 0);
    *address = sample_loopback(0);
    if (bind(fd, (struct sockaddr *)address, sizeof *address) < 0 ||
        getsockname(fd, (struct sockaddr *)address, &size) < 0)
        return -1;
    return fd;
}

static int sample_int(int fd, int level, int option)
{
    int value = -1;
    socklen_t size = sizeof value;
    return getsockopt(fd, level, option, &value, &size) < 0 ? -1 : value;
}

static void sample_data(struct sample *sample, int client, int server)
{
    char memory[16] = "";
    struct timeval second = {1, 0};
    struct pollfd entry = {.fd = server, .events = POLLIN};
    fd_set readable, writable;
    send(client, "hello", 5, MSG_NOSIGNAL);
    long got = (long)recv(server, memory, sizeof memory, 0);
    SAY(sample, "read %ld %s\n", got, memory);
    write(client, "abc", 3);
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    FD_SET(server, &readable);
    int ready = select(server + 1, &readable, &writable, NULL, &second);
    SAY(sample, "ready %d read %d write %d\n", ready, FD_ISSET(server, &readable) != 0,
        FD_ISSET(server, &writable) != 0);
    ready = poll(&entry, 1, 1000);
    SAY(sample, "poll %d in %d\n", ready, (entry.revents & POLLIN) != 0);
    write(client, "def", 3);
    memset(memory, 0, sizeof memory);
    got = (long)recv(server, memory, 6, MSG_WAITALL);
    SAY(sample, "waitall %ld %s\n", got, memory);
    fcntl(server, F_SETFL, O_NONBLOCK);
    got = (long)read(server, memory, 1);
    SAY(sample, "nonblocking again: %s\n", got < 0 && errno == EAGAIN ? "yes" : "no");
    fcntl(server, F_SETFL, 0);
    shutdown(client, SHUT_WR);
    SAY(sample, "end %ld\n", (long)read(server, memory, 1));
}

static void sample_options(struct sample *sample, int stream, int datagrams)
{
    struct timeval time = {1, 500000};
    struct linger linger = {1, 7};
    socklen_t size = sizeof time;
    int on = 1;
    setsockopt(stream, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    setsockopt(stream, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    setsockopt(stream, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    memset(&time, 0, sizeof time);
    memset(&linger, 0, sizeof linger);
    getsockopt(stream, SOL_SOCKET, SO_RCVTIMEO, &time, &size);
    size = sizeof linger;
    getsockopt(stream, SOL_SOCKET, SO_LINGER, &linger, &size);
    SAY(sample, "timeout %ld s %ld us, linger %d %d, nodelay %s\n", (long)time.tv_sec,
        (long)time.tv_usec, linger.l_onoff, linger.l_linger,
        sample_int(stream, IPPROTO_TCP, TCP_NODELAY) ? "on" : "off");
    SAY(sample, "type stream %d datagram %d\n",
        sample_int(stream, SOL_SOCKET, SO_TYPE) == SOCK_STREAM,
        sample_int(datagrams, SOL_SOCKET, SO_TYPE) == SOCK_DGRAM);
    int result = setsockopt(stream, SOL_SOCKET, SO_KEEPALIVE, &on, 1);
    SAY(sample, "short value: EINVAL %d\n", result < 0 && errno == EINVAL);
    result = setsockopt(stream, SOL_SOCKET, 9999, &on, sizeof on);
    SAY(sample, "no such option: ENOPROTOOPT %d\n", result < 0 && errno == ENOPROTOOPT);
    result = setsockopt(-1, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    SAY(sample, "no such descriptor: EBADF %d\n", result < 0 && errno == EBADF);
}

static void sample_datagrams(struct sample *sample, int fd, const struct sockaddr_in *own)
{
    struct sockaddr_in source = sample_loopback(0);
    socklen_t size = sizeof source;
    char memory[16] = "";
    sendto(fd, "ping", 4, 0, (const struct sockaddr *)own, sizeof *own);
    long got = (long)recvfrom(fd, memory, sizeof memory, 0, (struct sockaddr *)&source, &size);
    SAY(sample, "datagram %ld %s from itself: %s\n", got, memory,
        size == sizeof source && source.sin_port == own->sin_port &&
                source.sin_addr.s_addr == htonl(INADDR_LOOPBACK)
            ? "yes"
            : "no");
    connect(fd, (const struct sockaddr *)own, sizeof *own);
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    connect(fd, &nobody, sizeof nobody);
    int result = getpeername(fd, (struct sockaddr *)&source, &size);
    SAY(sample, "peer ENOTCONN %d\n", result < 0 && errno == ENOTCONN);
}

/* To a port where nobody listens, and then somebody does. */
static void sample_refused(struct sample *sample)
{
    struct sockaddr_in address;
    int server = sample_bound(SOCK_STREAM, &address), client = socket(AF_INET, SOCK_STREAM, 0);
    int result = connect(client, (struct sockaddr *)&address, sizeof address);
    SAY(sample, "refused ECONNREFUSED %d\n", result < 0 && errno == ECONNREFUSED);
    listen(server, 1);
    result = connect(client, (struct sockaddr *)&address, sizeof address);
    SAY(sample, "connected again: %s\n", result == 0 ? "yes" : "no");
    close(client);
    close(server);
}

static void sample_rest(struct sample *sample, int datagrams)
{
    struct sockaddr_in all = sample_loopback(9);
    char name[16] = "";
    socklen_t size = sizeof name;
    int stream = socket(AF_INET, SOCK_STREAM, 0);
    all.sin_addr.s_addr = htonl(INADDR_BROADCAST);
    long sent = (long)sendto(datagrams, "x", 1, 0, (struct sockaddr *)&all, sizeof all);
    SAY(sample, "broadcast EACCES %d\n", sent < 0 && errno == EACCES);
    setsockopt(stream, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
    getsockopt(stream, IPPROTO_TCP, TCP_CONGESTION, name, &size);
    SAY(sample, "congestion %s\n", name);
    close(stream);
}

static void sample_run(struct sample *sample)
{
    struct sockaddr_in address, own, peer;
    socklen_t size = sizeof peer;
    int listener = sample_bound(SOCK_STREAM, &address), client = socket(AF_INET, SOCK_STREAM, 0);
    int datagrams = sample_bound(SOCK_DGRAM, &own);
    sample->used = 0;
    listen(listener, 2);
    connect(client, (struct sockaddr *)&address, sizeof address);
    int server = accept(listener, (struct sockaddr *)&peer, &size);
    socklen_t same_size = sizeof address;
    getsockname(client, (struct sockaddr *)&address, &same_size);
    SAY(sample, "connected to itself: %s\n",
        server >= 0 && size == sizeof peer && peer.sin_port == address.sin_port &&
                ntohl(peer.sin_addr.s_addr) == INADDR_LOOPBACK
            ? "yes"
            : "no");
    sample_data(sample, client, server);
    sample_options(sample, client, datagrams);
    sample_datagrams(sample, datagrams, &own);
    sample_refused(sample);
    sample_rest(sample, datagrams);
    close(server);
    close(client);
    close(listener);
    close(datagrams);
}

#endif
