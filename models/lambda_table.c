/* lambda_table.c - what users may write on a function and read from it: parameters, metrics, codes, usage.
 *
 * Rows that a published version has of its own stand in a table of their own, which the function includes. Names are
 * CloudFormation's and CloudWatch's; times are in seconds.
 * Truth: the contract tests of all tables, tests/unit/test_lambda.c. */
#include "lambda.h"
#include "mapping.h"

#define GUIDE "https://docs.aws.amazon.com/lambda/latest/dg/"
#define QUOTAS GUIDE "gettingstarted-limits.html"
#define SCALING GUIDE "scaling-behavior.html"
#define CONCURRENCY GUIDE "lambda-concurrency.html"
#define KEPT GUIDE "provisioned-concurrency.html"
#define ASYNC GUIDE "invocation-async-error-handling.html"
#define DESTINATIONS GUIDE "invocation-async-retain-records.html"
#define MEMORY GUIDE "configuration-memory.html"
#define ENVIRONMENT GUIDE "lambda-runtime-environment.html"
#define VERSIONS GUIDE "configuration-versions.html"
#define PRICING "https://aws.amazon.com/lambda/pricing/"
#define MEASURED "assumption: measured by maxday/lambda-perf, summer 2026; AWS publishes no figures"

static const char *const packages[] = {[LAMBDA_ZIP] = "zip", [LAMBDA_IMAGE] = "image", NULL};
static const char *const architectures[] = {[LAMBDA_X86] = "x86_64", [LAMBDA_ARM] = "arm64", NULL};
static const char *const orders[] = {[LAMBDA_MOST_RECENT] = "most_recent", [LAMBDA_NEWEST] = "newest", [LAMBDA_OLDEST] = "oldest", [LAMBDA_LEAST_RECENT] = "least_recent", [LAMBDA_RANDOM] = "random", NULL};
static const char *const models[] = {[LAMBDA_CURRENT] = "current", [LAMBDA_LEGACY] = "legacy_2023", NULL};

static const wr_param law_rows[] = {
    {.key = "of", WR_FIELD(lambda_law, of), .type = WR_T_DIST, .of = WR_T_DUR, .words = "never", .doc = "Own time of an invocation of this operation."},
    {0}};
static const wr_param rate_rows[] = {
    {.key = "share", WR_FIELD(lambda_rate, share), .type = WR_T_SHARE, .doc = "Share of invocations of this operation that fail."},
    {0}};
static const wr_param snap_rows[] = {
    {.key = "enabled", WR_FIELD(lambda_snap, enabled), .type = WR_T_BOOL, .def = "true", .doc = "New environments are restored from a snapshot in place of init."},
    {.key = "restore", WR_FIELD(lambda_snap, restore), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 250ms, p99: 800ms}}", .doc = "Time of a restore.", .src = "assumption: some hundred milliseconds; AWS publishes no distribution"},
    {0}};
static const wr_param provisioned_rows[] = {
    {.key = "concurrency", WR_FIELD(lambda_provisioned, concurrency), .type = WR_T_INT, .min = 1, .max = 1e6, .doc = "Environments that are ready at the start of the run.", .cfn = "ProvisionedConcurrentExecutions"},
    {.key = "target_value", WR_FIELD(lambda_provisioned, target), .type = WR_T_SHARE, .unit = "%", .def = "70%", .min = 0.1, .max = 0.9, .doc = "Utilisation aimed at.", .src = KEPT, .cfn = "TargetValue"},
    {.key = "min", WR_FIELD(lambda_provisioned, min), .type = WR_T_INT, .def = "none", .words = "none", .min = 1, .max = 1e6, .doc = "Fewest that scaling asks for; it scales where min and max are given.", .cfn = "MinCapacity"},
    {.key = "max", WR_FIELD(lambda_provisioned, max), .type = WR_T_INT, .def = "none", .words = "none", .min = 1, .max = 1e6, .doc = "Most that scaling asks for.", .cfn = "MaxCapacity"},
    {.key = "ready", WR_FIELD(lambda_provisioned, ready), .type = WR_T_DIST, .of = WR_T_DUR, .def = "90s", .doc = "Preparation of a larger allocation, before 6,000 environments a minute follow; none of the new ones is usable before all are there.", .src = KEPT},
    {0}};
