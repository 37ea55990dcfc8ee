/* sqs.c - an SQS queue: calls, and what is written in tables.
 *
 * Modelled: standard, FIFO and fair queues; visibility, delay and retention; long and short polls; receipts; batches;
 * dead letters and their way back; limits in flight and of FIFO calls; deduplication; requests billed by 64 KB. A call
 * is decided when it arrives and answered after its latency, refusals at once. In a batch all messages share the
 * group; a send's messages count one by one. Not modelled: purging, the minute that changed attributes take to
 * spread, encryption, policies, attributes of messages. Truth: tests/unit/test_sqs*.c, tests/truth/sqs-*.yaml. */
#include "sqs.h"

#define GUIDE "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/"
#define PRICING "https://aws.amazon.com/sqs/pricing/"
#define BATCH_BYTES 1048576.0
#define USUAL_SIZE 1024.0

static const wr_metric metrics[] = {
    [SQS_SENT] = {.name = "NumberOfMessagesSent", .kind = WR_COUNT, .unit = "1", .doc = "Messages added to the queue; those moved to a dead-letter queue are not counted there."},
    [SQS_RECEIVED] = {.name = "NumberOfMessagesReceived", .kind = WR_COUNT, .unit = "1", .doc = "Messages given away, each time anew."},
    [SQS_DELETED] = {.name = "NumberOfMessagesDeleted", .kind = WR_COUNT, .unit = "1", .doc = "Deletions that succeeded, those with a stale receipt included."},
    [SQS_EMPTY] = {.name = "NumberOfEmptyReceives", .kind = WR_COUNT, .unit = "1", .doc = "Receives that were answered without a message."},
    [SQS_SIZE] = {.name = "SentMessageSize", .kind = WR_VALUE, .unit = "B", .doc = "Size of a message sent."},
    [SQS_VISIBLE_N] = {.name = "ApproximateNumberOfMessagesVisible", .kind = WR_LEVEL, .unit = "1", .doc = "Messages that may be received."},
    [SQS_FLIGHT_N] = {.name = "ApproximateNumberOfMessagesNotVisible", .kind = WR_LEVEL, .unit = "1", .doc = "Messages in flight: received and not deleted, and their visibility timeout is not over."},
    [SQS_DELAYED_N] = {.name = "ApproximateNumberOfMessagesDelayed", .kind = WR_LEVEL, .unit = "1", .doc = "Messages that are not visible yet."},
    [SQS_AGE] = {.name = "ApproximateAgeOfOldestMessage", .kind = WR_LEVEL, .unit = "s", .doc = "Age of the oldest message that is not deleted, in steps of a second; in a dead-letter queue since the move."},
    [SQS_NOISY] = {.name = "ApproximateNumberOfNoisyGroups", .kind = WR_LEVEL, .unit = "1", .doc = "Fair queues: tenants that take more than their share."},
    [SQS_QUIET_VISIBLE] = {.name = "ApproximateNumberOfMessagesVisibleInQuietGroups", .kind = WR_LEVEL, .unit = "1", .doc = "Fair queues: visible messages of other tenants."},
    [SQS_QUIET_FLIGHT] = {.name = "ApproximateNumberOfMessagesNotVisibleInQuietGroups", .kind = WR_LEVEL, .unit = "1", .doc = "Fair queues: messages in flight of other tenants."},
    [SQS_QUIET_DELAYED] = {.name = "ApproximateNumberOfMessagesDelayedInQuietGroups", .kind = WR_LEVEL, .unit = "1", .doc = "Fair queues: delayed messages of other tenants."},
    [SQS_QUIET_AGE] = {.name = "ApproximateAgeOfOldestMessageInQuietGroups", .kind = WR_LEVEL, .unit = "s", .doc = "Fair queues: age of the message of other tenants that is to be received next."},
    [SQS_REDRIVEN] = {.name = "redriven", .kind = WR_COUNT, .unit = "1", .doc = "Messages moved to the dead-letter queue.", .ours = true},
    [SQS_EXPIRED] = {.name = "expired", .kind = WR_COUNT, .unit = "1", .doc = "Messages lost because their retention was over.", .ours = true},
    [SQS_DUPLICATES] = {.name = "duplicates", .kind = WR_COUNT, .unit = "1", .doc = "Deliveries of messages that had been delivered before, after a failure, a timeout or by 'duplicate_rate'.", .ours = true},
    [SQS_MESSAGES] = {.name = "messages", .kind = WR_LEVEL, .unit = "1", .doc = "Messages in the queue in any state.", .ours = true},
    [SQS_REPEATED] = {.name = "deduplicated", .kind = WR_COUNT, .unit = "1", .doc = "Messages accepted and forgotten because they had been sent before.", .ours = true},
    [SQS_MOVED_BACK] = {.name = "moved_back", .kind = WR_COUNT, .unit = "1", .doc = "Messages moved here from the dead-letter queue; they count as sent.", .ours = true},
    {0}};

