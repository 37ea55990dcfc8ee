/* test_alb_pick.c - whom a node chooses: every algorithm, nodes with memories of their own, slow start, sessions.
 *
 * Closed forms: shares of turns; with random choices, binomial counts (limits of 5 standard deviations: one false alarm
 * in 10^6). The queueing truths of these algorithms are in tests/truth. */
#include "test_alb.h"

#define HEAD "weir: 1\nname: t\nmetrics_period: 1s\nnetwork: off\nsdk: {mode: none}\n"
#define FOUR(law) \
    "  a0: {type: service, servers: unlimited, availability_zone: a, service_time: " law "}\n" \
    "  a1: {type: service, servers: unlimited, availability_zone: a, service_time: " law "}\n" \
    "  b0: {type: service, servers: unlimited, availability_zone: b, service_time: " law "}\n" \
    "  b1: {type: service, servers: unlimited, availability_zone: b, service_time: " law "}\n"
#define TARGETS "latency: 0ms, target_groups: {g: {targets: [a0, a1, b0, b1]}}, "

static double got(const wr_result *r, const char *who)
{
    return sum_of(r, who, "requests");
}

static void test_round_robin_gives_equal_turns(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 100s\ntraffic: {users: {target: web, rate: 10/s}}\n"
                            "resources:\n  web: {type: alb, availability_zones: a, " TARGETS "cross_zone: true}\n" FOUR("1ms"));
    NEAR(got(r, "a0"), got(r, "a1"), 1); /* zone b is not the balancer's: its targets stay unused */
    assert_true(got(r, "b0") == 0 && got(r, "b1") == 0);
    wr_result_destroy(r);
}

static void test_nodes_take_turns_of_their_own(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 10s\ntraffic: {users: {target: web, at: [{t: 1s, count: 8}], from_az: {a: 100%}}}\n"
                            "resources:\n  web: {type: alb, " TARGETS "cross_zone: true}\n" FOUR("1ms"));
    assert_true(got(r, "a0") == 2 && got(r, "a1") == 2 && got(r, "b0") == 2 && got(r, "b1") == 2);
    wr_result_destroy(r);
    /* Two nodes, three requests each at the same instant: both begin with the first target. */
    r = run_text(HEAD "duration: 10s\ntraffic:\n  one: {target: web, at: [{t: 1s, count: 3}], from_az: {a: 100%}}\n"
                 "  two: {target: web, at: [{t: 1s, count: 3}], from_az: {b: 100%}}\n"
                 "resources:\n  web: {type: alb, " TARGETS "cross_zone: true}\n" FOUR("1ms"));
    assert_true(got(r, "a0") == 2 && got(r, "a1") == 2 && got(r, "b0") == 2 && got(r, "b1") == 0);
    wr_result_destroy(r);
}

static void test_without_cross_zone_a_node_keeps_to_its_zone(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 100s\ntraffic: {users: {target: web, rate: 40/s, from_az: {a: 25%, b: 75%}}}\n"
                            "resources:\n  web: {type: alb, " TARGETS "cross_zone: false}\n" FOUR("1ms"));
    double n = got(r, "web");
    NEAR((got(r, "a0") + got(r, "a1")) / n, 0.25, 0.035);
    NEAR(got(r, "a0"), got(r, "a1"), 1);
    wr_result_destroy(r);
}

static void test_zone_without_targets_answers_503(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 100s\ntraffic: {users: {target: web, rate: 10/s, arrivals: uniform, from_az: {a: 50%, b: 50%}}}\n"
                            "resources:\n  web: {type: alb, latency: 0ms, target: a0, cross_zone: off}\n" FOUR("1ms"));
    NEAR(sum_of(r, "web", "HTTPCode_ELB_503_Count"), 500, 80);
    assert_true(sum_of(r, "web", "HTTPCode_ELB_503_Count") + got(r, "a0") == got(r, "web"));
    wr_result_destroy(r);
}

static void test_least_outstanding_fills_the_emptiest(void **state)
{
    (void)state;
    /* Nobody finishes: after 4 k requests of one node every target has k. */
    wr_result *r = run_text(HEAD "duration: 30s\ntraffic: {users: {target: web, at: [{t: 1s, count: 40}, {t: 2s, count: 3}], from_az: {a: 1}}}\n"
                            "resources:\n  web: {type: alb, " TARGETS "algorithm: least_outstanding_requests}\n" FOUR("100s"));
    const char *who[] = {"a0", "a1", "b0", "b1"};
    double low = 0;
    for (int i = 0; i < 4; i++) {
        assert_true(got(r, who[i]) == 10 || got(r, who[i]) == 11);
        low += got(r, who[i]) == 10;
    }
    assert_true(low == 1);
    wr_result_destroy(r);
}

static void test_least_outstanding_breaks_ties_at_random(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 1000s\ntraffic: {users: {target: web, rate: 10/s, arrivals: uniform}}\n"
                            "resources:\n  web: {type: alb, " TARGETS "algorithm: least_outstanding_requests}\n" FOUR("1ms"));
    NEAR(got(r, "a0"), 2500, 5 * 43.3);
    NEAR(got(r, "b1"), 2500, 5 * 43.3);
    assert_true(got(r, "a0") != got(r, "b1")); /* turns would make them equal; 1 in 100 by chance, the seed is fixed */
    wr_result_destroy(r);
}

