/* event_bus_table.c - what users write about an event bus, and the quotas of Regions. Truth: tests/unit/test_event_bus.c. */
#include "event_bus.h"
#include <math.h>
#include <string.h>

#define GUIDE "https://docs.aws.amazon.com/eventbridge/latest/userguide/"
#define QUOTAS GUIDE "eb-quota.html"
#define POLICY GUIDE "eb-rule-retry-policy.html"

static const wr_param target_rows[] = {
    {.key = "to", WR_FIELD(bus_target, to), .type = WR_T_LINK, .flags = WR_P_FORWARDS, .doc = "Queue, function, topic, stream, other bus, or HTTP endpoint (an API destination).", .cfn = "Arn"},
    {.key = "invocation_rate_limit_per_second", WR_FIELD(bus_target, rate), .type = WR_T_RATE, .unit = "/s", .optional = true, .min = 1, .max = 1e6, .doc = "HTTP endpoints: invocations a second, further ones are delayed; when left out 300.", .src = QUOTAS, .cfn = "InvocationRateLimitPerSecond"},
    {0}};
static const wr_param rule_rows[] = {
    {.key = "match", WR_FIELD(bus_rule, match), .type = WR_T_SHARE, .def = "100%", .doc = "Share of events that the pattern matches, independently of other rules.", .src = GUIDE "eb-event-patterns.html", .cfn = "EventPattern"},
    {.key = "schedule", WR_FIELD(bus_rule, schedule), .type = WR_T_DUR, .def = "never", .words = "never", .min = 60, .max = 3e9, .doc = "The rule runs by the clock, once in so long, and matches no events.", .src = GUIDE "eb-create-rule-schedule.html"},
    {.key = "targets", WR_FIELD(bus_rule, targets), .type = WR_T_LIST, .rows = target_rows, .size = sizeof(bus_target), .shorthand = "to", .flags = WR_P_ONE, .min = 1, .max = 5, .doc = "Who is invoked, each for itself.", .src = QUOTAS, .cfn = "Targets"},
    {.key = "maximum_retry_attempts", WR_FIELD(bus_rule, retries), .type = WR_T_INT, .def = "185", .max = 185, .doc = "Retries of a delivery.", .src = POLICY, .cfn = "RetryPolicy.MaximumRetryAttempts"},
    {.key = "maximum_event_age", WR_FIELD(bus_rule, most_age), .type = WR_T_DUR, .unit = "s", .def = "24h", .min = 60, .max = 86400, .doc = "An event that is so old is given up.", .src = POLICY, .cfn = "RetryPolicy.MaximumEventAgeInSeconds"},
    {.key = "dead_letter_target", WR_FIELD(bus_rule, dead), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_SEND), .optional = true, .doc = "Queue that gets what was given up; without one it is lost.", .src = GUIDE "eb-rule-dlq.html", .cfn = "DeadLetterConfig.Arn"},
    {0}};
static const wr_param backoff_rows[] = {
    {.key = "base", WR_FIELD(bus_backoff, base), .type = WR_T_DUR, .def = "1s", .min = 0.001, .max = 86400, .doc = "Before the first retry.", .src = "assumption: see backoff"},
    {.key = "cap", WR_FIELD(bus_backoff, cap), .type = WR_T_DUR, .def = "8m", .min = 0.001, .max = 86400, .doc = "The most.", .src = "assumption: see backoff"},
    {0}};
