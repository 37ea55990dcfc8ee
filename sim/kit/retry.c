/* retry.c - how clients try again: modes, jitter, budgets, and the SDKs' own rules.
 *
 * A policy is frozen with the scenario; what moves is one wr_retry per client object (its tokens and its rate
 * limiter) and one wr_tries per request. A retry is allowed if its class is retried, tries are left and the
 * budget can pay; then it waits, by the mode's law. Delays multiply the whole step, base 2^(n-1) before the
 * n-th retry, as the SDKs do. The modes' constants were read in botocore's retryhandler, retries/standard,
 * retries/quota and retries/adaptive; DynamoDB has its own in two of them.
 * A server's hint and the pause of a long poll with an empty quota are questions of their own, for who knows of them.
 * Truth: tests/unit/test_retry.c. */
#include "retry.h"
#include <math.h>

enum mode {
    NONE, FIXED, EXPONENTIAL, FULL_JITTER, EQUAL_JITTER, DECORRELATED, IMMEDIATE,
    SDK_LEGACY, SDK_STANDARD, SDK_STANDARD_2026, SDK_ADAPTIVE
};
static const char *const modes[] = {"none",         "fixed",     "exponential", "full_jitter",  "equal_jitter",
                                    "decorrelated", "immediate", "sdk_legacy",  "sdk_standard", "sdk_standard_2026",
                                    "sdk_adaptive", NULL};
enum class { THROTTLE, ERROR, TIMEOUT, REJECTED, CONFLICT, ALL };
static const char *const classes[] = {"throttle", "error", "timeout", "rejected", "conflict", "all", NULL};
enum { FULL, EMPTY };
static const char *const initials[] = {"full", "empty", NULL};
enum { OBJECT, TRAFFIC };
enum { HONOUR, IGNORE };
static const char *const hints[] = {"honour", "ignore", NULL};
static const wr_dur MOST_HINT = 5 * WR_S; /* beyond the wait that the client would have chosen */
static const char *const scopes[] = {"object", "traffic", NULL};

struct class_row {
    int of;
};
struct budget {
    double capacity, cost, cost_timeout, on_success, per_call, refill;
    bool refund;
    int initial, scope;
};

#define SDK_PAGE "https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html"

static const wr_param class_rows[] = {
    {.key = "of", WR_FIELD(struct class_row, of), .type = WR_T_ENUM, .choices = classes, .doc = "A class of outcomes; all: every one but invalid."},
    {0}};
static const wr_param budget_rows[] = {
    {.key = "capacity", WR_FIELD(struct budget, capacity), .type = WR_T_NUMBER, .def = "500", .max = 1e12, .doc = "Tokens it holds.", .src = SDK_PAGE},
    {.key = "cost", WR_FIELD(struct budget, cost), .type = WR_T_NUMBER, .def = "5", .max = 1e12, .doc = "Tokens a retry takes; with fewer left the error is final.", .src = SDK_PAGE},
    {.key = "cost_timeout", WR_FIELD(struct budget, cost_timeout), .type = WR_T_NUMBER, .def = "10", .max = 1e12, .doc = "Tokens a retry after a timeout takes.", .src = SDK_PAGE},
    {.key = "on_success", WR_FIELD(struct budget, on_success), .type = WR_T_NUMBER, .def = "1", .max = 1e12, .doc = "Tokens that come back with a success without a retry.", .src = SDK_PAGE},
    {.key = "refund", WR_FIELD(struct budget, refund), .type = WR_T_BOOL, .def = "true", .doc = "Whether a success after a retry gives back what the last retry cost.", .src = SDK_PAGE},
    {.key = "per_call", WR_FIELD(struct budget, per_call), .type = WR_T_NUMBER, .def = "0", .max = 1e12, .doc = "Tokens that come with every new request."},
    {.key = "refill", WR_FIELD(struct budget, refill), .type = WR_T_RATE, .def = "0/s", .max = 1e12, .doc = "Tokens that come with time."},
    {.key = "initial", WR_FIELD(struct budget, initial), .type = WR_T_ENUM, .choices = initials, .def = "full", .doc = "Tokens at the start."},
    {.key = "scope", WR_FIELD(struct budget, scope), .type = WR_T_ENUM, .choices = scopes, .def = "object", .doc = "Who shares a budget: one client object, or all of a traffic."},
    {0}};

