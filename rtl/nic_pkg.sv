// Written by tools/registers from rtl/nic.rdl; change it there, then `make registers`.
//
// Addresses are bytes; counters are numbered by their word from NIC_COUNTERS on.
// Only what some module uses is here, so that a warning for unused constants can
// stay on.
package nic_pkg;
    localparam logic [15:0] NIC_ID_ADDRESS = 16'h0000;
    localparam logic [31:0] NIC_ID_VALUE_RESET = 32'h4c414e31;
    localparam logic [15:0] NIC_CAPABILITY_ADDRESS = 16'h0004;
    localparam int NIC_CAPABILITY_REVISION_LSB = 0;
    localparam int NIC_CAPABILITY_REVISION_WIDTH = 8;
    localparam int NIC_CAPABILITY_TX_RING_LOG2_LSB = 8;
    localparam int NIC_CAPABILITY_TX_RING_LOG2_WIDTH = 4;
    localparam int NIC_CAPABILITY_RX_RING_LOG2_LSB = 12;
    localparam int NIC_CAPABILITY_RX_RING_LOG2_WIDTH = 4;
    localparam logic [15:0] NIC_CONTROL_ADDRESS = 16'h0008;
    localparam int NIC_CONTROL_RESET_LSB = 0;
    localparam int NIC_CONTROL_TX_ENABLE_LSB = 1;
    localparam logic NIC_CONTROL_TX_ENABLE_RESET = 1'h0;
    localparam int NIC_CONTROL_RX_ENABLE_LSB = 2;
    localparam logic NIC_CONTROL_RX_ENABLE_RESET = 1'h0;
    localparam int NIC_CONTROL_FAST_LSB = 3;
    localparam logic NIC_CONTROL_FAST_RESET = 1'h1;
    localparam int NIC_CONTROL_FULL_DUPLEX_LSB = 4;
    localparam logic NIC_CONTROL_FULL_DUPLEX_RESET = 1'h1;
    localparam int NIC_CONTROL_PROMISCUOUS_LSB = 5;
    localparam logic NIC_CONTROL_PROMISCUOUS_RESET = 1'h0;
    localparam int NIC_CONTROL_BROADCAST_LSB = 6;
    localparam logic NIC_CONTROL_BROADCAST_RESET = 1'h1;
    localparam logic [15:0] NIC_MDIO_ADDRESS = 16'h001c;
    localparam int NIC_MDIO_DATA_LSB = 0;
    localparam int NIC_MDIO_DATA_WIDTH = 16;
    localparam int NIC_MDIO_REGISTER_LSB = 16;
    localparam int NIC_MDIO_PHY_LSB = 21;
    localparam int NIC_MDIO_WRITE_LSB = 26;
    localparam int NIC_MDIO_START_LSB = 31;
    localparam logic [15:0] NIC_CLOCK_ADDRESS = 16'h0020;
    localparam logic [15:0] NIC_HASH_LOW_ADDRESS = 16'h01c8;
    localparam logic [15:0] NIC_HASH_HIGH_ADDRESS = 16'h01cc;
    localparam logic [15:0] NIC_COUNTERS_ADDRESS = 16'h0100;
    localparam logic [5:0] NIC_COUNT_TX_FRAMES = 6'd0;
    localparam logic [5:0] NIC_COUNT_TX_OCTETS = 6'd1;
    localparam logic [5:0] NIC_COUNT_TX_REFUSED = 6'd5;
    localparam logic [5:0] NIC_COUNT_RX_DELIVERED = 6'd16;
    localparam logic [5:0] NIC_COUNT_RX_FILTERED = 6'd17;
    localparam logic [5:0] NIC_COUNT_RX_RING_FULL = 6'd18;
    localparam logic [5:0] NIC_COUNT_RX_FCS_ERRORS = 6'd20;
    localparam logic [5:0] NIC_COUNT_RX_ALIGNMENT_ERRORS = 6'd21;
    localparam logic [5:0] NIC_COUNT_RX_SYMBOL_ERRORS = 6'd22;
    localparam logic [5:0] NIC_COUNT_RX_UNDERSIZE = 6'd23;
    localparam logic [5:0] NIC_COUNT_RX_FRAGMENTS = 6'd24;
    localparam logic [5:0] NIC_COUNT_RX_OVERSIZE = 6'd25;
    localparam logic [5:0] NIC_COUNT_RX_JABBER = 6'd26;
    localparam logic [5:0] NIC_COUNT_RX_FALSE_CARRIER = 6'd27;
    localparam logic [5:0] NIC_COUNT_RX_OCTETS = 6'd28;
    localparam logic [5:0] NIC_COUNT_RX_BROADCAST = 6'd29;
    localparam logic [5:0] NIC_COUNT_RX_MULTICAST = 6'd30;
    localparam logic [15:0] NIC_TX_RING_ADDRESS = 16'h4000;
    localparam int NIC_TX_RECORD_LENGTH_LSB = 0;
    localparam int NIC_TX_RECORD_LENGTH_WIDTH = 11;
    localparam logic [15:0] NIC_RX_RING_ADDRESS = 16'h8000;
    localparam int NIC_RX_RECORD_LENGTH_LSB = 0;
    localparam int NIC_RX_RECORD_BROADCAST_LSB = 11;
    localparam int NIC_RX_RECORD_MULTICAST_LSB = 12;
endpackage
