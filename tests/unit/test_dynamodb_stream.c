/* test_dynamodb_stream.c - the changes of a table as a stream, and items that expire. Arrivals are scripted or
 * evenly spaced and delays constant, so every number is exact. */
#include "test_kinesis.h"
#include <stdio.h>
#include <weir/result.h>

#define TABLE "{provisioned_throughput: {read_capacity_units: 40000, write_capacity_units: 40000}, latency: 0ms, "

static const wr_ask put_item = {.op = WR_OP_PUT, .condition = 1}, delete_item = {.op = WR_OP_DELETE, .condition = 1};
static const wr_ask fails = {.op = WR_OP_PUT, .condition = 0};

static double sum(const wr_result *r, const char *metric, const char *which)
{
    const wr_measure *m = wr_result_find(r, "it", "", metric);
    if (!m)
        fail_msg("no metric '%s'", metric);
    return wr_measure_stat(m, which);
}

__attribute__((format(printf, 1, 2))) static wr_result *run_of(const char *fmt, ...)
{
    char yaml[2048] = "weir: 1\nnetwork: off\nsdk: {mode: none}\n";
    size_t head = strlen(yaml);
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(yaml + head, sizeof yaml - head, fmt, ap);
    va_end(ap);
    assert_true(n > 0 && (size_t)n < sizeof yaml - head);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test.yaml", yaml, strlen(yaml), NULL, 0, d);
    wr_result *r = NULL;
    if (!s)
        wr_diag_print(d, stderr);
    assert_non_null(s);
    assert_int_equal(wr_run(s, 1, 0, WR_KEEP_ALL, &r, NULL), 0);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
    return r;
}

/* ---- the stream ----------------------------------------------------------------------------------------- */
static void test_reading_a_table_without_a_stream_ends_the_run(void **state)
{
    (void)state;
    bench t;
    wr_comp *it = stream_bench(&t, &wr_model_dynamodb, TABLE "}");
    read_from(t.all[1], it, 0, 0, 10);
    until(&t, 1);
    assert_true(wr_broken(it));
    bench_close(&t);
}

static void test_each_change_is_a_record_and_what_changes_nothing_is_none(void **state)
{
    (void)state;
    bench t;
    wr_comp *it = stream_bench(&t, &wr_model_dynamodb, TABLE "partitions: 1, stream: true, item_size: 2 KB}");
    for (uint64_t key = 1; key <= 3; key++)
        send_to(&t, it, &put_item, key);
    send_to(&t, it, &fails, 4);
    send_to(&t, it, &delete_item, 2);
    until(&t, 1);
    read_from(t.all[1], it, 0, 0, 10);
    until(&t, 2);
    assert_true(got.status == WR_OK && got.batch->n == 4 && got.batch->shards == 1);
    for (int i = 0; i < 3; i++)
        assert_true(got.batch->record[i].key == (uint64_t)i + 1 && got.batch->record[i].size == 2048);
    assert_int_equal(got.batch->record[3].key, 2);
    bench_close(&t);
}

static void test_batches_and_transactions_write_a_record_for_each_item(void **state)
{
    (void)state;
    wr_result *r = run_of("duration: 10s\ntraffic:\n  a: {at: [1s], request: {batch: {to: it, puts: 25}}}\n"
                          "  b: {at: [2s], request: {transact: {to: it, puts: 7}}}\n"
                          "  c: {at: [3s], request: {transact: {to: it, puts: 7, gets: 100}}}\n"
                          "resources: {it: {type: dynamodb, stream: true, provisioned_throughput: {read_capacity_units: 100, "
                          "write_capacity_units: 100}}}\n");
    assert_true(sum(r, "stream_depth", "last") == 32);
    wr_result_destroy(r);
}

static void test_a_read_returns_a_thousand_records_five_times_a_second(void **state)
{
    (void)state;
    bench t;
    wr_comp *it = stream_bench(&t, &wr_model_dynamodb, TABLE "partitions: 1, stream: true, item_size: 100 B, "
                                                             "partition_model: even_split}");
    for (uint64_t key = 0; key < 1500; key++)
        send_to(&t, it, &put_item, key);
    until(&t, 1);
    read_from(t.all[1], it, 0, 0, 10000);
    until(&t, 1.1);
    assert_true(got.batch->n == 1000 && got.batch->position == 1000 && got.batch->newest == 1500);
    until(&t, 3);
    for (int i = 0; i < 3; i++) {
        read_from(t.all[1], it, 0, 1000, 10);
        read_from(t.all[2], it, 0, 0, 10);
    }
    until(&t, 3.1);
    assert_int_equal(got.refusals, 1);
    bench_close(&t);
}

