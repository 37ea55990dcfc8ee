/* comp.c - components of a run: their cells, streams, state, parts and groups.
 *
 * A component of the scenario owns cells for every metric that applies to it. A part ("orders:p0") is
 * a component without behaviour that has cells of its own. A spawned member ("app:i-3") counts on its
 * group's cells; with `detail: parts` it has cells that add to the group's. Membership is told to
 * followers by events of the present instant, except before the run begins, where it is told at once.
 * Truth: tests/contract/test_models.c, tests/unit/test_asg_life.c. */
#include "comp.h"
#include <math.h>
#include <string.h>

typedef struct shared {
    const char *name;
    void *memory;
    struct shared *next;
} shared;


const wr_code framework_codes[CODE_OWN] = {
    {"Timeout", "Client.Timeout", WR_TIMEOUT, 0, "The caller stopped waiting."},
    {"FaultError", "Fault.error_rate", WR_FAILED, 500, "An error that `faults:` asked for."},
    {"FaultThrottle", "Fault.throttle", WR_THROTTLED, 429, "A refusal that `faults:` asked for."},
    {"BreakerOpen", "Client.BreakerOpen", WR_REJECTED, 0, "The circuit breaker of a step was open: nothing was sent."},
};

/* ---- the run --------------------------------------------------------------------------------- */
run *run_create(uint64_t seed, uint64_t replication)
{
    wr_arena *a = arena_create();
    run *r = arena_alloc(a, sizeof *r);
    r->arena = a;
    r->engine = wr_engine_create();
    r->seed = seed;
    r->replication = replication;
    r->notes_end = &r->notes;
    r->calls = calls_create(r);
    r->end = WR_NEVER;
    cell_init(&r->sink, r, 0, false);
    wr_rng_open(&r->net_rng, seed, replication, "network", "latency");
    return r;
}

void run_destroy(run *r)
{
    if (!r)
        return;
    wr_engine_destroy(r->engine);
    arena_destroy(r->arena);
}

void run_break(run *r, const char *why)
{
    if (!r->broken)
        r->broken = why;
    wr_engine_stop(r->engine);
}

/* ---- cells ------------------------------------------------------------------------------------- */
static unsigned group_of(int u)
{
    switch (u) {
    case WR_U_IN_SYSTEM:
    case WR_U_CONCURRENCY: return WR_HAS_PRESENCE;
    case WR_U_IN_SERVICE: return WR_HAS_UNITS;
    case WR_U_BURST_LEFT:
    case WR_U_CONSUMED: return WR_HAS_BUCKET;
    case WR_U_AGE_OF_OLDEST: return WR_HAS_AGE;
    case WR_U_UTILIZATION: return WR_HAS_UNITS;
    case WR_U_COST:
    case WR_U_COST_PER_HOUR: return ~0u;
    default: break;
    }
    if ((u >= WR_U_WAIT && u <= WR_U_SLOTS_TAKEN) || u == WR_U_WAITED_SHARE)
        return WR_HAS_STATION;
    if ((u >= WR_U_RETRIES && u <= WR_U_TRIED) || u == WR_U_ATTEMPTS)
        return WR_HAS_RETRIES;
    return u >= WR_U_TIME_SERVICE && u <= WR_U_TIME_BACKOFF ? WR_HAS_SPANS : WR_HAS_CALLS;
}

bool comp_has(const wr_model *m, int uniform)
{
    if (uniform == WR_U_UTILIZATION)
        return (m->has & WR_HAS_UNITS) && (m->has & WR_HAS_STATION) && !(m->has & WR_OWN_UTILIZATION);
    if (uniform == WR_U_BUSY && (m->has & WR_HAS_UNITS))
        return true;
    return (m->has & group_of(uniform)) != 0;
}

static int metrics_of(const wr_model *m)
{
    int n = 0;
    while (m->metrics && m->metrics[n].name)
        n++;
    return n;
}

static int codes_of(const wr_model *m)
{
    int n = 0;
    while (m->codes && m->codes[n].name)
        n++;
    return n;
}

