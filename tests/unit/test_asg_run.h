/* test_asg_run.h - a scenario in, numbers out: for the tests of groups and instances. */
#ifndef WR_TEST_ASG_RUN_H
#define WR_TEST_ASG_RUN_H
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <weir/result.h>

static inline wr_result *run(const char *yaml)
{
    wr_err err;
    wr_result *r = NULL;
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test", yaml, strlen(yaml), NULL, 0, d);
    if (!s)
        wr_diag_print(d, stderr);
    assert_non_null(s);
    assert_int_equal(wr_run(s, 1, 0, WR_KEEP_ALL, &r, &err), 0);
    wr_diag_destroy(d);
    wr_scenario_destroy(s);
    return r;
}

static inline void refused(const char *yaml, const char *because)
{
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test", yaml, strlen(yaml), NULL, 0, d);
    char text[4096] = "";
    FILE *f = tmpfile();
    assert_non_null(f);
    wr_diag_print(d, f);
    rewind(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    if (s || !strstr(text, because))
        print_error("expected '%s' in: %s\n", because, text);
    assert_null(s);
    assert_non_null(strstr(text, because));
    wr_diag_destroy(d);
}

static inline int notes(const wr_result *r, const char *kind, double from, double to)
{
    int n = 0;
    for (size_t i = 0; i < r->notes; i++)
        n += !strcmp(r->note[i].kind, kind) && r->note[i].time_s >= from && r->note[i].time_s < to;
    return n;
}

static inline double first_note(const wr_result *r, const char *kind, double from)
{
    for (size_t i = 0; i < r->notes; i++)
        if (!strcmp(r->note[i].kind, kind) && r->note[i].time_s >= from)
            return r->note[i].time_s;
    return NAN;
}

static inline double note_value(const wr_result *r, const char *kind, double from)
{
    for (size_t i = 0; i < r->notes; i++)
        if (!strcmp(r->note[i].kind, kind) && r->note[i].time_s >= from)
            return r->note[i].value;
    return NAN;
}

static inline double cost(const wr_result *r, const char *item)
{
    for (size_t i = 0; i < r->costs; i++)
        if (!strcmp(r->cost[i].item, item))
            return r->cost[i].usd;
    return NAN;
}

#define ASSERT_NEAR(x, y, by) assert_true(fabs((x) - (y)) <= (by))

#endif
