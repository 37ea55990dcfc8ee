/* test_alb_health.c - the state machine of targets: first pass, thresholds, fail-open, and draining. Timelines by the
 * second; where a probe's place in its interval is drawn, the test knows the bounds. */
#include "test_alb.h"

#define HEAD "weir: 1\nname: t\nmetrics_period: 1s\nnetwork: off\nsdk: {mode: none}\n"
#define CHECK "health_check: {interval: 10, timeout: 4, unhealthy_threshold_count: 3, healthy_threshold_count: 2}"
#define PAIR "  a: {type: service, servers: 100, service_time: 1ms}\n  b: {type: service, servers: 100, service_time: 1ms}\n"
#define STEADY "traffic: {users: {target: web, rate: 10/s, arrivals: uniform, from_az: {a: 1}}}\n"

static void test_targets_present_at_the_start_are_healthy_at_once(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 10s\n" STEADY "resources:\n  web: {type: alb, latency: 0ms, target_groups: {g: {targets: [a, b]}}}\n" PAIR);
    assert_true(measure(r, "web", "", "HealthyHostCount")->total.min == 2);
    assert_true(wr_measure_stat(measure(r, "web", "", "in_service"), "mean") == 2);
    wr_result_destroy(r);
}

/* Failure at 100 s: three probes within (20, 30] s, and the last one fails 4 s after it was sent. Recovery at 200 s: two
 * passes within (10, 20] s. In between every second request is a 502 until the verdict, and none after it. */
static void test_failures_and_passes_are_counted_in_a_row(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 300s\nfaults: [{fail: a, at: 100s, for: 100s}]\n" STEADY
                            "resources:\n  web: {type: alb, latency: 0ms, target_groups: {g: {targets: [a, b], " CHECK "}}}\n" PAIR);
    double down = when_level(r, "web", "UnHealthyHostCount", 1, 0), up = when_level(r, "web", "HealthyHostCount", 2, down);
    assert_true(down >= 123 && down <= 134);
    assert_true(up >= 209 && up <= 220);
    NEAR(sum_of(r, "web", "HTTPCode_ELB_502_Count"), (down - 100) * 5, 6);
    assert_true(sum_between(r, "web", "", "HTTPCode_ELB_502_Count", down + 1, 300) == 0);
    NEAR(sum_between(r, "a", "", "requests", down + 1, up), 0, 1e-9);
    assert_true(sum_of(r, "web", "UnhealthyRoutingRequestCount") == 0);
    wr_result_destroy(r);
}

/* Two probes apart by 10 s cannot both fall into 8 s of failure. */
static void test_short_failure_is_not_noticed(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 300s\nfaults: [{fail: a, at: 100s, for: 8s}]\n" STEADY
                            "resources:\n  web: {type: alb, latency: 0ms, target_groups: {g: {targets: [a, b], " CHECK "}}}\n" PAIR);
    assert_true(measure(r, "web", "", "UnHealthyHostCount")->total.max <= 0);
    NEAR(sum_of(r, "web", "HTTPCode_ELB_502_Count"), 40, 1);
    wr_result_destroy(r);
}

static void test_all_unhealthy_means_all_get_requests(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 300s\nfaults: [{fail: a, at: 100s}, {fail: b, at: 100s}]\n" STEADY
                            "resources:\n  web: {type: alb, latency: 0ms, target_groups: {g: {targets: [a, b], " CHECK "}}}\n" PAIR);
    double down = when_level(r, "web", "UnHealthyHostCount", 2, 0);
    assert_true(down >= 123 && down <= 134);
    assert_true(sum_of(r, "web", "HTTPCode_ELB_503_Count") == 0);
    NEAR(sum_of(r, "web", "HTTPCode_ELB_502_Count"), 2000, 2);
    NEAR(sum_of(r, "web", "UnhealthyRoutingRequestCount"), (300 - down) * 10, 12);
    NEAR(sum_of(r, "a", "requests"), sum_of(r, "b", "requests"), 30);
    wr_result_destroy(r);
}

static void test_routing_minimum_opens_earlier(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 300s\nfaults: [{fail: a, at: 100s}]\n" STEADY
                            "resources:\n  web: {type: alb, latency: 0ms, target_groups: {g: {targets: [a, b], unhealthy_routing_minimum: 60%, " CHECK "}}}\n" PAIR);
    NEAR(sum_of(r, "web", "HTTPCode_ELB_502_Count"), 1000, 8); /* the healthy half is below the minimum: a goes on getting */
    assert_true(sum_of(r, "web", "UnhealthyRoutingRequestCount") > 1600);
    wr_result_destroy(r);
}

static void test_without_checks_nobody_is_ever_unhealthy(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 300s\nfaults: [{fail: a, at: 100s}]\n" STEADY
                            "resources:\n  web: {type: alb, latency: 0ms, target_groups: {g: {targets: [a, b], health_check: {enabled: false}}}}\n" PAIR);
    assert_true(measure(r, "web", "", "HealthyHostCount")->total.min == 2);
    NEAR(sum_of(r, "web", "HTTPCode_ELB_502_Count"), 1000, 2);
    wr_result_destroy(r);
}

/* ---- members that come and go --------------------------------------------------------------------------------- */
#define GROUP(more, actions) \
    "resources:\n  web: {type: alb, latency: 0ms, target: app, idle_timeout: 4000, " more "}\n" \
    "  app: {type: asg, min_size: 1, max_size: 3, boot_time: 20s, scheduled_actions: [" actions "], steps: [{wait: 60s}]}\n"

