/* dynamodb_ttl.c - items that expire: a while after their last write they are deleted, free of charge.
 *
 * Writes stand in a ring in the order of time, so the next to expire is the first; a hash set counts how many
 * writes of a key are still in the ring, and only the last of them expires the item. A delete is a write after
 * which nothing is left. From expiry to the delete a delay is drawn; an item written again meanwhile stays. The
 * delete is a record of the stream and changes the item for whoever asks whether it changed. 24 bytes a write and
 * 16 to 32 a key. Not modelled: reads that still find what has expired cost what they did before; the table's size
 * stays as given. Truth: tests/unit/test_dynamodb_stream.c. */
#include "dynamodb.h"

enum { FIRST = 64 };

static void grow(ddb *t, ddb_expiry *x)
{
    uint64_t room = x->room ? 2 * x->room : FIRST;
    ddb_written *ring = wr_alloc(t->self, room * sizeof *ring);
    for (uint64_t i = 0; i < x->n; i++)
        ring[i] = x->ring[(x->first + i) & (x->room - 1)];
    x->ring = ring;
    x->room = room;
    x->first = 0;
}

static void deleted(wr_comp *self, void *arg)
{
    ddb *t = wr_state(self);
    ddb_expired *e = arg;
    e->next = t->expiry.spare;
    t->expiry.spare = e;
    if (ddb_flights_has(&t->expiry.pending, e->key))
        return;
    wr_add(self, DDB_TTL_DELETED, 1);
    ddb_history_add(&t->history, self, e->key);
    if (t->plan->stream)
        ddb_stream_write(t, e->key, (double)e->size, 0);
}

static void expire(ddb *t, const ddb_written *w)
{
    const ddb_ttl *rule = t->plan->ttl;
    ddb_expiry *x = &t->expiry;
    ddb_flights_remove(&x->pending, w->key);
    if (w->size < 0 || ddb_flights_has(&x->pending, w->key))
        return;
    ddb_expired *e = x->spare;
    if (e)
        x->spare = e->next;
    else
        e = wr_alloc(t->self, sizeof *e);
    *e = (ddb_expired){w->key, w->size, NULL};
    wr_after(t->self, wr_draw_dur(rule->delay, &x->rng), deleted, e);
}

static void due(wr_comp *self, void *arg)
{
    ddb *t = arg;
    ddb_expiry *x = &t->expiry;
    const ddb_ttl *rule = t->plan->ttl;
    while (x->n && x->ring[x->first].at + rule->after <= wr_now(self)) {
        ddb_written w = x->ring[x->first];
        x->first = (x->first + 1) & (x->room - 1);
        x->n--;
        expire(t, &w);
    }
    if (x->n)
        wr_at(self, x->ring[x->first].at + rule->after, WR_PHASE_WORK, due, t);
}

void ddb_ttl_start(ddb *t)
{
    if (t->plan->ttl)
        wr_stream(t->self, "expiry", &t->expiry.rng);
}

void ddb_ttl_write(ddb *t, uint64_t key, double bytes, bool gone)
{
    ddb_expiry *x = &t->expiry;
    const ddb_ttl *rule = t->plan->ttl;
    if (x->n == x->room)
        grow(t, x);
    x->ring[(x->first + x->n++) & (x->room - 1)] = (ddb_written){wr_now(t->self), key, gone ? -1 : (float)bytes};
    ddb_flights_add(&x->pending, t->self, key);
    if (x->n == 1)
        wr_after(t->self, rule->after, due, t);
}
