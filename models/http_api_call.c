/* http_api_call.c - the way of a request through an API: limits, authorizer, cache, integration, answer.
 *
 * The API's own latency is spent once, before whoever is asked first, or before an answer from the cache; refusals are
 * immediate. An integration that is silent for the timeout is given up and works on: even a client that would cancel
 * its work cannot do so through an API. A function's failure is 502; a function that Lambda refuses to run is 500; a
 * backend that is no function is passed on as it is. Concurrent misses of one key all go to the backend, and an
 * identity that is being checked is checked again for the next request.
 * Truth: tests/unit/test_http_api.c, tests/unit/test_rest_api.c. */
#include "http_api.h"
#include <math.h>
#include <string.h>

#define USUAL_RESPONSE 10240.0 /* where the client does not say: SCENARIO.md's response_size */
#define BILLED_UNIT 524288.0   /* of an HTTP API */

typedef struct visit {
    wr_time since, sent;  /* arrival; call of the integration */
    uint64_t entry;       /* key of its answer in the cache */
    uint64_t identity;
    int route;
    int16_t code;
    bool canary, keeps, delayed; /* keeps: the answer goes into the cache; delayed: the latency is spent */
} visit;

/* ---- counting ------------------------------------------------------------------------------------------- */
static void count_both(api *a, wr_call *c, enum api_metric m)
{
    wr_add(a->self, (int)m, 1);
    if (WR_MINE(c, visit)->canary)
        wr_add(a->canary, (int)m, 1);
}

static void observe_both(api *a, wr_call *c, enum api_metric m, wr_dur d)
{
    wr_observe_dur(a->self, (int)m, d);
    if (WR_MINE(c, visit)->canary)
        wr_observe_dur(a->canary, (int)m, d);
}

static double response_of(const wr_call *c)
{
    double size = wr_call_response_size(c);
    return size > 0 ? size : USUAL_RESPONSE;
}

static bool is_free(enum api_code code)
{
    return (code >= API_BY_PLAN_METHOD && code <= API_BY_QUOTA) || code >= API_NO_ROUTE || code == API_FAIL ||
           code == API_AUTHORIZER_FAILED;
}

static void bill(api *a, const wr_call *c, enum api_code code)
{
    double bytes = wr_call_size(c) + (code == API_OK ? response_of(c) : 0);
    if (!a->rest)
        wr_add(a->self, API_DATA, bytes);
    if (!is_free(code))
        wr_bill(a->self, API_REQUESTS, a->rest ? 1 : fmax(1, ceil(bytes / BILLED_UNIT)));
}

/* The uniform metrics of a canary, which the runtime keeps of the API as a whole only. */
static void canary_ends(wr_comp *canary, enum wr_status s, wr_dur took)
{
    static const int kind[WR_STATUSES] = {[WR_THROTTLED] = WR_U_THROTTLED, [WR_TIMEOUT] = WR_U_TIMEOUTS, [WR_REJECTED] = WR_U_REJECTED};
    wr_add(canary, s == WR_OK ? WR_U_COMPLETED : WR_U_ERRORS, 1);
    wr_observe_dur(canary, s == WR_OK ? WR_U_LATENCY : WR_U_LATENCY_ALL, took);
    if (kind[s])
        wr_add(canary, kind[s], 1);
}

/* Everything that is counted when a request ends with a row of the codes, or as its integration did. */
static void ends(api *a, wr_call *c, enum api_code code, enum wr_status s, int http)
{
    wr_dur took = wr_now(a->self) - WR_MINE(c, visit)->since;
    if (http / 100 == 4)
        count_both(a, c, API_4XX);
    else if (http / 100 == 5)
        count_both(a, c, API_5XX);
    observe_both(a, c, API_LATENCY, took);
    if (WR_MINE(c, visit)->canary)
        canary_ends(a->canary, s, took);
    bill(a, c, code);
}

static void answer(api *a, wr_call *c, enum api_code code)
{
    const wr_code *row = &(a->rest ? rest_api_codes : http_api_codes)[code];
    ends(a, c, code, row->status, row->http);
    wr_reply(c, (int)code);
}

static void answer_later(wr_comp *self, void *arg)
{
    wr_call *c = arg;
    answer(wr_state(self), c, (enum api_code)WR_MINE(c, visit)->code);
}

/* ---- the integration ------------------------------------------------------------------------------------ */
static bool is_lambda(const wr_comp *to)
{
    return !strcmp(wr_model_of(to)->kind, "lambda");
}

/* What a function's bad end is for the client. */
static enum api_code function_failed(enum wr_status s)
{
    return s == WR_FAILED || s == WR_TIMEOUT ? API_FUNCTION : API_REFUSED;
}

