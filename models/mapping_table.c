/* mapping_table.c - what users write about the sources of a function's events, row by row, and what is checked.
 *
 * Values outside AWS's ranges are warnings: experiments need one poller, or windows that AWS does not offer. The
 * queue's visibility timeout is not compared with the function's timeout: a source's description is not seen here.
 * Truth: tests/unit/test_mapping.c. */
#include "mapping_own.h"

#define GUIDE "https://docs.aws.amazon.com/lambda/latest/dg/"
#define QUEUES GUIDE "services-sqs-configure.html"
#define SCALING GUIDE "services-sqs-scaling.html"
#define STREAMS GUIDE "services-kinesis-create.html"
#define ERRORS GUIDE "kinesis-on-failure-destination.html"
#define API "https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html"

enum { MOST_BATCH = 10000, MOST_RECEIVED = 10 };
static const char *const positions[] = {"TRIM_HORIZON", "LATEST", NULL};

static const wr_param poller_rows[] = {
    {.key = "initial", WR_FIELD(mapping_pollers, initial), .type = WR_T_INT, .def = "5", .min = 1, .max = 1e5, .doc = "Pollers that always run, and so batches in work at the start.", .src = SCALING},
    {.key = "growth", WR_FIELD(mapping_pollers, growth), .type = WR_T_RATE, .def = "300/m", .max = 1e6, .doc = "Pollers added while all are at work and messages remain, evenly over the minute.", .src = SCALING},
    {.key = "max", WR_FIELD(mapping_pollers, max), .type = WR_T_INT, .def = "1250", .min = 1, .max = 1e5, .doc = "Pollers at most.", .src = SCALING},
    {.key = "wait", WR_FIELD(mapping_pollers, wait), .type = WR_T_DUR, .def = "20s", .max = 20, .doc = "Length of a long poll.", .src = "assumption: the longest that SQS offers, as AWS says of low traffic"},
    {0}};
static const wr_param provisioned_rows[] = {
    {.key = "min", WR_FIELD(mapping_provisioned, min), .type = WR_T_INT, .def = "2", .min = 1, .max = 1e5, .doc = "Event pollers that always run; each has up to 10 batches in work, 10 polls and 1 MB a second.", .src = SCALING, .cfn = "MinimumPollers"},
    {.key = "max", WR_FIELD(mapping_provisioned, max), .type = WR_T_INT, .def = "200", .min = 1, .max = 1e5, .doc = "Event pollers at most; they grow by 1000 batches in work a minute.", .src = SCALING, .cfn = "MaximumPollers"},
    {0}};
static const wr_param backoff_rows[] = {
    {.key = "base", WR_FIELD(mapping_backoff, base), .type = WR_T_DUR, .def = "1s", .doc = "Pause after the first batch that failed or was throttled; it doubles with each one in a row.", .src = "assumption: AWS says that it backs off and gives no numbers"},
    {.key = "cap", WR_FIELD(mapping_backoff, cap), .type = WR_T_DUR, .def = "60s", .doc = "Longest pause.", .src = "assumption: AWS says that it backs off and gives no numbers"},
    {0}};

#define SIZE(d, page) {.key = "batch_size", WR_FIELD(mapping_cfg, batch_size), .type = WR_T_INT, .def = d, .min = 1, .max = 1e6, .doc = "Records of one event at most; 6 MB end it, too.", .src = page, .cfn = "BatchSize"}
#define WINDOW(page) {.key = "maximum_batching_window", WR_FIELD(mapping_cfg, window), .type = WR_T_DUR, .unit = "s", .def = "0", .doc = "How long it gathers records from the first one on.", .src = page, .cfn = "MaximumBatchingWindowInSeconds"}
#define PARTIAL(page) {.key = "report_batch_item_failures", WR_FIELD(mapping_cfg, partial), .type = WR_T_BOOL, .def = "false", .doc = "The function names the records that failed; the others are done.", .src = page}
#define PER_ITEM {.key = "per_item", WR_FIELD(mapping_cfg, per_item), .type = WR_T_BOOL, .def = "false", .doc = "The function's duration and failure_rate are drawn for each record."}
#define BACKOFF(doc_) {.key = "error_backoff", WR_FIELD(mapping_cfg, backoff), .type = WR_T_BLOCK, .rows = backoff_rows, .size = sizeof(mapping_backoff), .words = "off", .optional = true, .doc = doc_}

