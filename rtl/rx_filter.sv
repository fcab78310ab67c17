// Compares the target address with what this station listens to: its own address
// and three more, broadcast, the 64-bin multicast hash, all groups, everything.
//
// Beside rx_fcs, rx_class and rx_sum on the way rx_rmii -> rx_delimiter -> rx_ring.
//
// The addresses are in the table, an octet of all four in each row. A byte that
// comes asks for its row and is compared a clock later, when rx_window holds it, two
// bits in one step: no more fits behind a block RAM at 120 MHz.
// `start` forgets the frame before; nothing of one verdict reaches the next.
module rx_filter #(
    parameter FILTER = 1 // 0: one address, no hash
) (
    input  logic        clk,
    input  logic        start,
    input  logic        valid,
    input  logic [7:0]  newest,     // the byte that was valid a clock ago
    input  logic [5:0]  bin,        // of rx_fcs, a clock after the sixth byte
    output logic        table_read,
    output logic [5:0]  table_index,
    input  logic [31:0] table_data, // a clock later
    input  logic        promiscuous,
    input  logic        broadcast,  // listened to
    input  logic        all_multicast,
    output logic        accept,     // once the address is in
    output logic        is_own,
    output logic        is_broadcast,
    output logic        is_multicast,
    output logic        moves       // something changes in this clock, start and valid apart
);
    // The number of the next byte, which is its row's number in the filter's part of
    // the table; 6: the hash's row is next; 7: all done.
    logic [2:0] index;
    logic       compare;   // table_data is an octet of the addresses
    logic       compared;  // `same` says which pairs of its bits were right
    logic       look;      // table_data is a row of the hash
    logic       decide;    // `hash_bits` are its even hash_bits, or its odd ones
    logic       is_first, is_group;
    logic [3:0] own, hash_bits;
    logic [15:0] same;     // four for each address
    logic [2:0] bin_low;

    wire  hash_read = compare && index == 3'd6;
    wire  in_hash   = FILTER && hash_bits[bin_low[2:1]];

    assign table_read   = (valid && index[2:1] != '1) || hash_read;
    assign table_index  = hash_read ? nic_pkg::NIC_ROW_HASH_0 + {3'd0, bin[5:3]} : nic_pkg::NIC_ROW_FILTER_0 + {3'd0, index};
    assign is_own       = own[0] || (FILTER && own[3:1] != '0);
    assign moves        = compare || compared || look || decide;
    assign is_multicast = is_group && !is_broadcast;

    always_ff @(posedge clk) begin
        compare  <= valid && index[2:1] != '1 && !start;
        compared <= compare && !start;
        look     <= hash_read && !start;
        decide   <= look && !start;
        if (compare)
            for (int i = 0; i < 16; i++)
                same[i] <= table_data[2 * i +: 2] == newest[2 * (i % 4) +: 2];
        if (look)
            for (int i = 0; i < 4; i++)
                hash_bits[i] <= bin_low[0] ? table_data[2 * i + 1] : table_data[2 * i];
        if (start) begin
            index        <= '0;
            is_first     <= 1'b1;
            own          <= '1;
            is_broadcast <= 1'b1;
            is_group     <= 1'b0;
            accept       <= 1'b0;
        end else begin
            if (valid && index[2:1] != '1) index <= index + 1'b1;
            if (compare) begin
                is_first <= 1'b0;
                if (newest != 8'hff) is_broadcast <= 1'b0;
                if (is_first) is_group <= newest[0];
            end
            if (compared) own <= own & {same[15:12] == '1, same[11:8] == '1, same[7:4] == '1, same[3:0] == '1};
            if (hash_read) begin
                bin_low <= bin[2:0];
                index   <= 3'd7;
            end
            if (decide)
                accept <= promiscuous || is_own || (is_broadcast ? broadcast : is_group && (all_multicast || in_hash));
        end
    end
endmodule
