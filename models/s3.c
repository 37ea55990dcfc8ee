/* s3.c - a bucket of S3: reads and writes within the rates of its partitions, a first byte, and the way of the body.
 *
 * A request costs its partition one read or one write (s3_partition.c); above that 503 SlowDown at once. With a KMS key
 * every object operation first asks the key, unless the bucket has a key of its own for a while. Then comes the first
 * byte, and the body at `throughput`. Good writes and deletes send events (s3_event.c). Reads see all writes, so there
 * is nothing stale to model. Not modelled: which objects there are (what is read exists), multipart uploads and ranges,
 * lists, versions, classes of storage, replication, the price of data that leaves AWS.
 * Truth: tests/unit/test_s3.c, tests/truth/edge-s3.yaml. */
#include "s3.h"
#include <math.h>
#include <string.h>

#define GUIDE "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
#define RATES GUIDE "optimizing-performance.html"
#define EVENTS GUIDE "EventNotifications.html"
#define PRICING "https://aws.amazon.com/s3/pricing/"

/* ---- what users write ----------------------------------------------------------------------------------- */
static const char *const ons[] = {[S3_CREATED] = "created", [S3_REMOVED] = "removed", [S3_ALL] = "all", NULL};
static const wr_param notice_rows[] = {
    {.key = "to", WR_FIELD(s3_notice, to), .type = WR_T_LINK, .flags = WR_P_FORWARDS, .doc = "Queue, topic, stream or function that is told.", .src = EVENTS},
    {.key = "on", WR_FIELD(s3_notice, on), .type = WR_T_ENUM, .choices = ons, .def = "created", .doc = "Which events: objects made, objects removed, or both."},
    {.key = "share", WR_FIELD(s3_notice, share), .type = WR_T_SHARE, .def = "100%", .doc = "Share of objects that the filter (prefix, suffix) lets pass."},
    {.key = "delay", WR_FIELD(s3_notice, delay), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 800ms, p99: 4s}}", .doc = "From the answer of the write to the event.", .src = "assumption: AWS says seconds"},
    {0}};
static const wr_param params[] = {
    {.key = "prefixes", WR_FIELD(s3_cfg, prefixes), .type = WR_T_INT, .def = "1", .min = 1, .max = 10000, .doc = "Partitioned prefixes at the beginning, which keys are spread over by their hash; a new bucket has one.", .src = RATES},
    {.key = "get_rate", WR_FIELD(s3_cfg, get_rate), .type = WR_T_RATE, .def = "5500/s", .words = "unlimited", .min = 0.001, .max = 1e9, .doc = "GET and HEAD requests a second of each partition, as a bucket of one second; above it 503 SlowDown.", .src = RATES},
    {.key = "put_rate", WR_FIELD(s3_cfg, put_rate), .type = WR_T_RATE, .def = "3500/s", .words = "unlimited", .min = 0.001, .max = 1e9, .doc = "PUT, COPY, POST and DELETE requests a second of each partition, likewise.", .src = RATES},
    {.key = "split_after", WR_FIELD(s3_cfg, split_after), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{uniform: {min: 10m, max: 30m}}", .words = "never", .doc = "A partition that has refused requests for so long splits in two.", .src = "assumption: AWS says gradually; 10 to 30 minutes were seen"},
    {.key = "object_size", WR_FIELD(s3_cfg, object_size), .type = WR_T_DIST, .of = WR_T_BYTES, .def = "100 KB", .doc = "Size of an object, where the step does not say it; of a plain request, where its response_size is not written.", .src = "assumption: a small picture"},
    {.key = "latency", WR_FIELD(s3_cfg, latency), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "Time to the first byte of reads and writes; in place of get_latency and put_latency."},
    {.key = "get_latency", WR_FIELD(s3_cfg, get), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 30ms, p99: 180ms}}", .doc = "Time to the first byte of a read.", .src = "assumption: AWS says roughly 100 to 200 ms; medians of 20 to 60 ms were seen"},
    {.key = "put_latency", WR_FIELD(s3_cfg, put), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 45ms, p99: 250ms}}", .doc = "The same of a write or a delete.", .src = "assumption: see get_latency"},
    {.key = "throughput", WR_FIELD(s3_cfg, throughput), .type = WR_T_BYTES, .def = "85 MB", .words = "unlimited", .min = 1, .max = 1e12, .doc = "Bytes a second of one request's body.", .src = "assumption: about 85 to 90 MB/s a connection were seen"},
    {.key = "events", WR_FIELD(s3_cfg, notices), .type = WR_T_LIST, .rows = notice_rows, .size = sizeof(s3_notice), .shorthand = "to", .flags = WR_P_ONE, .optional = true, .doc = "Who learns of objects.", .src = EVENTS, .cfn = "NotificationConfiguration"},
    {.key = "kms", WR_FIELD(s3_cfg, kms), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_REQUEST), .optional = true, .doc = "Key that encrypts objects (SSE-KMS): each read or write asks it once.", .src = GUIDE "UsingKMSEncryption.html", .cfn = "KMSMasterKeyID"},
    {.key = "bucket_key", WR_FIELD(s3_cfg, bucket_key), .type = WR_T_BOOL, .def = "false", .doc = "The bucket keeps a key of its own for a while and asks KMS only then.", .src = GUIDE "bucket-key.html", .cfn = "BucketKeyEnabled"},
    {.key = "bucket_key_for", WR_FIELD(s3_cfg, bucket_key_for), .type = WR_T_DUR, .def = "5m", .min = 0.001, .max = 3e9, .doc = "How long.", .src = "assumption: AWS says short-lived"},
    {.key = "stored", WR_FIELD(s3_cfg, stored), .type = WR_T_BYTES, .def = "0 GB", .max = 1e18, .doc = "Bytes that are held all along, for the bill.", .src = "assumption: what is written in a run is little beside a month's storage"},
    {0}};

