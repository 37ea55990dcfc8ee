/* ladder.c - the events that wait, as a radix ladder: buckets that are sorted only when their time comes.
 *
 * The next events stand in a window, sorted, the first at its end; whatever is before its border is in it. All others
 * lie unsorted in buckets: the highest digit (of six bits) in which a time differs from `last` names the level, the
 * digit itself the bucket. Times only move on and `last` stays behind them, so no key is ever before `last`, lower
 * levels come before higher ones, smaller digits before larger ones, and a key stays in its bucket until that is the
 * first: few keys are then sorted into the window, many are spread over lower levels after moving `last` up to them. So
 * a key is moved a handful of times however many wait, and no tuning depends on their number or their times. While few
 * events wait they are all in the window; too many there and its later half goes back to the buckets.
 *
 * Buckets are chains of chunks from one pool; each slot knows the place of its key, so that a cancelled one goes at once.
 * Keys of one instant share a bucket of level 0 and come out in the order of their keys; that they mostly went in so
 * makes the sorting cheap. Costly is only to schedule for the control phase of a present instant at which tens of
 * thousands wait already: each is moved past all of those. Truth: tests/property/test_event.c. */
#include "ladder.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    FAIR = 16, /* keys in the window after a refill, where there are so many */
    MOST = 32, /* keys in the window above which the later half goes back */
    KEPT = 16
};

#define SIX(n) n, n, n, n, n, n
const uint8_t ladder_shift_of[64] = {SIX(0),  SIX(6),  SIX(12), SIX(18), SIX(24), SIX(30),
                                     SIX(36), SIX(42), SIX(48), SIX(54), 60, 60, 60, 60};

/* ---- memory ------------------------------------------------------------------------------- */
/* A zeroed block that begins on a cache line, with the old one's content; frees that. */
static void *aligned_grow(void **block, const void *old, size_t old_size, size_t size)
{
    void *bigger = memory_get(size + 64);
    void *p = (void *)(((uintptr_t)bigger + 63) & ~(uintptr_t)63);
    if (old_size)
        memcpy(p, old, old_size);
    free(*block);
    *block = bigger;
    return p;
}

void ladder_init(ladder *q)
{
    *q = (ladder){.border = UINT64_MAX, .slots = 1, .chunks = 1, .window_room = 64};
    q->window = memory_get(q->window_room * sizeof *q->window);
    *q->window = ~(key128)0;
    q->top = q->window;
    q->high = q->window + MOST;
}

void ladder_clear(ladder *q)
{
    free(q->window);
    free(q->key_block);
    free(q->slot_block);
    free(q->place);
    free(q->below);
}

bool ladder_more_slots(ladder *q)
{
    if (q->slots > SLOT_MASK)
        return false;
    if (q->slots >= q->room) {
        size_t room = q->room ? q->room * 2 : 256;
        q->slot = aligned_grow(&q->slot_block, q->slot, q->room * sizeof *q->slot, room * sizeof *q->slot);
        q->place = memory_grow(q->place, q->room * sizeof *q->place, room * sizeof *q->place);
        q->room = (uint32_t)room;
    }
    slot_give(q, q->slots++);
    return true;
}

static uint32_t chunk_take(ladder *q)
{
    uint32_t c = q->free_chunk;
    if (c) {
        q->free_chunk = q->below[c];
        return c;
    }
    if (q->chunks >= q->chunk_room) {
        size_t old = q->chunk_room, room = old ? old * 2 : 64, size = CHUNK * sizeof *q->key;
        q->key = aligned_grow(&q->key_block, q->key, old * size, room * size);
        q->below = memory_grow(q->below, old * sizeof *q->below, room * sizeof *q->below);
        q->chunk_room = (uint32_t)room;
    }
    return q->chunks++;
}

wr_event ladder_continue(ladder *q, key128 k)
{
    size_t b = ladder_bucket(q, key_time(k));
    uint32_t c = chunk_take(q), end = q->end[b];
    q->below[c] = end ? (end - 1) / CHUNK : 0;
    if (!end) {
        q->digits[b / STRIDE] |= UINT64_C(1) << b % STRIDE;
        q->levels |= 1u << b / STRIDE;
    }
    q->end[b] = c * CHUNK + 1;
    q->key[c * CHUNK] = k;
    q->place[key_slot(k)] = c * CHUNK;
    return key_handle(k);
}

