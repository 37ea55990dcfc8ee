/* test_ec2.c - instances: slots, shared vCPUs, waiting lines, failures, CPU credits, prices.
 *
 * Cases without chance are exact. The others have fixed seeds and tolerances of at least four standard
 * deviations, so that a false alarm would come once in more than 10^4 seeds. */
#include "test_asg_run.h"
#include "../../models/asg.h"

static const wr_price *price_of(const char *key)
{
    for (const wr_price *p = wr_prices; p->key; p++)
        if (!strcmp(p->key, key))
            return p;
    return NULL;
}

static void test_every_type_has_a_price_and_sense(void **state)
{
    (void)state;
    for (const ec2_type *t = ec2_types; t->name; t++) {
        char key[64];
        snprintf(key, sizeof key, "ec2.%s", t->name);
        assert_non_null(price_of(key));
        assert_true(price_of(key)->usd > 0);
        assert_true(t->vcpus >= 1 && t->memory_gib > 0);
        assert_ptr_equal(ec2_type_find(t->name), t);
        if (t->earn_per_hour > 0) /* a credit is a vCPU for a minute */
            ASSERT_NEAR(t->earn_per_hour, t->vcpus * t->baseline * 60, 1e-9);
    }
    assert_null(ec2_type_find("m7g"));
}

/* ---- serving --------------------------------------------------------------------------------------------- */
/* Utilisation law: requests a second x CPU seconds / vCPUs = 50 x 0.04 / 8. 10^5 requests: 0.45 % of deviation. */
static void test_cpu_follows_the_utilization_law(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 2000s\nnetwork: off\ntraffic: {u: {target: app, rate: 50/s}}\n"
                       "resources: {app: {type: asg, instance_type: m7g.large, min_size: 4, max_size: 4, steps: [{cpu: {exponential: 40ms}}, {wait: 10ms}]}}\n"
                       "slo: [app.utilization, app.CPUUtilization, app.busy.mean, app.in_system.mean]\n");
    ASSERT_NEAR(r->slo[0].value, 0.25, 0.005);
    ASSERT_NEAR(r->slo[1].value, 100 * r->slo[0].value, 1e-6);
    ASSERT_NEAR(r->slo[2].value, 4 * r->slo[0].value, 1e-6); /* instances' worth of CPU */
    assert_true(r->slo[3].value > 50 * 0.05);
    wr_result_destroy(r);
}

/* M/M/1-PS on one vCPU: mean latency 0.1 / (1 - 0.6). 1.2 x 10^5 requests, about 1 % of deviation. */
static void test_one_vcpu_is_processor_sharing(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 20000s\nwarmup: 100s\nnetwork: off\ntraffic: {u: {target: app, rate: 6/s}}\n"
                       "resources: {app: {type: asg, instance_type: m7g.medium, min_size: 1, max_size: 1, steps: [{cpu: {exponential: 100ms}}]}}\n"
                       "slo: [app.latency.mean, app.utilization]\n");
    ASSERT_NEAR(r->slo[0].value, 0.25, 0.0125);
    ASSERT_NEAR(r->slo[1].value, 0.6, 0.02);
    wr_result_destroy(r);
}

/* Four slots, waits only: M/M/4 at 0.75, mean wait 50.94 ms. 6 x 10^5 requests, about 2 % of deviation. */
static void test_slots_are_servers(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 20000s\nwarmup: 100s\nnetwork: off\ntraffic: {u: {target: app, rate: 30/s}}\n"
                       "resources: {app: {type: asg, min_size: 1, max_size: 1, concurrency: 4, discipline: fifo, steps: [{wait: {exponential: 100ms}}]}}\n"
                       "slo: [app.wait.mean, app.concurrency.mean, app.waited_share]\n");
    ASSERT_NEAR(r->slo[0].value, 0.05094, 0.0045);
    ASSERT_NEAR(r->slo[1].value, 3, 0.06);
    ASSERT_NEAR(r->slo[2].value, 0.5094, 0.02);
    wr_result_destroy(r);
}

