#include "record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

enum { WORD_SIZE = 512, LINE_SIZE = 2 * REPLAY_FRAME_MAX + 128 };

static const char HEAD[] = "lantern-run 1";

/* FNV-1a over a file; 0: it cannot be read. */
static uint64_t hash_of_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint64_t hash = 0xCBF29CE484222325u;
    if (!file)
        return 0;
    for (int byte; (byte = getc(file)) != EOF;)
        hash = (hash ^ (uint8_t)byte) * 0x100000001B3u;
    fclose(file);
    return hash;
}

/* --- Writing ---------------------------------------------------------------------------- */

struct record {
    FILE *file;
};

struct record *record_create(const char *path, int count, char *const *words, uint64_t seed,
                             const char *topology)
{
    struct record *record = malloc(sizeof *record);
    if (!record)
        return NULL;
    record->file = fopen(path, "w");
    if (!record->file) {
        free(record);
        return NULL;
    }
    fprintf(record->file, "%s\n", HEAD);
    for (int i = 0; i < count; i++)
        fprintf(record->file, "word %s\n", words[i]);
    if (topology)
        fprintf(record->file, "topology %016" PRIx64 " %s\n", hash_of_file(topology), topology);
    fprintf(record->file, "seed %" PRIu64 "\n", seed);
    return record;
}

void record_frame(struct record *record, unsigned port, uint64_t granted_ps, uint64_t answered,
                  uint64_t when_ps, const uint8_t *frame, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    char text[2 * REPLAY_FRAME_MAX + 1];
    if (size > REPLAY_FRAME_MAX)
        return; /* no medium takes it */
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[frame[i] >> 4];
        text[2 * i + 1] = digits[frame[i] & 15];
    }
    text[2 * size] = '\0';
    fprintf(record->file, "frame %" PRIu64 " %" PRIu64 " %u %" PRIu64 " %s\n", granted_ps, answered,
            port, when_ps, text);
}

void record_end(struct record *record, uint64_t granted_ps)
{
    fprintf(record->file, "end %" PRIu64 "\n", granted_ps);
}

void record_wall(struct record *record, uint64_t wall_us)
{
    fprintf(record->file, "wall %" PRIu64 "\n", wall_us);
}

int record_close(struct record *record, uint64_t hash, uint64_t end_ps)
{
    fprintf(record->file, "result %016" PRIx64 " %" PRIu64 "\n", hash, end_ps);
    bool failed = ferror(record->file) != 0;
    errno = 0;
    failed |= fclose(record->file) != 0;
    free(record);
    return failed ? (errno ? errno : EIO) : 0;
}

/* --- Reading ---------------------------------------------------------------------------- */

struct replay {
    FILE *file; /* at the next input but one */
    FILE *wall; /* the same file, at the next look at the wall clock */
    const char *path;
    unsigned line;
    char words[REPLAY_WORDS_MAX][WORD_SIZE];
    int word_count;
    uint64_t seed;
    bool judged; /* it has a result */
    uint64_t hash, end_ps;
    struct replay_input next;
    char text[LINE_SIZE];
};

static bool read_line(struct replay *replay, FILE *file)
{
    if (!fgets(replay->text, sizeof replay->text, file))
        return false;
    replay->text[strcspn(replay->text, "\n")] = '\0';
    return true;
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_frame(struct replay *replay)
{
    struct replay_input *next = &replay->next;
    int at = 0;
    next->size = 0;
    if (sscanf(replay->text, "frame %" SCNu64 " %" SCNu64 " %u %" SCNu64 " %n", &next->granted_ps,
               &next->answered, &next->port, &next->when_ps, &at) != 4 ||
        at == 0)
        return false;
    const char *text = replay->text + at;
    for (; digit(text[0]) >= 0 && digit(text[1]) >= 0 && next->size < REPLAY_FRAME_MAX; text += 2)
        next->frame[next->size++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
    return *text == '\0';
}

void replay_pass(struct replay *replay)
{
    replay->next.kind = REPLAY_NOTHING;
    while (read_line(replay, replay->file)) {
        if (strncmp(replay->text, "frame ", 6) == 0 && read_frame(replay)) {
            replay->next.kind = REPLAY_FRAME;
            return;
        }
        if (sscanf(replay->text, "end %" SCNu64, &replay->next.granted_ps) == 1) {
            replay->next.kind = REPLAY_END;
            return;
        }
        if (sscanf(replay->text, "result %" SCNx64 " %" SCNu64, &replay->hash, &replay->end_ps) ==
            2)
            replay->judged = true;
    }
}

uint64_t replay_wall(struct replay *replay)
{
    uint64_t wall_us = 0;
    while (read_line(replay, replay->wall))
        if (sscanf(replay->text, "wall %" SCNu64, &wall_us) == 1)
            return wall_us;
    return 0;
}

/* The lines before the first input. */
static bool read_head(struct replay *replay)
{
    if (!read_line(replay, replay->file) || strcmp(replay->text, HEAD) != 0) {
        say("%s: is no record of a run (make one with --record)", replay->path);
        return false;
    }
    while (read_line(replay, replay->file)) {
        uint64_t hash;
        int at = 0;
        if (strncmp(replay->text, "word ", 5) == 0 && replay->word_count < REPLAY_WORDS_MAX) {
            snprintf(replay->words[replay->word_count++], WORD_SIZE, "%.*s", WORD_SIZE - 1,
                     replay->text + 5);
        } else if (sscanf(replay->text, "topology %" SCNx64 " %n", &hash, &at) == 1 && at > 0) {
            if (hash_of_file(replay->text + at) != hash) {
                say("%s: %s is not what it was in that run", replay->path, replay->text + at);
                return false;
            }
        } else if (sscanf(replay->text, "seed %" SCNu64, &replay->seed) == 1) {
            return true;
        }
    }
    say("%s: ends too early", replay->path);
    return false;
}

struct replay *replay_open(const char *path)
{
    struct replay *replay = calloc(1, sizeof *replay);
    if (!replay) {
        say("replay: no memory");
        return NULL;
    }
    replay->path = path;
    replay->file = fopen(path, "r");
    replay->wall = fopen(path, "r");
    if (!replay->file || !replay->wall)
        say("%s: %s", path, strerror(errno));
    else if (read_head(replay)) {
        replay_pass(replay);
        return replay;
    }
    replay_free(replay);
    return NULL;
}

void replay_free(struct replay *replay)
{
    if (!replay)
        return;
    if (replay->file)
        fclose(replay->file);
    if (replay->wall)
        fclose(replay->wall);
    free(replay);
}

int replay_words(struct replay *replay, char **words)
{
    for (int i = 0; i < replay->word_count; i++)
        words[i] = replay->words[i];
    return replay->word_count;
}

uint64_t replay_seed(const struct replay *replay)
{
    return replay->seed;
}

const struct replay_input *replay_next(const struct replay *replay)
{
    return &replay->next;
}

bool replay_judge(const struct replay *replay, uint64_t hash, uint64_t end_ps)
{
    if (!replay->judged)
        say("%s: has no result to compare with (that run was killed)", replay->path);
    else if (replay->hash != hash || replay->end_ps != end_ps)
        say("%s: the replay came out differently: hash %016" PRIx64 ", %" PRIu64
            " ps; then it was %016" PRIx64 ", %" PRIu64 " ps",
            replay->path, hash, end_ps, replay->hash, replay->end_ps);
    else
        say("replayed: hash %016" PRIx64 " as then", hash);
    return !replay->judged || (replay->hash == hash && replay->end_ps == end_ps);
}
