/* sqs_table.c - what may be written of a queue, and the rules between its keys.
 *
 * Truth: tests/unit/test_sqs.c. */
#include "sqs.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GUIDE "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/"
#define CFN "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queue.html"
#define HIGH_THROUGHPUT GUIDE "high-throughput-fifo.html"

static const char *const scopes[] = {"queue", "messageGroup", NULL};
static const char *const throughputs[] = {"perQueue", "perMessageGroupId", NULL};

static const wr_param policy_rows[] = {
    {.key = "dead_letter_target", WR_FIELD(sqs_redrive_policy, to), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_RECEIVE) | WR_ACCEPTS(WR_OP_SEND), .doc = "Queue of the same type that gets what was received too often.", .cfn = "deadLetterTargetArn"},
    {.key = "max_receive_count", WR_FIELD(sqs_redrive_policy, most), .type = WR_T_INT, .def = "10", .min = 1, .max = 1000, .doc = "Receives that a message may have; it moves when it would have one more.", .src = GUIDE "sqs-dead-letter-queues.html", .cfn = "maxReceiveCount"},
    {0}};
static const wr_param redrive_rows[] = {
    {.key = "at", WR_FIELD(sqs_redrive, at), .type = WR_T_DUR, .max = 3.2e8, .doc = "When the task starts."},
    {.key = "rate", WR_FIELD(sqs_redrive, rate), .type = WR_T_RATE, .def = "500/s", .min = 1, .max = 500, .doc = "Messages moved a second.", .src = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html"},
    {0}};
static const wr_param latency_rows[] = {
    {.key = "all", WR_FIELD(sqs_latency, all), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 6ms, p99: 20ms}}", .doc = "Every call that is not named beside it.", .src = "assumption: tens of milliseconds are AWS's words"},
    {.key = "send", WR_FIELD(sqs_latency, of[SQS_SEND]), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "SendMessage and its batch."},
    {.key = "receive", WR_FIELD(sqs_latency, of[SQS_RECEIVE]), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "ReceiveMessage, without the time that a long poll waits."},
    {.key = "delete", WR_FIELD(sqs_latency, of[SQS_DELETE]), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "DeleteMessage and ChangeMessageVisibility, and their batches."},
    {0}};
static const wr_param consumer_rows[] = {
    {.key = "workers", WR_FIELD(sqs_consumers, workers), .type = WR_T_INT, .def = "1", .min = 1, .max = 1e6, .doc = "Workers, each polls for itself."},
    {.key = "service_time", WR_FIELD(sqs_consumers, service_time), .type = WR_T_DIST, .of = WR_T_DUR, .doc = "Work on one message."},
    {.key = "max_messages", WR_FIELD(sqs_consumers, most), .type = WR_T_INT, .def = "1", .min = 1, .max = SQS_BATCH, .doc = "Messages asked for in one receive, worked on one after the other.", .src = "assumption: AWS's default of the call"},
    {.key = "wait_time", WR_FIELD(sqs_consumers, wait), .type = WR_T_DUR, .def = "20s", .max = 20, .doc = "How long a receive waits for a message; 0: short polls.", .src = "assumption: long polls are AWS's advice"},
    {.key = "failure_rate", WR_FIELD(sqs_consumers, failure_rate), .type = WR_T_SHARE, .def = "0", .doc = "Share of messages that fail after their work and are left to be seen again."},
    {.key = "visibility_heartbeat", WR_FIELD(sqs_consumers, heartbeat), .type = WR_T_DUR, .optional = true, .min = 0.001, .max = 43200, .words = "none", .doc = "Each such time a worker renews the visibility timeout of what it holds."},
    {0}};

