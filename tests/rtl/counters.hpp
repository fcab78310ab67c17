// The counters' places, in words, from the generated list (driver/nic_registers.h).
#ifndef TESTS_RTL_COUNTERS_HPP
#define TESTS_RTL_COUNTERS_HPP

#include "nic_registers.h"

namespace counter_address
{
enum : unsigned {
#define PLACE(name, address) name = address,
    NIC_COUNTERS(PLACE)
#undef PLACE
};
} // namespace counter_address

enum : unsigned {
    COUNTERS_BASE = counter_address::tx_frames,
    RX_DELIVERED = (counter_address::rx_delivered - COUNTERS_BASE) / 4,
    RX_FILTERED = (counter_address::rx_filtered - COUNTERS_BASE) / 4,
    RX_RING_FULL = (counter_address::rx_ring_full - COUNTERS_BASE) / 4,
    RX_PAUSE = (counter_address::rx_pause - COUNTERS_BASE) / 4,
    RX_FCS_ERRORS = (counter_address::rx_fcs_errors - COUNTERS_BASE) / 4,
    RX_ALIGNMENT_ERRORS = (counter_address::rx_alignment_errors - COUNTERS_BASE) / 4,
    RX_SYMBOL_ERRORS = (counter_address::rx_symbol_errors - COUNTERS_BASE) / 4,
    RX_UNDERSIZE = (counter_address::rx_undersize - COUNTERS_BASE) / 4,
    RX_FRAGMENTS = (counter_address::rx_fragments - COUNTERS_BASE) / 4,
    RX_OVERSIZE = (counter_address::rx_oversize - COUNTERS_BASE) / 4,
    RX_JABBER = (counter_address::rx_jabber - COUNTERS_BASE) / 4,
    RX_FALSE_CARRIER = (counter_address::rx_false_carrier - COUNTERS_BASE) / 4,
    RX_OCTETS = (counter_address::rx_octets - COUNTERS_BASE) / 4,
    RX_BROADCAST = (counter_address::rx_broadcast - COUNTERS_BASE) / 4,
    RX_MULTICAST = (counter_address::rx_multicast - COUNTERS_BASE) / 4,
    TX_FRAMES = (counter_address::tx_frames - COUNTERS_BASE) / 4,
    TX_OCTETS = (counter_address::tx_octets - COUNTERS_BASE) / 4,
    TX_REFUSED = (counter_address::tx_refused - COUNTERS_BASE) / 4,
};

#endif
