/* `lantern wave`: the waveform of a window of a recorded run, made afterwards. */
#ifndef LANTERN_WAVE_H
#define LANTERN_WAVE_H

/* The exit status; `argv` begins with the program's name and `wave`. */
int wave_main(int argc, char **argv);

#endif
