/* test_alb.c - the way of a request through a balancer: what is refused at load, rules and groups, and each answer a
 * client can see, one by one. Runs use fixed seeds; the two statistical checks say how often they would fail falsely. */
#include "test_alb.h"

#define HEAD "weir: 1\nname: t\nduration: 100s\nmetrics_period: 1s\nnetwork: off\nsdk: {mode: none}\n"
#define TRAFFIC "traffic: {users: {target: web, rate: 10/s, arrivals: uniform}}\n"
#define APP "  app: {type: service, servers: unlimited, service_time: 10ms}\n"
#define ALB(more) "resources:\n  web: {type: alb, latency: 0ms, " more "}\n"

/* ---- what it refuses ----------------------------------------------------------------------------------------- */
static void test_balancer_without_anybody_to_forward_to_is_refused(void **state)
{
    (void)state;
    assert_refused(HEAD TRAFFIC ALB("cross_zone: true"), "has nobody to forward to");
}

static void test_slow_start_does_not_go_with_least_outstanding_requests(void **state)
{
    (void)state;
    assert_refused(HEAD TRAFFIC ALB("target: app, algorithm: least_outstanding_requests, slow_start: 60") APP, "'slow_start' does not go with");
    assert_refused(HEAD TRAFFIC ALB("target: app, slow_start: 10") APP, "must be 0 or 30 to 900 s");
}

static void test_group_key_outside_two_groups_is_refused(void **state)
{
    (void)state;
    assert_refused(HEAD TRAFFIC ALB("target_groups: {a: {targets: app}, b: {targets: app}}, deregistration_delay: 10") APP, "stands outside its 2 target groups");
    assert_refused(HEAD TRAFFIC ALB("target_groups: {a: {targets: app, slow_start: 30}}, slow_start: 30") APP, "both outside and inside");
}

static void test_stickiness_needs_cross_zone(void **state)
{
    (void)state;
    assert_refused(HEAD TRAFFIC ALB("target: app, cross_zone: false, stickiness: true") APP, "'stickiness' needs 'cross_zone: true'");
}

static void test_targets_on_the_balancer_are_its_only_group(void **state)
{
    (void)state;
    assert_refused(HEAD TRAFFIC ALB("targets: app, target: app") APP, "'targets' of alb 'web' is its only target group; it does not go with 'target'");
    assert_refused(HEAD TRAFFIC ALB("targets: app, target_groups: {g: {targets: app}}") APP, "it does not go with 'target_groups'");
}

static void test_rule_needs_exactly_one_action(void **state)
{
    (void)state;
    assert_refused(HEAD TRAFFIC ALB("target: app, rules: [{share: 50%}]") APP, "needs exactly one of");
    assert_refused(HEAD TRAFFIC ALB("target: app, rules: [{forward: nobody}]") APP, "has no target group 'nobody'");
    assert_refused(HEAD TRAFFIC ALB("target: app, rules: [{priority: 3, redirect: 301}, {priority: 3, redirect: 301}]") APP, "have priority 3");
}

static void test_minimum_that_is_no_number_is_refused(void **state)
{
    (void)state;
    assert_refused(HEAD TRAFFIC ALB("target: app, unhealthy_routing_minimum: some") APP, "must be a whole number from 1");
    assert_refused(HEAD TRAFFIC ALB("target: app, dns_failover_minimum: 0%") APP, "or off");
}

static void test_probe_timeout_must_be_shorter_than_its_interval(void **state)
{
    (void)state;
    assert_refused(HEAD TRAFFIC ALB("target: app, health_check: {interval: 5, timeout: 5}") APP, "must be shorter than its 'interval'");
}

static void test_unknown_target_is_refused_by_name(void **state)
{
    (void)state;
    assert_refused(HEAD TRAFFIC ALB("target: ap") APP, "names 'ap'; there is no such resource");
}

/* ---- the good case --------------------------------------------------------------------------------------------- */
static void test_every_request_is_passed_on_and_counted(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD TRAFFIC ALB("target: app") APP);
    double n = sum_of(r, "web", "RequestCount");
    NEAR(n, 999, 1);
    assert_true(sum_of(r, "app", "requests") == n);
    NEAR(sum_of(r, "web", "HTTPCode_Target_2XX_Count"), n, 1);
    assert_true(sum_of(r, "web", "HTTPCode_ELB_5XX_Count") == 0);
    assert_true(sum_of(r, "web", "RequestCountPerTarget") == n);
    NEAR(wr_measure_stat(measure(r, "web", "", "TargetResponseTime"), "mean"), 0.01, 1e-9);
    NEAR(sum_of(r, "web", "ProcessedBytes"), n * (1024 + 10240), 2 * 11264);
    wr_result_destroy(r);
}

