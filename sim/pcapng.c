/* See pcapng.h. Blocks are little-endian; each ends with its length again. */
#define _POSIX_C_SOURCE 200809L /* strnlen */
#include "pcapng.h"

#include "nic_model.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SECTION_HEADER = 0x0A0D0D0A,
    BYTE_ORDER = 0x1A2B3C4D,
    INTERFACE = 1,
    ENHANCED_PACKET = 6,

    OPT_END = 0,
    OPT_COMMENT = 1,
    SHB_USERAPPL = 4,
    IF_NAME = 2,
    IF_SPEED = 8,
    IF_TSRESOL = 9,
    IF_FCSLEN = 13,
    EPB_FLAGS = 2,

    LINKTYPE_ETHERNET = 1,
    NANOSECONDS = 9, /* 10^-9 */
    PS_PER_NS = 1000,

    FLAG_FCS_LENGTH = WIRE_FCS_SIZE << 5, /* of epb_flags */
    FLAG_CRC_BIT = 24,
    FLAG_UNALIGNED_BIT = 28,
    FLAG_SYMBOL_BIT = 31,

    COMMENT_MAX = 512,
    BLOCK_MAX = WIRE_FRAME_SIZE_MAX + COMMENT_MAX + 128,
};

struct pcapng {
    FILE *file;
    int error;
    unsigned interface_count;
    size_t size; /* of the block that is made */
    uint8_t block[BLOCK_MAX];
};

/* --- Blocks ------------------------------------------------------------------------------------
 */

static void put(struct pcapng *file, const void *bytes, size_t size)
{
    memcpy(file->block + file->size, bytes, size);
    file->size += size;
    while (file->size % 4 != 0)
        file->block[file->size++] = 0;
}

static void put32(struct pcapng *file, uint32_t value)
{
    const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                              (uint8_t)(value >> 24)};
    put(file, bytes, sizeof bytes);
}

static void put64(struct pcapng *file, uint64_t value)
{
    put32(file, (uint32_t)value);
    put32(file, (uint32_t)(value >> 32));
}

static void put_option(struct pcapng *file, unsigned code, const void *bytes, size_t size)
{
    put32(file, code | (uint32_t)size << 16);
    put(file, bytes, size);
}

static void begin_block(struct pcapng *file, uint32_t type)
{
    file->size = 0;
    put32(file, type);
    put32(file, 0); /* its length, known at its end */
}

static void end_block(struct pcapng *file)
{
    put32(file, OPT_END);
    uint32_t length = (uint32_t)file->size + 4;
    put32(file, length);
    for (unsigned i = 0; i < 4; i++)
        file->block[4 + i] = (uint8_t)(length >> 8 * i);
    errno = 0;
    if (file->error == 0 && fwrite(file->block, 1, file->size, file->file) != file->size)
        file->error = errno ? errno : EIO;
}

/* --- The file
 * -------------------------------------------------------------------------------------- */

struct pcapng *pcapng_open(const char *path, const char *application)
{
    struct pcapng *file = calloc(1, sizeof *file);
    if (!file)
        return NULL;
    file->file = fopen(path, "wb");
    if (!file->file) {
        int error = errno;
        free(file);
        errno = error;
        return NULL;
    }
    begin_block(file, SECTION_HEADER);
    put32(file, BYTE_ORDER);
    put32(file, 1);          /* version 1.0 */
    put64(file, UINT64_MAX); /* the section's length: not said */
    put_option(file, SHB_USERAPPL, application, strnlen(application, COMMENT_MAX));
    end_block(file);
    return file;
}

unsigned pcapng_add_interface(struct pcapng *file, const char *name, unsigned rate_mbps)
{
    const uint8_t resolution = NANOSECONDS, fcs_size = WIRE_FCS_SIZE;
    uint64_t speed = (uint64_t)rate_mbps * 1000000;
    uint8_t speed_bytes[8];
    for (unsigned i = 0; i < sizeof speed_bytes; i++)
        speed_bytes[i] = (uint8_t)(speed >> 8 * i);
    begin_block(file, INTERFACE);
    put32(file, LINKTYPE_ETHERNET);
    put32(file, 0); /* no limit of a packet's size */
    put_option(file, IF_NAME, name, strnlen(name, COMMENT_MAX));
    put_option(file, IF_SPEED, speed_bytes, sizeof speed_bytes);
    put_option(file, IF_TSRESOL, &resolution, 1);
    put_option(file, IF_FCSLEN, &fcs_size, 1);
    end_block(file);
    return file->interface_count++;
}

static uint32_t flags_of(enum pcapng_direction direction, const struct wire_frame *frame)
{
    return (uint32_t)direction | FLAG_FCS_LENGTH | (uint32_t)frame->fcs_wrong << FLAG_CRC_BIT |
           (uint32_t)frame->alignment_wrong << FLAG_UNALIGNED_BIT |
           (uint32_t)frame->symbol_wrong << FLAG_SYMBOL_BIT;
}

/* When the frame was on the wire, in cycles of the adapter's clock, what is wrong with
 * it, and what the caller adds: as tshark shows and filters it by frame.comment. */
static size_t write_comment(char text[COMMENT_MAX], const struct wire_frame *frame,
                            const char *more)
{
    int size = snprintf(
        text, COMMENT_MAX, "cycles %" PRIu64 " to %" PRIu64 "%s%s%s%s%s",
        frame->start_ps / NIC_CYCLE_PS, frame->end_ps / NIC_CYCLE_PS,
        frame->fcs_wrong ? "; FCS wrong" : "", frame->alignment_wrong ? "; not whole octets" : "",
        frame->symbol_wrong ? "; symbol wrong" : "", more ? "; " : "", more ? more : "");
    return size < COMMENT_MAX ? (size_t)size : COMMENT_MAX - 1;
}

void pcapng_write(struct pcapng *file, unsigned interface, enum pcapng_direction direction,
                  const struct wire_frame *frame, const char *comment)
{
    uint64_t time_ns = frame->end_ps / PS_PER_NS;
    uint32_t size = (uint32_t)frame->size;
    uint32_t flags = flags_of(direction, frame);
    const uint8_t flag_bytes[4] = {(uint8_t)flags, (uint8_t)(flags >> 8), (uint8_t)(flags >> 16),
                                   (uint8_t)(flags >> 24)};
    begin_block(file, ENHANCED_PACKET);
    put32(file, interface);
    put32(file, (uint32_t)(time_ns >> 32));
    put32(file, (uint32_t)time_ns);
    put32(file, size);
    put32(file, size);
    put(file, frame->bytes, frame->size);
    put_option(file, EPB_FLAGS, flag_bytes, sizeof flag_bytes);
    char text[COMMENT_MAX];
    put_option(file, OPT_COMMENT, text, write_comment(text, frame, comment));
    end_block(file);
}

void pcapng_flush(struct pcapng *file)
{
    errno = 0;
    if (fflush(file->file) != 0 && file->error == 0)
        file->error = errno ? errno : EIO;
}

int pcapng_error(const struct pcapng *file)
{
    return file->error;
}

int pcapng_close(struct pcapng *file)
{
    pcapng_flush(file);
    int error = file->error;
    if (fclose(file->file) != 0 && error == 0)
        error = errno ? errno : EIO;
    free(file);
    return error;
}
