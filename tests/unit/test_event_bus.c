/* test_event_bus.c - an event bus: what is refused, rules and targets, the day of retries, quotas that refuse and quotas that
 * delay, schedules, API destinations, the bill. Arrivals are evenly spaced, so counts are exact; drawn shares are checked at
 * five standard errors, which fails once in two million seeds, and the seed is fixed. */
#include "events_bench.h"

#define BARE "type: event_bus, latency: 0s, delivery_latency: 0s, jitter: 0%%"
#define ONE "traffic: {shops: {request: {publish: {to: it}}, at: [1s]}}\n"
#define MANY "traffic: {shops: {request: {publish: {to: it}}, rate: %g/s, arrivals: uniform}}\n"

/* ---- refusals ------------------------------------------------------------------------------------------- */
static void test_what_cannot_be_is_refused(void **state)
{
    static const char queue[] = "  q: {type: sqs}\n";
    (void)state;
    refused("type: event_bus, rules: [{targets: [t]}]", "  t: {type: dynamodb}\n", "takes no events");
    refused("type: event_bus, rules: [{targets: [it]}]", "", "forwards to itself");
    refused("type: event_bus, rules: [{targets: [q, q, q, q, q, q]}]", queue, "targets");
    refused("type: event_bus, rules: [{match: 10%}]", queue, "targets");
    refused("type: event_bus, rules: [{targets: q, maximum_retry_attempts: 186}]", queue, "maximum_retry_attempts");
    refused("type: event_bus, rules: [{targets: q, maximum_event_age: 59}]", queue, "maximum_event_age");
    refused("type: event_bus, rules: [{targets: q, schedule: 30s}]", queue, "schedule");
    refused("type: event_bus, rules: [{targets: q, schedule: 5m, match: 20%}]", queue, "one or the other");
    refused("type: event_bus, rules: [{targets: [{to: q, invocation_rate_limit_per_second: 5}]}]", queue, "HTTP endpoints only");
}

/* ---- retries -------------------------------------------------------------------------------------------- */
/* 1 + 2 + ... + 256 s, then 176 times 8 min: 84,991 s, a little less than a day. */
static void test_delivery_is_given_up_after_185_retries_in_a_day(void **state)
{
    (void)state;
    wr_result *r = run("duration: 25h\n" ONE "resources:\n  it: {" BARE ", rules: [{targets: q, dead_letter_target: dead}]}\n"
                       "  q: {type: sqs, latency: 0s}\n  dead: {type: sqs}\nfaults: [{fail: q, at: 0s}]\n");
    near(sum(r, "q", "requests"), 186, 0);
    near(sum(r, "it", "RetryInvocationAttempts"), 185, 0);
    near(sum(r, "it", "retries"), 185, 0);
    near(sum(r, "it", "Invocations"), 1, 0);
    near(sum(r, "it", "FailedInvocations"), 1, 0);
    near(sum(r, "it", "InvocationsSentToDlq"), 1, 0);
    near(sum(r, "dead", "NumberOfMessagesSent"), 1, 0);
    near(stat(r, "it", "", "pending", "mean") * 25 * 3600, 511 + 176 * 480, 0.01);
    wr_result_destroy(r);
}

static void test_event_that_is_too_old_is_given_up_at_that_instant(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10m\n" ONE "resources:\n  it: {" BARE ", rules: [{targets: q, maximum_event_age: 100}]}\n"
                       "  q: {type: sqs, latency: 0s}\nfaults: [{fail: q, at: 0s}]\n");
    near(sum(r, "q", "requests"), 7, 0); /* after 0, 1, 3, 7, 15, 31, 63 s */
    near(sum(r, "it", "FailedInvocations"), 1, 0);
    near(stat(r, "it", "", "pending", "mean") * 600, 100, 0.01);
    wr_result_destroy(r);
}

static void test_no_retries_when_none_are_allowed(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10m\n" ONE "resources:\n  it: {" BARE ", rules: [{targets: web, maximum_retry_attempts: 0}]}\n"
                       "  web: {type: service, service_time: 1s, failure_rate: 100%%}\n");
    near(sum(r, "web", "requests"), 1, 0);
    near(sum(r, "it", "FailedInvocations"), 1, 0);
    near(stat(r, "it", "", "pending", "mean") * 600, 1, 0.01);
    wr_result_destroy(r);
}

static void test_bad_request_is_not_tried_again_and_silence_is(void **state)
{
    static const struct { const char *web; double tries; } of[] = {
        {"operations: {default: [{fail: {as: invalid}}]}", 1}, {"service_time: never", 3}, {"service_time: 0s, failure_rate: 100%", 3}};
    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        wr_result *r = run("duration: 10m\n" ONE "resources:\n  it: {" BARE ", rules: [{targets: web, maximum_retry_attempts: 2}]}\n"
                           "  web: {type: service, servers: unlimited, %s}\n", of[i].web);
        near(sum(r, "web", "requests"), of[i].tries, 0);
        near(sum(r, "it", "FailedInvocations"), 1, 0);
        wr_result_destroy(r);
    }
}

