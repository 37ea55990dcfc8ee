/* gantt.c - the lives of instances and environments: a bar each, from its start over its booting to its end.
 *
 * Where the scenario records parts (`detail: parts`), a bar is one of them in the first replication. Without parts
 * nobody can say who was at work: bars are then ranks, the k-th of those that the median replication has in service; a
 * function's lower ranks work first, as one environment does one thing at a time, and elsewhere all work alike. Half a
 * bar is booting, a whole one is in service, and the green in it is how much it works. Periods are the grain of all
 * this. Truth: tests/unit/test_plot_kinds.c. */
#include "charts.h"

enum { MOST_OWNERS = 3, MOST_LIVES = 150, TALLEST = 34 };
static const double WORK = 0.9; /* opacity */

typedef struct life {
    const char *name;
    double *boot, *live, *busy; /* by period: share of it spent booting (or draining), in service; work in 0..1 */
    size_t served;              /* the first period in service; n: none */
} life;
typedef struct crowd {
    const char *owner;
    bool parts;
    life *life;
    size_t n, more; /* more: not shown */
} crowd;

static double clamp(double x)
{
    return x > 0 ? fmin(x, 1) : 0;
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */
/* Instances and environments are single units; versions and target groups are crowds themselves. */
static bool single(wr_store *s, size_t nth, const wr_store_metric *m)
{
    char name[256];
    if (!m->part || !*m->part || strcmp(m->metric, "in_service"))
        return false;
    snprintf(name, sizeof name, "%s:%s.busy", m->owner, m->part);
    const double *busy = wr_store_series(s, nth, 0, name);
    snprintf(name, sizeof name, "%s:%s.in_service.max", m->owner, m->part);
    const double *most = wr_store_series(s, nth, 0, name);
    bool one = busy && most;
    for (size_t i = 0; one && i < wr_store_periods(s); i++)
        one = !(most[i] > 1);
    return one;
}

static bool applies(wr_store *s)
{
    const wr_store_metric *m;
    for (size_t i = wr_store_metrics(s, &m); i-- > 0;)
        if (single(s, 0, &m[i]))
            return true;
    return false;
}

static bool any_before(const book *b, const double *x)
{
    for (size_t i = 1; i <= b->skip; i++)
        if (*(x - i) > 0)
            return true;
    return false;
}

static size_t last_sign(const book *b, const double *live, const double *present)
{
    size_t end = b->n;
    while (end && !(live[end - 1] > 0) && !(present && present[end - 1] > 0))
        end--;
    return end;
}

static life blank(const book *b, const char *name)
{
    return (life){name, arena_alloc(b->c->arena, (b->n + 1) * sizeof(double)),
                  arena_alloc(b->c->arena, (b->n + 1) * sizeof(double)),
                  arena_alloc(b->c->arena, (b->n + 1) * sizeof(double)), b->n};
}

/* Of one period; NaN: it is not there yet. */
static void live_through(life *l, size_t i, double live, double work)
{
    if (isnan(live))
        return;
    l->live[i] = fmin(live, 1);
    l->boot[i] = 1 - l->live[i];
    l->busy[i] = clamp(work);
    if (l->live[i] > 0 && i < l->served)
        l->served = i;
}

static const double *series_of(const book *b, const char *who, const char *metric)
{
    return book_series(b, 0, canvas_print(b->c, "%s.%s", who, metric));
}

static size_t unborn(const double *live, size_t n)
{
    size_t i = 0;
    while (i < n && isnan(live[i]))
        i++;
    return i;
}

static const double *work_of(const book *b, const char *who)
{
    const double *share = series_of(b, who, "utilization");
    return share ? share : series_of(b, who, "busy");
}

/* False: it is not there while the window lasts. */
static bool life_of(const book *b, const char *who, life *l)
{
    const double *live = series_of(b, who, "in_service"), *work = work_of(b, who);
    if (!live)
        return false;
    bool seen = any_before(b, live);
    size_t end = last_sign(b, live, series_of(b, who, "in_system"));
    end = end || seen ? end : b->n; /* it may boot to the end */
    *l = blank(b, strchr(who, ':') + 1);
    for (size_t i = 0; i < end; i++)
        live_through(l, i, live[i], work ? work[i] : 0);
    if (l->served + 1 < end && l->live[end - 1] > 0)
        l->boot[end - 1] = 0; /* gone within the period */
    l->served = seen ? 0 : l->served;
    return end > unborn(live, end);
}

static void parts_of(const book *b, crowd *g)
{
    const wr_store_metric *m;
    size_t n = wr_store_metrics(b->s, &m);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(m[i].owner, g->owner) || !single(b->s, b->point, &m[i]))
            continue;
        life l;
        g->parts = true;
        if (!life_of(b, canvas_print(b->c, "%s:%s", g->owner, m[i].part), &l))
            continue;
        if (g->n < MOST_LIVES)
            g->life[g->n++] = l;
        else
            g->more++;
    }
}

