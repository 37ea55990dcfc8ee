/* cloudfront.h - the files of CloudFront among themselves.
 *
 * cloudfront_table.c is what users write and read; cloudfront_plan.c checks it and numbers the behaviors;
 * cloudfront_tier.c is what one cache knows: copies, errors that are kept, who waits for a fetch under way;
 * cloudfront.c is the way of a request. */
#ifndef WR_CLOUDFRONT_H
#define WR_CLOUDFRONT_H
#include "models.h"
#include <weir/cache.h>

/* ---- what users write ------------------------------------------------------------------------------- */
typedef struct cdn_ttl {
    wr_dur min, normal, max;
} cdn_ttl;
typedef struct cdn_cache {
    const char *capacity;
    int law;
    wr_pick key;
} cdn_cache;
typedef struct cdn_behavior {
    const char *name;
    const wr_link *origin;   /* NULL: the distribution's */
    bool cached;
    int64_t attempts;        /* -1: the distribution's, or 1 if it is not cached */
    const void *ttl;         /* cdn_ttl; NULL: the distribution's */
    const wr_dist *max_age;  /* what the origin says; NULL: the distribution's */
} cdn_behavior;

typedef struct cdn_cfg {
    const wr_link *origin;
    wr_list written;         /* of cdn_behavior */
    const void *ttl, *cache; /* cdn_ttl, cdn_cache */
    const wr_dist *max_age, *latency, *origin_latency;
    bool collapse, shield;
    wr_dur error_ttl, stale_if_error, origin_timeout;
    int64_t attempts, locations;
    /* by prepare: */
    int behaviors, operations;
    cdn_behavior *behavior;  /* those written and, last, the default one */
    int *behavior_of;        /* by operation; [operations]: of all others */
    double entries, bytes;
    const wr_keys *key;
} cdn_cfg;
extern const wr_param cdn_params[];
void cdn_prepare(void *cfg, wr_build *b);

/* ---- what they read ----------------------------------------------------------------------------------- */
enum cdn_metric {
    CDN_REQUESTS, CDN_DOWN, CDN_UP, CDN_HIT_RATE, CDN_4XX_RATE, CDN_5XX_RATE, CDN_ERROR_RATE, CDN_502_RATE, CDN_503_RATE,
    CDN_504_RATE, CDN_ORIGIN_LATENCY, CDN_HITS, CDN_MISSES, CDN_HIT_SHARE, CDN_COLLAPSED, CDN_STALE, CDN_KEPT_ERRORS,
    CDN_EVICTIONS, CDN_ORIGIN_REQUESTS, CDN_SHIELD_HITS, CDN_SHIELD_MISSES, CDN_4XX, CDN_5XX, CDN_ERRORS, CDN_502, CDN_503,
    CDN_504
};
enum cdn_code { /* KEPT of each status: an error that another request met */
    CDN_OK, CDN_UNREACHABLE, CDN_FAULT, CDN_KEPT_FAILED, CDN_TIMEOUT, CDN_KEPT_TIMEOUT, CDN_KEPT_REJECTED, CDN_KEPT_THROTTLED,
    CDN_KEPT_CONFLICT, CDN_KEPT_INVALID
};
enum { CDN_BILL_REQUESTS, CDN_BILL_DOWN, CDN_BILL_UP, CDN_BILL_SHIELD };
extern const wr_metric cdn_metrics[];
extern const wr_code cdn_codes[];
extern const wr_usage cdn_usage[];
extern const wr_fault cdn_faults[];

/* ---- a run -------------------------------------------------------------------------------------------- */
typedef struct cdn_visit {  /* of a request that is at work */
    wr_time sent;           /* the try of the origin */
    uint64_t entry;         /* its object */
    wr_call *next;          /* of those that wait for the same fetch */
    int32_t edge;
    int16_t behavior, tried, code;
    uint8_t level;          /* how deep it looked: the answer passes the tiers from there on */
    uint8_t leads;          /* bit per level: others may wait for its fetch */
    bool delayed;           /* the latency is spent */
} cdn_visit;
typedef struct cdn_outcome { /* of a fetch, for the one that made it and all who waited */
    enum wr_status status;
    int http;
    int row;                /* of the codes; -1: what the origin said, as the call knows it */
    bool stale;
    wr_time expires;        /* 0: it may not be kept */
} cdn_outcome;
typedef struct cdn_fetch {  /* under way at a tier */
    wr_call *first, *last;  /* who waits */
    struct cdn_fetch *next; /* spare ones */
} cdn_fetch;
typedef struct cdn_tier {   /* one location, or the shield */
    wr_cache *objects;      /* stamp: 2 x the time until which it is fresh, + 1 if it is stale */
    wr_cache *errors;       /* stamp: the status */
    wr_cache *fetches;      /* stamp: its cdn_fetch */
    cdn_fetch *spare;
} cdn_tier;
typedef struct cdn {
    wr_comp *self;
    const cdn_cfg *cfg;
    cdn_tier *edge, shield;
    uint64_t nth_key;
    double down;            /* share of requests that fail */
    int hangs;
    wr_rng delay, fate, choice, keys, age;
} cdn;

enum cdn_found { CDN_ABSENT, CDN_FRESH, CDN_ERROR, CDN_UNDER_WAY };
void cdn_tier_open(cdn *d, cdn_tier *t);
enum cdn_found cdn_tier_look(cdn *d, cdn_tier *t, uint64_t entry, cdn_outcome *o);
/* Keeps what came; an error becomes the stale copy where there is one. */
void cdn_tier_keep(cdn *d, cdn_tier *t, uint64_t entry, double size, cdn_outcome *o);
void cdn_tier_begin(cdn *d, cdn_tier *t, uint64_t entry);
void cdn_tier_wait(cdn_tier *t, uint64_t entry, wr_call *c);
wr_call *cdn_tier_end(cdn_tier *t, uint64_t entry); /* who waited, by cdn_visit.next */
int cdn_kept_row(enum wr_status s);
#endif
