/* cloudfront.c - a distribution of CloudFront: the way of a request through its caches to the origin and back.
 *
 * A request looks at its edge location, then, where there is one, at the shield, then asks the origin; the answer is
 * kept on the way back. While a fetch of an object is under way, further requests for it wait and get its answer
 * (collapse); if that may not be kept, each of them then asks the origin itself. An origin that is silent for
 * origin_timeout, or takes no connection, is asked again, `attempts` times in all. Its errors are kept for error_ttl; a
 * copy that has expired stands in for a failing origin. The distribution's own latency is spent once. Behaviors that
 * are not cached go straight to the origin. Not modelled: the regional edge caches as tiers of their own, the cheaper
 * answer to a conditional request, invalidations, origin groups, edge functions, the connections themselves, the limit
 * of 250,000 requests a second. Truth: tests/unit/test_cloudfront.c, tests/truth/edge-ttl.yaml. */
#include "cloudfront.h"
#include <math.h>

#define USUAL_RESPONSE 10240.0 /* where the client does not say: SCENARIO.md's response_size */

enum { EDGE, SHIELD };

static const cdn_behavior *behavior_of(const cdn *d, const cdn_visit *v)
{
    return &d->cfg->behavior[v->behavior];
}

static cdn_tier *tier_of(cdn *d, const cdn_visit *v, int level)
{
    return level == SHIELD ? &d->shield : &d->edge[v->edge];
}

static double response_of(const wr_call *c)
{
    double size = wr_call_response_size(c);
    return size > 0 ? size : USUAL_RESPONSE;
}

/* ---- answers ------------------------------------------------------------------------------------------ */
static void count_error(cdn *d, int http)
{
    static const struct {
        int http, metric;
    } single[] = {{502, CDN_502}, {503, CDN_503}, {504, CDN_504}};
    if (http < 400)
        return;
    wr_add(d->self, CDN_ERRORS, 1);
    wr_add(d->self, http < 500 ? CDN_4XX : CDN_5XX, 1);
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        if (single[i].http == http)
            wr_add(d->self, single[i].metric, 1);
}

static void ends(cdn *d, const wr_call *c, int http)
{
    double down = http == 200 ? response_of(c) : 0;
    wr_add(d->self, CDN_REQUESTS, 1);
    wr_add(d->self, CDN_UP, wr_call_size(c));
    wr_add(d->self, CDN_DOWN, down);
    wr_bill(d->self, CDN_BILL_REQUESTS, 1);
    wr_bill(d->self, CDN_BILL_DOWN, down);
    count_error(d, http);
}

static wr_dur own_latency(cdn *d, cdn_visit *v)
{
    if (v->delayed)
        return 0;
    v->delayed = true;
    return wr_draw_dur(d->cfg->latency, &d->delay);
}

static void answer_row(cdn *d, wr_call *c, int row)
{
    ends(d, c, cdn_codes[row].http);
    wr_reply(c, row);
}

static void answer_later(wr_comp *self, void *arg)
{
    wr_call *c = arg;
    answer_row(wr_state(self), c, WR_MINE(c, cdn_visit)->code);
}

static void answer(cdn *d, wr_call *c, const cdn_outcome *o)
{
    cdn_visit *v = WR_MINE(c, cdn_visit);
    if (o->row < 0) {
        ends(d, c, o->http);
        wr_reply_status(c, o->status);
        return;
    }
    wr_dur delay = own_latency(d, v);
    v->code = (int16_t)o->row;
    if (delay > 0)
        wr_after(d->self, delay, answer_later, c);
    else
        answer_row(d, c, o->row);
}

/* ---- the origin --------------------------------------------------------------------------------------- */
static void fetched(wr_comp *self, wr_call *c, const wr_call *reply);

static void fetch(cdn *d, wr_call *c)
{
    cdn_visit *v = WR_MINE(c, cdn_visit);
    wr_send what = wr_send_like(c);
    what.ask = &wr_ask_request;
    what.delay = own_latency(d, v);
    what.timeout = what.delay + d->cfg->origin_timeout; /* counts from the edge's side, the way included */
    what.delay += wr_draw_dur(d->cfg->origin_latency, &d->delay);
    v->sent = wr_now(d->self);
    wr_add(d->self, CDN_ORIGIN_REQUESTS, 1);
    wr_bill(d->self, CDN_BILL_UP, wr_call_size(c));
    wr_call_send(d->self, wr_link_to(d->self, behavior_of(d, v)->origin), c, &what, fetched);
}

