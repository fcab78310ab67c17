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

#endif
