/* test_traffic_pool.c - connections of a client object, waits that end with the deadline, growing faults, and who is
 * blamed when patience ends. Everything is exact. Seed 1. */
#include "test_alb.h"

#define HEAD "weir: 1\nname: t\nduration: 100s\nmetrics_period: 1s\nnetwork: off\nsdk: {mode: none}\n"
#define DESK(T) "resources: {desk: {type: service, servers: unlimited, service_time: " T "}}\n"

static const wr_moments *latencies(const wr_result *r)
{
    return &measure(r, "load", "", "latency_all")->total;
}

/* ---- connections -------------------------------------------------------------------------------------- */
static void test_no_connection_is_no_pool(void **state)
{
    (void)state;
    assert_refused(HEAD "traffic: {load: {target: desk, at: [1s], client: {connections: {max: 0}}}}\n" DESK("1s"), "'max'");
}

static void test_tries_wait_for_a_connection(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {load: {target: desk, at: [{t: 1s, count: 5}], client: {connections: {max: 2}}}}\n" DESK("1s"));
    assert_true(latencies(r)->max == 3 && fabs(latencies(r)->sum - 9) < 1e-9);
    assert_true(measure(r, "desk", "", "in_system")->total.max == 2);
    assert_true(sum_of(r, "load", "time_wait") == 4);
    wr_result_destroy(r);
}

static void test_every_object_has_its_own_pool(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {load: {target: desk, at: [{t: 1s, count: 200}], client: {objects: 10, connections: {max: 2}}}}\n" DESK("1s"));
    assert_true(measure(r, "desk", "", "in_system")->total.max == 20 && sum_of(r, "load", "completed") == 200);
    wr_result_destroy(r);
}

static void test_timeout_begins_with_the_connection_and_frees_it(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {load: {target: desk, at: [{t: 1s, count: 3}], client: {timeout: 2s, connections: {max: 1}}}}\n" DESK("10s"));
    assert_true(sum_of(r, "load", "timeouts") == 3 && latencies(r)->max == 6 && sum_of(r, "desk", "requests") == 3);
    wr_result_destroy(r);
}

static void test_deadline_ends_the_wait_for_a_connection(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {load: {target: desk, at: [{t: 1s, count: 3}], client: {deadline: 3s, connections: {max: 1}}}}\n" DESK("10s"));
    assert_true(sum_of(r, "load", "timeouts") == 3 && latencies(r)->max == 3 && latencies(r)->min == 3);
    assert_true(sum_of(r, "desk", "requests") == 1);
    wr_result_destroy(r);
}

/* 1 s: new; 2 s: the same one; 20 s: it was closed at 7 s. */
static void test_new_connection_costs_its_handshake(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {load: {target: desk, at: [1s, 2s, 20s], client: {connections: {keep_alive: 5s, handshake: 100ms}}}}\n" DESK("10ms"));
    assert_true(fabs(latencies(r)->sum - 0.23) < 1e-12 && fabs(sum_of(r, "load", "time_wait") - 0.2) < 1e-12);
    wr_result_destroy(r);
}

static void test_retries_take_a_connection_each(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {load: {target: desk, at: [{t: 1s, count: 2}], client: {connections: {max: 1}, retry: {mode: fixed, base: 1s, attempts: 3}}}}\n"
                            "resources: {desk: {type: service, service_time: 1s, servers: unlimited, failure_rate: 100%}}\n");
    assert_true(sum_of(r, "desk", "requests") == 6 && measure(r, "desk", "", "in_system")->total.max == 1);
    assert_true(latencies(r)->min == 5 && latencies(r)->max == 6);
    wr_result_destroy(r);
}

/* ---- waits and blame ---------------------------------------------------------------------------------- */
static void test_deadline_ends_the_wait_for_the_limiter(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {load: {target: desk, at: [1s, {t: 1500ms, count: 5}], client: {deadline: 1s, retry: {mode: sdk_adaptive, attempts: 1}}}}\n" DESK("0s")
                            "faults: [{throttle: desk, at: 0s, for: 1200ms, share: 100%}]\n");
    assert_true(sum_of(r, "load", "throttled") == 1 && sum_of(r, "load", "timeouts") == 5);
    assert_true(latencies(r)->max == 1 && sum_of(r, "desk", "requests") == 1);
    wr_result_destroy(r);
}

