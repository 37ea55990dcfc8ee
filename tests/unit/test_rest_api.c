/* test_rest_api.c - what a REST API has beside an HTTP API: cache, usage plans, quotas, canary, 504.
 *
 * Arrivals are scripted or evenly spaced and nearly every number is exact; where a share is drawn the tolerance is at
 * least five standard deviations (false alarms below 1 in 10^6). */
#include "test_api.h"

#define APP "app: {type: service, servers: unlimited, service_time: 0ms}"
#define API "api: {type: rest_api, target: app, latency: 0ms"

/* ---- what it refuses ------------------------------------------------------------------------------------ */
static void test_caches_have_the_sizes_of_aws(void **state)
{
    (void)state;
    refused(APP ", " API ", cache: 1 GB}", "allowed are 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118 and 237 GB");
    refused(APP ", " API ", cache: {ttl: 2h}}", "'ttl'");
    warned(APP ", " API ", cache: 237 GB, timeout: 60s}", "needs a raised quota");
}

static void test_usage_plans_share_the_clients(void **state)
{
    (void)state;
    refused(APP ", " API ", usage_plans: [{name: a, share: 60%}, {name: b, share: 50%}]}", "sum to 1.1; at most 1 is allowed");
    refused(APP ", " API ", usage_plans: [{name: a, share: 60%}, {name: a, share: 40%}]}", "have the name 'a'");
    warned(APP ", " API ", api_key_required: true}", "refuses everybody");
}

/* ---- cache ---------------------------------------------------------------------------------------------- */
static void test_a_cached_answer_needs_no_backend_until_it_expires(void **state)
{
    (void)state;
    wr_result *r = run("duration: 1000s\ntraffic: {u: {target: api, rate: 1/s, arrivals: uniform, key: {constant: a}}}\n"
                       "resources: {" API ", cache: 0.5 GB}, " APP "}\n");
    expect(r, "app.requests.sum", 4); /* at 1, 301, 601, 901: an entry is gone at the instant it expires */
    expect(r, "api.CacheMissCount.sum", 4);
    expect(r, "api.CacheHitCount.sum", 995);
    expect(r, "api.hit_share.mean", 995.0 / 999);
    expect(r, "api.IntegrationLatency.count", 4);
    wr_result_destroy(r);
}

static void test_a_ttl_of_zero_keeps_nothing(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {u: {target: api, rate: 1/s, arrivals: uniform, key: {constant: a}}}\n"
                       "resources: {" API ", cache: {ttl: 0}}, " APP "}\n");
    expect(r, "api.hits.sum", 0);
    expect(r, "app.requests.sum", 99);
    wr_result_destroy(r);
}

static void test_only_operations_that_are_get_are_cached_and_bad_answers_never(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {u: {target: api, at: [{t: 1s, operation: look}, {t: 2s, operation: look}, {t: 3s, operation: buy}, "
                       "{t: 4s, operation: buy}, {t: 5s, operation: bad}, {t: 6s, operation: bad}], key: {constant: a}}}\n"
                       "resources: {" API ", routes: {bad: bad}, cache: {operations: [look, bad]}}, " APP
                       ", bad: {type: service, service_time: 1ms, failure_rate: 100%%}}\n");
    expect(r, "api.hits.sum", 1);
    expect(r, "api.misses.sum", 3);
    expect(r, "app.requests.sum", 3);
    expect(r, "bad.requests.sum", 2);
    wr_result_destroy(r);
}

static void test_the_key_law_of_the_cache_tells_requests_apart(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {u: {target: api, rate: 1/s, arrivals: uniform}}\n"
                       "resources: {" API ", cache: {key: {sequence: [a, b, c]}}}, " APP "}\n");
    expect(r, "app.requests.sum", 3);
    expect(r, "api.hits.sum", 96);
    wr_result_destroy(r);
}

static void test_answers_above_a_megabyte_and_fresh_ones_are_not_taken_from_it(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {u: {target: api, at: [1s, 2s, 3s], response_size: 1.5 MB}, v: {target: other, at: [1s, 2s, 3s]}}\n"
                       "resources: {" API ", cache: 0.5 GB}, other: {type: rest_api, target: app, cache: {refresh: 100%%}}, " APP "}\n");
    expect(r, "api.misses.sum", 3);
    expect(r, "other.misses.sum", 3);
    wr_result_destroy(r);
}

