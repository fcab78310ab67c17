# The system-on-chip: its firmware, and the program that simulates both.

SOC := build/soc

# --- The firmware: the same driver and stack, with picolibc ------------------------

FIRMWARE_CC    := riscv64-unknown-elf-gcc
FIRMWARE_OPTIMIZE := -O2
FIRMWARE_FLAGS := -march=rv32im -mabi=ilp32 -std=c11 $(FIRMWARE_OPTIMIZE) -flto -ffunction-sections -fdata-sections \
                  -DNDEBUG -DLAN_SMALL $(WARNINGS) -Iinclude -Idriver -iquote stack -Isim/lantern -Ifpga/firmware \
                  -isystem /usr/lib/picolibc/riscv64-unknown-elf/include
FIRMWARE_LINK  := -march=rv32im -mabi=ilp32 $(FIRMWARE_OPTIMIZE) -flto -nostartfiles --specs=picolibc.specs \
                  -Wl,--gc-sections -Wl,--no-warn-rwx-segments -T fpga/firmware/soc.ld
FIRMWARE_BASE  := fpga/firmware/start.S $(addprefix fpga/firmware/,board.c console.c firmware.c memory.c) driver/bus_mmio.c \
                  $(LIB_SOURCES) sim/lantern/services/service.c
FIRMWARE_MAIN  := fpga/firmware/main.c fpga/firmware/page.c fpga/firmware/iperf.c \
                  $(addprefix sim/lantern/services/,stream.c datagram.c echo.c discard.c chargen.c)
firmware_objects = $(patsubst %,$(SOC)/%.o,$(basename $(1)))

$(SOC)/%.o: %.c mk/soc.mk
	@mkdir -p $(@D)
	$(call run,rv32,$(FIRMWARE_CC) $(FIRMWARE_FLAGS) -MMD -MP -c $< -o $@)

$(SOC)/%.o: %.S mk/soc.mk
	@mkdir -p $(@D)
	$(call run,rv32,$(FIRMWARE_CC) -march=rv32im_zicsr -mabi=ilp32 -c $< -o $@)

# Without a table of what is in which section, a symbol's size is what its instructions take.
$(SOC)/firmware.elf: $(call firmware_objects,$(FIRMWARE_BASE) $(FIRMWARE_MAIN)) fpga/firmware/soc.ld
	$(call run,link,$(FIRMWARE_CC) $(FIRMWARE_LINK) -Wl$(comma)-Map=$(@:.elf=.map) $(filter %.o,$^) -o $@)

comma := ,

# A program of one's own: PROGRAM=folder/name.c becomes build/soc/name.elf.
PROGRAM ?= fpga/firmware/example.c
program_elf = $(SOC)/$(basename $(notdir $(PROGRAM))).elf

$(program_elf): $(call firmware_objects,$(FIRMWARE_BASE) $(PROGRAM)) fpga/firmware/soc.ld
	$(call run,link,$(FIRMWARE_CC) $(FIRMWARE_LINK) $(filter %.o,$^) -o $@)

program: ## PROGRAM=folder/name.c: a program of your own for the board, as build/soc/name.elf
	@tools/install soc
	@$(MAKE) --no-print-directory -j2 $(program_elf)

.PHONY: program
-include $(shell [ -d $(SOC) ] && find $(SOC) -name '*.d')

# --- The simulation: the system-on-chip's model behind `lantern soc` ---------------

