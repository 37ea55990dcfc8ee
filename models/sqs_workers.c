/* sqs_workers.c - `consumers`: workers of the queue's own, for scenarios that need no other resource.
 *
 * A worker polls, works on what it got one message after the other, deletes each that went well, and polls again;
 * every step takes the latency of its call, and counts and costs like anybody's. A message that fails is left to be
 * seen again; on a FIFO queue the rest of the batch is left with it, which keeps the order. A heartbeat renews the
 * visibility timeout of what the worker still holds. A worker never gives up because its time is over: the message is
 * then worked on twice. A short poll that finds nothing is repeated after a millisecond at least.
 * Truth: tests/truth/sqs-workers.yaml (M/M/c), tests/unit/test_sqs.c. */
#include "sqs.h"

#define PAUSE WR_MS
#define AGAIN WR_S /* after a refusal */

typedef struct sqs_worker {
    sqs_poller poll; /* first of all: a poller that is no call's is a worker */
    sqs *q;
    int32_t at;      /* record it works on */
    wr_event beat;
} sqs_worker;

static const sqs_consumers *laws(const sqs *q)
{
    return q->plan->consumers;
}

static void got(wr_comp *self, void *arg);

static void poll(wr_comp *self, void *arg)
{
    sqs_worker *w = arg;
    sqs *q = w->q;
    if (wr_rng_chance(&q->fate, q->down)) {
        wr_after(self, AGAIN, poll, w);
        return;
    }
    w->poll.batch->wait = laws(q)->wait;
    int code = sqs_receive(q, &w->poll);
    if (code == SQS_OK)
        sqs_received(q, &w->poll, code);
    else if (code > 0)
        wr_after(self, code == SQS_THROTTLED ? PAUSE : AGAIN, poll, w);
    sqs_publish(q);
}

void sqs_worker_received(sqs *q, sqs_poller *p)
{
    wr_dur d = sqs_latency_of(q, SQS_RECEIVE);
    if (!p->batch->n && !laws(q)->wait && d < PAUSE)
        d = PAUSE;
    wr_after(q->self, d, got, p);
}

/* ---- work -------------------------------------------------------------------------------------------- */
static void worked(wr_comp *self, void *arg);

static void work(sqs_worker *w)
{
    wr_after(w->q->self, wr_dur_from_s(w->q->slow * wr_draw(laws(w->q)->service_time, &w->q->labour)), worked, w);
}

static void beat(wr_comp *self, void *arg)
{
    sqs_worker *w = arg;
    const wr_batch *b = w->poll.batch;
    for (int32_t i = w->at; i < b->n; i++)
        sqs_hide(w->q, b->record[i].handle, w->q->plan->visibility);
    sqs_bill(w->q, 0);
    w->beat = wr_after(self, laws(w->q)->heartbeat, beat, w);
    sqs_serve(w->q);
}

static void got(wr_comp *self, void *arg)
{
    sqs_worker *w = arg;
    if (!w->poll.batch->n) {
        poll(self, w);
        return;
    }
    wr_shift(self, WR_U_BUSY, 1);
    w->at = 0;
    if (laws(w->q)->heartbeat > 0)
        w->beat = wr_after(self, laws(w->q)->heartbeat, beat, w);
    work(w);
}

static void next(wr_comp *self, void *arg)
{
    sqs_worker *w = arg;
    if (++w->at < w->poll.batch->n) {
        work(w);
        return;
    }
    wr_cancel(self, w->beat);
    wr_shift(self, WR_U_BUSY, -1);
    poll(self, w);
}

static void worked(wr_comp *self, void *arg)
{
    sqs_worker *w = arg;
    sqs *q = w->q;
    const wr_batch *b = w->poll.batch;
    if (wr_rng_chance(&q->labour, laws(q)->failure_rate)) {
        if (q->plan->fifo)
            w->at = b->n;
        next(self, w);
        return;
    }
    sqs_delete(q, b->record[w->at].handle);
    sqs_bill(q, 0);
    sqs_serve(q);
    wr_dur d = sqs_latency_of(q, SQS_DELETE);
    if (d > 0)
        wr_after(self, d, next, w);
    else
        next(self, w);
}

void sqs_workers_start(sqs *q)
{
    const sqs_consumers *c = q->plan->consumers;
    wr_set(q->self, WR_U_IN_SERVICE, c ? (double)c->workers : 0);
    wr_set(q->self, WR_U_BUSY, 0);
    if (!c)
        return;
    sqs_worker *w = wr_alloc(q->self, (size_t)c->workers * sizeof *w);
    wr_stream(q->self, "workers", &q->labour);
    for (int64_t i = 0; i < c->workers; i++) {
        w[i].q = q;
        w[i].poll.batch = wr_batch_take(q->self, (int32_t)c->most);
        wr_after(q->self, 0, poll, &w[i]);
    }
}
