/* slo.c - objectives: one expression, read over the statistics window, over a window of its own, or as the
 * worst of many windows; and `stop_when`, which reads the present.
 *
 * Atoms over the statistics window are read from the totals that every cell keeps anyway. `from .. to` opens
 * probes at its first edge and shuts them at the second. `over L` keeps a ring of probes, one for each window
 * that is open at a time: a window begins at every period's end and lasts L, so a ring of L / period is
 * enough whatever the length of the run. Truth: tests/truth/transient.yaml, tests/truth/hand.yaml. */
#include "run.h"
#include <math.h>
#include <string.h>

typedef struct window { /* one reading of all atoms of an objective */
    probe **probe;
    wr_time opened;     /* WR_NEVER: not in use */
} window;

typedef struct objective {
    const wr_formula *f;
    judge *judge;
    wr_time from, to;
    bool own;           /* a window of its own: probes, not totals */
    window one;         /* from .. to */
    window *ring;       /* over */
    size_t windows;
    double worst, bound;
    bool seen;
} objective;

struct judge {
    recorder *k;
    size_t n;
    objective *o;
};

/* ---- reading ------------------------------------------------------------------------------------ */
static wr_comp *owner_of(const recorder *k, const formula_atom *a)
{
    wr_comp *c = a->comp >= 0 ? k->r->comp[a->comp] : NULL;
    return c && a->part ? comp_part(c, a->part) : c;
}

static double window_seconds(const recorder *k)
{
    wr_time now = run_now(k->r);
    return now > k->r->warmup ? wr_dur_to_s(now - k->r->warmup) : 0;
}

static double cost_of(const recorder *k, const wr_comp *c, bool per_hour)
{
    double usd = 0;
    for (const comp_record *cr = k->first; cr; cr = cr->next)
        if (!c || cr->comp == c)
            usd += bill_window(k, cr);
    return per_hour ? usd / window_seconds(k) * 3600 : usd;
}

static double run_stat(const recorder *k, const char *metric, enum formula_stat s)
{
    double seconds = window_seconds(k);
    if (!strcmp(metric, "end_time"))
        return wr_dur_to_s(run_now(k->r));
    if (!strcmp(metric, "cost_per_hour"))
        return cost_of(k, NULL, true);
    double x = !strcmp(metric, "cost") ? cost_of(k, NULL, false) : (double)wr_engine_fired(k->r->engine);
    return s == F_RATE ? x / seconds : x;
}

static double tap_sum(const recorder *k, const cell *c)
{
    const record *rec = c ? record_of(k, c) : NULL;
    return rec && rec->total ? tap_total(rec->total, c) : 0;
}

double total_stat(const recorder *k, wr_comp *c, int metric, enum formula_stat s, double arg, double *n)
{
    ratio q;
    *n = 0;
    if (metric == WR_U_COST || metric == WR_U_COST_PER_HOUR)
        return cost_of(k, c, metric == WR_U_COST_PER_HOUR);
    if (comp_ratio(c, metric, &q)) {
        double den = tap_sum(k, q.den) + tap_sum(k, q.den2);
        *n = den;
        return den > 0 ? q.scale * tap_sum(k, q.num) / den : NAN;
    }
    const cell *x = comp_cell(c, metric);
    const record *rec = x ? record_of(k, x) : NULL;
    if (!rec || !rec->total)
        return NAN;
    *n = rec->total->sum.n;
    return tap_stat(x, rec->total, s, arg);
}

static double atom_total(const objective *o, const formula_atom *a, wr_slo_value *v)
{
    const recorder *k = o->judge->k;
    if (a->comp < 0)
        return run_stat(k, a->metric, a->stat);
    wr_comp *c = owner_of(k, a);
    double n = 0, x = c ? total_stat(k, c, a->metric_row, a->stat, a->arg, &n) : NAN;
    if (a->stat == F_QUANTILE && a->kind == WR_VALUE && 10 / (1 - a->arg) > v->wanted) {
        v->wanted = 10 / (1 - a->arg);
        v->samples = n;
    }
    return x;
}

