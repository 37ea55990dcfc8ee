/* test_asg.c - the Auto Scaling group in whole runs: sizes, zones, policies, replacement, the bill.
 *
 * Every case is a scenario without chance unless it says otherwise; what it asks for stands in `slo`. */
#include "test_asg_run.h"

/* ---- what it refuses -------------------------------------------------------------------------------------- */
#define GROUP(keys) "weir: 1\nduration: 10m\nresources:\n  app: {type: asg, min_size: 1, max_size: 4, steps: [{cpu: 1ms}], " keys "}\n"

static void test_sizes_out_of_order_are_refused(void **state)
{
    (void)state;
    refused("weir: 1\nduration: 1m\nresources: {app: {type: asg, min_size: 5, max_size: 4}}\n", "'min_size' 5 of asg 'app' is above its 'max_size' 4");
    refused(GROUP("desired_capacity: 7"), "'desired_capacity' 7 of asg 'app' is not between");
    refused("weir: 1\nduration: 1m\nresources: {app: {type: asg, max_size: 4}}\n", "'min_size'");
}

static void test_unknown_instance_type_is_refused(void **state)
{
    (void)state;
    refused(GROUP("instance_type: m7g.lage"), "unknown instance type 'm7g.lage'");
}

static void test_zones_are_letters_and_differ(void **state)
{
    (void)state;
    refused(GROUP("availability_zones: [a, north]"), "'north' is not an availability zone");
    refused(GROUP("availability_zones: [a, b, a]"), "zone 'a' stands twice");
    refused(GROUP("launch_failure: {c: 10%}"), "'c' in 'launch_failure' is no zone of asg 'app'");
}

static void test_a_policy_without_its_metric_is_refused(void **state)
{
    (void)state;
    refused(GROUP("scaling_policies: [{type: target_tracking, target_value: 50}]"), "'predefined_metric' of a target_tracking policy is required");
    refused(GROUP("scaling_policies: [{type: target_tracking, predefined_metric: ASGAverageCPUUtilization}]"), "'target_value' of a target_tracking policy is required");
    refused(GROUP("scaling_policies: [{type: step, metric: app.CPUUtilization, steps: [{adjust: 1}]}]"), "'threshold' of a step policy is required");
    refused(GROUP("scaling_policies: [{type: step, metric: app.CPUUtilization, threshold: 5, steps: [{to: 10, adjust: 1}, {from: 5, adjust: 2}]}]"), "overlap");
}

static void test_what_is_to_come_says_so(void **state)
{
    (void)state;
    refused(GROUP("warm_pool: {min_size: 2}"), "'warm_pool' of asg is not in this build yet");
    refused(GROUP("purchase: spot"), "not in this build yet");
}

static void test_credits_without_a_t_family_are_refused(void **state)
{
    (void)state;
    refused(GROUP("initial_credits: 10"), "has no CPU credits");
}

/* ---- sizes and time --------------------------------------------------------------------------------------- */
static void test_group_starts_in_service(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 10s\nresources: {app: {type: asg, min_size: 2, max_size: 9, desired_capacity: 5}}\n"
                       "slo: [app.in_service.min, app.GroupInServiceInstances.min, app.GroupPendingInstances.max, app.GroupDesiredCapacity.mean, app.GroupTotalInstances.mean]\n");
    assert_true(r->slo[0].value == 5);
    assert_true(r->slo[1].value == 5);
    assert_true(r->slo[2].value == 0);
    assert_true(r->slo[3].value == 5);
    assert_true(r->slo[4].value == 5);
    wr_result_destroy(r);
}

static void test_scheduled_action_launches_and_boots(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 10m\nresources:\n  app: {type: asg, min_size: 1, max_size: 9, boot_time: 30s, application_start: 20s,\n"
                       "    scheduled_actions: [{at: 2m, desired_capacity: 4}]}\n"
                       "slo: [app.GroupPendingInstances.mean from 120s to 150s, app.GroupInServiceInstances.last from 0s to 149s, app.GroupInServiceInstances.min from 150s,\n"
                       "  app.in_service.max from 0s to 169s, app.in_service.min from 170s]\n");
    assert_true(r->slo[0].value == 3);
    assert_true(r->slo[1].value == 1);
    assert_true(r->slo[2].value == 4); /* in service once booted */
    assert_true(r->slo[3].value == 1); /* able to serve once the application has started */
    assert_true(r->slo[4].value == 4);
    wr_result_destroy(r);
}

