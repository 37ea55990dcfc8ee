/* program.c - runs the steps of a request: one small interpreter on callbacks.
 *
 * A request's place in its program stands in 64 bytes on its call; whatever takes time (cpu, wait, a call,
 * branches) leaves a callback behind and the interpreter comes back when it fires. Loops and sequences never
 * nest C functions. What few requests need (loop counters, stamps, the key of a retry) is lent by the host.
 * After `return` the rest goes on as a request of its own, which nobody waits for.
 * Time spent in a call that the host stops waiting for counts as service. Calls are in ask.c, branches in
 * fork.c. Truth: tests/unit/test_program.c (sum of steps, shares, loops, catch), test_fork.c (maximum, return). */
#include "program.h"

enum { FUEL = 1000000 }; /* instructions without a wait: a loop of nothing never ends */

/* ---- hosts -------------------------------------------------------------------------------------------- */
wr_host *wr_host_create(wr_comp *owner)
{
    wr_host *h = wr_alloc(owner, sizeof *h);
    h->owner = owner;
    h->speed = 1;
    h->source = owner->traffic;
    h->common = wr_alloc(owner, sizeof *h->common);
    wr_stream(owner, "cpu", &h->common->cpu_rng);
    wr_stream(owner, "steps", &h->common->step_rng);
    wr_stream(owner, "keys", &h->common->key_rng);
    wr_stream(owner, "retry", &h->common->retry_rng);
    return h;
}

wr_host *wr_host_sibling(const wr_host *h)
{
    wr_host *more = wr_alloc(h->owner, sizeof *more);
    *more = *h;
    more->parts = NULL;
    return more;
}

void wr_host_renew(wr_host *h)
{
    h->life++;
}

void wr_host_cpu(wr_host *h, wr_share *cpu)
{
    h->cpu = cpu;
}

void wr_host_speed(wr_host *h, double speed)
{
    h->speed = speed;
}

extra *program_extra(wr_host *h, visit *v)
{
    if (v->extra)
        return v->extra;
    extra *x = h->common->extras;
    if (x)
        h->common->extras = x->next;
    else
        x = wr_alloc(h->owner, sizeof *x);
    x->seen_n = 0;
    x->next = NULL;
    v->extra = x;
    return x;
}

static void give_back(wr_host *h, visit *v)
{
    if (!v->extra)
        return;
    v->extra->next = h->common->extras;
    h->common->extras = v->extra;
    v->extra = NULL;
}

/* ---- steps that take time ----------------------------------------------------------------------------- */
void program_awake(wr_comp *self, void *arg)
{
    wr_call *c = arg;
    (void)self;
    visit_of(c)->doing = IDLE;
    program_go(visit_of(c)->host, c);
}

static void computed(wr_comp *self, wr_call *c)
{
    program_awake(self, c);
}

void program_pause(wr_host *h, wr_call *c, wr_dur d, wr_event_fn *then)
{
    visit *v = visit_of(c);
    v->doing = TIMED;
    v->on.timer = wr_after(h->owner, d, then, c);
}

static bool run_wait(wr_host *h, wr_call *c, visit *v, const instruction *i)
{
    wr_dur d = wr_draw_dur(i->dist, &h->common->step_rng);
    v->pc++;
    if (d > 0)
        program_pause(h, c, d, program_awake);
    return d <= 0;
}

static bool run_cpu(wr_host *h, wr_call *c, visit *v, const instruction *i)
{
    double work = wr_draw(i->dist, &h->common->cpu_rng);
    v->pc++;
    if (work <= 0)
        return true;
    if (h->cpu) {
        v->doing = SHARED;
        wr_share_enter(h->cpu, c, work, computed);
    } else {
        program_pause(h, c, wr_dur_from_s(work / h->speed), program_awake);
    }
    return false;
}

/* ---- steps that decide -------------------------------------------------------------------------------- */
static bool run_choose(wr_host *h, wr_call *c, visit *v, const instruction *i)
{
    double u = wr_rng_unit(&h->common->step_rng);
    (void)c;
    v->pc = i->to;
    for (uint32_t k = 0; k < i->n; k++)
        if (u <= i->options[k].upto) {
            v->pc = i->options[k].to;
            break;
        }
    return true;
}

static bool run_count(wr_host *h, wr_call *c, visit *v, const instruction *i)
{
    double n = wr_draw(i->dist, &h->common->step_rng);
    (void)c;
    program_extra(h, v)->left[i->slot] = n < 9e15 ? (int64_t)(n + 0.5) : INT64_MAX;
    v->pc++;
    return true;
}

static bool run_again(wr_host *h, wr_call *c, visit *v, const instruction *i)
{
    int64_t *left = &program_extra(h, v)->left[i->slot];
    (void)c;
    v->pc = *left > 0 ? v->pc + 1 : i->to;
    --*left;
    return true;
}

