# The adapter on a board at a serial line: `lantern ... --adapter uart:DEVICE`, and a
# simulated board for its tests.

UART_OBJECTS := $(patsubst %.c,$(B)/%.o,$(wildcard sim/uart/*.c)) $(SITE_OBJECTS) \
                $(patsubst %,$(B)/sim/lantern/%.o,fetch files interrupt made_bytes options_value say status_line web services/service \
                    services/stream services/chargen services/discard services/echo)

$(B)/lantern-uart: $(UART_OBJECTS) $(B)/liblan.a
	$(call run,link,$(CC) $(LDFLAGS) $^ -lz -o $@)

lantern: $(B)/lantern-uart

# Eight clocks a bit instead of fifty: the same logic in less time.
LINK_CLOCKS := 8

build/host_link/V.a: $(RTL_SOURCES) fpga/soc/soc_uart.sv $(wildcard fpga/host_link/*.sv) mk/uart.mk
	@mkdir -p $(@D)
	@printf '  %-4s %s\n' model $@
	@verilator --cc -O3 --trace-fst --x-assign fast --x-initial fast --noassert -Wno-lint -GUART_CLOCKS=$(LINK_CLOCKS) \
	    -Mdir $(@D) --prefix Vsoc --top-module host_link $(RTL_SOURCES) fpga/soc/soc_uart.sv $(wildcard fpga/host_link/*.sv) > $(@D)/verilator.log 2>&1 || { cat $(@D)/verilator.log >&2; exit 1; }
	@$(MAKE) --no-print-directory -s -C $(@D) -f Vsoc.mk OPT_FAST=-O3 OPT_SLOW=-O1 Vsoc__ALL.a > /dev/null
	@cp $(@D)/Vsoc__ALL.a $@

build/host_link/soc_model.o: sim/soc/soc_model.cpp sim/soc/soc_model.h build/host_link/V.a
	$(call run,c++,$(CXX) $(CXXFLAGS) -Wall -Wextra -DSOC_WITHOUT_PROCESSOR -DSOC_UART_CLOCKS=$(LINK_CLOCKS) -Ibuild/host_link $(VERILATOR_INCLUDE) -c $< -o $@)

$(B)/tests/host_link/board: $(B)/tests/host_link/board.o build/host_link/soc_model.o $(B)/sim/soc/soc_host.o \
        $(patsubst %,$(B)/sim/lantern/%.o,interrupt outside poll_set record say slirp status_line) $(B)/libsim.a $(B)/liblan.a build/host_link/V.a $(MODEL_LIBRARIES)
	$(call run,link,$(CXX) $(LDFLAGS) $^ -lslirp -lz -o $@)

.PHONY: test-link
test-link: tools-test ## The adapter at a serial line, simulated behind a pseudo-terminal
	@$(MAKE) --no-print-directory -j2 lantern build/release/tests/host_link/board
	@$(PYTHON) -m pytest -p no:cacheprovider -q --tb=short tests/host_link/check_link.py
