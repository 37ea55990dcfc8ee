/* test_http_api.c - an HTTP API as scenarios see it: what is refused, limits in their order, timeouts, authorizer,
 * what becomes of a backend's errors. Arrivals are scripted or evenly spaced, so every number is exact. */
#include "test_api.h"

#define APP "app: {type: service, servers: unlimited, service_time: 0ms}"
#define API "api: {type: http_api, target: app, latency: 0ms"

/* ---- what it refuses ------------------------------------------------------------------------------------ */
static void test_an_api_needs_somebody_who_answers(void **state)
{
    (void)state;
    refused("api: {type: http_api}", "'api' has nobody who answers: give 'target' or 'routes'");
    refused(APP ", " API ", routes: {default: app}}", "are the same thing; write one of them");
}

static void test_timeouts_above_those_of_aws_are_refused(void **state)
{
    (void)state;
    refused(APP ", " API ", timeout: 31s}", "'timeout'");
    refused(APP ", api: {type: http_api, routes: {buy: {target: app, timeout: 31s}}}", "above 30s, AWS's most");
}

static void test_a_cache_is_for_rest_apis(void **state)
{
    (void)state;
    refused(APP ", " API ", cache: 0.5 GB}", "'cache'");
}

static void test_what_aws_has_for_rest_apis_only_is_a_warning(void **state)
{
    (void)state;
    warned(APP ", " API ", usage_plans: {name: gold, throttle: {rate_limit: 5, burst_limit: 5}}}", "REST APIs only");
    warned(APP ", " API ", canary: 10%}", "REST APIs only");
    warned(APP ", " API ", throttling_rate_limit: 20000, throttling_burst_limit: 10}", "above the account's 10000/s");
}

/* ---- limits --------------------------------------------------------------------------------------------- */
static void test_twice_the_account_rate_is_served_for_half_a_second_then_by_half(void **state)
{
    (void)state;
    wr_result *r = run("duration: 2s\nmetrics_period: 500ms\ntraffic: {u: {target: api, rate: 20000/s, arrivals: uniform}}\n"
                       "resources: {" API "}, " APP "}\n");
    assert_true(fabs(first_cause(r, "api", "ApiGateway.429.Throttled.Account") - 0.5) < 0.001);
    expect_near(r, "api.throttled.sum", 15000, 2);
    expect_near(r, "api.4xx.sum", 15000, 2);
    expect_near(r, "api.consumed.sum", 24999, 2);
    expect_near(r, "api.burst_left.last", 0, 1);
    wr_result_destroy(r);
}

static void test_all_apis_share_the_bucket_of_the_account(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\naccount: {api_gateway_rate: 100/s, api_gateway_burst: 10}\n"
                       "traffic: {u: {target: api, rate: 100/s, arrivals: uniform}, v: {target: other, rate: 100/s, arrivals: uniform}}\n"
                       "resources: {" API "}, other: {type: http_api, target: app, latency: 0ms}, " APP "}\n");
    double passed = got(r, "api.completed.sum") + got(r, "other.completed.sum");
    assert_true(fabs(passed - (10 + 100 * 10)) <= 2);
    const char *all = "ApiGateway.429.Throttled.Account";
    assert_true(cause(r, "api", all) + cause(r, "other", all) == 1998 - passed);
    wr_result_destroy(r);
}

static void test_a_stage_that_refuses_leaves_the_account_its_token(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\naccount: {api_gateway_rate: 100/s, api_gateway_burst: 5}\n"
                       "traffic: {u: {target: api, rate: 100/s, arrivals: uniform}, v: {target: other, rate: 80/s, arrivals: uniform}}\n"
                       "resources: {" API ", throttling_rate_limit: 10, throttling_burst_limit: 1}, "
                       "other: {type: http_api, target: app, latency: 0ms}, " APP "}\n");
    expect_near(r, "api.completed.sum", 100, 2);
    assert_true(cause(r, "api", "ApiGateway.429.Throttled.Stage") > 880);
    expect(r, "other.completed.sum", 799);
    wr_result_destroy(r);
}

