/* test_lambda.c - one function from outside: what an invocation costs, how it ends, what is counted, and what faults do.
 * Times are constant and arrivals are scripted, so every answer is exact; shares drawn at random are of fixed seeds,
 * with bounds of five standard deviations (false alarms: one in 10^6 over all seeds). */
#include "test_lambda.h"

#define INVOKE(KEYS) "request: {invoke: {to: fn" KEYS "}}, "

/* ---- time ------------------------------------------------------------------------------------------------ */
static void test_a_cold_request_pays_placement_init_and_a_longer_first_invocation(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [1s, 10s]", "placement_time: 100ms, init_duration: 400ms, first_invoke_extra: 50ms, duration: 30ms, memory_size: 1024", "");
    assert_true(sum(r, "cold_starts") == 1 && sum(r, "Invocations") == 2);
    near(stat(r, "latency", "max"), 0.58, 1e-9);
    near(stat(r, "latency", "min"), 0.03, 1e-9);
    near(stat(r, "Duration", "max"), 0.08, 1e-9);      /* placement and init are not in it */
    near(stat(r, "init_duration", "mean"), 0.4, 1e-9);
    near(of(r, "callers", "", "time_cold", "sum"), 0.55, 1e-9);
    near(billed(r, "Compute"), 0.4 + 0.08 + 0.03, 1e-9); /* init is, placement is not */
    near(billed(r, "Requests"), 2e-6, 1e-12);
    wr_result_destroy(r);
}

static void test_durations_are_billed_by_the_millisecond(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [{t: 1s, count: 3}]", "duration: 10.2ms, memory_size: 2048", "");
    near(billed(r, "Compute"), 3 * 0.011 * 2, 1e-9);
    wr_result_destroy(r);
}

static void test_cold_duration_replaces_the_whole_time_of_a_cold_request(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [1s, 10s]", "placement_time: 9s, init_duration: 9s, cold_duration: 5s, duration: 30ms, steps: [{wait: 1s}]", "");
    near(stat(r, "latency", "max"), 6, 1e-9);
    near(stat(r, "latency", "min"), 1.03, 1e-9);
    near(stat(r, "Duration", "max"), 6, 1e-9);
    assert_true(sum(r, "Errors") == 0);
    wr_result_destroy(r);
}

static void test_cpu_shrinks_with_memory_and_waits_do_not(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [1s, 2s, 4s]", "memory_size: 884.5 MB, steps: [{cpu: 100ms}, {wait: 50ms}], initial_environments: 1", "");
    near(stat(r, "latency", "mean"), 0.25, 1e-8);
    wr_result_destroy(r);
    r = run("target: fn, at: [1s]", "memory_size: 4096, steps: [{cpu: 100ms}, {wait: 50ms}], initial_environments: 1", "");
    near(stat(r, "latency", "mean"), 0.15, 1e-9);
    wr_result_destroy(r);
}

static void test_an_init_beyond_ten_seconds_starts_over_within_the_invocation(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [1s]", "init_duration: 12s, duration: 1s, timeout: 60s", "");
    near(stat(r, "latency", "max"), 10 + 12 + 1, 1e-9);
    near(stat(r, "Duration", "max"), 13, 1e-9);
    wr_result_destroy(r);
    r = run("target: fn, at: [1s]", "init_duration: 12s, duration: 1s", ""); /* its timeout is 3 s */
    near(stat(r, "latency_all", "max"), 13, 1e-9);
    assert_true(cause(r, "Lambda.Timeout") == 1);
    wr_result_destroy(r);
}

static void test_snap_start_restores_in_place_of_init(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [1s]", "init_duration: 9s, snap_start: {restore: 300ms}, duration: 10ms", "");
    near(stat(r, "latency", "max"), 0.31, 1e-9);
    wr_result_destroy(r);
}

