/* event.c - the event queue: a 4-ary heap of packed keys with real removal, and a ring for "now".
 *
 * An event is named by a slot (fn, self, arg and its place in the heap); the heap holds 16-byte keys
 * whose single 128-bit comparison is the total order (time, phase, order of scheduling): the four
 * children of a node share a cache line and the smallest is found without branches. Cancelling
 * takes the key out of the heap at once, because almost every request arms a timeout that never
 * fires. What is due at the present instant - deliveries and answers without delay, half of all
 * events - goes through a FIFO ring; run and step take whichever of ring head and heap top has the
 * smaller key, so the order is the same as with the heap alone.
 *
 * Limits: 2^24 events waiting, 2^38 in all, 20 million at one instant: a loop that takes no time would never end.
 * Whose the last of those were is kept. Truth: tests/property/test_event.c compares with a
 * sorted array under ties, cancellation and zero delays. */
#include "engine.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 key128;

#define SLOT_BITS 24
#define SEQUENCE_BITS 38
#define SLOT_MASK ((1u << SLOT_BITS) - 1)
#define PHASE_SHIFT (SLOT_BITS + SEQUENCE_BITS)
#define IN_RING UINT32_MAX
#define FREE_SLOT (UINT32_MAX - 1)
#define CROWD 8              /* components remembered of an instant without end */
#define TOP 3 /* heap[3] is the root: the children of i are 4i-8 .. 4i-5, a 64-byte line when heap is aligned */

typedef struct slot {
    wr_event_fn *fn;
    wr_comp *self;
    void *arg;
    uint32_t place; /* index into heap, IN_RING, or FREE_SLOT */
    uint32_t gen;
} slot;

typedef struct ring_item { /* fn NULL: a cancelled or cancellable event that lives in `slot` */
    wr_event_fn *fn;
    wr_comp *self;
    void *arg;
    uint64_t ord;
} ring_item;

struct wr_engine {
    wr_time now;
    uint64_t sequence;
    key128 *heap;   /* from TOP to end - 1 */
    uint32_t end, room;
    uint32_t slots, slot_room, free_slot; /* free list through place of free slots, by index + 1 */
    slot *slot;
    uint32_t *next_free;
    ring_item *ring;
    uint32_t ring_head, ring_tail, ring_mask; /* head == tail: empty */
    uint32_t dropped; /* of the ring: cancelled, not yet passed */
    uint64_t print, fired, instant; /* fired before the present instant */
    bool stopped, full;
    void *heap_block;
    size_t crowd;
    wr_comp *of_crowd[CROWD];
};

static inline key128 pack(wr_time t, uint64_t ord)
{
    return (key128)(uint64_t)t << 64 | ord;
}

static inline wr_time time_of(key128 k)
{
    return (wr_time)(uint64_t)(k >> 64);
}

static inline uint32_t slot_of(key128 k)
{
    return (uint32_t)k & SLOT_MASK;
}

static inline uint32_t parent_of(uint32_t i)
{
    return (i >> 2) + 2;
}

static inline uint32_t child_of(uint32_t i)
{
    return (i << 2) - 8;
}

/* ---- memory ------------------------------------------------------------------------------- */
static void heap_grow(wr_engine *e)
{
    uint32_t room = e->room ? e->room * 2 : 256;
    /* Groups of four children begin at multiples of four: aligned to 64 bytes they are one line. */
    void *block = memory_get((size_t)room * sizeof(key128) + 64);
    key128 *heap = (key128 *)(((uintptr_t)block + 63) & ~(uintptr_t)63);
    if (e->end > TOP)
        memcpy(heap + TOP, e->heap + TOP, (size_t)(e->end - TOP) * sizeof *heap);
    free(e->heap_block);
    e->heap_block = block;
    e->heap = heap;
    e->room = room;
}

static void ring_grow(wr_engine *e)
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

static uint32_t slot_take(wr_engine *e)
{
    if (e->free_slot) {
        uint32_t i = e->free_slot - 1;
        e->free_slot = e->next_free[i];
        return i;
    }
    if (e->slots == e->slot_room) {
        uint32_t room = e->slot_room ? e->slot_room * 2 : 256;
        e->slot = memory_grow(e->slot, e->slot_room * sizeof *e->slot, room * sizeof *e->slot);
        e->next_free = memory_grow(e->next_free, e->slot_room * sizeof *e->next_free,
                                   room * sizeof *e->next_free);
        e->slot_room = room;
    }
    e->slot[e->slots].gen = 1;
    return e->slots++;
}

