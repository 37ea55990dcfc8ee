/* harvest.c - what a run leaves behind: every kept cell as a measure, causes, blames, costs, annotations.
 *
 * Everything is copied into the result's own arena, so that a result outlives its run; texts too. The
 * fingerprint covers the statistics of the window, not the series, so that it does not depend on what was
 * asked to be kept. Truth: tests/contract/test_models.c, tests/unit/test_crew.c. */
#include "run.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct crop { /* a result being filled */
    recorder *k;
    wr_arena *a;
    wr_result *out;
    size_t room;
} crop;

static const char *keep_text(crop *h, const char *s)
{
    return s ? arena_copy(h->a, s, strlen(s)) : NULL;
}

static double seconds_of(const recorder *k)
{
    wr_time now = run_now(k->r);
    return now > k->r->warmup ? wr_dur_to_s(now - k->r->warmup) : 0;
}

/* ---- measures --------------------------------------------------------------------------------------- */
static wr_measure *more(crop *h)
{
    wr_result *r = h->out;
    if (r->measures == h->room) {
        size_t room = h->room ? 2 * h->room : 256;
        wr_measure *all = arena_alloc(h->a, room * sizeof *all);
        if (r->measures)
            memcpy(all, r->measure, r->measures * sizeof *all);
        r->measure = all;
        h->room = room;
    }
    wr_measure *all = (wr_measure *)(uintptr_t)r->measure;
    return &all[r->measures++];
}

static void weigh(crop *h, wr_measure *m, const hist *from, bool level)
{
    size_t n = from->zero > 0;
    for (size_t o = 0; o < HIST_OCTAVES; o++)
        for (size_t i = 0; from->octave[o] && i < 128; i++)
            n += from->octave[o][i] > 0;
    wr_hist_row *row = arena_alloc(h->a, (n + 1) * sizeof *row);
    double unit = level ? 1e-9 : 1;
    n = 0;
    if (from->zero > 0)
        row[n++] = (wr_hist_row){0, from->zero * unit};
    for (size_t o = 0; o < HIST_OCTAVES; o++)
        for (size_t i = 0; from->octave[o] && i < 128; i++)
            if (from->octave[o][i] > 0)
                row[n++] = (wr_hist_row){(uint32_t)(1 + 128 * o + i), from->octave[o][i] * unit};
    m->rows = n;
    m->hist = row;
}

static void moments(crop *h, wr_measure *m, const record *rec)
{
    const cell *c = rec->cell;
    const tap *t = rec->total;
    bool level = c->kind == WR_LEVEL, any = t->sum.n > 0;
    m->total = (wr_moments){.n = c->kind == WR_COUNT ? t->sum.sum : level ? t->sum.n / 1e9 : t->sum.n,
                            .sum = tap_total(t, c), .sd = NAN, .min = NAN, .max = NAN, .last = NAN, .den = NAN,
                            .seconds = seconds_of(h->k)};
    if (c->kind == WR_COUNT)
        return;
    m->total.sd = tap_stat(c, t, F_SD, 0);
    m->total.min = any ? t->sum.min : NAN;
    m->total.max = any ? t->sum.max : NAN;
    m->total.last = any || level ? t->last : NAN;
    if (t->h)
        weigh(h, m, t->h, level);
}

static double *copy_series(crop *h, const double *from, size_t born, bool count)
{
    size_t n = h->k->periods;
    double *to = arena_alloc(h->a, (n + 1) * sizeof *to);
    memcpy(to, from, n * sizeof *to);
    for (size_t i = 0; i < born && !count; i++)
        to[i] = NAN;
    return to;
}

static void describe(crop *h, wr_measure *m, const wr_comp *c, const wr_metric *w, bool uniform)
{
    const char *name = c->group ? c->group->name : c->name;
    m->owner = *c->part ? arena_copy(h->a, c->name, strlen(c->name) - strlen(c->part) - 1) : keep_text(h, name);
    m->part = keep_text(h, c->part);
    m->metric = keep_text(h, w->name);
    m->unit = keep_text(h, w->unit);
    m->doc = keep_text(h, w->doc);
    m->type = keep_text(h, c->model->kind);
    m->cloudwatch = !uniform && !w->ours && c->model->cloudwatch ? keep_text(h, c->model->cloudwatch) : "";
    m->kind = w->kind;
}

