/* alb_health.c - which targets there are and how they are: registration, probes, draining.
 *
 * Targets follow the groups they belong to. A new one is probed at once and one pass admits it; after that every
 * target is probed once an interval, at its own place in it: the interval has ALB_SLOTS slots, each probes its
 * targets in one event, and where nothing has changed a probe is a question and no event. AWS's nodes probe each for
 * itself; here one verdict holds for all. A probe asks whether the target would serve; a target that is merely slow
 * passes. With a `cost`, probes are requests: every node sends one, the target works on each for so long, and the
 * first one's answer, or that there was none in time, is the verdict. A leaving target gets nothing new; its
 * requests may finish until the deregistration delay ends, which is waited for even when it is empty, as AWS does.
 * Truth: tests/unit/test_alb_health.c. */
#include "alb.h"
#include <string.h>

/* ---- who is who: a hash of components, by linear probing -------------------------------------------- */
static size_t home_of(const alb_group *g, const wr_comp *c)
{
    return (size_t)(((uint64_t)(uintptr_t)c >> 6) * 0x9e3779b97f4a7c15u >> 32) & (g->places - 1);
}

static size_t place_of(const alb_group *g, const wr_comp *c)
{
    size_t i = home_of(g, c);
    while (g->place[i] && g->place[i]->comp != c)
        i = (i + 1) & (g->places - 1);
    return i;
}

static void remember(alb_group *g, alb_target *t)
{
    g->place[place_of(g, t->comp)] = t;
}

/* Those behind a gap that could not stand at their home move up. */
static void forget(alb_group *g, const alb_target *t)
{
    size_t gap = place_of(g, t->comp), mask = g->places - 1;
    for (size_t i = (gap + 1) & mask; g->place[i]; i = (i + 1) & mask) {
        size_t home = home_of(g, g->place[i]->comp);
        if (((i - home) & mask) >= ((i - gap) & mask)) {
            g->place[gap] = g->place[i];
            gap = i;
        }
    }
    g->place[gap] = NULL;
}

static void make_room(alb_group *g)
{
    uint32_t before = g->room, room = before ? 2 * before : 16;
    wr_comp *self = g->alb->self;
    alb_target **target = wr_alloc(self, room * sizeof *target);
    if (before)
        memcpy(target, g->target, before * sizeof *target);
    g->target = target;
    g->room = room;
    g->free = wr_alloc(self, room * sizeof *g->free); /* it is empty whenever room is needed */
    g->places = 4 * (size_t)room;
    g->place = wr_alloc(self, g->places * sizeof(alb_target *));
    for (uint32_t i = 0; i < g->ids; i++)
        if (g->target[i])
            remember(g, g->target[i]);
    alb_pick_grow(g, g->alb->nodes, before);
}

/* ---- states ----------------------------------------------------------------------------------------- */
static int zone_index(const alb_target *t)
{
    return t->az >= 0 ? t->az : ALB_ZONES;
}

static void show(const alb_group *g)
{
    alb *b = g->alb;
    wr_set(b->self, ALB_HEALTHY, b->healthy);
    wr_set(b->self, ALB_UNHEALTHY, b->unhealthy);
    wr_set(b->self, WR_U_IN_SERVICE, b->healthy);
    if (!g->part)
        return;
    wr_set(g->part, ALB_HEALTHY, g->healthy);
    wr_set(g->part, ALB_UNHEALTHY, g->unhealthy);
    wr_set(g->part, WR_U_IN_SERVICE, g->healthy);
}

static void tally(alb_group *g, const alb_target *t, int by)
{
    uint32_t n = (uint32_t)by; /* unsigned arithmetic wraps: adding 2^32 - 1 takes one away */
    if (t->state == ALB_IS_HEALTHY) {
        g->healthy += n;
        g->healthy_in[zone_index(t)] += n;
        g->alb->healthy += n;
    } else if (t->state == ALB_IS_UNHEALTHY) {
        g->unhealthy += n;
        g->alb->unhealthy += n;
    }
    if (t->state != ALB_DRAINING && t->state != ALB_UNUSED) {
        g->registered += n;
        g->registered_in[zone_index(t)] += n;
    }
}

static void report(alb_target *t, bool healthy)
{
    if (t->reported != healthy)
        return;
    t->reported = !healthy;
    wr_report_health(t->group->alb->self, t->comp, healthy);
}

