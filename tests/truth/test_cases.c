/* test_cases.c - every scenario of tests/truth against its known answers, through the loader that users use.
 *
 * A file carries `x-truth: {source: ..., expect: [[VALUE, TOLERANCE], ...]}`: one pair for each entry of `slo`, in
 * order; a tolerance with % is relative, without it absolute, 0 means exact. A file with several answers has
 * `cases: [{set: {PATH: VALUE}, expect: [...]}, ...]` instead, each run with its overrides.
 *
 * Three things are asked of each row: the error lies within the tolerance; the run is long enough to tell (the
 * tolerance is at least two standard errors; files are made for three, save where that would take too long); and
 * an error of more than a third of the tolerance lies within 2.5 half widths of the run's own 95 % interval, else
 * the run is steadily beside the truth. The last would raise a false alarm in less than one of 2,000 rows, but
 * seeds are fixed in the files, so a case either always passes or never.
 *
 * Arguments name the files to run (without folder); none: all. */
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

enum { MOST = 256, MOST_SET = 16 };
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

/* NULL, or what is wrong. */
static const char *judge(const wr_estimate *e, double want, double allowed)
{
    double error = fabs(e->mean - want), noise = e->n > 1 ? e->sd / sqrt((double)e->n) : 0;
    double rounding = 1e-12 * fabs(want);
    if (!(error <= allowed + rounding))
        return "is wrong";
    if (2 * noise > allowed + rounding)
        return "is too noisy to tell";
    if (e->n > 1 && error > allowed / 3 + rounding && error > 2.5 * e->ci95)
        return "is steadily beside the truth";
    return NULL;
}

/* Returns the number of mistakes. */
static int compare(const char *name, const wr_verdict *v, const node *pair)
{
    bool relative, ignored;
    double want = number(pair->item[0], &ignored), within = number(pair->item[1], &relative);
    double allowed = relative ? within * fabs(want) : within;
    const char *wrong = judge(&v->e, want, allowed);
    if (wrong)
        print_error("%s: %s %s: %.9g +- %.3g, should be %.9g within %.3g\n", name, v->expr, wrong, v->e.mean, v->e.ci95,
                    want, allowed);
    return wrong != NULL;
}

static int run_with(const char *name, const char *path, const wr_override *o, size_t n, const node *expect)
{
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_load(path, o, n, d);
    wr_diag_print(d, stderr);
    assert_non_null(s);
    wr_experiment x = {0};
    wr_err err = {0};
    if (wr_lab_run(s, &(wr_plan){.keep = WR_KEEP_HISTOGRAMS}, &x, &err))
        fail_msg("%s: %s", name, err.text);
    assert_int_equal(expect->n, x.verdicts);
    int mistakes = 0;
    for (size_t i = 0; i < x.verdicts; i++)
        mistakes += compare(name, &x.verdict[i], expect->item[i]);
    wr_experiment_clear(&x);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
    return mistakes;
}

static int run_one_of(const char *name, const char *path, const node *this)
{
    const node *set = node_get(this, "set"), *expect = node_get(this, "expect");
    wr_override o[MOST_SET];
    text label = {0};
    assert_non_null(set);
    assert_non_null(expect);
    assert_true(set->n <= MOST_SET);
    text_printf(&label, "%s", name);
    for (size_t i = 0; i < set->n; i++) {
        o[i] = (wr_override){set->key[i]->text, set->item[i]->text};
        text_printf(&label, " %s=%s", o[i].path, o[i].value);
    }
    int mistakes = run_with(label.s, path, o, set->n, expect);
    text_clear(&label);
    return mistakes;
}

static char *contents(const char *path)
{
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_load(path, NULL, 0, d);
    wr_diag_print(d, stderr);
    assert_non_null(s);
    text t = {0};
    text_printf(&t, "%s", wr_scenario_look(s)->text);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
    return t.s;
}

static void run_case(void **state)
{
    const char *name = *state;
    text path = {0};
    text_printf(&path, "tests/truth/%s", name);
    char *yaml = contents(path.s);
    wr_diag *d = wr_diag_create();
    wr_arena *a = arena_create();
    const node *root = yaml_read(a, "truth", yaml, strlen(yaml), d);
    const node *known = root ? node_get(root, "x-truth") : NULL;
    assert_non_null(known);
    assert_non_null(node_get(known, "source"));
    const node *cases = node_get(known, "cases"), *expect = node_get(known, "expect");
    assert_true(!cases != !expect);
    int mistakes = expect ? run_with(name, path.s, NULL, 0, expect) : 0;
    for (size_t i = 0; cases && i < cases->n; i++)
        mistakes += run_one_of(name, path.s, cases->item[i]);
    arena_destroy(a);
    wr_diag_destroy(d);
    text_clear(&path);
    free(yaml);
    assert_int_equal(mistakes, 0);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All files, or those that the command line names (without folder). */
static bool wanted(int argc, char **argv, const char *file)
{
    bool any = argc < 2;
    for (int i = 1; i < argc; i++)
        any |= !strcmp(argv[i], file);
    return any;
}

int main(int argc, char **argv)
{
    DIR *dir = opendir("tests/truth");
    for (struct dirent *e; dir && count < MOST && (e = readdir(dir));) {
        size_t n = strlen(e->d_name);
        if (n > 5 && !strcmp(e->d_name + n - 5, ".yaml") && wanted(argc, argv, e->d_name)) {
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