static void harvest_cell(crop *h, const comp_record *cr, const record *rec, const wr_metric *w, bool uniform)
{
    wr_measure *m = more(h);
    describe(h, m, cr->comp, w, uniform);
    moments(h, m, rec);
    for (int i = 0; i < WR_S_STATS; i++)
        if (rec->series[i])
            m->series[i] = copy_series(h, rec->series[i], cr->born, w->kind == WR_COUNT);
}

static const double *weights(const recorder *k, const cell *c, double *length)
{
    const record *rec = c ? record_of(k, c) : NULL;
    *length = c && c->kind == WR_LEVEL;
    return rec ? rec->series[WR_S_MAIN] : NULL;
}

/* By period: counts are sums, levels means, and all periods but the last are equally long. */
static void ratio_series(crop *h, wr_measure *m, const ratio *q)
{
    double level, den_level;
    const double *num = weights(h->k, q->num, &level), *den = weights(h->k, q->den, &den_level);
    const double *den2 = weights(h->k, q->den2, &level);
    if (!num || !den)
        return;
    double *x = arena_alloc(h->a, (h->k->periods + 1) * sizeof *x);
    for (size_t i = 0; i < h->k->periods; i++) {
        double below = den[i] + (den2 ? den2[i] : 0);
        x[i] = below > 0 ? q->scale * num[i] / below : NAN;
    }
    m->series[WR_S_MAIN] = x;
}

static double total_of(const recorder *k, const cell *c)
{
    const record *rec = c ? record_of(k, c) : NULL;
    return rec && rec->total ? tap_total(rec->total, c) : 0;
}

static void harvest_ratio(crop *h, const comp_record *cr, int metric, bool uniform)
{
    ratio q;
    if (!comp_ratio(cr->comp, metric, &q))
        return;
    wr_measure *m = more(h);
    describe(h, m, cr->comp, comp_metric(cr->comp, metric), uniform);
    double den = total_of(h->k, q.den) + total_of(h->k, q.den2), num = q.scale * total_of(h->k, q.num);
    m->total = (wr_moments){.n = den, .sum = num, .den = den, .sd = NAN, .min = NAN, .max = NAN, .last = NAN,
                            .seconds = seconds_of(h->k)};
    ratio_series(h, m, &q);
}

static void harvest_cost(crop *h, const comp_record *cr)
{
    double usd = bill_window(h->k, cr), hours = seconds_of(h->k) / 3600;
    for (int i = 0; i < 2; i++) {
        wr_measure *m = more(h);
        describe(h, m, cr->comp, &wr_uniforms[WR_U_COST - WR_U_REQUESTS + i], true);
        m->total = (wr_moments){.n = i ? hours : usd, .sum = usd, .den = i ? hours : NAN, .sd = NAN, .min = NAN,
                                .max = NAN, .last = NAN, .seconds = seconds_of(h->k)};
        if (!i && cr->cost)
            m->series[WR_S_MAIN] = copy_series(h, cr->cost, cr->born, true);
    }
}

static void harvest_comp(crop *h, const comp_record *cr)
{
    const wr_comp *c = cr->comp;
    for (int i = 0; i < c->uniform_n; i++)
        if (c->uniform[i]->kind && !wr_uniforms[i].hidden) /* a level may have two names */
            harvest_cell(h, cr, record_of(h->k, c->uniform[i]), &wr_uniforms[i], true);
    for (int u = WR_U_RATIOS; u < WR_U_COST; u++)
        if (comp_has(c->model, u))
            harvest_ratio(h, cr, u, true);
    if (cr->usages)
        harvest_cost(h, cr);
    for (int i = 0; i < c->metrics_n; i++) {
        const wr_metric *w = &c->model->metrics[i];
        if (w->hidden)
            continue;
        if (w->kind == WR_RATIO)
            harvest_ratio(h, cr, i, w->ours);
        else
            harvest_cell(h, cr, &cr->record[c->uniform_n + i], w, w->ours);
    }
}

static void run_measure(crop *h, const char *name, enum wr_metric_kind kind, const char *unit, double x, double den)
{
    wr_measure *m = more(h);
    *m = (wr_measure){.owner = "run", .part = "", .metric = name, .unit = unit, .doc = "Of the whole run.", .type = "run",
                      .cloudwatch = "", .kind = kind};
    bool value = kind == WR_VALUE;
    m->total = (wr_moments){.n = value ? 1 : x, .sum = x, .sd = NAN, .min = value ? x : NAN, .max = value ? x : NAN,
                            .last = value ? x : NAN, .den = den, .seconds = seconds_of(h->k)};
}

