/* faults.c - `faults:` - what breaks, when: each entry is bound by the row of the model that it strikes.
 *
 * The key that names the kind is found first, then its target; the target's model says which further keys there
 * are. Four kinds need no model: error_rate, throttle and latency are the runtime's, az_outage strikes everything
 * that knows it. Common keys say when. Truth: tests/unit/test_resolve.c. */
#include "load.h"
#include <math.h>
#include <string.h>

struct instant {
    wr_dur t;
};
struct at_random {
    const wr_dist *mttf, *mttr;
};
struct common {
    wr_list at;
    const wr_dist *lasts;
    wr_dur every, ramp;
    double probability;
    const void *random;
};
struct errors {
    double share;
    int as;
};
struct throttle {
    double share, rate;
};
struct latency {
    const wr_dist *add;
    const wr_link *from, *to;
};

static const wr_param instant_rows[] = {
    {.key = "t", WR_FIELD(struct instant, t), .type = WR_T_DUR, .max = 3e9, .doc = "When."},
    {0}};
static const wr_param random_rows[] = {
    {.key = "mttf", WR_FIELD(struct at_random, mttf), .type = WR_T_DIST, .of = WR_T_DUR, .doc = "Time until it happens, from the start or from the last repair."},
    {.key = "mttr", WR_FIELD(struct at_random, mttr), .type = WR_T_DIST, .of = WR_T_DUR, .doc = "How long it lasts."},
    {0}};
const wr_param faults_common[] = {
    {.key = "at", WR_FIELD(struct common, at), .type = WR_T_LIST, .rows = instant_rows, .size = sizeof(struct instant), .shorthand = "t", .flags = WR_P_ONE, .optional = true, .doc = "When it begins: a time, or a list of times."},
    {.key = "for", WR_FIELD(struct common, lasts), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "How long it lasts; without it, to the end of the run."},
    {.key = "every", WR_FIELD(struct common, every), .type = WR_T_DUR, .optional = true, .min = 0.001, .max = 3e9, .doc = "And again after so long."},
    {.key = "ramp", WR_FIELD(struct common, ramp), .type = WR_T_DUR, .optional = true, .min = 0.001, .max = 3e9, .doc = "Of spike and slow: the factor grows linearly over so long, in a hundred steps."},
    {.key = "probability", WR_FIELD(struct common, probability), .type = WR_T_SHARE, .def = "100%", .doc = "Share of replications in which it happens."},
    {.key = "random", WR_FIELD(struct common, random), .type = WR_T_BLOCK, .rows = random_rows, .size = sizeof(struct at_random), .optional = true, .doc = "In place of 'at' and 'for': it comes and goes at random."},
    {0}};

static const char *const outcomes[] = {"error", "throttled", "timeout", "rejected", "conflict", "invalid", NULL};
static const enum wr_status statuses[] = {WR_FAILED, WR_THROTTLED, WR_TIMEOUT, WR_REJECTED, WR_CONFLICT, WR_INVALID};
static const wr_param error_rows[] = {
    {.key = "share", WR_FIELD(struct errors, share), .type = WR_T_SHARE, .doc = "Share of requests that are answered so."},
    {.key = "as", WR_FIELD(struct errors, as), .type = WR_T_ENUM, .choices = outcomes, .def = "error", .doc = "Outcome."},
    {0}};
static const wr_param throttle_rows[] = {
    {.key = "share", WR_FIELD(struct throttle, share), .type = WR_T_SHARE, .optional = true, .doc = "Share of requests that are throttled."},
    {.key = "rate", WR_FIELD(struct throttle, rate), .type = WR_T_RATE, .optional = true, .max = 1e12, .doc = "Requests a second that pass; all others are throttled."},
    {0}};
static const wr_param latency_rows[] = {
    {.key = "add", WR_FIELD(struct latency, add), .type = WR_T_DIST, .of = WR_T_DUR, .doc = "Added one way to every message."},
    {.key = "from", WR_FIELD(struct latency, from), .type = WR_T_LINK, .flags = WR_P_QUIET, .optional = true, .doc = "Only messages from here."},
    {.key = "to", WR_FIELD(struct latency, to), .type = WR_T_LINK, .flags = WR_P_QUIET, .optional = true, .doc = "Only messages to here."},
    {0}};
