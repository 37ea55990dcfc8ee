/* test_elasticache.c - a cache as scenarios see it: what is refused, hits and trips, patterns, capacity, nodes that fail.
 *
 * Arrivals and keys are scripted, so numbers are exact; where keys fall on nodes by their hash, the hash is fixed. */
#include "test_api.h"

#define ORIGIN "origin: {type: service, servers: unlimited, service_time: 10ms}"
#define CACHE "cache: {type: elasticache, origin: origin, latency: 1ms, node_rate: unlimited"

/* ---- what it refuses ------------------------------------------------------------------------------------ */
static void test_a_capacity_is_items_or_a_size(void **state)
{
    (void)state;
    refused("cache: {type: elasticache, capacity: many}", "'many' is not a capacity; allowed are a number of items");
    refused("cache: {type: elasticache, capacity: 0}", "'0' is not a capacity");
}

static void test_node_types_are_known(void **state)
{
    (void)state;
    refused("cache: {type: elasticache, node_type: t3.micro}", "allowed are cache.t3.micro, cache.t3.small");
    refused("cache: {type: elasticache, policy: lfu}", "'policy'");
}

/* ---- trips ---------------------------------------------------------------------------------------------- */
static void test_a_miss_takes_three_trips_and_a_hit_one(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {at: [1s, 2s], request: {read: {from: cache, key: {constant: a}}}}}\n"
                       "resources: {" CACHE "}, " ORIGIN "}\n");
    expect(r, "u.latency.max", 0.012);
    expect(r, "u.latency.min", 0.001);
    expect(r, "cache.CacheHits.sum", 1);
    expect(r, "cache.CacheMisses.sum", 1);
    expect(r, "cache.CacheHitRate.mean", 50);
    expect(r, "cache.hit_share.mean", 0.5);
    expect(r, "cache.CurrItems.last", 1);
    expect(r, "cache.BytesUsedForCache.last", 1024);
    wr_result_destroy(r);
}

static void test_a_plain_request_is_a_read(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {target: cache, at: [1s, 2s], key: {constant: a}, response_size: 3 KB}}\n"
                       "resources: {" CACHE "}, " ORIGIN "}\n");
    expect(r, "cache.hits.sum", 1);
    expect(r, "cache.BytesUsedForCache.last", 3072);
    wr_result_destroy(r);
}

static void test_commands_of_one_node_run_one_after_the_other(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {at: [{t: 1s, count: 5}], request: {read: {from: cache, key: {constant: a}}}}}\n"
                       "resources: {cache: {type: elasticache, latency: 1ms, node_rate: 100/s}}\n");
    expect(r, "u.latency.max", 0.041);
    expect(r, "u.latency.min", 0.001);
    wr_result_destroy(r);
}

static void test_a_table_may_be_the_origin(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {at: [1s, 2s], request: [{read: {from: cache, key: {constant: a}}}, {write: {to: cache, key: {constant: b}}}]}}\n"
                       "resources: {cache: {type: elasticache, origin: table}, "
                       "table: {type: dynamodb, provisioned_throughput: {read_capacity_units: 10, write_capacity_units: 10}}}\n");
    expect(r, "table.consumed_read.sum", 0.5);
    expect(r, "table.consumed_write.sum", 2);
    wr_result_destroy(r);
}

/* ---- patterns ------------------------------------------------------------------------------------------- */
#define WRITE_READ \
    "duration: 10s\ntraffic: {w: {at: [1s, 3s], request: {write: {to: cache, key: {constant: a}}}}, " \
    "u: {at: [2s, 4s], request: {read: {from: cache, key: {constant: a}}}}}\nresources: {" CACHE ", pattern: %s}, " ORIGIN "}\n"

static void test_lazy_writes_leave_the_cache_stale(void **state)
{
    (void)state;
    wr_result *r = run(WRITE_READ, "lazy");
    expect(r, "cache.misses.sum", 1);
    expect(r, "cache.hits.sum", 1);
    expect(r, "cache.stale.sum", 1);
    expect(r, "origin.requests.sum", 3);
    expect(r, "w.latency.max", 0.010);
    wr_result_destroy(r);
}

static void test_written_through_it_is_never_stale_and_misses_fill_nothing(void **state)
{
    (void)state;
    wr_result *r = run(WRITE_READ, "write_through");
    expect(r, "cache.hits.sum", 2);
    expect(r, "cache.stale.sum", 0);
    expect(r, "w.latency.max", 0.011);
    wr_result_destroy(r);
    r = run("duration: 10s\ntraffic: {u: {at: [1s, 2s], request: {read: {from: cache, key: {constant: a}}}}}\n"
            "resources: {" CACHE ", pattern: write_through}, " ORIGIN "}\n");
    expect(r, "cache.misses.sum", 2);
    expect(r, "cache.CurrItems.last", 0);
    wr_result_destroy(r);
}

static void test_both_patterns_together_fill_on_either_side(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {at: [1s, 2s], request: [{read: {from: cache, key: {constant: a}}}, {write: {to: cache, key: {constant: b}}}]}, "
                       "v: {at: [5s], request: {read: {from: cache, key: {constant: b}}}}}\n"
                       "resources: {" CACHE ", pattern: both}, " ORIGIN "}\n");
    expect(r, "cache.misses.sum", 1);
    expect(r, "cache.hits.sum", 2);
    expect(r, "cache.SetTypeCmds.sum", 3);
    wr_result_destroy(r);
}

