/* test_dynamodb_limits.c - what one request may carry and what the account may have. Everything is scripted and exact. */
#include "test_dynamodb.h"

#define REQUEST(STEP) \
    run(ONCE "[" STEP "]}}\nresources: {table: {type: dynamodb, local_secondary_indexes: {local: {}}, " BIG "}}\n")

/* The only request is not valid, and costs nothing. */
static void not_valid(wr_result *r)
{
    assert_true(sum(r, "UserErrors") == 1 && sum(r, "errors") == 1);
    assert_true(sum(r, "consumed_read") == 0 && sum(r, "consumed_write") == 0);
    wr_result_destroy(r);
}

static void test_requests_have_a_most_of_items(void **state)
{
    (void)state;
    not_valid(REQUEST("{batch: {to: table, puts: 26}}"));
    not_valid(REQUEST("{batch: {to: table, gets: 101}}"));
    not_valid(REQUEST("{get: {from: table, items: 101}}"));
    not_valid(REQUEST("{transact: {to: table, puts: 51, gets: 50}}"));
    wr_result *r = REQUEST("{batch: {to: table, puts: 25}}");
    assert_true(sum(r, "consumed_write") == 50); /* the local index is charged to the table */
    wr_result_destroy(r);
}

static void test_a_transaction_has_a_most_of_bytes(void **state)
{
    (void)state;
    not_valid(REQUEST("{transact: {to: table, puts: 11, item_size: 400 KB}}"));
    wr_result *r = REQUEST("{transact: {to: table, puts: 10, item_size: 400 KB}}");
    assert_true(sum(r, "UserErrors") == 0);
    wr_result_destroy(r);
}

static void test_local_indexes_have_strong_reads_and_unknown_ones_none(void **state)
{
    (void)state;
    wr_result *r = REQUEST("{query: {from: table, index: local, consistency: strong, item_size: 4 KB}}");
    assert_true(sum(r, "consumed_read") == 1);
    wr_result_destroy(r);
    not_valid(REQUEST("{query: {from: table, index: nowhere}}"));
}

static void test_the_quota_of_a_table_bounds_on_demand(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\naccount: {dynamodb_table_rcu: 50}\ntraffic: {user: {rate: 100/s, arrivals: uniform, "
                       "request: {get: {from: table, consistency: strong}}}}\n"
                       "resources: {table: {type: dynamodb, billing_mode: PAY_PER_REQUEST}}\n");
    near(sum(r, "completed"), 5050, 2);
    assert_true(cause(r, "DynamoDB.TableReadAccountLimitExceeded") == sum(r, "throttled"));
    wr_result_destroy(r);
}

/* ---- the account ---------------------------------------------------------------------------------------- */
static const char two[] =
    "weir: 1\nduration: 40m\nnetwork: off\naccount: {dynamodb_table_wcu: 900, dynamodb_account_wcu: %d}\n"
    "traffic: {w: {rate: 500/s, arrivals: uniform, request: {put: {to: table}}}}\n"
    "resources:\n  other: {type: dynamodb, provisioned_throughput: {read_capacity_units: 1, write_capacity_units: 600}}\n"
    "  table: {type: dynamodb, provisioned_throughput: {read_capacity_units: 1, write_capacity_units: 300}, "
    "auto_scaling: {write: {min_capacity: 10, max_capacity: 800}, update_time: 1s}}\n";

static void test_tables_share_the_quota_of_the_account(void **state)
{
    (void)state;
    char text[LONGEST];
    wr_err err = {0};
    wr_result *r = NULL;
    wr_diag *d = wr_diag_create();
    snprintf(text, sizeof text, two, 899);
    wr_scenario *s = wr_scenario_parse("test.yaml", text, strlen(text), NULL, 0, d);
    assert_non_null(s);
    assert_int_equal(wr_run(s, 1, 0, 0, &r, &err), WR_E_LIMIT);
    assert_non_null(strstr(err.text, "raise 'dynamodb_account_wcu' in 'account'"));
    wr_result_destroy(r);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
}

static void test_auto_scaling_ends_at_the_quota_of_the_account(void **state)
{
    (void)state;
    char text[LONGEST];
    snprintf(text, sizeof text, two, 1200);
    wr_result *r = run_text(text);
    assert_true(stat(r, "ProvisionedWriteCapacityUnits", "last") == 600);
    wr_result_destroy(r);
    snprintf(text, sizeof text, two, 80000);
    r = run_text(text);
    assert_true(stat(r, "ProvisionedWriteCapacityUnits", "last") == 715); /* 500 / 0.7 */
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_have_a_most_of_items),
        cmocka_unit_test(test_a_transaction_has_a_most_of_bytes),
        cmocka_unit_test(test_local_indexes_have_strong_reads_and_unknown_ones_none),
        cmocka_unit_test(test_the_quota_of_a_table_bounds_on_demand),
        cmocka_unit_test(test_tables_share_the_quota_of_the_account),
        cmocka_unit_test(test_auto_scaling_ends_at_the_quota_of_the_account),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
