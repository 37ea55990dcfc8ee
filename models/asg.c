/* asg.c - the Auto Scaling group: descriptor, metrics, and what is checked before it runs.
 *
 * A group keeps as many instances as it desires, spread over its zones, replaces those that fail its health
 * checks, and changes what it desires by policies and by the clock. Its instances are components of their
 * own (ec2.c) that come and go as members of the group; balancers follow it. Requests sent to the group itself
 * are served by its instances in turn, without a hop. Instances cost from launch to termination, by the
 * second, a minute at least. An instance is in service, and registered, once it has booted; until its
 * application has started it refuses connections. Left out: weights, mixed types, protection, standby,
 * EBS checks.
 * Truth: tests/unit/test_asg.c, tests/truth/asg-*.yaml. */
#include "asg.h"
#include "asg_consume.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define EC2_METRICS "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html"

static const wr_metric metrics[] = {
    [ASG_CPU] = {.name = "CPUUtilization", .kind = WR_RATIO, .unit = "%", .doc = "vCPUs at work per vCPU of instances in service; with default_instance_warmup, past their warm-up.", .num = "cpu_busy", .den = "cpu_vcpus", .scale = 100},
    [ASG_CPU_BUSY] = {.name = "cpu_busy", .kind = WR_LEVEL, .unit = "1", .doc = "vCPUs at work of instances that CPUUtilization counts.", .ours = true, .hidden = true},
    [ASG_CPU_VCPUS] = {.name = "cpu_vcpus", .kind = WR_LEVEL, .unit = "1", .doc = "vCPUs of instances that CPUUtilization counts.", .ours = true, .hidden = true},
    [ASG_NETWORK_IN] = {.name = "NetworkIn", .kind = WR_COUNT, .unit = "B", .doc = "Bytes of the bodies of requests that arrived."},
    [ASG_DESIRED] = {.name = "GroupDesiredCapacity", .kind = WR_LEVEL, .unit = "1", .doc = "Instances the group wants."},
    [ASG_MIN] = {.name = "GroupMinSize", .kind = WR_LEVEL, .unit = "1", .doc = "Instances at least."},
    [ASG_MAX] = {.name = "GroupMaxSize", .kind = WR_LEVEL, .unit = "1", .doc = "Instances at most."},
    [ASG_IN_SERVICE] = {.name = "GroupInServiceInstances", .kind = WR_LEVEL, .unit = "1", .doc = "Instances whose state is InService, whether or not they can serve."},
    [ASG_PENDING] = {.name = "GroupPendingInstances", .kind = WR_LEVEL, .unit = "1", .doc = "Instances launched and not yet in service."},
    [ASG_TERMINATING] = {.name = "GroupTerminatingInstances", .kind = WR_LEVEL, .unit = "1", .doc = "Instances on their way out, draining included."},
    [ASG_TOTAL] = {.name = "GroupTotalInstances", .kind = WR_LEVEL, .unit = "1", .doc = "Instances pending, in service and terminating."},
    [ASG_LAUNCHES] = {.name = "launches", .kind = WR_COUNT, .unit = "1", .doc = "Instances launched.", .ours = true},
    [ASG_TERMINATIONS] = {.name = "terminations", .kind = WR_COUNT, .unit = "1", .doc = "Instances terminated or lost.", .ours = true},
    [ASG_LAUNCH_FAILURES] = {.name = "launch_failures", .kind = WR_COUNT, .unit = "1", .doc = "Launches that failed.", .ours = true},
    [ASG_CREDIT_BALANCE] = {.name = "CPUCreditBalance", .kind = WR_LEVEL, .unit = "1", .doc = "T families: CPU credits saved, mean of the instances, brought up to date every minute."},
    [ASG_CREDITS_USED] = {.name = "CPUCreditUsage", .kind = WR_COUNT, .unit = "1", .doc = "T families: CPU credits spent; one is a vCPU for a minute."},
    [ASG_SURPLUS_BALANCE] = {.name = "CPUSurplusCreditBalance", .kind = WR_LEVEL, .unit = "1", .doc = "T families, unlimited: credits spent without having been earned, mean of the instances."},
    [ASG_CREDITS_CHARGED] = {.name = "CPUSurplusCreditsCharged", .kind = WR_COUNT, .unit = "1", .doc = "T families, unlimited: surplus credits that were billed."},
    {0}};

