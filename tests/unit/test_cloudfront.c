/* test_cloudfront.c - a distribution as scenarios see it: what is refused, times to live, collapsing, errors and stale
 * copies, retries, tiers, what is counted and paid.
 *
 * Arrivals and keys are scripted and latencies constant, so numbers are exact. */
#include "test_api.h"

#define ORIGIN "origin: {type: service, servers: unlimited, service_time: 10ms}"
#define EDGE "edge: {type: cloudfront, origin: origin, latency: 1ms"
#define ONE "duration: 100s\ntraffic: {u: {target: edge, key: {constant: a}, response_size: 3 KB, at: "

/* ---- what it refuses ------------------------------------------------------------------------------------ */
static void test_an_origin_is_required_and_takes_requests(void **state)
{
    (void)state;
    refused("edge: {type: cloudfront}", "'origin'");
    refused("edge: {type: cloudfront, origin: t}, t: {type: dynamodb}", "'t'");
}

static void test_times_to_live_are_in_order(void **state)
{
    (void)state;
    refused(EDGE ", ttl: {min: 2h, max: 1h}}, " ORIGIN, "'max' of 'ttl' is below 'min'");
    warned(EDGE ", ttl: {default: 2h, max: 1h}}, " ORIGIN, "'default' of 'ttl' is above 'max'");
}

static void test_a_capacity_is_objects_or_a_size(void **state)
{
    (void)state;
    refused(EDGE ", cache: {capacity: much}}, " ORIGIN, "'much' is not a capacity");
    refused(EDGE ", cache: {law: lfu}}, " ORIGIN, "'law'");
    refused(EDGE ", behaviors: {img: {origin: nobody}}}, " ORIGIN, "nobody");
}

/* ---- times to live -------------------------------------------------------------------------------------- */
static void test_an_answer_is_fresh_for_its_time_from_the_fetch(void **state)
{
    (void)state;
    wr_result *r = run(ONE "[1s, 60s, 60.5s, 62s]}}\nresources: {" EDGE ", ttl: 60s}, " ORIGIN "}\n");
    expect(r, "edge.hits.sum", 2);
    expect(r, "edge.misses.sum", 2);
    expect(r, "edge.hit_share.mean", 0.5);
    expect(r, "edge.CacheHitRate.mean", 50);
    expect(r, "origin.requests.sum", 2);
    expect(r, "u.latency.max", 0.011);
    expect(r, "u.latency.min", 0.001);
    expect(r, "edge.OriginLatency.count", 2);
    wr_result_destroy(r);
}

static void test_what_the_origin_says_is_held_within_the_limits(void **state)
{
    static const struct {
        const char *keys;
        double misses;
    } rows[] = {{"max_age: 5s", 3}, {"max_age: 5s, ttl: {min: 15s}", 2}, {"max_age: 1h, ttl: {max: 15s}", 2}, {"max_age: 1h", 1},
                {"max_age: 0s", 3}, {"max_age: 0s, ttl: {min: 60s}", 1}, {"ttl: {default: 5s, min: 60s}", 1}, {"ttl: 0s", 3}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        wr_result *r = run(ONE "[1s, 11s, 21s]}}\nresources: {" EDGE ", %s}, " ORIGIN "}\n", rows[i].keys);
        expect(r, "edge.misses.sum", rows[i].misses);
        wr_result_destroy(r);
    }
}

static void test_a_full_location_lets_the_least_recently_used_go(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {u: {target: edge, rate: 1/s, arrivals: uniform, key: {sequence: [a, b, c]}}}\n"
                       "resources: {" EDGE ", cache: 2}, " ORIGIN "}\n");
    expect(r, "edge.hits.sum", 0);
    assert_true(got(r, "edge.evictions.sum") > 90);
    wr_result_destroy(r);
}

/* ---- collapsing ----------------------------------------------------------------------------------------- */
static void test_requests_for_one_object_wait_for_one_fetch(void **state)
{
    (void)state;
    wr_result *r = run(ONE "[{t: 1s, count: 5}]}}\nresources: {" EDGE "}, " ORIGIN "}\n");
    expect(r, "origin.requests.sum", 1);
    expect(r, "edge.collapsed.sum", 4);
    expect(r, "edge.hits.sum", 4);
    expect(r, "u.latency.min", 0.011);
    expect(r, "u.latency.max", 0.011);
    wr_result_destroy(r);
    r = run(ONE "[{t: 1s, count: 5}]}}\nresources: {" EDGE ", collapse: false}, " ORIGIN "}\n");
    expect(r, "origin.requests.sum", 5);
    expect(r, "edge.collapsed.sum", 0);
    wr_result_destroy(r);
}