/* ---- ranks ------------------------------------------------------------------------------------------------------- */
static life rank_of(const book *b, size_t k, bool in_turn, const trace *live, const trace *boot, const trace *busy)
{
    life l = blank(b, canvas_print(b->c, "%zu", k + 1));
    for (size_t i = 0; i < b->n; i++) {
        double up = live->mid[i], work = busy->mid ? busy->mid[i] : 0;
        l.live[i] = clamp(up - (double)k);
        l.boot[i] = boot->mid ? clamp(up + boot->mid[i] - (double)k) - l.live[i] : 0;
        l.busy[i] = clamp(in_turn ? work - (double)k : work);
        if (l.live[i] > 0 && l.served == b->n)
            l.served = i;
    }
    return l;
}

static void ranks_of(const book *b, crowd *g)
{
    bool in_turn = !strcmp(book_type(b, g->owner), "lambda");
    trace live = trace_one(b, g->owner, "in_service", 0), boot = trace_first(b, g->owner, booting_names, 0),
          busy = trace_one(b, g->owner, in_turn ? "busy" : "utilization", 0);
    double most = live.mid ? stack_most(b, (trace[]){live, boot}, 2) : 0;
    for (size_t k = 0; (double)k < most - 1e-6; k++) {
        if (k == MOST_LIVES) {
            g->more = (size_t)ceil(most - 1e-6) - k;
            break;
        }
        g->life[g->n++] = rank_of(b, k, in_turn, &live, &boot, &busy);
    }
}

static crowd crowd_of(const book *b, const char *owner)
{
    crowd g = {.owner = owner, .life = arena_alloc(b->c->arena, MOST_LIVES * sizeof *g.life)};
    parts_of(b, &g);
    if (!g.parts)
        ranks_of(b, &g);
    return g;
}

/* ---- bars -------------------------------------------------------------------------------------------------------- */
typedef struct cell {
    double x0, x1, boot, live, busy;
    bool served;
} cell; /* of one period, or of several in a column */

static size_t cells_of(const panel *p, const life *l, cell *out)
{
    const book *b = p->b;
    size_t stride = 1 + (size_t)((double)b->n / fmax(1, p->plot.w)), n = 0;
    for (size_t i = 0; i < b->n; i += stride) {
        size_t to = i + stride < b->n ? i + stride : b->n;
        double x0 = scale_at(&p->x, b->t[i]), x1 = scale_at(&p->x, b->t[to - 1] + book_length(b, to - 1));
        cell c = {
            .x0 = round(2 * x0) / 2, .x1 = round(2 * x1) / 2, .served = i >= l->served}; /* no seams between boxes */
        for (size_t k = i; k < to; k++) {
            c.boot += l->boot[k] / (double)(to - i);
            c.live += l->live[k] / (double)(to - i);
            c.busy += l->busy[k] * l->live[k] / (double)(to - i);
        }
        c.busy = c.live > 0 ? c.busy / c.live : 0;
        if (c.boot > 0 || c.live > 0)
            out[n++] = c;
    }
    return n;
}

/* Neighbours that look the same are one box. */
static bool alike(const cell *a, const cell *b)
{
    return fabs(a->x1 - b->x0) < 1e-6 && a->boot == b->boot && a->live == b->live && fabs(a->busy - b->busy) < 0.02 &&
           (a->served == b->served || !(a->boot > 0));
}

