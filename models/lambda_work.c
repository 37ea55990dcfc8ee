/* lambda_work.c - one invocation: from the environment it got to its answer.
 *
 * Time before the handler (placement, init) and what makes a first invocation longer count as cold; then comes the
 * function's own time, then its steps. The timeout runs with the handler; it and a crash reset the environment, whose
 * next invocation does init once more, unseen. An init beyond 10 s is cut there and repeated within the invocation.
 * A warm invocation without steps costs one event. Truth: tests/unit/test_lambda.c, tests/truth/lambda-*.yaml. */
#include "lambda.h"
#include "mapping.h"
#include <math.h>

#define INIT_LIMIT 10.0 /* s */

static wr_comp *alias_of(const lambda *fn, int alias)
{
    return alias >= 0 ? fn->alias_part[alias] : NULL;
}

/* ---- counting -------------------------------------------------------------------------------------------- */
/* On the function, and on the parts of the alias and the version it went through. */
void lambda_count(const lambda_pool *p, int alias, int metric, double n)
{
    wr_comp *part = alias_of(p->fn, alias);
    wr_add(p->fn->self, metric, n);
    if (part)
        wr_add(part, metric, n);
    if (p->part)
        wr_add(p->part, metric, n);
}

static void observe(const lambda_pool *p, int alias, int metric, double x)
{
    wr_comp *part = alias_of(p->fn, alias);
    wr_observe(p->fn->self, metric, x);
    if (part)
        wr_observe(part, metric, x);
    if (p->part)
        wr_observe(p->part, metric, x);
}

static void shift_on(wr_comp *who, double by)
{
    wr_shift(who, WR_U_IN_SYSTEM, by);
    wr_shift(who, WR_U_CONCURRENCY, by);
    wr_shift(who, WR_U_BUSY, by);
    wr_shift(who, LAMBDA_CONCURRENT, by);
}

/* One more, or less, at work. */
static void shift(lambda_pool *p, const lambda_visit *v, double by)
{
    lambda *fn = p->fn;
    fn->in_work += by;
    shift_on(fn->self, by);
    if (v->alias >= 0)
        shift_on(fn->alias_part[v->alias], by);
    if (p->part)
        shift_on(p->part, by);
    if (v->env->provisioned) {
        wr_shift(fn->self, LAMBDA_PROVISIONED_BUSY, by);
        if (p->part)
            wr_shift(p->part, LAMBDA_PROVISIONED_BUSY, by);
    } else if (fn->cfg->reserved < 0) {
        fn->account->busy += by;
        wr_shift(fn->self, LAMBDA_UNRESERVED, by);
    }
}

/* ---- the end of an invocation ---------------------------------------------------------------------------- */
static void bill(const lambda_pool *p, const lambda_env *env, wr_dur spent)
{
    wr_comp *self = p->fn->self;
    double seconds = (double)((spent + WR_MS - 1) / WR_MS) / 1000;
    wr_bill(self, LAMBDA_REQUESTS, 1);
    wr_bill(self, env->provisioned ? LAMBDA_KEPT_COMPUTE : LAMBDA_COMPUTE, seconds * p->code->gb);
}

static void count_part(wr_comp *part, int code, double latency)
{
    if (!part)
        return;
    wr_add(part, code == LAMBDA_OK ? WR_U_COMPLETED : WR_U_ERRORS, 1);
    wr_observe(part, code == LAMBDA_OK ? WR_U_LATENCY : WR_U_LATENCY_ALL, latency);
    if (lambda_codes[code].status == WR_THROTTLED)
        wr_add(part, WR_U_THROTTLED, 1);
}

void lambda_answer(const lambda_pool *p, int alias, wr_call *c, int code)
{
    if (alias >= 0 || p->part) {
        double latency = wr_dur_to_s(wr_call_age(c));
        count_part(alias_of(p->fn, alias), code, latency);
        count_part(p->part, code, latency);
    }
    wr_reply(c, code);
}

static void finish(lambda *fn, wr_call *c, int code)
{
    lambda_visit v = *WR_MINE(c, lambda_visit);
    lambda_pool *p = v.pool;
    wr_time now = wr_now(fn->self);
    wr_dur duration = now > v.handler ? now - v.handler : 0;
    bool reset = code == LAMBDA_TIMEOUT || code == LAMBDA_CRASH;
    observe(p, v.alias, LAMBDA_DURATION, wr_dur_to_s(duration + (p->code->cold ? v.init : 0)));
    if (code != LAMBDA_OK)
        lambda_count(p, v.alias, LAMBDA_ERRORS, 1);
    bill(p, v.env, duration + v.init);
    shift(p, &v, -1);
    v.env->reset |= reset;
    if (reset)
        lambda_count(p, v.alias, LAMBDA_RESETS, 1);
    WR_MINE(c, lambda_visit)->env = NULL;
    lambda_env_leave(p, v.env);
    if (!v.event) {
        lambda_answer(p, v.alias, c, code);
        return;
    }
    wr_call_close(c);
    lambda_async_ended(fn, v.event, code);
}

