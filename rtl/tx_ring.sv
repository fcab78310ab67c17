// The transmit ring: holds the records that the driver wrote and hands each frame's
// bytes to the line side, its checksum in place.
//
// Second step of tx_record -> tx_ring -> tx_pause -> tx_pad -> tx_fcs -> tx_line ->
// tx_rmii.
//
// Positions are words modulo twice the ring. The driver owns what lies from its head
// on, this module what lies from tail to there. A record stays until its frame has
// left or was given up, so that it can be sent again. The line cannot wait: the word
// behind is read while the third byte of a word is sent, at any rate of the line.
module tx_ring #(
    parameter LOG2     = 12, // of the ring's size in bytes
    parameter CHECKSUM = 1
) (
    input  logic            clk,
    input  logic            rst,

    // host side
    input  logic            write,
    input  logic [LOG2-3:0] write_word,
    input  logic [3:0]      write_sel,
    input  logic [31:0]     write_data,
    output logic            write_taken,
    output logic [LOG2-2:0] tail,

    // tx_record
    input  logic            side_read,
    input  logic [LOG2-2:0] side_position,
    output logic            side_taken,
    output logic [31:0]     word,
    input  logic            offer,
    output logic            take,
    input  logic [1:0]      last_lane,
    input  logic            insert,
    input  logic [6:0]      insert_at,
    input  logic [15:0]     sum,
    input  logic            refused,
    output logic            ready,      // for a record: every one taken has left

    // line side
    output logic [7:0]      out_data,
    output logic            out_valid,
    output logic            out_last,
    input  logic            out_ready,
    input  logic [10:0]     index,      // number of the byte offered, in the frame
    input  logic            done,       // the frame has left, or was given up
    input  logic            again,      // it collided: from its start
    output logic            moves       // something changes in this clock, out_ready apart
);
    localparam WORDS = 1 << (LOG2 - 2);

    (* ram_style = "block" *) logic [31:0] memory [0:WORDS-1];

    typedef enum logic [2:0] {READY, STEP, READ, FILL, SEND, SENT} state_t;
    state_t state;
    logic [LOG2-2:0] position;    // of the word behind the one in `current`
    logic [LOG2-2:0] end_of_this; // the record, or what was refused
    logic            emptied;
    logic [1:0]      lane, end_lane;
    logic [31:0]     current;
    logic [7:0]      byte_of_word;

    wire send = out_valid && out_ready;
    // The sender goes first, then the host, then tx_record, who must not read either
    // while `word` waits for the last lane to be taken. So nothing is read while
    // something is written.
    wire ahead    = send && lane == 2'd2;
    wire sender   = state == READ || ahead;
    wire read     = sender || (side_read && side_taken);
    wire [LOG2-3:0] read_word = sender ? position[LOG2-3:0] : side_position[LOG2-3:0];

    assign write_taken = !sender;
    assign side_taken  = !sender && !write && !(state == SEND && lane == 2'd3);
    assign ready      = state == READY;
    assign take       = ready && offer;
    assign moves      = write || side_read || state == STEP || state == READ || state == FILL || (ready && (offer || position != tail))
                     || done || again || refused || emptied;
    assign out_valid  = state == SEND;
    assign out_last   = position == end_of_this && lane == end_lane;

    always_ff @(posedge clk)
        if (write && write_taken)
            for (int i = 0; i < 4; i++)
                if (write_sel[i]) memory[write_word][8 * i +: 8] <= write_data[8 * i +: 8];

    always_ff @(posedge clk)
        if (read)
            word <= memory[read_word];

    always_comb
        case (lane)
            2'd0: byte_of_word = current[7:0];
            2'd1: byte_of_word = current[15:8];
            2'd2: byte_of_word = current[23:16];
            default: byte_of_word = current[31:24];
        endcase

    if (CHECKSUM) begin : sums
        logic        inserts, all_ones;
        logic [6:0]  here;
        logic [15:0] held;
        wire  [7:0]  half = index[0] ? held[15:8] : held[7:0];

        always_ff @(posedge clk)
            if (take) begin
                inserts  <= insert;
                here     <= insert_at - 7'd3; // of the frame
                held     <= sum;
                all_ones <= sum == '1;
            end

        // The sum's complement; for 0, which says that there is none, the other zero.
        assign out_data = inserts && index[10:1] == {3'd0, here} ? ~half | {8{all_ones}} : byte_of_word;
    end else begin : no_sums
        assign out_data = byte_of_word;

        wire unused = &{1'b0, insert, insert_at, sum, index};
    end

    always_ff @(posedge clk)
        if (rst) begin
            state   <= READY;
            tail    <= '0;
            emptied <= 1'b0;
        end else begin
            if (done || emptied) tail <= end_of_this;
            emptied <= refused;

            if (state == READY || again) position <= tail;
            else if (state == STEP || state == FILL || (send && lane == 2'd3)) position <= position + 1'b1;

            if (done) state <= READY;
            else if (again) state <= STEP;
            else
                case (state)
                    READY: if (offer) state <= STEP;
                    STEP: state <= READ;
                    READ: state <= FILL;
                    FILL: state <= SEND;
                    SEND: if (send && out_last) state <= SENT;
                    default: ;
                endcase
        end

    always_ff @(posedge clk) begin
        if (take || refused) end_of_this <= side_position;
        if (take) end_lane <= last_lane;
        if (state == FILL || (send && lane == 2'd3)) current <= word;
        if (state == FILL) lane <= 2'd2;
        else if (send) lane <= lane + 1'b1;
    end
endmodule