static void test_one_pass_admits_a_new_target(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 200s\n" STEADY GROUP("health_check: {interval: 300, healthy_threshold_count: 10}", "{at: 100s, desired_capacity: 2}"));
    double up = when_level(r, "web", "HealthyHostCount", 2, 0);
    assert_true(up >= 119 && up <= 121); /* with ten passes it would take 45 minutes */
    wr_result_destroy(r);
}

/* Two requests in each of two targets; one target leaves at 100 s. What still runs in it after 30 s gets a 502. */
static void test_draining_gives_what_still_runs_a_502(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 300s\ntraffic: {users: {target: web, at: [{t: 99s, count: 4}, {t: 101s, count: 6}], from_az: {a: 1}}}\n"
                            GROUP("deregistration_delay: 30", "{at: 10s, desired_capacity: 2}, {at: 100s, desired_capacity: 1}"));
    assert_true(when_level(r, "web", "HealthyHostCount", 1, 100) == 100);
    assert_true(sum_of(r, "users", "completed") == 8 && sum_of(r, "users", "errors") == 2);
    assert_true(caused(r, "web", "ALB.502.DeregistrationDelay") == 2 && sum_of(r, "web", "HTTPCode_ELB_502_Count") == 2);
    assert_true(sum_between(r, "web", "", "HTTPCode_ELB_502_Count", 130, 131) == 2);
    assert_true(when_level(r, "app", "GroupTotalInstances", 1, 101) >= 130); /* its group waits for the whole delay */
    wr_result_destroy(r);
}

static void test_draining_lets_what_is_done_in_time_finish(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 300s\ntraffic: {users: {target: web, at: [{t: 99s, count: 4}, {t: 101s, count: 6}], from_az: {a: 1}}}\n"
                            GROUP("deregistration_delay: 90", "{at: 10s, desired_capacity: 2}, {at: 100s, desired_capacity: 1}"));
    assert_true(sum_of(r, "users", "completed") == 10 && sum_of(r, "users", "errors") == 0);
    assert_true(when_level(r, "app", "GroupTotalInstances", 1, 101) >= 190);
    wr_result_destroy(r);
}

static void test_deregistration_without_delay_cuts_at_once(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 300s\ntraffic: {users: {target: web, at: [{t: 99s, count: 4}], from_az: {a: 1}}}\n"
                            GROUP("deregistration_delay: 0", "{at: 10s, desired_capacity: 2}, {at: 100s, desired_capacity: 1}"));
    assert_true(sum_between(r, "web", "", "HTTPCode_ELB_502_Count", 100, 101) == 2 && sum_of(r, "users", "completed") == 2);
    wr_result_destroy(r);
}

/* Session of a target that leaves: bound anew, and NonStickyRequestCount says so. */
static void test_session_of_a_leaving_target_is_bound_anew(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 300s\ntraffic: {users: {target: web, at: [50s, 51s, 101s, 102s, 151s, 152s], from_az: {a: 1}}}\n"
                            GROUP("stickiness: {clients: 1}", "{at: 10s, desired_capacity: 3}, {at: 100s, desired_capacity: 2}, {at: 150s, desired_capacity: 1}"));
    double anew = sum_of(r, "web", "NonStickyRequestCount");
    assert_true(anew >= 1 && anew <= 3 && sum_of(r, "users", "errors") == 0 && sum_of(r, "users", "completed") == 6);
    wr_result_destroy(r);
}

/* Members come and go for hours: places are used again, nothing is lost or answered twice. */
static void test_places_of_targets_are_used_again(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 2h\ntraffic: {users: {target: web, rate: 20/s}}\n"
                            "resources:\n  web: {type: alb, target: app, algorithm: least_outstanding_requests, deregistration_delay: 5}\n"
                            "  app: {type: asg, min_size: 1, max_size: 40, boot_time: 10s, scheduled_actions: [{at: 60s, every: 2m, desired_capacity: 40}, {at: 2m, every: 2m, desired_capacity: 1}], steps: [{wait: 900ms}]}\n");
    assert_true(measure(r, "web", "", "HealthyHostCount")->total.max == 40);
    NEAR(sum_of(r, "users", "completed"), sum_of(r, "web", "requests"), 60);
    assert_true(sum_of(r, "users", "errors") == 0);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_targets_present_at_the_start_are_healthy_at_once),
        cmocka_unit_test(test_failures_and_passes_are_counted_in_a_row),
        cmocka_unit_test(test_short_failure_is_not_noticed),
        cmocka_unit_test(test_all_unhealthy_means_all_get_requests),
        cmocka_unit_test(test_routing_minimum_opens_earlier),
        cmocka_unit_test(test_without_checks_nobody_is_ever_unhealthy),
        cmocka_unit_test(test_one_pass_admits_a_new_target),
        cmocka_unit_test(test_draining_gives_what_still_runs_a_502),
        cmocka_unit_test(test_draining_lets_what_is_done_in_time_finish),
        cmocka_unit_test(test_deregistration_without_delay_cuts_at_once),
        cmocka_unit_test(test_session_of_a_leaving_target_is_bound_anew),
        cmocka_unit_test(test_places_of_targets_are_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
