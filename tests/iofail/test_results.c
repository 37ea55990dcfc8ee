/* test_results.c - result files and charts while the n-th call fails, for all n: an error with its reason and
 * the old file as it was, or the whole new one; nothing else in the folder, no descriptor and no HDF5 object left
 * open. */
#include "../support/made.h"
#include "wrap.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <weir/chart.h>
#include <cmocka.h>

enum { PATH = 128 };
static char folder[64], result[PATH], target[PATH], picture[PATH];
static wr_experiment made;
static wr_store *source; /* what is drawn */
static const wr_chart *drawn;

static size_t entries(const char *path)
{
    size_t n = 0;
    DIR *d = opendir(path);
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

static void put_old(const char *path)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_true(fputs("old", f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static bool is_old(const char *path)
{
    char s[8] = {0};
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(s, 1, sizeof s, f);
    fclose(f);
    return n == 3 && !memcmp(s, "old", 3);
}

static int write_result(const char *path, wr_err *err)
{
    return wr_write_h5(&made, path, err);
}

static int draw_chart(const char *path, wr_err *err)
{
    return wr_chart_render(drawn, NULL, source, &(wr_render){.path = path}, err);
}

static int set_up(void **state)
{
    static const char *const exprs[] = {"shoppers.latency.p99 < 300ms", NULL};
    wr_err err = {0};
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/weir-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder))
        return -1;
    snprintf(result, sizeof result, "%s/made.h5", folder);
    snprintf(target, sizeof target, "%s/target.h5", folder);
    snprintf(picture, sizeof picture, "%s/target.svg", folder);
    made = made_experiment(made_scenario(exprs), 5, 1);
    made_slo(&made, 0, 0, WR_SLO_LT, 0.2, 0.3);
    wr_experiment_close(&made);
    if (wr_write_h5(&made, result, &err) || wr_store_open(&source, result, &err))
        return -1;
    for (size_t i = 0; wr_charts[i] && !drawn; i++)
        if (wr_charts[i]->applies(source))
            drawn = wr_charts[i];
    return drawn ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[PATH];
    (void)state;
    wr_store_close(source);
    wr_experiment_clear(&made);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* ---- one file written in an unkind world ------------------------------------------------------------------ */
static bool write_once(int (*produce)(const char *path, wr_err *err), const char *path, enum wrap_family f, size_t n)
{
    wr_err err = {0};
    const char *name;
    put_old(path);
    size_t files = entries(folder), open_files = entries("/proc/self/fd");
    long ids = wrap_ids();
    wrap_arm(f, n, ENOSPC);
    int rc = produce(path, &err);
    bool failed = wrap_disarm(&name);
    bool why = err.text[0] && (f != WRAP_FILE || strstr(err.text, strerror(ENOSPC)));
    if (rc && (!failed || !is_old(path) || !why))
        fail_msg("call %zu, %s: '%s'", n, name, err.text);
    if (!rc && is_old(path))
        fail_msg("call %zu, %s: nothing was written, and nothing said", n, name);
    if (entries(folder) != files || entries("/proc/self/fd") != open_files || wrap_ids() != ids)
        fail_msg("call %zu, %s: left behind: %d files, %d descriptors, %d objects", n, name,
                 (int)(entries(folder) - files), (int)(entries("/proc/self/fd") - open_files), (int)(wrap_ids() - ids));
    unlink(path);
    return rc != 0;
}

static void write_always(int (*produce)(const char *path, wr_err *err), const char *path, enum wrap_family f,
                         size_t tolerated)
{
    assert_false(write_once(produce, path, f, 0));
    size_t calls = wrap_calls(), silent = 0;
    assert_true(calls > 0);
    for (size_t n = 1; n <= calls; n++)
        silent += !write_once(produce, path, f, n);
    if (silent > tolerated)
        fail_msg("%zu of %zu failing calls were not told", silent, calls);
}

/* Not told: stat of a target that may not exist; opening, syncing and closing its folder. */
static void test_result_is_whole_or_not_there_when_files_fail(void **state)
{
    (void)state;
    write_always(write_result, target, WRAP_FILE, 4);
}

static void test_result_is_not_written_when_hdf5_fails(void **state)
{
    (void)state;
    write_always(write_result, target, WRAP_HDF5, 0);
}

static void test_chart_is_whole_or_not_there_when_files_fail(void **state)
{
    (void)state;
    write_always(draw_chart, picture, WRAP_FILE, 4);
}

/* ---- reading -------------------------------------------------------------------------------------------------- */
static void read_all(wr_store *s)
{
    const wr_store_metric *m;
    const wr_cause_row *causes;
    const wr_note_row *notes;
    const wr_cost_row *costs;
    const wr_store_at *at;
    const wr_store_summary *summaries;
    const wr_store_slo *slos;
    const wr_store_edge *edges;
    const wr_store_resource *resources;
    size_t n = wr_store_metrics(s, &m);
    for (size_t i = 0; i < n; i++) {
        char name[PATH];
        snprintf(name, sizeof name, "%s%s%s.%s", m[i].owner, *m[i].part ? ":" : "", m[i].part, m[i].metric);
        wr_store_series(s, 0, 0, name);
        wr_store_hist(s, 0, SIZE_MAX, name);
    }
    wr_store_causes(s, &causes, &at);
    wr_store_notes(s, &notes, &at);
    wr_store_costs(s, &costs, &at);
    wr_store_summaries(s, &summaries);
    wr_store_slos(s, &slos);
    wr_store_edges(s, &edges);
    wr_store_resources(s, &resources);
    wr_store_text(s, "scenario");
    wr_store_attr(s, "duration_s");
}

/* Opened whole, or refused with a reason; what cannot be read later is simply not there. */
static void read_once(enum wrap_family f, size_t n)
{
    wr_err err = {0};
    wr_store *s = NULL;
    const char *name;
    size_t open_files = entries("/proc/self/fd");
    long ids = wrap_ids();
    wrap_arm(f, n, EIO);
    int rc = wr_store_open(&s, result, &err);
    if (!rc)
        read_all(s);
    wr_store_close(rc ? NULL : s);
    wrap_disarm(&name);
    if (rc ? !err.text[0] : !s)
        fail_msg("call %zu, %s: %d '%s'", n, name, rc, err.text);
    if (entries("/proc/self/fd") != open_files || wrap_ids() != ids)
        fail_msg("call %zu, %s: left behind: %d descriptors, %d objects", n, name,
                 (int)(entries("/proc/self/fd") - open_files), (int)(wrap_ids() - ids));
}

static void test_result_is_read_or_refused_when_calls_fail(void **state)
{
    (void)state;
    for (enum wrap_family f = WRAP_FILE; f <= WRAP_HDF5; f++) {
        read_once(f, 0);
        size_t calls = wrap_calls();
        assert_true(calls > 0);
        for (size_t n = 1; n <= calls; n++)
            read_once(f, n);
    }
}

/* ---- no memory -------------------------------------------------------------------------------------------------- */
static int without_memory(int (*produce)(const char *path, wr_err *err), const char *path, size_t n)
{
    int status = -1;
    fflush(NULL);
    pid_t child = fork();
    if (!child) {
        wr_err err;
        dup2(open("/dev/null", O_WRONLY, 0), STDERR_FILENO);
        wrap_arm(WRAP_MEMORY, n, ENOMEM);
        int rc = produce(path, &err);
        _exit(wrap_disarm(NULL) ? 3 : rc ? 4 : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The target is the last thing to be touched. Every seventh allocation will do: there are many, and all are alike. */
static void memory_always(int (*produce)(const char *path, wr_err *err), const char *path)
{
    size_t n = 1;
    int rc;
    put_old(path);
    while ((rc = without_memory(produce, path, n)) != 0) {
        if (rc != 1 || !is_old(path))
            fail_msg("allocation %zu: code %d", n, rc);
        n += n < 20 ? 1 : 7;
    }
    assert_false(is_old(path));
    unlink(path);
}

static void test_target_is_as_it_was_when_memory_ends(void **state)
{
    (void)state;
    memory_always(write_result, target);
    memory_always(draw_chart, picture);
}

/* ---- real file systems ------------------------------------------------------------------------------------ */
static void on_disk(unsigned long flags, const char *options, int why)
{
    char disk[PATH], path[PATH + 8];
    wr_err err = {0};
    snprintf(disk, sizeof disk, "%s/disk", folder);
    mkdir(disk, 0700);
    if (mount("tmpfs", disk, "tmpfs", flags, options)) {
        print_message("skipped: cannot mount a small file system: %s\n", strerror(errno));
        rmdir(disk);
        skip();
    }
    size_t files = entries(disk);
    snprintf(path, sizeof path, "%s/a.h5", disk);
    int first = write_result(path, &err);
    bool told = first == WR_E_IO && strstr(err.text, strerror(why));
    snprintf(path, sizeof path, "%s/a.svg", disk);
    int second = draw_chart(path, &err);
    told &= second == WR_E_IO && strstr(err.text, strerror(why));
    bool clean = entries(disk) == files;
    umount(disk);
    rmdir(disk);
    assert_true(told);
    assert_true(clean);
}

static void test_full_disk_is_an_error_and_leaves_nothing(void **state)
{
    (void)state;
    on_disk(0, "size=4k", ENOSPC);
}

static void test_disk_that_only_reads_is_an_error(void **state)
{
    (void)state;
    on_disk(MS_RDONLY, "size=64k", EROFS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_result_is_whole_or_not_there_when_files_fail),
        cmocka_unit_test(test_result_is_not_written_when_hdf5_fails),
        cmocka_unit_test(test_chart_is_whole_or_not_there_when_files_fail),
        cmocka_unit_test(test_result_is_read_or_refused_when_calls_fail),
        cmocka_unit_test(test_target_is_as_it_was_when_memory_ends),
        cmocka_unit_test(test_full_disk_is_an_error_and_leaves_nothing),
        cmocka_unit_test(test_disk_that_only_reads_is_an_error),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
