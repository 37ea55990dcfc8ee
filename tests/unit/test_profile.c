/* test_profile.c - rates that change: integrals, their inversion, loops and speeds, expressions.
 *
 * Inversion is checked against the integral: after a look-up the integral from the same instant is the amount asked
 * for, to the rate's share of a nanosecond. Two statistical checks at a fixed seed: Poisson counts by chi-square, the
 * bound is the 1 - 1e-6 quantile. */
#include "../../sim/engine/profile.h"
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

static void close_to(double x, double value, double tolerance)
{
    if (!(fabs(x - value) <= tolerance))
        fail_msg("%.17g is not %.17g +- %g", x, value, tolerance);
}

static const wr_profile *by_expr(const char *s, wr_dur horizon)
{
    const char *why = "";
    size_t at;
    const expr *e = expr_compile(arena, s, strlen(s), NULL, NULL, &why, &at);
    if (!e)
        fail_msg("'%s': %s", s, why);
    return profile_expr(arena, e, horizon);
}

/* Walks through `n` amounts of a random size: each must be the integral over its way. */
static void inverts(const wr_profile *p, int n, double factor, double tolerance)
{
    wr_rng r;
    wr_cursor c = {0};
    wr_time t = 0;
    wr_rng_open(&r, 5, 0, "profile", "inverts");
    for (int i = 0; i < n; i++) {
        double amount = wr_rng_exp(&r);
        wr_time next = wr_profile_reach(p, &c, t, amount, factor);
        if (next == WR_NEVER)
            break;
        assert_true(next >= t);
        double rate = fmax(wr_profile_rate(p, next), wr_profile_rate(p, next ? next - 1 : 0)) * factor;
        close_to(factor * wr_profile_integral(p, t, next), amount, tolerance + rate * 2e-9);
        t = next;
    }
    assert_false(wr_cursor_broken(&c));
}

/* ---- lines ---------------------------------------------------------------------------------------------- */
static void test_nothing_ever_comes_at_rate_zero(void **state)
{
    (void)state;
    wr_cursor c = {0};
    const wr_profile *p = wr_profile_constant(arena, 0);
    assert_int_equal(wr_profile_reach(p, &c, 0, 1, 1), WR_NEVER);
    p = wr_profile_constant(arena, 5);
    assert_int_equal(wr_profile_reach(p, &c, 0, 1, 0), WR_NEVER);
    assert_int_equal(wr_profile_reach(p, &c, WR_NEVER, 1, 1), WR_NEVER);
    assert_true(wr_profile_rate(wr_profile_constant(arena, -3), 0) == 0);
}

static void test_constant_rates_space_evenly(void **state)
{
    (void)state;
    wr_cursor c = {0};
    const wr_profile *p = wr_profile_constant(arena, 4);
    assert_int_equal(wr_profile_reach(p, &c, 0, 1, 1), 250 * WR_MS);
    assert_int_equal(wr_profile_reach(p, &c, 100 * WR_S, 1, 2), 100 * WR_S + 125 * WR_MS);
    close_to(wr_profile_integral(p, WR_S, 11 * WR_S), 40, 1e-12);
    assert_true(wr_profile_peak(p, WR_S) == 4);
}

static const wr_profile *stages(void)
{
    const wr_rate_stage s[] = {{10, 10 * WR_S, 20 * WR_S}, {2, 0, 10 * WR_S}, {50, 40 * WR_S, 0},
                               {0, 5 * WR_S, 5 * WR_S}, {7, 0, WR_S}};
    return wr_profile_stages(arena, s, 5);
}

static void test_stages_ramp_from_the_rate_before_and_the_last_one_stays(void **state)
{
    (void)state;
    const wr_profile *p = stages();
    static const struct { double t, rate; } at[] = {{0, 0}, {5, 5}, {10, 10}, {29.9, 10}, {30, 2}, {40, 2}, {60, 26},
                                                    {80, 50}, {82.5, 25}, {86, 0}, {90, 7}, {1e6, 7}};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        close_to(wr_profile_rate(p, wr_dur_from_s(at[i].t)), at[i].rate, 1e-9);
    close_to(wr_profile_integral(p, 0, 30 * WR_S), 50 + 200, 1e-9);
    close_to(wr_profile_integral(p, 0, 90 * WR_S), 50 + 200 + 20 + 1040 + 125, 1e-9);
    close_to(wr_profile_integral(p, 95 * WR_S, 100 * WR_S), 35, 1e-9);
    close_to(wr_profile_peak(p, WR_NEVER), 50, 1e-9);
    close_to(wr_profile_peak(p, 60 * WR_S), 26, 1e-9);
}