static void test_latency_of_the_balancer_comes_before_the_target(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD TRAFFIC "resources:\n  web: {type: alb, target: app, latency: 5ms}\n" APP);
    NEAR(wr_measure_stat(measure(r, "users", "", "latency"), "mean"), 0.015, 1e-9);
    NEAR(wr_measure_stat(measure(r, "web", "", "TargetResponseTime"), "max"), 0.01, 1e-9);
    wr_result_destroy(r);
}

/* ---- answers, one by one ------------------------------------------------------------------------------------------ */
static void test_error_of_the_target_is_passed_through(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD TRAFFIC ALB("target: app") "  app: {type: service, servers: unlimited, service_time: 10ms, failure_rate: 100%}\n");
    double n = sum_of(r, "web", "errors");
    NEAR(n, 999, 1);
    assert_true(sum_of(r, "web", "HTTPCode_Target_5XX_Count") == n);
    assert_true(sum_of(r, "web", "HTTPCode_ELB_5XX_Count") == 0);
    assert_true(blamed(r, "Service.Error") == sum_of(r, "users", "errors"));
    wr_result_destroy(r);
}

static void test_refused_connection_is_502_at_once(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "faults: [{fail: app, at: 0s}]\n" TRAFFIC ALB("target: app, health_check: off") APP);
    double n = sum_of(r, "web", "errors");
    NEAR(n, 999, 1);
    assert_true(sum_of(r, "web", "HTTPCode_ELB_502_Count") == n && sum_of(r, "web", "HTTPCode_ELB_5XX_Count") == n);
    assert_true(sum_of(r, "web", "TargetConnectionErrorCount") == n);
    assert_true(sum_of(r, "web", "HTTPCode_Target_5XX_Count") == 0);
    assert_true(measure(r, "web", "", "latency_all")->total.max < 1e-9);
    wr_result_destroy(r);
}

static void test_group_without_registered_targets_is_503(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD TRAFFIC ALB("target: app") "  app: {type: asg, min_size: 0, max_size: 1, steps: [{wait: 1ms}]}\n");
    double n = sum_of(r, "web", "errors");
    NEAR(n, 999, 1);
    assert_true(sum_of(r, "web", "HTTPCode_ELB_503_Count") == n && caused(r, "web", "ALB.503.NoTargets") == n);
    assert_true(sum_of(r, "web", "RequestCount") == 0);
    wr_result_destroy(r);
}

static void test_silent_target_is_504_after_the_idle_timeout(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD TRAFFIC ALB("target: app, idle_timeout: 5") "  app: {type: service, servers: unlimited, service_time: 20s}\n");
    double n = sum_of(r, "web", "HTTPCode_ELB_504_Count");
    NEAR(n, 949, 2);
    assert_true(caused(r, "web", "ALB.504.TargetTimeout") == n && sum_of(r, "web", "timeouts") == n);
    NEAR(measure(r, "web", "", "latency_all")->total.min, 5, 1e-9);
    NEAR(sum_of(r, "app", "late"), 799, 2); /* the target does the work in vain */
    assert_true(sum_of(r, "web", "HTTPCode_Target_2XX_Count") == 0);
    wr_result_destroy(r);
}

static void test_target_without_connections_is_504_after_the_connect_timeout(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "faults: [{fail: app, at: 0s, mode: hang}]\n" TRAFFIC ALB("target: app, health_check: off, connect_timeout: 3") APP);
    double n = sum_of(r, "web", "HTTPCode_ELB_504_Count");
    NEAR(n, 969, 2);
    assert_true(caused(r, "web", "ALB.504.ConnectTimeout") == n);
    NEAR(measure(r, "web", "", "latency_all")->total.max, 3, 1e-9);
    wr_result_destroy(r);
}

static void test_client_that_leaves_first_is_counted_as_460_and_the_target_works_on(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {users: {target: web, rate: 10/s, arrivals: uniform, client: {timeout: 1s}}}\n"
                            ALB("target: app") "  app: {type: service, servers: unlimited, service_time: 5s}\n");
    double n = sum_of(r, "web", "elb_460");
    NEAR(n, 989, 2);
    assert_true(sum_of(r, "web", "HTTPCode_ELB_4XX_Count") == n && sum_of(r, "web", "HTTPCode_ELB_5XX_Count") == 0);
    NEAR(sum_of(r, "app", "completed"), 949, 2);
    assert_true(sum_of(r, "web", "HTTPCode_Target_2XX_Count") == 0);
    NEAR(measure(r, "web", "", "in_system")->total.max, 10, 1);
    wr_result_destroy(r);
}

