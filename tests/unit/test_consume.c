/* test_consume.c - instances that poll queues: what is refused, who works on what, and what happens to messages when
 * the work fails, or the instance does. Nothing here is random unless said. */
#include "test_asg_run.h"

#define QUEUE "  jobs: {type: sqs, latency: 0ms, visibility_timeout: %s}\n"

/* `at`: the messages; `app`: keys of the group; `more`: faults and objectives. */
static wr_result *consume(const char *at, const char *visibility, const char *app, const char *more)
{
    char yaml[2048];
    snprintf(yaml, sizeof yaml,
             "weir: 1\nduration: 10m\nnetwork: off\nsdk: {mode: none}\n"
             "traffic: {producer: {request: [{send: {to: jobs}}], at: %s}}\nresources:\n" QUEUE
             "  app: {type: asg, metric_delay: 0s, boot_time: 10s, %s}\n%s\n",
             at, visibility, app, more);
    return run(yaml);
}

static void test_a_group_that_knows_no_operation_for_messages_is_refused(void **state)
{
    (void)state;
    refused("weir: 1\nduration: 1m\nresources:\n  jobs: {type: sqs}\n"
            "  app: {type: asg, min_size: 1, max_size: 1, operations: {buy: [{cpu: 1ms}]}, consume: [{queue: jobs}]}\n",
            "has neither an operation 'message' nor 'default'");
}

static void test_only_queues_are_consumed(void **state)
{
    (void)state;
    refused("weir: 1\nduration: 1m\nresources:\n  desk: {type: service, service_time: 1s}\n"
            "  app: {type: asg, min_size: 1, max_size: 1, consume: [{queue: desk}]}\n", "does not answer receive");
    refused("weir: 1\nduration: 1m\nresources:\n  jobs: {type: sqs}\n"
            "  app: {type: asg, min_size: 1, max_size: 1, consume: [{queue: jobs, max_messages: 11}]}\n", "allowed: 1 to 10");
}

static void test_workers_take_one_message_each_and_delete_it_after_the_work(void **state)
{
    (void)state;
    wr_result *r = consume("[{t: 1s, count: 10}]", "5m",
                           "min_size: 1, max_size: 1, steps: [{wait: 10s}], consume: [{queue: jobs, workers: 4}]",
                           "slo: [jobs.residence.max, jobs.NumberOfMessagesDeleted, jobs.messages.last, app.concurrency.max,\n"
                           "  app.requests, jobs.NumberOfMessagesReceived, jobs.messages.last from 0s to 12s]");
    assert_true(r->slo[0].value == 30); /* three rounds of four */
    assert_true(r->slo[1].value == 10);
    assert_true(r->slo[2].value == 0);
    assert_true(r->slo[3].value == 4);
    assert_true(r->slo[4].value == 10);
    assert_true(r->slo[5].value == 10);
    assert_true(r->slo[6].value == 6);
    wr_result_destroy(r);
}

static void test_messages_have_an_operation_of_their_own(void **state)
{
    (void)state;
    wr_result *r = consume("[{t: 1s, count: 3}]", "5m",
                           "min_size: 1, max_size: 1, operations: {default: [{wait: 100s}], message: [{wait: 1s}]}, consume: [{queue: jobs}]",
                           "slo: [jobs.residence.max]");
    assert_true(r->slo[0].value == 3);
    wr_result_destroy(r);
}

static void test_a_receive_of_several_is_worked_on_in_turn_or_at_once(void **state)
{
    (void)state;
    const char *slo = "slo: [jobs.residence.max, jobs.NumberOfMessagesDeleted, app.requests, jobs.wait.max]";
    wr_result *r = consume("[{t: 1s, count: 11}]", "5m",
                           "min_size: 1, max_size: 1, steps: [{wait: 1s}], consume: [{queue: jobs, max_messages: 10}]", slo);
    assert_true(r->slo[0].value == 11); /* the first came alone, for whoever waits is told of the first */
    assert_true(r->slo[3].value == 1);
    assert_true(r->slo[1].value == 11);
    assert_true(r->slo[2].value == 11);
    wr_result_destroy(r);
    r = consume("[{t: 1s, count: 11}]", "5m",
                "min_size: 1, max_size: 1, steps: [{wait: 1s}], consume: [{queue: jobs, max_messages: 10, batch: true}]", slo);
    assert_true(r->slo[0].value == 2);
    assert_true(r->slo[1].value == 11);
    assert_true(r->slo[2].value == 2);
    wr_result_destroy(r);
}