static void draw_cell(wr_canvas *c, const cell *m, box bar, bool rising)
{
    double w = m->x1 - m->x0, live = w * m->live, boot = w * m->boot, h = bar.h;
    double up = rising ? m->x1 - live : m->x0, down = rising ? up - boot : up + live;
    ink other = theme_fill(m->served && !rising ? ROLE_OTHER : ROLE_BOOTING), work = theme_fill(ROLE_SERVED);
    if (boot > 0)
        canvas_box(c, (box){down, bar.y + h * 0.25, boot, h * 0.5}, other);
    if (!(live > 0))
        return;
    canvas_box(c, (box){up, bar.y, live, h}, theme_fill(ROLE_CAPACITY));
    work.alpha = h < 6 ? m->busy * WORK : WORK;
    double full = h < 6 ? h : h * m->busy;
    if (m->busy > 0)
        canvas_box(c, (box){up, bar.y + h - full, live, full}, work);
}

static void draw_life(const panel *p, const life *l, box bar)
{
    cell *m = arena_alloc(p->b->c->arena, (p->b->n + 1) * sizeof *m);
    size_t n = cells_of(p, l, m);
    for (size_t i = 0, next; i < n; i = next) {
        cell all = m[i];
        for (next = i + 1; next < n && alike(&m[i], &m[next]) && fabs(m[next].x0 - all.x1) < 1e-6; next++)
            all.x1 = m[next].x1;
        bool after = i && fabs(m[i - 1].x1 - all.x0) < 1e-6;
        bool rising = all.live < 1 && (!after || m[i - 1].live < all.live);
        draw_cell(p->b->c, &all, bar, rising);
    }
}

static void names(const panel *p, const crowd *g, double pitch)
{
    font f = theme_quiet(fmin(9.5, fmax(7.5, pitch)), RIGHT);
    size_t every = (size_t)ceil(fmax(1, 9 / pitch));
    for (size_t i = 0; i < g->n; i += every)
        canvas_text(p->b->c, p->plot.x - 6, p->plot.y + pitch * ((double)i + 0.5) + 3, f,
                    canvas_fit(p->b->c, f, g->life[i].name, 46));
}

static bool boots(const book *b, const life *l)
{
    bool any = false;
    for (size_t k = 0; k < b->n && k <= l->served; k++)
        any = any || l->boot[k] > 0;
    return any;
}

static bool drains(const book *b, const life *l)
{
    bool any = false;
    for (size_t k = l->served + 1; k < b->n; k++)
        any = any || l->boot[k] >= 1;
    return any;
}

static void keys(panel *p, const crowd *g)
{
    bool boot = false, drain = false;
    ink work = theme_fill(ROLE_SERVED);
    work.alpha = WORK;
    for (size_t i = 0; i < g->n; i++) {
        boot = boot || boots(p->b, &g->life[i]);
        drain = drain || (g->parts && drains(p->b, &g->life[i]));
    }
    if (boot)
        panel_key_role(p, ROLE_BOOTING, true, "booting");
    panel_key_role(p, ROLE_CAPACITY, true, "idle");
    panel_key(p, theme_pen(ROLE_SERVED), work, "at work");
    if (drain)
        panel_key_role(p, ROLE_OTHER, true, "draining or out of service");
}

