/* http_api_limit.c - who may pass: token buckets in a chain, and quotas.
 *
 * In the order of AWS's page: the usage plan's limit for the method, its limit for the API key, the quota of the key,
 * the route, the stage, and last the bucket of the account, which all APIs of a run share. Each takes one token. A
 * token taken is gone even if a later limit refuses: AWS does not say, and calls all of these best effort. The limit
 * of AWS itself per Region is not known and left out. Truth: tests/unit/test_http_api.c, truth case APIGW-doc. */
#include "http_api.h"
#include <math.h>

typedef struct account {
    wr_bucket bucket;
    bool open;
} account;

static bool limited(const api_limit *l)
{
    return l && !isnan(l->rate);
}

static bool take(api *a, wr_bucket *b)
{
    return wr_bucket_take(b, wr_now(a->self), 1);
}

static wr_dur period_of(const api_quota *q)
{
    static const int days[] = {1, 7, 30};
    return days[q->period] * 86400 * WR_S;
}

static bool within_quota(api *a, const api_quota *q, api_client *k)
{
    wr_time now = wr_now(a->self);
    if (!q)
        return true;
    if (now >= k->until) {
        k->until += ((now - k->until) / period_of(q) + 1) * period_of(q);
        k->used = 0;
    }
    return k->used++ < q->limit;
}

/* ---- usage plans ---------------------------------------------------------------------------------------- */
static enum api_code client_admits(api *a, size_t i, int64_t which, int operation)
{
    const api_cfg *cfg = a->cfg;
    const api_plan *p = &((const api_plan *)cfg->plans.items)[i];
    api_client *k = &a->client[i][which];
    int method = cfg->method_of[i][operation < cfg->operations ? operation : cfg->operations];
    if (method >= 0 && k->method[method].rate >= 0 && !take(a, &k->method[method]))
        return API_BY_PLAN_METHOD;
    if (limited(p->throttle) && !take(a, &k->bucket))
        return API_BY_PLAN;
    return within_quota(a, p->quota, k) ? API_OK : API_BY_QUOTA;
}

/* One number in [0, 1) says which plan and which of its keys. */
static enum api_code plan_admits(api *a, const wr_call *c)
{
    const api_cfg *cfg = a->cfg;
    const api_plan *p = cfg->plans.items;
    double u = cfg->clients == API_BY_KEY ? wr_key_spot(wr_call_key(c)) : 1 - wr_rng_unit(&a->choice), low = 0;
    for (size_t i = 0; i < cfg->plans.n; i++) {
        if (u < cfg->upto[i]) {
            int64_t which = (int64_t)((u - low) / p[i].share * (double)p[i].keys);
            return client_admits(a, i, which < p[i].keys ? which : p[i].keys - 1, wr_call_operation(c));
        }
        low = cfg->upto[i];
    }
    return cfg->key_required ? API_NO_KEY : API_OK;
}

/* ---- the chain ------------------------------------------------------------------------------------------ */
static void tell_level(api *a)
{
    double last = a->account->level;
    wr_set(a->self, WR_U_BURST_LEFT, limited(&a->cfg->limit) ? fmin(a->stage.level, last) : last);
}

static enum api_code stage_admits(api *a)
{
    if (limited(&a->cfg->limit) && !take(a, &a->stage))
        return API_BY_STAGE;
    if (!take(a, a->account))
        return API_BY_ACCOUNT;
    wr_add(a->self, WR_U_CONSUMED, 1);
    return API_OK;
}

enum api_code api_admit(api *a, const wr_call *c, int route)
{
    const api_cfg *cfg = a->cfg;
    enum api_code code = cfg->plans.n || cfg->key_required ? plan_admits(a, c) : API_OK;
    if (code != API_OK)
        return code;
    if (route >= 0 && limited(&cfg->route[route].limit) && !take(a, &a->route[route]))
        return API_BY_ROUTE;
    code = stage_admits(a);
    tell_level(a);
    return code;
}

static api_client *open_clients(api *a, const api_plan *p)
{
    const api_limit *own = p->throttle;
    const api_quota *q = p->quota;
    const api_method *m = p->methods.items;
    api_client *k = wr_alloc(a->self, (size_t)p->keys * sizeof *k);
    for (int64_t i = 0; i < p->keys; i++) {
        if (limited(own))
            k[i].bucket = wr_bucket_full(own->rate, own->burst);
        if (q)
            k[i] = (api_client){k[i].bucket, NULL, q->offset, period_of(q)};
        k[i].method = p->methods.n ? wr_alloc(a->self, p->methods.n * sizeof *k[i].method) : NULL;
        for (size_t j = 0; j < p->methods.n; j++)
            k[i].method[j] = limited(&m[j].limit) ? wr_bucket_full(m[j].limit.rate, m[j].limit.burst) : (wr_bucket){.rate = -1};
    }
    return k;
}

void api_limits_start(api *a)
{
    const api_cfg *cfg = a->cfg;
    account *shared = wr_shared(a->self, "api_gateway", sizeof *shared);
    if (!shared->open)
        *shared = (account){wr_bucket_full(wr_quota(a->self, "api_gateway_rate"), wr_quota(a->self, "api_gateway_burst")), true};
    a->account = &shared->bucket;
    a->route = wr_alloc(a->self, (size_t)(cfg->routes + 1) * sizeof *a->route);
    for (int i = 0; i < cfg->routes; i++)
        if (limited(&cfg->route[i].limit))
            a->route[i] = wr_bucket_full(cfg->route[i].limit.rate, cfg->route[i].limit.burst);
    if (limited(&cfg->limit))
        a->stage = wr_bucket_full(cfg->limit.rate, cfg->limit.burst);
    tell_level(a);
    a->client = wr_alloc(a->self, (cfg->plans.n + 1) * sizeof *a->client);
    for (size_t i = 0; i < cfg->plans.n; i++)
        a->client[i] = open_clients(a, &((const api_plan *)cfg->plans.items)[i]);
}
