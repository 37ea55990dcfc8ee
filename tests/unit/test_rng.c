/* test_rng.c - named streams: reference vectors, independence of names, uniforms, GSL's view.
 *
 * Statistical checks have fixed seeds; each bound is 5 standard deviations (false alarm 6e-7 for another seed). */
#include "../../sim/engine/engine.h"
#include "../../sim/engine/rng.h"
#include <gsl/gsl_randist.h>
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_xoshiro_gives_its_reference_numbers(void **state)
{
    (void)state;
    /* xoshiro256starstar.c of Blackman and Vigna from state 1, 2, 3, 4 */
    static const uint64_t expected[] = {11520u, 0u, 1509978240u, 1215971899390074240u, 1216172134540287360u,
                                        607988272756665600u, 16172922978634559625u, 8476171486693032832u,
                                        10595114339597558777u, 2904607092377533576u};
    wr_rng r = {{1, 2, 3, 4}, NULL};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_true(wr_rng_u64(&r) == expected[i]);
}

static void test_names_make_streams(void **state)
{
    (void)state;
    wr_rng a, b;
    wr_rng_open(&a, 1, 2, "web", "cpu");
    wr_rng_open(&b, 1, 2, "web", "cpu");
    assert_memory_equal(a.s, b.s, sizeof a.s);
    static const struct { uint64_t seed, replication; const char *component, *purpose; } other[] = {
        {2, 2, "web", "cpu"}, {1, 1, "web", "cpu"}, {1, 2, "wed", "cpu"}, {1, 2, "web", "cpv"}, {1, 2, "cpu", "web"},
        {2, 1, "web", "cpu"}, {1, 2, "webc", "pu"}, {1, 2, "", "cpu"}};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        wr_rng_open(&b, other[i].seed, other[i].replication, other[i].component, other[i].purpose);
        for (int k = 0; k < 4; k++)
            assert_true(a.s[k] != b.s[k]);
    }
}

static void test_streams_of_neighbours_are_not_correlated(void **state)
{
    (void)state;
    enum { N = 100000 };
    wr_rng a, b;
    wr_rng_open(&a, 1, 0, "web", "cpu");
    wr_rng_open(&b, 1, 1, "web", "cpu");
    double sum = 0;
    for (int i = 0; i < N; i++)
        sum += (wr_rng_unit(&a) - 0.5) * (wr_rng_unit(&b) - 0.5);
    assert_true(fabs(sum) < 5 * sqrt(N) / 12);
}

static void test_units_are_uniform_and_never_zero(void **state)
{
    (void)state;
    enum { N = 200000, BINS = 100 };
    double count[BINS] = {0}, chi = 0;
    wr_rng r;
    wr_rng_open(&r, 1, 0, "rng", "unit");
    for (int i = 0; i < N; i++) {
        double u = wr_rng_unit(&r);
        assert_true(u > 0 && u <= 1);
        count[(int)ceil(u * BINS) - 1]++;
    }
    for (int i = 0; i < BINS; i++)
        chi += (count[i] - N / BINS) * (count[i] - N / BINS) / (N / BINS);
    assert_true(chi > 99 - 5 * sqrt(2 * 99) && chi < 99 + 5 * sqrt(2 * 99));
}

static void test_exponentials_have_mean_and_variance_one(void **state)
{
    (void)state;
    enum { N = 400000 };
    double sum = 0, squares = 0;
    wr_rng r;
    wr_rng_open(&r, 1, 0, "rng", "exp");
    for (int i = 0; i < N; i++) {
        double x = wr_rng_exp(&r);
        assert_true(x >= 0 && isfinite(x));
        sum += x;
        squares += x * x;
    }
    assert_true(fabs(sum / N - 1) < 5 / sqrt(N));
    assert_true(fabs(squares / N - 2) < 5 * sqrt(20.0 / N)); /* variance of the square: 24 - 4 */
}

static void test_below_is_even_and_stays_below(void **state)
{
    (void)state;
    enum { N = 300000 };
    double count[6] = {0};
    wr_rng r;
    wr_rng_open(&r, 1, 0, "rng", "below");
    for (int i = 0; i < N; i++)
        count[wr_rng_below(&r, 6)]++;
    for (int i = 0; i < 6; i++)
        assert_true(fabs(count[i] - N / 6) < 5 * sqrt(N * 5.0 / 36));
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(wr_rng_below(&r, 1), 0);
        assert_true(wr_rng_below(&r, UINT64_MAX) < UINT64_MAX);
    }
}

static void test_chance_draws_only_where_there_is_one(void **state)
{
    (void)state;
    wr_rng r, before;
    wr_rng_open(&r, 1, 0, "rng", "chance");
    before = r;
    assert_true(wr_rng_chance(&r, 1));
    assert_false(wr_rng_chance(&r, 0));
    assert_false(wr_rng_chance(&r, NAN));
    assert_memory_equal(&r, &before, sizeof r);
    int hits = 0;
    for (int i = 0; i < 100000; i++)
        hits += wr_rng_chance(&r, 0.3);
    assert_true(abs(hits - 30000) < 5 * 145);
}

static void test_gsl_draws_from_our_streams(void **state)
{
    (void)state;
    wr_rng ours, same;
    wr_rng_open(&ours, 7, 0, "rng", "gsl");
    same = ours;
    gsl_rng g = {&wr_rng_gsl, &ours};
    assert_true(gsl_rng_get(&g) == wr_rng_u64(&same));
    assert_memory_equal(ours.s, same.s, sizeof ours.s); /* it moves that stream */
    double u = gsl_rng_uniform(&g), sum = 0;
    assert_true(u >= 0 && u < 1);
    for (int i = 0; i < 20000; i++)
        sum += gsl_ran_gaussian(&g, 1);
    assert_true(fabs(sum) < 5 * sqrt(20000));
    gsl_rng *own = gsl_rng_alloc(&wr_rng_gsl);
    gsl_rng_set(own, 5);
    unsigned long first = gsl_rng_get(own);
    gsl_rng_set(own, 5);
    assert_true(first == gsl_rng_get(own));
    gsl_rng_free(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xoshiro_gives_its_reference_numbers),
        cmocka_unit_test(test_names_make_streams),
        cmocka_unit_test(test_streams_of_neighbours_are_not_correlated),
        cmocka_unit_test(test_units_are_uniform_and_never_zero),
        cmocka_unit_test(test_exponentials_have_mean_and_variance_one),
        cmocka_unit_test(test_below_is_even_and_stays_below),
        cmocka_unit_test(test_chance_draws_only_where_there_is_one),
        cmocka_unit_test(test_gsl_draws_from_our_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
