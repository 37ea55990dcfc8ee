/* Steps that do not run one after the other: branches, what follows an answer, and what is lost with its host.
 *
 * Statistical checks have seed 1; tolerances are at least 5 standard errors. */
#include "program_bench.h"

/* ---- branches ----------------------------------------------------------------------------------------- */
static void test_branches_run_together(void **state)
{
    (void)state;
    takes("steps: [{parallel: [[{wait: 1s}], [{wait: 3s}], {wait: 2s}]}, {wait: 1s}]", 4 * WR_S, WR_OK);
    takes("steps: [{parallel: {wait_for: any, branches: [[{wait: 1s}], [{wait: 3s}]]}}, {wait: 1s}]", 2 * WR_S, WR_OK);
    takes("steps: [{parallel: {wait_for: 2, branches: [[{wait: 1s}], [{wait: 3s}], [{wait: 2s}]]}}, {wait: 1s}]", 3 * WR_S, WR_OK);
    takes("steps: [{parallel: {count: 4, steps: [{wait: 1s}]}}]", WR_S, WR_OK);
    takes("steps: [{parallel: {count: 0, steps: [{wait: 1s}]}}]", 0, WR_OK);
    takes("steps: [{parallel: [[{parallel: [[{wait: 1s}], [{wait: 2s}]]}], [{wait: 1s}]]}]", 2 * WR_S, WR_OK);
}

static void test_branches_that_fail(void **state)
{
    (void)state;
    takes("steps: [{parallel: [[{wait: 1s}, {fail: conflict}], [{wait: 3s}]]}, {wait: 1s}]", WR_S, WR_CONFLICT);
    takes("steps: [{parallel: {wait_for: any, branches: [[{wait: 1s}, {fail: error}], [{wait: 3s}]]}}]", 3 * WR_S, WR_OK);
    takes("steps: [{parallel: {wait_for: any, branches: [[{wait: 1s}, {fail: error}], [{wait: 3s}, {fail: throttled}]]}}]", 3 * WR_S, WR_THROTTLED);
    takes("steps: [{parallel: {wait_for: 1, branches: [[{wait: 2s}, {fail: error}], [{wait: 1s}]]}}, {wait: 3s}, {fail: rejected}]", 4 * WR_S, WR_REJECTED);
}

static void test_maximum_of_exponentials(void **state)
{
    (void)state;
    world x;
    many(&x, "steps: [{parallel: {count: 10, steps: [{wait: {exponential: 1s}}]}}]", 20000);
    bench_near(x.sum / 20000, 2.92896825, 0.02); /* H(10) */
    many(&x, "steps: [{parallel: {count: 10, wait_for: 8, steps: [{wait: {exponential: 1s}}]}}]", 20000);
    bench_near(x.sum / 20000, 2.92896825 - 1.5, 0.02); /* H(10) - H(2) */
    many(&x, "steps: [{wait: {exponential: 1s}}, {wait: {exponential: 2s}}]", 20000);
    bench_near(x.sum / 20000, 3, 0.03);
}

/* ---- return, abort ------------------------------------------------------------------------------------ */
static void test_steps_after_return_run_on(void **state)
{
    (void)state;
    world x;
    run_one(&x, "steps: [{wait: 1s}, {return: ok}, {wait: 2s}, {call: leaf}, {return: error}]");
    go(&x, 2);
    assert_int_equal(x.ended, WR_S);
    assert_int_equal(x.status, WR_OK);
    assert_int_equal(leaf(&x)->calls, 0);
    go(&x, 10);
    assert_int_equal(leaf(&x)->calls, 1);
    assert_int_equal(x.answers, 1);
    close_world(&x);
    takes("steps: [{return: throttled}]", 0, WR_THROTTLED);
}

static wr_call *kept;

static void keeping_call(wr_comp *self, wr_call *c)
{
    kept = c;
    host_call(self, c);
}

static void test_abort_forgets_all_that_runs(void **state)
{
    (void)state;
    static const char *const programs[] = {
        "steps: [{wait: 100s}]",
        "steps: [{cpu: 100s}]",
        "steps: [{call: leaf}]",
        "steps: [{parallel: [[{call: leaf}], [{wait: 100s}], [{parallel: [[{cpu: 100s}], [{call: leaf}]]}]]}]",
        "steps: [{get: {from: leaf, retry: {mode: fixed, base: 90s, retry_on: timeout}, timeout: 1ms}}]",
    };
    wr_model keeping = host_model;
    keeping.call = keeping_call;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        world x;
        memset(&x, 0, sizeof x);
        w = &x;
        bench_open(&x.t);
        x.leaf = bench_add(&x.t, &leaf_model, "leaf", NULL);
        x.host = bench_add(&x.t, &keeping, "host", &x.cfg);
        bench_bind(&x.t, wr_program_params, &x.cfg.program, programs[i]);
        wr_program_prepare(&x.cfg.program, &x.t.b, false);
        bench_sound(&x.t);
        bench_start(&x.t);
        leaf(&x)->takes = 10 * WR_S;
        struct host *h = wr_state(x.host);
        wr_share *cpu = wr_share_create(x.host, 1, 1);
        wr_host_cpu(h->host, cpu);
        ask_as(&x, 0, 0);
        go(&x, 0.5);
        wr_program_abort(h->host, kept);
        assert_true(wr_share_present(cpu) == 0);
        wr_program_abort(h->host, kept); /* nothing left: harmless */
        wr_reply(kept, 1);
        go(&x, 200);
        assert_int_equal(x.answers, 1);
        assert_int_equal(x.status, WR_FAILED);
        close_world(&x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_branches_run_together),
        cmocka_unit_test(test_branches_that_fail),
        cmocka_unit_test(test_maximum_of_exponentials),
        cmocka_unit_test(test_steps_after_return_run_on),
        cmocka_unit_test(test_abort_forgets_all_that_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