static void join_cells(wr_comp *c)
{
    cell *good = c->uniform[WR_U_LATENCY - WR_U_REQUESTS], *all = c->uniform[WR_U_LATENCY_ALL - WR_U_REQUESTS];
    if (good->kind && all->kind) { /* a good answer is observed once and counts in both */
        good->feeds = all;
        all->fed_by = good;
    }
    if (c->presence) { /* who is present is in work: one level under two names */
        c->store[WR_U_CONCURRENCY - WR_U_REQUESTS].kind = 0;
        c->uniform[WR_U_CONCURRENCY - WR_U_REQUESTS] = c->uniform[WR_U_IN_SYSTEM - WR_U_REQUESTS];
    }
}

void comp_make_cells(wr_comp *c)
{
    run *r = c->run;
    int uniform = WR_U_RATIOS - WR_U_REQUESTS, own = metrics_of(c->model);
    c->uniform_n = uniform;
    c->metrics_n = own;
    c->cells_n = uniform + own;
    c->store = arena_aligned(r->arena, (size_t)c->cells_n * sizeof *c->store, 64);
    c->uniform = arena_alloc(r->arena, (size_t)uniform * sizeof *c->uniform);
    c->cells = arena_alloc(r->arena, (size_t)(own + 1) * sizeof *c->cells);
    for (int i = 0; i < uniform; i++) {
        enum wr_metric_kind k = wr_uniforms[i].kind;
        bool on = comp_has(c->model, WR_U_REQUESTS + i);
        c->uniform[i] = on ? &c->store[i] : &r->sink;
        if (on)
            cell_init(&c->store[i], r, k, k != WR_COUNT);
    }
    join_cells(c);
    for (int i = 0; i < own; i++) {
        const wr_metric *m = &c->model->metrics[i];
        c->cells[i] = m->kind == WR_RATIO ? &r->sink : &c->store[uniform + i];
        if (m->kind != WR_RATIO)
            cell_init(c->cells[i], r, m->kind, m->kind != WR_COUNT && !m->hidden);
    }
}

void comp_tell_birth(wr_comp *c)
{
    if (c->run->born)
        c->run->born(c->run, c);
}

void comp_share_cells(wr_comp *c, const wr_comp *with)
{
    c->uniform = with->uniform;
    c->cells = with->cells;
    c->metrics_n = with->model == c->model ? with->metrics_n : 0;
    if (c->model != with->model) { /* rows of another table: its own are not recorded */
        int own = metrics_of(c->model);
        c->cells = arena_alloc(c->run->arena, (size_t)(own + 1) * sizeof *c->cells);
        for (int i = 0; i < own; i++)
            c->cells[i] = &c->run->sink;
    }
}

void comp_add_to(wr_comp *c, const wr_comp *group)
{
    for (int i = 0; i < c->uniform_n; i++)
        if (c->uniform[i] != &c->run->sink && group->uniform[i] != &c->run->sink)
            cell_join(c->uniform[i], group->uniform[i]);
}

static void make_codes(wr_comp *c)
{
    size_t n = CODE_OWN + (size_t)codes_of(c->model);
    c->code_count = arena_alloc(c->run->arena, n * sizeof *c->code_count);
    c->code_first = arena_alloc(c->run->arena, n * sizeof *c->code_first);
    for (size_t i = 0; i < n; i++)
        c->code_first[i] = WR_NEVER;
}

static void make_usage(wr_comp *c)
{
    size_t n = 0;
    while (c->model->usage && c->model->usage[n].name)
        n++;
    c->usage = arena_alloc(c->run->arena, (n + 1) * sizeof *c->usage);
    for (size_t i = 0; i < n; i++) {
        usage_meter *u = &c->usage[i];
        cell_init(&u->amount, c->run, WR_COUNT, false);
        cell_init(&u->level, c->run, WR_LEVEL, false);
        u->price = c->model->usage[i].price;
        u->label = c->model->usage[i].name;
    }
}

wr_comp *comp_make(run *r, const wr_model *m, const char *name, const void *cfg)
{
    wr_comp *c = arena_aligned(r->arena, sizeof *c, 64);
    c->run = r;
    c->model = m;
    c->name = name;
    c->part = "";
    c->cfg = cfg;
    c->index = -1;
    c->az = -1;
    c->net = (uint8_t)m->net;
    c->account = c;
    c->presence = (m->has & WR_HAS_PRESENCE) && !(m->has & WR_OWN_PRESENCE);
    wr_rng_open(&c->ask_rng, r->seed, r->replication, name, "items");
    c->ask_rng.sequences = r->sequences;
    if (r->last)
        r->last->next = c;
    else
        r->first = c;
    r->last = c;
    return c;
}

