/* test_sqs.c - queues as scenarios see them: what is refused at load, batches, bills, workers, faults. Arrivals are
 * scripted or evenly spaced, so numbers are exact where no tolerance is given. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <weir.h>

enum { LONGEST = 4096 };

/* The scenario is refused (or, with `warns`, warned of), and says so. */
static void says(const char *resources, const char *what, bool warns)
{
    char yaml[LONGEST];
    snprintf(yaml, sizeof yaml, "weir: 1\nduration: 10s\nresources: {%s}\n", resources);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test.yaml", yaml, strlen(yaml), NULL, 0, d);
    const wr_diag_row *row;
    size_t n = wr_diag_rows(d, &row);
    bool found = false;
    for (size_t i = 0; i < n; i++)
        found = found || strstr(row[i].text, what);
    if (!found)
        wr_diag_print(d, stderr);
    assert_true((s != NULL) == warns);
    assert_true(found);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
}

static void refused(const char *keys, const char *what)
{
    char resources[LONGEST];
    snprintf(resources, sizeof resources, "q: {type: sqs, %s}", keys);
    says(resources, what, false);
}

__attribute__((format(printf, 1, 2))) static wr_result *run(const char *fmt, ...)
{
    char yaml[LONGEST] = "weir: 1\nnetwork: off\nsdk: {mode: none}\n";
    size_t head = strlen(yaml);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(yaml + head, sizeof yaml - head, fmt, ap);
    va_end(ap);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test.yaml", yaml, strlen(yaml), NULL, 0, d);
    wr_result *r = NULL;
    wr_err err = {0};
    if (!s)
        wr_diag_print(d, stderr);
    assert_non_null(s);
    if (wr_run(s, 1, 0, WR_KEEP_ALL, &r, &err))
        fail_msg("%s", err.text);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
    return r;
}

static double stat(const wr_result *r, const char *metric, const char *which)
{
    const wr_measure *m = wr_result_find(r, "q", "", metric);
    if (!m)
        fail_msg("no metric '%s'", metric);
    return wr_measure_stat(m, which);
}

static double sum(const wr_result *r, const char *metric)
{
    return stat(r, metric, "sum");
}

static void expect(const wr_result *r, const char *metric, const char *which, double value, double within)
{
    double x = stat(r, metric, which);
    if (!(fabs(x - value) <= within))
        fail_msg("%s.%s is %.9g, should be %.9g", metric, which, x, value);
}

static double billed(const wr_result *r)
{
    double all = 0;
    for (size_t i = 0; i < r->costs; i++)
        if (!strcmp(r->cost[i].owner, "q"))
            all += r->cost[i].quantity;
    return all;
}

static double cause(const wr_result *r, const char *name)
{
    for (size_t i = 0; i < r->causes; i++)
        if (!strcmp(r->cause[i].owner, "q") && !strcmp(r->cause[i].cause, name))
            return r->cause[i].count;
    return 0;
}

/* ---- what it refuses --------------------------------------------------------------------------------- */
static void test_ranges_of_aws_are_errors(void **state)
{
    (void)state;
    refused("visibility_timeout: 13h", "visibility_timeout");
    refused("message_retention_period: 59s", "message_retention_period");
    refused("message_retention_period: 15d", "message_retention_period");
    refused("delay_seconds: 901", "delay_seconds");
    refused("receive_message_wait_time: 21s", "receive_message_wait_time");
    refused("maximum_message_size: 2 MB", "maximum_message_size");
    refused("consumers: {service_time: 1s, max_messages: 11}", "max_messages");
    refused("consumers: {workers: 3}", "service_time");
}

static void test_dead_letter_queues_are_other_queues_of_the_same_type(void **state)
{
    (void)state;
    refused("redrive_policy: {dead_letter_target: q}", "its own dead-letter queue");
    refused("redrive_policy: {dead_letter_target: nobody}", "nobody");
    says("q: {type: sqs, redrive_policy: {dead_letter_target: s}}, s: {type: service, service_time: 1s}", "'s'", false);
    says("q: {type: sqs, redrive_policy: {dead_letter_target: d}}, d: {type: sqs, fifo_queue: true}",
         "the dead-letter queue of sqs 'q' must be a standard queue, too", false);
    says("q: {type: sqs, fifo_queue: true, redrive_policy: {dead_letter_target: d}}, d: {type: sqs}",
         "must be a FIFO queue, too", false);
    says("q: {type: sqs, redrive_policy: {dead_letter_target: d, max_receive_count: 0}}, d: {type: sqs}",
         "max_receive_count", false);
    refused("redrive: {at: 10s}", "needs a 'redrive_policy'");
    says("q: {type: sqs, redrive_policy: {dead_letter_target: d}}, d: {type: sqs, message_retention_period: 1d}",
         "may expire in its dead-letter queue at once", true);
}

