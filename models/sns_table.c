/* sns_table.c - what users write about a topic, and the rules between the keys.
 *
 * Which ladder of tries a subscription has follows from its target: queues, functions, streams and buses are AWS's
 * own, everything else is an HTTP endpoint, unless `protocol` says otherwise. Truth: tests/unit/test_sns.c. */
#include "sns.h"
#include <math.h>
#include <string.h>

#define GUIDE "https://docs.aws.amazon.com/sns/latest/dg/"
#define RETRIES GUIDE "sns-message-delivery-retries.html"
#define QUOTAS "https://docs.aws.amazon.com/general/latest/gr/sns.html"
#define MOST_SECONDS 3600

static const char *const laws[] = {[SNS_LINEAR] = "linear", [SNS_ARITHMETIC] = "arithmetic", [SNS_GEOMETRIC] = "geometric",
                                   [SNS_EXPONENTIAL] = "exponential", NULL};
static const char *const protocols[] = {
    [SNS_AUTO] = "auto", [SNS_HTTP] = "http", [SNS_MANAGED] = "managed", [SNS_CUSTOMER] = "customer", NULL};
static const char *const scopes[] = {[SNS_SCOPE_TOPIC] = "Topic", [SNS_SCOPE_GROUP] = "MessageGroup", NULL};

static const wr_param policy_rows[] = {
    {.key = "num_retries", WR_FIELD(sns_policy, retries), .type = WR_T_INT, .def = "3", .max = 100, .doc = "Retries in all.", .src = RETRIES, .cfn = "numRetries"},
    {.key = "num_no_delay_retries", WR_FIELD(sns_policy, no_delay), .type = WR_T_INT, .def = "0", .max = 100, .doc = "Of these, at once.", .src = RETRIES, .cfn = "numNoDelayRetries"},
    {.key = "num_min_delay_retries", WR_FIELD(sns_policy, min_delay), .type = WR_T_INT, .def = "0", .max = 100, .doc = "Then so many at the least delay.", .src = RETRIES, .cfn = "numMinDelayRetries"},
    {.key = "num_max_delay_retries", WR_FIELD(sns_policy, max_delay), .type = WR_T_INT, .def = "0", .max = 100, .doc = "So many at the end, at the most delay; those between grow.", .src = RETRIES, .cfn = "numMaxDelayRetries"},
    {.key = "min_delay_target", WR_FIELD(sns_policy, least), .type = WR_T_DUR, .unit = "s", .def = "20", .min = 1, .max = MOST_SECONDS, .doc = "The least delay.", .src = RETRIES, .cfn = "minDelayTarget"},
    {.key = "max_delay_target", WR_FIELD(sns_policy, most), .type = WR_T_DUR, .unit = "s", .def = "20", .min = 1, .max = MOST_SECONDS, .doc = "The most delay.", .src = RETRIES, .cfn = "maxDelayTarget"},
    {.key = "backoff_function", WR_FIELD(sns_policy, law), .type = WR_T_ENUM, .choices = laws, .def = "linear", .doc = "How delays grow from the least to the most.", .src = RETRIES, .cfn = "backoffFunction"},
    {.key = "max_receives_per_second", WR_FIELD(sns_policy, per_second), .type = WR_T_RATE, .unit = "/s", .def = "unlimited", .words = "unlimited", .min = 1, .max = 1e9, .doc = "Deliveries a second, on average; further ones wait and use up no tries.", .src = RETRIES, .cfn = "maxReceivesPerSecond"},
    {0}};
