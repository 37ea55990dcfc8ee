/* test_stat.c - means, Student's t and how many replications decide, against printed tables. */
#include "../../sim/result/result.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void near(double x, double expected, double tolerance)
{
    if (!(fabs(x - expected) <= tolerance))
        fail_msg("%.17g is not %.17g", x, expected);
}

static void test_nothing_has_no_mean(void **state)
{
    (void)state;
    double none[] = {NAN, NAN};
    wr_estimate e = wr_estimate_of(none, 2);
    assert_true(isnan(e.mean) && isnan(e.ci95) && isnan(e.sd) && e.n == 0);
    assert_true(isnan(wr_estimate_of(NULL, 0).mean));
}

static void test_one_value_has_no_interval(void **state)
{
    (void)state;
    double one[] = {3.5};
    wr_estimate e = wr_estimate_of(one, 1);
    assert_true(e.n == 1 && isnan(e.ci95) && isnan(e.sd));
    near(e.mean, 3.5, 0);
}

/* Two-sided 95 % points of Student's t as statistical tables print them: three decimals. */
static void test_half_widths_are_those_of_the_t_table(void **state)
{
    (void)state;
    static const struct { size_t freedom; double t;
    } table[] = {{1, 12.706}, {2, 4.303},  {3, 3.182},  {4, 2.776},  {5, 2.571},
                 {9, 2.262},  {19, 2.093}, {29, 2.045}, {120, 1.980}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t n = table[i].freedom + 1;
        near(stat_half(sqrt((double)n), n), table[i].t, 0.0005);
    }
}

static void test_mean_and_deviation_of_known_numbers(void **state)
{
    (void)state;
    double x[] = {2, 4, 4, 4, 5, 5, 7, 9}; /* sample deviation sqrt(32 / 7) */
    wr_estimate e = wr_estimate_of(x, 8);
    near(e.mean, 5, 0);
    near(e.sd, sqrt(32.0 / 7), 1e-15);
    near(e.ci95, 2.3646 * sqrt(32.0 / 7) / sqrt(8), 1e-4);
}

static void test_undefined_values_are_left_out(void **state)
{
    (void)state;
    double x[] = {NAN, 1, NAN, 3};
    wr_estimate e = wr_estimate_of(x, 4);
    near(e.mean, 2, 0);
    assert_int_equal(e.n, 2);
}

static void test_equal_values_have_exactly_that_mean(void **state)
{
    (void)state;
    double x[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    wr_estimate e = wr_estimate_of(x, 10);
    near(e.mean, 0.1, 0);
    near(e.sd, 0, 0);
    near(e.ci95, 0, 0);
}

static void test_deviation_survives_a_large_offset(void **state)
{
    (void)state;
    double x[] = {1e9 + 1, 1e9 + 2, 1e9 + 3};
    near(wr_estimate_of(x, 3).sd, 1, 1e-12);
}

static void test_enough_replications_are_the_fewest_that_decide(void **state)
{
    (void)state;
    size_t n = stat_enough(1, 0.25);
    assert_true(stat_half(1, n) < 0.25 && stat_half(1, n - 1) >= 0.25);
    assert_int_equal(stat_enough(1, 0), 0);
    assert_int_equal(stat_enough(1, 1e-9), 0);
    assert_int_equal(stat_enough(NAN, 1), 0);
    assert_int_equal(stat_enough(0, 1), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nothing_has_no_mean),
                                       cmocka_unit_test(test_one_value_has_no_interval),
                                       cmocka_unit_test(test_half_widths_are_those_of_the_t_table),
                                       cmocka_unit_test(test_mean_and_deviation_of_known_numbers),
                                       cmocka_unit_test(test_undefined_values_are_left_out),
                                       cmocka_unit_test(test_equal_values_have_exactly_that_mean),
                                       cmocka_unit_test(test_deviation_survives_a_large_offset),
                                       cmocka_unit_test(test_enough_replications_are_the_fewest_that_decide)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