static void test_steps_hold_the_environment_and_are_billed(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [1s]", "duration: 100ms, steps: [{call: slow}], memory_size: 1024", "  slow: {type: service, service_time: 2s}\n");
    near(stat(r, "Duration", "mean"), 2.1, 1e-9);
    near(billed(r, "Compute"), 2.1, 1e-9);
    near(stat(r, "concurrency", "sum"), 2.1, 1e-6);
    near(stat(r, "ConcurrentExecutions", "max"), 1, 0);
    wr_result_destroy(r);
}

/* ---- ends ------------------------------------------------------------------------------------------------ */
static void test_a_timeout_resets_the_environment_and_init_runs_again_unseen(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [1s, 20s, 40s]", "init_duration: 500ms, duration: {sequence: {values: [5s, 1s, 1s]}}", "");
    assert_true(sum(r, "Errors") == 1 && cause(r, "Lambda.Timeout") == 1 && sum(r, "environment_resets") == 1);
    assert_true(sum(r, "cold_starts") == 1 && sum(r, "timeouts") == 0);
    near(stat(r, "latency_all", "max"), 3.5, 1e-9);
    near(stat(r, "latency", "max"), 1.5, 1e-9); /* the second one: init within the invocation */
    near(stat(r, "latency", "min"), 1, 1e-9);
    near(stat(r, "Duration", "max"), 3, 1e-9);
    near(stat(r, "in_service", "max"), 1, 0);
    wr_result_destroy(r);
}

static void test_a_timeout_ends_steps_that_are_under_way(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [1s, 10s]", "duration: 1s, steps: [{call: slow}]", "  slow: {type: service, service_time: 2.5s, servers: unlimited}\n");
    assert_true(sum(r, "Errors") == 2 && cause(r, "Lambda.Timeout") == 2);
    near(stat(r, "latency_all", "mean"), 3, 1e-9);
    assert_true(of(r, "slow", "", "late", "sum") == 2);
    wr_result_destroy(r);
}

static void test_failures_and_crashes_are_errors_and_only_crashes_reset(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, rate: 100/s", "duration: 1ms, failure_rate: 20%, crash_rate: 10%", "");
    double n = sum(r, "Invocations"), crashes = cause(r, "Lambda.Crash"), failures = cause(r, "Lambda.FunctionError");
    near(crashes / n, 0.1, 5 * sqrt(0.09 / n));
    near(failures / n, 0.9 * 0.2, 5 * sqrt(0.1476 / n));
    assert_true(sum(r, "Errors") == crashes + failures && sum(r, "environment_resets") == crashes);
    near(stat(r, "error_rate", "mean"), (crashes + failures) / n, 1e-9);
    wr_result_destroy(r);
}

static void test_failure_and_duration_may_differ_by_operation(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [{t: 1s, operation: buy}, {t: 3s, operation: look}, {t: 5s, operation: other}], mix: {buy: 50%, look: 25%, other: 25%}",
                       "duration: {buy: 200ms, default: 50ms}, failure_rate: {look: 100%}, initial_environments: 1", "");
    assert_true(sum(r, "Errors") == 1);
    near(stat(r, "latency", "max"), 0.2, 1e-9);
    near(stat(r, "latency", "min"), 0.05, 1e-9);
    wr_result_destroy(r);
}

static void test_an_uncaught_failure_of_a_step_is_a_function_error_with_the_cause_from_below(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [1s]", "steps: [{get: {from: table, retry: none}}]",
                       "  table: {type: dynamodb, latency: 0ms, provisioned_throughput: {read_capacity_units: 1, write_capacity_units: 1}}\n"
                       "faults: [{throttle: table, share: 100%, at: 0s}]\n");
    assert_true(sum(r, "Errors") == 1 && sum(r, "errors") == 1 && sum(r, "throttled") == 0 && sum(r, "Throttles") == 0);
    assert_true(of(r, "callers", "", "throttled", "sum") == 0 && of(r, "callers", "", "errors", "sum") == 1);
    wr_result_destroy(r);
}

