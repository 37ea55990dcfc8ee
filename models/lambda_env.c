/* lambda_env.c - the environments of one version: born, idle, taken again, too old.
 *
 * Idle environments lie in order of reuse: by recency in a list, otherwise in a heap. A second heap holds the ends
 * of idleness; one timer stands for all of them and is only moved forward when an earlier end comes in, so that a
 * busy function pays no event for expiry. Taking one and giving it back cost O(log n). Provisioned environments lie
 * apart and do not expire. Not modelled: what AWS keeps warm ahead of requests, and the shutdown of extensions.
 * Truth: tests/unit/test_lambda_env.c, tests/truth/lambda-cold.yaml, lambda-simfaas.yaml. */
#include "lambda.h"
#include <assert.h>
#include <string.h>

enum { SOON, ORDER };

/* ---- heaps ----------------------------------------------------------------------------------------------- */
static bool before(const lambda_env *a, const lambda_env *b, int which)
{
    return which == SOON ? a->until < b->until : a->order < b->order;
}

static void put(lambda_heap *h, size_t at, lambda_env *env, int which)
{
    h->at[at] = env;
    env->place[which] = (uint32_t)at;
}

static void rise(lambda_heap *h, size_t at, lambda_env *env, int which)
{
    for (; at && before(env, h->at[(at - 1) / 2], which); at = (at - 1) / 2)
        put(h, at, h->at[(at - 1) / 2], which);
    put(h, at, env, which);
}

static void sink(lambda_heap *h, size_t at, lambda_env *env, int which)
{
    for (size_t child; (child = 2 * at + 1) < h->n; at = child) {
        child += child + 1 < h->n && before(h->at[child + 1], h->at[child], which);
        if (!before(h->at[child], env, which))
            break;
        put(h, at, h->at[child], which);
    }
    put(h, at, env, which);
}

static lambda_env **grown(lambda_pool *p, lambda_env **old, size_t n, size_t *room)
{
    *room = *room ? 2 * *room : 16;
    lambda_env **more = wr_alloc(p->fn->self, *room * sizeof(lambda_env *));
    if (n)
        memcpy(more, old, n * sizeof(lambda_env *));
    return more;
}

static void push(lambda_pool *p, lambda_heap *h, lambda_env *env, int which)
{
    if (h->n == h->room)
        h->at = grown(p, h->at, h->n, &h->room);
    rise(h, h->n++, env, which);
}

static void take_out(lambda_heap *h, lambda_env *env, int which)
{
    size_t at = env->place[which];
    assert(at < h->n && h->at[at] == env);
    lambda_env *last = h->at[--h->n];
    if (last == env)
        return;
    rise(h, at, last, which);
    sink(h, last->place[which], last, which);
}

/* ---- idle ones ------------------------------------------------------------------------------------------- */
static bool by_recency(const lambda_pool *p)
{
    return p->code->reuse == LAMBDA_MOST_RECENT || p->code->reuse == LAMBDA_LEAST_RECENT;
}

static void list_in(lambda_pool *p, lambda_env *env)
{
    env->prev = NULL;
    env->next = p->idle;
    *(p->idle ? &p->idle->prev : &p->idle_last) = env;
    p->idle = env;
}

static void list_out(lambda_pool *p, lambda_env *env)
{
    *(env->prev ? &env->prev->next : &p->idle) = env->next;
    *(env->next ? &env->next->prev : &p->idle_last) = env->prev;
}

static void not_idle(lambda_pool *p, lambda_env *env)
{
    if (by_recency(p))
        list_out(p, env);
    else
        take_out(&p->order, env, ORDER);
    if (env->until != WR_NEVER)
        take_out(&p->soon, env, SOON);
}

static void expire(wr_comp *self, void *arg);

static void arm(lambda_pool *p, wr_time when)
{
    if (when >= p->armed)
        return;
    wr_cancel(p->fn->self, p->timer);
    p->armed = when;
    p->timer = wr_at(p->fn->self, when, WR_PHASE_WORK, expire, p);
}

/* Idle until then, by now in its place. */
static void idle_until(lambda_pool *p, lambda_env *env, wr_time until)
{
    env->until = until;
    if (until == WR_NEVER)
        return;
    push(p, &p->soon, env, SOON);
    arm(p, until);
}

static void go_idle(lambda_pool *p, lambda_env *env)
{
    wr_time now = wr_now(p->fn->self);
    wr_dur d = wr_draw_dur(p->code->idle_expiry, &p->fn->idle);
    wr_time until = d >= WR_NEVER - now ? WR_NEVER : now + d;
    if (by_recency(p))
        list_in(p, env);
    else
        push(p, &p->order, env, ORDER);
    idle_until(p, env, until < env->dies ? until : env->dies);
}