const wr_param bus_params[] = {
    {.key = "rules", WR_FIELD(bus_cfg, rules), .type = WR_T_LIST, .rows = rule_rows, .size = sizeof(bus_rule), .flags = WR_P_ONE, .optional = true, .max = 300, .doc = "Which events go where.", .src = QUOTAS, .cfn = "AWS::Events::Rule"},
    {.key = "put_rate", WR_FIELD(bus_cfg, put_rate), .type = WR_T_RATE, .optional = true, .min = 0.001, .max = 1e9, .doc = "PutEvents requests a second that this bus takes, in place of the Region's quota for all buses, 10,000 in us-east-1; 'account: event_bus_put_rate', where it is written, still counts.", .src = QUOTAS},
    {.key = "invocation_rate", WR_FIELD(bus_cfg, invocation_rate), .type = WR_T_RATE, .optional = true, .min = 0.001, .max = 1e9, .doc = "Invocations of targets a second, in place of the Region's quota for all buses, 18,750 in us-east-1; further ones are delayed, not refused.", .src = QUOTAS},
    {.key = "backoff", WR_FIELD(bus_cfg, backoff), .type = WR_T_BLOCK, .rows = backoff_rows, .size = sizeof(bus_backoff), .def = "{}", .doc = "Waits before retries double up to a cap.", .src = "assumption: AWS says exponential, and 185 tries in 24 hours; from 1 s up to 8 minutes makes 23.6 hours"},
    {.key = "jitter", WR_FIELD(bus_cfg, jitter), .type = WR_T_SHARE, .def = "10%", .doc = "They differ by up to so much, evenly to both sides.", .src = "assumption: AWS says that there is jitter, and not how much"},
    {.key = "timeout", WR_FIELD(bus_cfg, timeout), .type = WR_T_DUR, .def = "5s", .min = 0.001, .max = 60, .doc = "A target silent for so long has failed.", .src = GUIDE "eb-api-destinations.html"},
    {.key = "latency", WR_FIELD(bus_cfg, latency), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 15ms, p99: 60ms}}", .doc = "From PutEvents to its answer.", .src = "assumption: AWS publishes no distribution"},
    {.key = "delivery_latency", WR_FIELD(bus_cfg, delivery), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 150ms, p99: 500ms}}", .doc = "From the answer to the first invocation of a target.", .src = "assumption: 0.1 to 0.5 s were seen; AWS publishes no distribution"},
    {0}};

typedef struct quota { double put, invocations; } quota;
static quota region_quota(const char *region)
{
    static const struct { const char *regions; quota is; } of[] = {
        {"us-east-1 us-west-2 eu-west-1", {10000, 18750}},
        {"us-east-2 eu-central-1", {2400, 4500}},
        {"ap-northeast-1 ap-southeast-1 ap-southeast-2 eu-west-2 us-west-1", {1200, 2250}},
        {"ap-northeast-2 ap-south-1 eu-west-3 eu-north-1 ca-central-1 sa-east-1 ap-east-1", {600, 1100}}};
    for (size_t i = 0; i < sizeof of / sizeof *of && *region; i++) {
        const char *at = strstr(of[i].regions, region);
        char after = at ? at[strlen(region)] : 'x';
        if (after == ' ' || !after)
            return of[i].is;
    }
    return (quota){400, 750};
}

static void check_rule(const bus_rule *r, wr_build *b)
{
    const bus_target *t = r->targets.items;
    const char *name = wr_build_name(b);
    if (r->schedule != WR_NEVER && wr_build_given(b, &r->match))
        wr_build_error(b, &r->match, "a rule of event_bus '%s' has a 'match' and a 'schedule'; it is one or the other", name);
    for (size_t i = 0; i < r->targets.n; i++)
        if (push_check(b, t[i].to, "target") && !isnan(t[i].rate) && !push_is_http(wr_build_accepts(b, t[i].to)))
            wr_build_error(b, &t[i].rate, "'invocation_rate_limit_per_second' of event_bus '%s' is for HTTP endpoints only", name);
}

void bus_prepare(void *mine, wr_build *b)
{
    bus_cfg *cfg = mine;
    const bus_rule *r = cfg->rules.items;
    double written = wr_build_account(b, "event_bus_put_rate");
    quota q = region_quota(wr_build_region(b));
    cfg->account_put = isnan(written) ? q.put : written;
    cfg->account_invocations = q.invocations;
    cfg->in_account = isnan(cfg->put_rate) || !isnan(written);
    cfg->targets = 0;
    for (size_t i = 0; i < cfg->rules.n; i++) {
        check_rule(&r[i], b);
        cfg->targets += r[i].targets.n;
    }
}