const wr_param sqs_params[] = {
    {.key = "fifo_queue", WR_FIELD(sqs_plan, fifo), .type = WR_T_BOOL, .def = "false", .doc = "Strict order in each message group, and no repeated messages.", .src = CFN, .cfn = "FifoQueue"},
    {.key = "fair", WR_FIELD(sqs_plan, fair), .type = WR_T_BOOL, .def = "false", .doc = "A standard queue whose message groups are tenants: those that take more than their share wait behind the others.", .src = GUIDE "sqs-fair-queues.html"},
    {.key = "visibility_timeout", WR_FIELD(sqs_plan, visibility), .type = WR_T_DUR, .unit = "s", .def = "30", .max = 43200, .doc = "How long a received message is hidden from others.", .src = CFN, .cfn = "VisibilityTimeout"},
    {.key = "message_retention_period", WR_FIELD(sqs_plan, retention), .type = WR_T_DUR, .unit = "s", .def = "345600", .min = 60, .max = 1209600, .doc = "How long a message is kept from when it was first sent, also in a standard dead-letter queue.", .src = CFN, .cfn = "MessageRetentionPeriod"},
    {.key = "delay_seconds", WR_FIELD(sqs_plan, delay), .type = WR_T_DUR, .unit = "s", .def = "0", .max = 900, .doc = "How long a new message stays invisible.", .src = CFN, .cfn = "DelaySeconds"},
    {.key = "receive_message_wait_time", WR_FIELD(sqs_plan, wait), .type = WR_T_DUR, .unit = "s", .def = "0", .max = 20, .doc = "How long a receive that does not say waits for a message; 0: a short poll.", .src = CFN, .cfn = "ReceiveMessageWaitTimeSeconds"},
    {.key = "short_poll_shards", WR_FIELD(sqs_plan, shards), .type = WR_T_TEXT, .def = "3 of 10", .doc = "Servers that a short poll of a standard queue asks, and over how many messages are spread.", .src = "assumption: AWS says a subset and no number"},
    {.key = "maximum_message_size", WR_FIELD(sqs_plan, largest), .type = WR_T_BYTES, .unit = "B", .def = "1048576", .min = 1024, .max = 1048576, .doc = "Largest message that is taken.", .src = CFN, .cfn = "MaximumMessageSize"},
    {.key = "redrive_policy", WR_FIELD(sqs_plan, policy), .type = WR_T_BLOCK, .rows = policy_rows, .size = sizeof(sqs_redrive_policy), .optional = true, .words = "none", .doc = "Where messages go that were received too often.", .cfn = "RedrivePolicy"},
    {.key = "redrive", WR_FIELD(sqs_plan, redrive), .type = WR_T_BLOCK, .rows = redrive_rows, .size = sizeof(sqs_redrive), .optional = true, .words = "none", .doc = "Moves what is visible in the dead-letter queue back, as messages sent anew.", .src = GUIDE "sqs-configure-dead-letter-queue-redrive.html"},
    {.key = "content_based_deduplication", WR_FIELD(sqs_plan, content_based), .type = WR_T_BOOL, .def = "false", .doc = "The body is the deduplication id of a message without one; bodies differ unless a step's 'dedup' says otherwise.", .src = CFN, .cfn = "ContentBasedDeduplication"},
    {.key = "deduplication_scope", WR_FIELD(sqs_plan, scope), .type = WR_T_ENUM, .choices = scopes, .def = "queue", .doc = "Where two messages with one deduplication id are the same message.", .src = CFN, .cfn = "DeduplicationScope"},
    {.key = "fifo_throughput_limit", WR_FIELD(sqs_plan, throughput), .type = WR_T_ENUM, .choices = throughputs, .def = "perQueue", .doc = "perQueue: 300 calls a second for each action; perMessageGroupId: for each partition, which hold groups.", .src = CFN, .cfn = "FifoThroughputLimit"},
    {.key = "high_throughput_rate", WR_FIELD(sqs_plan, group_rate), .type = WR_T_RATE, .optional = true, .min = 1, .max = 1e9, .doc = "Calls a second for each action in high-throughput mode; without it, the Region's quota.", .src = HIGH_THROUGHPUT},
    {.key = "in_flight_limit", WR_FIELD(sqs_plan, in_flight_limit), .type = WR_T_INT, .def = "120000", .min = 1, .max = 1e9, .doc = "Messages in flight at once; above it a short poll of a standard queue is refused and a long poll gets nothing.", .src = GUIDE "sqs-quotas.html"},
    {.key = "duplicate_rate", WR_FIELD(sqs_plan, duplicate_rate), .type = WR_T_SHARE, .def = "0", .doc = "Share of deleted messages of a standard queue that are seen once more.", .src = "assumption: AWS says rarely and no number"},
    {.key = "latency", WR_FIELD(sqs_plan, latency), .type = WR_T_BLOCK, .rows = latency_rows, .size = sizeof(sqs_latency), .shorthand = "all", .def = "{}", .doc = "Time from arrival, when the queue decides, to the answer; refusals are answered at once.", .src = "assumption: AWS publishes no distribution"},
    {.key = "initial_messages", WR_FIELD(sqs_plan, initial), .type = WR_T_INT, .def = "0", .max = SQS_MOST, .doc = "Messages of 1 KB that are visible at the start, each of a group of its own."},
    {.key = "consumers", WR_FIELD(sqs_plan, consumers), .type = WR_T_BLOCK, .rows = consumer_rows, .size = sizeof(sqs_consumers), .optional = true, .words = "none", .doc = "Plain workers without another resource."},
    {0}};

/* ---- rules between keys ------------------------------------------------------------------------------ */
static void read_shards(sqs_plan *p, wr_build *b)
{
    char *rest = NULL;
    long asked = strtol(p->shards, &rest, 10), of = 0;
    if (!strncmp(rest, " of ", 4))
        of = strtol(rest + 4, &rest, 10);
    p->asked = (int)asked;
    p->of = (int)of;
    if (*rest || of < 1 || of > SQS_SHARDS || asked < 1 || asked > of)
        wr_build_error(b, &p->shards, "'%s' is not a number of servers; write a number of at most %d, such as 3 of 10",
                       p->shards, SQS_SHARDS);
}

