// Carries words from one clock to another, in order, each once (Gray-coded
// positions through two flip-flops; no word is looked at before its position has
// arrived). The writer may write when `ready`, the reader read when `valid`.
//
// Proved for any two clocks in tests/formal.
module clock_fifo #(
    parameter WIDTH = 8,
    parameter LOG2  = 3  // of the depth; 2 at least
) (
    input  logic             clk_in,
    input  logic             rst_in,
    input  logic [WIDTH-1:0] in_data,
    input  logic             in_valid,
    output logic             in_ready,

    input  logic             clk_out,
    input  logic             rst_out,
    output logic [WIDTH-1:0] out_data,
    output logic             out_valid,
    input  logic             out_ready
);
    logic [WIDTH-1:0] memory [0:(1<<LOG2)-1];
    logic [LOG2:0] head, tail;               // of the writer, of the reader
    logic [LOG2:0] head_gray, tail_gray;
    logic [LOG2:0] head_first, head_seen;    // in clk_out
    logic [LOG2:0] tail_first, tail_seen;    // in clk_in
    wire  [LOG2:0] head_next = head + 1'b1, tail_next = tail + 1'b1;

    // Full: the positions differ by the depth, which in Gray code flips the top two bits.
    assign in_ready  = head_gray != {~tail_seen[LOG2:LOG2-1], tail_seen[LOG2-2:0]};
    assign out_valid = tail_gray != head_seen;
    assign out_data  = memory[tail[LOG2-1:0]];

    always_ff @(posedge clk_in)
        if (in_valid && in_ready) memory[head[LOG2-1:0]] <= in_data;

    always_ff @(posedge clk_in)
        if (rst_in) begin
            head       <= '0;
            head_gray  <= '0;
            tail_first <= '0;
            tail_seen  <= '0;
        end else begin
            if (in_valid && in_ready) begin
                head      <= head_next;
                head_gray <= head_next ^ (head_next >> 1);
            end
            tail_first <= tail_gray;
            tail_seen  <= tail_first;
        end

    always_ff @(posedge clk_out)
        if (rst_out) begin
            tail       <= '0;
            tail_gray  <= '0;
            head_first <= '0;
            head_seen  <= '0;
        end else begin
            if (out_valid && out_ready) begin
                tail      <= tail_next;
                tail_gray <= tail_next ^ (tail_next >> 1);
            end
            head_first <= head_gray;
            head_seen  <= head_first;
        end

`ifdef FORMAL
    function automatic logic [LOG2:0] binary(input logic [LOG2:0] gray);
        for (int i = 0; i <= LOG2; i++)
            binary[i] = ^(gray >> i);
    endfunction

    // Each position as it is and as the other side knows it, counted from the oldest
    // knowledge on: time passes them in this order, and they never overtake.
    wire [LOG2:0] oldest = binary(tail_seen);
    wire [LOG2:0] tail_1 = binary(tail_first) - oldest, tail_0 = tail - oldest;
    wire [LOG2:0] head_2 = binary(head_seen) - oldest, head_1 = binary(head_first) - oldest, head_0 = head - oldest;
    wire [LOG2:0] inside = head - tail;

    always_comb begin
        assert (head_gray == (head ^ (head >> 1)) && tail_gray == (tail ^ (tail >> 1)));
        assert (tail_1 <= tail_0 && tail_0 <= head_2 && head_2 <= head_1 && head_1 <= head_0);
        assert (head_0 <= (LOG2+1)'(1 << LOG2));
        // So what is written lies on nothing unread, and what is read was written.
        if (in_ready) assert (inside < (LOG2+1)'(1 << LOG2));
        if (out_valid) assert (inside != '0);
    end
`endif
endmodule
