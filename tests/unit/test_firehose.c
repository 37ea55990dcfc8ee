/* test_firehose.c - a delivery stream: what is refused, buffers by size and by time, quotas of direct puts, a stream as the
 * source, transformations, a target that is down, the bill. Arrivals are evenly spaced, so counts are exact. */
#include "events_bench.h"

#define BARE "type: firehose, latency: 0s"
#define LAKE "  lake: {type: s3, latency: 0s, throughput: unlimited}\n"
#define PUTS "traffic: {shops: {request: {publish: {to: it, messages: 10, size: 10 KB}}, rate: 10/s, arrivals: uniform}}\n"

/* ---- refusals ------------------------------------------------------------------------------------------- */
static void test_what_cannot_be_is_refused(void **state)
{
    (void)state;
    refused("type: firehose", "", "'to'");
    refused("type: firehose, to: q", "  q: {type: sqs}\n", "must be a bucket or an HTTP endpoint");
    refused("type: firehose, to: lake, buffer_size: 200", LAKE, "buffer_size");
    refused("type: firehose, to: lake, buffer_interval: 901", LAKE, "buffer_interval");
    refused("type: firehose, to: lake, from: lake", LAKE, "does not answer");
    refused("type: firehose, to: lake, transform: lake", LAKE, "does not answer");
    refused("type: firehose, to: lake, from: k, byte_rate: 1 MB", LAKE "  k: {type: kinesis, shard_count: 1}\n", "limits of direct puts");
}

/* ---- buffers -------------------------------------------------------------------------------------------- */
/* 100 records of 10 KB a second: 5 MB are there with the 52nd request. */
static void test_buffer_closes_by_size_and_the_object_is_as_large(void **state)
{
    (void)state;
    wr_result *r = run("duration: 104s\n" PUTS "resources:\n  it: {" BARE ", to: lake}\n" LAKE);
    near(sum(r, "it", "IncomingRecords"), 10390, 10);
    near(sum(r, "it", "DeliveryToS3.Success"), 20, 0);
    near(sum(r, "it", "DeliveryToS3.Records"), 20 * 512, 0);
    near(sum(r, "lake", "BytesUploaded"), 20 * 5242880.0, 1);
    near(stat(r, "it", "", "DeliveryToS3.DataFreshness", "max"), 5.1, 0.11);
    near(sum(r, "lake", "PutRequests"), 20, 0);
    wr_result_destroy(r);
}

static void test_buffer_closes_by_time_after_its_first_record(void **state)
{
    (void)state;
    wr_result *r = run("duration: 151s\n" PUTS "resources:\n  it: {" BARE ", to: lake, buffer_size: 128, buffer_interval: 60}\n" LAKE);
    near(sum(r, "it", "DeliveryToS3.Success"), 2, 0); /* first records at 0.1 s and 60.1 s or 60.2 s */
    near(stat(r, "it", "", "DeliveryToS3.DataFreshness", "mean"), 60, 1e-6);
    near(stat(r, "it", "", "buffered", "max"), 600 * 102400.0, 2 * 102400.0);
    wr_result_destroy(r);
}

static void test_without_an_interval_each_request_is_delivered_at_once(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10.05s\n" PUTS "resources:\n  it: {" BARE ", to: lake, buffer_interval: 0}\n" LAKE);
    near(sum(r, "it", "DeliveryToS3.Success"), 100, 0);
    near(sum(r, "it", "DeliveryToS3.Records"), 1000, 0);
    wr_result_destroy(r);
}

static void test_http_endpoint_gets_requests(void **state)
{
    (void)state;
    wr_result *r = run("duration: 60.05s\n" PUTS "resources:\n  it: {" BARE ", to: web}\n  web: {type: service, service_time: 10ms}\n");
    near(sum(r, "it", "DeliveryToS3.Success"), sum(r, "web", "completed"), 0);
    near(sum(r, "web", "requests"), 11, 0);
    wr_result_destroy(r);
}

/* ---- quotas --------------------------------------------------------------------------------------------- */
/* Each is a bucket of one second. 1,000 requests/s of 10 records: elsewhere 1 MiB/s are 1,024 records of 1 KB. */
static void test_direct_puts_above_a_quota_are_refused(void **state)
{
    static const struct { const char *region, *keys; double passed; } of[] = {
        {"us-east-1", "jitter", 5120 * 11 / 10}, {"eu-south-1", "jitter", 1024 * 11 / 10},
        {"us-east-1", "request_rate: 50/s", 11 * 50}, {"us-east-1", "record_rate: 200/s", 11 * 20}};
    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        bool plain = !strcmp(of[i].keys, "jitter");
        wr_result *r = run("duration: 10s\nregion: %s\ntraffic: {shops: {request: {publish: {to: it, messages: 10}}, rate: 1000/s, arrivals: uniform}}\n"
                           "resources:\n  it: {" BARE ", to: lake%s%s}\n" LAKE, of[i].region, plain ? "" : ", ", plain ? "" : of[i].keys);
        near(sum(r, "it", "completed"), of[i].passed, 3);
        near(sum(r, "it", "ThrottledRecords"), 10 * (9999 - of[i].passed), 40);
        wr_result_destroy(r);
    }
}

