/* test_sns.c - a topic: what is refused, fan-out, filters, the ladders of retries to the second, HTTP policies, dead letters,
 * quotas, FIFO order, the bill. Arrivals are evenly spaced, so counts are exact; what is drawn is checked at five standard
 * errors, which fails once in two million seeds, and the seed is fixed. */
#include "../../models/sns.h"
#include "events_bench.h"

#define BARE "type: sns, latency: 0s, delivery_latency: 0s, jitter: 0%%"
#define ONE "traffic: {shops: {request: {publish: {to: it}}, at: [1s]}}\n"

/* ---- refusals ------------------------------------------------------------------------------------------- */
static void test_what_cannot_be_is_refused(void **state)
{
    static const char web[] = "  web: {type: service, service_time: 1ms}\n", queue[] = "  q: {type: sqs}\n";
    (void)state;
    refused("type: sns, subscriptions: [t]", "  t: {type: dynamodb}\n", "takes no events");
    refused("type: sns, subscriptions: [it]", "", "forwards to itself");
    refused("type: sns, fifo_topic: true, subscriptions: [web]", web, "it delivers to queues");
    refused("type: sns, group_rate: 10/s", "", "need 'fifo_topic: true'");
    refused("type: sns, subscriptions: [{to: q, delivery_policy: {num_retries: 4}}]", queue, "only HTTP endpoints have one");
    refused("type: sns, subscriptions: [{to: web, delivery_policy: {num_retries: 2, num_max_delay_retries: 3}}]", web,
            "less than its phases have together (3)");
    refused("type: sns, subscriptions: [{to: web, delivery_policy: {min_delay_target: 30, max_delay_target: 20}}]", web, "is shorter than");
    refused("type: sns, subscriptions: [{to: web, delivery_policy: {num_retries: 100, min_delay_target: 60, max_delay_target: 60}}]", web,
            "are 6000 s together");
    refused("type: sns, subscriptions: [{to: web, dead_letter_target: web}]", web, "does not answer");
}

/* ---- ladders -------------------------------------------------------------------------------------------- */
static void test_ladder_of_aws_endpoints_is_100015_retries_in_23_days(void **state)
{
    static const double first[] = {0, 0, 0, 1, 1, 1}; /* 3 at once, 2 a second apart, the first that grows */
    sns_ladder l = sns_ladder_managed();
    (void)state;
    assert_int_equal(sns_ladder_retries(&l), 100015);
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        near(wr_dur_to_s(sns_ladder_wait(&l, (int64_t)i)), first[i], 0);
    assert_int_equal(sns_ladder_wait(&l, 14), 20 * WR_S);
    assert_int_equal(sns_ladder_wait(&l, 100014), 20 * WR_S);
    assert_int_equal(sns_ladder_wait(&l, 100015), -1);
    near(sns_ladder_seconds(&l) / 86400, 23.15, 0.005);
}

static void test_ladder_of_customers_endpoints_is_50_retries_in_over_6_hours(void **state)
{
    sns_ladder l = sns_ladder_customer();
    (void)state;
    assert_int_equal(sns_ladder_retries(&l), 50);
    assert_int_equal(sns_ladder_wait(&l, 0), 10 * WR_S);
    assert_int_equal(sns_ladder_wait(&l, 1), 10 * WR_S);
    assert_int_equal(sns_ladder_wait(&l, 11), 600 * WR_S);
    assert_int_equal(sns_ladder_wait(&l, 49), 600 * WR_S);
    assert_int_equal(sns_ladder_wait(&l, 50), -1);
    double hours = sns_ladder_seconds(&l) / 3600;
    assert_true(hours > 6 && hours < 7);
}

static void test_backoff_functions_begin_and_end_alike_and_differ_between(void **state)
{
    static const double middle[] = {[SNS_LINEAR] = 13, [SNS_ARITHMETIC] = 8.2, [SNS_GEOMETRIC] = 5, [SNS_EXPONENTIAL] = 5.8};
    static const int64_t first[] = {0, 1, 1};
    (void)state;
    for (int law = SNS_LINEAR; law <= SNS_EXPONENTIAL; law++) {
        sns_ladder l = sns_ladder_of(&(sns_policy){.retries = 8, .no_delay = 1, .min_delay = 1, .max_delay = 1, .least = WR_S,
                                                   .most = 25 * WR_S, .law = law});
        for (int i = 0; i < 3; i++)
            assert_int_equal(sns_ladder_wait(&l, i), first[i] * WR_S);
        near(wr_dur_to_s(sns_ladder_wait(&l, 4)), middle[law], 1e-6);
        assert_int_equal(sns_ladder_wait(&l, 6), 25 * WR_S);
        assert_int_equal(sns_ladder_wait(&l, 7), 25 * WR_S);
        assert_int_equal(sns_ladder_wait(&l, 8), -1);
    }
}

