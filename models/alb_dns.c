/* alb_dns.c - which zone's nodes a request meets: DNS, its cache, zonal shift, the loss of a zone.
 *
 * A client comes to the zone it is in, or to any zone if it is in none. A zone leaves DNS when it is lost or shifted
 * away from, or when too few of its own targets are healthy (without cross-zone; with it, all zones are alike), and
 * never when that would leave no zone. Clients hold addresses for dns_ttl, or for a time of their own, and have
 * looked them up at different times: the share of a zone's clients that still comes falls in a straight line to zero
 * within dns_ttl, and rises likewise when it is back. The nodes of a lost zone fail at once; requests that meet them
 * fail. Truth: tests/unit/test_alb_dns.c. */
#include "alb.h"
#include <math.h>

/* Of the zone's clients that keep addresses for `time`. */
static double share_of(const alb *b, int z, wr_dur time)
{
    const alb_dns *d = &b->dns[z];
    double ttl = (double)time, gone = (double)(wr_now(b->self) - d->since);
    double moved = ttl > 0 ? gone / ttl : 1;
    return d->in ? fmin(1, d->share + moved) : fmax(0, d->share - moved);
}

static double share_now(const alb *b, int z)
{
    return share_of(b, z, b->cfg->dns_ttl);
}

static bool group_wants_out(const alb *b, int z)
{
    for (int i = 0; i < b->cfg->groups; i++) {
        const alb_group *g = &b->group[i];
        if (!g->plan->cross_zone && alb_too_few(g, &g->plan->dns, b->cfg->zone[z]))
            return true;
    }
    return false;
}

void alb_dns_judge(alb *b)
{
    bool wants_in[ALB_ZONES], any = false;
    for (int z = 0; z < b->zones; z++) {
        wants_in[z] = !b->down[z] && !b->shifts[z] && !group_wants_out(b, z);
        any |= wants_in[z];
    }
    for (int z = 0; z < b->zones; z++) {
        bool in = wants_in[z] || !any;
        if (in == b->dns[z].in)
            continue;
        b->dns[z] = (alb_dns){in, share_now(b, z), wr_now(b->self)};
        b->settled = false;
    }
}

/* A zone drawn by the shares; `but`: not this one, unless it is the only choice. */
static int draw_zone(alb *b, int but, wr_dur ttl)
{
    double share[ALB_ZONES], sum = 0;
    for (int z = 0; z < b->zones; z++) {
        share[z] = z == but ? 0 : share_of(b, z, ttl);
        sum += share[z];
    }
    if (!(sum > 0))
        return but >= 0 ? but : (int)wr_rng_below(&b->fate, (uint64_t)b->zones);
    double x = wr_rng_unit(&b->fate) * sum;
    int last = 0;
    for (int z = 0; z < b->zones; z++) {
        if (share[z] > 0)
            last = z;
        if (share[z] > 0 && x <= share[z])
            return z;
        x -= share[z];
    }
    return last;
}

static bool all_settled(const alb *b)
{
    for (int z = 0; z < b->zones; z++)
        if (!b->dns[z].in || share_of(b, z, b->longest_ttl) < 1)
            return false;
    return true;
}

static wr_dur ttl_of(alb *b, const wr_call *c)
{
    wr_dur own = wr_dns_ttl(wr_call_from(c)), ttl = own >= 0 ? own : b->cfg->dns_ttl;
    if (ttl > b->longest_ttl)
        b->longest_ttl = ttl;
    return ttl;
}

int alb_zone_for(alb *b, const wr_call *c)
{
    int az = wr_call_az(c), z = az >= 0 && az < ALB_ZONES ? b->cfg->zone_of[az] : -1;
    wr_dur ttl = ttl_of(b, c);
    if (!b->settled)
        b->settled = all_settled(b);
    if (b->settled)
        return z >= 0 ? z : b->zones == 1 ? 0 : (int)wr_rng_below(&b->fate, (uint64_t)b->zones);
    return z >= 0 && wr_rng_chance(&b->fate, share_of(b, z, ttl)) ? z : draw_zone(b, z, ttl);
}

/* ---- zonal shift and the loss of a zone ------------------------------------------------------------- */
static void shift(alb *b, const alb_shift *s, int by)
{
    int z = b->cfg->zone_of[s->az[0] - 'a'];
    b->shifts[z] += by;
    for (int i = 0; i < b->cfg->groups; i++)
        alb_stale(&b->group[i]);
    alb_dns_judge(b);
}

static const alb_shift *shift_at(const alb *b, const void *arg)
{
    const alb_shift *s = b->cfg->shifts.items;
    return &s[*(const size_t *)arg];
}

static void shift_ends(wr_comp *self, void *arg)
{
    alb *b = wr_state(self);
    shift(b, shift_at(b, arg), -1);
}

static void shift_begins(wr_comp *self, void *arg)
{
    alb *b = wr_state(self);
    const alb_shift *s = shift_at(b, arg);
    shift(b, s, 1);
    wr_at(self, wr_now(self) + s->lasts, WR_PHASE_CONTROL, shift_ends, arg);
}

void alb_dns_start(alb *b)
{
    const alb_shift *s = b->cfg->shifts.items;
    for (int z = 0; z < b->zones; z++)
        b->dns[z] = (alb_dns){true, 1, wr_now(b->self)};
    b->settled = true;
    b->longest_ttl = b->cfg->dns_ttl;
    for (size_t i = 0; i < b->cfg->shifts.n; i++) {
        size_t *which = wr_alloc(b->self, sizeof *which);
        *which = i;
        wr_at(b->self, s[i].at, WR_PHASE_CONTROL, shift_begins, which);
    }
}

/* What was under way through the nodes of a lost zone is lost with them. */
static void lose_zone(alb *b, int z)
{
    for (int i = 0; i < b->cfg->groups; i++) {
        alb_group *g = &b->group[i];
        for (uint32_t k = 0; k < g->ids; k++) {
            wr_call *next;
            for (wr_call *c = g->target[k] ? g->target[k]->calls : NULL; c; c = next) {
                const alb_visit *v = WR_MINE(c, alb_visit);
                next = v->next;
                if (v->node / b->per_az == z)
                    alb_cut(b, c, ALB_NODE_LOST);
            }
        }
    }
}

void alb_fault(wr_comp *self, int fault, const void *arg, bool on)
{
    alb *b = wr_state(self);
    int az = *(const int *)arg, z = az >= 0 && az < ALB_ZONES ? b->cfg->zone_of[az] : -1;
    (void)fault;
    if (z < 0)
        return;
    b->down[z] += on ? 1 : -1;
    if (on)
        lose_zone(b, z);
    alb_dns_judge(b);
}
