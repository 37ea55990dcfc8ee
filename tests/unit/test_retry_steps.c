/* test_retry_steps.c - what a client may have besides retries, in steps of a program: breaker, hedge, deadline, hints.
 *
 * A resource "front" calls "back" as one of its steps. Everything is exact. Seed 1. */
#include "../../sim/kit/program.h"
#include "test_alb.h"

#define HEAD "weir: 1\nname: t\nduration: 100s\nmetrics_period: 1s\nnetwork: off\nsdk: {mode: none}\n"
#define ONE "traffic: {load: {target: front, at: [1s]}}\n"
#define FRONT(steps) "resources:\n  front: {type: service, servers: unlimited, steps: [" steps "]}\n"
#define BACK(T) "  back: {type: service, servers: unlimited, service_time: " T "}\n"
#define BROKEN "  back: {type: service, servers: unlimited, service_time: 0s, failure_rate: 100%}\n"

/* ---- what it refuses ---------------------------------------------------------------------------------- */
static void test_deadline_is_a_time_or_propagate(void **state)
{
    (void)state;
    assert_refused(HEAD ONE FRONT("{call: {to: back, deadline: soon}}") BACK("1s"), "'deadline' is 'soon'; allowed are a time such as 2s, and propagate");
    assert_refused(HEAD ONE FRONT("{call: {to: back, deadline: 0s}}") BACK("1s"), "'deadline' is '0s'");
}

static void test_hedge_of_a_step_needs_a_time_or_percentile(void **state)
{
    (void)state;
    assert_refused(HEAD ONE FRONT("{call: {to: back, hedge: {after: p100}}}") BACK("1s"), "'after' is 'p100'; allowed are a time such as 50ms and a percentile such as p95");
    assert_refused(HEAD ONE FRONT("{call: {to: back, hedge: {after: 0s}}}") BACK("1s"), "'after' is '0s'");
}

/* ---- breaker ------------------------------------------------------------------------------------------ */
static void test_breaker_of_a_step_refuses_and_says_so(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {load: {target: front, at: [{t: 1s, count: 10}, {t: 20s, count: 2}]}}\n"
                            FRONT("{call: {to: back, circuit_breaker: {failures: 3, window: 10s, open_for: 15s}}}") BACK("{sequence: {values: [1s]}}") "faults: [{error_rate: back, at: 0s, share: 100%}]\n");
    assert_true(sum_of(r, "load", "errors") == 12 && sum_of(r, "load", "rejected") == 1); /* all ten were under way before one failed */
    assert_true(sum_of(r, "back", "requests") == 11); /* one trial at 20 s */
    assert_true(caused(r, "front", "Client.BreakerOpen") == 1 && blamed(r, "Client.BreakerOpen") == 1);
    wr_result_destroy(r);
}

static void test_breaker_forgives_conflicts(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {load: {target: front, rate: 1/s, arrivals: uniform}}\n"
                            FRONT("{call: {to: back, circuit_breaker: {failures: 1}}}") BACK("0s") "faults: [{error_rate: back, at: 0s, share: 100%, as: conflict}]\n");
    assert_true(sum_of(r, "load", "rejected") == 0 && sum_of(r, "back", "requests") == 99);
    wr_result_destroy(r);
}

static void test_refusal_that_is_caught_goes_on(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {load: {target: front, rate: 1/s, arrivals: uniform}}\n"
                            FRONT("{call: {to: back, catch: continue, circuit_breaker: {failures: 2, open_for: 1000s}}}, {wait: 1ms}") BROKEN);
    assert_true(sum_of(r, "load", "completed") == 99 && sum_of(r, "back", "requests") == 2);
    assert_true(caused(r, "front", "Client.BreakerOpen") == 97 && r->blames == 0);
    wr_result_destroy(r);
}

/* ---- hedge -------------------------------------------------------------------------------------------- */
static void test_hedge_of_a_step_takes_the_first_good_answer(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {load: {target: front, at: [1s, 50s]}}\n"
                            FRONT("{wait: 1s}, {call: {to: back, hedge: {after: 2s}}}, {wait: 1s}") BACK("{sequence: {values: [10s, 1s, 1s]}}"));
    assert_true(sum_of(r, "back", "requests") == 3 && sum_of(r, "load", "completed") == 2);
    assert_true(measure(r, "load", "", "latency")->total.max == 5 && measure(r, "load", "", "latency")->total.min == 3);
    wr_result_destroy(r);
}

static void test_host_that_is_lost_drops_its_copies(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD ONE FRONT("{call: {to: back, hedge: {after: 1s, max: 2}}}") BACK("20s") "faults: [{fail: front, at: 5s}]\n");
    assert_true(sum_of(r, "back", "requests") == 3 && sum_of(r, "back", "completed") == 3 && sum_of(r, "back", "late") == 3);
    assert_true(measure(r, "load", "", "latency_all")->total.max == 4);
    wr_result_destroy(r);
}

/* ---- deadlines ---------------------------------------------------------------------------------------- */
static void test_deadline_of_a_step_covers_all_its_tries(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD ONE FRONT("{call: {to: back, timeout: 2s, deadline: 5s, retry: {mode: immediate, attempts: 10}}}") BACK("10s"));
    assert_true(sum_of(r, "back", "requests") == 3 && measure(r, "load", "", "latency_all")->total.max == 5);
    assert_true(sum_of(r, "load", "timeouts") == 1);
    wr_result_destroy(r);
    r = run_text(HEAD ONE FRONT("{call: {to: back, timeout: 2s, deadline: 5s, retry: {mode: fixed, base: 4s, attempts: 10}}}") BACK("10s"));
    assert_true(sum_of(r, "back", "requests") == 1 && measure(r, "load", "", "latency_all")->total.max == 2);
    wr_result_destroy(r);
}