static void test_keys_of_the_other_kind_of_queue_are_refused(void **state)
{
    (void)state;
    refused("content_based_deduplication: true", "has no meaning without 'fifo_queue: true'");
    refused("fifo_throughput_limit: perMessageGroupId", "has no meaning without 'fifo_queue: true'");
    refused("deduplication_scope: messageGroup", "has no meaning without 'fifo_queue: true'");
    refused("fifo_queue: true, fair: true", "'fair' of sqs 'q' has no meaning with");
    refused("fifo_queue: true, duplicate_rate: 1%", "'duplicate_rate' of sqs 'q' has no meaning with");
    refused("fifo_queue: true, fifo_throughput_limit: perMessageGroupId", "needs 'deduplication_scope: messageGroup'");
}

static void test_shards_are_some_of_a_number(void **state)
{
    (void)state;
    refused("short_poll_shards: 3", "is not a number of servers");
    refused("short_poll_shards: 11 of 10", "is not a number of servers");
    refused("short_poll_shards: 0 of 10", "is not a number of servers");
    refused("short_poll_shards: 3 of 65", "is not a number of servers");
    refused("short_poll_shards: 3 of ten", "is not a number of servers");
}

static void test_work_longer_than_the_timeout_is_warned_of(void **state)
{
    (void)state;
    says("q: {type: sqs, visibility_timeout: 5s, consumers: {service_time: 6s}}", "longer than 'visibility_timeout'", true);
    says("q: {type: sqs, visibility_timeout: 5s, consumers: {service_time: 6s, visibility_heartbeat: 5s}}",
         "is not shorter than 'visibility_timeout'", true);
}

/* ---- sending ----------------------------------------------------------------------------------------- */
#define ONE "duration: 10s\ntraffic: {p: {at: [1s], request: [{send: {to: q%s}}]}}\nresources: {q: {type: sqs%s}}\n"
static const struct {
    const char *step, *queue;
    double sent, requests;
    const char *cause;
} sends[] = {
    {"", "", 1, 1, NULL},
    {", size: 64 KB", "", 1, 1, NULL},
    {", size: 65 KB", "", 1, 2, NULL},
    {", size: 1 MB", "", 1, 16, NULL},
    {", size: 1025 KB", "", 0, 0, "SQS.InvalidParameterValue"},
    {", size: 3 KB", ", maximum_message_size: 2 KB", 0, 0, "SQS.InvalidParameterValue"},
    {", messages: 10", "", 10, 1, NULL},
    {", messages: 10, size: 20 KB", "", 10, 4, NULL}, /* 200 KB */
    {", messages: 10, size: 120 KB", "", 0, 0, "SQS.BatchRequestTooLong"},
    {", messages: 11", "", 0, 0, "SQS.TooManyEntriesInBatchRequest"},
    {", messages: 0", "", 0, 0, "SQS.TooManyEntriesInBatchRequest"},
    {", delay: 5s", ", fifo_queue: true", 0, 0, "SQS.InvalidParameterValue"},
    {", delay: 20m", "", 0, 0, "SQS.InvalidParameterValue"},
    {"", ", fifo_queue: true, delay_seconds: 5s", 1, 1, NULL},
};

static void test_sends_cost_by_64_kb_and_are_refused_by_awss_limits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sends / sizeof *sends; i++) {
        wr_result *r = run(ONE, sends[i].step, sends[i].queue);
        if (sum(r, "NumberOfMessagesSent") != sends[i].sent || fabs(billed(r) * 1e6 - sends[i].requests) > 1e-6)
            fail_msg("%s: %g sent, %g requests", sends[i].step, sum(r, "NumberOfMessagesSent"), billed(r) * 1e6);
        if (sends[i].cause && cause(r, sends[i].cause) != 1)
            fail_msg("%s: no %s", sends[i].step, sends[i].cause);
        wr_result_destroy(r);
    }
}

static void test_a_send_is_answered_after_its_latency(void **state)
{
    (void)state;
    wr_result *r = run(ONE, "", ", latency: {send: 7ms}");
    expect(r, "latency", "mean", 0.007, 1e-9);
    wr_result_destroy(r);
    r = run(ONE, "", ", latency: {exponential: 10ms}");
    assert_true(stat(r, "latency", "mean") > 0);
    wr_result_destroy(r);
}

static void test_ids_follow_the_law_of_the_step(void **state)
{
    (void)state;
    wr_result *r = run("duration: 60s\ntraffic: {p: {rate: 10/s, arrivals: uniform, request: [{send: {to: q, group: 1, "
                       "dedup: {uniform: {n: 50}}}}]}}\nresources: {q: {type: sqs, fifo_queue: true}}\n");
    expect(r, "NumberOfMessagesSent", "sum", 50, 0.5);
    assert_true(sum(r, "deduplicated") + sum(r, "NumberOfMessagesSent") == sum(r, "completed"));
    wr_result_destroy(r);
}

