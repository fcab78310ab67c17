/* Every seed and every case that a fuzzer found (tests/fuzz/corpus/TARGET/): none
 * of them does harm any more. A failure names the file; alone it is replayed by
 *
 *   LANTERN_CASE=tests/fuzz/corpus/tcp/NAME build/asan/tests/fuzz/test_corpus */
#include <dirent.h>
#include <string.h>

#include "script.h"
#include "targets.h"
#include "test.h"

enum { CASE_SIZE_MAX = 1 << 16 };

typedef void target(const uint8_t *bytes, size_t size);

static void replay(const char *path, target *run)
{
    static uint8_t bytes[CASE_SIZE_MAX];
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s", path);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    printf("LANTERN_CASE=%s\n", path); /* the last one printed is the one that failed */
    fflush(stdout);
    run(bytes, size);
}

static void replay_all(const char *name, target *run)
{
    char folder[64], path[512];
    const char *only = getenv("LANTERN_CASE");
    snprintf(folder, sizeof folder, "tests/fuzz/corpus/%s", name);
    unsigned count = 0;
    DIR *directory = opendir(folder);
    ck_assert_msg(directory != NULL, "%s", folder);
    for (struct dirent *entry; (entry = readdir(directory));) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] == '.' || (only && strcmp(only, path) != 0))
            continue;
        replay(path, run);
        count++;
    }
    closedir(directory);
    ck_assert_msg(only || count > 0, "%s is empty", folder);
}

#define FUZZ_TEST(name)                                                                            \
    START_TEST(test_##name##_corpus_arrives_and_does_no_harm)                                      \
    {                                                                                              \
        replay_all(#name, fuzz_##name);                                                            \
    }                                                                                              \
    END_TEST
FUZZ_TARGETS(FUZZ_TEST)

/* Else the corpus of TCP would exercise something else than its names say. */
START_TEST(test_script_begins_in_the_state_that_it_names)
{
    static const char *const names[SCRIPT_STATES] = {
        "LISTEN",     "SYN-SENT",   "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
        "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",      "LAST-ACK",    "TIME-WAIT"};
    for (int state = 0; state < SCRIPT_STATES; state++) {
        for (unsigned with = 0; with < 8; with++) {
            static struct script script;
            struct lan_socket_info info;
            bool found = false;
            script_begin(&script, (enum script_state)state, with);
            if (state == SCRIPT_LAST_ACK)
                lan_close(script.rig.host, script.fd);
            for (unsigned i = 0; lan_host_socket(script.rig.host, i, &info); i++)
                found |= strcmp(info.state, names[state]) == 0;
            ck_assert_msg(found, "%s", names[state]);
            rig_end(&script.rig);
        }
    }
}
END_TEST

#define FUZZ_NAME(name) test_##name##_corpus_arrives_and_does_no_harm,
TEST_MAIN("corpus", FUZZ_TARGETS(FUZZ_NAME) test_script_begins_in_the_state_that_it_names)
