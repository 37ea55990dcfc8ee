/* test_asg_life.c - hooks, lifetimes, new versions: what happens to instances on their way in, out and through. */
#include "test_asg_run.h"

static int texts(const wr_result *r, const char *kind, const char *part)
{
    int n = 0;
    for (size_t i = 0; i < r->notes; i++)
        n += !strcmp(r->note[i].kind, kind) && strstr(r->note[i].text, part);
    return n;
}

static void test_launching_hook_holds_the_instance_pending(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 10m\nresources:\n  app: {type: asg, min_size: 1, max_size: 4, boot_time: 30s,\n"
                       "    lifecycle_hooks: [{transition: launching, takes: 20s}, {transition: launching, takes: 50s}], scheduled_actions: [{at: 1m, desired_capacity: 2}]}\n"
                       "slo: [app.GroupPendingInstances.mean from 60s to 140s, app.in_service.min from 140s, app.in_service.max from 0s to 140s]\n");
    assert_true(r->slo[0].value == 1);
    assert_true(r->slo[1].value == 2);
    assert_true(r->slo[2].value == 1);
    wr_result_destroy(r);
}

static void test_abandoned_launch_is_tried_again(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 10m\nresources:\n  app: {type: asg, min_size: 1, max_size: 4, boot_time: 30s,\n"
                       "    lifecycle_hooks: [{transition: launching, takes: {sequence: {values: [100s, 10s]}}, heartbeat_timeout: 60s}], scheduled_actions: [{at: 1m, desired_capacity: 2}]}\n"
                       "slo: [app.launches, app.terminations, app.in_service.min from 190s, app.in_service.max from 0s to 190s]\n");
    /* booted at 1m30s, given up at 2m30s, the next one booted at 3m, in service at 3m10s */
    assert_true(r->slo[0].value == 2);
    assert_true(r->slo[1].value == 1);
    assert_true(r->slo[2].value == 2);
    assert_true(r->slo[3].value == 1);
    wr_result_destroy(r);
}

static void test_late_hook_that_continues_lets_it_in(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 10m\nresources:\n  app: {type: asg, min_size: 1, max_size: 4, boot_time: 30s,\n"
                       "    lifecycle_hooks: [{transition: launching, takes: 1h, heartbeat_timeout: 60s, default_result: CONTINUE}], scheduled_actions: [{at: 1m, desired_capacity: 2}]}\n"
                       "slo: [app.in_service.min from 150s, app.in_service.max from 0s to 150s]\n");
    assert_true(r->slo[0].value == 2);
    assert_true(r->slo[1].value == 1);
    wr_result_destroy(r);
}

static void test_terminating_hook_is_paid_for(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 1h\nresources:\n  app: {type: asg, min_size: 1, max_size: 4, desired_capacity: 2,\n"
                       "    lifecycle_hooks: [{transition: terminating, takes: 5m}], scheduled_actions: [{at: 30m, desired_capacity: 1}]}\n"
                       "slo: [app.GroupTerminatingInstances.mean from 30m to 35m, app.in_service.max from 30m, app.GroupTotalInstances.max from 35m]\n");
    assert_true(r->slo[0].value == 1);
    assert_true(r->slo[1].value == 1);
    assert_true(r->slo[2].value == 1);
    ASSERT_NEAR(cost(r, "m7g.large"), 0.0816 * (1 + 35 / 60.0), 1e-9);
    wr_result_destroy(r);
}

static void test_old_instances_are_replaced_one_at_a_time(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 26h\nresources: {app: {type: asg, min_size: 3, max_size: 3, boot_time: 2m, max_instance_lifetime: 1d}}\n"
                       "slo: [app.in_service.min, app.launches, app.in_service.min from 0s to 24h]\n");
    assert_true(r->slo[0].value == 2);
    assert_true(r->slo[1].value == 3);
    assert_true(r->slo[2].value == 3);
    wr_result_destroy(r);
}

/* ---- new versions ---------------------------------------------------------------------------------------- */
static wr_result *deployed(const char *how, const char *slo)
{
    char yaml[2048];
    snprintf(yaml, sizeof yaml,
             "weir: 1\nduration: 2h\nresources: {app: {type: asg, min_size: 8, max_size: 8, boot_time: 60s, application_start: 30s}}\n"
             "faults: [{deploy: app, at: 10m, %s}]\nslo: [app.launches, app.in_service.min, app.GroupTotalInstances.max, %s]\n", how, slo);
    return run(yaml);
}