wr_comp *run_add(run *r, const wr_model *m, const char *name, const void *cfg, int index)
{
    wr_comp *c = comp_make(r, m, name, cfg);
    c->index = index;
    c->state = arena_aligned(r->arena, m->state_size ? m->state_size : 1, 64);
    comp_make_cells(c);
    make_codes(c);
    make_usage(c);
    comp_tell_birth(c);
    return c;
}

wr_comp *wr_part(wr_comp *self, const char *name, bool detail)
{
    if (detail && !self->account->detail)
        return NULL;
    wr_comp *old = comp_part(self, name);
    if (old)
        return old;
    run *r = self->run;
    wr_comp *c = comp_make(r, self->model, arena_print(r->arena, "%s:%s", self->name, name), self->cfg);
    c->part = arena_copy(r->arena, name, strlen(name));
    c->account = self->account;
    comp_make_cells(c);
    wr_comp **p = &self->parts;
    while (*p)
        p = &(*p)->next_part;
    *p = c;
    comp_tell_birth(c);
    return c;
}

wr_comp *comp_part(wr_comp *owner, const char *part)
{
    for (wr_comp *c = owner->parts; c; c = c->next_part)
        if (!strcmp(c->part, part))
            return c;
    return NULL;
}

wr_comp *run_comp(const wr_comp *any, int index)
{
    return index >= 0 && index < any->run->comps ? any->run->comp[index] : NULL;
}

/* ---- metrics by number ---------------------------------------------------------------------------- */
static inline cell *cell_of(const wr_comp *c, int metric)
{
    return metric >= WR_U_REQUESTS ? c->uniform[metric - WR_U_REQUESTS] : c->cells[metric];
}

cell *comp_cell(const wr_comp *c, int metric)
{
    if (metric >= WR_U_RATIOS)
        return NULL;
    cell *x = cell_of(c, metric);
    return x->kind ? x : NULL;
}

const wr_metric *comp_metric(const wr_comp *c, int metric)
{
    return metric >= WR_U_REQUESTS ? &wr_uniforms[metric - WR_U_REQUESTS] : &c->model->metrics[metric];
}

static cell *cell_named(const wr_comp *c, const char *name, size_t len)
{
    for (int i = 0; i < c->metrics_n; i++)
        if (strlen(c->model->metrics[i].name) == len && !memcmp(c->model->metrics[i].name, name, len))
            return comp_cell(c, i);
    for (int i = 0; i < WR_U_RATIOS - WR_U_REQUESTS; i++)
        if (strlen(wr_uniforms[i].name) == len && !memcmp(wr_uniforms[i].name, name, len))
            return comp_cell(c, WR_U_REQUESTS + i);
    return NULL;
}

bool comp_ratio(const wr_comp *c, int metric, ratio *out)
{
    const wr_metric *m = comp_metric(c, metric);
    if (m->kind != WR_RATIO || !m->num)
        return false;
    size_t first = strcspn(m->den, " ");
    *out = (ratio){.scale = m->scale != 0 ? m->scale : 1};
    out->num = cell_named(c, m->num, strlen(m->num));
    out->den = cell_named(c, m->den, first);
    if (m->den[first])
        out->den2 = cell_named(c, m->den + first + 1, strlen(m->den + first + 1));
    return out->num && out->den;
}

FOLDED void wr_add(wr_comp *self, int metric, double n)
{
    cell_add(cell_of(self, metric), n);
}

FOLDED void wr_set(wr_comp *self, int metric, double level)
{
    cell_set(cell_of(self, metric), level);
}

FOLDED void wr_shift(wr_comp *self, int metric, double by)
{
    cell *c = cell_of(self, metric);
    if (by == 1 || by == -1)
        cell_step(c, by > 0 ? 1 : -1, run_now(self->run));
    else
        cell_set(c, cell_level(c) + by);
}

double wr_level(const wr_comp *self, int metric)
{
    return cell_level(cell_of(self, metric));
}

FOLDED void wr_observe(wr_comp *self, int metric, double value)
{
    cell_observe(cell_of(self, metric), value);
}

FOLDED void wr_observe_dur(wr_comp *self, int metric, wr_dur d)
{
    cell_observe(cell_of(self, metric), (double)d / 1e9);
}

void wr_bill(wr_comp *self, int usage, double amount)
{
    cell_add(&self->account->usage[usage].amount, amount);
}