static inline void slot_give(wr_engine *e, uint32_t i)
{
    e->slot[i].place = FREE_SLOT;
    e->slot[i].gen += e->slot[i].gen == UINT32_MAX ? 2 : 1; /* 0 names no event */
    e->next_free[i] = e->free_slot;
    e->free_slot = i + 1;
}

/* ---- the heap ----------------------------------------------------------------------------- */
static inline void put(wr_engine *e, uint32_t i, key128 k)
{
    e->heap[i] = k;
    e->slot[slot_of(k)].place = i;
}

static void sift_up(wr_engine *e, uint32_t i, key128 k)
{
    while (i > TOP) {
        uint32_t p = parent_of(i);
        if (e->heap[p] <= k)
            break;
        put(e, i, e->heap[p]);
        i = p;
    }
    put(e, i, k);
}

static inline uint32_t least_child(const key128 *h, uint32_t c)
{
    uint32_t a = c + (h[c + 1] < h[c]), b = c + 2 + (h[c + 3] < h[c + 2]);
    return h[b] < h[a] ? b : a;
}

/* Fills the hole at i: bottom-up, the hole walks down to a leaf and the last key climbs from there,
 * since the last key belongs near the bottom anyway. */
static void fill_hole(wr_engine *e, uint32_t i)
{
    key128 *h = e->heap, k = h[--e->end];
    if (i == e->end)
        return;
    uint32_t end = e->end, c;
    while ((c = child_of(i)) + 3 < end) {
        uint32_t m = least_child(h, c);
        put(e, i, h[m]);
        i = m;
    }
    if (c < end) {
        uint32_t m = c;
        for (uint32_t j = c + 1; j < end; j++)
            m = h[j] < h[m] ? j : m;
        if (h[m] < k) {
            put(e, i, h[m]);
            i = m;
        }
    }
    sift_up(e, i, k);
}

static inline uint64_t next_order(wr_engine *e, enum wr_phase p)
{
    uint64_t n = e->sequence++;
    if (n >> SEQUENCE_BITS)
        e->full = e->stopped = true;
    return (uint64_t)p << PHASE_SHIFT | n << SLOT_BITS;
}

/* ---- public -------------------------------------------------------------------------------- */
wr_engine *wr_engine_create(void)
{
    wr_engine *e = memory_get(sizeof *e);
    e->end = TOP;
    e->ring_mask = 255;
    e->ring = memory_get((size_t)(e->ring_mask + 1) * sizeof *e->ring);
    e->print = 0xcbf29ce484222325u;
    heap_grow(e);
    return e;
}

