/* The step language: refusals at load, the order and time of steps, loops, shares, calls and their retries.
 *
 * Statistical checks have seed 1; tolerances are at least 5 standard errors. */
#include "program_bench.h"

/* ---- refusals ----------------------------------------------------------------------------------------- */
static void test_mistakes_are_told(void **state)
{
    (void)state;
    refused("steps: [{choose: [{share: 60%, steps: [{wait: 1s}]}, {share: 50%, steps: [{wait: 1s}]}]}]", "the shares of 'choose' sum to 1.1; at most 1 is allowed");
    refused("steps: [{repeat: {steps: [{wait: 1s}]}}]", "'repeat' needs one of 'times' and 'while'");
    refused("steps: [{parallel: {count: 3}}]", "'parallel' needs a list of branches, or 'count' and 'steps'");
    refused("steps: [{parallel: {wait_for: 3, branches: [[{wait: 1s}], [{wait: 1s}]]}}]", "'wait_for' is '3'; allowed are all, any and a number of branches");
    refused("steps: [{parallel: [[{return: ok}], [{wait: 1s}]]}]", "'return' stands within 'parallel'; only the request itself can be answered");
    refused("steps: [{fail: ok}]", "'fail' cannot be 'ok'; 'return' ends well");
    refused("steps: [{put: {to: leaf, condition: maybe}}]", "'condition' is 'maybe'; allowed are a share such as 95%, and unchanged");
    refused("{steps: [{wait: 1s}], operations: {a: [{wait: 1s}]}}", "'steps' of 'test' stands for all operations; write it or 'operations'");
    refused("steps: [{batch: {puts: 2}}]", "a step of 'test' calls nobody; write 'from' or 'to'");
}

static void test_steps_within_steps_have_a_limit(void **state)
{
    (void)state;
    text t = {0};
    for (int i = 0; i < 20; i++)
        text_puts(&t, "{repeat: {times: 1, steps: [");
    text_puts(&t, "{wait: 1s}");
    for (int i = 0; i < 20; i++)
        text_puts(&t, "]}}");
    text yaml = {0};
    text_printf(&yaml, "steps: [%s]", t.s);
    world x;
    open_world(&x, yaml.s);
    assert_true(bench_errors(&x.t) > 0);
    bench_close(&x.t);
    text_clear(&t);
    text_clear(&yaml);
}

static void test_loop_of_nothing_stops_the_run_with_a_reason(void **state)
{
    (void)state;
    world x;
    run_one(&x, "steps: [{repeat: {while: 100%, steps: [{wait: 0s}]}}]");
    go(&x, 10);
    assert_non_null(x.t.r->broken);
    bench_close(&x.t);
}

/* ---- sequences ---------------------------------------------------------------------------------------- */
static void test_steps_run_one_after_the_other(void **state)
{
    (void)state;
    takes("steps: []", 0, WR_OK);
    takes("steps: [{wait: 1s}, {cpu: 2s}, {wait: 250ms}]", 3250 * WR_MS, WR_OK);
    takes("steps: {wait: {constant: 1s}}", WR_S, WR_OK);
    takes("steps: [{wait: 1s}, {fail: throttled}, {wait: 1s}]", WR_S, WR_THROTTLED);
    takes("steps: [{wait: 1s}, {fail: {share: 0%}}, {wait: 1s}]", 2 * WR_S, WR_OK);
    takes("steps: [{repeat: {times: 3, steps: [{wait: 1s}, {repeat: {times: 2, steps: [{wait: 10ms}]}}]}}]", 3060 * WR_MS, WR_OK);
    takes("steps: [{repeat: {times: 0, steps: [{wait: 1s}]}}]", 0, WR_OK);
    takes("steps: [{repeat: {while: 0%, steps: [{wait: 1s}]}}]", 0, WR_OK);
    takes("steps: [{choose: [{share: 100%, steps: [{wait: 1s}]}]}, {wait: 1s}]", 2 * WR_S, WR_OK);
    takes("steps: [{choose: [{share: 0%, steps: [{wait: 1s}]}]}, {wait: 1s}]", WR_S, WR_OK);
}