void wr_bill_level(wr_comp *self, int usage, double level)
{
    cell_set(&self->account->usage[usage].level, level);
}

void wr_bill_as(wr_comp *self, int usage, const char *price, const char *label)
{
    self->account->usage[usage].price = price;
    self->account->usage[usage].label = label;
}

void comp_cause(wr_comp *c, int row)
{
    wr_comp *a = c->account;
    wr_time now = run_now(c->run);
    if (a->model != c->model && row >= CODE_OWN)
        a = c; /* a member's own codes are rows of its own table: sim/run adds them to the group's */
    if (!a->code_count)
        make_codes(a);
    if (a->code_first[row] == WR_NEVER)
        a->code_first[row] = now;
    if (now >= c->run->warmup)
        a->code_count[row]++;
}

/* ---- what a model may ask about itself ---------------------------------------------------------------- */
FOLDED const void *wr_cfg(const wr_comp *self) { return self->cfg; }
FOLDED void *wr_state(wr_comp *self) { return self->state; }
FOLDED const void *wr_const_state(const wr_comp *self) { return self->state; }
const char *wr_name(const wr_comp *self) { return self->name; }
const wr_model *wr_model_of(const wr_comp *c) { return c->model; }
FOLDED wr_time wr_now(const wr_comp *self) { return run_now(self->run); }
int wr_az(const wr_comp *self) { return self->az; }
void wr_set_dns_ttl(wr_comp *self, wr_dur ttl)
{
    self->has_dns_ttl = true;
    self->dns_ttl = ttl;
}

wr_dur wr_dns_ttl(const wr_comp *c)
{
    return c->has_dns_ttl ? c->dns_ttl : -1;
}

void wr_set_az(wr_comp *self, int az) { self->az = (int16_t)az; }

void *wr_alloc(wr_comp *self, size_t size)
{
    return arena_aligned(self->run->arena, size ? size : 1, 64);
}

void *wr_shared(wr_comp *self, const char *name, size_t size)
{
    run *r = self->run;
    for (shared *s = r->shared; s; s = s->next)
        if (!strcmp(s->name, name))
            return s->memory;
    shared *s = arena_alloc(r->arena, sizeof *s);
    *s = (shared){arena_copy(r->arena, name, strlen(name)), arena_alloc(r->arena, size), r->shared};
    r->shared = s;
    return s->memory;
}

double wr_quota(const wr_comp *self, const char *name)
{
    return self->run->quota(self->run->quota_arg, name);
}

void wr_stream(wr_comp *self, const char *purpose, wr_rng *out)
{
    wr_rng_open(out, self->run->seed, self->run->replication, self->name, purpose);
    out->sequences = self->run->sequences;
}

wr_event wr_at(wr_comp *self, wr_time t, enum wr_phase p, wr_event_fn *fn, void *arg)
{
    return wr_engine_at(self->run->engine, t, p, fn, self, arg);
}

wr_event wr_after(wr_comp *self, wr_dur d, wr_event_fn *fn, void *arg)
{
    wr_time now = run_now(self->run);
    return wr_at(self, d >= WR_NEVER - now ? WR_NEVER : now + d, WR_PHASE_WORK, fn, arg);
}

bool wr_cancel(wr_comp *self, wr_event ev)
{
    return wr_engine_cancel(self->run->engine, ev);
}

bool wr_broken(const wr_comp *self)
{
    return self->run->broken != NULL;
}

void wr_break(wr_comp *self, const char *fmt, ...)
{
    text t = {0};
    va_list ap;
    va_start(ap, fmt);
    text_vprintf(&t, fmt, ap);
    va_end(ap);
    run_break(self->run, arena_copy(self->run->arena, t.s ? t.s : "", t.len));
    text_clear(&t);
}

void wr_annotate(wr_comp *self, const char *kind, double value, const char *fmt, ...)
{
    run *r = self->run;
    text t = {0};
    va_list ap;
    va_start(ap, fmt);
    text_vprintf(&t, fmt, ap);
    va_end(ap);
    note *n = arena_alloc(r->arena, sizeof *n);
    *n = (note){run_now(r), self->account, kind, arena_copy(r->arena, t.s ? t.s : "", t.len), value, NULL};
    text_clear(&t);
    *r->notes_end = n;
    r->notes_end = &n->next;
}
