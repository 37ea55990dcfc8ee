/* test_resolve.c - names in links, metrics and faults; operations and where they arrive. */
#include "scenario_bench.h"
#include <weir/model.h>

#define TWO HEAD "traffic:\n  t: {target: web, rate: 1/s}\nresources:\n  web: {type: service, service_time: 1ms}\n" \
                 "  db: {type: dynamodb, billing_mode: PAY_PER_REQUEST}\n"

/* ---- links ---- */
static void test_a_link_leads_to_something_that_answers(void **state)
{
    (void)state;
    SAYS(HEAD "traffic:\n  t: {target: wbe, rate: 1/s}\nresources:\n  web: {type: service, service_time: 1ms}\n",
         "4:15: 'target' of traffic 't' names 'wbe'; there is no such resource -> did you mean 'web'?\n");
    SAYS(HEAD "resources:\n  web: {type: service, service_time: 1ms, then: [{get: {from: web}}]}\n",
         "4:63: service 'web' does not answer get\n");
    SAYS(HEAD "resources:\n  web: {type: service, service_time: 1ms, then: [{call: db}]}\n  db: {type: dynamodb, "
              "billing_mode: PAY_PER_REQUEST}\n",
         "4:57: dynamodb 'db' does not answer requests\n");
}

static void test_a_resource_may_call_itself_but_not_be_its_own_balancer(void **state)
{
    (void)state;
    SAYS(HEAD "resources:\n  web: {type: alb, target: web}\n", "4:28: alb 'web' forwards to itself\n");
    SAYS(HEAD "resources:\n  web: {type: service, service_time: 1ms, then: [{choose: [{share: 10%, steps: [{call: "
              "web}]}]}]}\n",
         "");
}

static void test_a_word_of_unknown_type_does_not_spoil_its_links(void **state)
{
    (void)state;
    SAYS(HEAD "traffic:\n  t: {target: web, rate: 1/s}\nresources:\n  web: {type: srevice, service_time: 1ms}\nslo: "
              "[web.latency.p99]\n",
         "6:15: unknown type 'srevice' of 'web'; available: TYPES -> did you mean 'service'?\n");
}

static void test_a_metric_of_unknown_type_does_not_make_its_key_missing(void **state)
{
    (void)state;
    SAYS(HEAD "resources:\n  jobs: {type: qsq}\n  app: {type: asg, min_size: 1, max_size: 2, steps: [{cpu: 1ms}], "
              "scaling_policies: [{type: target_tracking, metric: jobs.queue_depth, target_value: 5}]}\n",
         "4:16: unknown type 'qsq' of 'jobs'; available: TYPES -> did you mean 'sqs'?\n");
}

/* ---- metrics ---- */
static void test_unknown_metrics_come_with_advice(void **state)
{
    (void)state;
    SAYS(TWO "slo:\n  - wbe.latency.p99\n  - web.latncy\n  - db.ThrotledRequests\n  - db.wait.mean\n  - run.cots\n  - "
             "run:x.cost\n",
         "9:5: there is no traffic or resource 'wbe' -> did you mean 'web'?\n"
         "10:5: unknown metric 'latncy' of service 'web' -> did you mean 'latency'?\n"
         "11:5: unknown metric 'ThrotledRequests' of dynamodb 'db' -> did you mean 'ThrottledRequests'?\n"
         "12:5: unknown metric 'wait' of dynamodb 'db'\n"
         "13:5: unknown metric 'cots' of the run -> did you mean 'cost'?\n"
         "14:5: 'run' has no parts\n");
}

static void test_a_statistic_must_fit_the_kind(void **state)
{
    (void)state;
    SAYS(TWO "slo: [web.requests.p99, web.utilization.max, 'web.queue_depth.rate < 3', web.error_rate.p5]\n",
         "8:7: 'p99' is no statistic of 'requests', which is a count; allowed: sum and rate\n"
         "8:25: 'max' is no statistic of 'utilization', which is a ratio; allowed: mean\n"
         "8:47: 'rate' is no statistic of 'queue_depth', which is a level; allowed: mean, sd, min, max, last, pNN and "
         "above(VALUE)\n"
         "8:74: 'p5' is no statistic of 'error_rate', which is a ratio; allowed: mean\n");
}

static void test_parts_of_traffic_are_its_operations(void **state)
{
    (void)state;
    SAYS(TWO "slo: [t:default.requests, t:order.requests, web:anything.requests]\n",
         "8:27: traffic 't' sends no operation 'order'\n");
}

