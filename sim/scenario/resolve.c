/* resolve.c - names become numbers: the component behind a link, the metric behind an expression.
 *
 * Both are answered where they stand, with what was probably meant. A link must lead to something that answers
 * what the caller asks of it; a metric must exist for the model, and the statistic for the metric's kind. Parts
 * come to life only in the run, except the operations of a traffic, which are known.
 * Truth: tests/unit/test_resolve.c. */
#include "load.h"
#include <string.h>

enum { MOST_NAMES = 512 };

const wr_metric scenario_run_metrics[] = {
    [RUN_END_TIME] = {.name = "end_time", .kind = WR_RATIO, .unit = "s", .doc = "When the replication ended.", .ours = true},
    [RUN_EVENTS] = {.name = "events", .kind = WR_COUNT, .unit = "1", .doc = "Events of the simulation.", .ours = true},
    [RUN_COST] = {.name = "cost", .kind = WR_COUNT, .unit = "USD", .doc = "Cost of everything in the statistics window.", .ours = true},
    [RUN_COST_PER_HOUR] = {.name = "cost_per_hour", .kind = WR_RATIO, .unit = "USD", .doc = "That cost divided by the window's hours.", .ours = true},
    {0}};

/* ---- links ---- */
static const char *const op_names[] = {
    [WR_OP_REQUEST] = "requests", [WR_OP_GET] = "get", [WR_OP_PUT] = "put", [WR_OP_UPDATE] = "update",
    [WR_OP_DELETE] = "delete", [WR_OP_QUERY] = "query", [WR_OP_SCAN] = "scan", [WR_OP_BATCH] = "batch",
    [WR_OP_TRANSACT] = "transact", [WR_OP_SEND] = "send", [WR_OP_RECEIVE] = "receive", [WR_OP_REMOVE] = "remove",
    [WR_OP_PUBLISH] = "publish", [WR_OP_INVOKE] = "invoke", [WR_OP_READ] = "read", [WR_OP_WRITE] = "write",
    [WR_OP_HIDE] = "change of visibility", [WR_OP_RECORDS] = "reading of records"};

static const char *answerers(loader *l, unsigned accepts)
{
    text t = {0};
    for (size_t i = 0; wr_models[i]; i++)
        if (!wr_models[i]->internal && (wr_models[i]->accepts & accepts) == accepts)
            text_printf(&t, "%s%s", t.len ? ", " : "", wr_models[i]->kind);
    const char *s = arena_copy(l->arena, t.s ? t.s : "", t.len);
    text_clear(&t);
    return s;
}

static void not_answered(loader *l, const node *n, const draft *to, unsigned accepts)
{
    int op = 0;
    while (op < WR_OPS - 1 && !(accepts & ~to->model->accepts & WR_ACCEPTS(op)))
        op++;
    const char *those = answerers(l, accepts);
    bind_error(&l->b, n->at, "%s does not answer %s", to->what, op_names[op]);
    if (*those)
        wr_diag_note(l->diag, "types that do: %s", those);
    else
        wr_diag_note(l->diag, "no type of this build does");
}

static bool acceptable(loader *l, const node *n, const wr_param *row, int to)
{
    const draft *d = &l->draft[to];
    bool fault_or_network = l->current < 0;
    if (l->s->comp[to].traffic && !fault_or_network) {
        bind_error(&l->b, n->at, "'%s' is traffic: it sends requests and takes none", n->text);
        return false;
    }
    if (d->model && (d->model->accepts & row->accepts) != row->accepts) {
        not_answered(l, n, d, row->accepts);
        return false;
    }
    if (to == l->current && row->flags & WR_P_FORWARDS && !bind_state(&l->b)->place.variant) {
        bind_error(&l->b, n->at, "%s forwards to itself", d->what);
        return false;
    }
    return true;
}

static void unknown_name(loader *l, const node *n, const wr_param *row)
{
    const char *best = loader_near(l, n->text, l->current < 0, true);
    bind_error(&l->b, n->at, "'%s' of %s names '%s'; there is no such resource", row->key, l->b.what, n->text);
    if (best)
        wr_diag_hint(l->diag, "did you mean '%s'?", best);
}