static const wr_usage usage[] = {
    [ASG_HOURS] = {"Instances", "h", "ec2.*", 3600, "Instances from launch to termination, by the second, 60 s at least.", "https://aws.amazon.com/ec2/pricing/on-demand/"},
    [ASG_DETAILED] = {"Detailed monitoring", "instance-month", "ec2.detailed_monitoring", 730 * 3600.0, "Seven metrics of each instance, with monitoring: detailed.", "https://aws.amazon.com/cloudwatch/pricing/"},
    [ASG_ALARMS] = {"Alarms of policies", "alarm-month", "cloudwatch.alarm", 730 * 3600.0, "Target tracking makes two, step and simple scaling one each.", "https://aws.amazon.com/cloudwatch/pricing/"},
    [ASG_SURPLUS] = {"Surplus CPU credits", "vCPU-h", "ec2.t_surplus", 60, "T families, unlimited: credits spent above what a day earns, or left at termination.", "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances-unlimited-mode.html"},
    {0}};

/* ---- before it runs -------------------------------------------------------------------------------------- */
static void check_sizes(asg_cfg *cfg, wr_build *b)
{
    if (cfg->min > cfg->max)
        wr_build_error(b, &cfg->min, "'min_size' %lld of asg '%s' is above its 'max_size' %lld", (long long)cfg->min,
                       wr_build_name(b), (long long)cfg->max);
    if (cfg->desired < 0)
        cfg->desired = cfg->min;
    else if (cfg->desired < cfg->min || cfg->desired > cfg->max)
        wr_build_error(b, &cfg->desired,
                       "'desired_capacity' %lld of asg '%s' is not between 'min_size' %lld and 'max_size' %lld",
                       (long long)cfg->desired, wr_build_name(b), (long long)cfg->min, (long long)cfg->max);
}

/* a, or the whole name: us-east-1a. */
static int letter(const char *s)
{
    size_t n = s ? strlen(s) : 0;
    bool whole = n > 1 && s[n - 2] >= '0' && s[n - 2] <= '9';
    return n && (n == 1 || whole) && s[n - 1] >= 'a' && s[n - 1] <= 'z' ? s[n - 1] - 'a' : -1;
}

static int place_of(const asg_cfg *cfg, int zone)
{
    for (int i = 0; i < cfg->zone_n; i++)
        if (cfg->zone[i] == zone)
            return i;
    return -1;
}

static void read_zones(asg_cfg *cfg, wr_build *b)
{
    const struct asg_zone *z = cfg->zones.items;
    for (size_t i = 0; i < cfg->zones.n; i++) {
        int l = letter(z[i].letter);
        if (l < 0)
            wr_build_error(b, &z[i].letter, "'%s' is not an availability zone; write one letter, such as a",
                           z[i].letter ? z[i].letter : "");
        else if (place_of(cfg, l) >= 0)
            wr_build_error(b, &z[i].letter, "zone '%s' stands twice in 'availability_zones'", z[i].letter);
        else
            cfg->zone[cfg->zone_n++] = (signed char)l;
    }
    if (!cfg->zones.n)
        wr_build_error(b, &cfg->zones, "'availability_zones' of asg '%s' is empty; it needs one zone at least",
                       wr_build_name(b));
}

static void read_failures(asg_cfg *cfg, wr_build *b)
{
    const struct asg_zone_share *f = cfg->launch_failure.items;
    for (size_t i = 0; i < cfg->launch_failure.n; i++) {
        bool all = !strcmp(f[i].name, "default");
        int at = place_of(cfg, letter(f[i].name));
        for (int z = 0; all && z < cfg->zone_n; z++)
            cfg->failure[z] = f[i].share;
        if (at >= 0)
            cfg->failure[at] = f[i].share;
        else if (!all)
            wr_build_error(b, &f[i], "'%s' in 'launch_failure' is no zone of asg '%s'", f[i].name, wr_build_name(b));
    }
}