static const wr_param subscription_rows[] = {
    {.key = "to", WR_FIELD(sns_subscription, to), .type = WR_T_LINK, .flags = WR_P_FORWARDS, .doc = "Queue, function, stream or HTTP endpoint that gets the messages.", .cfn = "Endpoint"},
    {.key = "filter", WR_FIELD(sns_subscription, filter), .type = WR_T_SHARE, .def = "100%", .doc = "Share of messages that the filter policy lets pass.", .src = GUIDE "sns-message-filtering.html", .cfn = "FilterPolicy"},
    {.key = "protocol", WR_FIELD(sns_subscription, protocol), .type = WR_T_ENUM, .choices = protocols, .def = "auto", .doc = "Which ladder of retries: auto: by the target; http: its delivery_policy; managed: of AWS's own endpoints; customer: of mail, text messages and mobile push.", .src = RETRIES, .cfn = "Protocol"},
    {.key = "delivery_policy", WR_FIELD(sns_subscription, policy), .type = WR_T_BLOCK, .rows = policy_rows, .size = sizeof(sns_policy), .optional = true, .doc = "Retries of an HTTP endpoint; when left out 3 of them, 20 s apart.", .src = RETRIES, .cfn = "DeliveryPolicy"},
    {.key = "dead_letter_target", WR_FIELD(sns_subscription, dead), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_SEND), .optional = true, .doc = "Queue that gets what could not be delivered; without one it is lost.", .src = GUIDE "sns-dead-letter-queues.html", .cfn = "RedrivePolicy.deadLetterTargetArn"},
    {.key = "timeout", WR_FIELD(sns_subscription, timeout), .type = WR_T_DUR, .def = "15s", .min = 0.001, .max = 60, .doc = "A target silent for so long has failed.", .src = GUIDE "sns-http-https-endpoint-as-subscriber.html"},
    {0}};
const wr_param sns_params[] = {
    {.key = "subscriptions", WR_FIELD(sns_cfg, subscriptions), .type = WR_T_LIST, .rows = subscription_rows, .size = sizeof(sns_subscription), .shorthand = "to", .flags = WR_P_ONE, .optional = true, .max = 10000, .doc = "Who gets a copy of each message, each for itself.", .cfn = "Subscription"},
    {.key = "fifo_topic", WR_FIELD(sns_cfg, fifo), .type = WR_T_BOOL, .def = "false", .doc = "Messages of a group (the key of a publish) are delivered in order.", .src = GUIDE "sns-fifo-topics.html", .cfn = "FifoTopic"},
    {.key = "fifo_throughput_scope", WR_FIELD(sns_cfg, scope), .type = WR_T_ENUM, .choices = scopes, .def = "Topic", .doc = "FIFO topics: Topic: 3,000 messages or 20 MB a second for all groups; MessageGroup: only the limit of each group.", .src = QUOTAS, .cfn = "FifoThroughputScope"},
    {.key = "publish_rate", WR_FIELD(sns_cfg, publish_rate), .type = WR_T_RATE, .optional = true, .min = 0.001, .max = 1e9, .doc = "Messages a second that this topic takes, in place of the Region's quota for all topics, 30,000 in us-east-1; 'account: sns_publish_rate', where it is written, still counts.", .src = QUOTAS},
    {.key = "group_rate", WR_FIELD(sns_cfg, group_rate), .type = WR_T_RATE, .def = "300/s", .words = "unlimited", .min = 1, .max = 1e9, .doc = "FIFO topics: messages of one group a second.", .src = QUOTAS},
    {.key = "latency", WR_FIELD(sns_cfg, latency), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 12ms, p99: 50ms}}", .doc = "From a publish to its answer: the message is stored in several zones.", .src = "assumption: AWS publishes no distribution"},
    {.key = "delivery_latency", WR_FIELD(sns_cfg, delivery), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 15ms, p99: 80ms}}", .doc = "From the answer to the first try of a delivery.", .src = "assumption: AWS publishes no distribution"},
    {.key = "jitter", WR_FIELD(sns_cfg, jitter), .type = WR_T_SHARE, .def = "10%", .doc = "Waits before retries differ by up to so much, evenly to both sides.", .src = "assumption: AWS says that there is jitter, and not how much"},
    {0}};

/* ---- rules ---------------------------------------------------------------------------------------------- */
static double region_rate(const char *region)
{
    static const struct { const char *region; double rate; } quota[] = {
        {"us-east-1", 30000}, {"us-west-2", 9000}, {"eu-west-1", 9000}, {"us-east-2", 1500}, {"us-west-1", 1500},
        {"ap-south-1", 1500}, {"ap-northeast-2", 1500}, {"ap-southeast-1", 1500}, {"ap-southeast-2", 1500},
        {"ap-northeast-1", 1500}, {"eu-central-1", 1500}};
    for (size_t i = 0; i < sizeof quota / sizeof *quota; i++)
        if (!strcmp(quota[i].region, region))
            return quota[i].rate;
    return 300;
}