enum { ERRORS, THROTTLE, LATENCY, ZONE, RUNTIME };
const wr_fault faults_runtime[] = {
    [ERRORS] = {"error_rate", error_rows, sizeof(struct errors), "That share of answers becomes errors.", "assumption: requests are struck independently"},
    [THROTTLE] = {"throttle", throttle_rows, sizeof(struct throttle), "Extra throttling, by share or above a rate.", "assumption: requests are struck independently"},
    [LATENCY] = {"latency", latency_rows, sizeof(struct latency), "The network is slower; the target is a component or 'network'.", "assumption: both directions alike"},
    [ZONE] = {"az_outage", NULL, 0, "Everything in that zone fails; the target is its letter.", "assumption: a zone fails as a whole"},
    {0}};

const wr_param *scenario_fault_keys(void)
{
    return faults_common;
}

const wr_fault *scenario_faults(void)
{
    return faults_runtime;
}

/* ---- kinds ---- */
static const char *const later[] = {"capacity", "partition", "metric_blackout", "deploy", "terminate"};
enum { LATER = sizeof later / sizeof *later, MOST_NAMES = 256 };

static int row_of(const wr_fault *rows, const char *kind)
{
    for (int i = 0; rows && rows[i].name; i++)
        if (node_same_key(rows[i].name, kind))
            return i;
    return -1;
}

static bool is_kind(const char *key)
{
    bool found = row_of(faults_runtime, key) >= 0;
    for (size_t i = 0; wr_models[i] && !found; i++)
        found = row_of(wr_models[i]->faults, key) >= 0;
    for (size_t i = 0; i < LATER && !found; i++)
        found = node_same_key(later[i], key);
    return found;
}

/* "rate", "share" and the like name no kind, "latency" and "throttle" do and are no keys beside one. */
static size_t kind_at(const node *n)
{
    for (size_t i = 0; i < n->n; i++)
        if (!node_note(n->key[i]->text) && is_kind(n->key[i]->text))
            return i;
    return SIZE_MAX;
}

static size_t kind_names(const char **out)
{
    size_t n = 0;
    for (int i = 0; i < RUNTIME; i++)
        out[n++] = faults_runtime[i].name;
    for (size_t i = 0; wr_models[i]; i++)
        for (int k = 0; wr_models[i]->faults && wr_models[i]->faults[k].name && n < MOST_NAMES; k++)
            out[n++] = wr_models[i]->faults[k].name;
    return n;
}

static const char *kinds_of(loader *l, const wr_model *m)
{
    text t = {0};
    for (int i = 0; m->faults && m->faults[i].name; i++)
        if (row_of(faults_runtime, m->faults[i].name) < 0)
            text_printf(&t, "%s, ", m->faults[i].name);
    text_puts(&t, m->accepts ? "error_rate, throttle, latency" : "latency");
    const char *s = arena_copy(l->arena, t.s, t.len);
    text_clear(&t);
    return s;
}

static void no_kind(loader *l, const node *n)
{
    const char *names[MOST_NAMES];
    size_t count = kind_names(names);
    const node *first = n->n ? n->key[0] : n;
    if (!n->n)
        bind_error(&l->b, n->at, "a fault is a mapping such as {fail: app, at: 5m}");
    else
        bind_error(&l->b, first->at, "unknown kind of fault '%s'", first->text);
    if (n->n)
        bind_near(&l->b, first->text, names, count);
}

/* ---- one fault ---- */
typedef struct one {
    loader *l;
    const node *body, *key, *target;
    const char *kind;
    scenario_fault *f;
} one;

/* The entry without the key of its kind. */
static node *rest_of(const one *o)
{
    node *rest = node_map(o->l->arena, o->body->at);
    for (size_t i = 0; i < o->body->n; i++)
        if (o->body->key[i] != o->key)
            node_put(o->l->arena, rest, o->body->key[i], o->body->item[i]);
    return rest;
}

static void *bind_rows(const one *o, const wr_param *rows, size_t size)
{
    loader *l = o->l;
    static const wr_param none[] = {{0}};
    void *cfg = arena_alloc(l->arena, size ? size : 1);
    l->b.what = arena_print(l->arena, "fault '%s'", o->kind);
    bind_map_at(&l->b, rows ? rows : none, cfg, rest_of(o), faults_common, o->key->at);
    l->b.what = "the scenario";
    return cfg;
}

