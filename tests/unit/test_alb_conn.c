/* test_alb_conn.c - what targets do to a balancer besides answering: connections that they close too early, failures
 * that cost them requests, probes that cost them time. Statistical checks say how often they would fail falsely. */
#include "test_alb.h"

#define HEAD "weir: 1\nname: t\nmetrics_period: 1s\nnetwork: off\nsdk: {mode: none}\n"
#define WEB(more) "resources:\n  web: {type: alb, latency: 0ms, availability_zones: [a], " more "}\n"

/* ---- the keep-alive race ------------------------------------------------------------------------------ */
static double races(const char *traffic, const char *app)
{
    char text[1024];
    snprintf(text, sizeof text, HEAD "duration: 50000s\n" "traffic: {users: {target: web, %s}}\n" WEB("targets: app") "  app: {type: service, servers: unlimited, service_time: 0s%s}\n", traffic, app);
    wr_result *r = run_text(text);
    double n = sum_of(r, "web", "HTTPCode_ELB_502_Count");
    assert_true(n == caused(r, "web", "ALB.502.KeepAlive") && n == sum_of(r, "web", "errors"));
    wr_result_destroy(r);
    return n;
}

/* Gaps of a second, and a target that closes after 0.9995 s: every gap ends within the millisecond in which the balancer
 * does not know yet. Half a millisecond later or earlier, none does. */
static void test_gap_that_ends_within_the_window_is_502(void **state)
{
    (void)state;
    double n = races("rate: 1/s, arrivals: uniform", ", keep_alive: 999.5ms");
    NEAR(n, 25000, 1); /* the request after a 502 opens a new connection */
    assert_true(races("rate: 1/s, arrivals: uniform", ", keep_alive: 1001ms") == 0);
    assert_true(races("rate: 1/s, arrivals: uniform", ", keep_alive: 990ms") == 0);
}

/* One request after another, Poisson at 1/s, a second's keep-alive: the share of gaps that end in the window is
 * e^-1 (1 - e^-0.001); after a race the next one finds no connection. 18.4 in 50,000 s; 5 standard deviations. */
static void test_races_come_by_the_share_of_gaps(void **state)
{
    (void)state;
    NEAR(races("rate: 1/s", ", keep_alive: 1s"), 50000 * exp(-1) * (1 - exp(-0.001)), 5 * sqrt(18.4));
}

static void test_keep_alive_longer_than_ours_never_races(void **state)
{
    (void)state;
    assert_true(races("rate: 0.1/s", ", keep_alive: 75s") == 0);
    assert_true(races("rate: 0.1/s", "") == 0);
}

/* ---- automatic target weights ------------------------------------------------------------------------- */
#define FOUR "  a: {type: service, servers: unlimited, service_time: 1ms}\n  b: {type: service, servers: unlimited, service_time: 1ms}\n" \
             "  c: {type: service, servers: unlimited, service_time: 1ms}\n  d: {type: service, servers: unlimited, service_time: 1ms}\n"
#define LOAD "traffic: {users: {target: web, rate: 100/s}}\n"
#define GROUP(more) WEB("targets: [a, b, c, d], health_check: off, algorithm: weighted_random" more)

static void test_mitigation_needs_weighted_random(void **state)
{
    (void)state;
    assert_refused(HEAD "duration: 10s\n" LOAD WEB("targets: [a, b, c, d], anomaly_mitigation: on") FOUR, "needs 'algorithm: weighted_random'");
}

/* Half of d's answers are errors from 100 to 300 s. Without mitigation it gets a quarter; with it, a few hundredths once
 * six halvings have happened, and its whole share again ten steps after its recovery. */