/* The client leaves at 4 s: tries at 2, 2.5, 3 and 3.5 s, and none for nobody. */
static void test_deadline_propagates(void **state)
{
    (void)state;
#define IMPATIENT "traffic: {load: {target: front, at: [1s], client: {timeout: 3s}}}\n"
    wr_result *r = run_text(HEAD IMPATIENT FRONT("{wait: 1s}, {call: {to: back, deadline: propagate, retry: {mode: fixed, base: 500ms, attempts: 99}}}") BROKEN);
    assert_true(sum_of(r, "back", "requests") == 4);
    wr_result_destroy(r);
    r = run_text(HEAD IMPATIENT FRONT("{wait: 1s}, {call: {to: back, timeout: 30s, deadline: propagate, retry: {mode: fixed, base: 500ms, attempts: 99}}}") BACK("10s"));
    assert_true(sum_of(r, "back", "requests") == 1 && measure(r, "front", "", "latency_all")->total.max == 3);
    wr_result_destroy(r);
    r = run_text(HEAD IMPATIENT FRONT("{wait: 5s}, {call: {to: back, deadline: propagate}}") BACK("10s"));
    assert_true(sum_of(r, "back", "requests") == 0 && caused(r, "front", "Client.Timeout") == 1);
    wr_result_destroy(r);
    r = run_text(HEAD "traffic: {load: {request: [{wait: 1s}, {call: front}], at: [1s], client: {timeout: 3s}}}\n"
                 FRONT("{call: {to: back, deadline: propagate, retry: {mode: fixed, base: 500ms, attempts: 99}}}") BROKEN);
    assert_true(sum_of(r, "back", "requests") == 4);
    wr_result_destroy(r);
    r = run_text(HEAD ONE FRONT("{call: {to: back, deadline: propagate}}") BACK("10s")); /* nobody said how long */
    assert_true(sum_of(r, "load", "completed") == 1);
    wr_result_destroy(r);
}

/* ---- hints, limiter ----------------------------------------------------------------------------------- */
static void test_client_comes_again_when_the_server_says(void **state)
{
    (void)state;
#define LIMITED "  back: {type: service, servers: unlimited, service_time: 0s, rate_limit: {rate: 1/s, burst: 1, retry_after: 3s}}\n"
    wr_result *r = run_text(HEAD "traffic: {load: {target: front, at: [{t: 1s, count: 2}]}}\n" FRONT("{call: {to: back, retry: {mode: immediate, attempts: 2}}}") LIMITED);
    assert_true(sum_of(r, "load", "completed") == 2 && measure(r, "load", "", "latency")->total.max == 3);
    wr_result_destroy(r);
    r = run_text(HEAD "traffic: {load: {target: back, at: [{t: 1s, count: 2}], client: {retry: {mode: immediate, attempts: 2}}}}\n" FRONT("{wait: 1s}") LIMITED);
    assert_true(sum_of(r, "load", "completed") == 2 && measure(r, "load", "", "latency")->total.max == 3);
    wr_result_destroy(r);
    r = run_text(HEAD "traffic: {load: {target: back, at: [{t: 1s, count: 2}], client: {retry: {mode: immediate, attempts: 2, retry_after: ignore}}}}\n" FRONT("{wait: 1s}") LIMITED);
    assert_true(sum_of(r, "load", "completed") == 1);
    wr_result_destroy(r);
}

/* Held by the limiter when their host fails, or their client leaves. */
static void test_those_held_are_let_off(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {load: {target: front, rate: 20/s, client: {timeout: 2s, abandoned_work: cancelled}}}\n"
                            FRONT("{call: {to: back, retry: {mode: sdk_adaptive}}}") BACK("0s")
                            "faults: [{throttle: back, at: 10s, for: 20s, share: 90%}, {fail: front, at: 15s, for: 5s}]\n");
    assert_true(sum_of(r, "load", "timeouts") > 10);
    double ended = sum_of(r, "load", "completed") + sum_of(r, "load", "errors");
    assert_true(sum_of(r, "load", "requests") - ended == measure(r, "load", "", "in_system")->total.last);
    wr_result_destroy(r);
}

static void test_siblings_share_all_but_their_clients(void **state)
{
    (void)state;
    run *world = run_create(1, 0);
    static const wr_model source = {.kind = "source", .has = WR_HAS_RETRIES, .net = WR_NET_SERVICE};
    wr_host *h = wr_host_create(run_add(world, &source, "source", NULL, -1));
    wr_host_speed(h, 2);
    h->parts = (host_part *)(void *)world; /* anything */
    wr_host *other = wr_host_sibling(h);
    assert_true(other->common == h->common && other->speed == 2 && !other->parts);
    run_destroy(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deadline_is_a_time_or_propagate),
        cmocka_unit_test(test_hedge_of_a_step_needs_a_time_or_percentile),
        cmocka_unit_test(test_breaker_of_a_step_refuses_and_says_so),
        cmocka_unit_test(test_breaker_forgives_conflicts),
        cmocka_unit_test(test_refusal_that_is_caught_goes_on),
        cmocka_unit_test(test_hedge_of_a_step_takes_the_first_good_answer),
        cmocka_unit_test(test_host_that_is_lost_drops_its_copies),
        cmocka_unit_test(test_deadline_of_a_step_covers_all_its_tries),
        cmocka_unit_test(test_deadline_propagates),
        cmocka_unit_test(test_client_comes_again_when_the_server_says),
        cmocka_unit_test(test_those_held_are_let_off),
        cmocka_unit_test(test_siblings_share_all_but_their_clients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
