// The management interface's master (IEEE 802.3 clause 22.2.4): 32 ones, then a
// frame of 32 bits. MDC stands still between transfers; with the 50 MHz reference
// clock it runs at 2.5 MHz, the most that clause 22.2.2.11 allows.
//
// MDIO changes with MDC's falling edge and is sampled at its rising edge.
//
// Besides what the driver asks for it polls the PHY's status register when `due`
// and tells when the link bit has changed. A poll leaves `shift` alone: what the
// driver has read or is about to send stands there.
module nic_mdio (
    input  logic        clk,
    input  logic        rst,
    input  logic        write,      // pulse: the driver writes the register; start is one of its bits
    input  logic        start,
    input  logic        is_write,
    input  logic        want_poll,
    input  logic        want_bare,  // no preamble
    input  logic [4:0]  phy,
    input  logic [4:0]  register_index,
    input  logic [15:0] write_data,
    output logic [15:0] read_data,
    output logic        busy,       // with what the driver asked for
    output logic        finish,     // pulse
    output logic        poll,       // the PHY is polled
    output logic        bare,
    output logic [4:0]  poll_phy,
    input  logic        due,        // pulse: time for a poll
    output logic        link,
    output logic        link_change, // pulse
    output logic        quiet,
    output logic        mdc,
    output logic        mdio_out,
    output logic        mdio_drive,
    input  logic        mdio_in
);
    localparam [3:0] HALF_PERIOD = 4'd10; // clocks
    localparam [5:0] FRAME_BITS = 6'd32, LINK_BIT = 6'd2;

    logic [3:0]  divider;
    logic [5:0]  bits_left; // 63 at the first of preamble and frame
    logic [31:0] shift;
    logic        reading, running, polling, poll_due, poll_bit;

    wire half    = divider == HALF_PERIOD - 1'b1;
    wire rising  = running && half && !mdc;
    wire falling = running && half && mdc;
    wire last    = falling && bits_left == '0;
    wire preamble = bits_left[5];
    // Read: from the turnaround on (the last 18 bits) the PHY drives.
    wire ours    = !(polling || reading) || preamble || (bits_left[4] && bits_left[3:1] != '0);

    assign mdio_drive  = running && ours;
    assign mdio_out    = preamble || (polling ? poll_bit : shift[31]);
    assign read_data   = shift[15:0];
    assign finish      = last && !polling;
    assign quiet       = !running && !busy && !poll_due;

    // Start 01, read 10, the PHY's address, register 1.
    always_comb
        case (bits_left[4:0])
            5'd30, 5'd29, 5'd18: poll_bit = 1'b1;
            5'd27: poll_bit = poll_phy[4];
            5'd26: poll_bit = poll_phy[3];
            5'd25: poll_bit = poll_phy[2];
            5'd24: poll_bit = poll_phy[1];
            5'd23: poll_bit = poll_phy[0];
            default: poll_bit = 1'b0;
        endcase

    always_ff @(posedge clk)
        if (rst) begin
            busy     <= 1'b0;
            poll     <= 1'b0;
            bare     <= 1'b0;
            poll_phy <= '0;
            reading  <= 1'b0;
        end else if (write) begin
            poll     <= want_poll;
            bare     <= want_bare;
            poll_phy <= phy;
            if (start && !busy) begin
                busy    <= 1'b1;
                reading <= !is_write;
            end
        end else if (finish)
            busy <= 1'b0;

    always_ff @(posedge clk)
        if (rst) shift <= '0;
        else if (write && start && !busy)
            shift <= {2'b01, is_write ? 2'b01 : 2'b10, phy, register_index, 2'b10, write_data};
        else if (!polling) begin
            if (rising && reading && bits_left[5:4] == '0) shift[0] <= mdio_in;
            if (falling && !preamble && bits_left != '0) shift <= {shift[30:0], 1'b0};
        end

    always_ff @(posedge clk)
        if (rst) begin
            running     <= 1'b0;
            polling     <= 1'b0;
            poll_due    <= 1'b0;
            mdc         <= 1'b0;
            divider     <= '0;
            bits_left   <= '0;
            link        <= 1'b0;
            link_change <= 1'b0;
        end else begin
            link_change <= 1'b0;
            if (due && poll) poll_due <= 1'b1;
            if (!running) begin
                if (busy || poll_due) begin
                    running   <= 1'b1;
                    polling   <= !busy;
                    bits_left <= bare ? FRAME_BITS - 1'b1 : '1;
                    if (!busy) poll_due <= 1'b0;
                end
            end else begin
                divider <= half ? '0 : divider + 1'b1;
                if (half) mdc <= !mdc;
                if (falling) bits_left <= bits_left - 1'b1;
                if (rising && polling && bits_left == LINK_BIT) begin
                    link        <= mdio_in;
                    link_change <= mdio_in != link;
                end
                if (last) running <= 1'b0;
            end
        end
endmodule