static void test_target_that_fails_gets_less(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 500s\n" LOAD GROUP("") FOUR "faults: [{error_rate: d, share: 50%, at: 100s, for: 200s}]\n");
    NEAR(sum_between(r, "d", "", "requests", 200, 300), 2500, 250); /* 5 standard deviations */
    assert_true(sum_of(r, "web", "AnomalousHostCount") == 0);
    wr_result_destroy(r);
    r = run_text(HEAD "duration: 500s\n" LOAD GROUP(", anomaly_mitigation: on") FOUR "faults: [{error_rate: d, share: 50%, at: 100s, for: 200s}]\n");
    double hit = sum_between(r, "d", "", "requests", 200, 300);
    assert_true(hit < 400 && hit > 10);
    NEAR(sum_between(r, "d", "", "requests", 420, 500), 2000, 220);
    assert_true(measure(r, "web", "", "AnomalousHostCount")->total.max == 1 && measure(r, "web", "", "MitigatedHostCount")->total.max == 1);
    assert_true(measure(r, "web", "", "MitigatedHostCount")->total.last == 0);
    wr_result_destroy(r);
}

static void test_targets_that_fail_alike_are_not_anomalous(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 200s\n" LOAD GROUP(", anomaly_mitigation: on") FOUR
                            "faults: [{error_rate: a, share: 50%, at: 0s}, {error_rate: b, share: 50%, at: 0s}, {error_rate: c, share: 50%, at: 0s}, {error_rate: d, share: 50%, at: 0s}]\n");
    double least = 1e9;
    for (const char *const *t = (const char *const[]){"a", "b", "c", "d", NULL}; *t; t++)
        least = fmin(least, sum_of(r, *t, "requests"));
    assert_true(least > 3500); /* a quarter is 5000; a false step costs some hundred */
    wr_result_destroy(r);
}

/* ---- probes that cost something ----------------------------------------------------------------------- */
/* Two nodes, a probe every 10 s each from the start on, 50 ms of CPU. */
static void test_probes_with_a_cost_are_requests(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "duration: 100s\ntraffic: {users: {target: web, at: [50s]}}\n"
                            "resources:\n  web: {type: alb, latency: 0ms, targets: app, health_check: {interval: 10, cost: 50ms}}\n  app: {type: service, servers: unlimited, steps: [{cpu: 1ms}]}\n");
    NEAR(sum_of(r, "app", "requests"), 1 + 2 * 11, 2);
    assert_true(measure(r, "app", "", "latency")->total.max == 0.05);
    assert_true(sum_of(r, "web", "requests") == 1 && sum_of(r, "users", "completed") == 1);
    assert_true(measure(r, "web", "", "HealthyHostCount")->total.last == 1);
    wr_result_destroy(r);
}

/* A single server under twice its load: probes wait behind requests, time out, and the target is given up. */
static void test_probe_that_waits_too_long_fails(void **state)
{
    (void)state;
#define BUSY(cost) HEAD "duration: 300s\ntraffic: {users: {target: web, rate: 20/s}}\nresources:\n" \
    "  web: {type: alb, latency: 0ms, targets: app, health_check: {interval: 10, unhealthy_threshold_count: 3" cost "}}\n  app: {type: service, service_time: 100ms}\n"
    wr_result *r = run_text(BUSY(", cost: 1ms"));
    assert_true(measure(r, "web", "", "UnHealthyHostCount")->total.last == 1);
    wr_result_destroy(r);
    r = run_text(BUSY(""));
    assert_true(measure(r, "web", "", "UnHealthyHostCount")->total.max <= 0);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gap_that_ends_within_the_window_is_502),
        cmocka_unit_test(test_races_come_by_the_share_of_gaps),
        cmocka_unit_test(test_keep_alive_longer_than_ours_never_races),
        cmocka_unit_test(test_mitigation_needs_weighted_random),
        cmocka_unit_test(test_target_that_fails_gets_less),
        cmocka_unit_test(test_targets_that_fail_alike_are_not_anomalous),
        cmocka_unit_test(test_probes_with_a_cost_are_requests),
        cmocka_unit_test(test_probe_that_waits_too_long_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