static void test_who_waited_for_what_may_not_be_kept_asks_the_origin(void **state)
{
    (void)state;
    wr_result *r = run(ONE "[{t: 1s, count: 5}]}}\nresources: {" EDGE ", max_age: 0s}, " ORIGIN "}\n");
    expect(r, "origin.requests.sum", 5);
    expect(r, "edge.misses.sum", 5);
    expect(r, "u.latency.min", 0.011);
    expect(r, "u.latency.max", 0.021);
    expect(r, "u.completed.sum", 5);
    wr_result_destroy(r);
}

/* ---- errors --------------------------------------------------------------------------------------------- */
static void test_an_error_is_kept_for_its_time(void **state)
{
    (void)state;
    wr_result *r = run(ONE "[1s, 5s, 10s, 12s]}}\nresources: {" EDGE "}, origin: {type: service, service_time: 10ms, failure_rate: 100%%}}\n");
    expect(r, "origin.requests.sum", 2);
    expect(r, "edge.kept_errors.sum", 2);
    expect(r, "u.errors.sum", 4);
    expect(r, "edge.5xxErrorRate.mean", 100);
    assert_true(cause(r, "edge", "CloudFront.KeptError.500") == 2);
    assert_true(cause(r, "origin", "Service.Error") == 2);
    wr_result_destroy(r);
    r = run(ONE "[1s, 5s]}}\nresources: {" EDGE ", error_ttl: 0s}, origin: {type: service, service_time: 10ms, failure_rate: 100%%}}\n");
    expect(r, "origin.requests.sum", 2);
    wr_result_destroy(r);
}

static void test_all_who_wait_for_a_fetch_that_fails_fail(void **state)
{
    (void)state;
    wr_result *r = run(ONE "[{t: 1s, count: 3}]}}\nresources: {" EDGE "}, origin: {type: service, service_time: 10ms, failure_rate: 100%%}}\n");
    expect(r, "origin.requests.sum", 1);
    expect(r, "u.errors.sum", 3);
    wr_result_destroy(r);
}

static void test_an_expired_copy_stands_in_for_an_origin_that_fails(void **state)
{
    (void)state;
    static const char text[] = ONE "[1s, 30s, 35s, 45s, 90s]}}\nresources: {" EDGE ", ttl: 20s%s}, " ORIGIN "}\n"
                                   "faults: [{fail: origin, at: 25s, for: 60s}]\n";
    wr_result *r = run(text, "");
    expect(r, "u.completed.sum", 5);
    expect(r, "edge.stale.sum", 3);
    expect(r, "edge.misses.sum", 4); /* at 1, 30, 45 and 90 s */
    expect(r, "edge.hits.sum", 1);
    wr_result_destroy(r);
    r = run(text, ", stale_if_error: 0s");
    expect(r, "u.completed.sum", 2);
    expect(r, "edge.stale.sum", 0);
    wr_result_destroy(r);
    r = run(text, ", stale_if_error: 20s"); /* until 41 s */
    expect(r, "u.completed.sum", 4);
    expect(r, "edge.stale.sum", 2);
    wr_result_destroy(r);
}

/* ---- retries -------------------------------------------------------------------------------------------- */
static void test_a_silent_origin_is_asked_three_times_then_504(void **state)
{
    (void)state;
    wr_result *r = run(ONE "[1s]}}\nresources: {" EDGE ", origin_timeout: 5s}, origin: {type: service, servers: unlimited, service_time: 1m}}\n");
    expect(r, "edge.origin_requests.sum", 3);
    expect(r, "u.latency_all.max", 15.001);
    expect(r, "edge.504ErrorRate.mean", 100);
    assert_true(cause(r, "edge", "CloudFront.504.OriginTimeout") == 1);
    wr_result_destroy(r);
}

static void test_an_origin_that_resets_is_asked_again_at_once(void **state)
{
    (void)state;
    wr_result *r = run(ONE "[2s]}}\nresources: {" EDGE ", attempts: 2}, " ORIGIN "}\nfaults: [{fail: origin, at: 1s, for: 60s}]\n");
    expect(r, "edge.origin_requests.sum", 2);
    expect(r, "edge.502ErrorRate.mean", 100);
    expect(r, "edge.TotalErrorRate.mean", 100);
    wr_result_destroy(r);
}

/* ---- behaviors, tiers ----------------------------------------------------------------------------------- */
static void test_a_behavior_has_its_own_origin_and_may_not_be_cached(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {u: {target: edge, mix: {img: 100%%}, key: {constant: a}, at: [1s, 2s]}, "
                       "v: {target: edge, mix: {order: 100%%}, key: {constant: a}, at: [3s, 4s]}, "
                       "w: {target: edge, key: {constant: a}, at: [5s, 16s]}}\n"
                       "resources: {" EDGE ", ttl: 10s, behaviors: {img: {origin: bucket, ttl: 1h}, order: {cached: false}}}, "
                       "bucket: {type: service, service_time: 1ms}, " ORIGIN "}\n");
    expect(r, "bucket.requests.sum", 1);
    expect(r, "origin.requests.sum", 4);
    expect(r, "edge.hits.sum", 1);
    expect(r, "edge.misses.sum", 3);
    wr_result_destroy(r);
}