static void test_atoms_are_numbered(void **state)
{
    (void)state;
    wr_scenario *s = GOOD(TWO "slo: [db.ThrottledRequests, web.latency, web.requests, run.cost_per_hour < 2]\n");
    const formula_atom *a[4];
    for (size_t i = 0; i < 4; i++)
        a[i] = &s->slo[i]->atom[0];
    assert_int_equal(a[0]->comp, 2);
    assert_string_equal(s->comp[2].model->metrics[a[0]->metric_row].name, "ThrottledRequests");
    assert_int_equal(a[1]->metric_row, WR_U_LATENCY);
    assert_int_equal(a[1]->stat, F_MEAN);
    assert_int_equal(a[2]->stat, F_SUM);
    assert_int_equal(a[2]->kind, WR_COUNT);
    assert_int_equal(a[3]->comp, -1);
    assert_int_equal(a[3]->metric_row, RUN_COST_PER_HOUR);
    wr_scenario_destroy(s);
}

/* ---- operations ---- */
#define APP(mix, more) HEAD "traffic:\n  t: {target: web, rate: 1/s, mix: " mix "}\nresources:\n  web: {type: service, service_time: 1ms, then: [{call: app" more "}]}\n" \
    "  app:\n    type: service\n    operations:\n      browse: [{wait: 1ms}]\n      order: [{wait: 2ms}]\n"

static void test_an_operation_without_steps_is_found_behind_links(void **state)
{
    (void)state;
    SAYS(APP("{browse: 90%, ordr: 10%}", ""), "10:7: service 'app' has no steps for the operation 'ordr' that traffic "
                                              "'t' sends -> write 'ordr' or 'default'\n");
    SAYS(APP("{browse: 90%, order: 10%}", ""), "");
    SAYS(HEAD "traffic:\n  t: {target: app, rate: 1/s}\nresources:\n  app: {type: service, operations: {browse: "
              "[{wait: 1ms}]}}\n",
         "6:36: service 'app' has no steps for the operation 'default' that traffic 't' sends -> write 'default', or "
         "let the traffic send a 'mix'\n");
}

static void test_a_step_may_ask_for_another_operation(void **state)
{
    (void)state;
    SAYS(HEAD "traffic:\n  t: {target: web, rate: 1/s}\nresources:\n"
              "  web: {type: service, service_time: 1ms, then: [{call: {to: app, operation: browse}}]}\n"
              "  app: {type: service, operations: {browse: [{wait: 1ms}]}}\n", "");
}

static void test_an_entry_lets_only_its_own_operation_pass(void **state)
{
    (void)state;
    SAYS(HEAD "traffic:\n  t: {target: web, rate: 1/s, mix: {a: 50%, b: 50%}}\nresources:\n"
              "  web: {type: service, operations: {a: [{call: app}], default: [{wait: 1ms}]}}\n"
              "  app: {type: service, operations: {a: [{wait: 1ms}]}}\n", "");
}

static void test_operations_are_numbered_from_default(void **state)
{
    (void)state;
    wr_scenario *s = GOOD(APP("{browse: 90%, order: 10%}", ""));
    assert_int_equal(s->operations, 3);
    assert_string_equal(s->operation[0], "default");
    wr_scenario_destroy(s);
}

/* ---- faults ---- */
static void test_faults_are_bound_by_what_they_strike(void **state)
{
    (void)state;
    SAYS(TWO "faults:\n  - {fial: web, at: 5s}\n  - {fail: wbe, at: 5s}\n  - {spike: web, at: 5s}\n  - {fail: web}\n  "
             "- {throttle: web, at: 5s}\n"
             "  - {slow: web, at: 5s, fcator: 3}\n  - {az_outage: west, at: 1s}\n  - {fail: web, at: 1s, random: "
             "{mttf: 1s, mttr: 1s}}\n  - 5\n",
         "9:6: unknown kind of fault 'fial' -> did you mean 'fail'?\n"
         "10:12: fault 'fail' strikes 'wbe'; there is no such traffic or resource -> did you mean 'web'?\n"
         "11:6: 'spike' cannot strike service 'web'; possible: fail, slow, error_rate, throttle, latency\n"
         "12:6: 'at' of fault 'fail' is required, or 'random'\n"
         "13:6: fault 'throttle' needs one of 'share' and 'rate'\n"
         "14:25: unknown key 'fcator' of fault 'slow' -> did you mean 'factor'?\n"
         "15:17: 'az_outage' needs a zone: one letter, such as a\n"
         "16:33: 'random' stands in place of 'at', 'for' and 'every'\n"
         "17:5: a fault is a mapping such as {fail: app, at: 5m}\n");
    SAYS(TWO "faults: [{fail: web, at: 20s}]\n", "8:26: warning: this fault begins when the run is over\n");
}