static void test_failed_work_is_seen_again_after_the_visibility_timeout(void **state)
{
    (void)state;
    wr_result *r = consume("[1s]", "20s",
                           "min_size: 1, max_size: 1, steps: [{wait: 1s}, {fail: {as: error}}], consume: [{queue: jobs}]",
                           "slo: [jobs.NumberOfMessagesReceived, jobs.NumberOfMessagesDeleted, app.errors, jobs.messages.last]");
    assert_true(r->slo[0].value == 30); /* 1, 21 ... 581 s */
    assert_true(r->slo[1].value == 0);
    assert_true(r->slo[2].value == 30);
    assert_true(r->slo[3].value == 1);
    wr_result_destroy(r);
}

static void test_deleted_before_the_work_it_is_lost_with_it(void **state)
{
    (void)state;
    wr_result *r = consume("[1s]", "20s",
                           "min_size: 1, max_size: 1, steps: [{wait: 1s}, {fail: {as: error}}], consume: [{queue: jobs, delete: before}]",
                           "slo: [jobs.NumberOfMessagesReceived, jobs.NumberOfMessagesDeleted, app.errors, jobs.messages.last]");
    assert_true(r->slo[0].value == 1);
    assert_true(r->slo[1].value == 1);
    assert_true(r->slo[2].value == 1);
    assert_true(r->slo[3].value == 0);
    wr_result_destroy(r);
}

static void test_an_instance_that_ends_gives_its_messages_back(void **state)
{
    (void)state;
    wr_result *r = consume("[{t: 1s, count: 2}]", "60s",
                           "min_size: 1, max_size: 2, desired_capacity: 2, steps: [{wait: 50s}], consume: [{queue: jobs}],\n"
                           "    scheduled_actions: [{at: 20s, desired_capacity: 1}]",
                           "slo: [jobs.NumberOfMessagesReceived, jobs.NumberOfMessagesDeleted, jobs.residence.max,\n"
                           "  app.errors, jobs.NumberOfEmptyReceives from 21s to 51s]");
    assert_true(r->slo[0].value == 3);
    assert_true(r->slo[1].value == 2);
    assert_true(r->slo[2].value == 110); /* hidden for 60 s, then 50 s with the other */
    assert_true(r->slo[3].value == 1);
    assert_true(r->slo[4].value == 0); /* the dead poll no more */
    wr_result_destroy(r);
}

static void test_polls_of_an_instance_that_ends_swallow_no_message(void **state)
{
    (void)state;
    wr_result *r = consume("[25s, 26s]", "5m",
                           "min_size: 1, max_size: 4, desired_capacity: 4, steps: [{wait: 1ms}], consume: [{queue: jobs, workers: 3}],\n"
                           "    scheduled_actions: [{at: 24s, desired_capacity: 1}]",
                           "slo: [jobs.residence.max, jobs.NumberOfMessagesDeleted]");
    ASSERT_NEAR(r->slo[0].value, 0.001, 1e-9);
    assert_true(r->slo[1].value == 2);
    wr_result_destroy(r);
}

static void test_a_new_instance_begins_to_poll_once_its_application_answers(void **state)
{
    (void)state;
    wr_result *r = consume("[{t: 1s, count: 4}]", "5m",
                           "min_size: 1, max_size: 2, steps: [{wait: 30s}], consume: [{queue: jobs}], application_start: 5s,\n"
                           "    scheduled_actions: [{at: 5s, desired_capacity: 2}]",
                           "slo: [jobs.residence.max, jobs.residence.min, app.concurrency.max from 0s to 19s, app.concurrency.max]");
    assert_true(r->slo[1].value == 30);
    assert_true(r->slo[0].value == 79); /* 20 to 50 and 50 to 80 with the new one, 31 to 61 with the old one */
    assert_true(r->slo[2].value == 1);
    assert_true(r->slo[3].value == 2);
    wr_result_destroy(r);
}

