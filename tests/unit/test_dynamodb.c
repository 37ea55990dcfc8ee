/* test_dynamodb.c - a table as scenarios see it: what it refuses to load, what requests cost, which limit refuses
 * them and when. Arrivals are scripted or evenly spaced, so nearly every number is exact; where keys fall at
 * random the tolerance is at least five standard deviations (false alarms below 1 in 10^6). */
#include "test_dynamodb.h"

/* The scenario is refused, and says so. */
static void refused(const char *table, const char *says)
{
    char text[LONGEST];
    snprintf(text, sizeof text, "weir: 1\nduration: 10s\nresources: {table: {type: dynamodb, %s}}\n", table);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test.yaml", text, strlen(text), NULL, 0, d);
    const wr_diag_row *row;
    size_t n = wr_diag_rows(d, &row);
    bool found = false;
    for (size_t i = 0; i < n; i++)
        found = found || (row[i].severity == WR_ERROR && strstr(row[i].text, says)) ||
                (row[i].hint && strstr(row[i].hint, says));
    if (!found)
        wr_diag_print(d, stderr);
    assert_null(s);
    assert_true(found);
    wr_diag_destroy(d);
}

/* ---- what it refuses ------------------------------------------------------------------------------------ */
static void test_contradictions_are_refused(void **state)
{
    (void)state;
    refused("billing_mode: PROVISIONED", "'provisioned_throughput' of dynamodb 'table' is required");
    refused("billing_mode: PAY_PER_REQUEST, provisioned_throughput: {read_capacity_units: 1, write_capacity_units: 1}",
            "has no meaning");
    refused("billing_mode: PAY_PER_REQUEST, burst: {seconds: 10}", "has no meaning");
    refused("billing_mode: PAY_PER_REQUEST, partition_model: even_split", "needs 'billing_mode: PROVISIONED'");
    refused(BIG ", on_demand: {max_read: 10}", "has no meaning");
    refused(BIG ", partition_model: even_split, split_for_heat: 5m", "has no meaning");
    refused(BIG ", auto_scaling: {update_time: 1m}", "scales nothing");
}

static void test_quotas_of_the_account_are_checked(void **state)
{
    (void)state;
    refused("provisioned_throughput: {read_capacity_units: 40001, write_capacity_units: 1}", "above the quota of "
                                                                                             "40000");
    refused("provisioned_throughput: {read_capacity_units: 40001, write_capacity_units: 1}", "raise "
                                                                                             "'dynamodb_table_rcu' in "
                                                                                             "'account'");
    refused(BIG ", auto_scaling: {write: {min_capacity: 1, max_capacity: 50000}}", "'max_capacity' of dynamodb 'table' "
                                                                                   "is 50000");
    refused(BIG ", global_secondary_indexes: {by: {provisioned_throughput: {read_capacity_units: 1, "
                "write_capacity_units: 1M}}}",
            "above the quota");
}

static void test_partitions_are_a_number_or_shares_of_one(void **state)
{
    (void)state;
    refused(BIG ", partitions: 0", "a whole number from 1");
    refused(BIG ", partitions: 2.5", "a whole number from 1");
    refused(BIG ", partitions: [50%, 40%]", "sum to 0.9, not to 1");
    refused(BIG ", partitions: [50%, x]", "'x' is not a share");
}

static void test_stream_expiry_and_cache_are_checked(void **state)
{
    (void)state;
    refused(BIG ", dax: {node_type: dax.r9.huge}", "'dax.r9.huge' is no node type");
    refused(BIG ", dax: {nodes: 12}", "'nodes'");
    refused(BIG ", time_to_live: {delay: 1h}", "'after'");
}

static void test_indexes_need_their_own_capacity(void **state)
{
    (void)state;
    refused(BIG ", global_secondary_indexes: {by: {projection: ALL}}", "'provisioned_throughput' of index 'by'");
    refused(BIG ", global_secondary_indexes: {by: {projection: SOME, provisioned_throughput: {read_capacity_units: 1, "
                "write_capacity_units: 1}}}",
            "'SOME' is not a projection");
}

/* ---- what requests cost --------------------------------------------------------------------------------- */
static const struct {
    const char *step;
    double read, write;
} costs[] = {
    {"{get: {from: table, item_size: 3.5 KB, consistency: strong}}", 1, 0},
    {"{get: {from: table, item_size: 10 KB, consistency: strong}}", 3, 0},
    {"{get: {from: table, item_size: 8 KB, consistency: strong}}", 2, 0},
    {"{get: {from: table, item_size: 8 KB}}", 1, 0},
    {"{get: {from: table, items: 2, item_size: {sequence: {values: [1.5 KB, 6.5 KB]}}, consistency: strong}}", 3, 0},
    {"{query: {from: table, items: 10, item_size: 4.08 KB, consistency: strong}}", 11, 0},
    {"{put: {to: table, item_size: 512 B}}", 0, 1},
    {"{put: {to: table, item_size: 1.6 KB}}", 0, 2},
    {"{batch: {to: table, puts: 2, item_size: {sequence: {values: [0.5 KB, 3.5 KB]}}}}", 0, 5},
    {"{query: {from: table, item_size: 80 KB}}", 10, 0},
    {"{get: {from: table, missing: 100%, item_size: 100 KB}}", 0.5, 0},
    {"{get: {from: table, missing: 100%, item_size: 100 KB, consistency: strong}}", 1, 0},
    {"{get: {from: table, items: 3, item_size: 2 KB}}", 1.5, 0},
    {"{update: {to: table, item_size: 1.5 KB, old_size: 3.5 KB}}", 0, 4},
    {"{put: {to: table, item_size: 3.5 KB, old_size: 500 B}}", 0, 4},
    {"{delete: {to: table, item_size: 2.5 KB}}", 0, 3},
    {"{scan: {from: table, items: 3, item_size: 1 MB, consistency: strong}}", 768, 0},
    {"{transact: {to: table, puts: 2, item_size: 1.5 KB}}", 0, 8},
    {"{transact: {to: table, gets: 1, puts: 1, item_size: 4 KB}}", 2, 8},
};

