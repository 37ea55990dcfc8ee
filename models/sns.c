/* sns.c - a topic: what is published is stored, answered, and delivered to each subscription by itself.
 *
 * PUBLISH with one message is Publish, with up to ten PublishBatch, whose messages share the key and pass a limit
 * together or not at all. Above the account's messages a second publishes are throttled; FIFO topics have limits of
 * their own and of each group. Deliveries are root calls of the topic, so a slow subscriber holds up no other; their
 * retries are in sns_retry.c. Not modelled: deduplication (a step's retry of a publish that was stored is a second
 * message), archive and replay, encryption, the envelope around messages, e-mail's ten a second, the price of mail
 * and text messages, and of the bytes of FIFO topics. Truth: tests/unit/test_sns.c. */
#include "sns.h"
#include <math.h>

#define PRICING "https://aws.amazon.com/sns/pricing/"
#define USUAL_SIZE 1024.0
#define LARGEST 262144.0
#define UNIT 65536.0

/* ---- tables --------------------------------------------------------------------------------------------- */
#define COUNT(N, D) {.name = N, .kind = WR_COUNT, .unit = "1", .doc = D}
static const wr_metric metrics[] = {
    [SNS_PUBLISHED] = COUNT("NumberOfMessagesPublished", "Messages stored."),
    [SNS_SIZE] = {.name = "PublishSize", .kind = WR_VALUE, .unit = "B", .doc = "Size of a message stored."},
    [SNS_DELIVERED] = COUNT("NumberOfNotificationsDelivered", "Copies of messages that a subscription took."),
    [SNS_FAILED] = COUNT("NumberOfNotificationsFailed", "Copies given up, those moved to a dead-letter queue included."),
    [SNS_FILTERED] = COUNT("NumberOfNotificationsFilteredOut", "Copies not sent because of a filter."),
    [SNS_REDRIVEN] = COUNT("NumberOfNotificationsRedrivenToDlq", "Copies moved to a dead-letter queue."),
    [SNS_NOT_REDRIVEN] = COUNT("NumberOfNotificationsFailedToRedriveToDlq", "Copies that a dead-letter queue did not take."),
    [SNS_PENDING] = {.name = "pending", .kind = WR_LEVEL, .unit = "1", .doc = "Copies that are neither delivered nor given up.", .ours = true},
    [SNS_TIME] = {.name = "delivery_time", .kind = WR_VALUE, .unit = "s", .doc = "From a publish to the delivery of a copy, retries included.", .ours = true},
    {0}};
static const wr_code codes[] = {
    [SNS_OK] = {"OK", NULL, WR_OK, 200, "Stored; not yet delivered."},
    [SNS_ACCOUNT] = {"Throttled", "SNS.PublishRate", WR_THROTTLED, 429, "The account had published its messages of this second."},
    [SNS_TOPIC] = {"Throttled", "SNS.TopicPublishRate", WR_THROTTLED, 429, "The topic had taken its messages of this second, by publish_rate."},
    [SNS_FIFO] = {"Throttled", "SNS.FifoThroughput", WR_THROTTLED, 429, "The FIFO topic had its 3,000 messages or 20 MB of this second."},
    [SNS_GROUP] = {"Throttled", "SNS.GroupThroughput", WR_THROTTLED, 429, "The message group had its messages of this second."},
    [SNS_PARAMETER] = {"InvalidParameter", "SNS.InvalidParameter", WR_INVALID, 400, "A message larger than 256 KiB."},
    [SNS_TOO_MANY] = {"TooManyEntriesInBatchRequest", "SNS.TooManyEntriesInBatchRequest", WR_INVALID, 400, "More than 10 messages in a batch, or none."},
    [SNS_TOO_LONG] = {"BatchRequestTooLong", "SNS.BatchRequestTooLong", WR_INVALID, 400, "The messages of a batch are larger than 256 KiB together."},
    [SNS_FAIL] = {"InternalError", "Fault.fail", WR_FAILED, 500, "The topic had failed."},
    {0}};
static const wr_usage usage[] = {
    [SNS_BILL_PUBLISHES] = {"Publishes", "million", "sns.million_*", 1e6, "Messages published, each 64 KB of them; deliveries to queues and functions are free.", PRICING},
    [SNS_BILL_HTTP] = {"HTTP deliveries", "million", "sns.million_http_deliveries", 1e6, "Deliveries to HTTP endpoints.", PRICING},
    {0}};

enum { FAIL, SLOW };
static const wr_fault faults[] = {
    {"fail", wr_fail_share_rows, sizeof(wr_fail_fault), "Publishes fail at once; what is stored is delivered.", "assumption: its front fails, not its storage"},
    {"slow", wr_slow_rows, sizeof(wr_slow_fault), "Latencies are multiplied.", "assumption: see factor"},
    {0}};

