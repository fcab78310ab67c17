// The receive ring: whole frames, one record behind the other.
//
// Last step of rx_rmii -> rx_delimiter -> rx_ring.
//
// A frame's words are written behind head as they come, the record's first word
// (first three with time stamps) left out. If the frame is to be kept, those are
// written at its end and head passes the record; if not, the next frame is written
// over it. So the driver, who sees only what lies before head, never sees half a
// frame. A word is written only where tail has passed: what the driver holds is
// never touched.
//
// The FCS is one word: the word in which its last byte stands is the first behind
// the record, and it need not be written.
module rx_ring #(
    parameter LOG2        = 13, // of the ring's size in bytes
    parameter TIME_STAMPS = 1
) (
    input  logic            clk,
    input  logic            rst,

    // line side
    input  logic            start,
    input  logic            valid,    // a byte comes, in `window` from the next clock on
    input  logic [31:0]     window,
    input  logic            verdict,  // a clock after the frame's end
    input  logic            keep,
    input  logic            wait_sum, // the header is not ready yet
    input  logic [31:0]     header,
    input  logic            want_stamp, // looked at when the frame starts
    input  logic [63:0]     stamp,    // of this frame
    output logic            room,     // every word found its place so far
    output logic            stored,   // pulse: head has passed a record
    output logic            busy,     // from verdict to stored: no new frame now
    output logic [1:0]      level,    // of the ring, in quarters, with what is being received; 3: three quarters and more

    // host side
    output logic [LOG2-2:0] head,     // in words, modulo twice the ring
    input  logic [LOG2-2:0] tail,
    input  logic            reading,    // something of the adapter
    input  logic            read,       // this
    input  logic [LOG2-3:0] read_word,
    output logic            read_taken,
    output logic [31:0]     read_data,  // a clock later; 0 if something else was read
    output logic            moves       // something changes in this clock, start, valid, verdict and reading apart
);
    localparam WORDS = 1 << (LOG2 - 2);

    (* ram_style = "block" *) logic [31:0] memory [0:WORDS-1];

    logic [LOG2-2:0] position;  // of the word of the last byte; head between frames
    logic [1:0]      lane;      // of the byte that comes
    logic            full;      // window is a whole word
    logic [1:0]      skip;      // words of the record's beginning still to be passed
    logic [1:0]      closing;   // 1: header, then with stamps 2 and 3
    logic            waiting;   // for the sum
    logic            stamped;   // this record

    wire [LOG2-2:0] used  = position - tail;
    wire            free  = !used[LOG2-2];
    wire            write = (full && free && room) || closing != '0;
    wire [LOG2-3:0] write_word;
    wire [31:0]     write_data;
    wire            last  = closing == (stamped ? 2'd3 : 2'd1);

    assign read_taken = !write;
    assign level = used[LOG2-2] ? 2'd3 : used[LOG2-3 -: 2];
    assign moves = full || skip != '0 || busy || stored;
    assign busy  = waiting || closing != '0;

    if (TIME_STAMPS) begin : stamps
        always_ff @(posedge clk)
            if (start) stamped <= want_stamp;

        assign write_word = closing == '0 ? position[LOG2-3:0] : head[LOG2-3:0] + (LOG2-2)'(closing) - 1'b1;
        assign write_data = closing == '0 ? window : closing == 2'd1 ? header : closing == 2'd2 ? stamp[31:0] : stamp[63:32];
    end else begin : no_stamps
        wire unused = &{1'b0, stamp};

        assign stamped = 1'b0;
        assign write_word = closing == '0 ? position[LOG2-3:0] : head[LOG2-3:0];
        assign write_data = closing == '0 ? window : header;
    end

    always_ff @(posedge clk)
        if (write) memory[write_word] <= write_data;

    always_ff @(posedge clk)
        if (reading) begin
            if (read && read_taken) read_data <= memory[read_word];
            else read_data <= '0;
        end

    always_ff @(posedge clk)
        if (rst) full <= 1'b0;
        else full <= valid && lane == 2'd3;

    always_ff @(posedge clk)
        if (start) begin
            lane <= 2'd2;
            room <= 1'b1;
        end else begin
            if (valid) lane <= lane + 1'b1;
            if (full && !free) room <= 1'b0;
        end

    always_ff @(posedge clk)
        if (rst) begin
            position <= '0;
            skip     <= '0;
        end else begin
            if (start) skip <= TIME_STAMPS && want_stamp ? 2'd2 : 2'd0;
            else if (skip != '0) skip <= skip - 1'b1;
            if (verdict && !keep) position <= head;
            else if (start || skip != '0 || (valid && lane == 2'd0)) position <= position + 1'b1;
        end

    always_ff @(posedge clk)
        if (rst) begin
            head    <= '0;
            waiting <= 1'b0;
            closing <= '0;
            stored  <= 1'b0;
        end else begin
            waiting <= (verdict && keep) || (waiting && wait_sum);
            closing <= waiting && !wait_sum ? 2'd1 : last || closing == '0 ? 2'd0 : closing + 1'b1;
            stored  <= last;
            if (last) head <= position;
        end
endmodule
