/* See bus_fake.h. */
#define _GNU_SOURCE
#include "bus_fake.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const uint16_t counter_addresses[NIC_COUNTER_COUNT] = {
#define ROW(name, address) address,
    NIC_COUNTERS(ROW)
#undef ROW
};

static uint32_t tx_mask(const struct lan_bus *bus)
{
    return (1u << bus->tx_log2) - 1;
}

static uint32_t rx_mask(const struct lan_bus *bus)
{
    return (1u << bus->rx_log2) - 1;
}

/* How far `to` is behind `from` in a ring whose size is mask + 1. */
static uint32_t distance(uint32_t from, uint32_t to, uint32_t mask)
{
    return (to - from) & (2 * mask + 1);
}

/* --- Memory that repeats through its window ---------------------------------- */

static uint8_t *map_window(int file, size_t ring, size_t window, int protection)
{
    uint8_t *at = mmap(NULL, window, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(at, MAP_FAILED);
    size_t step = ring < window ? ring : window;
    for (size_t i = 0; i < window; i += step)
        ck_assert_ptr_ne(mmap(at + i, step, protection, MAP_SHARED | MAP_FIXED, file, 0),
                         MAP_FAILED);
    return at;
}

static int make_file(size_t size)
{
    int file = memfd_create("ring", 0);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(ftruncate(file, (off_t)size), 0);
    return file;
}

struct lan_bus *fake_new(unsigned tx_log2, unsigned rx_log2, bool mapped)
{
    struct lan_bus *bus = calloc(1, sizeof *bus);
    ck_assert_ptr_nonnull(bus);
    bus->tx_log2 = tx_log2;
    bus->rx_log2 = rx_log2;
    bus->mapped = mapped;
    bus->id = NIC_ID_VALUE_RESET;
    bus->holds = NIC_CAPABILITY_HALF_DUPLEX | NIC_CAPABILITY_PAUSE | NIC_CAPABILITY_CHECKSUM |
                 NIC_CAPABILITY_TIME_STAMPS | NIC_CAPABILITY_COALESCING | NIC_CAPABILITY_FILTER |
                 NIC_CAPABILITY_COUNTERS | NIC_CAPABILITY_MDIO;
    /* In memory a ring repeats by pages. */
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t tx_size = (size_t)1 << tx_log2, rx_size = (size_t)1 << rx_log2;
    ck_assert(!mapped || (tx_size >= page && rx_size >= page));
    int tx = make_file(NIC_TX_RING_WINDOW), rx = make_file(NIC_RX_RING_WINDOW);
    bus->tx_window = map_window(tx, mapped ? tx_size : NIC_TX_RING_WINDOW, NIC_TX_RING_WINDOW,
                                PROT_READ | PROT_WRITE);
    bus->rx_window = map_window(rx, mapped ? rx_size : NIC_RX_RING_WINDOW, NIC_RX_RING_WINDOW,
                                PROT_READ | PROT_WRITE);
    bus->rx_window_read =
        map_window(rx, mapped ? rx_size : NIC_RX_RING_WINDOW, NIC_RX_RING_WINDOW, PROT_READ);
    close(tx);
    close(rx);
    bus->tx_shadow = calloc(1, NIC_TX_RING_WINDOW);
    fake_reset(bus);
    return bus;
}

void fake_free(struct lan_bus *bus)
{
    munmap(bus->tx_window, NIC_TX_RING_WINDOW);
    munmap(bus->rx_window, NIC_RX_RING_WINDOW);
    munmap((void *)(uintptr_t)bus->rx_window_read, NIC_RX_RING_WINDOW);
    free(bus->tx_shadow);
    free(bus);
}

void fake_reset(struct lan_bus *bus)
{
    bus->control = NIC_CONTROL_FAST | NIC_CONTROL_FULL_DUPLEX | NIC_CONTROL_BROADCAST;
    bus->cause = bus->enable = bus->coalesce = 0;
    memset(bus->table, 0, sizeof bus->table);
    bus->untold = 0;
    bus->mdio = 0;
    bus->link = false;
    bus->time_ns = bus->sent_ns = 0;
    bus->time_rate = NIC_TIME_RATE_NS_RESET;
    bus->tx_head = bus->tx_tail = bus->rx_head = bus->rx_tail = 0;
    bus->mdio_data = 0;
    bus->mdio_busy = false;
    memset(bus->counters, 0, sizeof bus->counters);
}

/* --- Registers ------------------------------------------------------------------ */

static uint32_t read_register(struct lan_bus *bus, uint32_t address)
{
    switch (address) {
    case NIC_ID:
        return bus->id;
    case NIC_CAPABILITY:
        return 2u | bus->tx_log2 << NIC_CAPABILITY_TX_RING_LOG2_LSB |
               bus->rx_log2 << NIC_CAPABILITY_RX_RING_LOG2_LSB | bus->holds;
    case NIC_CONTROL:
        return bus->control | (bus->link ? NIC_CONTROL_LINK : 0);
    case NIC_INTERRUPT:
        return bus->cause | bus->enable << 16;
    case NIC_TX_POSITION:
        return bus->tx_tail << 16;
    case NIC_RX_POSITION:
        return bus->rx_head << 16;
    case NIC_MDIO:
        return bus->mdio_data | (bus->mdio_busy ? NIC_MDIO_START : 0);
    case NIC_TIME_LOW:
        bus->time_high_held = (uint32_t)(bus->time_ns >> 32);
        return (uint32_t)bus->time_ns;
    case NIC_TIME_HIGH:
        return bus->time_high_held;
    case NIC_TX_STAMP_LOW:
        return (uint32_t)bus->sent_ns;
    case NIC_TX_STAMP_HIGH:
        return (uint32_t)(bus->sent_ns >> 32);
    default:
        for (unsigned i = 0; i < NIC_COUNTER_COUNT; i++)
            if (counter_addresses[i] == address)
                return bus->counters[i];
    }
    ck_abort_msg("read of register 0x%04x, which the driver does not need", address);
}

static uint32_t rx_offset(const struct lan_bus *bus)
{
    return bus->control & NIC_CONTROL_STAMPS ? 14 : 6;
}

static void write_mdio(struct lan_bus *bus, uint32_t value)
{
    MUST(!bus->mdio_busy || bus->lies, "the management interface is busy");
    bus->mdio = value;
    bus->mdio_busy = value & NIC_MDIO_START;
    bus->phy_address = (value & NIC_MDIO_PHY) >> NIC_MDIO_PHY_LSB;
    bus->phy_register = (value & NIC_MDIO_REGISTER) >> NIC_MDIO_REGISTER_LSB;
}

/* The new head: whole records lie between it and the old one, in free space, and
 * nothing that was handed over has changed since. */
static void take_tx_head(struct lan_bus *bus, uint32_t head)
{
    uint32_t mask = tx_mask(bus);
    if (!bus->lies) {
        MUST(head % 4 == 0 && head <= 2 * mask + 1, "Transmit head 0x%08x", head);
        MUST(distance(bus->tx_tail, head, mask) <= mask + 1, "more frames than fit");
        for (uint32_t at = bus->tx_tail; at != bus->tx_head; at = (at + 1) & (2 * mask + 1))
            MUST(bus->tx_window[at & mask] == bus->tx_shadow[at & mask],
                 "byte 0x%04x of an unsent frame was overwritten", at);
        uint32_t at = bus->tx_head;
        while (at != head) {
            const uint8_t *record = bus->tx_window + (at & mask);
            uint32_t length = (uint32_t)(record[0] | (record[1] & 7) << 8);
            MUST(length >= 14 && length <= LAN_FRAME_SIZE_MAX && record[3] == 0,
                 "a header word of length %u", length);
            MUST((record[1] >> 3 == 0) == ((record[2] & 0x7F) == 0), "half a checksum");
            for (uint32_t i = 6 + length; i % 4 != 0; i++)
                MUST(record[i] == 0, "a record is filled up with 0x%02x", record[i]);
            uint32_t next = (at + ((6 + length + 3) & ~3u)) & (2 * mask + 1);
            MUST(distance(at, next, mask) <= distance(at, head, mask),
                 "Transmit head 0x%04x is no record's end", head);
            at = next;
        }
        memcpy(bus->tx_shadow, bus->tx_window, mask + 1);
    }
    bus->tx_head = head;
}

/* The new tail: a record's end, not past head. */
static void take_rx_tail(struct lan_bus *bus, uint32_t tail)
{
    uint32_t mask = rx_mask(bus);
    if (!bus->lies) {
        MUST(tail <= 2 * mask + 1, "Receive tail 0x%08x", tail);
        uint32_t at = bus->rx_tail;
        while (at != tail) {
            MUST(at != bus->rx_head, "Receive tail 0x%04x is no record's end", tail);
            const uint8_t *record = bus->rx_window + (at & mask);
            uint32_t length = (uint32_t)(record[0] | (record[1] & 7) << 8);
            at = (at + ((rx_offset(bus) + length + 3) & ~3u)) & (2 * mask + 1);
        }
    }
    bus->rx_tail = tail;
    if (tail == bus->rx_head)
        bus->untold = 0;
}

static void write_register(struct lan_bus *bus, uint32_t address, uint32_t value)
{
    switch (address) {
    case NIC_CONTROL:
        if (bus->see_control)
            bus->see_control(bus, value);
        if (value & NIC_CONTROL_RESET) {
            if (!bus->ignores_reset)
                fake_reset(bus);
        } else {
            bus->control = value & ~(NIC_CONTROL_PAUSE_SEND | NIC_CONTROL_PAUSE_END);
        }
        return;
    case NIC_INTERRUPT:
        bus->cause &= ~value;
        bus->enable = value >> 16;
        return;
    case NIC_COALESCE:
        bus->coalesce = value;
        return;
    case NIC_TX_POSITION:
        take_tx_head(bus, value);
        return;
    case NIC_RX_POSITION:
        take_rx_tail(bus, value);
        return;
    case NIC_MDIO:
        write_mdio(bus, value);
        return;
    case NIC_TIME_LOW:
        bus->time_ns = (uint64_t)bus->time_high_written << 32 | value;
        return;
    case NIC_TIME_HIGH:
        bus->time_high_written = value;
        return;
    case NIC_TIME_RATE:
        bus->time_rate = value;
        return;
    case NIC_TIME_STEP:
        bus->time_ns += (uint64_t)(int64_t)(int32_t)value;
        return;
    default:
        if (address >= NIC_PAUSE_0 && address <= NIC_HASH_7) {
            bus->table[(address - NIC_PAUSE_0) / 4] = value;
            return;
        }
        ck_abort_msg("write to register 0x%04x, which is read only or none", address);
    }
}

/* --- The bus ---------------------------------------------------------------------- */

static void begin_access(struct lan_bus *bus, uint32_t address)
{
    MUST(address % 4 == 0 && address < NIC_RX_RING + NIC_RX_RING_WINDOW, "access to address 0x%08x",
         address);
    uint64_t access = bus->accesses++;
    if (bus->before)
        bus->before(bus, access);
}

uint32_t lan_bus_read(struct lan_bus *bus, uint32_t address)
{
    begin_access(bus, address);
    uint32_t value = UINT32_MAX;
    if (bus->absent) {
    } else if (address >= NIC_RX_RING) {
        uint32_t mask = rx_mask(bus), offset = (address - NIC_RX_RING) & mask;
        uint32_t place = (offset - bus->rx_tail) & mask;
        MUST(bus->lies || place < distance(bus->rx_tail, bus->rx_head, mask),
             "read of 0x%04x, where no received frame lies", address);
        const uint8_t *word = bus->rx_window + offset;
        value = (uint32_t)word[0] | (uint32_t)word[1] << 8 | (uint32_t)word[2] << 16 |
                (uint32_t)word[3] << 24;
    } else {
        MUST(address < NIC_TX_RING, "read of the transmit ring");
        bus->reads[address / 4]++;
        value = read_register(bus, address);
    }
    return bus->read_hook ? bus->read_hook(bus, bus->accesses - 1, address, value) : value;
}

void lan_bus_write(struct lan_bus *bus, uint32_t address, uint32_t value)
{
    begin_access(bus, address);
    if (bus->absent)
        return;
    if (address < NIC_TX_RING) {
        bus->writes[address / 4]++;
        write_register(bus, address, value);
        return;
    }
    MUST(address < NIC_RX_RING, "write to the receive ring");
    uint32_t mask = tx_mask(bus), offset = (address - NIC_TX_RING) & mask;
    uint32_t place = (offset - bus->tx_head) & mask;
    MUST(bus->lies || place < mask + 1 - distance(bus->tx_tail, bus->tx_head, mask),
         "write to 0x%04x, where an unsent frame lies", address);
    for (unsigned i = 0; i < 4; i++)
        bus->tx_window[offset + i] = (uint8_t)(value >> 8 * i);
    if (!bus->mapped && offset < NIC_TX_RING_WINDOW - mask - 1) /* the repetition */
        memcpy(bus->tx_window + offset + mask + 1, bus->tx_window + offset, 4);
}

void lan_bus_read_words(struct lan_bus *bus, uint32_t address, void *memory, size_t word_count)
{
    uint8_t *bytes = memory;
    MUST((uintptr_t)memory % 4 == 0, "memory %p is not aligned", memory);
    bus->bulk_calls++;
    for (size_t i = 0; i < 4 * word_count; i++)
        bytes[i] = 0;
    for (size_t i = 0; i < word_count; i++) {
        uint32_t word = lan_bus_read(bus, address + 4 * (uint32_t)i);
        for (unsigned k = 0; k < 4; k++)
            bytes[4 * i + k] = (uint8_t)(word >> 8 * k);
    }
}

void lan_bus_write_words(struct lan_bus *bus, uint32_t address, const void *memory,
                         size_t word_count)
{
    const uint8_t *bytes = memory;
    MUST((uintptr_t)memory % 4 == 0, "memory %p is not aligned", memory);
    bus->bulk_calls++;
    for (size_t i = 0; i < word_count; i++)
        lan_bus_write(bus, address + 4 * (uint32_t)i,
                      (uint32_t)bytes[4 * i] | (uint32_t)bytes[4 * i + 1] << 8 |
                          (uint32_t)bytes[4 * i + 2] << 16 | (uint32_t)bytes[4 * i + 3] << 24);
}

void *lan_bus_map(struct lan_bus *bus, uint32_t address)
{
    if (!bus->mapped)
        return NULL;
    if (address >= NIC_RX_RING) /* a write there is a fault of memory */
        return (uint8_t *)(uintptr_t)bus->rx_window_read + (address - NIC_RX_RING);
    MUST(address >= NIC_TX_RING, "a map of registers");
    return bus->tx_window + (address - NIC_TX_RING);
}

/* --- Line and PHY ------------------------------------------------------------------ */

static void put_byte(struct lan_bus *bus, uint32_t position, uint8_t byte)
{
    bus->rx_window[position & rx_mask(bus)] = byte;
    if (!bus->mapped) /* the repetition */
        bus->rx_window[(position & rx_mask(bus)) + rx_mask(bus) + 1] = byte;
}

/* The sum of a frame's octets from the 15th on, the first of a pair in the low bits. */
static uint32_t sum_frame(const uint8_t *frame, uint32_t size)
{
    uint64_t sum = 0;
    for (uint32_t i = 14; i < size; i++)
        sum += (uint32_t)frame[i] << 8 * (i % 2);
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint32_t)sum;
}