/* ---- deliveries ----------------------------------------------------------------------------------------- */
static wr_dur wait_after(push *p, const wr_call *root, int32_t failures)
{
    const sns_subscription *s = p->of;
    (void)root;
    wr_dur d = sns_ladder_wait(&s->ladder, failures - 1);
    return d < 0 ? d : push_jitter(p, d);
}

static wr_dur pace(push *p)
{
    sns *t = wr_state(p->self);
    const sns_subscription *s = p->of;
    return isinf(s->per_second) ? 0 : wr_bucket_delay(&t->throttle[p - t->push], wr_now(p->self), 1);
}

static void ended(push *p, const wr_call *root, bool well)
{
    wr_dur took = wr_call_age(root);
    push_add(p, well ? SNS_DELIVERED : SNS_FAILED, 1);
    if (!well)
        return;
    wr_observe_dur(p->self, SNS_TIME, took);
    wr_observe_dur(p->part, SNS_TIME, took);
    if (push_is_http(wr_model_of(p->to)->accepts))
        wr_bill(p->self, SNS_BILL_HTTP, 1);
}

static void buried(push *p, bool well)
{
    push_add(p, well ? SNS_REDRIVEN : SNS_NOT_REDRIVEN, 1);
}

static const push_rules rules = {.wait = wait_after, .pace = pace, .ended = ended, .buried = buried, .pending = SNS_PENDING};

static void fan_out(sns *t, const wr_call *c, double size, wr_dur stored)
{
    wr_send like = {.key = wr_call_key(c), .size = size, .operation = wr_call_operation(c)};
    for (size_t i = 0; i < t->cfg->subscriptions.n; i++) {
        if (!wr_rng_chance(&t->filter, t->cfg->subscription[i].filter)) {
            push_add(&t->push[i], SNS_FILTERED, 1);
            continue;
        }
        double d = t->slow * wr_draw(t->cfg->delivery, &t->latency);
        push_begin(&t->push[i], &like, wr_call_ask(c)->item_size, stored + wr_dur_from_s(d));
    }
}

/* ---- publishing ----------------------------------------------------------------------------------------- */
/* A group's bucket holds one second's worth; all there is to know of it is when it will be full again. */
static bool group_admits(sns *t, uint64_t key, double n)
{
    double rate = t->cfg->group_rate;
    wr_time now = wr_now(t->self);
    wr_cached *e = isinf(rate) ? NULL : wr_cache_find(t->groups, key);
    wr_time full = (e && (wr_time)e->stamp > now ? (wr_time)e->stamp : now) + wr_dur_from_s(n / rate);
    if (isinf(rate) || full - now > WR_S)
        return isinf(rate);
    wr_cache_put(t->groups, key, 0, full - now > 0 ? full - now : 1);
    wr_cache_find(t->groups, key)->stamp = (uint64_t)full;
    return true;
}

static enum sns_code fifo_admits(sns *t, const wr_call *c, double n, double bytes)
{
    wr_time now = wr_now(t->self);
    bool topic = t->cfg->scope == SNS_SCOPE_TOPIC;
    if (topic && (wr_bucket_level(&t->bytes, now) < bytes || !wr_bucket_take(&t->messages, now, n)))
        return SNS_FIFO;
    if (!group_admits(t, wr_call_key(c), n))
        return SNS_GROUP;
    wr_bucket_take(&t->bytes, now, bytes);
    return SNS_OK;
}

static enum sns_code admit(sns *t, const wr_call *c, double n, double bytes)
{
    wr_time now = wr_now(t->self);
    bool own = !isnan(t->cfg->publish_rate);
    if (own && !wr_bucket_take(&t->own, now, n))
        return SNS_TOPIC;
    if (t->cfg->in_account && !wr_bucket_take(t->account, now, n))
        return SNS_ACCOUNT;
    wr_set(t->self, WR_U_BURST_LEFT, own ? t->own.level : t->account->level);
    enum sns_code code = t->cfg->fifo ? fifo_admits(t, c, n, bytes) : SNS_OK;
    if (code == SNS_OK)
        wr_add(t->self, WR_U_CONSUMED, n);
    return code;
}

static enum sns_code check(wr_call *c, int64_t n, double *size, double *sum)
{
    if (n < 1 || n > SNS_BATCH)
        return SNS_TOO_MANY;
    for (int64_t i = 0; i < n; i++) {
        size[i] = wr_call_item_size(c, USUAL_SIZE);
        *sum += size[i];
        if (size[i] > LARGEST)
            return SNS_PARAMETER;
    }
    return *sum > LARGEST ? SNS_TOO_LONG : SNS_OK;
}

