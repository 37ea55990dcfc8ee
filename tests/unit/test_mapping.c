/* test_mapping.c - queues and the clock as sources of a function's events: what is refused or warned of, how events are
 * gathered, what becomes of messages whose invocation fails, and how many pollers there are. Nothing here is random. */
#include "test_asg_run.h"

#define ALWAYS "latency: 0ms, placement_time: 0ms, init_duration: 0ms, first_invoke_extra: 0ms"

static wr_result *events(const char *at, const char *queue, const char *function, const char *source, const char *more)
{
    char yaml[2048];
    snprintf(yaml, sizeof yaml,
             "weir: 1\nduration: 20m\nnetwork: off\nsdk: {mode: none}\naccount: {lambda_concurrency: 10000}\n"
             "traffic: {producer: {request: [{send: {to: jobs, size: 1 KB}}], at: %s}}\nresources:\n"
             "  jobs: {type: sqs, latency: 0ms, %s}\n  dead: {type: sqs}\n"
             "  fn: {type: lambda, timeout: 15m, " ALWAYS ", %s, events: [{sqs: jobs, %s}]}\n%s\n",
             at, queue, function, source, more);
    return run(yaml);
}

#define ONE "pollers: {initial: 1, growth: 0/m, max: 1}"

static void told(const char *function, const char *source, const char *text, bool sound)
{
    char yaml[1024], out[4096] = "";
    snprintf(yaml, sizeof yaml,
             "weir: 1\nduration: 1m\nresources:\n  jobs: {type: sqs}\n  fn: {type: lambda, %s, events: [%s]}\n", function, source);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test", yaml, strlen(yaml), NULL, 0, d);
    FILE *f = tmpfile();
    assert_non_null(f);
    wr_diag_print(d, f);
    rewind(f);
    out[fread(out, 1, sizeof out - 1, f)] = 0;
    fclose(f);
    if ((s != NULL) != sound || !strstr(out, text))
        print_error("expected '%s' in: %s\n", text, out);
    assert_true((s != NULL) == sound);
    assert_non_null(strstr(out, text));
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
}

/* ---- refusals and warnings ----------------------------------------------------------------------------- */
static void test_contradictions_are_refused(void **state)
{
    (void)state;
    told("memory_size: 128", "{sqs: fn}", "does not answer receive", false);
    told("memory_size: 128", "{sqs: jobs, maximum_concurrency: 5, provisioned: {min: 2}}", "exclude each other", false);
    told("memory_size: 128", "{sqs: jobs, pollers: {initial: 9, max: 8}}", "'initial' 9 of 'pollers' is above their 'max' 8", false);
    told("memory_size: 128", "{sqs: jobs, provisioned: {min: 9, max: 8}}", "'min' 9 of 'provisioned' is above its 'max' 8", false);
    told("memory_size: 128", "{sqs: jobs, batch_size: 0}", "allowed: 1", false);
}

static void test_values_outside_of_what_aws_allows_are_warnings(void **state)
{
    (void)state;
    told("memory_size: 128", "{sqs: jobs, batch_size: 11}", "needs a 'maximum_batching_window' of at least 1 s", true);
    told("memory_size: 128", "{sqs: jobs, batch_size: 20000, maximum_batching_window: 1s}", "1 to 10000", true);
    told("memory_size: 128", "{sqs: jobs, maximum_batching_window: 301s}", "0 to 300 s", true);
    told("memory_size: 128", "{sqs: jobs, maximum_batching_window: 500ms}", "whole seconds", true);
    told("memory_size: 128", "{sqs: jobs, maximum_concurrency: 1}", "2 to 1000", true);
    told("reserved_concurrent_executions: 5", "{sqs: jobs, maximum_concurrency: 6}", "messages will be throttled", true);
}

/* ---- events -------------------------------------------------------------------------------------------- */
static void test_an_event_is_what_one_poll_brings(void **state)
{
    (void)state;
    wr_result *r = events("[{t: 1s, count: 21}]", "visibility_timeout: 5m", "duration: 1s", ONE,
                          "slo: [fn.Invocations, jobs.NumberOfMessagesDeleted, jobs.residence.max, jobs.messages.last]");
    assert_true(r->slo[0].value == 3); /* the first came alone, for whoever waits is told of the first */
    assert_true(r->slo[1].value == 21);
    assert_true(r->slo[2].value == 3);
    assert_true(r->slo[3].value == 0);
    wr_result_destroy(r);
}