static void test_faults_are_kept(void **state)
{
    (void)state;
    wr_scenario *s =
        GOOD(TWO "faults:\n  - {slow: web, at: [1s, 2s], for: 1s, factor: 3, probability: 50%}\n  - {error_rate: db, "
                 "share: 10%, as: throttled, at: 1s, every: 2s}\n"
                 "  - {latency: network, add: 3ms, from: t, to: web, at: 0s}\n  - {latency: web, add: 3ms, at: 0s}\n  "
                 "- {throttle: web, rate: 5/s, at: 0s}\n"
                 "  - {az_outage: us-east-1b, random: {mttf: 5s, mttr: 1s}}\n  - {spike: t, at: 3s, factor: 2}\n");
    const scenario_fault *f = s->fault;
    assert_int_equal(s->faults, 7);
    assert_true(f[0].how == FAULT_MODEL && f[0].comp == 1 && f[0].ats == 2 && f[0].at[1] == 2 * WR_S &&
                f[0].probability == 0.5);
    assert_string_equal(s->comp[1].model->faults[f[0].row].name, "slow");
    assert_true(f[1].how == FAULT_ERRORS && f[1].comp == 2 && f[1].share == 0.1 && f[1].as == WR_THROTTLED &&
                f[1].every == 2 * WR_S);
    assert_true(f[2].how == FAULT_LATENCY && f[2].comp == -1 && f[2].from == 0 && f[2].to == 1 && f[2].add);
    assert_true(f[3].how == FAULT_LATENCY && f[3].from == -1 && f[3].to == 1);
    assert_true(f[4].how == FAULT_THROTTLE && f[4].rate == 5 && f[4].as == WR_THROTTLED);
    assert_true(f[5].how == FAULT_ZONE && f[5].az == 1 && *(const int *)f[5].cfg == 1 && f[5].mttf && f[5].ats == 0);
    assert_true(f[6].how == FAULT_MODEL && f[6].comp == 0 && !f[6].lasts);
    wr_scenario_destroy(s);
}

/* ---- charts, network ---- */
static void test_charts_name_what_exists(void **state)
{
    (void)state;
    SAYS(TWO "charts: [{kind: lines, of: [web.latncy]}, {of: [web]}, {kind: queue, of: [wbe, 't:default']}]\n",
         "8:29: unknown metric 'latncy' of service 'web' -> did you mean 'latency'?\n"
         "8:43: a chart is a mapping with a 'kind', such as {kind: latency_over_time, of: [web]}\n"
         "8:75: there is no traffic or resource 'wbe' -> did you mean 'web'?\n");
    wr_scenario *s = GOOD(TWO "charts: [{kind: queue, of: web}]\n");
    assert_string_equal(wr_scenario_look(s)->charts, "- kind: queue\n  of: web\n");
    wr_scenario_destroy(s);
}

static void test_links_of_the_network_join_any_two(void **state)
{
    (void)state;
    SAYS(TWO "network: {links: [{from: t, to: wbe, latency: 3ms}]}\n",
         "8:33: 'to' of 'network' names 'wbe'; there is no such resource -> did you mean 'web'?\n");
    wr_scenario *s = GOOD(TWO "network: {links: [{from: t, to: web, latency: 3ms, loss: 1%}]}\n");
    assert_int_equal(s->links, 1);
    assert_true(s->link[0].from == 0 && s->link[0].to == 1 && s->link[0].loss == 0.01);
    assert_int_equal(s->edges, 1);
    wr_scenario_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_link_leads_to_something_that_answers),
        cmocka_unit_test(test_a_resource_may_call_itself_but_not_be_its_own_balancer),
        cmocka_unit_test(test_a_word_of_unknown_type_does_not_spoil_its_links),
        cmocka_unit_test(test_a_metric_of_unknown_type_does_not_make_its_key_missing),
        cmocka_unit_test(test_unknown_metrics_come_with_advice),
        cmocka_unit_test(test_a_statistic_must_fit_the_kind),
        cmocka_unit_test(test_parts_of_traffic_are_its_operations),
        cmocka_unit_test(test_atoms_are_numbered),
        cmocka_unit_test(test_an_operation_without_steps_is_found_behind_links),
        cmocka_unit_test(test_a_step_may_ask_for_another_operation),
        cmocka_unit_test(test_an_entry_lets_only_its_own_operation_pass),
        cmocka_unit_test(test_operations_are_numbered_from_default),
        cmocka_unit_test(test_faults_are_bound_by_what_they_strike),
        cmocka_unit_test(test_faults_are_kept),
        cmocka_unit_test(test_charts_name_what_exists),
        cmocka_unit_test(test_links_of_the_network_join_any_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
