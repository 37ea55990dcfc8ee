/* cloudfront_table.c - what users may write on a distribution of CloudFront and read from it.
 *
 * Truth: tests/unit/test_cloudfront.c, and the lint of all tables in tests/contract. */
#include "cloudfront.h"

#define GUIDE "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/"
#define EXPIRATION GUIDE "Expiration.html"
#define ORIGIN_PAGE GUIDE "RequestAndResponseBehaviorCustomOrigin.html"
#define CODES_PAGE GUIDE "HTTPStatusCodes.html"
#define PRICING "https://aws.amazon.com/cloudfront/pricing/"

static const char *const laws[] = {"lru", "random", "fifo", NULL};

/* ---- parameters ---------------------------------------------------------------------------------------- */
static const wr_param ttl_rows[] = {
    {.key = "min", WR_FIELD(cdn_ttl, min), .type = WR_T_DUR, .unit = "s", .def = "0s", .max = 3e9, .doc = "An answer is fresh for at least so long, even if the origin forbids to keep it.", .src = EXPIRATION, .cfn = "MinTTL"},
    {.key = "default", WR_FIELD(cdn_ttl, normal), .type = WR_T_DUR, .unit = "s", .def = "24h", .max = 3e9, .doc = "How long an answer is fresh, from its fetch on, when the origin says nothing; 0s: it is not kept.", .src = EXPIRATION, .cfn = "DefaultTTL"},
    {.key = "max", WR_FIELD(cdn_ttl, max), .type = WR_T_DUR, .unit = "s", .def = "365d", .max = 3e9, .doc = "An answer is fresh for at most so long.", .src = EXPIRATION, .cfn = "MaxTTL"},
    {0}};
static const wr_param cache_rows[] = {
    {.key = "capacity", WR_FIELD(cdn_cache, capacity), .type = WR_T_TEXT, .def = "unlimited", .doc = "What one location holds: a number of objects, a size, or unlimited.", .src = "assumption: AWS says only that unpopular objects may leave early"},
    {.key = "law", WR_FIELD(cdn_cache, law), .type = WR_T_ENUM, .choices = laws, .def = "lru", .doc = "What goes when a location is full: the least recently used, any, or the oldest object.", .src = "assumption: AWS does not say"},
    {.key = "key", WR_FIELD(cdn_cache, key), .type = WR_T_CHOICE, .variants = wr_key_laws, .shorthand = "constant", .optional = true, .doc = "Law of what tells requests of one operation apart (path, and the headers, cookies and queries of the cache policy); when left out the request's own key, and without a 'key' at the traffic no two are alike.", .src = GUIDE "controlling-the-cache-key.html"},
    {0}};
#define MAX_AGE(S, DOC) {.key = "max_age", WR_FIELD(S, max_age), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = DOC, .src = EXPIRATION}
#define TTL_ROW(S, ...) {.key = "ttl", WR_FIELD(S, ttl), .type = WR_T_BLOCK, .rows = ttl_rows, .size = sizeof(cdn_ttl), .shorthand = "default", __VA_ARGS__}
static const wr_param behavior_rows[] = {
    {.key = "origin", WR_FIELD(cdn_behavior, origin), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_REQUEST), .flags = WR_P_FORWARDS, .optional = true, .doc = "Who answers these requests, when it is not the distribution's origin.", .cfn = "TargetOriginId"},
    {.key = "cached", WR_FIELD(cdn_behavior, cached), .type = WR_T_BOOL, .def = "true", .doc = "false: every request goes straight to the origin, as POST, PUT and DELETE do, and all requests where caching is disabled."},
    TTL_ROW(cdn_behavior, .optional = true, .doc = "Its times to live, in place of the distribution's.", .src = EXPIRATION),
    MAX_AGE(cdn_behavior, "What its origin says in Cache-Control: max-age, in place of the distribution's; 0s: no-store."),
    {.key = "attempts", WR_FIELD(cdn_behavior, attempts), .type = WR_T_INT, .optional = true, .min = 1, .max = 10, .doc = "Tries in all; when left out the distribution's, or one if it is not cached, since only GET and HEAD are sent again.", .src = ORIGIN_PAGE},
    {0}};