const wr_param wr_retry_params[] = {
    {.key = "mode", WR_FIELD(wr_retry_cfg, mode), .type = WR_T_ENUM, .choices = modes, .def = "none", .doc = "How long a client waits before it tries again: a law of its own, or one of the AWS SDKs' modes.", .src = SDK_PAGE},
    {.key = "attempts", WR_FIELD(wr_retry_cfg, attempts), .type = WR_T_INT, .def = "3", .min = 1, .max = 1e15, .words = "unlimited", .doc = "Tries in all, the first included; the SDK modes bring their own number.", .src = SDK_PAGE},
    {.key = "base", WR_FIELD(wr_retry_cfg, base), .type = WR_T_DIST, .of = WR_T_DUR, .def = "100ms", .doc = "Wait before the first retry; it doubles with every further one where the mode says so.", .src = "assumption: a usual choice of clients of one's own"},
    {.key = "cap", WR_FIELD(wr_retry_cfg, cap), .type = WR_T_DUR, .def = "20s", .words = "unlimited", .doc = "Longest wait.", .src = SDK_PAGE},
    {.key = "retry_on", WR_FIELD(wr_retry_cfg, retry_on), .type = WR_T_LIST, .rows = class_rows, .size = sizeof(struct class_row), .shorthand = "of", .flags = WR_P_ONE, .def = "[throttle, error, timeout]", .doc = "Classes of outcomes that are tried again.", .src = SDK_PAGE},
    {.key = "retry_after", WR_FIELD(wr_retry_cfg, retry_after), .type = WR_T_ENUM, .choices = hints, .def = "honour", .doc = "What a client makes of a server's hint when to come again: it waits at least so long; of the SDK modes only sdk_standard_2026 knows hints, and adds at most 5 s.", .src = SDK_PAGE},
    {.key = "budget", WR_FIELD(wr_retry_cfg, budget), .type = WR_T_BLOCK, .rows = budget_rows, .size = sizeof(struct budget), .optional = true, .doc = "Tokens that retries take: bounds how much load they add."},
    {0}};

/* ---- prepare ------------------------------------------------------------------------------------------ */
static unsigned bit(enum wr_status s)
{
    return 1u << s;
}

static unsigned class_bits(enum class c)
{
    static const enum wr_status of[] = {[THROTTLE] = WR_THROTTLED, [ERROR] = WR_FAILED, [TIMEOUT] = WR_TIMEOUT,
                                        [REJECTED] = WR_REJECTED, [CONFLICT] = WR_CONFLICT};
    if (c == ALL)
        return bit(WR_THROTTLED) | bit(WR_FAILED) | bit(WR_TIMEOUT) | bit(WR_REJECTED) | bit(WR_CONFLICT);
    return bit(of[c]);
}

static bool of_sdk(int mode)
{
    return mode >= SDK_LEGACY;
}

/* A key of the budget that was not written takes the mode's value; the rows' defaults are those of sdk_standard. */
static void budget_written(wr_retry_cfg *out, const struct budget *q, wr_build *b)
{
    bool newer = out->mode == SDK_STANDARD_2026;
    out->given_cost = wr_build_given(b, &q->cost);
    out->given_cost_timeout = wr_build_given(b, &q->cost_timeout);
    out->has_budget = true;
    out->capacity = q->capacity;
    out->on_success = q->on_success;
    out->refund = q->refund;
    out->per_call = q->per_call;
    out->refill = q->refill;
    out->starts_empty = q->initial == EMPTY;
    out->whole_traffic = q->scope == TRAFFIC;
    out->cost = newer && !out->given_cost ? 14 : q->cost;
    out->cost_throttle = q->cost;
    out->cost_timeout = newer && !out->given_cost_timeout ? out->cost : q->cost_timeout;
}

static void budget_of_mode(wr_retry_cfg *out)
{
    bool newer = out->mode == SDK_STANDARD_2026;
    out->has_budget = newer || out->mode == SDK_STANDARD || out->mode == SDK_ADAPTIVE;
    out->capacity = 500;
    out->cost_throttle = 5;
    out->cost = newer ? 14 : 5;
    out->cost_timeout = newer ? 14 : 10;
    out->on_success = 1;
    out->refund = true;
}

void retry_complete(const wr_retry_cfg *written, wr_retry_cfg *out, wr_build *b)
{
    bool attempts = wr_build_given(b, &written->attempts), base = wr_build_given(b, &written->base);
    bool cap = wr_build_given(b, &written->cap), budget = wr_build_given(b, &written->budget);
    const struct class_row *row = written->retry_on.items;
    *out = *written;
    out->given_attempts = attempts;
    out->given_base = base;
    out->given_cap = cap;
    out->given_budget = budget;
    out->classes = 0;
    for (size_t i = 0; i < written->retry_on.n; i++)
        out->classes |= class_bits((enum class)row[i].of);
    if (written->budget)
        budget_written(out, written->budget, b);
    else if (!budget)
        budget_of_mode(out);
}

