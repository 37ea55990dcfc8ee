/* scaling.c - a group that grows and shrinks: its size, the metric it follows, its alarms, and why it acted.
 *
 * The distance between the desired line and the area is time spent booting; the distance between an alarm and
 * the metric's crossing is what the alarm takes to be sure. Actions are those of the first replication, told in
 * their own words; those too close to tell apart are merged. The target is read from the scenario that the
 * results carry. */
#include "charts.h"
#include "../sim/table/table.h"

enum { RIGHT_ROOM = 86, TALES = 3, TALE_ROWS = 13, ALARM_ROOM = 62, MOST_TALES = 48, MOST_ALARMS = 4 };
static const char *const moves[] = {"scale_out", "scale_in", NULL};
static const char *const alarms[] = {"alarm", NULL};

static bool applies(wr_store *s)
{
    const wr_store_metric *m;
    for (size_t i = wr_store_metrics(s, &m); i-- > 0;)
        for (size_t k = 0; desired_names[k]; k++)
            if (!strcmp(m[i].metric, desired_names[k]) && wr_store_periods(s))
                return true;
    return false;
}

/* ---- the metric and its target ------------------------------------------------------------------------ */
typedef struct goal { trace t; const char *name, *unit; double target; } goal;

static const char *word(const node *in, const char *key)
{
    const node *n = in && in->kind == NODE_MAP ? node_get(in, key) : NULL;
    return n && n->kind == NODE_SCALAR ? n->text : NULL;
}

static const node *policy_of(const book *b, const char *owner)
{
    const node *list = book_written(b, AT("resources", owner, "scaling_policies"));
    for (size_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
        const char *type = word(list->item[i], "type");
        if (type && !strcmp(type, "target_tracking"))
            return list->item[i];
    }
    return NULL;
}

/* Which expression a policy follows, in our words. */
static const char *followed(const book *b, const char *owner, const node *policy)
{
    const char *own = policy ? word(policy, "metric") : NULL,
               *predefined = policy ? word(policy, "predefined_metric") : NULL;
    if (own)
        return own;
    if (predefined && strstr(predefined, "RequestCountPerTarget")) {
        const char *const *web = book_owners(b, NULL, "RequestCountPerTarget");
        return web[0] ? canvas_print(b->c, "%s.RequestCountPerTarget", web[0]) : NULL;
    }
    if (book_metric(b, owner, "", "CPUUtilization"))
        return canvas_print(b->c, "%s.CPUUtilization", owner);
    return book_metric(b, owner, "", "utilization") ? canvas_print(b->c, "%s.utilization", owner) : NULL;
}

static goal goal_of(const book *b, const char *owner)
{
    const node *policy = policy_of(b, owner);
    goal g = {.name = followed(b, owner, policy), .target = NAN};
    const char *target = policy ? word(policy, "target_value") : NULL;
    if (!g.name)
        return g;
    g.t = trace_expression(b, g.name, &g.unit, NULL);
    double x;
    if (target && quantity_read(target, strlen(target), WR_T_NUMBER, NULL, &x, NULL) == Q_OK)
        g.target = g.t.mid && !strcmp(g.unit, "share") ? x / 100 : x;
    return g;
}

static void metric_panel(const book *b, const char *owner, const goal *g, box where, unsigned flags)
{
    char target[SAY];
    bool near = g->target < 4 * g->t.most;
    panel p =
        panel_open(b, where, g->name, g->unit, 0, near ? fmax(g->target, g->t.most) : g->t.most, RIGHT_ROOM, flags);
    p.acts = owner;
    plot_trace(&p, &g->t, theme_line(2), "metric");
    if (near)
        plot_level(&p, g->target, theme_pen(ROLE_OBJECTIVE),
                   canvas_print(b->c, "target %s", say_value(target, g->target, g->unit)));
    panel_close(&p);
}

/* ---- what it did, and why ---------------------------------------------------------------------------------- */
typedef struct tale { const mark *m; size_t more, row; double x, room; } tale;

