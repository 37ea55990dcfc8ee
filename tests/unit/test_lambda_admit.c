/* test_lambda_admit.c - the limits an invocation meets, one at a time and in their order. Arrivals are scripted or evenly
 * spaced, so counts are exact. */
#include "test_lambda.h"

static void test_no_reserved_concurrency_throttles_everything(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [{t: 1s, count: 7}]", "reserved_concurrent_executions: 0", "");
    assert_true(sum(r, "Throttles") == 7 && cause(r, "Lambda.ReservedFunctionConcurrentInvocationLimitExceeded") == 7);
    wr_result_destroy(r);
}

static void test_functions_without_reservation_share_what_is_left(void **state)
{
    (void)state;
    char text[LONGEST];
    fill(text, "duration: 1m\naccount: {lambda_concurrency: 300}\n"
               "traffic: {a: {target: fn, at: [{t: 1s, count: 150}]}, b: {target: other, at: [{t: 2s, count: 150}]}, "
               "c: {target: apart, at: [{t: 3s, count: 150}]}}\nresources:\n  fn: {<<: *bare, duration: 10s, timeout: 60s}\n"
               "  other: {<<: *bare, duration: 10s, timeout: 60s}\n"
               "  apart: {<<: *bare, duration: 10s, timeout: 60s, reserved_concurrent_executions: 100}\n");
    wr_result *r = run_text(text);
    assert_true(sum(r, "completed") == 150 && of(r, "other", "", "completed", "sum") == 50);
    assert_true(of(r, "apart", "", "completed", "sum") == 100);
    near(of(r, "fn", "", "UnreservedConcurrentExecutions", "max"), 150, 0);
    near(of(r, "apart", "", "UnreservedConcurrentExecutions", "max"), 0, 0);
    near(of(r, "apart", "", "ConcurrentExecutions", "max"), 100, 0);
    wr_result_destroy(r);
}

static void test_unreserved_refusals_name_the_account_s_limit(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [{t: 1s, count: 120}]", "duration: 10s, timeout: 60s", "account: {lambda_concurrency: 100}\n");
    assert_true(cause(r, "Lambda.ConcurrentInvocationLimitExceeded") == 20);
    wr_result_destroy(r);
}

static void test_requests_a_second_are_ten_times_the_concurrency_at_every_level(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, rate: 3000/s, arrivals: uniform, end: 11s", "duration: 1ms", "account: {lambda_concurrency: 100}\n");
    near(cause(r, "Lambda.CallerRateLimitExceeded"), 33000 - 1000 - 11000, 12); /* a second's worth, then 1000/s */
    wr_result_destroy(r);
    r = run("target: fn, rate: 1000/s, arrivals: uniform, end: 11s", "duration: 1ms, reserved_concurrent_executions: 20", "");
    near(cause(r, "Lambda.ReservedFunctionInvocationRateLimitExceeded"), 11000 - 200 - 2200, 12);
    wr_result_destroy(r);
    r = run("target: fn, rate: 3000/s, arrivals: uniform, end: 11s", "duration: 1ms",
            "  big: {<<: *bare, reserved_concurrent_executions: 900}\n");
    near(cause(r, "Lambda.FunctionInvocationRateLimitExceeded"), 33000 - 1000 - 11000, 12);
    wr_result_destroy(r);
}

static void test_new_environments_come_from_a_bucket_of_each_function(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [{t: 1s, count: 60}, {t: 2s, count: 60}]", "duration: 10s, timeout: 60s, scaling: {burst: 50, refill: 10/s}", "");
    assert_true(sum(r, "cold_starts") == 60 && cause(r, "Lambda.ScalingRateExceeded") == 60);
    wr_result_destroy(r);
}

static void test_warm_environments_need_nothing_from_the_bucket(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [{t: 1s, count: 60}]", "duration: 10s, timeout: 60s, scaling: {burst: 0, refill: 0/s}, initial_environments: 60", "");
    assert_true(sum(r, "completed") == 60 && sum(r, "cold_starts") == 0);
    wr_result_destroy(r);
}