/* Takes an invocation out of its environment before it is done. */
void lambda_cut(lambda *fn, wr_call *c, int code)
{
    lambda_visit *v = WR_MINE(c, lambda_visit);
    wr_cancel(fn->self, v->timer);
    if (v->running)
        wr_program_abort(v->env->host, c);
    finish(fn, c, code);
}

/* ---- its work -------------------------------------------------------------------------------------------- */
static double fails(const lambda_code *code, int operation)
{
    return code->fails[operation < code->operations ? operation : 0];
}

/* Of a batch whose failures are drawn record by record: true, some record fails the whole. */
static bool records_fail(lambda *fn, const lambda_code *code, wr_call *c, wr_batch *b)
{
    bool some = false;
    for (int32_t i = 0; i < b->n; i++) {
        b->record[i].failed = wr_rng_chance(&fn->fate, fails(code, b->record[i].operation));
        some |= b->record[i].failed;
    }
    return some && !mapping_partial(c);
}

static int outcome(lambda *fn, const lambda_code *code, wr_call *c)
{
    wr_batch *b = WR_MINE(c, lambda_visit)->items ? wr_call_batch(c) : NULL;
    if (wr_rng_chance(&fn->fate, code->crash))
        return LAMBDA_CRASH;
    bool bad = b ? records_fail(fn, code, c, b) : wr_rng_chance(&fn->fate, fails(code, wr_call_operation(c)));
    return bad ? LAMBDA_ERROR : LAMBDA_OK;
}

static void steps_done(wr_comp *self, wr_call *c, enum wr_status s)
{
    lambda *fn = wr_state(self);
    lambda_visit *v = WR_MINE(c, lambda_visit);
    v->running = false;
    wr_cancel(self, v->timer);
    finish(fn, c, s == WR_OK ? outcome(fn, v->pool->code, c) : LAMBDA_ERROR);
}

static void timed_out(wr_comp *self, void *arg)
{
    lambda *fn = wr_state(self);
    wr_call *c = arg;
    wr_call_clear_cause(c);
    lambda_cut(fn, c, LAMBDA_TIMEOUT);
}

/* Each environment is a process with clients of its own. */
static void run_steps(wr_comp *self, wr_call *c)
{
    lambda_visit *v = WR_MINE(c, lambda_visit);
    const lambda_code *code = v->pool->code;
    if (!v->env->host)
        v->env->host = wr_host_sibling(v->pool->host);
    wr_host_speed(v->env->host, code->speed / v->pool->fn->slow);
    v->timer = wr_at(self, v->handler + code->timeout, WR_PHASE_WORK, timed_out, c);
    v->running = true;
    wr_program_run(v->env->host, c, code->program.code, steps_done);
}

void lambda_timed(wr_comp *self, void *arg)
{
    lambda *fn = wr_state(self);
    wr_call *c = arg;
    const lambda_visit *v = WR_MINE(c, lambda_visit);
    const lambda_code *code = v->pool->code;
    if (v->late)
        finish(fn, c, LAMBDA_TIMEOUT);
    else if (wr_program_for(c, code->program.code))
        run_steps(self, c);
    else
        finish(fn, c, outcome(fn, code, c));
}

static double draw_law(lambda *fn, const lambda_code *code, int operation)
{
    const wr_dist *law = code->law[operation < code->operations ? operation : 0];
    return law ? wr_draw(law, &fn->time) : 0;
}

static wr_dur own_time(lambda *fn, wr_call *c)
{
    const lambda_visit *v = WR_MINE(c, lambda_visit);
    const wr_batch *b = v->items ? wr_call_batch(c) : NULL;
    double sum = b || wr_call_ask(c)->instead ? 0 : draw_law(fn, v->pool->code, wr_call_operation(c));
    for (int32_t i = 0; b && i < b->n; i++)
        sum += draw_law(fn, v->pool->code, b->record[i].operation);
    return wr_dur_from_s(fn->slow * sum);
}

