/* lambda_async.c - asynchronous events: the function's internal queue, both ladders of retries, and where events end.
 *
 * An event is tried at once. A failed try (function error, timeout) is repeated after `delays`, at most
 * maximum_retry_attempts times; a refused one after a wait that doubles, until the event is too old, which the retries
 * do not count. What is given up counts as dropped and goes to the dead-letter queue and the on-failure destination.
 * With reserved concurrency 0 nothing is tried again. Not modelled: duplicates, and that AWS reads a long queue more
 * slowly, for which it gives no numbers. Truth: tests/unit/test_lambda_async.c. */
#include "lambda.h"

/* ---- destinations ---------------------------------------------------------------------------------------- */
/* How a destination is told; NULL: it cannot be. */
static const wr_ask *ask_of(const wr_comp *to)
{
    const wr_ask *ask = wr_ask_telling(to);
    bool writes = wr_model_of(to)->accepts & WR_ACCEPTS(WR_OP_WRITE);
    return ask || !writes ? ask : &wr_ask_plain[WR_OP_WRITE];
}

static void told(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    (void)mine;
    if (wr_call_status(answer) != WR_OK)
        wr_add(self, LAMBDA_DESTINATION_FAILURES, 1);
}

static void buried(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    (void)mine;
    if (wr_call_status(answer) != WR_OK)
        wr_add(self, LAMBDA_DEAD_LETTER_ERRORS, 1);
}

static void tell(lambda *fn, wr_comp *to, const lambda_event *e, wr_done_fn *done)
{
    if (!to)
        return;
    wr_send what = {.ask = ask_of(to), .key = e->what.key, .size = e->what.size, .operation = e->what.operation,
                    .az = -1};
    wr_call_send(fn->self, to, NULL, &what, done);
}

/* ---- events ---------------------------------------------------------------------------------------------- */
static lambda_event *blank(lambda *fn)
{
    lambda_event *e = fn->spare;
    if (e)
        fn->spare = e->next;
    else
        e = wr_alloc(fn->self, sizeof *e);
    return e;
}

static void forget(lambda *fn, lambda_event *e)
{
    e->next = fn->spare;
    fn->spare = e;
}

static void waiting(lambda *fn, double by)
{
    wr_shift(fn->self, LAMBDA_WAITING, by);
    wr_shift(fn->self, WR_U_IN_SYSTEM, by);
}

static void give_up(lambda *fn, lambda_event *e)
{
    waiting(fn, -1);
    lambda_count(e->pool, e->alias, LAMBDA_DROPPED, 1);
    tell(fn, fn->dead_letter, e, buried);
    tell(fn, fn->on_failure, e, told);
    forget(fn, e);
}

static void try_now(wr_comp *self, void *arg);

/* Again after the wait; but it is given up at the instant it becomes too old. */
static void again(lambda *fn, lambda_event *e, wr_dur wait)
{
    const lambda_async *a = fn->cfg->async;
    wr_dur left = e->queued + a->most_age - wr_now(fn->self);
    wr_after(fn->self, wait < left ? wait : left, try_now, e);
}

static wr_dur backoff(const lambda_async *a, int64_t waits)
{
    const lambda_backoff *b = a->backoff;
    double wait = waits < 62 ? (double)b->base * (double)(INT64_C(1) << waits) : (double)b->cap;
    return wait < (double)b->cap ? (wr_dur)wait : b->cap;
}

static void refused(lambda *fn, lambda_event *e)
{
    lambda_count(e->pool, e->alias, LAMBDA_THROTTLES, 1);
    if (fn->cfg->reserved == 0)
        give_up(fn, e);
    else
        again(fn, e, backoff(fn->cfg->async, e->waits++));
}

static void try_now(wr_comp *self, void *arg)
{
    lambda *fn = wr_state(self);
    lambda_event *e = arg;
    const lambda_async *a = fn->cfg->async;
    lambda_env *env = NULL;
    bool fresh = false;
    wr_dur age = wr_now(self) - e->queued;
    if (age >= a->most_age && age > 0) {
        give_up(fn, e);
        return;
    }
    if (lambda_admit(e->pool, &env, &fresh) != LAMBDA_OK) {
        refused(fn, e);
        return;
    }
    e->waits = 0;
    waiting(fn, -1);
    wr_observe_dur(self, LAMBDA_EVENT_AGE, age);
    lambda_begin(e->pool, env, wr_call_open(self, NULL, &e->what), e, e->alias, fresh);
}

void lambda_async_accept(lambda_pool *p, wr_call *c, int alias)
{
    lambda *fn = p->fn;
    lambda_event *e = blank(fn);
    *e = (lambda_event){.what = wr_send_like(c), .pool = p, .alias = alias, .queued = wr_now(fn->self)};
    lambda_count(p, alias, LAMBDA_RECEIVED, 1);
    waiting(fn, 1);
    try_now(fn->self, e);
}

void lambda_async_ended(lambda *fn, lambda_event *e, int code)
{
    const lambda_async *a = fn->cfg->async;
    const lambda_delay *delay = a->delays.items;
    if (code == LAMBDA_OK) {
        tell(fn, fn->on_success, e, told);
        forget(fn, e);
        return;
    }
    waiting(fn, 1);
    if (e->errors >= a->retries) {
        give_up(fn, e);
        return;
    }
    size_t nth = (size_t)e->errors++, last = a->delays.n - 1;
    again(fn, e, delay[nth < last ? nth : last].of);
}

/* ---- start ----------------------------------------------------------------------------------------------- */
static wr_comp *destination(const lambda *fn, const wr_link *link, const char *key)
{
    wr_comp *to = link ? wr_link_to(fn->self, link) : NULL;
    if (to && !ask_of(to))
        wr_break(fn->self,
                 "'%s' of lambda '%s' names '%s', which takes no messages; allowed are queues, topics, buses and "
                 "functions",
                 key, wr_name(fn->self), wr_name(to));
    return to;
}

void lambda_async_start(lambda *fn)
{
    const lambda_cfg *cfg = fn->cfg;
    fn->on_failure = destination(fn, cfg->on_failure, "on_failure");
    fn->on_success = destination(fn, cfg->on_success, "on_success");
    fn->dead_letter = destination(fn, cfg->dead_letter, "dead_letter_target");
}
