/* See bus_uart.h. A request that is not answered in time is sent again; after TRIES the
 * board is lost: reads give all ones, by which the driver knows. */
#define _GNU_SOURCE
#include "bus_uart.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <zlib.h>

enum {
    REQUEST = 0xA5,
    ANSWER = 0x5A,
    OP_WRITE = 0x80,
    OP_TURN = 0x40,
    HEAD = 4, /* of a request; an answer's is one less */
    CRC = 4,
    MESSAGE_MAX = HEAD + 4 * BUS_UART_WORDS + CRC,
    ANSWER_MS = 500,
    TRIES = 5,
};

static const struct {
    unsigned rate;
    speed_t speed;
} speeds[] = {{115200, B115200},   {230400, B230400},   {460800, B460800},  {921600, B921600},
              {1000000, B1000000}, {2000000, B2000000}, {3000000, B3000000}};

const char *bus_uart_open(struct lan_bus *bus, const char *path, unsigned rate)
{
    struct termios settings;
    speed_t speed = 0;
    *bus = (struct lan_bus){.fd = -1};
    for (unsigned i = 0; i < sizeof speeds / sizeof *speeds; i++)
        if (speeds[i].rate == rate)
            speed = speeds[i].speed;
    if (!speed)
        return "the rate is none of 115200, 230400, 460800, 921600, 1000000, 2000000, 3000000";
    bus->fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (bus->fd < 0)
        return strerror(errno);
    if (tcgetattr(bus->fd, &settings) < 0) {
        bus_uart_close(bus);
        return "it is no terminal device";
    }
    cfmakeraw(&settings);
    cfsetspeed(&settings, speed);
    tcsetattr(bus->fd, TCSANOW, &settings);
    tcflush(bus->fd, TCIOFLUSH);
    return NULL;
}

void bus_uart_close(struct lan_bus *bus)
{
    if (bus->fd >= 0)
        close(bus->fd);
    bus->fd = -1;
}

/* --- One request -------------------------------------------------------------------------- */

static void put_word(uint8_t *at, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(word >> 8 * i);
}

static uint32_t get_word(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t crc_of(const uint8_t *bytes, size_t size)
{
    return (uint32_t)crc32(0, bytes, (uInt)size);
}

static bool send_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t done = write(fd, bytes, size);
        if (done < 0 && errno != EINTR)
            return false;
        if (done > 0) {
            bytes += done;
            size -= (size_t)done;
        }
    }
    return true;
}

/* Reads until `answer` holds `size` bytes that begin as this answer does. What lies before
 * is the end of another, and is passed over. false: nothing more came in time. */
static bool hear(struct lan_bus *bus, uint8_t *answer, size_t size, uint8_t op)
{
    size_t have = 0;
    for (;;) {
        while (have > 0 && (answer[0] != ANSWER || (have > 1 && answer[1] != op)))
            memmove(answer, answer + 1, --have);
        if (have == size)
            return true;
        struct pollfd wait = {.fd = bus->fd, .events = POLLIN};
        if (poll(&wait, 1, ANSWER_MS) <= 0)
            return false;
        ssize_t got = read(bus->fd, answer + have, size - have);
        if (got <= 0)
            return false;
        have += (size_t)got;
    }
}

/* `words` of them to write from or read into. */
static bool ask(struct lan_bus *bus, uint32_t address, bool write, uint8_t *memory, size_t words)
{
    uint8_t request[MESSAGE_MAX], answer[MESSAGE_MAX];
    size_t bytes = 4 * words, sent = HEAD + (write ? bytes : 0);
    size_t heard = HEAD - 1 + (write ? 0 : bytes);
    uint8_t op = (uint8_t)((write ? OP_WRITE : 0) | (bus->turn ? OP_TURN : 0) | (words - 1));
    const uint8_t head[HEAD] = {REQUEST, op, (uint8_t)(address >> 2), (uint8_t)(address >> 10)};
    memcpy(request, head, HEAD);
    if (write)
        memcpy(request + HEAD, memory, bytes);
    put_word(request + sent, crc_of(request, sent));
    bus->turn ^= write;
    for (int i = 0; i < TRIES && !bus->lost; i++) {
        bus->requests++;
        bus->again += i > 0;
        if (!send_all(bus->fd, request, sent + CRC))
            break;
        if (!hear(bus, answer, heard + CRC, op))
            continue;
        if (get_word(answer + heard) != crc_of(answer, heard)) {
            bus->broken++;
            continue;
        }
        bus->irq = answer[2] & 1;
        if (!write)
            memcpy(memory, answer + HEAD - 1, bytes);
        return true;
    }
    bus->lost = true;
    if (!write)
        memset(memory, 0xFF, bytes);
    return false;
}

/* --- driver/bus.h -------------------------------------------------------------------------- */

uint32_t lan_bus_read(struct lan_bus *bus, uint32_t address)
{
    uint8_t bytes[4];
    ask(bus, address, false, bytes, 1);
    return get_word(bytes);
}

void lan_bus_write(struct lan_bus *bus, uint32_t address, uint32_t value)
{
    uint8_t bytes[4];
    put_word(bytes, value);
    ask(bus, address, true, bytes, 1);
}

void lan_bus_read_words(struct lan_bus *bus, uint32_t address, void *memory, size_t word_count)
{
    uint8_t *at = memory;
    while (word_count > 0) {
        size_t part = word_count < BUS_UART_WORDS ? word_count : BUS_UART_WORDS;
        ask(bus, address, false, at, part);
        at += 4 * part;
        address += (uint32_t)(4 * part);
        word_count -= part;
    }
}

void lan_bus_write_words(struct lan_bus *bus, uint32_t address, const void *memory,
                         size_t word_count)
{
    uint8_t part_of[4 * BUS_UART_WORDS];
    const uint8_t *at = memory;
    while (word_count > 0) {
        size_t part = word_count < BUS_UART_WORDS ? word_count : BUS_UART_WORDS;
        memcpy(part_of, at, 4 * part);
        ask(bus, address, true, part_of, part);
        at += 4 * part;
        address += (uint32_t)(4 * part);
        word_count -= part;
    }
}

void *lan_bus_map(struct lan_bus *bus, uint32_t address)
{
    (void)bus, (void)address;
    return NULL;
}
