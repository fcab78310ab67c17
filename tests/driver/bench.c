/* What every test of the driver does: see bus_fake.h. */
#include <string.h>

#include "bus_fake.h"

const uint8_t test_mac[LAN_MAC_SIZE] = {0x02, 0x4C, 0x41, 0x4E, 0x10, 0x01};

struct lan_nic_config test_config(void)
{
    struct lan_nic_config config = {.fast = true, .full_duplex = true};
    memcpy(config.mac, test_mac, LAN_MAC_SIZE);
    return config;
}

void bench_open(struct bench *bench, unsigned tx_log2, unsigned rx_log2, bool mapped)
{
    bench->bus = fake_new(tx_log2, rx_log2, mapped);
    struct lan_nic_config config = test_config();
    ck_assert_int_eq(lan_nic_start(&bench->nic, bench->bus, &config, 0), LAN_NIC_OK);
}

void bench_close(struct bench *bench)
{
    fake_free(bench->bus);
}

void fill_frame(uint8_t *frame, uint32_t size, uint32_t seed)
{
    uint32_t state = seed * 2654435761u + 12345u;
    for (uint32_t i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        frame[i] = (uint8_t)(state >> 24);
    }
    frame[0] &= 0xFE;
}

void expect_frame(const uint8_t *frame, size_t size, uint32_t expected_size, uint32_t seed)
{
    uint8_t expected[FAKE_FRAME_MAX];
    MUST(size == expected_size, "a frame of %zu bytes, not %u", size, expected_size);
    fill_frame(expected, expected_size, seed);
    MUST(memcmp(frame, expected, size) == 0, "frame %u of %u bytes was changed", seed,
         expected_size);
}

void expect_counters(struct lan_nic *nic, const struct expected_counters *expected)
{
    uint64_t values[sizeof *expected / sizeof(uint64_t)];
    memcpy(values, expected, sizeof values);
    lan_nic_count(nic);
    uint64_t value;
    const char *name;
    unsigned index = 0;
    while ((name = lan_nic_counter(nic, index, &value))) {
        MUST(value == values[index], "%s is %llu, not %llu", name, (unsigned long long)value,
             (unsigned long long)values[index]);
        index++;
    }
    ck_assert_uint_eq(index, sizeof values / sizeof *values);
}
