# The stacks under measurement (tests/bench/peers), only by `make bench`: ours,
# lwIP from Debian, smoltcp from crates.io if there is a cargo.

PEERS      := tests/bench/peers
HAVE_CARGO := $(shell command -v cargo 2>/dev/null)
SMOLTCP    := $(if $(HAVE_CARGO),build/smoltcp/release/libsmoltcp_end.a)

PEERS_SOURCES := $(filter-out %/lwip_end.c $(if $(SMOLTCP),,%/peer_smoltcp.c),$(wildcard $(PEERS)/*.c))
PEERS_OBJECTS := $(PEERS_SOURCES:%.c=$(B)/%.o)

$(B)/$(PEERS)/peers.o: CFLAGS += -DHAVE_LWIP $(if $(SMOLTCP),-DHAVE_SMOLTCP)
$(B)/$(PEERS)/peer_lwip.o: CFLAGS += -DLWIP_END='"./$(B)/$(PEERS)/lwip_end.so"'

build/smoltcp/release/libsmoltcp_end.a: $(wildcard $(PEERS)/smoltcp/*.toml $(PEERS)/smoltcp/*.lock $(PEERS)/smoltcp/src/*.rs)
	@printf '  %-4s %s\n' cargo $@
	@cd $(PEERS)/smoltcp && CARGO_TARGET_DIR=$(CURDIR)/build/smoltcp cargo build --quiet --locked --release -j2
	@touch $@

# lwIP's headers want the system's limits.h where a quoted include would find stack/limits.h.
$(B)/$(PEERS)/lwip_end.so: $(PEERS)/lwip_end.c $(PEERS)/lwip_end.h
	@mkdir -p $(@D)
	$(call run,cc,$(CC) -std=c11 $(OPTIMIZE) $(WARNINGS) -isystem /usr/include/lwip -fPIC -shared $< -llwip -o $@)

$(B)/$(PEERS)/peers: $(PEERS_OBJECTS) $(B)/liblan-inside.a $(SMOLTCP) | $(B)/$(PEERS)/lwip_end.so
	$(call run,link,$(CC) $(LDFLAGS) $^ -ldl -lpthread -lm -o $@)