static void test_a_queue_that_is_down_is_tried_over_23_days_and_then_given_up(void **state)
{
    (void)state;
    wr_result *r = run("duration: 24d\n" ONE "resources:\n  it: {" BARE ", subscriptions: [{to: q, dead_letter_target: dead}]}\n"
                       "  q: {type: sqs, latency: 0s}\n  dead: {type: sqs}\nfaults: [{fail: q, at: 0s}]\n");
    sns_ladder l = sns_ladder_managed();
    near(sum(r, "it", "retries"), 100015, 0);
    near(sum(r, "q", "requests"), 100016, 0);
    near(sum(r, "it", "NumberOfNotificationsFailed"), 1, 0);
    near(sum(r, "it", "NumberOfNotificationsRedrivenToDlq"), 1, 0);
    near(sum(r, "dead", "NumberOfMessagesSent"), 1, 0);
    near(stat(r, "it", "", "pending", "mean") * 24 * 86400, sns_ladder_seconds(&l), 0.01);
    wr_result_destroy(r);
}

static void test_mail_is_given_up_after_50_retries(void **state)
{
    (void)state;
    wr_result *r = run("duration: 8h\n" ONE "resources:\n  it: {" BARE ", subscriptions: [{to: mail, protocol: customer}]}\n"
                       "  mail: {type: service, service_time: 0s}\nfaults: [{fail: mail, at: 0s}]\n");
    sns_ladder l = sns_ladder_customer();
    near(sum(r, "mail", "requests"), 51, 0);
    near(sum(r, "it", "NumberOfNotificationsFailed"), 1, 0);
    near(stat(r, "it", "", "pending", "mean") * 8 * 3600, sns_ladder_seconds(&l), 0.01);
    wr_result_destroy(r);
}

/* ---- HTTP ----------------------------------------------------------------------------------------------- */
static void test_http_is_given_up_after_three_retries_a_minute_later(void **state)
{
    (void)state;
    wr_result *r = run("duration: 5m\n" ONE "resources:\n  it: {" BARE ", subscriptions: [web]}\n"
                       "  web: {type: service, service_time: 0s}\nfaults: [{fail: web, at: 0s}]\n");
    near(sum(r, "web", "requests"), 4, 0);
    near(sum(r, "it", "NumberOfNotificationsFailed"), 1, 0);
    near(stat(r, "it", "", "attempts", "mean"), 4, 0);
    near(stat(r, "it", "", "pending", "mean") * 300, 60, 0.01);
    wr_result_destroy(r);
}

/* 429 is tried again, 409 is not, silence is after 15 s. */
static void test_of_http_answers_429_and_silence_are_tried_again_and_others_are_not(void **state)
{
    static const struct { const char *web; double tries, seconds; } of[] = {
        {"service_time: 0s, rate_limit: {rate: 0.001/s, burst: 0.5}", 4, 60},
        {"operations: {default: [{fail: {as: conflict}}]}", 1, 0},
        {"service_time: never", 4, 120},
        {"service_time: 0s, failure_rate: 100%", 4, 60}};
    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        wr_result *r = run("duration: 5m\n" ONE "resources:\n  it: {" BARE ", subscriptions: [web]}\n"
                           "  web: {type: service, servers: unlimited, %s}\n", of[i].web);
        near(sum(r, "web", "requests"), of[i].tries, 0);
        near(sum(r, "it", "NumberOfNotificationsFailed"), 1, 0);
        near(stat(r, "it", "", "pending", "mean") * 300, of[i].seconds, 0.01);
        wr_result_destroy(r);
    }
}

static void test_max_receives_per_second_delays_and_uses_up_no_tries(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {shops: {request: {publish: {to: it}}, arrivals: uniform, stages: [{rate: 10/s, for: 10s}, {rate: 0/s, for: 1s}]}}\n"
                       "resources:\n  it: {" BARE ", subscriptions: [{to: web, delivery_policy: {max_receives_per_second: 2/s}}]}\n"
                       "  web: {type: service, service_time: 0s}\n");
    double published = sum(r, "it", "NumberOfMessagesPublished");
    near(published, 100, 1);
    near(sum(r, "it", "NumberOfNotificationsDelivered"), published, 0);
    near(sum(r, "it", "retries"), 0, 0);
    near(stat(r, "it", "", "delivery_time", "max"), (published - 1) / 2 - 10, 0.6);
    wr_result_destroy(r);
}

