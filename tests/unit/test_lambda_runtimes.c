/* test_lambda_runtimes.c - the measured starts: drawn inits have the measured quantiles and mean, first invocations the
 * measured times at the measured memory sizes. Samples of 10^5 of a fixed seed; bounds are five standard errors
 * (false alarms: one in 10^6 over all seeds). */
#include "../../models/lambda.h"
#include "test_lambda.h"
#include <stdlib.h>

enum { DRAWS = 100000, NODEJS22 = 0, PYTHON313 = 4, DOTNET8 = 9, GO = 13, GRAALVM = 15 };
static double draws[DRAWS];

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double sample(int runtime, int package, int architecture)
{
    lambda_code c = {0};
    wr_rng rng;
    double mean = 0;
    c.measured = lambda_runtime_of(runtime, package, architecture, &c.factor);
    c.least = lambda_runtime_least(c.measured);
    wr_rng_open(&rng, 1, 0, "fn", "cold");
    for (int i = 0; i < DRAWS; i++)
        mean += (draws[i] = lambda_runtime_init(&c, &rng)) / DRAWS;
    qsort(draws, DRAWS, sizeof *draws, compare);
    return mean;
}

static void test_inits_have_the_measured_quantiles_and_mean(void **state)
{
    (void)state;
    near(sample(PYTHON313, LAMBDA_ZIP, LAMBDA_X86), 0.097, 0.0005);
    near(draws[DRAWS / 2], 0.093, 0.0006);
    near(draws[DRAWS * 9 / 10], 0.120, 0.0006);
    near(draws[DRAWS * 99 / 100], 0.181, 0.006);
    near(draws[DRAWS - 1], 0.297, 0.02);
    near(sample(DOTNET8, LAMBDA_ZIP, LAMBDA_ARM), 0.314, 0.002);
    near(draws[DRAWS / 2], 0.294, 0.002);
}

static void test_what_was_not_measured_takes_the_nearest(void **state)
{
    (void)state;
    near(sample(GO, LAMBDA_ZIP, LAMBDA_ARM), 0.051, 0.0005);
    near(sample(DOTNET8, LAMBDA_IMAGE, LAMBDA_X86), 1.75 * 0.283, 0.004);
    near(sample(NODEJS22, LAMBDA_IMAGE, LAMBDA_ARM), 0.360, 0.003);
    assert_true(lambda_runtime_of(NODEJS22 + 1, LAMBDA_ZIP, LAMBDA_X86, &(double){0}) == lambda_runtime_of(NODEJS22, LAMBDA_ZIP, LAMBDA_X86, &(double){0}));
}

static void test_every_runtime_has_figures_in_order(void **state)
{
    (void)state;
    for (int i = 0; lambda_runtimes[i]; i++)
        for (int arm = 0; arm < 2; arm++)
            for (int package = 0; package < 2; package++) {
                sample(i, package, arm);
                assert_true(draws[0] > 0 && draws[DRAWS - 1] < 13);
            }
}

static void test_first_invocations_are_proportional_to_one_over_memory_between_sizes(void **state)
{
    (void)state;
    double factor;
    const lambda_runtime *r = lambda_runtime_of(DOTNET8, LAMBDA_ZIP, LAMBDA_X86, &factor);
    near(lambda_runtime_extra(r, 128), 0.720, 1e-12);
    near(lambda_runtime_extra(r, 256), 0.358, 1e-12);
    near(lambda_runtime_extra(r, 512), 0.165, 1e-12);
    near(lambda_runtime_extra(r, 1024), 0.075, 1e-12);
    near(lambda_runtime_extra(r, 10240), 0.075, 1e-12);
    near(lambda_runtime_extra(r, 192), 0.358 + (0.720 - 0.358) * (1.0 / 192 - 1.0 / 256) / (1.0 / 128 - 1.0 / 256), 1e-12);
}

static void test_inits_do_not_depend_on_memory(void **state)
{
    (void)state;
    static const char *const memory[] = {"128", "1024"};
    double init[2];
    for (int i = 0; i < 2; i++) {
        char text[LONGEST];
        fill(text, "duration: 10m\ntraffic: {callers: {target: fn, at: [{t: 1s, count: 500}]}}\nresources:\n"
                   "  fn: {type: lambda, memory_size: %s, runtime: graalvm}\n", memory[i]);
        wr_result *r = run_text(text);
        init[i] = stat(r, "init_duration", "mean");
        wr_result_destroy(r);
    }
    near(init[0], init[1], 1e-12);
    near(init[0], 0.160, 5 * 0.001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inits_have_the_measured_quantiles_and_mean),
        cmocka_unit_test(test_what_was_not_measured_takes_the_nearest),
        cmocka_unit_test(test_every_runtime_has_figures_in_order),
        cmocka_unit_test(test_first_invocations_are_proportional_to_one_over_memory_between_sizes),
        cmocka_unit_test(test_inits_do_not_depend_on_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
