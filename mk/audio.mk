# Sound over RTP and TCP under loss (docs/audio.md): WAV files, a table, a figure.

AUDIO_OBJECTS := $(B)/tests/bench/audio/audio.o $(B)/tests/cosim/journey.o

$(B)/tests/bench/audio/audio.o: CFLAGS += -iquote tests/cosim

$(B)/tests/bench/audio/audio: $(AUDIO_OBJECTS) $(B)/libsim.a $(B)/liblan.a $(MODEL_LIBRARIES)
	$(call run,link,$(CXX) $(LDFLAGS) $^ -lz -o $@)

.PHONY: audio
audio: ## A tune by RTP and by TCP under loss: build/audio/*.wav, the table, docs/pictures/audio-loss.png
	@tools/install audio
	@$(MAKE) --no-print-directory -j2 $(B)/tests/bench/audio/audio
	@mkdir -p build/audio
	@$(B)/tests/bench/audio/audio build/audio
	@tests/bench/audio/figure build/audio/table.tsv docs/pictures/audio-loss.png
