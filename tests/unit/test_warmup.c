/* test_warmup.c - MSER-5: what is left out of the beginning, of series made by hand and of runs. */
#include "../../sim/result/result.h"
#include "../../sim/run/run.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <weir.h>
#include <cmocka.h>

static size_t left_out(const double *x, size_t n)
{
    return 5 * mser_of(x, n, 5).cut;
}

static void short_series_lose_nothing(void **state)
{
    (void)state;
    double x[9] = {100, 100, 100, 100, 100, 1, 1, 1, 1};
    assert_int_equal(left_out(x, 0), 0);
    assert_int_equal(left_out(x, 9), 0);
}

static void steady_series_lose_nothing(void **state)
{
    (void)state;
    double x[100];
    for (int i = 0; i < 100; i++)
        x[i] = 7;
    assert_int_equal(left_out(x, 100), 0);
    for (int i = 0; i < 100; i++)
        x[i] = i % 10 < 5 ? 6 : 8;
    assert_int_equal(left_out(x, 100), 0);
}

/* Batches of 100, 40, then 9 and 11 in turn. */
static void a_beginning_that_differs_is_left_out(void **state)
{
    (void)state;
    double x[203];
    for (int i = 0; i < 203; i++)
        x[i] = i < 5 ? 100 : i < 10 ? 40 : i / 5 % 2 ? 9 : 11;
    assert_int_equal(left_out(x, 203), 10);
}

/* A ramp never settles: the rule takes all it may. */
static void at_most_half_is_left_out(void **state)
{
    (void)state;
    double x[100];
    for (int i = 0; i < 100; i++)
        x[i] = i < 90 ? 1000 - 10 * (i / 5) : 0;
    assert_true(left_out(x, 100) <= 50);
    for (int i = 0; i < 100; i++)
        x[i] = i < 60 ? 1000 : 1;
    assert_true(left_out(x, 100) <= 50);
}

static const char station[] =
    "resources: {desk: {type: service, service_time: 1s}}\n"
    "traffic:\n"
    "  few: {target: desk, rate: 0.5/s, arrivals: uniform}\n"
    "  backlog: {target: desk, at: [{t: 0s, count: 50}]}\n";

static wr_result *run_text(const char *top)
{
    text t = {0};
    text_printf(&t, "weir: 1\nnetwork: off\n%s%s", top, station);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test", t.s, t.len, NULL, 0, d);
    wr_diag_print(d, stderr);
    assert_non_null(s);
    wr_result *r = NULL;
    wr_err err = {0};
    assert_int_equal(wr_run(s, 1, 0, 0, &r, &err), 0);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
    text_clear(&t);
    return r;
}

/* 50 requests at 1 s each, and one more every 2 s: gone after 100 s. */
static void a_backlog_is_left_out_of_a_run(void **state)
{
    (void)state;
    wr_result *r = run_text("duration: 1000s\nwarmup: auto\nmetrics_period: 1s\nslo: [desk.in_system.mean]\n");
    assert_true(r->warmup_s >= 90 && r->warmup_s <= 105);
    assert_int_equal(r->periods, 0);
    const wr_measure *m = wr_result_find(r, "desk", "", "in_system");
    assert_true(fabs(wr_measure_stat(m, "mean") - 0.5) < 0.05);
    wr_result_destroy(r);
}

static void without_objectives_the_latency_of_the_first_traffic_counts(void **state)
{
    (void)state;
    wr_result *r = run_text("duration: 1000s\nwarmup: auto\nmetrics_period: 1s\n");
    assert_true(r->warmup_s >= 90 && r->warmup_s <= 105);
    wr_result_destroy(r);
}

static void runs_of_few_periods_lose_nothing(void **state)
{
    (void)state;
    wr_result *r = run_text("duration: 500s\nwarmup: auto\nslo: [desk.in_system.mean]\n");
    assert_true(r->warmup_s == 0);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_series_lose_nothing),
        cmocka_unit_test(steady_series_lose_nothing),
        cmocka_unit_test(a_beginning_that_differs_is_left_out),
        cmocka_unit_test(at_most_half_is_left_out),
        cmocka_unit_test(a_backlog_is_left_out_of_a_run),
        cmocka_unit_test(without_objectives_the_latency_of_the_first_traffic_counts),
        cmocka_unit_test(runs_of_few_periods_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