static double draw_init(lambda *fn, const lambda_code *code)
{
    const lambda_snap *snap = code->snap;
    if (snap && snap->enabled)
        return wr_draw(snap->restore, &fn->cold);
    return code->init ? wr_draw(code->init, &fn->cold) : lambda_runtime_init(code, &fn->cold);
}

/* A new environment: placement, init, and a first invocation that takes longer. Returns how long it is cold; what is
 * behind v->handler of it belongs to the handler. */
static wr_dur cold_time(lambda *fn, wr_call *c)
{
    lambda_visit *v = WR_MINE(c, lambda_visit);
    const lambda_code *code = v->pool->code;
    if (code->cold) {
        v->init = wr_draw_dur(code->cold, &fn->cold);
        v->handler += v->init;
        v->own = 0;
        return v->init;
    }
    double init = draw_init(fn, code), extra = code->extra ? wr_draw(code->extra, &fn->cold) : code->extra_s;
    bool again = init > INIT_LIMIT && !code->snap;
    v->init = wr_dur_from_s(again ? INIT_LIMIT : init);
    wr_observe(fn->self, LAMBDA_INIT, wr_dur_to_s(v->init));
    wr_dur before = wr_draw_dur(code->placement, &fn->cold) + v->init;
    v->handler += before;
    return before + wr_dur_from_s(again ? extra + init : extra);
}

/* Init runs again, unseen, in the first invocation after a reset. */
static wr_dur warm_time(lambda *fn, wr_call *c)
{
    lambda_visit *v = WR_MINE(c, lambda_visit);
    if (!v->env->reset)
        return 0;
    v->env->reset = false;
    return wr_dur_from_s(draw_init(fn, v->pool->code));
}

/* The environment has failed: true, the invocation is over; hanging, it runs into its timeout. */
static bool broken(lambda *fn, wr_call *c)
{
    if (fn->down <= 0 || !wr_rng_chance(&fn->fate, fn->down))
        return false;
    if (fn->hangs)
        WR_MINE(c, lambda_visit)->own = WR_NEVER / 4;
    else
        finish(fn, c, LAMBDA_FAIL);
    return !fn->hangs;
}

/* From now on its own time, at most up to the timeout. */
static void work(wr_comp *self, void *arg)
{
    wr_call *c = arg;
    lambda_visit *v = WR_MINE(c, lambda_visit);
    wr_time now = wr_now(self), limit = v->handler + v->pool->code->timeout, end = now + v->own;
    v->late = end > limit;
    if (v->late)
        end = limit;
    if (end > now)
        v->timer = wr_at(self, end, WR_PHASE_WORK, lambda_timed, c);
    else
        lambda_timed(self, c);
}

static void warmed(wr_comp *self, void *arg)
{
    wr_call_stage(arg, WR_SERVICE);
    work(self, arg);
}

static void count_start(lambda_pool *p, const lambda_visit *v, bool fresh)
{
    lambda_count(p, v->alias, LAMBDA_INVOCATIONS, 1);
    if (fresh)
        lambda_count(p, v->alias, LAMBDA_COLD, 1);
    if (v->env->provisioned)
        lambda_count(p, v->alias, LAMBDA_PROVISIONED_INVOCATIONS, 1);
    else if (p->code->provisioned)
        lambda_count(p, v->alias, LAMBDA_SPILLOVER, 1);
    shift(p, v, 1);
}

void lambda_begin(lambda_pool *p, lambda_env *env, wr_call *c, lambda_event *event, int alias, bool fresh)
{
    lambda *fn = p->fn;
    wr_time now = wr_now(fn->self);
    lambda_visit *v = WR_MINE(c, lambda_visit);
    bool mapped = !event && fn->cfg->events.n;
    *v = (lambda_visit){.env = env, .pool = p, .event = event, .alias = (int16_t)alias, .handler = now};
    v->items = mapped && mapping_per_item(c);
    env->call = c;
    count_start(p, v, fresh);
    double age = mapped ? mapping_iterator_age(c) : NAN;
    if (age >= 0)
        observe(p, alias, LAMBDA_ITERATOR_AGE, age);
    v->own = own_time(fn, c);
    wr_dur cold = fresh ? cold_time(fn, c) : warm_time(fn, c);
    if (broken(fn, c))
        return;
    if (cold <= 0) {
        work(fn->self, c);
        return;
    }
    wr_time limit = v->handler + p->code->timeout;
    wr_call_stage(c, WR_COLD);
    v->timer = wr_at(fn->self, now + cold < limit ? now + cold : limit, WR_PHASE_WORK, warmed, c);
    if (now + cold > limit)
        v->own = WR_NEVER / 4; /* the timeout comes first */
}