/* How long an answer is fresh; 0: it may not be kept. */
static wr_dur life_of(cdn *d, const cdn_behavior *b)
{
    const cdn_ttl *t = b->ttl;
    wr_dur life = b->max_age ? wr_draw_dur(b->max_age, &d->age) : t->normal;
    life = life > t->max ? t->max : life;
    return life < t->min ? t->min : life;
}

static cdn_outcome outcome_of(cdn *d, wr_call *c, const wr_call *reply)
{
    enum wr_status s = wr_call_status(reply);
    if (wr_call_abandoned(reply)) { /* it was our patience that ended */
        wr_call_clear_cause(c);
        return (cdn_outcome){WR_TIMEOUT, 504, CDN_TIMEOUT, false, 0};
    }
    if (s != WR_OK && !wr_call_http(reply))
        return (cdn_outcome){WR_FAILED, 502, CDN_UNREACHABLE, false, 0};
    if (s != WR_OK)
        return (cdn_outcome){s, wr_call_http(reply), -1, false, 0};
    wr_dur life = life_of(d, behavior_of(d, WR_MINE(c, cdn_visit)));
    return (cdn_outcome){WR_OK, 200, CDN_OK, false, life > 0 ? wr_now(d->self) + life : 0};
}

static void arrived(cdn *d, wr_call *c, int level, cdn_outcome o);

static void fetched(wr_comp *self, wr_call *c, const wr_call *reply)
{
    cdn *d = wr_state(self);
    cdn_visit *v = WR_MINE(c, cdn_visit);
    const cdn_behavior *b = behavior_of(d, v);
    bool silent = wr_call_abandoned(reply) || (wr_call_status(reply) != WR_OK && !wr_call_http(reply));
    wr_observe_dur(self, CDN_ORIGIN_LATENCY, wr_now(self) - v->sent);
    if (silent && ++v->tried < b->attempts) {
        wr_call_clear_cause(c);
        fetch(d, c);
        return;
    }
    cdn_outcome o = outcome_of(d, c, reply);
    if (b->cached)
        arrived(d, c, v->level, o);
    else
        answer(d, c, &o);
}

/* ---- the way back ------------------------------------------------------------------------------------- */
static void deliver(cdn *d, wr_call *c, int level, const cdn_outcome *o)
{
    if (level == SHIELD)
        arrived(d, c, EDGE, *o);
    else
        answer(d, c, o);
}

/* One that waited for the fetch of another. */
static void share(cdn *d, wr_call *c, int level, const cdn_outcome *o)
{
    cdn_outcome same = *o;
    wr_call_stage(c, WR_SERVICE);
    WR_MINE(c, cdn_visit)->delayed = true;
    if (o->status == WR_OK && !o->expires) {
        if (level == EDGE)
            wr_add(d->self, CDN_MISSES, 1);
        fetch(d, c);
        return;
    }
    same.row = cdn_kept_row(o->status);
    same.http = o->status == WR_OK ? 200 : cdn_codes[same.row].http;
    if (level == EDGE && o->status == WR_OK) {
        wr_add(d->self, CDN_HITS, 1);
        wr_add(d->self, CDN_COLLAPSED, 1);
        wr_add(d->self, CDN_STALE, o->stale);
    } else if (level == EDGE) {
        wr_add(d->self, CDN_KEPT_ERRORS, 1);
    }
    deliver(d, c, level, &same);
}

static void arrived(cdn *d, wr_call *c, int level, cdn_outcome o)
{
    cdn_visit *v = WR_MINE(c, cdn_visit);
    cdn_tier *t = tier_of(d, v, level);
    bool leads = v->leads >> level & 1;
    cdn_tier_keep(d, t, v->entry, response_of(c), &o);
    wr_call *next, *waits = leads ? cdn_tier_end(t, v->entry) : NULL;
    if (o.status == WR_OK)
        wr_call_clear_cause(c);
    if (o.stale && level == EDGE)
        wr_add(d->self, CDN_STALE, 1);
    for (; waits; waits = next) {
        next = WR_MINE(waits, cdn_visit)->next;
        share(d, waits, level, &o);
    }
    deliver(d, c, level, &o);
}

/* ---- the way there ------------------------------------------------------------------------------------ */
static void count_found(cdn *d, int level, enum cdn_found found, bool stale)
{
    if (level == SHIELD) {
        if (found != CDN_ERROR)
            wr_add(d->self, found == CDN_ABSENT ? CDN_SHIELD_MISSES : CDN_SHIELD_HITS, 1);
    } else if (found == CDN_FRESH) {
        wr_add(d->self, CDN_HITS, 1);
        wr_add(d->self, CDN_STALE, stale);
    } else if (found != CDN_UNDER_WAY) {
        wr_add(d->self, found == CDN_ERROR ? CDN_KEPT_ERRORS : CDN_MISSES, 1);
    }
}

