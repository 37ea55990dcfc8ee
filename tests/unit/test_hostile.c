/* test_hostile.c - scenarios that mean harm, or a typing mistake: each ends in a moment, with an error that names its cause. */
#include "scenario_bench.h"
#include <math.h>
#include <stdlib.h>
#include <weir/result.h>

static void refused(const char *yaml, const char *words)
{
    text said = {0};
    wr_scenario *s = bench_load(yaml, NULL, 0, &said);
    if (s || !strstr(said.s, words))
        fail_msg("%.300s", said.s);
    text_clear(&said);
}

/* The run ends with WR_E_LIMIT and all the words. */
static void stopped(const char *yaml, const char *const *words)
{
    wr_result *r = NULL;
    wr_err err = {0};
    text said = {0};
    wr_scenario *s = bench_load(yaml, NULL, 0, &said);
    if (!s)
        fail_msg("%s", said.s);
    assert_int_equal(wr_run(s, 1, 0, WR_KEEP_ALL, &r, &err), WR_E_LIMIT);
    for (size_t i = 0; words[i]; i++)
        if (!strstr(err.text, words[i]))
            fail_msg("%s", err.text);
    wr_result_destroy(r);
    wr_scenario_destroy(s);
    text_clear(&said);
}

/* ---- the loader ------------------------------------------------------------------------------------------- */
static void test_billion_laughs_are_refused(void **state)
{
    text t = {0};
    (void)state;
    text_puts(&t, HEAD "x-0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for (int i = 1; i < 10; i++)
        text_printf(&t, "x-%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1,
                    i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    refused(t.s, "stand for more than a million values");
    text_clear(&t);
}

static void test_million_levels_are_refused(void **state)
{
    text t = {0};
    (void)state;
    text_puts(&t, HEAD "x-deep: ");
    for (int i = 0; i < 1000000; i++)
        text_puts(&t, "[");
    refused(t.s, "nested more than 64 deep");
    text_clear(&t);
}

static void test_millions_of_values_are_refused(void **state)
{
    text t = {0};
    (void)state;
    text_puts(&t, HEAD "x-wide: [");
    for (int i = 0; i < 1100000; i++)
        text_puts(&t, "1,");
    text_puts(&t, "1]\n");
    refused(t.s, "more than a million values");
    text_clear(&t);
}

static void test_numbers_beyond_all_bounds_are_refused(void **state)
{
    static const char *const values[] = {"1e400", "nan", ".nan", "inf", "-.inf", "-1", "1e-400ms", "9223372036854775808", "292y", "106752d"};
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        text t = {0};
        text_printf(&t, "weir: 1\nduration: %s\n" DESK, values[i]);
        refused(t.s, "'duration' of the scenario");
        text_clear(&t);
    }
}

static void test_formula_bombs_are_refused(void **state)
{
    text t = {0};
    (void)state;
    text_puts(&t, HEAD DESK "slo: [\"");
    for (int i = 0; i < 100000; i++)
        text_puts(&t, "(");
    text_puts(&t, "desk.latency.mean\"]\n");
    refused(t.s, "nested more than 64 deep");
    text_clear(&t);
}

static void test_rate_bombs_are_refused(void **state)
{
    text t = {0};
    (void)state;
    text_puts(&t, HEAD "parameters: {a: t+t, ");
    for (char c = 'b'; c <= 'z'; c++)
        text_printf(&t, "%c: $%c*$%c*$%c*$%c, ", c, c - 1, c - 1, c - 1, c - 1);
    text_puts(&t, "}\ntraffic: {t: {target: desk, rate: $z + 0}}\n" DESK);
    refused(t.s, "longer than 65536 characters");
    text_clear(&t);
}

static void test_more_requests_than_can_be_counted_are_refused(void **state)
{
    (void)state;
    refused("weir: 1\nduration: 1d\ntraffic: {t: {target: desk, rate: 1e12/s}}\n" DESK,
            "traffic 't' would send 8.64e+16 requests in all; a run has at most 2.75e+11 events");
}

/* ---- the run ---------------------------------------------------------------------------------------------------- */
static void test_loop_without_time_names_who_takes_part(void **state)
{
    (void)state;
    stopped(HEAD "network: off\ntraffic: {t: {target: a, at: [1s]}}\nresources:\n"
                 "  a: {type: service, servers: unlimited, steps: [{return: ok}, {call: {to: b}}]}\n"
                 "  b: {type: service, servers: unlimited, steps: [{return: ok}, {call: {to: a}}]}\n",
            (const char *const[]){"the run stopped at 1 s", "20000000 events at one instant", "'a'", "'b'", NULL});
}

static void test_repetition_without_time_is_stopped(void **state)
{
    (void)state;
    stopped(HEAD "traffic: {t: {target: a, at: [1s]}}\nresources:\n"
                 "  a: {type: service, servers: unlimited, steps: [{repeat: {times: 1e15, steps: [{wait: 0ms}]}}]}\n",
            (const char *const[]){"the run stopped at 1 s", "'repeat' goes round without taking any time", NULL});
}

static void test_end_that_never_comes_is_given_up(void **state)
{
    (void)state;
    stopped("weir: 1\nstop_when: desk.completed.sum > 5\nmetrics_period: 1d\ntraffic: {t: {target: desk, rate: 0/s}}\n" DESK,
            (const char *const[]){"'stop_when' does not hold", NULL});
}

/* Some 3 GB of requests. */
static void test_flood_at_one_instant_names_where_it_stands(void **state)
{
    (void)state;
    if (!getenv("WEIR_BIG")) {
        print_message("skipped: it takes 3 GB; WEIR_BIG=1 runs it\n");
        skip();
    }
    stopped(HEAD "traffic: {t: {target: desk, at: [{t: 1s, count: 1000000000}]}}\n" DESK,
            (const char *const[]){"the run stopped at 1 s", "more than 10000000 requests", NULL});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_billion_laughs_are_refused),
        cmocka_unit_test(test_million_levels_are_refused),
        cmocka_unit_test(test_millions_of_values_are_refused),
        cmocka_unit_test(test_numbers_beyond_all_bounds_are_refused),
        cmocka_unit_test(test_formula_bombs_are_refused),
        cmocka_unit_test(test_rate_bombs_are_refused),
        cmocka_unit_test(test_more_requests_than_can_be_counted_are_refused),
        cmocka_unit_test(test_loop_without_time_names_who_takes_part),
        cmocka_unit_test(test_repetition_without_time_is_stopped),
        cmocka_unit_test(test_end_that_never_comes_is_given_up),
        cmocka_unit_test(test_flood_at_one_instant_names_where_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
