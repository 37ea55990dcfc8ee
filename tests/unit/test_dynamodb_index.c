/* test_dynamodb_index.c - indexes, on-demand tables, faults and the bill. Keys that fall at random are allowed at least
 * five standard deviations (false alarms below 1 in 10^6). */
#include "test_dynamodb.h"

/* ---- indexes -------------------------------------------------------------------------------------------- */
static void test_starved_index_throttles_the_table(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {user: {rate: 100/s, arrivals: uniform, request: {put: {to: "
                       "table}}}}\n"
                       "resources:\n  table:\n    type: dynamodb\n    burst: {seconds: 0}\n    provisioned_throughput: "
                       "{read_capacity_units: 200, write_capacity_units: 200}\n"
                       "    global_secondary_indexes: {by_user: {provisioned_throughput: {read_capacity_units: 10, "
                       "write_capacity_units: 25}}}\n");
    near(sum(r, "completed"), 2500, 26);
    assert_true(cause(r, "DynamoDB.IndexWriteProvisionedThroughputExceeded") == sum(r, "throttled"));
    assert_true(sum(r, "consumed_write") == sum(r, "completed")); /* what the index refused was given back */
    near(part_stat(r, "by_user", "ConsumedWriteCapacityUnits", "sum"), sum(r, "completed"), 1e-9);
    assert_true(part_stat(r, "by_user", "WriteThrottleEvents", "sum") == sum(r, "throttled"));
    assert_true(sum(r, "WriteThrottleEvents") == 0);
    wr_result_destroy(r);
}

static void test_index_writes_follow_projection_and_key_changes(void **state)
{
    (void)state;
    wr_result *r = run(ONCE "[{put: {to: table, item_size: 4 KB}}]}}\nresources:\n  table:\n    type: dynamodb\n    "
                            "provisioned_throughput: {read_capacity_units: 100, write_capacity_units: 100}\n"
                            "    local_secondary_indexes: {local: {}}\n"
                            "    global_secondary_indexes:\n"
                            "      all: {provisioned_throughput: {read_capacity_units: 100, write_capacity_units: "
                            "100}}\n"
                            "      keys: {projection: KEYS_ONLY, provisioned_throughput: {read_capacity_units: 100, "
                            "write_capacity_units: 100}}\n"
                            "      half: {projection: 50%%, key_changes: 100%%, provisioned_throughput: "
                            "{read_capacity_units: 100, write_capacity_units: 100}}\n"
                            "      none: {written: 0%%, provisioned_throughput: {read_capacity_units: 100, "
                            "write_capacity_units: 100}}\n");
    assert_true(sum(r, "consumed_write") == 8);
    assert_true(part_stat(r, "all", "consumed_write", "sum") == 4 &&
                part_stat(r, "keys", "consumed_write", "sum") == 1);
    assert_true(part_stat(r, "half", "consumed_write", "sum") == 4 &&
                part_stat(r, "none", "consumed_write", "sum") == 0);
    wr_result_destroy(r);
}

static void test_queries_of_an_index_use_its_capacity(void **state)
{
    (void)state;
    wr_result *r = run(ONCE "[{query: {from: table, index: by_user, item_size: 8 KB}}, {query: {from: table, index: "
                            "by_user, consistency: strong, catch: continue}}]}}\n"
                            "resources: {table: {type: dynamodb, " BIG ", global_secondary_indexes: {by_user: "
                                                                       "{provisioned_throughput: {read_capacity_units: "
                                                                       "5, write_capacity_units: 5}}}}}\n");
    assert_true(sum(r, "consumed_read") == 0 && part_stat(r, "by_user", "consumed_read", "sum") == 1);
    assert_true(sum(r, "UserErrors") == 1); /* global indexes have no strong reads */
    wr_result_destroy(r);
}

/* ---- on demand ------------------------------------------------------------------------------------------ */
static void test_on_demand_serves_twice_the_peak_of_half_an_hour_ago(void **state)
{
    (void)state;
    wr_result *r = run("duration: 2h\nmetrics_period: 10m\ntraffic: {user: {rate: 20/s, arrivals: uniform, key: "
                       "{uniform: {n: 1M}}, request: {put: {to: table, item_size: 100 KB}}}}\n"
                       "resources: {table: {type: dynamodb, billing_mode: PAY_PER_REQUEST, on_demand: {warm_write: "
                       "500}}}\n");
    const wr_measure *m = wr_result_find(r, "table", "", "consumed_write");
    near(m->series[WR_S_MAIN][1] / 600, 500, 10);   /* what it is warm for */
    near(m->series[WR_S_MAIN][5] / 600, 1000, 20);  /* from 31 min: twice that */
    near(m->series[WR_S_MAIN][11] / 600, 2000, 40); /* and all that is offered */
    assert_true(cause(r, "DynamoDB.TableWriteKeyRangeThroughputExceeded") == sum(r, "throttled"));
    wr_result_destroy(r);
}

static void test_on_demand_maximum_is_its_own_cause(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {user: {rate: 100/s, arrivals: uniform, request: {get: {from: table, "
                       "consistency: strong}}}}\n"
                       "resources: {table: {type: dynamodb, billing_mode: PAY_PER_REQUEST, on_demand: {max_read: "
                       "50}}}\n");
    near(sum(r, "completed"), 5050, 2);
    assert_true(cause(r, "DynamoDB.TableReadMaxOnDemandThroughputExceeded") == sum(r, "throttled"));
    double usd = 0;
    for (size_t i = 0; i < r->costs; i++)
        usd += r->cost[i].usd;
    near(usd, sum(r, "consumed_read") * 0.125e-6, 1e-12);
    wr_result_destroy(r);
}

/* ---- faults and money ----------------------------------------------------------------------------------- */
static void test_failed_share_of_the_keys_is_not_served(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {user: {rate: 100/s, arrivals: uniform, request: {get: {from: "
                       "table}}}}\n"
                       "resources: {table: {type: dynamodb, " BIG "}}\nfaults: [{fail: table, at: 20s, for: 50s, "
                                                                  "share: 40%%}]\n");
    near(sum(r, "SystemErrors"), 2000, 175); /* 5000 draws at 0.4: sd 35 */
    assert_true(cause(r, "Fault.fail") == sum(r, "SystemErrors"));
    wr_result_destroy(r);
}

static void test_provisioned_capacity_is_billed_by_the_hour(void **state)
{
    (void)state;
    wr_result *r = run("duration: 2h\ntraffic: {user: {at: [1s], request: {get: {from: table}}}}\n"
                       "resources: {table: {type: dynamodb, provisioned_throughput: {read_capacity_units: 100, "
                       "write_capacity_units: 10}}}\n");
    double usd = 0;
    for (size_t i = 0; i < r->costs; i++)
        usd += r->cost[i].usd;
    near(usd, 2 * (100 * 0.00013 + 10 * 0.00065), 1e-9);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starved_index_throttles_the_table),
        cmocka_unit_test(test_index_writes_follow_projection_and_key_changes),
        cmocka_unit_test(test_queries_of_an_index_use_its_capacity),
        cmocka_unit_test(test_on_demand_serves_twice_the_peak_of_half_an_hour_ago),
        cmocka_unit_test(test_on_demand_maximum_is_its_own_cause),
        cmocka_unit_test(test_failed_share_of_the_keys_is_not_served),
        cmocka_unit_test(test_provisioned_capacity_is_billed_by_the_hour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