/* Answers take longer than the sender waits: it sends each message four times. */
static void test_a_retried_send_is_one_message_on_a_fifo_queue(void **state)
{
    (void)state;
    static const char fmt[] = "duration: 100s\ntraffic: {p: {rate: 1/s, arrivals: uniform, request: [{send: {to: q, timeout: 10ms, "
                              "retry: {mode: immediate, attempts: 4}}}]}}\nresources: {q: {type: sqs, latency: 50ms%s}}\n";
    wr_result *r = run(fmt, ", fifo_queue: true"), *s = run(fmt, "");
    assert_true(sum(r, "NumberOfMessagesSent") * 3 == sum(r, "deduplicated"));
    assert_true(sum(s, "NumberOfMessagesSent") == sum(r, "NumberOfMessagesSent") * 4);
    wr_result_destroy(r);
    wr_result_destroy(s);
}

static void test_idle_long_polls_cost_less_than_short_ones(void **state)
{
    (void)state;
    static const char fmt[] = "duration: 1000s\nresources: {q: {type: sqs, latency: 100ms, consumers: {service_time: 1s, "
                              "wait_time: %s}}}\n";
    wr_result *r = run(fmt, "20s"), *s = run(fmt, "0s");
    expect(r, "NumberOfEmptyReceives", "sum", 49, 0); /* each 20.1 s */
    expect(s, "NumberOfEmptyReceives", "sum", 10000, 1);
    assert_true(fabs(billed(r) * 1e6 - 49) < 1e-6 && fabs(billed(s) * 1e6 - 10000) < 2);
    wr_result_destroy(r);
    wr_result_destroy(s);
}

/* ---- workers ----------------------------------------------------------------------------------------- */
#define BACKLOG(KEYS, WORK) "duration: 1000s\nresources: {q: {type: sqs, latency: 0ms, " KEYS ", consumers: {" WORK "}}}\n"

/* 60 s of work under 30 s of visibility, two workers: the message is seen again each 30 s, by the worker who has just
 * found its receipt stale. It is never done: 34 receives in 1,000 s. */
static void test_work_longer_than_the_visibility_timeout_is_done_again_and_again(void **state)
{
    (void)state;
    wr_result *r = run(BACKLOG("initial_messages: 1", "workers: 2, service_time: 60s"));
    expect(r, "NumberOfMessagesReceived", "sum", 34, 0);
    expect(r, "duplicates", "sum", 33, 0);
    expect(r, "messages", "last", 1, 0);
    wr_result_destroy(r);
    r = run(BACKLOG("initial_messages: 1", "workers: 1, service_time: 60s"));
    expect(r, "NumberOfMessagesReceived", "sum", 1, 0); /* nobody else asks: the late receipt is still good */
    expect(r, "messages", "last", 0, 0);
    wr_result_destroy(r);
}

static void test_a_heartbeat_keeps_the_message(void **state)
{
    (void)state;
    wr_result *r = run(BACKLOG("initial_messages: 1", "workers: 2, service_time: 60s, visibility_heartbeat: 20s"));
    expect(r, "NumberOfMessagesReceived", "sum", 1, 0);
    expect(r, "duplicates", "sum", 0, 0);
    expect(r, "residence", "mean", 60, 1e-6);
    wr_result_destroy(r);
}

static void test_one_group_is_worked_on_by_one_worker_at_a_time(void **state)
{
    (void)state;
    static const char fmt[] = "duration: 1000s\ntraffic: {p: {at: [{t: 0s, count: 100}], request: [{send: {to: q%s}}]}}\n"
                              "resources: {q: {type: sqs, fifo_queue: true, latency: 0ms, consumers: {workers: 10, "
                              "service_time: 1s}}}\nstop_when: q.NumberOfMessagesDeleted.sum >= 100\n";
    wr_result *one = run(fmt, ", group: 1"), *many = run(fmt, ""); /* each request is a group */
    assert_true(fabs(one->end_s - 100) < 1e-6);
    assert_true(fabs(many->end_s - 10) < 1e-6);
    wr_result_destroy(one);
    wr_result_destroy(many);
}

static void test_a_batch_is_worked_on_one_after_the_other(void **state)
{
    (void)state;
    wr_result *r = run(BACKLOG("initial_messages: 25", "service_time: 1s, max_messages: 10"));
    expect(r, "service", "max", 10, 1e-6);
    expect(r, "residence", "max", 25, 1e-6);
    expect(r, "wait", "max", 20, 1e-6);
    expect(r, "NumberOfMessagesDeleted", "sum", 25, 0);
    wr_result_destroy(r);
}