static void tell_of_frame(struct lan_bus *bus)
{
    unsigned frames = bus->coalesce & 0xF, units = bus->coalesce >> 8 & 0x3F;
    if (bus->untold++ == 0)
        bus->tell_ns = bus->now_ns + 5120 * (uint64_t)units;
    if (units == 0 || bus->untold >= frames) {
        bus->cause |= NIC_INTERRUPT_RX_FRAME;
        bus->untold = 0;
    }
}

bool fake_wait(struct lan_bus *bus)
{
    if (bus->untold == 0)
        return false;
    bus->now_ns = bus->tell_ns;
    bus->cause |= NIC_INTERRUPT_RX_FRAME;
    bus->untold = 0;
    return true;
}

static void put_word(struct lan_bus *bus, uint32_t position, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        put_byte(bus, position + i, (uint8_t)(word >> 8 * i));
}

bool fake_receive_marked(struct lan_bus *bus, const uint8_t *frame, uint32_t size, uint32_t marks)
{
    uint32_t mask = rx_mask(bus), offset = rx_offset(bus), record = (offset + size + 3) & ~3u;
    if (bus->absent || !(bus->control & NIC_CONTROL_RX_ENABLE))
        return false;
    if (record > mask + 1 - distance(bus->rx_tail, bus->rx_head, mask)) {
        bus->counters[FAKE_rx_ring_full]++;
        bus->cause |= NIC_INTERRUPT_RX_FULL;
        return false;
    }
    for (uint32_t i = 0; i < record; i++)
        put_byte(bus, bus->rx_head + i, 0x5A);
    put_word(bus, bus->rx_head,
             size | (frame[0] & 1 ? NIC_RX_RECORD_MULTICAST : 0) | marks |
                 sum_frame(frame, size) << NIC_RX_RECORD_SUM_LSB);
    if (offset > 6) {
        put_word(bus, bus->rx_head + 4, (uint32_t)bus->time_ns);
        put_word(bus, bus->rx_head + 8, (uint32_t)(bus->time_ns >> 32));
    }
    for (uint32_t i = 0; i < size; i++)
        put_byte(bus, bus->rx_head + offset + i, frame[i]);
    bus->rx_head = (bus->rx_head + record) & (2 * mask + 1);
    if (!marks) {
        bus->counters[FAKE_rx_delivered]++;
        bus->counters[FAKE_rx_octets] += size + 4;
        bus->counters[FAKE_rx_multicast] += frame[0] & 1;
    }
    tell_of_frame(bus);
    return true;
}

