/* asg_table.c - what a user may write about an Auto Scaling group, row by row, and which of it this build does
 * not know yet.
 *
 * Keys whose behaviour is still to come are rows all the same, so that they are checked, explained and
 * refused by name. Truth: tests/unit/test_asg.c, and the contract tests over all tables. */
#include "asg.h"
#include "asg_consume.h"

#define PAGE "https://docs.aws.amazon.com/autoscaling/ec2/userguide/"
#define API "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html"

static const char *const distributions[] = {[BEST_EFFORT] = "balanced-best-effort", [BALANCED_ONLY] = "balanced-only", NULL};
static const char *const disciplines[] = {[EC2_FIFO] = "fifo", [EC2_LIFO] = "lifo", [EC2_PS] = "ps", [EC2_PRIORITY] = "priority", NULL};
static const char *const on_full[] = {"reject", "drop", NULL};
static const char *const credits[] = {[STANDARD] = "standard", [UNLIMITED] = "unlimited", NULL};
static const char *const checks[] = {[EC2_CHECK] = "EC2", [ELB_CHECK] = "ELB", [EBS_CHECK] = "EBS", NULL};
static const char *const monitoring[] = {[BASIC] = "basic", [DETAILED] = "detailed", NULL};
static const char *const terminations[] = {[T_DEFAULT] = "Default", [T_OLDEST] = "OldestInstance", [T_NEWEST] = "NewestInstance", [T_OLDEST_TEMPLATE] = "OldestLaunchTemplate",
                                           [T_NEXT_HOUR] = "ClosestToNextInstanceHour", [T_ALLOCATION] = "AllocationStrategy", NULL};
static const char *const purchases[] = {"on_demand", "spot", NULL};
static const char *const pool_states[] = {"Stopped", "Running", "Hibernated", NULL};
static const char *const transitions[] = {[LAUNCHING] = "launching", [TERMINATING] = "terminating", NULL};
static const char *const results[] = {[ABANDON] = "ABANDON", [CONTINUE] = "CONTINUE", NULL};
static const char *const deletes[] = {[DELETE_AFTER] = "after", [DELETE_BEFORE] = "before", NULL};

static const wr_param zone_rows[] = {
    {.key = "zone", WR_FIELD(struct asg_zone, letter), .type = WR_T_TEXT, .doc = "One letter, such as a."},
    {0}};
static const wr_param type_rows[] = {
    {.key = "type", WR_FIELD(struct asg_name, name), .type = WR_T_TEXT, .doc = "An instance type, such as m7g.large."},
    {0}};
static const wr_param failure_rows[] = {
    {.key = "share", WR_FIELD(struct asg_zone_share, share), .type = WR_T_SHARE, .doc = "Share of launches in this zone that fail."},
    {0}};
static const wr_param check_rows[] = {
    {.key = "type", WR_FIELD(struct asg_check, type), .type = WR_T_ENUM, .choices = checks, .doc = "Whose verdict counts: EC2: an instance that does not run; ELB: also what its balancers report; EBS: its volumes."},
    {0}};
static const wr_param termination_rows[] = {
    {.key = "policy", WR_FIELD(struct asg_termination, policy), .type = WR_T_ENUM, .choices = terminations, .doc = "Which instance of the fullest zone goes first."},
    {0}};
static const wr_param scheduled_rows[] = {
    {.key = "at", WR_FIELD(asg_scheduled, at), .type = WR_T_DUR, .def = "none", .words = "none", .doc = "When it happens, from the start of the run; with every: the first time."},
    {.key = "every", WR_FIELD(asg_scheduled, every), .type = WR_T_DUR, .def = "none", .words = "none", .doc = "And again after so long."},
    {.key = "min_size", WR_FIELD(asg_scheduled, min), .type = WR_T_INT, .def = "none", .words = "none", .max = 1e6, .doc = "New smallest size.", .cfn = "MinSize"},
    {.key = "max_size", WR_FIELD(asg_scheduled, max), .type = WR_T_INT, .def = "none", .words = "none", .max = 1e6, .doc = "New largest size.", .cfn = "MaxSize"},
    {.key = "desired_capacity", WR_FIELD(asg_scheduled, desired), .type = WR_T_INT, .def = "none", .words = "none", .max = 1e6, .doc = "New number of instances.", .cfn = "DesiredCapacity"},
    {0}};