static const wr_code codes[] = {
    [SQS_OK] = {"OK", NULL, WR_OK, 200, "Done."},
    [SQS_FAIL] = {"InternalFailure", "Fault.fail", WR_FAILED, 500, "The queue had failed."},
    [SQS_THROTTLED] = {"RequestThrottled", "SQS.FifoThroughput", WR_THROTTLED, 400, "A FIFO queue had more calls of this action than its limit, or the group's partition had."},
    [SQS_OVER_LIMIT] = {"OverLimit", "SQS.InFlightLimit", WR_REJECTED, 403, "A short poll of a queue with as many messages in flight as are allowed."},
    [SQS_TOO_LONG] = {"BatchRequestTooLong", "SQS.BatchRequestTooLong", WR_INVALID, 400, "The messages of a batch are larger than 1 MiB together."},
    [SQS_TOO_MANY] = {"TooManyEntriesInBatchRequest", "SQS.TooManyEntriesInBatchRequest", WR_INVALID, 400, "More than 10 messages in a batch, or none."},
    [SQS_PARAMETER] = {"InvalidParameterValue", "SQS.InvalidParameterValue", WR_INVALID, 400, "A message larger than allowed, a delay of more than 15 minutes, or a delay of its own on a FIFO queue."},
    [SQS_NOT_IN_FLIGHT] = {"MessageNotInflight", "SQS.MessageNotInflight", WR_INVALID, 400, "The message whose visibility was to change is not in flight under this receipt."},
    {0}};

static const wr_usage usage[] = {
    {"Requests", "million", "sqs.million_*", 1e6, "Calls of every kind, empty receives included; each 64 KB of payload is one.", PRICING},
    {0}};

enum { FAIL, SLOW };
static const wr_fault faults[] = {
    {"fail", wr_fail_share_rows, sizeof(wr_fail_fault), "Calls fail at once; messages are kept, and time passes for them.", "assumption: its front fails, not its storage"},
    {"slow", wr_slow_rows, sizeof(wr_slow_fault), "Latencies and the service times of its consumers are multiplied.", "assumption: see factor"},
    {0}};

/* ---- sending ----------------------------------------------------------------------------------------- */
static void answer(sqs *q, wr_call *c, enum sqs_action a, int code)
{
    wr_dur d = code == SQS_OK ? sqs_latency_of(q, a) : 0;
    if (d > 0)
        wr_reply_after(c, d, code);
    else
        wr_reply(c, code);
}

static void add(sqs *q, wr_call *c, double size, uint64_t id, wr_dur delay)
{
    sqs_message like = {.sent = wr_now(q->self), .key = wr_call_key(c), .size = (uint32_t)size & 0xffffffu,
                        .operation = (uint16_t)wr_call_operation(c)};
    if (sqs_repeated(q, id, like.key)) {
        wr_add(q->self, SQS_REPEATED, 1);
        return;
    }
    uint32_t i = sqs_put(q, &like);
    if (i == SQS_NONE)
        return;
    wr_add(q->self, SQS_SENT, 1);
    wr_observe(q->self, SQS_SIZE, size);
    sqs_become(q, i, delay > 0 ? SQS_DELAYED : SQS_VISIBLE, like.sent + delay);
}