enum { FAULT_FAIL, FAULT_SLOW };
static const wr_fault faults[] = {
    {"fail", wr_fail_rows, sizeof(wr_fail_fault), "A share of requests is not served.", "assumption: a part of its servers"},
    {"slow", wr_slow_rows, sizeof(wr_slow_fault), "First bytes and bodies take longer.", "assumption: see factor"},
    {0}};

/* ---- what they read ------------------------------------------------------------------------------------- */
#define COUNT(N, U, D) {.name = N, .kind = WR_COUNT, .unit = U, .doc = D}
static const wr_metric metrics[] = {
    [S3_REQUESTS] = COUNT("AllRequests", "1", "Requests of any kind."),
    [S3_GETS] = COUNT("GetRequests", "1", "GET requests."),
    [S3_PUTS] = COUNT("PutRequests", "1", "PUT requests."),
    [S3_DELETES] = COUNT("DeleteRequests", "1", "DELETE requests."),
    [S3_4XX] = COUNT("4xxErrors", "1", "Answers 4xx: those of KMS that are passed on."),
    [S3_5XX] = COUNT("5xxErrors", "1", "Answers 5xx, SlowDown included."),
    [S3_FIRST_BYTE] = {.name = "FirstByteLatency", .kind = WR_VALUE, .unit = "s", .doc = "From the request to the first byte of its answer."},
    [S3_TOTAL] = {.name = "TotalRequestLatency", .kind = WR_VALUE, .unit = "s", .doc = "From the request to the last byte of its answer."},
    [S3_DOWN] = COUNT("BytesDownloaded", "B", "Bodies of good reads."),
    [S3_UP] = COUNT("BytesUploaded", "B", "Bodies of good writes."),
    [S3_PARTITIONS] = {.name = "partitions", .kind = WR_LEVEL, .unit = "1", .doc = "Partitions of the index.", .ours = true},
    [S3_EVENTS] = {.name = "events", .kind = WR_COUNT, .unit = "1", .doc = "Events that were delivered.", .ours = true},
    [S3_EVENT_RETRIES] = {.name = "event_retries", .kind = WR_COUNT, .unit = "1", .doc = "Events that were refused and are sent again.", .ours = true},
    [S3_KMS] = {.name = "kms_calls", .kind = WR_COUNT, .unit = "1", .doc = "Requests to the KMS key.", .ours = true},
    {0}};
