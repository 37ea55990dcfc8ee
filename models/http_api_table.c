/* http_api_table.c - what users may write on an API and read from it: HTTP APIs and REST APIs.
 *
 * The two have the same rows as far as AWS has the same features; timeouts, names of metrics, HTTP codes and prices
 * differ. Usage plans and canaries are AWS's for REST APIs only; written on an HTTP API they work, with a warning.
 * Truth: tests/unit/test_http_api.c, tests/unit/test_rest_api.c. */
#include "http_api.h"

#define GUIDE "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
#define THROTTLING GUIDE "api-gateway-request-throttling.html"
#define PLANS GUIDE "api-gateway-api-usage-plans.html"
#define CACHING GUIDE "api-gateway-caching.html"
#define PRICING "https://aws.amazon.com/api-gateway/pricing/"

static const char *const periods[] = {"DAY", "WEEK", "MONTH", NULL};
static const char *const clients[] = {"by_chance", "by_key", NULL};

/* ---- parameters ---------------------------------------------------------------------------------------- */
static const wr_param throttle_rows[] = {
    {.key = "rate_limit", WR_FIELD(api_limit, rate), .type = WR_T_RATE, .unit = "/s", .optional = true, .max = 1e9, .doc = "Tokens added a second; when left out the account's rate.", .src = PLANS, .cfn = "RateLimit"},
    {.key = "burst_limit", WR_FIELD(api_limit, burst), .type = WR_T_NUMBER, .optional = true, .max = 1e9, .doc = "Tokens the bucket holds; it starts full; when left out the account's burst.", .src = PLANS, .cfn = "BurstLimit"},
    {0}};
static const wr_param method_rows[] = {
    {.key = "", .type = WR_T_INCLUDE, .offset = offsetof(api_method, limit), .rows = throttle_rows, .size = sizeof(api_limit), .doc = "Its limit."},
    {0}};
static const wr_param quota_rows[] = {
    {.key = "limit", WR_FIELD(api_quota, limit), .type = WR_T_INT, .max = 1e15, .doc = "Requests of one API key in a period.", .cfn = "Quota.Limit"},
    {.key = "period", WR_FIELD(api_quota, period), .type = WR_T_ENUM, .choices = periods, .def = "MONTH", .doc = "Length of a period; periods begin with the run, and a month has 30 days.", .src = "assumption: the calendar of the run is not known", .cfn = "Quota.Period"},
    {.key = "offset", WR_FIELD(api_quota, offset), .type = WR_T_INT, .def = "0", .max = 1e15, .doc = "Requests already taken off the first period.", .src = PLANS, .cfn = "Quota.Offset"},
    {0}};
static const wr_param plan_rows[] = {
    {.key = "name", WR_FIELD(api_plan, name), .type = WR_T_TEXT, .doc = "Name of the plan.", .cfn = "UsagePlanName"},
    {.key = "share", WR_FIELD(api_plan, share), .type = WR_T_SHARE, .def = "100%", .doc = "Share of the clients, or of their requests, that have a key of this plan; what is left has no key.", .src = "assumption: the only plan is everybody's"},
    {.key = "keys", WR_FIELD(api_plan, keys), .type = WR_T_INT, .def = "1", .min = 1, .max = 10000, .doc = "API keys with this plan, equally busy; each has buckets and a quota of its own.", .src = "assumption: one client"},
    {.key = "throttle", WR_FIELD(api_plan, throttle), .type = WR_T_BLOCK, .rows = throttle_rows, .size = sizeof(api_limit), .optional = true, .doc = "Token bucket of each API key.", .src = THROTTLING, .cfn = "Throttle"},
    {.key = "quota", WR_FIELD(api_plan, quota), .type = WR_T_BLOCK, .rows = quota_rows, .size = sizeof(api_quota), .optional = true, .doc = "Requests of each API key in a period; above it 429 LIMIT_EXCEEDED.", .src = PLANS, .cfn = "Quota"},
    {.key = "methods", WR_FIELD(api_plan, methods), .type = WR_T_MAP, .rows = method_rows, .size = sizeof(api_method), .flags = WR_P_OPERATION, .optional = true, .max = 20, .doc = "Token buckets of each API key for single operations, asked before its own.", .src = THROTTLING, .cfn = "ApiStages.Throttle"},
    {0}};
