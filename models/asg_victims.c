/* asg_victims.c - who goes when the group shrinks: the fullest zone first, in it by the termination policies.
 *
 * The order within a zone does not change while a group shrinks, so all instances are ranked once, with chance
 * as the last word, and each step takes the first of the zones that are fullest at that moment. Default is:
 * oldest launch template, then closest to the next billing hour. Left out: allocation strategies (there is one
 * type), protection from scale-in. Truth: tests/unit/test_asg.c. */
#include "asg.h"
#include <math.h>
#include <stdlib.h>

enum { KEYS = 8 };
struct candidate {
    double key[KEYS]; /* smaller goes first */
    uint64_t chance;
    ec2 *i;
    size_t next;      /* of the same zone; NONE: the last */
};
static const size_t NONE = (size_t)-1;

static double rank(const asg *g, const ec2 *i, int policy)
{
    double age = (double)(wr_now(g->self) - i->launched);
    switch (policy) {
    case T_OLDEST: return -age;
    case T_NEWEST: return age;
    case T_OLDEST_TEMPLATE: return i->template;
    case T_NEXT_HOUR: return -fmod(age, 3600e9);
    default: return 0;
    }
}

static void fill(const asg *g, struct candidate *c, ec2 *i, uint64_t chance)
{
    const struct asg_termination *t = g->cfg->termination.items;
    size_t n = 0;
    *c = (struct candidate){.i = i, .chance = chance, .next = NONE};
    for (size_t k = 0; k < g->cfg->termination.n && n + 1 < KEYS; k++) {
        bool usual = t[k].policy == T_DEFAULT;
        c->key[n++] = rank(g, i, usual ? T_OLDEST_TEMPLATE : t[k].policy);
        if (usual)
            c->key[n++] = rank(g, i, T_NEXT_HOUR);
    }
}

static int before(const void *x, const void *y)
{
    const struct candidate *a = x, *b = y;
    for (int k = 0; k < KEYS; k++)
        if (a->key[k] < b->key[k] || a->key[k] > b->key[k])
            return a->key[k] < b->key[k] ? -1 : 1;
    if (a->chance != b->chance)
        return a->chance < b->chance ? -1 : 1;
    return a->i->serial < b->i->serial ? -1 : a->i->serial > b->i->serial;
}

static void rank_all(asg *g)
{
    if (g->bench_room < g->n) {
        g->bench_room = g->room;
        g->bench = wr_alloc(g->self, g->room * sizeof *g->bench);
        g->gone = wr_alloc(g->self, g->room * sizeof(ec2 *));
    }
    for (size_t k = 0; k < g->n; k++)
        fill(g, &g->bench[k], g->fleet[k], wr_rng_u64(&g->fate));
    qsort(g->bench, g->n, sizeof *g->bench, before);
}

/* The first of each zone, the others behind it. */
static void chain(asg *g, size_t *head)
{
    for (int z = 0; z < ZONES; z++)
        head[z] = NONE;
    for (size_t k = g->n; k-- > 0;) {
        int z = g->bench[k].i->az;
        g->bench[k].next = head[z];
        head[z] = k;
    }
}

static int fullest(const asg *g, const int64_t *left, const size_t *head)
{
    int best = 0;
    for (int z = 1; z < g->cfg->zone_n; z++)
        if (left[z] > left[best] || (left[z] == left[best] && head[z] < head[best]))
            best = z;
    return best;
}

ec2 **asg_victims(asg *g, int64_t n)
{
    size_t head[ZONES];
    int64_t left[ZONES];
    rank_all(g);
    chain(g, head);
    for (int z = 0; z < g->cfg->zone_n; z++)
        left[z] = g->count[z];
    for (int64_t k = 0; k < n; k++) {
        int z = fullest(g, left, head);
        g->gone[k] = g->bench[head[z]].i;
        head[z] = g->bench[head[z]].next;
        left[z]--;
    }
    return g->gone;
}
