/* Cells and taps: what is put off (values in a list, levels in steps) must be as if it had been counted at once.
 *
 * The reference integrates every change as it comes. Draws have seed 1; nothing here is a statistical check. */
#include "kit_bench.h"

static bench t;

static cell *cell_of_kind(enum wr_metric_kind kind)
{
    cell *c = arena_aligned(t.r->arena, sizeof *c, 64);
    cell_init(c, t.r, kind, kind != WR_COUNT);
    return c;
}

static void until(double s)
{
    wr_engine_run(t.r->engine, wr_dur_from_s(s));
}

static double stat_of(cell *c, tap *x, enum formula_stat s, double arg)
{
    cell_flush(c);
    return tap_stat(c, x, s, arg);
}

static int open_bench(void **state)
{
    (void)state;
    bench_open(&t);
    return 0;
}

static int close_bench(void **state)
{
    (void)state;
    bench_close(&t);
    return 0;
}

/* ---- what is not recorded ----------------------------------------------------------------------------- */
static void test_a_metric_that_does_not_apply_swallows_everything(void **state)
{
    (void)state;
    wr_add(t.source, WR_U_CONSUMED, 3);
    wr_observe(t.source, WR_U_LATENCY, 3);
    wr_set(t.source, WR_U_IN_SYSTEM, 3);
    wr_shift(t.source, WR_U_IN_SYSTEM, 1);
    assert_true(wr_level(t.source, WR_U_IN_SYSTEM) == 0);
    assert_null(comp_cell(t.source, WR_U_IN_SYSTEM));
}

static void test_nothing_seen_has_no_statistics(void **state)
{
    (void)state;
    cell *c = cell_of_kind(WR_VALUE);
    tap *x = tap_open(c, true);
    until(1);
    assert_true(isnan(stat_of(c, x, F_MEAN, 0)));
    assert_true(isnan(stat_of(c, x, F_QUANTILE, 0.5)));
    assert_true(stat_of(c, x, F_COUNT, 0) == 0);
}

/* ---- counts and values -------------------------------------------------------------------------------- */
static void test_count_sums_and_has_a_rate(void **state)
{
    (void)state;
    cell *c = cell_of_kind(WR_COUNT);
    tap *x = tap_open(c, false);
    cell_add(c, 2);
    cell_add(c, 4);
    until(3);
    assert_true(stat_of(c, x, F_SUM, 0) == 6);
    assert_true(stat_of(c, x, F_RATE, 0) == 2);
}

static void test_deviation_of_a_constant_is_zero(void **state)
{
    (void)state;
    cell *c = cell_of_kind(WR_VALUE);
    tap *x = tap_open(c, true);
    for (int i = 0; i < 1000; i++)
        cell_observe(c, 0.1);
    assert_true(stat_of(c, x, F_SD, 0) == 0);
    assert_true(stat_of(c, x, F_MEAN, 0) == 0.1);
    assert_true(stat_of(c, x, F_QUANTILE, 0.99) == 0.1); /* within what was seen */
}

static void test_values_are_the_same_however_often_they_are_flushed(void **state)
{
    (void)state;
    cell *once = cell_of_kind(WR_VALUE), *often = cell_of_kind(WR_VALUE);
    tap *a = tap_open(once, true), *b = tap_open(often, true);
    wr_rng r;
    wr_rng_open(&r, 1, 0, "metric", "values");
    for (int i = 0; i < 1001; i++) {
        double v = i % 7 ? wr_rng_exp(&r) : 0;
        cell_observe(once, v);
        cell_observe(often, v);
        if (i % 10 == 9)
            cell_flush(often);
    }
    const enum formula_stat same[] = {F_COUNT, F_MIN, F_MAX, F_LAST};
    for (size_t i = 0; i < 4; i++)
        assert_true(stat_of(once, a, same[i], 0) == stat_of(often, b, same[i], 0));
    bench_near(stat_of(often, b, F_MEAN, 0), stat_of(once, a, F_MEAN, 0), 1e-14);
    bench_near(stat_of(often, b, F_SD, 0), stat_of(once, a, F_SD, 0), 1e-13);
    for (double q = 0.05; q < 1; q += 0.05)
        assert_true(stat_of(once, a, F_QUANTILE, q) == stat_of(often, b, F_QUANTILE, q));
}