static void keep_times(const one *o, const struct common *c)
{
    const struct instant *at = c->at.items;
    wr_time *times = arena_alloc(o->l->arena, (c->at.n + 1) * sizeof *times);
    for (size_t i = 0; i < c->at.n; i++) {
        times[i] = at[i].t;
        if (at[i].t >= o->l->s->duration)
            wr_diag_add(o->l->diag, WR_WARNING, bind_where(&o->l->b, &at[i].t, NULL),
                        "this fault begins when the run is over");
    }
    o->f->ats = c->at.n;
    o->f->at = times;
}

/* Only the keys that say when. */
static struct common *bind_common(const one *o)
{
    loader *l = o->l;
    node *some = node_map(l->arena, o->key->at);
    struct common *c = arena_alloc(l->arena, sizeof *c);
    for (size_t i = 0; i < o->body->n; i++)
        if (o->body->key[i] != o->key && bind_row_of(faults_common, o->body->key[i]->text))
            node_put(l->arena, some, o->body->key[i], o->body->item[i]);
    l->b.what = arena_print(l->arena, "fault '%s'", o->kind);
    bind_map(&l->b, faults_common, c, some, NULL);
    l->b.what = "the scenario";
    return c;
}

static void check_common(const one *o, const struct common *c)
{
    binder *b = &o->l->b;
    if (!c->random && !c->at.n)
        bind_error(b, o->key->at, "'at' of fault '%s' is required, or 'random'", o->kind);
    if (c->random && (c->at.n || c->lasts || c->every > 0))
        bind_error(b, bind_where(b, &c->random, NULL), "'random' stands in place of 'at', 'for' and 'every'");
}

static void keep_common(const one *o)
{
    const loader *l = o->l;
    size_t errors = wr_diag_count(l->diag, WR_ERROR), silent = l->b.where->silent;
    const struct common *c = bind_common(o);
    const struct at_random *r = c->random;
    o->f->lasts = c->lasts;
    o->f->every = c->every > 0 ? c->every : 0;
    o->f->probability = c->probability;
    o->f->ramp = c->ramp > 0 ? c->ramp : 0;
    o->f->ramp_at = bind_where(&o->l->b, &c->ramp, NULL);
    o->f->mttf = r ? r->mttf : NULL;
    o->f->mttr = r ? r->mttr : NULL;
    keep_times(o, c);
    if (wr_diag_count(l->diag, WR_ERROR) == errors && l->b.where->silent == silent)
        check_common(o, c);
}

/* ---- targets ---- */
static int component_of(const one *o)
{
    loader *l = o->l;
    size_t comp;
    if (o->target->kind != NODE_SCALAR) {
        bind_error(&l->b, o->target->at, "'%s' must name what it strikes", o->kind);
        return -1;
    }
    if (map_get(&l->names, o->target->text, &comp))
        return (int)comp;
    const char *best = loader_near(l, o->target->text, true, true);
    bind_error(&l->b, o->target->at, "fault '%s' strikes '%s'; there is no such traffic or resource", o->kind,
               o->target->text);
    if (best)
        wr_diag_hint(l->diag, "did you mean '%s'?", best);
    return -1;
}

static void keep_errors(const one *o)
{
    const struct errors *e = bind_rows(o, error_rows, sizeof *e);
    o->f->how = FAULT_ERRORS;
    o->f->share = e->share;
    o->f->as = statuses[e->as >= 0 ? e->as : 0];
}

static void keep_throttle(const one *o)
{
    const struct throttle *t = bind_rows(o, throttle_rows, sizeof *t);
    bool share = !isnan(t->share), rate = !isnan(t->rate);
    o->f->how = FAULT_THROTTLE;
    o->f->share = share ? t->share : 0;
    o->f->rate = rate ? t->rate : 0;
    o->f->as = WR_THROTTLED;
    if (share == rate)
        bind_error(&o->l->b, o->key->at, "fault 'throttle' needs one of 'share' and 'rate'");
}

static void keep_latency(const one *o)
{
    const struct latency *x = bind_rows(o, latency_rows, sizeof *x);
    bool network = node_is(o->target, "network");
    int comp = network ? -1 : component_of(o);
    o->f->how = FAULT_LATENCY;
    o->f->comp = comp;
    o->f->add = x->add;
    o->f->from = x->from ? x->from->comp : -1;
    o->f->to = x->to ? x->to->comp : comp;
    if (!network && comp >= 0 && x->to)
        bind_error(&o->l->b, x->to->at, "'to' stands beside 'latency: network' only; the target is '%s' already",
                   o->target->text);
}

