// The management interface's master (IEEE 802.3 clause 22.2.4): 32 ones, then a
// frame of 32 bits. MDC stands still between transfers; with the 50 MHz reference
// clock it runs at 2.5 MHz, the most that clause 22.2.2.11 allows.
//
// MDIO changes with MDC's falling edge and is sampled at its rising edge.
module nic_mdio (
    input  logic        clk,
    input  logic        rst,
    input  logic        start,
    input  logic        is_write,
    input  logic [4:0]  phy,
    input  logic [4:0]  register_index,
    input  logic [15:0] write_data,
    output logic [15:0] read_data,
    output logic        busy,
    output logic        finish,     // pulse
    output logic        mdc,
    output logic        mdio_out,
    output logic        mdio_drive,
    input  logic        mdio_in
);
    localparam [3:0] HALF_PERIOD = 4'd10; // clocks

    logic [3:0]  divider;
    logic [5:0]  bits_left; // 63 at the first of preamble and frame
    logic [31:0] shift;
    logic        reading;

    wire half    = divider == HALF_PERIOD - 1'b1;
    wire rising  = busy && half && !mdc;
    wire falling = busy && half && mdc;
    // Read: from the turnaround on (the last 18 bits) the PHY drives.
    wire ours    = !reading || bits_left >= 6'd18;

    assign mdio_drive = busy && ours;
    assign mdio_out   = bits_left >= 6'd32 || shift[31];
    assign read_data  = shift[15:0];
    assign finish     = falling && bits_left == '0;

    always_ff @(posedge clk)
        if (rst) begin
            busy      <= 1'b0;
            mdc       <= 1'b0;
            divider   <= '0;
            bits_left <= '1;
            shift     <= '0;
            reading   <= 1'b0;
        end else if (!busy) begin
            if (start) begin
                busy    <= 1'b1;
                reading <= !is_write;
                shift   <= {2'b01, is_write ? 2'b01 : 2'b10, phy, register_index, 2'b10, write_data};
            end
        end else begin
            divider <= half ? '0 : divider + 1'b1;
            if (half) mdc <= !mdc;
            if (rising && reading && bits_left < 6'd16) shift[0] <= mdio_in;
            if (falling) begin
                bits_left <= bits_left - 1'b1;
                if (bits_left < 6'd32 && bits_left != '0) shift <= {shift[30:0], 1'b0};
                if (bits_left == '0) busy <= 1'b0;
            end
        end
endmodule
