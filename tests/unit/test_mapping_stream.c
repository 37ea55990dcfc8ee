/* test_mapping_stream.c - streams as sources of a function's events: order, what blocks a shard, and what is given up.
 * Records fail by the operation that wrote them, so nothing here is random. */
#include "test_asg_run.h"

#define WARM "latency: 0ms, placement_time: 0ms, init_duration: 0ms, first_invoke_extra: 0ms"

/* `at`: the records; operation `bad` fails, whatever is in a batch with it. */
static wr_result *stream(const char *at, const char *function, const char *source, const char *slo)
{
    char yaml[2048];
    snprintf(yaml, sizeof yaml,
             "weir: 1\nduration: 20m\nnetwork: off\nsdk: {mode: none}\n"
             "traffic: {producer: {request: [{publish: {to: log, size: 100 B}}], at: %s}}\nresources:\n"
             "  log: {type: kinesis, shard_count: 1, latency: 0ms}\n  dead: {type: sqs}\n"
             "  fn: {type: lambda, timeout: 15m, " WARM ", failure_rate: {good: 0, bad: 100%%}, %s,\n"
             "    events: [{kinesis: log, per_item: true, %s}]}\n%s\n", at, function, source, slo);
    return run(yaml);
}

#define EIGHT "[{t: 1.5s, count: 3, operation: good}, {t: 1.5s, count: 1, operation: bad}, {t: 1.5s, count: 4, operation: good}]"

static void test_only_streams_are_read(void **state)
{
    (void)state;
    refused("weir: 1\nduration: 1m\nresources:\n  jobs: {type: sqs}\n  fn: {type: lambda, events: [{kinesis: jobs}]}\n",
            "does not answer reading of records");
    refused("weir: 1\nduration: 1m\nresources:\n  log: {type: kinesis}\n"
            "  fn: {type: lambda, events: [{kinesis: log, maximum_concurrency: 2}]}\n", "maximum_concurrency");
}

static void test_a_shard_is_polled_every_second_and_read_in_batches(void **state)
{
    (void)state;
    wr_result *r = stream("[{t: 1.5s, count: 250}]", "duration: 0ms", "maximum_retry_attempts: 0",
                          "slo: [fn.Invocations, fn.IteratorAge.min, fn.IteratorAge.max, log.queue_depth.last]");
    assert_true(r->slo[0].value == 3);
    ASSERT_NEAR(r->slo[1].value, 0.5, 1e-6);
    assert_true(r->slo[2].value <= 1.5);
    assert_true(r->slo[3].value == 0);
    wr_result_destroy(r);
}

static void test_a_window_gathers_records(void **state)
{
    (void)state;
    wr_result *r = stream("[1.5s, 2.5s, 3.5s, 10.5s]", "duration: 0ms", "maximum_batching_window: 5s",
                          "slo: [fn.Invocations, fn.IteratorAge.min, fn.IteratorAge.max]");
    assert_true(r->slo[0].value == 2); /* the first is found at 2 s: until 7 s; the last at 11 s: until 16 s */
    ASSERT_NEAR(r->slo[1].value, 3.5, 1e-6);
    ASSERT_NEAR(r->slo[2].value, 5.5, 1e-6);
    wr_result_destroy(r);
}

static void test_a_shard_has_one_batch_in_work_for_each_of_its_parts(void **state)
{
    (void)state;
    const char *yaml = "weir: 1\nduration: 5m\nnetwork: off\n"
                       "traffic: {producer: {request: [{publish: {to: log, size: 100 B, key: {uniform: {n: 1000}}}}], rate: 100/s, arrivals: uniform, end: 60s}}\nresources:\n"
                       "  log: {type: kinesis, shard_count: %d, latency: 0ms}\n"
                       "  fn: {type: lambda, " WARM ", duration: 1s, timeout: 9s, events: [{kinesis: log, batch_size: 10, parallelization_factor: %d}]}\n"
                       "slo: [fn.concurrency.max, log.queue_depth.last, fn.concurrency.mean from 5s to 60s]\n";
    char text[1024];
    snprintf(text, sizeof text, yaml, 3, 1);
    wr_result *r = run(text);
    assert_true(r->slo[0].value == 3);
    assert_true(r->slo[2].value > 2.8);
    wr_result_destroy(r);
    snprintf(text, sizeof text, yaml, 3, 4);
    r = run(text);
    assert_true(r->slo[0].value == 12);
    assert_true(r->slo[1].value == 0);
    wr_result_destroy(r);
}

static void test_a_record_that_fails_blocks_its_shard(void **state)
{
    (void)state;
    wr_result *r = stream("[{t: 1.5s, operation: bad}, {t: 2.5s, count: 500, operation: good}]", "duration: 0ms", "batch_size: 100",
                          "slo: [fn.Errors, fn.Invocations, fn.IteratorAge.max]");
    assert_true(r->slo[0].value == r->slo[1].value);
    assert_true(r->slo[1].value > 100); /* every ten seconds in the end */
    assert_true(r->slo[2].value > 1180);
    wr_result_destroy(r);
}

static void test_retries_end_and_somebody_is_told(void **state)
{
    (void)state;
    wr_result *r = stream("[{t: 1.5s, operation: bad}, {t: 2.5s, count: 5, operation: good}]", "duration: 0ms", "maximum_retry_attempts: 2, on_failure: dead",
                          "slo: [fn.Errors, fn.Invocations, dead.messages.last]");
    assert_true(r->slo[0].value == 3);
    assert_true(r->slo[1].value == 4);
    assert_true(r->slo[2].value == 1);
    wr_result_destroy(r);
}