/* One late answer a request, wherever one looks; and a balancer's own 504 is no timeout of a client. */
static void test_late_answers_and_timeouts_are_counted_once(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {users: {target: web, at: [{t: 1s, count: 10}], client: {timeout: 1s}}}\n"
                            ALB("target: app") "  app: {type: service, servers: unlimited, service_time: 5s}\n");
    assert_true(sum_of(r, "users", "late") == 10 && sum_of(r, "web", "late") == 10 && sum_of(r, "app", "late") == 10);
    assert_true(caused(r, "users", "Client.Timeout") == 10 && caused(r, "web", "Client.Timeout") == 0);
    assert_true(caused(r, "web", "ALB.460.ClientClosed") == 10);
    wr_result_destroy(r);
    r = run_text(HEAD "traffic: {users: {target: web, at: [{t: 1s, count: 10}], client: {timeout: 1s, abandoned_work: cancelled}}}\n"
                 ALB("target: app") "  app: {type: service, servers: unlimited, service_time: 5s}\n");
    assert_true(sum_of(r, "users", "late") == 0 && sum_of(r, "web", "late") == 0 && sum_of(r, "app", "late") == 0);
    wr_result_destroy(r);
    r = run_text(HEAD "traffic: {users: {target: web, at: [{t: 1s, count: 10}]}}\n"
                 ALB("target: app, idle_timeout: 2") "  app: {type: service, servers: unlimited, service_time: 5s}\n");
    assert_true(caused(r, "web", "Client.Timeout") == 0 && caused(r, "web", "ALB.504.TargetTimeout") == 10);
    assert_true(sum_of(r, "users", "late") == 0 && sum_of(r, "web", "late") == 10 && sum_of(r, "app", "late") == 10);
    wr_result_destroy(r);
}

static void test_group_keys_stand_beside_targets(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD TRAFFIC ALB("targets: [a1, a2], algorithm: least_outstanding_requests, deregistration_delay: 10, health_check: {interval: 5, timeout: 2}")
                            "  a1: {type: service, service_time: 1ms}\n  a2: {type: service, service_time: 1ms}\n");
    NEAR(sum_of(r, "a1", "requests") + sum_of(r, "a2", "requests"), 999, 1);
    assert_true(sum_of(r, "a1", "requests") > 400 && sum_of(r, "a2", "requests") > 400);
    wr_result_destroy(r);
}

static void test_client_that_cancels_takes_the_work_back(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {users: {target: web, rate: 10/s, arrivals: uniform, client: {timeout: 1s, abandoned_work: cancelled}}}\n"
                            ALB("target: app") "  app: {type: service, servers: unlimited, service_time: 5s}\n");
    NEAR(sum_of(r, "web", "elb_460"), 989, 2);
    assert_true(sum_of(r, "app", "completed") == 0);
    NEAR(measure(r, "app", "", "in_system")->total.max, 10, 1);
    wr_result_destroy(r);
}

static void test_target_optimizer_never_exceeds_its_slots(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {users: {target: web, at: [{t: 1s, count: 10}]}}\n"
                            ALB("max_concurrency_per_target: 3, target_groups: {g: {targets: [a1, a2]}}")
                            "  a1: {type: service, servers: unlimited, service_time: 1s}\n  a2: {type: service, servers: unlimited, service_time: 1s}\n");
    assert_true(sum_of(r, "a1", "requests") == 3 && sum_of(r, "a2", "requests") == 3);
    assert_true(caused(r, "web", "ALB.503.NoReadyTarget") == 4 && sum_of(r, "web", "rejected") == 4);
    wr_result_destroy(r);
}

/* ---- rules and groups -------------------------------------------------------------------------------------------------- */
#define TWO "  blue: {type: service, servers: unlimited, service_time: 1ms}\n  green: {type: service, servers: unlimited, service_time: 1ms}\n"

static void test_rules_go_by_operation_in_order_of_priority(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {users: {target: web, rate: 100/s, arrivals: uniform, mix: {buy: 50%, look: 25%, old: 25%}}}\n"
                            ALB("target: blue, target_groups: {g: {targets: green}}, rules: [{priority: 20, redirect: 301}, {operations: buy, priority: 5, forward: g}, {operations: [old], priority: 7, fixed_response: 503}]") TWO);
    double buys = sum_of(r, "green", "requests"), old = sum_of(r, "web", "HTTP_Fixed_Response_Count"), looks = sum_of(r, "web", "HTTP_Redirect_Count");
    NEAR(buys + old + looks, 9999, 1);
    NEAR(buys, 5000, 250); /* 5 standard deviations: 1 in 10^6 */
    assert_true(sum_of(r, "blue", "requests") == 0);
    assert_true(sum_of(r, "web", "HTTPCode_ELB_503_Count") == old && sum_of(r, "web", "HTTPCode_ELB_3XX_Count") == looks);
    NEAR(sum_of(r, "web", "RuleEvaluations"), 1 * buys + 2 * old + 3 * looks, 3);
    wr_result_destroy(r);
}