static void test_full_line_rejects_or_drops(void **state)
{
    (void)state;
    static const char yaml[] = "weir: 1\nduration: 100s\nnetwork: off\ntraffic: {u: {target: app, at: [{t: 1s, count: 5}]}}\n"
                               "resources: {app: {type: asg, min_size: 1, max_size: 1, concurrency: 1, queue_limit: 2, on_full: %s, steps: [{wait: 1s}]}}\n"
                               "slo: [u.completed, u.rejected, u.latency.max]\n";
    char text[1024];
    snprintf(text, sizeof text, yaml, "reject");
    wr_result *r = run(text);
    assert_true(r->slo[0].value == 3);
    assert_true(r->slo[1].value == 2);
    assert_true(r->slo[2].value == 3);
    wr_result_destroy(r);
    snprintf(text, sizeof text, yaml, "drop");
    r = run(text);
    assert_true(r->slo[0].value == 3);
    assert_true(r->slo[1].value == 0);
    wr_result_destroy(r);
}

static void test_patience_ends_in_the_line(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 100s\nnetwork: off\ntraffic: {u: {target: app, at: [{t: 1s, count: 3}]}}\n"
                       "resources: {app: {type: asg, min_size: 1, max_size: 1, concurrency: 1, queue_timeout: 1500ms, steps: [{wait: 1s}]}}\n"
                       "slo: [u.completed, u.errors, u.latency_all.max]\n");
    assert_true(r->slo[0].value == 2);
    assert_true(r->slo[1].value == 1);
    assert_true(r->slo[2].value == 2);
    assert_string_equal(r->cause[0].cause, "EC2.QueueTimeout");
    wr_result_destroy(r);
}

static void test_speed_and_slowness_scale_cpu_and_nothing_else(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 100s\nnetwork: off\ntraffic: {u: {target: app, rate: 1/s, arrivals: uniform}}\n"
                       "resources: {app: {type: asg, min_size: 1, max_size: 1, speed: 2, steps: [{cpu: 200ms}, {wait: 100ms}]}}\n"
                       "faults: [{slow: app, factor: 4, at: 50500ms}]\n"
                       "slo: [u.latency.mean from 0s to 50s, u.latency.mean from 52s]\n");
    ASSERT_NEAR(r->slo[0].value, 0.2, 1e-6);
    ASSERT_NEAR(r->slo[1].value, 0.5, 1e-6);
    wr_result_destroy(r);
}

/* ---- failing ------------------------------------------------------------------------------------------------ */
static void test_reset_fails_what_is_in_it_and_refuses_the_rest(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 100s\nnetwork: off\ntraffic: {u: {target: app, rate: 1/s, arrivals: uniform}}\n"
                       "resources: {app: {type: asg, min_size: 1, max_size: 1, concurrency: 2, steps: [{wait: 2500ms}]}}\n"
                       "faults: [{fail: app, at: 50200ms, for: 10s}]\n"
                       "slo: [u.errors, u.errors from 50s to 51s, u.completed from 64s, app.in_service.min, app.in_service.last, app.in_system.min]\n");
    assert_true(r->slo[1].value >= 2);           /* at 50.2 s: those in slots and in line */
    assert_true(r->slo[0].value >= 12);          /* and ten that came meanwhile */
    assert_true(r->slo[2].value > 20);           /* it serves again */
    assert_true(r->slo[3].value == 0);
    assert_true(r->slo[4].value == 1);
    assert_true(r->slo[5].value == 0);           /* nobody is counted twice */
    wr_result_destroy(r);
}

