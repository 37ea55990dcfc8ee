/* ladder.h - the events that wait for their time, in order; for event.c and ladder.c only.
 *
 * A key is one 128-bit number: time, phase, number of scheduling, slot. The slot holds what is to be called. What is
 * needed for every event stands here, so that it can be inlined; ladder.c tells the idea. */
#ifndef WR_ENGINE_LADDER_H
#define WR_ENGINE_LADDER_H
#include "engine.h"

__extension__ typedef unsigned __int128 key128;

enum {
    SLOT_BITS = 24,
    SEQUENCE_BITS = 38,
    PHASE_SHIFT = SLOT_BITS + SEQUENCE_BITS,
    SLOT_MASK = (1 << SLOT_BITS) - 1,
    LEVELS = 11, /* of six bits each: 66 */
    STRIDE = 96, /* buckets from level to level: 16 times the bits, which saves a division; 64 are used */
    CHUNK = 16   /* keys a chunk */
};

#define IN_WINDOW UINT32_MAX     /* places of slots that are in no bucket */
#define IN_RING (UINT32_MAX - 1) /* event.c */

typedef struct slot {
    wr_event_fn *fn;
    wr_comp *self;
    void *arg;
    uint64_t ord; /* the low half of its key; 0: free */
} slot;

typedef struct ladder {
    key128 *top;     /* the first of all, at the end of the window; all bits set: the window is empty */
    uint64_t border; /* what is before it is in the window, the rest in buckets */
    uint64_t last;   /* what the levels of the buckets are relative to; never after now */
    slot *slot;
    uint32_t *place; /* of a slot: in a bucket (chunk * CHUNK + index), IN_WINDOW, IN_RING; free: the next free one,
                        or 0: the list ends. Slot 0 is not used */
    key128 *key;     /* of all chunks */
    uint32_t end[LEVELS * STRIDE]; /* by bucket: the place behind its last key; 0: empty */
    uint64_t digits[LEVELS];   /* which buckets of a level are not empty */
    uint32_t levels;           /* which levels are not */
    uint32_t n; /* keys, here or there */
    uint32_t slots, room, free_slot;
    uint32_t *below; /* by chunk: the one that was full before it, or the next free one; 0: none */
    uint32_t chunks, chunk_room, free_chunk;
    key128 *window; /* window[0] has all bits set; then the latest first */
    key128 *high;   /* top above this: there are too many */
    size_t window_room;
    void *key_block, *slot_block;
} ladder;

/* Kept out of what runs for every event, which then needs no stack. */
#define RARE __attribute__((noinline, cold))
#define APART __attribute__((noinline))

extern const uint8_t ladder_shift_of[64]; /* of the highest bit that differs: where its digit begins */

void ladder_init(ladder *q);
void ladder_clear(ladder *q);
RARE bool ladder_more_slots(ladder *q);              /* for when none is free; false: there are 2^24 */
APART wr_event ladder_insert(ladder *q, key128 k);   /* of a time before the border */
APART wr_event ladder_continue(ladder *q, key128 k); /* appends to a bucket that needs a chunk */
void ladder_remove(ladder *q, uint32_t i);
/* Fills the empty window. False: nothing waits before `limit`. */
APART bool ladder_refill(ladder *q, uint64_t limit);

static inline key128 key_of(uint64_t t, uint64_t ord)
{
    return (key128)t << 64 | ord;
}

static inline uint64_t key_time(key128 k)
{
    return (uint64_t)(k >> 64);
}

static inline uint32_t key_slot(key128 k)
{
    return (uint32_t)k & SLOT_MASK;
}

/* The numbers of scheduling are never 0 in their low half. */
static inline wr_event key_handle(key128 k)
{
    return (wr_event){key_slot(k), (uint32_t)((uint64_t)k >> SLOT_BITS)};
}

/* Where the highest digit begins in which two times differ. */
static inline unsigned ladder_shift(uint64_t t, uint64_t last)
{
    return ladder_shift_of[63 - __builtin_clzll((t ^ last) | 1)];
}

static inline size_t ladder_bucket(const ladder *q, uint64_t t)
{
    unsigned shift = ladder_shift(t, q->last);
    return shift * (STRIDE / 6) + (t >> shift & 63);
}

static inline wr_event ladder_append(ladder *q, key128 k)
{
    size_t b = ladder_bucket(q, key_time(k));
    uint32_t p = q->end[b];
    if (p % CHUNK == 0) /* empty, or its chunk is full */
        return ladder_continue(q, k);
    q->end[b] = p + 1;
    q->key[p] = k;
    q->place[key_slot(k)] = p;
    return key_handle(k);
}

static inline wr_event ladder_put(ladder *q, key128 k)
{
    q->n++;
    return key_time(k) < q->border ? ladder_insert(q, k) : ladder_append(q, k);
}

static inline void slot_give(ladder *q, uint32_t i)
{
    q->slot[i].ord = 0;
    q->place[i] = q->free_slot;
    q->free_slot = i;
}
#endif
