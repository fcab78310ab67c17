// Slips pause frames in between the frames of the ring (IEEE 802.3 annex 31B). Their
// octets stand in the table, one a row, the own address among them.
//
// Third step of tx_record -> tx_ring -> tx_pause -> tx_pad -> tx_fcs -> tx_line ->
// tx_rmii. A pause frame waits for the frame in flight and for nothing else.
module tx_pause (
    input  logic        clk,
    input  logic        rst,
    input  logic        ask,         // pulse: the peer shall pause
    input  logic        release_it,  // pulse: it may go on
    output logic        table_read,
    output logic [5:0]  table_index,
    input  logic        table_taken,
    input  logic [7:0]  table_data,  // a clock later

    input  logic [7:0]  in_data,
    input  logic        in_valid,
    input  logic        in_last,
    output logic        in_ready,
    output logic [7:0]  out_data,
    output logic        out_valid,
    output logic        out_last,
    input  logic        out_ready,
    input  logic        committed,   // a frame is chosen: from the clock it starts in to its end
    input  logic        over,        // pulse: the frame has left
    output logic        chosen,      // the pause frame is
    output logic        moves,       // something changes in this clock, out_ready apart
    output logic        quiet
);
    localparam [4:0] OCTETS = 5'd18;

    logic       wanted, to_release; // the next pause frame
    logic       quanta_zero;        // of this one
    logic [4:0] number;             // of the next octet to be asked for
    logic       asked;              // for it, a clock ago
    logic       have;               // an octet to offer
    logic [7:0] octet;

    wire choose = wanted && !chosen && !committed;
    wire taken  = have && out_ready;

    assign table_read  = chosen && !asked && (!have || taken) && number != OCTETS;
    assign table_index = {1'b1, number};
    assign in_ready    = out_ready && !chosen;
    assign out_valid   = chosen ? have : in_valid;
    assign out_data    = chosen ? octet : in_data;
    assign out_last    = chosen ? number == OCTETS : in_last;
    assign moves       = ask || release_it || choose || asked || table_read || (!chosen && (have || number != '0));
    assign quiet       = !wanted && !chosen;

    always_ff @(posedge clk)
        if (rst) begin
            wanted <= 1'b0;
            chosen <= 1'b0;
        end else begin
            if (ask || release_it) wanted <= 1'b1;
            else if (choose) wanted <= 1'b0;
            if (over) chosen <= 1'b0;
            else if (choose) chosen <= 1'b1;
        end

    always_ff @(posedge clk) begin
        if (ask || release_it) to_release <= release_it;
        if (choose) quanta_zero <= to_release;
        if (!chosen) begin
            number <= '0;
            asked  <= 1'b0;
            have   <= 1'b0;
        end else begin
            asked <= table_read && table_taken;
            have  <= asked || (have && !taken);
            if (asked) begin
                number <= number + 1'b1;
                octet  <= quanta_zero && number[4] ? '0 : table_data;
            end
        end
    end
endmodule
