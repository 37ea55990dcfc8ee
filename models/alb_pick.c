/* alb_pick.c - which target a node chooses: views, lanes and algorithms.
 *
 * A view lists the targets that may be chosen: the healthy ones, or all registered ones while too few are healthy;
 * of all zones, or of one. It is built when a request asks and something has changed since. A lane is what one node
 * knows of one group. Choosing costs a constant for every algorithm: round robin keeps a place in the view; least
 * outstanding requests keeps targets ordered by count, where a count moves by one swap; random ones index the view.
 * A target in slow start takes its turn only when its growing share of turns has added up to one. Sessions overrule
 * the algorithm while their target is in the view. Truth: tests/unit/test_alb_pick.c; truth cases of round robin,
 * shortest queue and two choices. */
#include "alb.h"
#include <string.h>

#define NOWHERE UINT32_MAX
#define LEAST_SHARE 0.01 /* of a target at the very beginning of its slow start */

/* ---- views ------------------------------------------------------------------------------------------ */
static bool in_view(const alb_view *v, const alb_target *t)
{
    return (v->az < 0 || t->az < 0 || v->az == t->az) &&
           (t->state == ALB_IS_HEALTHY || (v->open && (t->state == ALB_INITIAL || t->state == ALB_IS_UNHEALTHY)));
}

/* The zone's targets get nothing during a zonal shift, except from its own nodes when there is no cross-zone. */
static bool shifted(const alb_group *g, const alb_target *t)
{
    const alb_cfg *cfg = g->alb->cfg;
    int z = t->az >= 0 ? cfg->zone_of[t->az] : -1;
    return z >= 0 && g->alb->shifts[z] && g->plan->cross_zone;
}

static uint32_t registered(const alb_group *g, int az)
{
    return az < 0 ? g->registered : g->registered_in[az] + g->registered_in[ALB_ZONES];
}

bool alb_too_few(const alb_group *g, const alb_least *l, int az)
{
    uint32_t all = registered(g, az), healthy = az < 0 ? g->healthy : g->healthy_in[az] + g->healthy_in[ALB_ZONES];
    return all && (healthy < l->count || healthy < l->share * all);
}

static void fill(const alb_group *g, alb_view *v, bool shifts)
{
    v->n = 0;
    for (uint32_t i = 0; i < g->ids; i++)
        if (g->target[i] && in_view(v, g->target[i]) && !(shifts && shifted(g, g->target[i])))
            v->id[v->n++] = i;
}

static void build(alb_group *g, alb_view *v)
{
    v->open = alb_too_few(g, &g->plan->routing, v->az);
    if (v->room < g->room) {
        v->room = g->room;
        v->id = wr_alloc(g->alb->self, v->room * sizeof *v->id);
    }
    fill(g, v, true);
    if (!v->n) /* a shift that leaves nobody has no effect */
        fill(g, v, false);
    v->stale = false;
    v->version++;
}

static size_t views(const alb_group *g)
{
    return g->plan->cross_zone ? 1 : (size_t)g->alb->zones;
}

void alb_stale(alb_group *g)
{
    for (size_t i = 0; i < views(g); i++)
        g->view[i].stale = true;
}

bool alb_any(const alb_group *g, int zone)
{
    return registered(g, g->plan->cross_zone ? -1 : g->alb->cfg->zone[zone]) > 0;
}

/* ---- lanes ------------------------------------------------------------------------------------------ */
static bool ordered(const alb_group *g)
{
    return g->plan->way == ALB_LEAST || g->shared;
}

static void need_edges(alb_group *g, alb_lane *l, uint32_t n)
{
    if (n <= l->edge_room)
        return;
    uint32_t room = l->edge_room ? 2 * l->edge_room : 16;
    while (room < n)
        room *= 2;
    uint32_t *more = wr_alloc(g->alb->self, room * sizeof *more);
    if (l->edges)
        memcpy(more, l->edge, l->edges * sizeof *more);
    l->edge = more;
    l->edge_room = room;
}

/* Sorts the view's targets by their counts: the counts are small, so they are their own index. */
static void sort(alb_group *g, alb_lane *l)
{
    uint32_t top = 0, n = l->view->n;
    memset(l->place, 0xff, g->room * sizeof *l->place);
    for (uint32_t i = 0; i < n; i++)
        top = l->count[l->view->id[i]] > top ? l->count[l->view->id[i]] : top;
    l->edges = 0;
    need_edges(g, l, top + 3);
    l->edges = top + 2;
    memset(l->edge, 0, (top + 3) * sizeof *l->edge);
    for (uint32_t i = 0; i < n; i++)
        l->edge[l->count[l->view->id[i]] + 2]++;
    for (uint32_t k = 2; k < top + 3; k++)
        l->edge[k] += l->edge[k - 1];
    for (uint32_t i = 0; i < n; i++) { /* edge[k + 1] walks from the first place of count k to its end */
        uint32_t id = l->view->id[i], at = l->edge[l->count[id] + 1]++;
        l->order[at] = id;
        l->place[id] = at;
    }
    l->low = 0;
    while (l->low <= top && !l->edge[l->low + 1])
        l->low++;
    l->n = n;
}

