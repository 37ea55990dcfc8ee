/* event_bus.c - an event bus of EventBridge: PutEvents, and what is written in tables.
 *
 * A bus of rules and targets, as it always was; not the kind of 2026 that has subscribers. PUBLISH is PutEvents with
 * up to ten entries, which share the key; a request takes one token of the quota and is refused above it. Entries meet
 * all rules independently (event_bus_rule.c). Not modelled: archives and replay, pipes, schemas, batches to targets,
 * the price of events to other accounts, order, duplicates. Truth: tests/unit/test_event_bus.c. */
#include "event_bus.h"
#include <math.h>

#define PRICING "https://aws.amazon.com/eventbridge/pricing/"
#define USUAL_SIZE 1024.0
#define LARGEST 262144.0
#define UNIT 65536.0

/* ---- tables --------------------------------------------------------------------------------------------- */
#define COUNT(N, D) {.name = N, .kind = WR_COUNT, .unit = "1", .doc = D}
#define VALUE(N, U, D) {.name = N, .kind = WR_VALUE, .unit = U, .doc = D}
static const wr_metric metrics[] = {
    [BUS_EVENTS] = COUNT("PutEventsEntriesCount", "Events accepted."),
    [BUS_CALLS] = COUNT("PutEventsApproximateCallCount", "PutEvents requests."),
    [BUS_THROTTLED] = COUNT("PutEventsApproximateThrottledCount", "PutEvents requests that a quota refused."),
    [BUS_FAILED] = COUNT("PutEventsApproximateFailedCount", "PutEvents requests that failed inside AWS."),
    [BUS_SIZE] = VALUE("PutEventsRequestSize", "B", "Size of an accepted PutEvents request."),
    [BUS_LATENCY] = VALUE("PutEventsLatency", "s", "Time of an accepted PutEvents request."),
    [BUS_MATCHED] = COUNT("MatchedEvents", "Events that at least one rule matched."),
    [BUS_TRIGGERED] = COUNT("TriggeredRules", "Rules that ran, by an event or the clock."),
    [BUS_INVOCATIONS] = COUNT("Invocations", "Invocations of targets that have ended well or for good; retries are not counted."),
    [BUS_FAILED_INVOCATIONS] = COUNT("FailedInvocations", "Invocations given up."),
    [BUS_THROTTLED_RULES] = COUNT("ThrottledRules", "Tries that the quota of invocations delayed."),
    [BUS_RETRIES] = COUNT("RetryInvocationAttempts", "Tries after a failed one."),
    [BUS_TO_DLQ] = COUNT("InvocationsSentToDlq", "Events moved to a dead-letter queue."),
    [BUS_NOT_TO_DLQ] = COUNT("InvocationsFailedToBeSentToDlq", "Events that a dead-letter queue did not take."),
    [BUS_START] = VALUE("IngestionToInvocationStartLatency", "s", "From an event to the first invocation of a target, without the wait for the quota."),
    [BUS_DONE] = VALUE("IngestionToInvocationSuccessLatency", "s", "From an event to the successful end of an invocation, retries included."),
    [BUS_PENDING] = {.name = "pending", .kind = WR_LEVEL, .unit = "1", .doc = "Invocations that have not ended.", .ours = true},
    {0}};
static const wr_code codes[] = {
    [BUS_OK] = {"OK", NULL, WR_OK, 200, "Accepted; not yet delivered."},
    [BUS_ACCOUNT] = {"ThrottlingException", "EventBridge.PutEventsRate", WR_THROTTLED, 400, "The account had made its PutEvents requests of this second."},
    [BUS_OWN] = {"ThrottlingException", "EventBridge.BusPutRate", WR_THROTTLED, 400, "The bus had taken its requests of this second, by put_rate."},
    [BUS_INVALID] = {"ValidationException", "EventBridge.ValidationException", WR_INVALID, 400, "More than 10 entries, none, or more than 256 KB together."},
    [BUS_FAIL] = {"InternalException", "Fault.fail", WR_FAILED, 500, "The bus had failed."},
    {0}};
static const wr_usage usage[] = {
    [BUS_BILL_EVENTS] = {"Events", "million", "event_bus.million_events", 1e6, "Custom events put, each 64 KB of them; those of schedules are free.", PRICING},
    [BUS_BILL_HTTP] = {"API destinations", "million", "event_bus.million_api_invocations", 1e6, "Successful invocations of HTTP endpoints.", PRICING},
    {0}};

enum { FAIL, SLOW };
static const wr_fault faults[] = {
    {"fail", wr_fail_share_rows, sizeof(wr_fail_fault), "PutEvents fails at once; accepted events are delivered.", "assumption: its front fails, not its storage"},
    {"slow", wr_slow_rows, sizeof(wr_slow_fault), "Latencies are multiplied.", "assumption: see factor"},
    {0}};

