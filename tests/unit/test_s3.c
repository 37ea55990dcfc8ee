/* test_s3.c - a bucket as scenarios see it: what is refused, rates of partitions and their splits, times by size, events,
 * KMS, what is counted and paid.
 *
 * Arrivals are scripted and latencies constant, so numbers are exact; where keys fall on partitions by their hash, the
 * hash is fixed. */
#include "test_api.h"

#define BUCKET "store: {type: s3, latency: 20ms, throughput: unlimited"

/* ---- what it refuses ------------------------------------------------------------------------------------ */
static void test_rates_and_prefixes_are_positive(void **state)
{
    (void)state;
    refused(BUCKET ", prefixes: 0}", "'prefixes'");
    refused(BUCKET ", get_rate: 0/s}", "'get_rate'");
    refused(BUCKET ", events: [{to: nobody}]}", "nobody");
    refused(BUCKET ", events: [{to: store, on: renamed}]}", "'on'");
}

static void test_who_takes_no_events_ends_the_run(void **state)
{
    (void)state;
    wr_scenario *s = load("weir: 1\nduration: 10s\ntraffic: {u: {target: app, rate: 1/s}}\nresources: {" BUCKET ", events: app}, app: {type: alb, target: w}, w: {type: service, service_time: 1ms}}\n",
                          WR_ERROR, NULL);
    wr_result *r = NULL;
    wr_err err = {0};
    assert_non_null(s);
    assert_int_not_equal(wr_run(s, 1, 0, WR_KEEP_ALL, &r, &err), 0);
    assert_non_null(strstr(err.text, "takes no events"));
    wr_result_destroy(r);
    wr_scenario_destroy(s);
}

/* ---- rates ---------------------------------------------------------------------------------------------- */
static void test_reads_and_writes_above_their_rates_get_slow_down(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {at: [{t: 1s, count: 6000}], request: {read: {from: store}}}, "
                       "v: {at: [{t: 2s, count: 4000}], request: {write: {to: store}}}}\nresources: {" BUCKET "}}\n");
    expect(r, "u.completed.sum", 5500);
    expect(r, "v.completed.sum", 3500);
    expect(r, "store.5xxErrors.sum", 1000);
    assert_true(cause(r, "store", "S3.SlowDown.Get") == 500);
    assert_true(cause(r, "store", "S3.SlowDown.Put") == 500);
    wr_result_destroy(r);
}

static void test_deletes_count_as_writes_and_plain_requests_as_reads(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {at: [{t: 1s, count: 30}], request: {delete: {to: store}}}, v: {at: [{t: 1s, count: 30}], target: store}}\n"
                       "resources: {" BUCKET ", put_rate: 10/s, get_rate: 20/s}}\n");
    expect(r, "u.completed.sum", 10);
    expect(r, "v.completed.sum", 20);
    expect(r, "store.DeleteRequests.sum", 30);
    expect(r, "store.GetRequests.sum", 30);
    wr_result_destroy(r);
}

static void test_each_prefix_has_the_full_rates(void **state)
{
    (void)state;
    static const char text[] = "duration: 60s\ntraffic: {u: {rate: 300/s, arrivals: uniform, request: {read: {from: store, key: {uniform: {n: 100k}}}}}}\n"
                               "resources: {" BUCKET ", get_rate: 100/s, split_after: never, prefixes: %d}}\n";
    wr_result *r = run(text, 4);
    expect(r, "u.errors.sum", 0);
    expect(r, "store.partitions.last", 4);
    wr_result_destroy(r);
    r = run(text, 1);
    expect_near(r, "u.completed.sum", 6100, 4); /* a second's worth, then 100/s */
    wr_result_destroy(r);
}

static void test_a_partition_that_stays_hot_splits(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {u: {rate: 150/s, arrivals: uniform, request: {read: {from: store, key: {uniform: {n: 100k}}}}}}\n"
                       "resources: {" BUCKET ", get_rate: 100/s, split_after: 20s, detail: parts}}\n");
    expect(r, "store.partitions.max", 2);
    expect_near(r, "u.errors.sum", 20 * 50, 20);
    assert_true(got(r, "store:p1.requests.sum") > 5000);
    expect(r, "store:p1.throttled.sum", 0);
    wr_result_destroy(r);
}

