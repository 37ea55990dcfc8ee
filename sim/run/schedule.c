/* schedule.c - applies and lifts the faults of a scenario at their times.
 *
 * Each fault is a small state machine of CONTROL events: it begins at its times, every so often, or after
 * random times to failure; it lasts as long as it is drawn to last. A factor with a ramp grows in steps, each a fault
 * of the model's own that multiplies by a little more; at the end all are lifted. What a fault does is the model's
 * business, except for errors, throttles and latency, which the runtime applies to anything. Streams are
 * named by the number of the fault, so that adding one moves no other. Truth: tests/contract/test_models.c. */
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

/* ---- a factor that grows ------------------------------------------------------------------------------ */
enum { RAMP_STEPS = 100 };
typedef struct climb { /* one occurrence: each step multiplies by what takes it to the next height */
    upset *u;
    int made;
    double height;
    char *cfg; /* of each step, side by side: its address is the mark that lifts it */
} climb;

static void climb_step(wr_comp *self, void *arg);

static void climb_on(climb *c, double height)
{
    const scenario_fault *f = c->u->f;
    wr_comp *comp = c->u->r->comp[f->comp];
    char *cfg = c->cfg + (size_t)c->made++ * f->cfg_size;
    memcpy(cfg, f->cfg, f->cfg_size);
    *(double *)(void *)(cfg + f->factor) = height / c->height;
    c->height = height;
    comp->model->fault(comp, f->row, cfg, true);
}

/* The middle of a step's stretch of the line, so that the mean is exact; the top at the end. */
static void climb_step(wr_comp *self, void *arg)
{
    climb *c = arg;
    const scenario_fault *f = c->u->f;
    double top = *(const double *)(const void *)((const char *)f->cfg + f->factor);
    (void)self;
    if (c->made < 0)
        return; /* it has ended */
    bool over = c->made == RAMP_STEPS;
    climb_on(c, over ? top : 1 + (top - 1) * (c->made + 0.5) / RAMP_STEPS);
    if (!over)
        wr_engine_at(c->u->r->engine, run_now(c->u->r) + f->ramp / RAMP_STEPS, WR_PHASE_CONTROL, climb_step, NULL, c);
}

static climb *climb_begin(upset *u)
{
    climb *c = arena_alloc(u->r->arena, sizeof *c);
    *c = (climb){.u = u, .height = 1};
    c->cfg = arena_aligned(u->r->arena, (RAMP_STEPS + 1) * u->f->cfg_size, 64);
    note_fault(u, true);
    climb_step(NULL, c);
    return c;
}

static void climb_end(climb *c)
{
    const scenario_fault *f = c->u->f;
    wr_comp *comp = c->u->r->comp[f->comp];
    note_fault(c->u, false);
    while (c->made > 0)
        comp->model->fault(comp, f->row, c->cfg + (size_t)--c->made * f->cfg_size, false);
    c->made = -1;
}

/* ---- when --------------------------------------------------------------------------------------------- */
static void begins(wr_comp *self, void *arg);

static void after(const upset *u, wr_dur d, wr_event_fn *fn, void *arg)
{
    wr_time now = run_now(u->r);
    if (d < WR_NEVER - now)
        wr_engine_at(u->r->engine, now + d, WR_PHASE_CONTROL, fn, NULL, arg);
}

static void again(upset *u)
{
    if (u->f->mttf)
        after(u, wr_draw_dur(u->f->mttf, &u->rng), begins, u);
}

static void ends(wr_comp *self, void *arg)
{
    (void)self;
    apply(arg, false);
    again(arg);
}

static void climb_ends(wr_comp *self, void *arg)
{
    climb *c = arg;
    (void)self;
    climb_end(c);
    again(c->u);
}

static void begins(wr_comp *self, void *arg)
{
    (void)self;
    upset *u = arg;
    climb *c = u->f->ramp ? climb_begin(u) : NULL;
    if (!c)
        apply(u, true);
    const wr_dist *lasts = u->f->mttr ? u->f->mttr : u->f->lasts;
    if (lasts)
        after(u, wr_draw_dur(lasts, &u->rng), c ? climb_ends : ends, c ? (void *)c : u);
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