/* The code of its answer; 0: good, and sizes are drawn. */
static int check_send(sqs *q, wr_call *c, int64_t n, double *size, double *sum)
{
    const wr_ask *ask = wr_call_ask(c);
    if (n < 1 || n > SQS_BATCH)
        return SQS_TOO_MANY;
    if (ask->delay > 900 * WR_S || (ask->delay >= 0 && q->plan->fifo))
        return SQS_PARAMETER;
    for (int64_t i = 0; i < n; i++) {
        size[i] = wr_call_item_size(c, USUAL_SIZE);
        *sum += size[i];
        if (size[i] > q->plan->largest)
            return SQS_PARAMETER;
    }
    return *sum > BATCH_BYTES ? SQS_TOO_LONG : SQS_OK;
}

static void sent(sqs *q, wr_call *c)
{
    double size[SQS_BATCH], sum = 0;
    int64_t n = wr_call_items(c);
    wr_dur delay = wr_call_ask(c)->delay >= 0 ? wr_call_ask(c)->delay : q->plan->delay;
    uint64_t id = wr_call_stamp(c);
    int code = check_send(q, c, n, size, &sum);
    if (code == SQS_OK && !sqs_admit(q, SQS_SEND, wr_call_key(c), true))
        code = SQS_THROTTLED;
    for (int64_t i = 0; i < n && code == SQS_OK; i++)
        add(q, c, size[i], id ? id + (uint64_t)i * UINT64_C(0xd1342543de82ef95) : 0, delay);
    if (code == SQS_OK)
        sqs_bill(q, sum);
    answer(q, c, SQS_SEND, code);
    sqs_serve(q);
}

/* ---- receiving, and receipts ------------------------------------------------------------------------- */
static void receive(sqs *q, wr_call *c)
{
    sqs_poller *p = WR_MINE(c, sqs_poller);
    *p = (sqs_poller){.call = c, .batch = wr_call_batch(c)};
    int code = p->batch ? sqs_receive(q, p) : SQS_PARAMETER;
    if (code >= 0)
        sqs_received(q, p, code);
    sqs_publish(q);
}

static int check_receipts(sqs *q, const wr_batch *b)
{
    if (!b || b->n < 1 || b->n > SQS_BATCH)
        return SQS_TOO_MANY;
    return sqs_admit(q, SQS_DELETE, b->record[0].key, true) ? SQS_OK : SQS_THROTTLED;
}

static void removed(sqs *q, wr_call *c)
{
    const wr_batch *b = wr_call_batch(c);
    int code = check_receipts(q, b);
    for (int32_t i = 0; code == SQS_OK && i < b->n; i++)
        sqs_delete(q, b->record[i].handle);
    if (code == SQS_OK)
        sqs_bill(q, 0);
    answer(q, c, SQS_DELETE, code);
    sqs_serve(q);
}

/* A batch is answered with success whatever became of its entries. */
static int hide_all(sqs *q, const wr_batch *b)
{
    bool held = false;
    if (!b || b->n < 1 || b->n > SQS_BATCH)
        return SQS_TOO_MANY;
    for (int32_t i = 0; i < b->n; i++)
        held |= sqs_hide(q, b->record[i].handle, b->hide >= 0 ? b->hide : q->plan->visibility);
    sqs_bill(q, 0);
    return b->n == 1 && !held ? SQS_NOT_IN_FLIGHT : SQS_OK;
}

static void hidden(sqs *q, wr_call *c)
{
    answer(q, c, SQS_DELETE, hide_all(q, wr_call_batch(c)));
    sqs_serve(q);
}