static void test_every_makes_an_action_come_back(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 1h\nresources:\n  app: {type: asg, min_size: 1, max_size: 9, boot_time: 1s,\n"
                       "    scheduled_actions: [{at: 10m, every: 20m, desired_capacity: 4}, {every: 20m, desired_capacity: 1}]}\n"
                       "slo: [app.GroupDesiredCapacity.mean]\n");
    assert_int_equal(notes(r, "scale_out", 0, 3600), 3);
    assert_int_equal(notes(r, "scale_in", 0, 3600), 2);
    ASSERT_NEAR(r->slo[0].value, (3 * 1 + 3 * 4) / 6.0, 1e-9);
    wr_result_destroy(r);
}

/* ---- policies ------------------------------------------------------------------------------------------------ */
static double stepped(int capacity, double adjust, const char *keys)
{
    char yaml[2048];
    snprintf(yaml, sizeof yaml,
             "weir: 1\nduration: 1200s\nnetwork: off\n"
             "traffic:\n  low: {target: sink, rate: 10/s, arrivals: uniform}\n  high: {target: sink, rate: 50/s, arrivals: uniform, start: 540s, end: 600s}\n"
             "resources:\n  sink: {type: service, servers: unlimited, service_time: 0ms}\n"
             "  app: {type: asg, min_size: 0, max_size: 5000, desired_capacity: %d, boot_time: 1s, default_instance_warmup: 1s, metric_delay: 0s, steps: [{cpu: 1ms}],\n"
             "    scaling_policies: [{type: step, metric: sink.requests.rate, threshold: 50, steps: [{from: 0, adjust: %g}], adjustment_type: PercentChangeInCapacity%s}]}\n"
             "slo: [app.GroupDesiredCapacity.last from 0s to 1190s]\n", capacity, adjust, keys);
    wr_result *r = run(yaml);
    double x = r->slo[0].value;
    wr_result_destroy(r);
    return x;
}

static void test_step_policies_round_as_aws_says(void **state)
{
    (void)state;
    assert_true(stepped(127, 10, "") == 139);  /* 12.7 */
    assert_true(stepped(67, 1, "") == 68);     /* 0.67 */
    assert_true(stepped(58, -1, "") == 57);    /* -0.58 */
    assert_true(stepped(667, -1, "") == 661);  /* -6.67 */
    assert_true(stepped(4, 25, ", min_adjustment_magnitude: 2") == 6);
}

/* The User Guide's backlog example with a service's waiting line for the queue: 1500 waiting, 100 wanted on each. */
static void test_target_tracking_on_a_backlog(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 3600s\nnetwork: off\n"
                       "traffic: {jobs: {target: line, at: [{t: 0s, count: 1501}]}}\n"
                       "resources:\n  line: {type: service, service_time: 1000h}\n"
                       "  app: {type: asg, min_size: 1, max_size: 100, desired_capacity: 10, boot_time: 10s, default_instance_warmup: 10s, metric_delay: 0s,\n"
                       "    scaling_policies: [{type: target_tracking, metric: line.queue_depth / app.in_service, target_value: 100}]}\n"
                       "slo: [line.queue_depth / app.in_service from 1s to 60s, app.GroupDesiredCapacity.last, app.GroupDesiredCapacity.max]\n");
    assert_true(r->slo[0].value == 150);
    assert_true(r->slo[1].value == 15);
    assert_true(r->slo[2].value == 15); /* the minutes of change do not overshoot */
    ASSERT_NEAR(first_note(r, "scale_out", 0), 180, 1e-9); /* three datapoints, seen at once */
    wr_result_destroy(r);
}

#define STEP_LOAD(rate, keys) \
    "weir: 1\nduration: 90m\nnetwork: off\n" \
    "traffic:\n  base: {target: app, rate: 20/s, arrivals: uniform}\n  more: {target: app, rate: " rate ", arrivals: uniform, start: 20m, end: 50m}\n" \
    "resources:\n  app: {type: asg, instance_type: m7g.large, min_size: 4, max_size: 40, boot_time: 60s, steps: [{cpu: 200ms}], " keys "\n" \
    "    scaling_policies: [{type: target_tracking, predefined_metric: ASGAverageCPUUtilization, target_value: 60}]}\n"

