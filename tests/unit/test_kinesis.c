/* test_kinesis.c - a stream: what it refuses, what a shard takes and gives, how shards change, what is kept.
 *
 * Arrivals are scripted or evenly spaced, so nearly every number is exact; where keys fall at random the tolerance
 * is at least five standard deviations (false alarms below 1 in 10^6). */
#include "../../models/kinesis.h"
#include "test_kinesis.h"
#include <stdio.h>
#include <weir/result.h>

/* ---- scenarios ------------------------------------------------------------------------------------------ */
__attribute__((format(printf, 1, 2))) static wr_result *run_of(const char *fmt, ...)
{
    char yaml[4096] = "weir: 1\nnetwork: off\nsdk: {mode: none}\n";
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

static double stat(const wr_result *r, const char *metric, const char *which)
{
    const wr_measure *m = wr_result_find(r, "stream", "", metric);
    if (!m)
        fail_msg("no metric '%s'", metric);
    return wr_measure_stat(m, which);
}

static double slo(const wr_result *r, size_t i)
{
    return r->slo[i].value;
}

static double cost(const wr_result *r, const char *what)
{
    for (size_t i = 0; i < r->costs; i++)
        if (!strcmp(r->cost[i].item, what))
            return r->cost[i].usd;
    return 0;
}

static void near(double x, double expected, double within)
{
    if (!(fabs(x - expected) <= within))
        fail_msg("%.9g is not within %.3g of %.9g", x, within, expected);
}

static void refused(const char *keys, const char *says)
{
    char yaml[2048];
    snprintf(yaml, sizeof yaml, "weir: 1\nduration: 10s\nresources: {stream: {type: kinesis, %s}}\n", keys);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test.yaml", yaml, strlen(yaml), NULL, 0, d);
    const wr_diag_row *row;
    size_t n = wr_diag_rows(d, &row);
    bool found = false;
    for (size_t i = 0; i < n; i++)
        found = found || (row[i].severity == WR_ERROR && strstr(row[i].text, says));
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
    refused("retention_period: 24h", "'shard_count' of kinesis 'stream' is required");
    refused("shard_count: 1, retention_period: 1h", "'retention_period'");
    refused("shard_count: 1, on_demand: {split_after: 5m}", "has no meaning without 'mode: ON_DEMAND'");
    refused("mode: ON_DEMAND, reshard: {at: 1m, shard_count: 8}", "has no meaning with 'mode: ON_DEMAND'");
}

static void test_resharding_has_the_limits_of_update_shard_count(void **state)
{
    char yaml[1024] = "shard_count: 1, reshard: [";
    (void)state;
    refused("shard_count: 4, reshard: {at: 1m, shard_count: 9}", "goes from 4 to 9 shards");
    refused("shard_count: 4, reshard: {at: 1m, shard_count: 1}", "goes from 4 to 1 shards");
    refused("shard_count: 4, reshard: [{at: 1m, shard_count: 2}, {at: 2m, shard_count: 8}]", "goes from 2 to 8");
    refused("shard_count: 4, reshard: [{at: 2m, shard_count: 2}, {at: 1m, shard_count: 4}]", "not in order of time");
    for (int i = 0; i < 11; i++) {
        size_t n = strlen(yaml);
        snprintf(yaml + n, sizeof yaml - n, "%s{at: %dm, shard_count: %d}", i ? ", " : "", i, i % 2 ? 1 : 2);
    }
    strcat(yaml, "]");
    refused(yaml, "more than ten times in 24 hours");
}

/* ---- records in ----------------------------------------------------------------------------------------- */
#define STREAM(KEYS) "resources: {stream: {type: kinesis, latency: 0ms, " KEYS "}}\n"

static void test_a_shard_takes_a_thousand_records_a_second(void **state)
{
    (void)state;
    wr_result *r = run_of("duration: 60s\ntraffic: {p: {rate: 1500/s, arrivals: uniform, request: {publish: {to: stream, "
                          "size: 100 B}}}}\n" STREAM("shard_count: 1") "slo: [stream.completed.rate from 10s, stream.throttled.rate from 10s]\n");
    near(slo(r, 0), 1000, 0.1);
    near(slo(r, 1), 500, 0.1);
    near(stat(r, "IncomingRecords", "sum"), 61000, 2); /* and the first second's store */
    near(stat(r, "utilization", "mean"), 61.0 / 60, 1e-3);
    assert_true(stat(r, "WriteProvisionedThroughputExceeded", "sum") == stat(r, "throttled", "sum"));
    assert_true(stat(r, "PutRecord.Success", "sum") == stat(r, "IncomingRecords", "sum"));
    wr_result_destroy(r);
}

static void test_a_shard_takes_a_mebibyte_a_second(void **state)
{
    (void)state;
    wr_result *r = run_of("duration: 60s\ntraffic: {p: {rate: 200/s, arrivals: uniform, request: {publish: {to: stream, "
                          "size: 10 KB}}}}\n" STREAM("shard_count: 1") "slo: [stream.completed.rate from 10s]\n");
    near(slo(r, 0), 102.4, 0.1);
    wr_result_destroy(r);
}

static void test_a_hot_key_has_one_shard_whatever_the_number(void **state)
{
    (void)state;
    wr_result *r = run_of("duration: 60s\ntraffic: {p: {rate: 2000/s, arrivals: uniform, key: {constant: land}, request: "
                          "{publish: {to: stream, size: 100 B}}}}\n" STREAM("shard_count: 10") "slo: [stream.completed.rate from 10s]\n");
    near(slo(r, 0), 1000, 0.1);
    wr_result_destroy(r);
}

static void test_put_records_fail_one_by_one_and_the_answer_is_no_error(void **state)
{
    (void)state;
    wr_result *r = run_of("duration: 10s\ntraffic: {p: {at: [{t: 1s, count: 3}], request: {publish: {to: stream, size: 100 B, "
                          "messages: 500}}}}\n" STREAM("shard_count: 1"));
    assert_true(stat(r, "completed", "sum") == 3 && stat(r, "errors", "sum") == 0);
    assert_true(stat(r, "FailedRecordCount", "sum") == 500);
    assert_true(stat(r, "PutRecords.ThrottledRecords", "sum") == 500);
    assert_true(stat(r, "PutRecords.SuccessfulRecords", "sum") == 1000);
    assert_true(stat(r, "PutRecords.TotalRecords", "sum") == 1500);
    assert_true(stat(r, "PutRecords.Success", "sum") == 2 && stat(r, "IncomingRecords", "sum") == 1000);
    wr_result_destroy(r);
}

static void test_large_records_leave_a_debt_and_larger_ones_are_not_valid(void **state)
{
    (void)state;
    wr_result *r = run_of("duration: 20s\ntraffic:\n"
                          "  big: {at: [2s], request: {publish: {to: stream, size: 5 MB}}}\n"
                          "  small: {at: [{t: 6s}, {t: 6.5s}, {t: 7.1s}], request: {publish: {to: stream, size: 1 KB}}}\n"
                          "  huge: {at: [12s], request: {publish: {to: stream, size: 11 MB}}}\n"
                          "  many: {at: [13s], request: {publish: {to: stream, size: 1 KB, messages: 501}}}\n"
                          "  heavy: {at: [14s], request: {publish: {to: stream, size: 1 MB, messages: 11}}}\n" STREAM("shard_count: 1"));
    assert_true(stat(r, "IncomingRecords", "sum") == 3); /* the debt of 4 MiB is paid 4 s later */
    assert_true(stat(r, "throttled", "sum") == 1);
    assert_true(stat(r, "errors", "sum") == 4);
    wr_result_destroy(r);
}

/* ---- more shards, fewer shards -------------------------------------------------------------------------- */
static void test_resharding_takes_its_time_and_then_doubles_what_fits(void **state)
{
    (void)state;
    wr_result *r = run_of("duration: 120s\ntraffic: {p: {rate: 5000/s, arrivals: uniform, request: {publish: {to: stream, size: "
                          "100 B}}}}\n" STREAM("shard_count: 2, reshard: [{at: 30s, shard_count: 4, takes: 20s}, {at: 80s, shard_count: 3, takes: 10s}]")
                          "slo: [stream.completed.rate from 10s to 50s, stream.completed.rate from 60s to 80s, "
                          "stream.completed.rate from 100s, stream.OpenShardCount.last from 0s to 49s, stream.OpenShardCount.max]\n");
    near(slo(r, 0), 2000, 1);
    near(slo(r, 1), 4000, 1);
    near(slo(r, 2), 3000, 1);
    assert_true(slo(r, 3) == 2 && slo(r, 4) == 4);
    assert_true(stat(r, "OpenShardCount", "last") == 3);
    wr_result_destroy(r);
}

static void test_an_on_demand_stream_splits_after_a_quarter_of_an_hour(void **state)
{
    (void)state;
    wr_result *r = run_of("duration: 50m\nmetrics_period: 5m\ntraffic: {p: {rate: 60/s, arrivals: uniform, request: {publish: {to: stream, "
                          "size: 1 KB, messages: 100}}}}\n" STREAM("mode: ON_DEMAND")
                          "slo: [stream.IncomingRecords.rate from 1m to 15m, stream.FailedRecordCount.sum from 16m, "
                          "stream.OpenShardCount.last from 0s to 16m]\n");
    near(slo(r, 0), 4000, 60);  /* four shards */
    assert_true(slo(r, 1) < 0.01 * 6000 * 34 * 60); /* calls come in hundreds: a shard may see 15 in a second */
    assert_true(slo(r, 2) == 8);
    near(stat(r, "OpenShardCount", "last"), 16, 1e-9); /* 750 a shard is still more than half */
    wr_result_destroy(r);
}

static void test_an_on_demand_stream_cannot_split_one_key(void **state)
{
    (void)state;
    wr_result *r = run_of("duration: 50m\nmetrics_period: 5m\ntraffic: {p: {rate: 15/s, arrivals: uniform, key: {constant: a}, request: "
                          "{publish: {to: stream, size: 100 B, messages: 100}}}}\n" STREAM("mode: ON_DEMAND")
                          "slo: [stream.IncomingRecords.rate from 40m]\n");
    near(slo(r, 0), 1000, 2); /* and a new shard's first second, at 45 min */
    wr_result_destroy(r);
}

/* ---- the bill ------------------------------------------------------------------------------------------- */
static void test_each_mode_has_its_own_bill(void **state)
{
    (void)state;
    wr_result *r = run_of("duration: 1h\ntraffic: {p: {rate: 1/s, arrivals: uniform, request: {publish: {to: stream, size: "
                          "26 KB}}}}\n" STREAM("shard_count: 2"));
    near(cost(r, "Shards"), 2 * 0.015, 1e-9);
    near(cost(r, "PUT payload units"), 2 * 3599 * 0.014 / 1e6, 1e-12);
    wr_result_destroy(r);
    r = run_of("duration: 1h\ntraffic: {p: {rate: 1/s, arrivals: uniform, request: {publish: {to: stream, size: 1.5 KB}}}}\n" STREAM("mode: ON_DEMAND"));
    near(cost(r, "On-demand streams"), 0.04, 1e-9);
    near(cost(r, "On-demand data in"), 3599 * 2048 / 1073741824.0 * 0.08, 1e-9);
    assert_true(cost(r, "Shards") == 0);
    wr_result_destroy(r);
}

/* ---- what is kept ---------------------------------------------------------------------------------------- */
static void test_without_readers_everything_counts_until_it_expires(void **state)
{
    (void)state;
    wr_result *r = run_of("duration: 30h\nmetrics_period: 1h\ntraffic: {p: {rate: 360/h, arrivals: uniform, request: {publish: {to: stream, "
                          "size: 1 KB}}}}\n" STREAM("shard_count: 1"));
    near(stat(r, "queue_depth", "max"), 24 * 360, 1);
    near(stat(r, "messages", "last"), 24 * 360, 1);
    near(stat(r, "expired", "sum"), 6 * 360, 2);
    near(stat(r, "age_of_oldest", "max"), 86400, 11);
    wr_result_destroy(r);
}

/* ---- records out ---------------------------------------------------------------------------------------- */
static void fill_stream(wr_comp *it, int n, float size)
{
    kin *k = wr_state(it);
    for (int i = 0; i < n; i++)
        klog_append(&k->log, 0, (klog_entry){wr_now(it), 5, size, 3});
}

static void test_all_readers_share_five_reads_a_second(void **state)
{
    (void)state;
    bench t;
    wr_comp *it = stream_bench(&t, &wr_model_kinesis, "{shard_count: 1, latency: 0ms}");
    fill_stream(it, 100, 100);
    until(&t, 1.5);
    for (int i = 0; i < 4; i++) {
        read_from(t.all[1], it, 0, 0, 10);
        read_from(t.all[2], it, 0, 0, 10);
    }
    until(&t, 1.6);
    assert_true(got.answers == 8 && got.refusals == 3);
    until(&t, 2.6);
    read_from(t.all[1], it, 0, 10, 1000);
    until(&t, 2.7);
    assert_true(got.status == WR_OK && got.batch->n == 90 && got.batch->record[0].operation == 3);
    assert_true(got.batch->position == 100 && got.batch->newest == 100);
    bench_close(&t);
}

static void test_a_read_of_ten_megabytes_locks_the_shard_for_five_seconds(void **state)
{
    (void)state;
    bench t;
    wr_comp *it = stream_bench(&t, &wr_model_kinesis, "{shard_count: 1, latency: 0ms}");
    fill_stream(it, 400, 65536);
    until(&t, 2);
    read_from(t.all[1], it, 0, 0, 10000);
    until(&t, 2.1);
    assert_true(got.status == WR_OK && got.batch->n == 160 && got.batch->bytes == 160 * 65536.0);
    until(&t, 6.9);
    read_from(t.all[2], it, 0, 0, 1);
    until(&t, 6.95);
    assert_int_equal(got.status, WR_THROTTLED);
    until(&t, 7.05);
    read_from(t.all[2], it, 0, 0, 1);
    until(&t, 7.1);
    assert_int_equal(got.status, WR_OK);
    bench_close(&t);
}

static void test_two_megabytes_a_second_are_all_that_comes_out(void **state)
{
    (void)state;
    bench t;
    wr_comp *it = stream_bench(&t, &wr_model_kinesis, "{shard_count: 1, latency: 0ms}");
    fill_stream(it, 30000, 1024);
    double bytes = 0;
    uint64_t at = 0;
    for (int i = 1; i <= 100; i++) { /* every 0.2 s, up to 1 MiB */
        until(&t, 0.2 * i);
        int before = got.refusals;
        read_from(t.all[1], it, 0, at, 1024);
        until(&t, 0.2 * i + 0.01);
        if (got.refusals == before) {
            bytes += got.batch->bytes;
            at = got.batch->position;
        }
    }
    assert_true(bytes <= 20 * 2097152.0 + 3 * 1048576.0 && bytes > 0.5 * 20 * 2097152.0);
    bench_close(&t);
}

static void test_enhanced_fan_out_pushes_and_its_readers_do_not_share(void **state)
{
    (void)state;
    bench t;
    static const wr_ask publish = {.op = WR_OP_PUBLISH};
    wr_comp *it = stream_bench(&t, &wr_model_kinesis, "{shard_count: 1, enhanced_fan_out: true, latency: {put: 0ms}}");
    for (int i = 0; i < 10; i++)
        read_from(t.all[1 + i % 2], it, 0, 0, 10);
    until(&t, 3);
    assert_int_equal(got.answers, 0); /* they wait for a record */
    send_to(&t, it, &publish, 77);
    until(&t, 4);
    assert_true(got.answers == 10 && got.refusals == 0 && got.batch->n == 1 && got.batch->record[0].key == 77);
    assert_true(got.at == 3 * WR_S + 70 * WR_MS);
    read_from(t.all[1], it, 0, 1, 10);
    until(&t, 400);
    assert_true(got.answers == 11 && got.batch->n == 0 && got.at > 303 * WR_S); /* a subscription ends after five minutes */
    bench_close(&t);
}

static void test_reads_of_what_is_not_there_are_not_valid(void **state)
{
    (void)state;
    bench t;
    wr_comp *it = stream_bench(&t, &wr_model_kinesis, "{shard_count: 3, latency: 0ms}");
    read_from(t.all[1], it, 3, 0, 10);
    until(&t, 1);
    assert_int_equal(got.status, WR_INVALID);
    read_from(t.all[1], it, -1, 0, 10);
    until(&t, 2);
    assert_true(got.status == WR_OK && got.batch->shards == 3);
    bench_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contradictions_are_refused),
        cmocka_unit_test(test_resharding_has_the_limits_of_update_shard_count),
        cmocka_unit_test(test_a_shard_takes_a_thousand_records_a_second),
        cmocka_unit_test(test_a_shard_takes_a_mebibyte_a_second),
        cmocka_unit_test(test_a_hot_key_has_one_shard_whatever_the_number),
        cmocka_unit_test(test_put_records_fail_one_by_one_and_the_answer_is_no_error),
        cmocka_unit_test(test_large_records_leave_a_debt_and_larger_ones_are_not_valid),
        cmocka_unit_test(test_resharding_takes_its_time_and_then_doubles_what_fits),
        cmocka_unit_test(test_an_on_demand_stream_splits_after_a_quarter_of_an_hour),
        cmocka_unit_test(test_an_on_demand_stream_cannot_split_one_key),
        cmocka_unit_test(test_each_mode_has_its_own_bill),
        cmocka_unit_test(test_without_readers_everything_counts_until_it_expires),
        cmocka_unit_test(test_all_readers_share_five_reads_a_second),
        cmocka_unit_test(test_a_read_of_ten_megabytes_locks_the_shard_for_five_seconds),
        cmocka_unit_test(test_two_megabytes_a_second_are_all_that_comes_out),
        cmocka_unit_test(test_enhanced_fan_out_pushes_and_its_readers_do_not_share),
        cmocka_unit_test(test_reads_of_what_is_not_there_are_not_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
