/* test_api.h - scenarios written in a line or two, run, and what to ask of the result; for models with an API. */
#ifndef WR_TEST_API_H
#define WR_TEST_API_H
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <weir/model.h>
#include <weir/result.h>

enum { LONGEST = 8192 };

/* The scenario, or NULL; with `says`, one of the messages of that severity must hold it. */
static inline wr_scenario *load(const char *text, enum wr_severity severity, const char *says)
{
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test.yaml", text, strlen(text), NULL, 0, d);
    const wr_diag_row *row;
    size_t n = wr_diag_rows(d, &row);
    bool found = !says;
    for (size_t i = 0; i < n; i++)
        found = found || (row[i].severity == severity && strstr(row[i].text, says)) || (row[i].hint && strstr(row[i].hint, says));
    if (!found || (!s && !says))
        wr_diag_print(d, stderr);
    assert_true(found);
    wr_diag_destroy(d);
    return s;
}

static inline void scenario_of(char *text, const char *fmt, va_list ap)
{
    static const char head[] = "weir: 1\nnetwork: off\nsdk: {mode: none}\n";
    memcpy(text, head, sizeof head);
    int n = vsnprintf(text + sizeof head - 1, LONGEST - sizeof head, fmt, ap);
    assert_true(n > 0 && (size_t)n < LONGEST - sizeof head);
}

/* Resources alone: the scenario is refused, and says so. */
static inline void refused(const char *resources, const char *says)
{
    char text[LONGEST];
    snprintf(text, sizeof text, "weir: 1\nduration: 10s\nresources: {%s}\n", resources);
    assert_null(load(text, WR_ERROR, says));
}

static inline void warned(const char *resources, const char *says)
{
    char text[LONGEST];
    snprintf(text, sizeof text, "weir: 1\nduration: 10s\nresources: {%s}\n", resources);
    wr_scenario *s = load(text, WR_WARNING, says);
    assert_non_null(s);
    wr_scenario_destroy(s);
}

__attribute__((format(printf, 1, 2))) static inline wr_result *run(const char *fmt, ...)
{
    char text[LONGEST];
    va_list ap;
    va_start(ap, fmt);
    scenario_of(text, fmt, ap);
    va_end(ap);
    wr_scenario *s = load(text, WR_ERROR, NULL);
    assert_non_null(s);
    wr_result *r = NULL;
    wr_err err = {0};
    if (wr_run(s, 1, 0, WR_KEEP_ALL, &r, &err))
        fail_msg("%s", err.text);
    wr_scenario_destroy(s);
    return r;
}

/* "api.Count.sum", "api:canary.Count.sum" */
static inline double got(const wr_result *r, const char *expr)
{
    char owner[64], part[64] = "", metric[64], stat[32];
    if (sscanf(expr, "%63[^.:]:%63[^.].%63[^.].%31s", owner, part, metric, stat) != 4) {
        *part = 0;
        assert_int_equal(sscanf(expr, "%63[^.].%63[^.].%31s", owner, metric, stat), 3);
    }
    const wr_measure *m = wr_result_find(r, owner, part, metric);
    if (!m)
        fail_msg("no metric '%s'", expr);
    return wr_measure_stat(m, stat);
}

static inline void expect(const wr_result *r, const char *expr, double value)
{
    double x = got(r, expr);
    if (!(fabs(x - value) <= 1e-9 * (1 + fabs(value))))
        fail_msg("%s is %.9g, not %.9g", expr, x, value);
}

static inline void expect_near(const wr_result *r, const char *expr, double value, double within)
{
    double x = got(r, expr);
    if (!(fabs(x - value) <= within))
        fail_msg("%s is %.9g, not within %g of %.9g", expr, x, within, value);
}

static inline double cause(const wr_result *r, const char *owner, const char *name)
{
    for (size_t i = 0; i < r->causes; i++)
        if (!strcmp(r->cause[i].owner, owner) && !strcmp(r->cause[i].cause, name))
            return r->cause[i].count;
    return 0;
}

static inline double first_cause(const wr_result *r, const char *owner, const char *name)
{
    for (size_t i = 0; i < r->causes; i++)
        if (!strcmp(r->cause[i].owner, owner) && !strcmp(r->cause[i].cause, name))
            return r->cause[i].first_s;
    return NAN;
}

static inline double usd(const wr_result *r, const char *owner)
{
    double sum = 0;
    for (size_t i = 0; i < r->costs; i++)
        if (!strcmp(r->cost[i].owner, owner))
            sum += r->cost[i].usd;
    return sum;
}

static inline bool has_model(const char *kind)
{
    for (size_t i = 0; wr_models[i]; i++)
        if (!strcmp(wr_models[i]->kind, kind))
            return true;
    return false;
}
#endif
