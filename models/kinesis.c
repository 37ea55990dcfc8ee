/* kinesis.c - a Kinesis data stream: records go into shards by their key and come out in the order of each shard.
 *
 * PUBLISH with one message is PutRecord, with several PutRecords, whose records succeed or fail one by one while
 * the answer stays 200; they share the request's key. RECORDS is GetRecords of one shard, or with enhanced fan-out
 * a push: a read that finds nothing then waits for a record, up to five minutes. Limits, splits and on-demand
 * growth are in kinesis_shards.c, records and retention in kinesis_log.c. Records are readable from the instant
 * they are accepted. Not modelled: iterators that expire, encryption, quotas of the control plane and of the
 * account, the price of retention beyond a day, shards that have idled away. Truth: tests/unit/test_kinesis.c,
 * tests/truth/kinesis-*. */
#include "kinesis.h"
#include <math.h>
#include <string.h>

#define PRICING "https://aws.amazon.com/kinesis/data-streams/pricing/"
#define SUBSCRIPTION (300 * WR_S)

/* ---- tables --------------------------------------------------------------------------------------------- */
#define COUNT(N, U, D) {.name = N, .kind = WR_COUNT, .unit = U, .doc = D}
#define VALUE(N, U, D) {.name = N, .kind = WR_VALUE, .unit = U, .doc = D}
static const wr_metric metrics[] = {
    [KIN_IN_RECORDS] = COUNT("IncomingRecords", "1", "Records put into the stream."),
    [KIN_IN_BYTES] = COUNT("IncomingBytes", "B", "Bytes put into the stream."),
    [KIN_PUT_BYTES] = COUNT("PutRecord.Bytes", "B", "Bytes put by PutRecord."),
    [KIN_PUT_LATENCY] = VALUE("PutRecord.Latency", "s", "Time of PutRecord."),
    [KIN_PUT_SUCCESS] = COUNT("PutRecord.Success", "1", "PutRecord requests that were accepted."),
    [KIN_PUTS_BYTES] = COUNT("PutRecords.Bytes", "B", "Bytes put by PutRecords."),
    [KIN_PUTS_LATENCY] = VALUE("PutRecords.Latency", "s", "Time of PutRecords."),
    [KIN_PUTS_RECORDS] = COUNT("PutRecords.Records", "1", "Records put by PutRecords; AWS names it as deprecated."),
    [KIN_PUTS_SUCCESS] = COUNT("PutRecords.Success", "1", "PutRecords requests of which at least one record was accepted."),
    [KIN_PUTS_TOTAL] = COUNT("PutRecords.TotalRecords", "1", "Records sent by PutRecords."),
    [KIN_PUTS_DONE] = COUNT("PutRecords.SuccessfulRecords", "1", "Records of PutRecords that were accepted."),
    [KIN_PUTS_FAILED] = COUNT("PutRecords.FailedRecords", "1", "Records of PutRecords that failed inside AWS."),
    [KIN_PUTS_THROTTLED] = COUNT("PutRecords.ThrottledRecords", "1", "Records of PutRecords that a limit refused."),
    [KIN_GET_BYTES] = COUNT("GetRecords.Bytes", "B", "Bytes read by GetRecords."),
    [KIN_GET_AGE] = VALUE("GetRecords.IteratorAgeMilliseconds", "s", "Age of the last record of each GetRecords, in seconds; 0 when there was none."),
    [KIN_GET_LATENCY] = VALUE("GetRecords.Latency", "s", "Time of GetRecords."),
    [KIN_GET_RECORDS] = COUNT("GetRecords.Records", "1", "Records read by GetRecords."),
    [KIN_GET_SUCCESS] = COUNT("GetRecords.Success", "1", "GetRecords that were answered."),
    [KIN_PUSH_BYTES] = COUNT("SubscribeToShardEvent.Bytes", "B", "Bytes pushed by enhanced fan-out."),
    [KIN_PUSH_BEHIND] = VALUE("SubscribeToShardEvent.MillisBehindLatest", "s", "Age of the last record of each push, in seconds."),
    [KIN_PUSH_RECORDS] = COUNT("SubscribeToShardEvent.Records", "1", "Records pushed by enhanced fan-out."),
    [KIN_WRITE_EXCEEDED] = COUNT("WriteProvisionedThroughputExceeded", "1", "Records that a shard's limit refused."),
    [KIN_READ_EXCEEDED] = COUNT("ReadProvisionedThroughputExceeded", "1", "GetRecords that a shard's limit refused."),
    [KIN_OPEN_SHARDS] = {.name = "OpenShardCount", .kind = WR_LEVEL, .unit = "1", .doc = "Shards that take records.", .ours = true},
    [KIN_FAILED_RECORDS] = {.name = "FailedRecordCount", .kind = WR_COUNT, .unit = "1", .doc = "Records of PutRecords that its answer named as failed.", .ours = true},
    [KIN_DEPTH] = {.name = "queue_depth", .kind = WR_LEVEL, .unit = "1", .doc = "Records that the slowest reader has yet to read; all that are kept where there is no reader.", .ours = true},
    [KIN_MESSAGES] = {.name = "messages", .kind = WR_LEVEL, .unit = "1", .doc = "Records that are kept.", .ours = true},
    [KIN_EXPIRED] = {.name = "expired", .kind = WR_COUNT, .unit = "1", .doc = "Records that retention took from a reader before it had read them.", .ours = true},
    [KIN_UTILIZATION] = {.name = "utilization", .kind = WR_RATIO, .unit = "1", .doc = "Records or bytes in, whichever is more, of what the open shards take.", .num = "used_shards", .den = "room_shards", .ours = true},
    [KIN_USED] = {.name = "used_shards", .kind = WR_COUNT, .unit = "1", .doc = "Shard seconds used.", .ours = true, .hidden = true},
    [KIN_ROOM] = {.name = "room_shards", .kind = WR_COUNT, .unit = "1", .doc = "Shard seconds there were.", .ours = true, .hidden = true},
    {0}};

