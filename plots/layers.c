/* layers.c - Sugiyama's idea, small: layers by longest path, order by the mean of the neighbours.
 *
 * A node is placed when all that call it are placed; where a cycle leaves none, the first left over breaks it.
 * Edges over several layers get a narrow stand-in in each layer between, so that they pass beside the boxes.
 * A few sweeps forth and back sort each layer by where its neighbours stand. Ties keep the order of the
 * scenario, so that the same results give the same picture. Truth: tests/unit/test_canvas.c. */
#include "layers.h"
#include <stdlib.h>
#include <string.h>

enum { SWEEPS = 8 };
static const double narrow = 0.34; /* of a box: room that a passing edge takes */

typedef struct spot { size_t layer, order; double size, wish, at; } spot; /* nodes first, then stand-ins */
typedef struct graph {
    size_t n, hops;
    spot *spot;
    layers_edge *hop; /* between neighbouring layers */
} graph;

/* The node with the fewest callers that have no layer yet: none, unless a cycle is left. */
static size_t ready(const bool *placed, size_t n, const layers_edge *e, size_t edges)
{
    size_t pick = n, least = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        size_t waits = 0;
        for (size_t k = 0; k < edges; k++)
            waits += e[k].to == i && e[k].from != i && !placed[e[k].from];
        if (!placed[i] && waits < least) {
            least = waits;
            pick = i;
        }
    }
    return pick;
}

static void assign(spot *s, size_t n, const layers_edge *e, size_t edges, layers_bend *bend)
{
    bool *placed = memory_get(n + 1);
    for (size_t done = 0; done < n; done++) {
        size_t pick = ready(placed, n, e, edges);
        for (size_t k = 0; k < edges; k++)
            if (e[k].to == pick && placed[e[k].from] && s[e[k].from].layer + 1 > s[pick].layer)
                s[pick].layer = s[e[k].from].layer + 1;
        placed[pick] = true;
        for (size_t k = 0; k < edges; k++)
            bend[k].back = bend[k].back || (e[k].from == pick && placed[e[k].to]);
    }
    free(placed);
}

/* Chains of hops for every edge that goes forward. */
static void stretch(wr_arena *a, graph *g, size_t nodes, const layers_edge *e, size_t edges, const layers_bend *bend)
{
    size_t room = nodes, hops = 0;
    for (size_t k = 0; k < edges; k++)
        if (!bend[k].back)
            hops += g->spot[e[k].to].layer - g->spot[e[k].from].layer;
    spot *all = arena_alloc(a, (nodes + hops + 1) * sizeof *all);
    memcpy(all, g->spot, nodes * sizeof *all);
    g->hop = arena_alloc(a, (hops + 1) * sizeof *g->hop);
    for (size_t k = 0; k < edges; k++) {
        size_t last = e[k].from;
        if (bend[k].back)
            continue;
        for (size_t l = all[e[k].from].layer + 1; l < all[e[k].to].layer; l++) {
            all[room] = (spot){.layer = l, .size = narrow};
            g->hop[g->hops++] = (layers_edge){last, room};
            last = room++;
        }
        g->hop[g->hops++] = (layers_edge){last, e[k].to};
    }
    g->spot = all;
    g->n = room;
}

static int by_wish(const void *a, const void *b)
{
    const spot *x = *(spot *const *)a, *y = *(spot *const *)b;
    if (x->wish != y->wish)
        return x->wish < y->wish ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* Heights in a layer: each takes its size, the whole is centred. */
static void settle(spot **in, size_t n, double tallest)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += in[i]->size;
    double y = (tallest - sum) / 2;
    for (size_t i = 0; i < n; i++) {
        in[i]->order = i;
        in[i]->at = y + in[i]->size / 2;
        y += in[i]->size;
    }
}

static void wish(const graph *g, size_t layer, bool down)
{
    for (size_t i = 0; i < g->n; i++) {
        double sum = 0, n = 0;
        if (g->spot[i].layer != layer)
            continue;
        for (size_t k = 0; k < g->hops; k++) {
            size_t mine = down ? g->hop[k].to : g->hop[k].from, other = down ? g->hop[k].from : g->hop[k].to;
            if (mine == i) {
                sum += g->spot[other].at;
                n++;
            }
        }
        g->spot[i].wish = n > 0 ? sum / n : g->spot[i].at;
    }
}

