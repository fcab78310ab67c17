// The small parts beside the adapter: console, time, the wait for something to do, lights.
// Registers: soc.rdl. A read of WAIT is answered when there is something to do: so long
// the processor stands still, and so may simulated time (`waits`).
module soc_io #(
    parameter CLOCK_MHZ   = 50,
    parameter UART_CLOCKS = 50
) (
    input  logic        clk,
    input  logic        rst,
    input  logic [31:0] tick_count,  // clocks that pass in this one: 1, or in a jump more...
    input  logic [31:0] tick_us,     // ...that are so many whole microseconds; else 0
    output logic        waits,       // nothing changes but the time, until an input does...
    output logic [31:0] wait_us,     // ...or so many microseconds are over

    input  logic        stb,
    input  logic        we,
    input  logic [17:2] adr,
    input  logic [31:0] wdata,
    output logic        ack,
    output logic [31:0] rdata,

    input  logic        adapter_irq,
    input  logic        uart_rx,
    output logic        uart_tx,
    output logic [7:0]  leds
);
    localparam PRESCALE_WIDTH = $clog2(CLOCK_MHZ);
    localparam [PRESCALE_WIDTH-1:0] PRESCALE = PRESCALE_WIDTH'(CLOCK_MHZ - 1);

    wire access = stb && !ack;
    wire write  = access && we;
    wire read   = access && !we;
    wire [17:0] address = {adr, 2'b00};

    wire at_uart_data  = address == soc_pkg::SOC_UART_DATA_ADDRESS[17:0];
    wire at_uart_state = address == soc_pkg::SOC_UART_STATE_ADDRESS[17:0];
    wire at_time_low   = address == soc_pkg::SOC_TIME_LOW_ADDRESS[17:0];
    wire at_time_high  = address == soc_pkg::SOC_TIME_HIGH_ADDRESS[17:0];
    wire at_wait       = address == soc_pkg::SOC_WAIT_ADDRESS[17:0];
    wire at_alarm      = address == soc_pkg::SOC_ALARM_ADDRESS[17:0];
    wire at_cycles     = address == soc_pkg::SOC_CYCLES_ADDRESS[17:0];
    wire at_lights     = address == soc_pkg::SOC_LIGHTS_ADDRESS[17:0];

    // --- Time ------------------------------------------------------------------------

    logic [PRESCALE_WIDTH-1:0] prescaler;
    logic [63:0] now_us;
    logic [31:0] high_us, alarm_us, cycles;
    logic        due;

    wire second = prescaler == PRESCALE;  // a microsecond's last clock

    assign wait_us = alarm_us - now_us[31:0];

    always_ff @(posedge clk) begin
        due <= $signed(wait_us) <= 0;
        cycles <= cycles + tick_count;
        if (rst) begin
            prescaler <= 0;
            now_us    <= 0;
            alarm_us  <= 0;
            high_us   <= 0;
            cycles    <= 0;
        end else begin
            prescaler <= tick_us != 0 ? prescaler : second ? 0 : prescaler + 1;
            now_us    <= now_us + 64'(tick_us != 0 ? tick_us : 32'(second));
            if (write && at_alarm)
                alarm_us <= wdata;
            if (read && at_time_low)
                high_us <= now_us[63:32];
        end
    end

    // --- Console ---------------------------------------------------------------------

    logic       send_ready, received, lost, uart_quiet;
    logic       was_lost;
    logic [7:0] receive_byte;

    soc_uart #(.CLOCKS(UART_CLOCKS)) uart (
        .clk(clk), .rst(rst),
        .send(write && at_uart_data), .send_byte(wdata[7:0]), .send_ready(send_ready),
        .received(received), .receive_byte(receive_byte), .take(read && at_uart_data), .lost(lost), .quiet(uart_quiet),
        .tx(uart_tx), .rx(uart_rx));

    always_ff @(posedge clk)
        if (rst)
            was_lost <= 0;
        else
            was_lost <= lost || (was_lost && !(write && at_uart_state && wdata[2]));

    // --- The bus ---------------------------------------------------------------------

    logic written;  // the alarm was: `due` does not know of it yet
    wire  ready = adapter_irq || received || (due && !written);

    assign waits = stb && !we && at_wait && !ack && !ready && !written && uart_quiet;

    always_ff @(posedge clk) begin
        written <= write && at_alarm;
        ack <= !rst && access && (we || !at_wait || ready);
        if (rst)
            leds <= 0;
        else if (write && at_lights)
            leds <= wdata[7:0];
        rdata <= '0;
        if (at_uart_data)
            rdata[8:0] <= {received, receive_byte};
        if (at_uart_state)
            rdata[2:0] <= {was_lost, received, send_ready};
        if (at_time_low)
            rdata <= now_us[31:0];
        if (at_time_high)
            rdata <= high_us;
        if (at_wait)
            rdata[2:0] <= {due, received, adapter_irq};
        if (at_alarm)
            rdata <= alarm_us;
        if (at_cycles)
            rdata <= cycles;
        if (at_lights)
            rdata[7:0] <= leds;
    end
endmodule