/* ---- PutEvents ------------------------------------------------------------------------------------------ */
static enum bus_code admit(bus *s)
{
    wr_time now = wr_now(s->self);
    bool own = !isnan(s->cfg->put_rate);
    if (own && !wr_bucket_take(&s->own_put, now, 1))
        return BUS_OWN;
    if (s->cfg->in_account && !wr_bucket_take(s->put_account, now, 1))
        return BUS_ACCOUNT;
    wr_set(s->self, WR_U_BURST_LEFT, own ? s->own_put.level : s->put_account->level);
    wr_add(s->self, WR_U_CONSUMED, 1);
    return BUS_OK;
}

static bool valid(wr_call *c, int64_t n, double *size, double *sum)
{
    if (n < 1 || n > BUS_ENTRIES)
        return false;
    for (int64_t i = 0; i < n; i++) {
        size[i] = wr_call_item_size(c, USUAL_SIZE);
        *sum += size[i];
    }
    return *sum <= LARGEST;
}

static void accept(bus *s, wr_call *c, int64_t n, const double *size, double sum)
{
    wr_dur d = wr_dur_from_s(s->slow * wr_draw(s->cfg->latency, &s->latency));
    wr_observe(s->self, BUS_SIZE, sum);
    wr_observe_dur(s->self, BUS_LATENCY, d);
    wr_add(s->self, BUS_EVENTS, (double)n);
    for (int64_t i = 0; i < n; i++) {
        wr_bill(s->self, BUS_BILL_EVENTS, fmax(1, ceil(size[i] / UNIT)));
        bus_match(s, c, size[i], d);
    }
    if (d > 0)
        wr_reply_after(c, d, BUS_OK);
    else
        wr_reply(c, BUS_OK);
}

static void bus_call(wr_comp *self, wr_call *c)
{
    bus *s = wr_state(self);
    double size[BUS_ENTRIES], sum = 0;
    wr_add(self, BUS_CALLS, 1);
    if (wr_rng_chance(&s->fate, s->down)) {
        wr_add(self, BUS_FAILED, 1);
        wr_reply(c, BUS_FAIL);
        return;
    }
    int64_t n = wr_call_items(c);
    enum bus_code code = valid(c, n, size, &sum) ? admit(s) : BUS_INVALID;
    if (code == BUS_OK) {
        accept(s, c, n, size, sum);
        return;
    }
    wr_add(self, BUS_THROTTLED, code != BUS_INVALID);
    wr_reply(c, (int)code);
}

/* ---- the component -------------------------------------------------------------------------------------- */
static void bus_fault(wr_comp *self, int fault, const void *arg, bool on)
{
    bus *s = wr_state(self);
    if (fault == SLOW) {
        double factor = ((const wr_slow_fault *)arg)->factor;
        s->slow = on ? s->slow * factor : s->slow / factor;
        return;
    }
    double share = ((const wr_fail_fault *)arg)->share;
    s->down += on ? share : -share;
    if (s->down < 1e-9)
        s->down = 0;
}

static wr_bucket one_second(double rate)
{
    return wr_bucket_full(rate, fmax(rate, 1));
}

static void limits(bus *s)
{
    typedef struct shared { wr_bucket put, invocations; bool open; } shared;
    const bus_cfg *cfg = s->cfg;
    shared *all = wr_shared(s->self, "event_bus", sizeof *all);
    if (!all->open)
        *all = (shared){one_second(cfg->account_put), one_second(cfg->account_invocations), true};
    s->put_account = &all->put;
    s->invocations = &all->invocations;
    if (!isnan(cfg->put_rate))
        s->own_put = one_second(cfg->put_rate);
    if (!isnan(cfg->invocation_rate)) {
        s->own_invocations = one_second(cfg->invocation_rate);
        s->invocations = &s->own_invocations;
    }
    wr_set(s->self, WR_U_BURST_LEFT, isnan(cfg->put_rate) ? all->put.level : s->own_put.level);
}

static void bus_start(wr_comp *self)
{
    bus *s = wr_state(self);
    s->self = self;
    s->cfg = wr_cfg(self);
    s->slow = 1;
    wr_stream(self, "fate", &s->fate);
    wr_stream(self, "latency", &s->latency);
    wr_stream(self, "match", &s->match);
    wr_stream(self, "jitter", &s->jitter);
    wr_set(self, BUS_PENDING, 0);
    limits(s);
    bus_rules_open(s);
}

const wr_model wr_model_event_bus = {
    .kind = "event_bus", .aws = "AWS::Events::EventBus", .title = "Event bus", .cloudwatch = "AWS/Events",
    .doc = "An event bus: rules, targets, quotas that refuse requests and delay invocations, a day of retries, schedules.",
    .accepts = WR_ACCEPTS(WR_OP_PUBLISH),
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE | WR_HAS_RETRIES | WR_HAS_BUCKET,
    .net = WR_NET_AWS,
    .params = bus_params, .metrics = metrics, .codes = codes, .usage = usage, .faults = faults,
    .cfg_size = sizeof(bus_cfg), .state_size = sizeof(bus),
    .prepare = bus_prepare, .start = bus_start, .call = bus_call, .fault = bus_fault,
};