static const wr_code codes[] = {
    [S3_OK] = {"OK", NULL, WR_OK, 200, "Done."},
    [S3_SLOW_GET] = {"SlowDown", "S3.SlowDown.Get", WR_THROTTLED, 503, "The partition of the key had its reads of this second."},
    [S3_SLOW_PUT] = {"SlowDown", "S3.SlowDown.Put", WR_THROTTLED, 503, "The partition of the key had its writes of this second."},
    [S3_KMS_THROTTLED] = {"KMS.ThrottlingException", "S3.KmsThrottled", WR_THROTTLED, 400, "The key's quota was used up; passed on."},
    [S3_KMS_FAILED] = {"KMS.KMSInternalException", "S3.KmsFailed", WR_FAILED, 500, "The key did not answer well."},
    [S3_FAIL] = {"InternalError", "Fault.fail", WR_FAILED, 500, "The bucket had failed."},
    {0}};
static const wr_usage usage[] = {
    [S3_BILL_PUT] = {"PUT requests", "million", "s3.million_put_requests", 1e6, "Writes; deletes and refused requests are free.", PRICING},
    [S3_BILL_GET] = {"GET requests", "million", "s3.million_get_requests", 1e6, "Reads; refused ones are free.", PRICING},
    [S3_BILL_STORED] = {"Storage", "GB-months", "s3.gb_month", 730 * 3600.0, "What is stored, in the first price of S3 Standard.", PRICING},
    {0}};

/* ---- requests ------------------------------------------------------------------------------------------- */
typedef struct visit {
    double size;
    wr_time since;
    wr_dur first, body;
    int kind; /* enum wr_op: READ, WRITE or DELETE */
} visit;

static void answer(s3 *b, wr_call *c, enum s3_code code)
{
    int http = codes[code].http;
    if (http >= 400)
        wr_add(b->self, http < 500 ? S3_4XX : S3_5XX, 1);
    wr_reply(c, (int)code);
}

static void sent(wr_comp *self, void *arg)
{
    s3 *b = wr_state(self);
    wr_call *c = arg;
    const visit *v = WR_MINE(c, visit);
    wr_time now = wr_now(self);
    wr_observe_dur(self, S3_FIRST_BYTE, v->kind == WR_OP_READ ? now - v->body - v->since : now - v->since);
    wr_observe_dur(self, S3_TOTAL, now - v->since);
    if (v->kind != WR_OP_DELETE)
        wr_add(self, v->kind == WR_OP_READ ? S3_DOWN : S3_UP, v->size);
    if (v->kind != WR_OP_READ)
        s3_tell(b, c, v->kind == WR_OP_WRITE ? S3_CREATED : S3_REMOVED);
    wr_reply(c, S3_OK);
}

static void serve(s3 *b, wr_call *c)
{
    const s3_cfg *cfg = b->cfg;
    visit *v = WR_MINE(c, visit);
    const wr_dist *law = cfg->latency ? cfg->latency : v->kind == WR_OP_READ ? cfg->get : cfg->put;
    v->first = wr_dur_from_s(b->slow * wr_draw(law, &b->latency));
    v->body = v->kind == WR_OP_DELETE || isinf(cfg->throughput) ? 0 : wr_dur_from_s(b->slow * v->size / cfg->throughput);
    if (v->kind != WR_OP_DELETE)
        wr_bill(b->self, v->kind == WR_OP_READ ? S3_BILL_GET : S3_BILL_PUT, 1);
    wr_after(b->self, v->first + v->body, sent, c);
}

/* ---- the key -------------------------------------------------------------------------------------------- */
static void decrypted(wr_comp *self, wr_call *c, const wr_call *reply)
{
    s3 *b = wr_state(self);
    enum wr_status s = wr_call_status(reply);
    if (s == WR_OK) {
        b->key_until = wr_now(self) + b->cfg->bucket_key_for;
        serve(b, c);
        return;
    }
    answer(b, c, s == WR_THROTTLED ? S3_KMS_THROTTLED : S3_KMS_FAILED);
}

