/* test_formula.c - metric expressions: what is refused and where, what is read, values. */
#include "../../sim/base/base.h"
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct bench { wr_arena *a; wr_diag *d; } bench;

static int set_up(void **state)
{
    bench *b = memory_get(sizeof *b);
    *b = (bench){arena_create(), wr_diag_create()};
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    bench *b = *state;
    arena_destroy(b->a);
    wr_diag_destroy(b->d);
    free(b);
    return 0;
}

static wr_formula *parsed(bench *b, const char *s)
{
    wr_formula *f = formula_parse(b->a, s, (wr_pos){"f", 3, 10, 1}, b->d);
    if (!f) {
        const wr_diag_row *r;
        wr_diag_rows(b->d, &r);
        fail_msg("'%s': %s", s, r[0].text);
    }
    return f;
}

/* `from` and `len` in characters of the text. */
static void refused(bench *b, const char *s, uint32_t from, uint32_t len, const char *words)
{
    wr_diag *d = wr_diag_create();
    const wr_diag_row *r;
    assert_null(formula_parse(b->a, s, (wr_pos){"f", 3, 10, 1}, d));
    assert_int_equal(wr_diag_rows(d, &r), 1);
    if (!strstr(r[0].text, words))
        fail_msg("'%s': %s", s, r[0].text);
    if (r[0].at.line != 3 || r[0].at.col != 10 + from || r[0].at.len != len)
        fail_msg("'%s': at %u, %u long: %s", s, r[0].at.col - 10, r[0].at.len, r[0].text);
    wr_diag_destroy(d);
}

static void test_mistakes_are_underlined(void **state)
{
    bench *b = *state;
    refused(b, "", 0, 1, "missing here");
    refused(b, "web", 0, 3, "'web' alone is no metric");
    refused(b, "web.", 4, 1, "name of a metric");
    refused(b, "web:.x", 4, 1, "name of a part");
    refused(b, "web.latency.p99.x", 15, 2, "not expected");
    refused(b, "web.latency.men < 1s", 12, 3, "unknown statistic 'men'");
    refused(b, "web.latency.p12345", 12, 6, "unknown statistic");
    refused(b, "web.latency < 3 QB", 16, 2, "not expected");
    refused(b, "web.latency < 5lightyears", 14, 11, "no value");
    refused(b, "web.latency = 5", 12, 1, "write '=='");
    refused(b, "(web.latency", 0, 1, "has no ')'");
    refused(b, "web.latency)", 11, 1, "not expected");
    refused(b, "web.queue.above", 15, 1, "needs a value");
    refused(b, "web.queue.above(x)", 16, 1, "needs a value");
    refused(b, "1 + ", 4, 1, "missing here");
    refused(b, "a.b over 5m", 4, 7, "needs a comparison");
    refused(b, "a.b < 1 over 0s", 8, 7, "no length");
    refused(b, "a.b < 1 over 5", 13, 1, "with its unit");
    refused(b, "a.b from 5m to 1m", 4, 13, "ends before");
    refused(b, "a.b < 1 < 2", 8, 1, "not expected");
    refused(b, "1 + \xc3\xa9.b", 4, 3, "missing here");
}

static void test_a_statistic_that_was_nearly_right_gets_a_hint(void **state)
{
    bench *b = *state;
    const wr_diag_row *r;
    assert_null(formula_parse(b->a, "a.b.men", (wr_pos){"f", 1, 1, 1}, b->d));
    wr_diag_rows(b->d, &r);
    assert_string_equal(r[0].hint, "did you mean 'mean'?");
}

static void test_depth_and_length_are_limited(void **state)
{
    bench *b = *state;
    char deep[101];
    memset(deep, '(', 100);
    deep[100] = 0;
    refused(b, deep, 64, 1, "64 deep");
    text t = {0};
    for (int i = 0; i < 200; i++)
        text_puts(&t, "1+");
    text_puts(&t, "1");
    assert_null(formula_parse(b->a, t.s, (wr_pos){"f", 1, 1, 1}, b->d));
    text_clear(&t);
}

static void test_atoms_are_split_into_owner_part_metric_and_statistic(void **state)
{
    bench *b = *state;
    const wr_formula *f = parsed(b, "web-shop:by-user.latency.p99 - x.y * z_1.CPUUtilization.max");
    assert_int_equal(f->atoms, 3);
    assert_string_equal(f->atom[0].owner, "web-shop");
    assert_string_equal(f->atom[0].part, "by-user");
    assert_string_equal(f->atom[0].metric, "latency");
    assert_int_equal(f->atom[0].stat, F_QUANTILE);
    assert_true(f->atom[0].arg == 0.99);
    assert_int_equal(f->atom[0].at.col, 10);
    assert_int_equal(f->atom[0].at.len, strlen("web-shop:by-user.latency"));
    assert_null(f->atom[1].part);
    assert_int_equal(f->atom[1].stat, F_DEFAULT);
    assert_int_equal(f->atom[1].comp, -2);
    assert_int_equal(f->atom[2].stat, F_MAX);
    assert_int_equal(f->op, F_NONE);
    assert_int_equal(f->from, -1);
    assert_int_equal(f->to, -1);
}

