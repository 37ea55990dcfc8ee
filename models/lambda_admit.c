/* lambda_admit.c - who may run: the limits an invocation meets, in AWS's order, and the environment it gets.
 *
 * Account requests -> reserved or unreserved pool -> its requests, ten a unit of concurrency -> provisioned ->
 * requests that scaling allows -> an idle environment -> a new one, if scaling allows. Rates are buckets that hold
 * one second's worth. What is provisioned is set aside from the unreserved pool whether used or not. Not modelled:
 * limits of single environments, and the lower quotas of new accounts. Truth: tests/unit/test_lambda_admit.c. */
#include "lambda.h"
#include <math.h>

/* ---- the account ----------------------------------------------------------------------------------------- */
static double unreserved(const lambda_account *a)
{
    double left = a->limit - a->reserved - a->provisioned;
    return left > 0 ? left : 0;
}

/* The sums are complete when the first request comes. */
static void open_account(lambda_account *a)
{
    a->opened = true;
    a->rate = wr_bucket_full(a->rps * a->limit, a->rps * a->limit);
    a->unreserved_rate = wr_bucket_full(a->rps * unreserved(a), a->rps * unreserved(a));
}

static void check_account(lambda *fn)
{
    const lambda_account *a = fn->account;
    if (a->reserved + a->provisioned > 0 && a->limit - a->reserved - a->provisioned < 100)
        wr_break(fn->self,
                 "lambda '%s': the ReservedConcurrentExecutions of all functions decrease the account's "
                 "UnreservedConcurrentExecution below its minimum value of 100; raise 'lambda_concurrency' in "
                 "'account'",
                 wr_name(fn->self));
}

void lambda_admit_start(lambda *fn)
{
    const lambda_cfg *cfg = fn->cfg;
    const lambda_scaling *s = cfg->scaling;
    lambda_account *a = wr_shared(fn->self, "lambda.account", sizeof *a);
    fn->account = a;
    a->limit = wr_quota(fn->self, "lambda_concurrency");
    a->rps = wr_quota(fn->self, "lambda_rps_per_concurrency");
    a->burst_left = s->model == LAMBDA_LEGACY ? (double)s->initial_burst : a->burst_left;
    if (cfg->reserved >= 0) {
        a->reserved += (double)cfg->reserved;
        fn->rate = wr_bucket_full(a->rps * (double)cfg->reserved, a->rps * (double)cfg->reserved);
        check_account(fn);
    }
    fn->environments = wr_bucket_full(s->refill, (double)s->burst);
    fn->allowed = s->rps;
    fn->growth = wr_bucket_full(s->rps, s->rps);
}

void lambda_admit_change(lambda *fn, int64_t provisioned)
{
    lambda_account *a = fn->account;
    fn->provisioned += provisioned;
    if (fn->cfg->reserved >= 0)
        return;
    a->provisioned += (double)provisioned;
    if (a->opened)
        wr_bucket_change(&a->unreserved_rate, wr_now(fn->self), a->rps * unreserved(a), a->rps * unreserved(a));
    else
        check_account(fn);
}

bool lambda_admit_account(lambda *fn)
{
    lambda_account *a = fn->account;
    if (!a->opened)
        open_account(a);
    return wr_bucket_take(&a->rate, wr_now(fn->self), 1);
}

/* ---- pools ----------------------------------------------------------------------------------------------- */
static int admit_pool(lambda *fn)
{
    lambda_account *a = fn->account;
    wr_time now = wr_now(fn->self);
    if (fn->cfg->reserved >= 0) {
        if (fn->in_work >= (double)fn->cfg->reserved)
            return LAMBDA_RESERVED_FULL;
        return wr_bucket_take(&fn->rate, now, 1) ? LAMBDA_OK : LAMBDA_RESERVED_RATE;
    }
    if (!a->opened)
        open_account(a);
    if (a->busy >= unreserved(a))
        return LAMBDA_FULL;
    return wr_bucket_take(&a->unreserved_rate, now, 1) ? LAMBDA_OK : LAMBDA_RATE;
}

static bool take_provisioned(lambda_pool *p, lambda_env **env)
{
    if (!p->kept || !wr_bucket_take(&p->kept_rate, wr_now(p->fn->self), 1))
        return false;
    *env = p->kept;
    p->kept = (*env)->next;
    return true;
}

/* ---- scaling --------------------------------------------------------------------------------------------- */
/* Requests a second may grow from what was served by so many every ten seconds; unused allowance does not pile up. */
static bool admit_growth(lambda *fn)
{
    const lambda_scaling *s = fn->cfg->scaling;
    wr_time now = wr_now(fn->self);
    if (s->model == LAMBDA_LEGACY || isinf(s->rps))
        return true;
    int64_t second = now / WR_S;
    if (second > fn->second) {
        double passed = (double)(second - fn->second), served = passed > 1 ? 0 : fn->served;
        fn->allowed = fmin(fn->allowed + passed * s->rps / s->per, served + s->rps);
        fn->second = second;
        fn->served = 0;
        wr_bucket_change(&fn->growth, now, fn->allowed, fn->allowed);
    }
    bool good = wr_bucket_take(&fn->growth, now, 1);
    fn->served += good;
    return good;
}

/* Before 2024: one burst for all functions, then so many more each minute. */
static bool admit_legacy(lambda *fn)
{
    const lambda_scaling *s = fn->cfg->scaling;
    lambda_account *a = fn->account;
    int64_t minute = wr_now(fn->self) / WR_MIN;
    a->burst_left = fmin((double)s->initial_burst, a->burst_left + (double)((minute - a->minute) * s->per_minute));
    a->minute = minute;
    if (a->burst_left < 1)
        return false;
    a->burst_left--;
    return true;
}

static bool admit_new(lambda *fn)
{
    const lambda_scaling *s = fn->cfg->scaling;
    return s->model == LAMBDA_LEGACY ? admit_legacy(fn) : wr_bucket_take(&fn->environments, wr_now(fn->self), 1);
}

/* Up to the function's own limits; *env is set if a provisioned one was free. What is provisioned is no part of the
 * unreserved pool, which may be full then. */
static int admit_function(lambda_pool *p, lambda_env **env)
{
    lambda *fn = p->fn;
    bool apart = fn->cfg->reserved < 0;
    if (apart && take_provisioned(p, env))
        return LAMBDA_OK;
    int code = admit_pool(fn);
    if (code != LAMBDA_OK || apart || take_provisioned(p, env))
        return code;
    return p->ready > 0 && fn->provisioned >= fn->cfg->reserved ? LAMBDA_RESERVED_FULL : LAMBDA_OK;
}

int lambda_admit(lambda_pool *p, lambda_env **env, bool *fresh)
{
    int code = admit_function(p, env);
    if (code != LAMBDA_OK || *env)
        return code;
    if (!admit_growth(p->fn))
        return LAMBDA_SCALING;
    *env = lambda_env_take(p);
    if (*env)
        return LAMBDA_OK;
    if (!admit_new(p->fn))
        return LAMBDA_SCALING;
    *env = lambda_env_make(p, false);
    *fresh = true;
    return LAMBDA_OK;
}
