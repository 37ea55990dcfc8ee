/* test_compare.c - differences of two experiments: paired where they were run alike, Welch's otherwise. */
#include "../../sim/result/result.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <weir.h>
#include <cmocka.h>

typedef struct made { wr_scenario *s; wr_experiment x; } made;

static made run(const char *service, uint64_t seed, size_t n)
{
    char yaml[512];
    made m = {0};
    wr_diag *d = wr_diag_create();
    snprintf(yaml, sizeof yaml,
             "weir: 1\nduration: 200s\nnetwork: off\ntraffic: {t: {target: desk, rate: 10/s}}\n"
             "resources: {desk: {type: service, service_time: %s}}\n", service);
    m.s = wr_scenario_parse("compare.yaml", yaml, strlen(yaml), NULL, 0, d);
    assert_non_null(m.s);
    wr_diag_destroy(d);
    assert_int_equal(wr_lab_run(m.s, &(wr_plan){.replications = n, .seed = seed, .has_seed = true, .threads = 1, .keep = WR_KEEP_HISTOGRAMS}, &m.x, NULL), 0);
    return m;
}

static void clear(made *m)
{
    wr_experiment_clear(&m->x);
    wr_scenario_destroy(m->s);
}

static const wr_difference *found(const wr_comparison *c, const char *owner, const char *metric, const char *stat)
{
    for (size_t i = 0; i < c->n; i++)
        if (!strcmp(c->difference[i].owner, owner) && !strcmp(c->difference[i].metric, metric) && !strcmp(c->difference[i].stat, stat))
            return &c->difference[i];
    fail_msg("no %s.%s.%s", owner, metric, stat);
    return NULL;
}

static void what_is_alike_does_not_differ(void **state)
{
    (void)state;
    made a = run("50ms", 1, 4), b = run("50ms", 1, 4);
    wr_comparison c;
    wr_compare(&a.x, &b.x, NULL, &c);
    assert_true(c.paired && c.n > 5);
    for (size_t i = 0; i < c.n; i++)
        assert_true(!(c.difference[i].difference < 0) && !(c.difference[i].difference > 0) && !c.difference[i].significant);
    wr_comparison_clear(&c);
    clear(&a);
    clear(&b);
}

/* Service is a constant, so it differs by exactly 10 ms in every pair, whatever the arrivals. */
static void pairs_take_the_arrivals_out(void **state)
{
    (void)state;
    made a = run("50ms", 1, 4), b = run("60ms", 1, 4);
    wr_comparison c;
    wr_compare(&a.x, &b.x, "desk.service.mean", &c);
    assert_int_equal(c.n, 1);
    const wr_difference *d = found(&c, "desk", "service", "mean");
    assert_true(fabs(d->difference - 0.01) < 1e-12 && d->ci95 < 1e-12 && d->significant);
    assert_true(fabs(d->relative - 0.2) < 1e-12);
    wr_comparison_clear(&c);
    wr_compare(&a.x, &b.x, "desk.wait.mean", &c);
    d = found(&c, "desk", "wait", "mean");
    double va[4], vb[4];
    for (size_t i = 0; i < 4; i++) {
        va[i] = wr_measure_stat(wr_result_find(a.x.result[i], "desk", "", "wait"), "mean");
        vb[i] = wr_measure_stat(wr_result_find(b.x.result[i], "desk", "", "wait"), "mean");
    }
    sample p = sample_pairs(vb, va, 4, 0.95);
    assert_true(fabs(d->difference - p.mean) < 1e-15 && fabs(d->ci95 - p.half) < 1e-15);
    wr_comparison_clear(&c);
    clear(&a);
    clear(&b);
}

static void other_seeds_are_two_samples(void **state)
{
    (void)state;
    made a = run("50ms", 1, 4), b = run("{exponential: 50ms}", 2, 6);
    wr_comparison c;
    wr_compare(&a.x, &b.x, "desk.wait.mean", &c);
    assert_false(c.paired);
    const wr_difference *d = found(&c, "desk", "wait", "mean");
    assert_true(d->difference > 0 && d->ci95 > 0 && d->p_value < 1);
    wr_comparison_clear(&c);
    clear(&a);
    clear(&b);
}

static void one_replication_has_no_interval(void **state)
{
    (void)state;
    made a = run("50ms", 1, 1), b = run("60ms", 1, 1);
    wr_comparison c;
    wr_compare(&a.x, &b.x, "desk.latency.mean", &c);
    const wr_difference *d = found(&c, "desk", "latency", "mean");
    assert_true(d->difference > 0 && isnan(d->ci95) && !d->significant);
    wr_comparison_clear(&c);
    clear(&a);
    clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_alike_does_not_differ),
        cmocka_unit_test(pairs_take_the_arrivals_out),
        cmocka_unit_test(other_seeds_are_two_samples),
        cmocka_unit_test(one_replication_has_no_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