static void test_each_operation_costs_what_the_guide_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        wr_result *r = run(ONCE "[%s]}}\nresources: {table: {type: dynamodb, " BIG "}}\n", costs[i].step);
        if (sum(r, "consumed_read") != costs[i].read || sum(r, "consumed_write") != costs[i].write)
            fail_msg("%s: %g read, %g written", costs[i].step, sum(r, "consumed_read"), sum(r, "consumed_write"));
        assert_true(sum(r, "ConsumedReadCapacityUnits") == costs[i].read);
        assert_true(sum(r, "completed") == 1);
        wr_result_destroy(r);
    }
}

static void test_half_units_add_up_exactly(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {user: {rate: 200/s, arrivals: uniform, request: {get: {from: "
                       "table}}}}\n"
                       "resources: {table: {type: dynamodb, burst: {seconds: 0, initial: empty}, "
                       "provisioned_throughput: {read_capacity_units: 100, write_capacity_units: 1}}}\n");
    assert_true(sum(r, "throttled") == 0);
    near(sum(r, "consumed_read"), 100 * 100, 0.51);
    wr_result_destroy(r);
}

static void test_items_over_the_limit_are_not_valid(void **state)
{
    (void)state;
    wr_result *r = run(ONCE "[{put: {to: table, item_size: 401 KB}}]}}\nresources: {table: {type: dynamodb, " BIG "}}"
                                                                                                                  "\n");
    assert_true(sum(r, "UserErrors") == 1 && sum(r, "errors") == 1 && sum(r, "consumed_write") == 0);
    wr_result_destroy(r);
}

/* ---- the table's bucket --------------------------------------------------------------------------------- */
static void test_burst_lasts_until_the_store_is_empty(void **state)
{
    (void)state;
    wr_result *r = run("duration: 600s\ntraffic: {user: {rate: 200/s, arrivals: uniform, request: {put: {to: "
                       "table}}}}\n"
                       "resources: {table: {type: dynamodb, provisioned_throughput: {read_capacity_units: 100, "
                       "write_capacity_units: 100}}}\n");
    near(sum(r, "completed"), 90000, 1);
    near(sum(r, "throttled") / sum(r, "requests"), 0.25, 1e-4);
    near(first_cause(r, "DynamoDB.TableWriteProvisionedThroughputExceeded"), 300, 0.02);
    assert_true(sum(r, "WriteThrottleEvents") == sum(r, "throttled"));
    assert_true(sum(r, "WriteProvisionedThroughputThrottleEvents") == sum(r, "throttled"));
    assert_true(sum(r, "ThrottledRequests") == sum(r, "throttled"));
    near(stat(r, "burst_left_write", "max"), 30000, 2);
    near(stat(r, "burst_left", "min"), 0, 1);
    near(stat(r, "burst_left_read", "min"), 30000, 1e-6);
    wr_result_destroy(r);
}

static void test_no_seconds_of_burst_are_one_second(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {user: {at: [{t: 5s, count: 150}], request: {put: {to: table}}}}\n"
                       "resources: {table: {type: dynamodb, burst: {seconds: 0}, provisioned_throughput: "
                       "{read_capacity_units: 100, write_capacity_units: 100}}}\n");
    assert_true(sum(r, "completed") == 100 && sum(r, "throttled") == 50);
    wr_result_destroy(r);
}

static void test_utilization_is_that_of_the_busier_side(void **state)
{
    (void)state;
    wr_result *r = run("duration: 600s\ntraffic:\n  a: {rate: 60/s, arrivals: uniform, request: {put: {to: table}}}\n"
                       "  b: {rate: 40/s, arrivals: uniform, request: {get: {from: table, consistency: strong}}}\n"
                       "resources: {table: {type: dynamodb, provisioned_throughput: {read_capacity_units: 100, "
                       "write_capacity_units: 100}}}\n");
    near(stat(r, "utilization", "mean"), 0.6, 1e-3);
    near(stat(r, "ProvisionedWriteCapacityUnits", "mean"), 100, 1e-9);
    wr_result_destroy(r);
}

/* ---- partitions ----------------------------------------------------------------------------------------- */
#define HOT \
    "duration: 1800s\nwarmup: 700s\ntraffic: {user: {rate: 300/s, arrivals: uniform, request: {put: {to: table}}}}\n" \
    "resources: {table: {type: dynamodb, detail: parts, partition_model: %s, partitions: [16.6667%%, 16.6667%%, " \
    "16.6666%%, 50%%], " \
    "provisioned_throughput: {read_capacity_units: 400, write_capacity_units: 400}}}\n"

static void test_even_split_starves_the_hot_partition(void **state)
{
    (void)state;
    wr_result *r = run(HOT, "even_split");
    near(sum(r, "throttled") / sum(r, "requests"), 1.0 / 6, 0.005); /* sd of the hot share: 0.0009 */
    near(part_stat(r, "p3", "throttled", "rate"), 50, 2);
    assert_true(part_stat(r, "p0", "throttled", "sum") == 0 && part_stat(r, "p1", "throttled", "sum") == 0);
    near(first_cause(r, "DynamoDB.TableWriteKeyRangeThroughputExceeded"), 600,
         30); /* the store drains at 50 +- 0.5 a second */
    wr_result_destroy(r);
}

static void test_adaptive_capacity_serves_the_hot_partition(void **state)
{
    (void)state;
    wr_result *r = run(HOT, "global");
    assert_true(sum(r, "throttled") == 0);
    near(part_stat(r, "p3", "consumed_write", "rate"), 150, 3);
    wr_result_destroy(r);
}

static void test_one_key_never_gets_more_than_its_partition(void **state)
{
    (void)state;
    wr_result *r = run("duration: 60s\ntraffic: {user: {rate: 2000/s, arrivals: uniform, request: {put: {to: table, "
                       "key: {constant: a}}}}}\n"
                       "resources: {table: {type: dynamodb, " BIG "}}\n");
    near(sum(r, "completed"), 61000, 2); /* 1,000 a second and one second's worth of store */
    assert_true(cause(r, "DynamoDB.TableWriteKeyRangeThroughputExceeded") == sum(r, "throttled"));
    assert_true(sum(r, "WriteKeyRangeThroughputThrottleEvents") == sum(r, "throttled"));
    assert_true(stat(r, "partitions", "last") == 54);
    wr_result_destroy(r);
}

static void test_reads_of_one_key_have_their_own_ceiling(void **state)
{
    (void)state;
    wr_result *r = run("duration: 20s\ntraffic: {user: {rate: 4000/s, arrivals: uniform, request: {get: {from: table, "
                       "consistency: strong, key: {constant: a}}}}}\n"
                       "resources: {table: {type: dynamodb, " BIG "}}\n");
    near(sum(r, "completed"), 63000, 2);
    assert_true(cause(r, "DynamoDB.TableReadKeyRangeThroughputExceeded") == sum(r, "throttled"));
    wr_result_destroy(r);
}

static void test_heat_splits_what_can_be_split(void **state)
{
    (void)state;
    wr_result *r =
        run("duration: 120s\ntraffic: {user: {rate: 1900/s, arrivals: uniform, request: {put: {to: table, key: "
            "{uniform: {n: 100k}}}}}}\n"
            "resources: {table: {type: dynamodb, partitions: 1, split_for_heat: {after: 10s, max: 8}, " BIG "}}\n");
    assert_true(stat(r, "partitions", "last") >= 2 && stat(r, "partitions", "last") <= 8);
    assert_true(sum(r, "throttled") > 5000 && sum(r, "throttled") < 60000); /* unsplit it would be 107,000 */
    wr_result_destroy(r);
    r = run("duration: 60s\ntraffic: {user: {rate: 1900/s, arrivals: uniform, request: {put: {to: table, key: "
            "{constant: a}}}}}\n"
            "resources: {table: {type: dynamodb, partitions: 1, split_for_heat: 5s, " BIG "}}\n");
    assert_true(stat(r, "partitions", "last") == 1);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contradictions_are_refused),
        cmocka_unit_test(test_quotas_of_the_account_are_checked),
        cmocka_unit_test(test_partitions_are_a_number_or_shares_of_one),
        cmocka_unit_test(test_stream_expiry_and_cache_are_checked),
        cmocka_unit_test(test_indexes_need_their_own_capacity),
        cmocka_unit_test(test_each_operation_costs_what_the_guide_says),
        cmocka_unit_test(test_half_units_add_up_exactly),
        cmocka_unit_test(test_items_over_the_limit_are_not_valid),
        cmocka_unit_test(test_burst_lasts_until_the_store_is_empty),
        cmocka_unit_test(test_no_seconds_of_burst_are_one_second),
        cmocka_unit_test(test_utilization_is_that_of_the_busier_side),
        cmocka_unit_test(test_even_split_starves_the_hot_partition),
        cmocka_unit_test(test_adaptive_capacity_serves_the_hot_partition),
        cmocka_unit_test(test_one_key_never_gets_more_than_its_partition),
        cmocka_unit_test(test_reads_of_one_key_have_their_own_ceiling),
        cmocka_unit_test(test_heat_splits_what_can_be_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
