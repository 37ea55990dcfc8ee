/* Clients: patience, deadlines, retries, breakers, hedges - what becomes of a request after its first try.
 *
 * Each test loads a small scenario and looks at the cells of its run; nearly all checks are exact. Seed 1. */
#include "traffic_bench.h"

/* ---- patience, retries -------------------------------------------------------------------------------- */
#define SLOW(T) "resources: {desk: {type: service, servers: unlimited, service_time: " T "}}\n"

static void test_timeout_counts_and_the_answer_is_late(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, at: [1s], client: {timeout: 2s, retry: {mode: fixed, base: 500ms, attempts: 2}}}}\n" SLOW("5s"));
    until(&w, 20);
    assert_true(count(&w, "load", WR_U_TIMEOUTS) == 1 && count(&w, "load", WR_U_ERRORS) == 1);
    assert_true(level(&w, "load", WR_U_LATENCY_ALL) == 4.5);
    assert_true(count(&w, "load", WR_U_LATE) == 2 && count(&w, "desk", WR_U_LATE) == 2);
    assert_true(count(&w, "load", WR_U_TRIES) == 2 && count(&w, "load", WR_U_RETRIES) == 1 && count(&w, "load", WR_U_TRIED) == 1);
    assert_true(count(&w, "load", WR_U_TIME_BACKOFF) == 0.5);
    assert_true(count(&w, "load", WR_U_TIME_SERVICE) == 4);
    assert_int_equal(calls_open(w.r->calls), 0);
    finish(&w);
}

static void test_cancelled_work_is_given_up(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, at: [1s], client: {timeout: 2s, abandoned_work: cancelled}}}\n" SLOW("5s"));
    until(&w, 3.5);
    assert_true(level(&w, "desk", WR_U_BUSY) == 0);
    finish(&w);
    start(&w, "traffic: {load: {target: desk, at: [1s], client: {timeout: 2s}}}\n" SLOW("5s"));
    until(&w, 3.5);
    assert_true(level(&w, "desk", WR_U_BUSY) == 1);
    finish(&w);
}

static void test_deadline_covers_all_tries(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, at: [1s], client: {timeout: 2s, deadline: 5s, retry: {mode: immediate, attempts: 10}}}}\n" SLOW("10s"));
    until(&w, 30);
    assert_true(level(&w, "load", WR_U_LATENCY_ALL) == 5);
    assert_true(count(&w, "load", WR_U_TRIES) == 3);
    finish(&w);
    start(&w, "traffic: {load: {target: desk, at: [1s], client: {timeout: 2s, deadline: 5s, retry: {mode: fixed, base: 4s, attempts: 10}}}}\n" SLOW("10s"));
    until(&w, 30);
    assert_true(level(&w, "load", WR_U_LATENCY_ALL) == 2); /* the next try would begin after the deadline */
    assert_true(count(&w, "load", WR_U_TRIES) == 1 && count(&w, "load", WR_U_RETRIES) == 0);
    finish(&w);
}

static void test_patience_with_a_request_of_several_steps(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {request: [{wait: 1s}, {call: desk}], at: [0s], client: {timeout: 3s, retry: {mode: immediate, attempts: 2}}}}\n" SLOW("5s"));
    until(&w, 30);
    assert_true(count(&w, "load", WR_U_TIMEOUTS) == 1);
    assert_true(level(&w, "load", WR_U_LATENCY_ALL) == 6);
    assert_true(count(&w, "desk", WR_U_REQUESTS) == 2);
    assert_int_equal(calls_open(w.r->calls), 0);
    finish(&w);
    start(&w, "traffic: {load: {request: [{wait: 1s}, {call: desk}, {return: ok}, {wait: 3s}, {call: desk}], at: [0s]}}\n" SLOW("5s"));
    until(&w, 30);
    assert_true(latency_of(&w) == 6 && count(&w, "load", WR_U_REQUESTS) == 1 && count(&w, "desk", WR_U_COMPLETED) == 2);
    assert_int_equal(calls_open(w.r->calls), 0);
    finish(&w);
}

static void test_budget_refuses_retries_and_says_so(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, at: [{t: 1s, count: 5}], client: {retry: {mode: immediate, attempts: 2, budget: {capacity: 3, cost: 1}}}}}\n"
              "resources: {desk: {type: service, servers: unlimited, service_time: 0s, failure_rate: 100%}}\n");
    until(&w, 10);
    assert_true(count(&w, "load", WR_U_RETRIES) == 3 && count(&w, "load", WR_U_SUPPRESSED) == 2 && count(&w, "load", WR_U_ERRORS) == 5);
    double refused = 0;
    for (const blame *b = of(&w, "load")->blames; b; b = b->next)
        refused += b->where == of(&w, "load") ? b->count : 0;
    assert_true(refused == 2);
    finish(&w);
}