static void check_policy(const sns_subscription *s, const sns_policy *p, wr_build *b)
{
    const char *name = wr_build_name(b);
    int64_t given = p->no_delay + p->min_delay + p->max_delay;
    if (p->most < p->least)
        wr_build_error(b, &p->most, "'max_delay_target' of sns '%s' is shorter than 'min_delay_target'", name);
    if (given > p->retries)
        wr_build_error(b, &p->retries, "'num_retries' of sns '%s' is %lld, less than its phases have together (%lld)", name,
                       (long long)p->retries, (long long)given);
    else if (sns_ladder_seconds(&s->ladder) > MOST_SECONDS + 1e-6)
        wr_build_error(b, &p->retries, "the delays of a 'delivery_policy' of sns '%s' are %.0f s together; at most 3600 s are "
                       "allowed", name, sns_ladder_seconds(&s->ladder));
}

static void choose_ladder(sns_subscription *s, bool http, wr_build *b)
{
    static const sns_policy usual = {.retries = 3, .least = 20 * WR_S, .most = 20 * WR_S, .law = SNS_LINEAR, .per_second = INFINITY};
    const sns_policy *p = s->policy ? s->policy : &usual;
    int protocol = s->protocol != SNS_AUTO ? s->protocol : http ? SNS_HTTP : SNS_MANAGED;
    s->per_second = INFINITY;
    if (protocol != SNS_HTTP) {
        s->ladder = protocol == SNS_MANAGED ? sns_ladder_managed() : sns_ladder_customer();
        if (s->policy)
            wr_build_error(b, s->policy, "a 'delivery_policy' of sns '%s' has no meaning here; only HTTP endpoints have one",
                           wr_build_name(b));
        return;
    }
    s->ladder = sns_ladder_of(p);
    s->per_second = p->per_second;
    check_policy(s, p, b);
}

static void prepare_one(const sns_cfg *cfg, sns_subscription *s, wr_build *b)
{
    if (!push_check(b, s->to, "subscription"))
        return;
    unsigned accepts = wr_build_accepts(b, s->to);
    choose_ladder(s, push_is_http(accepts), b);
    if (cfg->fifo && !(accepts & WR_ACCEPTS(WR_OP_SEND)))
        wr_build_error(b, NULL, "sns '%s' is a FIFO topic; it delivers to queues, not to functions or HTTP endpoints",
                       wr_build_name(b));
}

static void check_fifo(const sns_cfg *cfg, wr_build *b)
{
    size_t n = cfg->subscriptions.n;
    if (cfg->fifo && n > 100)
        wr_build_error(b, NULL, "sns '%s' is a FIFO topic with %zu subscriptions; at most 100 are allowed", wr_build_name(b), n);
    if (!cfg->fifo && (wr_build_given(b, &cfg->scope) || wr_build_given(b, &cfg->group_rate)))
        wr_build_error(b, NULL, "'fifo_throughput_scope' and 'group_rate' of sns '%s' need 'fifo_topic: true'", wr_build_name(b));
}

void sns_prepare(void *mine, wr_build *b)
{
    sns_cfg *cfg = mine;
    size_t n = cfg->subscriptions.n;
    double quota = wr_build_account(b, "sns_publish_rate");
    cfg->account_rate = isnan(quota) ? region_rate(wr_build_region(b)) : quota;
    cfg->in_account = isnan(cfg->publish_rate) || !isnan(quota);
    cfg->subscription = wr_build_alloc(b, n * sizeof *cfg->subscription);
    if (n)
        memcpy(cfg->subscription, cfg->subscriptions.items, n * sizeof *cfg->subscription);
    for (size_t i = 0; i < n; i++)
        prepare_one(cfg, &cfg->subscription[i], b);
    check_fifo(cfg, b);
}