static void test_target_that_comes_back_gets_everything(void **state)
{
    (void)state;
    wr_result *r = run("duration: 30m\ntraffic: {shops: {request: {publish: {to: it}}, stages: [{rate: 10/s, for: 300s}, {rate: 0/s, for: 1s}]}}\n"
                       "resources:\n  it: {type: event_bus, rules: [{targets: q}]}\n  q: {type: sqs}\nfaults: [{fail: q, at: 60s, for: 60s}]\n");
    near(sum(r, "it", "FailedInvocations"), 0, 0);
    near(sum(r, "q", "NumberOfMessagesSent"), sum(r, "it", "PutEventsEntriesCount"), 0);
    near(stat(r, "it", "", "pending", "last"), 0, 0);
    assert_true(stat(r, "it", "", "IngestionToInvocationSuccessLatency", "max") > 60);
    wr_result_destroy(r);
}

/* ---- rules ---------------------------------------------------------------------------------------------- */
/* 10,000 events: five standard errors are 0.025 at most. */
static void test_each_rule_matches_its_share_and_invokes_all_its_targets(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {shops: {request: {publish: {to: it, messages: 10, size: 3 KB}}, rate: 10/s, arrivals: uniform}}\n"
                       "resources:\n  it: {" BARE ", rules: [{match: 20%%, targets: [q, fn]}, {match: 50%%, targets: [topic, web, stream, other]}]}\n"
                       "  q: {type: sqs}\n  fn: {type: lambda, duration: 1ms}\n  topic: {type: sns, latency: 0s}\n  web: {type: service, service_time: 1ms}\n"
                       "  stream: {type: kinesis, shard_count: 1, latency: 0s}\n  other: {type: event_bus, latency: 0s}\n");
    double n = sum(r, "it", "PutEventsEntriesCount"), first = sum(r, "q", "NumberOfMessagesSent"), second = sum(r, "web", "requests");
    near(n, 10000, 10);
    near(first / n, 0.2, 0.025);
    near(second / n, 0.5, 0.025);
    near(sum(r, "it", "MatchedEvents") / n, 0.6, 0.025);
    near(sum(r, "it", "TriggeredRules"), first + second, 20);
    near(sum(r, "fn", "AsyncEventsReceived"), first, 10);
    near(sum(r, "topic", "NumberOfMessagesPublished"), second, 10);
    near(sum(r, "stream", "IncomingRecords"), second, 10);
    near(sum(r, "other", "PutEventsEntriesCount"), second, 10);
    near(sum(r, "it", "Invocations"), 2 * first + 4 * second, 60);
    near(stat(r, "q", "", "SentMessageSize", "mean"), 3072, 0.01);
    near(stat(r, "it", "q", "Invocations", "sum"), first, 10);
    wr_result_destroy(r);
}

static void test_schedule_runs_by_the_clock_and_matches_nothing(void **state)
{
    (void)state;
    wr_result *r = run("duration: 61m\n" ONE "resources:\n  it: {" BARE ", rules: [{schedule: 5m, targets: [fn, q]}]}\n"
                       "  fn: {type: lambda, duration: 1s}\n  q: {type: sqs}\n");
    near(sum(r, "it", "TriggeredRules"), 12, 0);
    near(sum(r, "it", "MatchedEvents"), 0, 0);
    near(sum(r, "fn", "Invocations"), 12, 0);
    near(sum(r, "q", "NumberOfMessagesSent"), 12, 0);
    near(sum(r, "it", "cost"), 1e-6, 1e-12); /* of the one event that was put */
    wr_result_destroy(r);
}

/* ---- quotas --------------------------------------------------------------------------------------------- */
static void test_requests_above_the_quota_of_the_region_are_refused_on_all_buses_together(void **state)
{
    (void)state;
    wr_result *r = run("duration: 20s\nregion: ca-central-1\n"
                       "traffic: {shops: {request: [{publish: {to: it, messages: 5, catch: continue}}, {publish: {to: other, catch: continue}}], rate: 600/s, arrivals: uniform}}\n"
                       "resources:\n  it: {" BARE "}\n  other: {" BARE "}\n");
    near(sum(r, "it", "completed") + sum(r, "other", "completed"), 21 * 600, 5);
    near(sum(r, "it", "PutEventsApproximateThrottledCount") + sum(r, "other", "PutEventsApproximateThrottledCount"), 24000 - 21 * 600, 5);
    near(sum(r, "it", "PutEventsEntriesCount"), 5 * sum(r, "it", "completed"), 5);
    wr_result_destroy(r);
}

static void test_put_rate_stands_for_the_quota_and_the_accounts_wins_where_written(void **state)
{
    static const struct { const char *account, *keys; double passed; } of[] = {
        {"", "put_rate: 50/s", 101 * 50}, {"region: eu-south-1\n", "put_rate: 1000/s", 100 * 500},
        {"account: {event_bus_put_rate: 20/s}\n", "put_rate: 50/s", 101 * 20}, {"region: eu-south-1\n", "jitter: 1%", 101 * 400}};
    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        wr_result *r = run("duration: 100s\n%s" MANY "resources:\n  it: {type: event_bus, latency: 0s, %s}\n", of[i].account, 500.0, of[i].keys);
        near(sum(r, "it", "completed"), of[i].passed, 2);
        wr_result_destroy(r);
    }
}

