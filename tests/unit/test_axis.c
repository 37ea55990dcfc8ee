/* test_axis.c - round ticks and human numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "../../plots/axis.h"
#include <cmocka.h>
#include <math.h>
#include <string.h>

static void test_impossible_ranges_have_no_ticks(void **state)
{
    (void)state;
    tick t[AXIS_TICKS];
    assert_int_equal(axis_linear(t, 1, 1, 4, "s", false), 0);
    assert_int_equal(axis_linear(t, 0, NAN, 4, "s", false), 0);
    assert_int_equal(axis_linear(t, 0, INFINITY, 4, "s", false), 0);
    assert_int_equal(axis_log(t, 0, 1, "s"), 0);
    assert_int_equal(axis_log(t, -1, 1, "s"), 0);
    assert_int_equal(axis_log(t, 2, 1, "s"), 0);
    assert_int_equal(axis_time(t, 0, 0, 5), 0);
    assert_int_equal(axis_time(t, 0, NAN, 5), 0);
}

static void test_the_unit_stands_at_the_last_tick_only(void **state)
{
    (void)state;
    tick t[AXIS_TICKS];
    size_t n = axis_linear(t, 0, 0.42, 4, "s", false);
    assert_int_equal(n, 5);
    assert_string_equal(t[0].text, "0");
    assert_string_equal(t[1].text, "100");
    assert_string_equal(t[4].text, "400 ms");
    assert_true(fabs(t[4].at - 0.4) < 1e-12);
}

static void test_thousands_are_marked_at_every_tick(void **state)
{
    (void)state;
    tick t[AXIS_TICKS];
    size_t n = axis_linear(t, 0, 21000, 4, "1/s", false);
    assert_int_equal(n, 5);
    assert_string_equal(t[0].text, "0");
    assert_string_equal(t[1].text, "5k");
    assert_string_equal(t[4].text, "20k/s");
}

static void test_shares_are_shown_as_percent(void **state)
{
    (void)state;
    tick t[AXIS_TICKS];
    size_t n = axis_linear(t, 0, 0.0084, 4, "share", false);
    assert_true(n >= 3);
    assert_string_equal(t[1].text, "0.2");
    assert_string_equal(t[n - 1].text, "0.8 %");
}

static void test_whole_things_have_whole_ticks(void **state)
{
    (void)state;
    tick t[AXIS_TICKS];
    size_t n = axis_linear(t, 0, 2.4, 5, "1", true);
    assert_int_equal(n, 3);
    assert_string_equal(t[1].text, "1");
    assert_string_equal(t[2].text, "2");
}

static void test_ticks_below_zero_meet_zero(void **state)
{
    (void)state;
    tick t[AXIS_TICKS];
    size_t n = axis_linear(t, -7, 12, 4, "1", false), zero = 0;
    for (size_t i = 0; i < n; i++)
        zero += t[i].at == 0 && !strcmp(t[i].text, "0");
    assert_int_equal(zero, 1);
}

/* For every magnitude: ticks ascend, lie inside, are not too many and their steps are equal. */
static void test_linear_ticks_are_even_and_inside_for_all_magnitudes(void **state)
{
    (void)state;
    static const char *const units[] = {"s", "1/s", "1", "share", "B", "USD", "units", "parsec"};
    tick t[AXIS_TICKS];
    for (size_t u = 0; u < sizeof units / sizeof *units; u++)
        for (double hi = 1e-8; hi < 1e12; hi *= 1.37)
            for (size_t about = 1; about < 9; about++) {
                size_t n = axis_linear(t, 0, hi, about, units[u], false);
                assert_in_range(n, 1, 2 * about + 2);
                assert_true(t[0].at == 0 && t[n - 1].at <= hi * (1 + 1e-9));
                for (size_t i = 2; i < n; i++)
                    assert_true(fabs((t[i].at - t[i - 1].at) - (t[1].at - t[0].at)) < 1e-6 * t[1].at);
            }
}

static void test_log_ticks_name_the_decades(void **state)
{
    (void)state;
    tick t[AXIS_TICKS];
    size_t n = axis_log(t, 0.001, 10, "s"), named = 0;
    assert_true(n >= 5);
    assert_string_equal(t[0].text, "1 ms");
    for (size_t i = 0; i < n; i++)
        if (t[i].text[0]) {
            named++;
            assert_true(fabs(log10(t[i].at) - round(log10(t[i].at))) < 1e-9);
        }
    assert_int_equal(named, 5);
    assert_true(axis_log(t, 1e-300, 1e300, "1") <= AXIS_TICKS);
}

