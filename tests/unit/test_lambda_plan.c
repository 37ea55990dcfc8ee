/* test_lambda_plan.c - what is refused about a function while the scenario loads, or when the run starts. */
#include "test_lambda.h"

static void test_ranges_are_those_of_aws(void **state)
{
    (void)state;
    refused("timeout: 901s", "", "'timeout'");
    refused("timeout: 500ms", "", "'timeout'");
    refused("memory_size: 64", "", "'memory_size'");
    refused("memory_size: 10241", "", "'memory_size'");
    refused("runtime: cobol", "", "'cobol'");
    refused("async: {maximum_retry_attempts: 3}", "", "'maximum_retry_attempts'");
    refused("async: {maximum_event_age: 30s}", "", "'maximum_event_age'");
    refused("reuse: nearest", "", "'nearest'");
}

static void test_a_hundred_units_stay_unreserved(void **state)
{
    (void)state;
    refused("reserved_concurrent_executions: 901", "", "below its minimum value of 100; at most 900");
    refused("reserved_concurrent_executions: 10", "account: {lambda_concurrency: 50}\n", "at most 0");
    refused("provisioned_concurrency: 950", "", "below its minimum value of 100");
    wr_result *r = run("target: fn, at: [1s]", "reserved_concurrent_executions: 900", "");
    assert_true(sum(r, "completed") == 1);
    wr_result_destroy(r);
}

static void test_a_hundred_units_stay_unreserved_over_all_functions(void **state)
{
    (void)state;
    char text[LONGEST];
    fill(text, "duration: 1m\nresources:\n  a: {<<: *bare, reserved_concurrent_executions: 500}\n"
               "  b: {<<: *bare, reserved_concurrent_executions: 500}\n");
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test.yaml", text, strlen(text), NULL, 0, d);
    wr_result *r = NULL;
    wr_err err = {0};
    assert_non_null(s);
    assert_int_equal(wr_run(s, 1, 0, WR_KEEP_ALL, &r, &err), WR_E_LIMIT);
    assert_non_null(strstr(err.text, "UnreservedConcurrentExecution below its minimum value of 100"));
    wr_result_destroy(r);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
}

static void test_provisioned_stays_within_reserved_and_its_bounds(void **state)
{
    (void)state;
    refused("reserved_concurrent_executions: 10, provisioned_concurrency: 11", "", "more than its 'reserved_concurrent_executions' (10)");
    refused("reserved_concurrent_executions: 10, provisioned_concurrency: {concurrency: 5, min: 5, max: 20}", "", "is 20 in all");
    refused("reserved_concurrent_executions: 10, versions: {v1: {provisioned_concurrency: 6}, v2: {provisioned_concurrency: 6}}", "", "is 12 in all");
    refused("provisioned_concurrency: {concurrency: 5, min: 2}", "", "both 'min' and 'max'");
    refused("provisioned_concurrency: {concurrency: 5, min: 9, max: 6}", "", "less than 'min'");
    refused("provisioned_concurrency: {concurrency: 5, min: 6, max: 9}", "", "not within 'min' and 'max'");
    refused("provisioned_concurrency: {concurrency: 5, target_value: 95, min: 1, max: 9}", "", "'target_value'");
    refused("snap_start: true, provisioned_concurrency: 5", "", "does not go with");
}

static void test_aliases_name_versions_and_their_weights_sum_to_one(void **state)
{
    (void)state;
    refused("aliases: {live: v1}", "", "which is not among its 'versions'");
    refused("versions: {v1: {}, v2: {}}, aliases: {live: {v1: 90%, v2: 20%}}", "", "sum to 1.1, not to 1");
    refused("versions: {v1: {}, v2: {}, v3: {}}, aliases: {live: {v1: 40%, v2: 30%, v3: 30%}}", "", "allowed are 1 to 2");
    refused("versions: {live: {}}, aliases: {live: live}", "", "a version and an alias");
    refused("versions: {v1: {timeout: 901}}", "", "'timeout'");
    refused("versions: {v1: {reserved_concurrent_executions: 3}}", "", "unknown key");
}

static void test_texts_that_say_nothing_are_refused(void **state)
{
    (void)state;
    refused("scaling: {rps: fast}", "", "is no growth of requests");
    refused("scaling: {rps: 10000 per}", "", "is no growth of requests");
    refused("scaling: {model: tomorrow}", "", "'tomorrow'");
    refused("on_failure: nowhere", "", "there is no such resource");
    refused("failure_rate: 120%", "", "'failure_rate'");
}

static void test_a_destination_must_take_messages(void **state)
{
    (void)state;
    char text[LONGEST];
    fill(text, "duration: 1m\nresources:\n  fn: {<<: *bare, on_failure: web}\n  web: {type: alb, target: fn}\n");
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test.yaml", text, strlen(text), NULL, 0, d);
    wr_result *r = NULL;
    wr_err err = {0};
    assert_non_null(s);
    assert_int_equal(wr_run(s, 1, 0, WR_KEEP_ALL, &r, &err), WR_E_LIMIT);
    assert_non_null(strstr(err.text, "takes no messages"));
    wr_result_destroy(r);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
}

static void test_every_key_of_the_language_loads(void **state)
{
    (void)state;
    wr_result *r = run("target: fn, at: [1s]",
                       "memory_size: 512 MB, timeout: 30, runtime: nodejs22, package: image, architecture: arm64, duration: {lognormal: {mean: 35ms, "
                       "p99: 140ms}}, snap_start: false, failure_rate: {default: 0.5%}, crash_rate: 0, reserved_concurrent_executions: none, "
                       "provisioned_concurrency: {concurrency: 5, target_value: 70, min: 2, max: 9, ready: 90s}, "
                       "scaling: {model: current, burst: 1000, refill: 100/s, rps: 10000 per 10s}, idle_expiry: never, max_age: {uniform: {min: 2h, "
                       "max: 4h}}, reuse: random, initial_environments: 3, versions: {v1: {}, v2: {memory_size: 1024, steps: [{cpu: 1ms}]}}, "
                       "aliases: {live: {v1: 90%, v2: 10%}}, async: {maximum_retry_attempts: 2, maximum_event_age: 6h, delays: [60s, 120s], "
                       "throttle_backoff: {base: 1s, cap: 300s}}, on_failure: dead, on_success: other, dead_letter_target: dead, "
                       "events: [{sqs: jobs}, {schedule: 5m}], x-note: 1",
                       "  dead: {type: sqs}\n  jobs: {type: sqs}\n  other: {<<: *bare, scaling: {model: legacy_2023, initial_burst: 3000, per_minute: 500}}\n");
    assert_true(sum(r, "Invocations") >= 2); /* the request, and the schedule's */
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges_are_those_of_aws),
        cmocka_unit_test(test_a_hundred_units_stay_unreserved),
        cmocka_unit_test(test_a_hundred_units_stay_unreserved_over_all_functions),
        cmocka_unit_test(test_provisioned_stays_within_reserved_and_its_bounds),
        cmocka_unit_test(test_aliases_name_versions_and_their_weights_sum_to_one),
        cmocka_unit_test(test_texts_that_say_nothing_are_refused),
        cmocka_unit_test(test_a_destination_must_take_messages),
        cmocka_unit_test(test_every_key_of_the_language_loads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