/* 200 a second come and 100 may go: after 50 s the last one waits 49 s, and nothing is lost. */
static void test_invocations_above_their_quota_are_delayed_and_not_refused(void **state)
{
    (void)state;
    wr_result *r = run("duration: 110s\ntraffic: {shops: {request: {publish: {to: it}}, arrivals: uniform, stages: [{rate: 200/s, for: 50s}, {rate: 0/s, for: 1s}]}}\n"
                       "resources:\n  it: {" BARE ", invocation_rate: 100/s, rules: [{targets: q}]}\n  q: {type: sqs, latency: 0s}\n");
    double n = sum(r, "it", "PutEventsEntriesCount");
    near(n, 10000, 1);
    near(sum(r, "it", "errors"), 0, 0);
    near(sum(r, "q", "NumberOfMessagesSent"), n, 0);
    near(stat(r, "it", "", "IngestionToInvocationSuccessLatency", "max"), 49, 0.1);
    near(sum(r, "it", "ThrottledRules"), n - 200, 5);
    wr_result_destroy(r);
}

static void test_api_destination_gets_300_a_second_or_its_own_rate(void **state)
{
    static const struct { const char *target; double rate; } of[] = {
        {"web", 300}, {"{to: web, invocation_rate_limit_per_second: 100}", 100}};
    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        wr_result *r = run("duration: 20s\n" MANY "resources:\n  it: {" BARE ", rules: [{targets: [%s]}]}\n"
                           "  web: {type: service, servers: unlimited, service_time: 1ms}\n", 600.0, of[i].target);
        near(sum(r, "web", "requests"), 21 * of[i].rate, 5);
        near(sum(r, "it", "ThrottledRules"), 0, 0);
        wr_result_destroy(r);
    }
}

static void test_more_than_ten_entries_or_256_kb_are_invalid(void **state)
{
    static const struct { const char *step; double good; } of[] = {
        {"size: 256 KB", 1}, {"messages: 10", 10}, {"messages: 11", 0}, {"messages: 4, size: 65 KB", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        wr_result *r = run("duration: 10s\ntraffic: {shops: {request: {publish: {to: it, %s}}, at: [1s]}}\nresources:\n  it: {" BARE "}\n",
                           of[i].step);
        near(sum(r, "it", "PutEventsEntriesCount"), of[i].good, 0);
        near(sum(r, "it", "errors"), of[i].good > 0 ? 0 : 1, 0);
        wr_result_destroy(r);
    }
}

/* ---- the bill, faults ----------------------------------------------------------------------------------- */
static void test_bill_is_of_events_by_64_kb_and_of_api_destinations(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {shops: {request: {publish: {to: it, size: 100 KB}}, rate: 10/s, arrivals: uniform}}\n"
                       "resources:\n  it: {" BARE ", rules: [{targets: [q, web]}]}\n  q: {type: sqs}\n  web: {type: service, service_time: 0s}\n");
    double n = sum(r, "it", "PutEventsEntriesCount");
    near(sum(r, "it", "cost"), n * (2e-6 + 0.2e-6), 1e-8);
    wr_result_destroy(r);
}

static void test_failed_bus_refuses_and_delivers_what_it_has(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\n" MANY "resources:\n  it: {type: event_bus, latency: 0s, delivery_latency: 5s, rules: [{targets: q}]}\n"
                       "  q: {type: sqs}\nfaults: [{fail: it, at: 50s}]\n", 10.0);
    near(sum(r, "it", "PutEventsApproximateFailedCount"), 500, 2);
    near(sum(r, "q", "NumberOfMessagesSent"), 500, 2);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_cannot_be_is_refused),
        cmocka_unit_test(test_delivery_is_given_up_after_185_retries_in_a_day),
        cmocka_unit_test(test_event_that_is_too_old_is_given_up_at_that_instant),
        cmocka_unit_test(test_no_retries_when_none_are_allowed),
        cmocka_unit_test(test_bad_request_is_not_tried_again_and_silence_is),
        cmocka_unit_test(test_target_that_comes_back_gets_everything),
        cmocka_unit_test(test_each_rule_matches_its_share_and_invokes_all_its_targets),
        cmocka_unit_test(test_schedule_runs_by_the_clock_and_matches_nothing),
        cmocka_unit_test(test_requests_above_the_quota_of_the_region_are_refused_on_all_buses_together),
        cmocka_unit_test(test_put_rate_stands_for_the_quota_and_the_accounts_wins_where_written),
        cmocka_unit_test(test_invocations_above_their_quota_are_delayed_and_not_refused),
        cmocka_unit_test(test_api_destination_gets_300_a_second_or_its_own_rate),
        cmocka_unit_test(test_more_than_ten_entries_or_256_kb_are_invalid),
        cmocka_unit_test(test_bill_is_of_events_by_64_kb_and_of_api_destinations),
        cmocka_unit_test(test_failed_bus_refuses_and_delivers_what_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