static void test_a_window_closes_at_its_size_or_its_time(void **state)
{
    (void)state;
    const char *slo = "slo: [fn.Invocations, jobs.residence.min, jobs.residence.max]";
    wr_result *r = events("[10s, 12s, 15s, 30s]", "visibility_timeout: 5m", "duration: 0ms", "maximum_batching_window: 6s, " ONE, slo);
    assert_true(r->slo[0].value == 2);
    assert_true(r->slo[1].value == 1);
    assert_true(r->slo[2].value == 6);
    wr_result_destroy(r);
    r = events("[10s, 12s, 15s, 30s]", "visibility_timeout: 5m", "duration: 0ms", "batch_size: 2, maximum_batching_window: 6s, " ONE, slo);
    assert_true(r->slo[0].value == 3); /* 10 and 12 s; 15 s alone, until 21 s; the last at 36 s */
    wr_result_destroy(r);
}

static void test_a_large_event_gathers_many_polls(void **state)
{
    (void)state;
    wr_result *r = events("[{t: 1s, count: 250}]", "visibility_timeout: 5m", "duration: 0ms", "batch_size: 100, maximum_batching_window: 10s, " ONE,
                          "slo: [fn.Invocations, jobs.residence.max, jobs.NumberOfMessagesDeleted, fn.Invocations from 0s to 2s]");
    assert_true(r->slo[0].value == 3);
    assert_true(r->slo[3].value == 2);
    assert_true(r->slo[1].value == 10);
    assert_true(r->slo[2].value == 250);
    wr_result_destroy(r);
}

static void test_an_event_holds_six_megabytes(void **state)
{
    (void)state;
    char yaml[1024];
    snprintf(yaml, sizeof yaml,
             "weir: 1\nduration: 5m\nnetwork: off\n"
             "traffic: {producer: {request: [{send: {to: jobs, size: 1 MB}}], at: [{t: 1s, count: 14}]}}\nresources:\n"
             "  jobs: {type: sqs, latency: 0ms, visibility_timeout: 5m}\n"
             "  fn: {type: lambda, " ALWAYS ", events: [{sqs: jobs, maximum_batching_window: 20s, " ONE "}]}\n"
             "slo: [fn.Invocations from 0s to 2s, fn.Invocations, jobs.NumberOfMessagesDeleted from 0s to 2s]\n");
    wr_result *r = run(yaml);
    assert_true(r->slo[0].value == 2);
    assert_true(r->slo[2].value == 12);
    assert_true(r->slo[1].value == 3);
    wr_result_destroy(r);
}

/* ---- failures ------------------------------------------------------------------------------------------ */
static void test_a_failed_event_is_seen_again_after_the_visibility_timeout(void **state)
{
    (void)state;
    wr_result *r = events("[1s]", "visibility_timeout: 30s, redrive_policy: {dead_letter_target: dead, max_receive_count: 3}",
                          "duration: 1s, failure_rate: 100%", ONE,
                          "slo: [fn.Invocations, fn.Errors, jobs.NumberOfMessagesReceived, jobs.NumberOfMessagesDeleted, dead.messages.last, jobs.residence.max]");
    assert_true(r->slo[0].value == 3);
    assert_true(r->slo[1].value == 3);
    assert_true(r->slo[2].value == 3);
    assert_true(r->slo[3].value == 0);
    assert_true(r->slo[4].value == 1);
    assert_true(r->slo[5].value == 90);
    wr_result_destroy(r);
}

/* The trap: nothing ever fails, but nothing is ever tried either. */
static void test_throttled_events_spend_their_receives(void **state)
{
    (void)state;
    wr_result *r = events("[{t: 1s, count: 20}]", "visibility_timeout: 30s, redrive_policy: {dead_letter_target: dead, max_receive_count: 3}",
                          "duration: 60s, reserved_concurrent_executions: 1", "batch_size: 1",
                          "slo: [fn.Errors, fn.Throttles, dead.messages.last, jobs.NumberOfMessagesDeleted, fn.concurrency.max]");
    assert_true(r->slo[0].value == 0);
    assert_true(r->slo[1].value > 40);
    assert_true(r->slo[2].value >= 17);
    assert_true(r->slo[3].value <= 3);
    assert_true(r->slo[4].value == 1);
    wr_result_destroy(r);
}

static void test_maximum_concurrency_keeps_a_reserved_function_from_throttling(void **state)
{
    (void)state;
    wr_result *r = events("[{t: 1s, count: 100}]", "visibility_timeout: 15m", "duration: 10s, reserved_concurrent_executions: 4", "batch_size: 1, maximum_concurrency: 4",
                          "slo: [fn.Throttles, fn.concurrency.max, jobs.residence.max, jobs.NumberOfMessagesDeleted]");
    assert_true(r->slo[0].value == 0);
    assert_true(r->slo[1].value == 4);
    assert_true(r->slo[2].value == 250);
    assert_true(r->slo[3].value == 100);
    wr_result_destroy(r);
}