const wr_link *resolve_link(binder *b, const node *n, const wr_param *row)
{
    loader *l = b->user;
    size_t to;
    if (!map_get(&l->names, n->text, &to)) {
        unknown_name(l, n, row);
        return NULL;
    }
    if (!acceptable(l, n, row, (int)to))
        return NULL;
    wr_link *link = arena_alloc(l->arena, sizeof *link);
    *link = (wr_link){n->text, (int)to, n->at};
    if (l->current >= 0) {
        way *w = arena_alloc(l->arena, sizeof *w);
        *w = (way){l->current, (int)to, row, bind_state(b)->place, n->at, NULL};
        *l->ways_end = w;
        l->ways_end = &w->next;
    }
    return link;
}

/* ---- metrics ---- */
/* What sim/runtime counts for a model: the same rule as comp_has there. */
static unsigned needs(int u)
{
    if (u == WR_U_IN_SYSTEM || u == WR_U_CONCURRENCY)
        return WR_HAS_PRESENCE;
    if (u == WR_U_IN_SERVICE)
        return WR_HAS_UNITS;
    if (u == WR_U_BURST_LEFT || u == WR_U_CONSUMED)
        return WR_HAS_BUCKET;
    if (u == WR_U_AGE_OF_OLDEST)
        return WR_HAS_AGE;
    if (u == WR_U_BUSY)
        return WR_HAS_STATION | WR_HAS_UNITS;
    if ((u >= WR_U_WAIT && u <= WR_U_SLOTS_TAKEN) || u == WR_U_WAITED_SHARE)
        return WR_HAS_STATION;
    if ((u >= WR_U_RETRIES && u <= WR_U_TRIED) || u == WR_U_ATTEMPTS)
        return WR_HAS_RETRIES;
    return u >= WR_U_TIME_SERVICE && u <= WR_U_TIME_BACKOFF ? WR_HAS_SPANS : WR_HAS_CALLS;
}

static bool applies(const wr_model *m, int u)
{
    if (u == WR_U_COST || u == WR_U_COST_PER_HOUR)
        return true;
    if (u == WR_U_UTILIZATION)
        return m->has & WR_HAS_UNITS && m->has & WR_HAS_STATION && !(m->has & WR_OWN_UTILIZATION);
    return m->has & needs(u);
}

static const wr_metric *metric_of(const wr_model *m, const char *name, int *row)
{
    for (int i = 0; m->metrics && m->metrics[i].name; i++) {
        if (!m->metrics[i].hidden && strcmp(m->metrics[i].name, name) == 0) {
            *row = i;
            return &m->metrics[i];
        }
    }
    for (int i = 0; wr_uniforms[i].name; i++) {
        if (!wr_uniforms[i].hidden && strcmp(wr_uniforms[i].name, name) == 0 && applies(m, WR_U_REQUESTS + i)) {
            *row = WR_U_REQUESTS + i;
            return &wr_uniforms[i];
        }
    }
    return NULL;
}

static size_t metric_names(const wr_model *m, const char **out)
{
    size_t n = 0;
    for (int i = 0; m->metrics && m->metrics[i].name && n < MOST_NAMES; i++)
        if (!m->metrics[i].hidden)
            out[n++] = m->metrics[i].name;
    for (int i = 0; wr_uniforms[i].name && n < MOST_NAMES; i++)
        if (!wr_uniforms[i].hidden && applies(m, WR_U_REQUESTS + i))
            out[n++] = wr_uniforms[i].name;
    return n;
}

/* ---- statistics ---- */
static const char *const stat_names[] = {[F_DEFAULT] = "", [F_MEAN] = "mean", [F_SD] = "sd", [F_MIN] = "min",
                                         [F_MAX] = "max", [F_SUM] = "sum", [F_RATE] = "rate", [F_COUNT] = "count",
                                         [F_LAST] = "last", [F_QUANTILE] = "pNN", [F_ABOVE] = "above"};
#define STAT(s) (1u << (s))
static const struct { const char *name, *words; unsigned stats;
} kinds[] = {[WR_COUNT] = {"a count", "sum and rate", STAT(F_SUM) | STAT(F_RATE) | STAT(F_COUNT)},
             [WR_LEVEL] = {"a level", "mean, sd, min, max, last, pNN and above(VALUE)",
                           STAT(F_MEAN) | STAT(F_SD) | STAT(F_MIN) | STAT(F_MAX) | STAT(F_LAST) | STAT(F_QUANTILE) |
                               STAT(F_ABOVE)},
             [WR_VALUE] = {"a value", "mean, sd, min, max, sum, rate, count, last, pNN and above(VALUE)",
                           STAT(F_MEAN) | STAT(F_SD) | STAT(F_MIN) | STAT(F_MAX) | STAT(F_SUM) | STAT(F_RATE) |
                               STAT(F_COUNT) | STAT(F_LAST) | STAT(F_QUANTILE) | STAT(F_ABOVE)},
             [WR_RATIO] = {"a ratio", "mean", STAT(F_MEAN)}};