static void test_shards_split_with_their_partitions_and_the_old_one_is_drained_first(void **state)
{
    (void)state;
    bench t;
    wr_comp *it = stream_bench(&t, &wr_model_dynamodb, TABLE "partitions: 1, stream: true, split_for_heat: {after: 3s, max: 2}}");
    for (int i = 0; i < 4000; i++) { /* 1,000 a second, the ceiling */
        send_to(&t, it, &put_item, (uint64_t)i + 1);
        until(&t, (i + 1) * 0.001);
    }
    read_from(t.all[1], it, 1, 0, 10);
    until(&t, 4.1);
    assert_true(got.status == WR_OK && got.batch->n == 0 && got.batch->shards == 3);
    uint64_t at = 0;
    int total = 0;
    do {
        read_from(t.all[1], it, 0, at, 1000);
        until(&t, wr_dur_to_s(wr_now(it)) + 0.5);
        total += got.batch->n;
        at = got.batch->position;
    } while (!got.batch->closed);
    assert_true(total > 2500 && total < 3100);
    for (int32_t shard = 1; shard <= 2; shard++) {
        read_from(t.all[1], it, shard, 0, 1000);
        until(&t, wr_dur_to_s(wr_now(it)) + 0.5);
        total += got.batch->n;
        assert_false(got.batch->closed);
    }
    assert_int_equal(total, 4000);
    bench_close(&t);
}

static void test_records_live_for_a_day(void **state)
{
    (void)state;
    wr_result *r = run_of("duration: 30h\nmetrics_period: 1h\ntraffic: {w: {rate: 60/h, arrivals: uniform, request: {put: {to: it}}}}\n"
                          "resources: {it: {type: dynamodb, stream: true, partitions: 1, provisioned_throughput: {read_capacity_units: 1, "
                          "write_capacity_units: 1}}}\n");
    assert_true(fabs(sum(r, "stream_depth", "max") - 24 * 60) <= 1);
    assert_true(fabs(sum(r, "stream_expired", "sum") - 6 * 60) <= 1);
    assert_true(fabs(sum(r, "stream_age", "max") - 86400) <= 60);
    wr_result_destroy(r);
}

/* ---- expiry --------------------------------------------------------------------------------------------- */
#define EXPIRES(KEYS) \
    "resources: {it: {type: dynamodb, stream: true, time_to_live: {after: 60s, delay: 30s}, latency: 0ms, " KEYS \
    "provisioned_throughput: {read_capacity_units: 10, write_capacity_units: 10}}}\n"

static void test_items_expire_and_are_deleted_later_and_for_nothing(void **state)
{
    (void)state;
    wr_result *r = run_of("duration: 200s\ntraffic: {w: {rate: 1/s, arrivals: uniform, end: 50.5s, request: {put: {to: it}}}}\n" EXPIRES()
                          "slo: [it.TimeToLiveDeletedItemCount.sum from 0s to 90.5s, it.TimeToLiveDeletedItemCount.sum from 0s to 100.5s]\n");
    assert_true(r->slo[0].value == 0 && r->slo[1].value == 10);
    assert_true(sum(r, "TimeToLiveDeletedItemCount", "sum") == 50);
    assert_true(sum(r, "consumed_write", "sum") == 50);
    assert_true(sum(r, "stream_depth", "last") == 100); /* fifty writes, fifty deletes */
    wr_result_destroy(r);
}

static void test_a_write_makes_the_item_new_and_a_delete_leaves_nothing_to_expire(void **state)
{
    (void)state;
    wr_result *r = run_of("duration: 400s\ntraffic:\n"
                          "  again: {at: [1s, 50s, 100s], key: {constant: a}, request: {put: {to: it}}}\n"
                          "  late: {at: [1s, 70s], key: {constant: b}, request: {put: {to: it}}}\n"
                          "  made: {at: [1s], key: {constant: c}, request: {put: {to: it}}}\n"
                          "  gone: {at: [40s], key: {constant: c}, request: {delete: {to: it}}}\n" EXPIRES()
                          "slo: [it.TimeToLiveDeletedItemCount.sum from 0s to 150s, it.TimeToLiveDeletedItemCount.sum from 0s to 165s]\n");
    assert_true(r->slo[0].value == 0);                              /* b was written again before its delete */
    assert_true(r->slo[1].value == 1);                              /* b: 70 s + 60 s + 30 s */
    assert_true(sum(r, "TimeToLiveDeletedItemCount", "sum") == 2);  /* a: 190 s; c is gone already */
    wr_result_destroy(r);
}

static void test_a_delete_by_expiry_is_a_change(void **state)
{
    (void)state;
    wr_result *r = run_of("duration: 200s\ntraffic: {w: {at: [1s], key: {constant: a}, request: [{put: {to: it}}, {get: {from: it}}, {wait: "
                          "100s}, {put: {to: it, condition: unchanged}}]}}\n" EXPIRES());
    assert_true(sum(r, "ConditionalCheckFailedRequests", "sum") == 1);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading_a_table_without_a_stream_ends_the_run),
        cmocka_unit_test(test_each_change_is_a_record_and_what_changes_nothing_is_none),
        cmocka_unit_test(test_batches_and_transactions_write_a_record_for_each_item),
        cmocka_unit_test(test_a_read_returns_a_thousand_records_five_times_a_second),
        cmocka_unit_test(test_shards_split_with_their_partitions_and_the_old_one_is_drained_first),
        cmocka_unit_test(test_records_live_for_a_day),
        cmocka_unit_test(test_items_expire_and_are_deleted_later_and_for_nothing),
        cmocka_unit_test(test_a_write_makes_the_item_new_and_a_delete_leaves_nothing_to_expire),
        cmocka_unit_test(test_a_delete_by_expiry_is_a_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
