/* alb_table.c - what users may write on a balancer and read from it: parameters, metrics, codes, usage.
 *
 * Keys of a target group may stand on the balancer itself when it has one group. Names and meanings of metrics are
 * CloudWatch's; counts are zero where CloudWatch would publish nothing. Truth: tests/unit/test_alb.c. */
#include "alb.h"

#define GUIDE "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
#define GROUPS GUIDE "load-balancer-target-groups.html"
#define HEALTH GUIDE "target-group-health-checks.html"
#define BALANCER GUIDE "application-load-balancers.html"
#define ATTRIBUTES GUIDE "edit-target-group-attributes.html"
#define RULES GUIDE "load-balancer-listeners.html"
#define PRICING "https://aws.amazon.com/elasticloadbalancing/pricing/"

static const char *const cross_words[] = {"true", "false", "use_load_balancer_configuration", "on", "off", "yes", "no", NULL};
static const char *const sticky_types[] = {"lb_cookie", "app_cookie", NULL};
static const char *const ramps[] = {[ALB_RAMP_AWS] = "aws", [ALB_RAMP_UNLIMITED] = "unlimited", NULL};

static const wr_param zone_rows[] = {
    {.key = "zone", WR_FIELD(alb_zone, letter), .type = WR_T_TEXT, .doc = "Letter of an availability zone."},
    {0}};
static const wr_param choices_rows[] = {
    {.key = "n", WR_FIELD(struct alb_choices, n), .type = WR_T_INT, .min = 1, .max = 1000, .doc = "Number of distinct targets that are looked at."},
    {0}};
static const wr_variant algorithms[] = {
    [ALB_ROUND_ROBIN] = {.key = "round_robin", .doc = "Targets in turn; every node has its own turn.", .src = GUIDE "load-balancer-target-groups.html"},
    [ALB_LEAST] = {.key = "least_outstanding_requests", .doc = "The target with the fewest requests under way from this node; ties at random.", .src = GROUPS},
    [ALB_WEIGHTED_RANDOM] = {.key = "weighted_random", .doc = "Any target with equal chance, as long as anomaly mitigation is off.", .src = GROUPS},
    [ALB_RANDOM] = {.key = "random", .doc = "Any target with equal chance; not AWS's."},
    [ALB_TWO] = {.key = "power_of_two_choices", .doc = "The less loaded of two random targets; not AWS's."},
    [ALB_CHOICES] = {.key = "choices", .rows = choices_rows, .size = sizeof(struct alb_choices), .shorthand = "n", .doc = "The least loaded of so many distinct random targets; not AWS's."},
    {0}};

static const wr_param target_rows[] = {
    {.key = "weight", WR_FIELD(alb_weight, weight), .type = WR_T_INT, .def = "1", .max = 999, .doc = "Weight in the default action.", .src = RULES, .cfn = "Weight"},
    {0}};
static const wr_param forward_rows[] = {
    {.key = "weight", WR_FIELD(alb_weight, weight), .type = WR_T_INT, .def = "1", .max = 999, .doc = "Weight of this target group.", .src = RULES, .cfn = "Weight"},
    {0}};
static const wr_param link_rows[] = {
    {.key = "to", WR_FIELD(alb_link, to), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_REQUEST), .flags = WR_P_FORWARDS, .doc = "A resource: its members, or itself, are targets."},
    {0}};
