/* sqs_store.c - messages: 56 bytes each, by number, and the state each one is in.
 *
 * A message is visible, in flight, delayed, or gone. All stand in one list in the order in which they were sent, from
 * whose head they expire and whose head is the oldest; visible ones stand in line besides, the others in a heap of
 * timers with real removal. However many messages there are, one event waits for the next timer and one for the next
 * expiry. Slots are used again; a receipt names a slot and a delivery. A moved message is put in by its first sending
 * time, searched from the end; queues hold few that are out of order. The age of the oldest grows with time but a
 * level is made of steps: it is set whenever the oldest changes and then each second, or each hundredth of the age.
 * Not modelled: what CloudWatch leaves out of the age after three receives. Truth: tests/unit/test_sqs_calls.c, test_sqs_dead.c. */
#include "sqs.h"
#include <assert.h>
#include <math.h>
#include <string.h>

_Static_assert(sizeof(sqs_message) == 56, "a message has grown");

/* ---- heap of what is due ----------------------------------------------------------------------------- */
bool sqs_later(uint32_t order, uint32_t than)
{
    return (int32_t)(order - than) > 0;
}

static bool before(sqs_due a, sqs_due b)
{
    return a.when < b.when || (a.when == b.when && sqs_later(b.order, a.order));
}

static void place(sqs *q, sqs_heap *h, uint32_t at, sqs_due d)
{
    h->at[at] = d;
    h->placed(q, d.id, at);
}

static void sift_up(sqs *q, sqs_heap *h, uint32_t at, sqs_due d)
{
    while (at && before(d, h->at[(at - 1) / 4])) {
        place(q, h, at, h->at[(at - 1) / 4]);
        at = (at - 1) / 4;
    }
    place(q, h, at, d);
}

static uint32_t least_child(const sqs_heap *h, uint32_t at)
{
    uint32_t best = 4 * at + 1, end = best + 4 < h->n ? best + 4 : h->n;
    for (uint32_t i = best + 1; i < end; i++)
        if (before(h->at[i], h->at[best]))
            best = i;
    return best;
}

static void sift_down(sqs *q, sqs_heap *h, uint32_t at, sqs_due d)
{
    while (4 * at + 1 < h->n) {
        uint32_t child = least_child(h, at);
        if (!before(h->at[child], d))
            break;
        place(q, h, at, h->at[child]);
        at = child;
    }
    place(q, h, at, d);
}

void sqs_heap_push(sqs *q, sqs_heap *h, sqs_due d)
{
    if (h->n == h->room) {
        uint32_t room = h->room ? 2 * h->room : 64;
        sqs_due *at = wr_alloc(q->self, room * sizeof *at);
        if (h->n)
            memcpy(at, h->at, h->n * sizeof *at);
        h->at = at;
        h->room = room;
    }
    sift_up(q, h, h->n++, d);
}

void sqs_heap_remove(sqs *q, sqs_heap *h, uint32_t at)
{
    sqs_due last = h->at[--h->n];
    if (at == h->n)
        return;
    if (at && before(last, h->at[(at - 1) / 4]))
        sift_up(q, h, at, last);
    else
        sift_down(q, h, at, last);
}

/* ---- timers: delays, and visibility timeouts --------------------------------------------------------- */
static void timer_placed(sqs *q, uint32_t id, uint32_t at)
{
    sqs_at(q, id)->next = at;
}

static void ring(wr_comp *self, void *arg);

static void set_alarm(sqs *q)
{
    wr_time when = q->timers.n ? q->timers.at[0].when : WR_NEVER;
    if (when >= q->alarm_at)
        return;
    wr_cancel(q->self, q->alarm);
    q->alarm_at = when;
    q->alarm = wr_at(q->self, when, WR_PHASE_WORK, ring, q);
}

static void ring(wr_comp *self, void *arg)
{
    sqs *q = arg;
    wr_time now = wr_now(self);
    q->alarm_at = WR_NEVER;
    while (q->timers.n && q->timers.at[0].when <= now)
        sqs_become(q, q->timers.at[0].id, SQS_VISIBLE, 0);
    set_alarm(q);
    sqs_serve(q);
}

/* ---- in order of sending ----------------------------------------------------------------------------- */
wr_time sqs_arrived(const sqs *q, uint32_t i)
{
    const sqs_block *b = &q->block[i / SQS_BLOCK];
    return b->arrived ? b->arrived[i % SQS_BLOCK] : b->at[i % SQS_BLOCK].sent;
}

static void set_arrived(sqs *q, uint32_t i)
{
    sqs_block *b = &q->block[i / SQS_BLOCK];
    wr_time now = wr_now(q->self);
    if (!b->arrived && b->at[i % SQS_BLOCK].sent != now) {
        b->arrived = wr_alloc(q->self, SQS_BLOCK * sizeof *b->arrived);
        for (uint32_t k = 0; k < SQS_BLOCK; k++)
            b->arrived[k] = b->at[k].sent;
    }
    if (b->arrived)
        b->arrived[i % SQS_BLOCK] = now;
}

