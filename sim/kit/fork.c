/* fork.c - `parallel`: branches of a request, and how it goes on.
 *
 * A branch is a request that its own component opened: it runs a stretch of the same program and ends there.
 * The request goes on when as many branches have ended well as it waits for, or fails when that has become
 * impossible; branches that are left run out and change nothing. Their time counts by the last one to answer.
 * Truth: tests/unit/test_fork.c (maximum of exponentials, wait_for any and n). */
#include "program.h"

struct fork {
    wr_call *parent;     /* NULL: it has gone on without those that are left */
    wr_host *host;
    int64_t branches, need, well, badly, open;
    wr_call *first;      /* those still open */
    fork *next;          /* free ones */
};
typedef struct branch { /* in the 64 bytes of the branch that belong to its component */
    fork *of;
    wr_call *next, *prev;
} branch;

static branch *branch_of(wr_call *c)
{
    return WR_MINE(c, branch);
}

static void ended(wr_comp *self, wr_call *c, enum wr_status s);

wr_call *fork_root(wr_call *c)
{
    while (visit_of(c)->done == ended && branch_of(c)->of->parent)
        c = branch_of(c)->of->parent;
    return c;
}

static fork *lend(wr_host *h)
{
    fork *f = h->common->forks;
    if (f)
        h->common->forks = f->next;
    else
        f = wr_alloc(h->owner, sizeof *f);
    *f = (fork){.host = h};
    return f;
}

static void settle(fork *f)
{
    if (f->open || f->parent)
        return;
    f->next = f->host->common->forks;
    f->host->common->forks = f;
}

static void open_branch(fork *f, wr_call *parent, uint32_t pc)
{
    wr_host *h = f->host;
    wr_send like = wr_send_like(parent);
    wr_call *c = wr_call_open(h->owner, parent, &like);
    branch *b = branch_of(c);
    *b = (branch){f, f->first, NULL};
    if (f->first)
        branch_of(f->first)->prev = c;
    f->first = c;
    f->open++;
    *visit_of(c) = (visit){.host = h, .program = visit_of(parent)->program, .done = ended, .pc = pc};
    program_pause(h, c, 0, program_awake); /* in their order, one after the other */
}

bool fork_begin(wr_host *h, wr_call *c, const instruction *i)
{
    visit *v = visit_of(c);
    int64_t n = i->n;
    if (i->dist) {
        double drawn = wr_draw(i->dist, &h->common->step_rng);
        n = drawn < 1e9 ? (int64_t)(drawn + 0.5) : 1000000000;
    }
    if (n <= 0) {
        v->pc = i->to;
        return true;
    }
    fork *f = lend(h);
    f->parent = c;
    f->branches = n;
    f->need = i->need && i->need < n ? i->need : n;
    for (int64_t k = 0; k < n && !wr_broken(h->owner); k++)
        open_branch(f, c, i->options[i->dist ? 0 : k].to);
    v->doing = FORKED;
    v->on.fork = f;
    return false;
}

static void unlink_branch(fork *f, wr_call *c)
{
    branch *b = branch_of(c);
    *(b->prev ? &branch_of(b->prev)->next : &f->first) = b->next;
    if (b->next)
        branch_of(b->next)->prev = b->prev;
    f->open--;
}

/* The request goes on, or ends with the outcome that made its wait hopeless. */
static void join(fork *f, enum wr_status s)
{
    wr_call *parent = f->parent;
    wr_host *h = f->host;
    visit *v = visit_of(parent);
    f->parent = NULL;
    settle(f);
    v->doing = IDLE;
    if (s == WR_OK) {
        v->pc = v->program->code[v->pc].to;
        program_go(h, parent);
    } else {
        program_end(h, parent, s);
    }
}

static void ended(wr_comp *self, wr_call *c, enum wr_status s)
{
    fork *f = branch_of(c)->of;
    (void)self;
    unlink_branch(f, c);
    *(s == WR_OK ? &f->well : &f->badly) += 1;
    bool lost = f->badly > f->branches - f->need, over = f->well >= f->need || lost;
    if (!f->parent || !lost)
        wr_call_clear_cause(c); /* it failed nobody but itself */
    wr_call_close(c);
    if (!f->parent)
        settle(f);
    else if (over)
        join(f, lost ? s : WR_OK);
}

void fork_abort(fork *f)
{
    f->parent = NULL;
    while (f->first) {
        wr_call *c = f->first;
        unlink_branch(f, c);
        wr_program_abort(f->host, c);
        wr_call_clear_cause(c);
        wr_call_close(c);
    }
    settle(f);
}