static void read_type(asg_cfg *cfg, wr_build *b)
{
    const struct asg_name *first = cfg->types.items;
    const char *name = cfg->types.n ? first->name : "";
    const ec2_type *t = ec2_type_find(name);
    ec2_plan *p = &cfg->plan;
    if (!t && isnan(cfg->vcpus)) {
        wr_build_error(b, cfg->types.n ? (const void *)&first->name : &cfg->types, "unknown instance type '%s'", name);
        wr_build_hint(b, "give 'vcpus' (and a price 'ec2.%s' under 'prices') for a type of your own", name);
    }
    p->type = name;
    p->vcpus = isnan(cfg->vcpus) ? (t ? t->vcpus : 1) : cfg->vcpus;
    p->memory = isnan(cfg->memory) ? (t ? t->memory_gib * 1073741824.0 : 0) : cfg->memory;
    size_t room = strlen(name) + 5;
    char *price = wr_build_alloc(b, room);
    snprintf(price, room, "ec2.%s", name);
    cfg->price = price;
}

static void read_credits(asg_cfg *cfg, wr_build *b)
{
    const ec2_type *t = ec2_type_find(cfg->plan.type);
    ec2_plan *p = &cfg->plan;
    p->credits = t && t->earn_per_hour > 0;
    bool given = wr_build_given(b, &cfg->credits);
    if (!p->credits) {
        if (given || !isnan(cfg->initial_credits))
            wr_build_error(b, given ? (const void *)&cfg->credits : &cfg->initial_credits,
                           "'%s' has no CPU credits; T families do, such as t3.micro", p->type);
        return;
    }
    p->unlimited = given ? cfg->credits == UNLIMITED : t->unlimited;
    p->earn = t->earn_per_hour;
    p->cap = 24 * p->earn;
    p->baseline = p->earn / 60 / p->vcpus;
    p->initial = isnan(cfg->initial_credits) ? 0 : cfg->initial_credits;
    p->launch = isnan(cfg->initial_credits) && !p->unlimited ? t->launch_credits : 0;
    p->ramp = cfg->credit_ramp;
}

static void read_instance(asg_cfg *cfg, wr_build *b)
{
    ec2_plan *p = &cfg->plan;
    read_type(cfg, b);
    read_credits(cfg, b);
    p->speed = cfg->speed;
    p->concurrency = cfg->concurrency;
    p->queue_limit = cfg->queue_limit;
    p->discipline = cfg->discipline;
    p->drop = cfg->on_full;
    p->queue_timeout = cfg->queue_timeout;
    p->keep_alive = cfg->keep_alive;
    wr_program_prepare(&cfg->program, b, false);
    p->code = cfg->program.code;
}

static void check_clock(const asg_cfg *cfg, wr_build *b)
{
    const asg_scheduled *a = cfg->scheduled.items;
    for (size_t i = 0; i < cfg->scheduled.n; i++) {
        if (a[i].at < 0 && a[i].every <= 0)
            wr_build_error(b, &a[i], "a scheduled action needs 'at' or 'every'");
        if (a[i].min < 0 && a[i].max < 0 && a[i].desired < 0)
            wr_build_error(b, &a[i], "a scheduled action sets 'min_size', 'max_size' or 'desired_capacity'");
        if (a[i].min >= 0 && a[i].max >= 0 && a[i].min > a[i].max)
            wr_build_error(b, &a[i].min, "'min_size' of a scheduled action is above its 'max_size'");
    }
}

static void asg_prepare(void *mine, wr_build *b)
{
    asg_cfg *cfg = mine;
    check_sizes(cfg, b);
    read_zones(cfg, b);
    read_failures(cfg, b);
    read_instance(cfg, b);
    check_clock(cfg, b);
    asg_policy_prepare(cfg, b);
    const struct asg_check *c = cfg->health_checks.items;
    for (size_t i = 0; i < cfg->health_checks.n; i++)
        cfg->elb |= c[i].type == ELB_CHECK;
    asg_consume_prepare(cfg, b);
    asg_refuse_later(cfg, b);
}