static void encrypt(s3 *b, wr_call *c)
{
    const s3_cfg *cfg = b->cfg;
    bool needed = cfg->kms && WR_MINE(c, visit)->kind != WR_OP_DELETE;
    if (!needed || (cfg->bucket_key && wr_now(b->self) < b->key_until)) {
        serve(b, c);
        return;
    }
    wr_send what = {.ask = &wr_ask_request, .key = wr_call_key(c), .size = 1024, .az = -1};
    wr_add(b->self, S3_KMS, 1);
    wr_call_send(b->self, wr_link_to(b->self, cfg->kms), c, &what, decrypted);
}

static void begin(s3 *b, wr_call *c)
{
    visit *v = WR_MINE(c, visit);
    enum wr_op op = wr_call_op(c);
    bool plain = op == WR_OP_REQUEST && wr_call_response_size(c) > 0;
    *v = (visit){.since = wr_now(b->self), .kind = op == WR_OP_REQUEST ? WR_OP_READ : (int)op};
    v->size = plain ? wr_call_response_size(c) : wr_call_item_size(c, -1);
    if (v->size < 0)
        v->size = wr_draw(b->cfg->object_size, &b->size);
    wr_add(b->self, S3_REQUESTS, 1);
    wr_add(b->self, v->kind == WR_OP_READ ? S3_GETS : v->kind == WR_OP_WRITE ? S3_PUTS : S3_DELETES, 1);
}

static void s3_call(wr_comp *self, wr_call *c)
{
    s3 *b = wr_state(self);
    begin(b, c);
    int side = WR_MINE(c, visit)->kind == WR_OP_READ ? S3_GET : S3_PUT;
    if (wr_rng_chance(&b->fate, b->down)) {
        if (b->hangs)
            wr_reply_never(c);
        else
            answer(b, c, S3_FAIL);
    } else if (!s3_admit(b, wr_call_key(c), side)) {
        answer(b, c, side == S3_GET ? S3_SLOW_GET : S3_SLOW_PUT);
    } else {
        encrypt(b, c);
    }
}

/* ---- the component -------------------------------------------------------------------------------------- */
static void s3_fault(wr_comp *self, int fault, const void *arg, bool on)
{
    s3 *b = wr_state(self);
    if (fault == FAULT_SLOW) {
        double factor = ((const wr_slow_fault *)arg)->factor;
        b->slow = on ? b->slow * factor : b->slow / factor;
        return;
    }
    const wr_fail_fault *f = arg;
    b->down += on ? f->share : -f->share;
    if (b->down < 1e-9)
        b->down = 0;
    if (f->mode == WR_HANG)
        b->hangs += on ? 1 : -1;
}

static void s3_start(wr_comp *self)
{
    s3 *b = wr_state(self);
    const s3_cfg *cfg = wr_cfg(self);
    b->self = self;
    b->cfg = cfg;
    b->slow = 1;
    wr_stream(self, "size", &b->size);
    wr_stream(self, "latency", &b->latency);
    wr_stream(self, "fate", &b->fate);
    wr_stream(self, "events", &b->events);
    wr_stream(self, "splits", &b->splits);
    s3_partitions_open(b);
    s3_events_open(b);
    wr_bill_level(self, S3_BILL_STORED, cfg->stored / 1073741824.0);
}

const wr_model wr_model_s3 = {
    .kind = "s3", .aws = "AWS::S3::Bucket", .title = "S3", .cloudwatch = "AWS/S3",
    .doc = "A bucket: rates of reads and writes by partition that split under load, latency by size, events, a KMS key.",
    .accepts = WR_ACCEPTS(WR_OP_READ) | WR_ACCEPTS(WR_OP_WRITE) | WR_ACCEPTS(WR_OP_DELETE) | WR_ACCEPTS(WR_OP_REQUEST),
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE,
    .net = WR_NET_AWS,
    .params = params, .metrics = metrics, .codes = codes, .usage = usage, .faults = faults,
    .cfg_size = sizeof(s3_cfg), .state_size = sizeof(s3),
    .start = s3_start, .call = s3_call, .fault = s3_fault,
};