static const wr_param scaling_rows[] = {
    {.key = "model", WR_FIELD(lambda_scaling, model), .type = WR_T_ENUM, .choices = models, .def = "current", .doc = "current: by function, since the end of 2023; legacy_2023: one burst for all functions, then so many more each minute.", .src = SCALING},
    {.key = "burst", WR_FIELD(lambda_scaling, burst), .type = WR_T_INT, .def = "1000", .max = 1e6, .doc = "New environments that may start at once; it is there at the start.", .src = SCALING},
    {.key = "refill", WR_FIELD(lambda_scaling, refill), .type = WR_T_RATE, .def = "100/s", .max = 1e6, .doc = "New environments a second after that; what is not used does not pile up beyond the burst.", .src = SCALING},
    {.key = "rps", WR_FIELD(lambda_scaling, rps_text), .type = WR_T_TEXT, .optional = true, .doc = "How much requests a second may grow, such as 10000 per 10s, or unlimited; without it, 1000 times the account's lambda_rps_per_concurrency in ten seconds.", .src = SCALING},
    {.key = "initial_burst", WR_FIELD(lambda_scaling, initial_burst), .type = WR_T_INT, .def = "3000", .max = 1e6, .doc = "legacy_2023: new environments of all functions at once; 3000, 1000 or 500 by Region.", .src = GUIDE "invocation-scaling.html"},
    {.key = "per_minute", WR_FIELD(lambda_scaling, per_minute), .type = WR_T_INT, .def = "500", .max = 1e6, .doc = "legacy_2023: added at each full minute.", .src = GUIDE "invocation-scaling.html"},
    {0}};
static const wr_param delay_rows[] = {
    {.key = "of", WR_FIELD(lambda_delay, of), .type = WR_T_DUR, .max = 1e6, .doc = "Wait before this retry."},
    {0}};
static const wr_param backoff_rows[] = {
    {.key = "base", WR_FIELD(lambda_backoff, base), .type = WR_T_DUR, .def = "1s", .min = 0.001, .max = 1e6, .doc = "First wait; it doubles with each refusal in a row.", .src = ASYNC},
    {.key = "cap", WR_FIELD(lambda_backoff, cap), .type = WR_T_DUR, .def = "300s", .min = 0.001, .max = 1e6, .doc = "Longest wait.", .src = ASYNC},
    {0}};
static const wr_param async_rows[] = {
    {.key = "maximum_retry_attempts", WR_FIELD(lambda_async, retries), .type = WR_T_INT, .def = "2", .max = 2, .doc = "Tries after a function error; refusals do not count.", .src = ASYNC, .cfn = "MaximumRetryAttempts"},
    {.key = "maximum_event_age", WR_FIELD(lambda_async, most_age), .type = WR_T_DUR, .unit = "s", .def = "6h", .min = 60, .max = 21600, .doc = "An event that is older is given up.", .src = ASYNC, .cfn = "MaximumEventAgeInSeconds"},
    {.key = "delays", WR_FIELD(lambda_async, delays), .type = WR_T_LIST, .rows = delay_rows, .size = sizeof(lambda_delay), .shorthand = "of", .flags = WR_P_ONE, .min = 1, .max = 100, .def = "[60s, 120s]", .doc = "Wait before each retry; the last one stands for all that follow.", .src = ASYNC},
    {.key = "throttle_backoff", WR_FIELD(lambda_async, backoff), .type = WR_T_BLOCK, .rows = backoff_rows, .size = sizeof(lambda_backoff), .shorthand = "base", .def = "{}", .doc = "Waits after refusals.", .src = ASYNC},
    {0}};
static const wr_param weight_rows[] = {
    {.key = "share", WR_FIELD(lambda_weight, share), .type = WR_T_SHARE, .def = "100%", .doc = "Share of requests that go to this version.", .src = GUIDE "configuring-alias-routing.html", .cfn = "FunctionWeight"},
    {0}};