static void test_stages_are_inverted(void **state)
{
    (void)state;
    inverts(stages(), 3000, 1, 1e-9);
    inverts(stages(), 3000, 0.3, 1e-9);
}

static void test_the_last_request_of_a_stage_is_not_carried_over_a_pause(void **state)
{
    (void)state;
    const wr_rate_stage s[] = {{3, 0, WR_S}, {0, 0, 3600 * WR_S}, {3, 0, WR_S}};
    const wr_profile *p = wr_profile_stages(arena, s, 3);
    wr_cursor c = {0};
    wr_time t = 0;
    double carried = 0;
    for (int i = 0; i < 3; i++) {
        wr_time next = wr_profile_reach(p, &c, t, 1 + carried, 1);
        carried = 1 + carried - wr_profile_integral(p, t, next);
        t = next;
    }
    assert_int_equal(t, WR_S);
}

/* ---- counts ----------------------------------------------------------------------------------------------- */
static const double counts[] = {6, 0, 0, 12, 3};

static void test_counts_are_spread_over_their_periods(void **state)
{
    (void)state;
    const wr_profile *p = wr_profile_counts(arena, counts, 5, 60 * WR_S, 1, 0, false);
    wr_cursor c = {0};
    close_to(wr_profile_rate(p, 0), 0.1, 1e-15);
    close_to(wr_profile_rate(p, 60 * WR_S), 0, 1e-15);
    close_to(wr_profile_rate(p, 300 * WR_S), 0, 1e-15);
    close_to(wr_profile_integral(p, 30 * WR_S, 210 * WR_S), 3 + 6, 1e-12);
    close_to(wr_profile_integral(p, 0, 1000 * WR_S), 21, 1e-12);
    close_to(wr_profile_peak(p, WR_NEVER), 0.2, 1e-15);
    close_to(wr_profile_peak(p, 60 * WR_S), 0.1, 1e-15);
    assert_int_equal(wr_profile_reach(p, &c, 0, 6.5, 1), 182500 * WR_MS);
    assert_int_equal(wr_profile_reach(p, &c, 290 * WR_S, 3, 1), WR_NEVER);
    inverts(p, 100, 1, 1e-9);
}

static void test_speed_offset_and_loop_change_the_clock_of_a_trace(void **state)
{
    (void)state;
    const wr_profile *fast = wr_profile_counts(arena, counts, 5, 60 * WR_S, 2, 0, false);
    close_to(wr_profile_rate(fast, 0), 0.2, 1e-12);
    close_to(wr_profile_integral(fast, 0, 150 * WR_S), 21, 1e-9);
    const wr_profile *later = wr_profile_counts(arena, counts, 5, 60 * WR_S, 1, 210 * WR_S, false);
    close_to(wr_profile_rate(later, 0), 0.2, 1e-12);
    close_to(wr_profile_integral(later, 0, 1000 * WR_S), 9, 1e-9);
    const wr_profile *loop = wr_profile_counts(arena, counts, 5, 60 * WR_S, 3, 30 * WR_S, true);
    close_to(wr_profile_integral(loop, 0, 100 * WR_S), 21, 1e-9);
    close_to(wr_profile_integral(loop, 7 * WR_S, 1000007 * WR_S), 21 * 10000, 1e-5);
    inverts(loop, 5000, 1, 1e-6);
    wr_cursor c = {0};
    wr_time t = wr_profile_reach(loop, &c, 0, 21 * 1000, 1); /* whole rounds at once */
    assert_true(llabs(t - 100000 * WR_S) <= 1);
    t = wr_profile_reach(loop, &c, 0, 1, 1e-6);
    close_to(1e-6 * wr_profile_integral(loop, 0, t), 1, 1e-9);
}

static void test_an_empty_trace_is_silence(void **state)
{
    (void)state;
    static const double zeros[3];
    wr_cursor c = {0};
    const wr_profile *p = wr_profile_counts(arena, zeros, 3, WR_S, 1, 0, true);
    assert_int_equal(wr_profile_reach(p, &c, 0, 1, 1), WR_NEVER);
    p = wr_profile_counts(arena, NULL, 0, WR_S, 1, 0, false);
    assert_int_equal(wr_profile_reach(p, &c, 0, 1, 1), WR_NEVER);
}