static void keep(api *a, wr_call *c)
{
    const api_cache *cache = a->cfg->cache;
    double size = response_of(c);
    if (WR_MINE(c, visit)->keeps && size <= cache->entry_most)
        wr_cache_put(a->cache, WR_MINE(c, visit)->entry, size, cache->ttl);
}

static void answered(wr_comp *self, wr_call *c, const wr_call *reply)
{
    api *a = wr_state(self);
    enum wr_status s = wr_call_status(reply);
    observe_both(a, c, API_INTEGRATION, wr_now(self) - WR_MINE(c, visit)->sent);
    if (wr_call_abandoned(reply)) { /* it was our patience that ended */
        wr_call_clear_cause(c);
        answer(a, c, API_TIMEOUT);
    } else if (s == WR_OK) {
        keep(a, c);
        answer(a, c, API_OK);
    } else if (is_lambda(wr_call_to(reply))) {
        answer(a, c, function_failed(s));
    } else if (!wr_call_http(reply)) {
        answer(a, c, API_UNREACHABLE);
    } else {
        ends(a, c, API_ERROR, s, wr_call_http(reply));
        wr_reply_status(c, s);
    }
}

static wr_dur own_latency(api *a, visit *v)
{
    if (v->delayed)
        return 0;
    v->delayed = true;
    return wr_draw_dur(a->cfg->latency, &a->delay);
}

static void integrate(api *a, wr_call *c)
{
    visit *v = WR_MINE(c, visit);
    const api_canary *canary = a->cfg->canary;
    const api_route *r = &a->cfg->route[v->route];
    const wr_link *to = v->canary && canary->target ? canary->target : r->target;
    wr_send what = wr_send_like(c);
    what.ask = &wr_ask_request;
    what.delay = own_latency(a, v);
    what.timeout = r->timeout;
    v->sent = wr_now(a->self) + what.delay;
    wr_call_send(a->self, wr_link_to(a->self, to), c, &what, answered);
}

/* ---- the cache ------------------------------------------------------------------------------------------ */
static uint64_t entry_of(api *a, const wr_call *c)
{
    uint64_t key = wr_call_key(c);
    if (a->cfg->cache_key)
        key = wr_keys_next(a->cfg->cache_key, &a->keys, key, &a->nth_key);
    return key * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)wr_call_operation(c);
}

static bool cached(api *a, wr_call *c)
{
    const api_cfg *cfg = a->cfg;
    const api_cache *cache = cfg->cache;
    visit *v = WR_MINE(c, visit);
    int op = wr_call_operation(c);
    if (!cache || !cfg->cacheable[op < cfg->operations ? op : cfg->operations])
        return false;
    v->entry = entry_of(a, c);
    v->keeps = true;
    bool hit = !wr_rng_chance(&a->fate, cache->refresh) && wr_cache_find(a->cache, v->entry);
    count_both(a, c, hit ? API_CACHE_HITS : API_CACHE_MISSES);
    count_both(a, c, hit ? API_HITS : API_MISSES);
    return hit;
}

static void look(api *a, wr_call *c)
{
    visit *v = WR_MINE(c, visit);
    if (!cached(a, c)) {
        integrate(a, c);
        return;
    }
    wr_dur d = own_latency(a, v);
    v->code = API_OK;
    if (d > 0)
        wr_after(a->self, d, answer_later, c);
    else
        answer(a, c, API_OK);
}

/* ---- the authorizer ------------------------------------------------------------------------------------- */
static void judge(api *a, wr_call *c)
{
    const api_authorizer *auth = a->cfg->authorizer;
    if (wr_rng_chance(&a->fate, auth->denied))
        answer(a, c, API_DENIED);
    else
        look(a, c);
}

static void said(wr_comp *self, wr_call *c, const wr_call *reply)
{
    api *a = wr_state(self);
    const api_authorizer *auth = a->cfg->authorizer;
    if (wr_call_status(reply) != WR_OK) {
        if (wr_call_abandoned(reply))
            wr_call_clear_cause(c);
        answer(a, c, API_AUTHORIZER_FAILED);
        return;
    }
    wr_cache_put(a->tickets, WR_MINE(c, visit)->identity, 0, auth->ttl);
    judge(a, c);
}

