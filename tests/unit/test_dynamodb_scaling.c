/* test_dynamodb_scaling.c - target tracking of a table: where it settles, when it acts, what it may not do. Loads are
 * evenly spaced and updates take a fixed time, so every expectation is exact but for one datapoint's rounding. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <weir/result.h>

__attribute__((format(printf, 1, 2))) static wr_result *run(const char *fmt, ...)
{
    char text[4096] = "weir: 1\nnetwork: off\nsdk: {mode: none}\n";
    size_t head = strlen(text);
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text + head, sizeof text - head, fmt, ap);
    va_end(ap);
    assert_true(n > 0 && (size_t)n < sizeof text - head);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test.yaml", text, strlen(text), NULL, 0, d);
    wr_result *r = NULL;
    if (!s)
        wr_diag_print(d, stderr);
    assert_non_null(s);
    assert_int_equal(wr_run(s, 1, 0, WR_KEEP_ALL, &r, NULL), 0);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
    return r;
}

static double stat(const wr_result *r, const char *metric, const char *which)
{
    const wr_measure *m = wr_result_find(r, "table", "", metric);
    assert_non_null(m);
    return wr_measure_stat(m, which);
}

/* Time of the n-th change of this kind; NaN: there are fewer. */
static double change(const wr_result *r, const char *kind, int n)
{
    for (size_t i = 0; i < r->notes; i++)
        if (!strcmp(r->note[i].kind, kind) && !n--)
            return r->note[i].time_s;
    return NAN;
}

static int changes(const wr_result *r, const char *kind)
{
    int n = 0;
    for (size_t i = 0; i < r->notes; i++)
        n += !strcmp(r->note[i].kind, kind);
    return n;
}

static void test_capacity_settles_at_consumption_over_target(void **state)
{
    (void)state;
    wr_result *r = run("duration: 30m\ntraffic: {w: {rate: 300/s, arrivals: uniform, request: {put: {to: table}}}}\n"
                       "resources: {table: {type: dynamodb, provisioned_throughput: {read_capacity_units: 10, "
                       "write_capacity_units: 400}, "
                       "auto_scaling: {write: {min_capacity: 10, max_capacity: 1000}, update_time: 2m}}}\n");
    assert_true(stat(r, "ProvisionedWriteCapacityUnits", "last") == 429); /* 300 / 0.7, rounded up */
    assert_true(stat(r, "ProvisionedReadCapacityUnits", "last") == 10);
    assert_true(changes(r, "scale_out") == 1);
    assert_true(fabs(change(r, "scale_out", 0) - 240) < 1e-6); /* two datapoints, then the update */
    wr_result_destroy(r);
}

static void test_raise_needs_two_minutes_and_burst_hides_them(void **state)
{
    (void)state;
    wr_result *r = run("duration: 20m\ntraffic: {w: {stages: [{rate: 50/s, for: 5m}, {rate: 90/s, for: 60s}, {rate: "
                       "50/s, for: 5m}], arrivals: uniform, request: {put: {to: table}}}}\n"
                       "resources: {table: {type: dynamodb, provisioned_throughput: {read_capacity_units: 10, "
                       "write_capacity_units: 100}, "
                       "auto_scaling: {write: {min_capacity: 100, max_capacity: 1000}, update_time: 2m}}}\n");
    assert_true(changes(r, "scale_out") == 0 && stat(r, "throttled", "sum") == 0);
    wr_result_destroy(r);
}

static void test_lowering_takes_fifteen_minutes_and_an_idle_table_keeps_its_capacity(void **state)
{
    (void)state;
    wr_result *r = run("duration: 2h\ntraffic: {w: {rate: 30/s, arrivals: uniform, start: 1h, request: {put: {to: "
                       "table}}}}\n"
                       "resources: {table: {type: dynamodb, provisioned_throughput: {read_capacity_units: 10, "
                       "write_capacity_units: 100}, "
                       "auto_scaling: {write: {min_capacity: 10, max_capacity: 1000}, update_time: 1m}}}\n");
    assert_true(stat(r, "ProvisionedWriteCapacityUnits", "last") == 43);
    assert_true(changes(r, "scale_in") == 1);
    assert_true(fabs(change(r, "scale_in", 0) - (3600 + 15 * 60 + 60)) < 1e-6);
    wr_result_destroy(r);
}

static void test_bounds_hold_and_are_reached_at_the_start(void **state)
{
    (void)state;
    wr_result *r = run("duration: 30m\ntraffic: {w: {rate: 300/s, arrivals: uniform, request: {put: {to: table}}}}\n"
                       "resources: {table: {type: dynamodb, provisioned_throughput: {read_capacity_units: 10, "
                       "write_capacity_units: 20}, "
                       "auto_scaling: {write: {min_capacity: 50, max_capacity: 200}, update_time: 1s}}}\n");
    assert_true(stat(r, "ProvisionedWriteCapacityUnits", "last") == 200);
    assert_true(fabs(change(r, "scale_out", 0) - 1) < 1e-6);
    wr_result_destroy(r);
}

static void test_decreases_are_rationed(void **state)
{
    (void)state;
    wr_result *r = run("duration: 12h\nmetrics_period: 10m\ntraffic: {w: {rate: \"20*0.75^floor(t/20m)\", arrivals: "
                       "uniform, request: {put: {to: table}}}}\n"
                       "resources: {table: {type: dynamodb, provisioned_throughput: {read_capacity_units: 10, "
                       "write_capacity_units: 10000}, "
                       "auto_scaling: {write: {min_capacity: 1, max_capacity: 10000, target_value: 90}, update_time: "
                       "1s, max_decreases_per_day: 5}}}\n");
    assert_true(changes(r, "scale_in") == 5);
    assert_true(change(r, "scale_in", 4) - change(r, "scale_in", 3) >= 3600); /* after four, one an hour */
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_capacity_settles_at_consumption_over_target),
        cmocka_unit_test(test_raise_needs_two_minutes_and_burst_hides_them),
        cmocka_unit_test(test_lowering_takes_fifteen_minutes_and_an_idle_table_keeps_its_capacity),
        cmocka_unit_test(test_bounds_hold_and_are_reached_at_the_start),
        cmocka_unit_test(test_decreases_are_rationed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