static void harvest_run(crop *h)
{
    double usd = 0, hours = seconds_of(h->k) / 3600;
    for (const comp_record *cr = h->k->first; cr; cr = cr->next)
        usd += bill_window(h->k, cr);
    run_measure(h, "end_time", WR_VALUE, "s", h->out->end_s, NAN);
    run_measure(h, "events", WR_COUNT, "1", (double)h->out->events, NAN);
    run_measure(h, "cost", WR_COUNT, "USD", usd, NAN);
    run_measure(h, "cost_per_hour", WR_RATIO, "USD", usd, hours);
}

/* ---- causes, blames, costs, notes --------------------------------------------------------------------- */
static const char *const outcomes[WR_STATUSES] = {"ok", "throttled", "error", "timeout", "rejected", "conflict", "invalid"};

static int codes_of(const wr_comp *c)
{
    int n = 0;
    while (c->model->codes && c->model->codes[n].name)
        n++;
    return CODE_OWN + n;
}

static const wr_code *code_of(const wr_comp *c, int row)
{
    return row < CODE_OWN ? &framework_codes[row] : &c->model->codes[row - CODE_OWN];
}

static double ended(const crop *h, const wr_comp *c)
{
    double n;
    return total_stat(h->k, c->account, WR_U_COMPLETED, F_SUM, 0, &n) + total_stat(h->k, c->account, WR_U_ERRORS, F_SUM, 0, &n);
}

/* Members of a group have rows of their own model: the same cause at the same owner is one row. */
static void add_cause(crop *h, wr_cause_row *rows, size_t *n, const wr_comp *c, int row)
{
    const wr_code *code = code_of(c, row);
    double first = wr_dur_to_s(c->code_first[row]), all = ended(h, c);
    for (size_t i = 0; i < *n; i++)
        if (!strcmp(rows[i].owner, c->account->name) && !strcmp(rows[i].cause, code->cause)) {
            rows[i].count += c->code_count[row];
            rows[i].share = all > 0 ? rows[i].count / all : 0;
            rows[i].first_s = fmin(rows[i].first_s, first);
            return;
        }
    rows[(*n)++] = (wr_cause_row){keep_text(h, c->account->name), code->cause, outcomes[code->status], c->code_count[row],
                                  all > 0 ? c->code_count[row] / all : 0, first};
}

static int more_frequent(const void *a, const void *b)
{
    const wr_cause_row *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    int order = strcmp(x->owner, y->owner);
    return order ? order : strcmp(x->cause, y->cause);
}

static void harvest_causes(crop *h)
{
    size_t room = 0, n = 0;
    for (const wr_comp *c = h->k->r->first; c; c = c->next)
        for (int i = 0; c->code_count && i < codes_of(c); i++)
            room += c->code_first[i] != WR_NEVER;
    wr_cause_row *rows = arena_alloc(h->a, (room + 1) * sizeof *rows);
    for (const wr_comp *c = h->k->r->first; c; c = c->next)
        for (int i = 0; c->code_count && i < codes_of(c); i++)
            if (c->code_first[i] != WR_NEVER && code_of(c, i)->cause)
                add_cause(h, rows, &n, c, i);
    qsort(rows, n, sizeof *rows, more_frequent);
    h->out->cause = rows;
    h->out->causes = n;
}

static const char *blame_cause(const blame *b)
{
    if (b->code < 0)
        return framework_codes[-1 - b->code].cause;
    return b->where->model->codes[b->code].cause;
}

/* Members of a group have rows of their own, too. */
static void add_blame(wr_blame_row *rows, size_t *n, wr_blame_row more)
{
    for (wr_blame_row *r = rows; r < rows + *n; r++)
        if (!strcmp(r->source, more.source) && !strcmp(r->where, more.where) && !strcmp(r->cause, more.cause) &&
            !strcmp(r->stage, more.stage)) {
            r->count += more.count;
            r->first_s = fmin(r->first_s, more.first_s);
            return;
        }
    rows[(*n)++] = more;
}

static void harvest_blames(crop *h)
{
    static const char *const stages[WR_STAGES] = {"service", "wait", "cold", "backoff"};
    size_t n = 0;
    for (const wr_comp *c = h->k->r->first; c; c = c->next)
        for (const blame *b = c->blames; b; b = b->next)
            n++;
    wr_blame_row *rows = arena_alloc(h->a, (n + 1) * sizeof *rows);
    for (const wr_comp *c = h->k->r->first; c; c = c->next)
        for (const blame *b = c->blames; b; b = b->next)
            add_blame(rows, &h->out->blames,
                      (wr_blame_row){keep_text(h, c->name), keep_text(h, b->where->account->name), blame_cause(b),
                                     stages[b->stage], b->count, wr_dur_to_s(b->first)});
    h->out->blame = rows;
}

