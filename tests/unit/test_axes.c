/* test_axes.c - the points of a sweep: refused, multiplied out, ranges with units, zipped and outright points. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <weir.h>
#include <cmocka.h>

static wr_scenario *with(const char *sweep)
{
    char text[1024];
    snprintf(text, sizeof text,
             "weir: 1\nduration: 60s\nparameters: {a: 1, b: 2, r: 5/s}\n"
             "traffic: {t: {target: desk, rate: $r}}\n"
             "resources: {desk: {type: service, servers: $a, queue_limit: $b, service_time: 10ms}}\n%s",
             sweep);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("axes.yaml", text, strlen(text), NULL, 0, d);
    if (!s)
        wr_diag_print(d, stderr);
    assert_non_null(s);
    wr_diag_destroy(d);
    return s;
}

/* "a=1 b=2 | a=1 b=3" */
static void assert_points(const char *sweep, const wr_override *over, size_t n, const char *want)
{
    char got[2048] = "";
    wr_scenario *s = with(sweep);
    wr_grid g;
    wr_err err = {0};
    if (wr_grid_make(s, over, n, &g, &err))
        snprintf(got, sizeof got, "error: %s", err.text);
    for (size_t i = 0; i < g.points; i++) {
        strcat(got, i ? " | " : "");
        for (size_t k = 0; k < g.point[i].n; k++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s=%s", k ? " " : "", g.point[i].set[k].path, g.point[i].set[k].value);
    }
    assert_string_equal(got, want);
    wr_grid_clear(&g);
    wr_scenario_destroy(s);
}

#define OVER(...) (const wr_override[]){__VA_ARGS__}, sizeof((const wr_override[]){__VA_ARGS__}) / sizeof(wr_override)

static void what_is_no_axis_is_refused(void **state)
{
    (void)state;
    assert_points("", OVER({"a", "1..x:2"}), "error: the axis 'a' is no range: both ends must be numbers of the same kind");
    assert_points("", OVER({"a", "1..5/s:2"}), "error: the axis 'a' is no range: both ends must be numbers of the same kind");
    assert_points("", OVER({"a", "5..1:1"}), "error: the axis 'a' needs a step above 0 of the same kind as its ends, and an end not below its beginning");
    assert_points("", OVER({"a", "1..5:0"}), "error: the axis 'a' needs a step above 0 of the same kind as its ends, and an end not below its beginning");
    assert_points("", OVER({"a", "log(0,5,2)"}), "error: the axis 'a' is logarithmic: both ends must be above 0");
    assert_points("", OVER({"a", "log(1,5,1.5)"}), "error: the axis 'a' needs a whole number of points, at least 1");
    assert_points("", OVER({"a", "1,,2"}), "error: the axis 'a' has an empty value");
    assert_points("", OVER({"a", "1..2000000:1"}), "error: the axis 'a' has more than a million values");
    assert_points("", OVER({"a", "1..1001:1"}, {"b", "1..1001:1"}), "error: the sweep has 1002001 points; a million are allowed");
    assert_points("sweep: {a: [1, 2], zip: {a: [1, 2], b: [3, 4]}}\n", NULL, 0, "error: the axis 'a' is given twice");
}

static void without_axes_there_is_one_point(void **state)
{
    (void)state;
    assert_points("", NULL, 0, "");
    wr_scenario *s = with("");
    wr_grid g;
    assert_int_equal(wr_grid_make(s, NULL, 0, &g, NULL), 0);
    assert_int_equal(g.points, 1);
    assert_int_equal(g.point[0].n, 0);
    wr_grid_clear(&g);
    wr_scenario_destroy(s);
}

static void axes_multiply_first_slowest(void **state)
{
    (void)state;
    assert_points("sweep: {a: [1, 2], b: [3, 4]}\n", NULL, 0, "a=1 b=3 | a=1 b=4 | a=2 b=3 | a=2 b=4");
    assert_points("sweep: {a: [1, 2]}\n", OVER({"b", "3, 4"}), "a=1 b=3 | a=1 b=4 | a=2 b=3 | a=2 b=4");
}

static void an_axis_of_the_command_line_replaces_the_files(void **state)
{
    (void)state;
    assert_points("sweep: {a: [1, 2], b: [3, 4]}\n", OVER({"a", "9"}), "a=9 b=3 | a=9 b=4");
}

static void ranges_keep_their_units(void **state)
{
    (void)state;
    assert_points("sweep: {r: {from: 10/s, to: 20/s, step: 5/s}}\n", NULL, 0, "r=10/s | r=15/s | r=20/s");
    assert_points("", OVER({"a", "1..10:4"}), "a=1 | a=5 | a=9");
    assert_points("", OVER({"duration", "1m..2m:30s"}), "duration=60s | duration=90s | duration=2m");
    assert_points("sweep: {a: {from: 1, to: 2, points: 3}}\n", NULL, 0, "a=1 | a=1.5 | a=2");
    assert_points("", OVER({"a", "log(1,1000,7)"}), "a=1 | a=3 | a=10 | a=32 | a=100 | a=316 | a=1000");
    assert_points("", OVER({"a", "log(0.5,2,3)"}), "a=0.5 | a=1 | a=2");
}

static void zipped_axes_change_together(void **state)
{
    (void)state;
    assert_points("sweep: {zip: [{a: [1, 2], b: [3, 4]}], r: [5/s, 6/s]}\n", NULL, 0,
                  "a=1 b=3 r=5/s | a=1 b=3 r=6/s | a=2 b=4 r=5/s | a=2 b=4 r=6/s");
}

static void points_may_leave_paths_alone(void **state)
{
    (void)state;
    assert_points("sweep: {points: [{a: 1, b: 2}, {b: 3}, {r: 7/s}]}\n", NULL, 0, "a=1 b=2 | b=3 | r=7/s");
}

static void values_may_be_yaml(void **state)
{
    (void)state;
    assert_points("", OVER({"desk.service_time", "{exponential: {mean: 5ms}},10ms"}),
                  "desk.service_time={exponential: {mean: 5ms}} | desk.service_time=10ms");
    assert_points("", OVER({"a", "[1, 2]"}), "a=1 | a=2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_axis_is_refused),
        cmocka_unit_test(without_axes_there_is_one_point),
        cmocka_unit_test(axes_multiply_first_slowest),
        cmocka_unit_test(an_axis_of_the_command_line_replaces_the_files),
        cmocka_unit_test(ranges_keep_their_units),
        cmocka_unit_test(zipped_axes_change_together),
        cmocka_unit_test(points_may_leave_paths_alone),
        cmocka_unit_test(values_may_be_yaml),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