static void test_a_failing_origin_fills_nothing(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {at: [1s, 2s], request: {read: {from: cache, key: {constant: a}}}}}\n"
                       "resources: {" CACHE "}, origin: {type: service, service_time: 1ms, failure_rate: 100%%}}\n");
    expect(r, "cache.misses.sum", 2);
    expect(r, "u.errors.sum", 2);
    expect(r, "cache.CurrItems.last", 0);
    assert_true(cause(r, "origin", "Service.Error") == 2);
    wr_result_destroy(r);
}

/* ---- capacity and time ---------------------------------------------------------------------------------- */
#define CYCLE "duration: 200s\ntraffic: {u: {rate: 1/s, arrivals: uniform, request: {read: {from: cache, size: 1 KB, key: {sequence: [a, b, c, d]}}}}}\n"

static void test_a_cycle_one_key_longer_than_the_cache_never_hits(void **state)
{
    (void)state;
    wr_result *r = run(CYCLE "resources: {" CACHE ", capacity: 3}, " ORIGIN "}\n");
    expect(r, "cache.hits.sum", 0);
    expect(r, "cache.Evictions.sum", 196);
    expect(r, "cache.evictions.sum", 196);
    expect(r, "cache.CurrItems.max", 3);
    wr_result_destroy(r);
    r = run(CYCLE "resources: {" CACHE ", capacity: 4}, " ORIGIN "}\n");
    expect(r, "cache.hits.sum", 195);
    wr_result_destroy(r);
    r = run(CYCLE "resources: {" CACHE ", capacity: 3.5 KB}, " ORIGIN "}\n");
    expect(r, "cache.hits.sum", 0);
    wr_result_destroy(r);
}

static void test_items_expire_from_the_put_or_from_the_latest_hit(void **state)
{
    (void)state;
    static const char reads[] = "duration: 100s\ntraffic: {u: {rate: 1/s, arrivals: uniform, request: {read: {from: cache, key: {constant: a}}}}}\n"
                                "resources: {cache: {type: elasticache, latency: 0ms, ttl: 9.5s, expiry: %s}}\n";
    wr_result *r = run(reads, "fixed");
    expect(r, "cache.misses.sum", 10);
    wr_result_destroy(r);
    r = run(reads, "idle");
    expect(r, "cache.misses.sum", 1);
    wr_result_destroy(r);
}

/* ---- nodes ---------------------------------------------------------------------------------------------- */
#define READS \
    "duration: 100s\nmetrics_period: 1s\ntraffic: {u: {rate: 1/s, arrivals: uniform, request: {read: {from: cache, key: {constant: a}}}}}\n" \
    "faults: [{fail: cache, at: 20.5s, for: %s}]\nresources: {" CACHE ", failover_time: 10s%s}, " ORIGIN "}\n"

static void test_a_failed_node_is_replaced_by_an_empty_one(void **state)
{
    (void)state;
    wr_result *r = run(READS, "60s", "");
    expect(r, "cache.errors.sum", 10); /* 21 to 30 */
    expect(r, "cache.misses.sum", 2);
    expect_near(r, "cache.in_service.mean", 0.9, 1e-9);
    assert_true(cause(r, "cache", "Fault.fail") == 10);
    wr_result_destroy(r);
}

static void test_it_is_back_when_the_fault_ends_earlier(void **state)
{
    (void)state;
    wr_result *r = run(READS, "5s", "");
    expect(r, "cache.errors.sum", 5);
    expect(r, "cache.misses.sum", 2);
    wr_result_destroy(r);
}

static void test_a_replica_takes_over_with_what_was_held(void **state)
{
    (void)state;
    wr_result *r = run(READS, "60s", ", replicas: 1");
    expect(r, "cache.errors.sum", 10);
    expect(r, "cache.misses.sum", 1);
    assert_true(fabs(usd(r, "cache") - 2 * 0.206 * 100 / 3600) < 1e-9);
    wr_result_destroy(r);
}

static void test_keys_are_spread_over_nodes_and_only_some_are_lost(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {u: {rate: 100/s, arrivals: uniform, request: {read: {from: cache, key: {uniform: {n: 1000}}}}}}\n"
                       "faults: [{fail: cache, at: 50s, share: 25%%}]\n"
                       "resources: {" CACHE ", nodes: 4, detail: parts, failover_time: never}, " ORIGIN "}\n");
    expect_near(r, "cache.errors.sum", 1250, 300); /* a quarter of the keys by hash (sd 14 of 250), of their reads (sd 31) */
    expect(r, "cache.in_service.last", 3);
    expect_near(r, "cache:n1.requests.sum", 2500, 350);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_capacity_is_items_or_a_size),
        cmocka_unit_test(test_node_types_are_known),
        cmocka_unit_test(test_a_miss_takes_three_trips_and_a_hit_one),
        cmocka_unit_test(test_a_plain_request_is_a_read),
        cmocka_unit_test(test_commands_of_one_node_run_one_after_the_other),
        cmocka_unit_test(test_a_table_may_be_the_origin),
        cmocka_unit_test(test_lazy_writes_leave_the_cache_stale),
        cmocka_unit_test(test_written_through_it_is_never_stale_and_misses_fill_nothing),
        cmocka_unit_test(test_both_patterns_together_fill_on_either_side),
        cmocka_unit_test(test_a_failing_origin_fills_nothing),
        cmocka_unit_test(test_a_cycle_one_key_longer_than_the_cache_never_hits),
        cmocka_unit_test(test_items_expire_from_the_put_or_from_the_latest_hit),
        cmocka_unit_test(test_a_failed_node_is_replaced_by_an_empty_one),
        cmocka_unit_test(test_it_is_back_when_the_fault_ends_earlier),
        cmocka_unit_test(test_a_replica_takes_over_with_what_was_held),
        cmocka_unit_test(test_keys_are_spread_over_nodes_and_only_some_are_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
