/* group.c - members that come and go, and those who follow a group.
 *
 * A spawned member ("app:i-3") counts on its group's cells; with `detail: parts` it has cells that add to the group's.
 * Membership is told to followers by events of the present instant, except before the run begins, where it is told at
 * once. Truth: tests/unit/test_asg_life.c, tests/unit/test_asg_alb.c. */
#include "comp.h"
#include <string.h>

typedef struct follow { /* one follower of a group */
    wr_comp *who;
    const wr_link *link;
    struct follow *next;
} follow;

typedef struct member {
    wr_comp *comp;
    struct member *next;
} member;

/* ---- groups -------------------------------------------------------------------------------------------- */
wr_comp *wr_spawn(wr_comp *self, const wr_model *m, const void *cfg, const char *name)
{
    run *r = self->run;
    wr_comp *c = comp_make(r, m, arena_print(r->arena, "%s:%s", self->name, name), cfg);
    c->spawned = true;
    c->group = self;
    c->account = self;
    c->part = c->name + strlen(self->name) + 1;
    c->state = arena_aligned(r->arena, m->state_size ? m->state_size : 1, 64);
    if (self->detail) {
        comp_make_cells(c);
        comp_add_to(c, self);
        comp_tell_birth(c);
        wr_comp **p = &self->parts;
        while (*p)
            p = &(*p)->next_part;
        *p = c;
    } else {
        comp_share_cells(c, self);
    }
    if (m->start)
        m->start(c);
    return c;
}

typedef struct news { /* a membership that a follower is still to hear of */
    wr_comp *member;
    const wr_link *link;
    bool joined;
} news;

static void tell(wr_comp *follower, void *arg)
{
    news *n = arg;
    follower->model->member(follower, n->link, n->member, n->joined);
}

static void announce(follow *f, wr_comp *m, bool joined)
{
    run *r = f->who->run;
    news *n = arena_alloc(r->arena, sizeof *n);
    *n = (news){m, f->link, joined};
    if (r->starting)
        tell(f->who, n);
    else
        wr_engine_soon(r->engine, tell, f->who, n);
}

static void all_let_go(wr_comp *group, void *arg)
{
    if (group->model->left)
        group->model->left(group, arg);
}

void wr_join(wr_comp *self, wr_comp *m)
{
    member *x = arena_alloc(self->run->arena, sizeof *x);
    *x = (member){m, self->members};
    self->members = x;
    if (self->run->starting) /* tell_members will */
        return;
    for (follow *f = self->followers; f; f = f->next) {
        m->holders++;
        announce(f, m, true);
    }
}

void wr_leave(wr_comp *self, wr_comp *m)
{
    for (member **p = &self->members; *p; p = &(*p)->next)
        if ((*p)->comp == m) {
            *p = (*p)->next;
            break;
        }
    m->leaving = true;
    if (!m->holders)
        wr_engine_soon(self->run->engine, all_let_go, self, m);
    for (follow *f = self->followers; f; f = f->next)
        announce(f, m, false);
}

void wr_let_go(wr_comp *self, wr_comp *m)
{
    (void)self;
    assert(m->holders > 0);
    if (!--m->holders && m->leaving && m->group)
        wr_engine_soon(m->run->engine, all_let_go, m->group, m);
}

void wr_follow(wr_comp *self, const wr_link *link)
{
    run *r = self->run;
    wr_comp *group = wr_link_to(self, link);
    assert(self->model->member && r->starting);
    follow *f = arena_alloc(r->arena, sizeof *f);
    *f = (follow){self, link, NULL};
    follow **p = &group->followers;
    while (*p)
        p = &(*p)->next;
    *p = f;
    group->followed = true;
}

/* Members that joined in start functions are told now, in the order in which they joined. */
static void tell_members(wr_comp *group)
{
    size_t n = 0;
    for (member *m = group->members; m; m = m->next)
        n++;
    wr_comp **in_order = arena_alloc(group->run->arena, (n + 1) * sizeof *in_order);
    for (member *m = group->members; m; m = m->next)
        in_order[--n] = m->comp;
    for (wr_comp **m = in_order; *m; m++)
        for (follow *f = group->followers; f; f = f->next) {
            (*m)->holders++;
            announce(f, *m, true);
        }
    if (!in_order[0] && !group->model->left) /* not a group: its own only member */
        for (follow *f = group->followers; f; f = f->next)
            announce(f, group, true);
}

void run_start(run *r)
{
    r->starting = true;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < r->comps; i++) {
            wr_comp *c = r->comp[i];
            if (c->traffic == (pass == 1) && c->model->start)
                c->model->start(c);
        }
        if (pass == 0)
            for (int i = 0; i < r->comps; i++)
                if (r->comp[i]->followers)
                    tell_members(r->comp[i]);
    }
    r->starting = false;
}

bool wr_followed(const wr_comp *group) { return group->followed; }
bool wr_reported_unhealthy(const wr_comp *m) { return m->unhealthy > 0; }

wr_dur wr_keep_alive(const wr_comp *c)
{
    return c->model->keep_alive ? c->model->keep_alive(c) : WR_NEVER;
}

bool wr_healthy(const wr_comp *c)
{
    return !c->model->healthy || c->model->healthy(c);
}

void wr_report_health(wr_comp *self, wr_comp *m, bool healthy)
{
    (void)self; /* followers report changes only: a balance of verdicts is enough */
    m->unhealthy += healthy ? -1 : 1;
    if (m->unhealthy < 0)
        m->unhealthy = 0;
}

wr_comp *wr_link_to(const wr_comp *self, const wr_link *l)
{
    return self->run->comp[l->comp];
}