static void test_the_route_is_asked_before_the_stage(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {target: api, at: [{t: 1s, count: 20, operation: buy}, {t: 1s, count: 20, operation: look}]}}\n"
                       "resources: {" API ", throttling_rate_limit: 1, throttling_burst_limit: 12, "
                       "routes: {buy: {target: app, throttling_rate_limit: 1, throttling_burst_limit: 5}}}, " APP "}\n");
    assert_true(cause(r, "api", "ApiGateway.429.Throttled.Method") == 15);
    assert_true(cause(r, "api", "ApiGateway.429.Throttled.Stage") == 13);
    expect(r, "api.completed.sum", 12);
    expect(r, "u:buy.completed.sum", 5);
    expect(r, "u:look.completed.sum", 7);
    wr_result_destroy(r);
}

static void test_one_limit_alone_takes_the_other_from_the_account(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\naccount: {api_gateway_burst: 7}\ntraffic: {u: {target: api, at: [{t: 1s, count: 20}]}}\n"
                       "resources: {" API ", throttling_rate_limit: 1/s}, " APP "}\n");
    expect(r, "api.completed.sum", 7);
    assert_true(cause(r, "api", "ApiGateway.429.Throttled.Stage") == 13);
    wr_result_destroy(r);
}

/* ---- routes and backends -------------------------------------------------------------------------------- */
static void test_operations_find_their_routes(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {target: api, at: [{t: 1s, operation: buy}, {t: 2s, operation: look}, {t: 3s}]}}\n"
                       "resources: {api: {type: http_api, latency: 0ms, routes: {buy: desk, look: app}}, " APP
                       ", desk: {type: service, service_time: 5ms}}\n");
    expect(r, "desk.completed.sum", 1);
    expect(r, "app.completed.sum", 1);
    assert_true(cause(r, "api", "ApiGateway.NoRoute") == 1);
    expect(r, "api.4xx.sum", 1);
    wr_result_destroy(r);
}

static void test_a_silent_backend_is_given_up_with_503_and_works_on(void **state)
{
    (void)state;
    wr_result *r = run("duration: 60s\ntraffic: {u: {target: api, at: [1s], client: {abandoned_work: cancelled, timeout: 50s}}}\n"
                       "resources: {" API "}, app: {type: service, service_time: 40s}}\n");
    expect(r, "api.timeouts.sum", 1);
    expect(r, "api.5xx.sum", 1);
    expect(r, "u.latency_all.max", 30);
    expect(r, "api.IntegrationLatency.max", 30);
    expect(r, "app.completed.sum", 1);
    expect(r, "app.late.sum", 1);
    wr_result_destroy(r);
}

static void test_a_route_may_have_a_shorter_timeout(void **state)
{
    (void)state;
    wr_result *r = run("duration: 60s\ntraffic: {u: {target: api, at: [{t: 1s, operation: buy}]}}\n"
                       "resources: {api: {type: http_api, latency: 0ms, routes: {buy: {target: app, timeout: 2s}}}, "
                       "app: {type: service, service_time: 40s}}\n");
    expect(r, "u.latency_all.max", 2);
    assert_true(cause(r, "api", "ApiGateway.IntegrationTimeout") == 1);
    wr_result_destroy(r);
}

static void test_answers_of_a_plain_backend_are_passed_on(void **state)
{
    (void)state;
    wr_result *r = run("duration: 60s\ntraffic: {u: {target: api, at: [{t: 1s, count: 4, operation: full}, {t: 2s, operation: bad}, "
                       "{t: 3s, count: 3, operation: limited}]}}\n"
                       "resources: {api: {type: http_api, latency: 0ms, routes: {full: full, bad: bad, limited: limited}}, "
                       "full: {type: service, service_time: 5ms, queue_limit: 1}, "
                       "bad: {type: service, service_time: 5ms, failure_rate: 100%%}, "
                       "limited: {type: service, service_time: 0ms, rate_limit: {rate: 1/s, burst: 1}}}\n");
    expect(r, "u:full.rejected.sum", 2);
    expect(r, "u:bad.errors.sum", 1);
    expect(r, "u:limited.throttled.sum", 2);
    expect(r, "api.5xx.sum", 3);
    expect(r, "api.4xx.sum", 2);
    assert_true(cause(r, "full", "Service.QueueFull") == 2); /* the backend's cause, not the API's */
    wr_result_destroy(r);
}