static const char exceeded[] = "ProvisionedThroughputExceededException";
static const wr_code codes[] = {
    [KIN_OK] = {"OK", NULL, WR_OK, 200, "Done; of PutRecords some or all records may have failed."},
    [KIN_WRITE_THROTTLED] = {exceeded, "Kinesis.WriteProvisionedThroughputExceeded", WR_THROTTLED, 400, "The shard had taken its 1,000 records or 1 MiB of this second."},
    [KIN_READ_THROTTLED] = {exceeded, "Kinesis.ReadProvisionedThroughputExceeded", WR_THROTTLED, 400, "The shard had given its five reads or 2 MB of this second."},
    [KIN_INVALID] = {"InvalidArgumentException", "Kinesis.InvalidArgument", WR_INVALID, 400, "A record over 10 MiB, more than 500 records or 10 MiB at once, or no such shard."},
    [KIN_FAIL] = {"InternalFailure", "Fault.fail", WR_FAILED, 500, "The shard had failed."},
    {0}};

static const wr_usage usage[] = {
    [KIN_SHARD_HOURS] = {"Shards", "shard-hours", "kinesis.shard_hour", 3600, "Open shards of a provisioned stream.", PRICING},
    [KIN_PUT_UNITS] = {"PUT payload units", "million units", "kinesis.million_put_units", 1e6, "25 KB or part of it of each record put into a provisioned stream.", PRICING},
    [KIN_FAN_HOURS] = {"Enhanced fan-out", "consumer-shard-hours", "kinesis.fan_out_shard_hour", 3600, "Consumers times open shards.", PRICING},
    [KIN_FAN_BYTES] = {"Enhanced fan-out data", "GB", "kinesis.fan_out_gb", 1073741824.0, "Bytes pushed.", PRICING},
    [KIN_STREAM_HOURS] = {"On-demand streams", "stream-hours", "kinesis.on_demand_hour", 3600, "An on-demand stream.", PRICING},
    [KIN_DEMAND_IN] = {"On-demand data in", "GB", "kinesis.on_demand_gb_in", 1073741824.0, "Bytes put, each record rounded up to 1 KB.", PRICING},
    [KIN_DEMAND_OUT] = {"On-demand data out", "GB", "kinesis.on_demand_gb_out", 1073741824.0, "Bytes read.", PRICING},
    {0}};

