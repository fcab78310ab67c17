// Written by tools/registers from rtl/nic.rdl; change it there, then `make registers`.
//
// Addresses are bytes; counters are numbered by their word from NIC_COUNTERS on.
package nic_pkg;

    // Identity
    localparam logic [15:0] NIC_ID_ADDRESS = 16'h0000;
    localparam int NIC_ID_VALUE_LSB = 0;
    localparam int NIC_ID_VALUE_WIDTH = 32;
    localparam logic [31:0] NIC_ID_VALUE_RESET = 32'h4c414e31;

    // Capabilities
    localparam logic [15:0] NIC_CAPABILITY_ADDRESS = 16'h0004;
    localparam int NIC_CAPABILITY_REVISION_LSB = 0;
    localparam int NIC_CAPABILITY_REVISION_WIDTH = 8;
    localparam int NIC_CAPABILITY_TX_RING_LOG2_LSB = 8;
    localparam int NIC_CAPABILITY_TX_RING_LOG2_WIDTH = 4;
    localparam int NIC_CAPABILITY_RX_RING_LOG2_LSB = 12;
    localparam int NIC_CAPABILITY_RX_RING_LOG2_WIDTH = 4;

    // Control
    localparam logic [15:0] NIC_CONTROL_ADDRESS = 16'h0008;
    localparam int NIC_CONTROL_RESET_LSB = 0;
    localparam int NIC_CONTROL_RESET_WIDTH = 1;
    localparam logic NIC_CONTROL_RESET_RESET = 1'h0;
    localparam int NIC_CONTROL_TX_ENABLE_LSB = 1;
    localparam int NIC_CONTROL_TX_ENABLE_WIDTH = 1;
    localparam logic NIC_CONTROL_TX_ENABLE_RESET = 1'h0;
    localparam int NIC_CONTROL_RX_ENABLE_LSB = 2;
    localparam int NIC_CONTROL_RX_ENABLE_WIDTH = 1;
    localparam logic NIC_CONTROL_RX_ENABLE_RESET = 1'h0;
    localparam int NIC_CONTROL_FAST_LSB = 3;
    localparam int NIC_CONTROL_FAST_WIDTH = 1;
    localparam logic NIC_CONTROL_FAST_RESET = 1'h1;
    localparam int NIC_CONTROL_FULL_DUPLEX_LSB = 4;
    localparam int NIC_CONTROL_FULL_DUPLEX_WIDTH = 1;
    localparam logic NIC_CONTROL_FULL_DUPLEX_RESET = 1'h1;
    localparam int NIC_CONTROL_PROMISCUOUS_LSB = 5;
    localparam int NIC_CONTROL_PROMISCUOUS_WIDTH = 1;
    localparam logic NIC_CONTROL_PROMISCUOUS_RESET = 1'h0;
    localparam int NIC_CONTROL_BROADCAST_LSB = 6;
    localparam int NIC_CONTROL_BROADCAST_WIDTH = 1;
    localparam logic NIC_CONTROL_BROADCAST_RESET = 1'h1;

    // Status
    localparam logic [15:0] NIC_STATUS_ADDRESS = 16'h000c;
    localparam int NIC_STATUS_TX_BUSY_LSB = 0;
    localparam int NIC_STATUS_TX_BUSY_WIDTH = 1;
    localparam int NIC_STATUS_RX_BUSY_LSB = 1;
    localparam int NIC_STATUS_RX_BUSY_WIDTH = 1;

    // Cause
    localparam logic [15:0] NIC_CAUSE_ADDRESS = 16'h0010;
    localparam int NIC_CAUSE_RX_FRAME_LSB = 0;
    localparam int NIC_CAUSE_RX_FRAME_WIDTH = 1;
    localparam logic NIC_CAUSE_RX_FRAME_RESET = 1'h0;
    localparam int NIC_CAUSE_TX_EMPTY_LSB = 1;
    localparam int NIC_CAUSE_TX_EMPTY_WIDTH = 1;
    localparam logic NIC_CAUSE_TX_EMPTY_RESET = 1'h0;
    localparam int NIC_CAUSE_RX_FULL_LSB = 2;
    localparam int NIC_CAUSE_RX_FULL_WIDTH = 1;
    localparam logic NIC_CAUSE_RX_FULL_RESET = 1'h0;
    localparam int NIC_CAUSE_TX_ERROR_LSB = 3;
    localparam int NIC_CAUSE_TX_ERROR_WIDTH = 1;
    localparam logic NIC_CAUSE_TX_ERROR_RESET = 1'h0;
    localparam int NIC_CAUSE_MDIO_DONE_LSB = 4;
    localparam int NIC_CAUSE_MDIO_DONE_WIDTH = 1;
    localparam logic NIC_CAUSE_MDIO_DONE_RESET = 1'h0;

    // Enable
    localparam logic [15:0] NIC_ENABLE_ADDRESS = 16'h0014;
    localparam int NIC_ENABLE_RX_FRAME_LSB = 0;
    localparam int NIC_ENABLE_RX_FRAME_WIDTH = 1;
    localparam logic NIC_ENABLE_RX_FRAME_RESET = 1'h0;
    localparam int NIC_ENABLE_TX_EMPTY_LSB = 1;
    localparam int NIC_ENABLE_TX_EMPTY_WIDTH = 1;
    localparam logic NIC_ENABLE_TX_EMPTY_RESET = 1'h0;
    localparam int NIC_ENABLE_RX_FULL_LSB = 2;
    localparam int NIC_ENABLE_RX_FULL_WIDTH = 1;
    localparam logic NIC_ENABLE_RX_FULL_RESET = 1'h0;
    localparam int NIC_ENABLE_TX_ERROR_LSB = 3;
    localparam int NIC_ENABLE_TX_ERROR_WIDTH = 1;
    localparam logic NIC_ENABLE_TX_ERROR_RESET = 1'h0;
    localparam int NIC_ENABLE_MDIO_DONE_LSB = 4;
    localparam int NIC_ENABLE_MDIO_DONE_WIDTH = 1;
    localparam logic NIC_ENABLE_MDIO_DONE_RESET = 1'h0;

    // Own address, first four octets
    localparam logic [15:0] NIC_ADDRESS_LOW_ADDRESS = 16'h0018;
    localparam int NIC_ADDRESS_LOW_VALUE_LSB = 0;
    localparam int NIC_ADDRESS_LOW_VALUE_WIDTH = 32;
    localparam logic [31:0] NIC_ADDRESS_LOW_VALUE_RESET = 32'h0;

    // Own address, last two octets
    localparam logic [15:0] NIC_ADDRESS_HIGH_ADDRESS = 16'h001c;
    localparam int NIC_ADDRESS_HIGH_VALUE_LSB = 0;
    localparam int NIC_ADDRESS_HIGH_VALUE_WIDTH = 16;
    localparam logic [15:0] NIC_ADDRESS_HIGH_VALUE_RESET = 16'h0;

    // Multicast hash, bins 0 to 31
    localparam logic [15:0] NIC_HASH_LOW_ADDRESS = 16'h0020;
    localparam int NIC_HASH_LOW_VALUE_LSB = 0;
    localparam int NIC_HASH_LOW_VALUE_WIDTH = 32;
    localparam logic [31:0] NIC_HASH_LOW_VALUE_RESET = 32'h0;

    // Multicast hash, bins 32 to 63
    localparam logic [15:0] NIC_HASH_HIGH_ADDRESS = 16'h0024;
    localparam int NIC_HASH_HIGH_VALUE_LSB = 0;
    localparam int NIC_HASH_HIGH_VALUE_WIDTH = 32;
    localparam logic [31:0] NIC_HASH_HIGH_VALUE_RESET = 32'h0;

    // Transmit head
    localparam logic [15:0] NIC_TX_HEAD_ADDRESS = 16'h0028;
    localparam int NIC_TX_HEAD_POSITION_LSB = 0;
    localparam int NIC_TX_HEAD_POSITION_WIDTH = 16;
    localparam logic [15:0] NIC_TX_HEAD_POSITION_RESET = 16'h0;

    // Transmit tail
    localparam logic [15:0] NIC_TX_TAIL_ADDRESS = 16'h002c;
    localparam int NIC_TX_TAIL_POSITION_LSB = 0;
    localparam int NIC_TX_TAIL_POSITION_WIDTH = 16;
    localparam logic [15:0] NIC_TX_TAIL_POSITION_RESET = 16'h0;

    // Receive head
    localparam logic [15:0] NIC_RX_HEAD_ADDRESS = 16'h0030;
    localparam int NIC_RX_HEAD_POSITION_LSB = 0;
    localparam int NIC_RX_HEAD_POSITION_WIDTH = 16;
    localparam logic [15:0] NIC_RX_HEAD_POSITION_RESET = 16'h0;

    // Receive tail
    localparam logic [15:0] NIC_RX_TAIL_ADDRESS = 16'h0034;
    localparam int NIC_RX_TAIL_POSITION_LSB = 0;
    localparam int NIC_RX_TAIL_POSITION_WIDTH = 16;
    localparam logic [15:0] NIC_RX_TAIL_POSITION_RESET = 16'h0;

    // Management interface
    localparam logic [15:0] NIC_MDIO_ADDRESS = 16'h0038;
    localparam int NIC_MDIO_DATA_LSB = 0;
    localparam int NIC_MDIO_DATA_WIDTH = 16;
    localparam logic [15:0] NIC_MDIO_DATA_RESET = 16'h0;
    localparam int NIC_MDIO_REGISTER_LSB = 16;
    localparam int NIC_MDIO_REGISTER_WIDTH = 5;
    localparam logic [4:0] NIC_MDIO_REGISTER_RESET = 5'h0;
    localparam int NIC_MDIO_PHY_LSB = 21;
    localparam int NIC_MDIO_PHY_WIDTH = 5;
    localparam logic [4:0] NIC_MDIO_PHY_RESET = 5'h0;
    localparam int NIC_MDIO_WRITE_LSB = 26;
    localparam int NIC_MDIO_WRITE_WIDTH = 1;
    localparam logic NIC_MDIO_WRITE_RESET = 1'h0;
    localparam int NIC_MDIO_START_LSB = 31;
    localparam int NIC_MDIO_START_WIDTH = 1;
    localparam logic NIC_MDIO_START_RESET = 1'h0;

    // Clock
    localparam logic [15:0] NIC_CLOCK_ADDRESS = 16'h003c;
    localparam int NIC_CLOCK_CYCLES_LSB = 0;
    localparam int NIC_CLOCK_CYCLES_WIDTH = 32;

    // Counters
    localparam logic [15:0] NIC_COUNTERS_ADDRESS = 16'h0080;
    localparam int NIC_COUNTER_WORDS = 32;
    localparam logic [4:0] NIC_COUNT_TX_FRAMES = 5'd0;
    localparam logic [4:0] NIC_COUNT_TX_OCTETS = 5'd1;
    localparam logic [4:0] NIC_COUNT_TX_REFUSED = 5'd2;
    localparam logic [4:0] NIC_COUNT_RX_DELIVERED = 5'd8;
    localparam logic [4:0] NIC_COUNT_RX_OCTETS = 5'd9;
    localparam logic [4:0] NIC_COUNT_RX_BROADCAST = 5'd10;
    localparam logic [4:0] NIC_COUNT_RX_MULTICAST = 5'd11;
    localparam logic [4:0] NIC_COUNT_RX_FILTERED = 5'd12;
    localparam logic [4:0] NIC_COUNT_RX_RING_FULL = 5'd13;
    localparam logic [4:0] NIC_COUNT_RX_FCS_ERRORS = 5'd14;
    localparam logic [4:0] NIC_COUNT_RX_ALIGNMENT_ERRORS = 5'd15;
    localparam logic [4:0] NIC_COUNT_RX_SYMBOL_ERRORS = 5'd16;
    localparam logic [4:0] NIC_COUNT_RX_UNDERSIZE = 5'd17;
    localparam logic [4:0] NIC_COUNT_RX_FRAGMENTS = 5'd18;
    localparam logic [4:0] NIC_COUNT_RX_OVERSIZE = 5'd19;
    localparam logic [4:0] NIC_COUNT_RX_JABBER = 5'd20;
    localparam logic [4:0] NIC_COUNT_RX_FALSE_CARRIER = 5'd21;

    // Rings and their records
    localparam int NIC_RECORD_PAYLOAD_OFFSET = 6;
    localparam logic [15:0] NIC_TX_RING_ADDRESS = 16'h4000;
    localparam int NIC_TX_RING_WINDOW = 16384;
    localparam int NIC_TX_RECORD_LENGTH_LSB = 0;
    localparam int NIC_TX_RECORD_LENGTH_WIDTH = 11;
    localparam logic [15:0] NIC_RX_RING_ADDRESS = 16'h8000;
    localparam int NIC_RX_RING_WINDOW = 32768;
    localparam int NIC_RX_RECORD_LENGTH_LSB = 0;
    localparam int NIC_RX_RECORD_LENGTH_WIDTH = 11;
    localparam int NIC_RX_RECORD_BROADCAST_LSB = 16;
    localparam int NIC_RX_RECORD_BROADCAST_WIDTH = 1;
    localparam int NIC_RX_RECORD_MULTICAST_LSB = 17;
    localparam int NIC_RX_RECORD_MULTICAST_WIDTH = 1;
endpackage