static const wr_param alias_rows[] = {
    {.key = "weights", WR_FIELD(lambda_alias_rows, weights), .type = WR_T_MAP, .rows = weight_rows, .size = sizeof(lambda_weight), .shorthand = "share", .flags = WR_P_NAMED, .min = 1, .max = 2, .doc = "A version, or two with the share of each.", .cfn = "RoutingConfig"},
    {0}};

const wr_param lambda_code_rows[] = {
    {.key = "memory_size", WR_FIELD(lambda_code, memory), .type = WR_T_BYTES, .unit = "MB", .def = "128", .min = 134217728, .max = 10737418240.0, .doc = "Memory; the share of CPU for `cpu` steps is memory / 1769 MB, at most one.", .src = MEMORY, .cfn = "MemorySize"},
    {.key = "timeout", WR_FIELD(lambda_code, timeout), .type = WR_T_DUR, .unit = "s", .def = "3", .min = 1, .max = 900, .doc = "Longest time of an invocation; the environment is reset, and init runs again in the next one.", .src = QUOTAS, .cfn = "Timeout"},
    {.key = "runtime", WR_FIELD(lambda_code, runtime), .type = WR_T_ENUM, .choices = lambda_runtimes, .def = "python3.13", .doc = "Picks the time of init and of the first invocation.", .src = MEASURED, .cfn = "Runtime"},
    {.key = "package", WR_FIELD(lambda_code, package), .type = WR_T_ENUM, .choices = packages, .def = "zip", .doc = "Images start more slowly.", .src = MEASURED, .cfn = "PackageType"},
    {.key = "architecture", WR_FIELD(lambda_code, architecture), .type = WR_T_ENUM, .choices = architectures, .def = "x86_64", .doc = "Picks the price, and the time of init.", .src = PRICING, .cfn = "Architectures"},
    {.key = "duration", WR_FIELD(lambda_code, duration), .type = WR_T_MAP, .rows = law_rows, .size = sizeof(lambda_law), .shorthand = "of", .flags = WR_P_ONE | WR_P_OPERATION, .def = "0ms", .doc = "Own time of an invocation, before its steps: a time or distribution, or one for each operation; memory does not change it."},
    {.key = "", .type = WR_T_INCLUDE, .offset = offsetof(lambda_code, program), .rows = wr_program_params, .size = sizeof(wr_program_cfg), .doc = "What is done within an invocation, which is billed and counted throughout."},
    {.key = "init_duration", WR_FIELD(lambda_code, init), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "Init of a new environment, billed; without it, as measured for the runtime.", .src = MEASURED},
    {.key = "placement_time", WR_FIELD(lambda_code, placement), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{uniform: {min: 50ms, max: 150ms}}", .doc = "Before init: finding a place and loading the code; not billed.", .src = "assumption: AWS publishes no figures"},
    {.key = "first_invoke_extra", WR_FIELD(lambda_code, extra), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "Added to the first invocation of an environment; without it, as measured for the runtime at this memory.", .src = MEASURED},
    {.key = "cold_duration", WR_FIELD(lambda_code, cold), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .words = "none", .doc = "Whole time of a cold request before its steps, in place of placement_time, init_duration, first_invoke_extra and duration; the timeout does not end it."},
    {.key = "snap_start", WR_FIELD(lambda_code, snap), .type = WR_T_BLOCK, .rows = snap_rows, .size = sizeof(lambda_snap), .shorthand = "enabled", .def = "false", .doc = "Restores new environments from a snapshot.", .src = GUIDE "snapstart.html", .cfn = "SnapStart"},
    {.key = "failure_rate", WR_FIELD(lambda_code, failure), .type = WR_T_MAP, .rows = rate_rows, .size = sizeof(lambda_rate), .shorthand = "share", .flags = WR_P_ONE | WR_P_OPERATION, .def = "0", .doc = "Share of invocations that end with a function error after their time, or one for each operation."},
    {.key = "crash_rate", WR_FIELD(lambda_code, crash), .type = WR_T_SHARE, .def = "0", .doc = "Share of invocations that end with an error and reset their environment."},
    {.key = "provisioned_concurrency", WR_FIELD(lambda_code, provisioned), .type = WR_T_BLOCK, .rows = provisioned_rows, .size = sizeof(lambda_provisioned), .shorthand = "concurrency", .optional = true, .words = "none", .doc = "Environments that are kept ready; requests beyond them spill over.", .src = KEPT, .cfn = "ProvisionedConcurrencyConfig"},
    {.key = "idle_expiry", WR_FIELD(lambda_code, idle_expiry), .type = WR_T_DIST, .of = WR_T_DUR, .words = "never", .def = "{uniform: {min: 5m, max: 7m}}", .doc = "How long an idle environment is kept; drawn each time it falls idle.", .src = "assumption: measured by mikhail.io in 2021"},
    {.key = "max_age", WR_FIELD(lambda_code, max_age), .type = WR_T_DIST, .of = WR_T_DUR, .words = "never", .def = "never", .doc = "Age at which an environment is replaced, after the invocation it is in.", .src = "assumption: AWS replaces them every few hours and says no more"},
    {.key = "reuse", WR_FIELD(lambda_code, reuse), .type = WR_T_ENUM, .choices = orders, .def = "most_recent", .doc = "Which idle environment is taken; newest and oldest by creation.", .src = "assumption: not documented; surplus ones must fall idle to expire"},
    {.key = "initial_environments", WR_FIELD(lambda_code, initial), .type = WR_T_INT, .def = "0", .max = 1e6, .doc = "Warm environments at the start of the run."},
    {0}};
static const wr_param version_rows[] = {
    {.key = "", .type = WR_T_INCLUDE, .offset = offsetof(lambda_version, code), .rows = lambda_code_rows, .size = sizeof(lambda_code), .doc = "What differs from the function."},
    {0}};

const wr_param lambda_params[] = {
    {.key = "", .type = WR_T_INCLUDE, .offset = offsetof(lambda_cfg, code), .rows = lambda_code_rows, .size = sizeof(lambda_code), .doc = "What a version has of its own."},
    {.key = "reserved_concurrent_executions", WR_FIELD(lambda_cfg, reserved), .type = WR_T_INT, .def = "none", .words = "none", .max = 1e6, .doc = "Concurrency set aside for the function, and its limit; 0: every request is throttled.", .src = CONCURRENCY, .cfn = "ReservedConcurrentExecutions"},
    {.key = "scaling", WR_FIELD(lambda_cfg, scaling), .type = WR_T_BLOCK, .rows = scaling_rows, .size = sizeof(lambda_scaling), .shorthand = "model", .def = "{}", .doc = "How fast new environments may start.", .src = SCALING},
    {.key = "versions", WR_FIELD(lambda_cfg, versions), .type = WR_T_MAP, .rows = version_rows, .size = sizeof(lambda_version), .max = 1000, .optional = true, .doc = "Published versions, with environments of their own: what differs from the function.", .src = VERSIONS, .cfn = "Version"},
    {.key = "aliases", WR_FIELD(lambda_cfg, alias_rows), .type = WR_T_MAP, .rows = alias_rows, .size = sizeof(lambda_alias_rows), .shorthand = "weights", .max = 1000, .optional = true, .doc = "Names for one version, or for two with weights; drawn for each request. Requests that cannot name a qualifier use the alias where there is a single one.", .src = GUIDE "configuring-alias-routing.html", .cfn = "Alias"},
    {.key = "async", WR_FIELD(lambda_cfg, async), .type = WR_T_BLOCK, .rows = async_rows, .size = sizeof(lambda_async), .def = "{}", .doc = "What becomes of asynchronous events that fail.", .src = ASYNC, .cfn = "EventInvokeConfig"},
    {.key = "on_failure", WR_FIELD(lambda_cfg, on_failure), .type = WR_T_LINK, .optional = true, .doc = "Queue, topic, bus or function that is told of asynchronous events given up.", .src = DESTINATIONS, .cfn = "DestinationConfig.OnFailure"},
    {.key = "on_success", WR_FIELD(lambda_cfg, on_success), .type = WR_T_LINK, .optional = true, .doc = "The same for asynchronous events that ended well.", .src = DESTINATIONS, .cfn = "DestinationConfig.OnSuccess"},
    {.key = "dead_letter_target", WR_FIELD(lambda_cfg, dead_letter), .type = WR_T_LINK, .optional = true, .doc = "Queue or topic that gets asynchronous events given up.", .src = DESTINATIONS, .cfn = "DeadLetterConfig.TargetArn"},
    {.key = "events", WR_FIELD(lambda_cfg, events), .type = WR_T_LIST, .variants = mapping_sources, .flags = WR_P_ONE, .optional = true, .doc = "Queues and streams that are polled for the function, and schedules.", .src = GUIDE "invocation-eventsourcemapping.html", .cfn = "EventSourceMapping"},
    {.key = "latency", WR_FIELD(lambda_cfg, latency), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 6ms, p99: 20ms}}", .doc = "The service's own time, before it decides.", .src = "assumption: AWS publishes no distribution"},
    {0}};