static void test_each_environment_retries_on_its_own_account(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [{t: 1s, count: 200}]", "timeout: 60s, steps: [{get: {from: table, retry: {mode: sdk_standard, base: 1ms}}}]",
                       "  table: {type: dynamodb, latency: 0ms, provisioned_throughput: {read_capacity_units: 1, write_capacity_units: 1}}\n"
                       "faults: [{throttle: table, share: 100%, at: 0s}]\n");
    assert_true(sum(r, "retries") == 400 && sum(r, "retries_suppressed") == 0); /* one quota of 500 would allow 100 */
    wr_result_destroy(r);
}

/* ---- counting -------------------------------------------------------------------------------------------- */
static void test_throttles_are_neither_invocations_nor_errors(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [{t: 1s, count: 10}]", "reserved_concurrent_executions: 4, duration: 1s", "");
    assert_true(sum(r, "Invocations") == 4 && sum(r, "Throttles") == 6 && sum(r, "Errors") == 0);
    assert_true(sum(r, "throttled") == 6 && sum(r, "errors") == 6 && sum(r, "completed") == 4);
    near(stat(r, "throttled_share", "mean"), 0.6, 1e-12);
    near(stat(r, "cold_start_share", "mean"), 1, 1e-12);
    wr_result_destroy(r);
}

static void test_a_client_that_left_does_not_end_the_work_unless_it_takes_it_back(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [1s], client: {timeout: 1s}", "duration: 2s", "");
    assert_true(sum(r, "completed") == 1 && sum(r, "late") == 1);
    near(stat(r, "concurrency", "sum"), 2, 1e-6);
    wr_result_destroy(r);
    r = run("target: fn, at: [1s], client: {timeout: 1s, abandoned_work: cancelled}", "duration: 2s", "");
    assert_true(sum(r, "completed") == 0);
    near(stat(r, "concurrency", "sum"), 1, 1e-6);
    wr_result_destroy(r);
}

static void test_payloads_have_a_limit_and_events_a_smaller_one(void **state)
{
    (void)state;
    wr_result *r = run(INVOKE(", payload: 7 MB") "at: [1s]", "", "");
    assert_true(cause(r, "Lambda.RequestTooLarge") == 1 && sum(r, "Invocations") == 0);
    wr_result_destroy(r);
    r = run(INVOKE(", payload: 2 MB, mode: async") "at: [1s]", "", "");
    assert_true(cause(r, "Lambda.RequestTooLarge") == 1);
    wr_result_destroy(r);
    r = run(INVOKE(", payload: 2 MB") "at: [1s]", "", "");
    assert_true(sum(r, "completed") == 1);
    wr_result_destroy(r);
}

/* ---- versions and aliases -------------------------------------------------------------------------------- */
#define TWO "duration: 10ms, versions: {v1: {}, v2: {duration: 30ms, memory_size: 1024}}, aliases: {live: {v1: 90%, v2: 10%}, stable: v1}"

static void test_versions_have_environments_of_their_own_and_inherit_what_is_not_said(void **state)
{
    (void)state;
    wr_result *r = run("request: [{invoke: {to: fn, qualifier: v1}}, {invoke: {to: fn, qualifier: v2}}, {invoke: {to: fn}}], at: [1s, 2s]", TWO, "");
    assert_true(sum(r, "cold_starts") == 3 && sum(r, "Invocations") == 6);
    assert_true(of(r, "fn", "v1", "Invocations", "sum") == 2 && of(r, "fn", "v2", "requests", "sum") == 2);
    near(of(r, "fn", "v1", "Duration", "mean"), 0.01, 1e-9);
    near(of(r, "fn", "v2", "Duration", "mean"), 0.03, 1e-9);
    near(billed(r, "Compute"), 4 * 0.01 * 0.125 + 2 * 0.03, 1e-9);
    wr_result_destroy(r);
}