static void free_chunk(ladder *q, uint32_t c)
{
    q->below[c] = q->free_chunk;
    q->free_chunk = c;
}

static void mark_empty(ladder *q, size_t b)
{
    q->end[b] = 0;
    q->digits[b / STRIDE] &= ~(UINT64_C(1) << b % STRIDE);
    if (!q->digits[b / STRIDE])
        q->levels &= ~(1u << b / STRIDE);
}

/* ---- the window --------------------------------------------------------------------------- */
RARE static void window_grow(ladder *q, size_t more)
{
    size_t n = (size_t)(q->top - q->window), room = q->window_room;
    while (n + more >= room)
        room *= 2;
    q->window = memory_grow(q->window, q->window_room * sizeof *q->window, room * sizeof *q->window);
    q->window_room = room;
    q->top = q->window + n;
    q->high = q->window + MOST;
}

static inline void window_reserve(ladder *q, size_t more)
{
    if ((size_t)(q->top - q->window) + more >= q->window_room)
        window_grow(q, more);
}

/* The later half goes to the buckets; events of one instant stay together. */
APART static void window_spill(ladder *q)
{
    size_t n = (size_t)(q->top - q->window), from = n - KEPT; /* from and below are to go */
    while (from && key_time(q->window[from]) == key_time(q->window[from + 1]))
        from--;
    if (!from) {
        window_reserve(q, 1);
        return;
    }
    q->border = key_time(q->window[from]);
    for (size_t i = from; i; i--)
        ladder_append(q, q->window[i]);
    memmove(q->window + 1, q->window + 1 + from, (n - from) * sizeof *q->window);
    q->top -= from;
}

static inline void sort_in(ladder *q, key128 k)
{
    key128 *p = q->top++;
    for (; *p < k; p--)
        p[1] = *p;
    p[1] = k;
    q->place[key_slot(k)] = IN_WINDOW;
}

/* There is always room for one more. */
wr_event ladder_insert(ladder *q, key128 k)
{
    sort_in(q, k);
    if (q->top > q->high)
        window_spill(q);
    return key_handle(k);
}

/* One pass from the top: each key in turn moves down into the place of the next. */
static inline void window_remove(ladder *q, uint32_t i)
{
    key128 *p = q->top--, above = *p;
    while (key_slot(above) != i) {
        key128 k = *--p;
        *p = above;
        above = k;
    }
}

/* ---- buckets ------------------------------------------------------------------------------ */
void ladder_remove(ladder *q, uint32_t i)
{
    uint32_t p = q->place[i];
    q->n--;
    if (p == IN_WINDOW) {
        window_remove(q, i);
        return;
    }
    size_t b = ladder_bucket(q, key_time(q->key[p]));
    uint32_t end = --q->end[b];
    q->key[p] = q->key[end]; /* the last one takes its place */
    q->place[key_slot(q->key[p])] = p;
    if (end % CHUNK)
        return;
    uint32_t c = end / CHUNK, below = q->below[c];
    free_chunk(q, c);
    if (below)
        q->end[b] = (below + 1) * CHUNK;
    else
        mark_empty(q, b);
}

/* One whose keys stand in one chunk is sorted at once, a larger one is spread. */
static inline bool is_small(const ladder *q, size_t b)
{
    return !q->below[(q->end[b] - 1) / CHUNK];
}

/* Backwards, because the window has the latest first: keys that went in in order meet no other on their way. */
static inline void take(ladder *q, size_t b)
{
    uint32_t end = q->end[b], c = (end - 1) / CHUNK;
    while (end-- > c * CHUNK) {
        __builtin_prefetch(&q->slot[key_slot(q->key[end])]); /* far away, where many wait */
        sort_in(q, q->key[end]);
    }
    free_chunk(q, c);
    mark_empty(q, b);
}

/* Small buckets at the lowest level, as many as make a fair window. */
static void gather(ladder *q, unsigned level)
{
    uint64_t left = q->digits[level], taken = 0;
    size_t n = 0;
    do {
        size_t b = level * STRIDE + (unsigned)__builtin_ctzll(left);
        if (!is_small(q, b))
            break;
        n += (q->end[b] - 1) % CHUNK + 1;
        taken |= left & -left;
        left &= left - 1;
    } while (left && n < FAIR);
    window_reserve(q, FAIR + CHUNK + 1);
    while (taken) {
        unsigned d = 63 - (unsigned)__builtin_clzll(taken);
        take(q, level * STRIDE + d);
        taken ^= UINT64_C(1) << d;
    }
    uint64_t block = q->last >> level * 6 & ~UINT64_C(63);
    q->border = !q->levels ? UINT64_MAX : (block + (left ? (unsigned)__builtin_ctzll(left) : 64)) << level * 6;
}

