/* kinesis_rows.c - what users write about a stream, and the rules between the keys.
 *
 * Names are CloudFormation's where it has them. Resharding is checked as AWS checks UpdateShardCount: at most
 * twice and at least half of the shards there are, ten times in any 24 hours. Truth: tests/unit/test_kinesis.c. */
#include "kinesis.h"

#define CFN "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-stream.html"
#define LIMITS "https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html"
#define MODES "https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html"
#define UPDATE "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html"

static const char *const modes[] = {"PROVISIONED", "ON_DEMAND", NULL};

static const wr_param latency_rows[] = {
    {.key = "all", WR_FIELD(struct kin_latency, all), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "Every operation that is not named beside it."},
    {.key = "put", WR_FIELD(struct kin_latency, put), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 10ms, p99: 40ms}}", .doc = "PutRecord and PutRecords.", .src = "assumption: AWS publishes no distribution; a record is stored in three zones"},
    {.key = "get", WR_FIELD(struct kin_latency, get), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 10ms, p99: 40ms}}", .doc = "GetRecords.", .src = "assumption: AWS publishes no distribution"},
    {.key = "push", WR_FIELD(struct kin_latency, push), .type = WR_T_DIST, .of = WR_T_DUR, .def = "70ms", .doc = "From a record to the consumer with enhanced fan-out.", .src = "https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html"},
    {0}};
static const wr_param demand_rows[] = {
    {.key = "split_after", WR_FIELD(struct kin_demand, split_after), .type = WR_T_DUR, .def = "15m", .min = 60, .max = 86400, .doc = "A shard that takes more than half of its limit for so long is split in halves.", .src = MODES},
    {.key = "max_shards", WR_FIELD(struct kin_demand, most), .type = WR_T_INT, .def = "10240", .min = 1, .max = KIN_SHARDS_MOST, .doc = "Most shards that splits may make.", .src = "assumption: the Region's 10 GB/s, the largest AWS grants"},
    {0}};
static const wr_param reshard_rows[] = {
    {.key = "at", WR_FIELD(struct kin_reshard, at), .type = WR_T_DUR, .doc = "When UpdateShardCount is called."},
    {.key = "shard_count", WR_FIELD(struct kin_reshard, shards), .type = WR_T_INT, .min = 1, .max = KIN_SHARDS_MOST, .doc = "Shards that there are to be, of even hash ranges.", .src = UPDATE, .cfn = "TargetShardCount"},
    {.key = "takes", WR_FIELD(struct kin_reshard, takes), .type = WR_T_DIST, .of = WR_T_DUR, .def = "2m", .doc = "From the call to the new shards; the stream works meanwhile.", .src = "assumption: AWS says minutes"},
    {0}};

const wr_param kin_params[] = {
    {.key = "mode", WR_FIELD(struct kin_plan, mode), .type = WR_T_ENUM, .choices = modes, .def = "PROVISIONED", .doc = "PROVISIONED: shards are bought; ON_DEMAND: the stream splits them as it needs.", .src = CFN, .cfn = "StreamModeDetails.StreamMode"},
    {.key = "shard_count", WR_FIELD(struct kin_plan, shards), .type = WR_T_INT, .optional = true, .min = 1, .max = KIN_SHARDS_MOST, .doc = "Shards at the start; required when PROVISIONED, 4 when ON_DEMAND.", .src = MODES, .cfn = "ShardCount"},
    {.key = "retention_period", WR_FIELD(struct kin_plan, retention), .type = WR_T_DUR, .unit = "h", .def = "24", .min = 86400, .max = 8760 * 3600.0, .doc = "Records are kept for so long; a bare number is hours.", .src = LIMITS, .cfn = "RetentionPeriodHours"},
    {.key = "on_demand", WR_FIELD(struct kin_plan, demand), .type = WR_T_BLOCK, .rows = demand_rows, .size = sizeof(kin_demand), .def = "{}", .doc = "How an on-demand stream grows: twice the peak is there at once, more than that waits for splits.", .src = MODES},
    {.key = "enhanced_fan_out", WR_FIELD(struct kin_plan, fan_out), .type = WR_T_BOOL, .def = "false", .doc = "Every consumer has 2 MB/s of each shard of its own and records are pushed to it, without the limit of five reads a second.", .src = "https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html"},
    {.key = "reshard", WR_FIELD(struct kin_plan, reshard), .type = WR_T_LIST, .rows = reshard_rows, .size = sizeof(kin_reshard), .flags = WR_P_ONE, .max = 1000, .optional = true, .doc = "Changes of the number of shards.", .src = UPDATE},
    {.key = "latency", WR_FIELD(struct kin_plan, latency), .type = WR_T_BLOCK, .rows = latency_rows, .size = sizeof(kin_latency), .shorthand = "all", .def = "{}", .doc = "Time from arrival to the answer, by operation; throttled requests are answered at once.", .src = "assumption: AWS publishes no distribution"},
    {0}};

static void check_step(wr_build *b, const kin_reshard *r, int64_t before)
{
    if (r->shards > 2 * before || 2 * r->shards < before)
        wr_build_error(b, &r->shards,
                       "'reshard' of kinesis '%s' goes from %lld to %lld shards; allowed are at most twice and at "
                       "least half of what there is",
                       wr_build_name(b), (long long)before, (long long)r->shards);
}

static void check_reshard(const kin_plan *p, wr_build *b)
{
    const kin_reshard *r = p->reshard.items;
    int64_t before = p->shards;
    for (size_t i = 0; i < p->reshard.n; i++) {
        if (i && r[i].at < r[i - 1].at)
            wr_build_error(b, &r[i].at, "the entries of 'reshard' of kinesis '%s' are not in order of time",
                           wr_build_name(b));
        if (i >= 10 && r[i].at - r[i - 10].at < 86400 * WR_S)
            wr_build_error(b, &r[i].at, "kinesis '%s' is resharded more than ten times in 24 hours", wr_build_name(b));
        check_step(b, &r[i], before);
        before = r[i].shards;
    }
    if (p->reshard.n && p->mode == KIN_ON_DEMAND)
        wr_build_error(b, &p->reshard, "'reshard' of kinesis '%s' has no meaning with 'mode: ON_DEMAND'",
                       wr_build_name(b));
}

static void read_latency(kin_plan *p, wr_build *b)
{
    const kin_latency *l = p->latency;
    if (!l)
        return;
    p->put = l->all && !wr_build_given(b, &l->put) ? l->all : l->put;
    p->get = l->all && !wr_build_given(b, &l->get) ? l->all : l->get;
    p->push = l->all && !wr_build_given(b, &l->push) ? l->all : l->push;
}

void kin_prepare(void *cfg, wr_build *b)
{
    kin_plan *p = cfg;
    bool counted = wr_build_given(b, &p->shards);
    if (!counted && p->mode == KIN_PROVISIONED)
        wr_build_error(b, NULL, "'shard_count' of kinesis '%s' is required with 'mode: PROVISIONED'", wr_build_name(b));
    if (!counted)
        p->shards = 4;
    if (p->mode == KIN_PROVISIONED && wr_build_given(b, &p->demand))
        wr_build_error(b, &p->demand, "'on_demand' of kinesis '%s' has no meaning without 'mode: ON_DEMAND'",
                       wr_build_name(b));
    check_reshard(p, b);
    read_latency(p, b);
}
