// Compares the target address with what this station listens to: its own
// address, broadcast, the 64-bin multicast hash, or everything.
//
// Fourth step of rx_rmii -> rx_delimiter -> rx_fcs -> rx_filter -> rx_ring.
// `start` forgets the frame before; nothing of one verdict reaches the next.
module rx_filter (
    input  logic        clk,
    input  logic        start,
    input  logic [7:0]  data,
    input  logic        valid,
    input  logic [5:0]  bin,        // of rx_fcs, after the sixth byte and before the seventh
    input  logic [47:0] own,        // first octet on the wire in bits 7:0
    input  logic [63:0] hash,
    input  logic        promiscuous,
    input  logic        broadcast,  // listened to
    output logic        accept,     // once seven bytes are in
    output logic        is_broadcast,
    output logic        is_multicast
);
    logic [2:0] index; // of the next byte; 7: decided
    logic       is_own, is_group, in_hash;
    wire        address_byte = valid && index < 3'd6;
    logic [7:0] own_byte;

    assign is_multicast = is_group && !is_broadcast;
    assign accept = promiscuous || is_own || (is_broadcast ? broadcast : is_group && in_hash);

    always_comb begin
        case (index)
            3'd0: own_byte = own[7:0];
            3'd1: own_byte = own[15:8];
            3'd2: own_byte = own[23:16];
            3'd3: own_byte = own[31:24];
            3'd4: own_byte = own[39:32];
            default: own_byte = own[47:40];
        endcase
    end

    always_ff @(posedge clk)
        if (start) begin
            index        <= '0;
            is_own       <= 1'b1;
            is_broadcast <= 1'b1;
            is_group     <= 1'b0;
            in_hash      <= 1'b0;
        end else if (address_byte) begin
            index <= index + 1'b1;
            if (data != own_byte) is_own <= 1'b0;
            if (data != 8'hff) is_broadcast <= 1'b0;
            if (index == 3'd0) is_group <= data[0];
        end else if (valid && index == 3'd6) begin
            index   <= 3'd7;
            in_hash <= hash[bin];
        end
endmodule
