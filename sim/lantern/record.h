/* A record of all that came into a run from outside: frames, the end, looks at the wall
 * clock; each with the simulated time up to which everything was granted then. With it
 * the run can be had again without its peers, bit for bit (`lantern replay`).
 *
 * It is text: `lantern-run 1`, the words of the command line, the seed, the inputs in
 * their order, and last what the run came to. */
#ifndef LANTERN_RECORD_H
#define LANTERN_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- Writing ---------------------------------------------------------------------------- */

struct record;

/* NULL: errno says why. `words` are of the command line, without the program's name;
 * `topology` is the file that it names, or NULL. */
struct record *record_create(const char *path, int count, char *const *words, uint64_t seed,
                             const char *topology);
/* `answered`: how many frames the peers had got, when one of them answered in that call; 0:
 * it came while the outside was looked at. */
void record_frame(struct record *record, unsigned port, uint64_t granted_ps, uint64_t answered,
                  uint64_t when_ps, const uint8_t *frame, size_t size);
void record_end(struct record *record, uint64_t granted_ps);
void record_wall(struct record *record, uint64_t wall_us);
/* `hash` and `end_ps`: what it came to. 0 or errno. */
int record_close(struct record *record, uint64_t hash, uint64_t end_ps);

/* --- Reading ---------------------------------------------------------------------------- */

enum { REPLAY_WORDS_MAX = 64, REPLAY_FRAME_MAX = 2048 };

enum replay_kind { REPLAY_FRAME, REPLAY_END, REPLAY_NOTHING };

struct replay_input {
    enum replay_kind kind; /* REPLAY_NOTHING: no more */
    unsigned port;
    uint64_t granted_ps, answered, when_ps; /* as of record_frame */
    size_t size;
    uint8_t frame[REPLAY_FRAME_MAX];
};

struct replay;

/* NULL: it cannot be read, is no record, or the topology file has changed; and said why. */
struct replay *replay_open(const char *path);
void replay_free(struct replay *replay);
/* The words of the command line; how many. */
int replay_words(struct replay *replay, char **words);
uint64_t replay_seed(const struct replay *replay);
/* The next input; stays the next until replay_pass. */
const struct replay_input *replay_next(const struct replay *replay);
void replay_pass(struct replay *replay);
/* What the wall clock showed at the next look; 0: there was none. */
uint64_t replay_wall(struct replay *replay);
/* Whether the run came to the same; says so, or what differs. */
bool replay_judge(const struct replay *replay, uint64_t hash, uint64_t end_ps);

#endif