/* 20 x 0.2 = 4 vCPUs of 8 in use: 50 %. From 20 m it is 8 of 8: 100 %, and asks for 4 x 100 / 60 -> 7 instances. */
static void test_load_step_is_seen_after_three_datapoints(void **state)
{
    (void)state;
    wr_result *r = run(STEP_LOAD("20/s", "monitoring: detailed, metric_delay: 45s,")
                       "slo: [app.CPUUtilization from 5m to 20m, app.GroupDesiredCapacity.max from 0s to 50m]\n");
    ASSERT_NEAR(r->slo[0].value, 50, 0.1);
    /* the datapoint of [22m, 23m) is the third, seen at 23m45s, judged at 24m */
    ASSERT_NEAR(first_note(r, "scale_out", 0), 24 * 60, 1e-9);
    assert_true(note_value(r, "scale_out", 0) == 7);
    assert_true(r->slo[1].value == 7);
    ASSERT_NEAR(first_note(r, "launch", 0), 24 * 60, 1e-9);
    /* load falls at 50 m to 4 of 14 vCPUs = 28.6 %, under 42 %: 15 datapoints, the last seen after 65 m 45 s */
    ASSERT_NEAR(first_note(r, "scale_in", 0), 66 * 60, 1e-9);
    wr_result_destroy(r);
}

static void test_basic_monitoring_costs_minutes(void **state)
{
    (void)state;
    wr_result *r = run(STEP_LOAD("20/s", "metric_delay: 45s,") "slo: [app.GroupDesiredCapacity.max]\n");
    /* one five-minute datapoint, [20m, 25m), seen at 25m45s */
    ASSERT_NEAR(first_note(r, "scale_out", 0), 26 * 60, 1e-9);
    wr_result_destroy(r);
}

static void test_scale_in_takes_at_most_half_at_once(void **state)
{
    (void)state;
    wr_result *r = run(STEP_LOAD("80/s", "monitoring: detailed, metric_delay: 0s, default_instance_warmup: 60s,") "slo: [app.GroupDesiredCapacity.last]\n");
    double top = 0, next = 0;
    for (size_t i = 0; i < r->notes; i++) {
        if (!strcmp(r->note[i].kind, "scale_out"))
            top = r->note[i].value;
        else if (!strcmp(r->note[i].kind, "scale_in") && !(next > 0))
            next = r->note[i].value;
    }
    assert_true(top >= 15);
    assert_true(next >= ceil(top / 2));
    assert_true(r->slo[0].value == 4);
    wr_result_destroy(r);
}

static void test_warming_instances_are_not_added_twice(void **state)
{
    (void)state;
    wr_result *r = run(STEP_LOAD("20/s", "monitoring: detailed, metric_delay: 0s, default_instance_warmup: 300s,") "slo: [app.GroupDesiredCapacity.max]\n");
    assert_int_equal(notes(r, "scale_out", 0, 50 * 60), 1);
    assert_true(r->slo[0].value == 7);
    wr_result_destroy(r);
}

static void test_disable_scale_in_keeps_what_was_added(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 90m\nnetwork: off\n"
                       "traffic: {more: {target: app, rate: 40/s, arrivals: uniform, start: 20m, end: 50m}}\n"
                       "resources:\n  app: {type: asg, min_size: 4, max_size: 40, boot_time: 60s, steps: [{cpu: 200ms}], monitoring: detailed, metric_delay: 0s,\n"
                       "    scaling_policies: [{type: target_tracking, predefined_metric: ASGAverageCPUUtilization, target_value: 60, disable_scale_in: true}]}\n");
    assert_int_equal(notes(r, "scale_in", 0, 5400), 0);
    wr_result_destroy(r);
}