static const wr_param limit_rows[] = {
    {.key = "throttling_rate_limit", WR_FIELD(api_limit, rate), .type = WR_T_RATE, .unit = "/s", .optional = true, .max = 1e9, .doc = "Tokens added a second; without both limits only what stands before and behind counts, with one of them the other is the account's.", .src = THROTTLING, .cfn = "ThrottlingRateLimit"},
    {.key = "throttling_burst_limit", WR_FIELD(api_limit, burst), .type = WR_T_NUMBER, .optional = true, .max = 1e9, .doc = "Tokens the bucket holds; it starts full.", .src = THROTTLING, .cfn = "ThrottlingBurstLimit"},
    {0}};
static const wr_param route_rows[] = {
    {.key = "target", WR_FIELD(api_route, target), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_REQUEST), .flags = WR_P_FORWARDS, .doc = "Who answers this operation."},
    {.key = "", .type = WR_T_INCLUDE, .offset = offsetof(api_route, limit), .rows = limit_rows, .size = sizeof(api_limit), .doc = "Limit of this method, beside the stage's."},
    {.key = "timeout", WR_FIELD(api_route, timeout), .type = WR_T_DUR, .optional = true, .min = 0.05, .max = 900, .doc = "Its integration's timeout, when it is not the API's."},
    {0}};
static const wr_param operation_rows[] = {
    {.key = "name", WR_FIELD(api_operation, name), .type = WR_T_TEXT, .flags = WR_P_OPERATION, .doc = "Name of an operation."},
    {0}};
static const wr_param cache_rows[] = {
    {.key = "size", WR_FIELD(api_cache, size), .type = WR_T_BYTES, .unit = "GB", .def = "0.5", .min = 0.5 * 1073741824.0, .max = 237 * 1073741824.0, .doc = "One of 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118 and 237 GB; the least recently used answers go first.", .src = CACHING, .cfn = "CacheClusterSize"},
    {.key = "ttl", WR_FIELD(api_cache, ttl), .type = WR_T_DUR, .unit = "s", .def = "300", .max = 3600, .doc = "An answer is kept for so long; 0: not at all.", .src = CACHING, .cfn = "CacheTtlInSeconds"},
    {.key = "key", WR_FIELD(api_cache, key), .type = WR_T_CHOICE, .variants = wr_key_laws, .shorthand = "constant", .optional = true, .doc = "Law of what tells requests of one operation apart; when left out the request's own key, and without a 'key' at the traffic no two are alike.", .src = "assumption: path and parameters follow the key"},
    {.key = "operations", WR_FIELD(api_cache, operations), .type = WR_T_LIST, .rows = operation_rows, .size = sizeof(api_operation), .shorthand = "name", .flags = WR_P_ONE, .optional = true, .doc = "Operations that are GET: only they are cached; when left out all of them.", .src = "assumption: who asks for a cache reads"},
    {.key = "refresh", WR_FIELD(api_cache, refresh), .type = WR_T_SHARE, .def = "0%", .doc = "Share of requests that ask for a fresh answer (Cache-Control: max-age=0); they count as misses.", .src = "assumption: clients do not"},
    {.key = "entry_most", WR_FIELD(api_cache, entry_most), .type = WR_T_BYTES, .def = "1 MB", .min = 1, .max = 1e12, .doc = "Larger answers are not kept.", .src = CACHING},
    {0}};
static const wr_param authorizer_rows[] = {
    {.key = "lambda", WR_FIELD(api_authorizer, lambda), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_REQUEST), .doc = "The function that is asked."},
    {.key = "ttl", WR_FIELD(api_authorizer, ttl), .type = WR_T_DUR, .unit = "s", .def = "300", .max = 3600, .doc = "Its word is kept for so long for each identity, whatever the operation; 0: it is asked every time.", .src = GUIDE "apigateway-use-lambda-authorizer.html", .cfn = "AuthorizerResultTtlInSeconds"},
    {.key = "key", WR_FIELD(api_authorizer, key), .type = WR_T_CHOICE, .variants = wr_key_laws, .shorthand = "constant", .optional = true, .doc = "Law of the identity (the token); when left out the request's own key, and without a 'key' at the traffic no two are alike.", .src = "assumption: a key is a client"},
    {.key = "missing", WR_FIELD(api_authorizer, missing), .type = WR_T_SHARE, .def = "0%", .doc = "Share of requests without an identity: 401 at once, nobody is asked.", .src = "assumption: clients log in first"},
    {.key = "denied", WR_FIELD(api_authorizer, denied), .type = WR_T_SHARE, .def = "0%", .doc = "Share of requests with an identity that are denied with 403.", .src = "assumption: clients do what they may"},
    {.key = "timeout", WR_FIELD(api_authorizer, timeout), .type = WR_T_DUR, .def = "10s", .min = 0.05, .max = 30, .doc = "Without an answer by then the request fails with 500.", .src = GUIDE "http-api-lambda-authorizer.html"},
    {0}};