/* ---- birth and death ------------------------------------------------------------------------------------- */
static void level(lambda_pool *p, double by)
{
    wr_shift(p->fn->self, WR_U_IN_SERVICE, by);
    if (p->part)
        wr_shift(p->part, WR_U_IN_SERVICE, by);
}

static lambda_env *blank(lambda_pool *p)
{
    enum { BLOCK = 64 };
    if (!p->spare) {
        lambda_env *block = wr_alloc(p->fn->self, BLOCK * sizeof *block);
        for (int i = 0; i < BLOCK; i++) {
            block[i].next = p->spare;
            p->spare = &block[i];
        }
    }
    lambda_env *env = p->spare;
    p->spare = env->next;
    *env = (lambda_env){.host = env->host};
    if (env->host)
        wr_host_renew(env->host);
    return env;
}

lambda_env *lambda_env_make(lambda_pool *p, bool provisioned)
{
    lambda_env *env = blank(p);
    wr_time now = wr_now(p->fn->self);
    wr_dur age = provisioned ? WR_NEVER : wr_draw_dur(p->code->max_age, &p->fn->idle);
    env->created = now;
    env->dies = age >= WR_NEVER - now ? WR_NEVER : now + age;
    env->until = WR_NEVER;
    env->order = p->code->reuse == LAMBDA_NEWEST ? UINT64_MAX - ++p->serial : ++p->serial;
    env->provisioned = provisioned;
    if (p->n == p->room)
        p->all = grown(p, p->all, p->n, &p->room);
    env->nth = (uint32_t)p->n;
    p->all[p->n++] = env;
    level(p, 1);
    return env;
}

void lambda_env_end(lambda_pool *p, lambda_env *env)
{
    double life = wr_dur_to_s(wr_now(p->fn->self) - env->created);
    wr_observe(p->fn->self, LAMBDA_LIFE, life);
    if (p->part)
        wr_observe(p->part, LAMBDA_LIFE, life);
    lambda_env *last = p->all[--p->n];
    p->all[env->nth] = last;
    last->nth = env->nth;
    env->next = p->spare;
    p->spare = env;
    level(p, -1);
}

/* Ends all whose time has come; those that were taken meanwhile have left the heap. */
static void expire(wr_comp *self, void *arg)
{
    lambda_pool *p = arg;
    wr_time now = wr_now(self);
    p->armed = WR_NEVER;
    while (p->soon.n && p->soon.at[0]->until <= now) {
        lambda_env *env = p->soon.at[0];
        not_idle(p, env);
        lambda_env_end(p, env);
    }
    if (p->soon.n)
        arm(p, p->soon.at[0]->until);
}

/* ---- for the other files --------------------------------------------------------------------------------- */
void lambda_env_open(lambda_pool *p)
{
    p->armed = WR_NEVER;
    for (int64_t i = 0; i < p->code->initial; i++)
        go_idle(p, lambda_env_make(p, false));
}

static lambda_env *next_idle(lambda_pool *p)
{
    if (p->code->reuse == LAMBDA_MOST_RECENT)
        return p->idle;
    if (p->code->reuse == LAMBDA_LEAST_RECENT)
        return p->idle_last;
    if (!p->order.n)
        return NULL;
    return p->order.at[p->code->reuse == LAMBDA_RANDOM ? wr_rng_below(&p->fn->idle, p->order.n) : 0];
}

lambda_env *lambda_env_take(lambda_pool *p)
{
    lambda_env *env = next_idle(p);
    if (env)
        not_idle(p, env);
    return env;
}

static void leave_provisioned(lambda_pool *p, lambda_env *env)
{
    if (p->surplus > 0) {
        p->surplus--;
        lambda_env_end(p, env);
    } else {
        env->next = p->kept;
        p->kept = env;
    }
}

void lambda_env_leave(lambda_pool *p, lambda_env *env)
{
    env->call = NULL;
    if (env->provisioned)
        leave_provisioned(p, env);
    else if (env->dies <= wr_now(p->fn->self))
        lambda_env_end(p, env);
    else
        go_idle(p, env);
}

/* A new version: a share of the environments ends now, busy ones with their invocation, the rest over `takes`. */
void lambda_env_deploy(lambda_pool *p, double at_once, wr_dur takes)
{
    lambda *fn = p->fn;
    wr_time now = wr_now(fn->self);
    for (size_t i = 0; i < p->n; i++) {
        lambda_env *env = p->all[i];
        if (env->provisioned)
            continue;
        wr_dur d = wr_rng_chance(&fn->idle, at_once) ? 0 : (wr_dur)((double)takes * wr_rng_unit(&fn->idle));
        env->dies = d < env->dies - now ? now + d : env->dies;
        if (env->call || env->until <= env->dies)
            continue;
        if (env->until != WR_NEVER)
            take_out(&p->soon, env, SOON);
        idle_until(p, env, env->dies);
    }
}