static void test_requests_may_grow_by_so_many_every_ten_seconds(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, rate: 2000/s, arrivals: uniform, end: 20s", "duration: 1ms, scaling: {rps: 1000 per 10s}", "");
    /* 1000/s at first and a second's worth in store; 100/s more each second: 1000 t + 50 t(t - 1) up to 2000/s after 10 s */
    near(cause(r, "Lambda.ScalingRateExceeded"), 20000 - (1000 + 10 * 1000 + 100 * 45), 300);
    assert_true(of(r, "fn", "", "completed", "sum") > 30000);
    wr_result_destroy(r);
    r = run("target: fn, rate: 2000/s, arrivals: uniform, end: 20s", "duration: 1ms, scaling: {rps: unlimited}", "");
    assert_true(sum(r, "Throttles") == 0);
    wr_result_destroy(r);
}

static void test_the_old_burst_is_shared_by_all_functions(void **state)
{
    (void)state;
    char text[LONGEST];
    fill(text, "duration: 3m\naccount: {lambda_concurrency: 10000}\n"
               "traffic: {a: {target: fn, at: [{t: 1s, count: 2000}]}, b: {target: other, at: [{t: 2s, count: 2000}, {t: 61s, count: 2000}]}}\n"
               "resources:\n  fn: {<<: *bare, duration: 10s, timeout: 60s, scaling: legacy_2023}\n"
               "  other: {<<: *bare, duration: 10s, timeout: 60s, scaling: legacy_2023}\n");
    wr_result *r = run_text(text);
    assert_true(sum(r, "cold_starts") == 2000 && of(r, "other", "", "cold_starts", "sum") == 1500);
    wr_result_destroy(r);
}

static void test_provisioned_equal_to_reserved_never_spills(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [{t: 1s, count: 8}]", "duration: 1s, reserved_concurrent_executions: 5, provisioned_concurrency: 5", "");
    assert_true(sum(r, "ProvisionedConcurrencyInvocations") == 5 && sum(r, "Throttles") == 3 && sum(r, "cold_starts") == 0);
    assert_true(sum(r, "ProvisionedConcurrencySpilloverInvocations") == 0);
    wr_result_destroy(r);
}

static void test_provisioned_is_set_aside_and_serves_while_the_pool_is_full(void **state)
{
    (void)state;
    char text[LONGEST];
    fill(text, "duration: 1m\naccount: {lambda_concurrency: 200}\n"
               "traffic: {a: {target: other, at: [{t: 1s, count: 200}]}, b: {target: fn, at: [{t: 2s, count: 60}]}}\nresources:\n"
               "  fn: {<<: *bare, duration: 10s, timeout: 60s, provisioned_concurrency: 50}\n"
               "  other: {<<: *bare, duration: 10s, timeout: 60s}\n");
    wr_result *r = run_text(text);
    assert_true(of(r, "other", "", "completed", "sum") == 150 && sum(r, "completed") == 50);
    assert_true(cause(r, "Lambda.ConcurrentInvocationLimitExceeded") == 10);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_reserved_concurrency_throttles_everything),
        cmocka_unit_test(test_functions_without_reservation_share_what_is_left),
        cmocka_unit_test(test_unreserved_refusals_name_the_account_s_limit),
        cmocka_unit_test(test_requests_a_second_are_ten_times_the_concurrency_at_every_level),
        cmocka_unit_test(test_new_environments_come_from_a_bucket_of_each_function),
        cmocka_unit_test(test_warm_environments_need_nothing_from_the_bucket),
        cmocka_unit_test(test_requests_may_grow_by_so_many_every_ten_seconds),
        cmocka_unit_test(test_the_old_burst_is_shared_by_all_functions),
        cmocka_unit_test(test_provisioned_equal_to_reserved_never_spills),
        cmocka_unit_test(test_provisioned_is_set_aside_and_serves_while_the_pool_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
