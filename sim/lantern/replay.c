#include "replay.h"

#include "record.h"
#include "say.h"

enum { ARGUMENTS_MAX = 32 };

int replay_run(const char *path, int count, char **words,
               void (*change)(struct options *options, void *context), void *context)
{
    static char name[] = "lantern";
    struct options options;
    char *all[1 + REPLAY_WORDS_MAX + ARGUMENTS_MAX + 1] = {name};
    struct replay *replay = replay_open(path);
    if (!replay)
        return EXIT_USAGE;
    int all_count = 1 + replay_words(replay, all + 1);
    for (int i = 0; i < count && i < ARGUMENTS_MAX; i++)
        all[all_count++] = words[i];
    options_parse(&options, all_count, all);
    options.record = NULL;
    options.replay = replay;
    options.seed = replay_seed(replay);
    options.seed_given = true;
    if (change)
        change(&options, context);
    int status = run_command(&options);
    replay_free(replay);
    return status;
}

int replay_main(int argc, char **argv)
{
    if (argc < 3 || argc > ARGUMENTS_MAX || argv[2][0] == '-') {
        say("replay: FILE missing: as in `lantern replay FILE [OPTION...]'; --record makes one, "
            "the "
            "options (--pcap, --wave, --stats) are those of the command that is replayed");
        return EXIT_USAGE;
    }
    return replay_run(argv[2], argc - 3, argv + 3, NULL, NULL);
}
