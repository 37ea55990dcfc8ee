/* firehose_buffer.c - the buffers of a delivery stream, what lies between them, and deliveries.
 *
 * A buffer is closed when it is full or when its first record has waited for the interval. With a transformation there
 * are two, and batches of the first go through the function, so many at once; others wait in order. A batch whose
 * retries are used up is given up: in AWS its records go to the bucket under another name. Tries are a second apart.
 * A delivery that fails is tried again for a day after waits that double from 1 s to 2 min (assumption: AWS gives no
 * numbers), beside others, so there is always room for what comes. Truth: tests/unit/test_firehose.c. */
#include "firehose.h"
#include <math.h>

static const wr_ask write_ask = {.op = WR_OP_WRITE, .condition = 1, .delay = -1, .body = true}; /* a buffer full is an object */

/* ---- buffers -------------------------------------------------------------------------------------------- */
static void show(fire *f)
{
    wr_set(f->self, FIRE_BUFFERED, f->raw.in.bytes + f->ready.in.bytes);
}

static void empty(fire_buffer *b)
{
    fire_load in = b->in;
    wr_cancel(b->of->self, b->timer);
    b->timer = (wr_event){0};
    b->in = (fire_load){0};
    show(b->of);
    b->full(b->of, in);
}

static void timed(wr_comp *self, void *arg)
{
    (void)self;
    empty(arg);
}

static void add(fire_buffer *b, const fire_load *in)
{
    if (b->in.records <= 0) {
        b->in.oldest = in->oldest;
        b->timer = wr_after(b->of->self, b->interval, timed, b);
    }
    b->in.bytes += in->bytes;
    b->in.records += in->records;
    b->in.oldest = in->oldest < b->in.oldest ? in->oldest : b->in.oldest;
    if (b->in.bytes >= b->most)
        empty(b);
    else
        show(b->of);
}

void fire_take(fire *f, double bytes, wr_time since)
{
    add(f->cfg->transform ? &f->raw : &f->ready, &(fire_load){bytes, 1, since, NULL});
}

static void go(push *p, const fire_load *in)
{
    fire *f = wr_state(p->self);
    uint64_t name = wr_rng_u64(&f->fate); /* objects have names of their own */
    push_visit *v = WR_MINE(push_begin(p, &(wr_send){.key = name, .size = in->bytes}, NULL, 0), push_visit);
    v->records = in->records;
    v->oldest = in->oldest;
}

/* ---- the transformation --------------------------------------------------------------------------------- */
static void transform(fire *f, const fire_load *in)
{
    f->outstanding++;
    go(&f->lambda, in);
}

static void hand_over(fire *f, fire_load in)
{
    const fire_transform *t = f->cfg->transform;
    if (f->outstanding < t->outstanding * (f->shards ? f->shards : 1)) {
        transform(f, &in);
        return;
    }
    fire_load *w = f->spare;
    if (w)
        f->spare = w->next;
    else
        w = wr_alloc(f->self, sizeof *w);
    *w = in;
    w->next = NULL;
    *(f->first ? &f->last->next : &f->first) = w;
    f->last = w;
}

static void transformed(push *p, const wr_call *root, bool well)
{
    fire *f = wr_state(p->self);
    const fire_transform *t = f->cfg->transform;
    const push_visit *v = WR_MINE((wr_call *)(uintptr_t)root, push_visit);
    f->outstanding--;
    wr_observe_dur(f->self, FIRE_PROCESS_TIME, wr_call_age(root));
    wr_add(f->self, well ? FIRE_PROCESSED : FIRE_NOT_PROCESSED, v->records);
    if (well && t->output > 0)
        add(&f->ready, &(fire_load){wr_call_size(root) * t->output, v->records, v->oldest, NULL});
    fire_load *next = f->first;
    if (!next)
        return;
    f->first = next->next;
    transform(f, next);
    next->next = f->spare;
    f->spare = next;
}

static wr_dur wait_of_lambda(push *p, const wr_call *root, int32_t failures)
{
    const fire *f = wr_state(p->self);
    (void)root;
    return failures > ((const fire_transform *)f->cfg->transform)->retries ? -1 : WR_S;
}

/* ---- the target ----------------------------------------------------------------------------------------- */
static void deliver(fire *f, fire_load in)
{
    go(&f->target, &in);
}

static void delivered(push *p, const wr_call *root, bool well)
{
    const push_visit *v = WR_MINE((wr_call *)(uintptr_t)root, push_visit);
    if (!well) {
        wr_add(p->self, FIRE_LOST, v->records);
        return;
    }
    wr_add(p->self, FIRE_OUT_RECORDS, v->records);
    wr_add(p->self, FIRE_OUT_BYTES, wr_call_size(root));
    wr_add(p->self, FIRE_OUT_OBJECTS, 1);
    wr_observe_dur(p->self, FIRE_FRESHNESS, wr_now(p->self) - v->oldest);
}

static wr_dur left(const push *p, const wr_call *root)
{
    return ((const fire_cfg *)wr_cfg(p->self))->keeps - wr_call_age(root);
}

static bool expired(const push *p, const wr_call *root)
{
    return left(p, root) <= 0;
}

static wr_dur wait_of_target(push *p, const wr_call *root, int32_t failures)
{
    wr_dur d = push_jitter(p, wr_dur_from_s(fmin(ldexp(1, failures - 1), 120))), most = left(p, root);
    return d < most ? d : most > 0 ? most : 0;
}

static const push_rules to_lambda = {.wait = wait_of_lambda, .ended = transformed, .pending = FIRE_PENDING},
                        to_target = {.wait = wait_of_target, .ended = delivered, .expired = expired, .pending = FIRE_PENDING};

void fire_buffers_open(fire *f)
{
    const fire_cfg *cfg = f->cfg;
    const fire_transform *t = cfg->transform;
    wr_comp *to = wr_link_to(f->self, cfg->to);
    bool writes = wr_model_of(to)->accepts & WR_ACCEPTS(WR_OP_WRITE);
    f->ready = (fire_buffer){.of = f, .most = cfg->buffer_size, .interval = cfg->buffer_interval, .full = deliver};
    f->target = (push){.self = f->self, .to = to, .rules = &to_target, .ask = writes ? &write_ask : &wr_ask_request,
                       .timeout = 180 * WR_S, .jitter = 0.1, .rng = &f->jitter};
    push_open(&f->target);
    if (t) {
        f->raw = (fire_buffer){.of = f, .most = t->buffer_size, .interval = t->buffer_interval, .full = hand_over};
        f->lambda = (push){.self = f->self, .to = wr_link_to(f->self, t->lambda), .rules = &to_lambda, .ask = &wr_ask_plain[WR_OP_INVOKE],
                           .timeout = t->timeout, .rng = &f->jitter};
        push_open(&f->lambda);
    }
    show(f);
}