static void test_timeout_of_a_request_of_steps_blames_the_callee(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {load: {request: [{wait: 1s}, {call: desk}], at: [1s], client: {timeout: 3s}}}\n"
                            "resources: {desk: {type: service, service_time: 1s, servers: unlimited, then: [{call: far}]}, far: {type: service, service_time: 50s}}\n");
    assert_int_equal(r->blames, 1);
    assert_string_equal(r->blame[0].where, "far");
    assert_string_equal(r->blame[0].cause, "Client.Timeout");
    wr_result_destroy(r);
    r = run_text(HEAD "traffic: {load: {request: [{wait: 10s}, {call: desk}], at: [1s], client: {timeout: 3s}}}\n" DESK("1s"));
    assert_int_equal(r->blames, 1);
    assert_string_equal(r->blame[0].where, "load");
    wr_result_destroy(r);
}

/* ---- faults with a ramp ------------------------------------------------------------------------------- */
static void test_ramp_is_for_factors(void **state)
{
    (void)state;
#define LOAD "traffic: {load: {target: desk, rate: 10/s, arrivals: uniform}}\n"
    assert_refused(HEAD LOAD DESK("1s") "faults: [{fail: desk, at: 1s, ramp: 5s}]\n", "'ramp' lets the factor of spike and slow grow; 'fail' has none");
    assert_refused(HEAD LOAD DESK("1s") "faults: [{error_rate: desk, at: 1s, share: 5%, ramp: 5s}]\n", "'error_rate' has none");
}

/* From 10/s to 30/s within 20 s: 400 in between; then 30/s; then 10/s again. */
static void test_spike_with_a_ramp_grows_in_a_line(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD LOAD DESK("0s") "faults: [{spike: load, factor: 3, at: 20s, for: 40s, ramp: 20s}]\n");
    NEAR(sum_between(r, "load", "", "requests", 20, 40), 400, 1);
    NEAR(sum_between(r, "load", "", "requests", 20, 21), 10.5, 1);
    NEAR(sum_between(r, "load", "", "requests", 39, 40), 29.5, 1);
    NEAR(sum_between(r, "load", "", "requests", 40, 60), 600, 1);
    NEAR(sum_between(r, "load", "", "requests", 60, 100), 400, 1);
    wr_result_destroy(r);
}

static void test_slow_with_a_ramp_ends_when_it_ends(void **state)
{
    (void)state;
    wr_result *r = run_text(HEAD "traffic: {load: {target: desk, at: [1s, 30s, 45s, 61s]}}\n" DESK("100ms") "faults: [{slow: desk, factor: 5, at: 20s, for: 40s, ramp: 20s}]\n");
    NEAR(latencies(r)->sum, 0.1 + 0.3 + 0.5 + 0.1, 0.005);
    wr_result_destroy(r);
    r = run_text(HEAD "traffic: {load: {target: desk, at: [30s, 31s]}}\n" DESK("100ms") "faults: [{slow: desk, factor: 5, at: 20s, for: 10500ms, ramp: 20s}]\n");
    NEAR(latencies(r)->sum, 0.3 + 0.1, 0.005);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_connection_is_no_pool),
        cmocka_unit_test(test_tries_wait_for_a_connection),
        cmocka_unit_test(test_every_object_has_its_own_pool),
        cmocka_unit_test(test_timeout_begins_with_the_connection_and_frees_it),
        cmocka_unit_test(test_deadline_ends_the_wait_for_a_connection),
        cmocka_unit_test(test_new_connection_costs_its_handshake),
        cmocka_unit_test(test_retries_take_a_connection_each),
        cmocka_unit_test(test_deadline_ends_the_wait_for_the_limiter),
        cmocka_unit_test(test_timeout_of_a_request_of_steps_blames_the_callee),
        cmocka_unit_test(test_ramp_is_for_factors),
        cmocka_unit_test(test_spike_with_a_ramp_grows_in_a_line),
        cmocka_unit_test(test_slow_with_a_ramp_ends_when_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