static void test_an_alias_draws_its_version_for_each_request(void **state)
{
    (void)state;
    wr_result *r = run(INVOKE(", qualifier: live") "rate: 50/s", TWO, "");
    double n = of(r, "fn", "live", "Invocations", "sum"), second = of(r, "fn", "v2", "Invocations", "sum");
    assert_true(n > 29000 && n == sum(r, "Invocations") && of(r, "fn", "live", "completed", "sum") == n);
    near(second / n, 0.1, 5 * sqrt(0.09 / n));
    wr_result_destroy(r);
    r = run(INVOKE(", qualifier: stable") "at: [1s]", TWO, "");
    assert_true(of(r, "fn", "v1", "Invocations", "sum") == 1 && of(r, "fn", "stable", "completed", "sum") == 1);
    wr_result_destroy(r);
}

static void test_a_plain_request_goes_through_the_only_alias(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [1s]", "versions: {v1: {}}, aliases: {live: v1}", "");
    assert_true(of(r, "fn", "live", "Invocations", "sum") == 1 && of(r, "fn", "v1", "Invocations", "sum") == 1);
    wr_result_destroy(r);
}

static void test_an_unknown_qualifier_is_not_found(void **state)
{
    (void)state;
    wr_result *r = run(INVOKE(", qualifier: v9") "at: [1s]", TWO, "");
    assert_true(cause(r, "Lambda.ResourceNotFoundException") == 1 && sum(r, "Invocations") == 0);
    wr_result_destroy(r);
}

/* ---- batches --------------------------------------------------------------------------------------------- */
#define JOBS "  jobs: {type: sqs, latency: 0ms, visibility_timeout: 60s, initial_messages: 10}\n"
#define POLL "pollers: {initial: 1, max: 1, growth: 0/m}"

static void test_per_item_work_adds_up_over_the_records(void **state)
{
    (void)state;
    wr_result *r = run("target: other, at: [1s]", "duration: 100ms, timeout: 60s, events: [{sqs: jobs, per_item: true, " POLL "}]", JOBS "  other: {type: service, service_time: 1ms}\n");
    assert_true(sum(r, "Invocations") >= 1);
    near(stat(r, "Duration", "sum"), 1, 1e-9);
    assert_true(of(r, "jobs", "", "NumberOfMessagesDeleted", "sum") == 10);
    wr_result_destroy(r);
}

static void test_failed_records_stay_alone_only_when_they_are_reported(void **state)
{
    (void)state;
    wr_result *r = run("target: other, at: [1s]", "duration: 1ms, failure_rate: 50%, events: [{sqs: jobs, per_item: true, report_batch_item_failures: true, " POLL "}]", JOBS "  other: {type: service, service_time: 1ms}\n");
    assert_true(sum(r, "Errors") == 0 && of(r, "jobs", "", "NumberOfMessagesDeleted", "sum") >= 8);
    wr_result_destroy(r);
    r = run("target: other, at: [1s]", "duration: 1ms, failure_rate: 100%, events: [{sqs: jobs, per_item: true, " POLL "}]", JOBS "  other: {type: service, service_time: 1ms}\n");
    assert_true(sum(r, "Errors") == sum(r, "Invocations") && of(r, "jobs", "", "NumberOfMessagesDeleted", "sum") == 0);
    wr_result_destroy(r);
}

/* ---- faults ---------------------------------------------------------------------------------------------- */
static void test_a_deploy_makes_all_environments_cold(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [{t: 1s, count: 5}, {t: 30s, count: 5}, {t: 60s, count: 5}]", "duration: 1s", "faults: [{deploy: fn, at: 45s}]\n");
    assert_true(sum(r, "cold_starts") == 10);
    wr_result_destroy(r);
    r = run("target: fn, at: [{t: 1s, count: 5}, {t: 30s, count: 5}]", "duration: 1s", "faults: [{deploy: fn, at: 1.5s}]\n"); /* busy ones finish */
    assert_true(sum(r, "cold_starts") == 10 && sum(r, "completed") == 10);
    wr_result_destroy(r);
}

