/* sqs_poll.c - giving messages to whoever asks, taking receipts back, and the pollers that wait.
 *
 * A poll is decided when it arrives; its answer follows after the latency. A long poll that finds nothing waits in
 * line and is answered as soon as there is one message; a short poll asks only some of the servers that a queue is
 * spread over, and may miss messages that are there. A queue whose messages in flight are at the limit gives a long
 * poll nothing and refuses a short one. A receipt is good until its message is received again: on a standard queue
 * also after the visibility timeout, on a FIFO queue only before. Deleting with a stale one succeeds and does nothing.
 * Truth: tests/unit/test_sqs_calls.c, test_sqs_dead.c. */
#include "sqs.h"
#include <math.h>

#define LONGEST_FLIGHT (12 * 3600 * WR_S)
#define BILLED_BYTES 65536.0

wr_dur sqs_latency_of(sqs *q, enum sqs_action a)
{
    return wr_dur_from_s(q->slow * wr_draw(q->plan->law[a], &q->latency));
}

void sqs_bill(sqs *q, double bytes)
{
    wr_bill(q->self, 0, fmax(1, ceil(bytes / BILLED_BYTES)));
}

/* ---- giving ------------------------------------------------------------------------------------------ */
static bool room_in_flight(const sqs *q)
{
    return q->count[SQS_FLIGHT] < q->plan->in_flight_limit;
}

static void deliver(sqs *q, uint32_t i, wr_batch *b)
{
    sqs_message *m = sqs_at(q, i);
    wr_time now = wr_now(q->self);
    wr_dur waited = now - m->since, hidden = b->hide >= 0 ? b->hide : q->plan->visibility;
    wr_observe_dur(q->self, WR_U_WAIT, waited);
    wr_add(q->self, WR_U_SLOTS_TAKEN, 1);
    if (waited > 0)
        wr_add(q->self, WR_U_WAITED, 1);
    if (m->receives)
        wr_add(q->self, SQS_DUPLICATES, 1);
    if (m->receives < UINT16_MAX)
        m->receives++;
    m->delivery++;
    sqs_become(q, i, SQS_FLIGHT, now + hidden);
    wr_batch_add(b, (wr_record){.handle = sqs_handle(q, i), .key = m->key, .sent = m->sent, .size = m->size,
                                .receives = m->receives, .operation = m->operation});
}

static bool fits(const sqs *q, const wr_batch *b, uint32_t i)
{
    return !b->n || !(b->most_bytes > 0) || b->bytes + sqs_at(q, i)->size <= b->most_bytes;
}

/* While it lasts, nobody else is served: moving a message to another queue may lead back here. */
static void fill(sqs *q, wr_batch *b, uint64_t servers)
{
    int32_t most = b->room < SQS_BATCH ? b->room : SQS_BATCH;
    q->filling = true;
    while (b->n < most && room_in_flight(q) && !wr_broken(q->self)) {
        uint32_t i = q->line->first(q, servers);
        if (i == SQS_NONE || !fits(q, b, i))
            break;
        if (sqs_exceeds(q, i))
            sqs_to_dead(q, i);
        else
            deliver(q, i, b);
    }
    q->open = NULL;
    q->filling = false;
    if (b->n)
        wr_add(q->self, SQS_RECEIVED, b->n);
}

/* As many different servers as a short poll asks. */
static uint64_t some_servers(sqs *q)
{
    uint64_t servers = 0;
    int need = q->plan->asked, left = q->plan->of;
    if (need == left)
        return UINT64_MAX;
    for (int k = 0; need > 0; k++, left--)
        if (wr_rng_unit(&q->fate) * left <= need) {
            servers |= UINT64_C(1) << k;
            need--;
        }
    return servers;
}

/* ---- asking ------------------------------------------------------------------------------------------ */
static void park(sqs *q, sqs_poller *p)
{
    p->prev = q->waiting_end;
    p->next = NULL;
    *(p->prev ? &p->prev->next : &q->waiting) = p;
    q->waiting_end = p;
    p->parked = true;
}

void sqs_unpark(sqs *q, sqs_poller *p)
{
    if (!p->parked)
        return;
    *(p->prev ? &p->prev->next : &q->waiting) = p->next;
    *(p->next ? &p->next->prev : &q->waiting_end) = p->prev;
    p->parked = false;
    wr_cancel(q->self, p->timer);
}

static void waited_out(wr_comp *self, void *arg)
{
    sqs *q = wr_state(self);
    sqs_poller *p = arg;
    sqs_unpark(q, p);
    sqs_received(q, p, SQS_OK);
}

static int short_poll(sqs *q, wr_batch *b)
{
    if (!q->plan->fifo && !room_in_flight(q))
        return SQS_OVER_LIMIT;
    fill(q, b, some_servers(q));
    return SQS_OK;
}

int sqs_receive(sqs *q, sqs_poller *p)
{
    wr_batch *b = p->batch;
    wr_dur wait = b->wait >= 0 ? b->wait : q->plan->wait;
    b->n = 0;
    b->bytes = 0;
    if (!sqs_admit(q, SQS_RECEIVE, 0, false))
        return SQS_THROTTLED;
    if (!wait)
        return short_poll(q, b);
    if (!q->waiting)
        fill(q, b, UINT64_MAX);
    if (b->n)
        return SQS_OK;
    park(q, p);
    p->timer = wr_after(q->self, wait, waited_out, p);
    return -1;
}

/* The books of an answer, and the answer. */
void sqs_received(sqs *q, sqs_poller *p, int code)
{
    if (code == SQS_OK) {
        sqs_bill(q, p->batch->bytes);
        if (!p->batch->n)
            wr_add(q->self, SQS_EMPTY, 1);
    }
    if (!p->call)
        sqs_worker_received(q, p);
    else
        wr_reply_after(p->call, code == SQS_OK ? sqs_latency_of(q, SQS_RECEIVE) : 0, code);
}

void sqs_serve(sqs *q)
{
    while (q->waiting && q->count[SQS_VISIBLE] && !q->filling) {
        sqs_poller *p = q->waiting;
        fill(q, p->batch, UINT64_MAX);
        if (!p->batch->n)
            break;
        sqs_unpark(q, p);
        sqs_received(q, p, SQS_OK);
    }
    sqs_publish(q);
}

/* ---- receipts ---------------------------------------------------------------------------------------- */
void sqs_delete(sqs *q, uint64_t handle)
{
    uint32_t i = sqs_held(q, handle);
    wr_add(q->self, SQS_DELETED, 1);
    if (i == SQS_NONE)
        return;
    sqs_message *m = sqs_at(q, i);
    bool flies = m->state == SQS_FLIGHT;
    if (!flies && q->plan->fifo)
        return;
    if (flies)
        wr_observe_dur(q->self, WR_U_SERVICE, wr_now(q->self) - m->since);
    if (!m->copied && wr_rng_chance(&q->fate, q->plan->duplicate_rate)) { /* a server that was away still has it */
        m->copied = 1;
        sqs_become(q, i, SQS_VISIBLE, 0);
        return;
    }
    sqs_become(q, i, SQS_FREE, 0);
}

bool sqs_hide(sqs *q, uint64_t handle, wr_dur d)
{
    uint32_t i = sqs_held(q, handle);
    if (i == SQS_NONE || sqs_at(q, i)->state != SQS_FLIGHT)
        return false;
    wr_time now = wr_now(q->self), last = sqs_at(q, i)->since + LONGEST_FLIGHT;
    if (!d)
        sqs_become(q, i, SQS_VISIBLE, 0);
    else
        sqs_retime(q, i, now + d < last ? now + d : last);
    return true;
}