static double atom_probe(const objective *o, const formula_atom *a, probe *p)
{
    if (a->comp < 0)
        return run_stat(o->judge->k, a->metric, a->stat);
    return p ? probe_take(p, false) : NAN;
}

static void read_sides(const objective *o, const window *w, wr_slo_value *v)
{
    const wr_formula *f = o->f;
    double *x = arena_alloc(o->judge->k->r->arena, (f->atoms + 1) * sizeof *x);
    for (size_t i = 0; i < f->atoms; i++)
        x[i] = w ? atom_probe(o, &f->atom[i], w->probe ? w->probe[i] : NULL) : atom_total(o, &f->atom[i], v);
    v->value = formula_value(f, f->node, f->nodes, x);
    v->bound = f->op == F_NONE ? NAN : formula_value(f, f->bound, f->bound_nodes, x);
}

/* ---- windows ------------------------------------------------------------------------------------- */
static void window_open(objective *o, window *w)
{
    recorder *k = o->judge->k;
    w->opened = run_now(k->r);
    if (!w->probe)
        w->probe = arena_alloc(k->r->arena, (o->f->atoms + 1) * sizeof(probe *));
    for (size_t i = 0; i < o->f->atoms; i++) {
        const formula_atom *a = &o->f->atom[i];
        if (w->probe[i])
            probe_take(w->probe[i], true);
        else if (a->comp >= 0 && a->metric_row < WR_U_COST && (!a->part || owner_of(k, a)))
            w->probe[i] = probe_open(k->r->comp[a->comp], a);
    }
}

static void window_shut(objective *o, window *w)
{
    for (size_t i = 0; w->probe && i < o->f->atoms; i++)
        if (w->probe[i])
            probe_shut(w->probe[i]);
}

static void from_edge(wr_comp *self, void *arg)
{
    (void)self;
    objective *o = arg;
    window_open(o, &o->one);
}

static void to_edge(wr_comp *self, void *arg)
{
    (void)self;
    objective *o = arg;
    window_shut(o, &o->one);
}

static bool worse(enum formula_op op, double a, double than)
{
    return op == F_GT || op == F_GE ? a < than : a > than;
}

static void judge_window(objective *o, const window *w)
{
    wr_slo_value v = {0};
    read_sides(o, w, &v);
    if (isnan(v.value))
        return;
    if (!o->seen || worse(o->f->op, v.value - v.bound, o->worst - o->bound)) {
        o->worst = v.value;
        o->bound = v.bound;
    }
    o->seen = true;
}

static void windows_end(objective *o, wr_time now)
{
    for (size_t i = 0; i < o->windows; i++) {
        window *w = &o->ring[i];
        if (w->opened == WR_NEVER || now - w->opened < o->f->over)
            continue;
        if (now <= o->to)
            judge_window(o, w);
        w->opened = WR_NEVER;
    }
}

static void window_begins(objective *o, wr_time now)
{
    size_t i = 0;
    while (i < o->windows && o->ring[i].opened != WR_NEVER)
        i++;
    if (i < o->windows && now >= o->from && now < o->to)
        window_open(o, &o->ring[i]);
}

void judge_period(judge *j)
{
    wr_time now = run_now(j->k->r);
    for (objective *o = j->o; o < j->o + j->n; o++) {
        windows_end(o, now);
        window_begins(o, now);
    }
}

static void objective_start(judge *j, objective *o, const wr_formula *f)
{
    run *r = j->k->r;
    *o = (objective){.f = f, .judge = j, .from = f->from >= 0 ? f->from : r->warmup, .to = f->to >= 0 ? f->to : WR_NEVER};
    o->own = f->from >= 0;
    if (f->over > 0) {
        wr_dur period = j->k->period;
        o->windows = (size_t)((f->over + period - 1) / period) + 1;
        o->ring = arena_alloc(r->arena, o->windows * sizeof *o->ring);
        for (size_t i = 0; i < o->windows; i++)
            o->ring[i].opened = WR_NEVER;
        if (o->from == 0)
            window_open(o, &o->ring[0]);
    } else if (o->own) {
        o->one.opened = WR_NEVER;
        wr_engine_at(r->engine, o->from, WR_PHASE_EDGE, from_edge, NULL, o);
        if (o->to != WR_NEVER)
            wr_engine_at(r->engine, o->to, WR_PHASE_EDGE, to_edge, NULL, o);
    }
}