static void test_a_long_trace_is_walked_once(void **state)
{
    (void)state;
    enum { PERIODS = 86400 };
    double *x = memory_get(PERIODS * sizeof *x), all = 0;
    for (size_t i = 0; i < PERIODS; i++)
        all += x[i] = (double)(mix64(i) % 9);
    const wr_profile *p = wr_profile_counts(arena, x, PERIODS, WR_S, 1, 0, false);
    wr_cursor c = {0};
    wr_time t = 0;
    int n = 0;
    for (double owed = 0.5, next; (t = wr_profile_reach(p, &c, t, owed, 1)) != WR_NEVER; owed = next, n++)
        next = 1;
    assert_true(fabs(n - all) <= 1);
    free(x);
}

/* ---- expressions --------------------------------------------------------------------------------------------- */
static void test_expressions_are_integrated_exactly(void **state)
{
    (void)state;
    static const struct { const char *s; double from, to, integral; } cases[] = {
        {"100 + 50*sin(2*pi*t/1h)", 0, 3600, 360000},
        {"100 + 50*sin(2*pi*t/1h)", 0, 1800, 180000 + 50 * 3600 / 3.14159265358979323846},
        {"t", 0, 1000, 500000}, {"t^3", 0, 10, 2500}, {"exp(-t/10)", 0, 50, 9.9326205300091453},
        {"sqrt(t)", 0, 100, 2000.0 / 3}, {"floor(t) % 2", 0, 1001, 500}, {"step(t, 3.25, 3.26)*1000", 0, 7200, 10},
        {"t - 50", 0, 100, 1250}, {"if(t % 60 < 10, 5, 1)", 0, 600, 1000}, {"abs(t - 5)", 0, 10, 25},
        {"min(t, 20)", 0, 40, 600}, {"max(0, sin(2*pi*t/100))", 0, 1000, 1000 / 3.14159265358979323846},
        {"log(t + 1)", 0, 1.718281828459045, 1}, {"1/(t + 1)", 0, 1.718281828459045, 1}, {"-5", 0, 100, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const wr_profile *p = by_expr(cases[i].s, WR_NEVER);
        double x = wr_profile_integral(p, wr_dur_from_s(cases[i].from), wr_dur_from_s(cases[i].to));
        if (!(fabs(x - cases[i].integral) <= 1e-7 * fmax(1, cases[i].integral)))
            fail_msg("'%s': %.12g, not %.12g", cases[i].s, x, cases[i].integral);
    }
}

static void test_expressions_are_inverted(void **state)
{
    (void)state;
    inverts(by_expr("100 + 50*sin(2*pi*t/1h)", 7200 * WR_S), 3000, 1, 1e-6);
    inverts(by_expr("floor(t) % 2 * 30 + 1", 600 * WR_S), 3000, 1, 1e-6);
    inverts(by_expr("if(t % 60 < 10, 40, 0.1) + abs(t - 100)/50", 600 * WR_S), 3000, 0.5, 1e-6);
    inverts(by_expr("sqrt(t) * max(0, cos(t/5))", 600 * WR_S), 3000, 2, 1e-6);
}

static void test_a_short_pulse_in_a_long_silence_is_found(void **state)
{
    (void)state;
    wr_cursor c = {0};
    const wr_profile *p = by_expr("1000 * step(t, 3601, 3601.5)", 86400 * WR_S);
    close_to(wr_dur_to_s(wr_profile_reach(p, &c, 0, 100, 1)), 3601.1, 1e-8);
    assert_int_equal(wr_profile_reach(p, &c, 3602 * WR_S, 1, 1), WR_NEVER);
}

static void test_nothing_comes_behind_the_horizon(void **state)
{
    (void)state;
    wr_cursor c = {0};
    const wr_profile *p = by_expr("2 + t", 10 * WR_S);
    assert_int_equal(wr_profile_reach(p, &c, 0, 100, 1), WR_NEVER);
    assert_int_equal(wr_profile_reach(p, &c, 10 * WR_S, 1, 1), WR_NEVER);
}

static void test_a_rate_that_is_no_number_breaks_the_cursor(void **state)
{
    (void)state;
    wr_cursor c = {0}, d = {0};
    wr_profile_reach(by_expr("5 + sqrt(10 - t)", 20 * WR_S), &c, 0, 120, 1);
    assert_true(wr_cursor_broken(&c));
    wr_profile_reach(by_expr("5 + sqrt(10 - t)", 20 * WR_S), &d, 0, 10, 1);
    assert_false(wr_cursor_broken(&d));
}

static void test_bounds_that_decide_nothing_do_not_stop_the_walk(void **state)
{
    (void)state;
    wr_cursor c = {0};
    const wr_profile *p = by_expr("10 + 5 * (t - t > 0) + max(sin(t) - sin(t), 0)", 3600 * WR_S);
    wr_time t = 0;
    int n = 0;
    while ((t = wr_profile_reach(p, &c, t, 1, 1)) != WR_NEVER)
        n++;
    assert_in_range(n, 35999, 36000);
}

static void test_peaks_are_never_too_low_and_close(void **state)
{
    (void)state;
    static const struct { const char *s; double until, peak; } cases[] = {
        {"100 + 50*sin(2*pi*t/1h)", 7200, 150}, {"100 + 50*sin(2*pi*t/1h)", 450, 135.35533905932738},
        {"step(t, 50, 50.01) * 7 + 1", 100, 8}, {"step(t, 50, 50.01) * 7 + 1", 50, 1}, {"t", 10, 10},
        {"t * (10 - t)", 10, 25}, {"-3", 10, 0}, {"floor(t) % 2 * 9", 1000, 9}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double x = wr_profile_peak(by_expr(cases[i].s, WR_NEVER), wr_dur_from_s(cases[i].until));
        if (!(x >= cases[i].peak * (1 - 1e-9) && x <= cases[i].peak * (1 + 1e-5)))
            fail_msg("'%s': %.12g, not %.12g", cases[i].s, x, cases[i].peak);
    }
}

/* Arrivals of exponential amounts, counted in slices: sum of (count - expected)^2 / expected. */
static double chi_square(const wr_profile *p, double seconds, int slices)
{
    enum { MOST = 200 };
    double count[MOST] = {0}, sum = 0;
    wr_rng r;
    wr_cursor c = {0};
    wr_rng_open(&r, 11, 0, "profile", "poisson");
    for (wr_time t = 0; (t = wr_profile_reach(p, &c, t, wr_rng_exp(&r), 1)) < wr_dur_from_s(seconds);)
        count[(int)(wr_dur_to_s(t) / seconds * slices)]++;
    for (int i = 0; i < slices; i++) {
        wr_time from = wr_dur_from_s(seconds * i / slices), to = wr_dur_from_s(seconds * (i + 1) / slices);
        double expected = wr_profile_integral(p, from, to);
        sum += (count[i] - expected) * (count[i] - expected) / expected;
    }
    return sum;
}

static void test_exponential_amounts_make_poisson_counts(void **state)
{
    (void)state;
    /* chi-square with 100 degrees of freedom: 1e-6 lies above 182 and below 43 */
    double wave = chi_square(by_expr("30 + 25*sin(2*pi*t/100)", WR_NEVER), 1000, 100);
    double ramp = chi_square(wr_profile_stages(arena, &(wr_rate_stage){60, 1000 * WR_S, WR_NEVER}, 1), 1000, 100);
    assert_true(wave > 43 && wave < 182);
    assert_true(ramp > 43 && ramp < 182);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_ever_comes_at_rate_zero),
        cmocka_unit_test(test_an_empty_trace_is_silence),
        cmocka_unit_test(test_a_rate_that_is_no_number_breaks_the_cursor),
        cmocka_unit_test(test_constant_rates_space_evenly),
        cmocka_unit_test(test_stages_ramp_from_the_rate_before_and_the_last_one_stays),
        cmocka_unit_test(test_stages_are_inverted),
        cmocka_unit_test(test_the_last_request_of_a_stage_is_not_carried_over_a_pause),
        cmocka_unit_test(test_counts_are_spread_over_their_periods),
        cmocka_unit_test(test_speed_offset_and_loop_change_the_clock_of_a_trace),
        cmocka_unit_test(test_a_long_trace_is_walked_once),
        cmocka_unit_test(test_expressions_are_integrated_exactly),
        cmocka_unit_test(test_expressions_are_inverted),
        cmocka_unit_test(test_a_short_pulse_in_a_long_silence_is_found),
        cmocka_unit_test(test_nothing_comes_behind_the_horizon),
        cmocka_unit_test(test_bounds_that_decide_nothing_do_not_stop_the_walk),
        cmocka_unit_test(test_peaks_are_never_too_low_and_close),
        cmocka_unit_test(test_exponential_amounts_make_poisson_counts),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
