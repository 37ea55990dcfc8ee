/* event.c - the clock, and events in their order: the ladder for later, a ring for "now".
 *
 * An event is named by a slot (fn, self, arg) and the number of its scheduling; its key in the ladder is the total
 * order (time, phase, order of scheduling). What is due at the present instant - deliveries and answers without delay,
 * half of all events - goes through a FIFO ring. It needs no number: what the ladder holds of this instant was
 * scheduled before the instant came, so the work of it precedes the ring, and what is for the control phase follows.
 *
 * Limits: 2^24 events waiting, 2^38 with a time in all, 20 million at one instant: a loop that takes no time would never
 * end. Whose the last of those were is kept. Truth: tests/property/test_event.c compares with a sorted array under
 * ties, cancellation and zero delays. */
#include "ladder.h"
#include <stdlib.h>

#define CROWD 8 /* components remembered of an instant without end */

typedef struct ring_item { /* fn NULL: one that can be cancelled; arg is its slot, as a number */
    wr_event_fn *fn;
    wr_comp *self;
    void *arg;
} ring_item;

struct wr_engine {
    wr_time now;
    bool stopped, full;
    uint32_t ring_head, ring_tail, ring_mask; /* head == tail: empty */
    ring_item *ring;
    uint64_t sequence;
    uint64_t print, fired;
    uint64_t enough; /* `fired` at which the present instant has had too many */
    ladder q;
    uint32_t dropped; /* of the ring: cancelled, not yet passed */
    size_t crowd;
    wr_comp *of_crowd[CROWD];
};

RARE static void ring_grow(wr_engine *e)
{
    uint32_t size = e->ring_mask + 1, n = 0;
    ring_item *bigger = memory_get((size_t)size * 2 * sizeof *bigger);
    for (uint32_t i = e->ring_head; i != e->ring_tail; i++)
        bigger[n++] = e->ring[i & e->ring_mask];
    free(e->ring);
    e->ring = bigger;
    e->ring_head = 0;
    e->ring_tail = n;
    e->ring_mask = size * 2 - 1;
}

/* ---- public -------------------------------------------------------------------------------- */
wr_engine *wr_engine_create(void)
{
    wr_engine *e = memory_get(sizeof *e);
    ladder_init(&e->q);
    e->ring_mask = 255;
    e->ring = memory_get((size_t)(e->ring_mask + 1) * sizeof *e->ring);
    e->sequence = 1;
    e->print = 0xcbf29ce484222325u;
    e->enough = WR_ENGINE_INSTANT;
    return e;
}

void wr_engine_destroy(wr_engine *e)
{
    if (!e)
        return;
    ladder_clear(&e->q);
    free(e->ring);
    free(e);
}

wr_time wr_engine_now(const wr_engine *e)
{
    return e->now;
}

bool wr_engine_full(const wr_engine *e)
{
    return e->full;
}

size_t wr_engine_waiting(const wr_engine *e)
{
    return e->q.n + (size_t)(e->ring_tail - e->ring_head - e->dropped);
}

uint64_t wr_engine_fired(const wr_engine *e)
{
    return e->fired;
}

uint64_t wr_engine_print(const wr_engine *e)
{
    return mix64(e->print ^ e->fired);
}

void wr_engine_stop(wr_engine *e)
{
    e->stopped = true;
}

static inline void ring_push(wr_engine *e, wr_event_fn *fn, wr_comp *self, void *arg)
{
    if (e->ring_tail - e->ring_head > e->ring_mask)
        ring_grow(e);
    e->ring[e->ring_tail++ & e->ring_mask] = (ring_item){fn, self, arg};
}

void wr_engine_soon(wr_engine *e, wr_event_fn *fn, wr_comp *self, void *arg)
{
    ring_push(e, fn, self, arg);
}

static wr_event overfull(wr_engine *e)
{
    e->full = e->stopped = true;
    return (wr_event){0};
}

/* At the present instant: work goes to the ring; edges come before it, and the control phase after. */
APART static wr_event at_once(wr_engine *e, key128 k)
{
    if ((uint64_t)k >> PHASE_SHIFT != WR_PHASE_WORK)
        return ladder_put(&e->q, key_of((uint64_t)e->now, (uint64_t)k));
    e->q.place[key_slot(k)] = IN_RING;
    ring_push(e, NULL, NULL, (void *)(uintptr_t)key_slot(k));
    return key_handle(k);
}

/* Makes one more slot, or passes a number whose low half is 0: in handles that means none. */
RARE static wr_event at_rarely(wr_engine *e, wr_time when, enum wr_phase p, wr_event_fn *fn, wr_comp *self, void *arg)
{
    if (when == WR_NEVER)
        return (wr_event){0};
    if (!e->q.free_slot && !ladder_more_slots(&e->q))
        return overfull(e);
    if (!(uint32_t)e->sequence && ++e->sequence >> SEQUENCE_BITS)
        return overfull(e);
    return wr_engine_at(e, when, p, fn, self, arg);
}

