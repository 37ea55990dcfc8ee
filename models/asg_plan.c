/* asg_plan.c - scaling policies as users write them, turned into CloudWatch alarms.
 *
 * Target tracking becomes two alarms: 3 of 3 minutes above the target, 15 of 15 below a fraction of it. With
 * basic monitoring EC2 publishes every five minutes: alarms on EC2's own metrics then judge as many five-minute
 * datapoints as cover the same time. Left out: predictive scaling, CustomizedMetric with metric math beyond
 * an expression. Truth: tests/unit/test_asg.c. */
#include "asg.h"
#include <math.h>
#include <stdio.h>

#define PAGE "https://docs.aws.amazon.com/autoscaling/ec2/userguide/"

enum { CPU, NETWORK_IN, NETWORK_OUT, REQUESTS, NO_METRIC };
static const char *const types[] = {[TARGET_TRACKING] = "target_tracking", [STEP] = "step", [SIMPLE] = "simple", [PREDICTIVE] = "predictive", NULL};
static const char *const predefined[] = {[CPU] = "ASGAverageCPUUtilization", [NETWORK_IN] = "ASGAverageNetworkIn", [NETWORK_OUT] = "ASGAverageNetworkOut", [REQUESTS] = "ALBRequestCountPerTarget", [NO_METRIC] = "none", NULL};
static const char *const comparisons[] = {[WR_GT] = ">", [WR_GE] = ">=", [WR_LT] = "<", [WR_LE] = "<=", NULL};
static const char *const missing[] = {[WR_MISSING_MISSING] = "missing", [WR_MISSING_IGNORE] = "ignore", [WR_MISSING_BREACHING] = "breaching", [WR_MISSING_NOT_BREACHING] = "notBreaching", NULL};
static const char *const adjustments[] = {[CHANGE_IN_CAPACITY] = "ChangeInCapacity", [EXACT_CAPACITY] = "ExactCapacity", [PERCENT_CHANGE] = "PercentChangeInCapacity", NULL};
static const char *const modes[] = {"ForecastOnly", "ForecastAndScale", NULL};

static const wr_param step_rows[] = {
    {.key = "from", WR_FIELD(asg_step, from), .type = WR_T_NUMBER, .def = "none", .words = "none", .doc = "Lower bound, relative to the threshold; none: without bound.", .cfn = "MetricIntervalLowerBound"},
    {.key = "to", WR_FIELD(asg_step, to), .type = WR_T_NUMBER, .def = "none", .words = "none", .doc = "Upper bound, relative to the threshold; none: without bound.", .cfn = "MetricIntervalUpperBound"},
    {.key = "adjust", WR_FIELD(asg_step, by), .type = WR_T_NUMBER, .doc = "Instances, or percent of them, by adjustment_type.", .cfn = "ScalingAdjustment"},
    {0}};