static void test_a_full_cache_evicts_the_least_recently_used(void **state)
{
    (void)state;
    /* 0.5 GB hold 512 answers of 1 MB: a cycle of 512 keys finds all but the first round, one of 513 keys nothing */
    for (int i = 0; i < 2; i++) {
        char list[4200] = "k0";
        for (int k = 1; k < 512 + i; k++)
            snprintf(list + strlen(list), sizeof list - strlen(list), ",k%d", k);
        wr_result *r = run("duration: 205.25s\ntraffic: {u: {target: api, rate: 10/s, arrivals: uniform, response_size: 1 MB}}\n"
                           "resources: {" API ", cache: {key: {sequence: [%s]}}}, " APP "}\n", list);
        expect(r, "api.hits.sum", i ? 0 : 2052 - 512);
        wr_result_destroy(r);
    }
}

/* ---- usage plans ---------------------------------------------------------------------------------------- */
static void test_each_api_key_has_a_bucket_of_its_own(void **state)
{
    (void)state;
    wr_result *r = run("duration: 1000s\ntraffic: {u: {target: api, rate: 100/s, arrivals: uniform}}\n"
                       "resources: {" API ", usage_plans: [{name: free, keys: 4, throttle: {rate_limit: 10, burst_limit: 20}}]}, " APP "}\n");
    expect_near(r, "api.completed.sum", 4 * 10 * 1000, 0.01 * 40000); /* each key draws 25 +- 5 a second of 10 */
    assert_true(cause(r, "api", "ApiGateway.429.Throttled.Plan") > 55000);
    wr_result_destroy(r);
}

static void test_the_plan_asks_the_method_first_then_the_key(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {target: api, at: [{t: 1s, count: 10, operation: buy}, {t: 1s, count: 10, operation: look}]}}\n"
                       "resources: {" API ", usage_plans: [{name: p, throttle: {rate_limit: 0, burst_limit: 8}, "
                       "methods: {buy: {rate_limit: 0, burst_limit: 3}}}]}, " APP "}\n");
    assert_true(cause(r, "api", "ApiGateway.429.Throttled.PlanMethod") == 7);
    assert_true(cause(r, "api", "ApiGateway.429.Throttled.Plan") == 5);
    expect(r, "api.completed.sum", 8);
    wr_result_destroy(r);
}

static void test_a_quota_ends_with_its_period(void **state)
{
    (void)state;
    wr_result *r = run("duration: 60h\nmetrics_period: 1h\ntraffic: {u: {target: api, rate: 10/h, arrivals: uniform}}\n"
                       "resources: {" API ", usage_plans: [{name: p, quota: {limit: 100, period: DAY, offset: 40}}]}, " APP "}\n");
    expect(r, "api.completed.sum", 60 + 100 + 100);
    assert_true(cause(r, "api", "ApiGateway.429.LimitExceeded") == 599 - 260);
    expect(r, "api.throttled.sum", 599 - 260);
    wr_result_destroy(r);
}

static void test_the_rest_of_the_clients_has_no_key(void **state)
{
    (void)state;
    wr_result *r = run("duration: 1000s\ntraffic: {u: {target: api, rate: 10/s, arrivals: uniform}}\n"
                       "resources: {" API ", api_key_required: true, usage_plans: [{name: p, share: 40%%}]}, " APP "}\n");
    expect_near(r, "api.completed.sum", 4000, 250); /* sd 49 */
    assert_true(cause(r, "api", "ApiGateway.403.InvalidApiKey") == 9999 - got(r, "api.completed.sum"));
    wr_result_destroy(r);
}

static void test_a_client_may_keep_its_plan(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {u: {target: api, rate: 10/s, arrivals: uniform, key: {constant: a}}}\n"
                       "resources: {" API ", clients: by_key, api_key_required: true, usage_plans: [{name: p, share: 50%%}]}, " APP "}\n");
    double done = got(r, "api.completed.sum");
    assert_true(done == 0 || done == 999); /* one key is in the plan or it is not */
    wr_result_destroy(r);
}

