# A bench of one Verilated module: tests/rtl/test_<module>.cpp, or
# test_<module>__<subject>.cpp where a module has several.

RTL_ALL          := $(RTL_SOURCES) rtl/nic_pkg.sv $(filter-out rtl/nic_pkg.sv,$(wildcard rtl/*.sv)) $(wildcard rtl/lib/*.sv) $(wildcard tests/rtl/*.sv)
bench_module      = $(firstword $(subst __, ,$(patsubst test_%,%,$(1))))
BENCH_MODULES    := $(sort $(foreach t,$(notdir $(RTL_TESTS)),$(call bench_module,$(t))))

# Coarse on purpose: any change of the RTL builds the module anew.
build/rtl/%/V.a: $(RTL_ALL)
	@mkdir -p $(@D)
	@printf '  %-4s %s\n' rtl $@
	@verilator --cc -O3 --assert -Wno-lint -Mdir $(@D) --prefix V$* --top-module $* $(sort rtl/nic_pkg.sv) $(filter-out rtl/nic_pkg.sv,$(wildcard rtl/*.sv)) $(wildcard rtl/lib/*.sv) $(wildcard tests/rtl/*.sv) > $(@D)/verilator.log 2>&1 || { cat $(@D)/verilator.log >&2; exit 1; }
	@$(MAKE) --no-print-directory -s -C $(@D) -f V$*.mk OPT_FAST=-O2 OPT_SLOW=-O1 V$*__ALL.a > /dev/null
	@cp $(@D)/V$*__ALL.a $@

define rtl_bench
build/rtl/$(1): tests/rtl/$(1).cpp $(wildcard tests/rtl/*.hpp) build/rtl/$(call bench_module,$(1))/V.a build/verilator/runtime.a
	@printf '  %-4s %s\n' link $$@
	@$(CXX) -std=c++17 -O2 -g -Wall -Wextra -Itests/rtl -Itests/lib -Idriver -Iinclude -Ibuild/rtl/$(call bench_module,$(1)) $(VERILATOR_INCLUDE) $$(filter %.cpp %.a %.o,$$^) $(CHECK_LIBRARIES) -lz -o $$@
endef
$(foreach t,$(notdir $(RTL_TESTS)),$(eval $(call rtl_bench,$(t))))
