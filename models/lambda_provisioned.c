/* lambda_provisioned.c - environments that are kept ready: allocation, and its scaling.
 *
 * At the start of a run all are there. A larger request takes `ready` and then one environment every 10 ms (6,000 a
 * minute), and none of the new ones is usable before all are. A smaller one takes effect at once; busy ones end with
 * their invocation. With `min` and `max`, target tracking sets the size: average utilisation above the target, or
 * below nine tenths of it, for three minutes in a row. A function that is not invoked has no datapoints and never
 * scales in. Not modelled: that AWS replaces provisioned environments from time to time.
 * Truth: tests/unit/test_lambda_provisioned.c. */
#include "lambda.h"
#include <math.h>

#define ALLOCATED 100.0 /* environments a second */

static void publish(lambda_pool *p)
{
    lambda *fn = p->fn;
    double sum = 0, kept = 0;
    for (size_t i = 0; i < fn->pools; i++) {
        sum += (double)fn->pool[i].ready;
        kept += (double)fn->pool[i].ready * (fn->pool[i].code ? fn->pool[i].code->gb : 0);
    }
    wr_set(fn->self, LAMBDA_READY, sum);
    wr_bill_level(fn->self, LAMBDA_KEPT, kept);
    if (p->part)
        wr_set(p->part, LAMBDA_READY, (double)p->ready);
}

static void resize(lambda_pool *p, int64_t to)
{
    lambda *fn = p->fn;
    int64_t more = to - p->ready;
    double rate = fn->account->rps * (double)to;
    lambda_admit_change(fn, more);
    for (; more > 0 && p->surplus > 0; more--)
        p->surplus--; /* one that was to end may stay */
    for (; more > 0; more--) {
        lambda_env *env = lambda_env_make(p, true);
        env->next = p->kept;
        p->kept = env;
    }
    for (; more < 0 && p->kept; more++) {
        lambda_env *env = p->kept;
        p->kept = env->next;
        lambda_env_end(p, env);
    }
    p->surplus -= more;
    p->ready = to;
    p->changed = wr_now(fn->self);
    wr_bucket_change(&p->kept_rate, wr_now(fn->self), rate, rate);
    publish(p);
}

static void allocated(wr_comp *self, void *arg)
{
    lambda_pool *p = arg;
    (void)self;
    p->allocating = (wr_event){0};
    resize(p, p->wanted);
}

static void want(lambda_pool *p, int64_t to)
{
    const lambda_provisioned *cfg = p->code->provisioned;
    lambda *fn = p->fn;
    int64_t more = to - p->ready;
    p->wanted = to;
    if (more <= 0) {
        resize(p, to);
        return;
    }
    wr_dur d = wr_draw_dur(cfg->ready, &fn->allocate) + wr_dur_from_s((double)more / ALLOCATED);
    p->allocating = wr_after(fn->self, d, allocated, p);
}

/* ---- scaling --------------------------------------------------------------------------------------------- */
static void track(lambda_pool *p, double utilisation)
{
    const lambda_provisioned *cfg = p->code->provisioned;
    double wanted = ceil((double)p->ready * utilisation / cfg->target - 1e-9);
    int64_t to = (int64_t)fmin(fmax(wanted, (double)cfg->min), (double)cfg->max);
    if (to == p->ready || p->allocating.gen)
        return;
    wr_annotate(p->fn->self, to > p->ready ? "scale_out" : "scale_in", (double)to, "%lld provisioned environments",
                (long long)to);
    want(p, to);
}

/* Only a minute that is just over, and began after the latest change, says what the present size is worth. */
static void looked(wr_comp *self, const wr_alarm *a, enum wr_alarm_state s, double value, void *arg)
{
    lambda_pool *p = arg;
    wr_time end = wr_alarm_newest(a);
    if (s == WR_ALARM_ON && end == wr_now(self) && end - WR_MIN >= p->changed)
        track(p, value);
}

void lambda_provisioned_start(lambda_pool *p)
{
    const lambda_provisioned *cfg = p->code->provisioned;
    if (!cfg)
        return;
    double rate = p->fn->account->rps * (double)cfg->concurrency;
    p->kept_rate = wr_bucket_full(rate, rate);
    p->wanted = cfg->concurrency;
    resize(p, cfg->concurrency);
    for (int i = 0; i < 2; i++)
        if (p->code->alarm[i].metric)
            wr_alarm_start(p->fn->self, &p->code->alarm[i], looked, p);
}