const wr_param cdn_params[] = {
    {.key = "origin", WR_FIELD(cdn_cfg, origin), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_REQUEST), .flags = WR_P_FORWARDS, .doc = "Who answers what the caches do not have."},
    {.key = "behaviors", WR_FIELD(cdn_cfg, written), .type = WR_T_MAP, .rows = behavior_rows, .size = sizeof(cdn_behavior), .shorthand = "origin", .flags = WR_P_OPERATION, .optional = true, .max = 75, .doc = "What is different for single operations.", .src = GUIDE "cloudfront-limits.html", .cfn = "CacheBehaviors"},
    TTL_ROW(cdn_cfg, .def = "{}", .doc = "Times to live.", .src = EXPIRATION),
    MAX_AGE(cdn_cfg, "What the origin says in Cache-Control: max-age, held within 'ttl'; 0s: no-store; when left out it says nothing."),
    {.key = "cache", WR_FIELD(cdn_cfg, cache), .type = WR_T_BLOCK, .rows = cache_rows, .size = sizeof(cdn_cache), .shorthand = "capacity", .optional = true, .doc = "How much a location holds, and by which key."},
    {.key = "collapse", WR_FIELD(cdn_cfg, collapse), .type = WR_T_BOOL, .def = "true", .doc = "Requests for an object that is being fetched wait for that fetch; if its answer may not be kept they then ask the origin themselves.", .src = ORIGIN_PAGE},
    {.key = "error_ttl", WR_FIELD(cdn_cfg, error_ttl), .type = WR_T_DUR, .unit = "s", .def = "10s", .max = 3e9, .doc = "An origin's 404, 414 or 5xx is given again for so long without asking it.", .src = GUIDE "custom-error-pages-expiration.html", .cfn = "ErrorCachingMinTTL"},
    {.key = "stale_if_error", WR_FIELD(cdn_cfg, stale_if_error), .type = WR_T_DUR, .unit = "s", .def = "unlimited", .words = "unlimited", .max = 3e9, .doc = "How long after it expired a copy may stand in for an origin that fails; each time it is fresh for error_ttl; 0s: never.", .src = EXPIRATION},
    {.key = "origin_timeout", WR_FIELD(cdn_cfg, origin_timeout), .type = WR_T_DUR, .unit = "s", .def = "30s", .min = 0.001, .max = 3600, .doc = "An origin silent for so long is asked again, or the request ends with 504; AWS allows 1 to 120 s.", .src = GUIDE "DownloadDistValuesOrigin.html", .cfn = "OriginReadTimeout"},
    {.key = "attempts", WR_FIELD(cdn_cfg, attempts), .type = WR_T_INT, .def = "3", .min = 1, .max = 10, .doc = "Tries in all of an origin that is silent or takes no connection; AWS allows 1 to 3.", .src = GUIDE "DownloadDistValuesOrigin.html", .cfn = "ConnectionAttempts"},
    {.key = "shield", WR_FIELD(cdn_cfg, shield), .type = WR_T_BOOL, .def = "false", .doc = "One more cache that all locations ask before the origin; the way there takes no time of its own.", .src = GUIDE "origin-shield.html", .cfn = "OriginShield.Enabled"},
    {.key = "locations", WR_FIELD(cdn_cfg, locations), .type = WR_T_INT, .def = "1", .min = 1, .max = 1000, .doc = "Edge locations, each with a cache of its own; a request comes to any of them by chance.", .src = "assumption: viewers in one place"},
    {.key = "latency", WR_FIELD(cdn_cfg, latency), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 2ms, p99: 15ms}}", .doc = "Added by an edge location, both ways together.", .src = "assumption: AWS publishes none; the way to the viewer is 'client' of 'network'"},
    {.key = "origin_latency", WR_FIELD(cdn_cfg, origin_latency), .type = WR_T_DIST, .of = WR_T_DUR, .def = "0ms", .doc = "Way from the edge to the origin and back, for each try.", .src = "assumption: the origin is near"},
    {0}};

