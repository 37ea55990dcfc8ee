/* book.c - the store as charts see it: names, statistics, objectives, marks.
 *
 * Nothing here draws. Owners may be parts: "web:blue" is looked up as owner and part. Marks come from the
 * first replication, since every replication scales at its own times. */
#include "charts.h"
#include <stdlib.h>

struct common { chart_cfg base; };
const wr_param chart_params[] = {CHART_CFG(struct common, base), {0}};

static double positive(double x, double otherwise)
{
    return x > 0 && isfinite(x) ? x : otherwise;
}

/* Cuts the book to the periods that begin in the window asked for. */
static void window(book *b)
{
    double from = (double)b->cfg->from / 1e9, to = b->cfg->to == WR_NEVER ? INFINITY : (double)b->cfg->to / 1e9;
    while (b->n && b->t[0] + b->period <= from) {
        b->t++;
        b->skip++;
        b->n--;
    }
    while (b->n && b->t[b->n - 1] >= to)
        b->n--;
    b->begin = b->skip && b->n ? b->t[0] : 0;
    b->end = fmin(b->end, fmax(to, b->begin + b->period));
}

book book_open(const void *cfg, wr_store *s, wr_canvas *c)
{
    static const chart_cfg usual = {.marks = true, .to = WR_NEVER};
    book b = {.c = c, .s = s, .cfg = cfg ? cfg : &usual, .reps = wr_store_reps(s), .t = wr_store_time(s)};
    size_t points = wr_store_points(s);
    b.n = b.t ? wr_store_periods(s) : 0;
    b.point = (size_t)positive((double)b.cfg->point, 0);
    if (b.point >= points)
        b.point = points ? points - 1 : 0;
    b.period = positive(wr_store_attr(s, "metrics_period_s"), b.n > 1 ? b.t[1] - b.t[0] : 1);
    double last = b.n ? b.t[b.n - 1] : 0, end = wr_store_attr(s, "duration_s");
    b.end = end > last && isfinite(end) ? end : last + b.period;
    b.warmup = positive(wr_store_attr(s, "warmup_s"), 0);
    window(&b);
    return b;
}

const double *book_series(const book *b, size_t rep, const char *name)
{
    const double *x = wr_store_series(b->s, b->point, rep, name);
    return x ? x + b->skip : NULL;
}

double book_length(const book *b, size_t i)
{
    return (i + 1 < b->n ? b->t[i + 1] : fmin(b->end, b->t[i] + b->period)) - b->t[i];
}

/* ---- names ----------------------------------------------------------------------------------- */
static bool same(const char *a, const char *b)
{
    return !strcmp(a ? a : "", b ? b : "");
}

/* "web:blue" -> "web" and "blue" */
static const char *split(const book *b, const char *name, const char **part)
{
    const char *colon = strchr(name, ':');
    *part = colon ? colon + 1 : "";
    return colon ? arena_copy(b->c->arena, name, (size_t)(colon - name)) : name;
}

const wr_store_metric *book_metric(const book *b, const char *owner, const char *part, const char *metric)
{
    const wr_store_metric *m;
    size_t n = wr_store_metrics(b->s, &m);
    if (!part)
        owner = split(b, owner, &part);
    for (size_t i = 0; i < n; i++)
        if (same(m[i].owner, owner) && same(m[i].part, part) && same(m[i].metric, metric))
            return &m[i];
    return NULL;
}

const char *const *book_owners(const book *b, const char *type, const char *metric)
{
    const wr_store_metric *m;
    size_t n = wr_store_metrics(b->s, &m), found = 0;
    const char **out = arena_alloc(b->c->arena, (n + 1) * sizeof *out);
    for (size_t i = 0; i < n; i++)
        if (same(m[i].part, "") && same(m[i].metric, metric) && (!type || same(m[i].type, type)) &&
            !same(m[i].owner, "run"))
            out[found++] = m[i].owner;
    return out;
}

const char *book_type(const book *b, const char *owner)
{
    const wr_store_metric *m;
    size_t n = wr_store_metrics(b->s, &m);
    for (size_t i = 0; i < n; i++)
        if (same(m[i].owner, owner))
            return m[i].type ? m[i].type : "";
    return "";
}

double book_stat(const book *b, const char *name, const char *metric, const char *stat)
{
    const wr_store_summary *row;
    size_t n = wr_store_summaries(b->s, &row), seen = 0;
    const char *part, *owner = split(b, name, &part);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        if (row[i].at.point == b->point && same(row[i].metric, metric) && same(row[i].stat, stat) &&
            same(row[i].owner, owner) && same(row[i].part, part) && !isnan(row[i].value)) {
            sum += row[i].value;
            seen++;
        }
    return seen ? sum / (double)seen : NAN;
}

/* `of` names owners, or owners with this metric: "web", "web:blue", "web.latency". */
const char *const *book_chosen(const book *b, const char *metric, const char *const *choice, const char **bad)
{
    *bad = NULL;
    if (!b->c->of || !b->c->of[0])
        return choice;
    size_t n = 0, found = 0;
    while (b->c->of[n])
        n++;
    const char **out = arena_alloc(b->c->arena, (n + 1) * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        const char *name = b->c->of[i], *dot = strrchr(name, '.');
        if (dot && same(dot + 1, metric))
            name = arena_copy(b->c->arena, name, (size_t)(dot - name));
        if (book_metric(b, name, NULL, metric))
            out[found++] = name;
        else if (!*bad)
            *bad = b->c->of[i];
    }
    return out;
}

