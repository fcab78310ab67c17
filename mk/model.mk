# The Verilated adapter: build/model/Vnic__ALL.a and the thin C++ over it.
#
# sim/nic_model.cpp calls two functions of the generated model directly, which is
# faster than eval() (docs/decisions). They are internals of Verilator: if this
# version of it has no such functions, NIC_MODEL_PLAIN makes the model use eval().

MODEL_RTL       := rtl/nic_pkg.sv $(filter-out rtl/nic_pkg.sv rtl/nic.sv,$(wildcard rtl/*.sv))
MODEL_OBJECTS    = $(B)/sim/nic_model.o
MODEL_LIBRARIES  = build/model/V.a build/verilator/runtime.a

build/model/V.a: $(MODEL_RTL) mk/model.mk
	@mkdir -p $(@D)
	@printf '  %-4s %s\n' model $@
	@verilator --cc -O3 --trace-fst --trace-structs --x-assign fast --x-initial fast --noassert -Wall \
	    -Mdir $(@D) --prefix Vnic --top-module nic_parts $(MODEL_RTL) > $(@D)/verilator.log 2>&1 || { cat $(@D)/verilator.log >&2; exit 1; }
	@$(MAKE) --no-print-directory -s -C $(@D) -f Vnic.mk OPT_FAST=-O3 OPT_SLOW=-O1 OPT_GLOBAL=-O2 Vnic__ALL.a > /dev/null
	@cp $(@D)/Vnic__ALL.a $@

MODEL_IS_AS_KNOWN = grep -q __VicoTriggered build/model/Vnic___024root.h && \
                    grep -q __VnbaTriggered build/model/Vnic___024root.h && \
                    grep -qs '___eval_nba(Vnic___024root' build/model/*.cpp && \
                    test "$$(grep -ho 'VactTriggered.at([0-9]*U) = ((IData)(vlSelf->[a-z_]*)' build/model/*.cpp | \
                        sed 's/.*at(\(.*\)U).*>\(.*\))/\1 \2/' | tr '\n' ' ')" = '0 clk 1 clk_host 2 clk_rx 3 clk_tx '

$(B)/sim/nic_model.o: sim/nic_model.cpp sim/nic_model.h build/model/V.a
	@mkdir -p $(@D)
	@$(MODEL_IS_AS_KNOWN) || echo "model: this Verilator is not the known one; the model runs by eval(), more slowly"
	@printf '  %-4s %s\n' c++ $@
	@$(CXX) $(CXXFLAGS) $(if $(filter release,$(V)),-O3) -Wall -Wextra -Ibuild/model $(VERILATOR_INCLUDE) \
	    $$($(MODEL_IS_AS_KNOWN) || echo -DNIC_MODEL_PLAIN) -c $< -o $@

$(B)/tests/bench/model: $(B)/tests/bench/model.o $(B)/libsim.a $(B)/liblan-inside.a $(MODEL_LIBRARIES)
	$(CXX) $(LDFLAGS) $^ -lz -o $@