static size_t crossings(const graph *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->hops; i++)
        for (size_t k = i + 1; k < g->hops; k++) {
            const spot *a = &g->spot[g->hop[i].from], *b = &g->spot[g->hop[i].to];
            const spot *x = &g->spot[g->hop[k].from], *y = &g->spot[g->hop[k].to];
            n += a->layer == x->layer && (a->at - x->at) * (b->at - y->at) < 0;
        }
    return n;
}

/* Sorts one layer by its wishes; returns its height. */
static double sort(graph *g, size_t layer, spot **room, double tallest)
{
    size_t n = 0;
    double sum = 0;
    for (size_t i = 0; i < g->n; i++)
        if (g->spot[i].layer == layer) {
            room[n++] = &g->spot[i];
            sum += g->spot[i].size;
        }
    qsort(room, n, sizeof *room, by_wish);
    settle(room, n, sum > tallest ? sum : tallest);
    return sum;
}

/* The best of a few sweeps; returns the height of the tallest layer. */
static double order(graph *g, size_t layers)
{
    spot **room = memory_get((g->n + 1) * sizeof(spot *)), *best = memory_get((g->n + 1) * sizeof(spot));
    double tallest = 0;
    size_t least = SIZE_MAX;
    for (size_t layer = 0; layer < layers; layer++) { /* first to know the tallest, then to centre on it */
        double h = sort(g, layer, room, tallest);
        tallest = h > tallest ? h : tallest;
    }
    for (size_t pass = 0; pass <= SWEEPS; pass++) {
        for (size_t step = 0; step < layers; step++) {
            size_t layer = pass % 2 ? step : layers - 1 - step;
            if (pass)
                wish(g, layer, pass % 2);
            sort(g, layer, room, tallest);
        }
        size_t now = crossings(g);
        if (now < least) {
            least = now;
            memcpy(best, g->spot, g->n * sizeof *best);
        }
    }
    memcpy(g->spot, best, g->n * sizeof *best);
    free(room);
    free(best);
    return tallest;
}

static void bends(wr_arena *a, const graph *g, size_t nodes, const layers_edge *e, size_t edges, double tallest,
                  layers_bend *bend)
{
    size_t next = nodes;
    for (size_t k = 0; k < edges; k++) {
        if (bend[k].back || g->spot[e[k].to].layer < g->spot[e[k].from].layer + 2)
            continue;
        bend[k].n = g->spot[e[k].to].layer - g->spot[e[k].from].layer - 1;
        bend[k].at = arena_alloc(a, bend[k].n * sizeof(double));
        for (size_t i = 0; i < bend[k].n; i++)
            bend[k].at[i] = g->spot[next++].at / tallest;
    }
}

layers_plan layers_of(wr_arena *a, size_t nodes, const layers_edge *edge, size_t edges)
{
    layers_plan p = {.node = arena_alloc(a, (nodes + 1) * sizeof *p.node),
                     .bend = arena_alloc(a, (edges + 1) * sizeof *p.bend)};
    graph g = {.n = nodes, .spot = arena_alloc(a, (nodes + 1) * sizeof(spot))};
    for (size_t i = 0; i < nodes; i++)
        g.spot[i].size = 1;
    assign(g.spot, nodes, edge, edges, p.bend);
    for (size_t i = 0; i < nodes; i++)
        p.layers = g.spot[i].layer + 1 > p.layers ? g.spot[i].layer + 1 : p.layers;
    for (size_t i = 0; i < nodes; i++) { /* as the scenario has them, to begin with */
        g.spot[i].order = i;
        g.spot[i].wish = (double)i;
    }
    stretch(a, &g, nodes, edge, edges, p.bend);
    for (size_t i = nodes; i < g.n; i++) {
        g.spot[i].order = i;
        g.spot[i].wish = (double)i;
    }
    double tallest = nodes ? order(&g, p.layers) : 1;
    for (size_t i = 0; i < nodes; i++)
        p.node[i] = (layers_node){g.spot[i].layer, g.spot[i].at / tallest, 1 / tallest};
    bends(a, &g, nodes, edge, edges, tallest, p.bend);
    return p;
}