static void test_a_backend_that_takes_no_connection_is_an_integration_failure(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\nfaults: [{fail: app, at: 0s}]\ntraffic: {u: {target: api, at: [1s]}}\n"
                       "resources: {" API "}, app: {type: service, service_time: 5ms}}\n");
    expect(r, "api.errors.sum", 1);
    expect(r, "api.5xx.sum", 1);
    wr_result_destroy(r);
}

static void test_a_function_that_fails_is_502_and_one_that_is_throttled_500(void **state)
{
    (void)state;
    if (!has_model("lambda"))
        skip();
    wr_result *r = run("duration: 60s\ntraffic: {u: {target: api, at: [{t: 1s, operation: bad}, {t: 2s, count: 3, operation: busy}]}}\n"
                       "resources: {api: {type: http_api, latency: 0ms, routes: {bad: bad, busy: busy}}, "
                       "bad: {type: lambda, duration: 5ms, failure_rate: 100%%}, "
                       "busy: {type: lambda, duration: 5s, timeout: 10s, reserved_concurrent_executions: 1}}\n");
    expect(r, "u:bad.errors.sum", 1);
    expect(r, "u:busy.errors.sum", 2);
    expect(r, "u:busy.throttled.sum", 0); /* a 500 is no throttle to the client */
    expect(r, "busy.throttled.sum", 2);
    expect(r, "api.5xx.sum", 3);
    wr_result_destroy(r);
}

/* ---- authorizer ----------------------------------------------------------------------------------------- */
#define GUARD "guard: {type: service, servers: unlimited, service_time: 20ms}"

static void test_an_authorizer_is_asked_once_for_each_identity_and_ttl(void **state)
{
    (void)state;
    wr_result *r = run("duration: 1000s\ntraffic: {u: {target: api, rate: 1/s, arrivals: uniform, key: {constant: a}}}\n"
                       "resources: {" API ", authorizer: guard}, " APP ", " GUARD "}\n");
    expect(r, "guard.requests.sum", 4); /* at 1, 302, 603, 904: its word is kept from the answer on */
    expect(r, "api.authorizer_calls.sum", 4);
    expect(r, "api.authorizer_hits.sum", 995);
    expect(r, "api.latency.max", 0.02);
    wr_result_destroy(r);
}

static void test_without_a_ttl_it_is_asked_every_time(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {u: {target: api, rate: 1/s, arrivals: uniform, key: {constant: a}}}\n"
                       "resources: {" API ", authorizer: {lambda: guard, ttl: 0}}, " APP ", " GUARD "}\n");
    expect(r, "guard.requests.sum", 99);
    expect(r, "app.requests.sum", 99);
    wr_result_destroy(r);
}

static void test_who_may_not_pass_never_reaches_the_backend(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {target: api, at: [1s, 2s]}, v: {target: other, at: [1s]}}\n"
                       "resources: {" API ", authorizer: {lambda: guard, denied: 100%%}}, "
                       "other: {type: http_api, target: app, latency: 0ms, authorizer: {lambda: guard, missing: 100%%}}, " APP ", " GUARD "}\n");
    assert_true(cause(r, "api", "ApiGateway.403.AccessDenied") == 2);
    assert_true(cause(r, "other", "ApiGateway.401.Unauthorized") == 1);
    expect(r, "guard.requests.sum", 2); /* without a law each request has a key, and is a client, of its own */
    expect(r, "app.requests.sum", 0);
    expect(r, "api.4xx.sum", 2);
    wr_result_destroy(r);
}