static void test_records_that_are_too_old_are_given_up(void **state)
{
    (void)state;
    wr_result *r = stream("[{t: 1.5s, operation: bad}, {t: 2.5s, count: 5, operation: good}]", "duration: 0ms", "maximum_record_age: 60s, on_failure: dead",
                          "slo: [dead.messages.last, fn.Invocations from 0s to 60s, fn.Invocations from 80s, fn.IteratorAge.max]");
    assert_true(r->slo[0].value == 2); /* the bad one, and those that have grown old behind it */
    assert_true(r->slo[1].value > 5);
    assert_true(r->slo[2].value == 0);
    assert_true(r->slo[3].value <= 60);
    wr_result_destroy(r);
}

static void test_halving_finds_the_record(void **state)
{
    (void)state;
    wr_result *r = stream(EIGHT, "duration: 0ms", "maximum_retry_attempts: 0, bisect_batch_on_function_error: true, on_failure: dead",
                          "slo: [fn.Invocations, fn.Errors, dead.messages.last]");
    assert_true(r->slo[0].value == 7); /* 8, 4, 2 and 2, 1 and 1, 4 */
    assert_true(r->slo[1].value == 4);
    assert_true(r->slo[2].value == 1);
    wr_result_destroy(r);
}

static void test_reported_failures_keep_what_came_before(void **state)
{
    (void)state;
    wr_result *r = stream(EIGHT, "duration: 1s", "maximum_retry_attempts: 1, report_batch_item_failures: true, on_failure: dead",
                          "slo: [fn.Invocations, fn.Errors, dead.messages.last, fn.Duration.max, fn.Duration.min]");
    assert_true(r->slo[0].value == 2); /* all; then from the bad one on */
    assert_true(r->slo[1].value == 0);
    assert_true(r->slo[2].value == 1);
    assert_true(r->slo[3].value == 8);
    assert_true(r->slo[4].value == 5);
    wr_result_destroy(r);
}

static void test_being_throttled_uses_no_retry(void **state)
{
    (void)state;
    wr_result *r = stream("[{t: 1.5s, count: 5, operation: good}]", "duration: 0ms, reserved_concurrent_executions: 0", "maximum_retry_attempts: 0, on_failure: dead",
                          "slo: [fn.Invocations, fn.Throttles, dead.messages.last]");
    assert_true(r->slo[0].value == 0);
    assert_true(r->slo[1].value > 100);
    assert_true(r->slo[2].value == 0);
    wr_result_destroy(r);
}

static void test_a_backlog_is_read_as_fast_as_it_is_worked_off(void **state)
{
    (void)state;
    wr_result *r = run(
        "weir: 1\nduration: 100s\nnetwork: off\n"
        "traffic: {producer: {request: [{publish: {to: log, size: 100 B}}], rate: 900/s, arrivals: uniform, end: 50s}}\nresources:\n"
        "  log: {type: kinesis, shard_count: 1, latency: 0ms}\n"
        "  fn: {type: lambda, " WARM ", duration: 10ms, events: [{kinesis: log}]}\n"
        "slo: [log.queue_depth.max from 20s, fn.IteratorAge.max from 20s, log.queue_depth.last]\n");
    assert_true(r->slo[0].value <= 2000);
    assert_true(r->slo[1].value <= 2.5);
    assert_true(r->slo[2].value == 0);
    wr_result_destroy(r);
}

static void test_changes_of_a_table_are_read_like_any_stream(void **state)
{
    (void)state;
    wr_result *r = run(
        "weir: 1\nduration: 100s\nnetwork: off\n"
        "traffic: {producer: {request: [{put: {to: orders, key: {uniform: {n: 1000}}}}], rate: 10/s, arrivals: uniform, end: 50s}}\nresources:\n"
        "  orders: {type: dynamodb, stream: true, provisioned_throughput: {read_capacity_units: 10, write_capacity_units: 100}}\n"
        "  fn: {type: lambda, " WARM ", duration: 10ms, events: [{dynamodb_stream: orders, batch_size: 1}]}\n"
        "slo: [fn.Invocations, fn.IteratorAge.max]\n");
    assert_true(r->slo[0].value == 499);
    assert_true(r->slo[1].value <= 0.5); /* polled four times a second */
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_streams_are_read),
        cmocka_unit_test(test_a_shard_is_polled_every_second_and_read_in_batches),
        cmocka_unit_test(test_a_window_gathers_records),
        cmocka_unit_test(test_a_shard_has_one_batch_in_work_for_each_of_its_parts),
        cmocka_unit_test(test_a_record_that_fails_blocks_its_shard),
        cmocka_unit_test(test_retries_end_and_somebody_is_told),
        cmocka_unit_test(test_records_that_are_too_old_are_given_up),
        cmocka_unit_test(test_halving_finds_the_record),
        cmocka_unit_test(test_reported_failures_keep_what_came_before),
        cmocka_unit_test(test_being_throttled_uses_no_retry),
        cmocka_unit_test(test_a_backlog_is_read_as_fast_as_it_is_worked_off),
        cmocka_unit_test(test_changes_of_a_table_are_read_like_any_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