/* 128 bins an octave: a quantile is within 1/128 of the value of that rank. */
static void test_quantiles_are_within_their_bins(void **state)
{
    (void)state;
    cell *c = cell_of_kind(WR_VALUE);
    tap *x = tap_open(c, true);
    for (int i = 1; i <= 1000; i++)
        cell_observe(c, i * 1e-3);
    for (double q = 0.1; q < 1; q += 0.1)
        bench_near(stat_of(c, x, F_QUANTILE, q), q, 1.0 / 128);
}

static void test_what_feeds_another_cell_counts_in_both(void **state)
{
    (void)state;
    cell *good = cell_of_kind(WR_VALUE), *all = cell_of_kind(WR_VALUE);
    good->feeds = all;
    all->fed_by = good;
    tap *x = tap_open(all, true);
    cell_observe(all, 9);
    for (int i = 0; i < 100; i++)
        cell_observe(good, i % 2 ? 1 : 3);
    assert_true(stat_of(all, x, F_COUNT, 0) == 101);
    bench_near(stat_of(all, x, F_MEAN, 0), (9 + 200) / 101.0, 1e-14);
    assert_true(stat_of(all, x, F_MAX, 0) == 9);
    assert_true(stat_of(all, x, F_MIN, 0) == 1);
}

/* ---- levels ------------------------------------------------------------------------------------------- */
static void test_level_is_weighted_with_its_time(void **state)
{
    (void)state;
    cell *c = cell_of_kind(WR_LEVEL);
    tap *x = tap_open(c, true);
    cell_set(c, 4);
    until(1);
    cell_step(c, -3, run_now(t.r));
    until(4);
    assert_true(stat_of(c, x, F_MEAN, 0) == 7 / 4.0);
    assert_true(stat_of(c, x, F_LAST, 0) == 1);
    assert_true(stat_of(c, x, F_QUANTILE, 0.5) == 1);
    assert_true(stat_of(c, x, F_QUANTILE, 0.9) == 4);
}

static void test_level_of_no_time_does_not_count(void **state)
{
    (void)state;
    cell *c = cell_of_kind(WR_LEVEL);
    tap *x = tap_open(c, true);
    cell_set(c, 1);
    until(1);
    cell_set(c, 100);
    cell_set(c, 2.5);
    cell_set(c, 2);
    until(2);
    assert_true(stat_of(c, x, F_MAX, 0) == 2);
    assert_true(stat_of(c, x, F_MIN, 0) == 1);
}

typedef struct reference {
    double n, sum, squares, min, max;
} reference;

static void integrate(reference *r, double level, double ns)
{
    if (ns <= 0)
        return;
    r->n += ns;
    r->sum += level * ns;
    r->squares += level * level * ns;
    r->min = fmin(r->min, level);
    r->max = fmax(r->max, level);
}

/* A walk in steps of `by`, up and down, flushed now and then, against the reference. */
static void walk(double by, double from)
{
    cell *c = cell_of_kind(WR_LEVEL);
    wr_rng r;
    wr_rng_open(&r, 1, 0, "metric", "walk");
    double level = from;
    wr_time now = run_now(t.r);
    reference ref = {.min = INFINITY, .max = -INFINITY};
    cell_set(c, level);
    tap *x = tap_open(c, true);
    for (int i = 0; i < 5000; i++) {
        wr_dur d = (wr_dur)wr_rng_below(&r, 1000);
        integrate(&ref, level, (double)d);
        wr_engine_run(t.r->engine, now += d);
        double move = (wr_rng_unit(&r) < 0.5 ? -1 : 1) * by * (double)(1 + wr_rng_below(&r, 3));
        level += move;
        if (fabs(move) == 1)
            cell_step(c, (int)move, now);
        else
            cell_set(c, level);
        if (i % 100 == 0)
            cell_flush(c);
        assert_true(fabs(cell_level(c) - level) < 1e-9);
    }
    double mean = ref.sum / ref.n;
    bench_near(stat_of(c, x, F_MEAN, 0), mean, 1e-12);
    bench_near(stat_of(c, x, F_SD, 0), sqrt(ref.squares / ref.n - mean * mean), 1e-6); /* both lose digits to the mean */
    assert_true(stat_of(c, x, F_MIN, 0) == ref.min);
    assert_true(stat_of(c, x, F_MAX, 0) == ref.max);
}