static void test_hanging_instance_never_answers(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 100s\nnetwork: off\ntraffic: {u: {target: app, rate: 1/s, arrivals: uniform, client: {timeout: 5s}}}\n"
                       "resources: {app: {type: asg, min_size: 1, max_size: 1, steps: [{wait: 500ms}]}}\n"
                       "faults: [{fail: app, mode: hang, at: 50200ms, for: 9s}]\n"
                       "slo: [u.timeouts, u.errors, u.completed from 61s]\n");
    assert_true(r->slo[0].value == 10); /* the one in it and nine that came */
    assert_true(r->slo[1].value == 10);
    assert_true(r->slo[2].value >= 38);
    wr_result_destroy(r);
}

static void test_share_of_instances_fails(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 100s\nresources: {app: {type: asg, min_size: 8, max_size: 8}}\n"
                       "faults: [{fail: app, share: 25%, at: 20s, for: 20s}]\n"
                       "slo: [app.in_service.mean from 20s to 40s, app.in_service.min from 40s, app.GroupInServiceInstances.min]\n");
    assert_true(r->slo[0].value == 6);
    assert_true(r->slo[1].value == 8);
    assert_true(r->slo[2].value == 8); /* the application fails, not the instance */
    wr_result_destroy(r);
}

static void test_terminated_instance_takes_its_requests_along(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 60s\nnetwork: off\ntraffic: {u: {target: app, at: [{t: 1s, count: 3}]}}\n"
                       "resources: {app: {type: asg, min_size: 1, max_size: 1, boot_time: 5s, steps: [{cpu: 30s}]}}\n"
                       "faults: [{terminate: app, count: 1, at: 10s}]\n"
                       "slo: [u.errors, u.latency_all.max, app.in_system.last, app.busy.last]\n");
    assert_true(r->slo[0].value == 3);
    assert_true(r->slo[1].value == 9);
    assert_true(r->slo[2].value == 0);
    assert_true(fabs(r->slo[3].value) < 1e-9);
    assert_string_equal(r->cause[0].cause, "EC2.Terminated");
    wr_result_destroy(r);
}

/* ---- CPU credits ------------------------------------------------------------------------------------------------ */
/* User Guide: a fresh t2.micro at full load: 30 launch credits, 0.9 net a minute: 33.3 minutes, then a fall to 10 %. */
static void test_launch_credits_of_a_t2_micro_last_33_minutes(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 1h\nnetwork: off\ntraffic: {u: {target: app, rate: 2/s, arrivals: uniform}}\n"
                       "resources: {app: {type: asg, instance_type: t2.micro, min_size: 1, max_size: 1, steps: [{cpu: 1s}]}}\n"
                       "slo: [app.CPUUtilization from 2s to 33m, app.CPUCreditBalance.last from 0s to 20m, app.CPUUtilization from 50m, app.CPUCreditBalance.max from 34m,\n"
                       "  app.CPUUtilization from 34m to 48m]\n");
    ASSERT_NEAR(r->slo[0].value, 100, 0.01);
    ASSERT_NEAR(r->slo[1].value, 30 - 20 * 0.9, 0.05);
    ASSERT_NEAR(r->slo[2].value, 10, 0.01);
    ASSERT_NEAR(r->slo[3].value, 0, 0.05);
    assert_true(r->slo[4].value > 10 && r->slo[4].value < 100); /* gradually */
    wr_result_destroy(r);
}

/* 288 credits of a t3.micro at 2 x 100 %: 288 / (2 - 0.2) = 160 minutes. */
static void test_saved_credits_of_a_t3_micro_last_160_minutes(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 190m\nnetwork: off\ntraffic: {u: {target: app, rate: 4/s, arrivals: uniform}}\n"
                       "resources: {app: {type: asg, instance_type: t3.micro, credit_specification: standard, initial_credits: 288, min_size: 1, max_size: 1, steps: [{cpu: 1s}]}}\n"
                       "slo: [app.CPUUtilization from 2s to 159m, app.CPUUtilization from 160m to 161m, app.CPUCreditBalance.last from 0s to 100m, app.CPUUtilization from 180m, app.CPUCreditUsage from 0s to 100m]\n");
    ASSERT_NEAR(r->slo[0].value, 100, 0.01);
    ASSERT_NEAR(r->slo[2].value, 288 - 180, 0.1);
    ASSERT_NEAR(r->slo[3].value, 10, 0.01);
    ASSERT_NEAR(r->slo[4].value, 200, 0.1);
    wr_result_destroy(r);
}

