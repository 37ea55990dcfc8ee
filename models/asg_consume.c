/* asg_consume.c - worker loops of instances: they poll a queue, work on what comes, and delete what went well.
 *
 * A message is a request of the instance to itself, with the operation `message` if there is one: it takes a slot,
 * shares the vCPUs and counts like any other. Messages of one receive are worked on one after the other, or all in
 * one request (`batch`). What fails is not deleted and is seen again after its visibility timeout. An instance that
 * is on its way out, or has failed, takes no new messages: its polls end at once, and what it had not begun reappears
 * as well. A poll that was refused is repeated after a second. Left out: heartbeats that extend the visibility
 * timeout.
 * Truth: tests/unit/test_consume.c, tests/truth/asg-sqs*.yaml. */
#include "asg_consume.h"

enum { MOST_RECEIVED = 10 };
enum doing { STOPPED, PAUSED, POLLING, WORKING, REMOVING };

typedef struct asg_worker {
    ec2 *at;
    const asg_consumer *how;
    wr_call *root, *sent;    /* sent: a poll, or a message in work */
    wr_batch *poll, *remove; /* what was received, what is deleted */
    int32_t next;            /* message of the receive that comes next */
    enum doing doing;
    wr_time asked;
} asg_worker;
struct whose {
    asg_worker *worker;
};

static asg_worker *worker_of(wr_call *root)
{
    return WR_MINE(root, struct whose)->worker;
}

static bool may_work(const ec2 *i)
{
    return i->state == EC2_IN_SERVICE && ec2_serving(i);
}

static void stop(asg_worker *w)
{
    w->doing = STOPPED;
    w->sent = NULL;
    wr_call_close(w->root);
    w->root = NULL;
}

/* ---- asking -------------------------------------------------------------------------------------------- */
static wr_call *ask_queue(asg_worker *w, enum wr_op op, wr_batch *b, wr_done_fn *done)
{
    wr_comp *self = w->at->self;
    wr_send what = {.ask = &wr_ask_plain[op], .stamp = wr_batch_stamp(b), .az = -1};
    wr_call_clear_cause(w->root);
    return wr_call_send(self, wr_link_to(self, w->how->queue), w->root, &what, done);
}

static void received(wr_comp *self, wr_call *mine, const wr_call *answer);

static void poll(asg_worker *w)
{
    if (!may_work(w->at)) {
        stop(w);
        return;
    }
    wr_batch *b = w->poll;
    *b = (wr_batch){.room = (int32_t)w->how->messages, .wait = w->how->wait, .hide = -1, .record = b->record};
    w->next = 0;
    w->doing = POLLING;
    w->asked = wr_now(w->at->self);
    w->sent = ask_queue(w, WR_OP_RECEIVE, b, received);
}

static void poll_later(wr_comp *self, void *arg)
{
    (void)self;
    poll(arg);
}

/* ---- working ------------------------------------------------------------------------------------------- */
static void work(asg_worker *w);

static void removed(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    (void)self, (void)answer; /* a deletion that failed: the message will be seen again */
    work(worker_of(mine));
}

/* Records [from, to) of the receive. */
static void delete(asg_worker *w, int32_t from, int32_t to)
{
    wr_batch *b = w->remove;
    b->n = 0;
    b->bytes = 0;
    for (int32_t k = from; k < to; k++)
        wr_batch_add(b, w->poll->record[k]);
    w->doing = REMOVING;
    ask_queue(w, WR_OP_REMOVE, b, removed);
}

static void worked(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    asg_worker *w = worker_of(mine);
    int32_t from = w->next, to = w->how->batch ? w->poll->n : from + 1;
    (void)self;
    w->sent = NULL;
    w->next = to;
    if (wr_call_status(answer) == WR_OK && w->how->remove == DELETE_AFTER)
        delete(w, from, to);
    else
        work(w);
}

static void work(asg_worker *w)
{
    ec2 *i = w->at;
    const wr_batch *b = w->poll;
    if (w->next >= b->n || !may_work(i)) {
        poll(w);
        return;
    }
    const wr_record *r = &b->record[w->next];
    const asg *g = wr_const_state(i->group);
    wr_send what = {.ask = &wr_ask_request, .key = r->key, .size = w->how->batch ? b->bytes : r->size,
                    .operation = g->cfg->message, .az = -1};
    wr_call_clear_cause(w->root);
    w->doing = WORKING;
    w->sent = wr_call_send(i->self, i->self, w->root, &what, worked);
}

static void received(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    asg_worker *w = worker_of(mine);
    bool refused = wr_call_status(answer) != WR_OK;
    w->sent = NULL;
    if (refused || (!w->poll->n && wr_now(self) == w->asked)) {
        w->doing = PAUSED;
        wr_after(self, WR_S, poll_later, w);
    } else if (w->poll->n && w->how->remove == DELETE_BEFORE) {
        delete(w, 0, w->poll->n);
    } else {
        work(w);
    }
}

/* ---- when the loops run -------------------------------------------------------------------------------- */
static void begin(asg_worker *w)
{
    wr_comp *self = w->at->self;
    w->root = wr_call_open(self, NULL, &(wr_send){.ask = &wr_ask_request, .az = -1});
    WR_MINE(w->root, struct whose)->worker = w;
    poll(w);
}

static void make(ec2 *i, const asg_cfg *cfg)
{
    const asg_consumer *c = cfg->consume.items;
    for (size_t k = 0; k < cfg->consume.n; k++)
        i->workers += (size_t)c[k].workers;
    i->worker = wr_alloc(i->self, i->workers * sizeof *i->worker);
    asg_worker *w = i->worker;
    for (size_t k = 0; k < cfg->consume.n; k++)
        for (int64_t n = 0; n < c[k].workers; n++, w++)
            *w = (asg_worker){.at = i, .how = &c[k], .poll = wr_batch_take(i->self, MOST_RECEIVED),
                              .remove = wr_batch_take(i->self, MOST_RECEIVED)};
}

void asg_consume_start(ec2 *i)
{
    const asg *g = wr_const_state(i->group);
    if (!g->cfg->consume.n)
        return;
    if (!i->worker)
        make(i, g->cfg);
    for (size_t k = 0; k < i->workers; k++)
        if (i->worker[k].doing == STOPPED)
            begin(&i->worker[k]);
}

/* The batch of a poll that is given up stays behind: the queue may still look at it. */
void asg_consume_stop(ec2 *i)
{
    for (size_t k = 0; k < i->workers; k++) {
        asg_worker *w = &i->worker[k];
        if (w->doing != POLLING)
            continue;
        wr_call_drop(w->sent);
        w->poll = wr_batch_take(i->self, MOST_RECEIVED);
        stop(w);
    }
}

void asg_consume_look(ec2 *i)
{
    if (!may_work(i)) {
        asg_consume_stop(i);
        return;
    }
    for (size_t k = 0; k < i->workers; k++) {
        asg_worker *w = &i->worker[k];
        if (w->doing != WORKING) /* it hung, and nothing would come of it any more */
            continue;
        wr_call_drop(w->sent);
        poll(w);
    }
    asg_consume_start(i);
}

void asg_consume_prepare(asg_cfg *cfg, wr_build *b)
{
    if (!cfg->consume.n)
        return;
    const wr_program *code = cfg->plan.code;
    int message = wr_build_operation(b, "message");
    cfg->message = code && wr_program_has(code, message) ? message : 0;
    if (code && !wr_program_has(code, cfg->message))
        wr_build_error(b, &cfg->consume, "asg '%s' has neither an operation 'message' nor 'default' for what it consumes",
                       wr_build_name(b));
}
