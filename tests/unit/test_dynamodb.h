/* test_dynamodb.h - a scenario with a table called `table`, run, and what to ask of the result. */
#ifndef WR_TEST_DYNAMODB_H
#define WR_TEST_DYNAMODB_H
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <weir/result.h>

enum { LONGEST = 8192 };

static inline wr_result *run_text(const char *text)
{
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test.yaml", text, strlen(text), NULL, 0, d);
    wr_result *r = NULL;
    wr_err err = {0};
    if (!s)
        wr_diag_print(d, stderr);
    assert_non_null(s);
    assert_int_equal(wr_run(s, 1, 0, WR_KEEP_ALL, &r, &err), 0);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
    return r;
}

__attribute__((format(printf, 1, 2))) static inline wr_result *run(const char *fmt, ...)
{
    static const char head[] = "weir: 1\nnetwork: off\nsdk: {mode: none}\n";
    char text[LONGEST];
    va_list ap;
    va_start(ap, fmt);
    memcpy(text, head, sizeof head);
    int n = vsnprintf(text + sizeof head - 1, sizeof text - sizeof head, fmt, ap);
    va_end(ap);
    assert_true(n > 0 && (size_t)n < sizeof text - sizeof head);
    return run_text(text);
}

static inline double part_stat(const wr_result *r, const char *part, const char *metric, const char *stat)
{
    const wr_measure *m = wr_result_find(r, "table", part, metric);
    if (!m)
        fail_msg("no metric '%s' of 'table:%s'", metric, part);
    return wr_measure_stat(m, stat);
}

static inline double stat(const wr_result *r, const char *metric, const char *which)
{
    return part_stat(r, "", metric, which);
}

static inline double sum(const wr_result *r, const char *metric)
{
    return stat(r, metric, "sum");
}

static inline double cause(const wr_result *r, const char *name)
{
    for (size_t i = 0; i < r->causes; i++)
        if (!strcmp(r->cause[i].owner, "table") && !strcmp(r->cause[i].cause, name))
            return r->cause[i].count;
    return 0;
}

static inline double first_cause(const wr_result *r, const char *name)
{
    for (size_t i = 0; i < r->causes; i++)
        if (!strcmp(r->cause[i].owner, "table") && !strcmp(r->cause[i].cause, name))
            return r->cause[i].first_s;
    return NAN;
}

static inline void near(double x, double expected, double within)
{
    if (!(fabs(x - expected) <= within))
        fail_msg("%.9g is not within %.3g of %.9g", x, within, expected);
}

#define BIG "provisioned_throughput: {read_capacity_units: 40000, write_capacity_units: 40000}, latency: 0ms"
#define ONCE "duration: 10s\ntraffic: {user: {at: [1s], request: "
#endif