static const wr_param queue_rows[] = {
    {.key = "queue", WR_FIELD(mapping_cfg, source), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_RECEIVE) | WR_ACCEPTS(WR_OP_REMOVE), .doc = "The queue that is polled.", .cfn = "EventSourceArn"},
    SIZE("10", QUEUES), WINDOW(QUEUES), PARTIAL(GUIDE "services-sqs-errorhandling.html"), PER_ITEM,
    {.key = "maximum_concurrency", WR_FIELD(mapping_cfg, most), .type = WR_T_INT, .def = "none", .words = "none", .min = 1, .max = 1e5, .doc = "Batches in work at most.", .src = SCALING, .cfn = "MaximumConcurrency"},
    {.key = "pollers", WR_FIELD(mapping_cfg, pollers), .type = WR_T_BLOCK, .rows = poller_rows, .size = sizeof(mapping_pollers), .def = "{}", .doc = "How many batches it has in work, and how that grows; a poller has one at a time, from its poll to its deletion.", .src = SCALING},
    {.key = "provisioned", WR_FIELD(mapping_cfg, provisioned), .type = WR_T_BLOCK, .rows = provisioned_rows, .size = sizeof(mapping_provisioned), .optional = true, .doc = "Provisioned mode: event pollers of one's own; they are not billed here.", .src = SCALING, .cfn = "ProvisionedPollerConfig"},
    BACKOFF("A poller pauses after a batch that failed; off unless given."),
    {0}};

#define STREAM_ROWS(every) \
    SIZE("100", STREAMS), WINDOW(STREAMS), PARTIAL(GUIDE "services-kinesis-batchfailurereporting.html"), PER_ITEM, \
    {.key = "parallelization_factor", WR_FIELD(mapping_cfg, parallel), .type = WR_T_INT, .def = "1", .min = 1, .max = 1000, .doc = "Batches of one shard in work at once; records of one key stay in order.", .src = STREAMS, .cfn = "ParallelizationFactor"}, \
    {.key = "maximum_retry_attempts", WR_FIELD(mapping_cfg, retries), .type = WR_T_INT, .def = "-1", .words = "unlimited", .min = -1, .max = 1e6, .doc = "Further tries of a batch that failed; -1: until its records expire.", .src = ERRORS, .cfn = "MaximumRetryAttempts"}, \
    {.key = "maximum_record_age", WR_FIELD(mapping_cfg, record_age), .type = WR_T_DUR, .unit = "s", .def = "-1", .words = "unlimited -1", .doc = "Older records are given up; -1: they are not.", .src = ERRORS, .cfn = "MaximumRecordAgeInSeconds"}, \
    {.key = "bisect_batch_on_function_error", WR_FIELD(mapping_cfg, bisect), .type = WR_T_BOOL, .def = "false", .doc = "A batch that failed is tried again in halves; halving uses no retry.", .src = ERRORS, .cfn = "BisectBatchOnFunctionError"}, \
    {.key = "on_failure", WR_FIELD(mapping_cfg, on_failure), .type = WR_T_LINK, .optional = true, .doc = "Who is told of a batch that was given up: a queue, a topic, a bus or a function.", .src = ERRORS, .cfn = "DestinationConfig"}, \
    {.key = "starting_position", WR_FIELD(mapping_cfg, starting), .type = WR_T_ENUM, .choices = positions, .def = "TRIM_HORIZON", .doc = "Where it begins; a stream is empty when the run begins, so both are the same.", .src = STREAMS, .cfn = "StartingPosition"}, \
    {.key = "polls", WR_FIELD(mapping_cfg, polls), .type = WR_T_RATE, .def = every, .min = 0.01, .max = 1000, .doc = "Polls of a shard a second; one may read several batches.", .src = STREAMS}, \
    BACKOFF("Pause before a batch that failed or was throttled is tried again.")

static const wr_param kinesis_rows[] = {
    {.key = "stream", WR_FIELD(mapping_cfg, source), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_RECORDS), .doc = "The stream that is read.", .cfn = "EventSourceArn"},
    STREAM_ROWS("1/s"),
    {0}};
static const wr_param table_rows[] = {
    {.key = "table", WR_FIELD(mapping_cfg, source), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_RECORDS), .doc = "The table whose stream is read.", .cfn = "EventSourceArn"},
    STREAM_ROWS("4/s"),
    {0}};
static const wr_param clock_rows[] = {
    {.key = "every", WR_FIELD(mapping_cfg, every), .type = WR_T_DUR, .min = 1e-3, .max = 1e9, .doc = "Time between two invocations, which are asynchronous; the first comes after one."},
    {0}};

