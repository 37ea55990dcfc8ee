/* test_experiment.c - statistics of a metric, verdicts, means over replications, the summary in words. */
#include "../support/made.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { REPS = 4 };

static void near(double x, double expected, double tolerance)
{
    if (!(fabs(x - expected) <= tolerance))
        fail_msg("%.17g is not %.17g", x, expected);
}

/* ---- one metric ------------------------------------------------------------------------------------------ */
static const wr_measure *find(const wr_result *r, const char *owner, const char *metric)
{
    const wr_measure *m = wr_result_find(r, owner, "", metric);
    assert_non_null(m);
    return m;
}

static void test_statistics_a_kind_does_not_have_are_undefined(void **state)
{
    (void)state;
    wr_result *r = made_result(1, 0);
    static const char *const not_of_counts[] = {"mean", "sd",     "min", "max",    "last", "p50",
                                                "p",    "p12345", "p5x", "parsec", ""};
    for (size_t i = 0; i < sizeof not_of_counts / sizeof *not_of_counts; i++)
        assert_true(isnan(wr_measure_stat(find(r, "shoppers", "requests"), not_of_counts[i])));
    assert_true(isnan(wr_measure_stat(find(r, "orders", "throttled_share"), "p50")));
    assert_true(isnan(wr_measure_stat(find(r, "shoppers", "latency"), "p12345")));
    assert_null(wr_result_find(r, "nobody", "", "latency"));
    wr_result_destroy(r);
    wr_result_destroy(NULL);
}

static void test_unobserved_metrics_are_undefined_but_counted(void **state)
{
    (void)state;
    wr_measure m = {.owner = "a", .part = "", .metric = "latency", .unit = "s", .kind = WR_VALUE,
                    .total = {.min = NAN, .max = NAN, .last = NAN, .sd = NAN, .seconds = 10}};
    assert_true(isnan(wr_measure_stat(&m, "mean")) && isnan(wr_measure_stat(&m, "p99")));
    near(wr_measure_stat(&m, "count"), 0, 0);
    m.kind = WR_RATIO;
    assert_true(isnan(wr_measure_stat(&m, "mean")));
    m.kind = WR_COUNT;
    near(wr_measure_stat(&m, "sum"), 0, 0);
    near(wr_measure_stat(&m, "rate"), 0, 0);
}

