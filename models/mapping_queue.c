/* mapping_queue.c - pollers: how messages of a queue become events of a function.
 *
 * A poller has one batch at a time: it polls, gathers while the batching window is open, invokes, deletes what was
 * worked off, and polls again. What failed or was throttled is not deleted: the queue shows it again after its
 * visibility timeout, its receive spent. While all pollers are at work and messages remain, further ones start at an
 * even rate; those above what the last minute needed stop when they come back to poll. A window opens with the
 * first message and ends on time (AWS's own may last for the rest of a long poll). Pollers of provisioned mode share
 * tokens for polls and bytes. An idle mapping costs a few events per long poll. A FIFO queue locks its groups itself.
 * Left out: a fall to two pollers, pollers that delete while they poll.
 * Truth: tests/unit/test_mapping.c, tests/truth/events-*.yaml. */
#include "mapping_own.h"
#include <math.h>

enum { RECEIVED = 10, BATCHES = 10, POLLS = 10, GROWTH = 1000 };
#define RECOVERY WR_S /* after a poll that was refused, or came back empty at once */

typedef struct poller {
    mapping *m;
    wr_call *root;
    wr_batch *poll;       /* carries polls and deletions */
    wr_batch *event;      /* what is being gathered, or in work */
    wr_time opened;       /* the first message of the event came */
    wr_time asked;
    int32_t failures;     /* in a row */
    struct poller *next;
} poller;

static void poll_again(wr_comp *self, void *arg);

/* ---- how many ------------------------------------------------------------------------------------------ */
static bool may_grow(const mapping *m)
{
    return !m->polling && m->growth > 0 && m->pollers < m->limit;
}

/* Provisioned mode: what all its event pollers may do together. */
static void set_rates(mapping *m)
{
    double units = ceil((double)m->pollers / BATCHES);
    wr_time now = wr_now(m->self);
    if (!m->cfg->provisioned)
        return;
    wr_bucket_change(&m->polls, now, POLLS * units, POLLS * units);
    wr_bucket_change(&m->bytes, now, 1048576 * units, 1048576 * units);
}

static void start_poller(mapping *m)
{
    poller *p = m->spare;
    if (p) {
        m->spare = p->next;
    } else {
        p = wr_alloc(m->self, sizeof *p);
        p->m = m;
        p->root = mapping_root(m, p);
        p->poll = wr_batch_take(m->self, RECEIVED);
        p->event = wr_batch_take(m->self, RECEIVED);
    }
    m->pollers++;
    set_rates(m);
    poll_again(m->self, p);
}

static void stop_poller(poller *p)
{
    mapping *m = p->m;
    m->pollers--;
    p->next = m->spare;
    m->spare = p;
    set_rates(m);
}

/* Falls to what the last minute needed. */
static void measured(wr_comp *self, void *arg)
{
    mapping *m = arg;
    m->target = m->busiest > m->least ? m->busiest : m->least;
    m->busiest = m->pollers - m->polling;
    m->measuring = m->pollers > m->least;
    if (m->measuring)
        wr_after(self, WR_MIN, measured, m);
}

static void grow(wr_comp *self, void *arg)
{
    mapping *m = arg;
    bool remain = wr_level(m->source, WR_U_QUEUE_DEPTH) > 0, look_on = may_grow(m);
    m->grow = (wr_event){0};
    if (look_on)
        m->grow = wr_after(self, wr_dur_from_s(1 / m->growth), grow, m);
    if (!look_on || !remain)
        return;
    m->target = m->pollers + 1;
    start_poller(m);
    if (!m->measuring)
        wr_after(self, WR_MIN, measured, m);
    m->measuring = true;
}

static void watch_growth(mapping *m)
{
    int64_t busy = m->pollers - m->polling;
    m->busiest = busy > m->busiest ? busy : m->busiest;
    if (!m->grow.gen && may_grow(m))
        m->grow = wr_after(m->self, wr_dur_from_s(1 / m->growth), grow, m);
}

/* ---- the end of a batch -------------------------------------------------------------------------------- */
static void next_batch(poller *p, bool failed)
{
    mapping *m = p->m;
    p->event->n = 0;
    p->event->bytes = 0;
    p->failures = failed ? p->failures + 1 : 0;
    if (failed && m->cfg->backoff)
        wr_after(m->self, mapping_pause(m->cfg->backoff, p->failures), poll_again, p);
    else
        poll_again(m->self, p);
}

static void delete_more(poller *p, bool failed);

static void deleted(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    (void)self, (void)answer; /* a deletion that failed: the message will be seen again */
    poller *p = mapping_of(mine);
    delete_more(p, p->failures > 0);
}

/* Ten at a time. */
static void delete_more(poller *p, bool failed)
{
    wr_batch *e = p->event, *b = p->poll;
    *b = (wr_batch){.room = RECEIVED, .wait = -1, .hide = -1, .record = b->record};
    while (e->n && b->n < b->room)
        wr_batch_add(b, e->record[--e->n]);
    if (b->n)
        mapping_ask(p->m, p->m->source, WR_OP_REMOVE, p->root, b, deleted);
    else
        next_batch(p, failed);
}