static void seek(cdn *d, wr_call *c, int level)
{
    cdn_visit *v = WR_MINE(c, cdn_visit);
    cdn_tier *t = tier_of(d, v, level);
    cdn_outcome o = {0};
    enum cdn_found found = cdn_tier_look(d, t, v->entry, &o);
    v->level = (uint8_t)level;
    count_found(d, level, found, o.stale);
    if (level == SHIELD)
        wr_bill(d->self, CDN_BILL_SHIELD, 1);
    if (found == CDN_UNDER_WAY) {
        cdn_tier_wait(t, v->entry, c);
        wr_call_stage(c, WR_WAIT);
        return;
    }
    if (found != CDN_ABSENT) {
        deliver(d, c, level, &o);
        return;
    }
    if (d->cfg->collapse) {
        cdn_tier_begin(d, t, v->entry);
        v->leads |= (uint8_t)(1 << level);
    }
    if (level == EDGE && d->cfg->shield)
        seek(d, c, SHIELD);
    else
        fetch(d, c);
}

static uint64_t entry_of(cdn *d, const wr_call *c)
{
    uint64_t key = wr_call_key(c);
    if (d->cfg->key)
        key = wr_keys_next(d->cfg->key, &d->keys, key, &d->nth_key);
    return key * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)wr_call_operation(c);
}

static void cdn_call(wr_comp *self, wr_call *c)
{
    cdn *d = wr_state(self);
    const cdn_cfg *cfg = d->cfg;
    cdn_visit *v = WR_MINE(c, cdn_visit);
    int op = wr_call_operation(c);
    *v = (cdn_visit){0};
    v->behavior = (int16_t)cfg->behavior_of[op < cfg->operations ? op : cfg->operations];
    if (wr_rng_chance(&d->fate, d->down)) {
        if (d->hangs)
            wr_reply_never(c);
        else
            answer_row(d, c, CDN_FAULT);
        return;
    }
    if (!behavior_of(d, v)->cached) {
        fetch(d, c);
        return;
    }
    v->entry = entry_of(d, c);
    v->edge = cfg->locations > 1 ? (int32_t)wr_rng_below(&d->choice, (uint64_t)cfg->locations) : 0;
    seek(d, c, EDGE);
}

/* ---- the component ------------------------------------------------------------------------------------ */
static void cdn_fault(wr_comp *self, int fault, const void *arg, bool on)
{
    cdn *d = wr_state(self);
    const wr_fail_fault *f = arg;
    (void)fault;
    d->down += on ? f->share : -f->share;
    if (d->down < 1e-9)
        d->down = 0;
    if (f->mode == WR_HANG)
        d->hangs += on ? 1 : -1;
}

static void cdn_start(wr_comp *self)
{
    cdn *d = wr_state(self);
    const cdn_cfg *cfg = wr_cfg(self);
    d->self = self;
    d->cfg = cfg;
    wr_stream(self, "latency", &d->delay);
    wr_stream(self, "fate", &d->fate);
    wr_stream(self, "choice", &d->choice);
    wr_stream(self, "keys", &d->keys);
    wr_stream(self, "age", &d->age);
    d->edge = wr_alloc(self, (size_t)cfg->locations * sizeof *d->edge);
    for (int64_t i = 0; i < cfg->locations; i++)
        cdn_tier_open(d, &d->edge[i]);
    cdn_tier_open(d, &d->shield);
}

const wr_model wr_model_cloudfront = {
    .kind = "cloudfront", .aws = "AWS::CloudFront::Distribution", .title = "CloudFront", .cloudwatch = "AWS/CloudFront",
    .doc = "A distribution: edge caches in front of an origin, with behaviors, times to live, collapsing and stale copies.",
    .accepts = WR_ACCEPTS(WR_OP_REQUEST),
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE,
    .net = WR_NET_AWS,
    .params = cdn_params, .metrics = cdn_metrics, .codes = cdn_codes, .usage = cdn_usage, .faults = cdn_faults,
    .cfg_size = sizeof(cdn_cfg), .state_size = sizeof(cdn),
    .prepare = cdn_prepare, .start = cdn_start, .call = cdn_call, .fault = cdn_fault,
};