static void test_puts_that_are_too_large_or_too_many_are_invalid(void **state)
{
    static const struct { const char *step; double good; } of[] = {
        {"size: 1000 KB", 1}, {"size: 1001 KB", 0}, {"messages: 500", 500}, {"messages: 501", 0}, {"messages: 5, size: 900 KB", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        wr_result *r = run("duration: 10s\ntraffic: {shops: {request: {publish: {to: it, %s}}, at: [1s]}}\n"
                           "resources:\n  it: {" BARE ", to: lake}\n" LAKE, of[i].step);
        near(sum(r, "it", "IncomingRecords"), of[i].good, 0);
        near(sum(r, "it", "errors"), of[i].good > 0 ? 0 : 1, 0);
        wr_result_destroy(r);
    }
}

/* ---- a stream ------------------------------------------------------------------------------------------- */
static void test_stream_is_read_to_the_last_record_through_a_reshard(void **state)
{
    (void)state;
    wr_result *r = run("duration: 20m\ntraffic: {shops: {request: {publish: {to: k, messages: 5, size: 1 KB}}, key: {uniform: {n: 500}}, arrivals: uniform, stages: [{rate: 100/s, for: 600s}, {rate: 0/s, for: 1s}]}}\n"
                       "resources:\n  it: {" BARE ", to: lake, from: k, buffer_interval: 30}\n" LAKE
                       "  k: {type: kinesis, shard_count: 2, latency: 0s, reshard: {at: 200s, shard_count: 4, takes: 10s}}\n");
    double n = sum(r, "k", "IncomingRecords");
    near(n, 300000, 5);
    near(sum(r, "it", "DataReadFromKinesisStream.Records"), n, 0);
    near(sum(r, "it", "DeliveryToS3.Records"), n, 0);
    near(sum(r, "lake", "BytesUploaded"), n * 1024, 1);
    near(sum(r, "k", "ReadProvisionedThroughputExceeded"), 0, 0);
    near(stat(r, "k", "", "queue_depth", "last"), 0, 0);
    wr_result_destroy(r);
}

static void test_nothing_is_put_to_a_stream_that_reads_another(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\n" PUTS "resources:\n  it: {" BARE ", to: lake, from: k}\n" LAKE "  k: {type: kinesis, shard_count: 1}\n");
    near(sum(r, "it", "errors"), sum(r, "it", "requests"), 0);
    near(sum(r, "it", "IncomingRecords"), 0, 0);
    wr_result_destroy(r);
}

/* ---- a transformation ----------------------------------------------------------------------------------- */
static void test_function_gets_batches_of_a_megabyte_and_halves_the_bytes(void **state)
{
    (void)state;
    wr_result *r = run("duration: 205s\n" PUTS "resources:\n  it: {" BARE ", to: lake, transform: {lambda: fn, output: 0.5}}\n" LAKE
                       "  fn: {type: lambda, duration: 100ms, latency: 0s, placement_time: 0s, init_duration: 0s, first_invoke_extra: 0s}\n");
    double calls = sum(r, "fn", "Invocations"), objects = sum(r, "it", "DeliveryToS3.Success");
    near(calls, floor(sum(r, "it", "IncomingRecords") / 103), 1); /* 103 records are 1 MiB */
    near(sum(r, "it", "DeliveryToS3.Bytes"), objects * 5 * 1048576, objects * 1048576);
    near(sum(r, "it", "SucceedProcessing.Records"), calls * 103, 0);
    near(stat(r, "it", "", "ExecuteProcessing.Duration", "mean"), 0.1, 1e-6);
    wr_result_destroy(r);
}

/* Five at once at 10 s each are half a batch a second, and more come: the others wait in order and none is lost. */
static void test_no_more_batches_are_in_work_than_may_be(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\n" PUTS "resources:\n  it: {" BARE ", to: lake, transform: fn}\n" LAKE
                       "  fn: {type: lambda, duration: 10s, timeout: 1m, latency: 0s}\n");
    near(stat(r, "fn", "", "ConcurrentExecutions", "max"), 5, 0);
    near(sum(r, "fn", "Invocations"), 50, 5);
    wr_result_destroy(r);
}