static void test_operation_picks_its_program_and_default_stands_for_others(void **state)
{
    (void)state;
    world x;
    open_world(&x, "operations: {default: [{wait: 1s}], order: [{wait: 2s}]}");
    bench_sound(&x.t);
    bench_start(&x.t);
    ask_as(&x, operation_number(&x.t.l, "order"), 0);
    go(&x, 10);
    assert_int_equal(x.ended, 2 * WR_S);
    ask_as(&x, operation_number(&x.t.l, "browse"), 0);
    go(&x, 20);
    assert_int_equal(x.ended, 11 * WR_S);
    close_world(&x);
    open_world(&x, "operations: {order: [{wait: 2s}]}");
    assert_true(wr_program_has(x.cfg.program.code, operation_number(&x.t.l, "order")));
    assert_false(wr_program_has(x.cfg.program.code, 0));
    bench_close(&x.t);
}

static void test_shares_of_choose_and_rounds_of_while(void **state)
{
    (void)state;
    world x;
    many(&x, "steps: [{choose: [{share: 30%, steps: [{wait: 1s}]}, {share: 20%, steps: [{wait: 10s}]}]}]", 20000);
    bench_near(x.sum / 20000, 2.3, 0.07);
    many(&x, "steps: [{repeat: {while: 40%, steps: [{wait: 3s}]}}]", 20000); /* 0.4 / 0.6 rounds */
    bench_near(x.sum / 20000, 2, 0.07);
    many(&x, "steps: [{fail: {as: error, share: 25%}}]", 20000);
    bench_near((double)x.good / 20000, 0.75, 0.03);
}

/* ---- calls -------------------------------------------------------------------------------------------- */
static void test_call_passes_on_key_size_and_operation(void **state)
{
    (void)state;
    world x;
    run_one(&x, "steps: [{call: leaf}, {call: {to: leaf, operation: pay, size: 2 KB}}]");
    go(&x, 0.0001);
    assert_int_equal(leaf(&x)->calls, 2);
    assert_int_equal(leaf(&x)->keys[0], 77);
    assert_int_equal(leaf(&x)->operation, operation_number(&x.t.l, "pay"));
    assert_true(leaf(&x)->size == 2048);
    close_world(&x);
}

static void test_failure_ends_the_operation_unless_it_is_caught(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        wr_time ended;
        enum wr_status s;
    } cases[] = {{"steps: [{call: leaf}, {wait: 1s}]", 0, WR_FAILED}, {"steps: [{call: {to: leaf, catch: continue}}, {wait: 1s}]", WR_S, WR_OK}};
    for (int i = 0; i < 2; i++) {
        world x;
        run_one(&x, cases[i].yaml);
        leaf(&x)->fail_first = 1;
        leaf(&x)->code = 1;
        go(&x, 10);
        assert_int_equal(x.status, cases[i].s);
        assert_int_equal(x.ended, cases[i].ended);
        close_world(&x);
    }
}

static void test_timeout_of_a_step(void **state)
{
    (void)state;
    world x;
    run_one(&x, "steps: [{call: {to: leaf, timeout: 200ms}}]");
    leaf(&x)->never = true;
    go(&x, 10);
    assert_int_equal(x.status, WR_TIMEOUT);
    assert_int_equal(x.ended, 200 * WR_MS);
    close_world(&x);
}

static void test_step_is_retried_with_the_same_key_and_the_wait_is_backoff(void **state)
{
    (void)state;
    world x;
    run_one(&x, "steps: [{get: {from: leaf, key: {uniform: {n: 1000M}}, retry: {mode: exponential, base: 100ms, attempts: 4}}}]");
    leaf(&x)->fail_first = 2;
    leaf(&x)->code = 1;
    leaf(&x)->takes = 10 * WR_MS;
    go(&x, 10);
    assert_int_equal(x.status, WR_OK);
    assert_int_equal(x.ended, 330 * WR_MS);
    assert_int_equal(x.spans[WR_BACKOFF], 300 * WR_MS);
    assert_int_equal(leaf(&x)->calls, 3);
    assert_true(leaf(&x)->keys[0] != 77 && leaf(&x)->keys[0] == leaf(&x)->keys[2]);
    assert_true(comp_cell(x.host, WR_U_RETRIES)->now.sum == 2);
    assert_true(comp_cell(x.host, WR_U_TRIES)->now.sum == 3);
    assert_true(comp_cell(x.host, WR_U_TRIED)->now.sum == 1);
    close_world(&x);
}