/* ---- still to come ------------------------------------------------------------------------------------ */
struct purchase {
    int option;
    int64_t base, pools;
    double percentage, price_factor;
};
static const wr_param purchase_rows[] = {
    {.key = "option", WR_FIELD(struct purchase, option), .type = WR_T_ENUM, .choices = purchases, .def = "on_demand", .doc = "All instances on demand, or all spot."},
    {.key = "on_demand_base", WR_FIELD(struct purchase, base), .type = WR_T_INT, .def = "0", .max = 1e6, .doc = "Instances that are on demand before any spot one.", .src = PAGE "ec2-auto-scaling-mixed-instances-groups.html", .cfn = "OnDemandBaseCapacity"},
    {.key = "on_demand_percentage", WR_FIELD(struct purchase, percentage), .type = WR_T_NUMBER, .def = "100", .max = 100, .unit = "%", .doc = "Percentage on demand above the base.", .src = PAGE "ec2-auto-scaling-mixed-instances-groups.html", .cfn = "OnDemandPercentageAboveBaseCapacity"},
    {.key = "spot_pools", WR_FIELD(struct purchase, pools), .type = WR_T_INT, .def = "2", .min = 1, .max = 20, .doc = "Cheapest pools that spot instances are spread over.", .src = PAGE "ec2-auto-scaling-mixed-instances-groups.html", .cfn = "SpotInstancePools"},
    {.key = "spot_price_factor", WR_FIELD(struct purchase, price_factor), .type = WR_T_NUMBER, .def = "0.35", .min = 0, .max = 1, .doc = "Spot price divided by the price on demand.", .src = "assumption: usual in 2026"},
    {0}};