static void test_time_is_told_by_the_clock(void **state)
{
    (void)state;
    tick t[AXIS_TICKS];
    size_t n = axis_time(t, 0, 7200, 12);
    assert_int_equal(n, 13);
    assert_string_equal(t[1].text, "10");
    assert_string_equal(t[12].text, "120 min");
    n = axis_time(t, 0, 86400, 8);
    assert_string_equal(t[n - 1].text, "24 h");
    n = axis_time(t, 0, 60, 6);
    assert_string_equal(t[n - 1].text, "60 s");
    n = axis_time(t, 0, 30 * 86400.0, 6);
    assert_string_equal(t[n - 1].text, "28 d");
    n = axis_time(t, 0, 0.02, 4);
    assert_true(n >= 3 && n <= 5);
    assert_true(axis_time(t, 0, 1e12, 4) <= AXIS_TICKS);
}

static void test_a_part_of_the_time_keeps_the_clock(void **state)
{
    (void)state;
    tick t[AXIS_TICKS];
    size_t n = axis_time(t, 71100, 76500, 6);
    assert_int_equal(n, 7);
    assert_string_equal(t[0].text, "19:45");
    assert_string_equal(t[n - 1].text, "21:15 h");
    n = axis_time(t, 290, 350, 4);
    assert_string_equal(t[0].text, "5:00");
    assert_string_equal(t[n - 1].text, "5:45 min");
    n = axis_time(t, 0, 6 * 3600.0, 14);
    assert_string_equal(t[1].text, "0:30");
    assert_int_equal(axis_time(t, 10, 10, 5), 0);
    assert_int_equal(axis_time(t, -1, 10, 5), 0);
}

static void says(double x, const char *unit, const char *expected)
{
    char out[SAY];
    assert_string_equal(say_value(out, x, unit), expected);
}

static void test_values_have_three_digits_and_a_unit(void **state)
{
    (void)state;
    says(0.2124, "s", "212 ms");
    says(0.0000035, "s", "3.5 µs");
    says(1.0, "s", "1 s");
    says(119, "s", "119 s");
    says(187, "s", "3.12 min");
    says(10800, "s", "3 h");
    says(1234, "1/s", "1234/s");
    says(12345, "1/s", "12.3k/s");
    says(0.0084, "share", "0.84 %");
    says(0.00237, "share", "0.24 %");
    says(1, "share", "100 %");
    says(61, "%", "61 %");
    says(4096, "B", "4 KiB");
    says(0, "s", "0 ns");
    says(0, "1", "0");
    says(2.5, "parsec", "2.5 parsec");
    says(NAN, "s", "none");
    says(INFINITY, "s", "infinite");
}

static void told(double s, const char *expected)
{
    char out[SAY];
    assert_string_equal(say_clock(out, s), expected);
}

static void test_clock_times_are_as_exact_as_one_can_use(void **state)
{
    (void)state;
    told(0, "0 s");
    told(2.5, "2.5 s");
    told(45, "45 s");
    told(200, "3 min 20 s");
    told(1880.31, "31 min");
    told(7200, "2 h");
    told(30120, "8 h 22 min");
}

static void test_counts_are_grouped(void **state)
{
    (void)state;
    char out[SAY];
    assert_string_equal(say_number(out, 12), "12");
    assert_string_equal(say_number(out, 1234.4), "1,234");
    assert_string_equal(say_number(out, 34671.2), "34,671");
    assert_string_equal(say_number(out, 999999), "999,999");
    assert_string_equal(say_number(out, 1.24e6), "1.24 million");
    assert_string_equal(say_number(out, -2000), "-2,000");
}

static void test_scales_map_ends_to_ends(void **state)
{
    (void)state;
    scale line = {0, 10, 100, 0, false}, tail = {1e-3, 10, 0, 400, true};
    assert_true(fabs(scale_at(&line, 0) - 100) < 1e-9 && fabs(scale_at(&line, 10)) < 1e-9);
    assert_true(fabs(scale_at(&tail, 1e-3)) < 1e-9 && fabs(scale_at(&tail, 0.1) - 200) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_impossible_ranges_have_no_ticks),
        cmocka_unit_test(test_the_unit_stands_at_the_last_tick_only),
        cmocka_unit_test(test_thousands_are_marked_at_every_tick),
        cmocka_unit_test(test_shares_are_shown_as_percent),
        cmocka_unit_test(test_whole_things_have_whole_ticks),
        cmocka_unit_test(test_ticks_below_zero_meet_zero),
        cmocka_unit_test(test_linear_ticks_are_even_and_inside_for_all_magnitudes),
        cmocka_unit_test(test_log_ticks_name_the_decades),
        cmocka_unit_test(test_time_is_told_by_the_clock), cmocka_unit_test(test_a_part_of_the_time_keeps_the_clock),
        cmocka_unit_test(test_values_have_three_digits_and_a_unit),
        cmocka_unit_test(test_clock_times_are_as_exact_as_one_can_use),
        cmocka_unit_test(test_counts_are_grouped),
        cmocka_unit_test(test_scales_map_ends_to_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