VEXRISCV = $(firstword $(wildcard $(SOC)/venv/lib/python3*/site-packages/pythondata_cpu_vexriscv/verilog/VexRiscv.v))
SOC_CACHE_LOG2 := 14
SOC_RTL := fpga/soc/soc_pkg.sv $(filter-out fpga/soc/soc_pkg.sv,$(wildcard fpga/soc/*.sv))

# What it makes public keeps Verilator from putting it into one piece with the rest; the
# profile wants the program counter only.
$(SOC)/VexRiscv.v: $(VEXRISCV) mk/soc.mk fpga/soc/wider_cache
	@fpga/soc/wider_cache $(SOC_CACHE_LOG2) < $(VEXRISCV) | sed -e 's#lastStagePc /\* verilator public \*/#lastStagePc /* verilator public_flat_rd */#' -e 's#lastStageIsFiring /\* verilator public \*/#lastStageIsFiring /* verilator public_flat_rd */#' -e 's#/\* verilator public \*/##' > $@

$(SOC)/model/V.a: $(RTL_SOURCES) $(SOC_RTL) $(SOC)/VexRiscv.v
	@mkdir -p $(@D)
	@printf '  %-4s %s\n' model $@
	@verilator --cc -O3 --trace-fst --trace-structs --x-assign fast --x-initial fast --noassert -Wno-lint -Wno-WIDTH \
	    -Mdir $(@D) --prefix Vsoc --top-module soc $(RTL_SOURCES) $(SOC_RTL) $(SOC)/VexRiscv.v > $(@D)/verilator.log 2>&1 || { cat $(@D)/verilator.log >&2; exit 1; }
	@$(MAKE) --no-print-directory -s -C $(@D) -f Vsoc.mk OPT_FAST=-O3 OPT_SLOW=-O1 OPT_GLOBAL=-O2 Vsoc__ALL.a > /dev/null
	@cp $(@D)/Vsoc__ALL.a $@

$(B)/sim/soc/soc_model.o: sim/soc/soc_model.cpp sim/soc/soc_model.h $(SOC)/model/V.a
	@mkdir -p $(@D)
	$(call run,c++,$(CXX) $(CXXFLAGS) -Wall -Wextra -I$(SOC)/model $(VERILATOR_INCLUDE) -c $< -o $@)

SOC_OBJECTS := $(B)/sim/soc/soc_model.o $(patsubst %.c,$(B)/%.o,$(wildcard sim/soc/*.c))

# Of the command's parts those that join the world to the outside.
SOC_FROM_LANTERN := $(patsubst %,$(B)/sim/lantern/%.o,interrupt options_value outside poll_set record say slirp status_line tap)

$(B)/lantern-soc: $(SOC_OBJECTS) $(SOC_FROM_LANTERN) $(B)/libsim.a $(B)/liblan.a $(SOC)/model/V.a $(MODEL_LIBRARIES)
	$(call run,link,$(CXX) $(LDFLAGS) $^ -lslirp -lyaml -lz -o $@)

soc: ## The system-on-chip: its firmware, and the simulation of both for `lantern soc'
	@tools/install soc
	@$(MAKE) --no-print-directory -j2 lantern $(SOC)/firmware.elf build/release/lantern-soc

.PHONY: soc

# Or the compiler finds that a loop which copies is a memcpy.
$(SOC)/fpga/firmware/memory.o: FIRMWARE_FLAGS += -O2 -fno-lto -fno-tree-loop-distribute-patterns

$(B)/tests/bench/soc/throughput: $(B)/tests/bench/soc/throughput.o $(filter-out $(B)/sim/soc/main.o $(B)/sim/soc/console.o,$(SOC_OBJECTS)) $(B)/libsim.a $(B)/liblan.a $(SOC)/model/V.a $(MODEL_LIBRARIES)
	$(call run,link,$(CXX) $(LDFLAGS) $^ -lz -o $@)

test-soc: ## The system-on-chip's firmware in simulation, against this machine's programs
	@tools/install test
	@tools/install soc
	@$(MAKE) --no-print-directory -j2 lantern $(SOC)/firmware.elf $(SOC)/example.elf build/release/lantern-soc build/release/tests/bench/soc/throughput
	@$(PYTHON) -m pytest -p no:cacheprovider -q --tb=short tests/soc/check_soc.py

bench-soc: soc ## TCP and small datagrams from the simulated processor
	@$(MAKE) --no-print-directory build/release/tests/bench/soc/throughput
	@for what in send receive datagrams; do build/release/tests/bench/soc/throughput $(SOC)/firmware.elf $$what 2>/dev/null; done

.PHONY: test-soc bench-soc