wr_event wr_engine_at(wr_engine *e, wr_time when, enum wr_phase p, wr_event_fn *fn, wr_comp *self, void *arg)
{
    uint32_t i = e->q.free_slot;
    uint64_t n = e->sequence;
    if (when == WR_NEVER || !i || !(uint32_t)n)
        return at_rarely(e, when, p, fn, self, arg);
    e->sequence = n + 1;
    key128 k = key_of((uint64_t)when, (uint64_t)p << PHASE_SHIFT | n << SLOT_BITS | i);
    e->q.free_slot = e->q.place[i];
    e->q.slot[i] = (slot){fn, self, arg, (uint64_t)k};
    return when > e->now ? ladder_put(&e->q, k) : at_once(e, k);
}

bool wr_engine_cancel(wr_engine *e, wr_event ev)
{
    if (!ev.gen || ev.slot >= e->q.slots)
        return false;
    slot *s = &e->q.slot[ev.slot];
    if ((uint32_t)(s->ord >> SLOT_BITS) != ev.gen)
        return false;
    if (e->q.place[ev.slot] == IN_RING) { /* the ring finds an empty slot and gives it back */
        s->fn = NULL;
        s->ord = 0;
        e->dropped++;
        return true;
    }
    ladder_remove(&e->q, ev.slot);
    slot_give(&e->q, ev.slot);
    return true;
}

/* Too much at one instant: the next thousand events tell whose they are, then it stops. */
RARE static void overrun(wr_engine *e, wr_comp *self)
{
    size_t i = 0;
    while (i < e->crowd && e->of_crowd[i] != self)
        i++;
    if (i == e->crowd && i < CROWD)
        e->of_crowd[e->crowd++] = self;
    if (e->fired > e->enough + 1000)
        e->full = e->stopped = true;
}

size_t wr_engine_crowd(const wr_engine *e, wr_comp *const **out)
{
    *out = e->of_crowd;
    return e->full ? e->crowd : 0;
}

static inline void fire(wr_engine *e, wr_event_fn *fn, wr_comp *self, void *arg)
{
    e->print = (e->print ^ (uint64_t)e->now) * 0x100000001b3u;
    if (++e->fired > e->enough)
        overrun(e, self);
    fn(self, arg);
}

static inline void fire_ring(wr_engine *e)
{
    ring_item r = e->ring[e->ring_head++ & e->ring_mask];
    if (!r.fn) {
        uint32_t i = (uint32_t)(uintptr_t)r.arg;
        slot s = e->q.slot[i];
        slot_give(&e->q, i);
        if (!s.fn) {
            e->dropped--;
            return;
        }
        r = (ring_item){s.fn, s.self, s.arg};
    }
    fire(e, r.fn, r.self, r.arg);
}

static inline void fire_top(wr_engine *e, key128 k)
{
    uint32_t i = key_slot(k);
    slot s = e->q.slot[i];
    e->q.top--;
    e->q.n--;
    slot_give(&e->q, i);
    wr_time t = (wr_time)key_time(k);
    if (t != e->now) {
        e->now = t;
        e->enough = e->fired + WR_ENGINE_INSTANT;
    }
    fire(e, s.fn, s.self, s.arg);
}

/* What the ladder holds of this instant was scheduled before it came: its work precedes the ring. */
static inline bool ring_is_next(const wr_engine *e, key128 first)
{
    return e->ring_head != e->ring_tail &&
           first >= key_of((uint64_t)e->now, (uint64_t)WR_PHASE_CONTROL << PHASE_SHIFT);
}

/* The window was empty: fills it. False: nothing comes before `until`. */
APART static bool look_further(wr_engine *e, wr_time until)
{
    return key_time(*e->q.top) == UINT64_MAX && ladder_refill(&e->q, (uint64_t)until);
}

static uint64_t fire_before(wr_engine *e, wr_time until)
{
    uint64_t before = e->fired;
    e->stopped = e->full;
    while (!e->stopped) {
        key128 k = *e->q.top;
        if (ring_is_next(e, k)) {
            if (e->now >= until)
                break;
            if ((uint64_t)e->now < e->q.border || !look_further(e, e->now + 1))
                fire_ring(e);
        } else if (key_time(k) < (uint64_t)until) {
            fire_top(e, k);
        } else if (!look_further(e, until)) {
            break;
        }
    }
    return e->fired - before;
}

uint64_t wr_engine_run(wr_engine *e, wr_time until)
{
    uint64_t n = fire_before(e, until);
    if (!e->stopped && until > e->now && until != WR_NEVER) {
        e->now = until;
        e->enough = e->fired + WR_ENGINE_INSTANT;
    }
    return n;
}

bool wr_engine_step(wr_engine *e, wr_time until, uint64_t *fired)
{
    uint64_t t = (uint64_t)e->now;
    if (e->ring_tail - e->ring_head == e->dropped) {
        look_further(e, until);
        t = key_time(*e->q.top);
    }
    if (e->full || t >= (uint64_t)until)
        return false;
    *fired += fire_before(e, (wr_time)t + 1);
    return true;
}
