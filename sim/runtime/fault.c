/* fault.c - disturbances that the runtime itself applies: error_rate, throttle, latency.
 *
 * Every component that takes calls understands the first two, so no model has to; the third changes
 * what a packet pays on its way. Which fault is in force when is sim/run's business. */
#include "runtime.h"
#include <math.h>
#include <stdlib.h>

static void push(run *r, comp_fault **list, comp_fault f)
{
    comp_fault *x = arena_alloc(r->arena, sizeof *x);
    *x = f;
    x->at = run_now(r);
    x->tokens = 1;
    x->next = *list;
    *list = x;
}

static void drop(comp_fault **list, const void *mark)
{
    for (comp_fault **p = list; *p; p = &(*p)->next)
        if ((*p)->mark == mark) {
            *p = (*p)->next;
            return;
        }
}

void fault_errors(wr_comp *c, comp_fault f, bool on)
{
    if (on)
        push(c->run, &c->errors, f);
    else
        drop(&c->errors, f.mark);
    c->faulty = c->errors != NULL;
}

void fault_latency(run *r, comp_fault f, bool on)
{
    if (on)
        push(r, &r->net_faults, f);
    else
        drop(&r->net_faults, f.mark);
}

/* Requests above `rate` a second are refused: a bucket that holds one second's worth at the most. */
static bool above_rate(comp_fault *f, wr_time now)
{
    f->tokens = fmin(fmax(f->rate, 1), f->tokens + f->rate * wr_dur_to_s(now - f->at));
    f->at = now;
    if (f->tokens < 1)
        return true;
    f->tokens -= 1;
    return false;
}

bool fault_answers(wr_comp *c, wr_call *call)
{
    for (comp_fault *f = c->errors; f; f = f->next) {
        bool hit = f->rate > 0 ? above_rate(f, run_now(c->run)) : wr_rng_chance(&c->run->net_rng, f->share);
        if (hit) {
            call_answer_fault(call, f->as);
            return true;
        }
    }
    return false;
}

wr_dur fault_added(run *r, const wr_comp *from, const wr_comp *to)
{
    wr_dur d = 0;
    for (const comp_fault *f = r->net_faults; f; f = f->next) {
        int a = from->group ? from->group->index : from->index, b = to->group ? to->group->index : to->index;
        if ((f->from < 0 || f->from == a) && (f->to < 0 || f->to == b))
            d += wr_draw_dur(f->add, &r->net_rng);
    }
    return d;
}
