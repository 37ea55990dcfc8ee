/* cache.c - which keys a cache holds: a hash table, one list in the order of use or age, a heap of expiry times.
 *
 * Finding takes constant time; entries without a time to live stay out of the heap. Expired entries are taken out
 * before anything is counted or evicted, so they never cost a live one its place. An entry takes 56 bytes in the
 * table, 8 to 16 in the hash and 4 in the heap; tables grow by doubling and are given back with the run. A victim at
 * random is found by trying places until one is in use, fewer than two tries while the cache is full.
 * Not modelled: the sampled LRU of Redis, slabs of Memcached, the memory that an entry takes beyond its size.
 * Truth: tests/unit/test_cache.c; tests/truth/cache-lru.yaml, tests/truth/cache-ttl.yaml. */
#include "../base/base.h"
#include <math.h>
#include <string.h>
#include <weir/cache.h>

#define NONE UINT32_MAX
#define UNUSED (UINT32_MAX - 1) /* as `prev`: the place is free */
#define MOST_ENTRIES (UINT32_C(1) << 26)

typedef struct place {
    wr_cached is;
    wr_dur ttl;
    uint32_t prev, next; /* the list: head is the newest */
    uint32_t chain;      /* of the same hash */
    uint32_t heaped;     /* where in the heap; NONE: it never expires */
} place;
struct wr_cache {
    wr_comp *owner;
    wr_cache_cfg cfg;
    place *at;
    uint32_t *head, *heap; /* by hash, `room` of them; places by expiry, earliest first */
    uint32_t room, high, n, heaps, first, last, free;
    double bytes;
    wr_rng rng;
};

wr_cache *wr_cache_create(wr_comp *owner, const wr_cache_cfg *cfg)
{
    wr_cache *c = wr_alloc(owner, sizeof *c);
    c->owner = owner;
    c->cfg = *cfg;
    c->first = c->last = c->free = NONE;
    wr_stream(owner, "eviction", &c->rng);
    return c;
}

/* ---- the hash ------------------------------------------------------------------------------------------- */
static uint32_t *bucket_of(wr_cache *c, uint64_t key)
{
    return &c->head[mix64(key) & (c->room - 1)];
}

static uint32_t place_of(wr_cache *c, uint64_t key)
{
    uint32_t i = c->room ? *bucket_of(c, key) : NONE;
    while (i != NONE && c->at[i].is.key != key)
        i = c->at[i].chain;
    return i;
}

static void chain_in(wr_cache *c, uint32_t i)
{
    uint32_t *b = bucket_of(c, c->at[i].is.key);
    c->at[i].chain = *b;
    *b = i;
}

static void chain_out(wr_cache *c, uint32_t i)
{
    uint32_t *b = bucket_of(c, c->at[i].is.key);
    while (*b != i)
        b = &c->at[*b].chain;
    *b = c->at[i].chain;
}

static bool grow(wr_cache *c)
{
    if (c->room == MOST_ENTRIES) {
        wr_break(c->owner, "the cache of '%s' holds more than %u entries", wr_name(c->owner), MOST_ENTRIES);
        return false;
    }
    uint32_t room = c->room ? 2 * c->room : 64;
    place *at = wr_alloc(c->owner, room * sizeof *at);
    uint32_t *heap = wr_alloc(c->owner, room * sizeof *heap);
    if (c->room) {
        memcpy(at, c->at, c->room * sizeof *at);
        memcpy(heap, c->heap, c->heaps * sizeof *heap);
    }
    c->at = at;
    c->heap = heap;
    c->head = wr_alloc(c->owner, room * sizeof *c->head);
    c->room = room;
    memset(c->head, 0xff, room * sizeof *c->head);
    for (uint32_t i = 0; i < c->high; i++)
        if (at[i].prev != UNUSED)
            chain_in(c, i);
    return true;
}

/* ---- the list ------------------------------------------------------------------------------------------- */
static void unlink_place(wr_cache *c, uint32_t i)
{
    place *p = &c->at[i];
    *(p->prev == NONE ? &c->first : &c->at[p->prev].next) = p->next;
    *(p->next == NONE ? &c->last : &c->at[p->next].prev) = p->prev;
}

static void link_first(wr_cache *c, uint32_t i)
{
    place *p = &c->at[i];
    p->prev = NONE;
    p->next = c->first;
    *(c->first == NONE ? &c->last : &c->at[c->first].prev) = i;
    c->first = i;
}

static void use(wr_cache *c, uint32_t i)
{
    if (c->cfg.policy != WR_CACHE_LRU || c->first == i)
        return;
    unlink_place(c, i);
    link_first(c, i);
}

/* ---- the heap ------------------------------------------------------------------------------------------- */
static void heap_set(wr_cache *c, uint32_t where, uint32_t i)
{
    c->heap[where] = i;
    c->at[i].heaped = where;
}

static wr_time expiry(const wr_cache *c, uint32_t where)
{
    return c->at[c->heap[where]].is.expires;
}

static void sift_up(wr_cache *c, uint32_t where)
{
    uint32_t i = c->heap[where];
    while (where && expiry(c, (where - 1) / 2) > c->at[i].is.expires) {
        heap_set(c, where, c->heap[(where - 1) / 2]);
        where = (where - 1) / 2;
    }
    heap_set(c, where, i);
}

