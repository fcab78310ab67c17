/* The adapter's clock (capability.time_stamps): read, set and steered, and the times
 * of frames that were sent. Those of received frames come with them (nic_receive.c). */
#include "nic.h"

enum sent_time {
    NONE,
    ASKED,   /* of the next frame */
    AWAITED, /* that frame is handed over */
    THERE,
};

enum { BILLION = 1000000000, BILLIONTHS_MAX = BILLION / 10 };

static bool has_clock(const struct lan_nic *nic)
{
    return nic->state == NIC_RUNNING && nic_has(nic, NIC_CAPABILITY_TIME_STAMPS);
}

/* Reading the low word holds the high one still. */
static uint64_t read_time(const struct lan_nic *nic, uint32_t low_address, uint32_t high_address)
{
    uint32_t low = nic_read(nic, low_address);
    return (uint64_t)nic_read(nic, high_address) << 32 | low;
}

bool lan_nic_time(struct lan_nic *nic, uint64_t *ns)
{
    if (!has_clock(nic))
        return false;
    *ns = read_time(nic, NIC_TIME_LOW, NIC_TIME_HIGH);
    return true;
}

bool lan_nic_set_time(struct lan_nic *nic, uint64_t ns)
{
    if (!has_clock(nic))
        return false;
    nic_write(nic, NIC_TIME_HIGH, (uint32_t)(ns >> 32));
    nic_write(nic, NIC_TIME_LOW, (uint32_t)ns); /* this one sets both */
    return true;
}

bool lan_nic_step_time(struct lan_nic *nic, int32_t ns)
{
    if (!has_clock(nic))
        return false;
    nic_write(nic, NIC_TIME_STEP, (uint32_t)ns);
    return true;
}

bool lan_nic_set_time_rate(struct lan_nic *nic, int32_t billionths)
{
    if (!has_clock(nic) || billionths > BILLIONTHS_MAX || billionths < -BILLIONTHS_MAX)
        return false;
    int64_t normal = NIC_TIME_RATE_NS_RESET;
    nic_write(nic, NIC_TIME_RATE, (uint32_t)(normal + normal * billionths / BILLION));
    return true;
}

bool lan_nic_ask_sent_time(struct lan_nic *nic)
{
    if (!has_clock(nic))
        return false;
    nic->sent_time = ASKED;
    return true;
}

uint32_t nic_stamp_field(struct lan_nic *nic)
{
    if (nic->sent_time != ASKED)
        return 0;
    /* An older one is not wanted; after this only the new frame's can come. */
    nic_acknowledge(nic, NIC_INTERRUPT_TX_STAMP, nic->enabled | NIC_INTERRUPT_TX_STAMP);
    nic->sent_time = AWAITED;
    return NIC_TX_RECORD_STAMP;
}

void nic_take_sent_time(struct lan_nic *nic)
{
    if (nic->sent_time != AWAITED)
        return;
    nic->sent_time_ns = read_time(nic, NIC_TX_STAMP_LOW, NIC_TX_STAMP_HIGH);
    nic->sent_time = THERE;
}

bool lan_nic_sent_time(struct lan_nic *nic, uint64_t *ns)
{
    if (nic->sent_time != THERE)
        return false;
    *ns = nic->sent_time_ns;
    nic->sent_time = NONE;
    return true;
}
