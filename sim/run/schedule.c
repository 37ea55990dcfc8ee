/* schedule.c - applies and lifts the faults of a scenario at their times.
 *
 * Each fault is a small state machine of CONTROL events: it begins at its times, every so often, or after
 * random times to failure; it lasts as long as it is drawn to last. What a fault does is the model's
 * business, except for errors, throttles and latency, which the runtime applies to anything. Streams are
 * named by the number of the fault, so that adding one moves no other. Truth: tests/unit/test_run.c. */
#include "run.h"
#include <string.h>

typedef struct upset { /* one fault of the scenario in this run */
    run *r;
    const scenario_fault *f;
    wr_rng rng;
    size_t next; /* into f->at */
} upset;

static const char *name_of(const upset *u)
{
    return u->f->comp >= 0 ? u->r->comp[u->f->comp]->name : "run";
}

static void note_fault(const upset *u, bool on)
{
    run *r = u->r;
    note *n = arena_alloc(r->arena, sizeof *n);
    const wr_comp *where = u->f->comp >= 0 ? r->comp[u->f->comp] : NULL;
    *n = (note){run_now(r), where, "fault", arena_print(r->arena, "%s %s %s", u->f->kind, name_of(u), on ? "begins" : "ends"),
                on ? 1 : 0, NULL};
    *r->notes_end = n;
    r->notes_end = &n->next;
}

static int row_named(const wr_model *m, const char *name)
{
    for (int i = 0; m->faults && m->faults[i].name; i++)
        if (!strcmp(m->faults[i].name, name))
            return i;
    return -1;
}

static void apply_zone(const upset *u, bool on)
{
    for (int i = 0; i < u->r->comps; i++) {
        wr_comp *c = u->r->comp[i];
        int row = row_named(c->model, u->f->kind);
        if (row >= 0 && c->model->fault)
            c->model->fault(c, row, &u->f->az, on);
    }
}

static void apply(upset *u, bool on)
{
    const scenario_fault *f = u->f;
    comp_fault own = {.share = f->share, .rate = f->rate, .as = f->as, .add = f->add, .from = f->from, .to = f->to, .mark = u};
    note_fault(u, on);
    if (f->how == FAULT_LATENCY) {
        fault_latency(u->r, own, on);
    } else if (f->how == FAULT_ZONE) {
        apply_zone(u, on);
    } else if (f->how == FAULT_MODEL) {
        wr_comp *c = u->r->comp[f->comp];
        c->model->fault(c, f->row, f->cfg, on);
    } else {
        fault_errors(u->r->comp[f->comp], own, on);
    }
}

static void begins(wr_comp *self, void *arg);

static void after(const upset *u, wr_dur d, wr_event_fn *fn, upset *arg)
{
    wr_time now = run_now(u->r);
    if (d < WR_NEVER - now)
        wr_engine_at(u->r->engine, now + d, WR_PHASE_CONTROL, fn, NULL, arg);
}

static void ends(wr_comp *self, void *arg)
{
    (void)self;
    upset *u = arg;
    apply(u, false);
    if (u->f->mttf)
        after(u, wr_draw_dur(u->f->mttf, &u->rng), begins, u);
}

static void begins(wr_comp *self, void *arg)
{
    (void)self;
    upset *u = arg;
    apply(u, true);
    const wr_dist *lasts = u->f->mttr ? u->f->mttr : u->f->lasts;
    if (lasts)
        after(u, wr_draw_dur(lasts, &u->rng), ends, u);
    if (u->f->every > 0)
        after(u, u->f->every, begins, u);
}

static void schedule(run *r, const scenario_fault *f, size_t number)
{
    upset *u = arena_alloc(r->arena, sizeof *u);
    *u = (upset){.r = r, .f = f};
    char purpose[64];
    snprintf(purpose, sizeof purpose, "fault %zu", number);
    wr_rng_open(&u->rng, r->seed, r->replication, "faults", purpose);
    u->rng.sequences = r->sequences;
    if (!wr_rng_chance(&u->rng, f->probability))
        return;
    if (f->mttf)
        after(u, wr_draw_dur(f->mttf, &u->rng), begins, u);
    for (size_t i = 0; i < f->ats; i++) {
        upset *one = arena_alloc(r->arena, sizeof *one);
        *one = *u;
        snprintf(purpose, sizeof purpose, "fault %zu.%zu", number, i);
        wr_rng_open(&one->rng, r->seed, r->replication, "faults", purpose);
        one->rng.sequences = r->sequences;
        wr_engine_at(r->engine, f->at[i], WR_PHASE_CONTROL, begins, NULL, one);
    }
}

void schedule_faults(run *r, const wr_scenario *s)
{
    for (size_t i = 0; i < s->faults; i++)
        schedule(r, &s->fault[i], i);
}
