/* topology.c - the architecture as it ran: who calls whom, how much, how full, and where it hurts.
 *
 * Boxes stand in layers from the traffic on the left. Each says its rate, p99 and how full it was on average; a red
 * rim and a line of words mark what refused or failed. Lines are as wide as the root of their rate. Calls are not
 * counted by edge: the rate of a target is divided among its callers by their own rates. */
#include "charts.h"
#include "layers.h"

enum { MOST_NODES = 60, CURVE = 18 };

typedef struct place { const char *name, *type; double rate, p99, used, bad; const char *trouble; box at; } place;
typedef struct road { const char *label; double rate; } road;
typedef struct city {
    place p[MOST_NODES];
    size_t places, roads;
    road *road;
    layers_edge *edge;
} city;

static bool applies(wr_store *s)
{
    const wr_store_edge *e;
    return wr_store_edges(s, &e) > 0;
}

/* ---- what is drawn --------------------------------------------------------------------------------- */
static size_t place_of(const book *b, city *c, const char *name)
{
    size_t i = 0;
    while (i < c->places && strcmp(c->p[i].name, name))
        i++;
    if (i < c->places || i == MOST_NODES)
        return i;
    c->p[c->places++] = (place){.name = name, .type = book_type(b, name)};
    return i;
}

static double sum_of(const book *b, const char *owner, const char *metric)
{
    double x = book_stat(b, owner, metric, "sum");
    return isnan(x) ? 0 : x;
}

static void measure(const book *b, place *p)
{
    static const struct { const char *metric, *words; } of[] = {
        {"throttled", "throttled"}, {"rejected", "turned away"}, {"timeouts", "timed out"}, {"errors", "failed"}};
    double ended = sum_of(b, p->name, "completed") + sum_of(b, p->name, "errors"), most = 0;
    p->rate = book_stat(b, p->name, "requests", "rate");
    if (isnan(p->rate))
        p->rate = book_stat(b, p->name, "NumberOfMessagesSent", "rate");
    p->p99 = book_stat(b, p->name, "latency", "p99");
    p->used = book_stat(b, p->name, "utilization", "mean");
    for (size_t i = 0; ended > 0 && i < sizeof of / sizeof *of; i++) {
        double n = sum_of(b, p->name, of[i].metric);
        if (n <= most * 1.0001)
            continue;
        most = n;
        p->trouble = of[i].words;
        p->bad = n / ended;
    }
}

/* Several calls between the same two are one line. */
static void pave(const book *b, city *c, const wr_store_edge *e)
{
    layers_edge x = {place_of(b, c, e->source), place_of(b, c, e->target)};
    size_t k = 0;
    if (x.from >= MOST_NODES || x.to >= MOST_NODES)
        return;
    while (k < c->roads && (c->edge[k].from != x.from || c->edge[k].to != x.to))
        k++;
    const char *words = e->label ? e->label : "";
    c->road[k].label = k < c->roads ? canvas_print(b->c, "%s, %s", c->road[k].label, words) : words;
    c->edge[k] = x;
    c->roads += k == c->roads;
}

static void survey(const book *b, city *c)
{
    const wr_store_resource *r;
    const wr_store_edge *e;
    size_t n = wr_store_edges(b->s, &e), resources = wr_store_resources(b->s, &r);
    c->edge = arena_alloc(b->c->arena, (n + 1) * sizeof *c->edge);
    c->road = arena_alloc(b->c->arena, (n + 1) * sizeof *c->road);
    for (const char *const *t = book_owners(b, "traffic", "requests"); *t; t++)
        place_of(b, c, *t);
    for (size_t i = 0; i < resources; i++) {
        size_t k = place_of(b, c, r[i].name);
        if (k < MOST_NODES)
            c->p[k].type = r[i].type ? r[i].type : "";
    }
    for (size_t i = 0; i < n; i++)
        pave(b, c, &e[i]);
    for (size_t i = 0; i < c->places; i++)
        measure(b, &c->p[i]);
}

static void share_out(city *c)
{
    for (size_t k = 0; k < c->roads; k++) {
        double all = 0, mine = c->p[c->edge[k].from].rate, callers = 0;
        for (size_t i = 0; i < c->roads; i++)
            if (c->edge[i].to == c->edge[k].to) {
                double r = c->p[c->edge[i].from].rate;
                all += isnan(r) ? 0 : r;
                callers++;
            }
        double target = c->p[c->edge[k].to].rate;
        c->road[k].rate = isnan(target) ? NAN : all > 0 && !isnan(mine) ? target * mine / all : target / callers;
    }
}

/* ---- lines -------------------------------------------------------------------------------------------- */
static size_t curve(point *q, point a, point b, double bend)
{
    for (size_t i = 0; i < CURVE; i++) {
        double t = (double)i / (CURVE - 1), u = 1 - t;
        q[i] = (point){u * u * u * a.x + 3 * u * u * t * (a.x + bend) + 3 * u * t * t * (b.x - bend) + t * t * t * b.x,
                       (u * u * u + 3 * u * u * t) * a.y + (3 * u * t * t + t * t * t) * b.y};
    }
    return CURVE;
}