static bool run_while(wr_host *h, wr_call *c, visit *v, const instruction *i)
{
    (void)c;
    v->pc = wr_rng_chance(&h->common->step_rng, i->share) ? v->pc + 1 : i->to;
    return true;
}

static bool run_jump(wr_host *h, wr_call *c, visit *v, const instruction *i)
{
    (void)h, (void)c;
    v->pc = i->to;
    return true;
}

static bool run_ask(wr_host *h, wr_call *c, visit *v, const instruction *i)
{
    (void)v, (void)i;
    ask_begin(h, c);
    return false;
}

static bool run_fork(wr_host *h, wr_call *c, visit *v, const instruction *i)
{
    (void)v;
    return fork_begin(h, c, i);
}

/* ---- steps that end ----------------------------------------------------------------------------------- */
void program_end(wr_host *h, wr_call *c, enum wr_status s)
{
    visit *v = visit_of(c);
    wr_program_done *done = v->done;
    give_back(h, v);
    *v = (visit){0};
    if (done)
        done(h->owner, c, s);
    else
        wr_call_close(c);
}

static bool run_end(wr_host *h, wr_call *c, visit *v, const instruction *i)
{
    (void)v, (void)i;
    program_end(h, c, WR_OK);
    return false;
}

static bool run_fail(wr_host *h, wr_call *c, visit *v, const instruction *i)
{
    v->pc++;
    if (!wr_rng_chance(&h->common->step_rng, i->share))
        return true;
    program_end(h, c, i->status);
    return false;
}

/* The answer leaves; what is left of the program goes on as a request of its own. */
static bool run_return(wr_host *h, wr_call *c, visit *v, const instruction *i)
{
    v->pc++;
    if (!v->done)
        return true; /* answered before */
    if (v->program->code[v->pc].op == DO_END) {
        program_end(h, c, i->status);
        return false;
    }
    wr_send like = wr_send_like(c);
    wr_call *rest = wr_call_open(h->owner, h->source ? c : NULL, &like);
    wr_program_done *done = v->done;
    visit *r = visit_of(rest);
    *r = *v;
    r->done = NULL;
    *v = (visit){0};
    program_pause(h, rest, 0, program_awake);
    done(h->owner, c, i->status);
    return false;
}

/* ---- the interpreter ---------------------------------------------------------------------------------- */
typedef bool run_fn(wr_host *h, wr_call *c, visit *v, const instruction *i); /* true: the next instruction at once */
static run_fn *const runs[] = {
    [DO_CPU] = run_cpu,     [DO_WAIT] = run_wait,   [DO_ASK] = run_ask,   [DO_CHOOSE] = run_choose,
    [DO_COUNT] = run_count, [DO_AGAIN] = run_again, [DO_WHILE] = run_while, [DO_JUMP] = run_jump,
    [DO_FORK] = run_fork,   [DO_FAIL] = run_fail,   [DO_RETURN] = run_return, [DO_END] = run_end,
};

void program_go(wr_host *h, wr_call *c)
{
    visit *v = visit_of(c);
    const instruction *i;
    int fuel = FUEL;
    do {
        if (!--fuel) {
            run_break(h->owner->run, "a 'repeat' goes round without taking any time");
            return;
        }
        i = &v->program->code[v->pc];
    } while (runs[i->op](h, c, v, i));
}

const wr_program *wr_program_for(const wr_call *c, const wr_program *own)
{
    const wr_program *instead = wr_call_ask(c)->instead;
    return instead ? instead : own;
}

void wr_program_run(wr_host *h, wr_call *c, const wr_program *p, wr_program_done *done)
{
    visit *v = visit_of(c);
    p = wr_program_for(c, p);
    uint32_t entry = program_entry(p, wr_call_operation(c));
    assert(!v->host);
    if (entry == NO_ENTRY) {
        done(h->owner, c, WR_INVALID);
        return;
    }
    *v = (visit){.host = h, .program = p, .done = done, .pc = entry};
    program_go(h, c);
}

void wr_program_abort(wr_host *h, wr_call *c)
{
    visit *v = visit_of(c);
    if (!v->host)
        return;
    switch ((enum doing)v->doing) {
    case TIMED: wr_cancel(h->owner, v->on.timer); break;
    case SENT: wr_call_drop(v->on.sent); break;
    case HELD: wr_retry_let_off(v->on.held); break;
    case HEDGED: wr_hedge_drop(c); break;
    case SHARED: wr_share_remove(h->cpu, c); break;
    case FORKED: fork_abort(v->on.fork); break;
    case IDLE: break;
    }
    give_back(h, v);
    *v = (visit){0};
}
