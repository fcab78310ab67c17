# `lantern exec`: its part of the command, and the library that it preloads, which goes
# into other people's programs and so is built without sanitizers.

LANTERN_OBJECTS += $(patsubst %.c,$(B)/%.o,$(wildcard sim/exec/*.c))

PRELOAD_SOURCES := $(wildcard sim/exec/preload/*.c)
$(B)/lantern-preload.so: $(PRELOAD_SOURCES) sim/exec/preload/preload.h sim/exec/protocol.h
	@mkdir -p $(@D)
	$(call run,link,$(CC) -std=c11 -O2 -g -fPIC -fvisibility=hidden $(WARNINGS) -Isim -shared $(PRELOAD_SOURCES) -ldl -o $@)

$(B)/lantern: | $(B)/lantern-preload.so