static const wr_param canary_rows[] = {
    {.key = "share", WR_FIELD(api_canary, share), .type = WR_T_SHARE, .doc = "Share of requests, chosen at random, that the canary answers.", .cfn = "PercentTraffic"},
    {.key = "target", WR_FIELD(api_canary, target), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_REQUEST), .flags = WR_P_FORWARDS, .optional = true, .doc = "Who answers them; when left out whoever answers the others."},
    {0}};

#define TARGETS \
    {.key = "target", WR_FIELD(api_cfg, target), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_REQUEST), .flags = WR_P_FORWARDS, .optional = true, .doc = "Who answers operations without a route of their own."}, \
    {.key = "routes", WR_FIELD(api_cfg, routes_written), .type = WR_T_MAP, .rows = route_rows, .size = sizeof(api_route), .shorthand = "target", .flags = WR_P_OPERATION, .optional = true, .max = 300, .doc = "Who answers which operation, with limits of its own."}, \
    {.key = "", .type = WR_T_INCLUDE, .offset = offsetof(api_cfg, limit), .rows = limit_rows, .size = sizeof(api_limit), .doc = "Limit of the stage; the last one is the account's, which all APIs share."}
#define COMMON \
    {.key = "authorizer", WR_FIELD(api_cfg, authorizer), .type = WR_T_BLOCK, .rows = authorizer_rows, .size = sizeof(api_authorizer), .shorthand = "lambda", .optional = true, .doc = "A function that says who may pass; it is asked behind the limits and before cache and integration.", .src = "assumption: AWS does not say which comes first"}, \
    {.key = "usage_plans", WR_FIELD(api_cfg, plans), .type = WR_T_LIST, .rows = plan_rows, .size = sizeof(api_plan), .flags = WR_P_ONE, .optional = true, .max = 300, .doc = "Limits and quotas of clients that send an API key; a token taken here is gone even if a later limit refuses.", .src = PLANS}, \
    {.key = "clients", WR_FIELD(api_cfg, clients), .type = WR_T_ENUM, .choices = clients, .def = "by_chance", .doc = "Which API key a request has: by_chance: drawn for each; by_key: the request's key decides, so that a client keeps its plan.", .src = "assumption: clients are equally busy"}, \
    {.key = "api_key_required", WR_FIELD(api_cfg, key_required), .type = WR_T_BOOL, .def = "false", .doc = "Requests without an API key get 403.", .src = PLANS, .cfn = "ApiKeyRequired"}, \
    {.key = "canary", WR_FIELD(api_cfg, canary), .type = WR_T_BLOCK, .rows = canary_rows, .size = sizeof(api_canary), .shorthand = "share", .optional = true, .doc = "Requests that go to a canary deployment, with series of its own (NAME:canary).", .src = GUIDE "canary-release.html", .cfn = "CanarySetting"}

const wr_param http_api_params[] = {
    TARGETS,
    {.key = "timeout", WR_FIELD(api_cfg, timeout), .type = WR_T_DUR, .def = "30s", .min = 0.05, .max = 30, .doc = "An integration silent for so long is given up with 503 and works on; it counts from the arrival at the API.", .src = GUIDE "http-api-quotas.html"},
    COMMON,
    {.key = "latency", WR_FIELD(api_cfg, latency), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 4ms, p99: 15ms}}", .doc = "Added by the API, both ways together.", .src = "assumption: AWS publishes none; it says less than that of REST APIs"},
    {0}};
