/* firehose.c - a delivery stream: records come in, are buffered, perhaps transformed, and go to a bucket in objects.
 *
 * PUBLISH with one message is PutRecord, with several PutRecordBatch; above a quota a request is refused whole (AWS
 * may take a part of a batch). Quotas are buckets of one second. With `from` it reads a stream instead. Buffers and
 * deliveries are in firehose_buffer.c. Not modelled: a buffer that grows when deliveries are behind (here they run
 * beside each other), compression and formats, dynamic partitioning, a backup of raw records, other targets than
 * buckets and HTTP endpoints. Truth: tests/unit/test_firehose.c. */
#include "firehose.h"
#include <math.h>

#define PRICING "https://aws.amazon.com/firehose/pricing/"
#define USUAL_SIZE 1024.0
#define LARGEST 1024000.0
#define LARGEST_BATCH 4194304.0
#define UNIT 5120.0

/* ---- tables --------------------------------------------------------------------------------------------- */
#define COUNT(N, U, D) {.name = N, .kind = WR_COUNT, .unit = U, .doc = D}
#define OURS(N, K, U, D) {.name = N, .kind = K, .unit = U, .doc = D, .ours = true}
static const wr_metric metrics[] = {
    [FIRE_RECORDS] = COUNT("IncomingRecords", "1", "Records put directly and accepted."),
    [FIRE_BYTES] = COUNT("IncomingBytes", "B", "Their bytes."),
    [FIRE_REQUESTS] = COUNT("IncomingPutRequests", "1", "Requests accepted."),
    [FIRE_THROTTLED] = COUNT("ThrottledRecords", "1", "Records that a quota refused."),
    [FIRE_READ_RECORDS] = COUNT("DataReadFromKinesisStream.Records", "1", "Records read from the stream."),
    [FIRE_READ_BYTES] = COUNT("DataReadFromKinesisStream.Bytes", "B", "Their bytes."),
    [FIRE_OUT_RECORDS] = COUNT("DeliveryToS3.Records", "1", "Records delivered."),
    [FIRE_OUT_BYTES] = COUNT("DeliveryToS3.Bytes", "B", "Bytes delivered."),
    [FIRE_OUT_OBJECTS] = COUNT("DeliveryToS3.Success", "1", "Objects delivered."),
    [FIRE_FRESHNESS] = {.name = "DeliveryToS3.DataFreshness", .kind = WR_VALUE, .unit = "s", .doc = "Age of the oldest record of an object when it is delivered."},
    [FIRE_PROCESSED] = COUNT("SucceedProcessing.Records", "1", "Records that the function transformed."),
    [FIRE_PROCESS_TIME] = {.name = "ExecuteProcessing.Duration", .kind = WR_VALUE, .unit = "s", .doc = "Time of a batch's transformation, retries included."},
    [FIRE_NOT_PROCESSED] = OURS("unprocessed", WR_COUNT, "1", "Records given up because their transformation failed."),
    [FIRE_LOST] = OURS("lost", WR_COUNT, "1", "Records that could not be delivered in time."),
    [FIRE_BUFFERED] = OURS("buffered", WR_LEVEL, "B", "Bytes in the buffers."),
    [FIRE_PENDING] = OURS("pending", WR_LEVEL, "1", "Objects and batches under way."),
    {0}};
static const char busy[] = "ServiceUnavailableException";
static const wr_code codes[] = {
    [FIRE_OK] = {"OK", NULL, WR_OK, 200, "Taken; not yet delivered."},
    [FIRE_QUOTA_RECORDS] = {busy, "Firehose.RecordsPerSecond", WR_THROTTLED, 503, "The stream had its records of this second."},
    [FIRE_QUOTA_REQUESTS] = {busy, "Firehose.RequestsPerSecond", WR_THROTTLED, 503, "The stream had its requests of this second."},
    [FIRE_QUOTA_BYTES] = {busy, "Firehose.BytesPerSecond", WR_THROTTLED, 503, "The stream had its bytes of this second."},
    [FIRE_INVALID] = {"InvalidArgumentException", "Firehose.InvalidArgument", WR_INVALID, 400, "A record over 1,000 KiB, more than 500 records or 4 MiB at once, none, or a put to a stream that reads another."},
    [FIRE_FAIL] = {"InternalFailure", "Fault.fail", WR_FAILED, 500, "The stream had failed."},
    {0}};
static const wr_usage usage[] = {
    {"Data in", "GB", "firehose.gb", 1073741824.0, "Bytes that came in, each record rounded up to 5 KB.", PRICING},
    {0}};

enum { FAIL, SLOW };
static const wr_fault faults[] = {
    {"fail", wr_fail_share_rows, sizeof(wr_fail_fault), "Puts fail at once; what was taken is delivered.", "assumption: its front fails, not its storage"},
    {"slow", wr_slow_rows, sizeof(wr_slow_fault), "Latencies are multiplied.", "assumption: see factor"},
    {0}};