static void sift_down(wr_cache *c, uint32_t where)
{
    uint32_t i = c->heap[where];
    for (uint32_t child; (child = 2 * where + 1) < c->heaps; where = child) {
        if (child + 1 < c->heaps && expiry(c, child + 1) < expiry(c, child))
            child++;
        if (expiry(c, child) >= c->at[i].is.expires)
            break;
        heap_set(c, where, c->heap[child]);
    }
    heap_set(c, where, i);
}

static void heap_out(wr_cache *c, uint32_t i)
{
    uint32_t where = c->at[i].heaped;
    if (where == NONE)
        return;
    uint32_t moved = c->heap[--c->heaps];
    c->at[i].heaped = NONE;
    if (moved == i)
        return;
    heap_set(c, where, moved);
    sift_up(c, where);
    sift_down(c, c->at[moved].heaped);
}

/* From now on it expires after its ttl. */
static void renew(wr_cache *c, uint32_t i)
{
    place *p = &c->at[i];
    wr_time now = wr_now(c->owner);
    p->is.expires = p->ttl >= WR_NEVER - now ? WR_NEVER : now + p->ttl;
    if (p->is.expires == WR_NEVER) {
        heap_out(c, i);
        return;
    }
    if (p->heaped == NONE)
        heap_set(c, c->heaps++, i);
    sift_up(c, p->heaped);
    sift_down(c, p->heaped);
}

/* ---- entries -------------------------------------------------------------------------------------------- */
static void take_out(wr_cache *c, uint32_t i)
{
    place *p = &c->at[i];
    chain_out(c, i);
    unlink_place(c, i);
    heap_out(c, i);
    c->n--;
    c->bytes = c->n ? c->bytes - p->is.size : 0;
    p->prev = UNUSED;
    p->next = c->free;
    c->free = i;
}

static void purge(wr_cache *c)
{
    wr_time now = wr_now(c->owner);
    while (c->heaps && expiry(c, 0) <= now)
        take_out(c, c->heap[0]);
}

static uint32_t victim(wr_cache *c)
{
    uint32_t i = c->last;
    if (c->cfg.policy != WR_CACHE_RANDOM)
        return i;
    do
        i = (uint32_t)wr_rng_below(&c->rng, c->high);
    while (c->at[i].prev == UNUSED);
    return i;
}

static int64_t make_room(wr_cache *c, double size)
{
    int64_t evicted = 0;
    while (c->n && ((double)c->n + 1 > c->cfg.entries || c->bytes + size > c->cfg.bytes)) {
        take_out(c, victim(c));
        evicted++;
    }
    return evicted;
}

static void put_in(wr_cache *c, uint64_t key, double size, wr_dur ttl)
{
    if (c->free == NONE && c->high == c->room && !grow(c))
        return;
    uint32_t i = c->free == NONE ? c->high++ : c->free;
    if (i == c->free)
        c->free = c->at[i].next;
    c->at[i] = (place){.is = {.key = key, .size = size}, .ttl = ttl, .heaped = NONE};
    c->n++;
    c->bytes += size;
    chain_in(c, i);
    link_first(c, i);
    renew(c, i);
}

/* NONE: not there, or it has expired by now. */
static uint32_t live(wr_cache *c, uint64_t key)
{
    uint32_t i = place_of(c, key);
    if (i == NONE || c->at[i].is.expires > wr_now(c->owner))
        return i;
    take_out(c, i);
    return NONE;
}

wr_cached *wr_cache_peek(wr_cache *c, uint64_t key)
{
    uint32_t i = live(c, key);
    return i == NONE ? NULL : &c->at[i].is;
}

wr_cached *wr_cache_find(wr_cache *c, uint64_t key)
{
    uint32_t i = live(c, key);
    if (i == NONE)
        return NULL;
    use(c, i);
    if (c->cfg.renews && c->at[i].ttl != WR_NEVER)
        renew(c, i);
    return &c->at[i].is;
}

int64_t wr_cache_put(wr_cache *c, uint64_t key, double size, wr_dur ttl)
{
    purge(c);
    uint32_t i = place_of(c, key);
    if (i != NONE && c->at[i].is.size == size) {
        use(c, i);
        c->at[i].is.stamp = 0;
        c->at[i].ttl = ttl;
        renew(c, i);
        return 0;
    }
    if (i != NONE)
        take_out(c, i);
    if (size > c->cfg.bytes || c->cfg.entries < 1 || ttl <= 0)
        return 0;
    int64_t evicted = make_room(c, size);
    put_in(c, key, size, ttl);
    return evicted;
}

bool wr_cache_remove(wr_cache *c, uint64_t key)
{
    uint32_t i = live(c, key);
    if (i != NONE)
        take_out(c, i);
    return i != NONE;
}

void wr_cache_clear(wr_cache *c)
{
    if (c->room)
        memset(c->head, 0xff, c->room * sizeof *c->head);
    c->n = c->high = c->heaps = 0;
    c->first = c->last = c->free = NONE;
    c->bytes = 0;
}

int64_t wr_cache_count(wr_cache *c)
{
    purge(c);
    return c->n;
}

double wr_cache_bytes(wr_cache *c)
{
    purge(c);
    return c->bytes;
}