static void sift_down(key128 *k, size_t i, size_t n)
{
    key128 x = k[i];
    for (size_t c; (c = 2 * i + 1) < n; i = c) {
        c += c + 1 < n && k[c + 1] < k[c];
        if (x <= k[c])
            break;
        k[i] = k[c];
    }
    k[i] = x;
}

/* The largest first. */
static void sort_down(key128 *k, size_t n)
{
    size_t i = 1;
    while (i < n && k[i - 1] > k[i])
        i++;
    if (i == n)
        return;
    for (i = n / 2; i-- > 0;)
        sift_down(k, i, n);
    for (i = n - 1; i > 0; i--) {
        key128 least = k[0];
        k[0] = k[i];
        k[i] = least;
        sift_down(k, 0, i);
    }
}

/* A large bucket at level 0 is one instant. */
static void take_instant(ladder *q, size_t b)
{
    size_t begin = (size_t)(q->top - q->window) + 1, n = 0;
    q->border = key_time(q->key[q->end[b] - 1]) + 1;
    for (uint32_t end = q->end[b]; end;) {
        uint32_t c = (end - 1) / CHUNK, below = q->below[c];
        window_reserve(q, CHUNK + 1);
        while (end-- > c * CHUNK) {
            *++q->top = q->key[end];
            q->place[key_slot(q->key[end])] = IN_WINDOW;
            n++;
        }
        free_chunk(q, c);
        end = below ? (below + 1) * CHUNK : 0;
    }
    mark_empty(q, b);
    sort_down(q->window + begin, n);
}

/* Turns a chain round, so that keys are moved in the order in which they came. */
static uint32_t oldest_first(ladder *q, uint32_t c)
{
    uint32_t above = 0;
    while (c) {
        uint32_t below = q->below[c];
        q->below[c] = above;
        above = c;
        c = below;
    }
    return above;
}

/* The first and the last time in a bucket. */
static void times_of(const ladder *q, size_t b, uint64_t *least, uint64_t *most)
{
    *least = UINT64_MAX;
    *most = 0;
    for (uint32_t end = q->end[b]; end;) {
        uint32_t c = (end - 1) / CHUNK;
        while (end-- > c * CHUNK) {
            uint64_t t = key_time(q->key[end]);
            *least = t < *least ? t : *least;
            *most = t > *most ? t : *most;
        }
        end = q->below[c] ? (q->below[c] + 1) * CHUNK : 0;
    }
}

/* Moves `last` to where the keys of the bucket begin to differ, and them to lower levels. */
static bool spread(ladder *q, size_t b, uint64_t limit)
{
    uint64_t least, most;
    times_of(q, b, &least, &most);
    if (least >= limit)
        return false;
    unsigned shift = ladder_shift(least, most);
    uint32_t n = (q->end[b] - 1) % CHUNK + 1; /* in the youngest */
    q->last = least >> shift << shift;
    uint32_t c = oldest_first(q, (q->end[b] - 1) / CHUNK);
    mark_empty(q, b);
    while (c) {
        uint32_t above = q->below[c], count = above ? CHUNK : n;
        for (uint32_t i = 0; i < count; i++)
            __builtin_prefetch(&q->place[key_slot(q->key[c * CHUNK + i])], 1);
        for (uint32_t i = 0; i < CHUNK; i += 4)
            __builtin_prefetch(&q->key[above * CHUNK + i]);
        for (uint32_t i = 0; i < count; i++)
            ladder_append(q, q->key[c * CHUNK + i]);
        free_chunk(q, c);
        c = above;
    }
    return true;
}

bool ladder_refill(ladder *q, uint64_t limit)
{
    while (q->levels) {
        unsigned level = (unsigned)__builtin_ctz(q->levels);
        size_t b = level * STRIDE + (unsigned)__builtin_ctzll(q->digits[level]);
        if (is_small(q, b)) {
            gather(q, level);
            return true;
        }
        if (level == 0) {
            take_instant(q, b);
            return true;
        }
        if (!spread(q, b, limit))
            return false;
    }
    q->border = UINT64_MAX;
    return false;
}
