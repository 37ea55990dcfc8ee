/* test_asg_alb.c - the group behind a balancer: draining, health checks, and the timeline of a load step. */
#include "test_asg_run.h"

static wr_result *drained(const char *delay)
{
    char yaml[1024];
    snprintf(yaml, sizeof yaml,
             "weir: 1\nduration: 30m\nnetwork: off\ntraffic: {u: {target: web, rate: 2/s, arrivals: uniform}}\nresources:\n"
             "  web: {type: alb, target: app, latency: 0ms, deregistration_delay: %s}\n"
             "  app: {type: asg, min_size: 1, max_size: 4, desired_capacity: 4, steps: [{wait: 40s}], scheduled_actions: [{at: 10m, desired_capacity: 2}]}\n"
             "slo: [u.errors, app.GroupTerminatingInstances.mean from 600s to 610s, app.GroupTerminatingInstances.mean from 600s to 720s, app.GroupTerminatingInstances.max from 721s,\n"
             "  app.in_service.max from 600s, app.in_system.last]\n", delay);
    return run(yaml);
}

static void test_draining_lets_requests_finish(void **state)
{
    (void)state;
    wr_result *r = drained("120s");
    assert_true(r->slo[0].value == 0);
    assert_true(r->slo[2].value == 2); /* the state lasts as long as the delay */
    assert_true(r->slo[3].value == 0);
    assert_true(r->slo[4].value == 2); /* but they are out of service at once */
    ASSERT_NEAR(cost(r, "m7g.large"), 0.0816 * (2 * 30 + 2 * 12) / 60, 1e-6); /* and paid for until its end */
    wr_result_destroy(r);
}

static void test_requests_longer_than_the_draining_are_cut(void **state)
{
    (void)state;
    wr_result *r = drained("10s");
    /* 2 a second on 4 instances for 40 s: 40 in the two that go, of which a quarter ends in 10 s */
    ASSERT_NEAR(r->slo[0].value, 30, 1);
    assert_true(r->slo[1].value == 2);
    ASSERT_NEAR(r->slo[5].value, 80, 1); /* nothing is left behind in what is gone */
    wr_result_destroy(r);
}

static wr_result *failing(const char *checks, const char *group)
{
    char yaml[1024];
    snprintf(yaml, sizeof yaml,
             "weir: 1\nduration: 40m\nnetwork: off\ntraffic: {u: {target: web, rate: 20/s, arrivals: uniform}}\nresources:\n"
             "  web: {type: alb, target: app, latency: 0ms, deregistration_delay: 30s}\n"
             "  app: {type: asg, max_size: 40, boot_time: 60s, steps: [{cpu: 10ms}], health_check_type: %s, %s}\n"
             "faults: [{fail: app, at: 10m, share: 50%%}]\n"
             "slo: [app.launches, app.in_service.min, app.in_service.last, app.GroupTerminatingInstances.max, u.error_rate from 20m]\n", checks, group);
    return run(yaml);
}

static void test_elb_checks_replace_what_the_balancer_calls_unhealthy(void **state)
{
    (void)state;
    wr_result *r = failing("ELB", "min_size: 8");
    assert_true(r->slo[0].value == 4);
    assert_true(r->slo[1].value == 4);
    assert_true(r->slo[2].value == 8);
    assert_true(r->slo[3].value == 1); /* one at a time in a small group */
    assert_true(r->slo[4].value == 0);
    wr_result_destroy(r);
    r = failing("[EC2, ELB]", "min_size: 40");
    assert_true(r->slo[0].value == 20);
    assert_true(r->slo[3].value == 4); /* a tenth at a time */
    wr_result_destroy(r);
}

static void test_ec2_checks_do_not_see_a_failing_application(void **state)
{
    (void)state;
    wr_result *r = failing("EC2", "min_size: 8");
    assert_true(r->slo[0].value == 0);
    assert_true(r->slo[2].value == 4);
    wr_result_destroy(r);
}

/* No grace for an application that needs five minutes: it is never let live long enough. With ten minutes of
 * grace it is: five to start, two and a half for five good checks. */
static void test_too_short_a_grace_period_never_ends(void **state)
{
    (void)state;
    static const char yaml[] = "weir: 1\nduration: 60m\nnetwork: off\ntraffic: {u: {target: web, rate: 20/s, arrivals: uniform}}\nresources:\n"
                               "  web: {type: alb, target: app, latency: 0ms}\n"
                               "  app: {type: asg, min_size: 2, max_size: 8, boot_time: 30s, application_start: 300s, steps: [{cpu: 10ms}], health_check_type: ELB,\n"
                               "    health_check_grace_period: %ds, scheduled_actions: [{at: 5m, desired_capacity: 4}]}\nslo: [app.launches, app.in_service.last]\n";
    char text[1024];
    snprintf(text, sizeof text, yaml, 0);
    wr_result *r = run(text);
    assert_true(r->slo[0].value > 20);
    assert_true(r->slo[1].value == 2);
    wr_result_destroy(r);
    snprintf(text, sizeof text, yaml, 600);
    r = run(text);
    assert_true(r->slo[0].value == 2);
    assert_true(r->slo[1].value == 4);
    wr_result_destroy(r);
}

/* The load doubles at 20 m. Datapoints lag by 60 to 120 s, a boot takes 60 s: the third datapoint is acted on after
 * 3 to 6 minutes, new capacity carries traffic within 8; after the load falls it stays for 15 to 18 minutes. */
static void test_timeline_of_a_load_step(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 90m\nnetwork: off\ntraffic:\n  base: {target: web, rate: 20/s}\n  more: {target: web, rate: 20/s, start: 20m, end: 50m}\nresources:\n"
                       "  web: {type: alb, target: app}\n"
                       "  app: {type: asg, min_size: 4, max_size: 40, boot_time: 60s, steps: [{cpu: 180ms}], monitoring: detailed, metric_delay: {uniform: {min: 60s, max: 120s}},\n"
                       "    scaling_policies: [{type: target_tracking, predefined_metric: ASGAverageCPUUtilization, target_value: 60}]}\n"
                       "slo: [web.HealthyHostCount.max from 0s to 23m, web.HealthyHostCount.min from 28m to 50m]\n");
    double out = first_note(r, "scale_out", 0), in = first_note(r, "scale_in", 50 * 60);
    assert_true(out >= 23 * 60 && out <= 26 * 60);
    assert_true(r->slo[0].value == 4);
    assert_true(r->slo[1].value >= 6);
    assert_true(in >= 65 * 60 && in <= 68 * 60);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draining_lets_requests_finish),
        cmocka_unit_test(test_requests_longer_than_the_draining_are_cut),
        cmocka_unit_test(test_elb_checks_replace_what_the_balancer_calls_unhealthy),
        cmocka_unit_test(test_ec2_checks_do_not_see_a_failing_application),
        cmocka_unit_test(test_too_short_a_grace_period_never_ends),
        cmocka_unit_test(test_timeline_of_a_load_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
