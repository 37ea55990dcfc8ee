/* test_identity.c - what must hold of every scenario of tests/truth, whatever its figures say.
 *
 * One thread or two, the results are the same to the last bit. And Little's law, in the form that needs no
 * steady state: where nothing is present at either end of the window, the time integral of the number present
 * is the sum of the times in residence, to the rounding of sums; the same holds of those waiting and their
 * waits. Replications at whose end something is left, or in which requests gave up waiting, are passed over;
 * more than half of the files must remain. The scenarios are cut to what takes a moment, and Little's law is
 * asked of a variant whose arrivals end half way. */
#include "../../sim/base/base.h"
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weir.h>
#include <cmocka.h>

enum { MOST = 256, MOST_SET = 32, REPLICATIONS = 2 };
static char *names[MOST];
static size_t count;

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int find_files(void **state)
{
    (void)state;
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
    return count ? 0 : -1;
}

static int forget_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    return 0;
}

/* ---- variants ------------------------------------------------------------------------------------------- */
/* NULL: these overrides do not fit the scenario. Warnings (faults after the end and the like) are expected. */
static wr_scenario *load(const char *name, const wr_override *o, size_t n)
{
    text path = {0};
    text_printf(&path, "tests/truth/%s", name);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_load(path.s, o, n, d);
    wr_diag_destroy(d);
    text_clear(&path);
    return s;
}

static wr_experiment run(const wr_scenario *s, size_t replications, unsigned threads)
{
    wr_experiment x = {0};
    wr_err err = {0};
    if (wr_lab_run(s, &(wr_plan){.replications = replications, .threads = threads, .keep = WR_KEEP_ALL}, &x, &err))
        fail_msg("%s: %s", wr_scenario_look(s)->name, err.text);
    return x;
}

/* Seconds that make about 50,000 events, found from the first 20; never more than the scenario's own. */
static double moment(const char *name)
{
    wr_scenario *s = load(name, NULL, 0);
    assert_non_null(s);
    double own = wr_scenario_look(s)->duration_s;
    wr_scenario_destroy(s);
    wr_override first[] = {{"warmup", "0s"}, {"duration", "20s"}};
    s = load(name, first, 2);
    assert_non_null(s);
    wr_experiment x = run(s, 1, 1);
    double wanted = 20 * 50000 / fmax(1, (double)x.events);
    wr_experiment_clear(&x);
    wr_scenario_destroy(s);
    return fmin(own, wanted);
}

/* Cut short; with `quiet`, all arrivals end half way. */
static wr_scenario *cut(const char *name, double seconds, bool quiet)
{
    wr_scenario *whole = load(name, NULL, 0);
    assert_non_null(whole);
    const wr_scenario_view *view = wr_scenario_look(whole);
    char duration[64], half[64], path[MOST_SET][96];
    snprintf(duration, sizeof duration, "%.6fs", seconds);
    snprintf(half, sizeof half, "%.6fs", seconds / 2);
    wr_override o[MOST_SET] = {{"warmup", "0s"}, {"duration", duration}};
    size_t n = 2;
    for (size_t i = 0; quiet && i < view->parts && n < MOST_SET; i++) {
        if (!view->part[i].traffic)
            continue;
        snprintf(path[n], sizeof path[n], "traffic.%s.end", view->part[i].name);
        o[n] = (wr_override){path[n], half};
        n++;
    }
    wr_scenario *s = load(name, o, n);
    wr_scenario_destroy(whole);
    return s;
}

/* ---- what must hold --------------------------------------------------------------------------------------- */
static void the_number_of_threads_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < count; i++) {
        wr_scenario *s = cut(names[i], moment(names[i]), false);
        assert_non_null(s);
        wr_experiment one = run(s, REPLICATIONS, 1), two = run(s, REPLICATIONS, 2);
        assert_true(one.events > 0);
        if (strcmp(one.print, two.print))
            fail_msg("%s: fingerprints differ", names[i]);
        assert_int_equal(one.events, two.events);
        wr_experiment_clear(&one);
        wr_experiment_clear(&two);
        wr_scenario_destroy(s);
    }
}

static const wr_moments *of(const wr_result *r, const char *owner, const char *metric)
{
    const wr_measure *m = wr_result_find(r, owner, "", metric);
    return m ? &m->total : NULL;
}

static void compare(const char *file, const char *owner, const char *what, const wr_moments *level,
                    const wr_moments *time)
{
    double allowed = 1e-9 * (time->n + 1) + 1e-9 * fabs(time->sum);
    if (!(fabs(level->sum - time->sum) <= allowed))
        fail_msg("%s: %s of '%s': integral of the level %.12g, sum of times %.12g", file, what, owner, level->sum,
                 time->sum);
}

/* Returns how many requests it is based on; 0: passed over. */
static double little(const char *file, const wr_result *r, const char *owner)
{
    const wr_moments *present = of(r, owner, "in_system"), *residence = of(r, owner, "residence");
    const wr_moments *waiting = of(r, owner, "queue_depth"), *wait = of(r, owner, "wait");
    const wr_moments *asked = of(r, owner, "requests"), *rejected = of(r, owner, "rejected");
    const wr_moments *throttled = of(r, owner, "throttled");
    if (!present || !residence || !waiting || !wait || !asked || !rejected || !throttled)
        return 0;
    bool emptied = present->last == 0 && residence->n + rejected->sum + throttled->sum == asked->sum;
    if (!emptied || !(residence->n > 0))
        return 0;
    compare(file, owner, "presence", present, residence);
    compare(file, owner, "waiting", waiting, wait);
    return residence->n;
}

static void presence_is_the_sum_of_residences(void **state)
{
    (void)state;
    size_t files = 0;
    double requests = 0;
    for (size_t i = 0; i < count; i++) {
        wr_scenario *s = cut(names[i], moment(names[i]), true);
        if (!s)
            continue;
        wr_experiment x = run(s, REPLICATIONS, 2);
        double before = requests;
        for (size_t k = 0; k < x.n; k++)
            for (size_t p = 0; p < wr_scenario_look(s)->parts; p++)
                requests += little(names[i], x.result[k], wr_scenario_look(s)->part[p].name);
        files += requests > before;
        wr_experiment_clear(&x);
        wr_scenario_destroy(s);
    }
    print_message("Little's law: %zu of %zu files, %.0f requests\n", files, count, requests);
    assert_true(2 * files > count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_of_threads_changes_nothing),
        cmocka_unit_test(presence_is_the_sum_of_residences),
    };
    return cmocka_run_group_tests(tests, find_files, forget_files);
}