const wr_param asg_policy_rows[] = {
    {.key = "type", WR_FIELD(asg_policy, type), .type = WR_T_ENUM, .choices = types, .doc = "How it turns a metric into a capacity.", .cfn = "PolicyType"},
    {.key = "predefined_metric", WR_FIELD(asg_policy, predefined), .type = WR_T_ENUM, .choices = predefined, .def = "none", .doc = "Target tracking: a metric of the group.", .cfn = "PredefinedMetricType"},
    {.key = "metric", WR_FIELD(asg_policy, metric), .type = WR_T_FORMULA, .optional = true, .doc = "A metric expression."},
    {.key = "target_value", WR_FIELD(asg_policy, target), .type = WR_T_NUMBER, .def = "none", .words = "none", .doc = "Target tracking: the value it keeps the metric near.", .cfn = "TargetValue"},
    {.key = "disable_scale_in", WR_FIELD(asg_policy, disable_scale_in), .type = WR_T_BOOL, .def = "false", .doc = "Target tracking: only scales out.", .src = PAGE "as-scaling-target-tracking.html", .cfn = "DisableScaleIn"},
    {.key = "estimated_instance_warmup", WR_FIELD(asg_policy, warmup), .type = WR_T_DUR, .unit = "s", .def = "none", .words = "none", .max = 1e6, .doc = "How long a new instance is not expected to carry load; none: the group's default_instance_warmup, else its default_cooldown.", .src = PAGE "ec2-auto-scaling-default-instance-warmup.html", .cfn = "EstimatedInstanceWarmup"},
    {.key = "datapoints_high", WR_FIELD(asg_policy, datapoints_high), .type = WR_T_INT, .def = "3", .min = 1, .max = 1440, .doc = "Target tracking: periods above the target before it scales out.", .src = "assumption: as seen in many accounts; AWS documents that there are two alarms"},
    {.key = "datapoints_low", WR_FIELD(asg_policy, datapoints_low), .type = WR_T_INT, .def = "15", .min = 1, .max = 1440, .doc = "Target tracking: periods below the lower bound before it scales in.", .src = "assumption: as seen in many accounts; AWS documents that there are two alarms"},
    {.key = "low_factor", WR_FIELD(asg_policy, low_factor), .type = WR_T_NUMBER, .def = "none", .words = "none", .min = 0.01, .max = 1, .doc = "Target tracking: the lower bound as a fraction of the target; none: 0.7 for CPU, 0.9 otherwise.", .src = "assumption: as seen in many accounts"},
    {.key = "scale_in_limit", WR_FIELD(asg_policy, scale_in_limit), .type = WR_T_SHARE, .def = "50%", .doc = "Target tracking: the largest part of the group that one step of scale-in takes, at least one instance.", .src = "assumption: AWS says that it scales in more gradually"},
    {.key = "period", WR_FIELD(asg_policy, period), .type = WR_T_DUR, .unit = "s", .def = "60", .min = 1, .max = 86400, .doc = "Length of a datapoint.", .src = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html", .cfn = "Period"},
    {.key = "threshold", WR_FIELD(asg_policy, threshold), .type = WR_T_NUMBER, .def = "none", .words = "none", .doc = "Step and simple: the alarm's threshold.", .cfn = "Threshold"},
    {.key = "comparison", WR_FIELD(asg_policy, comparison), .type = WR_T_ENUM, .choices = comparisons, .def = "'>='", .doc = "Step and simple: on which side of the threshold the alarm is on.", .src = "assumption: the usual direction of scaling out", .cfn = "ComparisonOperator"},
    {.key = "evaluation_periods", WR_FIELD(asg_policy, evaluation_periods), .type = WR_T_INT, .def = "1", .min = 1, .max = 1440, .doc = "Step and simple: datapoints judged.", .src = "assumption: the quickest alarm", .cfn = "EvaluationPeriods"},
    {.key = "datapoints_to_alarm", WR_FIELD(asg_policy, datapoints_to_alarm), .type = WR_T_INT, .def = "none", .words = "none", .min = 1, .max = 1440, .doc = "Step and simple: how many of them must breach; none: all.", .src = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html", .cfn = "DatapointsToAlarm"},
    {.key = "treat_missing_data", WR_FIELD(asg_policy, missing), .type = WR_T_ENUM, .choices = missing, .def = "missing", .doc = "What a period without data counts as.", .src = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html", .cfn = "TreatMissingData"},
    {.key = "adjustment_type", WR_FIELD(asg_policy, adjustment), .type = WR_T_ENUM, .choices = adjustments, .def = "ChangeInCapacity", .doc = "What `adjust` means: so many more, so many in all, or so many percent more.", .src = PAGE "as-scaling-simple-step.html", .cfn = "AdjustmentType"},
    {.key = "min_adjustment_magnitude", WR_FIELD(asg_policy, least), .type = WR_T_INT, .def = "0", .max = 1e6, .doc = "PercentChangeInCapacity: at least so many instances.", .src = PAGE "as-scaling-simple-step.html", .cfn = "MinAdjustmentMagnitude"},
    {.key = "steps", WR_FIELD(asg_policy, steps), .type = WR_T_LIST, .rows = step_rows, .size = sizeof(asg_step), .flags = WR_P_ONE, .optional = true, .max = 20, .doc = "Step: adjustments by how far the metric is from the threshold.", .src = PAGE "as-scaling-simple-step.html", .cfn = "StepAdjustments"},
    {.key = "adjust", WR_FIELD(asg_policy, adjust), .type = WR_T_NUMBER, .def = "none", .words = "none", .doc = "Simple: the one adjustment.", .cfn = "ScalingAdjustment"},
    {.key = "cooldown", WR_FIELD(asg_policy, cooldown), .type = WR_T_DUR, .unit = "s", .def = "none", .words = "none", .max = 1e6, .doc = "Simple: pause after its activity; none: the group's default_cooldown.", .src = PAGE "ec2-auto-scaling-scaling-cooldowns.html", .cfn = "Cooldown"},
    {.key = "mode", WR_FIELD(asg_policy, mode), .type = WR_T_ENUM, .choices = modes, .def = "ForecastOnly", .doc = "Predictive: whether it acts on its forecast.", .src = PAGE "ec2-auto-scaling-predictive-scaling.html", .cfn = "Mode"},
    {.key = "scheduling_buffer_time", WR_FIELD(asg_policy, buffer), .type = WR_T_DUR, .unit = "s", .def = "300", .max = 3600, .doc = "Predictive: how long before the hour it launches.", .src = PAGE "ec2-auto-scaling-predictive-scaling.html", .cfn = "SchedulingBufferTime"},
    {.key = "history", WR_FIELD(asg_policy, history), .type = WR_T_TEXT, .optional = true, .doc = "Predictive: a file of past load."},
    {0}};

/* ---- what a policy needs ------------------------------------------------------------------------------ */
static void need(wr_build *b, const asg_policy *p, bool there, const char *key)
{
    if (!there)
        wr_build_error(b, p, "'%s' of a %s policy is required", key, types[p->type]);
}

static void check_tracking(wr_build *b, const asg_policy *p)
{
    bool own = p->metric, named = p->predefined != NO_METRIC;
    need(b, p, own || named, "predefined_metric");
    need(b, p, !isnan(p->target), "target_value");
    if (own && named)
        wr_build_error(b, &p->metric, "a target_tracking policy has either 'predefined_metric' or 'metric'");
    if (p->target <= 0)
        wr_build_error(b, &p->target, "'target_value' must be above 0");
    if (p->predefined == NETWORK_OUT)
        wr_build_error(b, &p->predefined, "'ASGAverageNetworkOut' of asg is not in this build yet");
}

static bool overlap(const asg_step *x, const asg_step *y)
{
    double from = fmax(isnan(x->from) ? -INFINITY : x->from, isnan(y->from) ? -INFINITY : y->from);
    double to = fmin(isnan(x->to) ? INFINITY : x->to, isnan(y->to) ? INFINITY : y->to);
    return from < to;
}

static void check_steps(wr_build *b, const asg_policy *p)
{
    const asg_step *s = p->steps.items;
    for (size_t i = 0; i < p->steps.n; i++) {
        if (s[i].from >= s[i].to)
            wr_build_error(b, &s[i].from, "'from' of a step must be below its 'to'");
        for (size_t k = 0; k < i; k++)
            if (overlap(&s[i], &s[k]))
                wr_build_error(b, &s[i], "steps %zu and %zu of a policy overlap; AWS does not allow that", k + 1,
                               i + 1);
    }
}

static void check_alarm(wr_build *b, const asg_policy *p)
{
    need(b, p, p->metric, "metric");
    need(b, p, !isnan(p->threshold), "threshold");
    if (p->datapoints_to_alarm > p->evaluation_periods)
        wr_build_error(b, &p->datapoints_to_alarm, "'datapoints_to_alarm' must not exceed 'evaluation_periods'");
    if (p->type == STEP) {
        need(b, p, p->steps.n, "steps");
        check_steps(b, p);
    } else {
        need(b, p, !isnan(p->adjust), "adjust");
    }
}

static void check_period(wr_build *b, const asg_policy *p)
{
    wr_dur s = p->period;
    if (s % WR_MIN && s != 10 * WR_S && s != 20 * WR_S && s != 30 * WR_S)
        wr_build_error(b, &p->period, "'period' of an alarm is 10s, 20s, 30s or a multiple of 1m");
}

/* ---- alarms --------------------------------------------------------------------------------------------- */
static const wr_formula *formula_of(wr_build *b, const asg_policy *p)
{
    const char *name = wr_build_name(b);
    char s[256];
    switch (p->predefined) {
    case CPU: snprintf(s, sizeof s, "%s.CPUUtilization", name); break;
    case NETWORK_IN: snprintf(s, sizeof s, "%s.NetworkIn.sum / %s.in_service.mean", name, name); break;
    case REQUESTS: snprintf(s, sizeof s, "%s.requests.sum / %s.in_service.mean", name, name); break;
    default: return p->metric;
    }
    return wr_build_formula(b, s);
}

static int cover(int64_t points, wr_dur period, wr_dur longer)
{
    return (int)((points * period + longer - 1) / longer);
}

static void make_alarms(const asg_cfg *cfg, wr_build *b, asg_policy *p)
{
    bool ec2_metric = p->predefined == CPU || p->predefined == NETWORK_IN;
    wr_dur period = ec2_metric && cfg->monitoring == BASIC && p->period < 5 * WR_MIN ? 5 * WR_MIN : p->period;
    wr_alarm_cfg a = {.metric = formula_of(b, p), .period = period, .missing = (enum wr_missing)p->missing,
                      .delay = cfg->metric_delay};
    p->high = p->low = a;
    if (p->type == TARGET_TRACKING) {
        double factor = isnan(p->low_factor) ? (p->predefined == CPU ? 0.7 : 0.9) : p->low_factor;
        p->high.compare = WR_GT;
        p->high.threshold = p->target;
        p->high.evaluation_periods = p->high.datapoints_to_alarm = cover(p->datapoints_high, p->period, period);
        p->low.compare = WR_LT;
        p->low.threshold = p->target * factor;
        p->low.evaluation_periods = p->low.datapoints_to_alarm = cover(p->datapoints_low, p->period, period);
    } else {
        p->high.compare = (enum wr_compare)p->comparison;
        p->high.threshold = p->threshold;
        p->high.evaluation_periods = (int)p->evaluation_periods;
        int64_t needed = p->datapoints_to_alarm > 0 ? p->datapoints_to_alarm : p->evaluation_periods;
        p->high.datapoints_to_alarm = (int)needed;
    }
}

static void check(wr_build *b, const asg_policy *p)
{
    check_period(b, p);
    if (p->type == TARGET_TRACKING)
        check_tracking(b, p);
    else if (p->type == PREDICTIVE)
        wr_build_error(b, &p->type, "'predictive' policies of asg are not in this build yet");
    else
        check_alarm(b, p);
}

void asg_policy_prepare(asg_cfg *cfg, wr_build *b)
{
    const asg_policy *from = cfg->policies.items;
    cfg->policy = wr_build_alloc(b, (cfg->policies.n + 1) * sizeof *cfg->policy);
    for (size_t i = 0; i < cfg->policies.n; i++) {
        asg_policy *p = &cfg->policy[i];
        *p = from[i];
        check(b, &from[i]);
        wr_dur usual = cfg->warmup >= 0 ? cfg->warmup : cfg->cooldown;
        p->warm_after = p->warmup >= 0 ? p->warmup : usual;
        p->cooldown = p->cooldown >= 0 ? p->cooldown : cfg->cooldown;
        make_alarms(cfg, b, p);
    }
}