static void authorize(api *a, wr_call *c)
{
    const api_authorizer *auth = a->cfg->authorizer;
    visit *v = WR_MINE(c, visit);
    uint64_t key = wr_call_key(c);
    if (wr_rng_chance(&a->fate, auth->missing)) {
        answer(a, c, API_UNAUTHORIZED);
        return;
    }
    v->identity = a->cfg->identity ? wr_keys_next(a->cfg->identity, &a->keys, key, &a->nth_identity) : key;
    if (auth->ttl > 0 && wr_cache_find(a->tickets, v->identity)) {
        count_both(a, c, API_AUTHORIZER_HITS);
        judge(a, c);
        return;
    }
    wr_send what = {.ask = &wr_ask_request, .key = v->identity, .size = 1024, .delay = own_latency(a, v),
                    .timeout = auth->timeout, .az = -1};
    count_both(a, c, API_AUTHORIZED);
    wr_call_send(a->self, wr_link_to(a->self, auth->lambda), c, &what, said);
}

/* ---- the way in ----------------------------------------------------------------------------------------- */
static bool failed(api *a, wr_call *c)
{
    if (!wr_rng_chance(&a->fate, a->down))
        return false;
    if (a->hangs)
        wr_reply_never(c);
    else
        answer(a, c, API_FAIL);
    return true;
}

void http_api_call(wr_comp *self, wr_call *c)
{
    api *a = wr_state(self);
    const api_cfg *cfg = a->cfg;
    const api_canary *canary = cfg->canary;
    visit *v = WR_MINE(c, visit);
    int op = wr_call_operation(c);
    v->since = wr_now(self);
    v->route = cfg->route_of[op < cfg->operations ? op : cfg->operations];
    v->canary = canary && wr_rng_chance(&a->choice, canary->share);
    count_both(a, c, API_COUNT);
    if (v->canary)
        wr_add(a->canary, WR_U_REQUESTS, 1);
    if (failed(a, c))
        return;
    enum api_code code = api_admit(a, c, v->route);
    if (code == API_OK && v->route < 0)
        code = API_NO_ROUTE;
    if (code != API_OK)
        answer(a, c, code);
    else if (cfg->authorizer)
        authorize(a, c);
    else
        look(a, c);
}

void http_api_fault(wr_comp *self, int fault, const void *arg, bool on)
{
    api *a = wr_state(self);
    const wr_fail_fault *f = arg;
    (void)fault;
    a->down += on ? f->share : -f->share;
    if (a->down < 1e-9)
        a->down = 0;
    if (f->mode == WR_HANG)
        a->hangs += on ? 1 : -1;
}

/* ---- the component -------------------------------------------------------------------------------------- */
static void open_cache(api *a)
{
    static const struct {
        double gb;
        const char *price, *label;
    } of[] = {{0.5, "rest_api.cache_hour_0_5_gb", "Cache, 0.5 GB"},   {1.6, "rest_api.cache_hour_1_6_gb", "Cache, 1.6 GB"},
              {6.1, "rest_api.cache_hour_6_1_gb", "Cache, 6.1 GB"},   {13.5, "rest_api.cache_hour_13_5_gb", "Cache, 13.5 GB"},
              {28.4, "rest_api.cache_hour_28_4_gb", "Cache, 28.4 GB"}, {58.2, "rest_api.cache_hour_58_2_gb", "Cache, 58.2 GB"},
              {118, "rest_api.cache_hour_118_gb", "Cache, 118 GB"},   {237, "rest_api.cache_hour_237_gb", "Cache, 237 GB"}};
    const api_cache *cache = a->cfg->cache;
    a->cache = wr_cache_create(a->self, &(wr_cache_cfg){.policy = WR_CACHE_LRU, .entries = INFINITY, .bytes = cache->size});
    wr_bill_level(a->self, API_CACHE_HOURS, 1);
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (fabs(cache->size - of[i].gb * 1073741824.0) < 1)
            wr_bill_as(a->self, API_CACHE_HOURS, of[i].price, of[i].label);
}

void http_api_start(wr_comp *self)
{
    api *a = wr_state(self);
    const api_cfg *cfg = wr_cfg(self);
    a->self = self;
    a->cfg = cfg;
    a->rest = !strcmp(wr_model_of(self)->kind, "rest_api");
    wr_stream(self, "latency", &a->delay);
    wr_stream(self, "fate", &a->fate);
    wr_stream(self, "choice", &a->choice);
    wr_stream(self, "keys", &a->keys);
    api_limits_start(a);
    if (cfg->cache)
        open_cache(a);
    if (cfg->authorizer)
        a->tickets = wr_cache_create(self, &(wr_cache_cfg){.policy = WR_CACHE_FIFO, .entries = INFINITY, .bytes = INFINITY});
    if (cfg->canary)
        a->canary = wr_part(self, "canary", false);
}