static void refresh(alb_group *g, alb_lane *l)
{
    if (l->view->stale)
        build(g, l->view);
    if (l->version == l->view->version)
        return;
    l->version = l->view->version;
    if (l->turn >= l->view->n)
        l->turn = 0;
    if (ordered(g))
        sort(g, l);
    else if (l->order)
        memcpy(l->order, l->view->id, l->view->n * sizeof *l->order);
}

static void trade(alb_lane *l, uint32_t a, uint32_t b)
{
    uint32_t x = l->order[a], y = l->order[b];
    l->order[a] = y;
    l->order[b] = x;
    l->place[y] = a;
    l->place[x] = b;
}

static alb_lane *lane_of(alb_group *g, int node)
{
    return &g->lane[g->shared ? 0 : node];
}

void alb_more(alb_group *g, int node, uint32_t id)
{
    alb_lane *l = lane_of(g, node);
    if (!l->count)
        return;
    uint32_t c = l->count[id]++;
    if (!ordered(g) || l->place[id] == NOWHERE)
        return;
    if (c + 2 >= l->edges) {
        need_edges(g, l, c + 3);
        l->edge[l->edges++] = l->n;
    }
    trade(l, l->place[id], --l->edge[c + 1]);
    if (c == l->low && !l->edge[c + 1])
        l->low++;
}

void alb_less(alb_group *g, int node, uint32_t id)
{
    alb_lane *l = lane_of(g, node);
    if (!l->count)
        return;
    uint32_t c = l->count[id]--;
    if (!ordered(g) || l->place[id] == NOWHERE)
        return;
    trade(l, l->place[id], l->edge[c]++);
    if (c - 1 < l->low)
        l->low = c - 1;
}

static void grow_lane(alb_group *g, alb_lane *l, uint32_t before)
{
    wr_comp *self = g->alb->self;
    uint32_t *count = l->count, *place = l->place, *order = l->order;
    float *credit = l->credit;
    if (g->counted) {
        l->count = wr_alloc(self, g->room * sizeof *l->count);
        l->place = wr_alloc(self, g->room * sizeof *l->place);
        l->order = wr_alloc(self, g->room * sizeof *l->order);
        memset(l->place, 0xff, g->room * sizeof *l->place);
    }
    if (g->plan->attr.slow_start)
        l->credit = wr_alloc(self, g->room * sizeof *l->credit);
    if (before && g->counted) {
        memcpy(l->count, count, before * sizeof *count);
        memcpy(l->place, place, before * sizeof *place);
        memcpy(l->order, order, before * sizeof *order);
    }
    if (before && l->credit)
        memcpy(l->credit, credit, before * sizeof *credit);
}

void alb_pick_grow(alb_group *g, int nodes, uint32_t before)
{
    for (int i = 0; i < (g->shared ? 1 : nodes); i++)
        grow_lane(g, &g->lane[i], before);
}

void alb_pick_forget(alb_group *g, int nodes, uint32_t id)
{
    for (int i = 0; i < (g->shared ? 1 : nodes); i++)
        if (g->lane[i].credit)
            g->lane[i].credit[id] = 0;
}

/* ---- algorithms ------------------------------------------------------------------------------------- */
static double share_of(const alb_group *g, const alb_target *t, wr_time now)
{
    if (t->slow_until <= now)
        return 1;
    double share = (double)(now - t->since) / (double)g->plan->attr.slow_start;
    return share > LEAST_SHARE ? share : LEAST_SHARE;
}

static uint32_t next_turn(alb_lane *l)
{
    uint32_t id = l->view->id[l->turn];
    l->turn = l->turn + 1 == l->view->n ? 0 : l->turn + 1;
    return id;
}

static uint32_t in_turn(alb_group *g, alb_lane *l, bool slow, wr_time now)
{
    uint32_t id = next_turn(l);
    for (uint32_t i = 0; slow && i < l->view->n; i++) {
        l->credit[id] += (float)share_of(g, g->target[id], now);
        if (l->credit[id] >= 1) {
            l->credit[id] -= 1;
            return id;
        }
        id = next_turn(l);
    }
    return id;
}

static uint32_t least(alb *b, const alb_lane *l)
{
    uint32_t ties = l->edge[l->low + 1];
    return l->order[ties > 1 ? wr_rng_below(&b->fate, ties) : 0];
}

