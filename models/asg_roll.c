/* asg_roll.c - a new version goes through the group: the fault `deploy`, and `instance_refresh`.
 *
 * All instances of before are replaced by ones of the next launch template. Terminate first keeps at least
 * `least` of the desired capacity ready, but always takes one when nothing is under way; launch first goes up
 * to `most` and takes an old instance for each new one that is ready. Ready is: in service, application
 * started, warm. With a barrier a batch begins only when the one before is ready; a rolling deploy, an
 * immutable one and its canaries have one, AWS's refresh has none. Left out: rollback, alarms that stop it,
 * skip matching; what a new version does differently. Truth: tests/unit/test_asg_life.c. */
#include "asg.h"
#include <math.h>

struct census {
    int64_t old, ready, settling, extras_ready;
};

bool asg_roll_ready(const asg *g, const ec2 *i)
{
    return i->state == EC2_IN_SERVICE && i->started && wr_now(g->self) - i->in_service_at >= g->roll.warm;
}

static bool is_old(const asg *g, const ec2 *i)
{
    return i->template < g->template;
}

static struct census count(const asg *g)
{
    struct census c = {0};
    for (size_t k = 0; k < g->n; k++) {
        const ec2 *i = g->fleet[k];
        bool ready = is_old(g, i) ? i->state == EC2_IN_SERVICE : asg_roll_ready(g, i);
        c.old += is_old(g, i);
        c.ready += ready;
        c.settling += !is_old(g, i) && !ready;
        c.extras_ready += i->extra && ready;
    }
    return c;
}

static void again(wr_comp *self, void *arg)
{
    (void)arg;
    asg_roll_step(self);
}

static void rest(asg *g, wr_dur d)
{
    g->roll.not_before = wr_now(g->self) + d;
    wr_at(g->self, g->roll.not_before, WR_PHASE_CONTROL, again, NULL);
}

/* ---- replacing ------------------------------------------------------------------------------------------ */
static ec2 *oldest(const asg *g)
{
    ec2 *best = NULL;
    for (size_t k = 0; k < g->n; k++) {
        ec2 *i = g->fleet[k];
        bool fuller = best && g->count[i->az] > g->count[best->az];
        if (is_old(g, i) && (!best || fuller || (i->az == best->az && i->serial < best->serial)))
            best = i;
    }
    return best;
}

static void take_old(asg *g, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        asg_terminate(g->self, oldest(g));
    if (n > 0)
        wr_annotate(g->self, "terminate", (double)n, "replacing %lld by the next version", (long long)n);
}