/* ---- direct puts ---------------------------------------------------------------------------------------- */
static enum fire_code admit(fire *f, double n, double bytes)
{
    wr_time now = wr_now(f->self);
    if (wr_bucket_level(&f->requests, now) < 1)
        return FIRE_QUOTA_REQUESTS;
    if (wr_bucket_level(&f->records, now) < n)
        return FIRE_QUOTA_RECORDS;
    if (!wr_bucket_take(&f->bytes, now, bytes))
        return FIRE_QUOTA_BYTES;
    wr_bucket_take(&f->records, now, n);
    wr_bucket_take(&f->requests, now, 1);
    wr_add(f->self, WR_U_CONSUMED, bytes);
    wr_set(f->self, WR_U_BURST_LEFT, f->bytes.level);
    return FIRE_OK;
}

static bool valid(const fire *f, wr_call *c, int64_t n, double *size, double *sum)
{
    if (f->cfg->from || n < 1 || n > FIRE_BATCH)
        return false;
    for (int64_t i = 0; i < n; i++) {
        size[i] = wr_call_item_size(c, USUAL_SIZE);
        *sum += size[i];
        if (size[i] > LARGEST)
            return false;
    }
    return *sum <= LARGEST_BATCH;
}

static void accept(fire *f, wr_call *c, int64_t n, const double *size, double sum)
{
    wr_dur d = wr_dur_from_s(f->slow * wr_draw(f->cfg->latency, &f->latency));
    wr_add(f->self, FIRE_REQUESTS, 1);
    wr_add(f->self, FIRE_RECORDS, (double)n);
    wr_add(f->self, FIRE_BYTES, sum);
    for (int64_t i = 0; i < n; i++) {
        wr_bill(f->self, 0, fmax(1, ceil(size[i] / UNIT)) * UNIT);
        fire_take(f, size[i], wr_now(f->self));
    }
    if (d > 0)
        wr_reply_after(c, d, FIRE_OK);
    else
        wr_reply(c, FIRE_OK);
}

static void fire_call(wr_comp *self, wr_call *c)
{
    fire *f = wr_state(self);
    double size[FIRE_BATCH], sum = 0;
    if (wr_rng_chance(&f->fate, f->down)) {
        wr_reply(c, FIRE_FAIL);
        return;
    }
    int64_t n = wr_call_items(c);
    enum fire_code code = valid(f, c, n, size, &sum) ? admit(f, (double)n, sum) : FIRE_INVALID;
    if (code == FIRE_OK) {
        accept(f, c, n, size, sum);
        return;
    }
    if (code != FIRE_INVALID)
        wr_add(self, FIRE_THROTTLED, (double)n);
    wr_reply(c, (int)code);
}

/* ---- the component -------------------------------------------------------------------------------------- */
static void fire_fault(wr_comp *self, int fault, const void *arg, bool on)
{
    fire *f = wr_state(self);
    if (fault == SLOW) {
        double factor = ((const wr_slow_fault *)arg)->factor;
        f->slow = on ? f->slow * factor : f->slow / factor;
        return;
    }
    double share = ((const wr_fail_fault *)arg)->share;
    f->down += on ? share : -share;
    if (f->down < 1e-9)
        f->down = 0;
}

static void fire_start(wr_comp *self)
{
    fire *f = wr_state(self);
    f->self = self;
    f->cfg = wr_cfg(self);
    f->slow = 1;
    wr_stream(self, "fate", &f->fate);
    wr_stream(self, "latency", &f->latency);
    wr_stream(self, "jitter", &f->jitter);
    f->records = wr_bucket_full(f->cfg->records, f->cfg->records);
    f->requests = wr_bucket_full(f->cfg->requests, f->cfg->requests);
    f->bytes = wr_bucket_full(f->cfg->bytes, f->cfg->bytes);
    wr_set(self, WR_U_BURST_LEFT, f->bytes.level);
    fire_buffers_open(f);
    if (f->cfg->from)
        fire_read_open(f);
}

const wr_model wr_model_firehose = {
    .kind = "firehose", .aws = "AWS::KinesisFirehose::DeliveryStream", .title = "Firehose", .cloudwatch = "AWS/Firehose",
    .doc = "A delivery stream: records are buffered by size and time, perhaps transformed, and go to a bucket in objects.",
    .accepts = WR_ACCEPTS(WR_OP_PUBLISH),
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE | WR_HAS_RETRIES | WR_HAS_BUCKET,
    .net = WR_NET_AWS,
    .params = fire_params, .metrics = metrics, .codes = codes, .usage = usage, .faults = faults,
    .cfg_size = sizeof(fire_cfg), .state_size = sizeof(fire),
    .prepare = fire_prepare, .start = fire_start, .call = fire_call, .fault = fire_fault,
};