const wr_variant mapping_sources[] = {
    [FROM_QUEUE] = {.key = "sqs", .rows = queue_rows, .size = sizeof(mapping_cfg), .shorthand = "queue", .flat = true, .doc = "Messages of a queue, in batches.", .src = QUEUES},
    [FROM_KINESIS] = {.key = "kinesis", .rows = kinesis_rows, .size = sizeof(mapping_cfg), .shorthand = "stream", .flat = true, .doc = "Records of a Kinesis stream, in order of each shard.", .src = STREAMS},
    [FROM_TABLE] = {.key = "dynamodb_stream", .rows = table_rows, .size = sizeof(mapping_cfg), .shorthand = "table", .flat = true, .doc = "Changes of a table, in order of each shard.", .src = GUIDE "with-ddb.html"},
    [FROM_CLOCK] = {.key = "schedule", .rows = clock_rows, .size = sizeof(mapping_cfg), .shorthand = "every", .flat = true, .doc = "The clock, at a fixed rate.", .src = GUIDE "with-eventbridge-scheduler.html"},
    {0}};

/* ---- rules --------------------------------------------------------------------------------------------- */
static void outside(wr_build *b, const void *field, const char *key, const char *range)
{
    wr_build_warning(b, field, "'%s' of lambda '%s' is outside what AWS allows: %s", key, wr_build_name(b), range);
}

static void check_batch(const mapping_cfg *c, wr_build *b, bool queue)
{
    if (c->batch_size > MOST_BATCH)
        outside(b, &c->batch_size, "batch_size", "1 to 10000");
    if (c->window > 300 * WR_S || c->window % WR_S)
        outside(b, &c->window, "maximum_batching_window", "whole seconds, 0 to 300 s");
    if (queue && c->batch_size > MOST_RECEIVED && c->window < WR_S)
        wr_build_warning(b, &c->batch_size,
                         "'batch_size' %lld of lambda '%s' needs a 'maximum_batching_window' of at least 1 s; without "
                         "one an event is what a single poll brings, 10 messages at most",
                         (long long)c->batch_size, wr_build_name(b));
}

static void check_most(const mapping_cfg *c, wr_build *b, int64_t reserved)
{
    if (c->most < 0)
        return;
    if (c->most < 2 || c->most > 1000)
        outside(b, &c->most, "maximum_concurrency", "2 to 1000");
    if (reserved >= 0 && c->most > reserved)
        wr_build_warning(b, &c->most,
                         "'maximum_concurrency' %lld of lambda '%s' is above its 'reserved_concurrent_executions' %lld: "
                         "messages will be throttled",
                         (long long)c->most, wr_build_name(b), (long long)reserved);
    if (c->provisioned)
        wr_build_error(b, &c->provisioned, "'provisioned' and 'maximum_concurrency' of lambda '%s' exclude each other",
                       wr_build_name(b));
}

static void check_queue(const mapping_cfg *c, wr_build *b, int64_t reserved)
{
    const mapping_pollers *p = c->pollers;
    const mapping_provisioned *v = c->provisioned;
    check_batch(c, b, true);
    check_most(c, b, reserved);
    if (p && p->initial > p->max)
        wr_build_error(b, &p->initial, "'initial' %lld of 'pollers' is above their 'max' %lld", (long long)p->initial,
                       (long long)p->max);
    if (v && v->min > v->max)
        wr_build_error(b, &v->min, "'min' %lld of 'provisioned' is above its 'max' %lld", (long long)v->min,
                       (long long)v->max);
}

static void check_stream(const mapping_cfg *c, wr_build *b)
{
    check_batch(c, b, false);
    if (c->parallel > 10)
        outside(b, &c->parallel, "parallelization_factor", "1 to 10");
    if (c->retries > MOST_BATCH && c->retries != INT64_MAX)
        outside(b, &c->retries, "maximum_retry_attempts", "-1 to 10000");
    if (c->record_age >= 0 && c->record_age != WR_NEVER && (c->record_age < WR_MIN || c->record_age > 604800 * WR_S))
        outside(b, &c->record_age, "maximum_record_age", "-1, or 60 to 604800 s");
}

void mapping_prepare(wr_list events, wr_build *b, int64_t reserved, wr_dur timeout)
{
    const wr_pick *p = events.items;
    (void)timeout; /* what AWS compares it with belongs to the queue */
    for (size_t i = 0; i < events.n; i++) {
        if (!p[i].cfg || p[i].which == FROM_CLOCK)
            continue;
        if (p[i].which == FROM_QUEUE)
            check_queue(p[i].cfg, b, reserved);
        else
            check_stream(p[i].cfg, b);
    }
}
