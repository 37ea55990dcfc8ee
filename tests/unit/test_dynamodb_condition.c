/* test_dynamodb_condition.c - conditions, optimistic locks, transactions and batches: who is refused, and what was
 * consumed all the same. Everything is scripted, so every number is exact. */
#include "test_dynamodb.h"

/* ---- conditions and transactions ------------------------------------------------------------------------ */
static void test_failed_condition_consumes_and_takes_its_time(void **state)
{
    (void)state;
    wr_result *r = run(ONCE "[{put: {to: table, item_size: 3 KB, condition: 0%%}}]}}\n"
                            "resources: {table: {type: dynamodb, latency: {put: 7ms}, provisioned_throughput: "
                            "{read_capacity_units: 10, write_capacity_units: 10}}}\n");
    assert_true(sum(r, "consumed_write") == 3 && sum(r, "ConditionalCheckFailedRequests") == 1);
    assert_true(cause(r, "DynamoDB.ConditionalCheckFailed") == 1 && sum(r, "completed") == 0);
    near(stat(r, "latency_all", "mean"), 0.007, 1e-9);
    assert_true(stat(r, "SuccessfulRequestLatency", "count") == 0);
    wr_result_destroy(r);
}

#define LOCK \
    "duration: 10s\ntraffic:\n" \
    "  slow: {at: [1s], request: [{get: {from: table, key: {constant: row}}}, {wait: 2s}, {put: {to: table, " \
    "condition: unchanged, key: {constant: row}}}]}\n" \
    "  other: {at: [%s], request: {put: {to: table, key: {constant: %s}}}}\n" \
    "resources: {table: {type: dynamodb, " BIG "}}\n"

static void test_unchanged_fails_only_when_the_item_was_written_in_between(void **state)
{
    (void)state;
    static const struct {
        const char *at, *key;
        double failed;
    } cases[] = {{"2s", "row", 1}, {"2s", "elsewhere", 0}, {"500ms", "row", 0}, {"4s", "row", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        wr_result *r = run(LOCK, cases[i].at, cases[i].key);
        assert_true(sum(r, "ConditionalCheckFailedRequests") == cases[i].failed);
        assert_true(sum(r, "consumed_write") == 2);
        wr_result_destroy(r);
    }
}

#define TRANSACT \
    "duration: 10s\ntraffic:\n" \
    "  a: {at: [1s], request: {transact: {to: table, puts: 2, key: {constant: row}}}}\n" \
    "  b: {at: [%s], request: {%s: {to: table, %skey: {constant: row}}}}\n" \
    "resources: {table: {type: dynamodb, transaction_conflicts: %s, latency: {all: 0ms, transact: 1s}, " \
    "provisioned_throughput: {read_capacity_units: 100, write_capacity_units: 100}}}\n"

static void test_transactions_conflict_while_they_are_in_flight(void **state)
{
    (void)state;
    wr_result *r = run(TRANSACT, "1500ms", "put", "", "true");
    assert_true(sum(r, "TransactionConflict") == 1 && cause(r, "DynamoDB.TransactionConflict") == 1);
    wr_result_destroy(r);
    r = run(TRANSACT, "1500ms", "transact", "puts: 2, ", "true");
    assert_true(sum(r, "TransactionConflict") == 2 && cause(r, "DynamoDB.TransactionCanceled") == 1);
    wr_result_destroy(r);
    r = run(TRANSACT, "2500ms", "put", "", "true");
    assert_true(sum(r, "TransactionConflict") == 0 && sum(r, "completed") == 2);
    wr_result_destroy(r);
    r = run(TRANSACT, "1500ms", "put", "", "false");
    assert_true(sum(r, "TransactionConflict") == 0 && sum(r, "completed") == 2);
    wr_result_destroy(r);
}

static void test_transaction_takes_all_its_units_or_none(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {a: {at: [1s], request: [{transact: {to: table, puts: 6, catch: "
                       "continue}}, {put: {to: table, item_size: 10 KB}}]}}\n"
                       "resources: {table: {type: dynamodb, burst: {seconds: 0}, latency: 0ms, provisioned_throughput: "
                       "{read_capacity_units: 10, write_capacity_units: 10}}}\n");
    assert_true(sum(r, "consumed_write") == 10 && sum(r, "throttled") == 1 && sum(r, "completed") == 1);
    wr_result_destroy(r);
}

/* ---- batches -------------------------------------------------------------------------------------------- */
static void test_batch_does_what_it_can(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {a: {at: [1s, 1s], request: {batch: {to: table, puts: 15}}}}\n"
                       "resources: {table: {type: dynamodb, burst: {seconds: 0}, provisioned_throughput: "
                       "{read_capacity_units: 10, write_capacity_units: 10}}}\n");
    assert_true(sum(r, "consumed_write") == 10 && sum(r, "unprocessed") == 5);
    assert_true(sum(r, "completed") == 1 && sum(r, "throttled") == 1); /* of the second one nothing was done */
    assert_true(sum(r, "ThrottledRequests") == 1 && sum(r, "WriteThrottleEvents") == 20);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failed_condition_consumes_and_takes_its_time),
        cmocka_unit_test(test_unchanged_fails_only_when_the_item_was_written_in_between),
        cmocka_unit_test(test_transactions_conflict_while_they_are_in_flight),
        cmocka_unit_test(test_transaction_takes_all_its_units_or_none),
        cmocka_unit_test(test_batch_does_what_it_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
