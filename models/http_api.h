/* http_api.h - the files of API Gateway among themselves: HTTP APIs and REST APIs are one model with two tables.
 *
 * http_api_table.c is what users write and read, for both; http_api_plan.c checks it and numbers the routes;
 * http_api_limit.c has the chain of token buckets and the quotas; http_api_call.c is the way of a request;
 * http_api.c and rest_api.c are the two descriptors. */
#ifndef WR_HTTP_API_H
#define WR_HTTP_API_H
#include "models.h"
#include <weir/cache.h>

/* ---- what users write ------------------------------------------------------------------------------- */
typedef struct api_limit { /* NaN: not written */
    double rate, burst;
} api_limit;
typedef struct api_method { /* of a usage plan */
    const char *name;
    api_limit limit;
} api_method;
typedef struct api_quota {
    int64_t limit, offset;
    int period;
} api_quota;
typedef struct api_plan {
    const char *name;
    double share;
    int64_t keys;
    const void *throttle;  /* api_limit */
    const void *quota;     /* api_quota */
    wr_list methods;       /* of api_method */
} api_plan;
typedef struct api_route {
    const char *name;
    const wr_link *target;
    api_limit limit;
    wr_dur timeout;        /* -1: the API's */
} api_route;
typedef struct api_operation {
    const char *name;
} api_operation;
typedef struct api_cache {
    double size, entry_most, refresh;
    wr_dur ttl;
    wr_pick key;
    wr_list operations;    /* of api_operation */
} api_cache;
typedef struct api_authorizer {
    const wr_link *lambda;
    wr_dur ttl, timeout;
    wr_pick key;
    double missing, denied;
} api_authorizer;
typedef struct api_canary {
    double share;
    const wr_link *target;
} api_canary;
enum { API_BY_CHANCE, API_BY_KEY };

typedef struct api_cfg {
    const wr_link *target;
    wr_list routes_written;   /* of api_route */
    api_limit limit;
    wr_dur timeout;
    const void *cache, *authorizer, *canary; /* blocks */
    wr_list plans;            /* of api_plan */
    int clients;
    bool key_required;
    const wr_dist *latency;
    /* by prepare: */
    int routes, operations;
    api_route *route;         /* those written and, last, the one of `target` */
    int *route_of;            /* by operation; [operations]: of all others; -1: none */
    bool *cacheable;          /* likewise */
    int **method_of;          /* by plan and operation: which of its methods; -1: none */
    double *upto;             /* of the plans: cumulated shares */
    const wr_keys *cache_key, *identity;
} api_cfg;
extern const wr_param http_api_params[], rest_api_params[];
void http_api_prepare(void *cfg, wr_build *b);
void rest_api_prepare(void *cfg, wr_build *b);

/* ---- what they read ----------------------------------------------------------------------------------- */
enum api_metric {
    API_COUNT, API_4XX, API_5XX, API_LATENCY, API_INTEGRATION, API_AUTHORIZED, API_AUTHORIZER_HITS, API_DATA,
    API_CACHE_HITS = API_DATA, API_CACHE_MISSES, API_HITS, API_MISSES, API_HIT_SHARE /* of REST APIs */
};
enum api_code { /* the first of each status is what an integration's own answer is passed on as */
    API_OK, API_BY_PLAN_METHOD, API_BY_PLAN, API_BY_ROUTE, API_BY_STAGE, API_BY_ACCOUNT, API_BY_QUOTA, API_ERROR,
    API_FUNCTION, API_REFUSED, API_UNREACHABLE, API_AUTHORIZER_FAILED, API_FAIL, API_PASSED_TIMEOUT, API_TIMEOUT,
    API_BUSY, API_CONFLICT, API_INVALID, API_NO_ROUTE, API_NO_KEY, API_UNAUTHORIZED, API_DENIED
};
extern const wr_metric http_api_metrics[], rest_api_metrics[];
extern const wr_code http_api_codes[], rest_api_codes[];
extern const wr_usage http_api_usage[], rest_api_usage[];
extern const wr_fault http_api_faults[];
enum { API_REQUESTS, API_CACHE_HOURS };

/* ---- a run -------------------------------------------------------------------------------------------- */
typedef struct api_client {   /* one API key */
    wr_bucket bucket, *method;
    int64_t used;
    wr_time until;            /* end of the period of its quota */
} api_client;
typedef struct api {
    wr_comp *self, *canary;   /* canary: its own series; NULL: there is none */
    const api_cfg *cfg;
    bool rest;
    wr_bucket stage, *account, *route; /* route: by route */
    api_client **client;      /* by plan and API key */
    wr_cache *cache, *tickets; /* answers; what the authorizer said */
    uint64_t nth_key, nth_identity;
    double down;              /* share of requests that fail */
    int hangs;
    wr_rng delay, fate, choice, keys;
} api;

/* The first limit that refuses a request for a route (-1: none), or API_OK. */
enum api_code api_admit(api *a, const wr_call *c, int route);
void api_limits_start(api *a);

void http_api_start(wr_comp *self);
void http_api_call(wr_comp *self, wr_call *c);
void http_api_fault(wr_comp *self, int fault, const void *cfg, bool on);
#endif