static void drop_failed(wr_batch *b)
{
    int32_t kept = 0;
    for (int32_t i = 0; i < b->n; i++)
        if (!b->record[i].failed)
            b->record[kept++] = b->record[i];
    b->n = kept;
}

static void invoked(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    (void)self;
    poller *p = mapping_of(mine);
    if (wr_call_status(answer) != WR_OK) {
        next_batch(p, true);
        return;
    }
    if (p->m->cfg->partial)
        drop_failed(p->event);
    p->failures = 0;
    delete_more(p, false);
}

/* ---- polling and gathering ----------------------------------------------------------------------------- */
static void received(wr_comp *self, wr_call *mine, const wr_call *answer);

/* Most records that an event may have, and most that the next poll may bring. */
static int32_t wanted(const poller *p)
{
    const mapping_cfg *cfg = p->m->cfg;
    int64_t most = cfg->window > 0 || cfg->batch_size < RECEIVED ? cfg->batch_size : RECEIVED;
    int64_t missing = most - p->event->n;
    return (int32_t)(missing < RECEIVED ? missing : RECEIVED);
}

static void poll_now(wr_comp *self, void *arg)
{
    poller *p = arg;
    mapping *m = p->m;
    wr_batch *b = p->poll;
    const mapping_pollers *how = m->cfg->pollers;
    wr_time now = wr_now(self);
    *b = (wr_batch){.room = wanted(p), .wait = how->wait, .hide = -1, .record = b->record};
    if (p->event->n) {
        wr_dur left = p->opened + m->cfg->window - now;
        b->wait = left < b->wait ? left : b->wait;
    }
    b->most_bytes = EVENT_BYTES - p->event->bytes;
    p->asked = now;
    m->polling++;
    mapping_ask(m, m->source, WR_OP_RECEIVE, p->root, b, received);
}

static void poll_again(wr_comp *self, void *arg)
{
    poller *p = arg;
    mapping *m = p->m;
    if (!p->event->n && m->pollers > m->target) {
        stop_poller(p);
        return;
    }
    wr_dur wait = 0;
    if (m->cfg->provisioned) {
        wr_dur bytes = wr_bucket_delay(&m->bytes, wr_now(self), 0), poll = wr_bucket_delay(&m->polls, wr_now(self), 1);
        wait = poll > bytes ? poll : bytes;
    }
    if (wait > 0)
        wr_after(self, wait, poll_now, p);
    else
        poll_now(self, p);
}

static void gather(poller *p)
{
    wr_batch *e = p->event, *b = p->poll;
    if (e->n + b->n > e->room) {
        wr_batch *more = wr_batch_take(p->m->self, 2 * (e->n + b->n));
        for (int32_t i = 0; i < e->n; i++)
            wr_batch_add(more, e->record[i]);
        wr_batch_give(p->m->self, e);
        p->event = e = more;
    }
    for (int32_t i = 0; i < b->n; i++)
        wr_batch_add(e, b->record[i]);
    if (p->m->cfg->provisioned)
        wr_bucket_delay(&p->m->bytes, wr_now(p->m->self), b->bytes);
}

static bool complete(const poller *p)
{
    const wr_batch *e = p->event;
    bool full = e->n >= p->m->cfg->batch_size || e->bytes + e->bytes / e->n > EVENT_BYTES;
    return full || wr_now(p->m->self) >= p->opened + p->m->cfg->window;
}

static void received(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    poller *p = mapping_of(mine);
    mapping *m = p->m;
    bool refused = wr_call_status(answer) != WR_OK, first = !p->event->n;
    wr_time now = wr_now(self);
    m->polling--;
    if (refused)
        p->poll->n = 0;
    else
        gather(p);
    if (p->event->n && first)
        p->opened = now;
    if (p->event->n && complete(p)) {
        mapping_invoke(m, p->root, p->event, invoked);
        watch_growth(m);
    } else if (refused || (!p->poll->n && now == p->asked)) {
        wr_after(self, RECOVERY, poll_again, p);
    } else {
        poll_again(self, p);
    }
}

/* ---- the start ----------------------------------------------------------------------------------------- */
void mapping_queue_start(mapping *m)
{
    const mapping_cfg *cfg = m->cfg;
    const mapping_pollers *how = cfg->pollers;
    const mapping_provisioned *own = cfg->provisioned;
    m->least = own ? own->min * BATCHES : how->initial;
    m->limit = own ? own->max * BATCHES : how->max;
    m->growth = own ? GROWTH / 60.0 : how->growth;
    if (cfg->most >= 0 && m->limit > cfg->most)
        m->limit = cfg->most;
    if (m->least > m->limit)
        m->least = m->limit;
    m->target = m->least;
    m->polls = wr_bucket_full(POLLS, POLLS);
    m->bytes = wr_bucket_full(1048576, 1048576);
    while (m->pollers < m->least)
        start_poller(m);
}