static void only_fifo(const sqs_plan *p, wr_build *b)
{
    static const char fmt[] = "'%s' of sqs '%s' has no meaning without 'fifo_queue: true'";
    if (p->content_based)
        wr_build_error(b, &p->content_based, fmt, "content_based_deduplication", wr_build_name(b));
    if (wr_build_given(b, &p->scope))
        wr_build_error(b, &p->scope, fmt, "deduplication_scope", wr_build_name(b));
    if (wr_build_given(b, &p->throughput))
        wr_build_error(b, &p->throughput, fmt, "fifo_throughput_limit", wr_build_name(b));
}

static void only_standard(const sqs_plan *p, wr_build *b)
{
    static const char fmt[] = "'%s' of sqs '%s' has no meaning with 'fifo_queue: true'";
    if (p->fair)
        wr_build_error(b, &p->fair, fmt, "fair", wr_build_name(b));
    if (p->duplicate_rate > 0)
        wr_build_error(b, &p->duplicate_rate, fmt, "duplicate_rate", wr_build_name(b));
    if (p->throughput == SQS_PER_GROUP && p->scope != SQS_SCOPE_GROUP)
        wr_build_error(b, &p->throughput, "'fifo_throughput_limit: perMessageGroupId' of sqs '%s' needs "
                       "'deduplication_scope: messageGroup'", wr_build_name(b));
}

static double region_rate(const char *region)
{
    static const struct { const char *region; double rate; } quota[] = {
        {"us-east-1", 70000}, {"us-west-2", 70000}, {"eu-west-1", 70000}, {"us-east-2", 19000},
        {"eu-central-1", 19000}, {"ap-south-1", 9000}, {"ap-southeast-1", 9000}, {"ap-southeast-2", 9000},
        {"ap-northeast-1", 9000}, {"eu-west-2", 4500}, {"sa-east-1", 4500}};
    for (size_t i = 0; i < sizeof quota / sizeof *quota; i++)
        if (!strcmp(quota[i].region, region))
            return quota[i].rate;
    return 2400;
}

static void check_dead(const sqs_plan *p, const sqs_plan *dead, const void *field, wr_build *b)
{
    if (dead == p)
        wr_build_error(b, field, "sqs '%s' is its own dead-letter queue; name another one", wr_build_name(b));
    else if (!dead)
        wr_build_error(b, field, "'dead_letter_target' of sqs '%s' must be another queue of type sqs",
                       wr_build_name(b));
    else if (dead->fifo != p->fifo)
        wr_build_error(b, field, "the dead-letter queue of sqs '%s' must be a %s queue, too", wr_build_name(b),
                       p->fifo ? "FIFO" : "standard");
    else if (!p->fifo && dead->retention < p->retention)
        wr_build_warning(b, field, "messages of sqs '%s' may expire in its dead-letter queue at once: its retention is "
                         "shorter and counts from the first sending", wr_build_name(b));
}

static void check_redrive(const sqs_plan *p, wr_build *b)
{
    const sqs_redrive_policy *r = p->policy;
    if (p->redrive && !r)
        wr_build_error(b, &p->redrive, "'redrive' of sqs '%s' needs a 'redrive_policy', which names the queue to "
                       "move from", wr_build_name(b));
    if (!r || !r->to)
        return;
    check_dead(p, wr_build_linked(b, r->to, "sqs"), &r->to, b);
}

static void check_consumers(const sqs_plan *p, wr_build *b)
{
    const sqs_consumers *c = p->consumers;
    if (!c)
        return;
    double work = wr_dist_mean(c->service_time) * (double)c->most, seen = wr_dur_to_s(p->visibility);
    if (c->heartbeat >= p->visibility)
        wr_build_warning(b, &c->heartbeat, "'visibility_heartbeat' of sqs '%s' is not shorter than "
                         "'visibility_timeout'", wr_build_name(b));
    else if (c->heartbeat <= 0 && work > seen)
        wr_build_warning(b, &c->service_time, "the mean work of sqs '%s' is longer than 'visibility_timeout'; "
                         "messages are worked on more than once", wr_build_name(b));
}

void sqs_prepare(void *cfg, wr_build *b)
{
    sqs_plan *p = cfg;
    const sqs_latency *l = p->latency;
    read_shards(p, b);
    if (p->fifo)
        only_standard(p, b);
    else
        only_fifo(p, b);
    if (!wr_build_given(b, &p->group_rate))
        p->group_rate = region_rate(wr_build_region(b));
    p->partitions = fmax(1, ceil(p->group_rate / SQS_PARTITION_RATE));
    check_redrive(p, b);
    check_consumers(p, b);
    for (int a = 0; a < SQS_ACTIONS; a++)
        p->law[a] = l->of[a] ? l->of[a] : l->all;
}