static void bars(const book *b, const crowd *g, box where, unsigned flags)
{
    bool lambda = !strcmp(book_type(b, g->owner), "lambda");
    const char *what = lambda ? "Environments" : "Instances",
               *more = g->more ? canvas_print(b->c, ", %zu more not shown", g->more) : "";
    panel p =
        panel_open(b, where, canvas_print(b->c, "%s of %s%s%s", what, g->owner, g->parts ? "" : ", by rank", more), "1",
                   0, 1, 12, flags | PANEL_BARE | PANEL_NAMES);
    p.acts = g->owner;
    double pitch = fmin(TALLEST, p.plot.h / fmax(1, (double)g->n));
    for (size_t i = 0; i < g->n; i++)
        draw_life(&p, &g->life[i],
                  (box){p.plot.x, p.plot.y + pitch * (double)i + pitch * 0.1, p.plot.w, fmax(pitch * 0.8, 1)});
    names(&p, g, pitch);
    keys(&p, g);
    panel_close(&p);
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */
typedef struct sums { double up, work, booting, booted; } sums; /* s, s, s, lives */

static void add_up(const book *b, const life *l, sums *s)
{
    for (size_t k = 0; k < b->n; k++) {
        s->up += l->live[k] * book_length(b, k);
        s->work += l->live[k] * l->busy[k] * book_length(b, k);
        s->booting += k <= l->served && l->served < b->n ? l->boot[k] * book_length(b, k) : 0;
    }
    s->booted += l->served < b->n && boots(b, l) ? 1 : 0;
}

static const char *finding(const book *b, const crowd *g)
{
    char busy[SAY], boot[SAY];
    sums all = {0};
    for (size_t i = 0; i < g->n; i++)
        add_up(b, &g->life[i], &all);
    if (!(all.up > 0))
        return canvas_print(b->c, "Nothing of %s was ever in service.", g->owner);
    say_value(busy, round(all.work / all.up * 1000) / 1000, "share");
    if (!g->parts)
        return canvas_print(b->c, "At most %zu at %s, at work %s of their time%s.", g->n + g->more, g->owner, busy,
                            strcmp(book_type(b, g->owner), "asg") ? "" : "; 'detail: parts' tells them apart");
    const char *booted =
        all.booted > 0 ? canvas_print(b->c, "; booting took %s on average", say_clock(boot, all.booting / all.booted))
                       : "";
    return canvas_print(b->c, "%zu lived at %s, at work %s of their time%s.", g->n + g->more, g->owner, busy, booted);
}

/* Those whose parts are recorded; else the first crowd there is. */
static const char *const *choice(const book *b)
{
    const wr_store_metric *m;
    size_t n = wr_store_metrics(b->s, &m), found = 0;
    const char **out = arena_alloc(b->c->arena, (n + 2) * sizeof *out);
    for (size_t i = 0; i < n; i++)
        if (single(b->s, b->point, &m[i]) && (!found || strcmp(out[found - 1], m[i].owner)))
            out[found++] = m[i].owner;
    if (!found)
        out[0] = part_fleet_owner(b);
    if (!out[0])
        out[0] = book_owners(b, "lambda", "in_service")[0];
    return out;
}

/* Below each other, with room by their numbers; a heading takes that of three bars. */
static void crowds(const book *b, const crowd *g, size_t n, box body)
{
    double all = 0, y = body.y;
    for (size_t i = 0; i < n; i++)
        all += 3 + (double)g[i].n;
    for (size_t i = 0; i < n; i++) {
        double h = (body.h - 8 * (double)(n - 1)) * (3 + (double)g[i].n) / all;
        bars(b, &g[i], (box){body.x, y, body.w, h}, i + 1 == n ? PANEL_TIMES : 0u);
        y += h + 8;
    }
}

static int draw(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    book b = book_open(cfg, s, c);
    const char *bad, *const *who = book_chosen(&b, "in_service", choice(&b), &bad);
    if (bad)
        return book_unknown(&b, bad, err);
    crowd g[MOST_OWNERS];
    const char *said[MOST_OWNERS];
    size_t n = 0;
    for (; n < MOST_OWNERS && who[n] && b.n; n++) {
        g[n] = crowd_of(&b, who[n]);
        said[n] = finding(&b, &g[n]);
    }
    const char *title = words_title(&b, n == 1 ? "lives at %s" : "lives", n == 1 ? who[0] : "");
    if (!n)
        return page_empty(&b, title, "Nothing in these results comes and goes.");
    const char *words = words_join(&b, said, n, "");
    if (g[0].parts && b.reps > 1) {
        words = canvas_print(c, "In the first replication: %s", words);
        b.reps = 1;
    }
    crowds(&b, g, n, page_open(&b, title, words));
    return 0;
}

const wr_chart wr_chart_gantt = {
    .kind = "gantt",
    .title = "Lives",
    .doc = "A bar for each instance or environment: booting, idle, at work, gone; by rank where the scenario does not say 'detail: parts'.",
    .params = chart_params,
    .cfg_size = sizeof(chart_cfg),
    .applies = applies,
    .draw = draw};