/* CPU says in, requests say no: nothing is taken while one target-tracking policy disagrees. */
static void test_scale_in_needs_all_target_tracking_policies(void **state)
{
    (void)state;
    static const char yaml[] = "weir: 1\nduration: 60m\nnetwork: off\n"
                               "traffic: {users: {target: app, rate: 10/s, arrivals: uniform}}\n"
                               "resources:\n  app: {type: asg, min_size: 1, max_size: 40, desired_capacity: 6, steps: [{cpu: 10ms}], monitoring: detailed, metric_delay: 0s,\n"
                               "    scaling_policies: [{type: target_tracking, predefined_metric: ASGAverageCPUUtilization, target_value: 60},\n"
                               "      {type: target_tracking, predefined_metric: ALBRequestCountPerTarget, target_value: %d}]}\n"
                               "slo: [app.GroupDesiredCapacity.last]\n";
    char text[1024];
    snprintf(text, sizeof text, yaml, 100); /* 600 a minute on 6: exactly on target */
    wr_result *r = run(text);
    assert_true(r->slo[0].value == 6);
    wr_result_destroy(r);
    snprintf(text, sizeof text, yaml, 200); /* 100 of 200: both want to; requests ask for 3, CPU for 1 */
    r = run(text);
    assert_true(note_value(r, "scale_in", 0) == 3);
    assert_true(r->slo[0].value == 3);
    wr_result_destroy(r);
}

static void test_simple_scaling_waits_for_its_cooldown(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 30m\nnetwork: off\n"
                       "traffic: {users: {target: sink, rate: 10/s, arrivals: uniform}}\n"
                       "resources:\n  sink: {type: service, servers: unlimited, service_time: 0ms}\n"
                       "  app: {type: asg, min_size: 1, max_size: 40, boot_time: 30s, metric_delay: 0s, default_cooldown: 240s,\n"
                       "    scaling_policies: [{type: simple, metric: sink.requests.rate, threshold: 5, adjust: 1}]}\n");
    /* at 1 m; in service at 1m30s; free at 5m30s, judged at 6 m; then every 5 m */
    assert_int_equal(notes(r, "scale_out", 0, 1800), 6);
    ASSERT_NEAR(first_note(r, "scale_out", 61), 360, 1e-9);
    ASSERT_NEAR(first_note(r, "scale_out", 361), 660, 1e-9);
    wr_result_destroy(r);
}

static void test_step_policy_does_not_repeat_while_it_warms_up(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 15m\nnetwork: off\n"
                       "traffic: {users: {target: sink, rate: 10/s, arrivals: uniform}}\n"
                       "resources:\n  sink: {type: service, servers: unlimited, service_time: 0ms}\n"
                       "  app: {type: asg, min_size: 1, max_size: 40, desired_capacity: 10, boot_time: 30s, metric_delay: 0s, default_instance_warmup: 200s,\n"
                       "    scaling_policies: [{type: step, metric: sink.requests.rate, threshold: 5, steps: [{from: 0, adjust: 2}]}]}\n");
    /* 12 at 1 m; warm at 1m + 230 s: the next minute is 5 m */
    ASSERT_NEAR(first_note(r, "scale_out", 61), 300, 1e-9);
    assert_true(note_value(r, "scale_out", 61) == 14);
    wr_result_destroy(r);
}

/* ---- zones and replacement ------------------------------------------------------------------------------------ */
static void test_lost_zone_is_replaced_elsewhere_and_evened_out_later(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 60m\nresources:\n"
                       "  app: {type: asg, min_size: 9, max_size: 9, availability_zones: [a, b, c], boot_time: 60s}\n"
                       "faults: [{az_outage: b, at: 10m, for: 10m}, {az_outage: b, at: 40m}]\n"
                       "slo: [app.in_service.min from 10m to 11m, app.in_service.min from 11m to 20m, app.in_service.min from 21m to 40m, app.GroupTotalInstances.max, app.in_service.last from 0s to 40m]\n");
    assert_true(note_value(r, "terminate", 600) == 3);
    assert_true(r->slo[0].value == 6);
    assert_true(r->slo[1].value == 9);
    assert_true(r->slo[2].value == 9);  /* launch before terminate */
    assert_true(r->slo[3].value == 10); /* one above the desired capacity at most */
    assert_true(r->slo[4].value == 9);
    assert_true(note_value(r, "terminate", 2400) == 3); /* b has its three again */
    wr_result_destroy(r);
}

