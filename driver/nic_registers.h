/* Written by tools/registers from rtl/nic.rdl; change it there, then `make registers`. */
/* clang-format off */
#ifndef NIC_REGISTERS_H
#define NIC_REGISTERS_H

/* A register: its byte address. A field: its bits in place, and its lowest bit. */

#define NIC_ID 0x0000U /* Identity */
#define NIC_ID_VALUE_LSB 0U
#define NIC_ID_VALUE 0xFFFFFFFFU
#define NIC_ID_VALUE_RESET 0x4C414E31U

#define NIC_CAPABILITY 0x0004U /* Capabilities */
#define NIC_CAPABILITY_REVISION_LSB 0U
#define NIC_CAPABILITY_REVISION 0x000000FFU
#define NIC_CAPABILITY_TX_RING_LOG2_LSB 8U
#define NIC_CAPABILITY_TX_RING_LOG2 0x00000F00U
#define NIC_CAPABILITY_RX_RING_LOG2_LSB 12U
#define NIC_CAPABILITY_RX_RING_LOG2 0x0000F000U

#define NIC_CONTROL 0x0008U /* Control */
#define NIC_CONTROL_RESET_LSB 0U
#define NIC_CONTROL_RESET 0x00000001U
#define NIC_CONTROL_TX_ENABLE_LSB 1U
#define NIC_CONTROL_TX_ENABLE 0x00000002U
#define NIC_CONTROL_RX_ENABLE_LSB 2U
#define NIC_CONTROL_RX_ENABLE 0x00000004U
#define NIC_CONTROL_FAST_LSB 3U
#define NIC_CONTROL_FAST 0x00000008U
#define NIC_CONTROL_FULL_DUPLEX_LSB 4U
#define NIC_CONTROL_FULL_DUPLEX 0x00000010U
#define NIC_CONTROL_PROMISCUOUS_LSB 5U
#define NIC_CONTROL_PROMISCUOUS 0x00000020U
#define NIC_CONTROL_BROADCAST_LSB 6U
#define NIC_CONTROL_BROADCAST 0x00000040U

#define NIC_STATUS 0x000CU /* Status */
#define NIC_STATUS_TX_BUSY_LSB 0U
#define NIC_STATUS_TX_BUSY 0x00000001U
#define NIC_STATUS_RX_BUSY_LSB 1U
#define NIC_STATUS_RX_BUSY 0x00000002U

#define NIC_CAUSE 0x0010U /* Cause */
#define NIC_CAUSE_RX_FRAME_LSB 0U
#define NIC_CAUSE_RX_FRAME 0x00000001U
#define NIC_CAUSE_TX_EMPTY_LSB 1U
#define NIC_CAUSE_TX_EMPTY 0x00000002U
#define NIC_CAUSE_RX_FULL_LSB 2U
#define NIC_CAUSE_RX_FULL 0x00000004U
#define NIC_CAUSE_TX_ERROR_LSB 3U
#define NIC_CAUSE_TX_ERROR 0x00000008U
#define NIC_CAUSE_MDIO_DONE_LSB 4U
#define NIC_CAUSE_MDIO_DONE 0x00000010U
#define NIC_CAUSE_TX_FRAME_LSB 5U
#define NIC_CAUSE_TX_FRAME 0x00000020U

#define NIC_ENABLE 0x0014U /* Enable */
#define NIC_ENABLE_RX_FRAME_LSB 0U
#define NIC_ENABLE_RX_FRAME 0x00000001U
#define NIC_ENABLE_TX_EMPTY_LSB 1U
#define NIC_ENABLE_TX_EMPTY 0x00000002U
#define NIC_ENABLE_RX_FULL_LSB 2U
#define NIC_ENABLE_RX_FULL 0x00000004U
#define NIC_ENABLE_TX_ERROR_LSB 3U
#define NIC_ENABLE_TX_ERROR 0x00000008U
#define NIC_ENABLE_MDIO_DONE_LSB 4U
#define NIC_ENABLE_MDIO_DONE 0x00000010U
#define NIC_ENABLE_TX_FRAME_LSB 5U
#define NIC_ENABLE_TX_FRAME 0x00000020U

#define NIC_ADDRESS_LOW 0x0018U /* Own address, first four octets */
#define NIC_ADDRESS_LOW_VALUE_LSB 0U
#define NIC_ADDRESS_LOW_VALUE 0xFFFFFFFFU