static void link_in(sqs *q, uint32_t i)
{
    sqs_message *m = sqs_at(q, i);
    uint32_t behind = q->newest;
    while (behind != SQS_NONE && sqs_at(q, behind)->sent > m->sent)
        behind = sqs_at(q, behind)->older;
    m->older = behind;
    m->newer = behind == SQS_NONE ? q->oldest : sqs_at(q, behind)->newer;
    *(m->older == SQS_NONE ? &q->oldest : &sqs_at(q, m->older)->newer) = i;
    *(m->newer == SQS_NONE ? &q->newest : &sqs_at(q, m->newer)->older) = i;
}

static void link_out(sqs *q, uint32_t i)
{
    sqs_message *m = sqs_at(q, i);
    *(m->older == SQS_NONE ? &q->oldest : &sqs_at(q, m->older)->newer) = m->newer;
    *(m->newer == SQS_NONE ? &q->newest : &sqs_at(q, m->newer)->older) = m->older;
}

static void expire(wr_comp *self, void *arg);

static void set_expiry(sqs *q)
{
    if (q->expiring || q->oldest == SQS_NONE)
        return;
    q->expiring = true;
    wr_at(q->self, sqs_at(q, q->oldest)->sent + q->plan->retention, WR_PHASE_WORK, expire, q);
}

/* The event stands for a message that was the oldest once; it may be gone. */
static void expire(wr_comp *self, void *arg)
{
    sqs *q = arg;
    wr_time now = wr_now(self);
    q->expiring = false;
    while (q->oldest != SQS_NONE && sqs_at(q, q->oldest)->sent + q->plan->retention <= now) {
        wr_add(self, SQS_EXPIRED, 1);
        sqs_become(q, q->oldest, SQS_FREE, 0);
    }
    set_expiry(q);
    sqs_serve(q);
}

/* ---- slots ------------------------------------------------------------------------------------------- */
static void add_block(sqs *q)
{
    if (!(q->blocks & (q->blocks - 1))) { /* the list of blocks doubles */
        sqs_block *block = wr_alloc(q->self, (q->blocks ? 2 * q->blocks : 1) * sizeof *block);
        if (q->blocks)
            memcpy(block, q->block, q->blocks * sizeof *block);
        q->block = block;
    }
    q->block[q->blocks++] = (sqs_block){wr_alloc(q->self, SQS_BLOCK * sizeof(sqs_message)), NULL};
}

static uint32_t take_slot(sqs *q)
{
    uint32_t i = q->free;
    if (i != SQS_NONE) {
        q->free = sqs_at(q, i)->next;
        return i;
    }
    if (q->made == SQS_MOST) {
        wr_break(q->self, "more than %d messages in '%s' at once; each takes %zu bytes", SQS_MOST, wr_name(q->self),
                 sizeof(sqs_message));
        return SQS_NONE;
    }
    if (q->made == q->blocks * SQS_BLOCK)
        add_block(q);
    return q->made++;
}

uint32_t sqs_put(sqs *q, const sqs_message *like)
{
    uint32_t i = take_slot(q);
    if (i == SQS_NONE)
        return i;
    sqs_message *m = sqs_at(q, i);
    uint32_t delivery = m->delivery;
    *m = *like;
    m->state = SQS_FREE;
    m->copied = 0;
    m->receives = 0;
    m->delivery = delivery + 1; /* receipts of what was here before are stale */
    m->order = q->order++;
    set_arrived(q, i);
    link_in(q, i);
    set_expiry(q);
    return i;
}

static void give_slot(sqs *q, uint32_t i)
{
    sqs_message *m = sqs_at(q, i);
    wr_observe_dur(q->self, WR_U_RESIDENCE, wr_now(q->self) - sqs_arrived(q, i));
    link_out(q, i);
    m->delivery++;
    m->next = q->free;
    q->free = i;
}

uint64_t sqs_handle(const sqs *q, uint32_t i)
{
    return (uint64_t)sqs_at(q, i)->delivery << 32 | i;
}

uint32_t sqs_held(const sqs *q, uint64_t handle)
{
    uint32_t i = (uint32_t)handle;
    if (i >= q->made)
        return SQS_NONE;
    const sqs_message *m = sqs_at(q, i);
    return m->state != SQS_FREE && m->delivery == (uint32_t)(handle >> 32) ? i : SQS_NONE;
}

/* ---- states ------------------------------------------------------------------------------------------ */
static void count(sqs *q, uint32_t i, unsigned state, int by)
{
    q->count[state] += (uint32_t)by;
    if (q->line->count && state > SQS_VISIBLE)
        q->line->count(q, i, (int)state, by);
}