static void harvest_costs(crop *h)
{
    size_t n = 0;
    for (const comp_record *cr = h->k->first; cr; cr = cr->next)
        n += cr->usages;
    wr_cost_row *rows = arena_alloc(h->a, (n + 1) * sizeof *rows);
    for (const comp_record *cr = h->k->first; cr; cr = cr->next)
        for (size_t i = 0; i < cr->usages; i++) {
            const usage_meter *u = &cr->comp->usage[i];
            double quantity = bill_quantity(h->k, cr, i);
            if (quantity > 0)
                rows[h->out->costs++] = (wr_cost_row){keep_text(h, cr->comp->name), keep_text(h, u->label),
                                                      keep_text(h, cr->comp->model->usage[i].unit), quantity,
                                                      quantity * bill_price(h->k, u)};
        }
    h->out->cost = rows;
}

static void harvest_notes(crop *h)
{
    size_t n = 0;
    for (const note *x = h->k->r->notes; x; x = x->next)
        n++;
    wr_note_row *rows = arena_alloc(h->a, (n + 1) * sizeof *rows);
    for (const note *x = h->k->r->notes; x; x = x->next)
        rows[h->out->notes++] = (wr_note_row){wr_dur_to_s(x->at), x->where ? keep_text(h, x->where->name) : "run",
                                              keep_text(h, x->kind), keep_text(h, x->text), x->value};
    h->out->note = rows;
}

/* ---- the fingerprint -------------------------------------------------------------------------------------- */
static void print_number(sha256 *s, double x)
{
    if (isnan(x))
        x = -1.25e300; /* one NaN for all of its bit patterns */
    sha256_add(s, &x, sizeof x);
}

static void print_text(sha256 *s, const char *t)
{
    sha256_add(s, t, strlen(t) + 1);
}

static void print_measure(sha256 *s, const wr_measure *m)
{
    const wr_moments *t = &m->total;
    const double all[] = {t->n, t->sum, t->sd, t->min, t->max, t->last, t->den, t->seconds};
    print_text(s, m->owner);
    print_text(s, m->part);
    print_text(s, m->metric);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        print_number(s, all[i]);
    for (size_t i = 0; i < m->rows; i++) {
        print_number(s, m->hist[i].bin);
        print_number(s, m->hist[i].weight);
    }
}

static void fingerprint(wr_result *r)
{
    sha256 s;
    sha256_init(&s);
    for (size_t i = 0; i < r->measures; i++)
        print_measure(&s, &r->measure[i]);
    for (size_t i = 0; i < r->causes; i++) {
        print_text(&s, r->cause[i].owner);
        print_text(&s, r->cause[i].cause);
        print_number(&s, r->cause[i].count);
        print_number(&s, r->cause[i].first_s);
    }
    for (size_t i = 0; i < r->slos; i++)
        print_number(&s, r->slo[i].value);
    print_number(&s, (double)r->events);
    print_number(&s, r->end_s);
    sha256_hex(&s, r->print);
}

wr_result *harvest(recorder *k, uint64_t events)
{
    wr_arena *a = arena_create();
    wr_result *r = arena_alloc(a, sizeof *r);
    crop h = {.k = k, .a = a, .out = r};
    r->memory = a;
    r->seed = k->r->seed;
    r->replication = k->r->replication;
    r->events = events;
    r->requests = k->r->requests;
    r->end_s = wr_dur_to_s(run_now(k->r));
    r->warmup_s = wr_dur_to_s(k->r->warmup);
    r->period_s = wr_dur_to_s(k->period);
    r->periods = k->keep & WR_KEEP_SERIES ? k->periods : 0;
    for (int i = 0; i < k->r->comps; i++) {
        harvest_comp(&h, record_comp(k, k->r->comp[i]));
        for (wr_comp *p = k->r->comp[i]->parts; p; p = p->next_part)
            if (record_comp(k, p))
                harvest_comp(&h, record_comp(k, p));
    }
    harvest_run(&h);
    harvest_causes(&h);
    harvest_blames(&h);
    harvest_costs(&h);
    harvest_notes(&h);
    wr_slo_value *slo = arena_alloc(a, (k->s->slos + 1) * sizeof *slo);
    judge_end(k->judge, a, slo);
    r->slo = slo;
    r->slos = k->s->slos;
    fingerprint(r);
    return r;
}