/* ---- in a run ------------------------------------------------------------------------------------------------ */
struct alarm_clock { /* one scheduled action, coming round */
    const asg_scheduled *action;
};

static void act(wr_comp *self, void *arg)
{
    struct alarm_clock *k = arg;
    const asg_scheduled *a = k->action;
    asg_resize(self, a->min, a->max, a->desired, "scheduled action");
    if (a->every > 0)
        wr_at(self, wr_now(self) + a->every, WR_PHASE_CONTROL, act, k);
}

static void start_clock(wr_comp *self, const asg_cfg *cfg)
{
    const asg_scheduled *a = cfg->scheduled.items;
    struct alarm_clock *k = wr_alloc(self, (cfg->scheduled.n + 1) * sizeof *k);
    for (size_t i = 0; i < cfg->scheduled.n; i++) {
        k[i].action = &a[i];
        wr_at(self, a[i].at >= 0 ? a[i].at : a[i].every, WR_PHASE_CONTROL, act, &k[i]);
    }
}

/* Just before the minute, so that a period that ends with it ends with fresh numbers. */
static void publish_credits(wr_comp *self, void *arg)
{
    const asg *g = wr_state(self);
    double balance = 0, surplus = 0, n = fmax(1, (double)g->n);
    for (size_t k = 0; k < g->n; k++) {
        ec2_credit_look(g->fleet[k]);
        balance += g->fleet[k]->credit->balance + g->fleet[k]->credit->launch;
        surplus += g->fleet[k]->credit->surplus;
    }
    wr_set(self, ASG_CREDIT_BALANCE, balance / n);
    wr_set(self, ASG_SURPLUS_BALANCE, surplus / n);
    wr_after(self, wr_now(self) ? WR_MIN : WR_MIN - 1, publish_credits, arg);
}

static void asg_start(wr_comp *self)
{
    const asg_cfg *cfg = wr_cfg(self);
    asg *g = wr_state(self);
    g->self = self;
    g->cfg = cfg;
    g->min = cfg->min;
    g->max = cfg->max;
    g->desired = cfg->desired;
    g->slow = 1;
    wr_stream(self, "boot", &g->boot);
    wr_stream(self, "fate", &g->fate);
    wr_bill_as(self, ASG_HOURS, cfg->price, cfg->plan.type);
    asg_policy_start(self);
    asg_fleet_start(self);
    asg_health_start(self);
    start_clock(self, cfg);
    asg_refresh_start(self);
    if (cfg->plan.credits)
        publish_credits(self, NULL);
    if (!strncmp(cfg->plan.type, "t4g.", 4))
        wr_bill_as(self, ASG_SURPLUS, "ec2.t4g_surplus", "Surplus CPU credits");
}

static void asg_call(wr_comp *self, wr_call *c)
{
    ec2 *i = asg_next(wr_state(self));
    if (i)
        ec2_serve(i, c);
    else
        wr_reply(c, EC2_NO_INSTANCE);
}

static void asg_gone(wr_comp *self, wr_call *c)
{
    (void)self;
    ec2_gone(c);
}

const wr_model wr_model_asg = {
    .kind = "asg", .aws = "AWS::AutoScaling::AutoScalingGroup", .title = "Auto Scaling group",
    .cloudwatch = "AWS/AutoScaling",
    .doc = "EC2 instances of one kind, as many as desired, replaced when they fail, more or fewer by policies.",
    .accepts = WR_ACCEPTS(WR_OP_REQUEST),
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE | WR_OWN_PRESENCE | WR_HAS_STATION | WR_HAS_UNITS | WR_HAS_RETRIES,
    .net = WR_NET_VPC,
    .params = asg_params, .metrics = metrics, .codes = ec2_codes, .usage = usage, .faults = asg_faults,
    .cfg_size = sizeof(asg_cfg), .state_size = sizeof(asg),
    .program = 1 + offsetof(asg_cfg, program),
    .prepare = asg_prepare, .start = asg_start, .call = asg_call, .gone = asg_gone,
    .fault = asg_fault, .left = asg_left,
};