static void test_a_fifo_worker_leaves_the_rest_of_a_batch_that_failed(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {p: {at: [{t: 0s, count: 10}], request: [{send: {to: q, group: 1}}]}}\n"
                       "resources: {q: {type: sqs, fifo_queue: true, latency: 0ms, visibility_timeout: 1000s, consumers: "
                       "{service_time: 1s, max_messages: 10, failure_rate: 100%%}}}\n");
    expect(r, "NumberOfMessagesReceived", "sum", 1, 0); /* the first was sent alone to the waiting worker */
    expect(r, "busy", "mean", 0.01, 1e-9);
    wr_result_destroy(r);
}

/* Little's law is an identity once the queue is empty again: the integral of a level is the sum of the times. */
static void test_levels_and_times_agree(void **state)
{
    (void)state;
    wr_result *r = run("duration: 4000s\ntraffic: {p: {stages: [{rate: 8/s, for: 2000s}, {rate: 0/s, for: 2000s}], request: "
                       "[{send: {to: q}}]}}\nresources: {q: {type: sqs, visibility_timeout: 2s, latency: 3ms, consumers: "
                       "{workers: 2, service_time: {exponential: 200ms}, failure_rate: 5%%}}}\n");
    double n = sum(r, "NumberOfMessagesSent");
    expect(r, "messages", "last", 0, 0);
    expect(r, "messages", "mean", sum(r, "residence") / 4000, 1e-6);
    expect(r, "queue_depth", "mean", sum(r, "wait") / 4000, 1e-6);
    expect(r, "residence", "count", n, 0);
    expect(r, "wait", "count", sum(r, "NumberOfMessagesReceived"), 0);
    wr_result_destroy(r);
}

static void test_a_failed_queue_keeps_its_messages(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {p: {rate: 1/s, arrivals: uniform, request: [{send: {to: q}}]}}\n"
                       "resources: {q: {type: sqs, latency: 0ms, consumers: {service_time: 10ms}}}\n"
                       "faults: [{fail: q, at: 20.5s, for: 30s}]\n");
    assert_true(cause(r, "Fault.fail") == 30);
    expect(r, "messages", "last", 0, 0);
    wr_result_destroy(r);
}

static void test_a_slow_queue_and_its_workers_take_longer(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {p: {at: [50s], request: [{send: {to: q}}]}}\n"
                       "resources: {q: {type: sqs, latency: 10ms, consumers: {service_time: 1s}}}\n"
                       "faults: [{slow: q, at: 20s, factor: 3}]\n");
    expect(r, "latency", "mean", 0.03, 1e-9);
    expect(r, "service", "mean", 3.03, 1e-9); /* receive's answer, then the work */
    wr_result_destroy(r);
}

static void test_every_level_is_there_from_the_start(void **state)
{
    (void)state;
    static const char *const levels[] = {
        "ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed",
        "ApproximateAgeOfOldestMessage", "ApproximateNumberOfNoisyGroups", "messages", "age_of_oldest", "queue_depth",
        "concurrency", "in_system"};
    wr_result *r = run("duration: 10s\nresources: {q: {type: sqs}}\n");
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        expect(r, levels[i], "max", 0, 0);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges_of_aws_are_errors),
        cmocka_unit_test(test_dead_letter_queues_are_other_queues_of_the_same_type),
        cmocka_unit_test(test_keys_of_the_other_kind_of_queue_are_refused),
        cmocka_unit_test(test_shards_are_some_of_a_number),
        cmocka_unit_test(test_work_longer_than_the_timeout_is_warned_of),
        cmocka_unit_test(test_sends_cost_by_64_kb_and_are_refused_by_awss_limits),
        cmocka_unit_test(test_a_send_is_answered_after_its_latency),
        cmocka_unit_test(test_ids_follow_the_law_of_the_step),
        cmocka_unit_test(test_a_retried_send_is_one_message_on_a_fifo_queue),
        cmocka_unit_test(test_idle_long_polls_cost_less_than_short_ones),
        cmocka_unit_test(test_work_longer_than_the_visibility_timeout_is_done_again_and_again),
        cmocka_unit_test(test_a_heartbeat_keeps_the_message),
        cmocka_unit_test(test_one_group_is_worked_on_by_one_worker_at_a_time),
        cmocka_unit_test(test_a_batch_is_worked_on_one_after_the_other),
        cmocka_unit_test(test_a_fifo_worker_leaves_the_rest_of_a_batch_that_failed),
        cmocka_unit_test(test_levels_and_times_agree),
        cmocka_unit_test(test_a_failed_queue_keeps_its_messages),
        cmocka_unit_test(test_a_slow_queue_and_its_workers_take_longer),
        cmocka_unit_test(test_every_level_is_there_from_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
