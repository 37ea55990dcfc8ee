/* test_load.c - a scenario with a trace beside it, loaded while the n-th call for a file or for memory fails, for
 * all n. */
#include "wrap.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <weir/scenario.h>
#include <cmocka.h>

static char folder[64], scenario[96], trace[96];
static const char yaml[] =
    "weir: 1\nduration: 60s\nparameters: {law: {lognormal: {mean: 3ms, p99: 9ms}}}\n"
    "traffic:\n  t: {target: desk, trace: trace.csv, mix: {a: 50%, b: 50%}}\n  u: {target: web, rate: \"1 + sin(t)\"}\n"
    "resources:\n  desk: {type: service, service_time: $law, then: [{get: {from: table}}, {parallel: [[{wait: 1ms}], [{wait: 2ms}]]}]}\n"
    "  table: {type: dynamodb, provisioned_throughput: {read_capacity_units: 5, write_capacity_units: 5}}\n"
    "  web: {type: alb, target: app}\n  app: {type: asg, min_size: 1, max_size: 3, steps: [{cpu: 3ms}]}\n"
    "faults: [{slow: desk, at: 5s, factor: 3}]\nslo: [t.latency.p99 < 1s]\nsweep: {app.max_size: [3, 4]}\n";

static void put_file(const char *path, const char *s)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fputs(s, f) >= 0, 1);
    assert_int_equal(fclose(f), 0);
}

static int make_folder(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/weir-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder))
        return -1;
    snprintf(scenario, sizeof scenario, "%s/shop.yaml", folder);
    snprintf(trace, sizeof trace, "%s/trace.csv", folder);
    put_file(scenario, yaml);
    put_file(trace, "timestamp,value\n2024-01-01T00:00:00Z,60\n2024-01-01T00:01:00Z,30\n");
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(scenario);
    unlink(trace);
    return rmdir(folder);
}

/* One error, which names the reason; or the scenario. */
static void load(size_t n)
{
    const wr_diag_row *row;
    const char *name;
    wr_diag *d = wr_diag_create();
    wrap_arm(WRAP_FILE, n, EIO);
    wr_scenario *s = wr_scenario_load(scenario, NULL, 0, d);
    bool failed = wrap_disarm(&name);
    if (failed && s && strcmp(name, "stat") != 0) /* the file is there all the same: opening it decides */
        fail_msg("call %zu, %s: failed in silence", n, name);
    if (!failed)
        assert_non_null(s);
    if (!s) {
        assert_int_equal(wr_diag_rows(d, &row), 1);
        if (!strstr(row[0].text, "cannot read") || !strstr(row[0].text, strerror(EIO)))
            fail_msg("call %zu, %s: '%s'", n, name, row[0].text);
    }
    wr_diag_destroy(d);
    wr_scenario_destroy(s);
}

static void test_each_failing_call_for_a_file_is_an_error_with_its_reason(void **state)
{
    (void)state;
    load(0);
    size_t calls = wrap_calls();
    assert_in_range(calls, 6, 100);
    for (size_t n = 1; n <= calls; n++)
        load(n);
}

/* In a child, since it ends the program. Returns how; *said: the first bytes on its standard error. */
static int load_without_memory(size_t n, char said[256])
{
    int pipe_of[2], status = -1;
    assert_int_equal(pipe(pipe_of), 0);
    fflush(NULL);
    pid_t child = fork();
    if (!child) {
        dup2(pipe_of[1], STDERR_FILENO);
        wrap_arm(WRAP_MEMORY, n, ENOMEM);
        wr_diag *d = wr_diag_create();
        wr_scenario *s = wr_scenario_load(scenario, NULL, 0, d);
        wr_diag_destroy(d);
        wr_scenario_destroy(s);
        _exit(wrap_disarm(NULL) ? 3 : 0);
    }
    close(pipe_of[1]);
    ssize_t len = read(pipe_of[0], said, 255);
    said[len > 0 ? len : 0] = 0;
    close(pipe_of[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_out_of_memory_ends_the_program_with_one_line(void **state)
{
    (void)state;
    char said[256];
    size_t n = 1;
    int rc;
    while ((rc = load_without_memory(n, said)) != 0) {
        if (rc != 1 || strncmp(said, "weir: out of memory (", 21) || strchr(said, '\n') != said + strlen(said) - 1)
            fail_msg("allocation %zu: code %d, '%s'", n, rc, said);
        n++;
    }
    assert_string_equal(said, "");
    assert_in_range(n, 20, 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_failing_call_for_a_file_is_an_error_with_its_reason),
        cmocka_unit_test(test_out_of_memory_ends_the_program_with_one_line),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