#define NIC_ADDRESS_HIGH 0x001CU /* Own address, last two octets */
#define NIC_ADDRESS_HIGH_VALUE_LSB 0U
#define NIC_ADDRESS_HIGH_VALUE 0x0000FFFFU

#define NIC_HASH_LOW 0x0020U /* Multicast hash, bins 0 to 31 */
#define NIC_HASH_LOW_VALUE_LSB 0U
#define NIC_HASH_LOW_VALUE 0xFFFFFFFFU

#define NIC_HASH_HIGH 0x0024U /* Multicast hash, bins 32 to 63 */
#define NIC_HASH_HIGH_VALUE_LSB 0U
#define NIC_HASH_HIGH_VALUE 0xFFFFFFFFU

#define NIC_TX_HEAD 0x0028U /* Transmit head */
#define NIC_TX_HEAD_POSITION_LSB 0U
#define NIC_TX_HEAD_POSITION 0x0000FFFFU

#define NIC_TX_TAIL 0x002CU /* Transmit tail */
#define NIC_TX_TAIL_POSITION_LSB 0U
#define NIC_TX_TAIL_POSITION 0x0000FFFFU

#define NIC_RX_HEAD 0x0030U /* Receive head */
#define NIC_RX_HEAD_POSITION_LSB 0U
#define NIC_RX_HEAD_POSITION 0x0000FFFFU

#define NIC_RX_TAIL 0x0034U /* Receive tail */
#define NIC_RX_TAIL_POSITION_LSB 0U
#define NIC_RX_TAIL_POSITION 0x0000FFFFU

#define NIC_MDIO 0x0038U /* Management interface */
#define NIC_MDIO_DATA_LSB 0U
#define NIC_MDIO_DATA 0x0000FFFFU
#define NIC_MDIO_REGISTER_LSB 16U
#define NIC_MDIO_REGISTER 0x001F0000U
#define NIC_MDIO_PHY_LSB 21U
#define NIC_MDIO_PHY 0x03E00000U
#define NIC_MDIO_WRITE_LSB 26U
#define NIC_MDIO_WRITE 0x04000000U
#define NIC_MDIO_START_LSB 31U
#define NIC_MDIO_START 0x80000000U

#define NIC_CLOCK 0x003CU /* Clock */
#define NIC_CLOCK_CYCLES_LSB 0U
#define NIC_CLOCK_CYCLES 0xFFFFFFFFU

/* Rings: where their windows begin, and the header word of a record. */
#define NIC_TX_RING 0x4000U
#define NIC_TX_RING_WINDOW 0x4000U
#define NIC_TX_RING_FRAME_OFFSET 6U /* from the record's start */
#define NIC_TX_RECORD_LENGTH_LSB 0U
#define NIC_TX_RECORD_LENGTH 0x000007FFU
#define NIC_RX_RING 0x8000U
#define NIC_RX_RING_WINDOW 0x8000U
#define NIC_RX_RING_FRAME_OFFSET 6U /* from the record's start */
#define NIC_RX_RECORD_LENGTH_LSB 0U
#define NIC_RX_RECORD_LENGTH 0x000007FFU
#define NIC_RX_RECORD_BROADCAST_LSB 16U
#define NIC_RX_RECORD_BROADCAST 0x00010000U
#define NIC_RX_RECORD_MULTICAST_LSB 17U
#define NIC_RX_RECORD_MULTICAST 0x00020000U

#define NIC_COUNTER_COUNT 17
/* Every counter: name, byte address. */
#define NIC_COUNTERS(X) \
    X(tx_frames, 0x0080U) \
    X(tx_octets, 0x0084U) \
    X(tx_refused, 0x0088U) \
    X(rx_delivered, 0x00A0U) \
    X(rx_octets, 0x00A4U) \
    X(rx_broadcast, 0x00A8U) \
    X(rx_multicast, 0x00ACU) \
    X(rx_filtered, 0x00B0U) \
    X(rx_ring_full, 0x00B4U) \
    X(rx_fcs_errors, 0x00B8U) \
    X(rx_alignment_errors, 0x00BCU) \
    X(rx_symbol_errors, 0x00C0U) \
    X(rx_undersize, 0x00C4U) \
    X(rx_fragments, 0x00C8U) \
    X(rx_oversize, 0x00CCU) \
    X(rx_jabber, 0x00D0U) \
    X(rx_false_carrier, 0x00D4U)

#endif