static void test_whole_levels_within_and_beyond_the_steps(void **state)
{
    (void)state;
    walk(1, 60);
    walk(1, 130);
    walk(1, 0);
    walk(1, 1e6);
}

static void test_levels_in_halves_and_sixteenths(void **state)
{
    (void)state;
    walk(0.5, 30);
    walk(0.0625, 3);
    walk(0.5, 64);
}

static void test_levels_that_are_no_fractions(void **state)
{
    (void)state;
    walk(0.1, 5);
    walk(1 / 3.0, 100);
}

static void test_group_level_is_the_sum_of_its_members(void **state)
{
    (void)state;
    cell *group = cell_of_kind(WR_LEVEL), *one = cell_of_kind(WR_LEVEL), *other = cell_of_kind(WR_LEVEL);
    cell_join(one, group);
    cell_join(other, group);
    tap *x = tap_open(group, true), *y = tap_open(one, true);
    cell_set(one, 3);
    cell_step(other, 1, run_now(t.r));
    until(1);
    cell_step(one, -1, run_now(t.r));
    cell_set(other, 0.5);
    until(2);
    assert_true(cell_level(group) == 2.5);
    assert_true(stat_of(group, x, F_MEAN, 0) == (4 + 2.5) / 2);
    assert_true(stat_of(one, y, F_MEAN, 0) == 2.5);
}

static void test_group_values_and_counts_are_those_of_its_members(void **state)
{
    (void)state;
    cell *group = cell_of_kind(WR_VALUE), *one = cell_of_kind(WR_VALUE), *sum = cell_of_kind(WR_COUNT), *part = cell_of_kind(WR_COUNT);
    cell_join(one, group);
    cell_join(part, sum);
    tap *x = tap_open(group, true), *y = tap_open(sum, false);
    for (int i = 0; i < 200; i++) {
        cell_observe(one, i);
        cell_add(part, 1);
    }
    cell_observe(group, 1000);
    assert_true(stat_of(group, x, F_COUNT, 0) == 201);
    assert_true(stat_of(group, x, F_MAX, 0) == 1000);
    assert_true(stat_of(sum, y, F_SUM, 0) == 200);
}

/* ---- taps --------------------------------------------------------------------------------------------- */
static void test_each_tap_has_its_own_time(void **state)
{
    (void)state;
    cell *c = cell_of_kind(WR_LEVEL);
    tap *all = tap_open(c, true);
    cell_set(c, 2);
    until(1);
    tap *late = tap_open(c, true);
    cell_set(c, 6);
    until(2);
    tap_shut(c, all);
    cell_set(c, 0);
    until(3);
    assert_true(stat_of(c, late, F_MEAN, 0) == 3);
    assert_true(tap_stat(c, all, F_MEAN, 0) == 4);
    tap_reset(c, late);
    cell_set(c, 5);
    until(4);
    assert_true(stat_of(c, late, F_MEAN, 0) == 5);
    assert_true(stat_of(c, late, F_MIN, 0) == 5);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_bench, close_bench)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_metric_that_does_not_apply_swallows_everything),
        TEST(test_nothing_seen_has_no_statistics),
        TEST(test_count_sums_and_has_a_rate),
        TEST(test_deviation_of_a_constant_is_zero),
        TEST(test_values_are_the_same_however_often_they_are_flushed),
        TEST(test_quantiles_are_within_their_bins),
        TEST(test_what_feeds_another_cell_counts_in_both),
        TEST(test_level_is_weighted_with_its_time),
        TEST(test_level_of_no_time_does_not_count),
        TEST(test_whole_levels_within_and_beyond_the_steps),
        TEST(test_levels_in_halves_and_sixteenths),
        TEST(test_levels_that_are_no_fractions),
        TEST(test_group_level_is_the_sum_of_its_members),
        TEST(test_group_values_and_counts_are_those_of_its_members),
        TEST(test_each_tap_has_its_own_time),
    };
    return cmocka_run_group_tests_name("metric", tests, NULL, NULL);
}