/* Observations 1, 2 ... 100 ms: the nearest rank of q is 100 q; bins are 0.79 % wide. */
static void test_percentiles_are_nearest_rank_within_a_bin(void **state)
{
    (void)state;
    wr_result *r = made_result(1, 0);
    const wr_measure *m = find(r, "shoppers", "latency");
    double ms = m->total.max / 100;
    static const struct { const char *stat; double rank;
    } table[] = {{"p50", 50}, {"p90", 90}, {"p95", 95}, {"p99", 99},   {"p999", 100},
                 {"p5", 5},   {"p01", 1},  {"p25", 25}, {"p9999", 100}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        near(wr_measure_stat(m, table[i].stat) / (table[i].rank * ms), 1, 0.008);
    near(wr_measure_stat(m, "mean"), 50.5 * ms, 1e-12);
    near(wr_measure_stat(m, "max"), 100 * ms, 0);
    near(wr_measure_stat(m, "count"), 100, 0);
    wr_result_destroy(r);
}

static void test_percentiles_of_levels_are_weighted_by_time(void **state)
{
    (void)state;
    wr_result *r = made_result(1, 0);
    const wr_measure *m = find(r, "orders", "busy"); /* 0 for 25 s, 8 for 10 s */
    near(wr_measure_stat(m, "p50"), 0, 0);
    near(wr_measure_stat(m, "p90"), 8, 0);
    near(wr_measure_stat(m, "mean"), 80.0 / 35, 1e-15);
    near(wr_measure_stat(m, "last"), 0, 0);
    wr_result_destroy(r);
}

/* ---- verdicts ------------------------------------------------------------------------------------------------ */
/* One objective with these values; bound[i] or the same bound for all. */
static wr_verdict judged(int op, const double *value, const double *bound, size_t n, wr_experiment *keep)
{
    static const char *const exprs[] = {"shoppers.latency.p99 < 300ms", NULL};
    *keep = made_experiment(made_scenario(exprs), 1, n);
    for (size_t i = 0; i < n; i++)
        made_slo(keep, 0, i, op, value[i], bound[i]);
    wr_experiment_close(keep);
    assert_int_equal(keep->verdicts, 1);
    return keep->verdict[0];
}

static void expect(int op, double mean, double spread, double bound, int pass, bool undecided)
{
    double value[REPS] = {mean - spread, mean + spread, mean - spread, mean + spread}, bounds[REPS];
    for (size_t i = 0; i < REPS; i++)
        bounds[i] = bound;
    wr_experiment x;
    wr_verdict v = judged(op, value, bounds, REPS, &x);
    if (v.pass != pass || v.undecided != undecided)
        fail_msg("op %d, %g +- %g against %g: pass %d, undecided %d", op, v.e.mean, v.e.ci95, bound, v.pass,
                 v.undecided);
    assert_int_equal(wr_experiment_passed(&x), pass != 0);
    wr_experiment_clear(&x);
}

static void test_unobserved_objective_is_missed_with_its_reason(void **state)
{
    (void)state;
    double none[] = {NAN, NAN}, one[] = {NAN, 0.1}, bound[] = {0.3, 0.3};
    wr_experiment x;
    wr_verdict v = judged(WR_SLO_LT, none, bound, 2, &x);
    assert_true(v.pass == 0 && !v.undecided && isnan(v.e.mean));
    assert_string_equal(v.reason, "'latency' was never observed");
    assert_int_equal(x.warnings, 1);
    wr_experiment_clear(&x);
    v = judged(WR_SLO_LT, one, bound, 2, &x);
    assert_true(v.pass == 0 && v.e.n == 1);
    assert_string_equal(v.reason, "'latency' was never observed in 1 of 2 replications");
    wr_experiment_clear(&x);
}

/* Half width of REPS = 4 values m -+ s: t = 3.182, sd = s sqrt(4/3): h = 1.837 s. */
static void test_objectives_pass_when_the_whole_interval_does(void **state)
{
    (void)state;
    expect(WR_SLO_LT, 0.2, 0.01, 0.3, 1, false);
    expect(WR_SLO_LT, 0.4, 0.01, 0.3, 0, false);
    expect(WR_SLO_LT, 0.29, 0.01, 0.3, 0, true);
    expect(WR_SLO_LT, 0.31, 0.01, 0.3, 0, true);
    expect(WR_SLO_LE, 0.29, 0.005, 0.3, 1, false);
    expect(WR_SLO_GT, 0.4, 0.01, 0.3, 1, false);
    expect(WR_SLO_GT, 0.2, 0.01, 0.3, 0, false);
    expect(WR_SLO_GE, 0.31, 0.01, 0.3, 0, true);
}

static void test_bounds_that_are_met_exactly_depend_on_the_sign(void **state)
{
    (void)state;
    expect(WR_SLO_LT, 0.3, 0, 0.3, 0, false);
    expect(WR_SLO_LE, 0.3, 0, 0.3, 1, false);
    expect(WR_SLO_GT, 0.3, 0, 0.3, 0, false);
    expect(WR_SLO_GE, 0.3, 0, 0.3, 1, false);
    expect(WR_SLO_EQ, 0.3, 0, 0.3, 1, false);
    expect(WR_SLO_NE, 0.3, 0, 0.3, 0, false);
    expect(WR_SLO_EQ, 0.3, 1e-9, 0.3, 0, false);
    expect(WR_SLO_NE, 0.3, 0.1, 0.3, 1, false);
}

static void test_undecided_says_how_many_more_would_decide(void **state)
{
    (void)state;
    double value[] = {0.28, 0.31, 0.27, 0.32, 0.29, 0.30}, bound[] = {0.3, 0.3, 0.3, 0.3, 0.3, 0.3};
    wr_experiment x;
    wr_verdict v = judged(WR_SLO_LT, value, bound, 6, &x);
    assert_true(v.undecided && v.more > 0);
    near((double)(6 + v.more), pow(1.96 * v.e.sd / 0.005, 2), 4); /* normal approximation; t asks for a few more */
    wr_experiment_clear(&x);
}

static void test_one_replication_decides_alone(void **state)
{
    (void)state;
    double value[] = {0.29}, bound[] = {0.3};
    wr_experiment x;
    wr_verdict v = judged(WR_SLO_LT, value, bound, 1, &x);
    assert_true(v.pass == 1 && !v.undecided && isnan(v.e.ci95));
    wr_experiment_clear(&x);
}

static void test_no_comparison_is_no_verdict(void **state)
{
    (void)state;
    double value[] = {0.29, 0.3}, bound[] = {NAN, NAN};
    wr_experiment x;
    wr_verdict v = judged(WR_SLO_NONE, value, bound, 2, &x);
    assert_true(v.pass == -1 && isnan(v.bound) && v.e.n == 2);
    assert_true(wr_experiment_passed(&x));
    wr_experiment_clear(&x);
}

/* The values differ wildly between replications, but each is 10 % below its own bound. */
static void test_bounds_that_differ_are_compared_pairwise(void **state)
{
    (void)state;
    double value[] = {0.9, 9, 90, 45}, bound[] = {1, 9.1, 90.1, 45.1};
    wr_experiment x;
    wr_verdict v = judged(WR_SLO_LT, value, bound, 4, &x);
    assert_true(v.pass == 1 && !v.undecided);
    near(v.e.mean, 144.9 / 4, 1e-12);
    wr_experiment_clear(&x);
}

static void test_percentiles_from_few_observations_warn(void **state)
{
    (void)state;
    static const char *const exprs[] = {"shoppers.latency.p99 < 300ms", NULL};
    wr_experiment x = made_experiment(made_scenario(exprs), 1, 2);
    for (size_t i = 0; i < 2; i++) {
        made_slo(&x, 0, i, WR_SLO_LT, 0.1, 0.3);
        wr_slo_value *v = arena_alloc(x.result[i]->memory, sizeof *v);
        *v = x.result[i]->slo[0];
        v->samples = i ? 5000 : 100;
        v->wanted = 10 / (1 - 0.99);
        x.result[i]->slo = v;
        x.result[i]->warning = "the queue of 'orders' still grew at the end\n";
    }
    wr_experiment_close(&x);
    assert_int_equal(x.warnings, 2);
    assert_string_equal(x.warning[0], "the queue of 'orders' still grew at the end");
    assert_string_equal(x.warning[1],
                        "objective 'shoppers.latency.p99 < 300ms': its percentile rests on 100 observations; "
                        "it takes 1000 to trust it");
    wr_experiment_clear(&x);
}

/* ---- many replications ------------------------------------------------------------------------------------------ */
static void test_aggregates_are_means_of_the_replications(void **state)
{
    (void)state;
    wr_experiment x = made_experiment(made_scenario(NULL), 7, 3);
    wr_experiment_close(&x);
    const wr_aggregate *g = wr_experiment_find(&x, "shoppers", "", "requests", "sum");
    double sums[3];
    for (size_t i = 0; i < 3; i++)
        sums[i] = find(x.result[i], "shoppers", "requests")->total.sum;
    near(g->e.mean, (sums[0] + sums[1] + sums[2]) / 3, 1e-9);
    assert_int_equal(g->e.n, 3);
    assert_int_equal(wr_experiment_find(&x, "orders", "p0", "busy", "max")->e.n,
                     2); /* replication 1 has no such part */
    assert_null(wr_experiment_find(&x, "orders", "p9", "busy", "max"));
    assert_true(x.events == 3003 && x.requests == 2100);
    near(x.duration_s, 45, 0);
    near(x.warmup_s, 10, 0);
    wr_experiment_clear(&x);
}

static void test_parts_stand_behind_their_owner_whoever_has_them(void **state)
{
    (void)state;
    wr_experiment x = made_experiment(made_scenario(NULL), 7, 3);
    wr_result *swap = x.result[0]; /* now the first replication lacks the part */
    x.result[0] = x.result[1];
    x.result[1] = swap;
    wr_experiment_close(&x);
    static const char *const owners[] = {"shoppers", "shoppers", "orders", "orders", "orders:p0", "run"};
    assert_int_equal(x.metrics, 6);
    for (size_t i = 0; i < x.metrics; i++) {
        const wr_measure *m = x.metric[i * 3] ? x.metric[i * 3] : x.metric[i * 3 + 1];
        char name[64];
        snprintf(name, sizeof name, *m->part ? "%s:%s" : "%s", m->owner, m->part);
        assert_string_equal(name, owners[i]);
    }
    wr_experiment_clear(&x);
}

static void test_causes_and_costs_are_means(void **state)
{
    (void)state;
    wr_experiment x = made_experiment(made_scenario(NULL), 7, 3);
    wr_experiment_close(&x);
    assert_true(x.causes == 2 && x.costs == 2);
    assert_string_equal(x.cause[0].outcome, "throttled");
    near(x.cause[0].first_s, 1880.31, 0); /* the earliest */
    near(x.cause[1].count, 1.0 / 3, 1e-15); /* in one replication of three */
    double usd = 0;
    for (size_t i = 0; i < 3; i++)
        usd += (x.result[i]->cost[0].usd + x.result[i]->cost[1].usd) / 3;
    near(x.cost_usd, usd, 1e-12);
    near(x.cost_per_hour, usd / 35 * 3600, 1e-9);
    wr_experiment_clear(&x);
}

static void test_fingerprint_depends_on_scenario_seed_and_prints(void **state)
{
    (void)state;
    char first[65];
    wr_experiment x = made_experiment(made_scenario(NULL), 7, 3);
    wr_experiment_close(&x);
    memcpy(first, x.print, sizeof first);
    assert_int_equal(strlen(first), 64);
    wr_experiment_close(&x); /* closing again changes nothing */
    assert_string_equal(x.print, first);
    x.seed++;
    wr_experiment_close(&x);
    assert_string_not_equal(x.print, first);
    x.seed--;
    x.result[1]->print[10] = x.result[1]->print[10] == '0' ? '1' : '0';
    wr_experiment_close(&x);
    assert_string_not_equal(x.print, first);
    wr_experiment_clear(&x);
}

static void test_experiment_without_replications_can_be_closed(void **state)
{
    (void)state;
    static const char *const exprs[] = {"shoppers.latency.p99 < 300ms", NULL};
    wr_experiment x = made_experiment(made_scenario(exprs), 7, 0);
    x.complete = false;
    wr_experiment_close(&x);
    assert_true(x.aggregates == 0 && x.verdicts == 0 && isnan(x.duration_s));
    char *out = NULL;
    size_t len;
    FILE *f = open_memstream(&out, &len);
    wr_print_summary(&x, f, false);
    wr_print_json(&x, NULL, f);
    fclose(f);
    assert_non_null(strstr(out, "incomplete"));
    free(out);
    wr_experiment_clear(&x);
}

/* ---- the summary ------------------------------------------------------------------------------------------------- */
static char *summary(bool color)
{
    static const char *const exprs[] = {"shoppers.latency.p99 < 300ms", "orders.throttled_share < 0.01%",
                                        "shoppers.latency.p50 < 100ms", "run.cost", NULL};
    static const double at[][3] = {{0.21, 0.22, 0.21}, {0.008, 0.0084, 0.0088}, {0.09, 0.1, 0.108}, {1, 2, 3}};
    static const double bound[] = {0.3, 0.0001, 0.1, NAN};
    wr_experiment x = made_experiment(made_scenario(exprs), 1, 3);
    for (size_t i = 0; i < 4; i++)
        for (size_t rep = 0; rep < 3; rep++)
            made_slo(&x, i, rep, i < 3 ? WR_SLO_LT : WR_SLO_NONE, at[i][rep], bound[i]);
    x.output = "web-shop.h5";
    x.wall_s = 0.5;
    wr_experiment_close(&x);
    char *out = NULL;
    size_t len;
    FILE *f = open_memstream(&out, &len);
    wr_print_summary(&x, f, color);
    fclose(f);
    wr_experiment_clear(&x);
    return out;
}

static const char *after(const char *s, const char *word)
{
    const char *at = strstr(s, word);
    if (!at)
        fail_msg("'%s' is missing in\n%s", word, s);
    return at;
}

static void test_summary_has_its_parts_in_order(void **state)
{
    (void)state;
    char *out = summary(false);
    static const char *const parts[] = {
        "web-shop   3 replications × 45 s   seed 1", "SLO",
        "✓ shoppers.latency.p99 < 300ms",  "✗ orders.throttled_share < 0.01%",
        "first at 31m 20s: DynamoDB.TableReadProvisionedThroughputExceeded (all 3 replications)",
        "? shoppers.latency.p50 < 100ms", "undecided: about", "· run.cost", "causes", "resource   kind",
        "cost", "read request units", "an hour", "web-shop.h5"};
    const char *at = out;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        at = after(at, parts[i]);
    assert_null(strchr(out, '\033'));
    free(out);
}

static void test_summary_is_coloured_only_when_asked(void **state)
{
    (void)state;
    char *out = summary(true);
    after(out, "\033[32m✓\033[0m");
    after(out, "\033[31m✗\033[0m");
    free(out);
}

static void test_lines_have_no_blanks_at_their_end(void **state)
{
    (void)state;
    char *out = summary(false);
    assert_null(strstr(out, " \n"));
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statistics_a_kind_does_not_have_are_undefined),
        cmocka_unit_test(test_unobserved_metrics_are_undefined_but_counted),
        cmocka_unit_test(test_percentiles_are_nearest_rank_within_a_bin),
        cmocka_unit_test(test_percentiles_of_levels_are_weighted_by_time),
        cmocka_unit_test(test_unobserved_objective_is_missed_with_its_reason),
        cmocka_unit_test(test_objectives_pass_when_the_whole_interval_does),
        cmocka_unit_test(test_bounds_that_are_met_exactly_depend_on_the_sign),
        cmocka_unit_test(test_undecided_says_how_many_more_would_decide),
        cmocka_unit_test(test_one_replication_decides_alone),
        cmocka_unit_test(test_no_comparison_is_no_verdict),
        cmocka_unit_test(test_bounds_that_differ_are_compared_pairwise),
        cmocka_unit_test(test_percentiles_from_few_observations_warn),
        cmocka_unit_test(test_aggregates_are_means_of_the_replications),
        cmocka_unit_test(test_parts_stand_behind_their_owner_whoever_has_them),
        cmocka_unit_test(test_causes_and_costs_are_means),
        cmocka_unit_test(test_fingerprint_depends_on_scenario_seed_and_prints),
        cmocka_unit_test(test_experiment_without_replications_can_be_closed),
        cmocka_unit_test(test_summary_has_its_parts_in_order),
        cmocka_unit_test(test_summary_is_coloured_only_when_asked),
        cmocka_unit_test(test_lines_have_no_blanks_at_their_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