judge *judge_start(recorder *k)
{
    judge *j = arena_alloc(k->r->arena, sizeof *j);
    *j = (judge){k, k->s->slos, arena_alloc(k->r->arena, (k->s->slos + 1) * sizeof(objective))};
    for (size_t i = 0; i < j->n; i++)
        objective_start(j, &j->o[i], k->s->slo[i]);
    return j;
}

/* ---- verdict of this replication -------------------------------------------------------------------- */
static int op_of(enum formula_op op)
{
    static const int ops[] = {[F_NONE] = WR_SLO_NONE, [F_LT] = WR_SLO_LT, [F_LE] = WR_SLO_LE, [F_GT] = WR_SLO_GT,
                              [F_GE] = WR_SLO_GE, [F_EQ] = WR_SLO_EQ, [F_NE] = WR_SLO_NE};
    return ops[op];
}

static const char *reason_of(const objective *o)
{
    for (size_t i = 0; i < o->f->atoms; i++)
        if (o->f->atom[i].part && !owner_of(o->judge->k, &o->f->atom[i]))
            return "this part did not exist in the run; parts such as instances and partitions need 'detail: parts'";
    if (o->own && o->from >= run_now(o->judge->k->r))
        return "the run ended before this window began";
    if (o->windows && !o->seen)
        return "no window of this length ended within the run, or nothing was observed in any";
    return "nothing was observed";
}

static void objective_end(objective *o, wr_slo_value *v)
{
    *v = (wr_slo_value){.value = NAN, .bound = NAN, .op = op_of(o->f->op)};
    if (o->windows) {
        if (o->seen)
            v->value = o->worst, v->bound = o->bound;
    } else if (o->own) {
        if (o->one.opened != WR_NEVER)
            read_sides(o, &o->one, v);
    } else {
        read_sides(o, NULL, v);
    }
    v->holds = o->f->op == F_NONE ? -1 : !isnan(v->value) && formula_holds(o->f->op, v->value, v->bound);
    v->reason = isnan(v->value) ? reason_of(o) : NULL;
}

void judge_end(judge *j, wr_arena *a, wr_slo_value *out)
{
    for (size_t i = 0; i < j->n; i++) {
        objective_end(&j->o[i], &out[i]);
        if (out[i].reason)
            out[i].reason = arena_copy(a, out[i].reason, strlen(out[i].reason));
    }
}

/* ---- stop_when ----------------------------------------------------------------------------------------- */
struct stopper {
    run *r;
    const wr_formula *f;
    probe **probe;
    double *x;
};

stopper *stopper_start(run *r, const wr_formula *f)
{
    stopper *st = arena_alloc(r->arena, sizeof *st);
    *st = (stopper){r, f, arena_alloc(r->arena, (f->atoms + 1) * sizeof(probe *)),
                    arena_alloc(r->arena, (f->atoms + 1) * sizeof(double))};
    for (size_t i = 0; i < f->atoms; i++) {
        formula_atom a = f->atom[i];
        if (a.kind == WR_LEVEL)
            a.stat = F_LAST; /* levels are read as their value now */
        if (a.comp >= 0)
            st->probe[i] = probe_open(r->comp[a.comp], &a);
    }
    return st;
}

bool stopper_holds(const stopper *st)
{
    if (!st->r->began)
        return false;
    for (size_t i = 0; i < st->f->atoms; i++)
        st->x[i] = st->probe[i]                               ? probe_take(st->probe[i], false)
                   : !strcmp(st->f->atom[i].metric, "events") ? (double)wr_engine_fired(st->r->engine)
                                                              : wr_dur_to_s(run_now(st->r));
    double left = formula_value(st->f, st->f->node, st->f->nodes, st->x);
    double right = formula_value(st->f, st->f->bound, st->f->bound_nodes, st->x);
    return formula_holds(st->f->op, left, right);
}