static void test_statistics_have_their_names(void **state)
{
    static const char *const names[] = {"mean", "sd", "min", "max", "sum", "rate", "count", "last"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char s[32];
        snprintf(s, sizeof s, "a.b.%s", names[i]);
        assert_int_equal(parsed(*state, s)->atom[0].stat, F_MEAN + i);
    }
    static const struct { const char *s; double q; } quantiles[] = {
        {"a.b.p5", 0.05}, {"a.b.p50", 0.5}, {"a.b.p95", 0.95}, {"a.b.p999", 0.999}, {"a.b.p9999", 0.9999}};
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        assert_true(parsed(*state, quantiles[i].s)->atom[0].arg == quantiles[i].q);
    const wr_formula *f = parsed(*state, "a.b.above(300ms)");
    assert_int_equal(f->atom[0].stat, F_ABOVE);
    assert_true(f->atom[0].arg == 0.3);
    assert_true(parsed(*state, "a.b.above( 50 )")->atom[0].arg == 50);
}

static double value(bench *b, const char *s)
{
    static const double atoms[] = {10, 3, 5};
    const wr_formula *f = parsed(b, s);
    return formula_value(f, f->node, f->nodes, atoms);
}

static void test_values_carry_their_units(void **state)
{
    bench *b = *state;
    static const struct { const char *s; double x; } cases[] = {
        {"300ms", 0.3}, {"0.1%", 0.001}, {"5m", 300}, {"2/s", 2}, {"60/m", 1}, {"0.2 USD", 0.2}, {"4 KB", 4096},
        {"4KB", 4096},
        {"1.5k", 1500}, {"2M", 2e6}, {"1.2k/s", 1200}, {"1m30s", 90}, {"7", 7}, {"-3", -3}, {"1e3", 1000}, {".5", 0.5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (value(b, cases[i].s) != cases[i].x)
            fail_msg("'%s' is %.17g", cases[i].s, value(b, cases[i].s));
}

static void test_arithmetic_is_done_in_order(void **state)
{
    bench *b = *state;
    assert_true(value(b, "a.x + b.x * c.x") == 25);
    assert_true(value(b, "(a.x + b.x) * c.x") == 65);
    assert_true(value(b, "a.x - b.x - c.x") == 2);
    assert_true(value(b, "a.x / b.x / 2") == 10.0 / 3 / 2);
    assert_true(value(b, "a.x*2/s.x") == 20.0 / 3); /* divided by a metric of s, not a rate */
    assert_true(value(b, "a.x-1") == 9);
    assert_true(isnan(value(b, "0 * (a.x / 0 - 1 / 0)")));
}

static void test_both_sides_share_their_atoms(void **state)
{
    bench *b = *state;
    const double x[] = {4, 2};
    const wr_formula *f = parsed(b, "a.x + 1 >= b.x * 2.5");
    assert_int_equal(f->op, F_GE);
    assert_int_equal(f->atoms, 2);
    assert_true(formula_value(f, f->node, f->nodes, x) == 5);
    assert_true(formula_value(f, f->bound, f->bound_nodes, x) == 5);
}

static void test_windows_follow_the_comparison(void **state)
{
    bench *b = *state;
    const wr_formula *f = parsed(b, "shoppers:order.error_rate<0.1% over 5m from 1m to 1h");
    assert_int_equal(f->over, 300 * WR_S);
    assert_int_equal(f->from, 60 * WR_S);
    assert_int_equal(f->to, 3600 * WR_S);
    f = parsed(b, "users.completed.rate from 1800s");
    assert_int_equal(f->from, 1800 * WR_S);
    assert_int_equal(f->to, -1);
    f = parsed(b, "table.throttled.sum from 0s to 299s");
    assert_int_equal(f->from, 0);
    assert_string_equal(parsed(b, "over.from.max < 3")->atom[0].owner, "over"); /* an owner may have such a name */
}

static void test_comparisons_hold_as_written_and_never_for_nan(void **state)
{
    (void)state;
    static const enum formula_op ops[] = {F_LT, F_LE, F_GT, F_GE, F_EQ, F_NE};
    static const bool less[] = {true, true, false, false, false, true};
    static const bool same[] = {false, true, false, true, true, false};
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(formula_holds(ops[i], 1, 2), less[i]);
        assert_int_equal(formula_holds(ops[i], 2, 2), same[i]);
        assert_false(formula_holds(ops[i], NAN, 2));
        assert_false(formula_holds(ops[i], 2, NAN));
    }
    assert_false(formula_holds(F_NONE, 1, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_mistakes_are_underlined, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_statistic_that_was_nearly_right_gets_a_hint, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_depth_and_length_are_limited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_atoms_are_split_into_owner_part_metric_and_statistic, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_statistics_have_their_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_values_carry_their_units, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_arithmetic_is_done_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_both_sides_share_their_atoms, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_windows_follow_the_comparison, set_up, tear_down),
        cmocka_unit_test(test_comparisons_hold_as_written_and_never_for_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