static void leave(sqs *q, uint32_t i)
{
    const sqs_message *m = sqs_at(q, i);
    if (m->state == SQS_VISIBLE)
        q->line->remove(q, i);
    else if (m->state)
        sqs_heap_remove(q, &q->timers, m->next);
    if (m->state)
        count(q, i, m->state, -1);
}

void sqs_become(sqs *q, uint32_t i, enum sqs_state to, wr_time until)
{
    sqs_message *m = sqs_at(q, i);
    leave(q, i);
    m->state = to & 7u;
    m->since = wr_now(q->self);
    if (to == SQS_FREE) {
        give_slot(q, i);
        return;
    }
    count(q, i, to, 1);
    if (to == SQS_VISIBLE) {
        q->line->add(q, i);
        return;
    }
    sqs_heap_push(q, &q->timers, (sqs_due){until, m->order, i});
    set_alarm(q);
}

void sqs_retime(sqs *q, uint32_t i, wr_time until)
{
    const sqs_message *m = sqs_at(q, i);
    assert(m->state == SQS_FLIGHT);
    sqs_heap_remove(q, &q->timers, m->next);
    sqs_heap_push(q, &q->timers, (sqs_due){until, m->order, i});
    set_alarm(q);
}

/* ---- the plain line: first visible, first given away ------------------------------------------------- */
static void plain_add(sqs *q, uint32_t i)
{
    sqs_message *m = sqs_at(q, i);
    m->prev = q->tail;
    m->next = SQS_NONE;
    *(q->tail == SQS_NONE ? &q->head : &sqs_at(q, q->tail)->next) = i;
    q->tail = i;
}

static void plain_remove(sqs *q, uint32_t i)
{
    const sqs_message *m = sqs_at(q, i);
    *(m->prev == SQS_NONE ? &q->head : &sqs_at(q, m->prev)->next) = m->next;
    *(m->next == SQS_NONE ? &q->tail : &sqs_at(q, m->next)->prev) = m->prev;
}

static uint64_t server_of(const sqs *q, uint32_t i)
{
    return UINT64_C(1) << (int)(wr_key_spot(sqs_at(q, i)->order) * q->plan->of);
}

static uint32_t plain_first(sqs *q, uint64_t servers)
{
    uint32_t i = q->head;
    while (servers != UINT64_MAX && i != SQS_NONE && !(server_of(q, i) & servers))
        i = sqs_at(q, i)->next;
    return i;
}

const sqs_line sqs_plain = {plain_add, plain_remove, plain_first, NULL};

/* ---- levels ------------------------------------------------------------------------------------------ */
static void age(wr_comp *self, void *arg);

static void show_age(sqs *q)
{
    wr_time now = wr_now(q->self);
    wr_dur old = q->oldest == SQS_NONE ? 0 : now - sqs_arrived(q, q->oldest);
    wr_set(q->self, SQS_AGE, wr_dur_to_s(old));
    wr_set(q->self, WR_U_AGE_OF_OLDEST, wr_dur_to_s(old));
    if (q->ages || q->oldest == SQS_NONE)
        return;
    q->ages = true;
    wr_after(q->self, old / 100 > WR_S ? old / 100 : WR_S, age, q);
}

static void age(wr_comp *self, void *arg)
{
    sqs *q = arg;
    (void)self;
    q->ages = false;
    show_age(q);
}

static void show(sqs *q, enum sqs_state s, int metric, int uniform)
{
    if (q->shown[s] == q->count[s])
        return;
    q->shown[s] = q->count[s];
    wr_set(q->self, metric, q->count[s]);
    if (uniform)
        wr_set(q->self, uniform, q->count[s]);
}

void sqs_publish(sqs *q)
{
    wr_time oldest = q->oldest == SQS_NONE ? WR_NEVER : sqs_arrived(q, q->oldest);
    q->count[SQS_FREE] = q->count[SQS_VISIBLE] + q->count[SQS_FLIGHT] + q->count[SQS_DELAYED];
    show(q, SQS_VISIBLE, SQS_VISIBLE_N, WR_U_QUEUE_DEPTH);
    show(q, SQS_FLIGHT, SQS_FLIGHT_N, WR_U_CONCURRENCY);
    show(q, SQS_DELAYED, SQS_DELAYED_N, 0);
    show(q, SQS_FREE, SQS_MESSAGES, WR_U_IN_SYSTEM);
    if (q->plan->fair)
        sqs_fair_show(q);
    if (oldest == q->oldest_shown)
        return;
    q->oldest_shown = oldest;
    show_age(q);
}

void sqs_store_open(sqs *q)
{
    q->free = q->oldest = q->newest = q->head = q->tail = SQS_NONE;
    q->alarm_at = q->oldest_shown = WR_NEVER;
    q->timers.placed = timer_placed;
    q->line = q->plan->fifo ? &sqs_fifo : q->plan->fair ? &sqs_fair : &sqs_plain;
}