static void test_a_single_object_gains_nothing_by_splits_and_rest_cools(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {u: {rate: 150/s, arrivals: uniform, request: {read: {from: store, key: {constant: a}}}}}\n"
                       "resources: {" BUCKET ", get_rate: 100/s, split_after: 20s}}\n");
    assert_true(got(r, "store.partitions.max") >= 4);
    expect_near(r, "u.completed.sum", 10100, 5 * 100); /* each split may hand it a full bucket */
    wr_result_destroy(r);
    r = run("duration: 1000s\ntraffic: {u: {at: [{t: 1s, count: 200}, {t: 200s, count: 200}, {t: 400s, count: 200}], request: {read: {from: store}}}}\n"
            "resources: {" BUCKET ", get_rate: 100/s, split_after: 20s}}\n");
    expect(r, "store.partitions.max", 1);
    wr_result_destroy(r);
}

/* ---- time ----------------------------------------------------------------------------------------------- */
static void test_a_body_takes_its_time(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {at: [1s], request: {read: {from: store, size: 100 MB}}}, v: {at: [2s], target: store, response_size: 50 MB}, "
                       "w: {at: [3s], request: {write: {to: store}}}}\n"
                       "resources: {store: {type: s3, get_latency: 20ms, put_latency: 40ms, throughput: 100 MB, object_size: 10 MB}}\n");
    expect(r, "u.latency.max", 1.02);
    expect(r, "v.latency.max", 0.52);
    expect(r, "w.latency.max", 0.14);
    expect(r, "store.FirstByteLatency.min", 0.02);
    expect(r, "store.TotalRequestLatency.max", 1.02);
    expect(r, "store.BytesDownloaded.sum", 150 * 1048576.0);
    expect(r, "store.BytesUploaded.sum", 10 * 1048576.0);
    wr_result_destroy(r);
}

/* ---- events --------------------------------------------------------------------------------------------- */
static void test_queues_and_functions_learn_of_objects(void **state)
{
    (void)state;
    wr_result *r = run("duration: 20s\ntraffic: {u: {at: [{t: 1s, count: 5}], request: [{write: {to: store}}, {delete: {to: store}}, {read: {from: store}}]}}\n"
                       "resources: {" BUCKET ", events: [{to: made, delay: 1s}, {to: gone, on: removed}, {to: both, on: all}, {to: fn, delay: 1s}]}, made: {type: sqs}, gone: {type: sqs}, both: {type: sqs}, "
                       "fn: {type: lambda, duration: 10ms}}\n");
    expect(r, "made.NumberOfMessagesSent.sum", 5);
    expect(r, "gone.NumberOfMessagesSent.sum", 5);
    expect(r, "both.NumberOfMessagesSent.sum", 10);
    expect(r, "fn.Invocations.sum", 5);
    expect(r, "store.events.sum", 25);
    wr_result_destroy(r);
}

static void test_an_event_is_sent_until_it_is_taken(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {u: {at: [1s], request: {write: {to: store}}}}\n"
                       "resources: {" BUCKET ", events: {to: jobs, delay: 2s}}, jobs: {type: sqs}}\nfaults: [{error_rate: jobs, share: 100%%, at: 0s, for: 10s}]\n");
    expect(r, "store.events.sum", 1);
    assert_true(got(r, "store.event_retries.sum") >= 3);
    expect(r, "jobs.ApproximateNumberOfMessagesVisible.last", 1);
    wr_result_destroy(r);
}

static void test_a_failed_write_tells_nobody(void **state)
{
    (void)state;
    wr_result *r = run("duration: 20s\ntraffic: {u: {at: [{t: 1s, count: 5}], request: {write: {to: store}}}}\n"
                       "resources: {" BUCKET ", put_rate: 2/s, events: jobs}, jobs: {type: sqs}}\n");
    expect(r, "jobs.NumberOfMessagesSent.sum", 2);
    wr_result_destroy(r);
}

