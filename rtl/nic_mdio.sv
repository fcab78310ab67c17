// The management interface's master (IEEE 802.3 clause 22.2.4): 32 ones, then a
// frame of 32 bits. MDC stands still between transfers; with the 50 MHz reference
// clock it runs at 2.5 MHz, the most that clause 22.2.2.11 allows.
//
// MDIO changes with MDC's falling edge and is sampled at its rising edge.
//
// Besides what the driver asks for it polls the PHY's status register when `due`
// and tells when the link bit has changed. A poll leaves `data` alone: what the
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
    logic [15:0] data;
    logic [4:0]  index;     // of the register the driver asked for
    logic        reading, running, polling, poll_due, command_bit;

    wire half    = divider == HALF_PERIOD - 1'b1;
    wire rising  = running && half && !mdc;
    wire falling = running && half && mdc;
    wire last    = falling && bits_left == '0;
    wire preamble = bits_left[5];
    wire read_now = polling || reading;
    // Read: from the turnaround on (the last 18 bits) the PHY drives.
    wire ours    = !read_now || preamble || (bits_left[4] && bits_left[3:1] != '0);

    assign mdio_drive  = running && ours;
    assign mdio_out    = preamble || (bits_left[4] ? command_bit : data[15]);
    assign read_data   = data;
    assign finish      = last && !polling;
    assign quiet       = !running && !busy && !poll_due;

    // Start 01, read 10 or write 01, the PHY's address, the register's, turnaround 10.
    wire [4:0] index_now = polling ? 5'd1 : index;

    always_comb
        case (bits_left[3:0])
            4'd14: command_bit = 1'b1;
            4'd13: command_bit = read_now;
            4'd12: command_bit = !read_now;
            4'd11: command_bit = poll_phy[4];
            4'd10: command_bit = poll_phy[3];
            4'd9: command_bit = poll_phy[2];
            4'd8: command_bit = poll_phy[1];
            4'd7: command_bit = poll_phy[0];
            4'd6: command_bit = index_now[4];
            4'd5: command_bit = index_now[3];
            4'd4: command_bit = index_now[2];
            4'd3: command_bit = index_now[1];
            4'd2: command_bit = index_now[0];
            4'd1: command_bit = 1'b1;
            default: command_bit = 1'b0;
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
        if (rst) data <= '0;
        else if (write && start && !busy) begin
            data  <= write_data;
            index <= register_index;
        end else if (!polling && !bits_left[5] && !bits_left[4]) begin
            if (rising && reading) data[0] <= mdio_in;
            if (falling && bits_left != '0) data <= {data[14:0], 1'b0};
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
