/* test_dist.c - distributions: what is refused, moments of every law, parameters users know, sequences.
 *
 * Statistical checks have fixed seeds; bounds are 5 standard errors (false alarm 6e-7 a check for another seed), the
 * Kolmogorov-Smirnov bound 2.7 / sqrt(n) (1e-6). Standard errors come from exact fourth moments where a law has them,
 * else from the sample. */
#include "../../sim/engine/dist.h"
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DRAWS = 200000 };

static wr_arena *arena;

static int open_arena(void **state)
{
    (void)state;
    arena = arena_create();
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static const dist_marks none = {NAN, NAN, NAN, NAN, NAN};

static void close_to(double x, double value, double relative)
{
    if (!(fabs(x - value) <= relative * fmax(1e-300, fabs(value))))
        fail_msg("%.15g is not %.15g", x, value);
}

/* ---- refusals ----------------------------------------------------------------------------------------------- */
static void test_parameters_that_are_no_distribution_are_refused(void **state)
{
    (void)state;
    assert_null(dist_constant(arena, NAN));
    assert_null(dist_exponential(arena, -1));
    assert_null(dist_exponential(arena, INFINITY));
    assert_null(dist_lognormal(arena, 0, -1));
    assert_null(dist_normal(arena, 0, -1));
    assert_null(dist_uniform(arena, 2, 1));
    assert_null(dist_gamma(arena, 0, 1));
    assert_null(dist_weibull(arena, 1, 0));
    assert_null(dist_pareto(arena, 0, 1, INFINITY));
    assert_null(dist_pareto(arena, 2, 1, 1));
    assert_null(dist_shifted(arena, NULL, 1));
}

static void test_lists_that_are_no_distribution_are_refused(void **state)
{
    (void)state;
    const double p[] = {0.5, 0.4}, x[] = {1, 2}, down[] = {2, 1}, up[] = {0.4, 0.5}, bad[] = {1, NAN}, zero[] = {0, 0},
                 minus[] = {2, -1};
    assert_null(dist_quantiles(arena, p, x, 2));
    assert_null(dist_quantiles(arena, up, down, 2));
    assert_null(dist_quantiles(arena, up, x, 0));
    assert_null(dist_values(arena, bad, 2));
    assert_null(dist_values(arena, x, 0));
    assert_null(dist_discrete(arena, x, zero, 2));
    assert_null(dist_discrete(arena, x, minus, 2));
    assert_null(dist_discrete(arena, x, bad, 2));
    assert_null(dist_sequence(arena, bad, 2, true, 0));
    assert_null(dist_mixture(arena, NULL, x, 0));
}

static void refused(const wr_dist *d, const char **why, const char *words)
{
    assert_null(d);
    if (!strstr(*why, words))
        fail_msg("%s", *why);
}

static void test_marks_that_contradict_are_refused(void **state)
{
    (void)state;
    const char *why = "";
    dist_marks m = none;
    refused(dist_lognormal_of(arena, m, &why), &why, "exactly two");
    m = (dist_marks){1, NAN, 1, 2, NAN};
    refused(dist_lognormal_of(arena, m, &why), &why, "exactly two");
    m = (dist_marks){1, NAN, 2, NAN, NAN};
    refused(dist_lognormal_of(arena, m, &why), &why, "never below its p50");
    m = (dist_marks){1, NAN, NAN, NAN, 15};
    refused(dist_lognormal_of(arena, m, &why), &why, "so large a p99");
    m = (dist_marks){1, NAN, NAN, 4, NAN};
    refused(dist_lognormal_of(arena, m, &why), &why, "so large a p95");
    m = (dist_marks){1, NAN, NAN, NAN, 0.5};
    refused(dist_lognormal_of(arena, m, &why), &why, "below the mean");
    m = (dist_marks){NAN, NAN, NAN, 3, 2};
    refused(dist_lognormal_of(arena, m, &why), &why, "below a lower one");
    m = (dist_marks){NAN, 1, NAN, 3, NAN};
    refused(dist_lognormal_of(arena, m, &why), &why, "'mean' or 'p50'");
    m = (dist_marks){-1, 1, NAN, NAN, NAN};
    refused(dist_lognormal_of(arena, m, &why), &why, "above 0");
    refused(dist_erlang_of(arena, 1, NAN, 0.8, &why), &why, "whole number");
    refused(dist_erlang_of(arena, 1, 2, 0.7, &why), &why, "either");
    refused(dist_erlang_of(arena, 1, 1.5, NAN, &why), &why, "whole number");
    refused(dist_hyper_of(arena, 1, 0.9, &why), &why, "1 or more");
    refused(dist_weibull_of(arena, 1, 0, &why), &why, "above 0");
    refused(dist_gamma_of(arena, 0, 1, &why), &why, "above 0");
}

static void test_truncation_that_leaves_nothing_is_refused(void **state)
{
    (void)state;
    const char *why = "";
    const double x[] = {1, 2};
    const wr_dist *e = dist_exponential(arena, 1);
    refused(dist_truncated_of(arena, e, 3, 2, &why), &why, "above");
    refused(dist_truncated_of(arena, e, 20, 30, &why), &why, "almost nothing");
    refused(dist_truncated_of(arena, dist_constant(arena, 1), 2, 3, &why), &why, "almost nothing");
    const wr_dist *steps = dist_shifted(arena, dist_sequence(arena, x, 2, true, 0), 1);
    refused(dist_truncated_of(arena, steps, 0, 9, &why), &why, "sequence");
}

/* ---- moments ---------------------------------------------------------------------------------------------------- */
static double sample[DRAWS];

static void draw(const wr_dist *d)
{
    wr_rng r;
    wr_rng_open(&r, 1, 0, "dist", "moments");
    for (size_t i = 0; i < DRAWS; i++)
        sample[i] = wr_draw(d, &r);
}

/* Mean and variance of the sample against those of the law; the fourth moment of the sample gives the error of the
 * variance. */
static void has(const wr_dist *d, double mean, double variance)
{
    assert_non_null(d);
    draw(d);
    double m = 0, v = 0, fourth = 0;
    for (size_t i = 0; i < DRAWS; i++)
        m += sample[i] / DRAWS;
    for (size_t i = 0; i < DRAWS; i++) {
        double square = (sample[i] - m) * (sample[i] - m);
        v += square / DRAWS;
        fourth += square * square / DRAWS;
    }
    if (!(fabs(m - mean) <= 5 * sqrt(variance / DRAWS) + 1e-9 * mean))
        fail_msg("mean %g, not %g", m, mean);
    if (!(fabs(v - variance) <= 5 * sqrt((fourth - v * v) / DRAWS) + 1e-12))
        fail_msg("variance %g, not %g", v, variance);
    if (!isnan(wr_dist_mean(d)))
        close_to(wr_dist_mean(d), mean, 1e-9);
}

static void test_laws_have_their_moments(void **state)
{
    (void)state;
    has(dist_constant(arena, 3), 3, 0);
    has(dist_exponential(arena, 2), 2, 4);
    has(dist_lognormal(arena, 0.5, 0.6), exp(0.5 + 0.18), expm1(0.36) * exp(1 + 0.36));
    has(dist_normal(arena, 20, 3), 20, 9);
    has(dist_uniform(arena, 2, 8), 5, 3);
    has(dist_gamma(arena, 3, 6), 6, 12);
    has(dist_gamma(arena, 1, 6), 6, 36);
    has(dist_gamma(arena, 0.4, 2), 2, 10);
    has(dist_weibull(arena, 2, 1.5), 2 * tgamma(1 + 1 / 1.5), 4 * (tgamma(1 + 2 / 1.5) - pow(tgamma(1 + 1 / 1.5), 2)));
    has(dist_pareto(arena, 1, 6, INFINITY), 1.2, 6.0 / (25 * 4));
}

static void test_truncated_pareto_has_its_moments(void **state)
{
    (void)state;
    double a = 1.5, lo = 1, hi = 100, c = 1 - pow(lo / hi, a);
    double mean = a / (a - 1) * (1 - pow(lo / hi, a - 1)) / c, second = a / (2 - a) * (pow(hi, 2 - a) - 1) / c;
    has(dist_pareto(arena, lo, a, hi), mean, second - mean * mean);
    const wr_dist *d = dist_pareto(arena, 1, 1, 50);
    has(d, log(50) / 0.98, 49 / 0.98 - pow(log(50) / 0.98, 2));
}

static void test_lists_have_their_moments(void **state)
{
    (void)state;
    const double x[] = {5, 1, 2, 2}, share[] = {10, 0, 60, 30}, p[] = {0.2, 0.5, 0.9}, q[] = {1, 2, 6};
    has(dist_values(arena, x, 4), 2.5, 2.25);
    has(dist_discrete(arena, x, share, 4), 2.3, 0.81);
    /* 1 with 0.2, 1..2 with 0.3, 2..6 with 0.4, 6 with 0.1 */
    double mean = 0.2 + 0.3 * 1.5 + 0.4 * 4 + 0.6, second = 0.2 + 0.3 * 7 / 3 + 0.4 * 208 / 12 + 3.6;
    has(dist_quantiles(arena, p, q, 3), mean, second - mean * mean);
}

static void test_laws_of_laws_have_their_moments(void **state)
{
    (void)state;
    const wr_dist *e = dist_exponential(arena, 2), *of[] = {e, dist_constant(arena, 10), dist_uniform(arena, 0, 6)};
    const double share[] = {0.5, 0.25, 0.25};
    double mean = 1 + 2.5 + 0.75, second = 0.5 * 8 + 25 + 0.25 * 12;
    has(dist_mixture(arena, of, share, 3), mean, second - mean * mean);
    has(dist_shifted(arena, e, 5), 7, 4);
    /* an exponential between 1 and 4 */
    double a = exp(-0.5), b = exp(-2), m = 2 + (1 * a - 4 * b) / (a - b);
    double s = (1 * a - 16 * b) / (a - b) + 4 * m;
    has(dist_truncated(arena, e, 1, 4), m, s - m * m);
}

static void test_negative_draws_become_zero_and_the_mean_knows(void **state)
{
    (void)state;
    const double x[] = {-3, 1};
    const wr_dist *bell = dist_normal(arena, 0, 1), *logs = dist_lognormal(arena, 0, 0.5);
    const wr_dist *d[] = {dist_normal(arena, 0.5, 1), dist_shifted(arena, dist_exponential(arena, 2), -1),
                          dist_uniform(arena, -1, 3), dist_values(arena, x, 2), dist_constant(arena, -4),
                          dist_shifted(arena, logs, -1), dist_truncated(arena, bell, -1, 2),
                          dist_shifted(arena, dist_pareto(arena, 1, 3, 9), -2)};
    for (size_t i = 0; i < sizeof d / sizeof *d; i++) {
        double m = 0, s = 0;
        draw(d[i]);
        for (size_t k = 0; k < DRAWS; k++) {
            assert_true(sample[k] >= 0);
            m += sample[k] / DRAWS;
            s += sample[k] * sample[k] / DRAWS;
        }
        if (!(fabs(m - wr_dist_mean(d[i])) <= 5 * sqrt((s - m * m) / DRAWS) + 1e-12))
            fail_msg("law %zu: mean %g, not %g", i, m, wr_dist_mean(d[i]));
    }
}

static int rising(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void test_draws_follow_their_distribution_functions(void **state)
{
    (void)state;
    double most[3] = {0, 0, 0};
    const wr_dist *d[] = {dist_lognormal(arena, 1, 0.7), dist_weibull(arena, 3, 0.8), dist_normal(arena, 50, 4)};
    for (size_t k = 0; k < 3; k++) {
        draw(d[k]);
        qsort(sample, DRAWS, sizeof *sample, rising);
        for (size_t i = 0; i < DRAWS; i++) {
            double x = sample[i], f[] = {dist_normal_below((log(x) - 1) / 0.7), -expm1(-pow(x / 3, 0.8)),
                                         dist_normal_below((x - 50) / 4)};
            most[k] = fmax(most[k], fabs(f[k] - ((double)i + 0.5) / DRAWS));
        }
        assert_true(most[k] < 2.7 / sqrt(DRAWS));
    }
}

static void test_the_normal_quantile_inverts_the_normal_function(void **state)
{
    (void)state;
    for (double q = -0.4999999; q < 0.5; q += 0.0007)
        close_to(dist_normal_below(dist_normal_at(q)), 0.5 + q, 1e-13);
    close_to(dist_normal_at(0.475), 1.959963984540054, 1e-14);
    assert_true(isfinite(dist_normal_at(0.5 - 0x1p-54)));
}

/* ---- what users know ---------------------------------------------------------------------------------------- */
static void test_two_marks_make_a_lognormal(void **state)
{
    (void)state;
    static const dist_marks all[] = {
        {35, NAN, NAN, NAN, 140}, {NAN, NAN, 4, NAN, 20}, {35, NAN, 30, NAN, NAN}, {12, NAN, NAN, 30, NAN},
        {NAN, NAN, 10, 25, NAN}, {NAN, NAN, NAN, 20, 45}, {10, 0.5, NAN, NAN, NAN}, {NAN, 1.2, 8, NAN, NAN},
        {5, NAN, 5, NAN, NAN}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const char *why = "";
        const wr_dist *d = dist_lognormal_of(arena, all[i], &why);
        if (!d)
            fail_msg("%zu: %s", i, why);
        if (!isnan(all[i].mean))
            close_to(wr_dist_mean(d), all[i].mean, 1e-9);
        if (!isnan(all[i].p50))
            close_to(exp(d->a), all[i].p50, 1e-9);
        if (!isnan(all[i].p95))
            close_to(exp(d->a + d->b * 1.6448536269514722), all[i].p95, 1e-9);
        if (!isnan(all[i].p99))
            close_to(exp(d->a + d->b * 2.3263478740408408), all[i].p99, 1e-9);
        if (!isnan(all[i].cv))
            close_to(sqrt(expm1(d->b * d->b)), all[i].cv, 1e-9);
    }
}

static void test_other_laws_take_mean_and_shape_as_users_know_them(void **state)
{
    (void)state;
    const char *why = "";
    has(dist_hyper_of(arena, 2, 3, &why), 2, 36);
    has(dist_hyper_of(arena, 2, 1, &why), 2, 4);
    has(dist_erlang_of(arena, 6, 4, NAN, &why), 6, 9);
    has(dist_erlang_of(arena, 6, NAN, 0.5, &why), 6, 9);
    has(dist_erlang_of(arena, 6, NAN, 0.57735, &why), 6, 12);
    has(dist_gamma_of(arena, 6, 0.5, &why), 6, 9);
    has(dist_gamma_of(arena, 6, 0, &why), 6, 0);
    double value;
    const wr_dist *d = dist_weibull_of(arena, 5, 0.7, &why);
    close_to(wr_dist_mean(d), 5, 1e-12);
    assert_false(wr_dist_constant(d, &value));
    assert_true(wr_dist_constant(dist_shifted(arena, dist_constant(arena, 2), 3), &value));
    assert_true(value == 5);
}

/* ---- constants, sequences, order ---------------------------------------------------------------------------- */
static void test_constants_are_exact_and_draw_nothing(void **state)
{
    (void)state;
    wr_rng r, before;
    wr_rng_open(&r, 1, 0, "dist", "constant");
    before = r;
    assert_true(wr_draw_dur(dist_constant(arena, 0.1), &r) == 100 * WR_MS);
    assert_true(wr_draw_dur(dist_constant(arena, INFINITY), &r) == WR_NEVER);
    assert_true(wr_draw_dur(dist_constant(arena, -1), &r) == 0);
    assert_true(wr_draw(dist_constant(arena, -1), &r) == 0);
    assert_true(isinf(wr_draw(dist_constant(arena, INFINITY), &r)));
    assert_memory_equal(&r, &before, sizeof r);
}

static void test_sequences_are_read_in_order_by_all_streams_together(void **state)
{
    (void)state;
    const double x[] = {2, 0.7, 5};
    uint64_t at[2] = {0, 0};
    wr_rng r, other;
    wr_rng_open(&r, 1, 0, "dist", "sequence");
    wr_rng_open(&other, 2, 0, "dist", "sequence");
    r.sequences = other.sequences = at;
    const wr_dist *again = dist_sequence(arena, x, 3, true, 0), *once = dist_sequence(arena, x, 3, false, 1);
    for (int i = 0; i < 7; i++)
        assert_true(wr_draw(again, i % 2 ? &r : &other) == x[i % 3]);
    for (int i = 0; i < 3; i++)
        assert_true(wr_draw(once, &r) == x[i]);
    assert_true(at[1] != DIST_SEQUENCE_OVER);
    assert_true(wr_draw(once, &r) == 0);
    assert_true(at[1] == DIST_SEQUENCE_OVER);
    assert_true(wr_draw(once, &r) == 0);
}

static void test_truncated_draws_stay_inside(void **state)
{
    (void)state;
    draw(dist_truncated(arena, dist_normal(arena, 0, 1), 0.5, 1.5));
    for (size_t i = 0; i < DRAWS; i++)
        assert_true(sample[i] >= 0.5 && sample[i] <= 1.5);
}

static void test_shares_of_zero_are_never_drawn(void **state)
{
    (void)state;
    enum { N = 1000 };
    double x[N], share[N];
    for (size_t i = 0; i < N; i++) {
        x[i] = (double)i;
        share[i] = i % 7 == 3 ? 1.0 / 3 : 0;
    }
    draw(dist_discrete(arena, x, share, N));
    for (size_t i = 0; i < DRAWS; i++)
        assert_true((size_t)sample[i] % 7 == 3);
}

/* One number a draw and monotone in it: what common random numbers live on. */
static void test_streams_stay_comparable_when_a_parameter_changes(void **state)
{
    (void)state;
    const wr_dist *a[] = {dist_exponential(arena, 1), dist_lognormal(arena, 0, 1), dist_weibull(arena, 1, 2),
                          dist_uniform(arena, 0, 1)};
    const wr_dist *b[] = {dist_exponential(arena, 2), dist_lognormal(arena, 0.1, 1), dist_weibull(arena, 2, 2),
                          dist_uniform(arena, 0, 2)};
    for (size_t k = 0; k < 4; k++) {
        wr_rng r, s;
        wr_rng_open(&r, 1, 0, "dist", "common");
        s = r;
        for (int i = 0; i < 1000; i++)
            assert_true(wr_draw(a[k], &r) <= wr_draw(b[k], &s));
        assert_memory_equal(&r, &s, sizeof r);
    }
}

static void described(const wr_dist *d, const char *s)
{
    text t = {0};
    dist_describe(d, &t);
    assert_string_equal(t.s, s);
    text_clear(&t);
}

static void test_descriptions_are_what_one_would_write(void **state)
{
    (void)state;
    const double x[] = {1, 2}, share[] = {1, 3}, p[] = {0, 0.5};
    const wr_dist *of[] = {dist_constant(arena, 1), dist_exponential(arena, 2)};
    described(of[0], "1");
    described(of[1], "{exponential: 2}");
    described(dist_normal(arena, 3, 1), "{normal: {mean: 3, sd: 1}}");
    described(dist_discrete(arena, x, share, 2), "{discrete: {1: 25%, 2: 75%}}");
    described(dist_quantiles(arena, p, x, 2), "{quantiles: {p0: 1, p50: 2}}");
    described(dist_values(arena, x, 2), "{empirical: {values: [1, 2]}}");
    described(dist_mixture(arena, of, share, 2),
              "{mixture: [{share: 25%, of: 1}, {share: 75%, of: {exponential: 2}}]}");
    described(dist_shifted(arena, of[1], 5), "{shifted: {by: 5, of: {exponential: 2}}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters_that_are_no_distribution_are_refused),
        cmocka_unit_test(test_lists_that_are_no_distribution_are_refused),
        cmocka_unit_test(test_marks_that_contradict_are_refused),
        cmocka_unit_test(test_truncation_that_leaves_nothing_is_refused),
        cmocka_unit_test(test_laws_have_their_moments),
        cmocka_unit_test(test_truncated_pareto_has_its_moments),
        cmocka_unit_test(test_lists_have_their_moments),
        cmocka_unit_test(test_laws_of_laws_have_their_moments),
        cmocka_unit_test(test_negative_draws_become_zero_and_the_mean_knows),
        cmocka_unit_test(test_draws_follow_their_distribution_functions),
        cmocka_unit_test(test_the_normal_quantile_inverts_the_normal_function),
        cmocka_unit_test(test_two_marks_make_a_lognormal),
        cmocka_unit_test(test_other_laws_take_mean_and_shape_as_users_know_them),
        cmocka_unit_test(test_constants_are_exact_and_draw_nothing),
        cmocka_unit_test(test_sequences_are_read_in_order_by_all_streams_together),
        cmocka_unit_test(test_truncated_draws_stay_inside),
        cmocka_unit_test(test_shares_of_zero_are_never_drawn),
        cmocka_unit_test(test_streams_stay_comparable_when_a_parameter_changes),
        cmocka_unit_test(test_descriptions_are_what_one_would_write),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