/* ---- fan-out -------------------------------------------------------------------------------------------- */
static void test_each_subscription_gets_its_copy_and_a_slow_one_holds_up_no_other(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {shops: {request: {publish: {to: it, size: 3 KB}}, rate: 20/s, arrivals: uniform}}\n"
                       "resources:\n  it: {" BARE ", subscriptions: [q, fn, web]}\n"
                       "  q: {type: sqs, latency: 0s}\n  fn: {type: lambda, duration: 10ms, latency: 0s}\n"
                       "  web: {type: service, service_time: 10s}\n");
    double n = sum(r, "it", "NumberOfMessagesPublished");
    near(n, 2000, 1);
    near(sum(r, "q", "NumberOfMessagesSent"), n, 1);
    near(stat(r, "q", "", "SentMessageSize", "mean"), 3072, 0.01);
    near(sum(r, "fn", "AsyncEventsReceived"), n, 1);
    near(stat(r, "it", "q", "NumberOfNotificationsDelivered", "sum"), n, 1);
    near(stat(r, "it", "q", "delivery_time", "max"), 0, 1e-6);
    assert_true(stat(r, "it", "web", "pending", "last") > 500);
    near(stat(r, "it", "", "latency", "max"), 0, 1e-9);
    wr_result_destroy(r);
}

static void test_throttled_function_retries_inside_lambda_and_not_in_the_topic(void **state)
{
    (void)state;
    wr_result *r = run("duration: 60s\ntraffic: {shops: {request: {publish: {to: it}}, rate: 10/s, arrivals: uniform}}\n"
                       "resources:\n  it: {" BARE ", subscriptions: [fn]}\n"
                       "  fn: {type: lambda, duration: 1s, reserved_concurrent_executions: 1}\n");
    near(sum(r, "it", "retries"), 0, 0);
    assert_true(sum(r, "fn", "Throttles") > 100);
    wr_result_destroy(r);
}

/* 10,000 messages: five standard errors are 0.022. */
static void test_filter_lets_its_share_pass(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {shops: {request: {publish: {to: it, messages: 10}}, rate: 10/s, arrivals: uniform}}\n"
                       "resources:\n  it: {" BARE ", subscriptions: [{to: q, filter: 25%%}, {to: q}]}\n  q: {type: sqs}\n");
    double n = sum(r, "it", "NumberOfMessagesPublished");
    near(n, 10000, 10);
    near(stat(r, "it", "q", "NumberOfNotificationsDelivered", "sum") / n, 0.25, 0.022);
    near(stat(r, "it", "q", "NumberOfNotificationsFilteredOut", "sum") / n, 0.75, 0.022);
    near(stat(r, "it", "q-2", "NumberOfNotificationsDelivered", "sum") / n, 1, 1e-3);
    wr_result_destroy(r);
}

static void test_message_too_large_for_its_queue_is_a_dead_letter_at_once(void **state)
{
    (void)state;
    wr_result *r = run("duration: 60s\ntraffic: {shops: {request: {publish: {to: it, size: 100 KB}}, at: [1s]}}\n"
                       "resources:\n  it: {" BARE ", subscriptions: [{to: q, dead_letter_target: dead}]}\n"
                       "  q: {type: sqs, maximum_message_size: 10 KB}\n  dead: {type: sqs}\n");
    near(sum(r, "q", "requests"), 1, 0);
    near(sum(r, "dead", "NumberOfMessagesSent"), 1, 0);
    near(stat(r, "dead", "", "SentMessageSize", "mean"), 102400, 0.1);
    near(stat(r, "it", "q", "NumberOfNotificationsRedrivenToDlq", "sum"), 1, 0);
    wr_result_destroy(r);
}

static void test_dead_letter_queue_that_fails_is_counted(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\n" ONE "resources:\n  it: {" BARE ", subscriptions: [{to: web, dead_letter_target: dead}]}\n"
                       "  web: {type: service, service_time: 0s, failure_rate: 100%%}\n  dead: {type: sqs}\nfaults: [{fail: dead, at: 0s}]\n");
    near(sum(r, "it", "NumberOfNotificationsFailedToRedriveToDlq"), 1, 0);
    near(sum(r, "it", "NumberOfNotificationsRedrivenToDlq"), 0, 0);
    wr_result_destroy(r);
}

