/* test_back.c - replications read back from a result file are to the last bit what was written. */
#include "../support/made.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <weir.h>
#include <cmocka.h>

enum { REPLICATIONS = 3 };
static const char *const exprs[] = {"shoppers.latency.p99 < 300ms", "orders.throttled_share", NULL};
static char path[] = "/tmp/weir-back-XXXXXX";

static wr_experiment written(void)
{
    wr_experiment x = made_experiment(made_scenario(exprs), 7, REPLICATIONS);
    for (size_t rep = 0; rep < REPLICATIONS; rep++)
        made_slo(&x, 0, rep, WR_SLO_LT, 0.1 * (double)rep, 0.3);
    wr_experiment_close(&x);
    wr_err err = {0};
    if (wr_write_h5(&x, path, &err))
        fail_msg("%s", err.text);
    return x;
}

static void assert_bits(const void *got, const void *want, size_t bytes)
{
    if (bytes)
        assert_memory_equal(got, want, bytes);
}

static void assert_measure(const wr_measure *got, const wr_measure *want, size_t periods)
{
    assert_string_equal(got->unit, want->unit);
    assert_string_equal(got->type, want->type);
    assert_int_equal(got->kind, want->kind);
    assert_bits(&got->total, &want->total, sizeof got->total);
    assert_int_equal(got->rows, want->rows);
    for (size_t i = 0; i < want->rows; i++)
        assert_true(got->hist[i].bin == want->hist[i].bin && !(got->hist[i].weight < want->hist[i].weight) &&
                    !(got->hist[i].weight > want->hist[i].weight));
    for (int k = 0; k < WR_S_STATS; k++) {
        assert_true(!got->series[k] == !want->series[k]);
        if (want->series[k])
            assert_bits(got->series[k], want->series[k], periods * sizeof(double));
    }
}

static void assert_result(const wr_result *got, const wr_result *want)
{
    assert_string_equal(got->print, want->print);
    assert_true(got->seed == want->seed && got->replication == want->replication && got->events == want->events);
    assert_bits(&got->end_s, &want->end_s, sizeof got->end_s);
    assert_int_equal(got->periods, want->periods);
    assert_int_equal(got->measures, want->measures);
    for (size_t i = 0; i < want->measures; i++) {
        const wr_measure *m = &want->measure[i], *same = wr_result_find(got, m->owner, m->part, m->metric);
        assert_non_null(same);
        assert_measure(same, m, want->periods);
    }
    assert_int_equal(got->causes, want->causes);
    for (size_t i = 0; i < want->causes; i++) {
        assert_string_equal(got->cause[i].cause, want->cause[i].cause);
        assert_bits(&got->cause[i].count, &want->cause[i].count, sizeof(double));
    }
    assert_int_equal(got->costs, want->costs);
    assert_int_equal(got->notes, want->notes);
    assert_int_equal(got->slos, want->slos);
    for (size_t i = 0; i < want->slos; i++) {
        assert_bits(&got->slo[i].value, &want->slo[i].value, sizeof(double));
        assert_int_equal(got->slo[i].holds, want->slo[i].holds);
    }
}

static void what_comes_back_is_what_was_written(void **state)
{
    (void)state;
    wr_experiment x = written();
    wr_store *s = NULL;
    wr_result **r = NULL;
    size_t n = 0;
    assert_int_equal(wr_store_open(&s, path, NULL), 0);
    assert_int_equal(wr_store_results(s, &r, &n, NULL), 0);
    assert_int_equal(n, REPLICATIONS);
    for (size_t i = 0; i < n; i++) {
        assert_result(r[i], x.result[i]);
        wr_result_destroy(r[i]);
    }
    const wr_scenario_view *look = wr_store_look(s);
    assert_string_equal(look->sha256, x.look->sha256);
    assert_int_equal(look->slos, x.look->slos);
    assert_string_equal(look->slo[1].expr, exprs[1]);
    free(r);
    wr_store_close(s);
    wr_experiment_clear(&x);
}

/* One experiment of all replications and a sweep of three points with one each say the same of each of them. */
static void a_sweep_of_several_points_is_no_run(void **state)
{
    (void)state;
    wr_experiment x = written(), point[REPLICATIONS];
    wr_result *one[REPLICATIONS][1];
    static const char *const paths[] = {"orders.rcu"}, *const values[] = {"1", "2", "400/s"};
    for (size_t i = 0; i < REPLICATIONS; i++) {
        one[i][0] = x.result[i];
        one[i][0]->point = i;
        one[i][0]->replication = 0;
        point[i] = (wr_experiment){.look = x.look, .seed = 7, .point = i, .n = 1, .result = one[i], .complete = true};
        wr_experiment_close(&point[i]);
    }
    wr_sweep w = {.points = REPLICATIONS, .reps = 1, .paths = 1, .point = point, .path = paths, .value = values, .command = "weir sweep", .complete = true};
    assert_int_equal(wr_write_sweep(&w, path, NULL), 0);
    wr_store *s = NULL;
    wr_result **r = NULL;
    size_t n = 0;
    wr_err err = {0};
    assert_int_equal(wr_store_open(&s, path, NULL), 0);
    assert_int_equal(wr_store_points(s), REPLICATIONS);
    for (size_t i = 0; i < REPLICATIONS; i++) {
        const double *series = wr_store_series(s, i, 0, "shoppers.requests");
        assert_non_null(series);
        assert_bits(series, wr_result_find(x.result[i], "shoppers", "", "requests")->series[WR_S_MAIN], MADE_PERIODS * sizeof(double));
    }
    assert_int_equal(wr_store_results(s, &r, &n, &err), WR_E_FORMAT);
    assert_non_null(strstr(err.text, "several points"));
    wr_store_close(s);
    for (size_t i = 0; i < REPLICATIONS; i++) {
        point[i].result = NULL;
        point[i].n = 0;
        wr_experiment_clear(&point[i]);
    }
    wr_experiment_clear(&x);
}

static int begin(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int end(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_back_is_what_was_written),
        cmocka_unit_test(a_sweep_of_several_points_is_no_run),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
