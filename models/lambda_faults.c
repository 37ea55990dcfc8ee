/* lambda_faults.c - what `faults:` can do to a function: environments that fail, slowness, a new version.
 *
 * Failed environments are met at random: which one an invocation would meet depends on the order of reuse, and one that
 * fails at once would otherwise draw all requests. Truth: tests/unit/test_lambda.c, the contract tests. */
#include "lambda.h"
#include <math.h>

struct deploy {
    int strategy;
    double batch;
    wr_dur takes;
};
enum { ALL_AT_ONCE, ROLLING, IMMUTABLE, CANARY };
static const char *const strategies[] = {"all_at_once", "rolling", "immutable", "canary", NULL};
static const wr_param deploy_rows[] = {
    {.key = "strategy", WR_FIELD(struct deploy, strategy), .type = WR_T_ENUM, .choices = strategies, .def = "all_at_once", .doc = "all_at_once, immutable: all environments are new at once; rolling: one after the other over `takes`; canary: a batch at once, the rest over `takes`.", .src = "https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html"},
    {.key = "batch", WR_FIELD(struct deploy, batch), .type = WR_T_SHARE, .def = "10%", .doc = "Share of a canary.", .src = "https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html"},
    {.key = "takes", WR_FIELD(struct deploy, takes), .type = WR_T_DUR, .def = "0s", .max = 1e6, .doc = "Time over which the rest follows."},
    {0}};
enum { FAIL, SLOW, DEPLOY };
const wr_fault lambda_faults[] = {
    {"fail", wr_fail_rows, sizeof(wr_fail_fault), "That share of environments does not serve while it lasts.", "assumption: failed ones are met as often as others"},
    {"slow", wr_slow_rows, sizeof(wr_slow_fault), "Durations and CPU times are multiplied.", "assumption: see factor"},
    {"deploy", deploy_rows, sizeof(struct deploy), "A new version: environments start cold again; provisioned ones were replaced before.", "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html"},
    {0}};

static void strike(lambda *fn, lambda_pool *p, const wr_fail_fault *f)
{
    for (size_t i = p->n; i-- > 0;) {
        wr_call *c = p->all[i]->call;
        if (!c || !wr_rng_chance(&fn->fate, f->share))
            continue;
        lambda_visit *v = WR_MINE(c, lambda_visit);
        if (f->mode == WR_RESET) {
            lambda_cut(fn, c, LAMBDA_FAIL);
        } else if (!v->late) {
            wr_cancel(fn->self, v->timer);
            if (v->running)
                wr_program_abort(p->all[i]->host, c);
            v->running = false;
            v->late = true;
            v->timer = wr_at(fn->self, v->handler + p->code->timeout, WR_PHASE_WORK, lambda_timed, c);
        }
    }
}

static void slow_down(lambda *fn, double factor)
{
    fn->slow *= factor;
    for (size_t i = 0; i < fn->pools; i++)
        for (size_t k = 0; k < fn->pool[i].n; k++)
            if (fn->pool[i].all[k]->host)
                wr_host_speed(fn->pool[i].all[k]->host, fn->pool[i].code->speed / fn->slow);
}

static void fail(lambda *fn, const wr_fail_fault *f, bool on)
{
    fn->down = fmin(1, fmax(0, fn->down + (on ? f->share : -f->share)));
    fn->hangs += f->mode == WR_HANG ? (on ? 1 : -1) : 0;
    for (size_t i = 0; on && i < fn->pools; i++)
        strike(fn, &fn->pool[i], f);
}

static void deploy(lambda *fn, const struct deploy *d)
{
    bool whole = d->strategy == ALL_AT_ONCE || d->strategy == IMMUTABLE;
    wr_annotate(fn->self, "deploy", 0, "a new version of '%s'", wr_name(fn->self));
    for (size_t i = 0; i < fn->pools; i++)
        lambda_env_deploy(&fn->pool[i], whole ? 1 : d->strategy == CANARY ? d->batch : 0, d->takes);
}

void lambda_fault(wr_comp *self, int fault, const void *arg, bool on)
{
    lambda *fn = wr_state(self);
    if (fault == FAIL)
        fail(fn, arg, on);
    else if (fault == SLOW)
        slow_down(fn, on ? ((const wr_slow_fault *)arg)->factor : 1 / ((const wr_slow_fault *)arg)->factor);
    else if (on)
        deploy(fn, arg);
}