/* Ready instances above the desired capacity take the place of old ones. */
static void settle_extras(asg *g, int64_t n)
{
    for (size_t k = 0; k < g->n && n > 0; k++) {
        ec2 *i = g->fleet[k];
        if (!i->extra || !asg_roll_ready(g, i))
            continue;
        i->extra = false;
        g->extras--;
        n--;
    }
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void launch_first(asg *g, const struct census *c)
{
    asg_roll *r = &g->roll;
    int64_t most = (int64_t)floor((double)g->desired * r->most + 1e-9), fresh = (int64_t)g->n - c->old;
    if (most <= g->desired && !c->settling)
        most = g->desired + 1;
    int64_t least = (int64_t)ceil((double)g->desired * r->least - 1e-9);
    bool held = r->barrier && fresh < g->desired; /* all of the new ones first */
    int64_t go = held ? 0 : smaller(c->extras_ready, smaller(c->old, c->ready - least));
    if (go > 0) {
        settle_extras(g, go);
        take_old(g, go);
    }
    int64_t want = smaller(most - (int64_t)g->n, g->desired - fresh);
    if (r->canaries)
        want = smaller(want, r->canaries - fresh);
    if (want > 0)
        r->under_way += asg_launch_extras(g, want);
}

static void terminate_first(asg *g, const struct census *c)
{
    asg_roll *r = &g->roll;
    int64_t least = (int64_t)ceil((double)g->desired * r->least - 1e-9), go = c->ready - least;
    if (go < 1 && !c->settling)
        go = 1;
    go = smaller(go, c->old);
    if (r->batch)
        go = smaller(go, r->batch);
    if (go < 1)
        return;
    r->under_way += go;
    take_old(g, go);
    asg_reconcile(g->self);
}

/* ---- step by step ------------------------------------------------------------------------------------------ */
static void finish(asg *g)
{
    wr_dur bake = g->roll.bake;
    g->roll.bake = 0;
    if (bake > 0) {
        rest(g, bake);
        return;
    }
    g->roll.on = false;
    wr_annotate(g->self, "deploy", 1, "all instances are of the next version");
}

/* A batch is ready: does it rest now? */
static bool rests(asg *g, const struct census *c)
{
    asg_roll *r = &g->roll;
    bool done = r->under_way > 0 && !c->settling;
    if (!done)
        return false;
    r->under_way = 0;
    r->canaries = 0;
    double share = r->total > 0 ? 1 - (double)c->old / (double)r->total : 1;
    if (r->passed < r->checkpoints && share >= r->checkpoint[r->passed] - 1e-9) {
        while (r->passed < r->checkpoints && share >= r->checkpoint[r->passed] - 1e-9)
            r->passed++;
        rest(g, r->delay);
        return true;
    }
    if (r->pause > 0)
        rest(g, r->pause);
    return r->pause > 0;
}

void asg_roll_step(wr_comp *self)
{
    asg *g = wr_state(self);
    asg_roll *r = &g->roll;
    if (!r->on || wr_now(self) < r->not_before)
        return;
    struct census c = count(g);
    if (rests(g, &c))
        return;
    if (!c.old && !c.settling)
        finish(g);
    if (!c.old || (r->barrier && c.settling))
        return;
    if (r->launch_first)
        launch_first(g, &c);
    else
        terminate_first(g, &c);
}

void asg_roll_in_service(wr_comp *self, ec2 *i)
{
    const asg *g = wr_state(self);
    (void)i;
    if (!g->roll.on)
        return;
    if (g->roll.warm > 0)
        wr_at(self, wr_now(self) + g->roll.warm, WR_PHASE_CONTROL, again, NULL);
    else
        asg_roll_step(self);
}

void asg_roll_start(wr_comp *self, const asg_roll *how)
{
    asg *g = wr_state(self);
    if (g->roll.on)
        return; /* one at a time: AWS refuses a second one */
    g->roll = *how;
    g->roll.on = true;
    g->roll.total = (int64_t)g->n;
    g->template++;
    wr_annotate(self, "deploy", 0, "a new version for %lld instances", (long long)g->n);
    asg_roll_step(self);
}

/* ---- instance_refresh ------------------------------------------------------------------------------------------ */
static void refresh(wr_comp *self, void *arg)
{
    const asg_cfg *cfg = wr_cfg(self);
    const asg_refresh *f = arg;
    asg_roll how = {.least = f->least / 100, .most = f->most / 100, .launch_first = f->most > 100,
                    .warm = cfg->warmup >= 0 ? cfg->warmup : cfg->grace, .delay = f->delay, .bake = f->bake,
                    .checkpoints = f->checkpoints.n};
    const struct asg_checkpoint *c = f->checkpoints.items;
    double *share = wr_alloc(self, (how.checkpoints + 1) * sizeof *share);
    for (size_t k = 0; k < how.checkpoints; k++)
        share[k] = c[k].percent / 100;
    how.checkpoint = share;
    asg_roll_start(self, &how);
}

void asg_refresh_start(wr_comp *self)
{
    const asg_cfg *cfg = wr_cfg(self);
    asg_refresh *f = wr_alloc(self, sizeof *f);
    if (!cfg->refresh)
        return;
    *f = *(const asg_refresh *)cfg->refresh;
    wr_at(self, f->at, WR_PHASE_CONTROL, refresh, f);
}
