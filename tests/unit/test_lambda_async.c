/* test_lambda_async.c - asynchronous events: the two ladders of retries, ages, and where events end. Nothing is random. */
#include "test_lambda.h"

#define EVENTS "request: {invoke: {to: fn, mode: async}}, "
#define DEAD "  dead: {type: sqs, latency: 0ms}\n"

/* For a day, since ladders are long. */
static wr_result *day(const char *traffic, const char *fn, const char *more)
{
    char text[LONGEST];
    fill(text, "duration: 24h\ntraffic: {callers: {%s}}\nresources:\n  fn: {<<: *bare, %s}\n%s", traffic, fn, more);
    return run_text(text);
}

static void test_the_caller_is_answered_when_the_event_is_queued(void **state)
{
    (void)state;
    wr_result *r = run(EVENTS "at: [{t: 1s, count: 3}]", "duration: 2s", "");
    near(of(r, "callers", "", "latency", "max"), 0, 1e-9);
    assert_true(sum(r, "AsyncEventsReceived") == 3 && sum(r, "Invocations") == 3 && sum(r, "completed") == 3);
    near(stat(r, "Duration", "mean"), 2, 1e-9);
    near(stat(r, "concurrency", "max"), 3, 0);
    near(stat(r, "AsyncEventAge", "max"), 0, 1e-9);
    wr_result_destroy(r);
}

static void test_a_failing_event_is_tried_three_times_at_0_60_and_180_s(void **state)
{
    (void)state;
    wr_result *r = run(EVENTS "at: [1s]", "duration: 1s, failure_rate: 100%, on_failure: dead", DEAD);
    assert_true(sum(r, "Invocations") == 3 && sum(r, "Errors") == 3 && sum(r, "AsyncEventsDropped") == 1);
    near(stat(r, "AsyncEventAge", "max"), 1 + 60 + 1 + 120, 1e-9);
    near(stat(r, "AsyncEventAge", "sum"), 61 + 182, 1e-9);
    assert_true(of(r, "dead", "", "NumberOfMessagesSent", "sum") == 1 && sum(r, "DestinationDeliveryFailures") == 0);
    wr_result_destroy(r);
    r = run(EVENTS "at: [1s]", "duration: 1s, failure_rate: 100%, async: {maximum_retry_attempts: 0}", "");
    assert_true(sum(r, "Invocations") == 1 && sum(r, "AsyncEventsDropped") == 1);
    wr_result_destroy(r);
}

static void test_a_timeout_is_retried_like_an_error(void **state)
{
    (void)state;
    wr_result *r = run(EVENTS "at: [1s]", "duration: 5s, async: {delays: [10s, 20s]}", "");
    assert_true(sum(r, "Invocations") == 3 && sum(r, "Errors") == 3 && sum(r, "environment_resets") == 3);
    wr_result_destroy(r);
}

/* Waits of 1, 2, 4 ... 256 s end after 511 s; then 70 of 300 s fit into six hours: 1 + 9 + 70 tries, of which 79 are
 * repetitions. All are refused and none is an invocation. */
static void test_a_refused_event_is_repeated_79_times_in_six_hours(void **state)
{
    (void)state;
    wr_result *r = day(EVENTS "at: [10s]", "duration: 1s, scaling: {burst: 0, refill: 0/s}, dead_letter_target: dead", DEAD);
    assert_true(sum(r, "Throttles") == 80 && sum(r, "Invocations") == 0 && sum(r, "AsyncEventsDropped") == 1);
    near(stat(r, "async_waiting", "sum"), 6 * 3600, 1e-6);
    assert_true(of(r, "dead", "", "NumberOfMessagesSent", "sum") == 1);
    wr_result_destroy(r);
}

static void test_refusals_do_not_count_as_attempts(void **state)
{
    (void)state;
    /* One unit, held by a first event for 100 s: the second is refused at 0, 1, 3, 7, 15, 31 and 63 s and runs at 127 s. */
    wr_result *r = run(EVENTS "at: [{t: 0s, count: 2}]", "duration: 100s, timeout: 200s, reserved_concurrent_executions: 1", "");
    assert_true(sum(r, "Throttles") == 7 && sum(r, "Invocations") == 2 && sum(r, "AsyncEventsDropped") == 0);
    near(stat(r, "AsyncEventAge", "max"), 127, 1e-9);
    wr_result_destroy(r);
}

static void test_without_any_concurrency_events_end_at_once(void **state)
{
    (void)state;
    wr_result *r = run(EVENTS "at: [1s]", "reserved_concurrent_executions: 0, dead_letter_target: dead, on_failure: dead", DEAD);
    assert_true(sum(r, "Throttles") == 1 && sum(r, "AsyncEventsDropped") == 1 && sum(r, "completed") == 1);
    assert_true(of(r, "dead", "", "NumberOfMessagesSent", "sum") == 2);
    wr_result_destroy(r);
}

static void test_old_events_are_given_up_when_they_become_too_old(void **state)
{
    (void)state;
    wr_result *r = run(EVENTS "at: [0s]", "duration: 1s, scaling: {burst: 0, refill: 0/s}, async: {maximum_event_age: 60s}", "");
    assert_true(sum(r, "Throttles") == 6 && sum(r, "AsyncEventsDropped") == 1); /* at 0, 1, 3, 7, 15, 31 s */
    near(stat(r, "async_waiting", "sum"), 60, 1e-6);
    wr_result_destroy(r);
}

static void test_success_goes_to_its_destination_of_asynchronous_events_only(void **state)
{
    (void)state;
    wr_result *r = run(EVENTS "at: [{t: 1s, count: 4}]", "on_success: next", "  next: {<<: *bare}\n");
    assert_true(of(r, "next", "", "AsyncEventsReceived", "sum") == 4 && of(r, "next", "", "Invocations", "sum") == 4);
    wr_result_destroy(r);
    r = run("target: fn, at: [{t: 1s, count: 4}]", "on_success: next", "  next: {<<: *bare}\n");
    assert_true(of(r, "next", "", "Invocations", "sum") == 0);
    wr_result_destroy(r);
}

static void test_destinations_that_fail_are_counted(void **state)
{
    (void)state;
    wr_result *r = run(EVENTS "at: [1s]", "failure_rate: 100%, async: {maximum_retry_attempts: 0}, on_failure: dead, dead_letter_target: dead",
                       DEAD "faults: [{error_rate: dead, share: 100%, at: 0s}]\n");
    assert_true(sum(r, "DestinationDeliveryFailures") == 1 && sum(r, "DeadLetterErrors") == 1);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_caller_is_answered_when_the_event_is_queued),
        cmocka_unit_test(test_a_failing_event_is_tried_three_times_at_0_60_and_180_s),
        cmocka_unit_test(test_a_timeout_is_retried_like_an_error),
        cmocka_unit_test(test_a_refused_event_is_repeated_79_times_in_six_hours),
        cmocka_unit_test(test_refusals_do_not_count_as_attempts),
        cmocka_unit_test(test_without_any_concurrency_events_end_at_once),
        cmocka_unit_test(test_old_events_are_given_up_when_they_become_too_old),
        cmocka_unit_test(test_success_goes_to_its_destination_of_asynchronous_events_only),
        cmocka_unit_test(test_destinations_that_fail_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