/* ---- limits --------------------------------------------------------------------------------------------- */
/* A bucket of one second: 100 s at twice the rate let 101 seconds' worth pass. */
static void test_quota_of_the_region_is_shared_by_all_topics_and_counts_messages(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\nregion: eu-south-1\n"
                       "traffic: {shops: {request: [{publish: {to: it, messages: 3, catch: continue}}, {publish: {to: other, messages: 3, catch: continue}}], rate: 100/s, arrivals: uniform}}\n"
                       "resources:\n  it: {" BARE "}\n  other: {" BARE "}\n");
    near(sum(r, "it", "NumberOfMessagesPublished") + sum(r, "other", "NumberOfMessagesPublished"), 101 * 300, 20);
    near(sum(r, "it", "throttled") + sum(r, "other", "throttled"), 20000 - 101 * 100, 20);
    wr_result_destroy(r);
}

static void test_publish_rate_stands_for_the_quota_and_the_accounts_wins_where_written(void **state)
{
    static const struct { const char *account, *keys; double passed; } of[] = {
        {"", "publish_rate: 50/s", 101 * 50}, {"region: eu-south-1\n", "publish_rate: 1000/s", 100 * 400},
        {"account: {sns_publish_rate: 20/s}\n", "publish_rate: 50/s", 101 * 20}, {"account: {sns_publish_rate: 20/s}\n", "fifo_topic: false", 101 * 20}};
    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        wr_result *r = run("duration: 100s\n%straffic: {shops: {request: {publish: {to: it}}, rate: 400/s, arrivals: uniform}}\n"
                           "resources:\n  it: {" BARE ", %s}\n", of[i].account, of[i].keys);
        near(sum(r, "it", "NumberOfMessagesPublished"), of[i].passed, 2);
        wr_result_destroy(r);
    }
}

static void test_messages_over_256_kib_and_batches_over_ten_are_invalid(void **state)
{
    static const struct { const char *step; double good; } of[] = {
        {"size: 256 KB", 1}, {"size: 257 KB", 0}, {"messages: 10", 10}, {"messages: 11", 0}, {"messages: 4, size: 65 KB", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        wr_result *r = run("duration: 10s\ntraffic: {shops: {request: {publish: {to: it, %s}}, at: [1s]}}\n"
                           "resources:\n  it: {" BARE "}\n", of[i].step);
        near(sum(r, "it", "NumberOfMessagesPublished"), of[i].good, 0);
        near(sum(r, "it", "errors"), of[i].good > 0 ? 0 : 1, 0);
        wr_result_destroy(r);
    }
}

/* ---- FIFO ----------------------------------------------------------------------------------------------- */
static void test_fifo_topic_takes_3000_messages_a_second_and_300_of_a_group(void **state)
{
    static const struct { const char *key, *keys; double passed; } of[] = {
        {"{uniform: {n: 1000}}", "group_rate: unlimited", 11 * 3000}, {"{constant: 7}", "group_rate: 300/s", 11 * 300},
        {"{constant: 7}", "fifo_throughput_scope: MessageGroup, group_rate: unlimited", 60000}};
    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        wr_result *r = run("duration: 10s\ntraffic: {shops: {request: {publish: {to: it, messages: 10}}, key: %s, rate: 600/s, arrivals: uniform}}\n"
                           "resources:\n  it: {" BARE ", fifo_topic: true, %s}\n", of[i].key, of[i].keys);
        near(sum(r, "it", "NumberOfMessagesPublished"), of[i].passed, 20);
        wr_result_destroy(r);
    }
}

/* While the queue is down the first message of each group is tried; when it is back all follow at once. */
static void test_fifo_message_that_failed_holds_back_its_group_only(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {shops: {request: {publish: {to: it}}, key: {uniform: {n: 2}}, rate: 10/s, arrivals: uniform}}\n"
                       "resources:\n  it: {" BARE ", fifo_topic: true, subscriptions: [q]}\n"
                       "  q: {type: sqs, latency: 0s, fifo_queue: true}\nfaults: [{fail: q, at: 10s, for: 30s}]\n");
    double n = sum(r, "it", "NumberOfMessagesPublished");
    near(sum(r, "it", "NumberOfNotificationsDelivered"), n, 1);
    near(sum(r, "q", "NumberOfMessagesSent"), n, 1);
    near(stat(r, "it", "", "pending", "last"), 0, 1);
    assert_true(sum(r, "q", "errors") < 40); /* two ladders of half a minute, not 300 messages' */
    assert_true(stat(r, "it", "", "pending", "max") > 250);
    wr_result_destroy(r);
}

