/* test_lambda.h - a scenario with a function called `fn`, run or refused, and what to ask of the result. */
#ifndef WR_TEST_LAMBDA_H
#define WR_TEST_LAMBDA_H
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
/* `bare`: a function without times of its own. */
#define HEAD "weir: 1\nnetwork: off\nsdk: {mode: none}\nmetrics_period: 1m\nx-bare: &bare {type: lambda, latency: 0ms, " \
             "placement_time: 0ms, init_duration: 0ms, first_invoke_extra: 0ms}\n"

__attribute__((format(printf, 2, 3))) static inline void fill(char *text, const char *fmt, ...)
{
    va_list ap;
    memcpy(text, HEAD, sizeof HEAD);
    va_start(ap, fmt);
    int n = vsnprintf(text + sizeof HEAD - 1, LONGEST - sizeof HEAD, fmt, ap);
    va_end(ap);
    assert_true(n > 0 && (size_t)n < LONGEST - sizeof HEAD);
}

static inline wr_result *run_text(const char *text)
{
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test.yaml", text, strlen(text), NULL, 0, d);
    wr_result *r = NULL;
    wr_err err = {0};
    if (!s) {
        wr_diag_print(d, stderr);
        fail_msg("%s", text);
    }
    if (wr_run(s, 1, 0, WR_KEEP_ALL, &r, &err))
        fail_msg("%s\n%s", err.text, text);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
    return r;
}

/* `traffic` is what the source says beside its name, `fn` the function's keys, `more` further resources and sections. */
static inline wr_result *run(const char *traffic, const char *fn, const char *more)
{
    char text[LONGEST];
    fill(text, "duration: 10m\ntraffic: {callers: {%s}}\nresources:\n  fn: {<<: *bare%s%s}\n%s", traffic,
         *fn ? ", " : "", fn, more);
    return run_text(text);
}

static inline void refused(const char *fn, const char *more, const char *message)
{
    char text[LONGEST];
    fill(text, "duration: 1m\nresources:\n  fn: {type: lambda, %s}\n%s", fn, more);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test.yaml", text, strlen(text), NULL, 0, d);
    const wr_diag_row *rows;
    size_t n = wr_diag_rows(d, &rows);
    bool found = false;
    for (size_t i = 0; i < n; i++)
        found = found || (rows[i].severity == WR_ERROR && strstr(rows[i].text, message));
    if (s || !found)
        fail_msg("not refused with '%s' but: %s", message, n ? rows[0].text : "nothing");
    wr_diag_destroy(d);
}

static inline void near(double x, double expected, double within)
{
    if (!(fabs(x - expected) <= within))
        fail_msg("%.9g is not within %.3g of %.9g", x, within, expected);
}

static inline double of(const wr_result *r, const char *owner, const char *part, const char *metric, const char *stat)
{
    const wr_measure *m = wr_result_find(r, owner, part, metric);
    if (!m)
        fail_msg("no metric '%s' of '%s:%s'", metric, owner, part);
    return wr_measure_stat(m, stat);
}

static inline double stat(const wr_result *r, const char *metric, const char *which)
{
    return of(r, "fn", "", metric, which);
}

static inline double sum(const wr_result *r, const char *metric)
{
    return stat(r, metric, "sum");
}

static inline double cause(const wr_result *r, const char *name)
{
    for (size_t i = 0; i < r->causes; i++)
        if (!strcmp(r->cause[i].owner, "fn") && !strcmp(r->cause[i].cause, name))
            return r->cause[i].count;
    return 0;
}

static inline double billed(const wr_result *r, const char *usage)
{
    for (size_t i = 0; i < r->costs; i++)
        if (!strcmp(r->cost[i].owner, "fn") && !strcmp(r->cost[i].item, usage))
            return r->cost[i].quantity;
    return 0;
}
#endif
