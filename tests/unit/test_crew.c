/* test_crew.c - replications on threads: refused, stopped, in order, and the same on any number of threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <weir/lab.h>
#include <cmocka.h>

enum { REPS = 9 };

static const char fine[] = "weir: 1\n"
                           "name: crew\n"
                           "seed: 7\n"
                           "duration: 60s\n"
                           "warmup: 10s\n"
                           "replications: 9\n"
                           "traffic: {arrivals: {target: desk, rate: 30/s}}\n"
                           "resources:\n"
                           "  desk: {type: service, servers: 4, service_time: {exponential: 100ms}}\n"
                           "slo: [desk.latency.p99 < 10s, desk.wait.mean]\n";
/* Its third value is missing: every replication breaks off. */
static const char breaking[] =
    "weir: 1\n"
    "name: breaking\n"
    "duration: 60s\n"
    "replications: 3\n"
    "traffic: {arrivals: {target: desk, rate: 1/s, arrivals: uniform}}\n"
    "resources:\n"
    "  desk: {type: service, servers: 1, service_time: {sequence: {values: [1ms, 2ms], then: error}}}\n";

static wr_scenario *parsed(const char *text)
{
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("crew.yaml", text, strlen(text), NULL, 0, d);
    if (!s) {
        wr_diag_print(d, stderr);
        fail_msg("the scenario does not load");
    }
    wr_diag_destroy(d);
    return s;
}

typedef struct watch { size_t calls, stop_at, seen[REPS + 1]; } watch;

static int told(void *arg, size_t done, size_t total)
{
    watch *w = arg;
    assert_true(total <= REPS && w->calls < REPS);
    w->seen[w->calls++] = done;
    return w->stop_at && done == w->stop_at;
}

static char *document(const wr_experiment *x)
{
    char *out = NULL;
    size_t len;
    wr_experiment same = *x;
    same.wall_s = 1;
    FILE *f = open_memstream(&out, &len);
    wr_print_json(&same, NULL, f);
    fclose(f);
    return out;
}

static void test_failed_replications_are_named_and_left_out(void **state)
{
    (void)state;
    wr_scenario *s = parsed(breaking);
    for (unsigned threads = 1; threads < 4; threads += 2) {
        wr_experiment x;
        wr_err err = {0};
        assert_int_equal(wr_lab_run(s, &(wr_plan){.threads = threads}, &x, &err), WR_E_LIMIT);
        assert_int_equal(strncmp(err.text, "replication 0: ", 15), 0);
        assert_true(x.n == 0 && !x.complete);
        wr_experiment_clear(&x);
    }
    wr_scenario_destroy(s);
}

static void test_stopped_runs_keep_what_is_finished(void **state)
{
    (void)state;
    wr_scenario *s = parsed(fine);
    for (unsigned threads = 1; threads < 4; threads += 2) {
        watch w = {.stop_at = 2};
        wr_experiment x;
        wr_err err = {0};
        int rc = wr_lab_run(s, &(wr_plan){.threads = threads, .progress = told, .progress_arg = &w}, &x, &err);
        assert_true(rc == WR_E_STOPPED || (!rc && x.complete)); /* the others may all have been under way */
        assert_true(w.calls == 2 && x.n >= 2 && (threads > 1 || x.n == 2));
        assert_true(x.complete == (x.n == REPS));
        for (size_t i = 0; i < x.n; i++)
            assert_true(!i || x.result[i]->replication > x.result[i - 1]->replication);
        assert_true(x.aggregates > 0 && x.verdicts == 2);
        wr_experiment_clear(&x);
    }
    wr_scenario_destroy(s);
}

static void test_stopping_at_the_end_is_no_stop(void **state)
{
    (void)state;
    wr_scenario *s = parsed(fine);
    watch w = {.stop_at = REPS};
    wr_experiment x;
    assert_int_equal(wr_lab_run(s, &(wr_plan){.threads = 2, .progress = told, .progress_arg = &w}, &x, NULL), 0);
    assert_true(x.complete && x.n == REPS);
    wr_experiment_clear(&x);
    wr_scenario_destroy(s);
}

static void test_progress_is_told_in_order(void **state)
{
    (void)state;
    wr_scenario *s = parsed(fine);
    watch w = {0};
    wr_experiment x;
    assert_int_equal(wr_lab_run(s, &(wr_plan){.threads = 3, .progress = told, .progress_arg = &w}, &x, NULL), 0);
    assert_int_equal(w.calls, REPS);
    for (size_t i = 0; i < REPS; i++)
        assert_int_equal(w.seen[i], i + 1);
    wr_experiment_clear(&x);
    wr_scenario_destroy(s);
}

static void test_one_two_and_eight_threads_give_identical_results(void **state)
{
    (void)state;
    static const unsigned threads[] = {1, 2, 8, 0};
    wr_scenario *s = parsed(fine);
    char *first = NULL;
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        wr_experiment x;
        assert_int_equal(wr_lab_run(s, &(wr_plan){.threads = threads[i], .keep = WR_KEEP_ALL}, &x, NULL), 0);
        assert_true(x.n == REPS && x.complete && x.seed == 7);
        char *json = document(&x);
        if (first)
            assert_string_equal(json, first);
        else
            first = strdup(json);
        for (size_t k = 0; k < REPS; k++)
            assert_true(x.result[k]->replication == k);
        free(json);
        wr_experiment_clear(&x);
    }
    free(first);
    wr_scenario_destroy(s);
}

static void test_plan_overrules_the_scenario(void **state)
{
    (void)state;
    wr_scenario *s = parsed(fine);
    wr_experiment x, y;
    assert_int_equal(wr_lab_run(s, &(wr_plan){.replications = 2, .seed = 8, .has_seed = true}, &x, NULL), 0);
    assert_int_equal(wr_lab_run(s, &(wr_plan){.replications = 2}, &y, NULL), 0);
    assert_true(x.n == 2 && x.seed == 8 && y.seed == 7);
    assert_string_not_equal(x.result[0]->print, y.result[0]->print);
    assert_string_not_equal(y.result[0]->print, y.result[1]->print);
    wr_experiment_clear(&x);
    wr_experiment_clear(&y);
    wr_scenario_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_failed_replications_are_named_and_left_out),
                                       cmocka_unit_test(test_stopped_runs_keep_what_is_finished),
                                       cmocka_unit_test(test_stopping_at_the_end_is_no_stop),
                                       cmocka_unit_test(test_progress_is_told_in_order),
                                       cmocka_unit_test(test_one_two_and_eight_threads_give_identical_results),
                                       cmocka_unit_test(test_plan_overrules_the_scenario)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
