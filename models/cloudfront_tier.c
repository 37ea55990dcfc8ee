/* cloudfront_tier.c - what one cache of a distribution knows: an edge location, or the shield.
 *
 * Copies stay after they have expired, for as long as they may stand in for an origin that fails; they are then fresh
 * again for the error's time. Errors are kept beside them, without a size. A fetch that is under way has a list of
 * those who wait for it. A revalidation is a fetch like any other: it costs the origin a request. Which errors are kept
 * is AWS's list for origins that say nothing: 404, 414 and all 5xx.
 * Truth: tests/unit/test_cloudfront.c. */
#include "cloudfront.h"
#include <math.h>

void cdn_tier_open(cdn *d, cdn_tier *t)
{
    static const int policy[] = {WR_CACHE_LRU, WR_CACHE_RANDOM, WR_CACHE_FIFO};
    static const wr_cache_cfg all = {.policy = WR_CACHE_FIFO, .entries = INFINITY, .bytes = INFINITY};
    const cdn_cfg *cfg = d->cfg;
    const cdn_cache *written = cfg->cache;
    wr_cache_cfg objects = {(enum wr_cache_policy)policy[written ? written->law : 0], false, cfg->entries, cfg->bytes};
    t->objects = wr_cache_create(d->self, &objects);
    t->errors = wr_cache_create(d->self, &all);
    t->fetches = wr_cache_create(d->self, &all);
}

int cdn_kept_row(enum wr_status s)
{
    static const int row[WR_STATUSES] = {[WR_OK] = CDN_OK, [WR_FAILED] = CDN_KEPT_FAILED, [WR_TIMEOUT] = CDN_KEPT_TIMEOUT,
                                         [WR_REJECTED] = CDN_KEPT_REJECTED, [WR_THROTTLED] = CDN_KEPT_THROTTLED,
                                         [WR_CONFLICT] = CDN_KEPT_CONFLICT, [WR_INVALID] = CDN_KEPT_INVALID};
    return row[s];
}

static cdn_outcome again(enum wr_status s)
{
    int row = cdn_kept_row(s);
    return (cdn_outcome){s, cdn_codes[row].http, row, false, 0};
}

enum cdn_found cdn_tier_look(cdn *d, cdn_tier *t, uint64_t entry, cdn_outcome *o)
{
    const wr_cached *copy = wr_cache_find(t->objects, entry);
    if (copy && (wr_time)(copy->stamp >> 1) > wr_now(d->self)) {
        *o = (cdn_outcome){WR_OK, 200, CDN_OK, copy->stamp & 1, (wr_time)(copy->stamp >> 1)};
        return CDN_FRESH;
    }
    const wr_cached *error = wr_cache_find(t->errors, entry);
    if (error) {
        *o = again((enum wr_status)error->stamp);
        return CDN_ERROR;
    }
    return d->cfg->collapse && wr_cache_peek(t->fetches, entry) ? CDN_UNDER_WAY : CDN_ABSENT;
}

/* ---- keeping ------------------------------------------------------------------------------------------ */
static wr_dur plus(wr_dur a, wr_dur b)
{
    return a > WR_NEVER - b ? WR_NEVER : a + b;
}

static uint64_t stamp_of(wr_time expires, bool stale)
{
    return (uint64_t)expires * 2 + stale;
}

static void keep_copy(cdn *d, cdn_tier *t, uint64_t entry, double size, const cdn_outcome *o)
{
    wr_dur left = o->expires - wr_now(d->self);
    if (left <= 0)
        return;
    int64_t evicted = wr_cache_put(t->objects, entry, size, plus(left, d->cfg->stale_if_error));
    wr_cached *copy = wr_cache_peek(t->objects, entry);
    if (copy)
        copy->stamp = stamp_of(o->expires, o->stale);
    if (evicted)
        wr_add(d->self, CDN_EVICTIONS, (double)evicted);
}

static void keep_error(cdn *d, cdn_tier *t, uint64_t entry, const cdn_outcome *o)
{
    bool kept = o->http >= 500 || o->http == 404 || o->http == 414;
    if (!kept || d->cfg->error_ttl <= 0)
        return;
    wr_cache_put(t->errors, entry, 0, d->cfg->error_ttl);
    wr_cache_peek(t->errors, entry)->stamp = (uint64_t)o->status;
}

void cdn_tier_keep(cdn *d, cdn_tier *t, uint64_t entry, double size, cdn_outcome *o)
{
    if (o->status == WR_OK) {
        keep_copy(d, t, entry, size, o);
        return;
    }
    wr_cached *old = d->cfg->stale_if_error > 0 && o->http >= 500 ? wr_cache_peek(t->objects, entry) : NULL;
    if (!old) {
        keep_error(d, t, entry, o);
        return;
    }
    *o = (cdn_outcome){WR_OK, 200, CDN_OK, true, plus(wr_now(d->self), d->cfg->error_ttl)};
    old->stamp = stamp_of(o->expires, true);
}

/* ---- fetches under way -------------------------------------------------------------------------------- */
static cdn_fetch *fetch_of(cdn_tier *t, uint64_t entry)
{
    return (cdn_fetch *)(uintptr_t)wr_cache_peek(t->fetches, entry)->stamp;
}

void cdn_tier_begin(cdn *d, cdn_tier *t, uint64_t entry)
{
    cdn_fetch *f = t->spare;
    if (f)
        t->spare = f->next;
    else
        f = wr_alloc(d->self, sizeof *f);
    *f = (cdn_fetch){0};
    wr_cache_put(t->fetches, entry, 0, WR_NEVER);
    wr_cache_peek(t->fetches, entry)->stamp = (uint64_t)(uintptr_t)f;
}

void cdn_tier_wait(cdn_tier *t, uint64_t entry, wr_call *c)
{
    cdn_fetch *f = fetch_of(t, entry);
    if (f->last)
        WR_MINE(f->last, cdn_visit)->next = c;
    else
        f->first = c;
    f->last = c;
    WR_MINE(c, cdn_visit)->next = NULL;
}

wr_call *cdn_tier_end(cdn_tier *t, uint64_t entry)
{
    cdn_fetch *f = fetch_of(t, entry);
    wr_call *first = f->first;
    f->next = t->spare;
    t->spare = f;
    wr_cache_remove(t->fetches, entry);
    return first;
}