void wr_retry_prepare(wr_retry_cfg *cfg, wr_build *b)
{
    wr_retry_cfg done;
    retry_complete(cfg, &done, b);
    *cfg = done;
}

const wr_retry_cfg *wr_retry_build(wr_build *b, const void *written)
{
    const wr_retry_cfg *w = written;
    if (!w || w->mode == NONE)
        return NULL;
    wr_retry_cfg *out = wr_build_alloc(b, sizeof *out);
    retry_complete(w, out, b);
    return out;
}

static bool same_budget(const wr_retry_cfg *a, const wr_retry_cfg *b)
{
    const double x[] = {a->capacity, a->cost, a->cost_timeout, a->cost_throttle, a->on_success, a->per_call, a->refill};
    const double y[] = {b->capacity, b->cost, b->cost_timeout, b->cost_throttle, b->on_success, b->per_call, b->refill};
    return a->has_budget == b->has_budget && a->refund == b->refund && a->starts_empty == b->starts_empty &&
           !memcmp(x, y, sizeof x);
}

static bool same_base(const wr_retry_cfg *a, const wr_retry_cfg *b)
{
    double x, y;
    return a->given_base == b->given_base && wr_dist_constant(a->base, &x) && wr_dist_constant(b->base, &y) &&
           !(x < y) && !(x > y);
}

bool retry_same(const wr_retry_cfg *a, const wr_retry_cfg *b)
{
    return a == b || (a->mode == b->mode && a->retry_after == b->retry_after && a->attempts == b->attempts &&
                      a->given_attempts == b->given_attempts && a->cap == b->cap && a->given_cap == b->given_cap &&
                      a->classes == b->classes && same_base(a, b) && same_budget(a, b));
}

/* ---- delays ------------------------------------------------------------------------------------------- */
static bool is_dynamodb(const wr_model *callee)
{
    return callee && callee->kind[0] == 'd' && !strcmp(callee->kind, "dynamodb");
}

static int64_t attempts_of(const wr_retry_cfg *cfg, const wr_model *callee)
{
    if (cfg->given_attempts || !of_sdk(cfg->mode))
        return cfg->attempts;
    switch (cfg->mode) {
    case SDK_LEGACY: return is_dynamodb(callee) ? 10 : 5;
    case SDK_STANDARD_2026: return is_dynamodb(callee) ? 4 : 3;
    default: return 3;
    }
}

/* The first step of the ladder, in seconds. */
static double first_step(const wr_retry_cfg *cfg, enum wr_status s, const wr_model *callee, wr_rng *r)
{
    if (cfg->given_base || !of_sdk(cfg->mode))
        return wr_draw(cfg->base, r);
    if (cfg->mode == SDK_LEGACY)
        return is_dynamodb(callee) ? 0.05 : 1;
    if (cfg->mode == SDK_STANDARD_2026 && s != WR_THROTTLED)
        return is_dynamodb(callee) ? 0.025 : 0.05;
    return 1;
}

static double ladder(double base, int32_t n)
{
    return ldexp(base, n < 64 ? (int)n - 1 : 63);
}

static double sdk_wait(const wr_retry_cfg *cfg, int32_t n, enum wr_status s, const wr_model *callee, wr_rng *r)
{
    double most = cfg->mode == SDK_LEGACY && !cfg->given_cap ? INFINITY : wr_dur_to_s(cfg->cap);
    double e = fmin(most, ladder(first_step(cfg, s, callee, r), n));
    return cfg->mode == SDK_LEGACY && is_dynamodb(callee) ? e : wr_rng_unit(r) * e;
}

static double wait_of(const wr_retry_cfg *cfg, const wr_tries *t, enum wr_status s, const wr_model *callee, wr_rng *r)
{
    if (of_sdk(cfg->mode))
        return sdk_wait(cfg, t->made, s, callee, r);
    double base = wr_draw(cfg->base, r), cap = wr_dur_to_s(cfg->cap);
    double e = fmin(cap, ladder(base, t->made)), before = t->previous ? wr_dur_to_s(t->previous) : base;
    switch (cfg->mode) {
    case FIXED: return base;
    case EXPONENTIAL: return e;
    case FULL_JITTER: return wr_rng_unit(r) * e;
    case EQUAL_JITTER: return e / 2 + wr_rng_unit(r) * e / 2;
    case DECORRELATED: return fmin(cap, base + wr_rng_unit(r) * fmax(0, 3 * before - base));
    default: return 0;
    }
}

/* ---- one client object -------------------------------------------------------------------------------- */
struct wr_retry {
    const wr_retry_cfg *cfg;
    double tokens;
    wr_time at;       /* tokens are as of this instant */
    retry_limiter limiter;
};

