// Walks the records of the transmit ring one ahead of the sender: reads the header
// word, says whether the record is possible, and sums what the Internet checksum
// covers (RFC 1071), so that it is known before the frame starts.
//
// First step of tx_record -> tx_ring -> tx_pause -> tx_pad -> tx_fcs -> tx_line ->
// tx_rmii. It reads the ring's memory in the clocks that the sender leaves.
//
// A record that cannot be right (length below 14 or above 1518, reaching beyond
// head, a sum that begins behind its end) has lost the place of all that follow it:
// when the frames before it have left, `refused` pulses and the ring is emptied.
module tx_record #(
    parameter LOG2     = 12, // of the ring's size in bytes
    parameter CHECKSUM = 1
) (
    input  logic            clk,
    input  logic            rst,
    input  logic            enable,
    input  logic [LOG2-2:0] head,        // in words, modulo twice the ring
    output logic            more,        // there are records behind the one last taken

    output logic            read,
    output logic [LOG2-3:0] read_word,
    input  logic            read_taken,
    input  logic [31:0]     word,        // a clock later

    output logic            offer,       // what follows is one possible record
    input  logic            take,
    output logic [LOG2-2:0] next,        // where the record behind it begins
    output logic [1:0]      last_lane,   // of the frame's last byte in its word
    output logic            insert,      // a checksum
    output logic [6:0]      insert_at,   // half-word of the frame
    output logic [15:0]     checksum,
    output logic            stamp,
    input  logic            sender_done, // every record taken has left
    output logic            refused,
    output logic            quiet
);
    localparam [10:0] LENGTH_MIN = 11'd14, LENGTH_MAX = 11'd1518;

    typedef enum logic [2:0] {EMPTY, HEADER, MEASURE, CHECK, SUM, FOLD, OFFER, REFUSE} state_t;
    state_t state;
    logic [LOG2-2:0] first;    // of this record's words
    logic [LOG2-2:0] position; // of the word to be summed
    logic [10:0]     length;
    logic            possible, summing, summed;

    // The record's words, header included: (4 + 2 + length + 3) / 4.
    wire [9:0]      words  = {1'b0, length[10:2]} + 10'd2 + 10'(length[1:0] == 2'd3);
    wire [LOG2-2:0] behind = head - next;

    assign more      = first != head;
    assign read      = (state == EMPTY && more && enable) || summing;
    assign read_word = summing ? position[LOG2-3:0] : first[LOG2-3:0];
    assign offer     = state == OFFER;
    assign refused   = state == REFUSE && sender_done;
    assign last_lane = length[1:0] + 1'b1;
    assign quiet     = (state == EMPTY && !(more && enable)) || state == OFFER;

    always_ff @(posedge clk)
        if (rst) begin
            state <= EMPTY;
            first <= '0;
        end else
            case (state)
                EMPTY:
                    if (read && read_taken) state <= HEADER;
                HEADER: begin
                    length <= word[nic_pkg::NIC_TX_RECORD_LENGTH_LSB +: nic_pkg::NIC_TX_RECORD_LENGTH_WIDTH];
                    stamp  <= word[nic_pkg::NIC_TX_RECORD_STAMP_LSB];
                    state  <= MEASURE;
                end
                MEASURE: begin
                    next  <= first + (LOG2-1)'(words);
                    state <= CHECK;
                end
                CHECK:
                    state <= !possible || behind[LOG2-2] ? REFUSE : insert ? SUM : OFFER;
                SUM:
                    if (summed) state <= FOLD;
                FOLD:
                    if (summed) state <= OFFER;
                OFFER:
                    if (take) begin
                        first <= next;
                        state <= EMPTY;
                    end
                default: // REFUSE
                    if (sender_done) begin
                        first <= head;
                        state <= EMPTY;
                    end
            endcase

    if (CHECKSUM) begin : sums
        logic [4:0]  from;  // word of the record
        logic        half;  // the next to be read: 0 for bits 15:0
        logic        add, add_high;
        logic        carry, folded;
        logic [15:0] sum;
        wire  [15:0] addend = !add ? 16'd0 : add_high ? word[31:16] : word[15:0];

        assign summing  = state == SUM && position != next;
        assign summed   = state == SUM ? !summing && !add : folded;
        assign checksum = &sum ? '1 : ~sum;

        always_ff @(posedge clk)
            case (state)
                HEADER: begin
                    from      <= word[nic_pkg::NIC_TX_RECORD_SUM_FROM_LSB +: nic_pkg::NIC_TX_RECORD_SUM_FROM_WIDTH];
                    insert    <= word[nic_pkg::NIC_TX_RECORD_SUM_FROM_LSB +: nic_pkg::NIC_TX_RECORD_SUM_FROM_WIDTH] != '0;
                    insert_at <= word[nic_pkg::NIC_TX_RECORD_SUM_AT_LSB +: nic_pkg::NIC_TX_RECORD_SUM_AT_WIDTH] - 7'd3;
                end
                MEASURE: begin
                    possible <= length >= LENGTH_MIN && length <= LENGTH_MAX && words > 10'(from);
                    position <= first + (LOG2-1)'(from);
                    half     <= 1'b0;
                    add      <= 1'b0;
                    carry    <= 1'b0;
                    folded   <= 1'b0;
                    sum      <= '0;
                end
                SUM, FOLD: begin
                    add      <= summing && read_taken;
                    add_high <= half;
                    if (summing && read_taken) begin
                        half <= !half;
                        if (half) position <= position + 1'b1;
                    end
                    // Behind the last word the carry is added, and the carry of that.
                    {carry, sum} <= {1'b0, sum} + {1'b0, addend} + 17'(carry);
                    folded <= state == FOLD;
                end
                default: ;
            endcase
    end else begin : no_sums
        assign summing   = 1'b0;
        assign summed    = 1'b1;
        assign insert    = 1'b0;
        assign insert_at = '0;
        assign checksum  = '0;
        assign position  = '0;

        always_ff @(posedge clk)
            if (state == MEASURE) possible <= length >= LENGTH_MIN && length <= LENGTH_MAX;
    end
endmodule