static void test_zones_stay_uneven_where_rebalancing_is_off(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 60m\nresources:\n"
                       "  app: {type: asg, min_size: 9, max_size: 9, availability_zones: [a, b, c], boot_time: 60s, az_rebalance: false}\n"
                       "faults: [{az_outage: b, at: 10m, for: 10m}, {az_outage: a, at: 40m}]\n"
                       "slo: [app.in_service.max]\n");
    assert_true(r->slo[0].value == 9);
    double lost = note_value(r, "terminate", 2400);
    assert_true(lost == 4 || lost == 5);
    wr_result_destroy(r);
}

/* Instances die at random for an hour, a zone goes and comes back: whichever zone is lost in the end held a third. */
static void test_zones_are_even_after_any_history(void **state)
{
    (void)state;
    for (int k = 0; k < 12; k++) {
        char yaml[1024];
        snprintf(yaml, sizeof yaml,
                 "weir: 1\nduration: 4h\nseed: %d\nresources: {app: {type: asg, min_size: 12, max_size: 12, availability_zones: [a, b, c]}}\n"
                 "faults: [{terminate: app, at: 3m, every: 7m, count: %d}, {az_outage: b, at: 40m, for: 15m}, {terminate: app, at: 100m, count: 5, az: a},\n"
                 "  {az_outage: %c, at: 223m}]\nslo: [app.GroupTotalInstances.max]\n", k + 1, 1 + k % 4, 'a' + k % 3);
        wr_result *r = run(yaml);
        assert_true(note_value(r, "terminate", 223 * 60) == 4);
        assert_true(r->slo[0].value <= 13);
        wr_result_destroy(r);
    }
}

static void test_terminated_instances_are_replaced_at_once(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 20m\nresources: {app: {type: asg, min_size: 4, max_size: 8, boot_time: 90s}}\n"
                       "faults: [{terminate: app, at: 5m, count: 2}]\n"
                       "slo: [app.in_service.mean from 300s to 390s, app.in_service.min from 390s, app.launches, app.terminations]\n");
    assert_true(r->slo[0].value == 2);
    assert_true(r->slo[1].value == 4);
    assert_true(r->slo[2].value == 2);
    assert_true(r->slo[3].value == 2);
    wr_result_destroy(r);
}

static void test_failed_launches_go_to_another_zone(void **state)
{
    (void)state;
    static const char yaml[] = "weir: 1\nduration: 20m\nresources:\n  app: {type: asg, min_size: 2, max_size: 8, boot_time: 10s, launch_failure: {a: 100%%}, az_distribution: %s,\n"
                               "    scheduled_actions: [{at: 1m, desired_capacity: 6}]}\nslo: [app.in_service.last, app.launch_failures]\n";
    char text[1024];
    snprintf(text, sizeof text, yaml, "balanced-best-effort");
    wr_result *r = run(text);
    assert_true(r->slo[0].value == 6);
    assert_true(r->slo[1].value >= 2);
    wr_result_destroy(r);
    snprintf(text, sizeof text, yaml, "balanced-only");
    r = run(text);
    assert_true(r->slo[0].value < 6);
    assert_true(r->slo[1].value > 2 && r->slo[1].value < 20); /* again and again, with back-off */
    wr_result_destroy(r);
}

static void test_vcpu_quota_stops_launches(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 20m\naccount: {ec2_vcpus: 8}\nresources:\n"
                       "  app: {type: asg, min_size: 2, max_size: 8, boot_time: 10s, scheduled_actions: [{at: 1m, desired_capacity: 6}]}\nslo: [app.in_service.last]\n");
    assert_true(r->slo[0].value == 4);
    wr_result_destroy(r);
}

static void test_newest_or_oldest_goes_first(void **state)
{
    (void)state;
    static const char yaml[] = "weir: 1\nduration: 20m\nnetwork: off\ntraffic: {u: {target: app, rate: 1/s, arrivals: uniform}}\n"
                               "resources:\n  app: {type: asg, detail: parts, min_size: 1, max_size: 8, availability_zones: [a], boot_time: 10s, steps: [{cpu: 1ms}], termination_policies: [%s],\n"
                               "    scheduled_actions: [{at: 1m, desired_capacity: 2}, {at: 5m, desired_capacity: 1}]}\nslo: [\"app:i-1.busy.max from 6m\"]\n";
    char text[1024];
    snprintf(text, sizeof text, yaml, "OldestInstance");
    wr_result *r = run(text);
    assert_false(r->slo[0].value > 0);
    wr_result_destroy(r);
    snprintf(text, sizeof text, yaml, "NewestInstance");
    r = run(text);
    assert_true(r->slo[0].value > 0);
    wr_result_destroy(r);
}

