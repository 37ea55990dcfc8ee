/* test_cases.c - every scenario of tests/truth against its known answers, through the loader that users use.
 *
 * A case is one scenario file with `x-truth: {source: ..., expect: [[VALUE, TOLERANCE], ...]}`: one pair for each
 * entry of `slo`, in order; a tolerance with % is relative, without it absolute, 0 means exact. Seeds are fixed in
 * the files, so a case either always passes or never. */
#include "../../sim/table/table.h"
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <weir.h>
#include <cmocka.h>

enum { MOST = 256 };
static char *names[MOST];
static struct CMUnitTest tests[MOST];
static size_t count;

static double number(const node *n, bool *relative)
{
    double x = 0;
    *relative = n->len && n->text[n->len - 1] == '%';
    assert_int_equal(quantity_read(n->text, n->len, WR_T_NUMBER, NULL, &x, NULL), Q_OK);
    return x;
}

static void compare(const char *name, const wr_verdict *v, const node *pair)
{
    bool relative, ignored;
    double want = number(pair->item[0], &ignored), within = number(pair->item[1], &relative);
    double error = fabs(v->e.mean - want), allowed = relative ? within * fabs(want) : within;
    if (!(error <= allowed + 1e-12 * fabs(want)))
        fail_msg("%s: %s is %.9g +- %.3g, should be %.9g within %.3g", name, v->expr, v->e.mean, v->e.ci95, want, allowed);
}

static const node *expectations(wr_arena *a, const wr_scenario *s, wr_diag *d)
{
    const wr_scenario_view *view = wr_scenario_look(s);
    const node *root = yaml_read(a, "truth", view->text, strlen(view->text), d);
    const node *truth = root ? node_get(root, "x-truth") : NULL;
    const node *expect = truth ? node_get(truth, "expect") : NULL;
    assert_non_null(expect);
    assert_non_null(node_get(truth, "source"));
    return expect;
}

static void run_case(void **state)
{
    const char *name = *state;
    text path = {0};
    text_printf(&path, "tests/truth/%s", name);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_load(path.s, NULL, 0, d);
    wr_diag_print(d, stderr);
    assert_non_null(s);
    wr_arena *a = arena_create();
    const node *expect = expectations(a, s, d);
    wr_experiment x = {0};
    wr_err err = {0};
    if (wr_lab_run(s, &(wr_plan){.keep = WR_KEEP_HISTOGRAMS}, &x, &err))
        fail_msg("%s: %s", name, err.text);
    assert_int_equal(expect->n, x.verdicts);
    for (size_t i = 0; i < x.verdicts; i++)
        compare(name, &x.verdict[i], expect->item[i]);
    wr_experiment_clear(&x);
    arena_destroy(a);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
    text_clear(&path);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(void)
{
    DIR *dir = opendir("tests/truth");
    for (struct dirent *e; dir && count < MOST && (e = readdir(dir));) {
        size_t n = strlen(e->d_name);
        if (n > 5 && !strcmp(e->d_name + n - 5, ".yaml")) {
            names[count] = memory_get(n + 1);
            memcpy(names[count++], e->d_name, n);
        }
    }
    if (dir)
        closedir(dir);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){names[i], run_case, NULL, NULL, names[i]};
    int failed = count ? _cmocka_run_group_tests("truth", tests, count, NULL, NULL) : 1;
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    return failed;
}