/* What a node does not know it cannot heed: each counts only what it sent itself. */
static void test_nodes_count_only_their_own_requests(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 30s\ntraffic:\n  one: {target: web, at: [{t: 1s, count: 4}], from_az: {a: 1}}\n"
                            "  two: {target: web, at: [{t: 2s, count: 4}], from_az: {b: 1}}\n"
                            "resources:\n  web: {type: alb, " TARGETS "algorithm: least_outstanding_requests}\n" FOUR("100s"));
    assert_true(got(r, "a0") == 2 && got(r, "a1") == 2 && got(r, "b0") == 2 && got(r, "b1") == 2);
    wr_result_destroy(r);
}

static void uniform(const char *algorithm)
{
    char text[2048];
    snprintf(text, sizeof text, HEAD "duration: 1000s\ntraffic: {users: {target: web, rate: 10/s, arrivals: uniform}}\n"
             "resources:\n  web: {type: alb, " TARGETS "algorithm: %s}\n" FOUR("1ms"), algorithm);
    wr_result *r = run_text(text);
    const char *who[] = {"a0", "a1", "b0", "b1"};
    for (int i = 0; i < 4; i++)
        NEAR(got(r, who[i]), 2500, 5 * 43.3);
    wr_result_destroy(r);
}

static void test_random_choices_are_uniform_among_idle_targets(void **state)
{
    (void)state;
    uniform("random");
    uniform("weighted_random");
    uniform("power_of_two_choices");
    uniform("{choices: 3}");
    uniform("{choices: 1}");
}

/* With as many choices as targets the least loaded one is always among them. */
static void test_as_many_choices_as_targets_are_the_least_loaded(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 30s\ntraffic: {users: {target: web, at: [{t: 1s, count: 40}], from_az: {a: 1}}}\n"
                            "resources:\n  web: {type: alb, " TARGETS "algorithm: {choices: 9}}\n" FOUR("100s"));
    assert_true(got(r, "a0") == 10 && got(r, "a1") == 10 && got(r, "b0") == 10 && got(r, "b1") == 10);
    wr_result_destroy(r);
}

static void test_session_stays_with_its_target(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 100s\ntraffic: {users: {target: web, rate: 10/s, arrivals: uniform}}\n"
                            "resources:\n  web: {type: alb, latency: 0ms, target_groups: {g: {targets: [a0, a1, b0, b1], stickiness: {clients: 1}}}}\n" FOUR("1ms"));
    assert_true(got(r, "a0") == got(r, "web") && sum_of(r, "web", "NonStickyRequestCount") == 1);
    wr_result_destroy(r);
}

static void test_session_that_expired_is_bound_anew(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 100s\ntraffic: {users: {target: web, at: [1s, 2s, 20s, 21s, 40s, 41s], from_az: {a: 1}}}\n"
                            "resources:\n  web: {type: alb, latency: 0ms, target_groups: {g: {targets: [a0, a1, b0, b1], stickiness: {clients: 1, duration: 10}}}}\n" FOUR("1ms"));
    assert_true(got(r, "a0") == 2 && got(r, "a1") == 2 && got(r, "b0") == 2 && sum_of(r, "web", "NonStickyRequestCount") == 3);
    wr_result_destroy(r);
}

/* One target warm, one new: in round robin its share of turns grows from 0 to 1 of the other's, so of n requests it gets
 * the mean of x / (1 + x) over [0, 1], which is 1 - ln 2. */
static void test_slow_start_lets_the_share_grow_in_a_straight_line(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 400s\ntraffic: {users: {target: web, rate: 100/s, arrivals: uniform, from_az: {a: 1}}}\n"
                            "resources:\n  web: {type: alb, latency: 0ms, target: app, slow_start: 100, health_check: {interval: 5, timeout: 2}}\n"
                            "  app: {type: asg, detail: parts, min_size: 1, max_size: 2, boot_time: 20s, scheduled_actions: [{at: 60s, desired_capacity: 2}], steps: [{wait: 1ms}]}\n");
    double began = when_level(r, "web", "HealthyHostCount", 2, 0) + 1;
    assert_true(began >= 80 && began <= 90);
    double n = sum_between(r, "web", "", "RequestCount", began, began + 100);
    double all = sum_of(r, "app", "requests"), young = measure(r, "app", "i-2", "requests")->total.sum;
    double later = sum_between(r, "web", "", "RequestCount", began + 100, 400);
    NEAR(n, 10000, 1);
    NEAR(all, sum_of(r, "web", "RequestCount"), 1);
    NEAR((young - later / 2) / n, 1 - log(2), 0.01);
    wr_result_destroy(r);
}

static void test_targets_that_start_together_have_no_slow_start(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 100s\ntraffic: {users: {target: web, rate: 10/s, arrivals: uniform, from_az: {a: 1}}}\n"
                            "resources:\n  web: {type: alb, slow_start: 900, " TARGETS "cross_zone: true}\n" FOUR("1ms"));
    NEAR(got(r, "a0"), got(r, "b1"), 1);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_robin_gives_equal_turns),
        cmocka_unit_test(test_nodes_take_turns_of_their_own),
        cmocka_unit_test(test_without_cross_zone_a_node_keeps_to_its_zone),
        cmocka_unit_test(test_zone_without_targets_answers_503),
        cmocka_unit_test(test_least_outstanding_fills_the_emptiest),
        cmocka_unit_test(test_least_outstanding_breaks_ties_at_random),
        cmocka_unit_test(test_nodes_count_only_their_own_requests),
        cmocka_unit_test(test_random_choices_are_uniform_among_idle_targets),
        cmocka_unit_test(test_as_many_choices_as_targets_are_the_least_loaded),
        cmocka_unit_test(test_session_stays_with_its_target),
        cmocka_unit_test(test_session_that_expired_is_bound_anew),
        cmocka_unit_test(test_slow_start_lets_the_share_grow_in_a_straight_line),
        cmocka_unit_test(test_targets_that_start_together_have_no_slow_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