enum { FAIL, SLOW };
static const wr_fault faults[] = {
    {"fail", wr_fail_share_rows, sizeof(wr_fail_fault), "A share of the key space answers InternalFailure while it lasts.", "assumption: a shard without its leader"},
    {"slow", wr_slow_rows, sizeof(wr_slow_fault), "Latencies are multiplied.", "assumption: see factor"},
    {0}};

/* ---- records in ----------------------------------------------------------------------------------------- */
static wr_dur latency(kin *k, const wr_dist *law)
{
    return wr_dur_from_s(k->slow * wr_draw(law, &k->latency));
}

static void bill_record(kin *k, double bytes)
{
    if (k->plan->mode == KIN_PROVISIONED)
        wr_bill(k->self, KIN_PUT_UNITS, fmax(1, ceil(bytes / (25 * 1024.0))));
    else
        wr_bill(k->self, KIN_DEMAND_IN, fmax(1, ceil(bytes / 1024.0)) * 1024);
}

static void count_part(wr_comp *part, double bytes, bool taken)
{
    if (!part)
        return;
    wr_add(part, WR_U_REQUESTS, 1);
    wr_add(part, taken ? WR_U_COMPLETED : WR_U_ERRORS, 1);
    if (taken) {
        wr_add(part, KIN_IN_RECORDS, 1);
        wr_add(part, KIN_IN_BYTES, bytes);
    } else {
        wr_add(part, WR_U_THROTTLED, 1);
        wr_add(part, KIN_WRITE_EXCEEDED, 1);
    }
}

static bool put(kin *k, wr_call *c, kin_shard *s, double bytes)
{
    bool taken = kin_admit(k, s, bytes);
    count_part(s->part, bytes, taken);
    if (!taken) {
        wr_add(k->self, KIN_WRITE_EXCEEDED, 1);
        return false;
    }
    klog_append(&k->log, s->number,
                (klog_entry){wr_now(k->self), wr_call_key(c), (float)bytes, wr_call_operation(c)});
    wr_add(k->self, KIN_IN_RECORDS, 1);
    wr_add(k->self, KIN_IN_BYTES, bytes);
    bill_record(k, bytes);
    return true;
}

static void put_record(kin *k, wr_call *c, kin_shard *s)
{
    double bytes = wr_call_item_size(c, 1024);
    if (bytes > KIN_RECORD_MOST) {
        wr_reply(c, KIN_INVALID);
        return;
    }
    if (!put(k, c, s, bytes)) {
        wr_reply(c, KIN_WRITE_THROTTLED);
        return;
    }
    wr_dur d = latency(k, k->plan->put);
    wr_add(k->self, KIN_PUT_SUCCESS, 1);
    wr_add(k->self, KIN_PUT_BYTES, bytes);
    wr_observe_dur(k->self, KIN_PUT_LATENCY, d);
    wr_reply_after(c, d, KIN_OK);
}

/* Sizes of all records; false: more than one request may carry. */
static bool draw_sizes(kin *k, wr_call *c, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += k->size[i] = wr_call_item_size(c, 1024);
    return sum <= KIN_RECORD_MOST;
}

