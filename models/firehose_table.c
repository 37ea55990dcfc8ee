/* firehose_table.c - what users write about a delivery stream. Truth: tests/unit/test_firehose.c. */
#include "firehose.h"
#include <math.h>
#include <string.h>

#define GUIDE "https://docs.aws.amazon.com/firehose/latest/dev/"
#define LIMITS GUIDE "limits.html"
#define DELIVER GUIDE "basic-deliver.html"
#define PROCESS GUIDE "data-transformation.html"
#define MB 1048576.0

static const wr_param transform_rows[] = {
    {.key = "lambda", WR_FIELD(fire_transform, lambda), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_INVOKE), .doc = "Function that gets records in batches and gives them back changed."},
    {.key = "buffer_size", WR_FIELD(fire_transform, buffer_size), .type = WR_T_BYTES, .unit = "MB", .def = "1", .min = 0.2 * MB, .max = 3 * MB, .doc = "A batch is sent when it is so large.", .src = PROCESS, .cfn = "BufferSizeInMBs"},
    {.key = "buffer_interval", WR_FIELD(fire_transform, buffer_interval), .type = WR_T_DUR, .unit = "s", .def = "60", .max = 900, .doc = "Or when its first record has waited so long.", .src = PROCESS, .cfn = "BufferIntervalInSeconds"},
    {.key = "output", WR_FIELD(fire_transform, output), .type = WR_T_NUMBER, .def = "1", .max = 100, .doc = "Bytes that come out, of those that go in; 0: the function drops all."},
    {.key = "timeout", WR_FIELD(fire_transform, timeout), .type = WR_T_DUR, .def = "5m", .min = 0.001, .max = 300, .doc = "A function silent for so long has failed.", .src = PROCESS},
    {.key = "number_of_retries", WR_FIELD(fire_transform, retries), .type = WR_T_INT, .def = "3", .max = 300, .doc = "Retries of a batch; then its records are given up.", .src = PROCESS, .cfn = "NumberOfRetries"},
    {.key = "outstanding", WR_FIELD(fire_transform, outstanding), .type = WR_T_INT, .def = "5", .min = 1, .max = 1000, .doc = "Batches in work at once, for each shard of a stream that is read.", .src = LIMITS},
    {0}};
const wr_param fire_params[] = {
    {.key = "from", WR_FIELD(fire_cfg, from), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_RECORDS), .optional = true, .doc = "Stream that is read once a second a shard; when left out records are put directly.", .src = LIMITS, .cfn = "KinesisStreamSourceConfiguration.KinesisStreamARN"},
    {.key = "to", WR_FIELD(fire_cfg, to), .type = WR_T_LINK, .doc = "Bucket that gets objects, or HTTP endpoint that gets requests.", .cfn = "ExtendedS3DestinationConfiguration.BucketARN"},
    {.key = "buffer_size", WR_FIELD(fire_cfg, buffer_size), .type = WR_T_BYTES, .unit = "MB", .def = "5", .min = MB, .max = 128 * MB, .doc = "What is buffered is delivered when it is so large.", .src = DELIVER, .cfn = "BufferingHints.SizeInMBs"},
    {.key = "buffer_interval", WR_FIELD(fire_cfg, buffer_interval), .type = WR_T_DUR, .unit = "s", .def = "300", .max = 900, .doc = "Or when its first record has waited so long.", .src = DELIVER, .cfn = "BufferingHints.IntervalInSeconds"},
    {.key = "transform", WR_FIELD(fire_cfg, transform), .type = WR_T_BLOCK, .rows = transform_rows, .size = sizeof(fire_transform), .shorthand = "lambda", .optional = true, .doc = "A function between the source and the buffer.", .src = PROCESS, .cfn = "ProcessingConfiguration"},
    {.key = "keeps", WR_FIELD(fire_cfg, keeps), .type = WR_T_DUR, .def = "24h", .min = 1, .max = 604800, .doc = "What cannot be delivered is tried again for so long, then lost.", .src = DELIVER},
    {.key = "record_rate", WR_FIELD(fire_cfg, records), .type = WR_T_RATE, .optional = true, .min = 0.001, .max = 1e9, .doc = "Direct puts: records a second; when left out the Region's quota, 500,000 in us-east-1.", .src = LIMITS},
    {.key = "request_rate", WR_FIELD(fire_cfg, requests), .type = WR_T_RATE, .optional = true, .min = 0.001, .max = 1e9, .doc = "Direct puts: requests a second; when left out the Region's quota, 2,000 in us-east-1.", .src = LIMITS},
    {.key = "byte_rate", WR_FIELD(fire_cfg, bytes), .type = WR_T_BYTES, .optional = true, .min = 1, .max = 1e12, .doc = "Direct puts: bytes a second; when left out the Region's quota, 5 MB in us-east-1.", .src = LIMITS},
    {.key = "latency", WR_FIELD(fire_cfg, latency), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 20ms, p99: 100ms}}", .doc = "From a put to its answer.", .src = "assumption: AWS publishes no distribution"},
    {0}};

static void check(const fire_cfg *cfg, wr_build *b)
{
    const char *name = wr_build_name(b);
    unsigned accepts = cfg->to ? wr_build_accepts(b, cfg->to) : 0;
    bool limited = !isnan(cfg->records) || !isnan(cfg->requests) || !isnan(cfg->bytes);
    if (accepts && !(accepts & (WR_ACCEPTS(WR_OP_WRITE) | WR_ACCEPTS(WR_OP_REQUEST))))
        wr_build_error(b, &cfg->to, "'to' of firehose '%s' must be a bucket or an HTTP endpoint", name);
    if (cfg->from && limited)
        wr_build_error(b, NULL, "'record_rate', 'request_rate' and 'byte_rate' of firehose '%s' are limits of direct puts; with "
                       "'from' there are none", name);
}

static double given_or(double written, double usual)
{
    return isnan(written) ? usual : written;
}

void fire_prepare(void *mine, wr_build *b)
{
    fire_cfg *cfg = mine;
    const char *region = wr_build_region(b);
    bool large = !strcmp(region, "us-east-1") || !strcmp(region, "us-west-2") || !strcmp(region, "eu-west-1");
    check(cfg, b);
    cfg->records = given_or(cfg->records, large ? 500000 : 100000);
    cfg->requests = given_or(cfg->requests, large ? 2000 : 1000);
    cfg->bytes = given_or(cfg->bytes, large ? 5 * MB : MB);
}