#define COUNT(ROW, NAME, DOC) [ROW] = {.name = NAME, .kind = WR_COUNT, .unit = "1", .doc = DOC}
#define LEVEL(ROW, NAME, DOC) [ROW] = {.name = NAME, .kind = WR_LEVEL, .unit = "1", .doc = DOC}
#define SECONDS(ROW, NAME, DOC) [ROW] = {.name = NAME, .kind = WR_VALUE, .unit = "s", .doc = DOC}
#define OURS(KIND, ROW, NAME, UNIT, DOC) [ROW] = {.name = NAME, .kind = KIND, .unit = UNIT, .doc = DOC, .ours = true}
const wr_metric lambda_metrics[] = {
    COUNT(LAMBDA_INVOCATIONS, "Invocations", "Times the code ran, retries of events included; refusals are none."),
    COUNT(LAMBDA_ERRORS, "Errors", "Invocations that ended with a function error, a timeout or a crash."),
    COUNT(LAMBDA_THROTTLES, "Throttles", "Requests and tries of events that a limit refused; neither Invocations nor Errors."),
    SECONDS(LAMBDA_DURATION, "Duration", "Time in the handler, without init; with cold_duration, that too."),
    LEVEL(LAMBDA_CONCURRENT, "ConcurrentExecutions", "Invocations at work."),
    LEVEL(LAMBDA_UNRESERVED, "UnreservedConcurrentExecutions", "Of these, those that count against the account's unreserved concurrency; of this function."),
    LEVEL(LAMBDA_PROVISIONED_BUSY, "ProvisionedConcurrentExecutions", "Invocations at work in provisioned environments."),
    COUNT(LAMBDA_PROVISIONED_INVOCATIONS, "ProvisionedConcurrencyInvocations", "Times the code ran in a provisioned environment."),
    COUNT(LAMBDA_SPILLOVER, "ProvisionedConcurrencySpilloverInvocations", "Times it ran elsewhere because none of the provisioned environments was free."),
    [LAMBDA_PROVISIONED_SHARE] = {.name = "ProvisionedConcurrencyUtilization", .kind = WR_RATIO, .unit = "1", .doc = "Invocations at work in provisioned environments per provisioned one, over time.", .num = "ProvisionedConcurrentExecutions", .den = "provisioned_ready"},
    COUNT(LAMBDA_RECEIVED, "AsyncEventsReceived", "Asynchronous events that were queued."),
    SECONDS(LAMBDA_EVENT_AGE, "AsyncEventAge", "Time between queueing an event and invoking the function, at each invocation."),
    COUNT(LAMBDA_DROPPED, "AsyncEventsDropped", "Events given up, whether a destination was told or not."),
    COUNT(LAMBDA_DEAD_LETTER_ERRORS, "DeadLetterErrors", "Events that the dead-letter target did not take."),
    COUNT(LAMBDA_DESTINATION_FAILURES, "DestinationDeliveryFailures", "Events that a destination did not take."),
    SECONDS(LAMBDA_ITERATOR_AGE, "IteratorAge", "Age of the last record of each batch read from a stream."),
    OURS(WR_COUNT, LAMBDA_COLD, "cold_starts", "1", "Invocations that began with a new environment."),
    [LAMBDA_COLD_SHARE] = {.name = "cold_start_share", .kind = WR_RATIO, .unit = "1", .doc = "Cold starts per invocation.", .num = "cold_starts", .den = "Invocations", .ours = true},
    OURS(WR_VALUE, LAMBDA_INIT, "init_duration", "s", "Init of new environments; with cold_duration there is none."),
    OURS(WR_VALUE, LAMBDA_LIFE, "environment_life", "s", "Age of environments at their end."),
    OURS(WR_COUNT, LAMBDA_RESETS, "environment_resets", "1", "Environments reset by a timeout or a crash."),
    OURS(WR_LEVEL, LAMBDA_READY, "provisioned_ready", "1", "Provisioned environments, at work or not."),
    OURS(WR_LEVEL, LAMBDA_WAITING, "async_waiting", "1", "Asynchronous events that are not being worked on."),
    [LAMBDA_UTILIZATION] = {.name = "utilization", .kind = WR_RATIO, .unit = "1", .doc = "Invocations at work per live environment, over time.", .num = "busy", .den = "in_service", .ours = true},
    {0}};