static void become(alb_target *t, enum alb_state state)
{
    alb_group *g = t->group;
    tally(g, t, -1);
    t->state = (uint8_t)state;
    t->good = t->bad = 0;
    tally(g, t, 1);
    alb_stale(g);
    show(g);
    if (state == ALB_IS_HEALTHY)
        report(t, true);
    else if (state == ALB_IS_UNHEALTHY)
        report(t, false);
    alb_dns_judge(g->alb);
}

/* Those that begin together have nobody who could carry the load for them. */
static bool somebody_warm(const alb_group *g, wr_time now)
{
    for (uint32_t i = 0; i < g->ids; i++) {
        const alb_target *t = g->target[i];
        if (t && t->state == ALB_IS_HEALTHY && t->since < now && t->slow_until <= now)
            return true;
    }
    return false;
}

static void admit(alb_target *t)
{
    alb_group *g = t->group;
    wr_time now = wr_now(g->alb->self);
    t->since = now;
    t->slow_until = 0;
    if (g->plan->attr.slow_start && somebody_warm(g, now))
        t->slow_until = now + g->plan->attr.slow_start;
    if (t->slow_until > g->slow_until)
        g->slow_until = t->slow_until;
    become(t, ALB_IS_HEALTHY);
}

/* ---- probes ----------------------------------------------------------------------------------------- */
static void condemn(wr_comp *self, void *arg)
{
    alb_target *t = arg;
    (void)self;
    t->timer = (wr_event){0};
    if (t->bad && t->state != ALB_IS_UNHEALTHY)
        become(t, ALB_IS_UNHEALTHY);
}

static void passed(alb_target *t, const alb_check *law)
{
    t->bad = 0;
    if (t->state == ALB_IS_HEALTHY)
        return;
    t->good++;
    if (t->state == ALB_INITIAL || t->good >= law->healthy)
        admit(t);
}

/* `after`: how long until it is known. */
static void failed(alb_target *t, const alb_check *law, wr_dur after)
{
    t->good = 0;
    if (t->state != ALB_IS_UNHEALTHY && t->bad < law->unhealthy && ++t->bad == law->unhealthy)
        t->timer = wr_after(t->group->alb->self, after, condemn, t);
}

static void probed(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    alb_target *t = *WR_MINE(mine, alb_target *);
    const alb_check *law = t->group->plan->attr.check;
    (void)self;
    if (t->slot >= 0 && wr_call_status(answer) == WR_OK)
        passed(t, law);
    else if (t->slot >= 0)
        failed(t, law, 0);
    wr_call_close(mine);
}

static void unheeded(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    (void)self, (void)answer;
    wr_call_close(mine);
}

static void ask(alb_target *t, const alb_check *law)
{
    const alb *b = t->group->alb;
    wr_send what = {.ask = &t->group->plan->probe, .timeout = law->timeout};
    for (int i = 0; i < b->nodes; i++) {
        what.az = b->cfg->zone[i / b->per_az];
        wr_call *mine = wr_call_open(b->self, NULL, &what);
        *WR_MINE(mine, alb_target *) = t;
        wr_call_send(b->self, t->comp, mine, &what, i ? unheeded : probed);
    }
}

static void probe(alb_target *t, const alb_check *law)
{
    if (law->cost)
        ask(t, law);
    else if (wr_healthy(t->comp))
        passed(t, law);
    else
        failed(t, law, law->timeout);
}

static void slot_due(wr_comp *self, void *arg)
{
    alb_group *g = arg;
    const alb_check *law = g->plan->attr.check;
    const alb_slot *s = &g->slot[g->tick % ALB_SLOTS];
    for (uint32_t i = 0; i < s->n; i++)
        probe(g->target[s->id[i]], law);
    g->tick++;
    wr_at(self, g->began + g->tick / ALB_SLOTS * law->interval + g->tick % ALB_SLOTS * law->interval / ALB_SLOTS,
          WR_PHASE_WORK, slot_due, g);
}