const wr_param rest_api_params[] = {
    TARGETS,
    {.key = "timeout", WR_FIELD(api_cfg, timeout), .type = WR_T_DUR, .def = "29s", .min = 0.05, .max = 900, .doc = "An integration silent for so long is given up with 504 and works on; it counts from the arrival at the API; above 29 s a raised quota is needed.", .src = GUIDE "limits.html"},
    {.key = "cache", WR_FIELD(api_cfg, cache), .type = WR_T_BLOCK, .rows = cache_rows, .size = sizeof(api_cache), .shorthand = "size", .optional = true, .doc = "Answers that ended well are kept, and given again without the backend.", .src = CACHING},
    COMMON,
    {.key = "latency", WR_FIELD(api_cfg, latency), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 6ms, p99: 25ms}}", .doc = "Added by the API, both ways together.", .src = "assumption: AWS publishes none; measured figures are a few ms"},
    {0}};

/* ---- metrics -------------------------------------------------------------------------------------------- */
#define METRICS(FOUR, FIVE) \
    [API_COUNT] = {.name = "Count", .kind = WR_COUNT, .unit = "1", .doc = "Requests that arrived."}, \
    [API_4XX] = {.name = FOUR, .kind = WR_COUNT, .unit = "1", .doc = "Answers 4xx, throttles included, the integration's too."}, \
    [API_5XX] = {.name = FIVE, .kind = WR_COUNT, .unit = "1", .doc = "Answers 5xx, the integration's too."}, \
    [API_LATENCY] = {.name = "Latency", .kind = WR_VALUE, .unit = "s", .doc = "From the arrival of a request to its answer, whatever the answer."}, \
    [API_INTEGRATION] = {.name = "IntegrationLatency", .kind = WR_VALUE, .unit = "s", .doc = "From the call of the backend to its answer, or to the timeout."}, \
    [API_AUTHORIZED] = {.name = "authorizer_calls", .kind = WR_COUNT, .unit = "1", .ours = true, .doc = "Times the authorizer's function was asked."}, \
    [API_AUTHORIZER_HITS] = {.name = "authorizer_hits", .kind = WR_COUNT, .unit = "1", .ours = true, .doc = "Times its earlier word was still valid."}

const wr_metric http_api_metrics[] = {
    METRICS("4xx", "5xx"),
    [API_DATA] = {.name = "DataProcessed", .kind = WR_COUNT, .unit = "B", .doc = "Bodies of requests and answers."},
    {0}};
const wr_metric rest_api_metrics[] = {
    METRICS("4XXError", "5XXError"),
    [API_CACHE_HITS] = {.name = "CacheHitCount", .kind = WR_COUNT, .unit = "1", .doc = "Requests answered from the cache."},
    [API_CACHE_MISSES] = {.name = "CacheMissCount", .kind = WR_COUNT, .unit = "1", .doc = "Requests of cached operations that went to the backend."},
    [API_HITS] = {.name = "hits", .kind = WR_COUNT, .unit = "1", .ours = true, .doc = "As CacheHitCount."},
    [API_MISSES] = {.name = "misses", .kind = WR_COUNT, .unit = "1", .ours = true, .doc = "As CacheMissCount."},
    [API_HIT_SHARE] = {.name = "hit_share", .kind = WR_RATIO, .unit = "1", .num = "hits", .den = "hits misses", .ours = true, .doc = "Answered from the cache, of all that looked there."},
    {0}};

