/* test_alb.h - what the tests of the balancer share: a scenario as text in, numbers out. */
#ifndef WEIR_TEST_ALB_H
#define WEIR_TEST_ALB_H
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <weir/result.h>
#include <weir/scenario.h>
#include <cmocka.h>

#define NEAR(x, want, off) assert_true(fabs((x) - (want)) <= (off))

static inline wr_result *run_text(const char *yaml)
{
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test.yaml", yaml, strlen(yaml), NULL, 0, d);
    wr_result *r = NULL;
    wr_err err = {0};
    if (!s || wr_diag_count(d, WR_ERROR))
        wr_diag_print(d, stderr);
    assert_non_null(s);
    assert_int_equal(wr_run(s, 1, 0, WR_KEEP_ALL, &r, &err), 0);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
    return r;
}

/* Does loading fail with this sentence among its errors? */
static inline void assert_refused(const char *yaml, const char *sentence)
{
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test.yaml", yaml, strlen(yaml), NULL, 0, d);
    const wr_diag_row *row;
    size_t n = wr_diag_rows(d, &row);
    bool found = false;
    for (size_t i = 0; i < n; i++)
        found |= row[i].severity == WR_ERROR && strstr(row[i].text, sentence) != NULL;
    if (!found) {
        fprintf(stderr, "not refused with: %s\n", sentence);
        wr_diag_print(d, stderr);
    }
    assert_true(found);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
}

static inline const wr_measure *measure(const wr_result *r, const char *owner, const char *part, const char *metric)
{
    const wr_measure *m = wr_result_find(r, owner, part, metric);
    if (!m)
        fprintf(stderr, "no metric %s:%s.%s\n", owner, part, metric);
    assert_non_null(m);
    return m;
}

static inline double sum_of(const wr_result *r, const char *owner, const char *metric)
{
    return measure(r, owner, "", metric)->total.sum;
}

/* The first period, of one second each, in which the level ends at `level`; -1: none from `from` on. */
static inline double when_level(const wr_result *r, const char *owner, const char *metric, double level, double from)
{
    const double *last = measure(r, owner, "", metric)->series[WR_S_LAST];
    for (size_t i = 0; i < r->periods; i++)
        if ((double)i * r->period_s >= from && fabs(last[i] - level) < 1e-9)
            return (double)i * r->period_s;
    return -1;
}

/* Of a count, over periods that begin in [from, to). */
static inline double sum_between(const wr_result *r, const char *owner, const char *part, const char *metric, double from, double to)
{
    const double *x = measure(r, owner, part, metric)->series[WR_S_MAIN];
    double sum = 0;
    for (size_t i = 0; i < r->periods; i++)
        if ((double)i * r->period_s >= from && (double)i * r->period_s < to && x[i] > 0)
            sum += x[i];
    return sum;
}

static inline double caused(const wr_result *r, const char *owner, const char *cause)
{
    double n = 0;
    for (size_t i = 0; i < r->causes; i++)
        if (!strcmp(r->cause[i].owner, owner) && !strcmp(r->cause[i].cause, cause))
            n += r->cause[i].count;
    return n;
}

static inline double blamed(const wr_result *r, const char *cause)
{
    double n = 0;
    for (size_t i = 0; i < r->blames; i++)
        if (!strcmp(r->blame[i].cause, cause))
            n += r->blame[i].count;
    return n;
}
#endif