wr_retry *wr_retry_create(wr_comp *owner, const wr_retry_cfg *cfg)
{
    wr_retry *r = wr_alloc(owner, sizeof *r);
    r->cfg = cfg;
    r->tokens = cfg->starts_empty ? 0 : cfg->capacity;
    r->at = wr_now(owner);
    limiter_begin(&r->limiter, owner, wr_now(owner));
    return r;
}

static void earn(wr_retry *r, const wr_retry_cfg *cfg, double n)
{
    r->tokens = fmin(cfg->capacity, r->tokens + n);
}

static void refill(wr_retry *r, const wr_retry_cfg *cfg, wr_time now)
{
    if (cfg->refill > 0 && now > r->at)
        earn(r, cfg, cfg->refill * wr_dur_to_s(now - r->at));
    r->at = now;
}

double wr_retry_tokens(wr_retry *r, wr_time now)
{
    refill(r, r->cfg, now);
    return r->tokens;
}

bool retry_earns(const wr_retry_cfg *c) { return c->per_call > 0 || c->refill > 0; }
bool retry_limits(const wr_retry_cfg *c) { return c->mode == SDK_ADAPTIVE; }

void wr_retry_first(wr_retry *r, wr_time now)
{
    refill(r, r->cfg, now);
    earn(r, r->cfg, r->cfg->per_call);
}

static double cost_of(const wr_retry_cfg *cfg, enum wr_status s)
{
    return s == WR_TIMEOUT ? cfg->cost_timeout : s == WR_THROTTLED ? cfg->cost_throttle : cfg->cost;
}

/* Sums of tenths must not miss a whole token by rounding. */
static bool pay(wr_retry *r, const wr_retry_cfg *cfg, wr_tries *t, enum wr_status s, wr_time now)
{
    double cost = cost_of(cfg, s);
    refill(r, cfg, now);
    if (r->tokens < cost - 1e-9 * (cost + 1))
        return false;
    r->tokens = fmax(0, r->tokens - cost);
    t->paid = (float)cost;
    return true;
}

enum wr_retry_verdict wr_retry_again(wr_retry *r, const wr_retry_cfg *cfg, wr_tries *t, enum wr_status s,
                                     const wr_model *callee, wr_time now, wr_rng *rng, wr_dur *wait)
{
    if (t->made < INT32_MAX)
        t->made++;
    if (cfg->mode == NONE || !(cfg->classes & bit(s)) || s == WR_INVALID || t->made >= attempts_of(cfg, callee))
        return WR_RETRY_NO;
    if (cfg->has_budget && !pay(r, cfg, t, s, now))
        return WR_RETRY_SUPPRESSED;
    *wait = wr_dur_from_s(wait_of(cfg, t, s, callee, rng));
    t->previous = *wait;
    return WR_RETRY_YES;
}

void wr_retry_ended(wr_retry *r, const wr_retry_cfg *cfg, const wr_tries *t, enum wr_status s, wr_time now)
{
    if (!cfg->has_budget || s != WR_OK)
        return;
    refill(r, cfg, now);
    if (!t->made)
        earn(r, cfg, cfg->on_success);
    else if (cfg->refund)
        earn(r, cfg, (double)t->paid);
}

wr_held *wr_retry_admit(wr_retry *r, const wr_retry_cfg *cfg, wr_call *c, wr_retry_go *go)
{
    if (!retry_limits(cfg) || limiter_admit(&r->limiter, wr_now(r->limiter.owner)))
        return NULL;
    return limiter_hold(&r->limiter, c, go);
}

wr_dur wr_retry_hinted(const wr_retry_cfg *cfg, wr_dur wait, wr_dur hint)
{
    bool never = cfg->retry_after == IGNORE || (of_sdk(cfg->mode) && cfg->mode != SDK_STANDARD_2026);
    if (hint <= wait || never)
        return wait;
    return cfg->mode == SDK_STANDARD_2026 && hint > wait + MOST_HINT ? wait + MOST_HINT : hint;
}

wr_dur wr_retry_poll_pause(const wr_retry_cfg *cfg, const wr_tries *t, enum wr_status s, const wr_model *callee,
                           wr_rng *rng)
{
    return cfg->mode == SDK_STANDARD_2026 ? wr_dur_from_s(wait_of(cfg, t, s, callee, rng)) : 0;
}

void wr_retry_answered(wr_retry *r, const wr_retry_cfg *cfg, enum wr_status s, wr_time now)
{
    if (cfg->mode == SDK_ADAPTIVE)
        limiter_answered(&r->limiter, s == WR_THROTTLED, now);
}