void wr_engine_destroy(wr_engine *e)
{
    if (!e)
        return;
    free(e->heap_block);
    free(e->slot);
    free(e->next_free);
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
    return e->end - TOP + (size_t)(e->ring_tail - e->ring_head - e->dropped);
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

static inline void ring_push(wr_engine *e, ring_item item)
{
    if (e->ring_tail - e->ring_head > e->ring_mask)
        ring_grow(e);
    e->ring[e->ring_tail++ & e->ring_mask] = item;
}

void wr_engine_soon(wr_engine *e, wr_event_fn *fn, wr_comp *self, void *arg)
{
    ring_push(e, (ring_item){fn, self, arg, next_order(e, WR_PHASE_WORK)});
}

wr_event wr_engine_at(wr_engine *e, wr_time when, enum wr_phase p, wr_event_fn *fn, wr_comp *self, void *arg)
{
    if (when == WR_NEVER)
        return (wr_event){0};
    if (e->end - TOP >= SLOT_MASK || (e->slots >= SLOT_MASK && !e->free_slot)) {
        e->full = e->stopped = true;
        return (wr_event){0};
    }
    uint32_t i = slot_take(e);
    slot *s = &e->slot[i];
    s->fn = fn;
    s->self = self;
    s->arg = arg;
    uint64_t ord = next_order(e, p) | i;
    if (when <= e->now && p == WR_PHASE_WORK) {
        s->place = IN_RING;
        ring_push(e, (ring_item){NULL, NULL, NULL, ord});
    } else {
        if (e->end == e->room)
            heap_grow(e);
        sift_up(e, e->end++, pack(when > e->now ? when : e->now, ord));
    }
    return (wr_event){i, s->gen};
}

bool wr_engine_cancel(wr_engine *e, wr_event ev)
{
    if (!ev.gen || ev.slot >= e->slots || e->slot[ev.slot].gen != ev.gen)
        return false;
    slot *s = &e->slot[ev.slot];
    if (s->place == IN_RING) {
        s->fn = NULL; /* the ring entry finds an empty slot and gives it back */
        s->gen += s->gen == UINT32_MAX ? 2 : 1;
        e->dropped++;
        return true;
    }
    fill_hole(e, s->place);
    slot_give(e, ev.slot);
    return true;
}

/* Too much at one instant: the next thousand events tell whose they are, then it stops. */
static void overrun(wr_engine *e, wr_comp *self)
{
    size_t i = 0;
    while (i < e->crowd && e->of_crowd[i] != self)
        i++;
    if (i == e->crowd && i < CROWD)
        e->of_crowd[e->crowd++] = self;
    if (e->fired - e->instant > WR_ENGINE_INSTANT + 1000)
        e->full = e->stopped = true;
}

size_t wr_engine_crowd(const wr_engine *e, wr_comp *const **out)
{
    *out = e->of_crowd;
    return e->full ? e->crowd : 0;
}

/* Fires one ring entry. */
static inline void fire_soon(wr_engine *e)
{
    ring_item r = e->ring[e->ring_head++ & e->ring_mask];
    if (!r.fn) {
        uint32_t i = (uint32_t)r.ord & SLOT_MASK;
        slot s = e->slot[i];
        slot_give(e, i);
        if (!s.fn) {
            e->dropped--;
            return;
        }
        r = (ring_item){s.fn, s.self, s.arg, r.ord};
    }
    e->fired++;
    e->print = (e->print ^ (uint64_t)e->now) * 0x100000001b3u;
    if (e->fired - e->instant > WR_ENGINE_INSTANT)
        overrun(e, r.self);
    r.fn(r.self, r.arg);
}

static inline void fire_top(wr_engine *e, key128 k)
{
    uint32_t i = slot_of(k);
    slot s = e->slot[i];
    fill_hole(e, TOP);
    slot_give(e, i);
    e->instant = time_of(k) > e->now ? e->fired : e->instant;
    e->now = time_of(k);
    e->fired++;
    e->print = (e->print ^ (uint64_t)e->now) * 0x100000001b3u;
    if (e->fired - e->instant > WR_ENGINE_INSTANT)
        overrun(e, s.self);
    s.fn(s.self, s.arg);
}

/* True if the ring's head comes before the heap's top. */
static inline bool soon_is_first(const wr_engine *e)
{
    if (e->ring_head == e->ring_tail)
        return false;
    return e->end == TOP || pack(e->now, e->ring[e->ring_head & e->ring_mask].ord) < e->heap[TOP];
}

uint64_t wr_engine_run(wr_engine *e, wr_time until)
{
    uint64_t before = e->fired;
    e->stopped = e->full;
    while (!e->stopped) {
        if (soon_is_first(e)) {
            if (e->now >= until)
                break;
            fire_soon(e);
        } else if (e->end > TOP && time_of(e->heap[TOP]) < until) {
            fire_top(e, e->heap[TOP]);
        } else {
            break;
        }
    }
    if (!e->stopped && until > e->now && until != WR_NEVER) {
        e->now = until;
        e->instant = e->fired;
    }
    return e->fired - before;
}

bool wr_engine_step(wr_engine *e, wr_time until, uint64_t *fired)
{
    bool ring = e->ring_tail - e->ring_head != e->dropped;
    if (e->full || (!ring && e->end == TOP))
        return false;
    wr_time t = ring ? e->now : time_of(e->heap[TOP]);
    if (t >= until)
        return false;
    uint64_t before = e->fired;
    e->stopped = false;
    while (!e->stopped) {
        if (soon_is_first(e))
            fire_soon(e);
        else if (e->end > TOP && time_of(e->heap[TOP]) <= t)
            fire_top(e, e->heap[TOP]);
        else
            break;
    }
    *fired += e->fired - before;
    return true;
}
