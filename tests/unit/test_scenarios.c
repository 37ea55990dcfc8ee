/* test_scenarios.c - every file of scenarios/: it loads without a word, runs, gives every objective a value, and twice
 * the same result.
 *
 * A lesson (scenarios/classroom) claims its effect in its own objectives, such as `a.error_rate > 10 * b.error_rate`,
 * and must keep all of them. Seeds are in the files, so that a claim either always holds or never does. Files that
 * simulate a day are run over a part of it. Recorded traffic is read from WEIR_DATA_DIR or ../shared/data where it is
 * present. */
#include "../../sim/base/base.h"
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <weir.h>
#include <cmocka.h>

enum { MOST = 128 };
static const wr_override shorter[] = {{"duration", "90s"}, {"warmup", "0s"}, {"replications", "1"}};

/* ---- long files, and what makes them short ------------------------------------------------------------------- */
static const struct part {
    const char *name;
    size_t n;
    wr_override with[6];
} parts[] = {{"scenarios/flagship.yaml",
              5,
              {{"duration", "25m"},
               {"warmup", "1m"},
               {"traffic.crowd.stages.0.for", "5m"},
               {"traffic.shoppers.trace.offset", "20h"},
               {"slo.3", "shoppers.error_rate"}}},
             {"scenarios/asg.yaml", 2, {{"duration", "40m"}, {"warmup", "5m"}}},
             {"scenarios/service.yaml", 2, {{"replications", "2"}, {"duration", "600s"}}}};

static const struct part *part_of(const char *path)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strcmp(parts[i].name, path))
            return &parts[i];
    return NULL;
}

static wr_scenario *load(const char *path, const wr_override *with, size_t n, bool quiet)
{
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_load(path, with, n, d);
    bool said = wr_diag_count(d, WR_ERROR) || (!quiet && wr_diag_count(d, WR_WARNING));
    if (said)
        wr_diag_print(d, stderr);
    wr_diag_destroy(d);
    assert_false(said);
    assert_non_null(s);
    return s;
}

static wr_experiment run(const wr_scenario *s, const char *path)
{
    wr_experiment x = {0};
    wr_err err = {0};
    if (wr_lab_run(s, &(wr_plan){.threads = 1, .keep = WR_KEEP_ALL}, &x, &err))
        fail_msg("%s: %s", path, err.text);
    return x;
}

/* ---- every file ---------------------------------------------------------------------------------------------- */
static void judge(const char *path, const wr_experiment *x)
{
    bool lesson = strstr(path, "/classroom/") != NULL;
    size_t claims = 0;
    assert_true(x->verdicts > 0);
    for (size_t i = 0; i < x->verdicts; i++) {
        const wr_verdict *v = &x->verdict[i];
        if (isnan(v->e.mean))
            fail_msg("%s: '%s' has no value: %s", path, v->expr, v->reason ? v->reason : "no reason");
        if (lesson && v->pass == 0)
            fail_msg("%s: '%s' does not hold: %g", path, v->expr, v->e.mean);
        claims += v->pass >= 0;
    }
    if (lesson && !claims)
        fail_msg("%s claims nothing", path);
}

static void test_it_runs_and_keeps_its_word(void **state)
{
    const char *path = *state;
    const struct part *p = part_of(path);
    if (p)
        wr_scenario_destroy(load(path, NULL, 0, false));
    wr_scenario *s = load(path, p ? p->with : NULL, p ? p->n : 0, p != NULL);
    wr_experiment x = run(s, path);
    judge(path, &x);
    wr_experiment_clear(&x);
    wr_scenario_destroy(s);
}

static void test_it_runs_twice_alike(void **state)
{
    const char *path = *state;
    char print[2][65];
    for (size_t i = 0; i < 2; i++) {
        wr_scenario *s = load(path, shorter, sizeof shorter / sizeof *shorter, true);
        wr_experiment x = run(s, path);
        memcpy(print[i], x.print, sizeof print[i]);
        wr_experiment_clear(&x);
        wr_scenario_destroy(s);
    }
    assert_string_equal(print[0], print[1]);
    assert_int_equal(strlen(print[0]), 64);
}

/* ---- the list of files ---------------------------------------------------------------------------------------- */
static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static size_t find(const char *folder, char **out, size_t n)
{
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && n < MOST && (e = readdir(dir));) {
        size_t len = strlen(e->d_name);
        if (len < 6 || strcmp(e->d_name + len - 5, ".yaml") != 0)
            continue;
        text path = {0};
        text_printf(&path, "%s/%s", folder, e->d_name);
        out[n++] = path.s;
    }
    if (dir)
        closedir(dir);
    return n;
}

