/* lambda.c - a Lambda function: one environment, one request; more requests, more environments, up to the limits.
 *
 * Modelled: admission in AWS's order (lambda_admit.c), environments that are born cold, reused and expire
 * (lambda_env.c), init and first-invocation times by runtime (lambda_runtimes.c), timeouts and crashes that reset the
 * environment, asynchronous events with both ladders of retries (lambda_async.c), provisioned concurrency
 * (lambda_provisioned.c), versions and aliases, event source mappings (mapping.c). The service's own `latency` comes
 * before admission. An uncaught failure of a step is a function error, whose cause is kept. Steps after `return` run on
 * without the environment. Not modelled: Managed Instances, streamed answers, extensions, networks of a VPC.
 * Truth: tests/unit/test_lambda.c, tests/truth/lambda-*.yaml. */
#include "lambda.h"
#include "mapping.h"
#include <string.h>

#define PAYLOAD (6.0 * 1048576)       /* of a synchronous invocation */
#define PAYLOAD_ASYNC 1048576.0

/* ---- calls ----------------------------------------------------------------------------------------------- */
static lambda_pool *through(lambda *fn, size_t i, int *alias)
{
    const lambda_alias *a = &fn->cfg->alias[i];
    *alias = (int)i;
    return &fn->pool[a->pool[wr_rng_chance(&fn->route, a->second)]];
}

static lambda_pool *named(lambda *fn, const char *name, int *alias)
{
    const lambda_cfg *cfg = fn->cfg;
    for (size_t i = 0; i < cfg->aliases; i++)
        if (!strcmp(name, cfg->alias[i].name))
            return through(fn, i, alias);
    for (size_t i = 0; i < cfg->versions.n; i++)
        if (!strcmp(name, cfg->version[i].name))
            return &fn->pool[i + 1];
    return strcmp(name, "$LATEST") ? NULL : fn->pool;
}

/* Which version, and through which alias; NULL: there is no such qualifier. A plain request cannot name one: where
 * there is a single alias, it is meant. */
static lambda_pool *route(lambda *fn, const wr_call *c, int *alias)
{
    const char *name = wr_call_ask(c)->index;
    if (name)
        return named(fn, name, alias);
    return fn->cfg->aliases == 1 && wr_call_op(c) == WR_OP_REQUEST ? through(fn, 0, alias) : fn->pool;
}

static void throttle(const lambda_pool *p, int alias, wr_call *c, int code)
{
    lambda_count(p, alias, LAMBDA_THROTTLES, 1);
    lambda_answer(p, alias, c, code);
}

static void invoke(lambda_pool *p, wr_call *c, int alias)
{
    lambda_env *env = NULL;
    bool fresh = false;
    int code = lambda_admit(p, &env, &fresh);
    if (code == LAMBDA_OK)
        lambda_begin(p, env, c, NULL, alias, fresh);
    else
        throttle(p, alias, c, code);
}

/* The account decides before the function does. */
static void take(lambda_pool *p, wr_call *c, int alias)
{
    lambda *fn = p->fn;
    if (alias >= 0)
        wr_add(fn->alias_part[alias], WR_U_REQUESTS, 1);
    if (p->part)
        wr_add(p->part, WR_U_REQUESTS, 1);
    if (!lambda_admit_account(fn)) {
        throttle(p, alias, c, LAMBDA_ACCOUNT_RATE);
    } else if (wr_call_ask(c)->async) {
        lambda_async_accept(p, c, alias);
        lambda_answer(p, alias, c, LAMBDA_OK);
    } else {
        invoke(p, c, alias);
    }
}

static void arrived(wr_comp *self, void *arg)
{
    lambda *fn = wr_state(self);
    wr_call *c = arg;
    int alias = -1;
    const wr_ask *ask = wr_call_ask(c);
    lambda_pool *p = route(fn, c, &alias);
    if (ask->cancel && wr_call_abandoned(c))
        wr_reply(c, LAMBDA_CANCELLED);
    else if (!p)
        wr_reply(c, LAMBDA_NO_SUCH);
    else if (wr_call_size(c) > (ask->async ? PAYLOAD_ASYNC : PAYLOAD))
        wr_reply(c, LAMBDA_TOO_LARGE);
    else
        take(p, c, alias);
}

