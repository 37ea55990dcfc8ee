/* test_lambda_provisioned.c - provisioned concurrency: no cold starts within it, spill-over beyond, all-or-nothing
 * allocation, scaling by target, and its bill. Nothing is random. */
#include "test_lambda.h"

static void test_provisioned_environments_are_warm_and_the_rest_spills_over(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [{t: 1s, count: 8}]", "init_duration: 2s, duration: 1s, provisioned_concurrency: 5", "");
    assert_true(sum(r, "ProvisionedConcurrencyInvocations") == 5 && sum(r, "ProvisionedConcurrencySpilloverInvocations") == 3);
    assert_true(sum(r, "Invocations") == 8 && sum(r, "cold_starts") == 3);
    near(stat(r, "latency", "min"), 1, 1e-9);
    near(stat(r, "latency", "max"), 3, 1e-9);
    near(stat(r, "ProvisionedConcurrentExecutions", "max"), 5, 0);
    near(stat(r, "ProvisionedConcurrencyUtilization", "mean"), 5.0 / (5 * 600), 1e-9);
    near(stat(r, "UnreservedConcurrentExecutions", "max"), 3, 0);
    wr_result_destroy(r);
}

static void test_provisioned_environments_do_not_expire_and_are_paid_for(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [599s]", "memory_size: 1024, duration: 500ms, idle_expiry: 1s, provisioned_concurrency: 4", "");
    assert_true(sum(r, "cold_starts") == 0);
    near(billed(r, "Provisioned concurrency"), 4 * 600, 1e-6);
    near(billed(r, "Provisioned compute"), 0.5, 1e-9);
    near(billed(r, "Compute"), 0, 0);
    wr_result_destroy(r);
}

static void test_their_requests_are_limited_too_and_the_rest_spills_over(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, rate: 100/s, arrivals: uniform, end: 11s", "duration: 1ms, provisioned_concurrency: 2", "");
    near(sum(r, "ProvisionedConcurrencyInvocations"), 20 + 11 * 20, 2);
    assert_true(sum(r, "Throttles") == 0);
    wr_result_destroy(r);
}

/* 9 of 10 are busy for three minutes: 10 x 90 / 70 = 13 are asked for. They are there 90 s and 3 x 10 ms later, at once. */
static void test_scaling_out_adds_all_at_once_after_its_preparation(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [{t: 0s, count: 9}]", "duration: 590s, timeout: 15m, provisioned_concurrency: {concurrency: 10, min: 10, max: 50}", "");
    near(stat(r, "provisioned_ready", "max"), 10, 0); /* invocations that have not ended give no datapoint */
    wr_result_destroy(r);
    r = run("target: fn, rate: 9/s, arrivals: uniform", "duration: 1s, timeout: 15m, provisioned_concurrency: {concurrency: 10, min: 10, max: 50}", "");
    near(stat(r, "provisioned_ready", "max"), 13, 0);
    near(stat(r, "provisioned_ready", "sum"), 10 * 600 + 3 * (600 - 180 - 90.03), 1e-6);
    assert_true(sum(r, "ProvisionedConcurrencySpilloverInvocations") == 0);
    wr_result_destroy(r);
}

static void test_scaling_in_takes_effect_at_once_and_needs_requests(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, rate: 2/s, arrivals: uniform", "duration: 1s, timeout: 15m, provisioned_concurrency: {concurrency: 10, min: 1, max: 50}", "");
    near(stat(r, "provisioned_ready", "sum"), 10 * 180 + 3 * 420, 1e-6); /* 2 / 0.7, rounded up */
    near(stat(r, "in_service", "last"), 3, 0);
    wr_result_destroy(r);
    r = run("target: fn, at: [1s]", "duration: 1s, provisioned_concurrency: {concurrency: 10, min: 1, max: 50}", "");
    near(stat(r, "provisioned_ready", "min"), 10, 0); /* an idle function never scales in */
    wr_result_destroy(r);
}

static void test_a_version_may_have_its_own(void **state)
{
    (void)state;
    wr_result *r = run("request: {invoke: {to: fn, qualifier: live}}, at: [{t: 1s, count: 4}]",
                       "duration: 1s, versions: {v1: {provisioned_concurrency: 3}}, aliases: {live: v1}", "");
    assert_true(of(r, "fn", "v1", "ProvisionedConcurrencyInvocations", "sum") == 3 && sum(r, "cold_starts") == 1);
    near(of(r, "fn", "v1", "provisioned_ready", "max"), 3, 0);
    assert_true(of(r, "fn", "live", "ProvisionedConcurrencySpilloverInvocations", "sum") == 1);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_provisioned_environments_are_warm_and_the_rest_spills_over),
        cmocka_unit_test(test_provisioned_environments_do_not_expire_and_are_paid_for),
        cmocka_unit_test(test_their_requests_are_limited_too_and_the_rest_spills_over),
        cmocka_unit_test(test_scaling_out_adds_all_at_once_after_its_preparation),
        cmocka_unit_test(test_scaling_in_takes_effect_at_once_and_needs_requests),
        cmocka_unit_test(test_a_version_may_have_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
