/* http_api_plan.c - what the rows of an API cannot say: rules between keys, and routes by the number of the operation.
 *
 * A limit that is above the account's is a warning: it can never be reached. Truth: tests/unit/test_http_api.c. */
#include "http_api.h"
#include <math.h>
#include <string.h>

static const double sizes[] = {0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118, 237};

/* ---- limits --------------------------------------------------------------------------------------------- */
/* One of the two alone: the other is the account's. */
static void complete(api_limit *l, wr_build *b)
{
    double rate = wr_build_account(b, "api_gateway_rate"), burst = wr_build_account(b, "api_gateway_burst");
    if (l->rate > rate)
        wr_build_warning(b, &l->rate, "%.0f/s is above the account's %.0f/s and is never reached; see 'api_gateway_rate' in 'account'",
                         l->rate, rate);
    if (isnan(l->rate) == isnan(l->burst))
        return;
    if (isnan(l->rate))
        l->rate = rate;
    else
        l->burst = burst;
}

/* Blocks are bound as const; what was left out is filled in a copy. */
static const api_limit *completed(const api_limit *written, wr_build *b)
{
    api_limit *l = wr_build_alloc(b, sizeof *l);
    *l = *written;
    complete(l, b);
    return l;
}

/* ---- plans ---------------------------------------------------------------------------------------------- */
static void number_methods(api_cfg *cfg, api_plan *p, int *method_of, wr_build *b)
{
    const api_method *m = p->methods.items;
    api_method *copy = wr_build_alloc(b, (p->methods.n + 1) * sizeof *copy);
    for (int op = 0; op <= cfg->operations; op++)
        method_of[op] = -1;
    for (size_t i = 0; i < p->methods.n; i++) {
        copy[i] = m[i];
        copy[i].limit = *completed(&m[i].limit, b);
        method_of[wr_build_operation(b, m[i].name)] = (int)i;
    }
    p->methods.items = copy;
}

static void prepare_plans(api_cfg *cfg, wr_build *b)
{
    const api_plan *written = cfg->plans.items;
    size_t n = cfg->plans.n;
    api_plan *p = wr_build_alloc(b, (n + 1) * sizeof *p);
    double sum = 0;
    cfg->upto = wr_build_alloc(b, (n + 1) * sizeof *cfg->upto);
    cfg->method_of = wr_build_alloc(b, (n + 1) * sizeof *cfg->method_of);
    for (size_t i = 0; i < n; i++) {
        p[i] = written[i];
        cfg->upto[i] = sum += p[i].share;
        cfg->method_of[i] = wr_build_alloc(b, (size_t)(cfg->operations + 1) * sizeof(int));
        number_methods(cfg, &p[i], cfg->method_of[i], b);
        if (p[i].throttle)
            p[i].throttle = completed(p[i].throttle, b);
        for (size_t k = 0; k < i; k++)
            if (p[i].name && p[k].name && !strcmp(p[k].name, p[i].name))
                wr_build_error(b, &written[i].name, "two usage plans of '%s' have the name '%s'", wr_build_name(b), p[i].name);
    }
    if (sum > 1 + 1e-9)
        wr_build_error(b, &cfg->plans, "the shares of 'usage_plans' sum to %.6g; at most 1 is allowed", sum);
    if (cfg->key_required && !n)
        wr_build_warning(b, &cfg->key_required, "'api_key_required' of '%s' refuses everybody without 'usage_plans'",
                         wr_build_name(b));
    cfg->plans.items = p;
}

/* ---- routes --------------------------------------------------------------------------------------------- */
/* The highest number of an operation that this API names itself; "default" has 0. */
static int highest(const api_cfg *cfg, wr_build *b)
{
    const api_route *r = cfg->routes_written.items;
    const api_plan *p = cfg->plans.items;
    const api_cache *cache = cfg->cache;
    double top = 0;
    for (size_t i = 0; i < cfg->routes_written.n; i++)
        top = fmax(top, wr_build_operation(b, r[i].name));
    for (size_t i = 0; i < cfg->plans.n; i++)
        for (size_t k = 0; k < p[i].methods.n; k++)
            top = fmax(top, wr_build_operation(b, ((const api_method *)p[i].methods.items)[k].name));
    for (size_t i = 0; cache && i < cache->operations.n; i++)
        top = fmax(top, wr_build_operation(b, ((const api_operation *)cache->operations.items)[i].name));
    return (int)top;
}