static void tell(const book *b, const tale *t, double y, double top)
{
    wr_canvas *c = b->c;
    bool out = !strcmp(t->m->kind, moves[0]);
    font f = theme_font(9.5, false, LEFT);
    f.ink = out ? theme_word(ROLE_CAPACITY) : theme_ink(INK_QUIET, 1);
    const char *words = canvas_print(c, "%s %s", out ? "▲" : "▼", t->m->text ? t->m->text : "");
    if (t->more)
        words = canvas_print(c, "%s (and %zu more)", words, t->more);
    const char *short_words = t->m->text ? strstr(t->m->text, ": ") : NULL;
    if (short_words && canvas_width(c, f, words) > t->room) /* the numbers matter more than the policy's name */
        words = canvas_print(c, "%s %s", out ? "▲" : "▼", short_words + 2);
    words = canvas_fit(c, f, words, t->room);
    canvas_segment(c, t->x, top, t->x, y - 9, (pen){{INK_RIM, 1}, 0.6, SOLID});
    canvas_box(c, (box){t->x - 4, y - 8, canvas_width(c, f, words) + 3, 11}, theme_ink(0xffffff, 0.9));
    canvas_text(c, t->x - 3, y, f, words);
}

/* Rows are filled in turn; what finds its row taken joins the action before it. */
static size_t tales_of(const panel *p, const mark *m, size_t n, double right, tale *out)
{
    const double least = 112;
    double end[TALES] = {0};
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        double x = fmin(scale_at(&p->x, m[i].from), right - least);
        size_t row = count % TALES;
        if (count == MOST_TALES || x < end[row]) {
            out[count - 1].more++; /* the first finds its row free */
            continue;
        }
        if (count >= TALES)
            out[count - TALES].room = x - out[count - TALES].x - 10;
        out[count++] = (tale){&m[i], 0, row, x, right - x};
        end[row] = x + least;
    }
    return count;
}

static void tales(const book *b, const char *owner, const panel *p, box where)
{
    const mark *m;
    tale t[MOST_TALES];
    size_t n = book_actions(b, moves, owner, &m), count = tales_of(p, m, n, where.x + where.w, t);
    for (size_t i = count; i-- > 0;) /* from the last, so that a word hides a later leader, never a leader a word */
        tell(b, &t[i], where.y + 9 + TALE_ROWS * (double)t[i].row, p->plot.y + p->plot.h + 9);
}

/* ---- alarms: a row each; a note says "name: OK -> ALARM" -------------------------------------------------------- */
static size_t name_length(const mark *m)
{
    const char *colon = m->text ? strstr(m->text, ": ") : NULL;
    return colon ? (size_t)(colon - m->text) : m->text ? strlen(m->text) : 0;
}

static bool same_alarm(const mark *a, const mark *b)
{
    size_t n = name_length(a);
    return n == name_length(b) && !strncmp(a->text ? a->text : "", b->text ? b->text : "", n);
}

static bool rings(const mark *m)
{
    const char *arrow = m->text ? strstr(m->text, "-> ") : NULL;
    return arrow && !strcmp(arrow, "-> ALARM");
}

/* The first note of each alarm. */
static size_t alarms_of(const mark *m, size_t n, const mark **first)
{
    size_t found = 0;
    for (size_t i = 0; i < n && found < MOST_ALARMS; i++) {
        size_t k = 0;
        while (k < found && !same_alarm(first[k], &m[i]))
            k++;
        if (k == found)
            first[found++] = &m[i];
    }
    return found;
}

/* What tells it from the others: " above target", " >= 60". */
static const char *distinction(wr_canvas *c, const mark *m)
{
    static const char *const usual[] = {"target tracking ", "simple scaling ", "step scaling "};
    size_t from = 0;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (m->text && !strncmp(m->text, usual[i], strlen(usual[i])))
            from = strlen(usual[i]);
    return canvas_print(c, "%.*s", (int)(name_length(m) - from), m->text ? m->text + from : "");
}

