# Verilator's own part of every model, compiled once.

VERILATOR_ROOT    = $(or $(shell verilator --getenv VERILATOR_ROOT 2>/dev/null),/usr/share/verilator)
VERILATOR_INCLUDE = -isystem $(VERILATOR_ROOT)/include -isystem $(VERILATOR_ROOT)/include/vltstd

VERILATOR_RUNTIME := verilated verilated_threads verilated_fst_c

build/verilator/%.o:
	@mkdir -p $(@D)
	$(call run,c++,$(CXX) -O2 -w $(VERILATOR_INCLUDE) -c $(VERILATOR_ROOT)/include/$*.cpp -o $@)

build/verilator/runtime.a: $(VERILATOR_RUNTIME:%=build/verilator/%.o)
	@rm -f $@
	$(call run,ar,ar rcs $@ $^)
