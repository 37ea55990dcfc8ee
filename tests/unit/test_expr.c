/* test_expr.c - rate expressions: what is refused and where, values, and bounds that hold.
 *
 * Bounds are compared with 200 samples in each of 3000 random intervals: a sample outside is a mistake, so there is
 * no false alarm. */
#include "../../sim/engine/expr.h"
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

static double param(void *arg, const char *name, bool *ok)
{
    (void)arg;
    *ok = !strcmp(name, "peak");
    return *ok ? 900 : 0;
}

static expr *compiled(const char *s)
{
    const char *why = "";
    size_t at;
    expr *e = expr_compile(arena, s, strlen(s), param, NULL, &why, &at);
    if (!e)
        fail_msg("'%s': %s at %zu", s, why, at);
    return e;
}

static void refused(const char *s, size_t where, const char *words)
{
    const char *why = NULL;
    size_t at = 999;
    assert_null(expr_compile(arena, s, strlen(s), param, NULL, &why, &at));
    if (!strstr(why, words))
        fail_msg("'%s': %s", s, why);
    if (at != where)
        fail_msg("'%s': at %zu, not %zu", s, at, where);
}

static void is(const char *s, double t, double value)
{
    double x = expr_value(compiled(s), t);
    if (!(fabs(x - value) <= 1e-12 * fmax(1, fabs(value))))
        fail_msg("'%s' at %g is %.17g, not %.17g", s, t, x, value);
}

static void test_mistakes_are_refused_where_they_stand(void **state)
{
    (void)state;
    refused("", 0, "missing here");
    refused("1 +", 3, "missing here");
    refused("2 * (3 + t", 10, "')'");
    refused("3 4", 2, "should end");
    refused("100 = t", 4, "==");
    refused("5x", 1, "unknown unit");
    refused("1 + foo", 4, "unknown name 'foo'");
    refused("$low * 2", 0, "'low'");
    refused("sin(1, 2)", 0, "'sin' takes 1 argument");
    refused("min(1)", 0, "two or more");
    refused("step(t, 1)", 0, "3 arguments");
    refused("sin t", 4, "parentheses");
}

static void test_depth_and_length_are_limited(void **state)
{
    (void)state;
    char deep[400] = "", minus[400] = "", sums[400] = "";
    memset(deep, '(', 200);
    memset(minus, '-', 300);
    memcpy(minus + 300, "1", 2);
    for (size_t i = 0; i < 100; i++)
        memcpy(sums + 2 * i, "2^", 3);
    refused(deep, 64, "64 deep");
    refused(sums, 128, "64 deep");
    is(minus, 0, 1); /* signs do not nest */
    text t = {0};
    for (int i = 0; i < 2000; i++)
        text_puts(&t, "t+");
    text_puts(&t, "t");
    refused(t.s, 1025, "1024 terms");
    text_clear(&t);
}

static void test_operators_bind_as_in_arithmetic(void **state)
{
    (void)state;
    is("1 + 2 * 3", 0, 7);
    is("-2^2", 0, -4);
    is("2^3^2", 0, 512);
    is("2^-1", 0, 0.5);
    is("7 % 3 * 2", 0, 2);
    is("-1 % 3", 0, 2);
    is("8 / 4 / 2", 0, 1);
    is("1 + 1 < 3", 0, 1);
    is("1 < 2 and not 2 < 1 or 0", 0, 1);
    is("not not 5", 0, 1);
    is("1 or 0 and 0", 0, 1);
    is("2 == 2", 0, 1);
    is("2 != 2", 0, 0);
}

static void test_numbers_carry_units_of_time_and_rate(void **state)
{
    (void)state;
    is("1h", 0, 3600);
    is("1m30s", 0, 90);
    is("900/s", 0, 900);
    is("60/m", 0, 1);
    is("1.2k/s + 3M", 0, 3001200);
    is("250ms", 0, 0.25);
    is("6/min(2, 3)", 0, 3); /* a call, not a unit */
    is("6/max(2, 3)", 0, 2);
    is("1e3", 0, 1000);
    is("$peak / 2", 0, 450);
    is("100 + 50*sin(2*pi*t/1h)", 900, 150);
}

