// The transmit ring: holds records that the driver wrote and hands each frame's
// bytes to the line side.
//
// First step of tx_ring -> tx_pad -> tx_fcs -> tx_preamble -> tx_rmii.
//
// Positions are words modulo twice the ring. The driver owns what lies from head
// on, this module what lies from tail to head. A record stays until `done`, so
// that it can be sent again. The line cannot wait: a word is read as soon as the
// byte before it is taken, at least four cycles before it is needed.
//
// A record that cannot be right (length below 14 or above 1518, or reaching
// beyond head) has lost the place of all that follow it: the ring is emptied and
// `refused` pulses.
module tx_ring #(
    parameter LOG2 = 12 // of the ring's size in bytes
) (
    input  logic              clk,
    input  logic              rst,

    // host side
    input  logic              write,
    input  logic [LOG2-3:0]   write_word,
    input  logic [3:0]        write_sel,
    input  logic [31:0]       write_data,
    input  logic [LOG2-2:0]   head,
    output logic [LOG2-2:0]   tail,
    input  logic              enable,

    // line side
    output logic [7:0]        out_data,
    output logic              out_valid,
    output logic              out_last,
    input  logic              out_ready,
    input  logic              done,     // the frame has left
    output logic [10:0]       octets,   // with done: FCS and padding included
    output logic              emptied,  // pulse: it was the last
    output logic              refused,
    output logic              quiet     // nothing to send
);
    localparam WORDS = 1 << (LOG2 - 2);
    localparam [10:0] LENGTH_MIN = 11'd14, LENGTH_MAX = 11'd1518, PADDED = 11'd60, FCS = 11'd4;

    logic [31:0] memory [0:WORDS-1];
    logic [31:0] word;
    logic        read;
    logic [LOG2-3:0] read_word;

    always_ff @(posedge clk)
        if (write) begin
            if (write_sel[0]) memory[write_word][7:0]   <= write_data[7:0];
            if (write_sel[1]) memory[write_word][15:8]  <= write_data[15:8];
            if (write_sel[2]) memory[write_word][23:16] <= write_data[23:16];
            if (write_sel[3]) memory[write_word][31:24] <= write_data[31:24];
        end

    always_ff @(posedge clk)
        if (read)
            word <= memory[read_word];

    typedef enum logic [2:0] {EMPTY, HEADER, CHECK, FETCH, SEND, SENT} state_t;
    state_t state;
    logic [LOG2-2:0] position;     // of the word being sent
    logic [LOG2-2:0] next_record;
    logic [1:0]      lane;
    logic [10:0]     left;         // bytes, the one offered included

    // The record's words, header included: (4 + 2 + length + 3) / 4.
    wire [10:0] length       = word[nic_pkg::NIC_TX_RECORD_LENGTH_LSB +: nic_pkg::NIC_TX_RECORD_LENGTH_WIDTH];
    wire [LOG2-2:0] record_words = (LOG2-1)'(({1'b0, length} + 12'd9) >> 2);
    wire [LOG2-2:0] pending  = head - tail;
    wire possible = length >= LENGTH_MIN && length <= LENGTH_MAX && record_words <= pending;
    wire take     = out_valid && out_ready;
    wire next_word = take && lane == 2'd3;

    assign out_valid = state == SEND;
    assign out_last  = left == 11'd1;
    assign quiet     = state == EMPTY && (head == tail || !enable);
    assign emptied   = state == SENT && done && next_record == head;
    assign refused   = state == CHECK && !possible;
    assign read      = (state == EMPTY && !quiet) || (state == CHECK && possible) || (next_word && !out_last);
    assign read_word = state == SEND || state == CHECK ? position[LOG2-3:0] + 1'b1 : tail[LOG2-3:0];

    always_comb
        case (lane)
            2'd0: out_data = word[7:0];
            2'd1: out_data = word[15:8];
            2'd2: out_data = word[23:16];
            default: out_data = word[31:24];
        endcase

    always_ff @(posedge clk)
        if (rst) begin
            state <= EMPTY;
            tail  <= '0;
        end else
            case (state)
                EMPTY:
                    if (!quiet) state <= HEADER;
                HEADER: begin
                    position <= tail;
                    state    <= CHECK;
                end
                CHECK: begin
                    left        <= length;
                    octets      <= (length < PADDED ? PADDED : length) + FCS;
                    lane        <= 2'd2;
                    position    <= position + 1'b1;
                    next_record <= tail + record_words;
                    if (possible) state <= FETCH;
                    else begin
                        state <= EMPTY;
                        tail  <= head;
                    end
                end
                FETCH: state <= SEND;
                SEND:
                    if (take) begin
                        left <= left - 1'b1;
                        lane <= lane + 1'b1;
                        if (next_word) position <= position + 1'b1;
                        if (out_last) state <= SENT;
                    end
                default: // SENT
                    if (done) begin
                        tail  <= next_record;
                        state <= EMPTY;
                    end
            endcase
endmodule
