/* test_sample.c - samples, intervals and MSER against published and independently computed values. */
#include "../../sim/result/result.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void assert_near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within * fabs(want)))
        fail_msg("%.12g is not %.12g", got, want);
}

static void an_empty_sample_is_undefined(void **state)
{
    (void)state;
    sample s = sample_of(NULL, 0, 0.95);
    assert_true(isnan(s.mean) && isnan(s.half) && isnan(s.p));
    assert_true(isnan(sample_rank(NULL, 0, 0.5)));
}

static void one_number_has_a_mean_and_no_interval(void **state)
{
    (void)state;
    double x = 3;
    sample s = sample_of(&x, 1, 0.95);
    assert_true(s.mean == 3 && isnan(s.sd) && isnan(s.half));
}

/* Quantiles of Student's t, from scipy. */
static void quantiles_of_t_are_exact(void **state)
{
    (void)state;
    static const double df[] = {1, 4, 9, 29, 120};
    static const double t[3][5] = {{6.31375151, 2.13184678, 1.83311293, 1.69912703, 1.6576509},
                                   {12.7062047, 2.77644511, 2.26215716, 2.04522964, 1.97993041},
                                   {63.6567412, 4.60409487, 3.24983554, 2.7563859, 2.61742114}};
    static const double confidence[] = {0.9, 0.95, 0.99};
    for (int c = 0; c < 3; c++)
        for (int i = 0; i < 5; i++)
            assert_near(stat_t(confidence[c], df[i]), t[c][i], 1e-8);
    assert_near(stat_p(2.26215716, 9), 0.05, 1e-7);
}

/* Ten numbers whose interval was computed with scipy. */
static void the_interval_of_a_mean_is_exact(void **state)
{
    (void)state;
    double x[] = {3.9195, 4.34163, 4.61779, 5.33537, 5.06224, 2.90274, 4.93209, 17.95093, 4.06136, 3.14126};
    sample s = sample_of(x, 10, 0.95);
    assert_near(s.mean, 5.626491, 1e-9);
    assert_near(s.sd, 4.40207163, 1e-8);
    assert_near(s.half, 3.14905234, 1e-8);
    assert_near(s.low, 2.47743866, 1e-8);
    assert_near(s.high, 8.77554334, 1e-8);
}

/* Equal shifts in pairs have no deviation, while as two samples they overlap. By hand: both have sd sqrt(2.5),
 * n = 5, so Welch's error is 1 with 8 degrees of freedom. */
static void pairs_see_what_two_samples_do_not(void **state)
{
    (void)state;
    double x[] = {1, 2, 3, 4, 5}, y[] = {1.5, 2.5, 3.5, 4.5, 5.5};
    sample p = sample_pairs(x, y, 5, 0.95), a = sample_of(x, 5, 0.95), b = sample_of(y, 5, 0.95);
    sample w = sample_welch(&a, &b, 0.95);
    assert_true(p.mean == -0.5 && p.half == 0 && p.p == 0);
    assert_near(w.mean, -0.5, 1e-12);
    assert_near(w.half, 2.306004135, 1e-8);
    assert_near(w.p, 0.630536076, 1e-8);
}

static void ranks_are_nearest(void **state)
{
    (void)state;
    double x[] = {5, 1, 4, 2, 3};
    sample_sort(x, 5);
    assert_true(sample_rank(x, 5, 0.5) == 3 && sample_rank(x, 5, 0.2) == 1 && sample_rank(x, 5, 0.21) == 2);
    assert_true(sample_rank(x, 5, 0) == 1 && sample_rank(x, 5, 1) == 5);
}

/* Batches of two: 10, 1, 3, 1, 3 has means behind each cut of 3.6, 2, 7/3; sums of squares / rest^2 of 54.8/25... */
static void mser_cuts_where_the_rest_is_steadiest(void **state)
{
    (void)state;
    double x[] = {9, 11, 1, 1, 3, 3, 1, 1, 3, 3, 77};
    mser m = mser_of(x, 11, 2);
    assert_int_equal(m.batches, 5);
    assert_int_equal(m.cut, 1);
    assert_near(m.statistic, 4.0 / 16, 1e-12);
    assert_near(m.after, 2, 1e-12);
    assert_near(m.all, 3.6, 1e-12);
    assert_true(isnan(mser_of(x, 3, 2).statistic));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_sample_is_undefined),
        cmocka_unit_test(one_number_has_a_mean_and_no_interval),
        cmocka_unit_test(quantiles_of_t_are_exact),
        cmocka_unit_test(the_interval_of_a_mean_is_exact),
        cmocka_unit_test(pairs_see_what_two_samples_do_not),
        cmocka_unit_test(ranks_are_nearest),
        cmocka_unit_test(mser_cuts_where_the_rest_is_steadiest),
    };
    stat_quiet();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
