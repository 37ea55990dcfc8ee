/* traffic_users.c - closed loops: users who think, ask, and wait for the final answer.
 *
 * The number of users may change over time: it is reached one user after the other over a ramp, and those with
 * the highest numbers leave first, after the answer they wait for. A request that was answered in no time at all
 * makes its user pause for a microsecond, so that a loop without think time lets time pass.
 * Truth: tests/unit/test_traffic.c, tests/truth (mean value analysis of closed networks). */
#include "traffic.h"
#include <math.h>

/* ---- how many ----------------------------------------------------------------------------------------- */
void users_prepare(struct traffic_cfg *cfg, wr_build *b)
{
    const struct users_block *u = cfg->users;
    const struct stage *s = u->stages.items;
    bool count = u->count > 0;
    if (count == (u->stages.n > 0)) {
        wr_build_error(b, &cfg->users, "'users' is a number, or has 'stages'");
        return;
    }
    cfg->stages_n = count ? 1 : u->stages.n;
    cfg->user_stage = wr_build_alloc(b, cfg->stages_n * sizeof *cfg->user_stage);
    for (size_t i = 0; i < cfg->stages_n; i++)
        cfg->user_stage[i] = count ? (struct stage){(double)u->count, 0, 0} : s[i];
}

/* The number of users wanted at `now`, and when that changes next. */
static size_t wanted(const struct traffic_cfg *cfg, wr_time now, wr_time *next)
{
    wr_time t = cfg->start;
    double before = 0;
    for (size_t i = 0; i < cfg->stages_n; i++) {
        const struct stage *s = &cfg->user_stage[i];
        double to = floor(s->rate + 0.5), step = to > before ? 1 : -1;
        if (now < t + s->ramp && to != before) {
            double each = (double)s->ramp / fabs(to - before); /* ns a user */
            double done = floor((double)(now - t) / each + 1e-9);
            *next = t + (wr_time)ceil((done + 1) * each - 1e-6);
            return (size_t)(before + step * done);
        }
        t += s->ramp + s->hold;
        *next = i + 1 < cfg->stages_n ? t : WR_NEVER;
        if (now < t || i + 1 == cfg->stages_n)
            return (size_t)to;
        before = to;
    }
    *next = WR_NEVER;
    return 0;
}

static size_t active(const struct traffic *s)
{
    return (size_t)floor((double)s->wanted * s->factor + 0.5);
}

/* ---- what they do ------------------------------------------------------------------------------------- */
static void woken(wr_comp *self, void *arg);

static void think(wr_comp *self, struct user *u, wr_dur least)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    wr_dur d = wr_draw_dur(cfg->think_time, &s->arrivals);
    u->state = THINKING;
    d = d > least ? d : least;
    if (d > 0)
        wr_after(self, d, woken, u);
    else
        woken(self, u);
}

static void woken(wr_comp *self, void *arg)
{
    struct traffic *s = wr_state(self);
    struct user *u = arg;
    if (u->number >= active(s)) {
        u->state = PARKED;
    } else if (!source_open(self)) {
        u->state = GONE;
    } else {
        u->state = ASKING;
        u->made++;
        request_open(self, source_kind(self), NULL, u->number);
    }
}

void users_answered(wr_comp *self, uint32_t number, wr_dur took)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    struct user *u = s->user[number];
    if (u->made >= cfg->requests_per_user || !source_open(self))
        u->state = GONE;
    else if (u->number >= active(s))
        u->state = PARKED;
    else
        think(self, u, took > 0 ? 0 : WR_US);
}

static void join(wr_comp *self, struct user *u)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    if (cfg->first)
        woken(self, u);
    else
        think(self, u, 0);
}

/* Pointers to users must last, so they are made in blocks. */
static void grow(wr_comp *self)
{
    struct traffic *s = wr_state(self);
    size_t room = s->room ? s->room * 2 : 64;
    struct user **more = wr_alloc(self, room * sizeof(struct user *));
    struct user *block = wr_alloc(self, (room - s->room) * sizeof *block);
    for (size_t i = 0; i < room; i++)
        more[i] = i < s->room ? s->user[i] : &block[i - s->room];
    s->user = more;
    s->room = room;
}

static struct user *create(wr_comp *self)
{
    struct traffic *s = wr_state(self);
    if (s->users == s->room)
        grow(self);
    struct user *u = s->user[s->users];
    u->number = (uint32_t)s->users++;
    return u;
}

static void adjust(wr_comp *self)
{
    struct traffic *s = wr_state(self);
    size_t n = active(s), i = s->admitted;
    s->admitted = n;
    for (; i < n; i++) { /* those below were active before */
        struct user *u = i < s->users ? s->user[i] : create(self);
        if (u->state == PARKED)
            join(self, u);
    }
}

static void stage(wr_comp *self, void *arg)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    wr_time next;
    (void)arg;
    s->wanted = wanted(cfg, wr_now(self), &next);
    if (next < cfg->end)
        wr_at(self, next, WR_PHASE_WORK, stage, NULL);
    adjust(self);
}

void users_start(wr_comp *self)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    wr_at(self, cfg->start, WR_PHASE_WORK, stage, NULL);
}

void users_spike(wr_comp *self, double factor)
{
    struct traffic *s = wr_state(self);
    s->factor = factor;
    adjust(self);
}