/* ---- codes ---------------------------------------------------------------------------------------------- */
#define FAILURES "https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html"
#define CODES(TIMEOUT, NO_ROUTE, NO_ROUTE_NAME) \
    [API_OK] = {"OK", NULL, WR_OK, 200, "Answered."}, \
    [API_BY_PLAN_METHOD] = {"THROTTLED", "ApiGateway.429.Throttled.PlanMethod", WR_THROTTLED, 429, "The limit of a usage plan for this operation."}, \
    [API_BY_PLAN] = {"THROTTLED", "ApiGateway.429.Throttled.Plan", WR_THROTTLED, 429, "The limit of a usage plan for one API key."}, \
    [API_BY_ROUTE] = {"THROTTLED", "ApiGateway.429.Throttled.Method", WR_THROTTLED, 429, "The limit of the route."}, \
    [API_BY_STAGE] = {"THROTTLED", "ApiGateway.429.Throttled.Stage", WR_THROTTLED, 429, "The limit of the stage."}, \
    [API_BY_ACCOUNT] = {"THROTTLED", "ApiGateway.429.Throttled.Account", WR_THROTTLED, 429, "The limit of the account, which all APIs share."}, \
    [API_BY_QUOTA] = {"LIMIT_EXCEEDED", "ApiGateway.429.LimitExceeded", WR_THROTTLED, 429, "The quota of an API key was used up."}, \
    [API_ERROR] = {"5xx", "ApiGateway.Integration5XX", WR_FAILED, 500, "The integration's own answer 5xx."}, \
    [API_FUNCTION] = {"502", "ApiGateway.502.FunctionError", WR_FAILED, 502, "The function ran and failed, or timed out; " FAILURES "."}, \
    [API_REFUSED] = {"500", "ApiGateway.500.InvocationRefused", WR_FAILED, 500, "Lambda refused to run the function, as when it throttles; " FAILURES "."}, \
    [API_UNREACHABLE] = {"INTEGRATION_FAILURE", "ApiGateway.IntegrationFailure", WR_FAILED, TIMEOUT, "The integration took no connection, or reset it."}, \
    [API_AUTHORIZER_FAILED] = {"AUTHORIZER_FAILURE", "ApiGateway.500.AuthorizerFailure", WR_FAILED, 500, "The authorizer failed or was silent."}, \
    [API_FAIL] = {"503", "Fault.fail", WR_FAILED, 503, "The API itself had failed."}, \
    [API_PASSED_TIMEOUT] = {"504", "ApiGateway.IntegrationTimedOut", WR_TIMEOUT, 504, "The integration's own answer 504."}, \
    [API_TIMEOUT] = {"INTEGRATION_TIMEOUT", "ApiGateway.IntegrationTimeout", WR_TIMEOUT, TIMEOUT, "The integration was silent for the timeout; it works on."}, \
    [API_BUSY] = {"503", "ApiGateway.Integration503", WR_REJECTED, 503, "The integration's own answer 503."}, \
    [API_CONFLICT] = {"409", "ApiGateway.Integration409", WR_CONFLICT, 409, "The integration's own answer 409."}, \
    [API_INVALID] = {"400", "ApiGateway.Integration400", WR_INVALID, 400, "The integration's own answer 400."}, \
    [API_NO_ROUTE] = {NO_ROUTE_NAME, "ApiGateway.NoRoute", WR_INVALID, NO_ROUTE, "No route for the operation."}, \
    [API_NO_KEY] = {"INVALID_API_KEY", "ApiGateway.403.InvalidApiKey", WR_INVALID, 403, "An API key is required."}, \
    [API_UNAUTHORIZED] = {"UNAUTHORIZED", "ApiGateway.401.Unauthorized", WR_INVALID, 401, "No identity for the authorizer."}, \
    [API_DENIED] = {"ACCESS_DENIED", "ApiGateway.403.AccessDenied", WR_INVALID, 403, "The authorizer denied it."}, \
    {0}
const wr_code http_api_codes[] = {CODES(503, 404, "404")};
const wr_code rest_api_codes[] = {CODES(504, 403, "MISSING_AUTHENTICATION_TOKEN")};

/* ---- prices and faults ---------------------------------------------------------------------------------- */
const wr_usage http_api_usage[] = {
    [API_REQUESTS] = {"Requests", "million", "http_api.million_requests", 1e6, "Requests in units of 512 KB of request and answer; throttled and unauthorised ones are free.", PRICING},
    {0}};
const wr_usage rest_api_usage[] = {
    [API_REQUESTS] = {"Requests", "million", "rest_api.million_requests", 1e6, "Requests, cached ones too, at the price of the first 333 million of a month; throttled and unauthorised ones are free.", PRICING},
    [API_CACHE_HOURS] = {"Cache", "hour", "rest_api.cache_hour_*", 3600, "Hours the cache exists, by its size.", PRICING},
    {0}};

const wr_fault http_api_faults[] = {
    {"fail", wr_fail_rows, sizeof(wr_fail_fault), "A share of requests is not served by the API itself.", "assumption: a part of its fleet"},
    {0}};