static void test_an_authorizer_that_fails_or_is_silent_is_500(void **state)
{
    (void)state;
    wr_result *r = run("duration: 30s\ntraffic: {u: {target: api, at: [1s, 2s]}}\n"
                       "resources: {" API ", authorizer: guard}, " APP ", guard: {type: service, service_time: 15s}}\n");
    assert_true(cause(r, "api", "ApiGateway.500.AuthorizerFailure") == 2);
    expect(r, "api.errors.sum", 2);
    expect(r, "api.5xx.sum", 2);
    expect(r, "u.latency_all.max", 10);
    expect(r, "app.requests.sum", 0);
    wr_result_destroy(r);
}

/* ---- money and faults ----------------------------------------------------------------------------------- */
static void test_requests_are_billed_in_units_of_512_kb_and_throttled_ones_are_free(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {target: api, at: [{t: 1s, count: 4}], size: 600 KB, response_size: 10 KB}}\n"
                       "resources: {" API ", throttling_rate_limit: 0/s, throttling_burst_limit: 3}, " APP "}\n");
    expect(r, "api.completed.sum", 3);
    assert_true(fabs(usd(r, "api") - 3 * 2 * 1.00 / 1e6) < 1e-15);
    expect(r, "api.DataProcessed.sum", 1024.0 * (3 * 610 + 600));
    wr_result_destroy(r);
}

static void test_a_failed_api_answers_503_or_not_at_all(void **state)
{
    (void)state;
    wr_result *r = run("duration: 60s\nfaults: [{fail: api, at: 0s, for: 10s}, {fail: api, at: 20s, for: 10s, mode: hang}]\n"
                       "traffic: {u: {target: api, at: [5s, 15s, 25s, 35s], client: {timeout: 3s}}}\n"
                       "resources: {" API "}, " APP "}\n");
    expect(r, "u.completed.sum", 2);
    expect(r, "u.timeouts.sum", 1);
    assert_true(cause(r, "api", "Fault.fail") == 1);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_api_needs_somebody_who_answers),
        cmocka_unit_test(test_timeouts_above_those_of_aws_are_refused),
        cmocka_unit_test(test_a_cache_is_for_rest_apis),
        cmocka_unit_test(test_what_aws_has_for_rest_apis_only_is_a_warning),
        cmocka_unit_test(test_twice_the_account_rate_is_served_for_half_a_second_then_by_half),
        cmocka_unit_test(test_all_apis_share_the_bucket_of_the_account),
        cmocka_unit_test(test_a_stage_that_refuses_leaves_the_account_its_token),
        cmocka_unit_test(test_the_route_is_asked_before_the_stage),
        cmocka_unit_test(test_one_limit_alone_takes_the_other_from_the_account),
        cmocka_unit_test(test_operations_find_their_routes),
        cmocka_unit_test(test_a_silent_backend_is_given_up_with_503_and_works_on),
        cmocka_unit_test(test_a_route_may_have_a_shorter_timeout),
        cmocka_unit_test(test_answers_of_a_plain_backend_are_passed_on),
        cmocka_unit_test(test_a_backend_that_takes_no_connection_is_an_integration_failure),
        cmocka_unit_test(test_a_function_that_fails_is_502_and_one_that_is_throttled_500),
        cmocka_unit_test(test_an_authorizer_is_asked_once_for_each_identity_and_ttl),
        cmocka_unit_test(test_without_a_ttl_it_is_asked_every_time),
        cmocka_unit_test(test_who_may_not_pass_never_reaches_the_backend),
        cmocka_unit_test(test_an_authorizer_that_fails_or_is_silent_is_500),
        cmocka_unit_test(test_requests_are_billed_in_units_of_512_kb_and_throttled_ones_are_free),
        cmocka_unit_test(test_a_failed_api_answers_503_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