/* ---- canary, timeout, money ----------------------------------------------------------------------------- */
static void test_a_canary_has_its_share_and_its_own_series(void **state)
{
    (void)state;
    wr_result *r = run("duration: 1000s\ntraffic: {u: {target: api, rate: 10/s, arrivals: uniform}}\n"
                       "resources: {" API ", canary: {share: 20%%, target: new}}, " APP
                       ", new: {type: service, servers: unlimited, service_time: 7ms, failure_rate: 50%%}}\n");
    expect_near(r, "api:canary.Count.sum", 2000, 200); /* sd 40 */
    expect(r, "new.requests.sum", got(r, "api:canary.Count.sum"));
    expect(r, "api:canary.5XXError.sum", got(r, "new.errors.sum"));
    expect(r, "api:canary.latency.mean", 0.007);
    expect(r, "api:canary.requests.sum", got(r, "api:canary.completed.sum") + got(r, "api:canary.errors.sum"));
    expect(r, "app.requests.sum", 9999 - got(r, "new.requests.sum"));
    wr_result_destroy(r);
}

static void test_a_silent_backend_is_given_up_with_504_after_29_seconds(void **state)
{
    (void)state;
    wr_result *r = run("duration: 60s\ntraffic: {u: {target: api, at: [1s]}}\n"
                       "resources: {" API "}, app: {type: service, service_time: 40s}}\n");
    expect(r, "u.latency_all.max", 29);
    expect(r, "api.5XXError.sum", 1);
    expect(r, "app.late.sum", 1);
    wr_result_destroy(r);
}

static void test_a_cache_is_paid_by_the_hour_and_requests_by_the_million(void **state)
{
    (void)state;
    wr_result *r = run("duration: 2h\nmetrics_period: 10m\ntraffic: {u: {target: api, rate: 1/s, arrivals: uniform, key: {constant: a}}}\n"
                       "resources: {" API ", cache: 1.6 GB}, " APP "}\n");
    assert_true(fabs(usd(r, "api") - (2 * 0.038 + 7199 * 3.5 / 1e6)) < 1e-9);
    wr_result_destroy(r);
}

static void test_time_in_the_api_is_spent_once(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {target: api, at: [1s, 2s, 3s], key: {constant: a}}}\n"
                       "resources: {api: {type: rest_api, target: app, latency: 10ms, cache: 0.5 GB, authorizer: guard}, "
                       "app: {type: service, service_time: 5ms}, guard: {type: service, service_time: 20ms}}\n");
    expect(r, "api.Latency.max", 0.035);
    expect(r, "api.Latency.min", 0.010);
    expect(r, "api.IntegrationLatency.mean", 0.005);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_caches_have_the_sizes_of_aws),
        cmocka_unit_test(test_usage_plans_share_the_clients),
        cmocka_unit_test(test_a_cached_answer_needs_no_backend_until_it_expires),
        cmocka_unit_test(test_a_ttl_of_zero_keeps_nothing),
        cmocka_unit_test(test_only_operations_that_are_get_are_cached_and_bad_answers_never),
        cmocka_unit_test(test_the_key_law_of_the_cache_tells_requests_apart),
        cmocka_unit_test(test_answers_above_a_megabyte_and_fresh_ones_are_not_taken_from_it),
        cmocka_unit_test(test_a_full_cache_evicts_the_least_recently_used),
        cmocka_unit_test(test_each_api_key_has_a_bucket_of_its_own),
        cmocka_unit_test(test_the_plan_asks_the_method_first_then_the_key),
        cmocka_unit_test(test_a_quota_ends_with_its_period),
        cmocka_unit_test(test_the_rest_of_the_clients_has_no_key),
        cmocka_unit_test(test_a_client_may_keep_its_plan),
        cmocka_unit_test(test_a_canary_has_its_share_and_its_own_series),
        cmocka_unit_test(test_a_silent_backend_is_given_up_with_504_after_29_seconds),
        cmocka_unit_test(test_a_cache_is_paid_by_the_hour_and_requests_by_the_million),
        cmocka_unit_test(test_time_in_the_api_is_spent_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