/* ---- KMS ------------------------------------------------------------------------------------------------ */
#define ENCRYPTED "duration: 20s\ntraffic: {u: {at: [{t: 1s, count: 10}, {t: 8s, count: 10}], request: [{write: {to: store}}, {read: {from: store}}]}}\n"

static void test_each_operation_asks_the_key_and_its_throttle_is_passed_on(void **state)
{
    (void)state;
    wr_result *r = run(ENCRYPTED "resources: {" BUCKET ", kms: key}, key: {type: kms_key, rate: 8/s, burst: 8, latency: 5ms}}\n");
    expect(r, "store.kms_calls.sum", 36); /* those refused do not read */
    assert_true(cause(r, "store", "S3.KmsThrottled") == 0); /* the cause is the key's own */
    assert_true(cause(r, "key", "KMS.RequestRate") > 0);
    assert_true(got(r, "store.4xxErrors.sum") > 0);
    wr_result_destroy(r);
    r = run(ENCRYPTED "resources: {" BUCKET ", kms: key}, key: {type: kms_key, latency: 5ms}}\n");
    expect(r, "store.kms_calls.sum", 40);
    expect(r, "u.latency.max", 0.05);
    wr_result_destroy(r);
}

static void test_a_bucket_key_asks_once_in_its_time(void **state)
{
    (void)state;
    wr_result *r = run("duration: 20s\ntraffic: {u: {at: [1s, 2s, 4s, 8s], request: {write: {to: store}}}}\n"
                       "resources: {" BUCKET ", kms: key, bucket_key: true, bucket_key_for: 5s}, key: {type: kms_key, latency: 0ms}}\n");
    expect(r, "key.requests.sum", 2);
    wr_result_destroy(r);
}

/* ---- the rest ------------------------------------------------------------------------------------------- */
static void test_requests_and_storage_are_paid(void **state)
{
    (void)state;
    wr_result *r = run("duration: 730h\ntraffic: {u: {at: [{t: 1s, count: 1000}], request: [{write: {to: store}}, {read: {from: store}}, {delete: {to: store}}]}}\n"
                       "resources: {" BUCKET ", stored: 100 GB, put_rate: unlimited}}\n");
    assert_true(fabs(usd(r, "store") - (1000 * 5e-6 + 1000 * 0.4e-6 + 2.3)) < 1e-9);
    wr_result_destroy(r);
}

static void test_faults_fail_and_slow_it(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {u: {at: [1s, 11s, 21s], request: {read: {from: store}}}}\n"
                       "resources: {" BUCKET "}}\nfaults: [{fail: store, at: 10s, for: 5s}, {slow: store, factor: 3, at: 20s, for: 5s}]\n");
    expect(r, "u.errors.sum", 1);
    expect(r, "u.latency.max", 0.06);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates_and_prefixes_are_positive),
        cmocka_unit_test(test_who_takes_no_events_ends_the_run),
        cmocka_unit_test(test_reads_and_writes_above_their_rates_get_slow_down),
        cmocka_unit_test(test_deletes_count_as_writes_and_plain_requests_as_reads),
        cmocka_unit_test(test_each_prefix_has_the_full_rates),
        cmocka_unit_test(test_a_partition_that_stays_hot_splits),
        cmocka_unit_test(test_a_single_object_gains_nothing_by_splits_and_rest_cools),
        cmocka_unit_test(test_a_body_takes_its_time),
        cmocka_unit_test(test_queues_and_functions_learn_of_objects),
        cmocka_unit_test(test_an_event_is_sent_until_it_is_taken),
        cmocka_unit_test(test_a_failed_write_tells_nobody),
        cmocka_unit_test(test_each_operation_asks_the_key_and_its_throttle_is_passed_on),
        cmocka_unit_test(test_a_bucket_key_asks_once_in_its_time),
        cmocka_unit_test(test_requests_and_storage_are_paid),
        cmocka_unit_test(test_faults_fail_and_slow_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