static void test_rolling_deploy_goes_batch_by_batch(void **state)
{
    (void)state;
    wr_result *r = deployed("strategy: rolling, batch: 25%, takes: 60s", "app.in_service.min from 20m");
    assert_true(r->slo[0].value == 8);
    assert_true(r->slo[1].value == 6);
    assert_true(r->slo[2].value == 8);
    assert_true(r->slo[3].value == 8); /* four batches of 90 s and a pause: 600 s */
    assert_int_equal(texts(r, "terminate", "next version"), 4);
    assert_int_equal(texts(r, "deploy", "all instances"), 1);
    wr_result_destroy(r);
}

static void test_all_at_once_leaves_nothing_for_a_while(void **state)
{
    (void)state;
    wr_result *r = deployed("strategy: all_at_once", "app.in_service.max from 600s to 690s");
    assert_true(r->slo[0].value == 8);
    assert_true(r->slo[1].value == 0);
    assert_true(r->slo[3].value == 0);
    wr_result_destroy(r);
}

static void test_immutable_deploy_doubles_the_group_first(void **state)
{
    (void)state;
    wr_result *r = deployed("strategy: immutable", "app.GroupTotalInstances.max from 15m");
    assert_true(r->slo[0].value == 8);
    assert_true(r->slo[1].value == 8);
    assert_true(r->slo[2].value == 16);
    assert_true(r->slo[3].value == 8);
    wr_result_destroy(r);
}

static void test_canaries_come_first(void **state)
{
    (void)state;
    wr_result *r = deployed("strategy: canary, batch: 2, takes: 10m", "app.GroupTotalInstances.max from 10m to 21m");
    assert_true(r->slo[0].value == 8);
    assert_true(r->slo[1].value >= 8);
    assert_true(r->slo[2].value == 16);
    assert_true(r->slo[3].value == 10); /* at 11m30s they are ready, then ten minutes of watching */
    assert_int_equal(texts(r, "deploy", "all instances"), 1);
    wr_result_destroy(r);
}

static void test_refresh_keeps_its_share_healthy(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 4h\nresources:\n  app: {type: asg, min_size: 20, max_size: 20, boot_time: 60s, default_instance_warmup: 60s,\n"
                       "    instance_refresh: {at: 10m, min_healthy_percentage: 90, checkpoints: [50], checkpoint_delay: 30m}}\n"
                       "slo: [app.launches, app.in_service.min, app.GroupTotalInstances.max, app.launches from 0s to 30m, app.launches from 30m to 49m]\n");
    assert_true(r->slo[0].value == 20);
    assert_true(r->slo[1].value == 18);
    assert_true(r->slo[2].value == 20);
    assert_true(r->slo[3].value == 10); /* five rounds of two minutes, then the checkpoint */
    assert_true(r->slo[4].value == 0);
    assert_int_equal(texts(r, "deploy", "all instances"), 1);
    wr_result_destroy(r);
}

static void test_refresh_may_launch_first(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 4h\nresources:\n  app: {type: asg, min_size: 10, max_size: 10, boot_time: 60s,\n"
                       "    instance_refresh: {at: 10m, min_healthy_percentage: 100, max_healthy_percentage: 120}}\n"
                       "slo: [app.launches, app.in_service.min, app.GroupTotalInstances.max]\n");
    assert_true(r->slo[0].value == 10);
    assert_true(r->slo[1].value == 10);
    assert_true(r->slo[2].value == 12);
    assert_int_equal(texts(r, "deploy", "all instances"), 1);
    wr_result_destroy(r);
}

static void test_capacity_fault_is_taken_back(void **state)
{
    (void)state;
    wr_result *r = run("weir: 1\nduration: 1h\nresources: {app: {type: asg, min_size: 4, max_size: 8, boot_time: 60s}}\n"
                       "faults: [{capacity: app, factor: 0.5, at: 10m, for: 10m}]\n"
                       "slo: [app.in_service.mean from 10m to 20m, app.in_service.min from 21m, app.GroupMaxSize.min]\n");
    assert_true(r->slo[0].value == 2);
    assert_true(r->slo[1].value == 4);
    assert_true(r->slo[2].value == 4);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_launching_hook_holds_the_instance_pending),
        cmocka_unit_test(test_abandoned_launch_is_tried_again),
        cmocka_unit_test(test_late_hook_that_continues_lets_it_in),
        cmocka_unit_test(test_terminating_hook_is_paid_for),
        cmocka_unit_test(test_old_instances_are_replaced_one_at_a_time),
        cmocka_unit_test(test_rolling_deploy_goes_batch_by_batch),
        cmocka_unit_test(test_all_at_once_leaves_nothing_for_a_while),
        cmocka_unit_test(test_immutable_deploy_doubles_the_group_first),
        cmocka_unit_test(test_canaries_come_first),
        cmocka_unit_test(test_refresh_keeps_its_share_healthy),
        cmocka_unit_test(test_refresh_may_launch_first),
        cmocka_unit_test(test_capacity_fault_is_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