static void alarm_row(const panel *p, const mark *m, size_t n, const mark *which, box row)
{
    wr_canvas *c = p->b->c;
    const char *name = distinction(c, which);
    bool low = strstr(name, "below") || strchr(name, '<');
    font f = theme_font(9, false, LEFT);
    for (size_t i = 0; i < n; i++) {
        if (!same_alarm(which, &m[i]) || !rings(&m[i]))
            continue;
        size_t k = i + 1;
        while (k < n && !same_alarm(which, &m[k]))
            k++;
        double end = k < n ? m[k].from : p->b->end;
        double x0 = scale_at(&p->x, fmax(p->b->begin, m[i].from)), x1 = scale_at(&p->x, fmin(end, p->b->end));
        if (x1 > x0)
            canvas_box(c, (box){x0, row.y, fmax(2, x1 - x0), row.h},
                       low ? theme_ink(INK_RIM, 0.6) : theme_fill(ROLE_FAILED));
    }
    canvas_text(c, p->plot.x + p->plot.w + 9, row.y + row.h / 2 + 3, f, canvas_fit(c, f, name, p->right - 9));
}

static void alarm_panel(const book *b, const char *owner, box where)
{
    const mark *m, *first[MOST_ALARMS];
    size_t n = book_notes(b, alarms, owner, &m), rows = alarms_of(m, n, first);
    panel p = panel_open(b, where, "Alarms", "1", 0, 1, RIGHT_ROOM, PANEL_TIMES | PANEL_BARE);
    p.acts = owner;
    for (size_t i = 0; i < rows; i++) {
        box row = box_row(p.plot, i, rows, 2);
        alarm_row(&p, m, n, first[i], row);
    }
    if (!rows)
        canvas_text(b->c, p.plot.x + 6, p.plot.y + p.plot.h - 4, theme_quiet(10, LEFT), "none rang");
    panel_close(&p);
}

static const char *finding(const book *b, const char *owner)
{
    const mark *m;
    char when[SAY];
    const char *said[2] = {words_fleet(b, owner), NULL};
    size_t n = book_actions(b, moves, owner, &m), out = 0;
    double first = NAN;
    for (size_t i = 0; i < n; i++)
        if (!strcmp(m[i].kind, moves[0])) {
            first = out++ ? first : m[i].from;
        }
    if (n)
        said[1] = canvas_print(b->c, "It scaled out %zu time%s%s%s%s and in %zu time%s.", out, out == 1 ? "" : "s",
                               out ? ", first at " : "", out ? say_clock(when, first) : "", out ? "," : "", n - out,
                               n - out == 1 ? "" : "s");
    return words_join(b, said, 2, "Nothing scaled.");
}

static int draw(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    book b = book_open(cfg, s, c);
    const char **one = arena_alloc(c->arena, 2 * sizeof *one), *bad;
    one[0] = part_fleet_owner(&b);
    const char *const *who = book_chosen(&b, "in_service", one, &bad);
    if (bad)
        return book_unknown(&b, bad, err);
    const char *owner = who[0];
    if (!owner || !b.n)
        return page_empty(&b, words_title(&b, "scaling"), "Nothing in these results scales.");
    goal g = goal_of(&b, owner);
    const mark *m;
    double lane = book_actions(&b, moves, owner, &m) ? TALES * TALE_ROWS + 4 : 0;
    box body = page_open(&b, words_title(&b, "how %s scaled", owner), finding(&b, owner)), top = body, low = body,
        strip = body;
    strip.h = ALARM_ROOM;
    strip.y = body.y + body.h - strip.h;
    low.h = g.t.mid ? (body.h - strip.h - lane) * 0.38 : 0;
    low.y = strip.y - low.h - 4;
    top.h = low.y - body.y - lane - 4;
    panel p = part_fleet_of(&b, owner, top, RIGHT_ROOM, PANEL_NAMES);
    if (lane > 0)
        tales(&b, owner, &p, (box){body.x, top.y + top.h + 4, body.w, lane});
    if (g.t.mid)
        metric_panel(&b, owner, &g, low, 0);
    alarm_panel(&b, owner, strip);
    return 0;
}

const wr_chart wr_chart_scaling = {
    .kind = "scaling",
    .title = "Scaling",
    .doc = "Desired, in service and booting; the metric a policy follows against its target; alarms, and what was done in its own words.",
    .params = chart_params,
    .cfg_size = sizeof(chart_cfg),
    .applies = applies,
    .draw = draw};