static void test_lessons_open_with_what_to_look_at(void **state)
{
    char *path[MOST];
    size_t n = find("scenarios", path, find("scenarios/classroom", path, 0));
    (void)state;
    assert_true(n > 15);
    for (size_t i = 0; i < n; i++) {
        wr_scenario *s = load(path[i], NULL, 0, false);
        const char *words = wr_scenario_look(s)->text;
        if (words[0] != '#' || !strstr(words, "\n# Look at: "))
            fail_msg("%s: no opening comment with 'Look at:'", path[i]);
        wr_scenario_destroy(s);
        free(path[i]);
    }
}

/* ---- recorded traffic ------------------------------------------------------------------------------------------- */
/* Requests that a trace of the folder with recorded data brings in `seconds`; skips where it is absent. */
static double played(const char *file, double scale, unsigned seconds)
{
    const char *given = getenv("WEIR_DATA_DIR"), *folder = given && *given ? given : "../shared/data";
    text path = {0}, yaml = {0};
    text_printf(&path, "%s/%s", folder, file);
    if (access(path.s, R_OK)) {
        print_message("no '%s': set WEIR_DATA_DIR to the folder that has it\n", path.s);
        text_clear(&path);
        skip();
    }
    text_printf(&yaml,
                "weir: 1\nduration: %us\ntraffic: {users: {target: desk, arrivals: uniform, trace: {file: \"%s\", "
                "scale: %g}}}\n"
                "resources: {desk: {type: service, servers: unlimited, service_time: 1ms}}\nslo: [users.requests]\n",
                seconds, path.s, scale);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("recorded.yaml", yaml.s, yaml.len, NULL, 0, d);
    wr_diag_print(d, stderr);
    assert_int_equal(wr_diag_count(d, WR_WARNING), 0);
    assert_non_null(s);
    wr_experiment x = run(s, file);
    double requests = x.verdict[0].e.mean;
    wr_experiment_clear(&x);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
    text_clear(&yaml);
    text_clear(&path);
    return requests;
}

/* Sum of the values of the first n rows, in the file. */
static double counted(const char *file, size_t rows)
{
    const char *given = getenv("WEIR_DATA_DIR"), *folder = given && *given ? given : "../shared/data";
    text path = {0};
    text_printf(&path, "%s/%s", folder, file);
    FILE *f = fopen(path.s, "r");
    text_clear(&path);
    assert_non_null(f);
    char line[256];
    double sum = 0;
    assert_non_null(fgets(line, sizeof line, f));
    for (size_t i = 0; i < rows && fgets(line, sizeof line, f); i++)
        sum += strtod(strchr(line, ',') + 1, NULL);
    fclose(f);
    return sum;
}

/* A row counts what comes from its time to the next one's: one at the edge may fall on either side. */
static void matches(const char *file, unsigned seconds, size_t rows)
{
    static const double scales[] = {1, 20};
    for (size_t i = 0; i < 2; i++) {
        double got = played(file, scales[i], seconds), want = scales[i] * counted(file, rows);
        if (fabs(got - want) > 1 + 1e-3 * want)
            fail_msg("%s x%g: %.0f requests in %u s, the file has %.0f", file, scales[i], got, seconds, want);
    }
}

static void test_a_cloudwatch_export_is_played_as_it_is(void **state)
{
    (void)state;
    matches("elb_request_count.csv", 100 * 300, 100);
}

static void test_counts_by_the_second_are_played_as_they_are(void **state)
{
    (void)state;
    matches("social_stream_day.csv", 300, 300);
}

int main(void)
{
    static char *path[MOST];
    static char label[2 * MOST][160];
    static struct CMUnitTest tests[2 * MOST + 3];
    size_t n = find("scenarios", path, find("scenarios/classroom", path, 0)), k = 0;
    qsort(path, n, sizeof *path, by_name);
    for (size_t i = 0; i < n; i++) {
        snprintf(label[k], sizeof label[k], "%s runs and keeps its word", path[i]);
        tests[k] = (struct CMUnitTest){label[k], test_it_runs_and_keeps_its_word, NULL, NULL, path[i]};
        k++;
        snprintf(label[k], sizeof label[k], "%s runs twice alike", path[i]);
        tests[k] = (struct CMUnitTest){label[k], test_it_runs_twice_alike, NULL, NULL, path[i]};
        k++;
    }
    tests[k++] = (struct CMUnitTest)cmocka_unit_test(test_lessons_open_with_what_to_look_at);
    tests[k++] = (struct CMUnitTest)cmocka_unit_test(test_a_cloudwatch_export_is_played_as_it_is);
    tests[k++] = (struct CMUnitTest)cmocka_unit_test(test_counts_by_the_second_are_played_as_they_are);
    int failed = _cmocka_run_group_tests("scenarios", tests, k, NULL, NULL);
    for (size_t i = 0; i < n; i++)
        free(path[i]);
    return failed;
}