static void keep_zone(const one *o)
{
    const char *s = o->target->kind == NODE_SCALAR ? o->target->text : "";
    size_t n = strlen(o->l->s->region ? o->l->s->region : "");
    int *az = bind_rows(o, NULL, sizeof *az);
    s += n && strncmp(s, o->l->s->region, n) == 0 ? n : 0;
    o->f->how = FAULT_ZONE;
    o->f->az = *az = s[0] >= 'a' && s[0] <= 'z' && !s[1] ? s[0] - 'a' : -1;
    o->f->cfg = az;
    if (*az < 0)
        bind_error(&o->l->b, o->target->at, "'az_outage' needs a zone: one letter, such as a");
}

static const wr_param *number_row(const wr_fault *row, const char *key)
{
    for (const wr_param *p = row->params; p && p->key; p++)
        if (!strcmp(p->key, key) && p->ctype == 'd')
            return p;
    return NULL;
}

/* A factor that grows needs one, and the same units all the time. */
static void keep_ramp(const one *o, const wr_fault *row)
{
    const wr_param *factor = number_row(row, "factor"), *share = number_row(row, "share");
    bool grows = node_same_key(o->kind, "spike") || node_same_key(o->kind, "slow");
    if (!grows || !factor) {
        bind_error(&o->l->b, o->f->ramp_at, "'ramp' lets the factor of spike and slow grow; '%s' has none", o->kind);
    } else if (share && *(const double *)(const void *)((const char *)o->f->cfg + share->offset) < 1) {
        bind_error(&o->l->b, o->f->ramp_at, "'ramp' and 'share' do not go together: the factor of all must grow");
    } else {
        o->f->factor = factor->offset;
        o->f->cfg_size = row->cfg_size;
    }
}

/* A kind that the target's own model knows, or the runtime for every model that takes calls. */
static void keep_on_model(const one *o)
{
    loader *l = o->l;
    int comp = component_of(o);
    const wr_model *m = comp >= 0 ? l->draft[comp].model : NULL;
    o->f->comp = comp;
    if (!m)
        return;
    int row = row_of(m->faults, o->kind), own = row_of(faults_runtime, o->kind);
    o->f->row = row;
    if (row >= 0) {
        o->f->cfg = bind_rows(o, m->faults[row].params, m->faults[row].cfg_size);
        if (o->f->ramp)
            keep_ramp(o, &m->faults[row]);
    } else if (own == ERRORS && m->accepts)
        keep_errors(o);
    else if (own == THROTTLE && m->accepts)
        keep_throttle(o);
    else
        bind_error(&l->b, o->key->at, "'%s' cannot strike %s; possible: %s", o->kind, l->draft[comp].what,
                   kinds_of(l, m));
}

static void keep_fault(one *o)
{
    *o->f = (scenario_fault){.kind = o->kind,
                             .how = FAULT_MODEL,
                             .comp = -1,
                             .row = -1,
                             .from = -1,
                             .to = -1,
                             .az = -1,
                             .where = o->key->at};
    keep_common(o);
    int own = row_of(faults_runtime, o->kind);
    if (own == ZONE)
        keep_zone(o);
    else if (own == LATENCY)
        keep_latency(o);
    else
        keep_on_model(o);
    if (o->f->ramp && o->f->row < 0 && (own >= 0 || o->f->comp >= 0))
        keep_ramp(o, &faults_runtime[RUNTIME]);
}

void faults_bind(loader *l)
{
    const node *list = node_get(l->root, "faults");
    if (!list || node_null(list))
        return;
    if (list->kind == NODE_SCALAR) {
        bind_error(&l->b, list->at, "'faults' must be a list of mappings such as {fail: app, at: 5m}");
        return;
    }
    size_t n = list->kind == NODE_LIST ? list->n : 1;
    scenario_fault *out = arena_alloc(l->arena, (n + 1) * sizeof *out);
    l->s->fault = out;
    for (size_t i = 0; i < n; i++) {
        const node *body = list->kind == NODE_LIST ? list->item[i] : list;
        size_t k = body->kind == NODE_MAP ? kind_at(body) : SIZE_MAX;
        if (body->kind != NODE_MAP)
            bind_error(&l->b, body->at, "a fault is a mapping such as {fail: app, at: 5m}");
        else if (k == SIZE_MAX)
            no_kind(l, body);
        if (k == SIZE_MAX)
            continue;
        one o = {l, body, body->key[k], body->item[k], body->key[k]->text, &out[l->s->faults++]};
        keep_fault(&o);
    }
}