int book_unknown(const book *b, const char *name, wr_err *err)
{
    const wr_store_metric *m;
    size_t n = wr_store_metrics(b->s, &m), len = strcspn(name, ".");
    const char **names = arena_alloc(b->c->arena, (n + 1) * sizeof *names);
    for (size_t i = 0; i < n; i++) {
        const char *owner = canvas_print(b->c, same(m[i].part, "") ? "%s" : "%s:%s", m[i].owner, m[i].part);
        bool known = strlen(owner) == len && !strncmp(owner, name, len);
        names[i] = known || name[len] ? canvas_print(b->c, "%s.%s", owner, m[i].metric) : owner;
    }
    const char *near = near_best(name, names, n);
    if (near && strcmp(near, name))
        return wr_fail(err, WR_E_INPUT, "nothing to draw of '%s'; did you mean '%s'?", name, near);
    return wr_fail(err, WR_E_INPUT, "nothing to draw of '%s': these results do not have it", name);
}

/* ---- objectives ---------------------------------------------------------------------------------- */
static double bound_of(const wr_formula *f)
{
    for (size_t i = 0; i < f->bound_nodes; i++)
        if (f->bound[i].op == FN_ATOM)
            return NAN;
    return f->bound_nodes ? formula_value(f, f->bound, f->bound_nodes, NULL) : NAN;
}

static bool asks(const wr_formula *f, const char *owner, const char *part, const char *metric)
{
    if (f->nodes != 1 || f->node[0].op != FN_ATOM || (f->op != F_LT && f->op != F_LE))
        return false;
    const formula_atom *a = &f->atom[f->node[0].atom];
    return a->stat == F_QUANTILE && same(a->owner, owner) && same(a->part, part) && same(a->metric, metric);
}

double book_objective(const book *b, const char *name, const char *metric, double *quantile)
{
    const wr_store_slo *slo;
    size_t n = wr_store_slos(b->s, &slo);
    const char *part, *owner = split(b, name, &part);
    for (size_t i = 0; i < n; i++) {
        wr_diag *d = wr_diag_create();
        const wr_formula *f = formula_parse(b->c->arena, slo[i].expr, (wr_pos){.file = "slo", .line = 1, .col = 1}, d);
        wr_diag_destroy(d);
        if (!f || !asks(f, owner, part, metric) || isnan(bound_of(f)))
            continue;
        *quantile = f->atom[f->node[0].atom].arg;
        return bound_of(f);
    }
    return NAN;
}

/* ---- marks ------------------------------------------------------------------------------------------ */
static size_t notes_of(const book *b, const wr_note_row **note, const wr_store_at **at, size_t *rep)
{
    size_t n = wr_store_notes(b->s, note, at);
    *rep = SIZE_MAX;
    for (size_t i = 0; i < n; i++)
        if ((*at)[i].point == b->point && (*at)[i].replication < *rep)
            *rep = (*at)[i].replication;
    return n;
}

static bool one_of(const char *const *kinds, const char *kind)
{
    while (*kinds && !same(*kinds, kind))
        kinds++;
    return *kinds != NULL;
}

size_t book_notes(const book *b, const char *const *kinds, const char *owner, const mark **out)
{
    const wr_note_row *note;
    const wr_store_at *at;
    size_t rep, n = notes_of(b, &note, &at, &rep), found = 0;
    mark *m = arena_alloc(b->c->arena, (n + 1) * sizeof *m);
    for (size_t i = 0; b->cfg->marks && i < n; i++)
        if (at[i].point == b->point && at[i].replication == rep && one_of(kinds, note[i].kind) &&
            (!owner || same(note[i].owner, owner)))
            m[found++] =
                (mark){note[i].time_s, note[i].time_s, note[i].value, note[i].owner, note[i].kind, note[i].text};
    *out = m;
    return found;
}

/* Instances that are terminated are gone: there is no span in which they are. */
static bool instant(const mark *m)
{
    return m->text && !strncmp(m->text, "terminate ", 10);
}

static int by_begin(const void *a, const void *b)
{
    const mark *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

/* A fault begins with a note of a value and ends with one of value 0 at the same owner. */
static size_t pair(const book *b, const mark *note, size_t n, mark *m)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = note[i].value == 0 ? 0 : found;
        while (k < found && !(same(m[k].owner, note[i].owner) && isinf(m[k].to)))
            k++;
        if (note[i].value != 0) {
            m[found] = note[i];
            m[found].to = instant(&note[i]) ? note[i].from + b->period / 4 : INFINITY;
            found++;
        } else if (k < found) {
            m[k].to = note[i].from;
        }
    }
    return found;
}

size_t book_faults(const book *b, const mark **out)
{
    static const char *const kinds[] = {"fault", NULL};
    const mark *note;
    size_t n = book_notes(b, kinds, NULL, &note), shown = 0;
    mark *m = arena_alloc(b->c->arena, (n + 1) * sizeof *m);
    n = pair(b, note, n, m);
    for (size_t i = 0; i < n; i++) { /* those that reach into the window */
        mark cut = m[i];
        cut.from = fmax(cut.from, b->begin);
        cut.to = fmin(cut.to, b->end);
        if (cut.to > b->begin && cut.from < b->end)
            m[shown++] = cut;
    }
    if (shown)
        qsort(m, shown, sizeof *m, by_begin);
    *out = m;
    return shown;
}

size_t book_actions(const book *b, const char *const *kinds, const char *owner, const mark **out)
{
    const mark *all;
    size_t n = book_notes(b, kinds, owner, &all), found = 0;
    mark *m = arena_alloc(b->c->arena, (n + 1) * sizeof *m);
    for (size_t i = 0; i < n; i++)
        if (all[i].from >= b->begin && all[i].from < b->end)
            m[found++] = all[i];
    *out = m;
    return found;
}