/* In slow start a target is passed over as often as its share says; a view of nothing else must not hold us up. */
static uint32_t any_of(alb *b, const alb_group *g, const alb_lane *l, bool slow, wr_time now)
{
    enum { TRIES = 64 };
    uint32_t id = 0;
    for (int i = 0; i < TRIES; i++) {
        id = l->view->id[wr_rng_below(&b->fate, l->view->n)];
        double turn = (slow ? share_of(g, g->target[id], now) : 1) * (double)g->target[id]->weight;
        if (turn >= 1 || wr_rng_chance(&b->fate, turn))
            break;
    }
    return id;
}

static uint32_t of_two(alb *b, const alb_lane *l)
{
    uint32_t n = l->view->n, i = (uint32_t)wr_rng_below(&b->fate, n), k = (uint32_t)wr_rng_below(&b->fate, n - 1);
    uint32_t one = l->view->id[i], other = l->view->id[k < i ? k : k + 1];
    return l->count[other] < l->count[one] ? other : one;
}

/* The first places of a shuffle. */
static uint32_t of_some(alb *b, alb_lane *l, uint32_t d)
{
    uint32_t n = l->view->n, best = 0;
    for (uint32_t i = 0; i < d; i++) {
        uint32_t k = i + (uint32_t)wr_rng_below(&b->fate, n - i), id = l->order[k];
        l->order[k] = l->order[i];
        l->order[i] = id;
        if (!i || l->count[id] < l->count[best])
            best = id;
    }
    return best;
}

static uint32_t of_few(alb *b, alb_group *g, alb_lane *l, bool slow, wr_time now)
{
    enum { TRIES = 64 };
    uint32_t id = 0, n = l->view->n;
    uint32_t d = g->plan->choices < n ? (uint32_t)g->plan->choices : n;
    for (int i = 0; i < TRIES; i++) {
        id = d == 2 ? of_two(b, l) : of_some(b, l, d);
        if (!slow || wr_rng_chance(&b->fate, share_of(g, g->target[id], now)))
            break;
    }
    return id;
}

static uint32_t by_algorithm(alb *b, alb_group *g, alb_lane *l)
{
    wr_time now = wr_now(b->self);
    bool slow = g->slow_until > now;
    if (ordered(g))
        return least(b, l);
    switch (g->plan->way) {
    case ALB_ROUND_ROBIN: return in_turn(g, l, slow, now);
    case ALB_TWO:
    case ALB_CHOICES: return of_few(b, g, l, slow, now);
    default: return any_of(b, g, l, slow, now);
    }
}

/* ---- sessions --------------------------------------------------------------------------------------- */
static alb_target *bound_to(const alb_group *g, const alb_lane *l, const alb_session *s, wr_time now)
{
    alb_target *t = s->expires > now ? g->target[s->id] : NULL;
    return t && t->gen == s->gen && in_view(l->view, t) && !shifted(g, t) ? t : NULL;
}

alb_target *alb_choose(alb *b, alb_group *g, int node, uint32_t session)
{
    alb_lane *l = lane_of(g, node);
    alb_session *s = session == UINT32_MAX ? NULL : &g->session[session];
    refresh(g, l);
    if (!l->view->n)
        return NULL;
    alb_target *t = s ? bound_to(g, l, s, wr_now(b->self)) : NULL;
    if (t)
        return t;
    uint32_t id = by_algorithm(b, g, l);
    t = g->target[id];
    if (g->plan->attr.slots > 0 && l->count[id] >= (uint32_t)g->plan->attr.slots)
        return NULL;
    if (l->view->open)
        alb_count(g, ALB_UNHEALTHY_ROUTING, 1);
    if (s) {
        const alb_sticky *law = g->plan->attr.stickiness;
        alb_count(g, ALB_NON_STICKY, 1);
        *s = (alb_session){wr_now(b->self) + law->duration, id, t->gen};
    }
    return t;
}

void alb_pick_start(alb *b, alb_group *g)
{
    const alb_plan *p = g->plan;
    const alb_sticky *s = p->attr.stickiness;
    g->shared = p->attr.slots > 0;
    g->counted = g->shared || p->way == ALB_LEAST || p->way == ALB_TWO || p->way == ALB_CHOICES;
    g->view = wr_alloc(b->self, views(g) * sizeof *g->view);
    for (size_t i = 0; i < views(g); i++)
        g->view[i] = (alb_view){.stale = true, .az = p->cross_zone ? -1 : b->cfg->zone[i]};
    int lanes = g->shared ? 1 : b->nodes;
    g->lane = wr_alloc(b->self, (size_t)lanes * sizeof *g->lane);
    for (int i = 0; i < lanes; i++)
        g->lane[i].view = &g->view[p->cross_zone ? 0 : i / b->per_az];
    if (s && s->enabled)
        g->session = wr_alloc(b->self, (size_t)s->clients * sizeof *g->session);
}