static void test_retry_succeeds_and_clears_the_cause(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, at: [{t: 1s, count: 1000}], client: {objects: 3, retry: {mode: immediate, attempts: 30}}}}\n"
              "resources: {desk: {type: service, servers: unlimited, service_time: 0s, failure_rate: 50%}}\n");
    until(&w, 10);
    assert_true(count(&w, "load", WR_U_COMPLETED) == 1000 && count(&w, "load", WR_U_GOODPUT) == 1000);
    assert_null(of(&w, "load")->blames);
    bench_near(count(&w, "load", WR_U_TRIES), 2000, 0.15);
    finish(&w);
}

/* ---- breaker, hedge ----------------------------------------------------------------------------------- */
static void test_breaker_opens_tries_and_closes(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, rate: 1/s, arrivals: uniform, client: {circuit_breaker: {failures: 3, window: 10s, open_for: 5s}}}}\n"
              "resources: {desk: {type: service, servers: unlimited, service_time: 1ms}}\nfaults: [{fail: desk, at: 2s, for: 15s}]\n");
    until(&w, 2.5);
    fault(&w, "desk", 0, true);
    until(&w, 5.5); /* 3, 4, 5 have failed */
    assert_true(count(&w, "load", WR_U_REJECTED) == 0 && count(&w, "load", WR_U_ERRORS) == 3);
    until(&w, 9.5); /* 6 to 9 were not sent */
    assert_true(count(&w, "load", WR_U_REJECTED) == 4 && count(&w, "desk", WR_U_REQUESTS) == 5);
    until(&w, 11.5); /* the trial of 10 fails too: 10 s and 5.0 s after opening */
    assert_true(count(&w, "desk", WR_U_REQUESTS) == 6 && count(&w, "load", WR_U_REJECTED) == 5);
    fault(&w, "desk", 0, false);
    until(&w, 17.5); /* 15 is the next trial; it is good, and all go again */
    assert_true(count(&w, "desk", WR_U_REQUESTS) == 9 && count(&w, "load", WR_U_REJECTED) == 8);
    finish(&w);
}

static void test_breaker_by_share_needs_ten_calls(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, rate: 1/s, arrivals: uniform, client: {circuit_breaker: {share: 50%, window: 100s, open_for: 500s}}}}\n"
              "resources: {desk: {type: service, servers: unlimited, service_time: 1ms, failure_rate: 100%}}\n");
    until(&w, 10.5);
    assert_true(count(&w, "load", WR_U_REJECTED) == 0);
    until(&w, 20.5);
    assert_true(count(&w, "load", WR_U_REJECTED) == 10 && count(&w, "desk", WR_U_REQUESTS) == 10);
    finish(&w);
}

static void test_hedge_takes_the_first_good_answer(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, at: [1s, 50s], client: {hedge: {after: 2s}}}}\n" SLOW("{sequence: {values: [10s, 1s, 1s]}}"));
    until(&w, 40);
    assert_true(latency_of(&w) == 3 && count(&w, "load", WR_U_COMPLETED) == 1 && count(&w, "desk", WR_U_REQUESTS) == 2);
    until(&w, 100);
    assert_true(latency_of(&w) == 1 && count(&w, "desk", WR_U_REQUESTS) == 3);
    assert_int_equal(calls_open(w.r->calls), 0);
    finish(&w);
    start(&w, "traffic: {load: {target: desk, at: [1s], client: {timeout: 5s, hedge: {after: 2s, max: 3}}}}\n" SLOW("100s"));
    until(&w, 90);
    assert_true(count(&w, "load", WR_U_TIMEOUTS) == 1 && level(&w, "load", WR_U_LATENCY_ALL) == 5 && count(&w, "desk", WR_U_REQUESTS) == 3);
    finish(&w);
}

/* One in a hundred is slow: a copy after the 95th percentile takes nearly all of that tail away. */
static void test_hedge_by_percentile_learns(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, rate: 100/s, client: {hedge: {after: p95}}}}\n" SLOW("{mixture: [{share: 99%, of: {uniform: {min: 10ms, max: 20ms}}}, {share: 1%, of: 10s}]}"));
    until(&w, 50);
    double before = count(&w, "desk", WR_U_REQUESTS), asked = count(&w, "load", WR_U_REQUESTS);
    bench_near(before / asked, 1.05, 0.03);
    assert_true(level(&w, "load", WR_U_IN_SYSTEM) < 10);
    finish(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeout_counts_and_the_answer_is_late),
        cmocka_unit_test(test_cancelled_work_is_given_up),
        cmocka_unit_test(test_deadline_covers_all_tries),
        cmocka_unit_test(test_patience_with_a_request_of_several_steps),
        cmocka_unit_test(test_budget_refuses_retries_and_says_so),
        cmocka_unit_test(test_retry_succeeds_and_clears_the_cause),
        cmocka_unit_test(test_breaker_opens_tries_and_closes),
        cmocka_unit_test(test_breaker_by_share_needs_ten_calls),
        cmocka_unit_test(test_hedge_takes_the_first_good_answer),
        cmocka_unit_test(test_hedge_by_percentile_learns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
