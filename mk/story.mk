# The page of a run's story as a C object: sim/story/story.html and Debian's d3.

D3 := /usr/share/javascript/d3/d3.min.js

# $(1) file, $(2) name: its bytes with a NUL behind them.
bytes_of = { echo 'const char $(2)[] = {'; od -An -v -td1 $(1) | sed 's/  */,/g; s/^,//; s/$$/,/'; echo '0};'; \
             echo 'const size_t $(2)_size = sizeof $(2) - 1;'; }

$(B)/story/bytes.c: sim/story/story.html $(D3) mk/story.mk
	@mkdir -p $(@D)
	@{ echo '/* Made from $< and $(D3) by mk/story.mk. */'; echo '#include <stddef.h>'; \
	   echo 'extern const char story_page[], story_library[];'; \
	   echo 'extern const size_t story_page_size, story_library_size;'; \
	   $(call bytes_of,$<,story_page); $(call bytes_of,$(D3),story_library); } > $@

$(B)/story/bytes.o: $(B)/story/bytes.c
	$(call run,cc,$(CC) $(CFLAGS) -c $< -o $@)

SIM_OBJECTS += $(B)/story/bytes.o