static void test_functions_do_what_they_say(void **state)
{
    (void)state;
    is("if(t < 10, 1, 2)", 5, 1);
    is("if(t < 10, 1, 2)", 10, 2);
    is("step(t, 10, 20)", 10, 1);
    is("step(t, 10, 20)", 20, 0);
    is("min(3, t, 2)", 5, 2);
    is("max(3, t, 2)", 5, 5);
    is("abs(-3) + floor(2.7) + ceil(2.1)", 0, 8);
    is("sqrt(16) + exp(0) + log(exp(2)) + cos(0)", 0, 8);
    is("t % 60", 125, 5);
}

static void test_bounds_are_never_left(void **state)
{
    (void)state;
    static const char *const all[] = {
        "100 + 50*sin(2*pi*t/1h)", "t^2 - 10*t", "(t - 30)^3", "1/(t + 1)", "sqrt(t)", "log(t + 0.1)", "exp(-t/10)",
        "floor(t) % 2 * 100", "t % 7 - 3", "if(t > 20, t, 5) + abs(t - 10)", "min(t, 20, 40 - t)", "step(t, 5, 9) * 3",
        "max(cos(t), sin(3*t)) ^ 2", "2^(t/10)", "(t + 1)^-2", "not (t < 3 or t > 30 and t < 40)", "ceil(t/3) == 4",
        "-t + cos(t) * -3", "t^0.5 * (t != 7)", "5 - 3 % (t + 1)"};
    wr_rng r;
    wr_rng_open(&r, 1, 0, "expr", "bounds");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const expr *e = compiled(all[i]);
        for (int k = 0; k < 150; k++) {
            double from = 60 * wr_rng_unit(&r), width = exp(-12 * wr_rng_unit(&r)) * 30;
            expr_range b = expr_over(e, from, from + width);
            for (int j = 0; j <= 200; j++) {
                double x = expr_value(e, from + width * j / 200), slack = 1e-12 * (1 + fabs(x));
                if (!(x >= b.lo - slack && x <= b.hi + slack))
                    fail_msg("'%s' is %g outside %g..%g", all[i], x, b.lo, b.hi);
            }
        }
    }
}

static void test_jumps_and_kinks_are_not_tame(void **state)
{
    (void)state;
    static const struct { const char *s; double from, to; bool tame; } cases[] = {
        {"floor(t)", 1.1, 1.9, true},        {"floor(t)", 1.1, 2.1, false},     {"abs(t - 5)", 4, 6, false},
        {"abs(t - 5)", 6, 7, true},          {"step(t, 5, 6)", 0, 4, true},     {"step(t, 5, 6)", 0, 50, false},
        {"if(t < 5, 1/(t - 9), 2)", 6, 12, true}, {"sin(t)", 0, 0.9, true},     {"sin(t)", 0, 3, false},
        {"1/t", 1, 1.4, true},               {"1/t", 1, 3, false},              {"t % 60", 61, 119, true},
        {"t % 60", 61, 121, false},          {"min(t, 10)", 0, 10, true},       {"sqrt(t)", 0, 1, false},
        {"t^3", 0, 100, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (expr_over(compiled(cases[i].s), cases[i].from, cases[i].to).tame != cases[i].tame)
            fail_msg("'%s' over %g..%g", cases[i].s, cases[i].from, cases[i].to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes_are_refused_where_they_stand),
        cmocka_unit_test(test_depth_and_length_are_limited),
        cmocka_unit_test(test_operators_bind_as_in_arithmetic),
        cmocka_unit_test(test_numbers_carry_units_of_time_and_rate),
        cmocka_unit_test(test_functions_do_what_they_say),
        cmocka_unit_test(test_bounds_are_never_left),
        cmocka_unit_test(test_jumps_and_kinks_are_not_tame),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