static void head(wr_canvas *c, point at, double size, ink with)
{
    canvas_area(c,
                (point[]){{at.x, at.y}, {at.x - size * 1.5, at.y - size * 0.8}, {at.x - size * 1.5, at.y + size * 0.8}},
                3, with);
}

/* Around below, for calls against the flow. */
static void draw_back(wr_canvas *c, const box *from, const box *to, pen with)
{
    point q[CURVE];
    double x0 = from->x + from->w / 2, x1 = to->x + to->w / 2, y0 = from->y + from->h, y1 = to->y + to->h, dip = 26;
    for (size_t i = 0; i < CURVE; i++) {
        double t = (double)i / (CURVE - 1), u = 1 - t;
        q[i] = (point){(u * u * u + 3 * u * u * t) * x0 + (3 * u * t * t + t * t * t) * x1,
                       u * u * u * y0 + 3 * u * u * t * (y0 + dip) + 3 * u * t * t * (y1 + dip) + t * t * t * y1};
    }
    with.dash = DASHED;
    canvas_line(c, q, CURVE, with);
}

typedef struct grid { box in; double column; } grid;

static double line_width(double rate, double most)
{
    return isnan(rate) || !(most > 0) ? 1 : 1 + 6 * sqrt(rate / most);
}

static void draw_road(wr_canvas *c, const city *t, size_t k, const layers_plan *plan, const grid *g, double most)
{
    const box *from = &t->p[t->edge[k].from].at, *to = &t->p[t->edge[k].to].at;
    pen with = {{0x8fa3b0, 1}, line_width(t->road[k].rate, most), SOLID};
    if (plan->bend[k].back) {
        draw_back(c, from, to, with);
        return;
    }
    size_t n = 0, bends = plan->bend[k].n, layer = plan->node[t->edge[k].from].layer;
    point *q = arena_alloc(c->arena, (bends + 2) * CURVE * sizeof *q);
    point at = {from->x + from->w, from->y + from->h / 2};
    double tip = 5 + with.width * 0.6;
    for (size_t i = 0; i < bends; i++) {
        point next = {g->in.x + (double)(layer + 1 + i) * g->column + from->w * 0.1,
                      g->in.y + plan->bend[k].at[i] * g->in.h};
        n += curve(q + n, at, next, (next.x - at.x) / 2);
        at = (point){next.x + from->w * 0.8, next.y};
    }
    point end = {to->x - tip * 1.2, to->y + to->h / 2};
    n += curve(q + n, at, end, (end.x - at.x) / 2);
    canvas_line(c, q, n, with);
    head(c, (point){to->x - 1, end.y}, tip, with.ink);
}

/* In the gap between neighbours, or above the level part of a longer line; only where it fits whole. */
static void draw_label(wr_canvas *c, const city *t, size_t k, const layers_bend *bend, const grid *g)
{
    const box *from = &t->p[t->edge[k].from].at, *to = &t->p[t->edge[k].to].at;
    font f = theme_quiet(9.5, CENTRE);
    double w = canvas_width(c, f, t->road[k].label), room = g->column - from->w - 16;
    double x = (from->x + from->w + to->x) / 2 - 3, y = (from->y + to->y + from->h) / 2,
           above = fabs(from->y - to->y) < 20 ? -10 : 0;
    if (bend->n) {
        room = from->w;
        x = from->x + from->w / 2 + g->column;
        y = g->in.y + bend->at[0] * g->in.h;
        above = -10;
    }
    if (bend->back || w > room)
        return;
    canvas_box(c, (box){x - w / 2 - 2, y + above - 6, w + 4, 12}, theme_ink(0xffffff, 0.85));
    canvas_text(c, x, y + above + 3.2, f, t->road[k].label);
}

/* ---- boxes ------------------------------------------------------------------------------------------------ */
static void draw_fill(wr_canvas *c, const place *p, box at)
{
    char words[SAY];
    double used = fmin(1, fmax(0, p->used));
    box bar = {at.x + 10, at.y + at.h - 12, at.w - 52, 6};
    canvas_box(c, bar, theme_ink(0xe6ecf0, 1));
    bar.w *= used;
    canvas_box(c, bar,
               used > 0.9   ? theme_fill(ROLE_FAILED)
               : used > 0.7 ? theme_fill(ROLE_THROTTLED)
                            : theme_pen(ROLE_USED).ink);
    canvas_text(c, at.x + at.w - 8, at.y + at.h - 5.5, theme_font(9.5, false, RIGHT),
                say_value(words, round(p->used * 100) / 100, "share"));
}