static void prepare_routes(api_cfg *cfg, wr_build *b)
{
    const api_route *written = cfg->routes_written.items;
    int n = (int)cfg->routes_written.n, otherwise = cfg->target ? n : -1;
    cfg->route = wr_build_alloc(b, (size_t)(n + 1) * sizeof *cfg->route);
    cfg->routes = n + (cfg->target != NULL);
    cfg->route_of = wr_build_alloc(b, (size_t)(cfg->operations + 1) * sizeof *cfg->route_of);
    if (!cfg->routes)
        wr_build_error(b, NULL, "'%s' has nobody who answers: give 'target' or 'routes'", wr_build_name(b));
    for (int i = 0; i < n; i++) {
        cfg->route[i] = written[i];
        cfg->route[i].limit = *completed(&written[i].limit, b);
        if (cfg->route[i].timeout <= 0)
            cfg->route[i].timeout = cfg->timeout;
        if (!wr_build_operation(b, written[i].name))
            otherwise = i;
    }
    cfg->route[n] = (api_route){.name = "default", .target = cfg->target, .limit = {NAN, NAN}, .timeout = cfg->timeout};
    for (int op = 0; op <= cfg->operations; op++)
        cfg->route_of[op] = otherwise;
    for (int i = 0; i < n; i++)
        cfg->route_of[wr_build_operation(b, written[i].name)] = i;
    if (cfg->target && otherwise != n)
        wr_build_error(b, &cfg->target, "'target' and the route 'default' of '%s' are the same thing; write one of them",
                       wr_build_name(b));
}

/* ---- cache and authorizer ------------------------------------------------------------------------------- */
static void prepare_cache(api_cfg *cfg, wr_build *b)
{
    const api_cache *cache = cfg->cache;
    cfg->cacheable = wr_build_alloc(b, (size_t)(cfg->operations + 1) * sizeof *cfg->cacheable);
    if (!cache)
        return;
    const api_operation *o = cache->operations.items;
    for (int op = 0; op <= cfg->operations; op++)
        cfg->cacheable[op] = !cache->operations.n;
    for (size_t i = 0; i < cache->operations.n; i++)
        cfg->cacheable[wr_build_operation(b, o[i].name)] = true;
    cfg->cache_key = wr_keys_build(b, &cache->key);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (fabs(cache->size - sizes[i] * 1073741824.0) < 1)
            return;
    wr_build_error(b, &cache->size, "'size' of the cache of '%s' is %.4g GB; allowed are 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, "
                   "118 and 237 GB", wr_build_name(b), cache->size / 1073741824.0);
}

static void prepare(api_cfg *cfg, wr_build *b)
{
    const api_authorizer *auth = cfg->authorizer;
    cfg->operations = highest(cfg, b) + 1;
    complete(&cfg->limit, b);
    prepare_routes(cfg, b);
    prepare_plans(cfg, b);
    prepare_cache(cfg, b);
    if (auth)
        cfg->identity = wr_keys_build(b, &auth->key);
}

void rest_api_prepare(void *mine, wr_build *b)
{
    api_cfg *cfg = mine;
    prepare(cfg, b);
    if (cfg->timeout > 29 * WR_S)
        wr_build_warning(b, &cfg->timeout, "a 'timeout' above 29s needs a raised quota, which AWS gives to Regional APIs only");
}

void http_api_prepare(void *mine, wr_build *b)
{
    api_cfg *cfg = mine;
    static const char only[] = "AWS has '%s' for REST APIs only; see rest_api";
    prepare(cfg, b);
    for (int i = 0; i < (int)cfg->routes_written.n; i++)
        if (cfg->route[i].timeout > 30 * WR_S)
            wr_build_error(b, &((const api_route *)cfg->routes_written.items)[i].timeout, "'timeout' is above 30s, AWS's most");
    if (cfg->plans.n)
        wr_build_warning(b, &cfg->plans, only, "usage_plans");
    if (cfg->canary)
        wr_build_warning(b, &cfg->canary, only, "canary");
}