/* ---- metrics -------------------------------------------------------------------------------------------- */
#define COUNT(N, U, D) {.name = N, .kind = WR_COUNT, .unit = U, .doc = D}
#define OURS(N, D) {.name = N, .kind = WR_COUNT, .unit = "1", .doc = D, .ours = true}
#define HIDDEN(N) {.name = N, .kind = WR_COUNT, .unit = "1", .ours = true, .hidden = true}
#define PERCENT(N, NUM, D) {.name = N, .kind = WR_RATIO, .unit = "%", .num = NUM, .den = "Requests", .scale = 100, .doc = D}
const wr_metric cdn_metrics[] = {
    [CDN_REQUESTS] = COUNT("Requests", "1", "Requests of viewers that were answered."),
    [CDN_DOWN] = COUNT("BytesDownloaded", "B", "Bodies of good answers."),
    [CDN_UP] = COUNT("BytesUploaded", "B", "Bodies of requests."),
    [CDN_HIT_RATE] = {.name = "CacheHitRate", .kind = WR_RATIO, .unit = "%", .num = "hits", .den = "hits misses", .scale = 100, .doc = "Cacheable requests that were answered from a cache."},
    [CDN_4XX_RATE] = PERCENT("4xxErrorRate", "answers_4xx", "Answers 4xx of all requests."),
    [CDN_5XX_RATE] = PERCENT("5xxErrorRate", "answers_5xx", "Answers 5xx of all requests."),
    [CDN_ERROR_RATE] = PERCENT("TotalErrorRate", "answers_bad", "Answers 4xx and 5xx of all requests."),
    [CDN_502_RATE] = PERCENT("502ErrorRate", "answers_502", "Answers 502 of all requests."),
    [CDN_503_RATE] = PERCENT("503ErrorRate", "answers_503", "Answers 503 of all requests."),
    [CDN_504_RATE] = PERCENT("504ErrorRate", "answers_504", "Answers 504 of all requests."),
    [CDN_ORIGIN_LATENCY] = {.name = "OriginLatency", .kind = WR_VALUE, .unit = "s", .doc = "From a request to the origin to its answer, or to the timeout."},
    [CDN_HITS] = OURS("hits", "Requests answered from a cache, those that waited for another's fetch too."),
    [CDN_MISSES] = OURS("misses", "Requests that went on to the shield or the origin, to revalidate too."),
    [CDN_HIT_SHARE] = {.name = "hit_share", .kind = WR_RATIO, .unit = "1", .num = "hits", .den = "hits misses", .ours = true, .doc = "Hits of both; requests that met a kept error are neither."},
    [CDN_COLLAPSED] = OURS("collapsed", "Hits that waited for the fetch of another request."),
    [CDN_STALE] = OURS("stale", "Requests answered with an expired copy because the origin failed."),
    [CDN_KEPT_ERRORS] = OURS("kept_errors", "Requests that got an error another request had met."),
    [CDN_EVICTIONS] = OURS("evictions", "Objects that had to go for others."),
    [CDN_ORIGIN_REQUESTS] = OURS("origin_requests", "Requests to the origin, each try counted."),
    [CDN_SHIELD_HITS] = OURS("shield_hits", "Requests that the shield answered."),
    [CDN_SHIELD_MISSES] = OURS("shield_misses", "Requests that it passed on."),
    [CDN_4XX] = HIDDEN("answers_4xx"), [CDN_5XX] = HIDDEN("answers_5xx"), [CDN_ERRORS] = HIDDEN("answers_bad"),
    [CDN_502] = HIDDEN("answers_502"), [CDN_503] = HIDDEN("answers_503"), [CDN_504] = HIDDEN("answers_504"),
    {0}};

/* ---- codes, prices, faults ------------------------------------------------------------------------------ */
#define KEPT(NAME, STATUS, HTTP) {NAME, "CloudFront.KeptError." NAME, STATUS, HTTP, "An error of the origin that another request met: kept for error_ttl, or waited for."}
const wr_code cdn_codes[] = {
    [CDN_OK] = {"OK", NULL, WR_OK, 200, "Answered, from a cache or by the origin."},
    [CDN_UNREACHABLE] = {"502", "CloudFront.502.OriginConnection", WR_FAILED, 502, "The origin took no connection, or reset it; " CODES_PAGE "."},
    [CDN_FAULT] = {"503", "Fault.fail", WR_FAILED, 503, "The edge location itself had failed."},
    [CDN_KEPT_FAILED] = KEPT("500", WR_FAILED, 500),
    [CDN_TIMEOUT] = {"504", "CloudFront.504.OriginTimeout", WR_TIMEOUT, 504, "The origin was silent for the timeout, in every try; it works on; " CODES_PAGE "."},
    [CDN_KEPT_TIMEOUT] = KEPT("504", WR_TIMEOUT, 504),
    [CDN_KEPT_REJECTED] = KEPT("503", WR_REJECTED, 503),
    [CDN_KEPT_THROTTLED] = KEPT("429", WR_THROTTLED, 429),
    [CDN_KEPT_CONFLICT] = KEPT("409", WR_CONFLICT, 409),
    [CDN_KEPT_INVALID] = KEPT("400", WR_INVALID, 400),
    {0}};
const wr_usage cdn_usage[] = {
    [CDN_BILL_REQUESTS] = {"HTTPS requests", "million", "cloudfront.million_requests", 1e6, "Requests of viewers in North America; AWS prices them by ten thousand.", PRICING},
    [CDN_BILL_DOWN] = {"Data to viewers", "GB", "cloudfront.gb_out", 1e9, "Bodies of answers, at the price of the first 10 TB of a month.", PRICING},
    [CDN_BILL_UP] = {"Data to origin", "GB", "cloudfront.gb_to_origin", 1e9, "Bodies of requests that go to the origin; what comes back from an AWS origin is free.", PRICING},
    [CDN_BILL_SHIELD] = {"Origin Shield", "million", "cloudfront.million_shield_requests", 1e6, "Requests that look at the shield.", PRICING},
    {0}};

const wr_fault cdn_faults[] = {
    {"fail", wr_fail_rows, sizeof(wr_fail_fault), "A share of requests is not served by the edge itself.", "assumption: a part of its locations"},
    {0}};