static void failing(const char *mode, double received, double longest)
{
    char more[512];
    snprintf(more, sizeof more,
             "faults: [{fail: app, at: 20s, for: 100s, mode: %s}]\n"
             "slo: [jobs.NumberOfMessagesReceived, jobs.residence.max, jobs.NumberOfMessagesDeleted, jobs.NumberOfMessagesReceived from 21s to 119s]", mode);
    wr_result *r = consume("[1s, 200s]", "60s",
                           "min_size: 1, max_size: 1, health_check_grace_period: 1h, health_detection: 1h, steps: [{wait: 50s}], consume: [{queue: jobs, workers: 2}]", more);
    assert_true(r->slo[0].value == received);
    assert_true(r->slo[1].value == longest);
    assert_true(r->slo[2].value == 2);
    assert_true(r->slo[3].value == 0);
    wr_result_destroy(r);
}

static void test_workers_of_an_instance_that_failed_go_on_when_it_is_back(void **state)
{
    (void)state;
    failing("reset", 3, 169); /* seen again at 61 s, received at 120 s, done at 170 s */
    failing("hang", 3, 169);
}

static void test_slots_bound_the_work_whatever_the_number_of_workers(void **state)
{
    (void)state;
    wr_result *r = consume("[{t: 1s, count: 8}]", "5m",
                           "min_size: 1, max_size: 1, concurrency: 2, steps: [{wait: 10s}], consume: [{queue: jobs, workers: 8}]",
                           "slo: [jobs.residence.max, app.queue_depth.max, app.concurrency.max]");
    assert_true(r->slo[0].value == 40);
    assert_true(r->slo[1].value == 6);
    assert_true(r->slo[2].value == 2);
    wr_result_destroy(r);
}

static void test_a_message_meets_no_network_on_its_instance(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 10s\nnetwork: {same_az: 1s, cross_az: 1s}\n"
                       "traffic: {producer: {request: [{send: {to: jobs}}], at: [1s]}}\nresources:\n"
                       "  jobs: {type: sqs, latency: 0ms}\n"
                       "  app: {type: asg, min_size: 1, max_size: 1, steps: [{wait: 2s}], consume: [{queue: jobs}]}\n"
                       "slo: [jobs.residence.max]\n");
    assert_true(r->slo[0].value == 2);
    wr_result_destroy(r);
}

static void test_an_idle_worker_costs_one_long_poll_after_the_other(void **state)
{
    (void)state;
    wr_result *r = consume("[601s]", "5m", "min_size: 2, max_size: 2, steps: [{wait: 1ms}], consume: [{queue: jobs, workers: 3}]",
                           "slo: [jobs.NumberOfEmptyReceives, run.events]");
    assert_true(r->slo[0].value == 6 * 29); /* 20, 40 ... 580 s */
    assert_true(r->slo[1].value < 6 * 30 * 6);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_group_that_knows_no_operation_for_messages_is_refused),
        cmocka_unit_test(test_only_queues_are_consumed),
        cmocka_unit_test(test_workers_take_one_message_each_and_delete_it_after_the_work),
        cmocka_unit_test(test_messages_have_an_operation_of_their_own),
        cmocka_unit_test(test_a_receive_of_several_is_worked_on_in_turn_or_at_once),
        cmocka_unit_test(test_failed_work_is_seen_again_after_the_visibility_timeout),
        cmocka_unit_test(test_deleted_before_the_work_it_is_lost_with_it),
        cmocka_unit_test(test_an_instance_that_ends_gives_its_messages_back),
        cmocka_unit_test(test_polls_of_an_instance_that_ends_swallow_no_message),
        cmocka_unit_test(test_a_new_instance_begins_to_poll_once_its_application_answers),
        cmocka_unit_test(test_workers_of_an_instance_that_failed_go_on_when_it_is_back),
        cmocka_unit_test(test_slots_bound_the_work_whatever_the_number_of_workers),
        cmocka_unit_test(test_a_message_meets_no_network_on_its_instance),
        cmocka_unit_test(test_an_idle_worker_costs_one_long_poll_after_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