static const wr_param check_rows[] = {
    {.key = "enabled", WR_FIELD(alb_check, enabled), .type = WR_T_BOOL, .def = "true", .doc = "Without checks every registered target counts as healthy.", .src = HEALTH, .cfn = "HealthCheckEnabled"},
    {.key = "interval", WR_FIELD(alb_check, interval), .type = WR_T_DUR, .unit = "s", .def = "30", .min = 5, .max = 300, .doc = "Time between two probes of a target.", .src = HEALTH, .cfn = "HealthCheckIntervalSeconds"},
    {.key = "timeout", WR_FIELD(alb_check, timeout), .type = WR_T_DUR, .unit = "s", .def = "5", .min = 2, .max = 120, .doc = "A probe without an answer fails after this time.", .src = HEALTH, .cfn = "HealthCheckTimeoutSeconds"},
    {.key = "healthy_threshold_count", WR_FIELD(alb_check, healthy), .type = WR_T_INT, .def = "5", .min = 2, .max = 10, .doc = "Passes in a row that make an unhealthy target healthy; a new target needs one.", .src = HEALTH, .cfn = "HealthyThresholdCount"},
    {.key = "unhealthy_threshold_count", WR_FIELD(alb_check, unhealthy), .type = WR_T_INT, .def = "2", .min = 2, .max = 10, .doc = "Failures in a row that make a target unhealthy.", .src = HEALTH, .cfn = "UnhealthyThresholdCount"},
    {.key = "path", WR_FIELD(alb_check, path), .type = WR_T_TEXT, .def = "/", .doc = "Has no effect on the simulation.", .src = HEALTH, .cfn = "HealthCheckPath"},
    {.key = "cost", WR_FIELD(alb_check, cost), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "CPU time that a probe takes of its target; every node's probes are then requests of the target, and one without an answer within 'timeout' fails."},
    {0}};
static const wr_param sticky_rows[] = {
    {.key = "enabled", WR_FIELD(alb_sticky, enabled), .type = WR_T_BOOL, .def = "true", .doc = "Requests of one session go to one target.", .src = ATTRIBUTES, .cfn = "stickiness.enabled"},
    {.key = "type", WR_FIELD(alb_sticky, type), .type = WR_T_ENUM, .choices = sticky_types, .def = "lb_cookie", .doc = "Whose cookie it is; both live for 'duration' after the latest answer.", .src = ATTRIBUTES, .cfn = "stickiness.type"},
    {.key = "duration", WR_FIELD(alb_sticky, duration), .type = WR_T_DUR, .unit = "s", .def = "1d", .min = 1, .max = 604800, .doc = "A session without answers for so long is forgotten.", .src = ATTRIBUTES, .cfn = "stickiness.lb_cookie.duration_seconds"},
    {.key = "clients", WR_FIELD(alb_sticky, clients), .type = WR_T_INT, .def = "1000", .min = 1, .max = 1e7, .doc = "Number of sessions; every request belongs to one of them at random.", .src = "assumption: sessions are equally busy"},
    {0}};