static void test_weights_divide_requests_between_groups(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {users: {target: web, rate: 100/s}}\n" ALB("target: {blue: 90, green: 10}") TWO);
    double n = sum_of(r, "web", "RequestCount");
    NEAR(sum_of(r, "green", "requests") / n, 0.1, 0.015); /* 5 standard deviations */
    assert_true(measure(r, "web", "green", "RequestCount")->total.sum == sum_of(r, "green", "requests"));
    assert_true(measure(r, "web", "blue", "HealthyHostCount")->total.last == 1);
    wr_result_destroy(r);
    r = run_text(HEAD TRAFFIC ALB("target_groups: {b: {targets: blue, weight: 0}, g: {targets: green, weight: 1}}") TWO);
    assert_true(sum_of(r, "blue", "requests") == 0 && sum_of(r, "green", "requests") > 900);
    wr_result_destroy(r);
    r = run_text(HEAD TRAFFIC ALB("target_groups: {b: {targets: blue}, g: {targets: green}}") TWO);
    assert_true(sum_of(r, "green", "requests") == 0 && sum_of(r, "blue", "requests") > 900);
    wr_result_destroy(r);
}

static void test_share_of_a_rule_is_a_canary(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {users: {target: web, rate: 100/s}}\n"
                            ALB("target: blue, target_groups: {g: {targets: green}}, rules: [{share: 5%, forward: {g: 1}}]") TWO);
    NEAR(sum_of(r, "green", "requests") / sum_of(r, "web", "requests"), 0.05, 0.011); /* 5 standard deviations */
    wr_result_destroy(r);
}

/* ---- edges --------------------------------------------------------------------------------------------------------------- */
static void test_balancer_behind_a_balancer_passes_on(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD TRAFFIC ALB("target: inner") "  inner: {type: alb, latency: 0ms, target: app}\n" APP);
    NEAR(sum_of(r, "users", "completed"), 999, 2);
    assert_true(sum_of(r, "inner", "RequestCount") == sum_of(r, "web", "RequestCount"));
    wr_result_destroy(r);
}

static void test_one_resource_may_be_in_two_groups(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD TRAFFIC ALB("target_groups: {a: {targets: app, weight: 1}, b: {targets: app, weight: 1}}") APP);
    NEAR(sum_of(r, "app", "requests"), 999, 1);
    assert_true(measure(r, "web", "", "HealthyHostCount")->total.last == 2);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_balancer_without_anybody_to_forward_to_is_refused),
        cmocka_unit_test(test_slow_start_does_not_go_with_least_outstanding_requests),
        cmocka_unit_test(test_group_key_outside_two_groups_is_refused),
        cmocka_unit_test(test_stickiness_needs_cross_zone),
        cmocka_unit_test(test_targets_on_the_balancer_are_its_only_group),
        cmocka_unit_test(test_rule_needs_exactly_one_action),
        cmocka_unit_test(test_minimum_that_is_no_number_is_refused),
        cmocka_unit_test(test_probe_timeout_must_be_shorter_than_its_interval),
        cmocka_unit_test(test_unknown_target_is_refused_by_name),
        cmocka_unit_test(test_every_request_is_passed_on_and_counted),
        cmocka_unit_test(test_latency_of_the_balancer_comes_before_the_target),
        cmocka_unit_test(test_error_of_the_target_is_passed_through),
        cmocka_unit_test(test_refused_connection_is_502_at_once),
        cmocka_unit_test(test_group_without_registered_targets_is_503),
        cmocka_unit_test(test_silent_target_is_504_after_the_idle_timeout),
        cmocka_unit_test(test_target_without_connections_is_504_after_the_connect_timeout),
        cmocka_unit_test(test_client_that_leaves_first_is_counted_as_460_and_the_target_works_on),
        cmocka_unit_test(test_late_answers_and_timeouts_are_counted_once),
        cmocka_unit_test(test_group_keys_stand_beside_targets),
        cmocka_unit_test(test_client_that_cancels_takes_the_work_back),
        cmocka_unit_test(test_target_optimizer_never_exceeds_its_slots),
        cmocka_unit_test(test_rules_go_by_operation_in_order_of_priority),
        cmocka_unit_test(test_weights_divide_requests_between_groups),
        cmocka_unit_test(test_share_of_a_rule_is_a_canary),
        cmocka_unit_test(test_balancer_behind_a_balancer_passes_on),
        cmocka_unit_test(test_one_resource_may_be_in_two_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