static void lambda_call(wr_comp *self, wr_call *c)
{
    const lambda_cfg *cfg = wr_cfg(self);
    lambda *fn = wr_state(self);
    wr_dur d = wr_draw_dur(cfg->latency, &fn->latency);
    if (d > 0)
        wr_after(self, d, arrived, c);
    else
        arrived(self, c);
}

static void lambda_gone(wr_comp *self, wr_call *c)
{
    if (wr_call_ask(c)->cancel && WR_MINE(c, lambda_visit)->env)
        lambda_cut(wr_state(self), c, LAMBDA_CANCELLED);
}

/* ---- start ----------------------------------------------------------------------------------------------- */
static void open_pool(lambda *fn, size_t i, const lambda_code *code, const char *version)
{
    lambda_pool *p = &fn->pool[i];
    *p = (lambda_pool){.fn = fn, .code = code};
    p->part = version ? wr_part(fn->self, version, false) : NULL;
    p->host = wr_host_create(fn->self);
    wr_host_speed(p->host, code->speed);
    lambda_env_open(p);
    lambda_provisioned_start(p);
}

static void open_streams(lambda *fn)
{
    wr_stream(fn->self, "duration", &fn->time);
    wr_stream(fn->self, "cold", &fn->cold);
    wr_stream(fn->self, "fate", &fn->fate);
    wr_stream(fn->self, "idle", &fn->idle);
    wr_stream(fn->self, "alias", &fn->route);
    wr_stream(fn->self, "latency", &fn->latency);
    wr_stream(fn->self, "allocation", &fn->allocate);
}

static void lambda_start(wr_comp *self)
{
    const lambda_cfg *cfg = wr_cfg(self);
    lambda *fn = wr_state(self);
    fn->self = self;
    fn->cfg = cfg;
    fn->slow = 1;
    open_streams(fn);
    lambda_admit_start(fn);
    fn->pools = 1 + cfg->versions.n;
    fn->pool = wr_alloc(self, fn->pools * sizeof *fn->pool);
    open_pool(fn, 0, &cfg->code, NULL);
    for (size_t i = 0; i < cfg->versions.n; i++)
        open_pool(fn, i + 1, &cfg->version[i].code, cfg->version[i].name);
    fn->alias_part = wr_alloc(self, (cfg->aliases + 1) * sizeof *fn->alias_part);
    for (size_t i = 0; i < cfg->aliases; i++)
        fn->alias_part[i] = wr_part(self, cfg->alias[i].name, false);
    lambda_async_start(fn);
    if (cfg->code.architecture == LAMBDA_ARM) {
        wr_bill_as(self, LAMBDA_COMPUTE, "lambda.gb_second_arm", "Compute (arm64)");
        wr_bill_as(self, LAMBDA_KEPT, "lambda.provisioned_gb_second_arm", "Provisioned concurrency (arm64)");
        wr_bill_as(self, LAMBDA_KEPT_COMPUTE, "lambda.provisioned_compute_gb_second_arm",
                   "Provisioned compute (arm64)");
    }
    mapping_start(self, &cfg->events);
}

const wr_model wr_model_lambda = {
    .kind = "lambda", .aws = "AWS::Lambda::Function", .title = "Lambda function",
    .doc = "A function: environments that start cold, are reused and expire; concurrency limits; asynchronous events.",
    .cloudwatch = "AWS/Lambda",
    .accepts = WR_ACCEPTS(WR_OP_REQUEST) | WR_ACCEPTS(WR_OP_INVOKE),
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE | WR_OWN_PRESENCE | WR_HAS_UNITS | WR_OWN_UTILIZATION | WR_HAS_RETRIES,
    .net = WR_NET_AWS,
    .params = lambda_params, .metrics = lambda_metrics, .codes = lambda_codes, .usage = lambda_usage,
    .faults = lambda_faults,
    .cfg_size = sizeof(lambda_cfg), .state_size = sizeof(lambda),
    .program = 1 + offsetof(lambda_cfg, code.program),
    .prepare = lambda_prepare, .start = lambda_start, .call = lambda_call, .gone = lambda_gone, .fault = lambda_fault,
};