static void sqs_call(wr_comp *self, wr_call *c)
{
    sqs *q = wr_state(self);
    if (wr_rng_chance(&q->fate, q->down)) {
        wr_reply(c, SQS_FAIL);
        return;
    }
    switch (wr_call_op(c)) {
    case WR_OP_RECEIVE: receive(q, c); break;
    case WR_OP_REMOVE: removed(q, c); break;
    case WR_OP_HIDE: hidden(q, c); break;
    default: sent(q, c); break;
    }
}

/* A poller that gave up; what was picked for it already stays in flight. */
static void sqs_gone(wr_comp *self, wr_call *c)
{
    sqs *q = wr_state(self);
    sqs_poller *p = WR_MINE(c, sqs_poller);
    if (wr_call_op(c) != WR_OP_RECEIVE || !p->parked)
        return;
    sqs_unpark(q, p);
    wr_reply(c, SQS_OK);
}

/* ---- the model --------------------------------------------------------------------------------------- */
static void sqs_fault(wr_comp *self, int fault, const void *arg, bool on)
{
    sqs *q = wr_state(self);
    if (fault == SLOW) {
        double factor = ((const wr_slow_fault *)arg)->factor;
        q->slow = on ? q->slow * factor : q->slow / factor;
        return;
    }
    double share = ((const wr_fail_fault *)arg)->share;
    q->down += on ? share : -share;
    if (q->down < 1e-9)
        q->down = 0;
}

static void show_zeros(wr_comp *self)
{
    static const int levels[] = {SQS_VISIBLE_N, SQS_FLIGHT_N, SQS_DELAYED_N, SQS_AGE, SQS_NOISY, SQS_QUIET_VISIBLE,
                                 SQS_QUIET_FLIGHT, SQS_QUIET_DELAYED, SQS_QUIET_AGE, SQS_MESSAGES, WR_U_QUEUE_DEPTH,
                                 WR_U_CONCURRENCY, WR_U_IN_SYSTEM, WR_U_AGE_OF_OLDEST};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        wr_set(self, levels[i], 0);
}

static void sqs_start(wr_comp *self)
{
    sqs *q = wr_state(self);
    q->self = self;
    q->plan = wr_cfg(self);
    q->slow = 1;
    wr_stream(self, "latency", &q->latency);
    wr_stream(self, "fate", &q->fate);
    wr_bill_as(self, 0, q->plan->fifo ? "sqs.million_fifo_requests" : "sqs.million_requests", "Requests");
    sqs_store_open(q);
    sqs_limits_open(q);
    show_zeros(self);
    for (int64_t i = 0; i < q->plan->initial; i++) {
        uint32_t at = sqs_put(q, &(sqs_message){.key = (uint64_t)i + 1, .size = (uint32_t)USUAL_SIZE});
        sqs_become(q, at, SQS_VISIBLE, 0);
    }
    sqs_publish(q);
    sqs_redrive_start(q);
    sqs_workers_start(q);
}

static void sqs_finish(wr_comp *self)
{
    sqs_publish(wr_state(self));
}

const wr_model wr_model_sqs = {
    .kind = "sqs", .aws = "AWS::SQS::Queue", .title = "SQS queue", .cloudwatch = "AWS/SQS",
    .doc = "A queue, standard, FIFO or fair, with its dead letters and, if wanted, plain consumers.",
    .accepts = WR_ACCEPTS(WR_OP_SEND) | WR_ACCEPTS(WR_OP_RECEIVE) | WR_ACCEPTS(WR_OP_REMOVE) | WR_ACCEPTS(WR_OP_HIDE),
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE | WR_OWN_PRESENCE | WR_HAS_STATION | WR_HAS_UNITS | WR_HAS_AGE,
    .net = WR_NET_AWS,
    .params = sqs_params, .metrics = metrics, .codes = codes, .usage = usage, .faults = faults,
    .cfg_size = sizeof(sqs_plan), .state_size = sizeof(sqs),
    .prepare = sqs_prepare, .start = sqs_start, .call = sqs_call, .gone = sqs_gone, .fault = sqs_fault,
    .finish = sqs_finish,
};
