/* The main() of a libcheck program: one suite, its tests in the order written.
 *
 *   START_TEST(test_frame_of_59_bytes_is_padded_to_60) { ... } END_TEST
 *   TEST_MAIN("tx_pad", test_frame_of_59_bytes_is_padded_to_60, ...)
 *
 * A test may take 60 seconds unless the environment's CK_DEFAULT_TIMEOUT says
 * more. LANTERN_SEED replays a random test. */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The seed of random tests: printed by a failing test through ck_assert_msg. */
static inline uint64_t test_seed(uint64_t normal)
{
    const char *text = getenv("LANTERN_SEED");
    return text ? strtoull(text, NULL, 0) : normal;
}

#define TEST_MAIN(title, ...)                                                                      \
    int main(void)                                                                                 \
    {                                                                                              \
        Suite *suite = suite_create(title);                                                        \
        const TTest *const tests[] = {__VA_ARGS__};                                                \
        for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {                                \
            TCase *test_case = tcase_create(tests[i]->name);                                       \
            if (!getenv("CK_DEFAULT_TIMEOUT"))                                                     \
                tcase_set_timeout(test_case, 60);                                                  \
            tcase_add_test(test_case, tests[i]);                                                   \
            suite_add_tcase(suite, test_case);                                                     \
        }                                                                                          \
        SRunner *runner = srunner_create(suite);                                                   \
        srunner_run_all(runner, CK_ENV);                                                           \
        int failed = srunner_ntests_failed(runner);                                                \
        srunner_free(runner);                                                                      \
        return failed != 0;                                                                        \
    }

#endif