static void begin_probes(alb_group *g, alb_target *t)
{
    wr_comp *self = g->alb->self;
    alb_slot *s = &g->slot[wr_rng_below(&g->alb->health, ALB_SLOTS)];
    if (s->n == s->room) {
        uint32_t room = s->room ? 2 * s->room : 8, *id = wr_alloc(self, room * sizeof *id);
        if (s->n)
            memcpy(id, s->id, s->n * sizeof *id);
        s->id = id;
        s->room = room;
    }
    t->slot = (int8_t)(s - g->slot);
    t->at = s->n;
    s->id[s->n++] = t->id;
    probe(t, g->plan->attr.check);
}

static void end_probes(alb_group *g, alb_target *t)
{
    if (t->slot < 0)
        return;
    alb_slot *s = &g->slot[t->slot];
    uint32_t last = s->id[--s->n];
    s->id[t->at] = last;
    g->target[last]->at = t->at;
    t->slot = -1;
}

/* ---- registration ----------------------------------------------------------------------------------- */
static bool is_lambda(const wr_comp *c)
{
    return !strcmp(wr_model_of(c)->kind, "lambda");
}

static bool used(const alb_cfg *cfg, int az)
{
    return az < 0 || az >= ALB_ZONES || !cfg->strict || cfg->zone_of[az] >= 0;
}

static alb_target *enrol(alb_group *g, wr_comp *m)
{
    if (!g->frees && g->ids == g->room)
        make_room(g);
    uint32_t id = g->frees ? g->free[--g->frees] : g->ids++;
    alb_target *t = wr_alloc(g->alb->self, sizeof *t);
    int az = wr_az(m);
    *t = (alb_target){.comp = m, .group = g, .id = id, .slot = -1, .lambda = is_lambda(m)};
    t->az = (int8_t)(az < ALB_ZONES ? az : -1);
    t->gen = ++g->holders;
    t->weight = 1;
    alb_conn_begin(g->alb, t);
    g->target[id] = t;
    alb_pick_forget(g, g->alb->nodes, id);
    remember(g, t);
    return t;
}

static void joined(alb_group *g, wr_comp *m)
{
    alb_target *t = enrol(g, m);
    if (!used(g->alb->cfg, t->az))
        return;
    become(t, ALB_INITIAL);
    if (g->checks)
        begin_probes(g, t);
    else
        admit(t);
}

static void drained(wr_comp *self, void *arg)
{
    alb_target *t = arg;
    alb_group *g = t->group;
    while (t->calls)
        alb_cut(g->alb, t->calls, ALB_DEREGISTERED);
    forget(g, t);
    g->target[t->id] = NULL;
    g->free[g->frees++] = t->id;
    alb_stale(g);
    wr_let_go(self, t->comp);
}

static void leaving(alb_group *g, wr_comp *m)
{
    alb_target *t = g->places ? g->place[place_of(g, m)] : NULL;
    wr_dur delay = g->plan->attr.delay;
    if (!t)
        return;
    wr_cancel(g->alb->self, t->timer);
    end_probes(g, t);
    report(t, true);
    if (t->state == ALB_UNUSED || t->lambda)
        delay = 0;
    become(t, ALB_DRAINING);
    if (delay > 0)
        t->timer = wr_after(g->alb->self, delay, drained, t);
    else
        drained(g->alb->self, t);
}

static alb_group *group_of(alb *b, const wr_link *link)
{
    for (int i = 0; i < b->cfg->groups; i++)
        for (size_t k = 0; k < b->group[i].plan->links; k++)
            if (b->group[i].plan->link[k].to == link)
                return &b->group[i];
    return NULL;
}

void alb_member(wr_comp *self, const wr_link *link, wr_comp *m, bool in)
{
    alb_group *g = group_of(wr_state(self), link);
    if (!g)
        return;
    if (in)
        joined(g, m);
    else
        leaving(g, m);
}

void alb_health_start(alb *b, alb_group *g)
{
    const alb_check *law = g->plan->attr.check;
    g->checks = law && law->enabled;
    for (size_t i = 0; i < g->plan->links; i++) {
        if (!g->plan->own_check && is_lambda(wr_link_to(b->self, g->plan->link[i].to)))
            g->checks = false;
        wr_follow(b->self, g->plan->link[i].to);
    }
    if (!g->checks)
        return;
    g->began = wr_now(b->self) + law->interval / ALB_SLOTS;
    wr_at(b->self, g->began, WR_PHASE_WORK, slot_due, g);
}