static void test_a_rolling_deploy_replaces_them_over_its_time(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [{t: 1s, count: 100}, {t: 99s, count: 1}]", "duration: 1s", "faults: [{deploy: fn, at: 50s, strategy: rolling, takes: 100s}]\n");
    near(stat(r, "environment_life", "mean"), 99, 5 * 2.9); /* from 49 to 149 s, uniform: 2.9 s of standard error */
    assert_true(stat(r, "environment_life", "min") >= 49 && stat(r, "environment_life", "max") <= 149 + 360);
    wr_result_destroy(r);
}

static void test_failing_environments_fail_that_share_of_invocations(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, rate: 100/s", "duration: 10ms", "faults: [{fail: fn, share: 25%, at: 60s, for: 120s}]\n");
    near(cause(r, "Fault.fail"), 3000, 5 * 53);
    wr_result_destroy(r);
    r = run("target: fn, at: [1s, 10s]", "duration: 2s", "faults: [{fail: fn, at: 2s, for: 20s, mode: hang}]\n");
    assert_true(cause(r, "Lambda.Timeout") == 2);
    near(stat(r, "latency_all", "max"), 3, 1e-9);
    wr_result_destroy(r);
}

static void test_slowness_multiplies_durations(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [1s, 20s, 40s]", "duration: 100ms, steps: [{cpu: 100ms}], memory_size: 1769 MB", "faults: [{slow: fn, factor: 3, at: 10s, for: 20s}]\n");
    near(stat(r, "latency", "max"), 0.6, 1e-8);
    near(stat(r, "latency", "min"), 0.2, 1e-8);
    near(stat(r, "latency", "mean"), 1.0 / 3, 1e-8);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_cold_request_pays_placement_init_and_a_longer_first_invocation),
        cmocka_unit_test(test_durations_are_billed_by_the_millisecond),
        cmocka_unit_test(test_cold_duration_replaces_the_whole_time_of_a_cold_request),
        cmocka_unit_test(test_cpu_shrinks_with_memory_and_waits_do_not),
        cmocka_unit_test(test_an_init_beyond_ten_seconds_starts_over_within_the_invocation),
        cmocka_unit_test(test_snap_start_restores_in_place_of_init),
        cmocka_unit_test(test_steps_hold_the_environment_and_are_billed),
        cmocka_unit_test(test_a_timeout_resets_the_environment_and_init_runs_again_unseen),
        cmocka_unit_test(test_a_timeout_ends_steps_that_are_under_way),
        cmocka_unit_test(test_failures_and_crashes_are_errors_and_only_crashes_reset),
        cmocka_unit_test(test_failure_and_duration_may_differ_by_operation),
        cmocka_unit_test(test_an_uncaught_failure_of_a_step_is_a_function_error_with_the_cause_from_below),
        cmocka_unit_test(test_each_environment_retries_on_its_own_account),
        cmocka_unit_test(test_throttles_are_neither_invocations_nor_errors),
        cmocka_unit_test(test_a_client_that_left_does_not_end_the_work_unless_it_takes_it_back),
        cmocka_unit_test(test_payloads_have_a_limit_and_events_a_smaller_one),
        cmocka_unit_test(test_versions_have_environments_of_their_own_and_inherit_what_is_not_said),
        cmocka_unit_test(test_an_alias_draws_its_version_for_each_request),
        cmocka_unit_test(test_a_plain_request_goes_through_the_only_alias),
        cmocka_unit_test(test_an_unknown_qualifier_is_not_found),
        cmocka_unit_test(test_per_item_work_adds_up_over_the_records),
        cmocka_unit_test(test_failed_records_stay_alone_only_when_they_are_reported),
        cmocka_unit_test(test_a_deploy_makes_all_environments_cold),
        cmocka_unit_test(test_a_rolling_deploy_replaces_them_over_its_time),
        cmocka_unit_test(test_failing_environments_fail_that_share_of_invocations),
        cmocka_unit_test(test_slowness_multiplies_durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