static void test_unlimited_instance_pays_instead_of_slowing_down(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 4h\nnetwork: off\ntraffic: {u: {target: app, rate: 4/s, arrivals: uniform}}\n"
                       "resources: {app: {type: asg, instance_type: t3.micro, min_size: 1, max_size: 1, steps: [{cpu: 1s}]}}\n"
                       "slo: [app.CPUUtilization from 2s, app.CPUSurplusCreditBalance.last from 0s to 100m, app.CPUSurplusCreditsCharged]\n");
    ASSERT_NEAR(r->slo[0].value, 100, 0.01);
    ASSERT_NEAR(r->slo[1].value, 180, 0.1);
    ASSERT_NEAR(r->slo[2].value, 1.8 * 240 - 288, 0.5); /* above what a day earns */
    ASSERT_NEAR(cost(r, "Surplus CPU credits"), (1.8 * 240 - 288) / 60 * 0.05, 0.001);
    wr_result_destroy(r);
}

static void test_balance_stops_at_what_a_day_earns(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 30h\nresources: {app: {type: asg, instance_type: t3.nano, credit_specification: standard, min_size: 2, max_size: 2}}\n"
                       "slo: [app.CPUCreditBalance.last from 0s to 10h, app.CPUCreditBalance.last]\n");
    ASSERT_NEAR(r->slo[0].value, 60, 1e-6);
    ASSERT_NEAR(r->slo[1].value, 144, 1e-6);
    wr_result_destroy(r);
}

/* Demand above the baseline while the balance is zero: throughput is that of the baseline, however the ramp may
 * have helped at first. t3.nano: 2 vCPUs at 5 % do 0.1 s of work a second. */
static void test_hovering_at_zero_gains_nothing(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 48h\nnetwork: off\ntraffic: {u: {target: app, rate: 0.12/s}}\n"
                       "resources: {app: {type: asg, instance_type: t3.nano, credit_specification: standard, initial_credits: 0, min_size: 1, max_size: 1, steps: [{cpu: {exponential: 1s}}]}}\n"
                       "slo: [app.completed.rate, app.CPUUtilization from 1h]\n");
    /* 0.1 /s; 1.7 x 10^4 requests of mean 1 s: 0.8 % of deviation */
    ASSERT_NEAR(r->slo[0].value, 0.1, 0.005);
    ASSERT_NEAR(r->slo[1].value, 5, 0.1);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_has_a_price_and_sense),
        cmocka_unit_test(test_cpu_follows_the_utilization_law),
        cmocka_unit_test(test_one_vcpu_is_processor_sharing),
        cmocka_unit_test(test_slots_are_servers),
        cmocka_unit_test(test_full_line_rejects_or_drops),
        cmocka_unit_test(test_patience_ends_in_the_line),
        cmocka_unit_test(test_speed_and_slowness_scale_cpu_and_nothing_else),
        cmocka_unit_test(test_reset_fails_what_is_in_it_and_refuses_the_rest),
        cmocka_unit_test(test_hanging_instance_never_answers),
        cmocka_unit_test(test_share_of_instances_fails),
        cmocka_unit_test(test_terminated_instance_takes_its_requests_along),
        cmocka_unit_test(test_launch_credits_of_a_t2_micro_last_33_minutes),
        cmocka_unit_test(test_saved_credits_of_a_t3_micro_last_160_minutes),
        cmocka_unit_test(test_unlimited_instance_pays_instead_of_slowing_down),
        cmocka_unit_test(test_balance_stops_at_what_a_day_earns),
        cmocka_unit_test(test_hovering_at_zero_gains_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