static void test_backing_off_is_there_for_those_who_ask(void **state)
{
    (void)state;
    const char *slo = "slo: [fn.Invocations from 0s to 16.5s]";
    wr_result *r = events("[{t: 1s, count: 100}]", "visibility_timeout: 15m", "duration: 0ms, failure_rate: 100%", "batch_size: 1, error_backoff: {base: 1s, cap: 8s}, " ONE, slo);
    assert_true(r->slo[0].value == 5); /* at 1, 2, 4, 8 and 16 s */
    wr_result_destroy(r);
    r = events("[{t: 1s, count: 100}]", "visibility_timeout: 15m", "duration: 0ms, failure_rate: 100%", "batch_size: 1, " ONE, slo);
    assert_true(r->slo[0].value == 100);
    wr_result_destroy(r);
}

static void test_named_failures_stay_and_the_others_go(void **state)
{
    (void)state;
    char yaml[2048];
    snprintf(yaml, sizeof yaml,
             "weir: 1\nduration: 100s\nnetwork: off\n"
             "traffic:\n  producer: {request: [{send: {to: jobs}}], at: [{t: 1s, count: 4, operation: good}, {t: 1s, count: 3, operation: bad}]}\nresources:\n"
             "  jobs: {type: sqs, latency: 0ms, visibility_timeout: 30s}\n"
             "  fn: {type: lambda, " ALWAYS ", duration: {good: 1s, bad: 2s}, failure_rate: {good: 0, bad: 100%%},\n"
             "    events: [{sqs: jobs, maximum_batching_window: 1s, per_item: true, report_batch_item_failures: %s, " ONE "}], timeout: 60s}\n"
             "slo: [jobs.NumberOfMessagesDeleted, jobs.messages.last, fn.Duration.max, fn.Errors]\n", "true");
    wr_result *r = run(yaml);
    assert_true(r->slo[0].value == 4);
    assert_true(r->slo[1].value == 3);
    assert_true(r->slo[2].value == 10); /* four of 1 s, three of 2 s */
    assert_true(r->slo[3].value == 0);
    wr_result_destroy(r);
}

static void test_without_names_one_failed_record_keeps_all(void **state)
{
    (void)state;
    wr_result *r = run(
        "weir: 1\nduration: 20s\nnetwork: off\n"
        "traffic:\n  producer: {request: [{send: {to: jobs}}], at: [{t: 1s, count: 4, operation: good}, {t: 1s, count: 1, operation: bad}]}\nresources:\n"
        "  jobs: {type: sqs, latency: 0ms, visibility_timeout: 30s}\n"
        "  fn: {type: lambda, " ALWAYS ", failure_rate: {good: 0, bad: 100%},\n"
        "    events: [{sqs: jobs, maximum_batching_window: 1s, per_item: true, " ONE "}]}\n"
        "slo: [jobs.NumberOfMessagesDeleted, jobs.messages.last, fn.Errors]\n");
    assert_true(r->slo[0].value == 0);
    assert_true(r->slo[1].value == 5);
    assert_true(r->slo[2].value == 1);
    wr_result_destroy(r);
}

/* ---- pollers ------------------------------------------------------------------------------------------- */
static void test_an_idle_mapping_costs_five_long_polls(void **state)
{
    (void)state;
    wr_result *r = events("[20m]", "visibility_timeout: 5m", "duration: 1s", "batch_size: 10", "slo: [jobs.NumberOfEmptyReceives, run.events]");
    assert_true(r->slo[0].value == 5 * 59);
    assert_true(r->slo[1].value < 5 * 60 * 8);
    wr_result_destroy(r);
}

static void test_pollers_fall_back_when_there_is_nothing_left(void **state)
{
    (void)state;
    wr_result *r = events("[{t: 1s, count: 2000}]", "visibility_timeout: 15m", "duration: 10s", "batch_size: 1",
                          "slo: [fn.concurrency.max, jobs.NumberOfEmptyReceives from 10m to 19m, jobs.messages.last]");
    assert_true(r->slo[0].value > 100);
    assert_true(r->slo[1].value == 5 * 3 * 9);
    assert_true(r->slo[2].value == 0);
    wr_result_destroy(r);
}

/* Documented: 300 more a minute while messages remain, and no further once the queue is kept empty. 250/s of 0.6 s
 * need 150 at work. */
