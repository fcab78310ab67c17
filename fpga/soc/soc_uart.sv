// A UART: 8 bits, no parity, one stop bit, CLOCKS clock cycles a bit; what was received
// waits in a queue of 16.
module soc_uart #(
    parameter CLOCKS = 50
) (
    input  logic       clk,
    input  logic       rst,

    input  logic       send,        // pulse, while send_ready
    input  logic [7:0] send_byte,
    output logic       send_ready,

    output logic       received,    // receive_byte is the oldest
    output logic [7:0] receive_byte,
    input  logic       take,        // pulse
    output logic       lost,        // pulse: one came and there was no room
    output logic       quiet,       // nothing moves

    output logic       tx,
    input  logic       rx
);
    localparam WIDTH = $clog2(CLOCKS);
    localparam [WIDTH-1:0] BIT = WIDTH'(CLOCKS - 1), HALF_BIT = WIDTH'(CLOCKS / 2);

    // --- Sending ---------------------------------------------------------------------

    logic [9:0]       tx_shift;  // stop bit, byte, start bit; all ones: nothing is sent
    logic [3:0]       tx_left;
    logic [WIDTH-1:0] tx_count;

    assign send_ready = tx_left == 0;
    assign tx         = tx_shift[0];

    always_ff @(posedge clk)
        if (rst) begin
            tx_shift <= '1;
            tx_left  <= 0;
            tx_count <= 0;
        end else if (send_ready) begin
            if (send) begin
                tx_shift <= {1'b1, send_byte, 1'b0};
                tx_left  <= 10;
                tx_count <= BIT;
            end
        end else if (tx_count != 0)
            tx_count <= tx_count - 1;
        else begin
            tx_shift <= {1'b1, tx_shift[9:1]};
            tx_left  <= tx_left - 1;
            tx_count <= BIT;
        end

    // --- Receiving -------------------------------------------------------------------

    logic [1:0]       rx_sync;   // two registers: the line has no clock
    logic [7:0]       rx_shift;
    logic [3:0]       rx_left;   // bits of the byte that comes, stop bit included; 0: none comes
    logic [WIDTH-1:0] rx_count;
    logic             rx_done;

    always_ff @(posedge clk) begin
        rx_sync <= {rx_sync[0], rx};
        rx_done <= 0;
        if (rst) begin
            rx_sync <= '1;
            rx_left <= 0;
        end else if (rx_left == 0) begin
            if (!rx_sync[1]) begin
                rx_left  <= 10;
                rx_count <= HALF_BIT;
            end
        end else if (rx_count != 0)
            rx_count <= rx_count - 1;
        else begin
            rx_count <= BIT;
            rx_left  <= rx_left == 10 && rx_sync[1] ? 0 : rx_left - 1;  // no start bit: a spike
            rx_done  <= rx_left == 1 && rx_sync[1];                     // without a stop bit: none
            if (rx_left != 1)
                rx_shift <= {rx_sync[1], rx_shift[7:1]};
        end
    end

    // --- What was received -----------------------------------------------------------

    logic [7:0] queue [0:15];
    logic [4:0] head, tail;

    wire full = head[3:0] == tail[3:0] && head[4] != tail[4];

    assign received     = head != tail;
    assign receive_byte = queue[tail[3:0]];
    assign lost         = rx_done && full;
    assign quiet        = send_ready && rx_left == 0 && !rx_done && rx_sync == '1 && rx;

    always_ff @(posedge clk) begin
        if (rx_done && !full)
            queue[head[3:0]] <= rx_shift;
        if (rst) begin
            head <= 0;
            tail <= 0;
        end else begin
            head <= head + {4'd0, rx_done && !full};
            tail <= tail + {4'd0, take && received};
        end
    end
endmodule
