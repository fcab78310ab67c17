// A Wishbone master at the end of a UART: a PC reads and writes the adapter as if it were
// memory-mapped there (sim/uart is the PC's side).
//
//   request   A5  op  address, low and high byte  [words, low byte first]  CRC-32
//   answer    5A  op  state                       [words]                  CRC-32
//
//   op[7] write, op[6] turns with each new write, op[5:0] words - 1
//   address   of the first word, in words (wb_adr); those behind it follow
//   state[0]  the adapter interrupts
//   CRC-32    of Ethernet, over all before it, low byte first
//
// A request that is not whole and right gets no answer, and does nothing: the PC asks again.
// A write that was done and whose answer was lost comes again with the same op[6] and is
// only answered: so nothing is done twice. A pause of GAP clocks within a request ends it,
// so that the next byte A5 begins one.
module uart_bus #(
    parameter UART_CLOCKS = 50,
    parameter GAP         = 8 * 10 * UART_CLOCKS
) (
    input  logic        clk,
    input  logic        rst,
    input  logic        uart_rx,
    output logic        uart_tx,

    output logic        wb_cyc,
    output logic        wb_we,
    output logic [15:2] wb_adr,
    output logic [31:0] wb_wdata,
    input  logic [31:0] wb_rdata,
    input  logic        wb_ack,
    input  logic        irq,
    output logic        quiet     // nothing moves until a byte comes
);
    localparam [7:0]  REQUEST = 8'ha5, ANSWER = 8'h5a;
    localparam [31:0] RIGHT = 32'hdebb20e3;  // what a CRC leaves that ran over itself, too
    localparam GAP_WIDTH = $clog2(GAP + 1);

    typedef enum logic [3:0] {
        SYNC, OP, LOW, HIGH, WORDS, CHECK, JUDGE, WRITE, HEAD, READ, SEND, TAIL
    } state_t;
    state_t state;

    // --- Bytes in and out ------------------------------------------------------------

    logic       send, send_ready, received, take, uart_quiet, unused_lost;
    logic [7:0] send_byte, receive_byte;

    soc_uart #(.CLOCKS(UART_CLOCKS)) uart (
        .clk(clk), .rst(rst), .send(send), .send_byte(send_byte), .send_ready(send_ready),
        .received(received), .receive_byte(receive_byte), .take(take), .lost(unused_lost), .quiet(uart_quiet),
        .tx(uart_tx), .rx(uart_rx));

    wire hears = state < JUDGE;
    assign take  = hears && received;
    assign quiet = uart_quiet && state == SYNC && !received;

    logic        crc_clear;
    logic [31:0] crc;
    wire         sums = state != TAIL;

    crc32 crc32 (.clk(clk), .clear(crc_clear), .step(take || (send && sums)), .data(hears ? receive_byte : send_byte), .crc(crc));

    // --- The request -----------------------------------------------------------------

    logic [7:0]  op;
    logic [13:0] address;
    logic [5:0]  index;      // of the word
    logic [1:0]  lane;       // of the byte in it, or of the head
    logic [31:0] word;
    logic [31:0] words [0:63];
    logic [GAP_WIDTH-1:0] gap;
    logic        done_before, done_turn;  // a write was done, with this op[6]

    wire is_write  = op[7];
    wire last_word = index == op[5:0];
    wire late      = gap == GAP_WIDTH'(GAP);

    assign wb_we    = is_write;
    assign wb_adr   = address;
    assign wb_wdata = word;
    assign wb_cyc   = (state == WRITE && fetched) || state == READ;

    logic fetched;  // `word` is what is to be written

    // --- The answer ------------------------------------------------------------------

    always_comb begin
        send = !hears && send_ready && (state == HEAD || state == SEND || state == TAIL);
        case (state)
        HEAD:    send_byte = lane == 0 ? ANSWER : lane == 1 ? op : {7'd0, irq};
        SEND:    send_byte = word[7:0];
        default: send_byte = ~(lane == 0 ? crc[7:0] : lane == 1 ? crc[15:8] : lane == 2 ? crc[23:16] : crc[31:24]);
        endcase
    end

    assign crc_clear = state == WRITE || (state == JUDGE) || (state == SYNC && !(received && receive_byte == REQUEST));

    always_ff @(posedge clk) begin
        gap <= hears && state != SYNC && !received && !late ? gap + 1 : 0;
        fetched <= state == WRITE && !wb_ack;
        if (take)
            word <= {receive_byte, word[31:8]};
        if (state == WRITE && !fetched)
            word <= words[index];
        if (state == WORDS && take && lane == 3)
            words[index] <= {receive_byte, word[31:8]};

        case (state)
        SYNC: if (take && receive_byte == REQUEST) state <= OP;
        OP: if (take) begin
            op    <= receive_byte;
            state <= LOW;
        end
        LOW: if (take) begin
            address[7:0] <= receive_byte;
            state <= HIGH;
        end
        HIGH: if (take) begin
            address[13:8] <= receive_byte[5:0];
            index <= 0;
            lane  <= 0;
            state <= is_write ? WORDS : CHECK;
        end
        WORDS: if (take) begin
            lane <= lane + 1;
            if (lane == 3) begin
                index <= index + 1;
                if (last_word) state <= CHECK;
            end
        end
        CHECK: if (take) begin
            lane <= lane + 1;
            if (lane == 3) state <= JUDGE;
        end
        JUDGE: begin
            index <= 0;
            lane  <= 0;
            if (crc != RIGHT)
                state <= SYNC;
            else if (is_write && !(done_before && done_turn == op[6]))
                state <= WRITE;
            else
                state <= HEAD;
        end
        WRITE: if (wb_ack) begin
            address <= address + 1;
            index   <= index + 1;
            if (last_word) begin
                done_before <= 1;
                done_turn   <= op[6];
                index       <= 0;
                state       <= HEAD;
            end
        end
        HEAD: if (send) begin
            lane <= lane + 1;
            if (lane == 2) begin
                lane  <= 0;
                state <= is_write ? TAIL : READ;
            end
        end
        READ: if (wb_ack) begin
            word    <= wb_rdata;
            address <= address + 1;
            state   <= SEND;
        end
        SEND: if (send) begin
            word <= {8'd0, word[31:8]};
            lane <= lane + 1;
            if (lane == 3) begin
                index <= index + 1;
                state <= last_word ? TAIL : READ;
            end
        end
        TAIL: if (send) begin
            lane <= lane + 1;
            if (lane == 3) state <= SYNC;
        end
        default: state <= SYNC;
        endcase
        if (late)
            state <= SYNC;
        if (rst) begin
            state       <= SYNC;
            done_before <= 0;
        end
    end
endmodule