static void put_records(kin *k, wr_call *c, kin_shard *s, int64_t n)
{
    int64_t done = 0;
    double bytes = 0;
    for (int64_t i = 0; i < n; i++)
        if (put(k, c, s, k->size[i])) {
            done++;
            bytes += k->size[i];
        }
    wr_dur d = latency(k, k->plan->put);
    wr_add(k->self, KIN_PUTS_TOTAL, (double)n);
    wr_add(k->self, KIN_PUTS_DONE, (double)done);
    wr_add(k->self, KIN_PUTS_RECORDS, (double)done);
    wr_add(k->self, KIN_PUTS_THROTTLED, (double)(n - done));
    wr_add(k->self, KIN_FAILED_RECORDS, (double)(n - done));
    wr_add(k->self, KIN_PUTS_BYTES, bytes);
    wr_add(k->self, KIN_PUTS_SUCCESS, done > 0);
    wr_observe_dur(k->self, KIN_PUTS_LATENCY, d);
    wr_reply_after(c, d, KIN_OK);
}

static void publish(kin *k, wr_call *c)
{
    int64_t n = wr_call_items(c);
    kin_shard *s = kin_shard_at(k, wr_call_key(c));
    if (n == 1)
        put_record(k, c, s);
    else if (n < 1 || n > KIN_PUT_MOST || !draw_sizes(k, c, n))
        wr_reply(c, KIN_INVALID);
    else
        put_records(k, c, s, n);
    kin_wake(k, s);
    kin_levels(k);
}

/* ---- records out ---------------------------------------------------------------------------------------- */
static void count_read(kin *k, const wr_batch *b, wr_dur d)
{
    bool push = k->plan->fan_out;
    wr_add(k->self, push ? KIN_PUSH_RECORDS : KIN_GET_RECORDS, b->n);
    wr_add(k->self, push ? KIN_PUSH_BYTES : KIN_GET_BYTES, b->bytes);
    if (push) {
        wr_bill(k->self, KIN_FAN_BYTES, b->bytes);
    } else {
        wr_add(k->self, KIN_GET_SUCCESS, 1);
        wr_observe_dur(k->self, KIN_GET_LATENCY, d);
    }
    if (k->plan->mode == KIN_ON_DEMAND)
        wr_bill(k->self, KIN_DEMAND_OUT, b->bytes);
}

static void ended(wr_comp *self, void *arg)
{
    wr_call *c = arg;
    kin *k = wr_state(self);
    kin_parked **p = &k->shard[wr_call_batch(c)->shard]->parked;
    while (*p && (*p)->call != c)
        p = &(*p)->next;
    kin_parked *mine = *p;
    if (!mine)
        return;
    *p = mine->next;
    mine->next = k->spare;
    k->spare = mine;
    wr_reply(c, KIN_OK);
}

static void park(kin *k, wr_call *c, kin_shard *s)
{
    kin_parked *p = k->spare, **end = &s->parked;
    if (p)
        k->spare = p->next;
    else
        p = wr_alloc(k->self, sizeof *p);
    *p = (kin_parked){.call = c, .ends = wr_after(k->self, SUBSCRIPTION, ended, c), .shard = s->number};
    while (*end)
        end = &(*end)->next;
    *end = p;
}

/* A push that finds nothing waits, unless the shard has ended. */
bool kin_serve(kin *k, wr_call *c, kin_shard *s)
{
    wr_batch *b = wr_call_batch(c);
    wr_dur wait;
    int code = kin_read(k, c, s, &wait);
    if (code != KIN_OK) {
        wr_add(k->self, KIN_READ_EXCEEDED, code == KIN_READ_THROTTLED);
        wr_reply(c, code);
        return true;
    }
    if (k->plan->fan_out && !b->n && !b->closed)
        return false;
    wr_dur d = latency(k, k->plan->fan_out ? k->plan->push : k->plan->get);
    count_read(k, b, d);
    wr_reply_after(c, d + wait, KIN_OK);
    return true;
}

void kin_wake(kin *k, kin_shard *s)
{
    kin_parked *p = s->parked, *next;
    s->parked = NULL;
    for (; p; p = next) {
        next = p->next;
        wr_cancel(k->self, p->ends);
        if (!kin_serve(k, p->call, s))
            park(k, p->call, s);
        p->next = k->spare;
        k->spare = p;
    }
}