static const wr_param attr_rows[] = {
    {.key = "weight", WR_FIELD(alb_attr, weight), .type = WR_T_INT, .def = "1", .max = 999, .doc = "Weight in the default action, which then forwards to all groups that have one written.", .src = RULES, .cfn = "Weight"},
    {.key = "slow_start", WR_FIELD(alb_attr, slow_start), .type = WR_T_DUR, .unit = "s", .def = "0", .max = 900, .doc = "Time in which the share of a newly healthy target grows to a full one; 0, or 30 to 900 s.", .src = ATTRIBUTES, .cfn = "slow_start.duration_seconds"},
    {.key = "stickiness", WR_FIELD(alb_attr, stickiness), .type = WR_T_BLOCK, .rows = sticky_rows, .size = sizeof(alb_sticky), .shorthand = "enabled", .optional = true, .words = "off", .doc = "Binds sessions to targets.", .cfn = "stickiness"},
    {.key = "deregistration_delay", WR_FIELD(alb_attr, delay), .type = WR_T_DUR, .unit = "s", .def = "300", .max = 3600, .doc = "How long a leaving target may finish what it has; what still runs then is answered with 502.", .src = ATTRIBUTES, .cfn = "deregistration_delay.timeout_seconds"},
    {.key = "health_check", WR_FIELD(alb_attr, check), .type = WR_T_BLOCK, .rows = check_rows, .size = sizeof(alb_check), .shorthand = "enabled", .def = "{}", .doc = "How targets are probed; off for Lambda functions unless written.", .src = HEALTH},
    {.key = "unhealthy_routing_minimum", WR_FIELD(alb_attr, routing), .type = WR_T_TEXT, .def = "1", .doc = "A number or share of healthy targets; with fewer, all registered targets get requests.", .src = GROUPS, .cfn = "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count"},
    {.key = "dns_failover_minimum", WR_FIELD(alb_attr, dns), .type = WR_T_TEXT, .def = "1", .doc = "A number or share of healthy targets, or off; with fewer, the zone leaves DNS.", .src = GROUPS, .cfn = "target_group_health.dns_failover.minimum_healthy_targets.count"},
    {.key = "max_concurrency_per_target", WR_FIELD(alb_attr, slots), .type = WR_T_INT, .optional = true, .min = 1, .max = 1000, .doc = "Target optimizer: requests in one target at most; 503 when no target has a free slot.", .src = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-optimizer.html"},
    {0}};
static const wr_param group_rows[] = {
    {.key = "targets", WR_FIELD(alb_group_cfg, targets), .type = WR_T_LIST, .rows = link_rows, .size = sizeof(alb_link), .shorthand = "to", .flags = WR_P_ONE, .doc = "Whom it forwards to.", .cfn = "Targets"},
    {.key = "algorithm", WR_FIELD(alb_group_cfg, algorithm), .type = WR_T_CHOICE, .variants = algorithms, .optional = true, .doc = "How a target is chosen; without it as the balancer says.", .cfn = "load_balancing.algorithm.type"},
    {.key = "cross_zone", WR_FIELD(alb_group_cfg, cross_zone), .type = WR_T_ENUM, .choices = cross_words, .def = "use_load_balancer_configuration", .doc = "Whether a node uses targets of other zones.", .src = ATTRIBUTES, .cfn = "load_balancing.cross_zone.enabled"},
    {.key = "", .type = WR_T_INCLUDE, .offset = offsetof(alb_group_cfg, attr), .rows = attr_rows, .size = sizeof(alb_attr), .doc = "Attributes of the group."},
    {0}};
static const wr_param operation_rows[] = {
    {.key = "name", WR_FIELD(alb_operation, name), .type = WR_T_TEXT, .flags = WR_P_OPERATION, .doc = "Name of an operation."},
    {0}};
static const wr_param rule_rows[] = {
    {.key = "operations", WR_FIELD(alb_rule_cfg, operations), .type = WR_T_LIST, .rows = operation_rows, .size = sizeof(alb_operation), .shorthand = "name", .flags = WR_P_ONE, .optional = true, .doc = "Operations it is for, in place of host and path; without them, all."},
    {.key = "share", WR_FIELD(alb_rule_cfg, share), .type = WR_T_SHARE, .def = "100%", .doc = "Share of these requests that match."},
    {.key = "priority", WR_FIELD(alb_rule_cfg, priority), .type = WR_T_INT, .optional = true, .min = 1, .max = 50000, .doc = "The smallest is tried first; without it, its place in the list.", .src = RULES, .cfn = "Priority"},
    {.key = "forward", WR_FIELD(alb_rule_cfg, forward), .type = WR_T_MAP, .rows = forward_rows, .size = sizeof(alb_weight), .shorthand = "weight", .flags = WR_P_NAMED, .optional = true, .min = 1, .max = ALB_FORWARDS, .doc = "A target group, or several with weights.", .cfn = "ForwardConfig"},
    {.key = "fixed_response", WR_FIELD(alb_rule_cfg, fixed), .type = WR_T_INT, .optional = true, .min = 200, .max = 599, .doc = "The balancer answers with this HTTP code itself.", .cfn = "FixedResponseConfig.StatusCode"},
    {.key = "redirect", WR_FIELD(alb_rule_cfg, redirect), .type = WR_T_INT, .optional = true, .min = 301, .max = 302, .doc = "The balancer sends the client elsewhere, which ends the request here.", .cfn = "RedirectConfig.StatusCode"},
    {0}};
static const wr_param connection_rows[] = {
    {.key = "client_keep_alive_requests", WR_FIELD(alb_connections, requests), .type = WR_T_DIST, .of = WR_T_NUMBER, .def = "100", .doc = "Requests on one client connection; its mean counts.", .src = "assumption: browsers and SDKs keep connections"},
    {.key = "new_connection_rate", WR_FIELD(alb_connections, rate), .type = WR_T_RATE, .optional = true, .max = 1e9, .doc = "New connections a second, in place of those counted by requests."},
    {.key = "tls", WR_FIELD(alb_connections, tls), .type = WR_T_BOOL, .def = "true", .doc = "Has no effect on the simulation."},
    {.key = "http2", WR_FIELD(alb_connections, http2), .type = WR_T_BOOL, .def = "false", .doc = "Has no effect on the simulation."},
    {0}};
static const wr_param capacity_rows[] = {
    {.key = "ramp", WR_FIELD(alb_capacity, ramp), .type = WR_T_ENUM, .choices = ramps, .def = "unlimited", .doc = "aws: usable LCUs grow only so fast, and what is above is refused with 503.", .src = "assumption: AWS publishes no numbers"},
    {.key = "initial", WR_FIELD(alb_capacity, initial), .type = WR_T_NUMBER, .unit = "LCU", .def = "25", .min = 0.001, .max = 1e9, .doc = "LCUs usable at the start.", .src = "assumption: a balancer that has seen little traffic"},
    {.key = "double_in", WR_FIELD(alb_capacity, double_in), .type = WR_T_DUR, .def = "5m", .min = 1, .max = 86400, .doc = "Time in which usable LCUs can double.", .src = "assumption: AWS advises a reservation when traffic doubles in less than 5 minutes"},
    {.key = "halve_in", WR_FIELD(alb_capacity, halve_in), .type = WR_T_DUR, .def = "6h", .min = 1, .max = 8640000, .doc = "Time in which unused LCUs halve.", .src = "assumption: scaling down takes hours"},
    {0}};
static const wr_param shift_rows[] = {
    {.key = "az", WR_FIELD(alb_shift, az), .type = WR_T_TEXT, .doc = "Zone that requests are shifted away from."},
    {.key = "at", WR_FIELD(alb_shift, at), .type = WR_T_DUR, .doc = "When it begins."},
    {.key = "for", WR_FIELD(alb_shift, lasts), .type = WR_T_DUR, .min = 60, .max = 259200, .doc = "How long it lasts.", .src = GUIDE "zonal-shift.html"},
    {0}};

const wr_param alb_params[] = {
    {.key = "target", WR_FIELD(alb_cfg, target), .type = WR_T_MAP, .rows = target_rows, .size = sizeof(alb_weight), .shorthand = "weight", .flags = WR_P_NAMED | WR_P_LINKS | WR_P_FORWARDS, .accepts = WR_ACCEPTS(WR_OP_REQUEST), .optional = true, .min = 1, .max = ALB_FORWARDS, .doc = "A resource, or several with weights: short for one target group each.", .cfn = "DefaultActions.ForwardConfig"},
    {.key = "targets", WR_FIELD(alb_cfg, targets), .type = WR_T_LIST, .rows = link_rows, .size = sizeof(alb_link), .shorthand = "to", .flags = WR_P_ONE, .optional = true, .doc = "Whom it forwards to, where there is one target group; its other keys may stand beside.", .cfn = "Targets"},
    {.key = "target_groups", WR_FIELD(alb_cfg, target_groups), .type = WR_T_MAP, .rows = group_rows, .size = sizeof(alb_group_cfg), .optional = true, .doc = "Target groups; without 'target', requests go to those that have a weight written, else to the first one."},
    {.key = "rules", WR_FIELD(alb_cfg, rules_written), .type = WR_T_LIST, .rows = rule_rows, .size = sizeof(alb_rule_cfg), .optional = true, .doc = "Where requests go that are not for the default; the first match wins.", .cfn = "ListenerRule"},
    {.key = "algorithm", WR_FIELD(alb_cfg, algorithm), .type = WR_T_CHOICE, .variants = algorithms, .def = "round_robin", .doc = "How a target is chosen, in all groups that do not say otherwise.", .src = ATTRIBUTES, .cfn = "load_balancing.algorithm.type"},
    {.key = "anomaly_mitigation", WR_FIELD(alb_cfg, anomaly_mitigation), .type = WR_T_BOOL, .def = "off", .doc = "Automatic target weights, with weighted_random: a target with more 5xx and connection errors than the others gets less.", .src = "assumption: off is AWS's default; it publishes neither steps nor intervals", .cfn = "load_balancing.algorithm.anomaly_mitigation"},
    {.key = "cross_zone", WR_FIELD(alb_cfg, cross_zone), .type = WR_T_ENUM, .choices = cross_words, .def = "true", .doc = "Off: a node uses targets of its own zone only.", .src = BALANCER, .cfn = "load_balancing.cross_zone.enabled"},
    {.key = "nodes_per_az", WR_FIELD(alb_cfg, nodes_per_az), .type = WR_T_INT, .def = "1", .min = 1, .max = 100, .doc = "Nodes in each zone; each has its own round robin and its own counts.", .src = "assumption: one node a zone until traffic grows"},
    {.key = "availability_zones", WR_FIELD(alb_cfg, zones_written), .type = WR_T_LIST, .rows = zone_rows, .size = sizeof(alb_zone), .shorthand = "zone", .flags = WR_P_ONE, .def = "[a, b]", .min = 1, .max = ALB_ZONES, .doc = "Zones with nodes; when it is written, targets in other zones stay unused.", .src = "assumption: two zones, AWS's minimum", .cfn = "Subnets"},
    {.key = "idle_timeout", WR_FIELD(alb_cfg, idle_timeout), .type = WR_T_DUR, .unit = "s", .def = "60", .min = 1, .max = 4000, .doc = "A target silent for so long is given up with 504; it counts from the arrival of the request.", .src = BALANCER, .cfn = "idle_timeout.timeout_seconds"},
    {.key = "connect_timeout", WR_FIELD(alb_cfg, connect_timeout), .type = WR_T_DUR, .unit = "s", .def = "10", .min = 0.001, .max = 4000, .doc = "A target that takes no connection is given up with 504 after this time.", .src = GUIDE "load-balancer-troubleshooting.html"},
    {.key = "client_keep_alive", WR_FIELD(alb_cfg, keep_alive), .type = WR_T_DUR, .unit = "s", .def = "3600", .min = 60, .max = 604800, .doc = "Longest life of a client connection; has no effect on the simulation.", .src = BALANCER, .cfn = "client_keep_alive.seconds"},
    {.key = "connections", WR_FIELD(alb_cfg, connections), .type = WR_T_BLOCK, .rows = connection_rows, .size = sizeof(alb_connections), .def = "{}", .doc = "Client connections, as far as they are counted and billed.", .src = "assumption: see its keys"},
    {.key = "latency", WR_FIELD(alb_cfg, latency), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 1.5ms, p99: 10ms}}", .doc = "Added by the balancer, both ways together.", .src = "assumption: AWS publishes none; measured figures are a few ms"},
    {.key = "capacity", WR_FIELD(alb_cfg, capacity), .type = WR_T_BLOCK, .rows = capacity_rows, .size = sizeof(alb_capacity), .shorthand = "ramp", .def = "{}", .doc = "How fast the balancer itself grows.", .src = "assumption: see its keys"},
    {.key = "minimum_capacity_units", WR_FIELD(alb_cfg, minimum_units), .type = WR_T_INT, .unit = "LCU", .def = "0", .max = 1e6, .doc = "Reserved LCUs: a floor of the capacity, paid whether used or not.", .src = GUIDE "capacity-unit-reservation.html", .cfn = "MinimumLoadBalancerCapacity.CapacityUnits"},
    {.key = "zonal_shift", WR_FIELD(alb_cfg, shifts), .type = WR_T_LIST, .rows = shift_rows, .size = sizeof(alb_shift), .flags = WR_P_ONE, .optional = true, .doc = "Times in which a zone is out of DNS and its targets get nothing.", .src = GUIDE "zonal-shift.html", .cfn = "zonal_shift.config.enabled"},
    {.key = "dns_ttl", WR_FIELD(alb_cfg, dns_ttl), .type = WR_T_DUR, .unit = "s", .def = "60", .max = 86400, .doc = "How long clients hold the address of a node.", .src = "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html"},
    {.key = "", .type = WR_T_INCLUDE, .offset = offsetof(alb_cfg, attr), .rows = attr_rows, .size = sizeof(alb_attr), .doc = "Attributes of the only target group."},
    {0}};