static const char *stat_name(loader *l, const formula_atom *a)
{
    if (a->stat != F_QUANTILE)
        return stat_names[a->stat];
    const char *number = arena_print(l->arena, "%.10g", a->arg);
    if (strncmp(number, "0.", 2) != 0)
        return "p0";
    if (number[2] == '0' && number[3] && !number[4])
        return arena_print(l->arena, "p%c", number[3]);
    return arena_print(l->arena, number[3] ? "p%s" : "p%s0", number + 2);
}

static bool settle_stat(loader *l, formula_atom *a, const wr_metric *m)
{
    a->kind = (int)m->kind;
    if (a->stat == F_DEFAULT)
        a->stat = m->kind == WR_COUNT ? F_SUM : F_MEAN;
    if (kinds[m->kind].stats & STAT(a->stat))
        return true;
    bind_error(&l->b, a->at, "'%s' is no statistic of '%s', which is %s; allowed: %s", stat_name(l, a), m->name,
               kinds[m->kind].name, kinds[m->kind].words);
    return false;
}

/* ---- atoms ---- */
static bool unknown_metric(loader *l, const formula_atom *a, const char *what, const char *const *names, size_t n)
{
    const char *best = near_best(a->metric, names, n);
    bind_error(&l->b, a->at, "unknown metric '%s' of %s", a->metric, what);
    if (best)
        wr_diag_hint(l->diag, "did you mean '%s'?", best);
    else
        wr_diag_note(l->diag, "'weir list metrics' shows all");
    return false;
}

static bool settle_run(loader *l, formula_atom *a)
{
    const char *names[8];
    size_t n = 0;
    a->comp = -1;
    for (; scenario_run_metrics[n].name; n++) {
        names[n] = scenario_run_metrics[n].name;
        if (strcmp(names[n], a->metric) == 0 && !a->part) {
            a->metric_row = (int)n;
            return settle_stat(l, a, &scenario_run_metrics[n]);
        }
    }
    if (a->part) {
        bind_error(&l->b, a->at, "'run' has no parts");
        return false;
    }
    return unknown_metric(l, a, "the run", names, n);
}

static bool settle_part(loader *l, const formula_atom *a, int comp)
{
    if (!a->part || !l->s->comp[comp].traffic || operation_sent(l, comp, a->part))
        return true;
    bind_error(&l->b, a->at, "traffic '%s' sends no operation '%s'", a->owner, a->part);
    return false;
}

static bool settle(loader *l, formula_atom *a)
{
    size_t comp;
    if (strcmp(a->owner, "run") == 0)
        return settle_run(l, a);
    if (!map_get(&l->names, a->owner, &comp)) {
        const char *best = loader_near(l, a->owner, true, true);
        bind_error(&l->b, a->at, "there is no traffic or resource '%s'", a->owner);
        if (best)
            wr_diag_hint(l->diag, "did you mean '%s'?", best);
        return false;
    }
    a->comp = (int)comp;
    const wr_model *model = l->draft[comp].model;
    if (!model) { /* its type is unknown, which has been said */
        bind_state(&l->b)->silent++;
        return false;
    }
    const wr_metric *m = metric_of(model, a->metric, &a->metric_row);
    if (m)
        return settle_part(l, a, (int)comp) && settle_stat(l, a, m);
    const char *names[MOST_NAMES];
    return unknown_metric(l, a, l->draft[comp].what, names, metric_names(model, names));
}

const wr_formula *resolve_text(loader *l, const char *s, wr_pos at)
{
    wr_formula *f = formula_parse(l->arena, s, at, l->diag);
    bool good = f;
    for (size_t i = 0; f && i < f->atoms; i++)
        good = settle(l, &f->atom[i]) && good;
    return good ? f : NULL;
}

const wr_formula *resolve_formula(binder *b, const node *n)
{
    wr_pos at = n->at;
    at.col += n->quoted;
    return resolve_text(b->user, n->text, at);
}