/* ---- the bill, faults ----------------------------------------------------------------------------------- */
static void test_bill_is_of_64_kb_units_and_of_http_only(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {shops: {request: {publish: {to: it, size: 100 KB}}, rate: 10/s, arrivals: uniform}}\n"
                       "resources:\n  it: {" BARE ", subscriptions: [q, web]}\n  q: {type: sqs}\n  web: {type: service, service_time: 0s}\n");
    double n = sum(r, "it", "NumberOfMessagesPublished");
    near(sum(r, "it", "cost"), n * (2 * 0.5e-6 + 0.6e-6), 1e-8);
    wr_result_destroy(r);
}

static void test_failed_topic_refuses_and_delivers_what_it_has(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {shops: {request: {publish: {to: it}}, rate: 10/s, arrivals: uniform}}\n"
                       "resources:\n  it: {type: sns, latency: 0s, delivery_latency: 5s, subscriptions: [q]}\n  q: {type: sqs}\n"
                       "faults: [{fail: it, at: 50s}]\n");
    near(sum(r, "it", "errors"), 500, 2);
    near(sum(r, "q", "NumberOfMessagesSent"), 500, 2);
    wr_result_destroy(r);
}

/* Each waits 10 to 30 s, evenly: five standard errors of the mean of 1,000 are 0.91 s. */
static void test_waits_are_jittered_around_the_ladder(void **state)
{
    (void)state;
    wr_result *r = run("duration: 500s\ntraffic: {shops: {request: {publish: {to: it}}, stages: [{rate: 10/s, for: 100s}, {rate: 0/s, for: 1s}]}}\n"
                       "resources:\n  it: {type: sns, latency: 0s, delivery_latency: 0s, jitter: 50%%, subscriptions: [{to: web, delivery_policy: {num_retries: 1}, dead_letter_target: q}]}\n"
                       "  web: {type: service, servers: unlimited, service_time: 0s, failure_rate: 100%%}\n  q: {type: sqs}\n");
    double n = sum(r, "it", "NumberOfMessagesPublished");
    near(stat(r, "it", "", "pending", "mean") * 500 / n, 20, 0.95);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_cannot_be_is_refused),
        cmocka_unit_test(test_ladder_of_aws_endpoints_is_100015_retries_in_23_days),
        cmocka_unit_test(test_ladder_of_customers_endpoints_is_50_retries_in_over_6_hours),
        cmocka_unit_test(test_backoff_functions_begin_and_end_alike_and_differ_between),
        cmocka_unit_test(test_a_queue_that_is_down_is_tried_over_23_days_and_then_given_up),
        cmocka_unit_test(test_mail_is_given_up_after_50_retries),
        cmocka_unit_test(test_http_is_given_up_after_three_retries_a_minute_later),
        cmocka_unit_test(test_of_http_answers_429_and_silence_are_tried_again_and_others_are_not),
        cmocka_unit_test(test_max_receives_per_second_delays_and_uses_up_no_tries),
        cmocka_unit_test(test_each_subscription_gets_its_copy_and_a_slow_one_holds_up_no_other),
        cmocka_unit_test(test_throttled_function_retries_inside_lambda_and_not_in_the_topic),
        cmocka_unit_test(test_filter_lets_its_share_pass),
        cmocka_unit_test(test_message_too_large_for_its_queue_is_a_dead_letter_at_once),
        cmocka_unit_test(test_dead_letter_queue_that_fails_is_counted),
        cmocka_unit_test(test_quota_of_the_region_is_shared_by_all_topics_and_counts_messages),
        cmocka_unit_test(test_publish_rate_stands_for_the_quota_and_the_accounts_wins_where_written),
        cmocka_unit_test(test_messages_over_256_kib_and_batches_over_ten_are_invalid),
        cmocka_unit_test(test_fifo_topic_takes_3000_messages_a_second_and_300_of_a_group),
        cmocka_unit_test(test_fifo_message_that_failed_holds_back_its_group_only),
        cmocka_unit_test(test_bill_is_of_64_kb_units_and_of_http_only),
        cmocka_unit_test(test_failed_topic_refuses_and_delivers_what_it_has),
        cmocka_unit_test(test_waits_are_jittered_around_the_ladder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
