// The receive ring: whole good frames, one record behind the other.
//
// Last step of rx_rmii -> rx_delimiter -> rx_fcs -> rx_filter -> rx_ring.
//
// A frame's bytes are written behind head as they come, the record's first word
// left out. If the frame is to be kept, that word is written and head passes the
// record; if not, the next frame is written over it. So the driver, who sees only
// what lies before head, never sees half a frame. A word is written only where
// tail has passed: what the driver holds is never touched.
//
// The FCS is written like the rest and then left outside the record.
module rx_ring #(
    parameter LOG2 = 13 // of the ring's size in bytes
) (
    input  logic            clk,
    input  logic            rst,

    // line side
    input  logic            start,
    input  logic [7:0]      data,
    input  logic            valid,
    input  logic            finish,   // the frame is over
    input  logic            keep,     // with finish
    input  logic [10:0]     octets,   // with finish: FCS included
    input  logic            is_broadcast,
    input  logic            is_multicast,
    output logic            room,     // with finish: every byte found its place
    output logic            stored,   // pulse: head has passed a record
    output logic            quiet,

    // host side
    output logic [LOG2-2:0] head,     // in words, modulo twice the ring
    input  logic [LOG2-2:0] tail,
    input  logic            read,
    input  logic [LOG2-3:0] read_word,
    output logic [31:0]     read_data
);
    localparam WORDS = 1 << (LOG2 - 2);

    logic [31:0] memory [0:WORDS-1];
    logic        write;
    logic [31:0] write_data;
    logic [LOG2-2:0] position;  // of the word being filled
    logic [23:0] word;          // its first three bytes
    logic [1:0]  lane;
    logic        fits;          // so far
    logic        commit;        // the header word is due
    logic [LOG2-2:0] record_words;
    logic [31:0] header;

    wire free   = position - tail < (LOG2-1)'(WORDS);
    wire full   = valid && lane == 2'd3;
    wire rest   = finish && lane != 2'd0;
    wire [10:0] length = octets - 11'd4;

    assign room  = fits && (!rest || free);
    assign quiet = !commit && !stored;
    assign write = ((full || rest) && free && fits) || commit;
    assign write_data = commit ? header : {data & {8{full}}, word};

    wire [LOG2-3:0] write_word = commit ? head[LOG2-3:0] : position[LOG2-3:0];

    always_ff @(posedge clk) if (write) memory[write_word] <= write_data;
    always_ff @(posedge clk) if (read) read_data <= memory[read_word];

    always_ff @(posedge clk) begin
        if (start) begin
            position <= head + 1'b1;
            lane     <= 2'd2;
            word     <= '0;
            fits     <= 1'b1;
        end else if (valid) begin
            lane <= lane + 1'b1;
            case (lane)
                2'd0: word <= {16'd0, data};
                2'd1: word[15:8] <= data;
                2'd2: word[23:16] <= data;
                default: begin
                    position <= position + 1'b1;
                    word     <= '0;
                    if (!free) fits <= 1'b0;
                end
            endcase
        end
        if (finish) begin
            record_words <= (LOG2-1)'(({1'b0, octets} + 12'd5) >> 2); // (4 + 2 + length + 3) / 4
            header <= 32'(length) << nic_pkg::NIC_RX_RECORD_LENGTH_LSB
                    | 32'(is_broadcast) << nic_pkg::NIC_RX_RECORD_BROADCAST_LSB
                    | 32'(is_multicast) << nic_pkg::NIC_RX_RECORD_MULTICAST_LSB;
        end
    end

    always_ff @(posedge clk)
        if (rst) begin
            head   <= '0;
            commit <= 1'b0;
            stored <= 1'b0;
        end else begin
            commit <= finish && keep;
            stored <= commit;
            if (commit) head <= head + record_words;
        end
endmodule
