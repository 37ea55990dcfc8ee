/* test_store.c - result files: refused when foreign, whole or not at all, the same bytes, and read back as written. */
#include "../../sim/store/store.h"
#include "../support/made.h"
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { REPS = 3, PATH = 256 };
static char folder[64];

/* HDF5 asks this function for the time of an object, where it keeps one. */
static time_t later = 1000000000;
int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    (void)zone;
    *out = (struct timeval){.tv_sec = later};
    return 0;
}

static int make_folder(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/weir-XXXXXX", base ? base : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static const char *in_folder(char *out, const char *name)
{
    snprintf(out, PATH, "%s/%s", folder, name);
    return out;
}

static wr_experiment made(size_t reps)
{
    static const char *const exprs[] = {"shoppers.latency.p99 < 300ms", "run.cost", NULL};
    wr_experiment x = made_experiment(made_scenario(exprs), 5, reps);
    for (size_t i = 0; i < reps; i++) {
        made_slo(&x, 0, i, WR_SLO_LT, 0.2 + 0.01 * (double)i, 0.3);
        made_slo(&x, 1, i, WR_SLO_NONE, NAN, NAN);
    }
    wr_experiment_close(&x);
    return x;
}

static void write_made(const char *path)
{
    wr_experiment x = made(REPS);
    wr_err err = {0};
    if (wr_write_h5(&x, path, &err))
        fail_msg("%s", err.text);
    wr_experiment_clear(&x);
}

static char *slurp(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *bytes = malloc(1 << 22);
    *len = fread(bytes, 1, 1 << 22, f);
    fclose(f);
    return bytes;
}

static void spill(const char *path, const char *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* How many files of the folder have this in their name. */
static size_t files_with(const char *word)
{
    char command[PATH], line[32] = "";
    snprintf(command, sizeof command, "ls -a '%s' | grep -c '%s'", folder, word);
    FILE *p = popen(command, "r");
    assert_non_null(p);
    assert_non_null(fgets(line, sizeof line, p));
    pclose(p);
    return (size_t)atoi(line);
}

/* ---- refusals ------------------------------------------------------------------------------------------- */
static void refused(const char *path, int code, const char *words)
{
    wr_store *s = NULL;
    wr_err err = {0};
    assert_int_equal(wr_store_open(&s, path, &err), code);
    assert_null(s);
    if (!strstr(err.text, words))
        fail_msg("'%s' is not in: %s", words, err.text);
}

static void test_missing_and_foreign_files_are_refused(void **state)
{
    (void)state;
    char path[PATH];
    refused(in_folder(path, "nowhere.h5"), WR_E_IO, "No such file");
    refused(folder, WR_E_IO, "directory");
    spill(in_folder(path, "foreign.h5"), "a,b\n1,2\n", 8);
    refused(path, WR_E_FORMAT, "not an HDF5 file");
    spill(path, "", 0);
    refused(path, WR_E_FORMAT, "not an HDF5 file");
}

static void test_other_hdf5_files_and_newer_formats_are_refused(void **state)
{
    (void)state;
    char path[PATH];
    wr_experiment x = made(1);
    assert_int_equal(store_write(&x, in_folder(path, "other.h5"), 0, NULL), 0);
    refused(path, WR_E_FORMAT, "not a result of weir");
    assert_int_equal(store_write(&x, path, 2, NULL), 0);
    refused(path, WR_E_FORMAT, "has result format 2");
    wr_experiment_clear(&x);
}

static void open_and_look(const char *path, const char *bytes, size_t len)
{
    wr_store *s = NULL;
    const wr_store_summary *row;
    const wr_store_metric *m;
    wr_err err = {0};
    spill(path, bytes, len);
    if (wr_store_open(&s, path, &err)) {
        assert_true(err.code && *err.text);
        return;
    }
    wr_store_summaries(s, &row);
    wr_store_metrics(s, &m);
    wr_store_hist(s, 0, SIZE_MAX, "shoppers.latency");
    wr_store_series(s, 0, 0, "shoppers.latency");
    wr_store_close(s);
}

/* In a child, because HDF5 1.10 loses some memory of its own when metadata is damaged. */
static void test_damaged_files_are_refused_or_read_but_never_crash(void **state)
{
    (void)state;
    char path[PATH], bad[PATH];
    size_t len;
    write_made(in_folder(path, "whole.h5"));
    char *bytes = slurp(path, &len);
    in_folder(bad, "bad.h5");
    pid_t child = fork();
    if (!child) {
        for (size_t cut = 1; cut < 8; cut++)
            open_and_look(bad, bytes, len * cut / 8);
        for (size_t at = 16; at < len; at += len / 40) { /* a bit here and there */
            bytes[at] = (char)(bytes[at] ^ 0x10);
            open_and_look(bad, bytes, len);
            bytes[at] = (char)(bytes[at] ^ 0x10);
        }
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    free(bytes);
}

static void test_folders_and_devices_are_no_targets(void **state)
{
    (void)state;
    char path[PATH];
    wr_experiment x = made(1);
    wr_err err = {0};
    assert_int_equal(wr_write_h5(&x, folder, &err), WR_E_IO);
    assert_non_null(strstr(err.text, "not a regular file"));
    assert_int_equal(wr_write_h5(&x, "/dev/null", &err), WR_E_IO);
    assert_int_equal(wr_write_h5(&x, in_folder(path, "no/such/folder.h5"), &err), WR_E_IO);
    assert_non_null(strstr(err.text, "No such file"));
    wr_experiment_clear(&x);
}

static void test_text_longer_than_its_column_is_an_error(void **state)
{
    (void)state;
    char path[PATH], name[160];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = 0;
    wr_experiment x = made(1);
    wr_note_row note = {1, name, "fault", "", 0};
    x.result[0]->note = &note;
    wr_err err = {0};
    assert_int_equal(wr_write_h5(&x, in_folder(path, "long.h5"), &err), WR_E_INPUT);
    assert_non_null(strstr(err.text, "'annotations'"));
    assert_int_equal(files_with("long.h5"), 0);
    wr_experiment_clear(&x);
}

/* The size of files is limited in a child, so that the write fails in the middle; the old file must survive. */
static void test_failing_write_leaves_the_old_file_and_nothing_else(void **state)
{
    (void)state;
    char path[PATH];
    size_t len, now;
    write_made(in_folder(path, "kept.h5"));
    char *before = slurp(path, &len);
    pid_t child = fork();
    if (!child) {
        wr_experiment x = made(2);
        wr_err err = {0};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){10000, 10000});
        int rc = wr_write_h5(&x, path, &err);
        wr_experiment_clear(&x);
        _exit(rc == WR_E_IO && strstr(err.text, strerror(EFBIG)) ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    char *after = slurp(path, &now);
    assert_true(now == len && !memcmp(before, after, len));
    assert_int_equal(files_with("kept.h5"), 1);
    free(before);
    free(after);
}

static void test_full_disk_is_reported(void **state)
{
    (void)state;
    char disk[PATH], path[PATH + 8];
    in_folder(disk, "disk");
    assert_int_equal(mkdir(disk, 0700), 0);
    if (mount("tmpfs", disk, "tmpfs", 0, "size=16k")) {
        print_message("skipped: cannot mount a small file system: %s\n", strerror(errno));
        skip();
    }
    snprintf(path, sizeof path, "%s/a.h5", disk);
    wr_experiment x = made(2);
    wr_err err = {0};
    int rc = wr_write_h5(&x, path, &err);
    bool there = !access(path, F_OK);
    wr_experiment_clear(&x);
    umount(disk);
    assert_int_equal(rc, WR_E_IO);
    assert_non_null(strstr(err.text, strerror(ENOSPC)));
    assert_false(there);
}

static void test_leftovers_of_dead_processes_are_removed(void **state)
{
    (void)state;
    char path[PATH], dead[PATH], alive[PATH], other[PATH], name[64];
    pid_t child = fork();
    if (!child)
        _exit(0);
    waitpid(child, NULL, 0); /* its number is free now */
    snprintf(name, sizeof name, "left.h5.tmp.%ld", (long)child);
    spill(in_folder(dead, name), "x", 1);
    snprintf(name, sizeof name, "left.h5.tmp.%ld", (long)getppid());
    spill(in_folder(alive, name), "x", 1);
    spill(in_folder(other, "left.h5.tmp.notes"), "x", 1);
    write_made(in_folder(path, "left.h5"));
    assert_int_not_equal(access(dead, F_OK), 0);
    assert_int_equal(access(alive, F_OK), 0);
    assert_int_equal(access(other, F_OK), 0);
}

/* ---- what it does --------------------------------------------------------------------------------------------- */
static void test_equal_results_give_equal_bytes(void **state)
{
    (void)state;
    char path[PATH];
    size_t len, again;
    write_made(in_folder(path, "one.h5"));
    char *one = slurp(path, &len);
    later += 86400; /* times of objects would differ now */
    write_made(in_folder(path, "two.h5"));
    char *two = slurp(path, &again);
    assert_true(len == again && !memcmp(one, two, len));
    free(one);
    free(two);
}

static wr_store *opened(const char *name, size_t reps)
{
    char path[PATH];
    wr_experiment x = made(reps);
    wr_store *s = NULL;
    wr_err err = {0};
    if (wr_write_h5(&x, in_folder(path, name), &err) || wr_store_open(&s, path, &err))
        fail_msg("%s", err.text);
    wr_experiment_clear(&x);
    return s;
}

static void test_attributes_and_texts_come_back(void **state)
{
    (void)state;
    wr_store *s = opened("attr.h5", REPS);
    assert_true(wr_store_points(s) == 1 && wr_store_reps(s) == REPS && wr_store_periods(s) == MADE_PERIODS);
    assert_true(wr_store_attr(s, "duration_s") == 45 && wr_store_attr(s, "warmup_s") == 10 &&
                wr_store_attr(s, "seed") == 5);
    assert_true(isnan(wr_store_attr(s, "nothing")) && isnan(wr_store_attr(s, "title")));
    assert_string_equal(wr_store_text(s, "title"), "web-shop");
    assert_string_equal(wr_store_text(s, "scenario"), "weir: 1\n# é\n");
    assert_string_equal(wr_store_text(s, "scenario_resolved"), "weir: 1\n");
    assert_int_equal(strlen(wr_store_text(s, "fingerprint")), 64);
    assert_null(wr_store_text(s, "nothing"));
    for (size_t i = 0; i < MADE_PERIODS; i++)
        assert_true(wr_store_time(s)[i] == 10 * (double)i);
    wr_store_close(s);
    wr_store_close(NULL);
}

static void test_series_come_back_bit_by_bit(void **state)
{
    (void)state;
    wr_store *s = opened("series.h5", REPS);
    wr_experiment x = made(REPS);
    for (size_t rep = 0; rep < REPS; rep++) {
        const wr_measure *m = wr_result_find(x.result[rep], "shoppers", "", "latency");
        assert_memory_equal(wr_store_series(s, 0, rep, "shoppers.latency"), m->series[WR_S_MAIN],
                            MADE_PERIODS * sizeof(double));
        assert_memory_equal(wr_store_series(s, 0, rep, "shoppers.latency.p99"), m->series[WR_S_P99],
                            MADE_PERIODS * sizeof(double));
        assert_ptr_equal(wr_store_series(s, 0, rep, "shoppers.latency"),
                         wr_store_series(s, 0, rep, "shoppers.latency"));
    }
    assert_true(isnan(wr_store_series(s, 0, 1, "orders:p0.busy.max")[0])); /* that replication has no such part */
    assert_true(wr_store_series(s, 0, 2, "orders:p0.busy.max")[0] == 4);
    static const char *const none[] = {"shoppers.latency.last", "nobody.latency", "summary/table",
                                       "replication",           "time",           ""};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_null(wr_store_series(s, 0, 0, none[i]));
    assert_null(wr_store_series(s, 1, 0, "shoppers.latency"));
    assert_null(wr_store_series(s, 0, REPS, "shoppers.latency"));
    wr_experiment_clear(&x);
    wr_store_close(s);
}

static void test_histograms_add_up_over_replications(void **state)
{
    (void)state;
    wr_store *s = opened("hist.h5", REPS);
    wr_experiment x = made(REPS);
    const double *all = wr_store_hist(s, 0, SIZE_MAX, "shoppers.latency"),
                 *level = wr_store_hist(s, 0, 0, "orders.busy");
    double sum = 0;
    for (size_t i = 0; i < WR_HIST_BINS; i++)
        sum += all[i];
    assert_true(sum == 100 * REPS && level[0] == 25 && level[hist_bin(8)] == 10);
    const wr_measure *m = wr_result_find(x.result[1], "shoppers", "", "latency");
    const double *one = wr_store_hist(s, 0, 1, "shoppers.latency");
    for (size_t i = 0; i < m->rows; i++)
        assert_true(one[m->hist[i].bin] == m->hist[i].weight);
    assert_null(wr_store_hist(s, 0, 0, "shoppers.requests"));
    assert_null(wr_store_hist(s, 0, REPS, "shoppers.latency"));
    wr_experiment_clear(&x);
    wr_store_close(s);
}

static void test_metrics_are_listed_in_order_with_their_kinds(void **state)
{
    (void)state;
    wr_store *s = opened("metrics.h5", REPS);
    const wr_store_metric *m;
    static const struct { const char *owner, *part, *metric; enum wr_metric_kind kind; } want[] = {
        {"shoppers", "", "requests", WR_COUNT}, {"shoppers", "", "latency", WR_VALUE}, {"orders", "", "busy", WR_LEVEL},
        {"orders", "", "throttled_share", WR_RATIO}, {"orders", "p0", "busy", WR_LEVEL}, {"run", "", "cost", WR_COUNT}};
    assert_int_equal(wr_store_metrics(s, &m), sizeof want / sizeof *want);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        assert_string_equal(m[i].owner, want[i].owner);
        assert_string_equal(m[i].part, want[i].part);
        assert_string_equal(m[i].metric, want[i].metric);
        assert_int_equal(m[i].kind, want[i].kind);
    }
    assert_string_equal(m[3].cloudwatch, "AWS/DynamoDB");
    assert_string_equal(m[0].type, "traffic");
    wr_store_close(s);
}

static void test_tables_come_back_row_by_row(void **state)
{
    (void)state;
    wr_store *s = opened("tables.h5", REPS);
    wr_experiment x = made(REPS);
    const wr_cause_row *cause;
    const wr_note_row *note;
    const wr_cost_row *cost;
    const wr_store_slo *slo;
    const wr_store_edge *edge;
    const wr_store_resource *resource;
    const wr_store_at *at;
    assert_int_equal(wr_store_causes(s, &cause, &at), REPS + 1);
    assert_true(at[3].replication == 2 && at[3].point == 0 && cause[3].first_s == 1882.31);
    assert_string_equal(cause[1].cause, "Fault.error_rate");
    assert_int_equal(wr_store_notes(s, &note, &at), REPS);
    assert_true(note[2].time_s == 20 && note[2].value == 0.05 && at[2].replication == 2);
    assert_string_equal(note[0].text, "error_rate 5 %");
    assert_int_equal(wr_store_costs(s, &cost, &at), 2 * REPS);
    assert_true(cost[4].usd == x.result[2]->cost[0].usd);
    assert_int_equal(wr_store_slos(s, &slo), 2);
    assert_true(slo[0].passed == 1 && !slo[0].undecided && slo[1].passed == -1 && isnan(slo[1].value));
    assert_true(slo[0].value == x.verdict[0].e.mean && slo[0].ci95 == x.verdict[0].e.ci95);
    assert_int_equal(wr_store_edges(s, &edge), 1);
    assert_string_equal(edge[0].label, "get");
    assert_int_equal(wr_store_resources(s, &resource), 2);
    assert_string_equal(resource[1].type, "dynamodb");
    wr_experiment_clear(&x);
    wr_store_close(s);
}

static void test_summary_is_what_the_replications_say(void **state)
{
    (void)state;
    wr_store *s = opened("summary.h5", REPS);
    wr_experiment x = made(REPS);
    const wr_store_summary *row;
    size_t n = wr_store_summaries(s, &row);
    assert_int_equal(n, REPS * (2 * 2 + 10 + 9 + 1 + 9) - 9); /* replication 1 has no part */
    for (size_t i = 0; i < n; i++) {
        const wr_measure *m = wr_result_find(x.result[row[i].at.replication], row[i].owner, row[i].part, row[i].metric);
        double value = wr_measure_stat(m, row[i].stat);
        assert_memory_equal(&value, &row[i].value, sizeof value);
        assert_string_equal(m->unit, row[i].unit);
        if (m->kind == WR_VALUE)
            assert_int_equal(row[i].count, 100);
    }
    wr_experiment_clear(&x);
    wr_store_close(s);
}

/* ---- edges ------------------------------------------------------------------------------------------------------- */
static void test_replications_that_end_early_are_undefined_afterwards(void **state)
{
    (void)state;
    char path[PATH];
    wr_experiment x = made(2);
    x.result[1]->periods = 2;
    wr_store *s = NULL;
    assert_int_equal(wr_write_h5(&x, in_folder(path, "short.h5"), NULL), 0);
    assert_int_equal(wr_store_open(&s, path, NULL), 0);
    const double *requests = wr_store_series(s, 0, 1, "shoppers.requests");
    assert_true(!isnan(requests[1]) && isnan(requests[2]));
    wr_store_close(s);
    wr_experiment_clear(&x);
}

static void test_no_replications_and_no_series_can_be_written(void **state)
{
    (void)state;
    char path[PATH];
    const wr_store_metric *m;
    const wr_store_summary *row;
    wr_store *s = opened("empty.h5", 0);
    assert_true(wr_store_reps(s) == 0 && wr_store_metrics(s, &m) == 0 && wr_store_summaries(s, &row) == 0);
    assert_null(wr_store_hist(s, 0, SIZE_MAX, "shoppers.latency"));
    wr_store_close(s);
    wr_experiment x = made(1);
    wr_measure *bare = arena_alloc(x.result[0]->memory, x.result[0]->measures * sizeof *bare);
    memcpy(bare, x.result[0]->measure, x.result[0]->measures * sizeof *bare);
    for (size_t i = 0; i < x.result[0]->measures; i++) {
        memset(bare[i].series, 0, sizeof bare[i].series);
        bare[i].hist = NULL;
        bare[i].rows = 0;
    }
    x.result[0]->measure = bare;
    x.result[0]->periods = 0;
    wr_experiment_close(&x);
    assert_int_equal(wr_write_h5(&x, in_folder(path, "bare.h5"), NULL), 0);
    assert_int_equal(wr_store_open(&s, path, NULL), 0);
    assert_true(wr_store_periods(s) == 0 && wr_store_metrics(s, &m) == 0 && wr_store_summaries(s, &row) > 0);
    assert_null(wr_store_time(s));
    wr_store_close(s);
    wr_experiment_clear(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing_and_foreign_files_are_refused),
        cmocka_unit_test(test_other_hdf5_files_and_newer_formats_are_refused),
        cmocka_unit_test(test_damaged_files_are_refused_or_read_but_never_crash),
        cmocka_unit_test(test_folders_and_devices_are_no_targets),
        cmocka_unit_test(test_text_longer_than_its_column_is_an_error),
        cmocka_unit_test(test_failing_write_leaves_the_old_file_and_nothing_else),
        cmocka_unit_test(test_full_disk_is_reported),
        cmocka_unit_test(test_leftovers_of_dead_processes_are_removed),
        cmocka_unit_test(test_equal_results_give_equal_bytes),
        cmocka_unit_test(test_attributes_and_texts_come_back),
        cmocka_unit_test(test_series_come_back_bit_by_bit),
        cmocka_unit_test(test_histograms_add_up_over_replications),
        cmocka_unit_test(test_metrics_are_listed_in_order_with_their_kinds),
        cmocka_unit_test(test_tables_come_back_row_by_row),
        cmocka_unit_test(test_summary_is_what_the_replications_say),
        cmocka_unit_test(test_replications_that_end_early_are_undefined_afterwards),
        cmocka_unit_test(test_no_replications_and_no_series_can_be_written)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