/* ---- the bill ---------------------------------------------------------------------------------------------------- */
static void test_instances_cost_by_the_second_and_a_minute_at_least(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 1h\nresources:\n  app: {type: asg, min_size: 1, max_size: 8, boot_time: 10s, termination_policies: NewestInstance,\n"
                       "    scheduled_actions: [{at: 10m, desired_capacity: 3}, {at: 10m30s, desired_capacity: 1}]}\nslo: [app.cost]\n");
    /* one for an hour, two for 30 s that cost 60 s */
    ASSERT_NEAR(cost(r, "m7g.large"), 0.0816 * (1 + 2 * 60 / 3600.0), 1e-9);
    wr_result_destroy(r);
}

/* ---- requests without a balancer ------------------------------------------------------------------------------------ */
static void test_requests_to_the_group_go_round(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 100s\nnetwork: off\ntraffic: {u: {target: app, rate: 10/s, arrivals: uniform}}\n"
                       "resources: {app: {type: asg, min_size: 4, max_size: 4, concurrency: 1, steps: [{wait: 390ms}]}}\n"
                       "slo: [app.requests, app.wait.max, u.completed, app.concurrency.mean from 10s]\n");
    ASSERT_NEAR(r->slo[0].value, 1000, 1);
    assert_true(r->slo[1].value == 0); /* each has its turn every 400 ms */
    ASSERT_NEAR(r->slo[3].value, 3.9, 0.01);
    wr_result_destroy(r);
}

static void test_empty_group_refuses(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 100s\nnetwork: off\ntraffic: {u: {target: app, rate: 1/s, arrivals: uniform}}\n"
                       "resources: {app: {type: asg, min_size: 0, max_size: 4, steps: [{cpu: 1ms}]}}\n"
                       "slo: [u.error_rate]\n");
    assert_true(r->slo[0].value == 1);
    assert_true(r->causes >= 1);
    assert_string_equal(r->cause[0].cause, "AutoScaling.NoInstance");
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes_out_of_order_are_refused),
        cmocka_unit_test(test_unknown_instance_type_is_refused),
        cmocka_unit_test(test_zones_are_letters_and_differ),
        cmocka_unit_test(test_a_policy_without_its_metric_is_refused),
        cmocka_unit_test(test_what_is_to_come_says_so),
        cmocka_unit_test(test_credits_without_a_t_family_are_refused),
        cmocka_unit_test(test_group_starts_in_service),
        cmocka_unit_test(test_scheduled_action_launches_and_boots),
        cmocka_unit_test(test_every_makes_an_action_come_back),
        cmocka_unit_test(test_step_policies_round_as_aws_says),
        cmocka_unit_test(test_target_tracking_on_a_backlog),
        cmocka_unit_test(test_load_step_is_seen_after_three_datapoints),
        cmocka_unit_test(test_basic_monitoring_costs_minutes),
        cmocka_unit_test(test_scale_in_takes_at_most_half_at_once),
        cmocka_unit_test(test_warming_instances_are_not_added_twice),
        cmocka_unit_test(test_disable_scale_in_keeps_what_was_added),
        cmocka_unit_test(test_scale_in_needs_all_target_tracking_policies),
        cmocka_unit_test(test_simple_scaling_waits_for_its_cooldown),
        cmocka_unit_test(test_step_policy_does_not_repeat_while_it_warms_up),
        cmocka_unit_test(test_lost_zone_is_replaced_elsewhere_and_evened_out_later),
        cmocka_unit_test(test_zones_stay_uneven_where_rebalancing_is_off),
        cmocka_unit_test(test_zones_are_even_after_any_history),
        cmocka_unit_test(test_terminated_instances_are_replaced_at_once),
        cmocka_unit_test(test_failed_launches_go_to_another_zone),
        cmocka_unit_test(test_vcpu_quota_stops_launches),
        cmocka_unit_test(test_newest_or_oldest_goes_first),
        cmocka_unit_test(test_instances_cost_by_the_second_and_a_minute_at_least),
        cmocka_unit_test(test_requests_to_the_group_go_round),
        cmocka_unit_test(test_empty_group_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
