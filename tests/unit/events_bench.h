/* events_bench.h - scenarios of topics, buses and delivery streams: run or refused, and what to ask of the result. */
#ifndef WR_TEST_EVENTS_BENCH_H
#define WR_TEST_EVENTS_BENCH_H
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <weir.h>

enum { LONGEST = 8192 };
static const char head[] = "weir: 1\nnetwork: off\nsdk: {mode: none}\n";

static inline wr_scenario *load(const char *text, wr_diag *d)
{
    char yaml[LONGEST + sizeof head];
    snprintf(yaml, sizeof yaml, "%s%s", head, text);
    return wr_scenario_parse("test.yaml", yaml, strlen(yaml), NULL, 0, d);
}

__attribute__((format(printf, 1, 2))) static inline wr_result *run(const char *fmt, ...)
{
    char text[LONGEST];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = load(text, d);
    wr_result *r = NULL;
    wr_err err = {0};
    if (!s)
        wr_diag_print(d, stderr);
    assert_non_null(s);
    if (wr_run(s, 1, 0, WR_KEEP_ALL, &r, &err))
        fail_msg("%s\n%s", err.text, text);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
    return r;
}

/* One resource `it` with these keys beside others is refused, and told why. */
static inline void refused(const char *keys, const char *others, const char *what)
{
    char text[LONGEST];
    snprintf(text, sizeof text, "duration: 10s\nresources:\n  it: {%s}\n%s", keys, others);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = load(text, d);
    const wr_diag_row *row;
    size_t n = wr_diag_rows(d, &row);
    bool found = false;
    for (size_t i = 0; i < n; i++)
        found = found || strstr(row[i].text, what);
    if (s || !found)
        fail_msg("not refused with '%s' but: %s", what, n ? row[0].text : "nothing");
    wr_diag_destroy(d);
}

static inline double stat(const wr_result *r, const char *owner, const char *part, const char *metric, const char *which)
{
    const wr_measure *m = wr_result_find(r, owner, part, metric);
    if (!m)
        fail_msg("no metric '%s' of '%s:%s'", metric, owner, part);
    return wr_measure_stat(m, which);
}

static inline double sum(const wr_result *r, const char *owner, const char *metric)
{
    return stat(r, owner, "", metric, "sum");
}

static inline void near(double x, double expected, double within)
{
    if (!(fabs(x - expected) <= within))
        fail_msg("%.9g is not within %.3g of %.9g", x, within, expected);
}
#endif
