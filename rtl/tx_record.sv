// Walks the records of the transmit ring one ahead of the sender: reads the header
// word, says whether the record is possible, and sums what the Internet checksum
// covers (RFC 1071), so that it is known before the frame starts.
//
// First step of tx_record -> tx_ring -> tx_pause -> tx_pad -> tx_fcs -> tx_line ->
// tx_rmii. It passes a word each clock, or two clocks for one that is summed, and
// reads the ring's memory when the sender leaves it: still several times faster than
// the line.
//
// A record that cannot be right (length below 14 or above 1518, or reaching beyond
// head) has lost the place of all that follow it: when the frames before it have
// left and the walker has come to head, `refused` pulses and the ring is emptied.
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
    input  logic            read_taken,
    output logic [LOG2-2:0] position,    // of the word to be read; with offer: behind the record
    input  logic [31:0]     word,        // a clock later

    output logic            offer,       // what follows is one possible record
    input  logic            take,
    output logic [1:0]      last_lane,   // of the frame's last byte in its word
    output logic            insert,      // a checksum
    output logic [6:0]      insert_at,   // half-word of the record, its header included
    output logic [15:0]     sum,         // whose complement it is
    output logic            stamp,
    input  logic            sender_done, // every record taken has left
    output logic            refused,
    output logic            moves,       // something changes in this clock
    output logic            quiet
);
    typedef enum logic [2:0] {EMPTY, HEADER, CHECK, WALK, FOLD, OFFER, REFUSE} state_t;
    state_t      state;
    logic [9:0]  left;       // words to pass, see `passed`
    logic [1:0]  length_low;
    logic        at_head, step, adding, summing, folded;

    wire [10:0] length = {left[8:0], length_low}; // in CHECK
    wire too_short = length[10:4] == '0 && length[3:1] != '1; // below 14
    wire too_long  = length[10] && (length[9] || (length[8:5] == '1 && (length[4] || length[3:0] == '1))); // above 1518
    // The record's words, header included, are (4 + 2 + length + 3) / 4: a quarter of
    // the length, two, and one more where its remainder is 3. `left` starts at the
    // first of these and goes below zero.
    wire passed = left[9] && (length_low == 2'd3 ? left[1:0] == 2'b01 : !left[0]);

    assign at_head   = position == head;
    assign more      = state != EMPTY || !at_head;
    assign offer     = state == OFFER && enable;
    assign refused   = state == REFUSE && at_head && sender_done;
    assign last_lane = length_low + 1'b1;
    assign moves     = !((state == EMPTY && (at_head || !enable)) || (state == OFFER && !take)
                      || (state == REFUSE && at_head && !sender_done));
    assign quiet     = (state == EMPTY && (at_head || !enable)) || (state == OFFER && !enable);

    always_ff @(posedge clk)
        if (rst) begin
            state    <= EMPTY;
            position <= '0;
        end else begin
            if (step || (state == REFUSE && !at_head)) position <= position + 1'b1;
            case (state)
                EMPTY:
                    if (read && read_taken) state <= HEADER;
                HEADER:
                    state <= CHECK;
                CHECK:
                    state <= too_short || too_long || at_head ? REFUSE : WALK;
                WALK:
                    if (passed) begin
                        if (!adding && !summing) state <= insert ? FOLD : OFFER;
                    end else if (at_head)
                        state <= REFUSE;
                FOLD:
                    if (folded) state <= OFFER;
                OFFER:
                    if (take) state <= EMPTY;
                default: // REFUSE
                    if (refused) state <= EMPTY;
            endcase
        end

    always_ff @(posedge clk)
        if (state == HEADER) begin
            {left, length_low} <= {1'b0, word[nic_pkg::NIC_TX_RECORD_LENGTH_LSB +: nic_pkg::NIC_TX_RECORD_LENGTH_WIDTH]};
            stamp <= word[nic_pkg::NIC_TX_RECORD_STAMP_LSB];
        end else if (step)
            left <= left - 1'b1;

    wire walk  = state == WALK && !passed && !at_head;
    wire first = state == CHECK && !at_head; // the first word is never summed

    if (CHECKSUM) begin : sums
        logic [4:0]  from;  // words still to be passed before the sum begins
        logic        half;  // the next to be read: 0 for bits 15:0
        logic        add_high, carry;
        logic [15:0] addend;
        wire         skip   = !insert || from != '0;

        assign read = (state == EMPTY && !at_head && enable) || (walk && !skip);
        assign step = first || (walk && (skip || (read_taken && half)));

        always_ff @(posedge clk)
            if (state == HEADER) begin
                from      <= word[nic_pkg::NIC_TX_RECORD_SUM_FROM_LSB +: nic_pkg::NIC_TX_RECORD_SUM_FROM_WIDTH];
                insert_at <= word[nic_pkg::NIC_TX_RECORD_SUM_AT_LSB +: nic_pkg::NIC_TX_RECORD_SUM_AT_WIDTH];
                half      <= 1'b0;
                adding    <= 1'b0;
                summing   <= 1'b0;
                addend    <= '0;
                folded    <= 1'b0;
                carry     <= 1'b0;
                sum       <= '0;
            end else if (state == CHECK) begin
                insert <= from != '0;
                if (first && from != '0) from <= from - 1'b1;
            end else if (state == WALK || state == FOLD) begin
                if (step && from != '0) from <= from - 1'b1;
                adding   <= walk && !skip && read_taken;
                summing  <= adding;
                addend   <= !adding ? '0 : add_high ? word[31:16] : word[15:0];
                add_high <= half;
                if (walk && !skip && read_taken) half <= !half;
                // Behind the last word the carry is added, and the carry of that.
                {carry, sum} <= {1'b0, sum} + {1'b0, addend} + 17'(carry);
                folded <= state == FOLD;
            end
    end else begin : no_sums
        assign read      = state == EMPTY && !at_head && enable;
        assign step      = walk || first;
        assign adding    = 1'b0;
        assign summing   = 1'b0;
        assign folded    = 1'b1;
        assign insert    = 1'b0;
        assign insert_at = '0;
        assign sum       = '0;
    end
endmodule
