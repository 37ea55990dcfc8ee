/* test_dynamodb_dax.c - the cache in front of a table. Requests are scripted or evenly spaced, so every number is
 * exact. */
#include "test_dynamodb.h"

#define CACHED(KEYS) \
    "resources: {table: {type: dynamodb, latency: 10ms, dax: {latency: 1ms" KEYS "}, provisioned_throughput: " \
    "{read_capacity_units: 100, write_capacity_units: 100}}}\n"
#define ONE "key: {constant: a}, request: "

static double usd(const wr_result *r, const char *what)
{
    for (size_t i = 0; i < r->costs; i++)
        if (strstr(r->cost[i].item, what))
            return r->cost[i].usd;
    return 0;
}

static void test_what_was_read_is_found_again_for_nothing(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {at: [1s, 2s, 3s], " ONE "{get: {from: table}}}}\n" CACHED());
    assert_true(sum(r, "hits") == 2 && sum(r, "misses") == 1 && sum(r, "consumed_read") == 0.5);
    assert_true(sum(r, "ItemCacheHits") == 2 && sum(r, "ItemCacheMisses") == 1);
    near(stat(r, "hit_share", "mean"), 2.0 / 3, 1e-12);
    near(stat(r, "latency", "max"), 0.010, 1e-12);
    near(stat(r, "latency", "min"), 0.001, 1e-12);
    wr_result_destroy(r);
}

static void test_nothing_found_is_remembered_too(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {at: [1s, 2s, 3s], " ONE "{get: {from: table, missing: 100%%}}}}\n" CACHED());
    assert_true(sum(r, "hits") == 2 && sum(r, "consumed_read") == 0.5);
    wr_result_destroy(r);
}

static void test_strong_and_transactional_reads_pass_by(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic:\n  a: {at: [1s, 2s], " ONE "{get: {from: table, consistency: strong}}}\n"
                       "  b: {at: [3s, 4s], " ONE "{transact: {from: table, gets: 1}}}\n"
                       "  c: {at: [5s, 6s], " ONE "{query: {from: table, consistency: strong}}}\n"
                       "  d: {at: [7s], " ONE "{get: {from: table}}}\n" CACHED());
    assert_true(sum(r, "hits") == 0 && sum(r, "misses") == 1); /* and are not kept */
    assert_true(sum(r, "consumed_read") == 2 + 4 + 2 + 0.5);
    wr_result_destroy(r);
}

static void test_items_are_kept_for_their_time(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100.5s\ntraffic: {u: {rate: 1/s, arrivals: uniform, " ONE "{get: {from: table}}}}\n" CACHED(", item_ttl: 9500ms"));
    assert_true(sum(r, "misses") == 10 && sum(r, "hits") == 90);
    wr_result_destroy(r);
}

static void test_the_least_recently_used_gives_way(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {u: {rate: 1/s, arrivals: uniform, count: 6, key: {sequence: [a, b, a, c, a, b]}, request: "
                       "{get: {from: table}}}}\n" CACHED(", capacity: 2"));
    assert_true(sum(r, "hits") == 2 && sum(r, "misses") == 4); /* a twice; b had to go */
    wr_result_destroy(r);
}

static void test_writes_renew_items_and_deletes_remove_them(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic:\n  w: {at: [1s], " ONE "{put: {to: table}}}\n"
                       "  u: {at: [2s, 4s], " ONE "{get: {from: table}}}\n  d: {at: [3s], " ONE "{delete: {to: table}}}\n" CACHED());
    assert_true(sum(r, "hits") == 1 && sum(r, "misses") == 1 && sum(r, "consumed_write") == 2);
    wr_result_destroy(r);
}

static void test_answers_of_queries_outlive_writes(void **state)
{
    (void)state;
    wr_result *r = run("duration: 20s\ntraffic:\n  q: {at: [1s, 3s, 12s], " ONE "{query: {from: table, items: 10}}}\n"
                       "  w: {at: [2s], " ONE "{put: {to: table}}}\n  s: {at: [4s], " ONE "{scan: {from: table, items: 10}}}\n" CACHED(", query_ttl: 10s"));
    assert_true(sum(r, "QueryCacheHits") == 1 && sum(r, "QueryCacheMisses") == 3);
    assert_true(sum(r, "hits") == 1);
    wr_result_destroy(r);
}

static void test_a_batch_asks_the_table_for_what_is_missing(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic:\n  one: {at: [1s], " ONE "{get: {from: table}}}\n"
                       "  ten: {at: [2s, 3s], " ONE "{get: {from: table, items: 10}}}\n" CACHED());
    assert_true(sum(r, "misses") == 10 && sum(r, "hits") == 11 && sum(r, "consumed_read") == 5);
    wr_result_destroy(r);
}

static void test_what_was_throttled_is_not_kept(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {at: [1s, 2s], " ONE "{get: {from: table}}}}\n"
                       "resources: {table: {type: dynamodb, burst: {seconds: 0, initial: empty}, dax: {}, provisioned_throughput: "
                       "{read_capacity_units: 1, write_capacity_units: 1}}}\nfaults: [{throttle: table, at: 0s, for: 1500ms, share: "
                       "100%%}]\n");
    assert_true(sum(r, "throttled") == 1 && sum(r, "hits") == 0);
    wr_result_destroy(r);
}

static void test_nodes_are_billed_by_the_hour(void **state)
{
    (void)state;
    wr_result *r = run("duration: 1h\ntraffic: {u: {at: [1s], " ONE "{get: {from: table}}}}\n" CACHED(", nodes: 3, node_type: dax.t3.small"));
    near(usd(r, "dax.t3.small"), 3 * 0.04, 1e-9);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_read_is_found_again_for_nothing),
        cmocka_unit_test(test_nothing_found_is_remembered_too),
        cmocka_unit_test(test_strong_and_transactional_reads_pass_by),
        cmocka_unit_test(test_items_are_kept_for_their_time),
        cmocka_unit_test(test_the_least_recently_used_gives_way),
        cmocka_unit_test(test_writes_renew_items_and_deletes_remove_them),
        cmocka_unit_test(test_answers_of_queries_outlive_writes),
        cmocka_unit_test(test_a_batch_asks_the_table_for_what_is_missing),
        cmocka_unit_test(test_what_was_throttled_is_not_kept),
        cmocka_unit_test(test_nodes_are_billed_by_the_hour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
