/* dynamodb_keys.c - what a table must remember of single keys, and for how short a time.
 *
 * `condition: unchanged` asks whether a key was written since it was read. A stamp is the number of writes
 * the table had seen at the read, so the answer lies among the writes since then: a ring of the latest
 * keys, searched backwards, costs a store for each write and nothing for keys that nobody asks about. The
 * ring grows up to 65,536 writes, and up to 1,048,576 once somebody has asked; a condition on a read older
 * than that holds. Keys of transactions in flight stand in a hash set that is empty most of the time.
 * Memory comes from the run and is not given back, so both grow by doubling.
 * Truth: tests/unit/test_dynamodb.c. */
#include "dynamodb.h"
#include <string.h>

enum { FIRST = 1024, UNWATCHED = 65536, MOST = 1048576, FEW = 16 };

static void history_grow(ddb_history *h, wr_comp *self)
{
    uint64_t room = h->room ? 2 * h->room : FIRST;
    uint64_t *key = wr_alloc(self, room * sizeof *key);
    for (uint64_t i = h->clock > h->room ? h->clock - h->room : 1; i < h->clock; i++)
        key[i & (room - 1)] = h->key[i & (h->room - 1)];
    h->key = key;
    h->room = room;
}

void ddb_history_add(ddb_history *h, wr_comp *self, uint64_t key)
{
    if (h->clock >= h->room && h->room < (h->watched ? MOST : UNWATCHED))
        history_grow(h, self);
    h->key[h->clock++ & (h->room - 1)] = key;
}

bool ddb_history_changed(ddb_history *h, uint64_t key, uint64_t stamp)
{
    h->watched = true;
    if (!stamp || !h->room)
        return false;
    uint64_t oldest = h->clock > h->room ? h->clock - h->room : 1;
    uint64_t from = stamp > oldest ? stamp : oldest;
    for (uint64_t i = h->clock; i-- > from;)
        if (h->key[i & (h->room - 1)] == key)
            return true;
    return false;
}

/* ---- transactions in flight ----------------------------------------------------------------------------- */
static size_t home(const ddb_flights *f, uint64_t key)
{
    return (size_t)ddb_other_key(key, 1) & (f->room - 1);
}

static ddb_flight *find(const ddb_flights *f, uint64_t key)
{
    size_t i = home(f, key);
    while (f->slot[i].holders && f->slot[i].key != key)
        i = (i + 1) & (f->room - 1);
    return &f->slot[i];
}

static void flights_grow(ddb_flights *f, wr_comp *self)
{
    ddb_flights old = *f;
    f->room = old.room ? 2 * old.room : FEW;
    f->slot = wr_alloc(self, f->room * sizeof *f->slot);
    for (size_t i = 0; i < old.room; i++)
        if (old.slot[i].holders)
            *find(f, old.slot[i].key) = old.slot[i];
}

void ddb_flights_add(ddb_flights *f, wr_comp *self, uint64_t key)
{
    if (2 * (f->n + 1) > f->room)
        flights_grow(f, self);
    ddb_flight *at = find(f, key);
    f->n += !at->holders;
    at->key = key;
    at->holders++;
}

/* Closes the gap, so that what was pushed on by the removed key is still found. */
static void close_gap(ddb_flights *f, size_t gap)
{
    size_t mask = f->room - 1;
    for (size_t i = (gap + 1) & mask; f->slot[i].holders; i = (i + 1) & mask) {
        size_t wants = home(f, f->slot[i].key);
        if (((i - wants) & mask) < ((i - gap) & mask))
            continue;
        f->slot[gap] = f->slot[i];
        gap = i;
    }
    f->slot[gap] = (ddb_flight){0};
}

void ddb_flights_remove(ddb_flights *f, uint64_t key)
{
    ddb_flight *at = find(f, key);
    if (!at->holders || --at->holders)
        return;
    f->n--;
    close_gap(f, (size_t)(at - f->slot));
}

bool ddb_flights_has(const ddb_flights *f, uint64_t key)
{
    return f->n && find(f, key)->holders;
}