static void draw_name(wr_canvas *c, const place *p, double small)
{
    font name = theme_font(12 * small, true, LEFT), quiet = theme_quiet(9.5 * small, RIGHT);
    double room = p->at.w - 18, y = p->at.y + 16 * small, type = canvas_width(c, quiet, p->type) + 8;
    if (canvas_width(c, name, p->name) + type > room)
        type = 0;
    else
        canvas_text(c, p->at.x + p->at.w - 9, y, quiet, p->type);
    canvas_text(c, p->at.x + 9, y, name, canvas_fit(c, name, p->name, room - type));
}

static const char *numbers(wr_canvas *c, const place *p)
{
    char rate[SAY], late[SAY];
    const char *first = isnan(p->rate) ? "" : canvas_print(c, "%s", say_value(rate, p->rate, "1/s"));
    if (isnan(p->p99))
        return first;
    return canvas_print(c, "%s%sp99 %s", first, *first ? " · " : "", say_value(late, p->p99, "s"));
}

static void draw_place(wr_canvas *c, const place *p, double small)
{
    char share[SAY];
    bool hurts = p->bad > 1e-5, traffic = !strcmp(p->type, "traffic");
    font line = theme_font(10.5 * small, false, LEFT), tight = line;
    pen rim =
        hurts ? (pen){theme_pen(ROLE_FAILED).ink, 2.2, SOLID} : (pen){{0x7a8b97, 1}, 1.1, traffic ? DASHED : SOLID};
    canvas_frame(c, p->at, 6, theme_ink(traffic ? 0xffffff : 0xf7fafc, 1), rim);
    draw_name(c, p, small);
    double room = p->at.w - 18, x = p->at.x + 9, y = p->at.y + 16 * small;
    const char *words = numbers(c, p);
    while (tight.size > 8.5 && canvas_width(c, tight, words) > room)
        tight.size -= 0.5;
    canvas_text(c, x, y + 15 * small, tight, canvas_fit(c, tight, words, room));
    line.ink = theme_word(ROLE_FAILED);
    if (hurts)
        canvas_text(c, x, y + 29 * small, line,
                    canvas_fit(c, line, canvas_print(c, "%s %s", say_value(share, p->bad, "share"), p->trouble), room));
    if (!isnan(p->used) && p->at.h > 40)
        draw_fill(c, p, p->at);
}

static grid lay_out(city *t, const layers_plan *plan, box body)
{
    double columns = (double)plan->layers, gap = fmin(110, fmax(26, body.w / columns * 0.26));
    double w = fmin(210, (body.w - gap * (columns - 1)) / columns),
           pitch = columns > 1 ? (body.w - w) / (columns - 1) : 0;
    double left = columns > 1 ? body.x : body.x + (body.w - w) / 2;
    for (size_t i = 0; i < t->places; i++) {
        const layers_node *n = &plan->node[i];
        double h = fmin(74, n->size * body.h - 10);
        t->p[i].at = (box){left + (double)n->layer * pitch, body.y + n->at * body.h - h / 2, w, fmax(h, 12)};
    }
    return (grid){{left, body.y, body.w, body.h}, pitch};
}

static const char *finding(const book *b, const city *t)
{
    char used[SAY];
    const place *full = NULL;
    for (size_t i = 0; i < t->places; i++)
        if (t->p[i].used > 0 && (!full || t->p[i].used > full->used))
            full = &t->p[i];
    const char *said[] = {full ? canvas_print(b->c, "Fullest on average: %s, %s.", full->name,
                                              say_value(used, round(full->used * 100) / 100, "share"))
                               : NULL,
                          words_causes(b)};
    return words_join(b, said, 2, "Who calls whom, and how much.");
}

static int draw(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    (void)err;
    book b = book_open(cfg, s, c);
    city *t = arena_alloc(c->arena, sizeof *t);
    b.timeless = true;
    survey(&b, t);
    const char *title = words_title(&b, "the architecture as it ran");
    if (!t->places)
        return page_empty(&b, title, "These results name no resources.");
    share_out(t);
    layers_plan plan = layers_of(c->arena, t->places, t->edge, t->roads);
    grid g = lay_out(t, &plan, page_open(&b, title, finding(&b, t)));
    double most = 0;
    for (size_t k = 0; k < t->roads; k++)
        most = fmax(most, t->road[k].rate);
    for (size_t k = 0; k < t->roads; k++)
        draw_road(c, t, k, &plan, &g, most);
    for (size_t k = 0; k < t->roads; k++)
        draw_label(c, t, k, &plan.bend[k], &g);
    for (size_t i = 0; i < t->places; i++)
        draw_place(c, &t->p[i], fmin(1, fmax(0.75, t->p[i].at.h / 60)));
    return 0;
}

const wr_chart wr_chart_topology = {
    .kind = "topology",
    .title = "The architecture as it ran",
    .doc = "Resources in layers with rate, p99, how full they were and what refused, and lines as wide as the traffic between them.",
    .params = chart_params,
    .cfg_size = sizeof(chart_cfg),
    .applies = applies,
    .draw = draw};