static void store(sns *t, wr_call *c, int64_t n, const double *size)
{
    wr_dur stored = wr_dur_from_s(t->slow * wr_draw(t->cfg->latency, &t->latency));
    for (int64_t i = 0; i < n; i++) {
        wr_add(t->self, SNS_PUBLISHED, 1);
        wr_observe(t->self, SNS_SIZE, size[i]);
        wr_bill(t->self, SNS_BILL_PUBLISHES, fmax(1, ceil(size[i] / UNIT)));
        fan_out(t, c, size[i], stored);
    }
    if (stored > 0)
        wr_reply_after(c, stored, SNS_OK);
    else
        wr_reply(c, SNS_OK);
}

static void sns_call(wr_comp *self, wr_call *c)
{
    sns *t = wr_state(self);
    double size[SNS_BATCH], sum = 0;
    if (wr_rng_chance(&t->fate, t->down)) {
        wr_reply(c, SNS_FAIL);
        return;
    }
    int64_t n = wr_call_items(c);
    enum sns_code code = check(c, n, size, &sum);
    if (code == SNS_OK)
        code = admit(t, c, (double)n, sum);
    if (code == SNS_OK)
        store(t, c, n, size);
    else
        wr_reply(c, (int)code);
}

/* ---- the component -------------------------------------------------------------------------------------- */
static void sns_fault(wr_comp *self, int fault, const void *arg, bool on)
{
    sns *t = wr_state(self);
    if (fault == SLOW) {
        double factor = ((const wr_slow_fault *)arg)->factor;
        t->slow = on ? t->slow * factor : t->slow / factor;
        return;
    }
    double share = ((const wr_fail_fault *)arg)->share;
    t->down += on ? share : -share;
    if (t->down < 1e-9)
        t->down = 0;
}

static void subscribe(sns *t)
{
    size_t n = t->cfg->subscriptions.n;
    t->push = wr_alloc(t->self, (n + 1) * sizeof *t->push);
    t->throttle = wr_alloc(t->self, (n + 1) * sizeof *t->throttle);
    wr_comp **to = wr_alloc(t->self, (n + 1) * sizeof(wr_comp *));
    for (size_t i = 0; i < n; i++) {
        const sns_subscription *s = &t->cfg->subscription[i];
        to[i] = wr_link_to(t->self, s->to);
        t->push[i] = (push){.self = t->self, .to = to[i], .dead = s->dead ? wr_link_to(t->self, s->dead) : NULL,
                            .part = push_part(t->self, to, i, to[i]), .rules = &rules, .of = s, .timeout = s->timeout,
                            .jitter = t->cfg->jitter, .ordered = t->cfg->fifo, .rng = &t->jitter};
        push_open(&t->push[i]);
        if (!isinf(s->per_second))
            t->throttle[i] = wr_bucket_full(s->per_second, 1);
    }
}

static wr_bucket one_second(double rate)
{
    return wr_bucket_full(rate, fmax(rate, SNS_BATCH));
}

static void limits(sns *t)
{
    typedef struct shared { wr_bucket bucket; bool open; } shared;
    shared *s = wr_shared(t->self, "sns", sizeof *s);
    if (!s->open)
        *s = (shared){one_second(t->cfg->account_rate), true};
    t->account = &s->bucket;
    if (!isnan(t->cfg->publish_rate))
        t->own = one_second(t->cfg->publish_rate);
    t->messages = wr_bucket_full(3000, 3000);
    t->bytes = wr_bucket_full(20e6, 20e6);
    t->groups = wr_cache_create(t->self, &(wr_cache_cfg){.policy = WR_CACHE_FIFO, .entries = INFINITY, .bytes = INFINITY});
    wr_set(t->self, WR_U_BURST_LEFT, isnan(t->cfg->publish_rate) ? t->account->level : t->own.level);
}

static void sns_start(wr_comp *self)
{
    sns *t = wr_state(self);
    t->self = self;
    t->cfg = wr_cfg(self);
    t->slow = 1;
    wr_stream(self, "fate", &t->fate);
    wr_stream(self, "latency", &t->latency);
    wr_stream(self, "filter", &t->filter);
    wr_stream(self, "jitter", &t->jitter);
    wr_bill_as(self, SNS_BILL_PUBLISHES, t->cfg->fifo ? "sns.million_fifo_publishes" : "sns.million_publishes", "Publishes");
    wr_set(self, SNS_PENDING, 0);
    subscribe(t);
    limits(t);
}

const wr_model wr_model_sns = {
    .kind = "sns", .aws = "AWS::SNS::Topic", .title = "SNS topic", .cloudwatch = "AWS/SNS",
    .doc = "A topic: copies of each message to all subscriptions, with the retries and dead letters of each kind of target.",
    .accepts = WR_ACCEPTS(WR_OP_PUBLISH),
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE | WR_HAS_RETRIES | WR_HAS_BUCKET,
    .net = WR_NET_AWS,
    .params = sns_params, .metrics = metrics, .codes = codes, .usage = usage, .faults = faults,
    .cfg_size = sizeof(sns_cfg), .state_size = sizeof(sns),
    .prepare = sns_prepare, .start = sns_start, .call = sns_call, .fault = sns_fault,
};