bool fake_receive(struct lan_bus *bus, const uint8_t *frame, uint32_t size)
{
    return fake_receive_marked(bus, frame, size, 0);
}

/* Sums the record from word `from` on, and puts the checksum into half-word `at`. */
static void insert_checksum(uint8_t *record, uint32_t taken, unsigned from, unsigned at)
{
    uint32_t sum = 0;
    for (uint32_t i = 4 * from; i < taken; i++)
        sum += (uint32_t)record[i] << 8 * (i % 2);
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    sum = sum == 0xFFFF ? 0xFFFF : ~sum;
    record[2 * at] = (uint8_t)sum;
    record[2 * at + 1] = (uint8_t)(sum >> 8);
}

bool fake_send(struct lan_bus *bus)
{
    uint32_t mask = tx_mask(bus);
    if (bus->absent || !(bus->control & NIC_CONTROL_TX_ENABLE) || bus->tx_tail == bus->tx_head)
        return false;
    uint8_t *record = bus->tx_window + (bus->tx_tail & mask);
    uint32_t size = (uint32_t)(record[0] | (record[1] & 7) << 8);
    uint32_t taken = (6 + size + 3) & ~3u;
    if (size < 14 || size > 1518 || taken > distance(bus->tx_tail, bus->tx_head, mask)) {
        bus->tx_tail = bus->tx_head;
        bus->counters[FAKE_tx_refused]++;
        bus->cause |= NIC_INTERRUPT_TX_ERROR;
        return true;
    }
    struct fake_frame *sent = &bus->sent[bus->sent_count++ % FAKE_SENT_MAX];
    sent->size = size;
    if (record[1] >> 3)
        insert_checksum(record, taken, record[1] >> 3, record[2] & 0x7F);
    if (record[2] & 0x80) {
        bus->sent_ns = bus->time_ns;
        bus->cause |= NIC_INTERRUPT_TX_STAMP;
    }
    memcpy(sent->bytes, record + 6, size);
    bus->tx_tail = (bus->tx_tail + taken) & (2 * mask + 1);
    bus->counters[FAKE_tx_frames]++;
    bus->counters[FAKE_tx_octets] += (size < 60 ? 60 : size) + 4;
    bus->cause |= NIC_INTERRUPT_TX_FRAME;
    if (bus->tx_tail == bus->tx_head)
        bus->cause |= NIC_INTERRUPT_TX_EMPTY;
    return true;
}