static void test_aws_steps_follow_the_sdk_and_calls_do_not(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        int64_t calls;
    } cases[] = {{"steps: [{get: leaf}]", 4}, {"steps: [{call: leaf}]", 1}, {"steps: [{read: leaf}]", 1}, {"steps: [{get: {from: leaf, retry: none}}]", 1},
                 {"steps: [{get: {from: leaf, retry: {mode: immediate, attempts: 2}}}]", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world x;
        wr_retry_cfg sdk = {0};
        memset(&x, 0, sizeof x);
        w = &x;
        bench_open(&x.t);
        x.leaf = bench_add(&x.t, &leaf_model, "leaf", NULL);
        x.host = bench_add(&x.t, &host_model, "host", &x.cfg);
        bench_bind(&x.t, wr_retry_params, &sdk, "{mode: immediate, attempts: 4}");
        wr_retry_prepare(&sdk, &x.t.b);
        x.t.s.sdk = &sdk;
        bench_bind(&x.t, wr_program_params, &x.cfg.program, cases[i].yaml);
        wr_program_prepare(&x.cfg.program, &x.t.b, false);
        bench_sound(&x.t);
        bench_start(&x.t);
        ask_as(&x, 0, 0);
        leaf(&x)->fail_first = 100;
        leaf(&x)->code = 2;
        go(&x, 10);
        assert_int_equal(leaf(&x)->calls, cases[i].calls);
        assert_int_equal(x.status, WR_THROTTLED);
        close_world(&x);
    }
}

static void test_unchanged_compares_with_the_last_get_of_the_key(void **state)
{
    (void)state;
    world x;
    run_one(&x, "steps: [{get: {from: leaf, key: a}}, {wait: 1s}, {put: {to: leaf, key: a, condition: unchanged}}]");
    leaf(&x)->stamp = 5;
    go(&x, 10);
    assert_int_equal(x.status, WR_OK);
    ask_as(&x, 0, 0);
    go(&x, 10.5);
    leaf(&x)->stamp = 6;
    go(&x, 20);
    assert_int_equal(x.status, WR_CONFLICT);
    close_world(&x);
    run_one(&x, "steps: [{get: {from: leaf, key: a}}, {parallel: [[{put: {to: leaf, key: a, condition: unchanged}}]]}]");
    leaf(&x)->stamp = 5;
    go(&x, 10);
    assert_int_equal(x.status, WR_OK);
    close_world(&x);
}

static void test_cpu_is_shared_and_speed_counts(void **state)
{
    (void)state;
    world x;
    open_world(&x, "steps: [{cpu: 1s}]");
    bench_start(&x.t);
    struct host *h = wr_state(x.host);
    wr_host_cpu(h->host, wr_share_create(x.host, 1, 1));
    ask_as(&x, 0, 0);
    ask_as(&x, 0, 0);
    go(&x, 10);
    assert_int_equal(x.ended, 2 * WR_S);
    wr_host_cpu(h->host, NULL);
    wr_host_speed(h->host, 0.25);
    ask_as(&x, 0, 0);
    go(&x, 20);
    assert_int_equal(x.ended, 14 * WR_S);
    close_world(&x);
}

/* ---- what others ask about a program ------------------------------------------------------------------ */
static void test_single_call_is_seen(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        bool single, callee;
    } cases[] = {{"steps: [{call: leaf}]", true, true}, {"steps: [{call: {to: leaf, timeout: 1s}}]", false, true}, {"steps: [{wait: 1s}, {call: leaf}]", false, true},
                 {"steps: [{call: leaf}, {call: host}]", false, false}, {"steps: [{wait: 1s}]", false, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world x;
        open_world(&x, cases[i].yaml);
        bench_sound(&x.t);
        assert_int_equal(wr_program_single(x.cfg.program.code, 0) != NULL, cases[i].single);
        assert_int_equal(wr_program_callee(x.cfg.program.code, 0) != NULL, cases[i].callee);
        bench_close(&x.t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes_are_told),
        cmocka_unit_test(test_steps_within_steps_have_a_limit),
        cmocka_unit_test(test_loop_of_nothing_stops_the_run_with_a_reason),
        cmocka_unit_test(test_steps_run_one_after_the_other),
        cmocka_unit_test(test_operation_picks_its_program_and_default_stands_for_others),
        cmocka_unit_test(test_shares_of_choose_and_rounds_of_while),
        cmocka_unit_test(test_call_passes_on_key_size_and_operation),
        cmocka_unit_test(test_failure_ends_the_operation_unless_it_is_caught),
        cmocka_unit_test(test_timeout_of_a_step),
        cmocka_unit_test(test_step_is_retried_with_the_same_key_and_the_wait_is_backoff),
        cmocka_unit_test(test_aws_steps_follow_the_sdk_and_calls_do_not),
        cmocka_unit_test(test_unchanged_compares_with_the_last_get_of_the_key),
        cmocka_unit_test(test_cpu_is_shared_and_speed_counts),
        cmocka_unit_test(test_single_call_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
