/* An adapter in C behind driver/bus.h: what docs/registers.md says, no more.
 *
 * Above: the driver, and the tests, which play line and PHY. Every access is
 * checked: unknown registers, writes to what is read only, ring bytes that belong
 * to the other side, heads that are not a record's end, end the test. */
#ifndef TESTS_DRIVER_BUS_FAKE_H
#define TESTS_DRIVER_BUS_FAKE_H

#include <stdbool.h>

#include "bus.h"
#include "nic.h"
#include "test.h"

enum { FAKE_SENT_MAX = 256, FAKE_FRAME_MAX = 2046 };

/* A check in a hot place: libcheck's own write to a file at each. */
#define MUST(condition, ...)                                                                       \
    do {                                                                                           \
        if (!(condition))                                                                          \
            ck_abort_msg(__VA_ARGS__);                                                             \
    } while (0)

struct fake_frame {
    uint32_t size;
    uint8_t bytes[FAKE_FRAME_MAX];
};

struct lan_bus {
    /* As the test likes it, before the start. */
    unsigned tx_log2, rx_log2;
    uint32_t holds; /* NIC_CAPABILITY_..., beside the rings: all */
    bool mapped;    /* the rings lie in memory */
    bool absent;    /* reads give all ones, writes go nowhere */
    bool ignores_reset;
    bool lies; /* ring bytes and positions are not checked: they are wrong on purpose */

    /* Called before each access, with its number; words count each. */
    void (*before)(struct lan_bus *bus, uint64_t access);
    /* May change what an access reads. */
    uint32_t (*read_hook)(struct lan_bus *bus, uint64_t access, uint32_t address, uint32_t value);
    /* Sees what is written to Control. */
    void (*see_control)(struct lan_bus *bus, uint32_t value);
    void *context;
    uint64_t accesses;
    uint32_t reads[NIC_TX_RING / 4], writes[NIC_TX_RING / 4]; /* of each register */
    uint32_t bulk_calls;

    /* Registers. */
    uint32_t id, control, cause, enable, coalesce;
    uint32_t table[26]; /* from pause_0 on to hash_7 */
    uint32_t tx_head, tx_tail, rx_head, rx_tail;
    uint32_t mdio, mdio_data; /* as last written; as read */
    bool mdio_busy, link;     /* link: at the last poll */
    uint64_t time_ns, sent_ns;
    uint32_t time_high_written, time_high_held, time_rate;
    uint32_t counters[NIC_COUNTER_COUNT];

    /* Received frames that raised no interrupt yet, and when they will. */
    unsigned untold;
    uint64_t now_ns, tell_ns;

    /* The PHY: its registers; the link bit of register 1 keeps a loss until read. */
    uint16_t phy[32];
    bool phy_lost_link;
    unsigned phy_address, phy_register;

    /* What went out, in order. */
    struct fake_frame sent[FAKE_SENT_MAX];
    unsigned sent_count;

    uint8_t *tx_window, *rx_window; /* the adapter's side, as long as the rdl's windows */
    const uint8_t *rx_window_read;  /* the driver's side: read only */
    uint8_t *tx_shadow;             /* the ring when it was handed over */
};

struct lan_bus *fake_new(unsigned tx_log2, unsigned rx_log2, bool mapped);
void fake_free(struct lan_bus *bus);
/* As after power-on. */
void fake_reset(struct lan_bus *bus);

/* The line brings a frame that passed the filter. Whether it is in the ring. */
bool fake_receive(struct lan_bus *bus, const uint8_t *frame, uint32_t size);
/* The same with these bits in its header word: errors. */
bool fake_receive_marked(struct lan_bus *bus, const uint8_t *frame, uint32_t size, uint32_t marks);
/* Goes on to when frames that wait for others to be told of are told of; whether any
 * do. */
bool fake_wait(struct lan_bus *bus);
/* The oldest frame of the transmit ring leaves; false: none may. */
bool fake_send(struct lan_bus *bus);
/* A management transfer under way ends. */
void fake_finish_mdio(struct lan_bus *bus);
/* The adapter reads the PHY's register 1 by itself, if told to. */
void fake_poll(struct lan_bus *bus);
/* An octet of one of the unicast addresses, and of the pause frame. */
uint8_t fake_address(const struct lan_bus *bus, unsigned index, unsigned octet);
uint8_t fake_pause(const struct lan_bus *bus, unsigned octet);
uint64_t fake_hash(const struct lan_bus *bus);
/* The PHY's link goes or comes. */
void fake_link(struct lan_bus *bus, bool up);
bool fake_irq(const struct lan_bus *bus);
/* Reads and writes of one register so far. */
uint32_t fake_reads(const struct lan_bus *bus, uint32_t address);
uint32_t fake_writes(const struct lan_bus *bus, uint32_t address);

/* Index of a counter in `counters`. */
enum fake_counter {
#define NAME(name, address) FAKE_##name,
    NIC_COUNTERS(NAME)
#undef NAME
};

/* --- What every test does ---------------------------------------------------- */

extern const uint8_t test_mac[LAN_MAC_SIZE];
struct lan_nic_config test_config(void);

/* A started driver on a fake adapter. */
struct bench {
    struct lan_bus *bus;
    struct lan_nic nic;
};
void bench_open(struct bench *bench, unsigned tx_log2, unsigned rx_log2, bool mapped);
void bench_close(struct bench *bench);

/* The same bytes for the same seed, others for another. */
void fill_frame(uint8_t *frame, uint32_t size, uint32_t seed);
void expect_frame(const uint8_t *frame, size_t size, uint32_t expected_size, uint32_t seed);

/* Every counter, those of the driver too; what is not named must be 0:
 *   EXPECT_COUNTERS(&nic, .tx_frames = 1, .tx_octets = 64); */
struct expected_counters {
#define NAME(name, address) uint64_t name;
    NIC_COUNTERS(NAME)
#undef NAME
#define NAME(name) uint64_t name;
    DRIVER_COUNTERS(NAME)
#undef NAME
};
void expect_counters(struct lan_nic *nic, const struct expected_counters *expected);
#define EXPECT_COUNTERS(nic, ...)                                                                  \
    expect_counters(nic, &(const struct expected_counters){__VA_ARGS__})

#endif