const wr_metric alb_metrics[] = {
    [ALB_REQUEST_COUNT] = {.name = "RequestCount", .kind = WR_COUNT, .unit = "1", .doc = "Requests for which a target was chosen."},
    [ALB_PER_TARGET] = {.name = "RequestCountPerTarget", .kind = WR_COUNT, .unit = "1", .doc = "Requests divided by registered targets; only its sum has a meaning."},
    [ALB_RESPONSE_TIME] = {.name = "TargetResponseTime", .kind = WR_VALUE, .unit = "s", .doc = "From the balancer to the target's answer."},
    [ALB_TARGET_2XX] = {.name = "HTTPCode_Target_2XX_Count", .kind = WR_COUNT, .unit = "1", .doc = "Answers 2xx of targets."},
    [ALB_TARGET_3XX] = {.name = "HTTPCode_Target_3XX_Count", .kind = WR_COUNT, .unit = "1", .doc = "Answers 3xx of targets."},
    [ALB_TARGET_4XX] = {.name = "HTTPCode_Target_4XX_Count", .kind = WR_COUNT, .unit = "1", .doc = "Answers 4xx of targets."},
    [ALB_TARGET_5XX] = {.name = "HTTPCode_Target_5XX_Count", .kind = WR_COUNT, .unit = "1", .doc = "Answers 5xx of targets."},
    [ALB_ELB_3XX] = {.name = "HTTPCode_ELB_3XX_Count", .kind = WR_COUNT, .unit = "1", .doc = "Redirects of the balancer."},
    [ALB_ELB_4XX] = {.name = "HTTPCode_ELB_4XX_Count", .kind = WR_COUNT, .unit = "1", .doc = "Answers 4xx of the balancer itself, 460 included."},
    [ALB_ELB_5XX] = {.name = "HTTPCode_ELB_5XX_Count", .kind = WR_COUNT, .unit = "1", .doc = "Answers 5xx of the balancer itself."},
    [ALB_ELB_500] = {.name = "HTTPCode_ELB_500_Count", .kind = WR_COUNT, .unit = "1", .doc = "Answers 500 of the balancer itself."},
    [ALB_ELB_502] = {.name = "HTTPCode_ELB_502_Count", .kind = WR_COUNT, .unit = "1", .doc = "Answers 502 of the balancer itself."},
    [ALB_ELB_503] = {.name = "HTTPCode_ELB_503_Count", .kind = WR_COUNT, .unit = "1", .doc = "Answers 503 of the balancer itself."},
    [ALB_ELB_504] = {.name = "HTTPCode_ELB_504_Count", .kind = WR_COUNT, .unit = "1", .doc = "Answers 504 of the balancer itself."},
    [ALB_ELB_460] = {.name = "elb_460", .kind = WR_COUNT, .unit = "1", .ours = true, .doc = "Clients that left before the answer; part of HTTPCode_ELB_4XX_Count."},
    [ALB_FIXED_RESPONSES] = {.name = "HTTP_Fixed_Response_Count", .kind = WR_COUNT, .unit = "1", .doc = "Fixed responses given by rules."},
    [ALB_REDIRECTS] = {.name = "HTTP_Redirect_Count", .kind = WR_COUNT, .unit = "1", .doc = "Redirects given by rules."},
    [ALB_CONNECTION_ERRORS] = {.name = "TargetConnectionErrorCount", .kind = WR_COUNT, .unit = "1", .doc = "Connections to targets that were not made, or were reset."},
    [ALB_LAMBDA_ERRORS] = {.name = "LambdaUserError", .kind = WR_COUNT, .unit = "1", .doc = "Requests that a Lambda function did not answer well."},
    [ALB_HEALTHY] = {.name = "HealthyHostCount", .kind = WR_LEVEL, .unit = "1", .doc = "Targets that are healthy."},
    [ALB_UNHEALTHY] = {.name = "UnHealthyHostCount", .kind = WR_LEVEL, .unit = "1", .doc = "Targets that are unhealthy."},
    [ALB_UNHEALTHY_ROUTING] = {.name = "UnhealthyRoutingRequestCount", .kind = WR_COUNT, .unit = "1", .doc = "Requests routed while too few targets were healthy."},
    [ALB_NON_STICKY] = {.name = "NonStickyRequestCount", .kind = WR_COUNT, .unit = "1", .doc = "Requests of a sticky group for which a target had to be chosen anew."},
    [ALB_ACTIVE] = {.name = "ActiveConnectionCount", .kind = WR_VALUE, .unit = "1", .doc = "Connections in use, two a request, averaged over each minute."},
    [ALB_NEW_CONNECTIONS] = {.name = "NewConnectionCount", .kind = WR_COUNT, .unit = "1", .doc = "New client connections."},
    [ALB_REJECTED_CONNECTIONS] = {.name = "RejectedConnectionCount", .kind = WR_COUNT, .unit = "1", .doc = "Requests refused because the balancer had not grown enough."},
    [ALB_BYTES] = {.name = "ProcessedBytes", .kind = WR_COUNT, .unit = "B", .doc = "Bodies of requests and answers."},
    [ALB_EVALUATIONS] = {.name = "RuleEvaluations", .kind = WR_COUNT, .unit = "1", .doc = "Rules looked at, the default one not counted."},
    [ALB_LCUS] = {.name = "ConsumedLCUs", .kind = WR_VALUE, .unit = "units", .doc = "Capacity units in use, averaged over each minute."},
    [ALB_ANOMALOUS] = {.name = "AnomalousHostCount", .kind = WR_LEVEL, .unit = "1", .doc = "Targets that fail more than the others; watched where anomaly_mitigation is on."},
    [ALB_MITIGATED] = {.name = "MitigatedHostCount", .kind = WR_LEVEL, .unit = "1", .doc = "Targets that get less than a full share."},
    {0}};