/* Its children may now give what they have. */
static void wake_heirs(kin *k, int32_t shard)
{
    for (int32_t i = 0; i < k->opens; i++) {
        kin_shard *s = k->open[i];
        const klog_shard *l = k->log.shard[s->number];
        for (int32_t j = 0; j < l->parents && s->parked; j++)
            if (l->parent[j] == shard) {
                kin_wake(k, s);
                break;
            }
    }
}

static void records(kin *k, wr_call *c)
{
    wr_batch *b = wr_call_batch(c);
    wr_time ignored = 0;
    if (!b || b->shard >= k->log.shards) {
        wr_reply(c, KIN_INVALID);
        return;
    }
    if (b->shard < 0) {
        klog_read(&k->log, wr_call_from(c), b, 0, 0, &ignored);
        wr_reply_after(c, latency(k, k->plan->get), KIN_OK);
        return;
    }
    kin_shard *s = k->shard[b->shard];
    if (s->from < k->down) {
        wr_reply(c, KIN_FAIL);
        return;
    }
    if (!kin_serve(k, c, s))
        park(k, c, s);
    else if (k->plan->fan_out && b->closed)
        wake_heirs(k, b->shard);
    kin_levels(k);
}

/* ---- the model ------------------------------------------------------------------------------------------ */
static void kinesis_call(wr_comp *self, wr_call *c)
{
    kin *k = wr_state(self);
    if (wr_call_op(c) == WR_OP_RECORDS)
        records(k, c);
    else if (wr_key_spot(wr_call_key(c)) < k->down)
        wr_reply(c, KIN_FAIL);
    else
        publish(k, c);
}

static void kinesis_fault(wr_comp *self, int fault, const void *arg, bool on)
{
    kin *k = wr_state(self);
    if (fault == SLOW) {
        double factor = ((const wr_slow_fault *)arg)->factor;
        k->slow = on ? k->slow * factor : k->slow / factor;
        return;
    }
    double share = ((const wr_fail_fault *)arg)->share;
    k->down += on ? share : -share;
    if (k->down < 1e-9)
        k->down = 0;
}

static void kinesis_start(wr_comp *self)
{
    kin *k = wr_state(self);
    const kin_plan *plan = wr_cfg(self);
    k->self = self;
    k->plan = plan;
    k->slow = 1;
    wr_stream(self, "latency", &k->latency);
    wr_stream(self, "takes", &k->takes);
    klog_open(&k->log, self, plan->retention);
    kin_shards_open(k);
    if (plan->mode == KIN_ON_DEMAND)
        wr_bill_level(self, KIN_STREAM_HOURS, 1);
    for (size_t i = 0; i < plan->reshard.n; i++) {
        const kin_reshard *r = (const kin_reshard *)plan->reshard.items + i;
        kin_step *step = wr_alloc(self, sizeof *step);
        step->shards = r->shards;
        wr_at(self, r->at + wr_draw_dur(r->takes, &k->takes), WR_PHASE_CONTROL, kin_resharded, step);
    }
    wr_at(self, WR_S - 1, WR_PHASE_CONTROL, kin_second, k);
}

const wr_model wr_model_kinesis = {
    .kind = "kinesis", .aws = "AWS::Kinesis::Stream", .title = "Kinesis data stream", .cloudwatch = "AWS/Kinesis",
    .doc = "Shards that keep records in order for readers that go at their own pace.",
    .accepts = WR_ACCEPTS(WR_OP_PUBLISH) | WR_ACCEPTS(WR_OP_RECORDS),
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE | WR_HAS_AGE | WR_OWN_UTILIZATION,
    .net = WR_NET_AWS,
    .params = kin_params, .metrics = metrics, .codes = codes, .usage = usage, .faults = faults,
    .cfg_size = sizeof(kin_plan), .state_size = sizeof(kin),
    .prepare = kin_prepare, .start = kinesis_start, .call = kinesis_call, .fault = kinesis_fault,
};