static void test_a_shield_is_asked_by_all_locations(void **state)
{
    (void)state;
    wr_result *r = run("duration: 1000s\ntraffic: {u: {target: edge, rate: 1/s, key: {constant: a}}}\n"
                       "resources: {" EDGE ", locations: 8, shield: true}, " ORIGIN "}\n");
    expect(r, "origin.requests.sum", 1);
    expect(r, "edge.misses.sum", 8);
    expect(r, "edge.shield_hits.sum", 7);
    expect(r, "edge.shield_misses.sum", 1);
    wr_result_destroy(r);
}

static void test_a_copy_of_the_shield_is_as_old_as_it_is_there(void **state)
{
    (void)state;
    wr_result *r = run("duration: 590s\ntraffic: {u: {target: edge, rate: 5/s, key: {constant: a}}}\n"
                       "resources: {" EDGE ", ttl: 60s, locations: 4, shield: true}, " ORIGIN "}\n");
    expect(r, "origin.requests.sum", 10); /* one a minute, not one a location */
    wr_result_destroy(r);
}

static void test_waiting_at_both_tiers_ends_well(void **state)
{
    (void)state;
    wr_result *r = run(ONE "[{t: 1s, count: 40}]}}\nresources: {" EDGE ", locations: 4, shield: true}, " ORIGIN "}\n");
    expect(r, "u.completed.sum", 40);
    expect(r, "origin.requests.sum", 1);
    wr_result_destroy(r);
    r = run(ONE "[{t: 1s, count: 40}]}}\nresources: {" EDGE ", locations: 4, shield: true, max_age: 0s}, " ORIGIN "}\n");
    expect(r, "u.completed.sum", 40);
    expect(r, "origin.requests.sum", 40);
    wr_result_destroy(r);
}

/* ---- what is counted and paid --------------------------------------------------------------------------- */
static void test_requests_and_bytes_are_paid(void **state)
{
    (void)state;
    wr_result *r = run(ONE "[{t: 1s, count: 1000}]}}\nresources: {" EDGE "}, " ORIGIN "}\n");
    expect(r, "edge.Requests.sum", 1000);
    expect(r, "edge.BytesDownloaded.sum", 3072000);
    double up = got(r, "edge.BytesUploaded.sum") / 1000; /* one request went to the origin */
    assert_true(fabs(usd(r, "edge") - (1000 * 1e-6 + 3072000 * 0.085e-9 + up * 0.02e-9)) < 1e-12);
    wr_result_destroy(r);
}

static void test_an_edge_that_fails_answers_503(void **state)
{
    (void)state;
    wr_result *r = run(ONE "[1s, 10s, 50s]}}\nresources: {" EDGE "}, " ORIGIN "}\nfaults: [{fail: edge, at: 5s, for: 20s}]\n");
    expect(r, "u.completed.sum", 2);
    assert_true(cause(r, "edge", "Fault.fail") == 1);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_origin_is_required_and_takes_requests),
        cmocka_unit_test(test_times_to_live_are_in_order),
        cmocka_unit_test(test_a_capacity_is_objects_or_a_size),
        cmocka_unit_test(test_an_answer_is_fresh_for_its_time_from_the_fetch),
        cmocka_unit_test(test_what_the_origin_says_is_held_within_the_limits),
        cmocka_unit_test(test_a_full_location_lets_the_least_recently_used_go),
        cmocka_unit_test(test_requests_for_one_object_wait_for_one_fetch),
        cmocka_unit_test(test_who_waited_for_what_may_not_be_kept_asks_the_origin),
        cmocka_unit_test(test_an_error_is_kept_for_its_time),
        cmocka_unit_test(test_all_who_wait_for_a_fetch_that_fails_fail),
        cmocka_unit_test(test_an_expired_copy_stands_in_for_an_origin_that_fails),
        cmocka_unit_test(test_a_silent_origin_is_asked_three_times_then_504),
        cmocka_unit_test(test_an_origin_that_resets_is_asked_again_at_once),
        cmocka_unit_test(test_a_behavior_has_its_own_origin_and_may_not_be_cached),
        cmocka_unit_test(test_a_shield_is_asked_by_all_locations),
        cmocka_unit_test(test_a_copy_of_the_shield_is_as_old_as_it_is_there),
        cmocka_unit_test(test_waiting_at_both_tiers_ends_well),
        cmocka_unit_test(test_requests_and_bytes_are_paid),
        cmocka_unit_test(test_an_edge_that_fails_answers_503),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