static void test_growth_stops_once_the_queue_is_kept_empty(void **state)
{
    (void)state;
    wr_result *r = run(
        "weir: 1\nduration: 10m\nnetwork: off\naccount: {lambda_concurrency: 2000}\n"
        "traffic: {producer: {request: [{send: {to: jobs}}], rate: 250/s, arrivals: uniform}}\nresources:\n"
        "  jobs: {type: sqs, latency: 0ms}\n"
        "  fn: {type: lambda, " ALWAYS ", duration: 600ms, events: [{sqs: jobs, batch_size: 1}]}\n"
        "slo: [fn.cold_starts from 0s to 25s, fn.cold_starts from 25s to 55s, fn.concurrency.mean from 5m, jobs.queue_depth.max from 5m, fn.concurrency.max]\n");
    ASSERT_NEAR(r->slo[0].value, 5 + 5 * 25, 2);
    ASSERT_NEAR(r->slo[1].value, 5 * 30, 2);
    ASSERT_NEAR(r->slo[2].value, 150, 0.5);
    assert_true(r->slo[3].value == 0);
    assert_true(r->slo[4].value < 500);
    wr_result_destroy(r);
}

static void test_a_fifo_queue_bounds_the_concurrency_by_its_groups(void **state)
{
    (void)state;
    wr_result *r = run(
        "weir: 1\nduration: 10m\nnetwork: off\n"
        "traffic: {producer: {request: [{send: {to: jobs, group: {sequence: [1, 2, 3]}}}], rate: 10/s, arrivals: uniform, end: 30s}}\nresources:\n"
        "  jobs: {type: sqs, fifo_queue: true, latency: 0ms, visibility_timeout: 5m}\n"
        "  fn: {type: lambda, " ALWAYS ", duration: 1s, timeout: 30s, events: [{sqs: jobs, batch_size: 1}]}\n"
        "slo: [fn.concurrency.max, jobs.messages.last, jobs.NumberOfMessagesDeleted]\n");
    assert_true(r->slo[0].value == 3);
    assert_true(r->slo[1].value == 0);
    assert_true(r->slo[2].value == 299);
    wr_result_destroy(r);
}

static void test_provisioned_pollers_have_ten_batches_and_ten_polls_a_second(void **state)
{
    (void)state;
    wr_result *r = events("[{t: 1s, count: 1000}]", "visibility_timeout: 15m", "duration: 5s", "batch_size: 1, provisioned: {min: 3, max: 3}",
                          "slo: [fn.concurrency.max, jobs.NumberOfMessagesDeleted]");
    assert_true(r->slo[0].value == 30);
    assert_true(r->slo[1].value == 1000);
    wr_result_destroy(r);
    r = events("[{t: 10s, count: 6000}]", "visibility_timeout: 15m", "duration: 1ms", "batch_size: 10, provisioned: {min: 2, max: 2}",
               "slo: [jobs.NumberOfMessagesDeleted from 15s to 35s]");
    ASSERT_NEAR(r->slo[0].value, 20 * 20 * 10, 20); /* 20 polls of 10 a second */
    wr_result_destroy(r);
}

/* ---- the clock ----------------------------------------------------------------------------------------- */
static void test_a_schedule_invokes_at_a_fixed_rate(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 1h\nnetwork: off\nresources:\n"
                       "  fn: {type: lambda, " ALWAYS ", duration: 1s, events: [{schedule: 5m}, {schedule: 1m}]}\n"
                       "slo: [fn.Invocations, fn.Invocations from 0s to 60s]\n");
    assert_true(r->slo[0].value == 11 + 59);
    assert_true(r->slo[1].value == 0);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contradictions_are_refused),
        cmocka_unit_test(test_values_outside_of_what_aws_allows_are_warnings),
        cmocka_unit_test(test_an_event_is_what_one_poll_brings),
        cmocka_unit_test(test_a_window_closes_at_its_size_or_its_time),
        cmocka_unit_test(test_a_large_event_gathers_many_polls),
        cmocka_unit_test(test_an_event_holds_six_megabytes),
        cmocka_unit_test(test_a_failed_event_is_seen_again_after_the_visibility_timeout),
        cmocka_unit_test(test_throttled_events_spend_their_receives),
        cmocka_unit_test(test_maximum_concurrency_keeps_a_reserved_function_from_throttling),
        cmocka_unit_test(test_backing_off_is_there_for_those_who_ask),
        cmocka_unit_test(test_named_failures_stay_and_the_others_go),
        cmocka_unit_test(test_without_names_one_failed_record_keeps_all),
        cmocka_unit_test(test_an_idle_mapping_costs_five_long_polls),
        cmocka_unit_test(test_pollers_fall_back_when_there_is_nothing_left),
        cmocka_unit_test(test_growth_stops_once_the_queue_is_kept_empty),
        cmocka_unit_test(test_a_fifo_queue_bounds_the_concurrency_by_its_groups),
        cmocka_unit_test(test_provisioned_pollers_have_ten_batches_and_ten_polls_a_second),
        cmocka_unit_test(test_a_schedule_invokes_at_a_fixed_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