/* What the PHY answers; a read of register 1 makes it forget a loss of the link. */
static uint16_t read_phy(struct lan_bus *bus, unsigned index)
{
    uint16_t value = bus->phy[index];
    if (index == 1 && bus->phy_lost_link) {
        value &= 0xFFFB;
        bus->phy_lost_link = false;
    }
    return value;
}

void fake_finish_mdio(struct lan_bus *bus)
{
    if (!bus->mdio_busy)
        return;
    if (bus->mdio & NIC_MDIO_WRITE)
        bus->phy[bus->phy_register] = (uint16_t)bus->mdio;
    else
        bus->mdio_data = read_phy(bus, bus->phy_register);
    bus->mdio_busy = false;
    bus->cause |= NIC_INTERRUPT_MDIO_DONE;
}

void fake_poll(struct lan_bus *bus)
{
    if (!(bus->mdio & NIC_MDIO_POLL))
        return;
    bool link = read_phy(bus, 1) & 4;
    if (link != bus->link)
        bus->cause |= NIC_INTERRUPT_LINK;
    bus->link = link;
}

uint8_t fake_address(const struct lan_bus *bus, unsigned index, unsigned octet)
{
    return (uint8_t)(bus->table[(NIC_FILTER_0 - NIC_PAUSE_0) / 4 + octet] >> 8 * index);
}

uint8_t fake_pause(const struct lan_bus *bus, unsigned octet)
{
    return (uint8_t)bus->table[octet];
}

uint64_t fake_hash(const struct lan_bus *bus)
{
    uint64_t bins = 0;
    for (unsigned row = 0; row < 8; row++)
        bins |= (uint64_t)bus->table[(NIC_HASH_0 - NIC_PAUSE_0) / 4 + row] << 8 * row;
    return bins;
}

void fake_link(struct lan_bus *bus, bool up)
{
    if (!up)
        bus->phy_lost_link = true;
    bus->phy[1] = (uint16_t)(up ? bus->phy[1] | 4 : bus->phy[1] & ~4);
}

bool fake_irq(const struct lan_bus *bus)
{
    return (bus->cause & bus->enable) != 0;
}

uint32_t fake_reads(const struct lan_bus *bus, uint32_t address)
{
    return bus->reads[address / 4];
}

uint32_t fake_writes(const struct lan_bus *bus, uint32_t address)
{
    return bus->writes[address / 4];
}