static const char throttled[] = "TooManyRequestsException";
const wr_code lambda_codes[] = {
    [LAMBDA_OK] = {"OK", NULL, WR_OK, 200, "The function ended well, or the event was queued."},
    [LAMBDA_ERROR] = {"FunctionError", "Lambda.FunctionError", WR_FAILED, 200, "The function failed: HTTP 200 with X-Amz-Function-Error."},
    [LAMBDA_TIMEOUT] = {"Sandbox.Timedout", "Lambda.Timeout", WR_FAILED, 200, "The function ran into its timeout, and its environment was reset."},
    [LAMBDA_CRASH] = {"Runtime.ExitError", "Lambda.Crash", WR_FAILED, 200, "The function crashed, and its environment was reset."},
    [LAMBDA_ACCOUNT_RATE] = {throttled, "Lambda.CallerRateLimitExceeded", WR_THROTTLED, 429, "The account's requests a second."},
    [LAMBDA_FULL] = {throttled, "Lambda.ConcurrentInvocationLimitExceeded", WR_THROTTLED, 429, "The account's unreserved concurrency."},
    [LAMBDA_RATE] = {throttled, "Lambda.FunctionInvocationRateLimitExceeded", WR_THROTTLED, 429, "The requests a second of the unreserved concurrency."},
    [LAMBDA_RESERVED_FULL] = {throttled, "Lambda.ReservedFunctionConcurrentInvocationLimitExceeded", WR_THROTTLED, 429, "The function's reserved concurrency, or provisioned concurrency that is as large."},
    [LAMBDA_RESERVED_RATE] = {throttled, "Lambda.ReservedFunctionInvocationRateLimitExceeded", WR_THROTTLED, 429, "The requests a second of the reserved concurrency."},
    [LAMBDA_SCALING] = {throttled, "Lambda.ScalingRateExceeded", WR_THROTTLED, 429, "The function cannot grow so fast; the name is ours, AWS gives no reason of its own."},
    [LAMBDA_NO_SUCH] = {"ResourceNotFoundException", "Lambda.ResourceNotFoundException", WR_INVALID, 404, "There is no such version or alias."},
    [LAMBDA_TOO_LARGE] = {"RequestTooLargeException", "Lambda.RequestTooLarge", WR_INVALID, 413, "The payload is above 6 MB, or 1 MB for an event."},
    [LAMBDA_FAIL] = {"ServiceException", "Fault.fail", WR_FAILED, 500, "Its environment had failed."},
    [LAMBDA_CANCELLED] = {"Cancelled", "Lambda.Cancelled", WR_FAILED, 0, "Its caller left and took the work back."},
    {0}};

const wr_usage lambda_usage[] = {
    [LAMBDA_REQUESTS] = {"Requests", "million requests", "lambda.million_requests", 1e6, "Invocations, retries of events included.", PRICING},
    [LAMBDA_COMPUTE] = {"Compute", "GB-s", "lambda.gb_second", 1, "Memory times duration and init, by the millisecond.", PRICING},
    [LAMBDA_KEPT] = {"Provisioned concurrency", "GB-s", "lambda.provisioned_gb_second", 1, "Memory of provisioned environments times the time they are kept.", PRICING},
    [LAMBDA_KEPT_COMPUTE] = {"Provisioned compute", "GB-s", "lambda.provisioned_compute_gb_second", 1, "Memory times duration in provisioned environments.", PRICING},
    {0}};