const wr_code alb_codes[] = {
    [ALB_OK] = {"OK", NULL, WR_OK, 200, "A target answered well."},
    [ALB_BAD_GATEWAY] = {"502", "ALB.502.TargetConnection", WR_FAILED, 502, "The target refused or reset the connection."},
    [ALB_KEEP_ALIVE] = {"502", "ALB.502.KeepAlive", WR_FAILED, 502, "The target had just closed the idle connection: its keep_alive is shorter than idle_timeout."},
    [ALB_DEREGISTERED] = {"502", "ALB.502.DeregistrationDelay", WR_FAILED, 502, "The deregistration delay of its target ended."},
    [ALB_LAMBDA_FAILED] = {"502", "ALB.502.LambdaFunction", WR_FAILED, 502, "The function failed, timed out or was throttled."},
    [ALB_NO_TARGETS] = {"503", "ALB.503.NoTargets", WR_FAILED, 503, "The target group had no registered target the node may use."},
    [ALB_NO_SLOT] = {"503", "ALB.503.NoReadyTarget", WR_REJECTED, 503, "Every target had max_concurrency_per_target requests."},
    [ALB_NO_CAPACITY] = {"503", "ALB.503.Capacity", WR_REJECTED, 503, "The balancer itself had not grown enough."},
    [ALB_TARGET_TIMEOUT] = {"504", "ALB.504.TargetTimeout", WR_TIMEOUT, 504, "The target was silent for idle_timeout."},
    [ALB_CONNECT_TIMEOUT] = {"504", "ALB.504.ConnectTimeout", WR_TIMEOUT, 504, "The target took no connection within connect_timeout."},
    [ALB_CLIENT_CLOSED] = {"460", "ALB.460.ClientClosed", WR_TIMEOUT, 460, "The client left before the answer."},
    [ALB_NODE_LOST] = {"NodeLost", "ALB.NodeLost", WR_FAILED, 0, "The zone of the balancer's node was lost."},
    [ALB_FIXED_2XX] = {"FixedResponse", NULL, WR_OK, 200, "A rule answered 2xx."},
    [ALB_FIXED_4XX] = {"FixedResponse", "ALB.FixedResponse4XX", WR_INVALID, 400, "A rule answered 4xx."},
    [ALB_FIXED_5XX] = {"FixedResponse", "ALB.FixedResponse5XX", WR_FAILED, 503, "A rule answered 5xx."},
    [ALB_REDIRECT] = {"Redirect", NULL, WR_OK, 301, "A rule sent the client elsewhere."},
    {0}};

const wr_usage alb_usage[] = {
    [ALB_HOURS] = {"Load balancer", "hour", "alb.hour", 3600, "Hours the balancer exists; a begun hour is not rounded up.", PRICING},
    [ALB_LCU_HOURS] = {"LCU", "LCU-hour", "alb.lcu_hour", 0, "The largest of four dimensions, each averaged over the hour: 25 new connections/s, 3,000 active connections, 1 GB an hour (Lambda: 0.4 GB), 1,000 rule evaluations/s beyond 10 rules a request; at least what is reserved.", PRICING},
    {0}};