struct spot {
    double monthly, correlated;
    wr_dur notice;
};
static const wr_param spot_rows[] = {
    {.key = "monthly", WR_FIELD(struct spot, monthly), .type = WR_T_SHARE, .def = "5%", .doc = "Share of spot instances reclaimed in a month.", .src = "assumption: the lowest bucket of the Spot Advisor"},
    {.key = "notice", WR_FIELD(struct spot, notice), .type = WR_T_DUR, .def = "120s", .max = 3600, .doc = "Warning before an instance is taken.", .src = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html"},
    {.key = "correlated", WR_FIELD(struct spot, correlated), .type = WR_T_SHARE, .def = "0", .doc = "Share of a pool that one reclaim takes; 0: single instances.", .src = "assumption: independent unless said"},
    {0}};
struct warm_pool {
    int64_t min, prepared;
    int state;
    bool reuse;
    const wr_dist *start;
};
static const wr_param pool_rows[] = {
    {.key = "min_size", WR_FIELD(struct warm_pool, min), .type = WR_T_INT, .def = "0", .max = 1e6, .doc = "Smallest size of the pool.", .src = PAGE "ec2-auto-scaling-warm-pools.html", .cfn = "MinSize"},
    {.key = "max_group_prepared_capacity", WR_FIELD(struct warm_pool, prepared), .type = WR_T_INT, .optional = true, .max = 1e6, .doc = "Instances in the group and its pool together; without: max_size.", .src = PAGE "ec2-auto-scaling-warm-pools.html", .cfn = "MaxGroupPreparedCapacity"},
    {.key = "pool_state", WR_FIELD(struct warm_pool, state), .type = WR_T_ENUM, .choices = pool_states, .def = "Stopped", .doc = "In what state instances wait.", .src = PAGE "ec2-auto-scaling-warm-pools.html", .cfn = "PoolState"},
    {.key = "instance_reuse", WR_FIELD(struct warm_pool, reuse), .type = WR_T_BOOL, .def = "false", .doc = "Instances go back into the pool on scale-in.", .src = PAGE "ec2-auto-scaling-warm-pools.html", .cfn = "ReuseOnScaleIn"},
    {.key = "start_time", WR_FIELD(struct warm_pool, start), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "From the pool into service."},
    {0}};
static const wr_param hook_rows[] = {
    {.key = "transition", WR_FIELD(asg_hook, transition), .type = WR_T_ENUM, .choices = transitions, .doc = "When it holds an instance.", .cfn = "LifecycleTransition"},
    {.key = "heartbeat_timeout", WR_FIELD(asg_hook, heartbeat), .type = WR_T_DUR, .unit = "s", .def = "3600", .min = 30, .max = 7200, .doc = "After so long the default result is taken.", .src = PAGE "lifecycle-hooks.html", .cfn = "HeartbeatTimeout"},
    {.key = "takes", WR_FIELD(asg_hook, takes), .type = WR_T_DIST, .of = WR_T_DUR, .def = "0s", .doc = "Time until the hook is completed."},
    {.key = "default_result", WR_FIELD(asg_hook, result), .type = WR_T_ENUM, .choices = results, .def = "ABANDON", .doc = "What happens when the heartbeat runs out.", .src = PAGE "lifecycle-hooks.html", .cfn = "DefaultResult"},
    {0}};
static const wr_param maintenance_rows[] = {
    {.key = "min_healthy_percentage", WR_FIELD(asg_refresh, least), .type = WR_T_NUMBER, .max = 100, .unit = "%", .doc = "Healthy instances at least, of the desired capacity.", .cfn = "MinHealthyPercentage"},
    {.key = "max_healthy_percentage", WR_FIELD(asg_refresh, most), .type = WR_T_NUMBER, .min = 100, .max = 200, .unit = "%", .doc = "Instances at most, of the desired capacity.", .cfn = "MaxHealthyPercentage"},
    {0}};
static const wr_param checkpoint_rows[] = {
    {.key = "percentage", WR_FIELD(struct asg_checkpoint, percent), .type = WR_T_NUMBER, .min = 0, .max = 100, .unit = "%", .doc = "Share replaced at which it pauses."},
    {0}};
static const wr_param refresh_rows[] = {
    {.key = "at", WR_FIELD(asg_refresh, at), .type = WR_T_DUR, .doc = "When it begins."},
    {.key = "min_healthy_percentage", WR_FIELD(asg_refresh, least), .type = WR_T_NUMBER, .def = "90", .max = 100, .unit = "%", .doc = "Healthy instances at least, of the desired capacity.", .src = PAGE "asg-instance-refresh.html", .cfn = "MinHealthyPercentage"},
    {.key = "max_healthy_percentage", WR_FIELD(asg_refresh, most), .type = WR_T_NUMBER, .def = "100", .min = 100, .max = 200, .unit = "%", .doc = "Instances at most, of the desired capacity.", .src = PAGE "asg-instance-refresh.html", .cfn = "MaxHealthyPercentage"},
    {.key = "checkpoints", WR_FIELD(asg_refresh, checkpoints), .type = WR_T_LIST, .rows = checkpoint_rows, .size = sizeof(struct asg_checkpoint), .shorthand = "percentage", .optional = true, .doc = "Where it pauses.", .cfn = "CheckpointPercentages"},
    {.key = "checkpoint_delay", WR_FIELD(asg_refresh, delay), .type = WR_T_DUR, .unit = "s", .def = "3600", .max = 172800, .doc = "How long it pauses.", .src = PAGE "asg-instance-refresh.html", .cfn = "CheckpointDelay"},
    {.key = "bake_time", WR_FIELD(asg_refresh, bake), .type = WR_T_DUR, .unit = "s", .def = "0", .max = 172800, .doc = "How long it watches before it is done.", .src = PAGE "asg-instance-refresh.html", .cfn = "BakeTime"},
    {0}};
static const wr_param consume_rows[] = {
    {.key = "queue", WR_FIELD(asg_consumer, queue), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_RECEIVE) | WR_ACCEPTS(WR_OP_REMOVE), .doc = "The queue that is polled."},
    {.key = "max_messages", WR_FIELD(asg_consumer, messages), .type = WR_T_INT, .def = "1", .min = 1, .max = 10, .doc = "Messages a receive asks for.", .src = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html"},
    {.key = "wait_time", WR_FIELD(asg_consumer, wait), .type = WR_T_DUR, .def = "20s", .max = 20, .doc = "How long a poll waits for a message; 0: short polling.", .src = "assumption: long polls, as AWS advises"},
    {.key = "workers", WR_FIELD(asg_consumer, workers), .type = WR_T_INT, .def = "1", .min = 1, .max = 1e5, .doc = "Loops on each instance."},
    {.key = "batch", WR_FIELD(asg_consumer, batch), .type = WR_T_BOOL, .def = "false", .doc = "The operation runs once for all messages of a receive."},
    {.key = "delete", WR_FIELD(asg_consumer, remove), .type = WR_T_ENUM, .choices = deletes, .def = "after", .doc = "Messages are deleted after success, or before the work."},
    {0}};

/* ---- the group -------------------------------------------------------------------------------------------- */
const wr_param asg_params[] = {
    {.key = "min_size", WR_FIELD(asg_cfg, min), .type = WR_T_INT, .max = 1e6, .doc = "Instances at least.", .cfn = "MinSize"},
    {.key = "max_size", WR_FIELD(asg_cfg, max), .type = WR_T_INT, .max = 1e6, .doc = "Instances at most.", .cfn = "MaxSize"},
    {.key = "desired_capacity", WR_FIELD(asg_cfg, desired), .type = WR_T_INT, .def = "none", .words = "none", .max = 1e6, .doc = "Instances at the start, in service and warm; none: min_size.", .src = API, .cfn = "DesiredCapacity"},
    {.key = "availability_zones", WR_FIELD(asg_cfg, zones), .type = WR_T_LIST, .rows = zone_rows, .size = sizeof(struct asg_zone), .shorthand = "zone", .flags = WR_P_ONE, .def = "[a, b]", .doc = "Zones it launches in, the one with the fewest instances first.", .src = "assumption: two zones, as AWS advises at least", .cfn = "AvailabilityZones"},
    {.key = "az_distribution", WR_FIELD(asg_cfg, distribution), .type = WR_T_ENUM, .choices = distributions, .def = "balanced-best-effort", .doc = "What a launch that fails in a zone does: tries the next zone, or the same again.", .src = API, .cfn = "AvailabilityZoneDistribution.CapacityDistributionStrategy"},
    {.key = "az_rebalance", WR_FIELD(asg_cfg, az_rebalance), .type = WR_T_BOOL, .def = "true", .doc = "Evens out zones, launching before it terminates.", .src = PAGE "auto-scaling-benefits.html"},
    {.key = "instance_type", WR_FIELD(asg_cfg, types), .type = WR_T_LIST, .rows = type_rows, .size = sizeof(struct asg_name), .shorthand = "type", .flags = WR_P_ONE, .def = "m7g.large", .doc = "Gives vCPUs, memory and price.", .src = "assumption: a common small type", .cfn = "InstanceType"},
    {.key = "vcpus", WR_FIELD(asg_cfg, vcpus), .type = WR_T_NUMBER, .def = "none", .words = "none", .min = 0.001, .max = 1e4, .doc = "vCPUs of an instance; none: the type's."},
    {.key = "memory", WR_FIELD(asg_cfg, memory), .type = WR_T_BYTES, .def = "none", .words = "none", .max = 1e15, .doc = "Memory of an instance; none: the type's."},
    {.key = "speed", WR_FIELD(asg_cfg, speed), .type = WR_T_NUMBER, .def = "1", .min = 0.001, .max = 1000, .doc = "How many times faster than written `cpu` steps run.", .src = "assumption: service times were measured on this type"},
    {.key = "concurrency", WR_FIELD(asg_cfg, concurrency), .type = WR_T_INT, .def = "unlimited", .min = 1, .max = 1e9, .words = "unlimited", .doc = "Requests one instance works on at once: workers or threads."},
    {.key = "discipline", WR_FIELD(asg_cfg, discipline), .type = WR_T_ENUM, .choices = disciplines, .def = "ps", .doc = "Order of the instance's own waiting line; those at work share the vCPUs in any case; ps: first come, first served."},
    {.key = "queue_limit", WR_FIELD(asg_cfg, queue_limit), .type = WR_T_INT, .def = "unlimited", .max = 1e15, .words = "unlimited", .doc = "Requests that may wait on an instance for a slot."},
    {.key = "on_full", WR_FIELD(asg_cfg, on_full), .type = WR_T_ENUM, .choices = on_full, .def = "reject", .doc = "What a request meets that finds no waiting place; reject: 503; drop: no answer at all."},
    {.key = "queue_timeout", WR_FIELD(asg_cfg, queue_timeout), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .words = "none", .doc = "A request that has waited this long leaves with an error."},
    {.key = "keep_alive", WR_FIELD(asg_cfg, keep_alive), .type = WR_T_DUR, .def = "75s", .max = 1e6, .doc = "How long the application keeps an idle connection; shorter than a balancer's idle_timeout, it makes stray 502s.", .src = "assumption: nginx's default"},
    {.key = "boot_time", WR_FIELD(asg_cfg, boot_time), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 24s, p95: 57s}}", .doc = "From launch until it is in service and registered with its balancers.", .src = "assumption: measured boots of Linux images, 22 to 29 s"},
    {.key = "application_start", WR_FIELD(asg_cfg, application_start), .type = WR_T_DIST, .of = WR_T_DUR, .def = "0s", .doc = "After boot, until the application answers and a health check can pass."},
    {.key = "launch_failure", WR_FIELD(asg_cfg, launch_failure), .type = WR_T_MAP, .rows = failure_rows, .size = sizeof(struct asg_zone_share), .shorthand = "share", .flags = WR_P_ONE, .optional = true, .doc = "Share of launches that fail for want of capacity, of all or by zone."},
    {.key = "credit_specification", WR_FIELD(asg_cfg, credits), .type = WR_T_ENUM, .choices = credits, .def = "standard", .doc = "What a T instance does without credits; not given: t2 standard, others unlimited.", .src = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances.html", .cfn = "CpuCredits"},
    {.key = "initial_credits", WR_FIELD(asg_cfg, initial_credits), .type = WR_T_NUMBER, .def = "none", .words = "none", .max = 1e6, .doc = "CPU credits at launch; none: the launch credits of the family."},
    {.key = "credit_ramp", WR_FIELD(asg_cfg, credit_ramp), .type = WR_T_DUR, .def = "15m", .max = 86400, .doc = "How long the fall to the baseline takes once credits are spent.", .src = "assumption: AWS says gradually"},
    {.key = "purchase", WR_FIELD(asg_cfg, purchase), .type = WR_T_BLOCK, .rows = purchase_rows, .size = sizeof(struct purchase), .shorthand = "option", .optional = true, .doc = "On demand or spot, or how they mix.", .src = PAGE "ec2-auto-scaling-mixed-instances-groups.html", .cfn = "MixedInstancesPolicy.InstancesDistribution"},
    {.key = "spot_interruption", WR_FIELD(asg_cfg, spot), .type = WR_T_BLOCK, .rows = spot_rows, .size = sizeof(struct spot), .optional = true, .doc = "How often spot instances are reclaimed."},
    {.key = "capacity_rebalance", WR_FIELD(asg_cfg, capacity_rebalance), .type = WR_T_BOOL, .def = "false", .doc = "Replaces spot instances at risk before they are taken.", .src = API, .cfn = "CapacityRebalance"},
    {.key = "health_check_type", WR_FIELD(asg_cfg, health_checks), .type = WR_T_LIST, .rows = check_rows, .size = sizeof(struct asg_check), .shorthand = "type", .flags = WR_P_ONE, .def = "EC2", .doc = "Whose verdict gets an instance replaced.", .src = API, .cfn = "HealthCheckType"},
    {.key = "health_check_grace_period", WR_FIELD(asg_cfg, grace), .type = WR_T_DUR, .unit = "s", .def = "0", .max = 1e6, .doc = "After it came into service a verdict of a balancer does not count for so long.", .src = API, .cfn = "HealthCheckGracePeriod"},
    {.key = "health_detection", WR_FIELD(asg_cfg, detection), .type = WR_T_DUR, .def = "45s", .min = 1, .max = 3600, .doc = "How often it looks at what balancers report.", .src = "assumption: AWS publishes no period"},
    {.key = "default_cooldown", WR_FIELD(asg_cfg, cooldown), .type = WR_T_DUR, .unit = "s", .def = "300", .max = 1e6, .doc = "Pause of simple scaling after an activity.", .src = API, .cfn = "Cooldown"},
    {.key = "default_instance_warmup", WR_FIELD(asg_cfg, warmup), .type = WR_T_DUR, .unit = "s", .def = "off", .words = "off", .max = 1e6, .doc = "For so long after it came into service an instance is not in the group's metrics; off: it is at once, and policies take the default cooldown.", .src = API, .cfn = "DefaultInstanceWarmup"},
    {.key = "monitoring", WR_FIELD(asg_cfg, monitoring), .type = WR_T_ENUM, .choices = monitoring, .def = "basic", .doc = "Period of EC2 metrics: basic 5 minutes, detailed 1 minute.", .src = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-cloudwatch-new.html", .cfn = "Monitoring.Enabled"},
    {.key = "metric_delay", WR_FIELD(asg_cfg, metric_delay), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 45s, p95: 110s}}", .doc = "From the end of a period until alarms see its datapoint.", .src = "assumption: AWS publishes none; fits reported alarm delays"},
    {.key = "scaling_policies", WR_FIELD(asg_cfg, policies), .type = WR_T_LIST, .rows = asg_policy_rows, .size = sizeof(asg_policy), .flags = WR_P_ONE, .optional = true, .max = SCALERS, .doc = "The largest capacity asked for wins; scale-in only if all target-tracking policies agree.", .src = PAGE "as-scale-based-on-demand.html", .cfn = "ScalingPolicy"},
    {.key = "scheduled_actions", WR_FIELD(asg_cfg, scheduled), .type = WR_T_LIST, .rows = scheduled_rows, .size = sizeof(asg_scheduled), .flags = WR_P_ONE, .optional = true, .max = 125, .doc = "Sizes set by the clock.", .src = PAGE "ec2-auto-scaling-scheduled-scaling.html", .cfn = "ScheduledAction"},
    {.key = "warm_pool", WR_FIELD(asg_cfg, warm_pool), .type = WR_T_BLOCK, .rows = pool_rows, .size = sizeof(struct warm_pool), .optional = true, .doc = "Instances prepared beforehand.", .src = PAGE "ec2-auto-scaling-warm-pools.html", .cfn = "WarmPool"},
    {.key = "lifecycle_hooks", WR_FIELD(asg_cfg, hooks), .type = WR_T_LIST, .rows = hook_rows, .size = sizeof(asg_hook), .flags = WR_P_ONE, .optional = true, .max = 50, .doc = "What holds instances on their way in or out.", .src = PAGE "lifecycle-hooks.html", .cfn = "LifecycleHook"},
    {.key = "termination_policies", WR_FIELD(asg_cfg, termination), .type = WR_T_LIST, .max = 4, .rows = termination_rows, .size = sizeof(struct asg_termination), .shorthand = "policy", .flags = WR_P_ONE, .def = "Default", .doc = "Which instance of the fullest zone goes first; the next one breaks ties, then chance.", .src = PAGE "ec2-auto-scaling-termination-policies.html", .cfn = "TerminationPolicies"},
    {.key = "maintenance_policy", WR_FIELD(asg_cfg, maintenance), .type = WR_T_BLOCK, .rows = maintenance_rows, .size = sizeof(asg_refresh), .optional = true, .doc = "How far replacements may leave the desired capacity.", .src = PAGE "ec2-auto-scaling-instance-maintenance-policy.html", .cfn = "InstanceMaintenancePolicy"},
    {.key = "instance_refresh", WR_FIELD(asg_cfg, refresh), .type = WR_T_BLOCK, .rows = refresh_rows, .size = sizeof(asg_refresh), .optional = true, .doc = "Replaces all instances step by step.", .src = PAGE "asg-instance-refresh.html"},
    {.key = "max_instance_lifetime", WR_FIELD(asg_cfg, lifetime), .type = WR_T_DUR, .unit = "s", .def = "none", .words = "none", .min = 86400, .max = 31536000, .doc = "Age at which an instance is replaced.", .src = API, .cfn = "MaxInstanceLifetime"},
    {.key = "consume", WR_FIELD(asg_cfg, consume), .type = WR_T_LIST, .rows = consume_rows, .size = sizeof(asg_consumer), .flags = WR_P_ONE, .optional = true, .doc = "Queues whose messages the instances work off."},
    {.key = "", .type = WR_T_INCLUDE, .offset = offsetof(asg_cfg, program), .rows = wr_program_params, .size = sizeof(wr_program_cfg), .doc = "What an instance does with a request."},
    {0}};

static void refuse(wr_build *b, const void *field, const char *key)
{
    if (wr_build_given(b, field))
        wr_build_error(b, field, "'%s' of asg is not in this build yet", key);
}

void asg_refuse_later(const asg_cfg *cfg, wr_build *b)
{
    const struct purchase *p = cfg->purchase;
    if (p && (p->option || p->percentage < 100))
        refuse(b, &cfg->purchase, "purchase: spot");
    refuse(b, &cfg->spot, "spot_interruption");
    if (cfg->capacity_rebalance)
        refuse(b, &cfg->capacity_rebalance, "capacity_rebalance");
    refuse(b, &cfg->warm_pool, "warm_pool");
    refuse(b, &cfg->maintenance, "maintenance_policy");
    if (cfg->types.n > 1)
        wr_build_error(b, &cfg->types, "several types in 'instance_type' of asg are not in this build yet; give one");
}