static void test_batch_that_fails_is_given_up_after_three_retries(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {shops: {request: {publish: {to: it, messages: 10}}, at: [1s]}}\n"
                       "resources:\n  it: {" BARE ", to: lake, transform: {lambda: fn, buffer_interval: 5}}\n" LAKE
                       "  fn: {type: lambda, duration: 10ms, failure_rate: 100%%}\n");
    near(sum(r, "fn", "Errors"), 4, 0);
    near(sum(r, "it", "unprocessed"), 10, 0);
    near(sum(r, "it", "DeliveryToS3.Success"), 0, 0);
    wr_result_destroy(r);
}

/* ---- a target that is down ------------------------------------------------------------------------------ */
static void test_target_that_comes_back_gets_everything(void **state)
{
    (void)state;
    wr_result *r = run("duration: 30m\ntraffic: {shops: {request: {publish: {to: it, messages: 10, size: 10 KB}}, arrivals: uniform, stages: [{rate: 10/s, for: 600s}, {rate: 0/s, for: 1s}]}}\n"
                       "resources:\n  it: {" BARE ", to: lake, buffer_interval: 60}\n" LAKE "faults: [{fail: lake, at: 100s, for: 300s}]\n");
    near(sum(r, "it", "DeliveryToS3.Records"), sum(r, "it", "IncomingRecords"), 0);
    near(sum(r, "it", "lost"), 0, 0);
    assert_true(stat(r, "it", "", "DeliveryToS3.DataFreshness", "max") > 300);
    near(sum(r, "it", "errors"), 0, 0);
    wr_result_destroy(r);
}

static void test_what_cannot_be_delivered_for_a_day_is_lost(void **state)
{
    (void)state;
    wr_result *r = run("duration: 30h\ntraffic: {shops: {request: {publish: {to: it, messages: 10}}, at: [1s]}}\n"
                       "resources:\n  it: {" BARE ", to: lake}\n" LAKE "faults: [{fail: lake, at: 0s}]\n");
    near(sum(r, "it", "lost"), 10, 0);
    near(stat(r, "it", "", "pending", "mean") * 30, 24, 1e-3);
    wr_result_destroy(r);
}

/* ---- the bill, faults ----------------------------------------------------------------------------------- */
static void test_each_record_is_billed_in_units_of_5_kb(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {shops: {request: {publish: {to: it, messages: 100}}, rate: 40/s, arrivals: uniform}}\n"
                       "resources:\n  it: {" BARE ", to: lake}\n" LAKE);
    double n = sum(r, "it", "IncomingRecords");
    near(n, 400000, 200);
    near(sum(r, "it", "cost"), n * 5120 / 1073741824.0 * 0.029, 1e-6);
    wr_result_destroy(r);
}

static void test_failed_stream_refuses_and_delivers_what_it_has(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\n" PUTS "resources:\n  it: {" BARE ", to: lake, buffer_interval: 30}\n" LAKE "faults: [{fail: it, at: 50s}]\n");
    near(sum(r, "it", "errors"), 500, 2);
    near(sum(r, "it", "DeliveryToS3.Records"), sum(r, "it", "IncomingRecords"), 0);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_cannot_be_is_refused),
        cmocka_unit_test(test_buffer_closes_by_size_and_the_object_is_as_large),
        cmocka_unit_test(test_buffer_closes_by_time_after_its_first_record),
        cmocka_unit_test(test_without_an_interval_each_request_is_delivered_at_once),
        cmocka_unit_test(test_http_endpoint_gets_requests),
        cmocka_unit_test(test_direct_puts_above_a_quota_are_refused),
        cmocka_unit_test(test_puts_that_are_too_large_or_too_many_are_invalid),
        cmocka_unit_test(test_stream_is_read_to_the_last_record_through_a_reshard),
        cmocka_unit_test(test_nothing_is_put_to_a_stream_that_reads_another),
        cmocka_unit_test(test_function_gets_batches_of_a_megabyte_and_halves_the_bytes),
        cmocka_unit_test(test_no_more_batches_are_in_work_than_may_be),
        cmocka_unit_test(test_batch_that_fails_is_given_up_after_three_retries),
        cmocka_unit_test(test_target_that_comes_back_gets_everything),
        cmocka_unit_test(test_what_cannot_be_delivered_for_a_day_is_lost),
        cmocka_unit_test(test_each_record_is_billed_in_units_of_5_kb),
        cmocka_unit_test(test_failed_stream_refuses_and_delivers_what_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
